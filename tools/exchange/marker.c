// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/marker.h"

#include <string.h>

#include "lib/base/frames.h"

#define LOST_AFTER 16 /* wrong octets without SURE_AFTER right ones between */
#define SURE_AFTER 8

static uint64_t start_frame[XC_MARKERS];
static bool started[XC_MARKERS];

/* Two rounds of multiply and shift; each step can be undone. */
static uint32_t mix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x7feb352du;
	x ^= x >> 15;
	x *= 0x846ca68bu;
	return x ^ x >> 16;
}

static uint32_t unmix(uint32_t x)
{
	x ^= x >> 16;
	x *= 0x43021123u; /* 0x846ca68b^-1 mod 2^32 */
	x ^= x >> 15 ^ x >> 30;
	x *= 0x1d69e2a5u; /* 0x7feb352d^-1 mod 2^32 */
	return x ^ x >> 16;
}

static uint8_t octet(uint8_t marker, uint64_t sent_frame)
{
	uint64_t k = sent_frame - start_frame[marker];
	uint32_t word = mix((uint32_t)marker << 24 | (k / 4 & 0xffffff));

	return word >> 8 * (3 - k % 4);
}

void xc_marker_start(uint8_t marker, uint64_t frame)
{
	start_frame[marker] = frame;
	started[marker] = true;
}

void xc_marker_speak(uint8_t marker, uint64_t from, uint8_t *octets, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		octets[i] = octet(marker, from + i);
}

void xc_marker_ear_init(struct xc_marker_ear *e)
{
	unsigned i;

	memset(e, 0, sizeof(*e));
	for (i = 0; i < XC_MARKERS; i++)
		e->heard[i].first_frame = RD_FRAME_NEVER;
}

/* Does the window end a word of a marker that was sent before @frame? */
static bool is_word(const struct xc_marker_ear *e, uint64_t frame,
		    uint8_t *marker, uint64_t *sent_next)
{
	uint32_t x = unmix(e->window);
	uint8_t m = x >> 24;
	uint64_t next;

	if (!started[m])
		return false;
	next = start_frame[m] + 4 * (uint64_t)(x & 0xffffff) + 4;
	if (next > frame + 1 || frame + 1 - next > 8 * RD_FRAMES_PER_S)
		return false;
	*marker = m;
	*sent_next = next;
	return true;
}

static void lock(struct xc_marker_ear *e, uint64_t frame)
{
	struct xc_marker_heard *h = &e->heard[e->marker];
	uint32_t delay;

	e->locked = true;
	e->doubtful = e->wrong = e->right_run = 0;
	delay = frame + 1 - e->sent_frame;
	h->delay_frames = delay;
	if (h->first_frame == RD_FRAME_NEVER) {
		h->first_frame = frame - 7;
		h->first_sent_frame = e->sent_frame - 8;
		h->delay_min_frames = h->delay_max_frames = delay;
	} else {
		h->losses++; /* it was gone for a while */
	}
	if (delay < h->delay_min_frames)
		h->delay_min_frames = delay;
	if (delay > h->delay_max_frames)
		h->delay_max_frames = delay;
	h->octets += 8;
}

static void search(struct xc_marker_ear *e, uint64_t frame)
{
	uint64_t next;
	uint8_t m;

	if (e->suspect && --e->suspect)
		return;
	if (e->filled < 4 || !is_word(e, frame, &m, &next))
		return;
	if (m == e->marker && next == e->suspect_sent + 4) {
		e->sent_frame = next;
		e->suspect_sent = 0;
		lock(e, frame);
		return;
	}
	e->marker = m;
	e->suspect_sent = next;
	e->suspect = 4;
}

/*
 * Wrong octets count once SURE_AFTER right ones have followed in a row: those
 * at a marker's end, where silence follows, agree by chance only.
 */
static void follow(struct xc_marker_ear *e, uint64_t frame, uint8_t heard)
{
	struct xc_marker_heard *h = &e->heard[e->marker];
	bool right = heard == octet(e->marker, e->sent_frame++);

	if (right && !e->doubtful) {
		h->octets++;
		h->last_frame = frame;
		return;
	}
	e->doubtful++;
	e->right_run = right ? e->right_run + 1 : 0;
	e->wrong += !right;
	if (e->wrong == LOST_AFTER) {
		e->locked = false;
		e->suspect = 0;
	} else if (e->right_run == SURE_AFTER) {
		h->octets += e->doubtful;
		h->errors += e->wrong;
		h->last_frame = frame;
		e->doubtful = e->wrong = 0;
	}
}

void xc_marker_hear(struct xc_marker_ear *e, uint64_t from,
		    const uint8_t *octets, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		e->window = e->window << 8 | octets[i];
		if (e->filled < 4)
			e->filled++;
		if (e->locked)
			follow(e, from + i, octets[i]);
		else
			search(e, from + i);
	}
}

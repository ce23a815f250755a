// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/tone.h"

#include <math.h>
#include <stdlib.h>

#include <spandsp.h>

#include "lib/base/frames.h"
#include "tools/exchange/line.h"

const char *const xc_tone_names[] = { "dial", "ringback", "busy", "congestion",
				      NULL };

/*
 * One Goertzel filter between the two pitches, blocks of 16 ms; what tells the
 * tones apart is their cadence.
 */
#define PITCH_HZ  437
#define BLOCK	  128
#define BLOCK_MS  16
#define SLACK_MS  48
#define STEADY_MS 2000
#define THRESHOLD 0.6	/* of the block's power in the tone */
#define FAINT_RMS 100.0 /* about -44 dBm0 */

/* clang-format off */
static const struct {
	enum xc_tone tone;
	int on_ms, off_ms;
	int cycles; /* to be sure */
} cadences[] = {
	{ XC_TONE_RINGBACK,   1000, 4000, 1 },	/* E.180, and China */
	{ XC_TONE_BUSY,	       350,  350, 2 },	/* China, 450 Hz */
	{ XC_TONE_BUSY,	       500,  500, 2 },	/* E.180, 425 Hz */
	{ XC_TONE_CONGESTION,  700,  700, 2 },	/* China */
	{ XC_TONE_CONGESTION,  250,  250, 2 },	/* E.180 */
};
/* clang-format on */

#define NCADENCES ((int)(sizeof(cadences) / sizeof(cadences[0])))

struct xc_tone_ear {
	goertzel_state_t filter;
	goertzel_descriptor_t pitch;
	float energy;
	unsigned n;
	bool on;
	int now_ms;  /* of the state on */
	int on_ms;   /* of the tone before this pause */
	int cadence; /* seen last, -1 none */
	int cycles;  /* of it in a row */
	uint32_t heard;
};

struct xc_tone_ear *xc_tone_ear_new(void)
{
	struct xc_tone_ear *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	make_goertzel_descriptor(&e->pitch, PITCH_HZ, BLOCK);
	goertzel_init(&e->filter, &e->pitch);
	e->cadence = -1;
	return e;
}

void xc_tone_ear_free(struct xc_tone_ear *e)
{
	free(e);
}

/* A pause has ended: does the tone before it and the pause make a cycle? */
static void end_cycle(struct xc_tone_ear *e, int off_ms)
{
	int i;

	for (i = 0; i < NCADENCES; i++)
		if (abs(e->on_ms - cadences[i].on_ms) <= SLACK_MS &&
		    abs(off_ms - cadences[i].off_ms) <= SLACK_MS)
			break;
	e->cycles = i == e->cadence ? e->cycles + 1 : 1;
	e->cadence = i < NCADENCES ? i : -1;
	if (i < NCADENCES && e->cycles >= cadences[i].cycles)
		e->heard |= 1u << cadences[i].tone;
}

static void end_block(struct xc_tone_ear *e)
{
	/* A sine of amplitude a: (a N / 2)^2 here, a^2 N / 2 in energy. */
	float tone = goertzel_result(&e->filter) / (BLOCK / 2);
	bool on = e->energy > FAINT_RMS * FAINT_RMS * BLOCK &&
		  tone > THRESHOLD * e->energy;

	e->energy = 0;
	e->n = 0;
	if (on == e->on) {
		e->now_ms += BLOCK_MS;
		if (on && e->now_ms == STEADY_MS)
			e->heard |= 1u << XC_TONE_DIAL;
		return;
	}
	if (on)
		end_cycle(e, e->now_ms);
	else
		e->on_ms = e->now_ms;
	e->on = on;
	e->now_ms = BLOCK_MS;
}

uint32_t xc_tone_ear_hear(struct xc_tone_ear *e, const int16_t *samples,
			  unsigned n)
{
	unsigned len, i;

	e->heard = 0;
	for (; n; n -= len, samples += len) {
		len = BLOCK - e->n < n ? BLOCK - e->n : n;
		goertzel_update(&e->filter, samples, len);
		for (i = 0; i < len; i++)
			e->energy += (float)samples[i] * samples[i];
		e->n += len;
		if (e->n == BLOCK)
			end_block(e);
	}
	return e->heard;
}

void xc_tone_sine(int16_t *out, unsigned n, int hz, int level_dbm0,
		  uint32_t *phase)
{
	double peak = XC_RMS_AT_0DBM0 * M_SQRT2 * pow(10, level_dbm0 / 20.0);
	uint32_t step = (uint32_t)((double)hz / RD_FRAMES_PER_S * 4294967296.0);
	unsigned i;

	for (i = 0; i < n; i++) {
		out[i] = (int16_t)lrint(
			peak * sin(*phase * (2 * M_PI / 4294967296.0)));
		*phase += step;
	}
}

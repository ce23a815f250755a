// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Samples of a card: from frame numbers to octets, whatever the geometry.
 *
 * A run is a stretch of frames that lies in one block of the ring; within it
 * the octets of a slot stand frame_stride apart. A period is one run, or two
 * where it crosses the end of a block or of the ring. With frame_stride 1 a run
 * is a memcpy; otherwise a strided loop without branches. (A period of four
 * interleaved E1 is 10 KiB and stays in the first cache over all its slots.)
 */
#include <errno.h>
#include <string.h>

#include "lib/line/card.h"

struct run {
	size_t offset; /* from the slot's base */
	uint32_t n;    /* frames */
};

/* The run that begins at frame, of at most n frames. */
static struct run run_at(const struct rd_card *card, uint64_t frame, uint32_t n)
{
	const struct ringdown_geometry *g = &card->info.geometry;
	uint32_t pos = (uint32_t)((frame - card->origin) % g->ring_frames);
	uint32_t block = pos / g->block_frames, at = pos % g->block_frames;
	struct run run = {
		.offset = (size_t)block * g->block_stride +
			  (size_t)at * g->frame_stride,
		.n = g->block_frames - at,
	};

	if (run.n > n)
		run.n = n;
	return run;
}

static size_t slot_offset(const struct rd_card *card, unsigned span,
			  unsigned slot)
{
	return (size_t)(slot - rd_card_span(card, span)->first_slot) *
	       card->info.geometry.slot_stride;
}

static const uint8_t *rx_base(const struct rd_card *card, unsigned span,
			      unsigned slot)
{
	return card->rx + rd_card_span(card, span)->rx_base +
	       slot_offset(card, span, slot);
}

static uint8_t *tx_base(struct rd_card *card, unsigned span, unsigned slot)
{
	return card->tx + rd_card_span(card, span)->tx_base +
	       slot_offset(card, span, slot);
}

bool rd_card_has_slot(const struct rd_card *card, unsigned span, unsigned slot)
{
	const struct ringdown_span_info *s;

	if (span >= card->info.geometry.nspans)
		return false;
	s = rd_card_span(card, span);
	return slot >= s->first_slot && slot - s->first_slot < s->slots;
}

uint64_t rd_card_rx_first(const struct rd_card *card)
{
	const struct ringdown_geometry *g = &card->info.geometry;
	uint64_t held = g->ring_frames - g->period_frames;
	uint64_t first = card->frame > held ? card->frame - held : 0;

	return first > card->origin ? first : card->origin;
}

bool rd_card_tx_is_open(const struct rd_card *card, uint64_t frame, uint32_t n)
{
	const struct ringdown_geometry *g = &card->info.geometry;
	uint64_t first = card->frame + g->tx_lead_frames;
	uint32_t room = g->ring_frames - g->period_frames - g->tx_lead_frames;

	return frame >= first && frame >= card->origin && n <= room &&
	       frame - first <= room - n;
}

static void gather(const uint8_t *restrict from, uint32_t stride, uint32_t n,
		   uint8_t *restrict to)
{
	if (stride == 1)
		memcpy(to, from, n);
	else
		for (uint32_t i = 0; i < n; i++)
			to[i] = from[(size_t)i * stride];
}

static void scatter(const uint8_t *restrict from, uint32_t n,
		    uint8_t *restrict to, uint32_t stride)
{
	if (stride == 1)
		memcpy(to, from, n);
	else
		for (uint32_t i = 0; i < n; i++)
			to[(size_t)i * stride] = from[i];
}

/* How many of [frame, frame + n) come before limit. */
static uint32_t before(uint64_t frame, uint32_t n, uint64_t limit)
{
	if (frame >= limit)
		return 0;
	return limit - frame < n ? (uint32_t)(limit - frame) : n;
}

uint32_t rd_card_rx(const struct rd_card *card, unsigned span, unsigned slot,
		    uint64_t frame, uint32_t n, uint8_t *out)
{
	uint32_t stride = card->info.geometry.frame_stride;
	const uint8_t *base = rx_base(card, span, slot);
	uint32_t early = before(frame, n, rd_card_rx_first(card));
	uint32_t end = before(frame, n, card->frame), i = early;

	if (end < early)
		end = early;
	memset(out, rd_card_idle(card, span), early);
	while (i < end) {
		struct run run = run_at(card, frame + i, end - i);

		gather(base + run.offset, stride, run.n, out + i);
		i += run.n;
	}
	memset(out + end, rd_card_idle(card, span), n - end);
	return end - early;
}

const uint8_t *rd_card_rx_at(const struct rd_card *card, unsigned span,
			     unsigned slot, uint64_t frame, uint32_t n)
{
	struct run run;

	if (frame < rd_card_rx_first(card) || card->frame < n ||
	    frame > card->frame - n)
		return NULL;
	run = run_at(card, frame, n);
	return run.n == n ? rx_base(card, span, slot) + run.offset : NULL;
}

int rd_card_tx(struct rd_card *card, unsigned span, unsigned slot,
	       uint64_t frame, uint32_t n, const uint8_t *octets)
{
	uint32_t stride = card->info.geometry.frame_stride, i = 0;
	uint8_t *base = tx_base(card, span, slot);

	if (!rd_card_tx_is_open(card, frame, n))
		return -ERANGE;
	while (i < n) {
		struct run run = run_at(card, frame + i, n - i);

		scatter(octets + i, run.n, base + run.offset, stride);
		i += run.n;
	}
	return 0;
}

uint8_t *rd_card_tx_at(struct rd_card *card, unsigned span, unsigned slot,
		       uint64_t frame, uint32_t n)
{
	struct run run;

	if (card->info.geometry.frame_stride != 1 ||
	    !rd_card_tx_is_open(card, frame, n))
		return NULL;
	run = run_at(card, frame, n);
	return run.n == n ? tx_base(card, span, slot) + run.offset : NULL;
}

void rd_card_tx_commit(struct rd_card *card, uint64_t frame)
{
	__atomic_store_n(&card->control->tx_frame, frame, __ATOMIC_RELEASE);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walking rings, and checking that they can be walked.
 *
 * A driver's geometry is checked once, when it is laid; from then on nothing
 * here checks again. All arithmetic on checked values fits in 32 bits, because
 * an area is at most 64 MiB.
 */
#include "ring_core.h"

#define AREA_MAX (64u << 20)

u32 rd_ring_pos(const struct ringdown_geometry *g, u64 origin, u64 frame)
{
	u32 pos;

	div_u64_rem(frame - origin, g->ring_frames, &pos);
	return pos;
}

struct rd_run rd_ring_run(const struct ringdown_geometry *g, u32 pos,
			  u32 frames)
{
	u32 block = pos / g->block_frames;
	u32 at = pos % g->block_frames;

	return (struct rd_run){
		.offset = block * g->block_stride + at * g->frame_stride,
		.frames = min_t(u32, frames, g->block_frames - at),
	};
}

/* The position after a run. */
static u32 step(const struct ringdown_geometry *g, u32 pos, u32 frames)
{
	pos += frames;
	return pos == g->ring_frames ? 0 : pos;
}

void rd_ring_get(const struct ringdown_geometry *g, const u8 *slot, u32 pos,
		 u32 frames, u8 *out)
{
	while (frames) {
		struct rd_run run = rd_ring_run(g, pos, frames);
		const u8 *from = slot + run.offset;
		u32 i;

		if (g->frame_stride == 1)
			memcpy(out, from, run.frames);
		else
			for (i = 0; i < run.frames; i++)
				out[i] = from[i * g->frame_stride];
		out += run.frames;
		frames -= run.frames;
		pos = step(g, pos, run.frames);
	}
}

void rd_ring_put(const struct ringdown_geometry *g, u8 *slot, u32 pos,
		 u32 frames, const u8 *in)
{
	while (frames) {
		struct rd_run run = rd_ring_run(g, pos, frames);
		u8 *to = slot + run.offset;
		u32 i;

		if (g->frame_stride == 1)
			memcpy(to, in, run.frames);
		else
			for (i = 0; i < run.frames; i++)
				to[i * g->frame_stride] = in[i];
		in += run.frames;
		frames -= run.frames;
		pos = step(g, pos, run.frames);
	}
}

void rd_ring_fill(const struct ringdown_geometry *g, u8 *slot, u32 pos,
		  u32 frames, u8 octet)
{
	while (frames) {
		struct rd_run run = rd_ring_run(g, pos, frames);
		u8 *to = slot + run.offset;
		u32 i;

		if (g->frame_stride == 1)
			memset(to, octet, run.frames);
		else
			for (i = 0; i < run.frames; i++)
				to[i * g->frame_stride] = octet;
		frames -= run.frames;
		pos = step(g, pos, run.frames);
	}
}

/* One past the last octet of a span. */
static u64 span_end(const struct ringdown_geometry *g, u32 base, u32 slots)
{
	return base + (u64)(slots - 1) * g->slot_stride +
	       (u64)(g->block_frames - 1) * g->frame_stride +
	       (u64)(g->ring_frames / g->block_frames - 1) * g->block_stride +
	       1;
}

static bool span_is_sound(const struct ringdown_geometry *g,
			  const struct ringdown_span_info *s, u32 octets)
{
	if (s->type < RINGDOWN_SPAN_E1 || s->type > RINGDOWN_SPAN_FXO)
		return false;
	if (s->law > RINGDOWN_LAW_ULAW || s->first_slot > 1)
		return false;
	if (s->slots < 1 || s->slots > RINGDOWN_MAX_SLOTS ||
	    s->first_slot + s->slots > RINGDOWN_MAX_SLOTS)
		return false;
	if (s->reserved[0] || s->reserved[1])
		return false;
	return span_end(g, s->rx_base, s->slots) <= octets &&
	       span_end(g, s->tx_base, s->slots) <= octets;
}

int rd_ring_check(const struct ringdown_geometry *g, u32 octets)
{
	u32 i;

	if (octets > AREA_MAX || g->rate_hz != RINGDOWN_RATE_HZ)
		return -EINVAL;
	if (g->nspans < 1 || g->nspans > RINGDOWN_MAX_SPANS)
		return -EINVAL;
	if (g->period_frames < RINGDOWN_PERIOD_MIN ||
	    g->period_frames > RINGDOWN_PERIOD_MAX)
		return -EINVAL;
	if (!g->block_frames || !g->ring_frames ||
	    g->ring_frames % g->block_frames ||
	    g->ring_frames % g->period_frames)
		return -EINVAL;
	if (g->tx_lead_frames > RD_LEAD_MAX ||
	    g->ring_frames < g->tx_lead_frames + 2 * g->period_frames)
		return -EINVAL;
	if (g->flags & ~RINGDOWN_GEOMETRY_COPYING || g->reserved[0] ||
	    g->reserved[1])
		return -EINVAL;
	for (i = 0; i < g->nspans; i++)
		if (!span_is_sound(g, &g->span[i], octets))
			return -EINVAL;
	return 0;
}

u32 rd_ring_lay(struct ringdown_geometry *g, enum rd_layout layout)
{
	u32 i, span_octets;

	g->block_frames = g->ring_frames;
	g->block_stride = 0;
	if (layout == RD_LAYOUT_ROWS) {
		g->frame_stride = 1;
		g->slot_stride = g->ring_frames;
		span_octets = RINGDOWN_MAX_SLOTS * g->ring_frames;
	} else {
		g->frame_stride = RINGDOWN_MAX_SLOTS * g->nspans;
		g->slot_stride = g->nspans;
		span_octets = 1;
	}
	for (i = 0; i < g->nspans; i++) {
		g->span[i].rx_base = i * span_octets;
		g->span[i].tx_base = i * span_octets;
	}
	return RINGDOWN_MAX_SLOTS * g->nspans * g->ring_frames;
}

void rd_span_shape(struct ringdown_span_info *s, u32 ports)
{
	switch (s->type) {
	case RINGDOWN_SPAN_E1:
		s->first_slot = 0;
		s->slots = 32;
		s->law = RINGDOWN_LAW_ALAW;
		break;
	case RINGDOWN_SPAN_T1:
		s->first_slot = 1;
		s->slots = 24;
		s->law = RINGDOWN_LAW_ULAW;
		break;
	default:
		s->first_slot = 1;
		s->slots = ports;
		s->law = RINGDOWN_LAW_ALAW;
		break;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rings: from frame numbers to octets, by the geometry that is published.
 *
 * A *run* is a stretch of frames that lies in one block; within it the octets
 * of a slot stand frame_stride apart. Whatever walks a ring walks runs.
 *
 *	ring_frames = 24, block_frames = 8:
 *	  block 0         block 1         block 2
 *	|0 . . . . . . 7|8 . . . . . .15|16. . . . . .23| then 0 again
 *		  \--run--/\----run----/\--run--/
 */
#ifndef RINGDOWN_RING_CORE_H
#define RINGDOWN_RING_CORE_H

#include "env.h"

/* Longest lead a client must accept, frames. */
#define RD_LEAD_MAX 1024u

/**
 * enum rd_layout - how a driver lets its rings lie
 * @RD_LAYOUT_ROWS: one row of octets a slot
 * @RD_LAYOUT_INTERLEAVED: all spans octet by octet, a frame after the other
 */
enum rd_layout {
	RD_LAYOUT_ROWS,
	RD_LAYOUT_INTERLEAVED,
};

/**
 * struct rd_run - frames that lie evenly in memory
 * @offset: octets from the base of the slot
 * @frames: how many
 */
struct rd_run {
	u32 offset;
	u32 frames;
};

/**
 * rd_ring_pos() - where in the ring a frame is
 * @g: geometry, checked
 * @origin: the frame at position 0
 * @frame: not before @origin
 *
 * Return: position, less than ring_frames.
 */
u32 rd_ring_pos(const struct ringdown_geometry *g, u64 origin, u64 frame);

/**
 * rd_ring_run() - the run that begins at a position
 * @g: geometry, checked
 * @pos: less than ring_frames
 * @frames: at most so many, at least 1
 *
 * Return: the run; at the end of a block it is shorter than @frames.
 */
struct rd_run rd_ring_run(const struct ringdown_geometry *g, u32 pos,
			  u32 frames);

/**
 * rd_ring_slot() - octets from the start of an area to a slot
 * @g: geometry, checked
 * @base: rx_base or tx_base of the span
 * @index: slot, counted from the span's first
 */
static inline u32 rd_ring_slot(const struct ringdown_geometry *g, u32 base,
			       u32 index)
{
	return base + index * g->slot_stride;
}

/**
 * rd_ring_get() - copy a slot's octets out of a ring
 * @g: geometry, checked
 * @slot: the slot in the area
 * @pos: where to begin, less than ring_frames
 * @frames: how many, at most ring_frames
 * @out: as many octets
 */
void rd_ring_get(const struct ringdown_geometry *g, const u8 *slot, u32 pos,
		 u32 frames, u8 *out);

/**
 * rd_ring_put() - copy octets into a slot of a ring
 * @g: geometry, checked
 * @slot: the slot in the area
 * @pos: where to begin, less than ring_frames
 * @frames: how many, at most ring_frames
 * @in: as many octets
 */
void rd_ring_put(const struct ringdown_geometry *g, u8 *slot, u32 pos,
		 u32 frames, const u8 *in);

/**
 * rd_ring_fill() - the same octet into a slot of a ring
 * @g: geometry, checked
 * @slot: the slot in the area
 * @pos: where to begin, less than ring_frames
 * @frames: how many, at most ring_frames
 * @octet: what
 */
void rd_ring_fill(const struct ringdown_geometry *g, u8 *slot, u32 pos,
		  u32 frames, u8 octet);

/**
 * rd_ring_check() - is a driver's geometry sound?
 * @g: geometry
 * @octets: size of rx, and of tx
 *
 * Every slot of every span must lie within the areas, every field within the
 * range that clients accept (lib/line checks the same from its side).
 *
 * Return: 0 or -EINVAL.
 */
int rd_ring_check(const struct ringdown_geometry *g, u32 octets);

/**
 * rd_ring_lay() - fill in strides and bases for a linear ring
 * @g: nspans, ring_frames, and type and slots of each span must be set
 * @layout: how it shall lie
 *
 * One block holds the whole ring. Sets block_frames, the strides and both
 * bases of each span.
 *
 * Return: octets that each area needs.
 */
u32 rd_ring_lay(struct ringdown_geometry *g, enum rd_layout layout);

/**
 * rd_span_shape() - first slot, slots and law as the type has them
 * @s: type is set
 * @ports: number of slots of an analog span
 */
void rd_span_shape(struct ringdown_span_info *s, u32 ports);

/**
 * rd_span_has_slot() - does a span have that slot number?
 * @s: the span
 * @slot: as clients count, from first_slot
 */
static inline bool rd_span_has_slot(const struct ringdown_span_info *s,
				    u32 slot)
{
	return slot >= s->first_slot && slot - s->first_slot < s->slots;
}

/**
 * rd_law_idle() - the octet of silence (G.711)
 * @law: enum ringdown_law
 */
static inline u8 rd_law_idle(u32 law)
{
	return law == RINGDOWN_LAW_ULAW ? 0xff : 0xd5;
}

#endif /* RINGDOWN_RING_CORE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line clock of a card: frames, the ring's origin, and how the client
 * keeps up.
 *
 *	               fetched         until
 *	                  |              |
 *	... F-P ..... F ..F-P+lead.. F+lead ....      (lead = P: fetched = F)
 *
 * At the tick to F the client should have written tx up to F + lead: it had a
 * whole period for it since the tick to F - P. What it writes below F - P +
 * lead was too late already.
 */
#ifndef RINGDOWN_CLOCK_CORE_H
#define RINGDOWN_CLOCK_CORE_H

#include "env.h"

/**
 * struct rd_clock - the truth of one card's time
 * @frame: frames since the card was made; never goes back
 * @origin: the frame at ring position 0
 * @generation: restarts of the ring
 * @period: frames of a period
 * @lead: tx_lead_frames of the geometry
 * @ring: ring_frames of the geometry
 * @tx_frame: what the client said last; 0: its stream is not on
 * @underruns: tx periods sent as idle code
 * @overruns: rx periods overwritten unread
 * @late_writes: tx frames written outside the window
 * @late_wakeups: interrupts that came late
 */
struct rd_clock {
	u64 frame;
	u64 origin;
	u32 generation;
	u32 period;
	u32 lead;
	u32 ring;
	u64 tx_frame;
	u64 underruns;
	u64 overruns;
	u64 late_writes;
	u64 late_wakeups;
};

/**
 * rd_clock_set() - begin to run a geometry
 * @c: the clock; its frame stays
 * @g: geometry, checked
 *
 * The ring begins here: a new origin, and a new generation if it had one.
 */
void rd_clock_set(struct rd_clock *c, const struct ringdown_geometry *g);

/**
 * rd_clock_open() - a new client: its counts are zero
 * @c: the clock
 */
void rd_clock_open(struct rd_clock *c);

/**
 * rd_clock_advance() - frames went by
 * @c: the clock
 * @frames: how many
 */
static inline void rd_clock_advance(struct rd_clock *c, u32 frames)
{
	c->frame += frames;
}

/**
 * rd_clock_restart() - the engine began its ring anew
 * @c: the clock
 * @lost: frames that went by without it
 */
void rd_clock_restart(struct rd_clock *c, u32 lost);

/**
 * rd_clock_judge() - how did the client keep up with the period just over?
 * @c: the clock, already at the period's end
 * @tx: control.tx_frame, read once
 * @unread: ticks that wait to be read, without this one
 *
 * A @tx that goes back or beyond the ring is nonsense and taken as no
 * progress.
 */
void rd_clock_judge(struct rd_clock *c, u64 tx, u64 unread);

#endif /* RINGDOWN_CLOCK_CORE_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timers of the line clock, inside the arena.
 *
 * WHAT. Every object has its timers from birth: timer number = base of its
 * kind + object index * timers per object + which. So setting one allocates
 * nothing and cannot fail; setting again moves it.
 *
 * HOW. A binary heap of timer numbers ordered by (frame due, order of setting):
 * two timers of one frame fire in the order in which they were set. Set, stop
 * and fire are O(log n).
 *
 * Context: core.
 */
#ifndef RD_CORE_TIMER_H
#define RD_CORE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

enum rd_timer_kind {
	RD_TIMER_CALL,	/* RD_CALL_TIMERS_ALL a call: daemon/call/call.h */
	RD_TIMER_LEG,	/* one a leg: clearing, overlap */
	RD_TIMER_SPAN,	/* one a span: alarm debounce */
	RD_TIMER_CHAN,	/* one a channel: restart */
	RD_TIMER_AGENT, /* of an agent: daemon/acd/agent.h */
	RD_TIMER_FIGURES, /* one: an interval or a day ends */
	RD_TIMER_TICKET, /* of who waits: daemon/acd/ticket.h */
	RD_TIMER_TASK,	  /* two a task: due, expires */
	RD_TIMER_KINDS,
};

struct rd_timer {
	uint64_t due;	/* frame */
	uint64_t order; /* of setting */
	uint32_t place; /* in the heap + 1; 0: not set */
	uint32_t pad;
};

struct rd_timers {
	uint64_t offset, heap_offset; /* arrays in the arena */
	uint64_t order;		      /* next */
	uint32_t n, cap;
	uint32_t base[RD_TIMER_KINDS], per[RD_TIMER_KINDS];
	uint32_t pad[2];
};

/* A timer's owner, from its number. */
struct rd_timer_id {
	enum rd_timer_kind kind;
	uint32_t index, which;
};

/* Fire at frame due; a timer already set is moved. */
void rd_timer_set(void *base, struct rd_timers *t, enum rd_timer_kind kind,
		  uint32_t index, uint32_t which, uint64_t due);
/* No effect on a timer that is not set. */
void rd_timer_stop(void *base, struct rd_timers *t, enum rd_timer_kind kind,
		   uint32_t index, uint32_t which);
/* All timers of one object: it is given back. */
void rd_timer_stop_all(void *base, struct rd_timers *t,
		       enum rd_timer_kind kind, uint32_t index);
/* The frame it is due at, or RD_FRAME_NEVER. */
uint64_t rd_timer_due(const void *base, const struct rd_timers *t,
		      enum rd_timer_kind kind, uint32_t index, uint32_t which);
/* Frame of the earliest; RD_FRAME_NEVER if none is set. */
uint64_t rd_timer_first(const void *base, const struct rd_timers *t);
/*
 * Take the earliest if it is due at now and was set before order (the value of
 * timers.order when firing began, so that timers which set themselves again
 * for now end the loop).
 */
bool rd_timer_pop(void *base, struct rd_timers *t, uint64_t now,
		  uint64_t order, struct rd_timer_id *out);
/* Move every timer by so many frames: the line clock has a new origin. */
void rd_timer_shift(void *base, struct rd_timers *t, int64_t frames);
/* Is the heap ordered, and every place right? */
bool rd_timer_is_sound(const void *base, const struct rd_timers *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The invariants of core, watched while running.
 *
 * WHAT. Now and then rd_core_check() walks the whole state. If something does
 * not hold there is an event, RD_MSG_BROKEN, with what it is and between which
 * events of the journal it went wrong: core raises the alarm (core.broken, the
 * figure "broken" of `ringdown status`), the log has it, and `ringdown journal
 * replay` finds the very event. Calls go on.
 *
 * HOW. The first look comes after a second of line time, then one each second,
 * or seldomer, so that looking costs no more than a thousandth of the thread:
 * the time one took sets the distance of the next. In lockstep each second.
 *
 * Context: whoever owns the core.
 */
#ifndef RD_CORE_GUARD_H
#define RD_CORE_GUARD_H

#include "daemon/core/core.h"

struct rd_guard {
	uint64_t next;	   /* frame of the next look */
	uint64_t distance; /* frames between two */
	uint64_t good_seq; /* all held after this event */
	uint64_t looks;
	uint64_t cost_ns; /* of the last */
	uint32_t alarms;
	char why[128]; /* of the last alarm: once is enough */
};

/* All is well up to core->seq; zero is no guard at all. */
void rd_guard_init(struct rd_guard *guard, const struct rd_core *core);

static inline bool rd_guard_is_due(const struct rd_guard *guard, uint64_t frame)
{
	return frame >= guard->next;
}

/* Look. True: *event is for core, the alarm of something new. */
bool rd_guard_look(struct rd_guard *guard, const struct rd_core *core,
		   uint64_t frame, struct rd_ev_broken *event);

/* So long the look took: the next one waits a thousand times that. */
void rd_guard_cost(struct rd_guard *guard, uint64_t ns);

/* RD_MSG_BROKEN. Context: core. */
void rd_core_on_broken(struct rd_core *core, const struct rd_ev_broken *event);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Callers of before, by number: who hung up while waiting (ACD-19), and who
 * talked with them last (ACD-20). Withheld numbers are never kept.
 *
 * HOW. A table of sets of eight; a number has its set by a hash, and takes the
 * place of the one in it that was seen longest ago. Constant time, no list.
 *
 * LIMITS. limits.callers numbers. Context: core.
 */
#ifndef RD_ACD_HISTORY_H
#define RD_ACD_HISTORY_H

#include "daemon/core/core.h"

#define RD_HISTORY_WAYS 8

struct rd_past_caller {
	char number[RD_NUMBER_LEN]; /* "": empty */
	/* frames; they may lie before this run */
	uint64_t seen, talked, lost, entered;
	uint16_t agent;	     /* talked with, or RD_INDEX_NONE */
	uint16_t lost_queue; /* hung up waiting there, or RD_INDEX_NONE */
	uint32_t pad;
};

/* A talk with an agent is over; he hung up, having waited since entered. */
void rd_history_talked(struct rd_core *core, const struct rd_call *call,
		       uint16_t agent);
void rd_history_lost(struct rd_core *core, const struct rd_call *call,
		     uint16_t queue, uint64_t entered);

/* The agent of his last talk, not longer ago; or RD_INDEX_NONE. */
uint16_t rd_history_agent(const struct rd_core *core,
			  const struct rd_call *call, uint32_t within_ms);
/* His old place in that queue, once: true and *entered. */
bool rd_history_resume(struct rd_core *core, const struct rd_call *call,
		       uint16_t queue, uint32_t within_ms, uint64_t *entered);

/* Instants move to a new origin of the clock. */
void rd_history_restart(struct rd_core *core, int64_t shift_frames);

#endif

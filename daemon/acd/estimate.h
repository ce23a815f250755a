/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long will it take? An expected wait, with an error that was measured.
 *
 * WHAT. A guess, an interval that four of five waits should fall into, and
 * whether both may be believed. Every caller's interval is kept from his entry
 * until he is answered, and then it held or it did not: the *coverage* is that
 * share. It is always of predictions made before their outcome, never of the
 * data they were fitted to.
 *
 * HOW. The guess is what a line at agents gives:
 *
 *	wait = ring + handling x (ahead of him + 1 - free agents) / agents
 *
 * agents: who may serve the queue and take calls now; ahead: in this queue, and
 * of other queues as many as share these agents; handling: talk and wrap-up,
 * ring: offer to answer, both running means. What that is worth depends on the
 * place and on the hour, so three running quantiles of real wait / guess, 10, 50
 * and 90 per cent, are kept for each of six classes of places; times the guess
 * they are the interval. They begin where theory puts them, and follow a change
 * within some hundred calls. Integers only: a journal replays to the same
 * estimate on any machine.
 *
 * WHO HANGS UP tells that his wait would have been longer: nothing new while it
 * is within the interval, a miss beyond it.
 *
 * Context: core.
 */
#ifndef RD_ACD_ESTIMATE_H
#define RD_ACD_ESTIMATE_H

#include "daemon/core/core.h"

#define RD_ESTIMATE_GOAL_PER_MILLE 800
#define RD_ESTIMATE_SAMPLES	   20u /* fewer are not believed */

enum {			  /* classes of places: callers to be served first */
	RD_ESTIMATE_FREE, /* an agent is */
	RD_ESTIMATE_NEXT, /* none */
	RD_ESTIMATE_ONE,
	RD_ESTIMATE_FEW,  /* 2, 3 */
	RD_ESTIMATE_SOME, /* 4 to 7 */
	RD_ESTIMATE_MANY,
	RD_ESTIMATE_CLASSES,
};

struct rd_estimate_class {
	uint64_t error_ms; /* |wait - guess|, summed */
	uint32_t samples;
	uint32_t covered;     /* of them, in their interval */
	uint32_t lately_q16;  /* coverage, the newest count more */
	uint32_t quotient[3]; /* Q16: 10, 50, 90 per cent */
};

struct rd_estimate_state {	 /* of a queue, in the arena */
	uint64_t handling, ring; /* running means, Q4 frames */
	uint32_t nhandling, nring;
	struct rd_estimate_class cls[RD_ESTIMATE_CLASSES];
};

/* A prediction, kept by who waits. */
struct rd_estimate {
	uint32_t ms, low_ms, high_ms; /* guess, interval */
	uint32_t base_ms;	      /* before quotients */
	uint8_t cls;
	uint8_t known;	  /* there are agents, and calls were handled */
	uint8_t believed; /* enough outcomes, and they were covered */
	uint8_t pad;
};

/* For who has that ticket, or comes now (RD_NONE). */
void rd_estimate(const struct rd_core *core, uint16_t queue, uint32_t ticket,
		 struct rd_estimate *out);

/* What came of a prediction: answered after a wait of so many ms, or gave up. */
void rd_estimate_outcome(struct rd_core *core, uint16_t queue,
			 const struct rd_estimate *was, uint64_t wait_ms,
			 bool answered);
/* An agent was busy so long with one call; was called so long. Frames. */
void rd_estimate_handled(struct rd_core *core, uint16_t queue, uint64_t frames);
void rd_estimate_rang(struct rd_core *core, uint16_t queue, uint64_t frames);

const struct rd_estimate_state *rd_estimate_of(const struct rd_core *core,
					       uint16_t queue);
const char *rd_estimate_class_name(unsigned cls);

#endif

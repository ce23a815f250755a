/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Matching: who of the free agents gets which of those who wait.
 *
 * WHAT. Whatever makes a pair possible (a ticket waits, an agent is free, a rule
 * changed) matches in the same event, as many pairs as there are:
 *
 *	a ticket that begins to wait	rd_match_ticket()
 *	an agent who becomes free	rd_match_agent()
 *	anything about many		rd_match_all()
 *
 * After every event: no ticket waits while an agent who may serve it is free.
 *
 * Context: core.
 */
#ifndef RD_ACD_MATCH_H
#define RD_ACD_MATCH_H

#include "daemon/core/app.h"

struct rd_agent;
struct rd_class;

/* Give this ticket an agent, if it waits and one is free. */
void rd_match_ticket(struct rd_core *core, uint32_t ticket);
/* Give this agent the first ticket he may serve, if he is free. */
void rd_match_agent(struct rd_core *core, uint16_t agent);
/* All pairs, in the order of tickets. */
void rd_match_all(struct rd_core *core);

enum rd_set {
	RD_SET_FREE,	/* rd_agent_is_free() */
	RD_SET_SERVING, /* signed in, and not set not ready */
	RD_SET_SIGNED_IN,
	RD_SETS,
};
const uint64_t *rd_match_set(const struct rd_core *core, enum rd_set set);
/* How many members of a queue are in that set. */
uint32_t rd_match_count(const struct rd_core *core, uint16_t queue,
			enum rd_set set);

/* How many agents in that set are members of both queues. */
uint32_t rd_match_count_both(const struct rd_core *core, uint16_t a, uint16_t b,
			     enum rd_set set);

/* The agent's state changed: keeps the sets. */
void rd_match_update(struct rd_core *core, uint16_t agent);
/* Is he a member of that queue? */
bool rd_match_serves(const struct rd_core *core, uint16_t agent,
		     uint16_t queue);
/* May he serve tickets of that class? */
bool rd_match_may(const struct rd_class *cls, uint16_t agent);
/* Who gets this class's next ticket: an agent who is free, or RD_INDEX_NONE. */
uint16_t rd_match_choose(struct rd_core *core, const struct rd_class *cls);

#endif

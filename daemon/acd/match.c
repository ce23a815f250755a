// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Matching by sets.
 *
 * HOW. Sets over the agents' places, as words of 64 bits: those who are free,
 * those who serve a queue, those who may serve a class of tickets. A ticket's
 * choice looks at the agents who are in its class's set and free; an agent's, at
 * the first ticket of each class whose set he is in. So the cost of an event is
 * that of the free agents, or of the classes that wait, and never of both.
 */
#include "daemon/acd/match.h"

#include "daemon/acd/overflow.h"
#include "daemon/acd/serve.h"
#include "daemon/acd/strategy.h"
#include "daemon/call/call.h"
#include "daemon/core/state.h"

static uint64_t *set_of(const struct rd_core *core, enum rd_set set)
{
	return (uint64_t *)((uintptr_t)core->state + core->state->sets_offset) +
	       (uint64_t)set * core->state->agent_words;
}

const uint64_t *rd_match_set(const struct rd_core *core, enum rd_set set)
{
	return set_of(core, set);
}

bool rd_match_serves(const struct rd_core *core, uint16_t agent, uint16_t queue)
{
	return rd_serve_members(core, queue, RD_PENALTY_MAX)[agent / 64] >>
		       agent % 64 &
	       1;
}

void rd_match_update(struct rd_core *core, uint16_t agent)
{
	const struct rd_agent *a = rd_agent_get(core, agent);
	bool there = a->used && a->state != RD_AGENT_OUT;
	const bool in[RD_SETS] = {
		[RD_SET_FREE] = rd_agent_is_free(a),
		[RD_SET_SERVING] = there && a->state != RD_AGENT_IS_NOT_READY,
		[RD_SET_SIGNED_IN] = there,
	};
	uint64_t bit = (uint64_t)1 << agent % 64;

	bool presence = false;

	for (int set = 0; set < RD_SETS; set++) {
		uint64_t *word = &set_of(core, set)[agent / 64];

		presence |= set != RD_SET_FREE && !(*word & bit) == in[set];
		*word = in[set] ? *word | bit : *word & ~bit;
	}
	if (presence)
		rd_stay_agent(core, agent);
}

uint32_t rd_match_count(const struct rd_core *core, uint16_t queue,
			enum rd_set set)
{
	const uint64_t *members = rd_serve_members(core, queue, RD_PENALTY_MAX);
	const uint64_t *of = set_of(core, set);
	uint32_t n = 0;

	for (uint32_t word = 0; word < core->state->agent_words; word++)
		n += (uint32_t)__builtin_popcountll(members[word] & of[word]);
	return n;
}

uint32_t rd_match_count_both(const struct rd_core *core, uint16_t a, uint16_t b,
			     enum rd_set set)
{
	const uint64_t *of_a = rd_serve_members(core, a, RD_PENALTY_MAX);
	const uint64_t *of_b = rd_serve_members(core, b, RD_PENALTY_MAX);
	const uint64_t *of = set_of(core, set);
	uint32_t n = 0;

	for (uint32_t word = 0; word < core->state->agent_words; word++)
		n += (uint32_t)__builtin_popcountll(of_a[word] & of_b[word] &
						    of[word]);
	return n;
}

/* ---- who may serve ----------------------------------------------------------- */

bool rd_match_may(const struct rd_class *cls, uint16_t agent)
{
	return cls->agents[agent / 64] >> agent % 64 & 1;
}

uint16_t rd_match_choose(struct rd_core *core, const struct rd_class *cls)
{
	struct rd_view view;

	if (!rd_view_free(core, cls, &view))
		return RD_INDEX_NONE;
	rd_view_narrow(&view);
	return rd_strategy_pick(&view);
}

/* ---- pairs ------------------------------------------------------------------ */

static void offer(struct rd_core *core, uint32_t ticket, uint16_t agent)
{
	rd_ticket_ops(rd_ticket_at(core, ticket))->offer(core, ticket, agent);
}

void rd_match_ticket(struct rd_core *core, uint32_t ticket)
{
	const struct rd_ticket *t = rd_ticket_at(core, ticket);

	/* an offer that fails at once pauses its agent: this ends */
	while (!core->quiet && t->state == RD_TICKET_WAITS) {
		uint16_t agent =
			rd_match_choose(core, rd_class_at(core, t->cls));

		if (agent == RD_INDEX_NONE)
			return;
		offer(core, ticket, agent);
	}
}

/* Where a ticket comes for an agent: before its rank, if he prefers its queue. */
static int64_t rank_for(const struct rd_core *core, const struct rd_ticket *t,
			uint16_t agent)
{
	const struct rd_cfg_member *member =
		agent == RD_INDEX_NONE ? NULL
				       : rd_serve_member(core, agent, t->queue);

	return t->line.key - (member ? rd_rank_of_ms(member->prefer_ms) : 0);
}

static bool any_free(const struct rd_core *core, const struct rd_class *cls)
{
	const uint64_t *free = set_of(core, RD_SET_FREE);

	for (uint32_t word = 0; word < core->state->agent_words; word++)
		if (cls->agents[word] & free[word])
			return true;
	return false;
}

static uint32_t first_waiting(const struct rd_core *core,
			      const struct rd_class *cls)
{
	return cls->first;
}

static uint32_t first_joined(const struct rd_core *core,
			     const struct rd_class *cls)
{
	return rd_tree_first(rd_ticket_opens(core), cls->joined);
}

/*
 * The first of all tickets that this agent may serve, of each class the one that
 * first_of says; RD_INDEX_NONE: any agent who is free.
 */
static uint32_t first_ticket(const struct rd_core *core, uint16_t agent,
			     uint32_t (*first_of)(const struct rd_core *core,
						  const struct rd_class *cls))
{
	struct rd_node best = { 0 }, node = { 0 };
	uint32_t first = RD_NONE;

	for (uint32_t i = 0; i < core->state->queues; i++) {
		const struct rd_queue *q = rd_queue_get(core, (uint16_t)i);
		const struct rd_class *cls;

		if (!q->used || !q->waiting)
			continue;
		for (uint32_t k = q->classes; k != RD_NONE; k = cls->next) {
			const struct rd_ticket *t;
			uint32_t ticket;

			cls = rd_class_at(core, k);
			ticket = first_of(core, cls);
			if (ticket == RD_NONE ||
			    (agent == RD_INDEX_NONE
				     ? !any_free(core, cls)
				     : !rd_match_may(cls, agent)))
				continue;
			t = rd_ticket_at(core, ticket);
			node.key = rank_for(core, t, agent);
			node.order = t->line.order;
			if (first == RD_NONE ||
			    rd_node_is_before(&node, &best)) {
				best = node;
				first = ticket;
			}
		}
	}
	return first;
}

void rd_match_agent(struct rd_core *core, uint16_t agent)
{
	const struct rd_agent *a = rd_agent_get(core, agent);
	uint32_t ticket;

	/* an offer that fails at once pauses its agent: this ends */
	while (!core->quiet && rd_agent_is_free(a)) {
		ticket = first_ticket(core, agent, first_waiting);
		if (ticket == RD_NONE)
			ticket = first_ticket(core, agent, first_joined);
		if (ticket == RD_NONE)
			return;
		offer(core, ticket, agent);
	}
}

void rd_match_all(struct rd_core *core)
{
	uint32_t ticket;

	while (!core->quiet &&
	       (ticket = first_ticket(core, RD_INDEX_NONE, first_waiting)) !=
		       RD_NONE)
		rd_match_ticket(core, ticket);
	for (uint32_t i = 0; i < core->state->agents; i++)
		rd_match_agent(core, (uint16_t)i);
}

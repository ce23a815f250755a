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

#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/state.h"

static uint64_t *set_of(const struct rd_core *core, enum rd_set set)
{
	return (uint64_t *)((uintptr_t)core->state + core->state->sets_offset) +
	       (uint64_t)set * core->state->agent_words;
}

static uint64_t *members_of(const struct rd_core *core, uint16_t queue)
{
	return (uint64_t *)((uintptr_t)core->state +
			    core->state->members_offset) +
	       (uint64_t)queue * core->state->agent_words;
}

bool rd_match_serves(const struct rd_core *core, uint16_t agent, uint16_t queue)
{
	return members_of(core, queue)[agent / 64] >> agent % 64 & 1;
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

	for (int set = 0; set < RD_SETS; set++) {
		uint64_t *word = &set_of(core, set)[agent / 64];

		*word = in[set] ? *word | bit : *word & ~bit;
	}
}

uint32_t rd_match_count(const struct rd_core *core, uint16_t queue,
			enum rd_set set)
{
	const uint64_t *members = members_of(core, queue);
	const uint64_t *of = set_of(core, set);
	uint32_t n = 0;

	for (uint32_t word = 0; word < core->state->agent_words; word++)
		n += (uint32_t)__builtin_popcountll(members[word] & of[word]);
	return n;
}

uint32_t rd_match_count_both(const struct rd_core *core, uint16_t a, uint16_t b,
			     enum rd_set set)
{
	const uint64_t *of_a = members_of(core, a), *of_b = members_of(core, b);
	const uint64_t *of = set_of(core, set);
	uint32_t n = 0;

	for (uint32_t word = 0; word < core->state->agent_words; word++)
		n += (uint32_t)__builtin_popcountll(of_a[word] & of_b[word] &
						    of[word]);
	return n;
}

void rd_match_configure(struct rd_core *core)
{
	struct rd_state *s = core->state;
	const struct rd_config *config = core->config;

	memset(members_of(core, 0), 0,
	       (size_t)s->queues * s->agent_words * sizeof(uint64_t));
	for (uint16_t i = 0; i < config->nagents; i++) {
		const struct rd_cfg_agent *cfg = &config->agents[i];
		uint16_t agent =
			rd_map_place(core, RD_MAP_AGENTS, s->generation, i);

		for (uint16_t k = 0; k < cfg->nqueues; k++) {
			uint16_t queue =
				rd_map_place(core, RD_MAP_QUEUES, s->generation,
					     cfg->queues[k].queue);

			if (agent != RD_INDEX_NONE && queue != RD_INDEX_NONE)
				members_of(core, queue)[agent / 64] |=
					(uint64_t)1 << agent % 64;
		}
	}
}

/* ---- strategies ------------------------------------------------------------ */

/* Is a to be chosen before b? Orders are total: no two agents are equal. */
typedef bool rd_before_fn(const struct rd_queue *queue,
			  const struct rd_agent *a, const struct rd_agent *b);

static bool longest_idle(const struct rd_queue *queue, const struct rd_agent *a,
			 const struct rd_agent *b)
{
	return a->idle_order < b->idle_order;
}

/* Steps from the agent last chosen to this one, all round. */
static uint32_t steps(const struct rd_queue *queue, const struct rd_agent *a)
{
	if (queue->last_agent == RD_NONE)
		return a->order;
	return (a->order + 0x10000u - queue->last_agent - 1) & 0xffff;
}

static bool round_robin(const struct rd_queue *queue, const struct rd_agent *a,
			const struct rd_agent *b)
{
	return steps(queue, a) < steps(queue, b);
}

static bool fixed_order(const struct rd_queue *queue, const struct rd_agent *a,
			const struct rd_agent *b)
{
	return a->order < b->order;
}

static bool fewest_calls(const struct rd_queue *queue, const struct rd_agent *a,
			 const struct rd_agent *b)
{
	if (a->answered != b->answered)
		return a->answered < b->answered;
	return longest_idle(queue, a, b);
}

static rd_before_fn *const strategies[] = {
	[RD_STRATEGY_LONGEST_IDLE] = longest_idle,
	[RD_STRATEGY_ROUND_ROBIN] = round_robin,
	[RD_STRATEGY_FIXED_ORDER] = fixed_order,
	[RD_STRATEGY_FEWEST_CALLS] = fewest_calls,
};

bool rd_match_is_before(const struct rd_core *core, uint16_t queue, uint16_t a,
			uint16_t b)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);

	return strategies[cfg ? cfg->strategy : RD_STRATEGY_LONGEST_IDLE](
		rd_queue_get(core, queue), rd_agent_get(core, a),
		rd_agent_get(core, b));
}

uint16_t rd_match_choose(const struct rd_core *core, const struct rd_class *cls)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, cls->queue);
	const uint64_t *free = set_of(core, RD_SET_FREE);
	rd_before_fn *before =
		strategies[cfg ? cfg->strategy : RD_STRATEGY_LONGEST_IDLE];
	uint16_t best = RD_INDEX_NONE;

	for (uint32_t word = 0; word < core->state->agent_words; word++)
		for (uint64_t set = cls->agents[word] & free[word]; set;
		     set &= set - 1) {
			uint16_t agent =
				(uint16_t)(word * 64 +
					   (unsigned)__builtin_ctzll(set));

			if (best == RD_INDEX_NONE ||
			    before(rd_queue_get(core, cls->queue),
				   rd_agent_get(core, agent),
				   rd_agent_get(core, best)))
				best = agent;
		}
	return best;
}

/* ---- who may serve ----------------------------------------------------------- */

bool rd_match_may(const struct rd_class *cls, uint16_t agent)
{
	return cls->agents[agent / 64] >> agent % 64 & 1;
}

void rd_match_class(struct rd_core *core, uint32_t index)
{
	struct rd_class *cls = rd_class_at(core, index);

	memcpy(cls->agents, members_of(core, cls->queue),
	       core->state->agent_words * sizeof(cls->agents[0]));
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

/* Does the first ticket of class a come before that of b? */
static bool comes_first(const struct rd_core *core, const struct rd_class *a,
			const struct rd_class *b)
{
	return rd_node_is_before(&rd_ticket_at(core, a->first)->line,
				 &rd_ticket_at(core, b->first)->line);
}

/* Of all classes with somebody who waits, the one whose first comes first. */
static const struct rd_class *
first_class(const struct rd_core *core,
	    bool (*may)(const struct rd_core *core, const struct rd_class *cls,
			uint16_t agent),
	    uint16_t agent)
{
	const struct rd_class *best = NULL;

	for (uint32_t i = 0; i < core->state->queues; i++) {
		const struct rd_queue *q = rd_queue_get(core, (uint16_t)i);
		const struct rd_class *cls;

		if (!q->used || !q->waiting)
			continue;
		for (uint32_t k = q->classes; k != RD_NONE; k = cls->next) {
			cls = rd_class_at(core, k);
			if (cls->first != RD_NONE && may(core, cls, agent) &&
			    (!best || comes_first(core, cls, best)))
				best = cls;
		}
	}
	return best;
}

static bool he_may(const struct rd_core *core, const struct rd_class *cls,
		   uint16_t agent)
{
	return rd_match_may(cls, agent);
}

static bool any_may(const struct rd_core *core, const struct rd_class *cls,
		    uint16_t agent)
{
	const uint64_t *free = set_of(core, RD_SET_FREE);

	for (uint32_t word = 0; word < core->state->agent_words; word++)
		if (cls->agents[word] & free[word])
			return true;
	return false;
}

void rd_match_agent(struct rd_core *core, uint16_t agent)
{
	const struct rd_agent *a = rd_agent_get(core, agent);

	while (!core->quiet && rd_agent_is_free(a)) {
		const struct rd_class *cls = first_class(core, he_may, agent);

		if (!cls)
			return;
		offer(core, cls->first, agent);
	}
}

void rd_match_all(struct rd_core *core)
{
	const struct rd_class *cls;

	while (!core->quiet &&
	       (cls = first_class(core, any_may, RD_INDEX_NONE)))
		offer(core, cls->first, rd_match_choose(core, cls));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Matching: who of the free agents gets which of the waiting callers.
 *
 * HOW. Two kinds of sets over the agents' places, as words of 64 bits: those who
 * serve a queue, and those who are free. A choice looks at the agents in both,
 * so its cost is that of the free ones, not of all.
 *
 * A caller and a free agent who may serve him never both wait: whoever becomes
 * available looks for the other at once (ACD "autofill": as many pairs as there
 * are, in one event). An agent of several queues takes the caller who has waited
 * longest in any of them.
 */
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/state.h"

static uint64_t *free_set(const struct rd_core *core)
{
	return (uint64_t *)((uintptr_t)core->state + core->state->free_offset);
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
	uint64_t *word = &free_set(core)[agent / 64];
	uint64_t bit = (uint64_t)1 << agent % 64;

	if (rd_agent_is_free(rd_agent_get(core, agent)))
		*word |= bit;
	else
		*word &= ~bit;
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
					     cfg->queues[k]);

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

bool rd_match_is_before(const struct rd_core *core, uint16_t queue,
			uint16_t a, uint16_t b)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);

	return strategies[cfg ? cfg->strategy : RD_STRATEGY_LONGEST_IDLE](
		rd_queue_get(core, queue), rd_agent_get(core, a),
		rd_agent_get(core, b));
}

uint16_t rd_match_choose(const struct rd_core *core, uint16_t queue)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	const uint64_t *members = members_of(core, queue);
	const uint64_t *free = free_set(core);
	rd_before_fn *before =
		strategies[cfg ? cfg->strategy : RD_STRATEGY_LONGEST_IDLE];
	uint16_t best = RD_INDEX_NONE;

	for (uint32_t word = 0; word < core->state->agent_words; word++)
		for (uint64_t set = members[word] & free[word]; set;
		     set &= set - 1) {
			uint16_t agent =
				(uint16_t)(word * 64 +
					   (unsigned)__builtin_ctzll(set));

			if (best == RD_INDEX_NONE ||
			    before(rd_queue_get(core, queue),
				   rd_agent_get(core, agent),
				   rd_agent_get(core, best)))
				best = agent;
		}
	return best;
}

/* ---- pairs ------------------------------------------------------------------ */

void rd_match_queue(struct rd_core *core, uint16_t queue)
{
	struct rd_queue *q = rd_queue_get(core, queue);

	if (core->quiet)
		return;
	/* an offer that fails at once pauses its agent: this ends */
	while (q->idle_head != RD_NONE) {
		uint16_t agent = rd_match_choose(core, queue);

		if (agent == RD_INDEX_NONE)
			return;
		rd_queue_offer(core, rd_call_at(core, q->idle_head), agent);
	}
}

void rd_match_agent(struct rd_core *core, uint16_t agent)
{
	const struct rd_agent *a = rd_agent_get(core, agent);

	while (!core->quiet && rd_agent_is_free(a)) {
		struct rd_call *oldest = NULL;

		for (uint32_t i = 0; i < core->state->queues; i++) {
			const struct rd_queue *q =
				rd_queue_get(core, (uint16_t)i);
			struct rd_call *call;

			if (!q->used || q->idle_head == RD_NONE ||
			    !rd_match_serves(core, agent, (uint16_t)i))
				continue;
			call = rd_call_at(core, q->idle_head);
			if (!oldest ||
			    call->in_queue.order < oldest->in_queue.order)
				oldest = call;
		}
		if (!oldest)
			return;
		rd_queue_offer(core, oldest, agent);
	}
}

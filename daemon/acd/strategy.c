// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strategies over a view of agents.
 *
 * A strategy is an order of two agents, and then the first in that order is
 * picked; or a function of its own, where there is chance. Orders are total:
 * idle_order and the place in the configuration differ for any two agents.
 */
#include "daemon/acd/strategy.h"

#include <string.h>

#include "daemon/acd/queue.h"
#include "daemon/acd/serve.h"
#include "daemon/core/state.h"

/* ---- what is known of an agent --------------------------------------------- */

static const struct rd_agent *agent_of(const struct rd_view *v, uint16_t agent)
{
	return rd_agent_get(v->core, agent);
}

uint32_t rd_strategy_key(const struct rd_core *core, uint16_t agent,
			 uint16_t queue)
{
	const struct rd_cfg_member *member =
		rd_serve_member(core, agent, queue);

	return (uint32_t)(member ? member->order : 0xffff) << 16 |
	       rd_agent_get(core, agent)->order;
}

unsigned rd_strategy_penalty(const struct rd_core *core, uint16_t agent,
			     uint16_t queue)
{
	const struct rd_cfg_member *member =
		rd_serve_member(core, agent, queue);

	return member ? member->penalty : RD_PENALTY_NONE;
}

static unsigned skill_sum(const struct rd_core *core,
			  const uint8_t need[RD_SKILLS_MAX], uint16_t agent)
{
	unsigned sum = 0;

	for (uint16_t skill = 0; skill < RD_SKILLS_MAX; skill++)
		if (need[skill])
			sum += rd_serve_level(core, agent, skill);
	return sum;
}

unsigned rd_strategy_skill(const struct rd_core *core,
			   const struct rd_class *cls, uint16_t agent)
{
	uint8_t need[RD_SKILLS_MAX];

	rd_serve_needs(core, cls, cls->step, need);
	return skill_sum(core, need, agent);
}

/* ---- orders: is a before b? -------------------------------------------------- */

typedef bool rd_before_fn(const struct rd_view *v, uint16_t a, uint16_t b);

static bool longest_idle(const struct rd_view *v, uint16_t a, uint16_t b)
{
	return agent_of(v, a)->idle_order < agent_of(v, b)->idle_order;
}

static bool fixed_order(const struct rd_view *v, uint16_t a, uint16_t b)
{
	return rd_strategy_key(v->core, a, v->cls->queue) <
	       rd_strategy_key(v->core, b, v->cls->queue);
}

/* Who comes after the last one, all round. */
static bool round_robin(const struct rd_view *v, uint16_t a, uint16_t b)
{
	const struct rd_queue *q = rd_queue_get(v->core, v->cls->queue);
	uint32_t key_a = rd_strategy_key(v->core, a, v->cls->queue);
	uint32_t key_b = rd_strategy_key(v->core, b, v->cls->queue);
	bool after_a = q->last_key == RD_NONE || key_a > q->last_key;
	bool after_b = q->last_key == RD_NONE || key_b > q->last_key;

	return after_a != after_b ? after_a : key_a < key_b;
}

static bool fewest_calls(const struct rd_view *v, uint16_t a, uint16_t b)
{
	uint32_t calls_a = agent_of(v, a)->answered;
	uint32_t calls_b = agent_of(v, b)->answered;

	return calls_a != calls_b ? calls_a < calls_b : longest_idle(v, a, b);
}

static bool least_talk(const struct rd_view *v, uint16_t a, uint16_t b)
{
	uint64_t talk_a = agent_of(v, a)->talk_frames;
	uint64_t talk_b = agent_of(v, b)->talk_frames;

	return talk_a != talk_b ? talk_a < talk_b : longest_idle(v, a, b);
}

/* ---- chance ------------------------------------------------------------------- */

static unsigned share_of(const struct rd_view *v, uint16_t agent)
{
	const struct rd_cfg_member *member =
		rd_serve_member(v->core, agent, v->cls->queue);

	return member && member->share ? member->share : 1;
}

static unsigned equal_share(const struct rd_view *v, uint16_t agent)
{
	return 1;
}

static uint16_t by_chance(const struct rd_view *v,
			  unsigned (*share)(const struct rd_view *v,
					    uint16_t agent))
{
	uint16_t agent = RD_INDEX_NONE;
	uint32_t sum = 0, number;

	if (v->n == 1)
		return rd_view_next(v, RD_INDEX_NONE);
	while ((agent = rd_view_next(v, agent)) != RD_INDEX_NONE)
		sum += share(v, agent);
	number = rd_rng_below(&v->core->state->rng, sum);
	while ((agent = rd_view_next(v, agent)) != RD_INDEX_NONE) {
		if (number < share(v, agent))
			break;
		number -= share(v, agent);
	}
	return agent;
}

/* ---- the table ----------------------------------------------------------------- */

static const struct {
	const char *name;
	rd_before_fn *before; /* NULL: chance */
	unsigned (*share)(const struct rd_view *v, uint16_t agent);
	bool all;
} strategies[RD_STRATEGIES] = {
	/* clang-format off */
	[RD_STRATEGY_LONGEST_IDLE] = { "longest-idle", longest_idle, NULL, false },
	[RD_STRATEGY_ROUND_ROBIN] = { "round-robin", round_robin, NULL, false },
	[RD_STRATEGY_FIXED_ORDER] = { "fixed-order", fixed_order, NULL, false },
	[RD_STRATEGY_FEWEST_CALLS] = { "fewest-calls", fewest_calls, NULL, false },
	[RD_STRATEGY_LEAST_TALK] = { "least-talk", least_talk, NULL, false },
	[RD_STRATEGY_RANDOM] = { "random", NULL, equal_share, false },
	[RD_STRATEGY_WEIGHTED_RANDOM] = { "weighted-random", NULL, share_of, false },
	[RD_STRATEGY_RING_ALL] = { "ring-all", longest_idle, NULL, true },
	[RD_STRATEGY_PROGRESSIVE] = { "progressive", fixed_order, NULL, false },
	/* clang-format on */
};

const char *rd_strategy_name(enum rd_strategy strategy)
{
	return strategies[strategy].name;
}

bool rd_strategy_rings_all(enum rd_strategy strategy)
{
	return strategies[strategy].all;
}

enum rd_strategy rd_strategy_of(const struct rd_view *view)
{
	return view->cfg ? view->cfg->strategy : RD_STRATEGY_LONGEST_IDLE;
}

static uint16_t first(const struct rd_view *v, rd_before_fn *before)
{
	uint16_t agent = RD_INDEX_NONE, best = RD_INDEX_NONE;

	while ((agent = rd_view_next(v, agent)) != RD_INDEX_NONE)
		if (best == RD_INDEX_NONE || before(v, agent, best))
			best = agent;
	return best;
}

uint16_t rd_strategy_pick(const struct rd_view *view)
{
	enum rd_strategy strategy = rd_strategy_of(view);

	return strategies[strategy].before
		       ? first(view, strategies[strategy].before)
		       : by_chance(view, strategies[strategy].share);
}

bool rd_strategy_is_before(const struct rd_core *core,
			   const struct rd_class *cls, uint16_t a, uint16_t b)
{
	const struct rd_view view = {
		.core = core,
		.cls = cls,
		.cfg = rd_queue_config(core, cls->queue),
	};
	unsigned penalty_a = rd_strategy_penalty(core, a, cls->queue);
	unsigned penalty_b = rd_strategy_penalty(core, b, cls->queue);
	unsigned skill_a, skill_b;

	if (penalty_a != penalty_b)
		return penalty_a < penalty_b;
	if (view.cfg && view.cfg->prefer_skilled) {
		skill_a = rd_strategy_skill(core, cls, a);
		skill_b = rd_strategy_skill(core, cls, b);
		if (skill_a != skill_b)
			return skill_a > skill_b;
	}
	return strategies[rd_strategy_of(&view)].before &&
	       strategies[rd_strategy_of(&view)].before(&view, a, b);
}

/* ---- views ------------------------------------------------------------------------ */

uint16_t rd_view_next(const struct rd_view *view, uint16_t agent)
{
	uint32_t from = agent == RD_INDEX_NONE ? 0 : agent + 1u;
	uint64_t set;

	for (uint32_t word = from / 64; word < view->words; word++) {
		set = view->set[word];
		if (word == from / 64)
			set &= ~(uint64_t)0 << from % 64;
		if (set)
			return (uint16_t)(word * 64 +
					  (unsigned)__builtin_ctzll(set));
	}
	return RD_INDEX_NONE;
}

/* Only those who are in set, too; if nobody is, all stay. */
static bool keep(struct rd_view *view, const uint64_t *set)
{
	uint32_t n = 0;

	for (uint32_t w = 0; w < view->words; w++)
		n += (uint32_t)__builtin_popcountll(view->set[w] & set[w]);
	if (!n)
		return false;
	for (uint32_t w = 0; w < view->words; w++)
		view->set[w] &= set[w];
	view->n = n;
	return true;
}

bool rd_view_free(const struct rd_core *core, const struct rd_class *cls,
		  struct rd_view *view)
{
	const uint64_t *free = rd_match_set(core, RD_SET_FREE);

	view->core = core;
	view->cls = cls;
	view->cfg = rd_queue_config(core, cls->queue);
	view->words = core->state->agent_words;
	view->n = 0;
	for (uint32_t w = 0; w < view->words; w++) {
		view->set[w] = cls->agents[w] & free[w];
		view->n += (uint32_t)__builtin_popcountll(view->set[w]);
	}
	return view->n;
}

static void keep_skilled(struct rd_view *view)
{
	uint64_t best[RD_AGENT_WORDS_MAX] = { 0 };
	uint8_t need[RD_SKILLS_MAX];
	uint16_t agent = RD_INDEX_NONE;
	unsigned most = 0;

	rd_serve_needs(view->core, view->cls, view->cls->step, need);
	while ((agent = rd_view_next(view, agent)) != RD_INDEX_NONE) {
		unsigned sum = skill_sum(view->core, need, agent);

		if (sum > most) {
			memset(best, 0, view->words * sizeof(best[0]));
			most = sum;
		}
		if (sum == most)
			best[agent / 64] |= (uint64_t)1 << agent % 64;
	}
	keep(view, best);
}

void rd_view_narrow(struct rd_view *view)
{
	for (unsigned p = 0; p <= RD_PENALTY_MAX; p++)
		if (keep(view,
			 rd_serve_members(view->core, view->cls->queue, p)))
			break;
	if (view->cfg && view->cfg->prefer_skilled)
		keep_skilled(view);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second dispatcher, to hold the first against: written from the rules in
 * daemon/acd/README.md, and sharing no line with it. It reads a configuration
 * and is told what happened (somebody waits, an agent is ready, an offer is
 * over); for each reservation core makes it says whether the rules make the same
 * one, and after each event whether one was forgotten.
 *
 * It is as slow and as plain as can be: whoever is asked for is looked for among
 * all, and everything is computed anew.
 *
 * Chance. Of several agents that random and weighted-random may take, any one is
 * right here.
 *
 * Coincidence. What becomes possible within one event is tried in its order. When
 * a rest or a step ends in the very frame in which something else does (a phone
 * has rung long enough), which timer core set first is not known here: then a pair
 * that the rules allow is counted as unsure, and taken.
 *
 * wrong: bits of rules that are broken on purpose, to prove that it is seen.
 */
#ifndef TEST_DISPATCHER_MODEL_H
#define TEST_DISPATCHER_MODEL_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/config/config.h"

#define DM_AGENTS   8
#define DM_TICKETS  32
#define DM_TRIGGERS 64
#define DM_NEVER    UINT64_MAX

enum dm_wrong {
	DM_NO_PENALTY = 1 << 0,
	DM_NO_PREFER = 1 << 1,
	DM_ORDER_OF_ENTRY = 1 << 2, /* of two equal ranks the later first */
	DM_NO_HEAD_START = 1 << 3,
	DM_NO_SKILL = 1 << 4,
	DM_NO_RELAX = 1 << 5,
	DM_NO_REST = 1 << 6,
	DM_WITHDRAWN_IS_NEW = 1 << 7, /* idle order grows by it, too */
	DM_ROUND_FROM_FIRST = 1 << 8,
	DM_NOT_CLEARED = 1 << 9,     /* a phone we still release is free */
	DM_CALLS_FOR_EVER = 1 << 10, /* counted over sign-ins */
	DM_NO_PRIORITY = 1 << 11,
};

struct dm_agent {
	bool in, ready;
	bool rests;	     /* after a call that he did not take */
	uint64_t rest_until; /* frame */
	uint64_t rest_set;   /* grows: which was set first */
	int clearing, direct;
	uint64_t idle_order;
	unsigned answered;
	uint64_t talked, talk_since;
	bool talking, withdrawn; /* his last offer was */
};

enum dm_state {
	DM_NONE,
	DM_WAITS,
	DM_RINGS,
	DM_HELD
};

struct dm_ticket {
	uint64_t call;
	uint16_t queue;
	enum dm_state state;
	uint64_t e, o;
	int64_t rank;
	int p;
	uint16_t agent; /* kept for him, or RD_INDEX_NONE */
	unsigned step;	/* as of the last look */
	uint64_t step_set;
};

struct dm {
	const struct rd_config *config;
	struct dm_agent agent[DM_AGENTS];
	struct dm_ticket ticket[DM_TICKETS];
	uint64_t now, order, idle, set;
	uint64_t timed;	     /* frame up to which core's timers have fired */
	int last[DM_AGENTS]; /* by queue: agent last offered, -1 none */
	struct dm_trigger {
		bool is_agent;
		int who; /* agent, ticket */
	} trigger[DM_TRIGGERS];
	int ntriggers;
	unsigned wrong;
	uint64_t pairs; /* that agreed */
	/* of this event: timers of the rules, and what else happened */
	unsigned fired, facts;
	uint64_t unsure; /* pairs of which the order of timers is not known */
	char why[256];	 /* the first that did not */
	uint64_t failed; /* when */
};

static inline void dm_init(struct dm *m, const struct rd_config *config,
			   unsigned wrong)
{
	memset(m, 0, sizeof(*m));
	m->config = config;
	m->wrong = wrong;
	for (int i = 0; i < DM_AGENTS; i++)
		m->last[i] = -1;
}

static inline void __attribute__((format(printf, 2, 3)))
dm_fail(struct dm *m, const char *fmt, ...)
{
	va_list ap;

	if (m->why[0])
		return;
	va_start(ap, fmt);
	vsnprintf(m->why, sizeof(m->why), fmt, ap);
	va_end(ap);
	m->failed = m->now;
}

/*
 * Has that frame come? An event of that very frame may be handled before core
 * is told the time; then it has not.
 */
static inline bool dm_come(const struct dm *m, uint64_t frame)
{
	return frame < m->now || frame <= m->timed;
}

/* ---- who may serve --------------------------------------------------------------- */

static inline const struct rd_cfg_member *dm_member(const struct dm *m, int a,
						    uint16_t queue)
{
	const struct rd_cfg_agent *agent = &m->config->agents[a];

	for (uint16_t i = 0; i < agent->nqueues; i++)
		if (agent->queues[i].queue == queue)
			return &agent->queues[i];
	return NULL;
}

static inline unsigned dm_level(const struct rd_cfg_levels *levels,
				uint16_t skill)
{
	for (uint16_t i = 0; i < levels->n; i++)
		if (levels->at[i].skill == skill)
			return levels->at[i].level;
	return 0;
}

static inline bool dm_says(const struct rd_cfg_levels *levels, uint16_t skill)
{
	for (uint16_t i = 0; i < levels->n; i++)
		if (levels->at[i].skill == skill)
			return true;
	return false;
}

/* The step a ticket is at: how many of the queue's it has reached. */
static inline unsigned dm_step(const struct dm *m, const struct dm_ticket *t)
{
	const struct rd_cfg_queue *q = &m->config->queues[t->queue];
	unsigned k = 0;

	if (m->wrong & DM_NO_RELAX)
		return 0;
	for (uint16_t i = 0; i < q->nrelax; i++)
		k += dm_come(m, t->e + (uint64_t)q->relax[i].after_ms * 8);
	return k;
}

static inline unsigned dm_need(const struct dm *m, const struct dm_ticket *t,
			       uint16_t skill)
{
	const struct rd_cfg_queue *q = &m->config->queues[t->queue];
	unsigned need = dm_level(&q->skills, skill);

	for (unsigned i = 0; i < dm_step(m, t); i++)
		if (dm_says(&q->relax[i].skills, skill) &&
		    dm_level(&q->relax[i].skills, skill) < need)
			need = dm_level(&q->relax[i].skills, skill);
	return m->wrong & DM_NO_SKILL ? 0 : need;
}

static inline unsigned dm_limit(const struct dm *m, const struct dm_ticket *t)
{
	const struct rd_cfg_queue *q = &m->config->queues[t->queue];
	unsigned limit = 7;

	for (uint16_t i = 0; i < q->nrelax; i++)
		if (q->relax[i].has_penalty)
			limit = 0;
	for (unsigned i = 0; i < dm_step(m, t); i++)
		if (q->relax[i].has_penalty && q->relax[i].penalty > limit)
			limit = q->relax[i].penalty;
	return limit;
}

static inline bool dm_may(const struct dm *m, int a, const struct dm_ticket *t)
{
	const struct rd_cfg_queue *q = &m->config->queues[t->queue];
	const struct rd_cfg_member *in = dm_member(m, a, t->queue);
	bool admitted = in && in->penalty <= dm_limit(m, t);

	if (t->agent != RD_INDEX_NONE)
		return t->agent == a;
	for (unsigned i = 0; i < dm_step(m, t); i++)
		for (uint16_t k = 0; k < q->relax[i].nqueues; k++)
			admitted |=
				dm_member(m, a, q->relax[i].queues[k]) != NULL;
	for (uint16_t s = 0; admitted && s < RD_SKILLS_MAX; s++)
		admitted = dm_level(&m->config->agents[a].skills, s) >=
			   dm_need(m, t, s);
	return admitted;
}

static inline bool dm_free(const struct dm *m, int a)
{
	const struct dm_agent *agent = &m->agent[a];

	return agent->in && agent->ready &&
	       (!agent->rests || m->wrong & DM_NO_REST) &&
	       (!agent->clearing || m->wrong & DM_NOT_CLEARED) &&
	       !agent->direct;
}

/* ---- which agent ------------------------------------------------------------------- */

static inline unsigned dm_penalty(const struct dm *m, int a,
				  const struct dm_ticket *t)
{
	const struct rd_cfg_member *in = dm_member(m, a, t->queue);

	if (m->wrong & DM_NO_PENALTY)
		return 0;
	return in ? in->penalty : 8;
}

static inline unsigned dm_skilled(const struct dm *m, int a,
				  const struct dm_ticket *t)
{
	unsigned sum = 0;

	for (uint16_t s = 0; s < RD_SKILLS_MAX; s++)
		if (dm_need(m, t, s))
			sum += dm_level(&m->config->agents[a].skills, s);
	return sum;
}

/* (order in that queue, position in the configuration) as one number */
static inline int dm_key(const struct dm *m, int a, const struct dm_ticket *t)
{
	const struct rd_cfg_member *in = dm_member(m, a, t->queue);

	return (in ? in->order : 60000) * 1000 + a;
}

/* a before b by the strategy of the ticket's queue? */
static inline bool dm_before(const struct dm *m, int a, int b,
			     const struct dm_ticket *t)
{
	const struct dm_agent *x = &m->agent[a], *y = &m->agent[b];
	int ka = dm_key(m, a, t), kb = dm_key(m, b, t), last;

	switch (m->config->queues[t->queue].strategy) {
	case RD_STRATEGY_ROUND_ROBIN:
		last = m->last[t->queue];
		if (last >= 0 && !(m->wrong & DM_ROUND_FROM_FIRST)) {
			bool pa = ka > dm_key(m, last, t);
			bool pb = kb > dm_key(m, last, t);

			if (pa != pb)
				return pa;
		}
		return ka < kb;
	case RD_STRATEGY_FIXED_ORDER:
		return ka < kb;
	case RD_STRATEGY_FEWEST_CALLS:
		if (x->answered != y->answered)
			return x->answered < y->answered;
		break;
	case RD_STRATEGY_LEAST_TALK:
		if (x->talked != y->talked)
			return x->talked < y->talked;
		break;
	default:
		break;
	}
	return x->idle_order < y->idle_order;
}

static inline bool dm_by_chance(const struct dm *m, const struct dm_ticket *t)
{
	uint8_t s = m->config->queues[t->queue].strategy;

	return s == RD_STRATEGY_RANDOM || s == RD_STRATEGY_WEIGHTED_RANDOM;
}

/* The agent for a ticket, -1: nobody. hint is as good, where chance decides. */
static inline int dm_choose(const struct dm *m, const struct dm_ticket *t,
			    int hint)
{
	bool skilled = m->config->queues[t->queue].prefer_skilled;
	int best = -1;

	for (int a = 0; a < m->config->nagents; a++) {
		if (!dm_free(m, a) || !dm_may(m, a, t))
			continue;
		if (best >= 0 &&
		    dm_penalty(m, a, t) != dm_penalty(m, best, t)) {
			if (dm_penalty(m, a, t) < dm_penalty(m, best, t))
				best = a;
			continue;
		}
		if (best >= 0 && skilled &&
		    dm_skilled(m, a, t) != dm_skilled(m, best, t)) {
			if (dm_skilled(m, a, t) > dm_skilled(m, best, t))
				best = a;
			continue;
		}
		if (best < 0 ||
		    (dm_by_chance(m, t) ? a == hint : dm_before(m, a, best, t)))
			best = a;
	}
	return best;
}

/* ---- which ticket -------------------------------------------------------------------- */

static inline int64_t dm_rank_for(const struct dm *m, int a,
				  const struct dm_ticket *t)
{
	const struct rd_cfg_member *in = dm_member(m, a, t->queue);

	if (!in || m->wrong & DM_NO_PREFER)
		return t->rank;
	return t->rank - (int64_t)in->prefer_ms * 8;
}

static inline int dm_first(const struct dm *m, int a)
{
	int best = -1;

	for (int i = 0; i < DM_TICKETS; i++) {
		const struct dm_ticket *t = &m->ticket[i], *b;
		int64_t x, y;

		if (t->state != DM_WAITS || !dm_may(m, a, t))
			continue;
		if (best < 0) {
			best = i;
			continue;
		}
		b = &m->ticket[best];
		x = dm_rank_for(m, a, t);
		y = dm_rank_for(m, a, b);
		if (x < y ||
		    (x == y && (m->wrong & DM_ORDER_OF_ENTRY ? t->o > b->o
							     : t->o < b->o)))
			best = i;
	}
	return best;
}

/* ---- what happens ---------------------------------------------------------------------- */

/* What a trigger yields now; false: nothing. */
static inline bool dm_pair(const struct dm *m, const struct dm_trigger *by,
			   int hint, int *a, int *t)
{
	if (by->is_agent) {
		*a = by->who;
		if (!dm_free(m, *a))
			return false;
		*t = dm_first(m, *a);
		return *t >= 0;
	}
	*t = by->who;
	if (m->ticket[*t].state != DM_WAITS)
		return false;
	*a = dm_choose(m, &m->ticket[*t], hint);
	return *a >= 0;
}

/* Before something happens: what yielded no pair till then never will. */
static inline void dm_prune(struct dm *m)
{
	int n = 0, a, t;

	for (int i = 0; i < m->ntriggers; i++)
		if (dm_pair(m, &m->trigger[i], -1, &a, &t))
			m->trigger[n++] = m->trigger[i];
	m->ntriggers = n;
}

static inline void dm_trigger(struct dm *m, bool is_agent, int who)
{
	if (m->ntriggers == DM_TRIGGERS)
		dm_fail(m, "too much in one event");
	else
		m->trigger[m->ntriggers++] =
			(struct dm_trigger){ is_agent, who };
}

static inline struct dm_ticket *dm_find(struct dm *m, uint64_t call)
{
	for (int i = 0; i < DM_TICKETS; i++)
		if (m->ticket[i].state && m->ticket[i].call == call)
			return &m->ticket[i];
	return NULL;
}

static inline void dm_rank(struct dm *m, struct dm_ticket *t)
{
	const struct rd_cfg_queue *q = &m->config->queues[t->queue];
	int64_t head = (int64_t)q->head_start_ms * 8;
	int64_t step = (int64_t)q->priority_step_ms * 8;

	if (m->wrong & DM_NO_HEAD_START)
		head = 0;
	if (m->wrong & DM_NO_PRIORITY)
		step = 0;
	t->rank = (int64_t)t->e - head - t->p * step;
}

static inline void dm_enter(struct dm *m, uint64_t call, uint16_t queue)
{
	dm_prune(m);
	for (int i = 0; i < DM_TICKETS; i++) {
		struct dm_ticket *t = &m->ticket[i];

		if (t->state)
			continue;
		*t = (struct dm_ticket){
			.call = call,
			.queue = queue,
			.state = DM_WAITS,
			.e = m->now,
			.o = ++m->order,
			.p = m->config->queues[queue].priority,
			.agent = RD_INDEX_NONE,
		};
		dm_rank(m, t);
		t->step = dm_step(m, t);
		t->step_set = ++m->set;
		dm_trigger(m, false, i);
		return;
	}
	dm_fail(m, "more tickets than the model has places");
}

/* Connected, or gone. */
static inline void dm_leave(struct dm *m, uint64_t call)
{
	struct dm_ticket *t = dm_find(m, call);

	if (t)
		t->state = DM_NONE;
}

static inline void dm_priority(struct dm *m, uint64_t call, int p)
{
	struct dm_ticket *t = dm_find(m, call);

	if (!t)
		return;
	t->p = p;
	dm_rank(m, t);
}

/* The last offer of a ticket is over: it waits again. */
static inline void dm_waits_again(struct dm *m, uint64_t call)
{
	struct dm_ticket *t = dm_find(m, call);

	if (!t || t->state != DM_RINGS)
		return;
	m->facts++;
	dm_prune(m);
	t->state = DM_WAITS;
	dm_trigger(m, false, (int)(t - m->ticket));
}

static inline void dm_rests(struct dm *m, int a, uint64_t frames)
{
	m->agent[a].rests = true;
	m->agent[a].rest_until = m->now + frames;
	m->agent[a].rest_set = ++m->set;
}

/* His rest is over; he said so, or it was long enough. */
static inline void dm_rested(struct dm *m, int a)
{
	dm_prune(m);
	m->agent[a].rests = false;
	dm_trigger(m, true, a);
}

static inline void dm_sign_in(struct dm *m, int a)
{
	m->agent[a].in = true;
	if (!(m->wrong & DM_CALLS_FOR_EVER))
		m->agent[a].answered = 0;
	m->agent[a].talked = 0;
	m->agent[a].rests = false;
}

static inline void dm_ready(struct dm *m, int a, bool ready)
{
	struct dm_agent *agent = &m->agent[a];

	m->facts++;
	dm_prune(m);
	if (ready && !agent->ready &&
	    (!agent->withdrawn || m->wrong & DM_WITHDRAWN_IS_NEW))
		agent->idle_order = ++m->idle;
	agent->withdrawn = false;
	agent->ready = ready;
	if (ready)
		dm_trigger(m, true, a);
}

/* We release a call of his phone (1); it is over (-1). */
static inline void dm_clearing(struct dm *m, int a, int by)
{
	dm_prune(m);
	m->agent[a].clearing += by;
	if (by < 0)
		dm_trigger(m, true, a);
}

/* Of what is due, what was set first: an agent's rest, a ticket's step. */
static inline bool dm_next_timer(const struct dm *m, struct dm_trigger *out)
{
	uint64_t first = DM_NEVER;

	for (int a = 0; a < m->config->nagents; a++)
		if (m->agent[a].rests && dm_come(m, m->agent[a].rest_until) &&
		    m->agent[a].rest_set < first) {
			first = m->agent[a].rest_set;
			*out = (struct dm_trigger){ true, a };
		}
	for (int i = 0; i < DM_TICKETS; i++) {
		const struct dm_ticket *t = &m->ticket[i];

		if (t->state && dm_step(m, t) != t->step &&
		    t->step_set < first) {
			first = t->step_set;
			*out = (struct dm_trigger){ false, i };
		}
	}
	return first != DM_NEVER;
}

/* Time passes; timers: core's own have fired up to now. */
static inline void dm_time(struct dm *m, uint64_t now, bool timers)
{
	struct dm_trigger due;

	m->now = now;
	if (timers)
		m->timed = now;
	m->fired = m->facts = 0;
	while (dm_next_timer(m, &due)) {
		struct dm_ticket *t = &m->ticket[due.who];

		m->fired++;
		if (due.is_agent) {
			dm_rested(m, due.who);
			continue;
		}
		t->step = dm_step(m, t);
		t->step_set = ++m->set;
		dm_trigger(m, false, due.who);
	}
}

/* ---- pairs --------------------------------------------------------------------------------- */

static inline const char *dm_name(const struct dm *m, int a)
{
	return m->config->agents[a].number;
}

/* Core gave this agent that call: do the rules? */
static inline void dm_reserved(struct dm *m, int a, uint64_t call)
{
	struct dm_ticket *t = dm_find(m, call);
	int x = -1, y = -1, i = 0;

	while (i < m->ntriggers && !dm_pair(m, &m->trigger[i], a, &x, &y))
		i++;
	if (!t) {
		dm_fail(m, "%s gets call %llu, which does not wait",
			dm_name(m, a), (unsigned long long)call);
		return;
	}
	if (x == a && y >= 0 && &m->ticket[y] == t)
		m->pairs++;
	else if (m->fired && m->facts && t->state == DM_WAITS &&
		 dm_free(m, a) && dm_may(m, a, t))
		m->unsure++;
	else if (i == m->ntriggers)
		dm_fail(m, "%s gets call %llu, and nothing made that possible",
			dm_name(m, a), (unsigned long long)call);
	else
		dm_fail(m,
			"core: %s gets call %llu of queue %u; model: %s gets "
			"call %llu of queue %u",
			dm_name(m, a), (unsigned long long)call, t->queue,
			dm_name(m, x), (unsigned long long)m->ticket[y].call,
			m->ticket[y].queue);
	t->state = DM_RINGS;
	m->agent[a].ready = m->agent[a].withdrawn = false;
	m->last[t->queue] = a;
}

/* An event is over: nothing that the rules make possible was left undone. */
static inline void dm_settle(struct dm *m)
{
	m->ntriggers = 0;
	for (int i = 0; i < DM_TICKETS; i++)
		for (int a = 0; a < m->config->nagents; a++)
			if (m->ticket[i].state == DM_WAITS && dm_free(m, a) &&
			    dm_may(m, a, &m->ticket[i]))
				dm_fail(m,
					"call %llu of queue %u and %s both "
					"wait",
					(unsigned long long)m->ticket[i].call,
					m->ticket[i].queue, dm_name(m, a));
}

#endif

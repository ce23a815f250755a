// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may serve a queue: its agents, with the skills it asks for; and after the
 * steps by which that is relaxed, with fewer and from other queues.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/prove/inside.h"

static bool is_member(const struct rd_cfg_agent *a, uint16_t queue)
{
	for (uint16_t k = 0; k < a->nqueues; k++)
		if (a->queues[k].queue == queue)
			return true;
	return false;
}

/* Of the queue, or of one whose agents help after "steps" steps. */
static bool may_help(const struct prove *p, uint16_t queue, uint16_t steps,
		     const struct rd_cfg_agent *a)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];

	if (is_member(a, queue))
		return true;
	for (uint16_t s = 0; s < steps; s++)
		for (uint16_t k = 0; k < q->relax[s].nqueues; k++)
			if (is_member(a, q->relax[s].queues[k]))
				return true;
	return false;
}

static uint8_t level_of(const struct rd_cfg_levels *levels, uint16_t skill)
{
	for (uint16_t i = 0; i < levels->n; i++)
		if (levels->at[i].skill == skill)
			return levels->at[i].level;
	return 0;
}

/* What is asked for after so many steps. */
static uint8_t asked(const struct rd_cfg_queue *q, uint16_t steps,
		     uint16_t skill)
{
	uint8_t level = level_of(&q->skills, skill);

	for (uint16_t s = 0; s < steps; s++)
		for (uint16_t i = 0; i < q->relax[s].skills.n; i++)
			if (q->relax[s].skills.at[i].skill == skill)
				level = q->relax[s].skills.at[i].level;
	return level;
}

static bool may_serve(const struct prove *p, uint16_t queue, uint16_t steps,
		      const struct rd_cfg_agent *a)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];

	if (!may_help(p, queue, steps, a))
		return false;
	for (uint16_t s = 0; s < p->config->nskills; s++)
		if (level_of(&a->skills, s) < asked(q, steps, s))
			return false;
	return true;
}

static uint32_t crew(const struct prove *p, uint16_t queue, uint16_t steps)
{
	uint32_t n = 0;

	for (uint16_t i = 0; i < p->config->nagents; i++)
		n += may_serve(p, queue, steps, &p->config->agents[i]);
	return n;
}

bool rd_prove_is_served(const struct prove *p, uint16_t queue)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];

	for (uint16_t steps = 0; steps <= q->nrelax; steps++)
		if (crew(p, queue, steps))
			return true;
	return false;
}

uint32_t rd_prove_most_agents(const struct prove *p, uint16_t queue)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];
	uint32_t n = 0;

	for (uint16_t i = 0; i < p->config->nagents; i++)
		n += may_help(p, queue, q->nrelax, &p->config->agents[i]);
	return n;
}

/* ---- what is told ----------------------------------------------------------------- */

/* "no agent of it has french at level 3": the first skill that is missing. */
static bool missing_skill(const struct prove *p, uint16_t queue,
			  uint16_t *skill, uint8_t *best)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];

	for (uint16_t s = 0; s < p->config->nskills; s++) {
		*best = 0;
		*skill = s;
		for (uint16_t i = 0; i < p->config->nagents; i++) {
			const struct rd_cfg_agent *a = &p->config->agents[i];
			uint8_t level = level_of(&a->skills, s);

			if (may_help(p, queue, 0, a) && level > *best)
				*best = level;
		}
		if (*best < asked(q, 0, s))
			return true;
	}
	return false;
}

static void tell_skills(struct prove *p, uint16_t queue, uint32_t at)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];
	uint16_t tree = at == STATE_NONE ? NONE : p->states[at].tree, skill;
	bool served = rd_prove_is_served(p, queue);
	struct rd_finding *f;
	char then[120] = "";
	uint8_t best;

	for (uint16_t s = 1; served && s <= q->nrelax; s++)
		if (crew(p, queue, s)) {
			snprintf(then, sizeof(then),
				 "; somebody may serve it only after %u s",
				 q->relax[s - 1].after_ms / 1000);
			break;
		}
	if (missing_skill(p, queue, &skill, &best))
		f = rd_prove_find(p, RD_FIND_SKILL, q->place, tree, at,
				  "queue %s: asks for %s at level %u; the best "
				  "of its agents has level %u%s",
				  q->name, p->config->skills[skill].name,
				  asked(q, 0, skill), best, then);
	else
		f = rd_prove_find(p, RD_FIND_SKILL, q->place, tree, at,
				  "queue %s: no agent of it has all the skills "
				  "that it asks for%s",
				  q->name, then);
	if (f && served)
		f->severity = RD_WARNING;
}

/* What a step asks for besides, which relaxing it may forgive. */
static uint8_t asked_by_step(const struct rd_cfg_queue *q, uint16_t steps,
			     const struct rd_cfg_levels *more, uint16_t skill)
{
	uint8_t level = asked(q, steps, skill), extra = level_of(more, skill);

	for (uint16_t s = 0; s < steps; s++)
		for (uint16_t i = 0; i < q->relax[s].skills.n; i++)
			if (q->relax[s].skills.at[i].skill == skill)
				return level;
	return extra > level ? extra : level;
}

static bool is_step_served(const struct prove *p,
			   const struct rd_ivr_queue *step)
{
	const struct rd_cfg_queue *q = &p->config->queues[step->index];

	for (uint16_t steps = 0; steps <= q->nrelax; steps++)
		for (uint16_t i = 0; i < p->config->nagents; i++) {
			const struct rd_cfg_agent *a = &p->config->agents[i];
			uint16_t s = 0;

			if (!may_help(p, step->index, steps, a))
				continue;
			while (s < p->config->nskills &&
			       level_of(&a->skills, s) >=
				       asked_by_step(q, steps, &step->skills,
						     s))
				s++;
			if (s == p->config->nskills)
				return true;
		}
	return false;
}

static void tell_steps(struct prove *p, uint16_t tree)
{
	const struct rd_ivr_program *t = p->config->trees[tree];

	for (uint16_t i = 0; i < t->nnodes; i++) {
		const struct rd_ivr_node *node = &t->nodes[i];
		uint32_t at = p->nodes[tree][i].first;
		char skills[160] = "";
		size_t len = 0;

		if (node->kind != RD_NODE_QUEUE || !node->u.queue.skills.n ||
		    at == STATE_NONE || p->states[at].crossed ||
		    !rd_prove_is_served(p, node->u.queue.index) ||
		    is_step_served(p, &node->u.queue))
			continue;
		for (uint16_t k = 0;
		     k < node->u.queue.skills.n && len < sizeof(skills) - 48;
		     k++)
			len += (size_t)snprintf(
				skills + len, sizeof(skills) - len,
				"%s%.32s at level %u", k ? ", " : "",
				p->config
					->skills[node->u.queue.skills.at[k]
							 .skill]
					.name,
				node->u.queue.skills.at[k].level);
		rd_prove_find(p, RD_FIND_SKILL, node->place, tree, at,
			      "queue: asks for %s; no agent of queue %s has it",
			      skills,
			      p->config->queues[node->u.queue.index].name);
	}
}

static bool has_members(const struct prove *p, uint16_t queue)
{
	for (uint16_t i = 0; i < p->config->nagents; i++)
		if (may_help(p, queue, p->config->queues[queue].nrelax,
			     &p->config->agents[i]))
			return true;
	return false;
}

static void tell_unserved(struct prove *p, uint16_t queue, uint32_t at)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];
	bool leaves = q->max_wait_ms || q->enter || q->stay;
	struct rd_finding *f;

	if (at == STATE_NONE) {
		f = rd_prove_find(p, RD_FIND_UNSERVED, q->place, NONE,
				  STATE_NONE,
				  "queue %s: no agent serves it, and no caller "
				  "comes to it",
				  q->name);
		if (f)
			f->severity = RD_WARNING;
		return;
	}
	rd_prove_find(p, RD_FIND_UNSERVED, q->place, p->states[at].tree, at,
		      "queue %s: no agent serves it; who comes to it waits %s",
		      q->name, leaves ? "in vain" : "for ever");
}

static bool has_skill(const struct prove *p, uint16_t skill)
{
	for (uint16_t i = 0; i < p->config->nagents; i++)
		if (level_of(&p->config->agents[i].skills, skill))
			return true;
	return false;
}

void rd_prove_crews(struct prove *p)
{
	for (uint16_t i = 0; i < p->config->nqueues; i++) {
		uint32_t at = p->queues[i];

		if (at != STATE_NONE && p->states[at].crossed)
			at = STATE_NONE;
		if (at == STATE_NONE && p->how->one_tree)
			continue;
		if (!has_members(p, i))
			tell_unserved(p, i, at);
		else if (!crew(p, i, 0))
			tell_skills(p, i, at);
	}
	for (uint16_t t = 0; t < p->config->ntrees; t++)
		tell_steps(p, t);
	for (uint16_t s = 0; s < p->config->nskills && !p->how->one_tree; s++) {
		struct rd_finding *f = NULL;

		if (!has_skill(p, s))
			f = rd_prove_find(
				p, RD_FIND_SKILL, p->config->skills[s].place,
				NONE, STATE_NONE, "skill %s: no agent has it",
				p->config->skills[s].name);
		if (f)
			f->severity = RD_WARNING;
	}
}

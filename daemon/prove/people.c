// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ways by which people take, or do not take, a call: queues, dialled numbers,
 * agents who sign in, members who prove who they are.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/call/route.h"
#include "daemon/core/app.h"
#include "daemon/prove/inside.h"

#define LOGINS_MAX 20 /* wrong ones that are told apart */

/* ---- people ------------------------------------------------------------------------------- */

/* On where the queue says, else where the tree wants it back, else nowhere. */
static void leave_queue(struct prove *p, uint32_t from, uint16_t queue,
			uint16_t after, enum rd_act act, uint8_t cut)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];
	uint16_t tree = p->states[from].tree;
	struct state s = rd_prove_step(p, from, act, q->name);

	if (q->tree_overflow != NONE)
		rd_prove_go_tree(p, from, &s, q->tree_overflow,
				 q->node_overflow, EDGE_FREE);
	else if (after != NONE)
		rd_prove_go_tree(p, from, &s, tree, after, EDGE_FREE);
	else
		rd_prove_walk_cut(p, from, RD_FIND_CUT_OFF, cut);
}

/* It has hours, and this is not one of them. */
static bool is_closed(const struct prove *p, uint32_t from, uint16_t queue)
{
	uint16_t hours = p->config->queues[queue].hours;

	return hours < p->config->ncalendars &&
	       !moment_has(&p->moments[p->states[from].moment],
			   rd_prove_calendar_atom(p, hours));
}

/* after: where the tree wants it back, or NONE. */
void rd_prove_queue_ways(struct prove *p, uint32_t from, uint16_t queue,
			 uint16_t after)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];
	const struct state at = p->states[from];
	bool message = q->message.max_ms && q->message.overflow;
	struct state s;

	if (is_closed(p, from, queue)) {
		if (!q->message.max_ms || !q->message.closed)
			leave_queue(p, from, queue, after, RD_ACT_CLOSED,
				    CUT_CLOSED);
		return;
	}
	if (p->queues[queue] == STATE_NONE)
		p->queues[queue] = from;
	if (!rd_prove_is_served(p, queue) && !q->max_wait_ms)
		rd_prove_walk_cut(p, from, RD_FIND_UNSERVED, CUT_FOREVER);
	if ((q->max_wait_ms || q->maxlen) && !message)
		leave_queue(p, from, queue, after,
			    q->max_wait_ms ? RD_ACT_OVERFLOW : RD_ACT_FULL,
			    q->max_wait_ms ? CUT_OVERFLOW : CUT_FULL);
	if (q->exit_key && q->tree_exit != NONE) {
		s = rd_prove_step(p, from, RD_ACT_KEYS, &q->exit_key);
		s.answered = 1;
		rd_prove_go_tree(p, from, &s, q->tree_exit, q->node_exit,
				 EDGE_KEY);
	}
	if (!rd_prove_is_served(p, queue))
		return;
	s = rd_prove_step(p, from, RD_ACT_TALKED, q->name);
	s.answered = 1;
	if (after != NONE)
		rd_prove_go_tree(p, from, &s, at.tree, after, EDGE_FREE);
	else if (q->tree_after != NONE)
		rd_prove_go_tree(p, from, &s, q->tree_after, q->node_after,
				 EDGE_FREE);
}

/* Does a number that stands in the tree lead to anybody? */
static bool leads_to_somebody(const struct prove *p, const struct state *s,
			      const struct rd_ivr_dial *d)
{
	char out[64];

	if (d->duty < p->config->nduties)
		return moment_has(&p->moments[s->moment],
				  rd_prove_duty_atom(p, d->duty));
	if (d->number.kind != RD_OPERAND_TEXT)
		return true;
	if (d->to_agent)
		return rd_prove_is_agent(p->config, d->number.text, false);
	return rd_route_out(p->config, d->number.text, false, out,
			    sizeof(out)) != NONE;
}

void rd_prove_dial_ways(struct prove *p, uint32_t from,
			const struct rd_ivr_node *node)
{
	const struct rd_ivr_dial *d = &node->u.dial;
	bool anybody = leads_to_somebody(p, &p->states[from], d);
	const struct {
		uint16_t target;
		uint8_t act, cut;
		const char *label;
	} ways[] = {
		{ d->busy, RD_ACT_BUSY, CUT_BUSY, "busy" },
		{ d->no_answer, RD_ACT_NO_ANSWER, CUT_NO_ANSWER, "no_answer" },
		{ d->failed, RD_ACT_FAILED, CUT_FAILED, "failed" },
	};
	struct state s;

	rd_prove_read_operand(p, from, &d->number);
	if (!anybody && d->duty >= p->config->nduties)
		rd_prove_walk_cut(p, from, RD_FIND_NOBODY, CUT_FAILED);
	for (size_t i = anybody ? 0 : 2; i < 3; i++) {
		uint16_t target = ways[i].target;

		/* what finish() of dial.c does */
		if (target == NONE)
			target = node->next;
		s = rd_prove_step(p, from, (enum rd_act)ways[i].act,
				  ways[i].label);
		if (target != NONE)
			rd_prove_go(p, from, &s, target, EDGE_FREE);
		else if (s.answered)
			rd_prove_walk_cut(p, from, RD_FIND_CUT_OFF,
					  ways[i].cut);
	}
	s = rd_prove_step(p, from, RD_ACT_TALKED, "after");
	s.answered = 1;
	if (anybody && node->next != NONE)
		rd_prove_go(p, from, &s, node->next, EDGE_FREE);
}

void rd_prove_agent_ways(struct prove *p, uint32_t from,
			 const struct rd_ivr_node *node)
{
	static const char *const ops[] = { "login", "logout", "ready",
					   "not-ready", "wrapup-end" };
	const struct rd_ivr_agent *a = &node->u.agent;
	struct state s;

	s = rd_prove_step(p, from, RD_ACT_REFUSED, ops[a->op]);
	if (a->op == RD_AGENT_LOGIN) {
		rd_prove_read_operand(p, from, &a->number);
		rd_prove_read_operand(p, from, &a->pin);
		if (s.logins <= a->retries)
			s.logins++;
		if (s.logins <= a->retries)
			rd_prove_way(p, from, &s, a->wrong, EDGE_FREE);
	}
	s = rd_prove_step(p, from, RD_ACT_REFUSED, ops[a->op]);
	rd_prove_way(p, from, &s, a->denied, EDGE_FREE);
	s = rd_prove_step(p, from, RD_ACT_SIGNED, ops[a->op]);
	s.logins = 0;
	if (a->op == RD_AGENT_LOGIN && a->number.kind == RD_OPERAND_VAR) {
		uint16_t *set = &s.vars[a->number.var];

		*set = rd_prove_set_meet(p, *set, rd_prove_set_of_agents(p));
		if (rd_prove_set_is_empty(p, *set))
			return;
	}
	rd_prove_way(p, from, &s, node->next, EDGE_FREE);
}

void rd_prove_auth_ways(struct prove *p, uint32_t from,
			const struct rd_ivr_node *node)
{
	const struct rd_ivr_authenticate *a = &node->u.auth;
	uint16_t after = a->after < LOGINS_MAX ? a->after : LOGINS_MAX;
	struct state s;

	rd_prove_read_operand(p, from, &a->number);
	rd_prove_read_operand(p, from, &a->password);
	s = rd_prove_step(p, from, RD_ACT_NONE, "wrong");
	if (!after || s.logins + 1 < after) {
		s.logins = (uint8_t)(after ? s.logins + 1 : 0);
		rd_prove_way(p, from, &s, a->wrong, EDGE_FREE);
	}
	s = rd_prove_step(p, from, RD_ACT_REFUSED, "locked");
	rd_prove_way(p, from, &s, a->locked, EDGE_FREE);
	s = rd_prove_step(p, from, RD_ACT_DOWN, "down");
	rd_prove_way(p, from, &s, a->down, EDGE_FREE);
	s = rd_prove_step(p, from, RD_ACT_FOUND, "then");
	s.logins = 0;
	rd_prove_put_into(p, &s, &a->into);
	rd_prove_way(p, from, &s, node->next, EDGE_FREE);
}

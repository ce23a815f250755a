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

uint16_t rd_prove_queue_of(const struct prove *p, const struct state *s)
{
	const struct rd_ivr_node *node = rd_prove_node(p, s->tree, s->node);

	if (s->tree == NONE)
		return s->node;
	if (!node || node->kind != RD_NODE_QUEUE)
		return NONE;
	return s->over ? s->over - 1 : node->u.queue.index;
}

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

/* To another queue; what the tree asked for goes along (to_queue()). */
static void change_queue(struct prove *p, uint32_t from, struct state *s,
			 uint16_t queue, enum edge_kind kind)
{
	if (s->tree == NONE) {
		s->node = queue;
	} else {
		s->over = 0;
		if (rd_prove_queue_of(p, s) != queue)
			s->over = (uint16_t)(queue + 1);
	}
	rd_prove_walk_to(p, from, s, kind);
}

/* By its row of "overflows", as rd_overflow_to() does. */
static void follow_row(struct prove *p, uint32_t from, struct state *s,
		       const struct rd_cfg_overflow *row, uint16_t after,
		       enum edge_kind kind)
{
	char out[64];

	if (row->queue != NONE) {
		change_queue(p, from, s, row->queue, kind);
		return;
	}
	if (!*row->number) {
		rd_prove_go_tree(p, from, s, row->tree, row->node, kind);
		return;
	}
	if (rd_route_out(p->config, row->number, false, out, sizeof(out)) ==
	    NONE)
		rd_prove_walk_cut(p, from, RD_FIND_NOBODY, CUT_NUMBER);
	if (after != NONE) /* after the talk, or without it */
		rd_prove_go_tree(p, from, s, s->tree, after, kind);
}

static const struct rd_cfg_overflow *row_of(const struct rd_cfg_queue *q,
					    enum rd_overflow why)
{
	for (uint16_t i = 0; i < q->noverflows; i++)
		if (q->overflows[i].when == why)
			return &q->overflows[i];
	return NULL;
}

/* Ways out of a queue for those whom nobody answers. */
static void overflow_ways(struct prove *p, uint32_t from, uint16_t queue,
			  uint16_t after)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];
	const struct rd_cfg_overflow *row;
	const struct {
		bool may;
		uint8_t why, act, cut;
	} ways[] = {
		{ q->max_wait_ms, RD_OVERFLOW_WAIT, RD_ACT_OVERFLOW,
		  CUT_OVERFLOW },
		{ q->maxlen, RD_OVERFLOW_FULL, RD_ACT_FULL, CUT_FULL },
		{ q->enter || q->stay, RD_OVERFLOW_NO_AGENT, RD_ACT_DESERTED,
		  CUT_DESERTED },
		{ q->max_expected_ms, RD_OVERFLOW_EXPECTED, RD_ACT_TOO_LONG,
		  CUT_TOO_LONG },
	};
	struct state s;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		enum rd_act act = (enum rd_act)ways[i].act;

		if (!ways[i].may)
			continue;
		s = rd_prove_step(p, from, act, q->name);
		row = row_of(q, (enum rd_overflow)ways[i].why);
		if (row)
			follow_row(p, from, &s, row, after, EDGE_FREE);
		else if (!q->message.max_ms || !q->message.overflow)
			leave_queue(p, from, queue, after, act, ways[i].cut);
	}
	row = row_of(q, RD_OVERFLOW_WITHDRAWN);
	if (!row)
		return;
	/* somebody presses a key: no way round by itself */
	s = rd_prove_step(p, from, RD_ACT_OTHER, "a supervisor withdraws it");
	follow_row(p, from, &s, row, after, EDGE_KEY);
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
	struct state s;

	if (is_closed(p, from, queue)) {
		if (!q->message.max_ms || !q->message.closed)
			leave_queue(p, from, queue, after, RD_ACT_CLOSED,
				    CUT_CLOSED);
		return;
	}
	if (p->queues[queue] == STATE_NONE)
		p->queues[queue] = from;
	if (!rd_prove_is_served(p, queue) && !q->max_wait_ms && !q->enter &&
	    !q->stay)
		rd_prove_walk_cut(p, from, RD_FIND_UNSERVED, CUT_FOREVER);
	overflow_ways(p, from, queue, after);
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

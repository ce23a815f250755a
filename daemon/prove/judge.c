// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the walk has shown: ways that end badly, rows that are never taken,
 * nodes, trees and queues nobody comes to or serves, variables without a value.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

/* ---- ways that end badly ----------------------------------------------- */

static const char *missing_way(const struct rd_ivr_node *node)
{
	switch ((enum rd_node_kind)node->kind) {
	case RD_NODE_LOOKUP:
		return "found";
	case RD_NODE_CHOOSE:
		return "else";
	default:
		return "then";
	}
}

/* From its last visit to the call: to this one, did nobody press a key? */
static bool is_free_nesting(const struct prove *p, uint32_t state)
{
	const struct state *end = &p->states[state];

	for (uint32_t at = state; p->states[at].by != STATE_NONE;) {
		const struct edge *e = &p->edges[p->states[at].by];
		const struct state *from = &p->states[e->from];

		if (e->kind != EDGE_FREE)
			return false;
		if (from->tree == end->tree && from->node == end->node)
			return true;
		at = e->from;
	}
	return false;
}

/* busy, no_answer: those that lead nowhere, at one dial. */
static const char *missing_branches(const struct prove *p,
				    const struct cut *cut, char *buf,
				    size_t cap)
{
	static const char *const names[] = { "busy", "no_answer", "failed" };
	const struct state *s = &p->states[cut->state];
	size_t len = 0;

	for (uint32_t i = 0; i < p->ncuts && len < cap; i++) {
		const struct state *o = &p->states[p->cuts[i].state];
		uint8_t what = p->cuts[i].what;

		if (p->cuts[i].kind == RD_FIND_CUT_OFF && what >= CUT_BUSY &&
		    what <= CUT_FAILED && o->tree == s->tree &&
		    o->node == s->node)
			len += (size_t)snprintf(buf + len, cap - len,
						"%s\"%s\"", len ? ", " : "",
						names[what - CUT_BUSY]);
	}
	return buf;
}

static void tell_cut(struct prove *p, const struct cut *cut)
{
	const struct state *s = &p->states[cut->state];
	const struct rd_ivr_node *node = rd_prove_node(p, s->tree, s->node);
	const struct rd_cfg_queue *queue = NULL;
	struct rd_place place = { 0 };
	const char *verb = "queue";
	char names[64];

	if (rd_prove_queue_of(p, s) != NONE)
		queue = &p->config->queues[rd_prove_queue_of(p, s)];
	if (node) {
		place = node->place;
		verb = rd_node_verb((enum rd_node_kind)node->kind);
	}
	switch (cut->what) {
	case CUT_NEXT:
	case CUT_ELSE:
		rd_prove_find(p, cut->kind, place, s->tree, cut->state,
			      "%s: nothing comes after it; add \"%s\"", verb,
			      missing_way(node));
		break;
	case CUT_OVERFLOW:
	case CUT_FULL:
	case CUT_CLOSED:
	case CUT_DESERTED:
	case CUT_TOO_LONG:
		rd_prove_find(
			p, cut->kind, queue->place, s->tree, cut->state,
			"queue %s: who %s is released without a word; add "
			"\"overflow\"",
			queue->name,
			cut->what == CUT_FULL	    ? "finds it full"
			: cut->what == CUT_CLOSED   ? "finds it closed"
			: cut->what == CUT_DESERTED ? "finds no agent there"
			: cut->what == CUT_TOO_LONG ? "would wait too long"
						    : "has waited too long");
		break;
	case CUT_NUMBER:
		rd_prove_find(p, cut->kind, queue->place, s->tree, cut->state,
			      "queue %s: no out_route fits the number it "
			      "overflows to; it leads to nobody",
			      queue->name);
		break;
	case CUT_RETURN:
		rd_prove_find(p, cut->kind, place, s->tree, cut->state,
			      "return: no call: led here, so the caller is "
			      "released without a word");
		break;
	case CUT_NESTED:
		if (is_free_nesting(p, cut->state)) {
			rd_prove_find(
				p, RD_FIND_LOOP, place, s->tree, cut->state,
				"call: leads back to itself without a key; "
				"after %d rounds the caller is released",
				RD_IVR_STACK);
			break;
		}
		rd_prove_find(
			p, cut->kind, place, s->tree, cut->state,
			"call: within %d others; the caller is released "
			"(each time round another call: is open; use goto:)",
			RD_IVR_STACK);
		break;
	case CUT_BUSY:
	case CUT_NO_ANSWER:
	case CUT_FAILED:
		if (cut->kind == RD_FIND_NOBODY)
			rd_prove_find(p, cut->kind, place, s->tree, cut->state,
				      "dial: %s \"%s\" leads to nobody",
				      node->u.dial.to_agent
					      ? "the agent's number"
					      : "no out_route fits; the number",
				      node->u.dial.number.text);
		else
			rd_prove_find(
				p, cut->kind, place, s->tree, cut->state,
				"dial: %s: no such branch; the caller is "
				"released without a word",
				missing_branches(p, cut, names, sizeof(names)));
		break;
	default:
		break; /* queues and variables: below */
	}
}

/* Nobody comes there, but the daemon would refuse it. */
static void tell_unseen_ends(struct prove *p, uint16_t tree)
{
	const struct rd_ivr_program *t = p->config->trees[tree];

	for (uint16_t i = 0; i < t->nnodes; i++) {
		const struct rd_ivr_node *node = &t->nodes[i];
		const struct rd_ivr_choose *c = &node->u.choose;

		if (p->nodes[tree][i].first != STATE_NONE || node->next != NONE)
			continue;
		switch ((enum rd_node_kind)node->kind) {
		case RD_NODE_CHOOSE:
			if (!c->cases[c->n - 1].nconds)
				continue;
			break;
		case RD_NODE_PLAY:
		case RD_NODE_COLLECT:
		case RD_NODE_SURVEY:
		case RD_NODE_LOOKUP:
		case RD_NODE_SET:
		case RD_NODE_ATTACH:
		case RD_NODE_LANGUAGE:
		case RD_NODE_ANSWER:
		case RD_NODE_CALL:
		case RD_NODE_AGENT:
			break;
		default:
			continue;
		}
		rd_prove_find(
			p, RD_FIND_DEAD_END, node->place, tree, STATE_NONE,
			"%s: nothing comes after it; add \"%s\" (no caller "
			"comes here)",
			rd_node_verb((enum rd_node_kind)node->kind),
			missing_way(node));
	}
}

/* ---- variables --------------------------------------------------------- */

static const char *nearest_var(const struct rd_ivr_program *t, const char *name)
{
	const char *names[RD_IVR_VARS];
	size_t n = 0;

	for (uint16_t v = 0; v < t->nvars; v++)
		if (t->vars[v].defined)
			names[n++] = t->vars[v].name;
	return rd_diag_nearest(name, names, n);
}

/* The daemon refuses such a tree. */
static void tell_undefined_var(struct prove *p, uint16_t tree, uint16_t v,
			       uint32_t at)
{
	const struct rd_ivr_program *t = p->config->trees[tree];
	const char *nearest = nearest_var(t, t->vars[v].name);
	struct rd_finding *f = rd_prove_find(
		p, RD_FIND_UNSET, t->vars[v].place, tree, at,
		"variable \"%s\" never gets a value%s%s%s", t->vars[v].name,
		nearest ? "; did you mean \"" : "", nearest ? nearest : "",
		nearest ? "\"?" : "");

	if (f)
		f->severity = RD_ERROR;
}

static void tell_unset(struct prove *p, const struct cut *cut)
{
	const struct state *s = &p->states[cut->state];
	const struct rd_ivr_program *t = p->config->trees[s->tree];
	const struct rd_ivr_node *node = &t->nodes[s->node];
	bool in_row = cut->what >= CUT_READ_ROW;
	uint16_t v = (uint16_t)(cut->what - (in_row ? CUT_READ_ROW : CUT_READ));
	struct rd_finding *f;

	/* "is" of what has no value is no: a fault only if it never has one */
	if (in_row && p->had_value[s->tree][s->node] >> v & 1)
		return;
	if (t->vars[v].defined) {
		f = rd_prove_find(p, RD_FIND_UNSET, node->place, s->tree,
				  cut->state,
				  "%s: variable \"%s\" is read before anything "
				  "has given it a value",
				  rd_node_verb((enum rd_node_kind)node->kind),
				  t->vars[v].name);
		/* the agent sees an empty one: that may be meant */
		if (f && node->kind == RD_NODE_ATTACH)
			f->severity = RD_NOTE;
		return;
	}
	tell_undefined_var(p, s->tree, v, cut->state);
}

static void tell_undefined(struct prove *p, uint16_t tree)
{
	const struct rd_ivr_program *t = p->config->trees[tree];

	for (uint16_t v = 0; v < t->nvars; v++)
		if (!t->vars[v].defined && rd_prove_has_place(t->vars[v].place))
			tell_undefined_var(p, tree, v, STATE_NONE);
}

/* ---- rows -------------------------------------------------------------- */

static bool is_over(const struct prove *p, const struct rd_zone *zone,
		    const struct rd_ivr_case *row)
{
	struct rd_local today;

	rd_zone_local(zone, p->how->now_s, &today);
	for (uint16_t i = 0; i < row->nconds; i++)
		if (row->conds[i].kind == RD_COND_DATE &&
		    !row->conds[i].negate && row->conds[i].to < today.day)
			return true;
	return false;
}

static void tell_row(struct prove *p, uint16_t tree, uint16_t node,
		     uint16_t row)
{
	const struct rd_ivr_program *t = p->config->trees[tree];
	const struct rd_ivr_case *c = &t->nodes[node].u.choose.cases[row];
	const struct row_seen *seen = &p->rows[tree][node][row];

	if (!seen->visited || seen->taken || !c->nconds ||
	    p->states[seen->first].crossed)
		return;
	if (seen->held)
		rd_prove_find(
			p, RD_FIND_SHADOWED, c->place, tree,
			p->states[seen->first_held].crossed ? seen->first
							    : seen->first_held,
			"choose: row %d is never taken; whenever it holds, "
			"a row above it does",
			row + 1);
	else
		rd_prove_find(p, RD_FIND_NEVER, c->place, tree, seen->first,
			      "choose: row %d never holds%s", row + 1,
			      is_over(p, &t->zone, c)
				      ? "; its date is in the past"
				      : " for a caller who comes here");
}

/* ---- nodes ------------------------------------------------------------- */

enum {
	SEEN,
	EXCUSED,
	UNSEEN,
	TOLD
};

struct nodes {
	struct prove *p;
	uint16_t tree;
	const struct rd_ivr_program *t;
	uint8_t *mark;
	uint16_t *todo;
	uint32_t n;
	uint8_t from; /* mark of the node whose edges are looked at */
	uint8_t to;   /* mark to be given */
	uint16_t at;
	bool *has_before; /* an unseen node leads there */
};

/*
 * A branch that stands there for safety excuses what it leads to: else, failed,
 * no_input, a dialled extension. A row of choose does not; it is told itself.
 */
static void excuse(void *context, uint16_t target, enum rd_exit_why why,
		   const char *label)
{
	struct nodes *n = context;
	bool safety = why == RD_EXIT_WRONG || why == RD_EXIT_SILENT ||
		      (why == RD_EXIT_ROW && strcmp(label, "when")) ||
		      (why == RD_EXIT_KEYS && !strcmp(label, "extension")) ||
		      why == RD_EXIT_TALKED || why == RD_EXIT_ANSWER;

	if (target >= n->t->nnodes || n->mark[target] != UNSEEN)
		return;
	if (n->from == SEEN && !safety)
		return;
	n->mark[target] = n->to;
	n->todo[n->n++] = target;
}

static void note_before(void *context, uint16_t target, enum rd_exit_why why,
			const char *label)
{
	struct nodes *n = context;

	if (target < n->t->nnodes && target != n->at)
		n->has_before[target] = true;
}

/* Everything behind it goes by that mark. */
static void spread(struct nodes *n, uint16_t from, uint8_t mark)
{
	n->n = 0;
	n->todo[n->n++] = from;
	n->mark[from] = mark;
	n->from = n->to = mark;
	while (n->n)
		rd_ivr_edges(&n->t->nodes[n->todo[--n->n]], excuse, n);
}

static bool is_told(const struct nodes *n, uint16_t i)
{
	const struct rd_ivr_node *node = &n->t->nodes[i];
	const char *step = strrchr(node->name, '[');

	if (!rd_prove_has_place(node->place))
		return false;
	if (i < n->t->nnamed)
		return true;
	/* a step of a list whose step before is reached */
	return step && step[strlen(step) - 1] == ']';
}

static void tell_node(struct nodes *n, uint16_t i)
{
	if (is_told(n, i))
		rd_prove_find(n->p, RD_FIND_UNREACHABLE, n->t->nodes[i].place,
			      n->tree, STATE_NONE, "no caller comes to \"%s\"",
			      n->t->nodes[i].name);
	spread(n, i, TOLD);
}

static void tell_nodes(struct prove *p, uint16_t tree)
{
	const struct rd_ivr_program *t = p->config->trees[tree];
	struct nodes n = { .p = p, .tree = tree, .t = t };

	n.mark = calloc(t->nnodes, 1);
	n.has_before = calloc(t->nnodes, sizeof(*n.has_before));
	n.todo = calloc(t->nnodes + 1u, sizeof(*n.todo));
	if (!n.mark || !n.has_before || !n.todo) {
		p->err = -ENOMEM;
		goto out;
	}
	for (uint16_t i = 0; i < t->nnodes; i++)
		n.mark[i] =
			p->nodes[tree][i].first == STATE_NONE ? UNSEEN : SEEN;
	for (uint16_t i = 0; i < t->nnodes; i++) {
		uint32_t todo = 0;

		if (p->nodes[tree][i].first == STATE_NONE)
			continue;
		n.n = 0;
		n.from = SEEN;
		n.to = EXCUSED;
		rd_ivr_edges(&t->nodes[i], excuse, &n);
		todo = n.n;
		for (uint32_t k = 0; k < todo; k++)
			spread(&n, n.todo[0], EXCUSED);
	}
	for (uint16_t i = 0; i < t->nnodes; i++)
		if (n.mark[i] == EXCUSED)
			spread(&n, i, EXCUSED);
	for (uint16_t i = 0; i < t->nnodes; i++) {
		n.at = i;
		if (n.mark[i] == UNSEEN)
			rd_ivr_edges(&t->nodes[i], note_before, &n);
	}
	for (uint16_t i = 0; i < t->nnodes; i++)
		if (n.mark[i] == UNSEEN && !n.has_before[i])
			tell_node(&n, i);
	for (uint16_t i = 0; i < t->nnodes; i++)
		if (n.mark[i] == UNSEEN)
			tell_node(&n, i);
out:
	free(n.mark);
	free(n.has_before);
	free(n.todo);
}

/* ---- trees, queues ----------------------------------------------------- */

static bool is_used(const struct prove *p, uint16_t tree)
{
	for (uint32_t i = 0; i < p->nstates; i++)
		if (p->states[i].tree == tree &&
		    !p->roots[p->states[i].root].supposed)
			return true;
	return false;
}

static bool is_seen(const struct prove *p, uint16_t tree)
{
	for (uint16_t i = 0; i < p->config->trees[tree]->nnodes; i++)
		if (p->nodes[tree][i].first != STATE_NONE)
			return true;
	return false;
}

static void tell_tree(struct prove *p, uint16_t tree)
{
	const struct rd_ivr_program *t = p->config->trees[tree];

	if (!is_used(p, tree) && p->config->nroutes)
		rd_prove_find(p, RD_FIND_UNUSED_TREE, t->place, tree,
			      STATE_NONE, "no route leads a caller to tree %s",
			      t->name);
	tell_unseen_ends(p, tree);
	tell_undefined(p, tree);
	if (p->full_crossed || !is_seen(p, tree))
		return;
	for (uint16_t i = 0; i < t->nnodes; i++)
		for (uint16_t r = 0;
		     p->rows[tree][i] && r < t->nodes[i].u.choose.n; r++)
			tell_row(p, tree, i, r);
	tell_nodes(p, tree);
}

void rd_prove_judge(struct prove *p)
{
	for (uint32_t i = 0; i < p->ncuts; i++) {
		if (p->cuts[i].what >= CUT_READ)
			tell_unset(p, &p->cuts[i]);
		else
			tell_cut(p, &p->cuts[i]);
	}
	rd_prove_crews(p);
	if (p->full) /* what was not met may still exist */
		return;
	for (uint16_t t = 0; t < p->config->ntrees; t++)
		tell_tree(p, t);
}

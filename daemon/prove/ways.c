// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a state to the next ones, verb by verb, as the interpreter and the queue
 * go (daemon/ivr/step.c, input.c; daemon/acd/queue_app.c; daemon/call/dial.c).
 * A verb that is not known here goes all the ways it declares in exits.c.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/call/route.h"
#include "daemon/core/app.h"
#include "daemon/prove/inside.h"

#define LOGINS_MAX 20 /* wrong ones that are told apart */

/* ---- the next node ----------------------------------------------------------------- */

static void remember_menu(struct state *s)
{
	if (s->nback && s->back[s->nback - 1] == s->node)
		s->nback--;
	if (s->nback == RD_IVR_STACK) {
		memmove(s->back, s->back + 1,
			(RD_IVR_STACK - 1) * sizeof(*s->back));
		memmove(s->back_calls, s->back_calls + 1, RD_IVR_STACK - 1);
		s->nback--;
	}
	s->back_calls[s->nback] = s->ncalls;
	s->back[s->nback++] = s->node;
}

/* The menu last heard; calls begun since are given up. */
static uint16_t last_menu(struct state *s)
{
	if (!s->nback)
		return 0;
	while (s->ncalls > s->back_calls[s->nback - 1])
		s->calls[--s->ncalls] = 0;
	return s->back[s->nback - 1];
}

static void enter(struct prove *p, uint32_t from, struct state *to,
		  uint16_t node, enum edge_kind kind)
{
	const struct rd_ivr_node *n = prove_node(p, to->tree, node);
	uint8_t under;

	if (!n)
		return;
	to->node = node;
	if (n->kind == RD_NODE_MENU)
		remember_menu(to);
	under = n->kind == RD_NODE_MENU;
	to->back_to =
		to->nback > under ? to->back[to->nback - 1 - under] : NONE;
	walk_to(p, from, to, kind);
}

void go(struct prove *p, uint32_t from, struct state *to, uint16_t target,
	enum edge_kind kind)
{
	if (target == RD_GO_BACK || target == RD_GO_REPEAT)
		target = last_menu(to);
	enter(p, from, to, target, kind);
}

static void go_tree(struct prove *p, uint32_t from, struct state *to,
		    uint16_t tree, uint16_t node, enum edge_kind kind)
{
	if (tree >= p->config->ntrees)
		return;
	if (to->tree != tree) {
		to->tree = tree;
		to->ncalls = to->nback = to->logins = 0;
		to->unset = UINT32_MAX;
		memset(to->calls, 0, sizeof(to->calls));
		memset(to->vars, 0, sizeof(to->vars));
	}
	if (!p->config->trees[tree]->answer_later)
		to->answered = 1;
	go(p, from, to, node, kind);
}

static struct state step(const struct prove *p, uint32_t from, enum rd_act act,
			 const char *label)
{
	struct state s = p->states[from];

	s.act = (uint8_t)act;
	s.label = label;
	s.count = 0;
	return s;
}

/* A way that must lead somewhere. */
static void way(struct prove *p, uint32_t from, struct state *to,
		uint16_t target, enum edge_kind kind)
{
	if (target == NONE)
		walk_cut(p, from, RD_FIND_DEAD_END, CUT_NEXT);
	else
		go(p, from, to, target, kind);
}

/* ---- variables ----------------------------------------------------------------------- */

void read_var(struct prove *p, uint32_t state, uint16_t var, bool in_row)
{
	if (var >= RD_IVR_VARS)
		return;
	if (p->states[state].unset >> var & 1)
		walk_cut(p, state, RD_FIND_UNSET,
			 (uint8_t)((in_row ? CUT_READ_ROW : CUT_READ) + var));
}

static void read_operand(struct prove *p, uint32_t state,
			 const struct rd_operand *o)
{
	if (o->kind == RD_OPERAND_VAR)
		read_var(p, state, o->var, false);
}

static void put(struct state *s, uint16_t var, uint16_t set)
{
	if (var >= RD_IVR_VARS)
		return;
	s->vars[var] = set;
	s->unset &= ~(1u << var);
}

static void put_into(const struct prove *p, struct state *s,
		     const struct rd_ivr_into *into)
{
	for (uint16_t i = 0; i < into->n; i++)
		put(s, into->pair[i].var, p->set_any);
}

static void read_list(struct prove *p, uint32_t state, uint32_t list)
{
	const struct state *s = &p->states[state];
	const struct rd_ivr_program *tree = p->config->trees[s->tree];
	const struct rd_ivr_list *row;
	uint16_t language = s->language < tree->nlanguages ? s->language : 0;

	row = &tree->lists[(size_t)list * tree->nlanguages + language];
	for (uint16_t i = 0; i < row->n; i++) {
		const struct rd_ivr_item *item = &tree->items[row->first + i];

		if (item->kind != RD_ITEM_PROMPT && item->kind < RD_ITEM_TODAY)
			read_operand(p, state, &item->value);
	}
}

/* ---- inputs --------------------------------------------------------------------------- */

static void read_input(struct prove *p, uint32_t from,
		       const struct rd_ivr_input *input)
{
	read_list(p, from, input->prompt);
	read_list(p, from, input->invalid);
	read_list(p, from, input->silent);
}

static void input_ways(struct prove *p, uint32_t from,
		       const struct rd_ivr_input *input, bool may_fail)
{
	struct state s;

	if (may_fail) {
		s = step(p, from, RD_ACT_WRONG, "failed");
		s.count = (uint8_t)(input->retries + 1);
		way(p, from, &s, input->failed, EDGE_WRONG);
	}
	s = step(p, from, RD_ACT_SILENT, "no_input");
	s.count = (uint8_t)(input->silent_retries + 1);
	way(p, from, &s, input->no_input, EDGE_FREE);
}

static bool is_agent(const struct rd_config *c, const char *digits, bool longer)
{
	size_t len = strlen(digits);

	for (uint16_t i = 0; i < c->nagents; i++)
		if (longer ? !strncmp(c->agents[i].number, digits, len) &&
				     c->agents[i].number[len]
			   : !strcmp(c->agents[i].number, digits))
			return true;
	return false;
}

static bool is_menu_key(const struct rd_ivr_menu *m, const char *digits,
			bool longer)
{
	size_t len = strlen(digits);

	for (uint16_t i = 0; i < m->nkeys; i++)
		if (longer ? !strncmp(m->keys[i].keys, digits, len) &&
				     m->keys[i].keys[len]
			   : !strcmp(m->keys[i].keys, digits))
			return true;
	return false;
}

const char *wrong_keys(const struct prove *p, uint16_t tree, uint16_t node,
		       char buf[40])
{
	const struct rd_ivr_node *n = prove_node(p, tree, node);
	const char *all = "9876543210*#";

	if (n->kind == RD_NODE_COLLECT)
		return wrong_entry(p, tree, node, buf);
	for (int pass = 0; pass < 2; pass++)
		for (const char *k = all; *k; k++) {
			const struct rd_ivr_menu *m = &n->u.menu;
			bool exact, longer;

			snprintf(buf, 40, "%c", *k);
			if (n->kind == RD_NODE_SURVEY) {
				if (*k < '0' || *k > '9' ||
				    !(n->u.survey.ratings >> (*k - '0') & 1))
					return buf;
				continue;
			}
			exact = is_menu_key(m, buf, false);
			longer = is_menu_key(m, buf, true);
			if (m->extensions != NONE) {
				exact |= is_agent(p->config, buf, false);
				longer |= is_agent(p->config, buf, true);
			}
			/* one that is no key; else one that waits for more */
			if (!exact && (pass || !longer))
				return buf;
		}
	return NULL;
}

static void menu_ways(struct prove *p, uint32_t from,
		      const struct rd_ivr_node *node)
{
	const struct rd_ivr_menu *menu = &node->u.menu;
	uint16_t tree = p->states[from].tree;
	uint16_t var = p->config->trees[tree]->extension;
	struct state s;
	char keys[40];

	read_input(p, from, &menu->input);
	for (uint16_t i = 0; i < menu->nkeys; i++) {
		uint16_t target = menu->keys[i].target;

		s = step(p, from, RD_ACT_KEYS, menu->keys[i].keys);
		if (target == RD_GO_REPEAT)
			continue; /* the same stay */
		if (target == RD_GO_BACK) {
			if (s.nback > 1)
				s.nback--;
			target = last_menu(&s);
		}
		way(p, from, &s, target, EDGE_KEY);
	}
	if (menu->extensions != NONE && p->config->nagents) {
		s = step(p, from, RD_ACT_KEYS, NULL);
		if (var != NONE)
			put(&s, var, set_of_agents(p));
		way(p, from, &s, menu->extensions, EDGE_KEY);
	}
	input_ways(p, from, &menu->input,
		   wrong_keys(p, tree, p->states[from].node, keys));
}

static void collect_ways(struct prove *p, uint32_t from,
			 const struct rd_ivr_node *node)
{
	const struct rd_ivr_collect *c = &node->u.collect;
	const struct state at = p->states[from];
	uint16_t set = set_of_entries(p, at.tree, at.node);
	bool looks_up = c->source != NONE;
	struct state s;
	char keys[40];

	read_input(p, from, &c->input);
	if (!set_is_empty(p, set)) {
		s = step(p, from, looks_up ? RD_ACT_FOUND : RD_ACT_ENTRY,
			 "then");
		put(&s, c->var, set);
		put_into(p, &s, &c->into);
		way(p, from, &s, node->next, EDGE_KEY);
	}
	if (looks_up && !set_is_empty(p, set)) {
		s = step(p, from, RD_ACT_DOWN, "down");
		put(&s, c->var, set);
		way(p, from, &s, c->down, EDGE_KEY);
	}
	input_ways(p, from, &c->input, wrong_keys(p, at.tree, at.node, keys));
}

static void survey_ways(struct prove *p, uint32_t from,
			const struct rd_ivr_node *node)
{
	struct state s = step(p, from, RD_ACT_KEYS, "then");
	char keys[40];

	read_input(p, from, &node->u.input);
	read_list(p, from, node->u.survey.thanks);
	way(p, from, &s, node->next, EDGE_KEY);
	input_ways(p, from, &node->u.input,
		   wrong_keys(p, p->states[from].tree, p->states[from].node,
			      keys));
}

/* ---- sources, variables, calls ----------------------------------------------------------- */

static void lookup_ways(struct prove *p, uint32_t from,
			const struct rd_ivr_node *node)
{
	const struct rd_ivr_lookup *l = &node->u.lookup;
	struct state s;

	read_operand(p, from, &l->key);
	s = step(p, from, RD_ACT_FOUND, "found");
	put_into(p, &s, &l->into);
	way(p, from, &s, node->next, EDGE_FREE);
	s = step(p, from, RD_ACT_NONE, "none");
	way(p, from, &s, l->none, EDGE_FREE);
	s = step(p, from, RD_ACT_DOWN, "down");
	way(p, from, &s, l->down, EDGE_FREE);
}

static uint16_t set_of(struct prove *p, const struct state *s,
		       const struct rd_operand *o)
{
	switch ((enum rd_operand_kind)o->kind) {
	case RD_OPERAND_VAR:
		return s->vars[o->var];
	case RD_OPERAND_CALLER:
		return s->caller;
	case RD_OPERAND_CALLED:
		return s->called;
	case RD_OPERAND_LEVEL:
		return s->level;
	case RD_OPERAND_AREA:
		return p->set_any;
	case RD_OPERAND_TEXT:
		break;
	}
	return set_of_text(p, o->text ? o->text : "");
}

static void pairs_ways(struct prove *p, uint32_t from,
		       const struct rd_ivr_node *node)
{
	struct state s = step(p, from, RD_ACT_OTHER, NULL);

	for (uint16_t i = 0; i < node->u.pairs.n; i++) {
		const struct rd_operand *o = &node->u.pairs.pair[i].value;

		read_operand(p, from, o);
		if (node->kind == RD_NODE_SET)
			put(&s, node->u.pairs.pair[i].var, set_of(p, &s, o));
	}
	way(p, from, &s, node->next, EDGE_FREE);
}

static void call_ways(struct prove *p, uint32_t from,
		      const struct rd_ivr_node *node)
{
	struct state s = step(p, from, RD_ACT_OTHER, NULL);

	if (s.ncalls == RD_IVR_STACK) {
		walk_cut(p, from, RD_FIND_NESTED, CUT_NESTED);
		return;
	}
	s.calls[s.ncalls++] = node->next;
	way(p, from, &s, node->u.target, EDGE_FREE);
}

static void return_ways(struct prove *p, uint32_t from)
{
	struct state s = step(p, from, RD_ACT_OTHER, NULL);
	uint16_t target;

	if (!s.ncalls) {
		walk_cut(p, from, RD_FIND_DEAD_END, CUT_RETURN);
		return;
	}
	target = s.calls[--s.ncalls];
	s.calls[s.ncalls] = 0;
	while (s.nback && s.back_calls[s.nback - 1] > s.ncalls)
		s.nback--;
	way(p, from, &s, target, EDGE_FREE);
}

/* ---- people ------------------------------------------------------------------------------- */

/* On where the queue says, else where the tree wants it back, else nowhere. */
static void leave_queue(struct prove *p, uint32_t from, uint16_t queue,
			uint16_t after, enum rd_act act, uint8_t cut)
{
	const struct rd_cfg_queue *q = &p->config->queues[queue];
	uint16_t tree = p->states[from].tree;
	struct state s = step(p, from, act, q->name);

	if (q->tree_overflow != NONE)
		go_tree(p, from, &s, q->tree_overflow, q->node_overflow,
			EDGE_FREE);
	else if (after != NONE)
		go_tree(p, from, &s, tree, after, EDGE_FREE);
	else
		walk_cut(p, from, RD_FIND_CUT_OFF, cut);
}

/* It has hours, and this is not one of them. */
static bool is_closed(const struct prove *p, uint32_t from, uint16_t queue)
{
	uint16_t hours = p->config->queues[queue].hours;

	return hours < p->config->ncalendars &&
	       !moment_has(&p->moments[p->states[from].moment],
			   prove_calendar_atom(p, hours));
}

/* after: where the tree wants it back, or NONE. */
static void queue_ways(struct prove *p, uint32_t from, uint16_t queue,
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
	if (!is_served(p, queue) && !q->max_wait_ms)
		walk_cut(p, from, RD_FIND_UNSERVED, CUT_FOREVER);
	if ((q->max_wait_ms || q->maxlen) && !message)
		leave_queue(p, from, queue, after,
			    q->max_wait_ms ? RD_ACT_OVERFLOW : RD_ACT_FULL,
			    q->max_wait_ms ? CUT_OVERFLOW : CUT_FULL);
	if (q->exit_key && q->tree_exit != NONE) {
		s = step(p, from, RD_ACT_KEYS, &q->exit_key);
		s.answered = 1;
		go_tree(p, from, &s, q->tree_exit, q->node_exit, EDGE_KEY);
	}
	if (!is_served(p, queue))
		return;
	s = step(p, from, RD_ACT_TALKED, q->name);
	s.answered = 1;
	if (after != NONE)
		go_tree(p, from, &s, at.tree, after, EDGE_FREE);
	else if (q->tree_after != NONE)
		go_tree(p, from, &s, q->tree_after, q->node_after, EDGE_FREE);
}

/* Does a number that stands in the tree lead to anybody? */
static bool leads_to_somebody(const struct prove *p, const struct state *s,
			      const struct rd_ivr_dial *d)
{
	char out[64];

	if (d->duty < p->config->nduties)
		return moment_has(&p->moments[s->moment],
				  prove_duty_atom(p, d->duty));
	if (d->number.kind != RD_OPERAND_TEXT)
		return true;
	if (d->to_agent)
		return is_agent(p->config, d->number.text, false);
	return rd_route_out(p->config, d->number.text, false, out,
			    sizeof(out)) != NONE;
}

static void dial_ways(struct prove *p, uint32_t from,
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

	read_operand(p, from, &d->number);
	if (!anybody && d->duty >= p->config->nduties)
		walk_cut(p, from, RD_FIND_NOBODY, CUT_FAILED);
	for (size_t i = anybody ? 0 : 2; i < 3; i++) {
		uint16_t target = ways[i].target;

		/* what finish() of dial.c does */
		if (target == NONE)
			target = node->next;
		s = step(p, from, (enum rd_act)ways[i].act, ways[i].label);
		if (target != NONE)
			go(p, from, &s, target, EDGE_FREE);
		else if (s.answered)
			walk_cut(p, from, RD_FIND_CUT_OFF, ways[i].cut);
	}
	s = step(p, from, RD_ACT_TALKED, "after");
	s.answered = 1;
	if (anybody && node->next != NONE)
		go(p, from, &s, node->next, EDGE_FREE);
}

static void agent_ways(struct prove *p, uint32_t from,
		       const struct rd_ivr_node *node)
{
	static const char *const ops[] = { "login", "logout", "ready",
					   "not-ready", "wrapup-end" };
	const struct rd_ivr_agent *a = &node->u.agent;
	struct state s;

	s = step(p, from, RD_ACT_REFUSED, ops[a->op]);
	if (a->op == RD_AGENT_LOGIN) {
		read_operand(p, from, &a->number);
		read_operand(p, from, &a->pin);
		if (s.logins <= a->retries)
			s.logins++;
		if (s.logins <= a->retries)
			way(p, from, &s, a->wrong, EDGE_FREE);
	}
	s = step(p, from, RD_ACT_REFUSED, ops[a->op]);
	way(p, from, &s, a->denied, EDGE_FREE);
	s = step(p, from, RD_ACT_SIGNED, ops[a->op]);
	s.logins = 0;
	if (a->op == RD_AGENT_LOGIN && a->number.kind == RD_OPERAND_VAR) {
		uint16_t *set = &s.vars[a->number.var];

		*set = set_meet(p, *set, set_of_agents(p));
		if (set_is_empty(p, *set))
			return;
	}
	way(p, from, &s, node->next, EDGE_FREE);
}

static void authenticate_ways(struct prove *p, uint32_t from,
			      const struct rd_ivr_node *node)
{
	const struct rd_ivr_authenticate *a = &node->u.auth;
	uint16_t after = a->after < LOGINS_MAX ? a->after : LOGINS_MAX;
	struct state s;

	read_operand(p, from, &a->number);
	read_operand(p, from, &a->password);
	s = step(p, from, RD_ACT_NONE, "wrong");
	if (!after || s.logins + 1 < after) {
		s.logins = (uint8_t)(after ? s.logins + 1 : 0);
		way(p, from, &s, a->wrong, EDGE_FREE);
	}
	s = step(p, from, RD_ACT_REFUSED, "locked");
	way(p, from, &s, a->locked, EDGE_FREE);
	s = step(p, from, RD_ACT_DOWN, "down");
	way(p, from, &s, a->down, EDGE_FREE);
	s = step(p, from, RD_ACT_FOUND, "then");
	s.logins = 0;
	put_into(p, &s, &a->into);
	way(p, from, &s, node->next, EDGE_FREE);
}

/* It may set what it is allowed to, and say any of its words. */
static void program_ways(struct prove *p, uint32_t from,
			 const struct rd_ivr_node *node)
{
	const struct rd_ivr_external *e = &node->u.external;
	struct state s = step(p, from, RD_ACT_DOWN, "down");

	way(p, from, &s, e->down, EDGE_FREE);
	for (uint16_t i = 0; i < e->nwords; i++) {
		s = step(p, from, RD_ACT_OTHER, e->words[i].word);
		put_into(p, &s, &e->sets);
		way(p, from, &s, e->words[i].target, EDGE_FREE);
	}
	s = step(p, from, RD_ACT_OTHER, "then");
	put_into(p, &s, &e->sets);
	if (node->next != NONE || !e->nwords)
		way(p, from, &s, node->next, EDGE_FREE);
}

/* ---- any verb ------------------------------------------------------------------------------ */

struct generic {
	struct prove *p;
	uint32_t from;
	uint8_t kind;
};

static void generic_way(void *context, uint16_t target, enum rd_exit_why why,
			const char *label)
{
	struct generic *g = context;
	struct state s = step(
		g->p, g->from,
		why == RD_EXIT_SILENT ? RD_ACT_SILENT : RD_ACT_OTHER, label);
	enum edge_kind kind =
		!rd_exit_needs_key((enum rd_node_kind)g->kind, why) ? EDGE_FREE
		: why == RD_EXIT_WRONG				    ? EDGE_WRONG
								    : EDGE_KEY;

	/* it may have given values to any variable */
	for (uint16_t v = 0; v < RD_IVR_VARS; v++)
		s.vars[v] = g->p->set_any;
	s.unset = 0;
	if (target != NONE)
		go(g->p, g->from, &s, target, kind);
	else if (!strcmp(label, "then"))
		walk_cut(g->p, g->from, RD_FIND_DEAD_END, CUT_NEXT);
}

/* Where a call comes in: perhaps no port is free in time. */
static void port_ways(struct prove *p, uint32_t from)
{
	uint16_t tree = p->states[from].tree;
	uint16_t ports = tree == NONE ? NONE : rd_cfg_ports_of(p->config, tree);
	struct state s;

	if (ports == NONE || p->config->ports[ports].tree_full == NONE)
		return;
	s = step(p, from, RD_ACT_OTHER, "no port is free");
	go_tree(p, from, &s, p->config->ports[ports].tree_full,
		p->config->ports[ports].node_full, EDGE_FREE);
}

void prove_ways(struct prove *p, uint32_t from)
{
	const struct state at = p->states[from];
	const struct rd_ivr_node *node = prove_node(p, at.tree, at.node);
	struct generic generic = { p, from, node ? node->kind : 0 };
	struct state s;

	if (at.by == STATE_NONE)
		port_ways(p, from);
	if (!node) { /* a route leads straight to a queue */
		queue_ways(p, from, at.node, NONE);
		return;
	}
	s = step(p, from, RD_ACT_OTHER, NULL);
	switch ((enum rd_node_kind)node->kind) {
	case RD_NODE_PLAY:
		read_list(p, from, node->u.list);
		way(p, from, &s, node->next, EDGE_FREE);
		break;
	case RD_NODE_MENU:
		menu_ways(p, from, node);
		break;
	case RD_NODE_COLLECT:
		collect_ways(p, from, node);
		break;
	case RD_NODE_SURVEY:
		survey_ways(p, from, node);
		break;
	case RD_NODE_LOOKUP:
		lookup_ways(p, from, node);
		break;
	case RD_NODE_CHOOSE:
		prove_rows(p, from);
		break;
	case RD_NODE_SET:
	case RD_NODE_ATTACH:
		pairs_ways(p, from, node);
		break;
	case RD_NODE_LANGUAGE:
		s.language = node->u.index;
		way(p, from, &s, node->next, EDGE_FREE);
		break;
	case RD_NODE_ANSWER:
		s.answered = 1;
		way(p, from, &s, node->next, EDGE_FREE);
		break;
	case RD_NODE_GOTO:
		way(p, from, &s, node->u.target, EDGE_FREE);
		break;
	case RD_NODE_CALL:
		call_ways(p, from, node);
		break;
	case RD_NODE_RETURN:
		return_ways(p, from);
		break;
	case RD_NODE_QUEUE:
		queue_ways(p, from, node->u.queue.index, node->next);
		break;
	case RD_NODE_DIAL:
		dial_ways(p, from, node);
		break;
	case RD_NODE_AGENT:
		agent_ways(p, from, node);
		break;
	case RD_NODE_AUTHENTICATE:
		authenticate_ways(p, from, node);
		break;
	case RD_NODE_PROGRAM:
		program_ways(p, from, node);
		break;
	case RD_NODE_HANGUP:
		break;
	default:
		rd_ivr_edges(node, generic_way, &generic);
		break;
	}
}

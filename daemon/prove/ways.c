// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a state to the next ones, verb by verb, as the interpreter and the queue
 * go (daemon/ivr/step.c, input.c; daemon/acd/queue_app.c; daemon/call/dial.c).
 * A verb that is not known here goes all the ways it declares in exits.c.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/prove/inside.h"

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
	const struct rd_ivr_node *n = rd_prove_node(p, to->tree, node);
	uint8_t under;

	if (!n)
		return;
	to->node = node;
	to->over = 0;
	if (n->kind == RD_NODE_MENU)
		remember_menu(to);
	under = n->kind == RD_NODE_MENU;
	to->back_to =
		to->nback > under ? to->back[to->nback - 1 - under] : NONE;
	rd_prove_walk_to(p, from, to, kind);
}

void rd_prove_go(struct prove *p, uint32_t from, struct state *to,
		 uint16_t target, enum edge_kind kind)
{
	if (target == RD_GO_BACK || target == RD_GO_REPEAT)
		target = last_menu(to);
	enter(p, from, to, target, kind);
}

void rd_prove_go_tree(struct prove *p, uint32_t from, struct state *to,
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
	rd_prove_go(p, from, to, node, kind);
}

struct state rd_prove_step(const struct prove *p, uint32_t from,
			   enum rd_act act, const char *label)
{
	struct state s = p->states[from];

	s.act = (uint8_t)act;
	s.label = label;
	s.count = 0;
	return s;
}

/* A way that must lead somewhere. */
void rd_prove_way(struct prove *p, uint32_t from, struct state *to,
		  uint16_t target, enum edge_kind kind)
{
	if (target == NONE)
		rd_prove_walk_cut(p, from, RD_FIND_DEAD_END, CUT_NEXT);
	else
		rd_prove_go(p, from, to, target, kind);
}

/* ---- variables ----------------------------------------------------------------------- */

void rd_prove_read(struct prove *p, uint32_t state, uint16_t var, bool in_row)
{
	if (var >= RD_IVR_VARS)
		return;
	if (p->states[state].unset >> var & 1)
		rd_prove_walk_cut(
			p, state, RD_FIND_UNSET,
			(uint8_t)((in_row ? CUT_READ_ROW : CUT_READ) + var));
}

void rd_prove_read_operand(struct prove *p, uint32_t state,
			   const struct rd_operand *o)
{
	if (o->kind == RD_OPERAND_VAR)
		rd_prove_read(p, state, o->var, false);
}

void rd_prove_put(struct state *s, uint16_t var, uint16_t set)
{
	if (var >= RD_IVR_VARS)
		return;
	s->vars[var] = set;
	s->unset &= ~(1u << var);
}

void rd_prove_put_into(const struct prove *p, struct state *s,
		       const struct rd_ivr_into *into)
{
	for (uint16_t i = 0; i < into->n; i++)
		rd_prove_put(s, into->pair[i].var, p->set_any);
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
			rd_prove_read_operand(p, state, &item->value);
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
		s = rd_prove_step(p, from, RD_ACT_WRONG, "failed");
		s.count = (uint8_t)(input->retries + 1);
		rd_prove_way(p, from, &s, input->failed, EDGE_WRONG);
	}
	s = rd_prove_step(p, from, RD_ACT_SILENT, "no_input");
	s.count = (uint8_t)(input->silent_retries + 1);
	rd_prove_way(p, from, &s, input->no_input, EDGE_FREE);
}

bool rd_prove_is_agent(const struct rd_config *c, const char *digits,
		       bool longer)
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

const char *rd_prove_wrong_keys(const struct prove *p, uint16_t tree,
				uint16_t node, char buf[40])
{
	const struct rd_ivr_node *n = rd_prove_node(p, tree, node);
	const char *all = "9876543210*#";

	if (n->kind == RD_NODE_COLLECT)
		return rd_prove_wrong_entry(p, tree, node, buf);
	if (n->kind != RD_NODE_MENU && n->kind != RD_NODE_SURVEY)
		return NULL; /* names of a directory: nothing is known */
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
				exact |= rd_prove_is_agent(p->config, buf,
							   false);
				longer |=
					rd_prove_is_agent(p->config, buf, true);
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

		s = rd_prove_step(p, from, RD_ACT_KEYS, menu->keys[i].keys);
		if (target == RD_GO_REPEAT)
			continue; /* the same stay */
		if (target == RD_GO_BACK) {
			if (s.nback > 1)
				s.nback--;
			target = last_menu(&s);
		}
		rd_prove_way(p, from, &s, target, EDGE_KEY);
	}
	if (menu->extensions != NONE && p->config->nagents) {
		s = rd_prove_step(p, from, RD_ACT_KEYS, NULL);
		if (var != NONE)
			rd_prove_put(&s, var, rd_prove_set_of_agents(p));
		rd_prove_way(p, from, &s, menu->extensions, EDGE_KEY);
	}
	input_ways(p, from, &menu->input,
		   rd_prove_wrong_keys(p, tree, p->states[from].node, keys));
}

static void collect_ways(struct prove *p, uint32_t from,
			 const struct rd_ivr_node *node)
{
	const struct rd_ivr_collect *c = &node->u.collect;
	const struct state at = p->states[from];
	uint16_t set = rd_prove_set_of_entries(p, at.tree, at.node);
	bool looks_up = c->source != NONE;
	struct state s;
	char keys[40];

	read_input(p, from, &c->input);
	if (!rd_prove_set_is_empty(p, set)) {
		s = rd_prove_step(p, from,
				  looks_up ? RD_ACT_FOUND : RD_ACT_ENTRY,
				  "then");
		rd_prove_put(&s, c->var, set);
		rd_prove_put_into(p, &s, &c->into);
		rd_prove_way(p, from, &s, node->next, EDGE_KEY);
	}
	if (looks_up && !rd_prove_set_is_empty(p, set)) {
		s = rd_prove_step(p, from, RD_ACT_DOWN, "down");
		rd_prove_put(&s, c->var, set);
		rd_prove_way(p, from, &s, c->down, EDGE_KEY);
	}
	input_ways(p, from, &c->input,
		   rd_prove_wrong_keys(p, at.tree, at.node, keys));
}

static void survey_ways(struct prove *p, uint32_t from,
			const struct rd_ivr_node *node)
{
	struct state s = rd_prove_step(p, from, RD_ACT_KEYS, "then");
	char keys[40];

	read_input(p, from, &node->u.input);
	read_list(p, from, node->u.survey.thanks);
	rd_prove_way(p, from, &s, node->next, EDGE_KEY);
	input_ways(p, from, &node->u.input,
		   rd_prove_wrong_keys(p, p->states[from].tree,
				       p->states[from].node, keys));
}

/* ---- sources, variables, calls ----------------------------------------------------------- */

static void lookup_ways(struct prove *p, uint32_t from,
			const struct rd_ivr_node *node)
{
	const struct rd_ivr_lookup *l = &node->u.lookup;
	struct state s;

	rd_prove_read_operand(p, from, &l->key);
	s = rd_prove_step(p, from, RD_ACT_FOUND, "found");
	rd_prove_put_into(p, &s, &l->into);
	rd_prove_way(p, from, &s, node->next, EDGE_FREE);
	s = rd_prove_step(p, from, RD_ACT_NONE, "none");
	rd_prove_way(p, from, &s, l->none, EDGE_FREE);
	s = rd_prove_step(p, from, RD_ACT_DOWN, "down");
	rd_prove_way(p, from, &s, l->down, EDGE_FREE);
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
	return rd_prove_set_of_text(p, o->text ? o->text : "");
}

static void pairs_ways(struct prove *p, uint32_t from,
		       const struct rd_ivr_node *node)
{
	struct state s = rd_prove_step(p, from, RD_ACT_OTHER, NULL);

	for (uint16_t i = 0; i < node->u.pairs.n; i++) {
		const struct rd_operand *o = &node->u.pairs.pair[i].value;

		rd_prove_read_operand(p, from, o);
		if (node->kind == RD_NODE_SET)
			rd_prove_put(&s, node->u.pairs.pair[i].var,
				     set_of(p, &s, o));
	}
	rd_prove_way(p, from, &s, node->next, EDGE_FREE);
}

static void call_ways(struct prove *p, uint32_t from,
		      const struct rd_ivr_node *node)
{
	struct state s = rd_prove_step(p, from, RD_ACT_OTHER, NULL);

	if (s.ncalls == RD_IVR_STACK) {
		rd_prove_walk_cut(p, from, RD_FIND_NESTED, CUT_NESTED);
		return;
	}
	s.calls[s.ncalls++] = node->next;
	rd_prove_way(p, from, &s, node->u.target, EDGE_FREE);
}

static void return_ways(struct prove *p, uint32_t from)
{
	struct state s = rd_prove_step(p, from, RD_ACT_OTHER, NULL);
	uint16_t target;

	if (!s.ncalls) {
		rd_prove_walk_cut(p, from, RD_FIND_DEAD_END, CUT_RETURN);
		return;
	}
	target = s.calls[--s.ncalls];
	s.calls[s.ncalls] = 0;
	while (s.nback && s.back_calls[s.nback - 1] > s.ncalls)
		s.nback--;
	rd_prove_way(p, from, &s, target, EDGE_FREE);
}

/* It may set what it is allowed to, and say any of its words. */
static void program_ways(struct prove *p, uint32_t from,
			 const struct rd_ivr_node *node)
{
	const struct rd_ivr_external *e = &node->u.external;
	struct state s = rd_prove_step(p, from, RD_ACT_DOWN, "down");

	rd_prove_way(p, from, &s, e->down, EDGE_FREE);
	for (uint16_t i = 0; i < e->nwords; i++) {
		s = rd_prove_step(p, from, RD_ACT_OTHER, e->words[i].word);
		rd_prove_put_into(p, &s, &e->sets);
		rd_prove_way(p, from, &s, e->words[i].target, EDGE_FREE);
	}
	s = rd_prove_step(p, from, RD_ACT_OTHER, "then");
	rd_prove_put_into(p, &s, &e->sets);
	if (node->next != NONE || !e->nwords)
		rd_prove_way(p, from, &s, node->next, EDGE_FREE);
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
	struct state s = rd_prove_step(
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
		rd_prove_go(g->p, g->from, &s, target, kind);
	else if (!strcmp(label, "then"))
		rd_prove_walk_cut(g->p, g->from, RD_FIND_DEAD_END, CUT_NEXT);
}

/* Where a call comes in: perhaps no port is free in time. */
static void port_ways(struct prove *p, uint32_t from)
{
	uint16_t tree = p->states[from].tree;
	uint16_t ports = tree == NONE ? NONE : rd_cfg_ports_of(p->config, tree);
	struct state s;

	if (ports == NONE || p->config->ports[ports].tree_full == NONE)
		return;
	s = rd_prove_step(p, from, RD_ACT_OTHER, "no port is free");
	rd_prove_go_tree(p, from, &s, p->config->ports[ports].tree_full,
			 p->config->ports[ports].node_full, EDGE_FREE);
}

void rd_prove_ways(struct prove *p, uint32_t from)
{
	const struct state at = p->states[from];
	const struct rd_ivr_node *node = rd_prove_node(p, at.tree, at.node);
	struct generic generic = { p, from, node ? node->kind : 0 };
	struct state s;

	if (at.by == STATE_NONE)
		port_ways(p, from);
	if (!node) { /* a route leads straight to a queue */
		rd_prove_queue_ways(p, from, at.node, NONE);
		return;
	}
	s = rd_prove_step(p, from, RD_ACT_OTHER, NULL);
	switch ((enum rd_node_kind)node->kind) {
	case RD_NODE_PLAY:
		read_list(p, from, node->u.list);
		rd_prove_way(p, from, &s, node->next, EDGE_FREE);
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
		rd_prove_rows(p, from);
		break;
	case RD_NODE_SET:
	case RD_NODE_ATTACH:
		pairs_ways(p, from, node);
		break;
	case RD_NODE_LANGUAGE:
		s.language = node->u.index;
		rd_prove_way(p, from, &s, node->next, EDGE_FREE);
		break;
	case RD_NODE_ANSWER:
		s.answered = 1;
		rd_prove_way(p, from, &s, node->next, EDGE_FREE);
		break;
	case RD_NODE_GOTO:
		rd_prove_way(p, from, &s, node->u.target, EDGE_FREE);
		break;
	case RD_NODE_CALL:
		call_ways(p, from, node);
		break;
	case RD_NODE_RETURN:
		return_ways(p, from);
		break;
	case RD_NODE_QUEUE:
		rd_prove_queue_ways(p, from, rd_prove_queue_of(p, &at),
				    node->next);
		break;
	case RD_NODE_DIAL:
		rd_prove_dial_ways(p, from, node);
		break;
	case RD_NODE_AGENT:
		rd_prove_agent_ways(p, from, node);
		break;
	case RD_NODE_AUTHENTICATE:
		rd_prove_auth_ways(p, from, node);
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

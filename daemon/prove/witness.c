// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way to a state, told by what happens on it.
 *
 * Sets grow smaller on the way: a later condition says which of the entries
 * possible at a collect was meant. So what is keyed in is chosen last, from the
 * set its variable has just before it gets another value, or at the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

#define WAY_MAX 700 /* edges; a way is among the shortest, so this is much */

static const struct state *before(const struct prove *p, uint32_t edge)
{
	return &p->states[p->edges[edge].from];
}

static const struct state *behind(const struct prove *p, uint32_t edge)
{
	return &p->states[p->edges[edge].to];
}

/* The set of a variable behind step i, as what follows narrows it. */
static uint16_t final_set(const struct prove *p, const uint32_t *way,
			  uint32_t n, uint32_t i, uint16_t var)
{
	const struct state *s = behind(p, way[i]);
	uint16_t tree = s->tree, set = s->vars[var];

	for (uint32_t k = i + 1; k < n; k++) {
		const struct rd_ivr_node *node =
			rd_prove_node(p, s->tree, s->node);

		s = behind(p, way[k]);
		/* only a row narrows; other changes are new values */
		if (s->tree != tree || s->unset >> var & 1 ||
		    (s->vars[var] != set &&
		     (!node || node->kind != RD_NODE_CHOOSE)))
			break;
		set = s->vars[var];
	}
	return set;
}

static const char *clip(char *to, size_t cap, const char *from)
{
	snprintf(to, cap, "%s", from ? from : "");
	return to;
}

/* level=gold name=x */
static void columns(const struct prove *p, const uint32_t *way, uint32_t n,
		    uint32_t i, const struct rd_ivr_into *into, char *text,
		    size_t cap)
{
	size_t len = 0;

	text[0] = 0;
	for (uint16_t k = 0; k < into->n && len + 8 < cap; k++) {
		const char *value = rd_prove_set_some(
			p, final_set(p, way, n, i, into->pair[k].var));

		len += (size_t)snprintf(text + len, cap - len, "%s%s=%s",
					len ? " " : "", into->pair[k].column,
					value);
		if (len >= cap)
			len = cap - 1;
	}
}

static void entry_text(struct prove *p, const uint32_t *way, uint32_t n,
		       uint32_t i, const struct state *at,
		       const struct rd_ivr_collect *c, char *text, size_t cap)
{
	uint16_t set = final_set(p, way, n, i, c->var);
	const char *entry = rd_prove_set_entry(p, set, at->tree, at->node);
	size_t len;

	if (!entry)
		entry = rd_prove_set_entry(p, p->set_any, at->tree, at->node);
	len = strlen(clip(text, cap, entry));
	/* shorter than it might be: ended by its key */
	if (len < c->max && c->terminator && len + 1 < cap) {
		text[len] = c->terminator;
		text[len + 1] = 0;
	}
}

static const char *extension(struct prove *p, const uint32_t *way, uint32_t n,
			     uint32_t i, uint16_t tree)
{
	uint16_t var = p->config->trees[tree]->extension, set;

	if (var == NONE)
		return p->config->agents[0].number;
	set = final_set(p, way, n, i, var);
	for (uint16_t a = 0; a < p->config->nagents; a++) {
		const char *number = p->config->agents[a].number;

		if (!rd_prove_set_is_empty(
			    p,
			    rd_prove_set_meet(p, set,
					      rd_prove_set_of_text(p, number))))
			return number;
	}
	return p->config->agents[0].number;
}

/* What a step is; false: nothing worth telling. */
static bool tell(struct prove *p, const uint32_t *way, uint32_t n, uint32_t i,
		 struct rd_act_step *out)
{
	const struct edge *e = &p->edges[way[i]];
	const struct state *at = before(p, way[i]);
	const struct rd_ivr_node *node = rd_prove_node(p, at->tree, at->node);
	uint8_t act = e->act;
	char keys[40];

	if (act == RD_ACT_OTHER && !e->label)
		return false;
	*out = (struct rd_act_step){ .act = act,
				     .count = e->count,
				     .tree = at->tree,
				     .node = node ? at->node : NONE };
	clip(out->text, sizeof(out->text), e->label);
	if (!node)
		return true;
	switch ((enum rd_node_kind)node->kind) {
	case RD_NODE_MENU:
		if (act == RD_ACT_KEYS && !e->label)
			clip(out->text, sizeof(out->text),
			     extension(p, way, n, i, at->tree));
		break;
	case RD_NODE_SURVEY:
		if (act == RD_ACT_KEYS)
			for (int d = 9; d >= 0; d--)
				if (node->u.survey.ratings >> d & 1)
					snprintf(out->text, sizeof(out->text),
						 "%d", d);
		break;
	case RD_NODE_COLLECT:
		if (act == RD_ACT_ENTRY || act == RD_ACT_FOUND ||
		    act == RD_ACT_DOWN)
			entry_text(p, way, n, i, at, &node->u.collect,
				   out->text, sizeof(out->text));
		break;
	case RD_NODE_LOOKUP:
		clip(out->text, sizeof(out->text),
		     p->config->sources[node->u.lookup.source].name);
		if (act == RD_ACT_FOUND)
			columns(p, way, n, i, &node->u.lookup.into, out->text,
				sizeof(out->text));
		break;
	case RD_NODE_PROGRAM:
		if (act == RD_ACT_DOWN)
			snprintf(out->text, sizeof(out->text), "%s",
				 p->config->programs[node->u.external.program]
					 .name);
		else
			snprintf(out->text, sizeof(out->text),
				 "program %.24s says %.24s",
				 p->config->programs[node->u.external.program]
					 .name,
				 e->label);
		break;
	case RD_NODE_AUTHENTICATE:
		clip(out->text, sizeof(out->text),
		     p->config->sources[node->u.auth.source].name);
		if (act == RD_ACT_FOUND)
			columns(p, way, n, i, &node->u.auth.into, out->text,
				sizeof(out->text));
		break;
	case RD_NODE_QUEUE:
		if (act == RD_ACT_KEYS)
			snprintf(out->text, sizeof(out->text), "%c",
				 p->config->queues[rd_prove_queue_of(p, at)]
					 .exit_key);
		break;
	default:
		break;
	}
	if (act == RD_ACT_WRONG) {
		const char *wrong =
			rd_prove_wrong_keys(p, at->tree, at->node, keys);

		clip(out->text, sizeof(out->text), wrong);
	}
	return true;
}

/* An entry looked up is keyed in, then found: two acts. */
static bool tell_answer(struct prove *p, const uint32_t *way, uint32_t n,
			uint32_t i, struct rd_act_step *out)
{
	const struct edge *e = &p->edges[way[i]];
	const struct state *at = before(p, way[i]);
	const struct rd_ivr_node *node = rd_prove_node(p, at->tree, at->node);

	if (!node || node->kind != RD_NODE_COLLECT ||
	    (e->act != RD_ACT_FOUND && e->act != RD_ACT_DOWN))
		return false;
	*out = (struct rd_act_step){ .act = e->act,
				     .tree = at->tree,
				     .node = at->node };
	if (e->act == RD_ACT_FOUND)
		columns(p, way, n, i, &node->u.collect.into, out->text,
			sizeof(out->text));
	return true;
}

static const char *zone_of(const struct prove *p)
{
	for (uint16_t i = 0; i < p->natoms; i++)
		if (p->atoms[i].calendar)
			return p->atoms[i].calendar->timezone;
	if (p->config->ncalendars)
		return p->config->calendars[0].timezone;
	return "UTC";
}

/* A number that looks like one, if it is in the set. */
static const char *a_caller(struct prove *p, uint16_t set)
{
	static const char usual[] = "13800138000";

	if (!rd_prove_set_is_empty(
		    p,
		    rd_prove_set_meet(p, set, rd_prove_set_of_text(p, usual))))
		return usual;
	return rd_prove_set_some(p, set);
}

/* An entry that is looked up is two acts: what is keyed in, and the answer. */
static void tell_steps(struct prove *p, const uint32_t *way, uint32_t n,
		       struct rd_witness *out)
{
	struct rd_act_step *steps;

	steps = rd_prove_alloc(p, 2 * (size_t)n + 1, sizeof(*steps));
	for (uint32_t i = 0; steps && i < n; i++) {
		struct rd_act_step *s = &steps[out->n];

		if (!tell(p, way, n, i, s))
			continue;
		out->n++;
		if (tell_answer(p, way, n, i, s + 1)) {
			s->act = RD_ACT_ENTRY;
			out->n++;
		}
	}
	out->steps = steps;
}

void rd_prove_witness_on(struct prove *p, uint32_t state, const uint32_t *edges,
			 uint32_t n_on, struct rd_witness *out)
{
	uint32_t way[2 * WAY_MAX], n = 0, begin = state, end = state;
	const struct state *s;
	const struct root *root;

	while (p->states[begin].by != STATE_NONE && n < WAY_MAX) {
		way[n++] = p->states[begin].by;
		begin = p->edges[p->states[begin].by].from;
	}
	for (uint32_t i = 0; i < n / 2; i++) {
		uint32_t swap = way[i];

		way[i] = way[n - 1 - i];
		way[n - 1 - i] = swap;
	}
	for (uint32_t i = 0; i < n_on && n < 2 * WAY_MAX; i++) {
		way[n++] = edges[i];
		end = p->edges[edges[i]].to;
	}
	s = &p->states[end];
	root = &p->roots[s->root];
	*out = (struct rd_witness){
		.unix_s = p->moments[p->states[begin].moment].from_s,
		.timezone = zone_of(p),
		.tree = root->tree,
		.queue = root->queue,
		.end_tree = s->tree,
		.end_node = s->node,
	};
	if (s->caller != p->set_any)
		clip(out->caller, sizeof(out->caller), a_caller(p, s->caller));
	if (s->called != p->set_any)
		clip(out->called, sizeof(out->called),
		     rd_prove_set_some(p, s->called));
	out->lists = s->on;
	if (rd_prove_set_is_single(p, s->level))
		clip(out->level, sizeof(out->level),
		     rd_prove_set_some(p, s->level));
	tell_steps(p, way, n, out);
}

void rd_prove_witness(struct prove *p, uint32_t state, struct rd_witness *out)
{
	rd_prove_witness_on(p, state, NULL, 0, out);
}

void rd_prove_witness_mistake(struct prove *p, uint32_t state, enum rd_act act,
			      const char *keys, struct rd_witness *out)
{
	const struct state *s = &p->states[state];
	struct rd_act_step *steps =
		rd_prove_alloc(p, out->n + 1u, sizeof(*steps));

	if (!steps)
		return;
	if (out->n)
		memcpy(steps, out->steps, out->n * sizeof(*steps));
	steps[out->n] = (struct rd_act_step){
		.act = (uint8_t)act, .count = 1, .tree = s->tree, .node = s->node
	};
	clip(steps[out->n].text, sizeof(steps->text), keys);
	out->steps = steps;
	out->n++;
}

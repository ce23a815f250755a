// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ways round, among the states of a clock that stands still.
 *
 * Strongly connected parts (Tarjan, with a stack of its own) of the graph of
 * steps for which nobody presses a key are loops. With steps for wrong entries
 * added, a part that holds one of these is a retry without end: the caller
 * only ever makes mistakes, and is forgiven.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

#define ROUND_MAX 64 /* nodes named in a message */

struct graph {
	struct prove *p;
	enum edge_kind most; /* edges up to that kind count */
	uint32_t n;
	uint32_t *first; /* edges by state: n + 1 */
	uint32_t *part;	 /* number of the part a state is in */
	uint32_t *size;	 /* states in a part */
	uint32_t parts;
};

/* Edges were made state by state, so they lie in that order. */
static bool index_edges(struct graph *g)
{
	struct prove *p = g->p;
	uint32_t e = 0;

	g->first = calloc(g->n + 2u, sizeof(*g->first));
	g->part = calloc(g->n + 1u, sizeof(*g->part));
	g->size = calloc(g->n + 1u, sizeof(*g->size));
	if (!g->first || !g->part || !g->size) {
		p->err = -ENOMEM;
		return false;
	}
	for (uint32_t i = 0; i < g->n; i++) {
		while (e < p->still_edges && p->edges[e].from < i)
			e++;
		g->first[i] = e;
	}
	g->first[g->n] = p->still_edges;
	return true;
}

static bool counts(const struct graph *g, const struct edge *e, uint32_t from)
{
	return e->from == from && e->kind <= g->most && e->to < g->n;
}

struct visit {
	uint32_t state, edge;
};

static void find_parts(struct graph *g)
{
	uint32_t *index = calloc(g->n + 1u, sizeof(*index));
	uint32_t *low = calloc(g->n + 1u, sizeof(*low));
	uint32_t *stack = calloc(g->n + 1u, sizeof(*stack));
	struct visit *way = calloc(g->n + 1u, sizeof(*way));
	uint8_t *on = calloc(g->n + 1u, 1);
	uint32_t next = 1, n = 0, depth = 0;

	if (!index || !low || !stack || !way || !on) {
		g->p->err = -ENOMEM;
		goto out;
	}
	for (uint32_t root = 0; root < g->n; root++) {
		if (index[root])
			continue;
		way[depth++] = (struct visit){ root, g->first[root] };
		while (depth) {
			struct visit *v = &way[depth - 1];
			uint32_t s = v->state;

			if (!index[s]) {
				index[s] = low[s] = next++;
				stack[n++] = s;
				on[s] = 1;
			}
			if (v->edge < g->first[s + 1]) {
				const struct edge *e = &g->p->edges[v->edge++];

				if (!counts(g, e, s))
					continue;
				if (!index[e->to])
					way[depth++] = (struct visit){
						e->to, g->first[e->to]
					};
				else if (on[e->to] && index[e->to] < low[s])
					low[s] = index[e->to];
				continue;
			}
			depth--;
			if (depth && low[s] < low[way[depth - 1].state])
				low[way[depth - 1].state] = low[s];
			if (low[s] != index[s])
				continue;
			do {
				on[stack[--n]] = 0;
				g->part[stack[n]] = g->parts;
				g->size[g->parts]++;
			} while (stack[n] != s);
			g->parts++;
		}
	}
out:
	free(index);
	free(low);
	free(stack);
	free(way);
	free(on);
}

/* ---- telling ------------------------------------------------------------------------ */

/*
 * The shortest way from a state back to itself within its part; edges in
 * round[max]. 0: there is none.
 */
static uint32_t shortest_round(const struct graph *g, uint32_t from,
			       uint32_t *round, uint32_t max)
{
	uint32_t *by = calloc(g->n + 1u, sizeof(*by)); /* edge + 1 */
	uint32_t *todo = calloc(g->n + 1u, sizeof(*todo));
	uint32_t n = 0, head = 0, last = 0, len = 0;

	if (!by || !todo)
		goto out;
	todo[n++] = from;
	while (head < n && !last) {
		uint32_t s = todo[head++];

		for (uint32_t i = g->first[s]; i < g->first[s + 1]; i++) {
			const struct edge *e = &g->p->edges[i];

			if (!counts(g, e, s) || g->part[e->to] != g->part[from])
				continue;
			if (e->to == from) {
				last = i + 1;
				break;
			}
			if (by[e->to])
				continue;
			by[e->to] = i + 1;
			todo[n++] = e->to;
		}
	}
	for (uint32_t e = last; e && len < max;
	     e = g->p->edges[e - 1].from == from ? 0
						 : by[g->p->edges[e - 1].from])
		round[len++] = e - 1;
	for (uint32_t i = 0; i < len / 2; i++) {
		uint32_t swap = round[i];

		round[i] = round[len - 1 - i];
		round[len - 1 - i] = swap;
	}
out:
	free(by);
	free(todo);
	return len;
}

static const char *state_name(const struct prove *p, uint32_t state, char *buf,
			      size_t cap)
{
	const struct state *s = &p->states[state];
	const struct rd_ivr_node *node = rd_prove_node(p, s->tree, s->node);

	if (!node || s->over)
		snprintf(buf, cap, "queue %s",
			 p->config->queues[rd_prove_queue_of(p, s)].name);
	else if (p->config->ntrees > 1)
		snprintf(buf, cap, "%s.%s", p->config->trees[s->tree]->name,
			 node->name);
	else
		snprintf(buf, cap, "%s", node->name);
	return buf;
}

/* The step of a round that is told: the first in the files that has a place. */
static uint32_t told_at(const struct prove *p, const uint32_t *round,
			uint32_t len)
{
	uint32_t best = STATE_NONE;

	for (uint32_t i = 0; i < len; i++) {
		uint32_t at = p->edges[round[i]].from;
		const struct state *s = &p->states[at], *b;
		const struct rd_ivr_node *node =
			rd_prove_node(p, s->tree, s->node);

		if (!node || !rd_prove_has_place(node->place))
			continue;
		b = best == STATE_NONE ? NULL : &p->states[best];
		if (!b || s->tree < b->tree ||
		    (s->tree == b->tree && s->node < b->node))
			best = at;
	}
	return best;
}

static void tell_round(const struct graph *g, uint32_t state,
		       const uint32_t *round, uint32_t len)
{
	struct prove *p = g->p;
	enum rd_finding_kind kind =
		g->most == EDGE_FREE ? RD_FIND_LOOP : RD_FIND_RETRY;
	bool overflows = false, talks = false;
	char path[480] = "", name[80];
	const struct rd_ivr_node *node;
	struct rd_finding *f;
	struct rd_place place = { 0 };
	size_t used = 0;

	for (uint32_t i = 0; i < len; i++) {
		const struct edge *e = &p->edges[round[i]];

		overflows |= e->act == RD_ACT_OVERFLOW ||
			     e->act == RD_ACT_FULL ||
			     e->act == RD_ACT_CLOSED ||
			     e->act == RD_ACT_DESERTED ||
			     e->act == RD_ACT_TOO_LONG;
		talks |= e->act == RD_ACT_TALKED;
		if (i < ROUND_MAX && used + 90 < sizeof(path))
			used += (size_t)snprintf(
				path + used, sizeof(path) - used, "%s -> ",
				state_name(p, e->from, name, sizeof(name)));
	}
	if (kind == RD_FIND_LOOP && overflows)
		kind = RD_FIND_OVERFLOW;
	state_name(p, state, name, sizeof(name));
	node = rd_prove_node(p, p->states[state].tree, p->states[state].node);
	if (node)
		place = node->place;
	else
		place = p->config->queues[p->states[state].node].place;
	f = rd_prove_find(
		p, kind, place, p->states[state].tree, state, "%s%s; %s", path,
		name,
		kind == RD_FIND_RETRY ? "a caller who only makes mistakes "
					"would go round for ever"
		: kind == RD_FIND_OVERFLOW
			? "a caller would wait, overflow and wait for ever"
		: talks ? "a caller who presses nothing would be handed from "
			  "person to person for ever"
			: "a caller who presses nothing would go round for "
			  "ever");
	if (f) /* the witness goes on round the loop */
		rd_prove_witness_on(p, state, round, len, &f->witness);
}

static bool is_looped(const struct graph *g, uint32_t state)
{
	if (g->size[g->part[state]] > 1)
		return true;
	for (uint32_t i = g->first[state]; i < g->first[state + 1]; i++)
		if (counts(g, &g->p->edges[i], state) &&
		    g->p->edges[i].to == state)
			return true;
	return false;
}

/* One round for each part; it begins at the step that is told. */
static void tell_part(const struct graph *g, uint32_t state)
{
	uint32_t round[ROUND_MAX], len, at;

	len = shortest_round(g, state, round, ROUND_MAX);
	at = told_at(g->p, round, len);
	if (at != STATE_NONE && at != state) {
		state = at;
		len = shortest_round(g, state, round, ROUND_MAX);
	}
	if (len)
		tell_round(g, state, round, len);
}

static void tell_loops(const struct graph *g)
{
	uint8_t *told = calloc(g->parts + 1u, 1);

	for (uint32_t s = 0; told && s < g->n; s++) {
		if (told[g->part[s]] || !is_looped(g, s))
			continue;
		told[g->part[s]] = 1;
		tell_part(g, s);
	}
	free(told);
}

/* Parts with a wrong entry in them, which no loop of its own explains. */
static void tell_retries(const struct graph *free_loops, const struct graph *g)
{
	const struct prove *p = g->p;
	uint8_t *told = calloc(g->parts + 1u, 1);
	uint32_t round[ROUND_MAX], len;

	for (uint32_t i = 0; told && i < p->still_edges; i++) {
		const struct edge *e = &p->edges[i];

		if (e->kind != EDGE_WRONG || e->from >= g->n || e->to >= g->n ||
		    g->part[e->from] != g->part[e->to] ||
		    told[g->part[e->from]] || is_looped(free_loops, e->from))
			continue;
		told[g->part[e->from]] = 1;
		len = shortest_round(g, e->from, round, ROUND_MAX);
		if (len)
			tell_round(g, e->from, round, len);
	}
	free(told);
}

void rd_prove_loops(struct prove *p)
{
	struct graph g = { .p = p, .most = EDGE_FREE, .n = p->still };
	struct graph wrong = { .p = p, .most = EDGE_WRONG, .n = p->still };

	if (!index_edges(&g))
		goto out;
	find_parts(&g);
	wrong.first = g.first;
	wrong.part = calloc(g.n + 1u, sizeof(*wrong.part));
	wrong.size = calloc(g.n + 1u, sizeof(*wrong.size));
	if (!wrong.part || !wrong.size) {
		p->err = -ENOMEM;
		goto out;
	}
	find_parts(&wrong);
	if (!p->err) {
		tell_loops(&g);
		tell_retries(&g, &wrong);
	}
out:
	free(wrong.part);
	free(wrong.size);
	free(g.first);
	free(g.part);
	free(g.size);
}

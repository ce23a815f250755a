// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The search: from every place where calls come in, breadth first, so that the
 * way to a state is among the shortest.
 *
 * First with a clock that stands still: for each class of instants. Then from
 * all states at which time passes, with a clock that meets its next boundary.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call/route.h"
#include "daemon/prove/inside.h"

#define TABLE_LOAD 2u

/* ---- states --------------------------------------------------------------------- */

static uint32_t hash_state(const struct state *s)
{
	const unsigned char *octets = (const void *)s;
	uint64_t h = 1469598103934665603u;

	for (size_t i = 0; i < offsetof(struct state, back); i++)
		h = (h ^ octets[i]) * 1099511628211u;
	return (uint32_t)(h ^ h >> 32);
}

static bool enlarge(struct prove *p)
{
	uint32_t slots = p->slots ? 2 * p->slots : 4096;
	uint32_t *table = calloc(slots, sizeof(*table));

	if (!table) {
		p->err = -ENOMEM;
		return false;
	}
	for (uint32_t i = 0; i < p->nstates; i++) {
		uint32_t slot = hash_state(&p->states[i]) % slots;

		while (table[slot])
			slot = (slot + 1) % slots;
		table[slot] = i + 1;
	}
	free(p->table);
	p->table = table;
	p->slots = slots;
	return true;
}

static void see(struct prove *p, uint32_t index)
{
	const struct state *s = &p->states[index];

	if (s->tree == NONE) {
		if (p->queues[s->node] == STATE_NONE)
			p->queues[s->node] = index;
		return;
	}
	if (p->nodes[s->tree][s->node].first == STATE_NONE) {
		p->nodes[s->tree][s->node].first = index;
		p->nodes[s->tree][s->node].crossed = s->crossed;
	}
}

/* The state's number; STATE_NONE: no room. */
static uint32_t intern(struct prove *p, const struct state *s)
{
	uint32_t most =
		p->how->max_states ? p->how->max_states : RD_PROVE_STATES;
	uint32_t slot;

	if (p->slots < TABLE_LOAD * (p->nstates + 1) && !enlarge(p))
		return STATE_NONE;
	slot = hash_state(s) % p->slots;
	for (; p->table[slot]; slot = (slot + 1) % p->slots)
		if (!memcmp(&p->states[p->table[slot] - 1], s,
			    offsetof(struct state, back)))
			return p->table[slot] - 1;
	if (p->nstates >= most) {
		if (s->crossed)
			p->full_crossed = true;
		else
			rd_prove_full(p, "too many states");
		return STATE_NONE;
	}
	if (!rd_prove_grow(p, &p->states, p->nstates, &p->capstates,
			   sizeof(*p->states)))
		return STATE_NONE;
	p->states[p->nstates] = *s;
	p->table[slot] = ++p->nstates;
	see(p, p->nstates - 1);
	return p->nstates - 1;
}

void rd_prove_walk_to(struct prove *p, uint32_t from, struct state *to,
		      enum edge_kind kind)
{
	uint32_t index;

	to->by = from == STATE_NONE ? STATE_NONE : p->nedges;
	rd_prove_forget(p, to);
	index = intern(p, to);
	if (index == STATE_NONE || from == STATE_NONE)
		return;
	if (rd_prove_grow(p, &p->edges, p->nedges, &p->capedges,
			  sizeof(*p->edges)))
		p->edges[p->nedges++] = (struct edge){
			from,	 index,	    (uint8_t)kind,
			to->act, to->count, to->label,
		};
}

void rd_prove_walk_cut(struct prove *p, uint32_t state,
		       enum rd_finding_kind kind, uint8_t what)
{
	const struct state *s = &p->states[state];

	if (s->crossed)
		return;
	for (uint32_t i = 0; i < p->ncuts; i++) {
		const struct state *other = &p->states[p->cuts[i].state];

		if (p->cuts[i].kind == kind && p->cuts[i].what == what &&
		    other->tree == s->tree && other->node == s->node &&
		    other->over == s->over)
			return;
	}
	if (rd_prove_grow(p, &p->cuts, p->ncuts, &p->capcuts, sizeof(*p->cuts)))
		p->cuts[p->ncuts++] =
			(struct cut){ state, (uint8_t)kind, what };
}

/* ---- where calls come in ---------------------------------------------------------- */

static void add_root(struct prove *p, uint16_t tree, uint16_t queue,
		     bool supposed)
{
	for (uint16_t i = 0; i < p->nroots; i++)
		if (p->roots[i].tree == tree && p->roots[i].queue == queue)
			return;
	p->roots[p->nroots++] = (struct root){ tree, queue, supposed };
}

static bool overflows_to(const struct rd_cfg_queue *q, uint16_t tree)
{
	for (uint16_t i = 0; i < q->noverflows; i++)
		if (q->overflows[i].tree == tree)
			return true;
	return q->tree_overflow == tree;
}

static bool is_entered(const struct rd_config *c, uint16_t tree)
{
	for (uint16_t i = 0; i < c->nports; i++)
		if (c->ports[i].tree_full == tree)
			return true;
	for (uint16_t i = 0; i < c->nqueues; i++)
		if (overflows_to(&c->queues[i], tree) ||
		    c->queues[i].tree_exit == tree ||
		    c->queues[i].tree_after == tree)
			return true;
	return false;
}

static bool find_roots(struct prove *p)
{
	const struct rd_config *c = p->config;

	p->roots =
		calloc((size_t)c->nroutes + c->ntrees + 1u, sizeof(*p->roots));
	if (!p->roots)
		return false;
	for (uint16_t i = 0; i < c->nroutes; i++) {
		if (c->routes[i].tree != NONE)
			add_root(p, c->routes[i].tree, NONE, false);
		else if (c->routes[i].queue != NONE)
			add_root(p, NONE, c->routes[i].queue, false);
	}
	/* nobody comes there: prove it all the same, as if somebody did */
	for (uint16_t t = 0; t < c->ntrees; t++)
		if (!is_entered(c, t))
			add_root(p, t, NONE, true);
	return true;
}

static void begin(struct prove *p, uint16_t root, uint16_t moment)
{
	const struct root *r = &p->roots[root];
	struct state s;

	memset(&s, 0, sizeof(s));
	s.tree = r->tree;
	s.node = r->tree == NONE ? r->queue : 0;
	s.language = p->config->language;
	s.moment = moment;
	s.root = root;
	s.back_to = NONE;
	s.unset = UINT32_MAX;
	s.caller = p->set_any;
	s.level = p->set_any;
	s.called = r->supposed ? p->set_any : rd_prove_set_of_root(p, root);
	s.answered =
		r->tree == NONE || !p->config->trees[r->tree]->answer_later;
	rd_prove_walk_to(p, STATE_NONE, &s, EDGE_FREE);
}

/* ---- the search --------------------------------------------------------------------- */

static bool takes_time(const struct prove *p, const struct state *s)
{
	const struct rd_ivr_node *node = rd_prove_node(p, s->tree, s->node);

	if (!node)
		return true;
	switch ((enum rd_node_kind)node->kind) {
	case RD_NODE_CHOOSE:
	case RD_NODE_SET:
	case RD_NODE_ATTACH:
	case RD_NODE_LANGUAGE:
	case RD_NODE_GOTO:
	case RD_NODE_CALL:
	case RD_NODE_RETURN:
	case RD_NODE_HANGUP:
		return false;
	default:
		return true;
	}
}

/* The clock meets its next boundary while the call is there. */
static void pass_time(struct prove *p, uint32_t index)
{
	struct state s = p->states[index];
	const struct moment *m = &p->moments[s.moment];

	if (s.crossed == CROSSED_MAX || !takes_time(p, &s))
		return;
	s.crossed++;
	s.act = RD_ACT_OTHER;
	s.label = NULL;
	for (uint16_t i = 0; i < m->nafter; i++) {
		s.moment = m->after[i];
		rd_prove_walk_to(p, index, &s, EDGE_FREE);
	}
}

/* Is there anything that only the passing of time could explain? */
static bool is_all_seen(const struct prove *p)
{
	for (uint16_t t = 0; t < p->config->ntrees; t++) {
		const struct rd_ivr_program *tree = p->config->trees[t];

		for (uint16_t i = 0; i < tree->nnodes; i++) {
			const struct rd_ivr_choose *c =
				&tree->nodes[i].u.choose;

			if (p->nodes[t][i].first == STATE_NONE)
				return false;
			for (uint16_t r = 0; p->rows[t][i] && r < c->n; r++)
				if (!p->rows[t][i][r].taken)
					return false;
		}
	}
	return true;
}

static bool prepare(struct prove *p)
{
	const struct rd_config *c = p->config;

	p->nodes = calloc(c->ntrees + 1u, sizeof(*p->nodes));
	p->rows = calloc(c->ntrees + 1u, sizeof(*p->rows));
	p->had_value = calloc(c->ntrees + 1u, sizeof(*p->had_value));
	p->queues = calloc(c->nqueues + 1u, sizeof(*p->queues));
	if (!p->nodes || !p->rows || !p->queues || !p->had_value)
		return false;
	memset(p->queues, 0xff, (c->nqueues + 1u) * sizeof(*p->queues));
	for (uint16_t t = 0; t < c->ntrees; t++) {
		uint16_t n = c->trees[t]->nnodes;

		p->nodes[t] = rd_prove_alloc(p, n, sizeof(**p->nodes));
		p->rows[t] = rd_prove_alloc(p, n, sizeof(**p->rows));
		p->had_value[t] = rd_prove_alloc(p, n, sizeof(**p->had_value));
		if (!p->nodes[t] || !p->rows[t] || !p->had_value[t])
			return false;
		for (uint16_t i = 0; i < n; i++) {
			const struct rd_ivr_node *node = &c->trees[t]->nodes[i];

			p->nodes[t][i].first = STATE_NONE;
			if (node->kind != RD_NODE_CHOOSE)
				continue;
			p->rows[t][i] = rd_prove_alloc(p, node->u.choose.n,
						       sizeof(***p->rows));
			if (!p->rows[t][i])
				return false;
		}
	}
	return true;
}

void rd_prove_walk(struct prove *p)
{
	uint32_t still;

	if (!prepare(p)) {
		p->err = -ENOMEM;
		return;
	}
	for (uint16_t r = 0; r < p->nroots; r++)
		for (uint16_t m = 0; m < p->nmoments; m++)
			begin(p, r, m);
	for (uint32_t i = 0; i < p->nstates && !p->err; i++)
		rd_prove_ways(p, i);
	still = p->nstates;
	p->still_edges = p->nedges;
	p->still = still;
	if (p->full || p->nmoments < 2 || is_all_seen(p))
		return;
	for (uint32_t i = 0; i < p->nstates && !p->err; i++) {
		if (i >= still)
			rd_prove_ways(p, i);
		pass_time(p, i);
	}
}

/* ---- all of it ------------------------------------------------------------------------ */

static int compare_findings(const void *a, const void *b)
{
	const struct rd_finding *x = a, *y = b;
	int d = strcmp(x->place.file ? x->place.file : "",
		       y->place.file ? y->place.file : "");

	if (d)
		return d;
	if (x->place.line != y->place.line)
		return x->place.line - y->place.line;
	if (x->place.column != y->place.column)
		return x->place.column - y->place.column;
	return x->kind - y->kind;
}

static void judge(struct prove *p)
{
	rd_prove_judge(p);
	rd_prove_loops(p);
	rd_prove_heard(p);
	rd_prove_keys(p);
	rd_prove_bounds(p);
}

int rd_prove(const struct rd_config *config, const struct rd_prove *how,
	     struct rd_proof **out)
{
	struct prove *p = calloc(1, sizeof(*p));
	int err = -ENOMEM;

	if (!p)
		return -ENOMEM;
	p->config = config;
	p->how = how;
	p->proof = calloc(1, sizeof(*p->proof));
	if (!p->proof || !find_roots(p))
		goto out;
	rd_prove_moments(p);
	if (!p->err)
		rd_prove_texts(p);
	if (!p->err && !p->full)
		rd_prove_live(p);
	if (!p->err && !p->full)
		rd_prove_walk(p);
	if (!p->err && p->nodes)
		judge(p);
	if (!p->err)
		rd_prove_hours(p);
	if (p->full && !p->err)
		rd_prove_find(
			p, RD_FIND_TOO_LARGE, (struct rd_place){ 0 }, NONE,
			STATE_NONE,
			"not all is proved: %s; what is told is true, but "
			"more may be wrong",
			p->full_why);
	if (p->full_crossed && !p->full && !p->err) {
		struct rd_finding *f = rd_prove_find(
			p, RD_FIND_TOO_LARGE, (struct rd_place){ 0 }, NONE,
			STATE_NONE,
			"too many states to follow callers over closing times; "
			"so rows and nodes nobody comes to are not told");

		if (f)
			f->severity = RD_NOTE;
	}
	err = p->err;
	p->proof->states = p->nstates;
	p->proof->moments = p->nmoments;
	for (uint32_t i = 0; i < p->proof->n; i++)
		p->proof->count[p->proof->findings[i].severity]++;
	if (p->proof->n)
		qsort(p->proof->findings, p->proof->n,
		      sizeof(*p->proof->findings), compare_findings);
out:
	rd_prove_moments_free(p);
	rd_prove_texts_free(p);
	free(p->roots);
	free(p->states);
	free(p->table);
	free(p->edges);
	free(p->nodes);
	free(p->rows);
	free(p->queues);
	free(p->had_value);
	free(p->live);
	free(p->cuts);
	*out = p->proof;
	if (err) {
		rd_proof_free(p->proof);
		*out = NULL;
	}
	free(p);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows of choose. The cases that come to a node are parts: sets of what is
 * possible. A row takes of each part what fulfils all its conditions, and
 * leaves the rest to the next row, cut along the condition that failed:
 *
 *	part --c1--> --c2--> taken
 *	      `not c1  `c1, not c2      two parts for the next row
 *
 * Figures of queues are numbers that may be anything their queue can come to;
 * only those beside a limit are told apart.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

#define PARTS_MAX  2048u
#define VALUES_MAX 64

struct figure { /* of a queue, as this choose asks for it */
	uint16_t queue;
	uint8_t which;
	int n;
	int64_t values[VALUES_MAX];
};

struct part {
	struct state s;
	uint64_t figures[FIGURES_MAX]; /* bits of values */
};

struct choosing {
	struct prove *p;
	const struct rd_ivr_node *node;
	const struct rd_zone *zone;
	uint32_t from;
	struct figure figures[FIGURES_MAX];
	int nfigures;
	struct part *parts, *rest; /* PARTS_MAX each */
	uint32_t n, nrest;
};

/* ---- figures ------------------------------------------------------------------------ */

static bool is_figure(const struct rd_ivr_cond *cond)
{
	return cond->kind >= RD_COND_WAITING_ABOVE &&
	       cond->kind <= RD_COND_WAIT_BELOW;
}

static uint8_t which_of(const struct rd_ivr_cond *cond)
{
	return (uint8_t)((cond->kind - RD_COND_WAITING_ABOVE) / 2);
}

static bool is_above(const struct rd_ivr_cond *cond)
{
	return (cond->kind - RD_COND_WAITING_ABOVE) % 2 == 0;
}

/* The most it can come to; waits: no limit is known. */
static int64_t most(const struct prove *p, uint16_t queue, uint8_t which)
{
	const struct rd_config *c = p->config;

	if (which == 0)
		return c->queues[queue].maxlen ? c->queues[queue].maxlen
					       : INT32_MAX;
	if (which > 2)
		return UINT32_MAX;
	return rd_prove_most_agents(p, queue);
}

static void add_value(struct figure *f, int64_t value, int64_t limit)
{
	if (value < 0 || value > limit || f->n == VALUES_MAX)
		return;
	for (int i = 0; i < f->n; i++)
		if (f->values[i] == value)
			return;
	f->values[f->n++] = value;
}

static int figure_of(const struct choosing *c, const struct rd_ivr_cond *cond)
{
	for (int i = 0; i < c->nfigures; i++)
		if (c->figures[i].queue == cond->ref &&
		    c->figures[i].which == which_of(cond))
			return i;
	return -1;
}

static void add_figure(struct choosing *c, const struct rd_ivr_cond *cond)
{
	int64_t limit = most(c->p, cond->ref, which_of(cond));
	int at = figure_of(c, cond);

	if (at < 0) {
		if (c->nfigures == FIGURES_MAX)
			return; /* either way, each time */
		at = c->nfigures++;
		c->figures[at] = (struct figure){ .queue = cond->ref,
						  .which = which_of(cond) };
		add_value(&c->figures[at], 0, limit);
	}
	for (int64_t v = cond->from - 1; v <= cond->from + 1; v++)
		add_value(&c->figures[at], v, limit);
}

static uint64_t figure_bits(const struct figure *f,
			    const struct rd_ivr_cond *cond, bool fit)
{
	uint64_t bits = 0;

	for (int i = 0; i < f->n; i++)
		if ((is_above(cond) ? f->values[i] > cond->from
				    : f->values[i] < cond->from) == fit)
			bits |= 1ull << i;
	return bits;
}

/* No more agents are ready than are signed in. */
static bool can_be(const struct choosing *c, const struct part *part)
{
	for (int a = 0; a < c->nfigures; a++)
		for (int b = 0; b < c->nfigures; b++) {
			const struct figure *ready = &c->figures[a];
			const struct figure *in = &c->figures[b];
			int64_t least = INT64_MAX, greatest = -1;

			if (ready->which != 1 || in->which != 2 ||
			    ready->queue != in->queue)
				continue;
			for (int i = 0; i < ready->n; i++)
				if (part->figures[a] >> i & 1 &&
				    ready->values[i] < least)
					least = ready->values[i];
			for (int i = 0; i < in->n; i++)
				if (part->figures[b] >> i & 1 &&
				    in->values[i] > greatest)
					greatest = in->values[i];
			if (least > greatest)
				return false;
		}
	return true;
}

/* ---- one condition -------------------------------------------------------------------- */

/* A text of the tree's own, or one known only when it runs? */
static bool is_dynamic(const struct rd_ivr_cond *cond)
{
	for (uint16_t i = 0; cond->kind == RD_COND_IS && i < cond->n; i++)
		if (cond->values[i].kind != RD_OPERAND_TEXT)
			return true;
	return false;
}

static uint16_t *set_at(struct state *s, const struct rd_ivr_cond *cond)
{
	if (cond->kind == RD_COND_CALLER || cond->kind == RD_COND_AREA)
		return &s->caller;
	if (cond->kind == RD_COND_LEVEL)
		return &s->level;
	if (cond->kind == RD_COND_CALLED)
		return &s->called;
	return &s->vars[cond->var];
}

/*
 * Lists of callers may change any minute, but not for one call: he is on one,
 * or is not. Of several in one condition only "on none" tells of each.
 */
static bool cut_list(const struct rd_ivr_cond *cond, bool fit, struct state *s)
{
	uint16_t all = 0;

	for (uint16_t i = 0; i < cond->n; i++) {
		if (cond->refs[i] >= 16)
			return true;
		all |= (uint16_t)(1u << cond->refs[i]);
	}
	if (!fit) {
		s->off |= all;
		return !(s->on & all);
	}
	if (!(all & ~s->off))
		return false;
	if (cond->n == 1)
		s->on |= all;
	return true;
}

/*
 * The part of "part" in which the condition (turned round if negated) is as
 * wanted; false: there is none.
 */
static bool cut(const struct choosing *c, const struct rd_ivr_cond *cond,
		bool wanted, struct part *part)
{
	struct prove *p = c->p;
	bool fit = wanted != cond->negate;
	int at;

	if (cond->kind == RD_COND_LANGUAGE)
		return (part->s.language == cond->ref) == fit;
	if (cond->kind == RD_COND_LIST)
		return cut_list(cond, fit, &part->s);
	at = rd_prove_atom(p, c->zone, cond);
	if (at >= 0)
		return moment_has(&p->moments[part->s.moment], at) == fit;
	if (rd_prove_is_text(cond)) {
		uint16_t *set = set_at(&part->s, cond);

		/* it may be what a variable holds, whatever that is */
		if (is_dynamic(cond) && fit)
			return true;
		*set = rd_prove_set_fit(p, *set, cond, fit);
		return !rd_prove_set_is_empty(p, *set);
	}
	if (is_figure(cond)) {
		at = figure_of(c, cond);
		if (at >= 0) {
			part->figures[at] &=
				figure_bits(&c->figures[at], cond, fit);
			return part->figures[at] && can_be(c, part);
		}
	}
	return true;
}

static void read_conds(const struct choosing *c, const struct rd_ivr_case *row)
{
	const struct state *s = &c->p->states[c->from];

	for (uint16_t i = 0; i < row->nconds; i++) {
		const struct rd_ivr_cond *cond = &row->conds[i];

		if (!rd_prove_is_text(cond) || cond->kind == RD_COND_CALLER ||
		    cond->kind == RD_COND_CALLED ||
		    cond->kind == RD_COND_LEVEL || cond->kind == RD_COND_AREA ||
		    cond->kind == RD_COND_EMPTY)
			continue;
		if (!(s->unset >> cond->var & 1))
			c->p->had_value[s->tree][s->node] |= 1u << cond->var;
		/* what is no number is neither above nor below */
		rd_prove_read(c->p, c->from, cond->var,
			      cond->kind == RD_COND_IS ||
				      cond->kind == RD_COND_LIKE);
	}
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void leave(struct choosing *c, const struct part *part)
{
	if (c->nrest == PARTS_MAX)
		rd_prove_full(c->p, "too many cases in one choose");
	else
		c->rest[c->nrest++] = *part;
}

static void take(struct choosing *c, struct part *part, uint16_t target)
{
	part->s.act = RD_ACT_OTHER;
	part->s.label = NULL;
	part->s.count = 0;
	if (target == NONE)
		rd_prove_walk_cut(c->p, c->from, RD_FIND_DEAD_END, CUT_ELSE);
	else
		rd_prove_go(c->p, c->from, &part->s, target, EDGE_FREE);
}

/* Would it hold if it stood first? */
static bool holds_alone(const struct choosing *c, const struct part *all,
			const struct rd_ivr_case *row)
{
	struct part part = *all;

	for (uint16_t i = 0; i < row->nconds; i++)
		if (!cut(c, &row->conds[i], true, &part))
			return false;
	return true;
}

static void try_row(struct choosing *c, const struct rd_ivr_case *row,
		    uint16_t index)
{
	struct state at = c->p->states[c->from];
	struct row_seen *seen = &c->p->rows[at.tree][at.node][index];

	for (uint32_t i = 0; i < c->n; i++) {
		struct part part = c->parts[i];
		uint16_t k = 0;

		for (; k < row->nconds; k++) {
			struct part other = part;

			if (cut(c, &row->conds[k], false, &other))
				leave(c, &other);
			if (!cut(c, &row->conds[k], true, &part))
				break;
		}
		if (k < row->nconds)
			continue;
		seen->taken = true;
		take(c, &part, row->target);
	}
}

static void swap_parts(struct choosing *c)
{
	struct part *parts = c->parts;

	c->parts = c->rest;
	c->n = c->nrest;
	c->rest = parts;
	c->nrest = 0;
}

void rd_prove_rows(struct prove *p, uint32_t from)
{
	const struct state at = p->states[from];
	const struct rd_ivr_node *node = rd_prove_node(p, at.tree, at.node);
	const struct rd_ivr_choose *choose = &node->u.choose;
	struct choosing c = { .p = p,
			      .node = node,
			      .zone = &p->config->trees[at.tree]->zone,
			      .from = from };
	struct part all;

	c.parts = malloc(PARTS_MAX * sizeof(*c.parts));
	c.rest = malloc(PARTS_MAX * sizeof(*c.rest));
	if (!c.parts || !c.rest) {
		p->err = -ENOMEM;
		goto out;
	}
	for (uint16_t r = 0; r < choose->n; r++)
		for (uint16_t k = 0; k < choose->cases[r].nconds; k++)
			if (is_figure(&choose->cases[r].conds[k]))
				add_figure(&c, &choose->cases[r].conds[k]);
	memset(&all, 0, sizeof(all));
	all.s = at;
	for (int i = 0; i < c.nfigures; i++)
		all.figures[i] = c.figures[i].n == 64
					 ? UINT64_MAX
					 : (1ull << c.figures[i].n) - 1;
	c.parts[c.n++] = all;
	for (uint16_t r = 0; r < choose->n; r++) {
		struct row_seen *seen = &p->rows[at.tree][at.node][r];

		if (!seen->visited)
			seen->first = from;
		seen->visited = true;
		read_conds(&c, &choose->cases[r]);
		if (!seen->held && holds_alone(&c, &all, &choose->cases[r])) {
			seen->held = true;
			seen->first_held = from;
		}
		try_row(&c, &choose->cases[r], r);
		swap_parts(&c);
	}
	for (uint32_t i = 0; i < c.n; i++)
		take(&c, &c.parts[i], node->next);
out:
	free(c.parts);
	free(c.rest);
}

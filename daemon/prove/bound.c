// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How long it takes at most, and how many prompts are heard, until a person is
 * called.
 *
 * A caller who may go back can go round as often as he likes. So the longest
 * way is asked of one who never goes where he has been: edges to a node on the
 * shortest way to where they begin are left out, and those that close a circle
 * on the way of a depth-first search; what remains has no circles.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

#define FILE_MS	     30000u /* of a sound nobody has measured */
#define LETTER_MS    65u
#define WAY_MAX	     600  /* edges of a way that are told */
#define CHARACTER_MS 250u /* one of Chinese */

struct longest {
	uint64_t ms;
	uint32_t prompts;
	uint32_t next; /* edge, on the longest way */
	bool reaches;
};

struct search {
	struct prove *p;
	struct longest *of;
	uint32_t *first, *edge, *stack;
	uint8_t *colour;
	bool *circle; /* a circle hangs on it */
};

enum {
	WHITE,
	GREY,
	BLACK
};

/* ---- what a stay costs ------------------------------------------------------------- */

static uint32_t guess_ms(const struct rd_cfg_prompt *prompt)
{
	uint32_t ms = 500;

	if (prompt->file[0])
		return FILE_MS;
	for (const unsigned char *c = (const void *)prompt->text; *c; c++) {
		if (*c >= 0xe3)
			ms += CHARACTER_MS;
		else if (*c < 0x80)
			ms += LETTER_MS;
	}
	return ms;
}

static uint64_t list_ms(const struct prove *p, const struct state *s,
			uint32_t list)
{
	const struct rd_ivr_program *tree = p->config->trees[s->tree];
	uint16_t l = s->language < tree->nlanguages ? s->language : 0;
	const struct rd_ivr_list *row =
		&tree->lists[(size_t)list * tree->nlanguages + l];
	uint64_t ms = 0;

	for (uint16_t i = 0; i < row->n; i++) {
		const struct rd_ivr_item *item = &tree->items[row->first + i];

		if (item->kind != RD_ITEM_PROMPT)
			ms += 8000; /* a number, read out */
		else if (item->prompt & 0x80000000u)
			ms += item->prompt & 0x7fffffffu;
		else if (item->prompt < p->config->nprompts)
			ms += p->how->prompt_ms
				      ? p->how->prompt_ms(
						&p->config->prompts
							 [item->prompt])
				      : guess_ms(&p->config->prompts
							  [item->prompt]);
	}
	return ms;
}

static bool is_person(const struct prove *p, const struct state *s)
{
	const struct rd_ivr_node *node = rd_prove_node(p, s->tree, s->node);

	return !node || rd_ivr_kinds[node->kind].human;
}

static void cost(const struct prove *p, const struct state *s, uint64_t *ms,
		 uint32_t *prompts)
{
	const struct rd_ivr_node *node = rd_prove_node(p, s->tree, s->node);

	*ms = 0;
	*prompts = 0;
	if (!node || is_person(p, s))
		return;
	*ms = rd_ivr_most_ms(p->config, node);
	if (node->kind == RD_NODE_PLAY) {
		*ms = list_ms(p, s, node->u.list);
		*prompts = 1;
	} else if (rd_ivr_kinds[node->kind].input) {
		/* the limit of the stay holds, whatever is said meanwhile */
		*prompts = 1u + node->u.input.retries +
			   node->u.input.silent_retries;
		if (node->kind == RD_NODE_SURVEY)
			*ms += list_ms(p, s, node->u.survey.thanks);
	}
}

/* ---- the longest way ------------------------------------------------------------------ */

/*
 * Does it lead to a node that is on the shortest way to it? Then the caller
 * goes where he has been, whatever he knows by now. A part that is called from
 * two places is not the same place twice.
 */
static bool goes_back(const struct prove *p, const struct edge *e)
{
	const struct state *to = &p->states[e->to];

	for (uint32_t at = e->from;;) {
		const struct state *s = &p->states[at];

		if (s->tree == to->tree && s->node == to->node &&
		    !memcmp(s->calls, to->calls, sizeof(s->calls)))
			return true;
		if (s->by == STATE_NONE)
			return false;
		at = p->edges[s->by].from;
	}
}

static void finish(struct search *s, uint32_t at)
{
	struct prove *p = s->p;
	struct longest *l = &s->of[at];
	uint32_t prompts, most_prompts = 0;
	uint64_t ms;

	l->next = STATE_NONE;
	if (is_person(p, &p->states[at])) {
		l->reaches = true;
		return;
	}
	for (uint32_t i = s->first[at]; i < s->first[at + 1]; i++) {
		const struct edge *e = &p->edges[i];
		const struct longest *to = &s->of[e->to];

		if (e->to >= p->still || s->colour[e->to] != BLACK ||
		    !to->reaches || goes_back(p, e))
			continue;
		s->circle[at] |= s->circle[e->to];
		if (to->prompts > most_prompts)
			most_prompts = to->prompts;
		if (!l->reaches || to->ms > l->ms) {
			l->ms = to->ms;
			l->next = i;
		}
		l->reaches = true;
	}
	cost(p, &p->states[at], &ms, &prompts);
	l->ms += ms;
	l->prompts = most_prompts + prompts;
}

static void search_from(struct search *s, uint32_t root)
{
	uint32_t depth = 0;

	if (s->colour[root] != WHITE)
		return;
	s->stack[depth++] = root;
	s->colour[root] = GREY;
	s->edge[root] = s->first[root];
	while (depth) {
		uint32_t at = s->stack[depth - 1], to;
		const struct edge *e;

		if (s->edge[at] == s->first[at + 1] ||
		    is_person(s->p, &s->p->states[at])) {
			s->colour[at] = BLACK;
			finish(s, at);
			depth--;
			continue;
		}
		e = &s->p->edges[s->edge[at]++];
		to = e->to;
		if (to >= s->p->still)
			continue;
		if (s->colour[to] == GREY || goes_back(s->p, e))
			s->circle[at] = true;
		if (s->colour[to] != WHITE)
			continue;
		s->colour[to] = GREY;
		s->edge[to] = s->first[to];
		s->stack[depth++] = to;
	}
}

static bool prepare(struct search *s)
{
	uint32_t n = s->p->still, e = 0;

	s->of = calloc(n + 1u, sizeof(*s->of));
	s->first = calloc(n + 2u, sizeof(*s->first));
	s->edge = calloc(n + 1u, sizeof(*s->edge));
	s->stack = calloc(n + 1u, sizeof(*s->stack));
	s->colour = calloc(n + 1u, 1);
	s->circle = calloc(n + 1u, sizeof(*s->circle));
	if (!s->of || !s->first || !s->edge || !s->stack || !s->colour ||
	    !s->circle) {
		s->p->err = -ENOMEM;
		return false;
	}
	for (uint32_t i = 0; i < n; i++) {
		while (e < s->p->still_edges && s->p->edges[e].from < i)
			e++;
		s->first[i] = e;
	}
	s->first[n] = s->p->still_edges;
	return true;
}

static void tell_bound(struct search *s, uint16_t root)
{
	struct prove *p = s->p;
	struct rd_bound *b = &p->proof->bounds[p->proof->nbounds];
	uint32_t way[WAY_MAX], n = 0, longest = STATE_NONE;

	memset(b, 0, sizeof(*b));
	b->tree = p->roots[root].tree;
	for (uint32_t i = 0; i < p->still; i++) {
		const struct longest *l = &s->of[i];

		if (p->states[i].by != STATE_NONE || p->states[i].root != root)
			continue;
		search_from(s, i);
		if (!l->reaches)
			continue;
		b->reaches = true;
		b->endless |= s->circle[i];
		if (l->prompts > b->prompts)
			b->prompts = l->prompts;
		if (longest == STATE_NONE || l->ms > b->ms) {
			b->ms = l->ms;
			longest = i;
		}
	}
	for (uint32_t i = longest;
	     i != STATE_NONE && s->of[i].next != STATE_NONE && n < WAY_MAX;
	     i = p->edges[way[n++]].to)
		way[n] = s->of[i].next;
	if (longest != STATE_NONE)
		rd_prove_witness_on(p, longest, way, n, &b->witness);
	/* nobody is let stay longer */
	if (p->config->limits.call_max_ms &&
	    b->ms > p->config->limits.call_max_ms)
		b->ms = p->config->limits.call_max_ms;
	p->proof->nbounds++;
}

void rd_prove_bounds(struct prove *p)
{
	struct search s = { .p = p };

	p->proof->bounds = calloc(p->nroots + 1u, sizeof(*p->proof->bounds));
	if (!p->proof->bounds || !prepare(&s)) {
		p->err = -ENOMEM;
		goto out;
	}
	for (uint16_t r = 0; r < p->nroots; r++)
		if (p->roots[r].tree != NONE && !p->full)
			tell_bound(&s, r);
out:
	free(s.of);
	free(s.first);
	free(s.edge);
	free(s.stack);
	free(s.colour);
	free(s.circle);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What still matters at a node: the variables that may be read from there on,
 * and the conditions on time that may be asked. States that differ in nothing
 * else go the same ways, so they are made one: dead variables are forgotten,
 * and the class of the instant is replaced by the first that is the same to all
 * that may still be asked.
 *
 * Backward over all ways a program has, whether possible or not, until nothing
 * changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

#define WORDS (ATOMS_MAX / 64)

struct live {
	uint32_t vars;
	uint64_t atoms[WORDS];
};

struct flow {
	struct prove *p;
	struct live **nodes; /* [tree][node] */
	uint16_t tree;
	struct live now; /* of the node looked at */
	uint8_t *met;	 /* [queue]: joined to it already */
};

/* ---- what a node reads itself ------------------------------------------ */

static void read_operand(struct live *l, const struct rd_operand *o)
{
	if (o->kind == RD_OPERAND_VAR && o->var < RD_IVR_VARS)
		l->vars |= 1u << o->var;
}

static void read_list(struct live *l, const struct rd_ivr_program *t,
		      uint32_t list)
{
	for (uint16_t k = 0; k < t->nlanguages; k++) {
		const struct rd_ivr_list *row =
			&t->lists[(size_t)list * t->nlanguages + k];

		for (uint16_t i = 0; i < row->n; i++)
			read_operand(l, &t->items[row->first + i].value);
	}
}

static void add_atom(struct live *l, int atom)
{
	if (atom >= 0)
		l->atoms[atom / 64] |= 1ull << (atom % 64);
}

static void read_cond(const struct prove *p, struct live *l,
		      const struct rd_ivr_program *t,
		      const struct rd_ivr_cond *cond)
{
	add_atom(l, rd_prove_atom(p, &t->zone, cond));
	switch ((enum rd_cond_kind)cond->kind) {
	case RD_COND_IS:
	case RD_COND_LIKE:
	case RD_COND_ABOVE:
	case RD_COND_BELOW:
	case RD_COND_EMPTY:
	case RD_COND_ON_LIST:
		if (cond->var < RD_IVR_VARS)
			l->vars |= 1u << cond->var;
		break;
	default:
		break;
	}
	for (uint16_t i = 0; cond->kind == RD_COND_IS && i < cond->n; i++)
		read_operand(l, &cond->values[i]);
}

static void read_input(struct live *l, const struct rd_ivr_program *t,
		       const struct rd_ivr_input *input)
{
	read_list(l, t, input->prompt);
	read_list(l, t, input->invalid);
	read_list(l, t, input->silent);
}

static void read_node(const struct prove *p, struct live *l,
		      const struct rd_ivr_program *t,
		      const struct rd_ivr_node *node)
{
	const struct rd_ivr_choose *c = &node->u.choose;

	switch ((enum rd_node_kind)node->kind) {
	case RD_NODE_PLAY:
		read_list(l, t, node->u.list);
		break;
	case RD_NODE_SURVEY:
		read_list(l, t, node->u.survey.thanks);
		read_input(l, t, &node->u.input);
		break;
	case RD_NODE_MENU:
	case RD_NODE_COLLECT:
		read_input(l, t, &node->u.input);
		break;
	case RD_NODE_CHOOSE:
		for (uint16_t r = 0; r < c->n; r++)
			for (uint16_t k = 0; k < c->cases[r].nconds; k++)
				read_cond(p, l, t, &c->cases[r].conds[k]);
		break;
	case RD_NODE_LOOKUP:
		read_operand(l, &node->u.lookup.key);
		break;
	case RD_NODE_SET:
	case RD_NODE_ATTACH:
		for (uint16_t i = 0; i < node->u.pairs.n; i++)
			read_operand(l, &node->u.pairs.pair[i].value);
		break;
	case RD_NODE_DIAL:
		read_operand(l, &node->u.dial.number);
		if (node->u.dial.duty < p->config->nduties)
			add_atom(l, rd_prove_duty_atom(p, node->u.dial.duty));
		break;
	case RD_NODE_AGENT:
		read_operand(l, &node->u.agent.number);
		read_operand(l, &node->u.agent.pin);
		break;
	case RD_NODE_AUTHENTICATE:
		read_operand(l, &node->u.auth.number);
		read_operand(l, &node->u.auth.password);
		break;
	case RD_NODE_QUEUE: /* see join_queue() */
	case RD_NODE_LANGUAGE:
	case RD_NODE_ANSWER:
	case RD_NODE_GOTO:
	case RD_NODE_CALL:
	case RD_NODE_RETURN:
	case RD_NODE_HANGUP:
		break;
	case RD_NODE_PROGRAM: /* is told all there are */
	default:	      /* a verb that is not known here */
		l->vars = UINT32_MAX;
	}
}

/* ---- what lies behind it ----------------------------------------------- */

static void join(struct live *to, const struct live *from, bool same_tree)
{
	if (same_tree)
		to->vars |= from->vars;
	for (int i = 0; i < WORDS; i++)
		to->atoms[i] |= from->atoms[i];
}

static void join_node(struct flow *f, uint16_t tree, uint16_t node)
{
	if (tree < f->p->config->ntrees &&
	    node < f->p->config->trees[tree]->nnodes)
		join(&f->now, &f->nodes[tree][node], tree == f->tree);
}

/* All nodes of a kind: where back or return may lead. */
static void join_kind(struct flow *f, uint8_t kind)
{
	const struct rd_ivr_program *t = f->p->config->trees[f->tree];

	for (uint16_t i = 0; i < t->nnodes; i++) {
		if (t->nodes[i].kind != kind)
			continue;
		join_node(f, f->tree,
			  kind == RD_NODE_CALL ? t->nodes[i].next : i);
	}
}

static void join_way(void *context, uint16_t target, enum rd_exit_why why,
		     const char *label)
{
	struct flow *f = context;

	if (target == RD_GO_BACK || target == RD_GO_REPEAT) {
		join_kind(f, RD_NODE_MENU);
		join_node(f, f->tree, 0);
	} else {
		join_node(f, f->tree, target);
	}
}

/* Where a queue may lead, and the queues it overflows to. */
static void join_queue(struct flow *f, uint16_t queue)
{
	const struct rd_cfg_queue *q = &f->p->config->queues[queue];

	if (f->met[queue])
		return;
	f->met[queue] = 1;
	if (q->hours < f->p->config->ncalendars)
		add_atom(&f->now, rd_prove_calendar_atom(f->p, q->hours));
	for (uint16_t i = 0; i < q->noverflows; i++) {
		const struct rd_cfg_overflow *o = &q->overflows[i];

		if (o->queue != NONE)
			join_queue(f, o->queue);
		else
			join_node(f, o->tree, o->node);
	}
	join_node(f, q->tree_overflow, q->node_overflow);
	join_node(f, q->tree_exit, q->node_exit);
	join_node(f, q->tree_after, q->node_after);
}

/* true: more is live there than was known. */
static bool look(struct flow *f, uint16_t node)
{
	const struct rd_ivr_node *n =
		&f->p->config->trees[f->tree]->nodes[node];
	struct live *known = &f->nodes[f->tree][node];

	f->now = *known;
	rd_ivr_edges(n, join_way, f);
	if (n->kind == RD_NODE_RETURN)
		join_kind(f, RD_NODE_CALL);
	if (n->kind == RD_NODE_QUEUE) {
		memset(f->met, 0, f->p->config->nqueues);
		join_queue(f, n->u.queue.index);
	}
	/* what a set: gives anew was not needed before it */
	for (uint16_t i = 0; n->kind == RD_NODE_SET && i < n->u.pairs.n; i++)
		if (n->u.pairs.pair[i].var < RD_IVR_VARS)
			f->now.vars &= ~(1u << n->u.pairs.pair[i].var);
	read_node(f->p, &f->now, f->p->config->trees[f->tree], n);
	if (!memcmp(&f->now, known, sizeof(*known)))
		return false;
	*known = f->now;
	return true;
}

/* ---- instants that are the same to what may still be asked ------------- */

static bool is_same(const struct prove *p, uint16_t a, uint16_t b,
		    const uint64_t *atoms)
{
	for (int i = 0; i < WORDS; i++)
		if ((p->moments[a].bits[i] ^ p->moments[b].bits[i]) & atoms[i])
			return false;
	return true;
}

/* The table of first equal moments for a set of atoms; made if it is new. */
static uint16_t *table_of(struct prove *p, const uint64_t *atoms)
{
	struct same_moments *s;

	for (s = p->same; s; s = s->next)
		if (!memcmp(s->atoms, atoms, sizeof(s->atoms)))
			return s->first;
	s = rd_prove_alloc(p, 1, sizeof(*s) + p->nmoments * sizeof(*s->first));
	if (!s)
		return NULL;
	memcpy(s->atoms, atoms, sizeof(s->atoms));
	for (uint16_t m = 0; m < p->nmoments; m++) {
		uint16_t k = 0;

		while (!is_same(p, k, m, atoms))
			k++;
		s->first[m] = k;
	}
	s->next = p->same;
	p->same = s;
	return s->first;
}

void rd_prove_live(struct prove *p)
{
	uint16_t n = p->config->ntrees;
	struct flow f = { .p = p };
	bool changed = true;

	f.nodes = calloc(n + 1u, sizeof(*f.nodes));
	f.met = calloc(p->config->nqueues + 1u, 1);
	p->live = calloc(n + 1u, sizeof(*p->live));
	for (uint16_t t = 0; f.nodes && p->live && t < n; t++) {
		f.nodes[t] =
			calloc(p->config->trees[t]->nnodes, sizeof(**f.nodes));
		p->live[t] = rd_prove_alloc(p, p->config->trees[t]->nnodes,
					    sizeof(**p->live));
		if (!f.nodes[t])
			p->err = -ENOMEM;
	}
	if (!f.nodes || !p->live || !f.met)
		p->err = -ENOMEM;
	while (changed && !p->err) {
		changed = false;
		for (f.tree = n; f.tree-- > 0;)
			for (uint16_t i = p->config->trees[f.tree]->nnodes;
			     i-- > 0;)
				changed |= look(&f, i);
	}
	for (uint16_t t = 0; !p->err && t < n; t++)
		for (uint16_t i = 0; i < p->config->trees[t]->nnodes; i++) {
			p->live[t][i].vars = f.nodes[t][i].vars;
			p->live[t][i].moments =
				table_of(p, f.nodes[t][i].atoms);
		}
	for (uint16_t t = 0; f.nodes && t < n; t++)
		free(f.nodes[t]);
	free(f.nodes);
	free(f.met);
}

void rd_prove_forget(const struct prove *p, struct state *s)
{
	const struct live_node *l;

	if (s->tree == NONE)
		return;
	l = &p->live[s->tree][s->node];
	for (uint16_t v = 0; v < RD_IVR_VARS; v++)
		if (!(l->vars >> v & 1))
			s->vars[v] = 0;
	s->unset |= ~l->vars;
	if (l->moments)
		s->moment = l->moments[s->moment];
}

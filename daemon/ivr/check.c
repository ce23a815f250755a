// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The tree as a whole: does every way through it end, and is all of it used?
 *
 * A caller who never presses a key takes only edges that need none. If those
 * form no cycle, such a call ends after a bounded number of steps, each of
 * bounded time; so it is enough to look for cycles among them, by depth-first
 * search with an explicit stack. "back" and "repeat" lead to a menu nobody
 * knows before: one more vertex stands for them, with edges to every menu.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/compiler.h"

/* ---- targets of one node ------------------------------------------------------ */

struct targets {
	const struct rd_ivr_program *program;
	bool by_key;			/* take those that need a key, too */
	const struct rd_ivr_node *node; /* whose they are */
	const bool *returns; /* NULL, or: nodes that get to return: so, too */
	uint16_t *to;
	uint32_t n;
};

static void add_target(void *context, uint16_t target, enum rd_exit_why why,
		       const char *label)
{
	struct targets *t = context;

	if (!t->by_key &&
	    rd_exit_needs_key((enum rd_node_kind)t->node->kind, why))
		return;
	if (why == RD_EXIT_RETURN && t->returns &&
	    !t->returns[t->node->u.target])
		return;
	if (target == RD_GO_BACK || target == RD_GO_REPEAT)
		target = t->program->nnodes;
	if (target <= t->program->nnodes)
		t->to[t->n++] = target;
}

/* vertex nnodes is "back" */
static void add_targets(struct targets *t, uint16_t vertex)
{
	const struct rd_ivr_program *p = t->program;

	if (vertex < p->nnodes) {
		t->node = &p->nodes[vertex];
		rd_ivr_edges(&p->nodes[vertex], add_target, t);
		return;
	}
	for (uint16_t i = 0; i < p->nnodes; i++)
		if (p->nodes[i].kind == RD_NODE_MENU)
			t->to[t->n++] = i;
}

static const char *name_of(const struct rd_ivr_program *p, uint16_t vertex)
{
	return vertex < p->nnodes ? p->nodes[vertex].name : "back";
}

/* A vertex has fewer ways out than this. */
static uint32_t most_targets(const struct rd_ivr_program *p)
{
	return p->nnodes + 600u;
}

/* ---- cycles -------------------------------------------------------------------- */

struct frame {
	uint16_t node;
	uint32_t taken; /* edges gone */
};

enum {
	WHITE,
	GREY,
	BLACK
}; /* not seen, on the way, done */

static void report_cycle(struct rd_ivr_compiler *c,
			 const struct rd_ivr_program *p,
			 const struct frame *stack, uint32_t depth, uint16_t to)
{
	char path[400] = "";
	uint32_t from = depth, shown;
	size_t len = 0;

	while (from && stack[from - 1].node != to)
		from--;
	from -= from > 0;
	for (uint32_t i = from; i < depth && len < sizeof(path) - 80; i++)
		len += (size_t)snprintf(path + len, sizeof(path) - len,
					"%.60s -> ", name_of(p, stack[i].node));
	/* "back" itself stands nowhere in the file, but what follows it does */
	shown = stack[from].node < p->nnodes ? from : from + 1;
	rd_diag_error(c->diag, p->nodes[stack[shown].node].place,
		      "cycle without input: %s%.60s; a caller who presses "
		      "nothing would go round for ever",
		      path, name_of(p, to));
}

/* Is there a target that gets to a return: ? "back" may be any menu. */
static bool any_returns(const struct targets *t, const bool *returns)
{
	for (uint32_t i = 0; i < t->n; i++)
		if (t->to[i] == t->program->nnodes || returns[t->to[i]])
			return true;
	return false;
}

/*
 * Nodes from which a caller who presses nothing comes to a return: that
 * belongs to a call: around them; so what comes after such a call: is reached
 * without a key.
 */
static void find_returns(const struct rd_ivr_program *p, uint16_t *to,
			 bool *returns)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (uint16_t i = 0; i < p->nnodes; i++) {
			const struct rd_ivr_node *node = &p->nodes[i];
			struct targets t = { .program = p, .to = to };
			bool now;

			if (returns[i])
				continue;
			add_targets(&t, i);
			if (node->kind == RD_NODE_CALL)
				now = node->u.target < p->nnodes &&
				      node->next < p->nnodes &&
				      returns[node->u.target] &&
				      returns[node->next];
			else
				now = node->kind == RD_NODE_RETURN ||
				      any_returns(&t, returns);
			returns[i] = now;
			changed |= now;
		}
	}
}

static void find_cycles(struct rd_ivr_compiler *c,
			const struct rd_ivr_program *p)
{
	uint32_t n = p->nnodes + 1u;
	bool *returns = calloc(n, sizeof(*returns));
	uint8_t *colour = calloc(n, 1);
	struct frame *stack = calloc(n, sizeof(*stack));
	uint16_t *to = calloc(most_targets(p), sizeof(*to));
	uint32_t depth = 0;

	if (returns && to)
		find_returns(p, to, returns);
	for (uint16_t root = 0;
	     returns && colour && stack && to && root < p->nnodes; root++) {
		if (colour[root] != WHITE)
			continue;
		stack[depth++] = (struct frame){ .node = root };
		colour[root] = GREY;
		while (depth) {
			struct frame *top = &stack[depth - 1];
			struct targets t = { .program = p,
					     .to = to,
					     .returns = returns };
			uint16_t next;

			add_targets(&t, top->node);
			if (top->taken == t.n) {
				colour[top->node] = BLACK;
				depth--;
				continue;
			}
			next = to[top->taken++];
			if (colour[next] == GREY)
				report_cycle(c, p, stack, depth, next);
			if (colour[next] != WHITE)
				continue;
			colour[next] = GREY;
			stack[depth++] = (struct frame){ .node = next };
		}
	}
	free(returns);
	free(colour);
	free(stack);
	free(to);
}

/* ---- what nothing leads to ------------------------------------------------------- */

static void mark_entry(uint16_t tree, uint16_t wanted, uint16_t node,
		       uint8_t *seen, uint16_t nnodes)
{
	if (tree == wanted && node < nnodes)
		seen[node] = 1;
}

/* Calls enter at the first node, and where queues and ports send them. */
static void mark_entries(const struct rd_config *config, uint16_t tree,
			 uint8_t *seen, uint16_t nnodes)
{
	seen[0] = 1;
	for (uint16_t i = 0; i < config->nqueues; i++) {
		const struct rd_cfg_queue *q = &config->queues[i];

		mark_entry(q->tree_overflow, tree, q->node_overflow, seen,
			   nnodes);
		mark_entry(q->tree_exit, tree, q->node_exit, seen, nnodes);
		mark_entry(q->tree_after, tree, q->node_after, seen, nnodes);
	}
	for (uint16_t i = 0; i < config->nports; i++)
		mark_entry(config->ports[i].tree_full, tree,
			   config->ports[i].node_full, seen, nnodes);
}

static void find_unreachable(struct rd_ivr_compiler *c,
			     const struct rd_ivr_program *p, uint16_t tree)
{
	uint8_t *seen = calloc(p->nnodes + 1u, 1);
	uint16_t *todo = calloc(p->nnodes + 1u, sizeof(*todo));
	uint16_t *to = calloc(most_targets(p), sizeof(*to));
	uint32_t n = 0;

	if (!seen || !todo || !to)
		goto out;
	mark_entries(c->config, tree, seen, p->nnodes);
	for (uint16_t i = 0; i < p->nnodes; i++)
		seen[i] |= p->nodes[i].is_entry;
	for (uint16_t i = 0; i < p->nnodes; i++)
		if (seen[i])
			todo[n++] = i;
	while (n) {
		struct targets t = { .program = p, .by_key = true, .to = to };

		add_targets(&t, todo[--n]);
		for (uint32_t i = 0; i < t.n; i++) {
			if (seen[to[i]])
				continue;
			seen[to[i]] = 1;
			todo[n++] = to[i];
		}
	}
	for (uint16_t i = 0; i < p->nnodes; i++)
		if (!seen[i] && p->nodes[i].place.file &&
		    (i < p->nnamed || strrchr(p->nodes[i].name, '[')))
			rd_diag_warning(c->diag, p->nodes[i].place,
					"nothing leads to \"%s\"",
					p->nodes[i].name);
out:
	free(seen);
	free(todo);
	free(to);
}

void rd_ivr_check(struct rd_ivr_compiler *c, const struct rd_ivr_program *p,
		  uint16_t tree)
{
	int errors = c->diag->errors;

	find_cycles(c, p);
	/* steps that did not compile would make others seem unused */
	if (!errors)
		find_unreachable(c, p, tree);
}

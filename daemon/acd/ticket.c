// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tickets: the line of each queue, the classes, the order.
 *
 * A rank is in 1/256 of a frame: that leaves room between two who came in
 * following frames for one whom a supervisor puts there.
 *
 * Invariants: a ticket is in the line of its queue from take to give; it is
 * open in its class if and only if it WAITS; both nodes have the same key and
 * order; a class lives as long as it has tickets.
 */
#include "daemon/acd/ticket.h"

#include <string.h>

#include "daemon/acd/match.h"
#include "daemon/acd/queue.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define RANKS_A_FRAME 256

struct rd_ticket *rd_ticket_at(const struct rd_core *core, uint32_t ticket)
{
	return rd_pool_at(core->state, &core->state->tickets, ticket);
}

struct rd_class *rd_class_at(const struct rd_core *core, uint32_t cls)
{
	return rd_pool_at(core->state, &core->state->classes, cls);
}

const struct rd_ticket_ops *rd_ticket_ops(const struct rd_ticket *ticket)
{
	static const struct rd_ticket_ops *const ops[RD_TICKET_KINDS] = {
		[RD_TICKET_CALL] = &rd_call_ticket_ops,
	};

	return ops[ticket->kind];
}

struct rd_nodes rd_ticket_lines(const struct rd_core *core)
{
	return rd_nodes_of(core->state, &core->state->tickets,
			   offsetof(struct rd_ticket, line));
}

struct rd_nodes rd_ticket_opens(const struct rd_core *core)
{
	return rd_nodes_of(core->state, &core->state->tickets,
			   offsetof(struct rd_ticket, open));
}

/* ---- classes ---------------------------------------------------------------- */

static bool is_of(const struct rd_class *cls, const struct rd_ticket *t)
{
	return cls->agent == t->agent && cls->step == t->step &&
	       cls->nneeds == t->nneeds &&
	       memcmp(cls->needs, t->needs, t->nneeds * sizeof(t->needs[0])) ==
		       0;
}

/* The class a ticket belongs to, made if it is the first. */
static uint32_t class_of(struct rd_core *core, const struct rd_ticket *t)
{
	struct rd_state *s = core->state;
	struct rd_queue *q = rd_queue_get(core, t->queue);
	struct rd_class *cls;
	uint32_t i;

	for (i = q->classes; i != RD_NONE; i = rd_class_at(core, i)->next)
		if (is_of(rd_class_at(core, i), t))
			return i;
	i = rd_pool_take(s, &s->classes); /* as many as tickets: there is one */
	cls = rd_class_at(core, i);
	cls->open = cls->first = RD_NONE;
	cls->queue = t->queue;
	cls->agent = t->agent;
	cls->step = t->step;
	cls->nneeds = t->nneeds;
	memcpy(cls->needs, t->needs, sizeof(cls->needs));
	cls->next = q->classes;
	q->classes = i;
	rd_match_class(core, i);
	return i;
}

static void give_class(struct rd_core *core, uint32_t index)
{
	const struct rd_class *cls = rd_class_at(core, index);
	uint32_t *link = &rd_queue_get(core, cls->queue)->classes;

	while (*link != index)
		link = &rd_class_at(core, *link)->next;
	*link = cls->next;
	rd_pool_give(core->state, &core->state->classes, index);
}

static void join_class(struct rd_core *core, uint32_t ticket)
{
	struct rd_ticket *t = rd_ticket_at(core, ticket);

	t->cls = class_of(core, t);
	rd_class_at(core, t->cls)->tickets++;
}

static void leave_class(struct rd_core *core, uint32_t ticket)
{
	struct rd_ticket *t = rd_ticket_at(core, ticket);

	if (!--rd_class_at(core, t->cls)->tickets)
		give_class(core, t->cls);
	t->cls = RD_NONE;
}

/* In its class's tree, or out of it. */
static void set_open(struct rd_core *core, uint32_t ticket, bool open)
{
	struct rd_class *cls =
		rd_class_at(core, rd_ticket_at(core, ticket)->cls);
	struct rd_nodes nodes = rd_ticket_opens(core);

	if (open)
		rd_tree_add(nodes, &cls->open, ticket);
	else
		rd_tree_remove(nodes, &cls->open, ticket);
	cls->first = rd_tree_first(nodes, cls->open);
}

/* ---- the line ------------------------------------------------------------------ */

static int64_t rank_of(const struct rd_core *core, const struct rd_ticket *t)
{
	return (int64_t)t->entered * RANKS_A_FRAME;
}

uint32_t rd_ticket_take(struct rd_core *core, enum rd_ticket_kind kind,
			uint32_t owner, const struct rd_ticket_want *want)
{
	struct rd_state *s = core->state;
	uint32_t i = rd_pool_take(s, &s->tickets);
	struct rd_queue *q = rd_queue_get(core, want->queue);
	struct rd_ticket *t;

	if (i == RD_NONE)
		return i;
	t = rd_ticket_at(core, i);
	t->entered = want->entered;
	t->owner = owner;
	t->queue = want->queue;
	t->agent = want->agent;
	t->priority = want->priority;
	t->kind = (uint8_t)kind;
	t->state = RD_TICKET_HELD;
	t->nneeds = want->nneeds;
	memcpy(t->needs, want->needs, t->nneeds * sizeof(t->needs[0]));
	t->line.key = t->open.key = rank_of(core, t);
	t->line.order = t->open.order = s->next_order++;
	t->open.left = t->open.right = RD_NONE;
	rd_tree_add(rd_ticket_lines(core), &q->line, i);
	q->waiting++;
	join_class(core, i);
	return i;
}

void rd_ticket_give(struct rd_core *core, uint32_t ticket)
{
	struct rd_state *s = core->state;
	struct rd_ticket *t = rd_ticket_at(core, ticket);
	struct rd_queue *q = rd_queue_get(core, t->queue);

	if (t->state == RD_TICKET_WAITS)
		set_open(core, ticket, false);
	leave_class(core, ticket);
	rd_tree_remove(rd_ticket_lines(core), &q->line, ticket);
	q->waiting--;
	rd_timer_stop_all(s, &s->timers, RD_TIMER_TICKET, ticket);
	rd_pool_give(s, &s->tickets, ticket);
}

static void set_state(struct rd_core *core, uint32_t ticket,
		      enum rd_ticket_state state)
{
	struct rd_ticket *t = rd_ticket_at(core, ticket);

	if ((t->state == RD_TICKET_WAITS) != (state == RD_TICKET_WAITS))
		set_open(core, ticket, state == RD_TICKET_WAITS);
	t->state = (uint8_t)state;
}

void rd_ticket_open(struct rd_core *core, uint32_t ticket)
{
	set_state(core, ticket, RD_TICKET_WAITS);
}

void rd_ticket_wait(struct rd_core *core, uint32_t ticket)
{
	set_state(core, ticket, RD_TICKET_WAITS);
	rd_match_ticket(core, ticket);
}

void rd_ticket_hold(struct rd_core *core, uint32_t ticket)
{
	set_state(core, ticket, RD_TICKET_HELD);
}

void rd_ticket_ring(struct rd_core *core, uint32_t ticket)
{
	set_state(core, ticket, RD_TICKET_RINGS);
}

uint32_t rd_ticket_position(const struct rd_core *core, uint32_t ticket)
{
	const struct rd_ticket *t = rd_ticket_at(core, ticket);

	return rd_tree_position(rd_ticket_lines(core),
				rd_queue_get(core, t->queue)->line, ticket);
}

uint32_t rd_ticket_nth(const struct rd_core *core, uint16_t queue,
		       uint32_t position)
{
	return rd_tree_at(rd_ticket_lines(core),
			  rd_queue_get(core, queue)->line, position);
}

/* ---- restarts, configurations ----------------------------------------------------- */

void rd_tickets_restart(struct rd_core *core, int64_t shift)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->tickets.cap; i++) {
		struct rd_ticket *t = rd_ticket_at(core, i);

		if (!rd_pool_has(s, &s->tickets, i))
			continue;
		t->entered += (uint64_t)shift;
		t->line.key += shift * RANKS_A_FRAME;
		t->open.key += shift * RANKS_A_FRAME;
	}
}

void rd_tickets_configure(struct rd_core *core)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->classes.cap; i++)
		if (rd_pool_has(s, &s->classes, i))
			rd_match_class(core, i);
}

void rd_ticket_on_timer(struct rd_core *core, uint32_t ticket, uint32_t which)
{
}

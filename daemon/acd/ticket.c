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

#include "daemon/acd/callback.h"
#include "daemon/acd/match.h"
#include "daemon/acd/overflow.h"
#include "daemon/acd/queue.h"
#include "daemon/acd/serve.h"
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
		[RD_TICKET_CALLBACK] = &rd_callback_ticket_ops,
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
	cls->open = cls->joined = cls->first = RD_NONE;
	cls->queue = t->queue;
	cls->agent = t->agent;
	cls->step = t->step;
	cls->nneeds = t->nneeds;
	memcpy(cls->needs, t->needs, sizeof(cls->needs));
	cls->next = q->classes;
	q->classes = i;
	rd_serve_class(core, cls);
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

/* In the tree of its class for those in its state, or out of it. */
static void set_in_tree(struct rd_core *core, uint32_t ticket, bool in)
{
	const struct rd_ticket *t = rd_ticket_at(core, ticket);
	struct rd_class *cls = rd_class_at(core, t->cls);
	struct rd_nodes nodes = rd_ticket_opens(core);
	uint32_t *root = t->state == RD_TICKET_WAITS ? &cls->open
			 : t->joins		     ? &cls->joined
						     : NULL;

	if (root && in)
		rd_tree_add(nodes, root, ticket);
	else if (root)
		rd_tree_remove(nodes, root, ticket);
	cls->first = rd_tree_first(nodes, cls->open);
}

/* ---- the line ------------------------------------------------------------------ */

int64_t rd_rank_of_ms(uint32_t ms)
{
	return (int64_t)rd_frames_from_ms(ms) * RANKS_A_FRAME;
}

static int64_t rank_of(const struct rd_core *core, const struct rd_ticket *t)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, t->queue);
	int64_t rank = (int64_t)t->entered * RANKS_A_FRAME;

	if (!cfg)
		return rank;
	return rank - rd_rank_of_ms(cfg->head_start_ms) -
	       t->priority * rd_rank_of_ms(cfg->priority_step_ms);
}

/* The step it has reached, and a timer for the next. */
static void set_step(struct rd_core *core, uint32_t ticket)
{
	struct rd_state *s = core->state;
	struct rd_ticket *t = rd_ticket_at(core, ticket);
	uint64_t next;

	t->step =
		(uint8_t)rd_serve_step(core, t->queue, core->now - t->entered);
	next = rd_serve_step_frames(core, t->queue, t->step + 1u);
	if (next == RD_FRAME_NEVER)
		rd_timer_stop(s, &s->timers, RD_TIMER_TICKET, ticket,
			      RD_TICKET_TIMER_STEP);
	else
		rd_timer_set(s, &s->timers, RD_TIMER_TICKET, ticket,
			     RD_TICKET_TIMER_STEP, t->entered + next);
}

static void put_in_line(struct rd_core *core, uint32_t ticket, int64_t rank)
{
	struct rd_ticket *t = rd_ticket_at(core, ticket);
	struct rd_queue *q = rd_queue_get(core, t->queue);

	t->line.key = t->open.key = rank;
	rd_tree_add(rd_ticket_lines(core), &q->line, ticket);
	q->waiting++;
}

static void take_out(struct rd_core *core, uint32_t ticket)
{
	struct rd_queue *q =
		rd_queue_get(core, rd_ticket_at(core, ticket)->queue);

	rd_tree_remove(rd_ticket_lines(core), &q->line, ticket);
	q->waiting--;
}

/* Out of its class and, changed, into another. */
static void detach(struct rd_core *core, uint32_t ticket)
{
	set_in_tree(core, ticket, false);
	leave_class(core, ticket);
}

static void attach(struct rd_core *core, uint32_t ticket)
{
	set_step(core, ticket);
	join_class(core, ticket);
	set_in_tree(core, ticket, true);
}

uint32_t rd_ticket_take(struct rd_core *core, enum rd_ticket_kind kind,
			uint32_t owner, const struct rd_ticket_want *want)
{
	struct rd_state *s = core->state;
	uint32_t i = rd_pool_take(s, &s->tickets);
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
	t->line.order = t->open.order = s->next_order++;
	t->open.left = t->open.right = RD_NONE;
	put_in_line(core, i, rank_of(core, t));
	attach(core, i);
	rd_stay_ticket(core, i);
	if (want->agent != RD_INDEX_NONE && want->agent_ms)
		rd_core_timer(core, RD_TIMER_TICKET, i, RD_TICKET_TIMER_AGENT,
			      want->agent_ms);
	return i;
}

void rd_ticket_give(struct rd_core *core, uint32_t ticket)
{
	struct rd_state *s = core->state;

	detach(core, ticket);
	take_out(core, ticket);
	rd_timer_stop_all(s, &s->timers, RD_TIMER_TICKET, ticket);
	rd_pool_give(s, &s->tickets, ticket);
}

static void set_state(struct rd_core *core, uint32_t ticket,
		      enum rd_ticket_state state, bool joins)
{
	struct rd_ticket *t = rd_ticket_at(core, ticket);

	set_in_tree(core, ticket, false);
	t->state = (uint8_t)state;
	t->joins = joins;
	set_in_tree(core, ticket, true);
}

void rd_ticket_open(struct rd_core *core, uint32_t ticket)
{
	set_state(core, ticket, RD_TICKET_WAITS, false);
}

void rd_ticket_wait(struct rd_core *core, uint32_t ticket)
{
	rd_ticket_open(core, ticket);
	rd_match_ticket(core, ticket);
}

void rd_ticket_hold(struct rd_core *core, uint32_t ticket)
{
	set_state(core, ticket, RD_TICKET_HELD, false);
}

void rd_ticket_ring(struct rd_core *core, uint32_t ticket, bool joins)
{
	set_state(core, ticket, RD_TICKET_RINGS, joins);
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

/* ---- changes ------------------------------------------------------------------------ */

void rd_ticket_move(struct rd_core *core, uint32_t ticket, uint16_t queue)
{
	struct rd_ticket *t = rd_ticket_at(core, ticket);

	detach(core, ticket);
	take_out(core, ticket);
	t->queue = queue;
	put_in_line(core, ticket, rank_of(core, t));
	attach(core, ticket);
	rd_stay_ticket(core, ticket);
	rd_match_ticket(core, ticket);
}

static void set_rank(struct rd_core *core, uint32_t ticket, int64_t rank)
{
	detach(core, ticket);
	take_out(core, ticket);
	put_in_line(core, ticket, rank);
	attach(core, ticket);
}

void rd_ticket_set_priority(struct rd_core *core, uint32_t ticket, int priority)
{
	struct rd_ticket *t = rd_ticket_at(core, ticket);

	t->priority = (int8_t)priority;
	set_rank(core, ticket, rank_of(core, t));
}

void rd_ticket_keep(struct rd_core *core, uint32_t ticket, uint16_t agent,
		    uint32_t ms)
{
	struct rd_ticket *t = rd_ticket_at(core, ticket);

	detach(core, ticket);
	t->agent = agent;
	attach(core, ticket);
	if (agent != RD_INDEX_NONE && ms)
		rd_core_timer(core, RD_TIMER_TICKET, ticket,
			      RD_TICKET_TIMER_AGENT, ms);
	else
		rd_core_timer_stop(core, RD_TIMER_TICKET, ticket,
				   RD_TICKET_TIMER_AGENT);
	rd_match_ticket(core, ticket);
}

/* Everybody from a position on comes that much later: their order stays. */
static void make_room(struct rd_core *core, uint16_t queue, uint32_t position)
{
	uint32_t i;

	for (; (i = rd_ticket_nth(core, queue, position)) != RD_NONE;
	     position++) {
		rd_ticket_at(core, i)->line.key += 2;
		rd_ticket_at(core, i)->open.key += 2;
	}
}

/* A rank after the ticket at position - 1 and before the one there. */
static int64_t rank_at(struct rd_core *core, uint16_t queue, uint32_t position)
{
	uint32_t next = rd_ticket_nth(core, queue, position);
	uint32_t last = rd_ticket_nth(core, queue, position - 1);

	if (next == RD_NONE)
		return rd_ticket_at(core, last)->line.key + 1;
	if (last == RD_NONE)
		return rd_ticket_at(core, next)->line.key - 1;
	if (rd_ticket_at(core, next)->line.key -
		    rd_ticket_at(core, last)->line.key <
	    2)
		make_room(core, queue, position);
	return rd_ticket_at(core, last)->line.key + 1;
}

void rd_ticket_set_position(struct rd_core *core, uint32_t ticket,
			    uint32_t position)
{
	struct rd_ticket *t = rd_ticket_at(core, ticket);
	struct rd_queue *q = rd_queue_get(core, t->queue);
	int64_t rank;

	if (q->waiting < 2)
		return;
	detach(core, ticket);
	take_out(core, ticket);
	position = position > q->waiting ? q->waiting + 1 : position;
	rank = rank_at(core, t->queue, position);
	put_in_line(core, ticket, rank);
	attach(core, ticket);
}

void rd_ticket_on_timer(struct rd_core *core, uint32_t ticket, uint32_t which)
{
	const struct rd_ticket_ops *ops =
		rd_ticket_ops(rd_ticket_at(core, ticket));

	if (which == RD_TICKET_TIMER_NOBODY) {
		if (ops->deserted)
			ops->deserted(core, ticket);
		return;
	}
	if (which == RD_TICKET_TIMER_AGENT) {
		rd_ticket_keep(core, ticket, RD_INDEX_NONE, 0);
		return;
	}
	detach(core, ticket);
	attach(core, ticket);
	rd_match_ticket(core, ticket);
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

/* Skills that are gone are needed no more. */
static void forget_needs(struct rd_core *core, struct rd_ticket *t)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < t->nneeds; i++)
		if (rd_skill_get(core, t->needs[i].skill)->used)
			t->needs[kept++] = t->needs[i];
	memset(&t->needs[kept], 0, (RD_NEEDS_MAX - kept) * sizeof(t->needs[0]));
	t->nneeds = (uint8_t)kept;
}

void rd_tickets_detach(struct rd_core *core)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->tickets.cap; i++) {
		if (!rd_pool_has(s, &s->tickets, i))
			continue;
		detach(core, i);
		forget_needs(core, rd_ticket_at(core, i));
	}
}

void rd_tickets_attach(struct rd_core *core)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->tickets.cap; i++)
		if (rd_pool_has(s, &s->tickets, i))
			attach(core, i);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tickets: places in a line, of callers and of callbacks alike.
 *
 * WHAT. Who waits for an agent holds a ticket: a call that is in a queue, or a
 * callback, which has no call yet. Order, position, matching and explaining know
 * tickets only; who holds one learns by its kind's functions what became of it.
 *
 *	take -> HELD --rd_ticket_wait()--> WAITS --matched--> RINGS -> give
 *	          ^--------rd_ticket_hold()----'<--nobody took it--'
 *
 * ORDER. Of all tickets of all queues, one total order: least rank first, then
 * who came first.
 *
 *	rank = frame of entry - head start
 *
 * A priority is a head start in time (daemon/acd/README.md, "Order"), so the
 * rank of a ticket never changes while it waits, and nobody can be overtaken by
 * who comes later than the greatest head start after him: no starvation.
 *
 * CLASSES. Tickets that the same agents may serve form a class: of one queue,
 * at one step of its widening, with the same needs of their own. A class keeps
 * the set of those agents, and its tickets in order. So matching looks at
 * classes and at words of 64 agents, never at callers times agents.
 *
 * LIMITS. As many tickets as limits.calls and limits.tasks. Context: core.
 */
#ifndef RD_ACD_TICKET_H
#define RD_ACD_TICKET_H

#include "daemon/core/app.h"
#include "daemon/core/tree.h"

enum rd_ticket_kind {
	RD_TICKET_CALL,	    /* owner: index of the call */
	RD_TICKET_CALLBACK, /* owner: index of the callback */
	RD_TICKET_KINDS,
};

enum rd_ticket_state {
	RD_TICKET_HELD,	 /* keeps its place, is offered to nobody */
	RD_TICKET_WAITS, /* may be given an agent */
	RD_TICKET_RINGS, /* was given one (or several, who all ring) */
};

/* timers of a ticket */
enum {
	RD_TICKET_TIMER_STEP,  /* the next step of widening */
	RD_TICKET_TIMER_AGENT, /* is kept for one agent so long */
	RD_TICKET_TIMER_NOBODY, /* no agent has been there so long */
	RD_TICKET_TIMERS,
};

/* What a place is asked for with: RD_TICKET_WANT, then what differs. */
struct rd_ticket_want {
	uint16_t queue;
	uint16_t agent;	   /* for this agent only, or RD_INDEX_NONE */
	uint32_t agent_ms; /* ... that long; 0: for ever */
	uint64_t entered;  /* frame that its wait counts from */
	int8_t priority;   /* RD_PRIORITY_MIN .. RD_PRIORITY_MAX */
	uint8_t nneeds;
	uint8_t pad[6];
	struct rd_need needs[RD_NEEDS_MAX]; /* by skill, each once */
};
#define RD_TICKET_WANT(queue_, entered_)                  \
	((struct rd_ticket_want){ .queue = (queue_),      \
				  .agent = RD_INDEX_NONE, \
				  .entered = (entered_) })

struct rd_ticket {
	struct rd_slot slot;
	struct rd_node line; /* in its queue: everybody who waits there */
	struct rd_node open; /* in its class: those who may be given an agent */
	uint64_t entered;    /* frame that its wait counts from */
	uint32_t owner;
	uint32_t cls; /* its class */
	uint16_t queue;
	uint16_t agent; /* for him only, or RD_INDEX_NONE */
	int8_t priority;
	uint8_t kind;  /* enum rd_ticket_kind */
	uint8_t state; /* enum rd_ticket_state */
	uint8_t step;  /* of widening reached, 0: none */
	uint8_t nneeds;
	uint8_t joins; /* it rings, and more agents may join */
	uint8_t pad[6];
	struct rd_need needs[RD_NEEDS_MAX];
};

struct rd_class {
	struct rd_slot slot;
	uint32_t next;	  /* class of this queue */
	uint32_t open;	  /* tree: tickets that wait */
	uint32_t joined;  /* tree: tickets that ring, and more may join */
	uint32_t tickets; /* that belong to it, waiting or not */
	uint32_t first;	  /* of those that wait, or RD_NONE */
	uint16_t queue, agent;
	uint8_t step, nneeds;
	uint8_t pad[2];
	struct rd_need needs[RD_NEEDS_MAX];
	uint64_t agents[]; /* set: who may serve them */
};

/* What becomes of a ticket, by its kind. */
struct rd_ticket_ops {
	/* it was given this agent, who is free: reserve him. If it rings, he
	 * joins (only of kinds that say so by rd_ticket_ring()) */
	void (*offer)(struct rd_core *core, uint32_t ticket, uint16_t agent);
	/* no agent has been there as long as it may stay; NULL: it stays */
	void (*deserted)(struct rd_core *core, uint32_t ticket);
};
extern const struct rd_ticket_ops rd_call_ticket_ops; /* queue_app.c */

struct rd_ticket *rd_ticket_at(const struct rd_core *core, uint32_t ticket);
const struct rd_ticket_ops *rd_ticket_ops(const struct rd_ticket *ticket);
struct rd_class *rd_class_at(const struct rd_core *core, uint32_t cls);
struct rd_nodes rd_ticket_lines(const struct rd_core *core);
struct rd_nodes rd_ticket_opens(const struct rd_core *core);

/* Take a place, HELD. RD_NONE: none is left. */
uint32_t rd_ticket_take(struct rd_core *core, enum rd_ticket_kind kind,
			uint32_t owner, const struct rd_ticket_want *want);
/* Give it back: out of the line. */
void rd_ticket_give(struct rd_core *core, uint32_t ticket);

/*
 * It may be given an agent: matched at once if one is free, so it may ring when
 * this returns. From HELD and RINGS.
 */
void rd_ticket_wait(struct rd_core *core, uint32_t ticket);
/* The same without matching: more has to be put right first. */
void rd_ticket_open(struct rd_core *core, uint32_t ticket);
/* It keeps its place, and is given nobody. */
void rd_ticket_hold(struct rd_core *core, uint32_t ticket);
/* It was given an agent; joins: whoever becomes free may ring, too. */
void rd_ticket_ring(struct rd_core *core, uint32_t ticket, bool joins);

/*
 * Changes of one that is in a line, in force at once: it may ring when these
 * return. Another queue: entry and priority stay. Priority: in that range.
 * Agent: kept for him, ms long (0: for ever); RD_INDEX_NONE: for anybody.
 * Position: from 1; beyond the end is the end.
 */
void rd_ticket_move(struct rd_core *core, uint32_t ticket, uint16_t queue);
void rd_ticket_set_priority(struct rd_core *core, uint32_t ticket,
			    int priority);
void rd_ticket_keep(struct rd_core *core, uint32_t ticket, uint16_t agent,
		    uint32_t ms);
void rd_ticket_set_position(struct rd_core *core, uint32_t ticket,
			    uint32_t position);

/* A time as a difference of ranks. */
int64_t rd_rank_of_ms(uint32_t ms);

/* 1 for the first in its line. O(log n). */
uint32_t rd_ticket_position(const struct rd_core *core, uint32_t ticket);
/* The ticket at a position from 1, or RD_NONE. O(log n). */
uint32_t rd_ticket_nth(const struct rd_core *core, uint16_t queue,
		       uint32_t position);

/* Places in the order of time move to a new origin of the clock. */
void rd_tickets_restart(struct rd_core *core, int64_t shift_frames);
/* A configuration comes into force: before, and after it is read who serves. */
void rd_tickets_detach(struct rd_core *core);
void rd_tickets_attach(struct rd_core *core);
void rd_ticket_on_timer(struct rd_core *core, uint32_t ticket, uint32_t which);

#endif

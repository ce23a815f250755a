/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Callbacks: a place in line without a line (ACD-18, OUT-09).
 *
 * WHAT. Who waits may leave a number and hang up. The ticket he held goes to a
 * task, so his place is the same object by the same arithmetic as everybody's:
 * nobody who came later goes before him, and he goes before nobody who came
 * earlier. When an agent is given to the ticket, a call is made:
 *
 *	customer first	the agent is kept free; the customer is called; when
 *			he answers the ticket is his call's, and the agent's
 *			phone rings as for any caller
 *	agent first	the agent's phone rings; he answers, hears ringback,
 *			and the customer is called
 *
 * NOT REACHED. Busy, no answer and the rest have their own pause, in which the
 * place is kept and offered to nobody; after so many attempts it is given up.
 * No line of ours, a restart, a stop: no attempt was made, it is tried again.
 *
 * A SECOND CALLBACK for the same number and queue is none: the older place
 * stays. A callback for a later time has no place until then.
 *
 * Context: core.
 */
#ifndef RD_ACD_CALLBACK_H
#define RD_ACD_CALLBACK_H

#include "daemon/acd/task.h"
#include "daemon/acd/ticket.h"

extern const struct rd_ticket_ops rd_callback_ticket_ops;

/*
 * This waiting call's place goes to a callback to that number; the call is out
 * of the line and may be released. 0; -EALREADY: there is one, and it stays,
 * this place is given up; -EINVAL: no way leads to that number; -ENOSPC.
 */
int rd_callback_leave(struct rd_core *core, struct rd_call *call,
		      const char *number);
/* May this number be called: is there a route, is it not blacklisted? */
bool rd_callback_may_call(const struct rd_core *core, const char *number);
/* A callback of that queue to that number, or RD_NONE. */
uint32_t rd_callback_find(const struct rd_core *core, uint16_t queue,
			  const char *number);
/* He calls himself: his ticket, which is now this call's; RD_NONE: none. */
uint32_t rd_callback_taken_over(struct rd_core *core, struct rd_call *call,
				uint16_t queue);

/*
 * An operator's: at a Unix time in seconds, 0 now. 0 and *id; -EALREADY, -EINVAL,
 * -ENOSPC as above.
 */
int rd_callback_add(struct rd_core *core, uint16_t queue, const char *number,
		    int64_t at_s, const char *by, uint64_t *id);
/* 0; -ENOENT: there is no such callback. A call made for it ends. */
int rd_callback_cancel(struct rd_core *core, uint64_t id, const char *by);
/* Its pause is over. 0; -ENOENT. */
int rd_callback_now(struct rd_core *core, uint64_t id, const char *by);

/* ---- for queue_app.c: a call that is made for a callback ---- */

/* It begins; an agent is to be reserved for it. */
void rd_callback_start(struct rd_core *core, struct rd_call *call,
		       const struct rd_app_arg *arg);
/* The agent, who was called first, answered: call the customer. */
void rd_callback_agent_answered(struct rd_core *core, struct rd_call *call);
/* The customer answered: the place is the call's now, the task is done. */
void rd_callback_reached(struct rd_core *core, struct rd_call *call);
/* The call ends before it reached him. */
void rd_callback_stop(struct rd_core *core, struct rd_call *call);

/* ---- for task.c ---- */
/* Another run: one for a time is for that time, whatever the wall clock did. */
void rd_callback_restart(struct rd_core *core, uint32_t task);
void rd_callback_due(struct rd_core *core, uint32_t task);
void rd_callback_expired(struct rd_core *core, uint32_t task);
void rd_callback_take_place(struct rd_core *core, uint32_t task);

/* Queues that the next configuration lacks: who waits in them is given up. */
void rd_callbacks_before_config(struct rd_core *core,
				const struct rd_config *next);

#endif

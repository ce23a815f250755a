/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks: what is owed to callers who are not on a line any more.
 *
 *	message		open --take--> taken --done--> gone
 *	callback	waits --an agent is kept--> calls --talk--> gone
 *			  ^                           |
 *			  `--later <--not reached-----'
 *
 * WHAT. A message left (VM-02) is worked off by agents or operators. A callback
 * (ACD-18, OUT-09) is worked off by the dispatcher; what it does is in
 * callback.h. Both are kept here, over crashes and reloads, until they are done.
 *
 * Every change writes a row of the table tasks and tells watchers (task.state);
 * the rows of one task are its history.
 *
 * LIMITS. limits.tasks are open at once. Context: core.
 */
#ifndef RD_ACD_TASK_H
#define RD_ACD_TASK_H

#include "daemon/call/call.h"
#include "daemon/core/pool.h"

enum rd_task_kind {
	RD_TASK_MESSAGE,
	RD_TASK_CALLBACK
};

/* X(STATE, name) */
#define RD_TASK_STATE_LIST(X)                                      \
	X(OPEN, "open")	  /* a message: nobody has it */           \
	X(TAKEN, "taken") /* a message: an agent has it */         \
	X(WAITS, "waits") /* a callback: its ticket is in line */  \
	X(LATER, "later") /* a callback: not before due */         \
	X(CALLS, "calls") /* a callback: there is a call for it */ \
	X(DONE, "done")                                            \
	X(FAILED, "failed") /* a callback: every attempt did */    \
	X(EXPIRED, "expired")                                      \
	X(CANCELLED, "cancelled")

enum rd_task_state {
#define X(STATE, name) RD_TASK_##STATE,
	RD_TASK_STATE_LIST(X)
#undef X
	RD_TASK_STATES,
};

enum {
	RD_TASK_TIMER_DUE,
	RD_TASK_TIMER_EXPIRES,
	RD_TASK_TIMERS
};

struct rd_task {
	struct rd_slot slot;
	uint64_t id;
	uint64_t call_id; /* in which it was left; 0: an operator's */
	uint64_t recording;
	uint64_t entered; /* frame that the wait counts from; may lie before
			   * this run */
	uint64_t due;	  /* LATER: frame */
	int64_t at_s;	  /* Unix time that was asked for, or 0 */
	uint32_t ticket;  /* or RD_NONE */
	uint32_t call;	  /* CALLS: its index, or RD_NONE */
	uint16_t queue;	  /* a place */
	uint16_t agent;	  /* who has it, is kept for it, had it; or NONE */
	uint16_t language;
	uint8_t kind, state; /* enums */
	uint8_t attempts;
	uint8_t cause; /* of the last attempt */
	int8_t priority;
	uint8_t offered; /* it counts in the queue's figures */
	uint8_t pad[4];
	char number[RD_NUMBER_LEN]; /* to call */
	char dnis[RD_NUMBER_LEN];   /* that he had called */
	char name[RD_NAME_LEN];
	char by[32]; /* who made it, or changed it last */
	uint16_t attached_len;
	char attached[RD_ATTACHED_SIZE]; /* what his call had collected */
};

struct rd_task *rd_task_at(const struct rd_core *core, uint32_t task);
const char *rd_task_state_name(unsigned state);
/* The open task with that number, or RD_NONE. */
uint32_t rd_task_by_id(const struct rd_core *core, uint64_t id);

/* A task, to be filled in; RD_NONE: limits.tasks are open. */
uint32_t rd_task_new(struct rd_core *core, enum rd_task_kind kind,
		     uint16_t queue);
/* What a call knows of its caller: number, name, data, language. */
void rd_task_from_call(struct rd_task *task, const struct rd_call *call);
/* It is in that state now: row, event. why: words, "" none. */
void rd_task_set(struct rd_core *core, uint32_t task, enum rd_task_state state,
		 const char *why);
/* Its last state; the task is given back. Tickets are the caller's matter. */
void rd_task_close(struct rd_core *core, uint32_t task,
		   enum rd_task_state state, const char *why);

/* 0; -ENOENT; -EINVAL: another agent's, or not of that kind. */
int rd_task_take(struct rd_core *core, uint64_t id, uint16_t agent,
		 const char *by);
int rd_task_done(struct rd_core *core, uint64_t id, const char *why,
		 const char *by);

void rd_task_on_timer(struct rd_core *core, uint32_t task, uint32_t which);
/* Instants move to a new origin of the clock. */
void rd_tasks_restart(struct rd_core *core, int64_t shift_frames);
/* The arena was laid out anew: tickets are taken again. */
void rd_tasks_resized(struct rd_core *core);

#endif

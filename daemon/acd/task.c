// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tasks: the pool, the history, messages. Callbacks: callback.c.
 *
 * Invariant, checked after every event: a callback that WAITS or CALLS has a
 * ticket, and a call names a task if and only if the task names the call.
 */
#include "daemon/acd/task.h"

#include <errno.h>
#include <string.h>

#include "daemon/acd/callback.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"

static const char *const state_names[RD_TASK_STATES] = {
#define X(STATE, name) name,
	RD_TASK_STATE_LIST(X)
#undef X
};

const char *rd_task_state_name(unsigned state)
{
	return state_names[state];
}

struct rd_task *rd_task_at(const struct rd_core *core, uint32_t task)
{
	return rd_pool_at(core->state, &core->state->tasks, task);
}

uint32_t rd_task_by_id(const struct rd_core *core, uint64_t id)
{
	const struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->tasks.cap; i++)
		if (rd_pool_has(s, &s->tasks, i) &&
		    rd_task_at(core, i)->id == id)
			return i;
	return RD_NONE;
}

uint32_t rd_task_new(struct rd_core *core, enum rd_task_kind kind,
		     uint16_t queue)
{
	struct rd_state *s = core->state;
	uint32_t i = rd_pool_take(s, &s->tasks);
	struct rd_task *task;

	if (i == RD_NONE) {
		s->counts.no_room++;
		return i;
	}
	task = rd_task_at(core, i);
	task->id = rd_core_next_id(core);
	task->kind = (uint8_t)kind;
	task->queue = queue;
	task->agent = RD_INDEX_NONE;
	task->ticket = RD_NONE;
	task->call = RD_NONE;
	task->entered = core->now;
	task->language = core->config->language;
	rd_text_copy(task->by, sizeof(task->by), "caller");
	return i;
}

void rd_task_from_call(struct rd_task *task, const struct rd_call *call)
{
	task->call_id = call->id;
	task->language = call->language;
	memcpy(task->number, call->ani, sizeof(task->number));
	memcpy(task->dnis, call->dnis, sizeof(task->dnis));
	memcpy(task->name, call->name, sizeof(task->name));
	task->attached_len = call->attached_len;
	memcpy(task->attached, call->attached, sizeof(task->attached));
}

/* ---- history -------------------------------------------------------------------- */

static const char *agent_number(const struct rd_core *core, uint16_t agent)
{
	return agent == RD_INDEX_NONE ? "" : rd_agent_get(core, agent)->number;
}

static uint64_t call_of(const struct rd_core *core, const struct rd_task *t)
{
	return t->call == RD_NONE ? 0 : rd_call_at(core, t->call)->id;
}

static void write_row(struct rd_core *core, const struct rd_task *t,
		      const char *why)
{
	rd_row_begin(core, RD_TABLE_TASKS);
	rd_row_time(core, core->now);
	rd_row_int(core, (int64_t)t->id);
	rd_row_str(core, t->kind == RD_TASK_CALLBACK ? "callback" : "message");
	rd_row_str(core, state_names[t->state]);
	rd_row_str(core, rd_queue_get(core, t->queue)->name);
	rd_row_str_or_null(core, t->number);
	rd_row_str_or_null(core, t->name);
	rd_row_str_or_null(core, agent_number(core, t->agent));
	rd_row_int_or_null(core, (int64_t)t->call_id);
	rd_row_int_or_null(core, (int64_t)call_of(core, t));
	rd_row_int_or_null(core, (int64_t)t->recording);
	rd_row_int(core, t->attempts);
	rd_row_int_or_null(core, t->cause);
	rd_row_time(core, t->entered);
	rd_row_time(core, t->state == RD_TASK_LATER ? t->due : 0);
	rd_row_int(core, (int64_t)rd_ms_from_frames(core->now - t->entered));
	rd_row_str(core, t->by);
	rd_row_str_or_null(core, why);
	rd_row_end(core);
}

static void tell(struct rd_core *core, const struct rd_task *t, const char *why)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_TASK_STATE);

	rd_json_int(j, "task", (int64_t)t->id);
	rd_json_str(j, "kind",
		    t->kind == RD_TASK_CALLBACK ? "callback" : "message");
	rd_json_str(j, "state", state_names[t->state]);
	rd_json_str(j, "queue", rd_queue_get(core, t->queue)->name);
	rd_json_str(j, "number", t->number);
	rd_json_str(j, "name", t->name);
	rd_json_int(j, "attempts", t->attempts);
	rd_json_str(j, "by", t->by);
	rd_json_str(j, "why", why);
	if (t->agent != RD_INDEX_NONE)
		rd_json_str(j, "agent", agent_number(core, t->agent));
	if (t->call != RD_NONE)
		rd_json_int(j, "call", (int64_t)call_of(core, t));
	rd_event_end(core);
}

void rd_task_set(struct rd_core *core, uint32_t task, enum rd_task_state state,
		 const char *why)
{
	struct rd_task *t = rd_task_at(core, task);

	t->state = (uint8_t)state;
	write_row(core, t, why);
	tell(core, t, why);
}

void rd_task_close(struct rd_core *core, uint32_t task,
		   enum rd_task_state state, const char *why)
{
	struct rd_state *s = core->state;

	rd_task_set(core, task, state, why);
	rd_timer_stop_all(s, &s->timers, RD_TIMER_TASK, task);
	rd_pool_give(s, &s->tasks, task);
}

/* ---- messages ------------------------------------------------------------------------ */

int rd_task_take(struct rd_core *core, uint64_t id, uint16_t agent,
		 const char *by)
{
	uint32_t i = rd_task_by_id(core, id);
	struct rd_task *t;

	if (i == RD_NONE || agent == RD_INDEX_NONE)
		return -ENOENT;
	t = rd_task_at(core, i);
	if (t->kind != RD_TASK_MESSAGE ||
	    (t->state == RD_TASK_TAKEN && t->agent != agent))
		return -EINVAL;
	if (t->state == RD_TASK_TAKEN)
		return 0;
	t->agent = agent;
	rd_text_copy(t->by, sizeof(t->by), by);
	rd_task_set(core, i, RD_TASK_TAKEN, "");
	return 0;
}

int rd_task_done(struct rd_core *core, uint64_t id, const char *why,
		 const char *by)
{
	uint32_t i = rd_task_by_id(core, id);
	struct rd_task *t;

	if (i == RD_NONE)
		return -ENOENT;
	t = rd_task_at(core, i);
	if (t->kind != RD_TASK_MESSAGE)
		return -EINVAL;
	rd_text_copy(t->by, sizeof(t->by), by);
	rd_task_close(core, i, RD_TASK_DONE, why);
	return 0;
}

/* ---- time ------------------------------------------------------------------------------ */

void rd_task_on_timer(struct rd_core *core, uint32_t task, uint32_t which)
{
	if (which == RD_TASK_TIMER_DUE)
		rd_callback_due(core, task);
	else
		rd_callback_expired(core, task);
}

void rd_tasks_restart(struct rd_core *core, int64_t shift)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->tasks.cap; i++) {
		if (!rd_pool_has(s, &s->tasks, i))
			continue;
		rd_task_at(core, i)->entered += (uint64_t)shift;
		rd_task_at(core, i)->due += (uint64_t)shift;
		rd_callback_restart(core, i);
	}
}

void rd_tasks_resized(struct rd_core *core)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->tasks.cap; i++) {
		struct rd_task *t = rd_task_at(core, i);

		if (!rd_pool_has(s, &s->tasks, i) || t->ticket == RD_NONE)
			continue;
		rd_callback_take_place(core, i);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callbacks: from a place in line to a call, and back if nobody is reached.
 *
 *	leave --> waits --agent--> calls --customer answers--> done
 *	            ^  \             |
 *	            |   closed       |  busy, no answer, ...
 *	            `--- later <-----'
 *
 * A ticket is given back in close(), or goes to the call that reached him;
 * nowhere else. While a call is made the ticket RINGS, in a pause it is HELD:
 * its place does not change by either.
 */
#include "daemon/acd/callback.h"

#include <errno.h>
#include <string.h>

#include "daemon/acd/offer.h"
#include "daemon/call/route.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"
#include "lib/config/calendar.h"
#include "lib/dsp/tone.h"

#define CAUSE_NORMAL	16
#define CAUSE_BUSY	17
#define CAUSE_NO_ANSWER 19
#define SOON_MS		10000u /* no line, no room, a restart: try again */
#define CLOSED_MS	60000u /* look again whether it is open */
#define RING_MS		40000u /* if the configuration sets none */
#define NS_PER_S	1000000000

static const struct rd_cfg_callback *config_of(const struct rd_core *core,
					       uint16_t queue)
{
	static const struct rd_cfg_callback none = { .attempts = 1 };
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);

	return cfg ? &cfg->callback : &none;
}

static struct rd_task *task_of(const struct rd_core *core,
			       const struct rd_call *call)
{
	return rd_task_at(core, call->in_queue.task - 1);
}

static bool is_open(const struct rd_core *core, uint16_t queue)
{
	const struct rd_config *config = core->config;
	uint16_t hours = config_of(core, queue)->hours;

	return hours >= config->ncalendars ||
	       rd_calendar_is_open(&config->calendars[hours],
				   rd_core_unix_ns(core) / NS_PER_S);
}

bool rd_callback_may_call(const struct rd_core *core, const char *number)
{
	char digits[RD_NUMBER_LEN];

	return *number &&
	       rd_route_out(core->config, number, false, digits,
			    sizeof(digits)) != RD_INDEX_NONE &&
	       !rd_blacklist_find((struct rd_core *)core, number);
}

uint32_t rd_callback_find(const struct rd_core *core, uint16_t queue,
			  const char *number)
{
	const struct rd_state *s = core->state;

	for (uint32_t i = 0; *number && i < s->tasks.cap; i++) {
		const struct rd_task *t = rd_task_at(core, i);

		if (rd_pool_has(s, &s->tasks, i) &&
		    t->kind == RD_TASK_CALLBACK && t->queue == queue &&
		    strcmp(t->number, number) == 0)
			return i;
	}
	return RD_NONE;
}

/* ---- places ---------------------------------------------------------------- */

void rd_callback_take_place(struct rd_core *core, uint32_t task)
{
	struct rd_task *t = rd_task_at(core, task);
	struct rd_ticket_want want = RD_TICKET_WANT(t->queue, t->entered);

	want.priority = t->priority;
	t->ticket = rd_ticket_take(core, RD_TICKET_CALLBACK, task, &want);
	if (t->state == RD_TASK_WAITS)
		rd_ticket_open(core, t->ticket);
}

/* Not now: the place is kept, and offered to nobody. */
static void put_off(struct rd_core *core, uint32_t task, uint64_t ms,
		    const char *why)
{
	struct rd_task *t = rd_task_at(core, task);

	if (t->ticket != RD_NONE)
		rd_ticket_hold(core, t->ticket);
	t->due = core->now + rd_frames_from_ms(ms);
	rd_core_timer(core, RD_TIMER_TASK, task, RD_TASK_TIMER_DUE, ms);
	rd_task_set(core, task, RD_TASK_LATER, why);
}

static void expire_after(struct rd_core *core, uint32_t task)
{
	const struct rd_task *t = rd_task_at(core, task);
	uint64_t ms = config_of(core, t->queue)->expires_ms;

	if (ms)
		rd_timer_set(core->state, &core->state->timers, RD_TIMER_TASK,
			     task, RD_TASK_TIMER_EXPIRES,
			     core->now + rd_frames_from_ms(ms));
}

/* It comes to nothing: the ticket goes, figures and log say so. */
static void close(struct rd_core *core, uint32_t task, enum rd_task_state state,
		  const char *why)
{
	struct rd_task *t = rd_task_at(core, task);
	uint64_t wait = core->now - t->entered;
	uint16_t queue = t->queue;

	if (t->ticket != RD_NONE)
		rd_ticket_give(core, t->ticket);
	t->ticket = RD_NONE;
	if (t->offered)
		rd_figures_lost(core, queue,
				state == RD_TASK_CANCELLED ? RD_LOST_REMOVED
							   : RD_LOST_TIMED_OUT,
				wait);
	rd_queue_log(core,
		     state == RD_TASK_CANCELLED ? RD_QLOG_CALLBACK_CANCELLED
						: RD_QLOG_CALLBACK_FAILED,
		     queue, NULL, RD_INDEX_NONE, 0, t->number);
	rd_task_close(core, task, state, why);
	rd_queue_published(core, queue);
}

/* ---- how they begin ------------------------------------------------------------ */

int rd_callback_leave(struct rd_core *core, struct rd_call *call,
		      const char *number)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_ticket *ticket = rd_ticket_at(core, qc->ticket);
	struct rd_task *t;
	uint32_t task;

	if (!rd_callback_may_call(core, number))
		return -EINVAL;
	if (rd_callback_find(core, qc->queue, number) != RD_NONE)
		return -EALREADY;
	task = rd_task_new(core, RD_TASK_CALLBACK, qc->queue);
	if (task == RD_NONE)
		return -ENOSPC;
	t = rd_task_at(core, task);
	rd_task_from_call(t, call);
	rd_text_copy(t->number, sizeof(t->number), number);
	t->entered = ticket->entered;
	t->priority = ticket->priority;
	t->ticket = qc->ticket;
	t->offered = true;
	ticket->kind = RD_TICKET_CALLBACK;
	ticket->owner = task;
	qc->ticket = RD_NONE;
	qc->phase = RD_QUEUE_NOT;
	call->wait_frames += core->now - qc->enter;
	call->result = RD_RESULT_CALLBACK;
	expire_after(core, task);
	rd_queue_log(core, RD_QLOG_CALLBACK, qc->queue, call, RD_INDEX_NONE,
		     core->now - qc->enter, number);
	rd_task_set(core, task, RD_TASK_WAITS, "");
	return 0;
}

int rd_callback_add(struct rd_core *core, uint16_t queue, const char *number,
		    int64_t at_s, const char *by, uint64_t *id)
{
	int64_t ms = at_s * 1000 - rd_core_unix_ns(core) / 1000000;
	struct rd_task *t;
	uint32_t task;

	if (!rd_callback_may_call(core, number))
		return -EINVAL;
	if (rd_callback_find(core, queue, number) != RD_NONE)
		return -EALREADY;
	task = rd_task_new(core, RD_TASK_CALLBACK, queue);
	if (task == RD_NONE)
		return -ENOSPC;
	t = rd_task_at(core, task);
	rd_text_copy(t->number, sizeof(t->number), number);
	rd_text_copy(t->by, sizeof(t->by), by);
	*id = t->id;
	if (at_s && ms > 0) {
		t->at_s = at_s;
		put_off(core, task, (uint64_t)ms, "");
		return 0;
	}
	rd_callback_due(core, task);
	return 0;
}

void rd_callback_restart(struct rd_core *core, uint32_t task)
{
	struct rd_task *t = rd_task_at(core, task);
	int64_t ms = t->at_s * 1000 - rd_core_unix_ns(core) / 1000000;

	if (!t->at_s || t->ticket != RD_NONE)
		return;
	ms = ms > 0 ? ms : 0;
	t->due = core->now + rd_frames_from_ms((uint64_t)ms);
	rd_core_timer(core, RD_TIMER_TASK, task, RD_TASK_TIMER_DUE,
		      (uint64_t)ms);
}

void rd_callback_due(struct rd_core *core, uint32_t task)
{
	struct rd_task *t = rd_task_at(core, task);

	if (!is_open(core, t->queue) || core->state->stopping) {
		if (t->state != RD_TASK_LATER)
			put_off(core, task, CLOSED_MS, "closed");
		else
			rd_core_timer(core, RD_TIMER_TASK, task,
				      RD_TASK_TIMER_DUE, CLOSED_MS);
		return;
	}
	if (t->ticket == RD_NONE) { /* one for a time that has come */
		t->entered = core->now;
		t->offered = true;
		rd_figures_offered(core, t->queue);
		expire_after(core, task);
		rd_callback_take_place(core, task);
		rd_queue_log(core, RD_QLOG_CALLBACK, t->queue, NULL,
			     RD_INDEX_NONE, 0, t->number);
	}
	rd_task_set(core, task, RD_TASK_WAITS, "");
	rd_queue_published(core, t->queue);
	rd_ticket_wait(core, t->ticket);
}

uint32_t rd_callback_taken_over(struct rd_core *core, struct rd_call *call,
				uint16_t queue)
{
	uint32_t task = call->withheld || call->outgoing
				? RD_NONE
				: rd_callback_find(core, queue, call->ani);
	struct rd_task *t;
	uint32_t ticket;

	if (task == RD_NONE || !config_of(core, queue)->takes_over)
		return RD_NONE;
	t = rd_task_at(core, task);
	ticket = t->ticket;
	if (ticket == RD_NONE || t->call != RD_NONE)
		return RD_NONE;
	rd_ticket_hold(core, ticket);
	rd_ticket_at(core, ticket)->kind = RD_TICKET_CALL;
	rd_ticket_at(core, ticket)->owner = rd_call_index(core, call);
	t->ticket = RD_NONE;
	rd_task_close(core, task, RD_TASK_DONE, "called himself");
	return ticket;
}

/* ---- how they end ----------------------------------------------------------------- */

void rd_callback_expired(struct rd_core *core, uint32_t task)
{
	if (rd_task_at(core, task)->call != RD_NONE)
		rd_core_timer(core, RD_TIMER_TASK, task, RD_TASK_TIMER_EXPIRES,
			      CLOSED_MS);
	else
		close(core, task, RD_TASK_EXPIRED, "");
}

int rd_callback_cancel(struct rd_core *core, uint64_t id, const char *by)
{
	uint32_t task = rd_task_by_id(core, id);
	struct rd_task *t;

	if (task == RD_NONE || rd_task_at(core, task)->kind != RD_TASK_CALLBACK)
		return -ENOENT;
	t = rd_task_at(core, task);
	if (t->call != RD_NONE)
		rd_call_end(core, rd_call_at(core, t->call), CAUSE_NORMAL,
			    RD_BY_OPERATOR);
	if (rd_task_by_id(core, id) == RD_NONE)
		return 0; /* that was its last attempt */
	rd_text_copy(t->by, sizeof(t->by), by);
	close(core, task, RD_TASK_CANCELLED, "");
	return 0;
}

int rd_callback_now(struct rd_core *core, uint64_t id, const char *by)
{
	uint32_t task = rd_task_by_id(core, id);
	struct rd_task *t;

	if (task == RD_NONE || rd_task_at(core, task)->kind != RD_TASK_CALLBACK)
		return -ENOENT;
	t = rd_task_at(core, task);
	if (t->state != RD_TASK_LATER)
		return 0;
	rd_text_copy(t->by, sizeof(t->by), by);
	rd_core_timer_stop(core, RD_TIMER_TASK, task, RD_TASK_TIMER_DUE);
	rd_callback_due(core, task);
	return 0;
}

void rd_callbacks_before_config(struct rd_core *core,
				const struct rd_config *next)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->tasks.cap; i++) {
		const struct rd_task *t = rd_task_at(core, i);

		if (!rd_pool_has(s, &s->tasks, i) ||
		    rd_queue_heir(next, rd_queue_get(core, t->queue)->name))
			continue;
		if (t->call != RD_NONE) {
			rd_call_end(core, rd_call_at(core, t->call),
				    CAUSE_NORMAL, RD_BY_OPERATOR);
			if (!rd_pool_has(s, &s->tasks, i))
				continue;
		}
		if (t->kind == RD_TASK_CALLBACK)
			close(core, i, RD_TASK_CANCELLED, "queue removed");
	}
}

/* ---- an agent is given to it ---------------------------------------------------------- */

static void offer(struct rd_core *core, uint32_t ticket, uint16_t agent)
{
	uint32_t task = rd_ticket_at(core, ticket)->owner;
	struct rd_task *t = rd_task_at(core, task);
	struct rd_app_arg arg = RD_APP_ARG_NONE;
	struct rd_call *call;

	if (!is_open(core, t->queue)) {
		put_off(core, task, CLOSED_MS, "closed");
		return;
	}
	call = core->state->stopping
		       ? NULL
		       : rd_call_outgoing(core, t->number, t->dnis, t->name);
	if (!call) {
		put_off(core, task, SOON_MS, "no room");
		return;
	}
	rd_ticket_ring(core, ticket, false);
	call->language = t->language;
	call->attached_len = t->attached_len;
	memcpy(call->attached, t->attached, sizeof(call->attached));
	t->call = rd_call_index(core, call);
	t->agent = agent;
	arg.queue = t->queue;
	arg.agent = agent;
	arg.task = task + 1;
	rd_call_run(core, call, RD_APP_QUEUE, &arg);
}

const struct rd_ticket_ops rd_callback_ticket_ops = { .offer = offer };

static void call_customer(struct rd_core *core, struct rd_call *call)
{
	const struct rd_task *t = task_of(core, call);
	const struct rd_cfg_callback *cfg = config_of(core, t->queue);
	uint8_t cause;

	call->in_queue.stage = RD_STAGE_CUSTOMER;
	cause = rd_call_dial_caller(
		core, call, cfg->shown && *cfg->shown ? cfg->shown : t->dnis);
	if (cause)
		rd_call_end(core, call, cause, RD_BY_NETWORK);
	else
		rd_call_timer(core, call, RD_QUEUE_TIMER_WAIT,
			      cfg->ring_ms ? cfg->ring_ms : RING_MS);
}

void rd_callback_start(struct rd_core *core, struct rd_call *call,
		       const struct rd_app_arg *arg)
{
	struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_queue *cfg = rd_queue_config(core, arg->queue);
	struct rd_task *t = rd_task_at(core, arg->task - 1);
	struct rd_agent *a = rd_agent_get(core, arg->agent);

	qc->task = arg->task;
	qc->ticket = t->ticket;
	qc->enter = t->entered;
	qc->phase = RD_QUEUE_OFFERED;
	qc->offer = core->now;
	call->queue = arg->queue;
	call->queued = t->entered;
	if (core->on_offer)
		core->on_offer(core->on_offer_context, core, call, arg->agent);
	qc->agent = arg->agent;
	rd_offer_keep(core, call, arg->agent);
	if (cfg && cfg->wrapup_callback_ms)
		a->wrapup_ms = cfg->wrapup_callback_ms;
	rd_task_set(core, arg->task - 1, RD_TASK_CALLS, "");
	if (!cfg || !cfg->callback.agent_first) {
		call_customer(core, call);
		return;
	}
	qc->stage = RD_STAGE_AGENT;
	rd_offer_ring(core, call, arg->agent);
}

void rd_callback_agent_answered(struct rd_core *core, struct rd_call *call)
{
	rd_call_tone_peer(core, call, RD_TONE_RINGBACK);
	call_customer(core, call);
}

void rd_callback_reached(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_task *t = task_of(core, call);
	struct rd_ticket *ticket = rd_ticket_at(core, t->ticket);

	rd_call_timer_stop(core, call, RD_QUEUE_TIMER_WAIT);
	ticket->kind = RD_TICKET_CALL;
	ticket->owner = rd_call_index(core, call);
	t->ticket = RD_NONE;
	t->cause = 0;
	rd_task_close(core, qc->task - 1, RD_TASK_DONE, "reached");
	qc->task = 0;
	qc->stage = RD_STAGE_NONE;
	call->result = RD_RESULT_ABANDONED; /* until he has talked */
}

/* ---- not reached ------------------------------------------------------------------------ */

/* What comes of an attempt: a pause, another at once, or nothing any more. */
static void attempt_over(struct rd_core *core, uint32_t task, uint8_t cause,
			 enum rd_released_by by)
{
	struct rd_task *t = rd_task_at(core, task);
	const struct rd_cfg_callback *cfg = config_of(core, t->queue);
	uint64_t ms = cfg->failed_ms;
	const char *why = "failed";

	t->call = RD_NONE;
	t->cause = cause;
	if (by == RD_BY_AGENT) { /* another agent, now */
		rd_ticket_open(core, t->ticket);
		rd_task_set(core, task, RD_TASK_WAITS, "agent");
		return;
	}
	if (by == RD_BY_RESTART || cause == 34 || cause == 42 || cause == 44 ||
	    cause == 41) { /* none of his doing, or the number's */
		put_off(core, task, SOON_MS,
			by == RD_BY_RESTART ? "restart" : "no line");
		return;
	}
	if (cause == CAUSE_BUSY) {
		ms = cfg->busy_ms;
		why = "busy";
	} else if (cause == CAUSE_NO_ANSWER || cause == 18) {
		ms = cfg->no_answer_ms;
		why = "no answer";
	}
	if (++t->attempts >= cfg->attempts || cause == 1 || cause == 28) {
		close(core, task, RD_TASK_FAILED, why);
		return;
	}
	put_off(core, task, ms ? ms : CLOSED_MS, why);
}

void rd_callback_stop(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	uint32_t task = qc->task - 1, ticket = qc->ticket;

	qc->task = 0;
	qc->ticket = RD_NONE;
	rd_queue_log(core, RD_QLOG_CALLBACK_MISSED, qc->queue, call, qc->agent,
		     core->now - qc->offer, "");
	attempt_over(core, task, call->cause, call->released_by);
	rd_queue_withdraw(core, call);
	if (rd_pool_has(core->state, &core->state->tickets, ticket))
		rd_match_ticket(core, ticket);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Into the line of a queue, and out of it without an agent.
 *
 * Every way in passes take_place(), which finds the place: a new one at the end,
 * the old one of who calls again or had asked to be called back. Every way out
 * passes rd_queue_leave_line(): so the accounts (figures.h) balance after each
 * event.
 */
#include <string.h>

#include "daemon/acd/callback.h"
#include "daemon/acd/offer.h"
#include "daemon/acd/overflow.h"
#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define CAUSE_NORMAL	16
#define CAUSE_NO_ANSWER 19
#define CAUSE_TEMPORARY 41

static struct rd_queue *queue_of(const struct rd_core *core,
				 const struct rd_call *call)
{
	return rd_queue_get(core, call->in_queue.queue);
}

/* ---- out of the line ------------------------------------------------------- */

void rd_queue_give_ticket(struct rd_core *core, struct rd_call *call)
{
	rd_ticket_give(core, call->in_queue.ticket);
	call->in_queue.ticket = RD_NONE;
}

/* Nobody's doing: whoever's phone rings is free, and who had answered. */
void rd_queue_withdraw(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	uint16_t agent =
		qc->phase == RD_QUEUE_GREETING ? qc->agent : RD_INDEX_NONE;

	qc->phase = RD_QUEUE_NOT;
	qc->agent = RD_INDEX_NONE;
	if (agent != RD_INDEX_NONE) {
		rd_agent_get(core, agent)->ticket = RD_NONE;
		rd_call_drop_peer(core, call, CAUSE_NORMAL);
		rd_agent_call_event(core, agent, RD_AGENT_EV_FREE);
	}
	rd_offers_withdraw(core, call, false);
}

static void tell_left(struct rd_core *core, const struct rd_call *call,
		      enum rd_queue_log what, uint64_t wait)
{
	uint16_t queue = call->in_queue.queue;
	struct rd_json *j = rd_event_begin(core, RD_EVENT_CALL_DEQUEUED);

	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "queue", rd_queue_get(core, queue)->name);
	rd_json_str(j, "why", rd_queue_log_name(what));
	rd_json_int(j, "wait_ms", (int64_t)rd_ms_from_frames(wait));
	rd_event_end(core);
	rd_queue_published(core, queue);
}

void rd_queue_tell_left(struct rd_core *core, const struct rd_call *call,
			enum rd_queue_log what)
{
	tell_left(core, call, what, core->now - call->in_queue.enter);
}

void rd_queue_leave_line(struct rd_core *core, struct rd_call *call,
			 enum rd_queue_log what, const char *detail)
{
	struct rd_queue_call *qc = &call->in_queue;
	uint64_t wait = core->now - qc->enter;
	enum rd_figures_lost how = RD_LOST_REMOVED;

	switch (what) {
	case RD_QLOG_ABANDON:
		how = RD_LOST_ABANDONED;
		rd_history_lost(core, call, qc->queue,
				rd_ticket_at(core, qc->ticket)->entered);
		call->result = RD_RESULT_ABANDONED;
		break;
	case RD_QLOG_EXIT_EMPTY:
	case RD_QLOG_EXIT_TIMEOUT:
		how = RD_LOST_TIMED_OUT;
		call->result = RD_RESULT_OVERFLOW;
		break;
	case RD_QLOG_EXIT_KEY:
		how = RD_LOST_EXITED;
		break;
	default:
		break;
	}
	rd_figures_lost(core, qc->queue, how, wait);
	if (how != RD_LOST_REMOVED)
		rd_estimate_outcome(core, qc->queue, &qc->expected,
				    rd_ms_from_frames(wait), false);
	call->wait_frames += wait;
	rd_queue_give_ticket(core, call); /* before agents are matched again */
	rd_queue_withdraw(core, call);
	rd_queue_log(core, what, qc->queue, call, RD_INDEX_NONE, wait, detail);
	tell_left(core, call, what, wait);
}

/* On in the tree that the configuration names, else where we came from. */
void rd_queue_go_on_by(struct rd_core *core, struct rd_call *call,
		       uint16_t tree, uint16_t node, uint8_t cause, uint8_t by)
{
	const struct rd_app_arg *arg = &call->in_queue.arg;

	if (tree == RD_INDEX_NONE && arg->wants_return) {
		tree = arg->tree;
		node = arg->node;
	}
	rd_call_go_on(core, call, tree, node, cause, by);
}

void rd_queue_go_on(struct rd_core *core, struct rd_call *call, uint16_t tree,
		    uint16_t node, uint8_t cause)
{
	rd_queue_go_on_by(core, call, tree, node, cause, RD_BY_SYSTEM);
}

/* Nobody is there who could serve him. */
void rd_queue_deserted(struct rd_core *core, uint32_t ticket)
{
	struct rd_call *call =
		rd_call_at(core, rd_ticket_at(core, ticket)->owner);

	if (call->in_queue.phase != RD_QUEUE_WAITING)
		return;
	rd_queue_leave_line(core, call, RD_QLOG_EXIT_EMPTY, "");
	rd_overflow_to(core, call, RD_OVERFLOW_NO_AGENT, CAUSE_NO_ANSWER);
}

void rd_queue_remove(struct rd_core *core, struct rd_call *call, const char *by)
{
	rd_queue_leave_line(core, call, RD_QLOG_EXIT_SYSTEM, by);
	rd_overflow_to(core, call, RD_OVERFLOW_WITHDRAWN, CAUSE_NORMAL);
}

/* ---- into the line ----------------------------------------------------------- */

static void tell_queued(struct rd_core *core, const struct rd_call *call)
{
	const struct rd_queue *q = queue_of(core, call);
	struct rd_json *j = rd_event_begin(core, RD_EVENT_CALL_QUEUED);

	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "queue", q->name);
	rd_json_int(j, "position", call->in_queue.entered_at);
	rd_json_int(j, "waiting", q->waiting);
	rd_event_end(core);
	rd_queue_published(core, call->in_queue.queue);
}

/* Data that was attached to the call, or NULL. */
static const char *attached(const struct rd_call *call, const char *name)
{
	const char *p = call->attached, *end = p + call->attached_len;

	while (p < end) {
		const char *value = p + strlen(p) + 1;

		if (strcmp(p, name) == 0)
			return value;
		p = value + strlen(value) + 1;
	}
	return NULL;
}

/*
 * The agent whom he should have: his own, which the data "agent" names, or the
 * one he talked with last. RD_INDEX_NONE: anybody.
 */
static uint16_t preferred(const struct rd_core *core,
			  const struct rd_call *call,
			  const struct rd_cfg_queue *cfg)
{
	const char *own = attached(call, "agent");
	uint16_t agent = RD_INDEX_NONE;

	if (own)
		agent = rd_agent_by_number(core, own);
	else if (cfg->last_agent.within_ms)
		agent = rd_history_agent(core, call, cfg->last_agent.within_ms);
	if (agent == RD_INDEX_NONE ||
	    rd_agent_get(core, agent)->state == RD_AGENT_OUT ||
	    !rd_match_serves(core, agent, call->in_queue.queue))
		return RD_INDEX_NONE;
	return agent;
}

/* What he brings, and what the queue says of all. */
static void set_want(const struct rd_call *call, const struct rd_cfg_queue *cfg,
		     struct rd_ticket_want *want)
{
	const struct rd_app_arg *arg = &call->in_queue.arg;
	int priority = cfg->priority + arg->priority;

	want->priority = (int8_t)(priority > RD_PRIORITY_MAX   ? RD_PRIORITY_MAX
				  : priority < RD_PRIORITY_MIN ? RD_PRIORITY_MIN
							       : priority);
	want->nneeds = arg->nneeds;
	memcpy(want->needs, arg->needs, sizeof(want->needs));
}

/* A place for who comes: an old one, or the last. */
static void take_place(struct rd_core *core, struct rd_call *call,
		       const struct rd_cfg_queue *cfg, uint16_t agent)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_ticket_want want = RD_TICKET_WANT(qc->queue, core->now);

	set_want(call, cfg, &want);
	rd_estimate(core, qc->queue, RD_NONE, &qc->expected);
	qc->enter = core->now;
	qc->ticket = rd_callback_taken_over(core, call, qc->queue);
	if (qc->ticket != RD_NONE) { /* he was counted when he came */
		qc->enter = rd_ticket_at(core, qc->ticket)->entered;
		rd_queue_log(core, RD_QLOG_RESUME, qc->queue, call,
			     RD_INDEX_NONE, core->now - qc->enter, "callback");
		return;
	}
	rd_figures_offered(core, qc->queue);
	if (cfg->resume_ms && rd_history_resume(core, call, qc->queue,
						cfg->resume_ms, &want.entered))
		rd_queue_log(core, RD_QLOG_RESUME, qc->queue, call,
			     RD_INDEX_NONE, core->now - want.entered, "redial");
	if (agent != RD_INDEX_NONE &&
	    (cfg->last_agent.wait_ms ||
	     rd_agent_is_free(rd_agent_get(core, agent)))) {
		want.agent = agent;
		want.agent_ms = cfg->last_agent.wait_ms
					? cfg->last_agent.wait_ms
					: cfg->ring_timeout_ms;
	}
	/* there are as many tickets as calls */
	qc->ticket = rd_ticket_take(core, RD_TICKET_CALL,
				    rd_call_index(core, call), &want);
}

/* The longest wait counts from his entry. */
static void set_max_wait(struct rd_core *core, struct rd_call *call,
			 const struct rd_cfg_queue *cfg)
{
	uint64_t waited_ms =
		rd_ms_from_frames(core->now - call->in_queue.enter);

	if (!cfg->max_wait_ms)
		rd_call_timer_stop(core, call, RD_QUEUE_TIMER_WAIT);
	else
		rd_call_timer(core, call, RD_QUEUE_TIMER_WAIT,
			      cfg->max_wait_ms > waited_ms
				      ? (uint32_t)(cfg->max_wait_ms - waited_ms)
				      : 0);
}

static void enter(struct rd_core *core, struct rd_call *call,
		  const struct rd_cfg_queue *cfg)
{
	struct rd_queue_call *qc = &call->in_queue;
	uint16_t agent = preferred(core, call, cfg);
	bool asks = agent != RD_INDEX_NONE && cfg->last_agent.ask &&
		    rd_agent_is_free(rd_agent_get(core, agent));

	take_place(core, call, cfg, agent);
	qc->phase = RD_QUEUE_WAITING;
	call->queued = core->now;
	qc->entered_at = (uint16_t)rd_ticket_position(core, qc->ticket);
	rd_queue_log(core, RD_QLOG_ENTER, qc->queue, call, RD_INDEX_NONE, 0,
		     "");
	tell_queued(core, call);
	rd_record_point(core, call, RD_RECORD_QUEUE);
	if (cfg->answer || asks)
		rd_call_answer(core, call);
	set_max_wait(core, call, cfg);
	if (asks) { /* his place is kept, and given to nobody yet */
		rd_queue_ask_last_agent(core, call);
		return;
	}
	rd_queue_sound(core, call);
	rd_queue_announce_begin(core, call);
	rd_ticket_wait(core, qc->ticket);
}

void rd_queue_last_agent_chosen(struct rd_core *core, struct rd_call *call,
				bool yes)
{
	struct rd_queue_call *qc = &call->in_queue;

	rd_call_timer_stop(core, call, RD_QUEUE_TIMER_KEYS);
	qc->dialogue = RD_DIALOGUE_NONE;
	qc->sound = RD_SOUND_NONE;
	rd_queue_sound(core, call);
	rd_queue_announce_begin(core, call);
	if (!yes) /* the same place, for anybody */
		rd_ticket_keep(core, qc->ticket, RD_INDEX_NONE, 0);
	rd_ticket_wait(core, qc->ticket);
}

/* Out of this line and into another: his wait counts on. */
static void change_queue(struct rd_core *core, struct rd_call *call,
			 uint16_t queue)
{
	struct rd_queue_call *qc = &call->in_queue;
	uint64_t wait = core->now - qc->enter;
	const struct rd_cfg_queue *cfg;

	rd_figures_lost(core, qc->queue, RD_LOST_REMOVED, wait);
	rd_queue_log(core, RD_QLOG_EXIT_SYSTEM, qc->queue, call, RD_INDEX_NONE,
		     wait, rd_queue_get(core, queue)->name);
	qc->queue = call->queue = queue;
	rd_figures_offered(core, queue);
	rd_estimate(core, queue, RD_NONE, &qc->expected);
	rd_ticket_move(core, qc->ticket, queue);
	qc->entered_at = (uint16_t)rd_ticket_position(core, qc->ticket);
	qc->best_position = 0;
	rd_queue_log(core, RD_QLOG_ENTER, queue, call, RD_INDEX_NONE, 0, "");
	tell_queued(core, call);
	cfg = rd_queue_of_call(core, call);
	if (cfg)
		set_max_wait(core, call, cfg);
	rd_queue_sound(core, call);
	rd_queue_announce_begin(core, call);
}

/* Nobody's phone rings for him, and nobody's shall yet. */
static void pull_back(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;

	rd_ticket_hold(core, qc->ticket);
	rd_offers_withdraw(core, call, false);
	rd_call_timer_stop(core, call, RD_QUEUE_TIMER_RING);
	qc->phase = RD_QUEUE_WAITING;
	qc->agent = RD_INDEX_NONE;
	rd_queue_rings(core, call, false);
}

void rd_queue_move(struct rd_core *core, struct rd_call *call, uint16_t queue,
		   uint32_t position)
{
	struct rd_queue_call *qc = &call->in_queue;
	uint16_t before = qc->queue;

	if (queue != before) {
		pull_back(core, call);
		change_queue(core, call, queue);
		rd_queue_published(core, before);
	}
	if (position)
		rd_ticket_set_position(core, qc->ticket, position);
	if (queue != before)
		rd_ticket_wait(core, qc->ticket);
}

void rd_queue_give(struct rd_core *core, struct rd_call *call, uint16_t agent,
		   uint32_t ms)
{
	struct rd_queue_call *qc = &call->in_queue;

	pull_back(core, call);
	rd_ticket_keep(core, qc->ticket, agent, ms);
	rd_ticket_wait(core, qc->ticket);
}

void rd_queue_start(struct rd_core *core, struct rd_call *call,
		    const struct rd_app_arg *arg)
{
	struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_queue *cfg;

	memcpy(&qc->arg, arg, sizeof(qc->arg));
	qc->agent = qc->ringing = RD_INDEX_NONE;
	qc->ticket = RD_NONE;
	qc->queue = arg->queue;
	if (arg->queue >= core->state->queues) {
		rd_call_release(core, call, CAUSE_TEMPORARY);
		return;
	}
	call->queue = arg->queue;
	if (arg->task) {
		rd_callback_start(core, call, arg);
		return;
	}
	qc->music_seed = (uint32_t)rd_rng_next(&core->state->rng);
	cfg = rd_queue_of_call(core, call);
	if (!cfg) {
		rd_call_release(core, call, CAUSE_TEMPORARY);
		return;
	}
	if (!rd_overflow_refuses(core, call, cfg))
		enter(core, call, cfg);
}

void rd_queues_before_config(struct rd_core *core, const struct rd_config *next)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->calls.cap; i++) {
		struct rd_call *call = rd_call_at(core, i);

		if (!rd_pool_has(s, &s->calls, i) ||
		    call->app != RD_APP_QUEUE || call->in_queue.task ||
		    (call->in_queue.phase != RD_QUEUE_WAITING &&
		     call->in_queue.phase != RD_QUEUE_OFFERED) ||
		    rd_queue_heir(next, queue_of(core, call)->name))
			continue;
		rd_queue_leave_line(core, call, RD_QLOG_EXIT_SYSTEM,
				    "queue removed");
		rd_overflow_to(core, call, RD_OVERFLOW_WITHDRAWN,
			       CAUSE_TEMPORARY);
	}
}

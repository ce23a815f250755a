// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue application: what a call does from entry to the end of its talk.
 *
 *	waiting --offer--> offered --answer--> greeting --> talking
 *	   ^                  |                   |            |
 *	   `--miss, refused---'                   `-> agent gone: survey, or end
 *	   |
 *	   `-> longest wait, exit key, full: on in a tree, or end
 *
 * Every way out of the line passes leave_line(), every end of a talk end_talk():
 * so the accounts of the queue (queue.h) balance after each event.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/acd/strategy.h"
#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define CAUSE_NORMAL	16
#define CAUSE_BUSY	17
#define CAUSE_NO_ANSWER 19
#define CAUSE_TEMPORARY 41

const struct rd_cfg_queue *rd_queue_of_call(const struct rd_core *core,
					    const struct rd_call *call)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	uint16_t index = rd_map_index(core, RD_MAP_QUEUES, call->generation,
				      call->in_queue.queue);

	return index < config->nqueues
		       ? &config->queues[index]
		       : rd_queue_config(core, call->in_queue.queue);
}

static struct rd_queue *queue_of(const struct rd_core *core,
				 const struct rd_call *call)
{
	return rd_queue_get(core, call->in_queue.queue);
}

/* ---- out of the line ------------------------------------------------------- */

static void tell_offer_over(struct rd_core *core, const struct rd_call *call,
			    const char *why, uint8_t cause)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_AGENT_OFFER_OVER);

	rd_json_str(j, "agent",
		    rd_agent_get(core, call->in_queue.agent)->number);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "why", why);
	rd_json_int(j, "cause", cause);
	rd_event_end(core);
}

static void give_ticket(struct rd_core *core, struct rd_call *call)
{
	rd_ticket_give(core, call->in_queue.ticket);
	call->in_queue.ticket = RD_NONE;
}

/* The caller goes while an agent's phone is called: not the agent's doing. */
static void withdraw_offer(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	uint16_t agent = qc->agent;

	if (qc->phase != RD_QUEUE_OFFERED)
		return;
	tell_offer_over(core, call, "withdrawn", CAUSE_NORMAL);
	rd_call_drop_peer(core, call, CAUSE_NORMAL);
	qc->agent = RD_INDEX_NONE;
	give_ticket(core, call); /* before the agent is matched again */
	qc->phase = RD_QUEUE_NOT;
	rd_agent_call_event(core, agent, RD_AGENT_EV_FREE);
}

static void leave_line(struct rd_core *core, struct rd_call *call,
		       enum rd_queue_log what, const char *detail)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_queue *q = queue_of(core, call);
	uint64_t wait = core->now - qc->enter;
	enum rd_figures_lost how = RD_LOST_REMOVED;
	struct rd_json *j;

	switch (what) {
	case RD_QLOG_ABANDON:
		how = RD_LOST_ABANDONED;
		call->result = RD_RESULT_ABANDONED;
		break;
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
	if (qc->phase == RD_QUEUE_WAITING)
		give_ticket(core, call);
	else
		withdraw_offer(core, call);
	qc->phase = RD_QUEUE_NOT;
	rd_queue_log(core, what, qc->queue, call, RD_INDEX_NONE, wait, detail);
	j = rd_event_begin(core, RD_EVENT_CALL_DEQUEUED);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "queue", q->name);
	rd_json_str(j, "why", rd_queue_log_name(what));
	rd_json_int(j, "wait_ms", (int64_t)rd_ms_from_frames(wait));
	rd_event_end(core);
	rd_queue_published(core, qc->queue);
}

/* On in the tree that the configuration names, else where we came from. */
static void go_on(struct rd_core *core, struct rd_call *call, uint16_t tree,
		  uint16_t node, uint8_t cause, enum rd_released_by by)
{
	const struct rd_app_arg *arg = &call->in_queue.arg;

	if (tree == RD_INDEX_NONE && arg->wants_return) {
		tree = arg->tree;
		node = arg->node;
	}
	rd_call_go_on(core, call, tree, node, cause, by);
}

static void overflow(struct rd_core *core, struct rd_call *call, uint8_t cause)
{
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);

	go_on(core, call, cfg ? cfg->tree_overflow : RD_INDEX_NONE,
	      cfg ? cfg->node_overflow : RD_INDEX_NONE, cause, RD_BY_SYSTEM);
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

static void enter(struct rd_core *core, struct rd_call *call,
		  const struct rd_cfg_queue *cfg)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_ticket_want want = RD_TICKET_WANT(qc->queue, core->now);

	want.priority = cfg->priority;
	rd_figures_offered(core, qc->queue);
	rd_estimate(core, qc->queue, RD_NONE, &qc->expected);
	qc->phase = RD_QUEUE_WAITING;
	qc->enter = core->now;
	call->queued = core->now;
	/* there are as many tickets as calls */
	qc->ticket = rd_ticket_take(core, RD_TICKET_CALL,
				    rd_call_index(core, call), &want);
	qc->entered_at = (uint16_t)rd_ticket_position(core, qc->ticket);
	rd_queue_log(core, RD_QLOG_ENTER, qc->queue, call, RD_INDEX_NONE, 0,
		     "");
	tell_queued(core, call);
	rd_record_point(core, call, RD_RECORD_QUEUE);
	if (cfg->answer)
		rd_call_answer(core, call);
	if (cfg->max_wait_ms)
		rd_call_timer(core, call, RD_QUEUE_TIMER_WAIT,
			      cfg->max_wait_ms);
	rd_queue_sound(core, call);
	rd_queue_announce_begin(core, call);
	rd_ticket_wait(core, qc->ticket);
}

static void queue_start(struct rd_core *core, struct rd_call *call,
			const struct rd_app_arg *arg)
{
	struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_queue *cfg;
	struct rd_queue *q;

	memcpy(&qc->arg, arg, sizeof(qc->arg));
	qc->agent = RD_INDEX_NONE;
	qc->ticket = RD_NONE;
	qc->queue = arg->queue;
	if (arg->queue >= core->state->queues) {
		rd_call_release(core, call, CAUSE_TEMPORARY);
		return;
	}
	call->queue = arg->queue;
	qc->music_seed = (uint32_t)rd_rng_next(&core->state->rng);
	q = queue_of(core, call);
	cfg = rd_queue_of_call(core, call);
	if (!cfg) {
		rd_call_release(core, call, CAUSE_TEMPORARY);
		return;
	}
	if (cfg->maxlen && q->waiting >= cfg->maxlen) {
		rd_figures_offered(core, arg->queue);
		rd_figures_lost(core, arg->queue, RD_LOST_FULL, 0);
		call->queued = core->now;
		call->result = RD_RESULT_OVERFLOW;
		rd_queue_log(core, RD_QLOG_FULL, arg->queue, call,
			     RD_INDEX_NONE, 0, "");
		overflow(core, call, CAUSE_BUSY);
		return;
	}
	enter(core, call, cfg);
}

/* ---- offers --------------------------------------------------------------------- */

static enum rd_backoff backoff_of(enum rd_queue_log what, uint8_t cause,
				  enum rd_agent_event event)
{
	if (event == RD_AGENT_EV_FREE)
		return RD_BACKOFF_NOT_REACHED;
	if (what == RD_QLOG_RING_NO_ANSWER)
		return RD_BACKOFF_NO_ANSWER;
	return cause == CAUSE_BUSY ? RD_BACKOFF_BUSY : RD_BACKOFF_REJECT;
}

/* Back to the idle ones; the agent is told why. */
static void offer_over(struct rd_core *core, struct rd_call *call,
		       enum rd_queue_log what, uint8_t cause,
		       enum rd_agent_event event)
{
	struct rd_queue_call *qc = &call->in_queue;
	uint16_t agent = qc->agent;
	char detail[16];

	rd_call_timer_stop(core, call, RD_QUEUE_TIMER_RING);
	snprintf(detail, sizeof(detail), "cause %u", cause);
	rd_queue_log(core, what, qc->queue, call, agent, core->now - qc->offer,
		     detail);
	tell_offer_over(core, call,
			what == RD_QLOG_RING_NO_ANSWER ? "no-answer"
						       : "refused",
			cause);
	rd_call_drop_peer(core, call, CAUSE_NORMAL);
	qc->agent = RD_INDEX_NONE;
	qc->phase = RD_QUEUE_WAITING;
	rd_ticket_open(core, qc->ticket);
	if (qc->rings) {
		qc->rings = false;
		rd_queue_sound(core, call);
	}
	rd_agent_back_off(core, agent, backoff_of(what, cause, event));
	if (event == RD_AGENT_EV_FREE) /* else the table pauses him */
		rd_agent_pause(core, agent);
	rd_agent_call_event(core, agent, event);
}

static void offer(struct rd_core *core, uint32_t ticket, uint16_t agent)
{
	struct rd_call *call =
		rd_call_at(core, rd_ticket_at(core, ticket)->owner);
	struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	const struct rd_agent *a = rd_agent_get(core, agent);
	char shown[160];
	uint8_t cause;

	if (core->on_offer)
		core->on_offer(core->on_offer_context, core, call, agent);
	rd_ticket_ring(core, ticket);
	qc->phase = RD_QUEUE_OFFERED;
	qc->agent = agent;
	qc->offer = core->now;
	qc->offers++;
	queue_of(core, call)->last_key =
		rd_strategy_key(core, agent, qc->queue);
	rd_agent_reserve(core, agent, rd_call_index(core, call), qc->queue);
	rd_queue_log(core, RD_QLOG_OFFER, qc->queue, call, agent,
		     core->now - qc->enter, a->phone);
	snprintf(shown, sizeof(shown), "%s%s%s", cfg ? cfg->title : "",
		 *call->name ? " " : "", call->name);
	cause = rd_call_dial_peer(core, call, a->phone, true, shown);
	if (cause)
		offer_over(core, call, RD_QLOG_REJECT, cause, RD_AGENT_EV_FREE);
	else if (cfg && cfg->ring_timeout_ms)
		rd_call_timer(core, call, RD_QUEUE_TIMER_RING,
			      cfg->ring_timeout_ms);
}

const struct rd_ticket_ops rd_call_ticket_ops = { .offer = offer };

static void on_alerting(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_json *j;

	if (qc->phase != RD_QUEUE_OFFERED || qc->rings)
		return;
	qc->rings = true;
	rd_agent_call_event(core, qc->agent, RD_AGENT_EV_ALERTING);
	rd_agent_tell_offer(core, qc->agent, call, core->now - qc->enter);
	j = rd_event_begin(core, RD_EVENT_CALL_RINGING);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "number", rd_leg_at(core, call->peer)->number);
	rd_json_str(j, "agent", rd_agent_get(core, qc->agent)->number);
	rd_event_end(core);
	rd_record_point(core, call, RD_RECORD_RING);
	rd_queue_sound(core, call);
}

/* Was it the agent who did not take it, or something on the way to him? */
static void on_refused(struct rd_core *core, struct rd_call *call,
		       uint8_t cause)
{
	switch (cause) {
	case 18: /* no user responding */
	case CAUSE_NO_ANSWER:
		offer_over(core, call, RD_QLOG_RING_NO_ANSWER, cause,
			   RD_AGENT_EV_MISS);
		break;
	case CAUSE_NORMAL:
	case CAUSE_BUSY:
	case 21: /* call rejected */
		offer_over(core, call, RD_QLOG_REJECT, cause, RD_AGENT_EV_MISS);
		break;
	default:
		offer_over(core, call, RD_QLOG_REJECT, cause, RD_AGENT_EV_FREE);
		break;
	}
	rd_match_ticket(core, call->in_queue.ticket);
}

/* ---- talk -------------------------------------------------------------------------- */

static void talk(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_json *j;

	qc->phase = RD_QUEUE_TALKING;
	rd_call_bridge(core, call);
	j = rd_event_begin(core, RD_EVENT_CALL_BRIDGED);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "agent", rd_agent_get(core, qc->agent)->number);
	rd_json_str(j, "queue", queue_of(core, call)->name);
	rd_json_str(j, "number", rd_leg_at(core, call->peer)->number);
	rd_json_int(j, "wait_ms",
		    (int64_t)rd_ms_from_frames(qc->connect - qc->enter));
	rd_event_end(core);
}

static void on_answered(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_queue *q = queue_of(core, call);
	uint64_t wait = core->now - qc->enter;

	if (qc->phase != RD_QUEUE_OFFERED)
		return;
	if (!qc->rings) /* CONNECT without ALERTING */
		rd_agent_tell_offer(core, qc->agent, call, wait);
	for (uint16_t timer = 0; timer < RD_CALL_TIMERS; timer++)
		rd_call_timer_stop(core, call, timer);
	give_ticket(core, call);
	qc->phase = RD_QUEUE_GREETING;
	qc->connect = core->now;
	call->agent = qc->agent;
	call->wait_frames += wait;
	q->talking++;
	rd_figures_answered(core, qc->queue, wait);
	rd_estimate_outcome(core, qc->queue, &qc->expected,
			    rd_ms_from_frames(wait), true);
	rd_estimate_rang(core, qc->queue, core->now - qc->offer);
	rd_agent_call_event(core, qc->agent, RD_AGENT_EV_ANSWER);
	rd_queue_log(core, RD_QLOG_CONNECT, qc->queue, call, qc->agent, wait,
		     "");
	rd_queue_published(core, qc->queue);
	rd_call_answer(core, call);
	rd_record_point(core, call, RD_RECORD_CONNECT);
	if (!rd_queue_greet(core, call))
		talk(core, call);
}

/* The agent's part is over; wrap-up counts from here (ACD-11). */
static void end_talk(struct rd_core *core, struct rd_call *call,
		     enum rd_queue_log what, uint8_t cause)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_queue *q = queue_of(core, call);
	uint64_t frames = core->now - qc->connect;
	uint16_t agent = qc->agent;
	char detail[16];
	struct rd_json *j;

	rd_call_drop_peer(core, call, cause);
	call->agent_end = core->now;
	qc->phase = RD_QUEUE_NOT;
	qc->agent = RD_INDEX_NONE;
	q->talking--;
	rd_figures_talked(core, qc->queue, frames);
	rd_estimate_handled(
		core, qc->queue,
		core->now - qc->offer +
			rd_frames_from_ms(rd_agent_get(core, agent)->wrapup_ms));
	snprintf(detail, sizeof(detail), "cause %u", cause);
	rd_queue_log(core, what, qc->queue, call, agent, frames, detail);
	j = rd_event_begin(core, RD_EVENT_CALL_UNBRIDGED);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "by",
		    what == RD_QLOG_COMPLETE_AGENT    ? "agent"
		    : what == RD_QLOG_COMPLETE_CALLER ? "caller"
						      : "system");
	rd_json_int(j, "cause", cause);
	rd_json_int(j, "talk_ms", (int64_t)rd_ms_from_frames(frames));
	rd_event_end(core);
	rd_queue_published(core, qc->queue);
	rd_agent_call_event(core, agent, RD_AGENT_EV_END);
}

static void on_peer_gone(struct rd_core *core, struct rd_call *call,
			 uint8_t cause)
{
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	bool by_agent = call->peer_by == RD_BY_AGENT;

	switch (call->in_queue.phase) {
	case RD_QUEUE_OFFERED:
		on_refused(core, call, cause);
		break;
	case RD_QUEUE_GREETING:
	case RD_QUEUE_TALKING:
		end_talk(core, call,
			 by_agent ? RD_QLOG_COMPLETE_AGENT
				  : RD_QLOG_COMPLETE_SYSTEM,
			 cause);
		/* what the tree says goes before what the queue says */
		if (call->in_queue.arg.wants_return)
			cfg = NULL;
		go_on(core, call, cfg ? cfg->tree_after : RD_INDEX_NONE,
		      cfg ? cfg->node_after : RD_INDEX_NONE, cause,
		      by_agent ? RD_BY_AGENT : RD_BY_NETWORK);
		break;
	default:
		break;
	}
}

/* ---- events -------------------------------------------------------------------------- */

static bool is_waiting(const struct rd_call *call)
{
	return call->in_queue.phase == RD_QUEUE_WAITING ||
	       call->in_queue.phase == RD_QUEUE_OFFERED;
}

static void on_digit(struct rd_core *core, struct rd_call *call, char digit)
{
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	char key[2] = { digit, '\0' };

	if (!cfg || !cfg->exit_key || digit != cfg->exit_key ||
	    !is_waiting(call))
		return;
	leave_line(core, call, RD_QLOG_EXIT_KEY, key);
	go_on(core, call, cfg->tree_exit, cfg->node_exit, CAUSE_NORMAL,
	      RD_BY_SYSTEM);
}

static void on_timer(struct rd_core *core, struct rd_call *call, uint16_t timer)
{
	if (!is_waiting(call))
		return;
	switch (timer) {
	case RD_QUEUE_TIMER_WAIT:
		leave_line(core, call, RD_QLOG_EXIT_TIMEOUT, "");
		overflow(core, call, CAUSE_NO_ANSWER);
		break;
	case RD_QUEUE_TIMER_RING:
		offer_over(core, call, RD_QLOG_RING_NO_ANSWER, CAUSE_NO_ANSWER,
			   RD_AGENT_EV_MISS);
		rd_match_ticket(core, call->in_queue.ticket);
		break;
	default:
		rd_queue_announce_due(core, call, timer);
		break;
	}
}

static void queue_event(struct rd_core *core, struct rd_call *call,
			const struct rd_app_event *event)
{
	switch (event->type) {
	case RD_APP_EV_DIGIT:
		on_digit(core, call, event->digit);
		break;
	case RD_APP_EV_TIMER:
		on_timer(core, call, event->timer);
		break;
	case RD_APP_EV_PLAY_DONE:
		rd_queue_play_done(core, call, event);
		if (call->in_queue.phase == RD_QUEUE_GREETING &&
		    !call->in_queue.play && !call->in_queue.peer_play)
			talk(core, call);
		break;
	case RD_APP_EV_PEER_ALERTING:
		on_alerting(core, call);
		break;
	case RD_APP_EV_PEER_ANSWERED:
		on_answered(core, call);
		break;
	case RD_APP_EV_PEER_GONE:
		on_peer_gone(core, call, event->cause);
		break;
	default:
		break;
	}
}

static void queue_stop(struct rd_core *core, struct rd_call *call)
{
	bool by_caller = call->state == RD_CALL_ENDED &&
			 call->released_by == RD_BY_CALLER;
	const char *who = rd_released_by_name(call->released_by);

	switch (call->in_queue.phase) {
	case RD_QUEUE_WAITING:
	case RD_QUEUE_OFFERED:
		leave_line(core, call,
			   by_caller ? RD_QLOG_ABANDON : RD_QLOG_EXIT_SYSTEM,
			   by_caller ? "" : who);
		break;
	case RD_QUEUE_GREETING:
	case RD_QUEUE_TALKING:
		end_talk(core, call,
			 by_caller ? RD_QLOG_COMPLETE_CALLER
				   : RD_QLOG_COMPLETE_SYSTEM,
			 call->cause ? call->cause : CAUSE_NORMAL);
		break;
	default:
		break;
	}
}

const struct rd_app_ops rd_queue_app = {
	.name = "queue",
	.start = queue_start,
	.event = queue_event,
	.stop = queue_stop,
};

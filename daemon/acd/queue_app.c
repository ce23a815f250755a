// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The queue application: what a call does from entry to the end of its talk.
 *
 *	waiting --offer--> offered --answer--> greeting --> talking
 *	   ^                  |                   |            |
 *	   `--miss, refused---+-----agent gone----'            `-> survey, or end
 *	   |
 *	   `-> longest wait, exit key, full: on in a tree, or end
 *
 * Every way out of the line passes leave_line(), every end of a talk end_talk():
 * so the accounts of the queue (queue.h) balance after each event.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/acd/callback.h"
#include "daemon/acd/offer.h"
#include "daemon/acd/overflow.h"
#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"
#include "lib/config/calendar.h"

#define CAUSE_NORMAL	16
#define CAUSE_NO_ANSWER 19

#define GREETING_RETRY_MS 1000u /* what is due while the agent is greeted */

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

/* ---- offers: offer.c --------------------------------------------------------------- */

const struct rd_ticket_ops rd_call_ticket_ops = {
	.offer = rd_offer_start,
	.deserted = rd_queue_deserted,
};

void rd_queue_rings(struct rd_core *core, struct rd_call *call, bool rings)
{
	struct rd_queue_call *qc = &call->in_queue;

	if (qc->rings == rings)
		return;
	qc->rings = rings;
	rd_queue_sound(core, call);
}

/* ---- talk -------------------------------------------------------------------------- */

/* Out of the line: he has an agent. */
static void leave_answered(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	uint64_t wait = qc->connect - qc->enter;

	for (uint16_t timer = 0; timer < RD_CALL_TIMERS; timer++)
		rd_call_timer_stop(core, call, timer);
	rd_queue_give_ticket(core, call);
	qc->phase = RD_QUEUE_TALKING;
	call->wait_frames += wait;
	queue_of(core, call)->talking++;
	rd_figures_answered(core, qc->queue, wait);
	rd_estimate_outcome(core, qc->queue, &qc->expected,
			    rd_ms_from_frames(wait), true);
	rd_estimate_rang(core, qc->queue, qc->connect - qc->offer);
	rd_agent_connected(core, qc->agent);
	rd_queue_log(core, RD_QLOG_CONNECT, qc->queue, call, qc->agent, wait,
		     "");
	rd_queue_published(core, qc->queue);
}

static void talk(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_json *j;

	leave_answered(core, call);
	rd_call_bridge(core, call);
	j = rd_event_begin(core, RD_EVENT_CALL_BRIDGED);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "agent", rd_agent_get(core, qc->agent)->number);
	rd_json_str(j, "queue", queue_of(core, call)->name);
	rd_json_str(j, "number", rd_leg_at(core, call->peer)->number);
	rd_json_int(j, "wait_ms",
		    (int64_t)rd_ms_from_frames(qc->connect - qc->enter));
	rd_event_end(core);
	rd_offers_withdraw(core, call, true);
}

static void greet(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;

	qc->connect = core->now;
	call->agent = qc->agent;
	rd_call_answer(core, call);
	rd_record_point(core, call, RD_RECORD_CONNECT);
	if (!rd_queue_greet(core, call))
		talk(core, call);
}

void rd_queue_answered(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;

	qc->phase = RD_QUEUE_GREETING;
	rd_agent_call_event(core, qc->agent, RD_AGENT_EV_ANSWER);
	if (qc->task)
		rd_callback_agent_answered(core, call);
	else
		greet(core, call);
}

/* A callback's customer is on the line: his agent waits, or is called now. */
static void on_customer(struct rd_core *core, struct rd_call *call)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	struct rd_queue_call *qc = &call->in_queue;

	if (!qc->task || qc->stage != RD_STAGE_CUSTOMER)
		return;
	if (config->recording.start != RD_RECORD_CONNECT &&
	    config->recording.start != RD_RECORD_NEVER)
		rd_record_point(core, call, config->recording.start);
	rd_callback_reached(core, call);
	if (qc->phase == RD_QUEUE_GREETING) {
		greet(core, call);
		return;
	}
	rd_queue_hello(core, call);
	rd_offer_ring(core, call, qc->agent);
}

/* He goes before he is connected: the caller has his place. */
static void lose_agent(struct rd_core *core, struct rd_call *call,
		       uint8_t cause)
{
	struct rd_queue_call *qc = &call->in_queue;

	call->agent = RD_INDEX_NONE;
	qc->play = qc->peer_play = 0;
	qc->sound = RD_SOUND_NONE;
	qc->rings = false;
	rd_queue_sound(core, call);
	rd_offer_lost(core, call, cause, call->peer_by != RD_BY_AGENT);
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
	rd_history_talked(core, call, agent);
	qc->phase = RD_QUEUE_NOT;
	qc->agent = RD_INDEX_NONE;
	q->talking--;
	rd_figures_talked(core, qc->queue, frames);
	rd_estimate_handled(
		core, qc->queue,
		core->now - qc->offer +
			rd_frames_from_ms(
				rd_agent_get(core, agent)->wrapup_ms));
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
	case RD_QUEUE_GREETING:
		if (call->in_queue.task) /* while the customer is called */
			rd_call_end(core, call, CAUSE_NORMAL, RD_BY_AGENT);
		else
			lose_agent(core, call, cause);
		break;
	case RD_QUEUE_TALKING:
		end_talk(core, call,
			 by_agent ? RD_QLOG_COMPLETE_AGENT
				  : RD_QLOG_COMPLETE_SYSTEM,
			 cause);
		/* what the tree says goes before what the queue says */
		if (call->in_queue.arg.wants_return)
			cfg = NULL;
		rd_queue_go_on_by(core, call,
				  cfg ? cfg->tree_after : RD_INDEX_NONE,
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

	if (call->in_queue.phase == RD_QUEUE_MESSAGE)
		rd_message_key(core, call, digit);
	else if (is_waiting(call) && !call->in_queue.task &&
		 rd_queue_dialogue_digit(core, call, digit))
		return;
	if (!cfg || !cfg->exit_key || digit != cfg->exit_key ||
	    !is_waiting(call))
		return;
	rd_queue_leave_line(core, call, RD_QLOG_EXIT_KEY, key);
	rd_queue_go_on_by(core, call, cfg->tree_exit, cfg->node_exit,
			  CAUSE_NORMAL, RD_BY_SYSTEM);
}

static void on_timer(struct rd_core *core, struct rd_call *call, uint16_t timer)
{
	if (call->in_queue.phase == RD_QUEUE_GREETING && !call->in_queue.task)
		rd_call_timer(core, call, timer, GREETING_RETRY_MS);
	if (call->in_queue.task) { /* the customer is called too long */
		rd_call_end(core, call, CAUSE_NO_ANSWER, RD_BY_SYSTEM);
		return;
	}
	if (call->in_queue.phase == RD_QUEUE_MESSAGE)
		rd_message_time(core, call);
	else if (call->in_queue.phase == RD_QUEUE_GOODBYE)
		rd_call_release(core, call, CAUSE_NORMAL);
	if (!is_waiting(call))
		return;
	switch (timer) {
	case RD_QUEUE_TIMER_KEYS:
		rd_queue_dialogue_over(core, call);
		break;
	case RD_QUEUE_TIMER_WAIT:
		rd_queue_leave_line(core, call, RD_QLOG_EXIT_TIMEOUT, "");
		rd_overflow_to(core, call, RD_OVERFLOW_WAIT, CAUSE_NO_ANSWER);
		break;
	case RD_QUEUE_TIMER_RING:
		rd_offer_one_more(core, call);
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
	case RD_APP_EV_ANSWERED:
		on_customer(core, call);
		break;
	case RD_APP_EV_PLAY_DONE:
		if (event->play == call->in_queue.play &&
		    call->in_queue.phase == RD_QUEUE_GOODBYE) {
			rd_call_release(core, call, CAUSE_NORMAL);
			break;
		}
		if (event->play == call->in_queue.play &&
		    call->in_queue.phase == RD_QUEUE_MESSAGE) {
			rd_message_asked(core, call);
			break;
		}
		rd_queue_play_done(core, call, event);
		if (call->in_queue.phase == RD_QUEUE_GREETING &&
		    !call->in_queue.task && !call->in_queue.play &&
		    !call->in_queue.peer_play)
			talk(core, call);
		break;
	case RD_APP_EV_PEER_DIGIT: /* the agent has heard enough */
		if (call->in_queue.phase == RD_QUEUE_GREETING)
			rd_call_play_peer_stop(core, call,
					       call->in_queue.peer_play);
		break;
	case RD_APP_EV_PEER_GONE:
	case RD_APP_EV_PEER_ALERTING:
	case RD_APP_EV_PEER_ANSWERED:
		if (rd_offer_of_leg(core, call, event->leg) != RD_INDEX_NONE)
			rd_offer_on_leg(core, call, event);
		else if (event->type == RD_APP_EV_PEER_GONE)
			on_peer_gone(core, call, event->cause);
		break;
	default:
		break;
	}
}

static void queue_stop(struct rd_core *core, struct rd_call *call)
{
	bool by_caller =
		call->state == RD_CALL_ENDED &&
		(call->released_by == RD_BY_CALLER ||
		 (call->outgoing && call->released_by == RD_BY_CALLED));
	const char *who = rd_released_by_name(call->released_by);

	if (call->in_queue.task) {
		rd_callback_stop(core, call);
		return;
	}
	switch (call->in_queue.phase) {
	case RD_QUEUE_WAITING:
	case RD_QUEUE_OFFERED:
	case RD_QUEUE_GREETING:
		rd_queue_leave_line(core, call,
				    by_caller ? RD_QLOG_ABANDON
					      : RD_QLOG_EXIT_SYSTEM,
				    by_caller ? "" : who);
		if (call->state == RD_CALL_ENDED) /* whoever ended it */
			call->result = RD_RESULT_ABANDONED;
		break;
	case RD_QUEUE_TALKING:
		end_talk(core, call,
			 call->state == RD_CALL_ACTIVE ? RD_QLOG_SENT
			 : by_caller		       ? RD_QLOG_COMPLETE_CALLER
						       : RD_QLOG_COMPLETE_SYSTEM,
			 call->cause ? call->cause : CAUSE_NORMAL);
		break;
	case RD_QUEUE_MESSAGE:
		rd_message_over(core, call);
		break;
	default:
		break;
	}
}

const struct rd_app_ops rd_queue_app = {
	.name = "queue",
	.start = rd_queue_start,
	.event = queue_event,
	.stop = queue_stop,
};

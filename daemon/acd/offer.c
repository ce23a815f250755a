// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Offers: begin, ring, end.
 *
 * An offer is taken out of the list before its agent is told that he is free:
 * he may be given another caller in that very call.
 *
 * Invariants: an agent is in the list of a call if and only if he is reserved
 * or ringing for it; while the list is not empty the ticket rings.
 */
#include "daemon/acd/offer.h"

#include <stdio.h>
#include <string.h>

#include "daemon/acd/strategy.h"
#include "daemon/call/call.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define CAUSE_NORMAL	16
#define CAUSE_BUSY	17
#define CAUSE_NO_USER	18
#define CAUSE_NO_ANSWER 19
#define CAUSE_REJECTED	21
#define CAUSE_ELSEWHERE 26 /* non-selected user clearing */

/* ---- the list of a call -------------------------------------------------------- */

static void link_offer(struct rd_core *core, struct rd_call *call,
		       uint16_t agent)
{
	uint16_t *link = &call->in_queue.ringing;

	while (*link != RD_INDEX_NONE)
		link = &rd_agent_get(core, *link)->next_offer;
	*link = agent;
	rd_agent_get(core, agent)->next_offer = RD_INDEX_NONE;
}

static void unlink_offer(struct rd_core *core, struct rd_call *call,
			 uint16_t agent)
{
	uint16_t *link = &call->in_queue.ringing;

	while (*link != agent)
		link = &rd_agent_get(core, *link)->next_offer;
	*link = rd_agent_get(core, agent)->next_offer;
	rd_agent_get(core, agent)->next_offer = RD_INDEX_NONE;
}

uint16_t rd_offer_of_leg(const struct rd_core *core, const struct rd_call *call,
			 uint32_t leg)
{
	uint16_t agent = call->in_queue.ringing;

	while (agent != RD_INDEX_NONE && rd_agent_get(core, agent)->leg != leg)
		agent = rd_agent_get(core, agent)->next_offer;
	return agent;
}

/* ---- ends ------------------------------------------------------------------------ */

struct ending {
	const char *why; /* of agent.offer-over */
	enum rd_queue_log log;
	uint8_t cause;	 /* that the agent's side gave, or we */
	uint8_t release; /* to his phone */
	enum rd_agent_event event;
	enum rd_backoff backoff;
};

static void tell_over(struct rd_core *core, const struct rd_call *call,
		      uint16_t agent, const struct ending *e)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_AGENT_OFFER_OVER);

	rd_json_str(j, "agent", rd_agent_get(core, agent)->number);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "why", e->why);
	rd_json_int(j, "cause", e->cause);
	rd_event_end(core);
}

/* The agent's part of it: log, leg, state. He is in the list no more. */
static void end(struct rd_core *core, struct rd_call *call, uint16_t agent,
		const struct ending *e)
{
	struct rd_agent *a = rd_agent_get(core, agent);
	uint32_t leg = a->leg;
	char detail[16];

	rd_core_timer_stop(core, RD_TIMER_AGENT, agent, RD_AGENT_TIMER_RING);
	snprintf(detail, sizeof(detail), "cause %u", e->cause);
	/* one who was kept for a callback was not called yet */
	if (e->log != RD_QLOG_RING_CANCELLED || leg != RD_NONE)
		rd_queue_log(core, e->log,
			     call->in_queue.queue, call, agent,
			     core->now - a->offered, detail);
	tell_over(core, call, agent, e);
	a->leg = a->ticket = RD_NONE;
	a->rings = false;
	rd_call_drop_leg(core, call, leg, e->release);
	if (e->event != RD_AGENT_EV_FREE)
		rd_agent_back_off(core, agent, e->backoff);
	rd_agent_call_event(core, agent, e->event);
}

/* If no phone rings any more, the call waits again. */
static void settle(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	bool rings = false;

	if (qc->phase != RD_QUEUE_OFFERED)
		return;
	qc->agent = qc->ringing;
	for (uint16_t i = qc->ringing; i != RD_INDEX_NONE;
	     i = rd_agent_get(core, i)->next_offer)
		rings |= rd_agent_get(core, i)->rings;
	if (qc->ringing == RD_INDEX_NONE && qc->task) {
		/* a callback's agent did not take it, nobody was called */
		rd_call_end(core, call, CAUSE_NORMAL, RD_BY_AGENT);
		return;
	}
	if (qc->ringing == RD_INDEX_NONE) {
		rd_call_timer_stop(core, call, RD_QUEUE_TIMER_RING);
		qc->phase = RD_QUEUE_WAITING;
		rd_ticket_open(core, qc->ticket);
	}
	rd_queue_rings(core, call, rings);
}

/* Who else may take it? A callback's call that has ended holds no ticket. */
static void match_again(struct rd_core *core, const struct rd_call *call)
{
	if (call->in_queue.ticket != RD_NONE)
		rd_match_ticket(core, call->in_queue.ticket);
}

/*
 * What a cause says of the phone (Q.850 clause 2.2.7): there is none with that
 * number, it is away or dead; else the way to it is full, down or faulty.
 */
static enum rd_agent_event not_reached(uint8_t cause)
{
	switch (cause) {
	case 1:	 /* unallocated number */
	case 3:	 /* no route to destination */
	case 20: /* subscriber absent */
	case 22: /* number changed */
	case 27: /* destination out of order */
	case 28: /* invalid number format */
		return RD_AGENT_EV_UNREACHED;
	default:
		return RD_AGENT_EV_NO_LINE;
	}
}

/* An offer that came to nothing by itself. */
static void fail(struct rd_core *core, struct rd_call *call, uint16_t agent,
		 enum rd_queue_log log, uint8_t cause,
		 enum rd_agent_event event)
{
	const struct ending e = {
		.why = log == RD_QLOG_RING_NO_ANSWER ? "no-answer" : "refused",
		.log = log,
		.cause = cause,
		.release = CAUSE_NORMAL,
		.event = event,
		.backoff =
			event == RD_AGENT_EV_UNREACHED ||
					event == RD_AGENT_EV_NO_LINE
				? RD_BACKOFF_NOT_REACHED
			: log == RD_QLOG_RING_NO_ANSWER ? RD_BACKOFF_NO_ANSWER
			: cause == CAUSE_BUSY		? RD_BACKOFF_BUSY
							: RD_BACKOFF_REJECT,
	};

	unlink_offer(core, call, agent);
	end(core, call, agent, &e);
}

void rd_offers_withdraw(struct rd_core *core, struct rd_call *call,
			bool elsewhere)
{
	const struct ending e = {
		.why = elsewhere ? "elsewhere" : "withdrawn",
		.log = elsewhere ? RD_QLOG_ELSEWHERE : RD_QLOG_RING_CANCELLED,
		.cause = elsewhere ? CAUSE_ELSEWHERE : CAUSE_NORMAL,
		.release = elsewhere ? CAUSE_ELSEWHERE : CAUSE_NORMAL,
		.event = RD_AGENT_EV_FREE,
	};
	uint16_t agent;

	while ((agent = call->in_queue.ringing) != RD_INDEX_NONE) {
		unlink_offer(core, call, agent);
		end(core, call, agent, &e);
	}
}

/* ---- beginnings -------------------------------------------------------------------- */

static void tell_matched(struct rd_core *core, const struct rd_call *call,
			 uint16_t agent)
{
	if (core->on_offer)
		core->on_offer(core->on_offer_context, core, call, agent);
}

/* Caller data, queue and wait on the display of the phone (ACD-25). */
static void shown_name(const struct rd_core *core, const struct rd_call *call,
		       char *out, size_t size)
{
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	unsigned wait_s =
		(unsigned)(rd_ms_from_frames(core->now - call->in_queue.enter) /
			   1000);
	char wait[24] = "";

	if (cfg && cfg->show_wait)
		snprintf(wait, sizeof(wait), " %u:%02u", wait_s / 60,
			 wait_s % 60);
	snprintf(out, size, "%s%s%s%s", cfg ? cfg->title : "", wait,
		 *call->name ? " " : "", call->name);
}

void rd_offer_keep(struct rd_core *core, struct rd_call *call, uint16_t agent)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_agent *a = rd_agent_get(core, agent);

	qc->offers++;
	rd_queue_get(core, qc->queue)->last_key =
		rd_strategy_key(core, agent, qc->queue);
	a->ticket = qc->ticket;
	a->leg = RD_NONE;
	a->offered = core->now;
	a->rings = false;
	link_offer(core, call, agent);
	rd_agent_reserve(core, agent, rd_call_index(core, call), qc->queue);
}

/* Call the phone of one who is reserved. */
static void ring(struct rd_core *core, struct rd_call *call, uint16_t agent)
{
	struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	struct rd_agent *a = rd_agent_get(core, agent);
	char shown[160];
	uint8_t cause = 0;

	a->offered = core->now;
	rd_queue_log(core, RD_QLOG_OFFER, qc->queue, call, agent,
		     core->now - qc->enter, a->phone);
	shown_name(core, call, shown, sizeof(shown));
	a->leg = rd_call_ring(core, call, a->phone,
			      RD_LEG_PHONE |
				      (cfg && cfg->agent_skip ? RD_LEG_DTMF
							      : 0),
			      shown, &cause);
	if (a->leg == RD_NONE)
		fail(core, call, agent, RD_QLOG_REJECT, cause,
		     not_reached(cause));
	else if (cfg && cfg->ring_timeout_ms)
		rd_core_timer(core, RD_TIMER_AGENT, agent, RD_AGENT_TIMER_RING,
			      cfg->ring_timeout_ms);
}

static void begin(struct rd_core *core, struct rd_call *call, uint16_t agent)
{
	rd_offer_keep(core, call, agent);
	ring(core, call, agent);
}

void rd_offer_ring(struct rd_core *core, struct rd_call *call, uint16_t agent)
{
	ring(core, call, agent);
	settle(core, call);
}

/* Everybody whom ring-all takes: reserved before the first phone is called. */
static void begin_all(struct rd_core *core, struct rd_call *call,
		      const struct rd_view *view)
{
	uint16_t agent = RD_INDEX_NONE;

	while ((agent = rd_view_next(view, agent)) != RD_INDEX_NONE)
		begin(core, call, agent);
}

void rd_offer_start(struct rd_core *core, uint32_t ticket, uint16_t agent)
{
	const struct rd_ticket *t = rd_ticket_at(core, ticket);
	struct rd_call *call = rd_call_at(core, t->owner);
	struct rd_queue_call *qc = &call->in_queue;
	bool joins = t->state == RD_TICKET_RINGS;
	enum rd_strategy strategy;
	struct rd_view view;

	tell_matched(core, call, agent);
	if (!rd_view_free(core, rd_class_at(core, t->cls), &view))
		return;
	strategy = rd_strategy_of(&view);
	if (!joins) {
		qc->phase = RD_QUEUE_OFFERED;
		qc->offer = core->now;
		rd_ticket_ring(core, ticket, rd_strategy_rings_all(strategy));
		if (strategy == RD_STRATEGY_PROGRESSIVE)
			rd_call_timer(core, call, RD_QUEUE_TIMER_RING,
				      view.cfg->ring_step_ms);
	}
	if (!joins && rd_strategy_rings_all(strategy)) {
		rd_view_narrow(&view);
		begin_all(core, call, &view);
	} else {
		begin(core, call, agent);
	}
	settle(core, call);
}

void rd_offer_one_more(struct rd_core *core, struct rd_call *call)
{
	const struct rd_queue_call *qc = &call->in_queue;
	struct rd_view view;

	if (qc->phase != RD_QUEUE_OFFERED)
		return;
	if (rd_view_free(core,
			 rd_class_at(core, rd_ticket_at(core, qc->ticket)->cls),
			 &view)) {
		uint16_t agent;

		rd_view_narrow(&view);
		agent = rd_strategy_pick(&view);
		tell_matched(core, call, agent);
		begin(core, call, agent);
	}
	if (view.cfg && view.cfg->ring_step_ms)
		rd_call_timer(core, call, RD_QUEUE_TIMER_RING,
			      view.cfg->ring_step_ms);
	settle(core, call);
}

/* ---- what the phone says ------------------------------------------------------------ */

static void on_alerting(struct rd_core *core, struct rd_call *call,
			uint16_t agent)
{
	struct rd_agent *a = rd_agent_get(core, agent);
	struct rd_json *j;

	if (a->rings)
		return;
	a->rings = true;
	rd_agent_call_event(core, agent, RD_AGENT_EV_ALERTING);
	rd_agent_tell_offer(core, agent, call,
			    core->now - call->in_queue.enter);
	j = rd_event_begin(core, RD_EVENT_CALL_RINGING);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "number", rd_leg_at(core, a->leg)->number);
	rd_json_str(j, "agent", a->number);
	rd_event_end(core);
	rd_record_point(core, call, RD_RECORD_RING);
	if (call->in_queue.phase == RD_QUEUE_OFFERED)
		rd_queue_rings(core, call, true);
}

/* Was it the agent who did not take it, or something on the way to him? */
static void on_refused(struct rd_core *core, struct rd_call *call,
		       uint16_t agent, uint8_t cause)
{
	rd_agent_get(core, agent)->leg = RD_NONE;
	switch (cause) {
	case CAUSE_NO_USER:
	case CAUSE_NO_ANSWER:
		fail(core, call, agent, RD_QLOG_RING_NO_ANSWER, cause,
		     RD_AGENT_EV_MISS);
		break;
	case CAUSE_NORMAL:
	case CAUSE_BUSY:
	case CAUSE_REJECTED:
		fail(core, call, agent, RD_QLOG_REJECT, cause,
		     RD_AGENT_EV_MISS);
		break;
	default:
		fail(core, call, agent, RD_QLOG_REJECT, cause,
		     not_reached(cause));
		break;
	}
	settle(core, call);
	match_again(core, call);
}

static void on_answered(struct rd_core *core, struct rd_call *call,
			uint16_t agent)
{
	static const struct ending late = {
		.why = "elsewhere",
		.log = RD_QLOG_ELSEWHERE,
		.cause = CAUSE_ELSEWHERE,
		.release = CAUSE_ELSEWHERE,
		.event = RD_AGENT_EV_FREE,
	};
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_agent *a = rd_agent_get(core, agent);

	unlink_offer(core, call, agent);
	if (qc->phase != RD_QUEUE_OFFERED) { /* another was before him */
		end(core, call, agent, &late);
		return;
	}
	if (!a->rings) /* CONNECT without ALERTING */
		rd_agent_tell_offer(core, agent, call, core->now - qc->enter);
	rd_core_timer_stop(core, RD_TIMER_AGENT, agent, RD_AGENT_TIMER_RING);
	rd_call_timer_stop(core, call, RD_QUEUE_TIMER_RING);
	rd_ticket_ring(core, qc->ticket, false); /* nobody joins any more */
	call->peer = a->leg;
	a->leg = RD_NONE;
	qc->agent = agent;
	rd_queue_answered(core, call);
}

void rd_offer_on_leg(struct rd_core *core, struct rd_call *call,
		     const struct rd_app_event *event)
{
	uint16_t agent = rd_offer_of_leg(core, call, event->leg);

	if (agent == RD_INDEX_NONE)
		return;
	switch (event->type) {
	case RD_APP_EV_PEER_ALERTING:
		on_alerting(core, call, agent);
		break;
	case RD_APP_EV_PEER_ANSWERED:
		on_answered(core, call, agent);
		break;
	case RD_APP_EV_PEER_GONE:
		on_refused(core, call, agent, event->cause);
		break;
	default:
		break;
	}
}

void rd_offer_on_timer(struct rd_core *core, uint16_t agent)
{
	struct rd_call *call = rd_call_at(core, rd_agent_get(core, agent)->call);

	fail(core, call, agent, RD_QLOG_RING_NO_ANSWER, CAUSE_NO_ANSWER,
	     RD_AGENT_EV_MISS);
	settle(core, call);
	match_again(core, call);
}

void rd_offer_lost(struct rd_core *core, struct rd_call *call, uint8_t cause,
		   bool by_line)
{
	struct rd_queue_call *qc = &call->in_queue;
	const struct ending e = {
		.why = "refused",
		.log = RD_QLOG_REJECT,
		.cause = cause,
		.release = CAUSE_NORMAL,
		.event = by_line ? RD_AGENT_EV_NO_LINE : RD_AGENT_EV_MISS,
		.backoff = by_line ? RD_BACKOFF_NOT_REACHED : RD_BACKOFF_REJECT,
	};
	const struct rd_cfg_queue *cfg = rd_queue_config(core, qc->queue);
	uint16_t agent = qc->agent;

	qc->phase = RD_QUEUE_OFFERED;
	end(core, call, agent, &e);
	settle(core, call);
	if (qc->phase == RD_QUEUE_OFFERED)
		rd_ticket_ring(core, qc->ticket,
			       cfg && rd_strategy_rings_all(cfg->strategy));
	rd_match_ticket(core, qc->ticket);
}

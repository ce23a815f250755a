// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a call: through its applications, and out. How it comes in:
 * arrive.c.
 *
 * Invariants: an active call has a caller, who is on a leg of that call; a
 * call that has ended is on the list of this event and nowhere else.
 */
#include "daemon/call/call.h"

#include <string.h>

#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"
#include "lib/dsp/tone.h"

#define CAUSE_NORMAL	16
#define CAUSE_BUSY	17
#define CAUSE_TEMPORARY 41
#define CAUSE_TIMER	102
#define APPS_AN_EVENT	16 /* started; more is a circle */
#define BUSY_TONE_MS	20000u

struct rd_call *rd_call_at(const struct rd_core *core, uint32_t index)
{
	return rd_pool_at(core->state, &core->state->calls, index);
}

uint32_t rd_call_index(const struct rd_core *core, const struct rd_call *call)
{
	return (uint32_t)(call - rd_call_at(core, 0));
}

struct rd_call *rd_call_by_id(const struct rd_core *core, uint64_t id)
{
	const struct rd_pool *pool = &core->state->calls;

	for (uint32_t i = 0; i < pool->cap; i++)
		if (rd_pool_has(core->state, pool, i) &&
		    rd_call_at(core, i)->id == id &&
		    rd_call_at(core, i)->state != RD_CALL_ENDED)
			return rd_call_at(core, i);
	return NULL;
}

/* ---- applications ----------------------------------------------------------------- */

static void stop_app(struct rd_core *core, struct rd_call *call)
{
	enum rd_app app = call->app;

	for (uint16_t i = 0; i < RD_CALL_TIMERS; i++)
		rd_call_timer_stop(core, call, i);
	rd_core_timer_stop(core, RD_TIMER_CALL, rd_call_index(core, call),
			   RD_CALL_TIMER_LOOKUP);
	call->request = 0;
	call->deferred = 0;
	if (app == RD_APP_NONE)
		return;
	call->app = RD_APP_NONE; /* it stops once, whatever it does */
	core->apps[app]->stop(core, call);
}

static void tell_app(struct rd_core *core, const struct rd_call *call,
		     enum rd_app app, const struct rd_app_arg *arg)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	struct rd_json *j = rd_event_begin(core, RD_EVENT_CALL_APP);
	const char *name = arg->number;

	if (app == RD_APP_IVR && arg->tree < config->ntrees &&
	    config->tree_texts)
		name = config->tree_texts[arg->tree].name;
	else if (app == RD_APP_QUEUE && arg->queue != RD_INDEX_NONE)
		name = rd_queue_get(core, arg->queue)->name;
	else if (app == RD_APP_DIAL && arg->agent != RD_INDEX_NONE)
		name = rd_agent_get(core, arg->agent)->number;
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "app", core->apps[app]->name);
	rd_json_str(j, "name", name);
	rd_event_end(core);
}

void rd_call_run(struct rd_core *core, struct rd_call *call, enum rd_app app,
		 const struct rd_app_arg *wanted)
{
	struct rd_app_arg arg = *wanted; /* may lie in what is now cleared */

	if (call->state != RD_CALL_ACTIVE)
		return;
	if (call->starts_seq != core->seq) {
		call->starts_seq = core->seq;
		call->starts = 0;
	}
	if (++call->starts > APPS_AN_EVENT) {
		rd_call_note(core, call, "applications go in a circle");
		rd_call_end(core, call, CAUSE_TEMPORARY, RD_BY_SYSTEM);
		return;
	}
	stop_app(core, call);
	memset(&call->in_queue, 0, sizeof(call->in_queue));
	memset(&call->dial, 0, sizeof(call->dial));
	call->app = (uint8_t)app;
	call->app_play = core->state->next_play;
	tell_app(core, call, app, &arg);
	core->apps[app]->start(core, call, &arg);
}

void rd_call_go_on(struct rd_core *core, struct rd_call *call, uint16_t tree,
		   uint16_t node, uint8_t cause, enum rd_released_by by)
{
	struct rd_app_arg arg = RD_APP_ARG_NONE;

	if ((tree == RD_INDEX_NONE || node == RD_INDEX_NONE) &&
	    call->state == RD_CALL_ACTIVE && rd_call_back_to_queue(core, call))
		return;
	if (tree == RD_INDEX_NONE || node == RD_INDEX_NONE) {
		rd_call_end(core, call, cause, by);
		return;
	}
	arg.tree = tree;
	arg.node = node;
	rd_call_run(core, call, RD_APP_IVR, &arg);
}

static void app_event(struct rd_core *core, struct rd_call *call,
		      const struct rd_app_event *event)
{
	if (call->state == RD_CALL_ACTIVE && call->app != RD_APP_NONE)
		core->apps[call->app]->event(core, call, event);
}

void rd_call_defer(struct rd_core *core, struct rd_call *call,
		   enum rd_app_event_type type, uint8_t cause)
{
	struct rd_state *s = core->state;

	if (type == RD_APP_EV_PEER_GONE)
		call->deferred_cause = cause;
	call->deferred |= (uint16_t)(1u << type);
	if (call->in_deferred)
		return;
	call->in_deferred = true;
	call->next_deferred = s->first_deferred;
	s->first_deferred = rd_call_index(core, call);
}

static void deliver_deferred(struct rd_core *core, struct rd_call *call)
{
	uint16_t bits = call->deferred;

	call->deferred = 0;
	for (int type = 0; bits; type++, bits >>= 1) {
		struct rd_app_event event = {
			.type = type,
			.cause = call->deferred_cause,
		};
		enum rd_app app = call->app;

		if (!(bits & 1))
			continue;
		app_event(core, call, &event);
		if (call->app != app || call->state != RD_CALL_ACTIVE)
			return; /* the rest was for an application before */
	}
}

void rd_calls_settle(struct rd_core *core)
{
	struct rd_state *s = core->state;
	struct rd_call *call;

	while (s->first_deferred != RD_NONE) {
		call = rd_call_at(core, s->first_deferred);
		s->first_deferred = call->next_deferred;
		call->in_deferred = false;
		deliver_deferred(core, call);
	}
	while (s->first_ended != RD_NONE) {
		uint32_t index = s->first_ended;

		s->first_ended = rd_call_at(core, index)->next_ended;
		rd_timer_stop_all(s, &s->timers, RD_TIMER_CALL, index);
		rd_pool_give(s, &s->calls, index);
	}
}

/* ---- out -------------------------------------------------------------------------- */

void rd_call_tell_ended(struct rd_core *core, const struct rd_call *call)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_CALL_ENDED);

	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "result", rd_call_result_name(call->result));
	rd_json_int(j, "cause", call->cause);
	rd_json_str(j, "by", rd_released_by_name(call->released_by));
	rd_json_int(j, "wait_ms",
		    (int64_t)rd_ms_from_frames(call->wait_frames));
	rd_json_int(j, "talk_ms",
		    (int64_t)rd_ms_from_frames(call->talk_frames));
	rd_json_int(j, "duration_ms",
		    (int64_t)rd_ms_from_frames(call->ended - call->setup));
	if (call->agent != RD_INDEX_NONE)
		rd_json_str(j, "agent",
			    rd_agent_get(core, call->agent)->number);
	if (call->queue != RD_INDEX_NONE)
		rd_json_str(j, "queue", rd_queue_get(core, call->queue)->name);
	if (call->rating >= 0)
		rd_json_int(j, "rating", call->rating);
	if (call->recording_id)
		rd_json_int(j, "recording", (int64_t)call->recording_id);
	rd_event_end(core);
}

/* Busy and congestion as sound, where the span says so (TRK-10). */
static bool wants_tone(const struct rd_core *core, const struct rd_call *call,
		       uint8_t cause, enum rd_released_by by)
{
	const struct rd_leg *leg;

	if (call->caller == RD_NONE || by != RD_BY_SYSTEM ||
	    cause == CAUSE_NORMAL ||
	    !rd_span_at(core, call->span)->inband_progress)
		return false;
	leg = rd_leg_at(core, call->caller);
	return leg->state == RD_LEG_OFFERED || leg->state == RD_LEG_EARLY;
}

static void stop_all(struct rd_core *core, struct rd_call *call)
{
	stop_app(core, call);
	rd_call_drop_peer(core, call, CAUSE_NORMAL);
}

void rd_call_end(struct rd_core *core, struct rd_call *call, uint8_t cause,
		 enum rd_released_by by)
{
	struct rd_state *s = core->state;
	bool tone = call->state == RD_CALL_ACTIVE &&
		    wants_tone(core, call, cause, by);
	uint16_t own;

	if (call->state == RD_CALL_ENDED)
		return;
	if (call->state == RD_CALL_ACTIVE) {
		call->cause = cause;
		call->released_by = (uint8_t)by;
	}
	if (tone) {
		call->state = RD_CALL_REFUSED;
		stop_all(core, call);
		rd_call_tone(core, call,
			     cause == CAUSE_BUSY ? RD_TONE_BUSY
						 : RD_TONE_CONGESTION);
		rd_core_timer(core, RD_TIMER_CALL, rd_call_index(core, call),
			      RD_CALL_TIMER_BUSY, BUSY_TONE_MS);
		return;
	}
	call->state = RD_CALL_ENDED;
	call->ended = core->now;
	stop_all(core, call);
	rd_record_end(core, call);
	if (call->caller != RD_NONE)
		rd_leg_do(core, rd_leg_at(core, call->caller),
			  RD_LEG_DO_RELEASE, call->cause);
	call->caller = RD_NONE;
	own = call->phone_agent;
	call->phone_agent = RD_INDEX_NONE;
	if (own != RD_INDEX_NONE)
		rd_agent_direct(core, own, -1);
	if (call->rating_asked && call->rating < 0)
		rd_call_no_rating(core, call);
	rd_cdr_call(core, call);
	rd_call_tell_ended(core, call);
	call->next_ended = s->first_ended;
	s->first_ended = rd_call_index(core, call);
}

void rd_call_release(struct rd_core *core, struct rd_call *call, uint8_t cause)
{
	rd_call_end(core, call, cause, RD_BY_SYSTEM);
}

/* ---- legs ------------------------------------------------------------------------- */

static void peer_gone(struct rd_core *core, struct rd_call *call, uint8_t cause,
		      enum rd_released_by by)
{
	struct rd_app_event event = {
		.type = RD_APP_EV_PEER_GONE,
		.cause = cause,
		.leg = call->peer,
	};

	call->peer = RD_NONE;
	call->peer_by = (uint8_t)by;
	rd_call_unbridge(core, call);
	app_event(core, call, &event);
}

void rd_call_on_leg(struct rd_core *core, struct rd_call *call,
		    struct rd_leg *leg, enum rd_leg_news news, uint8_t cause,
		    enum rd_released_by by)
{
	uint32_t index = rd_leg_index(core, leg);
	struct rd_app_event event = { .cause = cause, .leg = index };

	if (call->outgoing && index == call->caller && news != RD_LEG_IS_GONE) {
		rd_call_on_customer(core, call, leg, news);
		return;
	}
	switch (news) {
	case RD_LEG_IS_ALERTING:
		event.type = RD_APP_EV_PEER_ALERTING;
		app_event(core, call, &event);
		break;
	case RD_LEG_IS_CONNECTED:
		event.type = RD_APP_EV_PEER_ANSWERED;
		app_event(core, call, &event);
		break;
	case RD_LEG_HAS_SOUND:
		event.type = RD_APP_EV_PEER_SOUND;
		app_event(core, call, &event);
		break;
	case RD_LEG_IS_GONE:
		if (index == call->peer) {
			peer_gone(core, call, cause, by);
		} else if (index == call->caller) {
			call->caller = RD_NONE;
			rd_call_end(core, call, cause, by);
		} else { /* one of several that ring */
			event.type = RD_APP_EV_PEER_GONE;
			app_event(core, call, &event);
		}
		break;
	}
}

/* ---- events ------------------------------------------------------------------------ */

static struct rd_call *call_of_leg(const struct rd_core *core,
				   const struct rd_leg *leg)
{
	return leg && leg->call != RD_NONE ? rd_call_at(core, leg->call) : NULL;
}

void rd_call_on_digit(struct rd_core *core, const struct rd_ev_digit *digit)
{
	struct rd_leg *leg = rd_leg_on_line(core, digit->msg.line);
	struct rd_call *call = call_of_leg(core, leg);
	struct rd_app_event event = {
		.type = RD_APP_EV_DIGIT,
		.digit = digit->digit,
	};

	if (call && call->peer == rd_leg_index(core, leg))
		event.type = RD_APP_EV_PEER_DIGIT;
	if (call && (call->caller == rd_leg_index(core, leg) ||
		     event.type == RD_APP_EV_PEER_DIGIT))
		app_event(core, call, &event);
	else
		core->state->counts.late++;
}

void rd_call_on_play_done(struct rd_core *core,
			  const struct rd_ev_play_done *done)
{
	struct rd_call *call =
		call_of_leg(core, rd_leg_on_line(core, done->msg.line));
	struct rd_app_event event = {
		.type = RD_APP_EV_PLAY_DONE,
		.play = done->play,
		.reason = done->reason,
		.item = done->item,
		.offset_frames = done->offset_frames,
	};

	if (!call || (int32_t)(done->play - call->app_play) < 0 ||
	    (int32_t)(done->play - core->state->next_play) >= 0) {
		core->state->counts.late++;
		return;
	}
	if (call->play == done->play)
		call->play = 0;
	app_event(core, call, &event);
}

/* Are there that many NUL-terminated strings? */
static bool has_strings(const struct rd_ev_lookup *answer)
{
	const char *p = answer->data;
	const char *end = (const char *)answer + answer->msg.len;
	uint32_t n = 2u * answer->pairs;

	while (n && p < end) {
		p = memchr(p, '\0', (size_t)(end - p));
		if (!p)
			return false;
		p++;
		n--;
	}
	return !n;
}

void rd_call_on_lookup(struct rd_core *core, const struct rd_ev_lookup *answer)
{
	uint32_t index = answer->request & 0xffff;
	bool whole = has_strings(answer);
	struct rd_app_event event = {
		.type = RD_APP_EV_LOOKUP,
		.request = answer->request,
		.status = whole ? answer->status : RD_LOOKUP_DOWN,
		.pairs = whole ? answer->pairs : 0,
		.data = answer->data,
	};
	struct rd_call *call;

	if (!whole)
		core->state->counts.malformed++;
	if (!rd_pool_has(core->state, &core->state->calls, index) ||
	    rd_call_at(core, index)->request != answer->request) {
		core->state->counts.late++; /* after its time */
		return;
	}
	call = rd_call_at(core, index);
	call->request = 0;
	rd_core_timer_stop(core, RD_TIMER_CALL, index, RD_CALL_TIMER_LOOKUP);
	app_event(core, call, &event);
}

void rd_call_on_sound(struct rd_core *core, struct rd_call *call, uint32_t slot,
		      uint32_t frames)
{
	struct rd_app_event event = {
		.type = RD_APP_EV_SOUND,
		.request = slot,
		.status = frames ? RD_LOOKUP_FOUND : RD_LOOKUP_DOWN,
	};

	app_event(core, call, &event);
}

void rd_call_on_timer(struct rd_core *core, uint32_t index, uint32_t which)
{
	struct rd_call *call = rd_call_at(core, index);
	struct rd_app_event event = {
		.type = RD_APP_EV_TIMER,
		.timer = (uint16_t)which,
	};

	switch (which) {
	case RD_CALL_TIMER_LIMIT:
		rd_call_note(core, call, "longest time of a call is over");
		rd_call_end(core, call, CAUSE_TIMER, RD_BY_SYSTEM);
		break;
	case RD_CALL_TIMER_BUSY:
		rd_call_end(core, call, CAUSE_NORMAL, RD_BY_SYSTEM);
		break;
	case RD_CALL_TIMER_LOOKUP:
		event.type = RD_APP_EV_LOOKUP;
		event.request = call->request;
		event.status = RD_LOOKUP_DOWN;
		call->request = 0;
		app_event(core, call, &event);
		break;
	default:
		app_event(core, call, &event);
		break;
	}
}

/* ---- restarts, configurations -------------------------------------------------------- */

void rd_calls_restart(struct rd_core *core)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->calls.cap; i++)
		if (rd_pool_has(s, &s->calls, i))
			rd_call_end(core, rd_call_at(core, i), CAUSE_TEMPORARY,
				    RD_BY_RESTART);
	for (uint32_t i = 0; i < s->legs.cap; i++)
		if (rd_pool_has(s, &s->legs, i))
			rd_leg_do(core, rd_leg_at(core, i), RD_LEG_LOST,
				  CAUSE_TEMPORARY);
}

void rd_calls_configure(struct rd_core *core, uint32_t oldest)
{
	struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->calls.cap; i++) {
		struct rd_call *call = rd_call_at(core, i);

		if (!rd_pool_has(s, &s->calls, i) || call->generation >= oldest)
			continue;
		/* its tree and prompts are about to go */
		if (call->app == RD_APP_IVR)
			rd_call_end(core, call, CAUSE_TEMPORARY, RD_BY_SYSTEM);
		call->generation = s->generation;
	}
}

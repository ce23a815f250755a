// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The life of a call: in, through its applications, out.
 *
 *	SETUP -> blacklist -> route -> room -> PROCEEDING -> application ...
 *	            |           |        |
 *	          17 ...        1      42, 44     refused, with a record
 *
 * A caller is refused before anything is taken for him: no leg, no call, only
 * HANGUP to the edge and the row.
 *
 * Invariants: an active call has a caller, who is on a leg of that call; a
 * call that has ended is on the list of this event and nowhere else.
 */
#include "daemon/call/call.h"

#include <string.h>

#include "daemon/call/route.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"
#include "lib/dsp/tone.h"

#define CAUSE_UNALLOCATED  1
#define CAUSE_NORMAL	   16
#define CAUSE_BUSY	   17
#define CAUSE_NO_CIRCUIT   34
#define CAUSE_TEMPORARY	   41
#define CAUSE_CONGESTION   42
#define CAUSE_NOT_AVAIL	   44
#define CAUSE_NO_CHANNEL   82
#define CAUSE_TIMER	   102
#define APPS_AN_EVENT	   16	   /* started; more is a circle */
#define CALL_MAX_MS	   14400000u /* if the configuration sets none: 4 h */
#define BUSY_TONE_MS	   20000u

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

/* ---- in ---------------------------------------------------------------------- */

static void tell_new(struct rd_core *core, const struct rd_call *call)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_CALL_NEW);

	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "ani", call->ani);
	rd_json_bool(j, "withheld", call->withheld);
	rd_json_str(j, "name", call->name);
	rd_json_str(j, "dnis", call->dnis);
	rd_json_str(j, "span", rd_span_at(core, call->span)->name);
	if (rd_line_slot(call->line))
		rd_json_int(j, "channel", rd_line_slot(call->line));
	rd_event_end(core);
}

static void tell_ended(struct rd_core *core, const struct rd_call *call)
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

static const struct rd_cfg_span *span_config(const struct rd_core *core,
					     const struct rd_span *span)
{
	return span->config < core->config->nspans ?
		       &core->config->spans[span->config] :
		       NULL;
}

/* What a SETUP says, before it is decided what becomes of it. */
static void read_setup(struct rd_core *core, const struct rd_isdn *setup,
		       struct rd_call *call)
{
	uint32_t index = rd_span_of_line(core, setup->msg.line);
	const struct rd_span *span = rd_span_at(core, index);
	const struct rd_cfg_span *cfg = span_config(core, span);
	unsigned presentation = setup->calling_pres >> 5 & 3;
	char digits[RD_NUMBER_LEN];

	call->id = rd_core_next_id(core);
	call->generation = core->state->generation;
	call->caller = RD_NONE;
	call->peer = RD_NONE;
	call->recording = RD_NONE;
	call->next_ended = RD_NONE;
	call->next_deferred = RD_NONE;
	call->line = setup->msg.line;
	call->span = (uint16_t)index;
	call->queue = RD_INDEX_NONE;
	call->agent = RD_INDEX_NONE;
	call->phone_agent = RD_INDEX_NONE;
	call->rating = -1;
	call->language = core->config->language;
	call->setup = core->now;
	call->withheld = presentation == 1;
	rd_text_copy(digits, sizeof(digits), setup->calling);
	if (!call->withheld && cfg)
		rd_route_normalise(cfg, setup->calling_ton, digits, call->ani,
				   sizeof(call->ani));
	rd_text_copy(call->dnis, sizeof(call->dnis), setup->called);
	if (!call->withheld)
		rd_text_copy(call->name, sizeof(call->name), setup->name);
}

static void tell_blocked(struct rd_core *core, const struct rd_call *call,
			 const struct rd_block *block)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_CALL_BLOCKED);

	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "ani", call->ani);
	rd_json_str(j, "pattern", block->number);
	rd_json_str(j, "reason", block->reason);
	rd_json_int(j, "cause", block->cause);
	rd_event_end(core);
}

/*
 * The edge says that this channel carries a new call: what core believed to be
 * there is not.
 */
static void clear_channel(struct rd_core *core, uint32_t line)
{
	struct rd_leg *leg = rd_leg_on_line(core, line);
	struct rd_json *j;

	if (!leg)
		return;
	if (leg->state != RD_LEG_SETUP) {
		rd_leg_do(core, leg, RD_LEG_LOST, CAUSE_TEMPORARY);
		return;
	}
	rd_leg_do(core, leg, RD_LEG_GLARE, 0);
	j = rd_event_begin(core, RD_EVENT_SPAN_GLARE);
	rd_json_str(j, "span",
		    rd_span_at(core, rd_span_of_line(core, line))->name);
	rd_json_int(j, "channel", rd_line_slot(line));
	rd_event_end(core);
}

/* Start what the route says. */
static void start_route(struct rd_core *core, struct rd_call *call,
			const struct rd_cfg_route *route)
{
	struct rd_app_arg arg = RD_APP_ARG_NONE;

	rd_leg_do(core, rd_leg_at(core, call->caller), RD_LEG_DO_ACCEPT, 0);
	rd_record_point(core, call, RD_RECORD_ENTRY);
	if (route->queue != RD_INDEX_NONE) {
		arg.queue = rd_call_queue_place(core, call, route->queue);
		rd_call_run(core, call, RD_APP_QUEUE, &arg);
	} else if (route->agent != RD_INDEX_NONE) {
		arg.agent = rd_call_agent_place(core, call, route->agent);
		rd_call_run(core, call, RD_APP_DIAL, &arg);
	} else {
		arg.tree = route->tree;
		arg.node = 0;
		rd_call_run(core, call, RD_APP_IVR, &arg);
	}
}

/* Take a leg and a place; NULL: there is no room. */
static struct rd_call *take_call(struct rd_core *core,
				 const struct rd_isdn *setup,
				 const struct rd_call *draft)
{
	struct rd_state *s = core->state;
	uint32_t limit = core->config->limits.call_max_ms;
	struct rd_leg *leg;
	struct rd_call *call;
	uint32_t index = rd_pool_take(s, &s->calls);
	struct rd_slot slot;

	if (index == RD_NONE)
		return NULL;
	leg = rd_leg_new_incoming(core, setup, setup->msg.line);
	if (!leg) {
		rd_pool_give(s, &s->calls, index);
		return NULL;
	}
	call = rd_call_at(core, index);
	slot = call->slot;
	*call = *draft;
	call->slot = slot;
	call->caller = rd_leg_index(core, leg);
	leg->call = index;
	memcpy(leg->number, call->ani, sizeof(leg->number));
	memcpy(leg->shown, call->dnis, sizeof(leg->shown));
	memcpy(leg->name, call->name, sizeof(leg->name));
	if (call->withheld)
		leg->flags |= RD_LEG_WITHHELD;
	rd_core_timer(core, RD_TIMER_CALL, index, RD_CALL_TIMER_LIMIT,
		      limit ? limit : CALL_MAX_MS);
	return call;
}

/* Why a caller cannot come in on this channel, 0 if he can. */
static uint8_t line_cause(const struct rd_core *core, uint32_t line)
{
	const struct rd_span *span =
		rd_span_at(core, rd_span_of_line(core, line));
	unsigned slot = rd_line_slot(line);

	if (!slot)
		return CAUSE_NO_CIRCUIT;
	if (span->chan[slot].state == RD_CHAN_ABSENT)
		return CAUSE_NO_CHANNEL;
	return span->blocked || span->chan[slot].blocked ? CAUSE_NOT_AVAIL : 0;
}

/*
 * Refuse a caller. Nothing is taken for him, unless his span wants to hear busy
 * as a tone.
 */
static void refuse(struct rd_core *core, const struct rd_isdn *setup,
		   struct rd_call *draft, uint8_t cause,
		   enum rd_call_result result)
{
	struct rd_isdn hangup = {
		.msg = { .type = RD_MSG_ISDN_OUT,
			 .len = sizeof(hangup),
			 .line = setup->msg.line,
			 .frame = core->now },
		.ref = setup->ref,
		.op = RD_ISDN_HANGUP,
		.cause = cause,
	};
	struct rd_call *call = NULL;

	core->state->counts.refused++;
	draft->result = (uint8_t)result;
	if (rd_span_at(core, draft->span)->inband_progress &&
	    !line_cause(core, setup->msg.line))
		call = take_call(core, setup, draft);
	if (call) {
		rd_leg_do(core, rd_leg_at(core, call->caller),
			  RD_LEG_DO_ACCEPT, 0);
		rd_call_end(core, call, cause, RD_BY_SYSTEM);
		return;
	}
	rd_emit(core, &hangup.msg);
	draft->ended = core->now;
	draft->cause = cause;
	draft->released_by = RD_BY_SYSTEM;
	rd_cdr_call(core, draft);
	tell_ended(core, draft);
}

/* An agent who calls from his phone is on a call (ACD-12). */
static void note_phone(struct rd_core *core, struct rd_call *call)
{
	struct rd_leg *leg = rd_leg_at(core, call->caller);

	if (!rd_span_at(core, call->span)->phones)
		return;
	leg->flags |= RD_LEG_PHONE;
	call->phone_agent = rd_agent_at_phone(core, call->ani);
	if (call->phone_agent != RD_INDEX_NONE)
		rd_agent_direct(core, call->phone_agent, 1);
}

void rd_call_incoming(struct rd_core *core, const struct rd_isdn *setup)
{
	struct rd_state *s = core->state;
	const struct rd_config *config = core->config;
	struct rd_call draft, *call;
	const struct rd_cfg_route *route;
	struct rd_block *block;
	uint16_t group;
	uint8_t cause;
	bool overlap;

	memset(&draft, 0, sizeof(draft));
	rd_chan_claim(core, setup->msg.line, true);
	clear_channel(core, setup->msg.line);
	rd_chan_claim(core, setup->msg.line, false);
	s->counts.calls++;
	read_setup(core, setup, &draft);
	tell_new(core, &draft);
	block = rd_blacklist_find(core, draft.ani);
	if (block) {
		s->counts.blocked++;
		tell_blocked(core, &draft, block);
		refuse(core, setup, &draft, block->cause, RD_RESULT_BLOCKED);
		return;
	}
	group = rd_span_at(core, draft.span)->group;
	route = rd_route_in(config, draft.dnis, group);
	overlap = !route && !(setup->flags & RD_ISDN_COMPLETE) &&
		  rd_route_may_grow(config, draft.dnis, group);
	cause = s->stopping ? CAUSE_CONGESTION :
			      line_cause(core, setup->msg.line);
	if (cause) {
		refuse(core, setup, &draft, cause, RD_RESULT_REFUSED);
		return;
	}
	if (!route && !overlap) {
		s->counts.no_route++;
		refuse(core, setup, &draft, CAUSE_UNALLOCATED,
		       RD_RESULT_REFUSED);
		return;
	}
	call = take_call(core, setup, &draft);
	if (!call) {
		s->counts.no_room++;
		refuse(core, setup, &draft, CAUSE_CONGESTION,
		       RD_RESULT_REFUSED);
		return;
	}
	note_phone(core, call);
	if (route)
		start_route(core, call, route);
	else
		rd_leg_do(core, rd_leg_at(core, call->caller),
			  RD_LEG_DO_OVERLAP, 0);
}

void rd_call_more_digits(struct rd_core *core, struct rd_call *call,
			 const char *digits, bool last)
{
	const struct rd_config *config =
		rd_core_config(core, call->generation);
	uint16_t group = rd_span_at(core, call->span)->group;
	const struct rd_cfg_route *route;

	rd_text_copy(call->dnis, sizeof(call->dnis), digits);
	route = rd_route_in(config, call->dnis, group);
	if (route) {
		start_route(core, call, route);
	} else if (last || !rd_route_may_grow(config, call->dnis, group)) {
		core->state->counts.no_route++;
		call->result = RD_RESULT_REFUSED;
		rd_call_end(core, call, CAUSE_UNALLOCATED, RD_BY_SYSTEM);
	}
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
	const struct rd_config *config =
		rd_core_config(core, call->generation);
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
	call->deferred |= (uint8_t)(1u << type);
	if (call->in_deferred)
		return;
	call->in_deferred = true;
	call->next_deferred = s->first_deferred;
	s->first_deferred = rd_call_index(core, call);
}

static void deliver_deferred(struct rd_core *core, struct rd_call *call)
{
	uint8_t bits = call->deferred;

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
			     cause == CAUSE_BUSY ? RD_TONE_BUSY :
						   RD_TONE_CONGESTION);
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
	tell_ended(core, call);
	call->next_ended = s->first_ended;
	s->first_ended = rd_call_index(core, call);
}

void rd_call_release(struct rd_core *core, struct rd_call *call, uint8_t cause)
{
	rd_call_end(core, call, cause, RD_BY_SYSTEM);
}

/* ---- legs ------------------------------------------------------------------------- */

static void peer_gone(struct rd_core *core, struct rd_call *call,
		      uint8_t cause, enum rd_released_by by)
{
	struct rd_app_event event = {
		.type = RD_APP_EV_PEER_GONE,
		.cause = cause,
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
	struct rd_app_event event = { .cause = cause };
	uint32_t index = rd_leg_index(core, leg);

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
		}
		break;
	}
}

/* ---- events ------------------------------------------------------------------------ */

static struct rd_call *call_of_leg(const struct rd_core *core,
				   const struct rd_leg *leg)
{
	return leg && leg->call != RD_NONE ? rd_call_at(core, leg->call) :
					     NULL;
}

void rd_call_on_digit(struct rd_core *core, const struct rd_ev_digit *digit)
{
	struct rd_leg *leg = rd_leg_on_line(core, digit->msg.line);
	struct rd_call *call = call_of_leg(core, leg);
	struct rd_app_event event = {
		.type = RD_APP_EV_DIGIT,
		.digit = digit->digit,
	};

	if (call && call->caller == rd_leg_index(core, leg))
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

		if (!rd_pool_has(s, &s->calls, i) ||
		    call->generation >= oldest)
			continue;
		/* its tree and prompts are about to go */
		if (call->app == RD_APP_IVR)
			rd_call_end(core, call, CAUSE_TEMPORARY, RD_BY_SYSTEM);
		call->generation = s->generation;
	}
}

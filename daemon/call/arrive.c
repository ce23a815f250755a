// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callers arrive.
 *
 *	SETUP -> blacklist -> channel -> route -> room -> PROCEEDING, application
 *	            |            |         |        |
 *	          17 ...     34, 44, 82    1        42    refused, with a record
 *
 * A caller is refused before anything is taken for him: no leg, no call, only
 * HANGUP to the edge and the row; unless his span wants to hear busy as a tone.
 */
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/call/route.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

#define CAUSE_UNALLOCATED 1
#define CAUSE_NO_CIRCUIT  34
#define CAUSE_TEMPORARY	  41
#define CAUSE_CONGESTION  42
#define CAUSE_NOT_AVAIL	  44
#define CAUSE_NO_CHANNEL  82
#define CALL_MAX_MS	  14400000u /* if the configuration sets none: 4 h */

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

static const struct rd_cfg_span *span_config(const struct rd_core *core,
					     const struct rd_span *span)
{
	return span->config < core->config->nspans
		       ? &core->config->spans[span->config]
		       : NULL;
}

void rd_call_fresh(struct rd_core *core, struct rd_call *call)
{
	call->id = rd_core_next_id(core);
	call->generation = core->state->generation;
	call->caller = RD_NONE;
	call->peer = RD_NONE;
	call->recording = RD_NONE;
	call->next_ended = RD_NONE;
	call->next_deferred = RD_NONE;
	call->queue = RD_INDEX_NONE;
	call->agent = RD_INDEX_NONE;
	call->phone_agent = RD_INDEX_NONE;
	call->back_agent = RD_INDEX_NONE;
	call->back_queue = RD_INDEX_NONE;
	call->rating = -1;
	call->language = core->config->language;
	call->setup = core->now;
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

	rd_call_fresh(core, call);
	call->line = setup->msg.line;
	call->span = (uint16_t)index;
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
	return rd_chan_is_barred(span, slot) ? CAUSE_NOT_AVAIL : 0;
}

/* The record of a caller for whom nothing was taken. */
static void close_draft(struct rd_core *core, struct rd_call *draft,
			uint8_t cause)
{
	draft->ended = core->now;
	draft->cause = cause;
	draft->released_by = RD_BY_SYSTEM;
	rd_cdr_call(core, draft);
	rd_call_tell_ended(core, draft);
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
		rd_leg_do(core, rd_leg_at(core, call->caller), RD_LEG_DO_ACCEPT,
			  0);
		rd_call_end(core, call, cause, RD_BY_SYSTEM);
		return;
	}
	rd_emit(core, &hangup.msg);
	close_draft(core, draft, cause);
}

void rd_call_rejected(struct rd_core *core, const struct rd_isdn *setup)
{
	struct rd_call draft;

	memset(&draft, 0, sizeof(draft));
	core->state->counts.calls++;
	core->state->counts.refused++;
	read_setup(core, setup, &draft);
	tell_new(core, &draft);
	draft.result = RD_RESULT_REFUSED;
	close_draft(core, &draft, setup->cause);
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
	cause = s->stopping ? CAUSE_CONGESTION
			    : line_cause(core, setup->msg.line);
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
	const struct rd_config *config = rd_core_config(core, call->generation);
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

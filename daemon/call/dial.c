// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The dial application: calls a number, or an agent at his phone, and joins the
 * two.
 *
 *	dial -> alerting: ringback tone  -> answered: bridge -> gone: go on
 *	     -> sound (TRK-28): bridge, the caller hears the far end itself
 *	     -> busy, no answer, failed: back to the tree that sent the call
 *
 * The caller is answered when his party answers, not before. An agent's phone
 * is dialled only if he is on no call and has no offer (ACD-12); while it rings
 * and talks it counts as a direct call of his.
 */
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"
#include "lib/dsp/tone.h"

#define RING_DEFAULT_MS 60000u
#define TIMER_RING	0

#define CAUSE_NORMAL	16
#define CAUSE_BUSY	17
#define CAUSE_NO_ANSWER 19
#define CAUSE_ABSENT	20 /* subscriber absent: not signed in */

static void finish(struct rd_core *core, struct rd_call *call, uint8_t cause,
		   bool talked)
{
	struct rd_app_arg arg = call->dial.arg;
	enum rd_released_by by = RD_BY_SYSTEM;
	uint16_t node;

	if (talked) {
		node = arg.wants_return ? arg.node : RD_INDEX_NONE;
		by = call->peer_by;
	} else {
		node = cause == CAUSE_BUSY ? arg.node_busy
		       : cause == CAUSE_NO_ANSWER || cause == 18
			       ? arg.node_noanswer
			       : arg.node_failed;
		if (node == RD_INDEX_NONE && arg.wants_return)
			node = arg.node;
	}
	rd_call_go_on(core, call, arg.tree, node, cause, by);
}

static void dial_start(struct rd_core *core, struct rd_call *call,
		       const struct rd_app_arg *arg)
{
	struct rd_dial_call *d = &call->dial;
	const char *number = arg->number;
	const struct rd_agent *agent;
	uint8_t cause;

	memcpy(&d->arg, arg, sizeof(d->arg));
	d->agent = RD_INDEX_NONE;
	if (arg->agent != RD_INDEX_NONE) {
		agent = rd_agent_get(core, arg->agent);
		number = agent->phone;
		if (agent->state == RD_AGENT_OUT ||
		    !rd_agent_may_be_dialled(agent)) {
			rd_call_defer(core, call, RD_APP_EV_PEER_GONE,
				      agent->state == RD_AGENT_OUT
					      ? CAUSE_ABSENT
					      : CAUSE_BUSY);
			return;
		}
		d->agent = arg->agent;
		call->agent = arg->agent;
		rd_agent_direct(core, d->agent, 1);
	}
	cause = rd_call_dial_peer(core, call, number, d->agent != RD_INDEX_NONE,
				  call->name);
	if (cause) {
		rd_call_defer(core, call, RD_APP_EV_PEER_GONE, cause);
		return;
	}
	rd_call_timer(core, call, TIMER_RING,
		      arg->timeout_ms ? arg->timeout_ms : RING_DEFAULT_MS);
}

static void on_alerting(struct rd_core *core, struct rd_call *call)
{
	const struct rd_leg *peer = rd_leg_at(core, call->peer);
	struct rd_dial_call *d = &call->dial;
	struct rd_json *j;

	if (d->agent != RD_INDEX_NONE && !d->alerted)
		rd_agent_tell_offer(core, d->agent, call, 0);
	d->alerted = true;
	j = rd_event_begin(core, RD_EVENT_CALL_RINGING);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "number", peer->number);
	if (d->agent != RD_INDEX_NONE)
		rd_json_str(j, "agent", rd_agent_get(core, d->agent)->number);
	rd_event_end(core);
	rd_record_point(core, call, RD_RECORD_RING);
	if (!call->bridged_now)
		d->play = rd_call_tone(core, call, RD_TONE_RINGBACK);
}

static void on_answered(struct rd_core *core, struct rd_call *call)
{
	const struct rd_leg *peer = rd_leg_at(core, call->peer);
	struct rd_dial_call *d = &call->dial;
	struct rd_json *j;

	d->connected = true;
	call->back_queue = RD_INDEX_NONE; /* he is back */
	rd_call_timer_stop(core, call, TIMER_RING);
	rd_call_answer(core, call);
	rd_record_point(core, call, RD_RECORD_CONNECT);
	rd_call_bridge(core, call);
	j = rd_event_begin(core, RD_EVENT_CALL_BRIDGED);
	rd_json_int(j, "call", (int64_t)call->id);
	if (d->agent != RD_INDEX_NONE)
		rd_json_str(j, "agent", rd_agent_get(core, d->agent)->number);
	rd_json_str(j, "number", peer->number);
	rd_json_int(j, "wait_ms",
		    (int64_t)rd_ms_from_frames(core->now - peer->begin));
	rd_event_end(core);
}

static void dial_event(struct rd_core *core, struct rd_call *call,
		       const struct rd_app_event *event)
{
	struct rd_dial_call *d = &call->dial;
	struct rd_json *j;

	switch (event->type) {
	case RD_APP_EV_PEER_ALERTING:
		on_alerting(core, call);
		break;
	case RD_APP_EV_PEER_SOUND:
		/* heard without being answered: the caller pays nothing */
		rd_call_early_media(core, call);
		rd_call_bridge(core, call);
		break;
	case RD_APP_EV_PEER_ANSWERED:
		on_answered(core, call);
		break;
	case RD_APP_EV_PEER_GONE:
		if (d->connected) {
			j = rd_event_begin(core, RD_EVENT_CALL_UNBRIDGED);
			rd_json_int(j, "call", (int64_t)call->id);
			rd_json_str(j, "by",
				    rd_released_by_name(call->peer_by));
			rd_json_int(j, "cause", event->cause);
			rd_json_int(
				j, "talk_ms",
				(int64_t)rd_ms_from_frames(call->talk_frames));
			rd_event_end(core);
		}
		finish(core, call, event->cause, d->connected);
		break;
	case RD_APP_EV_TIMER:
		rd_call_drop_peer(core, call, CAUSE_NORMAL);
		finish(core, call, CAUSE_NO_ANSWER, false);
		break;
	default:
		break;
	}
}

static void dial_stop(struct rd_core *core, struct rd_call *call)
{
	struct rd_dial_call *d = &call->dial;

	rd_call_drop_peer(core, call, CAUSE_NORMAL);
	if (d->agent != RD_INDEX_NONE)
		rd_agent_direct(core, d->agent, -1);
	d->agent = RD_INDEX_NONE;
}

const struct rd_app_ops rd_dial_app = {
	.name = "dial",
	.start = dial_start,
	.event = dial_event,
	.stop = dial_stop,
};

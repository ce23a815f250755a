// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions: the state, read out as JSON. Nothing here changes anything; every
 * function takes a const core.
 */
#include <errno.h>
#include <string.h>

#include "daemon/call/maintain.h"
#include "daemon/core/command.h"
#include "daemon/core/configure.h"
#include "daemon/core/json_in.h"
#include "daemon/core/json_out.h"
#include "daemon/core/query.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

static void put_ms(struct rd_json *j, const char *key, uint64_t frames)
{
	rd_json_int(j, key, (int64_t)rd_ms_from_frames(frames));
}

static void put_since(const struct rd_core *core, struct rd_json *j,
		      const char *key, uint64_t frame)
{
	put_ms(j, key, frame < core->now ? core->now - frame : 0);
}

static void put_u64(struct rd_json *j, const char *key, uint64_t value)
{
	rd_json_int(j, key, (int64_t)value);
}

/* ---- status ----------------------------------------------------------------- */

static const char *well(uint8_t state)
{
	static const char *const names[] = { "ok", "low", "full", "down" };

	return names[state & 3];
}

static int status(const struct rd_core *core, const char *args,
		  struct rd_json *j)
{
	const struct rd_state *s = core->state;
	const struct rd_counts *c = &s->counts;

	rd_json_object(j, NULL);
	rd_json_int(j, "time_ns", rd_core_unix_ns(core));
	put_u64(j, "frame", core->now);
	put_u64(j, "seq", s->seq);
	put_u64(j, "generation", s->generation);
	rd_json_str(j, "version", core->config->version);
	rd_json_bool(j, "stopping", s->stopping);
	rd_json_bool(j, "edge_up", s->edge_up);
	rd_json_str(j, "disk", well(s->disk_state));
	rd_json_str(j, "store", well(s->store_state));
	put_u64(j, "calls", s->calls.used);
	put_u64(j, "calls_peak", s->calls.peak);
	put_u64(j, "calls_limit", s->calls.cap);
	rd_query_people(core, j);
	put_u64(j, "recordings", s->recordings.used);
	rd_query_port_sums(core, j);
	put_u64(j, "calls_total", c->calls);
	put_u64(j, "refused", c->refused);
	put_u64(j, "blocked", c->blocked);
	put_u64(j, "no_route", c->no_route);
	put_u64(j, "no_channel", c->no_channel);
	put_u64(j, "no_room", c->no_room);
	put_u64(j, "glares", c->glares);
	put_u64(j, "restarts_late", c->restarts_late);
	put_u64(j, "events", c->events);
	put_u64(j, "commands", c->commands);
	put_u64(j, "unlisted", c->unlisted);
	put_u64(j, "malformed", c->malformed);
	put_u64(j, "broken", c->broken);
	put_u64(j, "late", c->late);
	put_u64(j, "text_cut", c->text_cut);
	rd_json_end(j, '}');
	return 0;
}

/* ---- spans ------------------------------------------------------------------- */

static const char *span_state(const struct rd_span *span)
{
	if (span->blocked)
		return "blocked";
	if (span->loop)
		return "looped";
	if (span->down)
		return "alarm";
	return span->dchannel_up ? "up" : "down";
}

static void put_channels(const struct rd_core *core, struct rd_json *j,
			 const struct rd_span *span)
{
	rd_json_array(j, "channels");
	for (unsigned slot = 1; slot < RD_CHANNELS; slot++) {
		const struct rd_chan *chan = &span->chan[slot];
		const struct rd_leg *leg;

		if (chan->state == RD_CHAN_ABSENT)
			continue;
		rd_json_object(j, NULL);
		rd_json_int(j, "channel", slot);
		rd_json_str(j, "state", rd_chan_fsm.states[chan->state]);
		if (chan->blocked)
			rd_json_bool(j, "blocked", true);
		if (span->tested >> slot & 1)
			rd_json_bool(j, "tested", true);
		if (chan->leg != RD_NONE) {
			leg = rd_leg_at(core, chan->leg);
			rd_json_str(j, "leg", rd_leg_fsm.states[leg->state]);
			if (leg->call != RD_NONE)
				put_u64(j, "call",
					rd_call_at(core, leg->call)->id);
		}
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
}

static void put_maintenance(struct rd_json *j, const struct rd_span *span)
{
	const struct rd_span_counts *c = &span->counts;
	char faults[RD_FAULT_NAMES];

	rd_json_str(j, "loop", rd_maintain_loop_name(span));
	rd_json_str(j, "injected", rd_maintain_faults(span, faults));
	put_u64(j, "tested", (uint64_t)__builtin_popcount(span->tested));
	put_u64(j, "errored_seconds", c->errored_seconds);
	put_u64(j, "slips", c->slips);
	put_u64(j, "code_violations", c->code_violations);
	put_u64(j, "crc_errors", c->crc_errors);
	put_u64(j, "framing_errors", c->framing_errors);
	put_u64(j, "far_end_errors", c->far_end_errors);
}

static int spans(const struct rd_core *core, const char *args,
		 struct rd_json *j)
{
	rd_json_array(j, NULL);
	for (uint32_t i = 0; i < core->state->nspans; i++) {
		const struct rd_span *span = rd_span_at(core, i);
		uint32_t total = 0, busy = 0, blocked = 0;
		char names[RD_SPAN_ALARM_NAMES];

		if (!span->present)
			continue;
		for (unsigned slot = 1; slot < RD_CHANNELS; slot++) {
			total += span->chan[slot].state != RD_CHAN_ABSENT;
			busy += span->chan[slot].state == RD_CHAN_BUSY;
			blocked += span->chan[slot].blocked;
		}
		rd_json_object(j, NULL);
		rd_json_str(j, "span", span->name);
		rd_json_int(j, "card", rd_line_card(span->line));
		rd_json_int(j, "number", rd_line_span(span->line));
		rd_json_str(j, "state", span_state(span));
		rd_json_bool(j, "dchannel_up", span->dchannel_up);
		rd_json_bool(j, "network_side", span->network_side);
		rd_json_str(j, "alarms",
			    rd_span_alarm_names(span->alarms, names));
		put_u64(j, "total", total);
		put_u64(j, "busy", busy);
		put_u64(j, "blocked", blocked);
		put_u64(j, "calls_in", span->calls_in);
		put_u64(j, "calls_out", span->calls_out);
		put_u64(j, "refused", span->refused);
		put_u64(j, "glares", span->glares);
		put_maintenance(j, span);
		put_channels(core, j, span);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
	return 0;
}

/* ---- calls ----------------------------------------------------------------------- */

static const char *phase_name(const struct rd_call *call)
{
	static const char *const phases[] = {
		[RD_QUEUE_NOT] = "",
		[RD_QUEUE_WAITING] = "waiting",
		[RD_QUEUE_OFFERED] = "offered",
		[RD_QUEUE_GREETING] = "greeting",
		[RD_QUEUE_TALKING] = "talking",
	};

	if (call->app == RD_APP_QUEUE)
		return phases[call->in_queue.phase];
	if (call->app == RD_APP_DIAL)
		return call->dial.connected ? "talking"
		       : call->dial.alerted ? "ringing"
					    : "dialling";
	return call->port.state == RD_PORT_WAITS ? "port" : "";
}

/* In all queues, and still. */
static uint64_t wait_frames(const struct rd_core *core,
			    const struct rd_call *call)
{
	bool waits = call->app == RD_APP_QUEUE &&
		     (call->in_queue.phase == RD_QUEUE_WAITING ||
		      call->in_queue.phase == RD_QUEUE_OFFERED);

	return call->wait_frames +
	       (waits ? core->now - call->in_queue.enter : 0);
}

static void put_call(const struct rd_core *core, struct rd_json *j,
		     const struct rd_call *call)
{
	static const char *const apps[RD_APPS] = {
		[RD_APP_NONE] = "",
		[RD_APP_IVR] = "ivr",
		[RD_APP_QUEUE] = "queue",
		[RD_APP_DIAL] = "dial",
	};

	put_u64(j, "call", call->id);
	rd_json_str(j, "ani", call->ani);
	rd_json_bool(j, "withheld", call->withheld);
	rd_json_str(j, "name", call->name);
	rd_json_str(j, "dnis", call->dnis);
	rd_json_str(j, "span", rd_span_at(core, call->span)->name);
	rd_json_int(j, "channel", rd_line_slot(call->line));
	rd_json_str(j, "app", apps[call->app]);
	rd_json_str(j, "phase", phase_name(call));
	rd_json_bool(j, "answered", call->answered);
	if (call->queue != RD_INDEX_NONE)
		rd_json_str(j, "queue", rd_queue_get(core, call->queue)->name);
	if (call->agent != RD_INDEX_NONE)
		rd_json_str(j, "agent",
			    rd_agent_get(core, call->agent)->number);
	rd_json_str(j, "path", call->path);
	put_ms(j, "wait_ms", wait_frames(core, call));
	put_since(core, j, "duration_ms", call->setup);
	if (call->recording_id)
		put_u64(j, "recording", call->recording_id);
}

static int calls(const struct rd_core *core, const char *args,
		 struct rd_json *j)
{
	const struct rd_pool *pool = &core->state->calls;

	rd_json_array(j, NULL);
	for (uint32_t i = 0; i < pool->cap; i++) {
		if (!rd_pool_has(core->state, pool, i))
			continue;
		rd_json_object(j, NULL);
		put_call(core, j, rd_call_at(core, i));
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
	return 0;
}

static void put_leg(const struct rd_core *core, struct rd_json *j,
		    uint32_t index)
{
	const struct rd_leg *leg;

	if (index == RD_NONE)
		return;
	leg = rd_leg_at(core, index);
	rd_json_object(j, NULL);
	rd_json_str(j, "direction", rd_leg_is_outgoing(leg) ? "out" : "in");
	rd_json_str(j, "number", leg->number);
	rd_json_str(j, "state", rd_leg_fsm.states[leg->state]);
	rd_json_str(j, "span",
		    rd_span_at(core, rd_span_of_line(core, leg->line))->name);
	rd_json_int(j, "channel", rd_line_slot(leg->line));
	put_since(core, j, "duration_ms", leg->begin);
	rd_json_end(j, '}');
}

static int one_call(const struct rd_core *core, const char *args,
		    struct rd_json *j)
{
	struct rd_json_value id;
	const struct rd_call *call;

	if (rd_json_get(args, "call", &id) || id.type != RD_JSON_INT)
		return -EINVAL;
	call = rd_call_by_id(core, (uint64_t)id.number);
	if (!call)
		return -ENOENT;
	rd_json_object(j, NULL);
	put_call(core, j, call);
	put_ms(j, "talk_ms",
	       call->talk_frames +
		       (call->talk_since ? core->now - call->talk_since : 0));
	rd_json_array(j, "legs");
	put_leg(core, j, call->caller);
	put_leg(core, j, call->peer);
	rd_json_end(j, ']');
	rd_cdr_attached(call, j, "data");
	rd_json_end(j, '}');
	return 0;
}

/* ---- agents ------------------------------------------------------------------ */

static void put_agent(const struct rd_core *core, struct rd_json *j,
		      uint16_t place)
{
	const struct rd_agent *a = rd_agent_get(core, place);
	uint64_t due =
		rd_timer_due(core->state, &core->state->timers, RD_TIMER_AGENT,
			     place, RD_AGENT_TIMER_WRAPUP);

	rd_json_str(j, "agent", a->number);
	rd_json_str(j, "name", a->name);
	rd_json_str(j, "state", rd_agent_state_name(a));
	put_since(core, j, "since_ms", a->since);
	rd_json_str(j, "reason", a->reason);
	rd_json_str(j, "phone", a->phone);
	rd_json_str(j, "by", a->by);
	if (a->wish != RD_WISH_NONE)
		rd_json_str(j, "after_call",
			    a->wish == RD_WISH_LOGOUT ? "out" : "not-ready");
	if (due != RD_FRAME_NEVER)
		put_ms(j, "wrapup_left_ms",
		       due > core->now ? due - core->now : 0);
	if (a->call != RD_NONE)
		put_u64(j, "call", rd_call_at(core, a->call)->id);
	put_u64(j, "offers", a->offers);
	put_u64(j, "answered", a->answered);
	put_u64(j, "missed", a->missed);
	put_ms(j, "talk_ms", a->talk_frames);
	rd_json_object(j, "today");
	rd_session_json(core, place, RD_SESSION_TODAY, j);
	rd_json_end(j, '}');
	if (a->state == RD_AGENT_OUT)
		return;
	put_ms(j, "signed_in_ms", core->now - rd_session_of(core, place)->begin);
	rd_json_object(j, "times");
	rd_session_json(core, place, RD_SESSION_THIS, j);
	rd_json_end(j, '}');
}

static int agents(const struct rd_core *core, const char *args,
		  struct rd_json *j)
{
	rd_json_array(j, NULL);
	for (uint32_t i = 0; i < core->state->agents; i++) {
		const struct rd_agent *a = rd_agent_get(core, (uint16_t)i);

		if (!a->used ||
		    (a->order == RD_INDEX_NONE && a->state == RD_AGENT_OUT))
			continue;
		rd_json_object(j, NULL);
		put_agent(core, j, (uint16_t)i);
		rd_json_array(j, "queues");
		for (uint32_t q = 0; q < core->state->queues; q++)
			if (rd_queue_get(core, (uint16_t)q)->used &&
			    rd_match_serves(core, (uint16_t)i, (uint16_t)q))
				rd_json_str(
					j, NULL,
					rd_queue_get(core, (uint16_t)q)->name);
		rd_json_end(j, ']');
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
	return 0;
}

static int blacklist(const struct rd_core *core, const char *args,
		     struct rd_json *j)
{
	const struct rd_block *block;

	rd_json_array(j, NULL);
	for (uint32_t i = 0; (block = rd_blacklist_nth(core, i)); i++) {
		rd_json_object(j, NULL);
		rd_json_str(j, "number", block->number);
		rd_json_str(j, "reason", block->reason);
		rd_json_int(j, "cause", block->cause);
		rd_json_str(j, "by", block->by);
		put_u64(j, "added_s", block->added_s);
		put_u64(j, "until_s", block->until_s);
		put_u64(j, "hits", block->hits);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
	return 0;
}

static int (*const questions[RD_COMMANDS])(const struct rd_core *core,
					   const char *args,
					   struct rd_json *j) = {
	[RD_CMD_STATUS] = status,	[RD_CMD_SPANS] = spans,
	[RD_CMD_CALLS] = calls,		[RD_CMD_CALL] = one_call,
	[RD_CMD_QUEUES] = rd_query_queues,
	[RD_CMD_QUEUE] = rd_query_queue,	[RD_CMD_AGENTS] = agents,
	[RD_CMD_CALLBACKS] = rd_query_callbacks,
	[RD_CMD_TASKS] = rd_query_tasks,
	[RD_CMD_LOCKOUTS] = rd_query_lockouts,
	[RD_CMD_ANNOUNCEMENTS] = rd_query_announcements,
	[RD_CMD_PORTS] = rd_query_ports,
	[RD_CMD_BLACKLIST] = blacklist,	[RD_CMD_LIST] = rd_query_list,
};

int64_t rd_core_query(const struct rd_core *core, uint64_t frame,
		      const char *name, const char *args, char *out,
		      uint64_t cap)
{
	enum rd_command_id id = rd_core_command_find(name);
	struct rd_core at = *core; /* the same state, looked at later */
	struct rd_json j;
	int res;

	if (frame > at.now)
		at.now = frame;
	rd_json_begin(&j, out, cap);
	if (id == RD_COMMANDS || !questions[id])
		return -ENOENT;
	res = questions[id](&at, args, &j);
	return res ? res : (int64_t)j.len;
}

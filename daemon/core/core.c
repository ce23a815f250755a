// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The function of events.
 *
 *	event -> handler of its type -> state machines, applications
 *	      -> calls settle: deferred events, then the dead are given back
 *
 * Time within an event is its frame, but never goes back: a digit's event
 * carries the frame of its first sample, which lies before events already
 * handled.
 */
#include "daemon/core/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call/line.h"
#include "daemon/call/maintain.h"
#include "daemon/core/app.h"
#include "daemon/core/command.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/guard.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define MALFORMED_FIRST 100u
#define MALFORMED_EVERY 1000u

static const struct rd_app_ops *const applications[RD_APPS] = {
	[RD_APP_IVR] = &rd_ivr_app,
	[RD_APP_QUEUE] = &rd_queue_app,
	[RD_APP_DIAL] = &rd_dial_app,
};

struct rd_core *rd_core_new(const struct rd_config *config, struct rd_sink sink)
{
	struct rd_core *core = calloc(1, sizeof(*core));
	struct rd_cfg_limits limits;
	uint64_t size = rd_state_size(&limits, config);

	if (!core)
		return NULL;
	core->state = calloc(1, size);
	core->event = calloc(1, sizeof(*core->event));
	core->row = calloc(1, sizeof(*core->row));
	if (!core->state || !core->event || !core->row) {
		rd_core_free(core);
		return NULL;
	}
	core->sink = sink;
	core->apps = applications;
	core->config = config;
	core->configs[0] = config;
	rd_state_init(core->state, &limits);
	return core;
}

void rd_core_free(struct rd_core *core)
{
	if (!core)
		return;
	free(core->row);
	free(core->event);
	free(core->state);
	free(core);
}

/* ---- events --------------------------------------------------------------- */

static void on_malformed(struct rd_core *core, const struct rd_msg *event)
{
	uint64_t count = ++core->state->counts.malformed;
	struct rd_json *j;

	if (count > MALFORMED_FIRST && count % MALFORMED_EVERY)
		return;
	j = rd_event_begin(core, RD_EVENT_CORE_MALFORMED);
	rd_json_int(j, "type", event->type);
	rd_json_int(j, "count", (int64_t)count);
	rd_event_end(core);
}

static void on_time(struct rd_core *core)
{
	static void (*const handlers[RD_TIMER_KINDS])(
		struct rd_core * core, uint32_t index, uint32_t which) = {
		[RD_TIMER_CALL] = rd_call_on_timer,
		[RD_TIMER_LEG] = rd_leg_on_timer,
		[RD_TIMER_SPAN] = rd_span_on_timer,
		[RD_TIMER_CHAN] = rd_chan_on_timer,
		[RD_TIMER_AGENT] = rd_agent_on_timer,
		[RD_TIMER_FIGURES] = rd_figures_on_timer,
		[RD_TIMER_TASK] = rd_task_on_timer,
		[RD_TIMER_TICKET] = rd_ticket_on_timer,
	};
	struct rd_state *s = core->state;
	struct rd_timer_id id;

	/* one set now for now waits for the next event: no endless loop */
	for (uint64_t order = s->timers.order;
	     rd_timer_pop(s, &s->timers, core->now, order, &id);) {
		handlers[id.kind](core, id.index, id.which);
		rd_calls_settle(core);
	}
}

/* What a disk or a database says of itself. */
static void on_disk(struct rd_core *core, const struct rd_ev_disk *disk,
		    enum rd_event_id id, uint8_t *state)
{
	static const char *const names[] = { "ok", "low", "full", "down" };
	struct rd_json *j;

	*state = disk->state < 4 ? (uint8_t)disk->state : 3;
	j = rd_event_begin(core, id);
	rd_json_str(j, "state", names[*state]);
	if (id == RD_EVENT_DISK_STATE)
		rd_json_int(j, "free_mib", (int64_t)disk->free_mib);
	rd_json_int(j, "error", disk->error);
	rd_event_end(core);
}

static void dispatch(struct rd_core *core, const struct rd_msg *event)
{
	struct rd_state *s = core->state;
	const void *e = event;

	switch (event->type) {
	case RD_MSG_TIME:
		on_time(core);
		break;
	case RD_MSG_CONFIG:
		rd_core_on_config(core, e);
		break;
	case RD_MSG_COMMAND:
		rd_core_command(core, e);
		break;
	case RD_MSG_DIGIT:
		rd_call_on_digit(core, e);
		break;
	case RD_MSG_PLAY_DONE:
		rd_call_on_play_done(core, e);
		break;
	case RD_MSG_LOOKUP_ANSWER:
		rd_call_on_lookup(core, e);
		break;
	case RD_MSG_SOUND_MADE:
		rd_announcements_on_sound(core, e);
		break;
	case RD_MSG_ISDN:
		rd_span_on_isdn(core, e);
		break;
	case RD_MSG_ALARM:
		rd_span_on_alarm(core, e);
		break;
	case RD_MSG_MAINTAINED:
		rd_maintain_on_done(core, e);
		break;
	case RD_MSG_SPAN_ERRORS:
		rd_maintain_on_errors(core, e);
		break;
	case RD_MSG_CARD:
		rd_span_on_card(core, e);
		break;
	case RD_MSG_EDGE_STATE:
		rd_span_on_edge(core, e);
		break;
	case RD_MSG_REC_DONE:
		rd_record_on_done(core, e);
		break;
	case RD_MSG_REC_LOST:
		rd_record_on_lost(core, e);
		break;
	case RD_MSG_DISK_STATE:
		on_disk(core, e, RD_EVENT_DISK_STATE, &s->disk_state);
		break;
	case RD_MSG_STORE_STATE:
		on_disk(core, e, RD_EVENT_STORE_STATE, &s->store_state);
		break;
	case RD_MSG_BROKEN:
		rd_core_on_broken(core, e);
		break;
	case RD_MSG_TONE_HEARD:
		rd_line_on_tone(core, e);
		break;
	case RD_MSG_QUIET:
		rd_line_on_quiet(core, e);
		break;
	case RD_MSG_HEALTH:
		rd_line_on_health(core, e);
		break;
	case RD_MSG_SIGNAL: /* analog and CAS lines: not served yet */
		break;
	default:
		on_malformed(core, event);
		break;
	}
}

static uint64_t frame_of(const struct rd_msg *event)
{
	const struct rd_ev_digit *digit = (const void *)event;

	if (event->type == RD_MSG_DIGIT) /* known at its end */
		return event->frame + digit->length_frames;
	return event->frame;
}

static bool is_event(const struct rd_msg *event)
{
	const struct rd_msg_info *info = rd_msg_info(event->type);

	return info && (info->flags & RD_MSG_EVENT) &&
	       !rd_msg_check(event, event->len);
}

void rd_core_handle(struct rd_core *core, const struct rd_msg *event,
		    uint64_t seq)
{
	struct rd_state *s = core->state;
	bool valid = is_event(event);
	uint64_t frame = valid ? frame_of(event) : event->frame;

	core->digest = 0;
	core->part = 0;
	core->seq = seq;
	s->seq = seq;
	s->counts.events++;
	if (valid && event->type == RD_MSG_START) {
		/* frames may count from a new origin: it sees to that */
		core->now = s->now;
		rd_core_on_start(core, (const struct rd_ev_start *)event);
	} else {
		if (frame > s->now)
			s->now = frame;
		core->now = s->now;
		if (valid)
			dispatch(core, event);
		else
			on_malformed(core, event);
	}
	rd_calls_settle(core);
	rd_core_check_idle(core);
}

uint64_t rd_core_deadline(const struct rd_core *core)
{
	return rd_timer_first(core->state, &core->state->timers);
}

uint32_t rd_core_vault(const struct rd_core *core, uint32_t line)
{
	const struct rd_leg *leg = rd_leg_on_line(core, line);
	const struct rd_call *call;

	if (!leg || leg->call == RD_NONE)
		return 0;
	call = rd_call_at(core, leg->call);
	return call->line == line && call->secret ? call->vault : 0;
}

/* ---- snapshots -------------------------------------------------------------- */

const void *rd_core_snapshot(const struct rd_core *core, uint64_t *len)
{
	*len = core->state->size;
	return core->state;
}

int rd_core_restore(struct rd_core *core, const void *snapshot, uint64_t len)
{
	struct rd_state *s = core->state;
	struct rd_state head;

	if (len != s->size)
		return -EINVAL;
	memcpy(&head, snapshot, sizeof(head));
	if (head.magic != RD_STATE_MAGIC || head.version != s->version ||
	    head.size != s->size ||
	    memcmp(&head.limits, &s->limits, sizeof(head.limits)) != 0)
		return -EINVAL;
	memcpy(s, snapshot, len);
	core->now = s->now;
	core->seq = s->seq;
	memset(core->configs, 0, sizeof(core->configs));
	core->configs[s->generation % RD_CONFIGS] = core->config;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What applications may do with a call: the services of daemon/core/app.h.
 *
 * A service on a call that is ending does nothing: an application that has
 * released its call may be halfway through a list of things to do.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/call/route.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/ivr/ivr.h"
#include "lib/base/frames.h"

_Static_assert(sizeof(struct rd_ivr_state) <= RD_IVR_STATE_SIZE,
	       "the state of a tree lies in the call");

/* His leg; NULL: he is gone, or we still call him. */
static struct rd_leg *caller_of(const struct rd_core *core,
				const struct rd_call *call)
{
	if (call->caller == RD_NONE || (call->outgoing && !call->answered))
		return NULL;
	return rd_leg_at(core, call->caller);
}

/* ---- answer, sound -------------------------------------------------------- */

void rd_call_answer(struct rd_core *core, struct rd_call *call)
{
	struct rd_leg *leg = caller_of(core, call);
	struct rd_json *j;

	if (!leg || call->state != RD_CALL_ACTIVE)
		return;
	if (!call->answered) {
		call->answered = core->now;
		rd_leg_do(core, leg, RD_LEG_DO_ANSWER, 0);
		j = rd_event_begin(core, RD_EVENT_CALL_ANSWERED);
		rd_json_int(j, "call", (int64_t)call->id);
		rd_json_int(
			j, "setup_ms",
			(int64_t)rd_ms_from_frames(core->now - call->setup));
		rd_event_end(core);
		rd_record_point(core, call, RD_RECORD_ANSWER);
	}
	rd_call_defer(core, call, RD_APP_EV_ANSWERED, 0);
}

/* Sound before the answer must be announced (Q.931 5.1.6). */
static bool may_sound(struct rd_core *core, struct rd_call *call, uint8_t cause)
{
	struct rd_leg *leg = caller_of(core, call);

	if (!leg || call->state == RD_CALL_ENDED)
		return false;
	if (leg->state == RD_LEG_OFFERED)
		rd_leg_do(core, leg, RD_LEG_DO_PROGRESS, cause);
	return true;
}

void rd_call_early_media(struct rd_core *core, struct rd_call *call)
{
	may_sound(core, call, 0);
}

static uint32_t play_on(struct rd_core *core, const struct rd_call *call,
			uint32_t line, const struct rd_playlist *list)
{
	_Alignas(8) uint8_t octets[sizeof(struct rd_cmd_play) +
				   (RD_PLAYLIST_MAX + 1) * sizeof(uint32_t)] = {
		0
	};
	struct rd_cmd_play *play = (struct rd_cmd_play *)octets;
	uint16_t n = list->n < RD_PLAYLIST_MAX ? list->n : RD_PLAYLIST_MAX;

	memcpy(play->prompt, list->prompt, n * sizeof(uint32_t));
	if (!n) /* nothing to hear is over at once, but it is over */
		play->prompt[n++] = RD_PAUSE_MS(1);
	play->msg = (struct rd_msg){
		.type = RD_MSG_PLAY,
		.len = (uint16_t)((sizeof(*play) + n * sizeof(uint32_t) + 7) /
				  8 * 8),
		.line = line,
		.frame = core->now,
	};
	play->play = core->state->next_play++;
	play->flags = (uint16_t)(list->flags | RD_PLAY_TABLE(call->generation));
	play->n = n;
	play->first_item = list->first_item;
	play->offset_frames = list->offset_frames;
	rd_emit(core, &play->msg);
	return play->play;
}

uint32_t rd_call_play(struct rd_core *core, struct rd_call *call,
		      const struct rd_playlist *list)
{
	if (!may_sound(core, call, 0))
		return core->state->next_play++;
	call->play = play_on(core, call, call->line, list);
	return call->play;
}

uint32_t rd_call_play_peer(struct rd_core *core, struct rd_call *call,
			   const struct rd_playlist *list)
{
	if (call->peer == RD_NONE)
		return core->state->next_play++;
	return play_on(core, call, rd_leg_at(core, call->peer)->line, list);
}

uint32_t rd_call_tone(struct rd_core *core, struct rd_call *call, uint32_t tone)
{
	struct rd_cmd_tone cmd = {
		.msg = { .type = RD_MSG_TONE,
			 .len = sizeof(cmd),
			 .line = call->line,
			 .frame = core->now },
		.play = core->state->next_play++,
		.tone = tone,
	};

	if (!may_sound(core, call,
		       call->state == RD_CALL_REFUSED ? call->cause : 0))
		return cmd.play;
	call->play = cmd.play;
	rd_emit(core, &cmd.msg);
	return cmd.play;
}

uint32_t rd_call_tone_peer(struct rd_core *core, struct rd_call *call,
			   uint32_t tone)
{
	struct rd_cmd_tone cmd = {
		.msg = { .type = RD_MSG_TONE,
			 .len = sizeof(cmd),
			 .frame = core->now },
		.play = core->state->next_play++,
		.tone = tone,
	};

	if (call->peer == RD_NONE)
		return cmd.play;
	cmd.msg.line = rd_leg_at(core, call->peer)->line;
	rd_emit(core, &cmd.msg);
	return cmd.play;
}

void rd_call_play_stop(struct rd_core *core, struct rd_call *call)
{
	struct rd_cmd_play_stop stop = {
		.msg = { .type = RD_MSG_PLAY_STOP,
			 .len = sizeof(stop),
			 .line = call->line,
			 .frame = core->now },
		.play = call->play,
	};

	if (!call->play || !caller_of(core, call))
		return;
	call->play = 0;
	rd_emit(core, &stop.msg);
}

void rd_call_play_peer_stop(struct rd_core *core, struct rd_call *call,
			    uint32_t play)
{
	struct rd_cmd_play_stop stop = {
		.msg = { .type = RD_MSG_PLAY_STOP,
			 .len = sizeof(stop),
			 .frame = core->now },
		.play = play,
	};

	if (call->peer == RD_NONE || !play)
		return;
	stop.msg.line = rd_leg_at(core, call->peer)->line;
	rd_emit(core, &stop.msg);
}

/* ---- peers ------------------------------------------------------------------ */

uint32_t rd_call_ring(struct rd_core *core, struct rd_call *call,
		      const char *number, unsigned flags,
		      const char *shown_name, uint8_t *cause)
{
	char digits[RD_NUMBER_LEN];
	struct rd_leg_dial dial = {
		.call = rd_call_index(core, call),
		.group = rd_route_out(core->config, number,
				      flags & RD_LEG_PHONE, digits,
				      sizeof(digits)),
		.flags = (uint8_t)(flags |
				   (call->withheld ? RD_LEG_WITHHELD : 0)),
		.number = digits,
		.shown = call->ani,
		.name = shown_name,
	};
	struct rd_leg *leg;

	*cause = 3; /* no route to destination */
	if (dial.group == RD_INDEX_NONE)
		return RD_NONE;
	leg = rd_leg_dial(core, &dial, cause);
	if (!leg) {
		core->state->counts.no_channel += *cause == 34;
		return RD_NONE;
	}
	return rd_leg_index(core, leg);
}

uint8_t rd_call_dial_peer(struct rd_core *core, struct rd_call *call,
			  const char *number, bool phone,
			  const char *shown_name)
{
	uint8_t cause;
	uint32_t leg =
		rd_call_ring(core, call, number, phone ? RD_LEG_PHONE : 0,
			     shown_name, &cause);

	if (leg == RD_NONE)
		return cause;
	call->peer = leg;
	return 0;
}

void rd_call_drop_leg(struct rd_core *core, struct rd_call *call,
		      uint32_t index, uint8_t cause)
{
	struct rd_leg *leg;

	if (index == RD_NONE)
		return;
	leg = rd_leg_at(core, index);
	rd_leg_do(core, leg, RD_LEG_DO_RELEASE, cause);
	if (!(leg->flags & RD_LEG_PHONE) || leg->state != RD_LEG_RELEASING)
		return;
	leg->agent = rd_agent_at_phone(core, leg->number);
	if (leg->agent != RD_INDEX_NONE)
		rd_agent_clearing(core, leg->agent, 1);
}

void rd_call_drop_peer(struct rd_core *core, struct rd_call *call,
		       uint8_t cause)
{
	uint32_t leg = call->peer;

	rd_call_unbridge(core, call);
	call->peer = RD_NONE;
	rd_call_drop_leg(core, call, leg, cause);
}

void rd_call_bridge(struct rd_core *core, struct rd_call *call)
{
	const struct rd_leg *peer = rd_leg_at(core, call->peer);
	struct rd_cmd_bridge bridge = {
		.msg = { .type = RD_MSG_BRIDGE,
			 .len = sizeof(bridge),
			 .line = call->line,
			 .frame = core->now },
		.peer = peer->line,
	};

	rd_emit(core, &bridge.msg);
	call->audio = RD_AUDIO_WELL;
	call->bridged_now = true;
	call->play = 0;
	if (peer->state != RD_LEG_CONNECTED)
		return; /* ringing or an announcement is heard, no talk */
	if (!call->bridged)
		call->bridged = core->now;
	call->talk_since = core->now;
	call->result = RD_RESULT_ANSWERED;
}

void rd_call_unbridge(struct rd_core *core, struct rd_call *call)
{
	struct rd_msg unbridge = {
		.type = RD_MSG_UNBRIDGE,
		.len = sizeof(unbridge),
		.line = call->line,
		.frame = core->now,
	};

	if (!call->bridged_now)
		return;
	call->bridged_now = false;
	if (call->talk_since) {
		call->talk_frames += core->now - call->talk_since;
		call->talk_since = 0;
		call->agent_end = core->now;
	}
	if (call->caller != RD_NONE)
		rd_emit(core, &unbridge);
}

/* ---- timers ---------------------------------------------------------- */

void rd_call_timer(struct rd_core *core, struct rd_call *call, uint16_t timer,
		   uint32_t ms)
{
	if (timer < RD_CALL_TIMERS && call->state == RD_CALL_ACTIVE)
		rd_core_timer(core, RD_TIMER_CALL, rd_call_index(core, call),
			      timer, ms);
}

void rd_call_timer_stop(struct rd_core *core, struct rd_call *call,
			uint16_t timer)
{
	if (timer < RD_CALL_TIMERS)
		rd_core_timer_stop(core, RD_TIMER_CALL,
				   rd_call_index(core, call), timer);
}

/* ---- data ---------------------------------------------------------------------- */

const char *rd_call_attached(const struct rd_call *call, const char *name)
{
	const char *p = call->attached, *end = p + call->attached_len;

	while (p < end) {
		const char *value = p + strlen(p) + 1;

		if (!strcmp(p, name))
			return value;
		p = value + strlen(value) + 1;
	}
	return NULL;
}

/* Take name out of the attached data. */
static void detach(struct rd_call *call, const char *name)
{
	char *p = call->attached, *end = p + call->attached_len;

	while (p < end) {
		char *next = p + strlen(p) + 1;

		next += strlen(next) + 1;
		if (strcmp(p, name) == 0) {
			memmove(p, next, (size_t)(end - next));
			call->attached_len -= (uint16_t)(next - p);
			memset(call->attached + call->attached_len, 0,
			       (size_t)(next - p));
			return;
		}
		p = next;
	}
}

void rd_call_attach(struct rd_core *core, struct rd_call *call,
		    const char *name, const char *value)
{
	size_t n = strlen(name) + 1, v = strlen(value) + 1;
	struct rd_json *j;

	detach(call, name);
	if (n + v > sizeof(call->attached) - call->attached_len) {
		core->state->counts.attached_cut++;
		rd_call_note(core, call, "no room to attach %s", name);
		return;
	}
	memcpy(call->attached + call->attached_len, name, n);
	memcpy(call->attached + call->attached_len + n, value, v);
	call->attached_len += (uint16_t)(n + v);
	j = rd_event_begin(core, RD_EVENT_CALL_ATTACHED);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "name", name);
	rd_json_str(j, "value", value);
	rd_event_end(core);
}

const char *rd_call_ani(const struct rd_core *core, const struct rd_call *call)
{
	return call->ani;
}

const char *rd_call_dnis(const struct rd_core *core, const struct rd_call *call)
{
	return call->dnis;
}

const struct rd_config *rd_call_config(const struct rd_core *core,
				       const struct rd_call *call)
{
	return rd_core_config(core, call->generation);
}

struct rd_ivr_state *rd_call_ivr(struct rd_core *core, struct rd_call *call)
{
	return (struct rd_ivr_state *)call->ivr;
}

uint16_t rd_call_language(const struct rd_core *core,
			  const struct rd_call *call)
{
	return call->language;
}

void rd_call_set_language(struct rd_core *core, struct rd_call *call,
			  uint16_t language)
{
	call->language = language;
}

uint16_t rd_call_queue_place(const struct rd_core *core,
			     const struct rd_call *call, uint16_t index)
{
	return rd_map_place(core, RD_MAP_QUEUES, call->generation, index);
}

void rd_call_need(const struct rd_core *core, const struct rd_call *call,
		  struct rd_app_arg *arg, uint16_t skill, uint8_t level)
{
	uint16_t place = rd_skill_place(core, call->generation, skill);
	unsigned at = 0;

	if (place == RD_INDEX_NONE || arg->nneeds == RD_NEEDS_MAX || !level)
		return;
	/* in the order of places, so that equal needs are equal octets */
	while (at < arg->nneeds && arg->needs[at].skill < place)
		at++;
	memmove(&arg->needs[at + 1], &arg->needs[at],
		(arg->nneeds - at) * sizeof(arg->needs[0]));
	arg->needs[at] = (struct rd_need){ .skill = place, .level = level };
	arg->nneeds++;
}

uint16_t rd_call_agent_place(const struct rd_core *core,
			     const struct rd_call *call, uint16_t index)
{
	return rd_map_place(core, RD_MAP_AGENTS, call->generation, index);
}

bool rd_call_on_list(const struct rd_core *core, const struct rd_call *call,
		     uint16_t list, const char *number)
{
	struct rd_listed listed;

	return rd_list_find(core, rd_call_config(core, call), list, number,
			    &listed);
}

const char *rd_call_level(const struct rd_core *core,
			  const struct rd_call *call)
{
	const char *level = rd_call_attached(call, "level");

	return level && level[0]
		       ? level
		       : rd_list_level(core, rd_call_config(core, call),
				       call->ani);
}

const char *rd_call_area(const struct rd_core *core, const struct rd_call *call)
{
	return rd_cfg_area(rd_call_config(core, call), call->ani);
}

void rd_call_path(struct rd_core *core, struct rd_call *call, const char *node)
{
	size_t room = sizeof(call->path) - call->path_len;
	size_t n = strlen(node) + (call->path_len ? 1 : 0);

	if (n >= room) /* a long walk: its beginning is kept */
		return;
	call->path_len +=
		(uint16_t)snprintf(call->path + call->path_len, room, "%s%s",
				   call->path_len ? "/" : "", node);
}

void rd_call_note(struct rd_core *core, struct rd_call *call, const char *fmt,
		  ...)
{
	struct rd_json *j;
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	j = rd_event_begin(core, RD_EVENT_CALL_NOTE);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "text", text);
	rd_event_end(core);
}

/* ---- ratings -------------------------------------------------------------------- */

static void rating_row(struct rd_core *core, const struct rd_call *call)
{
	const char *agent = call->agent == RD_INDEX_NONE
				    ? ""
				    : rd_agent_get(core, call->agent)->number;
	const char *queue = call->queue == RD_INDEX_NONE
				    ? ""
				    : rd_queue_get(core, call->queue)->name;

	rd_row_begin(core, RD_TABLE_RATINGS);
	rd_row_int(core, (int64_t)call->id);
	rd_row_time(core, core->now);
	rd_row_str_or_null(core, agent);
	rd_row_str_or_null(core, queue);
	if (call->rating < 0)
		rd_row_null(core);
	else
		rd_row_int(core, call->rating);
	rd_row_end(core);
}

void rd_call_rating_asked(struct rd_core *core, struct rd_call *call)
{
	call->rating_asked = true;
}

void rd_call_rate(struct rd_core *core, struct rd_call *call, int rating)
{
	struct rd_json *j;

	if (rating < 0 || rating > 9)
		return;
	call->rating = (int8_t)rating;
	call->rating_asked = true;
	rating_row(core, call);
	j = rd_event_begin(core, RD_EVENT_CALL_RATED);
	rd_json_int(j, "call", (int64_t)call->id);
	if (call->agent != RD_INDEX_NONE)
		rd_json_str(j, "agent",
			    rd_agent_get(core, call->agent)->number);
	if (call->queue != RD_INDEX_NONE)
		rd_json_str(j, "queue", rd_queue_get(core, call->queue)->name);
	rd_json_int(j, "rating", rating);
	rd_event_end(core);
}

void rd_call_no_rating(struct rd_core *core, const struct rd_call *call)
{
	rating_row(core, call);
}

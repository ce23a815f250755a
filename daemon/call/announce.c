// SPDX-License-Identifier: GPL-2.0-or-later
/* Announcements and texts of programs; see announce.h. */
#include "daemon/call/announce.h"

#include <errno.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"

static uint64_t now_s(const struct rd_core *core)
{
	return (uint64_t)rd_core_unix_ns(core) / 1000000000u;
}

static void ask_sound(struct rd_core *core, uint32_t slot, uint32_t serial,
		      const char *voice, const char *text, bool is_file)
{
	_Alignas(8) uint8_t octets[sizeof(struct rd_cmd_sound) + 512] = { 0 };
	struct rd_cmd_sound *cmd = (struct rd_cmd_sound *)octets;
	size_t len = strnlen(text, 500);

	cmd->msg = (struct rd_msg){
		.type = RD_MSG_SOUND_MAKE,
		.len = (uint16_t)((sizeof(*cmd) + len + 8) & ~(size_t)7),
		.line = RD_LINE_NONE,
		.frame = core->now,
	};
	cmd->slot = slot;
	cmd->serial = serial;
	cmd->is_file = is_file;
	rd_text_copy(cmd->voice, sizeof(cmd->voice), voice);
	memcpy(cmd->text, text, len);
	rd_emit(core, &cmd->msg);
}

/* ---- announcements ---------------------------------------------------------- */

static void tell(struct rd_core *core, const struct rd_announcement *a,
		 const char *what, const char *by)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_ANNOUNCEMENT);

	rd_json_int(j, "announcement", a->serial);
	rd_json_str(j, "what", what);
	rd_json_str(j, "text", a->text);
	rd_json_str(j, "area", a->area);
	rd_json_str(j, "tree", a->tree);
	rd_json_str(j, "queue", a->queue);
	rd_json_int(j, "from_s", (int64_t)a->from_s);
	rd_json_int(j, "until_s", (int64_t)a->until_s);
	rd_json_str(j, "by", by);
	rd_json_str(j, "why", a->why);
	rd_event_end(core);
}

static void give(struct rd_core *core, struct rd_announcement *a,
		 const char *by)
{
	tell(core, a, "removed", by);
	memset(a, 0, sizeof(*a));
}

static bool is_over(const struct rd_core *core, const struct rd_announcement *a)
{
	return a->until_s && now_s(core) >= a->until_s;
}

/* Those whose time is over go when anybody looks at them. */
static void expire(struct rd_core *core)
{
	for (uint32_t i = 0; i < RD_ANNOUNCEMENTS; i++) {
		struct rd_announcement *a = &core->state->announcements[i];

		if (a->state != RD_ANNOUNCEMENT_NONE && is_over(core, a))
			give(core, a, "expiry");
	}
}

static void load(struct rd_core *core, uint32_t slot)
{
	struct rd_announcement *a = &core->state->announcements[slot];

	a->state = RD_ANNOUNCEMENT_LOADING;
	memset(a->why, 0, sizeof(a->why));
	ask_sound(core, slot, a->serial, a->voice, a->text, a->is_file);
}

int rd_announcement_add(struct rd_core *core,
			const struct rd_announcement *announcement)
{
	struct rd_state *s = core->state;
	struct rd_announcement *a;
	uint32_t slot = 0;

	if (!announcement->text[0] ||
	    (announcement->until_s &&
	     (announcement->until_s <= announcement->from_s ||
	      announcement->until_s <= now_s(core))))
		return -EINVAL;
	expire(core);
	while (slot < RD_ANNOUNCEMENTS && s->announcements[slot].state)
		slot++;
	if (slot == RD_ANNOUNCEMENTS)
		return -ENOSPC;
	a = &s->announcements[slot];
	*a = *announcement;
	a->serial = ++s->next_announcement;
	a->added_s = now_s(core);
	tell(core, a, "added", a->by);
	load(core, slot);
	return (int)a->serial;
}

int rd_announcement_remove(struct rd_core *core, uint32_t number,
			   const char *by)
{
	expire(core);
	for (uint32_t i = 0; i < RD_ANNOUNCEMENTS; i++) {
		struct rd_announcement *a = &core->state->announcements[i];

		if (a->state == RD_ANNOUNCEMENT_NONE || a->serial != number)
			continue;
		give(core, a, by);
		return 0;
	}
	return -ENOENT;
}

void rd_announcements_restart(struct rd_core *core)
{
	expire(core);
	for (uint32_t i = 0; i < RD_ANNOUNCEMENTS; i++)
		if (core->state->announcements[i].state)
			load(core, i);
	memset(core->state->texts, 0, sizeof(core->state->texts));
}

bool rd_announcement_is_due(const struct rd_core *core,
			    const struct rd_announcement *a)
{
	return a->state == RD_ANNOUNCEMENT_READY && now_s(core) >= a->from_s &&
	       !is_over(core, a);
}

/* queue NULL: in front of a menu. */
static bool is_for(const struct rd_core *core, const struct rd_call *call,
		   const struct rd_announcement *a, const char *tree,
		   const char *queue)
{
	return rd_announcement_is_due(core, a) &&
	       strcmp(a->queue, queue ? queue : "") == 0 &&
	       (!a->tree[0] || !strcmp(a->tree, tree)) &&
	       (!a->area[0] || !strcmp(a->area, rd_call_area(core, call)));
}

bool rd_call_announcements(struct rd_core *core, struct rd_call *call,
			   const char *tree, const char *queue,
			   struct rd_playlist *out, bool *must_hear)
{
	uint16_t before = out->n;

	*must_hear = false;
	for (uint32_t i = 0; i < RD_ANNOUNCEMENTS; i++) {
		struct rd_announcement *a = &core->state->announcements[i];
		bool heard = call->announced[i] == a->serial;

		if (heard || !is_for(core, call, a, tree, queue) ||
		    out->n == RD_PLAYLIST_MAX)
			continue;
		call->announced[i] = a->serial;
		a->heard++;
		out->prompt[out->n++] = RD_PROMPT_EXTRA(i);
		*must_hear |= a->must_hear;
	}
	return out->n > before;
}

static void on_announcement(struct rd_core *core,
			    const struct rd_ev_sound *sound)
{
	struct rd_announcement *a = &core->state->announcements[sound->slot];
	size_t room = sound->msg.len - sizeof(*sound);

	if (a->state != RD_ANNOUNCEMENT_LOADING || a->serial != sound->serial)
		return; /* removed meanwhile */
	a->frames = sound->frames;
	a->state =
		sound->frames ? RD_ANNOUNCEMENT_READY : RD_ANNOUNCEMENT_FAILED;
	if (!sound->frames && room && memchr(sound->why, 0, room))
		rd_text_copy(a->why, sizeof(a->why), sound->why);
	tell(core, a, sound->frames ? "ready" : "failed", a->by);
}

/* ---- texts of calls --------------------------------------------------------- */

uint32_t rd_call_text(struct rd_core *core, struct rd_call *call,
		      const char *text)
{
	const struct rd_config *config = rd_call_config(core, call);
	struct rd_state *s = core->state;
	uint32_t place = s->next_text++ % RD_TEXTS;
	uint32_t slot = RD_ANNOUNCEMENTS + place;

	s->texts[place] = (struct rd_text_place){ rd_call_index(core, call),
						  ++s->next_announcement };
	ask_sound(core, slot, s->texts[place].serial,
		  call->language < config->nlanguages
			  ? config->languages[call->language].voice
			  : "",
		  text, false);
	return slot;
}

void rd_announcements_on_sound(struct rd_core *core,
			       const struct rd_ev_sound *sound)
{
	struct rd_text_place *place;

	if (sound->slot >= RD_EXTRAS) {
		core->state->counts.malformed++;
		return;
	}
	if (sound->slot < RD_ANNOUNCEMENTS) {
		on_announcement(core, sound);
		return;
	}
	place = &core->state->texts[sound->slot - RD_ANNOUNCEMENTS];
	if (place->serial != sound->serial ||
	    !rd_pool_has(core->state, &core->state->calls, place->call)) {
		core->state->counts.late++;
		return;
	}
	rd_call_on_sound(core, rd_call_at(core, place->call), sound->slot,
			 sound->frames);
}

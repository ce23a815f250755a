// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What operators ask. A command that changes core's state becomes an event; a
 * question is answered from the state at once; what concerns the daemon itself
 * is done here. A command with a frame waits for it, in a short list ordered by
 * (frame, arrival): scripts in lockstep are carried out at the same event, run
 * after run.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control/control.h"
#include "daemon/core/command.h"
#include "daemon/core/json_out.h"
#include "daemon/live/live.h"
#include "daemon/live/log.h"
#include "daemon/media/media.h"

#define WAITING_MAX 256u
#define ANSWER_MAX  (1u << 20)

struct rd_waiting {
	struct rd_waiting *next;
	const struct rd_command_info *command;
	uint64_t frame;
	uint32_t client, id;
	char json[];
};

void rd_live_command(struct rd_live *live, const char *json, uint32_t client,
		     uint32_t id)
{
	_Alignas(8) uint8_t room[4096] = { 0 };
	struct rd_ev_command *event = (struct rd_ev_command *)room;
	size_t len = strlen(json) + 1;

	if (sizeof(*event) + len > sizeof(room)) {
		rd_control_fail(live->control, client, id, "too-long",
				"the command is longer than 4000 octets");
		return;
	}
	event->msg.type = RD_MSG_COMMAND;
	event->msg.len = (uint16_t)((sizeof(*event) + len + 7) & ~(size_t)7);
	event->msg.line = RD_LINE_NONE;
	event->msg.frame = live->frame;
	event->client = client;
	event->id = id;
	memcpy(event->json, json, len);
	rd_live_event(live, &event->msg);
}

static void ask(struct rd_live *live, const char *name, const char *json,
		uint32_t client, uint32_t id)
{
	int64_t len = -ENOMEM;

	if (!live->answer)
		live->answer = malloc(ANSWER_MAX);
	if (live->answer)
		len = rd_core_query(live->core, live->frame, name, json,
				    live->answer, ANSWER_MAX);
	if (len >= 0 && len < (int64_t)ANSWER_MAX)
		rd_control_result(live->control, client, id, live->answer);
	else if (len == -ENOENT)
		rd_control_fail(live->control, client, id, "not-found",
				"there is none of that name or number");
	else if (len == -EINVAL)
		rd_control_fail(live->control, client, id, "invalid",
				"a name or number is missing or wrong");
	else
		rd_control_fail(live->control, client, id, "unavailable",
				len < 0 ? strerror((int)-len)
					: "the answer is longer than 1 MiB");
}

static void paths(struct rd_live *live, uint32_t client, uint32_t id)
{
	const struct rd_config *config = live->core->config;
	char text[2048];
	struct rd_json json;

	rd_json_begin(&json, text, sizeof(text));
	rd_json_object(&json, NULL);
	rd_json_bool(&json, "ok", true);
	rd_json_str(&json, "config", live->config_path);
	rd_json_str(&json, "store", config->store_path);
	rd_json_str(&json, "journal", config->journal.dir);
	rd_json_str(&json, "recordings", config->recording.dir);
	rd_json_end(&json, '}');
	rd_control_answer(live->control, client, id, text);
}

static void media(struct rd_live *live, uint32_t client, uint32_t id)
{
	struct rd_media_stats stats;
	char text[1024];
	struct rd_json json;

	rd_media_stats(live->media, &stats);
	rd_json_begin(&json, text, sizeof(text));
	rd_json_object(&json, NULL);
	rd_json_bool(&json, "ok", true);
#define PUT(field) rd_json_int(&json, #field, (int64_t)stats.field)
	PUT(ticks);
	PUT(late_ticks);
	PUT(tick_ns_sum);
	PUT(tick_ns_max);
	PUT(rx_lost);
	PUT(tx_late);
	PUT(slips);
	PUT(takeovers);
	PUT(events_lost);
	PUT(bad_commands);
	PUT(rec_lost);
	PUT(hdlc_frames);
	PUT(hdlc_faults);
	PUT(hdlc_refused);
#undef PUT
	rd_json_end(&json, '}');
	rd_control_answer(live->control, client, id, text);
}

static void act(struct rd_live *live, const struct rd_command_info *command,
		const char *json, uint32_t client, uint32_t id)
{
	int err = 0;

	switch (command->id) {
	case RD_DAEMON_CONFIG_RELOAD:
		err = rd_live_reload(live, client, id);
		break;
	case RD_DAEMON_BACKUP:
		err = rd_live_backup(live, json, client, id);
		break;
	case RD_DAEMON_PATHS:
		paths(live, client, id);
		break;
	case RD_DAEMON_MEDIA:
		media(live, client, id);
		break;
	case RD_DAEMON_LINES:
		rd_live_lines(live, json, client, id);
		break;
	case RD_DAEMON_STOP:
		rd_control_answer(live->control, client, id, "{\"ok\":true}");
		rd_live_end(live);
		break;
	default:
		err = -ENOSYS;
	}
	if (err)
		rd_control_fail(live->control, client, id,
				err == -EBUSY ? "conflict" : "unavailable",
				err == -EBUSY ? "one is under way"
					      : strerror(-err));
}

static void carry_out(struct rd_live *live,
		      const struct rd_command_info *command, const char *json,
		      uint32_t client, uint32_t id)
{
	switch (command->kind) {
	case RD_CONTROL_CHANGE:
		rd_live_command(live, json, client, id);
		break;
	case RD_CONTROL_ASK:
		ask(live, command->name, json, client, id);
		break;
	case RD_CONTROL_DAEMON:
		act(live, command, json, client, id);
		break;
	case RD_CONTROL_SOCKET:
		break;
	}
}

static int hold(struct rd_live *live, const struct rd_control_request *req)
{
	struct rd_waiting **at = &live->waiting, *w;
	size_t len = strlen(req->json) + 1;

	if (live->nwaiting == WAITING_MAX)
		return -ENOBUFS;
	w = malloc(sizeof(*w) + len);
	if (!w)
		return -ENOMEM;
	w->command = req->command;
	w->frame = req->at_frame;
	w->client = req->client;
	w->id = req->id;
	memcpy(w->json, req->json, len);
	while (*at && (*at)->frame <= w->frame)
		at = &(*at)->next;
	w->next = *at;
	*at = w;
	live->nwaiting++;
	return 0;
}

void rd_live_request(void *context, const struct rd_control_request *req)
{
	struct rd_live *live = context;

	if (req->at_frame <= live->frame)
		carry_out(live, req->command, req->json, req->client, req->id);
	else if (hold(live, req))
		rd_control_fail(live->control, req->client, req->id, "full",
				"too many commands wait for their frame");
}

bool rd_live_take_waiting(struct rd_live *live)
{
	struct rd_waiting *w;
	bool any = false;

	while ((w = live->waiting) && w->frame <= live->frame) {
		live->waiting = w->next;
		live->nwaiting--;
		carry_out(live, w->command, w->json, w->client, w->id);
		free(w);
		any = true;
	}
	return any;
}

uint64_t rd_live_waiting_deadline(const struct rd_live *live)
{
	return live->waiting ? live->waiting->frame : UINT64_MAX;
}

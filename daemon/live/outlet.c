// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The way out: each command to its peer. Queues are sized so that they do not
 * fill; if one does, the command is dropped, counted and told once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control/control.h"
#include "daemon/core/json_in.h"
#include "daemon/disk/disk.h"
#include "daemon/edge/edge.h"
#include "daemon/live/live.h"
#include "daemon/live/log.h"
#include "daemon/live/sounds.h"
#include "daemon/media/media.h"
#include "daemon/program/program.h"
#include "daemon/store/store.h"

/* We answer a lookup ourselves: into our own queue, as any other peer would. */
static void answer(struct rd_live *live, const struct rd_cmd_lookup *cmd,
		   enum rd_lookup_status status)
{
	struct rd_ev_lookup reply = {
		.msg = { .type = RD_MSG_LOOKUP_ANSWER,
			 .len = sizeof(reply),
			 .line = cmd->msg.line,
			 .frame = live->frame },
		.request = cmd->request,
		.status = status,
	};

	if (rd_mq_put(&live->own, &reply.msg))
		rd_log(RD_LOG_ERR, "no room for the answer of a lookup");
}

static void look_up(struct rd_live *live, const struct rd_cmd_lookup *cmd)
{
	char secret[RD_VAULT_DIGITS + 1] = "";

	if (cmd->secret)
		rd_vault_take(&live->vault,
			      (uint32_t)strtoul(cmd->key, NULL, 10), secret);
	if (cmd->source == RD_LOOKUP_PIN)
		answer(live, cmd,
		       rd_vault_check_pin(
			       live->core->configs[cmd->config % RD_CONFIGS],
			       cmd->key, secret));
	else if (rd_store_lookup(live->store, cmd, cmd->secret ? secret : NULL))
		answer(live, cmd, RD_LOOKUP_DOWN);
	explicit_bzero(secret, sizeof(secret));
}

void rd_live_to_media(struct rd_live *live, const struct rd_msg *cmd)
{
	if (rd_mq_put(rd_media_commands(live->media), cmd) == 0)
		return;
	if (live->media_full++ == 0)
		rd_log(RD_LOG_ERR,
		       "media takes no commands: its queue is full");
}

/* An operator waits for the answer, which else would never come. */
static void maintain(struct rd_live *live, const struct rd_maintain *cmd)
{
	struct rd_maintain reply = *cmd;

	if (rd_media_maintain(live->media, cmd) == 0)
		return;
	reply.msg.type = RD_MSG_MAINTAINED;
	reply.result = -EBUSY;
	if (rd_mq_put(&live->own, &reply.msg))
		rd_log(RD_LOG_ERR, "no room for the answer of a test");
}

static void to_disk(struct rd_live *live, const struct rd_msg *cmd)
{
	if (rd_mq_put(rd_disk_commands(live->disk), cmd))
		rd_log(RD_LOG_ERR, "disk takes no commands: its queue is full");
	rd_disk_kick(live->disk);
}

static const char *word(const char *json, const char *key,
			struct rd_json_value *v)
{
	if (rd_json_get(json, key, v))
		v->text[0] = '\0';
	return v->text;
}

/* Every event begins with its name. */
#define IS(name)                                   \
	(!strncmp(json, "{\"event\":\"" name "\"", \
		  sizeof("{\"event\":\"" name "\"") - 1))

static bool is_set(const char *json, const char *key)
{
	struct rd_json_value v;

	return !rd_json_get(json, key, &v) && v.number;
}

static void log_state(const char *what, const char *state)
{
	rd_log(strcmp(state, "ok") ? RD_LOG_WARNING : RD_LOG_NOTICE, "%s: %s",
	       what, state);
}

/* What concerns whoever looks after the machine goes to the log, too. */
static void log_event(const char *json)
{
	struct rd_json_value a = { 0 }, b;

	if (IS("span.up")) {
		rd_log(RD_LOG_NOTICE, "span %s: up", word(json, "span", &a));
	} else if (IS("span.down")) {
		rd_log(RD_LOG_NOTICE, "span %s: down: %s",
		       word(json, "span", &a), word(json, "why", &b));
	} else if (IS("card.state")) {
		rd_json_get(json, "card", &a);
		rd_log(RD_LOG_NOTICE, "card %lld: %s", (long long)a.number,
		       is_set(json, "present") ? "there" : "gone");
	} else if (IS("core.broken")) {
		rd_json_get(json, "upto", &a);
		rd_log(RD_LOG_ERR,
		       "ALARM: the state contradicts itself since an event up "
		       "to %lld of the journal (%s); keep it: ringdown journal "
		       "replay finds the event",
		       (long long)a.number, word(json, "why", &b));
	} else if (IS("edge.state")) {
		bool up = is_set(json, "up");

		rd_log(up ? RD_LOG_NOTICE : RD_LOG_WARNING, "ringdown-isdn %s",
		       up ? "runs" : "has died and is started again");
	} else if (IS("disk.state")) {
		log_state("space for recordings", word(json, "state", &a));
	} else if (IS("store.state")) {
		log_state("database", word(json, "state", &a));
	}
}

static void publish(struct rd_live *live, const struct rd_publish *p)
{
	if (p->client)
		rd_control_answer(live->control, p->client, p->id, p->json);
	else
		rd_control_publish(live->control, p->seq, p->json);
	if (!p->client)
		log_event(p->json);
}

/* No room for a sound: it is told at once that there is none. */
static void make_sound(struct rd_live *live, const struct rd_cmd_sound *cmd)
{
	struct rd_ev_sound none = {
		.msg = { .type = RD_MSG_SOUND_MADE,
			 .len = sizeof(none),
			 .line = RD_LINE_NONE,
			 .frame = live->frame },
		.slot = cmd->slot,
		.serial = cmd->serial,
	};

	if (rd_sounds_ask(live->sounds, cmd) &&
	    rd_mq_put(&live->own, &none.msg))
		rd_log(RD_LOG_ERR, "no room for the answer of a sound");
}

static void ask_program(struct rd_live *live, const struct rd_cmd_program *cmd)
{
	const struct rd_cmd_lookup lookup = { .msg = cmd->msg,
					      .request = cmd->request };

	if (rd_programs_ask(live->programs, cmd))
		answer(live, &lookup, RD_LOOKUP_DOWN);
}

static void to_workers(struct rd_live *live, const struct rd_msg *cmd)
{
	const void *c = cmd;

	switch (cmd->type) {
	case RD_MSG_ROW:
		rd_store_put(live->store, c);
		break;
	case RD_MSG_SOUND_MAKE:
		make_sound(live, c);
		break;
	case RD_MSG_PROGRAM:
		ask_program(live, c);
		break;
	default:
		look_up(live, c);
	}
}

void rd_live_put(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
	struct rd_live *live = context;

	switch (peer) {
	case RD_PEER_MEDIA:
		if (cmd->type == RD_MSG_MAINTAIN)
			maintain(live, (const void *)cmd);
		else
			rd_live_to_media(live, cmd);
		break;
	case RD_PEER_DISK:
		to_disk(live, cmd);
		break;
	case RD_PEER_STORE:
		to_workers(live, cmd);
		break;
	case RD_PEER_EDGE:
		rd_edge_send(live->edge, cmd);
		break;
	case RD_PEER_CONTROL:
		publish(live, (const void *)cmd);
		break;
	case RD_PEER_CORE:
		break;
	}
}

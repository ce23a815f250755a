// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ringdown journal bundle: one call as a developer needs it, to repeat it on
 * another machine. The folder it writes is a journal of one segment, so every
 * verb that reads a journal reads it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "daemon/core/state.h"
#include "daemon/journal/excerpt.h"
#include "tools/ringdown/files.h"
#include "tools/ringdown/redact.h"
#include "tools/ringdown/replay.h"

struct search {
	uint64_t call;
	bool heard; /* of it, in the event that is handled */
	uint64_t first, last, end;
};

static void listen_for(void *context, enum rd_peer peer,
		       const struct rd_msg *msg)
{
	const struct rd_publish *said = (const void *)msg;
	struct search *s = context;
	json_t *event;

	(void)peer;
	if (msg->type != RD_MSG_PUBLISH)
		return;
	event = json_loads(said->json, 0, NULL);
	s->heard |= (uint64_t)json_integer_value(
			    json_object_get(event, "call")) == s->call;
	json_decref(event);
}

static int note_event(void *context, const struct rd_core *core,
		      const struct rd_journal_event *e)
{
	struct search *s = context;

	(void)core;
	s->end = e->seq;
	if (s->heard) {
		s->first = s->first ? s->first : e->seq;
		s->last = e->seq;
	}
	s->heard = false;
	return 0;
}

static int find(struct cli *cli, const char *dir, struct search *s)
{
	struct rd_replay_options options = {
		.from = cli->since > 0 ? (uint64_t)cli->since : 0,
		.to = UINT64_MAX,
		.sink = { listen_for, s },
		.compile = replay_compile,
		.release = replay_release,
		.after = note_event,
		.context = s,
	};
	struct rd_replay_result result;
	struct rd_core *core;
	int err = rd_journal_replay(dir, &options, &result, &core);

	rd_replay_free(core, &options);
	if (err) {
		cli_error("%s: %s", dir,
			  *result.why ? result.why : strerror(-err));
		return CLI_INVALID;
	}
	if (!s->first) {
		cli_error("no call %s in the journal", cli->arg[0]);
		return CLI_NOT_FOUND;
	}
	/* what core said to the last event is in the record behind it */
	s->last += s->last < s->end;
	return CLI_OK;
}

/* What it is, for whoever opens the folder. */
static int describe(const struct cli *cli, const struct rd_excerpt *x,
		    size_t replaced)
{
	char path[4096];
	json_t *all = json_pack(
		"{s:s, s:s, s:I, s:I, s:I, s:I, s:b, s:I, s:s}", "what",
		"one call of a ringdown journal", "call", cli->arg[0], "first",
		(json_int_t)x->first, "last", (json_int_t)x->last, "events",
		(json_int_t)x->n, "state_version",
		(json_int_t)rd_state_version(), "redacted", cli->redact,
		"replaced", (json_int_t)replaced, "repeat",
		"ringdown journal replay FOLDER; ringdown why CALL --journal "
		"FOLDER");
	int err;

	snprintf(path, sizeof(path), "%s/bundle.json", cli->arg[1]);
	err = json_dump_file(all, path, JSON_INDENT(2));
	json_decref(all);
	return err ? -EIO : 0;
}

static int bundle(struct cli *cli, const char *dir, const struct search *s)
{
	struct rd_replay_options options = { .compile = replay_compile,
					     .release = replay_release };
	uint64_t secret = 0;
	struct rd_excerpt x;
	size_t replaced = 0;
	char why[256];
	int err = rd_excerpt_read(dir, s->first, s->last, &options, &x, why);

	if (!err && cli->redact) {
		if (getrandom(&secret, sizeof(secret), 0) < 0)
			err = -errno;
		if (!err)
			err = redact(&x, &options, secret, &replaced, why);
	}
	if (err) {
		cli_error("call %s%s: %s", cli->arg[0],
			  cli->redact ? " cannot be redacted" : "",
			  *why ? why : strerror(-err));
		rd_excerpt_free(&x);
		return CLI_INVALID;
	}
	err = rd_excerpt_write(&x, cli->arg[1]);
	if (!err)
		err = describe(cli, &x, replaced);
	if (err)
		cli_error("%s: %s", cli->arg[1],
			  err == -EEXIST ? "there is a journal already"
					 : strerror(-err));
	else
		printf("%s: events %" PRIu64 " to %" PRIu64 "%s\n", cli->arg[1],
		       x.first, x.last,
		       cli->redact ? ", numbers and names replaced" : "");
	rd_excerpt_free(&x);
	return err ? CLI_FAILED : CLI_OK;
}

int run_journal_bundle(struct cli *cli)
{
	struct search search = { 0 };
	char *end, *dir;
	int code;

	search.call = strtoull(cli->arg[0], &end, 10);
	if (!search.call || *end) {
		cli_error("call \"%s\": expected a number", cli->arg[0]);
		return CLI_USAGE;
	}
	dir = file_path(cli, "journal", &code);
	if (!dir)
		return code;
	code = find(cli, dir, &search);
	if (!code)
		code = bundle(cli, dir, &search);
	free(dir);
	return code;
}

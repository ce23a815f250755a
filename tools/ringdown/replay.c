// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs that replay the journal with a core of their own: the story of one call
 * with the reasons, and the proof that the log tells the truth.
 *
 * An event belongs to a call if core publishes something about the call in it,
 * or if it happened on a line that one of the call's legs had.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/call/leg.h"
#include "daemon/ivr/compile.h"
#include "daemon/journal/replay.h"
#include "tools/ringdown/cli.h"
#include "tools/ringdown/event.h"
#include "tools/ringdown/files.h"
#include "tools/ringdown/replay.h"
#include "tools/ringdown/table.h"

#define SAID 64 /* lines core says of a call in one event */

struct story {
	struct cli *cli;
	uint64_t call;
	uint32_t line[2]; /* of its legs before this event */
	char *said[SAID];
	int nsaid;
	uint64_t shown;
};

struct rd_config *replay_compile(void *context, const struct rd_bundle *bundle)
{
	struct rd_diag diag;
	struct rd_config *config;

	(void)context;
	rd_diag_init(&diag);
	config = rd_config_load(bundle, rd_ivr_load, &diag);
	rd_diag_free(&diag);
	return config;
}

void replay_release(void *context, const struct rd_config *config)
{
	(void)context;
	rd_config_free((struct rd_config *)config);
}

int replay_run(struct cli *cli, const struct rd_replay_options *options,
	       struct rd_replay_result *result)
{
	struct rd_core *core;
	int code, err;
	char *dir = file_path(cli, "journal", &code);

	if (!dir)
		return code;
	err = rd_journal_replay(dir, options, result, &core);
	if (err) {
		cli_error("%s: %s", dir,
			  *result->why ? result->why : strerror(-err));
		code = CLI_INVALID;
	} else {
		rd_replay_free(core, options);
	}
	free(dir);
	return code;
}

/* ---- one call ------------------------------------------------------------------ */

static void listen_to(void *context, enum rd_peer peer,
		      const struct rd_msg *msg)
{
	const struct rd_publish *said = (const void *)msg;
	struct story *s = context;
	json_t *event;

	if (peer != RD_PEER_CONTROL || msg->type != RD_MSG_PUBLISH ||
	    s->nsaid == SAID)
		return;
	event = json_loads(said->json, 0, NULL);
	if ((uint64_t)json_integer_value(json_object_get(event, "call")) ==
	    s->call)
		s->said[s->nsaid++] = strdup(said->json);
	json_decref(event);
}

static void note_lines(struct story *s, const struct rd_core *core)
{
	const struct rd_call *call = rd_call_by_id(core, s->call);
	const struct rd_leg *peer;

	s->line[0] = s->line[1] = RD_LINE_NONE;
	if (!call)
		return;
	s->line[0] = call->line;
	peer = call->peer == RD_NONE ? NULL : rd_leg_at(core, call->peer);
	if (peer)
		s->line[1] = peer->line;
}

static void print_said(const char *said)
{
	json_t *event = json_loads(said, 0, NULL);

	printf("%26s-> %-16s", "",
	       json_string_value(json_object_get(event, "event")));
	print_fields(event, "event seq time_ns call");
	putchar('\n');
	json_decref(event);
}

static void print(struct story *s, const struct rd_journal_event *e)
{
	const struct rd_msg_info *info = rd_msg_info(e->msg->type);
	json_t *fields = json_object();
	char line[32];

	line_words(e->msg->line, line);
	event_fields(e->msg, fields);
	if (s->cli->json) {
		json_t *said = json_array(), *all;

		for (int i = 0; i < s->nsaid; i++)
			json_array_append_new(said,
					      json_loads(s->said[i], 0, NULL));
		all = json_pack("{s:I, s:I, s:s, s:s, s:O, s:o}", "seq",
				(json_int_t)e->seq, "frame",
				(json_int_t)e->msg->frame, "type",
				info ? info->name : "?", "line", line, "fields",
				fields, "said", said);
		json_dumpf(all, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(all);
	} else {
		printf("%8" PRIu64 " %9" PRIu64 ".%03" PRIu64 " %-13s %-8s",
		       e->seq, e->msg->frame / 8000, e->msg->frame / 8 % 1000,
		       info ? info->name : "?", line);
		print_fields(fields, "");
		putchar('\n');
		for (int i = 0; i < s->nsaid; i++)
			print_said(s->said[i]);
	}
	json_decref(fields);
	s->shown++;
}

static int after_event(void *context, const struct rd_core *core,
		       const struct rd_journal_event *e)
{
	struct story *s = context;
	bool on_line =
		e->msg->line != RD_LINE_NONE &&
		(e->msg->line == s->line[0] || e->msg->line == s->line[1]);

	if (s->nsaid || on_line)
		print(s, e);
	while (s->nsaid)
		free(s->said[--s->nsaid]);
	note_lines(s, core);
	return 0;
}

int run_journal_call(struct cli *cli)
{
	struct story story = {
		.cli = cli,
		.line = { RD_LINE_NONE, RD_LINE_NONE },
	};
	struct rd_replay_options options = {
		.from = cli->since > 0 ? (uint64_t)cli->since : 0,
		.to = UINT64_MAX,
		.sink = { listen_to, &story },
		.compile = replay_compile,
		.release = replay_release,
		.after = after_event,
		.context = &story,
	};
	struct rd_replay_result result;
	char *end;
	int code;

	story.call = strtoull(cli->arg[0], &end, 10);
	if (!story.call || *end) {
		cli_error("call \"%s\": expected a number", cli->arg[0]);
		return CLI_USAGE;
	}
	code = replay_run(cli, &options, &result);
	if (!code && !story.shown) {
		cli_error("no call %s in the journal", cli->arg[0]);
		code = CLI_NOT_FOUND;
	}
	return code;
}

/* ---- the proof ------------------------------------------------------------------ */

static void listen_to_nothing(void *context, enum rd_peer peer,
			      const struct rd_msg *msg)
{
	(void)context;
	(void)peer;
	(void)msg;
}

int run_journal_verify(struct cli *cli)
{
	struct rd_replay_options options = {
		.from = cli->since > 0 ? (uint64_t)cli->since : 0,
		.to = UINT64_MAX,
		.verify = true,
		.check = true,
		.sink = { listen_to_nothing, NULL },
		.compile = replay_compile,
		.release = replay_release,
	};
	struct rd_replay_result r;
	int code = replay_run(cli, &options, &r);
	json_t *out;

	if (code)
		return code;
	if (r.mismatch_seq || r.broken_seq || r.lost)
		code = CLI_INVALID;
	out = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "events",
			(json_int_t)r.events, "first", (json_int_t)r.first,
			"last", (json_int_t)r.last, "lost", (json_int_t)r.lost,
			"gaps", (json_int_t)r.gaps, "mismatch",
			(json_int_t)r.mismatch_seq, "broken",
			(json_int_t)r.broken_seq, "why", r.why);
	if (cli->json) {
		json_dumpf(out, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		printf("events %" PRIu64 " to %" PRIu64 ": %s%s\n", r.first,
		       r.last,
		       r.mismatch_seq || r.broken_seq ? "NOT as they were: "
		       : r.events ? "the same commands, the same states"
				  : "none",
		       r.mismatch_seq || r.broken_seq ? r.why : "");
		if (r.lost)
			printf("%" PRIu64 " events are missing\n", r.lost);
	}
	json_decref(out);
	return code;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ringdown journal replay: a slice or a day once more, each decision compared
 * with what was decided then. The first that differs is shown with its place.
 *
 * What core said to an event is known from the record after it; so one event
 * more is read than is asked for.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tools/ringdown/event.h"
#include "tools/ringdown/files.h"
#include "tools/ringdown/replay.h"

struct slice {
	uint64_t from, to;
	uint64_t events, commands;
	uint64_t handled; /* the event now, 0 none yet */
};

static void count_command(void *context, enum rd_peer peer,
			  const struct rd_msg *msg)
{
	struct slice *s = context;
	uint64_t now = s->handled + 1;

	(void)peer;
	(void)msg;
	s->commands += now >= s->from && now <= s->to;
}

static int count_event(void *context, const struct rd_core *core,
		       const struct rd_journal_event *e)
{
	struct slice *s = context;

	(void)core;
	s->handled = e->seq;
	s->events += e->seq >= s->from && e->seq <= s->to;
	return 0;
}

/* Events of a local day "2026-11-23". CLI_OK, or told why not. */
static int find_day(const char *dir, const char *text, struct slice *s)
{
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	uint64_t begin_ns, end_ns, epoch_ns = 0;
	struct tm tm = { .tm_isdst = -1 };
	int n = 0, err;

	if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &n) != 3 ||
	    text[n]) {
		cli_error("\"%s\": expected FROM..TO, or a date", text);
		return CLI_USAGE;
	}
	tm.tm_year -= 1900;
	tm.tm_mon--;
	begin_ns = (uint64_t)mktime(&tm) * 1000000000u;
	tm.tm_mday++;
	tm.tm_isdst = -1;
	end_ns = (uint64_t)mktime(&tm) * 1000000000u;
	err = rd_journal_reader_open(dir, &r);
	if (err) {
		cli_error("%s: %s", dir, strerror(-err));
		return CLI_FAILED;
	}
	s->from = s->to = 0;
	while ((n = rd_journal_reader_next(r, &e)) > 0 || n == -EBADMSG) {
		uint64_t ns;

		if (n < 0)
			continue;
		if (e.first)
			epoch_ns = rd_journal_reader_file(r)->header.epoch_ns;
		if (e.msg->type == RD_MSG_START)
			epoch_ns =
				((const struct rd_ev_start *)e.msg)->epoch_ns;
		ns = epoch_ns + e.msg->frame * 125000u;
		if (ns < begin_ns || ns >= end_ns)
			continue;
		s->from = s->from ? s->from : e.seq;
		s->to = e.seq;
	}
	rd_journal_reader_close(r);
	if (s->from)
		return CLI_OK;
	cli_error("%s: no event on %s", dir, text);
	return CLI_NOT_FOUND;
}

static int find_slice(const char *dir, const char *text, struct slice *s)
{
	char *end;

	*s = (struct slice){ .from = 0, .to = UINT64_MAX };
	if (!text)
		return CLI_OK;
	if (!strstr(text, ".."))
		return find_day(dir, text, s);
	s->from = strtoull(text, &end, 10);
	if (end[0] != '.' || end[1] != '.')
		goto err;
	if (end[2])
		s->to = strtoull(end + 2, &end, 10);
	else
		end += 2;
	if (!*end && s->from <= s->to)
		return CLI_OK;
err:
	cli_error("\"%s\": expected FROM..TO, numbers of events", text);
	return CLI_USAGE;
}

/* The event at which it went otherwise: type, line, frame, segment. */
static json_t *place_of(const char *dir, uint64_t seq)
{
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	json_t *out = json_pack("{s:I}", "seq", (json_int_t)seq);
	char line[32], segment[RD_JOURNAL_NAME];
	json_t *fields;

	if (rd_journal_reader_open(dir, &r))
		return out;
	rd_journal_reader_seek(r, seq);
	if (rd_journal_reader_next(r, &e) == 1 && e.seq == seq) {
		const struct rd_msg_info *info = rd_msg_info(e.msg->type);

		fields = json_object();
		event_fields(e.msg, fields);
		line_words(e.msg->line, line);
		rd_journal_name(segment,
				rd_journal_reader_file(r)->header.first_seq);
		json_object_set_new(out, "segment", json_string(segment));
		json_object_set_new(out, "frame",
				    json_integer((json_int_t)e.msg->frame));
		json_object_set_new(out, "type",
				    json_string(info ? info->name : "?"));
		json_object_set_new(out, "line", json_string(line));
		json_object_set_new(out, "fields", fields);
	}
	rd_journal_reader_close(r);
	return out;
}

static void print(const struct cli *cli, const struct slice *s,
		  const struct rd_replay_result *r, json_t *place)
{
	char *text;

	if (cli->json) {
		json_t *out = json_pack("{s:I, s:I, s:I, s:I, s:s}", "events",
					(json_int_t)s->events, "commands",
					(json_int_t)s->commands, "lost",
					(json_int_t)r->lost, "gaps",
					(json_int_t)r->gaps, "why", r->why);

		if (place)
			json_object_set(out, "mismatch", place);
		json_dumpf(out, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(out);
		return;
	}
	printf("%" PRIu64 " events, %" PRIu64 " commands: ", s->events,
	       s->commands);
	if (!place) {
		printf("every decision as it was\n");
	} else {
		text = json_dumps(place, JSON_COMPACT);
		printf("NOT as it was\n%s\n%s\n", r->why, text);
		free(text);
	}
	if (r->lost)
		printf("%" PRIu64 " events are missing\n", r->lost);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

int run_journal_replay(struct cli *cli)
{
	struct slice slice;
	struct rd_replay_options options = {
		.verify = true,
		.check = true,
		.sink = { count_command, &slice },
		.compile = replay_compile,
		.release = replay_release,
		.after = count_event,
		.context = &slice,
	};
	struct rd_replay_result r;
	json_t *place = NULL;
	uint64_t seq;
	int code;
	char *dir;

	if (cli->nargs && is_folder(cli->arg[0])) { /* of journal bundle */
		cli->journal = cli->arg[0];
		cli->nargs = 0;
	}
	dir = file_path(cli, "journal", &code);
	if (!dir)
		return code;
	code = find_slice(dir, cli->nargs ? cli->arg[0] : NULL, &slice);
	options.from = slice.from;
	options.to = slice.to == UINT64_MAX ? slice.to : slice.to + 1;
	if (!code)
		code = replay_run(cli, &options, &r);
	if (!code) {
		seq = r.mismatch_seq ? r.mismatch_seq : r.broken_seq;
		if (seq)
			place = place_of(dir, seq);
		print(cli, &slice, &r, place);
		if (seq || r.lost)
			code = CLI_INVALID;
		json_decref(place);
	}
	free(dir);
	return code;
}

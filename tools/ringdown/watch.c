// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs that watch: events as lines for people, D-channel frames as octets, or
 * as a pcapng file.
 */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/control/command.h"
#include "lib/base/diag.h"
#include "tools/ringdown/cli.h"
#include "tools/ringdown/conn.h"
#include "tools/ringdown/dframe.h"
#include "tools/ringdown/pcapng.h"
#include "tools/ringdown/table.h"

#define FRAME_MAX 512

/*
 * Begin a watch with args, which are taken over. A span that is named must be
 * there: else one waits for ever.
 */
static int begin(struct cli *cli, struct conn *c, json_t *args)
{
	json_t *result, *span = NULL;
	int code = conn_open(c, cli->socket);

	if (code) {
		json_decref(args);
		return code;
	}
	if (cli->nargs)
		code = ask_span(cli, c, &span);
	json_decref(span);
	if (code)
		json_decref(args);
	else
		code = conn_ask(c, cli, "watch", args, &result);
	if (code) {
		conn_close(c);
		return code;
	}
	if (json_is_false(json_object_get(result, "complete")))
		cli_error("older events are no longer kept by the daemon; "
			  "\"ringdown journal show\" has them");
	json_decref(result);
	return CLI_OK;
}

/* The next event; NULL at the end. The caller's to json_decref(). */
static json_t *next_event(struct conn *c, char **line)
{
	while ((*line = conn_line(c))) {
		json_t *event = json_loads(*line, 0, NULL);

		if (json_object_get(event, "event"))
			return event;
		json_decref(event);
	}
	return NULL;
}

/* 12:03:04.250 call.queued  call 12, queue sales, position 1 */
static void print_event(const json_t *event)
{
	json_int_t ns = json_integer_value(json_object_get(event, "time_ns"));
	time_t s = (time_t)(ns / 1000000000);
	char clock[32] = "            ";
	struct tm tm;

	if (ns && localtime_r(&s, &tm)) {
		size_t n = strftime(clock, sizeof(clock), "%T", &tm);

		snprintf(clock + n, sizeof(clock) - n, ".%03d",
			 (int)(ns / 1000000 % 1000));
	}
	printf("%s %-18s", clock,
	       json_string_value(json_object_get(event, "event")));
	print_fields(event, "event seq time_ns");
	putchar('\n');
	fflush(stdout);
}

static bool is_event(const char *pattern)
{
	for (size_t i = 0; i < rd_event_count; i++)
		if (!fnmatch(pattern, rd_event_infos[i].name, 0))
			return true;
	return false;
}

/* Every name in --events is one, or a pattern that fits one. */
static int check_events(const char *events)
{
	char *copy = strdup(events), *rest = copy, *word;
	const char *names[128], *nearest;
	int code = CLI_OK;

	for (size_t i = 0; i < rd_event_count && i < 128; i++)
		names[i] = rd_event_infos[i].name;
	while (rest && (word = strsep(&rest, ", "))) {
		if (!*word || is_event(word))
			continue;
		nearest = rd_diag_nearest(word, names,
					  rd_event_count < 128 ? rd_event_count
							       : 128);
		cli_error("no event \"%s\"; %s%s%s", word,
			  nearest ? "did you mean \"" : "",
			  nearest ? nearest
				  : "\"ringdown help events\" lists them",
			  nearest ? "\"?" : "");
		code = CLI_USAGE;
	}
	free(copy);
	return code;
}

int run_watch(struct cli *cli)
{
	static const char *const names[] = { "agent", "queue", "span" };
	json_t *args = json_object(), *event;
	int64_t left = cli->limit;
	struct conn c;
	char *line;
	int code;

	if (cli->events && check_events(cli->events)) {
		json_decref(args);
		return CLI_USAGE;
	}
	if (cli->events)
		json_object_set_new(args, "events", json_string(cli->events));
	for (int i = 0; i < 3; i++)
		if (cli->by_name[i])
			json_object_set_new(args, names[i],
					    json_string(cli->by_name[i]));
	if (cli->call >= 0)
		json_object_set_new(args, "call", json_integer(cli->call));
	if (cli->since >= 0)
		json_object_set_new(args, "since", json_integer(cli->since));
	code = begin(cli, &c, args);
	if (code)
		return code;
	while (left && (event = next_event(&c, &line))) {
		if (cli->json) {
			puts(line);
			fflush(stdout);
		} else {
			print_event(event);
		}
		json_decref(event);
		left -= left > 0;
	}
	conn_close(&c);
	return left ? CLI_NO_DAEMON : CLI_OK;
}

static json_t *trace_args(const char *span)
{
	json_t *args = json_pack("{s:s}", "events", "trace");

	if (span)
		json_object_set_new(args, "span", json_string(span));
	return args;
}

static size_t from_hex(const char *hex, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned octet;

	while (hex && n < max && sscanf(hex + 2 * n, "%2x", &octet) == 1)
		out[n++] = (uint8_t)octet;
	return n;
}

/* 7.006 pstn rx I s3 r7 SETUP call 1  02017f... */
static void print_frame(const json_t *event)
{
	json_int_t at = json_integer_value(json_object_get(event, "frame"));
	const char *hex = json_string_value(json_object_get(event, "hex"));
	uint8_t frame[FRAME_MAX];
	size_t n = from_hex(hex, frame, sizeof(frame));
	char words[96];

	dframe_words(frame, n, words, sizeof(words));
	printf("%10" JSON_INTEGER_FORMAT ".%03d %s %s %-32s %s%s\n", at / 8000,
	       (int)(at / 8 % 1000),
	       json_string_value(json_object_get(event, "span")),
	       json_string_value(json_object_get(event, "direction")), words,
	       hex ? hex : "",
	       json_is_true(json_object_get(event, "damaged")) ? " (damaged)"
							       : "");
}

int run_trace(struct cli *cli)
{
	int64_t left = cli->limit;
	struct conn c;
	json_t *event;
	char *line;
	int code = begin(cli, &c, trace_args(cli->arg[0]));

	if (code)
		return code;
	while (left && (event = next_event(&c, &line))) {
		if (cli->json)
			puts(line);
		else
			print_frame(event);
		fflush(stdout);
		json_decref(event);
		left -= left > 0;
	}
	conn_close(&c);
	return left ? CLI_NO_DAEMON : CLI_OK;
}

int run_capture(struct cli *cli)
{
	const char *to = cli->output ? cli->output : "-";
	FILE *out = strcmp(to, "-") ? fopen(to, "wb") : stdout;
	int64_t left = cli->limit;
	struct conn c;
	json_t *event;
	char *line;
	int code;

	if (!out) {
		cli_error("%s: %s", to, strerror(errno));
		return CLI_FAILED;
	}
	code = begin(cli, &c, trace_args(cli->arg[0]));
	if (!code) {
		pcapng_begin(out, cli->arg[0]);
		while (left && (event = next_event(&c, &line))) {
			uint8_t frame[FRAME_MAX];
			size_t n = from_hex(json_string_value(json_object_get(
						    event, "hex")),
					    frame, sizeof(frame));
			const char *way = json_string_value(
				json_object_get(event, "direction"));

			if (!json_is_true(json_object_get(event, "damaged")))
				pcapng_frame(out,
					     (uint64_t)json_integer_value(
						     json_object_get(event,
								     "frame")),
					     way && !strcmp(way, "rx"), frame,
					     (uint32_t)n);
			fflush(out);
			json_decref(event);
			left -= left > 0;
		}
		conn_close(&c);
		code = left ? CLI_NO_DAEMON : CLI_OK;
	}
	if (out != stdout && fclose(out) && !code) {
		cli_error("%s: %s", to, strerror(errno));
		code = CLI_FAILED;
	}
	return code;
}

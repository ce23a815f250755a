// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs that watch: events as lines for people, D-channel frames as octets, or
 * as a pcapng file.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/ringdown/cli.h"
#include "tools/ringdown/conn.h"
#include "tools/ringdown/pcapng.h"
#include "tools/ringdown/table.h"

#define FRAME_MAX 512

/* Begin a watch with args; 0 events seen so far. */
static int begin(struct cli *cli, struct conn *c, json_t *args)
{
	json_t *result;
	int code = conn_open(c, cli->socket);

	if (code) {
		json_decref(args);
		return code;
	}
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
	bool comma = false;
	struct tm tm;
	const char *key;
	json_t *value;

	if (ns && localtime_r(&s, &tm)) {
		size_t n = strftime(clock, sizeof(clock), "%T", &tm);

		snprintf(clock + n, sizeof(clock) - n, ".%03d",
			 (int)(ns / 1000000 % 1000));
	}
	printf("%s %-18s", clock,
	       json_string_value(json_object_get(event, "event")));
	json_object_foreach((json_t *)event, key, value)
	{
		char words[512];

		if (!strcmp(key, "event") || !strcmp(key, "seq") ||
		    !strcmp(key, "time_ns") || json_is_null(value) ||
		    (json_is_string(value) && !json_string_length(value)))
			continue;
		value_words(key, value, words, sizeof(words));
		printf("%s %s %s", comma ? "," : "", key, words);
		comma = true;
	}
	putchar('\n');
	fflush(stdout);
}

int run_watch(struct cli *cli)
{
	static const char *const names[] = { "agent", "queue", "span" };
	json_t *args = json_object(), *event;
	int64_t left = cli->limit;
	struct conn c;
	char *line;
	int code;

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
		json_int_t frame =
			json_integer_value(json_object_get(event, "frame"));

		if (cli->json)
			puts(line);
		else
			printf("%10" JSON_INTEGER_FORMAT ".%03d %s %s %s%s\n",
			       frame / 8000, (int)(frame / 8 % 1000),
			       json_string_value(
				       json_object_get(event, "span")),
			       json_string_value(
				       json_object_get(event, "direction")),
			       json_string_value(json_object_get(event, "hex")),
			       json_is_true(json_object_get(event, "damaged"))
				       ? " (damaged)"
				       : "");
		fflush(stdout);
		json_decref(event);
		left -= left > 0;
	}
	conn_close(&c);
	return left ? CLI_NO_DAEMON : CLI_OK;
}

static size_t from_hex(const char *hex, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned octet;

	while (hex && n < max && sscanf(hex + 2 * n, "%2x", &octet) == 1)
		out[n++] = (uint8_t)octet;
	return n;
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

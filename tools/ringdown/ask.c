// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Verbs that are one command of the socket: arguments by position become the
 * command's arguments in its own order, so the table of the socket is all that
 * is to be known of them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/control/command.h"
#include "tools/ringdown/cli.h"
#include "tools/ringdown/conn.h"
#include "tools/ringdown/table.h"

/* What people see of the rows of an answer; programs see all. */
static const char *columns_of(const struct cli *cli)
{
	static const struct {
		const char *words, *columns;
	} rows[] = {
		{ "spans",
		  "span state alarms total busy blocked calls_in calls_out "
		  "refused glares errored_seconds slips loop injected tested" },
		{ "spans show", "channel state blocked tested leg call" },
		{ "calls", "call ani dnis span channel app phase queue agent "
			   "wait_ms duration_ms" },
		{ "lines", "span channel call number used_ms rx_dbm0 "
			   "rx_noise_dbm0 rx_clipped_ppm tx_dbm0 slips erl_db "
			   "erle_db echo_tail_ms" },
		{ "queues", "queue title waiting oldest_wait_ms ready "
			    "signed_in talking offered answered lost "
			    "level_per_mille mean_wait_ms" },
		{ "agents", "agent name state since_ms reason after_call phone "
			    "queues answered missed talk_ms signed_in_ms" },
		{ "announcements",
		  "announcement state text file length_ms area tree queue "
		  "must_hear from_s until_s heard by why" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].words, cli->verb->words))
			return rows[i].columns;
	return NULL;
}

static void show(const struct cli *cli, const json_t *result)
{
	if (cli->json) {
		json_dumpf(result, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_result(result, cli->verb->words, columns_of(cli),
			     cli->width);
	}
}

static int ask_and_show(struct cli *cli, const char *command, json_t *args,
			const char *done)
{
	struct conn c;
	json_t *result;
	int code = conn_open(&c, cli->socket);

	if (code) {
		json_decref(args);
		return code;
	}
	code = conn_ask(&c, cli, command, args, &result);
	if (!code) {
		if (cli->json || !done)
			show(cli, result);
		else
			printf("%s\n", done);
		json_decref(result);
	}
	conn_close(&c);
	return code;
}

/* The verb's words as arguments of its command. NULL after having said why. */
static json_t *args_of(const struct cli *cli)
{
	const struct rd_command_info *command =
		rd_command_find(cli->verb->command);
	const char *at = command ? command->args : "";
	json_t *args = json_object();
	struct rd_arg_info arg;

	for (int i = 0; i < cli->nargs && rd_arg_next(&at, &arg); i++) {
		char *end;
		long long n = strtoll(cli->arg[i], &end, 10);

		if (arg.type != 'i') {
			json_object_set_new(args, arg.name,
					    json_string(cli->arg[i]));
		} else if (*cli->arg[i] && !*end) {
			json_object_set_new(args, arg.name, json_integer(n));
		} else {
			cli_error("%s \"%s\": expected a number", arg.name,
				  cli->arg[i]);
			json_decref(args);
			return NULL;
		}
	}
	return args;
}

int run_ask(struct cli *cli)
{
	return ask_and_show(cli, cli->verb->command, NULL, NULL);
}

/* The span of that name out of all; NULL, having said so: there is none. */
static json_t *find_span(const struct cli *cli, const json_t *spans)
{
	json_t *span;
	size_t i;

	json_array_foreach((json_t *)spans, i, span)
	{
		const char *name =
			json_string_value(json_object_get(span, "span"));

		if (name && !strcmp(name, cli->arg[0]))
			return span;
	}
	cli_error("no span %s", cli->arg[0]);
	return NULL;
}

int ask_span(struct cli *cli, struct conn *c, json_t **out)
{
	json_t *spans, *span;
	int code = conn_ask(c, cli, "spans", NULL, &spans);

	if (code)
		return code;
	span = find_span(cli, spans);
	if (span)
		*out = json_incref(span);
	json_decref(spans);
	return span ? CLI_OK : CLI_NOT_FOUND;
}

int run_span(struct cli *cli)
{
	json_t *span, *channels;
	struct conn c;
	int code = conn_open(&c, cli->socket);

	if (code)
		return code;
	code = ask_span(cli, &c, &span);
	conn_close(&c);
	if (code)
		return code;
	channels = json_incref(json_object_get(span, "channels"));
	if (!cli->json)
		json_object_del(span, "channels");
	show(cli, span);
	if (!cli->json) {
		putchar('\n');
		show(cli, channels);
	}
	json_decref(channels);
	json_decref(span);
	return CLI_OK;
}

/* One command with what the words say. */
static int ask_words(struct cli *cli)
{
	json_t *args = args_of(cli);

	return args ? ask_and_show(cli, cli->verb->command, args, NULL)
		    : CLI_USAGE;
}

int run_lines(struct cli *cli)
{
	return ask_words(cli);
}

int run_call(struct cli *cli)
{
	json_t *args = args_of(cli), *result, *lines;
	struct conn c;
	int code;

	if (!args)
		return CLI_USAGE;
	code = conn_open(&c, cli->socket);
	if (code) {
		json_decref(args);
		return code;
	}
	code = conn_ask(&c, cli, cli->verb->command, json_incref(args),
			&result);
	if (!code) {
		/* what its lines sound like, if the daemon can tell */
		if (!conn_try(&c, cli, "lines", json_incref(args), &lines))
			json_object_set_new(result, "lines", lines);
		show(cli, result);
		json_decref(result);
	}
	json_decref(args);
	conn_close(&c);
	return code;
}

int run_change(struct cli *cli)
{
	json_t *args = args_of(cli);

	return args ? ask_and_show(cli, cli->verb->command, args, "done")
		    : CLI_USAGE;
}

int run_force(struct cli *cli)
{
	json_t *args = args_of(cli);

	if (!args)
		return CLI_USAGE;
	if (cli->force)
		json_object_set_new(args, "force", json_true());
	return ask_and_show(cli, cli->verb->command, args, "done");
}

/* A rate for each channel: nobody divides in his head. */
static void add_rates(json_t *tests)
{
	json_t *test;
	size_t i;

	json_array_foreach(tests, i, test)
	{
		double bits = (double)json_integer_value(
			json_object_get(test, "bits"));
		double errors = (double)json_integer_value(
			json_object_get(test, "errors"));
		char rate[32] = "";

		if (bits > 0)
			snprintf(rate, sizeof(rate), "%.2g", errors / bits);
		json_object_set_new(test, "error_rate", json_string(rate));
	}
}

/* SPAN [CHANNEL...] start|show|stop */
int run_bert(struct cli *cli)
{
	const char *action = cli->arg[cli->nargs - 1];
	char channels[256] = "";
	size_t len = 0;
	struct conn c;
	json_t *args, *result;
	int code;

	for (int i = 1; i < cli->nargs - 1 && len < sizeof(channels); i++)
		len += (size_t)snprintf(channels + len, sizeof(channels) - len,
					"%s%s", len ? "," : "", cli->arg[i]);
	args = json_pack("{s:s, s:s}", "span", cli->arg[0], "action", action);
	if (len)
		json_object_set_new(args, "channels", json_string(channels));
	if (cli->force)
		json_object_set_new(args, "force", json_true());
	if (strcmp(action, "start") == 0)
		return ask_and_show(cli, "span.bert", args, "started");
	code = conn_open(&c, cli->socket);
	if (code) {
		json_decref(args);
		return code;
	}
	code = conn_ask(&c, cli, "span.bert", args, &result);
	conn_close(&c);
	if (code)
		return code;
	add_rates(json_object_get(result, "tests"));
	if (cli->json)
		show(cli, result);
	else
		print_result(json_object_get(result, "tests"), "tests", NULL,
			     cli->width);
	json_decref(result);
	return CLI_OK;
}

/* "90s", "2h", "1d" in seconds; 0: it is none. */
static long long seconds_of(const char *text)
{
	static const struct {
		char unit;
		long long s;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char *end;
	long long n = strtoll(text, &end, 10);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (n > 0 && *end == units[i].unit && !end[1])
			return n * units[i].s;
	return 0;
}

/* "2026-11-24 08:00", local time, as Unix time; 0: it is none. */
static long long time_of(const char *text)
{
	struct tm tm = { .tm_isdst = -1 };
	int end = 0;

	if (sscanf(text, "%4d-%2d-%2d %2d:%2d%n", &tm.tm_year, &tm.tm_mon,
		   &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &end) != 5 ||
	    text[end])
		return 0;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (long long)mktime(&tm);
}

/* One word=value of an announcement. False, having said why: it is none. */
static bool add_word(json_t *args, const char *word)
{
	static const char *const texts[] = { "area", "tree", "queue",
					     "language", NULL };
	const char *value = strchr(word, '=');
	size_t len = value ? (size_t)(value - word) : 0;
	long long number = 0;
	char name[16];

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	value += value != NULL;
	for (int i = 0; len && texts[i]; i++)
		if (!strcmp(texts[i], name))
			return !json_object_set_new(args, name,
						    json_string(value));
	if (!strcmp(name, "for")) {
		number = seconds_of(value);
		json_object_set_new(args, "for_s", json_integer(number));
	} else if (!strcmp(name, "from") || !strcmp(name, "until")) {
		number = time_of(value);
		json_object_set_new(args, *name == 'f' ? "from_s" : "until_s",
				    json_integer(number));
	}
	if (!number)
		cli_error("\"%s\": expected for=2h, from=\"2026-11-24 08:00\", "
			  "until=..., area=, tree=, queue= or language=",
			  word);
	return number;
}

int run_announce(struct cli *cli)
{
	json_t *args = json_object();
	bool is_file = cli->arg[0][0] == '/';

	json_object_set_new(args, is_file ? "file" : "text",
			    json_string(cli->arg[0]));
	for (int i = 1; i < cli->nargs; i++) {
		if (!strcmp(cli->arg[i], "must-hear")) {
			json_object_set_new(args, "must_hear", json_true());
		} else if (!add_word(args, cli->arg[i])) {
			json_decref(args);
			return CLI_USAGE;
		}
	}
	return ask_and_show(
		cli, "announcements.add", args,
		"added; \"ringdown announcements\" tells when it is "
		"ready");
}

int run_stop(struct cli *cli)
{
	if (cli->cancel && !cli->when_idle) {
		cli_error("--cancel goes with --when-idle");
		return CLI_USAGE;
	}
	if (!cli->when_idle)
		return ask_and_show(cli, "stop", NULL, "stopping");
	if (cli->cancel)
		return ask_and_show(cli, "stop.when-idle",
				    json_pack("{s:b}", "cancel", 1),
				    "new calls are taken again");
	return ask_and_show(cli, "stop.when-idle", NULL,
			    "no new calls are taken; it ends with the last");
}

int run_backup(struct cli *cli)
{
	char cwd[4096], path[8192];
	const char *to = cli->arg[0];

	/* the daemon's folder is not ours */
	if (*to != '/') {
		if (!getcwd(cwd, sizeof(cwd))) {
			cli_error("%s", strerror(errno));
			return CLI_FAILED;
		}
		snprintf(path, sizeof(path), "%s/%s", cwd, to);
		to = path;
	}
	return ask_and_show(cli, "backup", json_pack("{s:s}", "to", to), NULL);
}

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
#include <unistd.h>

#include "daemon/control/command.h"
#include "tools/ringdown/cli.h"
#include "tools/ringdown/conn.h"
#include "tools/ringdown/table.h"

static void show(const struct cli *cli, const json_t *result)
{
	if (cli->json) {
		json_dumpf(result, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_result(result, cli->width);
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

int run_call(struct cli *cli)
{
	json_t *args = args_of(cli);

	return args ? ask_and_show(cli, cli->verb->command, args, NULL)
		    : CLI_USAGE;
}

int run_change(struct cli *cli)
{
	json_t *args = args_of(cli);

	return args ? ask_and_show(cli, cli->verb->command, args, "done")
		    : CLI_USAGE;
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

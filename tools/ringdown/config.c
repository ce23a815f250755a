// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration and trees, checked as the daemon would check them, without it:
 * the same functions, so what passes here passes there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/compile.h"
#include "lib/config/config.h"
#include "tools/ringdown/cli.h"

#define CONFIG "/etc/ringdown/ringdown.yaml"

void cli_print_diag(const struct cli *cli, const char *path,
		    const struct rd_diag *diag)
{
	json_t *lines, *all;
	char *text, *rest, *line;

	if (!cli->json) {
		if (diag->text)
			fputs(diag->text, stdout);
		if (!diag->errors)
			printf("%s: no errors, %d warning%s\n", path,
			       diag->warnings, diag->warnings == 1 ? "" : "s");
		else
			printf("%s: %d error%s\n", path, diag->errors,
			       diag->errors == 1 ? "" : "s");
		return;
	}
	lines = json_array();
	text = rest = strdup(diag->text ? diag->text : "");
	while ((line = strsep(&rest, "\n")))
		if (*line)
			json_array_append_new(lines, json_string(line));
	all = json_pack("{s:i, s:i, s:o}", "errors", diag->errors, "warnings",
			diag->warnings, "messages", lines);
	json_dumpf(all, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(all);
	free(text);
}

struct rd_config *cli_load(const char *path,
			   int (*then)(struct rd_config *, struct rd_diag *),
			   struct rd_diag *diag)
{
	struct rd_bundle bundle;
	struct rd_config *config;

	if (rd_bundle_read(path, &bundle, diag))
		return NULL;
	config = rd_config_load(&bundle, then, diag);
	rd_bundle_free(&bundle);
	return config;
}

int run_config_check(struct cli *cli)
{
	const char *path = cli->nargs ? cli->arg[0] : CONFIG;
	struct rd_config *config;
	struct rd_diag diag;
	int code;

	rd_diag_init(&diag);
	config = cli_load(path, rd_ivr_load_and_tell, &diag);
	if (config)
		rd_config_check_files(config, &diag);
	cli_print_diag(cli, path, &diag);
	code = diag.errors ? CLI_INVALID : CLI_OK;
	rd_config_free(config);
	rd_diag_free(&diag);
	return code;
}

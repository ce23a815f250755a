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
#include "daemon/ivr/program.h"
#include "lib/config/config.h"
#include "tools/ringdown/cli.h"

#define CONFIG "/etc/ringdown/ringdown.yaml"

/* Errors and warnings as they are, or as JSON lines of text. */
static void print_diag(const struct cli *cli, const char *path,
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

/*
 * The configuration at path with its trees, and are the files there? NULL:
 * errors are in diag.
 */
static struct rd_config *load(const char *path, bool files,
			      struct rd_diag *diag)
{
	struct rd_bundle bundle;
	struct rd_config *config = NULL;

	if (rd_bundle_read(path, &bundle, diag))
		return NULL;
	config = rd_config_load(
		&bundle, files ? rd_ivr_load_and_tell : rd_ivr_load, diag);
	if (config && files)
		rd_config_check_files(config, diag);
	rd_bundle_free(&bundle);
	return config;
}

static int check(struct cli *cli, bool files)
{
	const char *path = cli->nargs ? cli->arg[0] : CONFIG;
	struct rd_config *config;
	struct rd_diag diag;
	int code;

	rd_diag_init(&diag);
	config = load(path, files, &diag);
	print_diag(cli, path, &diag);
	code = diag.errors ? CLI_INVALID : CLI_OK;
	rd_config_free(config);
	rd_diag_free(&diag);
	return code;
}

int run_config_check(struct cli *cli)
{
	return check(cli, true);
}

int run_ivr_check(struct cli *cli)
{
	return check(cli, false);
}

int run_ivr_show(struct cli *cli)
{
	const char *path = cli->arg[0];
	const char *wanted = cli->nargs > 1 ? cli->arg[1] : NULL;
	struct rd_config *config;
	struct rd_diag diag;
	int shown = 0, code = CLI_INVALID;

	rd_diag_init(&diag);
	config = load(path, false, &diag);
	if (!config || diag.errors) {
		print_diag(cli, path, &diag);
		goto out;
	}
	for (uint16_t i = 0; i < config->ntrees; i++) {
		if (wanted && strcmp(wanted, config->tree_texts[i].name))
			continue;
		if (shown++)
			putchar('\n');
		rd_ivr_show(config->trees[i], config, stdout);
	}
	code = shown ? CLI_OK : CLI_NOT_FOUND;
	if (!shown)
		cli_error("%s: no tree%s%s", path, wanted ? " " : "",
			  wanted ? wanted : "");
out:
	rd_config_free(config);
	rd_diag_free(&diag);
	return code;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ringdown ivr show: a tree as an outline, for Graphviz, or as SVG; with the
 * visits of a past day, which the database has (ivr_nodes).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/compile.h"
#include "daemon/ivr/draw.h"
#include "lib/config/config.h"
#include "tools/ringdown/cli.h"
#include "tools/ringdown/files.h"
#include "tools/ringdown/store.h"

#define DAY_MS 86400000ll

static const char visits_sql[] =
	"SELECT node, count(*) AS visits, cast(avg(dwell_ms) AS INTEGER) AS "
	"mean_ms, sum(exit = 'caller') AS hung_up FROM ivr_nodes "
	"WHERE tree = :tree AND at_ms >= :from AND at_ms < :to GROUP BY node";
static const char passages_sql[] =
	"SELECT node, went_to, count(*) AS times FROM ivr_nodes "
	"WHERE tree = :tree AND at_ms >= :from AND at_ms < :to "
	"AND went_to IS NOT NULL GROUP BY node, went_to";

struct past { /* a day of one tree, from the database */
	json_t *nodes, *ways;
	struct rd_ivr_overlay over;
};

static uint32_t number(const json_t *row, const char *key)
{
	return (uint32_t)json_integer_value(json_object_get(row, key));
}

static const char *text(const json_t *row, const char *key)
{
	const char *t = json_string_value(json_object_get(row, key));

	return t ? t : "";
}

static void free_past(struct past *p)
{
	free((void *)p->over.visits);
	free((void *)p->over.passages);
	json_decref(p->nodes);
	json_decref(p->ways);
}

static bool fill(struct past *p)
{
	size_t n = json_array_size(p->nodes), m = json_array_size(p->ways);
	struct rd_ivr_visits *visits = calloc(n + 1, sizeof(*visits));
	struct rd_ivr_passage *passages = calloc(m + 1, sizeof(*passages));

	p->over.visits = visits;
	p->over.passages = passages;
	if (!visits || !passages)
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *row = json_array_get(p->nodes, i);

		visits[i] = (struct rd_ivr_visits){
			.node = text(row, "node"),
			.visits = number(row, "visits"),
			.hung_up = number(row, "hung_up"),
			.mean_ms = number(row, "mean_ms"),
		};
	}
	for (size_t i = 0; i < m; i++) {
		const json_t *row = json_array_get(p->ways, i);

		passages[i] = (struct rd_ivr_passage){
			.node = text(row, "node"),
			.to = text(row, "went_to"),
			.times = number(row, "times"),
		};
	}
	p->over.nvisits = (uint32_t)n;
	p->over.npassages = (uint32_t)m;
	return true;
}

/* The day is one of the tree's own time zone. */
static bool read_past(struct cli *cli, const char *path, const char *tree,
		      const char *zone, struct past *out)
{
	struct store_bound bound[] = { { ":tree", tree, 0 },
				       { ":from", NULL, 0 },
				       { ":to", NULL, 0 } };
	int64_t begin;

	memset(out, 0, sizeof(*out));
	if (!cli_instant(cli->day, zone, &begin))
		return false;
	bound[1].number = begin * 1000;
	bound[2].number = begin * 1000 + DAY_MS;
	out->over.day = cli->day;
	out->nodes = store_query(path, visits_sql, bound, 3);
	if (out->nodes)
		out->ways = store_query(path, passages_sql, bound, 3);
	return out->ways && fill(out);
}

static void show_visits(const struct rd_ivr_overlay *over)
{
	printf("on %s:%s\n", over->day, over->nvisits ? "" : " no visits");
	for (uint32_t i = 0; i < over->nvisits; i++)
		printf("  %-24s %6u visits, %5u.%u s on average, %u hung up\n",
		       over->visits[i].node, over->visits[i].visits,
		       over->visits[i].mean_ms / 1000,
		       over->visits[i].mean_ms / 100 % 10,
		       over->visits[i].hung_up);
}

static int draw(struct cli *cli, const struct rd_config *config, uint16_t tree,
		const char *store)
{
	const struct rd_ivr_program *p = config->trees[tree];
	const struct rd_ivr_overlay *over = NULL;
	struct past past = { .nodes = NULL };
	int err = 0, code = CLI_OK;

	if (store) {
		const char *zone = config->ncalendars
					   ? config->calendars[0].timezone
					   : "UTC";

		if (!read_past(cli, store, p->name, zone, &past)) {
			code = CLI_FAILED;
			goto out;
		}
		over = &past.over;
	}
	if (cli->svg)
		err = rd_ivr_svg(p, config, over, stdout);
	else if (cli->dot)
		err = rd_ivr_dot(p, config, over, stdout);
	else
		rd_ivr_show(p, config, stdout);
	if (over && !cli->svg && !cli->dot)
		show_visits(over);
	if (err) {
		cli_error("%s: %s", p->name, strerror(-err));
		code = CLI_FAILED;
	}
out:
	free_past(&past);
	return code;
}

static int show(struct cli *cli, const struct rd_config *config,
		const char *store)
{
	const char *wanted = cli->nargs > 1 ? cli->arg[1] : NULL;
	int shown = 0, code = CLI_OK;

	if (cli->svg && !wanted && config->ntrees > 1) {
		cli_error("--svg is one picture: which tree?");
		return CLI_USAGE;
	}
	for (uint16_t i = 0; i < config->ntrees && !code; i++) {
		if (wanted && strcmp(wanted, config->tree_texts[i].name))
			continue;
		if (shown++)
			putchar('\n');
		code = draw(cli, config, i, store);
	}
	if (shown)
		return code;
	cli_error("%s: no tree%s%s", cli->arg[0], wanted ? " " : "",
		  wanted ? wanted : "");
	return CLI_NOT_FOUND;
}

int run_ivr_show(struct cli *cli)
{
	struct rd_config *config;
	struct rd_diag diag;
	char *store = NULL;
	int code = CLI_INVALID;

	rd_diag_init(&diag);
	config = cli_load(cli->arg[0], rd_ivr_load, &diag);
	if (!config || diag.errors) {
		cli_print_diag(cli, cli->arg[0], &diag);
		goto out;
	}
	if (cli->day && !cli->store && config->store_path[0])
		cli->store = config->store_path;
	if (cli->day)
		store = file_path(cli, "store", &code);
	if (!cli->day || store)
		code = show(cli, config, store);
out:
	free(store);
	rd_config_free(config);
	rd_diag_free(&diag);
	return code;
}

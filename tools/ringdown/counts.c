// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How callers went through a menu: each node, how often, from where, by which
 * key they left it, where they hung up, how long they stayed (IVR-18, REP-06).
 * A day is one of local time; versions of the tree are counted apart.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/ringdown/cli.h"
#include "tools/ringdown/files.h"
#include "tools/ringdown/store.h"
#include "tools/ringdown/table.h"

#define MS 1000

/* "2026-11-23": its first millisecond and that of the next day. */
static bool day_of(const char *text, int64_t *from_ms, int64_t *to_ms)
{
	struct tm tm = { .tm_isdst = -1 };
	int end = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &end) != 3 ||
	    text[end])
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	*from_ms = (int64_t)mktime(&tm) * MS;
	tm.tm_mday++;
	tm.tm_isdst = -1;
	*to_ms = (int64_t)mktime(&tm) * MS;
	return true;
}

/* A row a node and version, in order of the first visit. */
static const char nodes_sql[] =
	"SELECT node, version, count(*) AS visits, "
	"count(DISTINCT call) AS calls, "
	"cast(avg(dwell_ms) AS INTEGER) AS mean_ms, max(dwell_ms) AS max_ms, "
	"sum(wrong) AS wrong, sum(silent) AS silent, "
	"sum(exit = 'caller') AS hung_up, sum(exit = 'queue') AS to_queue "
	"FROM ivr_nodes WHERE tree = :tree AND at_ms >= :from AND at_ms < :to "
	"GROUP BY node, version ORDER BY min(at_ms), node";

/* A row a way out of a node. */
static const char ways_sql[] =
	"SELECT node, version, exit_key AS key, exit, went_to, "
	"count(*) AS times FROM ivr_nodes "
	"WHERE tree = :tree AND at_ms >= :from AND at_ms < :to "
	"GROUP BY node, version, exit_key, exit, went_to "
	"ORDER BY min(at_ms), times DESC, exit_key";

static void show(const struct cli *cli, json_t *nodes, json_t *ways)
{
	json_t *both;

	if (cli->json) {
		both = json_pack("{s:O,s:O}", "nodes", nodes, "ways", ways);
		json_dumpf(both, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(both);
	} else if (!json_array_size(nodes)) {
		printf("no visits\n");
	} else {
		print_rows(nodes, NULL, cli->width);
		putchar('\n');
		print_rows(ways, NULL, cli->width);
	}
}

int run_ivr_counts(struct cli *cli)
{
	struct store_bound bound[] = {
		{ ":tree", cli->arg[0], 0 },
		{ ":from", NULL, 0 },
		{ ":to", NULL, INT64_MAX },
	};
	json_t *nodes, *ways = NULL;
	char *path;
	int code;

	if (cli->nargs > 1 &&
	    !day_of(cli->arg[1], &bound[1].number, &bound[2].number)) {
		cli_error("\"%s\": expected a day such as 2026-11-23",
			  cli->arg[1]);
		return CLI_USAGE;
	}
	path = file_path(cli, "store", &code);
	if (!path)
		return code;
	nodes = store_query(path, nodes_sql, bound, 3);
	if (nodes)
		ways = store_query(path, ways_sql, bound, 3);
	free(path);
	if (ways)
		show(cli, nodes, ways);
	code = ways ? CLI_OK : CLI_FAILED;
	json_decref(nodes);
	json_decref(ways);
	return code;
}

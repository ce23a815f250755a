// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every row of the store, derived from a journal: what a database must hold.
 *
 *	rows JOURNAL     one row a line: table, seq, part, then its values, with
 *	                 a tab between; a null is \N
 *
 * By a replay with digests and invariants; exit 1 and a sentence if one fails.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/ivr/compile.h"
#include "daemon/journal/replay.h"
#include "daemon/store/row.h"

static void print(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
	const struct rd_cmd_row *row = (const void *)cmd;
	struct rd_value value;
	uint32_t at = 0;

	if (peer != RD_PEER_STORE || cmd->type != RD_MSG_ROW)
		return;
	printf("%s\t%" PRIu64 "\t%u", rd_tables[row->table].name, row->seq,
	       row->part);
	for (unsigned i = 0; i < rd_tables[row->table].columns; i++) {
		if (rd_row_next(row, &at, &value) != 1)
			printf("\t(damaged)");
		else if (value.kind == 'i')
			printf("\t%" PRId64, value.number);
		else if (value.kind == 's')
			printf("\t%.*s", (int)value.len, value.text);
		else
			printf("\t\\N");
	}
	putchar('\n');
}

static struct rd_config *compile(void *context, const struct rd_bundle *bundle)
{
	struct rd_config *config;
	struct rd_diag diag;

	rd_diag_init(&diag);
	config = rd_config_load(bundle, rd_ivr_load, &diag);
	rd_diag_free(&diag);
	return config;
}

static void release(void *context, const struct rd_config *config)
{
	rd_config_free((struct rd_config *)config);
}

int main(int argc, char **argv)
{
	struct rd_replay_options options = {
		.to = UINT64_MAX,
		.verify = true,
		.check = true,
		.sink = { print, NULL },
		.compile = compile,
		.release = release,
	};
	struct rd_replay_result result;
	struct rd_core *core;
	int err;

	if (argc != 2)
		return 2;
	err = rd_journal_replay(argv[1], &options, &result, &core);
	if (!err && core)
		rd_replay_free(core, &options);
	if (!err && !result.mismatch_seq && !result.broken_seq && !result.lost)
		return 0;
	fprintf(stderr, "%s: %s (%s), mismatch %" PRIu64 ", broken %" PRIu64
		", lost %" PRIu64 "\n", argv[1], strerror(-err), result.why,
		result.mismatch_seq, result.broken_seq, result.lost);
	return 1;
}

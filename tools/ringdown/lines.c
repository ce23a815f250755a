// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What lines were like over many calls, from the table line_health: their
 * levels, their echo and where it goes, and the settings that would suit them.
 *
 * rx_gain is what is to be added to bring speech to -18 dBm0 without clipping
 * the loudest that was heard; echo_canceller the shortest tail that holds the
 * longest echo, with 4 ms to spare. Both are proposals: nothing is changed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tools/ringdown/cli.h"
#include "tools/ringdown/files.h"
#include "tools/ringdown/store.h"
#include "tools/ringdown/table.h"

#define COLUMNS                                                                \
	"span channel uses rx_dbm0 rx_noise_dbm0 rx_clipped_ppm slips erl_db " \
	"erl_trend_db echo_tail_ms rx_gain_db echo_canceller_ms"

/* trend: the newest ten uses against those before */
static const char sql[] =
	"WITH h AS (SELECT *, row_number() OVER (PARTITION BY span, channel "
	"ORDER BY at_ms DESC, leg DESC) AS nth FROM line_health "
	"WHERE (:span IS NULL OR span = :span)), "
	"s AS (SELECT span, channel, count(*) AS uses, "
	"avg(rx_speech_cb) / 10.0 AS rx, avg(rx_noise_cb) / 10.0 AS noise, "
	"max(rx_peak_cb) / 10.0 AS peak, max(rx_clipped_ppm) AS clipped, "
	"sum(slips) AS slips, sum(rx_lost_frames) AS lost, "
	"sum(tx_late_frames) AS late, avg(erl_cb) / 10.0 AS erl, "
	"avg(CASE WHEN nth <= 10 THEN erl_cb END) / 10.0 - "
	"avg(CASE WHEN nth > 10 THEN erl_cb END) / 10.0 AS trend, "
	"max(CASE WHEN erl_cb < 400 THEN echo_tail_ms END) AS tail "
	"FROM h GROUP BY span, channel) "
	"SELECT span, channel, uses, round(rx, 1) AS rx_dbm0, "
	"round(noise, 1) AS rx_noise_dbm0, clipped AS rx_clipped_ppm, slips, "
	"lost AS rx_lost_frames, late AS tx_late_frames, "
	"round(erl, 1) AS erl_db, round(trend, 1) AS erl_trend_db, "
	"tail AS echo_tail_ms, "
	"round(max(-20, min(20, -18 - rx, 3.1 - peak)), 1) AS rx_gain_db, "
	"CASE WHEN tail <= 12 THEN 16 WHEN tail <= 28 THEN 32 "
	"WHEN tail <= 60 THEN 64 WHEN tail > 60 THEN 128 END "
	"AS echo_canceller_ms FROM s ORDER BY span, channel";

int run_lines_history(struct cli *cli)
{
	const struct store_bound bound[] = {
		{ ":span", cli->nargs ? cli->arg[0] : NULL, -1 },
	};
	int code;
	char *path = file_path(cli, "store", &code);
	json_t *rows;

	if (!path)
		return code;
	rows = store_query(path, sql, bound, 1);
	free(path);
	if (!rows)
		return CLI_FAILED;
	if (cli->nargs && !json_array_size(rows)) {
		cli_error("span %s: no such span, or no call was on it",
			  cli->arg[0]);
		json_decref(rows);
		return CLI_NOT_FOUND;
	}
	if (cli->json) {
		json_dumpf(rows, stdout,
			   JSON_INDENT(2) | JSON_REAL_PRECISION(6));
		putchar('\n');
	} else {
		print_result(rows, "lines", COLUMNS, cli->width);
	}
	json_decref(rows);
	return CLI_OK;
}

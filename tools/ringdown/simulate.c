// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ringdown simulate: a day of a day.yaml, played on a configuration; its
 * figures as tables, as JSON, as a plot.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/compile.h"
#include "daemon/simulate/simulate.h"
#include "lib/base/frames.h"
#include "tools/ringdown/cli.h"
#include "tools/ringdown/table.h"

#define CONFIG "/etc/ringdown/ringdown.yaml"

/* ---- figures as JSON; tables are made of it ----------------------------------- */

static json_t *per_cent(double share)
{
	return json_real((double)(int64_t)(share * 1000 + 0.5) / 10);
}

static json_t *mean_ms(uint64_t sum, uint32_t n)
{
	return json_integer(n ? (json_int_t)(sum / n) : 0);
}

static void put_cell(json_t *row, const struct rd_tally_cell *c,
		     uint64_t frames)
{
	double mean = frames ? (double)c->waiting_frames / (double)frames : 0;

	json_object_set_new(row, "offered", json_integer(c->offered));
	json_object_set_new(row, "answered", json_integer(c->answered));
	json_object_set_new(row, "abandoned", json_integer(c->abandoned));
	json_object_set_new(row, "overflow",
			    json_integer(c->timed_out + c->full));
	json_object_set_new(row, "left", json_integer(c->exited + c->removed));
	json_object_set_new(row, "level_%", per_cent(rd_tally_level(c)));
	json_object_set_new(row, "wait_ms", mean_ms(c->wait_ms, c->answered));
	json_object_set_new(row, "most_ms",
			    json_integer((json_int_t)c->most_ms));
	json_object_set_new(
		row, "length",
		json_real((double)(int64_t)(mean * 100 + 0.5) / 100));
	json_object_set_new(row, "longest", json_integer(c->longest));
}

static void clock_words(const struct rd_tally *t, uint16_t i, char out[8])
{
	uint64_t minutes =
		t->from_min + rd_ms_from_frames(t->interval_frames) / 60000 * i;

	snprintf(out, 8, "%02u:%02u", (unsigned)(minutes / 60 % 24),
		 (unsigned)(minutes % 60));
}

static json_t *queue_rows(const struct rd_tally *t)
{
	json_t *rows = json_array();

	for (uint16_t i = 0; i < t->nqueues; i++) {
		const struct rd_tally_queue *q = &t->queue[i];
		json_t *row = json_pack("{s:s}", "queue", q->name);

		put_cell(row, &q->day, t->frame);
		json_object_set_new(row, "half_ms",
				    json_integer(rd_tally_percentile(q, 50)));
		json_object_set_new(row, "p95_ms",
				    json_integer(rd_tally_percentile(q, 95)));
		json_object_set_new(
			row, "lost_after_ms",
			mean_ms(q->day.lost_wait_ms, q->day.abandoned));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *interval_rows(const struct rd_tally *t,
			     const struct rd_tally_queue *q)
{
	json_t *rows = json_array();

	for (uint16_t i = 0; i < t->n; i++) {
		char from[8];
		json_t *row;

		clock_words(t, i, from);
		row = json_pack("{s:s}", "from", from);
		put_cell(row, &q->cell[i], rd_tally_length(t, i));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *staff_rows(const struct rd_tally *t)
{
	json_t *rows = json_array();

	for (uint16_t i = 0; i < t->n; i++) {
		double frames = (double)rd_tally_length(t, i);
		const struct rd_tally_staff *s = &t->staff[i];
		char from[8];

		clock_words(t, i, from);
		json_array_append_new(
			rows,
			json_pack(
				"{s:s, s:o, s:o, s:o, s:i, s:i, s:i}", "from",
				from, "agents",
				json_real(
					(double)(int64_t)(frames ? (double)s->in / frames *
										   10 +
									   0.5
								 : 0) /
					10),
				"not_ready",
				json_real(
					(double)(int64_t)(frames ? (double)s->not_ready /
										   frames *
										   10 +
									   0.5
								 : 0) /
					10),
				"occupancy_%", per_cent(rd_tally_occupancy(s)),
				"calls", (int)t->lines[i].calls,
				"all_lines_busy", (int)t->lines[i].refused,
				"lines_used", (int)t->lines[i].most));
	}
	return rows;
}

static json_t *agent_rows(const struct rd_tally *t)
{
	json_t *rows = json_array();

	for (uint16_t i = 0; i < t->nagents; i++) {
		const struct rd_tally_agent *a = &t->agent[i];
		struct rd_tally_staff s = { 0 };
		json_t *row;

		for (int k = 1; k < RD_AGENT_STATES; k++)
			s.in += a->frames[k];
		if (!s.in)
			continue;
		s.not_ready = a->frames[RD_AGENT_IS_NOT_READY];
		for (int k = RD_AGENT_RESERVED; k < RD_AGENT_STATES; k++)
			s.busy += a->frames[k];
		row = json_pack("{s:s, s:i, s:i, s:i, s:o}", "agent", a->number,
				"offers", (int)a->offers, "answered",
				(int)a->answered, "missed", (int)a->unanswered,
				"occupancy_%",
				per_cent(rd_tally_occupancy(&s)));
		for (int k = 1; k < RD_AGENT_STATES; k++) {
			char name[32];

			snprintf(name, sizeof(name), "%s_ms",
				 rd_agent_fsm.states[k]);
			json_object_set_new(
				row, name,
				json_integer((json_int_t)rd_ms_from_frames(
					a->frames[k])));
		}
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *results(const struct rd_tally *t)
{
	json_t *out = json_object();

	for (unsigned r = 0; r < RD_RESULTS; r++)
		json_object_set_new(out, rd_call_result_name(r),
				    json_integer(t->result[r]));
	return out;
}

static json_t *drill_rows(const struct rd_simulated *s, const struct rd_day *day)
{
	json_t *rows = json_array();

	for (uint16_t i = 0; i < day->ndrills; i++) {
		const struct rd_drill_result *r = &s->drills[i];
		uint64_t back = r->back > r->end ? r->back - r->end : 0;
		char at[8];

		snprintf(at, sizeof(at), "%02u:%02u",
			 r->drill->at_min / 60 % 24, r->drill->at_min % 60);
		json_array_append_new(
			rows,
			json_pack("{s:s, s:s, s:I, s:i, s:i, s:i, s:I, s:s}",
				  "at", at, "fault",
				  rd_fault_name(r->drill->fault), "for_ms",
				  (json_int_t)r->drill->for_ms, "calls",
				  (int)r->calls, "cut", (int)r->cut, "refused",
				  (int)r->refused, "back_ms",
				  (json_int_t)rd_ms_from_frames(back),
				  "expected", r->met ? "yes" : "NO"));
	}
	return rows;
}

static json_t *report(const struct rd_simulated *s, const struct rd_day *day,
		      uint64_t seed)
{
	const struct rd_tally *t = s->tally;
	json_t *intervals = json_object();

	for (uint16_t i = 0; i < t->nqueues; i++)
		json_object_set_new(intervals, t->queue[i].name,
				    interval_rows(t, &t->queue[i]));
	return json_pack(
		"{s:I, s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o, s:o, s:o, "
		"s:o, s:o, s:o}",
		"seed", (json_int_t)seed, "events", (json_int_t)s->events,
		"calls", (int)t->lines_day.calls, "redials", (int)t->again,
		"all_lines_busy", (int)t->lines_day.refused, "lines",
		(int)t->channels, "lines_used", (int)t->lines_day.most,
		"unfinished", (int)t->left, "occupancy_%",
		per_cent(rd_tally_occupancy(&t->staff_day)), "results",
		results(t), "queues", queue_rows(t), "intervals", intervals,
		"staff", staff_rows(t), "agents", agent_rows(t), "drills", drill_rows(s, day));
}

static void print_report(const json_t *all, int width)
{
	const char *name;
	json_t *rows;

	printf("calls %" JSON_INTEGER_FORMAT " (redials %" JSON_INTEGER_FORMAT
	       ", all lines busy %" JSON_INTEGER_FORMAT
	       "), lines used %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
	       ", occupancy %.1f %%, seed %" JSON_INTEGER_FORMAT "\n\n",
	       json_integer_value(json_object_get(all, "calls")),
	       json_integer_value(json_object_get(all, "redials")),
	       json_integer_value(json_object_get(all, "all_lines_busy")),
	       json_integer_value(json_object_get(all, "lines_used")),
	       json_integer_value(json_object_get(all, "lines")),
	       json_real_value(json_object_get(all, "occupancy_%")),
	       json_integer_value(json_object_get(all, "seed")));
	print_rows(json_object_get(all, "queues"), NULL, width);
	json_object_foreach(json_object_get(all, "intervals"), name, rows)
	{
		printf("\n%s\n", name);
		print_rows(rows, NULL, width);
	}
	if (json_array_size(json_object_get(all, "drills"))) {
		printf("\ndrills\n");
		print_rows(json_object_get(all, "drills"), NULL, width);
	}
	printf("\nagents and lines\n");
	print_rows(json_object_get(all, "staff"), NULL, width);
	if (json_array_size(json_object_get(all, "agents")) <= 40) {
		printf("\n");
		print_rows(json_object_get(all, "agents"), NULL, width);
	}
}

/* ---- the verb -------------------------------------------------------------------- */

static int plot(const struct cli *cli, const struct rd_tally *tally)
{
	FILE *f = fopen(cli->output, "w");

	if (f) {
		rd_tally_plot(tally, f);
		if (!fclose(f))
			return CLI_OK;
	}
	cli_error("%s: %s", cli->output, strerror(errno));
	return CLI_FAILED;
}

static int simulate(struct cli *cli, const struct rd_simulation *sim)
{
	struct rd_simulated out;
	int err = rd_simulate(sim, &out), code = CLI_OK;
	json_t *all;

	if (err) {
		cli_error("%s", *out.why ? out.why : strerror(-err));
		return err == -ENOENT ? CLI_NOT_FOUND : CLI_FAILED;
	}
	all = report(&out, sim->day, sim->seed);
	if (cli->json) {
		json_dumpf(all, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_report(all, cli->width);
	}
	if (cli->output)
		code = plot(cli, out.tally);
	for (uint16_t i = 0; i < sim->day->ndrills; i++)
		if (!out.drills[i].met && !code)
			code = CLI_INVALID;
	json_decref(all);
	rd_tally_free(out.tally);
	free(out.drills);
	return code;
}

int run_simulate(struct cli *cli)
{
	const char *path = cli->config ? cli->config : CONFIG;
	struct rd_bundle bundle = { 0 };
	struct rd_config *config = NULL;
	struct rd_day *day = NULL;
	struct rd_diag diag;
	int code = CLI_INVALID;

	rd_diag_init(&diag);
	if (!rd_bundle_read(path, &bundle, &diag))
		config = rd_config_load(&bundle, rd_ivr_load, &diag);
	if (config && !rd_day_read(cli->arg[0], config, &diag, &day)) {
		struct rd_simulation sim = {
			.bundle = &bundle,
			.config = config,
			.day = day,
			.seed = cli->seed >= 0 ? (uint64_t)cli->seed
					       : day->seed,
			.journal_dir = cli->keep,
			.replay_dir = cli->replay,
		};

		if (!rd_bundle_mask(&bundle, &diag)) /* it is journalled */
			code = simulate(cli, &sim);
	}
	if (diag.text)
		fputs(diag.text, stderr);
	rd_day_free(day);
	rd_config_free(config);
	rd_bundle_free(&bundle);
	rd_diag_free(&diag);
	return code;
}

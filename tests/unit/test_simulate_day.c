// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Simulated days: the same seed is the same day to the octet; its journal
 * replays; every caller is accounted for; a file that is wrong is told where.
 */
#include "tests/unit/simulate_world.h"

#include <errno.h>

#include "daemon/journal/replay.h"

#define CONFIG "yaml/ringdown.yaml"
#define DAY    "yaml/simulate/day.yaml"

TestSuite(simulate, .init = sim_init, .fini = sim_fini, .timeout = 60);

static void in_dir(const char *name, char path[128])
{
	snprintf(path, 128, "%.60s/%.60s", sim_dir, name);
}

static bool are_equal(const char *a, const char *b)
{
	char command[300];

	snprintf(command, sizeof(command), "diff -rq %.120s %.120s >%.40s/d", a,
		 b, sim_dir);
	return system(command) == 0;
}

static struct rd_tally *run_sample(uint64_t seed, const char *journal)
{
	struct rd_tally *tally;
	struct sim_centre c;

	sim_load(&c, CONFIG, DAY, NULL);
	tally = sim_run(&c, seed, journal);
	/* the tally's names are the configuration's: they are not used below */
	sim_free(&c);
	return tally;
}

Test(simulate, same_seed_gives_the_same_journal_octet_for_octet)
{
	char a[128], b[128], other[128];

	in_dir("a", a);
	in_dir("b", b);
	in_dir("other", other);
	rd_tally_free(run_sample(7, a));
	rd_tally_free(run_sample(7, b));
	rd_tally_free(run_sample(8, other));
	cr_assert(are_equal(a, b));
	cr_assert_not(are_equal(a, other));
}

static struct rd_config *compile(void *context, const struct rd_bundle *bundle)
{
	struct rd_diag diag;
	struct rd_config *config;

	rd_diag_init(&diag);
	config = rd_config_load(bundle, rd_ivr_load, &diag);
	rd_diag_free(&diag);
	return config;
}

static void release(void *context, const struct rd_config *config)
{
	rd_config_free((struct rd_config *)config);
}

static void drop(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
}

Test(simulate, its_journal_replays_to_the_same_decisions)
{
	struct rd_replay_options options = {
		.to = UINT64_MAX,
		.verify = true,
		.check = true,
		.sink = { drop, NULL },
		.compile = compile,
		.release = release,
	};
	struct rd_replay_result result;
	struct rd_core *core;
	char dir[128];

	in_dir("journal", dir);
	rd_tally_free(run_sample(11, dir));
	cr_assert_eq(rd_journal_replay(dir, &options, &result, &core), 0, "%s",
		     result.why);
	cr_assert_gt(result.events, 5000);
	cr_assert_eq(result.mismatch_seq, 0, "%s", result.why);
	cr_assert_eq(result.broken_seq, 0, "%s", result.why);
	rd_replay_free(core, &options);
}

static void expect_balance(const struct rd_tally *t)
{
	struct rd_tally_cell sum = { 0 };

	for (uint16_t i = 0; i < t->nqueues; i++) {
		const struct rd_tally_queue *q = &t->queue[i];
		const struct rd_tally_cell *c = &q->day;

		cr_assert_eq(c->offered, c->answered + c->abandoned +
						 c->timed_out + c->full +
						 c->exited + c->removed +
						 q->waiting);
		for (uint16_t k = 0; k < t->n; k++) {
			sum.offered += q->cell[k].offered;
			sum.answered += q->cell[k].answered;
			sum.waiting_frames += q->cell[k].waiting_frames;
		}
		sum.offered -= c->offered;
		sum.answered -= c->answered;
		sum.waiting_frames -= c->waiting_frames;
		cr_assert_eq(q->nwaits, c->answered);
	}
	cr_assert_eq(sum.offered, 0);
	cr_assert_eq(sum.answered, 0);
	cr_assert_eq(sum.waiting_frames, 0);
	cr_assert_eq(t->lines_day.calls,
		     t->ended + t->lines_day.refused + t->left);
}

Test(simulate, every_caller_is_accounted_for)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct rd_tally *t = run_sample(seed, NULL);

		expect_balance(t);
		cr_assert_gt(t->ended, 200, "seed %llu",
			     (unsigned long long)seed);
		cr_assert_eq(t->left, 0, "seed %llu", (unsigned long long)seed);
		rd_tally_free(t);
	}
}

/* ---- made to measure --------------------------------------------------------- */

#define A_DAY                                                                 \
	"date: 2026-11-23\nfrom: 8:00\nto: 12:00\nring_after: 0\n"            \
	"callers: { c: { number: 4000, step: 4h, calls: [%d], patience: %s, " \
	"handling: %s } }\n"                                                  \
	"agents: [ { who: %s, hours: [\"8:00-13:00\"], answer: { shape: "     \
	"fixed, mean: 0 } } ]\n"

Test(simulate, another_roster_meets_the_same_callers)
{
	struct rd_tally *few, *many;
	struct sim_centre c;

	sim_write_config(20, 60, "wrapup: 0");
	sim_write_day(A_DAY, 400, "2m", "3m", "1001-1004");
	sim_load_here(&c);
	few = sim_run(&c, 3, NULL);
	rd_day_free(c.day);
	sim_write_day(A_DAY, 400, "2m", "3m", "all");
	rd_config_free(c.config);
	rd_bundle_free(&c.bundle);
	sim_load_here(&c);
	many = sim_run(&c, 3, NULL);
	cr_assert_eq(few->lines_day.calls, many->lines_day.calls);
	cr_assert_gt(few->queue[0].day.abandoned, 20);
	cr_assert_eq(many->queue[0].day.abandoned, 0);
	rd_tally_free(few);
	rd_tally_free(many);
	sim_free(&c);
}

Test(simulate, past_arrivals_come_again_at_their_time)
{
	struct rd_simulation sim;
	struct rd_simulated out;
	struct rd_tally *first;
	struct sim_centre c;
	char dir[128];

	in_dir("past", dir);
	sim_write_config(10, 60, "wrapup: 0");
	sim_write_day(A_DAY, 200, "{ shape: endless }", "3m", "all");
	sim_load_here(&c);
	first = sim_run(&c, 5, dir);
	sim = (struct rd_simulation){ .bundle = &c.bundle,
				      .config = c.config,
				      .day = c.day,
				      .seed = 99,
				      .replay_dir = dir };
	cr_assert_eq(rd_simulate(&sim, &out), 0, "%s", out.why);
	cr_assert_eq(out.tally->lines_day.calls, first->lines_day.calls);
	for (uint16_t i = 0; i < first->n && i < out.tally->n; i++)
		cr_assert_eq(out.tally->lines[i].calls, first->lines[i].calls);
	rd_tally_free(out.tally);
	rd_tally_free(first);
	/* another day: nobody called */
	c.day->epoch_s += 86400;
	cr_assert_eq(rd_simulate(&sim, &out), -ENOENT);
	cr_assert_not_null(strstr(out.why, "nobody called"));
	sim_free(&c);
}

Test(simulate, agents_who_do_not_answer_are_set_not_ready_and_come_back)
{
	struct rd_tally *t;
	struct sim_centre c;

	sim_write_config(2, 30, "wrapup: 0, ring_timeout: 5s, max_misses: 1");
	sim_write_day("date: 2026-11-23\nfrom: 8:00\nto: 9:00\n"
		      "callers: { c: { number: 4000, calls: [60, 60] } }\n"
		      "agents: [ { who: all, hours: [\"8:00-9:30\"], "
		      "unanswered: 50, back: 1m } ]\n");
	sim_load_here(&c);
	t = sim_run(&c, 1, NULL);
	for (int i = 0; i < 2; i++) {
		cr_assert_gt(t->agent[i].unanswered, 1);
		cr_assert_gt(t->agent[i].answered, 1);
		cr_assert_gt(t->agent[i].frames[RD_AGENT_IS_NOT_READY], 0);
	}
	rd_tally_free(t);
	sim_free(&c);
}

Test(simulate, callers_without_a_line_are_refused_by_the_network)
{
	struct rd_tally *t;
	struct sim_centre c;

	sim_write_config(1, 2, "wrapup: 0");
	sim_write_day(A_DAY, 200, "5m", "3m", "all");
	sim_load_here(&c);
	t = sim_run(&c, 1, NULL);
	cr_assert_eq(t->lines_day.most, 2);
	cr_assert_gt(t->lines_day.refused, 50);
	expect_balance(t);
	rd_tally_free(t);
	sim_free(&c);
}

Test(simulate, a_wrong_day_is_told_line_and_column)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "date: 2026-02-30\ncallers: {}\n",
		  "day.yaml:1:7: key \"date\": found \"2026-02-30\"" },
		{ "date: 2026-11-23\ncallers:\n  c: { number: 4000, calls: [1],"
		  " patiense: 2m }\n",
		  "day.yaml:3:34: key \"patiense\": unknown; did you mean "
		  "\"patience\"?" },
		{ "date: 2026-11-23\ncallers: { c: { number: 4000, calls: [1] "
		  "} }\nagents:\n  - { who: 1999, hours: [\"8:00-9:00\"] }\n",
		  "day.yaml:4:12: key \"who\": no agent \"1999\"" },
		{ "date: 2026-11-23\nfrom: 9:00\nto: 8:00\n"
		  "callers: { c: { number: 4000, calls: [1] } }\n",
		  "day.yaml:3:5: key \"to\": not later than \"from\"" },
		{ "date: 2026-11-23\ncallers: { c: { number: 4000, calls: [1], "
		  "keys: [ { node: no.where, press: [1] } ] } }\n",
		  "day.yaml:2:59: key \"node\": no node \"no.where\"" },
	};
	char config[128], day[128], *errors;
	struct sim_centre c;

	sim_write_config(2, 30, "wrapup: 0");
	in_dir("ringdown.yaml", config);
	in_dir("day.yaml", day);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sim_write_day("%s", rows[i].text);
		cr_assert_not(sim_load(&c, config, day, &errors));
		cr_assert_not_null(strstr(errors, rows[i].error), "%s\nin %s",
				   rows[i].error, errors);
		free(errors);
		sim_free(&c);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Expected waits: intervals hold as often as they say, on hours they have not
 * seen; nothing is announced that past waits do not bear out.
 */
#include "daemon/acd/estimate.h"
#include "daemon/journal/replay.h"
#include "daemon/store/row.h"
#include "tests/unit/simulate_world.h"

TestSuite(acd_estimate, .init = sim_init, .fini = sim_fini, .timeout = 120);

/* ---- a day's predictions, out of its queue log ----------------------------- */

#define CALLS_MAX 4096

struct prediction {
	int64_t call, at_ms, low_ms, high_ms, expected_ms, wait_ms;
	bool answered;
};

struct back_test {
	struct prediction p[CALLS_MAX];
	int n;
};

static struct rd_value cell_of(const struct rd_cmd_row *row, int column)
{
	struct rd_value value = { 0 };
	uint32_t at = 0;

	for (int i = 0; i <= column; i++)
		cr_assert_eq(rd_row_next(row, &at, &value), 1);
	return value;
}

static bool is(const struct rd_value *v, const char *text)
{
	return v->kind == 's' && v->len == strlen(text) &&
	       !memcmp(v->text, text, v->len);
}

static void take(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
	const struct rd_cmd_row *row = (const void *)cmd;
	struct back_test *t = context;
	struct rd_value event, call;

	if (cmd->type != RD_MSG_ROW || row->table != RD_TABLE_QUEUE_LOG)
		return;
	event = cell_of(row, RD_QUEUE_LOG_event);
	call = cell_of(row, RD_QUEUE_LOG_call);
	if (is(&event, "ENTER")) {
		struct prediction *p = &t->p[t->n++];

		cr_assert_leq(t->n, CALLS_MAX);
		p->call = call.number;
		p->at_ms = cell_of(row, RD_QUEUE_LOG_at_ms).number;
		p->expected_ms = cell_of(row, RD_QUEUE_LOG_expected_ms).number;
		p->low_ms = cell_of(row, RD_QUEUE_LOG_low_ms).number;
		p->high_ms = cell_of(row, RD_QUEUE_LOG_high_ms).number;
	} else if (is(&event, "CONNECT")) {
		for (int i = 0; i < t->n; i++) {
			if (t->p[i].call != call.number)
				continue;
			t->p[i].answered = true;
			t->p[i].wait_ms =
				cell_of(row, RD_QUEUE_LOG_wait_ms).number;
		}
	}
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

/* Play a day, and read its queue log back. */
static struct back_test *a_day(uint64_t seed)
{
	struct back_test *t = calloc(1, sizeof(*t));
	struct rd_replay_options options = {
		.to = UINT64_MAX,
		.sink = { take, t },
		.compile = compile,
		.release = release,
	};
	struct rd_replay_result result;
	struct sim_centre c;
	struct rd_core *core;
	char dir[128];

	cr_assert_not_null(t);
	snprintf(dir, sizeof(dir), "%.60s/day%llu", sim_dir,
		 (unsigned long long)seed);
	sim_load_here(&c);
	rd_tally_free(sim_run(&c, seed, dir));
	cr_assert_eq(rd_journal_replay(dir, &options, &result, &core), 0, "%s",
		     result.why);
	rd_replay_free(core, &options);
	sim_free(&c);
	return t;
}

/*
 * The morning is learned from, the afternoon is the examination: its intervals
 * were said before it happened. Arrivals rise and fall, so the afternoon is not
 * like the morning.
 */
Test(acd_estimate, intervals_hold_as_often_as_they_say_on_hours_not_seen)
{
	int waits = 0, covered = 0, long_waits = 0, long_covered = 0;

	sim_write_config(12, 90, "wrapup: 10s");
	sim_write_day("date: 2026-11-23\nfrom: 8:00\nto: 18:00\n"
		      "callers: { c: { number: 4000, step: 1h, calls: [150, "
		      "200, 240, 220, 160, 190, 250, 230, 180, 150], patience: "
		      "{ shape: endless }, handling: { shape: lognormal, mean: "
		      "3m, spread: 2m } } }\n"
		      "agents: [ { who: all, hours: [\"8:00-20:00\"] } ]\n");
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct back_test *t = a_day(seed);
		int64_t noon = t->p[0].at_ms + 4 * 3600000;

		for (int i = 0; i < t->n; i++) {
			const struct prediction *p = &t->p[i];
			bool hit = p->wait_ms >= p->low_ms &&
				   p->wait_ms <= p->high_ms;

			if (p->at_ms < noon || !p->answered)
				continue;
			waits++;
			covered += hit;
			long_waits += p->wait_ms > 30000;
			long_covered += p->wait_ms > 30000 && hit;
		}
		free(t);
	}
	fprintf(stderr, "coverage %d of %d = %.3f; waits over 30 s: %d of %d\n",
		covered, waits, (double)covered / waits, long_covered,
		long_waits);
	cr_assert_gt(waits, 3000);
	cr_assert_gt(long_waits, 500);
	cr_assert_geq(covered * 1000 / waits, 750);
	cr_assert_leq(covered * 1000 / waits, 850);
	cr_assert_geq(long_covered * 1000 / long_waits, 700);
}

/* ---- on state of our own --------------------------------------------------- */

static void drop_all(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
}

static struct rd_core *a_core(void)
{
	struct rd_core *core;
	struct sim_centre *c = calloc(1, sizeof(*c)); /* lives on with core */

	sim_write_config(2, 30, "wrapup: 0");
	sim_write_day("date: 2026-11-23\ncallers: { c: { number: 4000, calls: "
		      "[1] } }\n");
	sim_load_here(c);
	core = rd_core_new(c->config, (struct rd_sink){ drop_all, c });
	cr_assert_not_null(core);
	return core;
}

static void end_core(struct rd_core *core)
{
	struct sim_centre *c = core->sink.context;

	rd_core_free(core);
	sim_free(c);
	free(c);
}

/* So many waits, all this many times the guess. */
static void waits_of(struct rd_core *core, int n, unsigned per_cent)
{
	for (int i = 0; i < n; i++) {
		struct rd_estimate e;

		rd_estimate(core, 0, RD_NONE, &e);
		e.known = true;
		rd_estimate_outcome(core, 0, &e,
				    (uint64_t)e.base_ms * per_cent / 100, true);
	}
}

Test(acd_estimate, what_always_takes_three_times_as_long_is_learned)
{
	struct rd_core *core = a_core();
	struct rd_estimate e;

	for (int i = 0; i < 64; i++)
		rd_estimate_rang(core, 0, 80000);
	rd_estimate(core, 0, RD_NONE, &e);
	cr_assert_eq(e.base_ms, 10000, "it rings 10 s");
	waits_of(core, 400, 300);
	rd_estimate(core, 0, RD_NONE, &e);
	cr_assert(e.ms > 27000 && e.ms < 33000, "%u ms", e.ms);
	cr_assert(e.low_ms < 30000 && e.high_ms > 30000);
	end_core(core);
}

Test(acd_estimate, what_failed_of_late_is_not_believed)
{
	struct rd_core *core = a_core();
	const struct rd_estimate_class *c;
	struct rd_estimate e;

	rd_estimate_rang(core, 0, 80000);
	waits_of(core, RD_ESTIMATE_SAMPLES - 1, 100);
	rd_estimate(core, 0, RD_NONE, &e);
	c = &rd_estimate_of(core, 0)->cls[e.cls];
	cr_assert_eq(c->covered, c->samples);
	cr_assert_not(e.believed, "too few");
	for (int i = 0; i < 40; i++) /* the queue is not what it was */
		waits_of(core, 1, i % 2 ? 6000 : 1);
	cr_assert_lt(c->lately_q16, 65536 * 65 / 100);
	end_core(core);
}

Test(acd_estimate, who_gives_up_within_the_interval_tells_nothing)
{
	struct rd_core *core = a_core();
	const struct rd_estimate_class *c;
	struct rd_estimate e;

	rd_estimate(core, 0, RD_NONE, &e);
	e.known = true;
	c = &rd_estimate_of(core, 0)->cls[e.cls];
	rd_estimate_outcome(core, 0, &e, e.high_ms - 1, false);
	cr_assert_eq(c->samples, 0);
	rd_estimate_outcome(core, 0, &e, e.high_ms + 1, false);
	cr_assert_eq(c->samples, 1);
	cr_assert_eq(c->covered, 0, "he waited longer than was said");
	end_core(core);
}

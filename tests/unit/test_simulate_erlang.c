// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The simulation against what can be computed: Erlang B (no line idle), C
 * (patient callers) and A (impatient ones; Palm). Several days of 24 hours
 * with seeds of their own give a mean and its standard error; the formula must
 * lie within LIMIT of those. The empty beginning of a day is a bias below one.
 */
#include <math.h>

#include "tests/unit/simulate_world.h"

#define SEEDS  12
#define LIMIT  3.5
#define STATES 400

TestSuite(erlang, .init = sim_init, .fini = sim_fini, .timeout = 120);

struct stationary { /* of a birth-death chain */
	double p[STATES];
};

/* Arrivals lambda while below room; n servers of mu; theta: who waits leaves. */
static void solve(struct stationary *s, double lambda, double mu, double theta,
		  int n, int room)
{
	double sum = 1;

	s->p[0] = 1;
	for (int k = 1; k < STATES; k++) {
		double death =
			(k < n ? k : n) * mu + (k > n ? k - n : 0) * theta;

		s->p[k] = k > room ? 0 : s->p[k - 1] * lambda / death;
		sum += s->p[k];
	}
	for (int k = 0; k < STATES; k++)
		s->p[k] /= sum;
}

static double erlang_b(double a, int n)
{
	double b = 1;

	for (int k = 1; k <= n; k++)
		b = a * b / (k + a * b);
	return b;
}

static double erlang_c(double a, int n)
{
	double b = erlang_b(a, n);

	return n * b / (n - a * (1 - b));
}

static void write_day(int calls, const char *patience, int handling_s)
{
	sim_write_day(
		"date: 2026-11-23\ntimezone: UTC\nfrom: 0:00\nto: 24:00\n"
		"settle: 2h\nring_after: 0\ncallers: { c: { number: 4000,"
		" step: 24h, calls: [%d], patience: %s, handling: %ds } }\n"
		"agents: [ { who: all, hours: [\"0:00-24:00\"], answer: "
		"{ shape: fixed, mean: 0 } } ]\n",
		calls, patience, handling_s);
}

/* Mean over days of what measure() says, and its standard error. */
static void measure_days(double (*measure)(const struct rd_tally *t),
			 double *mean, double *error)
{
	double sum = 0, squares = 0;
	struct sim_centre c;

	sim_load_here(&c);
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct rd_tally *t = sim_run(&c, seed, NULL);
		double x = measure(t);

		sum += x;
		squares += x * x;
		rd_tally_free(t);
	}
	sim_free(&c);
	*mean = sum / SEEDS;
	*error = sqrt((squares / SEEDS - *mean * *mean) / (SEEDS - 1));
}

static void expect(const char *what,
		   double (*measure)(const struct rd_tally *t), double formula)
{
	double mean, error;

	measure_days(measure, &mean, &error);
	fprintf(stderr, "%s: %.5f +- %.5f (seeds 1-%d), formula %.5f\n", what,
		mean, error, SEEDS, formula);
	cr_assert_lt(error, formula / 10, "%s: too few days", what);
	cr_assert_lt(fabs(mean - formula), LIMIT * error,
		     "%s: %f +- %f (seeds 1-%d), formula %f", what, mean, error,
		     SEEDS, formula);
}

static double refused(const struct rd_tally *t)
{
	return (double)t->lines_day.refused / t->lines_day.calls;
}

static double had_to_wait(const struct rd_tally *t)
{
	const struct rd_tally_queue *q = &t->queue[0];
	size_t n = 0;

	while (n < q->nwaits && !q->waits[n])
		n++;
	return (double)(q->nwaits - n) / (double)q->nwaits;
}

static double mean_wait_s(const struct rd_tally *t)
{
	const struct rd_tally_cell *c = &t->queue[0].day;

	return (double)c->wait_ms / c->answered / 1000;
}

static double lost(const struct rd_tally *t)
{
	const struct rd_tally_cell *c = &t->queue[0].day;

	return (double)c->abandoned / c->offered;
}

static double length(const struct rd_tally *t)
{
	return (double)t->queue[0].day.waiting_frames / (double)t->frame;
}

static double occupancy(const struct rd_tally *t)
{
	return rd_tally_occupancy(&t->staff_day);
}

Test(erlang, b_lines_are_all_busy_as_often_as_the_formula_says)
{
	int calls = 4800;

	sim_write_config(14, 10, "wrapup: 0");
	write_day(calls, "{ shape: endless }", 150);
	expect("Erlang B, blocked", refused,
	       erlang_b(calls / 86400.0 * 150, 10));
}

Test(erlang, c_patient_callers_wait_as_the_formula_says)
{
	double a = 4800 / 86400.0 * 144, c = erlang_c(a, 10);

	sim_write_config(10, 120, "wrapup: 0");
	write_day(4800, "{ shape: endless }", 144);
	expect("Erlang C, had to wait", had_to_wait, c);
	expect("Erlang C, mean wait", mean_wait_s, c * 144 / (10 - a));
}

Test(erlang, a_impatient_callers_are_lost_as_the_formula_says)
{
	double lambda = 6000 / 86400.0, mu = 1 / 150.0, theta = 1 / 90.0;
	double waiting = 0, busy = 0;
	struct stationary s;

	solve(&s, lambda, mu, theta, 10, STATES);
	for (int k = 0; k < STATES; k++) {
		waiting += s.p[k] * (k > 10 ? k - 10 : 0);
		busy += s.p[k] * (k < 10 ? k : 10);
	}
	sim_write_config(10, 120, "wrapup: 0");
	write_day(6000, "90s", 150);
	expect("Erlang A, lost", lost, waiting * theta / lambda);
	expect("Erlang A, queue length", length, waiting);
	expect("Erlang A, occupancy", occupancy, busy / 10);
}

/* Wrap-up is part of the time an agent is not there for the next. */
Test(erlang, b_of_agents_with_wrapup_counts_talk_and_wrapup)
{
	double a = 2400 / 86400.0 * (150 + 100);

	sim_write_config(8, 120, "wrapup: 100s, maxlen: 0");
	write_day(2400, "{ shape: fixed, mean: 1ms }", 150);
	expect("lost at once, with wrap-up", lost, erlang_b(a, 8));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fault drills of a simulated day: what each fault does to a busy centre, with
 * core's invariants checked after every event; and that an expectation can fail.
 */
#include "tests/unit/simulate_world.h"

TestSuite(simulate_drill, .init = sim_init, .fini = sim_fini, .timeout = 120);

#define DAY                                                                    \
	"date: 2026-11-23\nfrom: 8:00\nto: 10:00\nsettle: 30m\n"               \
	"callers: { c: { number: 4000, step: 1h, calls: [900, 900]," \
	" patience: 3m, handling: 2m, redial: 30 } }\n"                        \
	"agents: [ { who: all, hours: [\"8:00-10:30\"] } ]\n"

struct day_of {
	struct sim_centre c;
	struct rd_simulated out;
};

static void play(struct day_of *d, const char *drills, const char *journal)
{
	struct rd_simulation sim;
	int err;

	sim_write_config(20, 60, "wrapup: 10s, max_wait: 5m");
	sim_write_day(DAY "%s", drills);
	sim_load_here(&d->c);
	sim = (struct rd_simulation){ .bundle = &d->c.bundle,
				      .config = d->c.config,
				      .day = d->c.day,
				      .seed = 7,
				      .journal_dir = journal,
				      .check = true };
	err = rd_simulate(&sim, &d->out);
	cr_assert_eq(err, 0, "%s", d->out.why);
	cr_assert_eq(d->out.broken_seq, 0, "event %llu: %s",
		     (unsigned long long)d->out.broken_seq, d->out.why);
	cr_assert_eq(d->out.tally->left, 0, "nobody is left behind");
}

static void done(struct day_of *d)
{
	rd_tally_free(d->out.tally);
	free(d->out.drills);
	sim_free(&d->c);
}

Test(simulate_drill, a_span_in_alarm_ends_its_calls_and_no_others)
{
	struct day_of d;

	play(&d,
	     "drills:\n"
	     "  - { at: 8:30, fault: span, span: t0, for: 5m, expect: "
	     "{ cut: 30, refused: 90, back: 1m } }\n"
	     "  - { at: 9:15, fault: span, span: s0, for: 30s, expect: "
	     "{ cut: 30, back: 1m } }\n",
	     NULL);
	cr_assert_gt(d.out.drills[0].calls, 30, "%u", d.out.drills[0].calls);
	cr_assert_gt(d.out.drills[0].cut, 5);
	cr_assert_lt(d.out.drills[0].cut, d.out.drills[0].calls,
		     "the other span's go on");
	cr_assert(d.out.drills[0].met);
	cr_assert(d.out.drills[1].met, "the phones' span: %u cut",
		  d.out.drills[1].cut);
	done(&d);
}

Test(simulate_drill, database_disk_and_sources_cost_no_call)
{
	struct day_of with, without;
	struct rd_tally_cell *a, *b;

	play(&without, "", NULL);
	play(&with,
	     "drills:\n"
	     "  - { at: 8:15, fault: database, for: 30m, expect: { cut: 0, "
	     "back: 2m } }\n"
	     "  - { at: 8:50, fault: disk, for: 20m, expect: { cut: 0, "
	     "back: 2m } }\n"
	     "  - { at: 9:15, fault: sources, for: 20m, expect: { "
	     "cut: 0 } }\n",
	     NULL);
	for (int i = 0; i < 3; i++)
		cr_assert(with.out.drills[i].met, "%d", i);
	/* the same day to the last caller */
	a = &with.out.tally->queue[0].day;
	b = &without.out.tally->queue[0].day;
	cr_assert_eq(a->offered, b->offered);
	cr_assert_eq(a->answered, b->answered);
	cr_assert_eq(a->wait_ms, b->wait_ms);
	done(&with);
	done(&without);
}

Test(simulate_drill, a_killed_daemon_with_a_wrong_clock_is_back_at_once)
{
	char dir[80];
	struct day_of d;

	snprintf(dir, sizeof(dir), "%s/journal", sim_dir);
	play(&d,
	     "drills:\n"
	     "  - { at: 8:30, fault: restart, for: 20s, expect: { cut: 60, "
	     "back: 30s } }\n"
	     "  - { at: 9:10, fault: restart, for: 20s, clock_back: 1h, "
	     "expect: { cut: 60, back: 30s } }\n",
	     dir);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(d.out.drills[i].cut, d.out.drills[i].calls,
			     "each call ends, and has its record: %u of %u",
			     d.out.drills[i].cut, d.out.drills[i].calls);
		cr_assert_gt(d.out.drills[i].cut, 5);
		cr_assert(d.out.drills[i].met, "back after %llu frames",
			  (unsigned long long)(d.out.drills[i].back -
					       d.out.drills[i].end));
	}
	done(&d);
}

Test(simulate_drill, what_was_not_expected_is_told)
{
	struct day_of d;

	play(&d,
	     "drills:\n"
	     "  - { at: 8:30, fault: span, span: t0, for: 5m, expect: "
	     "{ cut: 0 } }\n"
	     "  - { at: 8:50, fault: restart, for: 2m, expect: "
	     "{ refused: 0 } }\n"
	     "  - { at: 9:10, fault: restart, for: 2m, expect: "
	     "{ back: 1ms } }\n"
	     "  - { at: 9:59, fault: database, for: 12h }\n",
	     NULL);
	cr_assert(!d.out.drills[0].met);
	cr_assert(!d.out.drills[1].met);
	cr_assert(!d.out.drills[2].met);
	cr_assert(!d.out.drills[3].met, "its end never came");
	done(&d);
}

Test(simulate_drill, the_same_seed_is_the_same_day_with_drills_too)
{
	char dir[2][80], command[256];
	struct day_of d;

	for (int i = 0; i < 2; i++) {
		snprintf(dir[i], sizeof(dir[i]), "%s/%c", sim_dir, 'a' + i);
		play(&d,
		     "drills:\n"
		     "  - { at: 8:40, fault: span, span: t1, for: 2m }\n"
		     "  - { at: 9:10, fault: restart, clock_back: 2h }\n",
		     dir[i]);
		done(&d);
	}
	snprintf(command, sizeof(command), "cmp %s/*.rdj %s/*.rdj", dir[0],
		 dir[1]);
	cr_assert_eq(system(command), 0);
}

Test(simulate_drill, a_wrong_drill_is_told_line_and_column)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "drills: [ { at: 9:00, fault: span } ]\n",
		  "key \"span\" is missing" },
		{ "drills: [ { at: 9:00, fault: spam } ]\n",
		  "did you mean \"span\"?" },
		{ "drills: [ { at: 9, fault: disk } ]\n", "such as 8:30" },
		{ "drills: [ { fault: disk } ]\n", "\"at\"" },
	};
	char config[128], day[128], *errors;
	struct sim_centre c;

	sim_write_config(2, 30, "wrapup: 0");
	snprintf(config, sizeof(config), "%s/ringdown.yaml", sim_dir);
	snprintf(day, sizeof(day), "%s/day.yaml", sim_dir);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		sim_write_day("date: 2026-11-23\ncallers: { c: { number: 4000, "
			      "calls: [1] } }\n%s",
			      rows[i].text);
		cr_assert_not(sim_load(&c, config, day, &errors));
		cr_assert_not_null(strstr(errors, "day.yaml:3:"), "%s", errors);
		cr_assert_not_null(strstr(errors, rows[i].error), "%s\nin %s",
				   rows[i].error, errors);
		free(errors);
		sim_free(&c);
	}
}

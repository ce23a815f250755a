// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures: they balance in any interval, days end at the local midnight, a
 * change of rules never changes a figure of the past, sessions sum exactly.
 */
#include "daemon/acd/level.h"
#include "tests/unit/core_world.h"

#define S 1000ull

static struct world *with_phones(uint32_t answer_ms)
{
	static const char *const numbers[] = { "8001", "8002", "8003", "8004" };
	struct world *w = world_make();

	for (int i = 0; i < 4; i++)
		w->phone[i] = (struct phone){ numbers[i], answer_ms, 0 };
	return w;
}

static void begin_at(struct world *w, uint64_t unix_s, uint32_t restart)
{
	struct rd_ev_start start = {
		.msg = { .type = RD_MSG_START,
			 .len = sizeof(start),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
		.epoch_ns = unix_s * 1000000000u - rd_ns_from_frames(w->frame),
		.seed = 7,
		.restart = restart,
	};

	if (!w->core) {
		w->core = rd_core_new(&w->config,
				      (struct rd_sink){ world_put, w });
		cr_assert_not_null(w->core);
		w->core->apps = test_apps;
	}
	world_event(w, &start.msg);
	world_up(w);
}

/* The daemon was killed, and is back at that wall clock. */
static void crash(struct world *w, uint64_t unix_s)
{
	for (size_t i = 0; i < w->npending; i++)
		free(w->pending[i].msg);
	w->npending = 0;
	w->nfar = 0;
	memset(w->plays, 0, sizeof(w->plays));
	w->frame = 8000;
	begin_at(w, unix_s, 1);
}

static void reload(struct world *w, struct rd_config *config,
		   const char *version)
{
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
	};

	snprintf(config->version, sizeof(config->version), "%s", version);
	rd_core_set_config(w->core, config);
	world_event(w, &event.msg);
}

static void agent_command(struct world *w, const char *what, const char *agent,
			  const char *reason)
{
	char json[160];

	snprintf(
		json, sizeof(json),
		"{\"command\":\"agent.%s\",\"agent\":\"%s\",\"reason\":\"%s\"}",
		what, agent, reason);
	world_command(w, json);
}

static int64_t cell(const struct world *w, const char *table, int n,
		    const char *column)
{
	return atoll(world_cell(w, table, n, column));
}

/* ---- balance --------------------------------------------------------------- */

static bool reloads; /* a_busy_hour() reads the configuration each second */

static void reload(struct world *w, struct rd_config *config,
		   const char *version);

static void pass(struct world *w, uint64_t ms)
{
	for (; reloads && ms > 1000; ms -= 1000) {
		world_run(w, 1000);
		reload(w, &w->config, "aaaaaaaaaaaaaaaa");
	}
	world_run(w, ms);
}

/* A caller who waits, talks or loses patience, by chance. */
static void a_busy_hour(struct world *w, struct rd_rng *rng)
{
	struct party on[4] = { 0 };

	for (int step = 0; step < 1200; step++) {
		int i = (int)rd_rng_below(rng, 4);

		if (!on[i].ref)
			on[i] = world_call(w, "1", "4002");
		else if (rd_rng_below(rng, 3) == 0) {
			world_hangup(w, on[i], 16);
			on[i].ref = 0;
		}
		if (step % 97 == 0)
			agent_command(w, step / 97 % 2 ? "not-ready" : "ready",
				      "8001", "tea");
		pass(w, 500 + rd_rng_below(rng, 5000));
	}
	for (int i = 0; i < 4; i++)
		world_hangup(w, on[i], 16);
	world_run(w, 10 * S);
}

static bool is_one_of(const char *event, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(event, *names) == 0)
			return true;
	return false;
}

static const char *const lost_names[] = { "ABANDON", "EXIT_TIMEOUT", "EXIT_KEY",
					  "EXIT_SYSTEM", NULL };
static const char *const answered_names[] = { "CONNECT", NULL };
static const char *const offered_names[] = { "ENTER", NULL };

/* Rows of the queue log between two instants. */
static int64_t logged(const struct world *w, const char *const *names,
		      int64_t from, int64_t to)
{
	int64_t n = 0;

	for (int i = 0; world_row(w, "queue_log", i); i++) {
		int64_t at = cell(w, "queue_log", i, "at_ms");

		n += at >= from && at < to &&
		     is_one_of(world_cell(w, "queue_log", i, "event"), names);
	}
	return n;
}

/* FEATURES 3.7: figures wrong or missing (qpanel 249, 265) */
Test(acd_figures, any_interval_balances_and_agrees_with_the_log)
{
	struct rd_rng rng = { .state = 20261123 };
	struct world *w = with_phones(2 * S);
	int64_t begin = 1700000000000, rows;

	w->config.figures_ms = 300 * S;
	w->queues[0].max_wait_ms = 60 * S;
	begin_at(w, 1700000000, 0);
	world_login(w, "8001");
	world_login(w, "8002");
	a_busy_hour(w, &rng);
	rows = world_rows(w, "queue_figures");
	cr_assert_gt(rows, 10);
	for (int i = 0; i < rows; i++) {
		int64_t from = cell(w, "queue_figures", i, "at_ms");
		int64_t to = from + cell(w, "queue_figures", i, "length_ms");
		int64_t answered = cell(w, "queue_figures", i, "answered");
		int64_t lost = 0;

		lost += cell(w, "queue_figures", i, "abandoned");
		lost += cell(w, "queue_figures", i, "timed_out");
		lost += cell(w, "queue_figures", i, "exited");
		lost += cell(w, "queue_figures", i, "full");
		lost += cell(w, "queue_figures", i, "removed");
		cr_assert_eq(cell(w, "queue_figures", i, "carried") +
				     cell(w, "queue_figures", i, "offered"),
			     answered + lost +
				     cell(w, "queue_figures", i, "waiting"),
			     "row %d", i);
		cr_assert_eq(to % 300000, 0, "ends with the clock");
		cr_assert_eq(answered, logged(w, answered_names, from, to));
		cr_assert_eq(lost, logged(w, lost_names, from, to));
		cr_assert_eq(cell(w, "queue_figures", i, "offered"),
			     logged(w, offered_names, from, to));
	}
	/* cuts that no interval knows of */
	for (int i = 0; i < 50; i++) {
		int64_t cut = begin + rd_rng_below(&rng, 3600000);
		int64_t came = logged(w, offered_names, 0, cut);
		int64_t went = logged(w, answered_names, 0, cut) +
			       logged(w, lost_names, 0, cut);

		cr_assert_geq(came, went);
		cr_assert_leq(came - went, 4, "more wait than there are lines");
	}
	world_free(w);
}

/* ---- service levels ----------------------------------------------------------- */

Test(acd_figures, each_definition_of_the_service_level_gives_its_own)
{
	const struct rd_figures f = {
		.offered = 104, /* 4 still wait */
		.answered = 80,
		.abandoned = 18,
		.timed_out = 2,
		.in_level = 60,
		.abandoned_in_level = 10,
		.abandoned_short = 4,
	};
	const struct rd_figures none = { .offered = 3 };
	const struct rd_cfg_queue cfg = { .service_level_ms = 20000,
					  .short_ms = 5000 };
	char formula[96];

	cr_assert_eq(rd_level_per_mille(&f, RD_LEVEL_OFFERED), 600);
	cr_assert_eq(rd_level_per_mille(&f, RD_LEVEL_ANSWERED), 750);
	cr_assert_eq(rd_level_per_mille(&f, RD_LEVEL_WITHOUT_SHORT), 625);
	cr_assert_eq(rd_level_per_mille(&f, RD_LEVEL_WITH_ABANDONED), 700);
	for (int level = 0; level < RD_LEVELS; level++)
		cr_assert_eq(rd_level_per_mille(&none, level), -1);
	rd_level_formula(&cfg, RD_LEVEL_WITHOUT_SHORT, formula,
			 sizeof(formula));
	cr_assert_str_eq(formula,
			 "answered within 20s / (ended - abandoned within 5s)");
}

/* ---- days ------------------------------------------------------------------------ */

Test(acd_figures, a_day_ends_at_the_local_midnight_whatever_its_length)
{
	static const struct {
		const char *zone;
		int64_t at, midnight;
	} rows[] = {
		/* 2026-03-29 12:00 UTC: summer time began at 1:00 UTC */
		{ "Europe/Berlin", 1774785600, 1774821600 },
		/* 2026-03-28 23:30 UTC: 23 hours are to come, less 30 min */
		{ "Europe/Berlin", 1774740600, 1774821600 },
		/* 2026-10-25 00:00 UTC, 2:00 local: 22 h and one more */
		{ "Europe/Berlin", 1792886400, 1792969200 },
		{ "Asia/Shanghai", 1774785600, 1774800000 },
		{ "UTC", 1774785600, 1774828800 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_assert_eq(rd_figures_midnight(rows[i].zone, rows[i].at),
			     rows[i].midnight, "row %zu", i);
}

Test(acd_figures, midnight_empties_today_and_keeps_the_total)
{
	struct world *w = with_phones(1 * S);
	const struct rd_figures *today, *total;
	struct party a;

	w->config.timezone = "Europe/Berlin";
	/* 2026-10-24 23:50 local; the clock goes back at 3:00 that night */
	begin_at(w, 1792878600, 0);
	today = rd_figures_of(w->core, 0, RD_FIGURES_TODAY);
	total = rd_figures_of(w->core, 0, RD_FIGURES_TOTAL);
	a = world_call(w, "1", "4002");
	world_run(w, 60 * S);
	world_hangup(w, a, 16);
	a = world_call(w, "1", "4002"); /* waits over midnight */
	cr_assert_eq(today->abandoned, 1);
	world_run(w, 9 * 60 * S);
	cr_assert_eq(today->offered, 0);
	cr_assert_eq(today->carried, 1);
	cr_assert_eq(total->offered, 2);
	world_hangup(w, a, 16);
	/* the hour that comes twice ends no day */
	world_run(w, 4 * 3600 * S);
	cr_assert_eq(today->abandoned, 1);
	world_run(w, 20 * 3600 * S);
	cr_assert_eq(today->abandoned, 1, "24 h later it is 23:00 again");
	world_run(w, 2 * 3600 * S);
	cr_assert_eq(today->abandoned, 0);
	cr_assert_eq(total->abandoned, 2);
	world_free(w);
}

Test(acd_figures, a_clock_set_back_over_midnight_does_not_end_the_day_twice)
{
	struct world *w = with_phones(1 * S);
	struct party a;

	begin_at(w, 1774828800 - 600, 0); /* 23:50 */
	world_run(w, 1200 * S);		  /* 0:10 */
	a = world_call(w, "1", "4002");
	world_run(w, 1 * S);
	world_hangup(w, a, 16);
	crash(w, 1774828800 - 3000); /* 23:10, an hour back */
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TODAY)->abandoned, 1);
	world_run(w, 2 * 3600 * S);
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TODAY)->abandoned, 1);
	world_run(w, 24 * 3600 * S);
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TODAY)->abandoned, 0);
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TOTAL)->abandoned, 1);
	world_free(w);
}

/* ---- rules ------------------------------------------------------------------------- */

/* asterisk 1255: a reload clears figures */
Test(acd_figures, a_reload_of_the_same_text_cuts_nothing)
{
	struct world *w = with_phones(1 * S);

	begin_at(w, 1774785600, 0);
	reload(w, &w->config, "aaaaaaaaaaaaaaaa");
	world_login(w, "8001");
	for (int i = 0; i < 60; i++) {
		struct party a = world_call(w, "1", "4002");

		world_run(w, 5 * S);
		world_hangup(w, a, 16);
		world_run(w, 5 * S);
		reload(w, &w->config, "aaaaaaaaaaaaaaaa");
	}
	cr_assert_eq(world_rows(w, "queue_figures"), 0);
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TODAY)->answered, 60);
	world_free(w);
}

/* ADM-09: a reload each second under load, zero differences */
Test(acd_figures, a_reload_each_second_changes_nothing, .timeout = 60)
{
	struct world *quiet, *loud;

	for (int i = 0; i < 2; i++) {
		struct rd_rng rng = { .state = 815 };
		struct world *w = with_phones(2 * S);

		*(i ? &loud : &quiet) = w;
		w->queues[0].max_wait_ms = 60 * S;
		w->queues[0].callback.hours = RD_INDEX_NONE;
		begin_at(w, 1774785600, 0);
		reload(w, &w->config, "aaaaaaaaaaaaaaaa");
		world_login(w, "8001");
		world_login(w, "8002");
		reloads = i;
		a_busy_hour(w, &rng);
		reloads = false;
	}
	cr_assert_gt(loud->core->state->generation, 1000);
	cr_assert_eq(world_rows(loud, "calls"), world_rows(quiet, "calls"));
	for (size_t a = 0, b = 0;; a++, b++) {
		const struct rd_cmd_row *x, *y;

		while (a < quiet->nlog && quiet->log[a]->type != RD_MSG_ROW)
			a++;
		while (b < loud->nlog && loud->log[b]->type != RD_MSG_ROW)
			b++;
		if (a == quiet->nlog || b == loud->nlog) {
			cr_assert_eq(a == quiet->nlog, b == loud->nlog);
			break;
		}
		x = (const void *)quiet->log[a];
		y = (const void *)loud->log[b];
		cr_assert_eq(x->table, y->table);
		cr_assert_eq(x->msg.frame, y->msg.frame);
		cr_assert_eq(x->msg.len, y->msg.len);
		cr_assert_arr_eq(x->data, y->data, x->msg.len - sizeof(*x));
	}
	world_free(quiet);
	world_free(loud);
}

Test(acd_figures, other_rules_begin_another_row_and_each_names_its_own)
{
	struct world *w = with_phones(1 * S), *next = world_make();
	struct party a;

	begin_at(w, 1774785600, 0);
	reload(w, &w->config, "aaaaaaaaaaaaaaaa");
	a = world_call(w, "1", "4002");
	world_run(w, 25 * S);
	world_login(w, "8001");
	world_run(w, 3 * S);
	world_hangup(w, a, 16);
	next->queues[0].service_level_ms = 60 * S;
	reload(w, &next->config, "bbbbbbbbbbbbbbbb");
	a = world_call(w, "1", "4002");
	world_run(w, 30 * S);
	world_run(w, 900 * S);
	cr_assert_geq(world_rows(w, "queue_figures"), 2);
	cr_assert_str_eq(world_cell(w, "queue_figures", 0, "version"),
			 "aaaaaaaaaaaaaaaa");
	cr_assert_str_eq(world_cell(w, "queue_figures", 0, "level_ms"),
			 "20000");
	cr_assert_str_eq(world_cell(w, "queue_figures", 0, "in_level"), "0");
	cr_assert_str_eq(world_cell(w, "queue_figures", 1, "version"),
			 "bbbbbbbbbbbbbbbb");
	cr_assert_str_eq(world_cell(w, "queue_figures", 1, "in_level"), "1");
	cr_assert_str_eq(world_cell(w, "queue_figures", 1, "level_ms"),
			 "60000");
	world_hangup(w, a, 16);
	world_free(w);
	free(next);
}

/* ---- sessions ------------------------------------------------------------------------ */

static int64_t parts_of_row(const struct world *w, int n)
{
	static const char *const parts[] = { "ready_ms",    "not_ready_ms",
					     "reserved_ms", "ringing_ms",
					     "talking_ms",  "wrapup_ms",
					     "direct_ms",   "down_ms" };
	int64_t sum = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		sum += cell(w, "agent_sessions", n, parts[i]);
	return sum;
}

Test(acd_figures, the_parts_of_a_session_sum_to_it_exactly)
{
	struct rd_rng rng = { .state = 4711 };
	struct world *w = with_phones(1501);
	struct party own;

	begin_at(w, 1774785600, 0);
	world_run(w, 3); /* not on a whole second */
	world_login(w, "8001");
	a_busy_hour(w, &rng);
	agent_command(w, "ready", "8001", "");
	own = world_call_on(w, PHONES, "8001", "4006");
	world_run(w, 1777);
	world_hangup(w, own, 16);
	world_run(w, 60 * S);
	agent_command(w, "not-ready", "8001", "");
	world_run(w, 333);
	agent_command(w, "logout", "8001", "");
	world_run(w, 60 * S);
	cr_assert_eq(world_rows(w, "agent_sessions"), 1);
	cr_assert_eq(parts_of_row(w, 0),
		     cell(w, "agent_sessions", 0, "length_ms"));
	cr_assert_eq(cell(w, "agent_sessions", 0, "ended_ms") -
			     cell(w, "agent_sessions", 0, "begun_ms"),
		     cell(w, "agent_sessions", 0, "length_ms"));
	cr_assert(strstr(world_cell(w, "agent_sessions", 0, "reasons"),
			 "\"tea\":"));
	cr_assert(strstr(world_cell(w, "agent_sessions", 0, "reasons"),
			 "\"none\":"));
	cr_assert_gt(cell(w, "agent_sessions", 0, "direct_ms"), 1000);
	world_free(w);
}

/* FEATURES 3.17: pause time (asterisk 66, 395) */
Test(acd_figures, sign_ins_and_reasons_outlive_a_crash_with_the_gap_counted)
{
	struct world *w = with_phones(1 * S);
	struct rd_session_sums sums;

	begin_at(w, 1774785600, 0);
	world_login(w, "8001");
	world_run(w, 10 * S);
	agent_command(w, "not-ready", "8001", "lunch");
	world_run(w, 20 * S);
	world_time(w, w->frame); /* the last event of that run */
	crash(w, 1774785600 + 100);
	world_run(w, 5 * S);
	world_time(w, w->frame);
	cr_assert_str_eq(rd_agent_state_name(world_agent(w, "8001")),
			 "not-ready");
	cr_assert_str_eq(world_agent(w, "8001")->reason, "lunch");
	rd_session_sum(w->core, 0, RD_SESSION_THIS, &sums);
	cr_assert_eq(sums.part[RD_SESSION_READY], 10 * S * MS);
	/* 100 ms after START until the spans are up */
	cr_assert_eq(sums.part[RD_SESSION_NOT_READY], 25100 * MS);
	cr_assert_eq(sums.part[RD_SESSION_DOWN], (70 * S - 100) * MS);
	/* the wall clock goes back an hour: nothing is negative */
	crash(w, 1774785600 - 3600);
	world_run(w, 5 * S);
	agent_command(w, "logout", "8001", "");
	cr_assert_eq(cell(w, "agent_sessions", 0, "length_ms"),
		     10000 + 25100 + 69900 + 5100);
	cr_assert_eq(parts_of_row(w, 0),
		     cell(w, "agent_sessions", 0, "length_ms"));
	world_free(w);
}

Test(acd_figures, midnight_cuts_today_of_an_agent_but_no_session)
{
	struct world *w = with_phones(1 * S);
	struct rd_session_sums this, today;

	begin_at(w, 1774828800 - 60, 0); /* 23:59 */
	world_login(w, "8001");
	world_run(w, 90 * S);
	world_time(w, w->frame);
	rd_session_sum(w->core, 0, RD_SESSION_THIS, &this);
	rd_session_sum(w->core, 0, RD_SESSION_TODAY, &today);
	cr_assert_eq(this.part[RD_SESSION_READY], 90 * S * MS);
	cr_assert_eq(today.part[RD_SESSION_READY], (30 * S + 100) * MS);
	world_free(w);
}

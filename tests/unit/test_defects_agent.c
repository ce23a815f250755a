// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Others' defects, each as the sequence that was reported: wrap-up and "last
 * call" (FEATURES 3.4), fairness over several queues (3.5), reasons of pauses and
 * their time (3.17).
 */
#include "tests/unit/defects_world.h"

/* ---- 3.4 wrap-up ------------------------------------------------------------------ */

Test(defects_wrapup, asterisk_1006_offer_after_wrapup)
{
	struct world *w = centre(200);
	uint64_t ended;

	w->queues[0].wrapup_ms = 30000;
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	world_call(w, "2", "4002"); /* waits for him */
	world_run(w, 5000);
	lays_down(w, "8001");
	ended = w->frame;
	while (rung(w, "8001") < 2 && w->frame < ended + 40000 * MS)
		world_run(w, 1);
	cr_assert_eq(w->frame - ended, 30000 * MS, "offered after %llu ms",
		     (unsigned long long)(w->frame - ended) / MS);
	world_free(w);
}

/*
 * An attended transfer cleared the last call in all queues, so wrap-up and
 * longest-idle were those of nobody. What an agent does on his own phone, and
 * what happens in another queue, must leave both alone.
 */
Test(defects_wrapup, asterisk_607_another_call_clears_the_last_call)
{
	struct world *w = centre(200);
	struct party own;

	w->queues[0].wrapup_ms = 30000;
	w->queues[1].wrapup_ms = 0;
	world_begin(w);
	world_login(w, "8003"); /* of both queues */
	world_call(w, "1", "4002");
	world_run(w, 1000);
	lays_down(w, "8003");
	cr_assert(is(w, "8003", "wrap-up"));
	world_run(w, 10000);
	own = world_call_on(w, PHONES, "8003", "4006"); /* he dials out */
	world_run(w, 5000);
	world_call(w, "2", "4007"); /* the other queue, without wrap-up */
	world_run(w, 1000);
	world_hangup(w, own, 16);
	world_run(w, 13998);
	cr_assert_eq(rung(w, "8003"), 1, "wrap-up was cleared");
	world_run(w, 200);
	cr_assert_eq(rung(w, "8003"), 2, "30 s from the end of his part");
	cr_assert_eq(world_agent(w, "8003")->answered, 1);
	world_free(w);
}

Test(defects_wrapup, asterisk_1255_reload_clears_wrap_up_and_last_call)
{
	struct world *w = centre(200);
	struct rd_config next;
	uint64_t ended;

	w->queues[0].wrapup_ms = 30000;
	w->queues[0].strategy = RD_STRATEGY_FEWEST_CALLS;
	world_begin(w);
	reload(w, &w->config);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	lays_down(w, "8001");
	ended = w->frame;
	world_run(w, 3000);
	world_login(w, "8002");
	next = w->config;
	reload(w, &next);
	cr_assert(is(w, "8001", "wrap-up"), "%s", state(w, "8001"));
	world_run(w, 26999);
	cr_assert(is(w, "8001", "wrap-up"));
	world_run(w, 1);
	cr_assert(is(w, "8001", "ready"));
	cr_assert_eq(w->frame - ended, 30000 * MS);
	/* his call is not forgotten: the other has fewer */
	world_call(w, "2", "4002");
	cr_assert_str_eq(offered(w, 1), "8002");
	world_free(w);
}

Test(defects_wrapup, asterisk_1736_call_is_counted_twice)
{
	struct world *w = centre(WORLD_RINGS_ON);
	struct party caller;

	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	caller = world_call(w, "1", "4002");
	world_run(w, 10500); /* 8001 misses, 8002 rings */
	lifts(w, "8002");
	world_run(w, 5000);
	reload(w, &w->config);
	world_hangup(w, caller, 16);
	world_run(w, 1000);
	cr_assert_eq(world_agent(w, "8001")->answered, 0);
	cr_assert_eq(world_agent(w, "8002")->answered, 1);
	cr_assert_eq(total(w, 0)->offered, 1);
	cr_assert_eq(total(w, 0)->answered, 1);
	cr_assert_eq(world_rows(w, "calls"), 1);
	cr_assert_eq(logged(w, "CONNECT"), 1);
	world_free(w);
}

/* cloudspire-feedback 51 asks for it, too. */
Test(defects_wrapup, asterisk_pr_1377_wrap_up_is_no_visible_state)
{
	struct world *w = centre(200);
	char json[8192];
	const char *told;

	w->queues[0].wrapup_ms = 12000;
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	lays_down(w, "8001");
	told = NULL;
	for (int n = 0; world_told(w, "agent.state", n); n++)
		told = world_told(w, "agent.state", n);
	cr_assert(told && strstr(told, "\"state\":\"wrap-up\""), "%s", told);
	cr_assert(strstr(told, "\"wrapup_ms\":12000"), "its timer: %s", told);
	world_run(w, 2000);
	rd_core_query(w->core, w->frame, "agents", "{}", json, sizeof(json));
	cr_assert(strstr(json, "\"wrap-up\""), "%s", json);
	order(w, "wrapup-end", "8001");
	cr_assert(is(w, "8001", "ready"), "and he may end it");
	world_free(w);
}

/* ---- 3.5 fairness over several queues ----------------------------------------------- */

static const char *caller_of_offer(const struct world *w, int n)
{
	const struct rd_isdn *setup = world_asked(w, RD_ISDN_SETUP, n);

	return setup ? setup->calling : "";
}

Test(defects_fairness, asterisk_108_longest_waiting_over_all_queues)
{
	static const char *const to[] = { "4007", "4002", "4002", "4007" };
	struct world *w = centre(100);
	char ani[8];

	w->queues[0].wrapup_ms = w->queues[1].wrapup_ms = 0;
	world_begin(w);
	for (int i = 0; i < 4; i++) {
		snprintf(ani, sizeof(ani), "%d", i + 1);
		world_call(w, ani, to[i]);
		world_run(w, 700);
	}
	world_login(w, "8003");
	for (int i = 0; i < 4; i++) {
		world_run(w, 1000);
		snprintf(ani, sizeof(ani), "%d", i + 1);
		cr_assert_str_eq(caller_of_offer(w, i), ani);
		lays_down(w, "8003");
		world_run(w, 100);
	}
	world_free(w);
}

/* A queue of weight, with penalties on top: the other one was never served. */
Test(defects_fairness, asterisk_1561_weight_and_penalty_starve_the_lower_queue)
{
	static const struct rd_cfg_member both[] = {
		{ .queue = 0, .penalty = 0 }, { .queue = 1, .penalty = 3 }
	};
	struct world *w = centre(50);
	struct party low;
	uint64_t entered;
	bool served = false;

	w->queues[0].wrapup_ms = w->queues[1].wrapup_ms = 0;
	w->queues[0].head_start_ms = 20000;
	w->agents[2].queues = both;
	world_begin(w);
	world_login(w, "8003");
	low = world_call(w, "low", "4007");
	(void)low;
	entered = w->frame;
	/* a stream without end to the queue that goes before */
	for (int i = 0; i < 120 && !served; i++) {
		world_call(w, "high", "4002");
		world_run(w, 900);
		served = world_agent(w, "8003")->queue == 1;
		lays_down(w, "8003");
		world_run(w, 100);
	}
	cr_assert(served, "starved for %llu s",
		  (unsigned long long)(w->frame - entered) / 8000);
	/* who comes more than the head start later is not before him */
	cr_assert_leq(w->frame - entered, 27 * 8000u);
	world_free(w);
}

/*
 * asterisk 1637 with PR 1640, 1691 with PR 1693: the longest waiting was made to
 * go first by an option that ignored priorities, then could stop all offers.
 */
Test(defects_fairness, asterisk_1637_1691_option_ignores_priority_stops_offers)
{
	struct world *w = centre(50);

	w->queues[0].wrapup_ms = w->queues[1].wrapup_ms = 0;
	w->queues[1].priority = 2;
	w->queues[1].priority_step_ms = 5000;
	world_begin(w);
	world_call(w, "1", "4002");
	world_run(w, 4000);
	world_call(w, "2", "4007"); /* 4 s later, 10 s before him */
	world_run(w, 7000);
	world_call(w, "3", "4007"); /* 11 s later: behind him */
	world_login(w, "8003");
	for (int i = 0; i < 3; i++) {
		world_run(w, 1000);
		lays_down(w, "8003");
		world_run(w, 100);
	}
	cr_assert_str_eq(caller_of_offer(w, 0), "2");
	cr_assert_str_eq(caller_of_offer(w, 1), "1");
	cr_assert_str_eq(caller_of_offer(w, 2), "3");
	world_free(w);
}

/* "Not determined", says its manual: here equal ranks go by entry, every time. */
Test(defects_fairness, wazo_order_over_queues_is_not_determined)
{
	for (int turn = 0; turn < 4; turn++) {
		struct world *w = centre(50);

		w->queues[0].wrapup_ms = w->queues[1].wrapup_ms = 0;
		world_begin(w);
		w->core->state->rng.state = (uint64_t)turn * 99;
		world_call(w, "1", turn % 2 ? "4002" : "4007");
		world_call(w, "2", turn % 2 ? "4007" : "4002");
		world_call(w, "3", "4002");
		world_login(w, "8003");
		for (int i = 0; i < 3; i++) {
			char ani[8];

			world_run(w, 1000);
			snprintf(ani, sizeof(ani), "%d", i + 1);
			cr_assert_str_eq(caller_of_offer(w, i), ani);
			lays_down(w, "8003");
			world_run(w, 100);
		}
		world_free(w);
	}
}

/* ---- 3.17 reasons of pauses, and their time ------------------------------------------- */

static const char *row_of(const struct world *w, const char *agent,
			  char json[16384])
{
	char key[40];
	char *at, *end;

	rd_core_query(w->core, w->frame, "agents", "{}", json, 16384);
	snprintf(key, sizeof(key), "\"agent\":\"%s\"", agent);
	at = strstr(json, key);
	cr_assert_not_null(at, "%s", json);
	end = strstr(at + 1, "\"agent\":\"");
	if (end)
		*end = '\0';
	return at;
}

/* Which pause, since when, how long in all: nobody could see. */
Test(defects_pause, qpanel_20_39_280_freepbx_912_reason_and_time_of_a_pause)
{
	struct world *w = centre(200);
	const struct rd_session_sums *today;
	struct rd_session_sums sums;
	char json[16384];
	const char *row;

	world_begin(w);
	world_login(w, "8001");
	world_run(w, 1000);
	order(w, "not-ready", "8001"); /* lunch */
	world_run(w, 60000);
	row = row_of(w, "8001", json);
	cr_assert(strstr(row, "lunch"), "%s", row);
	cr_assert(strstr(row, "not-ready"), "%s", row);
	order(w, "ready", "8001");
	world_run(w, 5000);
	order(w, "not-ready", "8001");
	world_run(w, 30000);
	world_time(w, w->frame);
	today = &sums;
	rd_session_sum(w->core, rd_agent_by_number(w->core, "8001"),
		       RD_SESSION_TODAY, &sums);
	cr_assert_eq(today->part[RD_SESSION_NOT_READY], 90000 * MS, "%llu ms",
		     (unsigned long long)today->part[RD_SESSION_NOT_READY] /
			     MS);
	cr_assert_eq(today->part[RD_SESSION_READY], 6000 * MS);
	world_free(w);
}

/* The reason was lost when the daemon started anew. 395: on a second pause. */
Test(defects_pause, asterisk_66_395_reason_is_lost)
{
	struct world *w = centre(200);
	struct rd_ev_start start = { .msg = { RD_MSG_START, sizeof(start),
					      RD_LINE_NONE, 0 },
				     .epoch_ns = EPOCH_NS,
				     .seed = 9,
				     .restart = 1 };

	world_begin(w);
	world_login(w, "8001");
	order(w, "not-ready", "8001");
	world_command(w, "{\"command\":\"agent.not-ready\",\"agent\":\"8001\","
			 "\"reason\":\"training\"}");
	cr_assert_str_eq(world_agent(w, "8001")->reason, "training");
	world_run(w, 5000);
	start.msg.frame = w->frame;
	world_event(w, &start.msg);
	world_up(w);
	cr_assert(is(w, "8001", "not-ready"), "%s", state(w, "8001"));
	cr_assert_str_eq(world_agent(w, "8001")->reason, "training");
	world_free(w);
}

/* How long he is left alone is a matter of why he did not take the call. */
Test(defects_pause, freeswitch_152_auto_pause_limits_by_cause)
{
	static const struct {
		uint8_t cause;
		uint32_t rest_ms;
	} rows[] = { { 17, 20000 }, { 21, 40000 } };

	for (size_t i = 0; i < 2; i++) {
		struct world *w = centre(200);
		uint64_t refused;

		w->queues[0].max_misses = 0;
		w->queues[0].backoff_ms[RD_BACKOFF_BUSY] = 20000;
		w->queues[0].backoff_ms[RD_BACKOFF_REJECT] = 40000;
		w->phone[0].cause = rows[i].cause;
		world_begin(w);
		world_login(w, "8001");
		world_call(w, "1", "4002");
		world_run(w, 50);
		cr_assert_not_null(world_told(w, "agent.offer-over", 0));
		refused = w->frame;
		while (rung(w, "8001") < 2 && w->frame < refused + 60000 * MS)
			world_run(w, 10);
		cr_assert(w->frame - refused <= rows[i].rest_ms * MS &&
				  w->frame - refused + 100 * MS >
					  rows[i].rest_ms * MS,
			  "cause %u: %llu ms", rows[i].cause,
			  (unsigned long long)(w->frame - refused) / MS);
		world_free(w);
	}
}

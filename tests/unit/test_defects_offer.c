// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Others' defects, each as the sequence that was reported: races of offer and
 * answer (FEATURES 3.2), queues and agents that freeze until a restart (3.3),
 * deadlocks under load (3.6).
 */
#include "tests/unit/defects_world.h"

/* ---- 3.2 offer and answer --------------------------------------------------------- */

/* Both lift in the same frame: one event comes first, and he alone has won. */
static void two_lift(const char *first, const char *second)
{
	struct world *w = centre(WORLD_RINGS_ON);
	struct party caller;

	w->queues[0].strategy = RD_STRATEGY_RING_ALL;
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	caller = world_call(w, "1", "4002");
	world_run(w, 300);
	cr_assert(is(w, "8001", "ringing") && is(w, "8002", "ringing"));
	lifts(w, first);
	lifts(w, second);
	cr_assert(is(w, first, "talking"), "%s", state(w, first));
	cr_assert(!is(w, second, "talking"), "%s", state(w, second));
	cr_assert_eq(released(w, world_at_phone(w, second)), 26,
		     "answered elsewhere");
	world_run(w, 200);
	cr_assert(is(w, second, "ready"), "no miss: %s", state(w, second));
	cr_assert_eq(world_agent(w, second)->missed, 0);
	cr_assert_eq(total(w, 0)->answered, 1);
	cr_assert_eq(released(w, caller), -1, "the caller hears nothing of it");
	world_hangup(w, caller, 16);
	world_run(w, 100);
	cr_assert_str_eq(world_cell(w, "calls", 0, "agent"), first);
	world_free(w);
}

Test(defects_offer, asterisk_176_two_agents_answer_one_ring_all_call)
{
	two_lift("8001", "8002");
	two_lift("8002", "8001");
}

Test(defects_offer, asterisk_1557_first_agent_drops_before_the_bridge)
{
	struct world *w = centre(WORLD_RINGS_ON);

	w->queues[0].strategy = RD_STRATEGY_RING_ALL;
	w->queues[0].agent_prompt = 77; /* he hears the queue's name first */
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_call(w, "1", "4002");
	world_run(w, 300);
	lifts(w, "8001");
	cr_assert_null(world_cmd(w, RD_MSG_BRIDGE, 0), "he hears the name");
	lays_down(w, "8001");
	cr_assert(is(w, "8002", "ringing"), "the other phone rings on: %s",
		  state(w, "8002"));
	cr_assert_eq(rung(w, "8002"), 1, "and did not stop in between");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1, "he has his place");
	lifts(w, "8002");
	world_run(w, 30000);
	cr_assert(is(w, "8002", "talking"), "%s", state(w, "8002"));
	cr_assert_not_null(world_cmd(w, RD_MSG_BRIDGE, 0));
	world_free(w);
}

/* freeswitch PR 2565, 2575, 2577 are its repairs. */
Test(defects_offer, freeswitch_2540_agent_is_left_reserved)
{
	struct rd_ev_edge edge = { .msg = { RD_MSG_EDGE_STATE, sizeof(edge),
					    RD_LINE_NONE, 0 } };
	/* what happens while he is reserved, and has not rung yet */
	for (int what = 0; what < 4; what++) {
		struct world *w = centre(500);
		struct party caller;

		if (what == 1)
			w->phone[0].cause = 17;
		world_begin(w);
		world_login(w, "8001");
		caller = world_call(w, "1", "4002");
		cr_assert(is(w, "8001", "reserved"));
		if (what == 0) {
			world_hangup(w, caller, 16);
		} else if (what == 2) {
			edge.msg.frame = w->frame;
			world_event(w, &edge.msg);
			world_up(w);
		} else if (what == 3) {
			world_command(w, "{\"command\":\"call.hangup\","
					 "\"call\":1}");
			reload(w, &w->config);
		}
		world_run(w, 20000);
		cr_assert(!is(w, "8001", "reserved"), "%d: %s", what,
			  state(w, "8001"));
		world_hangup(w, caller, 16);
		w->phone[0].cause = 0;
		order(w, "ready", "8001");
		world_run(w, 20000);
		world_call(w, "2", "4002");
		world_run(w, 3000);
		cr_assert(is(w, "8001", "talking"), "%d: %s", what,
			  state(w, "8001"));
		world_free(w);
	}
}

Test(defects_offer, freeswitch_2901_one_agent_is_rung_twice_another_not)
{
	struct world *w = centre(WORLD_RINGS_ON);

	world_begin(w);
	all_in(w);
	for (int i = 0; i < 4; i++)
		world_call(w, "1", "4002");
	world_run(w, 300);
	/* 8003 serves the queue, too: four callers, four phones */
	cr_assert_eq(rung(w, "8001"), 1);
	cr_assert_eq(rung(w, "8002"), 1);
	cr_assert_eq(rung(w, "8003"), 1);
	cr_assert_eq(rung(w, "8004"), 1);
	world_free(w);
}

Test(defects_offer, freeswitch_2529_dead_call_is_kept)
{
	/* he hangs up while: waiting, reserved, ringing, talking, rating */
	static const uint32_t after_ms[] = { 0, 5, 200, 2000, 4000 };

	for (size_t i = 0; i < sizeof(after_ms) / sizeof(*after_ms); i++) {
		struct world *w = centre(1000);
		struct party caller;

		w->queues[0].tree_after = 2;
		w->queues[0].node_after = 0;
		world_begin(w);
		if (i)
			world_login(w, "8001");
		caller = world_call(w, "1", "4002");
		world_run(w, after_ms[i]);
		if (i == 4)
			lays_down(w, "8001");
		world_hangup(w, caller, 16);
		world_run(w, 1000);
		cr_assert_eq(w->core->state->calls.used, 0, "%zu", i);
		cr_assert_eq(w->core->state->legs.used, 0, "%zu", i);
		cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
		cr_assert_eq(world_rows(w, "calls"), 1);
		world_free(w);
	}
}

Test(defects_offer, freeswitch_1973_member_is_shown_answered_hours_later)
{
	struct world *w = centre(WORLD_RINGS_ON);
	char json[8192];
	struct party caller;

	world_begin(w);
	world_login(w, "8001");
	caller = world_call(w, "1", "4002");
	world_run(w, 300);
	/* the caller goes in the very frame in which the agent answers */
	world_hangup(w, caller, 16);
	lifts(w, "8001");
	world_run(w, 3 * 3600 * 1000);
	cr_assert(is(w, "8001", "ready"), "%s", state(w, "8001"));
	cr_assert_gt(rd_core_query(w->core, w->frame, "calls", "{}", json,
				   sizeof(json)),
		     0);
	cr_assert_null(strstr(json, "\"call\""), "%s", json);
	cr_assert_eq(total(w, 0)->answered, 0);
	cr_assert_eq(total(w, 0)->abandoned, 1);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "abandoned");
	world_free(w);
}

Test(defects_offer, freeswitch_pr_800_state_change_during_offer_rings_rapidly)
{
	struct world *w = centre(WORLD_RINGS_ON);

	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	for (int i = 0; i < 40; i++) {
		world_run(w, 100);
		order(w, i % 2 ? "ready" : "not-ready", "8001");
	}
	cr_assert_eq(rung(w, "8001"), 1, "%d SETUPs in 4 s", rung(w, "8001"));
	/* and after the miss he rests */
	world_run(w, 6500);
	cr_assert_leq(rung(w, "8001"), 2);
	world_free(w);
}

Test(defects_offer, openacd_5_6_all_callers_pick_the_same_agent)
{
	struct world *w = centre(WORLD_RINGS_ON);
	uint64_t frame;

	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_login(w, "8004");
	frame = w->frame;
	world_call(w, "1", "4002");
	world_call(w, "2", "4002");
	world_call(w, "3", "4002");
	cr_assert_eq(w->frame, frame, "in one and the same frame");
	cr_assert(is(w, "8001", "reserved") && is(w, "8002", "reserved") &&
		  is(w, "8004", "reserved"));
	cr_assert_neq(world_agent(w, "8001")->call,
		      world_agent(w, "8002")->call);
	world_free(w);
}

/* ---- 3.3 frozen until a restart --------------------------------------------------- */

Test(defects_freeze, freeswitch_1641_dispatcher_is_gone_until_a_reload)
{
	struct rd_ev_edge edge = { .msg = { RD_MSG_EDGE_STATE, sizeof(edge),
					    RD_LINE_NONE, 0 } };
	struct rd_isdn isdn;
	struct world *w = centre(500);

	world_begin(w);
	world_login(w, "8001");
	/* whatever comes in between: no event ends the dispatcher */
	for (unsigned op = 0; op < 40; op++) {
		isdn = world_isdn((uint8_t)op, PHONES | (op % 32), op * 977);
		isdn.msg.frame = w->frame;
		world_event(w, &isdn.msg);
	}
	world_command(w, "{\"command\":\"agent.ready\",\"agent\":\"nobody\"}");
	edge.msg.frame = w->frame;
	world_event(w, &edge.msg);
	world_up(w);
	world_run(w, 30000);
	world_call(w, "1", "4002");
	world_run(w, 2000);
	cr_assert(is(w, "8001", "talking"), "%s", state(w, "8001"));
	world_free(w);
}

Test(defects_freeze, freeswitch_1062_caller_is_trying_agent_is_receiving)
{
	struct world *w = centre(500);
	struct party phone;

	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	w->silent = true; /* his phone says nothing at all, no reply to SETUP */
	world_call(w, "1", "4002");
	phone = world_at_phone(w, "8001");
	cr_assert(is(w, "8001", "reserved"));
	world_run(w, 9900);
	cr_assert(is(w, "8001", "reserved"));
	w->silent = false;
	world_run(w, 200);
	cr_assert_neq(released(w, phone), -1, "it ends by the ring timeout");
	cr_assert_gt(logged(w, "RING_NO_ANSWER") + logged(w, "REJECT"), 0,
		     "and is in the log");
	cr_assert_str_eq(offered(w, 1), "8002", "the next agent, at once");
	world_run(w, 2000);
	cr_assert(is(w, "8002", "talking"), "%s", state(w, "8002"));
	world_run(w, 40000);
	cr_assert(is(w, "8001", "ready"), "%s", state(w, "8001"));
	world_free(w);
}

Test(defects_freeze, freeswitch_2511_eighth_caller_is_served_first)
{
	struct world *w = centre(100);
	char ani[8], served[64] = "";

	w->queues[0].wrapup_ms = 0;
	world_begin(w);
	for (int i = 1; i <= 8; i++) {
		snprintf(ani, sizeof(ani), "%d", i);
		world_call(w, ani, "4002");
		world_run(w, 50);
	}
	world_login(w, "8001");
	for (int i = 0; i < 8; i++) {
		world_run(w, 1000);
		cr_assert(is(w, "8001", "talking"));
		lays_down(w, "8001");
		world_run(w, 100);
	}
	world_run(w, 1000);
	for (int i = 0; i < world_rows(w, "calls"); i++)
		strcat(served, world_cell(w, "calls", i, "ani"));
	cr_assert_str_eq(served, "12345678");
	world_free(w);
}

Test(defects_freeze, freeswitch_1822_unloaded_queue_comes_back)
{
	struct world *w = centre(WORLD_RINGS_ON);
	struct rd_config without;
	char json[8192];
	struct party caller;

	world_begin(w);
	reload(w, &w->config);
	caller = world_call(w, "1", "4007"); /* waits in "sales" */
	without = w->config;
	without.nqueues = 1;
	without.nroutes = 7;
	reload(w, &without);
	world_hangup(w, caller, 16);
	world_run(w, 1000);
	for (int i = 0; i < 3; i++) {
		reload(w, &without);
		rd_core_query(w->core, w->frame, "queues", "{}", json,
			      sizeof(json));
		cr_assert_null(strstr(json, "sales"), "%d: %s", i, json);
	}
	world_call(w, "2", "4007");
	world_run(w, 100);
	cr_assert_str_eq(world_cell(w, "calls", 1, "result"), "refused");
	world_free(w);
}

/* Its repair is PR 1221. */
Test(defects_freeze, freeswitch_1216_top_down_stops_when_the_last_is_on_break)
{
	static const uint8_t strategies[] = { RD_STRATEGY_FIXED_ORDER,
					      RD_STRATEGY_ROUND_ROBIN };

	for (int i = 0; i < 2; i++) {
		struct world *w = centre(200);

		w->queues[0].strategy = strategies[i];
		w->queues[0].wrapup_ms = 0;
		world_begin(w);
		all_in(w);
		order(w, "not-ready", "8004");
		for (int n = 0; n < 6; n++) {
			struct party p = world_call(w, "1", "4002");

			world_run(w, 1000);
			cr_assert_not_null(world_told(w, "call.bridged", n),
					   "call %d of strategy %d", n, i);
			world_hangup(w, p, 16);
			world_run(w, 200);
		}
		world_free(w);
	}
}

Test(defects_freeze, freeswitch_1188_limits_are_not_honoured)
{
	struct world *w = centre(WORLD_RINGS_ON);
	uint64_t entered;

	w->queues[0].maxlen = 2;
	w->queues[0].max_wait_ms = 7000;
	world_begin(w);
	entered = w->frame;
	world_call(w, "1", "4002");
	world_call(w, "2", "4002");
	world_call(w, "3", "4002"); /* no place */
	world_run(w, 100);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 2);
	cr_assert_eq(logged(w, "FULL"), 1);
	while (rd_queue_get(w->core, 0)->waiting && w->frame < entered + 80000)
		world_run(w, 1);
	cr_assert_eq(w->frame - entered, 7000 * MS, "%llu ms",
		     (unsigned long long)(w->frame - entered) / MS);
	cr_assert_eq(logged(w, "EXIT_TIMEOUT"), 2);
	world_free(w);
}

Test(defects_freeze, opensips_3123_agent_stays_in_call_for_ever)
{
	struct world *w = centre(200);

	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	cr_assert(is(w, "8001", "talking"));
	/* the end of the call is lost: neither side says anything any more */
	w->silent = true;
	world_run(w, 600000);
	w->silent = false;
	world_run(w, 60000);
	cr_assert(is(w, "8001", "ready"), "%s", state(w, "8001"));
	cr_assert_eq(w->core->state->calls.used, 0);
	world_call(w, "2", "4002");
	world_run(w, 1000);
	cr_assert(is(w, "8001", "talking"), "%s", state(w, "8001"));
	world_free(w);
}

Test(defects_freeze, opensips_2679_wrap_up_of_all_ends_with_the_last)
{
	struct world *w = centre(200);

	w->queues[0].wrapup_ms = 10000;
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_call(w, "1", "4002");
	world_call(w, "2", "4002");
	world_run(w, 1000);
	lays_down(w, "8001");
	world_run(w, 6000);
	lays_down(w, "8002");
	world_run(w, 3999);
	cr_assert(is(w, "8001", "wrap-up"));
	world_run(w, 1);
	cr_assert(is(w, "8001", "ready"), "his own ten seconds");
	cr_assert(is(w, "8002", "wrap-up"));
	world_run(w, 6000);
	cr_assert(is(w, "8002", "ready"));
	world_free(w);
}

/*
 * kazoo PR 2689, OpenACD PR 76, 77: agents that hang after their process, or the
 * one of their call, died.
 */
Test(defects_freeze, kazoo_2689_openacd_76_77_agent_hangs_when_a_process_dies)
{
	struct rd_ev_edge edge = { .msg = { RD_MSG_EDGE_STATE, sizeof(edge),
					    RD_LINE_NONE, 0 } };
	/* the edge dies while he is reserved, rings, talks, wraps up */
	static const uint32_t after_ms[] = { 5, 200, 2000, 3000 };

	for (size_t i = 0; i < 4; i++) {
		struct world *w = centre(1000);

		world_begin(w);
		world_login(w, "8001");
		world_call(w, "1", "4002");
		world_run(w, after_ms[i]);
		if (i == 3)
			lays_down(w, "8001");
		edge.msg.frame = w->frame;
		world_event(w, &edge.msg);
		world_run(w, 1000);
		cr_assert_eq(w->core->state->calls.used, 0, "%zu", i);
		world_up(w);
		world_run(w, 30000);
		cr_assert(is(w, "8001", "ready"), "%zu: %s", i,
			  state(w, "8001"));
		world_call(w, "2", "4002");
		world_run(w, 2000);
		cr_assert(is(w, "8001", "talking"), "%zu: %s", i,
			  state(w, "8001"));
		world_free(w);
	}
}

/* ---- 3.6 deadlocks and lock-ups under load ------------------------------------------ */

/*
 * wazo-platform/asterisk PR 157, 158, 188; asterisk 210, 668, 1611, 1907, 1928,
 * 1946; openwrt/telephony 865: threads that wait for each other's locks, or crash,
 * when calls, queries, reloads and hang-ups come at once. There is one thread and
 * no lock; what is left to show is that any storm of events in one frame ends, and
 * that the centre works at once when it is over.
 */
Test(defects_load, asterisk_668_1611_1907_1928_1946_wazo_157_openwrt_865_storm)
{
	struct world *w = centre(0);
	struct rd_rng rng = { 20261123 };
	struct party p[16] = { 0 };
	char json[65536];
	int calls = 0;

	w->queues[0].wrapup_ms = w->queues[1].wrapup_ms = 0;
	world_begin(w);
	all_in(w);
	for (int i = 0; i < 6000; i++) {
		unsigned at = rd_rng_below(&rng, 16);

		switch (rd_rng_below(&rng, 6)) {
		case 0:
			world_hangup(w, p[at], 16);
			p[at] = world_call(w, "1",
					   rd_rng_below(&rng, 2) ? "4002"
								 : "4007");
			calls += p[at].ref != 0;
			break;
		case 1:
			world_hangup(w, p[at], 16);
			break;
		case 2:
			lays_down(w, w->agents[at % 4].number);
			break;
		case 3:
			order(w, at % 2 ? "ready" : "not-ready",
			      w->agents[at % 4].number);
			break;
		case 4:
			rd_core_query(w->core, w->frame,
				      at % 2 ? "queues" : "agents", "{}", json,
				      sizeof(json));
			break;
		default:
			if (!at)
				reload(w, &w->config);
			else if (!(at % 4))
				world_run(w, 60);
		}
	}
	cr_assert_gt(calls, 200);
	for (int i = 0; i < 16; i++)
		world_hangup(w, p[i], 16);
	world_run(w, 60000);
	cr_assert_eq(w->core->state->calls.used, 0);
	for (int i = 0; i < 4; i++)
		order(w, "ready", w->agents[i].number);
	world_call(w, "2", "4002");
	world_run(w, 1000);
	cr_assert_not_null(world_told(w, "call.bridged", 0));
	world_free(w);
}

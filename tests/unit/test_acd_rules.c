// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules of daemon/acd/README.md, one by one: order, who may serve, which
 * agent, ring all and progressive, what a supervisor changes.
 */
#include "daemon/acd/explain.h"
#include "daemon/acd/strategy.h"
#include "tests/unit/core_world.h"

static const struct rd_cfg_skill_level zh3[] = { { 0, 3 } };
static const struct rd_cfg_skill_level zh1[] = { { 0, 1 } };
static const struct rd_cfg_skill_level zh0[] = { { 0, 0 } };
static const uint16_t queue1[] = { 1 };

static struct world *with_phones(uint32_t answer_ms)
{
	static const char *const numbers[] = { "8001", "8002", "8003", "8004" };
	struct world *w = world_make();

	for (int i = 0; i < 4; i++)
		w->phone[i] = (struct phone){ numbers[i], answer_ms, 0 };
	return w;
}

static const char *state(const struct world *w, const char *agent)
{
	return rd_agent_state_name(world_agent(w, agent));
}

static uint64_t id_of(const struct world *w, struct party p)
{
	const struct rd_leg *leg = rd_leg_on_line(w->core, p.line);

	return rd_call_at(w->core, leg->call)->id;
}

static const struct rd_call *call_of(const struct world *w, struct party p)
{
	return rd_call_by_id(w->core, id_of(w, p));
}

/* Agents offered, in order, as the queue log has them. */
static const char *offered(const struct world *w)
{
	static char text[256];
	size_t len = 0;

	text[0] = '\0';
	for (int n = 0; (n = world_logged(w, "OFFER", n)) >= 0; n++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s ",
					world_cell(w, "queue_log", n, "agent"));
	return text;
}

static void reload(struct world *w)
{
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
	};

	rd_core_set_config(w->core, &w->config);
	world_event(w, &event.msg);
}

static void command(struct world *w, const char *what, struct party p,
		    const char *rest)
{
	char json[200];

	snprintf(json, sizeof(json),
		 "{\"command\":\"queue.%s\",\"call\":%llu%s}", what,
		 (unsigned long long)id_of(w, p), rest);
	world_command(w, json);
}

/* ---- skills, penalties, widening ------------------------------------------------ */

Test(acd_rules, only_who_has_the_skill_at_its_level_is_offered_a_call)
{
	struct world *w = with_phones(100);

	w->queues[0].skills = (struct rd_cfg_levels){ 1, zh3 };
	world_begin(w);
	world_login(w, "8002");
	world_call(w, "1", "4002");
	world_run(w, 60000);
	cr_assert_str_eq(offered(w), "", "8002 has no zh");
	world_login(w, "8001");
	cr_assert_str_eq(offered(w), "8001 ");
	world_free(w);
}

Test(acd_rules, a_need_relaxes_in_that_very_frame)
{
	static const struct rd_cfg_relax relax[] = {
		{ .after_ms = 5000, .skills = { 1, zh1 } },
		{ .after_ms = 9000, .skills = { 1, zh0 } },
	};
	struct world *w = with_phones(100);
	struct rd_reason why;
	struct party a;

	w->queues[0].skills = (struct rd_cfg_levels){ 1, zh3 };
	w->queues[0].relax = relax;
	w->queues[0].nrelax = 2;
	w->agents[2].skills = (struct rd_cfg_levels){ 1, zh1 };
	world_begin(w);
	world_login(w, "8002");
	a = world_call(w, "1", "4002");
	why = rd_explain_ticket(w->core, rd_agent_by_number(w->core, "8002"),
				call_of(w, a)->in_queue.ticket);
	cr_assert_eq(why.why, RD_WHY_SKILL);
	cr_assert_eq(why.needed, 3);
	cr_assert_eq(why.until_frame, w->frame + 9000 * MS, "when it ends");
	world_run(w, 8999);
	cr_assert_str_eq(offered(w), "");
	world_run(w, 1);
	cr_assert_str_eq(offered(w), "8002 ");
	cr_assert_str_eq(world_cell(w, "queue_log", world_logged(w, "OFFER", 0),
				    "wait_ms"),
			 "9000");
	world_free(w);
}

Test(acd_rules, an_agent_of_the_relaxed_level_is_free_to_it_and_not_before)
{
	static const struct rd_cfg_relax relax[] = {
		{ .after_ms = 5000, .skills = { 1, zh1 } },
	};
	struct world *w = with_phones(100);

	w->queues[0].skills = (struct rd_cfg_levels){ 1, zh3 };
	w->queues[0].relax = relax;
	w->queues[0].nrelax = 1;
	w->agents[2].skills = (struct rd_cfg_levels){ 1, zh1 };
	world_begin(w);
	world_call(w, "1", "4002");
	world_run(w, 4000);
	world_login(w, "8003");
	world_run(w, 999);
	cr_assert_str_eq(offered(w), "");
	world_run(w, 1);
	cr_assert_str_eq(offered(w), "8003 ");
	world_free(w);
}

Test(acd_rules, penalties_widen_and_the_lower_goes_first)
{
	static const struct rd_cfg_member second[] = { { .queue = 0,
							 .penalty = 2 } };
	static const struct rd_cfg_relax relax[] = {
		{ .after_ms = 3000, .has_penalty = true, .penalty = 1 },
		{ .after_ms = 6000, .has_penalty = true, .penalty = 2 },
	};
	struct world *w = with_phones(100);
	struct party a;

	w->agents[1].queues = second;
	world_begin(w);
	world_login(w, "8002");
	world_run(w, 10);
	world_login(w, "8001");
	a = world_call(w, "1", "4002");
	cr_assert_str_eq(offered(w), "8001 ",
			 "who is idle longer has a penalty");
	world_hangup(w, a, 16);
	w->queues[0].relax = relax;
	w->queues[0].nrelax = 2;
	world_command(w, "{\"command\":\"agent.logout\",\"agent\":\"8001\"}");
	reload(w);
	world_call(w, "1", "4002");
	world_run(w, 5999);
	cr_assert_str_eq(offered(w), "8001 ");
	world_run(w, 1);
	cr_assert_str_eq(offered(w), "8001 8002 ");
	world_free(w);
}

Test(acd_rules, agents_of_another_queue_come_in_without_losing_the_place)
{
	static const struct rd_cfg_relax relax[] = {
		{ .after_ms = 4000, .nqueues = 1, .queues = queue1 },
	};
	static const struct rd_cfg_member sales[] = { { .queue = 1 } };
	struct world *w = with_phones(100);

	w->queues[0].relax = relax;
	w->queues[0].nrelax = 1;
	w->agents[3].queues = sales;
	world_begin(w);
	world_login(w, "8004");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	world_call(w, "2", "4002");
	world_run(w, 2999);
	cr_assert_str_eq(offered(w), "");
	world_run(w, 1);
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling, "1");
	world_free(w);
}

Test(acd_rules, callers_who_wait_follow_a_reload)
{
	struct world *w = with_phones(100);

	w->queues[0].skills = (struct rd_cfg_levels){ 1, zh3 };
	world_begin(w);
	reload(w);
	world_login(w, "8002");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	cr_assert_str_eq(offered(w), "");
	w->queues[0].skills.n = 0;
	reload(w);
	cr_assert_str_eq(offered(w), "8002 ");
	world_free(w);
}

Test(acd_rules, a_skill_that_is_gone_is_needed_no_more)
{
	struct world *w = with_phones(100);

	w->queues[0].skills = (struct rd_cfg_levels){ 1, zh3 };
	world_begin(w);
	reload(w);
	world_login(w, "8002");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	w->config.nskills = 0;
	w->queues[0].skills.n = 0;
	w->agents[0].skills.n = w->agents[2].skills.n = 0;
	reload(w);
	cr_assert_str_eq(offered(w), "8002 ");
	world_free(w);
}

Test(acd_rules, the_most_skilled_goes_first_if_the_queue_wants)
{
	static const struct rd_cfg_skill_level zh9[] = { { 0, 9 } };
	struct world *w = with_phones(100);

	w->queues[0].skills = (struct rd_cfg_levels){ 1, zh1 };
	w->queues[0].prefer_skilled = true;
	w->agents[2].skills = (struct rd_cfg_levels){ 1, zh9 };
	world_begin(w);
	world_login(w, "8001");
	world_run(w, 10);
	world_login(w, "8003");
	world_call(w, "1", "4002");
	cr_assert_str_eq(offered(w), "8003 ");
	world_free(w);
}

/* ---- order ------------------------------------------------------------------------- */

Test(acd_rules, a_priority_is_a_head_start_and_no_more)
{
	struct world *w = with_phones(100);

	w->queues[0].priority_step_ms = 10000;
	w->queues[1].priority_step_ms = 10000;
	w->queues[1].priority = 1;
	world_begin(w);
	world_call(w, "100", "4002");
	world_run(w, 10000);
	world_call(w, "900", "4007"); /* 10 s later, 10 s of head start */
	world_login(w, "8003");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling, "100",
			 "equal ranks: who came first");
	world_free(w);

	w = with_phones(100);
	w->queues[1].priority_step_ms = 10000;
	w->queues[1].priority = 1;
	world_begin(w);
	world_call(w, "100", "4002");
	world_run(w, 9999);
	world_call(w, "900", "4007");
	world_login(w, "8003");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling, "900");
	world_free(w);
}

Test(acd_rules, a_head_start_of_the_queue_counts_across_queues)
{
	struct world *w = with_phones(100);

	w->queues[1].head_start_ms = 5000;
	world_begin(w);
	world_call(w, "100", "4002");
	world_run(w, 4999);
	world_call(w, "200", "4007");
	world_login(w, "8003");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling, "200");
	world_free(w);
}

Test(acd_rules, an_agent_prefers_a_queue_by_so_much_time)
{
	static const struct rd_cfg_member both[] = {
		{ .queue = 0 }, { .queue = 1, .prefer_ms = 3000 }
	};
	struct world *w = with_phones(100);

	w->agents[2].queues = both;
	world_begin(w);
	world_call(w, "100", "4002");
	world_run(w, 2999);
	world_call(w, "200", "4007");
	world_login(w, "8003");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling, "200");
	world_free(w);
}

/* freeswitch 2511, asterisk 1561: a lower queue that is never served. */
Test(acd_rules, an_endless_stream_of_higher_callers_cannot_starve_one)
{
	struct world *w = with_phones(0);
	struct party poor, vip;
	int served = 0;

	w->queues[0].wrapup_ms = w->queues[1].wrapup_ms = 0;
	w->queues[1].priority = 9;
	w->queues[1].priority_step_ms = 10000; /* H = 90 s */
	world_begin(w);
	world_login(w, "8003");
	world_call(w, "900", "4007");
	poor = world_call(w, "100", "4002");
	/* as soon as one talks another one waits, each talks for 5 s */
	while (call_of(w, poor)->in_queue.phase == RD_QUEUE_WAITING &&
	       served < 100) {
		vip = world_call(w, "900", "4007");
		cr_assert(vip.ref, "a channel for the next");
		world_run(w, 5000);
		world_hangup(w, world_at_phone(w, "8003"), 16);
		world_run(w, 40);
		served++;
	}
	cr_assert_geq(served, 17, "the head start is honoured: %d", served);
	cr_assert_leq(served, 20, "then it is his turn: %d", served);
	world_free(w);
}

Test(acd_rules, a_priority_changed_while_waiting_counts_at_once)
{
	struct world *w = with_phones(100);
	struct party a, b;

	w->queues[0].priority_step_ms = 60000;
	world_begin(w);
	a = world_call(w, "1", "4002");
	world_run(w, 1000);
	b = world_call(w, "2", "4002");
	cr_assert_eq(
		rd_ticket_position(w->core, call_of(w, b)->in_queue.ticket), 2);
	command(w, "priority", b, ",\"priority\":1");
	cr_assert_str_eq(world_answer(w), "{\"ok\":true}");
	cr_assert_eq(
		rd_ticket_position(w->core, call_of(w, b)->in_queue.ticket), 1);
	cr_assert_eq(
		rd_ticket_position(w->core, call_of(w, a)->in_queue.ticket), 2);
	world_login(w, "8001");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling, "2");
	command(w, "priority", a, ",\"priority\":10");
	cr_assert(strstr(world_answer(w), "invalid"));
	world_run(w, 1000);
	command(w, "priority", b, ",\"priority\":1");
	cr_assert(strstr(world_answer(w), "an agent has the call"));
	world_free(w);
}

/* ---- a supervisor ------------------------------------------------------------------- */

Test(acd_rules, a_supervisor_puts_one_at_a_position)
{
	struct world *w = with_phones(100);
	struct party p[4];
	uint32_t order[4];

	world_begin(w);
	for (int i = 0; i < 4; i++) /* in one frame: no room between */
		p[i] = world_call(w, "1", "4002");
	command(w, "place", p[3], ",\"position\":2");
	command(w, "place", p[0], ",\"position\":9");
	for (int i = 0; i < 4; i++)
		order[i] = rd_ticket_position(
			w->core, call_of(w, p[i])->in_queue.ticket);
	cr_assert_eq(order[3], 1);
	cr_assert_eq(order[1], 2);
	cr_assert_eq(order[2], 3);
	cr_assert_eq(order[0], 4);
	world_free(w);
}

Test(acd_rules, a_supervisor_moves_one_to_another_queue_with_his_wait)
{
	struct world *w = with_phones(WORLD_RINGS_ON);
	struct party a, b;

	world_begin(w);
	a = world_call(w, "1", "4002");
	world_run(w, 1000);
	b = world_call(w, "2", "4007");
	command(w, "move", a, ",\"queue\":\"sales\"");
	cr_assert_eq(
		rd_ticket_position(w->core, call_of(w, a)->in_queue.ticket), 1,
		"he waited longer than b");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
	command(w, "move", b, ",\"queue\":\"service\"");
	world_login(w, "8001");
	cr_assert_str_eq(state(w, "8001"), "reserved", "b is his");
	world_run(w, 100);
	command(w, "move", b, ",\"queue\":\"sales\"");
	world_run(w, 100);
	cr_assert_str_eq(state(w, "8001"), "ready", "it rings no more");
	cr_assert_eq(world_agent(w, "8001")->missed, 0);
	cr_assert_eq(rd_queue_get(w->core, 1)->waiting, 2);
	world_login(w, "8003");
	cr_assert_eq(call_of(w, a)->in_queue.phase, RD_QUEUE_OFFERED);
	world_free(w);
}

Test(acd_rules, a_supervisor_gives_one_to_an_agent_for_a_while)
{
	struct world *w = with_phones(100);
	struct party a;

	world_begin(w);
	a = world_call(w, "1", "4002");
	command(w, "give", a, ",\"agent\":\"8002\",\"for_s\":10");
	world_login(w, "8001");
	world_run(w, 9999);
	cr_assert_str_eq(offered(w), "");
	world_run(w, 1);
	cr_assert_str_eq(offered(w), "8001 ", "then for anybody");
	world_free(w);
}

Test(acd_rules, a_supervisor_takes_one_out_of_the_line)
{
	struct world *w = with_phones(100);

	w->queues[0].tree_overflow = 5;
	w->queues[0].node_overflow = 0;
	world_begin(w);
	command(w, "withdraw", world_call(w, "1", "4002"), "");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
	cr_assert_eq(rd_call_at(w->core, 0)->app, RD_APP_IVR);
	world_free(w);
}

/* ---- strategies ----------------------------------------------------------------------- */

/* Calls that 8001, 8002 and 8004 got of n that talk for 1 s. */
static void share_of(uint8_t strategy, int n, int got[3])
{
	static const struct rd_cfg_member big[] = { { .queue = 0,
						      .share = 30 } };
	static const struct rd_cfg_member small[] = { { .queue = 0,
							.share = 10 } };
	struct world *w = with_phones(0);

	memset(got, 0, 3 * sizeof(got[0]));
	w->queues[0].strategy = strategy;
	w->queues[0].wrapup_ms = 0;
	w->agents[0].queues = big;
	w->agents[1].queues = w->agents[3].queues = small;
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_login(w, "8004");
	for (int i = 0; i < n; i++) {
		struct party a = world_call(w, "1", "4002");

		world_run(w, 300);
		world_hangup(w, a, 16);
		world_run(w, 200);
	}
	got[0] = (int)world_agent(w, "8001")->answered;
	got[1] = (int)world_agent(w, "8002")->answered;
	got[2] = (int)world_agent(w, "8004")->answered;
	cr_assert_eq(got[0] + got[1] + got[2], n);
	world_free(w);
}

Test(acd_rules, random_gives_each_his_part_and_weights_give_more)
{
	int got[3];

	share_of(RD_STRATEGY_RANDOM, 300, got);
	for (int i = 0; i < 3; i++) /* 100, sigma 8 */
		cr_assert(got[i] > 67 && got[i] < 133, "%d: %d", i, got[i]);
	share_of(RD_STRATEGY_WEIGHTED_RANDOM, 300, got);
	cr_assert(got[0] > 145 && got[0] < 215, "180: %d", got[0]);
	cr_assert(got[1] > 35 && got[1] < 85, "60: %d", got[1]);
}

Test(acd_rules, least_talk_is_who_talked_least)
{
	struct world *w = with_phones(0);
	struct party a;

	w->queues[0].strategy = RD_STRATEGY_LEAST_TALK;
	w->queues[0].wrapup_ms = 0;
	world_begin(w);
	world_login(w, "8001");
	world_run(w, 1);
	world_login(w, "8002");
	a = world_call(w, "1", "4002"); /* 8001, long */
	world_run(w, 9000);
	world_hangup(w, a, 16);
	world_run(w, 100);
	for (int i = 0; i < 2; i++) { /* 8002, short, twice */
		a = world_call(w, "1", "4002");
		world_run(w, 1000);
		world_hangup(w, a, 16);
		world_run(w, 100);
	}
	cr_assert_str_eq(offered(w), "8001 8002 8002 ");
	world_free(w);
}

Test(acd_rules, round_robin_remembers_over_a_reload_and_a_queues_own_order)
{
	static const struct rd_cfg_member third[] = { { .queue = 0,
							.order = 3 } };
	struct world *w = with_phones(0);

	w->queues[0].strategy = RD_STRATEGY_ROUND_ROBIN;
	w->queues[0].wrapup_ms = 0;
	w->agents[0].queues = third;
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_login(w, "8004");
	for (int i = 0; i < 4; i++) {
		struct party a = world_call(w, "1", "4002");

		world_run(w, 500);
		world_hangup(w, a, 16);
		world_run(w, 500);
		reload(w);
	}
	cr_assert_str_eq(offered(w), "8002 8004 8001 8002 ");
	world_free(w);
}

/* ---- ring all, progressive ------------------------------------------------------------ */

static struct world *ring_all(uint32_t answer_ms)
{
	struct world *w = with_phones(answer_ms);

	w->queues[0].strategy = RD_STRATEGY_RING_ALL;
	return w;
}

/* HANGUPs with that cause to phones. */
static int hangups(const struct world *w, uint8_t cause)
{
	const struct rd_isdn *isdn;
	int n = 0;

	for (int i = 0; (isdn = world_asked(w, RD_ISDN_HANGUP, i)); i++)
		n += isdn->cause == cause &&
		     rd_line_span(isdn->msg.line) == rd_line_span(PHONES);
	return n;
}

/* asterisk 176: two agents answer one ring-all call. */
Test(acd_rules, ring_all_has_one_winner_and_nobody_has_missed)
{
	struct world *w = ring_all(3000);

	w->phone[1].answer_ms = 1000;
	w->phone[2].answer_ms = 1005; /* before our release reaches him */
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_login(w, "8003");
	world_call(w, "1", "4002");
	cr_assert_str_eq(state(w, "8001"), "reserved");
	cr_assert_str_eq(state(w, "8002"), "reserved");
	cr_assert_str_eq(state(w, "8003"), "reserved");
	world_run(w, 2000);
	cr_assert_str_eq(state(w, "8002"), "talking");
	cr_assert_str_eq(state(w, "8001"), "ready");
	cr_assert_str_eq(state(w, "8003"), "ready");
	cr_assert_eq(hangups(w, 26), 2, "answered elsewhere");
	cr_assert_eq(world_agent(w, "8001")->missed, 0);
	cr_assert_eq(world_agent(w, "8003")->missed, 0);
	cr_assert_eq(world_agent(w, "8003")->answered, 0);
	cr_assert_eq(world_times(w, "agent.offer"), 3, "a screen pop each");
	cr_assert_eq(world_times(w, "agent.offer-over"), 2, "cancelled");
	cr_assert(strstr(world_told(w, "agent.offer-over", 0), "elsewhere"));
	cr_assert_null(world_cmd(w, RD_MSG_BRIDGE, 1), "one bridge");
	world_free(w);
}

/* asterisk 1557: the first one drops before the bridge, all others had been
 * cancelled. */
Test(acd_rules, who_drops_before_the_bridge_leaves_the_others_ringing)
{
	struct world *w = ring_all(WORLD_RINGS_ON);
	struct party a, second;

	w->phone[0].answer_ms = 500;
	w->phone[1].answer_ms = 9000;
	w->queues[0].agent_prompt = 33;
	w->queues[0].retry_ms = 60000;
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	a = world_call(w, "1", "4002");
	second = world_at_phone(w, "8002");
	world_run(w, 600); /* 8001 hears his prompt, for 500 ms */
	cr_assert_str_eq(state(w, "8001"), "talking");
	cr_assert_str_eq(state(w, "8002"), "ringing");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1, "keeps his place");
	world_hangup(w, world_at_phone(w, "8001"), 16);
	cr_assert_str_eq(state(w, "8001"), "ready");
	cr_assert_eq(world_agent(w, "8001")->missed, 1);
	cr_assert_eq(world_agent(w, "8001")->answered, 0);
	cr_assert_str_eq(state(w, "8002"), "ringing");
	cr_assert_eq(world_at_phone(w, "8002").ref, second.ref,
		     "the same call of his phone");
	world_run(w, 12000);
	cr_assert_str_eq(state(w, "8002"), "talking");
	cr_assert_eq(call_of(w, a)->in_queue.phase, RD_QUEUE_TALKING);
	world_free(w);
}

Test(acd_rules, who_answers_while_another_is_greeted_is_released_unharmed)
{
	struct world *w = ring_all(500);

	w->phone[1].answer_ms = 700;
	w->queues[0].agent_prompt = 33;
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_call(w, "1", "4002");
	world_run(w, 800);
	cr_assert_str_eq(state(w, "8001"), "talking");
	cr_assert_str_eq(state(w, "8002"), "ready");
	cr_assert_eq(hangups(w, 26), 1);
	cr_assert_eq(world_agent(w, "8002")->missed, 0);
	world_run(w, 1000);
	cr_assert_not_null(world_cmd(w, RD_MSG_BRIDGE, 0));
	world_free(w);
}

Test(acd_rules, who_hangs_up_while_his_agent_is_greeted_has_abandoned)
{
	struct world *w = ring_all(100);
	struct party a;

	w->queues[0].agent_prompt = 33;
	world_begin(w);
	world_login(w, "8001");
	a = world_call(w, "1", "4002");
	world_run(w, 200);
	cr_assert_str_eq(state(w, "8001"), "talking");
	world_hangup(w, a, 16);
	cr_assert_str_eq(state(w, "8001"), "ready", "no wrap-up");
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "abandoned");
	world_free(w);
}

Test(acd_rules, who_becomes_free_joins_a_ring_all_if_nobody_waits)
{
	struct world *w = ring_all(WORLD_RINGS_ON);

	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 500);
	world_login(w, "8002");
	cr_assert_str_eq(state(w, "8002"), "reserved");
	cr_assert_str_eq(offered(w), "8001 8002 ");
	world_run(w, 9500);
	cr_assert_eq(world_agent(w, "8001")->missed, 1, "10 s of his own");
	cr_assert_eq(world_agent(w, "8002")->missed, 0);
	world_run(w, 600);
	cr_assert_eq(world_agent(w, "8002")->missed, 1);
	world_free(w);
}

Test(acd_rules, who_becomes_free_serves_those_who_wait_before_he_joins)
{
	struct world *w = ring_all(WORLD_RINGS_ON);
	struct party b;

	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_call(w, "1", "4002");
	b = world_call(w, "2", "4002");
	world_run(w, 100);
	cr_assert_eq(call_of(w, b)->in_queue.phase, RD_QUEUE_WAITING);
	world_login(w, "8004");
	cr_assert_eq(call_of(w, b)->in_queue.phase, RD_QUEUE_OFFERED);
	world_free(w);
}

Test(acd_rules, progressive_rings_one_more_each_step)
{
	struct world *w = with_phones(WORLD_RINGS_ON);

	w->queues[0].strategy = RD_STRATEGY_PROGRESSIVE;
	w->queues[0].ring_step_ms = 3000;
	w->phone[3].answer_ms = 1000;
	world_begin(w);
	world_login(w, "8004");
	world_login(w, "8002");
	world_login(w, "8001");
	world_call(w, "1", "4002");
	cr_assert_str_eq(offered(w), "8001 ");
	world_run(w, 2999);
	cr_assert_str_eq(offered(w), "8001 ");
	world_run(w, 1);
	cr_assert_str_eq(offered(w), "8001 8002 ");
	world_run(w, 3000);
	cr_assert_str_eq(offered(w), "8001 8002 8004 ");
	world_run(w, 1500);
	cr_assert_str_eq(state(w, "8004"), "talking");
	cr_assert_str_eq(state(w, "8001"), "ready");
	world_free(w);
}

/* ---- what the agent is told (ACD-24) ---------------------------------------------------- */

Test(acd_rules, the_agent_hears_queue_and_wait_and_may_skip_both)
{
	struct world *w = with_phones(100);
	const struct rd_cmd_play *whisper;
	struct party agent;

	w->queues[0].agent_prompt = 33;
	w->queues[0].agent_wait = true;
	w->queues[0].agent_skip = true;
	w->queues[0].show_wait = true;
	world_begin(w);
	world_call(w, "1", "4002");
	world_run(w, 125000);
	world_login(w, "8001");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->name,
			 "service 2:05", "on the display");
	world_run(w, 200);
	whisper = world_cmd(w, RD_MSG_PLAY, 1);
	cr_assert_eq(whisper->n, 3);
	cr_assert_eq(whisper->prompt[0], 33);
	cr_assert_eq(whisper->prompt[1], 1000 + RD_SAY_2);
	cr_assert_eq(whisper->prompt[2], 1000 + RD_SAY_WAIT_POST);
	cr_assert_null(world_cmd(w, RD_MSG_BRIDGE, 0));
	agent = world_at_phone(w, "8001");
	world_digit(w, agent, '5');
	world_run(w, 5);
	cr_assert_not_null(world_cmd(w, RD_MSG_BRIDGE, 0), "skipped");
	world_free(w);
}

/* ---- phones without sign-in ------------------------------------------------------------ */

Test(acd_rules, a_phone_that_is_always_there_is_rung_and_cannot_sign_out)
{
	struct world *w = with_phones(WORLD_RINGS_ON);

	w->agents[0].always = true;
	w->agents[0].phone = "5551234"; /* outside, by an out-route */
	world_begin(w);
	cr_assert_str_eq(state(w, "8001"), "ready");
	world_command(w, "{\"command\":\"agent.logout\",\"agent\":\"8001\"}");
	cr_assert(strstr(world_answer(w), "not-permitted"));
	world_call(w, "1", "4002");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->called, "5551234");
	cr_assert_eq(rd_line_span(world_asked(w, RD_ISDN_SETUP, 0)->msg.line),
		     rd_line_span(TRUNK));
	world_run(w, 60000);
	cr_assert_str_neq(state(w, "8001"), "not-ready",
			  "no number of misses stops a phone");
	world_free(w);
}

/* ---- ways past the line ------------------------------------------------------------------ */

Test(acd_rules, who_finds_no_agent_signed_in_goes_where_that_leads)
{
	static const struct rd_cfg_overflow elsewhere[] = {
		{ .when = RD_OVERFLOW_FULL,
		  .queue = 0,
		  .tree = RD_INDEX_NONE,
		  .number = "" },
		{ .when = RD_OVERFLOW_NO_AGENT,
		  .queue = 1,
		  .tree = RD_INDEX_NONE,
		  .number = "" },
	};
	struct world *w = with_phones(100);

	w->queues[0].enter = RD_PRESENCE_SIGNED_IN;
	w->queues[0].overflows = elsewhere;
	w->queues[0].noverflows = 2;
	world_begin(w);
	world_call(w, "1", "4002");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
	cr_assert_eq(rd_queue_get(w->core, 1)->waiting, 1, "the other queue");
	cr_assert_geq(world_logged(w, "NO_AGENT", 0), 0);
	world_login(w, "8001");
	world_command(w, "{\"command\":\"agent.not-ready\","
			 "\"agent\":\"8001\"}");
	world_call(w, "2", "4002");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1,
		     "signed in is enough");
	world_free(w);
}

Test(acd_rules, who_waits_stays_so_long_without_a_ready_agent)
{
	static const struct rd_cfg_overflow outside[] = {
		{ .when = RD_OVERFLOW_NO_AGENT,
		  .queue = RD_INDEX_NONE,
		  .tree = RD_INDEX_NONE,
		  .number = "5551234" },
	};
	struct world *w = with_phones(WORLD_RINGS_ON);
	struct party b;

	w->queues[0].stay = RD_PRESENCE_READY;
	w->queues[0].stay_for_ms = 20000;
	w->queues[0].max_misses = 0;
	w->queues[0].overflows = outside;
	w->queues[0].noverflows = 1;
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	b = world_call(w, "2", "4002");
	world_run(w, 30000);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 2);
	world_command(w, "{\"command\":\"agent.not-ready\","
			 "\"agent\":\"8001\"}"); /* after this call */
	world_run(w, 10000);
	cr_assert_str_eq(state(w, "8001"), "not-ready");
	world_run(w, 10000);
	world_command(w, "{\"command\":\"agent.ready\",\"agent\":\"8001\"}");
	world_run(w, 100);
	world_command(w, "{\"command\":\"agent.not-ready\","
			 "\"agent\":\"8001\"}");
	world_run(w, 10000);
	cr_assert_eq(call_of(w, b)->app, RD_APP_QUEUE, "it counts anew");
	world_run(w, 20000);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
	cr_assert_eq(call_of(w, b)->app, RD_APP_DIAL);
	cr_assert_geq(world_logged(w, "EXIT_EMPTY", 0), 0);
	world_free(w);
}

Test(acd_rules, a_reason_without_a_way_of_its_own_takes_the_queues)
{
	struct world *w = with_phones(100);

	w->queues[0].enter = RD_PRESENCE_FREE;
	w->queues[0].tree_overflow = 5;
	w->queues[0].node_overflow = 0;
	world_begin(w);
	world_call(w, "1", "4002");
	cr_assert_eq(rd_call_at(w->core, 0)->app, RD_APP_IVR);
	world_free(w);
}

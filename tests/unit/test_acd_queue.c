// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Queues and agents: entry, strategies, misses, wrap-up, announcements, ways
 * out, the log, screen pops.
 */
#include "lib/dsp/tone.h"
#include "tests/unit/core_world.h"

static struct world *with_phones(uint32_t answer_ms)
{
	static const char *const numbers[] = { "8001", "8002", "8003", "8004" };
	struct world *w = world_make();

	for (int i = 0; i < 4; i++)
		w->phone[i] = (struct phone){ numbers[i], answer_ms, 0 };
	return w;
}

/* The prompts of the n-th play, as "10 11 12". */
static const char *play_list(const struct world *w, int n)
{
	static char text[256];
	const struct rd_cmd_play *play = world_cmd(w, RD_MSG_PLAY, n);
	size_t len = 0;

	text[0] = '\0';
	cr_assert_not_null(play, "no play %d", n);
	for (int i = 0; i < play->n && len < 240; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u",
					i ? " " : "", play->prompt[i]);
	return text;
}

static const char *state(const struct world *w, const char *agent)
{
	return rd_agent_state_name(world_agent(w, agent));
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

/* ---- the good case ---------------------------------------------------------- */

Test(acd_queue, a_caller_waits_talks_and_is_asked_to_rate)
{
	struct world *w = with_phones(1500);
	struct party a, b;

	w->queues[0].tree_after = 2;
	w->queues[0].node_after = 0;
	w->config.recording.start = RD_RECORD_CONNECT;
	world_begin(w);
	a = world_call(w, "13800138000", "4002");
	cr_assert_not_null(world_asked(w, RD_ISDN_CONNECT, 0));
	cr_assert_str_eq(play_list(w, 0), "10 11 12", "music");
	cr_assert_null(world_cmd(w, RD_MSG_REC_OPEN, 0));
	world_run(w, 3000);
	world_login(w, "8001");
	cr_assert_str_eq(state(w, "8001"), "reserved");
	b = world_at_phone(w, "8001");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling,
			 "13800138000");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->name, "service");
	world_run(w, 200);
	cr_assert_str_eq(state(w, "8001"), "ringing");
	cr_assert(strstr(world_told(w, "agent.offer", 0),
			 "\"ani\":\"13800138000\""));
	world_run(w, 2000);
	cr_assert_str_eq(state(w, "8001"), "talking");
	cr_assert_not_null(world_cmd(w, RD_MSG_BRIDGE, 0));
	cr_assert_not_null(world_cmd(w, RD_MSG_REC_OPEN, 0));
	world_run(w, 10000);
	world_hangup(w, b, 16);
	cr_assert_str_eq(state(w, "8001"), "wrap-up");
	world_run(w, 500);
	world_digit(w, a, '5');
	world_run(w, 1000);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "answered");
	cr_assert_str_eq(world_cell(w, "calls", 0, "rating"), "5");
	cr_assert_str_eq(world_cell(w, "calls", 0, "agent"), "8001");
	cr_assert_str_eq(world_cell(w, "calls", 0, "queue"), "service");
	cr_assert_eq(atoi(world_cell(w, "calls", 0, "wait_ms")), 4560);
	cr_assert_str_eq(world_cell(w, "ratings", 0, "agent"), "8001");
	cr_assert_str_eq(world_cell(w, "recordings", 0, "agent"), "8001");
	cr_assert_eq(world_logged(w, "ENTER", 0), 0);
	cr_assert_gt(world_logged(w, "OFFER", 0), 0);
	cr_assert_gt(world_logged(w, "CONNECT", 0), 0);
	cr_assert_gt(world_logged(w, "COMPLETE_AGENT", 0), 0);
	world_run(w, 4000);
	cr_assert_str_eq(state(w, "8001"), "ready");
	cr_assert_eq(w->core->state->counts.unlisted, 0);
	world_free(w);
}

Test(acd_queue, no_rating_given_is_counted)
{
	struct world *w = with_phones(100);

	w->queues[0].tree_after = 2;
	w->queues[0].node_after = 0;
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	world_hangup(w, world_at_phone(w, "8001"), 16);
	world_run(w, 6000);
	cr_assert_str_eq(world_cell(w, "calls", 0, "rating"), "");
	cr_assert_str_eq(world_cell(w, "calls", 0, "rating_asked"), "1");
	cr_assert_eq(world_rows(w, "ratings"), 1);
	cr_assert_str_eq(world_cell(w, "ratings", 0, "rating"), "");
	world_free(w);
}

Test(acd_queue, data_of_the_menu_is_seen_before_the_agent_answers)
{
	struct world *w = with_phones(5000);

	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4001");
	world_run(w, 200);
	cr_assert(strstr(world_told(w, "agent.offer", 0),
			 "\"data\":{\"card\":\"12345678\"}"));
	world_free(w);
}

/* ---- who is chosen ------------------------------------------------------------ */

/* Numbers of the agents offered, in order, of callers who each talk 1 s. */
static const char *chosen(uint8_t strategy, int calls)
{
	static char text[128];
	struct world *w = with_phones(100);
	size_t len = 0;

	w->queues[0].strategy = strategy;
	w->queues[0].wrapup_ms = 0;
	world_begin(w);
	world_login(w, "8002");
	world_run(w, 10);
	world_login(w, "8001");
	world_run(w, 10);
	world_login(w, "8004");
	for (int i = 0; i < calls; i++) {
		struct party a = world_call(w, "1", "4002");

		world_run(w, 1000);
		world_hangup(w, a, 16);
		world_run(w, 1000);
	}
	for (int n = 0; (n = world_logged(w, "OFFER", n)) >= 0; n++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s ",
					world_cell(w, "queue_log", n, "agent"));
	world_free(w);
	return text;
}

Test(acd_queue, longest_idle_is_who_became_ready_first)
{
	cr_assert_str_eq(chosen(RD_STRATEGY_LONGEST_IDLE, 5),
			 "8002 8001 8004 8002 8001 ");
}

Test(acd_queue, round_robin_goes_on_after_the_last)
{
	cr_assert_str_eq(chosen(RD_STRATEGY_ROUND_ROBIN, 5),
			 "8001 8002 8004 8001 8002 ");
}

Test(acd_queue, fixed_order_begins_at_the_top)
{
	cr_assert_str_eq(chosen(RD_STRATEGY_FIXED_ORDER, 3), "8001 8001 8001 ");
}

Test(acd_queue, fewest_calls_then_longest_idle)
{
	cr_assert_str_eq(chosen(RD_STRATEGY_FEWEST_CALLS, 4),
			 "8002 8001 8004 8002 ");
}

Test(acd_queue, all_free_agents_are_matched_in_one_event)
{
	struct world *w = with_phones(5000);
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE },
	};

	/* a reload gives two agents, who are there, the queue's callers */
	w->agents[0].nqueues = 0;
	w->agents[1].nqueues = 0;
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_call(w, "1", "4002");
	world_call(w, "2", "4002");
	cr_assert_eq(world_logged(w, "OFFER", 0), -1);
	w->agents[0].nqueues = 1;
	w->agents[1].nqueues = 1;
	event.msg.frame = w->frame;
	rd_core_set_config(w->core, &w->config);
	world_event(w, &event.msg);
	cr_assert_str_eq(state(w, "8001"), "reserved");
	cr_assert_str_eq(state(w, "8002"), "reserved");
	world_free(w);
}

Test(acd_queue, an_agent_of_two_queues_takes_who_waited_longest)
{
	struct world *w = with_phones(100);

	world_begin(w);
	world_call(w, "2", "4007");
	world_run(w, 100);
	world_call(w, "1", "4002");
	world_login(w, "8003");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling, "2");
	world_free(w);
}

/* ---- misses -------------------------------------------------------------------- */

Test(acd_queue, who_does_not_answer_pauses_then_is_set_not_ready)
{
	struct world *w = with_phones(WORLD_RINGS_ON);

	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 10100);
	cr_assert_geq(world_logged(w, "RING_NO_ANSWER", 0), 0);
	cr_assert_str_eq(state(w, "8001"), "ready");
	cr_assert_eq(world_agent(w, "8001")->paused, 1);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1, "keeps his place");
	world_run(w, 4500);
	cr_assert_null(world_asked(w, RD_ISDN_SETUP, 1));
	world_run(w, 1000);
	cr_assert_not_null(world_asked(w, RD_ISDN_SETUP, 1));
	world_run(w, 10000);
	cr_assert_str_eq(state(w, "8001"), "not-ready");
	cr_assert_str_eq(world_agent(w, "8001")->reason, "missed");
	cr_assert_eq(world_rows(w, "calls"), 0, "the caller waits on");
	world_free(w);
}

Test(acd_queue, after_a_miss_the_next_agent_is_called_at_once)
{
	struct world *w = with_phones(WORLD_RINGS_ON);

	w->phone[1].answer_ms = 500;
	w->queues[0].strategy = RD_STRATEGY_FIXED_ORDER;
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_call(w, "1", "4002");
	world_run(w, 11000);
	cr_assert_str_eq(state(w, "8002"), "talking");
	world_free(w);
}

Test(acd_queue, a_refusal_is_logged_with_its_cause)
{
	struct world *w = with_phones(0);
	int n;

	w->phone[0].cause = 21;
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 100);
	n = world_logged(w, "REJECT", 0);
	cr_assert_geq(n, 0);
	cr_assert_str_eq(world_cell(w, "queue_log", n, "reason"), "cause 21");
	cr_assert_eq(world_agent(w, "8001")->missed, 1);
	world_free(w);
}

Test(acd_queue, phones_that_cannot_be_reached_are_no_loop)
{
	struct world *w = with_phones(100);

	world_begin(w);
	for (int i = 0; i < 4; i++)
		world_call_on(w, PHONES, "9", "4006"); /* all channels taken */
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 100);
	cr_assert_eq(world_agent(w, "8001")->offers, 1);
	cr_assert_eq(world_agent(w, "8001")->missed, 0, "not his doing");
	world_run(w, 12000);
	cr_assert_eq(world_agent(w, "8001")->offers, 3, "one in 5 s");
	cr_assert_str_eq(state(w, "8001"), "ready", "lines are not his phone");
	cr_assert_eq(world_rows(w, "calls"), 0, "the caller waits on");
	world_free(w);
}

Test(acd_queue, a_full_trunk_sets_nobody_not_ready)
{
	struct world *w = with_phones(0);

	w->phone[0].cause = 34; /* no circuit available */
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 30000);
	cr_assert_gt(world_agent(w, "8001")->offers, 3);
	cr_assert_eq(world_agent(w, "8001")->unreached, 0);
	cr_assert_str_eq(state(w, "8001"), "ready");
	world_free(w);
}

Test(acd_queue, causes_of_the_network_count_in_a_row_of_their_own)
{
	struct world *w = with_phones(0);

	w->phone[0].cause = 27;
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 100);
	cr_assert_eq(world_agent(w, "8001")->unreached, 1);
	w->phone[0].cause = 21; /* he refuses: so it is there */
	world_run(w, 5000);
	cr_assert_eq(world_agent(w, "8001")->unreached, 0);
	cr_assert_eq(world_agent(w, "8001")->misses, 1);
	w->phone[0].cause = 1;
	world_run(w, 5000);
	cr_assert_eq(world_agent(w, "8001")->unreached, 1);
	cr_assert_str_eq(state(w, "8001"), "ready");
	world_run(w, 5500);
	cr_assert_str_eq(state(w, "8001"), "not-ready");
	cr_assert_str_eq(world_agent(w, "8001")->reason, "unreachable");
	cr_assert_eq(world_agent(w, "8001")->missed, 1);
	world_free(w);
}

Test(acd_queue, whose_phone_is_not_reached_comes_after_the_other_agents)
{
	struct world *w = with_phones(100);

	w->phone[0].cause = 27;
	world_begin(w);
	world_login(w, "8001");
	world_login(w, "8002");
	world_login(w, "8004");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	cr_assert_str_eq(state(w, "8002"), "talking");
	cr_assert_eq(world_agent(w, "8001")->offers, 1);
	world_run(w, 5000);
	cr_assert_eq(world_agent(w, "8001")->paused, 0);
	world_call(w, "2", "4002");
	world_run(w, 1000);
	cr_assert_str_eq(state(w, "8004"), "talking");
	cr_assert_eq(world_agent(w, "8001")->offers, 1, "the last of them");
	world_free(w);
}

/* By a daemon that is gone and back, and by an operator. */
Test(acd_queue, who_is_lost_while_he_waits_has_the_result_of_one_who_waited)
{
	struct world *w = with_phones(100);
	struct rd_ev_start start = { .msg = { RD_MSG_START, sizeof(start),
					      RD_LINE_NONE, 0 },
				     .epoch_ns = 1700000000000000000,
				     .restart = 1 };
	char json[64];

	world_begin(w);
	world_call(w, "1", "4002");
	world_run(w, 2000);
	snprintf(json, sizeof(json),
		 "{\"command\":\"call.hangup\",\"call\":%llu}",
		 (unsigned long long)rd_call_at(w->core, 0)->id);
	world_command(w, json);
	world_run(w, 100);
	cr_assert_eq(world_rows(w, "calls"), 1);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "abandoned");
	world_call(w, "2", "4002");
	world_run(w, 2000);
	start.msg.frame = w->frame;
	world_event(w, &start.msg);
	cr_assert_eq(world_rows(w, "calls"), 2);
	cr_assert_str_eq(world_cell(w, "calls", 1, "released_by"), "restart");
	cr_assert_str_eq(world_cell(w, "calls", 1, "result"), "abandoned");
	world_free(w);
}

Test(acd_queue, nobody_signs_in_at_a_phone_that_no_route_serves)
{
	struct world *w = with_phones(100);

	w->groups[1].phones = false;
	world_begin(w);
	world_login(w, "8001");
	cr_assert(strstr(world_answer(w), "no out_route serves this phone"),
		  "%s", world_answer(w));
	cr_assert_str_eq(state(w, "8001"), "out");
	world_command(w, "{\"command\":\"agent.login\",\"agent\":\"8001\","
			 "\"phone\":\"5551\"}");
	cr_assert_str_eq(state(w, "8001"), "ready", "by 555*");
	world_free(w);
}

/* The answer to a command about the call at that place. */
static const char *about(struct world *w, const char *command, uint32_t call,
			 const char *rest)
{
	char json[128];

	snprintf(json, sizeof(json), "{\"command\":\"%s\",\"call\":%llu%s}",
		 command, (unsigned long long)rd_call_at(w->core, call)->id,
		 rest);
	world_command(w, json);
	return world_answer(w);
}

#define ANSWERS(command, call, rest, words)                                    \
	do {                                                                   \
		const char *answer = about(w, command, call, rest);            \
									       \
		cr_assert(strstr(answer, words), "%s", answer);                \
	} while (0)

Test(acd_queue, what_is_wrong_with_a_call_or_a_position_is_said)
{
	struct world *w = with_phones(100);

	world_begin(w);
	world_call(w, "1", "4000"); /* into a menu */
	world_call(w, "2", "4002");
	ANSWERS("queue.place", 0, ",\"position\":1", "does not wait");
	ANSWERS("queue.withdraw", 0, "", "does not wait");
	ANSWERS("queue.place", 1, "", "invalid");
	ANSWERS("queue.place", 1, ",\"position\":0", "invalid");
	ANSWERS("queue.move", 1, ",\"queue\":\"sales\",\"position\":0",
		"invalid");
	ANSWERS("queue.move", 1, ",\"queue\":\"sales\"", "\"ok\":true");
	world_command(w, "{\"command\":\"queue.withdraw\",\"call\":99}");
	cr_assert(strstr(world_answer(w), "not-found"), "%s",
		  world_answer(w));
	world_free(w);
}

/* ---- one call at a time ------------------------------------------------------------ */

Test(acd_queue, an_agent_on_a_call_of_his_own_is_offered_nothing)
{
	struct world *w = with_phones(100);
	struct party own;

	world_begin(w);
	world_login(w, "8001");
	own = world_call_on(w, PHONES, "8001", "4006");
	cr_assert_str_eq(state(w, "8001"), "busy");
	world_call(w, "1", "4002");
	world_run(w, 500);
	cr_assert_eq(world_agent(w, "8001")->offers, 0);
	world_hangup(w, own, 16);
	cr_assert_str_eq(state(w, "8001"), "reserved", "matched at once");
	world_free(w);
}

Test(acd_queue, signing_in_during_a_call_of_the_phone_counts_it)
{
	struct world *w = with_phones(100);
	struct party own;

	world_begin(w);
	own = world_call_on(w, PHONES, "8001", "4006");
	world_login(w, "8001");
	cr_assert_str_eq(state(w, "8001"), "busy");
	world_hangup(w, own, 16);
	cr_assert_str_eq(state(w, "8001"), "ready");
	world_free(w);
}

Test(acd_queue, a_direct_call_to_an_agent_reserves_him)
{
	struct world *w = with_phones(2000);
	struct party direct;

	world_begin(w);
	world_login(w, "8001");
	direct = world_call(w, "1", "4003");
	cr_assert_str_eq(state(w, "8001"), "busy");
	world_call(w, "2", "4002");
	world_call(w, "3", "4003");
	world_run(w, 100);
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "17",
			 "a second direct caller");
	world_run(w, 3000);
	cr_assert_eq(world_agent(w, "8001")->offers, 0);
	world_hangup(w, direct, 16);
	cr_assert_str_eq(state(w, "8001"), "ready", "we release his phone");
	world_run(w, 20);
	cr_assert_str_eq(state(w, "8001"), "reserved");
	world_free(w);
}

/* ---- wrap-up, wishes ------------------------------------------------------------------ */

Test(acd_queue, wrap_up_counts_from_the_end_of_the_agents_part)
{
	struct world *w = with_phones(100);

	w->queues[0].tree_after = 5; /* the caller stays in a menu */
	w->queues[0].node_after = 0;
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 2000);
	world_hangup(w, world_at_phone(w, "8001"), 16);
	world_call(w, "2", "4002");
	world_run(w, 3900);
	cr_assert_str_eq(state(w, "8001"), "wrap-up");
	cr_assert(strstr(
		world_told(w, "agent.state", world_times(w, "agent.state") - 1),
		"\"wrapup_ms\":4000"));
	cr_assert_eq(world_agent(w, "8001")->offers, 1);
	world_run(w, 200);
	cr_assert_str_eq(state(w, "8001"), "ringing");
	cr_assert_eq(rd_call_at(w->core, 0)->state, RD_CALL_ACTIVE);
	world_free(w);
}

Test(acd_queue, wrap_up_can_be_ended_early)
{
	struct world *w = with_phones(100);

	world_begin(w);
	world_login(w, "8001");
	world_hangup(w, world_call(w, "1", "4002"), 16);
	world_call(w, "1", "4002");
	world_run(w, 1000);
	world_hangup(w, world_at_phone(w, "8001"), 16);
	cr_assert_str_eq(state(w, "8001"), "wrap-up");
	agent_command(w, "wrapup-end", "8001", "");
	cr_assert_str_eq(state(w, "8001"), "ready");
	agent_command(w, "wrapup-end", "8001", "");
	cr_assert_str_eq(world_answer(w), "{\"ok\":true}");
	world_free(w);
}

Test(acd_queue, wrap_up_can_be_extended_and_is_the_agents_own)
{
	struct world *w = with_phones(100);

	w->agents[0].wrapup_ms = 9000;
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	world_command(w, "{\"command\":\"agent.wrapup-extend\","
			 "\"agent\":\"8001\",\"for_s\":5}");
	cr_assert(strstr(world_answer(w), "no wrap-up runs"), "he talks");
	world_hangup(w, world_at_phone(w, "8001"), 16);
	world_run(w, 8900);
	cr_assert_str_eq(state(w, "8001"), "wrap-up");
	world_command(w, "{\"command\":\"agent.wrapup-extend\","
			 "\"agent\":\"8001\",\"for_s\":5}");
	cr_assert_str_eq(world_answer(w), "{\"ok\":true}");
	world_run(w, 4900);
	cr_assert_str_eq(state(w, "8001"), "wrap-up");
	world_run(w, 300);
	cr_assert_str_eq(state(w, "8001"), "ready");
	world_command(w, "{\"command\":\"agent.wrapup-extend\","
			 "\"agent\":\"8009\",\"for_s\":5}");
	cr_assert(strstr(world_answer(w), "not-found"));
	world_free(w);
}

/* ACD-10: each reason has its own pause */
Test(acd_queue, the_pause_after_an_offer_is_that_of_its_reason)
{
	static const struct {
		uint32_t answer_ms;
		uint8_t cause;
		uint32_t pause_ms;
	} rows[] = {
		{ WORLD_RINGS_ON, 0, 11000 }, /* no answer */
		{ 0, 21, 12000 },	      /* rejected */
		{ 0, 17, 13000 },	      /* busy */
		{ 0, 27, 14000 },	      /* out of order */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = with_phones(100);
		uint64_t over;

		w->phone[0].answer_ms = rows[i].answer_ms;
		w->phone[0].cause = rows[i].cause;
		w->queues[0].max_misses = 0;
		for (int k = 0; k < RD_BACKOFFS; k++)
			w->queues[0].backoff_ms[k] = 11000 + 1000 * (unsigned)k;
		world_begin(w);
		world_login(w, "8001");
		world_call(w, "1", "4002");
		while (!world_agent(w, "8001")->paused)
			world_run(w, 10);
		over = w->frame;
		while (world_agent(w, "8001")->paused)
			world_run(w, 10);
		over = (w->frame - over) / MS;
		cr_assert(over + 20 >= rows[i].pause_ms &&
				  over <= rows[i].pause_ms,
			  "row %zu: %llu ms", i, (unsigned long long)over);
		world_free(w);
	}
}

Test(acd_queue, wishes_during_a_call_come_true_after_it)
{
	struct world *w = with_phones(100);

	w->queues[0].wrapup_ms = 0;
	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	agent_command(w, "not-ready", "8001", "lunch");
	cr_assert_str_eq(state(w, "8001"), "talking");
	world_hangup(w, world_at_phone(w, "8001"), 16);
	cr_assert_str_eq(state(w, "8001"), "not-ready");
	cr_assert_str_eq(world_agent(w, "8001")->reason, "lunch");
	agent_command(w, "ready", "8001", "");
	world_call(w, "1", "4002");
	world_run(w, 1000);
	agent_command(w, "logout", "8001", "");
	world_hangup(w, world_at_phone(w, "8001"), 16);
	cr_assert_str_eq(state(w, "8001"), "out");
	world_free(w);
}

Test(acd_queue, one_sign_in_at_a_time_and_one_agent_a_phone)
{
	struct world *w = with_phones(100);

	world_begin(w);
	world_command(w, "{\"command\":\"agent.login\",\"agent\":\"8001\","
			 "\"phone\":\"300\"}");
	cr_assert_str_eq(world_agent(w, "8001")->phone, "300");
	world_command(w, "{\"command\":\"agent.login\",\"agent\":\"8001\","
			 "\"phone\":\"301\"}");
	cr_assert(strstr(world_answer(w), "conflict"));
	world_command(w, "{\"command\":\"agent.login\",\"agent\":\"8002\","
			 "\"phone\":\"300\"}");
	cr_assert(strstr(world_answer(w), "conflict"));
	agent_command(w, "ready", "8002", "");
	cr_assert(strstr(world_answer(w), "not-permitted"));
	agent_command(w, "login", "8999", "");
	cr_assert(strstr(world_answer(w), "not-found"));
	agent_command(w, "logout", "8001", "");
	cr_assert_str_eq(world_agent(w, "8001")->phone, "");
	world_free(w);
}

Test(acd_queue, times_in_states_add_up_to_the_time_signed_in)
{
	struct world *w = with_phones(1000);
	struct rd_session_sums sums;
	uint64_t sum = 0, begin;

	world_begin(w);
	begin = w->frame;
	world_login(w, "8001");
	world_call(w, "1", "4002");
	world_run(w, 5000);
	world_hangup(w, world_at_phone(w, "8001"), 16);
	world_run(w, 10000);
	agent_command(w, "not-ready", "8001", "x");
	world_run(w, 3000);
	agent_command(w, "ready", "8001", "");
	rd_session_sum(w->core, rd_agent_by_number(w->core, "8001"),
		       RD_SESSION_THIS, &sums);
	for (int i = 0; i < RD_SESSION_PARTS; i++)
		sum += sums.part[i];
	cr_assert_eq(sum, w->frame - begin);
	cr_assert_eq(sums.part[RD_SESSION_WRAPUP], 4000 * MS);
	cr_assert_eq(sums.part[RD_SESSION_NOT_READY], 3000 * MS);
	cr_assert_eq(sums.reason[0], 3000 * MS);
	world_free(w);
}

/* ---- ways out ------------------------------------------------------------------------------ */

Test(acd_queue, who_hangs_up_while_waiting_has_abandoned)
{
	struct world *w = with_phones(100);
	struct party a;
	int n;

	world_begin(w);
	a = world_call(w, "1", "4002");
	world_run(w, 12000);
	world_hangup(w, a, 16);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "abandoned");
	cr_assert_str_eq(world_cell(w, "calls", 0, "wait_ms"), "12000");
	n = world_logged(w, "ABANDON", 0);
	cr_assert_str_eq(world_cell(w, "queue_log", n, "wait_ms"), "12000");
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TOTAL)->abandoned, 1);
	world_free(w);
}

Test(acd_queue, abandoning_while_it_rings_costs_the_agent_nothing)
{
	struct world *w = with_phones(5000);
	struct party a;
	uint64_t idle;

	world_begin(w);
	world_login(w, "8001");
	idle = world_agent(w, "8001")->idle_order;
	a = world_call(w, "1", "4002");
	world_run(w, 500);
	world_hangup(w, a, 16);
	cr_assert_str_eq(state(w, "8001"), "ready");
	cr_assert_eq(world_agent(w, "8001")->idle_order, idle);
	cr_assert_str_eq(world_cell(w, "queue_log",
				    world_logged(w, "RING_CANCELLED", 0),
				    "ring_ms"),
			 "500");
	cr_assert_eq(world_agent(w, "8001")->missed, 0);
	cr_assert(strstr(world_told(w, "agent.offer-over", 0), "withdrawn"));
	world_run(w, 100);
	cr_assert_eq(w->core->state->legs.used, 0);
	world_free(w);
}

Test(acd_queue, the_longest_wait_overflows_to_its_tree)
{
	struct world *w = with_phones(100);

	w->queues[0].max_wait_ms = 8000;
	w->queues[0].tree_overflow = 0;
	w->queues[0].node_overflow = 0;
	world_begin(w);
	world_call(w, "1", "4002");
	world_run(w, 7900);
	cr_assert_eq(world_logged(w, "EXIT_TIMEOUT", 0), -1);
	world_run(w, 200);
	cr_assert_geq(world_logged(w, "EXIT_TIMEOUT", 0), 0);
	cr_assert_str_eq(play_list(w, 1), "1", "the tree speaks");
	world_run(w, 2000);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "overflow");
	world_free(w);
}

Test(acd_queue, the_exit_key_leaves_other_keys_do_not)
{
	struct world *w = with_phones(100);
	struct party a;

	w->queues[0].exit_key = '0';
	w->queues[0].tree_exit = 0;
	w->queues[0].node_exit = 0;
	world_begin(w);
	a = world_call(w, "1", "4002");
	world_run(w, 1000);
	world_digit(w, a, '7');
	cr_assert_eq(world_logged(w, "EXIT_KEY", 0), -1);
	world_digit(w, a, '0');
	cr_assert_geq(world_logged(w, "EXIT_KEY", 0), 0);
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TOTAL)->exited, 1);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
	world_free(w);
}

Test(acd_queue, a_full_queue_takes_nobody)
{
	struct world *w = with_phones(100);

	w->queues[0].maxlen = 1;
	world_begin(w);
	world_call(w, "1", "4002");
	world_call(w, "2", "4002");
	cr_assert_geq(world_logged(w, "FULL", 0), 0);
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "17");
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TOTAL)->offered, 2);
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TOTAL)->full, 1);
	world_free(w);
}

Test(acd_queue, a_menu_that_wants_its_caller_back_gets_him)
{
	struct world *w = with_phones(100);

	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4001");
	world_run(w, 1000);
	world_hangup(w, world_at_phone(w, "8001"), 16);
	cr_assert_str_eq(world_cell(w, "calls", 0, "released_by"), "system",
			 "by the tree at node 1");
	cr_assert_str_eq(world_cell(w, "calls", 0, "path"), "main/main");
	world_free(w);
}

/* ---- what is heard --------------------------------------------------------------------------- */

Test(acd_queue, positions_are_said_first_at_intervals_and_only_when_improved)
{
	struct world *w = with_phones(100);
	struct party first;
	char said[80];
	int n;

	w->queues[0].announce_position = true;
	w->queues[0].announce_first_ms = 1000;
	w->queues[0].announce_every_ms = 5000;
	w->queues[0].announce_only_improved = true;
	world_begin(w);
	first = world_call(w, "1", "4006");
	world_hangup(w, first, 16);
	world_run(w, 100);
	first = world_call(w, "1", "4002");
	world_run(w, 900);
	world_call(w, "2", "4002");
	n = rd_say_position(&w->config, 0, 2, (uint32_t[8]){ 0 }, 8);
	cr_assert_gt(n, 1);
	world_run(w, 900);
	snprintf(said, sizeof(said), "%u %u %u", 1000 + RD_SAY_POSITION_PRE,
		 1000 + RD_SAY_1, 1000 + RD_SAY_POSITION_POST);
	cr_assert_str_eq(play_list(w, 2), said, "the first is number 1");
	world_run(w, 1000);
	snprintf(said, sizeof(said), "%u %u %u", 1000 + RD_SAY_POSITION_PRE,
		 1000 + RD_SAY_2, 1000 + RD_SAY_POSITION_POST);
	cr_assert_str_eq(play_list(w, 3), said, "the second number 2");
	world_run(w, 12000);
	n = 0;
	while (world_cmd(w, RD_MSG_PLAY, n))
		n++;
	cr_assert_eq(n, 6, "music goes on; nothing improved: %d plays", n);
	world_hangup(w, first, 16);
	world_run(w, 6000);
	snprintf(said, sizeof(said), "%u %u %u", 1000 + RD_SAY_POSITION_PRE,
		 1000 + RD_SAY_1, 1000 + RD_SAY_POSITION_POST);
	cr_assert_str_eq(play_list(w, 6), said, "improved");
	world_free(w);
}

Test(acd_queue, beyond_the_limit_it_is_more_than)
{
	struct world *w = with_phones(100);
	char said[80];

	w->queues[0].announce_position = true;
	w->queues[0].announce_limit = 1;
	world_begin(w);
	world_call(w, "1", "4002");
	world_call(w, "2", "4002");
	snprintf(said, sizeof(said), "%u %u %u", 1000 + RD_SAY_MORE_PRE,
		 1000 + RD_SAY_1, 1000 + RD_SAY_MORE_POST);
	cr_assert_str_eq(play_list(w, 3), said);
	world_free(w);
}

/* Is this prompt in any play so far? */
static bool was_said(const struct world *w, uint32_t prompt)
{
	const struct rd_cmd_play *play;

	for (int n = 0; (play = world_cmd(w, RD_MSG_PLAY, n)); n++)
		for (uint16_t i = 0; i < play->n; i++)
			if (play->prompt[i] == prompt)
				return true;
	return false;
}

/* ACD-13, idea 10: said rounded, and only once past waits have borne it out */
Test(acd_queue, an_expected_wait_is_said_only_when_it_may_be_believed)
{
	for (int wide = 0; wide < 2; wide++) {
		struct world *w = with_phones(100);
		struct rd_estimate e;

		w->queues[0].announce_wait = true;
		w->queues[0].announce_round_ms = 60000;
		w->queues[0].announce_error_ms = wide ? 1000 : 600000;
		world_begin(w);
		world_login(w, "8001");
		world_call(w, "1", "4002"); /* he has the agent */
		world_run(w, 1000);
		rd_estimate_handled(w->core, 0, 100000 * MS);
		world_call(w, "2", "4002");
		world_run(w, 1000);
		cr_assert_not(was_said(w, 1000 + RD_SAY_WAIT_PRE),
			      "nothing is known of such estimates");
		rd_estimate(w->core, 0, RD_NONE, &e);
		cr_assert(e.known && !e.believed);
		for (int i = 0; i < 40; i++) {
			rd_estimate(w->core, 0, RD_NONE, &e);
			rd_estimate_outcome(w->core, 0, &e, e.base_ms, true);
		}
		/* the next is of the class that was learned: one before him */
		world_call(w, "3", "4002");
		world_run(w, 1000);
		cr_assert_eq(was_said(w, 1000 + RD_SAY_WAIT_PRE), !wide);
		world_free(w);
	}
}

Test(acd_queue, music_goes_on_where_it_stopped)
{
	struct world *w = with_phones(100);
	const struct rd_cmd_play *again;

	w->queues[0].nperiodic = 2;
	w->queues[0].periodic = world_periodic;
	w->queues[0].periodic_every_ms = 4000;
	world_begin(w);
	world_call(w, "1", "4002");
	world_run(w, 4700);
	cr_assert_str_eq(play_list(w, 1), "20");
	again = world_cmd(w, RD_MSG_PLAY, 2);
	cr_assert_eq(again->first_item, 1);
	cr_assert_eq(again->offset_frames, 4000 * MS);
	cr_assert(again->flags & RD_PLAY_LOOP);
	world_run(w, 4000);
	cr_assert_str_eq(play_list(w, 3), "21", "in order");
	world_run(w, 4000);
	cr_assert_str_eq(play_list(w, 5), "20", "and again");
	world_free(w);
}

Test(acd_queue, an_announcement_stops_at_once_when_the_agent_answers)
{
	struct world *w = with_phones(100);
	const struct rd_cmd_bridge *bridge;
	uint64_t before;

	w->queues[0].nperiodic = 1;
	w->queues[0].periodic = world_periodic;
	w->queues[0].periodic_every_ms = 1000;
	world_begin(w);
	world_call(w, "1", "4002");
	world_run(w, 1100); /* it is being said, for 500 ms */
	world_login(w, "8001");
	before = w->frame;
	world_run(w, 200);
	bridge = world_cmd(w, RD_MSG_BRIDGE, 0);
	cr_assert_not_null(bridge);
	cr_assert_eq(bridge->msg.frame - before, 160 * MS,
		     "in the event of his CONNECT");
	world_run(w, 5000);
	cr_assert_null(world_cmd(w, RD_MSG_PLAY, 2), "nothing more is said");
	world_free(w);
}

Test(acd_queue, ringback_only_while_the_agents_phone_rings)
{
	struct world *w = with_phones(WORLD_RINGS_ON);
	const struct rd_cmd_tone *tone;

	w->queues[0].treatment = RD_WAIT_MUSIC_UNTIL_RING;
	world_begin(w);
	world_call(w, "1", "4002");
	world_run(w, 500);
	cr_assert_null(world_cmd(w, RD_MSG_TONE, 0));
	world_login(w, "8001");
	world_run(w, 50);
	cr_assert_null(world_cmd(w, RD_MSG_TONE, 0));
	world_run(w, 50);
	tone = world_cmd(w, RD_MSG_TONE, 0);
	cr_assert_eq(tone->tone, RD_TONE_RINGBACK);
	world_run(w, 10000);
	cr_assert_not_null(world_cmd(w, RD_MSG_PLAY, 1), "music again");
	world_free(w);
}

Test(acd_queue, waiting_unanswered_is_early_sound)
{
	struct world *w = with_phones(100);

	w->queues[0].answer = false;
	world_begin(w);
	world_call(w, "1", "4002");
	cr_assert_null(world_asked(w, RD_ISDN_CONNECT, 0));
	cr_assert(world_asked(w, RD_ISDN_PROGRESS, 0)->flags & RD_ISDN_INBAND);
	world_run(w, 3000);
	world_login(w, "8001");
	world_run(w, 200);
	cr_assert_not_null(world_asked(w, RD_ISDN_CONNECT, 0));
	cr_assert_str_neq(world_cell(w, "agent_log", 0, "state"), "");
	world_free(w);
}

Test(acd_queue, the_agent_is_announced_and_hears_his_whisper_then_both_talk)
{
	struct world *w = with_phones(100);
	const struct rd_cmd_play *greeting, *whisper;
	struct party a;

	w->queues[0].announce_agent = true;
	w->queues[0].agent_prompt = 33;
	world_begin(w);
	world_login(w, "8001");
	a = world_call(w, "1", "4002");
	world_run(w, 170);
	greeting = world_cmd(w, RD_MSG_PLAY, 1);
	whisper = world_cmd(w, RD_MSG_PLAY, 2);
	cr_assert_eq(greeting->msg.line, a.line);
	cr_assert_gt(greeting->n, 4, "No. 8 0 0 1 at your service");
	cr_assert_eq(whisper->prompt[0], 33);
	cr_assert_eq(whisper->msg.line, world_at_phone(w, "8001").line);
	cr_assert_null(world_cmd(w, RD_MSG_BRIDGE, 0));
	world_run(w, greeting->n * 500u);
	cr_assert_not_null(world_cmd(w, RD_MSG_BRIDGE, 0));
	world_free(w);
}

/* ---- reloads --------------------------------------------------------------- */

Test(acd_queue, a_reload_keeps_who_is_signed_in_and_who_waits)
{
	struct world *w = with_phones(100);
	struct world *next = world_make();
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE },
	};
	struct rd_cfg_agent swap;
	struct rd_cfg_queue queue;

	world_begin(w);
	world_login(w, "8001");
	agent_command(w, "not-ready", "8001", "lunch");
	world_call(w, "1", "4002");
	event.msg.frame = w->frame;
	rd_core_set_config(w->core, &w->config);
	world_event(w, &event.msg); /* generation 0 */
	/* the order of agents and queues is another */
	swap = next->agents[0];
	next->agents[0] = next->agents[1];
	next->agents[1] = swap;
	queue = next->queues[0];
	next->queues[0] = next->queues[1];
	next->queues[1] = queue;
	next->agents[0].queues = next->agents[1].queues = world_queue01 + 1;
	rd_core_set_config(w->core, &next->config);
	world_event(w, &event.msg);
	cr_assert_eq(w->core->state->generation, 1);
	cr_assert_str_eq(state(w, "8001"), "not-ready");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1);
	agent_command(w, "ready", "8001", "");
	cr_assert_str_eq(state(w, "8001"), "reserved");
	world_run(w, 1000);
	cr_assert_str_eq(state(w, "8001"), "talking");
	world_free(w);
	free(next);
}

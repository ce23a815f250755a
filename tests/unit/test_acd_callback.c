// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callbacks keep their place; messages become tasks; who calls again is known.
 */
#include "daemon/acd/callback.h"
#include "tests/unit/core_world.h"

#define S	 1000ull
#define CUSTOMER "5551234"

static struct world *with_phones(uint32_t answer_ms)
{
	static const char *const numbers[] = { "8001", "8002", "8003", "8004" };
	struct world *w = world_make();

	for (int i = 0; i < 4; i++)
		w->phone[i] = (struct phone){ numbers[i], answer_ms, 0 };
	w->config.limits.tasks = 8;
	w->phone[4] = (struct phone){ CUSTOMER, 2 * S, 0 };
	w->queues[0].wrapup_ms = 0;
	w->queues[0].callback = (struct rd_cfg_callback){
		.key = '2',
		.takes_over = true,
		.hours = RD_INDEX_NONE,
		.ring_ms = 20 * S,
		.attempts = 3,
		.busy_ms = 60 * S,
		.no_answer_ms = 120 * S,
		.failed_ms = 180 * S,
		.shown = "",
		.offer = RD_PROMPT_NONE,
		.after_ms = 3600 * S,
	};
	return w;
}

static const char *state(const struct world *w, const char *agent)
{
	return rd_agent_state_name(world_agent(w, agent));
}

/* The state of the n-th row of tasks. */
static const char *task_state(const struct world *w, int n)
{
	return world_cell(w, "tasks", n, "state");
}

/* He waits, asks to be called back on his own number, and hangs up. */
static void leaves(struct world *w, struct party p)
{
	world_digit(w, p, '2');
	world_run(w, 2 * S);
	world_digit(w, p, '1');
	world_run(w, 20 * S);
}

static const struct rd_task *only_task(const struct world *w)
{
	cr_assert_eq(w->core->state->tasks.used, 1);
	for (uint32_t i = 0;; i++)
		if (rd_pool_has(w->core->state, &w->core->state->tasks, i))
			return rd_task_at(w->core, i);
}

/* ---- the good case ---------------------------------------------------------- */

Test(acd_callback, a_caller_hangs_up_and_is_called_when_it_is_his_turn)
{
	struct world *w = with_phones(1 * S);
	int connect;

	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "callback");
	cr_assert_eq(w->core->state->calls.used, 0, "his line is free");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1, "he waits");
	world_run(w, 60 * S);
	world_login(w, "8001");
	cr_assert_str_eq(state(w, "8001"), "reserved", "kept for him");
	cr_assert_eq(world_at_phone(w, CUSTOMER).line >> 8, TRUNK >> 8);
	cr_assert_eq(world_at_phone(w, "8001").ref, 0, "not called yet");
	world_run(w, 2500);
	cr_assert_neq(world_at_phone(w, "8001").ref, 0);
	world_run(w, 2 * S);
	cr_assert_str_eq(state(w, "8001"), "talking");
	cr_assert_not_null(world_cmd(w, RD_MSG_BRIDGE, 0));
	world_run(w, 10 * S);
	world_hangup(w, world_at_phone(w, CUSTOMER), 16);
	cr_assert_str_eq(state(w, "8001"), "ready");
	cr_assert_str_eq(world_cell(w, "calls", 1, "result"), "answered");
	cr_assert_str_eq(world_cell(w, "calls", 1, "direction"), "out");
	cr_assert_str_eq(world_cell(w, "calls", 1, "ani"), CUSTOMER);
	cr_assert_str_eq(world_cell(w, "calls", 1, "agent"), "8001");
	connect = world_logged(w, "CONNECT", 0);
	cr_assert_gt(atoi(world_cell(w, "queue_log", connect, "wait_ms")),
		     80000, "since he came");
	cr_assert_geq(world_logged(w, "COMPLETE_CALLER", 0), 0);
	cr_assert_str_eq(task_state(w, 0), "waits");
	cr_assert_str_eq(task_state(w, 1), "calls");
	cr_assert_str_eq(task_state(w, 2), "done");
	cr_assert_str_eq(world_cell(w, "tasks", 2, "call"),
			 world_cell(w, "calls", 0, "call"));
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TODAY)->offered, 1);
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TODAY)->answered, 1);
	world_run(w, 1 * S);
	cr_assert_eq(w->core->state->legs.used, 0);
	cr_assert_eq(w->core->state->counts.unlisted, 0);
	world_free(w);
}

Test(acd_callback, the_agent_first_waits_on_the_line_for_the_customer)
{
	struct world *w = with_phones(1 * S);

	w->queues[0].callback.agent_first = true;
	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_login(w, "8001");
	cr_assert_neq(world_at_phone(w, "8001").ref, 0);
	cr_assert_eq(world_at_phone(w, CUSTOMER).ref, 0, "not called yet");
	world_run(w, 1200);
	cr_assert_neq(world_at_phone(w, CUSTOMER).ref, 0);
	cr_assert_str_eq(state(w, "8001"), "talking", "he hears ringback");
	cr_assert_null(world_cmd(w, RD_MSG_BRIDGE, 0));
	world_run(w, 3 * S);
	cr_assert_not_null(world_cmd(w, RD_MSG_BRIDGE, 0));
	world_hangup(w, world_at_phone(w, "8001"), 16);
	world_run(w, 1 * S);
	cr_assert_str_eq(world_cell(w, "calls", 1, "result"), "answered");
	cr_assert_eq(w->core->state->legs.used, 0);
	cr_assert_eq(w->core->state->counts.unlisted, 0);
	world_free(w);
}

Test(acd_callback, a_withheld_number_is_keyed_in_and_confirmed)
{
	struct world *w = with_phones(1 * S);
	struct party a;

	world_begin(w);
	a = world_call(w, "", "4002");
	world_digit(w, a, '2');
	for (const char *p = "999#"; *p; p++)
		world_digit(w, a, *p); /* no way leads there */
	world_run(w, 3 * S);
	cr_assert_eq(w->core->state->tasks.used, 0);
	for (const char *p = CUSTOMER "#"; *p; p++)
		world_digit(w, a, *p);
	world_digit(w, a, '1');
	cr_assert_str_eq(only_task(w)->number, CUSTOMER);
	world_free(w);
}

Test(acd_callback, who_keys_nothing_goes_on_waiting)
{
	struct world *w = with_phones(1 * S);
	struct party a;

	world_begin(w);
	a = world_call(w, CUSTOMER, "4002");
	world_digit(w, a, '2');
	world_run(w, 60 * S);
	cr_assert_eq(w->core->state->tasks.used, 0);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1);
	world_login(w, "8001");
	world_run(w, 2 * S);
	cr_assert_str_eq(state(w, "8001"), "talking");
	world_free(w);
}

/* ---- not reached --------------------------------------------------------------- */

Test(acd_callback, busy_no_answer_and_the_rest_have_their_pauses)
{
	static const struct {
		uint8_t cause;
		uint32_t answer_ms, pause_ms;
		const char *why;
	} rows[] = {
		{ 17, 0, 60000, "busy" },
		{ 0, WORLD_RINGS_ON, 120000, "no answer" },
		{ 21, 0, 180000, "failed" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = with_phones(1 * S);
		uint64_t begin;

		world_begin(w);
		leaves(w, world_call(w, CUSTOMER, "4002"));
		w->phone[4].cause = rows[i].cause;
		w->phone[4].answer_ms = rows[i].answer_ms;
		world_login(w, "8001");
		while (only_task(w)->state != RD_TASK_LATER)
			world_run(w, 100);
		begin = w->frame;
		cr_assert_str_eq(state(w, "8001"), "ready", "free at once");
		cr_assert_str_eq(world_cell(w, "tasks", 2, "why"), rows[i].why);
		cr_assert_str_eq(world_cell(w, "calls", 1, "result"),
				 "unreached");
		cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1);
		while (world_times(w, "call.made") < 2)
			world_run(w, 100);
		cr_assert_lt((w->frame - begin) / MS - rows[i].pause_ms + 200,
			     300, "row %zu", i);
		world_free(w);
	}
}

Test(acd_callback, after_its_attempts_it_is_given_up)
{
	struct world *w = with_phones(1 * S);

	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	w->phone[4].cause = 17;
	world_login(w, "8001");
	world_run(w, 200 * S);
	cr_assert_eq(w->core->state->tasks.used, 0);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
	cr_assert_str_eq(task_state(w, world_rows(w, "tasks") - 1), "failed");
	cr_assert_str_eq(
		world_cell(w, "tasks", world_rows(w, "tasks") - 1, "attempts"),
		"3");
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TODAY)->timed_out, 1);
	cr_assert_geq(world_logged(w, "CALLBACK_FAILED", 0), 0);
	cr_assert_eq(w->core->state->counts.unlisted, 0);
	world_free(w);
}

Test(acd_callback, an_agent_who_does_not_answer_costs_no_attempt)
{
	struct world *w = with_phones(WORLD_RINGS_ON);

	w->queues[0].callback.agent_first = true;
	w->queues[0].max_misses = 0;
	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_login(w, "8001");
	world_run(w, 12 * S);
	cr_assert_eq(only_task(w)->attempts, 0);
	cr_assert_eq(only_task(w)->state, RD_TASK_WAITS);
	cr_assert_eq(world_agent(w, "8001")->paused, 1);
	w->phone[1].answer_ms = 500;
	world_login(w, "8002");
	world_run(w, 4 * S);
	cr_assert_str_eq(state(w, "8002"), "talking");
	world_free(w);
}

Test(acd_callback, an_agent_who_hangs_up_while_the_customer_is_called_frees_him)
{
	struct world *w = with_phones(500);

	w->queues[0].callback.agent_first = true;
	w->phone[4].answer_ms = WORLD_RINGS_ON;
	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_login(w, "8001");
	world_run(w, 2 * S);
	world_command(w,
		      "{\"command\":\"agent.not-ready\",\"agent\":\"8001\"}");
	world_hangup(w, world_at_phone(w, "8001"), 16);
	world_run(w, 1 * S);
	cr_assert_eq(only_task(w)->attempts, 0);
	cr_assert_eq(only_task(w)->state, RD_TASK_WAITS);
	cr_assert_str_eq(state(w, "8001"), "not-ready");
	cr_assert_eq(w->core->state->legs.used, 0);
	world_free(w);
}

Test(acd_callback, no_line_is_no_attempt)
{
	struct world *w = with_phones(500);
	struct party p[4];

	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	for (int i = 0; i < 4; i++)
		p[i] = world_call(w, "1", "4006");
	world_login(w, "8001");
	world_run(w, 5 * S);
	cr_assert_eq(only_task(w)->attempts, 0);
	cr_assert_eq(only_task(w)->state, RD_TASK_LATER);
	world_hangup(w, p[0], 16);
	world_run(w, 15 * S);
	cr_assert_str_eq(state(w, "8001"), "talking");
	world_free(w);
}

/* ---- twice --------------------------------------------------------------------- */

/* FreePBX 525: the same caller called twice */
Test(acd_callback, a_second_one_to_the_same_number_is_none)
{
	struct world *w = with_phones(500);
	uint64_t entered;

	w->queues[0].callback.takes_over = false;
	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	entered = only_task(w)->entered;
	leaves(w, world_call(w, CUSTOMER, "4002"));
	cr_assert_eq(only_task(w)->entered, entered, "the older place stays");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1);
	world_login(w, "8001");
	world_run(w, 5 * S);
	world_hangup(w, world_at_phone(w, CUSTOMER), 16);
	world_run(w, 60 * S);
	cr_assert_eq(world_rows(w, "calls"), 3, "called once");
	world_command(w, "{\"command\":\"callback.add\",\"queue\":\"service\","
			 "\"number\":\"5550000\"}");
	world_command(w, "{\"command\":\"callback.add\",\"queue\":\"service\","
			 "\"number\":\"5550000\"}");
	world_free(w);
}

Test(acd_callback, who_calls_himself_meanwhile_has_his_place)
{
	struct world *w = with_phones(500);
	struct party again;

	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_call(w, "1", "4002"); /* came later */
	again = world_call(w, CUSTOMER, "4002");
	cr_assert_eq(w->core->state->tasks.used, 0);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 2);
	cr_assert_str_eq(task_state(w, 1), "done");
	world_login(w, "8001");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling, CUSTOMER);
	world_hangup(w, again, 16);
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TODAY)->offered, 2);
	world_free(w);
}

/* ---- order ------------------------------------------------------------------------ */

#define DAY_CALLERS 60

struct served {
	char number[DAY_CALLERS][8];
	int n;
};

/* Numbers in the order in which agents got them. */
static void note_served(const struct world *w, struct served *out)
{
	out->n = 0;
	for (int i = 0; (i = world_logged(w, "CONNECT", i)) >= 0; i++) {
		char call[24];

		snprintf(call, sizeof(call), "%s",
			 world_cell(w, "queue_log", i, "call"));
		for (int k = 0; world_row(w, "calls", k); k++) {
			if (strcmp(world_cell(w, "calls", k, "call"), call))
				continue;
			snprintf(out->number[out->n++], 8, "%s",
				 world_cell(w, "calls", k, "ani"));
			break;
		}
	}
}

/*
 * One agent, callers by chance; with share per cent of them asking to be called
 * back. Both days have the same callers at the same moments.
 */
static void a_day(uint64_t seed, unsigned share, struct served *out)
{
	struct world *w = with_phones(300);
	struct rd_rng rng = { .state = seed };
	struct party talking = { 0 };
	int called = 0;

	w->phone[4].number = NULL;
	w->seed = seed;
	w->config.limits.calls = 64;
	w->config.limits.tasks = 64;
	for (int i = 0; i < 2; i++)
		w->spans[i].bchannels = 0x7ffefffe;
	w->any_phone_ms = 300;
	world_begin(w);
	world_login(w, "8001");
	for (int tick = 0; tick < 40000 && out->n < DAY_CALLERS; tick++) {
		if (called < DAY_CALLERS && rd_rng_below(&rng, 100) < 5) {
			bool wants = rd_rng_below(&rng, 100) < share;
			struct party p;
			char number[8];

			snprintf(number, sizeof(number), "555%04d", called++);
			p = world_call(w, number, "4002");
			cr_assert_neq(p.ref, 0);
			if (wants) {
				world_digit(w, p, '2');
				world_digit(w, p, '1');
			}
		} else {
			rd_rng_below(&rng, 100); /* as many draws each way */
		}
		world_run(w, 200);
		if (strcmp(state(w, "8001"), "talking") == 0) {
			talking = world_at_phone(w, "8001");
			if (tick % 20 == 0)
				world_hangup(w, talking, 16);
		}
		if (tick % 100 == 0)
			note_served(w, out);
	}
	note_served(w, out);
	world_free(w);
}

/* FreePBX 621: callbacks go before waiting callers. Not here: idea 12. */
Test(acd_callback, order_is_that_of_the_same_day_with_everyone_waiting)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct served *waited = calloc(1, sizeof(*waited));
		struct served *mixed = calloc(1, sizeof(*mixed));

		a_day(seed, 0, waited);
		a_day(seed, 60, mixed);
		cr_assert_eq(waited->n, DAY_CALLERS, "seed %llu: %d",
			     (unsigned long long)seed, waited->n);
		cr_assert_eq(mixed->n, DAY_CALLERS, "seed %llu: %d",
			     (unsigned long long)seed, mixed->n);
		for (int i = 0; i < DAY_CALLERS; i++)
			cr_assert_str_eq(mixed->number[i], waited->number[i],
					 "seed %llu, place %d",
					 (unsigned long long)seed, i);
		free(waited);
		free(mixed);
	}
}

/* ---- hours, times, supervisors -------------------------------------------------------- */

Test(acd_callback, one_for_a_time_has_no_place_until_then)
{
	struct world *w = with_phones(500);
	char json[160];

	world_begin(w);
	snprintf(json, sizeof(json),
		 "{\"command\":\"callback.add\",\"queue\":\"service\","
		 "\"number\":\"" CUSTOMER "\",\"at_s\":%llu}",
		 (unsigned long long)(EPOCH_NS / 1000000000 + 101));
	world_command(w, json);
	world_login(w, "8001");
	world_run(w, 90 * S);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
	cr_assert_eq(world_at_phone(w, CUSTOMER).ref, 0);
	world_run(w, 20 * S);
	cr_assert_str_eq(state(w, "8001"), "talking");
	world_free(w);
}

Test(acd_callback, outside_the_hours_nobody_is_called)
{
	static const struct rd_cfg_period noon = {
		.weekdays = 0x7f,
		.from_min = 12 * 60,
		.to_min = 13 * 60,
	};
	static const struct rd_cfg_calendar office = {
		.name = "office",
		.timezone = "UTC",
		.nperiods = 1,
		.periods = &noon,
	};
	struct world *w = with_phones(500);

	w->config.calendars = &office;
	w->config.ncalendars = 1;
	w->queues[0].hours = RD_INDEX_NONE;
	w->queues[1].hours = RD_INDEX_NONE;
	w->queues[0].callback.hours = 0;
	world_begin(w); /* at 22:13 */
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_login(w, "8001");
	world_run(w, 13 * 3600 * S);
	cr_assert_eq(world_at_phone(w, CUSTOMER).ref, 0);
	world_run(w, 3600 * S); /* 12:13 */
	cr_assert_neq(world_at_phone(w, CUSTOMER).ref, 0);
	world_free(w);
}

Test(acd_callback, a_supervisor_lists_and_cancels_them)
{
	struct world *w = with_phones(500);
	char json[160], list[1024];

	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	cr_assert_gt(rd_core_query(w->core, w->frame, "callbacks", "{}", list,
				   sizeof(list)),
		     0);
	cr_assert(strstr(list, "\"number\":\"" CUSTOMER "\""));
	cr_assert(strstr(list, "\"position\":1"));
	snprintf(json, sizeof(json),
		 "{\"command\":\"callback.cancel\",\"task\":%llu,\"by\":"
		 "\"operator:eve\"}",
		 (unsigned long long)only_task(w)->id);
	world_command(w, json);
	cr_assert_str_eq(world_answer(w), "{\"ok\":true}");
	cr_assert_eq(w->core->state->tasks.used, 0);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
	cr_assert_str_eq(task_state(w, 1), "cancelled");
	cr_assert_str_eq(world_cell(w, "tasks", 1, "by"), "operator:eve");
	world_command(w, json);
	cr_assert(strstr(world_answer(w), "not-found"));
	world_free(w);
}

Test(acd_callback, one_that_expires_is_given_up)
{
	struct world *w = with_phones(500);

	w->queues[0].callback.expires_ms = 100 * S;
	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_run(w, 120 * S);
	cr_assert_eq(w->core->state->tasks.used, 0);
	cr_assert_str_eq(task_state(w, 1), "expired");
	world_free(w);
}

/* ---- what survives ----------------------------------------------------------------------- */

static void crash(struct world *w, uint64_t unix_s)
{
	struct rd_ev_start start = {
		.msg = { .type = RD_MSG_START,
			 .len = sizeof(start),
			 .line = RD_LINE_NONE },
		.seed = 7,
		.restart = 1,
	};

	for (size_t i = 0; i < w->npending; i++)
		free(w->pending[i].msg);
	w->npending = 0;
	w->nfar = 0;
	memset(w->plays, 0, sizeof(w->plays));
	memset(w->recs, 0, sizeof(w->recs));
	w->frame = 8000;
	start.msg.frame = w->frame;
	start.epoch_ns = unix_s * 1000000000u - rd_ns_from_frames(w->frame);
	world_event(w, &start.msg);
	world_up(w);
}

Test(acd_callback, places_outlive_a_crash_and_a_clock_set_back)
{
	struct world *w = with_phones(500);
	uint64_t now = EPOCH_NS / 1000000000;

	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_command(w, "{\"command\":\"callback.add\",\"queue\":\"service\","
			 "\"number\":\"5550001\"}");
	world_run(w, 60 * S);
	crash(w, now + 90);
	crash(w, now - 3600); /* an hour back */
	cr_assert_eq(w->core->state->tasks.used, 2);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 2);
	world_call(w, "1", "4002");
	world_login(w, "8001");
	cr_assert_neq(world_at_phone(w, CUSTOMER).ref, 0,
		      "he came first of all");
	world_run(w, 5 * S);
	cr_assert_str_eq(state(w, "8001"), "talking");
	world_hangup(w, world_at_phone(w, CUSTOMER), 16);
	world_run(w, 100); /* until the agent's phone is free */
	cr_assert_neq(world_at_phone(w, "5550001").ref, 0, "then the second");
	world_free(w);
}

Test(acd_callback, one_that_was_being_called_is_called_again)
{
	struct world *w = with_phones(500);

	w->phone[4].answer_ms = WORLD_RINGS_ON;
	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_login(w, "8001");
	world_run(w, 3 * S);
	cr_assert_eq(only_task(w)->state, RD_TASK_CALLS);
	crash(w, EPOCH_NS / 1000000000 + 60);
	cr_assert_eq(only_task(w)->attempts, 0);
	w->phone[4].answer_ms = 500;
	world_run(w, 15 * S);
	cr_assert_str_eq(state(w, "8001"), "talking");
	world_free(w);
}

static void reload(struct world *w, struct rd_config *config)
{
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
	};

	rd_core_set_config(w->core, config);
	world_event(w, &event.msg);
}

Test(acd_callback, other_limits_keep_them_and_their_order)
{
	struct world *w = with_phones(500), *next = with_phones(500);

	w->config.limits.tasks = 4;
	next->config.limits.tasks = 9;
	next->config.limits.calls = 9;
	world_begin(w);
	reload(w, &w->config);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_command(w, "{\"command\":\"callback.add\",\"queue\":\"service\","
			 "\"number\":\"5550001\"}");
	reload(w, &next->config);
	cr_assert_eq(w->core->state->tasks.cap, 9);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 2);
	world_login(w, "8001");
	cr_assert_neq(world_at_phone(w, CUSTOMER).ref, 0);
	world_run(w, 4 * S);
	world_hangup(w, world_at_phone(w, CUSTOMER), 16);
	world_run(w, 100); /* until the agent's phone is free */
	cr_assert_neq(world_at_phone(w, "5550001").ref, 0);
	world_free(w);
	free(next);
}

/* ADM-10 */
Test(acd_callback, a_queue_that_is_removed_gives_its_callbacks_up)
{
	struct world *w = with_phones(500), *next = with_phones(500);

	next->queues[0] = next->queues[1];
	next->config.nqueues = 1;
	for (int i = 0; i < 4; i++)
		next->agents[i].nqueues = 0;
	world_begin(w);
	reload(w, &w->config);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	reload(w, &next->config);
	cr_assert_eq(w->core->state->tasks.used, 0);
	cr_assert_str_eq(world_cell(w, "tasks", 1, "why"), "queue removed");
	world_free(w);
	free(next);
}

Test(acd_callback, callers_of_a_queue_that_is_removed_overflow)
{
	struct world *w = with_phones(500), *next = with_phones(500);

	w->queues[0].tree_overflow = 0;
	w->queues[0].node_overflow = 0;
	next->queues[0] = next->queues[1];
	next->config.nqueues = 1;
	for (int i = 0; i < 4; i++)
		next->agents[i].nqueues = 0;
	w->config.limits.queues = next->config.limits.queues = 2;
	world_begin(w);
	reload(w, &w->config);
	world_call(w, "1", "4002");
	world_run(w, 1 * S);
	reload(w, &next->config);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 0);
	world_run(w, 2 * S);
	cr_assert_str_eq(world_cell(w, "calls", 0, "path"), "main");
	world_free(w);
	free(next);
}

/* FusionPBX 2712: rename a queue, agents lost */
Test(acd_callback, a_queue_that_is_renamed_keeps_who_waits_and_its_figures)
{
	struct world *w = with_phones(500), *next = with_phones(500);

	next->queues[0].name = "help";
	next->queues[0].was = "service";
	w->config.limits.queues = next->config.limits.queues = 2;
	world_begin(w);
	reload(w, &w->config);
	world_call(w, "1", "4002");
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_login(w, "8002");
	world_run(w, 3 * S);
	reload(w, &next->config);
	cr_assert_str_eq(rd_queue_get(w->core, 0)->name, "help");
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1);
	cr_assert_str_eq(state(w, "8002"), "talking", "still signed in");
	world_login(w, "8001");
	world_run(w, 4 * S);
	cr_assert_str_eq(state(w, "8001"), "talking");
	cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TODAY)->answered, 2);
	world_free(w);
	free(next);
}

/* ---- messages ------------------------------------------------------------------------------ */

Test(acd_callback, a_message_is_a_task_with_its_recording)
{
	struct world *w = with_phones(500);
	struct party a;
	char json[128];

	w->queues[0].max_wait_ms = 10 * S;
	w->queues[0].message = (struct rd_cfg_message){
		.overflow = true,
		.max_ms = 60 * S,
		.prompt = 77,
	};
	world_begin(w);
	a = world_call(w, CUSTOMER, "4002");
	world_run(w, 12 * S); /* prompt, tone */
	cr_assert_not_null(world_cmd(w, RD_MSG_REC_OPEN, 0));
	world_run(w, 8 * S);
	world_digit(w, a, '#');
	world_run(w, 5 * S);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "message");
	cr_assert_str_eq(world_cell(w, "tasks", 0, "recording"),
			 world_cell(w, "recordings", 0, "recording"));
	cr_assert_eq(only_task(w)->state, RD_TASK_OPEN);
	cr_assert_str_eq(world_cell(w, "tasks", 0, "number"), CUSTOMER);
	snprintf(json, sizeof(json),
		 "{\"command\":\"task.take\",\"task\":%llu,\"agent\":\"8002\"}",
		 (unsigned long long)only_task(w)->id);
	world_command(w, json);
	cr_assert_eq(only_task(w)->state, RD_TASK_TAKEN);
	snprintf(json, sizeof(json),
		 "{\"command\":\"task.take\",\"task\":%llu,\"agent\":\"8001\"}",
		 (unsigned long long)only_task(w)->id);
	world_command(w, json);
	cr_assert(strstr(world_answer(w), "invalid"), "another has it");
	snprintf(json, sizeof(json),
		 "{\"command\":\"task.done\",\"task\":%llu,\"why\":\"solved\"}",
		 (unsigned long long)only_task(w)->id);
	world_command(w, json);
	cr_assert_eq(w->core->state->tasks.used, 0);
	cr_assert_str_eq(world_cell(w, "tasks", 2, "why"), "solved");
	world_free(w);
}

Test(acd_callback, who_hangs_up_at_the_tone_leaves_his_number)
{
	struct world *w = with_phones(500);
	struct party a;

	w->queues[0].maxlen = 1;
	w->queues[0].message = (struct rd_cfg_message){
		.overflow = true,
		.max_ms = 60 * S,
		.prompt = 77,
	};
	world_begin(w);
	world_call(w, "1", "4002");
	a = world_call(w, CUSTOMER, "4002"); /* full */
	world_run(w, 1 * S);
	world_hangup(w, a, 16);
	cr_assert_str_eq(world_cell(w, "tasks", 0, "why"), "number only");
	cr_assert_eq(only_task(w)->recording, 0);
	/* a number that is withheld leaves nothing to work off */
	a = world_call(w, "", "4002");
	world_run(w, 1 * S);
	world_hangup(w, a, 16);
	cr_assert_eq(w->core->state->tasks.used, 1);
	world_free(w);
}

/* ---- who calls again ------------------------------------------------------------------------- */

Test(acd_callback, who_redials_soon_has_his_old_place)
{
	struct world *w = with_phones(500);
	struct party a;

	w->queues[0].resume_ms = 60 * S;
	world_begin(w);
	a = world_call(w, "123", "4002");
	world_run(w, 5 * S);
	world_hangup(w, a, 16);
	world_call(w, "1", "4002");
	world_run(w, 30 * S);
	world_call(w, "123", "4002");
	world_login(w, "8001");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling, "123");
	cr_assert_geq(world_logged(w, "RESUME", 0), 0);
	world_free(w);
}

Test(acd_callback, too_late_or_without_a_number_there_is_no_old_place)
{
	static const struct {
		const char *number;
		uint32_t later_ms;
	} rows[] = { { "123", 61000 }, { "", 1000 } };

	for (size_t i = 0; i < 2; i++) {
		struct world *w = with_phones(500);
		struct party a;

		w->queues[0].resume_ms = 60 * S;
		world_begin(w);
		a = world_call(w, rows[i].number, "4002");
		world_run(w, 1 * S);
		world_hangup(w, a, 16);
		world_call(w, "1", "4002");
		world_run(w, rows[i].later_ms);
		world_call(w, rows[i].number, "4002");
		world_login(w, "8001");
		cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling,
				 "1");
		world_free(w);
	}
}

/* Two agents; the caller talked with 8002, who is then idle the shortest. */
static struct world *known_caller(bool ask)
{
	struct world *w = with_phones(500);
	struct party a;

	w->queues[0].last_agent = (struct rd_cfg_last_agent){
		.within_ms = 600 * S,
		.ask = ask,
	};
	world_begin(w);
	world_login(w, "8002");
	a = world_call(w, "123", "4002");
	world_run(w, 3 * S);
	world_hangup(w, a, 16);
	world_run(w, 1 * S);
	world_login(w, "8001");
	a = world_call(w, "1", "4002"); /* 8002 has been idle longer */
	world_run(w, 2 * S);
	world_hangup(w, a, 16);
	world_run(w, 2 * S);
	return w;
}

Test(acd_callback, the_agent_of_the_last_talk_is_preferred_if_idle)
{
	struct world *w = known_caller(false);

	world_call(w, "123", "4002");
	cr_assert_str_eq(state(w, "8002"), "reserved");
	cr_assert_str_eq(state(w, "8001"), "ready");
	world_call(w, "123", "4002"); /* he is busy now: anybody */
	cr_assert_str_eq(state(w, "8001"), "reserved");
	world_free(w);
}

Test(acd_callback, or_the_caller_is_asked)
{
	for (int yes = 0; yes < 2; yes++) {
		struct world *w = known_caller(true);
		struct party a = world_call(w, "123", "4002");

		world_run(w, 2 * S);
		cr_assert_str_eq(state(w, "8002"), "ready", "he is asked");
		cr_assert_str_eq(state(w, "8001"), "ready");
		world_digit(w, a, yes ? '1' : '2');
		cr_assert_str_eq(state(w, yes ? "8002" : "8001"), "reserved");
		world_free(w);
	}
}

Test(acd_callback, a_busy_agent_is_waited_for_a_while_then_anybody_may)
{
	struct world *w = known_caller(false);

	w->queues[0].last_agent.wait_ms = 5 * S;
	w->queues[0].ring_timeout_ms = 60 * S;
	w->phone[1].answer_ms = WORLD_RINGS_ON;
	world_call(w, "1", "4002"); /* 8002 rings with him */
	cr_assert_str_eq(state(w, "8002"), "reserved");
	world_call(w, "123", "4002");
	world_run(w, 4500);
	cr_assert_str_eq(state(w, "8001"), "ready", "kept for 8002");
	world_run(w, 1 * S);
	cr_assert_str_neq(state(w, "8001"), "ready", "now anybody");
	world_free(w);
}

/* ACD-21: one's own agent, whom the menu names */
Test(acd_callback, data_of_the_menu_names_his_own_agent)
{
	struct world *w = with_phones(500);
	struct party a;

	world_begin(w);
	world_login(w, "8001");
	world_run(w, 100);
	world_login(w, "8002");		/* idle the shorter */
	a = world_call(w, "1", "4006"); /* a menu that waits */
	rd_call_attach(w->core, rd_call_at(w->core, 0), "agent", "8002");
	rd_call_run(w->core, rd_call_at(w->core, 0), RD_APP_QUEUE,
		    &(struct rd_app_arg){ .queue = 0,
					  .tree = RD_INDEX_NONE,
					  .agent = RD_INDEX_NONE });
	cr_assert_str_eq(state(w, "8002"), "reserved");
	cr_assert_str_eq(state(w, "8001"), "ready");
	world_hangup(w, a, 16);
	world_free(w);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Others' defects, each as the sequence that was reported: callback and virtual
 * hold (FEATURES 3.9), and a priority that acts on who waits already (3.25).
 */
#include "tests/unit/defects_world.h"

#define CUSTOMER "5551234"
#define S	 1000u

static struct world *with_callbacks(void)
{
	struct world *w = centre(500);

	w->config.limits.tasks = 8;
	w->phone[4] = (struct phone){ CUSTOMER, 1000, 0 };
	w->phone[5] = (struct phone){ "5555678", 1000, 0 };
	w->queues[0].wrapup_ms = 0;
	w->queues[0].callback = (struct rd_cfg_callback){
		.key = '2',
		.hours = RD_INDEX_NONE,
		.ring_ms = 20 * S,
		.attempts = 3,
		.busy_ms = 60 * S,
		.no_answer_ms = 60 * S,
		.failed_ms = 60 * S,
		.shown = "",
		.offer = RD_PROMPT_NONE,
		.after_ms = 3600 * S,
	};
	return w;
}

/* He waits, wants to be called on his own number, and hangs up. */
static void leaves(struct world *w, struct party p)
{
	world_digit(w, p, '2');
	world_run(w, 2 * S);
	world_digit(w, p, '1');
	world_run(w, 20 * S);
}

/* Callers of answered calls, in order of their talks' ends. */
static void served(const struct world *w, char out[128])
{
	out[0] = '\0';
	for (int i = 0; i < world_rows(w, "calls"); i++)
		if (!strcmp(world_cell(w, "calls", i, "result"), "answered"))
			snprintf(out + strlen(out), 128 - strlen(out), "%s ",
				 world_cell(w, "calls", i, "ani"));
}

static void serve_all(struct world *w, const char *agent, int n)
{
	for (int i = 0; i < n; i++) {
		for (int k = 0; k < 60 && !is(w, agent, "talking"); k++)
			world_run(w, S);
		cr_assert(is(w, agent, "talking"), "the %d-th: %s", i + 1,
			  state(w, agent));
		lays_down(w, agent);
		world_run(w, 100);
	}
	world_run(w, S);
}

/* Callbacks went before callers who had waited on the line for longer. */
Test(defects_callback, freepbx_621_callbacks_go_before_waiting_callers)
{
	struct world *w = with_callbacks();
	char order[128];

	world_begin(w);
	world_call(w, "111", "4002");
	world_run(w, S);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_call(w, "333", "4002");
	world_run(w, S);
	world_login(w, "8001");
	serve_all(w, "8001", 3);
	served(w, order);
	cr_assert_str_eq(order, "111 " CUSTOMER " 333 ");
	world_free(w);
}

/* He asked twice, or it was tried again while he talked: two calls to him. */
Test(defects_callback, freepbx_525_same_caller_is_called_twice)
{
	struct world *w = with_callbacks();

	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_command(w, "{\"command\":\"callback.add\",\"queue\":\"service\","
			 "\"number\":\"" CUSTOMER "\"}");
	cr_assert_eq(w->core->state->tasks.used, 1);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 1);
	world_login(w, "8001");
	world_login(w, "8002");
	serve_all(w, "8001", 1);
	world_run(w, 600 * S);
	cr_assert_eq(rung(w, CUSTOMER), 1);
	world_free(w);
}

/*
 * Who is asked "hold, or be called back?" loses his place by being asked, or by
 * answering that he will hold.
 */
Test(defects_callback, officedocs_9902_choosing_loses_the_place)
{
	struct world *w = with_callbacks();
	struct party asked;
	char order[128];

	w->queues[0].callback.after_ms = 3000; /* it is offered */
	w->phone[5].answer_ms = 500;
	world_begin(w);
	world_call(w, "111", "4002");
	asked = world_call(w, "222", "4002");
	world_call(w, "333", "4002");
	world_run(w, 4 * S);
	world_digit(w, asked, '2'); /* he listens, and keys nothing more */
	world_run(w, 30 * S);
	cr_assert_eq(rd_queue_get(w->core, 0)->waiting, 3);
	world_login(w, "8001");
	serve_all(w, "8001", 3);
	served(w, order);
	cr_assert_str_eq(order, "111 222 333 ");
	world_free(w);
}

/*
 * fusionpbx 1322, PR 6515; NethServer/dev 7566: the queue has no callback. There
 * is one: it keeps its place behind who was before, and before who came later,
 * over a busy line and a restart.
 */
Test(defects_callback, fusionpbx_1322_nethserver_7566_place_is_kept_to_the_end)
{
	struct world *w = with_callbacks();
	char order[128];

	w->phone[4].cause = 17;
	world_begin(w);
	leaves(w, world_call(w, CUSTOMER, "4002"));
	world_call(w, "333", "4002");
	world_run(w, S);
	world_login(w, "8001");
	world_run(w, 300); /* he is busy: the next one's turn */
	w->phone[4].cause = 0;
	serve_all(w, "8001", 1);
	world_call(w, "444", "4002");
	world_run(w, 2 * S);
	cr_assert(is(w, "8001", "talking"));
	world_run(w, 70 * S); /* its pause is over; it is first again */
	world_call(w, "555", "4002");
	world_run(w, S);
	serve_all(w, "8001", 3);
	served(w, order);
	cr_assert_str_eq(order, "333 444 " CUSTOMER " 555 ");
	world_free(w);
}

/* ---- 3.25 --------------------------------------------------------------------------- */

/* Its repair is PR 203. */
Test(defects_wish, asterisk_202_priority_acts_on_who_waits_already)
{
	struct world *w = centre(500);
	char order[128], json[160];
	struct party third;

	w->queues[0].wrapup_ms = 0;
	w->queues[0].priority_step_ms = 60000;
	world_begin(w);
	world_call(w, "111", "4002");
	world_run(w, S);
	world_call(w, "222", "4002");
	world_run(w, S);
	third = world_call(w, "333", "4002");
	world_run(w, S);
	snprintf(json, sizeof(json),
		 "{\"command\":\"queue.priority\",\"call\":%llu,"
		 "\"priority\":5,\"by\":\"operator:test\"}",
		 (unsigned long long)rd_call_at(
			 w->core, rd_leg_on_line(w->core, third.line)->call)
			 ->id);
	world_command(w, json);
	cr_assert(strstr(world_answer(w), "true"), "%s", world_answer(w));
	world_login(w, "8001");
	serve_all(w, "8001", 3);
	served(w, order);
	cr_assert_str_eq(order, "333 111 222 ");
	world_free(w);
}

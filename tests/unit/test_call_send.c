// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A call is sent to a menu by his agent, and comes back (IVR-10, IVR-14).
 */
#include "tests/unit/menu_world.h"

static const char queue_tree[] = "nodes:\n"
				 "  main: {queue: service}\n"
				 "  menu: {menu: {1: main}, prompt: x, "
				 "timeout: 60s}\n";
static const char pay[] = "nodes:\n"
			  "  read: [{say: balance}, {hangup: }]\n"
			  "  card:\n"
			  "    - {collect: card, length: 4, prompt: card}\n"
			  "    - {attach: card}\n"
			  "    - {return: }\n";

static uint64_t id_of(struct world *w)
{
	return rd_call_at(w->core, 0)->id;
}

static void command(struct world *w, const char *fmt, const char *to,
		    const char *then)
{
	char text[256];

	snprintf(text, sizeof(text), fmt, (unsigned long long)id_of(w), to,
		 then);
	world_command(w, text);
}

#define SEND   "{\"command\":\"call.send\",\"call\":%llu,\"to\":\"%s\"%s}"
#define RETURN ",\"then\":\"return\""

/* A caller who talks with agent 8001. */
static struct world *talking(struct party *caller)
{
	struct world *w = menu_world("", queue_tree, pay);

	w->phone[0] = (struct phone){ .number = "8001", .answer_ms = 1000 };
	world_login(w, "8001");
	*caller = world_call(w, "138", "4000");
	world_run(w, 5000);
	cr_assert_eq(world_times(w, "call.bridged"), 1);
	return w;
}

Test(send, a_reading_that_ends_the_call)
{
	struct party caller;
	struct world *w = talking(&caller);

	command(w, SEND, "b", "");
	cr_expect_eq(world_agent(w, "8001")->state, RD_AGENT_WRAPUP);
	world_run(w, 3000);
	cr_expect_str_eq(world_cell(w, "calls", 0, "result"), "answered");
	cr_expect_str_eq(world_cell(w, "calls", 0, "cause"), "16");
	cr_expect(strstr(world_cell(w, "calls", 0, "path"), "read"));
	cr_expect_eq(world_times(w, "call.bridged"), 1);
	menu_free(w);
}

Test(send, the_caller_keys_his_card_and_is_with_his_agent_again)
{
	struct party caller;
	struct world *w = talking(&caller);

	command(w, SEND, "b.card", RETURN);
	world_run(w, 5000); /* the wrap-up is over */
	menu_keys(w, caller, "1234");
	world_run(w, 3000);
	cr_expect_eq(world_times(w, "call.bridged"), 2);
	cr_expect(strstr(world_told(w, "call.bridged", 1), "\"8001\""));
	cr_expect(strstr(world_told(w, "call.attached", 0), "1234"));
	/* the talk is over: so is the call, and no queue follows */
	world_hangup(w, caller, 16);
	world_run(w, 100);
	cr_expect_eq(world_rows(w, "calls"), 1);
	menu_free(w);
}

Test(send, if_the_agent_cannot_be_had_his_queue_takes_the_caller)
{
	struct party caller;
	struct world *w = talking(&caller);

	command(w, SEND, "b.card", RETURN);
	world_command(w, "{\"command\":\"agent.logout\",\"agent\":\"8001\"}");
	w->phone[1] = (struct phone){ .number = "8002", .answer_ms = 1000 };
	world_login(w, "8002");
	menu_keys(w, caller, "1234");
	world_run(w, 5000);
	cr_expect_eq(world_times(w, "call.queued"), 2);
	cr_expect(strstr(world_told(w, "call.bridged", 1), "\"8002\""));
	menu_free(w);
}

Test(send, what_cannot_be_is_refused_and_changes_nothing)
{
	struct party caller;
	struct world *w = talking(&caller);

	command(w, SEND, "b.crad", "");
	cr_expect_eq(rd_call_at(w->core, 0)->app, RD_APP_QUEUE);
	command(w, SEND, "c", "");
	command(w, SEND, "b", ",\"then\":\"home\"");
	cr_expect_eq(rd_call_at(w->core, 0)->app, RD_APP_QUEUE);
	menu_free(w);

	w = menu_world("", queue_tree, pay);
	world_call(w, "1", "4000");
	world_run(w, 1000); /* he waits: there is nobody to return to */
	command(w, SEND, "b.card", RETURN);
	cr_expect_eq(rd_call_at(w->core, 0)->app, RD_APP_QUEUE);
	command(w, SEND, "b.card", "");
	cr_expect_eq(rd_call_at(w->core, 0)->app, RD_APP_IVR);
	menu_free(w);
}

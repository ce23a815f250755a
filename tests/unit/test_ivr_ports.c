// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports of menus, and the rows that menus write: the real interpreter in core.
 */
#include "tests/unit/menu_world.h"

static const char one[] = "ports:\n"
			  "  p: {limit: 1, trees: [a], max_wait: 30s}\n";
static const char tree[] = "nodes:\n"
			   "  main:\n"
			   "    menu: {1: info, 2: agent}\n"
			   "    prompt: hello\n"
			   "    timeout: 60s\n"
			   "    limit: 10m\n"
			   "  info: {say: open, then: main}\n"
			   "  agent: {queue: service}\n";

static const char *ports_of(struct world *w)
{
	return menu_ask(w, "ports", "{}");
}

static void expect_ports(struct world *w, const char *text)
{
	const char *answer = ports_of(w);

	cr_expect(strstr(answer, text), "expected %s in %s", text, answer);
}

static void expect_row(struct world *w, int n, const char *result,
		       const char *wait_ms)
{
	cr_expect_str_eq(world_cell(w, "ports", n, "result"), result);
	cr_expect_str_eq(world_cell(w, "ports", n, "wait_ms"), wait_ms);
}

Test(ports, who_comes_when_all_are_taken_waits_and_hears_ringback)
{
	struct world *w = menu_world(one, tree, NULL);
	struct party a = world_call(w, "1", "4000"), b;

	world_run(w, 1000);
	b = world_call(w, "2", "4000");
	world_run(w, 3000);
	expect_ports(w, "\"limit\":1,\"used\":1,\"waiting\":1,"
			"\"oldest_wait_ms\":3000");
	cr_expect(world_cmd(w, RD_MSG_TONE, 0));
	cr_expect_null(world_asked(w, RD_ISDN_CONNECT, 1)); /* he pays not */
	cr_expect(strstr(menu_ask(w, "status", "{}"),
			 "\"ports_used\":1,\"ports_waiting\":1"));
	world_hangup(w, a, 16);
	world_run(w, 100);
	expect_ports(w, "\"used\":1,\"waiting\":0");
	cr_expect(world_asked(w, RD_ISDN_CONNECT, 1));
	expect_row(w, 0, "port", "0");
	world_hangup(w, b, 16);
	world_run(w, 100);
	expect_row(w, 1, "port", "3000");
	expect_ports(w, "\"asked\":2,\"at_once\":1,\"waited\":1,"
			"\"abandoned\":0,\"timed_out\":0,\"full\":0,"
			"\"mean_wait_ms\":3000,\"max_wait_ms\":3000");
	menu_free(w);
}

Test(ports, the_line_is_first_come_first_served)
{
	struct world *w = menu_world(one, tree, NULL);
	struct party who[4];

	for (int i = 0; i < 4; i++) {
		who[i] = world_call(w, "1", "4000");
		world_run(w, 1000);
	}
	world_hangup(w, who[1], 16); /* the first in the line gives up */
	world_run(w, 10);
	expect_row(w, 0, "abandoned", "3000");
	world_hangup(w, who[0], 16);
	world_run(w, 10);
	cr_expect(strstr(world_told(w, "call.port", 4), "\"what\":\"got\""));
	cr_expect_eq(world_times(w, "call.answered"), 2);
	world_hangup(w, who[2], 16);
	world_run(w, 10);
	expect_row(w, 2, "port", "2010");
	expect_ports(w, "\"used\":1,\"waiting\":0");
	world_hangup(w, who[3], 16);
	world_run(w, 10);
	expect_row(w, 3, "port", "1020");
	menu_free(w);
}

Test(ports, going_to_a_queue_gives_the_port_back)
{
	struct world *w = menu_world(one, tree, NULL);
	struct party a = world_call(w, "1", "4000");

	world_run(w, 1000);
	world_call(w, "2", "4000");
	world_run(w, 1000);
	menu_keys(w, a, "2");
	expect_ports(w, "\"used\":1,\"waiting\":0");
	expect_row(w, 0, "port", "0");
	menu_free(w);
}

Test(ports, the_longest_wait_ends_elsewhere_or_with_congestion)
{
	struct world *w = menu_world(one, tree, NULL);

	world_call(w, "1", "4000");
	world_run(w, 100);
	world_call(w, "2", "4000");
	world_run(w, 30100);
	cr_expect_str_eq(world_cell(w, "calls", 0, "cause"), "42");
	expect_row(w, 0, "timeout", "30000");
	menu_free(w);

	w = menu_world("ports:\n"
		       "  p: {limit: 1, trees: [a], max_wait: 5s, full: "
		       "b.sorry, while_waiting: music, music: m}\n",
		       tree,
		       "nodes: {x: {hangup: }, sorry: {say: busy, then: "
		       "{hangup: busy}}}\n");
	world_call(w, "1", "4000");
	world_run(w, 100);
	world_call(w, "2", "4000");
	world_run(w, 8000);
	cr_expect_str_eq(world_cell(w, "calls", 0, "cause"), "17");
	cr_expect_str_eq(world_cell(w, "calls", 0, "path"), "sorry");
	menu_free(w);
}

Test(ports, too_many_do_not_wait_at_all)
{
	struct world *w = menu_world(
		"ports: {p: {limit: 1, trees: [a], max_waiting: 1}}\n", tree,
		NULL);

	for (int i = 0; i < 3; i++)
		world_call(w, "1", "4000");
	world_run(w, 100);
	expect_row(w, 0, "full", "0");
	cr_expect_str_eq(world_cell(w, "calls", 0, "cause"), "42");
	expect_ports(w, "\"full\":1");
	menu_free(w);
}

Test(ports, a_reload_that_has_more_gives_them_out)
{
	struct world *w = menu_world(one, tree, NULL);
	struct rd_cfg_ports more = w->config.ports[0];
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
		.total_len = 0,
	};

	for (int i = 0; i < 3; i++)
		world_call(w, "1", "4000");
	world_run(w, 100);
	expect_ports(w, "\"used\":1,\"waiting\":2");
	more.limit = 2;
	w->config.ports = &more;
	event.msg.frame = w->frame;
	world_event(w, &event.msg);
	world_run(w, 10);
	expect_ports(w, "\"limit\":2,\"used\":2,\"waiting\":1");
	w->config.nports = 0; /* ports are no more */
	event.msg.frame = w->frame;
	world_event(w, &event.msg);
	world_run(w, 10);
	expect_ports(w, "\"used\":3,\"waiting\":0");
	menu_free(w);
}

Test(ports, a_crash_leaves_none_taken)
{
	struct world *w = menu_world(one, tree, NULL);

	world_call(w, "1", "4000");
	world_call(w, "2", "4000");
	world_run(w, 100);
	world_start(w, 1);
	expect_ports(w, "\"used\":0,\"waiting\":0");
	menu_free(w);
}

/* ---- visits ----------------------------------------------------------------- */

static void expect_visit(struct world *w, int n, const char *from,
			 const char *node, const char *key, const char *exit,
			 const char *to)
{
	cr_expect_str_eq(world_cell(w, "ivr_nodes", n, "came_from"), from);
	cr_expect_str_eq(world_cell(w, "ivr_nodes", n, "node"), node);
	cr_expect_str_eq(world_cell(w, "ivr_nodes", n, "exit_key"), key);
	cr_expect_str_eq(world_cell(w, "ivr_nodes", n, "exit"), exit);
	cr_expect_str_eq(world_cell(w, "ivr_nodes", n, "went_to"), to);
}

Test(visits, each_node_has_its_row_with_key_and_time)
{
	struct world *w = menu_world("", tree, NULL);
	struct party a = world_call(w, "1", "4000");

	world_run(w, 2000);
	menu_keys(w, a, "1");
	world_run(w, 1000); /* "open" is over, the menu again */
	menu_keys(w, a, "92");
	expect_visit(w, 0, "", "main", "1", "node", "info");
	cr_expect_str_eq(world_cell(w, "ivr_nodes", 0, "dwell_ms"), "2060");
	expect_visit(w, 1, "main", "info", "", "node", "main");
	expect_visit(w, 2, "info", "main", "2", "node", "agent");
	cr_expect_str_eq(world_cell(w, "ivr_nodes", 2, "wrong"), "1");
	expect_visit(w, 3, "main", "agent", "", "queue", "");
	cr_expect_str_eq(world_cell(w, "ivr_nodes", 3, "tree"), "a");
	cr_expect_eq(strlen(world_cell(w, "ivr_nodes", 3, "version")), 8);
	cr_expect_eq(world_rows(w, "ivr_nodes"), 4);
	menu_free(w);
}

Test(visits, where_the_caller_hangs_up_is_known)
{
	struct world *w = menu_world(
		"", "nodes: {m: [{say: one}, {say: two}, {hangup: }]}\n", NULL);
	struct party a = world_call(w, "1", "4000");

	world_run(w, 700);
	world_hangup(w, a, 16);
	world_run(w, 10);
	expect_visit(w, 0, "", "m", "", "caller", "");
	cr_expect_str_eq(world_cell(w, "ivr_nodes", 0, "step"), "m[2]");
	world_call(w, "1", "4000");
	world_run(w, 5000);
	expect_visit(w, 1, "", "m", "", "released", "");
	menu_free(w);
}

Test(visits, a_running_call_keeps_the_version_it_began_with)
{
	struct world *w = menu_world("", tree, NULL);
	struct party a = world_call(w, "1", "4000"), b;
	struct rd_config *old = menu_config, *next;
	struct world newer = { 0 };
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE },
	};

	world_run(w, 100);
	event.msg.frame = w->frame;
	world_event(w, &event.msg); /* the first is that of the core's birth */
	newer.config = w->config;
	next = menu_load(&newer, "",
			 "nodes: {main: {menu: {3: x}, prompt: new}, "
			 "x: {hangup: }}\n",
			 NULL);
	rd_core_set_config(w->core, &newer.config);
	event.msg.frame = w->frame;
	world_event(w, &event.msg);
	b = world_call(w, "2", "4000");
	world_run(w, 1000);
	menu_keys(w, a, "2"); /* the old menu's key */
	menu_keys(w, b, "3"); /* the new one's */
	cr_expect_str_eq(world_cell(w, "ivr_nodes", 0, "exit_key"), "2");
	cr_expect_str_eq(world_cell(w, "ivr_nodes", 2, "exit_key"), "3");
	cr_expect_str_neq(world_cell(w, "ivr_nodes", 0, "version"),
			  world_cell(w, "ivr_nodes", 2, "version"));
	world_free(w);
	rd_config_free(old);
	rd_config_free(next);
}

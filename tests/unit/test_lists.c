// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of callers while running: what operators change, and how long it lasts.
 */
#include "tests/unit/core_world.h"

static const struct rd_cfg_entry entries[] = {
	{ .number = "138*",
	  .level = "",
	  .who = "zhang",
	  .when = "May",
	  .why = "signed" },
	{ .number = "4711", .level = "gold", .who = "", .when = "", .why = "" },
};
static const struct rd_cfg_list lists[] = {
	{ .name = "vip", .level = "silver", .n = 2, .entries = entries },
	{ .name = "slow", .level = "" },
};

static struct world *world_with_lists(void)
{
	struct world *w = world_new();

	w->config.lists = lists;
	w->config.nlists = 2;
	return w;
}

static bool on_list(struct world *w, uint16_t list, const char *number)
{
	struct rd_listed listed;

	return rd_list_find(w->core, &w->config, list, number, &listed);
}

static const char *asked(struct world *w, const char *args)
{
	static char out[65536];
	int64_t len = rd_core_query(w->core, w->frame, "list", args, out,
				    sizeof(out));

	return len < 0 ? strerror((int)-len) : out;
}

Test(lists, an_operator_adds_and_removes_with_reason_and_author)
{
	struct world *w = world_with_lists();
	struct rd_listed listed;

	cr_expect(!on_list(w, 0, "139"));
	world_command(w, "{\"command\":\"list.add\",\"list\":\"vip\","
			 "\"number\":\"139*\",\"reason\":\"spends\","
			 "\"level\":\"gold\",\"by\":\"operator:li\"}");
	cr_assert(rd_list_find(w->core, &w->config, 0, "139", &listed));
	cr_expect_str_eq(listed.level, "gold");
	cr_expect_str_eq(listed.reason, "spends");
	cr_expect_str_eq(listed.by, "operator:li");
	cr_expect(listed.added_s > 0);
	cr_expect(!on_list(w, 1, "139"));
	world_command(w, "{\"command\":\"list.remove\",\"list\":\"vip\","
			 "\"number\":\"139*\"}");
	cr_expect(!on_list(w, 0, "139"));
	cr_expect_eq(w->core->state->list_changes.used, 0);
	world_free(w);
}

Test(lists, an_entry_of_the_configuration_is_hidden_and_comes_back)
{
	struct world *w = world_with_lists();

	cr_expect_str_eq(rd_list_level(w->core, &w->config, "13800"), "silver");
	world_command(w, "{\"command\":\"list.remove\",\"list\":\"vip\","
			 "\"number\":\"138*\",\"reason\":\"left\"}");
	cr_expect(!on_list(w, 0, "13800"));
	cr_expect_str_eq(rd_list_level(w->core, &w->config, "13800"), "");
	cr_expect(on_list(w, 0, "4711"));
	world_command(w, "{\"command\":\"list.add\",\"list\":\"vip\","
			 "\"number\":\"138*\"}");
	cr_expect(on_list(w, 0, "13800"));
	world_free(w);
}

Test(lists, an_entry_ends_by_itself)
{
	struct world *w = world_with_lists();

	world_command(w, "{\"command\":\"list.add\",\"list\":\"slow\","
			 "\"number\":\"139\",\"for_s\":60}");
	cr_expect(on_list(w, 1, "139"));
	world_run(w, 59000);
	cr_expect(on_list(w, 1, "139"));
	world_run(w, 2000);
	world_command(w, "{\"command\":\"stop.when-idle\",\"cancel\":true}");
	cr_expect(!on_list(w, 1, "139"));
	world_free(w);
}

Test(lists, what_cannot_be_is_refused)
{
	struct world *w = world_with_lists();
	char why[200];

	world_command(w, "{\"command\":\"list.add\",\"list\":\"none\","
			 "\"number\":\"1\"}");
	world_command(w, "{\"command\":\"list.add\",\"list\":\"vip\","
			 "\"number\":\"1*2\"}");
	world_command(w, "{\"command\":\"list.add\",\"list\":\"vip\","
			 "\"number\":\"1\",\"for_s\":-1}");
	world_command(w, "{\"command\":\"list.remove\",\"list\":\"vip\","
			 "\"number\":\"5\"}");
	cr_expect_eq(w->core->state->list_changes.used, 0);
	cr_expect_eq(rd_core_check(w->core, why, sizeof(why)), 0, "%s", why);
	world_free(w);
}

Test(lists, the_pool_makes_room_of_what_is_over)
{
	struct world *w = world_with_lists();
	uint32_t cap = w->core->state->list_changes.cap;
	char text[160];

	for (uint32_t i = 0; i < cap; i++) {
		snprintf(text, sizeof(text),
			 "{\"command\":\"list.add\",\"list\":\"slow\","
			 "\"number\":\"%u\",\"for_s\":%u}",
			 100 + (i * 7919) % 1000, i ? 0 : 10);
		world_command(w, text);
	}
	cr_expect_eq(w->core->state->list_changes.used, cap);
	world_command(w, "{\"command\":\"list.add\",\"list\":\"slow\","
			 "\"number\":\"99\"}");
	cr_expect(!on_list(w, 1, "99")); /* full */
	world_run(w, 11000);
	world_command(w, "{\"command\":\"list.add\",\"list\":\"slow\","
			 "\"number\":\"99\"}");
	cr_expect(on_list(w, 1, "99"));
	cr_expect(!on_list(w, 1, "100"));
	for (uint32_t i = 1; i < cap; i++) {
		snprintf(text, sizeof(text), "%u", 100 + (i * 7919) % 1000);
		cr_expect(on_list(w, 1, text), "%s", text);
	}
	world_free(w);
}

Test(lists, a_snapshot_keeps_them)
{
	struct world *w = world_with_lists();
	uint64_t len;
	const void *snapshot;
	struct rd_core *other;

	world_command(w, "{\"command\":\"list.add\",\"list\":\"vip\","
			 "\"number\":\"139\"}");
	snapshot = rd_core_snapshot(w->core, &len);
	other = rd_core_new(&w->config, w->core->sink);
	cr_assert_eq(rd_core_restore(other, snapshot, len), 0);
	cr_expect(rd_list_find(other, &w->config, 0, "139",
			       &(struct rd_listed){ 0 }));
	rd_core_free(other);
	world_free(w);
}

Test(lists, a_list_is_shown_merged_by_number)
{
	struct world *w = world_with_lists();
	const char *text;

	world_command(w, "{\"command\":\"list.add\",\"list\":\"vip\","
			 "\"number\":\"2\"}");
	world_command(w, "{\"command\":\"list.remove\",\"list\":\"vip\","
			 "\"number\":\"4711\"}");
	text = asked(w, "{\"list\":\"vip\"}");
	cr_expect(strstr(text, "\"138*\"") && strstr(text, "\"2\""), "%s",
		  text);
	cr_expect(!strstr(text, "4711"), "%s", text);
	cr_expect(strstr(text, "138*") < strstr(text, "\"2\""), "%s", text);
	text = asked(w, "{\"list\":\"vip\",\"after\":\"138*\"}");
	cr_expect(!strstr(text, "138*") && strstr(text, "\"2\""), "%s", text);
	text = asked(w, "{\"list\":\"vip\",\"limit\":1}");
	cr_expect(strstr(text, "138*") && !strstr(text, "\"2\""), "%s", text);
	text = asked(w, "{\"list\":\"vip\",\"number\":\"13811\"}");
	cr_expect(strstr(text, "\"by\":\"zhang\""), "%s", text);
	text = asked(w, "{\"list\":\"vip\",\"number\":\"4711\"}");
	cr_expect_str_eq(text, strerror(ENOENT));
	text = asked(w, "{\"list\":\"no\"}");
	cr_expect_str_eq(text, strerror(ENOENT));
	text = asked(w, "{}");
	cr_expect(strstr(text, "{\"list\":\"vip\",\"level\":\"silver\","
			       "\"configured\":2,\"changed\":2}"),
		  "%s", text);
	world_free(w);
}

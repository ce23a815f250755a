// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists, areas, calendars, duty tables and ports of ringdown.yaml.
 */
#include "lib/config/calendar.h"
#include "lib/config/table.h"
#include "tests/unit/config_world.h"

#define HEAD                                             \
	"cards: {w: {path: wire}}\n"                     \
	"groups: {pstn: {}}\n"                           \
	"spans: {s: {card: w, type: e1, group: pstn}}\n" \
	"trees: {a: a.yaml, b: b.yaml}\n"

static void setup(void)
{
	world_init();
	write_file("a.yaml", "nodes: {x: {hangup: }}\n");
	write_file("b.yaml", "nodes: {x: {hangup: }}\n");
}

TestSuite(config_lists, .init = setup, .fini = world_fini);

static struct rd_config *good(const char *text)
{
	struct rd_config *config = compile_text(text);

	cr_assert(config, "%s", diag.text);
	return config;
}

static const char *why_of(const struct rd_config *c, const char *number)
{
	const struct rd_cfg_entry *entry =
		rd_cfg_list_find(&c->lists[0], number);

	return entry ? entry->why : "-";
}

Test(config_lists, the_longest_match_decides)
{
	struct rd_config *c =
		good(HEAD "lists:\n"
			  "  vip:\n"
			  "    level: gold\n"
			  "    numbers: [{number: 138*, why: a}, {number: "
			  "13800138000, why: c}, {number: 13800*, why: b}]\n"
			  "  plain: [1, 2]\n");

	cr_expect_eq(c->nlists, 2);
	cr_expect_eq(c->lists[0].n, 3);
	cr_expect_str_eq(c->lists[0].level, "gold");
	cr_expect_str_eq(why_of(c, "13800138000"), "c");
	cr_expect_str_eq(why_of(c, "13800138001"), "b");
	cr_expect_str_eq(why_of(c, "13899"), "a");
	cr_expect_str_eq(why_of(c, "138"), "a");
	cr_expect_str_eq(why_of(c, "139"), "-");
	cr_expect_str_eq(why_of(c, ""), "-");
	cr_expect(rd_cfg_list_find(&c->lists[1], "2"));
	cr_expect(!rd_cfg_list_find(&c->lists[1], "22"));
	rd_config_free(c);
}

Test(config_lists, a_file_may_name_its_columns_in_any_order)
{
	struct rd_config *c;

	write_file("vip.csv", "# by hand\n"
			      "number,why,who,when,level\r\n"
			      "4711,\"owes, and pays\",zhang,2026-01-02,gold\n"
			      "\n4712\n");
	c = good(HEAD "lists: {vip: {file: vip.csv, numbers: [4713]}}\n");
	cr_expect_eq(c->lists[0].n, 3);
	cr_expect_str_eq(c->lists[0].entries[0].why, "owes, and pays");
	cr_expect_str_eq(c->lists[0].entries[0].who, "zhang");
	cr_expect_str_eq(c->lists[0].entries[0].when, "2026-01-02");
	cr_expect_str_eq(c->lists[0].entries[0].level, "gold");
	cr_expect_str_eq(c->lists[0].entries[1].number, "4712");
	cr_expect_str_eq(c->lists[0].entries[1].why, "");
	rd_config_free(c);
}

Test(config_lists, what_is_wrong_in_a_file_has_its_place)
{
	write_file("vip.csv", "number,wy\n1,2\n");
	cr_assert_null(compile_text(HEAD "lists: {vip: {file: vip.csv}}\n"));
	expect_in_diag("vip.csv:1:1: column \"wy\": unknown; did you mean "
		       "\"why\"?");
	write_file("vip.csv", "number,why\n1,a\n1,b\nx,c\n");
	cr_assert_null(compile_text(HEAD "lists: {vip: {file: vip.csv}}\n"));
	expect_in_diag("vip.csv:3:1: warning: \"1\" is on the list \"vip\" "
		       "twice, first at vip.csv:2");
	expect_in_diag("vip.csv:4:1: key \"number\": found \"x\"");
	cr_assert_null(compile_text(HEAD "lists: {blacklist: [1]}\n"));
	expect_in_diag("it has a key of its own");
	cr_assert_null(compile_text(HEAD "lists: {vip: {file: none.csv}}\n"));
	expect_in_diag("cannot be read");
}

Test(config_lists, areas_are_found_by_the_longest_prefix)
{
	struct rd_config *c;

	write_file("areas.csv", "prefix,area\n010,beijing\n0755*,shenzhen\n"
				"1380013,beijing\n");
	c = good(HEAD "areas:\n"
		      "  file: areas.csv\n"
		      "  prefixes: [{prefix: 138, area: elsewhere}]\n");
	cr_expect_eq(c->nprefixes, 4);
	cr_expect_str_eq(rd_cfg_area(c, "01088880000"), "beijing");
	cr_expect_str_eq(rd_cfg_area(c, "0755"), "shenzhen");
	cr_expect_str_eq(rd_cfg_area(c, "13800138000"), "beijing");
	cr_expect_str_eq(rd_cfg_area(c, "13800000000"), "elsewhere");
	cr_expect_str_eq(rd_cfg_area(c, "07"), "");
	cr_expect_str_eq(rd_cfg_area(c, ""), "");
	cr_expect_eq(c->scopes[RD_SCOPE_AREA].n, 3);
	rd_config_free(c);
	cr_assert_null(compile_text(
		HEAD "areas: [{prefix: 1, area: a}, {prefix: 1*, area: b}]\n"));
	expect_in_diag("prefix \"1\": of \"b\", but of \"a\" at");
}

Test(config_lists, a_special_day_goes_before_the_holiday_it_is_in)
{
	struct rd_config *c =
		good(HEAD "calendars:\n"
			  "  office:\n"
			  "    open: [Mon-Fri 08:00-18:00]\n"
			  "    holidays: [2026-10-01..2026-10-07]\n"
			  "    special:\n"
			  "      - {days: 2026-10-03, open: [10:00-12:00, "
			  "14:00-15:00]}\n"
			  "      - {days: 2026-10-12, open: []}\n"
			  "    periods:\n"
			  "      night: [daily 22:00-06:00]\n");
	const struct rd_cfg_calendar *cal = &c->calendars[0];
	/* midnight in Shanghai, Thursday 2026-10-01 */
	int64_t day = 1790784000, h = 3600;

	cr_expect(rd_calendar_is_open(cal, day - 24 * h + 9 * h));
	cr_expect(!rd_calendar_is_open(cal, day + 9 * h));
	day += 2 * 24 * h; /* Saturday the 3rd */
	cr_expect(!rd_calendar_is_open(cal, day + 9 * h));
	cr_expect(rd_calendar_is_open(cal, day + 10 * h));
	cr_expect(!rd_calendar_is_open(cal, day + 12 * h));
	cr_expect(rd_calendar_is_open(cal, day + 14 * h));
	day += 9 * 24 * h; /* Monday the 12th: closed */
	cr_expect(!rd_calendar_is_open(cal, day + 9 * h));
	cr_expect(rd_calendar_is_open(cal, day + 24 * h + 9 * h));
	cr_expect(rd_calendar_in_part(cal, 0, day + 23 * h));
	cr_expect(rd_calendar_in_part(cal, 0, day + 5 * h));
	cr_expect(!rd_calendar_in_part(cal, 0, day + 6 * h));
	cr_expect(!rd_calendar_in_part(cal, 1, day + 5 * h));
	rd_config_free(c);
}

Test(config_lists, the_first_row_of_a_duty_table_decides)
{
	struct rd_config *c = good(
		HEAD "duty:\n"
		     "  desk:\n"
		     "    - {days: 2026-10-01..2026-10-07, hours: [daily], "
		     "call: [8003]}\n"
		     "    - {hours: [Sat-Sun 20:00-08:00], call: [8001, "
		     "13900000000]}\n");
	const struct rd_cfg_duty *duty = &c->duties[0];
	int64_t day = 1790784000, h = 3600;

	cr_expect_eq(rd_duty_row(duty, day), &duty->rows[0]);
	cr_expect_null(rd_duty_row(duty, day - 1));
	day += 9 * 24 * h; /* Saturday the 10th */
	cr_expect_null(rd_duty_row(duty, day + 19 * h));
	cr_expect_eq(rd_duty_row(duty, day + 20 * h), &duty->rows[1]);
	/* Sunday's night goes on into Monday */
	cr_expect_eq(rd_duty_row(duty, day + 55 * h), &duty->rows[1]);
	cr_expect_null(rd_duty_row(duty, day + 56 * h));
	cr_expect_str_eq(duty->rows[1].numbers[1], "13900000000");
	rd_config_free(c);
}

Test(config_lists, a_tree_has_ports_of_one_group_only)
{
	struct rd_config *c =
		good(HEAD "ports: {p: {limit: 16, trees: [a]}}\n");

	cr_expect_eq(rd_cfg_ports_of(c, 0), 0);
	cr_expect_eq(rd_cfg_ports_of(c, 1), RD_INDEX_NONE);
	rd_config_free(c);
	cr_assert_null(compile_text(
		HEAD "ports: {p: {limit: 1, trees: [a]}, q: {limit: 1, trees: "
		     "[b, a]}}\n"));
	expect_in_diag("ports \"q\": a tree of theirs has ports \"p\" already");
	cr_assert_null(compile_text(
		HEAD "ports: {p: {limit: 1, trees: [a], full: a.x}}\n"));
	expect_in_diag("\"full\" leads to a tree that needs one of these");
}

Test(config_lists, the_version_of_a_tree_is_that_of_its_text)
{
	struct rd_config *c = good(HEAD);
	uint32_t a = c->tree_texts[0].version, b = c->tree_texts[1].version;

	cr_expect_eq(a, b); /* the same text */
	rd_config_free(c);
	write_file("b.yaml", "nodes: {y: {hangup: }}\n");
	c = good(HEAD);
	cr_expect_eq(c->tree_texts[0].version, a);
	cr_expect_neq(c->tree_texts[1].version, b);
	rd_config_free(c);
}

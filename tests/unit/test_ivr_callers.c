// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trees that ask who calls and when: lists, levels, areas, periods, duty.
 */
#include <criterion/criterion.h>

#include "tests/unit/ivr_world.h"

static void load(const char *text)
{
	int err = world_load(text, strlen(text));

	cr_assert_eq(err, 0, "%s", world.diag.text);
}

static void expect(const char *ani, const char *log)
{
	memset(&world.ivr, 0, sizeof(world.ivr));
	world.ani = ani;
	world_call();
	cr_expect_str_eq(world.log, log, "%s: did %s", ani, world.log);
}

static void refused(const char *text, const char *why)
{
	cr_assert_neq(world_load(text, strlen(text)), 0, "accepted: %s", text);
	cr_expect(strstr(world.diag.text, why), "%s\nsays %s", text,
		  world.diag.text);
}

TestSuite(ivr_callers, .fini = world_free);

Test(ivr_callers, a_list_is_a_condition)
{
	load("nodes:\n"
	     "  a:\n"
	     "    choose:\n"
	     "      - when: {list: vip}\n"
	     "        then: {queue: english}\n"
	     "      - else: {queue: service}\n");
	expect("13800138000", "answer queue:english");
	expect("13801111111", "answer queue:english"); /* 1380* */
	expect("13900000000", "answer queue:service");
	expect("", "answer queue:service"); /* withheld */
}

Test(ivr_callers, of_several_lists_one_is_enough_and_not_turns_it_round)
{
	load("nodes:\n"
	     "  a:\n"
	     "    choose:\n"
	     "      - when: {not: {list: [vip, members]}}\n"
	     "        then: {queue: service}\n"
	     "      - else: {queue: english}\n");
	expect("4711", "answer queue:english");
	expect("13800138000", "answer queue:english");
	expect("4712", "answer queue:service");
}

Test(ivr_callers, an_entered_number_may_be_on_a_list)
{
	load("nodes:\n"
	     "  a:\n"
	     "    - set: {card: \"4711\"}\n"
	     "    - choose:\n"
	     "      - when: {variable: card, on_list: members}\n"
	     "        then: {queue: english}\n"
	     "      - else: {queue: service}\n");
	expect("1", "answer queue:english");
	refused("nodes: {a: {choose: [{when: {on_list: members}, then: hangup},"
		" {else: hangup}]}}",
		"of what? The key \"variable\" is missing");
}

Test(ivr_callers, level_and_area_are_conditions_and_values)
{
	load("nodes:\n"
	     "  a:\n"
	     "    - set: {from: $caller_area, rank: $caller_level}\n"
	     "    - attach: [from, rank]\n"
	     "    - choose:\n"
	     "      - when: {area: beijing, level: [gold, platinum]}\n"
	     "        then: {queue: english}\n"
	     "      - else: {queue: service}\n");
	world.level = "gold";
	expect("13800138000",
	       "answer attach:from=beijing attach:rank=gold queue:english");
	expect("13800000000",
	       "answer attach:from=shanghai attach:rank=gold queue:service");
	world.level = "silver";
	expect("01088880000",
	       "answer attach:from=beijing attach:rank=silver queue:service");
	expect("755", "answer attach:from= attach:rank=silver queue:service");
}

Test(ivr_callers, names_that_do_not_exist_are_told_with_the_nearest)
{
	refused("nodes: {a: {choose: [{when: {list: vipp}, then: hangup},"
		" {else: hangup}]}}",
		"did you mean \"vip\"?");
	refused("nodes: {a: {choose: [{when: {area: bejing}, then: hangup},"
		" {else: hangup}]}}",
		"did you mean \"beijing\"?");
	refused("nodes: {a: {choose: [{when: {period: office.lunc}, then: "
		"hangup}, {else: hangup}]}}",
		"calendar \"office\" has no period \"lunc\"; did you mean "
		"\"lunch\"?");
	refused("nodes: {a: {choose: [{when: {period: office}, then: hangup},"
		" {else: hangup}]}}",
		"a calendar and its period, such as office.lunch");
	refused("nodes: {a: {dial: {duty: desc}}}", "did you mean \"desk\"?");
}

Test(ivr_callers, a_period_of_a_calendar_has_a_name)
{
	load("nodes:\n"
	     "  a:\n"
	     "    choose:\n"
	     "      - when: {period: office.lunch}\n"
	     "        then: {queue: english}\n"
	     "      - else: {queue: service}\n");
	expect("1", "answer queue:service"); /* 10:00 */
	world.unix_s += 2 * 3600;
	expect("1", "answer queue:english");
	world.unix_s += 3600;
	expect("1", "answer queue:service");
}

Test(ivr_callers, who_is_on_duty_is_called_and_then_the_next)
{
	load("nodes:\n"
	     "  a:\n"
	     "    dial: {duty: desk}\n"
	     "    failed: sorry\n"
	     "    no_answer: sorry\n"
	     "    busy: sorry\n"
	     "    after: bye\n"
	     "  sorry: {queue: service}\n"
	     "  bye: hangup\n");
	expect("1", "answer dial-agent:0");
	cr_expect_eq(world.arg.node_busy, 0); /* back to this very node */
	cr_expect_eq(world.arg.node_noanswer, 0);
	cr_expect_eq(world.arg.node, 2);
	world.log[0] = 0;
	world_start(world.arg.node_busy);
	cr_expect_str_eq(world.log, "dial:013900000000");
	cr_expect_eq(world.arg.node_busy, 1); /* nobody after him */
	cr_expect_eq(world.arg.node_failed, 1);
	/* meanwhile the row has become another, and a shorter one */
	world.unix_s += 2 * 3600;
	world.log[0] = 0;
	world_start(0);
	cr_expect_str_eq(world.log, "queue:service");
	/* a new round begins with the first */
	world.log[0] = 0;
	world_start(0);
	cr_expect_str_eq(world.log, "dial:013900000000");
}

/* ---- members and their passwords --------------------------------------------- */

#define MEMBER                                                            \
	"nodes:\n"                                                        \
	"  who: {collect: member, length: 2, then: pin}\n"                \
	"  pin: {collect: pin, length: 2, secret: yes, then: check}\n"    \
	"  check: {authenticate: cards, number: member, password: pin, "  \
	"into: [name], lock_after: 2, lock_for: 1h, wrong: who, locked: " \
	"no, down: no, then: in}\n"                                       \
	"  in: {queue: english}\n"                                        \
	"  no: {queue: service}\n"

static void member(const char *events, const char *log)
{
	memset(&world.ivr, 0, sizeof(world.ivr));
	world_call();
	world_do(events);
	cr_expect_str_eq(world.log, log, "%s: did %s", events, world.log);
}

Test(ivr_callers, a_password_is_right_wrong_locked_or_nobody_knows)
{
	load(MEMBER);
	member("47??f", "answer secret plain password:cards=47 passed:47 "
			"queue:english");
	cr_expect_str_eq(world.ivr.vars[2], "Li Lei");
	member("47??n", "answer secret plain password:cards=47 "
			"failed:47/2/3600s");
	member("47??d", "answer secret plain password:cards=47 queue:service");
	world.locked = true;
	member("47??", "answer secret plain queue:service");
}

Test(ivr_callers, a_password_must_be_keyed_as_a_secret)
{
	refused("nodes:\n"
		"  a: {collect: n, length: 2, then: b}\n"
		"  b: {collect: p, length: 2, then: c}\n"
		"  c: {authenticate: cards, number: n, password: p, wrong: a, "
		"locked: hangup, down: hangup, then: hangup}\n",
		"authenticate: \"p\" must be collected with secret: yes");
	refused("nodes:\n"
		"  a: {authenticate: card, number: caller, password: p, "
		"wrong: hangup, locked: hangup, down: hangup, then: hangup}\n",
		"did you mean \"cards\"?");
}

/* ---- entries ------------------------------------------------------------------- */

Test(ivr_callers, a_node_that_agents_send_to_is_no_unreachable_one)
{
	static const char lonely[] =
		"nodes: {a: {hangup: }, pay: {hangup: }}\n";

	world_load(lonely, strlen(lonely));
	cr_expect(strstr(world.diag.text, "nothing leads to \"pay\""));
	load("entries: [pay]\nnodes: {a: {hangup: }, pay: {hangup: }}\n");
	cr_expect_eq(world.diag.warnings, 0, "%s", world.diag.text);
	refused("entries: [pya]\nnodes: {a: {hangup: }, pay: {hangup: }}\n",
		"did you mean \"pay\"?");
}

/* ---- dial by name --------------------------------------------------------------- */

Test(ivr_callers, names_are_spelled_on_the_keys_by_any_word)
{
	static const struct {
		const char *name, *keys;
		bool fits;
	} rows[] = {
		{ "Mary Smith", "627", true },
		{ "Mary Smith", "76484", true },
		{ "Mary Smith", "62797", true },
		{ "Mary Smith", "279", false },
		{ "Mary Smith", "628", false },
		{ "O'Neil", "663", true },
		{ "O'Neil", "63", true },
		{ "张敏", "946", false },
		{ "", "2", false },
		{ "Li", "547", false },
		{ "R2D2", "7232", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect_eq(rd_ivr_spells(rows[i].name, rows[i].keys),
			     rows[i].fits, "%s %s", rows[i].name, rows[i].keys);
}

#define FIND                                                                    \
	"nodes:\n"                                                              \
	"  find: {directory: who, prompt: {zh: 名, en: name}, choose_prompt: " \
	"{zh: 选, en: choose}, invalid_prompt: {zh: 错, en: no}, length: 2, " \
	"retries: 1, then: call}\n"                                             \
	"  call: {dial: {agent: $who}}\n"

Test(ivr_callers, one_name_that_fits_is_called)
{
	load(FIND);
	member("93", "answer [名] dial-agent:0");  /* Wei */
	member("94", "answer [名] dial-agent:2"); /* zhang, spelled */
	member("54#", "answer [名] [选,幺,Li Wei|,二,Li Ning|]");
}

Test(ivr_callers, of_several_he_chooses_one)
{
	load(FIND);
	member("54", "answer [名]");
	world.log[0] = 0;
	world_do("t"); /* a pause */
	cr_expect(strstr(world.log, "Li Wei") && strstr(world.log, "Li Ning"),
		  "%s", world.log);
	world.log[0] = 0;
	world_do(".3"); /* there are two */
	cr_expect_str_eq(world.log, "[错,名]");
	world.log[0] = 0;
	world_do("54#2");
	cr_expect(strstr(world.log, "dial-agent:1"), "%s", world.log);
}

Test(ivr_callers, a_name_nobody_has_is_a_wrong_entry)
{
	load(FIND);
	member("22", "answer [名] [错,名]");
	world.log[0] = 0;
	world_do("22");
	cr_expect_str_eq(world.log, "[谢谢您的来电，再见。]");
}

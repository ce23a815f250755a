// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trees at work: each case is a tree, what happens, and what the tree does.
 */
#include <criterion/criterion.h>

#include "tests/unit/ivr_world.h"

static void load(const char *text)
{
	int err = world_load(text, strlen(text));

	cr_assert_eq(err, 0, "%s", world.diag.text);
	cr_assert_eq(world.diag.warnings, 0, "%s", world.diag.text);
}

static void did_what(const char *events, const char *expected)
{
	world_do(events);
	cr_expect_str_eq(world.log, expected, "%s:\n did %s\n not %s\n%s",
			 events, world.log, expected, world.story);
	world.log[0] = 0;
}

/* From the beginning of a call. */
static void call(const char *events, const char *expected)
{
	memset(&world.ivr, 0, sizeof(world.ivr));
	world.released = false;
	world.language = 0;
	world.story[0] = 0;
	world_call();
	did_what(events, expected);
}

/* ---- the brief's card number ------------------------------------------------- */

static const char card[] =
	"attach: [card]\n"
	"nodes:\n"
	"  card:\n"
	"    collect: card\n"
	"    prompt: {zh: 卡号, en: card}\n"
	"    invalid_prompt: {zh: 错, en: wrong}\n"
	"    silent_prompt: {zh: 静, en: silent}\n"
	"    length: 8\n"
	"    check: luhn\n"
	"    retries: 3\n"
	"    silent_retries: 1\n"
	"    lookup: cards\n"
	"    into: [name]\n"
	"    down: goodbye\n"
	"    no_input: hangup\n"
	"    then: found\n"
	"  found: {queue: service}\n";

Test(ivr, three_wrong_numbers_are_forgiven_and_the_fourth_is_not)
{
	load(card);
	call("", "answer [卡号]");
	did_what(".12345678", "[错,卡号]");
	did_what("12345678", "[错,卡号]");
	did_what(".t", "[静,卡号]");
	did_what("12345678", "[错,卡号]");
	did_what("12345678", "[谢谢您的来电，再见。]");
	did_what(".", "release:16");
}

Test(ivr, the_fourth_number_may_be_right)
{
	load(card);
	call("12345678 12345678 12345678", "answer [卡号] [错,卡号] [错,卡号] "
					   "[错,卡号]");
	did_what("00000018", "lookup:cards=00000018");
	did_what("f", "attach:card=00000018 queue:service");
	cr_expect_str_eq(world.ivr.vars[0], "00000018");
	cr_expect_str_eq(world.ivr.vars[1], "Li Lei");
}

Test(ivr, a_number_the_source_does_not_know_is_wrong)
{
	load(card);
	call("00000018n 00000018n 00000018n 00000018n",
	     "answer [卡号] lookup:cards=00000018 [错,卡号] "
	     "lookup:cards=00000018 [错,卡号] lookup:cards=00000018 [错,卡号] "
	     "lookup:cards=00000018 [谢谢您的来电，再见。]");
}

Test(ivr, a_source_that_is_down_has_its_own_branch)
{
	load(card);
	call("00000018d.", "answer [卡号] lookup:cards=00000018 "
			   "attach:card=00000018 [谢谢您的来电，再见。] "
			   "release:16");
}

Test(ivr, silence_is_counted_apart)
{
	load(card);
	call(".t.t", "answer [卡号] [静,卡号] release:16");
}

Test(ivr, a_pause_between_keys_ends_the_entry)
{
	load(card);
	call(".123t", "answer [卡号] [错,卡号]");
	did_what("1234#", "[错,卡号]");
	did_what("99*", "");
	did_what("00000018", "lookup:cards=00000018");
}

Test(ivr, a_terminator_after_the_last_digit_is_dropped)
{
	load(card);
	call("12345678#", "answer [卡号] [错,卡号]");
	did_what("12345678 00000018", "[错,卡号] lookup:cards=00000018");
	call("00000018#n", "answer [卡号] lookup:cards=00000018 [错,卡号]");
	did_what("#", "[错,卡号]"); /* but one alone is an entry, if empty */
}

Test(ivr, a_stay_has_a_limit)
{
	load(card);
	call(".12T", "answer [卡号] release:16");
	call("00000018T", "answer [卡号] lookup:cards=00000018 release:16");
	world_do("f"); /* too late */
	cr_expect(world.gone);
}

/* ---- menus --------------------------------------------------------------------- */

static const char menu[] = "operator: agent\n"
			   "key_top: 9\n"
			   "nodes:\n"
			   "  main:\n"
			   "    menu:\n"
			   "      1: more\n"
			   "      2: {say: {zh: 二, en: two}, then: back}\n"
			   "      3: {language: en, then: top}\n"
			   "    prompt: {zh: 主, en: main}\n"
			   "    retries: 1\n"
			   "    silent_retries: 1\n"
			   "  more:\n"
			   "    menu: {1: main, 2: {hangup: busy}}\n"
			   "    prompt: {zh: 更多, en: more}\n"
			   "  agent: {queue: english}\n";
#define INVALID "输入有误，请重新输入。"
#define BYE	"谢谢您的来电，再见。"

Test(ivr, menu_keys_lead_on)
{
	load(menu);
	call("12", "answer [主] [更多] release:17");
	call("0", "answer [主] queue:english");
	call("2.", "answer [主] [二] [主]");
	call("3", "answer [主] [main]");
}

Test(ivr, a_word_or_a_node_may_stand_for_a_step)
{
	load("nodes:\n"
	     "  main:\n"
	     "    - say: {zh: 一, en: one}\n"
	     "    - last\n"
	     "  last:\n"
	     "    - say: {zh: 二, en: two}\n"
	     "    - hangup\n");
	call("..", "answer [一] [二] release:16");
}

Test(ivr, standard_keys_repeat_go_back_and_to_the_top)
{
	load(menu);
	call("*.*", "answer [主] [主] [主]");
	call("1#", "answer [主] [更多] [主]");
	call("#", "answer [主] [主]");
	call("19", "answer [主] [更多] [主]");
	/* back goes on until there is nothing before */
	call("11##", "answer [主] [更多] [主] [更多] [主]");
}

Test(ivr, wrong_keys_and_silence_have_limits_of_their_own)
{
	load(menu);
	call("7", "answer [主] [" INVALID ",主]");
	did_what("7.", "[" BYE "] release:16");
	call(".t.7.t.", "answer [主] [没有收到您的输入。,主] [" INVALID
			",主] [" BYE "] release:16");
}

Test(ivr, a_silent_caller_leaves_every_menu)
{
	load(menu);
	call(".t.t.", "answer [主] [没有收到您的输入。,主] [" BYE
		      "] release:16");
}

Test(ivr, repeating_does_not_forgive_errors)
{
	load(menu);
	call("7*7", "answer [主] [" INVALID ",主] [主] [" BYE "]");
}

Test(ivr, keys_typed_ahead_are_taken_without_prompts)
{
	load("nodes:\n"
	     "  hello: {say: {zh: 好, en: hi}, then: main}\n"
	     "  main:\n"
	     "    menu: {1: number, 2: hangup}\n"
	     "    prompt: {zh: 主, en: main}\n"
	     "  number:\n"
	     "    collect: n\n"
	     "    prompt: {zh: 号, en: no}\n"
	     "    length: 1-4\n"
	     "    then: {say: {digits: n}, then: hangup}\n");
	call("1 42 .", "answer [好]");
	did_what("#", "[四,二]");
	call("9 .", "answer [好] [" INVALID ",主]");
}

Test(ivr, must_hear_takes_no_keys)
{
	load("nodes:\n"
	     "  law: {say: {zh: 法, en: law}, must_hear: yes, then: main}\n"
	     "  main:\n"
	     "    menu: {1: hangup}\n"
	     "    must_hear: yes\n"
	     "    prompt: {zh: 主, en: main}\n");
	call("1.", "answer ![法] ![主]");
	did_what("1", "");
	did_what(".1", "release:16");
}

/* ---- extensions ------------------------------------------------------------------ */

static const char extensions[] =
	"nodes:\n"
	"  main:\n"
	"    menu: {1: hangup, 8: {queue: english}}\n"
	"    prompt: {zh: 主, en: main}\n"
	"    extensions: seat\n"
	"  seat:\n"
	"    dial: {agent: $extension}\n"
	"    timeout: 20s\n"
	"    busy: {queue: service}\n"
	"    no_answer: main\n"
	"    failed: main\n"
	"    after: goodbye\n";

Test(ivr, agents_are_dialled_in_a_menu)
{
	world_load(extensions, strlen(extensions));
	cr_assert_eq(world.diag.errors, 0, "%s", world.diag.text);
	call("8001", "answer [主] dial-agent:0");
	cr_expect_eq(world.arg.timeout_ms, 20000);
	cr_expect(world.arg.wants_return);
	cr_expect_eq(world.arg.node_noanswer, 0);
	cr_expect_eq(world.arg.node_failed, 0);
	call("8002", "answer [主] dial-agent:1");
}

Test(ivr, a_key_that_begins_a_number_waits_for_the_next)
{
	world_load(extensions, strlen(extensions));
	call("8", "answer [主]");
	did_what("t", "queue:english");
	call("80t", "answer [主] dial-agent:2");
	call("800t", "answer [主] [" INVALID ",主]");
	call("1", "answer [主] release:16");
	call("89", "answer [主] [" INVALID ",主]");
}

/* ---- read-back, secrets ------------------------------------------------------------ */

Test(ivr, read_back_confirms_or_asks_again)
{
	load("nodes:\n"
	     "  a:\n"
	     "    collect: n\n"
	     "    prompt: {zh: 号, en: no}\n"
	     "    length: 3\n"
	     "    retries: 0\n"
	     "    read_back: {confirm: 5, again: 6}\n"
	     "    then: hangup\n");
	call("123", "answer [号] [您输入的是,幺,二,三,确认请按,五,重新输入请按,六]");
	did_what(".6", "[号]");
	did_what("124 5", "[您输入的是,幺,二,四,确认请按,五,重新输入请按,六] "
			  "release:16");
	cr_expect_str_eq(world.ivr.vars[0], "124");
	call("123 7", "answer [号] [您输入的是,幺,二,三,确认请按,五,重新输入请按,六] "
		      "[" BYE "]");
	call("123.t", "answer [号] [您输入的是,幺,二,三,确认请按,五,重新输入请按,六] "
		      "[没有收到您的输入。,号]");
}

Test(ivr, secret_digits_stay_outside)
{
	load("nodes:\n"
	     "  hi: {say: {zh: 好, en: hi}, then: pin}\n"
	     "  pin:\n"
	     "    collect: pin\n"
	     "    secret: yes\n"
	     "    length: 4\n"
	     "    lookup: cards\n"
	     "    down: hangup\n"
	     "    then: {lookup: cards, key: pin, found: hangup, none: hangup,"
	     " down: hangup}\n");
	/* what was typed before is in plain: forgotten */
	call("1234.", "answer [好] secret");
	did_what("????", "lookup-secret:cards=????");
	did_what("n", "secret [" INVALID "]");
	did_what("?? * ????", "secret lookup-secret:cards=????");
	did_what("f", "plain lookup-secret:cards=????");
	did_what("f", "release:16");
}

/* ---- the rest of the verbs ---------------------------------------------------------- */

Test(ivr, lookup_has_three_branches)
{
	load("nodes:\n"
	     "  a:\n"
	     "    lookup: cards\n"
	     "    key: caller\n"
	     "    into: {who: name}\n"
	     "    found: {attach: {name: $who, from: $called}, then: hangup}\n"
	     "    none: {hangup: unallocated}\n"
	     "    down: {hangup: 41}\n");
	call("f", "answer lookup:cards=13800138000 attach:name=Li Lei "
		  "attach:from=4008 release:16");
	call("n", "answer lookup:cards=13800138000 release:1");
	call("d", "answer lookup:cards=13800138000 release:41");
}

Test(ivr, a_column_that_does_not_come_is_empty)
{
	load("nodes:\n"
	     "  a:\n"
	     "    - set: {who: old}\n"
	     "    - lookup: cards\n"
	     "      key: caller\n"
	     "      into: {who: nobody}\n"
	     "      none: hangup\n"
	     "      down: hangup\n"
	     "    - attach: [who]\n"
	     "    - hangup:\n");
	call("f", "answer lookup:cards=13800138000 attach:who= release:16");
}

Test(ivr, a_long_value_is_cut_at_a_character)
{
	static const char name[] =
		"name\0"
		"一二三四五六七八九十一二三四五六七八九十一二三";

	load("nodes:\n"
	     "  a: {lookup: cards, key: caller, into: [name], found: hangup, "
	     "none: hangup, down: hangup}\n");
	world.answer = name;
	world.answer_pairs = 1;
	call("f", "answer lookup:cards=13800138000 release:16");
	cr_expect_eq(strlen(world.ivr.vars[0]), 63); /* 21 of 3 octets */
}

Test(ivr, a_survey_rates_and_thanks)
{
	load("nodes:\n"
	     "  rate:\n"
	     "    survey: 1-5\n"
	     "    prompt: {zh: 评, en: rate}\n"
	     "    retries: 1\n"
	     "    then: hangup\n");
	call("5.", "answer asked [评] rate:5 [谢谢您的评价。] release:16");
	call("0 6", "answer asked [评] [" INVALID ",评] release:16");
	call("*5", "answer asked [评] [" INVALID ",评] rate:5 [谢谢您的评价。]");
	call(".t.t.t", "answer asked [评] [没有收到您的输入。,评] "
		       "[没有收到您的输入。,评] release:16");
}

Test(ivr, the_call_comes_back_from_the_queue_with_its_variables)
{
	load("nodes:\n"
	     "  a: {set: {n: 42}, then: q}\n"
	     "  q: {queue: service, after: rate}\n"
	     "  rate: {survey: 1-5, prompt: {number: n}, then: hangup}\n");
	call("", "answer queue:service");
	cr_expect(world.arg.wants_return);
	cr_expect_eq(world.arg.node, 2);
	world_start(world.arg.node);
	did_what("4.", "asked [四,十,二] rate:4 [谢谢您的评价。] release:16");
}

Test(ivr, sub_trees_return)
{
	load("nodes:\n"
	     "  a:\n"
	     "    - call: hello\n"
	     "    - call: hello\n"
	     "    - hangup: busy\n"
	     "  hello: [{say: {zh: 好, en: hi}}, {return: }]\n");
	call("..", "answer [好] [好] release:17");
}

Test(ivr, return_without_call_hangs_up)
{
	load("nodes:\n  a: {return: }\n");
	call("", "answer release:16");
}

Test(ivr, early_media_is_before_answer)
{
	load("answer: later\n"
	     "nodes:\n"
	     "  a:\n"
	     "    - say: {zh: 早, en: early}\n"
	     "    - answer:\n"
	     "    - say: {zh: 好, en: hi}\n"
	     "    - answer:\n"
	     "    - hangup:\n");
	call("..", "[早] answer [好] release:16");
}

Test(ivr, answered_may_come_later)
{
	load("nodes:\n  a: {say: {zh: 好, en: hi}, then: hangup}\n");
	world.answer_late = true;
	call("", "answer");
	did_what("a", "[好]");
}

Test(ivr, a_call_can_be_refused_unanswered)
{
	load("answer: later\nnodes:\n  a: {hangup: network-busy}\n");
	call("", "release:42");
}

Test(ivr, dial_numbers)
{
	load("nodes:\n"
	     "  a:\n"
	     "    choose:\n"
	     "      - {when: {called: 1}, then: {dial: 5551234}}\n"
	     "      - {when: {called: 2}, then: {dial: $caller, after: a2}}\n"
	     "      - else: {dial: {agent: 9999}}\n"
	     "  a2: {hangup: }\n");
	world.dnis = "1";
	call("", "answer dial:5551234");
	cr_expect_eq(world.arg.timeout_ms, 30000);
	cr_expect(!world.arg.wants_return);
	cr_expect_eq(world.arg.node_busy, RD_INDEX_NONE);
	world.dnis = "2";
	call("", "answer dial:13800138000");
	cr_expect(world.arg.wants_return);
	world.dnis = "3";
	call("", "answer release:1");
}

/* ---- agents at their phones ----------------------------------------------------------- */

static const char seat[] = "nodes:\n"
			   "  number:\n"
			   "    collect: number\n"
			   "    prompt: {zh: 工号, en: number}\n"
			   "    length: 1-8\n"
			   "    then: pin\n"
			   "  pin:\n"
			   "    collect: pin\n"
			   "    prompt: {zh: 密码, en: pin}\n"
			   "    secret: yes\n"
			   "    length: 1-8\n"
			   "    then: login\n"
			   "  login:\n"
			   "    agent: login\n"
			   "    number: number\n"
			   "    pin: pin\n"
			   "    retries: 1\n"
			   "    wrong: again\n"
			   "    denied: {hangup: rejected}\n"
			   "    then: keys\n"
			   "  again:\n"
			   "    menu: {1: number}\n"
			   "    prompt: {zh: 再, en: again}\n"
			   "  keys:\n"
			   "    menu:\n"
			   "      1: {agent: ready, then: repeat}\n"
			   "      2: {agent: not_ready, reason: tea, then: "
			   "keys}\n"
			   "      3: {agent: logout, then: hangup}\n"
			   "      4: {agent: end_wrapup, then: keys}\n"
			   "    prompt: {zh: 键, en: keys}\n";

Test(ivr, agents_sign_in_from_a_phone)
{
	load(seat);
	world.ani = "601";
	call("8001#", "answer [工号] secret [密码]");
	did_what("????#", "plain pin:0");
	did_what("f", "agent0:login@601 [键]");
	world.at_phone = 0;
	did_what("1", "agent0:ready@601 [键]");
	did_what("2", "agent0:not-ready@601/tea [键]");
	did_what("4", "agent0:wrapup-end@601 [键]");
	did_what("3", "agent0:logout@601 release:16");
}

Test(ivr, wrong_pins_are_bounded_over_the_whole_call)
{
	load(seat);
	call("8001# ?#n", "answer [工号] secret [密码] plain pin:0 [再]");
	did_what("1 7777# ?#", "[工号] secret [密码] plain release:21");
	call("8001# ?#n 1 8001# ?#n",
	     "answer [工号] secret [密码] plain pin:0 [再] [工号] secret [密码] "
	     "plain pin:0 release:21");
}

Test(ivr, a_refused_state_is_denied)
{
	load(seat);
	world.agent_error = -114; /* signed in elsewhere */
	call("8001# ?# f", "answer [工号] secret [密码] plain pin:0 "
			   "agent0:login@13800138000 release:21");
}

/* ---- conditions ---------------------------------------------------------------------- */

/* Does this when: hold? */
static bool holds(const char *when)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "timezone: Asia/Shanghai\n"
		 "nodes:\n"
		 "  a:\n"
		 "    - set: {v: abc, n: \"-7.50\", e: \"\"}\n"
		 "    - choose:\n"
		 "        - {when: {%s}, then: {hangup: busy}}\n"
		 "        - else: hangup\n",
		 when);
	cr_assert_eq(world_load(text, strlen(text)), 0, "%s: %s", when,
		     world.diag.text);
	world.queue = (struct rd_queue_view){ .waiting = 5,
					      .agents_signed_in = 3,
					      .agents_ready = 0,
					      .oldest_wait_ms = 61000,
					      .expected_wait_ms = 90000 };
	world_call();
	cr_assert(world.released);
	return strstr(world.log, "release:17") != NULL;
}

Test(ivr, conditions)
{
	static const struct {
		const char *when;
		bool holds;
	} rows[] = {
		/* Friday 2026-07-31 10:00, 13800138000 calls 4008, zh */
		{ "calendar: office", true },
		{ "not: {calendar: office}", false },
		{ "time: \"09:00-10:00\"", false },
		{ "time: \"10:00-10:01\"", true },
		{ "time: \"22:00-10:00\"", false },
		{ "time: \"22:00-10:01\"", true },
		{ "time: \"00:00-24:00\"", true },
		{ "days: mon-fri", true },
		{ "days: Mon-Fri", true }, /* as in calendars */
		{ "days: \"sat-mon,wed\"", false },
		{ "days: \"fri\"", true },
		{ "days: \"thu-mon\"", true },
		{ "date: 2026-07-31", true },
		{ "date: 2026-08-01", false },
		{ "date: 2026-07-01..2026-07-31", true },
		{ "caller: \"138*\"", true },
		{ "caller: [\"139*\", \"1380013800?\"]", true },
		{ "caller: \"138\"", false },
		{ "caller: \"13800138000?\"", false },
		{ "called: 4008", true },
		{ "language: zh", true },
		{ "language: en", false },
		{ "variable: v, is: abc", true },
		{ "variable: v, is: [x, abc]", true },
		{ "variable: v, is: $n", false },
		{ "variable: v, is: $v", true },
		{ "variable: v, like: \"a*\"", true },
		{ "variable: v, like: \"a?\"", false },
		{ "variable: n, below: 0", true },
		{ "variable: n, above: -8", true },
		{ "variable: n, above: -7", false },
		{ "variable: v, above: 0", false },
		{ "variable: v, below: 0", false },
		{ "variable: e, empty: yes", true },
		{ "variable: e, empty: no", false },
		{ "variable: v, empty: no", true },
		{ "queue: service, waiting_above: 4", true },
		{ "queue: service, waiting_above: 5", false },
		{ "queue: service, waiting_below: 6", true },
		{ "queue: service, ready_below: 1", true },
		{ "queue: service, ready_above: 0", false },
		{ "queue: service, signed_in_above: 2", true },
		{ "queue: service, signed_in_below: 3", false },
		{ "queue: service, oldest_above: 1m", true },
		{ "queue: service, oldest_below: 1m", false },
		{ "queue: service, wait_above: 2m", false },
		{ "queue: service, wait_below: 2m", true },
		{ "days: fri, caller: \"138*\", variable: v, is: abc", true },
		{ "days: fri, caller: \"139*\"", false },
		{ "days: fri, not: {caller: \"139*\", language: en}", true },
		{ "days: fri, not: {caller: \"139*\", language: zh}", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_expect_eq(holds(rows[i].when), rows[i].holds, "%s",
			     rows[i].when);
}

/* ---- what is heard ----------------------------------------------------------------------- */

Test(ivr, pieces_of_a_list)
{
	load("prompts:\n"
	     "  hello: {zh: 你好, en: Hello}\n"
	     "nodes:\n"
	     "  a:\n"
	     "    - set: {n: 12, d: \"2026-07-31\", t: \"1405\", m: \"3.5\", "
	     "bad: x}\n"
	     "    - say:\n"
	     "        - {prompt: hello}\n"
	     "        - {pause: 300ms}\n"
	     "        - {number: n}\n"
	     "        - {digits: caller}\n"
	     "    - say: [{date: d}, {time: t}, {money: m}, {number: bad}, "
	     "{wait: service}]\n"
	     "    - say: [{date: today}, {time: now}]\n"
	     "    - language: en\n"
	     "    - play: [a.wav, {text: {zh: 和, en: and}}, {digits: n}, "
	     "{text: 中文, language: zh}]\n"
	     "    - hangup:\n");
	world.queue.expected_wait_ms = 61000;
	call("", "answer [你好|,十,二,幺,三,八|,零,零,幺,三|,八,零,零,零]");
	did_what(".", "[二,零,二,六,年,七,月,三,十,一,日,十,四,点,零,五,分,三,元,五,角,"
		      "预计等候时间为,两,分钟]");
	cr_expect(strstr(world.story, "piece 4 cannot be said"));
	did_what(".", "[二,零,二,六,年,七,月,三,十,一,日,星期五,十,点,整]");
	did_what(".", "[/etc/ringdown/a.wav,and,one,two,中文]");
}

Test(ivr, a_tree_that_changed_under_a_call_ends_it)
{
	load(menu);
	call("", "answer [主]");
	world.ivr.node = 2; /* no menu any more */
	did_what("1", "release:41");
	call("", "answer [主]");
	world.ivr.node = 4711;
	did_what("1", "release:41");
}

/* ---- every state, every event ----------------------------------------------------------- */

static const char every[] = "nodes:\n"
			    "  menu:\n"
			    "    menu: {1: collect, 12: survey, 2: prog}\n"
			    "    prompt: {zh: 主, en: main}\n"
			    "  collect:\n"
			    "    collect: n\n"
			    "    prompt: {zh: 号, en: no}\n"
			    "    length: 2\n"
			    "    read_back: yes\n"
			    "    lookup: cards\n"
			    "    down: hangup\n"
			    "    then: say\n"
			    "  say: {say: {zh: 说, en: say}, then: hangup}\n"
			    "  prog: {program: crm, down: hangup, then: "
			    "hangup}\n"
			    "  survey: {survey: 1-5, then: hangup}\n";

/* Events that lead from the start to each phase. */
static const char *const way_to[RD_IVR_PHASES] = {
	[RD_IVR_IDLE] = NULL,
	[RD_IVR_PORT] = "",
	[RD_IVR_ANSWER] = "",
	[RD_IVR_PROMPT] = "a",
	[RD_IVR_WAIT] = "a.",
	[RD_IVR_ENTRY] = "a.1",
	[RD_IVR_READ_BACK] = "a.1t.11",
	[RD_IVR_CONFIRM] = "a.1t.11.",
	[RD_IVR_LOOKUP] = "a.1t.11.1",
	[RD_IVR_PLAY] = "a.1t.11.1f",
	[RD_IVR_SOUND] = "a.2f",
};

static void enter_phase(enum rd_ivr_phase phase)
{
	memset(&world.ivr, 0, sizeof(world.ivr));
	world.answer_late = true;
	world.gone = world.released = false;
	world.answer = phase == RD_IVR_SOUND ? "text\0hi" : "";
	world.answer_pairs = phase == RD_IVR_SOUND;
	world.port = phase == RD_IVR_PORT ? RD_PORT_WAIT : RD_PORT_YOURS;
	if (way_to[phase]) {
		world_call();
		world_do(way_to[phase]);
	} else {
		world.ivr.tree1 = 1;
	}
	cr_assert_eq(world.ivr.phase, phase, "is in %s",
		     rd_ivr_phase_name((enum rd_ivr_phase)world.ivr.phase));
}

static struct rd_app_event an_event(enum rd_ivr_event kind)
{
	struct rd_app_event e = { .play = world.play,
				  .request = world.request,
				  .digit = '1',
				  .data = world.answer,
				  .status = RD_LOOKUP_NONE };
	static const enum rd_app_event_type types[RD_IVR_EVENTS] = {
		[RD_IVR_EV_DIGIT] = RD_APP_EV_DIGIT,
		[RD_IVR_EV_PLAY_DONE] = RD_APP_EV_PLAY_DONE,
		[RD_IVR_EV_TIMER] = RD_APP_EV_TIMER,
		[RD_IVR_EV_LIMIT] = RD_APP_EV_TIMER,
		[RD_IVR_EV_LOOKUP] = RD_APP_EV_LOOKUP,
		[RD_IVR_EV_ANSWERED] = RD_APP_EV_ANSWERED,
		[RD_IVR_EV_PORT] = RD_APP_EV_PORT,
		[RD_IVR_EV_SOUND] = RD_APP_EV_SOUND,
		[RD_IVR_EV_PEER] = RD_APP_EV_PEER_GONE,
	};

	e.type = types[kind];
	e.timer = kind == RD_IVR_EV_LIMIT ? RD_IVR_TIMER_LIMIT :
					    RD_IVR_TIMER_INPUT;
	return e;
}

/* Something must be to come, or the caller would hang for ever. */
static bool is_alive(void)
{
	return world.gone || world.playing || world.asking ||
	       world.timer[RD_IVR_TIMER_INPUT] ||
	       world.ivr.phase == RD_IVR_ANSWER;
}

Test(ivr, no_cell_of_the_table_leaves_the_caller_alone)
{
	world_load(every, strlen(every));
	for (int phase = 0; phase < RD_IVR_PHASES; phase++) {
		for (int kind = 0; kind < RD_IVR_EVENTS; kind++) {
			struct rd_ivr_state before;
			struct rd_app_event e;
			bool listed;

			enter_phase((enum rd_ivr_phase)phase);
			listed = rd_ivr_expects((enum rd_ivr_phase)phase,
						(enum rd_ivr_event)kind);
			e = an_event((enum rd_ivr_event)kind);
			if (kind == RD_IVR_EV_LOOKUP)
				world.asking = false;
			before = world.ivr;
			world_event(&e);
			cr_expect_eq(world.ivr.unexpected,
				     before.unexpected + !listed,
				     "phase %s event %d",
				     rd_ivr_phase_name(
					     (enum rd_ivr_phase)phase),
				     kind);
			if (!listed) {
				before.unexpected++;
				before.answered = world.ivr.answered;
				cr_expect_arr_eq(&before, &world.ivr,
						 sizeof(before));
			}
			if (phase != RD_IVR_IDLE)
				cr_expect(is_alive(), "phase %s event %d",
					  rd_ivr_phase_name(
						  (enum rd_ivr_phase)phase),
					  kind);
		}
	}
}

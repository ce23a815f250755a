// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/config: from ringdown.yaml to typed structs. */
#include <errno.h>

#include "lib/config/table.h"
#include "tests/unit/config_world.h"

TestSuite(config_compile, .init = world_init, .fini = world_fini);

/* The least that is a configuration. */
#define LINES                        \
	"cards: {w: {path: wire}}\n" \
	"groups: {pstn: {}}\n"       \
	"spans: {s: {card: w, type: e1, group: pstn}}\n"

Test(config_compile, fills_in_what_an_e1_has)
{
	struct rd_config *c = compile_text(LINES);
	const struct rd_cfg_span *s;

	expect_diag("");
	cr_assert_eq(c->nspans, 1);
	s = c->spans;
	cr_assert_str_eq(s->name, "s");
	cr_assert_eq(s->card, 0);
	cr_assert_eq(s->span, 0);
	cr_assert_eq(s->group, 0);
	cr_assert_eq(s->law, RINGDOWN_LAW_ALAW);
	cr_assert_eq(s->signalling, RD_SIG_PRI);
	cr_assert_eq(s->switchtype, RD_SWITCH_EUROISDN);
	cr_assert_eq(s->dchannel, 16);
	cr_assert_eq(s->bchannels, 0xfffefffeu);
	cr_assert(!s->network_side);
	for (int i = 0; i < RD_ISDN_TIMERS; i++)
		cr_assert_eq(s->timer[i], -1);
	cr_assert_str_eq(s->prefix_international, "");
	cr_assert_eq(c->period_frames, 80);
	cr_assert_eq(c->limits.calls, 256);
	cr_assert_eq(c->limits.call_max_ms, 4 * 3600 * 1000);
	cr_assert_eq(c->recording.keep_days, 180);
	cr_assert_eq(c->recording.low_water_mib, 1024);
	cr_assert_eq(c->recording.start, RD_RECORD_CONNECT);
	cr_assert_eq(c->journal.segment_mib, 64);
	cr_assert_eq(c->nlanguages, 2);
	cr_assert_str_eq(c->languages[c->language].name, "zh");
	cr_assert_str_eq(c->country, "cn");
	cr_assert_str_eq(c->store_path, "/var/lib/ringdown/ringdown.db");
	rd_config_free(c);
}

Test(config_compile, fills_in_what_a_t1_has)
{
	struct rd_config *c = compile_text(
		"cards: {w: {path: /dev/ringdown/card0, echo_canceller: "
		"32ms}}\n"
		"groups: {g: {hunt: round-down}}\n"
		"spans:\n"
		"  a: {card: w, type: t1, group: g, framing: esf, coding: "
		"b8zs, switchtype: ni2, timers: {t309: 90s, n200: 5}}\n"
		"  b: {card: w, position: 1, type: t1, group: g, bchannels: "
		"\"1-4,9\", side: network}\n");

	expect_diag("");
	cr_assert_eq(c->cards[0].echo_taps, 256);
	cr_assert_str_eq(c->cards[0].path, "/dev/ringdown/card0");
	cr_assert_eq(c->groups[0].hunt, RD_HUNT_ROUND_DOWN);
	cr_assert_eq(c->spans[0].law, RINGDOWN_LAW_ULAW);
	cr_assert_eq(c->spans[0].dchannel, 24);
	cr_assert_eq(c->spans[0].bchannels, 0x00fffffeu);
	cr_assert_eq(c->spans[0].line.framing, RINGDOWN_FRAMING_ESF);
	cr_assert_eq(c->spans[0].line.coding, RINGDOWN_CODING_B8ZS);
	cr_assert_eq(c->spans[0].timer[RD_T_T309], 90000);
	cr_assert_eq(c->spans[0].timer[RD_T_N200], 5);
	cr_assert_eq(c->spans[0].timer[RD_T_T200], -1);
	cr_assert_eq(c->spans[1].span, 1);
	cr_assert_eq(c->spans[1].line.span, 1);
	cr_assert_eq(c->spans[1].bchannels, 0x21eu);
	cr_assert(c->spans[1].network_side);
	rd_config_free(c);
}

Test(config_compile, resolves_names_wherever_they_stand)
{
	struct rd_config *c = compile_text(
		"routes:\n"
		"  - {number: 8001, agent: 8001}\n"
		"  - {number: 400*, queue: b}\n"
		"queues:\n"
		"  a: {waiting: ringback}\n"
		"  b: {music: m, wrapup: 5s, announce: {position: true}}\n"
		"agents: {8001: {queues: [b, a], pin: 0123, language: en}}\n"
		"music: {m: [x.wav, {say: Hello, language: en}]}\n" LINES);
	const struct rd_cfg_queue *b;

	expect_diag("");
	cr_assert_str_eq(c->routes[0].number, "8001");
	cr_assert_eq(c->routes[0].agent, 0);
	cr_assert_eq(c->routes[0].queue, RD_INDEX_NONE);
	cr_assert_eq(c->routes[0].group, RD_INDEX_NONE);
	cr_assert_eq(c->routes[1].queue, 1);
	b = &c->queues[1];
	cr_assert_eq(b->music, 0);
	cr_assert_eq(b->wrapup_ms, 5000);
	cr_assert(b->announce_position);
	cr_assert_str_eq(b->title, "b");
	cr_assert_eq(b->tree_overflow, RD_INDEX_NONE);
	cr_assert_eq(b->agent_prompt, RD_PROMPT_NONE);
	cr_assert_eq(c->agents[0].nqueues, 2);
	cr_assert_eq(c->agents[0].queues[0].queue, 1);
	cr_assert_str_eq(c->agents[0].pin, "0123");
	cr_assert_str_eq(c->agents[0].phone, "8001");
	cr_assert_str_eq(c->languages[c->agents[0].language].name, "en");
	cr_assert_eq(c->music[0].nprompts, 2);
	cr_assert_str_eq(c->prompts[c->music[0].prompts[1]].text, "Hello");
	cr_assert_str_eq(c->prompts[c->music[0].prompts[1]].voice, "en");
	rd_config_free(c);
}

Test(config_compile, tries_the_most_specific_route_first)
{
	static const char *const order[] = { "4008001234", "4008001234", "8*",
					     "80*" };
	struct rd_config *c = compile_text(
		"queues: {q: {waiting: ringback}}\n"
		"agents: {1: {queues: [q]}}\n"
		"routes:\n"
		"  - {number: '*', queue: q}\n"
		"  - {number: 8*, queue: q}\n"
		"  - {number: 4008001234, queue: q}\n"
		"  - {number: 80*, queue: q}\n"
		"  - {number: 4008001234, group: pstn, queue: q}\n" LINES);

	expect_diag("");
	cr_assert_str_eq(c->routes[0].number, order[0]);
	cr_assert_eq(c->routes[0].group, 0);
	cr_assert_str_eq(c->routes[1].number, order[1]);
	cr_assert_eq(c->routes[1].group, RD_INDEX_NONE);
	cr_assert_str_eq(c->routes[2].number, order[3]);
	cr_assert_str_eq(c->routes[3].number, order[2]);
	cr_assert_str_eq(c->routes[4].number, "*");
	rd_config_free(c);
}

Test(config_compile, begins_paths_at_the_folder_of_the_file)
{
	char path[256];
	struct rd_config *c;

	cr_assert_eq(system("mkdir -p etc"), 0);
	write_file("etc/r.yaml", "store: ../db\n"
				 "music: {m: a/x.wav}\n"
				 "cache: /c\n" LINES);
	c = compile_file("etc/r.yaml");
	/* a list is expected, a single file is not one */
	cr_assert_null(c);
	expect_diag("etc/r.yaml:2:12: key \"music\": found \"a/x.wav\", "
		    "expected a list\n");
	write_file("etc/r.yaml", "store: ../db\n"
				 "music: {m: [a/x.wav]}\n"
				 "cache: /c\n" LINES);
	c = compile_file("etc/r.yaml");
	expect_diag("");
	snprintf(path, sizeof(path), "%s/etc/../db", world_dir);
	cr_assert_str_eq(c->store_path, path);
	snprintf(path, sizeof(path), "%s/etc/a/x.wav", world_dir);
	cr_assert_str_eq(c->prompts[0].file, path);
	cr_assert_str_eq(c->cache_dir, "/c");
	rd_config_free(c);
	/* the same by its absolute name */
	snprintf(path, sizeof(path), "%s/etc/r.yaml", world_dir);
	c = compile_file(path);
	snprintf(path, sizeof(path), "%s/etc/../db", world_dir);
	cr_assert_str_eq(c->store_path, path);
	rd_config_free(c);
}

Test(config_compile, keeps_trees_and_finds_their_nodes)
{
	struct rd_config *c;

	write_file("t.yaml", "nodes:\n  start: {}\n  survey: {}\n");
	c = compile_text("trees: {t: t.yaml}\n"
			 "queues:\n"
			 "  q: {waiting: ringback, after: t.survey, overflow: "
			 "t, exit_key: 9, exit: t.start}\n"
			 "agents: {1: {queues: [q]}}\n" LINES);
	expect_diag("");
	cr_assert_eq(c->ntrees, 1);
	cr_assert_str_eq(c->tree_texts[0].name, "t");
	cr_assert_str_eq(c->tree_texts[0].root->place.file, "t.yaml");
	cr_assert_null(c->trees);
	cr_assert_eq(c->queues[0].tree_after, 0);
	cr_assert_eq(c->queues[0].node_after, 1);
	cr_assert_eq(c->queues[0].tree_overflow, 0);
	cr_assert_eq(c->queues[0].node_overflow, 0);
	cr_assert_eq(c->queues[0].exit_key, '9');
	cr_assert_eq(c->queues[0].node_exit, 0);
	rd_config_free(c);
}

Test(config_compile, reads_calendars_with_nights_and_holidays)
{
	struct rd_config *c = compile_text(
		"calendars:\n"
		"  day: {timezone: Europe/Berlin, open: [\"Mon-Fri "
		"08:30-17:30\", \"Sat\"], holidays: [2026-01-01, "
		"2026-10-01..2026-10-07]}\n"
		"  night: {open: [\"Sat-Sun,Wed 22:00-06:00\", \"daily "
		"7:05-24:00\"]}\n" LINES);
	const struct rd_cfg_calendar *day = c->calendars, *night = day + 1;

	expect_diag("");
	cr_assert_str_eq(day->timezone, "Europe/Berlin");
	cr_assert_eq(day->nperiods, 2);
	cr_assert_eq(day->periods[0].weekdays, 0x1f);
	cr_assert_eq(day->periods[0].from_min, 510);
	cr_assert_eq(day->periods[0].to_min, 1050);
	cr_assert_eq(day->periods[1].weekdays, 0x20);
	cr_assert_eq(day->periods[1].to_min, 1440);
	cr_assert_eq(day->nholidays, 2);
	cr_assert_eq(day->holidays[0].from_day, 20454);
	cr_assert_eq(day->holidays[1].to_day - day->holidays[1].from_day, 6);
	cr_assert_str_eq(night->timezone, "Asia/Shanghai");
	cr_assert_eq(night->nperiods, 3);
	cr_assert_eq(night->periods[0].weekdays, 0x64);
	cr_assert_eq(night->periods[0].to_min, 1440);
	cr_assert_eq(night->periods[1].weekdays, 0x49);
	cr_assert_eq(night->periods[1].from_min, 0);
	cr_assert_eq(night->periods[1].to_min, 360);
	cr_assert_eq(night->periods[2].from_min, 425);
	rd_config_free(c);
}

Test(config_compile, reads_the_blacklist_from_both_places)
{
	struct rd_config *c;

	write_file("b.csv", "# a comment\nnumber,reason,cause\r\n\n"
			    "1,\"a, \"\"b\"\"\",21\n 2* , spaced ,\n3");
	c = compile_text("blacklist: {numbers: [9, {number: 8*, cause: 34}], "
			 "file: b.csv}\n" LINES);
	expect_diag("");
	cr_assert_eq(c->nblocks, 5);
	cr_assert_str_eq(c->blocks[0].number, "9");
	cr_assert_eq(c->blocks[0].cause, 17);
	cr_assert_eq(c->blocks[1].cause, 34);
	cr_assert_str_eq(c->blocks[2].reason, "a, \"b\"");
	cr_assert_eq(c->blocks[2].cause, 21);
	cr_assert_str_eq(c->blocks[3].number, "2*");
	cr_assert_str_eq(c->blocks[3].reason, "spaced");
	cr_assert_str_eq(c->blocks[4].number, "3");
	rd_config_free(c);
}

Test(config_compile, gives_equal_prompts_one_number)
{
	struct rd_config *c =
		compile_text("music: {m: [x.wav, {say: x}, "
			     "x.wav, {say: x, language: en}]}\n" LINES);
	struct rd_place place = { "ivr/t.yaml", 1, 1 };
	char path[128];
	uint32_t n;

	expect_diag("");
	cr_assert_eq(c->nprompts, 3);
	cr_assert_eq(c->music[0].prompts[2], c->music[0].prompts[0]);
	/* as a second step adds them: many, and still found */
	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof(path), "%d.wav", i);
		cr_assert_eq(rd_config_prompt(c, path, "", "", place), 3 + i);
	}
	cr_assert_eq(rd_config_prompt(c, "999.wav", "", "", place), 1002);
	cr_assert_eq(rd_config_prompt(c, "", "x", "cmn", place), 1);
	n = rd_config_prompt(c, "../x.wav", "", "", place);
	snprintf(path, sizeof(path), "%s/ivr/../x.wav", world_dir);
	cr_assert_str_eq(c->prompts[n].file, path);
	rd_config_free(c);
}

Test(config_compile, is_a_function_of_the_bundle_alone)
{
	struct rd_bundle bundle, copy;
	struct rd_config *a, *b;

	write_file("t.yaml", "nodes: {start: {}}\n");
	write_file("ringdown.yaml", "trees: {t: t.yaml}\nstore: db\n" LINES);
	cr_assert_eq(rd_bundle_read("ringdown.yaml", &bundle, &diag), 0);
	a = rd_config_compile(&bundle, &diag);
	/* elsewhere, with the files gone, and with the memory moved */
	cr_assert_eq(unlink("t.yaml"), 0);
	cr_assert_eq(unlink("ringdown.yaml"), 0);
	cr_assert_eq(chdir("/"), 0);
	copy.len = bundle.len;
	copy.data = malloc(copy.len);
	memcpy(copy.data, bundle.data, copy.len);
	memset(bundle.data, 0xaa, bundle.len);
	rd_bundle_free(&bundle);
	b = rd_config_compile(&copy, &diag);
	expect_diag("");
	cr_assert_str_eq(a->store_path, b->store_path);
	cr_assert_str_eq(b->tree_texts[0].root->keys[0]->text, "nodes");
	rd_config_free(a);
	rd_bundle_free(&copy);
	cr_assert_str_eq(b->spans[0].name, "s");
	rd_config_free(b);
}

Test(config_compile, refuses_a_damaged_bundle_at_every_cut)
{
	struct rd_bundle bundle, cut;

	write_file("t.yaml", "nodes: {start: {}}\n");
	write_file("ringdown.yaml", "trees: {t: t.yaml}\n" LINES);
	cr_assert_eq(rd_bundle_read("ringdown.yaml", &bundle, &diag), 0);
	for (cut.len = 0; cut.len < bundle.len; cut.len++) {
		cut.data = malloc(cut.len ? cut.len : 1);
		memcpy(cut.data, bundle.data, cut.len);
		cr_assert_null(rd_config_compile(&cut, &diag));
		expect_diag("bundle: damaged\n");
		rd_diag_free(&diag);
		free(cut.data);
	}
	rd_bundle_free(&bundle);
}

Test(config_compile, brings_along_time_zones_it_has_no_name_for)
{
	struct rd_config *c;

	cr_assert_eq(system("mkdir -p zones/Far"), 0);
	write_file("zones/Far/Away", "TZif2 and so on\n<+0545>-5:45\n");
	write_file("zones/Far/Bad", "TZif2\nnonsense\n");
	write_file("zones/Far/Text", "<+0545>-5:45\n");
	setenv("TZDIR", "zones", 1);
	c = compile_text("calendars: {c: {open: [daily], timezone: "
			 "Far/Away}}\n" LINES);
	expect_diag("");
	cr_assert_str_eq(c->calendars[0].timezone, "<+0545>-5:45");
	rd_config_free(c);
	cr_assert_null(compile_text(
		"calendars: {a: {open: [daily], timezone: Far/Bad},\n"
		"  b: {open: [daily], timezone: Far/Text},\n"
		"  c: {open: [daily], timezone: ../zones/Far/Away},\n"
		"  d: {open: [daily], timezone: Far/None}}\n" LINES));
	cr_assert_eq(diag.errors, 4, "%s", diag.text);
}

static int add_and_complain(struct rd_config *config, struct rd_diag *d)
{
	struct rd_place place = { "second", 1, 1 };

	cr_assert_str_eq(config->tree_texts[0].name, "t");
	cr_assert_null(config->tree_texts[0].root);
	rd_diag_error(d, place, "of the second step");
	return -EINVAL;
}

static int add_only(struct rd_config *config, struct rd_diag *d)
{
	config->say = rd_config_alloc(config, 2, sizeof(*config->say));
	return 0;
}

Test(config_compile, tells_the_errors_of_a_second_step_with_its_own)
{
	struct rd_bundle bundle;
	struct rd_config *c;

	write_file("t.yaml", "[\n");
	write_file("ringdown.yaml", "trees: {t: t.yaml}\nperiod: 1\n" LINES);
	cr_assert_eq(rd_bundle_read("ringdown.yaml", &bundle, &diag), 0);
	cr_assert_null(rd_config_load(&bundle, add_and_complain, &diag));
	cr_assert_eq(diag.errors, 3, "%s", diag.text);
	expect_in_diag("t.yaml:2:1: not YAML");
	expect_in_diag("ringdown.yaml:2:9: key \"period\"");
	expect_in_diag("second:1:1: of the second step\n");
	rd_bundle_free(&bundle);
	rd_diag_free(&diag);
	write_file("ringdown.yaml", LINES);
	cr_assert_eq(rd_bundle_read("ringdown.yaml", &bundle, &diag), 0);
	c = rd_config_load(&bundle, add_only, &diag);
	expect_diag("");
	cr_assert_not_null(c->say);
	rd_config_free(c);
	rd_bundle_free(&bundle);
}

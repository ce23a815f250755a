// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lib/config: every kind of mistake in ringdown.yaml is told with its place,
 * what was found and what was expected. A row appends its lines to a sound
 * configuration of eight lines, so its own first line is line 9.
 */
#include "tests/unit/config_world.h"

TestSuite(config_errors, .init = world_init, .fini = world_fini);

#define SOUND                                                   \
	"cards: {w: {path: wire}}\n"                            \
	"groups: {pstn: {}, seats: {}}\n"                       \
	"spans:\n"                                              \
	"  s: {card: w, type: e1, group: pstn}\n"               \
	"  p: {card: w, position: 1, type: e1, group: seats}\n" \
	"\n"                                                    \
	"\n"                                                    \
	"\n"
#define AT "ringdown.yaml:"

struct row {
	const char *text, *expected;
};

static void check_rows(const char *head, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[4096];

		snprintf(text, sizeof(text), "%s%s", head, rows[i].text);
		cr_assert_null(compile_text(text), "accepted: %s",
			       rows[i].text);
		cr_assert_str_eq(diag.text, rows[i].expected, "%s\ngot %s",
				 rows[i].text, diag.text);
	}
}

#define CHECK(head, rows) check_rows(head, rows, sizeof(rows) / sizeof(*(rows)))

Test(config_errors, of_keys_and_values)
{
	static const struct row rows[] = {
		{ "recrding: {}\n",
		  AT "9:1: key \"recrding\": unknown; did you mean "
		     "\"recording\"?\n" },
		{ "frobnicate: 1\n",
		  AT "9:1: key \"frobnicate\": unknown in a configuration\n" },
		{ "recording: {keep: 10}\n",
		  AT "9:19: key \"keep\": found \"10\", expected a duration "
		     "such as 500ms, 10s, 2m, 8h, 30d or 1m30s\n" },
		{ "recording: {keep: 36h}\n",
		  AT "9:19: key \"keep\": found \"36h\", expected a whole "
		     "multiple of 1d\n" },
		{ "journal: {segment: 3000KiB}\n",
		  AT "9:20: key \"segment\": found \"3000KiB\", expected a "
		     "whole multiple of 1MiB\n" },
		{ "recording: {start: anser}\n",
		  AT "9:20: key \"start\": found \"anser\", expected never, "
		     "entry, answer, queue, ring or connect; did you mean "
		     "\"answer\"?\n" },
		{ "limits: {calls: 0}\n",
		  AT "9:17: key \"calls\": found \"0\", expected a whole "
		     "number 1 to 10000\n" },
		{ "period: 50ms\n",
		  AT "9:9: key \"period\": found \"50ms\", expected 1ms to "
		     "40ms\n" },
		{ "agents: [8001]\n",
		  AT "9:9: key \"agents\": found a list, expected a mapping "
		     "(key: value)\n" },
		{ "routes: x\n",
		  AT "9:9: key \"routes\": found \"x\", expected a list\n" },
		{ "agents: {li: {}}\n",
		  AT "9:10: key \"agent\": found \"li\", expected a number of "
		     "1 to 31 digits\n" },
		{ "music: {a b: [x.wav]}\n",
		  AT "9:9: \"a b\": not a name for a music; expected 1 to 63 "
		     "octets without space, / or .\n" },
		{ "music: {m: []}\n",
		  AT "9:12: key \"music\": found a list of 0, expected 1 to "
		     "1000 entries\n" },
		{ "music: {m: [{file: a, say: b}]}\n",
		  AT "9:13: prompt: found 2 of the keys \"file\", \"say\", "
		     "expected exactly one of them\n" },
		{ "music: {m: [{say: b, language: fr}]}\n",
		  AT "9:32: key \"language\": no language \"fr\"; "
		     "expected \"zh\", \"en\"\n" },
		{ "language: ne\n",
		  AT "9:11: key \"language\": no language \"ne\"; did you mean "
		     "\"en\"?\n" },
		{ "country: cm\n",
		  AT "9:10: key \"country\": no tones known of \"cm\"; did you "
		     "mean \"cn\"?\n" },
		{ "recording: {pattern: ../%i}\n",
		  AT "9:22: key \"pattern\": found \"../%i\", expected a "
		     "relative name of %Y %m %d %H %M %S and, in any case, "
		     "%i\n" },
		{ "recording: {pattern: \"%Y/%q%i\"}\n",
		  AT "9:22: key \"pattern\": found \"%Y/%q%i\", expected a "
		     "relative name of %Y %m %d %H %M %S and, in any case, "
		     "%i\n" },
		{ "recording: {pattern: \"%Y\"}\n",
		  AT "9:22: key \"pattern\": found \"%Y\", expected a "
		     "relative name of %Y %m %d %H %M %S and, in any case, "
		     "%i\n" },
	};

	CHECK(SOUND, rows);
}

Test(config_errors, of_lines)
{
	static const struct row rows[] = {
		{ "groups: {}\n",
		  AT "1:1: configuration: key \"cards\" is missing\n" AT
		     "1:1: configuration: key \"spans\" is missing\n" },
		{ "cards: {w: {}}\ngroups: {g: }\nspans: {}\n",
		  AT "1:12: card: key \"path\" is missing\n" },
	};
	static const char head[] = "cards: {w: {path: a}}\ngroups: {g: {}}\n"
				   "spans:\n";
	static const struct row spans[] = {
		{ "  s: {card: ww, type: e1, group: h}\n",
		  AT "4:13: key \"card\": no card \"ww\"; expected "
		     "\"w\"\n" AT "4:34: key \"group\": no trunk group "
		     "\"h\"; expected \"g\"\n" AT
		     "2:10: warning: group \"g\": no span belongs to it\n" },
		{ "  s: {card: w, type: e2, group: g}\n", AT
		  "4:22: key \"type\": found \"e2\", expected e1, t1, fxs or "
		  "fxo; did you mean \"e1\"?\n" },
		{ "  s: {card: w, type: e1, group: g, bchannels: 1-17}\n",
		  AT "4:47: key \"bchannels\": slot 16 is the D-channel\n" },
		{ "  s: {card: w, type: e1, group: g, bchannels: 5-1}\n",
		  AT "4:47: key \"bchannels\": found \"5-1\", expected "
		     "channels such as 1-15,17-31\n" },
		{ "  s: {card: w, type: t1, group: g, bchannels: \"1-31\"}\n",
		  AT "4:47: key \"bchannels\": slot 24 is the D-channel\n" AT
		     "4:47: key \"bchannels\": found slots above 24, the last "
		     "of a T1\n" },
		{ "  s: {card: w, type: t1, group: g, dchannel: 25}\n", AT
		  "4:46: key \"dchannel\": found 25, expected a slot 1 to 24 "
		  "of this span\n" },
		{ "  s: {card: w, type: t1, group: g, framing: ccs, coding: "
		  "hdb3, crc4: true, signalling: fxs}\n",
		  AT
		  "4:88: key \"signalling\": found \"fxs\", expected \"pri\" "
		  "on a span of type t1\n" AT
		  "4:45: key \"framing\": \"ccs\" is not one of a span of "
		  "type t1\n" AT
		  "4:58: key \"coding\": \"hdb3\" is not one of a span of "
		  "type t1\n" AT
		  "4:70: key \"crc4\": only a span of type e1 has it\n" },
		{ "  s: {card: w, type: e1, group: g, framing: cas}\n",
		  AT "4:45: key \"framing\": \"cas\" leaves no slot 16 for a "
		     "D-channel; expected \"ccs\"\n" },
		{ "  s: {card: w, type: fxs, group: g}\n",
		  AT "4:6: span: key \"bchannels\" is missing: the ports in "
		     "use\n" },
		{ "  s: {card: w, type: e1, group: g}\n"
		  "  t: {card: w, type: e1, group: g}\n",
		  AT "5:3: span \"t\": at the same position 0 of card \"w\" as "
		     "span \"s\"\n" },
		{ "  s: {card: w, type: e1, group: g, timers: {t309: 0, n2: "
		  "1}}\n",
		  AT "4:51: key \"t309\": found \"0\", expected 1ms to 10m\n" AT
		     "4:54: key \"n2\": unknown; did you mean \"n200\"?\n" },
	};
	static const struct row cards[] = {
		{ "cards: {a: {path: x}, b: {path: ./x}, c: {path: x}}\n"
		  "groups: {g: {}}\nspans: {}\n",
		  AT "1:39: card \"c\": the same path as card \"a\"\n" AT
		     "2:10: warning: group \"g\": no span belongs to it\n" },
	};

	check_rows("", rows, 1);
	CHECK(head, spans);
	CHECK("", cards);
}

Test(config_errors, of_routes_and_lists_of_callers)
{
	static const char head[] = SOUND "queues: {q: {waiting: ringback}}\n"
					 "agents: {1: {queues: [q]}}\n";
	static const struct row rows[] = {
		{ "routes: [{number: 5, queue: q, agent: 1}]\n",
		  AT "11:10: route: found 2 of the keys \"tree\", \"queue\", "
		     "\"agent\", expected exactly one of them\n" },
		{ "routes: [{number: 5}]\n",
		  AT "11:10: route: found 0 of the keys \"tree\", \"queue\", "
		     "\"agent\", expected exactly one of them\n" },
		{ "routes: [{queue: q}]\n",
		  AT "11:10: route: key \"number\" is missing\n" },
		{ "routes: [{number: 5*5, queue: q}]\n",
		  AT "11:19: key \"number\": found \"5*5\", expected a number "
		     "of 1 to 31 digits, or with a * at its end for any "
		     "rest\n" },
		{ "routes: [{number: 5, queue: p}]\n",
		  AT "11:29: key \"queue\": no queue \"p\"; expected "
		     "\"q\"\n" },
		{ "routes: [{number: 5, tree: t}]\n",
		  AT "11:28: key \"tree\": no tree \"t\"; there is none at "
		     "all\n" },
		{ "routes:\n  - {number: 5, queue: q}\n"
		  "  - {number: 5, group: pstn, queue: q}\n"
		  "  - {number: 5, agent: 1}\n",
		  AT "14:5: route of \"5\": given twice, first in line 12\n" },
		{ "out_routes:\n  - {number: 5, group: pstn}\n"
		  "  - {number: 5, group: seats}\n",
		  AT "13:5: out_route of \"5\": given twice, first in line "
		     "12\n" },
		{ "blacklist: [5, {number: 5, cause: 0}]\n",
		  AT "11:35: key \"cause\": found \"0\", expected a whole "
		     "number 1 to 127\n" AT
		     "11:16: caller \"5\": on the list twice, first at "
		     "ringdown.yaml:11\n" },
		{ "blacklist: [1, 2, 3]\nlimits: {blacklist: 2}\n",
		  AT "11:12: 3 callers, limits.blacklist is 2\n" },
		{ "blacklist: {file: none.csv}\n",
		  AT "11:19: \"none.csv\": cannot be read: No such file or "
		     "directory\n" },
		{ "blacklist: {numbers: [7], file: b.csv}\n",
		  "b.csv:2:1: a quote begins and does not end in this line\n"
		  "b.csv:3:1: more than number, reason, cause; put text that "
		  "holds a comma in \"quotes\"\n"
		  "b.csv:4:1: key \"number\": found \"x\", expected a number "
		  "of 1 to 31 digits, or with a * at its end for any rest\n"
		  "b.csv:5:1: key \"cause\": found \"200\", expected a whole "
		  "number 1 to 127\n"
		  "b.csv:6:1: caller \"7\": on the list twice, first at "
		  "ringdown.yaml:11\n" },
		{ "blacklist: {file: b.csv}\nlimits: {blacklist: 1}\n",
		  "b.csv:2:1: a quote begins and does not end in this line\n"
		  "b.csv:3:1: more than number, reason, cause; put text that "
		  "holds a comma in \"quotes\"\n"
		  "b.csv:4:1: key \"number\": found \"x\", expected a number "
		  "of 1 to 31 digits, or with a * at its end for any rest\n"
		  "b.csv:5:1: key \"cause\": found \"200\", expected a whole "
		  "number 1 to 127\n"
		  "b.csv:7:1: more callers than limits.blacklist, 1\n" },
	};

	write_file("b.csv",
		   "number,reason,cause\n1,\"a\n1,a,b,17\nx\n1,,200\n7\n8\n");
	CHECK(head, rows);
}

Test(config_errors, of_agents_and_queues)
{
	static const struct row rows[] = {
		{ "agents: {1: {queues: [q]}}\n",
		  AT "9:23: key \"queues\": no queue \"q\"; there is none at "
		     "all\n" },
		{ "agents: {1: {queues: [q, p]}}\n",
		  AT "9:23: key \"queues\": no queue \"q\"; there is none at "
		     "all\n" AT "9:26: key \"queues\": no queue \"p\"; there "
		     "is none at all\n" },
		{ "agents: {1: {queues: [q, q]}}\n"
		  "queues: {q: {waiting: ringback}}\n",
		  AT "9:22: key \"queues\": \"q\" is in it twice\n" },
		{ "agents: {1: {phone: 3}, 2: {phone: 3}, 3: }\n",
		  AT "9:25: agent \"2\": the same phone \"3\" as agent "
		     "\"1\"\n" AT "9:40: agent \"3\": the same phone \"3\" as "
		     "agent \"2\"\n" },
		{ "agents: {1: {}, 2: {}}\nlimits: {agents: 1}\n",
		  AT "9:9: 2 agents, limits.agents is 1\n" },
		{ "queues: {a: {waiting: ringback}, b: {waiting: ringback}}\n"
		  "agents: {1: {queues: [a, b]}}\nlimits: {queues: 1}\n",
		  AT "9:9: 2 queues, limits.queues is 1\n" },
		{ "queues: {q: {}}\nagents: {1: {queues: [q]}}\n",
		  AT "9:13: queue: key \"music\" is missing; or write "
		     "\"waiting: ringback\"\n" },
		{ "queues: {q: {music: n}}\nagents: {1: {queues: [q]}}\n"
		  "music: {m: [x.wav]}\n",
		  AT "9:21: key \"music\": no music \"n\"; expected "
		     "\"m\"\n" },
		{ "queues: {q: {waiting: ringback, exit_key: 9}}\n"
		  "agents: {1: {queues: [q]}}\n",
		  AT
		  "9:43: queue: key \"exit_key\" needs \"exit\", the tree it "
		  "leads to\n" },
		{ "queues: {q: {waiting: ringback, exit_key: 12}}\n",
		  AT "9:43: key \"exit_key\": found \"12\", expected one of "
		     "the keys 0 to 9, * and #\n" AT
		     "9:10: warning: queue \"q\": no agent serves it\n" },
		{ "skills: {zh: Chinese}\nagents: {1: {skills: {hz: 3}}}\n",
		  AT "10:23: key \"skills\": no skill \"hz\"; did you mean "
		     "\"zh\"?\n" },
		{ "skills: {zh: }\nagents: {1: {skills: {zh: 10}}}\n",
		  AT "10:27: key \"zh\": found \"10\", expected a whole number "
		     "0 to 9\n" },
		{ "skills: {zh: }\nagents: {1: {queues: [q], skills: [zh]}}\n"
		  "queues: {q: {waiting: ringback}}\n",
		  AT "10:35: key \"skills\": found a list, expected a "
		     "mapping (key: value)\n" },
		{ "queues: {q: {waiting: ringback, relax: [{after: 9s, "
		  "penalty: "
		  "1}, {after: 8s, penalty: 2}, {after: 10s}]}}\n"
		  "agents: {1: {queues: [{queue: q, penalty: 8}]}}\n",
		  AT "9:91: relax: nothing changes; expected \"skills\", "
		     "\"penalty\" or \"agents_of\"\n" AT
		     "9:40: key \"relax\": step 2 is not after the one "
		     "before\n" AT
		     "10:43: key \"penalty\": found \"8\", expected a whole "
		     "number 0 to 7\n" },
	};

	CHECK(SOUND, rows);
}

Test(config_errors, of_trees)
{
	static const char head[] = SOUND "agents: {1: {queues: [q]}}\n"
					 "trees: {main: t.yaml}\n";
	static const struct row rows[] = {
		{ "queues: {q: {waiting: ringback, after: man.start}}\n",
		  AT "11:40: key \"after\": no tree \"man\"; did you mean "
		     "\"main\"?\n" },
		{ "queues: {q: {waiting: ringback, after: main.strat}}\n",
		  AT "11:40: key \"after\": no node \"strat\" in t.yaml; did "
		     "you mean \"start\"?\n" },
		{ "queues: {q: {waiting: ringback, after: [main]}}\n",
		  AT "11:40: key \"after\": found a list, expected a tree, or "
		     "one of its nodes as tree.node\n" },
	};
	static const struct row files[] = {
		{ "trees: {a: none.yaml, b: {}, c: broken.yaml}\n",
		  AT "9:12: \"none.yaml\": cannot be read: No such file or "
		     "directory\n"
		     "broken.yaml:2:1: not YAML: while scanning a quoted "
		     "scalar: found unexpected end of stream\n" AT
		     "9:26: tree: key \"file\" is missing\n" },
		{ "trees: {a: .}\n",
		  AT "9:12: \".\": cannot be read: Is a directory\n" },
	};

	write_file("t.yaml", "nodes: {start: {}}\n");
	write_file("broken.yaml", "a: \"\n");
	CHECK(head, rows);
	CHECK(SOUND, files);
}

Test(config_errors, of_calendars_and_sources)
{
	static const struct row rows[] = {
		{ "calendars: {c: {open: [Mon-Fri 8-17]}}\n", AT
		  "9:24: key \"open\": found \"Mon-Fri 8-17\", expected days "
		  "and hours such as \"Mon-Fri 08:30-17:30\", \"Sat,Sun "
		  "22:00-06:00\" or \"daily\"\n" },
		{ "calendars: {c: {open: [daily], holidays: [2026-02-29]}}\n",
		  AT "9:43: key \"holidays\": found \"2026-02-29\", expected a "
		     "date such as 2026-10-01, or 2026-10-01..2026-10-07\n" },
		{ "calendars: {c: {open: [daily], timezone: "
		  "Europe/Berlni}}\n",
		  AT
		  "9:42: key \"timezone\": found \"Europe/Berlni\", expected "
		  "a time zone such as Asia/Shanghai, or a POSIX rule such "
		  "as CET-1CEST,M3.5.0,M10.5.0/3; did you mean "
		  "\"Europe/Berlin\"?\n" },
		{ "calendars: {c: {}}\n",
		  AT "9:16: calendar: key \"open\" is missing\n" },
		{ "sources: {s: {path: a}}\n",
		  AT "9:14: source: found 0 of the keys \"query\", \"key\", "
		     "expected exactly one of them\n" },
		{ "sources: {s: {path: a, query: SELECT 1}}\n",
		  AT "9:31: key \"query\": expected \":key\" somewhere in it, "
		     "which stands for what is looked up\n" },
	};

	CHECK(SOUND, rows);
}

Test(config_errors, of_hours_are_all_refused)
{
	static const char *const bad[] = {
		"Mon 8:00",
		"Mon 08:30-08:30",
		"Mon 24:00-06:00",
		"Mon 08:60-09:00",
		"Mon  08:00-09:00",
		"Mon 08:00-25:00",
		"Mon 08:00-24:01",
		"Mon-",
		"mon",
		"Mon,",
		"Mon 08:00-09:00 ",
		"dailyx",
		"daily 08:00-09:00,10:00-11:00",
		"Montag",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			 SOUND "calendars: {c: {open: [\"%s\"]}}\n", bad[i]);
		cr_assert_null(compile_text(text), "%s", bad[i]);
		cr_assert_eq(diag.errors, 1, "%s", bad[i]);
	}
}

Test(config_errors, of_all_files_come_at_once)
{
	write_file("a.yaml", "x: [\n");
	write_file("b.csv", "x\n");
	cr_assert_null(compile_text(
		"cards: {w: {path: wire, clock_priorty: 1}}\n"
		"groups: {g: {}}\n"
		"spans: {s: {card: w, type: e1, group: g, law: zlaw}}\n"
		"trees: {a: a.yaml, c: c.yaml}\n"
		"blacklist: {file: b.csv}\n"
		"routes: [{number: 1, tree: c}, {number: 1, tree: a}]\n"
		"period: 10\n"
		"period: 10ms\n"));
	cr_assert_eq(diag.errors, 8, "%s", diag.text);
	expect_in_diag(AT "8:1: key \"period\": given twice, first in line 7");
	expect_in_diag(AT "1:25: key \"clock_priorty\": unknown; did you mean "
			  "\"clock_priority\"?");
	expect_in_diag(AT "3:47: key \"law\": found \"zlaw\"");
	expect_in_diag("a.yaml:2:1: not YAML");
	expect_in_diag(AT "4:23: \"c.yaml\": cannot be read");
	expect_in_diag("b.csv:1:1: key \"number\"");
	expect_in_diag(AT "6:32: route of \"1\": given twice");
	expect_in_diag(AT "7:9: key \"period\": found \"10\"");
}

Test(config_errors, of_a_main_file_that_cannot_be_read)
{
	cr_assert_null(compile_file("none.yaml"));
	expect_diag("none.yaml: cannot be read: No such file or directory\n");
	cr_assert_null(compile_text("- a list\n"));
	expect_diag(AT "1:1: key \"configuration\": found a list, expected a "
		       "mapping (key: value)\n");
	cr_assert_null(compile_text("# nothing yet\n"));
	cr_assert_eq(diag.errors, 3);
	expect_in_diag(AT "1:1: configuration: key \"cards\" is missing");
}

Test(config_errors, of_files_that_are_not_there_are_asked_for_last)
{
	struct rd_config *c;

	write_file("here.wav", "");
	c = compile_text(SOUND "music: {m: [here.wav, gone.wav]}\n"
			       "sources: {s: {path: gone.csv, key: k}}\n"
			       "recording: {dir: here.wav/x}\n"
			       "journal: {dir: new/deep}\n"
			       "store: new/db\ncache: .\n"
			       "control: {socket: here.wav/s}\n"
			       "isdn_program: here.wav\n");
	expect_diag("");
	rd_config_check_files(c, &diag);
	cr_assert_eq(diag.errors, 5, "%s", diag.text);
	expect_in_diag(AT "9:23: sound file \"");
	expect_in_diag("gone.wav\": No such file or directory\n");
	expect_in_diag(AT "10:11: data source \"");
	expect_in_diag(AT "11:18: folder of recordings \"");
	expect_in_diag("Not a directory\n");
	expect_in_diag(AT "15:19: folder of the control socket");
	expect_in_diag(AT "16:15: program \"");
	rd_config_free(c);
}

Test(config_errors, of_columns_that_a_file_has_not)
{
	struct rd_config *c;

	write_file("cards.csv", "\xef\xbb\xbf"
				"card,\"the name\",pin code\r\n1,2,3\n");
	write_file("empty.csv", "");
	c = compile_text(
		"sources:\n"
		"  a: {path: cards.csv, key: card, password: pin code}\n"
		"  b: {path: cards.csv, key: the name}\n"
		"  c: {path: cards.csv, key: name}\n"
		"  d: {path: cards.csv, key: card, password: pin}\n"
		"  e: {path: empty.csv, key: card}\n" SOUND);
	expect_diag("");
	rd_config_check_files(c, &diag);
	expect_in_diag("names no column \"name\"");
	expect_in_diag("names no column \"pin\"");
	cr_expect_null(strstr(diag.text, "column \"the name\""));
	cr_expect_null(strstr(diag.text, "column \"pin code\""));
	cr_expect_null(strstr(diag.text, "cards.csv\": its first line names no "
					 "column \"card\""));
	expect_in_diag("empty.csv\": its first line names no column \"card\"");
	rd_config_free(c);
}

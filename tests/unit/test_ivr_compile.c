// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mistakes in trees, one a row, each with its place; limits; the samples of
 * yaml/ivr, their picture and their schema.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/ivr_world.h"

/* Rows of the table below stand within this tree, at line 3. */
static const char *in_a_tree(const char *node)
{
	static char text[4096];

	snprintf(text, sizeof(text),
		 "nodes:\n"
		 "  a:\n"
		 "    %s\n"
		 "  end: {hangup: }\n",
		 node);
	return text;
}

static const struct {
	const char *node;
	const char *said; /* at the beginning of a message */
} mistakes[] = {
	/* verbs and keys */
	{ "{sey: hi, then: end}",
	  "t.yaml:3:6: step: \"sey\" is no verb; did you mean \"say\"?" },
	{ "{then: end}", "t.yaml:3:5: step: no verb in it" },
	{ "hello", "t.yaml:3:5: key \"step\"" },
	{ "[]", "t.yaml:3:5: found 0 steps" },
	{ "{say: {zh: a, en: b}, then: end, must: x}",
	  "t.yaml:3:38: key \"must\": unknown" },
	{ "{menu: {1: end}, timout: 5s}",
	  "t.yaml:3:22: key \"timout\": unknown; did you mean \"timeout\"?" },
	{ "{menu: {1: end}, tries: 3}",
	  "t.yaml:3:22: key \"tries\": unknown" },
	{ "{menu: {1: end}, timeout: 5}", "t.yaml:3:31: key \"timeout\"" },
	{ "{menu: {1: end}, retries: many}", "t.yaml:3:31: key \"retries\"" },
	{ "{menu: {1: end}, retries: 21}", "t.yaml:3:31: key \"retries\"" },
	{ "{menu: {1: end}, must_hear: perhaps}",
	  "t.yaml:3:33: key \"must_hear\"" },
	{ "{menu: {1: end}, limit: 1ms}", "t.yaml:3:29: key \"limit\"" },
	/* targets */
	{ "{say: {zh: a, en: b}, then: ende}",
	  "t.yaml:3:33: key \"then\": no node \"ende\"; did you mean "
	  "\"end\"?" },
	{ "{menu: {1: bak}}",
	  "t.yaml:3:16: key \"1\": no node \"bak\"; did you mean \"back\"?" },
	{ "{say: {zh: a, en: b}, then: operator}",
	  "t.yaml:3:33: \"operator\": this tree has no key" },
	{ "{say: {zh: a, en: b}}", "t.yaml:3:5: say: nothing comes after it" },
	{ "{lookup: cards, key: caller, none: end, down: end}",
	  "t.yaml:3:5: lookup: nothing comes after it; add \"found\"" },
	{ "{goto: a}", "t.yaml:3:5: cycle without input: a -> a" },
	/* keys */
	{ "{menu: {x: end}}", "t.yaml:3:13: menu: found \"x\"" },
	{ "{menu: {12345: end}}", "t.yaml:3:13: menu: found \"12345\"" },
	{ "{menu: {\"*\": end, star: end}}",
	  "t.yaml:3:23: menu: key * stands twice" },
	{ "{menu: {}}", "t.yaml:3:12: key \"menu\": found a mapping" },
	{ "{menu: {1: end, 1: end}}", "t.yaml:3:21: " },
	/* sources, queues, languages */
	{ "{queue: servise}",
	  "t.yaml:3:13: key \"queue\": no queue \"servise\"; did you mean "
	  "\"service\"?" },
	{ "{lookup: books, key: caller, found: end, none: end, down: end}",
	  "t.yaml:3:14: key \"lookup\": no source \"books\"" },
	{ "{lookup: cards, key: caller, found: end, none: end}",
	  "t.yaml:3:5: lookup: key \"down\" is missing" },
	{ "{language: fr, then: end}",
	  "t.yaml:3:16: key \"language\": no language \"fr\"" },
	/* collect */
	{ "{collect: N, then: end}", "t.yaml:3:15: key \"collect\": found \"N\"" },
	{ "{collect: caller, then: end}", "t.yaml:3:15: key \"collect\"" },
	{ "{collect: n, length: 8-4, then: end}",
	  "t.yaml:3:26: key \"length\": expected a number of digits" },
	{ "{collect: n, length: 33, then: end}", "t.yaml:3:26: key \"length\"" },
	{ "{collect: n, check: lun, then: end}", "t.yaml:3:25: key \"check\"" },
	{ "{collect: n, lookup: cards, then: end}",
	  "t.yaml:3:5: collect: key \"down\" is missing" },
	{ "{collect: n, into: [x], then: end}",
	  "t.yaml:3:5: collect: \"into\" and \"down\" need \"lookup\"" },
	{ "{collect: n, secret: yes, check: luhn, then: end}",
	  "t.yaml:3:5: collect: secret digits cannot be seen" },
	{ "{collect: n, clear: \"#\", then: end}",
	  "t.yaml:3:5: collect: one key cannot be both" },
	{ "{collect: n, read_back: {confirm: 1, again: 1}, then: end}",
	  "t.yaml:3:29: key \"read_back\": one key cannot both" },
	{ "{collect: n, read_back: {confrim: 1}, then: end}",
	  "t.yaml:3:29: key \"read_back\"" },
	{ "{collect: n, terminator: \"##\", then: end}",
	  "t.yaml:3:30: key \"terminator\"" },
	/* variables */
	{ "{say: {number: nn}, then: end}",
	  "t.yaml:3:20: variable \"nn\" never gets a value" },
	{ "[{set: {name: x}}, {say: {digits: nane}}, {goto: end}]",
	  "t.yaml:3:39: variable \"nane\" never gets a value; did you mean "
	  "\"name\"?" },
	{ "[{collect: p, secret: yes}, {say: {digits: p}}, {goto: end}]",
	  "t.yaml:3:48: variable \"p\" is secret" },
	{ "[{collect: p, secret: yes}, {attach: [p]}, {goto: end}]",
	  "t.yaml:3:43: variable \"p\" is secret" },
	{ "[{collect: p, secret: yes}, {dial: $p}]",
	  "t.yaml:3:40: variable \"p\" is secret" },
	{ "[{collect: n}, {collect: p}, {agent: login, number: n, pin: p}, "
	  "{goto: end}]",
	  "t.yaml:3:34: agent: \"p\" must be collected with secret: yes" },
	{ "{agent: login, then: end}", "t.yaml:3:5: agent: login needs" },
	{ "{agent: ready, reason: x, then: end}",
	  "t.yaml:3:5: agent: \"reason\" belongs to not_ready" },
	{ "{agent: dance, then: end}", "t.yaml:3:13: key \"agent\"" },
	{ "{set: {a: \"0123456789012345678901234567890123456789012345678901234"
	  "567890123\"}, then: end}",
	  "t.yaml:3:15: key \"set\": text of 64 octets" },
	/* sounds */
	{ "{say: hello $name, then: end}",
	  "t.yaml:3:11: key \"say\": found \"hello $name\", expected words "
	  "only" },
	{ "{say: {zh: a, fr: b}, then: end}",
	  "t.yaml:3:19: key \"fr\": neither a language nor a piece" },
	{ "{say: {txt: a}, then: end}",
	  "t.yaml:3:12: key \"txt\": neither a language nor a piece to be "
	  "said; did you mean \"text\"?" },
	{ "{say: {zh: a, number: b}, then: end}", "t.yaml:3:11: key \"say\"" },
	{ "{say: {prompt: hi}, then: end}",
	  "t.yaml:3:20: key \"prompt\": no prompt \"hi\"" },
	{ "{say: {pause: 1h}, then: end}", "t.yaml:3:19: key \"pause\"" },
	{ "{say: {wait: x}, then: end}", "t.yaml:3:18: key \"wait\": no queue" },
	{ "{say: {en: {txt: a}, zh: b}, then: end}", "t.yaml:3:17: key \"txt\"" },
	/* conditions */
	{ "{choose: []}", "t.yaml:3:14: key \"choose\"" },
	{ "{choose: [{when: {days: fri}, then: end}]}",
	  "t.yaml:3:5: choose: nothing comes after it; add \"else\"" },
	{ "{choose: [{else: end}, {when: {days: fri}, then: end}]}",
	  "t.yaml:3:15: choose: expected \"when\" and \"then\"" },
	{ "{choose: [{when: {}, then: end}, {else: end}]}",
	  "t.yaml:3:22: key \"when\": no condition" },
	{ "{choose: [{when: {day: fri}, then: end}, {else: end}]}",
	  "t.yaml:3:23: key \"day\": unknown; did you mean \"days\"?" },
	{ "{choose: [{when: {days: fry}, then: end}, {else: end}]}",
	  "t.yaml:3:29: key \"days\"" },
	{ "{choose: [{when: {time: 9-18}, then: end}, {else: end}]}",
	  "t.yaml:3:29: key \"time\"" },
	{ "{choose: [{when: {time: \"25:00-26:00\"}, then: end}, {else: end}]}",
	  "t.yaml:3:29: key \"time\"" },
	{ "{choose: [{when: {date: 2026-02-30}, then: end}, {else: end}]}",
	  "t.yaml:3:29: key \"date\"" },
	{ "{choose: [{when: {is: x}, then: end}, {else: end}]}",
	  "t.yaml:3:27: key \"is\": of what?" },
	{ "{choose: [{when: {waiting_above: 3}, then: end}, {else: end}]}",
	  "t.yaml:3:38: key \"waiting_above\": of what?" },
	{ "{choose: [{when: {queue: service}, then: end}, {else: end}]}",
	  "t.yaml:3:30: key \"queue\": nothing is asked of it" },
	{ "{choose: [{when: {caller: \"1*2\"}, then: end}, {else: end}]}",
	  "t.yaml:3:31: key \"caller\"" },
	{ "{choose: [{when: {not: {not: {days: fri}}}, then: end}, {else: "
	  "end}]}",
	  "t.yaml:3:34: key \"not\"" },
	{ "{choose: [{when: {calendar: offce}, then: end}, {else: end}]}",
	  "t.yaml:3:33: key \"calendar\": no calendar \"offce\"; did you mean "
	  "\"office\"?" },
	/* the rest */
	{ "{hangup: engaged}", "t.yaml:3:14: key \"hangup\"" },
	{ "{hangup: 128}", "t.yaml:3:14: key \"hangup\"" },
	{ "{answer: now, then: end}", "t.yaml:3:14: key \"answer\"" },
	{ "{survey: 5-1, then: end}", "t.yaml:3:14: key \"survey\"" },
	{ "{survey: 1-10, then: end}", "t.yaml:3:14: key \"survey\"" },
	{ "{dial: {agnt: 1}}", "t.yaml:3:12: key \"dial\"" },
};

Test(tree, mistakes_are_told_with_their_place)
{
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		const char *text = in_a_tree(mistakes[i].node);

		world_load(text, strlen(text));
		cr_expect_gt(world.diag.errors, 0, "%s", mistakes[i].node);
		cr_expect(world.diag.text &&
				  !strncmp(world.diag.text, mistakes[i].said,
					   strlen(mistakes[i].said)),
			  "%s:\n  said %s  not  %s", mistakes[i].node,
			  world.diag.text, mistakes[i].said);
		cr_expect_leq(world.diag.errors, 2, "%s:\n%s",
			      mistakes[i].node, world.diag.text);
	}
}

static void refused(const char *text, const char *said)
{
	world_load(text, strlen(text));
	cr_expect_gt(world.diag.errors, 0, "%s", text);
	cr_expect(world.diag.text && strstr(world.diag.text, said),
		  "%s:\n said %s not %s", text, world.diag.text, said);
}

Test(tree, mistakes_of_the_file)
{
	refused("{}", "key \"nodes\" is missing");
	refused("nodes: {}", "found 0 nodes");
	refused("nodes: [a]", "t.yaml:1:8: ");
	refused("nods:\n  a: {hangup: }", "did you mean \"nodes\"?");
	refused("nodes:\n  back: {hangup: }",
		"t.yaml:2:3: node \"back\": the word has a meaning");
	refused("nodes:\n  a: {hangup: }\n  a: {hangup: }", "t.yaml:3:3: ");
	refused("languages: [fr]\nnodes:\n  a: {hangup: }",
		"t.yaml:1:13: key \"languages\": no language \"fr\"");
	refused("timezone: Asia/Shangai\nnodes:\n  a: {hangup: }",
		"t.yaml:1:11: key \"timezone\": no zone \"Asia/Shangai\"");
	refused("attach: [x]\nnodes:\n  a: {hangup: }",
		"t.yaml:1:10: variable \"x\" never gets a value");
	refused("operator: b\nnodes:\n  a: {hangup: }",
		"t.yaml:1:11: key \"operator\": no node \"b\"");
	refused("answer: soon\nnodes:\n  a: {hangup: }", "t.yaml:1:9: ");
	refused("prompts: {a: {prompt: b}, b: {prompt: a}}\nnodes:\n"
		"  x: {say: {prompt: a}, then: hangup}",
		"do not name each other");
	refused("hello", "expected");
}

Test(tree, all_mistakes_are_told_at_once)
{
	refused("nodes:\n"
		"  a: {say: {zh: a, en: b}, then: x}\n"
		"  b: {queue: y}\n"
		"  c: {menu: {1: z}}\n"
		"  d: {goto: d}\n",
		"t.yaml:2:34");
	cr_expect_eq(world.diag.errors, 4, "%s", world.diag.text);
	cr_expect(strstr(world.diag.text, "t.yaml:3:14"));
	cr_expect(strstr(world.diag.text, "t.yaml:4:17"));
	cr_expect(strstr(world.diag.text, "t.yaml:5:6"));
}

/* ---- cycles -------------------------------------------------------------------- */

#define SAY "say: {zh: a, en: b}"

Test(tree, cycles_without_input_are_mistakes)
{
	refused("nodes:\n  a: {" SAY ", then: b}\n  b: {goto: c}\n"
		"  c: {" SAY ", then: a}",
		"cycle without input: a -> b -> c -> a;");
	/* silence leads round */
	refused("nodes:\n  a: {menu: {1: hangup}, no_input: b}\n"
		"  b: {" SAY ", then: a}",
		"cycle without input: a -> b -> a;");
	refused("nodes:\n  a: {menu: {1: hangup}, no_input: b}\n"
		"  b: {" SAY ", then: back}",
		"cycle without input: ");
	refused("nodes:\n  a: {lookup: cards, key: caller, found: hangup, "
		"none: hangup, down: a}",
		"cycle without input: a -> a;");
	refused("nodes:\n  a: {dial: 1, busy: b}\n"
		"  b: {dial: 2, no_answer: a}",
		"cycle without input: a -> b -> a;");
	refused("nodes:\n  a: {call: a, then: hangup}",
		"cycle without input: a -> a;");
	refused("nodes:\n  a: {choose: [{when: {days: fri}, then: a}, "
		"{else: hangup}]}",
		"cycle without input: a -> a;");
}

static void accepted(const char *text, int warnings)
{
	cr_expect_eq(world_load(text, strlen(text)), 0, "%s", world.diag.text);
	cr_expect_eq(world.diag.warnings, warnings, "%s:\n%s", text,
		     world.diag.text);
}

Test(tree, cycles_that_need_a_key_are_good)
{
	accepted("nodes:\n  a: {menu: {1: b, 2: a}}\n"
		 "  b: {" SAY ", then: top}", 0);
	accepted("nodes:\n  a: {menu: {1: {" SAY ", then: back}}}", 0);
	accepted("nodes:\n  a: {collect: n, then: a}", 0);
}

/* ---- warnings -------------------------------------------------------------------- */

Test(tree, doubts_are_told_as_warnings)
{
	accepted("nodes:\n  a: {say: {zh: a}, then: hangup}", 1);
	cr_expect(strstr(world.diag.text,
			 "t.yaml:2:12: warning: key \"say\": no words in "
			 "\"en\"; heard in \"zh\""),
		  "%s", world.diag.text);
	accepted("nodes:\n  a: {say: hello, then: hangup}", 1);
	cr_expect(strstr(world.diag.text, "the same words in every language"));
	accepted("languages: [en]\nnodes:\n"
		 "  a: {say: {en: hello}, then: hangup}", 0);
	accepted("languages: [en]\nnodes:\n  a: {say: hello, then: hangup}", 0);
	accepted("nodes:\n  a: {hangup: }\n  b: {hangup: }", 1);
	cr_expect(strstr(world.diag.text, "t.yaml:3:6: warning: nothing leads "
					  "to \"b\""),
		  "%s", world.diag.text);
	accepted("nodes:\n  a: [{hangup: }, {hangup: }]", 1);
	accepted("nodes:\n  a: {menu: {1: hangup, 12: hangup}}", 1);
	accepted("nodes:\n  a: {menu: {8: hangup}, extensions: b}\n"
		 "  b: {dial: {agent: $extension}}", 1);
}

Test(tree, queues_may_lead_into_a_tree)
{
	/* as the configuration's overflow, exit, after do: no warning */
	static const char text[] = "nodes:\n  a: {hangup: }\n  b: {hangup: }";
	static struct rd_cfg_queue queue = { .name = "service",
					     .tree_after = 0,
					     .node_after = 1,
					     .tree_overflow = RD_INDEX_NONE,
					     .tree_exit = RD_INDEX_NONE };
	struct rd_diag diag;

	world_load(text, strlen(text));
	world.config->queues = &queue;
	world.config->nqueues = 1;
	rd_diag_init(&diag);
	cr_expect_eq(rd_ivr_load(world.config, &diag), 0);
	cr_expect_eq(diag.warnings, 0, "%s", diag.text);
	rd_diag_free(&diag);
}

/* ---- prompts ------------------------------------------------------------------------ */

Test(tree, equal_prompts_are_one)
{
	uint32_t n;

	accepted("nodes:\n  a: {say: {zh: 一样, en: same}, then: b}\n"
		 "  b: {say: {zh: 一样, en: same}, then: hangup}", 0);
	n = world.config->nprompts;
	accepted("nodes:\n  a: {say: {zh: 一样, en: same}, then: b}\n"
		 "  b: {say: {zh: 两样, en: same}, then: hangup}", 0);
	cr_expect_eq(world.config->nprompts, n + 1);
}

Test(tree, node_names_keep_the_order_of_the_file)
{
	const struct rd_ivr_program *p;

	accepted("nodes:\n  z: [{" SAY "}, {goto: a}]\n  a: {menu: {1: [{"
		 SAY "}, {hangup: }]}}\n  m: {hangup: }", 1);
	p = world.config->trees[0];
	cr_expect_eq(p->nnamed, 3);
	cr_expect_str_eq(p->nodes[0].name, "z");
	cr_expect_str_eq(p->nodes[1].name, "a");
	cr_expect_str_eq(p->nodes[2].name, "m");
	cr_expect_str_eq(p->nodes[3].name, "z[2]");
	cr_expect_eq(p->nodes[0].next, 3);
}

/* ---- rules ---------------------------------------------------------------------------- */

Test(tree, checks_of_numbers)
{
	static const struct {
		int check;
		const char *digits;
		bool holds;
	} rows[] = {
		{ 0, "anything", true },
		{ 1, "79927398713", true }, /* the usual example */
		{ 1, "79927398710", false },
		{ 1, "4111111111111111", true },
		{ 1, "0", false },
		{ 1, "1*", false },
		{ 1, "", false },
		{ 2, "0365327", true }, /* 036532: 73, so 4 to 77: see below */
		{ 2, "0365328", false },
		{ 2, "1", false },
		{ 3, "11010519491231002*", true }, /* GB 11643's example */
		{ 3, "440524188001010014", true },
		{ 3, "440524188001010015", false },
		{ 3, "1*0105194912310029", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		cr_expect_eq(rd_checks[rows[i].check].holds(rows[i].digits),
			     rows[i].holds, "%s %s",
			     rd_checks[rows[i].check].name, rows[i].digits);
}

Test(tree, patterns)
{
	cr_expect(rd_pattern_matches("139*", "13900"));
	cr_expect(rd_pattern_matches("139*", "139"));
	cr_expect(!rd_pattern_matches("139*", "13"));
	cr_expect(rd_pattern_matches("1?9", "129"));
	cr_expect(!rd_pattern_matches("1?9", "12"));
	cr_expect(!rd_pattern_matches("1?", "1"));
	cr_expect(rd_pattern_matches("*", ""));
	cr_expect(!rd_pattern_matches("", "1"));
	cr_expect(rd_pattern_matches("", ""));
}

/* ---- the samples ---------------------------------------------------------------------- */

static struct rd_config *sample(struct rd_diag *diag)
{
	struct rd_config *config = NULL;
	struct rd_bundle bundle = { 0 };

	rd_diag_init(diag);
	if (!rd_bundle_read("yaml/ringdown.yaml", &bundle, diag))
		config = rd_config_compile(&bundle, diag);
	rd_bundle_free(&bundle);
	cr_assert(config, "%s", diag->text);
	cr_assert_eq(rd_ivr_load(config, diag), 0, "%s", diag->text);
	return config;
}

Test(tree, the_samples_compile_without_a_warning)
{
	struct rd_diag diag;
	struct rd_config *config = sample(&diag);

	cr_expect_eq(diag.warnings, 0, "%s", diag.text);
	cr_expect_eq(config->ntrees, 3);
	cr_expect_not_null(config->say);
	rd_config_free(config);
	rd_diag_free(&diag);
}

Test(tree, a_tree_is_shown_as_text)
{
	struct rd_diag diag;
	struct rd_config *config = sample(&diag);
	size_t len;
	char *text;
	FILE *out = open_memstream(&text, &len);

	for (uint16_t i = 0; i < config->ntrees; i++)
		rd_ivr_show(config->trees[i], config, out);
	fclose(out);
	cr_expect(strstr(text, "collect card, 8 digits, in cards, 3 wrong and "
			       "2 silent forgiven"),
		  "%s", text);
	cr_expect(strstr(text, "failed -> goodbye: say"), "%s", text);
	cr_expect(strstr(text, "survey: survey, 1 wrong"), "%s", text);
	cr_expect(strstr(text, "# -> back"), "%s", text);
	/* a node is described once */
	cr_expect_null(strstr(strstr(text, "card: collect") + 1,
			      "card: collect"));
	free(text);
	rd_config_free(config);
	rd_diag_free(&diag);
}

Test(tree, committed_schema_is_that_of_the_tables)
{
	static char kept[200000];
	static const char path[] = "yaml/schema/ivr.schema.json";
	FILE *file;
	size_t len, n;
	char *text;
	FILE *out;

	if (getenv("RD_WRITE")) {
		file = fopen(path, "w");
		rd_ivr_schema(file);
		fclose(file);
	}
	out = open_memstream(&text, &len);
	file = fopen(path, "r");
	cr_assert(file);
	n = fread(kept, 1, sizeof(kept) - 1, file);
	fclose(file);
	rd_ivr_schema(out);
	fclose(out);
	cr_expect(n == len && !memcmp(kept, text, n),
		  "%s is not that of the tables: make schema", path);
	free(text);
}

/* The samples are valid to editors; what the compiler refuses often is not. */
static const char validator[] =
	"import sys, json, yaml, datetime, jsonschema\n"
	"def clean(x):\n"
	"  if isinstance(x, dict):\n"
	"    return {str(k): clean(v) for k, v in x.items()}\n"
	"  if isinstance(x, list): return [clean(v) for v in x]\n"
	"  if isinstance(x, datetime.date): return x.isoformat()\n"
	"  return x\n"
	"s = json.load(open('yaml/schema/ivr.schema.json'))\n"
	"jsonschema.Draft202012Validator.check_schema(s)\n"
	"v = jsonschema.Draft202012Validator(s)\n"
	"for f in sys.argv[1:]:\n"
	"  for e in v.iter_errors(clean(yaml.safe_load(open(f)))):\n"
	"    print(f, e.message[:300]); sys.exit(1)\n";

static int validate(const char *files)
{
	char path[] = "/tmp/rd-schema-XXXXXX", command[512];
	int fd = mkstemp(path), status;

	cr_assert(write(fd, validator, strlen(validator)) > 0);
	close(fd);
	snprintf(command, sizeof(command), "/usr/bin/python3 %s %s", path, files);
	status = system(command);
	unlink(path);
	return status;
}

Test(tree, the_samples_satisfy_the_schema)
{
	cr_expect_eq(validate("yaml/ivr/hotline.yaml yaml/ivr/seat.yaml"), 0);
}

Test(tree, the_schema_refuses_mistakes)
{
	static const char *const bad[] = {
		"nodes: {a: {menu: {1: b}, timout: 5s}}",
		"nodes: {a: {collect: n, retries: 21, then: a}}",
		"nodes: {a: {hangup: engaged}}",
		"nodes: {a: {say: {number: 1, text: x}, then: b}}",
		"nods: {}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char path[] = "/tmp/rd-tree-XXXXXX", quiet[64];
		int fd = mkstemp(path);

		cr_assert(write(fd, bad[i], strlen(bad[i])) > 0);
		close(fd);
		snprintf(quiet, sizeof(quiet), "%s >/dev/null", path);
		cr_expect_neq(validate(quiet), 0, "%s", bad[i]);
		unlink(path);
	}
}

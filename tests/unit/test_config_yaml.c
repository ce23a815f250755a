// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/config: the YAML tree and the conversions of its scalars. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config/yaml.h"

static struct rd_arena arena;
static struct rd_diag diag;

static void setup(void)
{
	rd_arena_init(&arena, 0);
	rd_diag_init(&diag);
}

static void teardown(void)
{
	rd_arena_free(&arena);
	rd_diag_free(&diag);
}

static const struct rd_yaml *parse(const char *text)
{
	return rd_yaml_parse(&arena, "a.yaml", text, strlen(text), &diag);
}

static void expect_diag(const char *text)
{
	cr_assert_str_eq(diag.text ? diag.text : "", text);
}

TestSuite(config_yaml, .init = setup, .fini = teardown);

Test(config_yaml, keeps_order_and_places)
{
	const struct rd_yaml *root = parse("a: 1\nb:\n  - x\n  - {c: \"y\"}\n");
	const struct rd_yaml *b, *c;

	expect_diag("");
	cr_assert_eq(root->kind, RD_YAML_MAPPING);
	cr_assert_eq(root->n, 2);
	cr_assert_str_eq(root->keys[1]->text, "b");
	b = rd_yaml_get(root, "b");
	cr_assert_eq(b->kind, RD_YAML_SEQUENCE);
	cr_assert_eq(b->n, 2);
	c = rd_yaml_get(b->items[1], "c");
	cr_assert_str_eq(c->text, "y");
	cr_assert(c->quoted);
	cr_assert_eq(c->place.line, 4);
	cr_assert_eq(c->place.column, 9);
	cr_assert_str_eq(c->place.file, "a.yaml");
	cr_assert_null(rd_yaml_get(root, "c"));
	cr_assert_eq(rd_yaml_index(root, "b"), 1);
}

Test(config_yaml, counts_columns_in_characters_not_octets)
{
	const struct rd_yaml *root = parse("{\xe5\x90\x8d: \xe6\x9d\x8e}");

	cr_assert_eq(root->items[0]->place.column, 5);
}

Test(config_yaml, takes_comments_alone_as_nothing)
{
	const struct rd_yaml *root = parse("# to be written\n");

	expect_diag("");
	cr_assert(rd_yaml_is_null(root));
	cr_assert_eq(root->place.line, 1);
}

Test(config_yaml, resolves_aliases_to_the_newest_anchor)
{
	const struct rd_yaml *root =
		parse("a: &x 1\nb: *x\nc: &x [2]\nd: *x\n");

	expect_diag("");
	cr_assert_str_eq(rd_yaml_get(root, "b")->text, "1");
	cr_assert_eq(rd_yaml_get(root, "d"), rd_yaml_get(root, "c"));
}

Test(config_yaml, refuses_an_alias_without_anchor_or_inside_its_own)
{
	cr_assert_null(parse("a: *x\n"));
	cr_assert_null(parse("a: &y\n  b: *y\n"));
	expect_diag("a.yaml:1:4: alias *x: no anchor &x before it\n"
		    "a.yaml:2:6: alias *y: would contain itself (its anchor "
		    "begins in line 1 and has not ended)\n");
}

Test(config_yaml, bounds_what_aliases_expand_to)
{
	char text[2048] = "a: &a [l,l,l,l,l,l,l,l,l]\n";

	for (char c = 'b'; c <= 'i'; c++)
		snprintf(text + strlen(text), 100,
			 "%c: &%c [*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c,*%c]\n", c,
			 c, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1, c - 1,
			 c - 1, c - 1);
	cr_assert_null(parse(text));
	cr_assert_eq(diag.errors, 1);
	cr_assert(strstr(diag.text, "grows too large here"), "%s", diag.text);
	cr_assert_lt(arena.used, 100000);
}

Test(config_yaml, bounds_depth_also_through_aliases)
{
	char deep[200], alias[400];

	memset(deep, '[', 100);
	deep[100] = 0;
	cr_assert_null(parse(deep));
	expect_diag("a.yaml:1:65: nested deeper than 64 levels\n");
	/* 40 levels, then 40 more around an alias to them */
	strcpy(alias, "a: &a ");
	memset(alias + 6, '[', 40);
	memset(alias + 46, ']', 40);
	strcpy(alias + 86, "\nb: ");
	memset(alias + 90, '[', 40);
	strcpy(alias + 130, "*a");
	memset(alias + 132, ']', 40);
	alias[172] = 0;
	cr_assert_null(parse(alias));
	cr_assert(strstr(diag.text, "a.yaml:2:44: nested deeper"), "%s",
		  diag.text);
}

Test(config_yaml, reports_every_duplicate_and_unusable_key)
{
	const struct rd_yaml *root =
		parse("a: 1\nb: 2\na: 3\n? [c]\n: 4\nb: 5\na: 6\n");

	expect_diag("a.yaml:4:3: a key must be plain text, not a list or a "
		    "mapping\n"
		    "a.yaml:3:1: key \"a\": given twice, first in line 1\n"
		    "a.yaml:7:1: key \"a\": given twice, first in line 1\n"
		    "a.yaml:6:1: key \"b\": given twice, first in line 2\n");
	cr_assert_eq(root->n, 2);
	cr_assert_str_eq(rd_yaml_get(root, "a")->text, "1");
	cr_assert_str_eq(rd_yaml_get(root, "b")->text, "2");
}

Test(config_yaml, places_syntax_errors)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ "a: [1, 2\nb: 3\n", "a.yaml:2:2: not YAML: " },
		{ "a:\n\tb: 1\n", "indented with spaces, never with tabs" },
		{ "a: \"open\n", "a.yaml:2:1: not YAML: " },
		{ "a: 1\n---\nb: 2\n", "a.yaml:2:1: a second document" },
		{ "a: \"x\\0y\"\n", "a.yaml:1:4: text with a NUL" },
		{ "ok: 1\nab\xff: 2\n", "a.yaml:2:3: not YAML: " },
		{ "a: b: c\n", "a.yaml:1:5: not YAML: " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		rd_diag_free(&diag);
		cr_assert_null(parse(cases[i].text));
		cr_assert_eq(diag.errors, 1);
		cr_assert(strstr(diag.text, cases[i].message), "%s", diag.text);
	}
}

Test(config_yaml, answers_no_memory_at_every_allocation)
{
	static const char text[] = "a: &x [1, {b: c}]\nd: *x\n";
	size_t limit = 1;

	for (;; limit += 16) {
		struct rd_arena small;
		const struct rd_yaml *root;

		rd_diag_free(&diag);
		rd_arena_init(&small, limit);
		root = rd_yaml_parse(&small, "a.yaml", text, strlen(text),
				     &diag);
		rd_arena_free(&small);
		if (root)
			break;
		cr_assert(strstr(diag.text, "out of memory"), "%s", diag.text);
	}
	cr_assert_gt(limit, 400);
	cr_assert_lt(limit, 4000);
}

/* ---- conversions -------------------------------------------------------- */

static const struct rd_yaml *value(const char *text)
{
	static char line[256];

	rd_diag_free(&diag);
	snprintf(line, sizeof(line), "k: %s\n", text);
	return rd_yaml_get(parse(line), "k");
}

Test(config_yaml, converts_durations_and_sizes)
{
	static const struct {
		const char *text;
		int64_t ms;
	} durations[] = {
		{ "0", 0 },	  { "500ms", 500 },   { "10s", 10000 },
		{ "2m", 120000 }, { "8h", 28800000 }, { "30d", 2592000000 },
		{ "0s", 0 },	  { "1m30s", 90000 }, { "\"5s\"", 5000 },
	};
	static const char *const bad[] = {
		"10",
		"s",
		"10 s",
		"-5s",
		"1.5s",
		"10sec",
		"5s!",
		"1m30",
		"99999999999999999999s",
		"9223372036854775807d",
		"[5s]",
		"",
	};
	int64_t out = -1;

	for (size_t i = 0; i < sizeof(durations) / sizeof(*durations); i++) {
		cr_assert_eq(rd_yaml_duration(value(durations[i].text), "k", 0,
					      INT64_MAX, &out, &diag),
			     0, "%s", durations[i].text);
		cr_assert_eq(out, durations[i].ms, "%s", durations[i].text);
	}
	out = -1;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_assert_eq(rd_yaml_duration(value(bad[i]), "k", 0, INT64_MAX,
					      &out, &diag),
			     -EINVAL, "%s", bad[i]);
	cr_assert_eq(out, -1);
	cr_assert_eq(
		rd_yaml_size(value("64KiB"), "k", 0, INT64_MAX, &out, &diag),
		0);
	cr_assert_eq(out, 65536);
}

Test(config_yaml, says_what_was_found_and_expected)
{
	static const char *const names[] = { "round-robin", "", "fewest-calls",
					     NULL };
	const char *text = "untouched";
	int64_t n = 7;
	double x = 7;
	bool flag = true;
	int e = 7;

	cr_assert(rd_yaml_int(value("many"), "k", 0, 999, &n, &diag));
	expect_diag("a.yaml:1:4: key \"k\": found \"many\", expected a whole "
		    "number 0 to 999\n");
	cr_assert(rd_yaml_int(value("1000"), "k", 0, 999, &n, &diag));
	cr_assert(rd_yaml_int(value(" 1x"), "k", 0, 999, &n, &diag));
	cr_assert(rd_yaml_int(value("{}"), "k", 0, 999, &n, &diag));
	expect_diag("a.yaml:1:4: key \"k\": found a mapping, expected a whole "
		    "number 0 to 999\n");
	cr_assert(rd_yaml_real(value("inf"), "k", -1, 1, &x, &diag));
	expect_diag("a.yaml:1:4: key \"k\": found \"inf\", expected a number "
		    "-1 to 1\n");
	cr_assert(rd_yaml_bool(value("ja"), "k", &flag, &diag));
	expect_diag("a.yaml:1:4: key \"k\": found \"ja\", expected true or "
		    "false\n");
	cr_assert(rd_yaml_duration(value("1h"), "k", 1000, 90000, &n, &diag));
	expect_diag("a.yaml:1:4: key \"k\": found \"1h\", expected 1s to "
		    "90s\n");
	cr_assert(rd_yaml_size(value("64kb"), "k", 0, 1, &n, &diag));
	expect_diag("a.yaml:1:4: key \"k\": found \"64kb\", expected a size "
		    "such as 64KiB, 16MiB or 2GiB\n");
	cr_assert(rd_yaml_string(value(""), "k", 1, 9, &text, &diag));
	expect_diag("a.yaml:1:3: key \"k\": found nothing, expected text\n");
	cr_assert(rd_yaml_digits(value("12-3"), "k", false, &text, &diag));
	expect_diag("a.yaml:1:4: key \"k\": found \"12-3\", expected a number "
		    "of 1 to 31 digits\n");
	cr_assert(rd_yaml_enum(value("round-robbin"), "k", names, &e, &diag));
	expect_diag("a.yaml:1:4: key \"k\": found \"round-robbin\", expected "
		    "round-robin or fewest-calls; did you mean "
		    "\"round-robin\"?\n");
	cr_assert(rd_yaml_enum(value("\"\""), "k", names, &e, &diag));
	cr_assert_eq(n, 7);
	cr_assert_eq(x, 7);
	cr_assert_eq(e, 7);
	cr_assert(flag);
	cr_assert_str_eq(text, "untouched");
}

Test(config_yaml, cuts_long_text_between_characters)
{
	char text[128] = "", words[RD_YAML_WORDS];

	for (int i = 0; i < 20; i++)
		strcat(text, "\xe5\x90\x8d");
	rd_yaml_words(value(text), words);
	cr_assert_eq(strlen(words), 39 + 5);
}

Test(config_yaml, keeps_text_as_it_was_written)
{
	const char *text;
	int64_t n;
	bool flag;

	cr_assert_eq(rd_yaml_string(value("0123"), "k", 0, 9, &text, &diag), 0);
	cr_assert_str_eq(text, "0123");
	cr_assert_eq(rd_yaml_string(value("no"), "k", 0, 9, &text, &diag), 0);
	cr_assert_str_eq(text, "no");
	cr_assert_eq(rd_yaml_string(value("''"), "k", 0, 9, &text, &diag), 0);
	cr_assert_str_eq(text, "");
	cr_assert_eq(rd_yaml_digits(value("400*"), "k", true, &text, &diag), 0);
	cr_assert_str_eq(text, "400*");
	cr_assert_eq(rd_yaml_int(value("0x1f"), "k", 0, 99, &n, &diag), 0);
	cr_assert_eq(n, 31);
	cr_assert_eq(rd_yaml_int(value("010"), "k", -9, 99, &n, &diag), 0);
	cr_assert_eq(n, 10);
	cr_assert_eq(rd_yaml_bool(value("off"), "k", &flag, &diag), 0);
	cr_assert(!flag);
}

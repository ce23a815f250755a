// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Notations of ringdown.yaml that are more than a number or a name. Each is a
 * struct rd_format: what to expect, the schema, and a parser that reports
 * itself. bind->user is the struct rd_config_build.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config/build.h"
#include "lib/config/zone.h"

#define PATH_LEN_MAX 1024
#define DAY_MIN	     1440

/* A whole number of at most 4 digits; moves *s behind it. */
static bool take_number(const char **s, int min, int max, int *out)
{
	const char *p = *s;
	int n = 0;

	while (isdigit((unsigned char)*p) && p - *s < 4)
		n = n * 10 + (*p++ - '0');
	if (p == *s || n < min || n > max)
		return false;
	*s = p;
	*out = n;
	return true;
}

static bool take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* ---- a path ------------------------------------------------------------- */

static int parse_path(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	struct rd_config_build *build = bind->user;
	const char *text;
	int err;

	err = rd_yaml_string(node, what, 0, PATH_LEN_MAX, &text, bind->diag);
	if (err)
		return err;
	text = rd_config_path(&build->config, node->place, text);
	if (!text) {
		rd_diag_error(bind->diag, node->place, "out of memory");
		return -ENOMEM;
	}
	*(const char **)out = text;
	return 0;
}

const struct rd_format rd_format_path = {
	.expected = "a path, from the folder of this file",
	.schema = "\"type\": \"string\", \"maxLength\": 1024",
	.parse = parse_path,
};

/* ---- channels: 1-15,17-31 ----------------------------------------------- */

static int parse_channels(struct rd_bind *bind, const struct rd_yaml *node,
			  const char *what, void *out)
{
	const char *s = node->text;
	uint32_t channels = 0;

	do {
		int from, to;

		if (!take_number(&s, 1, 31, &from))
			break;
		to = from;
		if (take_char(&s, '-') && !take_number(&s, from, 31, &to))
			break;
		for (int slot = from; slot <= to; slot++)
			channels |= 1u << slot;
		if (*s == 0) {
			*(uint32_t *)out = channels;
			return 0;
		}
	} while (take_char(&s, ','));
	return rd_bind_refuse(bind, node, what, rd_format_channels.expected);
}

const struct rd_format rd_format_channels = {
	.expected = "channels such as 1-15,17-31",
	.schema = "\"type\": [\"string\", \"integer\"], \"pattern\": "
		  "\"^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$\"",
	.parse = parse_channels,
};

/* ---- a key of the telephone --------------------------------------------- */

static int parse_key(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, void *out)
{
	if (strlen(node->text) != 1 || !strchr("0123456789*#", node->text[0]))
		return rd_bind_refuse(bind, node, what, rd_format_key.expected);
	*(char *)out = node->text[0];
	return 0;
}

const struct rd_format rd_format_key = {
	.expected = "one of the keys 0 to 9, * and #",
	.schema = "\"type\": [\"string\", \"integer\"], \"pattern\": "
		  "\"^[0-9*#]$\", \"minimum\": 0, \"maximum\": 9",
	.parse = parse_key,
};

/* ---- a tree or one of its nodes ----------------------------------------- */

static int find_node(struct rd_bind *bind, const struct rd_yaml *at,
		     const char *what, const struct rd_yaml *tree,
		     const char *name)
{
	const struct rd_yaml *nodes = tree ? rd_yaml_get(tree, "nodes") : NULL;
	const char **names, *nearest = NULL;
	int i;

	if (!nodes || nodes->kind != RD_YAML_MAPPING)
		return 0; /* that tree has errors of its own */
	i = rd_yaml_index(nodes, name);
	if (i >= 0)
		return i;
	names = rd_arena_alloc(bind->arena, nodes->n, sizeof(*names));
	for (uint32_t k = 0; names && k < nodes->n; k++)
		names[k] = nodes->keys[k]->text;
	if (names)
		nearest = rd_diag_nearest(name, names, nodes->n);
	rd_diag_error(bind->diag, at->place,
		      "key \"%s\": no node \"%.64s\" in %s%s%s%s", what, name,
		      tree->place.file, nearest ? "; did you mean \"" : "",
		      nearest ? nearest : "", nearest ? "\"?" : "");
	return -ENOENT;
}

static int parse_goto(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	const struct rd_config_build *build = bind->user;
	struct rd_yaml tree = *node;
	const char *dot = strchr(node->text, '.');
	uint16_t *target = out; /* tree, node */
	uint16_t index;
	int at = 0;

	if (node->kind != RD_YAML_SCALAR)
		return rd_bind_refuse(bind, node, what, rd_format_goto.expected);
	if (!node->text[0]) /* the default: nowhere */
		goto found_none;
	if (dot)
		tree.text = rd_arena_text(bind->arena, node->text,
					  (size_t)(dot - node->text));
	if (!tree.text || rd_yaml_ref(&tree, what, &bind->scopes[RD_SCOPE_TREE],
				      &index, bind->diag))
		return -EINVAL;
	if (dot)
		at = find_node(bind, node, what, build->tree_roots[index],
			       dot + 1);
	if (at < 0 || at >= RD_INDEX_NONE)
		return -ENOENT;
	target[0] = index;
	target[1] = (uint16_t)at;
	return 0;
found_none:
	target[0] = RD_INDEX_NONE;
	target[1] = 0;
	return 0;
}

const struct rd_format rd_format_goto = {
	.expected = "a tree, or one of its nodes as tree.node",
	.schema = "\"type\": \"string\"",
	.parse = parse_goto,
};

/* ---- zh: 3, billing: 2 ---------------------------------------------------- */

static int parse_levels(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	struct rd_cfg_levels *levels = out;
	struct rd_cfg_skill_level *at;
	int err = 0;

	if (rd_yaml_is_null(node))
		return 0;
	if (rd_yaml_expect(node, what, RD_YAML_MAPPING, bind->diag))
		return -EINVAL;
	if (node->n > RD_SKILLS_MAX)
		return rd_bind_refuse(bind, node, what, rd_format_levels.expected);
	at = rd_arena_alloc(bind->arena, node->n, sizeof(*at));
	if (!at) {
		rd_diag_error(bind->diag, node->place, "out of memory");
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < node->n; i++) {
		int64_t level = 0;

		at[i].skill = RD_REF_NONE;
		if (rd_yaml_ref(node->keys[i], what,
				&bind->scopes[RD_SCOPE_SKILL], &at[i].skill,
				bind->diag) ||
		    rd_yaml_int(node->items[i], node->keys[i]->text, 0,
				RD_LEVEL_MAX, &level, bind->diag))
			err = -EINVAL;
		at[i].level = (uint8_t)level;
	}
	if (err)
		return err;
	levels->n = (uint16_t)node->n;
	levels->at = at;
	return 0;
}

const struct rd_format rd_format_levels = {
	.expected = "skills and their levels such as { zh: 5, billing: 3 }",
	.schema = "\"type\": \"object\", \"additionalProperties\": "
		  "{ \"type\": \"integer\", \"minimum\": 0, "
		  "\"maximum\": 9 }",
	.parse = parse_levels,
};

/* ---- sound -------------------------------------------------------------- */

static const struct rd_field prompt_fields[] = {
	{ "file", RD_STRING(rd_raw_prompt, file), .min = 1, .max = PATH_LEN_MAX,
	  .choice = true, .shorthand = true,
	  .help = "A sound file of any common format, from the folder of this "
		  "file." },
	{ "say", RD_STRING(rd_raw_prompt, say), .min = 1, .max = 1000,
	  .choice = true, .help = "A text to be spoken." },
	{ "language", RD_REF(rd_raw_prompt, language, RD_SCOPE_LANGUAGE),
	  .help = "In which language; without it, the default one." },
};

static const struct rd_table prompt_table = {
	RD_TABLE("prompt", struct rd_raw_prompt, prompt_fields),
	.help = "A piece of sound: a file, or a text to be spoken.",
	.place = RD_AT(rd_raw_prompt, place),
};

static int parse_prompt(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	struct rd_config_build *build = bind->user;
	struct rd_raw_prompt *raw;
	int err;

	*(uint32_t *)out = RD_PROMPT_NONE;
	if (node->quoted && !node->text[0]) /* the default: silence */
		return 0;
	raw = rd_arena_alloc(bind->arena, 1, sizeof(*raw));
	if (!raw) {
		rd_diag_error(bind->diag, node->place, "out of memory");
		return -ENOMEM;
	}
	err = rd_bind(bind, &prompt_table, node, raw);
	if (err)
		return err;
	raw->to = out;
	*build->raw_prompts_end = raw;
	build->raw_prompts_end = &raw->next;
	return 0;
}

const struct rd_format rd_format_prompt = {
	.expected = "a sound file, or a text to be spoken",
	.table = &prompt_table,
	.parse = parse_prompt,
};

/* ---- Mon-Fri 08:30-17:30 ------------------------------------------------ */

static bool take_weekday(const char **s, int *out)
{
	static const char *const names[] = { "Mon", "Tue", "Wed", "Thu",
					     "Fri", "Sat", "Sun" };

	for (int i = 0; i < 7; i++) {
		if (strncmp(*s, names[i], 3))
			continue;
		*s += 3;
		*out = i;
		return true;
	}
	return false;
}

/* Mon-Fri, Sat-Mon, Mon,Wed,Fri or daily */
static bool take_weekdays(const char **s, uint8_t *out)
{
	uint8_t days = 0;

	if (!strncmp(*s, "daily", 5)) {
		*s += 5;
		*out = 0x7f;
		return true;
	}
	do {
		int from, to;

		if (!take_weekday(s, &from))
			return false;
		to = from;
		if (take_char(s, '-') && !take_weekday(s, &to))
			return false;
		days |= (uint8_t)(1u << to);
		for (int day = from; day != to; day = (day + 1) % 7)
			days |= (uint8_t)(1u << day);
	} while (take_char(s, ','));
	*out = days;
	return true;
}

static bool take_time(const char **s, uint16_t *out)
{
	int hour, minute;

	if (!take_number(s, 0, 24, &hour) || !take_char(s, ':') ||
	    !take_number(s, 0, hour == 24 ? 0 : 59, &minute))
		return false;
	*out = (uint16_t)(hour * 60 + minute);
	return true;
}

/* to_min below from_min: past midnight; config.c makes two rows of it. */
static int parse_hours(struct rd_bind *bind, const struct rd_yaml *node,
		       const char *what, void *out)
{
	struct rd_cfg_period row = { .to_min = DAY_MIN, .place = node->place };
	const char *s = node->text;

	if (!take_weekdays(&s, &row.weekdays))
		goto err;
	if (*s && (!take_char(&s, ' ') || !take_time(&s, &row.from_min) ||
		   !take_char(&s, '-') || !take_time(&s, &row.to_min)))
		goto err;
	if (*s || row.from_min == row.to_min || row.from_min == DAY_MIN)
		goto err;
	*(struct rd_cfg_period *)out = row;
	return 0;
err:
	return rd_bind_refuse(bind, node, what, rd_format_hours.expected);
}

#define DAY_RE	"(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
#define DAYS_RE DAY_RE "(-" DAY_RE ")?"
#define TIME_RE "[0-9]{1,2}:[0-9]{2}"

const struct rd_format rd_format_hours = {
	.expected = "days and hours such as \"Mon-Fri 08:30-17:30\", "
		    "\"Sat,Sun 22:00-06:00\" or \"daily\"",
	.schema = "\"type\": \"string\", \"pattern\": "
		  "\"^(daily|" DAYS_RE "(," DAYS_RE ")*)"
		  "( " TIME_RE "-" TIME_RE ")?$\"",
	.parse = parse_hours,
};

/* 10:00-14:00, of any day */
static int parse_clock(struct rd_bind *bind, const struct rd_yaml *node,
		       const char *what, void *out)
{
	struct rd_cfg_period row = { .weekdays = 0x7f, .place = node->place };
	const char *s = node->text;

	if (!take_time(&s, &row.from_min) || !take_char(&s, '-') ||
	    !take_time(&s, &row.to_min) || *s || row.from_min >= row.to_min)
		return rd_bind_refuse(bind, node, what, rd_format_clock.expected);
	*(struct rd_cfg_period *)out = row;
	return 0;
}

const struct rd_format rd_format_clock = {
	.expected = "hours of a day such as 10:00-14:00",
	.schema = "\"type\": \"string\", \"pattern\": "
		  "\"^" TIME_RE "-" TIME_RE "$\"",
	.parse = parse_clock,
};

/* ---- 2026-10-01..2026-10-07 --------------------------------------------- */

static bool take_date(const char **s, uint32_t *out)
{
	int year, month, mday, y, m, d;
	int64_t day;

	if (!take_number(s, 1970, 9999, &year) || !take_char(s, '-') ||
	    !take_number(s, 1, 12, &month) || !take_char(s, '-') ||
	    !take_number(s, 1, 31, &mday))
		return false;
	day = rd_day_from_date(year, month, mday);
	rd_date_from_day(day, &y, &m, &d);
	if (d != mday) /* 31 April */
		return false;
	*out = (uint32_t)day;
	return true;
}

static int parse_days(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	struct rd_cfg_holiday days = { .place = node->place };
	const char *s = node->text;

	if (!take_date(&s, &days.from_day))
		goto err;
	days.to_day = days.from_day;
	if (*s && (!take_char(&s, '.') || !take_char(&s, '.') ||
		   !take_date(&s, &days.to_day)))
		goto err;
	if (*s || days.to_day < days.from_day)
		goto err;
	*(struct rd_cfg_holiday *)out = days;
	return 0;
err:
	return rd_bind_refuse(bind, node, what, rd_format_days.expected);
}

const struct rd_format rd_format_days = {
	.expected = "a date such as 2026-10-01, or 2026-10-01..2026-10-07",
	.schema = "\"type\": \"string\", \"pattern\": "
		  "\"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
		  "(\\\\.\\\\.[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})?$\"",
	.parse = parse_days,
};

/* ---- time zones --------------------------------------------------------- */

/* The rule that the bundle brought along for a name, or NULL. */
static const char *brought_rule(struct rd_bind *bind, const char *name)
{
	const struct rd_config_build *build = bind->user;
	char entry[sizeof(RD_BUNDLE_ZONE) + 64];
	struct rd_bundle_file file;
	struct rd_zone zone;
	const char *rule;

	if (strlen(name) > 64)
		return NULL;
	snprintf(entry, sizeof(entry), RD_BUNDLE_ZONE "%s", name);
	if (!rd_bundle_find(build->bundle, entry, &file) || !file.len)
		return NULL;
	rule = rd_arena_text(bind->arena, file.text, file.len);
	return rule && !rd_zone_parse(rule, &zone, NULL) ? rule : NULL;
}

static int parse_zone(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	const char *nearest = NULL, *rule = node->text;
	struct rd_zone zone;

	if (rd_zone_parse(rule, &zone, &nearest))
		rule = brought_rule(bind, rule);
	if (!rule) {
		rd_diag_error(bind->diag, node->place,
			      "key \"%s\": found \"%.64s\", expected %s%s%s%s",
			      what, node->text, rd_format_zone.expected,
			      nearest ? "; did you mean \"" : "",
			      nearest ? nearest : "", nearest ? "\"?" : "");
		return -EINVAL;
	}
	*(const char **)out = rule;
	return 0;
}

const struct rd_format rd_format_zone = {
	.expected = "a time zone such as Asia/Shanghai, or a POSIX rule such "
		    "as CET-1CEST,M3.5.0,M10.5.0/3",
	.schema = "\"type\": \"string\"",
	.parse = parse_zone,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conversions of YAML scalars; see yaml.h. All fail through refuse(), so that
 * all messages have one form: what was found, what was expected.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config/yaml.h"

#define DIGITS_MAX 31 /* RD_NUMBER_LEN less its NUL */

struct unit {
	const char *name;
	int64_t worth;
};

static const struct unit durations[] = {
	{ "ms", 1 },	  { "s", 1000 },     { "m", 60000 },
	{ "h", 3600000 }, { "d", 86400000 }, { NULL, 0 },
};

static const struct unit sizes[] = {
	{ "B", 1 },	    { "KiB", 1 << 10 },		 { "MiB", 1 << 20 },
	{ "GiB", 1 << 30 }, { "TiB", (int64_t)1 << 40 }, { NULL, 0 },
};

const char *rd_yaml_words(const struct rd_yaml *node, char buf[RD_YAML_WORDS])
{
	int cut = 40;

	if (node->kind == RD_YAML_SEQUENCE)
		return strcpy(buf, "a list");
	if (node->kind == RD_YAML_MAPPING)
		return strcpy(buf, "a mapping");
	if (rd_yaml_is_null(node))
		return strcpy(buf, "nothing");
	if (strlen(node->text) > (size_t)cut) {
		/* not inside a UTF-8 sequence */
		while ((node->text[cut] & 0xc0) == 0x80)
			cut--;
		snprintf(buf, RD_YAML_WORDS, "\"%.*s...\"", cut, node->text);
	} else {
		snprintf(buf, RD_YAML_WORDS, "\"%s\"", node->text);
	}
	for (char *c = buf; *c; c++)
		if ((unsigned char)*c < 0x20)
			*c = ' ';
	return buf;
}

static int refuse(const struct rd_yaml *node, const char *what,
		  struct rd_diag *diag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static int refuse(const struct rd_yaml *node, const char *what,
		  struct rd_diag *diag, const char *fmt, ...)
{
	char words[RD_YAML_WORDS], expected[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(expected, sizeof(expected), fmt, args);
	va_end(args);
	rd_diag_error(diag, node->place, "key \"%s\": found %s, expected %s",
		      what, rd_yaml_words(node, words), expected);
	return -EINVAL;
}

static bool is_text(const struct rd_yaml *node)
{
	return node->kind == RD_YAML_SCALAR && !rd_yaml_is_null(node);
}

int rd_yaml_int(const struct rd_yaml *node, const char *what, int64_t min,
		int64_t max, int64_t *out, struct rd_diag *diag)
{
	const char *text = node->text;
	int base = strncmp(text, "0x", 2) ? 10 : 16;
	char *end = (char *)text;
	long long value = 0;

	errno = 0;
	if (is_text(node) && strchr("-0123456789", text[0]))
		value = strtoll(text, &end, base);
	if (end == text || *end || errno || value < min || value > max)
		return refuse(node, what, diag,
			      "a whole number %" PRId64 " to %" PRId64, min,
			      max);
	*out = value;
	return 0;
}

int rd_yaml_real(const struct rd_yaml *node, const char *what, double min,
		 double max, double *out, struct rd_diag *diag)
{
	const char *text = node->text;
	char *end = (char *)text;
	double value = 0;

	/* digits, sign, point, exponent: no "inf", "nan" or "0x1p3" */
	if (is_text(node) && !text[strspn(text, "+-0123456789.eE")])
		value = strtod(text, &end);
	if (end == text || *end || !isfinite(value) || value < min ||
	    value > max)
		return refuse(node, what, diag, "a number %g to %g", min, max);
	*out = value;
	return 0;
}

int rd_yaml_bool(const struct rd_yaml *node, const char *what, bool *out,
		 struct rd_diag *diag)
{
	static const char *const words[] = { "false", "true", "no",
					     "yes",   "off",  "on" };

	for (size_t i = 0; is_text(node) && i < 6; i++) {
		if (strcmp(node->text, words[i]))
			continue;
		*out = i & 1;
		return 0;
	}
	return refuse(node, what, diag, "true or false");
}

/*
 * Numbers with units, at least one, as "1m30s"; or "0". *out is their sum.
 * Returns false if it is not that or overflows.
 */
static bool parse_units(const char *text, const struct unit *units,
			int64_t *out)
{
	int64_t sum = 0;

	if (!strcmp(text, "0")) {
		*out = 0;
		return true;
	}
	do {
		const struct unit *unit = units;
		int64_t value;
		char *end;
		size_t len;

		if (*text < '0' || *text > '9')
			return false;
		errno = 0;
		value = strtoll(text, &end, 10);
		len = strcspn(end, "0123456789");
		while (unit->name && (strlen(unit->name) != len ||
				      strncmp(unit->name, end, len)))
			unit++;
		if (errno || !unit->name ||
		    __builtin_mul_overflow(value, unit->worth, &value) ||
		    __builtin_add_overflow(sum, value, &sum))
			return false;
		text = end + len;
	} while (*text);
	*out = sum;
	return true;
}

/* The largest unit that divides value. */
static const char *print_units(int64_t value, const struct unit *units,
			       char buf[32])
{
	const struct unit *best = units;

	for (const struct unit *unit = units; unit->name; unit++)
		if (value && value % unit->worth == 0)
			best = unit;
	if (value)
		snprintf(buf, 32, "%" PRId64 "%s", value / best->worth,
			 best->name);
	else
		strcpy(buf, "0");
	return buf;
}

const char *rd_yaml_duration_words(int64_t ms, char buf[32])
{
	return print_units(ms, durations, buf);
}

const char *rd_yaml_size_words(int64_t octets, char buf[32])
{
	return print_units(octets, sizes, buf);
}

static int quantity(const struct rd_yaml *node, const char *what, int64_t min,
		    int64_t max, int64_t *out, const struct unit *units,
		    const char *expected, struct rd_diag *diag)
{
	char low[32], high[32];
	int64_t value;

	if (!is_text(node) || !parse_units(node->text, units, &value))
		return refuse(node, what, diag, "%s", expected);
	if (value < min || value > max)
		return refuse(node, what, diag, "%s to %s",
			      print_units(min, units, low),
			      print_units(max, units, high));
	*out = value;
	return 0;
}

int rd_yaml_duration(const struct rd_yaml *node, const char *what,
		     int64_t min_ms, int64_t max_ms, int64_t *out_ms,
		     struct rd_diag *diag)
{
	return quantity(node, what, min_ms, max_ms, out_ms, durations,
			"a duration such as 500ms, 10s, 2m, 8h, 30d or 1m30s",
			diag);
}

int rd_yaml_size(const struct rd_yaml *node, const char *what, int64_t min,
		 int64_t max, int64_t *out, struct rd_diag *diag)
{
	return quantity(node, what, min, max, out, sizes,
			"a size such as 64KiB, 16MiB or 2GiB", diag);
}

int rd_yaml_string(const struct rd_yaml *node, const char *what, size_t min,
		   size_t max, const char **out, struct rd_diag *diag)
{
	size_t len = strlen(node->text);

	if (!is_text(node))
		return refuse(node, what, diag, "text");
	if (len < min)
		return refuse(node, what, diag, "at least %zu characters", min);
	if (len > max)
		return refuse(node, what, diag, "at most %zu octets", max);
	*out = node->text;
	return 0;
}

int rd_yaml_digits(const struct rd_yaml *node, const char *what, bool pattern,
		   const char **out, struct rd_diag *diag)
{
	const char *text = node->text;
	size_t len = strlen(text), dialled;

	dialled =
		strspn(text, pattern ? "0123456789#ABCD" : "0123456789*#ABCD");
	if (pattern && text[dialled] == '*')
		dialled++;
	if (!is_text(node) || !len || len > DIGITS_MAX || dialled != len)
		return refuse(node, what, diag, "a number of 1 to %d digits%s",
			      DIGITS_MAX,
			      pattern ? ", or with a * at its end for any rest"
				      : "");
	*out = text;
	return 0;
}

/* "a, b or c" */
static void list_names(const char *const *names, char *buf, size_t len)
{
	size_t at = 0, left = 0;

	for (size_t i = 0; names[i]; i++)
		left += names[i][0] != 0;
	for (size_t i = 0; names[i] && at < len; i++) {
		if (!names[i][0])
			continue;
		left--;
		at += (size_t)snprintf(buf + at, len - at, "%s%s", names[i],
				       left > 1 ? ", "
				       : left	? " or "
						: "");
	}
}

int rd_yaml_enum(const struct rd_yaml *node, const char *what,
		 const char *const *names, int *out, struct rd_diag *diag)
{
	char all[400] = "";
	const char *nearest;
	size_t n = 0;

	for (; names[n]; n++) {
		if (!is_text(node) || !names[n][0] ||
		    strcmp(node->text, names[n]))
			continue;
		*out = (int)n;
		return 0;
	}
	list_names(names, all, sizeof(all));
	nearest = is_text(node) ? rd_diag_nearest(node->text, names, n) : NULL;
	if (nearest)
		return refuse(node, what, diag, "%s; did you mean \"%s\"?", all,
			      nearest);
	return refuse(node, what, diag, "%s", all);
}

int rd_yaml_expect(const struct rd_yaml *node, const char *what,
		   enum rd_yaml_kind kind, struct rd_diag *diag)
{
	static const char *const kinds[] = {
		[RD_YAML_SCALAR] = "text",
		[RD_YAML_SEQUENCE] = "a list",
		[RD_YAML_MAPPING] = "a mapping (key: value)",
	};

	if (node->kind == kind)
		return 0;
	return refuse(node, what, diag, "%s", kinds[kind]);
}

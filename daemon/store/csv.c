// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CSV; see csv.h. One pass splits the text into fields in place (a field never
 * gets longer by unquoting), a second fills the hash: open addressing, linear,
 * at most half full.
 */
#include "daemon/store/csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/source.h"

#define WHY 120

struct cursor {
	char *p, *end; /* *end is NUL */
	unsigned line;
};

enum after {
	AFTER_COMMA,
	AFTER_LINE,
	AFTER_BAD
};

/* One field at c; *field is NUL-terminated in place. What follows it? */
static enum after next_field(struct cursor *c, char **field)
{
	char *out = c->p;

	*field = out;
	if (c->p < c->end && *c->p == '"') {
		for (c->p++;; *out++ = *c->p++) {
			if (c->p >= c->end)
				return AFTER_BAD;
			if (*c->p == '\n')
				c->line++;
			if (*c->p != '"')
				continue;
			if (c->p[1] != '"')
				break;
			c->p++;
		}
		c->p++;
		if (c->p < c->end && !strchr(",\r\n", *c->p))
			return AFTER_BAD;
	} else {
		while (c->p < c->end && *c->p != ',' && *c->p != '\n')
			c->p++;
		out = c->p;
		if (out > *field && out[-1] == '\r')
			out--;
	}
	if (c->p < c->end && *c->p == '\r')
		c->p++;
	if (c->p < c->end && *c->p == ',') {
		c->p++;
		*out = '\0';
		return AFTER_COMMA;
	}
	if (c->p < c->end && *c->p != '\n') /* a CR alone */
		return AFTER_BAD;
	c->p++;
	c->line++;
	*out = '\0';
	return AFTER_LINE;
}

/* A line's fields. How many, 0 for an empty line, -EINVAL. */
static int next_line(struct cursor *c, const char **fields)
{
	enum after after;
	int n = 0;

	do {
		char *field;

		after = next_field(c, &field);
		if (after == AFTER_BAD || n == RD_CSV_COLUMNS)
			return -EINVAL;
		fields[n++] = field;
	} while (after == AFTER_COMMA);
	return n == 1 && !*fields[0] ? 0 : n;
}

static uint32_t hash_of(const char *key)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (; *key; key++)
		h = (h ^ (uint8_t)*key) * 16777619u;
	return h ^ h >> 15;
}

static const char *const *row_at(const struct rd_csv *csv, uint32_t row)
{
	return csv->fields + (size_t)row * csv->columns;
}

/* The slot of key: its row's, or the empty one where it would be. */
static uint32_t *slot_of(const struct rd_csv *csv, const char *key)
{
	for (uint32_t i = hash_of(key);; i++) {
		uint32_t *slot = &csv->hash[i & csv->mask];

		if (!*slot || !strcmp(row_at(csv, *slot - 1)[csv->key], key))
			return slot;
	}
}

static int fill_hash(struct rd_csv *csv)
{
	uint32_t slots = 16;

	while (slots / 2 < csv->rows)
		slots *= 2;
	csv->hash = calloc(slots, sizeof(*csv->hash));
	if (!csv->hash)
		return -ENOMEM;
	csv->mask = slots - 1;
	for (uint32_t row = 0; row < csv->rows; row++) {
		uint32_t *slot = slot_of(csv, row_at(csv, row)[csv->key]);

		if (!*slot)
			*slot = row + 1;
	}
	return 0;
}

static int parse_header(struct rd_csv *csv, struct cursor *c, const char *key,
			char *why)
{
	int n;

	if (c->end - c->p >= 3 && !memcmp(c->p, "\xef\xbb\xbf", 3))
		c->p += 3;
	n = c->p < c->end ? next_line(c, csv->title) : 0;
	if (n <= 0) {
		snprintf(why, WHY, "line 1: no header");
		return -EINVAL;
	}
	csv->columns = (uint32_t)n;
	for (csv->key = 0; csv->key < csv->columns; csv->key++)
		if (!strcmp(csv->title[csv->key], key))
			return 0;
	snprintf(why, WHY, "line 1: no column \"%.40s\"", key);
	return -EINVAL;
}

static int parse_row(struct rd_csv *csv, struct cursor *c, uint32_t *cap,
		     char *why)
{
	const char *fields[RD_CSV_COLUMNS];
	unsigned line = c->line;
	int n = next_line(c, fields);

	if (n < 0 || n > (int)csv->columns) {
		snprintf(why, WHY, "line %u: %s", line,
			 n < 0 ? "quotes or line ends are wrong"
			       : "more fields than the header has");
		return -EINVAL;
	}
	if (!n)
		return 0;
	if (csv->rows == *cap) {
		uint32_t more = *cap ? *cap * 2 : 256;
		void *grown = realloc(csv->fields, (size_t)more * csv->columns *
							   sizeof(*fields));

		if (!grown)
			return -ENOMEM;
		csv->fields = grown;
		*cap = more;
	}
	for (uint32_t i = 0; i < csv->columns; i++)
		csv->fields[(size_t)csv->rows * csv->columns + i] =
			(int)i < n ? fields[i] : "";
	csv->rows++;
	return 0;
}

int rd_csv_parse(struct rd_csv *csv, char *text, size_t len, const char *key,
		 uint64_t deadline_ns, char *why)
{
	struct cursor c = { text, text + len, 1 };
	uint32_t cap = 0;
	int err;

	memset(csv, 0, sizeof(*csv));
	csv->text = text;
	why[0] = '\0';
	text[len] = '\0';
	err = parse_header(csv, &c, key, why);
	while (!err && c.p < c.end) {
		err = parse_row(csv, &c, &cap, why);
		if (!err && csv->rows % 1024 == 0 && deadline_ns &&
		    rd_monotonic_ns() > deadline_ns)
			err = -ETIMEDOUT;
	}
	if (!err)
		err = fill_hash(csv);
	if (err)
		rd_csv_free(csv);
	return err;
}

void rd_csv_free(struct rd_csv *csv)
{
	free(csv->text);
	free(csv->fields);
	free(csv->hash);
	memset(csv, 0, sizeof(*csv));
}

const char *const *rd_csv_find(const struct rd_csv *csv, const char *key)
{
	uint32_t *slot = csv->hash ? slot_of(csv, key) : NULL;

	return slot && *slot ? row_at(csv, *slot - 1) : NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables for people; see table.h. What an answer holds is not known here: its
 * own keys are the titles, so a field that core adds is shown without a change
 * of this file.
 */
#include "tools/ringdown/table.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#define GAP	  2
#define A_TIME_MS 1000000000000 /* above: a point in time (2001), not a span */

void table_init(struct table *t)
{
	memset(t, 0, sizeof(*t));
}

void table_free(struct table *t)
{
	for (int i = 0; i < t->rows; i++)
		free(t->cell[i]);
	free(t->cell);
	memset(t, 0, sizeof(*t));
}

/* rows counts cells here; it is divided when it is printed */
void table_add(struct table *t, const char *text)
{
	if (t->rows == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->cell = realloc(t->cell, (size_t)t->cap * sizeof(*t->cell));
		if (!t->cell)
			abort();
	}
	t->cell[t->rows++] = strdup(text);
}

void table_column(struct table *t, const char *title, bool right)
{
	if (t->columns == TABLE_COLUMNS)
		return;
	t->right[t->columns++] = right;
	table_add(t, title);
}

/* ---- widths ------------------------------------------------------------------- */

/* Octets of the character at p, and the cells it takes. */
static int character(const char *p, int *cells)
{
	mbstate_t state = { 0 };
	wchar_t wc;
	size_t n = mbrtowc(&wc, p, strlen(p), &state);

	*cells = 1;
	if (n == (size_t)-1 || n == (size_t)-2 || !n)
		return 1;
	if (wcwidth(wc) >= 0)
		*cells = wcwidth(wc);
	return (int)n;
}

int text_width(const char *text)
{
	int width = 0, cells;

	while (*text) {
		text += character(text, &cells);
		width += cells;
	}
	return width;
}

/* Text, at most room cells of it, controls made visible. */
static void print_text(FILE *out, const char *text, int room)
{
	while (*text) {
		int cells, n = character(text, &cells);

		if (cells > room)
			return;
		room -= cells;
		if (n == 1 && iscntrl((unsigned char)*text))
			fputc('?', out);
		else
			fwrite(text, 1, (size_t)n, out);
		text += n;
	}
}

void table_print(const struct table *t, FILE *out, int width)
{
	int wide[TABLE_COLUMNS] = { 0 };
	int left = width ? width : INT32_MAX;

	for (int i = 0; i < t->rows; i++) {
		int w = text_width(t->cell[i]);

		if (w > wide[i % t->columns])
			wide[i % t->columns] = w;
	}
	for (int i = 0; i < t->rows; i++) {
		int column = i % t->columns;
		bool last = column == t->columns - 1;
		int w = text_width(t->cell[i]);
		int pad = wide[column] - w;

		if (!column)
			left = width ? width : INT32_MAX;
		if (t->right[column])
			fprintf(out, "%*s", pad, "");
		print_text(out, t->cell[i], last ? left : w);
		if (last)
			fputc('\n', out);
		else if (t->right[column])
			fprintf(out, "%*s", GAP, "");
		else
			fprintf(out, "%*s", pad + GAP, "");
		left -= wide[column] + GAP;
		if (left < 8)
			left = 8;
	}
}

/* ---- values --------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), e = strlen(end);

	return n >= e && !strcmp(name + n - e, end);
}

static void time_words(int64_t s, char *out, size_t size)
{
	time_t t = (time_t)s;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(out, size, "%F %T", &tm))
		snprintf(out, size, "%" PRId64, s);
}

static void duration_words(int64_t ms, char *out, size_t size)
{
	int64_t s = ms / 1000;

	if (ms > 0 && ms < 100)
		snprintf(out, size, "%" PRId64 " ms", ms);
	else if (ms < 60000)
		snprintf(out, size, "%" PRId64 ".%" PRId64 " s", s,
			 ms % 1000 / 100);
	else if (s < 3600)
		snprintf(out, size, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
	else
		snprintf(out, size, "%" PRId64 ":%02" PRId64 ":%02" PRId64,
			 s / 3600, s / 60 % 60, s % 60);
}

static void list_words(const json_t *list, char *out, size_t size)
{
	size_t n = 0, i;
	json_t *item;

	if (json_array_size(list) && json_is_object(json_array_get(list, 0))) {
		snprintf(out, size, "%zu", json_array_size(list));
		return;
	}
	out[0] = '\0';
	json_array_foreach((json_t *)list, i, item)
	{
		char one[128];

		value_words("", item, one, sizeof(one));
		if (n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
					      i ? " " : "", one);
	}
}

void value_words(const char *name, const json_t *value, char *out, size_t size)
{
	json_int_t n = json_integer_value(value);

	if (!value || json_is_null(value) ||
	    (json_is_string(value) && !json_string_length(value)) ||
	    (json_is_integer(value) && !n && ends_with(name, "_s")))
		snprintf(out, size, "-"); /* nothing, or never */
	else if (json_is_string(value))
		snprintf(out, size, "%s", json_string_value(value));
	else if (json_is_boolean(value))
		snprintf(out, size, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_real(value))
		snprintf(out, size, "%.2f", json_real_value(value));
	else if (json_is_array(value))
		list_words(value, out, size);
	else if (json_is_object(value)) {
		char *text = json_dumps(value, JSON_COMPACT);

		snprintf(out, size, "%s", text ? text : "");
		free(text);
	} else if (ends_with(name, "_ns"))
		time_words(n / 1000000000, out, size);
	else if (ends_with(name, "_s") && n > A_TIME_MS / 1000)
		time_words(n, out, size);
	else if (ends_with(name, "_ms") && n > A_TIME_MS)
		time_words(n / 1000, out, size);
	else if (ends_with(name, "_ms"))
		duration_words(n, out, size);
	else
		snprintf(out, size, "%" JSON_INTEGER_FORMAT, n);
}

/* "wait_ms" -> "WAIT" */
static void title_of(const char *key, char *out, size_t size)
{
	static const char *const units[] = { "_ms", "_ns", "_s" };
	size_t n;

	snprintf(out, size, "%s", key);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ends_with(out, units[i])) {
			out[strlen(out) - strlen(units[i])] = '\0';
			break;
		}
	for (n = 0; out[n]; n++)
		out[n] = out[n] == '_' ? ' '
				       : (char)toupper((unsigned char)out[n]);
}

/* ---- answers ---------------------------------------------------------------------- */

/* Is it too much for a cell? */
static bool is_nested(const json_t *value)
{
	return json_is_object(value) ||
	       (json_is_array(value) &&
		json_is_object(json_array_get(value, 0)));
}

/*
 * Keys of all rows that fit into cells, in the order in which they are met
 * first.
 */
static int collect_keys(const json_t *rows, const char **keys)
{
	size_t i;
	json_t *row, *value;
	const char *key;
	int n = 0;

	json_array_foreach((json_t *)rows, i, row)
		json_object_foreach(row, key, value)
	{
		int k = 0;

		while (k < n && strcmp(keys[k], key))
			k++;
		if (k == n && n < TABLE_COLUMNS && !is_nested(value))
			keys[n++] = key;
	}
	return n;
}

/* The words of columns as keys; they lie in room. */
static int split_keys(const char *columns, char *room, size_t size,
		      const char **keys)
{
	char *rest = room, *key;
	int n = 0;

	snprintf(room, size, "%s", columns);
	while (n < TABLE_COLUMNS && (key = strsep(&rest, " ")))
		keys[n++] = key;
	return n;
}

static bool is_numeric(const json_t *rows, const char *key)
{
	bool any = false;
	size_t i;
	json_t *row;

	json_array_foreach((json_t *)rows, i, row)
	{
		const json_t *value = json_object_get(row, key);

		if (!value || json_is_null(value))
			continue;
		if (!json_is_number(value))
			return false;
		any = true;
	}
	return any && !ends_with(key, "_ns");
}

void print_rows(const json_t *rows, const char *columns, int width)
{
	const char *keys[TABLE_COLUMNS];
	char room[512];
	int n = columns ? split_keys(columns, room, sizeof(room), keys)
			: collect_keys(rows, keys);
	struct table t;
	size_t i;
	json_t *row;

	if (!n)
		return;
	table_init(&t);
	for (int k = 0; k < n; k++) {
		char title[64];

		title_of(keys[k], title, sizeof(title));
		table_column(&t, title, is_numeric(rows, keys[k]));
	}
	json_array_foreach((json_t *)rows, i, row) for (int k = 0; k < n; k++)
	{
		char words[512];

		value_words(keys[k], json_object_get(row, keys[k]), words,
			    sizeof(words));
		table_add(&t, words);
	}
	table_print(&t, stdout, width);
	table_free(&t);
}

static bool is_rows(const json_t *value)
{
	return json_is_array(value) &&
	       (!json_array_size(value) ||
		json_is_object(json_array_get(value, 0)));
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (; *list; list += strcspn(list, " "), list += *list == ' ')
		if (strcspn(list, " ") == len && !strncmp(list, word, len))
			return true;
	return false;
}

void print_fields(const json_t *object, const char *but)
{
	const char *key;
	json_t *value;
	bool comma = false;

	json_object_foreach((json_t *)object, key, value)
	{
		char words[512];

		if (json_is_null(value) || has_word(but, key) ||
		    (json_is_string(value) && !json_string_length(value)))
			continue;
		value_words(key, value, words, sizeof(words));
		printf("%s %s %s", comma ? "," : "", key, words);
		comma = true;
	}
}

static void print_object(const json_t *result, int width)
{
	struct table t;
	const char *key;
	json_t *value;
	int tables = 0;

	table_init(&t);
	table_column(&t, "", false);
	table_column(&t, "", false);
	json_object_foreach((json_t *)result, key, value)
	{
		char title[64], words[512];

		if (is_rows(value)) {
			tables++;
			continue;
		}
		title_of(key, title, sizeof(title));
		for (char *p = title; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		value_words(key, value, words, sizeof(words));
		table_add(&t, title);
		table_add(&t, words);
	}
	if (t.rows > 2) {
		/* without the empty titles */
		struct table body = t;

		body.cell += 2;
		body.rows -= 2;
		table_print(&body, stdout, width);
	}
	json_object_foreach((json_t *)result, key, value)
	{
		if (!is_rows(value))
			continue;
		if (t.rows > 2 || tables > 1)
			printf("%s%s:\n", t.rows > 2 ? "\n" : "", key);
		if (json_array_size(value))
			print_rows(value, NULL, width);
		else
			printf("no %s\n", key);
	}
	table_free(&t);
}

void print_result(const json_t *result, const char *what, const char *columns,
		  int width)
{
	if (json_is_object(result))
		print_object(result, width);
	else if (json_array_size(result))
		print_rows(result, columns, width);
	else
		printf("no %s\n", what);
}

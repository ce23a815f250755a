// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows of a CSV file that the configuration names: blacklist, lists, areas.
 *
 * Fields are separated by commas, text in quotes where it holds one (RFC
 * 4180). Empty lines and lines that begin with # say nothing. A first line
 * that begins with the name of the first column is a head: it says which
 * columns there are, in which order; without one they come as documented.
 */
#include <string.h>
#include <strings.h>

#include "lib/config/build.h"

struct reader {
	const char *at, *end;	 /* of the file */
	const char *text, *stop; /* of the line */
	struct rd_place place;
	struct rd_arena *arena;
	struct rd_diag *diag;
	const char *const *columns;
	uint16_t n;
	uint8_t order[RD_ROW_FIELDS]; /* column of the field at i */
	uint16_t fields;
};

/*
 * The next field of a line, unquoted; *at moves behind its comma, and is NULL
 * after the last. False: a quote that does not end.
 */
static bool take_field(const struct reader *r, const char **at, char **out)
{
	const char *c = *at;
	char *buf = rd_arena_alloc(r->arena, (size_t)(r->stop - c) + 1, 1);
	size_t n = 0;

	if (!buf)
		return false;
	if (c < r->stop && *c == '"') {
		for (c++;; c++) {
			if (c == r->stop)
				return false;
			if (*c == '"' && !(c + 1 < r->stop && c[1] == '"'))
				break;
			if (*c == '"')
				c++;
			buf[n++] = *c;
		}
		c++;
	}
	while (c < r->stop && *c != ',')
		buf[n++] = *c++;
	while (n && buf[n - 1] == ' ')
		n--;
	buf[n] = 0;
	*out = buf + strspn(buf, " ");
	*at = c < r->stop ? c + 1 : NULL;
	return true;
}

/* The fields of the line, as many as there may be; -1 and why. */
static int split(struct reader *r, char **fields)
{
	const char *at = r->text;
	char names[160] = "";
	int n = 0;

	while (at && n < r->fields) {
		if (!take_field(r, &at, &fields[n++])) {
			rd_diag_error(r->diag, r->place,
				      "a quote begins and does not end in this "
				      "line");
			return -1;
		}
	}
	if (!at)
		return n;
	for (uint16_t i = 0; i < r->fields; i++) {
		if (i)
			strcat(names, ", ");
		strcat(names, r->columns[r->order[i]]);
	}
	rd_diag_error(r->diag, r->place,
		      "more than %s; put text that holds a comma in \"quotes\"",
		      names);
	return -1;
}

static bool take_line(struct reader *r)
{
	while (r->at < r->end) {
		const char *stop =
			memchr(r->at, '\n', (size_t)(r->end - r->at));

		r->text = r->at;
		r->stop = stop ? stop : r->end;
		r->at = stop ? stop + 1 : r->end;
		r->place.line++;
		if (r->stop > r->text && r->stop[-1] == '\r')
			r->stop--;
		if (r->stop > r->text && r->text[0] != '#')
			return true;
	}
	return false;
}

/* Does the line name columns? Then they come in its order. */
static bool is_head(struct reader *r)
{
	size_t len = strlen(r->columns[0]);

	return (size_t)(r->stop - r->text) >= len &&
	       !strncasecmp(r->text, r->columns[0], len) &&
	       (r->text + len == r->stop ||
		!strchr("0123456789+*", r->text[len]));
}

static bool take_head(struct reader *r)
{
	char *fields[RD_ROW_FIELDS] = { NULL };
	bool seen[RD_ROW_FIELDS] = { false };
	int n;

	r->fields = RD_ROW_FIELDS;
	n = split(r, fields);
	r->fields = 0;
	for (int i = 0; i < n; i++) {
		const char *nearest;
		uint16_t column = 0;

		while (column < r->n &&
		       strcasecmp(fields[i], r->columns[column]))
			column++;
		if (column < r->n && !seen[column]) {
			seen[column] = true;
			r->order[r->fields++] = (uint8_t)column;
			continue;
		}
		nearest = rd_diag_nearest(fields[i], (const char **)r->columns,
					  r->n);
		rd_diag_error(r->diag, r->place,
			      column < r->n
				      ? "column \"%.40s\" stands twice%s%s%s"
				      : "column \"%.40s\": unknown%s%s%s",
			      fields[i], nearest ? "; did you mean \"" : "",
			      nearest ? nearest : "", nearest ? "\"?" : "");
		return false;
	}
	return n > 0;
}

void rd_rows_read(struct rd_config_build *build,
		  const struct rd_bundle_file *file, const char *const *columns,
		  rd_row_fn *row, void *context, struct rd_diag *diag)
{
	struct reader r = {
		.at = file->text,
		.end = file->text + file->len,
		.place = { .column = 1 },
		.arena = &build->arena,
		.diag = diag,
		.columns = columns,
	};
	bool first = true;

	r.place.file =
		rd_arena_text(&build->arena, file->name, strlen(file->name));
	if (file->len && memchr(file->text, 0, file->len)) {
		rd_diag_error(diag, r.place, "not text: a NUL in it");
		return;
	}
	while (columns[r.n]) {
		r.order[r.n] = (uint8_t)r.n;
		r.n++;
	}
	r.fields = r.n;
	for (; take_line(&r); first = false) {
		char *fields[RD_ROW_FIELDS] = { NULL };
		char *values[RD_ROW_FIELDS] = { NULL };
		int n;

		if (first && is_head(&r)) {
			if (!take_head(&r))
				return;
			continue;
		}
		n = split(&r, fields);
		for (int i = 0; i < n; i++)
			values[r.order[i]] = fields[i];
		if (n > 0 && !row(context, values, r.place))
			return;
	}
}

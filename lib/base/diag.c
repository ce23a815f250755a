// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages with a place; see diag.h. */
#include "lib/base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORD_MAX 64

void rd_diag_init(struct rd_diag *d)
{
	memset(d, 0, sizeof(*d));
}

void rd_diag_free(struct rd_diag *d)
{
	free(d->text);
	rd_diag_init(d);
}

static void add(struct rd_diag *d, struct rd_place at, const char *kind,
		const char *fmt, va_list args)
{
	char head[512] = "", body[1024];
	size_t need;

	if (at.file && at.line)
		snprintf(head, sizeof(head), "%s:%d:%d: ", at.file, at.line,
			 at.column);
	else if (at.file)
		snprintf(head, sizeof(head), "%s: ", at.file);
	vsnprintf(body, sizeof(body), fmt, args);
	need = strlen(head) + strlen(kind) + strlen(body) + 2;
	if (d->len + need > d->cap) {
		size_t cap = (d->cap + need) * 2;
		char *text = realloc(d->text, cap);

		if (!text)
			return;
		d->text = text;
		d->cap = cap;
	}
	d->len += (size_t)snprintf(d->text + d->len, d->cap - d->len,
				   "%s%s%s\n", head, kind, body);
}

void rd_diag_error(struct rd_diag *d, struct rd_place at, const char *fmt, ...)
{
	va_list args;

	d->errors++;
	va_start(args, fmt);
	add(d, at, "", fmt, args);
	va_end(args);
}

void rd_diag_warning(struct rd_diag *d, struct rd_place at, const char *fmt,
		     ...)
{
	va_list args;

	d->warnings++;
	va_start(args, fmt);
	add(d, at, "warning: ", fmt, args);
	va_end(args);
}

/* Damerau-Levenshtein, restricted form, three rows. */
static int edits(const char *a, const char *b)
{
	int row[3][WORD_MAX + 1];
	int la = (int)strlen(a), lb = (int)strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (int j = 0; j <= lb; j++)
		row[0][j] = j;
	for (int i = 1; i <= la; i++) {
		int *cur = row[i % 3], *up = row[(i + 2) % 3];
		const int *up2 = row[(i + 1) % 3];

		cur[0] = i;
		for (int j = 1; j <= lb; j++) {
			int best = up[j - 1] + (a[i - 1] != b[j - 1]);

			if (up[j] + 1 < best)
				best = up[j] + 1;
			if (cur[j - 1] + 1 < best)
				best = cur[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && up2[j - 2] + 1 < best)
				best = up2[j - 2] + 1;
			cur[j] = best;
		}
	}
	return row[la % 3][lb];
}

const char *rd_diag_nearest(const char *word, const char *const *names,
			    size_t n)
{
	const char *best = NULL;
	int best_edits = 3;

	for (size_t i = 0; i < n; i++) {
		int e = edits(word, names[i]);

		if (e < best_edits && e < (int)strlen(names[i])) {
			best = names[i];
			best_edits = e;
		}
	}
	return best;
}

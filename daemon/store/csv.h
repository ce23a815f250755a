/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A CSV file in memory, found by its key column.
 *
 * RFC 4180: comma, quoted fields with "" for a quote and line breaks inside,
 * LF or CRLF; the first line is the header. A byte order mark and empty lines
 * are skipped. Of two lines with one key the first counts.
 *
 * LIMITS. UTF-8 (or anything that keeps ASCII's comma, quote and line feed), at
 * most 64 columns; a line with fewer fields than the header has empty ones, one
 * with more is an error.
 */
#ifndef RD_STORE_CSV_H
#define RD_STORE_CSV_H

#include <stddef.h>
#include <stdint.h>

#define RD_CSV_COLUMNS 64

struct rd_csv {
	char *text; /* owned; fields unquoted in place, NUL-terminated */
	const char *title[RD_CSV_COLUMNS];
	uint32_t columns, key;
	const char **fields; /* rows times columns */
	uint32_t rows;
	uint32_t *hash; /* row + 1, 0 empty; mask + 1 slots */
	uint32_t mask;
};

/*
 * Parse text[len] (text[len] is writable), which it owns from now on, also when
 * it fails. key: title of the key column. 0; -EINVAL with why[120] filled in
 * (line, what); -ENOMEM; -ETIMEDOUT: past deadline_ns (0: none).
 */
int rd_csv_parse(struct rd_csv *csv, char *text, size_t len, const char *key,
		 uint64_t deadline_ns, char *why);
void rd_csv_free(struct rd_csv *csv);

/* The row of key, columns fields, or NULL. */
const char *const *rd_csv_find(const struct rd_csv *csv, const char *key);

#endif

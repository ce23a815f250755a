/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for people: columns aligned by what a terminal shows, Chinese names
 * included (two cells a character).
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define TABLE_COLUMNS 32

struct table {
	char **cell; /* rows times columns; the first row is the titles */
	int columns, rows, cap;
	bool right[TABLE_COLUMNS]; /* numbers */
};

void table_init(struct table *t);
void table_free(struct table *t);
/* Add a column, before the first cell. */
void table_column(struct table *t, const char *title, bool right);
/* Add the next cell, row by row; text is copied. */
void table_add(struct table *t, const char *text);
/* Print; the last column is cut at width (0: not). */
void table_print(const struct table *t, FILE *out, int width);

/* Cells that a UTF-8 text takes; control characters and bad octets take one. */
int text_width(const char *text);

/*
 * A JSON value as a cell, by the name of its field: *_ms as a duration or, if
 * so large, a time; *_ns as a time; null as "-". out[size].
 */
void value_words(const char *name, const json_t *value, char *out, size_t size);
/*
 * An answer of the daemon: rows, or fields and arrays of rows. what: what there
 * is none of if there are no rows; columns: as below.
 */
void print_result(const json_t *result, const char *what, const char *columns,
		  int width);
/*
 * Rows (objects of one kind) as a table; the titles are their keys. columns:
 * the keys that are shown, between blanks; NULL: all that fit into a cell.
 */
void print_rows(const json_t *rows, const char *columns, int width);
/* " name value, name value", without what is empty and the keys in but. */
void print_fields(const json_t *object, const char *but);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions to the database itself, opened for reading only: an operator's
 * question never holds the daemon's thread up.
 */
#include "tools/ringdown/store.h"

#include <sqlite3.h>

#include "tools/ringdown/cli.h"

static json_t *row_of(sqlite3_stmt *stmt)
{
	json_t *row = json_object();

	for (int i = 0; i < sqlite3_column_count(stmt); i++) {
		json_t *value = json_null();

		if (sqlite3_column_type(stmt, i) == SQLITE_INTEGER)
			value = json_integer(sqlite3_column_int64(stmt, i));
		else if (sqlite3_column_type(stmt, i) == SQLITE_FLOAT)
			value = json_real(sqlite3_column_double(stmt, i));
		else if (sqlite3_column_type(stmt, i) == SQLITE_TEXT)
			value = json_string(
				(const char *)sqlite3_column_text(stmt, i));
		json_object_set_new(row, sqlite3_column_name(stmt, i), value);
	}
	return row;
}

json_t *store_query(const char *path, const char *sql,
		    const struct store_bound *bound, size_t n)
{
	json_t *rows = json_array();
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);

	if (!rc)
		sqlite3_busy_timeout(db, 5000);
	if (!rc)
		rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
	for (size_t i = 0; !rc && i < n; i++) {
		int at = sqlite3_bind_parameter_index(stmt, bound[i].name);

		if (at && bound[i].text)
			sqlite3_bind_text(stmt, at, bound[i].text, -1,
					  SQLITE_STATIC);
		else if (at && bound[i].number >= 0)
			sqlite3_bind_int64(stmt, at, bound[i].number);
	}
	while (!rc && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		json_array_append_new(rows, row_of(stmt));
		rc = 0;
	}
	if (rc != SQLITE_DONE) {
		cli_error("%s: %s", path, sqlite3_errmsg(db));
		json_decref(rows);
		rows = NULL;
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return rows;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The database of records; see db.h. All SQL is made here, from the list of
 * tables; values are bound, never pasted.
 */
#include "daemon/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store/row.h"

#define BUSY_MS 250 /* patience with a lock, before it is a fault */

struct rd_db {
	sqlite3 *sqlite;
	sqlite3_stmt *insert[RD_TABLES];
	sqlite3_stmt *set_applied;
	uint64_t applied;
};

int rd_db_errno(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	case SQLITE_CANTOPEN:
		return -ENOENT;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_INTERRUPT:
		return -ETIMEDOUT;
	default:
		return -EIO;
	}
}

static int run(sqlite3 *sqlite, const char *sql)
{
	return rd_db_errno(sqlite3_exec(sqlite, sql, NULL, NULL, NULL));
}

/* One number, or otherwise if the query gives none. */
static int ask(sqlite3 *sqlite, const char *sql, int64_t otherwise,
	       int64_t *out)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(sqlite, sql, -1, &stmt, NULL);

	if (rc)
		return rd_db_errno(rc);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		*out = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0)
					: otherwise;
	sqlite3_finalize(stmt);
	return rd_db_errno(rc);
}

/* ---- tables ------------------------------------------------------------------ */

static const char *sql_type(const struct rd_column_info *column)
{
	return column->kind == 'i' ? "INTEGER" : "TEXT";
}

static int make_table(sqlite3 *sqlite, const struct rd_table_info *t)
{
	char sql[4096];
	int n = snprintf(sql, sizeof(sql),
			 "CREATE TABLE IF NOT EXISTS %s ("
			 "seq INTEGER NOT NULL, part INTEGER NOT NULL",
			 t->name);

	for (uint16_t i = 0; i < t->columns; i++)
		n += snprintf(sql + n, sizeof(sql) - (size_t)n, ", %s %s",
			      t->column[i].name, sql_type(&t->column[i]));
	snprintf(sql + n, sizeof(sql) - (size_t)n,
		 ", PRIMARY KEY (seq, part)) WITHOUT ROWID");
	return run(sqlite, sql);
}

/* Columns that a table of an older version lacks. */
static int add_columns(sqlite3 *sqlite, const struct rd_table_info *t)
{
	char sql[256];
	int64_t there;
	int err = 0;

	for (uint16_t i = 0; i < t->columns && !err; i++) {
		snprintf(sql, sizeof(sql),
			 "SELECT count(*) FROM pragma_table_info('%s') "
			 "WHERE name = '%s'",
			 t->name, t->column[i].name);
		err = ask(sqlite, sql, 0, &there);
		if (err || there)
			continue;
		snprintf(sql, sizeof(sql), "ALTER TABLE %s ADD COLUMN %s %s",
			 t->name, t->column[i].name, sql_type(&t->column[i]));
		err = run(sqlite, sql);
	}
	return err;
}

static int make_index(sqlite3 *sqlite, const struct rd_table_info *t)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
		 "CREATE INDEX IF NOT EXISTS %s_%s ON %s (%s)", t->name,
		 t->index, t->name, t->index);
	return run(sqlite, sql);
}

static int make_tables(sqlite3 *sqlite)
{
	char sql[64];
	int64_t version;
	int err = ask(sqlite, "PRAGMA user_version", 0, &version);

	if (err || version == RD_SCHEMA_VERSION)
		return err;
	if (version > RD_SCHEMA_VERSION)
		return -EPROTO;
	err = run(sqlite, "BEGIN IMMEDIATE");
	if (err)
		return err;
	err = run(sqlite, "CREATE TABLE IF NOT EXISTS applied ("
			  "one INTEGER PRIMARY KEY CHECK (one = 1), "
			  "seq INTEGER NOT NULL)");
	if (!err)
		err = run(sqlite,
			  "INSERT OR IGNORE INTO applied VALUES (1, 0)");
	for (int i = 0; i < RD_TABLES && !err; i++) {
		err = make_table(sqlite, &rd_tables[i]);
		if (!err)
			err = add_columns(sqlite, &rd_tables[i]);
		if (!err)
			err = make_index(sqlite, &rd_tables[i]);
	}
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %d",
		 RD_SCHEMA_VERSION);
	if (!err)
		err = run(sqlite, sql);
	if (!err)
		err = run(sqlite, "COMMIT");
	if (err)
		run(sqlite, "ROLLBACK");
	return err;
}

static int prepare(struct rd_db *db)
{
	char sql[2048];
	int rc;

	for (int i = 0; i < RD_TABLES; i++) {
		const struct rd_table_info *t = &rd_tables[i];
		int n = snprintf(sql, sizeof(sql),
				 "INSERT OR IGNORE INTO %s (seq, part",
				 t->name);

		for (uint16_t c = 0; c < t->columns; c++)
			n += snprintf(sql + n, sizeof(sql) - (size_t)n, ", %s",
				      t->column[c].name);
		n += snprintf(sql + n, sizeof(sql) - (size_t)n,
			      ") VALUES (?, ?");
		for (uint16_t c = 0; c < t->columns; c++)
			n += snprintf(sql + n, sizeof(sql) - (size_t)n, ", ?");
		snprintf(sql + n, sizeof(sql) - (size_t)n, ")");
		rc = sqlite3_prepare_v3(db->sqlite, sql, -1,
					SQLITE_PREPARE_PERSISTENT,
					&db->insert[i], NULL);
		if (rc)
			return rd_db_errno(rc);
	}
	rc = sqlite3_prepare_v2(db->sqlite,
				"UPDATE applied SET seq = ? WHERE seq < ?1", -1,
				&db->set_applied, NULL);
	return rd_db_errno(rc);
}

/* ---- open, close --------------------------------------------------------------- */

int rd_db_open(const char *path, struct rd_db **out, char *why)
{
	struct rd_db *db = calloc(1, sizeof(*db));
	int64_t applied = 0;
	int fd, err, rc;

	if (!db)
		return -ENOMEM;
	/* SQLite would make it 0644 */
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd >= 0)
		close(fd);
	rc = sqlite3_open_v2(path, &db->sqlite,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	err = rd_db_errno(rc);
	if (err)
		goto err_close;
	sqlite3_busy_timeout(db->sqlite, BUSY_MS);
	err = run(db->sqlite, "PRAGMA journal_mode = WAL");
	if (!err)
		err = run(db->sqlite, "PRAGMA synchronous = NORMAL");
	if (!err)
		err = make_tables(db->sqlite);
	if (!err)
		err = prepare(db);
	if (!err)
		err = ask(db->sqlite, "SELECT seq FROM applied", 0, &applied);
	if (err)
		goto err_close;
	db->applied = (uint64_t)applied;
	*out = db;
	return 0;

err_close:
	if (why)
		snprintf(why, 200, "%s: %s", path,
			 err == -EPROTO ? "made by a newer version"
					: sqlite3_errmsg(db->sqlite));
	rd_db_close(db);
	return err;
}

void rd_db_close(struct rd_db *db)
{
	if (!db)
		return;
	for (int i = 0; i < RD_TABLES; i++)
		sqlite3_finalize(db->insert[i]);
	sqlite3_finalize(db->set_applied);
	sqlite3_close(db->sqlite);
	free(db);
}

uint64_t rd_db_applied(const struct rd_db *db)
{
	return db->applied;
}

const char *rd_db_error(const struct rd_db *db)
{
	return sqlite3_errmsg(db->sqlite);
}

/* ---- transactions -------------------------------------------------------------- */

int rd_db_begin(struct rd_db *db)
{
	return run(db->sqlite, "BEGIN IMMEDIATE");
}

void rd_db_rollback(struct rd_db *db)
{
	if (!sqlite3_get_autocommit(db->sqlite))
		run(db->sqlite, "ROLLBACK");
}

static int step(sqlite3_stmt *stmt)
{
	int rc = sqlite3_step(stmt);

	sqlite3_reset(stmt);
	return rd_db_errno(rc);
}

int rd_db_insert(struct rd_db *db, const struct rd_cmd_row *row)
{
	sqlite3_stmt *stmt = db->insert[row->table];
	struct rd_value v;
	uint32_t at = 0;

	sqlite3_bind_int64(stmt, 1, (int64_t)row->seq);
	sqlite3_bind_int(stmt, 2, row->part);
	for (int i = 0; i < row->columns; i++) {
		rd_row_next(row, &at, &v);
		if (v.kind == 'i')
			sqlite3_bind_int64(stmt, i + 3, v.number);
		else if (v.kind == 's')
			sqlite3_bind_text(stmt, i + 3, v.text, (int)v.len,
					  SQLITE_STATIC);
		else
			sqlite3_bind_null(stmt, i + 3);
	}
	return step(stmt);
}

int rd_db_commit(struct rd_db *db, uint64_t applied)
{
	int err;

	sqlite3_bind_int64(db->set_applied, 1, (int64_t)applied);
	err = step(db->set_applied);
	if (!err)
		err = run(db->sqlite, "COMMIT");
	if (!err && applied > db->applied)
		db->applied = applied;
	return err;
}

int rd_db_checkpoint(struct rd_db *db)
{
	int left = 0, done = 0;
	int rc = sqlite3_wal_checkpoint_v2(
		db->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, &left, &done);

	if (rc)
		return rd_db_errno(rc);
	return done < left ? -EBUSY : 0;
}

uint64_t rd_store_applied(const char *path)
{
	sqlite3 *sqlite = NULL;
	int64_t applied = 0;

	if (!sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READONLY, NULL)) {
		sqlite3_busy_timeout(sqlite, BUSY_MS);
		if (ask(sqlite, "SELECT seq FROM applied", 0, &applied))
			applied = 0;
	}
	sqlite3_close(sqlite);
	return (uint64_t)applied;
}

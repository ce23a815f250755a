/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database of records: SQLite, in one thread's hands.
 *
 * WHAT. The tables of schema.h, and one row that says up to which event they
 * are complete. Rows and that number are committed together, so that after any
 * crash the journal knows where to go on, and none is lost or doubled.
 *
 * DURABILITY. WAL with synchronous=NORMAL: a commit survives SIGKILL, and a
 * power failure takes back whole commits, newest first, never parts. That is
 * enough, because the rows are derived: what was taken back is derived again
 * from the journal, which is synced. FULL would buy an fsync a commit for
 * nothing.
 *
 * A database that is damaged, or made by a newer version, is not touched: rows
 * wait in the journal until an operator has mended it or moved it away.
 *
 * Context: the store thread.
 */
#ifndef RD_STORE_DB_H
#define RD_STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/msg.h"

struct rd_db;

/*
 * Open path, make it and its tables if absent (0640), add columns it lacks.
 * 0; -EBUSY locked; -ENOSPC; -EBADMSG damaged, or no database; -EPROTO newer
 * version; -ENOENT, -EACCES, -EROFS, -EIO, -ENOMEM. why (NULL, or 200 octets)
 * gets it in words.
 */
int rd_db_open(const char *path, struct rd_db **out, char *why);
void rd_db_close(struct rd_db *db);

/* The number up to which it is complete; 0 for a new one. */
uint64_t rd_db_applied(const struct rd_db *db);

/* A transaction. Errors as above; after an error roll back. */
int rd_db_begin(struct rd_db *db);
/* Insert a good row (rd_row_is_good()). One that is there already is let be. */
int rd_db_insert(struct rd_db *db, const struct rd_cmd_row *row);
/* Commit, complete up to applied. */
int rd_db_commit(struct rd_db *db, uint64_t applied);
void rd_db_rollback(struct rd_db *db);

/* Make everything committed so far survive a power failure. 0 or -errno. */
int rd_db_checkpoint(struct rd_db *db);

/* The last error in words. */
const char *rd_db_error(const struct rd_db *db);
/* SQLite's result code as negative errno. */
int rd_db_errno(int rc);

/*
 * What rd_db_applied() would say of the file at path, without changing it: 0
 * if there is no database. Context: start.
 */
uint64_t rd_store_applied(const char *path);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store: every row once, whatever the database does. The journal is a list
 * of rows here; the database is SQLite, locked, full, damaged and killed for
 * real.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/store/db.h"
#include "daemon/store/store.h"
#include "tests/unit/row.h"

static char dir[64], path[96];

static void make_dir(void)
{
	strcpy(dir, "/tmp/rd-store-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/ringdown.db", dir);
}

static void remove_dir(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(store, .init = make_dir, .fini = remove_dir, .timeout = 60);

/* Row `part` of event seq. */
static struct rd_cmd_row *row_of(uint64_t seq, uint16_t part)
{
	static _Thread_local _Alignas(8) uint8_t buf[1024];
	struct test_row row;

	test_row_begin(&row, buf, RD_TABLE_RATINGS, seq, part);
	test_row_int(&row, (int64_t)seq * 10);
	test_row_int(&row, 1700000000000 + (int64_t)seq);
	test_row_str(&row, part ? NULL : "8001");
	test_row_str(&row, "投诉 'sales'; DROP TABLE ratings; --");
	test_row_int(&row, part);
	return test_row_end(&row);
}

/* Every event has two rows. */
static int refill_all(void *context, uint64_t from, uint64_t to,
		      int (*row)(void *, const struct rd_cmd_row *), void *arg)
{
	uint64_t *asked = context;

	*asked = from;
	for (uint64_t seq = from; seq <= to; seq++)
		for (uint16_t part = 0; part < 2; part++) {
			int err = row(arg, row_of(seq, part));

			if (err)
				return err;
		}
	return 0;
}

static uint64_t refilled_from;

static struct rd_store *start(uint32_t octets, uint64_t end_seq)
{
	struct rd_store_config config = {
		.path = path,
		.queue_octets = octets,
		.refill = { refill_all, &refilled_from },
		.end_seq = end_seq,
	};
	struct rd_store *s;

	cr_assert_eq(rd_store_start(&config, &s), 0);
	return s;
}

static void put(struct rd_store *s, uint64_t from, uint64_t to)
{
	for (uint64_t seq = from; seq <= to; seq++) {
		rd_store_put(s, row_of(seq, 0));
		rd_store_put(s, row_of(seq, 1));
		rd_store_release(s, seq);
	}
}

/* Wait until it says so (another thread works). */
static void wait_applied(struct rd_store *s, uint64_t seq)
{
	while (rd_store_applied_seq(s) < seq)
		sched_yield();
}

static struct rd_ev_disk wait_state(struct rd_store *s)
{
	for (;;) {
		const struct rd_msg *msg = rd_store_peek(s);
		struct pollfd p = { rd_store_fd(s), POLLIN, 0 };
		uint64_t n;

		if (!msg) {
			poll(&p, 1, 1000);
			if (read(p.fd, &n, sizeof(n)) < 0)
				continue;
			continue;
		}
		if (msg->type == RD_MSG_STORE_STATE) {
			struct rd_ev_disk event =
				*(const struct rd_ev_disk *)msg;

			rd_store_consume(s, msg);
			return event;
		}
		rd_store_consume(s, msg);
	}
}

static int64_t ask(const char *sql)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int64_t n;

	cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
	cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK,
		     "%s", sqlite3_errmsg(db));
	cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW, "%s", sqlite3_errmsg(db));
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

/* Exactly two rows of each event 1..last. */
static void check_rows(uint64_t last)
{
	cr_assert_eq(ask("SELECT count(*) FROM ratings"), 2 * (int64_t)last);
	cr_assert_eq(ask("SELECT count(DISTINCT seq) FROM ratings"),
		     (int64_t)last);
	cr_assert_eq(ask("SELECT max(seq) FROM ratings"), (int64_t)last);
	cr_assert_eq(rd_store_applied(path), last);
}

Test(store, keeps_every_row_once_with_its_values)
{
	struct rd_store *s = start(0, 0);
	struct rd_store_status status;
	struct stat st;

	put(s, 1, 500);
	wait_applied(s, 500);
	rd_store_status(s, &status);
	cr_assert_eq(status.rows, 1000);
	cr_assert_eq(status.state + status.malformed + status.lost, 0);
	rd_store_stop(s);
	check_rows(500);
	cr_assert_eq(ask("SELECT count(*) FROM ratings WHERE agent IS NULL "
			 "AND rating = 1"),
		     500);
	cr_assert_eq(ask("SELECT count(*) FROM ratings WHERE queue = "
			 "'投诉 ''sales''; DROP TABLE ratings; --'"),
		     1000);
	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0640 & ~umask(0));
}

Test(store, commits_nothing_above_the_released_number)
{
	struct rd_store *s = start(0, 0);

	put(s, 1, 3);
	rd_store_put(s, row_of(4, 0));
	wait_applied(s, 3);
	while (!rd_store_is_idle(s)) /* what is held back is no work */
		sched_yield();
	cr_assert_eq(ask("SELECT max(seq) FROM ratings"), 3);
	rd_store_put(s, row_of(4, 1));
	rd_store_release(s, 4);
	rd_store_stop(s);
	check_rows(4);
}

Test(store, tells_core_up_to_where_rows_are_committed)
{
	struct rd_store *s = start(0, 0);
	uint64_t done = 0;

	put(s, 1, 50);
	while (done < 50) {
		const struct rd_msg *msg = rd_store_peek(s);

		if (!msg) {
			sched_yield();
			continue;
		}
		cr_assert_eq(msg->type, RD_MSG_ROWS_DONE);
		done = ((const struct rd_ev_rows_done *)msg)->seq;
		cr_assert_leq(done, rd_store_applied_seq(s));
		rd_store_consume(s, msg);
	}
	while (!rd_store_is_idle(s))
		sched_yield();
	rd_store_stop(s);
}

Test(store, is_idle_while_rows_wait_for_the_journal_only)
{
	struct rd_store *s = start(0, 0);

	while (!rd_store_is_idle(s))
		sched_yield();
	rd_store_release(s, 9); /* events without rows: no work, no wake */
	cr_assert(rd_store_is_idle(s));
	rd_store_put(s, row_of(10, 0)); /* the journal is not synced yet */
	cr_assert(rd_store_is_idle(s), "else a lockstep barrier stands still");
	rd_store_release(s, 10);
	while (!rd_store_is_idle(s))
		sched_yield();
	cr_assert_eq(ask("SELECT count(*) FROM ratings"), 1,
		     "idle only after the commit");
	rd_store_stop(s);
}

Test(store, doubles_nothing_when_rows_come_again)
{
	struct rd_store *s = start(0, 0);

	put(s, 1, 20);
	rd_store_stop(s);
	s = start(0, 0);
	put(s, 1, 20); /* a replay from the beginning */
	rd_store_stop(s);
	check_rows(20);
}

Test(store, derives_what_a_crash_left_out_from_the_journal)
{
	struct rd_store *s = start(0, 0);

	put(s, 1, 20);
	rd_store_stop(s);
	s = start(0, 90); /* the journal goes up to 90 */
	wait_applied(s, 90);
	cr_assert_eq(refilled_from, 21);
	put(s, 91, 100);
	rd_store_stop(s);
	check_rows(100);
}

Test(store, survives_its_database_being_locked)
{
	struct rd_store *s = start(0, 0);
	struct rd_ev_disk state;
	sqlite3 *other;

	put(s, 1, 5);
	wait_applied(s, 5);
	cr_assert_eq(sqlite3_open(path, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", 0, 0, 0), 0);
	put(s, 6, 50);
	state = wait_state(s);
	cr_assert_eq(state.state, 3);
	cr_assert_eq(state.error, -EBUSY);
	put(s, 51, 60);
	cr_assert_eq(rd_store_applied_seq(s), 5);
	cr_assert_eq(sqlite3_exec(other, "COMMIT", 0, 0, 0), 0);
	state = wait_state(s);
	cr_assert_eq(state.state, 0);
	sqlite3_close(other);
	wait_applied(s, 60);
	rd_store_stop(s);
	check_rows(60);
}

Test(store, asks_the_journal_for_what_its_queue_could_not_hold)
{
	struct rd_store *s = start(4096, 0); /* some 20 rows */
	struct rd_store_status status;
	sqlite3 *other;

	put(s, 1, 1);
	wait_applied(s, 1);
	cr_assert_eq(sqlite3_open(path, &other), SQLITE_OK);
	cr_assert_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", 0, 0, 0), 0);
	put(s, 2, 3000);
	cr_assert_eq(sqlite3_exec(other, "COMMIT", 0, 0, 0), 0);
	sqlite3_close(other);
	wait_applied(s, 3000);
	put(s, 3001, 3002);
	rd_store_status(s, &status);
	cr_assert_geq(status.refills, 1);
	cr_assert_eq(status.lost, 0);
	rd_store_stop(s);
	check_rows(3002);
}

Test(store, leaves_a_damaged_database_alone_and_goes_on_when_it_is_mended)
{
	struct rd_store *s;
	struct rd_ev_disk state;
	char text[64] = "";
	int fd = open(path, O_RDWR | O_CREAT, 0640);

	cr_assert_eq(write(fd, "this is not a database, but a letter", 36), 36);
	s = start(0, 0);
	put(s, 1, 5);
	state = wait_state(s);
	cr_assert_eq(state.state, 3);
	cr_assert_eq(state.error, -EBADMSG);
	cr_assert_eq(pread(fd, text, sizeof(text), 0), 36);
	cr_assert_eq(strncmp(text, "this is not", 11), 0);
	close(fd);
	unlink(path);
	cr_assert_eq(wait_state(s).state, 0);
	wait_applied(s, 5);
	rd_store_stop(s);
	check_rows(5);
}

Test(store, refuses_a_database_of_a_newer_version)
{
	struct rd_db *db;
	char why[200];
	sqlite3 *other;

	cr_assert_eq(sqlite3_open(path, &other), SQLITE_OK);
	sqlite3_exec(other, "PRAGMA user_version = 4711", 0, 0, 0);
	sqlite3_close(other);
	cr_assert_eq(rd_db_open(path, &db, why), -EPROTO);
	cr_assert_not_null(strstr(why, "newer version"));
}

Test(store, adds_columns_that_an_older_database_lacks)
{
	struct rd_db *db;
	sqlite3 *other;

	cr_assert_eq(sqlite3_open(path, &other), SQLITE_OK);
	sqlite3_exec(other,
		     "CREATE TABLE ratings (seq INTEGER, part INTEGER, call "
		     "INTEGER, PRIMARY KEY (seq, part)) WITHOUT ROWID;"
		     "CREATE TABLE applied (one INTEGER PRIMARY KEY, seq);"
		     "INSERT INTO applied VALUES (1, 7);"
		     "INSERT INTO ratings VALUES (7, 0, 70)",
		     0, 0, 0);
	sqlite3_close(other);
	cr_assert_eq(rd_db_open(path, &db, NULL), 0);
	cr_assert_eq(rd_db_applied(db), 7);
	cr_assert_eq(rd_db_begin(db), 0);
	cr_assert_eq(rd_db_insert(db, row_of(8, 0)), 0);
	cr_assert_eq(rd_db_commit(db, 8), 0);
	rd_db_close(db);
	cr_assert_eq(ask("SELECT count(*) FROM ratings WHERE rating = 0"), 1);
}

/* A disk of its own, of 1 MiB. False if this machine does not let us. */
static bool small_disk(void)
{
	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS))
		return false;
	mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	return !mount("none", dir, "tmpfs", 0, "size=1m");
}

Test(store, survives_a_full_disk)
{
	char filler[96], octets[4096] = "x";
	struct rd_store *s;
	int fd;

	if (!small_disk())
		cr_skip("no mount namespace here: cannot fill a disk\n");
	s = start(0, 0);
	put(s, 1, 10);
	wait_applied(s, 10);
	snprintf(filler, sizeof(filler), "%s/filler", dir);
	fd = open(filler, O_WRONLY | O_CREAT, 0600);
	while (write(fd, octets, sizeof(octets)) == sizeof(octets))
		;
	put(s, 11, 2000);
	cr_assert_eq(wait_state(s).state, 2, "full");
	close(fd);
	unlink(filler);
	cr_assert_eq(wait_state(s).state, 0);
	wait_applied(s, 2000);
	rd_store_stop(s);
	check_rows(2000);
	umount(dir);
}

Test(store, is_consistent_when_killed_at_any_point)
{
	for (int round = 0; round < 12; round++) {
		uint64_t before, target;
		pid_t pid;

		before = rd_store_applied(path);
		target = before + 1 + (uint64_t)(round * 137) % 400;
		pid = fork();
		if (!pid) {
			struct rd_store *s = start(0, before);

			for (uint64_t seq = before + 1;; seq++)
				put(s, seq, seq);
		}
		while (rd_store_applied(path) < target)
			usleep(500); /* another process runs */
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		before = rd_store_applied(path);
		cr_assert_geq(before, target);
		/* complete up to there; beyond it nothing, or the beginning
		 * of an event that comes again */
		cr_assert_eq(ask("SELECT count(*) FROM ratings, applied "
				 "WHERE ratings.seq <= applied.seq"),
			     2 * (int64_t)before);
		cr_assert_leq(ask("SELECT count(*) FROM ratings, applied "
				  "WHERE ratings.seq > applied.seq"),
			      1);
	}
}

Test(row, is_refused_when_it_is_not_of_its_table)
{
	struct rd_cmd_row *row = row_of(1, 0);

	cr_assert(rd_row_is_good(row));
	row->table = RD_TABLE_CALLS;
	cr_assert(!rd_row_is_good(row));
	row->table = RD_TABLES;
	cr_assert(!rd_row_is_good(row));
	row->table = RD_TABLE_RATINGS;
	row->data[0] = 's'; /* a number's place */
	cr_assert(!rd_row_is_good(row));
	row->data[0] = 'i';
	row->msg.len = sizeof(*row) + 16;
	cr_assert(!rd_row_is_good(row));
}

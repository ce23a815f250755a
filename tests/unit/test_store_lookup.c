// SPDX-License-Identifier: GPL-2.0-or-later
/* Lookups in SQLite and CSV: what is found, what is not, and what takes long. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store/csv.h"
#include "daemon/store/store.h"
#include "tests/unit/row.h"

static char dir[64], db_path[96], csv_path[96], gone_path[96], store_path[96];
static struct rd_store *store;

enum {
	CARDS,
	SLOW,
	CSV,
	GONE,
	NO_KEY,
	SOURCES
};
static struct rd_cfg_source sources[SOURCES];

static void write_file(const char *path, const char *text)
{
	char temp[128];
	FILE *f;

	snprintf(temp, sizeof(temp), "%s.new", path);
	f = fopen(temp, "w");
	fputs(text, f);
	fclose(f);
	rename(temp, path);
}

static void source(int which, const char *path, const char *query,
		   uint32_t timeout_ms)
{
	sources[which] = (struct rd_cfg_source){
		.name = "source",
		.kind = which == CSV ? RD_SOURCE_CSV : RD_SOURCE_SQLITE,
		.path = path,
		.query = query,
		.timeout_ms = timeout_ms,
	};
}

static void set_up(void)
{
	struct rd_config config = { .sources = sources, .nsources = SOURCES };
	struct rd_store_config sc = { .path = store_path };
	sqlite3 *db;

	strcpy(dir, "/tmp/rd-lookup-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(db_path, sizeof(db_path), "%s/cards.db", dir);
	snprintf(csv_path, sizeof(csv_path), "%s/vip.csv", dir);
	snprintf(gone_path, sizeof(gone_path), "%s/gone.db", dir);
	snprintf(store_path, sizeof(store_path), "%s/ringdown.db", dir);
	cr_assert_eq(sqlite3_open(db_path, &db), 0);
	cr_assert_eq(sqlite3_exec(db,
				  "CREATE TABLE card (no TEXT, name TEXT, "
				  "balance INTEGER, note TEXT);"
				  "INSERT INTO card VALUES ('12345678', "
				  "'王小明', 42, 'card 12345678 blocked'),"
				  "('87654321', NULL, 0, '')",
				  0, 0, 0),
		     0);
	sqlite3_close(db);
	write_file(csv_path, "\xef\xbb\xbfnumber,name,level\r\n"
			     "555,\"Smith, \"\"Joe\"\"\",gold\r\n"
			     "\r\n"
			     "666,\"two\nlines\"\r\n"
			     "555,second,iron\r\n");
	source(CARDS, db_path,
	       "SELECT name, balance, note FROM card WHERE no = :key", 1000);
	source(SLOW, db_path,
	       "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM "
	       "n) SELECT count(*) FROM n WHERE i = :key",
	       50);
	source(CSV, csv_path, "number", 1000);
	source(GONE, gone_path, "SELECT :key", 100);
	source(NO_KEY, db_path, "SELECT 1", 100);
	cr_assert_eq(rd_store_start(&sc, &store), 0);
	cr_assert_eq(rd_store_set_sources(store, 1, &config), 0);
}

static void tear_down(void)
{
	char command[96];

	rd_store_stop(store);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(lookup, .init = set_up, .fini = tear_down, .timeout = 60);

static struct rd_cmd_lookup question(uint32_t request, int source,
				     const char *key)
{
	struct rd_cmd_lookup q = {
		.msg = { RD_MSG_LOOKUP, sizeof(q), 0x10203, 800 },
		.request = request,
		.source = (uint16_t)source,
		.config = 1,
		.timeout_ms =
			source < SOURCES ? sources[source].timeout_ms : 100,
	};

	strcpy(q.key, key);
	return q;
}

static const struct rd_ev_lookup *wait_answer(void)
{
	static _Alignas(8) uint8_t copy[65536];
	const struct rd_msg *msg;

	while (!(msg = rd_store_peek(store)) ||
	       msg->type != RD_MSG_LOOKUP_ANSWER) {
		struct pollfd p = { rd_store_fd(store), POLLIN, 0 };
		uint64_t n;

		if (msg)
			rd_store_consume(store, msg);
		poll(&p, 1, 1000);
		if (read(p.fd, &n, sizeof(n)) < 0)
			continue;
	}
	memcpy(copy, msg, msg->len);
	rd_store_consume(store, msg);
	return (const void *)copy;
}

static const struct rd_ev_lookup *ask(int source, const char *key,
				      const char *secret)
{
	struct rd_cmd_lookup q = question(7, source, key);
	const struct rd_ev_lookup *a;

	cr_assert_eq(rd_store_lookup(store, &q, secret), 0);
	a = wait_answer();
	cr_assert_eq(a->request, 7);
	cr_assert_eq(a->msg.frame, 800);
	cr_assert_eq(a->msg.line, 0x10203);
	return a;
}

static const char *value(const struct rd_ev_lookup *a, const char *name)
{
	const char *p = a->data;

	for (int i = 0; i < a->pairs; i++) {
		const char *v = p + strlen(p) + 1;

		if (!strcmp(p, name))
			return v;
		p = v + strlen(v) + 1;
	}
	return NULL;
}

Test(lookup, answers_from_a_database)
{
	const struct rd_ev_lookup *a = ask(CARDS, "12345678", NULL);

	cr_assert_eq(a->status, RD_LOOKUP_FOUND);
	cr_assert_eq(a->pairs, 3);
	cr_assert_str_eq(value(a, "name"), "王小明");
	cr_assert_str_eq(value(a, "balance"), "42");
	a = ask(CARDS, "87654321", NULL);
	cr_assert_eq(a->pairs, 2, "null is no value");
	a = ask(CARDS, "' OR 1=1 --", NULL);
	cr_assert_eq(a->status, RD_LOOKUP_NONE);
	cr_assert_eq(a->pairs, 0);
}

Test(lookup, sees_what_is_written_meanwhile_and_a_file_that_is_replaced)
{
	sqlite3 *db;
	char other[128];

	cr_assert_eq(ask(CARDS, "11111111", NULL)->status, RD_LOOKUP_NONE);
	sqlite3_open(db_path, &db);
	sqlite3_exec(db, "INSERT INTO card VALUES ('11111111', 'a', 1, '')", 0,
		     0, 0);
	sqlite3_close(db);
	cr_assert_eq(ask(CARDS, "11111111", NULL)->status, RD_LOOKUP_FOUND);
	snprintf(other, sizeof(other), "%s.other", db_path);
	sqlite3_open(other, &db);
	sqlite3_exec(db, "CREATE TABLE card (no, name, balance, note)", 0, 0,
		     0);
	sqlite3_close(db);
	rename(other, db_path);
	cr_assert_eq(ask(CARDS, "11111111", NULL)->status, RD_LOOKUP_NONE);
}

Test(lookup, masks_a_secret_key_wherever_the_answer_repeats_it)
{
	const struct rd_ev_lookup *a = ask(CARDS, "????????", "12345678");

	cr_assert_eq(a->status, RD_LOOKUP_FOUND);
	cr_assert_str_eq(value(a, "note"), "card ???????? blocked");
}

Test(lookup, gives_up_after_the_timeout)
{
	const struct rd_ev_lookup *a = ask(SLOW, "0", NULL);

	cr_assert_eq(a->status, RD_LOOKUP_DOWN);
	cr_assert_not_null(strstr(value(a, "error"), "no answer in 50 ms"));
}

Test(lookup, waits_for_a_lock_no_longer_than_the_timeout)
{
	sqlite3 *db;
	const struct rd_ev_lookup *a;

	sources[CARDS].timeout_ms = 50;
	sqlite3_open(db_path, &db);
	sqlite3_exec(db, "BEGIN EXCLUSIVE", 0, 0, 0);
	a = ask(CARDS, "12345678", NULL);
	cr_assert_eq(a->status, RD_LOOKUP_DOWN);
	sqlite3_exec(db, "COMMIT", 0, 0, 0);
	sqlite3_close(db);
	sources[CARDS].timeout_ms = 1000;
	cr_assert_eq(ask(CARDS, "12345678", NULL)->status, RD_LOOKUP_FOUND);
}

Test(lookup, tells_why_a_source_is_down)
{
	const struct rd_ev_lookup *a = ask(GONE, "1", NULL);

	cr_assert_eq(a->status, RD_LOOKUP_DOWN);
	cr_assert_not_null(strstr(value(a, "error"), "gone.db"));
	a = ask(NO_KEY, "1", NULL);
	cr_assert_not_null(strstr(value(a, "error"), "query without :key"));
	a = ask(SOURCES + 3, "1", NULL);
	cr_assert_eq(a->status, RD_LOOKUP_DOWN);
	/* and it is well again once it is there */
	sqlite3 *db;

	sqlite3_open(gone_path, &db);
	sqlite3_exec(db, "CREATE TABLE t (x)", 0, 0, 0);
	sqlite3_close(db);
	cr_assert_eq(ask(GONE, "1", NULL)->status, RD_LOOKUP_FOUND);
}

Test(lookup, answers_each_question_once_in_order_and_refuses_too_many)
{
	int asked = 0;

	for (uint32_t i = 0;; i++) {
		struct rd_cmd_lookup q = question(i, i ? CSV : SLOW, "555");

		if (rd_store_lookup(store, &q, NULL) == -ENOBUFS)
			break;
		asked++;
	}
	cr_assert_eq(asked, 128);
	cr_assert(!rd_store_is_idle(store));
	for (int i = 0; i < asked; i++)
		cr_assert_eq(wait_answer()->request, (uint32_t)i);
	cr_assert(rd_store_is_idle(store));
	cr_assert_eq(ask(CSV, "555", NULL)->status, RD_LOOKUP_FOUND);
}

Test(lookup, does_not_delay_records)
{
	struct rd_cmd_lookup q = question(1, SLOW, "0");
	_Alignas(8) uint8_t buf[1024];
	struct test_row row;

	q.timeout_ms = 5000;
	cr_assert_eq(rd_store_lookup(store, &q, NULL), 0);
	test_row_begin(&row, buf, RD_TABLE_RATINGS, 1, 0);
	for (int i = 0; i < RD_RATINGS_COLUMNS; i++)
		test_row_str(&row, NULL);
	rd_store_put(store, test_row_end(&row));
	rd_store_release(store, 1);
	while (rd_store_applied_seq(store) < 1)
		sched_yield();
	cr_assert(!rd_store_is_idle(store), "the lookup still runs");
}

Test(lookup, answers_from_a_csv_file_and_reads_it_again_when_it_changes)
{
	const struct rd_ev_lookup *a = ask(CSV, "555", NULL);

	cr_assert_eq(a->status, RD_LOOKUP_FOUND);
	cr_assert_str_eq(value(a, "name"), "Smith, \"Joe\"");
	cr_assert_str_eq(value(a, "level"), "gold");
	a = ask(CSV, "666", NULL);
	cr_assert_str_eq(value(a, "name"), "two\nlines");
	cr_assert_str_eq(value(a, "level"), "");
	cr_assert_eq(ask(CSV, "777", NULL)->status, RD_LOOKUP_NONE);
	write_file(csv_path, "number,name\n777,new\n");
	cr_assert_eq(ask(CSV, "777", NULL)->status, RD_LOOKUP_FOUND);
	write_file(csv_path, "number,name\n777,a,b\n");
	a = ask(CSV, "777", NULL);
	cr_assert_eq(a->status, RD_LOOKUP_DOWN);
	cr_assert_not_null(strstr(value(a, "error"), "line 2: more fields"));
}

Test(csv, refuses_what_is_no_csv)
{
	static const char *const bad[] = {
		"",
		"\n",
		"a,b\n1,2\n",
		"key\n\"open\n",
		"key\n\"x\"y\n",
		"key\n1,2\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct rd_csv csv;
		char why[120];
		char *text = malloc(strlen(bad[i]) + 1);

		strcpy(text, bad[i]);
		cr_assert_eq(
			rd_csv_parse(&csv, text, strlen(text), "key", 0, why),
			-EINVAL, "%s", bad[i]);
		cr_assert_eq(strncmp(why, "line ", 5), 0);
	}
}

Test(csv, finds_every_key_of_many)
{
	size_t n = 0, cap = 50000 * 16;
	char *text = malloc(cap), why[120], key[16];
	struct rd_csv csv;

	n += (size_t)sprintf(text, "k,v\n");
	for (int i = 0; i < 50000; i++)
		n += (size_t)sprintf(text + n, "%d,%d\n", i, i * 3 % 1000);
	cr_assert_eq(rd_csv_parse(&csv, text, n, "k", 0, why), 0);
	for (int i = 0; i < 50000; i += 7) {
		const char *const *row;

		sprintf(key, "%d", i);
		row = rd_csv_find(&csv, key);
		cr_assert_eq(atoi(row[1]), i * 3 % 1000);
	}
	cr_assert_null(rd_csv_find(&csv, "50000"));
	rd_csv_free(&csv);
}

/* ---- passwords ---------------------------------------------------------------- */

/* A file of members as the source CSV, with that column of passwords. */
static void members(const char *password)
{
	struct rd_config config = { .sources = sources, .nsources = SOURCES };

	write_file(csv_path,
		   "number,name,pin\n"
		   "4711,Li Lei,2468\n"
		   "4712,Han Mei,sha256:salt:ea32961dbd579ef5697c367f9267921e"
		   "e07f14d77fb2d4fb9500d4221d615695\n"
		   "4713,none,\n");
	sources[CSV].password = password;
	cr_assert_eq(rd_store_set_sources(store, 1, &config), 0);
}

static const struct rd_ev_lookup *ask_password(int source, const char *whose,
					       const char *keyed)
{
	char key[64];
	struct rd_cmd_lookup q;

	snprintf(key, sizeof(key), "17 %s", whose);
	q = question(7, source, key);
	q.secret = RD_LOOKUP_PASSWORD;
	cr_assert_eq(rd_store_lookup(store, &q, keyed), 0);
	return wait_answer();
}

Test(lookup, a_password_is_compared_and_told_to_nobody)
{
	const struct rd_ev_lookup *a;

	members("pin");
	a = ask_password(CSV, "4711", "2468");
	cr_assert_eq(a->status, RD_LOOKUP_FOUND);
	cr_assert_str_eq(value(a, "name"), "Li Lei");
	cr_assert_null(value(a, "pin"));
	cr_assert_eq(ask_password(CSV, "4712", "1234")->status,
		     RD_LOOKUP_FOUND);
	/* neither does a lookup that asks no password tell it */
	a = ask(CSV, "4711", NULL);
	cr_assert_eq(a->status, RD_LOOKUP_FOUND);
	cr_assert_null(value(a, "pin"));
}

Test(lookup, a_wrong_password_looks_like_an_unknown_member)
{
	static const char *const wrong[][2] = {
		{ "4711", "2469" },
		{ "4711", "" },
		{ "4711", "24688" },
		{ "4712", "4321" },
		{ "4713", "" },
		{ "4714", "2468" },
		{ "", "2468" },
		{ "4712", "sha256:salt:ea32961dbd579ef5697c367f9267921e"
			  "e07f14d77fb2d4fb9500d4221d615695" },
	};

	members("pin");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct rd_ev_lookup *a =
			ask_password(CSV, wrong[i][0], wrong[i][1]);

		cr_expect_eq(a->status, RD_LOOKUP_NONE, "%s %s", wrong[i][0],
			     wrong[i][1]);
		cr_expect_eq(a->pairs, 0);
	}
}

Test(lookup, a_password_of_a_database_is_compared_likewise)
{
	struct rd_config config = { .sources = sources, .nsources = SOURCES };

	sources[CARDS].password = "balance";
	cr_assert_eq(rd_store_set_sources(store, 1, &config), 0);
	cr_expect_eq(ask_password(CARDS, "12345678", "42")->status,
		     RD_LOOKUP_FOUND);
	cr_expect_eq(ask_password(CARDS, "12345678", "43")->status,
		     RD_LOOKUP_NONE);
	sources[CARDS].password = "no such column";
	cr_assert_eq(rd_store_set_sources(store, 1, &config), 0);
	cr_expect_eq(ask_password(CARDS, "12345678", "42")->status,
		     RD_LOOKUP_NONE);
}

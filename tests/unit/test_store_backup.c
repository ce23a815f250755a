// SPDX-License-Identifier: GPL-2.0-or-later
/* Backup of what is being written: checked by Debian's sha256sum and SQLite. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/journal/journal.h"
#include "daemon/journal/reader.h"
#include "daemon/store/backup.h"
#include "daemon/store/db.h"
#include "daemon/store/sha256.h"
#include "daemon/store/store.h"
#include "tests/unit/row.h"

static void sum(const char *text, size_t times, const char *expected)
{
	struct rd_sha256 sha;
	char hex[65];

	rd_sha256_init(&sha);
	while (times--)
		rd_sha256_add(&sha, text, strlen(text));
	rd_sha256_end(&sha, hex);
	cr_assert_str_eq(hex, expected);
}

Test(sha256, agrees_with_the_examples_of_fips_180)
{
	sum("", 0,
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sum("abc", 1,
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sum("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	sum("aaaaaaaaaa", 100000,
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static const void *snapshot(void *context, uint64_t *len)
{
	*len = 100;
	return context;
}

static int run(const char *format, const char *dir)
{
	char command[512];

	snprintf(command, sizeof(command), format, dir, dir, dir);
	return system(command);
}

Test(backup, copies_a_running_daemons_records_and_journal, .timeout = 60)
{
	char dir[] = "/tmp/rd-backup-XXXXXX", path[4][96], octets[100] = "";
	struct rd_ev_digit digit = { .msg = { RD_MSG_DIGIT, sizeof(digit) } };
	_Alignas(8) uint8_t buf[1024];
	struct rd_journal_recovery rec;
	struct rd_backup_result result;
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	struct rd_journal *j;
	struct rd_store *s;
	struct rd_diag diag;
	uint64_t last = 0;

	cr_assert_not_null(mkdtemp(dir));
	snprintf(path[0], 96, "%s/live.db", dir);
	snprintf(path[1], 96, "%s/journal", dir);
	snprintf(path[2], 96, "%s/recordings", dir);
	snprintf(path[3], 96, "%s/backup", dir);
	struct rd_store_config sc = { .path = path[0] };
	struct rd_backup_from from = { path[0], path[1], path[2] };

	rd_diag_init(&diag);
	cr_assert_eq(run("mkdir -p %s/recordings/2026 && echo sound > "
			 "%s/recordings/2026/1.wav && echo {} > "
			 "%s/recordings/2026/1.json",
			 dir),
		     0);
	cr_assert_eq(rd_store_start(&sc, &s), 0);
	while (access(path[0], F_OK)) /* its thread makes the database */
		sched_yield();
	cr_assert_eq(rd_journal_open(path[1], 1 << 18, &j, &rec, &diag), 0);
	rd_journal_begin(j, (struct rd_journal_source){ snapshot, octets }, 1,
			 true);
	for (uint64_t seq = 1; seq <= 8000; seq++) {
		struct test_row row;

		cr_assert_eq(rd_journal_append(j, &digit.msg, 0), seq);
		test_row_begin(&row, buf, RD_TABLE_RATINGS, seq, 0);
		for (int i = 0; i < RD_RATINGS_COLUMNS; i++)
			test_row_str(&row, NULL);
		rd_store_put(s, test_row_end(&row));
		rd_store_release(s, seq);
		if (seq != 4000)
			continue;
		/* in the middle of everything, but there is a database */
		while (!rd_store_applied_seq(s))
			sched_yield();
		cr_assert_eq(rd_backup_run(&from, path[3], &result, &diag), 0,
			     "%s", diag.text);
	}
	cr_assert_eq(result.recordings, 1);
	cr_assert_gt(result.segments, 0);
	cr_assert_eq(rd_backup_run(&from, path[3], &result, &diag), -EEXIST,
		     "a backup never overwrites another");
	rd_diag_free(&diag);

	cr_assert_eq(run("cd %s/backup && sha256sum --quiet -c SHA256SUMS && "
			 "cd %s/recordings && sha256sum --quiet -c "
			 "../backup/recordings.sha256",
			 dir),
		     0);
	snprintf(path[0], 96, "%s/backup/ringdown.db", dir);
	snprintf(path[1], 96, "%s/backup/journal", dir);
	cr_assert_eq(rd_journal_reader_open(path[1], &r), 0);
	while (rd_journal_reader_next(r, &e) == 1)
		last = e.seq;
	rd_journal_reader_close(r);
	cr_assert_eq(last, 4000);
	cr_assert_leq(rd_store_applied(path[0]), 4000,
		      "the journal has what the database lacks");
	rd_store_stop(s);
	rd_journal_close(j);
	cr_assert_eq(run("rm -rf %s", dir), 0);
}

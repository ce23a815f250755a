// SPDX-License-Identifier: GPL-2.0-or-later
/* lib/base: the queue, the checksum, the diagnostics. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/crc32c.h"
#include "lib/base/diag.h"
#include "lib/base/folder.h"
#include "lib/base/mq.h"
#include "lib/base/rng.h"

Test(crc32c, matches_rfc3720_appendix_b4)
{
	uint8_t zeros[32] = { 0 }, count[32];

	for (int i = 0; i < 32; i++)
		count[i] = (uint8_t)i;
	cr_assert_eq(rd_crc32c(0, zeros, 32), 0x8a9136aau);
	cr_assert_eq(rd_crc32c(0, count, 32), 0x46dd794eu);
	cr_assert_eq(rd_crc32c(rd_crc32c(0, count, 7), count + 7, 25),
		     0x46dd794eu);
}

static _Alignas(64) uint8_t mq_buf[1024];

Test(mq, refuses_when_full_and_counts_it)
{
	struct rd_mq q;
	int put = 0;

	rd_mq_init(&q, mq_buf, sizeof(mq_buf));
	for (struct rd_msg *m; (m = rd_mq_reserve(&q, 64)); put++) {
		m->type = 1;
		rd_mq_commit(&q, m);
	}
	cr_assert_eq(put, 16);
	cr_assert_eq(q.dropped, 1);
	rd_mq_consume(&q, rd_mq_peek(&q));
	cr_assert_not_null(rd_mq_reserve(&q, 64));
}

#define MESSAGES 200000u

static void *produce(void *arg)
{
	struct rd_mq *q = arg;
	struct rd_rng rng = { 7 };

	for (uint32_t i = 0; i < MESSAGES;) {
		size_t len = sizeof(struct rd_msg) + rd_rng_below(&rng, 200);
		struct rd_msg *m;

		while (!(m = rd_mq_reserve(q, len)))
			sched_yield();
		m->type = 1;
		m->line = i++;
		memset(m + 1, (int)(i & 0xff), len - sizeof(*m));
		rd_mq_commit(q, m);
	}
	return NULL;
}

Test(mq, carries_every_message_in_order_between_threads)
{
	struct rd_mq q;
	struct rd_rng rng = { 7 };
	pthread_t thread;

	rd_mq_init(&q, mq_buf, sizeof(mq_buf));
	pthread_create(&thread, NULL, produce, &q);
	for (uint32_t i = 0; i < MESSAGES; i++) {
		size_t body = rd_rng_below(&rng, 200);
		const struct rd_msg *m;
		const uint8_t *octet;

		while (!(m = rd_mq_peek(&q)))
			sched_yield();
		octet = (const uint8_t *)(m + 1);
		cr_assert_eq(m->line, i);
		cr_assert_eq(m->len, (sizeof(*m) + body + 7) / 8 * 8);
		for (size_t k = 0; k < body; k++)
			if (octet[k] != ((i + 1) & 0xff))
				cr_assert(0, "octet %zu of %u", k, i);
		rd_mq_consume(&q, m);
	}
	cr_assert_null(rd_mq_peek(&q));
	pthread_join(thread, NULL);
}

Test(diag, says_file_line_column)
{
	struct rd_diag d;

	rd_diag_init(&d);
	rd_diag_error(&d, (struct rd_place){ "a.yaml", 14, 7 }, "key \"%s\"",
		      "x");
	rd_diag_warning(&d, (struct rd_place){ "b.yaml", 0, 0 }, "empty");
	cr_assert_str_eq(d.text, "a.yaml:14:7: key \"x\"\n"
				 "b.yaml: warning: empty\n");
	cr_assert_eq(d.errors, 1);
	cr_assert_eq(d.warnings, 1);
	rd_diag_free(&d);
}

Test(diag, suggests_the_nearest_name_within_two_edits)
{
	static const char *const names[] = { "timeout", "tries", "play" };

	cr_assert_str_eq(rd_diag_nearest("timout", names, 3), "timeout");
	cr_assert_str_eq(rd_diag_nearest("tiremout", names, 3), "timeout");
	cr_assert_str_eq(rd_diag_nearest("paly", names, 3), "play");
	cr_assert_null(rd_diag_nearest("menu", names, 3));
	cr_assert_null(rd_diag_nearest("", names, 3));
}

Test(folder, makes_all_that_is_missing_and_minds_nothing_that_is_there)
{
	char top[] = "/tmp/rd-folder-XXXXXX", path[64];

	cr_assert_not_null(mkdtemp(top));
	snprintf(path, sizeof(path), "%s/a/b/c", top);
	cr_assert_eq(rd_folder_make(path, 0750), 0);
	cr_assert_eq(rd_folder_make(path, 0750), 0);
	cr_assert_eq(access(path, W_OK), 0);
	cr_assert_eq(rd_folder_make("/proc/none/such", 0750), -ENOENT);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Backup; see backup.h. A live segment is copied record by record up to its
 * end: it only grows, so what is copied is whole, and the preallocated rest is
 * left behind.
 */
#include "daemon/store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/journal/file.h"
#include "daemon/journal/recover.h"
#include "daemon/store/db.h"
#include "daemon/store/sha256.h"

#define PAGES	 256 /* of the database in a step, then others may write */
#define PATH	 1024
#define BUSY_MS	 50
#define BUSY_MAX 600 /* times: half a minute */

struct backup {
	const struct rd_backup_from *from;
	const char *to;
	FILE *sums;
	struct rd_backup_result *result;
	struct rd_diag *diag;
};

static int fail(struct backup *b, const char *path, int err)
{
	rd_diag_error(b->diag, (struct rd_place){ path, 0, 0 }, "%s",
		      strerror(-err));
	return err;
}

/* Checksum of a file, as sha256sum writes it, under the name it has there. */
static int add_sum(struct backup *b, FILE *out, const char *path,
		   const char *name)
{
	char hex[65], buf[65536];
	struct rd_sha256 sha;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(b, path, -errno);
	rd_sha256_init(&sha);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		rd_sha256_add(&sha, buf, (size_t)n);
	close(fd);
	if (n < 0)
		return fail(b, path, -errno);
	rd_sha256_end(&sha, hex);
	fprintf(out, "%s  %s\n", hex, name);
	return 0;
}

/* ---- the database ---------------------------------------------------------------- */

static int copy_pages(struct backup *b, sqlite3 *from, sqlite3 *to)
{
	sqlite3_backup *job = sqlite3_backup_init(to, "main", from, "main");
	int rc, busy = 0;

	if (!job)
		return rd_db_errno(sqlite3_errcode(to));
	do {
		rc = sqlite3_backup_step(job, PAGES);
		if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
			sqlite3_sleep(BUSY_MS);
			busy++;
		}
	} while (rc == SQLITE_OK ||
		 ((rc == SQLITE_BUSY || rc == SQLITE_LOCKED) &&
		  busy < BUSY_MAX));
	b->result->octets += (uint64_t)sqlite3_backup_pagecount(job) * 4096;
	sqlite3_backup_finish(job);
	return rd_db_errno(rc);
}

static int copy_database(struct backup *b)
{
	sqlite3 *from = NULL, *to = NULL;
	char path[PATH];
	int err;

	if (!*b->from->store_path)
		return 0;
	snprintf(path, sizeof(path), "%s/ringdown.db", b->to);
	err = rd_db_errno(sqlite3_open_v2(b->from->store_path, &from,
					  SQLITE_OPEN_READONLY, NULL));
	if (!err)
		err = rd_db_errno(sqlite3_open(path, &to));
	if (!err)
		err = copy_pages(b, from, to);
	sqlite3_close(from);
	sqlite3_close(to);
	if (err)
		return fail(b, b->from->store_path, err);
	chmod(path, 0640);
	return add_sum(b, b->sums, path, "ringdown.db");
}

/* ---- the journal ----------------------------------------------------------------- */

static int copy_octets(int in, int out, uint64_t len)
{
	char buf[65536];

	for (uint64_t at = 0; at < len;) {
		size_t want = len - at < sizeof(buf) ? len - at : sizeof(buf);
		ssize_t n = pread(in, buf, want, (off_t)at);

		if (n <= 0)
			return n ? -errno : -EIO;
		if (write(out, buf, (size_t)n) != n)
			return errno ? -errno : -ENOSPC;
		at += (uint64_t)n;
	}
	return fdatasync(out) ? -errno : 0;
}

static int copy_segment(struct backup *b, int dirfd, uint64_t first)
{
	char name[RD_JOURNAL_NAME], path[PATH], short_name[64];
	const struct rd_journal_record *record;
	struct rd_journal_file f;
	const char *why = NULL;
	int out, err;

	rd_journal_name(name, first);
	snprintf(short_name, sizeof(short_name), "journal/%s", name);
	snprintf(path, sizeof(path), "%s/%s", b->to, short_name);
	err = rd_journal_file_open(&f, dirfd, first, &why);
	if (err == -ENOENT || err == -EBADMSG)
		return 0; /* retention was faster; or no segment at all */
	if (err)
		return fail(b, name, err);
	while (rd_journal_file_next(&f, &record) == RD_JOURNAL_RECORD)
		;
	out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	err = out < 0 ? -errno : copy_octets(f.fd, out, f.at);
	if (out >= 0)
		close(out);
	b->result->octets += f.at;
	b->result->segments++;
	rd_journal_file_close(&f);
	return err ? fail(b, path, err) : add_sum(b, b->sums, path, short_name);
}

static int copy_journal(struct backup *b)
{
	const char *dir = b->from->journal_dir;
	char path[PATH];
	uint64_t *list;
	int dirfd, n, err = 0;

	if (!*dir)
		return 0;
	snprintf(path, sizeof(path), "%s/journal", b->to);
	if (mkdir(path, 0750))
		return fail(b, path, -errno);
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return fail(b, dir, -errno);
	n = rd_journal_list(dirfd, &list);
	for (int i = 0; i < n && !err; i++)
		err = copy_segment(b, dirfd, list[i]);
	if (n >= 0)
		free(list);
	close(dirfd);
	return n < 0 ? fail(b, dir, n) : err;
}

/* ---- recordings -------------------------------------------------------------------- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool has_end(const char *name, const char *end)
{
	size_t len = strlen(name), n = strlen(end);

	return len > n && !strcmp(name + len - n, end);
}

static int list_recordings(struct backup *b)
{
	char *roots[] = { (char *)b->from->recordings_dir, NULL };
	size_t skip = strlen(roots[0]) + 1;
	char path[PATH];
	FTSENT *entry;
	FILE *out;
	FTS *fts;
	int err = 0;

	if (!*roots[0])
		return 0;
	snprintf(path, sizeof(path), "%s/recordings.sha256", b->to);
	out = fopen(path, "we");
	if (!out)
		return fail(b, path, -errno);
	fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
	while (fts && !err && (entry = fts_read(fts))) {
		if (entry->fts_info != FTS_F)
			continue;
		err = add_sum(b, out, entry->fts_path, entry->fts_path + skip);
		/* beside it lies its data, name.json */
		b->result->recordings += has_end(entry->fts_name, ".wav");
	}
	if (fts)
		fts_close(fts);
	if (fclose(out) && !err)
		err = fail(b, path, -errno);
	return err ? err : add_sum(b, b->sums, path, "recordings.sha256");
}

int rd_backup_run(const struct rd_backup_from *from, const char *to,
		  struct rd_backup_result *result, struct rd_diag *diag)
{
	struct backup b = { from, to, NULL, result, diag };
	char path[PATH], done[PATH];
	int err;

	memset(result, 0, sizeof(*result));
	if (mkdir(to, 0750))
		return fail(&b, to, -errno);
	snprintf(path, sizeof(path), "%s/SHA256SUMS.part", to);
	snprintf(done, sizeof(done), "%s/SHA256SUMS", to);
	b.sums = fopen(path, "we");
	if (!b.sums)
		return fail(&b, path, -errno);
	err = copy_database(&b);
	if (!err)
		err = copy_journal(&b);
	if (!err)
		err = list_recordings(&b);
	if (fclose(b.sums) && !err)
		err = fail(&b, path, -errno);
	if (!err && rename(path, done))
		err = fail(&b, done, -errno);
	return err;
}

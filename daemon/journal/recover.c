// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an earlier run left; see recover.h.
 *
 *	older ...      start               last
 *	| not read |   | snapshot good |   | snapshot bad, records good | torn
 *	               replay from here -----------------------------> end
 *
 * Invariant: highest_seq is never below a number that anybody may have seen in
 * a record, so that a number is never given twice.
 */
#include "daemon/journal/recover.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/journal/file.h"

/* ---- bundles ---------------------------------------------------------------- */

int rd_journal_bundles_put(struct rd_journal_bundles *b, uint32_t generation,
			   const void *data, size_t len)
{
	typeof(b->slot[0]) *slot = &b->slot[generation % RD_CONFIGS];
	void *copy = malloc(len + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, data, len);
	free(slot->bundle.data);
	slot->bundle = (struct rd_bundle){ copy, len };
	slot->generation = generation;
	if (generation > b->newest)
		b->newest = generation;
	return 0;
}

int rd_journal_bundles_note(struct rd_journal_bundles *b,
			    const struct rd_msg *event)
{
	struct rd_bundle bundle;
	int n;

	if (event->type != RD_MSG_CONFIG)
		return 0;
	n = rd_bundle_collect(&b->parts, (const void *)event, &bundle);
	if (n != 1)
		return n;
	n = rd_journal_bundles_put(b, b->newest + 1, bundle.data, bundle.len);
	free(bundle.data);
	return n;
}

void rd_journal_bundles_free(struct rd_journal_bundles *b)
{
	for (int i = 0; i < RD_CONFIGS; i++)
		free(b->slot[i].bundle.data);
	rd_bundle_parts_free(&b->parts);
	memset(b, 0, sizeof(*b));
}

/* ---- the folder --------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int rd_journal_list(int dirfd, uint64_t **out)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	uint64_t *list = NULL;
	struct dirent *entry;
	int n = 0;

	if (!dir) {
		int err = -errno;

		if (fd >= 0)
			close(fd);
		return err;
	}
	while ((entry = readdir(dir))) {
		uint64_t seq;

		if (!rd_journal_name_parse(entry->d_name, &seq))
			continue;
		if (n % 64 == 0) {
			void *grown = realloc(list, (n + 64) * sizeof(*list));

			if (!grown) {
				free(list);
				closedir(dir);
				return -ENOMEM;
			}
			list = grown;
		}
		list[n++] = seq;
	}
	closedir(dir);
	if (n)
		qsort(list, (size_t)n, sizeof(*list), ascending);
	*out = list;
	return n;
}

/* ---- one segment ---------------------------------------------------------------- */

struct walk {
	const char *dir;
	int dirfd;
	struct rd_journal_left *left;
	struct rd_diag *diag;
};

static void warn(const struct walk *w, uint64_t first, const char *what,
		 unsigned long long arg)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%016llx.rdj", w->dir,
		 (unsigned long long)first);
	rd_diag_warning(w->diag, (struct rd_place){ path, 0, 0 }, what, arg);
}

/* Header and snapshot good? Then take over its configurations. */
static int try_start(const struct walk *w, struct rd_journal_file *f)
{
	struct rd_journal_left *left = w->left;
	bool snapshot = false;

	rd_journal_bundles_free(&left->bundles);
	for (uint32_t i = 0; i < f->header.nsections; i++) {
		const struct rd_journal_section *s = &f->header.section[i];
		size_t len;
		void *data;
		int err = rd_journal_file_section(f, i, &data, &len);

		if (err)
			return err;
		if (s->kind == RD_JOURNAL_SNAPSHOT)
			snapshot = true;
		else if (s->kind == RD_JOURNAL_BUNDLE)
			err = rd_journal_bundles_put(&left->bundles,
						     s->generation, data, len);
		free(data);
		if (err)
			return err;
	}
	left->bundles.newest = f->header.generation;
	left->epoch_ns = f->header.epoch_ns;
	return snapshot ? 0 : -EBADMSG;
}

/* Everything behind f->at is without a record: cut it off. */
static void cut(const struct walk *w, const struct rd_journal_file *f,
		enum rd_journal_found found)
{
	uint64_t first = f->header.first_seq;
	char name[RD_JOURNAL_NAME];
	int fd;

	if (found == RD_JOURNAL_BAD) {
		w->left->recovery.torn_octets = f->size - f->at;
		warn(w, first,
		     "octet %llu: the last event had not arrived whole; cut "
		     "off",
		     f->at);
	}
	rd_journal_name(name, first);
	fd = openat(w->dirfd, name, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)f->at) || fdatasync(fd))
		warn(w, first, "cannot be cut at octet %llu", f->at);
	if (fd >= 0)
		close(fd);
}

/*
 * Read all of a segment; replay: it can be reached by replaying. True: so can
 * the next.
 */
static bool walk_records(const struct walk *w, struct rd_journal_file *f,
			 bool replay)
{
	struct rd_journal_recovery *rec = &w->left->recovery;
	const struct rd_journal_record *r;
	enum rd_journal_found found;
	uint64_t damage, lost = 0;

	while ((found = rd_journal_file_next(f, &r)) == RD_JOURNAL_RECORD) {
		if (!replay || r->seq != rec->end_seq + 1)
			break;
		rec->end_seq = r->seq;
		if (r->msg.type == RD_MSG_START)
			w->left->epoch_ns =
				((const struct rd_ev_start *)&r->msg)->epoch_ns;
		rd_journal_bundles_note(&w->left->bundles, &r->msg);
	}
	if (rec->end_seq > rec->highest_seq)
		rec->highest_seq = rec->end_seq;
	damage = f->at;
	while (found == RD_JOURNAL_RECORD ||
	       rd_journal_file_resync(f, rec->end_seq)) {
		if (found != RD_JOURNAL_RECORD)
			found = rd_journal_file_next(f, &r);
		for (; found == RD_JOURNAL_RECORD;
		     found = rd_journal_file_next(f, &r), lost++)
			if (r->seq > rec->highest_seq)
				rec->highest_seq = r->seq;
	}
	if (!replay)
		return false;
	if (lost) {
		rec->damaged++;
		warn(w, f->header.first_seq,
		     "damaged at octet %llu; events after it cannot be "
		     "replayed, and the file is kept as it is",
		     damage);
		return false;
	}
	if (f->at < f->size)
		cut(w, f, found);
	return true;
}

/*
 * Its beginning is unusable: out of the way, but not away. What numbers it
 * held is not known, but how many at most.
 */
static void put_aside(const struct walk *w, uint64_t first, const char *why)
{
	struct rd_journal_recovery *rec = &w->left->recovery;
	char name[RD_JOURNAL_NAME], aside[RD_JOURNAL_NAME + 8];
	struct stat st;

	rd_journal_name(name, first);
	if (!fstatat(w->dirfd, name, &st, 0)) {
		uint64_t last =
			first +
			(uint64_t)st.st_size / sizeof(struct rd_journal_record);

		if (last > rec->highest_seq)
			rec->highest_seq = last;
	}
	snprintf(aside, sizeof(aside), "%s.broken", name);
	warn(w, first, why, 0);
	if (renameat(w->dirfd, name, w->dirfd, aside))
		warn(w, first, "cannot be put aside", 0);
	else
		warn(w, first, "put aside as .broken", 0);
	rec->damaged++;
}

/* Newest segment with a good snapshot: its place in list, or -1. */
static int find_start(const struct walk *w, uint64_t *list, int n)
{
	for (int i = n - 1; i >= 0; i--) {
		struct rd_journal_file f;
		const char *why = NULL;
		int err = rd_journal_file_open(&f, w->dirfd, list[i], &why);

		if (err) {
			if (why)
				put_aside(w, list[i], why);
			list[i] = 0;
			continue;
		}
		err = try_start(w, &f);
		rd_journal_file_close(&f);
		if (!err)
			return i;
		warn(w, list[i], "snapshot damaged; the one before is used", 0);
	}
	return -1;
}

int rd_journal_recover(const char *dir, int dirfd, struct rd_journal_left *out,
		       struct rd_diag *diag)
{
	struct walk w = { dir, dirfd, out, diag };
	struct rd_journal_recovery *rec = &out->recovery;
	uint64_t *list = NULL;
	int n = rd_journal_list(dirfd, &list), start;
	bool whole = true;

	memset(out, 0, sizeof(*out));
	if (n < 0)
		return n;
	if (n)
		rec->highest_seq = list[n - 1] - 1;
	start = find_start(&w, list, n);
	rec->found = start >= 0;
	if (rec->found) {
		rec->start_seq = list[start];
		rec->end_seq = list[start] - 1;
	}
	for (int i = start < 0 ? n : start; i < n; i++) {
		struct rd_journal_file f;
		const char *why;

		if (!list[i] || rd_journal_file_open(&f, dirfd, list[i], &why))
			continue;
		whole = walk_records(&w, &f,
				     whole && list[i] == rec->end_seq + 1);
		rd_journal_file_close(&f);
	}
	free(list);
	return 0;
}

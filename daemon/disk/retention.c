// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Space: what state the disk is in, and which old recordings go.
 *
 * Age is a file's time of change: a recording's is its end. To make room, one
 * walk collects the oldest OLDEST_MAX recordings in a heap with the youngest
 * of them on top, and they are removed from the oldest on until enough is
 * free; the next walk, a minute later, goes on. Whoever plays a file that is
 * removed can finish: its octets go when the last descriptor does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/disk/state.h"
#include "daemon/disk/wav.h"

#define OLDEST_MAX 4096u
#define DAY_S	   86400

enum {
	STATE_WELL,
	STATE_LOW,
	STATE_FULL,
	STATE_DOWN
};

uint64_t rd_disk_free_mib(const struct rd_disk *d)
{
	struct statvfs st;

	if (fstatvfs(d->dirfd, &st))
		return 0;
	return (uint64_t)st.f_bavail * st.f_frsize >> 20;
}

void rd_disk_assess(struct rd_disk *d, int err)
{
	uint32_t low = __atomic_load_n(&d->low_water_mib, __ATOMIC_RELAXED);
	uint32_t state = STATE_WELL;

	if (err == -ENOSPC || err == -EDQUOT || err == -EFBIG)
		state = STATE_FULL;
	else if (err)
		state = STATE_DOWN;
	else if (low && rd_disk_free_mib(d) < low)
		state = STATE_LOW;
	if (state == d->state)
		return;
	d->state = state;
	d->state_error = err;
	d->state_due = true;
}

/* ---- which are the oldest ------------------------------------------------------------ */

struct old {
	int64_t changed_ns;
	char *path;
};

struct collection {
	struct old heap[OLDEST_MAX]; /* heap[0]: the youngest of them */
	unsigned n;
	int64_t before_s; /* only those older than this */
};

static bool is_younger(const struct old *a, const struct old *b)
{
	if (a->changed_ns != b->changed_ns)
		return a->changed_ns > b->changed_ns;
	return strcmp(a->path, b->path) > 0;
}

static void sift_down(struct collection *c, unsigned at)
{
	for (;;) {
		unsigned child = 2 * at + 1;
		struct old swap;

		if (child >= c->n)
			return;
		if (child + 1 < c->n &&
		    is_younger(&c->heap[child + 1], &c->heap[child]))
			child++;
		if (!is_younger(&c->heap[child], &c->heap[at]))
			return;
		swap = c->heap[at];
		c->heap[at] = c->heap[child];
		c->heap[child] = swap;
		at = child;
	}
}

static void sift_up(struct collection *c, unsigned at)
{
	while (at && is_younger(&c->heap[at], &c->heap[(at - 1) / 2])) {
		struct old swap = c->heap[at];

		c->heap[at] = c->heap[(at - 1) / 2];
		c->heap[(at - 1) / 2] = swap;
		at = (at - 1) / 2;
	}
}

static bool collect(void *arg, int dirfd, const char *path)
{
	struct collection *c = arg;
	struct stat st;
	struct old old;

	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) ||
	    st.st_mtim.tv_sec >= c->before_s)
		return true;
	old.changed_ns = st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	old.path = strdup(path);
	if (!old.path)
		return false;
	if (c->n < OLDEST_MAX) {
		c->heap[c->n] = old;
		sift_up(c, c->n++);
	} else if (is_younger(&c->heap[0], &old)) {
		free(c->heap[0].path);
		c->heap[0] = old;
		sift_down(c, 0);
	} else {
		free(old.path);
	}
	return true;
}

static int by_age(const void *a, const void *b)
{
	return is_younger(a, b) ? 1 : -1;
}

static void remove_one(struct rd_disk *d, char *path)
{
	size_t stem = strlen(path) - strlen(".wav");
	char json[1032];

	if (unlinkat(d->dirfd, path, 0))
		return;
	rd_disk_count(d, removed, 1);
	snprintf(json, sizeof(json), "%.*s.json", (int)stem, path);
	unlinkat(d->dirfd, json, 0);
}

/* Remove those older than before_s, oldest first, while there is a need. */
static void remove_oldest(struct rd_disk *d, int64_t before_s, uint32_t low_mib)
{
	struct collection *c = calloc(1, sizeof(*c));

	if (!c)
		return;
	c->before_s = before_s;
	rd_path_walk(d->dirfd, ".wav", collect, c);
	qsort(c->heap, c->n, sizeof(c->heap[0]), by_age);
	for (unsigned i = 0; i < c->n; i++) {
		if (!low_mib || rd_disk_free_mib(d) < low_mib)
			remove_one(d, c->heap[i].path);
		free(c->heap[i].path);
	}
	free(c);
}

void rd_disk_retain(struct rd_disk *d, int64_t now_s)
{
	uint32_t days = __atomic_load_n(&d->keep_days, __ATOMIC_RELAXED);
	uint32_t low = __atomic_load_n(&d->low_water_mib, __ATOMIC_RELAXED);

	if (days)
		remove_oldest(d, now_s - (int64_t)days * DAY_S, 0);
	if (low && rd_disk_free_mib(d) < low)
		remove_oldest(d, INT64_MAX, low);
	if (d->state < STATE_FULL)
		rd_disk_assess(d, 0);
}

/* ---- repair ---------------------------------------------------------------------------- */

struct repair {
	uint32_t law;
	rd_disk_repaired_fn *fn;
	void *arg;
	int n;
};

static bool repair_one(void *arg, int dirfd, const char *path)
{
	struct repair *r = arg;
	size_t stem = strlen(path) - strlen(".wav.part");
	int fd = openat(dirfd, path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int err = fd < 0 ? -errno : 0;
	uint64_t frames = 0;
	char name[1024];

	if (!err) {
		err = rd_wav_repair(fd, r->law, &frames);
		close(fd);
	}
	snprintf(name, sizeof(name), "%.*s", (int)stem, path);
	if (!err)
		err = rd_path_settle(dirfd, name, ".wav.part", ".wav");
	r->n += !err;
	if (r->fn)
		r->fn(r->arg, path, frames, err);
	return true;
}

int rd_disk_repair(const char *dir, uint32_t law, rd_disk_repaired_fn *fn,
		   void *arg)
{
	struct repair repair = { .law = law, .fn = fn, .arg = arg };
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err;

	if (dirfd < 0)
		return errno == ENOENT ? 0 : -errno;
	err = rd_path_walk(dirfd, ".wav.part", repair_one, &repair);
	close(dirfd);
	return err ? err : repair.n;
}

int rd_disk_length(const char *dir, const char *path, uint64_t *frames)
{
	char name[1024];
	int fd, err;

	if (snprintf(name, sizeof(name), "%s/%s.wav", dir, path) >=
	    (int)sizeof(name))
		return -ENAMETOOLONG;
	fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	err = rd_wav_length(fd, frames);
	close(fd);
	return err;
}

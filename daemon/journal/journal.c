// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The journal's writer; see journal.h.
 *
 *	oldest -> ... -> cur        next        retired -> ...
 *	 (core: not yet durable)   (atomic)    (atomic: core pushes, tidier pops)
 *
 * Core owns cur and the list of older segments that wait for their last sync.
 * `next` passes from the tidier to core, `retired` from core to the tidier;
 * each by one atomic exchange. Only the tidier (or close) frees a segment, so
 * that it may look at cur, whichever that is, without a lock.
 */
#include "daemon/journal/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/journal/recover.h"
#include "daemon/journal/retain.h"
#include "daemon/journal/segment.h"

#define SEGMENT_MIN ((uint64_t)256 * 1024)
#define WARM_AHEAD  ((uint64_t)1024 * 1024)

struct rd_journal {
	int dirfd, lockfd;
	uint64_t segment_octets;
	struct rd_journal_source source;
	struct rd_journal_bundles bundles;
	uint64_t epoch_ns;

	struct rd_segment *oldest; /* durable up to here; cur if all is */
	struct rd_segment *cur;	   /* NULL: FULL. Tidier: atomic read */
	uint64_t previous_seq;	   /* last event kept */
	uint64_t next_seq;
	uint64_t synced_seq;
	struct {
		struct rd_segment *segment; /* NULL: none under way */
		uint64_t tail, seq;
		bool folder;
	} syncing;
	int error;	/* FULL */
	int sync_error; /* DOWN, until a newer segment is durable */
	struct rd_journal_status count;

	struct rd_segment *next;    /* atomic */
	struct rd_segment *retired; /* atomic */
	uint64_t head_octets;	    /* atomic: header and sections, of late */
	int prepare_error;	    /* atomic, tidier's */
};

/* ---- open, close ---------------------------------------------------------------- */

static int open_folder(struct rd_journal *j, const char *dir)
{
	if (mkdir(dir, 0750) && errno != EEXIST)
		return -errno;
	j->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (j->dirfd < 0)
		return -errno;
	j->lockfd =
		openat(j->dirfd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (j->lockfd < 0)
		return -errno;
	if (flock(j->lockfd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	return 0;
}

static void free_journal(struct rd_journal *j)
{
	rd_journal_bundles_free(&j->bundles);
	if (j->lockfd >= 0)
		close(j->lockfd);
	if (j->dirfd >= 0)
		close(j->dirfd);
	free(j);
}

int rd_journal_open(const char *dir, uint64_t segment_octets,
		    struct rd_journal **out,
		    struct rd_journal_recovery *recovery, struct rd_diag *diag)
{
	struct rd_place at = { dir, 0, 0 };
	struct rd_journal_left left;
	struct rd_journal *j = calloc(1, sizeof(*j));
	int err;

	if (!j)
		return -ENOMEM;
	j->dirfd = j->lockfd = -1;
	if (segment_octets < SEGMENT_MIN)
		segment_octets = SEGMENT_MIN;
	j->segment_octets = (segment_octets + 4095) & ~4095ull;
	err = open_folder(j, dir);
	if (err == -EBUSY)
		rd_diag_error(diag, at, "in use by another ringdownd");
	if (err)
		goto err_free;
	unlinkat(j->dirfd, RD_SEGMENT_NEXT, 0);
	unlinkat(j->dirfd, RD_SEGMENT_LATE, 0);
	err = rd_journal_recover(dir, j->dirfd, &left, diag);
	if (err)
		goto err_free;
	j->bundles = left.bundles;
	j->epoch_ns = left.epoch_ns;
	j->previous_seq = left.recovery.end_seq;
	j->next_seq = left.recovery.highest_seq + 1;
	*recovery = left.recovery;
	*out = j;
	return 0;

err_free:
	if (err != -EBUSY)
		rd_diag_error(diag, at, "%s", strerror(-err));
	free_journal(j);
	return err;
}

/* ---- segments, one after the other -------------------------------------------- */

/* Snapshot and configurations, for the segment that begins now. */
static void gather(struct rd_journal *j, struct rd_journal_header *h,
		   struct iovec *sections)
{
	uint64_t len;
	const void *arena = j->source.snapshot(j->source.context, &len);

	memset(h, 0, sizeof(*h));
	h->first_seq = j->next_seq;
	h->previous_seq = j->previous_seq;
	h->epoch_ns = j->epoch_ns;
	h->generation = j->bundles.newest;
	h->section[0].kind = RD_JOURNAL_SNAPSHOT;
	sections[0] = (struct iovec){ (void *)arena, len };
	h->nsections = 1;
	/* oldest first */
	for (uint32_t i = 1; i <= RD_CONFIGS; i++) {
		typeof(j->bundles.slot[0]) *slot =
			&j->bundles.slot[(j->bundles.newest + i) % RD_CONFIGS];
		uint32_t n = h->nsections;

		if (!slot->generation)
			continue;
		h->section[n].kind = RD_JOURNAL_BUNDLE;
		h->section[n].generation = slot->generation;
		sections[n] =
			(struct iovec){ slot->bundle.data, slot->bundle.len };
		h->nsections++;
	}
}

/* A clean segment that nobody writes to any more: the tidier's now. */
static void retire(struct rd_journal *j, struct rd_segment *s)
{
	struct rd_segment *head =
		__atomic_load_n(&j->retired, __ATOMIC_RELAXED);

	do
		s->newer = head;
	while (!__atomic_compare_exchange_n(&j->retired, &head, s, false,
					    __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED));
}

static bool is_durable(const struct rd_segment *s)
{
	return s->name_synced && s->synced == s->tail;
}

/* Older ones that are durable go to the tidier. */
static void retire_durable(struct rd_journal *j)
{
	while (j->oldest != j->cur && j->oldest != j->syncing.segment &&
	       is_durable(j->oldest)) {
		struct rd_segment *done = j->oldest;

		j->oldest = done->newer;
		retire(j, done);
	}
}

/* Begin a segment at j->next_seq, with room octets for records. 0, -errno. */
static int rotate(struct rd_journal *j, uint64_t room)
{
	struct rd_segment *s =
		__atomic_exchange_n(&j->next, NULL, __ATOMIC_ACQUIRE);
	struct iovec sections[RD_JOURNAL_SECTIONS];
	struct rd_journal_header h;
	int err;

	if (!s) {
		j->count.late++;
		err = rd_segment_create(j->dirfd, RD_SEGMENT_LATE,
					j->segment_octets, &s);
		if (err)
			return err;
	}
	gather(j, &h, sections);
	err = rd_segment_begin(s, j->dirfd, &h, sections, room);
	if (err) {
		rd_segment_close(s, j->dirfd);
		return err;
	}
	if (j->cur)
		j->cur->newer = s;
	else
		j->oldest = s;
	__atomic_store_n(&j->head_octets, s->tail, __ATOMIC_RELAXED);
	__atomic_store_n(&j->cur, s, __ATOMIC_RELEASE);
	j->count.segments++;
	retire_durable(j);
	return 0;
}

int rd_journal_begin(struct rd_journal *j, struct rd_journal_source source,
		     uint64_t min_seq, bool fresh)
{
	int err;

	assert(!j->cur);
	j->source = source;
	if (fresh)
		rd_journal_bundles_free(&j->bundles);
	if (j->next_seq < min_seq)
		j->next_seq = min_seq;
	j->synced_seq = j->next_seq - 1;
	err = rotate(j, 0);
	j->error = err;
	j->count.late = 0; /* at the start there is no tidier to be late */
	return err;
}

/* ---- append --------------------------------------------------------------------- */

/* Octets that must fit behind this event: a bundle stays in one segment. */
static uint64_t octets_behind(const struct rd_msg *event)
{
	const struct rd_ev_config *config = (const void *)event;

	if (event->type != RD_MSG_CONFIG || config->offset)
		return 0;
	return config->total_len +
	       (config->total_len / RD_BUNDLE_CHUNK + 1) *
		       (RD_JOURNAL_RECORD_HEAD + sizeof(*config) + 8);
}

static void note(struct rd_journal *j, const struct rd_msg *event)
{
	if (event->type == RD_MSG_START)
		j->epoch_ns = ((const struct rd_ev_start *)event)->epoch_ns;
	else if (event->type == RD_MSG_CONFIG)
		rd_journal_bundles_note(&j->bundles, event);
}

/*
 * See that the event fits. While FULL only the tidier tries to make room, for
 * that may take long; and a log does not begin in the middle of a bundle.
 */
static void make_room(struct rd_journal *j, const struct rd_msg *event)
{
	uint64_t behind = octets_behind(event);
	bool prepared = __atomic_load_n(&j->next, __ATOMIC_ACQUIRE);
	bool in_bundle = event->type == RD_MSG_CONFIG &&
			 ((const struct rd_ev_config *)event)->offset;

	if (j->error) {
		if (prepared && !in_bundle)
			j->error = rotate(j, behind);
		return;
	}
	if (!rd_segment_fits(j->cur, event, behind))
		j->error = rotate(j, behind);
	else if (j->cur->sync_failed && prepared && !in_bundle)
		rotate(j, behind); /* a fresh one may do better */
}

uint64_t rd_journal_append(struct rd_journal *j, const struct rd_msg *event,
			   uint32_t digest)
{
	uint64_t seq = j->next_seq;

	make_room(j, event);
	if (j->error) {
		j->count.lost++;
	} else {
		rd_segment_append(j->cur, seq, digest, event);
		j->count.appended++;
		j->count.octets += RD_JOURNAL_RECORD_HEAD + event->len;
		j->previous_seq = seq;
	}
	j->next_seq = seq + 1;
	note(j, event);
	return seq;
}

uint64_t rd_journal_appended_seq(const struct rd_journal *j)
{
	return j->next_seq - 1;
}

/* ---- durability ----------------------------------------------------------------- */

bool rd_journal_sync_begin(struct rd_journal *j, struct rd_journal_sync *out)
{
	struct rd_segment *s = j->oldest;

	if (j->syncing.segment || !s || is_durable(s))
		return false;
	j->syncing.segment = s;
	j->syncing.folder = !s->name_synced;
	j->syncing.tail = s->tail;
	j->syncing.seq = s->last_seq;
	if (j->syncing.folder)
		*out = (struct rd_journal_sync){ j->dirfd, false, 0, 0 };
	else
		*out = (struct rd_journal_sync){ s->fd, true, s->synced,
						 s->tail - s->synced };
	return true;
}

void rd_journal_sync_end(struct rd_journal *j, int result)
{
	struct rd_segment *s = j->syncing.segment;

	assert(s);
	j->syncing.segment = NULL;
	/*
	 * The kernel forgets what it could not write, so asking again would
	 * prove nothing. Nothing more is promised of this segment; the next
	 * one begins with a snapshot that bridges it.
	 */
	if (result < 0) {
		s->sync_failed = true;
		j->sync_error = result;
	}
	if (j->syncing.folder) {
		s->name_synced = true;
	} else {
		s->synced = j->syncing.tail;
		s->synced_seq = j->syncing.seq;
	}
	if (!s->sync_failed && s->synced) {
		j->synced_seq = s->synced_seq;
		j->sync_error = 0;
	}
	retire_durable(j);
}

int rd_journal_sync(struct rd_journal *j)
{
	struct rd_journal_sync sync;
	int first = 0;

	while (rd_journal_sync_begin(j, &sync)) {
		int err = sync.datasync ? fdatasync(sync.fd) : fsync(sync.fd);

		err = err ? -errno : 0;
		if (!first)
			first = err;
		rd_journal_sync_end(j, err);
	}
	return first;
}

uint64_t rd_journal_synced_seq(const struct rd_journal *j)
{
	return j->synced_seq;
}

void rd_journal_status(const struct rd_journal *j,
		       struct rd_journal_status *out)
{
	int prepare = __atomic_load_n(&j->prepare_error, __ATOMIC_RELAXED);

	*out = j->count;
	out->state = RD_JOURNAL_WELL;
	if (j->error)
		out->state = RD_JOURNAL_FULL;
	else if (j->sync_error)
		out->state = RD_JOURNAL_DOWN;
	else if (prepare)
		out->state = RD_JOURNAL_LOW;
	out->error = j->error	     ? j->error
		     : j->sync_error ? j->sync_error
				     : prepare;
}

/* ---- the tidier ------------------------------------------------------------------ */

/*
 * Pages ahead are made writable before core touches them, so that core meets
 * no page fault that waits for the file system; pages behind are unmapped
 * (their content is the kernel's), so that a journal of 64 MiB does not count
 * as 64 MiB of the daemon.
 */
static void warm(struct rd_segment *s, uint64_t head_octets)
{
	uint64_t tail = __atomic_load_n(&s->tail, __ATOMIC_ACQUIRE);
	uint64_t ahead = (tail + head_octets + WARM_AHEAD) & ~4095ull;
	uint64_t behind = tail & ~4095ull;

	if (ahead > s->size)
		ahead = s->size;
	if (s->warmed < behind)
		s->warmed = behind;
	if (ahead > s->warmed + WARM_AHEAD / 2 || ahead == s->size) {
		if (ahead > s->warmed)
			madvise(s->map + s->warmed, ahead - s->warmed,
				MADV_POPULATE_WRITE);
		s->warmed = ahead;
	}
	if (behind > s->dropped + WARM_AHEAD / 4) {
		madvise(s->map + s->dropped, behind - s->dropped,
			MADV_DONTNEED);
		s->dropped = behind;
	}
}

static void prepare(struct rd_journal *j)
{
	struct rd_segment *s;
	int err;

	if (__atomic_load_n(&j->next, __ATOMIC_RELAXED))
		return;
	err = rd_segment_create(j->dirfd, RD_SEGMENT_NEXT, j->segment_octets,
				&s);
	__atomic_store_n(&j->prepare_error, err, __ATOMIC_RELAXED);
	if (err)
		return;
	/* a snapshot will come at once */
	warm(s, __atomic_load_n(&j->head_octets, __ATOMIC_RELAXED));
	__atomic_store_n(&j->next, s, __ATOMIC_RELEASE);
}

static void seal_retired(struct rd_journal *j)
{
	struct rd_segment *s, *newer;

	s = __atomic_exchange_n(&j->retired, NULL, __ATOMIC_ACQUIRE);
	for (; s; s = newer) {
		newer = s->newer;
		rd_segment_close(s, j->dirfd);
	}
}

void rd_journal_tidy(struct rd_journal *j,
		     const struct rd_journal_retention *keep)
{
	struct rd_segment *s = __atomic_load_n(&j->cur, __ATOMIC_ACQUIRE);

	/* a segment that core retires meanwhile is freed below, by us */
	if (s)
		warm(s, 0);
	prepare(j);
	seal_retired(j);
	if (keep)
		rd_journal_retain(j->dirfd, keep);
}

void rd_journal_close(struct rd_journal *j)
{
	if (!j)
		return;
	rd_journal_sync(j);
	seal_retired(j);
	for (struct rd_segment *s = j->oldest; s;) {
		struct rd_segment *newer = s->newer;

		rd_segment_close(s, j->dirfd);
		s = newer;
	}
	if (j->next)
		rd_segment_close(j->next, j->dirfd);
	free_journal(j);
}

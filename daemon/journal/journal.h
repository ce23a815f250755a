/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal: the one ordered log of everything that reaches core.
 *
 * WHAT. Every event gets a sequence number, 1, 2, 3 ..., and is appended before
 * core acts on it. From the log follow the state (recover.h, replay.h), the
 * call records (daemon/store), and the reason of each decision.
 *
 * HOW. Segments of format.h. Core appends by copying into a shared mapping. A
 * second thread, the tidier (the disk thread), does all that may block: makes
 * the next segment before it is needed, seals and removes old ones. The loop
 * makes the log durable: every 100 ms of line time, and before a call record
 * is acknowledged, it asks what to fdatasync and submits that to its ring.
 *
 *	core      append append append | rotate: snapshot -> next | append ...
 *	loop            sync_begin ~~~ IORING_OP_FSYNC ~~~ sync_end
 *	tidier    make next ...  warm pages ahead ...  seal, retain
 *
 * USE. rd_journal_open(); if there was a log before, rd_journal_replay() to
 * build core; rd_journal_begin(); then rd_journal_append() for each event.
 *
 * FAILURE. An append never fails for its caller: calls go on. If there is no
 * room for a segment, state is FULL, events are counted as lost, and the first
 * event after room was found begins a new segment, whose header tells of the
 * gap and whose snapshot bridges it. Nothing before or after is in doubt.
 *
 * LIMITS. One writer a folder (a lock is held). Secrets: events arrive masked;
 * what must never reach a disk must never reach rd_journal_append().
 */
#ifndef RD_JOURNAL_H
#define RD_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/core/core.h"
#include "daemon/msg.h"
#include "lib/base/diag.h"

struct rd_journal;

/* What open() found of a run before. */
struct rd_journal_recovery {
	bool found;	      /* there is a state to replay to */
	uint64_t start_seq;   /* first of the segment whose snapshot is good */
	uint64_t end_seq;     /* last event that can be replayed */
	uint64_t highest_seq; /* ever seen, even behind damage */
	uint64_t torn_octets; /* a last record that had not arrived whole */
	uint64_t damaged;     /* segments with damage in the middle */
};

/*
 * Take over the folder dir (made if absent, 0750) and look at what is there.
 * segment_octets: length of a segment, at least 256 KiB. A torn tail is cut
 * off; a segment whose beginning is unusable is put aside as "<name>.broken";
 * one damaged in the middle stays as it is, as evidence, and ends for replay
 * at the damage. Each such finding is a warning in diag.
 *
 * 0; -EBUSY: another daemon has it; -errno with an error in diag.
 * Context: start, blocking.
 */
int rd_journal_open(const char *dir, uint64_t segment_octets,
		    struct rd_journal **out,
		    struct rd_journal_recovery *recovery, struct rd_diag *diag);

/* Where a segment's snapshot comes from: rd_core_snapshot() and its core. */
struct rd_journal_source {
	const void *(*snapshot)(void *context, uint64_t *len);
	void *context;
};

/*
 * Begin to write, in a new segment. min_seq: the first number must not be
 * below it; the store's applied + 1, so that rows committed from events that a
 * power failure took back are not confused with new ones. fresh: core was not
 * recovered but made anew; configurations count from 1 again.
 * 0 or -errno (-ENOSPC ...): then state is FULL, and it goes on trying.
 */
int rd_journal_begin(struct rd_journal *j, struct rd_journal_source source,
		     uint64_t min_seq, bool fresh);

/*
 * Number the event and append it; to be called before rd_core_handle().
 * digest: core->digest, of the commands since the event before. Returns the
 * number, also if the event could not be kept (see FAILURE).
 * Context: core. No system call, but for one rename when a segment is full
 * (and more if the tidier did not keep up; counted).
 */
uint64_t rd_journal_append(struct rd_journal *j, const struct rd_msg *event,
			   uint32_t digest);

/* ---- durability (core's loop) -------------------------------------------- */

struct rd_journal_sync {
	int fd;
	bool datasync;	   /* IORING_FSYNC_DATASYNC; false for a folder */
	uint64_t off, len; /* 0, 0 for a folder */
};

/*
 * What to sync next: true and *out, or false if all is durable or a sync is
 * under way. One at a time: submit, and at its completion call
 * rd_journal_sync_end() with cqe->res, then ask again.
 */
bool rd_journal_sync_begin(struct rd_journal *j, struct rd_journal_sync *out);
void rd_journal_sync_end(struct rd_journal *j, int result);
/* The same, blocking, until all is durable. 0 or -errno. Context: stop. */
int rd_journal_sync(struct rd_journal *j);

uint64_t rd_journal_appended_seq(const struct rd_journal *j);
/* Everything up to this number survives a power failure. */
uint64_t rd_journal_synced_seq(const struct rd_journal *j);

static inline bool rd_journal_synced(const struct rd_journal *j, uint64_t seq)
{
	return rd_journal_synced_seq(j) >= seq;
}

/* ---- state ----------------------------------------------------------------- */

/* Values of rd_ev_disk.state. */
enum rd_journal_state {
	RD_JOURNAL_WELL,
	RD_JOURNAL_LOW,	 /* no next segment: this one is the last room */
	RD_JOURNAL_FULL, /* events are not kept */
	RD_JOURNAL_DOWN, /* fdatasync failed: kept, but perhaps not durable */
};

struct rd_journal_status {
	enum rd_journal_state state;
	int error;		 /* negative errno of what is wrong, or 0 */
	uint64_t appended, lost; /* events */
	uint64_t octets;	 /* of records */
	uint64_t segments;	 /* begun */
	uint64_t late;		 /* begun without the tidier's help */
};

/* Context: core. */
void rd_journal_status(const struct rd_journal *j,
		       struct rd_journal_status *out);

/* ---- the tidier -------------------------------------------------------------- */

struct rd_journal_retention {
	uint32_t keep_days;	/* 0 for ever */
	uint32_t low_water_mib; /* free space below which old ones go */
	uint64_t applied_seq;	/* rd_store_applied(): nothing newer goes */
	int64_t now_s;		/* wall clock */
};

/*
 * Everything that may block: make the next segment, warm its pages ahead of
 * core, let go of those behind (so that they count in nobody's RSS), seal
 * segments that are done, and remove old ones (keep may be NULL). Call it
 * about once a second of wall time, and any number of times. Content of the
 * journal does not depend on it.
 * Context: one thread, not core's; the disk thread.
 */
void rd_journal_tidy(struct rd_journal *j,
		     const struct rd_journal_retention *keep);

/* Sync, seal, let go. The tidier does not call any more. */
void rd_journal_close(struct rd_journal *j);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a journal from one event to the next, across segments, of a daemon
 * that runs or not.
 *
 * USE.	rd_journal_reader_open(dir, &r);
 *	rd_journal_reader_seek(r, seq);
 *	while ((n = rd_journal_reader_next(r, &e)) > 0) ...;
 * n == 0 is the end for now: to follow, wait (inotify, a timer) and go on with
 * the same reader. n == -EBADMSG is damage, described by
 * rd_journal_reader_error(); the next call goes on behind it.
 *
 * LIMITS. One thread a reader. Does not write, takes no lock.
 */
#ifndef RD_JOURNAL_READER_H
#define RD_JOURNAL_READER_H

#include "daemon/journal/file.h"

struct rd_journal_reader;

struct rd_journal_event {
	uint64_t seq;
	uint32_t digest; /* of the commands of the event before */
	uint64_t lost;	 /* events missing just before this one */
	bool first;	 /* of a segment: the snapshot is the state before it */
	const struct rd_msg *msg; /* until the next call; checked */
};

/* 0, -ENOENT (no such folder), -ENOMEM, -errno. Stands before the first. */
int rd_journal_reader_open(const char *dir, struct rd_journal_reader **out);
void rd_journal_reader_close(struct rd_journal_reader *r);

/*
 * Stand before the first event whose number is seq or above. 0; -ESTALE: older
 * ones were wanted but are gone, it stands before the oldest there is.
 */
int rd_journal_reader_seek(struct rd_journal_reader *r, uint64_t seq);
/*
 * Stand at the beginning of the last segment that begins at or before seq, so
 * that rd_journal_reader_file() has the snapshot to replay from. As seek().
 */
int rd_journal_reader_seek_segment(struct rd_journal_reader *r, uint64_t seq);

/* 1: *out is the next event; 0: none yet; -EBADMSG: damage; -errno. */
int rd_journal_reader_next(struct rd_journal_reader *r,
			   struct rd_journal_event *out);

/* In words, with file and octet, what the last -EBADMSG was about. */
const char *rd_journal_reader_error(const struct rd_journal_reader *r);

/* The segment it is in, NULL if none: header, sections. */
const struct rd_journal_file *
rd_journal_reader_file(const struct rd_journal_reader *r);

#endif

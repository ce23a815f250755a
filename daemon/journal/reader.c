// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From one event to the next; see reader.h. The list of segments is read again
 * whenever the one at hand is at its end: the writer makes new ones, and
 * retention takes old ones away.
 */
#include "daemon/journal/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/journal/recover.h"

struct rd_journal_reader {
	int dirfd;
	struct rd_journal_file file;
	bool open;
	uint64_t first;	 /* number the segment at hand begins with */
	uint64_t last;	 /* number of the event read last; 0 none */
	bool at_first;	 /* nothing read of this segment yet */
	uint64_t wanted; /* seek: skip below this */
	char error[160];
};

int rd_journal_reader_open(const char *dir, struct rd_journal_reader **out)
{
	struct rd_journal_reader *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (r->dirfd < 0) {
		int err = -errno;

		free(r);
		return err;
	}
	*out = r;
	return 0;
}

static void leave_file(struct rd_journal_reader *r)
{
	if (r->open)
		rd_journal_file_close(&r->file);
	r->open = false;
}

void rd_journal_reader_close(struct rd_journal_reader *r)
{
	if (!r)
		return;
	leave_file(r);
	close(r->dirfd);
	free(r);
}

/* Open the segment that begins with first. As rd_journal_file_open(). */
static int enter_file(struct rd_journal_reader *r, uint64_t first)
{
	const char *why = NULL;
	int err;

	leave_file(r);
	r->first = first;
	r->at_first = true;
	err = rd_journal_file_open(&r->file, r->dirfd, first, &why);
	if (err == -EBADMSG)
		snprintf(r->error, sizeof(r->error), "%016llx.rdj: %s",
			 (unsigned long long)first, why);
	r->open = !err;
	return err;
}

/* First number of the segment behind the one at hand; 0 none; -errno. */
static int64_t find_next(const struct rd_journal_reader *r)
{
	uint64_t *list, next = 0;
	int n = rd_journal_list(r->dirfd, &list);

	if (n < 0)
		return n;
	for (int i = n - 1; i >= 0 && list[i] > r->first; i--)
		next = list[i];
	free(list);
	return (int64_t)next;
}

/*
 * Go to the next segment. 1: there; 0: there is none; -EBADMSG: it is not
 * usable, and the next call goes to the one behind it; -errno.
 */
static int next_file(struct rd_journal_reader *r)
{
	for (;;) {
		int64_t next = find_next(r);
		int err;

		if (next <= 0)
			return (int)next;
		err = enter_file(r, (uint64_t)next);
		if (err != -ENOENT) /* retention was faster */
			return err ? err : 1;
	}
}

int rd_journal_reader_seek_segment(struct rd_journal_reader *r, uint64_t seq)
{
	uint64_t *list, first = 0;
	int n = rd_journal_list(r->dirfd, &list);
	bool gone;

	if (n < 0)
		return n;
	for (int i = 0; i < n && (!i || list[i] <= seq); i++)
		first = list[i];
	gone = n && first > seq && seq;
	free(list);
	leave_file(r);
	r->last = 0;
	r->wanted = 0;
	r->first = 0;
	if (!n)
		return 0;
	n = enter_file(r, first);
	if (n && n != -EBADMSG)
		return n;
	return n ? n : gone ? -ESTALE : 0;
}

int rd_journal_reader_seek(struct rd_journal_reader *r, uint64_t seq)
{
	int err = rd_journal_reader_seek_segment(r, seq);

	r->wanted = seq;
	return err == -EBADMSG ? 0 : err;
}

/* At an end or at damage: what next? 1: look again; else next()'s answer. */
static int at_end(struct rd_journal_reader *r, enum rd_journal_found found)
{
	const struct rd_journal_record *record;
	uint64_t at = r->file.at;

	if (found == RD_JOURNAL_END) {
		int64_t next = find_next(r);

		if (next <= 0) /* perhaps a live one's: stay */
			return (int)next;
		/* this one is sealed, but was it when we looked? */
		if (rd_journal_file_next(&r->file, &record) ==
		    RD_JOURNAL_RECORD) {
			r->file.at = at;
			return 1;
		}
		return next_file(r);
	}
	snprintf(r->error, sizeof(r->error), "%016llx.rdj: octet %llu: damaged",
		 (unsigned long long)r->first, (unsigned long long)at);
	if (!rd_journal_file_resync(&r->file, r->last)) {
		/* a torn tail: nothing more in this segment */
		r->file.at = r->file.size;
		r->file.buf_len = 0;
	}
	return -EBADMSG;
}

int rd_journal_reader_next(struct rd_journal_reader *r,
			   struct rd_journal_event *out)
{
	for (;;) {
		const struct rd_journal_record *record;
		enum rd_journal_found found;
		uint64_t expected;
		int n;

		if (!r->open) {
			n = next_file(r);
			if (n != 1)
				return n;
		}
		found = rd_journal_file_next(&r->file, &record);
		if (found != RD_JOURNAL_RECORD) {
			n = at_end(r, found);
			if (n != 1)
				return n;
			continue;
		}
		expected = r->last	 ? r->last + 1
			   : r->at_first ? r->file.header.previous_seq + 1
					 : record->seq;
		if (record->seq < expected && r->last) {
			snprintf(r->error, sizeof(r->error),
				 "%016llx.rdj: event %llu again",
				 (unsigned long long)r->first,
				 (unsigned long long)record->seq);
			return -EBADMSG;
		}
		out->seq = record->seq;
		out->digest = record->digest;
		out->lost = record->seq - expected;
		out->first =
			r->at_first && record->seq == r->file.header.first_seq;
		out->msg = &record->msg;
		r->last = record->seq;
		r->at_first = false;
		if (record->seq >= r->wanted)
			return 1;
	}
}

const char *rd_journal_reader_error(const struct rd_journal_reader *r)
{
	return r->error;
}

const struct rd_journal_file *
rd_journal_reader_file(const struct rd_journal_reader *r)
{
	return r->open ? &r->file : NULL;
}

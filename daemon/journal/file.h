/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One segment of the journal, being read.
 *
 * By pread() into a buffer, not by mapping: the file may be another process's
 * live segment, and that one is cut to its used length when it is sealed.
 * What a live writer has stored is seen at once (one page cache), and a record
 * is seen whole or not at all: its len comes last.
 */
#ifndef RD_JOURNAL_FILE_H
#define RD_JOURNAL_FILE_H

#include "daemon/journal/format.h"

struct rd_journal_file {
	int fd;
	uint64_t size; /* when opened */
	struct rd_journal_header header;
	uint64_t at; /* of the next record */
	uint8_t *buf;
	uint64_t buf_at, buf_len;
};

/*
 * Open the segment that begins with first_seq. 0; -ENOENT; -EBADMSG: *why says
 * what is wrong with its header; -errno.
 */
int rd_journal_file_open(struct rd_journal_file *f, int dirfd,
			 uint64_t first_seq, const char **why);
void rd_journal_file_close(struct rd_journal_file *f);

/* The record at f->at, and go behind it; it lives until the next call. */
enum rd_journal_found
rd_journal_file_next(struct rd_journal_file *f,
		     const struct rd_journal_record **out);

/*
 * Look for a good record at f->at + 8 and after, with a number above seq, and
 * stand before it. False: there is none, f->at is as it was.
 */
bool rd_journal_file_resync(struct rd_journal_file *f, uint64_t seq);

/*
 * Section number i, checked, in memory of the caller's to free. 0; -ENOENT: no
 * such section; -EBADMSG: damaged; -errno.
 */
int rd_journal_file_section(const struct rd_journal_file *f, uint32_t i,
			    void **data, size_t *len);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One segment of the journal, being written: a preallocated file and its
 * shared mapping.
 *
 * Appending stores into the mapping and makes no system call. The pages are
 * the kernel's from the moment of the store, so they outlive SIGKILL; fdatasync
 * makes them outlive a power failure. Preallocation means a full disk is met
 * when a segment is made, where it can be answered, and never by a SIGBUS.
 *
 * LIFE. create (any thread, slow) -> begin -> append ... (core) -> close
 * (any thread, slow).
 *
 * LIMITS. A file system that copies on write (btrfs without nodatacow) may run
 * out of space in a preallocated file: put the journal elsewhere.
 */
#ifndef RD_JOURNAL_SEGMENT_H
#define RD_JOURNAL_SEGMENT_H

#include <sys/uio.h>

#include "daemon/journal/format.h"

/* Names until the first number is known: made ahead, or by core in need. */
#define RD_SEGMENT_NEXT "next.new"
#define RD_SEGMENT_LATE "late.new"

struct rd_segment {
	int fd;
	uint8_t *map;
	uint64_t size;
	uint64_t tail; /* octets used; core writes it, the tidier reads */
	uint64_t first_seq, last_seq;
	const char *name; /* RD_SEGMENT_NEXT, RD_SEGMENT_LATE; NULL: begun */
	/* journal.c: core's */
	uint64_t synced, synced_seq; /* on the disk: octets, last number */
	bool name_synced;	     /* so is the folder's entry */
	bool sync_failed;	     /* once: nothing more is promised of it */
	struct rd_segment *newer;
	/* journal.c: the tidier's */
	uint64_t warmed, dropped;
};

/*
 * A segment of octets (page multiple) under that temporary name, replacing a
 * leftover. 0; -ENOSPC, -EFBIG, -EDQUOT: no room; -errno.
 * Context: may block.
 */
int rd_segment_create(int dirfd, const char *name, uint64_t octets,
		      struct rd_segment **out);

/*
 * Write header and sections and give the file its name. h: first_seq,
 * previous_seq, epoch_ns, generation, nsections and each section's kind and
 * generation are set; the rest is filled in here. Grows the file if sections
 * and room octets of records need it. 0 or -errno: the segment is as after
 * create(). Context: core; copies the sections, one rename.
 */
int rd_segment_begin(struct rd_segment *s, int dirfd,
		     struct rd_journal_header *h, const struct iovec *sections,
		     uint64_t room);

/* Room for a record of this message and more octets? */
bool rd_segment_fits(const struct rd_segment *s, const struct rd_msg *msg,
		     uint64_t more);
/* Append a record that fits. Context: core; no system call. */
void rd_segment_append(struct rd_segment *s, uint64_t seq, uint32_t digest,
		       const struct rd_msg *msg);

/*
 * Unmap, give back the unused end, close, free; one that was never begun is
 * removed. Does not sync. Context: may block.
 */
void rd_segment_close(struct rd_segment *s, int dirfd);

#endif

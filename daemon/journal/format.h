/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a journal lies on disk.
 *
 * WHAT. A journal is a folder of segments, each named for the first sequence
 * number in it, 16 hexadecimal digits and ".rdj". A segment stands alone: it
 * begins with what core was (a snapshot and the configurations it refers to)
 * and goes on with what happened to it (records).
 *
 *	0            4096                     records_offset
 *	| header, 0 | section | section | 0  | record | record | record | 0 ...
 *	              snapshot  bundles
 *
 *	record:  crc len seq digest 0 | rd_msg, verbatim, a multiple of 8
 *	         ^   ^                 written last, as one word, with release
 *	         over all that follows, len first
 *
 * HOW A END IS SEEN. The file is preallocated and zero behind the last
 * record, so a len of 0 is the end. A writer killed in the middle of an append
 * leaves len 0 there; a power failure may leave a record whose pages did not
 * all arrive: its CRC is wrong and no good record follows (a torn tail). A
 * good record *behind* a bad one is something else: damage in the middle.
 *
 * Everything is little endian, 8-aligned and free of wall clock, process ids
 * and stale octets: equal events make equal files.
 */
#ifndef RD_JOURNAL_FORMAT_H
#define RD_JOURNAL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/core/core.h"
#include "daemon/msg.h"

#define RD_JOURNAL_MAGIC   "RDJRNL\r\n"
#define RD_JOURNAL_VERSION 1u
#define RD_JOURNAL_HEADER  4096u /* octets before the first section */
#define RD_JOURNAL_SUFFIX  ".rdj"
#define RD_JOURNAL_NAME	   24 /* a segment's file name and NUL, rounded up */

enum rd_journal_section_kind {
	RD_JOURNAL_SNAPSHOT = 1, /* rd_core_snapshot() before first_seq */
	RD_JOURNAL_BUNDLE,	 /* configuration number `generation` */
};
#define RD_JOURNAL_SECTIONS (1 + RD_CONFIGS)

struct rd_journal_section {
	uint32_t kind;
	uint32_t generation; /* bundles: as core counts them, from 1 */
	uint64_t offset, len;
	uint32_t crc;
	uint32_t pad;
};

struct rd_journal_header {
	char magic[8];
	uint32_t version;
	uint32_t crc; /* of this struct with crc 0 */
	uint64_t first_seq;
	uint64_t previous_seq; /* last before; first_seq - 1 unless lost */
	uint64_t epoch_ns;     /* of the last RD_MSG_START; 0 none yet */
	uint64_t records_offset;
	uint32_t generation; /* newest configuration; 0 none */
	uint32_t nsections;
	struct rd_journal_section section[RD_JOURNAL_SECTIONS];
};

struct rd_journal_record {
	uint32_t crc;
	uint32_t len; /* octets, this head included */
	uint64_t seq;
	uint32_t digest; /* of core's commands since the event before */
	uint32_t pad;
	struct rd_msg msg;
};

#define RD_JOURNAL_RECORD_HEAD \
	((uint32_t)offsetof(struct rd_journal_record, msg))
#define RD_JOURNAL_RECORD_MAX (RD_JOURNAL_RECORD_HEAD + UINT16_MAX / 8 * 8)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "as on disk");
_Static_assert(sizeof(struct rd_journal_section) == 32, "as on disk");
_Static_assert(sizeof(struct rd_journal_header) == 56 + 5 * 32, "as on disk");
_Static_assert(offsetof(struct rd_journal_record, msg) == 24, "as on disk");

/* name[RD_JOURNAL_NAME] of the segment that begins with seq. */
void rd_journal_name(char *name, uint64_t first_seq);
/* Its inverse: false if name is not a segment's. */
bool rd_journal_name_parse(const char *name, uint64_t *first_seq);

/* Fill in h->crc. */
void rd_journal_header_seal(struct rd_journal_header *h);
/*
 * Is this a header we can use, of a file of size octets? NULL if so, else
 * what is wrong with it, in words.
 */
const char *rd_journal_header_check(const struct rd_journal_header *h,
				    uint64_t size);

/* Checksum of a whole record as it will lie there; its len is set. */
uint32_t rd_journal_record_crc(const struct rd_journal_record *r);

enum rd_journal_found {
	RD_JOURNAL_RECORD, /* a good record */
	RD_JOURNAL_END,	   /* nothing: len is 0, or the room is over */
	RD_JOURNAL_MORE,   /* good so far, but longer than `available` */
	RD_JOURNAL_BAD,	   /* something, but not a record */
};
/* What lies at r, of which available octets can be read? */
enum rd_journal_found rd_journal_record_check(const struct rd_journal_record *r,
					      uint64_t available);

#endif

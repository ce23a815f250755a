// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets as a journal.
 *
 *	| how | cut (2) | octets ... |
 *
 * how bit 0: the octets become a file as they are; else they are records behind
 * a good header. Bit 1: checksums of records are made right, so that what a
 * CRC would catch is met as well. Bit 2: a second, good segment follows.
 *
 * The reader always ends and never goes back; after recovery, reading gives
 * what recovery promised; a writer goes on with a number nobody has seen.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/journal/journal.h"
#include "daemon/journal/reader.h"
#include "daemon/journal/recover.h"
#include "lib/base/crc32c.h"
#include "tools/ringdown/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static char dir[] = "/dev/shm/rd-fuzz-XXXXXX";
static int dirfd_ = -1;

static void write_file(uint64_t first, const void *data, size_t len)
{
	char name[RD_JOURNAL_NAME];
	int fd;

	rd_journal_name(name, first);
	fd = openat(dirfd_, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, len) != (ssize_t)len)
		abort();
	close(fd);
}

static void header(uint8_t *out, uint64_t first, uint64_t previous)
{
	struct rd_journal_header h = {
		.magic = RD_JOURNAL_MAGIC,
		.version = RD_JOURNAL_VERSION,
		.first_seq = first,
		.previous_seq = previous,
		.records_offset = RD_JOURNAL_HEADER + 8,
		.nsections = 1,
		.section = { { RD_JOURNAL_SNAPSHOT, 0, RD_JOURNAL_HEADER, 8,
			       rd_crc32c(0, "snapshot", 8), 0 } },
	};

	rd_journal_header_seal(&h);
	memset(out, 0, RD_JOURNAL_HEADER);
	memcpy(out, &h, sizeof(h));
	memcpy(out + RD_JOURNAL_HEADER, "snapshot", 8);
}

/* Give every record that could be one its checksum and a number in order. */
static void mend(uint8_t *p, size_t len)
{
	uint64_t seq = 1;

	while (len >= sizeof(struct rd_journal_record)) {
		struct rd_journal_record *r = (void *)p;

		r->len = (uint32_t)sizeof(*r) + (r->len % 64) * 8;
		if (r->len > len)
			return;
		r->seq = seq + (r->seq % 16 == 15); /* sometimes one is lost */
		seq = r->seq + 1;
		r->pad = 0;
		r->msg.len = (uint16_t)(r->len - RD_JOURNAL_RECORD_HEAD);
		if (r->digest % 16) /* sometimes it stays wrong */
			r->crc = rd_journal_record_crc(r);
		p += r->len;
		len -= r->len;
	}
}

/* Read it all. The highest number. */
static uint64_t read_all(void)
{
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	uint64_t last = 0;
	int n, turns = 0;

	if (rd_journal_reader_open(dir, &r))
		abort();
	while ((n = rd_journal_reader_next(r, &e))) {
		json_t *fields;

		assert(turns++ < 100000);
		assert(n == 1 || n == -EBADMSG);
		if (n != 1)
			continue;
		assert(e.seq > last);
		last = e.seq;
		fields = json_object();
		event_fields(e.msg, fields);
		json_decref(fields);
	}
	rd_journal_reader_close(r);
	return last;
}

static const void *snapshot(void *context, uint64_t *len)
{
	*len = 8;
	return context;
}

static void go_on(uint64_t highest)
{
	struct rd_msg time = { RD_MSG_TIME, sizeof(time), 0, 0 };
	uint64_t state = 0;
	struct rd_journal_source source = { snapshot, &state };
	struct rd_journal_recovery rec;
	struct rd_journal *j;
	struct rd_diag diag;
	uint64_t seq;

	rd_diag_init(&diag);
	if (rd_journal_open(dir, 1 << 18, &j, &rec, &diag))
		abort();
	assert(rec.highest_seq >= rec.end_seq);
	assert(rec.highest_seq >= highest);
	if (rec.highest_seq < UINT64_MAX - 10) {
		assert(!rd_journal_begin(j, source, 1, true));
		seq = rd_journal_append(j, &time, 0);
		assert(seq > highest);
		rd_journal_close(j);
		assert(read_all() == seq);
	} else {
		rd_journal_close(j);
	}
	rd_diag_free(&diag);
}

static void clear(void)
{
	uint64_t *list;
	int n = rd_journal_list(dirfd_, &list);

	for (int i = 0; i < n; i++) {
		char name[RD_JOURNAL_NAME];

		rd_journal_name(name, list[i]);
		unlinkat(dirfd_, name, 0);
	}
	free(list);
	unlinkat(dirfd_, "0000000000000001.rdj.broken", 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	_Alignas(8) static uint8_t file[RD_JOURNAL_HEADER + 8 + (1 << 16)];
	size_t at = RD_JOURNAL_HEADER + 8;
	uint8_t how;

	if (dirfd_ < 0) {
		if (!mkdtemp(dir))
			abort();
		dirfd_ = open(dir, O_RDONLY | O_DIRECTORY);
	}
	if (len < 1 || len > 1 << 16)
		return 0;
	how = *data++;
	len--;
	if (how & 1) {
		at = 0;
	} else {
		header(file, 1, 0);
	}
	memcpy(file + at, data, len);
	if (!(how & 1) && how & 2)
		mend(file + at, len);
	write_file(1, file, at + len);
	if (how & 4) {
		header(file, 1000, 900);
		write_file(1000, file, RD_JOURNAL_HEADER + 8);
	}
	go_on(read_all());
	clear();
	return 0;
}

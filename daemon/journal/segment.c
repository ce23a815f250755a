// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Segments being written; see segment.h. Invariant: octets from tail to size
 * are zero, so that the next len, whenever it is looked at, is 0 or a whole
 * record's.
 */
#include "daemon/journal/segment.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/base/crc32c.h"

#define ALIGN8(n) (((n) + 7) & ~(uint64_t)7)

int rd_segment_create(int dirfd, const char *name, uint64_t octets,
		      struct rd_segment **out)
{
	struct rd_segment *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return -ENOMEM;
	unlinkat(dirfd, name, 0);
	s->name = name;
	s->size = octets;
	s->fd = openat(dirfd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
		       0640);
	if (s->fd < 0) {
		err = -errno;
		goto err_free;
	}
	err = -posix_fallocate(s->fd, 0, (off_t)octets);
	if (err)
		goto err_unlink;
	s->map = mmap(NULL, octets, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd,
		      0);
	if (s->map == MAP_FAILED) {
		err = -errno;
		goto err_unlink;
	}
	madvise(s->map, octets, MADV_DONTDUMP);
	*out = s;
	return 0;

err_unlink:
	unlinkat(dirfd, name, 0);
	close(s->fd);
err_free:
	free(s);
	return err;
}

/*
 * Make it as long as need asks. A large state leaves half of the segment for
 * records, or it would make a new segment of each few events.
 */
static int grow(struct rd_segment *s, uint64_t sections, uint64_t room)
{
	uint64_t size = sections + (room > sections ? room : sections);
	void *map;
	int err;

	size = (size + 4095) & ~4095ull;
	if (size <= s->size)
		return 0;
	err = -posix_fallocate(s->fd, 0, (off_t)size);
	if (err)
		return err;
	map = mremap(s->map, s->size, size, MREMAP_MAYMOVE);
	if (map == MAP_FAILED)
		return -errno;
	s->map = map;
	s->size = size;
	return 0;
}

int rd_segment_begin(struct rd_segment *s, int dirfd,
		     struct rd_journal_header *h, const struct iovec *sections,
		     uint64_t room)
{
	uint64_t at = RD_JOURNAL_HEADER, need = at;
	char name[RD_JOURNAL_NAME];
	int err;

	for (uint32_t i = 0; i < h->nsections; i++)
		need += ALIGN8(sections[i].iov_len);
	err = grow(s, need, room + RD_JOURNAL_RECORD_MAX);
	if (err)
		return err;
	for (uint32_t i = 0; i < h->nsections; i++) {
		struct rd_journal_section *sec = &h->section[i];

		sec->offset = at;
		sec->len = sections[i].iov_len;
		memcpy(s->map + at, sections[i].iov_base, sec->len);
		sec->crc = rd_crc32c(0, s->map + at, sec->len);
		at += ALIGN8(sec->len);
	}
	memcpy(h->magic, RD_JOURNAL_MAGIC, sizeof(h->magic));
	h->version = RD_JOURNAL_VERSION;
	h->records_offset = at;
	rd_journal_header_seal(h);
	memcpy(s->map, h, sizeof(*h));

	rd_journal_name(name, h->first_seq);
	if (renameat(dirfd, s->name, dirfd, name)) {
		err = -errno;
		memset(s->map, 0, at);
		return err;
	}
	s->name = NULL;
	s->first_seq = h->first_seq;
	s->last_seq = s->synced_seq = h->first_seq - 1;
	__atomic_store_n(&s->tail, at, __ATOMIC_RELEASE);
	return 0;
}

bool rd_segment_fits(const struct rd_segment *s, const struct rd_msg *msg,
		     uint64_t more)
{
	return s->tail + RD_JOURNAL_RECORD_HEAD + msg->len + more <= s->size;
}

void rd_segment_append(struct rd_segment *s, uint64_t seq, uint32_t digest,
		       const struct rd_msg *msg)
{
	struct rd_journal_record *r = (void *)(s->map + s->tail);
	uint32_t len = RD_JOURNAL_RECORD_HEAD + msg->len;
	uint32_t crc;

	assert(msg->len % 8 == 0 && msg->len >= sizeof(*msg));
	assert(s->tail + len <= s->size);
	assert(seq == s->last_seq + 1);
	r->seq = seq;
	r->digest = digest;
	memcpy(&r->msg, msg, msg->len);
	/* the checksum covers len, which must not be seen yet */
	crc = rd_crc32c(0, &len, sizeof(len));
	crc = rd_crc32c(crc, &r->seq, len - offsetof(typeof(*r), seq));
	__atomic_store_n((uint64_t *)r, crc | (uint64_t)len << 32,
			 __ATOMIC_RELEASE);
	s->last_seq = seq;
	__atomic_store_n(&s->tail, s->tail + len, __ATOMIC_RELEASE);
}

void rd_segment_close(struct rd_segment *s, int dirfd)
{
	int unused = 0;

	munmap(s->map, s->size);
	if (s->name)
		unlinkat(dirfd, s->name, 0);
	else
		unused = ftruncate(s->fd, (off_t)s->tail);
	(void)unused; /* if it fails, only space is lost */
	close(s->fd);
	free(s);
}

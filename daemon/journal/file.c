// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading a segment; see file.h. The buffer holds a window of the file that
 * begins at or before f->at; an end seen in it is not believed the next time,
 * because a live writer may have gone on.
 */
#include "daemon/journal/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/crc32c.h"

#define BUFFER ((uint64_t)256 * 1024)
_Static_assert(256 * 1024 >= 2 * RD_JOURNAL_RECORD_MAX, "a record fits");

/* Read len octets at offset, short only at the end. Octets, or -errno. */
static int64_t read_at(int fd, void *buf, uint64_t len, uint64_t offset)
{
	uint64_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (uint8_t *)buf + done, len - done,
				  (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += (uint64_t)n;
	}
	return (int64_t)done;
}

int rd_journal_file_open(struct rd_journal_file *f, int dirfd,
			 uint64_t first_seq, const char **why)
{
	char name[RD_JOURNAL_NAME];
	struct stat st;
	int64_t n;
	int err;

	memset(f, 0, sizeof(*f));
	rd_journal_name(name, first_seq);
	f->fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0)
		return -errno;
	err = -EBADMSG;
	if (fstat(f->fd, &st)) {
		err = -errno;
		goto err_close;
	}
	f->size = (uint64_t)st.st_size;
	n = read_at(f->fd, &f->header, sizeof(f->header), 0);
	*why = n < (int64_t)sizeof(f->header)
		       ? "shorter than its header"
		       : rd_journal_header_check(&f->header, f->size);
	if (!*why && f->header.first_seq != first_seq)
		*why = "its name is not its first number";
	if (*why)
		goto err_close;
	f->buf = malloc(BUFFER);
	if (!f->buf) {
		err = -ENOMEM;
		goto err_close;
	}
	f->at = f->header.records_offset;
	return 0;

err_close:
	close(f->fd);
	f->fd = -1;
	return err;
}

void rd_journal_file_close(struct rd_journal_file *f)
{
	if (f->buf)
		close(f->fd);
	free(f->buf);
	memset(f, 0, sizeof(*f));
	f->fd = -1;
}

/* Make the window begin at f->at. */
static void refill(struct rd_journal_file *f)
{
	int64_t n = read_at(f->fd, f->buf, BUFFER, f->at);

	f->buf_at = f->at;
	f->buf_len = n < 0 ? 0 : (uint64_t)n;
}

static const struct rd_journal_record *look(struct rd_journal_file *f,
					    enum rd_journal_found *found)
{
	for (bool fresh = false;; fresh = true) {
		uint64_t skip = f->at - f->buf_at;
		const struct rd_journal_record *r =
			(const void *)(f->buf + skip);

		*found = RD_JOURNAL_END;
		if (f->at >= f->buf_at && skip < f->buf_len)
			*found = rd_journal_record_check(r, f->buf_len - skip);
		if (*found == RD_JOURNAL_RECORD || fresh) {
			/* longer than all that is left of the file */
			if (*found == RD_JOURNAL_MORE)
				*found = RD_JOURNAL_BAD;
			return r;
		}
		refill(f);
	}
}

enum rd_journal_found rd_journal_file_next(struct rd_journal_file *f,
					   const struct rd_journal_record **out)
{
	enum rd_journal_found found;
	const struct rd_journal_record *r = look(f, &found);

	if (found == RD_JOURNAL_RECORD) {
		f->at += r->len;
		*out = r;
	}
	return found;
}

bool rd_journal_file_resync(struct rd_journal_file *f, uint64_t seq)
{
	uint64_t start = f->at;

	for (f->at += 8; f->at + sizeof(struct rd_journal_record) <= f->size;
	     f->at += 8) {
		enum rd_journal_found found;
		const struct rd_journal_record *r;
		uint64_t skip = f->at - f->buf_at;

		if (f->at < f->buf_at ||
		    skip + RD_JOURNAL_RECORD_MAX > f->buf_len)
			if (f->buf_at + f->buf_len < f->size)
				refill(f);
		if (f->at - f->buf_at >= f->buf_len)
			break;
		r = (const void *)(f->buf + (f->at - f->buf_at));
		found = rd_journal_record_check(r, f->buf_len -
							   (f->at - f->buf_at));
		if (found == RD_JOURNAL_RECORD && r->seq > seq)
			return true;
	}
	f->at = start;
	f->buf_len = 0;
	return false;
}

int rd_journal_file_section(const struct rd_journal_file *f, uint32_t i,
			    void **data, size_t *len)
{
	const struct rd_journal_section *s = &f->header.section[i];
	int64_t n;
	void *p;

	if (i >= f->header.nsections)
		return -ENOENT;
	p = malloc(s->len + 1);
	if (!p)
		return -ENOMEM;
	n = read_at(f->fd, p, s->len, s->offset);
	if (n != (int64_t)s->len || rd_crc32c(0, p, s->len) != s->crc) {
		free(p);
		return n < 0 ? (int)n : -EBADMSG;
	}
	*data = p;
	*len = s->len;
	return 0;
}

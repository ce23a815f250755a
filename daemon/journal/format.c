// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The octets of a journal; see format.h. Pure functions: what they are given
 * may come from a damaged disk or from a fuzzer, so nothing is believed before
 * it is checked, and no length is added to before it is bounded.
 */
#include "daemon/journal/format.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/crc32c.h"

void rd_journal_name(char *name, uint64_t first_seq)
{
	snprintf(name, RD_JOURNAL_NAME, "%016llx" RD_JOURNAL_SUFFIX,
		 (unsigned long long)first_seq);
}

bool rd_journal_name_parse(const char *name, uint64_t *first_seq)
{
	uint64_t seq = 0;

	for (int i = 0; i < 16; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *d = name[i] ? strchr(digits, name[i]) : NULL;

		if (!d)
			return false;
		seq = seq << 4 | (uint64_t)(d - digits);
	}
	if (strcmp(name + 16, RD_JOURNAL_SUFFIX))
		return false;
	*first_seq = seq;
	return true;
}

static uint32_t header_crc(const struct rd_journal_header *h)
{
	struct rd_journal_header copy = *h;

	copy.crc = 0;
	return rd_crc32c(0, &copy, sizeof(copy));
}

void rd_journal_header_seal(struct rd_journal_header *h)
{
	h->crc = header_crc(h);
}

const char *rd_journal_header_check(const struct rd_journal_header *h,
				    uint64_t size)
{
	uint64_t end = RD_JOURNAL_HEADER;

	if (size < RD_JOURNAL_HEADER)
		return "shorter than its header";
	if (memcmp(h->magic, RD_JOURNAL_MAGIC, sizeof(h->magic)))
		return "not a journal segment (no magic)";
	if (h->version != RD_JOURNAL_VERSION)
		return "of another version";
	if (h->crc != header_crc(h))
		return "header damaged (CRC)";
	if (h->nsections > RD_JOURNAL_SECTIONS)
		return "too many sections";
	for (uint32_t i = 0; i < h->nsections; i++) {
		const struct rd_journal_section *s = &h->section[i];

		if (s->offset % 8 || s->offset < end || s->offset > size ||
		    s->len > size - s->offset)
			return "a section lies outside of the file";
		end = s->offset + s->len;
	}
	if (h->records_offset % 8 || h->records_offset < end ||
	    h->records_offset > size)
		return "records lie outside of the file";
	if (!h->first_seq || h->previous_seq >= h->first_seq)
		return "impossible sequence numbers";
	return NULL;
}

uint32_t rd_journal_record_crc(const struct rd_journal_record *r)
{
	return rd_crc32c(0, &r->len, r->len - offsetof(typeof(*r), len));
}

enum rd_journal_found rd_journal_record_check(const struct rd_journal_record *r,
					      uint64_t available)
{
	uint32_t len;

	if (available < offsetof(typeof(*r), seq))
		return RD_JOURNAL_END;
	len = __atomic_load_n(&r->len, __ATOMIC_ACQUIRE);
	if (!len)
		return r->crc ? RD_JOURNAL_BAD : RD_JOURNAL_END;
	if (len % 8 || len < sizeof(*r) || len > RD_JOURNAL_RECORD_MAX)
		return RD_JOURNAL_BAD;
	if (len > available)
		return RD_JOURNAL_MORE;
	if (r->crc != rd_journal_record_crc(r) || !r->seq || r->pad ||
	    r->msg.len != len - RD_JOURNAL_RECORD_HEAD)
		return RD_JOURNAL_BAD;
	return RD_JOURNAL_RECORD;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any line that a program may send. Whatever it is, it is refused with a reason
 * or becomes pairs that core can walk: strings within their memory, as many as
 * it says.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "daemon/program/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct rd_reply reply;
	const char *p = reply.data;

	if (rd_reply_read((const char *)data, len, &reply)) {
		assert(reply.why[0]);
		return 0;
	}
	assert(reply.pairs <= RD_REPLY_PAIRS);
	assert(reply.len <= sizeof(reply.data));
	for (int i = 0; i < 2 * reply.pairs; i++) {
		const char *end = reply.data + reply.len;

		assert(p < end);
		p = memchr(p, 0, (size_t)(end - p));
		assert(p);
		p++;
	}
	assert(p == reply.data + reply.len);
	return 0;
}

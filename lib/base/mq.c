// SPDX-License-Identifier: GPL-2.0-or-later
/* The message queue of mq.h. Invariant: head - tail <= size, both 8-aligned. */
#include "lib/base/mq.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define FILLER 0

void rd_mq_init(struct rd_mq *q, void *buf, size_t size)
{
	assert(size >= 1024 && (size & (size - 1)) == 0);
	assert(((uintptr_t)buf & 7) == 0);
	memset(q, 0, sizeof(*q));
	q->buf = buf;
	q->size = size;
}

static bool has_room(struct rd_mq *q, uint64_t need)
{
	if (q->head + need - q->tail_seen <= q->size)
		return true;
	q->tail_seen = __atomic_load_n(&q->tail, __ATOMIC_ACQUIRE);
	return q->head + need - q->tail_seen <= q->size;
}

struct rd_msg *rd_mq_reserve(struct rd_mq *q, size_t len)
{
	uint64_t at = q->head & (q->size - 1), to_end = q->size - at;
	struct rd_msg *msg = (struct rd_msg *)(q->buf + at);

	len = (len + 7) & ~(size_t)7;
	assert(len >= sizeof(*msg) && len <= q->size / 4 && len <= UINT16_MAX);
	if (!has_room(q, len <= to_end ? len : to_end + len)) {
		q->dropped++;
		return NULL;
	}
	if (len > to_end) {
		msg->type = FILLER; /* reaches to the end, whatever its len */
		__atomic_store_n(&q->head, q->head + to_end, __ATOMIC_RELEASE);
		msg = (struct rd_msg *)q->buf;
	}
	memset(msg, 0, len);
	msg->len = (uint16_t)len;
	return msg;
}

void rd_mq_commit(struct rd_mq *q, struct rd_msg *msg)
{
	assert(msg->type != FILLER);
	__atomic_store_n(&q->head, q->head + msg->len, __ATOMIC_RELEASE);
}

int rd_mq_put(struct rd_mq *q, const struct rd_msg *msg)
{
	struct rd_msg *room = rd_mq_reserve(q, msg->len);

	if (!room)
		return -ENOBUFS;
	memcpy(room, msg, msg->len);
	rd_mq_commit(q, room);
	return 0;
}

const struct rd_msg *rd_mq_peek(struct rd_mq *q)
{
	for (;;) {
		uint64_t at = q->tail & (q->size - 1);
		const struct rd_msg *msg = (const struct rd_msg *)(q->buf + at);

		if (q->tail == q->head_seen) {
			q->head_seen =
				__atomic_load_n(&q->head, __ATOMIC_ACQUIRE);
			if (q->tail == q->head_seen)
				return NULL;
		}
		if (msg->type != FILLER)
			return msg;
		__atomic_store_n(&q->tail, q->tail + (q->size - at),
				 __ATOMIC_RELEASE);
	}
}

void rd_mq_consume(struct rd_mq *q, const struct rd_msg *msg)
{
	__atomic_store_n(&q->tail, q->tail + msg->len, __ATOMIC_RELEASE);
}

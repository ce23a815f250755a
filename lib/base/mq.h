/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A queue of messages from one thread to one other.
 *
 * WHAT. Single producer, single consumer, bounded, of messages of different
 * lengths. Every message starts with struct rd_msg, whose len is the whole
 * length in octets, a multiple of 8.
 *
 * HOW. A ring of octets with free-running positions. A message never wraps: a
 * message that would cross the end is preceded by a filler (type 0) that
 * reaches to the end. The producer stores head with release after the octets;
 * the consumer's acquire pairs with it, and the other way round for tail.
 *
 *	tail                head
 *	 | msg | msg | msg   |         free          |
 *
 * USE. Producer: m = rd_mq_reserve(q, len); fill; rd_mq_commit(q, m).
 * Consumer: while ((m = rd_mq_peek(q))) { use; rd_mq_consume(q, m); }.
 *
 * LIMITS. Full is an answer (NULL), never a wait: the producer counts and
 * drops, or its pool is sized so that it cannot happen. No system call, no
 * lock. Context: any, the media tick included.
 */
#ifndef RD_BASE_MQ_H
#define RD_BASE_MQ_H

#include <stddef.h>
#include <stdint.h>

/* Head of every message. Types are listed in daemon/msg.h; 0 is filler. */
struct rd_msg {
	uint16_t type;
	uint16_t len;	/* octets, this head included, multiple of 8 */
	uint32_t line;	/* rd_line(), or RD_LINE_NONE */
	uint64_t frame; /* when it happened, or shall happen; line clock */
};

struct rd_mq {
	uint8_t *buf;
	uint64_t size;		    /* octets, power of two */
	_Alignas(64) uint64_t head; /* producer's */
	uint64_t tail_seen;
	uint64_t dropped;	    /* reserve answered NULL */
	_Alignas(64) uint64_t tail; /* consumer's */
	uint64_t head_seen;
};

/* Make q over buf: size octets, a power of two >= 1024, 8-aligned. */
void rd_mq_init(struct rd_mq *q, void *buf, size_t size);

/*
 * Room for one message of len octets (rounded up to 8; at most size / 4),
 * cleared, its len set; NULL if full. Not seen before rd_mq_commit(), which
 * comes before the next reserve.
 */
struct rd_msg *rd_mq_reserve(struct rd_mq *q, size_t len);
void rd_mq_commit(struct rd_mq *q, struct rd_msg *msg);

/* Copy a whole message in. 0, or -ENOBUFS if full (counted in dropped). */
int rd_mq_put(struct rd_mq *q, const struct rd_msg *msg);

/* The oldest message or NULL; valid until rd_mq_consume(). */
const struct rd_msg *rd_mq_peek(struct rd_mq *q);
void rd_mq_consume(struct rd_mq *q, const struct rd_msg *msg);

#endif

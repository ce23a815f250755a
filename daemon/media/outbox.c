// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events of a tick, put in order before core sees them.
 *
 * A tick finds its events line by line and kind by kind; core gets them by
 * (frame, line), those of one line and frame as they arose. What the queue has
 * no room for stays here, in front of the next tick's, and RD_MSG_TICK, which
 * says that all up to its frame was told, waits with it.
 *
 *	entry   | in the queue | left over | this tick's |
 *	        0             put         begin          n
 */
#include "daemon/media/state.h"

#include <string.h>

void *rd_outbox_add(struct rd_media *m, uint16_t type, uint32_t line,
		    uint64_t frame, size_t len)
{
	struct rd_outbox *o = &m->outbox;
	struct rd_msg *msg = (struct rd_msg *)(o->octets + o->used);

	len = (len + 7) & ~(size_t)7;
	if (o->n == o->max || o->size - o->used < len) {
		rd_count(m, events_lost, 1);
		return NULL;
	}
	memset(msg, 0, len);
	msg->type = type;
	msg->len = (uint16_t)len;
	msg->line = line;
	msg->frame = frame;
	o->entry[o->n++] = (struct rd_outbox_entry){ frame, line, o->used };
	o->used += (uint32_t)len;
	return msg;
}

static bool comes_before(const struct rd_outbox_entry *a,
			 const struct rd_outbox_entry *b)
{
	return a->frame != b->frame ? a->frame < b->frame : a->line < b->line;
}

/* Insertion: few events a tick, and nearly in order. Stable. */
static void sort(struct rd_outbox_entry *entry, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct rd_outbox_entry e = entry[i];
		uint32_t k = i;

		for (; k && comes_before(&e, &entry[k - 1]); k--)
			entry[k] = entry[k - 1];
		entry[k] = e;
	}
}

static bool put_tick(struct rd_media *m)
{
	struct rd_msg tick = {
		.type = RD_MSG_TICK,
		.len = sizeof(tick),
		.line = RD_LINE_NONE,
		.frame = m->frame,
	};

	return rd_mq_put(&m->events, &tick) == 0;
}

bool rd_outbox_flush(struct rd_media *m)
{
	struct rd_outbox *o = &m->outbox;
	bool wants =
		o->put < o->n || m->lockstep ||
		__atomic_load_n(&m->deadline, __ATOMIC_ACQUIRE) <= m->frame;

	sort(o->entry + o->begin, o->n - o->begin);
	while (o->put < o->n) {
		uint32_t at = o->entry[o->put].at;

		if (rd_mq_put(&m->events, (struct rd_msg *)(o->octets + at)))
			break;
		o->put++;
	}
	if (o->put == o->n) {
		o->put = o->n = o->used = 0;
		if (wants)
			put_tick(m);
	}
	o->begin = o->n;
	return wants;
}

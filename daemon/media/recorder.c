// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Recording: both directions of a line, side by side, into 64 KiB buffers.
 *
 *	octets   L R L R L R ...    L received from the line, R sent to it, in
 *	frame    f   f+1 f+2        the same frame of the card's clock
 *
 * Buffers come from a pool and go to the disk thread by pointer; it gives them
 * back by the other queue. When there is none, frames are counted, not waited
 * for: the next buffer simply begins at a later frame, and the disk thread,
 * who knows each block's frame, fills the hole with silence. So a recording is
 * as long as its call whatever happens, and it is known where it is deaf.
 *
 * Disk is told the first frame (a block of no octets), every full buffer, and
 * the end (the last block, perhaps of no octets).
 */
#include <string.h>

#include "daemon/media/state.h"

void rd_recorder_begin(struct rd_media *m)
{
	const struct rd_msg *msg;

	while ((msg = rd_mq_peek(&m->blocks_back))) {
		const struct rd_rec_block *b = (const struct rd_rec_block *)msg;

		m->pool[m->pool_n++] = b->data;
		rd_mq_consume(&m->blocks_back, msg);
	}
}

/* Hand the buffer over, or a word without one. False: the queue is full. */
static bool hand_over(struct rd_media *m, struct rd_channel *ch, bool last)
{
	struct rd_recorder *r = &ch->recorder;
	struct rd_rec_block block = {
		.msg = { .type = RD_MSG_REC_BLOCK,
			 .len = sizeof(block),
			 .line = ch->line,
			 .frame = r->buffer ? r->frame : r->next },
		.recording = r->recording,
		.data = r->buffer,
		.octets = r->fill,
		.last = last,
	};

	static_assert(sizeof(block) % 8 == 0, "length of a message");
	if (rd_mq_put(&m->blocks, &block.msg))
		return false;
	m->disk_fed = true;
	r->buffer = NULL;
	r->fill = 0;
	return true;
}

static void lose(struct rd_media *m, struct rd_recorder *r, uint32_t frames)
{
	r->lost += frames;
	rd_count(m, rec_lost, frames);
}

/* The gap is over: tell how long it was. */
static void tell_lost(struct rd_media *m, struct rd_channel *ch)
{
	struct rd_recorder *r = &ch->recorder;
	struct rd_ev_rec *ev;

	if (!r->lost)
		return;
	ev = rd_outbox_add(m, RD_MSG_REC_LOST, ch->line, m->frame, sizeof(*ev));
	if (!ev)
		return;
	ev->recording = r->recording;
	ev->frames = r->lost;
	ev->status = RD_REC_GAP;
	r->lost = 0;
}

static void end(struct rd_media *m, struct rd_channel *ch)
{
	struct rd_recorder *r = &ch->recorder;

	if (!r->announced && r->buffer)
		r->announced = true; /* its first block says where it begins */
	tell_lost(m, ch);
	r->ending = !hand_over(m, ch, true);
	r->on = r->ending;
}

void rd_recorder_stop(struct rd_media *m, struct rd_channel *ch)
{
	if (ch->recorder.on && !ch->recorder.ending)
		end(m, ch);
}

void rd_recorder_start(struct rd_media *m, struct rd_channel *ch,
		       uint64_t recording)
{
	struct rd_recorder *r = &ch->recorder;

	rd_recorder_stop(m, ch);
	if (r->ending) { /* disk stands still since long: give this one up */
		struct rd_ev_rec *ev = rd_outbox_add(
			m, RD_MSG_REC_LOST, ch->line, m->frame, sizeof(*ev));

		if (ev) {
			ev->recording = recording;
			ev->status = RD_REC_ERROR;
		}
		return;
	}
	*r = (struct rd_recorder){
		.recording = recording,
		.on = true,
		.next = m->frame - m->period,
	};
	r->announced = hand_over(m, ch, false);
}

static bool get_buffer(struct rd_media *m, struct rd_channel *ch)
{
	struct rd_recorder *r = &ch->recorder;

	if (!r->announced)
		r->announced = hand_over(m, ch, false);
	if (!r->announced || !m->pool_n)
		return false;
	r->buffer = m->pool[--m->pool_n];
	r->frame = r->next;
	r->fill = 0;
	tell_lost(m, ch);
	return true;
}

static void interleave(uint8_t *restrict out, const uint8_t *restrict left,
		       const uint8_t *restrict right, uint32_t n)
{
	typedef uint8_t v16 __attribute__((vector_size(16)));
	uint32_t i = 0;

	for (; i + 16 <= n; i += 16) {
		v16 l, r, both[2];

		memcpy(&l, left + i, 16);
		memcpy(&r, right + i, 16);
		both[0] =
			__builtin_shufflevector(l, r, 0, 16, 1, 17, 2, 18, 3,
						19, 4, 20, 5, 21, 6, 22, 7, 23);
		both[1] = __builtin_shufflevector(l, r, 8, 24, 9, 25, 10, 26,
						  11, 27, 12, 28, 13, 29, 14,
						  30, 15, 31);
		memcpy(out + 2 * i, both, 32);
	}
	for (; i < n; i++) {
		out[2 * i] = left[i];
		out[2 * i + 1] = right[i];
	}
}

void rd_recorder_take(struct rd_media *m, struct rd_channel *ch,
		      const uint8_t *left, const uint8_t *right, uint32_t n)
{
	struct rd_recorder *r = &ch->recorder;

	if (!r->on)
		return;
	if (r->ending) {
		end(m, ch);
		return;
	}
	while (n) {
		uint32_t step = n;

		if (!r->buffer && !get_buffer(m, ch)) {
			lose(m, r, n);
			r->next += n;
			return;
		}
		if (step > (RD_RECORD_BUFFER - r->fill) / 2)
			step = (RD_RECORD_BUFFER - r->fill) / 2;
		interleave(r->buffer + r->fill, left, right, step);
		r->fill += 2 * step;
		r->next += step;
		left += step;
		right += step;
		n -= step;
		if (r->fill == RD_RECORD_BUFFER && !hand_over(m, ch, false)) {
			lose(m, r, r->fill / 2); /* written over from now on */
			r->frame = r->next;
			r->fill = 0;
		}
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One turn of the core thread. Invariant in lockstep: inputs are taken in only
 * while every peer is idle, so their order is that of this file and of the
 * queues, never that of the scheduler.
 */
#include <string.h>
#include <time.h>

#include "daemon/control/control.h"
#include "daemon/disk/disk.h"
#include "daemon/edge/edge.h"
#include "daemon/journal/journal.h"
#include "daemon/live/live.h"
#include "daemon/live/log.h"
#include "daemon/live/sounds.h"
#include "daemon/media/media.h"
#include "daemon/program/program.h"
#include "daemon/store/store.h"

#define SYNC_FRAMES 800u /* fdatasync each 100 ms of line time */

static bool all_idle(const struct rd_live *live)
{
	return rd_edge_idle(live->edge) && rd_disk_is_quiet(live->disk) &&
	       rd_store_is_idle(live->store) &&
	       rd_media_is_quiet(live->media) &&
	       rd_sounds_is_idle(live->sounds) &&
	       rd_programs_is_idle(live->programs);
}

static void trace(struct rd_live *live, const struct rd_hdlc *frame, bool is_rx)
{
	const struct rd_config *config = live->core->config;
	const char *name = "";

	for (uint16_t i = 0; i < config->nspans; i++)
		if (rd_line(config->spans[i].card, config->spans[i].span, 0) ==
		    rd_line_of_span(frame->msg.line))
			name = config->spans[i].name;
	rd_control_trace(live->control, name, is_rx, live->frame,
			 frame->flags & RD_HDLC_CUT, frame->data, frame->len);
}

/* D-channel frames pass by core: they are the edge's business, not events. */
static void pass_frame(struct rd_live *live, const struct rd_hdlc *frame,
		       uint16_t type)
{
	_Alignas(8) uint8_t room[sizeof(*frame) + RD_HDLC_MAX + 8];
	struct rd_hdlc *copy = (struct rd_hdlc *)room;

	if (frame->msg.len > sizeof(room))
		return;
	memcpy(copy, frame, frame->msg.len);
	copy->msg.type = type;
	if (rd_control_is_traced(live->control))
		trace(live, frame, type == RD_MSG_D_RX);
	if (type == RD_MSG_HDLC_TX)
		rd_live_to_media(live, &copy->msg);
	else if (!(frame->flags & RD_HDLC_CUT))
		rd_edge_send(live->edge, &copy->msg);
}

static bool take_media(struct rd_live *live)
{
	struct rd_mq *events = rd_media_events(live->media);
	const struct rd_msg *m;
	bool any = false;

	for (; (m = rd_mq_peek(events)); rd_mq_consume(events, m)) {
		any = true;
		if (m->type == RD_MSG_HDLC_RX) {
			pass_frame(live, (const void *)m, RD_MSG_D_RX);
			continue;
		}
		if (m->type == RD_MSG_TICK) {
			live->frame = m->frame;
			live->ticked = true;
			continue;
		}
		if (m->type == RD_MSG_ALARM) {
			struct rd_ev_alarm alarm =
				*(const struct rd_ev_alarm *)m;

			alarm.msg.type = RD_MSG_EDGE_ALARM;
			rd_edge_send(live->edge, &alarm.msg);
		}
		rd_live_event(live, m);
	}
	return any;
}

static bool take_timers(struct rd_live *live)
{
	struct rd_msg time = {
		.type = RD_MSG_TIME,
		.len = sizeof(time),
		.line = RD_LINE_NONE,
	};

	if (rd_core_deadline(live->core) > live->frame)
		return false;
	live->told = 0; /* time is told even if it was before */
	time.frame = live->frame;
	rd_live_event(live, &time);
	return true;
}

static bool take_edge(struct rd_live *live)
{
	const struct rd_msg *m;
	bool any = false;

	for (; (m = rd_mq_peek(&live->from_edge));
	     rd_mq_consume(&live->from_edge, m)) {
		any = true;
		if (m->type == RD_MSG_D_TX)
			pass_frame(live, (const void *)m, RD_MSG_HDLC_TX);
		else if (m->type == RD_MSG_EDGE_LOG)
			rd_log(RD_LOG_INFO, "isdn: %s",
			       ((const struct rd_edge_log *)m)->text);
		else
			rd_live_event(live, m);
	}
	return any;
}

/* A queue of nothing but events. */
static bool take_queue(struct rd_live *live, struct rd_mq *queue)
{
	const struct rd_msg *m;
	bool any = false;

	for (; (m = rd_mq_peek(queue)); rd_mq_consume(queue, m)) {
		any = true;
		rd_live_event(live, m);
	}
	return any;
}

static bool take_disk(struct rd_live *live)
{
	return take_queue(live, rd_disk_events(live->disk));
}

static bool take_store(struct rd_live *live)
{
	const struct rd_msg *m;
	bool any = false;

	for (; (m = rd_store_peek(live->store));
	     rd_store_consume(live->store, m)) {
		if (m->type == RD_MSG_ROWS_DONE)
			continue;
		any = true;
		rd_live_event(live, m);
	}
	return any;
}

/* Sounds that were made, answers of programs. */
static bool take_workers(struct rd_live *live)
{
	const struct rd_msg *m;
	bool any = false;

	for (; live->sounds && (m = rd_sounds_peek(live->sounds));
	     rd_sounds_consume(live->sounds)) {
		any = true;
		rd_live_event(live, m);
	}
	for (; live->programs && (m = rd_programs_peek(live->programs));
	     rd_programs_consume(live->programs, m)) {
		any = true;
		rd_live_event(live, m);
	}
	return any;
}

/*
 * What the first peer that said something has said; the order is fixed. One at
 * a time, because what one says makes another work: in lockstep his answer
 * must not race with what comes after. False: nobody had anything to say.
 */
static bool take_next(struct rd_live *live)
{
	return take_media(live) || take_timers(live) || take_edge(live) ||
	       take_disk(live) || take_store(live) || take_workers(live) ||
	       take_queue(live, rd_media_answers(live->media)) ||
	       take_queue(live, &live->own) || rd_live_take_waiting(live);
}

/* Rows go to the store when their events survive a power failure. */
static void keep_durable(struct rd_live *live)
{
	struct rd_journal_sync sync;
	uint64_t synced = rd_journal_synced_seq(live->journal);

	if (synced > live->released) {
		rd_store_release(live->store, synced);
		live->released = synced;
	}
	if (live->frame < live->next_sync || live->sync_source.pending)
		return;
	live->next_sync = live->frame + SYNC_FRAMES;
	if (rd_journal_sync_begin(live->journal, &sync))
		rd_loop_sync(&live->loop, &live->sync_source, sync.fd,
			     sync.datasync, sync.off, sync.len);
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void set_deadline(struct rd_live *live)
{
	uint64_t next = least(rd_core_deadline(live->core),
			      rd_edge_deadline(live->edge));

	next = least(next, live->next_sync);
	next = least(next, live->end_frame);
	next = least(next, rd_live_waiting_deadline(live));
	rd_media_set_deadline(live->media, next);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Does the state contradict itself? It should not; see guard.h. */
static void keep_guard(struct rd_live *live)
{
	struct rd_ev_broken broken;
	uint64_t begin_ns;
	bool alarm;

	if (!rd_guard_is_due(&live->guard, live->frame))
		return;
	begin_ns = now_ns();
	alarm = rd_guard_look(&live->guard, live->core, live->frame, &broken);
	if (!live->lockstep)
		rd_guard_cost(&live->guard, now_ns() - begin_ns);
	if (alarm)
		rd_live_event(live, &broken.msg);
}

void rd_live_work(struct rd_live *live)
{
	do {
		rd_edge_readable(live->edge); /* into from_edge */
		rd_edge_flush(live->edge, live->frame);
		if (live->lockstep && !all_idle(live))
			return; /* they will ring */
	} while (take_next(live));
	keep_guard(live);
	keep_durable(live);
	rd_live_check_end(live);
	set_deadline(live);
	if (!live->lockstep || !live->ticked || !all_idle(live))
		return;
	live->ticked = false;
	rd_media_done(live->media, live->frame);
}

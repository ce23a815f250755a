/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings: when they begin and end, and what is known of them.
 *
 * WHAT. One recording a call, on the caller's line: left what he says, right
 * what he is sent. It begins where the configuration says (REC-02). Its number
 * is stable, its path made from the pattern (strftime of its start in UTC, %i
 * the number). The file is the disk thread's; its row is written when the disk
 * says it is whole, so a row never promises sound that is not there.
 *
 * A recording outlives its call until REC_DONE; and a crash, after which the
 * repair reports REC_DONE for it at the start of the next run.
 *
 * Context: core.
 */
#ifndef RD_CALL_RECORD_H
#define RD_CALL_RECORD_H

#include "daemon/core/core.h"
#include "daemon/core/pool.h"

struct rd_call;

struct rd_recording {
	struct rd_slot slot;
	uint64_t id, call_id;
	uint64_t begin, end; /* frames; end 0: goes on */
	uint64_t begin_ns;   /* Unix time */
	uint64_t lost_frames;
	uint32_t line;
	uint16_t agent, queue;
	uint32_t spare;
	uint32_t call; /* in the pool, or RD_NONE: it is over */
	char path[128];
};

/* The call has come to this point: begin, if it is the one. */
void rd_record_point(struct rd_core *core, struct rd_call *call,
		     enum rd_record_start point);
/* Begin whatever the configuration says, unless it was begun before. */
void rd_record_start(struct rd_core *core, struct rd_call *call);
/* The call ends: stop, and write its metadata. */
void rd_record_end(struct rd_core *core, struct rd_call *call);

void rd_record_on_done(struct rd_core *core, const struct rd_ev_rec *rec);
void rd_record_on_lost(struct rd_core *core, const struct rd_ev_rec *rec);
/*
 * The recordings whose REC_DONE is still to come, one after the other; NULL
 * begins, and ends. After a crash whoever repairs files reports each of them.
 */
const struct rd_recording *rd_record_next(const struct rd_core *core,
					  const struct rd_recording *after);

/* Unix time in ns of a frame. */
uint64_t rd_core_ns_of(const struct rd_core *core, uint64_t frame);

#endif

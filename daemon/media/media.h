/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Media: what is heard on the lines.
 *
 * WHAT. Owns the cards. Every period it takes what the lines received, hears
 * digits and D-channel frames in it, bridges, plays, records, and writes what
 * the lines shall send. It knows lines and recordings, but no calls.
 *
 * HOW. One tick at frame F, with P frames in a period:
 *
 *	commands of core, in order
 *	sixteen lines at once: rx [F - P, F) -> canceller -> digits -> bridge
 *	each line, in order:   prompt, tone or bridge -> tx [F + lead, F + lead + P)
 *	                       recorder: rx and what was sent in [F - P, F)
 *	each D-channel         frames in, frames out
 *	events to core in order of (frame, line), and RD_MSG_TICK last
 *
 * So with a lead of one period an octet is sent two periods after it came, and
 * the order of events depends on nothing but the octets and the commands.
 *
 * USE.
 *	rd_media_new(&m, config, NULL, NULL, &diag);
 *	core:  rd_mq_put(rd_media_commands(m), &cmd), ...
 *	       events from rd_media_events(m)
 *	rd_media_start(m, core_wake, disk_wake);  ...  rd_media_stop(m);
 *	rd_media_free(m);
 * A test drives it by hand: advance the card, rd_media_tick(m, F).
 *
 * LIMITS. Lines, buffers and queues are sized from the configuration by
 * rd_media_new(). With a period that is no multiple of 5 ms there are no
 * cancellers. "Context: tick" means: no allocation, lock, log, file, or
 * system call.
 */
#ifndef RD_MEDIA_H
#define RD_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/media/prompts.h"
#include "daemon/media/wake.h"
#include "daemon/msg.h"
#include "lib/base/diag.h"
#include "lib/config/config.h"
#include "lib/dsp/echo.h"
#include "lib/line/card.h"

#define RD_RECORD_BUFFER 65536u /* octets: 4.096 s of both directions */
#define RD_PLAY_ITEMS	 96u	/* of one PLAY; more are refused */

struct rd_media;

/* Opens a card; rd_card_open() by its path unless a test has another world. */
typedef int rd_media_open_fn(void *arg, unsigned index, struct rd_card *card,
			     struct rd_diag *diag);

/* ---- life: Context: core ------------------------------------------------- */

/*
 * Make it, open and start the cards of config (which must outlive it). A card
 * that does not open is tried again later and only warned of in diag. 0,
 * -ENOMEM, or -EINVAL with an error in diag: more spans than a card can have,
 * two spans in one place.
 */
int rd_media_new(struct rd_media **out, const struct rd_config *config,
		 rd_media_open_fn *open, void *arg, struct rd_diag *diag);

/*
 * Start the thread (SCHED_FIFO where that is permitted and the line is not in
 * lockstep) and the one that brings lost cards back. 0 or -errno of threads or
 * io_uring.
 */
int rd_media_start(struct rd_media *m, struct rd_wake core,
		   struct rd_wake disk);

/* Stop both. Recordings under way are ended: their last blocks are queued. */
void rd_media_stop(struct rd_media *m);
void rd_media_free(struct rd_media *m); /* stopped; NULL allowed */

/*
 * What a card said of itself when it was first opened; NULL if it never was.
 * Lockstep: any card waits for rd_media_done().
 */
const struct ringdown_info *rd_media_info(const struct rd_media *m,
					  unsigned card);
bool rd_media_is_lockstep(const struct rd_media *m);

/* ---- queues ---------------------------------------------------------------- */

struct rd_mq *rd_media_commands(struct rd_media *m);	/* core produces */
struct rd_mq *rd_media_events(struct rd_media *m);	/* core consumes */
struct rd_mq *rd_media_blocks(struct rd_media *m);	/* disk consumes */
struct rd_mq *rd_media_blocks_back(struct rd_media *m); /* disk produces */

/* ---- between core and the running thread: Context: core --------------------- */

/*
 * Core need not be woken before this frame, unless there are events. Without
 * events RD_MSG_TICK comes at the first tick at or after it.
 */
void rd_media_set_deadline(struct rd_media *m, uint64_t frame);

/* Line clock: the last tick that was done. */
uint64_t rd_media_frame(const struct rd_media *m);

/* Lockstep: nothing is in flight up to frame; the clock may go on. */
void rd_media_done(struct rd_media *m, uint64_t frame);

/*
 * Make table the one that plays with RD_PLAY_TABLE(slot) use, or, if slot is
 * RD_PROMPT_TABLES, RD_PROMPT_EXTRA(), from the next tick on. Returns the one
 * before (NULL at first), which may be freed once rd_media_has_passed(m,
 * *epoch). Table numbers beyond its end are silence.
 */
const struct rd_prompts *rd_media_publish(struct rd_media *m, unsigned slot,
					  const struct rd_prompts *table,
					  uint64_t *epoch);
bool rd_media_has_passed(const struct rd_media *m, uint64_t epoch);

struct rd_media_stats {
	uint64_t ticks;
	uint64_t late_ticks;  /* begun a period or more too late */
	uint64_t tick_ns_sum; /* time spent in ticks */
	uint64_t tick_ns_max;
	uint64_t rx_lost;      /* octets the rings no longer held */
	uint64_t tx_late;      /* lines times periods not sent in time */
	uint64_t slips;	       /* periods dropped or repeated, other cards */
	uint64_t takeovers;    /* of the clock by another card */
	uint64_t events_lost;  /* core did not take them: a bug or a stall */
	uint64_t bad_commands; /* for lines that are not, or not open */
	uint64_t rec_lost;     /* frames not recorded for want of buffers */
	uint64_t hdlc_frames, hdlc_faults, hdlc_refused;
};
void rd_media_stats(const struct rd_media *m, struct rd_media_stats *out);

/*
 * How a line does: levels, noise, echo, slips. Of the use under way, as old as
 * there are lines times a period; after it, as it was at the end. False: it was
 * never opened. Context: core.
 */
bool rd_media_health(const struct rd_media *m, uint32_t line,
		     struct rd_ev_health *health);

/*
 * Maintenance of a span (RD_MSG_MAINTAIN). It may take as long as the card
 * does, so the keeper asks it; the answer comes in a queue of its own and rings
 * rd_media_answer_fd(), an eventfd. -ENOBUFS: too many are under way.
 */
int rd_media_maintain(struct rd_media *m, const struct rd_maintain *cmd);
struct rd_mq *rd_media_answers(struct rd_media *m); /* core consumes */
int rd_media_answer_fd(const struct rd_media *m);
/* All that was asked is answered; the answers may not be taken yet. */
bool rd_media_is_quiet(struct rd_media *m);

/* ---- the tick ------------------------------------------------------------- */

/* All the work of one tick at line frame F. Context: tick. */
void rd_media_tick(struct rd_media *m, uint64_t frame);

/*
 * Line frame of the tick that the cards' clock makes due, or 0 if none is.
 * Context: tick.
 */
uint64_t rd_media_due(struct rd_media *m);

/* One pass of the helper that closes lost cards and opens them again. */
void rd_media_keep(struct rd_media *m);

/*
 * The thread's loop by hand: set up its ring in the calling thread; submit,
 * wait for a completion and do all ticks due; take it down. rd_media_turn()
 * is one io_uring_enter(). 0 or -errno; turn: ticks done.
 */
int rd_media_ring_init(struct rd_media *m, struct rd_wake core,
		       struct rd_wake disk);
int rd_media_turn(struct rd_media *m);
void rd_media_ring_exit(struct rd_media *m);

#endif

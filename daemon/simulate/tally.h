/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of a day, counted from core's rows.
 *
 * WHAT. For each queue and interval: what came of the callers, waits, service
 * level, length. For agents: how long in which state. For lines: how many at
 * once, and who found none idle.
 *
 * HOW. rd_tally_row() takes every row core writes; lengths and states are
 * summed over time, cut at the borders of intervals. A caller counts in the
 * interval in which it happened: offered when he came, answered when he was.
 *
 * FORMULAS. Service level: answered in time / offered. Occupancy: (reserved +
 * ringing + talking + wrap-up) / (signed in - not ready). Average speed of
 * answer: over the answered. Length: mean over time, and the most at once.
 */
#ifndef RD_SIMULATE_TALLY_H
#define RD_SIMULATE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "daemon/acd/agent.h"
#include "daemon/call/call.h"

struct rd_day;
struct rd_cmd_row;

struct rd_tally_cell { /* of a queue: an interval, or the day */
	uint32_t offered, answered, in_level, abandoned;
	uint32_t timed_out, full, exited, removed;
	uint32_t longest;	 /* callers at once */
	uint64_t wait_ms;	 /* of the answered, summed */
	uint64_t lost_wait_ms;	 /* of the abandoned, summed */
	uint64_t most_ms;	 /* longest wait of an answered one */
	uint64_t waiting_frames; /* callers times frames */
};

struct rd_tally_queue {
	const char *name;
	uint32_t level_ms;	    /* of its service level */
	struct rd_tally_cell *cell; /* intervals */
	struct rd_tally_cell day;
	uint32_t *waits; /* ms, of the answered; sorted by rd_tally_close() */
	size_t nwaits, capwaits;
	uint32_t waiting; /* now */
	uint64_t since;	  /* frame */
};

struct rd_tally_agent {
	const char *number;
	uint8_t state; /* enum rd_agent_state */
	uint64_t since;
	uint64_t frames[RD_AGENT_STATES];
	uint32_t offers, answered, unanswered;
};

struct rd_tally_staff { /* all agents, an interval: frames */
	uint64_t in, busy, not_ready;
};

struct rd_tally_lines {
	uint32_t calls, refused; /* by the network: no channel was idle */
	uint32_t most;		 /* far ends at once */
};

struct rd_tally {
	uint64_t interval_frames, close; /* close: nobody calls any more */
	uint16_t n;			 /* intervals */
	uint16_t nqueues, nagents;
	int64_t epoch_s;
	uint16_t from_min;
	struct rd_tally_queue *queue;
	struct rd_tally_agent *agent; /* sorted by number */
	struct rd_tally_staff *staff; /* n */
	struct rd_tally_staff staff_day;
	struct rd_tally_lines *lines; /* n */
	struct rd_tally_lines lines_day;
	uint32_t channels;			/* there are */
	uint32_t result[RD_RESULTS]; /* calls that ended, so */
	uint32_t ended, again; /* calls; those made by calling again */
	uint64_t talk_ms;
	uint64_t frame; /* it ended there */
	uint32_t left;	/* calls still there at the end */
};

/* NULL: no memory. */
struct rd_tally *rd_tally_new(const struct rd_config *config,
			      const struct rd_day *day);
void rd_tally_free(struct rd_tally *t);
void rd_tally_row(struct rd_tally *t, const struct rd_cmd_row *row);
/* Somebody calls; idle: a channel was. now: far ends on lines. */
void rd_tally_call(struct rd_tally *t, uint64_t frame, bool idle, uint32_t now);
/* The day is over at that frame: sums are complete. */
void rd_tally_close(struct rd_tally *t, uint64_t frame);

/* The wait in ms that per cent of the answered did not exceed. */
uint32_t rd_tally_percentile(const struct rd_tally_queue *q, unsigned per_cent);
/* Share 0 to 1; 0 if there was nothing to share. */
double rd_tally_level(const struct rd_tally_cell *cell);
double rd_tally_occupancy(const struct rd_tally_staff *staff);
/* Frames of interval i: the last ends with the day. */
uint64_t rd_tally_length(const struct rd_tally *t, uint16_t i);

/* The day as curves over time: queue length, calls, level, agents. SVG. */
void rd_tally_plot(const struct rd_tally *t, FILE *out);

#endif

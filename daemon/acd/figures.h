/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures of queues: what came of the callers, over three spans of time.
 *
 * WHAT. For each queue the same figures since the state was made (total), of
 * the local day (today) and of the interval that runs (now). They are counted
 * by one function at the one place where it happens, into all three.
 *
 * IDENTITY. At any time, in any span:
 *
 *	carried + offered = answered + lost + waiting
 *	lost = abandoned + timed_out + exited + full + removed
 *
 * carried: who waited when the span began; waiting: who waits now.
 *
 * INTERVALS. Their ends are those of the clock (":15", ":30"), and midnight. An
 * interval also ends when another configuration comes into force, or a run
 * ends: so each row of the table queue_figures is of one set of rules, and says
 * which (its version). A reload of the same text ends nothing.
 *
 * THE DAY is that of rd_config.timezone: it has 23 or 25 hours when the clock
 * is changed. A wall clock that was set back between two runs does not end a
 * day twice. Midnight empties today, never the total.
 *
 * Context: core.
 */
#ifndef RD_ACD_FIGURES_H
#define RD_ACD_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/acd/level.h"
#include "daemon/core/core.h"

/* X(name, what it counts): all of them, for JSON, rows and reports. */
#define RD_FIGURE_LIST(X)                                        \
	X(carried, "waited when it began")                       \
	X(offered, "came")                                       \
	X(answered, "got an agent")                              \
	X(abandoned, "hung up while waiting")                    \
	X(timed_out, "waited too long, and were sent elsewhere") \
	X(exited, "left by a key")                               \
	X(full, "found no place")                                \
	X(removed, "ended by us")                                \
	X(in_level, "answered within the service level")         \
	X(abandoned_in_level, "hung up within it")               \
	X(abandoned_short, "hung up at once")

struct rd_figures {
#define X(name, help) uint64_t name;
	RD_FIGURE_LIST(X)
#undef X
	/* frames */
	uint64_t wait;	    /* of the answered, summed */
	uint64_t lost_wait; /* of the lost, summed */
	uint64_t longest;   /* wait of one who was answered */
	uint64_t talk;	    /* with agents */
};

enum rd_figures_span {
	RD_FIGURES_TOTAL,
	RD_FIGURES_TODAY,
	RD_FIGURES_NOW,
	RD_FIGURES_SPANS,
};

struct rd_queue_figures {
	struct rd_figures span[RD_FIGURES_SPANS];
};

struct rd_figures_clock { /* in the head of the state */
	int64_t day;	  /* the local one, since 1970-01-01 */
	uint64_t begin;	  /* frame at which the interval began */
	char version[RD_CONFIG_VERSION];
	uint8_t runs; /* it has been set going */
	uint8_t pad[6];
};

enum rd_figures_lost { /* the caller left without an agent */
	RD_LOST_ABANDONED,
	RD_LOST_TIMED_OUT,
	RD_LOST_EXITED,
	RD_LOST_FULL,
	RD_LOST_REMOVED,
};

const struct rd_figures *rd_figures_of(const struct rd_core *core,
				       uint16_t queue,
				       enum rd_figures_span span);
uint64_t rd_figures_lost_sum(const struct rd_figures *f);

/* What happens; wait and talk in frames. */
void rd_figures_offered(struct rd_core *core, uint16_t queue);
void rd_figures_answered(struct rd_core *core, uint16_t queue, uint64_t wait);
void rd_figures_lost(struct rd_core *core, uint16_t queue,
		     enum rd_figures_lost how, uint64_t wait);
void rd_figures_talked(struct rd_core *core, uint16_t queue, uint64_t talk);

/* Other rules are about to come into force: a row for those that were. */
void rd_figures_before_config(struct rd_core *core,
			      const struct rd_config *next);
/* A run begins, or a configuration: is it another day? Sets the timer. */
void rd_figures_configure(struct rd_core *core);
/* A run of before ended at core->now: its last interval. */
void rd_figures_wind_up(struct rd_core *core);
void rd_figures_on_timer(struct rd_core *core, uint32_t index, uint32_t which);

/* Unix seconds at which the local day of unix_s ends. */
int64_t rd_figures_midnight(const char *timezone, int64_t unix_s);

#endif

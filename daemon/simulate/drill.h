/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fault drills: what goes wrong on a simulated day, and what may come of it.
 *
 * WHAT. day.yaml says when which fault begins, how long it lasts and what is
 * expected of the centre; the report says what came of it. Each fault is what
 * core would be told of it, no more:
 *
 *	span		its line is in alarm (LOS). Calls on it end when that has
 *			lasted 2.5 s, with cause 27; after T309 (90 s) its
 *			D-channel is down. Others go on, new calls take them.
 *	database	it says it is down. Calls go on, records wait.
 *	disk		it is full. Calls go on, recordings are marked.
 *	sources		they answer late, or never: menus take their "down".
 *	restart		the daemon is killed and is back after so long. Calls end
 *			with cause 41 and a record; sign-ins, reasons, callbacks
 *			are kept. clock_back: its wall clock is wrong then; that
 *			is the only time core is told one.
 *
 * EXPECT. cut: calls that the fault may end; refused: callers who may find no
 * line while it lasts; back: from its end to the next connection of a caller
 * with an agent. What is not said is not checked.
 */
#ifndef RD_SIMULATE_DRILL_H
#define RD_SIMULATE_DRILL_H

#include <stdbool.h>
#include <stdint.h>

struct rd_world;
struct rd_plan;
struct rd_cmd_row;
struct rd_table;

enum rd_fault {
	RD_FAULT_SPAN,
	RD_FAULT_DATABASE,
	RD_FAULT_DISK,
	RD_FAULT_SOURCES,
	RD_FAULT_RESTART,
	RD_FAULTS,
};

struct rd_day_drill {
	uint16_t at_min;
	uint8_t fault; /* enum rd_fault */
	uint16_t span; /* of the configuration */
	uint32_t for_ms, takes_ms, clock_back_ms;
	int32_t cut, refused; /* at most; -1: not said */
	uint32_t back_ms;     /* 0: not said */
};

struct rd_drill_result { /* of the report, one a drill */
	const struct rd_day_drill *drill;
	uint32_t calls; /* there were when it began */
	uint32_t cut, refused;
	uint64_t begin, end; /* frames; begin 0: it never came */
	uint64_t back;	     /* frame of the next connection; 0: none came */
	bool met;
};

extern const struct rd_table rd_drill_table;
const char *rd_fault_name(unsigned fault);

/* Plan them all. */
void rd_drills_begin(struct rd_world *w);
void rd_drill_on_plan(struct rd_world *w, const struct rd_plan *plan);
/* A row of core; a caller who found no line. */
void rd_drill_on_row(struct rd_world *w, const struct rd_cmd_row *row);
void rd_drill_on_refused(struct rd_world *w);
/* The day is over: what was expected? */
void rd_drills_end(struct rd_world *w);

#endif

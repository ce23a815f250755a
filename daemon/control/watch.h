/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a watcher wants to see, and the events of the last while for who comes
 * back.
 *
 * A filter is patterns of names ("call.*,agent.state") and values of fields;
 * all must fit. The history is a ring of lines, newest last: a client that was
 * away for a moment resumes without a gap. Older ones are in the journal.
 *
 * Context: core.
 */
#ifndef RD_CONTROL_WATCH_H
#define RD_CONTROL_WATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/control/command.h"

struct rd_filter {
	char events[RD_ARG_TEXT_MAX + 1]; /* "" all of core's */
	char agent[32], queue[32], span[32];
	int64_t call; /* -1 all */
};

/* From the checked arguments of a watch. */
void rd_filter_set(struct rd_filter *f, const json_t *args);
/*
 * Does it want the event at line (one JSON object, "event" first)? named: only
 * if the name is asked for literally or by pattern, not by asking for all.
 */
bool rd_filter_wants(const struct rd_filter *f, const char *line, bool named);

#define RD_HISTORY_OCTETS (1u << 20)
#define RD_HISTORY_LINES  4096u

struct rd_history {
	char *text; /* ring of lines, each ended by '\n', none wraps */
	uint32_t head;
	struct {
		uint64_t seq;
		uint32_t at, len;
	} line[RD_HISTORY_LINES];
	uint64_t first, next; /* free-running indices into line */
	uint64_t begun_seq;   /* nothing is known up to here */
};

/* Knows what comes after begun_seq. 0 or -ENOMEM. */
int rd_history_init(struct rd_history *h, uint64_t begun_seq);
void rd_history_exit(struct rd_history *h);
/* Keep line[len], without its line feed, below RD_HISTORY_OCTETS / 4. */
void rd_history_add(struct rd_history *h, uint64_t seq, const char *line,
		    uint32_t len);
/*
 * Index of the first line above seq (h->next: none). *complete: nothing
 * between seq and it has been forgotten.
 */
uint64_t rd_history_after(const struct rd_history *h, uint64_t seq,
			  bool *complete);
/* Line i, *len octets, its line feed included. */
const char *rd_history_line(const struct rd_history *h, uint64_t i,
			    uint32_t *len);

#endif

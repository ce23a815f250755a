// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arrivals of a day gone by, out of its journal: every SETUP of the public on
 * that date between the day's begin and end, at its time of day. What these
 * callers do is the day's to say, by the number they called; numbers that no
 * group names belong to the first group.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call/route.h"
#include "daemon/journal/reader.h"
#include "daemon/simulate/world.h"

static uint16_t group_of(const struct rd_day *day, const char *number)
{
	for (uint16_t i = 0; i < day->ncallers; i++)
		if (!strcmp(day->callers[i].number, number))
			return i;
	return 0;
}

static void keep(struct rd_world *w, const struct rd_isdn *setup,
		 uint64_t epoch_ns, size_t *cap)
{
	uint32_t line = setup->msg.line;
	unsigned span =
		w->span_of_line[rd_line_card(line)][rd_line_span(line) & 7];
	int64_t ns = (int64_t)(epoch_ns + rd_ns_from_frames(setup->msg.frame)) -
		     w->day->epoch_s * 1000000000;
	struct rd_past past = { 0 };

	if (setup->op != RD_ISDN_SETUP || !span || ns < 0)
		return;
	past.frame = (uint64_t)ns / RD_NS_PER_FRAME;
	past.trunks = w->config->spans[span - 1].group;
	if (past.frame >= w->close || w->config->groups[past.trunks].phones ||
	    !rd_world_grow(w, &w->past, w->npast, cap, sizeof(past)))
		return;
	past.group = group_of(w->day, setup->called);
	snprintf(past.ani, sizeof(past.ani), "%s", setup->calling);
	snprintf(past.dnis, sizeof(past.dnis), "%s", setup->called);
	w->past[w->npast++] = past;
}

static int by_frame(const void *a, const void *b)
{
	const struct rd_past *x = a, *y = b;

	return x->frame < y->frame ? -1 : x->frame > y->frame;
}

int rd_past_read(struct rd_world *w, const char *dir)
{
	struct rd_journal_reader *reader;
	struct rd_journal_event e;
	uint64_t epoch_ns = 0;
	size_t cap = 0;
	int n = rd_journal_reader_open(dir, &reader);

	if (n)
		goto err;
	while ((n = rd_journal_reader_next(reader, &e)) != 0) {
		if (n == -EBADMSG)
			continue;
		if (n < 0)
			break;
		if (e.first)
			epoch_ns =
				rd_journal_reader_file(reader)->header.epoch_ns;
		if (e.msg->type == RD_MSG_START)
			epoch_ns =
				((const struct rd_ev_start *)e.msg)->epoch_ns;
		if (e.msg->type == RD_MSG_ISDN)
			keep(w, (const struct rd_isdn *)e.msg, epoch_ns, &cap);
	}
	rd_journal_reader_close(reader);
	if (n < 0)
		goto err;
	/* a clock that was set back between two runs */
	if (w->npast)
		qsort(w->past, w->npast, sizeof(*w->past), by_frame);
	if (w->npast)
		return w->err;
	snprintf(w->out->why, sizeof(w->out->why),
		 "%s: nobody called on that date between those hours", dir);
	return -ENOENT;
err:
	snprintf(w->out->why, sizeof(w->out->why), "%s: %s", dir, strerror(-n));
	return n;
}

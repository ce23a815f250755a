// SPDX-License-Identifier: GPL-2.0-only
/*
 * Period accounting. Counters only ever grow while a client is there; a client
 * that never starts its stream (tx_frame 0) is not blamed for silence.
 */
#include "clock_core.h"

void rd_clock_set(struct rd_clock *c, const struct ringdown_geometry *g)
{
	if (c->ring)
		c->generation++;
	c->origin = c->frame;
	c->period = g->period_frames;
	c->lead = g->tx_lead_frames;
	c->ring = g->ring_frames;
}

void rd_clock_open(struct rd_clock *c)
{
	c->tx_frame = 0;
	c->underruns = 0;
	c->overruns = 0;
	c->late_writes = 0;
	c->late_wakeups = 0;
}

void rd_clock_restart(struct rd_clock *c, u32 lost)
{
	c->frame += lost;
	c->origin = c->frame;
	c->generation++;
}

void rd_clock_judge(struct rd_clock *c, u64 tx, u64 unread)
{
	u64 until = c->frame + c->lead;
	u64 fetched = until > c->period ? until - c->period : 0;

	if ((unread + 1) * c->period > c->ring - c->period)
		c->overruns++;
	if (tx < c->tx_frame || tx > c->frame + c->ring)
		tx = c->tx_frame;
	if (c->tx_frame && c->tx_frame < fetched && tx > c->tx_frame)
		c->late_writes += min_t(u64, tx, fetched) - c->tx_frame;
	c->tx_frame = tx;
	if (tx && tx < until)
		c->underruns++;
}

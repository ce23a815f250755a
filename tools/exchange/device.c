// SPDX-License-Identifier: GPL-2.0-only
/*
 * One thread, one poll(): the card's ticks and the control lines. The copper's
 * frame f is the card's frame base + f, until we were away for more than a
 * second: then base moves, and the office never knows.
 */
#include "tools/exchange/device.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#define AWAY_FRAMES RINGDOWN_RATE_HZ

static struct xc_device *device_of(struct xc_backend *b)
{
	return (struct xc_device *)((char *)b -
				    offsetof(struct xc_device, backend));
}

/* ---- what the office asks ------------------------------------------------ */

static void end_counts(const struct xc_copper *c, struct xc_end_counts *counts)
{
	const struct xc_device *d = c->end_ctx;

	*counts = d->counts;
}

static const struct xc_end_ops device_end = {
	.counts = end_counts,
};

/* ---- a period ------------------------------------------------------------ */

static void hear(struct xc_device *d, uint64_t frame)
{
	struct xc_copper *c = d->copper;
	bool lost = frame < rd_card_rx_first(&d->card);

	for (unsigned i = 0; i < c->nspans; i++) {
		unsigned first = xc_span_first(&c->config[i]);
		unsigned end = first + xc_span_slots(&c->config[i]);

		for (unsigned s = first; s < end; s++)
			rd_card_rx(&d->card, i, s, frame, c->period,
				   c->tx[i][s]);
	}
	d->counts.overruns += lost;
}

static void speak(struct xc_device *d, uint64_t frame)
{
	struct xc_copper *c = d->copper;

	if (!rd_card_tx_is_open(&d->card, frame, c->period)) {
		d->counts.late_writes += c->period;
		return;
	}
	for (unsigned i = 0; i < c->nspans; i++) {
		unsigned first = xc_span_first(&c->config[i]);
		unsigned end = first + xc_span_slots(&c->config[i]);

		for (unsigned s = first; s < end; s++)
			rd_card_tx(&d->card, i, s, frame, c->period,
				   c->rx[i][s]);
	}
	rd_card_tx_commit(&d->card, frame + c->period);
}

/* All periods that have come in. */
static void play(struct xc_device *d)
{
	struct xc_copper *c = d->copper;
	uint64_t away = d->card.frame - d->base - c->frame;
	unsigned played = 0;

	if (away > AWAY_FRAMES) {
		away -= away % c->period;
		d->base += away;
		d->counts.overruns += away / c->period;
	}
	while (d->base + c->frame + c->period <= d->card.frame &&
	       !d->backend.over && !d->backend.quit) {
		uint64_t frame = d->base + c->frame;

		hear(d, frame);
		xc_copper_run(c);
		speak(d, frame + c->period +
				 d->card.info.geometry.tx_lead_frames +
				 d->slack_frames);
		d->counts.late_wakeups += played++ > 0;
	}
}

static void read_tick(struct xc_device *d)
{
	struct ringdown_event event;
	uint64_t ticks;
	int err = 0;

	if (read(d->card.tick_fd, &ticks, sizeof(ticks)) < 0)
		err = errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (!err)
		err = rd_card_sync(&d->card);
	if (err && err != -EAGAIN) {
		d->backend.error = err;
		return;
	}
	while (rd_card_event(&d->card, &event))
		; /* the other end's alarms are its own business */
	play(d);
	d->counts.underruns = d->card.status->underruns;
	d->counts.late_commands = d->card.status->late_commands;
	d->counts.bad_commands = d->card.status->bad_commands;
}

static int run(struct xc_backend *b)
{
	struct xc_device *d = device_of(b);

	while (!b->over && !b->quit && !b->error) {
		struct pollfd p[] = { { d->card.tick_fd, POLLIN, 0 },
				      { b->control_fd, POLLIN, 0 } };

		if (poll(p, 2, 500) < 0) {
			if (errno == EINTR)
				continue; /* a signal handler set quit */
			return -errno;
		}
		if (p[0].revents)
			read_tick(d);
		if (p[1].revents)
			xc_backend_read_control(b);
	}
	return b->error;
}

/* ---- open and close ------------------------------------------------------ */

static void device_close(struct xc_backend *b)
{
	rd_card_close(&device_of(b)->card);
}

static int check_spans(const struct xc_device *d, const char *path,
		       struct rd_diag *diag)
{
	const struct ringdown_geometry *g = &d->card.info.geometry;
	const struct xc_copper *c = d->copper;
	struct rd_place at = { path, 0, 0 };

	if (g->nspans < c->nspans) {
		rd_diag_error(diag, at,
			      "the card has %u spans; the scenario has %u",
			      g->nspans, c->nspans);
		return -EINVAL;
	}
	for (unsigned i = 0; i < c->nspans; i++)
		if (g->span[i].type != c->config[i].type ||
		    g->span[i].law != c->config[i].law) {
			rd_diag_error(diag, at,
				      "span %u is of type %u and law %u; the "
				      "scenario's of type %u and law %u",
				      i, g->span[i].type, g->span[i].law,
				      c->config[i].type, c->config[i].law);
			return -EINVAL;
		}
	return 0;
}

static int set_up_line(struct xc_device *d, unsigned i, unsigned dslot)
{
	const struct xc_span_config *s = &d->copper->config[i];
	struct ringdown_span_config line = {
		.span = i,
		.framing = s->framing,
		.crc4 = s->type == RINGDOWN_SPAN_E1 && s->crc4,
	};
	struct ringdown_command idle = {
		.frame = d->card.frame + 2 * d->card.info.geometry.period_frames,
		.op = RINGDOWN_OP_IDLE_CODE,
		.span = i,
		.slot = dslot,
		.arg = 0xff,
	};
	int err = rd_card_configure(&d->card, &line);

	return err || !dslot ? err : rd_card_command(&d->card, &idle);
}

static unsigned slack_frames(const struct ringdown_geometry *g)
{
	unsigned taken = g->tx_lead_frames + 3 * g->period_frames;
	unsigned free = g->ring_frames > taken ? g->ring_frames - taken : 0;
	unsigned periods = free / g->period_frames;

	return (periods < XC_DEVICE_SLACK ? periods : XC_DEVICE_SLACK) *
	       g->period_frames;
}

int xc_device_open(struct xc_device *d, struct xc_copper *copper,
		   const struct xc_device_config *config,
		   const struct xc_backend_ops *ops, void *ctx,
		   struct rd_diag *diag)
{
	int err;

	memset(d, 0, sizeof(*d));
	d->backend.ops = ops;
	d->backend.ctx = ctx;
	d->backend.run = run;
	d->backend.control_fd = -1;
	d->copper = copper;
	err = rd_card_open(&d->card, config->path, config->period_frames, diag);
	if (err)
		return err;
	d->backend.close = device_close;
	err = check_spans(d, config->path, diag);
	if (!err)
		err = rd_card_sync(&d->card);
	for (unsigned i = 0; i < copper->nspans && !err; i++)
		err = set_up_line(d, i, config->dslot[i]);
	if (!err)
		err = rd_card_start(&d->card);
	if (err) {
		device_close(&d->backend);
		d->backend.close = NULL;
		return err;
	}
	copper->period = d->card.info.geometry.period_frames;
	copper->end = &device_end;
	copper->end_ctx = d;
	d->base = d->card.frame;
	d->slack_frames = slack_frames(&d->card.info.geometry);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * D-channels: HDLC frames out of and into one slot.
 *
 * What is damaged is counted and, a few a tick, told to core for traces only;
 * a line of noise must not fill core's queue. Octets that cannot be sent in
 * time are not made: a late tick delays a frame but does not tear it.
 */
#include <string.h>

#include "daemon/media/state.h"

struct rd_dchannel *rd_dchannel_find(struct rd_media *m, uint32_t line)
{
	for (unsigned i = 0; i < m->ndchannels; i++)
		if (m->dchannel[i].line == rd_line_of_span(line))
			return &m->dchannel[i];
	return NULL;
}

void rd_dchannel_open(struct rd_media *m, struct rd_dchannel *d)
{
	d->open = true;
	rd_hdlc_rx_init(&d->rx);
	rd_hdlc_tx_close(&d->tx);
	rd_hdlc_tx_open(&d->tx);
}

void rd_dchannel_close(struct rd_dchannel *d)
{
	d->open = false;
	rd_hdlc_tx_close(&d->tx);
}

void rd_dchannel_reset(struct rd_dchannel *d)
{
	rd_hdlc_rx_init(&d->rx);
	rd_hdlc_tx_close(&d->tx);
	if (d->open)
		rd_hdlc_tx_open(&d->tx);
}

void rd_dchannel_send(struct rd_media *m, struct rd_dchannel *d,
		      const struct rd_hdlc *cmd)
{
	if (sizeof(*cmd) + cmd->len > cmd->msg.len ||
	    rd_hdlc_tx_put(&d->tx, cmd->data, cmd->len))
		rd_count(m, hdlc_refused, 1);
}

struct listener {
	struct rd_media *m;
	uint32_t line;
	uint32_t damaged;
};

static void heard(void *arg, const uint8_t *data, size_t len,
		  enum rd_hdlc_fault fault, size_t at)
{
	struct listener *l = arg;
	struct rd_media *m = l->m;
	struct rd_hdlc *ev;

	if (fault == RD_HDLC_GOOD) {
		rd_count(m, hdlc_frames, 1);
	} else {
		rd_count(m, hdlc_faults, 1);
		if (l->damaged++ >= DAMAGED_A_TICK)
			return;
	}
	ev = rd_outbox_add(m, RD_MSG_HDLC_RX, l->line,
			   m->frame - m->period + at, sizeof(*ev) + len);
	if (!ev)
		return;
	ev->len = (uint16_t)len;
	ev->flags = fault == RD_HDLC_GOOD ? 0 : RD_HDLC_CUT;
	memcpy(ev->data, data, len);
}

void rd_dchannel_run(struct rd_media *m, struct rd_dchannel *d)
{
	struct rd_media_card *c = &m->card[d->card];
	struct listener listener = { m, d->line, 0 };
	uint8_t octets[RINGDOWN_PERIOD_MAX];
	uint32_t n = m->period, got;

	if (!c->card || !rd_card_has_slot(c->card, d->span, d->slot))
		return;
	if (d->open) {
		got = rd_card_rx(c->card, d->span, d->slot, c->rx_from, n,
				 octets);
		if (got == n)
			rd_hdlc_rx_run(&d->rx, octets, n, heard, &listener);
		else
			rd_hdlc_rx_init(&d->rx); /* octets are missing */
	}
	if (c->tx_open) {
		rd_hdlc_tx_run(&d->tx, octets, n);
		rd_card_tx(c->card, d->span, d->slot, c->tx_at, n, octets);
	}
}

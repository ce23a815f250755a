/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of ringdown-exchange: the other end of the wire in the same
 * process. A peer reads rx and writes tx through the published geometry, as a
 * client must, and plays libpri's opposite side on the D-channels.
 */
#ifndef EXCHANGE_PEER_H
#define EXCHANGE_PEER_H

#include <limits.h>
#include <string.h>

#include "tools/exchange/card.h"
#include "tools/exchange/line_clock.h"
#include "tools/exchange/office.h"

/* Where frame @f of slot @s of span @n lies: the formula of ringdown.h. */
static inline uint64_t peer_at(const struct ringdown_geometry *g,
			       uint64_t origin, unsigned n, unsigned s,
			       uint64_t f)
{
	uint64_t pos = (f - origin) % g->ring_frames;

	return (uint64_t)(s - g->span[n].first_slot) * g->slot_stride +
	       pos % g->block_frames * g->frame_stride +
	       pos / g->block_frames * g->block_stride;
}

struct peer_span {
	struct xc_dchan dchan;
	unsigned dslot;
};

struct peer {
	struct xc_card *card;
	uint64_t tx_frame;
	unsigned nspans;
	struct peer_span span[RINGDOWN_MAX_SPANS];
	/* B-channels: called for every slot but the D-channel's. */
	void (*bearer)(struct peer *p, unsigned span, unsigned slot,
		       const uint8_t *rx, uint8_t *tx, uint64_t rx_frame,
		       uint64_t tx_frame, unsigned n);
	void *ctx;
	bool deaf; /* writes nothing any more */
};

static inline void peer_read(struct peer *p, unsigned n, unsigned s,
			     uint64_t first, uint8_t *to, unsigned frames)
{
	const struct ringdown_geometry *g = &p->card->geometry;
	const uint8_t *rx = p->card->area[RINGDOWN_AREA_RX].mem;
	unsigned i;

	for (i = 0; i < frames; i++)
		to[i] = rx[g->span[n].rx_base +
			   peer_at(g, p->card->origin, n, s, first + i)];
}

static inline void peer_write(struct peer *p, unsigned n, unsigned s,
			      uint64_t first, const uint8_t *from,
			      unsigned frames)
{
	const struct ringdown_geometry *g = &p->card->geometry;
	uint8_t *tx = p->card->area[RINGDOWN_AREA_TX].mem;
	unsigned i;

	for (i = 0; i < frames; i++)
		tx[g->span[n].tx_base +
		   peer_at(g, p->card->origin, n, s, first + i)] = from[i];
}

/* One period: the card's tick, then what a client does in it. */
static inline void peer_step(struct peer *p)
{
	struct xc_card *c = p->card;
	const struct ringdown_geometry *g = &c->geometry;
	struct ringdown_control *ctl = c->area[RINGDOWN_AREA_CONTROL].mem;
	uint8_t rx[XC_PERIOD_MAX], tx[XC_PERIOD_MAX];
	unsigned n, s, P = g->period_frames;
	uint64_t from, to;

	xc_card_advance(c, 0);
	if (p->deaf)
		return;
	from = c->copper.frame - P;
	to = c->copper.frame + g->tx_lead_frames;
	for (n = 0; n < g->nspans; n++)
		for (s = g->span[n].first_slot;
		     s < g->span[n].first_slot + g->span[n].slots; s++) {
			peer_read(p, n, s, from, rx, P);
			if (n < p->nspans && s == p->span[n].dslot) {
				struct xc_dchan *d = &p->span[n].dchan;

				xc_dchan_hear(d, from, rx, P);
				xc_dchan_run(d);
				xc_dchan_speak(d, to, tx, P);
			} else if (p->bearer) {
				p->bearer(p, n, s, rx, tx, from, to, P);
			} else {
				continue;
			}
			peer_write(p, n, s, to, tx, P);
		}
	p->tx_frame = to + P;
	__atomic_store_n(&ctl->tx_frame, p->tx_frame, __ATOMIC_RELEASE);
}

static inline void peer_run(struct peer *p, uint64_t frames)
{
	uint64_t until = p->card->copper.frame + frames;

	while (p->card->copper.frame < until)
		peer_step(p);
}

#endif

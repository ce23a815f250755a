// SPDX-License-Identifier: GPL-2.0-only
/*
 * The simple engine: one linear ring, a row a slot, any period of whole
 * milliseconds. It fetches what it sends when it is sent; its lead is slack
 * for the interrupt only.
 */
#include "virtual.h"

#define RING_FRAMES 1280u /* at most; 160 ms */

static int plain_init(struct virtual_card *vc)
{
	vc->card->area_octets =
		(size_t)RINGDOWN_MAX_SLOTS * vc->nspans * RING_FRAMES;
	return 0;
}

static void plain_free(struct virtual_card *vc)
{
}

static int plain_layout(struct virtual_card *vc, struct ringdown_geometry *g)
{
	if (g->period_frames % 8)
		return -EINVAL;
	g->tx_lead_frames = g->period_frames;
	g->ring_frames = RING_FRAMES / g->period_frames * g->period_frames;
	rd_ring_lay(g, RD_LAYOUT_ROWS);
	return 0;
}

static void plain_begin(struct virtual_card *vc)
{
}

static void plain_fetch(struct virtual_card *vc, u32 frames)
{
	const struct ringdown_geometry *g = &vc->card->geometry;
	const u8 *tx = vc->card->area[RINGDOWN_AREA_TX].cpu;
	u32 i, k;

	for (i = 0; i < vc->nspans; i++)
		for (k = 0; k < g->span[i].slots; k++)
			rd_ring_get(g,
				    tx + rd_ring_slot(g, g->span[i].tx_base, k),
				    vc->pos, frames, virtual_sent(vc, i, k));
}

static void plain_store(struct virtual_card *vc, u32 frames)
{
	const struct ringdown_geometry *g = &vc->card->geometry;
	u8 *rx = vc->card->area[RINGDOWN_AREA_RX].cpu;
	u32 i, k;

	for (i = 0; i < vc->nspans; i++)
		for (k = 0; k < g->span[i].slots; k++)
			rd_ring_put(g,
				    rx + rd_ring_slot(g, g->span[i].rx_base, k),
				    vc->pos, frames, virtual_heard(vc, i, k));
	vc->pos = (vc->pos + frames) % g->ring_frames;
}

static void plain_end_of_period(struct virtual_card *vc)
{
	ringdown_card_period(vc->card, vc->period);
}

const struct virtual_engine virtual_plain = {
	.init = plain_init,
	.free = plain_free,
	.layout = plain_layout,
	.begin = plain_begin,
	.fetch = plain_fetch,
	.store = plain_store,
	.end_of_period = plain_end_of_period,
};

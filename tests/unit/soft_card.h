/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A card in memory, for tests and benches: plays the DMA engine of
 * kernel/uapi/ringdown.h, one period when told. Addresses are computed here
 * octet by octet, straight from the formula of the ABI, and not with lib/line.
 *
 * A slot receives source[frame] while there is any, else idle; what it sends
 * goes to sink[frame].
 */
#ifndef TESTS_SOFT_CARD_H
#define TESTS_SOFT_CARD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/line/card.h"

struct soft_slot {
	const uint8_t *source;
	size_t source_len;
	uint8_t *sink;
	size_t sink_len;
};

struct soft_card {
	struct ringdown_info info;
	struct ringdown_status *status;
	struct ringdown_control *control;
	uint8_t *rx, *tx;
	struct soft_slot slot[RINGDOWN_MAX_SPANS][RINGDOWN_MAX_SLOTS];
};

enum soft_layout {
	SOFT_ROWS,
	SOFT_INTERLEAVED,
	SOFT_BLOCKS
};

static inline struct ringdown_info soft_info(enum soft_layout layout,
					     unsigned nspans, uint32_t law,
					     uint32_t period, uint32_t ring)
{
	struct ringdown_info info = {
		.magic = RINGDOWN_MAGIC,
		.version = RINGDOWN_ABI_VERSION,
		.size = sizeof(info),
		.name = "soft",
		.geometry = {
			.rate_hz = 8000,
			.nspans = nspans,
			.period_frames = period,
			.tx_lead_frames = period,
			.ring_frames = ring,
			.block_frames = ring,
		},
	};
	struct ringdown_geometry *g = &info.geometry;
	uint32_t octets = ring * nspans * 32;

	switch (layout) {
	case SOFT_ROWS:
		g->frame_stride = 1;
		g->slot_stride = ring;
		break;
	case SOFT_INTERLEAVED: /* as wcxb: octets of the spans side by side */
		g->frame_stride = 32 * nspans;
		g->slot_stride = nspans;
		break;
	case SOFT_BLOCKS: /* eight frames of a slot together, as DAHDI */
		g->block_frames = 8;
		g->frame_stride = 1;
		g->slot_stride = 8;
		g->block_stride = 8 * 32 * nspans;
		break;
	}
	for (unsigned n = 0; n < nspans; n++) {
		struct ringdown_span_info *s = &g->span[n];

		s->type = RINGDOWN_SPAN_E1;
		s->law = law;
		s->slots = 32;
		s->rx_base = layout == SOFT_ROWS	  ? n * 32 * ring
			     : layout == SOFT_INTERLEAVED ? n
							  : n * 32 * 8;
		s->tx_base = s->rx_base;
	}
	info.map[RINGDOWN_AREA_STATUS].length = 8192;
	info.map[RINGDOWN_AREA_CONTROL].length = 8192;
	info.map[RINGDOWN_AREA_RX].length = octets;
	info.map[RINGDOWN_AREA_TX].length = octets;
	return info;
}

static inline size_t soft_at(const struct soft_card *c, uint32_t base,
			     unsigned span, unsigned slot, uint64_t frame)
{
	const struct ringdown_geometry *g = &c->info.geometry;
	uint64_t pos = (frame - c->status->origin) % g->ring_frames;

	return base + (slot - g->span[span].first_slot) * g->slot_stride +
	       (pos % g->block_frames) * g->frame_stride +
	       (pos / g->block_frames) * g->block_stride;
}

static inline uint8_t *soft_rx(struct soft_card *c, unsigned span,
			       unsigned slot, uint64_t frame)
{
	return c->rx + soft_at(c, c->info.geometry.span[span].rx_base, span,
			       slot, frame);
}

static inline uint8_t *soft_tx(struct soft_card *c, unsigned span,
			       unsigned slot, uint64_t frame)
{
	return c->tx + soft_at(c, c->info.geometry.span[span].tx_base, span,
			       slot, frame);
}

static inline uint8_t soft_idle(const struct soft_card *c, unsigned span)
{
	return c->info.geometry.span[span].law ? 0xff : 0xd5;
}

/* Idle in every octet of both rings. */
static inline void soft_rest(struct soft_card *c)
{
	const struct ringdown_geometry *g = &c->info.geometry;

	for (unsigned n = 0; n < g->nspans; n++)
		for (unsigned k = 0; k < g->span[n].slots; k++)
			for (uint32_t f = 0; f < g->ring_frames; f++) {
				unsigned slot = g->span[n].first_slot + k;

				*soft_rx(c, n, slot, f) = soft_idle(c, n);
				*soft_tx(c, n, slot, f) = soft_idle(c, n);
			}
}

/* The client's side goes to card. */
static inline int soft_make(struct soft_card *c, struct rd_card *card,
			    const struct ringdown_info *info, int tick_fd,
			    struct rd_diag *diag)
{
	void *area[RINGDOWN_AREAS];

	memset(c, 0, sizeof(*c));
	c->info = *info;
	for (int i = 0; i < RINGDOWN_AREAS; i++)
		area[i] = calloc(1, info->map[i].length);
	c->status = area[RINGDOWN_AREA_STATUS];
	c->control = area[RINGDOWN_AREA_CONTROL];
	c->rx = area[RINGDOWN_AREA_RX];
	c->tx = area[RINGDOWN_AREA_TX];
	c->status->magic = RINGDOWN_MAGIC;
	c->status->version = RINGDOWN_ABI_VERSION;
	c->status->size = sizeof(*c->status);
	c->status->state = RINGDOWN_CARD_RUNNING;
	soft_rest(c);
	return rd_card_attach(card, info, area, tick_fd, diag);
}

static inline void soft_free(struct soft_card *c)
{
	free(c->status);
	free(c->control);
	free(c->rx);
	free(c->tx);
}

/* One frame of every slot. */
static inline void soft_frame(struct soft_card *c, uint64_t frame)
{
	for (unsigned n = 0; n < c->info.geometry.nspans; n++) {
		const struct ringdown_span_info *s = &c->info.geometry.span[n];

		for (unsigned k = 0; k < s->slots; k++) {
			struct soft_slot *slot = &c->slot[n][k];
			unsigned number = s->first_slot + k;
			uint8_t *tx = soft_tx(c, n, number, frame);

			*soft_rx(c, n, number, frame) =
				frame < slot->source_len ? slot->source[frame]
							 : soft_idle(c, n);
			if (frame < slot->sink_len)
				slot->sink[frame] = *tx;
			*tx = soft_idle(c, n);
		}
	}
}

/* The engine goes on by n frames, and publishes them. */
static inline uint64_t soft_advance(struct soft_card *c, uint32_t n)
{
	uint64_t frame = c->status->frame;

	for (uint32_t i = 0; i < n; i++)
		soft_frame(c, frame + i);
	__atomic_store_n(&c->status->frame, frame + n, __ATOMIC_RELEASE);
	return frame + n;
}

/* The engine restarts its ring: the frame to come is at position 0. */
static inline void soft_restart(struct soft_card *c)
{
	__atomic_store_n(&c->status->seq, c->status->seq + 1, __ATOMIC_SEQ_CST);
	c->status->generation++;
	c->status->origin = c->status->frame;
	soft_rest(c);
	__atomic_store_n(&c->status->seq, c->status->seq + 1, __ATOMIC_SEQ_CST);
}

/* Post an event as the card would. */
static inline void soft_event(struct soft_card *c, uint16_t type, uint8_t span,
			      uint8_t slot, uint32_t arg)
{
	uint32_t head = c->status->event_head;

	c->status->events[head % RINGDOWN_EVENTS] =
		(struct ringdown_event){ c->status->frame, type, span, slot,
					 arg };
	if (type == RINGDOWN_EVENT_ALARM)
		c->status->span[span].alarms = arg;
	__atomic_store_n(&c->status->event_head, head + 1, __ATOMIC_RELEASE);
}

#endif

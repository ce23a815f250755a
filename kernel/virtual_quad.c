// SPDX-License-Identifier: GPL-2.0-only
/*
 * An engine as the wcxb family has it (TE435 and others), with the driver that
 * such an engine needs: the proof that the card interface carries it.
 *
 * The engine walks a ring of 128 descriptors of 1 ms. Each has a tx and an rx
 * buffer of 8 frames of 128 octets, placed by the driver, here on a page each:
 *
 *	octet of frame j (0..7), slot c (1..31), span s (0..3)
 *	    = buffer + 128 j + 4 (c - 1) + s + 1
 *
 * It takes a descriptor whose OWN bit is set, and gives it back with OWN clear,
 * INT and EOR kept; it stops at one it does not own. The driver sets INT on the
 * last descriptor of a period, and re-arms what came back whether or not its
 * client was on time: the client writes into descriptors the card already owns.
 *
 * When the clock source changes, the engine must be stopped for it (10 ms) and
 * begins at descriptor 0 again: a new origin and generation for the client.
 */
#include <linux/dma-mapping.h>

#include "virtual.h"

#define DESCRIPTORS   128u
#define BLOCK_FRAMES  8u
#define FRAME_OCTETS  128u
#define BUFFER_OCTETS 4096u
#define PREFETCH      16u /* frames the card may have fetched ahead */
#define STOP_FRAMES   80u /* until DMA_RUNNING falls */

#define DESC_OWN BIT(31)
#define DESC_INT BIT(1)
#define DESC_EOR BIT(0)

struct descriptor {
	__be32 status;
	__be32 tx_buf;
	__be32 rx_buf;
	__be32 control;
};

/* The card's registers and what its driver remembers. */
struct virtual_quad {
	struct descriptor *ring;
	dma_addr_t ring_dma;
	u32 used;	   /* descriptors of this geometry */
	u32 head;	   /* the engine's next one */
	u32 tail;	   /* the driver's next one */
	bool is_interrupt; /* DESC_COMPLETE */
	bool is_underrun;  /* DESC_UNDERRUN */
};

/* ---- the card ------------------------------------------------------------ */

/* What a bus address means to the card: a buffer, or nothing of ours. */
static u8 *buffer(struct virtual_card *vc, u32 area, __be32 address)
{
	const struct ringdown_memory *a = &vc->card->area[area];
	u64 offset = (u64)be32_to_cpu(address) - a->dma;

	if (WARN_ON_ONCE(offset > a->octets - BUFFER_OCTETS))
		return NULL;
	return (u8 *)a->cpu + offset;
}

static u32 octet_at(u32 frame, u32 index, u32 span)
{
	return FRAME_OCTETS * frame + 4 * index + span + 1;
}

static void fetch_block(struct virtual_card *vc, const u8 *tx, u32 at)
{
	u32 i, k, j;

	for (i = 0; i < vc->nspans; i++)
		for (k = 0; k < vc->card->geometry.span[i].slots; k++)
			for (j = 0; j < BLOCK_FRAMES; j++)
				virtual_sent(vc, i, k)[at + j] =
					tx[octet_at(j, k, i)];
}

static void store_block(struct virtual_card *vc, u8 *rx, u32 at)
{
	u32 i, k, j;

	for (i = 0; i < vc->nspans; i++)
		for (k = 0; k < vc->card->geometry.span[i].slots; k++)
			for (j = 0; j < BLOCK_FRAMES; j++)
				rx[octet_at(j, k, i)] =
					virtual_heard(vc, i, k)[at + j];
}

static u32 next_descriptor(const struct virtual_quad *q, u32 index)
{
	bool is_last = be32_to_cpu(q->ring[index].control) & DESC_EOR;

	return is_last ? 0 : index + 1;
}

static void quad_fetch(struct virtual_card *vc, u32 frames)
{
	struct virtual_quad *q = vc->quad;
	u32 index = q->head, at;

	for (at = 0; at < frames; at += BLOCK_FRAMES) {
		struct descriptor *d = &q->ring[index];
		u8 *tx = buffer(vc, RINGDOWN_AREA_TX, d->tx_buf);

		if (!(be32_to_cpu(d->control) & DESC_OWN) || !tx) {
			q->is_underrun = true;
			return;
		}
		fetch_block(vc, tx, at);
		index = next_descriptor(q, index);
	}
}

static void quad_store(struct virtual_card *vc, u32 frames)
{
	struct virtual_quad *q = vc->quad;
	u32 at;

	for (at = 0; at < frames && !q->is_underrun; at += BLOCK_FRAMES) {
		struct descriptor *d = &q->ring[q->head];
		u8 *rx = buffer(vc, RINGDOWN_AREA_RX, d->rx_buf);
		u32 control = be32_to_cpu(d->control);

		store_block(vc, rx, at);
		dma_wmb(); /* data before the descriptor that says so */
		WRITE_ONCE(d->control, cpu_to_be32(control & ~DESC_OWN));
		if (control & DESC_INT)
			q->is_interrupt = true;
		q->head = next_descriptor(q, q->head);
	}
}

/* ---- its driver ---------------------------------------------------------- */

static int quad_init(struct virtual_card *vc)
{
	struct virtual_quad *q = kzalloc(sizeof(*q), GFP_KERNEL);

	if (!q)
		return -ENOMEM;
	q->ring = dma_alloc_coherent(vc->dev, DESCRIPTORS * sizeof(*q->ring),
				     &q->ring_dma, GFP_KERNEL);
	if (!q->ring) {
		kfree(q);
		return -ENOMEM;
	}
	vc->quad = q;
	vc->card->area_octets = DESCRIPTORS * BUFFER_OCTETS;
	return 0;
}

static void quad_free(struct virtual_card *vc)
{
	struct virtual_quad *q = vc->quad;

	dma_free_coherent(vc->dev, DESCRIPTORS * sizeof(*q->ring), q->ring,
			  q->ring_dma);
	kfree(q);
}

/* The longest ring of whole periods: up to 128 ms. */
static int quad_layout(struct virtual_card *vc, struct ringdown_geometry *g)
{
	u32 blocks, i;

	if (g->period_frames % BLOCK_FRAMES)
		return -EINVAL;
	blocks = g->period_frames / BLOCK_FRAMES;
	g->ring_frames = DESCRIPTORS / blocks * g->period_frames;
	g->tx_lead_frames = g->period_frames + PREFETCH;
	if (g->ring_frames < g->tx_lead_frames + 2 * g->period_frames)
		return -EINVAL; /* beyond 32 ms */
	g->block_frames = BLOCK_FRAMES;
	g->frame_stride = FRAME_OCTETS;
	g->slot_stride = 4;
	g->block_stride = BUFFER_OCTETS;
	for (i = 0; i < g->nspans; i++) {
		g->span[i].rx_base = i + 1;
		g->span[i].tx_base = i + 1;
	}
	return 0;
}

/* Build the ring; the engine begins at descriptor 0. */
static void quad_begin(struct virtual_card *vc)
{
	const struct ringdown_geometry *g = &vc->card->geometry;
	struct virtual_quad *q = vc->quad;
	u32 tx = vc->card->area[RINGDOWN_AREA_TX].dma; /* below 4 GiB */
	u32 rx = vc->card->area[RINGDOWN_AREA_RX].dma;
	u32 blocks = g->period_frames / BLOCK_FRAMES, i;

	q->used = g->ring_frames / BLOCK_FRAMES;
	q->head = 0;
	q->tail = 0;
	q->is_interrupt = false;
	q->is_underrun = false;
	for (i = 0; i < q->used; i++) {
		u32 control = DESC_OWN;

		if (i % blocks == blocks - 1)
			control |= DESC_INT;
		if (i == q->used - 1)
			control |= DESC_EOR;
		q->ring[i] = (struct descriptor){
			.tx_buf = cpu_to_be32(tx + i * BUFFER_OCTETS),
			.rx_buf = cpu_to_be32(rx + i * BUFFER_OCTETS),
			.control = cpu_to_be32(control),
		};
	}
}

/* The interrupt: what came back is re-armed, and is a period. */
static void quad_end_of_period(struct virtual_card *vc)
{
	struct virtual_quad *q = vc->quad;
	u32 done = 0;

	if (q->is_underrun) {
		virtual_line_restart(vc, BLOCK_FRAMES);
		return;
	}
	if (!q->is_interrupt)
		return;
	q->is_interrupt = false;
	while (done < q->used) {
		struct descriptor *d = &q->ring[q->tail];
		u32 control = be32_to_cpu(READ_ONCE(d->control));

		if (control & DESC_OWN)
			break;
		dma_rmb(); /* the descriptor before its data */
		WRITE_ONCE(d->control, cpu_to_be32(control | DESC_OWN));
		q->tail = next_descriptor(q, q->tail);
		done++;
	}
	ringdown_card_period(vc->card, done * BLOCK_FRAMES);
}

static void quad_clock_changed(struct virtual_card *vc)
{
	virtual_line_restart(vc, STOP_FRAMES);
}

const struct virtual_engine virtual_quad = {
	.init = quad_init,
	.free = quad_free,
	.layout = quad_layout,
	.begin = quad_begin,
	.fetch = quad_fetch,
	.store = quad_store,
	.end_of_period = quad_end_of_period,
	.clock_changed = quad_clock_changed,
};

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card made of memory: the DMA engine of kernel/uapi/ringdown.h, played over
 * four sealed memfds.
 *
 * WHAT. xc_card holds the truth of one card (frame count, idle codes, alarms,
 * counters, the transmit prefetch) and publishes copies into the areas a
 * client maps. It knows neither sockets nor telephone calls: xc_wire hands the
 * areas out, the office is behind the copper.
 *
 * HOW. xc_card_advance() plays one period, from G - P to G:
 *
 *	client's tx ring  --fetch-->  fifo  --line-->  office hears
 *	  [.., G + lead)              [G-P, G+lead)    [G-P, G)
 *	client's rx ring  <--store--  line  <--------  office speaks
 *	  [G-P, G)                    faults           [G-P, G)
 *
 * then status.frame = G. Fetching runs tx_lead_frames ahead of sending, as a
 * real engine's prefetch does: what a client writes too late is not sent, and
 * what was fetched is overwritten with idle code.
 *
 * USE. init, [set_period, map]... advance... unmap, free. One thread.
 */
#ifndef XC_CARD_H
#define XC_CARD_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/prbs_core.h"
#include "kernel/uapi/ringdown.h"
#include "tools/exchange/copper.h"

#define XC_COMMANDS_MAX 1024

/* How the rings lie in memory; the client must not care. */
enum xc_layout {
	XC_LAYOUT_ROWS,	       /* one row a slot */
	XC_LAYOUT_INTERLEAVED, /* all spans octet by octet, as the wcxb's */
	XC_LAYOUT_BLOCKS,      /* a block a period, rows inside */
};

struct xc_card_config {
	char name[RINGDOWN_NAME_LEN];
	enum xc_layout layout;
	unsigned period_frames; /* until the client asks for another */
	unsigned lead_frames;	/* UINT_MAX: one period */
	unsigned ring_periods;	/* ring_frames = this many periods */
	bool lockstep;
	uint64_t epoch_ns, seed; /* published in lockstep */
	unsigned nspans;
	struct xc_span_config span[RINGDOWN_MAX_SPANS];
};

struct xc_area {
	int fd;
	void *mem;
	uint64_t length;
};

/* A bit error test of one slot: the engine's own, as the kernel's cards have. */
struct xc_test {
	bool is_on;
	struct rd_prbs_tx tx;
	struct rd_prbs_rx rx;
};

struct xc_card_span {
	bool injected; /* the client asked for faults, not the scenario */
	uint32_t config_alarms; /* from SPAN settings that do not match ours */
	uint32_t alarms;	/* published */
	enum ringdown_loop loop;
	uint8_t idle[RINGDOWN_MAX_SLOTS];
	uint8_t abcd[RINGDOWN_MAX_SLOTS]; /* what the client sends */
	struct xc_test test[RINGDOWN_MAX_SLOTS];
};

struct xc_card {
	struct xc_copper copper; /* its end; frame is the line clock */
	struct xc_card_config config;

	uint64_t origin; /* of the mapped ring */
	uint32_t generation;
	unsigned lead, ring;
	struct ringdown_geometry geometry;
	struct xc_area area[RINGDOWN_AREAS];
	bool mapped, running;

	struct xc_card_span span[RINGDOWN_MAX_SPANS];

	/* What the client said last, read once a period. */
	uint64_t tx_frame;
	uint64_t underruns, overruns, late_writes;
	uint64_t late_commands, bad_commands, late_wakeups;
	uint32_t event_head, event_lost, command_tail;
	struct ringdown_command pending[XC_COMMANDS_MAX];
	unsigned npending;
};

/* -ENOMEM, -EINVAL (no spans, too many). @config is copied. */
int xc_card_init(struct xc_card *c, const struct xc_card_config *config,
		 const struct xc_copper_ops *ops, void *ctx);
void xc_card_free(struct xc_card *c);

/* -EINVAL out of range, -EBUSY while mapped. */
int xc_card_set_period(struct xc_card *c, unsigned period_frames);

/* Make the four areas anew for a client. Negative errno of memfd or mmap. */
int xc_card_map(struct xc_card *c);
void xc_card_unmap(struct xc_card *c);
void xc_card_fill_info(const struct xc_card *c, struct ringdown_info *info);

void xc_card_set_running(struct xc_card *c, bool running);

/* Line setup, loop, fault injection, bit error test by the client: -EINVAL. */
int xc_card_span(struct xc_card *c, const struct ringdown_span_config *cfg);
int xc_card_loop(struct xc_card *c, const struct ringdown_loop_config *cfg);
int xc_card_inject(struct xc_card *c, const struct ringdown_inject *inject);
int xc_card_bert(struct xc_card *c, struct ringdown_bert *bert);
/* Its owner has gone: loops, injected faults and tests are over. */
void xc_card_end_maintenance(struct xc_card *c);

/* The engine restarts its ring: new origin, next generation. */
void xc_card_restart_ring(struct xc_card *c);

/* Play one period; @now_ns (CLOCK_MONOTONIC) stamps it. */
void xc_card_advance(struct xc_card *c, uint64_t now_ns);

/* ---- between card.c and card_map.c ---- */

#define XC_PUBLISH(field, value) \
	__atomic_store_n(&(field), (value), __ATOMIC_RELAXED)
#define XC_RELEASE(field, value) \
	__atomic_store_n(&(field), (value), __ATOMIC_RELEASE)

static inline struct ringdown_status *xc_card_status(struct xc_card *c)
{
	return c->area[RINGDOWN_AREA_STATUS].mem;
}

static inline struct ringdown_control *xc_card_control(struct xc_card *c)
{
	return c->area[RINGDOWN_AREA_CONTROL].mem;
}

/* Publish alarms and counters of a span. */
void xc_card_publish_span(struct xc_card *c, unsigned i);

/* ---- between card.c and maintain.c: a period of a looped or tested line ---- */

void xc_maintain_sent(struct xc_card *c);     /* before the office hears */
void xc_maintain_received(struct xc_card *c); /* after the faults */

void xc_card_make_geometry(struct xc_card *c);
/* Idle codes as after a reset, and nothing on the way to the line. */
void xc_card_idle_line(struct xc_card *c);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The copper: the octets of all spans in one period, and what goes wrong on
 * their way.
 *
 * WHAT. The office is on one side; on the other is the *end* of the copper,
 * whatever it is: a card of ours that a client maps (card, wire), or a card of
 * the kernel whose client we are ourselves (device).
 *
 *	end   tx[span][slot][n]  -->  office hears
 *	end   rx[span][slot][n]  <--  faults  <--  office speaks
 *
 * HOW. The end fills tx with the octets of frames [frame, frame + period),
 * calls xc_copper_run(), and carries away what is then in rx.
 */
#ifndef XC_COPPER_H
#define XC_COPPER_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/uapi/ringdown.h"
#include "tools/exchange/fault.h"

#define XC_PERIOD_MAX RINGDOWN_PERIOD_MAX

struct xc_span_config {
	enum ringdown_span_type type;
	enum ringdown_law law;
	enum ringdown_framing framing; /* DEFAULT: whatever the client wants */
	int crc4;		       /* -1: whatever the client wants */
	unsigned elastic_frames; /* slack for negative slips, adds delay */
};

struct xc_copper;

/*
 * The office. @period is called once a period with the octets sent to it in
 * frames [from, from + n); it fills what it says in the same frames. Neither
 * side may look at the other's future: compute rx from what was heard before
 * @from (an echo may use tx itself).
 */
struct xc_copper_ops {
	void (*period)(void *ctx, uint64_t from, unsigned n);
};

/* What the end has counted; for the report. */
struct xc_end_counts {
	uint64_t late_wakeups, underruns, overruns, late_writes;
	uint64_t late_commands, bad_commands;
};

struct xc_end_ops {
	bool has_alarms; /* fault.alarms are seen at the other end */
	/* The engine restarts its ring. NULL: it cannot be told to. */
	void (*restart_ring)(struct xc_copper *c);
	void (*counts)(const struct xc_copper *c, struct xc_end_counts *counts);
};

struct xc_copper {
	const struct xc_copper_ops *ops;
	void *ctx;
	const struct xc_end_ops *end;
	void *end_ctx; /* the end's own */

	unsigned nspans;
	struct xc_span_config config[RINGDOWN_MAX_SPANS];
	struct xc_fault fault[RINGDOWN_MAX_SPANS];
	uint64_t loop_until[RINGDOWN_MAX_SPANS]; /* the office sends back tx */
	uint64_t frame; /* the line clock */
	unsigned period;

	/* [span][slot][frame of this period]; tx has room for a prefetch. */
	uint8_t (*tx)[RINGDOWN_MAX_SLOTS][2 * XC_PERIOD_MAX];
	uint8_t (*rx)[RINGDOWN_MAX_SLOTS][XC_PERIOD_MAX];
};

/* -ENOMEM, -EINVAL (no spans, too many). @config is copied. */
int xc_copper_init(struct xc_copper *c, const struct xc_span_config *config,
		   unsigned nspans, uint64_t seed,
		   const struct xc_copper_ops *ops, void *ctx);
void xc_copper_free(struct xc_copper *c);

/* One period: the office hears tx and fills rx; then faults; time goes on. */
void xc_copper_run(struct xc_copper *c);

static inline const uint8_t *xc_copper_tx(const struct xc_copper *c,
					  unsigned span, unsigned slot)
{
	return c->tx[span][slot];
}

static inline uint8_t *xc_copper_rx(struct xc_copper *c, unsigned span,
				    unsigned slot)
{
	return c->rx[span][slot];
}

static inline unsigned xc_span_first(const struct xc_span_config *s)
{
	return s->type == RINGDOWN_SPAN_E1 ? 0 : 1;
}

static inline unsigned xc_span_slots(const struct xc_span_config *s)
{
	return s->type == RINGDOWN_SPAN_E1 ? 32 : 24;
}

/* The octet of silence: G.711 +0, as lines idle. */
static inline uint8_t xc_law_idle(enum ringdown_law law)
{
	return law == RINGDOWN_LAW_ALAW ? 0xd5 : 0xff;
}

#endif

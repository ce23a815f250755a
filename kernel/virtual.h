/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual cards: spans joined by crossover cables, on one line clock.
 *
 *	virtual.c	module parameters, devices, what clients ask
 *	virtual_line.c	the line clock and the wire
 *	virtual_plain.c	an engine with one linear ring
 *	virtual_quad.c	an engine with descriptors, laid out as the wcxb cards
 *
 * virtual_lock (a spinlock, softirqs off) protects all of the structs below;
 * the core's tick_lock is taken inside it, never the other way round.
 */
#ifndef RINGDOWN_VIRTUAL_H
#define RINGDOWN_VIRTUAL_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "cadence_core.h"
#include "card.h"
#include "fault_core.h"
#include "spec_core.h"

struct virtual_card;

/**
 * struct virtual_span - one end of a cable
 * @peer: the other end, or NULL: nothing is plugged in
 * @sent: what we sent in this step
 * @heard: what we received in this step
 * @fault: what goes wrong on the way to us
 * @errors_shown: of @fault.errors, added to the counters already
 * @framing: as configured, 0: whatever the far end has
 * @crc4: as configured
 * @loop: enum ringdown_loop
 * @failed: alarms of our own receiver, without what the far end reports
 * @alarms: all of them, as published
 * @clock_priority: as configured; not 0: a source of the card's clock
 * @abcd_out: what we signal, per slot number
 * @abcd_in: what the far end signals, as published
 * @port: what we do at analog ports, per slot number
 * @hook_in: bit per slot number, as published
 * @ring_in: likewise
 * @polarity_in: likewise
 */
struct virtual_span {
	struct virtual_span *peer;
	struct rd_line sent;
	struct rd_line heard;
	struct rd_fault fault;
	u64 errors_shown;
	u32 framing;
	u32 crc4;
	u32 clock_priority;
	u32 loop;
	u32 failed;
	u32 alarms;
	u8 abcd_out[RINGDOWN_MAX_SLOTS];
	u8 abcd_in[RINGDOWN_MAX_SLOTS];
	struct rd_port port[RINGDOWN_MAX_SLOTS];
	u32 hook_in;
	u32 ring_in;
	u32 polarity_in;
};

/**
 * struct virtual_engine - how a card moves octets between memory and line
 * @init: allocate what it needs; may sleep
 * @free: and give it back; the card is gone already
 * @layout: as in struct ringdown_card_ops
 * @begin: at ring position 0; with virtual_lock, as the rest
 * @fetch: the next @frames of tx into the spans' @sent
 * @store: the spans' @heard into rx, then move on
 * @end_of_period: tell the core
 * @clock_changed: optional: the clock source may be another one now
 */
struct virtual_engine {
	int (*init)(struct virtual_card *vc);
	void (*free)(struct virtual_card *vc);
	int (*layout)(struct virtual_card *vc, struct ringdown_geometry *g);
	void (*begin)(struct virtual_card *vc);
	void (*fetch)(struct virtual_card *vc, u32 frames);
	void (*store)(struct virtual_card *vc, u32 frames);
	void (*end_of_period)(struct virtual_card *vc);
	void (*clock_changed)(struct virtual_card *vc);
};

/**
 * struct virtual_card - a card
 * @node: in the list of running ones
 * @card: the core's; gone once it is unregistered
 * @dev: the device whose memory it uses
 * @engine: which engine it has
 * @number: as cables count
 * @period: frames
 * @wait: frames until the engine begins (again); 0: it runs
 * @left: frames to the end of the period
 * @pos: of the next frame in the ring
 * @restarts: @wait ends in a restart of a ring that ran before
 * @elapsed: frames since the last period was reported, while it restarts
 * @quad: the engine with descriptors, if it is one
 * @nspans: of the geometry
 * @spans: its spans
 */
struct virtual_card {
	struct list_head node;
	struct ringdown_card *card;
	struct device *dev;
	const struct virtual_engine *engine;
	u32 number;
	u32 period;
	u32 wait;
	u32 left;
	u32 pos;
	bool restarts;
	u32 elapsed;
	struct virtual_quad *quad;
	u32 nspans;
	struct virtual_span spans[];
};

/* The line of a span's index-th slot: lines are counted as slots are. */
static inline u8 *virtual_sent(struct virtual_card *vc, u32 span, u32 index)
{
	u32 first = vc->card->geometry.span[span].first_slot;

	return vc->spans[span].sent.octet[first + index];
}

static inline u8 *virtual_heard(struct virtual_card *vc, u32 span, u32 index)
{
	u32 first = vc->card->geometry.span[span].first_slot;

	return vc->spans[span].heard.octet[first + index];
}

extern spinlock_t virtual_lock;
extern const struct virtual_engine virtual_plain;
extern const struct virtual_engine virtual_quad;

/* virtual_line.c; all but init and exit with virtual_lock */
void virtual_line_init(u32 speed_permille);
void virtual_line_exit(void);
void virtual_line_start(struct virtual_card *vc);
void virtual_line_stop(struct virtual_card *vc);
void virtual_line_restart(struct virtual_card *vc, u32 frames);
/* Silence on the line while an engine does not run. */
void virtual_line_idle(struct virtual_card *vc);

#endif /* RINGDOWN_VIRTUAL_H */

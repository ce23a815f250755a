/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A card, and the interface of its driver.
 *
 * WHAT. The core owns /dev/ringdown/card<N>: who may open it, the four areas
 * and their mapping, the line clock, events, commands, counters, idle refill.
 * A driver owns an engine that moves octets between the rx and tx areas and a
 * line, and tells the core when a period is over. A driver is a file beside
 * the others.
 *
 * HOW. A driver allocates a card, says how large its rings may become, and
 * registers it. The core then asks for a geometry (ops->layout) and starts the
 * engine (ops->start), which runs until the card is unregistered, owned or
 * not: an unowned card sends idle code. In its interrupt the driver calls
 * ringdown_card_period(); about its lines it calls ringdown_card_alarm() and
 * the others below.
 *
 *	probe:	ringdown_card_alloc, fill spans, ringdown_card_register
 *	irq:	[ringdown_card_restart] ringdown_card_period, _alarm, _signal
 *	remove:	ringdown_card_unregister
 *
 * LOCKING.
 *	card->lock	mutex: owner, geometry, engine on and off; held in all
 *			ops but command(). Never held while user memory is
 *			touched: a page fault on an area takes it.
 *	card->tick_lock	spinlock, irqs off: clock, queues, the status page.
 *			Not held in any op; a driver may call the functions
 *			marked "any context" from under its own spinlock.
 *
 * A card with descriptors (wcxb: 128 of 1 ms, each with a tx and an rx buffer
 * placed freely below 4 GiB) points them into the two areas, says in the
 * geometry how the buffers follow each other (block_frames 8, block_stride),
 * re-arms descriptors in its interrupt whether or not the client was on time,
 * and calls ringdown_card_restart() when its engine begins at descriptor 0
 * again.
 */
#ifndef RINGDOWN_CARD_H
#define RINGDOWN_CARD_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "clock_core.h"
#include "prbs_core.h"
#include "queue_core.h"
#include "ring_core.h"

struct ringdown_card;

/**
 * struct ringdown_card_ops - what a driver does
 * @layout: Required. Lay the rings for a period of so many frames: fill ring,
 *	block, strides, bases and lead of the geometry, whose spans and
 *	period_frames are set. -EINVAL if the engine cannot. The engine is
 *	stopped.
 * @start: Required. Start the engine at ring position 0. The areas hold idle
 *	code. 0 or a negative errno.
 * @stop: Required. Stop it. On return no call of ringdown_card_period() is
 *	running or will come, and the engine touches the areas no more.
 * @span: Optional. Line setup of a span that exists. Reserved fields and
 *	ranges are checked; whether framing fits the span, the driver checks.
 *	-EINVAL, -EOPNOTSUPP.
 * @loop: Optional. Loopback; the span exists, the mode is one of the ABI's.
 *	Called with LOOP_OFF when an owner goes that had one on.
 * @inject: Optional; virtual cards. The span exists. Called with zeros when
 *	an owner goes that injected something.
 * @reset: Optional. The owner is gone: signalling at rest (on-hook, no ringing,
 *	normal polarity, ABCD as after power-up).
 * @command: Optional. A command of the client that concerns the line and is
 *	valid for the span's type; IDLE_CODE is the core's. Called from within
 *	ringdown_card_period(), in its context, without card->lock; it cannot
 *	fail and must not sleep.
 *
 * All but @command are called with card->lock held and may sleep. After
 * ringdown_card_unregister() has returned none is called.
 */
struct ringdown_card_ops {
	int (*layout)(struct ringdown_card *card, struct ringdown_geometry *g);
	int (*start)(struct ringdown_card *card);
	void (*stop)(struct ringdown_card *card);
	int (*span)(struct ringdown_card *card,
		    const struct ringdown_span_config *config);
	int (*loop)(struct ringdown_card *card,
		    const struct ringdown_loop_config *config);
	int (*inject)(struct ringdown_card *card,
		      const struct ringdown_inject *inject);
	void (*reset)(struct ringdown_card *card);
	void (*command)(struct ringdown_card *card,
			const struct ringdown_command *cmd);
};

/**
 * struct ringdown_memory - an area: memory that a client maps
 * @cpu: where we see it
 * @dma: where the engine sees it
 * @octets: whole pages
 * @pages: the same, page by page
 */
struct ringdown_memory {
	void *cpu;
	dma_addr_t dma;
	size_t octets;
	struct sg_table pages;
};

/**
 * struct ringdown_test - a bit error test that runs in one slot
 * @is_on: it runs
 * @span: of the card
 * @slot: as clients count
 * @tx: what is sent
 * @rx: what is compared
 */
struct ringdown_test {
	bool is_on;
	u8 span;
	u8 slot;
	struct rd_prbs_tx tx;
	struct rd_prbs_rx rx;
};

#define RINGDOWN_TESTS 8 /* at a time on one card */

/**
 * struct ringdown_card - a card
 * @parent: the device whose DMA it is
 * @ops: the driver
 * @priv: the driver's
 * @name: shown to clients
 * @area_octets: what rx, and tx, need at most; whole pages are allocated
 * @area: the four areas, from ringdown_card_register() on
 * @geometry: as published; changes only while the engine is stopped
 *
 * A driver sets, before it registers the card: ops, priv, name, area_octets,
 * geometry.nspans and the spans' type, law and slots.
 */
struct ringdown_card {
	struct device *parent;
	const struct ringdown_card_ops *ops;
	void *priv;
	char name[RINGDOWN_NAME_LEN];
	size_t area_octets;
	struct ringdown_memory area[RINGDOWN_AREAS];
	struct ringdown_geometry geometry;

	/* private: the core's */
	struct device dev;
	struct cdev cdev;
	int id;
	wait_queue_head_t wait;

	/* owner, geometry, engine on and off */
	struct mutex lock;
	struct ringdown_handle *owner;
	bool is_gone;
	bool is_running; /* the engine */
	u32 looped;	 /* a bit per span */
	u32 injected;

	/* clock, queues, what is published */
	spinlock_t tick_lock;
	bool is_streaming; /* the owner said START */
	u64 ticks;	   /* since its last read() */
	struct rd_clock clock;
	struct rd_events events;
	struct rd_commands commands;
	struct ringdown_span_status span[RINGDOWN_MAX_SPANS];
	u8 idle[RINGDOWN_MAX_SPANS][RINGDOWN_MAX_SLOTS];
	struct ringdown_test test[RINGDOWN_TESTS];
};

/* ---- life: process context, may sleep ----------------------------------- */

/**
 * ringdown_card_alloc() - a new card
 * @parent: the device whose DMA it is; its DMA mask must be set
 *
 * Return: the card or an ERR_PTR. Give it back with ringdown_card_put() or
 * ringdown_card_unregister().
 */
struct ringdown_card *ringdown_card_alloc(struct device *parent);

/** ringdown_card_put() - give back one never registered @card: it */
void ringdown_card_put(struct ringdown_card *card);

/**
 * ringdown_card_register() - allocate its areas, start its engine, show it
 * @card: filled in
 *
 * Return: 0 or a negative errno; then put it.
 */
int ringdown_card_register(struct ringdown_card *card);

/**
 * ringdown_card_unregister() - the card goes away
 * @card: it; not to be used afterwards
 *
 * Works while it is owned and mapped: maps are torn down and fault to idle
 * pages, poll() says HUP, read() says ENODEV. Then its memory is freed.
 */
void ringdown_card_unregister(struct ringdown_card *card);

/* ---- the line clock: any context, one caller at a time per card --------- */

/**
 * ringdown_card_period() - so many frames went over the line
 * @card: it
 * @frames: normally period_frames; the rx area holds them
 */
void ringdown_card_period(struct ringdown_card *card, u32 frames);

/**
 * ringdown_card_restart() - the engine began again at ring position 0
 * @card: it
 * @lost: frames of line time that went by without it
 */
void ringdown_card_restart(struct ringdown_card *card, u32 lost);

/** ringdown_card_late() - this interrupt came late @card: it */
void ringdown_card_late(struct ringdown_card *card);

/* ---- the lines: any context --------------------------------------------- */

/**
 * ringdown_card_alarm() - the alarms of a span now
 * @card: it
 * @span: which
 * @alarms: RINGDOWN_ALARM_*; the same as before is no news
 */
void ringdown_card_alarm(struct ringdown_card *card, u32 span, u32 alarms);

/**
 * ringdown_card_signal() - what the far end signals now
 * @card: it
 * @type: RINGDOWN_EVENT_HOOK, _RING, _ABCD or _POLARITY
 * @span: which
 * @slot: as clients count, less than RINGDOWN_MAX_SLOTS
 * @arg: as in the event; the same as before is no news
 */
void ringdown_card_signal(struct ringdown_card *card, u32 type, u32 span,
			  u32 slot, u32 arg);

/**
 * ringdown_card_slip() - a controlled slip (G.822)
 * @card: it
 * @span: which
 * @frames: lost (negative) or repeated
 */
void ringdown_card_slip(struct ringdown_card *card, u32 span, s32 frames);

/**
 * struct ringdown_errors - what a framer counted since it was last asked
 * @crc: CRC-4 or CRC-6
 * @code: line code violations
 * @framing: errored alignment signals
 * @far_end: E-bits
 */
struct ringdown_errors {
	u32 crc;
	u32 code;
	u32 framing;
	u32 far_end;
};

/**
 * ringdown_card_errors() - add to the counters of a span
 * @card: it
 * @span: which
 * @errors: what to add
 */
void ringdown_card_errors(struct ringdown_card *card, u32 span,
			  const struct ringdown_errors *errors);

/* ---- between the core's own files --------------------------------------- */

/**
 * struct ringdown_handle - one opened /dev/ringdown/card<N>
 * @card: it
 * @file: ours; its mapping is what a revoked handle loses
 * @files: the descriptor table of the process that opened it
 * @is_revoked: no longer the owner: the card or the process is gone
 * @idle: what its maps fault to then
 *
 * @is_revoked is written under card->lock.
 */
struct ringdown_handle {
	struct ringdown_card *card;
	struct file *file;
	fl_owner_t files;
	bool is_revoked;
	struct page *idle[RINGDOWN_AREAS];
};

#define RINGDOWN_PERIOD_DEFAULT 80u /* frames: 10 ms */

#define RINGDOWN_AREA_SHIFT 26 /* mmap offset of area i: i << shift */

static inline struct ringdown_status *
ringdown_status(const struct ringdown_card *card)
{
	return card->area[RINGDOWN_AREA_STATUS].cpu;
}

static inline struct ringdown_control *
ringdown_control(const struct ringdown_card *card)
{
	return card->area[RINGDOWN_AREA_CONTROL].cpu;
}

/* card.c */
int ringdown_card_set_period(struct ringdown_card *card, u32 period_frames);
int ringdown_card_init(void);
void ringdown_card_exit(void);

/* file.c */
extern const struct file_operations ringdown_fops;
void ringdown_revoke(struct ringdown_handle *h);

/* area.c */
int ringdown_areas_alloc(struct ringdown_card *card);
void ringdown_areas_free(struct ringdown_card *card);
int ringdown_mmap(struct file *file, struct vm_area_struct *vma);
int ringdown_idle_alloc(struct ringdown_handle *h);
void ringdown_idle_free(struct ringdown_handle *h);

/* tick.c */
void ringdown_tick_open(struct ringdown_card *card);
void ringdown_tick_stream(struct ringdown_card *card, bool on);
void ringdown_tick_geometry(struct ringdown_card *card);
int ringdown_tick_bert(struct ringdown_card *card, struct ringdown_bert *bert);

/* virtual.c */
int ringdown_virtual_init(void);
void ringdown_virtual_exit(void);

#endif /* RINGDOWN_CARD_H */

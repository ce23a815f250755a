/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user side of a line card: its clock, its samples, its events.
 *
 * WHAT. One card, as kernel/uapi/ringdown.h describes it, opened and mapped:
 * /dev/ringdown/card<N>, or a simulated card over the wire. Whoever reads and
 * writes samples cannot tell them apart.
 *
 * HOW. Opening and line setup go through a table of two operations; all the
 * rest is the four mapped areas and is the same code for every card. Nothing
 * of what the card published is trusted: geometry is checked once, against the
 * size of the maps, before anything is addressed with it.
 *
 *	ring   ....|== rx valid ==========|....|== tx writable ======|....
 *	           first                  F    F + lead              F + ring - P
 *
 * USE.
 *	rd_card_open(&card, path, 80, &diag);
 *	rd_card_configure(&card, &span_config);  rd_card_start(&card);
 *	on each tick (8 octets read from card.tick_fd):
 *		rd_card_sync(&card);
 *		rd_card_rx(&card, span, slot, card.frame - 80, 80, octets);
 *		rd_card_tx(&card, span, slot, card.frame + lead, 80, octets);
 *		rd_card_tx_commit(&card, card.frame + lead + 80);
 *	rd_card_close(&card);
 *
 * LIMITS. One owner per card; one thread per struct rd_card. Functions marked
 * "Context: tick" make no system call, allocate nothing and take no lock.
 */
#ifndef RD_LINE_CARD_H
#define RD_LINE_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/uapi/ringdown.h"
#include "lib/base/diag.h"

#define RD_CARD_LEAD_MAX 1024u /* frames: 128 ms; no engine prefetches so far */

struct rd_card;

struct rd_card_ops {
	const char *kind; /* "wire", "device" */
	/* One RINGDOWN_IOC_* with its struct. 0 or -errno. Blocks. */
	int (*request)(struct rd_card *card, unsigned int request, void *arg);
	/* Give back what the open of this kind took; maps are gone already. */
	void (*close)(struct rd_card *card);
};

struct rd_card {
	const struct rd_card_ops *ops; /* NULL: memory of the caller */
	struct ringdown_info info;     /* checked */
	int fd;			       /* socket or device; HUP: card gone */
	int tick_fd;		       /* read 8 octets: ticks since last */
	int done_fd; /* lockstep: write frames done; else -1 */

	const struct ringdown_status *status;
	struct ringdown_control *control;
	const uint8_t *rx;
	uint8_t *tx;
	void *map[RINGDOWN_AREAS]; /* what to unmap; NULL: the caller's */

	/* As of the last rd_card_sync(). */
	uint64_t frame; /* F: frames received so far */
	uint64_t origin;
	uint32_t generation;
};

/* ---- open, set up, close: Context: any but the tick ----------------------- */

/*
 * Does info describe a card that can be addressed safely? Every slot of every
 * span must lie within its map, every field within its range. What is wrong
 * goes to diag at place path. 0, -EPROTO (magic, version, size), -EINVAL.
 */
int rd_card_check(const struct ringdown_info *info, const char *path,
		  struct rd_diag *diag);

/*
 * Open what path names: a unix socket (wire) or a character device. Asks for
 * period_frames first (0: the card's own). On an error nothing is left open
 * and diag says what was found and expected. 0, or -errno: -ENOENT,
 * -ECONNREFUSED, -EBUSY (owned by another), -EPROTO, -EINVAL, -EPERM (an area
 * not sealed), -ETIMEDOUT (no answer within 2 s).
 */
int rd_card_open(struct rd_card *card, const char *path, uint32_t period_frames,
		 struct rd_diag *diag);

/* The two kinds by themselves. Same errors. */
int rd_card_open_wire(struct rd_card *card, const char *path,
		      uint32_t period_frames, struct rd_diag *diag);
int rd_card_open_device(struct rd_card *card, const char *path,
			uint32_t period_frames, struct rd_diag *diag);

/*
 * A card in memory of the caller, who plays the engine: benches, tests. area[]
 * in the order of enum ringdown_area. tick_fd may be -1. Errors as
 * rd_card_check().
 */
int rd_card_attach(struct rd_card *card, const struct ringdown_info *info,
		   void *const area[RINGDOWN_AREAS], int tick_fd,
		   struct rd_diag *diag);

/* Requests of the ABI. 0 or -errno; -EOPNOTSUPP with rd_card_attach(). */
int rd_card_configure(struct rd_card *card,
		      const struct ringdown_span_config *config);
int rd_card_start(struct rd_card *card);
int rd_card_stop(struct rd_card *card);
int rd_card_loop(struct rd_card *card, const struct ringdown_loop_config *loop);
int rd_card_inject(struct rd_card *card, const struct ringdown_inject *inject);
/* A bit error test of one slot; the answer replaces the question. The last three
 * may be asked by the thread that will close the card while another ticks. */
int rd_card_bert(struct rd_card *card, struct ringdown_bert *bert);

/* Lockstep: all is done up to so many frames more. Context: core. */
int rd_card_done(struct rd_card *card, uint64_t frames);

/* Unmap and close; also after a failed open. */
void rd_card_close(struct rd_card *card);

static inline bool rd_card_is_lockstep(const struct rd_card *card)
{
	return card->info.flags & RINGDOWN_INFO_LOCKSTEP;
}

/* ---- the clock: Context: tick --------------------------------------------- */

/*
 * Read frame, origin and generation as the card publishes them. 0; -ENODEV if
 * the card is gone; -EAGAIN if it kept the sequence count odd (all unchanged).
 */
int rd_card_sync(struct rd_card *card);

/* First frame rx still holds; the window is [this, card->frame). */
uint64_t rd_card_rx_first(const struct rd_card *card);

/* Is [frame, frame + n) writable now? */
bool rd_card_tx_is_open(const struct rd_card *card, uint64_t frame, uint32_t n);

/* ---- samples: Context: tick ----------------------------------------------- */

static inline const struct ringdown_span_info *
rd_card_span(const struct rd_card *card, unsigned span)
{
	return &card->info.geometry.span[span];
}

/* Does the card have that slot? */
bool rd_card_has_slot(const struct rd_card *card, unsigned span, unsigned slot);

/* Octet of a slot at rest: A-law 0xd5, u-law 0xff (G.711). */
static inline uint8_t rd_card_idle(const struct rd_card *card, unsigned span)
{
	return rd_card_span(card, span)->law == RINGDOWN_LAW_ULAW ? 0xff : 0xd5;
}

/*
 * Received octets of [frame, frame + n) to out[n]. Frames outside the window,
 * overwritten or not yet there, come as idle. Returns how many were real.
 */
uint32_t rd_card_rx(const struct rd_card *card, unsigned span, unsigned slot,
		    uint64_t frame, uint32_t n, uint8_t *out);

/*
 * The same without a copy: where the first of n octets lies in the ring itself,
 * the others geometry.frame_stride apart, those of the next slot slot_stride
 * behind them. NULL if they cross the end of a block or of the ring, or are not
 * all within the window. Valid until the next tick.
 */
const uint8_t *rd_card_rx_at(const struct rd_card *card, unsigned span,
			     unsigned slot, uint64_t frame, uint32_t n);

/*
 * octets[n] to be sent in [frame, frame + n). 0, or -ERANGE and nothing
 * written if that is not wholly within the tx window.
 */
int rd_card_tx(struct rd_card *card, unsigned span, unsigned slot,
	       uint64_t frame, uint32_t n, const uint8_t *octets);

/* Where to write them without a copy, one behind the other; or NULL. */
uint8_t *rd_card_tx_at(struct rd_card *card, unsigned span, unsigned slot,
		       uint64_t frame, uint32_t n);

/* All of tx before frame is written. */
void rd_card_tx_commit(struct rd_card *card, uint64_t frame);

/* ---- events, commands, state: Context: tick ------------------------------- */

/* Take the oldest event. False if there is none. */
bool rd_card_event(struct rd_card *card, struct ringdown_event *event);

/* Give a command. 0, or -ENOBUFS: the card has RINGDOWN_COMMANDS unread. */
int rd_card_command(struct rd_card *card,
		    const struct ringdown_command *command);

/* RINGDOWN_ALARM_* present on a span now. */
static inline uint32_t rd_card_alarms(const struct rd_card *card, unsigned span)
{
	return __atomic_load_n(&card->status->span[span].alarms,
			       __ATOMIC_RELAXED);
}

#endif

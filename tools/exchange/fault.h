/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes wrong on the way from the exchange to the card, on one span.
 *
 * Order, as on a real line: delay and slips (the elastic store), then lost
 * stretches, then bit errors, then alarms, which replace all octets. With
 * nothing set the octets pass untouched, and cost nothing.
 *
 * Chance comes from the span's own seeded generator, one draw for each error:
 * the gaps between errors are geometric, so a low rate is as cheap as none.
 */
#ifndef XC_FAULT_H
#define XC_FAULT_H

#include <stdint.h>

#include "kernel/uapi/ringdown.h"
#include "lib/base/rng.h"

#define XC_DELAY_MAX 8000u /* frames: one second */

struct xc_fault {
	uint32_t alarms;    /* RINGDOWN_ALARM_* the client sees */
	uint32_t error_ppb; /* bit errors per 10^9 bits, towards the card */
	uint32_t loss_ppm;  /* milliseconds lost per 10^6 */
	uint32_t delay_frames;
	int slipped_frames; /* the sum of all slips: a delay of its own */
	/* Frames at which these faults pass by themselves; 0: they do not. */
	uint64_t alarm_until, error_until, loss_until;

	struct rd_rng rng;
	uint64_t next_error; /* bits to the next one */
	uint64_t slips;	     /* frames, both signs, since the start */
	uint64_t errors;     /* bits turned */

	uint8_t (*store)[XC_DELAY_MAX]; /* [slot], allocated when needed */
	unsigned nslots, write;
	uint8_t idle;
};

void xc_fault_init(struct xc_fault *f, uint64_t seed, unsigned nslots,
		   uint8_t idle);
void xc_fault_free(struct xc_fault *f);

/* One-way delay, at most XC_DELAY_MAX - XC_PERIOD_MAX: -EINVAL, -ENOMEM. */
int xc_fault_delay(struct xc_fault *f, unsigned delay_frames);

/*
 * One controlled slip (G.822): frames > 0 are heard twice, < 0 are dropped,
 * for which the store must hold enough (-EINVAL).
 */
int xc_fault_slip(struct xc_fault *f, int frames);

void xc_fault_errors(struct xc_fault *f, uint32_t error_ppb);

/* True if xc_fault_run() would change anything. */
int xc_fault_is_active(const struct xc_fault *f);

/* At the start of a period at @frame: what has passed by. */
void xc_fault_expire(struct xc_fault *f, uint64_t frame);

/* Apply to one period: rx[slot][0..n), slots counted from 0, in place. */
void xc_fault_run(struct xc_fault *f, uint8_t *rx, unsigned stride,
		  unsigned first_slot, unsigned n);

#endif

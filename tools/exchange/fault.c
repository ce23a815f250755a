// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults of one span. The elastic store is a ring of XC_DELAY_MAX frames for
 * each slot: a period is written at its end and read as many frames behind as it holds.
 */
#include "tools/exchange/fault.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LOSS_FRAMES 8 /* a loss takes a millisecond */
#define NEVER	    (UINT64_C(1) << 62)

static uint64_t gap_bits(struct xc_fault *f)
{
	double u = 1.0 - rd_rng_unit(&f->rng);
	double gap;

	if (!f->error_ppb)
		return NEVER;
	gap = log(u) / log1p(-(double)f->error_ppb * 1e-9);
	return gap < 1e18 ? (uint64_t)gap : NEVER;
}

void xc_fault_init(struct xc_fault *f, uint64_t seed, unsigned nslots,
		   uint8_t idle)
{
	memset(f, 0, sizeof(*f));
	f->rng.state = seed;
	f->nslots = nslots;
	f->idle = idle;
	f->next_error = NEVER;
}

void xc_fault_free(struct xc_fault *f)
{
	free(f->store);
	f->store = NULL;
}

void xc_fault_errors(struct xc_fault *f, uint32_t error_ppb)
{
	f->error_ppb = error_ppb < 999999999 ? error_ppb : 999999999;
	f->next_error = gap_bits(f);
}

/* Hold so many frames in the store. */
static int hold(struct xc_fault *f, long frames)
{
	if (frames < 0 || frames > XC_DELAY_MAX - (long)RINGDOWN_PERIOD_MAX)
		return -EINVAL;
	if (frames && !f->store) {
		f->store = malloc(f->nslots * sizeof(*f->store));
		if (!f->store)
			return -ENOMEM;
		memset(f->store, f->idle, f->nslots * sizeof(*f->store));
	}
	return 0;
}

int xc_fault_delay(struct xc_fault *f, unsigned delay_frames)
{
	int err = hold(f, (long)delay_frames + f->slipped_frames);

	if (!err)
		f->delay_frames = delay_frames;
	return err;
}

int xc_fault_slip(struct xc_fault *f, int frames)
{
	int err = hold(f, (long)f->delay_frames + f->slipped_frames + frames);

	if (err)
		return err;
	f->slipped_frames += frames;
	f->slips += abs(frames);
	return 0;
}

int xc_fault_is_active(const struct xc_fault *f)
{
	return f->store || f->alarms || f->error_ppb || f->loss_ppm;
}

static void run_store(struct xc_fault *f, uint8_t *rx, unsigned stride,
		      unsigned n)
{
	unsigned read =
		(f->write + XC_DELAY_MAX - f->delay_frames) % XC_DELAY_MAX;
	unsigned slot, i;

	for (slot = 0; slot < f->nslots; slot++, rx += stride) {
		uint8_t *store = f->store[slot];

		for (i = 0; i < n; i++)
			store[(f->write + i) % XC_DELAY_MAX] = rx[i];
		for (i = 0; i < n; i++)
			rx[i] = store[(read + i) % XC_DELAY_MAX];
	}
	f->write = (f->write + n) % XC_DELAY_MAX;
}

static void run_loss(struct xc_fault *f, uint8_t *rx, unsigned stride,
		     unsigned n)
{
	unsigned at, slot, len;

	for (at = 0; at < n; at += LOSS_FRAMES) {
		if (rd_rng_below(&f->rng, 1000000) >= f->loss_ppm)
			continue;
		len = n - at < LOSS_FRAMES ? n - at : LOSS_FRAMES;
		for (slot = 0; slot < f->nslots; slot++)
			memset(rx + slot * stride + at, 0xff, len);
	}
}

static void run_errors(struct xc_fault *f, uint8_t *rx, unsigned stride,
		       unsigned n)
{
	uint64_t bits = (uint64_t)n * f->nslots * 8, at = f->next_error;

	while (at < bits) {
		uint64_t octet = at / 8;

		rx[octet % f->nslots * stride + octet / f->nslots] ^= 1
								      << at % 8;
		f->errors++;
		at += 1 + gap_bits(f);
	}
	f->next_error = at - bits;
}

void xc_fault_expire(struct xc_fault *f, uint64_t frame)
{
	if (f->alarm_until && frame >= f->alarm_until)
		f->alarms = f->alarm_until = 0;
	if (f->error_until && frame >= f->error_until) {
		xc_fault_errors(f, 0);
		f->error_until = 0;
	}
	if (f->loss_until && frame >= f->loss_until)
		f->loss_ppm = f->loss_until = 0;
}

void xc_fault_run(struct xc_fault *f, uint8_t *rx, unsigned stride,
		  unsigned first_slot, unsigned n)
{
	const uint32_t dead =
		RINGDOWN_ALARM_LOS | RINGDOWN_ALARM_LFA | RINGDOWN_ALARM_AIS;
	unsigned slot;

	rx += first_slot * stride;
	if (f->store)
		run_store(f, rx, stride, n);
	if (f->loss_ppm)
		run_loss(f, rx, stride, n);
	if (f->error_ppb)
		run_errors(f, rx, stride, n);
	if (f->alarms & dead)
		for (slot = 0; slot < f->nslots; slot++)
			memset(rx + slot * stride, 0xff, n);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a transform of 2m real points needs to know: shared by all channels of
 * one block size, the same for every number of lanes. See fft.h.
 */
#ifndef RD_DSP_FFT_PLAN_H
#define RD_DSP_FFT_PLAN_H

#include <stdint.h>

#include "lib/dsp/roots.h"

#define FFT_MAX 160

struct fft {
	int m;
	int count; /* passes */
	int radix[3];
	uint8_t place[FFT_MAX]; /* of frequency k after the forward passes */
};

/* w^k, w = e^(-2 pi j / RD_ROOTS) */
#define ROOT_RE(k) rd_root_cos[k]
#define ROOT_IM(k) (-rd_root_cos[(k) + 240 < 400 ? (k) + 240 : (k)-80])

/* Context: core. m is 40, 80 or 160. */
static inline void fft_init(struct fft *f, int m)
{
	int k, p;

	f->m = m;
	f->radix[0] = 4;
	f->radix[1] = m / 20;
	f->radix[2] = 5;
	for (k = 0; k < m; k++) {
		int rest = k, len = m, at = 0;

		for (p = 0; p < 3; p++) {
			len /= f->radix[p];
			at += rest % f->radix[p] * len;
			rest /= f->radix[p];
		}
		f->place[k] = at;
	}
}

#endif

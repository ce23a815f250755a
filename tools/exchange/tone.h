/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call-progress tones a party understands: those of China, 450 Hz, and of the
 * ITU's plan, 425 Hz (E.180 and its supplement 2), by SpanDSP's Goertzel
 * filter and their cadence.
 */
#ifndef XC_TONE_H
#define XC_TONE_H

#include <stdint.h>

enum xc_tone {
	XC_TONE_DIAL,
	XC_TONE_RINGBACK,
	XC_TONE_BUSY,
	XC_TONE_CONGESTION,
	XC_TONES,
};

extern const char *const xc_tone_names[]; /* ends with NULL */

struct xc_tone_ear; /* opaque */

/* NULL: no memory. */
struct xc_tone_ear *xc_tone_ear_new(void);
void xc_tone_ear_free(struct xc_tone_ear *e);
/* Bits of the tones recognised in these samples. */
uint32_t xc_tone_ear_hear(struct xc_tone_ear *e, const int16_t *samples,
			  unsigned n);

/* One sine, for the exchange's own tones; @phase goes on from call to call. */
void xc_tone_sine(int16_t *out, unsigned n, int hz, int level_dbm0,
		  uint32_t *phase);

#endif

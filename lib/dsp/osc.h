/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sine oscillator: one complex number that turns. Each step multiplies it by
 * e^jw; a nudge towards length 1 keeps it there however long it runs (the
 * error of single precision would otherwise walk 1 dB in about a day).
 */
#ifndef RD_DSP_OSC_H
#define RD_DSP_OSC_H

#include <math.h>

struct rd_osc {
	float re, im; /* the phasor */
	float cs, sn; /* one step */
	float amp;    /* peak, s16 units */
};

/* level_dbm0 of the sine; +3.14 dBm0 is a peak of 32768. Context: core. */
static inline void rd_osc_init(struct rd_osc *o, float freq_hz,
			       float level_dbm0)
{
	double w = 2.0 * M_PI * (double)freq_hz / 8000.0;

	o->re = 1.0f;
	o->im = 0.0f;
	o->cs = (float)cos(w);
	o->sn = (float)sin(w);
	o->amp =
		freq_hz > 0
			? (float)(32768.0 * pow(10.0, (level_dbm0 - 3.14) / 20))
			: 0.0f;
}

/* The next sample. Context: tick. */
static inline float rd_osc_next(struct rd_osc *o)
{
	float v = o->amp * o->im;
	float re = o->re * o->cs - o->im * o->sn;
	float im = o->re * o->sn + o->im * o->cs;
	float fix = 1.5f - 0.5f * (re * re + im * im);

	o->re = re * fix;
	o->im = im * fix;
	return v;
}

#endif

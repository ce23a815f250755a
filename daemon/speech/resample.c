// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Polyphase resampling; see resample.h.
 *
 *	out[k] = sum over i of in[i] * h(k * M / L - i),   from : to = M : L
 *
 * h is the same for all k with equal (k * M) mod L, the phase: L rows of taps.
 */
#include "daemon/speech/resample.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define CROSSINGS 32
#define BETA	  7.86 /* Kaiser: 80 dB */
#define PASS	  0.92 /* of half the slower rate: its middle of transition */
#define RATE_MIN  1000
#define RATE_MAX  384000

/* Modified Bessel function of order 0, by its series. */
static double bessel_i0(double x)
{
	double sum = 1, term = 1;

	for (int k = 1; term > 1e-12 * sum; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

static int gcd(int a, int b)
{
	while (b) {
		int rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Tap at distance t input samples from the middle; width: half the length. */
static double tap(double t, double cutoff, double width)
{
	double x = t / width, arg = M_PI * t * cutoff;

	if (fabs(x) >= 1)
		return 0;
	return cutoff * (fabs(arg) < 1e-9 ? 1 : sin(arg) / arg) *
	       bessel_i0(BETA * sqrt(1 - x * x)) / bessel_i0(BETA);
}

size_t rd_resample_frames(size_t n, int from_hz, int to_hz)
{
	return (size_t)(((uint64_t)n * (uint64_t)to_hz + (uint64_t)from_hz -
			 1) /
			(uint64_t)from_hz);
}

int rd_resample(const float *in, size_t n, int from_hz, float *out, int to_hz)
{
	int divisor, phases, step, half, taps;
	double cutoff, width;
	size_t frames;
	float *rows;

	if (from_hz < RATE_MIN || from_hz > RATE_MAX || to_hz < RATE_MIN ||
	    to_hz > RATE_MAX)
		return -EINVAL;
	divisor = gcd(from_hz, to_hz);
	phases = to_hz / divisor;
	step = from_hz / divisor;
	cutoff = PASS * (to_hz < from_hz ? (double)to_hz / from_hz : 1);
	width = CROSSINGS / cutoff;
	half = (int)ceil(width);
	taps = 2 * half;
	rows = malloc((size_t)phases * (size_t)taps * sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (int p = 0; p < phases; p++) {
		float *row = rows + (size_t)p * (size_t)taps;
		double sum = 0;

		for (int i = 0; i < taps; i++)
			sum += row[i] =
				(float)tap((double)p / phases + half - 1 - i,
					   cutoff, width);
		for (int i = 0; i < taps; i++) /* a constant stays itself */
			row[i] /= (float)sum;
	}
	frames = rd_resample_frames(n, from_hz, to_hz);
	for (size_t k = 0; k < frames; k++) {
		uint64_t at = (uint64_t)k * (uint64_t)step;
		const float *row =
			rows + at % (uint64_t)phases * (uint64_t)taps;
		int64_t first = (int64_t)(at / (uint64_t)phases) - half + 1;
		double sum = 0;

		for (int i = 0; i < taps; i++)
			if (first + i >= 0 && first + i < (int64_t)n)
				sum += (double)row[i] * in[first + i];
		out[k] = (float)sum;
	}
	free(rows);
	return 0;
}

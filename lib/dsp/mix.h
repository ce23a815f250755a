/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mixing: everybody hears everybody else
 *
 * What    N-1 mixing of a conference, or of two parties and a whisper, with
 *         saturation.
 * How     One 32-bit sum of those who speak; a speaker gets the sum without
 *         himself, all listeners share one and the same block. The work grows
 *         with the number of speakers, not with the number of parties squared.
 * Use     rd_mix_begin(), rd_mix_add() per speaker, then rd_mix_minus() per
 *         speaker and rd_mix_all() once for all who are silent.
 * Limits  RD_MIX_MAX samples a block; 65,536 speakers before 32 bits overflow.
 *         The sum of one speaker is that speaker, to the bit.
 *
 * Context of every function: tick.
 */
#ifndef RD_DSP_MIX_H
#define RD_DSP_MIX_H

#include <stdint.h>

#define RD_MIX_MAX 320 /* 40 ms */

struct rd_mix {
	unsigned int n;	       /* samples in this block */
	unsigned int speakers; /* added so far */
	int32_t sum[RD_MIX_MAX] __attribute__((aligned(64)));
};

/* Start a block of n samples, 1..RD_MIX_MAX. */
void rd_mix_begin(struct rd_mix *m, unsigned int n);

/* in: n samples, s16. */
void rd_mix_add(struct rd_mix *m, const int16_t *in);

/*
 * in: n samples, s16, counted gain times (see rd_gain()): a
 * party's volume, or a whisper that stays below the voices.
 */
void rd_mix_add_gain(struct rd_mix *m, const int16_t *in, float gain);

/* out: n samples, what a listener hears. */
void rd_mix_all(const struct rd_mix *m, int16_t *out);

/*
 * out: n samples, what a speaker hears who was added as own. out may be own.
 */
void rd_mix_minus(const struct rd_mix *m, const int16_t *own, int16_t *out);

/* The same for one who was added with a gain. */
void rd_mix_minus_gain(const struct rd_mix *m, const int16_t *own, float gain,
		       int16_t *out);

#endif

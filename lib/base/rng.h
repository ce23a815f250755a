/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chance from a seed: SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). The whole
 * state is one word, so it lies in a snapshot and replays.
 */
#ifndef RD_BASE_RNG_H
#define RD_BASE_RNG_H

#include <stdint.h>

struct rd_rng {
	uint64_t state;
};

static inline uint64_t rd_rng_next(struct rd_rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* A number in [0, n); n > 0. Bias below 2^-32 * n. */
static inline uint32_t rd_rng_below(struct rd_rng *rng, uint32_t n)
{
	return (uint32_t)((rd_rng_next(rng) >> 32) * n >> 32);
}

/* A number in [0, 1). */
static inline double rd_rng_unit(struct rd_rng *rng)
{
	return (double)(rd_rng_next(rng) >> 11) * 0x1p-53;
}

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Levels. Everything per sample is integer and has no branch, so it becomes
 * vector code; logarithms are left to those who print.
 */
#include "lib/dsp/level.h"

#include <math.h>

#include "lib/dsp/clones.h"

/* The largest A-law value is 32256 (u-law 32124): beyond lies only clipping. */
#define CLIP_MAGNITUDE 32124

RD_CLONES
void rd_level_measure(const int16_t *in, size_t n, struct rd_level *out)
{
	uint64_t energy = 0;
	uint32_t clipped = 0;
	int32_t peak = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		int32_t v = in[i];
		int32_t m = v < 0 ? -v : v;

		energy += (uint32_t)(v * v);
		peak = m > peak ? m : peak;
		clipped += m >= CLIP_MAGNITUDE;
	}
	*out = (struct rd_level){
		.energy = energy,
		.n = n,
		.peak = peak,
		.clipped = clipped,
	};
}

void rd_level_add(struct rd_level *sum, const struct rd_level *part)
{
	sum->energy += part->energy;
	sum->n += part->n;
	sum->clipped += part->clipped;
	if (part->peak > sum->peak)
		sum->peak = part->peak;
}

float rd_level_dbm0(const struct rd_level *level)
{
	if (!level->n || !level->energy)
		return RD_DBM0_NOTHING;
	return 10.0 * log10((double)level->energy / level->n) + RD_DBM0_OF_ONE;
}

float rd_level_of_dbm0(float level_dbm0)
{
	return pow(10.0, (level_dbm0 - RD_DBM0_OF_ONE) / 10.0);
}

void rd_silence_init(struct rd_silence *s, float threshold_dbm0,
		     unsigned int hangover_ms)
{
	*s = (struct rd_silence){
		.threshold = rd_level_of_dbm0(threshold_dbm0),
		.hangover_frames = hangover_ms * 8,
		.is_silent = true,
	};
}

bool rd_silence_process(struct rd_silence *s, const struct rd_level *block)
{
	bool was = s->is_silent;

	if (block->energy > (uint64_t)(s->threshold * block->n)) {
		s->quiet_frames = 0;
		s->is_silent = false;
	} else {
		if (s->quiet_frames < UINT32_MAX - block->n)
			s->quiet_frames += block->n;
		if (s->quiet_frames >= s->hangover_frames)
			s->is_silent = true;
	}
	return was != s->is_silent;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Levels: energy, dBm0, silence, clipping
 *
 * What    Measures of a block of linear samples, and a silence detector over
 *         many blocks.
 * How     One pass of integer sums; dBm0 only when somebody asks.
 * Use     rd_level_measure() per block, rd_level_add() to sum blocks up,
 *         rd_level_dbm0() for a person. rd_silence_process() for recordings
 *         and voice menus: it tells how long nobody has spoken.
 * Limits  dBm0 refers to A-law: a sine of peak 32768 is +3.14 dBm0 (G.711 §5).
 *         For u-law the same sine is +3.17; nobody hears the difference.
 */
#ifndef RD_DSP_LEVEL_H
#define RD_DSP_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A mean square of 1.0 (s16 units) in dBm0, and what "nothing" reads as. */
#define RD_DBM0_OF_ONE	(-84.163)
#define RD_DBM0_NOTHING (-99.0f)

struct rd_level {
	uint64_t energy; /* sum of squares */
	uint32_t n;	 /* samples summed */
	uint16_t peak;	 /* largest magnitude, 0..32768 */
	uint16_t reserved;
	uint32_t clipped; /* samples on either end of the A-law scale */
};

/* in: n samples, s16. *out is overwritten. Context: tick. */
void rd_level_measure(const int16_t *in, size_t n, struct rd_level *out);

/* sum += part. Context: any. */
void rd_level_add(struct rd_level *sum, const struct rd_level *part);

/* Mean power in dBm0; RD_DBM0_NOTHING without samples or energy. */
float rd_level_dbm0(const struct rd_level *level);

/* Mean square of a level, and the other way round. Context: core. */
float rd_level_of_dbm0(float level_dbm0);

/*
 * Silence: a block is loud when its mean power is above the threshold. Speech
 * that pauses for less than the hangover stays speech.
 */
struct rd_silence {
	float threshold; /* mean square */
	uint32_t hangover_frames;
	uint32_t quiet_frames; /* since the last loud block */
	bool is_silent;
};

/*
 * threshold_dbm0: -70..0 (-40 is usual). hangover_ms: how long quiet must last
 * before it counts as silence. Starts silent. Context: core.
 */
void rd_silence_init(struct rd_silence *s, float threshold_dbm0,
		     unsigned int hangover_ms);

/* True when is_silent has changed with this block. Context: tick. */
bool rd_silence_process(struct rd_silence *s, const struct rd_level *block);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of 1, 4, 8 or 16 cancellers that run side by side, one in each
 * lane. Private to the canceller. Every array is [...][lanes] float.
 */
#ifndef RD_DSP_ECHO_GROUP_H
#define RD_DSP_ECHO_GROUP_H

#include <stddef.h>
#include <stdint.h>

#include "lib/dsp/echo_control.h"
#include "lib/dsp/fft_plan.h"

#define ECHO_BANDS	20 /* 200 Hz wide: certainty */
#define ECHO_WIDE_BANDS 10 /* 400 Hz wide: the near end */
#define ECHO_LANES_MAX	16
#define ECHO_DOUBT	1.0f /* at first: an echo return loss of 0 dB */

/* The same for all cancellers of one configuration. */
struct echo_shape {
	unsigned int taps;
	unsigned int block; /* samples; the transform has twice as many */
	unsigned int parts; /* of the filter, block taps each */
	unsigned int bins;  /* block + 1 */
	float trust;	    /* in what a block teaches about doubt, per bin */
	float forget;	    /* lines do change: of doubt, per block */
	struct fft fft;
};

struct echo_group {
	const struct echo_shape *shape;
	unsigned int lanes;
	unsigned int newest; /* part of spectra that holds the last block */
	float *spectra;	     /* [parts][2][bins]: far end, ring of blocks */
	float *taps;	     /* [parts][block]: the main filter */
	float *kept;  /* [parts][block]: the filter kept during a trial */
	float *doubt; /* [parts][ECHO_BANDS]: expected error of taps, squared */
	float *near;  /* [ECHO_WIDE_BANDS]: power of what is not echo */
	float *before;		      /* [block]: the far end's last block */
	uint32_t *seed;		      /* [1]: of the comfort noise */
	struct echo_control *control; /* [lanes] */
	/*
	 * What the next group will need, or NULL: brought into the cache while
	 * this one computes. With thousands of channels memory is the half of
	 * the work, and this hides it behind the other half.
	 */
	const char *ahead;
	size_t ahead_bytes;
};

/* The bytes of a group that every block touches, from spectra on. */
size_t echo_group_hot(const struct echo_shape *shape, unsigned int lanes);

/* config checked; 0 or -EINVAL */
int echo_shape_init(struct echo_shape *shape, unsigned int taps,
		    unsigned int block);

/* Bytes of the arrays of a group. */
size_t echo_group_size(const struct echo_shape *shape, unsigned int lanes);

/* mem: echo_group_size() bytes, aligned to 64. */
void echo_group_init(struct echo_group *g, const struct echo_shape *shape,
		     unsigned int lanes, void *mem, bool nlp, bool disabler);

/* Forget the path of one lane. */
void echo_group_reset(struct echo_group *g, unsigned int lane);

struct rd_echo_state;

void echo_group_get_state(const struct echo_group *g, unsigned int lane,
			  struct rd_echo_state *state);

/*
 * One block: sent, received, out are [block][lanes]; out may be received.
 * A group must always meet the function of its number of lanes.
 */
typedef void echo_block_fn(struct echo_group *g, const float *sent,
			   const float *received, float *out);

echo_block_fn echo_block_1, echo_block_4, echo_block_8, echo_block_16;

/*
 * What the filter would give so far: received[0..n) of a block of which only n
 * samples have come. Changes nothing. One lane.
 */
void echo_preview_1(const struct echo_group *g, const float *sent,
		    const float *received, float *out, unsigned int n);

#endif

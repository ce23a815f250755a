/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Automatic level control and noise gate
 *
 * What    Brings the speech of a party to one level, whoever and wherever he
 *         is, and turns down what he sends while he says nothing. For agents,
 *         recordings and the parties of a conference.
 * How     A block is speech if it stands out of the background, which is the
 *         least heard lately. Only speech is measured, its mean power over a
 *         second, and only while somebody speaks does the gain move: 8 dB a
 *         second up, 30 down, and at once as far as a peak demands. So pauses
 *         never swell. The gate is a threshold with a hangover of 250 ms; it
 *         opens within the block that is loud.
 * Use     In a bank: rd_bank_set_alc(), see channel.h. For one stream:
 *
 *		rd_alc_init(&alc, &config);
 *		each block: rd_alc_process(&alc, in, out, n);
 *
 * Limits  8 kHz, blocks of 1 to 40 ms, no delay. With nothing to do (gain and
 *         gate are 1) out is in, to the bit. Put it behind canceller and
 *         digit receiver: they want the level of the line.
 */
#ifndef RD_DSP_ALC_H
#define RD_DSP_ALC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd_alc_config {
	float target_dbm0;  /* of speech while it is on: -40..-5 */
	float gain_max_db;  /* up or down, at most: 0..30; 0: no control */
	float gate_dbm0;    /* a block below is no speech: -80..-20 */
	float gate_loss_db; /* what it is turned down by: 0..60; 0: no gate */
};

/* Speech at -18 dBm0, at most 15 dB away from what came; no gate. */
#define RD_ALC_CONFIG_DEFAULT               \
	{                                   \
		-18.0f, 15.0f, -55.0f, 0.0f \
	}

struct rd_alc_state {
	float speech_dbm0; /* as it comes; RD_DBM0_NOTHING: not heard yet */
	float noise_dbm0;  /* background, as it comes */
	float gain_db;	   /* gain and gate, at the end of the last block */
	bool is_talking;   /* speech, or the hangover behind it */
};

/* Private; here so that the caller can embed it. Powers are mean squares. */
struct rd_alc {
	float target, gate;	  /* powers */
	float gain_max, gain_min; /* factors */
	float closed;		  /* factor of the closed gate */
	float speech, noise;	  /* powers */
	float gain, door, last;	  /* factors; their product */
	float heard_frames;	  /* of speech, up to a second */
	int32_t left_frames;	  /* of the hangover */
};

/* Returns 0, or -EINVAL for a value out of range. Context: core. */
int rd_alc_init(struct rd_alc *a, const struct rd_alc_config *config);

/* A new party: what was learned is forgotten. Context: tick. */
void rd_alc_reset(struct rd_alc *a);

/*
 * The gain of a block of n samples: sum of squares energy, largest magnitude
 * peak. It goes in a straight line from *from to *to. Context: tick.
 */
void rd_alc_gain(struct rd_alc *a, float energy, float peak, unsigned int n,
		 float *from, float *to);

/* in, out: n samples, s16, n 8..320; out may be in. Context: tick. */
void rd_alc_process(struct rd_alc *a, const int16_t *in, int16_t *out,
		    unsigned int n);

void rd_alc_get_state(const struct rd_alc *a, struct rd_alc_state *state);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a canceller decides, block by block, from the energies of the block.
 * Private to the canceller. Plain scalar code, one call per channel and block:
 * the kernels do the arithmetic for many channels, this does the thinking.
 */
#ifndef RD_DSP_ECHO_CONTROL_H
#define RD_DSP_ECHO_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#define ECHO_PARTS_MAX 26 /* 1024 taps in blocks of 40 */

/* Measured by the kernel over one block; energies are sums of squares. */
struct echo_sums {
	float far;    /* sent */
	float near;   /* received */
	float main;   /* received less the main filter's echo */
	float kept;   /* received less the kept filter's echo */
	float echo;   /* the echo estimated by the filter in service */
	float spread; /* part of the far spectrum outside its two peaks */
	float far_re, far_im;	/* 2100 Hz in what was sent, */
	float near_re, near_im; /* and received; the block alone */
};

/* What to do with the block and with the filters. */
struct echo_verdict {
	bool is_bypass; /* out = received */
	bool uses_kept; /* the kept filter serves */
	bool is_switch; /* fade from the kept to the main filter */
	bool adapts;
	bool is_narrow_band; /* learns of one or two tones only */
	bool saves;	     /* kept = main; forget what was certain */
	bool clears;	     /* main = 0; forget what was certain */
	bool restores;	     /* main = kept; be certain */
	float gain[2];	     /* of the NLP, at the block's two ends */
	float noise_rms;     /* of the comfort noise */
};

/* A 2100 Hz detector for one direction. */
struct echo_tone {
	float re[2], im[2]; /* phasors of the last block and the one before */
	float turn_re, turn_im; /* from block to block, of length 1 */
	int32_t steady_frames;	/* of tone, turns included */
	int32_t since_frames;	/* since the last reversal */
	uint8_t reversals;
	uint8_t others; /* blocks in a row that were something else */
	uint8_t reserved[2];
};

struct echo_control {
	float far_s, near_s, main_s, kept_s, out_s,
		echo_s;		   /* smoothed, 0.1 s */
	float erle_near, erle_out; /* smoothed while far talks, ERLE */
	float noise;	      /* mean square of the near end's background */
	float floor;	      /* smallest residual / echo reached */
	float gain;	      /* the NLP's, at the end of the last block */
	int32_t bad_frames;   /* the echo is back for so long */
	int32_t trial_frames; /* > 0: of the trial left; < 0: of the rest */
	int32_t quiet_frames; /* both directions below the release level */
	uint16_t path_changes;
	uint8_t idle_blocks; /* since the far end was active, saturating */
	bool is_converged;   /* has been, since the last reset */
	bool is_far_active;
	bool is_narrow_band;
	bool is_disabled;
	bool has_nlp;
	bool has_disabler;
	bool is_off; /* by the user: received passes */
	uint8_t reserved[2];
	struct echo_tone tone[2]; /* sent, received */
};

void echo_control_init(struct echo_control *c, bool nlp, bool disabler);

/*
 * One block: n samples; tail: parts of the filter. Context: tick.
 */
void echo_control(struct echo_control *c, const struct echo_sums *sums,
		  unsigned int n, unsigned int parts, struct echo_verdict *v);

/*
 * What the last block's decision means for the next n samples, before they are
 * a block; far: their energy.
 */
bool echo_control_is_bypass(const struct echo_control *c, float far,
			    unsigned int n);

#endif

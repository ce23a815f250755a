/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Line echo canceller (ITU-T G.168)
 *
 * What    Takes out of what comes in from a line the echo of what was sent to
 *         it: tails of 16 to 128 ms, double talk, changes of the line, tones.
 *         Optionally a non-linear processor with comfort noise, and the 2100 Hz
 *         disabler for modems and fax.
 * How     A partitioned-block filter in the frequency domain whose step is a
 *         Kalman gain: the canceller knows, per band, how uncertain each part
 *         of its path still is and how much of what remains must be near-end
 *         speech, and weighs the two. So it needs no double-talk detector. If
 *         the echo comes back strongly, a second filter tries a new start while
 *         the first keeps serving; the better one stays. See echo.c.
 * Use     One per line, in memory of rd_echo_size() bytes:
 *
 *		rd_echo_init(mem, &config);
 *		each tick: rd_echo_process(ec, sent, received, out, n);
 *
 *         sent[i] is what went to the line so that its echo is in received[i]
 *         or up to a tail later: a fixed delay of line and rings is part of
 *         the tail.
 * Limits  8 kHz. No delay of its own. Blocks of n that are multiples of
 *         config.block are cheapest; others work and cost up to twice. With
 *         the far end silent, or disabled, out is received, to the bit.
 *
 * Thousands of channels: rd_bank in channel.h runs sixteen at once, at a sixth of
 * the cost.
 */
#ifndef RD_DSP_ECHO_H
#define RD_DSP_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RD_ECHO_TAPS_MIN 128  /* 16 ms */
#define RD_ECHO_TAPS_MAX 1024 /* 128 ms */
#define RD_ECHO_ALIGN	 64   /* bytes, of the memory given to rd_echo_init() */

struct rd_echo;

struct rd_echo_config {
	unsigned int taps;  /* tail in samples, 128..1024, multiple of 8 */
	unsigned int block; /* of the adaptation: 40, 80 or 160; the tick */
	bool nlp;	    /* non-linear processor with comfort noise */
	bool tone_disabler; /* 2100 Hz with phase reversals disables, §7 */
};

/* 512 taps, 20 ms, NLP and disabler on. */
#define RD_ECHO_CONFIG_DEFAULT                                                \
	{                                                                     \
		.taps = 512, .block = 160, .nlp = true, .tone_disabler = true \
	}

/* For line health; levels in dBm0, smoothed over about 0.1 s. */
struct rd_echo_state {
	float far_dbm0;	     /* sent */
	float near_dbm0;     /* received */
	float residual_dbm0; /* after the filter, before the NLP */
	float noise_dbm0;    /* background of the near end */
	float erl_db;	     /* echo return loss, from the filter; 99 unknown */
	float erle_db;	     /* enhancement, smoothed while the far end talks */
	unsigned int delay_taps; /* where the echo begins (1 % of its energy) */
	unsigned int tail_taps;	 /* where it ends (97 %) */
	unsigned int path_changes; /* new starts that were kept */
	bool is_converged;
	bool is_far_active;
	bool is_narrow_band; /* far end sends one or two tones: no adaption */
	bool is_disabled;    /* by 2100 Hz */
};

/*
 * Bytes for a canceller; 0 if the configuration is invalid. Context: core.
 */
size_t rd_echo_size(const struct rd_echo_config *config);

/*
 * mem: rd_echo_size() bytes, aligned to RD_ECHO_ALIGN, owned by the caller.
 * Returns the canceller, which is mem; NULL if config or alignment is wrong.
 * Context: core.
 */
struct rd_echo *rd_echo_init(void *mem, const struct rd_echo_config *config);

/* Forget the path: a new call. Context: tick. */
void rd_echo_reset(struct rd_echo *ec);

/*
 * sent: n samples, s16, played to the line. received: n samples from it. out:
 * n samples without echo; may be received. n: a multiple of 8, 8..320.
 * Context: tick.
 */
void rd_echo_process(struct rd_echo *ec, const int16_t *sent,
		     const int16_t *received, int16_t *out, unsigned int n);

/* Switch the NLP during a call. Context: tick. */
void rd_echo_set_nlp(struct rd_echo *ec, bool on);

/* Context: tick or core between ticks; costs about a microsecond. */
void rd_echo_get_state(const struct rd_echo *ec, struct rd_echo_state *state);

#endif

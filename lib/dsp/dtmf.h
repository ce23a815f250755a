/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DTMF: push-button signals of ITU-T Q.23, received as Q.24 asks
 *
 * What    A receiver that reports each digit with its first sample and its
 *         length, a remover that silences it, and a generator.
 * How     A high-pass takes the dial tone away. Eight correlators measure the
 *         eight frequencies every 5 ms; four such measures side by side make a
 *         tapered window of 20 ms. A digit is one low and one high tone that
 *         dominate the window, keep their level, and whose phase advances as
 *         their frequency says: the phase tells 1.5 % off from 3.5 % off in a
 *         tone of 40 ms, which no bank of filters can.
 * Use     One receiver per channel; give it every block, with the frame number
 *         of its first sample. Act on START; END brings the length.
 * Limits  Accepts: -40..0 dBm0 per tone, twist +4 dB (high tone stronger) to
 *         -8 dB, +-1.5 %, tones from 40 ms, pauses from 40 ms. Rejects: beyond
 *         3.5 %, tones under 23 ms. Bridges breaks up to 10 ms. (Q.24 Annex A,
 *         the strictest of the columns.) Start and end are exact or a sample
 *         off on a clean line, within a millisecond 12 dB above noise. An edge
 *         costs 2 us, when the digit is reported.
 */
#ifndef RD_DSP_DTMF_H
#define RD_DSP_DTMF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/dsp/osc.h"

#define RD_DTMF_HOP   40 /* samples per correlation, 5 ms */
#define RD_DTMF_DEPTH 16 /* correlations remembered */

enum rd_dtmf_what {
	RD_DTMF_START = 1, /* a digit is certain */
	RD_DTMF_END,	   /* it is over */
};

struct rd_dtmf_event {
	uint64_t start_frame; /* first sample of the digit */
	uint32_t len_frames;  /* END: its length; START: 0 */
	uint8_t what;	      /* enum rd_dtmf_what */
	char digit;	      /* 0-9 A-D * # */
	int16_t low_ddbm0;    /* level of the low tone, tenths of a dBm0 */
	int16_t high_ddbm0;   /* and of the high tone */
	uint16_t reserved;
};

/* One 5 ms measure: eight correlations and the energy. */
struct rd_dtmf_hop {
	float re[8], im[8]; /* 697 770 852 941 1209 1336 1477 1633 Hz */
	float energy;	    /* above 650 Hz */
	float total;	    /* of all but dial tone */
};

/*
 * What is known of the digit that is on, or may become one. Private, as is
 * struct rd_dtmf_rx; here so that the caller can embed it.
 */
struct rd_dtmf_digit {
	uint64_t start_frame;
	uint64_t end_frame; /* as far as heard */
	float level[2];	    /* amplitude over a hop, low and high */
	float turn_re[2];   /* phase advance per hop, summed */
	float turn_im[2];
	float turn_all[2];	   /* the same, magnitudes summed */
	float pair, energy, total; /* summed over the hits */
	int8_t code;		   /* row * 4 + column, -1: none */
	uint8_t hits;		   /* windows in a row that agreed */
	uint8_t absent_hops;	   /* since it was heard last */
	bool is_on;		   /* START has been reported */
};

struct rd_dtmf_rx {
	float filter[12];	 /* states of high-pass and band-stop */
	float total;		 /* energy of the hop so far */
	float part[RD_DTMF_HOP]; /* the hop being filled */
	uint32_t fill;		 /* samples in it */
	uint32_t hops;		 /* complete ones */
	uint64_t last_end_frame; /* of the digit before */
	float last_level;
	struct rd_dtmf_digit digit;
	struct rd_dtmf_hop hist[RD_DTMF_DEPTH];
};

/* All quiet, nothing heard. Context: core. */
void rd_dtmf_rx_init(struct rd_dtmf_rx *rx);

/*
 * in: n samples, s16, any n; the blocks must follow each other without gaps.
 * frame0: frame number of in[0]. ev: up to max events; returns how many. A
 * block of n samples causes at most 1 + n / 160 events each of START and END;
 * what does not fit is lost. Context: tick.
 */
int rd_dtmf_rx_process(struct rd_dtmf_rx *rx, const int16_t *in, size_t n,
		       uint64_t frame0, struct rd_dtmf_event *ev, int max);

/*
 * Forget everything: after a slip, a gap or a new call. A digit that is on is
 * dropped without END. Context: tick.
 */
void rd_dtmf_rx_reset(struct rd_dtmf_rx *rx);

/* True while a tone pair is heard that is, or may become, a digit. */
static inline bool rd_dtmf_rx_is_tone(const struct rd_dtmf_rx *rx)
{
	return rx->digit.is_on || rx->digit.hits > 0;
}

/* What takes digits out of the audio of one channel. */
struct rd_dtmf_remover {
	float passed; /* factor at the end of the last block */
};

static inline void rd_dtmf_remover_init(struct rd_dtmf_remover *r)
{
	r->passed = 1;
}

/*
 * After rd_dtmf_rx_process() of the same block: silence from the moment a digit
 * is suspected to its end, with edges of 2.5 ms and no delay. At most the first
 * 23 ms have passed by then, too little for a receiver. Silences more the longer the
 * block is, for it begins with the block; rd_bank_set_digit_removal() goes by
 * hops. x: n samples, s16. Context: tick.
 */
void rd_dtmf_remover_process(struct rd_dtmf_remover *r,
			     const struct rd_dtmf_rx *rx, int16_t *x, size_t n);

/* The generator plays one string of digits. */
struct rd_dtmf_tx {
	struct rd_osc low, high;
	char digits[32];
	uint8_t next; /* of digits */
	uint8_t count;
	bool is_tone;
	uint8_t reserved;
	uint32_t left_frames; /* of the tone or pause */
	uint32_t on_frames, off_frames;
	float low_dbm0, high_dbm0;
};

/*
 * digits: up to 32 of 0-9 A-D * #; lower case is taken too. low_dbm0 and
 * high_dbm0: levels of either tone (Q.23 leaves them to the national plan;
 * -9 and -7 are usual), -40..0. on_ms, off_ms: at least 1; 70 and 70 are safe.
 * Returns 0; -EINVAL for another character, an empty string or a level out of
 * range; -E2BIG for more than 32 digits. Context: core.
 */
int rd_dtmf_tx_init(struct rd_dtmf_tx *tx, const char *digits, float low_dbm0,
		    float high_dbm0, unsigned int on_ms, unsigned int off_ms);

/*
 * out: n samples, s16: tones and pauses, then silence. Returns the samples
 * that belonged to the string, so less than n means it is over. Context: tick.
 */
size_t rd_dtmf_tx_process(struct rd_dtmf_tx *tx, int16_t *out, size_t n);

/* The string is over. Context: any. */
static inline bool rd_dtmf_tx_is_done(const struct rd_dtmf_tx *tx)
{
	return tx->next == tx->count && !tx->left_frames;
}

#endif

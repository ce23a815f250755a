/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two-wire line between the exchange and one telephone.
 *
 *	client's octets --decode--> delay --+--> level --> the party hears
 *	                                    |
 *	                                 hybrid (G.168 Annex D path, ERL)
 *	                                    v
 *	client hears <--encode-- delay <-- (+) <-- level <-- the party speaks
 *	                                    ^
 *	                                  noise
 *
 * A line of level 0 dB, without noise and hybrid, is clear: octets pass as
 * they are, so that markers stay bit-exact.
 *
 * Levels are dBm0: a sine of full scale is +3.14 dBm0 (G.711). Blocks are of
 * one period. The ERL is what white noise loses in the hybrid. The hybrid is a
 * block FIR in float without contraction, so that
 * each output is the same sum in the same order on any processor.
 */
#ifndef XC_LINE_H
#define XC_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/uapi/ringdown.h"
#include "lib/base/rng.h"

#define XC_NO_NOISE	-200.0
#define XC_HYBRID_PATHS 8
#define XC_HYBRID_TAPS	128
#define XC_LINE_DELAY	8192 /* frames, a power of two */
#define XC_LINE_BLOCK	RINGDOWN_PERIOD_MAX
#define XC_RMS_AT_0DBM0 16140.0 /* of s16 samples: 32768 / sqrt 2 / 1.4354 */

struct xc_line_profile {
	double level_db;
	double noise_dbm0; /* XC_NO_NOISE: none */
	unsigned
		delay_frames; /* one way, below XC_LINE_DELAY - XC_LINE_BLOCK */
	int hybrid;	      /* 0 none, 1..8: G.168 D.2 .. D.9 */
	double erl_db;
};

struct xc_line {
	struct xc_line_profile profile;
	enum ringdown_law law;
	bool clear;
	float gain, noise;
	struct rd_rng rng;
	unsigned taps, quiet; /* quiet: frames of silence fed to the hybrid */
	float coeffs[XC_HYBRID_TAPS];
	float history[XC_HYBRID_TAPS + XC_LINE_BLOCK + 32];
	uint8_t *down, *up; /* delay rings, if there is a delay */
	unsigned at;
};

/* Tables shared by all lines; call once. */
void xc_line_tables(void);

/* -ENOMEM. */
int xc_line_init(struct xc_line *l, const struct xc_line_profile *profile,
		 enum ringdown_law law, uint64_t seed);
void xc_line_free(struct xc_line *l);

/*
 * One period, n octets. @tx: from the client. @said: what the party says, s16;
 * NULL: it says nothing. @octets: instead of said, octets as they are (only a
 * clear line lets them through), or NULL. Out: @rx to the client.
 */
void xc_line_speak(struct xc_line *l, const uint8_t *tx, const int16_t *said,
		   const uint8_t *octets, uint8_t *rx, unsigned n);
/* Out: the octets and samples that reach the party's ear. */
void xc_line_hear(struct xc_line *l, const uint8_t *tx, uint8_t *octets,
		  int16_t *heard, unsigned n);

int16_t xc_line_decode(enum ringdown_law law, uint8_t octet);
uint8_t xc_line_encode(enum ringdown_law law, int16_t sample);

#endif

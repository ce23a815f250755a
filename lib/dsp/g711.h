/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * G.711: A-law and u-law, and gain
 *
 * What    Blocks of octets to linear s16 and back, law to law, and a gain in
 *         steps of 0.1 dB, on octets or on linear samples.
 * How     Plain loops without tables that the compiler turns into vector code;
 *         the loader picks the build for the processor (baseline, AVX2,
 *         AVX-512). Every build gives the same octets: the tests compare all
 *         256 codes and all 65,536 samples with the text of G.711.
 * Use     Octets of one law that nobody listens to are never decoded: copy
 *         them. Law to law goes by rd_g711_transcode(), which keeps the even
 *         bits G.711 tables 3 and 4 prescribe; not through linear.
 * Limits  Linear is the 16-bit scale: a 13-bit A-law value times 8, a 14-bit
 *         u-law value times 4, so both laws meet at the same level. Octets are
 *         as on the line: A-law with even bits inverted (G.711 table 1a note
 *         2), u-law with all bits inverted.
 *
 * Context of every function: tick. n = 0 is allowed; buffers may be unaligned;
 * in and out must be the same buffer or not overlap at all.
 */
#ifndef RD_DSP_G711_H
#define RD_DSP_G711_H

#include <stddef.h>
#include <stdint.h>

/* The line's companding law. The values are those of the card ABI. */
enum rd_law {
	RD_ALAW = 0,
	RD_ULAW = 1,
};

#define RD_ALAW_SILENCE 0xd5 /* +0: value 1/2 step above zero */
#define RD_ULAW_SILENCE 0xff /* +0: value zero */

static inline uint8_t rd_g711_silence(enum rd_law law)
{
	return law == RD_ALAW ? RD_ALAW_SILENCE : RD_ULAW_SILENCE;
}

/* One octet, one sample: for tables and tests, not for blocks. */
int16_t rd_g711_expand(enum rd_law law, uint8_t octet);
uint8_t rd_g711_compress(enum rd_law law, int16_t sample);

/* in: n octets of the law. out: n samples, s16, 8 kHz. */
void rd_g711_decode(enum rd_law law, const uint8_t *in, int16_t *out, size_t n);

/*
 * in: n samples, s16. out: n octets. Decision values of G.711 tables 1a, 1b,
 * 2a, 2b; a sample on a decision value goes up, as in the ITU's G.191.
 */
void rd_g711_encode(enum rd_law law, const int16_t *in, uint8_t *out, size_t n);

/*
 * Octets of one law to octets of the other: G.711 tables 3 (u to A) and 4 (A
 * to u). from == to copies. in may be out.
 */
void rd_g711_transcode(enum rd_law from, enum rd_law to, const uint8_t *in,
		       uint8_t *out, size_t n);

/*
 * Gain on octets by a table of 256 that the caller keeps. gain_ddb: tenths of
 * a dB, -600..+600, clamped. 0 gives the identity, to the bit. Context: core.
 */
void rd_g711_gain_table(enum rd_law law, int gain_ddb, uint8_t table[256]);

/* out[i] = table[in[i]]. in may be out. */
void rd_g711_map(const uint8_t table[256], const uint8_t *in, uint8_t *out,
		 size_t n);

/*
 * Gain on linear samples. rd_gain(): factor for a gain in tenths of a dB,
 * clamped to -600..+180; 0 dB is exactly 1. rd_gain_apply(): rounds and
 * saturates; a factor of 1 leaves every sample as it is. in may be out.
 */
float rd_gain(int gain_ddb);
void rd_gain_apply(float gain, const int16_t *in, int16_t *out, size_t n);

#endif

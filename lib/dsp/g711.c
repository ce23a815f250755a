// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * G.711. The octet is sign, segment and step: s eee mmmm. Both laws are
 * piecewise linear with steps that double from segment to segment, so
 *
 *	A-law   |x| = (2m + 1) << 3            segment 0
 *	        |x| = (2m + 33) << (e + 2)     segments 1..7   (16-bit scale)
 *	u-law   |x| = ((2m + 33) << (e + 2)) - 132
 *
 * and encoding is finding the segment, which is where the highest set bit is.
 * The loops below do this without branches and without tables, so that they
 * become vector code of 16 or 32 samples; a table look-up can not.
 */
#include "lib/dsp/g711.h"

#include <math.h>
#include <string.h>

#include "lib/dsp/clones.h"
#include "lib/dsp/g711_step.h"
#include "lib/dsp/isa.h"

#define ULAW_BIAS 132
#define ULAW_CLIP 32635

/*
 * v << e for e in 0..7, as three conditional shifts: 16-bit vectors have no
 * variable shift before AVX-512.
 */
static inline uint16_t shl3(uint16_t v, uint16_t e)
{
	v = e & 1 ? v << 1 : v;
	v = e & 2 ? v << 2 : v;
	v = e & 4 ? v << 4 : v;
	return v;
}

static inline int16_t alaw_expand(uint8_t octet)
{
	uint16_t a = octet ^ 0x55;
	uint16_t e = (a >> 4) & 7;
	uint16_t m = (a & 15) * 2 + 1;
	uint16_t v;

	m = e ? m + 32 : m;
	e = e ? e - 1 : e;
	v = shl3(m << 3, e);
	return a & 0x80 ? v : -v;
}

static inline int16_t ulaw_expand(uint8_t octet)
{
	uint16_t u = octet ^ 0xff;
	uint16_t v = shl3((u & 15) * 8 + ULAW_BIAS, (u >> 4) & 7) - ULAW_BIAS;

	return u & 0x80 ? -v : v;
}

/*
 * The exponent of a magnitude: shift right until less than 64 is left, and
 * count. v < 64 * 128. What is left is 32..63 if v was at least 32.
 */
static inline uint16_t segment(uint16_t *v)
{
	uint16_t w = *v, s = 0;

	s = w >= 512 ? 4 : 0;
	w = w >= 512 ? w >> 4 : w;
	s = w >= 128 ? s + 2 : s;
	w = w >= 128 ? w >> 2 : w;
	s = w >= 64 ? s + 1 : s;
	w = w >= 64 ? w >> 1 : w;
	*v = w;
	return s;
}

/* Negative magnitudes are ~x, as in the ITU's own G.191: -1 is -0. */
static inline uint8_t alaw_compress(int16_t x)
{
	uint16_t w = (uint16_t)(x < 0 ? ~x : x) >> 4;
	uint16_t s = segment(&w);
	/* segments 0 and 1 share one step: 0..31 are their codes as they are */
	uint16_t a = w >= 32 ? (s + 2) << 4 | (w >> 1 & 15) : w;

	return (x < 0 ? a : a | 0x80) ^ 0x55;
}

static inline uint8_t ulaw_compress(int16_t x)
{
	uint16_t v = x < 0 ? ~x : x;
	uint16_t s;

	v = v > ULAW_CLIP ? ULAW_CLIP : v;
	v = (v + ULAW_BIAS) >> 2;
	s = segment(&v);
	v = s << 4 | (v >> 1 & 15);
	return ~(x < 0 ? v | 0x80 : v);
}

/* G.711 table 3: u-law to A-law, character numbers 0..127 of either sign. */
/* clang-format off */
static const uint8_t ulaw_to_alaw[128] = {
	  0,   0,   1,   1,   2,   2,   3,   3,   4,   4,   5,   5,   6,   6,   7,   7,
	  8,   9,  10,  11,  12,  13,  14,  15,  16,  17,  18,  19,  20,  21,  22,  23,
	 24,  26,  28,  30,  32,  33,  34,  35,  36,  37,  38,  39,  40,  41,  42,  43,
	 45,  47,  48,  49,  50,  51,  52,  53,  54,  55,  56,  57,  58,  59,  60,  61,
	 63,  64,  65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,  77,  78,
	 79,  81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,  95,
	 96,  97,  98,  99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
	112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
};

/* G.711 table 4: A-law to u-law. */
static const uint8_t alaw_to_ulaw[128] = {
	  1,   3,   5,   7,   9,  11,  13,  15,  16,  17,  18,  19,  20,  21,  22,  23,
	 24,  25,  26,  27,  28,  29,  30,  31,  32,  32,  33,  33,  34,  34,  35,  35,
	 36,  37,  38,  39,  40,  41,  42,  43,  44,  45,  46,  47,  48,  48,  49,  49,
	 50,  51,  52,  53,  54,  55,  56,  57,  58,  59,  60,  61,  62,  63,  64,  64,
	 65,  66,  67,  68,  69,  70,  71,  72,  73,  74,  75,  76,  77,  78,  79,  80,
	 80,  81,  82,  83,  84,  85,  86,  87,  88,  89,  90,  91,  92,  93,  94,  95,
	 96,  97,  98,  99, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110, 111,
	112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 124, 125, 126, 127,
};
/* clang-format on */

int16_t rd_g711_expand(enum rd_law law, uint8_t octet)
{
	return law == RD_ALAW ? alaw_expand(octet) : ulaw_expand(octet);
}

uint8_t rd_g711_compress(enum rd_law law, int16_t sample)
{
	return law == RD_ALAW ? alaw_compress(sample) : ulaw_compress(sample);
}

/* The kernels work in steps of 8, 16 or 32; the rest is done here. */
void rd_g711_decode(enum rd_law law, const uint8_t *in, int16_t *out, size_t n)
{
	unsigned int lanes = isa_lanes();
	size_t i = n & -(size_t)(2 * lanes); /* powers of two */

	if (lanes == 16)
		g711_decode_32(law, in, out, i);
	else if (lanes == 8)
		g711_decode_16(law, in, out, i);
	else
		g711_decode_8(law, in, out, i);
	for (; i < n; i++)
		out[i] = rd_g711_expand(law, in[i]);
}

void rd_g711_encode(enum rd_law law, const int16_t *in, uint8_t *out, size_t n)
{
	unsigned int lanes = isa_lanes();
	size_t i = n & -(size_t)(2 * lanes); /* powers of two */

	if (lanes == 16)
		g711_encode_32(law, in, out, i);
	else if (lanes == 8)
		g711_encode_16(law, in, out, i);
	else
		g711_encode_8(law, in, out, i);
	for (; i < n; i++)
		out[i] = rd_g711_compress(law, in[i]);
}

void rd_g711_transcode(enum rd_law from, enum rd_law to, const uint8_t *in,
		       uint8_t *out, size_t n)
{
	size_t i;

	if (from == to) {
		if (in != out)
			memcpy(out, in, n);
	} else if (from == RD_ULAW) {
		for (i = 0; i < n; i++) {
			uint8_t u = in[i] ^ 0xff;

			out[i] = ((u & 0x80) | ulaw_to_alaw[u & 0x7f]) ^ 0xd5;
		}
	} else {
		for (i = 0; i < n; i++) {
			uint8_t a = in[i] ^ 0xd5;

			out[i] = ((a & 0x80) | alaw_to_ulaw[a & 0x7f]) ^ 0xff;
		}
	}
}

float rd_gain(int gain_ddb)
{
	if (gain_ddb > 180)
		gain_ddb = 180;
	if (gain_ddb < -600)
		gain_ddb = -600;
	return (float)pow(10.0, gain_ddb / 200.0);
}

static inline int16_t saturate(int32_t v)
{
	v = v > 32767 ? 32767 : v;
	v = v < -32768 ? -32768 : v;
	return v;
}

RD_CLONES
void rd_gain_apply(float gain, const int16_t *in, int16_t *out, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = saturate((int32_t)rintf(in[i] * gain));
}

void rd_g711_gain_table(enum rd_law law, int gain_ddb, uint8_t table[256])
{
	double gain = pow(10.0, (gain_ddb > 600	   ? 600
				 : gain_ddb < -600 ? -600
						   : gain_ddb) /
					200.0);
	int i;

	for (i = 0; i < 256; i++) {
		double v = rint(rd_g711_expand(law, i) * gain);

		v = v > 32767 ? 32767 : v < -32768 ? -32768 : v;
		table[i] = gain_ddb ? rd_g711_compress(law, (int16_t)v) : i;
	}
}

void rd_g711_map(const uint8_t table[256], const uint8_t *in, uint8_t *out,
		 size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = table[in[i]];
}

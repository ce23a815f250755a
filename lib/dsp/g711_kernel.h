/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * G.711 for G711_STEP samples at a time in 16-bit lanes; included once per
 * instruction set, with G711_ENCODE and G711_DECODE the functions' names. n is a
 * multiple of G711_STEP. The formulas are those of g711.c.
 *
 * AVX-512 looks things up among 32 words held in a register. A code's sign and
 * segment choose a factor and a constant, and value = step * factor + constant,
 * sign and all; a value's segment is the larger of two looks. The others shift
 * by halves and count.
 */
#include <string.h>

#include "lib/dsp/g711_step.h"
#include "lib/dsp/isa.h"

typedef uint16_t vh __attribute__((vector_size(2 * G711_STEP), may_alias));
typedef int16_t vsh __attribute__((vector_size(2 * G711_STEP), may_alias));
typedef uint8_t vo __attribute__((vector_size(G711_STEP), may_alias));

#define INLINE static inline __attribute__((always_inline))

#if G711_STEP == 32 && defined(__AVX512BW__)

INLINE vh shift_left(vh v, vh by)
{
	return v << by;
}

INLINE vh shift_right(vh v, vh by)
{
	return v >> by;
}

/* octets to words and back; the compiler takes these apart otherwise */
INLINE vh widen(vo o)
{
	return (vh)_mm512_cvtepu8_epi16((__m256i)o);
}

INLINE vo narrow(vh v)
{
	return (vo)_mm512_cvtepi16_epi8((__m512i)v);
}

/* m + 132, 32767 at most; m >= 0 */
INLINE vh add_bias(vh m)
{
	return (vh)_mm512_adds_epi16((__m512i)m, _mm512_set1_epi16(132));
}

/* __builtin_shuffle() would take the instruction for two tables: thrice the work */
INLINE vh look_up(vh table, vh at)
{
	return (vh)_mm512_permutexvar_epi16((__m512i)at, (__m512i)table);
}

/*
 * The larger of two looks: one at the high bits, one at the low; the second
 * wraps around for large w, where the first is larger anyhow.
 */
INLINE vh two_looks(vh high, vh at_high, vh low, vh at_low)
{
	return (vh)_mm512_max_epu16((__m512i)look_up(high, at_high),
				    (__m512i)look_up(low, at_low));
}

/* w < 2048: 0 below 32, 1 below 64, 2 below 128, ... */
INLINE vh alaw_segment(vh w)
{
	const vh high = { 0, 2, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5,
			  6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6 };
	const vh low = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

	return two_looks(high, w >> 6, low, w >> 1);
}

/* 16 <= w < 4096: 0 below 32, 1 below 64, ... */
INLINE vh ulaw_segment(vh w)
{
	const vh high = { 0, 3, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6,
			  7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7 };
	const vh low = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,
			 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2 };

	return two_looks(high, w >> 7, low, w >> 2);
}

/* For the upper four bits of an octet as it is on the line, sign first. */
INLINE vsh values(vo octets, vh flip, vh factor, vh constant)
{
	vh o = widen(octets);
	vh step = (o & 15) ^ flip;

	return (vsh)(step * look_up(factor, o >> 4) +
		     look_up(constant, o >> 4));
}

/* clang-format off */
#define BOTH(e0, e1, e2, e3, e4, e5, e6, e7) \
	-(e0), -(e1), -(e2), -(e3), -(e4), -(e5), -(e6), -(e7), \
	e0, e1, e2, e3, e4, e5, e6, e7
/* clang-format on */

INLINE vsh alaw_values(vo octets)
{
	/* even bits inverted: segments come as 5 4 7 6 1 0 3 2 */
	const vh factor = { BOTH(256, 128, 1024, 512, 16, 16, 64, 32) };
	const vh constant = { BOTH(4224, 2112, 16896, 8448, 264, 8, 1056,
				   528) };

	return values(octets, (vh){ 0 } + 5, factor, constant);
}

INLINE vsh ulaw_values(vo octets)
{
	/* all bits inverted: 7 6 5 4 3 2 1 0 */
	const vh factor = { BOTH(1024, 512, 256, 128, 64, 32, 16, 8) };
	const vh constant = { BOTH(16764, 8316, 4092, 1980, 924, 396, 132, 0) };

	return values(octets, (vh){ 0 } + 15, factor, constant);
}

#else

INLINE vh widen(vo o)
{
	return __builtin_convertvector(o, vh);
}

INLINE vo narrow(vh v)
{
	return __builtin_convertvector(v, vo);
}

INLINE vh pick(vsh mask, vh a, vh b)
{
	return (a & (vh)mask) | (b & ~(vh)mask);
}

INLINE vh shift_left(vh v, vh by)
{
	v = pick((vsh)(by << 15) < 0, v << 1, v);
	v = pick((vsh)(by << 14) < 0, v << 2, v);
	return pick((vsh)(by << 13) < 0, v << 4, v);
}

INLINE vh shift_right(vh v, vh by)
{
	v = pick((vsh)(by << 15) < 0, v >> 1, v);
	v = pick((vsh)(by << 14) < 0, v >> 2, v);
	return pick((vsh)(by << 13) < 0, v >> 4, v);
}

INLINE vh add_bias(vh m)
{
	vh over = (vh)((vsh)m > 32767 - 132);

	return ((m + 132) & ~over) | (over & 32767);
}

INLINE vh alaw_segment(vh w)
{
	vsh v = (vsh)w, s = (v > 31) + (v > 63) + (v > 127);

	return -(vh)(s + (v > 255) + (v > 511) + (v > 1023));
}

INLINE vh ulaw_segment(vh w)
{
	vsh v = (vsh)w, s = (v > 31) + (v > 63) + (v > 127) + (v > 255);

	return -(vh)(s + (v > 511) + (v > 1023) + (v > 2047));
}

INLINE vsh alaw_values(vo octets)
{
	vh a = widen(octets) ^ 0x55;
	vh e = (a >> 4) & 7, minus = (a >> 7) - 1;
	vh low = (vh)(e == 0); /* segment 0: no leading one, step as in 1 */
	vh v = ((a & 15) << 4) + 264 - (low & 256);

	v = shift_left(v, e - 1 - low);
	return (vsh)((v ^ minus) - minus);
}

INLINE vsh ulaw_values(vo octets)
{
	vh u = widen(~octets);
	vh minus = -(u >> 7);
	vh v = shift_left(((u & 15) << 3) + 132, (u >> 4) & 7) - 132;

	return (vsh)((v ^ minus) - minus);
}

#endif

INLINE vo alaw_octets(vsh x)
{
	vh minus = (vh)(x >> 15);
	vh w = ((vh)x ^ minus) >> 4;
	vh r = alaw_segment(w);
	/* 16 .. 31 is left from segment 2 on; 0 .. 31 below */
	vh c = shift_right(w, r) + (r << 4);

	return narrow(c ^ 0xd5 ^ (minus & 0x80));
}

INLINE vo ulaw_octets(vsh x)
{
	vh minus = (vh)(x >> 15);
	vh w = add_bias((vh)x ^ minus) >> 3;
	vh e = ulaw_segment(w);
	/* 16 .. 31 is left of w; all inverted */
	vh c = 271 - shift_right(w, e) - (e << 4);

	return narrow(c ^ (minus & 0x80));
}

void G711_DECODE(enum rd_law law, const uint8_t *in, int16_t *out, size_t n)
{
	size_t i;
	vo o;
	vsh x;

	for (i = 0; i < n; i += G711_STEP) {
		memcpy(&o, in + i, sizeof(o));
		x = law == RD_ALAW ? alaw_values(o) : ulaw_values(o);
		memcpy(out + i, &x, sizeof(x));
	}
}

void G711_ENCODE(enum rd_law law, const int16_t *in, uint8_t *out, size_t n)
{
	size_t i;
	vo o;
	vsh x;

	for (i = 0; i < n; i += G711_STEP) {
		memcpy(&x, in + i, sizeof(x));
		o = law == RD_ALAW ? alaw_octets(x) : ulaw_octets(x);
		memcpy(out + i, &o, sizeof(o));
	}
}

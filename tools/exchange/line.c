// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sixty lines with hybrids must run at many times real time, hence blocks,
 * tables and a FIR written for the vectoriser. Noise is a table of normal
 * deviates read from a random place each block. The hybrid is skipped while
 * the client sends silence and the tail has died out.
 */
#include "tools/exchange/line.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>
#include <spandsp/g168models.h>

#include "tools/exchange/card.h"

#define NOISE_TABLE 65536
#define ENCODE_SIZE (2 * 8192 + 1)
#define DELAY_MASK  (XC_LINE_DELAY - 1)

static float noise_table[NOISE_TABLE + XC_LINE_BLOCK];
static int16_t decode_table[2][256];
static uint8_t encode_table[2][ENCODE_SIZE];
static bool use_avx2;

static const struct {
	const int32_t *coeffs;
	unsigned taps;
} paths[XC_HYBRID_PATHS + 1] = {
#define PATH(d)                                                              \
	{                                                                    \
		line_model_##d##_coeffs, sizeof(line_model_##d##_coeffs) / 4 \
	}
	[1] = PATH(d2), PATH(d3), PATH(d4), PATH(d5),
	PATH(d6),	PATH(d7), PATH(d8), PATH(d9),
};

/* ---- tables ------------------------------------------------------------- */

/*
 * Both laws are constant over magnitudes 4 k to 4 k + 3; A-law takes -1 for the
 * magnitude 0.
 */
static inline unsigned encode_index(enum ringdown_law law, int sample)
{
	int below = law == RINGDOWN_LAW_ALAW;

	return sample >= 0 ? sample / 4 : 8192 + (-sample - below) / 4;
}

void xc_line_tables(void)
{
	struct rd_rng rng = { 0x6e6f697365 };
	int i;

	for (i = 0; i < NOISE_TABLE; i += 2) {
		double r = sqrt(-2 * log(1 - rd_rng_unit(&rng)));
		double phi = 2 * M_PI * rd_rng_unit(&rng);

		noise_table[i] = r * cos(phi);
		noise_table[i + 1] = r * sin(phi);
	}
	memcpy(noise_table + NOISE_TABLE, noise_table,
	       XC_LINE_BLOCK * sizeof(noise_table[0]));
	for (i = 0; i < 256; i++) {
		decode_table[RINGDOWN_LAW_ALAW][i] = alaw_to_linear(i);
		decode_table[RINGDOWN_LAW_ULAW][i] = ulaw_to_linear(i);
	}
	for (i = -32768; i < 32768; i++) {
		encode_table[RINGDOWN_LAW_ALAW]
			    [encode_index(RINGDOWN_LAW_ALAW, i)] =
				    linear_to_alaw(i);
		encode_table[RINGDOWN_LAW_ULAW]
			    [encode_index(RINGDOWN_LAW_ULAW, i)] =
				    linear_to_ulaw(i);
	}
	use_avx2 = __builtin_cpu_supports("avx2");
}

int16_t xc_line_decode(enum ringdown_law law, uint8_t octet)
{
	return decode_table[law][octet];
}

uint8_t xc_line_encode(enum ringdown_law law, int16_t sample)
{
	return encode_table[law][encode_index(law, sample)];
}

/* ---- the hybrid --------------------------------------------------------- */

/* Eight floats, anywhere in memory; without AVX the compiler makes two of 4. */
typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));

#define LANES 8
#define GROUP (4 * LANES) /* outputs computed side by side */

/*
 * y[i] = sum over k of h[k] x[i - k]; x has taps samples before it, and y and
 * x room for a whole GROUP beyond n.
 */
static inline __attribute__((always_inline)) void
fir(const float *restrict h, unsigned taps, const float *restrict x,
    float *restrict y, unsigned n)
{
	unsigned i, k;

	for (i = 0; i < n; i += GROUP) {
		lanes a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };

		for (k = 0; k < taps; k++) {
			const float *p = x + i - k;

			a += h[k] * *(const lanes *)p;
			b += h[k] * *(const lanes *)(p + LANES);
			c += h[k] * *(const lanes *)(p + 2 * LANES);
			d += h[k] * *(const lanes *)(p + 3 * LANES);
		}
		*(lanes *)(y + i) = a;
		*(lanes *)(y + i + LANES) = b;
		*(lanes *)(y + i + 2 * LANES) = c;
		*(lanes *)(y + i + 3 * LANES) = d;
	}
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void
fir_avx2(const float *restrict h, unsigned taps, const float *restrict x,
	 float *restrict y, unsigned n)
{
	fir(h, taps, x, y, n);
}
#endif

static void fir_plain(const float *restrict h, unsigned taps,
		      const float *restrict x, float *restrict y, unsigned n)
{
	fir(h, taps, x, y, n);
}

static bool is_silent(const uint8_t *octets, uint8_t idle, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (octets[i] != idle)
			return false;
	return true;
}

/* The echo of @tx, or false if there is none to speak of. */
static bool echo(struct xc_line *l, const uint8_t *tx, float *y, unsigned n)
{
	float *x = l->history + XC_HYBRID_TAPS;
	unsigned i;

	if (!l->taps)
		return false;
	if (is_silent(tx, xc_law_idle(l->law), n)) {
		if (l->quiet >= l->taps)
			return false;
		l->quiet += n;
	} else {
		l->quiet = 0;
	}
	for (i = 0; i < n; i++)
		x[i] = decode_table[l->law][tx[i]];
#if defined(__x86_64__)
	if (use_avx2)
		fir_avx2(l->coeffs, l->taps, x, y, n);
	else
#endif
		fir_plain(l->coeffs, l->taps, x, y, n);
	memmove(l->history, l->history + n,
		XC_HYBRID_TAPS * sizeof(l->history[0]));
	return true;
}

/* ---- the line ----------------------------------------------------------- */

/* Scaled so that white noise loses exactly the ERL. */
static void init_hybrid(struct xc_line *l)
{
	const int32_t *c = paths[l->profile.hybrid].coeffs;
	double sum = 0, g;
	unsigned k;

	l->taps = paths[l->profile.hybrid].taps;
	if (l->taps > XC_HYBRID_TAPS)
		l->taps = XC_HYBRID_TAPS;
	for (k = 0; k < l->taps; k++)
		sum += (double)c[k] * c[k];
	g = pow(10, -l->profile.erl_db / 20) / sqrt(sum);
	for (k = 0; k < l->taps; k++)
		l->coeffs[k] = c[k] * g;
	l->quiet = l->taps;
}

int xc_line_init(struct xc_line *l, const struct xc_line_profile *profile,
		 enum ringdown_law law, uint64_t seed)
{
	memset(l, 0, sizeof(*l));
	l->profile = *profile;
	l->law = law;
	l->rng.state = seed;
	l->gain = pow(10, profile->level_db / 20);
	if (profile->noise_dbm0 > XC_NO_NOISE)
		l->noise = XC_RMS_AT_0DBM0 * pow(10, profile->noise_dbm0 / 20);
	if (profile->hybrid)
		init_hybrid(l);
	l->clear = !profile->level_db && !l->noise && !l->taps;
	if (profile->delay_frames) {
		l->down = malloc(XC_LINE_DELAY);
		l->up = malloc(XC_LINE_DELAY);
		if (!l->down || !l->up) {
			xc_line_free(l);
			return -ENOMEM;
		}
		memset(l->down, xc_law_idle(law), XC_LINE_DELAY);
		memset(l->up, xc_law_idle(law), XC_LINE_DELAY);
	}
	return 0;
}

void xc_line_free(struct xc_line *l)
{
	free(l->down);
	free(l->up);
	l->down = l->up = NULL;
}

static void delay(uint8_t *ring, unsigned at, unsigned delay_frames,
		  const uint8_t *in, uint8_t *out, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		ring[(at + i) & DELAY_MASK] = in[i];
	for (i = 0; i < n; i++)
		out[i] = ring[(at + i - delay_frames) & DELAY_MASK];
}

static void mix_and_encode(struct xc_line *l, const int16_t *said,
			   const float *echoed, uint8_t *rx, unsigned n)
{
	const uint8_t *encode = encode_table[l->law];
	const float *noise =
		l->noise ? noise_table + rd_rng_below(&l->rng, NOISE_TABLE)
			 : NULL;
	float sum[XC_LINE_BLOCK];
	int index[XC_LINE_BLOCK];
	unsigned i;

	for (i = 0; i < n; i++)
		sum[i] = said ? said[i] * l->gain : 0;
	if (echoed)
		for (i = 0; i < n; i++)
			sum[i] += echoed[i];
	if (noise)
		for (i = 0; i < n; i++)
			sum[i] += noise[i] * l->noise;
	for (i = 0; i < n; i++) {
		float v = sum[i];

		v = v > 32767 ? 32767 : v < -32768 ? -32768 : v;
		index[i] = (int)(v + 32768.5f) - 32768;
	}
	for (i = 0; i < n; i++)
		rx[i] = encode[encode_index(l->law, index[i])];
}

void xc_line_speak(struct xc_line *l, const uint8_t *tx, const int16_t *said,
		   const uint8_t *octets, uint8_t *rx, unsigned n)
{
	uint8_t far[XC_LINE_BLOCK];
	int16_t decoded[XC_LINE_BLOCK];
	float echoed[XC_LINE_BLOCK + GROUP];
	bool has_echo;
	unsigned i;

	if (l->clear && octets) {
		memcpy(rx, octets, n);
	} else {
		if (octets) {
			for (i = 0; i < n; i++)
				decoded[i] = decode_table[l->law][octets[i]];
			said = decoded;
		}
		if (l->down) {
			delay(l->down, l->at, l->profile.delay_frames, tx, far,
			      n);
			tx = far;
		}
		has_echo = echo(l, tx, echoed, n);
		if (said || has_echo || l->noise)
			mix_and_encode(l, said, has_echo ? echoed : NULL, rx,
				       n);
		else
			memset(rx, xc_law_idle(l->law), n);
	}
	if (l->up)
		delay(l->up, l->at, l->profile.delay_frames, rx, rx, n);
}

void xc_line_hear(struct xc_line *l, const uint8_t *tx, uint8_t *octets,
		  int16_t *heard, unsigned n)
{
	const int16_t *decode = decode_table[l->law];
	unsigned i;

	if (l->down)
		delay(l->down, l->at, l->profile.delay_frames, tx, octets, n);
	else
		memcpy(octets, tx, n);
	l->at = (l->at + n) & DELAY_MASK;
	if (l->gain == 1.0f)
		for (i = 0; i < n; i++)
			heard[i] = decode[octets[i]];
	else
		for (i = 0; i < n; i++)
			heard[i] = (int16_t)(decode[octets[i]] * l->gain);
}

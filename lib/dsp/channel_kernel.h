/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The receive path of RD_LANES channels; included once per instruction set,
 * with CHANNEL_GROUP and ECHO_BLOCK the functions' names. Samples are floats on
 * the 16-bit scale, [frame][lane].
 *
 * G.711 without tables: a code s eee mmmm is, but for constants, the exponent
 * and the leading mantissa bits of a float. Both directions are shifts and adds
 * on the float's own bits. A negative zero stays one, so that even u-law's two
 * zeros pass to the bit.
 */
#include <string.h>

#include "lib/dsp/channel_group.h"
#include "lib/dsp/dtmf_filter.h"
#include "lib/dsp/lanes.h"

#define HOP RD_DTMF_HOP

typedef uint8_t vb __attribute__((vector_size(RD_LANES)));
typedef int16_t vs __attribute__((vector_size(2 * RD_LANES)));

#define SIGN i_set(INT32_MIN)

RD_INLINE vi i_set(int32_t a)
{
	return a + (vi){ 0 };
}

/* code with the sign bit set for negative, magnitude bits as numbered */
RD_INLINE vf expand_alaw(vi code)
{
	vi a = code ^ 0x55;
	vi low = (a & 0x70) == 0; /* segment 0 has no leading one */
	vi bits =
		(((a & 0x7f) | (low & 0x10)) << 19) + ((134 << 23) + (1 << 18));
	vf v = (vf)bits - (vf)((vi)v_set(256.0f) & low);

	return (vf)((vi)v | ((~a << 24) & SIGN));
}

RD_INLINE vf expand_ulaw(vi code)
{
	vi u = ~code;
	vf v = (vf)(((u & 0x7f) << 19) + ((134 << 23) + (1 << 18))) - 132.0f;

	return (vf)((vi)v | ((u << 24) & SIGN));
}

/* |x|, and half a unit less if negative: -1 counts from 0 as G.191 does */
RD_INLINE vf magnitude(vf x, vi negative)
{
	vf m = (vf)((vi)x & ~SIGN);

	return v_max(m - (vf)((vi)v_set(0.5f) & negative), v_set(0));
}

RD_INLINE vi compress_alaw(vf x)
{
	vi negative = (vi)x < 0;
	vf m = v_min(magnitude(x, negative), v_set(32767.0f));
	vi low = m < 256.0f;
	vi c = ((vi)(m + (vf)((vi)v_set(256.0f) & low)) >> 19) - (134 << 4);

	c -= low & 0x10;
	return (c | (~negative & 0x80)) ^ 0x55;
}

RD_INLINE vi compress_ulaw(vf x)
{
	vi negative = (vi)x < 0;
	vf m = v_min(magnitude(x, negative), v_set(32635.0f)) + 132.0f;
	vi c = ((vi)m >> 19) - (134 << 4);

	return ~(c | (negative & 0x80));
}

/* One frame's octets. Left to itself, GCC 12 takes such vectors apart. */
RD_INLINE vi load_octets(const uint8_t *at)
{
#if RD_LANES == 16 && defined(__AVX512F__)
	return (vi)_mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)at));
#elif RD_LANES == 8 && defined(__AVX2__)
	return (vi)_mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)at));
#else
	vb octets;

	memcpy(&octets, at, RD_LANES);
	return __builtin_convertvector(octets, vi);
#endif
}

RD_INLINE void store_octets(uint8_t *at, vi codes)
{
#if RD_LANES == 16 && defined(__AVX512F__)
	_mm_storeu_si128((void *)at, _mm512_cvtepi32_epi8((__m512i)codes));
#else
	vb octets = __builtin_convertvector(codes, vb);

	memcpy(at, &octets, RD_LANES);
#endif
}

/*
 * n frames of octets to samples, and back. One loop for each law: stores to out
 * might be to anything, so a loop that asks for the law would ask each time.
 */
RD_INLINE void expand(enum rd_law law, const uint8_t *at, ptrdiff_t stride,
		      int n, vf *out)
{
	int i;

	for (i = 0; i < n; i++, at += stride) {
		vi code = load_octets(at);

		out[i] = law == RD_ALAW ? expand_alaw(code) : expand_ulaw(code);
	}
}

RD_INLINE void compress(enum rd_law law, const vf *in, int n, uint8_t *at,
			ptrdiff_t stride)
{
	int i;

	for (i = 0; i < n; i++, at += stride) {
		vi code = law == RD_ALAW ? compress_alaw(in[i])
					 : compress_ulaw(in[i]);

		store_octets(at, code & 0xff);
	}
}

static void decode(const struct channel_group *g,
		   const struct rd_bank_octets *in, int n, vf *out)
{
	const uint8_t *at = in->base + g->first;

	if (g->law == RD_ALAW)
		expand(RD_ALAW, at, in->frame_stride, n, out);
	else
		expand(RD_ULAW, at, in->frame_stride, n, out);
}

static void encode(const struct channel_group *g, const struct rd_bank_io *io,
		   int n, const vf *in)
{
	uint8_t *at = io->out + g->first;

	if (g->law == RD_ALAW)
		compress(RD_ALAW, in, n, at, io->out_frame_stride);
	else
		compress(RD_ULAW, in, n, at, io->out_frame_stride);
}

static void copy(const struct channel_group *g, const struct rd_bank_io *io,
		 int n)
{
	const uint8_t *from = io->received.base + g->first;
	uint8_t *to = io->out + g->first;
	int i;

	for (i = 0; i < n; i++) {
		memcpy(to, from, RD_LANES);
		from += io->received.frame_stride;
		to += io->out_frame_stride;
	}
}

/* Rounded samples, channel by channel. */
static void linear(const struct channel_group *g, int n, const vf *in,
		   int16_t *out)
{
	int i, l;

	out += g->first * n;
	for (i = 0; i < n; i++) {
		vf v = v_min(v_max(in[i], v_set(-32768.0f)), v_set(32767.0f));
		/* adding and taking 1.5 2^23 rounds to even, as lrintf() */
		vs s = __builtin_convertvector(
			v_to_int((v + 12582912.0f) - 12582912.0f), vs);

		for (l = 0; l < RD_LANES; l++)
			out[l * n + i] = s[l];
	}
}

/* Two poles; y holds the last two results. */
RD_INLINE vf poles(vf x, vf y[2], float a1, float a2)
{
	vf now = (x - a2 * y[1]) - a1 * y[0];

	y[1] = y[0];
	return y[0] = now;
}

/* One hop of 40 samples: the filters, then eight correlations. */
static void hop(struct channel_group *g, const vf *in)
{
	vf y[HOP], s[DTMF_STATES], energy = v_set(0), total = v_set(0);
	vf *row = (vf *)g->hist + g->hops % RD_DTMF_DEPTH * HOP_ROWS;
	int half, i, k;

	memcpy(s, g->filter, sizeof(s));
	for (i = 0; i < HOP; i++) {
		vf x = in[i];
		vf v = (x + s[3]) + DTMF_N1 * (s[0] + s[2]) + DTMF_N2 * s[1];
		vf hp = poles(v, s + 4, hp_a1[0], hp_a2[0]);
		vf bs = poles(v, s + 8, bs_a1[0], bs_a2[0]);

		s[3] = s[2];
		s[2] = s[1];
		s[1] = s[0];
		s[0] = x;
		y[i] = poles(hp, s + 6, hp_a1[1], hp_a2[1]);
		bs = poles(bs, s + 10, bs_a1[1], bs_a2[1]);
		energy += y[i] * y[i];
		total += bs * bs;
	}
	memcpy(g->filter, s, sizeof(s));
	/* four tones at a time stay in registers on every machine */
	for (half = 0; half < 8; half += 4) {
		vf re[4] = { v_set(0), v_set(0), v_set(0), v_set(0) };
		vf im[4] = { v_set(0), v_set(0), v_set(0), v_set(0) };

		for (k = 0; k < HOP / 2; k++) {
			vf a = y[HOP / 2 + k], b = y[HOP / 2 - 1 - k];
			vf sum = a + b, diff = b - a;

			for (i = 0; i < 4; i++) {
				re[i] += sum * rd_dtmf_cos[k][half + i];
				im[i] += diff * rd_dtmf_sin[k][half + i];
			}
		}
		for (i = 0; i < 4; i++) {
			row[half + i] = HP_GAIN * re[i];
			row[8 + half + i] = HP_GAIN * im[i];
		}
	}
	row[16] = HP_GAIN * HP_GAIN * energy;
	row[17] = BS_GAIN * BS_GAIN * total;
	g->hops++;
}

/* The hop j hops before the latest. */
RD_INLINE const vf *hop_row(const struct channel_group *g, int j)
{
	return (const vf *)g->hist +
	       (g->hops - 1 - j) % RD_DTMF_DEPTH * HOP_ROWS;
}

/*
 * The lanes whose window might be a pair of tones: the tests of judge() that
 * need no phase, a bit more lenient. Everything else is no candidate.
 */
static vi screen(const struct channel_group *g)
{
	const vf *h[4] = { hop_row(g, 0), hop_row(g, 1), hop_row(g, 2),
			   hop_row(g, 3) };
	const float full = HOP * DTMF_TAPER_SUM;
	vf energy = v_set(0), best[2], next[2];
	vi may;
	int f, j;

	for (j = 0; j < 4; j++)
		energy += dtmf_taper[j] * h[j][16];
	may = v_lt(v_set(DTMF_LEVEL_MIN * DTMF_LEVEL_MIN * DTMF_PURITY_MIN *
			 full),
		   energy) &
	      v_lt(0.99f * DTMF_END_MIN * energy, h[0][16]) &
	      v_lt(0.99f * DTMF_END_MIN * energy, h[3][16]);
	if (!v_any(may))
		return may;
	best[0] = best[1] = next[0] = next[1] = v_set(0);
	for (f = 0; f < 8; f++) {
		float cr = rd_dtmf_hop_re[f], ci = rd_dtmf_hop_im[f];
		vf re = v_set(0), im = v_set(0), p;
		int group = f / 4;

		for (j = 3; j >= 0; j--) {
			vf t = re * cr - im * ci + dtmf_taper[j] * h[j][f];

			im = re * ci + im * cr + dtmf_taper[j] * h[j][8 + f];
			re = t;
		}
		p = re * re + im * im;
		next[group] = v_max(next[group], v_min(best[group], p));
		best[group] = v_max(best[group], p);
	}
	for (f = 0; f < 2; f++)
		may &= v_lt(next[f], 1.01f * DTMF_RIVAL_MAX * best[f]);
	may &= v_lt(0.99f * DTMF_PURITY_MIN * DTMF_LOSS_MIN * full / 2 * energy,
		    best[0] + best[1]);
	return may;
}

/* One lane's receiver, put together for the judge and taken apart again. */
static int judge_lane(struct channel_group *g, int lane, uint64_t end,
		      struct rd_bank_event *event, int max)
{
	struct dtmf_lane *d = &g->dtmf[lane];
	struct rd_dtmf_event ev[2];
	struct rd_dtmf_rx rx;
	int count = 0, i, j, depth = 5;

	/* the edges of a digit may lie further back */
	if (d->digit.is_on ? d->digit.absent_hops > 1 : d->digit.hits > 1)
		depth = RD_DTMF_DEPTH;
	rx.hops = g->hops;
	rx.digit = d->digit;
	rx.last_end_frame = d->last_end_frame;
	rx.last_level = d->last_level;
	for (j = 0; j < depth; j++) {
		unsigned int at = (g->hops - 1 - j) % RD_DTMF_DEPTH;
		const float *row = g->hist + at * HOP_ROWS * RD_LANES + lane;
		struct rd_dtmf_hop *h = &rx.hist[at];

		for (i = 0; i < 8; i++) {
			h->re[i] = row[i * RD_LANES];
			h->im[i] = row[(8 + i) * RD_LANES];
		}
		h->energy = row[16 * RD_LANES];
		h->total = row[17 * RD_LANES];
	}
	dtmf_hop_done(&rx, end, ev, &count, 2);
	d->digit = rx.digit;
	d->last_end_frame = rx.last_end_frame;
	d->last_level = rx.last_level;
	for (i = 0; i < count && i < max; i++)
		event[i] = (struct rd_bank_event){
			.channel = g->first + lane,
			.dtmf = ev[i],
		};
	return i;
}

/* A hop is over at frame end: which lanes are worth a closer look? */
static int listen(struct channel_group *g, const vf *in, uint64_t end,
		  struct rd_bank_event *event, int max)
{
	int count = 0, l;
	vi may;

	hop(g, in);
	may = screen(g);
	for (l = 0; l < RD_LANES; l++)
		if ((g->heard[l] | g->removed[l]) &&
		    (((int32_t *)&may)[l] || g->dtmf[l].digit.code >= 0))
			count += judge_lane(g, l, end, event + count,
					    g->heard[l] ? max - count : 0);
	return count;
}

/* The lanes where a digit is on, or is suspected and shall not be heard. */
static vi suspects(const struct channel_group *g)
{
	vi s;
	int l;

	for (l = 0; l < RD_LANES; l++)
		((int32_t *)&s)[l] =
			g->removed[l] & -(g->dtmf[l].digit.code >= 0);
	return s;
}

/* What the receiver thought at the end of each piece of the block. */
struct removal {
	int pieces, end[FFT_MAX / HOP + 2];
	vi suspect[FFT_MAX / HOP + 2];
};

static void note(const struct channel_group *g, struct removal *r, int end)
{
	vi s = suspects(g);
	int i;

	/* the window that made it suspicious is four hops long */
	for (i = r->pieces - 1; i >= 0 && i >= r->pieces - 3; i--)
		r->suspect[i] |= s;
	r->end[r->pieces] = end;
	r->suspect[r->pieces++] = s;
}

static void remove_digits(struct channel_group *g, const struct removal *r,
			  vf *samples)
{
	vf passed, step = v_set(0.05f);
	int i = 0, p;

	memcpy(&passed, g->passed, sizeof(passed));
	for (p = 0; p < r->pieces; p++) {
		vf by = v_sel(r->suspect[p], -step, step);

		for (; i < r->end[p]; i++) {
			passed = v_min(v_max(passed + by, v_set(0)), v_set(1));
			samples[i] *= passed;
		}
	}
	memcpy(g->passed, &passed, sizeof(passed));
}

static int detect(struct channel_group *g, vf *in, int n, uint64_t frame0,
		  struct rd_bank_event *event, int max)
{
	vf *part = (vf *)g->part;
	struct removal removal = { 0 };
	int count = 0, i, m;

	for (i = 0; i < n; i += m) {
		const vf *whole = in + i;

		m = n - i < HOP - g->fill ? n - i : HOP - g->fill;
		if (m < HOP) {
			memcpy(part + g->fill, whole, m * sizeof(vf));
			g->fill += m;
			whole = part;
		}
		if (m == HOP || g->fill == HOP) {
			g->fill = 0;
			count += listen(g, whole, frame0 + i + m, event + count,
					max - count);
		}
		if (g->removes)
			note(g, &removal, i + m);
	}
	if (g->removes)
		remove_digits(g, &removal, in);
	return count;
}

static void amplify(const struct channel_group *g, vf *samples, int n)
{
	vf gain;
	int i;

	memcpy(&gain, g->gain, sizeof(gain));
	for (i = 0; i < n; i++)
		samples[i] *= gain;
}

/* Level control and gates: the thinking lane by lane, the work in all. */
static void control_levels(struct channel_group *g, vf *samples, int n)
{
	vf energy = v_set(0), peak = v_set(0), gain = v_set(1), to = gain, step;
	int i;

	for (i = 0; i < n; i++) {
		energy += samples[i] * samples[i];
		peak = v_max(peak, v_max(samples[i], -samples[i]));
	}
	for (i = 0; i < RD_LANES; i++)
		if (g->levels >> i & 1)
			rd_alc_gain(&g->alc[i], ((float *)&energy)[i],
				    ((float *)&peak)[i], n, (float *)&gain + i,
				    (float *)&to + i);
	step = (to - gain) * (1.0f / n);
	for (i = 0; i < n; i++) {
		samples[i] *= gain;
		gain += step;
	}
}

int CHANNEL_GROUP(struct channel_group *g, const struct rd_bank_io *io,
		  struct rd_bank_event *event, int max)
{
	vf sent[FFT_MAX], received[FFT_MAX];
	int n = g->shape->block, count = 0;

	if (!g->cancels && !g->hears && !g->has_gain && !g->removes &&
	    !g->levels && !io->linear) {
		if (io->out)
			copy(g, io, n);
		return 0;
	}
	decode(g, &io->received, n, received);
	if (g->cancels) {
		decode(g, &io->sent, n, sent);
		ECHO_BLOCK(&g->echo, (float *)sent, (float *)received,
			   (float *)received);
	}
	if (g->has_gain)
		amplify(g, received, n);
	if (g->hears || g->removes)
		count = detect(g, received, n, io->frame0, event, max);
	if (g->levels)
		control_levels(g, received, n);
	if (io->out)
		encode(g, io, n, received);
	if (io->linear)
		linear(g, n, received, io->linear);
	return count;
}

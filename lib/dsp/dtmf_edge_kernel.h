/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DTMF receiver: where a digit begins and ends, to the sample.
 *
 * A hop that a tone fills in part has correlations that tell where: they are
 * those of the tone as it comes out of the high-pass, which rings at the edge.
 * With q[m] the filter's answer, m samples after it began, to a tone that is
 * switched on, less the tone itself (so q becomes 1), a tone B e^(jwn) that
 * begins at s gives in the correlator of frequency f, over a hop from a,
 *
 *	C(s) = 1/2 sum B e^(jwn) q[n-s] e^(-jf(n-a-19.5)) + the mirror image
 *
 * which depends on s only by a turn and by where in the running sums of q it is
 * taken. So all places around a guess are tried and the best is taken: some two
 * microseconds, twice a digit. Included once per instruction set, with DTMF_EDGE
 * the function's name. A tone that ends at s is one that is
 * there all the time, less one that begins at s.
 */
#include "lib/dsp/dtmf_judge.h"

#include <math.h>

#include "lib/dsp/dtmf_filter.h"

#define HOP    RD_DTMF_HOP
#define BEFORE 24 /* samples around the guess, which is rather late */
#define AFTER  12
#define LENGTH (2 * HOP + BEFORE) /* of the running sums */
#define ROUNDS 10

/* 2 pi f / 8000 of 697 770 852 941 1209 1336 1477 1633 Hz */
static const float w_of[8] = { 0.5474225f, 0.6047566f, 0.6691592f, 0.7390597f,
			       0.9495464f, 1.0492919f, 1.1600330f, 1.2825552f };

/* Both tones, in both correlators, and their mirror images: tone 4, f 2, image */
typedef float v8 __attribute__((vector_size(32)));
/* Both tones, real and imaginary part */
typedef float v4 __attribute__((vector_size(16)));

struct cpx {
	float re, im;
};

struct cpx8 {
	v8 re, im;
};

static inline struct cpx mul(struct cpx a, struct cpx b)
{
	return (struct cpx){ a.re * b.re - a.im * b.im,
			     a.re * b.im + a.im * b.re };
}

static inline struct cpx8 mul8(struct cpx8 a, struct cpx8 b)
{
	return (struct cpx8){ a.re * b.re - a.im * b.im,
			      a.re * b.im + a.im * b.re };
}

static inline struct cpx conj_of(struct cpx a)
{
	return (struct cpx){ a.re, -a.im };
}

static inline struct cpx add(struct cpx a, struct cpx b)
{
	return (struct cpx){ a.re + b.re, a.im + b.im };
}

static inline struct cpx sub(struct cpx a, struct cpx b)
{
	return (struct cpx){ a.re - b.re, a.im - b.im };
}

static inline struct cpx scaled(struct cpx a, float by)
{
	return (struct cpx){ a.re * by, a.im * by };
}

static inline float power(struct cpx a)
{
	return a.re * a.re + a.im * a.im;
}

static inline float angle(struct cpx a)
{
	return atan2f(a.im, a.re);
}

static inline struct cpx turn(float w)
{
	return (struct cpx){ cosf(w), sinf(w) };
}

struct edge {
	float f[2];		     /* the correlators' own frequencies */
	float w[2];		     /* the tones' */
	struct cpx b[2];	     /* their amplitudes at n = 0 */
	struct cpx8 sum[LENGTH + 1]; /* of the filter's answer to unit tones */
	struct cpx8 at, step;	     /* amplitudes while s is tried */
};

/* A full hop from a: what correlator f has of tone t and of its mirror image. */
struct share {
	struct cpx tone, image;
};

/* sum of e^(jwn) over the hop from a */
static struct cpx geometric(float w, int a)
{
	float half = 0.5f * w;
	float size = fabsf(half) < 1e-6f ? HOP : sinf(HOP * half) / sinf(half);

	return scaled(turn(w * (a + 19.5f)), size);
}

static struct share share_of(const struct edge *e, int t, int f, int a)
{
	struct cpx by = scaled(turn(e->f[f] * (a + 19.5f)), 0.5f);

	return (struct share){ mul(geometric(e->w[t] - e->f[f], a), by),
			       mul(geometric(-e->w[t] - e->f[f], a), by) };
}

static inline struct cpx part(const struct share *s, struct cpx b)
{
	return add(mul(b, s->tone), mul(conj_of(b), s->image));
}

/*
 * Amplitude, phase and frequency from two full hops, the later one first. What
 * the tones leave in each other's correlator, and their mirror images, are taken
 * out by turns; the frequencies move only when that is done.
 */
static void fit_tones(struct edge *e, struct cpx got[2][2], const int a[2])
{
	struct share s[2][2][2]; /* tone, correlator, hop */
	int round, t, f, i;

	for (round = 0; round < ROUNDS; round++) {
		for (t = 0; t < 2 && (!round || round == 4 || round == 7); t++)
			for (f = 0; f < 2; f++)
				for (i = 0; i < 2; i++)
					s[t][f][i] = share_of(e, t, f, a[i]);
		for (t = 0; t < 2; t++) {
			struct cpx b[2];

			for (i = 0; i < 2; i++) {
				const struct share *own = &s[t][t][i];
				struct cpx left = got[i][t];

				left = sub(left, part(&s[!t][t][i], e->b[!t]));
				left = sub(left,
					   mul(conj_of(e->b[t]), own->image));
				b[i] = scaled(mul(left, conj_of(own->tone)),
					      1 / power(own->tone));
			}
			e->b[t] = scaled(add(b[0], b[1]), 0.5f);
			if (round == 3 || round == 6)
				e->w[t] +=
					angle(mul(b[0], conj_of(b[1]))) / HOP;
		}
	}
}

/* The high-pass at one frequency. */
static struct cpx gain_at(float w)
{
	struct cpx z = turn(-w), z2 = mul(z, z), one = { 1, 0 }, d, g;
	int i;

	g = add(add(one, mul(z2, z2)),
		add(scaled(add(z, mul(z, z2)), DTMF_N1), scaled(z2, DTMF_N2)));
	for (i = 0; i < 2; i++) {
		d = add(one, add(scaled(z, hp_a1[i]), scaled(z2, hp_a2[i])));
		g = scaled(mul(g, conj_of(d)), 1 / power(d));
	}
	return g;
}

static inline v4 poles(v4 x, v4 y[2], float a1, float a2)
{
	v4 now = (x - a2 * y[1]) - a1 * y[0];

	y[1] = y[0];
	return y[0] = now;
}

/* The running sums, in both correlators, of what unit tones leave. */
static void sum_up(struct edge *e, int length)
{
	struct cpx s0 = turn(e->w[0]), s1 = turn(e->w[1]);
	struct cpx f0 = turn(-e->f[0]), f1 = turn(-e->f[1]);
	v4 s_re = { s0.re, s0.re, s1.re, s1.re };
	v4 s_im = { -s0.im, s0.im, -s1.im, s1.im };
	v4 x[5] = { { 1, 0, 1, 0 } }, y[4] = { { 0 } }, r;
	struct cpx8 by = {
		{ f0.re, f0.re, f1.re, f1.re, f0.re, f0.re, f1.re, f1.re },
		{ f0.im, f0.im, f1.im, f1.im, f0.im, f0.im, f1.im, f1.im },
	};
	struct cpx8 at = { { 1, 1, 1, 1, 1, 1, 1, 1 }, { 0 } }, q;
	const v8 mirror = { 1, -1, 1, -1, 1, -1, 1, -1 };
	int m;

	e->sum[0] = (struct cpx8){ { 0 }, { 0 } };
	for (m = 0; m < length; m++) {
		r = (x[0] + x[4]) + DTMF_N1 * (x[1] + x[3]) + DTMF_N2 * x[2];
		r = poles(r, y, hp_a1[0], hp_a2[0]);
		r = poles(r, y + 2, hp_a1[1], hp_a2[1]);
		q.re = __builtin_shufflevector(r, r, 0, 0, 0, 0, 2, 2, 2, 2);
		q.im = mirror *
		       __builtin_shufflevector(r, r, 1, 1, 1, 1, 3, 3, 3, 3);
		q = mul8(q, at);
		e->sum[m + 1].re = e->sum[m].re + q.re;
		e->sum[m + 1].im = e->sum[m].im + q.im;
		at = mul8(at, by);
		x[4] = x[3];
		x[3] = x[2];
		x[2] = x[1];
		x[1] = x[0];
		x[0] = x[0] * s_re +
		       __builtin_shufflevector(x[0], x[0], 1, 0, 3, 2) * s_im;
	}
}

/* The tones begin at s; from there one sample later each time. */
static void begin_at(struct edge *e, int s)
{
	int t, f, i;

	for (t = 0; t < 2; t++) {
		struct cpx g = gain_at(e->w[t]), b;

		b = scaled(mul(e->b[t], conj_of(g)), 0.5f / power(g));
		for (f = 0; f < 2; f++)
			for (i = 0; i < 2; i++) {
				float w = (i ? -e->w[t] : e->w[t]) - e->f[f];
				struct cpx a =
					mul(i ? conj_of(b) : b, turn(w * s));
				struct cpx d = turn(w);

				e->at.re[4 * t + 2 * f + i] = a.re;
				e->at.im[4 * t + 2 * f + i] = a.im;
				e->step.re[4 * t + 2 * f + i] = d.re;
				e->step.im[4 * t + 2 * f + i] = d.im;
			}
	}
}

/*
 * What three hops hold besides two tones that begin at s. got: not yet turned by
 * where the hop lies, as the sums are not.
 */
static float error_at(const struct edge *e, struct cpx got[3][2], int s)
{
	float error = 0;
	int h;

	for (h = 0; h < 3; h++) {
		int from = h * HOP - s > 0 ? h * HOP - s : 0;
		int to = (h + 1) * HOP - s > 0 ? (h + 1) * HOP - s : 0;
		struct cpx8 d = { e->sum[to].re - e->sum[from].re,
				  e->sum[to].im - e->sum[from].im };
		struct cpx r;

		d = mul8(d, e->at);
		r.re = got[h][0].re - d.re[0] - d.re[1] - d.re[4] - d.re[5];
		r.im = got[h][0].im - d.im[0] - d.im[1] - d.im[4] - d.im[5];
		error += power(r);
		r.re = got[h][1].re - d.re[2] - d.re[3] - d.re[6] - d.re[7];
		r.im = got[h][1].im - d.im[2] - d.im[3] - d.im[6] - d.im[7];
		error += power(r);
	}
	return error;
}

static struct cpx heard(const struct rd_dtmf_rx *rx, int f, unsigned int back)
{
	const struct rd_dtmf_hop *h =
		&rx->hist[(rx->hops - 1 - back) % RD_DTMF_DEPTH];

	return (struct cpx){ h->re[f], h->im[f] };
}

int DTMF_EDGE(const struct rd_dtmf_rx *rx, const int tone[2],
	      const float off[2], unsigned int back, unsigned int inner,
	      int guess, bool is_end)
{
	struct edge e;
	struct cpx got[3][2], inside[2][2];
	float least = INFINITY;
	int at[2], t, h, s, best = guess;

	for (t = 0; t < 2; t++) {
		e.f[t] = w_of[tone[t]];
		e.w[t] = e.f[t] + off[t];
		e.b[t] = (struct cpx){ 0, 0 };
		for (h = 0; h < 2; h++)
			inside[h][t] = heard(rx, tone[t], inner + h);
	}
	/* n = 0 where the hop before that of the guess begins */
	for (h = 0; h < 2; h++)
		at[h] = ((int)back + 1 - (int)inner - h) * HOP;
	fit_tones(&e, inside, at);
	s = HOP + guess - BEFORE;
	sum_up(&e, 3 * HOP - s);
	for (h = 0; h < 3; h++)
		for (t = 0; t < 2; t++) {
			struct share own = share_of(&e, t, t, h * HOP);
			struct share other = share_of(&e, !t, t, h * HOP);
			struct cpx all =
				add(part(&own, e.b[t]), part(&other, e.b[!t]));

			got[h][t] = heard(rx, tone[t], back + 1 - h);
			if (is_end)
				got[h][t] = sub(all, got[h][t]);
			got[h][t] = mul(got[h][t],
					turn(-e.f[t] * (h * HOP + 19.5f)));
		}
	for (begin_at(&e, s); s <= HOP + guess + AFTER; s++) {
		float error = error_at(&e, got, s);

		if (error < least) {
			least = error;
			best = s - HOP;
		}
		e.at = mul8(e.at, e.step);
	}
	return best;
}

// SPDX-License-Identifier: GPL-2.0-or-later
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
 * taken. So all places of two hops are tried and the best is taken: some ten
 * microseconds, once or twice a digit. A tone that ends at s is one that is
 * there all the time, less one that begins at s.
 */
#include "lib/dsp/dtmf_judge.h"

#include <math.h>

#include "lib/dsp/dtmf_filter.h"

#define HOP    RD_DTMF_HOP
#define REACH  24 /* samples around the guess */
#define ROUNDS 10
#define LENGTH (3 * HOP + REACH) /* of the running sums */

/* 2 pi f / 8000 of 697 770 852 941 1209 1336 1477 1633 Hz */
static const float w_of[8] = { 0.5474225f, 0.6047566f, 0.6691592f, 0.7390597f,
			       0.9495464f, 1.0492919f, 1.1600330f, 1.2825552f };

struct cpx {
	float re, im;
};

static inline struct cpx mul(struct cpx a, struct cpx b)
{
	return (struct cpx){ a.re * b.re - a.im * b.im,
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

/* One tone: frequency, amplitude at n = 0, and sums over q in either
 * correlator, of the tone [.][0] and of its mirror image [.][1]. */
struct tone {
	float w;
	struct cpx b;
	struct cpx sum[2][2][LENGTH + 1];
	struct cpx at[2][2], step[2][2]; /* amplitudes while s is tried */
};

struct edge {
	float f[2]; /* the correlators' own frequencies */
	struct tone tone[2];
};

/* A complex sample through two poles. */
static inline struct cpx poles(struct cpx x, struct cpx y[2], float a1,
			       float a2)
{
	struct cpx now = sub(sub(x, scaled(y[1], a2)), scaled(y[0], a1));

	y[1] = y[0];
	y[0] = now;
	return now;
}

/* The high-pass at one frequency. */
static struct cpx gain_at(float w)
{
	struct cpx z = turn(-w), z2 = turn(-2 * w), one = { 1, 0 };
	struct cpx n, d, g = one;
	int i;

	n = add(add(one, turn(-4 * w)),
		add(scaled(add(z, turn(-3 * w)), DTMF_N1),
		    scaled(z2, DTMF_N2)));
	for (i = 0; i < 2; i++) {
		d = add(one, add(scaled(z, hp_a1[i]), scaled(z2, hp_a2[i])));
		g = scaled(mul(g, conj_of(d)), 1 / power(d));
	}
	return mul(g, n);
}

/* The running sums of a tone in both correlators. */
static void sum_up(struct edge *e, struct tone *t)
{
	struct cpx x[5] = { 0 }, y[4] = { 0 }, g = gain_at(t->w), q, r;
	struct cpx now = { 1, 0 }, step = turn(t->w), by[2][2], at[2][2];
	float size = power(g);
	int f, m, i;

	for (f = 0; f < 2; f++) {
		by[f][0] = turn(t->w - e->f[f]);
		by[f][1] = turn(-t->w - e->f[f]);
		at[f][0] = at[f][1] = (struct cpx){ 1, 0 };
		t->sum[f][0][0] = t->sum[f][1][0] = (struct cpx){ 0, 0 };
	}
	for (m = 0; m < LENGTH; m++) {
		for (i = 4; i; i--)
			x[i] = x[i - 1];
		x[0] = now;
		r = add(add(x[0], x[4]), add(scaled(add(x[1], x[3]), DTMF_N1),
					     scaled(x[2], DTMF_N2)));
		r = poles(r, y, hp_a1[0], hp_a2[0]);
		r = poles(r, y + 2, hp_a1[1], hp_a2[1]);
		q = scaled(mul(mul(r, conj_of(g)), conj_of(now)), 1 / size);
		now = mul(now, step);
		for (f = 0; f < 2; f++)
			for (i = 0; i < 2; i++) {
				t->sum[f][i][m + 1] =
					add(t->sum[f][i][m],
					    mul(i ? conj_of(q) : q, at[f][i]));
				at[f][i] = mul(at[f][i], by[f][i]);
			}
	}
}

/*
 * A correlator's answer over the hop from a to a tone that begins at s, but for
 * the turn by where the hop lies, which is the same for all s.
 */
static struct cpx answer(const struct tone *t, int f, int a, int s)
{
	int from = a - s > 0 ? a - s : 0, to = a + HOP - s;

	if (to <= 0)
		return (struct cpx){ 0, 0 };
	return add(mul(t->at[f][0], sub(t->sum[f][0][to], t->sum[f][0][from])),
		   mul(t->at[f][1], sub(t->sum[f][1][to], t->sum[f][1][from])));
}

/* The tones begin at s; from there one sample later each time. */
static void begin_at(struct edge *e, int s)
{
	int t, f;

	for (t = 0; t < 2; t++)
		for (f = 0; f < 2; f++) {
			struct tone *o = &e->tone[t];
			float w = o->w - e->f[f], m = -o->w - e->f[f];

			o->at[f][0] = mul(scaled(o->b, 0.5f), turn(w * s));
			o->at[f][1] =
				mul(scaled(conj_of(o->b), 0.5f), turn(m * s));
			o->step[f][0] = turn(w);
			o->step[f][1] = turn(m);
		}
}

static void begin_later(struct edge *e)
{
	int t, f, i;

	for (t = 0; t < 2; t++)
		for (f = 0; f < 2; f++)
			for (i = 0; i < 2; i++)
				e->tone[t].at[f][i] =
					mul(e->tone[t].at[f][i],
					    e->tone[t].step[f][i]);
}

/* sum of e^(jwn) over the hop from a */
static struct cpx geometric(float w, int a)
{
	float half = 0.5f * w;
	float size = fabsf(half) < 1e-6f ? HOP : sinf(HOP * half) / sinf(half);

	return scaled(turn(w * (a + 19.5f)), size);
}

/* The same to a tone that is there all the time. */
static struct cpx full(const struct edge *e, const struct tone *t, int f, int a)
{
	struct cpx sum = add(mul(t->b, geometric(t->w - e->f[f], a)),
			     mul(conj_of(t->b), geometric(-t->w - e->f[f], a)));

	return scaled(mul(sum, turn(e->f[f] * (a + 19.5f))), 0.5f);
}

/*
 * Amplitude, phase and frequency from two full hops, the later one first. What
 * the tones leave in each other's correlator, and their mirror images, are taken
 * out by turns; the frequencies move only when that is done.
 */
static void fit_tones(struct edge *e, struct cpx got[2][2], const int a[2])
{
	int round, t, i;

	for (round = 0; round < ROUNDS; round++)
		for (t = 0; t < 2; t++) {
			struct tone *o = &e->tone[t];
			struct cpx b[2];

			for (i = 0; i < 2; i++) {
				struct cpx g, left = got[i][t];

				left = sub(left,
					   full(e, &e->tone[!t], t, a[i]));
				left = sub(left, full(e, o, t, a[i]));
				g = mul(geometric(o->w - e->f[t], a[i]),
					turn(e->f[t] * (a[i] + 19.5f)));
				left = mul(left, conj_of(g));
				b[i] = add(o->b, scaled(left, 2 / power(g)));
			}
			o->b = scaled(add(b[0], b[1]), 0.5f);
			if (round == 3 || round == 6)
				o->w += angle(mul(b[0], conj_of(b[1]))) / HOP;
		}
}

static struct cpx heard(const struct rd_dtmf_rx *rx, int f, unsigned int back)
{
	const struct rd_dtmf_hop *h =
		&rx->hist[(rx->hops - 1 - back) % RD_DTMF_DEPTH];

	return (struct cpx){ h->re[f], h->im[f] };
}

/* What three hops hold besides two tones that begin at s. */
static float error_at(const struct edge *e, struct cpx got[3][2], int s)
{
	float error = 0;
	int h, t;

	for (h = 0; h < 3; h++)
		for (t = 0; t < 2; t++) {
			struct cpx d = got[h][t];

			d = sub(d, answer(&e->tone[0], t, h * HOP, s));
			d = sub(d, answer(&e->tone[1], t, h * HOP, s));
			error += power(d);
		}
	return error;
}

int dtmf_edge(const struct rd_dtmf_rx *rx, const int tone[2],
	      const float off[2], unsigned int back, unsigned int inner,
	      int guess, bool is_end)
{
	struct edge e;
	struct cpx got[3][2], inside[2][2];
	int at[2], t, h, s, best = guess;
	float least = INFINITY;

	for (t = 0; t < 2; t++) {
		e.f[t] = w_of[tone[t]];
		e.tone[t].w = e.f[t] + off[t];
		e.tone[t].b = (struct cpx){ 0, 0 };
		for (h = 0; h < 2; h++)
			inside[h][t] = heard(rx, tone[t], inner + h);
	}
	/* n = 0 where the hop before that of the guess begins */
	for (h = 0; h < 2; h++)
		at[h] = ((int)back + 1 - (int)inner - h) * HOP;
	fit_tones(&e, inside, at);
	sum_up(&e, &e.tone[0]);
	sum_up(&e, &e.tone[1]);
	for (h = 0; h < 3; h++)
		for (t = 0; t < 2; t++) {
			got[h][t] = heard(rx, tone[t], back + 1 - h);
			if (is_end)
				got[h][t] = sub(
					add(full(&e, &e.tone[0], t, h * HOP),
					    full(&e, &e.tone[1], t, h * HOP)),
					got[h][t]);
		}
	/* as begin_at() has it: not yet turned by where the hop lies */
	for (h = 0; h < 3; h++)
		for (t = 0; t < 2; t++)
			got[h][t] = mul(got[h][t],
					turn(-e.f[t] * (h * HOP + 19.5f)));
	s = HOP + guess - REACH;
	for (begin_at(&e, s); s <= HOP + guess + REACH; s++) {
		float error = error_at(&e, got, s);

		if (error < least) {
			least = error;
			best = s - HOP;
		}
		begin_later(&e);
	}
	return best;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real FFT of 2m points, m = 40, 80 or 160, for RD_LANES channels at once.
 *
 * 2m real points are m complex ones (even samples real, odd imaginary), so a
 * transform is a complex FFT of m and a step that splits the two. The complex
 * FFT works in place in three passes, radix 4, m/20 and 5: forward by
 * decimation in frequency, which leaves the result in digit-reversed order;
 * backward by decimation in time, which starts from that order. Nothing is ever
 * reordered: the split looks its operands up through a small table.
 *
 * The overlap-save filter has its data in halves, [old | new] or [taps | 0] or
 * [0 | error], and wants one half back. The first pass forward reads the halves
 * where they are and takes an absent one for zero; the last pass backward
 * leaves out the half nobody wants. And the split hands over two bins at a
 * time, so that a product of spectra is formed in registers.
 *
 *	forward		rfft_begin(), then rfft_ends() and rfft_pair() for all k
 *	backward	irfft_ends() and irfft_pair() for all k, irfft_end()
 *
 * Why our own: with channels in the lanes no shuffle is needed at all, every
 * operation is a full vector, and the code is that of one channel. FFTW and its
 * kin vectorise within one transform and reach an eighth of the machine.
 */
#ifndef RD_DSP_FFT_H
#define RD_DSP_FFT_H

#include "lib/dsp/fft_plan.h"
#include "lib/dsp/lanes.h"

/* m complex points; also the input and output of the real transforms. */
struct fft_work {
	vf re[FFT_MAX], im[FFT_MAX];
};

struct cvf {
	vf re, im;
};

RD_INLINE struct cvf c_get(const struct fft_work *z, int i)
{
	return (struct cvf){ z->re[i], z->im[i] };
}

RD_INLINE void c_put(struct fft_work *z, int i, struct cvf a)
{
	z->re[i] = a.re;
	z->im[i] = a.im;
}

RD_INLINE struct cvf c_add(struct cvf a, struct cvf b)
{
	return (struct cvf){ a.re + b.re, a.im + b.im };
}

RD_INLINE struct cvf c_sub(struct cvf a, struct cvf b)
{
	return (struct cvf){ a.re - b.re, a.im - b.im };
}

/* a + s j b, s = +1 or -1 */
RD_INLINE struct cvf c_addj(struct cvf a, struct cvf b, float s)
{
	return (struct cvf){ a.re - s * b.im, a.im + s * b.re };
}

/* a w or, backward, a w* */
RD_INLINE struct cvf c_turn(struct cvf a, float re, float im)
{
	return (struct cvf){ a.re * re - a.im * im, a.re * im + a.im * re };
}

/* b[] = DFT of a[], direction s = -1 forward, +1 backward */
RD_INLINE void dft2(struct cvf a[8])
{
	struct cvf t = c_sub(a[0], a[1]);

	a[0] = c_add(a[0], a[1]);
	a[1] = t;
}

RD_INLINE void dft4(struct cvf a[8], float s)
{
	struct cvf t0 = c_add(a[0], a[2]), t1 = c_sub(a[0], a[2]);
	struct cvf t2 = c_add(a[1], a[3]), t3 = c_sub(a[1], a[3]);

	a[0] = c_add(t0, t2);
	a[1] = c_addj(t1, t3, s);
	a[2] = c_sub(t0, t2);
	a[3] = c_addj(t1, t3, -s);
}

RD_INLINE void dft8(struct cvf a[8], float s)
{
	const float h = 0.707106781f;
	struct cvf even[8] = { a[0], a[2], a[4], a[6] };
	struct cvf odd[8] = { a[1], a[3], a[5], a[7] };
	struct cvf t;
	int i;

	dft4(even, s);
	dft4(odd, s);
	t = odd[1]; /* times (1 + s j) / sqrt 2 */
	odd[1].re = h * (t.re - s * t.im);
	odd[1].im = h * (t.im + s * t.re);
	t = odd[2]; /* times s j */
	odd[2].re = -s * t.im;
	odd[2].im = s * t.re;
	t = odd[3]; /* times (-1 + s j) / sqrt 2 */
	odd[3].re = -h * (t.re + s * t.im);
	odd[3].im = h * (s * t.re - t.im);
	for (i = 0; i < 4; i++) {
		a[i] = c_add(even[i], odd[i]);
		a[i + 4] = c_sub(even[i], odd[i]);
	}
}

RD_INLINE void dft5(struct cvf a[8], float s)
{
	const float c1 = 0.309016994f, c2 = -0.809016994f;
	const float s1 = 0.951056516f, s2 = 0.587785252f;
	struct cvf p1 = c_add(a[1], a[4]), m1 = c_sub(a[1], a[4]);
	struct cvf p2 = c_add(a[2], a[3]), m2 = c_sub(a[2], a[3]);
	struct cvf e1 = { a[0].re + c1 * p1.re + c2 * p2.re,
			  a[0].im + c1 * p1.im + c2 * p2.im };
	struct cvf e2 = { a[0].re + c2 * p1.re + c1 * p2.re,
			  a[0].im + c2 * p1.im + c1 * p2.im };
	struct cvf o1 = { s1 * m1.re + s2 * m2.re, s1 * m1.im + s2 * m2.im };
	struct cvf o2 = { s2 * m1.re - s1 * m2.re, s2 * m1.im - s1 * m2.im };

	a[0] = c_add(a[0], c_add(p1, p2));
	a[1] = c_addj(e1, o1, s);
	a[2] = c_addj(e2, o2, s);
	a[3] = c_addj(e2, o2, -s);
	a[4] = c_addj(e1, o1, -s);
}

RD_INLINE void dft(struct cvf a[8], int radix, float s)
{
	if (radix == 8)
		dft8(a, s);
	else if (radix == 4)
		dft4(a, s);
	else if (radix == 5)
		dft5(a, s);
	else
		dft2(a);
}

/*
 * One pass over all m points; len: of the sub-transforms it splits (forward,
 * s = -1: butterflies, then turns) or joins (backward: the other way round).
 */
RD_INLINE void pass(struct fft_work *z, int m, int len, int radix, float s)
{
	int part = len / radix, step = RD_ROOTS / len, p, b, j;

	for (p = 0; p < part; p++) {
		float re[8], im[8];

		for (j = 1; j < radix; j++) {
			re[j] = ROOT_RE(j * p * step);
			im[j] = -s * ROOT_IM(j * p * step);
		}
		for (b = p; b < m; b += len) {
			struct cvf a[8];

			for (j = 0; j < radix; j++)
				a[j] = c_get(z, b + j * part);
			if (s > 0 && p)
				for (j = 1; j < radix; j++)
					a[j] = c_turn(a[j], re[j], im[j]);
			dft(a, radix, s);
			if (s < 0 && p)
				for (j = 1; j < radix; j++)
					a[j] = c_turn(a[j], re[j], im[j]);
			for (j = 0; j < radix; j++)
				c_put(z, b + j * part, a[j]);
		}
	}
}

/* The second and third pass; m = 40, 80, 160 have radix 2, 4, 8 in between. */
RD_INLINE void pass_middle(struct fft_work *z, int m, float s)
{
	if (m == 160)
		pass(z, m, m / 4, 8, s);
	else if (m == 80)
		pass(z, m, m / 4, 4, s);
	else
		pass(z, m, m / 4, 2, s);
}

/* Samples 2i and 2i + 1 as one complex number. */
RD_INLINE struct cvf c_load(const vf *x, int i)
{
	return (struct cvf){ x[2 * i], x[2 * i + 1] };
}

/*
 * The first pass, radix 4, from [first | second], m samples each. has_first,
 * has_second: constants; what is absent counts as zero.
 */
RD_INLINE void pass_begin(struct fft_work *z, int m, const vf *first,
			  bool has_first, const vf *second, bool has_second)
{
	int part = m / 4, step = RD_ROOTS / m, p, j;
	const struct cvf none = { v_set(0), v_set(0) };

	for (p = 0; p < part; p++) {
		struct cvf a[8];

		a[0] = has_first ? c_load(first, p) : none;
		a[1] = has_first ? c_load(first, p + part) : none;
		a[2] = has_second ? c_load(second, p) : none;
		a[3] = has_second ? c_load(second, p + part) : none;
		dft4(a, -1.0f);
		for (j = 1; j < 4 && p; j++)
			a[j] = c_turn(a[j], ROOT_RE(j * p * step),
				      ROOT_IM(j * p * step));
		for (j = 0; j < 4; j++)
			c_put(z, p + j * part, a[j]);
	}
}

/* The forward transform up to the split. */
static inline void rfft_begin(const struct fft *f, struct fft_work *z,
			      const vf *first, const vf *second)
{
	if (first && second)
		pass_begin(z, f->m, first, true, second, true);
	else if (first)
		pass_begin(z, f->m, first, true, NULL, false);
	else
		pass_begin(z, f->m, NULL, false, second, true);
	pass_middle(z, f->m, -1.0f);
	pass(z, f->m, 5, 5, -1.0f);
}

/* Bins 0 and m; both are real. */
RD_INLINE void rfft_ends(const struct fft_work *z, vf *zero, vf *last)
{
	*zero = z->re[0] + z->im[0];
	*last = z->re[0] - z->im[0];
}

/* Bins k and m - k, unscaled; 1 <= k <= m / 2. */
RD_INLINE void rfft_pair(const struct fft *f, const struct fft_work *z, int k,
			 struct cvf *low, struct cvf *high)
{
	int m = f->m, step = RD_ROOTS / (2 * m);
	float c = 0.5f * ROOT_RE(k * step), s = 0.5f * ROOT_IM(k * step);
	struct cvf a = c_get(z, f->place[k]);
	struct cvf b = c_get(z, f->place[m - k]);
	vf er = 0.5f * (a.re + b.re), ei = 0.5f * (a.im - b.im);
	vf or = a.im + b.im, oi = b.re - a.re;
	vf tr = or *c - oi * s, ti = or *s + oi * c;

	*low = (struct cvf){ er + tr, ei + ti };
	*high = (struct cvf){ er - tr, ti - ei };
}

RD_INLINE void irfft_ends(struct fft_work *z, vf zero, vf last)
{
	z->re[0] = zero + last;
	z->im[0] = zero - last;
}

RD_INLINE void irfft_pair(const struct fft *f, struct fft_work *z, int k,
			  struct cvf low, struct cvf high)
{
	int m = f->m, step = RD_ROOTS / (2 * m);
	float c = ROOT_RE(k * step), s = ROOT_IM(k * step);
	vf er = low.re + high.re, ei = low.im - high.im;
	vf dr = low.re - high.re, di = low.im + high.im;
	vf tr = dr * s - di * c, ti = dr * c + di * s; /* j w* d */

	c_put(z, f->place[k], (struct cvf){ er + tr, ei + ti });
	c_put(z, f->place[m - k], (struct cvf){ er - tr, ti - ei });
}

/*
 * The backward transform behind the pairs. The half wanted (0 first, 1 second),
 * m samples times scale, goes to out, or on top of it; only the first keep
 * samples are touched, keep even.
 */
RD_INLINE void irfft_end(const struct fft *f, struct fft_work *z, int half,
			 bool adds, float scale, vf *out, int keep)
{
	int m = f->m, part = m / 4, step = RD_ROOTS / m, p, i, j;

	pass(z, m, 5, 5, 1.0f);
	pass_middle(z, m, 1.0f);
	for (p = 0; p < part; p++) {
		struct cvf a[8];

		for (j = 0; j < 4; j++) {
			a[j] = c_get(z, p + j * part);
			if (j && p)
				a[j] = c_turn(a[j], ROOT_RE(j * p * step),
					      -ROOT_IM(j * p * step));
		}
		dft4(a, 1.0f);
		for (i = 0; i < 2; i++) {
			struct cvf r = a[2 * half + i];
			vf *o = out + 2 * (p + i * part);

			if (2 * (p + i * part) >= keep)
				break;
			o[0] = scale * r.re + (adds ? o[0] : v_set(0));
			o[1] = scale * r.im + (adds ? o[1] : v_set(0));
		}
	}
}

#endif

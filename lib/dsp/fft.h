/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real FFT of 2m points, m = 40, 80 or 160, for RD_LANES channels at once.
 *
 * 2m real points are m complex ones (even samples real, odd imaginary), so a
 * transform is a complex FFT of m and a step that splits the two. The complex
 * FFT works in place, radix 4, 4 (or 2) and 5: forward by decimation in
 * frequency, which leaves the result in digit-reversed order; backward by
 * decimation in time, which starts from that order. Nothing is ever reordered:
 * the split step looks its operands up through a small table.
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
RD_INLINE void dft2(struct cvf a[5])
{
	struct cvf t = c_sub(a[0], a[1]);

	a[0] = c_add(a[0], a[1]);
	a[1] = t;
}

RD_INLINE void dft4(struct cvf a[5], float s)
{
	struct cvf t0 = c_add(a[0], a[2]), t1 = c_sub(a[0], a[2]);
	struct cvf t2 = c_add(a[1], a[3]), t3 = c_sub(a[1], a[3]);

	a[0] = c_add(t0, t2);
	a[1] = c_addj(t1, t3, s);
	a[2] = c_sub(t0, t2);
	a[3] = c_addj(t1, t3, -s);
}

RD_INLINE void dft5(struct cvf a[5], float s)
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

RD_INLINE void dft(struct cvf a[5], int radix, float s)
{
	if (radix == 4)
		dft4(a, s);
	else if (radix == 5)
		dft5(a, s);
	else
		dft2(a);
}

/* One pass over all m points; len: of the sub-transforms it splits. */
RD_INLINE void pass(struct fft_work *z, int m, int len, int radix, float s)
{
	int part = len / radix, step = RD_ROOTS / len, p, b, j;

	for (p = 0; p < part; p++) {
		float re[5], im[5];

		for (j = 1; j < radix; j++) {
			re[j] = ROOT_RE(j * p * step);
			im[j] = -s * ROOT_IM(j * p * step);
		}
		for (b = p; b < m; b += len) {
			struct cvf a[5];

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

static inline void pass_any(struct fft_work *z, int m, int len, int radix,
			    float s)
{
	if (radix == 4)
		pass(z, m, len, 4, s);
	else if (radix == 5)
		pass(z, m, len, 5, s);
	else
		pass(z, m, len, 2, s);
}

static inline void fft_forward(const struct fft *f, struct fft_work *z)
{
	int i, len = f->m;

	for (i = 0; i < f->count; i++) {
		pass_any(z, f->m, len, f->radix[i], -1.0f);
		len /= f->radix[i];
	}
}

static inline void fft_backward(const struct fft *f, struct fft_work *z)
{
	int i, len = 1;

	for (i = f->count - 1; i >= 0; i--) {
		len *= f->radix[i];
		pass_any(z, f->m, len, f->radix[i], 1.0f);
	}
}

/*
 * z: 2m real points, x[2k] in re[k], x[2k+1] in im[k]; destroyed.
 * re, im: m + 1 bins of the unscaled spectrum.
 */
static inline void rfft(const struct fft *f, struct fft_work *z, vf *re, vf *im)
{
	int m = f->m, step = RD_ROOTS / (2 * m), k;

	fft_forward(f, z);
	re[0] = z->re[0] + z->im[0];
	im[0] = v_set(0);
	re[m] = z->re[0] - z->im[0];
	im[m] = v_set(0);
	for (k = 1; k <= m / 2; k++) {
		float c = ROOT_RE(k * step), s = ROOT_IM(k * step);
		struct cvf a = c_get(z, f->place[k]);
		struct cvf b = c_get(z, f->place[m - k]);
		vf er = 0.5f * (a.re + b.re), ei = 0.5f * (a.im - b.im);
		vf or = 0.5f * (a.im + b.im), oi = 0.5f * (b.re - a.re);
		vf tr = or *c - oi * s, ti = or *s + oi * c;

		re[k] = er + tr;
		im[k] = ei + ti;
		re[m - k] = er - tr;
		im[m - k] = ti - ei;
	}
}

/*
 * re, im: m + 1 bins (im of the first and last taken as 0). z: 2m real points,
 * packed as above, times 2m.
 */
static inline void irfft(const struct fft *f, const vf *re, const vf *im,
			 struct fft_work *z)
{
	int m = f->m, step = RD_ROOTS / (2 * m), k;

	z->re[0] = re[0] + re[m];
	z->im[0] = re[0] - re[m];
	for (k = 1; k <= m / 2; k++) {
		float c = ROOT_RE(k * step), s = ROOT_IM(k * step);
		vf er = re[k] + re[m - k], ei = im[k] - im[m - k];
		vf dr = re[k] - re[m - k], di = im[k] + im[m - k];
		/* j conj(w) d */
		vf tr = dr * s - di * c, ti = dr * c + di * s;

		c_put(z, f->place[k], (struct cvf){ er + tr, ei + ti });
		c_put(z, f->place[m - k], (struct cvf){ er - tr, ti - ei });
	}
	fft_backward(f, z);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The canceller's arithmetic for RD_LANES channels. See echo.c for the method;
 * included once per instruction set, with ECHO_BLOCK the function's name.
 *
 * One block of B samples, K = B + 1 bins, P parts of B taps:
 *
 *	X0 = FFT[before | sent]
 *	Y  = sum_p X_p W_p            W_p = FFT[taps_p | 0]
 *	e  = received - last half of IFFT(Y)
 *	E  = FFT[0 | e]
 *	D  = sum_p doubt_p |X_p|^2    what the filter's error would leave in E
 *	near = |E|^2 - D / 2          what is left must be somebody else
 *	G_p = doubt_p X_p* E / (D + 2 near)
 *	taps_p += first half of IFFT(G_p)
 *	doubt_p -= doubt_p^2 |X_p|^2 / (2 (D + 2 near))
 */
#include <string.h>

#include "lib/dsp/echo_group.h"
#include "lib/dsp/fft.h"
#include "lib/dsp/lanes.h"

#define BINS_MAX (FFT_MAX + 1)
#define AT_ONCE	 1.2f  /* of the Kalman gain: a bit eager */
#define NEAR_MIN 0.3f  /* of |E|^2 is never taken for echo */
#define LEAK	 2.0f  /* of mean(D): between tones there is only leakage */
#define NOISE	 50.0f /* mean square that is always there: A-law's steps */

struct spectrum {
	vf re[BINS_MAX], im[BINS_MAX];
};

struct echo_work {
	struct fft_work z;
	struct spectrum y;
	vf d[BINS_MAX];
	vf main[FFT_MAX], kept[FFT_MAX];
	vf energy[ECHO_PARTS_MAX]; /* of the taps of each part */
	const char *ahead, *ahead_end;
};

/* A few cache lines of the group that comes next. */
RD_INLINE void look_ahead(struct echo_work *w)
{
	const char *at = w->ahead;
	int i;

	if (at >= w->ahead_end)
		return;
	for (i = 0; i < 4; i++)
		__builtin_prefetch(at + 64 * i, 1, 2);
	w->ahead = at + 256;
}

/* The spectrum of the far end p blocks ago. */
RD_INLINE vf *spectrum_re(const struct echo_group *g, unsigned int p)
{
	const struct echo_shape *s = g->shape;

	return (vf *)g->spectra + (g->newest + p) % s->parts * 2 * s->bins;
}

/* The edges of the bands in either half of the spectrum: k and m - k. */
RD_INLINE int band_of(const struct echo_shape *s, int k)
{
	return k * ECHO_BANDS / (int)s->block;
}

static void far_spectrum(struct echo_group *g, const vf *sent,
			 struct echo_work *w)
{
	const struct echo_shape *s = g->shape;
	vf *re = spectrum_re(g, 0), *im = re + s->bins;
	int b = s->block, k;

	rfft_begin(&s->fft, &w->z, (const vf *)g->before, sent);
	rfft_ends(&w->z, &re[0], &re[b]);
	im[0] = im[b] = v_set(0);
	for (k = 1; k <= b / 2; k++) {
		struct cvf low, high;

		rfft_pair(&s->fft, &w->z, k, &low, &high);
		re[k] = low.re;
		im[k] = low.im;
		re[b - k] = high.re;
		im[b - k] = high.im;
	}
}

/* y += x t in one bin; d += doubt |x|^2 */
RD_INLINE void multiply(struct echo_work *w, int k, vf xr, vf xi, struct cvf t,
			vf doubt, bool with_doubt)
{
	w->y.re[k] += t.re * xr - t.im * xi;
	w->y.im[k] += t.re * xi + t.im * xr;
	if (with_doubt)
		w->d[k] += doubt * (xr * xr + xi * xi);
}

/* echo = taps * far end, and, if asked for, the expected error d. */
RD_INLINE void filter(const struct echo_group *g, const vf *taps,
		      struct echo_work *w, bool with_doubt, vf *echo)
{
	const struct echo_shape *s = g->shape;
	const vf *doubt = (const vf *)g->doubt;
	int b = s->block, bins = s->bins, k, p;

	memset(w->y.re, 0, bins * sizeof(vf));
	memset(w->y.im, 0, bins * sizeof(vf));
	if (with_doubt)
		memset(w->d, 0, bins * sizeof(vf));
	for (p = 0; p < (int)s->parts; p++, taps += b, doubt += ECHO_BANDS) {
		const vf *xr = spectrum_re(g, p), *xi = xr + bins;
		struct cvf low = { v_set(0), v_set(0) }, high = low;

		rfft_begin(&s->fft, &w->z, taps, NULL);
		rfft_ends(&w->z, &low.re, &high.re);
		multiply(w, 0, xr[0], xi[0], low, doubt[0], with_doubt);
		multiply(w, b, xr[b], xi[b], high, doubt[ECHO_BANDS - 1],
			 with_doubt);
		for (k = 1; k <= b / 2; k++) {
			int band = band_of(s, k - 1), h = b - k;

			look_ahead(w);
			rfft_pair(&s->fft, &w->z, k, &low, &high);
			multiply(w, k, xr[k], xi[k], low, doubt[band],
				 with_doubt);
			if (h != k)
				multiply(w, h, xr[h], xi[h], high,
					 doubt[ECHO_BANDS - 1 - band],
					 with_doubt);
		}
	}
	irfft_ends(&w->z, w->y.re[0], w->y.re[b]);
	for (k = 1; k <= b / 2; k++)
		irfft_pair(&s->fft, &w->z, k,
			   (struct cvf){ w->y.re[k], w->y.im[k] },
			   (struct cvf){ w->y.re[b - k], w->y.im[b - k] });
	irfft_end(&s->fft, &w->z, 1, false, 0.5f / b, echo, b);
}

static void filter_main(const struct echo_group *g, struct echo_work *w)
{
	const struct echo_shape *s = g->shape;
	const vf *taps = (const vf *)g->taps;
	int i, p;

	for (p = 0; p < (int)s->parts; p++) {
		vf energy = v_set(0);

		for (i = 0; i < (int)s->block; i++, taps++)
			energy += *taps * *taps;
		w->energy[p] = energy;
	}
	filter(g, (const vf *)g->taps, w, true, w->main);
}

static void filter_kept(const struct echo_group *g, struct echo_work *w)
{
	filter(g, (const vf *)g->kept, w, false, w->kept);
}

/*
 * How much of the far spectrum lies outside its strongest parts: next to nothing
 * for one or two tones. A Hann window, applied to the spectrum, keeps a tone
 * within four bins; cut into pieces of four bins, it is in two at most. So the
 * four strongest pieces are kept in order, and what falls out is counted.
 */
static vf far_spread(const struct echo_group *g)
{
	const vf *re = spectrum_re(g, 0), *im = re + g->shape->bins;
	int last = g->shape->bins - 1, k, i;
	vf best[4] = { v_set(0), v_set(0), v_set(0), v_set(0) };
	vf rest = v_set(0);

	for (k = 1; k < last; k += 4) {
		vf piece = v_set(0);

		for (i = k; i < k + 4 && i < last; i++) {
			vf r = re[i] - 0.5f * (re[i - 1] + re[i + 1]);
			vf j = im[i] - 0.5f * (im[i - 1] + im[i + 1]);

			piece += r * r + j * j;
		}
		for (i = 0; i < 4; i++) {
			vf less = v_min(best[i], piece);

			best[i] = v_max(best[i], piece);
			piece = less;
		}
		rest += piece;
	}
	return rest / (rest + best[0] + best[1] + best[2] + best[3] + 1.0f);
}

/* Everything the control wants to know, lane by lane. */
static void sum_up(const struct echo_group *g, const vf *sent,
		   const vf *received, struct echo_work *w, bool has_kept,
		   struct echo_sums sums[RD_LANES])
{
	const struct echo_shape *s = g->shape;
	vf far = v_set(0), near = v_set(0), main = v_set(0), kept = v_set(0);
	vf echo = v_set(0), nr = v_set(0), ni = v_set(0);
	vf fr = v_set(0), fi = v_set(0); /* 2100 Hz */
	vf spread = far_spread(g);
	int i, at = 0;

	for (i = 0; i < (int)s->block; i++) {
		vf d = received[i], y = w->main[i], e = d - y;

		far += sent[i] * sent[i];
		near += d * d;
		main += e * e;
		echo += y * y;
		fr += sent[i] * ROOT_RE(at);
		fi += sent[i] * ROOT_IM(at);
		nr += d * ROOT_RE(at);
		ni += d * ROOT_IM(at);
		at = at < RD_ROOTS - 84 ? at + 84 : at + 84 - RD_ROOTS;
		if (has_kept) {
			e = d - w->kept[i];
			kept += e * e;
		}
	}
	if (!has_kept)
		kept = main;
	for (i = 0; i < RD_LANES; i++)
		sums[i] = (struct echo_sums){
			.far = ((float *)&far)[i],
			.near = ((float *)&near)[i],
			.main = ((float *)&main)[i],
			.kept = ((float *)&kept)[i],
			.echo = ((float *)&echo)[i],
			.spread = ((float *)&spread)[i],
			.far_re = ((float *)&fr)[i],
			.far_im = ((float *)&fi)[i],
			.near_re = ((float *)&nr)[i],
			.near_im = ((float *)&ni)[i],
		};
}

/* The verdicts of all lanes, as masks and factors. */
struct echo_masks {
	vi bypass, uses_kept, fades, saves, clears, restores;
	vf adapts, tones, gain, gain_step, noise;
	bool any_kept, any_exchange, any_adapts, any_tones, any_nlp;
};

static void decide(struct echo_group *g, const struct echo_sums *sums,
		   struct echo_masks *m)
{
	const struct echo_shape *s = g->shape;
	int i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < RD_LANES; i++) {
		struct echo_verdict v;

		echo_control(&g->control[i], &sums[i], s->block, s->parts, &v);
		((int32_t *)&m->bypass)[i] = -v.is_bypass;
		((int32_t *)&m->uses_kept)[i] = -v.uses_kept;
		((int32_t *)&m->fades)[i] = -v.is_switch;
		((int32_t *)&m->saves)[i] = -v.saves;
		((int32_t *)&m->clears)[i] = -v.clears;
		((int32_t *)&m->restores)[i] = -v.restores;
		((float *)&m->adapts)[i] = v.adapts;
		((float *)&m->tones)[i] = v.is_narrow_band ? LEAK : 0;
		((float *)&m->gain)[i] = v.gain[0];
		((float *)&m->gain_step)[i] =
			(v.gain[1] - v.gain[0]) / s->block;
		((float *)&m->noise)[i] = v.noise_rms * 1.7320508f;
		m->any_kept |= v.uses_kept || v.is_switch;
		m->any_exchange |= v.saves || v.clears || v.restores;
		m->any_adapts |= v.adapts;
		m->any_tones |= v.is_narrow_band;
		m->any_nlp |= v.gain[0] < 1.0f || v.gain[1] < 1.0f;
	}
}

/* received less echo to out; the error to learn from to w->main. */
static void produce(struct echo_group *g, const vf *received,
		    const struct echo_masks *m, struct echo_work *w, vf *out)
{
	int i, b = g->shape->block;
	vf fade = v_set(1.0f), gain = m->gain;
	vu *seed = (vu *)g->seed;

	for (i = 0; i < b; i++) {
		vf d = received[i], e = d - w->main[i], o = e;

		if (m->any_kept) {
			vf k = d - w->kept[i];

			fade -= 1.0f / b;
			o = v_sel(m->uses_kept, k, o);
			o = v_sel(m->fades, e + fade * (k - e), o);
		}
		if (m->any_nlp) {
			*seed = *seed * 1664525 + 1013904223;
			o = o * gain + (1.0f - gain) * m->noise * 0x1p-31f *
					       v_from_int((vi)*seed);
			gain += m->gain_step;
		}
		w->main[i] = e;
		out[i] = v_sel(m->bypass, d, o);
	}
}

/* Start a trial, or end it in vain. */
static void exchange(struct echo_group *g, const struct echo_masks *m,
		     const struct echo_work *w)
{
	const struct echo_shape *s = g->shape;
	vf *taps = (vf *)g->taps, *kept = (vf *)g->kept;
	vf *doubt = (vf *)g->doubt;
	int i, k, n = s->parts * s->block;

	for (i = 0; i < n; i++) {
		vf t = taps[i], c = kept[i];

		kept[i] = v_sel(m->saves, t, c);
		taps[i] = v_sel(m->restores, c, v_sel(m->clears, v_set(0), t));
	}
	for (i = 0; i < (int)s->parts; i++, doubt += ECHO_BANDS)
		for (k = 0; k < ECHO_BANDS; k++) {
			vf high = v_max(doubt[k], v_set(ECHO_DOUBT / s->parts));
			vf low = v_min(doubt[k], w->energy[i] * 1e-3f + 1e-5f);

			doubt[k] = v_sel(m->saves | m->clears, high,
					 v_sel(m->restores, low, doubt[k]));
		}
}

/*
 * d becomes the factor 1 / (D + 2 near) of each bin, 0 where nothing is to be
 * learned. A tone leaks into all bins, and what it leaves there says nothing
 * about the path: so what is far below it counts for nothing. y holds E. A wide
 * band is two bands; its bins are those of filter().
 */
static void weigh(struct echo_group *g, const struct echo_masks *m,
		  struct echo_work *w)
{
	const struct echo_shape *s = g->shape;
	int b = s->block, width = b / ECHO_WIDE_BANDS, band, k;
	vf *near = (vf *)g->near, factor = AT_ONCE * m->adapts;
	vf always = v_set(NOISE * b);

	if (m->any_tones) {
		vf all = v_set(0);

		for (k = 0; k <= b; k++)
			all += w->d[k];
		always += m->tones * all * (1.0f / b);
	}

	for (band = 0; band < ECHO_WIDE_BANDS; band++) {
		int from = band * width + 1, to = from + width;
		vf e = v_set(0), d = v_set(0), now;

		if (band == 0)
			from--;
		for (k = from; k < to; k++) {
			e += w->y.re[k] * w->y.re[k] + w->y.im[k] * w->y.im[k];
			d += w->d[k];
		}
		now = v_max(e - 0.5f * d, NEAR_MIN * e) * (1.0f / (to - from));
		near[band] = v_max(now, 0.3f * near[band] + 0.7f * now);
		now = 2.0f * near[band] + always;
		/* one division for two */
		for (k = from; k + 1 < to; k += 2) {
			vf a = w->d[k] + now, c = w->d[k + 1] + now;
			vf both = factor / (a * c);

			w->d[k] = both * c;
			w->d[k + 1] = both * a;
		}
		if (k < to)
			w->d[k] = factor / (w->d[k] + now);
	}
}

/* The gradient in one bin, and its share of what has been learned. */
RD_INLINE struct cvf gradient(const struct echo_work *w, int k, vf xr, vf xi,
			      vf doubt, vf *learned)
{
	vf f = doubt * w->d[k], er = w->y.re[k], ei = w->y.im[k];

	*learned += f * (xr * xr + xi * xi);
	return (struct cvf){ f * (xr * er + xi * ei), f * (xr * ei - xi * er) };
}

/* The spectrum of one part's gradient, into the inverse transform. */
static void gradient_part(const struct echo_group *g, const vf *xr,
			  const vf *doubt, vf learned[ECHO_BANDS],
			  struct echo_work *w)
{
	const struct echo_shape *s = g->shape;
	int b = s->block, width = b / ECHO_BANDS, band, k;
	const vf *xi = xr + s->bins;
	struct cvf low, high;
	vf sum_low = v_set(0), sum_high = v_set(0);

	low = gradient(w, 0, xr[0], xi[0], doubt[0], &sum_low);
	high = gradient(w, b, xr[b], xi[b], doubt[ECHO_BANDS - 1], &sum_high);
	irfft_ends(&w->z, low.re, high.re);
	for (band = 0; band < ECHO_BANDS / 2; band++) {
		int mirror = ECHO_BANDS - 1 - band;
		vf doubt_low = doubt[band], doubt_high = doubt[mirror];

		for (k = band * width + 1; k <= (band + 1) * width; k++) {
			int h = b - k;

			look_ahead(w);
			low = gradient(w, k, xr[k], xi[k], doubt_low, &sum_low);
			high = gradient(w, h, xr[h], xi[h], doubt_high,
					&sum_high);
			irfft_pair(&s->fft, &w->z, k, low, high);
		}
		learned[band] = sum_low;
		learned[mirror] = sum_high;
		sum_low = sum_high = v_set(0);
	}
}

/*
 * Learn from the error in w->main; of tones without becoming sure of the rest
 * of the path, for a call may begin with one.
 */
static void adapt(struct echo_group *g, const struct echo_masks *m,
		  struct echo_work *w)
{
	const struct echo_shape *s = g->shape;
	int b = s->block, left = s->taps, band, k, p;
	vf *taps = (vf *)g->taps, *doubt = (vf *)g->doubt;
	vf trust = v_sel(v_lt(v_set(0), m->tones), v_set(0.1f * s->trust),
			 v_set(s->trust));
	struct spectrum *e = &w->y;

	rfft_begin(&s->fft, &w->z, NULL, w->main);
	rfft_ends(&w->z, &e->re[0], &e->re[b]);
	e->im[0] = e->im[b] = v_set(0);
	for (k = 1; k <= b / 2; k++) {
		struct cvf low, high;

		rfft_pair(&s->fft, &w->z, k, &low, &high);
		e->re[k] = low.re;
		e->im[k] = low.im;
		e->re[b - k] = high.re;
		e->im[b - k] = high.im;
	}
	weigh(g, m, w);
	for (p = 0; p < (int)s->parts; p++, left -= b) {
		vf news = s->forget * m->adapts * w->energy[p];
		vf learned[ECHO_BANDS];

		gradient_part(g, spectrum_re(g, p), doubt, learned, w);
		for (band = 0; band < ECHO_BANDS; band++)
			doubt[band] = doubt[band] * (1.0f - s->forget) *
					      (1.0f - trust * learned[band]) +
				      news;
		irfft_end(&s->fft, &w->z, 0, true, 0.5f / b, taps,
			  left < b ? left : b);
		taps += b;
		doubt += ECHO_BANDS;
	}
}

void ECHO_BLOCK(struct echo_group *g, const float *sent, const float *received,
		float *out)
{
	const struct echo_shape *s = g->shape;
	struct echo_sums sums[RD_LANES];
	struct echo_masks m;
	struct echo_work w;
	bool has_kept = false;
	int i;

	for (i = 0; i < RD_LANES; i++)
		has_kept |= g->control[i].trial_frames > 0;
	w.ahead = g->ahead;
	w.ahead_end = g->ahead + g->ahead_bytes;
	g->newest = (g->newest + s->parts - 1) % s->parts;
	far_spectrum(g, (const vf *)sent, &w);
	if (has_kept)
		filter_kept(g, &w);
	filter_main(g, &w);
	sum_up(g, (const vf *)sent, (const vf *)received, &w, has_kept, sums);
	decide(g, sums, &m);
	if (!has_kept)
		m.any_kept = false;
	produce(g, (const vf *)received, &m, &w, (vf *)out);
	if (m.any_exchange)
		exchange(g, &m, &w);
	if (m.any_adapts)
		adapt(g, &m, &w);
	memcpy(g->before, sent, s->block * sizeof(vf));
}

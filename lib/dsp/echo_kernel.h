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
#define NOISE	 50.0f /* mean square that is always there: A-law's steps */
#define FORGET	 1e-5f /* a block: lines do change */

struct spectrum {
	vf re[BINS_MAX], im[BINS_MAX];
};

struct echo_work {
	struct fft_work z;
	struct spectrum y, t;
	vf d[BINS_MAX];
	vf main[FFT_MAX], kept[FFT_MAX];
	vf energy[ECHO_PARTS_MAX]; /* of the taps of each part */
};

/* The spectrum of the far end p blocks ago. */
RD_INLINE vf *spectrum_re(const struct echo_group *g, unsigned int p)
{
	const struct echo_shape *s = g->shape;

	return (vf *)g->spectra + (g->newest + p) % s->parts * 2 * s->bins;
}

/* B samples into one half of the transform, zeros into the other. */
RD_INLINE void pack_half(struct fft_work *z, const vf *x, int half, int b)
{
	int i, at = half ? b / 2 : 0, rest = half ? 0 : b / 2;

	for (i = 0; i < b / 2; i++) {
		z->re[at + i] = x[2 * i];
		z->im[at + i] = x[2 * i + 1];
		z->re[rest + i] = v_set(0);
		z->im[rest + i] = v_set(0);
	}
}

static void far_spectrum(struct echo_group *g, const vf *sent,
			 struct echo_work *w)
{
	const struct echo_shape *s = g->shape;
	const vf *before = (const vf *)g->before;
	int i, h = s->block / 2;
	vf *re = spectrum_re(g, 0);

	for (i = 0; i < h; i++) {
		w->z.re[i] = before[2 * i];
		w->z.im[i] = before[2 * i + 1];
		w->z.re[h + i] = sent[2 * i];
		w->z.im[h + i] = sent[2 * i + 1];
	}
	rfft(&s->fft, &w->z, re, re + s->bins);
}

/*
 * echo = taps * far end, and, if asked for, the expected error d and the
 * energy of each part of the taps.
 */
static void filter(const struct echo_group *g, const vf *taps,
		   struct echo_work *w, bool with_doubt, vf *echo)
{
	const struct echo_shape *s = g->shape;
	const vf *doubt = (const vf *)g->doubt;
	int b = s->block, width = b / ECHO_BANDS, bins = s->bins, k, p;
	float scale = 0.5f / b;

	memset(w->y.re, 0, sizeof(w->y.re));
	memset(w->y.im, 0, sizeof(w->y.im));
	if (with_doubt)
		memset(w->d, 0, sizeof(w->d));
	for (p = 0; p < (int)s->parts; p++, taps += b, doubt += ECHO_BANDS) {
		const vf *xr = spectrum_re(g, p), *xi = xr + bins;
		vf energy = v_set(0);

		if (with_doubt) {
			for (k = 0; k < b; k++)
				energy += taps[k] * taps[k];
			w->energy[p] = energy;
			for (k = 0; k < bins; k++) {
				int band = k / width;

				if (band == ECHO_BANDS)
					band--;
				w->d[k] += doubt[band] *
					   (xr[k] * xr[k] + xi[k] * xi[k]);
			}
		}
		pack_half(&w->z, taps, 0, b);
		rfft(&s->fft, &w->z, w->t.re, w->t.im);
		for (k = 0; k < bins; k++) {
			vf tr = w->t.re[k], ti = w->t.im[k];

			w->y.re[k] += tr * xr[k] - ti * xi[k];
			w->y.im[k] += tr * xi[k] + ti * xr[k];
		}
	}
	irfft(&s->fft, w->y.re, w->y.im, &w->z);
	for (k = 0; k < b / 2; k++) {
		echo[2 * k] = w->z.re[b / 2 + k] * scale;
		echo[2 * k + 1] = w->z.im[b / 2 + k] * scale;
	}
}

/*
 * How much of the far spectrum lies outside its two strongest peaks: next to
 * nothing for one or two tones. A Hann window, applied to the spectrum, keeps
 * a peak within three bins.
 */
static vf far_spread(const struct echo_group *g, struct echo_work *w)
{
	const vf *re = spectrum_re(g, 0), *im = re + g->shape->bins;
	int bins = g->shape->bins, k;
	vf all = v_set(0), first = v_set(-1), second = v_set(-1);
	vf rest = v_set(0), at = v_set(0), at2 = v_set(0);
	vf *p = w->t.re;

	for (k = 1; k < bins - 1; k++) {
		vf r = 0.5f * re[k] - 0.25f * (re[k - 1] + re[k + 1]);
		vf i = 0.5f * im[k] - 0.25f * (im[k - 1] + im[k + 1]);
		vi more;

		p[k] = r * r + i * i;
		all += p[k];
		more = v_lt(first, p[k]);
		first = v_sel(more, p[k], first);
		at = v_sel(more, v_set(k), at);
	}
	for (k = 1; k < bins - 1; k++) {
		vf off = v_set(k) - at;
		vi more = v_lt(v_set(9.5f), off * off) & v_lt(second, p[k]);

		second = v_sel(more, p[k], second);
		at2 = v_sel(more, v_set(k), at2);
	}
	for (k = 1; k < bins - 1; k++) {
		vf off = v_set(k) - at, off2 = v_set(k) - at2;
		vi out = v_lt(v_set(9.5f), off * off) &
			 v_lt(v_set(9.5f), off2 * off2);

		rest += v_sel(out, p[k], v_set(0));
	}
	return rest / (all + 1.0f);
}

/* Everything the control wants to know, lane by lane. */
static void sum_up(const struct echo_group *g, const vf *sent,
		   const vf *received, struct echo_work *w, bool has_kept,
		   struct echo_sums sums[RD_LANES])
{
	const struct echo_shape *s = g->shape;
	const vf *re = spectrum_re(g, 0), *im = re + s->bins;
	int bin = s->block * 21 / 40; /* 2100 Hz */
	vf far = v_set(0), near = v_set(0), main = v_set(0), kept = v_set(0);
	vf echo = v_set(0), nr = v_set(0), ni = v_set(0);
	vf spread = far_spread(g, w);
	int i, at = 0;

	for (i = 0; i < (int)s->block; i++) {
		vf d = received[i], y = w->main[i], e = d - y;

		far += sent[i] * sent[i];
		near += d * d;
		main += e * e;
		echo += y * y;
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
			.far_re = 0.5f * ((float *)&re[bin])[i],
			.far_im = 0.5f * ((float *)&im[bin])[i],
			.near_re = ((float *)&nr)[i],
			.near_im = ((float *)&ni)[i],
		};
}

/* The verdicts of all lanes, as masks and factors. */
struct echo_masks {
	vi bypass, uses_kept, fades, saves, restores;
	vf adapts, gain, gain_step, noise;
	bool any_kept, any_saves, any_restores, any_adapts, any_nlp;
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
		((int32_t *)&m->restores)[i] = -v.restores;
		((float *)&m->adapts)[i] = v.adapts;
		((float *)&m->gain)[i] = v.gain[0];
		((float *)&m->gain_step)[i] =
			(v.gain[1] - v.gain[0]) / s->block;
		((float *)&m->noise)[i] = v.noise_rms * 1.7320508f;
		m->any_kept |= v.uses_kept || v.is_switch;
		m->any_saves |= v.saves;
		m->any_restores |= v.restores;
		m->any_adapts |= v.adapts;
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
		taps[i] = v_sel(m->restores, c, t);
	}
	for (i = 0; i < (int)s->parts; i++, doubt += ECHO_BANDS)
		for (k = 0; k < ECHO_BANDS; k++) {
			vf high = v_max(doubt[k], v_set(ECHO_DOUBT / s->parts));
			vf low = v_min(doubt[k], w->energy[i] * 1e-3f + 1e-5f);

			doubt[k] = v_sel(m->saves, high,
					 v_sel(m->restores, low, doubt[k]));
		}
}

/*
 * d becomes the factor 1 / (D + 2 near) of each bin, 0 where nothing is to be
 * learned. y holds E.
 */
static void weigh(struct echo_group *g, const struct echo_masks *m,
		  struct echo_work *w)
{
	const struct echo_shape *s = g->shape;
	int b = s->block, width = b / ECHO_WIDE_BANDS, band, k;
	vf *near = (vf *)g->near;

	for (band = 0; band < ECHO_WIDE_BANDS; band++) {
		int from = band * width, to = from + width;
		vf e = v_set(0), d = v_set(0), now;

		if (band == ECHO_WIDE_BANDS - 1)
			to++;
		for (k = from; k < to; k++) {
			e += w->y.re[k] * w->y.re[k] + w->y.im[k] * w->y.im[k];
			d += w->d[k];
		}
		now = v_max(e - 0.5f * d, NEAR_MIN * e) / v_set(to - from);
		near[band] = v_max(now, 0.5f * (near[band] + now));
		now = 2.0f * near[band] + NOISE * b;
		for (k = from; k < to; k++)
			w->d[k] = AT_ONCE * m->adapts / (w->d[k] + now);
	}
}

/* Learn from the error in w->main. */
static void adapt(struct echo_group *g, const struct echo_masks *m,
		  struct echo_work *w)
{
	const struct echo_shape *s = g->shape;
	int b = s->block, width = b / ECHO_BANDS, bins = s->bins;
	int left = s->taps, band, k, p;
	float scale = 0.5f / b;
	vf *taps = (vf *)g->taps, *doubt = (vf *)g->doubt;
	struct spectrum *e = &w->y, *t = &w->t;

	pack_half(&w->z, w->main, 1, b);
	rfft(&s->fft, &w->z, e->re, e->im);
	weigh(g, m, w);
	for (p = 0; p < (int)s->parts; p++, left -= b) {
		const vf *xr = spectrum_re(g, p), *xi = xr + bins;
		int use = left < b ? left : b;
		vf news = FORGET * m->adapts * w->energy[p];

		for (band = 0; band < ECHO_BANDS; band++) {
			int from = band * width, to = from + width;
			vf sum = v_set(0);

			if (band == ECHO_BANDS - 1)
				to++;
			for (k = from; k < to; k++) {
				vf f = doubt[band] * w->d[k];
				vf r = xr[k], i = xi[k];

				t->re[k] = f * (r * e->re[k] + i * e->im[k]);
				t->im[k] = f * (r * e->im[k] - i * e->re[k]);
				sum += f * (r * r + i * i);
			}
			sum = 1.0f - sum * (0.5f / (to - from));
			doubt[band] =
				doubt[band] * (1.0f - FORGET) * sum + news;
		}
		irfft(&s->fft, t->re, t->im, &w->z);
		for (k = 0; k < use / 2; k++) {
			taps[2 * k] += scale * w->z.re[k];
			taps[2 * k + 1] += scale * w->z.im[k];
		}
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
	g->newest = (g->newest + s->parts - 1) % s->parts;
	far_spectrum(g, (const vf *)sent, &w);
	if (has_kept)
		filter(g, (const vf *)g->kept, &w, false, w.kept);
	filter(g, (const vf *)g->taps, &w, true, w.main);
	sum_up(g, (const vf *)sent, (const vf *)received, &w, has_kept, sums);
	decide(g, sums, &m);
	if (!has_kept)
		m.any_kept = false;
	produce(g, (const vf *)received, &m, &w, (vf *)out);
	if (m.any_saves || m.any_restores)
		exchange(g, &m, &w);
	if (m.any_adapts)
		adapt(g, &m, &w);
	memcpy(g->before, sent, s->block * sizeof(vf));
}

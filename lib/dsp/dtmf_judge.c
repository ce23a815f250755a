// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DTMF receiver: what a hop means. Windows of four hops are judged; see dtmf.c
 * for the method and dtmf_judge.h for who calls this.
 */
#include "lib/dsp/dtmf_judge.h"

#include <math.h>
#include <string.h>

#include "lib/dsp/dtmf_waves.h"

#define HOP   RD_DTMF_HOP
#define DEPTH RD_DTMF_DEPTH

/* More of what Q.24 leaves to the receiver. */
#define DEVIATION_MAX 0.0185f /* of the frequency */
#define PAIR_MIN      0.84f   /* pair / all above 650 Hz, over the hits */
#define TOTAL_MIN     0.8f    /* pair / all but dial tone */
#define STEADY_HITS   7
#define STEADY_MIN    0.997f /* turns summed up / their magnitudes */
#define FADE_MIN      0.7f   /* of the level, window to window */
#define FADE_HITS     5
#define HITS_MIN      3	   /* windows that agree */
#define LENGTH_MIN    252  /* samples: 31.5 ms */
#define PRESENT_MIN   0.5f /* of the full amplitude */
#define GAP_HOPS      4	   /* 20 ms of absence end a digit */

static const char key[16] = "123A456B789C*0#D";
static const float tone_hz[8] = { 697, 770, 852, 941, 1209, 1336, 1477, 1633 };

struct cpx {
	float re, im;
};

/* What one window says. */
struct verdict {
	int code;		   /* digit, -1: none */
	float level[2];		   /* amplitude of either tone, samples */
	float pair, energy, total; /* of the two tones, and of all */
	struct cpx turn[2]; /* from the window before, nominal taken out */
};

static inline float power(struct cpx z)
{
	return z.re * z.re + z.im * z.im;
}

static inline struct cpx mul(struct cpx a, struct cpx b)
{
	return (struct cpx){ a.re * b.re - a.im * b.im,
			     a.re * b.im + a.im * b.re };
}

static inline struct cpx conj_mul(struct cpx a, struct cpx b)
{
	return (struct cpx){ a.re * b.re + a.im * b.im,
			     a.im * b.re - a.re * b.im };
}

/* The hop j hops before the latest complete one. */
static inline const struct rd_dtmf_hop *hop_back(const struct rd_dtmf_rx *rx,
						 unsigned int j)
{
	return &rx->hist[(rx->hops - 1 - j) % DEPTH];
}

/* Tone f in the window that ends back hops ago; phase of its latest hop. */
static struct cpx window_tone(const struct rd_dtmf_rx *rx, int f,
			      unsigned int back)
{
	const struct cpx hop = { rd_dtmf_hop_re[f], rd_dtmf_hop_im[f] };
	struct cpx z = { 0, 0 };
	int j;

	for (j = 3; j >= 0; j--) {
		const struct rd_dtmf_hop *h = hop_back(rx, back + j);

		z = mul(z, hop);
		z.re += dtmf_taper[j] * h->re[f];
		z.im += dtmf_taper[j] * h->im[f];
	}
	return z;
}

/* The phase turn of tone f over the last hop, less the nominal turn. */
static struct cpx window_turn(const struct rd_dtmf_rx *rx, int f,
			      struct cpx now)
{
	const struct cpx hop = { rd_dtmf_hop_re[f], rd_dtmf_hop_im[f] };

	return conj_mul(conj_mul(now, window_tone(rx, f, 1)), hop);
}

/* Deviation from the nominal frequency, Hz. */
static inline float turn_hz(struct cpx turn)
{
	return atan2f(turn.im, turn.re) * (8000.0f / HOP / 2 / (float)M_PI);
}

/* Power a window loses when the tone is off by so many Hz: a polynomial. */
static inline float off_tune_loss(float hz)
{
	float u = hz * hz * 1e-4f;

	/* (sinc(hz 5 ms) times the taper's own response) squared */
	return 1.0f - u * (10.4f - u * 36.5f);
}

/* Best of a group of four; false if the next best is too near. */
static bool best_of(const struct cpx z[8], int first, int *best)
{
	float max = -1, next = -1;
	int f;

	for (f = first; f < first + 4; f++) {
		float p = power(z[f]);

		if (p > max) {
			next = max;
			max = p;
			*best = f;
		} else if (p > next) {
			next = p;
		}
	}
	return next <= max * DTMF_RIVAL_MAX;
}

/* Judge the window of the last four hops. */
static void judge(const struct rd_dtmf_rx *rx, struct verdict *v)
{
	const float full = HOP * DTMF_TAPER_SUM;
	struct cpx z[8];
	float p[2], energy = 0, total = 0, pair = 0;
	int best[2] = { 0, 4 }, j, f, g;

	*v = (struct verdict){ .code = -1 };
	for (j = 0; j < 4; j++) {
		energy += dtmf_taper[j] * hop_back(rx, j)->energy;
		total += dtmf_taper[j] * hop_back(rx, j)->total;
	}
	/* two tones at the lowest level hold at least this */
	if (energy < DTMF_LEVEL_MIN * DTMF_LEVEL_MIN * DTMF_PURITY_MIN * full)
		return;
	/*
	 * Both ends must hold signal: the phase of a window that slides over an
	 * edge turns as if the tone were in tune, whatever it is.
	 */
	if (hop_back(rx, 0)->energy < DTMF_END_MIN * energy ||
	    hop_back(rx, 3)->energy < DTMF_END_MIN * energy)
		return;
	for (f = 0; f < 8; f++)
		z[f] = window_tone(rx, f, 0);
	if (!best_of(z, 0, &best[0]) || !best_of(z, 4, &best[1]))
		return;
	for (g = 0; g < 2; g++) {
		float hz, loss;

		f = best[g];
		v->turn[g] = window_turn(rx, f, z[f]);
		hz = turn_hz(v->turn[g]);
		if (fabsf(hz) > 2 * DEVIATION_MAX * tone_hz[f])
			return;
		loss = off_tune_loss(hz);
		p[g] = power(z[f]) /
		       (loss > DTMF_LOSS_MIN ? loss : DTMF_LOSS_MIN);
		v->level[g] = 2.0f * sqrtf(p[g]) / full;
		if (v->level[g] < DTMF_LEVEL_MIN)
			return;
		pair += 2.0f * p[g] / full;
	}
	if (p[1] > DTMF_TWIST_HIGH_MAX * p[0] ||
	    p[0] > DTMF_TWIST_LOW_MAX * p[1])
		return;
	if (pair < DTMF_PURITY_MIN * energy)
		return;
	v->pair = pair;
	v->energy = energy;
	v->total = total;
	v->code = best[0] * 4 + best[1] - 4;
}

/*
 * How much of a hop the digit fills, 0..1. Each tone leaks into the other's
 * correlator by sin(20 d) / (40 sin(d / 2)), d the distance in radians per
 * sample; taking that out leaves the two amplitudes.
 */
static float filled(const struct rd_dtmf_hop *h, const struct rd_dtmf_digit *d)
{
	int f = d->code / 4, g = d->code % 4 + 4;
	float w = (tone_hz[g] - tone_hz[f]) * (float)(M_PI / 8000.0);
	float leak = sinf(HOP * w) / (HOP * sinf(w));
	float scale = 2.0f / HOP / (1.0f - leak * leak);
	struct cpx a = { h->re[f] - leak * h->re[g],
			 h->im[f] - leak * h->im[g] };
	struct cpx b = { h->re[g] - leak * h->re[f],
			 h->im[g] - leak * h->im[f] };
	float got = sqrtf(power(a)) + sqrtf(power(b));

	return fminf(got * scale / (d->level[0] + d->level[1]), 1.0f);
}

/* Frames of a hop that a tone fills, given its neighbour inside is full. */
static inline unsigned int edge_frames(float part)
{
	return part < 0.1f ? 0 : (unsigned int)lrintf(part * HOP);
}

/*
 * Walk back from the latest hop through those the candidate fills: its first
 * sample, and the one behind its last. end is the frame behind the latest hop.
 */
static void find_edges(struct rd_dtmf_rx *rx, uint64_t end)
{
	struct rd_dtmf_digit *d = &rx->digit;
	unsigned int j = 0, depth = rx->hops < DEPTH ? rx->hops : DEPTH;
	float part = filled(hop_back(rx, 0), d), inner = 1.0f;

	d->end_frame = end;
	if (part < 0.9f && depth > 1) {
		d->end_frame = end - HOP + edge_frames(part);
		j = 1;
	}
	for (; j < depth; j++) {
		part = filled(hop_back(rx, j), d);
		if (part < PRESENT_MIN || end - j * HOP <= rx->last_end_frame)
			break;
		inner = part;
	}
	d->start_frame = end - (uint64_t)j * HOP;
	if (j < depth && part < PRESENT_MIN)
		d->start_frame -= edge_frames(part);
	if (inner < 0.85f && part < 0.1f)
		d->start_frame += HOP - edge_frames(inner);
	if (d->start_frame < rx->last_end_frame)
		d->start_frame = rx->last_end_frame;
}

/*
 * The edge at frame *at, known to a few samples, to the sample. end: frame
 * behind the latest hop. Nothing is done without two full hops beside it.
 */
static void refine(const struct rd_dtmf_rx *rx, uint64_t end, bool is_end,
		   uint64_t *at)
{
	const struct rd_dtmf_digit *d = &rx->digit;
	int tone[2] = { d->code / 4, d->code % 4 + 4 };
	int back = (int)((int64_t)(end - *at) / HOP), inner, guess;
	float off[2];
	int g;

	if ((int64_t)(end - *at) % HOP == 0)
		back--; /* it lies at a hop's beginning */
	guess = HOP - (int)((int64_t)(end - *at) - back * HOP);
	/* where the high-pass rings no more */
	inner = is_end ? back + 2 : back >= 5 ? back - 4 : back - 3;
	if (back < 1 || inner < 0 || inner + 2 > DEPTH || back + 2 > DEPTH ||
	    rx->hops < DEPTH)
		return;
	for (g = 0; g < 2; g++)
		off[g] = atan2f(d->turn_im[g], d->turn_re[g]) / HOP;
	*at = end - (back + 1) * HOP +
	      dtmf_edge(rx, tone, off, back, inner, guess, is_end);
}

static void emit(const struct rd_dtmf_digit *d, enum rd_dtmf_what what,
		 struct rd_dtmf_event *ev, int *count, int max)
{
	if (*count == max)
		return;
	ev[(*count)++] = (struct rd_dtmf_event){
		.start_frame = d->start_frame,
		.len_frames =
			what == RD_DTMF_END ? d->end_frame - d->start_frame : 0,
		.what = what,
		.digit = key[d->code],
		.low_ddbm0 = lrintf(200 * log10f(d->level[0] / 22826.9f)),
		.high_ddbm0 = lrintf(200 * log10f(d->level[1] / 22826.9f)),
	};
}

/* Are the two tones nearly all there is, over all windows so far? */
static bool is_pure(const struct rd_dtmf_digit *d)
{
	return d->pair > PAIR_MIN * d->energy && d->pair > TOTAL_MIN * d->total;
}

static bool is_in_tune(const struct rd_dtmf_digit *d)
{
	int g;

	for (g = 0; g < 2; g++) {
		int f = g ? d->code % 4 + 4 : d->code / 4;
		struct cpx turn = { d->turn_re[g], d->turn_im[g] };

		if (fabsf(turn_hz(turn)) > DEVIATION_MAX * tone_hz[f])
			return false;
		/* what was no digit for so long may be a voice: they glide */
		if (d->hits >= STEADY_HITS &&
		    power(turn) < STEADY_MIN * STEADY_MIN * d->turn_all[g] *
					  d->turn_all[g])
			return false;
	}
	return true;
}

/*
 * A push button keeps its level; a vowel that happens to look like a digit does
 * not (this alone silenced the last false digits of the talk-off corpus). Later
 * windows do not matter: the digit may end.
 */
static bool is_fading(const struct rd_dtmf_digit *d, const struct verdict *v)
{
	return d->hits && d->hits < FADE_HITS &&
	       (v->level[0] < FADE_MIN * d->level[0] ||
		v->level[1] < FADE_MIN * d->level[1]);
}

/* A window agrees with the candidate, or starts a new one, or ends it. */
static void candidate(struct rd_dtmf_rx *rx, const struct verdict *v)
{
	struct rd_dtmf_digit *d = &rx->digit;
	int g;

	if (v->code < 0 || v->code != d->code || is_fading(d, v)) {
		int8_t code = is_fading(d, v) ? -1 : v->code;

		*d = (struct rd_dtmf_digit){ .code = code };
		if (code < 0)
			return;
	}
	if (d->hits < 255)
		d->hits++;
	d->pair += v->pair;
	d->energy += v->energy;
	d->total += v->total;
	for (g = 0; g < 2; g++) {
		d->level[g] = fmaxf(d->level[g], v->level[g]);
		if (d->hits > 1) {
			d->turn_re[g] += v->turn[g].re;
			d->turn_im[g] += v->turn[g].im;
			d->turn_all[g] += sqrtf(power(v->turn[g]));
		}
	}
}

/*
 * A line's echo of the digit before (Q.24 Annex A: 20 ms, 10 dB down): at once
 * behind it and 6 dB weaker.
 */
static bool is_echo(const struct rd_dtmf_rx *rx)
{
	const struct rd_dtmf_digit *d = &rx->digit;

	return rx->last_end_frame &&
	       d->start_frame - rx->last_end_frame < 2 * HOP &&
	       d->level[0] + d->level[1] < 0.5f * rx->last_level;
}

/* A complete hop; end is the frame behind it. */
void dtmf_hop_done(struct rd_dtmf_rx *rx, uint64_t end,
		   struct rd_dtmf_event *ev, int *count, int max)
{
	struct rd_dtmf_digit *d = &rx->digit;
	struct verdict v;
	float part;

	judge(rx, &v);
	if (d->is_on) {
		part = filled(hop_back(rx, 0), d);
		if (part >= PRESENT_MIN) {
			if (part >= 0.9f || d->absent_hops)
				d->end_frame = end;
			else
				d->end_frame = end - HOP + edge_frames(part);
			d->absent_hops = 0;
		} else if (!d->absent_hops++ && d->end_frame == end - HOP) {
			d->end_frame += edge_frames(part);
		}
		if (d->absent_hops < GAP_HOPS &&
		    (v.code < 0 || v.code == d->code))
			return;
		refine(rx, end, true, &d->end_frame);
		emit(d, RD_DTMF_END, ev, count, max);
		rx->last_end_frame = d->end_frame;
		rx->last_level = d->level[0] + d->level[1];
		*d = (struct rd_dtmf_digit){ .code = -1 };
	}
	candidate(rx, &v);
	if (d->code < 0 || d->hits < HITS_MIN || !is_pure(d) || !is_in_tune(d))
		return;
	find_edges(rx, end);
	if (d->end_frame - d->start_frame < LENGTH_MIN || is_echo(rx))
		return;
	refine(rx, end, false, &d->start_frame);
	d->is_on = true;
	emit(d, RD_DTMF_START, ev, count, max);
}

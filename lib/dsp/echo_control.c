// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The canceller's decisions.
 *
 * Normally the main filter serves and adapts. Its Kalman gain takes care of
 * double talk; what it can not know is that the line has changed, because to
 * a filter that is sure of its path an echo that comes back looks like
 * somebody talking. So:
 *
 *	converged, then received less echo is hardly less than received, 60 ms
 *	      -> trial: keep a copy, let the main filter start anew
 *	the main filter beats the kept one by 6 dB, and takes away 4.5 dB of
 *	      what is received  -> it stays (path change)
 *	0.5 s without that                          -> back to the copy, rest 0.5 s
 *
 * In double talk trials fail and cost nothing, since the kept filter serves.
 *
 * Narrow-band signals tell nothing about most of the path and teach a filter
 * nonsense about it: while the far end sends one or two tones, a filter that
 * copes does not adapt.
 */
#include "lib/dsp/echo_control.h"

#include <math.h>
#include <string.h>

#define FAR_MIN	      300.0f /* mean square, -59 dBm0: below is silence */
#define SMOOTH_FRAMES 800.0f /* 0.1 s */
#define TRIAL_SMOOTH  600.0f
#define CONVERGED     16.0f /* 12 dB of ERLE once */
#define BAD	      4.0f  /* 6 dB of ERLE left */
#define BAD_FRAMES    480
#define TRIAL_FRAMES  4000
#define TRIAL_GAIN    0.25f   /* 6 dB better than the kept */
#define TRIAL_LOSS    0.35f   /* and 4.5 dB better than none */
#define WORSE	      1.2f    /* out / received */
#define TONE_FRAMES   800     /* of tones make a filter suspect */
#define SPREAD_MIN    0.005f  /* of the far spectrum outside two peaks */
#define TONE_POWER    3000.0f /* mean square, -49 dBm0 */
#define STEADY_FRAMES 1200    /* 150 ms of tone before a reversal counts */
#define COPES	      100.0f  /* 20 dB of ERLE: nothing to learn from a tone */

void echo_control_init(struct echo_control *c, bool nlp, bool disabler)
{
	*c = (struct echo_control){
		.floor = 0.06f,
		.gain = 1.0f,
		.noise = 1.0f,
		.idle_blocks = 255,
		.has_nlp = nlp,
		.has_disabler = disabler,
	};
}

static inline void smooth(float *s, float value, float a)
{
	*s += a * (value - *s);
}

static void measure(struct echo_control *c, const struct echo_sums *s,
		    unsigned int n, unsigned int parts)
{
	float a = n / SMOOTH_FRAMES, per = 1.0f / n;

	if (s->far > FAR_MIN * n)
		c->idle_blocks = 0;
	else if (c->idle_blocks < 255)
		c->idle_blocks++;
	c->is_far_active = c->idle_blocks < parts;
	c->is_narrow_band = !c->idle_blocks && s->spread < SPREAD_MIN;
	smooth(&c->far_s, s->far * per, a);
	smooth(&c->near_s, s->near * per, a);
	smooth(&c->main_s, s->main * per, n / TRIAL_SMOOTH);
	smooth(&c->kept_s, s->kept * per, n / TRIAL_SMOOTH);
	smooth(&c->echo_s, s->echo * per, a);
}

/* Which filter serves; a trial ends well, or in vain. */
static void choose(struct echo_control *c, unsigned int n,
		   struct echo_verdict *v)
{
	if (c->trial_frames <= 0)
		return;
	c->trial_frames -= n;
	v->uses_kept = true;
	if (c->main_s < TRIAL_GAIN * c->kept_s &&
	    c->main_s < TRIAL_LOSS * c->near_s) {
		v->uses_kept = false;
		v->is_switch = true;
		c->trial_frames = -TRIAL_FRAMES;
		c->bad_frames = 0;
		c->path_changes++;
	} else if (c->trial_frames <= 0) {
		v->restores = true;
		c->trial_frames = -TRIAL_FRAMES;
	}
}

/* Has the line changed? Then begin a trial. */
static void suspect(struct echo_control *c, unsigned int n,
		    struct echo_verdict *v)
{
	if (c->trial_frames > 0 || v->restores)
		return;
	if (c->trial_frames < 0) {
		c->trial_frames += n;
		if (c->trial_frames > 0)
			c->trial_frames = 0;
	}
	if (c->idle_blocks || c->is_narrow_band)
		return;
	if (c->near_s > CONVERGED * c->out_s)
		c->is_converged = true;
	if (c->near_s < BAD * c->out_s)
		c->bad_frames += n;
	else
		c->bad_frames = 0;
	if (c->is_converged && !c->trial_frames &&
	    c->bad_frames >= BAD_FRAMES) {
		v->saves = true;
		/* a path that makes it worse is no place to begin from */
		v->clears = c->out_s > c->near_s * 0.5f;
		c->bad_frames = 0;
		c->trial_frames = TRIAL_FRAMES;
		c->main_s = c->kept_s;
	}
}

/*
 * The NLP: what is left while the far end talks is replaced by noise like the
 * near end's own, but only if it is as little as the filter leaves at its
 * best. A near end that is anything above that is passed on whole.
 */
static void non_linear(struct echo_control *c, const struct echo_sums *s,
		       unsigned int n, float out, struct echo_verdict *v)
{
	float now = out / n, rest, target = 1.0f;

	/* background: falls at once, climbs 3 dB a second */
	if (now < c->noise)
		smooth(&c->noise, now, 0.3f);
	else
		c->noise *= 1.0f + 0.7f * n / 8000.0f;
	if (c->noise < 1.0f)
		c->noise = 1.0f;

	if (c->is_far_active && c->echo_s > FAR_MIN / 100) {
		rest = fmaxf(now, c->out_s) / c->echo_s;
		if (rest < c->floor)
			smooth(&c->floor, rest, 0.3f);
		else if (c->floor < 0.06f)
			c->floor *= 1.0f + 0.35f * n / 8000.0f;
		if (rest < 4.0f * c->floor)
			target = 0.0f;
	}
	v->gain[0] = c->gain;
	if (!c->has_nlp)
		target = 1.0f;
	else if (target < c->gain)
		target = fmaxf(target, c->gain - n / 480.0f);
	c->gain = v->gain[1] = target;
	if (target > v->gain[0])
		v->gain[0] = target; /* a near end starts: open at once */
	v->noise_rms = sqrtf(fminf(c->noise, 3000.0f));
}

/* Does the phasor turn as the tone does? The cosine of what it does not. */
static float agreement(const struct echo_tone *t, int blocks, float re,
		       float im)
{
	float r = t->re[blocks - 1], i = t->im[blocks - 1], was = r;
	float size;

	for (; blocks; blocks--, was = r) {
		r = was * t->turn_re - i * t->turn_im;
		i = was * t->turn_im + i * t->turn_re;
	}
	size = sqrtf((re * re + im * im) * (r * r + i * i));
	return (re * r + im * i) / (size + 1e-9f);
}

static void follow_turn(struct echo_tone *t, float re, float im, float a)
{
	float r = re * t->re[0] + im * t->im[0];
	float i = im * t->re[0] - re * t->im[0];
	float size = sqrtf(r * r + i * i) + 1e-9f;

	smooth(&t->turn_re, r / size, a);
	smooth(&t->turn_im, i / size, a);
	size = sqrtf(t->turn_re * t->turn_re + t->turn_im * t->turn_im) + 1e-9f;
	t->turn_re /= size;
	t->turn_im /= size;
}

/*
 * 2100 Hz, 21 Hz off at most, with its phase turned by 180 degrees every 450 ms
 * (G.168 §7.2, V.25). How far the phasor turns from block to block is followed,
 * for that says how far off it is. A block is compared with what the block
 * before the last would have become, so that a reversal may lie anywhere in
 * between; it spoils two blocks at most, and what spoils more is no tone. Two
 * reversals at the right distance disable.
 */
static bool answer_tone(struct echo_tone *t, float re, float im, float energy,
			unsigned int n)
{
	/* a pure tone of energy e has |sum|^2 = e n / 2, half of it if off */
	float least = n > 80 ? 0.2f : 0.33f;
	bool is_tone = energy > TONE_POWER * n &&
		       re * re + im * im > least * energy * n;

	t->since_frames += n;
	t->steady_frames += n;
	if (!is_tone) {
		if (++t->others > 2)
			t->steady_frames = t->reversals = 0;
	} else if (t->steady_frames <= 3 * (int32_t)n) {
		follow_turn(t, re, im, 1);
		t->others = 0;
	} else if (agreement(t, 1, re, im) > 0.6f) {
		follow_turn(t, re, im, 0.2f);
		t->others = 0;
	} else if (++t->others > 3) {
		t->steady_frames = t->reversals = 0;
	}
	if (is_tone && t->steady_frames > STEADY_FRAMES &&
	    t->since_frames > STEADY_FRAMES &&
	    agreement(t, 2, re, im) < -0.6f) {
		bool in_time = t->since_frames > 3200 && t->since_frames < 4000;

		t->reversals = in_time || !t->reversals ? t->reversals + 1 : 1;
		t->since_frames = 0;
	}
	t->re[1] = t->re[0];
	t->im[1] = t->im[0];
	t->re[0] = re;
	t->im[0] = im;
	return t->reversals >= 2;
}

#define RELEASE_LEVEL  63000.0f /* mean square, -36 dBm0 */
#define RELEASE_FRAMES 2000	/* 250 ms, G.168 §7.3 */

static void disabler(struct echo_control *c, const struct echo_sums *s,
		     unsigned int n)
{
	bool heard[2];

	heard[0] = answer_tone(&c->tone[0], s->far_re, s->far_im, s->far, n);
	heard[1] = answer_tone(&c->tone[1], s->near_re, s->near_im, s->near, n);
	if (c->has_disabler && (heard[0] || heard[1]))
		c->is_disabled = true;
	if (s->far < RELEASE_LEVEL * n && s->near < RELEASE_LEVEL * n)
		c->quiet_frames += n;
	else
		c->quiet_frames = 0;
	if (c->is_disabled && c->quiet_frames > RELEASE_FRAMES) {
		c->is_disabled = false;
		c->tone[0].reversals = c->tone[1].reversals = 0;
	}
}

void echo_control(struct echo_control *c, const struct echo_sums *s,
		  unsigned int n, unsigned int parts, struct echo_verdict *v)
{
	float out, a = n / SMOOTH_FRAMES;

	memset(v, 0, sizeof(*v));
	measure(c, s, n, parts);
	disabler(c, s, n);
	choose(c, n, v);

	out = v->uses_kept ? s->kept : s->main;
	smooth(&c->out_s, out / n, a);
	suspect(c, n, v);
	if (!c->idle_blocks) {
		smooth(&c->erle_near, s->near / n, a);
		smooth(&c->erle_out, out / n, a);
	}
	/* after an exchange the expected error must be computed anew first */
	v->adapts = c->is_far_active && !c->is_disabled && !c->is_off &&
		    !v->saves && !v->restores && !v->clears &&
		    !(c->is_narrow_band && c->near_s > COPES * c->out_s);
	v->is_narrow_band = c->is_narrow_band;
	v->is_bypass = !c->is_far_active || c->is_disabled || c->is_off ||
		       c->out_s > WORSE * c->near_s;
	non_linear(c, s, n, v->is_bypass ? s->near : out, v);
	if (v->is_bypass)
		v->gain[0] = v->gain[1] = c->gain = 1.0f;
}

bool echo_control_is_bypass(const struct echo_control *c, float far,
			    unsigned int n)
{
	return c->is_disabled || c->is_off || c->out_s > WORSE * c->near_s ||
	       (!c->is_far_active && far <= FAR_MIN * n);
}

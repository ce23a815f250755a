// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Automatic level control and noise gate: one decision per block, from its
 * energy and its peak. Scalar code; the samples are multiplied by whoever has
 * them, a bank in lanes or rd_alc_process().
 *
 *	energy ──► background (falls at once, climbs 3 dB/s)
 *	   └─ 6 dB above it, and above the gate? ─► speech: mean power over 1 s
 *	target / speech ─► gain, within its limits, at its speed, below the peak
 *	energy > gate, or was 250 ms ago ─► door
 */
#include "lib/dsp/alc.h"

#include <errno.h>
#include <math.h>

#include "lib/dsp/level.h"

#define RATE	    8000.0f
#define STANDS_OUT  4.0f	   /* of speech over background, power */
#define CLIMB	    (0.69f / RATE) /* of the background, a sample: 3 dB/s */
#define MEAN_FRAMES RATE	   /* speech is averaged over */
#define UP	    (0.92f / RATE) /* of the gain, a sample: 8 dB/s */
#define DOWN	    (3.45f / RATE) /* 30 dB/s */
#define HANGOVER    2000	   /* frames, 250 ms */
#define CLOSING	    (6.9f / RATE)  /* of the gate, a sample: 60 dB/s */
#define PEAK_MAX    31000.0f

static bool is_in(float v, float min, float max)
{
	return v >= min && v <= max; /* false for a NaN */
}

static float factor(float db)
{
	return powf(10.0f, db / 20.0f);
}

int rd_alc_init(struct rd_alc *a, const struct rd_alc_config *c)
{
	if (!is_in(c->target_dbm0, -40, -5) || !is_in(c->gain_max_db, 0, 30) ||
	    !is_in(c->gate_dbm0, -80, -20) || !is_in(c->gate_loss_db, 0, 60))
		return -EINVAL;
	*a = (struct rd_alc){
		.target = rd_level_of_dbm0(c->target_dbm0),
		.gate = rd_level_of_dbm0(c->gate_dbm0),
		.gain_max = c->gain_max_db ? factor(c->gain_max_db) : 1,
		.gain_min = c->gain_max_db ? factor(-c->gain_max_db) : 1,
		.closed = c->gate_loss_db ? factor(-c->gate_loss_db) : 1,
	};
	rd_alc_reset(a);
	return 0;
}

void rd_alc_reset(struct rd_alc *a)
{
	a->speech = 0;
	a->noise = a->gate;
	a->gain = a->door = a->last = 1;
	a->heard_frames = 0;
	a->left_frames = 0;
}

/* Is the block speech? Then it counts, the first second each block the same. */
static bool listen(struct rd_alc *a, float power, unsigned int n)
{
	float mean;

	if (power < a->noise)
		a->noise = power;
	else
		a->noise *= 1.0f + CLIMB * n;
	if (a->noise < 1.0f)
		a->noise = 1.0f;
	if (power < a->gate || power < STANDS_OUT * a->noise)
		return false;
	mean = fminf(a->heard_frames + n, MEAN_FRAMES);
	a->speech += n / mean * (power - a->speech);
	a->heard_frames = mean;
	return true;
}

static void follow(struct rd_alc *a, unsigned int n)
{
	float want = sqrtf(a->target / a->speech);

	want = fminf(fmaxf(want, a->gain_min), a->gain_max);
	if (want > a->gain)
		a->gain = fminf(want, a->gain * (1.0f + UP * n));
	else
		a->gain = fmaxf(want, a->gain * (1.0f - DOWN * n));
}

static void keep_door(struct rd_alc *a, float power, unsigned int n)
{
	if (power >= a->gate)
		a->left_frames = HANGOVER;
	else if (a->left_frames > 0)
		a->left_frames -= n;
	if (a->left_frames > 0)
		a->door = 1;
	else
		a->door = fmaxf(a->closed, a->door * (1.0f - CLOSING * n));
}

void rd_alc_gain(struct rd_alc *a, float energy, float peak, unsigned int n,
		 float *from, float *to)
{
	float power = energy / n;

	if (listen(a, power, n))
		follow(a, n);
	if (a->gain > 1 && peak * a->gain > PEAK_MAX)
		a->gain = fmaxf(PEAK_MAX / peak, 1);
	keep_door(a, power, n);
	*to = a->gain * a->door;
	/* a word's beginning is not faded in, a peak not waited for */
	*from = a->left_frames == HANGOVER && a->last < *to * 0.7f ? *to
								   : a->last;
	if (*from * peak > PEAK_MAX && *from > *to)
		*from = *to;
	a->last = *to;
}

void rd_alc_process(struct rd_alc *a, const int16_t *in, int16_t *out,
		    unsigned int n)
{
	float energy = 0, peak = 0, gain, to;
	unsigned int i;

	for (i = 0; i < n; i++) {
		float x = in[i];

		energy += x * x;
		peak = fmaxf(peak, fabsf(x));
	}
	rd_alc_gain(a, energy, peak, n, &gain, &to);
	to = (to - gain) / n;
	for (i = 0; i < n; i++) {
		float x = in[i] * gain;

		out[i] = lrintf(fminf(fmaxf(x, -32768.0f), 32767.0f));
		gain += to;
	}
}

static float db(float power)
{
	return power > 1e-9f ? 10.0f * log10f(power) : RD_DBM0_NOTHING;
}

void rd_alc_get_state(const struct rd_alc *a, struct rd_alc_state *state)
{
	*state = (struct rd_alc_state){
		.speech_dbm0 = a->heard_frames
				       ? db(a->speech) + (float)RD_DBM0_OF_ONE
				       : RD_DBM0_NOTHING,
		.noise_dbm0 = db(a->noise) + (float)RD_DBM0_OF_ONE,
		.gain_db = 2 * db(a->last),
		.is_talking = a->left_frames > 0,
	};
}

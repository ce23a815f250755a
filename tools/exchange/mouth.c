// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/mouth.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/base/frames.h"
#include "tools/exchange/marker.h"

void xc_mouth_init(struct xc_mouth *m, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	m->rng.state = seed;
}

void xc_mouth_free(struct xc_mouth *m)
{
	if (m->dtmf)
		dtmf_tx_free(m->dtmf);
	m->dtmf = NULL;
}

static int begin_keys(struct xc_mouth *m, const struct xc_step *step,
		      uint64_t frame)
{
	size_t n = strlen(step->keys.digits);

	if (!m->dtmf)
		m->dtmf = dtmf_tx_init(NULL);
	if (!m->dtmf)
		return -ENOMEM;
	/* SpanDSP counts the level of the low tone from full scale. */
	dtmf_tx_set_level(m->dtmf, step->keys.level_dbm0, step->keys.twist_db);
	dtmf_tx_set_timing(m->dtmf, step->keys.on_ms, step->keys.off_ms);
	dtmf_tx_put(m->dtmf, step->keys.digits, -1);
	m->front = (struct xc_voice){
		.active = true,
		.start_frame = frame,
		.end_frame = frame + rd_frames_from_ms(n * (step->keys.on_ms +
							    step->keys.off_ms)),
	};
	return 0;
}

int xc_mouth_begin(struct xc_mouth *m, const struct xc_step *step,
		   uint64_t frame)
{
	struct xc_voice *v = step->say.background ? &m->back : &m->front;

	if (step->verb == XC_STEP_KEYS)
		return begin_keys(m, step, frame);
	*v = (struct xc_voice){
		.active = true,
		.step = step,
		.start_frame = frame,
		.end_frame = step->say.frames ? frame + step->say.frames
					      : RD_FRAME_NEVER,
	};
	if (step->say.what == XC_SAY_SOUND && !step->say.frames)
		v->end_frame = frame + step->say.sound->n;
	if (step->say.what == XC_SAY_MARKER)
		xc_marker_start(step->say.marker, frame);
	return 0;
}

void xc_mouth_hush(struct xc_mouth *m)
{
	m->back.active = false;
}

bool xc_mouth_is_busy(const struct xc_mouth *m)
{
	return m->front.active;
}

static void say_sound(struct xc_voice *v, int16_t *out, unsigned n)
{
	const struct xc_sound *s = v->step->say.sound;
	unsigned i;

	/* With a duration it is said over and over. */
	for (i = 0; i < n; i++) {
		out[i] = s->samples[v->at];
		if (++v->at == s->n)
			v->at = 0;
	}
}

static void say_noise(struct xc_mouth *m, const struct xc_step *step,
		      int16_t *out, unsigned n)
{
	double rms = XC_RMS_AT_0DBM0 * pow(10, step->say.level_dbm0 / 20.0);
	unsigned i, k;

	for (i = 0; i < n; i++) {
		double sum = 0;

		for (k = 0; k < 12; k++) /* variance 1, near enough normal */
			sum += rd_rng_unit(&m->rng);
		out[i] = (int16_t)((sum - 6) * rms);
	}
}

static enum xc_said speak(struct xc_mouth *m, struct xc_voice *v, uint64_t from,
			  int16_t *samples, uint8_t *octets, unsigned n)
{
	unsigned len = n;

	if (v->end_frame <= from + n) {
		len = v->end_frame > from ? v->end_frame - from : 0;
		v->active = false;
	}
	memset(samples, 0, n * sizeof(*samples));
	if (!v->step) {
		dtmf_tx(m->dtmf, samples, len);
		return XC_SAID_SAMPLES;
	}
	switch (v->step->say.what) {
	case XC_SAY_SOUND:
		say_sound(v, samples, len);
		break;
	case XC_SAY_TONE:
		xc_tone_sine(samples, len, v->step->say.hz,
			     v->step->say.level_dbm0, &v->phase);
		break;
	case XC_SAY_NOISE:
		say_noise(m, v->step, samples, len);
		break;
	case XC_SAY_MARKER:
		xc_marker_speak(v->step->say.marker, from, octets, n);
		return XC_SAID_OCTETS;
	}
	return XC_SAID_SAMPLES;
}

enum xc_said xc_mouth_speak(struct xc_mouth *m, uint64_t from, int16_t *samples,
			    uint8_t *octets, unsigned n)
{
	enum xc_said said = XC_SAID_NOTHING;

	if (m->back.active)
		said = speak(m, &m->back, from, samples, octets, n);
	if (m->front.active)
		said = speak(m, &m->front, from, samples, octets, n);
	return said;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/ears.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"

#define PIECE	   64  /* frames: 8 ms */
#define SPEECH_RMS 60  /* about -48.6 dBm0 */
#define IDLE_RUN   16  /* idle octets that make a pause */
#define ALIKE	   0.6 /* correlation that is no chance */

int xc_ears_init(struct xc_ears *e, unsigned listens, uint8_t idle)
{
	memset(e, 0, sizeof(*e));
	e->listens = listens;
	e->idle = idle;
	e->idling = true;
	if (listens & XC_LISTEN_DTMF) {
		e->dtmf = dtmf_rx_init(NULL, NULL, NULL);
		if (!e->dtmf)
			goto err_free;
	}
	if (listens & XC_LISTEN_TONES) {
		e->tones = xc_tone_ear_new();
		if (!e->tones)
			goto err_free;
	}
	if (listens & XC_LISTEN_MARKERS) {
		e->markers = malloc(sizeof(*e->markers));
		if (!e->markers)
			goto err_free;
		xc_marker_ear_init(e->markers);
	}
	if (listens & XC_LISTEN_VOICES) {
		e->memory = calloc(1, sizeof(*e->memory));
		if (!e->memory)
			goto err_free;
	}
	return 0;

err_free:
	xc_ears_free(e);
	return -ENOMEM;
}

void xc_ears_free(struct xc_ears *e)
{
	if (e->dtmf)
		dtmf_rx_free(e->dtmf);
	xc_tone_ear_free(e->tones);
	free(e->markers);
	free(e->memory);
	e->dtmf = NULL;
	e->tones = NULL;
	e->markers = NULL;
	e->memory = NULL;
}

static void end_piece(struct xc_ears *e, uint64_t end)
{
	e->speech = e->piece_energy > (uint64_t)SPEECH_RMS * SPEECH_RMS * PIECE;
	if (e->speech && end > e->mark_frame) {
		e->speech_pieces++;
		e->last_speech_frame = end;
	}
	if (e->speech)
		e->silence_since_frame = end;
	e->piece_energy = 0;
	e->piece_n = 0;
}

static void hear_levels(struct xc_ears *e, uint64_t from,
			const int16_t *samples, unsigned n)
{
	unsigned i = 0, len, k;

	while (i < n) {
		uint64_t sum = 0;

		len = PIECE - e->piece_n;
		if (len > n - i)
			len = n - i;
		for (k = 0; k < len; k++)
			sum += (uint32_t)((int32_t)samples[i + k] *
					  samples[i + k]);
		e->piece_energy += sum;
		e->piece_n += len;
		i += len;
		if (e->piece_n == PIECE)
			end_piece(e, from + i);
	}
}

/* A pause counts once it is IDLE_RUN long; sound at its first octet. */
static void hear_idle(struct xc_ears *e, uint64_t from, const uint8_t *octets,
		      unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		if (octets[i] != e->idle) {
			e->run = 0;
			if (e->idling) {
				e->idling = false;
				e->change_frame = from + i;
			}
			continue;
		}
		if (!e->run++)
			e->run_first = from + i;
		if (!e->idling && e->run == IDLE_RUN) {
			e->idling = true;
			e->change_frame = e->run_first;
		}
	}
}

static void hear_digits(struct xc_ears *e, const int16_t *samples, unsigned n)
{
	dtmf_rx(e->dtmf, samples, n);
	e->ndigits += dtmf_rx_get(e->dtmf, e->digits + e->ndigits,
				  XC_EARS_DIGITS - 1 - e->ndigits);
	e->digits[e->ndigits] = '\0';
}

void xc_ears_hear(struct xc_ears *e, uint64_t from, const uint8_t *octets,
		  const int16_t *samples, unsigned n)
{
	hear_levels(e, from, samples, n);
	hear_idle(e, from, octets, n);
	if (e->dtmf && e->ndigits < XC_EARS_DIGITS - 1)
		hear_digits(e, samples, n);
	if (e->tones)
		e->tones_heard |= xc_tone_ear_hear(e->tones, samples, n);
	if (e->markers)
		xc_marker_hear(e->markers, from, octets, n);
	if (e->memory)
		xc_memory_add(e->memory, from, samples, n);
}

void xc_ears_mark(struct xc_ears *e, uint64_t frame)
{
	e->mark_frame = frame;
	e->speech_pieces = 0;
	if (e->silence_since_frame < frame)
		e->silence_since_frame = frame;
	e->digits_mark = e->ndigits;
}

bool xc_ears_prompt_ended(const struct xc_ears *e, uint64_t now,
			  uint64_t frames)
{
	return e->speech_pieces * PIECE >= rd_frames_from_ms(200) &&
	       now >= e->last_speech_frame + frames;
}

bool xc_ears_spoken_to(const struct xc_ears *e)
{
	return e->speech_pieces * PIECE >= rd_frames_from_ms(40);
}

bool xc_ears_silent(const struct xc_ears *e, uint64_t now, uint64_t frames)
{
	return now >= e->silence_since_frame + frames;
}

/* ---- voices ------------------------------------------------------------- */

void xc_memory_add(struct xc_memory *m, uint64_t from, const int16_t *samples,
		   unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		m->samples[(from + i) % XC_MEMORY] = samples ? samples[i] : 0;
	m->until = from + n;
}

static void recall(const struct xc_memory *m, uint64_t from, float *out,
		   unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		out[i] = m->samples[(from + i) % XC_MEMORY];
}

/* y[i] against x at 8 delays at once, so that the sums vectorise. */
static void dot8(const float *x, const float *y, float sum[8])
{
	unsigned i, k;

	memset(sum, 0, 8 * sizeof(*sum));
	for (i = 0; i < XC_PATTERN; i++)
		for (k = 0; k < 8; k++)
			sum[k] += x[i + k] * y[i];
}

int xc_ears_recognise(const struct xc_ears *e, const struct xc_memory *said)
{
	static float y[XC_PATTERN], x[XC_PATTERN + XC_PATTERN_LAGS];
	static double energy[XC_PATTERN_LAGS]; /* of x at each delay */
	uint64_t end = e->memory->until;
	double own = 0, sum_x = 0;
	float sum[8];
	int at, k;

	if (end < XC_PATTERN + XC_PATTERN_LAGS || said->until < end)
		return -1;
	recall(e->memory, end - XC_PATTERN, y, XC_PATTERN);
	recall(said, end - XC_PATTERN - XC_PATTERN_LAGS, x,
	       XC_PATTERN + XC_PATTERN_LAGS);
	for (at = 0; at < XC_PATTERN; at++) {
		own += y[at] * y[at];
		sum_x += x[at] * x[at];
	}
	if (own < (double)SPEECH_RMS * SPEECH_RMS * XC_PATTERN)
		return -1;
	for (at = 0; at < XC_PATTERN_LAGS; at++) {
		energy[at] = sum_x;
		sum_x +=
			x[at + XC_PATTERN] * x[at + XC_PATTERN] - x[at] * x[at];
	}
	/* The shortest delay first: x + XC_PATTERN_LAGS would be none. */
	for (at = XC_PATTERN_LAGS - 8; at >= 0; at -= 8) {
		dot8(x + at, y, sum);
		for (k = 7; k >= 0; k--)
			if (sum[k] > ALIKE * sqrt(energy[at + k] * own) &&
			    sum[k] > 0)
				return XC_PATTERN_LAGS - at - k;
	}
	return -1;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DTMF receiver.
 *
 *	samples -> high-pass -> 8 correlators, 5 ms (a "hop")
 *	hop hop hop hop -> tapered window of 20 ms -> is it a pair? which?
 *	windows that agree -> frequency by phase -> edges -> START ... END
 *
 * The high-pass (two notches, 50 dB down from 340 to 450 Hz) removes the dial
 * tones of every country, so the receiver needs no configuration for them, and
 * much of a voice prompt's energy too.
 *
 * A correlator over 5 ms is 200 Hz wide: the neighbours 697 and 770 Hz are one
 * to it. The window over four of them is not, and because it is a sum of
 * complex numbers it keeps the phase; the turn of that phase from window to
 * window is the deviation from the nominal frequency, free of ambiguity up to
 * +-100 Hz and good to about 2 Hz even 9 dB above noise. This is how +-1.5 %
 * passes always and 3.5 % never.
 *
 * How much of a hop the tone fills is the ratio of its amplitude there to the
 * amplitude of a full hop: this gives the edges to two milliseconds, and
 * dtmf_edge.c gives them to the sample, once there is a digit.
 */
#include "lib/dsp/dtmf.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "lib/dsp/dtmf_filter.h"
#include "lib/dsp/dtmf_judge.h"

#define HOP   RD_DTMF_HOP
#define DEPTH RD_DTMF_DEPTH

void rd_dtmf_rx_init(struct rd_dtmf_rx *rx)
{
	memset(rx, 0, sizeof(*rx));
	rx->digit.code = -1;
}

void rd_dtmf_rx_reset(struct rd_dtmf_rx *rx)
{
	rd_dtmf_rx_init(rx);
}

/* Two poles; y holds the last two results. */
static inline float poles(float x, float *y, float a1, float a2)
{
	float now = (x - a2 * y[1]) - a1 * y[0];

	y[1] = y[0];
	return y[0] = now;
}

static void filter(struct rd_dtmf_rx *rx, const int16_t *in, unsigned int n)
{
	float s[DTMF_STATES], total = rx->total;
	float *out = rx->part + rx->fill;
	unsigned int i;

	static_assert(sizeof(s) == sizeof(rx->filter), "states");
	memcpy(s, rx->filter, sizeof(s));
	for (i = 0; i < n; i++) {
		float x = in[i];
		float v = (x + s[3]) + DTMF_N1 * (s[0] + s[2]) + DTMF_N2 * s[1];
		float hp = poles(v, s + 4, hp_a1[0], hp_a2[0]);
		float bs = poles(v, s + 8, bs_a1[0], bs_a2[0]);

		s[3] = s[2];
		s[2] = s[1];
		s[1] = s[0];
		s[0] = x;
		out[i] = poles(hp, s + 6, hp_a1[1], hp_a2[1]);
		bs = poles(bs, s + 10, bs_a1[1], bs_a2[1]);
		total += bs * bs;
	}
	memcpy(rx->filter, s, sizeof(s));
	rx->total = total;
}

/*
 * Correlate a hop with the eight tones. Folded about its middle, where cosines
 * are even and sines odd, it takes half the multiplications.
 */
static void correlate(const float x[HOP], struct rd_dtmf_hop *h)
{
	float re[8] = { 0 }, im[8] = { 0 }, energy = 0;
	int k, f;

	for (k = 0; k < HOP / 2; k++) {
		float a = x[HOP / 2 + k], b = x[HOP / 2 - 1 - k];

		energy += a * a + b * b;
		for (f = 0; f < 8; f++) {
			re[f] += (a + b) * rd_dtmf_cos[k][f];
			im[f] += (b - a) * rd_dtmf_sin[k][f];
		}
	}
	for (f = 0; f < 8; f++) {
		h->re[f] = HP_GAIN * re[f];
		h->im[f] = HP_GAIN * im[f];
	}
	h->energy = HP_GAIN * HP_GAIN * energy;
}

int rd_dtmf_rx_process(struct rd_dtmf_rx *rx, const int16_t *in, size_t n,
		       uint64_t frame0, struct rd_dtmf_event *ev, int max)
{
	int count = 0;

	while (n) {
		unsigned int m = HOP - rx->fill < n ? HOP - rx->fill : n;

		filter(rx, in, m);
		in += m;
		frame0 += m;
		n -= m;
		rx->fill += m;
		if (rx->fill < HOP)
			break;
		correlate(rx->part, &rx->hist[rx->hops % DEPTH]);
		rx->hist[rx->hops++ % DEPTH].total =
			BS_GAIN * BS_GAIN * rx->total;
		rx->total = 0;
		rx->fill = 0;
		dtmf_hop_done(rx, frame0, ev, &count, max);
	}
	return count;
}

void rd_dtmf_remover_process(struct rd_dtmf_remover *r,
			     const struct rd_dtmf_rx *rx, int16_t *x, size_t n)
{
	float step = rd_dtmf_rx_is_tone(rx) ? -0.05f : 0.05f;
	size_t i;

	if (step > 0 && r->passed == 1)
		return;
	for (i = 0; i < n; i++) {
		r->passed = fminf(fmaxf(r->passed + step, 0), 1);
		x[i] = lrintf(x[i] * r->passed);
	}
}

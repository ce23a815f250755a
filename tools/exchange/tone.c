// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/tone.h"

#include <math.h>
#include <stdlib.h>

#include <spandsp.h>

#include "lib/base/frames.h"
#include "tools/exchange/line.h"

const char *const xc_tone_names[] = { "dial", "ringback", "busy", "congestion",
				      NULL };

struct xc_tone_ear {
	super_tone_rx_state_t *rx;
	uint32_t heard;
};

/* clang-format off */
static const struct {
	enum xc_tone tone;
	int hz;
	int on_ms, off_ms; /* off 0: steady */
} cadences[] = {
	{ XC_TONE_DIAL,	      450, 2000,    0 },
	{ XC_TONE_DIAL,	      425, 2000,    0 },
	{ XC_TONE_RINGBACK,   450, 1000, 4000 },
	{ XC_TONE_RINGBACK,   425, 1000, 4000 },
	{ XC_TONE_BUSY,	      450,  350,  350 },
	{ XC_TONE_BUSY,	      425,  500,  500 },
	{ XC_TONE_CONGESTION, 450,  700,  700 },
	{ XC_TONE_CONGESTION, 425,  250,  250 },
};
/* clang-format on */

#define NCADENCES (sizeof(cadences) / sizeof(cadences[0]))

static super_tone_rx_descriptor_t *descriptor(void)
{
	static super_tone_rx_descriptor_t *desc;
	unsigned i, round;
	int id;

	if (desc)
		return desc;
	desc = super_tone_rx_make_descriptor(NULL);
	for (i = 0; desc && i < NCADENCES; i++) {
		int on = cadences[i].on_ms, off = cadences[i].off_ms;

		id = super_tone_rx_add_tone(desc); /* ids count from 0 */
		if (!off) {
			super_tone_rx_add_element(desc, id, cadences[i].hz, -1,
						  on, 0);
			continue;
		}
		for (round = 0; round < 2; round++) {
			super_tone_rx_add_element(desc, id, cadences[i].hz, -1,
						  on * 8 / 10, on * 12 / 10);
			super_tone_rx_add_element(desc, id, -1, -1,
						  off * 8 / 10, off * 12 / 10);
		}
	}
	return desc;
}

static void report(void *user, int code, int level, int delay)
{
	struct xc_tone_ear *e = user;

	if (code >= 0 && code < (int)NCADENCES)
		e->heard |= 1u << cadences[code].tone;
}

struct xc_tone_ear *xc_tone_ear_new(void)
{
	struct xc_tone_ear *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->rx = super_tone_rx_init(NULL, descriptor(), report, e);
	if (!e->rx) {
		free(e);
		return NULL;
	}
	return e;
}

void xc_tone_ear_free(struct xc_tone_ear *e)
{
	if (!e)
		return;
	super_tone_rx_free(e->rx);
	free(e);
}

uint32_t xc_tone_ear_hear(struct xc_tone_ear *e, const int16_t *samples,
			  unsigned n)
{
	e->heard = 0;
	super_tone_rx(e->rx, samples, n);
	return e->heard;
}

void xc_tone_sine(int16_t *out, unsigned n, int hz, int level_dbm0,
		  uint32_t *phase)
{
	double peak = XC_RMS_AT_0DBM0 * M_SQRT2 * pow(10, level_dbm0 / 20.0);
	uint32_t step = (uint32_t)((double)hz / RD_FRAMES_PER_S * 4294967296.0);
	unsigned i;

	for (i = 0; i < n; i++) {
		out[i] = (int16_t)lrint(
			peak * sin(*phase * (2 * M_PI / 4294967296.0)));
		*phase += step;
	}
}

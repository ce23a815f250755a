// SPDX-License-Identifier: GPL-2.0-or-later
/* The canceller for one channel: also the reference the others must equal. */
#define RD_LANES   1
#define ECHO_BLOCK echo_block_1
#include "lib/dsp/echo_kernel.h"

void echo_preview_1(const struct echo_group *g, const float *sent,
		    const float *received, float *out, unsigned int n)
{
	const struct echo_shape *s = g->shape;
	bool has_kept = g->control->trial_frames > 0;
	struct spectrum x0;
	struct echo_group tmp = *g;
	float padded[FFT_MAX] = { 0 };
	struct echo_work w;
	float *slot;
	unsigned int i;

	/* borrow the oldest spectrum's place, then put it back */
	memcpy(padded, sent, n * sizeof(*sent));
	w.ahead = w.ahead_end = NULL;
	tmp.newest = (g->newest + s->parts - 1) % s->parts;
	slot = spectrum_re(&tmp, 0);
	memcpy(x0.re, slot, s->bins * sizeof(vf));
	memcpy(x0.im, slot + s->bins, s->bins * sizeof(vf));
	far_spectrum(&tmp, padded, &w);
	if (has_kept)
		tmp.taps = g->kept;
	filter_main(&tmp, &w);
	memcpy(slot, x0.re, s->bins * sizeof(vf));
	memcpy(slot + s->bins, x0.im, s->bins * sizeof(vf));
	for (i = 0; i < n; i++)
		out[i] = received[i] - w.main[i];
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The player of a tone plan. Each part starts its oscillators anew, so a plan
 * sounds the same every time round and wherever block boundaries fall.
 */
#include <math.h>
#include <string.h>

#include "lib/dsp/tone.h"

#define FOREVER UINT32_MAX

void rd_tone_tx_init(struct rd_tone_tx *tx, const struct rd_tone_plan *plan,
		     float level_dbm0)
{
	*tx = (struct rd_tone_tx){
		.plan = plan,
		.level_dbm0 = level_dbm0,
	};
}

static bool next_part(struct rd_tone_tx *tx)
{
	const struct rd_tone_part *part;
	int i;

	if (tx->part == tx->plan->count) {
		if (!tx->plan->repeats)
			return false;
		tx->part = 0;
	}
	part = &tx->plan->part[tx->part++];
	for (i = 0; i < 2; i++)
		rd_osc_init(&tx->osc[i], part->freq_hz[i], tx->level_dbm0);
	tx->left_frames = part->ms ? part->ms * 8u : FOREVER;
	return true;
}

static void play(struct rd_tone_tx *tx, int16_t *out, size_t n)
{
	size_t i;

	if (tx->osc[0].amp == 0.0f) {
		memset(out, 0, n * sizeof(*out));
		return;
	}
	for (i = 0; i < n; i++) {
		float v = rd_osc_next(&tx->osc[0]) + rd_osc_next(&tx->osc[1]);

		out[i] = lrintf(fminf(fmaxf(v, -32768.0f), 32767.0f));
	}
}

size_t rd_tone_tx_process(struct rd_tone_tx *tx, int16_t *out, size_t n)
{
	size_t i = 0;

	while (i < n && !tx->is_done) {
		size_t len = n - i;

		if (!tx->left_frames && !next_part(tx)) {
			tx->is_done = true;
			break;
		}
		if (len > tx->left_frames)
			len = tx->left_frames;
		play(tx, out + i, len);
		if (tx->left_frames != FOREVER)
			tx->left_frames -= len;
		i += len;
	}
	memset(out + i, 0, (n - i) * sizeof(*out));
	return i;
}

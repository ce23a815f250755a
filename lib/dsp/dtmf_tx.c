// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DTMF generator: two oscillators and a counter. A tone starts at phase zero of
 * both, so a digit sounds the same wherever a block boundary falls.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "lib/dsp/dtmf.h"

/* Q.23 §6: the rows and columns of the key pad */
static const char pad[] = "123A456B789C*0#D";
static const float row_hz[4] = { 697, 770, 852, 941 };
static const float col_hz[4] = { 1209, 1336, 1477, 1633 };

int rd_dtmf_tx_init(struct rd_dtmf_tx *tx, const char *digits, float low_dbm0,
		    float high_dbm0, unsigned int on_ms, unsigned int off_ms)
{
	size_t i, count = strlen(digits);

	if (!count || !on_ms || !off_ms || low_dbm0 > 0 || high_dbm0 > 0 ||
	    low_dbm0 < -40 || high_dbm0 < -40)
		return -EINVAL;
	if (count > sizeof(tx->digits))
		return -E2BIG;
	for (i = 0; i < count; i++)
		if (!strchr(pad, toupper((unsigned char)digits[i])))
			return -EINVAL;

	*tx = (struct rd_dtmf_tx){
		.count = count,
		.on_frames = on_ms * 8,
		.off_frames = off_ms * 8,
		.low_dbm0 = low_dbm0,
		.high_dbm0 = high_dbm0,
	};
	for (i = 0; i < count; i++)
		tx->digits[i] = toupper((unsigned char)digits[i]);
	return 0;
}

/* Tone to pause, pause to the next tone; false when the string is over. */
static bool next_part(struct rd_dtmf_tx *tx)
{
	int key;

	if (tx->is_tone) {
		tx->is_tone = false;
		tx->left_frames = tx->off_frames;
		return true;
	}
	if (tx->next == tx->count)
		return false;
	key = strchr(pad, tx->digits[tx->next++]) - pad;
	rd_osc_init(&tx->low, row_hz[key / 4], tx->low_dbm0);
	rd_osc_init(&tx->high, col_hz[key % 4], tx->high_dbm0);
	tx->is_tone = true;
	tx->left_frames = tx->on_frames;
	return true;
}

/* Two tones at 0 dBm0 are more than the scale holds. */
static inline int16_t sum(struct rd_dtmf_tx *tx)
{
	float v = rd_osc_next(&tx->low) + rd_osc_next(&tx->high);

	return lrintf(fminf(fmaxf(v, -32768.0f), 32767.0f));
}

size_t rd_dtmf_tx_process(struct rd_dtmf_tx *tx, int16_t *out, size_t n)
{
	size_t i = 0;

	while (i < n) {
		size_t end;

		if (!tx->left_frames && !next_part(tx))
			break;
		end = i + tx->left_frames < n ? i + tx->left_frames : n;
		tx->left_frames -= end - i;
		if (tx->is_tone)
			for (; i < end; i++)
				out[i] = sum(tx);
		else
			memset(out + i, 0, (end - i) * sizeof(*out));
		i = end;
	}
	memset(out + i, 0, (n - i) * sizeof(*out));
	return i;
}

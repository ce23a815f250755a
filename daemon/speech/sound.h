/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sound files: any that libsndfile reads, to 8 kHz mono s16.
 *
 * Channels are averaged. The level is kept as it is: a file that is too loud
 * or too soft is its author's to mend; -18 dBm0 on average suits a telephone.
 *
 * LIMITS. Half an hour. Blocking; not for the tick.
 */
#ifndef RD_SPEECH_SOUND_H
#define RD_SPEECH_SOUND_H

#include <stdint.h>

#define RD_SOUND_RATE_HZ    8000
#define RD_SOUND_FRAMES_MAX (1800u * RD_SOUND_RATE_HZ)

struct rd_sound { /* s16, 8 kHz, mono */
	int16_t *samples; /* owned */
	uint32_t frames;
};

/*
 * Read path. 0; or negative errno with the reason in words in why[len]:
 * -ENOENT ..., -EBADMSG (no sound, or broken), -EFBIG, -ENOMEM.
 */
int rd_sound_read(const char *path, struct rd_sound *out, char *why,
		  uint32_t len);
/* Write as a WAV file of 16 bits, whole or not at all. 0 or negative errno. */
int rd_sound_write(const char *path, const struct rd_sound *sound);
/*
 * Cut silence at both ends (below -42 dBFS), but keep lead and tail of it.
 * Silence all through is cut to nothing.
 */
void rd_sound_trim(struct rd_sound *sound, uint32_t lead_frames,
		   uint32_t tail_frames);
void rd_sound_free(struct rd_sound *sound);

#endif

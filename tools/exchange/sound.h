/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sounds a party can say: any file libsndfile reads, or text spoken by
 * espeak-ng as a child process; mono, 8 kHz, s16. Spoken text is kept in a
 * cache folder under the hash of voice, speed and text, so that a second run
 * starts at once. All is loaded before the line clock starts.
 */
#ifndef XC_SOUND_H
#define XC_SOUND_H

#include <stddef.h>
#include <stdint.h>

struct xc_sound {
	struct xc_sound *next;
	char *key;
	int16_t *samples;
	size_t n;
};

struct xc_sounds {
	struct xc_sound *first;
	char cache_dir[256];
};

/* The cache folder: $XDG_CACHE_HOME/ringdown-exchange, or @dir. */
void xc_sounds_init(struct xc_sounds *s, const char *dir);
void xc_sounds_free(struct xc_sounds *s);

/*
 * NULL, with a reason for a person in @why. A sound is loaded once; @path is
 * as the process sees it.
 */
const struct xc_sound *xc_sound_file(struct xc_sounds *s, const char *path,
				     char *why, size_t size);
/* @voice: espeak-ng's, NULL for "en"; @speed: words a minute, 0 for 150. */
const struct xc_sound *xc_sound_text(struct xc_sounds *s, const char *text,
				     const char *voice, int speed, char *why,
				     size_t size);

#endif

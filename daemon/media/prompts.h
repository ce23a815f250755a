/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prompts: the sounds of a configuration, by number, ready for the line.
 *
 * WHAT. A table from prompt number to octets in A-law and in u-law, so that
 * playing is copying.
 *
 * HOW. Whoever loads sound (blocking, outside media) fills a table and hands
 * it to rd_media_publish(); from then on it is read-only. Media finds the
 * table anew each tick, so the old one is free once a tick has passed.
 *
 * USE. t = rd_prompts_new(n); rd_prompts_set(t, i, samples, frames); publish;
 * later rd_prompts_free(old).
 *
 * LIMITS. Two octets a frame: ten minutes are 9.6 MB. Context: core.
 */
#ifndef RD_MEDIA_PROMPTS_H
#define RD_MEDIA_PROMPTS_H

#include <stddef.h>
#include <stdint.h>

#define RD_PROMPT_TABLES 4 /* alive at once, as RD_CONFIGS */

struct rd_prompt {
	uint8_t *octets[2]; /* by enum ringdown_law; frames of each */
	uint32_t frames;    /* 0: no such sound */
};

struct rd_prompts {
	uint32_t n;
	struct rd_prompt prompt[];
};

/* n empty entries, or NULL. */
struct rd_prompts *rd_prompts_new(uint32_t n);

/*
 * Entry i becomes samples[frames], s16, 8 kHz. Replaces what was there, so
 * only before publishing. 0, -ENOMEM, -EINVAL (no such entry).
 */
int rd_prompts_set(struct rd_prompts *t, uint32_t i, const int16_t *samples,
		   uint32_t frames);

void rd_prompts_free(struct rd_prompts *t); /* NULL allowed */

#endif

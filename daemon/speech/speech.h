/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sounds of a configuration: read from files, or spoken and cached.
 *
 * WHAT. rd_speech_load() makes the table of prompts that media plays: a file
 * by libsndfile, a text by espeak-ng.
 *
 * HOW. A text is spoken once: its sound lies in config.cache_dir as a WAV of 8
 * kHz, named by a hash of the text, the voice, espeak-ng's version and ours.
 * Speaking is a child process each, as many at once as there are processors; a
 * child that takes longer than half a minute is killed. Silence at the ends
 * is cut, so that pieces of numbers follow each other closely. A file enters
 * the cache whole or not at all.
 *
 * The voices cmn and zh are spoken as cmn-latn-pinyin: espeak-ng 1.51's cmn
 * reads what its dictionary makes of Chinese characters as English letters.
 *
 * LIMITS. Texts are fixed when the configuration is loaded; a variable inside
 * a text (a customer's name) is not spoken. No espeak-ng, no texts.
 *
 * Context: start and reload, blocking; never the core or media thread.
 */
#ifndef RD_SPEECH_SPEECH_H
#define RD_SPEECH_SPEECH_H

#include "daemon/media/prompts.h"
#include "lib/base/diag.h"
#include "lib/config/config.h"

/*
 * All prompts of config, by number. What is missing or broken goes to diag
 * with its place, and is silent in the table. NULL: no memory.
 */
struct rd_prompts *rd_speech_load(const struct rd_config *config,
				  struct rd_diag *diag);

/*
 * Only lengths, and only of what is there: frames[i] of sound files and of
 * texts that were spoken before; 0 of the rest. Nothing is spoken, nothing
 * reported.
 */
void rd_speech_lengths(const struct rd_config *config, uint32_t *frames);

#endif

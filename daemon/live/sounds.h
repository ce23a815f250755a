/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sounds made while running: announcements of operators, texts of programs.
 *
 * WHAT. Core asks for a sound (RD_MSG_SOUND_MAKE: a file, or a text to be
 * spoken), a thread of its own reads or speaks it, and its answer
 * (RD_MSG_SOUND_MADE) is an event. When core hears of it, media already has it:
 * as RD_PROMPT_EXTRA(slot), in a table besides those of configurations.
 *
 * LIMITS. RD_SOUNDS_ASKED at once; a text as in daemon/speech. A slot that is
 * made anew changes what plays of it: texts go round a ring of RD_TEXTS.
 *
 * Context: the core thread.
 */
#ifndef RD_LIVE_SOUNDS_H
#define RD_LIVE_SOUNDS_H

#include <stdbool.h>

#include "daemon/media/media.h"
#include "daemon/msg.h"

#define RD_SOUNDS_ASKED 64

struct rd_sounds;

/* Answers are told by a write to the eventfd. 0, -ENOMEM, -EAGAIN. */
int rd_sounds_start(struct rd_media *media, const char *cache_dir, int eventfd,
		    struct rd_sounds **out);
/* After media has stopped. NULL allowed. */
void rd_sounds_stop(struct rd_sounds *s);

/* 0, -ENOBUFS: too many are asked for. */
int rd_sounds_ask(struct rd_sounds *s, const struct rd_cmd_sound *cmd);
/* The next answer, its sound handed to media; NULL: none. Then consume it. */
const struct rd_msg *rd_sounds_peek(struct rd_sounds *s);
void rd_sounds_consume(struct rd_sounds *s);
bool rd_sounds_is_idle(const struct rd_sounds *s);

#endif

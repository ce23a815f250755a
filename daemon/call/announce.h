/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Emergency announcements, put in front of menus by an operator (IVR-21), and
 * texts that a program lets be said to one call.
 *
 * WHAT. An announcement is a text or a sound file, from when until when, for
 * callers of an area, of one tree, or before one queue; each caller hears it
 * once. It needs no reload, outlives reloads and restarts, and ends by itself.
 *
 * HOW. RD_ANNOUNCEMENTS places in the state. Core asks for the sound
 * (RD_MSG_SOUND_MAKE) when one is added and when a run begins; until it is made
 * the announcement is not heard, and callers do not wait for it. Texts of
 * calls go round a ring of RD_TEXTS places; whose a place is lies in the state.
 *
 * Context: core.
 */
#ifndef RD_CALL_ANNOUNCE_H
#define RD_CALL_ANNOUNCE_H

#include "daemon/core/core.h"

enum rd_announcement_state {
	RD_ANNOUNCEMENT_NONE, /* free place */
	RD_ANNOUNCEMENT_LOADING,
	RD_ANNOUNCEMENT_READY,
	RD_ANNOUNCEMENT_FAILED, /* why */
};

struct rd_announcement {
	uint64_t from_s, until_s; /* Unix time; until 0: until removed */
	uint64_t added_s;
	uint64_t heard; /* by so many callers */
	uint32_t serial; /* also its number for operators */
	uint32_t frames;
	uint8_t state; /* enum rd_announcement_state */
	uint8_t is_file, must_hear;
	uint8_t pad;
	char voice[28];
	char area[RD_LIST_NAME_LEN], tree[64], queue[64]; /* "": any, none */
	char text[400]; /* or the path of a file */
	char by[32];
	char why[96];
};

struct rd_text_place { /* whose words are in this slot */
	uint32_t call; /* index */
	uint32_t serial;
};

/*
 * Add one; state, serial, added_s are filled in. Its number, or -ENOSPC: all
 * places are taken, -EINVAL: nothing to be heard, or over before it begins.
 */
int rd_announcement_add(struct rd_core *core,
			const struct rd_announcement *announcement);
int rd_announcement_remove(struct rd_core *core, uint32_t number,
			   const char *by);
/* A run begins: sounds are made anew. */
void rd_announcements_restart(struct rd_core *core);
void rd_announcements_on_sound(struct rd_core *core,
			       const struct rd_ev_sound *sound);
/* Is it heard now? */
bool rd_announcement_is_due(const struct rd_core *core,
			    const struct rd_announcement *a);

#endif

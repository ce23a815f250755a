/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A party's mouth: what it says now, and what it says in the background.
 *
 * Two voices, front and back; while the front one has something to say it
 * covers the back one, which goes on underneath (time does not stop for it).
 */
#ifndef XC_MOUTH_H
#define XC_MOUTH_H

#include <spandsp.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/rng.h"
#include "tools/exchange/scenario.h"

struct xc_voice {
	bool active;
	const struct xc_step *step;	 /* SAY; NULL: keys */
	uint64_t start_frame, end_frame; /* end: RD_FRAME_NEVER, open */
	size_t at;
	uint32_t phase;
};

struct xc_mouth {
	struct xc_voice front, back;
	dtmf_tx_state_t *dtmf; /* made with the first keys */
	struct rd_rng rng;
};

void xc_mouth_init(struct xc_mouth *m, uint64_t seed);
void xc_mouth_free(struct xc_mouth *m);

/* Begin a SAY or KEYS step at @frame. -ENOMEM. */
int xc_mouth_begin(struct xc_mouth *m, const struct xc_step *step,
		   uint64_t frame);
void xc_mouth_hush(struct xc_mouth *m);
/* The front voice is still speaking. */
bool xc_mouth_is_busy(const struct xc_mouth *m);

enum xc_said {
	XC_SAID_NOTHING,
	XC_SAID_SAMPLES,
	XC_SAID_OCTETS
};

/* n frames from @from: samples, or octets as they are, or nothing. */
enum xc_said xc_mouth_speak(struct xc_mouth *m, uint64_t from, int16_t *samples,
			    uint8_t *octets, unsigned n);

#endif

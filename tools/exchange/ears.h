/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A party's ears: who speaks, since when, which tones, digits and markers.
 *
 * Cheap always: the level of each 8 ms and the runs of idle code, exact to the
 * frame. Only for those who listen for them: DTMF (SpanDSP), tones, markers,
 * and the voice of another party, found by correlation with what that party
 * said in the last second.
 */
#ifndef XC_EARS_H
#define XC_EARS_H

#include <spandsp.h>
#include <stdbool.h>
#include <stdint.h>

#include "tools/exchange/marker.h"
#include "tools/exchange/tone.h"

#define XC_EARS_DIGITS	64
#define XC_MEMORY	8192 /* frames of a party's speech kept, power of two */
#define XC_PATTERN	512  /* frames compared */
#define XC_PATTERN_LAGS 2048 /* delays tried, from 0 */

enum {
	XC_LISTEN_DTMF = 1,
	XC_LISTEN_TONES = 2,
	XC_LISTEN_MARKERS = 4,
	XC_LISTEN_VOICES = 8,
};

/* What was said or heard lately: a ring by frame number. */
struct xc_memory {
	int16_t samples[XC_MEMORY];
	uint64_t until; /* frame after the last one */
};

struct xc_ears {
	unsigned listens;
	uint8_t idle;

	/* Levels: a piece of 64 frames at a time. */
	uint64_t energy, piece_energy;
	unsigned piece_n;
	uint64_t speech_pieces;	    /* with speech since the mark */
	uint64_t last_speech_frame; /* end of the last such piece, 0 never */
	uint64_t silence_since_frame, mark_frame;
	bool speech; /* in the last piece */

	/* Idle code, to the frame. */
	bool idling;
	unsigned run;
	uint64_t run_first;
	uint64_t change_frame; /* last time it began or ended */

	dtmf_rx_state_t *dtmf;
	char digits[XC_EARS_DIGITS];
	unsigned ndigits, digits_mark;

	struct xc_tone_ear *tones;
	uint32_t tones_heard;
	struct xc_marker_ear *markers;
	struct xc_memory *memory;
};

/* -ENOMEM. @listens: XC_LISTEN_*. */
int xc_ears_init(struct xc_ears *e, unsigned listens, uint8_t idle);
void xc_ears_free(struct xc_ears *e);

void xc_ears_hear(struct xc_ears *e, uint64_t from, const uint8_t *octets,
		  const int16_t *samples, unsigned n);

/* Forget what was heard before @frame: the next waits count from here. */
void xc_ears_mark(struct xc_ears *e, uint64_t frame);

/* Since the mark: somebody spoke (200 ms in all), then nobody for frames. */
bool xc_ears_prompt_ended(const struct xc_ears *e, uint64_t now,
			  uint64_t frames);
/* Since the mark: somebody spoke for 40 ms. */
bool xc_ears_spoken_to(const struct xc_ears *e);
/* Nobody has spoken for so long, counted from the mark. */
bool xc_ears_silent(const struct xc_ears *e, uint64_t now, uint64_t frames);

/*
 * Are the last XC_PATTERN frames heard what is in @said? The delay in frames,
 * or -1. Costs a million multiplications.
 */
int xc_ears_recognise(const struct xc_ears *e, const struct xc_memory *said);

void xc_memory_add(struct xc_memory *m, uint64_t from, const int16_t *samples,
		   unsigned n);

#endif

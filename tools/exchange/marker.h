/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A marker: octets that say who sent them and when, to measure a bridge.
 *
 * Party m's marker is a row of 32-bit words, four octets each, sent from frame
 * S on: word k = mix(m << 24 | k), mix being a bijection that makes it look
 * random. Any four octets in a row either undo to {m, k} of a live marker or
 * are not one; two consecutive words fix the place, and from then on every
 * octet is compared. So the hearing side knows the frame at which each octet
 * was sent, hence the delay to the frame, and whether all arrived bit-exactly.
 *
 * It needs a clear path: one law, no level change, no echo canceller.
 */
#ifndef XC_MARKER_H
#define XC_MARKER_H

#include <stdbool.h>
#include <stdint.h>

#define XC_MARKERS 256

struct xc_marker_heard {
	uint64_t first_frame, last_frame; /* at the hearing side */
	uint64_t first_sent_frame;	  /* of the first octet heard */
	uint64_t octets, errors;	  /* compared, and of these different */
	uint64_t losses;		  /* times it was gone and came back */
	uint32_t delay_frames;		  /* of the last lock */
	uint32_t delay_min_frames, delay_max_frames; /* over all locks */
};

/* The hearing side of one party. */
struct xc_marker_ear {
	uint32_t window; /* the last four octets */
	unsigned filled; /* octets in window, at most 4 */
	bool locked;
	uint8_t marker;	     /* locked, or suspected: */
	uint64_t sent_frame; /* of the next octet expected */
	unsigned suspect;    /* octets until the second word is whole */
	uint64_t suspect_sent;
	unsigned
		doubtful; /* octets since the first wrong one not yet counted */
	unsigned wrong, right_run; /* among these */
	struct xc_marker_heard heard[XC_MARKERS];
};

/* Party's marker begins at @frame. Markers are global: one office, one clock. */
void xc_marker_start(uint8_t marker, uint64_t frame);
/* Octets of marker for frames [from, from + n). */
void xc_marker_speak(uint8_t marker, uint64_t from, uint8_t *octets,
		     unsigned n);

void xc_marker_ear_init(struct xc_marker_ear *e);
void xc_marker_hear(struct xc_marker_ear *e, uint64_t from,
		    const uint8_t *octets, unsigned n);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HDLC framing of a D-channel: flags, bit stuffing, FCS, abort.
 *
 * WHAT. Turns the octets of one timeslot into frames and back (ITU-T Q.921
 * clause 2, ISO/IEC 13239 clause 4). A frame, here, is what stands between
 * flags less its FCS: address, control, information.
 *
 * HOW. A receiver takes blocks of slot octets of any length and calls back for
 * each frame; a transmitter has a queue of frames and fills blocks. Between
 * frames it sends flags; while closed, ones (Q.921: 0xff is a line at rest).
 *
 * ORDER OF BITS. Bit 1 of a timeslot, its most significant, is first on the
 * line (G.704 clause 2.3, G.711); an HDLC octet goes least significant first
 * (Q.921 2.8.1). So address octet 0x02 in step with the slot is octet 0x40.
 *
 * USE. rd_hdlc_rx_init(), then rd_hdlc_rx_run() with each block.
 * rd_hdlc_tx_init() with memory, rd_hdlc_tx_open(), rd_hdlc_tx_put() frames,
 * rd_hdlc_tx_run() for each block to send.
 *
 * LIMITS. Frames of RD_HDLC_MIN..RD_HDLC_MAX octets; others are counted and
 * dropped. Context: any, the media tick included; no allocation, no call out
 * but the one given.
 */
#ifndef RD_LINE_HDLC_H
#define RD_LINE_HDLC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RD_HDLC_MAX 300 /* N201 260 (Q.921 5.9.3) and address, control */
#define RD_HDLC_MIN 3	/* address, control (Q.921 2.9 b, less the FCS) */

/* ---- receiver ----------------------------------------------------------- */

enum rd_hdlc_fault {
	RD_HDLC_GOOD,
	RD_HDLC_BAD_FCS, /* or not a whole number of octets: Q.921 2.9 c, d */
	RD_HDLC_TOO_LONG,
	RD_HDLC_TOO_SHORT,
	RD_HDLC_ABORTED, /* seven ones or more in a frame */
};

struct rd_hdlc_counts {
	uint64_t frames;
	uint64_t octets; /* of good frames, without FCS */
	uint64_t bad_fcs, too_long, too_short, aborted;
};

struct rd_hdlc_rx {
	uint32_t acc;  /* bits not yet an octet, first on line lowest */
	uint8_t nbits; /* how many: 0..7 */
	uint8_t ones;  /* ones in a row up to here; 7 means 7 or more */
	uint8_t state; /* enum in hdlc.c */
	uint8_t steady_octet;
	bool steady; /* steady_octet changes nothing: fill or rest */
	uint16_t len;
	struct rd_hdlc_counts counts;
	uint8_t data[RD_HDLC_MAX + 2];
};

/*
 * A frame: data[len] without FCS, or, with a fault, what there was of it (for
 * a trace; at most RD_HDLC_MAX octets). at: index in the block of the octet
 * that completed it. data is valid during the call only.
 */
typedef void rd_hdlc_frame_fn(void *arg, const uint8_t *data, size_t len,
			      enum rd_hdlc_fault fault, size_t at);

/* Forget all; hunts for a flag. */
void rd_hdlc_rx_init(struct rd_hdlc_rx *rx);

/* Take n slot octets in the order of the line. */
void rd_hdlc_rx_run(struct rd_hdlc_rx *rx, const uint8_t *octets, size_t n,
		    rd_hdlc_frame_fn *frame, void *arg);

/* ---- transmitter -------------------------------------------------------- */

struct rd_hdlc_tx {
	uint8_t *queue;	     /* frames, each behind its 2-octet length */
	uint32_t size;	     /* power of two */
	uint32_t head, tail; /* free running */
	uint32_t acc;	     /* bits to send, first on line lowest */
	uint8_t nbits;
	uint8_t ones;
	bool open;
	uint16_t left; /* octets of the frame now sent, not yet taken */
	uint16_t fcs;
	uint8_t fcs_left; /* octets of the FCS not yet taken */
	uint64_t frames;  /* sent, closing flag included */
};

/* Over size octets of memory: a power of two, at least 512. Closed. */
void rd_hdlc_tx_init(struct rd_hdlc_tx *tx, void *memory, size_t size);

/* Flags from now on. */
void rd_hdlc_tx_open(struct rd_hdlc_tx *tx);

/* Ones from now on: aborts the frame under way and drops the queue. */
void rd_hdlc_tx_close(struct rd_hdlc_tx *tx);

/*
 * Queue one frame: data[len], RD_HDLC_MIN..RD_HDLC_MAX octets, FCS not
 * included. 0, -EMSGSIZE, -ENOBUFS (queue full), -ENOTCONN (closed).
 */
int rd_hdlc_tx_put(struct rd_hdlc_tx *tx, const uint8_t *data, size_t len);

/* The next n slot octets. */
void rd_hdlc_tx_run(struct rd_hdlc_tx *tx, uint8_t *octets, size_t n);

/* Nothing but flags left to send. */
bool rd_hdlc_tx_is_idle(const struct rd_hdlc_tx *tx);

/*
 * FCS-16 register (ISO/IEC 13239 clause 4.2.5.2, x^16 + x^12 + x^5 + 1) after
 * n octets; start with 0xffff. Sent is its complement, low octet first.
 */
uint16_t rd_hdlc_fcs(uint16_t fcs, const uint8_t *data, size_t n);

#endif

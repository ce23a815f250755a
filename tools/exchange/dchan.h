/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One D-channel of the exchange: libpri above, SpanDSP's HDLC below, the octets
 * of slot 16 (E1) or 24 (T1) underneath. None of it is the code under test, so
 * a mistake made at both ends cannot hide.
 *
 *	libpri  Q.931 | Q.921           events -> ops->event
 *	   |       ^    taps: see a layer 3 message, drop it, add one
 *	 write    read
 *	   v       |
 *	HDLC tx  HDLC rx                frames -> pcapng, ops->message
 *	   v       |
 *	 slot's octets, one a frame
 *
 * FAULTS. Raw frames (garbage, wrong FCS, too long), octets that are no HDLC at
 * all, layer 2 silent for a while, single messages dropped, layer 3 messages
 * that libpri would never send: all for tests of the other end.
 */
#ifndef XC_DCHAN_H
#define XC_DCHAN_H

#include <libpri.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/rng.h"
#include "tools/exchange/pcapng.h"
#include "tools/exchange/q931.h"

#define XC_DFRAME_MAX 380 /* SpanDSP takes 400; Q.921 N201 is 260 */

enum xc_dframe_kind {
	XC_DFRAME_GOOD,
	XC_DFRAME_BAD_FCS,
	XC_DFRAME_ABORTED, /* cut off by an HDLC abort half way */
};

struct xc_dchan_config {
	const char *name;
	bool network;		/* the exchange is the network side */
	int switchtype;		/* PRI_SWITCH_* */
	struct xc_pcapng *pcap; /* or NULL */
	unsigned pcap_interface;
	uint64_t seed;
	bool debug; /* libpri's own trace on stderr */
};

struct xc_dchan_ops {
	void (*event)(void *ctx, pri_event *e);
	void (*message)(void *ctx, const struct xc_q931 *m);
};

struct xc_dframe;

struct xc_dchan {
	struct xc_dchan_config config;
	const struct xc_dchan_ops *ops;
	void *ctx;

	struct pri *pri;
	struct q921_link *link;
	bool up; /* layer 2, as the last event said */

	void *hdlc_rx, *hdlc_tx;
	struct xc_dframe *tx_head, **tx_tail, *tx_now; /* to send */
	struct xc_dframe *rx_head, **rx_tail, *rx_now; /* received */
	uint64_t frame;	   /* of the octet in hand */
	uint64_t rx_first; /* of the frame being received */
	unsigned rx_bits;  /* the last 8, to find flags */

	uint64_t mute_until, noise_until;
	struct rd_rng rng;
	int drop_type[2]; /* message to drop, [sent]; -1 none */
	unsigned drop_count[2];

	int last_cause, last_location; /* of the last message received */
	char last_display[83];
	uint16_t last_crv; /* of the last message libpri sent */

	uint64_t rx_good, rx_bad, tx_frames;
};

/* -ENOMEM. libpri starts to establish layer 2 at once. */
int xc_dchan_init(struct xc_dchan *d, const struct xc_dchan_config *config,
		  const struct xc_dchan_ops *ops, void *ctx);
void xc_dchan_free(struct xc_dchan *d);

/* The other end's octets of frames [from, from + n) were heard. */
void xc_dchan_hear(struct xc_dchan *d, uint64_t from, const uint8_t *octets,
		   unsigned n);
/* What we send in frames [from, from + n). */
void xc_dchan_speak(struct xc_dchan *d, uint64_t from, uint8_t *octets,
		    unsigned n);
/* Run libpri: received frames and timers, up to the line clock's frame. */
void xc_dchan_run(struct xc_dchan *d);

/* ---- faults ---- */

/* Queue a layer 2 frame as it is, 1..XC_DFRAME_MAX octets: -EINVAL. */
int xc_dchan_send_raw(struct xc_dchan *d, const uint8_t *octets, unsigned len,
		      enum xc_dframe_kind kind);
/* A layer 3 message in a numbered I-frame: -ENOTCONN, -EINVAL. */
int xc_dchan_send_l3(struct xc_dchan *d, const uint8_t *l3, unsigned len);
/* Nothing goes out (all ones) and nothing is heard before frame @until. */
void xc_dchan_mute(struct xc_dchan *d, uint64_t until);
/* Random octets go out before frame @until. */
void xc_dchan_noise(struct xc_dchan *d, uint64_t until);
/* The next @count messages of @type, sent or received, are lost to layer 3. */
void xc_dchan_drop(struct xc_dchan *d, bool sent, int type, unsigned count);
/* Forget everything, as after a power cut; layer 2 begins anew. -ENOMEM. */
int xc_dchan_reboot(struct xc_dchan *d);

#endif

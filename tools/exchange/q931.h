/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Enough of Q.931 to watch a D-channel: message type, call reference, cause
 * with location, channel and display of a message on the line. A second,
 * independent reading beside libpri's, for reports and fault injection.
 */
#ifndef XC_Q931_H
#define XC_Q931_H

#include <stdbool.h>
#include <stdint.h>

enum {
	XC_Q931_ALERTING = 0x01,
	XC_Q931_CALL_PROCEEDING = 0x02,
	XC_Q931_PROGRESS = 0x03,
	XC_Q931_SETUP = 0x05,
	XC_Q931_CONNECT = 0x07,
	XC_Q931_SETUP_ACK = 0x0d,
	XC_Q931_CONNECT_ACK = 0x0f,
	XC_Q931_DISCONNECT = 0x45,
	XC_Q931_RESTART = 0x46,
	XC_Q931_RELEASE = 0x4d,
	XC_Q931_RESTART_ACK = 0x4e,
	XC_Q931_RELEASE_COMPLETE = 0x5a,
	XC_Q931_FACILITY = 0x62,
	XC_Q931_NOTIFY = 0x6e,
	XC_Q931_STATUS_ENQUIRY = 0x75,
	XC_Q931_INFORMATION = 0x7b,
	XC_Q931_STATUS = 0x7d,
};

struct xc_q931 {
	bool sent;    /* by the exchange */
	bool ours;    /* the exchange originated the call */
	uint8_t type; /* XC_Q931_* */
	uint16_t crv; /* 15 bits; 0 global */
	int cause;    /* Q.850, -1 none */
	int location; /* Q.850 table 1, -1 none */
	int channel;  /* B-channel named, -1 none */
	bool exclusive;
	char display[83];
	uint64_t first_frame, last_frame; /* on the line */
};

/* @l3: from the protocol discriminator on. False if it is no Q.931 message. */
bool xc_q931_parse(struct xc_q931 *m, const uint8_t *l3, unsigned len,
		   bool sent);

/* "SETUP", "RELEASE COMPLETE"...; "0x42" never: "?" for an unknown one. */
const char *xc_q931_name(uint8_t type);
/* The reverse, any case, '_' or '-' for a blank; -1. */
int xc_q931_type(const char *name);
/* "user", "local private network", ... of Q.850 table 1. */
const char *xc_q931_location(int location);
/* "normal call clearing", ...; "" if unknown. */
const char *xc_q850_name(int cause);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames on their way into libpri and out of it.
 *
 * WHAT. libpri 1.6.0 trusts its peer more than a public line deserves. This
 * module looks at each received frame first, and says what libpri may see:
 *
 *	- only the one link of a primary rate access (SAPI 0, TEI 0), only
 *	  I, S and the U frames of link set-up; nothing longer than N201
 *	- Q.931 messages whose information elements fit into the message
 *	- SETUP only as the first message of a call; RESTART only with the
 *	  global call reference (5.8.3.2 d, e, f)
 *	- for a call that is being released only what ends it: a CONNECT
 *	  ACKNOWLEDGE that crosses our DISCONNECT would stop T305
 *	- any other message for a call that does not exist becomes a plain
 *	  INFORMATION: libpri answers that with RELEASE COMPLETE 81 (5.8.3.2 a)
 *	  and forgets it, where for NOTIFY, HOLD and a broken CONNECT it keeps
 *	  a call record for ever
 *
 * A message that is to be ignored is still a numbered frame of layer 2. It is
 * passed on without its message, never swallowed, or the link loses count.
 *
 * On the way out it writes into DISCONNECT, RELEASE and RELEASE COMPLETE the
 * cause and location that core asked for, because libpri ties some causes to
 * one message and knows one location.
 */
#ifndef RD_ISDN_SCREEN_H
#define RD_ISDN_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ISDN_MSG_SETUP		  0x05
#define ISDN_MSG_DISCONNECT	  0x45
#define ISDN_MSG_RESTART	  0x46
#define ISDN_MSG_RELEASE	  0x4d
#define ISDN_MSG_RESTART_ACK	  0x4e
#define ISDN_MSG_RELEASE_COMPLETE 0x5a
#define ISDN_MSG_INFORMATION	  0x7b
#define ISDN_MSG_STATUS_ENQUIRY	  0x75
#define ISDN_MSG_STATUS		  0x7d

struct isdn_q931 {	 /* what was seen of a message */
	bool valid;	 /* the frame carries a Q.931 message */
	bool from_owner; /* flag 0: from the side that made the reference */
	uint16_t cref;	 /* 15 bits */
	uint8_t type;
	uint8_t cause, location; /* of the Cause element, 0 if none */
	bool has_cause;
	uint8_t state; /* of the Call state element, 0xff if none */
};

enum isdn_known {
	ISDN_NO_CALL,
	ISDN_CALL,
	ISDN_CALL_CLEARING
};

/* Is there such a call: ours (we made the reference) or the far end's? */
typedef enum isdn_known isdn_known_fn(const void *context, uint16_t cref,
				      bool ours);

/*
 * Screen a received frame of len octets (without FCS) in place. Returns the
 * length to give to libpri (it may shrink), or 0: drop. *q says what the
 * message was before any change.
 */
size_t isdn_screen_rx(uint8_t *frame, size_t len, isdn_known_fn *known,
		      const void *context, struct isdn_q931 *q);

/* Read a frame that we sent or received, changing nothing. */
void isdn_screen_look(const uint8_t *frame, size_t len, struct isdn_q931 *q);

/* Put cause and location into the Cause element of a clearing message. */
void isdn_screen_put_cause(uint8_t *frame, size_t len, uint8_t cause,
			   uint8_t location);

#endif

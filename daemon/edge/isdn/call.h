/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls of a span: from core's requests to libpri, from libpri's events to
 * core's indications.
 *
 * CLEARING. This process ends a call by itself as soon as either side asks:
 * DISCONNECT or RELEASE of the far end is answered at once. Core hears HANGUP
 * (the far end cleared, or layer 2 or a timer did) and then HANGUP_DONE (call
 * reference and channel are free); after its own HANGUP only HANGUP_DONE. A
 * HANGUP that crosses ours is nothing.
 */
#ifndef RD_ISDN_CALL_H
#define RD_ISDN_CALL_H

#include "daemon/edge/isdn/span.h"

/* ---- both ways ------------------------------------------------------------ */

/* What an event of libpri means. event.c */
void isdn_call_event(struct isdn_span *span, const pri_event *event);

/* A request about one call (SETUP to HANGUP). request.c */
void isdn_call_request(struct isdn_span *span, const struct rd_isdn *request);

/* End entries whose call libpri ended, or should have ended long ago. */
void isdn_calls_sweep(struct isdn_span *span);

/* The channel returned to idle (0: all of them): calls on it are over,
 * without a message (Q.931 5.5). */
void isdn_calls_drop(struct isdn_span *span, unsigned channel, uint8_t cause);

/* What we said to clear calls went with the link: RESTART says it again. */
void isdn_calls_forget(struct isdn_span *span);

/* isdn_known_fn over a struct isdn_span */
enum isdn_known isdn_call_known(const void *span, uint16_t cref, bool ours);

/* When a call is to be ended that libpri fails to end: RD_FRAME_NEVER if none
 * is being released. */
uint64_t isdn_calls_due(const struct isdn_span *span);

/* Before a frame goes out: cause and location as core wanted them. */
void isdn_call_dress(struct isdn_span *span, uint8_t *frame, size_t len);

/* ---- for event.c and request.c ------------------------------------------------ */

struct isdn_call *isdn_call_by_ref(struct isdn_span *span, uint32_t ref);
struct isdn_call *isdn_call_by_q931(struct isdn_span *span,
				    const q931_call *q931);

/* A new entry, in stage SETUP; NULL: the table is full. */
struct isdn_call *isdn_call_enter(struct isdn_span *span, q931_call *q931,
				  uint32_t ref, bool ours);

/* Call reference of libpri's record, 15 bits. */
uint16_t isdn_call_cref(struct isdn_span *span, q931_call *q931);

/* Who holds which channel, as an incoming SETUP or a request of ours sees it. */
struct isdn_channels isdn_calls_channels(const struct isdn_span *span,
					 bool incoming);

/* Begin an indication; the rest of its fields is the caller's. */
struct rd_isdn *isdn_say(struct isdn_span *span, uint8_t op, uint32_t ref,
			 unsigned channel);
struct rd_isdn *isdn_call_say(struct isdn_span *span, uint8_t op,
			      const struct isdn_call *c);

/* HANGUP to core, unless it knows; the call is being released from now on. */
void isdn_call_tell_over(struct isdn_span *span, struct isdn_call *c, int cause,
			 unsigned location);

/* Release towards the far end, with any cause in any stage. c may have ended. */
void isdn_call_clear(struct isdn_span *span, struct isdn_call *c,
		     unsigned cause, unsigned location);

/* Cause and location of a clearing message that is about to be asked for. */
void isdn_call_note_cause(struct isdn_span *span, uint16_t cref, bool ours,
			  unsigned cause, unsigned location);

bool isdn_call_is_gone(struct isdn_span *span, const struct isdn_call *c);

/* libpri has freed the call: HANGUP_DONE, and the entry is free. */
void isdn_call_end(struct isdn_span *span, struct isdn_call *c, int cause);

#endif

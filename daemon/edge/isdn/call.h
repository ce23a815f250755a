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

/* What an event of libpri means. */
void isdn_call_event(struct isdn_span *span, const pri_event *event);

/* A request about one call (SETUP to HANGUP). */
void isdn_call_request(struct isdn_span *span, const struct rd_isdn *request);

/* End entries whose call libpri ended, or should have ended long ago. */
void isdn_calls_sweep(struct isdn_span *span);

/* The channel returned to idle (0: all of them): calls on it are over,
 * without a message (Q.931 5.5). */
void isdn_calls_drop(struct isdn_span *span, unsigned channel, uint8_t cause);

/* Is a call in progress (not being released) on that channel? */
bool isdn_calls_on(const struct isdn_span *span, unsigned channel);

/* isdn_known_fn over a struct isdn_span */
enum isdn_known isdn_call_known(const void *span, uint16_t cref, bool ours);

/* When a call is to be ended that libpri fails to end: RD_FRAME_NEVER if none
 * is being released. */
uint64_t isdn_calls_due(const struct isdn_span *span);

/* Before a frame goes out: cause and location as core wanted them. */
void isdn_call_dress(struct isdn_span *span, uint8_t *frame, size_t len);

#endif

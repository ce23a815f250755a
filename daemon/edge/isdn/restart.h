/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RESTART of channels, Q.931 5.5: one at a time, as 5.5.1 demands.
 *
 * Every channel that core asks for is answered by one RESTART_ACK: cause 0 if
 * the far end acknowledged; 102 if it never did within N316 times T316, when
 * the channels waiting behind it are answered too, for a far end that leaves
 * one RESTART unanswered does not do RESTART; 0 if a call took the channel
 * first, since then both ends agree that it was idle. So no channel waits for
 * ever. Without layer 2 the channels wait for it.
 */
#ifndef RD_ISDN_RESTART_H
#define RD_ISDN_RESTART_H

#include "daemon/edge/isdn/span.h"

#define ISDN_N316    2
#define ISDN_T316_MS 120000 /* Q.931 table 9-1 */

/* Core wants channel (1..31) idle, 0: all of the span. */
void isdn_restart_want(struct isdn_span *span, unsigned channel);

/* A call has taken the channel. */
void isdn_restart_cancel(struct isdn_span *span, unsigned channel);

/* RESTART ACKNOWLEDGE for channel, 0: for the whole span. */
void isdn_restart_acked(struct isdn_span *span, unsigned channel);

/* Channels (bit n = channel n) that wait for RESTART or its answer. */
uint32_t isdn_restart_mask(const struct isdn_span *span);

/* Layer 2 is lost: what was asked will be asked again. */
void isdn_restart_down(struct isdn_span *span);

/*
 * The far end has set up layer 2 anew, and what was not acknowledged is thrown
 * away (Q.921 5.5.3): the RESTART perhaps, which T316 would repeat only after
 * two minutes. This happens at every second start: both ends send SABME, one
 * is up before the other, which drops what it is sent until then.
 */
void isdn_restart_again(struct isdn_span *span);

/* Layer 2 came up, or time passed: go on. */
void isdn_restart_run(struct isdn_span *span);

/* When isdn_restart_run() has something to do. */
uint64_t isdn_restart_due(const struct isdn_span *span);

#endif

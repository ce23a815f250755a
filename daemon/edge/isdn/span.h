/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One D-channel: its libpri controller and its calls.
 *
 * WHAT. struct isdn_span is all that this process knows of a span. Frames
 * come in by isdn_span_rx(), requests by isdn_span_request(), time by
 * isdn_span_run(); what follows from them goes out by out.h.
 *
 * INVARIANT. An entry of calls[] lives exactly as long as libpri's q931_call
 * that it points to. After every step that may end calls without an event,
 * isdn_calls_sweep() finds the ended ones. So HANGUP_DONE is said exactly
 * once, in the one place where entries end.
 */
#ifndef RD_ISDN_SPAN_H
#define RD_ISDN_SPAN_H

#include <libpri.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/edge/isdn/channel.h"
#include "daemon/edge/isdn/screen.h"
#include "daemon/msg.h"
#include "lib/config/config.h"

#define ISDN_SPANS 64
#define ISDN_CALLS 64 /* of a span: 31 channels, and those being released */

/* How far a call is, the same for both directions. Order matters. */
enum isdn_stage {
	ISDN_STAGE_NONE,    /* no call */
	ISDN_STAGE_SETUP,   /* SETUP was the only message */
	ISDN_STAGE_OVERLAP, /* SETUP ACKNOWLEDGE */
	ISDN_STAGE_PROCEEDING,
	ISDN_STAGE_ALERTING,
	ISDN_STAGE_CONNECTED,
	ISDN_STAGE_CLEARING, /* either end has cleared */
	ISDN_STAGES,
};

struct isdn_call {
	uint32_t ref;
	uint8_t stage;	 /* enum isdn_stage */
	uint8_t channel; /* 0: none yet */
	bool ours;	 /* we made it */
	bool told;	 /* core knows that it is over: HANGUP was said, or
			  * core asked for it */
	bool released;	 /* RELEASE COMPLETE went out */
	uint16_t cref;	 /* 15 bits */
	uint8_t cause;	 /* why it is cleared, 0 not known yet */
	q931_call *q931;
	uint64_t due;		    /* CLEARING: ended then at the latest */
	char digits[RD_NUMBER_LEN]; /* called number, overlap included */
};

/* Cause and location for the clearing message of a call that may have ended
 * before the frame is written. */
struct isdn_clearing {
	uint16_t cref;
	bool ours;
	uint8_t cause, location; /* cause 0: empty */
};

struct isdn_restart {
	uint32_t wanted; /* channels still to do, bit n = channel n */
	uint8_t channel; /* asked, not yet answered; 0 none */
	uint8_t sent;	 /* how often */
	uint64_t due;	 /* T316 */
};

struct isdn_span {
	uint32_t line;
	struct rd_edge_span config;
	struct pri *pri;
	int own_timer[RD_ISDN_TIMERS]; /* libpri's, where none is configured */
	bool up;
	uint32_t blocked;
	uint8_t trace; /* RD_ISDN_TRACE_* */
	struct isdn_call calls[ISDN_CALLS];
	struct isdn_clearing clearing[ISDN_CALLS];
	unsigned next_clearing;
	struct isdn_restart restart;
	uint64_t alarm_due; /* alarm persists: the link is released then */
	bool alarm;
	bool mute; /* what libpri writes does not go out */
	bool rr_held;
	uint8_t rr[4]; /* waits for an I frame that says the same */

	const uint8_t *rx; /* the frame libpri is to read */
	size_t rx_len;
	struct isdn_q931 seen; /* the message of that frame */
};

/* The span of line, or NULL. */
struct isdn_span *isdn_span_find(uint32_t line);

/*
 * Bring a D-channel up, or take over new timers and channels of one that is
 * up. libpri cannot end a controller: another side or switch type needs a new
 * process. 0, -EINVAL (a field out of range), -EBUSY (that), -ENOMEM, -ENOSPC.
 */
int isdn_span_configure(const struct rd_edge_span *config);

/* A frame of len octets from the line. */
void isdn_span_rx(struct isdn_span *span, const uint8_t *frame, size_t len);

/* Layer 1: RINGDOWN_ALARM_* now present. */
void isdn_span_alarm(struct isdn_span *span, uint32_t alarms);

/* A request of core. */
void isdn_span_request(struct isdn_span *span, const struct rd_isdn *request);

/* Run what is due on all spans; returns the frame when something is next. */
uint64_t isdn_spans_run(void);

/* Ask libpri for its words: RD_ISDN_TRACE_*, 0 none. */
void isdn_span_trace(struct isdn_span *span, uint8_t level);

#endif

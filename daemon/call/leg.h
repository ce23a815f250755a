/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Legs: one party on one channel, as Q.931 sees him.
 *
 *	incoming:  idle -> offered -> early -> connected -> releasing -> idle
 *	                (overlap first, if digits come one by one)
 *	outgoing:  idle -> setup -> proceeding -> alerting -> connected -> ...
 *
 * HOW. Every primitive and every wish of a call is an event of rd_leg_fsm. A leg
 * tells its call what the call must know by rd_call_on_leg(). A leg whose call
 * is over lives on alone (call RD_NONE) until its call reference is free.
 *
 * ref: ours are (generation << 16 | index), so an answer to a leg that is gone
 * is recognised in O(1); the far end's have bit 31 set and are found by their
 * channel, else along the span's legs.
 *
 * Context: core.
 */
#ifndef RD_CALL_LEG_H
#define RD_CALL_LEG_H

#include "daemon/core/core.h"
#include "daemon/core/fsm.h"
#include "daemon/core/pool.h"

#define RD_LEG_CLEAR_MS	  20000u /* HANGUP sent to HANGUP_DONE: over 2 T308 */
#define RD_LEG_OVERLAP_MS 15000u /* T302, Q.931 table 9-1 */
#define RD_LEG_TRIES	  4	 /* SETUPs of one leg on one channel after other */

enum rd_leg_state {
	RD_LEG_IDLE,
	RD_LEG_OVERLAP,
	RD_LEG_OFFERED,
	RD_LEG_EARLY, /* sound is heard before the answer */
	RD_LEG_SETUP,
	RD_LEG_PROCEEDING,
	RD_LEG_ALERTING,
	RD_LEG_CONNECTED,
	RD_LEG_RELEASING,
	RD_LEG_STATES,
};

enum rd_leg_event {
	/* from the far end */
	RD_LEG_IN_SETUP_ACK,
	RD_LEG_IN_INFO,
	RD_LEG_IN_PROCEEDING,
	RD_LEG_IN_ALERTING,
	RD_LEG_IN_PROGRESS,
	RD_LEG_IN_CONNECT,
	RD_LEG_IN_CONNECT_ACK,
	RD_LEG_IN_HANGUP,
	RD_LEG_IN_HANGUP_DONE,
	/* of the line */
	RD_LEG_GLARE, /* the far end's call took our channel */
	RD_LEG_ALARM, /* the line is gone; the edge is there */
	RD_LEG_TONE,  /* a tone says that the party is busy, or gone */
	RD_LEG_LOST,  /* the edge, or the far end's state, is gone */
	RD_LEG_TIMER,
	/* from its call */
	RD_LEG_DO_OVERLAP,
	RD_LEG_DO_ACCEPT,
	RD_LEG_DO_PROGRESS,
	RD_LEG_DO_ANSWER,
	RD_LEG_DO_DIAL,
	RD_LEG_DO_RELEASE,
	RD_LEG_EVENTS,
};

/* flags of a leg */
#define RD_LEG_OUTGOING 0x01u
#define RD_LEG_OPEN	0x02u /* media has its line open */
#define RD_LEG_INBAND	0x04u /* the far end sends sound before it answers */
#define RD_LEG_PHONE	0x08u /* an agent's phone, not the public */
#define RD_LEG_WITHHELD 0x10u /* caller's number is restricted */
#define RD_LEG_DTMF	0x20u /* his digits are listened to */

struct rd_leg {
	struct rd_slot slot;
	uint32_t line; /* span and channel */
	uint32_t ref;  /* call reference between us and the edge */
	uint32_t call; /* or RD_NONE */
	uint32_t next, prev; /* legs of the span */
	uint16_t group;	     /* trunk group, to hunt again */
	uint8_t state;	     /* enum rd_leg_state */
	uint8_t flags, tries, cause;
	uint16_t agent; /* whose phone we release, or RD_INDEX_NONE */
	uint64_t id; /* stable, of its row */
	uint64_t begin, alerting, connected; /* frames, 0: not yet */
	char number[RD_NUMBER_LEN];	     /* the party's: called, or calling */
	char shown[RD_NUMBER_LEN];	     /* number he is shown */
	char name[RD_NAME_LEN];		     /* name he is shown, or his own */
};

extern const struct rd_fsm rd_leg_fsm;

static inline bool rd_leg_is_outgoing(const struct rd_leg *leg)
{
	return leg->flags & RD_LEG_OUTGOING;
}

struct rd_leg *rd_leg_at(const struct rd_core *core, uint32_t index);
uint32_t rd_leg_index(const struct rd_core *core, const struct rd_leg *leg);
/* The leg that has this line's channel, or NULL. */
struct rd_leg *rd_leg_on_line(const struct rd_core *core, uint32_t line);

/* A leg for an incoming SETUP on this channel, seized; NULL: pool empty. */
struct rd_leg *rd_leg_new_incoming(struct rd_core *core,
				   const struct rd_isdn *setup,
				   uint32_t line);

struct rd_leg_dial {
	uint32_t call;
	uint16_t group;
	uint8_t flags; /* RD_LEG_PHONE, RD_LEG_WITHHELD, RD_LEG_DTMF */
	const char *number, *shown, *name;
};
/*
 * Call somebody by a trunk group: SETUP goes out. NULL: no channel is idle, or
 * the pool is empty; *cause says which (Q.850 34, 42).
 */
struct rd_leg *rd_leg_dial(struct rd_core *core, const struct rd_leg_dial *dial,
			   uint8_t *cause);

/*
 * Drive a leg by an event of its call or line; cause goes with DO_RELEASE,
 * ALARM and LOST. The leg may be gone afterwards.
 */
void rd_leg_do(struct rd_core *core, struct rd_leg *leg,
	       enum rd_leg_event event, uint8_t cause);

/* An indication of the edge about a call. */
void rd_leg_on_isdn(struct rd_core *core, const struct rd_isdn *isdn);
void rd_leg_on_timer(struct rd_core *core, uint32_t index, uint32_t which);

#endif

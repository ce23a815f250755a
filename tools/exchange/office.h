/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The central office: trunks, their B-channels and the calls on them.
 *
 * WHAT. One xc_trunk a span: a D-channel with libpri and up to 30 B-channels.
 * On a `side: network` trunk the office is the public exchange; on a `side:
 * user` trunk it is the PBX at the far end, with the agents' phones. A call
 * has one party, who speaks and hears through struct xc_ear_ops.
 *
 * HOW. Everything happens on the line clock, in xc_office_period(), in this
 * order, so that nobody reacts to what is not yet on the line:
 *
 *	1. parties and D-channels speak frames [from, from + n)
 *	2. they hear the client's frames [from, from + n)
 *	3. libpri runs: messages, timers, events
 *
 * Channel selection is Q.931 5.1.2 and 5.2.3: exclusive and busy 44, none
 * free 34, glare by retreat of the network's preferred channel.
 */
#ifndef XC_OFFICE_H
#define XC_OFFICE_H

#include "tools/exchange/copper.h"
#include "tools/exchange/dchan.h"

#define XC_TRACE_MAX 40 /* messages kept of one call */

enum xc_call_state {
	XC_CALL_SETUP,	    /* SETUP sent or received */
	XC_CALL_PROCEEDING, /* CALL PROCEEDING */
	XC_CALL_ALERTING,
	XC_CALL_ACTIVE,
	XC_CALL_CLEARING, /* DISCONNECT or RELEASE on the way */
	XC_CALL_OVER,
};

enum xc_channel_choice {
	XC_CHANNEL_PREFERRED,
	XC_CHANNEL_EXCLUSIVE,
	XC_CHANNEL_ANY,
};

enum xc_hunt {
	XC_HUNT_UP,
	XC_HUNT_DOWN,
	XC_HUNT_ROUND
};

/* What a SETUP says, either way. */
struct xc_setup {
	char from[32], to[32], name[51]; /* E.164 digits; UTF-8 name */
	int from_plan, to_plan;		 /* Q.931 TON << 4 | NPI */
	int presentation;		 /* PRES_* of libpri.h */
	int channel;			 /* 0: the office hunts for one */
	enum xc_channel_choice choice;
};

struct xc_call;

/* The party's side of a call; called in xc_office_period() only. */
struct xc_call_ops {
	/* n octets the party says; rx holds silence before. */
	void (*speak)(struct xc_call *call, uint64_t from, uint8_t *rx,
		      const uint8_t *tx, unsigned n);
	void (*hear)(struct xc_call *call, uint64_t from, const uint8_t *tx,
		     unsigned n);
	void (*state)(struct xc_call *call); /* call->state changed */
	void (*over)(struct xc_call *call);  /* the last word; then freed */
};

struct xc_call {
	struct xc_call *next;
	struct xc_office *office;
	struct xc_trunk *trunk;
	const struct xc_call_ops *ops;
	void *party;
	q931_call *pri;
	bool outgoing; /* towards the client: our party calls */
	enum xc_call_state state;
	struct xc_setup setup;
	int channel; /* 0 none */
	uint16_t crv;
	char display[83];
	unsigned progress; /* mask of PRI_PROG_* seen */

	/* Line frames, RD_FRAME_NEVER if it did not happen. */
	uint64_t setup_frame, proceeding_frame, alerting_frame;
	uint64_t connect_frame, disconnect_frame, over_frame;
	int cause, location;  /* of the clearing, -1 none */
	bool by_client;	      /* the client cleared */
	uint64_t voice_frame; /* first octet that is not idle */

	struct xc_q931_stamp {
		uint8_t type;
		bool sent;
		uint64_t first_frame, last_frame;
	} trace[XC_TRACE_MAX];
	unsigned ntrace;
};

struct xc_trunk_config {
	char name[32];
	bool network;
	int switchtype;
	unsigned dslot;
	enum xc_hunt hunt;
	bool restart_on_up; /* RESTART all channels when layer 2 comes up */
};

struct xc_trunk {
	struct xc_office *office;
	struct xc_trunk_config config;
	unsigned span, first, slots; /* of the card */
	struct xc_dchan dchan;
	struct xc_call *channel[RINGDOWN_MAX_SLOTS];
	uint32_t blocked;    /* bit per slot: the office will not use it */
	uint32_t restarting; /* RESTART sent, not yet acknowledged */
	uint32_t to_restart;
	unsigned last; /* where the hunt ended */
	uint64_t ups, downs, restarts_heard;
	/* the client's newest SETUP: it comes before there is a call */
	struct xc_q931_stamp setup;
	unsigned setup_crv;
};

struct xc_office_ops {
	/*
	 * A call from the client: find the party. Set call->ops and party and
	 * return 0, or return a Q.850 cause to reject it with.
	 */
	int (*incoming)(void *ctx, struct xc_call *call);
	void (*period)(void *ctx, uint64_t frame); /* before anybody speaks */
	void (*trunk)(void *ctx, struct xc_trunk *t, const char *what);
};

struct xc_office {
	struct xc_copper *copper;
	const struct xc_office_ops *ops;
	void *ctx;
	struct xc_trunk *trunk[RINGDOWN_MAX_SPANS];
	unsigned ntrunks;
	struct xc_call *calls; /* all that are not over */
	uint64_t frame;
};

extern const struct xc_copper_ops xc_office_copper_ops; /* ctx: the office */

void xc_office_init(struct xc_office *o, struct xc_copper *copper,
		    const struct xc_office_ops *ops, void *ctx);
void xc_office_free(struct xc_office *o);

/* One trunk on the next span of the card, in order. */
int xc_office_add_trunk(struct xc_office *o,
			const struct xc_trunk_config *config,
			struct xc_pcapng *pcap, uint64_t seed, bool debug);
/* By name, or NULL. */
struct xc_trunk *xc_office_trunk(struct xc_office *o, const char *name);

/*
 * Call the client. NULL and *cause: 34 no channel, 44 the channel asked for is
 * busy, 38 layer 2 is down.
 */
struct xc_call *xc_office_dial(struct xc_trunk *t, const struct xc_setup *s,
			       const struct xc_call_ops *ops, void *party,
			       int *cause);

void xc_call_alert(struct xc_call *c, bool inband);
void xc_call_progress(struct xc_call *c);
void xc_call_answer(struct xc_call *c);
void xc_call_hangup(struct xc_call *c, int cause);

/* A channel is taken out of use (its call is cleared with 41) or given back. */
void xc_trunk_block(struct xc_trunk *t, unsigned slot, bool blocked);
void xc_trunk_restart(struct xc_trunk *t, unsigned slot); /* 0: all */
/* The exchange loses all memory and starts anew. */
int xc_trunk_reboot(struct xc_trunk *t);

const char *xc_call_state_name(enum xc_call_state state);

#endif

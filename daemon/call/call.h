/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls: a caller, perhaps a peer, and the application that drives them.
 *
 * WHAT. A call begins with a caller's SETUP and ends when his leg is cleared. The
 * application plays, asks and connects through the services of
 * daemon/core/app.h; a second leg (an agent's phone, a number dialled) is the
 * call's *peer*.
 *
 * HOW. One struct in a pool. Its end writes exactly one row to the table calls
 * (also for callers we refuse), stops the recording, publishes call.ended. The
 * struct is given back when the event is over, so nobody holds a dead pointer
 * within an event.
 *
 * DEFERRED EVENTS. RD_APP_EV_ANSWERED, and a PEER_GONE that is known at once,
 * reach the application after the running handler has returned, so no
 * application is entered twice.
 *
 * Context: core.
 */
#ifndef RD_CALL_CALL_H
#define RD_CALL_CALL_H

#include "daemon/acd/queue.h"
#include "daemon/call/leg.h"
#include "daemon/call/ports.h"
#include "daemon/core/app.h"
#include "daemon/core/json_out.h"
#include "daemon/core/pool.h"

#define RD_IVR_STATE_SIZE 3072 /* octets for struct rd_ivr_state */
#define RD_ATTACHED_SIZE  1024 /* name NUL value NUL ... */
#define RD_PATH_SIZE	  256  /* nodes visited, "main/card/pay" */

/* timers of a call: the application's, then ours */
enum {
	RD_CALL_TIMER_LIMIT = RD_CALL_TIMERS, /* hard limit, IVR-26 */
	RD_CALL_TIMER_LOOKUP,
	RD_CALL_TIMER_BUSY, /* busy tone to a refused caller is over */
	RD_CALL_TIMERS_ALL,
};

enum rd_call_state { RD_CALL_ACTIVE, RD_CALL_REFUSED, RD_CALL_ENDED };

enum rd_released_by {
	RD_BY_NONE,
	RD_BY_CALLER,
	RD_BY_AGENT,
	RD_BY_CALLED, /* a number outside that we dialled */
	RD_BY_SYSTEM,
	RD_BY_NETWORK,
	RD_BY_OPERATOR,
	RD_BY_RESTART,
};

/* What came of it; names in the table calls. */
enum rd_call_result {
	RD_RESULT_IVR,	     /* served, or left, in a menu */
	RD_RESULT_ANSWERED,  /* talked with somebody */
	RD_RESULT_ABANDONED, /* ended while waiting, by him or by us */
	RD_RESULT_OVERFLOW,  /* queue full, or the longest wait was over */
	RD_RESULT_BLOCKED,   /* blacklist */
	RD_RESULT_REFUSED,   /* no route, no channel, no room, stopping */
	RD_RESULT_CALLBACK,  /* left the line, and is called back */
	RD_RESULT_MESSAGE,   /* left a message */
	RD_RESULT_UNREACHED, /* we called, and did not reach him */
	RD_RESULTS,
};

struct rd_dial_call {
	uint32_t play;
	uint16_t agent;	 /* whose phone, or RD_INDEX_NONE */
	uint8_t alerted, connected;
	struct rd_app_arg arg;
};

/* Do those who are bridged hear each other? */
enum rd_call_audio { RD_AUDIO_WELL, RD_AUDIO_DEAD, RD_AUDIO_ONE_WAY };

struct rd_call {
	struct rd_slot slot;
	uint64_t id;		/* stable, over restarts too */
	uint32_t generation;	/* configuration it runs on */
	uint32_t caller, peer;	/* legs, or RD_NONE */
	uint32_t line;		/* the caller's */
	uint32_t next_ended, next_deferred; /* lists of this event */
	uint8_t state;		/* enum rd_call_state */
	uint8_t app;		/* enum rd_app */
	uint16_t deferred;	/* 1 << enum rd_app_event_type */
	uint8_t deferred_cause;
	uint8_t cause;		/* Q.850, at its end */
	uint8_t released_by;	/* enum rd_released_by */
	uint8_t result;		/* enum rd_call_result */
	uint8_t withheld;	/* presentation restricted */
	uint8_t bridged_now;	/* media connects caller and peer */
	int8_t rating;		/* 0-9; -1 not given */
	uint8_t rating_asked;	/* a survey began */
	uint8_t starts;		/* applications started in event starts_seq */
	uint16_t language;
	uint16_t span;		/* state index */
	uint16_t queue, agent;	/* the last ones, or RD_INDEX_NONE */
	uint16_t phone_agent;	/* he calls from this agent's phone, or NONE */
	uint32_t play;		/* runs on the caller's line, 0 none */
	uint32_t app_play;	/* first play number of this application */
	uint32_t request;	/* lookup asked for, 0 none */
	uint32_t vault;		/* of the last secret entry, or 0 */
	uint32_t recording;	/* pool index, or RD_NONE */
	uint64_t recording_id;	/* 0 none */
	uint64_t starts_seq;
	/* frames; 0: did not happen */
	uint64_t setup, answered, queued, bridged, agent_end, ended;
	uint64_t wait_frames, talk_frames; /* summed */
	uint64_t talk_since; /* frame, while bridged */
	char ani[RD_NUMBER_LEN], dnis[RD_NUMBER_LEN], name[RD_NAME_LEN];
	char path[RD_PATH_SIZE];
	uint16_t path_len, attached_len;
	uint8_t secret;	     /* digits go to the vault */
	uint8_t in_deferred; /* on the list of this event */
	uint8_t peer_by;     /* who released the peer: enum rd_released_by */
	uint8_t outgoing;    /* we call the caller */
	uint8_t audio;	     /* enum rd_call_audio */
	struct rd_port_call port; /* of its menus */
	/* sent to a menu: whom its return: leads back to, or RD_INDEX_NONE */
	uint16_t back_agent, back_queue;
	uint32_t pad_back;
	uint32_t announced[RD_ANNOUNCEMENTS]; /* those he has heard */
	char attached[RD_ATTACHED_SIZE];
	/* a tree's variables outlive the queue it sends the call to */
	_Alignas(8) uint8_t ivr[RD_IVR_STATE_SIZE];
	union {
		struct rd_queue_call in_queue;
		struct rd_dial_call dial;
	};
};

struct rd_call *rd_call_at(const struct rd_core *core, uint32_t index);
uint32_t rd_call_index(const struct rd_core *core, const struct rd_call *call);
/* The active call with that id, or NULL. O(calls). */
struct rd_call *rd_call_by_id(const struct rd_core *core, uint64_t id);
const char *rd_released_by_name(unsigned by);
const char *rd_call_result_name(unsigned result);

/* A caller: SETUP was indicated. */
void rd_call_incoming(struct rd_core *core, const struct rd_isdn *setup);
/* One that the edge has refused already (34, 44 ...): its record. */
void rd_call_rejected(struct rd_core *core, const struct rd_isdn *setup);
/* All digits so far of an overlapping caller; last: no more will come. */
void rd_call_more_digits(struct rd_core *core, struct rd_call *call,
			 const char *digits, bool last);

/* One of zeros: numbers, and indices that are none yet. */
void rd_call_fresh(struct rd_core *core, struct rd_call *call);
/*
 * A call that we make, to that number; dnis: what he called once. Nobody is
 * called yet. NULL: there is no room. Run an application on it at once.
 */
struct rd_call *rd_call_outgoing(struct rd_core *core, const char *number,
				 const char *dnis, const char *name);
/* Call its caller: 0, or the Q.850 cause why not. RD_APP_EV_ANSWERED follows. */
uint8_t rd_call_dial_caller(struct rd_core *core, struct rd_call *call,
			    const char *shown);

/* What a leg tells its call. */
enum rd_leg_news {
	RD_LEG_IS_ALERTING,
	RD_LEG_HAS_SOUND, /* in-band information before the answer */
	RD_LEG_IS_CONNECTED,
	RD_LEG_IS_GONE, /* cause, by */
};
void rd_call_on_leg(struct rd_core *core, struct rd_call *call,
		    struct rd_leg *leg, enum rd_leg_news news, uint8_t cause,
		    enum rd_released_by by);

void rd_call_on_customer(struct rd_core *core, struct rd_call *call,
			 const struct rd_leg *leg, enum rd_leg_news news);

/* End the call: everybody is released, its row is written. */
void rd_call_end(struct rd_core *core, struct rd_call *call, uint8_t cause,
		 enum rd_released_by by);

/*
 * Peers: for the queue and the dial application. Call a number; phone: it is an
 * agent's. Returns 0, or the Q.850 cause why not.
 */
uint8_t rd_call_dial_peer(struct rd_core *core, struct rd_call *call,
		      const char *number, bool phone, const char *shown_name);
/*
 * The same for one of several that ring: its leg, which is nobody's peer yet (set
 * call->peer when it has answered), or RD_NONE and *cause why not. Its news come
 * as RD_APP_EV_PEER_*, by event->leg. flags: RD_LEG_PHONE, RD_LEG_DTMF.
 */
uint32_t rd_call_ring(struct rd_core *core, struct rd_call *call,
		      const char *number, unsigned flags,
		      const char *shown_name, uint8_t *cause);
/* Release it; RD_NONE: nothing. */
void rd_call_drop_leg(struct rd_core *core, struct rd_call *call, uint32_t leg,
		      uint8_t cause);
void rd_call_drop_peer(struct rd_core *core, struct rd_call *call,
		       uint8_t cause);
void rd_call_bridge(struct rd_core *core, struct rd_call *call);
void rd_call_unbridge(struct rd_core *core, struct rd_call *call);
/* Sound will be heard before the answer: PROGRESS, once. */
void rd_call_early_media(struct rd_core *core, struct rd_call *call);
/* Play to the peer; PLAY_DONE comes to the application as the caller's do. */
uint32_t rd_call_tone_peer(struct rd_core *core, struct rd_call *call,
			   uint32_t tone);
void rd_call_play_peer_stop(struct rd_core *core, struct rd_call *call,
			    uint32_t play);
uint32_t rd_call_play_peer(struct rd_core *core, struct rd_call *call,
			   const struct rd_playlist *list);
/* Give an event to the application once the running handler has returned. */
void rd_call_defer(struct rd_core *core, struct rd_call *call,
		   enum rd_app_event_type type, uint8_t cause);
/*
 * Send a call to a node of its configuration's trees, away from whom it talks
 * to. back: the menu's return: leads back to that agent, or else to his queue.
 * -ENOENT: no such node; -ENOTCONN: there is no agent to come back to.
 */
int rd_call_send(struct rd_core *core, struct rd_call *call, const char *tree,
		 const char *node, bool back);
/* Back to the queue of whoever sent it; false: it was not sent so. */
bool rd_call_back_to_queue(struct rd_core *core, struct rd_call *call);
/* Go on in a tree, or if there is none, end the call. */
void rd_call_go_on(struct rd_core *core, struct rd_call *call, uint16_t tree,
		   uint16_t node, uint8_t cause, enum rd_released_by by);

/* Words for this call were spoken: 0 frames: not. */
void rd_call_on_sound(struct rd_core *core, struct rd_call *call, uint32_t slot,
		      uint32_t frames);
/* A number for a question to a source or program, and its longest time. */
uint32_t rd_call_new_request(struct rd_core *core, struct rd_call *call,
			     uint32_t timeout_ms);
/* Events. */
void rd_call_on_digit(struct rd_core *core, const struct rd_ev_digit *digit);
void rd_call_on_play_done(struct rd_core *core,
			  const struct rd_ev_play_done *done);
void rd_call_on_lookup(struct rd_core *core, const struct rd_ev_lookup *answer);
void rd_call_on_timer(struct rd_core *core, uint32_t call, uint32_t which);
/* After the handler: deferred events, then the dead. */
void rd_calls_settle(struct rd_core *core);

/* After a crash: every call of before is over. */
void rd_calls_restart(struct rd_core *core);
/* Calls on a configuration that is about to go. */
void rd_calls_configure(struct rd_core *core, uint32_t oldest_generation);

/* To watchers: it is over. */
void rd_call_tell_ended(struct rd_core *core, const struct rd_call *call);
/* He was asked to rate and did not: a row that says so. */
void rd_call_no_rating(struct rd_core *core, const struct rd_call *call);

/* Rows: the call's own, at its end; a leg's, at its. (daemon/call/cdr.c) */
void rd_cdr_call(struct rd_core *core, const struct rd_call *call);
void rd_cdr_leg(struct rd_core *core, const struct rd_leg *leg,
		enum rd_released_by by);
/* The value attached by that name, or NULL. */
const char *rd_call_attached(const struct rd_call *call, const char *name);
/* Attached data as a JSON object into out. */
void rd_cdr_attached(const struct rd_call *call, struct rd_json *out,
		     const char *key);

#endif

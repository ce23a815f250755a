/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applications: what a call is doing.
 *
 * A call is driven by one application at a time; a menu that sends to a queue
 * that overflows to voicemail is three applications in a row and nothing else.
 * An application is const data and functions; its state lies in the call.
 *
 *	           start            event ...            stop
 *	routing ---------> IVR ------------------> queue -------> agent ...
 *
 * USE. rd_call_run() stops the running application and starts the next. An
 * application gets every event of its call as struct rd_app_event, and acts by
 * the services below. After calling rd_call_run() or rd_call_release() it
 * returns at once: the call may be somebody else's.
 *
 * Context: core.
 */
#ifndef RD_APP_H
#define RD_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/core/core.h"

struct rd_call; /* daemon/call/call.h */

enum rd_app {
	RD_APP_NONE,
	RD_APP_IVR,   /* daemon/ivr: a tree, from a node */
	RD_APP_QUEUE, /* daemon/acd: waits for and talks to an agent */
	RD_APP_DIAL,  /* daemon/call: calls a number, an agent's phone */
	RD_APPS,
};

/*
 * PLACES. Agents and queues have a place in core's state that stays the same
 * over reloads. Every "queue" and "agent" in this header is a place; an index
 * of a configuration becomes one by rd_call_queue_place(),
 * rd_call_agent_place().
 */

#define RD_NEEDS_MAX 8

struct rd_need {
	uint16_t skill; /* its place */
	uint8_t level;	/* at least */
	uint8_t pad;
};

/* How an application begins: RD_APP_ARG_NONE, and what is wanted. */
struct rd_app_arg {
	uint16_t tree, node; /* IVR: node 0 is the tree's first */
	uint16_t queue;	     /* QUEUE: a place */
	uint16_t agent;	     /* DIAL this agent's phone (a place), or ... */
	char number[32];     /* ... DIAL this number by the out-routes */
	uint32_t timeout_ms; /* DIAL: how long to ring */
	uint16_t node_busy, node_noanswer, node_failed; /* DIAL: back to tree */
	bool wants_return;   /* come back to (tree, node) afterwards */
	int8_t priority;     /* QUEUE: added to the queue's own */
	uint32_t task;	     /* QUEUE: made for this callback + 1; 0 none */
	uint8_t nneeds;	     /* QUEUE: skills he needs besides the queue's */
	uint8_t pad[3];
	struct rd_need needs[RD_NEEDS_MAX]; /* by rd_call_need() */
};
#define RD_APP_ARG_NONE                                                       \
	((struct rd_app_arg){ .tree = RD_INDEX_NONE,                          \
			      .queue = RD_INDEX_NONE,                         \
			      .agent = RD_INDEX_NONE,                         \
			      .node_busy = RD_INDEX_NONE,                     \
			      .node_noanswer = RD_INDEX_NONE,                 \
			      .node_failed = RD_INDEX_NONE })

enum rd_app_event_type {
	RD_APP_EV_DIGIT,	/* digit */
	RD_APP_EV_PLAY_DONE,	/* play, reason, item, offset_frames */
	RD_APP_EV_TIMER,	/* timer */
	RD_APP_EV_LOOKUP,	/* request, status, pairs, data */
	RD_APP_EV_ANSWERED,	/* the caller's leg is connected */
	RD_APP_EV_PEER_ALERTING, /* the other leg */
	RD_APP_EV_PEER_ANSWERED,
	RD_APP_EV_PEER_GONE,	/* cause */
	RD_APP_EV_PEER_SOUND,	/* he is heard before he answers (TRK-28) */
	RD_APP_EV_PEER_DIGIT,	/* digit, of the other leg if it is listened to */
	RD_APP_EV_PORT,		/* the port he waits for is his */
	RD_APP_EV_SOUND,	/* request: a slot of rd_call_text(); status */
};

struct rd_app_event {
	enum rd_app_event_type type;
	char digit;
	uint8_t cause;		/* Q.850 */
	uint16_t timer;
	uint32_t leg;		/* PEER_*: which */
	uint32_t play, reason, item, offset_frames;
	uint32_t request;
	uint16_t status, pairs;
	const char *data;	/* LOOKUP: pairs times name NUL value NUL */
};

struct rd_app_ops {
	const char *name;
	/* required */
	void (*start)(struct rd_core *core, struct rd_call *call,
		      const struct rd_app_arg *arg);
	void (*event)(struct rd_core *core, struct rd_call *call,
		      const struct rd_app_event *event);
	/* the call goes to another application or ends: let go of all */
	void (*stop)(struct rd_core *core, struct rd_call *call);
};

extern const struct rd_app_ops rd_ivr_app;   /* daemon/ivr/ */
extern const struct rd_app_ops rd_queue_app; /* daemon/acd/ */
extern const struct rd_app_ops rd_dial_app;  /* daemon/call/ */

/* ---- services (daemon/call) ---------------------------------------------- */

/* Stop what runs, start app. */
void rd_call_run(struct rd_core *core, struct rd_call *call, enum rd_app app,
		 const struct rd_app_arg *arg);

/*
 * Answer the caller (CONNECT). RD_APP_EV_ANSWERED follows (at once if it was
 * answered before). Before that, sound is heard as early media (TRK-28): the
 * first play sends PROGRESS with in-band information.
 */
void rd_call_answer(struct rd_core *core, struct rd_call *call);

/* End the call: cause to the caller (Q.850). The application gets stop(). */
void rd_call_release(struct rd_core *core, struct rd_call *call,
		     uint8_t cause);

/*
 * A menu's return: with nothing left to return to: back to the agent who sent
 * the call, or to his queue. False: nobody did. True: it has left.
 */
bool rd_call_go_back(struct rd_core *core, struct rd_call *call);

/*
 * Play to the caller; prompts are numbers of the call's configuration or
 * RD_PAUSE_MS(); at most RD_PLAYLIST_MAX. Returns the play's number, with
 * which RD_APP_EV_PLAY_DONE comes exactly once.
 */
#define RD_PLAYLIST_MAX 64
struct rd_playlist {
	uint32_t prompt[RD_PLAYLIST_MAX];
	uint16_t n;
	uint16_t flags; /* RD_PLAY_BARGE, RD_PLAY_LOOP */
	uint32_t first_item, offset_frames;
};
uint32_t rd_call_play(struct rd_core *core, struct rd_call *call,
		      const struct rd_playlist *list);
/*
 * Append to a playlist what operators put in front of a tree, or before a queue
 * of it (NULL: none), and this caller has not heard yet. False: nothing.
 */
bool rd_call_announcements(struct rd_core *core, struct rd_call *call,
			   const char *tree, const char *queue,
			   struct rd_playlist *out, bool *must_hear);
/*
 * Have a text spoken in the caller's language, off the core: when its slot
 * comes as RD_APP_EV_SOUND, RD_PROMPT_EXTRA(slot) plays it.
 */
uint32_t rd_call_text(struct rd_core *core, struct rd_call *call,
		      const char *text);
/* A tone of the country's plan (lib/dsp/tone.h) until stopped or replaced. */
uint32_t rd_call_tone(struct rd_core *core, struct rd_call *call,
		      uint32_t tone);
void rd_call_play_stop(struct rd_core *core, struct rd_call *call);

/* Timers 0..RD_CALL_TIMERS-1 belong to the running application. */
#define RD_CALL_TIMERS 6
void rd_call_timer(struct rd_core *core, struct rd_call *call, uint16_t timer,
		   uint32_t ms);
void rd_call_timer_stop(struct rd_core *core, struct rd_call *call,
			uint16_t timer);

/*
 * Digits of this call are secret from now on (or no more): the journal and
 * every event then hold '?' for 0-9 and A-D; '*' and '#' stay. The digits
 * themselves go to the vault, outside core and never to a disk. true begins a
 * new entry: the vault forgets the last. After false it keeps what it has, for
 * the lookup or the check of a PIN that follows.
 */
void rd_call_secret(struct rd_core *core, struct rd_call *call, bool secret);

/*
 * Ask a data source (index into the configuration's sources). The answer comes
 * as RD_APP_EV_LOOKUP with this request number, at the latest after the
 * source's timeout (status RD_LOOKUP_DOWN). secret: use the vault's digits.
 */
uint32_t rd_call_lookup(struct rd_core *core, struct rd_call *call,
			uint16_t source, const char *key, bool secret);

/*
 * Check a secret input against an agent's PIN, outside core: answer as
 * RD_APP_EV_LOOKUP with RD_LOOKUP_FOUND or RD_LOOKUP_NONE.
 */
uint32_t rd_call_check_pin(struct rd_core *core, struct rd_call *call,
			   uint16_t agent);

/*
 * Is what the vault holds the password that a source has for a member? Answer
 * as of a lookup: FOUND with his row, NONE, DOWN. The digits are used up.
 */
uint32_t rd_call_authenticate(struct rd_core *core, struct rd_call *call,
			      uint16_t source, const char *member);
/* Lock-outs of the source (daemon/call/lockout.h): is he or the caller locked;
 * it failed (true: locked now); it was right. */
bool rd_call_is_locked_out(const struct rd_core *core,
			   const struct rd_call *call, uint16_t source,
			   const char *member);
bool rd_call_auth_failed(struct rd_core *core, const struct rd_call *call,
			 uint16_t source, const char *member, uint16_t after,
			 uint32_t lock_s);
void rd_call_auth_passed(struct rd_core *core, const struct rd_call *call,
			 uint16_t source, const char *member);

/*
 * Ask an external program (index into the configuration's programs); the call's
 * numbers, language, area and level go along. Answer as RD_APP_EV_LOOKUP, with
 * the pairs of daemon/program/wire.h, at the latest after its time-out.
 */
struct rd_program_pair {
	const char *name, *value;
	bool variable;
};
uint32_t rd_call_program(struct rd_core *core, struct rd_call *call,
			 uint16_t program, const struct rd_program_pair *pairs,
			 uint16_t n);

/* Attach a name and a value to the call: seen by agents, kept in records. */
void rd_call_attach(struct rd_core *core, struct rd_call *call,
		    const char *name, const char *value);

/* What conditions may ask (strings live until the next event). */
const char *rd_call_ani(const struct rd_core *core, const struct rd_call *call);
const char *rd_call_dnis(const struct rd_core *core,
			 const struct rd_call *call);
/* Is a number on a list (index in the call's configuration)? */
bool rd_call_on_list(const struct rd_core *core, const struct rd_call *call,
		     uint16_t list, const char *number);
/*
 * The caller's level: what is attached to the call as "level", or that of the
 * first list that has him with one; "" none. And his area, or "".
 */
const char *rd_call_level(const struct rd_core *core,
			  const struct rd_call *call);
const char *rd_call_area(const struct rd_core *core,
			 const struct rd_call *call);
/* The configuration this call runs on. */
const struct rd_config *rd_call_config(const struct rd_core *core,
				       const struct rd_call *call);
struct rd_ivr_state *rd_call_ivr(struct rd_core *core, struct rd_call *call);
/* Unix time of the event being handled, from epoch and line clock. */
int64_t rd_core_unix_ns(const struct rd_core *core);
/* Language of the caller: index into config.languages. */
uint16_t rd_call_language(const struct rd_core *core,
			  const struct rd_call *call);
void rd_call_set_language(struct rd_core *core, struct rd_call *call,
			  uint16_t language);
/* Rating given in a survey, 0-9, tied to the call and its last agent. */
void rd_call_rate(struct rd_core *core, struct rd_call *call, int rating);
/* A survey begins: whether or not he rates, the record says he was asked. */
void rd_call_rating_asked(struct rd_core *core, struct rd_call *call);
/* A step of the caller's path, kept in his record: "main/card/pay". */
void rd_call_path(struct rd_core *core, struct rd_call *call,
		  const char *node);
/*
 * A visit of a menu's node is over: a row of ivr_nodes. exit "": the call says
 * itself why it is over.
 */
struct rd_visit {
	const char *tree, *node, *from, *step, *key, *exit, *to;
	uint32_t version;
	uint16_t wrong, silent;
	uint64_t since; /* frame */
};
void rd_call_visit(struct rd_core *core, const struct rd_call *call,
		   const struct rd_visit *visit);
/* Places of the queue and agent with an index in the call's configuration. */
uint16_t rd_call_queue_place(const struct rd_core *core,
			     const struct rd_call *call, uint16_t index);
/*
 * QUEUE: he needs a skill (its index in the call's configuration) besides what
 * the queue says; the ninth is left out.
 */
void rd_call_need(const struct rd_core *core, const struct rd_call *call,
		  struct rd_app_arg *arg, uint16_t skill, uint8_t level);
uint16_t rd_call_agent_place(const struct rd_core *core,
			     const struct rd_call *call, uint16_t index);
/* A line for the story of this call: watchers and the journal's reader. */
void rd_call_note(struct rd_core *core, struct rd_call *call, const char *fmt,
		  ...) __attribute__((format(printf, 3, 4)));

/*
 * Take a port of a group (NULL: none is needed), and give it back. WAIT: it
 * comes as RD_APP_EV_PORT, in order of asking; FULL: too many wait.
 */
enum rd_port_answer { RD_PORT_YOURS, RD_PORT_WAIT, RD_PORT_FULL };
/* Why a wait or a stay ends. */
enum rd_port_end { RD_PORT_DONE, RD_PORT_TIMEOUT };
enum rd_port_answer rd_call_port_take(struct rd_core *core,
				      struct rd_call *call,
				      const struct rd_cfg_ports *ports);
void rd_call_port_give(struct rd_core *core, struct rd_call *call,
		       enum rd_port_end why);

/* ---- queues and agents as applications see them (daemon/acd) ------------- */

struct rd_queue_view {
	uint32_t waiting, agents_signed_in, agents_ready;
	uint32_t oldest_wait_ms, expected_wait_ms;
};
void rd_queue_look(const struct rd_core *core, uint16_t queue,
		   struct rd_queue_view *out);

enum rd_agent_op {
	RD_AGENT_LOGIN, RD_AGENT_LOGOUT, RD_AGENT_READY, RD_AGENT_NOT_READY,
	RD_AGENT_WRAPUP_END,
};
/* Agent with that number, or RD_INDEX_NONE; the one signed in at a phone. */
uint16_t rd_agent_by_number(const struct rd_core *core, const char *number);
uint16_t rd_agent_at_phone(const struct rd_core *core, const char *phone);
/*
 * Change an agent's state; phone is where he signs in (LOGIN), reason a code
 * (NOT_READY), by who asks ("phone", "operator:<user>"). 0, -ENOENT, -EALREADY
 * (signed in elsewhere), -EPERM (not signed in).
 */
int rd_agent_set(struct rd_core *core, uint16_t agent, enum rd_agent_op op,
		 const char *phone, const char *reason, const char *by);

#endif

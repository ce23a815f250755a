/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queues: lines of tickets, and accounts.
 *
 * WHAT. A queue is a line of tickets (daemon/acd/ticket.h) in the order in which
 * they are served, of callers and of callbacks; agents are given to them by
 * daemon/acd/match.h. The queue application (daemon/acd/queue_app.c) is what a
 * call does here.
 *
 * ACCOUNTS. See figures.h; they balance after every event.
 *
 * Context: core.
 */
#ifndef RD_ACD_QUEUE_H
#define RD_ACD_QUEUE_H

#include "daemon/acd/agent.h"
#include "daemon/acd/estimate.h"
#include "daemon/acd/match.h"
#include "daemon/acd/ticket.h"
#include "daemon/core/app.h"
#include "daemon/ivr/say.h"

enum rd_queue_phase {
	RD_QUEUE_NOT,	   /* not in a queue, or left */
	RD_QUEUE_WAITING,
	RD_QUEUE_OFFERED,  /* an agent's phone is called */
	RD_QUEUE_GREETING, /* he answered: announcements to both */
	RD_QUEUE_TALKING,
	RD_QUEUE_GOODBYE,  /* out of the line: a last word, then released */
	RD_QUEUE_MESSAGE,  /* out of the line: leaves a message */
};

enum rd_queue_stage { /* of a callback's call, of a message */
	RD_STAGE_NONE,
	RD_STAGE_CUSTOMER, /* he is called */
	RD_STAGE_AGENT,	   /* the agent is called first */
	RD_STAGE_ASKED,	   /* for a message */
	RD_STAGE_BEEP,
	RD_STAGE_RECORDS,
};

enum rd_queue_dialogue { /* with a waiting caller: dialogue.c */
	RD_DIALOGUE_NONE,
	RD_DIALOGUE_CONFIRM, /* a number to be called back on */
	RD_DIALOGUE_ENTER,   /* a number is keyed in */
	RD_DIALOGUE_LAST_AGENT,
};

enum rd_queue_sound {
	RD_SOUND_NONE, RD_SOUND_MUSIC, RD_SOUND_RINGBACK, RD_SOUND_ANNOUNCE,
};

/* the queue application's timers */
enum {
	RD_QUEUE_TIMER_WAIT,	 /* longest wait */
	RD_QUEUE_TIMER_POSITION, /* announcements */
	RD_QUEUE_TIMER_PERIODIC,
	RD_QUEUE_TIMER_RING,	 /* progressive: one more phone */
	RD_QUEUE_TIMER_CALLBACK, /* that callbacks are told of */
	RD_QUEUE_TIMER_KEYS,	 /* of a dialogue, a message, a goodbye */
};

/* A call's part while the queue application drives it. */
struct rd_queue_call {
	uint16_t queue;
	uint16_t agent; /* offered to, talking with, or RD_INDEX_NONE */
	uint16_t ringing; /* list of agents whose phones ring, or NONE */
	uint8_t phase;	/* enum rd_queue_phase */
	uint8_t sound;	/* enum rd_queue_sound */
	uint8_t position_due, periodic_due; /* announcements that wait */
	uint32_t ticket;		/* while in the line, or RD_NONE */
	uint32_t pad0;
	uint64_t enter, offer, connect; /* frames */
	uint32_t play, peer_play;	/* running, 0 none */
	uint32_t music_play;		/* the last music */
	uint32_t music_item, music_offset; /* where music goes on */
	uint32_t music_seed;
	uint16_t periodic_next;
	uint16_t best_position; /* announced so far; 0 none */
	uint16_t offers;
	uint16_t entered_at; /* position on entry */
	uint8_t rings;	     /* the agent's phone does */
	uint8_t pad[3];
	uint32_t task;			/* made for this callback + 1, or 0 */
	uint8_t stage;			/* enum rd_queue_stage */
	uint8_t dialogue;		/* enum rd_queue_dialogue */
	uint8_t tries;			/* at a number to call back */
	uint8_t callback_due;		/* an announcement that waits */
	char keyed[RD_NUMBER_LEN];	/* in a dialogue */
	struct rd_estimate expected;	/* on entry */
	uint32_t said_wait_ms;		/* announced so far; 0 none */
	uint32_t pad1;
	struct rd_app_arg arg;
};

struct rd_queue {
	uint8_t used;
	uint8_t deserted; /* nobody is there as "stay" wants */
	uint8_t pad[2];
	uint32_t line;	  /* tree of tickets: all who wait, in order */
	uint32_t classes; /* list of struct rd_class: those with tickets */
	uint32_t waiting; /* in the line */
	uint32_t talking;
	uint32_t last_key; /* round robin: of the last offered, or RD_NONE */
	char name[32];
};

/* Why a caller left the line; names are the queue log's. */
#define RD_QUEUE_LOG_LIST(X)                                                  \
	X(ENTER, "entered the queue")                                         \
	X(OFFER, "an agent was chosen and his phone called")                  \
	X(RING_NO_ANSWER, "his phone rang and nobody answered")               \
	X(REJECT, "his phone was busy, refused or not reached")               \
	X(RING_CANCELLED, "the caller went while his phone was called")       \
	X(ELSEWHERE, "another agent took the call")                           \
	X(CONNECT, "the agent answered")                                      \
	X(ABANDON, "the caller hung up while waiting")                        \
	X(EXIT_TIMEOUT, "longest wait reached")                               \
	X(EXIT_KEY, "the caller left by the exit key")                        \
	X(EXIT_SYSTEM, "ended by us: operator, line, limit, restart")         \
	X(EXIT_EMPTY, "no agent was there for too long")                      \
	X(NO_AGENT, "no agent was there when he came")                        \
	X(TOO_LONG, "his wait was expected to be too long")                   \
	X(FULL, "the queue was full")                                         \
	X(COMPLETE_AGENT, "the agent hung up first")                          \
	X(COMPLETE_CALLER, "the caller hung up first")                        \
	X(SENT, "the agent handed the caller on; talk_ms is his own part")    \
	X(COMPLETE_SYSTEM, "the talk was ended by us or by a fault")          \
	X(CALLBACK, "left a number; his place waits for him")                 \
	X(CALLBACK_MISSED, "was called back, and not reached")                \
	X(CALLBACK_FAILED, "a callback was given up: attempts, or expired")   \
	X(CALLBACK_CANCELLED, "a callback was cancelled")                     \
	X(RESUME, "called again soon, and has the old place")                 \
	X(CLOSED, "came outside the queue's hours")                           \
	X(MESSAGE, "left a message, or a number, as a task")                  \
	X(LOGIN, "an agent signed in")                                        \
	X(LOGOUT, "an agent signed out")                                      \
	X(READY, "an agent is ready")                                         \
	X(NOT_READY, "an agent is not ready: reason")                         \
	X(WRAPUP_END, "an agent's wrap-up is over")

enum rd_queue_log {
#define X(NAME, help) RD_QLOG_##NAME,
	RD_QUEUE_LOG_LIST(X)
#undef X
};

const char *rd_queue_log_name(enum rd_queue_log what);

/* The same, and the generation its indices are of. */
const struct rd_cfg_queue *rd_queue_config_of(const struct rd_core *core,
					      uint16_t queue,
					      uint32_t *generation);
struct rd_queue *rd_queue_get(const struct rd_core *core, uint16_t queue);
/* Configuration of a queue: the newest that has it; NULL: none has. */
const struct rd_cfg_queue *rd_queue_config(const struct rd_core *core,
					   uint16_t queue);

/*
 * A supervisor moves one who waits: to another queue, at a position (0: by his
 * wait), or keeps him for one agent, ms long (0: for good). Whose phone rings
 * for him is free, and his own may ring when these return.
 */
void rd_queue_move(struct rd_core *core, struct rd_call *call, uint16_t queue,
		   uint32_t position);
void rd_queue_give(struct rd_core *core, struct rd_call *call, uint16_t agent,
		   uint32_t ms);
/* On in a tree, else where he came from, else the end. */
void rd_queue_go_on(struct rd_core *core, struct rd_call *call, uint16_t tree,
		    uint16_t node, uint8_t cause);
/* Out of the line: back to his menu, or as one who overflows. */
void rd_queue_remove(struct rd_core *core, struct rd_call *call,
		     const char *by);

/* A row of the queue log; call may be NULL (agents' events). */
void rd_queue_log(struct rd_core *core, enum rd_queue_log what,
		  uint16_t queue, const struct rd_call *call, uint16_t agent,
		  uint64_t frames, const char *detail);

/* ---- between queue_app.c, announce.c, dialogue.c, message.c, callback.c ---- */

/* The application begins: into the line, or past it (line.c). */
void rd_queue_start(struct rd_core *core, struct rd_call *call,
		    const struct rd_app_arg *arg);
void rd_queue_give_ticket(struct rd_core *core, struct rd_call *call);
/* Nobody is there who could serve who holds this ticket. */
void rd_queue_deserted(struct rd_core *core, uint32_t ticket);
/* On in the tree named, else where the call came from, else released. */
void rd_queue_go_on_by(struct rd_core *core, struct rd_call *call,
		       uint16_t tree, uint16_t node, uint8_t cause,
		       uint8_t by); /* enum rd_released_by */
/* Out of the line without an agent; tell watchers that he is (callback). */
void rd_queue_leave_line(struct rd_core *core, struct rd_call *call,
			 enum rd_queue_log what, const char *detail);
void rd_queue_tell_left(struct rd_core *core, const struct rd_call *call,
			enum rd_queue_log what);
/* Phones that ring for it do no more, and who had answered is free. */
void rd_queue_withdraw(struct rd_core *core, struct rd_call *call);
/* To a customer who was called back: one moment. */
void rd_queue_hello(struct rd_core *core, struct rd_call *call);
/* A last word, then the call is released. */
void rd_queue_goodbye(struct rd_core *core, struct rd_call *call,
		      enum rd_say_atom atom);
/* That one may be called back, into the list. */
void rd_queue_say_callback(struct rd_core *core, struct rd_call *call,
			   const struct rd_cfg_callback *cfg,
			   struct rd_playlist *list);
/* Shall it be the agent he had last? His answer. */
void rd_queue_ask_last_agent(struct rd_core *core, struct rd_call *call);
void rd_queue_last_agent_chosen(struct rd_core *core, struct rd_call *call,
				bool yes);
/* A key of one who waits; true: it was the dialogue's. Its time is over. */
bool rd_queue_dialogue_digit(struct rd_core *core, struct rd_call *call,
			     char digit);
void rd_queue_dialogue_over(struct rd_core *core, struct rd_call *call);

/* A message: begins (out of the line); prompt over; time; key; call over. */
void rd_message_start(struct rd_core *core, struct rd_call *call);
void rd_message_asked(struct rd_core *core, struct rd_call *call);
void rd_message_time(struct rd_core *core, struct rd_call *call);
void rd_message_key(struct rd_core *core, struct rd_call *call, char digit);
void rd_message_over(struct rd_core *core, struct rd_call *call);

/* What a waiting caller hears by the queue's treatment. */
void rd_queue_sound(struct rd_core *core, struct rd_call *call);
/* Timers of announcements, on entry. */
void rd_queue_announce_begin(struct rd_core *core, struct rd_call *call);
/* One is due (RD_QUEUE_TIMER_POSITION, _PERIODIC). */
void rd_queue_announce_due(struct rd_core *core, struct rd_call *call,
			   uint16_t timer);
/* A play of this call is over. */
void rd_queue_play_done(struct rd_core *core, struct rd_call *call,
			const struct rd_app_event *event);
/* The agent answered: what both hear first. False: nothing. */
bool rd_queue_greet(struct rd_core *core, struct rd_call *call);
/* Configuration of a call's queue: the call's own, else the newest. */
const struct rd_cfg_queue *rd_queue_of_call(const struct rd_core *core,
					    const struct rd_call *call);

void rd_queues_configure(struct rd_core *core);
/* What that queue is in a configuration: itself, or renamed; NULL: gone. */
const struct rd_cfg_queue *rd_queue_heir(const struct rd_config *config,
					 const char *name);
/* Queues that the next configuration lacks: who waits there overflows. */
void rd_queues_before_config(struct rd_core *core,
			     const struct rd_config *next);
void rd_queue_published(struct rd_core *core, uint16_t queue);

#endif

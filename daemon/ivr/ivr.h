/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interpreter of trees: the application rd_ivr_app (daemon/core/app.h).
 *
 * WHAT. Walks a program (program.h) for one call: plays, collects keys, asks
 * sources, sends the call on.
 *
 * HOW. struct rd_ivr_state is all it remembers; it lies in the call, holds no
 * pointer, and is zeros before the first tree. Events meet phases in a const
 * table; an unlisted pair is counted and noted. Steps that need no waiting run
 * one after another within one event, at most RD_IVR_STEPS_MAX of them: the
 * compiler has excluded cycles, so that limit is for what it cannot know.
 *
 * Keys pressed before they are asked for are kept (type-ahead) and given to
 * the next input, which then plays no prompt; a wrong entry, a must_hear
 * prompt and a secret input forget them. A terminator pressed after the last
 * digit of an entry that was complete without it is dropped.
 *
 * A call that comes back from a queue (rd_app_arg.wants_return) finds its
 * variables as they were, as long as it is the same tree.
 *
 * Context: core.
 */
#ifndef RD_IVR_IVR_H
#define RD_IVR_IVR_H

#include "daemon/core/app.h"
#include "daemon/ivr/program.h"

#define RD_IVR_STEPS_MAX 256
#define RD_IVR_STACK	 8  /* menus to go back to; nested calls */
#define RD_IVR_SAID_MAX	 64 /* prompts of one answer of a program */
#define RD_IVR_CHOICES	 9  /* of a directory */
#define RD_IVR_AHEAD_MAX 32 /* keys pressed too early */

/* Timers of the call that are ours. */
enum { RD_IVR_TIMER_INPUT, RD_IVR_TIMER_LIMIT };

/* X(PHASE, name) */
#define RD_IVR_PHASE_LIST(X)                                                  \
	X(IDLE, "idle")	      /* not running */                               \
	X(PORT, "port")	      /* for a port, first come, first served */      \
	X(ANSWER, "answer")   /* until the caller's leg is connected */       \
	X(PLAY, "play")	      /* a play or the thanks of a survey */          \
	X(PROMPT, "prompt")   /* an input's prompt plays */                   \
	X(WAIT, "wait")	      /* it has ended: for the first key */           \
	X(ENTRY, "entry")     /* between keys */                              \
	X(LOOKUP, "lookup")   /* for a source, a program, a PIN's check */    \
	X(SOUND, "sound")     /* until what a program says is spoken */       \
	X(READ_BACK, "read_back") /* the digits are read back */              \
	X(CONFIRM, "confirm") /* that has ended: for the key */

enum rd_ivr_phase {
#define X(PHASE, name) RD_IVR_##PHASE,
	RD_IVR_PHASE_LIST(X)
#undef X
	RD_IVR_PHASES,
};

/* Events as phases see them. */
enum rd_ivr_event {
	RD_IVR_EV_DIGIT, RD_IVR_EV_PLAY_DONE, RD_IVR_EV_TIMER,
	RD_IVR_EV_LIMIT, RD_IVR_EV_LOOKUP, RD_IVR_EV_ANSWERED,
	RD_IVR_EV_PORT, /* the port is his */
	RD_IVR_EV_SOUND, /* a text is spoken */
	RD_IVR_EV_PEER, /* any of the other leg */
	RD_IVR_EVENTS,
};

/* What follows an announcement. */
enum rd_ivr_front { RD_IVR_FRONT_NONE, RD_IVR_FRONT_TREE, RD_IVR_FRONT_STEP };

struct rd_ivr_state {
	uint16_t tree1; /* tree + 1; 0: none yet */
	uint16_t node;
	uint8_t phase;	  /* enum rd_ivr_phase */
	uint8_t stepping; /* 1: steps are being taken, see ANSWERED */
	uint8_t answered;
	uint8_t secret; /* digits are, at this moment */
	uint8_t wrong, silent, logins; /* counted against retries */
	uint8_t nentry, nahead;
	uint8_t nback, ncalls;
	char swallow; /* a terminator that would come too late; 0 none */
	uint16_t after_play; /* PLAY: where it goes on */
	uint32_t play, request;
	uint32_t unexpected; /* events no phase listed */
	uint16_t back[RD_IVR_STACK], calls[RD_IVR_STACK];
	uint8_t back_calls[RD_IVR_STACK]; /* ncalls in the menus of back */
	char entry[RD_IVR_ENTRY_MAX + 1];
	char ahead[RD_IVR_AHEAD_MAX];
	uint8_t kind; /* of node: after a reload it may be another one */
	uint8_t duty_at; /* DIAL by a duty table: so many were called */
	char pad2[3];
	uint16_t duty_node;
	/* the named node he is in (visit.c) */
	uint16_t visit1, visit_from1; /* node + 1; 0 none */
	uint16_t visit_wrong, visit_silent;
	uint64_t visit_since;		   /* frame */
	char visit_key[RD_IVR_KEY_MAX + 1]; /* last key of a menu */
	uint8_t leaving; /* enum rd_app the call goes to, if it is known */
	uint8_t front; /* an announcement plays: of enum rd_ivr_front */
	uint8_t front_must; /* keys are not taken meanwhile */
	/* DIRECTORY: agents (indices) he may choose from by a key */
	uint16_t choices[RD_IVR_CHOICES];
	uint8_t nchoices;
	char pad4[5];
	/* what a program lets be said, and how many texts are to come */
	uint16_t nsaid, ntexts;
	uint32_t said[RD_IVR_SAID_MAX];
	char vars[RD_IVR_VARS][RD_IVR_VALUE_LEN];
};

/* Does the table list this pair? */
bool rd_ivr_expects(enum rd_ivr_phase phase, enum rd_ivr_event event);
const char *rd_ivr_phase_name(enum rd_ivr_phase phase);

#endif

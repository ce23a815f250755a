/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One call by hand: `ringdown ivr try`, and witnesses of the prover repeated.
 *
 * WHAT. The production core on a clock that only moves when told: one caller,
 * whose keys and silences are said from outside; phones that ring until they
 * are told to answer; data sources asked for real, or answered from outside.
 *
 * HOW. Channels, cards and the D-channel are perfect and made up (every group
 * of trunks gets one span), so a tree can be tried before there are lines.
 * Commands of core are carried out at once or planned; events enter core one by
 * one, as in the daemon.
 *
 * USE.
 *	r = rd_rehearsal_new(&setup);
 *	rd_rehearsal_call(r);
 *	rd_rehearsal_key(r, '1');
 *	rd_rehearsal_wait(r, 5000);
 *	rd_rehearsal_look(r, &view);
 *	rd_rehearsal_free(r);
 *
 * LIMITS. One caller; a talk goes on until a side is told to hang up.
 *
 * Context: one thread; blocking (files of sources).
 */
#ifndef RD_REHEARSE_H
#define RD_REHEARSE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/ivr/ivr.h"
#include "lib/config/config.h"

struct rd_rehearsal;

enum rd_told {
	RD_TOLD_HEARD,	/* the caller hears this */
	RD_TOLD_NOTE,	/* the story of the call, as watchers see it */
	RD_TOLD_RINGS,	/* a phone rings: its number */
	RD_TOLD_ASKED,	/* a source is asked: its name and the key */
};

struct rd_rehearsal_setup {
	const struct rd_bundle *bundle; /* what config was compiled from */
	const struct rd_config *config;
	uint16_t tree;	     /* calls begin there; NONE: as routes say */
	int64_t start_s;     /* Unix time of the call */
	const char *caller, *called;
	void (*tell)(void *context, enum rd_told what, const char *text);
	void *context;
};

enum rd_stand { /* what the call does */
	RD_STAND_NONE,	  /* none yet */
	RD_STAND_MENU,	  /* in a tree */
	RD_STAND_QUEUE,	  /* waits for an agent */
	RD_STAND_DIAL,	  /* a number is called */
	RD_STAND_TALK,
	RD_STAND_OTHER,
	RD_STAND_ENDED,
};

struct rd_rehearsal_view {
	enum rd_stand stand;
	uint16_t tree, node; /* where it is, or was last; NONE */
	uint16_t queue;	     /* index, or NONE */
	uint16_t language;
	uint8_t cause;	     /* ENDED: Q.850 */
	bool plays, asks;    /* something is heard; a key is waited for */
	int64_t unix_s;
	uint64_t since_ms; /* the call began */
	const struct rd_ivr_state *ivr; /* until the next call of a function */
};

/* NULL: out of memory. */
struct rd_rehearsal *rd_rehearsal_new(const struct rd_rehearsal_setup *setup);
void rd_rehearsal_free(struct rd_rehearsal *r);

/* The caller rings; a call that is still there ends first. */
void rd_rehearsal_call(struct rd_rehearsal *r);
void rd_rehearsal_key(struct rd_rehearsal *r, char key);
void rd_rehearsal_hangup(struct rd_rehearsal *r);
/* Time passes. */
void rd_rehearsal_wait(struct rd_rehearsal *r, uint64_t ms);
/*
 * Time passes until nothing plays and a key is waited for, or the call is no
 * more in a tree, or most_ms are over. (Nothing played may mean at once.)
 */
void rd_rehearsal_listen(struct rd_rehearsal *r, uint64_t most_ms);
/* Time passes until the call leaves this node, or most_ms are over. */
void rd_rehearsal_silence(struct rd_rehearsal *r, uint64_t most_ms);

/*
 * What sources (and the check of a PIN) answer from now on: enum
 * rd_lookup_status with pairs "level=gold name=Li Lei" (blanks within a value
 * only in the last); -1: the files.
 */
void rd_rehearsal_source(struct rd_rehearsal *r, int status, const char *pairs);
/* ... and before that these, one a question, in order. At most 16 wait. */
void rd_rehearsal_answer(struct rd_rehearsal *r, int status, const char *pairs);
/* The phone that rings answers, or does not: cause 0 answers. -ENOENT: none. */
int rd_rehearsal_phone(struct rd_rehearsal *r, uint8_t cause);
/* The other party of a talk hangs up. -ENOENT: there is none. */
int rd_rehearsal_other_hangup(struct rd_rehearsal *r);
/* Sign in and make ready; false: not ready, and out. */
void rd_rehearsal_agent(struct rd_rehearsal *r, const char *number, bool in);

void rd_rehearsal_look(const struct rd_rehearsal *r,
		       struct rd_rehearsal_view *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Maintenance of spans: loops, injected faults, bit error tests of channels.
 *
 * WHAT. An operator's wish goes to the span's card by way of media; its answer
 * is an event and answers the operator. What is looped or tested carries no
 * calls: core bars it before it asks, and lets it go when the card refuses or
 * the operator ends it.
 *
 *	command ──► barred, MAINTAIN ──► card ──► MAINTAINED ──► answer, span.test
 *
 * CALLS. With calls on what is wanted the answer is -EBUSY; with force they are
 * released first (cause 41). Injected faults do to calls what faults do, so
 * they too ask for force, but release none.
 *
 * A card that goes away forgets all of it, and so does a daemon's restart.
 *
 * Context: core.
 */
#ifndef RD_CALL_MAINTAIN_H
#define RD_CALL_MAINTAIN_H

#include "daemon/call/span.h"

/* What an operator says; texts as he typed them. */
struct rd_maintain_wish {
	const char *span;
	const char *what;    /* loop: mode; inject: fault; bert: action */
	const char *value;   /* inject: number; bert: channels "1,5-9" */
	const char *by;	     /* "operator:root" */
	uint32_t client, id; /* whom to answer */
	bool force;
};

/*
 * 0: the card is asked, the answer comes. -EINVAL (a word or number not known),
 * -ENOENT (no such span or channel), -EBUSY (calls are on it).
 */
int rd_maintain_loop(struct rd_core *core, const struct rd_maintain_wish *wish);
int rd_maintain_inject(struct rd_core *core,
		       const struct rd_maintain_wish *wish);
int rd_maintain_bert(struct rd_core *core, const struct rd_maintain_wish *wish);

/* The card has answered. */
void rd_maintain_on_done(struct rd_core *core, const struct rd_maintain *done);
/* Its counters have moved. */
void rd_maintain_on_errors(struct rd_core *core,
			   const struct rd_ev_errors *errors);

/* A run begins: nothing is under test. */
void rd_maintain_end(struct rd_span *span);
/* The card has gone, and what it was asked with it. */
void rd_maintain_card_gone(struct rd_core *core, struct rd_span *span);

/* Is anything looped, injected, tested? */
bool rd_maintain_is_on(const struct rd_span *span);
/* "off", "local", "remote". */
const char *rd_maintain_loop_name(const struct rd_span *span);
/* Injected faults in words: "los bit-errors 1e-06". Returns out. */
#define RD_FAULT_NAMES 96
const char *rd_maintain_faults(const struct rd_span *span,
			       char out[RD_FAULT_NAMES]);

#endif

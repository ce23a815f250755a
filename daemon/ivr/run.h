/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interpreter from inside: what its files share. See ivr.h.
 *
 *	run.c	start, event, stop; the table; the walk
 *	step.c	what each verb does
 *	port.c	waiting for a port
 *	visit.c	records of nodes visited
 *	front.c	announcements of operators
 *	external.c programs
 *	input.c	menu, collect, survey
 *	value.c	variables, operands, conditions, lists to playlists
 *
 * A step returns where the walk goes on: a node, or RD_STEP_WAIT when an event
 * must come first, or RD_STEP_GONE when the call has left us; after that
 * nothing of it may be touched.
 */
#ifndef RD_IVR_RUN_H
#define RD_IVR_RUN_H

#include "daemon/ivr/ivr.h"

#define RD_STEP_WAIT 0xfffeu
#define RD_STEP_GONE 0xfffdu

struct rd_ivr_run { /* one event being handled */
	struct rd_core *core;
	struct rd_call *call;
	const struct rd_config *config;
	const struct rd_ivr_program *program;
	struct rd_ivr_state *state;
};

static inline const struct rd_ivr_node *rd_ivr_node(const struct rd_ivr_run *r)
{
	return &r->program->nodes[r->state->node];
}

/* ---- step.c ---- */

/* Do the current node. */
uint16_t rd_ivr_take_step(const struct rd_ivr_run *r);
/* The call goes to another application. */
uint16_t rd_ivr_run_app(const struct rd_ivr_run *r, enum rd_app app,
			const struct rd_app_arg *arg);
/* End the call. */
uint16_t rd_ivr_release(const struct rd_ivr_run *r, uint8_t cause);
/* A member's password was compared. */
uint16_t rd_ivr_authenticated(const struct rd_ivr_run *r,
			      const struct rd_app_event *event);
/* An agent's PIN was checked. */
uint16_t rd_ivr_pin_checked(const struct rd_ivr_run *r,
			    const struct rd_app_event *event);

/* ---- external.c ---- */

uint16_t rd_ivr_external_enter(const struct rd_ivr_run *r);
uint16_t rd_ivr_external_answer(const struct rd_ivr_run *r,
				const struct rd_app_event *event);
/* A text is spoken; or it takes too long. */
uint16_t rd_ivr_external_sound(const struct rd_ivr_run *r,
			       const struct rd_app_event *event);
uint16_t rd_ivr_external_late(const struct rd_ivr_run *r,
			      const struct rd_app_event *event);

/* ---- front.c ---- */

/* Announcements in front of the tree, if there are any; then on to node. */
uint16_t rd_ivr_front(const struct rd_ivr_run *r, uint16_t node);
/* Those before a queue: true: they play, and the step comes again. */
bool rd_ivr_front_of_queue(const struct rd_ivr_run *r, uint16_t queue);
uint16_t rd_ivr_front_played(const struct rd_ivr_run *r);

/* ---- visit.c ---- */

/* The walk comes to a named node; what he was in before is over. */
void rd_ivr_visit_begin(const struct rd_ivr_run *r, uint16_t node);
/* The entry was a key of a menu. */
void rd_ivr_visit_key(const struct rd_ivr_run *r);
/* The call leaves the tree. */
void rd_ivr_visit_end(const struct rd_ivr_run *r);

/* ---- port.c ---- */

/* The ports this tree needs one of, or NULL. */
const struct rd_cfg_ports *rd_ivr_ports(const struct rd_ivr_run *r);
/* What he hears who waits for one. */
void rd_ivr_port_sound(const struct rd_ivr_run *r,
		       const struct rd_cfg_ports *ports);
/* He gets none: on to where the configuration says. */
uint16_t rd_ivr_no_port(const struct rd_ivr_run *r);

/* ---- value.c ---- */

const char *rd_ivr_value(const struct rd_ivr_run *r,
			 const struct rd_operand *operand);
/* Keep a value (cut to fit, at a character); attach it if the tree says so. */
void rd_ivr_set(const struct rd_ivr_run *r, uint16_t var, const char *value);
void rd_ivr_set_into(const struct rd_ivr_run *r, const struct rd_ivr_into *into,
		     const struct rd_app_event *answer);
bool rd_ivr_holds(const struct rd_ivr_run *r, const struct rd_ivr_cond *cond);
/* One piece in the caller's language: how many prompts, or -errno. */
int rd_ivr_say_item(const struct rd_ivr_run *r, const struct rd_ivr_item *item,
		    uint32_t *prompts, int max);
/* Append a list in the caller's language. */
void rd_ivr_append(const struct rd_ivr_run *r, uint32_t list,
		   struct rd_playlist *out);
/* Append entered digits and the keys of the question about them. */
void rd_ivr_append_read_back(const struct rd_ivr_run *r,
			     const struct rd_ivr_collect *collect,
			     struct rd_playlist *out);
/* Play it; false if there is nothing in it. */
bool rd_ivr_play(const struct rd_ivr_run *r, struct rd_playlist *list,
		 bool must_hear);

/* What an entry is so far. */
enum rd_ivr_verdict {
	RD_ENTRY_MORE, /* keys are missing */
	RD_ENTRY_WRONG,
	RD_ENTRY_GOOD,
	RD_ENTRY_GOOD_SO_FAR, /* but it might become longer */
};

/* ---- directory.c ---- */

enum rd_ivr_verdict rd_ivr_directory_judge(const struct rd_ivr_run *r);
/* The step that follows; or *wrong: nobody is called so. */
uint16_t rd_ivr_directory_take(const struct rd_ivr_run *r, bool *wrong);

/* ---- input.c: each returns a step ---- */

uint16_t rd_ivr_input_enter(const struct rd_ivr_run *r);
uint16_t rd_ivr_input_digit(const struct rd_ivr_run *r,
			    const struct rd_app_event *event);
uint16_t rd_ivr_input_played(const struct rd_ivr_run *r,
			     const struct rd_app_event *event);
uint16_t rd_ivr_input_timeout(const struct rd_ivr_run *r,
			      const struct rd_app_event *event);
uint16_t rd_ivr_input_limit(const struct rd_ivr_run *r,
			    const struct rd_app_event *event);
uint16_t rd_ivr_input_answer(const struct rd_ivr_run *r,
			     const struct rd_app_event *event);
uint16_t rd_ivr_confirm_digit(const struct rd_ivr_run *r,
			      const struct rd_app_event *event);
uint16_t rd_ivr_confirm_played(const struct rd_ivr_run *r,
			       const struct rd_app_event *event);
uint16_t rd_ivr_confirm_timeout(const struct rd_ivr_run *r,
				const struct rd_app_event *event);
/*
 * The menu last heard, or the top; the calls of call: that were begun since are
 * given up with the way that is gone back.
 */
uint16_t rd_ivr_last_menu(struct rd_ivr_state *s);
/* Keep a key for the next input. */
uint16_t rd_ivr_keep_digit(const struct rd_ivr_run *r,
			   const struct rd_app_event *event);
/* Leaving an input: its timers, its secrecy. */
void rd_ivr_input_leave(const struct rd_ivr_run *r);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The interpreter: start, event, stop, and the walk from node to node.
 *
 * walk() takes steps until one must wait. rd_call_answer() may bring its
 * ANSWERED before it returns, that is, inside the walk; event() then only
 * notes it (state.stepping), and the walk goes on.
 *
 * Invariants: phase is IDLE exactly when the application does not run; outside
 * a walk some event is always to come (a play, a timer, an answer).
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/ivr/run.h"
#include "daemon/msg.h"

#define CAUSE_TEMPORARY 41 /* Q.850 */

static struct rd_ivr_run run_of(struct rd_core *core, struct rd_call *call)
{
	struct rd_ivr_state *state = rd_call_ivr(core, call);
	const struct rd_config *config = rd_call_config(core, call);

	return (struct rd_ivr_run){
		.core = core,
		.call = call,
		.config = config,
		.program =
			state->tree1 ? config->trees[state->tree1 - 1] : NULL,
		.state = state,
	};
}

/* ---- the walk ------------------------------------------------------------------------ */

/* back and repeat outside of a menu: the menu last heard, or the top */
static uint16_t resolve(struct rd_ivr_state *s, uint16_t step)
{
	if (step == RD_GO_BACK || step == RD_GO_REPEAT)
		return rd_ivr_last_menu(s);
	return step;
}

/* Answer, unless the tree does it later; then on to node. */
static uint16_t answer_first(const struct rd_ivr_run *r, uint16_t node)
{
	struct rd_ivr_state *s = r->state;

	if (r->program->answer_later || s->answered)
		return rd_ivr_front(r, node);
	s->node = node < r->program->nnodes ? node : 0;
	s->kind = rd_ivr_node(r)->kind;
	s->phase = RD_IVR_ANSWER;
	s->after_play = node;
	s->stepping = 1;
	rd_call_answer(r->core, r->call);
	s->stepping = 0;
	return s->answered ? rd_ivr_front(r, node) : RD_STEP_WAIT;
}

static void walk(const struct rd_ivr_run *r, uint16_t step)
{
	struct rd_ivr_state *s = r->state;
	int left = RD_IVR_STEPS_MAX;

	if (step == RD_STEP_GONE)
		return;
	s->stepping = 1;
	while (step != RD_STEP_WAIT && step != RD_STEP_GONE) {
		step = resolve(s, step);
		if (step >= r->program->nnodes || !left--) {
			rd_call_note(r->core, r->call,
				     "ivr: %s: too many steps, or nowhere to "
				     "go",
				     rd_ivr_node(r)->name);
			rd_ivr_release(r, CAUSE_TEMPORARY);
			return;
		}
		if (step != s->duty_node)
			s->duty_at = 0;
		if (step < r->program->nnamed)
			rd_ivr_visit_begin(r, step);
		s->node = step;
		s->kind = rd_ivr_node(r)->kind;
		if (step < r->program->nnamed) {
			rd_call_path(r->core, r->call, rd_ivr_node(r)->name);
			rd_call_note(r->core, r->call, "ivr: %s.%s",
				     r->program->name, rd_ivr_node(r)->name);
		}
		step = rd_ivr_take_step(r);
	}
	if (step == RD_STEP_WAIT)
		s->stepping = 0;
}

/* ---- events --------------------------------------------------------------------------- */

static uint16_t on_answered(const struct rd_ivr_run *r,
			    const struct rd_app_event *event)
{
	return rd_ivr_front(r, r->state->after_play);
}

static uint16_t on_played(const struct rd_ivr_run *r,
			  const struct rd_app_event *event)
{
	return r->state->front ? rd_ivr_front_played(r) : r->state->after_play;
}

static uint16_t on_lookup(const struct rd_ivr_run *r,
			  const struct rd_app_event *event)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);

	if (event->request != r->state->request)
		return RD_STEP_WAIT; /* of a node left meanwhile */
	if (node->kind == RD_NODE_AGENT)
		return rd_ivr_pin_checked(r, event);
	if (node->kind == RD_NODE_PROGRAM)
		return rd_ivr_external_answer(r, event);
	if (node->kind == RD_NODE_AUTHENTICATE)
		return rd_ivr_authenticated(r, event);
	if (node->kind == RD_NODE_COLLECT)
		return rd_ivr_input_answer(r, event);
	rd_call_note(r->core, r->call, "ivr: %s: %s", node->name,
		     event->status == RD_LOOKUP_FOUND  ? "found"
		     : event->status == RD_LOOKUP_NONE ? "not found"
						       : "source is down");
	if (event->status == RD_LOOKUP_NONE)
		return node->u.lookup.none;
	if (event->status != RD_LOOKUP_FOUND)
		return node->u.lookup.down;
	rd_ivr_set_into(r, &node->u.lookup.into, event);
	return node->next;
}

/* What comes late, from before the phase began. */
static uint16_t ignore(const struct rd_ivr_run *r,
		       const struct rd_app_event *event)
{
	return RD_STEP_WAIT;
}

static uint16_t on_port(const struct rd_ivr_run *r,
			const struct rd_app_event *event)
{
	rd_call_timer_stop(r->core, r->call, RD_IVR_TIMER_INPUT);
	rd_call_play_stop(r->core, r->call);
	return answer_first(r, r->state->after_play);
}

static uint16_t on_port_timeout(const struct rd_ivr_run *r,
				const struct rd_app_event *event)
{
	rd_call_port_give(r->core, r->call, RD_PORT_TIMEOUT);
	return rd_ivr_no_port(r);
}

typedef uint16_t handler(const struct rd_ivr_run *r,
			 const struct rd_app_event *event);

/* clang-format off */
static handler *const table[RD_IVR_PHASES][RD_IVR_EVENTS] = {
	[RD_IVR_IDLE] = {
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
		[RD_IVR_EV_SOUND]	= ignore,
	},
	[RD_IVR_PORT] = {
		[RD_IVR_EV_PORT]	= on_port,
		[RD_IVR_EV_TIMER]	= on_port_timeout,
		[RD_IVR_EV_DIGIT]	= ignore,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
		[RD_IVR_EV_SOUND]	= ignore,
	},
	[RD_IVR_ANSWER] = {
		[RD_IVR_EV_ANSWERED]	= on_answered,
		[RD_IVR_EV_DIGIT]	= rd_ivr_keep_digit,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
		[RD_IVR_EV_SOUND]	= ignore,
	},
	[RD_IVR_PLAY] = {
		[RD_IVR_EV_PLAY_DONE]	= on_played,
		[RD_IVR_EV_DIGIT]	= rd_ivr_keep_digit,
		[RD_IVR_EV_LOOKUP]	= ignore,
		[RD_IVR_EV_SOUND]	= ignore,
	},
	[RD_IVR_PROMPT] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_input_digit,
		[RD_IVR_EV_PLAY_DONE]	= rd_ivr_input_played,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_LOOKUP]	= ignore,
		[RD_IVR_EV_SOUND]	= ignore,
	},
	[RD_IVR_WAIT] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_input_digit,
		[RD_IVR_EV_TIMER]	= rd_ivr_input_timeout,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
		[RD_IVR_EV_SOUND]	= ignore,
	},
	[RD_IVR_ENTRY] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_input_digit,
		[RD_IVR_EV_TIMER]	= rd_ivr_input_timeout,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_PLAY_DONE]	= ignore, /* cut short by the key */
		[RD_IVR_EV_LOOKUP]	= ignore,
		[RD_IVR_EV_SOUND]	= ignore,
	},
	[RD_IVR_LOOKUP] = {
		[RD_IVR_EV_LOOKUP]	= on_lookup,
		[RD_IVR_EV_DIGIT]	= rd_ivr_keep_digit,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_SOUND]	= ignore,
	},
	[RD_IVR_SOUND] = {
		[RD_IVR_EV_SOUND]	= rd_ivr_external_sound,
		[RD_IVR_EV_TIMER]	= rd_ivr_external_late,
		[RD_IVR_EV_DIGIT]	= rd_ivr_keep_digit,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
	},
	[RD_IVR_READ_BACK] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_confirm_digit,
		[RD_IVR_EV_PLAY_DONE]	= rd_ivr_confirm_played,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_LOOKUP]	= ignore,
		[RD_IVR_EV_SOUND]	= ignore,
	},
	[RD_IVR_CONFIRM] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_confirm_digit,
		[RD_IVR_EV_TIMER]	= rd_ivr_confirm_timeout,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
		[RD_IVR_EV_SOUND]	= ignore,
	},
};
/* clang-format on */

bool rd_ivr_expects(enum rd_ivr_phase phase, enum rd_ivr_event event)
{
	return table[phase][event] != NULL;
}

const char *rd_ivr_phase_name(enum rd_ivr_phase phase)
{
	static const char *const names[RD_IVR_PHASES] = {
#define X(PHASE, name) name,
		RD_IVR_PHASE_LIST(X)
#undef X
	};

	return names[phase];
}

static enum rd_ivr_event classify(const struct rd_app_event *event)
{
	switch (event->type) {
	case RD_APP_EV_DIGIT:
		return RD_IVR_EV_DIGIT;
	case RD_APP_EV_PLAY_DONE:
		return RD_IVR_EV_PLAY_DONE;
	case RD_APP_EV_TIMER:
		return event->timer == RD_IVR_TIMER_INPUT ? RD_IVR_EV_TIMER
							  : RD_IVR_EV_LIMIT;
	case RD_APP_EV_LOOKUP:
		return RD_IVR_EV_LOOKUP;
	case RD_APP_EV_ANSWERED:
		return RD_IVR_EV_ANSWERED;
	case RD_APP_EV_SOUND:
		return RD_IVR_EV_SOUND;
	case RD_APP_EV_PORT:
		return RD_IVR_EV_PORT;
	default:
		return RD_IVR_EV_PEER;
	}
}

/* A call so old that its configuration is gone goes on with the newest. */
static bool is_lost(const struct rd_ivr_run *r)
{
	const struct rd_ivr_state *s = r->state;

	return !r->program || s->node >= r->program->nnodes ||
	       r->program->nodes[s->node].kind != s->kind;
}

static void event(struct rd_core *core, struct rd_call *call,
		  const struct rd_app_event *event)
{
	struct rd_ivr_run r = run_of(core, call);
	enum rd_ivr_event kind = classify(event);
	handler *handle = table[r.state->phase][kind];

	if (kind == RD_IVR_EV_ANSWERED)
		r.state->answered = 1;
	if (r.state->stepping)
		return;
	/* of a play before this one */
	if (kind == RD_IVR_EV_PLAY_DONE && event->play != r.state->play)
		return;
	if (r.state->phase != RD_IVR_IDLE && is_lost(&r)) {
		rd_call_note(core, call, "ivr: the tree has changed under it");
		rd_ivr_release(&r, CAUSE_TEMPORARY);
		return;
	}
	if (kind == RD_IVR_EV_DIGIT && r.state->swallow) {
		bool swallowed = event->digit == r.state->swallow;

		r.state->swallow = 0;
		if (swallowed)
			return;
	}
	if (!handle) {
		r.state->unexpected++;
		rd_call_note(
			core, call, "ivr: event %d unexpected in phase %s",
			event->type,
			rd_ivr_phase_name((enum rd_ivr_phase)r.state->phase));
		return;
	}
	walk(&r, handle(&r, event));
}

/* ---- start, stop ------------------------------------------------------------------------ */

/* A port is needed: the caller hears something and waits, or goes elsewhere. */
static uint16_t take_port(const struct rd_ivr_run *r, uint16_t node)
{
	const struct rd_cfg_ports *ports = rd_ivr_ports(r);
	struct rd_ivr_state *s = r->state;

	switch (rd_call_port_take(r->core, r->call, ports)) {
	case RD_PORT_YOURS:
		return answer_first(r, node);
	case RD_PORT_FULL:
		return rd_ivr_no_port(r);
	case RD_PORT_WAIT:
		break;
	}
	s->node = node < r->program->nnodes ? node : 0;
	s->kind = rd_ivr_node(r)->kind;
	s->phase = RD_IVR_PORT;
	s->after_play = node;
	rd_call_timer(r->core, r->call, RD_IVR_TIMER_INPUT, ports->max_wait_ms);
	rd_ivr_port_sound(r, ports);
	return RD_STEP_WAIT;
}

static void start(struct rd_core *core, struct rd_call *call,
		  const struct rd_app_arg *arg)
{
	struct rd_ivr_state *s = rd_call_ivr(core, call);
	struct rd_ivr_run r;

	assert(arg->tree < rd_call_config(core, call)->ntrees);
	if (s->tree1 != arg->tree + 1) {
		uint8_t answered = s->answered;

		memset(s, 0, sizeof(*s));
		s->tree1 = (uint16_t)(arg->tree + 1);
		s->answered = answered;
	}
	s->phase = RD_IVR_IDLE;
	s->nahead = 0;
	s->swallow = 0;
	r = run_of(core, call);
	walk(&r, take_port(&r, arg->node));
}

static void stop(struct rd_core *core, struct rd_call *call)
{
	struct rd_ivr_run r = run_of(core, call);

	rd_call_port_give(core, call, RD_PORT_DONE);
	rd_ivr_visit_end(&r);
	if (r.state->phase == RD_IVR_IDLE)
		return;
	rd_ivr_input_leave(&r);
	if (r.state->phase == RD_IVR_PLAY || r.state->phase == RD_IVR_PROMPT ||
	    r.state->phase == RD_IVR_PORT || r.state->phase == RD_IVR_READ_BACK)
		rd_call_play_stop(core, call);
	r.state->phase = RD_IVR_IDLE;
	r.state->stepping = 0;
	r.state->front = r.state->front_must = 0;
}

const struct rd_app_ops rd_ivr_app = {
	.name = "ivr",
	.start = start,
	.event = event,
	.stop = stop,
};

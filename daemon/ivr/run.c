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

#define CAUSE_NORMAL	16 /* Q.850 */
#define CAUSE_TEMPORARY 41

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

static uint16_t release(const struct rd_ivr_run *r, uint8_t cause)
{
	r->state->stepping = 0;
	rd_call_release(r->core, r->call, cause);
	return RD_STEP_GONE;
}

/* The call goes to another application. */
static uint16_t run_app(const struct rd_ivr_run *r, enum rd_app app,
			const struct rd_app_arg *arg)
{
	r->state->stepping = 0;
	rd_call_run(r->core, r->call, app, arg);
	return RD_STEP_GONE;
}

/* ---- steps ------------------------------------------------------------------------ */

static uint16_t step_play(const struct rd_ivr_run *r)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	struct rd_playlist list = { 0 };

	/* an eager caller who barges: nothing to play at all */
	if (r->state->nahead && !node->must_hear)
		return node->next;
	if (node->must_hear)
		r->state->nahead = 0;
	rd_ivr_append(r, node->u.list, &list);
	if (!rd_ivr_play(r, &list, node->must_hear))
		return node->next;
	r->state->phase = RD_IVR_PLAY;
	r->state->after_play = node->next;
	return RD_STEP_WAIT;
}

static uint16_t step_lookup(const struct rd_ivr_run *r)
{
	const struct rd_ivr_lookup *lookup = &rd_ivr_node(r)->u.lookup;
	const struct rd_operand *key = &lookup->key;
	bool secret = key->kind == RD_OPERAND_VAR &&
		      r->program->vars[key->var].secret;

	r->state->phase = RD_IVR_LOOKUP;
	r->state->request = rd_call_lookup(r->core, r->call, lookup->source,
					   rd_ivr_value(r, key), secret);
	return RD_STEP_WAIT;
}

static uint16_t step_choose(const struct rd_ivr_run *r)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	const struct rd_ivr_choose *choose = &node->u.choose;

	for (uint16_t i = 0; i < choose->n; i++) {
		const struct rd_ivr_case *row = &choose->cases[i];
		uint16_t n = 0;

		while (n < row->nconds && rd_ivr_holds(r, &row->conds[n]))
			n++;
		if (n == row->nconds)
			return row->target;
	}
	return node->next;
}

static uint16_t step_set(const struct rd_ivr_run *r)
{
	const struct rd_ivr_pairs *pairs = &rd_ivr_node(r)->u.pairs;

	for (uint16_t i = 0; i < pairs->n; i++)
		rd_ivr_set(r, pairs->pair[i].var,
			   rd_ivr_value(r, &pairs->pair[i].value));
	return rd_ivr_node(r)->next;
}

static uint16_t step_attach(const struct rd_ivr_run *r)
{
	const struct rd_ivr_pairs *pairs = &rd_ivr_node(r)->u.pairs;

	for (uint16_t i = 0; i < pairs->n; i++)
		rd_call_attach(r->core, r->call, pairs->pair[i].name,
			       rd_ivr_value(r, &pairs->pair[i].value));
	return rd_ivr_node(r)->next;
}

static uint16_t step_language(const struct rd_ivr_run *r)
{
	rd_call_set_language(r->core, r->call, rd_ivr_node(r)->u.index);
	return rd_ivr_node(r)->next;
}

static uint16_t step_answer(const struct rd_ivr_run *r)
{
	struct rd_ivr_state *s = r->state;

	if (s->answered)
		return rd_ivr_node(r)->next;
	s->phase = RD_IVR_ANSWER;
	s->after_play = rd_ivr_node(r)->next;
	rd_call_answer(r->core, r->call);
	return s->answered ? s->after_play : RD_STEP_WAIT;
}

static uint16_t step_goto(const struct rd_ivr_run *r)
{
	return rd_ivr_node(r)->u.target;
}

static uint16_t step_call(const struct rd_ivr_run *r)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	struct rd_ivr_state *s = r->state;

	if (s->ncalls == RD_IVR_STACK) {
		rd_call_note(r->core, r->call,
			     "ivr: %s: call: within %d others", node->name,
			     RD_IVR_STACK);
		return release(r, CAUSE_TEMPORARY);
	}
	s->calls[s->ncalls++] = node->next;
	return node->u.target;
}

static uint16_t step_return(const struct rd_ivr_run *r)
{
	struct rd_ivr_state *s = r->state;

	return s->ncalls ? s->calls[--s->ncalls] : release(r, CAUSE_NORMAL);
}

static struct rd_app_arg nowhere(void)
{
	return (struct rd_app_arg){
		.tree = RD_INDEX_NONE,
		.node = RD_INDEX_NONE,
		.queue = RD_INDEX_NONE,
		.agent = RD_INDEX_NONE,
		.node_busy = RD_INDEX_NONE,
		.node_noanswer = RD_INDEX_NONE,
		.node_failed = RD_INDEX_NONE,
	};
}

static uint16_t step_queue(const struct rd_ivr_run *r)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	struct rd_app_arg arg = nowhere();

	arg.queue = node->u.index;
	if (node->next != RD_INDEX_NONE) {
		arg.wants_return = true;
		arg.tree = (uint16_t)(r->state->tree1 - 1);
		arg.node = node->next;
	}
	return run_app(r, RD_APP_QUEUE, &arg);
}

static uint16_t step_dial(const struct rd_ivr_run *r)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	const struct rd_ivr_dial *dial = &node->u.dial;
	const char *number = rd_ivr_value(r, &dial->number);
	struct rd_app_arg arg = nowhere();

	arg.tree = (uint16_t)(r->state->tree1 - 1);
	arg.node = node->next;
	arg.wants_return = node->next != RD_INDEX_NONE;
	arg.node_busy = dial->busy;
	arg.node_noanswer = dial->no_answer;
	arg.node_failed = dial->failed;
	arg.timeout_ms = dial->timeout_ms;
	if (dial->to_agent)
		arg.agent = rd_agent_by_number(r->core, number);
	snprintf(arg.number, sizeof(arg.number), "%s", number);
	if (!number[0] || (dial->to_agent && arg.agent == RD_INDEX_NONE)) {
		rd_call_note(r->core, r->call,
			     "ivr: %s: nobody has number "
			     "\"%s\"",
			     node->name, number);
		return dial->failed != RD_INDEX_NONE ? dial->failed
						     : release(r, 1);
	}
	return run_app(r, RD_APP_DIAL, &arg);
}

static uint16_t step_hangup(const struct rd_ivr_run *r)
{
	return release(r, rd_ivr_node(r)->u.cause);
}

/* ---- agents at their phones ---------------------------------------------------------- */

static uint16_t set_agent(const struct rd_ivr_run *r, uint16_t agent)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	const struct rd_ivr_agent *a = &node->u.agent;
	int err = -ENOENT;

	if (agent != RD_INDEX_NONE)
		err = rd_agent_set(r->core, agent, (enum rd_agent_op)a->op,
				   rd_call_ani(r->core, r->call), a->reason,
				   "phone");
	/* one who is ready may say so again; but signed in elsewhere is not in */
	if (!err || (err == -EALREADY && a->op != RD_AGENT_LOGIN))
		return node->next;
	rd_call_note(r->core, r->call, "ivr: %s: refused (%s)", node->name,
		     strerror(-err));
	return a->denied;
}

/* An unknown number and a wrong PIN look alike from outside. */
static uint16_t wrong_login(const struct rd_ivr_run *r)
{
	const struct rd_ivr_agent *a = &rd_ivr_node(r)->u.agent;
	struct rd_ivr_state *s = r->state;

	if (s->logins < UINT8_MAX)
		s->logins++;
	rd_call_note(r->core, r->call, "ivr: %s: wrong number or PIN (%d)",
		     rd_ivr_node(r)->name, s->logins);
	return s->logins <= a->retries ? a->wrong : a->denied;
}

static uint16_t step_agent(const struct rd_ivr_run *r)
{
	const struct rd_ivr_agent *a = &rd_ivr_node(r)->u.agent;
	uint16_t agent;

	if (a->op != RD_AGENT_LOGIN)
		return set_agent(
			r, rd_agent_at_phone(r->core,
					     rd_call_ani(r->core, r->call)));
	agent = rd_agent_by_number(r->core, rd_ivr_value(r, &a->number));
	if (agent == RD_INDEX_NONE)
		return wrong_login(r);
	r->state->phase = RD_IVR_LOOKUP;
	r->state->request = rd_call_check_pin(r->core, r->call, agent);
	return RD_STEP_WAIT;
}

static uint16_t pin_checked(const struct rd_ivr_run *r,
			    const struct rd_app_event *event)
{
	const struct rd_ivr_agent *a = &rd_ivr_node(r)->u.agent;

	if (event->status != RD_LOOKUP_FOUND)
		return wrong_login(r);
	r->state->logins = 0;
	return set_agent(
		r, rd_agent_by_number(r->core, rd_ivr_value(r, &a->number)));
}

/* ---- the walk ------------------------------------------------------------------------ */

static uint16_t (*const steps[RD_NODE_KINDS])(const struct rd_ivr_run *r) = {
	[RD_NODE_PLAY] = step_play,
	[RD_NODE_MENU] = rd_ivr_input_enter,
	[RD_NODE_COLLECT] = rd_ivr_input_enter,
	[RD_NODE_SURVEY] = rd_ivr_input_enter,
	[RD_NODE_LOOKUP] = step_lookup,
	[RD_NODE_CHOOSE] = step_choose,
	[RD_NODE_SET] = step_set,
	[RD_NODE_ATTACH] = step_attach,
	[RD_NODE_LANGUAGE] = step_language,
	[RD_NODE_ANSWER] = step_answer,
	[RD_NODE_GOTO] = step_goto,
	[RD_NODE_CALL] = step_call,
	[RD_NODE_RETURN] = step_return,
	[RD_NODE_QUEUE] = step_queue,
	[RD_NODE_DIAL] = step_dial,
	[RD_NODE_AGENT] = step_agent,
	[RD_NODE_HANGUP] = step_hangup,
};

/* back and repeat outside of a menu: the menu last heard, or the top */
static uint16_t resolve(struct rd_ivr_state *s, uint16_t step)
{
	if (step == RD_GO_BACK || step == RD_GO_REPEAT)
		return s->nback ? s->back[s->nback - 1] : 0;
	return step;
}

static void walk(const struct rd_ivr_run *r, uint16_t step)
{
	struct rd_ivr_state *s = r->state;
	int left = RD_IVR_STEPS_MAX;

	s->stepping = 1;
	while (step != RD_STEP_WAIT && step != RD_STEP_GONE) {
		step = resolve(s, step);
		if (step >= r->program->nnodes || !left--) {
			rd_call_note(r->core, r->call,
				     "ivr: %s: too many steps, or nowhere to "
				     "go",
				     rd_ivr_node(r)->name);
			release(r, CAUSE_TEMPORARY);
			return;
		}
		s->node = step;
		s->kind = rd_ivr_node(r)->kind;
		if (step < r->program->nnamed) {
			rd_call_path(r->core, r->call, rd_ivr_node(r)->name);
			rd_call_note(r->core, r->call, "ivr: %s.%s",
				     r->program->name, rd_ivr_node(r)->name);
		}
		step = steps[rd_ivr_node(r)->kind](r);
	}
	if (step == RD_STEP_WAIT)
		s->stepping = 0;
}

/* ---- events --------------------------------------------------------------------------- */

static uint16_t on_answered(const struct rd_ivr_run *r,
			    const struct rd_app_event *event)
{
	return r->state->after_play;
}

static uint16_t on_played(const struct rd_ivr_run *r,
			  const struct rd_app_event *event)
{
	return r->state->after_play;
}

static uint16_t on_lookup(const struct rd_ivr_run *r,
			  const struct rd_app_event *event)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);

	if (event->request != r->state->request)
		return RD_STEP_WAIT; /* of a node left meanwhile */
	if (node->kind == RD_NODE_AGENT)
		return pin_checked(r, event);
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

typedef uint16_t handler(const struct rd_ivr_run *r,
			 const struct rd_app_event *event);

/* clang-format off */
static handler *const table[RD_IVR_PHASES][RD_IVR_EVENTS] = {
	[RD_IVR_IDLE] = {
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
	},
	[RD_IVR_ANSWER] = {
		[RD_IVR_EV_ANSWERED]	= on_answered,
		[RD_IVR_EV_DIGIT]	= rd_ivr_keep_digit,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
	},
	[RD_IVR_PLAY] = {
		[RD_IVR_EV_PLAY_DONE]	= on_played,
		[RD_IVR_EV_DIGIT]	= rd_ivr_keep_digit,
		[RD_IVR_EV_LOOKUP]	= ignore,
	},
	[RD_IVR_PROMPT] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_input_digit,
		[RD_IVR_EV_PLAY_DONE]	= rd_ivr_input_played,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_LOOKUP]	= ignore,
	},
	[RD_IVR_WAIT] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_input_digit,
		[RD_IVR_EV_TIMER]	= rd_ivr_input_timeout,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
	},
	[RD_IVR_ENTRY] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_input_digit,
		[RD_IVR_EV_TIMER]	= rd_ivr_input_timeout,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_PLAY_DONE]	= ignore, /* cut short by the key */
		[RD_IVR_EV_LOOKUP]	= ignore,
	},
	[RD_IVR_LOOKUP] = {
		[RD_IVR_EV_LOOKUP]	= on_lookup,
		[RD_IVR_EV_DIGIT]	= rd_ivr_keep_digit,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
	},
	[RD_IVR_READ_BACK] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_confirm_digit,
		[RD_IVR_EV_PLAY_DONE]	= rd_ivr_confirm_played,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_LOOKUP]	= ignore,
	},
	[RD_IVR_CONFIRM] = {
		[RD_IVR_EV_DIGIT]	= rd_ivr_confirm_digit,
		[RD_IVR_EV_TIMER]	= rd_ivr_confirm_timeout,
		[RD_IVR_EV_LIMIT]	= rd_ivr_input_limit,
		[RD_IVR_EV_PLAY_DONE]	= ignore,
		[RD_IVR_EV_LOOKUP]	= ignore,
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
		release(&r, CAUSE_TEMPORARY);
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
	if (r.program->answer_later || s->answered) {
		walk(&r, arg->node);
		return;
	}
	s->node = arg->node < r.program->nnodes ? arg->node : 0;
	s->kind = rd_ivr_node(&r)->kind;
	s->phase = RD_IVR_ANSWER;
	s->after_play = arg->node;
	s->stepping = 1;
	rd_call_answer(core, call);
	s->stepping = 0;
	if (s->answered && s->phase == RD_IVR_ANSWER)
		walk(&r, arg->node);
}

static void stop(struct rd_core *core, struct rd_call *call)
{
	struct rd_ivr_run r = run_of(core, call);

	if (r.state->phase == RD_IVR_IDLE)
		return;
	rd_ivr_input_leave(&r);
	if (r.state->phase == RD_IVR_PLAY || r.state->phase == RD_IVR_PROMPT ||
	    r.state->phase == RD_IVR_READ_BACK)
		rd_call_play_stop(core, call);
	r.state->phase = RD_IVR_IDLE;
	r.state->stepping = 0;
}

const struct rd_app_ops rd_ivr_app = {
	.name = "ivr",
	.start = start,
	.event = event,
	.stop = stop,
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Steps: what each verb does when the walk comes to it. Input nodes: input.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/ivr/run.h"
#include "daemon/msg.h"
#include "lib/config/calendar.h"

#define CAUSE_NORMAL	16 /* Q.850 */
#define CAUSE_TEMPORARY 41

uint16_t rd_ivr_release(const struct rd_ivr_run *r, uint8_t cause)
{
	r->state->stepping = 0;
	rd_call_release(r->core, r->call, cause);
	return RD_STEP_GONE;
}

uint16_t rd_ivr_run_app(const struct rd_ivr_run *r, enum rd_app app,
			const struct rd_app_arg *arg)
{
	r->state->stepping = 0;
	r->state->leaving = (uint8_t)app;
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
		return rd_ivr_release(r, CAUSE_TEMPORARY);
	}
	s->calls[s->ncalls++] = node->next;
	return node->u.target;
}

static uint16_t step_return(const struct rd_ivr_run *r)
{
	struct rd_ivr_state *s = r->state;

	if (s->ncalls)
		return s->calls[--s->ncalls];
	s->stepping = 0;
	if (rd_call_go_back(r->core, r->call))
		return RD_STEP_GONE;
	return rd_ivr_release(r, CAUSE_NORMAL);
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

	if (rd_ivr_front_of_queue(r, node->u.queue.index))
		return RD_STEP_WAIT;
	arg.queue = rd_call_queue_place(r->core, r->call, node->u.queue.index);
	arg.priority = node->u.queue.priority;
	for (uint16_t i = 0; i < node->u.queue.skills.n; i++)
		rd_call_need(r->core, r->call, &arg,
			     node->u.queue.skills.at[i].skill,
			     node->u.queue.skills.at[i].level);
	if (node->next != RD_INDEX_NONE) {
		arg.wants_return = true;
		arg.tree = (uint16_t)(r->state->tree1 - 1);
		arg.node = node->next;
	}
	return rd_ivr_run_app(r, RD_APP_QUEUE, &arg);
}

/*
 * Who is to be called now by a duty table, or "": nobody is left. As long as
 * there is another after him, a call that fails comes back to this node.
 */
static const char *on_duty(const struct rd_ivr_run *r, bool *another)
{
	const struct rd_ivr_dial *dial = &rd_ivr_node(r)->u.dial;
	struct rd_ivr_state *s = r->state;
	const struct rd_cfg_duty_row *row =
		rd_duty_row(&r->config->duties[dial->duty],
			    rd_core_unix_ns(r->core) / 1000000000);
	uint8_t at = s->duty_at;

	s->duty_node = s->node;
	*another = row && at + 1 < row->n;
	if (!row || at >= row->n)
		return "";
	s->duty_at++;
	return row->numbers[at];
}

static uint16_t step_dial(const struct rd_ivr_run *r)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	const struct rd_ivr_dial *dial = &node->u.dial;
	bool by_duty = dial->duty != RD_INDEX_NONE, another = false;
	const char *number =
		by_duty ? on_duty(r, &another) : rd_ivr_value(r, &dial->number);
	struct rd_app_arg arg = nowhere();

	arg.tree = (uint16_t)(r->state->tree1 - 1);
	arg.node = node->next;
	arg.wants_return = node->next != RD_INDEX_NONE;
	arg.node_busy = dial->busy;
	arg.node_noanswer = dial->no_answer;
	arg.node_failed = dial->failed;
	arg.timeout_ms = dial->timeout_ms;
	if (another)
		arg.node_busy = arg.node_noanswer = arg.node_failed =
			r->state->node;
	if (dial->to_agent || by_duty)
		arg.agent = rd_agent_by_number(r->core, number);
	snprintf(arg.number, sizeof(arg.number), "%s", number);
	if (!number[0] || (dial->to_agent && arg.agent == RD_INDEX_NONE)) {
		rd_call_note(r->core, r->call,
			     by_duty ? "ivr: %s: nobody is on duty%s"
				     : "ivr: %s: nobody has number \"%s\"",
			     node->name, number);
		return dial->failed != RD_INDEX_NONE ? dial->failed
						     : rd_ivr_release(r, 1);
	}
	return rd_ivr_run_app(r, RD_APP_DIAL, &arg);
}

static uint16_t step_hangup(const struct rd_ivr_run *r)
{
	return rd_ivr_release(r, rd_ivr_node(r)->u.cause);
}

/* ---- members --------------------------------------------------------------------------- */

static uint16_t step_authenticate(const struct rd_ivr_run *r)
{
	const struct rd_ivr_authenticate *auth = &rd_ivr_node(r)->u.auth;
	const char *member = rd_ivr_value(r, &auth->number);

	if (rd_call_is_locked_out(r->core, r->call, auth->source, member)) {
		rd_call_note(r->core, r->call, "ivr: %s: locked out",
			     rd_ivr_node(r)->name);
		return auth->locked;
	}
	r->state->phase = RD_IVR_LOOKUP;
	r->state->request =
		rd_call_authenticate(r->core, r->call, auth->source, member);
	return RD_STEP_WAIT;
}

uint16_t rd_ivr_authenticated(const struct rd_ivr_run *r,
			      const struct rd_app_event *event)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	const struct rd_ivr_authenticate *auth = &node->u.auth;
	const char *member = rd_ivr_value(r, &auth->number);

	if (event->status == RD_LOOKUP_FOUND) {
		rd_call_auth_passed(r->core, r->call, auth->source, member);
		rd_ivr_set_into(r, &auth->into, event);
		return node->next;
	}
	if (event->status != RD_LOOKUP_NONE)
		return auth->down;
	rd_call_note(r->core, r->call, "ivr: %s: wrong number or password",
		     node->name);
	return rd_call_auth_failed(r->core, r->call, auth->source, member,
				   auth->after, auth->lock_s)
		       ? auth->locked
		       : auth->wrong;
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

uint16_t rd_ivr_pin_checked(const struct rd_ivr_run *r,
			    const struct rd_app_event *event)
{
	const struct rd_ivr_agent *a = &rd_ivr_node(r)->u.agent;

	if (event->status != RD_LOOKUP_FOUND)
		return wrong_login(r);
	r->state->logins = 0;
	return set_agent(
		r, rd_agent_by_number(r->core, rd_ivr_value(r, &a->number)));
}

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
	[RD_NODE_AUTHENTICATE] = step_authenticate,
	[RD_NODE_PROGRAM] = rd_ivr_external_enter,
	[RD_NODE_DIRECTORY] = rd_ivr_input_enter,
};

uint16_t rd_ivr_take_step(const struct rd_ivr_run *r)
{
	return steps[rd_ivr_node(r)->kind](r);
}

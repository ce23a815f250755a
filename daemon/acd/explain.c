// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reasons, from the state; see explain.h.
 *
 * The order of the reasons is that of what a person would have to change first:
 * an agent who does not serve the queue need not be told that he is signed out.
 */
#include "daemon/acd/explain.h"

#include <string.h>

#include "daemon/acd/serve.h"
#include "daemon/acd/strategy.h"
#include "daemon/call/call.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

static const char *const why_text[RD_WHYS][2] = {
#define X(WHY, name, words) [RD_WHY_##WHY] = { name, words },
	RD_WHY_LIST(X)
#undef X
};

static const char *const waits_text[RD_WAITS_COUNT][2] = {
#define X(WAITS, name, words) [RD_WAITS_##WAITS] = { name, words },
	RD_WAITS_LIST(X)
#undef X
};

const char *rd_why_name(enum rd_why why)
{
	return why_text[why][0];
}

const char *rd_why_words(enum rd_why why)
{
	return why_text[why][1];
}

const char *rd_waits_name(enum rd_waits waits)
{
	return waits_text[waits][0];
}

const char *rd_waits_words(enum rd_waits waits)
{
	return waits_text[waits][1];
}

/* Which part of rd_agent_is_free() fails. */
static enum rd_why why_not_free(const struct rd_agent *agent)
{
	static const enum rd_why of_state[RD_AGENT_STATES] = {
		[RD_AGENT_OUT] = RD_WHY_OUT,
		[RD_AGENT_IS_NOT_READY] = RD_WHY_NOT_READY,
		[RD_AGENT_RESERVED] = RD_WHY_RESERVED,
		[RD_AGENT_RINGING] = RD_WHY_RINGING,
		[RD_AGENT_TALKING] = RD_WHY_TALKING,
		[RD_AGENT_WRAPUP] = RD_WHY_WRAPUP,
	};

	if (!agent->used || agent->order == RD_INDEX_NONE)
		return RD_WHY_GONE;
	if (agent->state != RD_AGENT_IS_READY)
		return of_state[agent->state];
	return agent->direct ? RD_WHY_DIRECT : RD_WHY_PAUSED;
}

enum rd_why rd_explain_agent(const struct rd_core *core, uint16_t agent,
			     uint16_t queue)
{
	const struct rd_agent *a = rd_agent_get(core, agent);

	if (!rd_match_serves(core, agent, queue))
		return a->used && a->order == RD_INDEX_NONE
			       ? RD_WHY_GONE
			       : RD_WHY_OTHER_QUEUE;
	return rd_agent_is_free(a) ? RD_WHY_FREE : why_not_free(a);
}

/* The step at which a rule admits him, above the present one; 0: none does. */
static unsigned step_when(const struct rd_core *core,
			  const struct rd_class *cls, uint16_t agent,
			  bool (*admits)(const struct rd_core *core,
					 const struct rd_class *cls,
					 uint16_t agent, unsigned step))
{
	for (unsigned step = cls->step + 1u;
	     rd_serve_step_frames(core, cls->queue, step) != RD_FRAME_NEVER;
	     step++)
		if (admits(core, cls, agent, step))
			return step;
	return 0;
}

static bool by_queue(const struct rd_core *core, const struct rd_class *cls,
		     uint16_t agent, unsigned step)
{
	return rd_serve_admits(core, agent, cls->queue, step);
}

/* The first skill that he has not at the level needed, or RD_INDEX_NONE. */
static uint16_t lacks(const struct rd_core *core, const struct rd_class *cls,
		      uint16_t agent, unsigned step, uint8_t *needed)
{
	uint8_t need[RD_SKILLS_MAX];

	rd_serve_needs(core, cls, step, need);
	for (uint16_t skill = 0; skill < RD_SKILLS_MAX; skill++)
		if (rd_serve_level(core, agent, skill) < need[skill]) {
			*needed = need[skill];
			return skill;
		}
	return RD_INDEX_NONE;
}

static bool by_skill(const struct rd_core *core, const struct rd_class *cls,
		     uint16_t agent, unsigned step)
{
	uint8_t needed;

	return lacks(core, cls, agent, step, &needed) == RD_INDEX_NONE;
}

/* Which part of rd_serve_class() leaves him out. */
static void why_not_served(const struct rd_core *core,
			   const struct rd_ticket *t, uint16_t agent,
			   struct rd_reason *r)
{
	const struct rd_class *cls = rd_class_at(core, t->cls);
	unsigned step = 0;

	if (rd_agent_get(core, agent)->order == RD_INDEX_NONE) {
		r->why = RD_WHY_GONE;
	} else if (t->agent != RD_INDEX_NONE) {
		uint64_t due = rd_timer_due(
			core->state, &core->state->timers, RD_TIMER_TICKET,
			(uint32_t)(t - rd_ticket_at(core, 0)),
			RD_TICKET_TIMER_AGENT);

		r->why = RD_WHY_KEPT;
		r->until_frame = due == RD_FRAME_NEVER ? 0 : due;
	} else if (!rd_serve_admits(core, agent, t->queue, t->step)) {
		r->why = rd_match_serves(core, agent, t->queue)
				 ? RD_WHY_PENALTY
				 : RD_WHY_OTHER_QUEUE;
		r->penalty =
			(uint8_t)rd_strategy_penalty(core, agent, t->queue);
		r->limit = (uint8_t)rd_serve_limit(core, t->queue, t->step);
		step = step_when(core, cls, agent, by_queue);
	} else {
		r->why = RD_WHY_SKILL;
		r->skill = lacks(core, cls, agent, t->step, &r->needed);
		r->level = (uint8_t)rd_serve_level(core, agent, r->skill);
		step = step_when(core, cls, agent, by_skill);
	}
	if (step)
		r->until_frame =
			t->entered + rd_serve_step_frames(core, t->queue, step);
}

struct rd_reason rd_explain_ticket(const struct rd_core *core, uint16_t agent,
				   uint32_t ticket)
{
	const struct rd_agent *a = rd_agent_get(core, agent);
	const struct rd_ticket *t = rd_ticket_at(core, ticket);
	struct rd_reason r = { .why = RD_WHY_FREE, .skill = RD_INDEX_NONE };
	uint64_t due;

	if (!rd_match_may(rd_class_at(core, t->cls), agent)) {
		why_not_served(core, t, agent, &r);
		return r;
	}
	if (rd_agent_is_free(a))
		return r;
	r.why = why_not_free(a);
	if (r.why != RD_WHY_PAUSED && r.why != RD_WHY_WRAPUP)
		return r;
	due = rd_timer_due(core->state, &core->state->timers, RD_TIMER_AGENT,
			   agent,
			   r.why == RD_WHY_PAUSED ? RD_AGENT_TIMER_PAUSE
						  : RD_AGENT_TIMER_WRAPUP);
	r.until_frame = due == RD_FRAME_NEVER ? 0 : due;
	return r;
}

/* Of those who may serve him, what the nearest to free lacks. */
static enum rd_waits waits_for(const uint32_t agents[RD_WHYS])
{
	uint32_t serve = 0, there = 0, ready = 0;

	for (int why = 0; why < RD_WHYS; why++) {
		if (why == RD_WHY_OTHER_QUEUE || why == RD_WHY_GONE ||
		    why == RD_WHY_KEPT || why == RD_WHY_PENALTY ||
		    why == RD_WHY_SKILL)
			continue;
		serve += agents[why];
		there += why == RD_WHY_OUT ? 0 : agents[why];
		ready += why == RD_WHY_OUT || why == RD_WHY_NOT_READY
				 ? 0
				 : agents[why];
	}
	if (!serve)
		return agents[RD_WHY_KEPT] ? RD_WAITS_KEPT
		       : agents[RD_WHY_PENALTY] || agents[RD_WHY_SKILL]
			       ? RD_WAITS_SKILLED
			       : RD_WAITS_NOBODY;
	return !there	? RD_WAITS_SIGN_IN
	       : !ready ? RD_WAITS_READY
			: RD_WAITS_FREE;
}

void rd_explain_call(const struct rd_core *core, const struct rd_call *call,
		     struct rd_explained *out)
{
	const struct rd_queue_call *qc = &call->in_queue;

	memset(out, 0, sizeof(*out));
	out->queue = out->agent = RD_INDEX_NONE;
	if (call->app != RD_APP_QUEUE || call->state != RD_CALL_ACTIVE ||
	    qc->phase == RD_QUEUE_NOT)
		return;
	out->queue = qc->queue;
	for (uint32_t i = 0; i < core->state->agents; i++)
		if (rd_agent_get(core, (uint16_t)i)->used)
			out->agents[qc->ticket == RD_NONE
					    ? rd_explain_agent(core,
							       (uint16_t)i,
							       qc->queue)
					    : rd_explain_ticket(core,
								(uint16_t)i,
								qc->ticket)
						      .why]++;
	out->agent = qc->agent;
	if (qc->phase == RD_QUEUE_TALKING || qc->phase == RD_QUEUE_GREETING) {
		out->waits = RD_WAITS_TALKS;
		return;
	}
	out->position = rd_ticket_position(core, qc->ticket);
	out->waiting = rd_queue_get(core, qc->queue)->waiting;
	out->wait_frames = core->state->now - qc->enter;
	out->waits = qc->phase == RD_QUEUE_OFFERED ? RD_WAITS_ANSWER
						   : waits_for(out->agents);
}

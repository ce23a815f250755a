// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reasons, from the state; see explain.h.
 *
 * The order of the reasons is that of what a person would have to change first:
 * an agent who does not serve the queue need not be told that he is signed out.
 */
#include "daemon/acd/explain.h"

#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/state.h"

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

/* Of those who serve the queue, what the nearest to free lacks. */
static enum rd_waits waits_for(const uint32_t agents[RD_WHYS])
{
	uint32_t serve = 0, there = 0, ready = 0;

	for (int why = 0; why < RD_WHYS; why++) {
		if (why == RD_WHY_OTHER_QUEUE || why == RD_WHY_GONE)
			continue;
		serve += agents[why];
		there += why == RD_WHY_OUT ? 0 : agents[why];
		ready += why == RD_WHY_OUT || why == RD_WHY_NOT_READY
				 ? 0
				 : agents[why];
	}
	return !serve	? RD_WAITS_NOBODY
	       : !there ? RD_WAITS_SIGN_IN
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
			out->agents[rd_explain_agent(core, (uint16_t)i,
						     qc->queue)]++;
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

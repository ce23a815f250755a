// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Places given again; see places.h. All who could hold a place's number are
 * asked: it is rare, and a number left somewhere would be another's.
 */
#include "daemon/acd/places.h"

#include <string.h>

#include "daemon/core/state.h"

static bool in_config(const struct rd_core *core, enum rd_map map,
		      const char *name)
{
	const struct rd_config *c = core->config;

	for (uint16_t i = 0; map == RD_MAP_QUEUES && i < c->nqueues; i++)
		if (!strcmp(c->queues[i].name, name))
			return true;
	for (uint16_t i = 0; map == RD_MAP_AGENTS && i < c->nagents; i++)
		if (!strcmp(c->agents[i].number, name))
			return true;
	return false;
}

/* Does a configuration have it that calls still run on, or the one before? */
static bool is_mapped(const struct rd_core *core, enum rd_map map,
		      uint16_t place)
{
	const struct rd_state *s = core->state;
	uint32_t newest = s->generation;

	if (newest &&
	    rd_map_index(core, map, newest - 1, place) != RD_INDEX_NONE)
		return true;
	for (uint32_t i = 0; i < s->calls.cap; i++)
		if (rd_pool_has(s, &s->calls, i) &&
		    rd_map_index(core, map, rd_call_at(core, i)->generation,
				 place) != RD_INDEX_NONE)
			return true;
	return false;
}

/* Nobody runs on those that have it: they forget it. */
static void unmap(struct rd_core *core, enum rd_map map, uint16_t place)
{
	for (uint32_t g = 0; g < RD_CONFIGS; g++)
		rd_map_forget(core, map, g, place);
}

/* ---- queues ------------------------------------------------------------------ */

static bool queue_is_held(const struct rd_core *core, uint16_t place)
{
	const struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->tickets.cap; i++)
		if (rd_pool_has(s, &s->tickets, i) &&
		    rd_ticket_at(core, i)->queue == place)
			return true;
	for (uint32_t i = 0; i < s->tasks.cap; i++)
		if (rd_pool_has(s, &s->tasks, i) &&
		    rd_task_at(core, i)->queue == place)
			return true;
	for (uint32_t i = 0; i < s->calls.cap; i++) {
		const struct rd_call *call = rd_call_at(core, i);

		if (rd_pool_has(s, &s->calls, i) &&
		    (call->queue == place || (call->app == RD_APP_QUEUE &&
					      call->in_queue.queue == place)))
			return true;
	}
	return false;
}

static struct rd_past_caller *past_at(const struct rd_core *core, uint32_t i)
{
	const struct rd_state *s = core->state;

	return (struct rd_past_caller *)((uintptr_t)s + s->history_offset) + i;
}

static void empty_queue(struct rd_core *core, uint16_t place)
{
	struct rd_state *s = core->state;
	struct rd_queue_figures *figures =
		(void *)((uintptr_t)s + s->figures_offset);
	struct rd_estimate_state *estimates =
		(void *)((uintptr_t)s + s->estimates_offset);

	memset(rd_queue_get(core, place), 0, sizeof(struct rd_queue));
	memset(&figures[place], 0, sizeof(*figures));
	memset(&estimates[place], 0, sizeof(*estimates));
	for (uint32_t i = 0; i < s->agents; i++)
		if (rd_agent_get(core, (uint16_t)i)->queue == place)
			rd_agent_get(core, (uint16_t)i)->queue = RD_INDEX_NONE;
	for (uint32_t i = 0; i < s->limits.callers; i++)
		if (past_at(core, i)->lost_queue == place)
			past_at(core, i)->lost_queue = RD_INDEX_NONE;
	unmap(core, RD_MAP_QUEUES, place);
}

uint16_t rd_place_of_gone_queue(struct rd_core *core)
{
	for (uint32_t i = 0; i < core->state->queues; i++) {
		const struct rd_queue *q = rd_queue_get(core, (uint16_t)i);

		if (!q->used || q->waiting || q->talking ||
		    in_config(core, RD_MAP_QUEUES, q->name) ||
		    is_mapped(core, RD_MAP_QUEUES, (uint16_t)i) ||
		    queue_is_held(core, (uint16_t)i))
			continue;
		empty_queue(core, (uint16_t)i);
		return (uint16_t)i;
	}
	return RD_INDEX_NONE;
}

/* ---- agents ------------------------------------------------------------------- */

static bool agent_is_held(const struct rd_core *core, uint16_t place)
{
	const struct rd_agent *a = rd_agent_get(core, place);
	const struct rd_state *s = core->state;

	if (a->state != RD_AGENT_OUT || a->call != RD_NONE || a->direct ||
	    a->clearing)
		return true;
	for (uint32_t i = 0; i < s->tickets.cap; i++)
		if (rd_pool_has(s, &s->tickets, i) &&
		    rd_ticket_at(core, i)->agent == place)
			return true;
	for (uint32_t i = 0; i < s->tasks.cap; i++)
		if (rd_pool_has(s, &s->tasks, i) &&
		    rd_task_at(core, i)->agent == place)
			return true;
	for (uint32_t i = 0; i < s->legs.cap; i++)
		if (rd_pool_has(s, &s->legs, i) &&
		    rd_leg_at(core, i)->agent == place)
			return true;
	for (uint32_t i = 0; i < s->calls.cap; i++) {
		const struct rd_call *call = rd_call_at(core, i);

		if (rd_pool_has(s, &s->calls, i) &&
		    (call->agent == place || call->phone_agent == place ||
		     (call->app == RD_APP_DIAL && call->dial.agent == place) ||
		     (call->app == RD_APP_QUEUE &&
		      call->in_queue.agent == place)))
			return true;
	}
	return false;
}

static void empty_agent(struct rd_core *core, uint16_t place)
{
	struct rd_state *s = core->state;
	struct rd_session *sessions =
		(void *)((uintptr_t)s + s->sessions_offset);

	memset(rd_agent_get(core, place), 0, sizeof(struct rd_agent));
	memset(&sessions[place], 0, sizeof(*sessions));
	rd_timer_stop_all(s, &s->timers, RD_TIMER_AGENT, place);
	for (uint32_t i = 0; i < s->limits.callers; i++)
		if (past_at(core, i)->agent == place)
			past_at(core, i)->agent = RD_INDEX_NONE;
	unmap(core, RD_MAP_AGENTS, place);
}

uint16_t rd_place_of_gone_agent(struct rd_core *core)
{
	for (uint32_t i = 0; i < core->state->agents; i++) {
		const struct rd_agent *a = rd_agent_get(core, (uint16_t)i);

		if (!a->used || in_config(core, RD_MAP_AGENTS, a->number) ||
		    is_mapped(core, RD_MAP_AGENTS, (uint16_t)i) ||
		    agent_is_held(core, (uint16_t)i))
			continue;
		empty_agent(core, (uint16_t)i);
		return (uint16_t)i;
	}
	return RD_INDEX_NONE;
}

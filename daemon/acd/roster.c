// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The roster: agents of the configuration and their places in the state, across
 * reloads and restarts; which calls of phones are theirs.
 */
#include <string.h>

#include "daemon/acd/agent.h"
#include "daemon/acd/places.h"
#include "daemon/acd/overflow.h"
#include "daemon/acd/queue.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

/* ---- calls of phones ------------------------------------------------------------ */

void rd_agents_find_phone_calls(struct rd_core *core, uint16_t place)
{
	struct rd_state *s = core->state;
	struct rd_agent *agent = rd_agent_get(core, place);

	for (uint32_t i = 0; i < s->calls.cap; i++) {
		struct rd_call *call = rd_call_at(core, i);

		if (!rd_pool_has(s, &s->calls, i) ||
		    call->state == RD_CALL_ENDED ||
		    call->phone_agent != RD_INDEX_NONE ||
		    !rd_span_at(core, call->span)->phones ||
		    strcmp(call->ani, agent->phone) != 0)
			continue;
		call->phone_agent = place;
		agent->direct++;
	}
}

void rd_agents_drop_phone_calls(struct rd_core *core, uint16_t place)
{
	struct rd_state *s = core->state;
	struct rd_agent *agent = rd_agent_get(core, place);

	for (uint32_t i = 0; i < s->calls.cap; i++) {
		struct rd_call *call = rd_call_at(core, i);

		if (rd_pool_has(s, &s->calls, i) &&
		    call->phone_agent == place) {
			call->phone_agent = RD_INDEX_NONE;
			agent->direct--;
		}
	}
}

/* ---- beginnings --------------------------------------------------------------------- */

const struct rd_cfg_agent *rd_agent_config(const struct rd_core *core,
					   uint16_t place)
{
	const struct rd_agent *agent = rd_agent_get(core, place);

	return agent->order < core->config->nagents
		       ? &core->config->agents[agent->order]
		       : NULL;
}

/* The place of that number, or a free one; NONE: there is none. */
static uint16_t find_place(struct rd_core *core, const char *number)
{
	uint16_t unused = RD_INDEX_NONE;

	for (uint32_t i = 0; i < core->state->agents; i++) {
		const struct rd_agent *agent = rd_agent_get(core, (uint16_t)i);

		if (!agent->used) {
			if (unused == RD_INDEX_NONE)
				unused = (uint16_t)i;
		} else if (strcmp(agent->number, number) == 0) {
			return (uint16_t)i;
		}
	}
	return unused != RD_INDEX_NONE ? unused : rd_place_of_gone_agent(core);
}

void rd_agents_configure(struct rd_core *core)
{
	const struct rd_config *config = core->config;
	uint32_t generation = core->state->generation;

	rd_map_clear(core, RD_MAP_AGENTS, generation);
	for (uint32_t i = 0; i < core->state->agents; i++)
		rd_agent_get(core, (uint16_t)i)->order = RD_INDEX_NONE;
	for (uint16_t i = 0; i < config->nagents; i++) {
		uint16_t place = find_place(core, config->agents[i].number);
		struct rd_agent *agent;

		if (place == RD_INDEX_NONE)
			continue;
		agent = rd_agent_get(core, place);
		if (!agent->used) {
			memset(agent, 0, sizeof(*agent));
			agent->used = true;
			agent->call = RD_NONE;
			agent->ticket = agent->leg = RD_NONE;
			agent->next_offer = RD_INDEX_NONE;
			agent->since = core->now;
			rd_text_copy(agent->number, sizeof(agent->number),
				     config->agents[i].number);
		}
		agent->order = i;
		rd_text_copy(agent->name, sizeof(agent->name),
			     config->agents[i].name);
		rd_map_set(core, RD_MAP_AGENTS, generation, i, place);
	}
	rd_skills_forget(core);
	rd_tickets_detach(core);
	rd_serve_configure(core);
	rd_tickets_attach(core);
	for (uint32_t i = 0; i < core->state->agents; i++) {
		struct rd_agent *agent = rd_agent_get(core, (uint16_t)i);

		/* left the configuration: his call is his last */
		if (agent->used && agent->order == RD_INDEX_NONE &&
		    agent->state != RD_AGENT_OUT)
			rd_agent_set(core, (uint16_t)i, RD_AGENT_LOGOUT, NULL,
				     NULL, "configuration");
		rd_match_update(core, (uint16_t)i);
	}
	for (uint32_t i = 0; i < core->state->agents; i++) {
		const struct rd_cfg_agent *cfg =
			rd_agent_config(core, (uint16_t)i);

		if (cfg && cfg->always &&
		    rd_agent_get(core, (uint16_t)i)->state == RD_AGENT_OUT)
			rd_agent_set(core, (uint16_t)i, RD_AGENT_LOGIN, NULL,
				     NULL, "configuration");
	}
	rd_stay_configure(core);
	rd_match_all(core);
}

void rd_agents_restart(struct rd_core *core, int64_t shift)
{
	for (uint32_t i = 0; i < core->state->agents; i++) {
		struct rd_agent *agent = rd_agent_get(core, (uint16_t)i);

		if (!agent->used)
			continue;
		agent->since += (uint64_t)shift;
		/* instants from before frame 0 of this run are its beginning */
		if ((int64_t)agent->since < 0 || agent->since > core->now)
			agent->since = core->now;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sets of agents by what the configuration says of them.
 *
 * In the arena:
 *
 *	members  queues x (RD_PENALTY_MAX + 1) sets: penalty at most p
 *	skilled  RD_SKILLS_MAX x RD_LEVEL_MAX sets: level at least l
 *
 * They are read anew with each configuration, and with it every class.
 */
#include "daemon/acd/serve.h"

#include <string.h>

#include "daemon/acd/queue.h"
#include "daemon/core/configure.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"

#define PENALTIES (RD_PENALTY_MAX + 1)

static uint64_t *members_of(const struct rd_core *core, uint16_t queue,
			    unsigned penalty)
{
	return (uint64_t *)((uintptr_t)core->state +
			    core->state->members_offset) +
	       ((uint64_t)queue * PENALTIES + penalty) *
		       core->state->agent_words;
}

static uint64_t *skilled_of(const struct rd_core *core, uint16_t skill,
			    unsigned level)
{
	return (uint64_t *)((uintptr_t)core->state +
			    core->state->skilled_offset) +
	       ((uint64_t)skill * RD_LEVEL_MAX + level - 1) *
		       core->state->agent_words;
}

static void put(uint64_t *set, uint16_t agent)
{
	set[agent / 64] |= (uint64_t)1 << agent % 64;
}

static bool has(const uint64_t *set, uint16_t agent)
{
	return set[agent / 64] >> agent % 64 & 1;
}

const uint64_t *rd_serve_members(const struct rd_core *core, uint16_t queue,
				 unsigned penalty)
{
	return members_of(core, queue, penalty);
}

/* ---- skills and their places -------------------------------------------------- */

struct rd_skill *rd_skill_get(const struct rd_core *core, uint16_t skill)
{
	return (struct rd_skill *)((uintptr_t)core->state +
				   core->state->skills_offset) +
	       skill;
}

uint16_t rd_skill_place(const struct rd_core *core, uint32_t generation,
			uint16_t index)
{
	return rd_map_place(core, RD_MAP_SKILLS, generation, index);
}

void rd_skills_forget(struct rd_core *core)
{
	const struct rd_config *config = core->config;

	for (uint16_t i = 0; i < RD_SKILLS_MAX; i++) {
		struct rd_skill *skill = rd_skill_get(core, i);
		bool known = false;

		for (uint16_t k = 0; k < config->nskills && !known; k++)
			known = strcmp(config->skills[k].name, skill->name) ==
				0;
		if (skill->used && !known)
			memset(skill, 0, sizeof(*skill));
	}
}

static uint16_t find_place(const struct rd_core *core, const char *name)
{
	uint16_t unused = RD_INDEX_NONE;

	for (uint16_t i = 0; i < RD_SKILLS_MAX; i++) {
		const struct rd_skill *skill = rd_skill_get(core, i);

		if (skill->used && strcmp(skill->name, name) == 0)
			return i;
		if (!skill->used && unused == RD_INDEX_NONE)
			unused = i;
	}
	return unused;
}

static void configure_skills(struct rd_core *core)
{
	const struct rd_config *config = core->config;
	uint32_t generation = core->state->generation;

	rd_map_clear(core, RD_MAP_SKILLS, generation);
	for (uint16_t i = 0; i < config->nskills; i++) {
		const char *name = config->skills[i].name;
		uint16_t place = find_place(core, name);

		if (place == RD_INDEX_NONE) /* there are as many */
			continue;
		rd_skill_get(core, place)->used = true;
		rd_text_copy(rd_skill_get(core, place)->name,
			     sizeof(rd_skill_get(core, place)->name), name);
		rd_map_set(core, RD_MAP_SKILLS, generation, i, place);
	}
}

/* ---- the configuration ---------------------------------------------------------- */

static void configure_agent(struct rd_core *core, uint16_t agent,
			    const struct rd_cfg_agent *cfg)
{
	uint32_t generation = core->state->generation;

	for (uint16_t i = 0; i < cfg->nqueues; i++) {
		const struct rd_cfg_member *member = &cfg->queues[i];
		uint16_t queue = rd_map_place(core, RD_MAP_QUEUES, generation,
					      member->queue);

		for (unsigned p = member->penalty;
		     queue != RD_INDEX_NONE && p < PENALTIES; p++)
			put(members_of(core, queue, p), agent);
	}
	for (uint16_t i = 0; i < cfg->skills.n; i++) {
		uint16_t skill = rd_skill_place(core, generation,
						cfg->skills.at[i].skill);

		for (unsigned l = 1;
		     skill != RD_INDEX_NONE && l <= cfg->skills.at[i].level;
		     l++)
			put(skilled_of(core, skill, l), agent);
	}
}

void rd_serve_configure(struct rd_core *core)
{
	struct rd_state *s = core->state;
	const struct rd_config *config = core->config;

	configure_skills(core);
	memset(members_of(core, 0, 0), 0,
	       (size_t)s->queues * PENALTIES * s->agent_words *
		       sizeof(uint64_t));
	memset(skilled_of(core, 0, 1), 0,
	       (size_t)RD_SKILLS_MAX * RD_LEVEL_MAX * s->agent_words *
		       sizeof(uint64_t));
	for (uint16_t i = 0; i < config->nagents; i++) {
		uint16_t agent =
			rd_map_place(core, RD_MAP_AGENTS, s->generation, i);

		if (agent != RD_INDEX_NONE)
			configure_agent(core, agent, &config->agents[i]);
	}
}

const struct rd_cfg_member *rd_serve_member(const struct rd_core *core,
					    uint16_t agent, uint16_t queue)
{
	const struct rd_cfg_agent *cfg = rd_agent_config(core, agent);
	uint16_t index = rd_map_index(core, RD_MAP_QUEUES,
				      core->state->generation, queue);

	for (uint16_t i = 0; cfg && i < cfg->nqueues; i++)
		if (cfg->queues[i].queue == index)
			return &cfg->queues[i];
	return NULL;
}

unsigned rd_serve_level(const struct rd_core *core, uint16_t agent,
			uint16_t skill)
{
	const struct rd_cfg_agent *cfg = rd_agent_config(core, agent);
	uint16_t index = rd_map_index(core, RD_MAP_SKILLS,
				      core->state->generation, skill);

	for (uint16_t i = 0; cfg && i < cfg->skills.n; i++)
		if (cfg->skills.at[i].skill == index)
			return cfg->skills.at[i].level;
	return 0;
}

/* ---- steps ----------------------------------------------------------------------- */

unsigned rd_serve_step(const struct rd_core *core, uint16_t queue,
		       uint64_t wait)
{
	unsigned step = 0;

	while (rd_serve_step_frames(core, queue, step + 1) <= wait)
		step++;
	return step;
}

uint64_t rd_serve_step_frames(const struct rd_core *core, uint16_t queue,
			      unsigned step)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);

	return cfg && step && step <= cfg->nrelax
		       ? rd_frames_from_ms(cfg->relax[step - 1].after_ms)
		       : RD_FRAME_NEVER;
}

unsigned rd_serve_limit(const struct rd_core *core, uint16_t queue,
			unsigned step)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	bool said = false;
	unsigned limit = 0;

	for (uint16_t i = 0; cfg && i < cfg->nrelax; i++) {
		const struct rd_cfg_relax *relax = &cfg->relax[i];

		said |= relax->has_penalty;
		if (i < step && relax->has_penalty && relax->penalty > limit)
			limit = relax->penalty;
	}
	return said ? limit : RD_PENALTY_MAX;
}

void rd_serve_needs(const struct rd_core *core, const struct rd_class *cls,
		    unsigned step, uint8_t need[RD_SKILLS_MAX])
{
	uint32_t generation;
	const struct rd_cfg_queue *cfg =
		rd_queue_config_of(core, cls->queue, &generation);

	memset(need, 0, RD_SKILLS_MAX);
	for (uint16_t i = 0; cfg && i < cfg->skills.n; i++) {
		uint16_t skill = rd_skill_place(core, generation,
						cfg->skills.at[i].skill);

		if (skill != RD_INDEX_NONE)
			need[skill] = cfg->skills.at[i].level;
	}
	for (unsigned i = 0; i < cls->nneeds; i++)
		if (cls->needs[i].level > need[cls->needs[i].skill])
			need[cls->needs[i].skill] = cls->needs[i].level;
	for (unsigned k = 0; cfg && k < step && k < cfg->nrelax; k++) {
		const struct rd_cfg_levels *enough = &cfg->relax[k].skills;

		for (uint16_t i = 0; i < enough->n; i++) {
			uint16_t skill = rd_skill_place(core, generation,
							enough->at[i].skill);

			if (skill != RD_INDEX_NONE &&
			    need[skill] > enough->at[i].level)
				need[skill] = enough->at[i].level;
		}
	}
}

/* ---- sets ------------------------------------------------------------------------- */

/* The i-th queue whose agents are admitted by steps 1 to step, or NONE. */
static uint16_t also(const struct rd_core *core, uint16_t queue, unsigned step,
		     unsigned i)
{
	uint32_t generation;
	const struct rd_cfg_queue *cfg =
		rd_queue_config_of(core, queue, &generation);

	for (unsigned k = 0; cfg && k < step && k < cfg->nrelax; k++) {
		if (i < cfg->relax[k].nqueues)
			return rd_map_place(core, RD_MAP_QUEUES, generation,
					    cfg->relax[k].queues[i]);
		i -= cfg->relax[k].nqueues;
	}
	return RD_INDEX_NONE;
}

bool rd_serve_admits(const struct rd_core *core, uint16_t agent, uint16_t queue,
		     unsigned step)
{
	unsigned limit = rd_serve_limit(core, queue, step);
	uint16_t other;

	if (has(members_of(core, queue, limit), agent))
		return true;
	for (unsigned i = 0;
	     (other = also(core, queue, step, i)) != RD_INDEX_NONE; i++)
		if (has(members_of(core, other, RD_PENALTY_MAX), agent))
			return true;
	return false;
}

void rd_serve_class(struct rd_core *core, struct rd_class *cls)
{
	const uint32_t words = core->state->agent_words;
	const uint64_t *set = members_of(
		core, cls->queue, rd_serve_limit(core, cls->queue, cls->step));
	uint8_t need[RD_SKILLS_MAX];
	uint16_t other;

	if (cls->agent != RD_INDEX_NONE) {
		memset(cls->agents, 0, words * sizeof(cls->agents[0]));
		put(cls->agents, cls->agent);
		return;
	}
	memcpy(cls->agents, set, words * sizeof(cls->agents[0]));
	for (unsigned i = 0;
	     (other = also(core, cls->queue, cls->step, i)) != RD_INDEX_NONE;
	     i++) {
		set = members_of(core, other, RD_PENALTY_MAX);
		for (uint32_t w = 0; w < words; w++)
			cls->agents[w] |= set[w];
	}
	rd_serve_needs(core, cls, cls->step, need);
	for (uint16_t skill = 0; skill < RD_SKILLS_MAX; skill++) {
		if (!need[skill])
			continue;
		set = skilled_of(core, skill, need[skill]);
		for (uint32_t w = 0; w < words; w++)
			cls->agents[w] &= set[w];
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may serve whom: members of queues, penalties, skills, widening.
 *
 * WHAT. From the newest configuration, sets of agents as words of 64 places:
 * members of a queue up to each penalty, agents who have a skill at each level;
 * and from these the set of a class of tickets. Rules: daemon/acd/README.md,
 * "Who may serve a ticket".
 *
 * HOW. A set of a class is an intersection of a few of these: its cost is words
 * times skills needed, whatever the number of callers.
 *
 * SKILLS have a place that is kept over reloads, as agents and queues have. What
 * the newest configuration does not have is forgotten: nobody needs it.
 *
 * Context: core.
 */
#ifndef RD_ACD_SERVE_H
#define RD_ACD_SERVE_H

#include "daemon/acd/ticket.h"

#define RD_PENALTY_NONE (RD_PENALTY_MAX + 1) /* of who is no member */

struct rd_skill {
	uint8_t used;
	char name[31];
};

struct rd_skill *rd_skill_get(const struct rd_core *core, uint16_t skill);
/* Place of a skill by its index in a configuration, or RD_INDEX_NONE. */
uint16_t rd_skill_place(const struct rd_core *core, uint32_t generation,
			uint16_t index);

/* Read who serves what; skills that are gone are told by !used. */
void rd_skills_forget(struct rd_core *core);
void rd_serve_configure(struct rd_core *core);

/* Agents of a queue whose penalty is at most that. */
const uint64_t *rd_serve_members(const struct rd_core *core, uint16_t queue,
				 unsigned penalty);
/* His membership in the newest configuration, or NULL. */
const struct rd_cfg_member *rd_serve_member(const struct rd_core *core,
					    uint16_t agent, uint16_t queue);
/* His level in a skill; 0: he has it not. */
unsigned rd_serve_level(const struct rd_core *core, uint16_t agent,
			uint16_t skill);

/* The step of widening that a wait of so many frames has reached. */
unsigned rd_serve_step(const struct rd_core *core, uint16_t queue,
		       uint64_t wait_frames);
/* The wait at which step begins, from 1; RD_FRAME_NEVER: there is none. */
uint64_t rd_serve_step_frames(const struct rd_core *core, uint16_t queue,
			      unsigned step);

/* Levels that a class needs at a step, by skill's place. */
void rd_serve_needs(const struct rd_core *core, const struct rd_class *cls,
		    unsigned step, uint8_t need[RD_SKILLS_MAX]);
/* The greatest penalty admitted at a step. */
unsigned rd_serve_limit(const struct rd_core *core, uint16_t queue,
			unsigned step);
/* May its queue's agents or those of others ("agents_of") serve it at a step? */
bool rd_serve_admits(const struct rd_core *core, uint16_t agent, uint16_t queue,
		     unsigned step);

/* Find the set of agents of a class. */
void rd_serve_class(struct rd_core *core, struct rd_class *cls);

#endif

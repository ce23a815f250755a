// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Announcements in front of a tree, and before a queue of it. What follows is
 * the node that was to come, or the very step again, which then has nothing
 * left to announce.
 */
#include "daemon/ivr/run.h"
#include "daemon/msg.h"

static bool play(const struct rd_ivr_run *r, const char *queue,
		 enum rd_ivr_front front)
{
	struct rd_ivr_state *s = r->state;
	struct rd_playlist list = { 0 };
	bool must_hear;

	if (!rd_call_announcements(r->core, r->call, r->program->name, queue,
				   &list, &must_hear))
		return false;
	if (must_hear)
		s->nahead = 0;
	if (!rd_ivr_play(r, &list, must_hear))
		return false;
	s->phase = RD_IVR_PLAY;
	s->front = (uint8_t)front;
	s->front_must = must_hear;
	return true;
}

uint16_t rd_ivr_front(const struct rd_ivr_run *r, uint16_t node)
{
	struct rd_ivr_state *s = r->state;

	if (!play(r, NULL, RD_IVR_FRONT_TREE))
		return node;
	s->node = node < r->program->nnodes ? node : 0;
	s->kind = rd_ivr_node(r)->kind;
	s->after_play = node;
	return RD_STEP_WAIT;
}

bool rd_ivr_front_of_queue(const struct rd_ivr_run *r, uint16_t queue)
{
	return play(r, r->config->queues[queue].name, RD_IVR_FRONT_STEP);
}

uint16_t rd_ivr_front_played(const struct rd_ivr_run *r)
{
	struct rd_ivr_state *s = r->state;
	bool again = s->front == RD_IVR_FRONT_STEP;

	s->front = RD_IVR_FRONT_NONE;
	s->front_must = 0;
	return again ? rd_ivr_take_step(r) : s->after_play;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An arena of another size.
 *
 * limits are fixed while a daemon runs; the next run may have others. Its first
 * configuration is an event, so the new arena is made in that event, and replay
 * makes it again. What has a name moves: agents with sign-ins and reasons,
 * queues with their accounts, the blacklist, changes of lists, blocked channels, and the timers
 * of all these. Calls do not: at that moment the run before has been wound up.
 *
 * Places are kept where they exist; a smaller arena moves those beyond its end
 * to free ones, first who is in the configuration.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/core/state.h"

struct move {
	const struct rd_state *from;
	struct rd_state *to;
	const struct rd_config *config;
	uint16_t *agents, *queues; /* old place -> new, or RD_INDEX_NONE */
	uint32_t *tasks;	   /* old index -> new, or RD_NONE */
};

static struct rd_agent *agent_at(const struct rd_state *s, uint32_t place)
{
	return (struct rd_agent *)((uintptr_t)s + s->agents_offset) + place;
}

static struct rd_queue *queue_at(const struct rd_state *s, uint32_t place)
{
	return (struct rd_queue *)((uintptr_t)s + s->queues_offset) + place;
}

static struct rd_queue_figures *figures_at(const struct rd_state *s,
					   uint32_t place)
{
	return (struct rd_queue_figures *)((uintptr_t)s + s->figures_offset) +
	       place;
}

static struct rd_estimate_state *estimate_at(const struct rd_state *s,
					     uint32_t place)
{
	return (struct rd_estimate_state *)((uintptr_t)s +
					    s->estimates_offset) +
	       place;
}

static struct rd_session *session_at(const struct rd_state *s, uint32_t place)
{
	return (struct rd_session *)((uintptr_t)s + s->sessions_offset) + place;
}

static bool has_agent(const struct rd_config *config, const char *number)
{
	for (uint16_t i = 0; i < config->nagents; i++)
		if (!strcmp(config->agents[i].number, number))
			return true;
	return false;
}

static bool has_queue(const struct rd_config *config, const char *name)
{
	for (uint16_t i = 0; i < config->nqueues; i++)
		if (!strcmp(config->queues[i].name, name))
			return true;
	return false;
}

static void place_agent(struct move *m, uint32_t old)
{
	uint32_t place = old;

	if (place >= m->to->agents || agent_at(m->to, place)->used)
		for (place = 0; place < m->to->agents; place++)
			if (!agent_at(m->to, place)->used)
				break;
	if (place >= m->to->agents)
		return;
	*agent_at(m->to, place) = *agent_at(m->from, old);
	*session_at(m->to, place) = *session_at(m->from, old);
	m->agents[old] = (uint16_t)place;
}

static void place_queue(struct move *m, uint32_t old)
{
	uint32_t place = old;

	if (place >= m->to->queues || queue_at(m->to, place)->used)
		for (place = 0; place < m->to->queues; place++)
			if (!queue_at(m->to, place)->used)
				break;
	if (place >= m->to->queues)
		return;
	*queue_at(m->to, place) = *queue_at(m->from, old);
	/* who waits there (callbacks; calls there are none) comes again */
	queue_at(m->to, place)->line = RD_NONE;
	queue_at(m->to, place)->classes = RD_NONE;
	queue_at(m->to, place)->waiting = 0;
	*figures_at(m->to, place) = *figures_at(m->from, old);
	*estimate_at(m->to, place) = *estimate_at(m->from, old);
	m->queues[old] = (uint16_t)place;
}

static void move_names(struct move *m)
{
	const struct rd_state *from = m->from;

	for (int known = 1; known >= 0; known--) {
		for (uint32_t i = 0; i < from->queues; i++)
			if (queue_at(from, i)->used &&
			    has_queue(m->config, queue_at(from, i)->name) ==
				    known)
				place_queue(m, i);
		for (uint32_t i = 0; i < from->agents; i++)
			if (agent_at(from, i)->used &&
			    has_agent(m->config, agent_at(from, i)->number) ==
				    known)
				place_agent(m, i);
	}
	for (uint32_t i = 0; i < m->to->agents; i++) {
		struct rd_agent *agent = agent_at(m->to, i);

		if (agent->used && agent->queue < from->queues)
			agent->queue = m->queues[agent->queue];
	}
}

/* Objects of a pool that has an array of its indices, sorted. How many. */
static uint32_t move_sorted(struct move *m, const struct rd_pool *from,
			    uint64_t from_sorted, struct rd_pool *to,
			    uint64_t to_sorted)
{
	const uint32_t *old = (const void *)((uintptr_t)m->from + from_sorted);
	uint32_t *sorted = (void *)((uintptr_t)m->to + to_sorted), n;

	for (n = 0; n < from->used; n++) {
		uint32_t index = rd_pool_take(m->to, to);
		struct rd_slot *object, slot;

		if (index == RD_NONE)
			break;
		object = rd_pool_at(m->to, to, index);
		slot = *object;
		memcpy(object, rd_pool_at(m->from, from, old[n]), to->stride);
		*object = slot;
		sorted[n] = index;
	}
	return n;
}

static void move_lists(struct move *m)
{
	const struct rd_state *from = m->from;
	struct rd_state *to = m->to;

	to->nblocks = move_sorted(m, &from->blocks, from->blocks_sorted_offset,
				  &to->blocks, to->blocks_sorted_offset);
	move_sorted(m, &from->list_changes, from->list_sorted_offset,
		    &to->list_changes, to->list_sorted_offset);
}

/* Those that are locked first, in case there is less room. */
static void move_lockouts(struct move *m)
{
	const struct rd_pool *from = &m->from->lockouts;

	for (int locked = 1; locked >= 0; locked--)
		for (uint32_t i = 0; i < from->cap; i++) {
			const struct rd_lockout *old =
				rd_pool_at(m->from, from, i);
			struct rd_lockout *l;
			struct rd_slot slot;
			uint32_t index;

			if (!rd_pool_has(m->from, from, i) ||
			    (old->until_s > 0) != locked)
				continue;
			index = rd_pool_take(m->to, &m->to->lockouts);
			if (index == RD_NONE)
				return;
			l = rd_pool_at(m->to, &m->to->lockouts, index);
			slot = l->slot;
			*l = *old;
			l->slot = slot;
		}
}

/* Those of queues that are left; their tickets are taken anew. */
static void move_tasks(struct move *m)
{
	for (uint32_t i = 0; i < m->from->tasks.cap; i++) {
		const struct rd_task *old =
			rd_pool_at(m->from, &m->from->tasks, i);
		struct rd_slot slot;
		struct rd_task *task;
		uint32_t index;

		if (!rd_pool_has(m->from, &m->from->tasks, i) ||
		    m->queues[old->queue] == RD_INDEX_NONE)
			continue;
		index = rd_pool_take(m->to, &m->to->tasks);
		if (index == RD_NONE)
			return;
		m->tasks[i] = index;
		task = rd_pool_at(m->to, &m->to->tasks, index);
		slot = task->slot;
		*task = *old;
		task->slot = slot;
		task->queue = m->queues[old->queue];
		if (task->agent < m->from->agents)
			task->agent = m->agents[task->agent];
	}
}

/* In the order in which they fire, so that equal instants keep it. */
static void move_timers(struct move *m)
{
	struct rd_state *from = (struct rd_state *)m->from;
	struct rd_timer_id id;
	uint64_t due;

	for (;;) {
		due = rd_timer_first(from, &from->timers);
		if (!rd_timer_pop(from, &from->timers, UINT64_MAX - 1,
				  UINT64_MAX, &id))
			return;
		if (id.kind == RD_TIMER_CALL || id.kind == RD_TIMER_LEG)
			continue;
		if (id.kind == RD_TIMER_TICKET)
			continue;
		if (id.kind == RD_TIMER_TASK) {
			id.index = m->tasks[id.index];
			if (id.index == RD_NONE)
				continue;
		}
		if (id.kind == RD_TIMER_AGENT) {
			id.index = m->agents[id.index];
			if (id.index == RD_INDEX_NONE)
				continue;
		}
		rd_timer_set(m->to, &m->to->timers, id.kind, id.index, id.which,
			     due);
	}
}

bool rd_state_resize(struct rd_core *core, const struct rd_config *config)
{
	struct rd_state *from = core->state;
	struct rd_cfg_limits limits;
	uint64_t size = rd_state_size(&limits, config);
	struct move m = { .from = from, .config = config };

	if (!memcmp(&limits, &from->limits, sizeof(limits)) ||
	    from->calls.used || from->legs.used || from->recordings.used)
		return false;
	m.to = calloc(1, size);
	m.agents = malloc(from->agents * sizeof(*m.agents));
	m.queues = malloc(from->queues * sizeof(*m.queues));
	m.tasks = malloc(from->tasks.cap * sizeof(*m.tasks));
	if (!m.to || !m.agents || !m.queues || !m.tasks) {
		free(m.to);
		m.to = NULL;
		goto out;
	}
	memset(m.agents, 0xff, from->agents * sizeof(*m.agents));
	memset(m.queues, 0xff, from->queues * sizeof(*m.queues));
	memset(m.tasks, 0xff, from->tasks.cap * sizeof(*m.tasks));
	*m.to = *from;
	rd_state_lay_out(m.to, &limits);
	memcpy((uint8_t *)m.to + m.to->spans_offset,
	       (uint8_t *)from + from->spans_offset,
	       RD_SPANS_MAX * sizeof(struct rd_span));
	move_names(&m);
	move_lists(&m);
	move_lockouts(&m);
	move_tasks(&m);
	move_timers(&m);
	core->state = m.to;
	rd_tasks_resized(core);
	free(from);
out:
	free(m.agents);
	free(m.queues);
	free(m.tasks);
	return m.to;
}

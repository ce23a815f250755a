// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Laying out the arena.
 *
 * The layout is computed from the limits alone, once to know the size and once
 * to fill in the head; so two programs with equal limits and equal structs have
 * equal arenas, and everything else is refused by rd_core_restore().
 *
 * A map has, for each generation alive, two rows of u16:
 *
 *	| index -> place  (n) | place -> index  (n) |
 */
#include "daemon/core/state.h"

#include <string.h>

#include "daemon/ivr/ivr.h"
#include "lib/base/crc32c.h"
#include "lib/base/frames.h"

#define CALLS_DEFAULT 64u
#define ID_SHIFT      20 /* ids of one second: a million */

/* Take n octets, aligned; returns their offset. */
static uint64_t take(uint64_t *size, uint64_t n)
{
	uint64_t offset = *size;

	*size += (n + 63) / 64 * 64;
	return offset;
}

static struct rd_pool take_pool(uint64_t *size, uint32_t cap, uint32_t stride)
{
	return (struct rd_pool){
		.offset = take(size, (uint64_t)cap * stride),
		.stride = stride,
		.cap = cap,
	};
}

static void take_timers(uint64_t *size, struct rd_timers *t,
			const struct rd_state *s)
{
	static const uint8_t per[RD_TIMER_KINDS] = {
		[RD_TIMER_CALL] = RD_CALL_TIMERS_ALL,
		[RD_TIMER_LEG] = 1,
		[RD_TIMER_SPAN] = 1,
		[RD_TIMER_CHAN] = 1,
		[RD_TIMER_AGENT] = RD_AGENT_TIMERS,
		[RD_TIMER_FIGURES] = 1,
		[RD_TIMER_TASK] = RD_TASK_TIMERS,
		[RD_TIMER_TICKET] = RD_TICKET_TIMERS,
	};
	const uint32_t n[RD_TIMER_KINDS] = {
		[RD_TIMER_CALL] = s->calls.cap,
		[RD_TIMER_LEG] = s->legs.cap,
		[RD_TIMER_SPAN] = RD_SPANS_MAX,
		[RD_TIMER_CHAN] = RD_SPANS_MAX * RD_CHANNELS,
		[RD_TIMER_AGENT] = s->agents,
		[RD_TIMER_FIGURES] = 1,
		[RD_TIMER_TASK] = s->tasks.cap,
		[RD_TIMER_TICKET] = s->tickets.cap,
	};

	t->cap = 0;
	for (int kind = 0; kind < RD_TIMER_KINDS; kind++) {
		t->base[kind] = t->cap;
		t->per[kind] = per[kind];
		t->cap += n[kind] * per[kind];
	}
	t->offset = take(size, (uint64_t)t->cap * sizeof(struct rd_timer));
	t->heap_offset = take(size, (uint64_t)t->cap * sizeof(uint32_t));
}

/* Octets of the maps of one generation. */
static uint64_t map_size(const struct rd_state *s)
{
	return 2u * (s->agents + s->queues + RD_SKILLS_MAX) * sizeof(uint16_t);
}

/* Fill in the head: offsets and capacities. Returns the arena's size. */
static uint64_t lay_out(struct rd_state *s, const struct rd_cfg_limits *limits)
{
	uint64_t size = (sizeof(*s) + 63) / 64 * 64;

	s->limits = *limits;
	s->agents = limits->agents;
	s->queues = limits->queues;
	s->agent_words = (limits->agents + 63) / 64;
	s->spans_offset = take(&size, RD_SPANS_MAX * sizeof(struct rd_span));
	s->calls = take_pool(&size, limits->calls, sizeof(struct rd_call));
	s->legs = take_pool(&size, 2 * limits->calls, sizeof(struct rd_leg));
	s->recordings = take_pool(&size, 2 * limits->calls,
				  sizeof(struct rd_recording));
	s->blocks =
		take_pool(&size, limits->blacklist, sizeof(struct rd_block));
	s->tickets = take_pool(&size, limits->calls + limits->tasks,
			       sizeof(struct rd_ticket));
	s->tasks = take_pool(&size, limits->tasks, sizeof(struct rd_task));
	s->history_offset =
		take(&size, limits->callers * sizeof(struct rd_past_caller));
	s->classes = take_pool(
		&size, s->tickets.cap,
		(uint32_t)(sizeof(struct rd_class) + s->agent_words * 8));
	s->blocks_sorted_offset =
		take(&size, limits->blacklist * sizeof(uint32_t));
	s->list_changes = take_pool(&size, limits->list_changes,
				    sizeof(struct rd_list_change));
	s->lockouts = take_pool(&size, limits->lockouts,
				sizeof(struct rd_lockout));
	s->list_sorted_offset =
		take(&size, limits->list_changes * sizeof(uint32_t));
	s->queues_offset =
		take(&size, limits->queues * sizeof(struct rd_queue));
	s->figures_offset =
		take(&size, limits->queues * sizeof(struct rd_queue_figures));
	s->estimates_offset =
		take(&size, limits->queues * sizeof(struct rd_estimate_state));
	s->agents_offset =
		take(&size, limits->agents * sizeof(struct rd_agent));
	s->sessions_offset =
		take(&size, limits->agents * sizeof(struct rd_session));
	s->map_offset = take(&size, RD_CONFIGS * map_size(s));
	s->skills_offset = take(&size, RD_SKILLS_MAX * sizeof(struct rd_skill));
	s->members_offset =
		take(&size, (uint64_t)limits->queues * (RD_PENALTY_MAX + 1) *
				    s->agent_words * 8);
	s->skilled_offset = take(&size, (uint64_t)RD_SKILLS_MAX * RD_LEVEL_MAX *
						s->agent_words * 8);
	s->sets_offset = take(&size, (uint64_t)RD_SETS * s->agent_words * 8);
	take_timers(&size, &s->timers, s);
	return size;
}

static uint32_t at_least(uint32_t limit, uint32_t n)
{
	return limit > n ? limit : n;
}

uint64_t rd_state_size(struct rd_cfg_limits *limits,
		       const struct rd_config *config)
{
	struct rd_state head;

	*limits = config->limits;
	limits->calls = limits->calls ? limits->calls : CALLS_DEFAULT;
	limits->agents = at_least(limits->agents, at_least(config->nagents, 1));
	limits->queues = at_least(limits->queues, at_least(config->nqueues, 1));
	limits->blacklist =
		at_least(limits->blacklist, at_least(config->nblocks, 1));
	limits->list_changes = at_least(limits->list_changes, 1);
	limits->lockouts = at_least(limits->lockouts, 1);
	limits->tasks = at_least(limits->tasks, 1);
	limits->callers = at_least(limits->callers, RD_HISTORY_WAYS) /
			  RD_HISTORY_WAYS * RD_HISTORY_WAYS;
	limits->call_max_ms = 0; /* no size: may change */
	memset(&head, 0, sizeof(head));
	return lay_out(&head, limits);
}

void rd_state_init(void *memory, const struct rd_cfg_limits *limits)
{
	struct rd_state *s = memory;

	s->magic = RD_STATE_MAGIC;
	s->version = rd_state_version();
	s->next_id = 1;
	s->next_order = 1;
	s->next_play = 1;
	s->next_vault = 1;
	s->first_ended = RD_NONE;
	s->first_deferred = RD_NONE;
	rd_state_lay_out(s, limits);
}

void rd_state_lay_out(struct rd_state *s, const struct rd_cfg_limits *limits)
{
	s->size = lay_out(s, limits);
	s->timers.n = 0;
	s->nblocks = 0;
	rd_pool_init(s, &s->calls);
	rd_pool_init(s, &s->legs);
	rd_pool_init(s, &s->recordings);
	rd_pool_init(s, &s->blocks);
	rd_pool_init(s, &s->tasks);
	rd_pool_init(s, &s->tickets);
	rd_pool_init(s, &s->classes);
	rd_pool_init(s, &s->list_changes);
	rd_pool_init(s, &s->lockouts);
	memset((uint8_t *)s + s->map_offset, 0xff, RD_CONFIGS * map_size(s));
}

uint32_t rd_state_version(void)
{
	const uint32_t shape[] = {
		RD_STATE_LAYOUT,
		sizeof(struct rd_state),
		sizeof(struct rd_span),
		sizeof(struct rd_call),
		sizeof(struct rd_leg),
		sizeof(struct rd_recording),
		sizeof(struct rd_block),
		sizeof(struct rd_list_change),
		sizeof(struct rd_lockout),
		sizeof(struct rd_announcement),
		sizeof(struct rd_queue),
		sizeof(struct rd_queue_figures),
		sizeof(struct rd_estimate_state),
		sizeof(struct rd_task),
		sizeof(struct rd_past_caller),
		sizeof(struct rd_agent),
		sizeof(struct rd_session),
		sizeof(struct rd_queue_call),
		sizeof(struct rd_ticket),
		sizeof(struct rd_class),
		sizeof(struct rd_timer),
		sizeof(struct rd_dial_call),
		RD_CALL_TIMERS_ALL,
		RD_TIMER_KINDS,
		RD_LEG_STATES,
		RD_AGENT_STATES,
		RD_APPS,
		RD_SPANS_MAX,
		sizeof(struct rd_ivr_state),
	};

	return rd_crc32c(0, shape, sizeof(shape));
}

/* ---- maps ----------------------------------------------------------------- */

static uint16_t *map_rows(const struct rd_core *core, enum rd_map map,
			  uint32_t generation, uint32_t *n)
{
	const struct rd_state *s = core->state;
	const uint32_t names[RD_MAPS] = {
		[RD_MAP_AGENTS] = s->agents,
		[RD_MAP_QUEUES] = s->queues,
		[RD_MAP_SKILLS] = RD_SKILLS_MAX,
	};
	uint16_t *at = (uint16_t *)((uintptr_t)s + s->map_offset +
				    generation % RD_CONFIGS * map_size(s));

	for (int before = 0; before < (int)map; before++)
		at += 2 * names[before];
	*n = names[map];
	return at;
}

void rd_map_clear(struct rd_core *core, enum rd_map map, uint32_t generation)
{
	uint32_t n;
	uint16_t *rows = map_rows(core, map, generation, &n);

	memset(rows, 0xff, 2 * n * sizeof(*rows));
}

void rd_map_set(struct rd_core *core, enum rd_map map, uint32_t generation,
		uint16_t index, uint16_t place)
{
	uint32_t n;
	uint16_t *rows = map_rows(core, map, generation, &n);

	rows[index] = place;
	rows[n + place] = index;
}

void rd_map_forget(struct rd_core *core, enum rd_map map, uint32_t generation,
		   uint16_t place)
{
	uint32_t n;
	uint16_t *rows = map_rows(core, map, generation, &n);

	if (rows[n + place] < n)
		rows[rows[n + place]] = RD_INDEX_NONE;
	rows[n + place] = RD_INDEX_NONE;
}

uint16_t rd_map_place(const struct rd_core *core, enum rd_map map,
		      uint32_t generation, uint16_t index)
{
	uint32_t n;
	const uint16_t *rows = map_rows(core, map, generation, &n);

	return index < n ? rows[index] : RD_INDEX_NONE;
}

uint16_t rd_map_index(const struct rd_core *core, enum rd_map map,
		      uint32_t generation, uint16_t place)
{
	uint32_t n;
	const uint16_t *rows = map_rows(core, map, generation, &n);

	return place < n ? rows[n + place] : RD_INDEX_NONE;
}

/* ---- small things that all need -------------------------------------------- */

void rd_core_timer(struct rd_core *core, enum rd_timer_kind kind,
		   uint32_t index, uint32_t which, uint64_t ms)
{
	rd_timer_set(core->state, &core->state->timers, kind, index, which,
		     core->now + rd_frames_from_ms(ms));
}

void rd_core_timer_stop(struct rd_core *core, enum rd_timer_kind kind,
			uint32_t index, uint32_t which)
{
	rd_timer_stop(core->state, &core->state->timers, kind, index, which);
}

uint64_t rd_core_ns_of(const struct rd_core *core, uint64_t frame)
{
	return core->state->epoch_ns + rd_ns_from_frames(frame);
}

int64_t rd_core_unix_ns(const struct rd_core *core)
{
	return (int64_t)rd_core_ns_of(core, core->now);
}

uint64_t rd_core_next_id(struct rd_core *core)
{
	struct rd_state *s = core->state;
	uint64_t floor = (uint64_t)rd_core_unix_ns(core) / 1000000000u
			 << ID_SHIFT;

	/* above every number of a run whose state was lost */
	if (s->next_id < floor)
		s->next_id = floor;
	return s->next_id++;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Queues: what is known of them, accounts, the log.
 */
#include "daemon/acd/queue.h"

#include <string.h>

#include "daemon/acd/places.h"
#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"

struct rd_queue *rd_queue_get(const struct rd_core *core, uint16_t queue)
{
	return (struct rd_queue *)((uintptr_t)core->state +
				   core->state->queues_offset) +
	       queue;
}

const struct rd_cfg_queue *rd_queue_config_of(const struct rd_core *core,
					      uint16_t queue,
					      uint32_t *generation)
{
	uint32_t newest = core->state->generation;

	for (uint32_t back = 0; back < RD_CONFIGS && back <= newest; back++) {
		const struct rd_config *config =
			rd_core_config(core, newest - back);
		uint16_t index =
			rd_map_index(core, RD_MAP_QUEUES, newest - back, queue);

		*generation = newest - back;
		if (index < config->nqueues)
			return &config->queues[index];
	}
	return NULL;
}

const struct rd_cfg_queue *rd_queue_config(const struct rd_core *core,
					   uint16_t queue)
{
	uint32_t generation;

	return rd_queue_config_of(core, queue, &generation);
}

/* ---- questions --------------------------------------------------------------- */

/* The longest wait of all who are in that part of a line. O(waiting). */
static uint64_t longest(const struct rd_core *core, uint32_t root)
{
	const struct rd_ticket *t;
	uint64_t wait, other;

	if (root == RD_NONE)
		return 0;
	t = rd_ticket_at(core, root);
	wait = core->now - t->entered;
	other = longest(core, t->line.left);
	wait = other > wait ? other : wait;
	other = longest(core, t->line.right);
	return other > wait ? other : wait;
}

void rd_queue_look(const struct rd_core *core, uint16_t queue,
		   struct rd_queue_view *out)
{
	const struct rd_queue *q;
	struct rd_estimate expected;

	*out = (struct rd_queue_view){ 0 };
	if (queue >= core->state->queues)
		return;
	q = rd_queue_get(core, queue);
	out->agents_signed_in = rd_match_count(core, queue, RD_SET_SIGNED_IN);
	out->agents_ready = rd_match_count(core, queue, RD_SET_FREE);
	out->waiting = q->waiting;
	out->oldest_wait_ms =
		(uint32_t)rd_ms_from_frames(longest(core, q->line));
	rd_estimate(core, queue, RD_NONE, &expected);
	out->expected_wait_ms = expected.known ? expected.ms : 0;
}

void rd_queue_published(struct rd_core *core, uint16_t queue)
{
	struct rd_queue *q = rd_queue_get(core, queue);
	struct rd_json *j = rd_event_begin(core, RD_EVENT_QUEUE_STATE);

	rd_json_str(j, "queue", q->name);
	rd_json_int(j, "waiting", q->waiting);
	rd_json_int(j, "talking", q->talking);
	rd_json_int(j, "ready", rd_match_count(core, queue, RD_SET_FREE));
	rd_json_int(j, "signed_in",
		    rd_match_count(core, queue, RD_SET_SIGNED_IN));
	rd_event_end(core);
}

/* ---- log ------------------------------------------------------------------------- */

const char *rd_queue_log_name(enum rd_queue_log what)
{
	static const char *const names[] = {
#define X(NAME, help) #NAME,
		RD_QUEUE_LOG_LIST(X)
#undef X
	};

	return names[what];
}

/* Which of the log's durations one is. */
static enum {
	IS_WAIT,
	IS_RING,
	IS_TALK
} kind_of(enum rd_queue_log what)
{
	switch (what) {
	case RD_QLOG_RING_NO_ANSWER:
	case RD_QLOG_REJECT:
	case RD_QLOG_RING_CANCELLED:
	case RD_QLOG_ELSEWHERE:
		return IS_RING;
	case RD_QLOG_COMPLETE_AGENT:
	case RD_QLOG_COMPLETE_CALLER:
	case RD_QLOG_COMPLETE_SYSTEM:
	case RD_QLOG_SENT:
		return IS_TALK;
	default:
		return IS_WAIT;
	}
}

/* What is expected of who enters. */
static void put_expected(struct rd_core *core, const struct rd_call *call)
{
	const struct rd_estimate *e = call ? &call->in_queue.expected : NULL;
	const uint32_t ms[] = { e ? e->ms : 0, e ? e->low_ms : 0,
				e ? e->high_ms : 0 };

	for (size_t i = 0; i < sizeof(ms) / sizeof(ms[0]); i++) {
		if (e && e->known)
			rd_row_int(core, ms[i]);
		else
			rd_row_null(core);
	}
}

void rd_queue_log(struct rd_core *core, enum rd_queue_log what, uint16_t queue,
		  const struct rd_call *call, uint16_t agent, uint64_t frames,
		  const char *detail)
{
	int kind = kind_of(what);

	rd_row_begin(core, RD_TABLE_QUEUE_LOG);
	rd_row_time(core, core->now);
	rd_row_str(core, rd_queue_log_name(what));
	rd_row_str_or_null(core, queue == RD_INDEX_NONE
					 ? ""
					 : rd_queue_get(core, queue)->name);
	rd_row_int_or_null(core, call ? (int64_t)call->id : 0);
	rd_row_str_or_null(core, agent == RD_INDEX_NONE
					 ? ""
					 : rd_agent_get(core, agent)->number);
	rd_row_int_or_null(
		core, what == RD_QLOG_ENTER ? call->in_queue.entered_at : 0);
	for (int column = IS_WAIT; column <= IS_TALK; column++) {
		if (call && column == kind)
			rd_row_int(core, (int64_t)rd_ms_from_frames(frames));
		else
			rd_row_null(core);
	}
	rd_row_str_or_null(core, detail);
	put_expected(core, what == RD_QLOG_ENTER ? call : NULL);
	rd_row_end(core);
}

/* ---- configuration ------------------------------------------------------------- */

/* The place of that name, else a free one (name ""); NONE: there is none. */
static uint16_t find_place(const struct rd_core *core, const char *name)
{
	for (uint32_t i = 0; i < core->state->queues; i++) {
		const struct rd_queue *q = rd_queue_get(core, (uint16_t)i);

		if (*name ? q->used && strcmp(q->name, name) == 0 : !q->used)
			return (uint16_t)i;
	}
	return RD_INDEX_NONE;
}

const struct rd_cfg_queue *rd_queue_heir(const struct rd_config *config,
					 const char *name)
{
	const struct rd_cfg_queue *renamed = NULL;

	for (uint16_t i = 0; i < config->nqueues; i++) {
		const struct rd_cfg_queue *cfg = &config->queues[i];

		if (strcmp(cfg->name, name) == 0)
			return cfg;
		if (cfg->was && *cfg->was && strcmp(cfg->was, name) == 0)
			renamed = cfg;
	}
	return renamed;
}

/* Its own place, that of the name it had before, or a new one. */
static uint16_t place_for(struct rd_core *core, const struct rd_cfg_queue *cfg)
{
	uint16_t place = find_place(core, cfg->name);

	if (place == RD_INDEX_NONE && cfg->was && *cfg->was &&
	    rd_queue_heir(core->config, cfg->was) == cfg)
		place = find_place(core, cfg->was);
	if (place == RD_INDEX_NONE)
		place = find_place(core, "");
	return place == RD_INDEX_NONE ? rd_place_of_gone_queue(core) : place;
}

void rd_queues_configure(struct rd_core *core)
{
	const struct rd_config *config = core->config;
	uint32_t generation = core->state->generation;

	rd_map_clear(core, RD_MAP_QUEUES, generation);
	for (uint16_t i = 0; i < config->nqueues; i++) {
		uint16_t place = place_for(core, &config->queues[i]);
		struct rd_queue *q;

		if (place == RD_INDEX_NONE)
			continue;
		q = rd_queue_get(core, place);
		if (!q->used) {
			q->used = true;
			q->line = q->classes = RD_NONE;
			q->last_key = RD_NONE;
		}
		rd_text_copy(q->name, sizeof(q->name), config->queues[i].name);
		rd_map_set(core, RD_MAP_QUEUES, generation, i, place);
	}
}

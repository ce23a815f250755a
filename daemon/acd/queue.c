// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Queues: the line and the idle ones, accounts, the log.
 *
 * Lists are threaded through the calls by index. A call keeps its place in the
 * line while an agent's phone rings for it; if he does not answer it returns to
 * the idle ones by its order of entry, usually at their head.
 */
#include "daemon/acd/queue.h"

#include <string.h>

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

const struct rd_cfg_queue *rd_queue_config(const struct rd_core *core,
					   uint16_t queue)
{
	uint32_t newest = core->state->generation;

	for (uint32_t back = 0; back < RD_CONFIGS && back <= newest; back++) {
		const struct rd_config *config =
			rd_core_config(core, newest - back);
		uint16_t index =
			rd_map_index(core, RD_MAP_QUEUES, newest - back, queue);

		if (index < config->nqueues)
			return &config->queues[index];
	}
	return NULL;
}

static struct rd_queue_call *part_of(const struct rd_core *core, uint32_t call)
{
	return &rd_call_at(core, call)->in_queue;
}

/* ---- lists ------------------------------------------------------------------- */

void rd_queue_set_idle(struct rd_core *core, struct rd_call *call, bool idle)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_queue *q = rd_queue_get(core, qc->queue);
	uint32_t index = rd_call_index(core, call), after = q->idle_tail;

	if (!idle) {
		if (qc->idle_next != RD_NONE)
			part_of(core, qc->idle_next)->idle_prev = qc->idle_prev;
		else
			q->idle_tail = qc->idle_prev;
		if (qc->idle_prev != RD_NONE)
			part_of(core, qc->idle_prev)->idle_next = qc->idle_next;
		else
			q->idle_head = qc->idle_next;
		qc->idle_next = RD_NONE;
		qc->idle_prev = RD_NONE;
		return;
	}
	/* a new one goes to the end; one that was offered, near the head */
	if (after != RD_NONE && part_of(core, after)->order > qc->order) {
		uint32_t before = q->idle_head;

		while (part_of(core, before)->order < qc->order)
			before = part_of(core, before)->idle_next;
		after = part_of(core, before)->idle_prev;
	}
	qc->idle_prev = after;
	qc->idle_next = after == RD_NONE ? q->idle_head
					 : part_of(core, after)->idle_next;
	if (qc->idle_next != RD_NONE)
		part_of(core, qc->idle_next)->idle_prev = index;
	else
		q->idle_tail = index;
	if (after != RD_NONE)
		part_of(core, after)->idle_next = index;
	else
		q->idle_head = index;
}

void rd_queue_enter(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_queue *q = rd_queue_get(core, qc->queue);
	uint32_t index = rd_call_index(core, call);

	qc->order = core->state->next_order++;
	qc->prev = q->tail;
	qc->next = RD_NONE;
	qc->idle_prev = RD_NONE;
	qc->idle_next = RD_NONE;
	if (q->tail != RD_NONE)
		part_of(core, q->tail)->next = index;
	else
		q->head = index;
	q->tail = index;
	q->waiting++;
	rd_queue_set_idle(core, call, true);
}

void rd_queue_leave(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_queue *q = rd_queue_get(core, qc->queue);

	if (qc->phase == RD_QUEUE_WAITING)
		rd_queue_set_idle(core, call, false);
	if (qc->next != RD_NONE)
		part_of(core, qc->next)->prev = qc->prev;
	else
		q->tail = qc->prev;
	if (qc->prev != RD_NONE)
		part_of(core, qc->prev)->next = qc->next;
	else
		q->head = qc->next;
	qc->next = RD_NONE;
	qc->prev = RD_NONE;
	q->waiting--;
}

/* ---- figures ------------------------------------------------------------------- */

uint32_t rd_queue_position(const struct rd_core *core,
			   const struct rd_call *call)
{
	uint32_t position = 1;

	for (uint32_t i = call->in_queue.prev; i != RD_NONE;
	     i = part_of(core, i)->prev)
		position++;
	return position;
}

static void count_agents(const struct rd_core *core, uint16_t queue,
			 uint32_t *signed_in, uint32_t *serving,
			 uint32_t *ready)
{
	*signed_in = *serving = *ready = 0;
	for (uint32_t i = 0; i < core->state->agents; i++) {
		const struct rd_agent *agent = rd_agent_get(core, (uint16_t)i);

		if (!agent->used || agent->state == RD_AGENT_OUT ||
		    !rd_match_serves(core, (uint16_t)i, queue))
			continue;
		++*signed_in;
		*serving += agent->state != RD_AGENT_IS_NOT_READY;
		*ready += rd_agent_is_free(agent);
	}
}

uint32_t rd_queue_expected_ms(const struct rd_core *core, uint16_t queue,
			      uint32_t position)
{
	const struct rd_queue *q = rd_queue_get(core, queue);
	uint32_t signed_in, serving, ready;

	count_agents(core, queue, &signed_in, &serving, &ready);
	if (!serving)
		return 0;
	return (uint32_t)(rd_ms_from_frames(q->handle_frames) * position /
			  serving);
}

void rd_queue_look(const struct rd_core *core, uint16_t queue,
		   struct rd_queue_view *out)
{
	const struct rd_queue *q;
	uint32_t serving;

	*out = (struct rd_queue_view){ 0 };
	if (queue >= core->state->queues)
		return;
	q = rd_queue_get(core, queue);
	count_agents(core, queue, &out->agents_signed_in, &serving,
		     &out->agents_ready);
	out->waiting = q->waiting;
	if (q->head != RD_NONE)
		out->oldest_wait_ms = (uint32_t)rd_ms_from_frames(
			core->now - part_of(core, q->head)->enter);
	out->expected_wait_ms =
		rd_queue_expected_ms(core, queue, q->waiting + 1);
}

void rd_queue_published(struct rd_core *core, uint16_t queue)
{
	struct rd_queue *q = rd_queue_get(core, queue);
	struct rd_queue_view view;
	struct rd_json *j;

	rd_queue_look(core, queue, &view);
	j = rd_event_begin(core, RD_EVENT_QUEUE_STATE);
	rd_json_str(j, "queue", q->name);
	rd_json_int(j, "waiting", q->waiting);
	rd_json_int(j, "talking", q->talking);
	rd_json_int(j, "ready", view.agents_ready);
	rd_json_int(j, "signed_in", view.agents_signed_in);
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
		return IS_RING;
	case RD_QLOG_COMPLETE_AGENT:
	case RD_QLOG_COMPLETE_CALLER:
	case RD_QLOG_COMPLETE_SYSTEM:
		return IS_TALK;
	default:
		return IS_WAIT;
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
	rd_row_end(core);
}

/* ---- configuration ------------------------------------------------------------- */

static uint16_t find_place(const struct rd_core *core, const char *name)
{
	uint16_t unused = RD_INDEX_NONE;

	for (uint32_t i = 0; i < core->state->queues; i++) {
		const struct rd_queue *q = rd_queue_get(core, (uint16_t)i);

		if (!q->used) {
			if (unused == RD_INDEX_NONE)
				unused = (uint16_t)i;
		} else if (strcmp(q->name, name) == 0) {
			return (uint16_t)i;
		}
	}
	return unused;
}

void rd_queues_configure(struct rd_core *core)
{
	const struct rd_config *config = core->config;
	uint32_t generation = core->state->generation;

	rd_map_clear(core, RD_MAP_QUEUES, generation);
	for (uint16_t i = 0; i < config->nqueues; i++) {
		uint16_t place = find_place(core, config->queues[i].name);
		struct rd_queue *q;

		if (place == RD_INDEX_NONE)
			continue;
		q = rd_queue_get(core, place);
		if (!q->used) {
			q->used = true;
			q->head = q->tail = RD_NONE;
			q->idle_head = q->idle_tail = RD_NONE;
			q->last_agent = RD_NONE;
			rd_text_copy(q->name, sizeof(q->name),
				     config->queues[i].name);
		}
		rd_map_set(core, RD_MAP_QUEUES, generation, i, place);
	}
}

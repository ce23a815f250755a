// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Questions about queues: the list, one with its line and figures, and what the
 * status says of people.
 */
#include <errno.h>
#include <string.h>

#include "daemon/acd/level.h"
#include "daemon/core/json_in.h"
#include "daemon/core/query.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

static void put_ms(struct rd_json *j, const char *key, uint64_t frames)
{
	rd_json_int(j, key, (int64_t)rd_ms_from_frames(frames));
}

static void put_per_mille(struct rd_json *j, const char *key, int value)
{
	if (value < 0)
		rd_json_null(j, key);
	else
		rd_json_int(j, key, value);
}

static void put_figures(const struct rd_core *core, struct rd_json *j,
			uint16_t queue, enum rd_figures_span span)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	const struct rd_figures *f = rd_figures_of(core, queue, span);
	uint64_t lost = rd_figures_lost_sum(f);

#define X(name, help) rd_json_int(j, #name, (int64_t)f->name);
	RD_FIGURE_LIST(X)
#undef X
	rd_json_int(j, "lost", (int64_t)lost);
	put_per_mille(
		j, "level_per_mille",
		rd_level_per_mille(f, cfg ? cfg->level : RD_LEVEL_OFFERED));
	put_ms(j, "mean_wait_ms", f->answered ? f->wait / f->answered : 0);
	put_ms(j, "mean_lost_wait_ms", lost ? f->lost_wait / lost : 0);
	put_ms(j, "longest_wait_ms", f->longest);
	put_ms(j, "talk_ms", f->talk);
}

/* What is so now. */
static void put_now(const struct rd_core *core, struct rd_json *j,
		    uint16_t queue)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	const struct rd_queue *q = rd_queue_get(core, queue);
	struct rd_queue_view view;
	struct rd_estimate expected;

	rd_queue_look(core, queue, &view);
	rd_json_str(j, "queue", q->name);
	rd_json_str(j, "title", cfg ? cfg->title : "");
	rd_json_int(j, "waiting", q->waiting);
	rd_json_int(j, "talking", q->talking);
	rd_json_int(j, "signed_in", view.agents_signed_in);
	rd_json_int(j, "ready", view.agents_ready);
	rd_json_int(j, "oldest_wait_ms", view.oldest_wait_ms);
	rd_estimate(core, queue, RD_NONE, &expected);
	rd_json_int(j, "expected_wait_ms", expected.known ? expected.ms : 0);
	rd_json_int(j, "expected_low_ms", expected.known ? expected.low_ms : 0);
	rd_json_int(j, "expected_high_ms",
		    expected.known ? expected.high_ms : 0);
	rd_json_bool(j, "expected_believed", expected.believed);
}

int rd_query_queues(const struct rd_core *core, const char *args,
		    struct rd_json *j)
{
	rd_json_array(j, NULL);
	for (uint32_t i = 0; i < core->state->queues; i++) {
		if (!rd_queue_get(core, (uint16_t)i)->used)
			continue;
		rd_json_object(j, NULL);
		put_now(core, j, (uint16_t)i);
		put_figures(core, j, (uint16_t)i, RD_FIGURES_TODAY);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
	return 0;
}

/* ---- one queue ------------------------------------------------------------- */

static void put_levels(const struct rd_core *core, struct rd_json *j,
		       uint16_t queue)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	const struct rd_figures *today =
		rd_figures_of(core, queue, RD_FIGURES_TODAY);
	const struct rd_figures *total =
		rd_figures_of(core, queue, RD_FIGURES_TOTAL);
	char formula[96];

	rd_json_array(j, "service_levels");
	for (int level = 0; cfg && level < RD_LEVELS; level++) {
		rd_json_object(j, NULL);
		rd_json_str(j, "of", rd_level_name(level));
		rd_json_bool(j, "chosen", level == cfg->level);
		put_per_mille(j, "today_per_mille",
			      rd_level_per_mille(today, level));
		put_per_mille(j, "total_per_mille",
			      rd_level_per_mille(total, level));
		rd_level_formula(cfg, level, formula, sizeof(formula));
		rd_json_str(j, "formula", formula);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
}

/* How good the estimates of waits were, by place on entry. */
static void put_estimates(const struct rd_core *core, struct rd_json *j,
			  uint16_t queue)
{
	const struct rd_estimate_state *e = rd_estimate_of(core, queue);

	rd_json_array(j, "estimates");
	for (unsigned i = 0; i < RD_ESTIMATE_CLASSES; i++) {
		const struct rd_estimate_class *c = &e->cls[i];

		if (!c->samples)
			continue;
		rd_json_object(j, NULL);
		rd_json_str(j, "place", rd_estimate_class_name(i));
		rd_json_int(j, "waits", c->samples);
		rd_json_int(j, "mean_error_ms",
			    (int64_t)(c->error_ms / c->samples));
		rd_json_int(j, "goal_per_mille", RD_ESTIMATE_GOAL_PER_MILLE);
		rd_json_int(j, "covered_per_mille",
			    (int64_t)c->covered * 1000 / c->samples);
		rd_json_int(j, "lately_per_mille",
			    (int64_t)c->lately_q16 * 1000 / 65536);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
}

static void put_spans(const struct rd_core *core, struct rd_json *j,
		      uint16_t queue)
{
	static const char *const names[RD_FIGURES_SPANS] = {
		[RD_FIGURES_TOTAL] = "total",
		[RD_FIGURES_TODAY] = "today",
		[RD_FIGURES_NOW] = "interval",
	};

	rd_json_array(j, "figures");
	for (int span = RD_FIGURES_SPANS - 1; span >= 0; span--) {
		rd_json_object(j, NULL);
		rd_json_str(j, "of", names[span]);
		put_figures(core, j, queue, span);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
}

/* One who waits: a call, or a callback. */
static void put_ticket(const struct rd_core *core, struct rd_json *j,
		       const struct rd_ticket *t)
{
	const struct rd_call *call;

	put_ms(j, "wait_ms", core->now - t->entered);
	rd_json_int(j, "priority", t->priority);
	if (t->kind != RD_TICKET_CALL)
		return;
	call = rd_call_at(core, t->owner);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "ani", call->ani);
	rd_json_int(j, "offers", call->in_queue.offers);
	if (call->in_queue.agent != RD_INDEX_NONE)
		rd_json_str(j, "agent",
			    rd_agent_get(core, call->in_queue.agent)->number);
}

static void put_line(const struct rd_core *core, struct rd_json *j,
		     uint16_t queue)
{
	uint32_t ticket, position = 0;

	rd_json_array(j, "line");
	while ((ticket = rd_ticket_nth(core, queue, ++position)) != RD_NONE) {
		rd_json_object(j, NULL);
		rd_json_int(j, "position", position);
		put_ticket(core, j, rd_ticket_at(core, ticket));
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
}

uint16_t rd_query_find_queue(const struct rd_core *core, const char *name)
{
	for (uint32_t i = 0; i < core->state->queues; i++) {
		const struct rd_queue *q = rd_queue_get(core, (uint16_t)i);

		if (q->used && strcmp(q->name, name) == 0)
			return (uint16_t)i;
	}
	return RD_INDEX_NONE;
}

int rd_query_queue(const struct rd_core *core, const char *args,
		   struct rd_json *j)
{
	struct rd_json_value name;
	uint16_t queue;

	if (rd_json_get(args, "queue", &name) || name.type != RD_JSON_STRING)
		return -EINVAL;
	queue = rd_query_find_queue(core, name.text);
	if (queue == RD_INDEX_NONE)
		return -ENOENT;
	rd_json_object(j, NULL);
	put_now(core, j, queue);
	rd_json_str(j, "version", core->config->version);
	put_levels(core, j, queue);
	put_estimates(core, j, queue);
	put_spans(core, j, queue);
	put_line(core, j, queue);
	rd_json_end(j, '}');
	return 0;
}

/* ---- callbacks, messages ------------------------------------------------------- */

static void put_task(const struct rd_core *core, struct rd_json *j,
		     const struct rd_task *t)
{
	rd_json_int(j, "task", (int64_t)t->id);
	rd_json_str(j, "queue", rd_queue_get(core, t->queue)->name);
	rd_json_str(j, "number", t->number);
	rd_json_str(j, "name", t->name);
	rd_json_str(j, "state", rd_task_state_name(t->state));
	put_ms(j, "wait_ms", core->now - t->entered);
	rd_json_str(j, "by", t->by);
	if (t->agent != RD_INDEX_NONE)
		rd_json_str(j, "agent", rd_agent_get(core, t->agent)->number);
	if (t->call_id)
		rd_json_int(j, "call", (int64_t)t->call_id);
}

int rd_query_callbacks(const struct rd_core *core, const char *args,
		       struct rd_json *j)
{
	const struct rd_state *s = core->state;

	rd_json_array(j, NULL);
	for (uint32_t i = 0; i < s->tasks.cap; i++) {
		const struct rd_task *t = rd_task_at(core, i);

		if (!rd_pool_has(s, &s->tasks, i) ||
		    t->kind != RD_TASK_CALLBACK)
			continue;
		rd_json_object(j, NULL);
		put_task(core, j, t);
		if (t->ticket != RD_NONE)
			rd_json_int(j, "position",
				    rd_ticket_position(core, t->ticket));
		rd_json_int(j, "attempts", t->attempts);
		rd_json_int(j, "cause", t->cause);
		if (t->state == RD_TASK_LATER)
			rd_json_int(j, "due_s",
				    (int64_t)(rd_core_ns_of(core, t->due) /
					      1000000000));
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
	return 0;
}

int rd_query_tasks(const struct rd_core *core, const char *args,
		   struct rd_json *j)
{
	const struct rd_state *s = core->state;

	rd_json_array(j, NULL);
	for (uint32_t i = 0; i < s->tasks.cap; i++) {
		const struct rd_task *t = rd_task_at(core, i);

		if (!rd_pool_has(s, &s->tasks, i) || t->kind != RD_TASK_MESSAGE)
			continue;
		rd_json_object(j, NULL);
		put_task(core, j, t);
		if (t->recording)
			rd_json_int(j, "recording", (int64_t)t->recording);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
	return 0;
}

/* ---- status ------------------------------------------------------------------- */

void rd_query_people(const struct rd_core *core, struct rd_json *j)
{
	const struct rd_state *s = core->state;
	uint32_t in = 0, ready = 0, talking = 0, waiting = 0;
	uint32_t callbacks = 0, messages = 0;
	uint64_t oldest = 0;

	for (uint32_t i = 0; i < s->agents; i++) {
		const struct rd_agent *a = rd_agent_get(core, (uint16_t)i);

		if (!a->used)
			continue;
		in += a->state != RD_AGENT_OUT;
		ready += rd_agent_is_free(a);
		talking += a->state == RD_AGENT_TALKING;
	}
	for (uint32_t i = 0; i < s->queues; i++) {
		const struct rd_queue *q = rd_queue_get(core, (uint16_t)i);
		struct rd_queue_view view;

		if (!q->used)
			continue;
		rd_queue_look(core, (uint16_t)i, &view);
		waiting += q->waiting;
		if (view.oldest_wait_ms > oldest)
			oldest = view.oldest_wait_ms;
	}
	rd_json_int(j, "agents_signed_in", in);
	rd_json_int(j, "agents_ready", ready);
	rd_json_int(j, "agents_talking", talking);
	rd_json_int(j, "waiting", waiting);
	rd_json_int(j, "oldest_wait_ms", (int64_t)oldest);
	for (uint32_t i = 0; i < s->tasks.cap; i++) {
		if (!rd_pool_has(s, &s->tasks, i))
			continue;
		callbacks += rd_task_at(core, i)->kind == RD_TASK_CALLBACK;
		messages += rd_task_at(core, i)->kind == RD_TASK_MESSAGE;
	}
	rd_json_int(j, "callbacks", callbacks);
	rd_json_int(j, "messages", messages);
}

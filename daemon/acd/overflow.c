// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Entry, stay, overflow.
 *
 * A queue is *deserted* while it has a "stay" rule and nobody who fulfils it; it
 * changes with agents and configurations only, and then the timers of all its
 * tickets are set or stopped.
 */
#include "daemon/acd/overflow.h"

#include <string.h>

#include "daemon/acd/estimate.h"
#include "daemon/acd/figures.h"
#include "daemon/acd/serve.h"
#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"
#include "lib/config/calendar.h"

#define CAUSE_BUSY	17
#define CAUSE_NO_ANSWER 19

/* ---- where to --------------------------------------------------------------------- */

static void to_queue(struct rd_core *core, struct rd_call *call, uint16_t index)
{
	struct rd_app_arg arg =
		call->in_queue.arg; /* what he brings stays his */

	arg.queue = rd_call_queue_place(core, call, index);
	rd_call_run(core, call, RD_APP_QUEUE, &arg);
}

static void to_number(struct rd_core *core, struct rd_call *call,
		      const char *number)
{
	const struct rd_app_arg *was = &call->in_queue.arg;
	struct rd_app_arg arg = RD_APP_ARG_NONE;

	strncpy(arg.number, number, sizeof(arg.number) - 1);
	arg.wants_return = was->wants_return;
	arg.tree = was->tree;
	arg.node = was->node;
	rd_call_run(core, call, RD_APP_DIAL, &arg);
}

void rd_overflow_to(struct rd_core *core, struct rd_call *call,
		    enum rd_overflow why, uint8_t cause)
{
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);

	for (uint16_t i = 0; cfg && i < cfg->noverflows; i++) {
		const struct rd_cfg_overflow *to = &cfg->overflows[i];

		if (to->when != why)
			continue;
		if (to->queue != RD_INDEX_NONE)
			to_queue(core, call, to->queue);
		else if (*to->number)
			to_number(core, call, to->number);
		else
			rd_queue_go_on(core, call, to->tree, to->node, cause);
		return;
	}
	if (cfg && cfg->message.max_ms && cfg->message.overflow)
		rd_message_start(core, call);
	else
		rd_queue_go_on(core, call,
			       cfg ? cfg->tree_overflow : RD_INDEX_NONE,
			       cfg ? cfg->node_overflow : RD_INDEX_NONE, cause);
}

/* ---- who may enter ------------------------------------------------------------------ */

/* It is outside the queue's hours: a message, or where the overflow goes. */
static bool is_closed(struct rd_core *core, struct rd_call *call,
		      const struct rd_cfg_queue *cfg)
{
	const struct rd_config *config = rd_core_config(core, call->generation);

	if (cfg->hours >= config->ncalendars ||
	    rd_calendar_is_open(&config->calendars[cfg->hours],
				rd_core_unix_ns(core) / 1000000000))
		return false;
	call->queued = core->now;
	call->result = RD_RESULT_OVERFLOW;
	rd_queue_log(core, RD_QLOG_CLOSED, call->in_queue.queue, call,
		     RD_INDEX_NONE, 0, "");
	if (cfg->message.max_ms && cfg->message.closed)
		rd_message_start(core, call);
	else
		rd_queue_go_on(core, call, cfg->tree_overflow,
			       cfg->node_overflow, CAUSE_NO_ANSWER);
	return true;
}

static bool is_there(const struct rd_core *core, uint16_t queue,
		     enum rd_presence wanted)
{
	static const enum rd_set sets[] = {
		[RD_PRESENCE_SIGNED_IN] = RD_SET_SIGNED_IN,
		[RD_PRESENCE_READY] = RD_SET_SERVING,
		[RD_PRESENCE_FREE] = RD_SET_FREE,
	};

	return wanted == RD_PRESENCE_ANY ||
	       rd_match_count(core, queue, sets[wanted]);
}

/* The wait to be expected is longer than the queue wants anybody to wait. */
static bool takes_too_long(const struct rd_core *core, uint16_t queue,
			   const struct rd_cfg_queue *cfg)
{
	struct rd_estimate estimate;

	if (!cfg->max_expected_ms)
		return false;
	rd_estimate(core, queue, RD_NONE, &estimate);
	return estimate.known && estimate.ms > cfg->max_expected_ms;
}

bool rd_overflow_refuses(struct rd_core *core, struct rd_call *call,
			 const struct rd_cfg_queue *cfg)
{
	uint16_t queue = call->in_queue.queue;
	uint32_t waiting = rd_queue_get(core, queue)->waiting;
	enum rd_queue_log log = RD_QLOG_FULL;
	enum rd_overflow why;

	if (is_closed(core, call, cfg))
		return true;
	if (cfg->maxlen && waiting >= cfg->maxlen) {
		why = RD_OVERFLOW_FULL;
	} else if (!is_there(core, queue, cfg->enter)) {
		why = RD_OVERFLOW_NO_AGENT;
		log = RD_QLOG_NO_AGENT;
	} else if (takes_too_long(core, queue, cfg)) {
		why = RD_OVERFLOW_EXPECTED;
		log = RD_QLOG_TOO_LONG;
	} else {
		return false;
	}
	rd_figures_offered(core, queue);
	rd_figures_lost(core, queue, RD_LOST_FULL, 0);
	call->queued = core->now;
	call->result = RD_RESULT_OVERFLOW;
	rd_queue_log(core, log, queue, call, RD_INDEX_NONE, 0, "");
	rd_overflow_to(core, call, why, CAUSE_BUSY);
	return true;
}

/* ---- who may stay --------------------------------------------------------------------- */

void rd_stay_ticket(struct rd_core *core, uint32_t ticket)
{
	const struct rd_ticket *t = rd_ticket_at(core, ticket);
	const struct rd_cfg_queue *cfg = rd_queue_config(core, t->queue);

	if (cfg && rd_queue_get(core, t->queue)->deserted)
		rd_core_timer(core, RD_TIMER_TICKET, ticket,
			      RD_TICKET_TIMER_NOBODY, cfg->stay_for_ms);
	else
		rd_core_timer_stop(core, RD_TIMER_TICKET, ticket,
				   RD_TICKET_TIMER_NOBODY);
}

static void look_at(struct rd_core *core, uint16_t queue)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	struct rd_queue *q = rd_queue_get(core, queue);
	bool deserted = cfg && !is_there(core, queue, cfg->stay);
	uint32_t ticket;

	if (q->deserted == deserted)
		return;
	q->deserted = deserted;
	for (uint32_t i = 1;
	     (ticket = rd_ticket_nth(core, queue, i)) != RD_NONE; i++)
		rd_stay_ticket(core, ticket);
}

void rd_stay_agent(struct rd_core *core, uint16_t agent)
{
	const struct rd_cfg_agent *cfg = rd_agent_config(core, agent);

	for (uint16_t i = 0; cfg && i < cfg->nqueues; i++) {
		uint16_t queue = rd_map_place(core, RD_MAP_QUEUES,
					      core->state->generation,
					      cfg->queues[i].queue);

		if (queue != RD_INDEX_NONE)
			look_at(core, queue);
	}
}

void rd_stay_configure(struct rd_core *core)
{
	for (uint32_t i = 0; i < core->state->queues; i++)
		if (rd_queue_get(core, (uint16_t)i)->used)
			look_at(core, (uint16_t)i);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a supervisor does with one who waits (ACD-02, 26): priority, another
 * queue, one agent, a position, out of the line. In force in the event of the
 * command.
 *
 * Who has an agent already, talking or being greeted, or is being asked
 * something, cannot be moved: -EISCONN.
 */
#include "daemon/acd/supervise.h"

#include <errno.h>
#include <string.h>

#include "daemon/acd/queue.h"
#include "daemon/call/call.h"
#include "daemon/core/emit.h"
#include "daemon/core/json_in.h"
#include "daemon/core/state.h"

#define KEEP_MAX_S 86400

/* The call of a command, if it waits. */
static int waiting_call(struct rd_core *core, const struct rd_args *args,
			struct rd_call **out)
{
	int64_t id = rd_args_int(args, "call", 0);
	struct rd_call *call;

	if (id <= 0)
		return -EINVAL;
	call = rd_call_by_id(core, (uint64_t)id);
	if (!call)
		return -ENOENT;
	if (call->app != RD_APP_QUEUE)
		return -ESRCH;
	if ((call->in_queue.phase != RD_QUEUE_WAITING &&
	     call->in_queue.phase != RD_QUEUE_OFFERED) ||
	    call->in_queue.dialogue != RD_DIALOGUE_NONE)
		return -EISCONN;
	*out = call;
	return 0;
}

static void tell_moved(struct rd_core *core, const struct rd_call *call,
		       const char *what, const char *by)
{
	const struct rd_ticket *t = rd_ticket_at(core, call->in_queue.ticket);
	struct rd_json *j = rd_event_begin(core, RD_EVENT_QUEUE_MOVED);

	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "what", what);
	rd_json_str(j, "queue", rd_queue_get(core, t->queue)->name);
	rd_json_int(j, "priority", t->priority);
	rd_json_int(j, "position",
		    rd_ticket_position(core, call->in_queue.ticket));
	rd_json_str(j, "agent",
		    t->agent == RD_INDEX_NONE
			    ? ""
			    : rd_agent_get(core, t->agent)->number);
	rd_json_str(j, "by", by);
	rd_event_end(core);
}

int rd_supervise_priority(struct rd_core *core, const struct rd_args *args)
{
	int64_t priority = rd_args_int(args, "priority", RD_PRIORITY_MAX + 1);
	struct rd_call *call;
	int res = waiting_call(core, args, &call);

	if (res)
		return res;
	if (priority < RD_PRIORITY_MIN || priority > RD_PRIORITY_MAX)
		return -EINVAL;
	rd_ticket_set_priority(core, call->in_queue.ticket, (int)priority);
	tell_moved(core, call, "priority", args->by);
	return 0;
}

static uint16_t find_queue(const struct rd_core *core, const char *name)
{
	for (uint32_t i = 0; i < core->state->queues; i++) {
		const struct rd_queue *q = rd_queue_get(core, (uint16_t)i);

		if (q->used && strcmp(q->name, name) == 0)
			return (uint16_t)i;
	}
	return RD_INDEX_NONE;
}

/* The argument "position", from 1; fallback: none was given; negative: wrong. */
static int64_t position_of(const struct rd_args *args, int64_t fallback)
{
	int64_t position = rd_args_int(args, "position", -1);
	struct rd_json_value value;

	if (rd_json_get(args->json, "position", &value))
		return fallback;
	return position < 1 || position > UINT32_MAX ? -EINVAL : position;
}

int rd_supervise_move(struct rd_core *core, const struct rd_args *args)
{
	int64_t position = position_of(args, 0);
	struct rd_call *call;
	uint16_t queue;
	char name[32];
	int res = waiting_call(core, args, &call);

	if (res)
		return res;
	if (position < 0 || !rd_args_str(args, "queue", name, sizeof(name)))
		return -EINVAL;
	queue = find_queue(core, name);
	if (queue == RD_INDEX_NONE || !rd_queue_config(core, queue))
		return -ENOENT;
	rd_queue_move(core, call, queue, (uint32_t)position);
	tell_moved(core, call, "queue", args->by);
	return 0;
}

int rd_supervise_place(struct rd_core *core, const struct rd_args *args)
{
	int64_t position = position_of(args, -EINVAL);
	struct rd_call *call;
	int res = waiting_call(core, args, &call);

	if (res)
		return res;
	if (position < 0)
		return -EINVAL;
	rd_ticket_set_position(core, call->in_queue.ticket, (uint32_t)position);
	tell_moved(core, call, "position", args->by);
	return 0;
}

int rd_supervise_give(struct rd_core *core, const struct rd_args *args)
{
	int64_t for_s = rd_args_int(args, "for_s", 0);
	struct rd_call *call;
	uint16_t agent;
	char number[RD_AGENT_PHONE_LEN];
	int res = waiting_call(core, args, &call);

	if (res)
		return res;
	if (for_s < 0 || for_s > KEEP_MAX_S ||
	    !rd_args_str(args, "agent", number, sizeof(number)))
		return -EINVAL;
	agent = rd_agent_by_number(core, number);
	if (agent == RD_INDEX_NONE)
		return -ENOENT;
	rd_queue_give(core, call, agent, (uint32_t)for_s * 1000);
	tell_moved(core, call, "agent", args->by);
	return 0;
}

int rd_supervise_withdraw(struct rd_core *core, const struct rd_args *args)
{
	struct rd_call *call;
	int res = waiting_call(core, args, &call);

	if (!res)
		rd_queue_remove(core, call, args->by);
	return res;
}

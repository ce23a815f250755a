// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands about callbacks and messages. */
#include <errno.h>

#include "daemon/acd/callback.h"
#include "daemon/core/command.h"
#include "daemon/core/command_task.h"
#include "daemon/core/query.h"
#include "daemon/core/state.h"

int rd_command_callback_add(struct rd_core *core, const struct rd_args *args)
{
	char queue[RD_NAME_LEN], number[RD_NUMBER_LEN];
	uint16_t place;
	uint64_t id;

	if (!rd_args_str(args, "queue", queue, sizeof(queue)) ||
	    !rd_args_str(args, "number", number, sizeof(number)))
		return -EINVAL;
	place = rd_query_find_queue(core, queue);
	if (place == RD_INDEX_NONE)
		return -ENOENT;
	return rd_callback_add(core, place, number,
			       rd_args_int(args, "at_s", 0), args->by, &id);
}

int rd_command_callback_cancel(struct rd_core *core, const struct rd_args *args)
{
	return rd_callback_cancel(core, (uint64_t)rd_args_int(args, "task", 0),
				  args->by);
}

int rd_command_callback_now(struct rd_core *core, const struct rd_args *args)
{
	return rd_callback_now(core, (uint64_t)rd_args_int(args, "task", 0),
			       args->by);
}

int rd_command_task_take(struct rd_core *core, const struct rd_args *args)
{
	char number[RD_AGENT_PHONE_LEN];

	if (!rd_args_str(args, "agent", number, sizeof(number)))
		return -EINVAL;
	return rd_task_take(core, (uint64_t)rd_args_int(args, "task", 0),
			    rd_agent_by_number(core, number), args->by);
}

int rd_command_task_done(struct rd_core *core, const struct rd_args *args)
{
	char why[128];

	rd_args_str(args, "why", why, sizeof(why));
	return rd_task_done(core, (uint64_t)rd_args_int(args, "task", 0), why,
			    args->by);
}

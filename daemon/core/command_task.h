/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands about callbacks and messages, for the table of command.c. 0 or
 * -errno; arguments: command_list.h. Context: core.
 */
#ifndef RD_CORE_COMMAND_TASK_H
#define RD_CORE_COMMAND_TASK_H

#include "daemon/core/command.h"

int rd_command_callback_add(struct rd_core *core, const struct rd_args *args);
int rd_command_callback_cancel(struct rd_core *core,
			       const struct rd_args *args);
int rd_command_callback_now(struct rd_core *core, const struct rd_args *args);
int rd_command_task_take(struct rd_core *core, const struct rd_args *args);
int rd_command_task_done(struct rd_core *core, const struct rd_args *args);

#endif

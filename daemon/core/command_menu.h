/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands on what menus work with: lists of callers, lock-outs, announcements,
 * calls sent to a menu. command.c carries them out and answers with what they
 * return: 0 or -errno.
 *
 * Context: core.
 */
#ifndef RD_CORE_COMMAND_MENU_H
#define RD_CORE_COMMAND_MENU_H

#include "daemon/core/command.h"

int rd_command_list_add(struct rd_core *core, const struct rd_args *args);
int rd_command_list_remove(struct rd_core *core, const struct rd_args *args);
int rd_command_lockout_release(struct rd_core *core,
			       const struct rd_args *args);
int rd_command_call_send(struct rd_core *core, const struct rd_args *args);
int rd_command_announcement_add(struct rd_core *core,
				const struct rd_args *args);
int rd_command_announcement_remove(struct rd_core *core,
				   const struct rd_args *args);

#endif

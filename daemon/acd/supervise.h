/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands about one who waits. Each returns 0 or -errno, which the answer says:
 * -EINVAL, -ENOENT (no such call in a queue, no such queue or agent), -EISCONN (an
 * agent has him). Arguments: daemon/core/command_list.h.
 *
 * Context: core.
 */
#ifndef RD_ACD_SUPERVISE_H
#define RD_ACD_SUPERVISE_H

#include "daemon/core/command.h"

int rd_supervise_priority(struct rd_core *core, const struct rd_args *args);
int rd_supervise_move(struct rd_core *core, const struct rd_args *args);
int rd_supervise_place(struct rd_core *core, const struct rd_args *args);
int rd_supervise_give(struct rd_core *core, const struct rd_args *args);
int rd_supervise_withdraw(struct rd_core *core, const struct rd_args *args);

#endif

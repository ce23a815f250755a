/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Beginnings: of a run, and of a configuration. Context: core.
 */
#ifndef RD_CORE_CONFIGURE_H
#define RD_CORE_CONFIGURE_H

#include "daemon/core/core.h"

/*
 * A run begins. What an earlier run left (a restored snapshot): its calls end
 * with cause 41 and a record, agents keep their sign-ins, and all instants move
 * to the new origin of the line clock.
 */
void rd_core_on_start(struct rd_core *core, const struct rd_ev_start *start);
/* A configuration comes into force with the last part of its text. */
void rd_core_on_config(struct rd_core *core, const struct rd_ev_config *event);
/* Stopping, and nothing left: say so once. */
void rd_core_check_idle(struct rd_core *core);

/* The configuration of a generation; the newest if that is not at hand. */
const struct rd_config *rd_core_config(const struct rd_core *core,
				       uint32_t generation);

#endif

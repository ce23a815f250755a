/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Places of queues and agents whose names are gone: to be given again.
 *
 * A place is kept as long as its name may come back, for what lies there (figures,
 * a sign-in) is worth it. When a new name finds no empty place, the first is taken
 * that the newest configuration and the one before do not have, that nobody waits
 * in or talks at, and that no call, task or memory of callers refers to; only then
 * limits.queues, limits.agents are reached.
 *
 * Context: core, while a configuration comes into force.
 */
#ifndef RD_ACD_PLACES_H
#define RD_ACD_PLACES_H

#include "daemon/core/core.h"

/* A place, emptied; RD_INDEX_NONE: every one is needed. */
uint16_t rd_place_of_gone_queue(struct rd_core *core);
uint16_t rd_place_of_gone_agent(struct rd_core *core);

#endif

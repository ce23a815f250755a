/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ways past the line: who may enter, who may stay, and where the others go.
 *
 * WHAT. A queue may refuse who comes: outside its hours, full, without agents, or
 * if his wait is expected to be too long. It may give up those who wait: after
 * the longest wait, or when no agent has been there for a while. Each of these
 * conditions may lead elsewhere: to another queue, a menu, a number outside;
 * else to the queue's message, its overflow, or the end.
 *
 * NO AGENT. "enter" and "stay" say what has to be there: an agent of the queue
 * (of whatever penalty or skill) who is signed in, or ready (signed in and not
 * set not ready), or for "enter" free. The time a caller may stay with none is
 * counted for each one: from when the last agent went, or from his own entry.
 *
 * Context: core.
 */
#ifndef RD_ACD_OVERFLOW_H
#define RD_ACD_OVERFLOW_H

#include "daemon/acd/queue.h"

/* He cannot enter this queue, and goes elsewhere: true, and it is done. */
bool rd_overflow_refuses(struct rd_core *core, struct rd_call *call,
			 const struct rd_cfg_queue *cfg);
/* He has left the line for that reason: on where the queue says. */
void rd_overflow_to(struct rd_core *core, struct rd_call *call,
		    enum rd_overflow why, uint8_t cause);

/* An agent signed in or out, is ready or not: of each queue he serves. */
void rd_stay_agent(struct rd_core *core, uint16_t agent);
/* A configuration came into force. */
void rd_stay_configure(struct rd_core *core);
/* A ticket came into its line. */
void rd_stay_ticket(struct rd_core *core, uint32_t ticket);

#endif

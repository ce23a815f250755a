/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Offers: the phones that ring for a caller, one or several.
 *
 * WHAT. An agent has at most one offer, and a waiting call any number of them;
 * so an offer lies in its agent (struct rd_agent: ticket, leg, next_offer), and
 * those of a call form a list that begins in struct rd_queue_call. All of a
 * ring-all are reserved in one event.
 *
 *	call.in_queue.ringing -> 8001 -> 8004 -> 8002
 *
 * HOW AN OFFER ENDS. See daemon/acd/README.md, "Offers". The agent is told by
 * rd_agent_call_event(): MISS, or FREE if it was not his doing.
 *
 * Context: core.
 */
#ifndef RD_ACD_OFFER_H
#define RD_ACD_OFFER_H

#include "daemon/acd/queue.h"

/* Ring this agent's phone, or by ring-all every one who is free. */
void rd_offer_start(struct rd_core *core, uint32_t ticket, uint16_t agent);
/* Reserve him for a callback's call whose ticket rings; ring his phone (later). */
void rd_offer_keep(struct rd_core *core, struct rd_call *call, uint16_t agent);
void rd_offer_ring(struct rd_core *core, struct rd_call *call, uint16_t agent);
/* Ring one more phone: progressive's timer is due. */
void rd_offer_one_more(struct rd_core *core, struct rd_call *call);
/* A ringing phone's leg says something. */
void rd_offer_on_leg(struct rd_core *core, struct rd_call *call,
		     const struct rd_app_event *event);
/* An agent's phone has rung long enough. */
void rd_offer_on_timer(struct rd_core *core, uint16_t agent);
/*
 * No phone shall ring any more: the caller goes, or (elsewhere) another agent
 * has him. Nobody's doing. The ticket must not be there to be given again.
 */
void rd_offers_withdraw(struct rd_core *core, struct rd_call *call,
			bool elsewhere);
/*
 * The agent who answered goes before he is connected with the caller: a miss,
 * or by_line not his doing. The others ring on.
 */
void rd_offer_lost(struct rd_core *core, struct rd_call *call, uint8_t cause,
		   bool by_line);

/* The agent whose phone's ringing leg that is, or RD_INDEX_NONE. */
uint16_t rd_offer_of_leg(const struct rd_core *core, const struct rd_call *call,
			 uint32_t leg);

/* ---- the queue application's part (queue_app.c) ---- */

/* qc->agent has answered; call->peer is his leg. */
void rd_queue_answered(struct rd_core *core, struct rd_call *call);
/* The sound changes with the first phone that rings, and with the last. */
void rd_queue_rings(struct rd_core *core, struct rd_call *call, bool rings);

#endif

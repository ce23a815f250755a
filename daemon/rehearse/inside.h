/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One call by hand, from inside; see rehearse.h. */
#ifndef RD_REHEARSE_INSIDE_H
#define RD_REHEARSE_INSIDE_H

#include "daemon/core/core.h"
#include "daemon/live/vault.h"
#include "daemon/rehearse/rehearse.h"
#include "lib/base/frames.h"

#define PLANS_MAX 256
#define FARS_MAX  32
#define ANSWERS_MAX 16
#define SPANS_MAX 64 /* one for each group of trunks */

enum plan_kind {
	PLAN_ISDN,   /* op at line, ref */
	PLAN_PLAYED, /* play: reason */
	PLAN_LOOKUP, /* answer */
	PLAN_RECORDED,
};

struct plan {
	bool used;
	uint8_t kind, op, reason;
	uint64_t frame, order;
	uint32_t line, ref, play;
	uint64_t id, frames; /* recording */
	struct rd_ev_lookup *answer;
};

struct far { /* a party on a channel */
	uint32_t line, ref;
	bool alive, rings, clearing;
};

struct rd_rehearsal {
	struct rd_rehearsal_setup setup;
	struct rd_config config; /* the setup's, with lines of ours */
	struct rd_cfg_card cards[SPANS_MAX / 8];
	struct rd_cfg_span spans[SPANS_MAX];
	struct rd_cfg_group groups[1];
	struct rd_cfg_route route;
	struct rd_core *core;
	struct rd_vault vault;
	struct rd_source_file **sources;
	struct plan plans[PLANS_MAX];
	struct far caller, phone[FARS_MAX];
	uint64_t frame, seq, order, begin, call_id;
	uint32_t still, calls;
	int64_t start_s;
	char ani[RD_NUMBER_LEN], dnis[RD_NUMBER_LEN];
	bool ended;
	uint8_t cause;
	uint16_t last_tree, last_node;
	struct { /* what the caller hears */
		uint32_t play;
		bool barge;
	} sound;
	struct { /* recordings that run */
		uint64_t id, begin;
	} recording[8];
	struct answer {
		int status; /* of sources; -1: their files */
		char pairs[256];
	} always, next[ANSWERS_MAX];
	int nnext;
};

/* ---- rehearse.c ---- */

void rd_rehearse_event(struct rd_rehearsal *r, const struct rd_msg *event);
void rd_rehearse_plan(struct rd_rehearsal *r, const struct plan *plan);
/* Keep where in which tree the call is, for when it has ended. */
void rd_rehearse_remember(struct rd_rehearsal *r);

/* ---- lines.c ---- */

/* Cards, spans, routes of ours in r->config. 0 or -ENOMEM. */
int rd_rehearse_lines(struct rd_rehearsal *r);
void rd_rehearse_lines_free(struct rd_rehearsal *r);
void rd_rehearse_put(void *context, enum rd_peer peer, const struct rd_msg *cmd);
void rd_rehearse_on_plan(struct rd_rehearsal *r, const struct plan *plan);
/* A primitive of a far end, now. */
void rd_rehearse_say(struct rd_rehearsal *r, const struct far *far, uint8_t op,
		  uint8_t cause);
/* ... whose channel is free when that is over. */
void rd_rehearse_done(struct rd_rehearsal *r, struct far *far);
/* A key was pressed: a sound that may be interrupted is. */
void rd_rehearse_barge(struct rd_rehearsal *r);

#endif

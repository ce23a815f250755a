// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The clock and the way to core; see rehearse.h. lines.c carries out what core
 * commands.
 */
#include "daemon/rehearse/inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/call/route.h"
#include "daemon/core/configure.h"
#include "daemon/core/state.h"
#include "daemon/journal/bundle.h"
#include "daemon/store/source.h"

#define KEY_FRAMES (80u * RD_FRAMES_PER_MS)
#define BETWEEN_MS 80u
#define EVENTS_MAX 200000u /* without the clock moving */
#define CALLER_REF 0x80000001u

/* ---- events ------------------------------------------------------------------- */

void rd_rehearse_event(struct rd_rehearsal *r, const struct rd_msg *event)
{
	rd_core_handle(r->core, event, ++r->seq);
}

void rd_rehearse_plan(struct rd_rehearsal *r, const struct plan *plan)
{
	struct plan *p = NULL;

	for (int i = 0; i < PLANS_MAX && !p; i++)
		if (!r->plans[i].used)
			p = &r->plans[i];
	if (!p)
		return;
	*p = *plan;
	p->used = true;
	p->order = ++r->order;
}

/* The earliest, of equal ones the first planned; NULL: none. */
static struct plan *first_plan(struct rd_rehearsal *r)
{
	struct plan *first = NULL;

	for (int i = 0; i < PLANS_MAX; i++) {
		struct plan *p = &r->plans[i];

		if (!p->used)
			continue;
		if (!first || p->frame < first->frame ||
		    (p->frame == first->frame && p->order < first->order))
			first = p;
	}
	return first;
}

static void time_event(struct rd_rehearsal *r)
{
	struct rd_msg msg = { .type = RD_MSG_TIME,
			      .len = sizeof(msg),
			      .line = RD_LINE_NONE,
			      .frame = r->frame };

	rd_rehearse_event(r, &msg);
}

/* The next thing that happens, not after "until"; false: nothing. */
static bool step(struct rd_rehearsal *r, uint64_t until)
{
	uint64_t due = rd_core_deadline(r->core);
	struct plan *p = first_plan(r);
	uint64_t next = p ? p->frame : RD_FRAME_NEVER;
	uint64_t at = due <= next ? due : next;

	if (at == RD_FRAME_NEVER || at > until || ++r->still > EVENTS_MAX)
		return false;
	if (at > r->frame) {
		r->frame = at;
		r->still = 0;
	}
	if (due <= next) {
		time_event(r);
	} else {
		struct plan plan = *p;

		p->used = false;
		rd_rehearse_on_plan(r, &plan);
	}
	return true;
}

void rd_rehearsal_wait(struct rd_rehearsal *r, uint64_t ms)
{
	uint64_t until = r->frame + rd_frames_from_ms(ms);

	r->still = 0;
	while (step(r, until))
		;
	r->frame = until;
}

/* ---- what the call does ----------------------------------------------------------- */

static const struct rd_call *the_call(const struct rd_rehearsal *r)
{
	return r->call_id ? rd_call_by_id(r->core, r->call_id) : NULL;
}

void rd_rehearsal_look(const struct rd_rehearsal *r,
		       struct rd_rehearsal_view *out)
{
	const struct rd_call *call = the_call(r);
	const struct rd_ivr_state *ivr;

	*out = (struct rd_rehearsal_view){
		.stand =
			r->call_id || r->ended ? RD_STAND_ENDED : RD_STAND_NONE,
		.tree = r->last_tree,
		.node = r->last_node,
		.queue = RD_INDEX_NONE,
		.cause = r->cause,
		.unix_s = r->start_s +
			  (int64_t)(rd_ms_from_frames(r->frame) / 1000),
		.since_ms = rd_ms_from_frames(r->frame - r->begin),
	};
	if (!call || call->state != RD_CALL_ACTIVE)
		return;
	ivr = (const struct rd_ivr_state *)call->ivr;
	out->ivr = ivr;
	out->language = call->language;
	if (call->queue != RD_INDEX_NONE)
		out->queue = rd_map_index(r->core, RD_MAP_QUEUES,
					  call->generation, call->queue);
	switch (call->app) {
	case RD_APP_IVR:
		out->stand = RD_STAND_MENU;
		out->tree = (uint16_t)(ivr->tree1 - 1);
		out->node = ivr->node;
		out->plays = ivr->phase == RD_IVR_PLAY ||
			     ivr->phase == RD_IVR_PROMPT ||
			     ivr->phase == RD_IVR_READ_BACK;
		/* not between keys: he has pressed all he wanted to */
		out->asks = ivr->phase == RD_IVR_WAIT ||
			    ivr->phase == RD_IVR_CONFIRM;
		break;
	case RD_APP_QUEUE:
		out->stand = RD_STAND_QUEUE;
		break;
	case RD_APP_DIAL:
		out->stand = RD_STAND_DIAL;
		break;
	default:
		out->stand = RD_STAND_OTHER;
	}
	if (call->bridged_now)
		out->stand = RD_STAND_TALK;
}

void rd_rehearse_remember(struct rd_rehearsal *r)
{
	struct rd_rehearsal_view v;

	rd_rehearsal_look(r, &v);
	if (v.stand == RD_STAND_MENU) {
		r->last_tree = v.tree;
		r->last_node = v.node;
	}
}

void rd_rehearsal_listen(struct rd_rehearsal *r, uint64_t most_ms)
{
	uint64_t until = r->frame + rd_frames_from_ms(most_ms);
	struct rd_rehearsal_view v;

	r->still = 0;
	for (;;) {
		rd_rehearse_remember(r);
		rd_rehearsal_look(r, &v);
		if (v.stand != RD_STAND_MENU || v.asks || !step(r, until))
			return;
	}
}

void rd_rehearsal_silence(struct rd_rehearsal *r, uint64_t most_ms)
{
	uint64_t until = r->frame + rd_frames_from_ms(most_ms);
	struct rd_rehearsal_view begin, v;

	rd_rehearsal_look(r, &begin);
	r->still = 0;
	do {
		rd_rehearse_remember(r);
		if (!step(r, until))
			return;
		rd_rehearsal_look(r, &v);
	} while (v.stand == begin.stand && v.tree == begin.tree &&
		 v.node == begin.node && v.queue == begin.queue);
	rd_rehearse_remember(r);
}

/* ---- the caller ----------------------------------------------------------------------- */

static void isdn(struct rd_rehearsal *r, uint8_t op, uint8_t cause)
{
	struct rd_isdn msg = {
		.msg = { .type = RD_MSG_ISDN,
			 .len = sizeof(msg),
			 .line = r->caller.line,
			 .frame = r->frame },
		.ref = r->caller.ref,
		.op = op,
		.cause = cause,
		.flags = op == RD_ISDN_SETUP ? RD_ISDN_COMPLETE : 0,
	};

	if (op == RD_ISDN_SETUP) {
		snprintf(msg.calling, sizeof(msg.calling), "%s", r->ani);
		snprintf(msg.called, sizeof(msg.called), "%s", r->dnis);
	}
	rd_rehearse_event(r, &msg.msg);
}

void rd_rehearsal_hangup(struct rd_rehearsal *r)
{
	if (!r->caller.alive || r->caller.clearing)
		return;
	r->caller.clearing = true;
	isdn(r, RD_ISDN_HANGUP, 16);
	rd_rehearsal_wait(r, 20);
}

/* The call that our SETUP made: the newest. */
static void find_call(struct rd_rehearsal *r)
{
	for (uint32_t i = 0; i < r->core->config->limits.calls; i++) {
		const struct rd_call *call = rd_call_at(r->core, i);

		if (call && call->line == r->caller.line &&
		    call->id > r->call_id)
			r->call_id = call->id;
	}
}

/* A channel of the group of trunks that this number is called by. */
static uint32_t line_of(const struct rd_rehearsal *r)
{
	for (uint16_t g = 0; g < r->config.nspans; g++)
		if (rd_route_in(&r->config, r->dnis, g))
			return rd_line(r->spans[g].card, r->spans[g].span, 1);
	return rd_line(0, 0, 1);
}

void rd_rehearsal_call(struct rd_rehearsal *r)
{
	rd_rehearsal_hangup(r);
	rd_rehearsal_wait(r, 100);
	r->caller = (struct far){ .line = line_of(r),
				  .ref = CALLER_REF + 2 * r->calls++,
				  .alive = true };
	r->ended = false;
	r->cause = 0;
	r->begin = r->frame;
	r->last_tree = r->last_node = RD_INDEX_NONE;
	isdn(r, RD_ISDN_SETUP, 0);
	find_call(r);
	rd_rehearse_remember(r);
}

void rd_rehearsal_key(struct rd_rehearsal *r, char key)
{
	struct rd_ev_digit digit = {
		.msg = { .type = RD_MSG_DIGIT,
			 .len = sizeof(digit),
			 .line = r->caller.line },
		.length_frames = KEY_FRAMES,
		.digit = key,
	};
	uint32_t vault;

	if (!r->caller.alive)
		return;
	rd_rehearsal_wait(r, BETWEEN_MS + 80);
	digit.msg.frame = r->frame - KEY_FRAMES;
	vault = rd_core_vault(r->core, r->caller.line);
	if (vault && key != '*' && key != '#') {
		rd_vault_add(&r->vault, vault, key);
		digit.digit = '?';
	}
	rd_rehearse_barge(r);
	rd_rehearse_event(r, &digit.msg);
	rd_rehearse_remember(r);
	/* what the key leads to, if it takes no time */
	rd_rehearsal_wait(r, 1);
	rd_rehearse_remember(r);
}

/* ---- others ---------------------------------------------------------------------------- */

void rd_rehearsal_source(struct rd_rehearsal *r, int status, const char *pairs)
{
	r->always.status = status;
	snprintf(r->always.pairs, sizeof(r->always.pairs), "%s",
		 pairs ? pairs : "");
}

void rd_rehearsal_answer(struct rd_rehearsal *r, int status, const char *pairs)
{
	struct answer *a = &r->next[r->nnext];

	if (r->nnext == ANSWERS_MAX)
		return;
	r->nnext++;
	a->status = status;
	snprintf(a->pairs, sizeof(a->pairs), "%s", pairs ? pairs : "");
}

static void command(struct rd_rehearsal *r, const char *json)
{
	struct {
		struct rd_ev_command cmd;
		char json[200];
	} event = { .cmd = { .msg = { .type = RD_MSG_COMMAND,
				      .line = RD_LINE_NONE,
				      .frame = r->frame } } };
	size_t len = (size_t)snprintf(event.cmd.json, sizeof(event.json), "%s",
				      json);

	event.cmd.msg.len =
		(uint16_t)((sizeof(event.cmd) + len + 1 + 7) / 8 * 8);
	rd_rehearse_event(r, &event.cmd.msg);
}

void rd_rehearsal_agent(struct rd_rehearsal *r, const char *number, bool in)
{
	static const char *const into[] = { "agent.login", "agent.ready" };
	char json[160];

	for (int i = 0; i < (in ? 2 : 1); i++) {
		snprintf(json, sizeof(json),
			 "{\"command\":\"%s\",\"agent\":\"%.31s\",\"by\":"
			 "\"operator:try\"}",
			 in ? into[i] : "agent.logout", number);
		command(r, json);
	}
	rd_rehearsal_wait(r, 1);
}

int rd_rehearsal_phone(struct rd_rehearsal *r, uint8_t cause)
{
	for (int i = 0; i < FARS_MAX; i++) {
		struct far *far = &r->phone[i];

		if (!far->alive || !far->rings || far->clearing)
			continue;
		far->rings = false;
		rd_rehearse_say(r, far,
				cause ? RD_ISDN_HANGUP : RD_ISDN_CONNECT,
				cause);
		if (cause)
			rd_rehearse_done(r, far);
		rd_rehearsal_wait(r, 1);
		rd_rehearse_remember(r);
		return 0;
	}
	return -ENOENT;
}

int rd_rehearsal_other_hangup(struct rd_rehearsal *r)
{
	for (int i = 0; i < FARS_MAX; i++) {
		struct far *far = &r->phone[i];

		if (!far->alive || far->rings || far->clearing)
			continue;
		far->clearing = true;
		rd_rehearse_say(r, far, RD_ISDN_HANGUP, 16);
		rd_rehearse_done(r, far);
		rd_rehearsal_wait(r, 1);
		rd_rehearse_remember(r);
		return 0;
	}
	return -ENOENT;
}

/* ---- beginning and end -------------------------------------------------------------------- */

static void configure(struct rd_rehearsal *r, const struct rd_bundle *bundle)
{
	_Alignas(8) uint8_t room[RD_BUNDLE_EVENT_MAX];
	struct rd_ev_config *event = (struct rd_ev_config *)room;
	size_t offset = 0;

	do {
		offset = rd_bundle_chunk(bundle, offset, r->frame, event);
		if (offset >= bundle->len)
			rd_core_set_config(r->core, &r->config);
		rd_rehearse_event(r, &event->msg);
	} while (offset < bundle->len);
}

static void begin(struct rd_rehearsal *r, const struct rd_bundle *bundle)
{
	struct rd_ev_start start = {
		.msg = { .type = RD_MSG_START,
			 .len = sizeof(start),
			 .line = RD_LINE_NONE },
		.epoch_ns = (uint64_t)r->start_s * 1000000000u,
		.seed = 1,
		.lockstep = 1,
	};
	struct rd_ev_edge edge = { .msg = { .type = RD_MSG_EDGE_STATE,
					    .len = sizeof(edge),
					    .line = RD_LINE_NONE },
				   .up = 1 };

	rd_rehearse_event(r, &start.msg);
	configure(r, bundle);
	for (uint16_t i = 0; i < r->config.ncards; i++) {
		struct rd_ev_card card = { .msg = { .type = RD_MSG_CARD,
						    .len = sizeof(card),
						    .line = rd_line(i, 0, 0) },
					   .present = 1 };

		rd_rehearse_event(r, &card.msg);
	}
	rd_rehearse_event(r, &edge.msg);
	for (uint16_t i = 0; i < r->config.nspans; i++) {
		const struct rd_cfg_span *s = &r->config.spans[i];
		struct rd_isdn up = { .msg = { .type = RD_MSG_ISDN,
					       .len = sizeof(up),
					       .line = rd_line(s->card, s->span,
							       0) },
				      .op = RD_ISDN_DCHAN_UP };

		rd_rehearse_event(r, &up.msg);
	}
	rd_rehearsal_wait(r, 10);
}

struct rd_rehearsal *rd_rehearsal_new(const struct rd_rehearsal_setup *setup)
{
	struct rd_rehearsal *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->setup = *setup;
	r->start_s = setup->start_s;
	r->always.status = -1;
	r->last_tree = r->last_node = RD_INDEX_NONE;
	snprintf(r->ani, sizeof(r->ani), "%s",
		 setup->caller ? setup->caller : "");
	snprintf(r->dnis, sizeof(r->dnis), "%s",
		 setup->called && setup->called[0] ? setup->called : "1");
	if (rd_rehearse_lines(r))
		goto err_lines;
	if (rd_vault_init(&r->vault, 16))
		goto err_vault;
	r->sources = calloc(r->config.nsources + 1u, sizeof(*r->sources));
	r->core =
		rd_core_new(&r->config, (struct rd_sink){ rd_rehearse_put, r });
	if (!r->sources || !r->core)
		goto err_core;
	begin(r, setup->bundle);
	return r;
err_core:
	rd_core_free(r->core);
	free(r->sources);
	rd_vault_exit(&r->vault);
err_vault:
	rd_rehearse_lines_free(r);
err_lines:
	free(r);
	return NULL;
}

void rd_rehearsal_free(struct rd_rehearsal *r)
{
	if (!r)
		return;
	for (uint16_t i = 0; i < r->config.nsources; i++)
		if (r->sources[i])
			rd_source_free(r->sources[i]);
	rd_core_free(r->core);
	free(r->sources);
	rd_vault_exit(&r->vault);
	rd_rehearse_lines_free(r);
	free(r);
}

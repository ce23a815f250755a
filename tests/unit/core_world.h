/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world for core: lines, phones, media, disk and store that behave, on a
 * clock of ours. Tests say what callers and agents do; the world answers core's
 * commands as good peers would, and every event is followed by rd_core_check().
 *
 *	struct world *w = world_new();
 *	struct party a = world_call(w, "13800138000", "4002");
 *	world_run(w, 3000);
 *	world_digit(w, a, '1');
 *	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "answered");
 *
 * Phones behind the second span answer by w->phone[]; a number that is not
 * there rings for ever. Everything is kept in order: commands, rows, events.
 */
#ifndef RD_TEST_CORE_WORLD_H
#define RD_TEST_CORE_WORLD_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/app.h"
#include "daemon/core/command.h"
#include "daemon/core/emit.h"
#include "daemon/core/json_in.h"
#include "daemon/core/state.h"
#include "daemon/ivr/say.h"
#include "lib/base/crc32c.h"
#include "lib/base/frames.h"
#include "lib/base/rng.h"

#define TRUNK	       rd_line(0, 0, 0)
#define PHONES	       rd_line(0, 1, 0)
#define EPOCH_NS       1700000000000000000u
#define MS	       RD_FRAMES_PER_MS
#define WORLD_RINGS_ON UINT32_MAX /* never answers */

#define UNUSED __attribute__((unused))

struct phone { /* what a phone that is called does */
	const char *number;
	uint32_t answer_ms; /* after ringing; WORLD_RINGS_ON */
	uint8_t cause;	    /* refuses with it, if not 0 */
};

struct party { /* the far end of a caller */
	uint32_t line, ref;
};

struct pending {
	uint64_t order;
	struct rd_msg *msg;
};

struct far_leg { /* what the edge knows of one reference */
	uint32_t ref, line;
	bool alive, clearing;
};

struct world {
	struct rd_config config;
	struct rd_cfg_group groups[2];
	struct rd_cfg_span spans[2];
	struct rd_cfg_card cards[1];
	struct rd_cfg_route routes[8];
	struct rd_cfg_outroute outroutes[2];
	struct rd_cfg_skill skills[2];
	struct rd_cfg_agent agents[4];
	struct rd_cfg_queue queues[2];
	struct rd_cfg_music music[1];
	struct rd_cfg_language languages[2];
	struct rd_cfg_source sources[1];
	uint32_t say[2 * RD_SAY_ATOMS];

	struct rd_core *core;
	uint64_t frame, seq, order;
	uint32_t far_ref;
	struct pending *pending;
	size_t npending, capending;
	struct rd_msg **log; /* commands, in order */
	size_t nlog, caplog;
	struct rd_msg **journal; /* events, in order */
	uint32_t *digests;
	size_t njournal, capjournal;
	struct far_leg far[4096];
	size_t nfar;
	struct phone phone[8];
	struct { /* what plays on a line */
		uint32_t line, play;
		uint64_t begin;
	} plays[64];
	struct { /* recordings that run */
		uint64_t id, begin;
	} recs[64];
	/* after each event, before it is checked: commands from log[from] on */
	void (*after)(struct world *w, const struct rd_msg *msg, size_t from);
	void *after_context;
	uint32_t any_phone_ms; /* phones not in phone[] answer after; 0 never */
	bool silent; /* the peers answer nothing: events are the test's own */
	bool no_restart_ack;
	uint64_t seed; /* of a test by chance */
	uint32_t lookup_status;
};

/* ---- the IVR of these tests ------------------------------------------------ */

/*
 * Trees: 0 answers, plays prompt 1, and releases; 1 goes to queue 0 and then
 * comes back to node 1, where it releases; 2 is a survey; 3 dials 5551234 and
 * comes back to node 1 (busy), 2 (no answer), 3 (failed): it releases with
 * cause 100 + node; 4 asks a source; 5 waits for ever.
 */
struct test_ivr {
	uint16_t tree, node;
	uint32_t play, request;
};

static struct test_ivr *test_ivr_of(struct rd_core *core, struct rd_call *call)
{
	return (struct test_ivr *)rd_call_ivr(core, call);
}

static void test_ivr_start(struct rd_core *core, struct rd_call *call,
			   const struct rd_app_arg *arg)
{
	struct test_ivr *ivr = test_ivr_of(core, call);
	struct rd_app_arg next = RD_APP_ARG_NONE;
	struct rd_playlist list = { .n = 1, .prompt = { 1 } };

	ivr->tree = arg->tree;
	ivr->node = arg->node;
	rd_call_path(core, call, arg->tree == 2 ? "survey" : "main");
	switch (arg->tree) {
	case 0:
		rd_call_answer(core, call);
		break;
	case 1:
		if (arg->node) {
			rd_call_release(core, call, 16);
			return;
		}
		next.queue = rd_call_queue_place(core, call, 0);
		next.tree = 1;
		next.node = 1;
		next.wants_return = true;
		rd_call_attach(core, call, "card", "12345678");
		rd_call_run(core, call, RD_APP_QUEUE, &next);
		return;
	case 2:
		rd_call_rating_asked(core, call);
		list.flags = RD_PLAY_BARGE;
		ivr->play = rd_call_play(core, call, &list);
		rd_call_timer(core, call, 0, 5000);
		break;
	case 3:
		if (arg->node) {
			rd_call_release(core, call, (uint8_t)(100 + arg->node));
			return;
		}
		snprintf(next.number, sizeof(next.number), "5551234");
		next.timeout_ms = 20000;
		next.tree = 3;
		next.node_busy = 1;
		next.node_noanswer = 2;
		next.node_failed = 3;
		rd_call_run(core, call, RD_APP_DIAL, &next);
		return;
	case 4:
		ivr->request = rd_call_lookup(core, call, 0, "42", false);
		break;
	default:
		break;
	}
}

static void test_ivr_event(struct rd_core *core, struct rd_call *call,
			   const struct rd_app_event *event)
{
	struct test_ivr *ivr = test_ivr_of(core, call);
	struct rd_playlist list = { .n = 1, .prompt = { 1 } };

	if (event->type == RD_APP_EV_ANSWERED && ivr->tree == 0)
		ivr->play = rd_call_play(core, call, &list);
	else if (event->type == RD_APP_EV_PLAY_DONE && ivr->tree == 0 &&
		 event->play == ivr->play)
		rd_call_release(core, call, 16);
	else if (event->type == RD_APP_EV_DIGIT && ivr->tree == 2) {
		rd_call_rate(core, call, event->digit - '0');
		rd_call_release(core, call, 16);
	} else if (event->type == RD_APP_EV_TIMER && ivr->tree == 2)
		rd_call_release(core, call, 16);
	else if (event->type == RD_APP_EV_LOOKUP && ivr->tree == 4 &&
		 event->request == ivr->request)
		rd_call_release(core, call, (uint8_t)(110 + event->status));
}

static void test_ivr_stop(struct rd_core *core, struct rd_call *call)
{
}

static const struct rd_app_ops test_ivr_app = {
	.name = "ivr",
	.start = test_ivr_start,
	.event = test_ivr_event,
	.stop = test_ivr_stop,
};

static const struct rd_app_ops *const test_apps[RD_APPS] = {
	[RD_APP_IVR] = &test_ivr_app,
	[RD_APP_QUEUE] = &rd_queue_app,
	[RD_APP_DIAL] = &rd_dial_app,
};

/* ---- configuration ------------------------------------------------------------ */

static const struct rd_cfg_member world_queue0[] = { { .queue = 0 } },
				  world_queue01[] = { { .queue = 0 },
						      { .queue = 1 } };
static const uint32_t world_music[] = { 10, 11, 12 };
static const uint32_t world_periodic[] = { 20, 21 };

static void world_spans(struct world *w)
{
	w->cards[0] = (struct rd_cfg_card){ .name = "wire", .path = "" };
	w->groups[0] = (struct rd_cfg_group){ .name = "public" };
	w->groups[1] =
		(struct rd_cfg_group){ .name = "phones", .phones = true };
	for (uint8_t i = 0; i < 2; i++) {
		w->spans[i] = (struct rd_cfg_span){
			.name = i ? "pbx" : "trunk",
			.span = i,
			.signalling = RD_SIG_PRI,
			.network_side = i == 1,
			.dchannel = 16,
			.bchannels = 0x1e, /* channels 1-4 are plenty */
			.group = i,
			.prefix_international = "00",
			.prefix_national = "0",
			.prefix_local = "",
		};
		for (int t = 0; t < RD_ISDN_TIMERS; t++)
			w->spans[i].timer[t] = -1;
	}
	w->config.cards = w->cards;
	w->config.ncards = 1;
	w->config.groups = w->groups;
	w->config.ngroups = 2;
	w->config.spans = w->spans;
	w->config.nspans = 2;
}

static void world_route(struct world *w, const char *number, uint16_t tree,
			uint16_t queue, uint16_t agent)
{
	w->routes[w->config.nroutes++] = (struct rd_cfg_route){
		.number = number,
		.group = RD_INDEX_NONE,
		.tree = tree,
		.queue = queue,
		.agent = agent,
	};
	w->config.routes = w->routes;
}

static void world_queues(struct world *w)
{
	static const char *const names[] = { "service", "sales" };

	for (int i = 0; i < 2; i++)
		w->queues[i] = (struct rd_cfg_queue){
			.name = names[i],
			.title = names[i],
			.strategy = RD_STRATEGY_LONGEST_IDLE,
			.ring_timeout_ms = 10000,
			.retry_ms = 5000,
			.max_misses = 2,
			.wrapup_ms = 4000,
			.treatment = RD_WAIT_MUSIC,
			.music = 0,
			.answer = true,
			.agent_prompt = RD_PROMPT_NONE,
			.service_level_ms = 20000,
			.tree_overflow = RD_INDEX_NONE,
			.node_overflow = RD_INDEX_NONE,
			.tree_exit = RD_INDEX_NONE,
			.node_exit = RD_INDEX_NONE,
			.tree_after = RD_INDEX_NONE,
			.node_after = RD_INDEX_NONE,
			.record = true,
		};
	w->music[0] = (struct rd_cfg_music){ .name = "m",
					     .nprompts = 3,
					     .prompts = world_music };
	w->config.queues = w->queues;
	w->config.nqueues = 2;
	w->config.music = w->music;
	w->config.nmusic = 1;
}

static const struct rd_cfg_skill_level world_zh[] = { { 0, 3 }, { 1, 2 } };

static void world_agents(struct world *w)
{
	static const char *const numbers[] = { "8001", "8002", "8003", "8004" };

	for (int i = 0; i < 4; i++)
		w->agents[i] = (struct rd_cfg_agent){
			.number = numbers[i],
			.name = numbers[i],
			.pin = "",
			.phone = numbers[i],
			.language = RD_INDEX_NONE,
			.nqueues = i == 2 ? 2 : 1,
			.queues = i == 2 ? world_queue01 : world_queue0,
		};
	w->config.agents = w->agents;
	w->config.nagents = 4;
	w->skills[0] = (struct rd_cfg_skill){ .name = "zh" };
	w->skills[1] = (struct rd_cfg_skill){ .name = "billing" };
	w->config.skills = w->skills;
	w->config.nskills = 2;
	w->agents[0].skills = (struct rd_cfg_levels){ 2, world_zh };
	w->agents[2].skills = (struct rd_cfg_levels){ 1, world_zh };
}

static void world_configure(struct world *w)
{
	w->config.language = 0;
	w->config.limits = (struct rd_cfg_limits){ .calls = 6,
						   .blacklist = 8,
						   .list_changes = 8,
						   .lockouts = 4,
						   .call_max_ms = 600000 };
	w->config.recording = (struct rd_cfg_recording){
		.dir = "",
		.start = RD_RECORD_NEVER,
		.pattern = "%Y/%m/%d/%i",
	};
	world_spans(w);
	world_route(w, "4000", 0, RD_INDEX_NONE, RD_INDEX_NONE);
	world_route(w, "4001", 1, RD_INDEX_NONE, RD_INDEX_NONE);
	world_route(w, "4002", RD_INDEX_NONE, 0, RD_INDEX_NONE);
	world_route(w, "4003", RD_INDEX_NONE, RD_INDEX_NONE, 0);
	world_route(w, "4004", 3, RD_INDEX_NONE, RD_INDEX_NONE);
	world_route(w, "4005", 4, RD_INDEX_NONE, RD_INDEX_NONE);
	world_route(w, "4006", 5, RD_INDEX_NONE, RD_INDEX_NONE);
	world_route(w, "4007", RD_INDEX_NONE, 1, RD_INDEX_NONE);
	w->outroutes[0] = (struct rd_cfg_outroute){ .number = "555*",
						    .group = 0,
						    .prefix = "" };
	w->config.outroutes = w->outroutes;
	w->config.noutroutes = 1;
	world_queues(w);
	world_agents(w);
	w->languages[0] = (struct rd_cfg_language){ .name = "en" };
	w->languages[1] = (struct rd_cfg_language){ .name = "zh" };
	w->config.languages = w->languages;
	w->config.nlanguages = 2;
	for (uint32_t i = 0; i < 2 * RD_SAY_ATOMS; i++)
		w->say[i] = 1000 + i;
	w->config.say = w->say;
	w->config.nprompts = 5000;
	w->sources[0] =
		(struct rd_cfg_source){ .name = "s", .timeout_ms = 2000 };
	w->config.sources = w->sources;
	w->config.nsources = 1;
}

/* ---- events in ------------------------------------------------------------------- */

static void *world_grow(void *array, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 64;
	array = realloc(array, *cap * size);
	cr_assert_not_null(array);
	return array;
}

static struct rd_msg *world_copy(const struct rd_msg *msg)
{
	struct rd_msg *copy = malloc(msg->len);

	cr_assert_not_null(copy);
	memcpy(copy, msg, msg->len);
	return copy;
}

static struct far_leg *world_far(struct world *w, uint32_t ref)
{
	for (size_t i = w->nfar; i-- > 0;)
		if (w->far[i].ref == ref && w->far[i].alive)
			return &w->far[i];
	return NULL;
}

/* References that are free again. */
static void world_forget(struct world *w, const struct rd_msg *msg)
{
	const struct rd_isdn *isdn = (const void *)msg;
	struct far_leg *far;

	if (msg->type != RD_MSG_ISDN || msg->len < sizeof(*isdn) ||
	    isdn->op != RD_ISDN_HANGUP_DONE)
		return;
	far = world_far(w, isdn->ref);
	if (far)
		far->alive = false;
}

/* One event, now; the invariants are checked after it. */
static void world_event(struct world *w, const struct rd_msg *msg)
{
	char why[200];
	size_t cap = w->capjournal, from = w->nlog;
	int broken;

	w->journal = world_grow(w->journal, w->njournal, &w->capjournal,
				sizeof(*w->journal));
	w->digests =
		world_grow(w->digests, w->njournal, &cap, sizeof(*w->digests));
	world_forget(w, msg);
	w->journal[w->njournal] = world_copy(msg);
	rd_core_handle(w->core, msg, ++w->seq);
	w->digests[w->njournal++] = w->core->digest;
	if (w->after)
		w->after(w, msg, from);
	broken = rd_core_check(w->core, why, sizeof(why));
	cr_assert_eq(broken, 0, "seed %llu: event %llu (%s) at %llu: %s",
		     (unsigned long long)w->seed, (unsigned long long)w->seq,
		     rd_msg_info(msg->type) ? rd_msg_info(msg->type)->name
					    : "?",
		     (unsigned long long)w->frame, why);
}

static void world_later(struct world *w, uint64_t ms, const struct rd_msg *msg)
{
	struct rd_msg *copy = world_copy(msg);
	size_t at;

	copy->frame = w->frame + ms * MS;
	w->pending = world_grow(w->pending, w->npending, &w->capending,
				sizeof(*w->pending));
	for (at = w->npending++; at > 0; at--) {
		if (w->pending[at - 1].msg->frame <= copy->frame)
			break;
		w->pending[at] = w->pending[at - 1];
	}
	w->pending[at] = (struct pending){ w->order++, copy };
}

static void world_time(struct world *w, uint64_t frame)
{
	struct rd_msg time = { .type = RD_MSG_TIME,
			       .len = sizeof(time),
			       .line = RD_LINE_NONE,
			       .frame = frame };

	w->frame = frame;
	world_event(w, &time);
}

/* Let so much time pass: peers' answers and core's timers, in order. */
static void world_run(struct world *w, uint64_t ms)
{
	uint64_t end = w->frame + ms * MS;

	for (;;) {
		uint64_t due = rd_core_deadline(w->core);
		struct pending first;

		if (due < w->frame)
			due = w->frame;
		if (w->npending && w->pending[0].msg->frame <= due &&
		    w->pending[0].msg->frame <= end) {
			first = w->pending[0];
			memmove(w->pending, w->pending + 1,
				--w->npending * sizeof(*w->pending));
			if (first.msg->frame > w->frame)
				w->frame = first.msg->frame;
			world_event(w, first.msg);
			free(first.msg);
		} else if (due <= end) {
			world_time(w, due);
		} else {
			break;
		}
	}
	w->frame = end;
}

/* ---- the edge ----------------------------------------------------------------------- */

static struct rd_isdn world_isdn(uint8_t op, uint32_t line, uint32_t ref)
{
	return (struct rd_isdn){
		.msg = { .type = RD_MSG_ISDN,
			 .len = sizeof(struct rd_isdn),
			 .line = line },
		.op = op,
		.ref = ref,
	};
}

static void world_say(struct world *w, uint64_t ms, uint8_t op, uint32_t line,
		      uint32_t ref, uint8_t cause)
{
	struct rd_isdn isdn = world_isdn(op, line, ref);

	isdn.cause = cause;
	world_later(w, ms, &isdn.msg);
}

static bool world_busy(const struct world *w, uint32_t line)
{
	for (size_t i = 0; i < w->nfar; i++)
		if (w->far[i].alive && w->far[i].line == line)
			return true;
	return false;
}

static struct far_leg *world_far_new(struct world *w, uint32_t ref,
				     uint32_t line)
{
	cr_assert_lt(w->nfar, sizeof(w->far) / sizeof(w->far[0]));
	w->far[w->nfar] = (struct far_leg){ ref, line, true, false };
	return &w->far[w->nfar++];
}

static void world_setup_out(struct world *w, const struct rd_isdn *r)
{
	const struct phone *phone = NULL;

	world_far_new(w, r->ref, r->msg.line);
	for (int i = 0; i < 8; i++)
		if (w->phone[i].number &&
		    strcmp(w->phone[i].number, r->called) == 0)
			phone = &w->phone[i];
	if (phone && phone->cause) {
		world_say(w, 30, RD_ISDN_HANGUP, r->msg.line, r->ref,
			  phone->cause);
		world_say(w, 40, RD_ISDN_HANGUP_DONE, r->msg.line, r->ref, 0);
		return;
	}
	world_say(w, 20, RD_ISDN_PROCEEDING, r->msg.line, r->ref, 0);
	world_say(w, 60, RD_ISDN_ALERTING, r->msg.line, r->ref, 0);
	if (phone ? phone->answer_ms != WORLD_RINGS_ON : w->any_phone_ms)
		world_say(w, 60 + (phone ? phone->answer_ms : w->any_phone_ms),
			  RD_ISDN_CONNECT, r->msg.line, r->ref, 0);
}

static void world_on_isdn(struct world *w, const struct rd_isdn *r)
{
	struct far_leg *far = world_far(w, r->ref);

	switch (r->op) {
	case RD_ISDN_SETUP:
		world_setup_out(w, r);
		break;
	case RD_ISDN_CONNECT:
		world_say(w, 10, RD_ISDN_CONNECT_ACK, r->msg.line, r->ref, 0);
		break;
	case RD_ISDN_HANGUP:
		if (far && !far->clearing) {
			far->clearing = true;
			world_say(w, 10, RD_ISDN_HANGUP_DONE, r->msg.line,
				  r->ref, 0);
		}
		break;
	case RD_ISDN_RESTART:
		if (!w->no_restart_ack)
			world_say(w, 5, RD_ISDN_RESTART_ACK, r->msg.line, 0, 0);
		break;
	}
}

/* ---- media, disk, store ---------------------------------------------------------------- */

static void world_play_over(struct world *w, uint32_t line, uint32_t reason)
{
	for (int i = 0; i < 64; i++) {
		struct rd_ev_play_done done = {
			.msg = { .type = RD_MSG_PLAY_DONE,
				 .len = sizeof(done),
				 .line = line },
			.play = w->plays[i].play,
			.reason = reason,
			.item = 1,
		};

		if (!w->plays[i].play || w->plays[i].line != line)
			continue;
		done.offset_frames = (uint32_t)(w->frame - w->plays[i].begin);
		w->plays[i].play = 0;
		for (size_t k = 0; k < w->npending; k++) {
			const struct rd_ev_play_done *p =
				(const void *)w->pending[k].msg;

			if (p->msg.type != RD_MSG_PLAY_DONE ||
			    p->play != done.play)
				continue;
			free(w->pending[k].msg);
			memmove(w->pending + k, w->pending + k + 1,
				(--w->npending - k) * sizeof(*w->pending));
			break;
		}
		world_later(w, 1, &done.msg);
	}
}

static void world_on_play(struct world *w, uint32_t line, uint32_t play,
			  uint64_t ms, bool loop)
{
	struct rd_ev_play_done done = {
		.msg = { .type = RD_MSG_PLAY_DONE,
			 .len = sizeof(done),
			 .line = line },
		.play = play,
		.reason = RD_PLAY_ENDED,
	};

	world_play_over(w, line, RD_PLAY_REPLACED);
	for (int i = 0; i < 64; i++) {
		if (w->plays[i].play)
			continue;
		w->plays[i].line = line;
		w->plays[i].play = play;
		w->plays[i].begin = w->frame;
		break;
	}
	if (!loop)
		world_later(w, ms, &done.msg);
}

static void world_on_record(struct world *w, uint64_t id, bool stop)
{
	for (int i = 0; i < 64; i++) {
		struct rd_ev_rec done = {
			.msg = { .type = RD_MSG_REC_DONE,
				 .len = sizeof(done),
				 .line = RD_LINE_NONE },
			.recording = id,
		};

		if (w->recs[i].id != (stop ? id : 0))
			continue;
		done.frames = w->frame - w->recs[i].begin;
		w->recs[i].id = stop ? 0 : id;
		w->recs[i].begin = w->frame;
		if (stop)
			world_later(w, 15, &done.msg);
		return;
	}
}

static void world_on_lookup(struct world *w, const struct rd_cmd_lookup *q)
{
	struct rd_ev_lookup answer = {
		.msg = { .type = RD_MSG_LOOKUP_ANSWER,
			 .len = sizeof(answer),
			 .line = RD_LINE_NONE },
		.request = q->request,
		.status = (uint16_t)w->lookup_status,
	};

	if (w->lookup_status != RD_LOOKUP_DOWN)
		world_later(w, 50, &answer.msg);
}

static void world_put(void *context, enum rd_peer peer,
		      const struct rd_msg *cmd)
{
	struct world *w = context;
	const void *c = cmd;

	w->log = world_grow(w->log, w->nlog, &w->caplog, sizeof(*w->log));
	w->log[w->nlog++] = world_copy(cmd);
	if (w->silent)
		return;
	switch (cmd->type) {
	case RD_MSG_ISDN_OUT:
		world_on_isdn(w, c);
		break;
	case RD_MSG_PLAY: {
		const struct rd_cmd_play *play = c;

		world_on_play(w, cmd->line, play->play, play->n * 500u,
			      play->flags & RD_PLAY_LOOP);
		break;
	}
	case RD_MSG_TONE:
		world_on_play(w, cmd->line,
			      ((const struct rd_cmd_tone *)c)->play, 0, true);
		break;
	case RD_MSG_PLAY_STOP:
		world_play_over(w, cmd->line, RD_PLAY_STOPPED);
		break;
	case RD_MSG_BRIDGE:
		world_play_over(w, cmd->line, RD_PLAY_REPLACED);
		world_play_over(w, ((const struct rd_cmd_bridge *)c)->peer,
				RD_PLAY_REPLACED);
		break;
	case RD_MSG_CLOSE:
		world_play_over(w, cmd->line, RD_PLAY_STOPPED);
		break;
	case RD_MSG_RECORD:
	case RD_MSG_RECORD_STOP:
		world_on_record(w, ((const struct rd_cmd_record *)c)->recording,
				cmd->type == RD_MSG_RECORD_STOP);
		break;
	case RD_MSG_LOOKUP:
		world_on_lookup(w, c);
		break;
	}
}

/* ---- what people do ------------------------------------------------------------------- */

static void world_up(struct world *w)
{
	struct rd_ev_edge up = {
		.msg = { .type = RD_MSG_EDGE_STATE,
			 .len = sizeof(up),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
		.up = 1,
	};
	struct rd_isdn dchannel = world_isdn(RD_ISDN_DCHAN_UP, TRUNK, 0);

	world_event(w, &up.msg);
	dchannel.msg.frame = w->frame;
	world_event(w, &dchannel.msg);
	dchannel.msg.line = PHONES;
	world_event(w, &dchannel.msg);
	world_run(w, 100);
}

static UNUSED void world_start(struct world *w, uint32_t restart)
{
	struct rd_ev_start start = {
		.msg = { .type = RD_MSG_START,
			 .len = sizeof(start),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
		.epoch_ns = EPOCH_NS,
		.seed = 7,
		.restart = restart,
	};

	world_event(w, &start.msg);
}

/* A world that is configured, but whose core does not run yet. */
static struct world *world_make(void)
{
	struct world *w = calloc(1, sizeof(*w));

	cr_assert_not_null(w);
	world_configure(w);
	w->frame = 8000;
	w->lookup_status = RD_LOOKUP_FOUND;
	return w;
}

static void world_begin(struct world *w)
{
	w->core = rd_core_new(&w->config, (struct rd_sink){ world_put, w });
	cr_assert_not_null(w->core);
	w->core->apps = test_apps;
	world_start(w, 0);
	world_up(w);
}

static UNUSED struct world *world_new(void)
{
	struct world *w = world_make();

	world_begin(w);
	return w;
}

static UNUSED void world_free(struct world *w)
{
	for (size_t i = 0; i < w->npending; i++)
		free(w->pending[i].msg);
	for (size_t i = 0; i < w->nlog; i++)
		free(w->log[i]);
	for (size_t i = 0; i < w->njournal; i++)
		free(w->journal[i]);
	free(w->pending);
	free(w->log);
	free(w->journal);
	free(w->digests);
	rd_core_free(w->core);
	free(w);
}

static struct rd_isdn world_setup(struct world *w, uint32_t line,
				  const char *ani, const char *dnis)
{
	struct rd_isdn setup =
		world_isdn(RD_ISDN_SETUP, line, ++w->far_ref | 0x80000000u);

	setup.msg.frame = w->frame;
	setup.flags = RD_ISDN_COMPLETE;
	snprintf(setup.calling, sizeof(setup.calling), "%s", ani);
	snprintf(setup.called, sizeof(setup.called), "%s", dnis);
	return setup;
}

/* A caller on the first idle channel of a span; ref 0: all are busy. */
static UNUSED struct party world_call_on(struct world *w, uint32_t span,
					 const char *ani, const char *dnis)
{
	for (unsigned slot = 1; slot < RD_CHANNELS; slot++) {
		struct rd_isdn setup;

		if (!(w->spans[rd_line_span(span)].bchannels >> slot & 1) ||
		    world_busy(w, span | slot))
			continue;
		setup = world_setup(w, span | slot, ani, dnis);
		world_far_new(w, setup.ref, span | slot);
		world_event(w, &setup.msg);
		return (struct party){ span | slot, setup.ref };
	}
	return (struct party){ 0 };
}

static UNUSED struct party world_call(struct world *w, const char *ani,
				      const char *dnis)
{
	return world_call_on(w, TRUNK, ani, dnis);
}

/* The far end of that reference hangs up. */
static UNUSED void world_hangup(struct world *w, struct party p, uint8_t cause)
{
	struct far_leg *far = world_far(w, p.ref);
	struct rd_isdn hangup = world_isdn(RD_ISDN_HANGUP, p.line, p.ref);

	if (!far || far->clearing)
		return;
	far->clearing = true;
	hangup.msg.frame = w->frame;
	hangup.cause = cause;
	world_event(w, &hangup.msg);
	world_say(w, 10, RD_ISDN_HANGUP_DONE, p.line, p.ref, 0);
}

/* The party at that phone: the last call that was made to it. */
static UNUSED struct party world_at_phone(struct world *w, const char *number)
{
	for (size_t i = w->nlog; i-- > 0;) {
		const struct rd_isdn *isdn = (const void *)w->log[i];

		if (isdn->msg.type == RD_MSG_ISDN_OUT &&
		    isdn->op == RD_ISDN_SETUP &&
		    strcmp(isdn->called, number) == 0)
			return (struct party){ isdn->msg.line, isdn->ref };
	}
	return (struct party){ 0 };
}

static UNUSED void world_digit(struct world *w, struct party p, char digit)
{
	struct rd_ev_digit event = {
		.msg = { .type = RD_MSG_DIGIT,
			 .len = sizeof(event),
			 .line = p.line,
			 .frame = w->frame },
		.length_frames = 60 * MS,
		.digit = digit,
	};

	world_event(w, &event.msg);
}

/* A command; its answer is the last event that names the client. */
static UNUSED void world_command(struct world *w, const char *json)
{
	union {
		struct rd_ev_command event;
		uint8_t octets[512];
	} m = { 0 };

	m.event.msg = (struct rd_msg){
		.type = RD_MSG_COMMAND,
		.len = (uint16_t)((sizeof(m.event) + strlen(json) + 8) / 8 * 8),
		.line = RD_LINE_NONE,
		.frame = w->frame,
	};
	m.event.client = 1;
	strcpy(m.event.json, json);
	world_event(w, &m.event.msg);
}

static UNUSED void world_login(struct world *w, const char *agent)
{
	char json[192];

	snprintf(json, sizeof(json),
		 "{\"command\":\"agent.login\",\"agent\":\"%s\","
		 "\"by\":\"operator:test\"}",
		 agent);
	world_command(w, json);
}

/* ---- what came of it ---------------------------------------------------------------- */

static const struct rd_cmd_row *world_row(const struct world *w,
					  const char *table, int n)
{
	for (size_t i = 0; i < w->nlog; i++) {
		const struct rd_cmd_row *row = (const void *)w->log[i];

		if (row->msg.type == RD_MSG_ROW &&
		    strcmp(rd_tables[row->table].name, table) == 0 && !n--)
			return row;
	}
	return NULL;
}

static UNUSED int world_rows(const struct world *w, const char *table)
{
	int n = 0;

	while (world_row(w, table, n))
		n++;
	return n;
}

/* A cell as text: "" is null. Valid until eight calls later. */
static UNUSED const char *world_cell(const struct world *w, const char *table,
				     int n, const char *column)
{
	static char texts[8][512];
	static int turn;
	const struct rd_cmd_row *row = world_row(w, table, n);
	char *out = texts[turn++ % 8];
	const uint8_t *p;

	out[0] = '\0';
	cr_assert_not_null(row, "no row %d in %s", n, table);
	p = row->data;
	for (int i = 0; i < row->columns; i++) {
		const char *name = rd_tables[row->table].column[i].name;
		bool wanted = strcmp(name, column) == 0;
		uint8_t kind = *p++;
		int64_t number;
		uint16_t len;

		if (kind == 'i') {
			memcpy(&number, p, 8);
			p += 8;
			if (wanted)
				snprintf(out, 512, "%lld", (long long)number);
		} else if (kind == 's') {
			memcpy(&len, p, 2);
			p += 2;
			if (wanted)
				snprintf(out, 512, "%.*s", (int)len,
					 (const char *)p);
			p += len;
		}
		if (wanted)
			return out;
	}
	cr_assert_fail("no column %s in %s", column, table);
	return NULL;
}

/* JSON of the n-th event of that name, or NULL. */
static UNUSED const char *world_told(const struct world *w, const char *event,
				     int n)
{
	char start[64];

	snprintf(start, sizeof(start), "{\"event\":\"%s\",", event);
	for (size_t i = 0; i < w->nlog; i++) {
		const struct rd_publish *p = (const void *)w->log[i];

		if (p->msg.type == RD_MSG_PUBLISH &&
		    strncmp(p->json, start, strlen(start)) == 0 && !n--)
			return p->json;
	}
	return NULL;
}

static UNUSED int world_times(const struct world *w, const char *event)
{
	int n = 0;

	while (world_told(w, event, n))
		n++;
	return n;
}

/* The last answer to a command. */
static UNUSED const char *world_answer(const struct world *w)
{
	for (size_t i = w->nlog; i-- > 0;) {
		const struct rd_publish *p = (const void *)w->log[i];

		if (p->msg.type == RD_MSG_PUBLISH && p->client)
			return p->json;
	}
	return "";
}

/* The n-th command of that type from index *at on, or NULL. */
static UNUSED const void *world_cmd(const struct world *w, uint16_t type, int n)
{
	for (size_t i = 0; i < w->nlog; i++)
		if (w->log[i]->type == type && !n--)
			return w->log[i];
	return NULL;
}

/* The n-th request of that kind to the edge, or NULL. */
static UNUSED const struct rd_isdn *world_asked(const struct world *w,
						uint8_t op, int n)
{
	for (size_t i = 0; i < w->nlog; i++) {
		const struct rd_isdn *isdn = (const void *)w->log[i];

		if (isdn->msg.type == RD_MSG_ISDN_OUT && isdn->op == op && !n--)
			return isdn;
	}
	return NULL;
}

/* Place of a queue-log row with that event, from row on; -1: none. */
static UNUSED int world_logged(const struct world *w, const char *event,
			       int from)
{
	for (int n = from; world_row(w, "queue_log", n); n++)
		if (strcmp(world_cell(w, "queue_log", n, "event"), event) == 0)
			return n;
	return -1;
}

static UNUSED const struct rd_agent *world_agent(const struct world *w,
						 const char *number)
{
	return rd_agent_get(w->core, rd_agent_by_number(w->core, number));
}

#endif

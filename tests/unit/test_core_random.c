// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Chance: callers, agents, operators, failing lines and nonsense from the edge,
 * by seed. After every event all invariants hold (core_world.h sees to that);
 * at the end the journal is replayed twice, from the beginning and from a
 * snapshot on the way, to the same commands and the same octets of state.
 *
 * RD_SEEDS=n runs n seeds instead of 500; RD_SEED=n that one alone.
 */
#include "tests/unit/core_world.h"

#define STEPS 120

struct chance {
	struct world *w;
	struct rd_rng rng;
	struct party parties[64];
	unsigned nparties;
	void *snapshot;
	uint64_t snapshot_len;
	size_t snapshot_at; /* events before it */
};

static uint32_t below(struct chance *c, uint32_t n)
{
	return rd_rng_below(&c->rng, n);
}

static const char *agent_of(struct chance *c)
{
	static const char *const numbers[] = { "8001", "8002", "8003", "8004" };

	return numbers[below(c, 4)];
}

static void some_caller(struct chance *c)
{
	static const char *const dnis[] = { "4000", "4001", "4002", "4002",
					    "4002", "4003", "4004", "4005",
					    "4006", "4007", "9999" };
	static const char *const ani[] = { "1",	  "13900000000", "",
					   "200", "5551234",	 "5559999" };
	bool phone = below(c, 5) == 0;
	struct party p = world_call_on(c->w, phone ? PHONES : TRUNK,
				       phone ? agent_of(c) : ani[below(c, 6)],
				       dnis[below(c, 11)]);

	if (p.ref && c->nparties < 64)
		c->parties[c->nparties++] = p;
}

static void some_hangup(struct chance *c)
{
	static const uint8_t causes[] = { 16, 16, 16, 17, 31, 27, 41, 102 };
	struct party p;

	if (below(c, 2)) {
		p = world_at_phone(c->w, agent_of(c));
	} else {
		if (!c->nparties)
			return;
		p = c->parties[below(c, c->nparties)];
	}
	if (p.ref)
		world_hangup(c->w, p, causes[below(c, 8)]);
}

static void some_digit(struct chance *c)
{
	if (c->nparties)
		world_digit(c->w, c->parties[below(c, c->nparties)],
			    "0123456789*#122331##"[below(c, 20)]);
}

static void some_agent(struct chance *c)
{
	static const char *const what[] = { "login",	 "login",     "login",
					    "logout",	 "ready",     "ready",
					    "not-ready", "wrapup-end" };
	char json[128];

	snprintf(json, sizeof(json),
		 "{\"command\":\"agent.%s\",\"agent\":\"%s\","
		 "\"reason\":\"r%u\"}",
		 what[below(c, 8)], agent_of(c), below(c, 3));
	world_command(c->w, json);
}

/* Callbacks and messages: made, cancelled, hurried, worked off. */
static void some_task(struct chance *c)
{
	static const char *const what[] = { "callback.cancel", "callback.now",
					    "callback.now", "task.take",
					    "task.done" };
	const struct rd_state *s = c->w->core->state;
	uint32_t i = below(c, s->tasks.cap);
	char json[128];

	if (below(c, 3) == 0)
		snprintf(json, sizeof(json),
			 "{\"command\":\"callback.add\",\"queue\":\"%s\","
			 "\"number\":\"555%u\",\"at_s\":%u}",
			 below(c, 2) ? "service" : "sales", below(c, 4),
			 below(c, 2) * (1700000000 + below(c, 300)));
	else if (rd_pool_has(s, &s->tasks, i))
		snprintf(json, sizeof(json),
			 "{\"command\":\"%s\",\"task\":%llu,\"agent\":\"%s\"}",
			 what[below(c, 5)],
			 (unsigned long long)rd_task_at(c->w->core, i)->id,
			 agent_of(c));
	else
		return;
	world_command(c->w, json);
}

static void some_operator(struct chance *c)
{
	static const char *const commands[] = {
		"{\"command\":\"blacklist.add\",\"number\":\"139*\","
		"\"for_s\":20}",
		"{\"command\":\"blacklist.remove\",\"number\":\"139*\"}",
		"{\"command\":\"span.block\",\"span\":\"trunk\",\"channel\":2}",
		"{\"command\":\"span.unblock\",\"span\":\"trunk\","
		"\"channel\":2}",
		"{\"command\":\"span.block\",\"span\":\"pbx\"}",
		"{\"command\":\"span.unblock\",\"span\":\"pbx\"}",
		"{\"command\":\"stop.when-idle\"}",
		"{\"command\":\"stop.when-idle\",\"cancel\":true}",
		"{\"command\":\"nonsense\"}",
		"{\"command\":",
	};
	/* some of those for one who waits meet one who does not */
	static const char *const on_calls[] = {
		"{\"command\":\"call.hangup\",\"call\":%llu}",
		"{\"command\":\"queue.move\",\"call\":%llu,"
		"\"queue\":\"%s\",\"position\":%u}",
		"{\"command\":\"queue.priority\",\"call\":%llu,"
		"\"by\":\"%s\",\"priority\":%u}",
		"{\"command\":\"queue.place\",\"call\":%llu,"
		"\"by\":\"%s\",\"position\":%u}",
		"{\"command\":\"queue.give\",\"call\":%llu,"
		"\"by\":\"%s\",\"agent\":\"800%u\",\"for_s\":5}",
		"{\"command\":\"queue.give\",\"call\":%llu,"
		"\"by\":\"%s\",\"agent\":\"800%u\"}",
		"{\"command\":\"queue.withdraw\",\"call\":%llu}",
	};
	const struct rd_state *s = c->w->core->state;
	unsigned long long id;
	char json[160];
	uint32_t i = below(c, s->calls.cap);

	if (below(c, 4) == 0) {
		some_task(c);
		return;
	}

	if (below(c, 3) || !rd_pool_has(s, &s->calls, i)) {
		world_command(c->w, commands[below(c, 10)]);
		return;
	}
	id = (unsigned long long)rd_call_at(c->w->core, i)->id;
	snprintf(json, sizeof(json), on_calls[below(c, 7)], id,
		 below(c, 2) ? "sales" : "service", below(c, 4));
	world_command(c->w, json);
}

static void some_phone(struct chance *c)
{
	static const uint8_t causes[] = { 0, 0, 0, 17, 21, 34, 27 };
	struct phone *phone = &c->w->phone[below(c, 5)];

	phone->answer_ms = below(c, 3) ? below(c, 4000) : WORLD_RINGS_ON;
	phone->cause = causes[below(c, 7)];
}

static void some_fault(struct chance *c)
{
	struct world *w = c->w;
	struct rd_ev_alarm alarm = {
		.msg = { .type = RD_MSG_ALARM,
			 .len = sizeof(alarm),
			 .line = below(c, 2) ? TRUNK : PHONES,
			 .frame = w->frame },
		.alarms = below(c, 2) ? RINGDOWN_ALARM_LOS : 0,
	};
	struct rd_ev_edge edge = {
		.msg = { .type = RD_MSG_EDGE_STATE,
			 .len = sizeof(edge),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
	};
	struct rd_ev_card card = {
		.msg = { .type = RD_MSG_CARD,
			 .len = sizeof(card),
			 .line = rd_line(0, 0, 0),
			 .frame = w->frame },
	};

	switch (below(c, 6)) {
	case 0: /* the edge dies, and is there again */
		world_event(w, &edge.msg);
		w->nfar = 0;
		c->nparties = 0;
		world_run(w, below(c, 1000));
		world_up(w);
		break;
	case 1:
		world_event(w, &card.msg);
		world_run(w, below(c, 100));
		card.present = 1;
		card.msg.frame = w->frame;
		world_event(w, &card.msg);
		break;
	default:
		world_event(w, &alarm.msg);
		break;
	}
}

/* Whatever an edge gone mad might say about lines that are there. */
static void some_nonsense(struct chance *c)
{
	struct world *w = c->w;
	struct rd_isdn isdn = world_isdn(
		(uint8_t)(1 + below(c, 18)),
		(below(c, 2) ? TRUNK : PHONES) | below(c, 6),
		w->nfar && below(c, 3) ? w->far[below(c, (uint32_t)w->nfar)].ref
				       : (uint32_t)rd_rng_next(&c->rng));

	/* an edge chooses the reference of a SETUP anew */
	if (isdn.op == RD_ISDN_SETUP)
		isdn.ref = ++w->far_ref | 0x80000000u;
	/* the D-channel's state is some_fault()'s */
	if (isdn.op == RD_ISDN_DCHAN_DOWN)
		return;
	isdn.msg.frame = w->frame;
	isdn.cause = (uint8_t)below(c, 128);
	isdn.flags = (uint8_t)below(c, 8);
	strcpy(isdn.called, below(c, 2) ? "4002" : "40");
	world_event(w, &isdn.msg);
}

static void some_stale_answer(struct chance *c)
{
	struct world *w = c->w;
	struct rd_ev_play_done done = {
		.msg = { .type = RD_MSG_PLAY_DONE,
			 .len = sizeof(done),
			 .line = TRUNK | below(c, 5),
			 .frame = w->frame },
		.play = below(c, w->core->state->next_play + 5),
	};
	struct rd_ev_lookup lookup = {
		.msg = { .type = RD_MSG_LOOKUP_ANSWER,
			 .len = sizeof(lookup),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
		.request = below(c, 20) << 16 | below(c, 8),
		.pairs = (uint16_t)below(c, 3),
	};
	struct rd_msg bad = { .type = (uint16_t)below(c, 256),
			      .len = sizeof(bad),
			      .frame = w->frame };

	switch (below(c, 3)) {
	case 0:
		world_event(w, &done.msg);
		break;
	case 1:
		world_event(w, &lookup.msg);
		break;
	default: /* too short for what it says it is */
		if (rd_msg_info(bad.type) && bad.type != RD_MSG_TIME)
			world_event(w, &bad);
		break;
	}
}

static void some_reload(struct chance *c)
{
	struct world *w = c->w;
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
	};

	rd_core_set_config(w->core, &w->config);
	world_event(w, &event.msg);
}

static void one_step(struct chance *c)
{
	static void (*const steps[])(struct chance * c) = {
		some_caller,   some_caller,	  some_caller, some_caller,
		some_hangup,   some_hangup,	  some_hangup, some_digit,
		some_agent,    some_agent,	  some_agent,  some_phone,
		some_phone,    some_operator,	  some_fault,  some_nonsense,
		some_nonsense, some_stale_answer, some_reload,
	};

	steps[below(c, sizeof(steps) / sizeof(steps[0]))](c);
	world_run(c->w, below(c, 3) ? below(c, 500) : below(c, 20000));
}

static void take_snapshot(struct chance *c)
{
	const void *arena = rd_core_snapshot(c->w->core, &c->snapshot_len);

	c->snapshot = malloc(c->snapshot_len);
	memcpy(c->snapshot, arena, c->snapshot_len);
	c->snapshot_at = c->w->njournal;
}

static void forget(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
}

/* Replay the journal from event `from` on: the same commands, the same state. */
static void replay(struct chance *c, size_t from, uint64_t seed)
{
	const struct world *w = c->w;
	struct rd_core *core =
		rd_core_new(&w->config, (struct rd_sink){ forget, NULL });
	const void *here, *there;
	uint64_t len;

	core->apps = test_apps;
	if (from)
		cr_assert_eq(
			rd_core_restore(core, c->snapshot, c->snapshot_len), 0);
	for (size_t i = from; i < w->njournal; i++) {
		if (w->journal[i]->type == RD_MSG_CONFIG)
			rd_core_set_config(core, &w->config);
		rd_core_handle(core, w->journal[i], i + 1);
		cr_assert_eq(core->digest, w->digests[i],
			     "seed %llu: event %zu of %zu, replayed from %zu, "
			     "decides otherwise",
			     (unsigned long long)seed, i, w->njournal, from);
	}
	here = rd_core_snapshot(core, &len);
	there = rd_core_snapshot(w->core, &len);
	cr_assert_eq(memcmp(here, there, len), 0,
		     "seed %llu: replay from %zu ends in another state",
		     (unsigned long long)seed, from);
	rd_core_free(core);
}

/* When everybody has gone, nothing is left of them. */
static void all_go(struct chance *c, uint64_t seed)
{
	struct world *w = c->w;
	const struct rd_state *s = w->core->state;
	const uint64_t calls_before = s->counts.calls;
	int rows;

	world_command(w, "{\"command\":\"stop.when-idle\"}");
	world_run(w, 700000); /* beyond the hard limit of a call */
	cr_assert_eq(s->calls.used, 0, "seed %llu: %u calls are left",
		     (unsigned long long)seed, s->calls.used);
	cr_assert_eq(s->legs.used, 0, "seed %llu: %u legs are left",
		     (unsigned long long)seed, s->legs.used);
	rows = world_rows(w, "calls");
	cr_assert_eq((uint64_t)rows, calls_before,
		     "seed %llu: %llu callers, %d records",
		     (unsigned long long)seed, (unsigned long long)calls_before,
		     rows);
}

static void run_seed(uint64_t seed)
{
	static const char *const numbers[] = { "8001", "8002", "8003", "8004",
					       "5551234" };
	static const struct rd_cfg_skill_level less[] = { { 0, 1 }, { 1, 0 } };
	static const uint16_t sales[] = { 1 };
	static const struct rd_cfg_relax relax[] = {
		{ .after_ms = 5000, .skills = { 2, less } },
		{ .after_ms = 11000,
		  .has_penalty = true,
		  .penalty = 3,
		  .nqueues = 1,
		  .queues = sales },
	};
	static const struct rd_cfg_overflow elsewhere[2] = {
		{ .when = RD_OVERFLOW_NO_AGENT,
		  .tree = RD_INDEX_NONE,
		  .queue = 1,
		  .number = "" },
		{ .when = RD_OVERFLOW_WAIT,
		  .tree = RD_INDEX_NONE,
		  .queue = RD_INDEX_NONE,
		  .number = "5551234" },
	};
	static const struct rd_cfg_member late[] = {
		{ .queue = 0, .penalty = 2, .order = 7, .prefer_ms = 8000 }
	};
	struct chance c = { .w = world_make(), .rng = { .state = seed } };
	struct world *w = c.w;

	w->seed = seed;
	w->config.recording.start = (uint8_t)below(&c, 6);
	for (int i = 0; i < 2; i++) {
		w->queues[i].strategy = (uint8_t)below(&c, RD_STRATEGIES);
		w->queues[i].ring_step_ms = 3000;
		w->queues[i].prefer_skilled = below(&c, 2);
		w->queues[i].priority = (int8_t)(below(&c, 3) - 1);
		w->queues[i].priority_step_ms = below(&c, 2) * 20000;
		w->queues[i].head_start_ms = below(&c, 2) * 9000;
		if (below(&c, 2))
			w->queues[i].skills = (struct rd_cfg_levels){
				(uint16_t)(1 + below(&c, 2)), world_zh
			};
		w->queues[i].enter = (uint8_t)below(&c, 4);
		w->queues[i].stay = (uint8_t)below(&c, 3);
		w->queues[i].stay_for_ms = below(&c, 2) * 12000;
		w->queues[i].overflows = &elsewhere[i];
		w->queues[i].noverflows = (uint16_t)below(&c, 2);
		w->queues[i].nrelax = (uint16_t)below(&c, 3);
		w->queues[i].relax = relax;
		w->queues[i].treatment = (uint8_t)below(&c, 3);
		w->queues[i].wrapup_ms = below(&c, 2) * 3000;
		w->queues[i].answer = below(&c, 2);
		w->queues[i].maxlen = (uint16_t)below(&c, 4);
		w->queues[i].max_wait_ms = below(&c, 2) * 30000;
		w->queues[i].exit_key = below(&c, 2) ? '0' : '\0';
		w->queues[i].announce_agent = below(&c, 2);
		w->queues[i].announce_position = below(&c, 2);
		w->queues[i].announce_every_ms = below(&c, 2) * 7000;
		w->queues[i].tree_after = below(&c, 2) ? 2 : RD_INDEX_NONE;
		w->queues[i].node_after = 0;
		w->queues[i].tree_overflow = below(&c, 2) ? 0 : RD_INDEX_NONE;
		w->queues[i].node_overflow = 0;
	}
	w->config.limits.tasks = 1 + below(&c, 6);
	w->any_phone_ms = below(&c, 2) * 900;
	for (int i = 0; i < 2; i++) {
		w->queues[i].callback = (struct rd_cfg_callback){
			.key = below(&c, 3) ? '2' : '\0',
			.agent_first = below(&c, 2),
			.takes_over = below(&c, 2),
			.hours = RD_INDEX_NONE,
			.behind = (uint16_t)below(&c, 2),
			.after_ms = below(&c, 3) * 2000,
			.every_ms = below(&c, 2) * 5000,
			.ring_ms = 2000 + below(&c, 5000),
			.attempts = (uint8_t)(1 + below(&c, 3)),
			.busy_ms = 4000,
			.no_answer_ms = 6000,
			.failed_ms = 2000,
			.expires_ms = below(&c, 2) * 40000,
			.shown = "",
			.offer = below(&c, 2) ? 5 : RD_PROMPT_NONE,
		};
		w->queues[i].message = (struct rd_cfg_message){
			.key = below(&c, 2) ? '3' : '\0',
			.overflow = below(&c, 2),
			.max_ms = below(&c, 2) * 5000,
			.prompt = below(&c, 2) ? 6 : RD_PROMPT_NONE,
		};
		w->queues[i].last_agent = (struct rd_cfg_last_agent){
			.within_ms = below(&c, 2) * 60000,
			.ask = below(&c, 2),
			.wait_ms = below(&c, 2) * 8000,
		};
		w->queues[i].resume_ms = below(&c, 2) * 30000;
		w->queues[i].announce_wait = below(&c, 2);
	}
	if (below(&c, 2))
		w->agents[1].queues = late;
	w->spans[0].inband_progress = below(&c, 4) == 0;
	for (int i = 0; i < 5; i++)
		w->phone[i] = (struct phone){ numbers[i], below(&c, 3000), 0 };
	world_begin(w);
	for (int i = 0; i < STEPS; i++) {
		one_step(&c);
		if (i == STEPS / 2)
			take_snapshot(&c);
	}
	all_go(&c, seed);
	replay(&c, 0, seed);
	replay(&c, c.snapshot_at, seed);
	free(c.snapshot);
	world_free(w);
}

Test(core_random, invariants_hold_and_replay_is_exact, .timeout = 300)
{
	const char *one = getenv("RD_SEED"), *many = getenv("RD_SEEDS");
	uint64_t n = many ? strtoull(many, NULL, 0) : 500;

	if (one) {
		run_seed(strtoull(one, NULL, 0));
		return;
	}
	for (uint64_t seed = 1; seed <= n; seed++)
		run_seed(seed);
}

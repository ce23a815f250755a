// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a dispatch costs core: from the message that frees an agent to the SETUP
 * of his next caller, with everybody else waiting.
 *
 * A core of its own, without clock, lines or journal. Callers wait in queues
 * that need a skill each; twenty agents talk, the others are signed in and not
 * ready (all of them are in the sets). One after the other hangs up, and the
 * time in rd_core_handle() is taken: his talk ends, rows and events are written,
 * the next caller is found and his phone is called. Then a new caller comes in.
 * The second figure is that of a caller who comes while all agents are free.
 *
 * 64 spans have 1,920 channels; callers beyond 1,800 are callbacks that wait,
 * which are tickets as callers are.
 *
 * One JSON object a line; each figure is varied with the others at their most.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define SPANS	   62 /* of callers; two of phones */
#define CALLERS	   1800
#define BUSY	   20
#define ROUNDS	   400
#define QUEUES_MAX 100
#define AGENTS_MAX 1000
#define SKILLS_MAX 50
#define SERVES	   10

struct size {
	unsigned callers, queues, agents, skills;
};

struct bench {
	struct rd_config config;
	struct rd_cfg_card cards[8];
	struct rd_cfg_group groups[2];
	struct rd_cfg_span spans[SPANS + 2];
	struct rd_cfg_route routes[QUEUES_MAX];
	struct rd_cfg_queue queues[QUEUES_MAX];
	struct rd_cfg_skill skills[SKILLS_MAX];
	struct rd_cfg_skill_level needs[QUEUES_MAX];
	struct rd_cfg_agent agents[AGENTS_MAX];
	struct rd_cfg_member members[AGENTS_MAX][SERVES];
	struct rd_cfg_skill_level can[AGENTS_MAX][SERVES];
	char names[QUEUES_MAX + SKILLS_MAX + AGENTS_MAX][12];
	char numbers[QUEUES_MAX][12];

	struct rd_core *core;
	uint64_t seq, frame;
	uint32_t far_ref;
	struct rd_isdn replies[4096];
	unsigned first, nreplies;
	struct rd_isdn phone[64]; /* calls of phones that talk */
	unsigned nphones;
	bool setup;	   /* a phone was called */
	unsigned gone[64]; /* lines of callers who have gone */
	unsigned ngone, came;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static bool is_phone(uint32_t line)
{
	return rd_line_card(line) * 8 + rd_line_span(line) >= SPANS;
}

/* ---- the far ends --------------------------------------------------------------- */

static void reply(struct bench *b, const struct rd_isdn *to, uint8_t op)
{
	struct rd_isdn *r = &b->replies[b->nreplies++ % 4096];

	*r = (struct rd_isdn){ .msg = { .type = RD_MSG_ISDN,
					.len = sizeof(*r),
					.line = to->msg.line },
			       .op = op,
			       .ref = to->ref };
}

static void put(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
	const struct rd_isdn *isdn = (const void *)cmd;
	struct bench *b = context;

	if (cmd->type != RD_MSG_ISDN_OUT)
		return;
	switch (isdn->op) {
	case RD_ISDN_SETUP:
		b->setup = true;
		b->phone[b->nphones++] = *isdn;
		reply(b, isdn, RD_ISDN_CONNECT);
		break;
	case RD_ISDN_RESTART:
		reply(b, isdn, RD_ISDN_RESTART_ACK);
		break;
	case RD_ISDN_HANGUP:
		reply(b, isdn, RD_ISDN_HANGUP_DONE);
		if (!is_phone(cmd->line))
			b->gone[b->ngone++] = cmd->line;
		break;
	default:
		break;
	}
}

static void event(struct bench *b, struct rd_msg *msg)
{
	msg->frame = ++b->frame;
	rd_core_handle(b->core, msg, ++b->seq);
}

static void drain(struct bench *b)
{
	while (b->first != b->nreplies)
		event(b, &b->replies[b->first++ % 4096].msg);
}

static void command(struct bench *b, const char *what, const char *agent)
{
	union {
		struct rd_ev_command event;
		uint8_t octets[256];
	} m = { 0 };

	snprintf(m.event.json, 128,
		 "{\"command\":\"agent.%s\",\"agent\":\"%s\"}", what, agent);
	m.event.msg = (struct rd_msg){
		.type = RD_MSG_COMMAND,
		.len = (uint16_t)((sizeof(m.event) + strlen(m.event.json) + 8) /
				  8 * 8),
		.line = RD_LINE_NONE,
	};
	event(b, &m.event.msg);
	drain(b);
}

/* A caller on that line for a queue by its number; returns the time taken. */
static uint64_t caller(struct bench *b, uint32_t line)
{
	struct rd_isdn setup = {
		.msg = { .type = RD_MSG_ISDN,
			 .len = sizeof(setup),
			 .line = line },
		.op = RD_ISDN_SETUP,
		.ref = ++b->far_ref | 0x80000000u,
		.flags = RD_ISDN_COMPLETE,
		.calling = "13800138000",
	};
	uint64_t begin;

	snprintf(setup.called, sizeof(setup.called), "%s",
		 b->numbers[b->came++ % b->config.nqueues]);
	begin = now_ns();
	event(b, &setup.msg);
	begin = now_ns() - begin;
	return begin;
}

/* ---- the centre ------------------------------------------------------------------- */

static void configure_lines(struct bench *b)
{
	static const char *const names[2] = { "public", "phones" };

	for (unsigned i = 0; i < 2; i++)
		b->groups[i] = (struct rd_cfg_group){ .name = names[i],
						      .phones = i == 1 };
	for (unsigned i = 0; i < 8; i++)
		b->cards[i] = (struct rd_cfg_card){ .name = "c", .path = "" };
	for (unsigned i = 0; i < SPANS + 2; i++) {
		b->spans[i] = (struct rd_cfg_span){
			.name = "s",
			.card = (uint16_t)(i / 8),
			.span = (uint8_t)(i % 8),
			.dchannel = 16,
			.bchannels = 0xfffefffe,
			.group = i >= SPANS,
			.network_side = i >= SPANS,
			.prefix_international = "00",
			.prefix_national = "0",
			.prefix_local = "",
		};
		for (int t = 0; t < RD_ISDN_TIMERS; t++)
			b->spans[i].timer[t] = -1;
	}
	b->config.cards = b->cards;
	b->config.ncards = 8;
	b->config.groups = b->groups;
	b->config.ngroups = 2;
	b->config.spans = b->spans;
	b->config.nspans = SPANS + 2;
}

static void configure_queues(struct bench *b, const struct size *size)
{
	for (unsigned i = 0; i < size->skills; i++) {
		snprintf(b->names[QUEUES_MAX + i], 12, "skill%u", i);
		b->skills[i].name = b->names[QUEUES_MAX + i];
	}
	for (unsigned i = 0; i < size->queues; i++) {
		snprintf(b->names[i], 12, "queue%u", i);
		snprintf(b->numbers[i], 12, "4%03u", i);
		b->needs[i] = (struct rd_cfg_skill_level){
			(uint16_t)(i % size->skills), 2
		};
		b->routes[i] = (struct rd_cfg_route){ .number = b->numbers[i],
						      .group = RD_INDEX_NONE,
						      .tree = RD_INDEX_NONE,
						      .agent = RD_INDEX_NONE,
						      .queue = (uint16_t)i };
		b->queues[i] = (struct rd_cfg_queue){
			.name = b->names[i],
			.title = b->names[i],
			.answer = true,
			.treatment = RD_WAIT_RINGBACK,
			.music = RD_INDEX_NONE,
			.agent_prompt = RD_PROMPT_NONE,
			.priority_step_ms = 60000,
			.skills = { 1, &b->needs[i] },
			.hours = RD_INDEX_NONE,
			.tree_overflow = RD_INDEX_NONE,
			.tree_exit = RD_INDEX_NONE,
			.tree_after = RD_INDEX_NONE,
			.service_level_ms = 20000,
		};
	}
	b->config.skills = b->skills;
	b->config.nskills = (uint16_t)size->skills;
	b->config.routes = b->routes;
	b->config.nroutes = (uint16_t)size->queues;
	b->config.queues = b->queues;
	b->config.nqueues = (uint16_t)size->queues;
}

static void configure_agents(struct bench *b, const struct size *size)
{
	for (unsigned i = 0; i < size->agents; i++) {
		char *name = b->names[QUEUES_MAX + SKILLS_MAX + i];

		snprintf(name, 12, "8%04u", i);
		for (unsigned k = 0; k < SERVES; k++) {
			uint16_t queue =
				(uint16_t)((i * 7 + k * 13) % size->queues);

			b->members[i][k] =
				(struct rd_cfg_member){ .queue = queue };
			b->can[i][k] = (struct rd_cfg_skill_level){
				(uint16_t)(queue % size->skills), 3
			};
		}
		b->agents[i] = (struct rd_cfg_agent){
			.number = name,
			.name = name,
			.pin = "",
			.phone = name,
			.language = RD_INDEX_NONE,
			.nqueues = SERVES,
			.queues = b->members[i],
			.skills = { SERVES, b->can[i] },
		};
	}
	b->config.agents = b->agents;
	b->config.nagents = (uint16_t)size->agents;
}

static void start(struct bench *b)
{
	struct rd_ev_start begin = {
		.msg = { .type = RD_MSG_START,
			 .len = sizeof(begin),
			 .line = RD_LINE_NONE },
		.epoch_ns = 1700000000000000000u,
		.seed = 7,
	};
	struct rd_ev_edge up = {
		.msg = { .type = RD_MSG_EDGE_STATE,
			 .len = sizeof(up),
			 .line = RD_LINE_NONE },
		.up = 1,
	};

	event(b, &begin.msg);
	event(b, &up.msg);
	for (unsigned i = 0; i < SPANS + 2; i++) {
		struct rd_isdn dchannel = {
			.msg = { .type = RD_MSG_ISDN,
				 .len = sizeof(dchannel),
				 .line = rd_line(i / 8, i % 8, 0) },
			.op = RD_ISDN_DCHAN_UP,
		};

		event(b, &dchannel.msg);
		drain(b);
	}
}

static struct bench *new_bench(const struct size *size)
{
	struct bench *b = calloc(1, sizeof(*b));

	if (!b)
		exit(1);
	b->frame = 8000;
	b->config.limits = (struct rd_cfg_limits){ .calls = 2100,
						   .agents = size->agents,
						   .queues = size->queues,
						   .blacklist = 1,
						   .call_max_ms = 86400000 };
	b->config.recording = (struct rd_cfg_recording){
		.dir = "", .start = RD_RECORD_NEVER, .pattern = "%i"
	};
	b->config.timezone = "UTC";
	configure_lines(b);
	configure_queues(b, size);
	configure_agents(b, size);
	b->core = rd_core_new(&b->config, (struct rd_sink){ put, b });
	if (!b->core)
		exit(1);
	start(b);
	return b;
}

/* Places of callbacks, behind everybody else so that none is served. */
static void fill_up(struct bench *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct rd_ticket_want want = RD_TICKET_WANT(
			(uint16_t)(i % b->config.nqueues), b->frame);

		want.priority = RD_PRIORITY_MIN;
		rd_ticket_open(
			b->core,
			rd_ticket_take(b->core, RD_TICKET_CALLBACK, 0, &want));
	}
}

static void free_bench(struct bench *b)
{
	rd_core_free(b->core);
	free(b);
}

/* ---- figures ------------------------------------------------------------------------ */

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The nth of a thousand, in us. */
static double part(uint64_t *ns, unsigned n, unsigned per_mille)
{
	qsort(ns, n, sizeof(*ns), compare);
	return (double)ns[(uint64_t)n * per_mille / 1000] / 1000;
}

static unsigned dispatch(struct bench *b, const struct size *size, uint64_t *ns)
{
	unsigned real = size->callers < CALLERS ? size->callers : CALLERS;
	unsigned n = 0;

	for (unsigned i = 0; i < size->agents; i++) {
		command(b, "login", b->agents[i].number);
		command(b, "not-ready", b->agents[i].number);
	}
	for (unsigned i = 0; i < real + BUSY; i++)
		caller(b, rd_line(i / 30 / 8, i / 30 % 8,
				  1 + i % 30 + (i % 30 >= 15)));
	drain(b);
	fill_up(b, size->callers - real);
	for (unsigned i = 0; i < BUSY; i++)
		command(b, "ready", b->agents[i].number);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct rd_isdn end = b->phone[0];
		uint64_t begin;

		end.msg.type = RD_MSG_ISDN;
		end.op = RD_ISDN_HANGUP;
		end.cause = 16;
		memmove(b->phone, b->phone + 1,
			--b->nphones * sizeof(b->phone[0]));
		b->setup = false;
		begin = now_ns();
		event(b, &end.msg);
		begin = now_ns() - begin;
		if (b->setup)
			ns[n++] = begin;
		reply(b, &end, RD_ISDN_HANGUP_DONE);
		drain(b);
		while (b->ngone)
			caller(b, b->gone[--b->ngone]);
	}
	return n;
}

/* A caller who comes while all are free, and goes again. */
static unsigned entry(struct bench *b, const struct size *size, uint64_t *ns)
{
	unsigned n = 0;

	for (unsigned i = 0; i < size->agents; i++)
		command(b, "login", b->agents[i].number);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct rd_isdn end;
		uint64_t took;

		b->setup = false;
		b->nphones = b->ngone = 0;
		took = caller(b, rd_line(0, 0, 1));
		if (b->setup)
			ns[n++] = took;
		drain(b);
		if (!b->nphones)
			continue;
		end = b->phone[0];
		end.msg.type = RD_MSG_ISDN;
		end.op = RD_ISDN_HANGUP;
		end.cause = 16;
		event(b, &end.msg);
		reply(b, &end, RD_ISDN_HANGUP_DONE);
		drain(b);
	}
	return n;
}

static void measure(struct size size)
{
	static uint64_t ns[ROUNDS];
	struct bench *b = new_bench(&size);
	unsigned n = dispatch(b, &size, ns), m;
	double median = part(ns, n, 500), late = part(ns, n, 990);

	free_bench(b);
	b = new_bench(&size);
	m = entry(b, &size, ns);
	printf("{\"callers\": %u, \"queues\": %u, \"agents\": %u, "
	       "\"skills\": %u, \"dispatch_us\": %.1f, "
	       "\"dispatch_p99_us\": %.1f, \"entry_us\": %.1f, "
	       "\"samples\": %u, \"place_octets\": %zu, "
	       "\"call_octets\": %zu}\n",
	       size.callers, size.queues, size.agents, size.skills, median,
	       late, part(ns, m, 500), n < m ? n : m,
	       sizeof(struct rd_ticket) + sizeof(struct rd_class) +
		       b->core->state->agent_words * 8,
	       sizeof(struct rd_call));
	fflush(stdout);
	free_bench(b);
}

int main(void)
{
	static const struct size most = { 2000, 100, 1000, 50 };

	measure(most);
	for (unsigned i = 0; i < 2; i++) {
		const unsigned callers[] = { 20, 200 }, queues[] = { 10, 30 };
		const unsigned agents[] = { 100, 300 }, skills[] = { 5, 15 };
		struct size size = most;

		size.callers = callers[i];
		measure(size);
		size = most;
		size.queues = queues[i];
		measure(size);
		size = most;
		size.agents = agents[i];
		measure(size);
		size = most;
		size.skills = skills[i];
		measure(size);
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world for trees: a configuration made of YAML text, and the services of
 * daemon/core/app.h played by a recorder of what the tree does.
 *
 *	world_load("nodes: ...");	compile; world.diag holds the errors
 *	world_call();			a call arrives at the first node
 *	world_do("1 . t");		events: keys; '.' what plays ends; 't'
 *					time between keys is over; 'T' the
 *					node's limit; 'f' 'n' 'd' the source
 *					finds, finds nothing, is down
 *	world.log			what the tree did, one word an action
 */
#ifndef RD_TEST_IVR_WORLD_H
#define RD_TEST_IVR_WORLD_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/app.h"
#include "daemon/ivr/compile.h"
#include "daemon/ivr/ivr.h"
#include "daemon/ivr/say.h"
#include "daemon/msg.h"
#include "lib/config/build.h"
#include "lib/config/yaml.h"

static struct {
	struct rd_config_build *build;
	struct rd_config *config;
	struct rd_diag diag;
	struct rd_core core;
	struct rd_ivr_state ivr;
	const char *ani, *dnis, *level;
	const char *answer; /* pairs of a found lookup */
	uint16_t answer_pairs;
	uint16_t language;
	int64_t unix_s;
	struct rd_queue_view queue;
	uint16_t at_phone; /* agent signed in there */
	enum rd_port_answer port;
	bool locked, sent;
	const char *in_front, *before_queue; /* announcements */
	uint32_t texts;
	int agent_error;
	uint32_t play, request;
	bool playing, asking, released, gone;
	bool timer[RD_CALL_TIMERS];
	bool answer_late;      /* ANSWERED comes as an event of its own */
	bool quiet;	       /* no log */
	struct rd_app_arg arg; /* of the last rd_call_run */
	uint32_t notes, visits;
	char visit[200]; /* the last one */
	char log[16384];
	char story[65536]; /* notes */
} world;

#define WORLD_PLACE 100 /* of a queue: its index and this */
#define CALL	    ((struct rd_call *)&world)

__attribute__((format(printf, 1, 2))) static void did(const char *fmt, ...)
{
	size_t len = strlen(world.log);
	va_list args;

	if (world.quiet || len + 512 > sizeof(world.log))
		return;
	if (len)
		world.log[len++] = ' ';
	va_start(args, fmt);
	vsnprintf(world.log + len, sizeof(world.log) - len, fmt, args);
	va_end(args);
}

/* ---- the configuration -------------------------------------------------------- */

static const char *const world_languages[] = { "zh", "en" };
static const char *const world_queues[] = { "service", "english" };
static const char *const world_sources[] = { "cards" };
static const char *const world_calendars[] = { "office" };
static const char *const world_agents[] = { "8001", "8002", "80" };
static const struct rd_cfg_period world_hours[] = {
	{ .weekdays = 0x1f, .from_min = 540, .to_min = 1080 }
};

static const char *const world_lists[] = { "vip", "members" };
static const char *const world_areas[] = { "beijing", "shanghai" };
static const char *const world_programs[] = { "crm" };
static const char *const world_duties[] = { "desk" };
static const struct rd_cfg_period world_lunch[] = {
	{ .weekdays = 0x7f, .from_min = 720, .to_min = 780 }
};
static const struct rd_cfg_period world_daily[] = {
	{ .weekdays = 0x7f, .from_min = 0, .to_min = 1440 }
};

static void world_free(void)
{
	rd_diag_free(&world.diag);
	if (world.build) {
		rd_arena_free(&world.build->arena);
		free(world.build);
	}
	memset(&world, 0, sizeof(world));
}

static struct rd_config *world_config(const struct rd_yaml *root)
{
	static const struct rd_cfg_language languages[] = { { "zh", "cmn" },
							    { "en", "en" } };
	static const struct rd_cfg_queue queues[] = {
		{ .name = "service",
		  .tree_overflow = RD_INDEX_NONE,
		  .tree_exit = RD_INDEX_NONE,
		  .tree_after = RD_INDEX_NONE },
		{ .name = "english",
		  .tree_overflow = RD_INDEX_NONE,
		  .tree_exit = RD_INDEX_NONE,
		  .tree_after = RD_INDEX_NONE }
	};
	static const struct rd_cfg_source sources[] = { { .name = "cards",
							  .password = "pin" } };
	static const struct rd_cfg_agent agents[] = {
		{ .number = "8001", .name = "Li Wei" },
		{ .number = "8002", .name = "Li Ning" },
		{ .number = "80", .name = "张敏", .spell = "zhang min" }
	};
	static const struct rd_cfg_part parts[] = {
		{ .name = "lunch", .nperiods = 1, .periods = world_lunch }
	};
	static const struct rd_cfg_calendar calendars[] = {
		{ .name = "office",
		  .timezone = "Asia/Shanghai",
		  .nperiods = 1,
		  .periods = world_hours,
		  .nparts = 1,
		  .parts = parts }
	};
	static const struct rd_cfg_entry vips[] = {
		{ .number = "1380*", .level = "silver" },
		{ .number = "13800138000", .level = "gold" },
	};
	static const struct rd_cfg_entry members[] = { { .number = "4711" } };
	static const struct rd_cfg_list lists[] = {
		{ .name = "vip", .n = 2, .entries = vips },
		{ .name = "members", .n = 1, .entries = members },
	};
	static const struct rd_cfg_prefix prefixes[] = {
		{ "010", "beijing", { 0 } },
		{ "138", "shanghai", { 0 } },
		{ "1380013", "beijing", { 0 } },
	};
	static const uint16_t port_trees[] = { 0 };
	static const struct rd_cfg_ports ports[] = {
		{ .name = "all",
		  .limit = 1,
		  .ntrees = 1,
		  .trees = port_trees,
		  .music = RD_INDEX_NONE,
		  .max_wait_ms = 60000,
		  .tree_full = RD_INDEX_NONE }
	};
	static const struct rd_cfg_program programs[] = { { .name = "crm" } };
	static const char *const desk[] = { "8001", "013900000000" };
	static const struct rd_cfg_duty_row rows[] = {
		{ .nperiods = 1,
		  .periods = world_lunch,
		  .n = 1,
		  .numbers = desk + 1 },
		{ .nperiods = 1,
		  .periods = world_daily,
		  .n = 2,
		  .numbers = desk },
	};
	static const struct rd_cfg_duty duties[] = { { .name = "desk",
						       .timezone =
							       "Asia/Shanghai",
						       .nrows = 2,
						       .rows = rows } };
	static struct rd_cfg_tree tree;
	struct rd_config_build *b = world.build;
	struct rd_config *c = &b->config;

	tree = (struct rd_cfg_tree){ .name = "test", .root = root };
	c->nlanguages = 2;
	c->languages = languages;
	c->nqueues = 2;
	c->queues = queues;
	c->nsources = 1;
	c->sources = sources;
	c->nagents = 3;
	c->agents = agents;
	c->nprograms = 1;
	c->programs = programs;
	b->scopes[RD_SCOPE_PROGRAM] =
		(struct rd_scope){ "program", 1, world_programs };
	c->nports = 1;
	c->ports = ports;
	c->nlists = 2;
	c->lists = lists;
	c->nprefixes = 3;
	c->prefixes = prefixes;
	c->nduties = 1;
	c->duties = duties;
	b->scopes[RD_SCOPE_LIST] = (struct rd_scope){ "list", 2, world_lists };
	b->scopes[RD_SCOPE_AREA] = (struct rd_scope){ "area", 2, world_areas };
	b->scopes[RD_SCOPE_DUTY] =
		(struct rd_scope){ "duty table", 1, world_duties };
	c->ncalendars = 1;
	c->calendars = calendars;
	c->ntrees = 1;
	c->tree_texts = &tree;
	b->scopes[RD_SCOPE_LANGUAGE] =
		(struct rd_scope){ "language", 2, world_languages };
	b->scopes[RD_SCOPE_QUEUE] =
		(struct rd_scope){ "queue", 2, world_queues };
	b->scopes[RD_SCOPE_SOURCE] =
		(struct rd_scope){ "source", 1, world_sources };
	b->scopes[RD_SCOPE_AGENT] =
		(struct rd_scope){ "agent", 3, world_agents };
	b->scopes[RD_SCOPE_CALENDAR] =
		(struct rd_scope){ "calendar", 1, world_calendars };
	c->scopes = b->scopes;
	return c;
}

/* What makes programs of trees. */
static int (*world_loader)(struct rd_config *config,
			   struct rd_diag *diag) = rd_ivr_load;

/* Errors are in world.diag. 0 if there are none. */
static int world_load(const char *text, size_t len)
{
	const struct rd_yaml *root;
	int err;

	world_free();
	world.ani = "13800138000";
	world.dnis = "4008";
	world.answer = "name\0Li Lei\0level\0gold";
	world.answer_pairs = 2;
	world.unix_s = 1785463200; /* Friday 2026-07-31 10:00 in Shanghai */
	world.at_phone = RD_INDEX_NONE;
	world.build = calloc(1, sizeof(*world.build));
	world.build->folder = "/etc/ringdown";
	rd_arena_init(&world.build->arena, 64u << 20);
	rd_diag_init(&world.diag);
	root = rd_yaml_parse(&world.build->arena, "t.yaml", text, len,
			     &world.diag);
	if (!root)
		return -1;
	world.config = world_config(root);
	/* a key that stands twice is told by the parser, and left out */
	err = world_loader(world.config, &world.diag);
	return world.diag.errors ? -1 : err;
}

/* ---- events ---------------------------------------------------------------------- */

static void world_event(const struct rd_app_event *event)
{
	if (!world.gone)
		rd_ivr_app.event(&world.core, CALL, event);
}

static void world_key(char key)
{
	world_event(&(struct rd_app_event){ .type = RD_APP_EV_DIGIT,
					    .digit = key });
}

static void world_played(uint32_t reason)
{
	world.playing = false;
	world_event(&(struct rd_app_event){ .type = RD_APP_EV_PLAY_DONE,
					    .play = world.play,
					    .reason = reason });
}

static void world_timer(uint16_t timer)
{
	world.timer[timer] = false;
	world_event(&(struct rd_app_event){ .type = RD_APP_EV_TIMER,
					    .timer = timer });
}

static void world_answer(uint16_t status)
{
	world.asking = false;
	world_event(&(struct rd_app_event){
		.type = RD_APP_EV_LOOKUP,
		.request = world.request,
		.status = status,
		.pairs = status == RD_LOOKUP_FOUND ? world.answer_pairs : 0,
		.data = world.answer });
}

static void world_start(uint16_t node)
{
	world.gone = false;
	rd_ivr_app.start(&world.core, CALL,
			 &(struct rd_app_arg){ .tree = 0, .node = node });
}

static void __attribute__((unused)) world_call(void)
{
	world.log[0] = 0;
	world_start(0);
}

static void __attribute__((unused)) world_do(const char *events)
{
	for (; *events; events++) {
		switch (*events) {
		case ' ':
			break;
		case '.':
			world_played(RD_PLAY_ENDED);
			break;
		case 't':
			world_timer(RD_IVR_TIMER_INPUT);
			break;
		case 'T':
			world_timer(RD_IVR_TIMER_LIMIT);
			break;
		case 'f':
			world_answer(RD_LOOKUP_FOUND);
			break;
		case 'n':
			world_answer(RD_LOOKUP_NONE);
			break;
		case 'd':
			world_answer(RD_LOOKUP_DOWN);
			break;
		case 'a':
			world_event(&(struct rd_app_event){
				.type = RD_APP_EV_ANSWERED });
			break;
		default:
			world_key(*events);
		}
	}
}

/* ---- the services ------------------------------------------------------------------ */

void rd_call_run(struct rd_core *core, struct rd_call *call, enum rd_app app,
		 const struct rd_app_arg *arg)
{
	rd_ivr_app.stop(core, call);
	world.arg = *arg;
	world.gone = true;
	if (app == RD_APP_QUEUE)
		did("queue:%s",
		    world.config->queues[arg->queue - WORLD_PLACE].name);
	else if (arg->agent != RD_INDEX_NONE)
		did("dial-agent:%u", arg->agent);
	else
		did("dial:%s", arg->number);
}

void rd_call_answer(struct rd_core *core, struct rd_call *call)
{
	did("answer");
	if (!world.answer_late)
		rd_ivr_app.event(
			core, call,
			&(struct rd_app_event){ .type = RD_APP_EV_ANSWERED });
}

void rd_call_release(struct rd_core *core, struct rd_call *call, uint8_t cause)
{
	rd_ivr_app.stop(core, call);
	world.gone = world.released = true;
	did("release:%u", cause);
}

uint32_t rd_call_play(struct rd_core *core, struct rd_call *call,
		      const struct rd_playlist *list)
{
	char text[4096] = "";
	size_t len = 0;

	for (uint16_t i = 0; i < list->n && len < sizeof(text) - 300; i++) {
		const struct rd_cfg_prompt *prompt;

		if (list->prompt[i] & 0x80000000u) {
			len += (size_t)snprintf(text + len, 300, "|");
			continue;
		}
		if (list->prompt[i] & RD_PROMPT_EXTRA(0)) {
			len += (size_t)snprintf(text + len, 300, "%s+%u",
						len ? "," : "",
						list->prompt[i] & 0xffff);
			continue;
		}
		if (list->prompt[i] >= world.config->nprompts)
			abort();
		prompt = &world.config->prompts[list->prompt[i]];
		len += (size_t)snprintf(
			text + len, 300, "%s%.280s", len ? "," : "",
			prompt->file[0] ? prompt->file : prompt->text);
	}
	world.playing = true;
	did("%s[%s]", list->flags & RD_PLAY_BARGE ? "" : "!", text);
	return ++world.play;
}

uint32_t rd_call_tone(struct rd_core *core, struct rd_call *call, uint32_t tone)
{
	did("tone:%u", tone);
	world.playing = true;
	return ++world.play;
}

void rd_call_play_stop(struct rd_core *core, struct rd_call *call)
{
	world.playing = false;
}

void rd_call_timer(struct rd_core *core, struct rd_call *call, uint16_t timer,
		   uint32_t ms)
{
	if (timer >= RD_CALL_TIMERS || !ms)
		abort();
	world.timer[timer] = true;
}

void rd_call_timer_stop(struct rd_core *core, struct rd_call *call,
			uint16_t timer)
{
	world.timer[timer] = false;
}

void rd_call_secret(struct rd_core *core, struct rd_call *call, bool secret)
{
	did(secret ? "secret" : "plain");
}

uint32_t rd_call_lookup(struct rd_core *core, struct rd_call *call,
			uint16_t source, const char *key, bool secret)
{
	did("lookup%s:%s=%s", secret ? "-secret" : "",
	    world.config->sources[source].name, key);
	world.asking = true;
	return ++world.request;
}

uint32_t rd_call_check_pin(struct rd_core *core, struct rd_call *call,
			   uint16_t agent)
{
	did("pin:%u", agent);
	world.asking = true;
	return ++world.request;
}

void rd_call_attach(struct rd_core *core, struct rd_call *call,
		    const char *name, const char *value)
{
	did("attach:%s=%s", name, value);
}

const char *rd_call_ani(const struct rd_core *core, const struct rd_call *call)
{
	return world.ani;
}

const char *rd_call_dnis(const struct rd_core *core, const struct rd_call *call)
{
	return world.dnis;
}

const struct rd_config *rd_call_config(const struct rd_core *core,
				       const struct rd_call *call)
{
	return world.config;
}

struct rd_ivr_state *rd_call_ivr(struct rd_core *core, struct rd_call *call)
{
	return &world.ivr;
}

int64_t rd_core_unix_ns(const struct rd_core *core)
{
	return world.unix_s * 1000000000;
}

uint16_t rd_call_language(const struct rd_core *core,
			  const struct rd_call *call)
{
	return world.language;
}

void rd_call_set_language(struct rd_core *core, struct rd_call *call,
			  uint16_t language)
{
	world.language = language;
}

void rd_call_rating_asked(struct rd_core *core, struct rd_call *call)
{
	did("asked");
}

void rd_call_rate(struct rd_core *core, struct rd_call *call, int rating)
{
	did("rate:%d", rating);
}

void rd_call_path(struct rd_core *core, struct rd_call *call, const char *node)
{
}

void rd_call_note(struct rd_core *core, struct rd_call *call, const char *fmt,
		  ...)
{
	size_t len = strlen(world.story);
	va_list args;

	world.notes++;
	if (world.quiet || len + 512 > sizeof(world.story))
		return;
	va_start(args, fmt);
	len += (size_t)vsnprintf(world.story + len, 500, fmt, args);
	va_end(args);
	strcpy(world.story + (len < sizeof(world.story) - 2
				      ? len
				      : sizeof(world.story) - 2),
	       "\n");
}

void rd_queue_look(const struct rd_core *core, uint16_t queue,
		   struct rd_queue_view *out)
{
	if (queue < WORLD_PLACE)
		abort();
	*out = world.queue;
}

void rd_call_visit(struct rd_core *core, const struct rd_call *call,
		   const struct rd_visit *visit)
{
	world.visits++;
	snprintf(world.visit, sizeof(world.visit), "%s>%s:%s>%s%s%s>%s",
		 visit->from, visit->node, visit->step, visit->exit,
		 visit->key[0] ? "/" : "", visit->key, visit->to);
}

uint32_t rd_call_authenticate(struct rd_core *core, struct rd_call *call,
			      uint16_t source, const char *member)
{
	did("password:%s=%s", world.config->sources[source].name, member);
	world.asking = true;
	return ++world.request;
}

bool rd_call_is_locked_out(const struct rd_core *core,
			   const struct rd_call *call, uint16_t source,
			   const char *member)
{
	return world.locked;
}

bool rd_call_auth_failed(struct rd_core *core, const struct rd_call *call,
			 uint16_t source, const char *member, uint16_t after,
			 uint32_t lock_s)
{
	did("failed:%s/%u/%us", member, after, lock_s);
	return world.locked;
}

void rd_call_auth_passed(struct rd_core *core, const struct rd_call *call,
			 uint16_t source, const char *member)
{
	did("passed:%s", member);
}

bool rd_call_go_back(struct rd_core *core, struct rd_call *call)
{
	if (!world.sent)
		return false;
	rd_ivr_app.stop(core, call);
	world.gone = true;
	did("back");
	return true;
}

bool rd_call_announcements(struct rd_core *core, struct rd_call *call,
			   const char *tree, const char *queue,
			   struct rd_playlist *out, bool *must_hear)
{
	const char **what = queue ? &world.before_queue : &world.in_front;
	bool any = *what != NULL;

	*must_hear = any && **what == '!';
	if (any)
		out->prompt[out->n++] = RD_PROMPT_EXTRA(0);
	*what = NULL;
	return any;
}

uint32_t rd_call_text(struct rd_core *core, struct rd_call *call,
		      const char *text)
{
	did("text:%s", text);
	return RD_ANNOUNCEMENTS + world.texts++;
}

uint32_t rd_call_program(struct rd_core *core, struct rd_call *call,
			 uint16_t program, const struct rd_program_pair *pairs,
			 uint16_t n)
{
	did("program:%s", world.config->programs[program].name);
	for (uint16_t i = 2; i < n; i++)
		did("%s%s=%s", pairs[i].variable ? "$" : "", pairs[i].name,
		    pairs[i].value);
	world.asking = true;
	return ++world.request;
}

enum rd_port_answer rd_call_port_take(struct rd_core *core,
				      struct rd_call *call,
				      const struct rd_cfg_ports *ports)
{
	return ports ? world.port : RD_PORT_YOURS;
}

void rd_call_port_give(struct rd_core *core, struct rd_call *call,
		       enum rd_port_end why)
{
	if (why == RD_PORT_TIMEOUT)
		did("no-port");
}

bool rd_call_on_list(const struct rd_core *core, const struct rd_call *call,
		     uint16_t list, const char *number)
{
	return rd_cfg_list_find(&world.config->lists[list], number);
}

const char *rd_call_level(const struct rd_core *core,
			  const struct rd_call *call)
{
	return world.level ? world.level : "";
}

const char *rd_call_area(const struct rd_core *core, const struct rd_call *call)
{
	return rd_cfg_area(world.config, world.ani);
}

uint16_t rd_call_queue_place(const struct rd_core *core,
			     const struct rd_call *call, uint16_t index)
{
	return (uint16_t)(WORLD_PLACE + index); /* never the same */
}

void rd_call_need(const struct rd_core *core, const struct rd_call *call,
		  struct rd_app_arg *arg, uint16_t skill, uint8_t level)
{
	arg->needs[arg->nneeds++] =
		(struct rd_need){ .skill = skill, .level = level };
}

uint16_t rd_agent_by_number(const struct rd_core *core, const char *number)
{
	for (uint16_t i = 0; i < world.config->nagents; i++)
		if (!strcmp(world.config->agents[i].number, number))
			return i;
	return RD_INDEX_NONE;
}

uint16_t rd_agent_at_phone(const struct rd_core *core, const char *phone)
{
	return world.at_phone;
}

int rd_agent_set(struct rd_core *core, uint16_t agent, enum rd_agent_op op,
		 const char *phone, const char *reason, const char *by)
{
	static const char *const ops[] = { "login", "logout", "ready",
					   "not-ready", "wrapup-end" };

	did("agent%u:%s@%s%s%s", agent, ops[op], phone, reason[0] ? "/" : "",
	    reason);
	return world.agent_error;
}

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What core stands on: pools, timers, JSON in and out, patterns of numbers, the
 * blacklist, and the list of events held against the events themselves.
 */
#include "daemon/call/route.h"
#include "daemon/core/text.h"
#include "tests/unit/core_world.h"

/* ---- pools ---------------------------------------------------------------- */

struct thing {
	struct rd_slot slot;
	uint64_t value;
};

Test(core_state, a_pool_gives_each_place_once_and_then_none)
{
	struct thing things[3];
	struct rd_pool pool = { .stride = sizeof(things[0]), .cap = 3 };
	uint32_t generation;

	rd_pool_init(things, &pool);
	for (uint32_t i = 0; i < 3; i++)
		cr_assert_eq(rd_pool_take(things, &pool), i);
	cr_assert_eq(rd_pool_take(things, &pool), RD_NONE);
	things[1].value = 7;
	generation = things[1].slot.generation;
	rd_pool_give(things, &pool, 1);
	cr_assert(!rd_pool_has(things, &pool, 1));
	cr_assert(rd_pool_is_sound(things, &pool));
	cr_assert_eq(rd_pool_take(things, &pool), 1);
	cr_assert_eq(things[1].value, 0, "cleared");
	cr_assert_eq(things[1].slot.generation, generation + 1);
	cr_assert_eq(pool.peak, 3);
}

/* ---- timers ----------------------------------------------------------------- */

#define TIMERS 40

struct clockwork {
	struct rd_timers t;
	struct rd_timer timers[TIMERS];
	uint32_t heap[TIMERS];
};

static void clockwork_init(struct clockwork *c)
{
	memset(c, 0, sizeof(*c));
	c->t.offset = offsetof(struct clockwork, timers);
	c->t.heap_offset = offsetof(struct clockwork, heap);
	c->t.cap = TIMERS;
	for (int kind = 0; kind < RD_TIMER_KINDS; kind++) {
		c->t.base[kind] = (uint32_t)kind * 8;
		c->t.per[kind] = 2;
	}
}

Test(core_state, timers_of_one_frame_fire_in_the_order_of_setting)
{
	struct clockwork c;
	struct rd_timer_id id;

	clockwork_init(&c);
	rd_timer_set(&c, &c.t, RD_TIMER_LEG, 1, 0, 100);
	rd_timer_set(&c, &c.t, RD_TIMER_CALL, 2, 1, 100);
	rd_timer_set(&c, &c.t, RD_TIMER_AGENT, 0, 0, 99);
	rd_timer_set(&c, &c.t, RD_TIMER_LEG, 1, 0, 100); /* again: the last */
	cr_assert_eq(rd_timer_first(&c, &c.t), 99);
	cr_assert(!rd_timer_pop(&c, &c.t, 98, UINT64_MAX, &id));
	cr_assert(rd_timer_pop(&c, &c.t, 200, UINT64_MAX, &id));
	cr_assert_eq(id.kind, RD_TIMER_AGENT);
	cr_assert(rd_timer_pop(&c, &c.t, 200, UINT64_MAX, &id));
	cr_assert(id.kind == RD_TIMER_CALL && id.index == 2 && id.which == 1);
	cr_assert(rd_timer_pop(&c, &c.t, 200, UINT64_MAX, &id));
	cr_assert(id.kind == RD_TIMER_LEG && id.index == 1);
	cr_assert(!rd_timer_pop(&c, &c.t, 200, UINT64_MAX, &id));
	cr_assert_eq(rd_timer_first(&c, &c.t), RD_FRAME_NEVER);
}

/* Against a list that is searched from end to end. */
Test(core_state, timers_agree_with_a_plain_list)
{
	struct rd_rng rng = { .state = 11 };
	struct clockwork c;
	uint64_t due[TIMERS] = { 0 }, set[TIMERS] = { 0 }, order = 0;

	clockwork_init(&c);
	for (int round = 0; round < 20000; round++) {
		uint32_t n = rd_rng_below(&rng, TIMERS);
		enum rd_timer_kind kind = n / 8;
		uint32_t index = n % 8 / 2, which = n % 2;
		struct rd_timer_id id;
		int first = -1;

		switch (rd_rng_below(&rng, 4)) {
		case 0:
			rd_timer_stop(&c, &c.t, kind, index, which);
			due[n] = 0;
			break;
		case 1:
			for (int i = 0; i < TIMERS; i++)
				if (due[i] &&
				    (first < 0 || due[i] < due[first] ||
				     (due[i] == due[first] &&
				      set[i] < set[first])))
					first = i;
			cr_assert_eq(rd_timer_pop(&c, &c.t, RD_FRAME_NEVER - 1,
						  UINT64_MAX, &id),
				     first >= 0);
			if (first < 0)
				break;
			cr_assert_eq(c.t.base[id.kind] + id.index * 2 +
					     id.which,
				     (uint32_t)first);
			due[first] = 0;
			break;
		default:
			due[n] = 1 + rd_rng_below(&rng, 50);
			set[n] = order++;
			rd_timer_set(&c, &c.t, kind, index, which, due[n]);
			break;
		}
		cr_assert(rd_timer_is_sound(&c, &c.t));
	}
}

/* ---- JSON ------------------------------------------------------------------------ */

Test(core_state, json_is_written_with_keys_in_order_and_text_escaped)
{
	char buf[256];
	struct rd_json j;

	rd_json_begin(&j, buf, sizeof(buf));
	rd_json_object(&j, NULL);
	rd_json_str(&j, "a", "q\"b\\n\n\x01\xe4\xbd\xa0\xff!");
	rd_json_int(&j, "b", INT64_MIN);
	rd_json_array(&j, "c");
	rd_json_bool(&j, NULL, true);
	rd_json_null(&j, NULL);
	rd_json_object(&j, NULL);
	rd_json_end(&j, '}');
	rd_json_end(&j, ']');
	rd_json_end(&j, '}');
	cr_assert_str_eq(buf, "{\"a\":\"q\\\"b\\\\n\\u000a\\u0001\xe4\xbd\xa0"
			      "\xef\xbf\xbd!\",\"b\":-9223372036854775808,"
			      "\"c\":[true,null,{}]}");
	cr_assert(!rd_json_is_cut(&j));
}

Test(core_state, json_that_does_not_fit_says_how_long_it_is)
{
	char small[8], large[64];
	struct rd_json j;
	uint64_t len;

	for (int i = 0; i < 2; i++) {
		rd_json_begin(&j, i ? large : small,
			      i ? sizeof(large) : sizeof(small));
		rd_json_object(&j, NULL);
		rd_json_str(&j, "key", "value");
		rd_json_end(&j, '}');
		if (!i) {
			cr_assert(rd_json_is_cut(&j));
			cr_assert_lt(strlen(small), sizeof(small));
			len = j.len;
		}
	}
	cr_assert_eq(strlen(large), len);
}

Test(core_state, flat_json_is_read_and_everything_else_refused)
{
	static const char *const bad[] = {
		"",
		"{",
		"{}x",
		"[]",
		"{\"a\":}",
		"{\"a\":1,}",
		"{\"a\":{}}",
		"{\"a\":[1]}",
		"{a:1}",
		"{\"a\":\"x}",
		"{\"a\":1.5}",
		"{\"a\":\"\\u0000\"}",
		"{\"a\" 1}",
		"{\"a\":\"\\x\"}",
		"{\"a\":tru}",
		"{\"a\":99999999999999999999}",
		"{\"a\":\"\\ud800\"}",
		"{\"a\":\"\xe4\"}",
	};
	struct rd_json_value v;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert(!rd_json_is_flat(bad[i]), "%s", bad[i]);
	cr_assert(rd_json_is_flat(" { } "));
	cr_assert_eq(
		rd_json_get("{\"a\": -12 ,\"b\":\"\\u4f60\\ud83d\\ude00\\t\""
			    ",\"c\":true,\"d\":null}",
			    "b", &v),
		0);
	cr_assert_str_eq(v.text, "\xe4\xbd\xa0\xf0\x9f\x98\x80\t");
	cr_assert_eq(rd_json_get("{\"a\":-12}", "a", &v), 0);
	cr_assert_eq(v.number, -12);
	cr_assert_eq(rd_json_get("{\"a\":-12}", "b", &v), -ENOENT);
	cr_assert_eq(rd_json_get("{\"b\":1,\"a\":[]}", "b", &v), -EINVAL);
}

Test(core_state, what_is_written_can_be_read)
{
	struct rd_rng rng = { .state = 5 };

	for (int round = 0; round < 2000; round++) {
		char text[32], buf[256];
		struct rd_json_value v;
		struct rd_json j;
		uint32_t n = rd_rng_below(&rng, 30);

		for (uint32_t i = 0; i < n; i++)
			text[i] = (char)(1 + rd_rng_below(&rng, 126));
		text[n] = '\0';
		rd_json_begin(&j, buf, sizeof(buf));
		rd_json_object(&j, NULL);
		rd_json_str(&j, "k", text);
		rd_json_end(&j, '}');
		cr_assert_eq(rd_json_get(buf, "k", &v), 0, "%s", buf);
		cr_assert_str_eq(v.text, text);
	}
}

Test(core_state, text_is_cut_before_a_whole_character)
{
	char out[6];

	rd_text_copy(out, sizeof(out), "ab\xe4\xbd\xa0z");
	cr_assert_str_eq(out, "ab\xe4\xbd\xa0");
	rd_text_copy(out, sizeof(out), "abc\xe4\xbd\xa0");
	cr_assert_str_eq(out, "abc");
	rd_text_copy(out, sizeof(out), "x");
	cr_assert_arr_eq(out, "x\0\0\0\0", 6);
}

/* ---- routes, blacklist ---------------------------------------------------------------- */

Test(core_state, the_longest_pattern_wins_then_exact_then_bound_to_a_group)
{
	const struct rd_cfg_route routes[] = {
		{ .number = "4*", .group = RD_INDEX_NONE, .tree = 0 },
		{ .number = "400", .group = RD_INDEX_NONE, .tree = 1 },
		{ .number = "400*", .group = RD_INDEX_NONE, .tree = 2 },
		{ .number = "400", .group = 1, .tree = 3 },
		{ .number = "4001234*", .group = RD_INDEX_NONE, .tree = 4 },
	};
	const struct rd_config config = { .routes = routes, .nroutes = 5 };

	cr_assert_eq(rd_route_in(&config, "41", 0)->tree, 0);
	cr_assert_eq(rd_route_in(&config, "400", 0)->tree, 1);
	cr_assert_eq(rd_route_in(&config, "400", 1)->tree, 3);
	cr_assert_eq(rd_route_in(&config, "4001", 1)->tree, 2);
	cr_assert_eq(rd_route_in(&config, "40012345", 0)->tree, 4);
	cr_assert_null(rd_route_in(&config, "5", 0));
	cr_assert(rd_route_may_grow(&config, "40", 0));
	cr_assert(!rd_route_may_grow(&config, "5", 0));
}

Test(core_state, out_routes_strip_and_put_in_front)
{
	const struct rd_cfg_outroute routes[] = {
		{ .number = "9*", .group = 0, .strip = 1, .prefix = "0" },
		{ .number = "911", .group = 2, .strip = 0, .prefix = "" },
	};
	const struct rd_cfg_group groups[] = { { 0 }, { .phones = true } };
	const struct rd_config config = { .outroutes = routes,
					  .noutroutes = 2,
					  .groups = groups,
					  .ngroups = 2 };
	char out[16];

	cr_assert_eq(rd_route_out(&config, "95551", false, out, 16), 0);
	cr_assert_str_eq(out, "05551");
	cr_assert_eq(rd_route_out(&config, "911", false, out, 16), 2);
	cr_assert_str_eq(out, "911");
	cr_assert_eq(rd_route_out(&config, "8001", true, out, 16), 1);
	cr_assert_eq(rd_route_out(&config, "8001", false, out, 16),
		     RD_INDEX_NONE);
}

/* A run that begins with other limits. */
static void begin_with(struct world *w, struct rd_config *config)
{
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE },
	};

	world_start(w, 1);
	event.msg.frame = w->frame;
	rd_core_set_config(w->core, config);
	world_event(w, &event.msg);
	cr_assert_eq(w->core->state->limits.calls, config->limits.calls);
}

Test(core_state, other_limits_keep_all_that_has_a_name)
{
	struct world *w = world_new();
	struct rd_config config = w->config;
	struct party p;
	char why[160];

	w->phone[0] = (struct phone){ .number = "8001", .answer_ms = 500 };
	world_login(w, "8001");
	world_login(w, "8003");
	world_command(w, "{\"command\":\"agent.not-ready\",\"agent\":\"8003\","
			 "\"reason\":\"lunch\"}");
	world_command(w, "{\"command\":\"blacklist.add\",\"number\":\"900*\"}");
	world_command(w, "{\"command\":\"blacklist.add\",\"number\":\"123\"}");
	p = world_call(w, "1", "4002");
	world_run(w, 6000);
	cr_assert_eq(world_agent(w, "8001")->state, RD_AGENT_TALKING);
	world_hangup(w, p, 16);
	world_run(w, 100);
	cr_assert_eq(world_agent(w, "8001")->state, RD_AGENT_WRAPUP);
	for (int turn = 0; turn < 3; turn++) {
		static const struct rd_cfg_limits limits[] = {
			{ .calls = 9,
			  .agents = 70,
			  .queues = 20,
			  .blacklist = 50 },
			{ .calls = 30,
			  .agents = 4,
			  .queues = 2,
			  .blacklist = 2 },
			{ .calls = 3,
			  .agents = 5,
			  .queues = 9,
			  .blacklist = 200 },
		};

		config.limits = limits[turn];
		begin_with(w, &config);
		cr_assert_eq(rd_core_check(w->core, why, sizeof(why)), 0, "%s",
			     why);
		cr_assert_eq(world_agent(w, "8001")->state, RD_AGENT_WRAPUP);
		cr_assert_eq(world_agent(w, "8001")->answered, 1);
		cr_assert_eq(world_agent(w, "8003")->state,
			     RD_AGENT_IS_NOT_READY);
		cr_assert_str_eq(world_agent(w, "8003")->reason, "lunch");
		cr_assert_eq(world_agent(w, "8002")->state, RD_AGENT_OUT);
		cr_assert_eq(rd_figures_of(w->core, 0, RD_FIGURES_TOTAL)->answered, 1);
		cr_assert_eq(w->core->state->nblocks, 2);
		cr_assert_not_null(rd_blacklist_find(w->core, "900555"));
		cr_assert_not_null(rd_blacklist_find(w->core, "123"));
	}
	/* his wrap-up goes on to its end, and he takes the next call */
	world_up(w);
	world_run(w, 60000);
	cr_assert_eq(world_agent(w, "8001")->state, RD_AGENT_IS_READY);
	world_call(w, "2", "4002");
	world_run(w, 6000);
	cr_assert_eq(world_agent(w, "8001")->state, RD_AGENT_TALKING);
	world_free(w);
}

Test(core_state, too_small_an_arena_keeps_whom_the_configuration_names)
{
	struct world *w = world_new();
	struct rd_config config = w->config;

	world_login(w, "8004");
	config.agents = &w->agents[3];
	config.nagents = 1;
	config.limits.agents = 1;
	begin_with(w, &config);
	cr_assert_eq(w->core->state->agents, 1);
	cr_assert_eq(world_agent(w, "8004")->state, RD_AGENT_IS_READY);
	world_free(w);
}

static void block(struct world *w, const char *number, uint64_t until_s)
{
	struct rd_block entry = { .until_s = until_s };

	strcpy(entry.number, number);
	cr_assert_eq(rd_blacklist_add(w->core, &entry), 0);
}

Test(core_state, the_blacklist_knows_prefixes_expiry_and_its_end)
{
	struct world *w = world_new();
	uint64_t now_s = (uint64_t)rd_core_unix_ns(w->core) / 1000000000u;
	struct rd_block entry = { 0 };

	block(w, "139*", 0);
	block(w, "13911", 0);
	block(w, "0755*", now_s + 10);
	cr_assert_str_eq(rd_blacklist_find(w->core, "13911")->number, "13911");
	cr_assert_str_eq(rd_blacklist_find(w->core, "139110")->number, "139*");
	cr_assert_null(rd_blacklist_find(w->core, "138"));
	cr_assert_null(rd_blacklist_find(w->core, ""));
	cr_assert_not_null(rd_blacklist_find(w->core, "07551"));
	world_run(w, 11000);
	world_time(w, w->frame);
	cr_assert_null(rd_blacklist_find(w->core, "07551"));
	cr_assert_null(rd_blacklist_nth(w->core, 2), "removed when met");
	cr_assert_eq(rd_blacklist_find(w->core, "13911")->cause, 17);
	cr_assert_eq(rd_blacklist_remove(w->core, "13911"), 0);
	cr_assert_eq(rd_blacklist_remove(w->core, "13911"), -ENOENT);
	strcpy(entry.number, "x");
	cr_assert_eq(rd_blacklist_add(w->core, &entry), -EINVAL);
	for (int i = 0; i < 7; i++) {
		sprintf(entry.number, "%d", i);
		cr_assert_eq(rd_blacklist_add(w->core, &entry), 0);
	}
	strcpy(entry.number, "8");
	cr_assert_eq(rd_blacklist_add(w->core, &entry), -ENOSPC);
	world_free(w);
}

/* ---- the list of events ------------------------------------------------------------------ */

/* The next field of a list "name:type name:type?". Its end, or NULL. */
static const char *next_field(const char *p, char *name, char *type, bool *opt)
{
	int n = 0;

	if (sscanf(p, " %47[a-z_]:%15[a-z]%n", name, type, &n) != 2)
		return NULL;
	p += n;
	*opt = *p == '?';
	return p + *opt;
}

static bool starts_as(const char *p, const char *type)
{
	if (strcmp(type, "string") == 0)
		return *p == '"';
	if (strcmp(type, "int") == 0)
		return *p == '-' || (*p >= '0' && *p <= '9');
	if (strcmp(type, "bool") == 0)
		return *p == 't' || *p == 'f';
	return *p == '{';
}

/* Past a value; strings with escapes, one level of object. */
static const char *skip_value(const char *p)
{
	int depth = 0;
	bool in_string = false;

	for (; *p; p++) {
		if (in_string && *p == '\\') {
			p++;
			continue;
		}
		if (*p == '"')
			in_string = !in_string;
		if (in_string)
			continue;
		if (*p == '{')
			depth++;
		if ((*p == ',' && !depth) || (*p == '}' && !depth--))
			break;
	}
	return p;
}

static void check_event(const char *json)
{
	static const char head[] = "event:string seq:int time_ns:int";
	char event[48], name[48], type[16], key[52], fields[1024];
	const char *p = json + 1, *f;
	bool optional;
	int id = 0;

	cr_assert_eq(sscanf(json, "{\"event\":\"%47[^\"]\"", event), 1, "%s",
		     json);
	while (id < RD_EVENTS && strcmp(rd_event_name(id), event) != 0)
		id++;
	cr_assert_lt(id, RD_EVENTS, "%s", json);
	snprintf(fields, sizeof(fields), "%s %s", head, rd_event_fields(id));
	for (f = fields; (f = next_field(f, name, type, &optional));) {
		snprintf(key, sizeof(key), "\"%s\":", name);
		if (strncmp(p, key, strlen(key)) != 0) {
			cr_assert(optional, "%s wanted: %s", name, json);
			continue;
		}
		p += strlen(key);
		cr_assert(starts_as(p, type), "%s is no %s: %s", name, type,
			  json);
		p = skip_value(p);
		p += *p == ',';
	}
	cr_assert_str_eq(p, "}", "more than is listed: %s", json);
}

/* What a busy day publishes is what the list says. */
Test(core_state, events_have_the_fields_of_their_list)
{
	struct world *w = world_make();
	unsigned seen = 0;
	struct party a;

	w->queues[0].tree_after = 2;
	w->queues[0].node_after = 0;
	w->config.recording.start = RD_RECORD_ENTRY;
	w->phone[0] = (struct phone){ "8001", 500, 0 };
	w->phone[1] = (struct phone){ "5551234", 500, 0 };
	world_begin(w);
	world_command(w, "{\"command\":\"blacklist.add\",\"number\":\"666\"}");
	world_call(w, "666", "4000");
	world_login(w, "8001");
	a = world_call(w, "1", "4001");
	world_run(w, 2000);
	world_hangup(w, world_at_phone(w, "8001"), 16);
	world_run(w, 100);
	world_hangup(w, world_call(w, "2", "4002"), 16);
	world_call(w, "3", "4004");
	world_run(w, 2000);
	world_hangup(w, world_at_phone(w, "5551234"), 16);
	world_command(w, "{\"command\":\"span.block\",\"span\":\"trunk\","
			 "\"channel\":3}");
	world_command(w, "{\"command\":\"blacklist.remove\","
			 "\"number\":\"666\"}");
	world_hangup(w, a, 16);
	world_command(w, "{\"command\":\"stop.when-idle\"}");
	world_run(w, 20000);
	for (size_t i = 0; i < w->nlog; i++) {
		const struct rd_publish *p = (const void *)w->log[i];

		if (p->msg.type != RD_MSG_PUBLISH || p->client)
			continue;
		check_event(p->json);
		seen++;
	}
	cr_assert_gt(seen, 50);
	world_free(w);
}

/* ---- questions ---------------------------------------------------------------------------- */

Test(core_state, questions_are_answered_with_balanced_json)
{
	static const char *const names[] = { "status",	 "spans",  "calls",
					     "call",	 "queues", "agents",
					     "blacklist" };
	struct world *w = world_new();
	char args[64], *out = malloc(65536), small[16];

	world_login(w, "8001");
	world_command(w, "{\"command\":\"blacklist.add\",\"number\":\"666\"}");
	world_call(w, "1", "4001");
	world_run(w, 500);
	snprintf(args, sizeof(args), "{\"call\":%llu}",
		 (unsigned long long)rd_call_at(w->core, 0)->id);
	for (int i = 0; i < 7; i++) {
		int64_t len =
			rd_core_query(w->core, 0, names[i], args, out, 65536);
		int depth = 0;

		cr_assert_gt(len, 2, "%s", names[i]);
		cr_assert_eq(strlen(out), (size_t)len);
		for (const char *p = out; *p; p++)
			depth += (*p == '{' || *p == '[') -
				 (*p == '}' || *p == ']');
		cr_assert_eq(depth, 0, "%s", out);
		cr_assert_eq(rd_core_query(w->core, 0, names[i], args, small,
					   sizeof(small)),
			     len, "asked with too little room");
	}
	rd_core_query(w->core, 0, "agents", "{}", out, 65536);
	cr_assert(strstr(out, "\"agent\":\"8001\""));
	cr_assert(strstr(out, "\"state\":\"ringing\""));
	/* nothing has happened for an hour */
	rd_core_query(w->core, w->core->now + 3600 * 8000, "calls", "{}", out,
		      65536);
	cr_assert(strstr(out, "\"wait_ms\":3600"), "%s", out);
	cr_assert(strstr(out, "\"duration_ms\":3600"), "%s", out);
	rd_core_query(w->core, w->core->now + 3600 * 8000, "agents", "{}", out,
		      65536);
	cr_assert(strstr(out, "\"since_ms\":3600"), "%s", out);
	cr_assert_eq(
		rd_core_query(w->core, 0, "call", "{\"call\":1}", out, 65536),
		-ENOENT);
	cr_assert_eq(rd_core_query(w->core, 0, "call", "{}", out, 65536),
		     -EINVAL);
	cr_assert_eq(rd_core_query(w->core, 0, "agent.login", "{}", out, 65536),
		     -ENOENT, "that is no question");
	free(out);
	world_free(w);
}

/* ---- secrets ------------------------------------------------------------------------------- */

Test(core_state, digits_of_a_secret_entry_belong_to_a_vault)
{
	struct world *w = world_new();
	struct party a = world_call(w, "1", "4006");
	struct rd_call *call = rd_call_at(w->core, 0);
	uint32_t first;

	cr_assert_eq(rd_core_vault(w->core, a.line), 0);
	rd_call_secret(w->core, call, true);
	first = rd_core_vault(w->core, a.line);
	cr_assert_neq(first, 0);
	cr_assert_eq(rd_core_vault(w->core, TRUNK | 2), 0);
	rd_call_secret(w->core, call, false);
	cr_assert_eq(rd_core_vault(w->core, a.line), 0);
	rd_call_secret(w->core, call, true);
	cr_assert_neq(rd_core_vault(w->core, a.line), first, "a new entry");
	world_free(w);
}

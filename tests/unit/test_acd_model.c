// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Core's dispatcher against a second one, by chance: dispatcher_model.h.
 *
 * A seed draws a configuration (queues, strategies, skills, penalties, widening,
 * head starts) and a schedule (callers, agents, phones that answer, refuse or
 * ring in vain). After each event of core the model is told what happened, and
 * every reservation is compared with what the rules say. A schedule that fails is
 * made shorter as long as it still does, and printed with its seed.
 *
 *	RD_SEED=n	that seed only, with its story
 *	RD_SOAK=1	20,000 seeds
 */
#include "daemon/core/json_in.h"
#include "tests/unit/core_world.h"
#include "tests/unit/dispatcher_model.h"

#define SEEDS	   500
#define SOAK_SEEDS 20000
#define OPS	   160
#define AGENTS	   6
#define QUEUES	   3
#define SKILLS	   2
#define REFS	   2048

enum op_kind {
	OP_CALL,
	OP_CALLER_LEAVES,
	OP_AGENT_HANGS_UP,
	OP_LOGIN,
	OP_LOGOUT,
	OP_READY,
	OP_NOT_READY,
	OP_WRAPUP_END,
	OP_WAIT,
	OP_KINDS,
};

static const char *const op_names[OP_KINDS] = {
	"call",	 "caller leaves", "agent hangs up", "login",	   "logout",
	"ready", "not ready",	  "wrap-up ends",   "time passes",
};

struct op {
	uint8_t kind, who; /* agent, queue; or the how manieth caller */
	uint16_t after_ms;
};

/* What a configuration points to. */
struct rules {
	struct rd_cfg_queue queues[QUEUES];
	struct rd_cfg_agent agents[AGENTS];
	struct rd_cfg_member members[AGENTS][QUEUES];
	struct rd_cfg_skill_level has[AGENTS][SKILLS], needs[QUEUES][SKILLS];
	struct rd_cfg_skill_level relaxed[QUEUES][3][SKILLS];
	struct rd_cfg_relax relax[QUEUES][3];
	uint16_t others[QUEUES][3][1];
	struct rd_cfg_skill skills[SKILLS];
	struct rd_cfg_route routes[QUEUES];
};

struct trial {
	struct world *w;
	struct dm model;
	struct rules rules;
	struct party callers[OPS];
	unsigned ncallers;
	struct { /* calls to phones, by reference */
		uint32_t ref;
		int agent;
		bool far_hung_up, released;
	} phone[REFS];
	unsigned nphones;
	bool story;
};

/* ---- a configuration ------------------------------------------------------------ */

static const char *const numbers[AGENTS] = { "8001", "8002", "8003",
					     "8004", "8005", "8006" };
static const char *const queue_names[QUEUES] = { "alpha", "beta", "gamma" };
static const char *const dnis[QUEUES] = { "4100", "4101", "4102" };

static uint32_t some_ms(struct rd_rng *rng, uint32_t most)
{
	/* no two the same, if it can be helped: see Coincidence */
	return rd_rng_below(rng, most) / 8 * 8 + rd_rng_below(rng, 7) + 1;
}

static void draw_levels(struct rd_rng *rng, struct rd_cfg_skill_level *at,
			struct rd_cfg_levels *out, unsigned per_cent)
{
	*out = (struct rd_cfg_levels){ 0, at };
	for (uint16_t s = 0; s < SKILLS; s++)
		if (rd_rng_below(rng, 100) < per_cent)
			at[out->n++] = (struct rd_cfg_skill_level){
				s, (uint8_t)rd_rng_below(rng, 4)
			};
}

static void draw_relax(struct rd_rng *rng, struct rules *r, int i)
{
	struct rd_cfg_queue *q = &r->queues[i];
	uint32_t after = 0;

	q->relax = r->relax[i];
	q->nrelax = (uint16_t)(rd_rng_below(rng, 2) ? rd_rng_below(rng, 4) : 0);
	for (uint16_t k = 0; k < q->nrelax; k++) {
		struct rd_cfg_relax *step = &r->relax[i][k];

		after += 1000 + some_ms(rng, 9000);
		step->after_ms = after;
		draw_levels(rng, r->relaxed[i][k], &step->skills, 50);
		step->has_penalty = rd_rng_below(rng, 2);
		step->penalty = (uint8_t)rd_rng_below(rng, 4);
		if (!rd_rng_below(rng, 3)) {
			r->others[i][k][0] =
				(uint16_t)rd_rng_below(rng, QUEUES);
			step->nqueues = 1;
			step->queues = r->others[i][k];
		}
	}
}

static void draw_queue(struct rd_rng *rng, struct rules *r,
		       const struct rd_cfg_queue *like, int i)
{
	struct rd_cfg_queue *q = &r->queues[i];

	*q = *like;
	q->name = q->title = queue_names[i];
	q->strategy = (uint8_t)rd_rng_below(rng, RD_STRATEGY_RING_ALL);
	q->prefer_skilled = !rd_rng_below(rng, 3);
	q->priority = (int8_t)((int)rd_rng_below(rng, 5) - 2);
	q->head_start_ms =
		rd_rng_below(rng, 2) ? rd_rng_below(rng, 12) * 1000 : 0;
	q->priority_step_ms =
		rd_rng_below(rng, 2) ? rd_rng_below(rng, 6) * 1000 : 0;
	draw_levels(rng, r->needs[i], &q->skills, 30);
	draw_relax(rng, r, i);
	q->max_wait_ms = rd_rng_below(rng, 3) ? 0 : 20000 + some_ms(rng, 9000);
	q->ring_timeout_ms = 2000 + some_ms(rng, 6000);
	q->retry_ms = 1000 + some_ms(rng, 4000);
	q->max_misses = (uint16_t)rd_rng_below(rng, 4);
	q->wrapup_ms = rd_rng_below(rng, 3) ? 300 + some_ms(rng, 4000) : 0;
	r->routes[i] = (struct rd_cfg_route){
		.number = dnis[i],
		.group = RD_INDEX_NONE,
		.tree = RD_INDEX_NONE,
		.queue = (uint16_t)i,
		.agent = RD_INDEX_NONE,
	};
}

static void draw_agent(struct rd_rng *rng, struct rules *r, int i)
{
	struct rd_cfg_agent *a = &r->agents[i];

	*a = (struct rd_cfg_agent){ .number = numbers[i],
				    .name = numbers[i],
				    .pin = "",
				    .phone = numbers[i],
				    .language = RD_INDEX_NONE,
				    .queues = r->members[i] };
	for (uint16_t q = 0; q < QUEUES; q++)
		if (rd_rng_below(rng, 3))
			r->members[i][a->nqueues++] = (struct rd_cfg_member){
				.queue = q,
				.penalty =
					(uint8_t)(rd_rng_below(rng, 2)
							  ? rd_rng_below(rng, 3)
							  : 0),
				.share = (uint8_t)rd_rng_below(rng, 4),
				.order = (uint16_t)rd_rng_below(rng, 3),
				.prefer_ms =
					rd_rng_below(rng, 3)
						? 0
						: rd_rng_below(rng, 9) * 1000,
			};
	draw_levels(rng, r->has[i], &a->skills, 60);
}

static void draw_rules(struct rd_rng *rng, struct trial *t)
{
	struct world *w = t->w;
	struct rd_cfg_queue like = w->queues[0];

	for (int i = 0; i < SKILLS; i++)
		t->rules.skills[i].name = i ? "sailing" : "cooking";
	for (int i = 0; i < QUEUES; i++)
		draw_queue(rng, &t->rules, &like, i);
	for (int i = 0; i < AGENTS; i++) {
		draw_agent(rng, &t->rules, i);
		w->phone[i] = (struct phone){
			.number = numbers[i],
			.answer_ms = rd_rng_below(rng, 4)
					     ? 100 + some_ms(rng, 3000)
					     : WORLD_RINGS_ON,
			.cause = rd_rng_below(rng, 12) ? 0 : 17,
		};
	}
	w->config.skills = t->rules.skills;
	w->config.nskills = SKILLS;
	w->config.queues = t->rules.queues;
	w->config.nqueues = QUEUES;
	w->config.agents = t->rules.agents;
	w->config.nagents = AGENTS;
	w->config.routes = t->rules.routes;
	w->config.nroutes = QUEUES;
	w->config.limits.calls = 24;
	w->spans[0].bchannels = w->spans[1].bchannels = 0xfffe;
}

/* ---- what core says, told to the model --------------------------------------------- */

static int agent_of(const char *number)
{
	for (int i = 0; i < AGENTS; i++)
		if (!strcmp(numbers[i], number))
			return i;
	return -1;
}

static const char *word(const char *json, const char *key,
			struct rd_json_value *v)
{
	if (rd_json_get(json, key, v))
		v->text[0] = '\0';
	return v->text;
}

static uint64_t number(const char *json, const char *key)
{
	struct rd_json_value v;

	return rd_json_get(json, key, &v) ? 0 : (uint64_t)v.number;
}

static void on_state(struct trial *t, const char *json, int a)
{
	struct dm_agent *agent = &t->model.agent[a];
	struct rd_json_value s, p;

	word(json, "state", &s);
	word(json, "previous", &p);
	if (!strcmp(p.text, "out"))
		dm_sign_in(&t->model, a);
	if (agent->talking && strcmp(s.text, "talking")) {
		agent->talking = false;
		agent->talked += t->model.now - agent->talk_since;
	}
	if (!strcmp(s.text, "reserved")) {
		dm_reserved(&t->model, a, number(json, "call"));
		return;
	}
	if (!strcmp(s.text, "talking")) {
		agent->talking = true;
		agent->talk_since = t->model.now;
		agent->answered++;
	}
	if (!strcmp(s.text, "out"))
		agent->in = false;
	dm_ready(&t->model, a, !strcmp(s.text, "ready"));
}

static void on_offer_over(struct trial *t, const char *json, int a)
{
	uint64_t call = number(json, "call");
	struct rd_json_value why;

	t->model.agent[a].withdrawn =
		!strcmp(word(json, "why", &why), "withdrawn");
	if (t->model.agent[a].withdrawn) {
		dm_leave(&t->model, call);
		return;
	}
	dm_rests(&t->model, a,
		 (uint64_t)t->rules.queues[dm_find(&t->model, call)->queue]
				 .retry_ms *
			 MS);
	dm_waits_again(&t->model, call);
}

static bool is(const char *json, const char *event)
{
	struct rd_json_value v;

	return !strcmp(word(json, "event", &v), event);
}

static void on_publish(struct trial *t, const char *json)
{
	struct rd_json_value v;
	int a = agent_of(word(json, "agent", &v));

	if (t->story && (is(json, "agent.state") || is(json, "call.queued") ||
			 is(json, "agent.offer-over") ||
			 is(json, "call.dequeued") || is(json, "call.bridged")))
		fprintf(stderr, "  %7.3f %s\n", (double)t->model.now / 8000,
			json);
	if (is(json, "call.queued")) {
		for (uint16_t q = 0; q < QUEUES; q++)
			if (!strcmp(word(json, "queue", &v), queue_names[q]))
				dm_enter(&t->model, number(json, "call"), q);
	} else if (is(json, "call.dequeued") || is(json, "call.bridged")) {
		dm_leave(&t->model, number(json, "call"));
	} else if (a >= 0 && is(json, "agent.state")) {
		on_state(t, json, a);
	} else if (a >= 0 && is(json, "agent.offer-over")) {
		on_offer_over(t, json, a);
	}
}

/* Calls to phones: whose, and who ended them. */
static void on_setup(struct trial *t, const struct rd_isdn *setup)
{
	if (agent_of(setup->called) < 0 || t->nphones == REFS)
		return;
	t->phone[t->nphones].ref = setup->ref;
	t->phone[t->nphones].far_hung_up = false;
	t->phone[t->nphones].released = false;
	t->phone[t->nphones++].agent = agent_of(setup->called);
}

static void on_phone(struct trial *t, const struct rd_isdn *isdn, bool ours)
{
	for (unsigned i = 0; i < t->nphones; i++) {
		if (t->phone[i].ref != isdn->ref)
			continue;
		if (isdn->op == RD_ISDN_HANGUP && !ours) {
			t->phone[i].far_hung_up = true;
		} else if (isdn->op == RD_ISDN_HANGUP && ours &&
			   !t->phone[i].far_hung_up && !t->phone[i].released) {
			t->phone[i].released = true;
			dm_clearing(&t->model, t->phone[i].agent, 1);
		} else if (isdn->op == RD_ISDN_HANGUP_DONE && !ours &&
			   t->phone[i].released) {
			t->phone[i].released = false;
			dm_clearing(&t->model, t->phone[i].agent, -1);
		}
	}
}

/* Who says that he is ready has rested enough. */
static void on_command(struct trial *t, const char *json)
{
	struct rd_json_value v;
	int a = agent_of(word(json, "agent", &v));

	if (a >= 0 && !strcmp(word(json, "command", &v), "agent.ready") &&
	    t->model.agent[a].rests)
		dm_rested(&t->model, a);
}

static void after(struct world *w, const struct rd_msg *msg, size_t from)
{
	struct trial *t = w->after_context;

	dm_time(&t->model, w->core->now, msg->type == RD_MSG_TIME);
	if (msg->type == RD_MSG_COMMAND)
		on_command(t, ((const struct rd_ev_command *)msg)->json);
	if (msg->type == RD_MSG_ISDN)
		on_phone(t, (const struct rd_isdn *)msg, false);
	for (size_t i = from; i < w->nlog && !t->model.why[0]; i++) {
		const struct rd_isdn *isdn = (const void *)w->log[i];
		const struct rd_publish *said = (const void *)w->log[i];

		if (w->log[i]->type == RD_MSG_PUBLISH && !said->client)
			on_publish(t, said->json);
		if (w->log[i]->type != RD_MSG_ISDN_OUT)
			continue;
		if (isdn->op == RD_ISDN_SETUP)
			on_setup(t, isdn);
		else
			on_phone(t, isdn, true);
	}
	dm_settle(&t->model);
}

/* ---- a schedule ------------------------------------------------------------------------ */

static unsigned draw_ops(struct rd_rng *rng, struct op *ops)
{
	unsigned n = 20 + rd_rng_below(rng, OPS - 20), at = 0;
	static const uint8_t kinds[] = {
		OP_CALL,	   OP_CALL,	      OP_CALL,
		OP_CALL,	   OP_CALL,	      OP_CALL,
		OP_CALLER_LEAVES,  OP_CALLER_LEAVES,  OP_AGENT_HANGS_UP,
		OP_AGENT_HANGS_UP, OP_AGENT_HANGS_UP, OP_AGENT_HANGS_UP,
		OP_LOGIN,	   OP_LOGIN,	      OP_LOGIN,
		OP_LOGOUT,	   OP_READY,	      OP_READY,
		OP_NOT_READY,	   OP_WRAPUP_END,     OP_WAIT,
		OP_WAIT,
	};

	for (uint8_t a = 0; a < AGENTS && at < n; a++)
		if (rd_rng_below(rng, 3))
			ops[at++] = (struct op){ OP_LOGIN, a,
						 (uint16_t)some_ms(rng, 50) };
	while (at < n)
		ops[at++] = (struct op){
			kinds[rd_rng_below(rng, sizeof(kinds))],
			(uint8_t)rd_rng_below(rng, 60),
			(uint16_t)(rd_rng_below(rng, 6)
					   ? some_ms(rng, rd_rng_below(rng, 4)
								  ? 800
								  : 7000)
					   : 0), /* in the very same frame */
		};
	return n;
}

static void command(struct trial *t, const char *what, unsigned agent)
{
	char json[128];

	snprintf(json, sizeof(json),
		 "{\"command\":\"agent.%s\",\"agent\":\"%s\"%s,"
		 "\"by\":\"operator:x\"}",
		 what, numbers[agent % AGENTS],
		 strcmp(what, "not-ready") ? "" : ",\"reason\":\"tea\"");
	world_command(t->w, json);
}

static void carry_out(struct trial *t, const struct op *op)
{
	static const char *const commands[OP_KINDS] = {
		[OP_LOGIN] = "login",		[OP_LOGOUT] = "logout",
		[OP_READY] = "ready",		[OP_NOT_READY] = "not-ready",
		[OP_WRAPUP_END] = "wrapup-end",
	};
	char ani[16];

	world_run(t->w, op->after_ms);
	if (t->story)
		fprintf(stderr, "%9.3f %s %u\n", (double)t->w->frame / 8000,
			op_names[op->kind], op->who);
	switch (op->kind) {
	case OP_CALL:
		snprintf(ani, sizeof(ani), "139%04u", t->ncallers);
		t->callers[t->ncallers++] =
			world_call(t->w, ani, dnis[op->who % QUEUES]);
		break;
	case OP_CALLER_LEAVES:
		if (t->ncallers)
			world_hangup(t->w, t->callers[op->who % t->ncallers],
				     16);
		break;
	case OP_AGENT_HANGS_UP:
		world_hangup(t->w,
			     world_at_phone(t->w, numbers[op->who % AGENTS]),
			     16);
		break;
	case OP_WAIT:
		break;
	default:
		command(t, commands[op->kind], op->who);
	}
}

static void print_levels(const struct rd_cfg_levels *levels)
{
	for (uint16_t k = 0; k < levels->n; k++)
		fprintf(stderr, " skill %u: %u", levels->at[k].skill,
			levels->at[k].level);
}

static void print_queue(const struct rd_cfg_queue *q)
{
	fprintf(stderr,
		"  %s: strategy %u%s, priority %d x %u ms, head start %u ms, "
		"retry %u ms, rings %u ms, wrap-up %u ms, misses %u;",
		q->name, q->strategy, q->prefer_skilled ? ", skilled" : "",
		q->priority, q->priority_step_ms, q->head_start_ms, q->retry_ms,
		q->ring_timeout_ms, q->wrapup_ms, q->max_misses);
	print_levels(&q->skills);
	for (uint16_t r = 0; r < q->nrelax; r++) {
		fprintf(stderr, "; after %u ms", q->relax[r].after_ms);
		print_levels(&q->relax[r].skills);
		if (q->relax[r].has_penalty)
			fprintf(stderr, " penalty %u", q->relax[r].penalty);
		if (q->relax[r].nqueues)
			fprintf(stderr, " agents of %s",
				queue_names[q->relax[r].queues[0]]);
	}
	fputc('\n', stderr);
}

static void print_agent(const struct rd_cfg_agent *a)
{
	fprintf(stderr, "  %s:", a->number);
	for (uint16_t k = 0; k < a->nqueues; k++)
		fprintf(stderr, " %s (penalty %u order %u prefer %u ms)",
			queue_names[a->queues[k].queue], a->queues[k].penalty,
			a->queues[k].order, a->queues[k].prefer_ms);
	print_levels(&a->skills);
	fputc('\n', stderr);
}

static void print_rules(const struct rules *r)
{
	for (int i = 0; i < QUEUES; i++)
		print_queue(&r->queues[i]);
	for (int i = 0; i < AGENTS; i++)
		print_agent(&r->agents[i]);
}

/* Play it: true if core and model agree; else why[320] says where not. */
static bool play(uint64_t seed, const struct op *ops, unsigned n,
		 unsigned wrong, bool story, char *why, uint64_t pairs[2])
{
	struct trial *t = calloc(1, sizeof(*t));
	struct rd_rng rng = { seed };
	bool good;

	cr_assert_not_null(t);
	t->w = world_make();
	t->w->seed = seed;
	t->story = story;
	draw_rules(&rng, t);
	if (story)
		print_rules(&t->rules);
	dm_init(&t->model, &t->w->config, wrong);
	t->w->after = after;
	t->w->after_context = t;
	world_begin(t->w);
	for (unsigned i = 0; i < n && !t->model.why[0]; i++)
		carry_out(t, &ops[i]);
	if (!t->model.why[0])
		world_run(t->w, 30000);
	good = !t->model.why[0];
	if (!good)
		snprintf(why, 320, "at %.3f s: %s",
			 (double)t->model.failed / 8000, t->model.why);
	pairs[0] += t->model.pairs;
	pairs[1] += t->model.unsure;
	world_free(t->w);
	free(t);
	return good;
}

/* As short as it can be made by leaving out parts, and still fails. */
static unsigned shrink(uint64_t seed, struct op *ops, unsigned n,
		       unsigned wrong)
{
	struct op shorter[OPS];
	uint64_t pairs[2] = { 0 };
	char why[320];

	for (unsigned part = n / 2; part; part /= 2)
		for (unsigned at = 0; at + part <= n;) {
			memcpy(shorter, ops, at * sizeof(*ops));
			memcpy(shorter + at, ops + at + part,
			       (n - at - part) * sizeof(*ops));
			if (play(seed, shorter, n - part, wrong, false, why,
				 pairs)) {
				at += part;
				continue;
			}
			n -= part;
			memcpy(ops, shorter, n * sizeof(*ops));
		}
	return n;
}

static bool try_seed(uint64_t seed, unsigned wrong, bool story,
		     uint64_t pairs[2])
{
	struct rd_rng rng = { seed ^ 0x5eed };
	struct op ops[OPS];
	unsigned n = draw_ops(&rng, ops);
	char why[320] = "";

	if (play(seed, ops, n, wrong, story, why, pairs))
		return true;
	if (wrong)
		return false;
	n = shrink(seed, ops, n, wrong);
	fprintf(stderr, "seed %llu, %u steps are enough:\n",
		(unsigned long long)seed, n);
	play(seed, ops, n, wrong, true, why, pairs);
	fprintf(stderr, "%s\n", why);
	return false;
}

/* ---- tests -------------------------------------------------------------------------------- */

Test(acd_model, core_dispatches_as_the_rules_say, .timeout = 3600)
{
	const char *only = getenv("RD_SEED");
	uint64_t first = only ? strtoull(only, NULL, 10) : 1;
	uint64_t n = only ? 1 : getenv("RD_SOAK") ? SOAK_SEEDS : SEEDS;
	uint64_t pairs[2] = { 0 }, failed = 0;

	for (uint64_t seed = first; seed < first + n && failed < 3; seed++)
		failed += !try_seed(seed, 0, only != NULL, pairs);
	cr_assert_eq(failed, 0, "RD_SEED=n shows a seed's story");
	cr_assert_geq(pairs[0], only ? 0 : n * 10, "too little happened: %llu",
		      (unsigned long long)pairs[0]);
	cr_assert_leq(pairs[1] * 100, pairs[0], "too much is unsure: %llu",
		      (unsigned long long)pairs[1]);
}

Test(acd_model, a_wrong_rule_is_seen, .timeout = 600)
{
	static const struct {
		const char *name;
		unsigned bit;
	} rules[] = {
#define R(bit) { #bit, bit }
		R(DM_NO_PENALTY),	R(DM_NO_PREFER),
		R(DM_ORDER_OF_ENTRY),	R(DM_NO_HEAD_START),
		R(DM_NO_SKILL),		R(DM_NO_RELAX),
		R(DM_NO_REST),		R(DM_WITHDRAWN_IS_NEW),
		R(DM_ROUND_FROM_FIRST), R(DM_NOT_CLEARED),
		R(DM_CALLS_FOR_EVER),	R(DM_NO_PRIORITY),
#undef R
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		uint64_t seed = 1, pairs[2] = { 0 };

		while (seed <= SEEDS &&
		       try_seed(seed, rules[i].bit, false, pairs))
			seed++;
		cr_expect_leq(seed, SEEDS, "%s is not seen in %d seeds",
			      rules[i].name, SEEDS);
	}
}

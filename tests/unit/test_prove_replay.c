// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Witnesses repeated: the production core is called at that instant, does what
 * the witness says, and comes to the node where the finding is.
 */
#include "daemon/msg.h"
#include "daemon/rehearse/rehearse.h"
#include "lib/base/rng.h"
#include "tests/unit/prove_world.h"

#define LISTEN_MS (10 * 60000u)

struct replay {
	const struct proved *p;
	const struct rd_witness *w;
	struct rd_rehearsal *r;
	char story[65536];
	bool skipped;	/* a step that nobody can bring about by hand */
	bool signed_in; /* agents are, from the beginning */
};

static void told(void *context, enum rd_told what, const char *text)
{
	struct replay *x = context;
	size_t len = strlen(x->story);

	if (what == RD_TOLD_NOTE && len + strlen(text) + 2 < sizeof(x->story))
		snprintf(x->story + len, sizeof(x->story) - len, "%s\n", text);
}

static const struct rd_ivr_node *node_of(const struct replay *x,
					 const struct rd_act_step *s)
{
	return s->node == RD_INDEX_NONE
		       ? NULL
		       : &x->p->config->trees[s->tree]->nodes[s->node];
}

/* What the sources (and checks of PINs) answer, in order. */
static void prepare_sources(struct replay *x)
{
	for (uint16_t i = 0; i < x->w->n; i++) {
		const struct rd_act_step *s = &x->w->steps[i];
		const struct rd_ivr_node *n = node_of(x, s);

		if (!n || (n->kind == RD_NODE_AGENT &&
			   n->u.agent.op != RD_AGENT_LOGIN))
			continue;
		if (s->act == RD_ACT_FOUND || s->act == RD_ACT_SIGNED)
			rd_rehearsal_answer(x->r, RD_LOOKUP_FOUND, s->text);
		else if (s->act == RD_ACT_NONE || s->act == RD_ACT_REFUSED)
			rd_rehearsal_answer(x->r, RD_LOOKUP_NONE, "");
		else if (s->act == RD_ACT_DOWN)
			rd_rehearsal_answer(x->r, RD_LOOKUP_DOWN, "");
	}
}

/* An agent whose phone is to ring must be there beforehand. */
static void prepare_agents(struct replay *x)
{
	bool there = false, away = false;

	for (uint16_t i = 0; i < x->w->n; i++) {
		const struct rd_act_step *s = &x->w->steps[i];
		const struct rd_ivr_node *n = node_of(x, s);
		bool agent = n && n->kind == RD_NODE_DIAL && n->u.dial.to_agent;

		there |= agent && s->act != RD_ACT_FAILED;
		away |= (agent && s->act == RD_ACT_FAILED) ||
			s->act == RD_ACT_OVERFLOW;
	}
	x->skipped |= there && away;
	x->signed_in = there;
	for (uint16_t i = 0; there && i < x->p->config->nagents; i++)
		rd_rehearsal_agent(x->r, x->p->config->agents[i].number, true);
}

static void press(struct replay *x, const char *keys)
{
	for (; *keys; keys++)
		rd_rehearsal_key(x->r, *keys);
}

static void talk(struct replay *x)
{
	for (uint16_t i = 0; !x->signed_in && i < x->p->config->nagents; i++)
		rd_rehearsal_agent(x->r, x->p->config->agents[i].number, true);
	cr_expect_eq(rd_rehearsal_phone(x->r, 0), 0, "no phone rings");
	rd_rehearsal_wait(x->r, 20000); /* the greeting, a few words */
	cr_expect_eq(rd_rehearsal_other_hangup(x->r), 0, "nobody talks");
	for (uint16_t i = 0; !x->signed_in && i < x->p->config->nagents; i++)
		rd_rehearsal_agent(x->r, x->p->config->agents[i].number, false);
}

static void act(struct replay *x, uint16_t i)
{
	const struct rd_act_step *s = &x->w->steps[i];

	switch ((enum rd_act)s->act) {
	case RD_ACT_KEYS:
	case RD_ACT_ENTRY:
		press(x, s->text);
		break;
	case RD_ACT_WRONG:
		for (int k = 0; k < s->count; k++) {
			rd_rehearsal_listen(x->r, LISTEN_MS);
			press(x, s->text);
			/* too short: time between keys ends it */
			rd_rehearsal_wait(x->r, 3500);
		}
		break;
	case RD_ACT_SILENT:
	case RD_ACT_OVERFLOW:
	case RD_ACT_NO_ANSWER:
		rd_rehearsal_silence(x->r, 6 * 3600000u);
		break;
	case RD_ACT_TALKED:
		talk(x);
		break;
	case RD_ACT_BUSY:
		x->skipped |= rd_rehearsal_phone(x->r, 17) < 0;
		break;
	case RD_ACT_FAILED:
		rd_rehearsal_phone(x->r, 27);
		break;
	case RD_ACT_DESERTED: /* so it is, unless there was one to sign in */
		x->skipped |= x->signed_in;
		break;
	case RD_ACT_FULL:
	case RD_ACT_TOO_LONG:
	case RD_ACT_FIGURES:
	case RD_ACT_OTHER:
		x->skipped = true;
		break;
	default: /* answers of sources: prepared */
		break;
	}
	rd_rehearsal_listen(x->r, LISTEN_MS);
}

/* "main" of "main.2[3]": a named node, which the story of the call tells. */
static bool came_to(const struct replay *x, uint16_t tree, uint16_t node)
{
	const struct rd_ivr_program *t = x->p->config->trees[tree];
	char wanted[200];

	snprintf(wanted, sizeof(wanted), "ivr: %s.%.*s\"", t->name,
		 (int)strcspn(t->nodes[node].name, ".["), t->nodes[node].name);
	/* words such as goodbye are nodes without a place */
	return !t->nodes[node].place.file || strstr(x->story, wanted);
}

static bool replay(const struct proved *p, const struct rd_witness *w,
		   const char *what)
{
	struct replay *x = calloc(1, sizeof(*x));
	struct rd_rehearsal_setup setup = {
		.bundle = &p->bundle,
		.config = p->config,
		.tree = w->tree,
		.start_s = w->unix_s,
		.caller = w->caller[0] ? w->caller : "13800138000",
		.called = w->called[0] ? w->called : "4008001234",
		.tell = told,
		.context = x,
	};
	char words[2000];
	bool skipped;

	if (w->lists || w->level[0]) { /* not said by hand */
		free(x);
		return false;
	}
	cr_assert(x);
	x->p = p;
	x->w = w;
	x->r = rd_rehearsal_new(&setup);
	cr_assert(x->r);
	prepare_sources(x);
	prepare_agents(x);
	rd_rehearsal_call(x->r);
	rd_rehearsal_listen(x->r, LISTEN_MS);
	for (uint16_t i = 0; i < w->n && !x->skipped; i++)
		act(x, i);
	skipped = x->skipped;
	if (!skipped && w->end_tree != RD_INDEX_NONE)
		cr_expect(
			came_to(x, w->end_tree, w->end_node),
			"%s\n%s\ndoes not come to %s:\n%s", what,
			rd_witness_words(p->config, w, words, sizeof(words)),
			p->config->trees[w->end_tree]->nodes[w->end_node].name,
			x->story);
	rd_rehearsal_free(x->r);
	free(x);
	return !skipped;
}

/* ---- what nobody comes to ------------------------------------------------------- */

/* One who does anything, at any time; what he met is in x->story. */
static void wander(struct replay *x, struct rd_rng *rng)
{
	static const char *const does[] = {
		"1",	 "2",  "3", "8", "9",	 "*",	     "#",  "12",
		"1234#", "5#", "0", "7", "500#", "12345678", "99#"
	};
	static const char *const callers[] = { "13800138000", "13900000000",
					       "1" };
	struct rd_rehearsal_setup setup = {
		.bundle = &x->p->bundle,
		.config = x->p->config,
		.tree = RD_INDEX_NONE,
		.start_s =
			PROVE_NOW + (int64_t)rd_rng_below(rng, 400 * 1440) * 60,
		.caller = callers[rd_rng_below(rng, 3)],
		.called = rd_rng_below(rng, 2) ? "4008001234" : "4008001235",
		.tell = told,
		.context = x,
	};

	x->story[0] = 0;
	x->r = rd_rehearsal_new(&setup);
	cr_assert(x->r);
	for (int i = 0; i < 8; i++)
		rd_rehearsal_answer(x->r, (int)rd_rng_below(rng, 3), "c=500");
	rd_rehearsal_call(x->r);
	for (int i = 0; i < 24; i++) {
		rd_rehearsal_listen(x->r, LISTEN_MS);
		switch (rd_rng_below(rng, 6)) {
		case 0:
			rd_rehearsal_silence(x->r, 3600000);
			break;
		case 1:
			rd_rehearsal_agent(x->r, "8001", rd_rng_below(rng, 2));
			rd_rehearsal_phone(x->r, rd_rng_below(rng, 2) ? 0 : 17);
			rd_rehearsal_wait(x->r, 5000);
			rd_rehearsal_other_hangup(x->r);
			break;
		default:
			press(x, does[rd_rng_below(rng, 15)]);
		}
	}
	rd_rehearsal_free(x->r);
}

static void check_unreachable(struct replay *x)
{
	for (uint32_t f = 0; f < x->p->proof->n; f++) {
		const struct rd_finding *u = &x->p->proof->findings[f];
		const struct rd_ivr_program *t;

		if (u->kind != RD_FIND_UNREACHABLE)
			continue;
		t = x->p->config->trees[u->tree];
		for (uint16_t i = 0; i < t->nnamed; i++)
			if (t->nodes[i].place.line == u->place.line)
				cr_expect(!came_to(x, u->tree, i),
					  "%s: a caller came to \"%s\":\n%s",
					  t->place.file, t->nodes[i].name,
					  x->story);
	}
}

static bool has_error(const struct proved *p)
{
	return p->proof->count[RD_ERROR] > 0;
}

/* What ended badly is told. */
static void check_bad_ends(struct replay *x, const char *path)
{
	if (strstr(x->story, "too many steps") ||
	    strstr(x->story, "call: within"))
		cr_expect(has_error(x->p), "%s: not told:\n%s", path, x->story);
}

static void replay_folder(const char *folder, int *done, int *skipped)
{
	struct dirent **names;
	char path[300];
	int n;

	snprintf(path, sizeof(path), PROVE_DATA "/%s", folder);
	n = scandir(path, &names, NULL, alphasort);
	cr_assert_gt(n, 40, "%s", path);
	for (int i = 0; i < n; i++) {
		struct proved p;

		if (names[i]->d_name[0] == '.' ||
		    strstr(names[i]->d_name, ".config."))
			goto next;
		snprintf(path, sizeof(path), PROVE_DATA "/%s/%s", folder,
			 names[i]->d_name);
		cr_assert(prove_tree(&p, path), "%s", path);
		for (uint32_t f = 0; f < p.proof->n; f++) {
			if (!p.proof->findings[f].has_witness)
				continue;
			if (replay(&p, &p.proof->findings[f].witness, path))
				++*done;
			else
				++*skipped;
		}
		prove_done(&p);
next:
		free(names[i]);
	}
	free(names);
	cr_log_info("%s: %d witnesses repeated, %d skipped", folder, *done,
		    *skipped);
}

Test(replay, witnesses_of_all_seeded_faults_lead_there, .timeout = 120)
{
	int done = 0, skipped = 0;

	replay_folder("faulty", &done, &skipped);
	cr_expect_geq(done, 60, "%d", done);
	cr_expect_leq(skipped, 4, "%d", skipped);
}

/* Trees made by chance: nobody thought of what is wrong with them. */
Test(replay, witnesses_of_trees_by_chance_lead_there, .timeout = 120)
{
	int done = 0, skipped = 0;

	replay_folder("chance", &done, &skipped);
	cr_expect_geq(done, 150, "%d", done);
	cr_expect_leq(skipped, done / 8, "%d", skipped);
}

Test(replay, nobody_comes_where_nobody_is_said_to_come, .timeout = 120)
{
	struct rd_rng rng = { 4711 };
	struct dirent **names;
	int n = scandir(PROVE_DATA "/chance", &names, NULL, alphasort);
	int met = 0; /* nodes, by all that wander */

	cr_assert_gt(n, 40);
	for (int i = 0; i < n; i++) {
		struct replay *x = calloc(1, sizeof(*x));
		struct proved p;
		char path[300];

		cr_assert(x);
		snprintf(path, sizeof(path), PROVE_DATA "/chance/%s",
			 names[i]->d_name);
		if (names[i]->d_name[0] != '.') {
			cr_assert(prove_tree(&p, path), "%s", path);
			x->p = &p;
			for (int walk = 0; walk < 12; walk++) {
				wander(x, &rng);
				for (const char *at = x->story;
				     (at = strstr(at, "ivr: t.")); at++)
					met++;
				check_unreachable(x);
				check_bad_ends(x, path);
			}
			prove_done(&p);
		}
		free(x);
		free(names[i]);
	}
	free(names);
	cr_log_info("%d nodes met", met);
	cr_expect_geq(met, 2000, "%d", met);
}

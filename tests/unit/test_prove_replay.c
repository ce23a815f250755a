// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Witnesses repeated: the production core is called at that instant, does what
 * the witness says, and comes to the node where the finding is.
 */
#include "daemon/msg.h"
#include "daemon/rehearse/rehearse.h"
#include "tests/unit/prove_world.h"

#define LISTEN_MS (10 * 60000u)

struct replay {
	const struct proved *p;
	const struct rd_witness *w;
	struct rd_rehearsal *r;
	char story[65536];
	bool skipped; /* a step that nobody can bring about by hand */
};

static void told(void *context, enum rd_told what, const char *text)
{
	struct replay *x = context;
	size_t len = strlen(x->story);

	if (what == RD_TOLD_NOTE && len + strlen(text) + 2 < sizeof(x->story))
		snprintf(x->story + len, sizeof(x->story) - len, "%s\n", text);
}

/* The next answer of a source is what the witness says next of one. */
static void prepare_source(struct replay *x, uint16_t from)
{
	for (uint16_t i = from; i < x->w->n; i++) {
		const struct rd_act_step *s = &x->w->steps[i];

		if (s->act == RD_ACT_FOUND)
			rd_rehearsal_source(x->r, RD_LOOKUP_FOUND, s->text);
		else if (s->act == RD_ACT_NONE)
			rd_rehearsal_source(x->r, RD_LOOKUP_NONE, "");
		else if (s->act == RD_ACT_DOWN)
			rd_rehearsal_source(x->r, RD_LOOKUP_DOWN, "");
		else if (s->act == RD_ACT_SIGNED)
			rd_rehearsal_source(x->r, RD_LOOKUP_FOUND, "");
		else if (s->act == RD_ACT_REFUSED)
			rd_rehearsal_source(x->r, RD_LOOKUP_NONE, "");
		else
			continue;
		return;
	}
}

static void press(struct replay *x, const char *keys)
{
	for (; *keys; keys++)
		rd_rehearsal_key(x->r, *keys);
}

static void talk(struct replay *x)
{
	for (uint16_t i = 0; i < x->p->config->nagents; i++)
		rd_rehearsal_agent(x->r, x->p->config->agents[i].number, true);
	cr_expect_eq(rd_rehearsal_phone(x->r, 0), 0, "no phone rings");
	rd_rehearsal_wait(x->r, 20000); /* the greeting, a few words */
	cr_expect_eq(rd_rehearsal_other_hangup(x->r), 0, "nobody talks");
	for (uint16_t i = 0; i < x->p->config->nagents; i++)
		rd_rehearsal_agent(x->r, x->p->config->agents[i].number,
				   false);
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
	case RD_ACT_FULL:
	case RD_ACT_FIGURES:
	case RD_ACT_OTHER:
		x->skipped = true;
		break;
	default: /* answers of sources: prepared */
		break;
	}
	prepare_source(x, (uint16_t)(i + 1));
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
	prepare_source(x, 0);
	rd_rehearsal_call(x->r);
	rd_rehearsal_listen(x->r, LISTEN_MS);
	for (uint16_t i = 0; i < w->n && !x->skipped; i++)
		act(x, i);
	skipped = x->skipped;
	if (!skipped && w->end_tree != RD_INDEX_NONE)
		cr_expect(came_to(x, w->end_tree, w->end_node),
			  "%s\n%s\ndoes not come to %s:\n%s", what,
			  rd_witness_words(p->config, w, words, sizeof(words)),
			  p->config->trees[w->end_tree]->nodes[w->end_node].name,
			  x->story);
	rd_rehearsal_free(x->r);
	free(x);
	return !skipped;
}

Test(replay, witnesses_of_all_seeded_faults_lead_there, .timeout = 120)
{
	struct dirent **names;
	int n = scandir(PROVE_DATA "/faulty", &names, NULL, alphasort);
	int done = 0, skipped = 0;

	cr_assert_gt(n, 40);
	for (int i = 0; i < n; i++) {
		char path[300];
		struct proved p;

		if (names[i]->d_name[0] == '.' ||
		    strstr(names[i]->d_name, ".config."))
			goto next;
		snprintf(path, sizeof(path), PROVE_DATA "/faulty/%s",
			 names[i]->d_name);
		cr_assert(prove_tree(&p, path), "%s", path);
		for (uint32_t f = 0; f < p.proof->n; f++) {
			if (!p.proof->findings[f].has_witness)
				continue;
			if (replay(&p, &p.proof->findings[f].witness, path))
				done++;
			else
				skipped++;
		}
		prove_done(&p);
next:
		free(names[i]);
	}
	free(names);
	cr_log_info("%d witnesses repeated, %d skipped", done, skipped);
	cr_expect_geq(done, 45, "%d", done);
	cr_expect_leq(skipped, 4, "%d", skipped);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Right trees, changed by chance: a known fault put in anywhere is found, and
 * a change that means nothing gives no finding. Changes are made to programs,
 * so they come in places no author thought of.
 */
#include "lib/base/rng.h"
#include "tests/unit/prove_world.h"

#define SEEDS 40
#define ROOM  64 /* nodes that may be added */

struct mutant {
	struct proved p;
	struct rd_ivr_program *t;
	struct rd_ivr_node *nodes;
	struct rd_rng rng;
};

static uint32_t below(struct mutant *m, uint32_t n)
{
	return (uint32_t)rd_rng_below(&m->rng, n);
}

/* t, with nodes that may be changed; findings of the right tree are none. */
static bool begin(struct mutant *m, const char *path, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	m->rng.state = seed;
	if (!prove_tree(&m->p, path) || m->p.proof->n)
		return false;
	for (uint16_t i = 0; i < m->p.config->ntrees; i++)
		if (!strcmp(m->p.config->tree_texts[i].name, "t"))
			m->t = (void *)m->p.config->trees[i];
	cr_assert(m->t);
	m->nodes = rd_config_alloc(m->p.config, m->t->nnodes + ROOM,
				   sizeof(*m->nodes));
	memcpy(m->nodes, m->t->nodes, m->t->nnodes * sizeof(*m->nodes));
	m->t->nodes = m->nodes;
	return true;
}

static void prove_again(struct mutant *m)
{
	struct rd_prove how = { .now_s = PROVE_NOW };

	rd_proof_free(m->p.proof);
	m->p.proof = NULL;
	cr_assert_eq(rd_prove(m->p.config, &how, &m->p.proof), 0);
}

static bool found(const struct mutant *m, enum rd_finding_kind kind)
{
	for (uint32_t i = 0; i < m->p.proof->n; i++)
		if (m->p.proof->findings[i].kind == kind)
			return true;
	return false;
}

/* A node of one of these kinds, by chance, with a place; NONE: there is none. */
static uint16_t pick(struct mutant *m, uint32_t kinds)
{
	uint16_t at = (uint16_t)below(m, m->t->nnodes);

	for (uint16_t i = 0; i < m->t->nnodes; i++) {
		uint16_t n = (uint16_t)((at + i) % m->t->nnodes);

		if (kinds >> m->nodes[n].kind & 1 && m->nodes[n].place.file)
			return n;
	}
	return RD_INDEX_NONE;
}

#define KIND(k) (1u << RD_NODE_##k)
#define INPUTS	(KIND(MENU) | KIND(COLLECT) | KIND(SURVEY))

/* ---- faults: each returns whether it could be put in -------------------------------- */

static bool silence_goes_round(struct mutant *m)
{
	uint16_t n = pick(m, INPUTS);

	if (n == RD_INDEX_NONE)
		return false;
	m->nodes[n].u.input.no_input = n;
	return true;
}

static bool mistakes_go_round(struct mutant *m)
{
	uint16_t n = pick(m, KIND(COLLECT) | KIND(SURVEY));

	if (n == RD_INDEX_NONE)
		return false;
	m->nodes[n].u.input.failed = n;
	return true;
}

static bool nothing_follows(struct mutant *m)
{
	uint16_t n = pick(m, KIND(PLAY) | KIND(SET) | KIND(LANGUAGE) |
				     KIND(LOOKUP) | KIND(COLLECT));

	if (n == RD_INDEX_NONE)
		return false;
	m->nodes[n].next = RD_INDEX_NONE;
	return true;
}

static bool nothing_when_down(struct mutant *m)
{
	uint16_t n = pick(m, KIND(LOOKUP));

	if (n == RD_INDEX_NONE)
		return false;
	m->nodes[n].u.lookup.down = RD_INDEX_NONE;
	return true;
}

static bool returns_uncalled(struct mutant *m)
{
	uint16_t n = pick(m, KIND(QUEUE));

	if (n == RD_INDEX_NONE)
		return false;
	m->nodes[n].kind = RD_NODE_RETURN;
	return true;
}

static bool source_goes_round(struct mutant *m)
{
	uint16_t n = pick(m, KIND(LOOKUP));

	if (n == RD_INDEX_NONE)
		return false;
	m->nodes[n].u.lookup.none = n;
	return true;
}

static bool row_stands_twice(struct mutant *m)
{
	uint16_t n = pick(m, KIND(CHOOSE));
	struct rd_ivr_case *cases;
	struct rd_ivr_choose *c;
	uint16_t row;

	if (n == RD_INDEX_NONE)
		return false;
	c = &m->nodes[n].u.choose;
	row = (uint16_t)below(m, c->n);
	if (!c->cases[row].nconds)
		row = 0;
	cases = rd_config_alloc(m->p.config, c->n + 1u, sizeof(*cases));
	memcpy(cases, c->cases, (row + 1u) * sizeof(*cases));
	memcpy(cases + row + 1, c->cases + row,
	       (size_t)(c->n - row) * sizeof(*cases));
	/* the place of another, for one place is told once */
	cases[row + 1].place.column++;
	c->cases = cases;
	c->n++;
	return true;
}

static bool row_contradicts_itself(struct mutant *m)
{
	uint16_t n = pick(m, KIND(CHOOSE));
	struct rd_ivr_case *cases;
	struct rd_ivr_cond *conds;
	struct rd_ivr_choose *c;

	if (n == RD_INDEX_NONE)
		return false;
	c = &m->nodes[n].u.choose;
	if (!c->cases[0].nconds)
		return false;
	cases = rd_config_alloc(m->p.config, c->n, sizeof(*cases));
	conds = rd_config_alloc(m->p.config, 2, sizeof(*conds));
	memcpy(cases, c->cases, c->n * sizeof(*cases));
	conds[0] = conds[1] = cases[0].conds[0];
	conds[1].negate = !conds[0].negate;
	cases[0].conds = conds;
	cases[0].nconds = 2;
	c->cases = cases;
	return true;
}

static bool nobody_serves(struct mutant *m)
{
	struct rd_cfg_agent *agents = (void *)m->p.config->agents;

	if (pick(m, KIND(QUEUE)) == RD_INDEX_NONE)
		return false;
	for (uint16_t i = 0; i < m->p.config->nagents; i++)
		agents[i].nqueues = 0;
	return true;
}

static bool nobody_comes(struct mutant *m)
{
	uint16_t n = m->t->nnodes;

	/* a named node that nothing leads to: the last named one is moved away */
	if (m->t->nnamed < 2)
		return false;
	m->nodes[n] = m->nodes[0];
	m->nodes[n].name = "lost[2]";
	m->nodes[n].place.line = 9999;
	m->t->nnodes++;
	return true;
}

static bool calls_itself(struct mutant *m)
{
	uint16_t n = pick(m, KIND(PLAY));

	if (n == RD_INDEX_NONE)
		return false;
	m->nodes[n].kind = RD_NODE_CALL;
	m->nodes[n].u.target = n;
	return true;
}

static bool key_begins_like_another(struct mutant *m)
{
	uint16_t n = pick(m, KIND(MENU));
	struct rd_ivr_menu *menu;
	struct rd_ivr_key *keys;

	if (n == RD_INDEX_NONE)
		return false;
	menu = &m->nodes[n].u.menu;
	keys = rd_config_alloc(m->p.config, menu->nkeys + 1u, sizeof(*keys));
	memcpy(keys, menu->keys, menu->nkeys * sizeof(*keys));
	keys[menu->nkeys] = keys[0];
	strcpy(keys[menu->nkeys].keys, keys[0].keys);
	strcat(keys[menu->nkeys].keys, "7");
	keys[menu->nkeys].place.line = 9999;
	menu->keys = keys;
	menu->nkeys++;
	return true;
}

static const struct {
	const char *name;
	bool (*put)(struct mutant *m);
	enum rd_finding_kind kind;
} faults[] = {
	{ "silence goes round", silence_goes_round, RD_FIND_LOOP },
	{ "mistakes go round", mistakes_go_round, RD_FIND_RETRY },
	{ "nothing follows", nothing_follows, RD_FIND_DEAD_END },
	{ "nothing when down", nothing_when_down, RD_FIND_DEAD_END },
	{ "returns uncalled", returns_uncalled, RD_FIND_DEAD_END },
	{ "source goes round", source_goes_round, RD_FIND_LOOP },
	{ "row stands twice", row_stands_twice, RD_FIND_SHADOWED },
	{ "row contradicts itself", row_contradicts_itself, RD_FIND_NEVER },
	{ "nobody serves", nobody_serves, RD_FIND_UNSERVED },
	{ "nobody comes", nobody_comes, RD_FIND_UNREACHABLE },
	{ "calls itself", calls_itself, RD_FIND_LOOP },
	{ "key begins like another", key_begins_like_another, RD_FIND_KEYS },
};
#define FAULTS (sizeof(faults) / sizeof(*faults))

/* ---- changes that mean nothing ---------------------------------------------------------- */

static uint16_t add_node(struct mutant *m, uint8_t kind)
{
	uint16_t n = m->t->nnodes++;

	memset(&m->nodes[n], 0, sizeof(*m->nodes));
	m->nodes[n].kind = kind;
	m->nodes[n].name = "added";
	m->nodes[n].place = (struct rd_place){ "added.yaml", n + 1, 1 };
	return n;
}

/* A step between a node and what follows it. */
static void put_between(struct mutant *m)
{
	uint16_t n = pick(m, KIND(PLAY) | KIND(SET) | KIND(LANGUAGE) |
				     KIND(LOOKUP) | KIND(COLLECT));
	uint16_t step;

	if (n == RD_INDEX_NONE || m->nodes[n].next == RD_INDEX_NONE)
		return;
	step = add_node(m, below(m, 2) ? RD_NODE_GOTO : RD_NODE_PLAY);
	m->nodes[step].next = m->nodes[n].next;
	if (m->nodes[step].kind == RD_NODE_GOTO)
		m->nodes[step].u.target = m->nodes[n].next;
	m->nodes[n].next = step;
}

/* A key goes by another step. */
static void put_behind_key(struct mutant *m)
{
	uint16_t n = pick(m, KIND(MENU)), step;
	struct rd_ivr_menu *menu;
	struct rd_ivr_key *keys;

	if (n == RD_INDEX_NONE)
		return;
	menu = &m->nodes[n].u.menu;
	if (menu->keys[0].target >= RD_GO_REPEAT)
		return;
	step = add_node(m, RD_NODE_GOTO);
	m->nodes[step].u.target = menu->keys[0].target;
	keys = rd_config_alloc(m->p.config, menu->nkeys, sizeof(*keys));
	memcpy(keys, menu->keys, menu->nkeys * sizeof(*keys));
	keys[0].target = step;
	menu->keys = keys;
}

/* More or less patience. */
static void change_patience(struct mutant *m)
{
	uint16_t n = pick(m, INPUTS);

	if (n == RD_INDEX_NONE)
		return;
	m->nodes[n].u.input.retries = (uint8_t)below(m, 6);
	m->nodes[n].u.input.silent_retries = (uint8_t)below(m, 6);
}

/* A condition stands twice in its row. */
static void repeat_condition(struct mutant *m)
{
	uint16_t n = pick(m, KIND(CHOOSE));
	struct rd_ivr_case *cases;
	struct rd_ivr_cond *conds;
	struct rd_ivr_choose *c;
	uint16_t row;

	if (n == RD_INDEX_NONE)
		return;
	c = &m->nodes[n].u.choose;
	row = (uint16_t)below(m, c->n);
	if (!c->cases[row].nconds)
		return;
	cases = rd_config_alloc(m->p.config, c->n, sizeof(*cases));
	memcpy(cases, c->cases, c->n * sizeof(*cases));
	conds = rd_config_alloc(m->p.config, cases[row].nconds + 1u,
				sizeof(*conds));
	memcpy(conds, cases[row].conds, cases[row].nconds * sizeof(*conds));
	conds[cases[row].nconds] = conds[0];
	cases[row].conds = conds;
	cases[row].nconds++;
	c->cases = cases;
}

static void (*const harmless[])(struct mutant *m) = {
	put_between, put_behind_key, change_patience, repeat_condition,
};

/* ---- the tests ------------------------------------------------------------------------------- */

static int list_right(char (*paths)[300], int most)
{
	struct dirent **names;
	int n = scandir(PROVE_DATA "/correct", &names, NULL, alphasort);
	int kept = 0;

	cr_assert_gt(n, 2);
	for (int i = 0; i < n; i++) {
		if (names[i]->d_name[0] != '.' && kept < most &&
		    !strstr(names[i]->d_name, ".config."))
			snprintf(paths[kept++], 300, PROVE_DATA "/correct/%s",
				 names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return kept;
}

Test(mutate, a_fault_anywhere_is_found, .timeout = 120)
{
	char paths[64][300];
	int n = list_right(paths, 64), put[FAULTS] = { 0 };

	for (int i = 0; i < n; i++)
		for (size_t f = 0; f < FAULTS; f++)
			for (uint64_t seed = 1; seed <= 4; seed++) {
				struct mutant m;

				cr_assert(begin(&m, paths[i], seed));
				if (faults[f].put(&m)) {
					put[f]++;
					prove_again(&m);
					cr_expect(found(&m, faults[f].kind),
						  "%s, seed %d: %s", paths[i],
						  (int)seed, faults[f].name);
				}
				prove_done(&m.p);
			}
	for (size_t f = 0; f < FAULTS; f++)
		cr_expect_gt(put[f], 0, "%s", faults[f].name);
}

Test(mutate, a_change_that_means_nothing_gives_no_finding, .timeout = 120)
{
	char paths[64][300];
	int n = list_right(paths, 64);

	for (int i = 0; i < n; i++)
		for (uint64_t seed = 1; seed <= SEEDS; seed++) {
			struct mutant m;

			cr_assert(begin(&m, paths[i], seed));
			for (int k = 0; k < 6; k++)
				harmless[below(&m, 4)](&m);
			prove_again(&m);
			cr_expect_eq(m.p.proof->n, 0, "%s, seed %d: %s:%d %s",
				     paths[i], (int)seed,
				     m.p.proof->n ?
					     m.p.proof->findings[0].place.file :
					     "",
				     m.p.proof->n ?
					     m.p.proof->findings[0].place.line :
					     0,
				     m.p.proof->n ?
					     m.p.proof->findings[0].text :
					     "");
			prove_done(&m.p);
		}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Keys that may mean two things: one begins like another, like an agent's
 * number, or hides a key that every menu has.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/prove/inside.h"

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static void compare_keys(struct prove *p, uint16_t tree, uint32_t at,
			 const struct rd_ivr_menu *m)
{
	for (uint16_t i = 0; i < m->nkeys; i++)
		for (uint16_t k = 0; k < m->nkeys; k++) {
			const struct rd_ivr_key *longer = &m->keys[i];
			const struct rd_ivr_key *shorter = &m->keys[k];

			if (i == k || !begins(longer->keys, shorter->keys))
				continue;
			rd_prove_find(
				p, RD_FIND_KEYS, longer->place, tree, at,
				"menu: key %s begins like key %s, which is "
				"taken only when nothing follows for %u ms "
				"(interdigit)",
				longer->keys, shorter->keys,
				m->input.interdigit_ms);
		}
}

static void compare_agents(struct prove *p, uint16_t tree, uint32_t at,
			   const struct rd_ivr_node *node)
{
	const struct rd_ivr_menu *m = &node->u.menu;
	const struct rd_config *c = p->config;

	for (uint16_t a = 0; m->extensions != NONE && a < c->nagents; a++) {
		const char *number = c->agents[a].number;

		for (uint16_t k = 0; k < m->nkeys; k++) {
			const struct rd_ivr_key *key = &m->keys[k];
			struct rd_place place = rd_prove_has_place(key->place)
							? key->place
							: node->place;

			if (!strcmp(number, key->keys))
				rd_prove_find(
					p, RD_FIND_KEYS, place, tree, at,
					"menu: key %s is also the number of "
					"an agent, who can never be dialled "
					"here",
					key->keys);
			else if (begins(number, key->keys))
				rd_prove_find(
					p, RD_FIND_KEYS, place, tree, at,
					"menu: key %s begins like the "
					"number of agent %s; it is taken "
					"only when nothing follows for %u "
					"ms (interdigit)",
					key->keys, number,
					m->input.interdigit_ms);
		}
		for (uint16_t b = 0; b < c->nagents; b++)
			if (a != b && begins(c->agents[b].number, number))
				rd_prove_find(
					p, RD_FIND_KEYS, node->place, tree, at,
					"menu: the number of agent %s "
					"begins like that of agent %s, "
					"which is taken only when nothing "
					"follows for %u ms (interdigit)",
					c->agents[b].number, number,
					m->input.interdigit_ms);
	}
}

/* Does a way without choices lead from one node to the other? */
static bool leads_on(const struct rd_ivr_program *tree, uint16_t from,
		     uint16_t to)
{
	for (int steps = 0; steps < 32 && from < tree->nnodes; steps++) {
		const struct rd_ivr_node *node = &tree->nodes[from];

		if (from == to)
			return true;
		switch ((enum rd_node_kind)node->kind) {
		case RD_NODE_PLAY:
		case RD_NODE_SET:
		case RD_NODE_ATTACH:
		case RD_NODE_LANGUAGE:
		case RD_NODE_ANSWER:
			from = node->next;
			break;
		case RD_NODE_GOTO:
			from = node->u.target;
			break;
		default:
			return false;
		}
	}
	return false;
}

static bool has_menu_before(const struct prove *p, uint16_t tree, uint16_t node)
{
	for (uint32_t i = 0; i < p->still; i++)
		if (p->states[i].tree == tree && p->states[i].node == node &&
		    p->states[i].back_to != NONE)
			return true;
	return false;
}

static void hides(struct prove *p, uint16_t tree, uint32_t at,
		  const struct rd_ivr_key *key, char global, const char *word,
		  enum rd_severity severity)
{
	struct rd_finding *f = rd_prove_find(
		p, RD_FIND_GLOBAL_KEY, key->place, tree, at,
		"menu: key %s hides the key %c of every menu, which leads to "
		"\"%s\"; it cannot be reached from here",
		key->keys, global, word);

	if (f)
		f->severity = (uint8_t)severity;
}

static void compare_global(struct prove *p, uint16_t tree, uint16_t node,
			   uint32_t at, const struct rd_ivr_menu *m)
{
	const struct rd_ivr_program *t = p->config->trees[tree];

	for (uint16_t i = 0; i < m->nkeys; i++) {
		const struct rd_ivr_key *key = &m->keys[i];
		char first = key->keys[0];
		bool whole = !key->keys[1];

		if (key->standard)
			continue;
		if (t->operator!= NONE && first == t->key_operator && !(
			    whole && leads_on(t, key->target, t->operator)))
			hides(p, tree, at, key, first, "operator", RD_WARNING);
		if (t->top != NONE && first == t->key_top &&
		    !(whole && leads_on(t, key->target, t->top)))
			hides(p, tree, at, key, first, "top", RD_WARNING);
		if (first == t->key_back &&
		    !(whole && key->target == RD_GO_BACK) &&
		    (t->back_given || has_menu_before(p, tree, node)))
			hides(p, tree, at, key, first, "back",
			      t->back_given ? RD_WARNING : RD_NOTE);
	}
}

/* The check character X of mod11_2 is keyed as a star. */
static void compare_editing(struct prove *p, uint16_t tree, uint32_t at,
			    const struct rd_ivr_node *node)
{
	const struct rd_ivr_collect *c = &node->u.collect;

	if (strcmp(rd_checks[c->check].name, "mod11_2") ||
	    (c->clear != '*' && c->terminator != '*'))
		return;
	rd_prove_find(p, RD_FIND_KEYS, node->place, tree, at,
		      "collect: * stands for X in a number checked by mod11_2, "
		      "but here it is \"%s\"; such numbers cannot be entered",
		      c->clear == '*' ? "clear" : "terminator");
}

/* One key for two of repeat, back, top, operator. */
static void compare_tree(struct prove *p, uint16_t tree)
{
	const struct rd_ivr_program *t = p->config->trees[tree];
	const struct {
		char key;
		const char *word;
	} all[] = {
		{ t->key_repeat, "repeat" },
		{ t->key_back, "back" },
		{ t->top == NONE ? 0 : t->key_top, "top" },
		{ t->operator== NONE ? 0 : t->key_operator, "operator" },
	};

	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < i; k++)
			if (all[i].key && all[i].key == all[k].key)
				rd_prove_find(
					p, RD_FIND_GLOBAL_KEY, t->place, tree,
					STATE_NONE,
					"key %c is both \"%s\" and \"%s\" "
					"in every menu; only \"%s\" can be "
					"reached by it",
					all[i].key, all[k].word, all[i].word,
					all[k].word);
}

void rd_prove_keys(struct prove *p)
{
	for (uint16_t t = 0; t < p->config->ntrees; t++) {
		const struct rd_ivr_program *tree = p->config->trees[t];

		compare_tree(p, t);
		for (uint16_t i = 0; i < tree->nnodes; i++) {
			const struct rd_ivr_node *node = &tree->nodes[i];
			uint32_t at = p->nodes[t][i].first;

			if (at == STATE_NONE)
				continue;
			if (node->kind == RD_NODE_MENU) {
				compare_keys(p, t, at, &node->u.menu);
				compare_agents(p, t, at, node);
				compare_global(p, t, i, at, &node->u.menu);
			}
			if (node->kind == RD_NODE_COLLECT)
				compare_editing(p, t, at, node);
		}
	}
}

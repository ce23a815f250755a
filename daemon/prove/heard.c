// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What callers hear, in the language they have at that point: words of another
 * language that stand in, the same words for all, sound files that are missing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

struct heard {
	struct prove *p;
	uint64_t **seen; /* [tree][list]: languages it was heard in */
};

static bool chooses_language(const struct rd_ivr_program *tree,
			     uint16_t language)
{
	for (uint16_t i = 0; i < tree->nnodes; i++)
		if (tree->nodes[i].kind == RD_NODE_LANGUAGE &&
		    tree->nodes[i].u.index == language)
			return true;
	return false;
}

static void look_for_files(struct prove *p, const struct rd_ivr_program *tree,
			   uint32_t at, const struct rd_ivr_list *row)
{
	for (uint16_t i = 0; p->how->has_file && i < row->n; i++) {
		const struct rd_ivr_item *item = &tree->items[row->first + i];
		const struct rd_cfg_prompt *prompt;

		if (item->kind != RD_ITEM_PROMPT ||
		    item->prompt >= p->config->nprompts)
			continue;
		prompt = &p->config->prompts[item->prompt];
		if (prompt->file[0] && !p->how->has_file(prompt->file))
			rd_prove_find(p, RD_FIND_FILE, row->place,
				      p->states[at].tree, at,
				      "sound file %s is not there; the caller "
				      "hears nothing",
				      prompt->file);
	}
}

static void hear(struct heard *h, uint32_t at, uint32_t list)
{
	struct prove *p = h->p;
	const struct state *s = &p->states[at];
	const struct rd_ivr_program *tree = p->config->trees[s->tree];
	const struct rd_cfg_language *languages = p->config->languages;
	uint16_t l = s->language < tree->nlanguages ? s->language : 0;
	const struct rd_ivr_list *row =
		&tree->lists[(size_t)list * tree->nlanguages + l];
	uint64_t *seen = &h->seen[s->tree][list];

	if (list == RD_LIST_NONE || *seen >> l & 1)
		return;
	*seen |= 1ull << l;
	look_for_files(p, tree, at, row);
	if (!rd_prove_has_place(row->place) ||
	    (!(tree->languages >> l & 1) && !chooses_language(tree, l)))
		return;
	if (row->stands_in)
		rd_prove_find(
			p, RD_FIND_PROMPT, row->place, s->tree, at,
			"no words in \"%s\", the caller's language; heard "
			"in \"%s\"",
			languages[l].name, languages[row->heard].name);
	else if (row->plain && *seen & (*seen - 1))
		rd_prove_find(
			p, RD_FIND_PROMPT, row->place, s->tree, at,
			"the same words for callers of several languages, "
			"here \"%s\"; write {%s: ..., %s: ...}",
			languages[l].name, languages[0].name,
			languages[tree->nlanguages > 1].name);
}

static void hear_input(struct heard *h, uint32_t at,
		       const struct rd_ivr_input *input)
{
	const struct state *s = &h->p->states[at];
	char keys[40];

	hear(h, at, input->prompt);
	if (input->retries && rd_prove_wrong_keys(h->p, s->tree, s->node, keys))
		hear(h, at, input->invalid);
	if (input->silent_retries)
		hear(h, at, input->silent);
}

void rd_prove_heard(struct prove *p)
{
	uint16_t n = p->config->ntrees;
	struct heard h = { p, calloc(n + 1u, sizeof(*h.seen)) };

	for (uint16_t t = 0; h.seen && t < n; t++) {
		h.seen[t] = calloc(p->config->trees[t]->nlists + 1u,
				   sizeof(**h.seen));
		if (!h.seen[t])
			p->err = -ENOMEM;
	}
	for (uint32_t i = 0; h.seen && i < p->still && !p->err; i++) {
		const struct state *s = &p->states[i];
		const struct rd_ivr_node *node =
			rd_prove_node(p, s->tree, s->node);

		if (!node)
			continue;
		if (node->kind == RD_NODE_PLAY)
			hear(&h, i, node->u.list);
		if (rd_ivr_kinds[node->kind].input)
			hear_input(&h, i, &node->u.input);
		if (node->kind == RD_NODE_SURVEY)
			hear(&h, i, node->u.survey.thanks);
	}
	for (uint16_t t = 0; h.seen && t < n; t++)
		free(h.seen[t]);
	free(h.seen);
}

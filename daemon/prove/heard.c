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

/* What a caller must do there to hear it; act RD_ACT_OTHER: nothing. */
struct mistake {
	enum rd_act act;
	const char *keys;
};

static const struct mistake none = { RD_ACT_OTHER, NULL };

static void add_mistake(struct prove *p, uint32_t at, struct mistake m,
			struct rd_finding *f)
{
	if (f && f->has_witness && m.act != RD_ACT_OTHER)
		rd_prove_witness_mistake(p, at, m.act, m.keys, &f->witness);
}

static void look_for_files(struct prove *p, const struct rd_ivr_program *tree,
			   uint32_t at, const struct rd_ivr_list *row,
			   struct mistake m)
{
	struct rd_finding *f;

	for (uint16_t i = 0; p->how->has_file && i < row->n; i++) {
		const struct rd_ivr_item *item = &tree->items[row->first + i];
		const struct rd_cfg_prompt *prompt;

		if (item->kind != RD_ITEM_PROMPT ||
		    item->prompt >= p->config->nprompts)
			continue;
		prompt = &p->config->prompts[item->prompt];
		if (prompt->file[0] && !p->how->has_file(prompt->file))
			f = rd_prove_find(p, RD_FIND_FILE, row->place,
					  p->states[at].tree, at,
					  "sound file %s is not there; the "
					  "caller hears nothing",
					  prompt->file);
		else
			continue;
		add_mistake(p, at, m, f);
	}
}

static void hear(struct heard *h, uint32_t at, uint32_t list, struct mistake m)
{
	struct prove *p = h->p;
	const struct state *s = &p->states[at];
	const struct rd_ivr_program *tree = p->config->trees[s->tree];
	const struct rd_cfg_language *languages = p->config->languages;
	uint16_t l = s->language < tree->nlanguages ? s->language : 0;
	const struct rd_ivr_list *row =
		&tree->lists[(size_t)list * tree->nlanguages + l];
	uint64_t *seen = &h->seen[s->tree][list];
	struct rd_finding *f = NULL;

	if (list == RD_LIST_NONE || *seen >> l & 1)
		return;
	*seen |= 1ull << l;
	look_for_files(p, tree, at, row, m);
	if (!rd_prove_has_place(row->place) ||
	    (!(tree->languages >> l & 1) && !chooses_language(tree, l)))
		return;
	if (row->stands_in)
		f = rd_prove_find(
			p, RD_FIND_PROMPT, row->place, s->tree, at,
			"no words in \"%s\", the caller's language; heard "
			"in \"%s\"",
			languages[l].name, languages[row->heard].name);
	else if (row->plain && *seen & (*seen - 1))
		f = rd_prove_find(
			p, RD_FIND_PROMPT, row->place, s->tree, at,
			"the same words for callers of several languages, "
			"here \"%s\"; write {%s: ..., %s: ...}",
			languages[l].name, languages[0].name,
			languages[tree->nlanguages > 1].name);
	add_mistake(p, at, m, f);
}

static void hear_input(struct heard *h, uint32_t at,
		       const struct rd_ivr_input *input)
{
	const struct state *s = &h->p->states[at];
	const char *wrong;
	char keys[40];

	hear(h, at, input->prompt, none);
	wrong = input->retries
			? rd_prove_wrong_keys(h->p, s->tree, s->node, keys)
			: NULL;
	if (wrong)
		hear(h, at, input->invalid,
		     (struct mistake){ RD_ACT_WRONG, wrong });
	if (input->silent_retries)
		hear(h, at, input->silent,
		     (struct mistake){ RD_ACT_SILENT, "" });
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
			hear(&h, i, node->u.list, none);
		if (rd_ivr_kinds[node->kind].input)
			hear_input(&h, i, &node->u.input);
		if (node->kind == RD_NODE_SURVEY)
			hear(&h, i, node->u.survey.thanks, none);
	}
	for (uint16_t t = 0; h.seen && t < n; t++)
		free(h.seen[t]);
	free(h.seen);
}

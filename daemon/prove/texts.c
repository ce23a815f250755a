// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Classes of texts, and sets of them.
 *
 * A variable may hold any text, but a tree sees of it only the answers to its
 * conditions. Texts with the same answers to all of them are one class; sets of
 * classes stand for what a variable may hold. Classes are found by trying
 * texts: every constant, every number beside a limit, patterns filled in, two
 * patterns at once, what each collect lets through (collects.c). Sets are kept
 * once each, by number; set 0 holds nothing but the empty text.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call/route.h"
#include "daemon/prove/inside.h"

#define PATTERNS_MAX 160
#define PREFIXES_MAX 5000u
#define SETS_MAX     60000u
#define FILL_MAX     14 /* characters that stand for the rest of a pattern */

/* ---- tests --------------------------------------------------------------------- */

bool rd_prove_is_text(const struct rd_ivr_cond *cond)
{
	switch ((enum rd_cond_kind)cond->kind) {
	case RD_COND_CALLER:
	case RD_COND_CALLED:
	case RD_COND_IS:
	case RD_COND_LIKE:
	case RD_COND_ABOVE:
	case RD_COND_BELOW:
	case RD_COND_EMPTY:
	case RD_COND_LEVEL:
	case RD_COND_AREA:
		return true;
	default:
		return false;
	}
}

static bool is_in_area(const struct rd_config *config,
		       const struct rd_ivr_cond *cond, const char *number)
{
	const char *area = rd_cfg_area(config, number);

	for (uint16_t i = 0; i < cond->n; i++)
		if (!strcmp(cond->texts[i], area))
			return true;
	return false;
}

static bool leads_to(const struct rd_config *config, const struct root *root,
		     const char *called)
{
	for (uint16_t g = 0; g < config->ngroups || !g; g++) {
		const struct rd_cfg_route *r = rd_route_in(config, called, g);

		if (!r)
			continue;
		if (root->tree != NONE
			    ? r->tree == root->tree
			    : r->tree == NONE && r->queue == root->queue)
			return true;
	}
	return root->supposed;
}

static bool is_number_of_agent(const struct rd_config *config, const char *text)
{
	for (uint16_t i = 0; i < config->nagents; i++)
		if (!strcmp(config->agents[i].number, text))
			return true;
	return false;
}

static bool fits(const struct prove *p, const struct pred *pred,
		 const char *text)
{
	const struct rd_ivr_cond *cond = pred->cond;

	if (!cond && pred->root == NONE)
		return is_number_of_agent(p->config, text);
	if (!cond)
		return leads_to(p->config, &p->roots[pred->root], text);
	if (cond->kind == RD_COND_AREA)
		return is_in_area(p->config, cond, text);
	if (cond->kind != RD_COND_IS)
		return rd_ivr_text_fits(cond, text);
	for (uint16_t i = 0; i < cond->n; i++)
		if (cond->values[i].kind == RD_OPERAND_TEXT &&
		    !strcmp(cond->values[i].text, text))
			return true;
	return false;
}

static void add_pred(struct prove *p, const struct rd_ivr_cond *cond,
		     uint16_t root)
{
	if (rd_prove_grow(p, &p->preds, p->npreds, &p->cappreds,
			  sizeof(*p->preds)))
		p->preds[p->npreds++] =
			(struct pred){ .cond = cond, .root = root };
}

static int compare_preds(const void *a, const void *b)
{
	const struct pred *x = a, *y = b;

	if (x->cond != y->cond)
		return x->cond < y->cond ? -1 : 1;
	return x->root - y->root;
}

static void find_preds(struct prove *p)
{
	for (uint16_t r = 0; r < p->nroots; r++)
		add_pred(p, NULL, r);
	add_pred(p, NULL, NONE);
	for (uint16_t t = 0; t < p->config->ntrees; t++) {
		const struct rd_ivr_program *tree = p->config->trees[t];

		for (uint16_t i = 0; i < tree->nnodes; i++) {
			const struct rd_ivr_choose *c =
				&tree->nodes[i].u.choose;

			if (tree->nodes[i].kind != RD_NODE_CHOOSE)
				continue;
			for (uint16_t r = 0; r < c->n; r++)
				for (uint16_t k = 0; k < c->cases[r].nconds;
				     k++)
					if (rd_prove_is_text(
						    &c->cases[r].conds[k]))
						add_pred(p,
							 &c->cases[r].conds[k],
							 NONE);
		}
	}
	if (p->npreds)
		qsort(p->preds, p->npreds, sizeof(*p->preds), compare_preds);
	p->words = (p->npreds + 63) / 64 + 1;
}

/* ---- classes --------------------------------------------------------------------- */

uint16_t rd_prove_class(struct prove *p, const char *text)
{
	uint64_t bits[256] = { 0 };
	char kept[RD_IVR_VALUE_LEN];
	uint32_t words = p->words < 256 ? p->words : 256;

	snprintf(kept, sizeof(kept), "%s", text);
	for (uint32_t i = 0; i < p->npreds && i / 64 < words - 1; i++)
		if (fits(p, &p->preds[i], kept))
			bits[i / 64] |= 1ull << (i % 64);
	bits[words - 1] = !kept[0]; /* the empty text is a class of its own */
	for (uint32_t c = 0; c < p->nclasses; c++)
		if (!memcmp(&p->signatures[(size_t)c * words], bits,
			    words * sizeof(*bits)))
			return (uint16_t)c;
	if (p->nclasses == CLASSES_MAX) {
		rd_prove_full(p, "too many different values of variables");
		return NONE;
	}
	p->classes[p->nclasses] = strdup(kept);
	if (!p->classes[p->nclasses])
		p->err = -ENOMEM;
	memcpy(&p->signatures[(size_t)p->nclasses * words], bits,
	       words * sizeof(*bits));
	return (uint16_t)p->nclasses++;
}

/* ---- texts worth trying ------------------------------------------------------------ */

/* A pattern with its '?' and its rest filled in by one character. */
static void fill(struct prove *p, const char *pattern, char with, size_t rest)
{
	char text[RD_IVR_VALUE_LEN];
	size_t n = 0;

	for (; *pattern && n + 1 < sizeof(text); pattern++) {
		if (*pattern == '*' && !pattern[1]) {
			while (rest-- && n + 1 < sizeof(text))
				text[n++] = with;
			break;
		}
		text[n++] = *pattern == '?' ? with : *pattern;
	}
	text[n] = 0;
	rd_prove_class(p, text);
}

static void try_pattern(struct prove *p, const char *pattern)
{
	size_t len = strlen(pattern);
	bool open = len && pattern[len - 1] == '*';

	for (size_t rest = 0; rest <= (open ? FILL_MAX : 0); rest++)
		for (const char *c = "0195"; *c; c++)
			fill(p, pattern, *c, rest);
	fill(p, pattern, 'x', 3);
}

/* What fits both, as a pattern; false: nothing does. */
static bool both(const char *a, const char *b, char *out, size_t cap)
{
	size_t n = 0;

	while (n + 2 < cap) {
		bool rest_a = *a == '*' && !a[1], rest_b = *b == '*' && !b[1];

		if (rest_a || rest_b) {
			snprintf(out + n, cap - n, "%s", rest_a ? b : a);
			return true;
		}
		if (!*a || !*b) {
			out[n] = 0;
			return *a == *b;
		}
		if (*a != *b && *a != '?' && *b != '?')
			return false;
		out[n++] = *a == '?' ? *b : *a;
		a++;
		b++;
	}
	return false;
}

static void try_number(struct prove *p, int64_t limit)
{
	for (int64_t n = limit - (limit > INT64_MIN);
	     n <= limit + (limit < INT64_MAX); n++) {
		char text[24];

		snprintf(text, sizeof(text), "%" PRId64, n);
		rd_prove_class(p, text);
		if (n == INT64_MAX)
			break;
	}
}

static void try_plain(struct prove *p)
{
	static const char *const plain[] = {
		"", "1", "0", "00000000", "12345678", "13800138000", "x", "?"
	};
	char digits[RD_IVR_ENTRY_MAX + 1];

	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		rd_prove_class(p, plain[i]);
	for (size_t len = 1; len <= RD_IVR_ENTRY_MAX; len++)
		for (const char *c = "0195"; *c; c++) {
			memset(digits, *c, len);
			digits[len] = 0;
			rd_prove_class(p, digits);
		}
	for (uint16_t i = 0; i < p->config->nagents; i++)
		rd_prove_class(p, p->config->agents[i].number);
	for (uint16_t i = 0; i < p->config->nroutes; i++)
		try_pattern(p, p->config->routes[i].number);
	for (uint32_t i = 0; i < p->config->nprefixes && i < PREFIXES_MAX;
	     i++) {
		char number[RD_IVR_VALUE_LEN];

		snprintf(number, sizeof(number), "%.40s1380013",
			 p->config->prefixes[i].digits);
		rd_prove_class(p, number);
	}
}

/* Values that trees give to variables. */
static void try_values(struct prove *p)
{
	for (uint16_t t = 0; t < p->config->ntrees; t++) {
		const struct rd_ivr_program *tree = p->config->trees[t];

		for (uint16_t i = 0; i < tree->nnodes; i++) {
			const struct rd_ivr_pairs *set =
				&tree->nodes[i].u.pairs;

			if (tree->nodes[i].kind != RD_NODE_SET)
				continue;
			for (uint16_t k = 0; k < set->n; k++)
				if (set->pair[k].value.kind == RD_OPERAND_TEXT)
					rd_prove_class(p,
						       set->pair[k].value.text);
		}
	}
}

static void try_conditions(struct prove *p)
{
	const char *patterns[PATTERNS_MAX];
	char text[RD_IVR_VALUE_LEN];
	uint32_t n = 0;

	for (uint16_t i = 0; i < p->config->nroutes && n < PATTERNS_MAX; i++)
		patterns[n++] = p->config->routes[i].number;
	for (uint32_t i = 0; i < p->npreds; i++) {
		const struct rd_ivr_cond *c = p->preds[i].cond;

		if (c && (c->kind == RD_COND_ABOVE || c->kind == RD_COND_BELOW))
			try_number(p, c->from);
		if (c && c->kind == RD_COND_AREA)
			continue;
		for (uint16_t k = 0; c && k < c->n; k++) {
			const char *one = c->kind == RD_COND_IS
						  ? c->values[k].text
						  : c->texts[k];

			if (c->kind == RD_COND_IS || c->kind == RD_COND_LEVEL) {
				rd_prove_class(p, one ? one : "");
				continue;
			}
			try_pattern(p, one);
			if (n < PATTERNS_MAX)
				patterns[n++] = one;
		}
	}
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			if (both(patterns[i], patterns[k], text, sizeof(text)))
				try_pattern(p, text);
}

/* ---- sets -------------------------------------------------------------------------- */

static uint16_t keep(struct prove *p, const struct set *set)
{
	uint64_t h = 0;
	uint32_t slot;

	for (int i = 0; i < CLASSES_MAX / 64; i++)
		h = (h ^ set->bits[i]) * 0x9e3779b97f4a7c15u;
	slot = (uint32_t)(h >> 32) % p->set_slots;
	for (; p->set_table[slot]; slot = (slot + 1) % p->set_slots)
		if (!memcmp(&p->sets[p->set_table[slot] - 1], set,
			    sizeof(*set)))
			return (uint16_t)(p->set_table[slot] - 1);
	if (p->nsets == SETS_MAX ||
	    !rd_prove_grow(p, &p->sets, p->nsets, &p->capsets,
			   sizeof(*p->sets))) {
		rd_prove_full(p, "too many different values of variables");
		return p->set_any;
	}
	p->sets[p->nsets] = *set;
	p->set_table[slot] = ++p->nsets;
	return (uint16_t)(p->nsets - 1);
}

static uint16_t keep_class(struct prove *p, uint16_t class)
{
	struct set set = { { 0 } };

	if (class == NONE)
		return p->set_any;
	set.bits[class / 64] |= 1ull << (class % 64);
	return keep(p, &set);
}

static const struct pred *pred_of(const struct prove *p,
				  const struct rd_ivr_cond *cond, uint16_t root)
{
	struct pred key = { .cond = cond, .root = root };

	return bsearch(&key, p->preds, p->npreds, sizeof(key), compare_preds);
}

static uint16_t filter(struct prove *p, uint16_t set, const struct pred *pred,
		       bool fit)
{
	struct set out = p->sets[set];
	uint32_t bit = pred ? (uint32_t)(pred - p->preds) : 0;

	for (uint32_t c = 0; c < p->nclasses; c++) {
		const uint64_t *s = &p->signatures[(size_t)c * p->words];
		bool has = pred && s[bit / 64] >> (bit % 64) & 1;

		if (has != fit)
			out.bits[c / 64] &= ~(1ull << (c % 64));
	}
	return keep(p, &out);
}

uint16_t rd_prove_set_fit(struct prove *p, uint16_t set,
			  const struct rd_ivr_cond *cond, bool fit)
{
	return filter(p, set, pred_of(p, cond, NONE), fit);
}

uint16_t rd_prove_set_of_root(struct prove *p, uint16_t root)
{
	return filter(p, p->set_any, pred_of(p, NULL, root), true);
}

uint16_t rd_prove_set_of_text(struct prove *p, const char *text)
{
	return keep_class(p, rd_prove_class(p, text));
}

uint16_t rd_prove_set_of_agents(struct prove *p)
{
	struct set set = { { 0 } };

	for (uint16_t i = 0; i < p->config->nagents; i++) {
		uint16_t c = rd_prove_class(p, p->config->agents[i].number);

		if (c != NONE)
			set.bits[c / 64] |= 1ull << (c % 64);
	}
	return keep(p, &set);
}

uint16_t rd_prove_set_of_entries(struct prove *p, uint16_t tree, uint16_t node)
{
	struct set set = { { 0 } };

	for (uint32_t i = 0; i < p->nentries; i++) {
		const struct entry *e = &p->entries[i];

		if (e->tree == tree && e->node == node)
			set.bits[e->class / 64] |= 1ull << (e->class % 64);
	}
	return keep(p, &set);
}

bool rd_prove_set_is_empty(const struct prove *p, uint16_t set)
{
	static const struct set empty;

	return !memcmp(&p->sets[set], &empty, sizeof(empty));
}

bool rd_prove_set_is_single(const struct prove *p, uint16_t set)
{
	int n = 0;

	for (int i = 0; i < CLASSES_MAX / 64; i++)
		n += __builtin_popcountll(p->sets[set].bits[i]);
	return n == 1;
}

uint16_t rd_prove_set_meet(struct prove *p, uint16_t a, uint16_t b)
{
	struct set out = p->sets[a];

	for (int i = 0; i < CLASSES_MAX / 64; i++)
		out.bits[i] &= p->sets[b].bits[i];
	return keep(p, &out);
}

static bool has(const struct prove *p, uint16_t set, uint32_t class)
{
	return p->sets[set].bits[class / 64] >> (class % 64) & 1;
}

const char *rd_prove_set_some(const struct prove *p, uint16_t set)
{
	/* the empty text last: a value shows more */
	for (uint32_t c = 0; c < p->nclasses; c++)
		if (has(p, set, c) && p->classes[c][0])
			return p->classes[c];
	return "";
}

const char *rd_prove_set_entry(const struct prove *p, uint16_t set,
			       uint16_t tree, uint16_t node)
{
	for (uint32_t i = 0; i < p->nentries; i++) {
		const struct entry *e = &p->entries[i];

		if (e->tree == tree && e->node == node && has(p, set, e->class))
			return e->text;
	}
	return NULL;
}

/* ---- all of it ----------------------------------------------------------------------- */

void rd_prove_texts(struct prove *p)
{
	struct set any = { { 0 } };

	find_preds(p);
	p->set_slots = 2 * SETS_MAX;
	p->set_table = calloc(p->set_slots, sizeof(*p->set_table));
	p->classes = calloc(CLASSES_MAX, sizeof(*p->classes));
	p->signatures =
		calloc((size_t)CLASSES_MAX * p->words, sizeof(*p->signatures));
	if (!p->set_table || !p->classes || !p->signatures) {
		p->err = -ENOMEM;
		return;
	}
	if (p->words > 256) {
		rd_prove_full(p, "too many conditions on variables");
		p->npreds = 255 * 64;
		p->words = 256;
	}
	try_plain(p);
	try_values(p);
	try_conditions(p);
	rd_prove_entries(p);
	keep_class(p, 0); /* set 0 */
	for (uint32_t c = 0; c < p->nclasses; c++)
		any.bits[c / 64] |= 1ull << (c % 64);
	p->set_any = keep(p, &any);
}

void rd_prove_texts_free(struct prove *p)
{
	for (uint32_t c = 0; p->classes && c < p->nclasses; c++)
		free(p->classes[c]);
	free(p->classes);
	free(p->signatures);
	free(p->preds);
	free(p->entries);
	free(p->sets);
	free(p->set_table);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a caller can key in at each collect: a right entry for every class of
 * texts that it lets through, and a wrong one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

/* As the interpreter judges it (input.c). */
static bool is_right(const struct rd_ivr_collect *c, const char *text)
{
	size_t len = strlen(text);

	if (len < c->min || len > c->max || len > RD_IVR_ENTRY_MAX ||
	    text[strspn(text, "0123456789*#")])
		return false;
	if ((c->clear && strchr(text, c->clear)) ||
	    (c->terminator && strchr(text, c->terminator)))
		return false;
	if (c->secret)
		return true;
	return rd_checks[c->check].holds(text) &&
	       (!c->pattern[0] || rd_pattern_matches(c->pattern, text));
}

static void keep(struct prove *p, uint16_t tree, uint16_t node,
		 const char *text)
{
	uint16_t class = rd_prove_class(p, text);
	struct entry *e;
	char *copy;

	if (class == NONE)
		return;
	for (uint32_t i = 0; i < p->nentries; i++)
		if (p->entries[i].tree == tree && p->entries[i].node == node &&
		    p->entries[i].class == class)
			return;
	copy = rd_prove_alloc(p, strlen(text) + 1, 1);
	if (!copy || !rd_prove_grow(p, &p->entries, p->nentries, &p->capentries,
				    sizeof(*p->entries)))
		return;
	e = &p->entries[p->nentries++];
	*e = (struct entry){ tree, node, class, strcpy(copy, text) };
}

/* The text; else the same with other check digits at its end. */
static void try_text(struct prove *p, uint16_t tree, uint16_t node,
		     const struct rd_ivr_collect *c, const char *text)
{
	static const char last[] = "0123456789*";
	char changed[RD_IVR_ENTRY_MAX + 1];
	size_t len = strlen(text);

	if (is_right(c, text)) {
		keep(p, tree, node, text);
		return;
	}
	if (!c->check || len < 2 || len > RD_IVR_ENTRY_MAX)
		return;
	strcpy(changed, text);
	for (int i = 0; i < 100; i++) {
		changed[len - 2] = (char)('0' + i / 10);
		for (const char *l = last; *l; l++) {
			changed[len - 1] = *l;
			if (is_right(c, changed)) {
				keep(p, tree, node, changed);
				return;
			}
		}
	}
}

/* A text made as long as an entry must be: zeros in front, or a rest behind. */
static void try_padded(struct prove *p, uint16_t tree, uint16_t node,
		       const struct rd_ivr_collect *c, const char *text)
{
	char padded[RD_IVR_ENTRY_MAX + 1];
	size_t len = strlen(text);

	if (text[strspn(text, "0123456789*#")] || len > c->max)
		return;
	try_text(p, tree, node, c, text);
	for (size_t want = c->min; want <= c->max; want++) {
		if (want <= len || (want > c->min + 2u && want < c->max))
			continue;
		memset(padded, '0', want - len);
		strcpy(padded + want - len, text);
		try_text(p, tree, node, c, padded);
		for (const char *with = "012359"; *with; with++) {
			memcpy(padded, text, len);
			memset(padded + len, *with, want - len);
			padded[want] = 0;
			try_text(p, tree, node, c, padded);
		}
	}
}

static void try_pattern(struct prove *p, uint16_t tree, uint16_t node,
			const struct rd_ivr_collect *c)
{
	char text[RD_IVR_ENTRY_MAX + 1];

	for (const char *with = "1029"; *with; with++) {
		size_t n = 0;

		for (const char *s = c->pattern; *s && n < RD_IVR_ENTRY_MAX;
		     s++) {
			if (*s == '*' && !s[1])
				break;
			text[n++] = *s == '?' ? *with : *s;
		}
		text[n] = 0;
		try_padded(p, tree, node, c, text);
	}
}

static void try_collect(struct prove *p, uint16_t tree, uint16_t node,
			const struct rd_ivr_collect *c)
{
	static const char usual[] = "12345678901234567890123456789012";
	uint32_t known = p->nclasses;
	char text[RD_IVR_ENTRY_MAX + 1];

	/* what looks best in a witness first */
	snprintf(text, sizeof(text), "%.*s",
		 c->min < 4 && c->max >= 4 ? 4 : c->min, usual);
	try_text(p, tree, node, c, text);
	if (c->pattern[0] && !c->secret)
		try_pattern(p, tree, node, c);
	for (uint32_t i = 0; i < known; i++)
		try_padded(p, tree, node, c, p->classes[i]);
}

void rd_prove_entries(struct prove *p)
{
	for (uint16_t t = 0; t < p->config->ntrees; t++) {
		const struct rd_ivr_program *tree = p->config->trees[t];

		for (uint16_t i = 0; i < tree->nnodes; i++)
			if (tree->nodes[i].kind == RD_NODE_COLLECT)
				try_collect(p, t, i, &tree->nodes[i].u.collect);
	}
}

const char *rd_prove_wrong_entry(const struct prove *p, uint16_t tree,
				 uint16_t node, char buf[40])
{
	const struct rd_ivr_collect *c =
		&rd_prove_node(p, tree, node)->u.collect;

	if (c->min > 1) {
		/* too short: ended by its key, or by time */
		snprintf(buf, 40, "1%.1s", c->terminator ? &c->terminator : "");
		return buf;
	}
	if (c->terminator) {
		snprintf(buf, 40, "%c", c->terminator);
		return buf;
	}
	for (const char *d = "0123456789*#"; *d; d++) {
		char all[RD_IVR_ENTRY_MAX + 1];

		if (*d == c->clear)
			continue;
		memset(all, *d, c->max);
		all[c->max] = 0;
		if (is_right(c, all))
			continue;
		snprintf(buf, 40, "%s", all);
		return buf;
	}
	if (c->source != NONE) {
		const char *entry =
			rd_prove_set_entry(p, p->set_any, tree, node);

		snprintf(buf, 40, "%s", entry ? entry : "0");
		return buf;
	}
	if (c->confirm) {
		snprintf(buf, 40, "1");
		return buf;
	}
	return NULL;
}

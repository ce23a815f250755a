// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Memory of a proof, and what it tells.
 *
 * What outlives the proof's work (texts, steps of witnesses) lies in blocks
 * behind proof->room; all else is freed when rd_prove() returns.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

struct block {
	struct block *next;
	_Alignas(16) unsigned char room[];
};

bool rd_prove_grow(struct prove *p, void *array, uint32_t n, uint32_t *cap,
		   size_t size)
{
	void **at = array, *more;
	size_t want = *cap ? 2 * (size_t)*cap : 64;

	if (n < *cap)
		return true;
	more = realloc(*at, want * size);
	if (!more) {
		p->err = -ENOMEM;
		return false;
	}
	*at = more;
	*cap = (uint32_t)want;
	return true;
}

void *rd_prove_alloc(struct prove *p, size_t n, size_t size)
{
	struct block *b = calloc(1, sizeof(*b) + n * size);

	if (!b) {
		p->err = -ENOMEM;
		return NULL;
	}
	b->next = p->proof->room;
	p->proof->room = b;
	return b->room;
}

void rd_prove_full(struct prove *p, const char *why)
{
	p->full = true;
	if (!p->full_why)
		p->full_why = why;
}

const struct rd_ivr_node *rd_prove_node(const struct prove *p, uint16_t tree,
					uint16_t node)
{
	if (tree == NONE || tree >= p->config->ntrees ||
	    node >= p->config->trees[tree]->nnodes)
		return NULL;
	return &p->config->trees[tree]->nodes[node];
}

static bool is_same_place(struct rd_place a, struct rd_place b)
{
	return a.file && b.file && a.line == b.line && a.column == b.column &&
	       !strcmp(a.file, b.file);
}

/* clang-format off */
static const uint8_t severities[RD_FINDING_KINDS] = {
#define X(KIND, word, severity, help) RD_##severity,
	RD_FINDING_LIST(X)
#undef X
};
/* clang-format on */

struct rd_finding *rd_prove_find(struct prove *p, enum rd_finding_kind kind,
				 struct rd_place place, uint16_t tree,
				 uint32_t at, const char *fmt, ...)
{
	struct rd_proof *proof = p->proof;
	struct rd_finding *f;
	char text[700];
	char *copy;
	va_list args;

	if (p->how->one_tree && tree != NONE && tree != p->how->tree)
		return NULL;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (uint32_t i = 0; i < proof->n; i++) {
		f = &proof->findings[i];
		/* what has a place is told once there, else once in words */
		if (f->kind == kind &&
		    (is_same_place(f->place, place) || !strcmp(f->text, text)))
			return NULL;
	}
	copy = rd_prove_alloc(p, strlen(text) + 1, 1);
	f = realloc(proof->findings, (proof->n + 1u) * sizeof(*f));
	if (f)
		proof->findings = f;
	if (!copy || !f) {
		p->err = -ENOMEM;
		return NULL;
	}
	f += proof->n++;
	memset(f, 0, sizeof(*f));
	f->kind = (uint8_t)kind;
	f->severity = severities[kind];
	f->place = place;
	f->tree = tree;
	f->text = strcpy(copy, text);
	if (at != STATE_NONE) {
		f->has_witness = true;
		rd_prove_witness(p, at, &f->witness);
	}
	return f;
}

void rd_proof_free(struct rd_proof *proof)
{
	if (!proof)
		return;
	for (struct block *b = proof->room, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(proof->findings);
	free(proof->bounds);
	free(proof);
}

const char *rd_finding_word(enum rd_finding_kind kind)
{
	static const char *const words[RD_FINDING_KINDS] = {
#define X(KIND, word, severity, help) word,
		RD_FINDING_LIST(X)
#undef X
	};

	return words[kind];
}

const char *rd_severity_word(enum rd_severity severity)
{
	static const char *const words[] = { "note", "warning", "error" };

	return words[severity];
}

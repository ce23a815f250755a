// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From libyaml's events to a tree; see yaml.h.
 *
 *	levels	 what is open: [mapping][sequence]...	   depth of them
 *	pending	 finished children of all that is open, innermost last:
 *		 | key value key | item item item |
 *		 ^ levels[0].first ^ levels[1].first
 *
 * When a collection ends, its children leave pending as its items and it
 * takes their place. A node enters pending finished, with weight and height
 * known, so an alias can only name what is complete: no cycles.
 *
 * Invariant: total is the sum of weights of all leaves and aliases seen, hence
 * at the end the weight of the root less its collections; both are bounded by
 * RD_YAML_NODES_MAX before anything walks the tree.
 */
#include "lib/config/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define ANCHORS_MAX 1000u

struct level {
	const char *anchor; /* NULL: none */
	struct rd_place place;
	uint32_t first; /* in pending */
	uint8_t kind;
};

struct anchor {
	const char *name;
	const struct rd_yaml *node;
};

struct parser {
	yaml_parser_t yaml;
	struct rd_arena *arena;
	struct rd_diag *diag;
	const char *file;
	struct level levels[RD_YAML_DEPTH_MAX];
	struct anchor anchors[ANCHORS_MAX];
	uint32_t depth, nanchors;
	const struct rd_yaml **pending;
	uint32_t npending, cap;
	uint32_t total;
};

static struct rd_place at_mark(const struct parser *p, yaml_mark_t mark)
{
	return (struct rd_place){ p->file, (int)mark.line + 1,
				  (int)mark.column + 1 };
}

static int out_of_memory(struct parser *p, struct rd_place place)
{
	rd_diag_error(p->diag, place, "out of memory");
	return -ENOMEM;
}

static int push(struct parser *p, const struct rd_yaml *node)
{
	if (p->npending == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 256;
		void *grown = realloc(p->pending, cap * sizeof(*p->pending));

		if (!grown)
			return out_of_memory(p, node->place);
		p->pending = grown;
		p->cap = cap;
	}
	p->pending[p->npending++] = node;
	return 0;
}

static int count(struct parser *p, uint32_t weight, struct rd_place place)
{
	p->total += weight;
	if (p->total <= RD_YAML_NODES_MAX)
		return 0;
	rd_diag_error(p->diag, place,
		      "the file grows too large here: more than %u values, "
		      "aliases written out",
		      RD_YAML_NODES_MAX);
	return -E2BIG;
}

static int anchor_add(struct parser *p, const char *name,
		      const struct rd_yaml *node)
{
	if (!name)
		return 0;
	if (p->nanchors == ANCHORS_MAX) {
		rd_diag_error(p->diag, node->place, "more than %u anchors",
			      ANCHORS_MAX);
		return -E2BIG;
	}
	p->anchors[p->nanchors++] = (struct anchor){ name, node };
	return 0;
}

/* The name in the arena; *out NULL if there is none. */
static int anchor_name(struct parser *p, const yaml_char_t *anchor,
		       struct rd_place place, const char **out)
{
	const char *name = (const char *)anchor;

	*out = NULL;
	if (!name)
		return 0;
	*out = rd_arena_text(p->arena, name, strlen(name));
	return *out ? 0 : out_of_memory(p, place);
}

static int on_scalar(struct parser *p, const yaml_event_t *event)
{
	struct rd_place place = at_mark(p, event->start_mark);
	const char *value = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	struct rd_yaml *node;
	const char *anchor;
	int err;

	err = count(p, 1, place);
	if (err)
		return err;
	if (memchr(value, 0, len)) {
		rd_diag_error(p->diag, place, "text with a NUL in it");
		return -EINVAL;
	}
	node = rd_arena_alloc(p->arena, 1, sizeof(*node));
	if (!node)
		return out_of_memory(p, place);
	node->place = place;
	node->kind = RD_YAML_SCALAR;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	node->weight = 1;
	node->text = rd_arena_text(p->arena, value, len);
	if (!node->text)
		return out_of_memory(p, place);
	err = anchor_name(p, event->data.scalar.anchor, place, &anchor);
	if (!err)
		err = anchor_add(p, anchor, node);
	return err ? err : push(p, node);
}

static int on_alias(struct parser *p, const yaml_event_t *event)
{
	struct rd_place place = at_mark(p, event->start_mark);
	const char *name = (const char *)event->data.alias.anchor;
	const struct rd_yaml *node = NULL;
	int err;

	for (uint32_t i = p->nanchors; i-- && !node;)
		if (!strcmp(p->anchors[i].name, name))
			node = p->anchors[i].node;
	for (uint32_t i = 0; i < p->depth; i++) {
		if (!p->levels[i].anchor || strcmp(p->levels[i].anchor, name))
			continue;
		rd_diag_error(p->diag, place,
			      "alias *%s: would contain itself (its anchor "
			      "begins in line %d and has not ended)",
			      name, p->levels[i].place.line);
		return -ELOOP;
	}
	if (!node) {
		rd_diag_error(p->diag, place,
			      "alias *%s: no anchor &%s before it", name, name);
		return -ENOENT;
	}
	if (p->depth + node->height >= RD_YAML_DEPTH_MAX) {
		rd_diag_error(p->diag, place, "nested deeper than %d levels",
			      RD_YAML_DEPTH_MAX);
		return -E2BIG;
	}
	err = count(p, node->weight, place);
	return err ? err : push(p, node);
}

static int on_open(struct parser *p, const yaml_event_t *event,
		   enum rd_yaml_kind kind, const yaml_char_t *anchor)
{
	struct rd_place place = at_mark(p, event->start_mark);
	struct level *level = &p->levels[p->depth];
	int err = count(p, 1, place);

	if (err)
		return err;
	if (p->depth == RD_YAML_DEPTH_MAX) {
		rd_diag_error(p->diag, place, "nested deeper than %d levels",
			      RD_YAML_DEPTH_MAX);
		return -E2BIG;
	}
	level->place = place;
	level->first = p->npending;
	level->kind = kind;
	err = anchor_name(p, anchor, place, &level->anchor);
	if (!err)
		p->depth++;
	return err;
}

/* By text, then by position: slots point into pending. */
static int compare_keys(const void *a, const void *b)
{
	const struct rd_yaml **x = *(const struct rd_yaml **const *)a;
	const struct rd_yaml **y = *(const struct rd_yaml **const *)b;
	int order = strcmp((*x)->text, (*y)->text);

	return order ? order : (x > y) - (x < y);
}

/*
 * Of n pairs, report those whose key is no scalar or was there before, and
 * set their key to NULL. slots: room for n pointers.
 */
static void drop_bad_keys(struct parser *p, const struct rd_yaml **pairs,
			  uint32_t n, const struct rd_yaml ***slots)
{
	uint32_t used = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (pairs[2 * i]->kind == RD_YAML_SCALAR) {
			slots[used++] = &pairs[2 * i];
			continue;
		}
		rd_diag_error(p->diag, pairs[2 * i]->place,
			      "a key must be plain text, not a list or a "
			      "mapping");
		pairs[2 * i] = NULL;
	}
	qsort(slots, used, sizeof(*slots), compare_keys);
	for (uint32_t i = 1, kept = 0; i < used; i++) {
		const struct rd_yaml *first = *slots[kept], *key = *slots[i];

		if (strcmp(first->text, key->text)) {
			kept = i;
			continue;
		}
		rd_diag_error(p->diag, key->place,
			      "key \"%s\": given twice, first in line %d",
			      key->text, first->place.line);
		*slots[i] = NULL;
	}
}

static int fill_mapping(struct parser *p, struct rd_yaml *node,
			const struct rd_yaml **pairs, uint32_t n)
{
	const struct rd_yaml **keys, **items;

	/* items first serves as room to sort in */
	items = rd_arena_alloc(p->arena, n, sizeof(*items));
	keys = rd_arena_alloc(p->arena, n, sizeof(*keys));
	if (!items || !keys)
		return out_of_memory(p, node->place);
	drop_bad_keys(p, pairs, n, (const struct rd_yaml ***)items);
	for (uint32_t i = 0; i < n; i++) {
		if (!pairs[2 * i])
			continue;
		keys[node->n] = pairs[2 * i];
		items[node->n++] = pairs[2 * i + 1];
	}
	node->keys = keys;
	node->items = items;
	return 0;
}

static int fill_sequence(struct parser *p, struct rd_yaml *node,
			 const struct rd_yaml **children, uint32_t n)
{
	const struct rd_yaml **items;

	items = rd_arena_alloc(p->arena, n, sizeof(*items));
	if (!items)
		return out_of_memory(p, node->place);
	if (n)
		memcpy(items, children, n * sizeof(*items));
	node->items = items;
	node->n = n;
	return 0;
}

static int on_close(struct parser *p)
{
	struct level *level = &p->levels[--p->depth];
	/* nothing was ever pending if the first of all is empty */
	const struct rd_yaml **children =
		p->pending ? p->pending + level->first : NULL;
	uint32_t n = p->npending - level->first;
	struct rd_yaml *node;
	int err;

	node = rd_arena_alloc(p->arena, 1, sizeof(*node));
	if (!node)
		return out_of_memory(p, level->place);
	node->place = level->place;
	node->kind = level->kind;
	node->text = "";
	node->weight = 1;
	for (uint32_t i = 0; i < n; i++) {
		node->weight += children[i]->weight;
		if (node->height <= children[i]->height)
			node->height = (uint8_t)(children[i]->height + 1);
	}
	if (level->kind == RD_YAML_MAPPING)
		err = fill_mapping(p, node, children, n / 2);
	else
		err = fill_sequence(p, node, children, n);
	if (err)
		return err;
	p->npending = level->first;
	err = anchor_add(p, level->anchor, node);
	return err ? err : push(p, node);
}

static int on_event(struct parser *p, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return on_scalar(p, event);
	case YAML_ALIAS_EVENT:
		return on_alias(p, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_open(p, event, RD_YAML_SEQUENCE,
			       event->data.sequence_start.anchor);
	case YAML_MAPPING_START_EVENT:
		return on_open(p, event, RD_YAML_MAPPING,
			       event->data.mapping_start.anchor);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_close(p);
	case YAML_DOCUMENT_START_EVENT:
		if (!p->npending)
			return 0;
		rd_diag_error(p->diag, at_mark(p, event->start_mark),
			      "a second document begins here; a file holds "
			      "one");
		return -EINVAL;
	default:
		return 0;
	}
}

/* libyaml's own words and, where people stumble, ours. */
static void report_syntax(struct parser *p, const char *text, size_t len)
{
	const yaml_parser_t *yaml = &p->yaml;
	yaml_mark_t mark = yaml->problem_mark;
	const char *hint = "";

	if (yaml->error == YAML_MEMORY_ERROR) {
		out_of_memory(p, (struct rd_place){ p->file, 0, 0 });
		return;
	}
	if (yaml->error == YAML_READER_ERROR) {
		/* no mark: find the line of the octet */
		size_t end =
			yaml->problem_offset < len ? yaml->problem_offset : len;

		mark = (yaml_mark_t){ 0 };
		for (size_t i = 0; i < end; i++) {
			mark.column++;
			if (text[i] == '\n') {
				mark.line++;
				mark.column = 0;
			}
		}
		hint = "; the file must be UTF-8";
	} else if (mark.index < len && text[mark.index] == '\t') {
		hint = "; YAML is indented with spaces, never with tabs";
	}
	rd_diag_error(p->diag, at_mark(p, mark), "not YAML: %s%s%s%s",
		      yaml->context ? yaml->context : "",
		      yaml->context ? ": " : "", yaml->problem, hint);
}

static int run(struct parser *p, const char *text, size_t len)
{
	bool end = false;
	int err = 0;

	while (!end && !err) {
		yaml_event_t event;

		if (!yaml_parser_parse(&p->yaml, &event)) {
			report_syntax(p, text, len);
			return -EINVAL;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		err = on_event(p, &event);
		yaml_event_delete(&event);
	}
	return err;
}

/* What a file of nothing but comments says. */
static const struct rd_yaml *nothing(struct parser *p)
{
	struct rd_yaml *node = rd_arena_alloc(p->arena, 1, sizeof(*node));

	if (!node) {
		out_of_memory(p, (struct rd_place){ p->file, 0, 0 });
		return NULL;
	}
	node->place = (struct rd_place){ p->file, 1, 1 };
	node->text = "";
	node->weight = 1;
	return node;
}

const struct rd_yaml *rd_yaml_parse(struct rd_arena *arena, const char *file,
				    const char *text, size_t len,
				    struct rd_diag *diag)
{
	const struct rd_yaml *root = NULL;
	struct rd_place place = { file, 0, 0 };
	struct parser *p;

	p = calloc(1, sizeof(*p));
	if (p)
		p->file = rd_arena_text(arena, file, strlen(file));
	if (!p || !p->file) {
		rd_diag_error(diag, place, "out of memory");
		goto out;
	}
	p->arena = arena;
	p->diag = diag;
	place.file = p->file;
	if (len > RD_YAML_TEXT_MAX) {
		rd_diag_error(diag, place, "larger than %u MiB",
			      RD_YAML_TEXT_MAX >> 20);
		goto out;
	}
	if (!yaml_parser_initialize(&p->yaml)) {
		out_of_memory(p, place);
		goto out;
	}
	yaml_parser_set_input_string(&p->yaml, (const unsigned char *)text,
				     len);
	yaml_parser_set_encoding(&p->yaml, YAML_UTF8_ENCODING);
	if (!run(p, text, len))
		root = p->npending ? p->pending[0] : nothing(p);
	yaml_parser_delete(&p->yaml);
out:
	if (p)
		free(p->pending);
	free(p);
	return root;
}

/* ---- access ------------------------------------------------------------- */

bool rd_yaml_is_null(const struct rd_yaml *node)
{
	return node->kind == RD_YAML_SCALAR && !node->quoted &&
	       (!node->text[0] || !strcmp(node->text, "~") ||
		!strcmp(node->text, "null"));
}

int rd_yaml_index(const struct rd_yaml *node, const char *key)
{
	if (node->kind != RD_YAML_MAPPING)
		return -1;
	for (uint32_t i = 0; i < node->n; i++)
		if (!strcmp(node->keys[i]->text, key))
			return (int)i;
	return -1;
}

const struct rd_yaml *rd_yaml_get(const struct rd_yaml *node, const char *key)
{
	int i = rd_yaml_index(node, key);

	return i < 0 ? NULL : node->items[i];
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of callers and areas of numbers: from the tables and their CSV files
 * to sorted arrays, and how these are searched.
 *
 * Order is strcmp() of the digits as written, so a pattern "0755*" is found as
 * that very string; a number is looked up once for each of its prefixes.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/config/build.h"

#define ENTRIES_MAX  1000000u /* on one list */
#define PREFIXES_MAX 1000000u
#define NUMBER_LEN   32
#define TEXT_MAX     200

struct growing {
	void *data; /* malloc()ed: what is left behind is freed */
	uint32_t n, cap, max;
	size_t size;
	const char *area; /* names of the areas so far, for messages */
	struct rd_diag *diag;
};

static void *grow(struct growing *g, struct rd_place place)
{
	if (g->n == g->max) {
		rd_diag_error(g->diag, place, "more than %u rows", g->max);
		return NULL;
	}
	if (g->n == g->cap) {
		uint32_t cap = g->cap ? 2 * g->cap : 64;
		void *data = realloc(g->data, cap * g->size);

		if (!data) {
			rd_diag_error(g->diag, place, "out of memory");
			return NULL;
		}
		g->data = data;
		g->cap = cap;
	}
	return memset((char *)g->data + g->n++ * g->size, 0, g->size);
}

static const char *text_of(struct growing *g, const char *value,
			   const char *what, size_t max, struct rd_place place)
{
	struct rd_yaml node = { .place = place,
				.kind = RD_YAML_SCALAR,
				.quoted = true,
				.text = value };
	const char *text = "";

	if (value)
		rd_yaml_string(&node, what, 0, max, &text, g->diag);
	return text;
}

static const char *number_of(struct growing *g, const char *value,
			     const char *what, struct rd_place place)
{
	struct rd_yaml node = { .place = place,
				.kind = RD_YAML_SCALAR,
				.quoted = true,
				.text = value ? value : "" };
	const char *number = NULL;

	rd_yaml_digits(&node, what, true, &number, g->diag);
	return number;
}

/* ---- lists ---------------------------------------------------------------- */

static bool take_entry(void *context, char *const *value, struct rd_place place)
{
	struct growing *g = context;
	const char *number = number_of(g, value[0], "number", place);
	struct rd_cfg_entry *entry;

	if (!number)
		return true;
	entry = grow(g, place);
	if (!entry)
		return false;
	entry->number = number;
	entry->level =
		text_of(g, value[1], "level", RD_LIST_NAME_LEN - 1, place);
	entry->who = text_of(g, value[2], "who", TEXT_MAX, place);
	entry->when = text_of(g, value[3], "when", TEXT_MAX, place);
	entry->why = text_of(g, value[4], "why", TEXT_MAX, place);
	entry->place = place;
	return true;
}

/* Equal ones stay in the order of the files. */
static int compare_entries(const void *a, const void *b)
{
	const struct rd_cfg_entry *x = a, *y = b;
	int order = strcmp(x->number, y->number);

	if (!order)
		order = strcmp(x->place.file, y->place.file);
	return order ? order : x->place.line - y->place.line;
}

static bool keep_list(struct rd_config_build *build, struct rd_cfg_list *list,
		      struct growing *g)
{
	struct rd_cfg_entry *all = g->data, *kept;
	uint32_t n = 0;

	if (g->n)
		qsort(all, g->n, sizeof(*all), compare_entries);
	kept = rd_arena_alloc(&build->arena, g->n, sizeof(*kept));
	if (!kept)
		return false;
	for (uint32_t i = 0; i < g->n; i++) {
		if (n && !strcmp(kept[n - 1].number, all[i].number)) {
			rd_diag_warning(g->diag, all[i].place,
					"\"%s\" is on the list \"%s\" twice, "
					"first at %s:%d",
					all[i].number, list->name,
					kept[n - 1].place.file,
					kept[n - 1].place.line);
			continue;
		}
		kept[n++] = all[i];
	}
	list->entries = kept;
	list->n = n;
	return true;
}

static bool read_list(struct rd_config_build *build, struct rd_cfg_list *list,
		      const struct rd_yaml *node, struct rd_diag *diag)
{
	static const char *const columns[] = { "number", "level", "who",
					       "when",	 "why",	  NULL };
	struct growing g = { .max = ENTRIES_MAX,
			     .size = sizeof(struct rd_cfg_entry),
			     .diag = diag };
	struct rd_bundle_file file;
	bool good = true;

	if (!strcmp(list->name, "blacklist"))
		rd_diag_error(diag, list->place,
			      "list \"blacklist\": it has a key of its own, "
			      "\"blacklist\"");
	for (uint16_t i = 0; i < list->ninline; i++) {
		struct rd_cfg_entry *entry = NULL;

		if (list->inlined[i].number[0])
			entry = grow(&g, list->inlined[i].place);
		if (entry)
			*entry = list->inlined[i];
	}
	if (list->file[0] &&
	    rd_config_open(build, rd_yaml_get(node, "file"), diag, &file))
		rd_rows_read(build, &file, columns, take_entry, &g, diag);
	good = keep_list(build, list, &g);
	free(g.data);
	return good;
}

/* ---- areas ---------------------------------------------------------------- */

static bool take_prefix(void *context, char *const *value,
			struct rd_place place)
{
	struct growing *g = context;
	const char *digits = number_of(g, value[0], "prefix", place);
	struct rd_cfg_prefix *prefix;
	size_t len = digits ? strlen(digits) : 0;

	if (!digits)
		return true;
	if (!value[1] || !value[1][0]) {
		rd_diag_error(g->diag, place, "prefix \"%s\": of which area?",
			      digits);
		return true;
	}
	prefix = grow(g, place);
	if (!prefix)
		return false;
	if (digits[len - 1] == '*') /* it says what is so anyway */
		*((char *)digits + len - 1) = 0;
	prefix->digits = digits;
	prefix->area =
		text_of(g, value[1], "area", RD_LIST_NAME_LEN - 1, place);
	prefix->place = place;
	return true;
}

static int compare_prefixes(const void *a, const void *b)
{
	const struct rd_cfg_prefix *x = a, *y = b;
	int order = strcmp(x->digits, y->digits);

	if (!order)
		order = strcmp(x->place.file, y->place.file);
	return order ? order : x->place.line - y->place.line;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The areas there are, each once: conditions are checked against them. */
static bool name_areas(struct rd_config_build *build, struct rd_diag *diag)
{
	struct rd_config *c = &build->config;
	struct rd_scope *scope = &build->scopes[RD_SCOPE_AREA];
	const char **names;
	uint32_t n = 0;

	names = rd_arena_alloc(&build->arena, c->nprefixes, sizeof(*names));
	if (!names)
		return false;
	for (uint32_t i = 0; i < c->nprefixes; i++)
		names[i] = c->prefixes[i].area;
	if (c->nprefixes)
		qsort(names, c->nprefixes, sizeof(*names), compare_names);
	for (uint32_t i = 0; i < c->nprefixes; i++)
		if (!n || strcmp(names[n - 1], names[i]))
			names[n++] = names[i];
	if (n >= RD_INDEX_NONE) {
		rd_diag_error(diag, rd_yaml_place(build->root, "areas"),
			      "%u areas, at most %u", n, RD_INDEX_NONE - 1);
		n = 0;
	}
	*scope = (struct rd_scope){ "area", (uint16_t)n, names };
	return true;
}

static bool keep_prefixes(struct rd_config_build *build, struct growing *g)
{
	struct rd_cfg_prefix *all = g->data, *kept;
	uint32_t n = 0;

	if (g->n)
		qsort(all, g->n, sizeof(*all), compare_prefixes);
	kept = rd_arena_alloc(&build->arena, g->n, sizeof(*kept));
	if (!kept)
		return false;
	for (uint32_t i = 0; i < g->n; i++) {
		const struct rd_cfg_prefix *before = n ? &kept[n - 1] : NULL;

		if (!before || strcmp(before->digits, all[i].digits))
			kept[n++] = all[i];
		else if (strcmp(before->area, all[i].area))
			rd_diag_error(g->diag, all[i].place,
				      "prefix \"%s\": of \"%s\", but of \"%s\" "
				      "at %s:%d",
				      all[i].digits, all[i].area, before->area,
				      before->place.file, before->place.line);
	}
	build->config.prefixes = kept;
	build->config.nprefixes = n;
	return true;
}

static bool read_areas(struct rd_config_build *build, struct rd_config_raw *raw,
		       struct rd_diag *diag)
{
	static const char *const columns[] = { "prefix", "area", NULL };
	const struct rd_yaml *node = rd_yaml_get(build->root, "areas");
	struct growing g = { .max = PREFIXES_MAX,
			     .size = sizeof(struct rd_cfg_prefix),
			     .diag = diag };
	struct rd_bundle_file file;
	bool good;

	for (uint16_t i = 0; i < raw->areas.n; i++) {
		const struct rd_cfg_prefix *p = &raw->areas.prefixes[i];
		char *digits = rd_arena_text(&build->arena, p->digits,
					     strlen(p->digits));

		if (digits && digits[0] && p->area[0])
			take_prefix(&g, (char *[]){ digits, (char *)p->area },
				    p->place);
	}
	if (raw->areas.file && raw->areas.file[0] &&
	    rd_config_open(build, rd_yaml_get(node, "file"), diag, &file))
		rd_rows_read(build, &file, columns, take_prefix, &g, diag);
	good = keep_prefixes(build, &g);
	free(g.data);
	return good && name_areas(build, diag);
}

bool rd_lists_read(struct rd_config_build *build, struct rd_config_raw *raw,
		   struct rd_diag *diag)
{
	struct rd_cfg_list *lists = (struct rd_cfg_list *)build->config.lists;
	const struct rd_yaml *node = rd_yaml_get(build->root, "lists");

	for (uint16_t i = 0; i < build->config.nlists; i++)
		if (!read_list(build, &lists[i],
			       rd_yaml_get(node, lists[i].name), diag))
			return false;
	return read_areas(build, raw, diag);
}

/* ---- searching ------------------------------------------------------------ */

static int entry_order(const void *key, const void *entry)
{
	return strcmp(key, ((const struct rd_cfg_entry *)entry)->number);
}

const struct rd_cfg_entry *rd_cfg_list_entry(const struct rd_cfg_list *list,
					     const char *pattern)
{
	return list->n ? bsearch(pattern, list->entries, list->n,
				 sizeof(*list->entries), entry_order)
		       : NULL;
}

const struct rd_cfg_entry *rd_cfg_list_find(const struct rd_cfg_list *list,
					    const char *number)
{
	const struct rd_cfg_entry *entry = rd_cfg_list_entry(list, number);
	char pattern[NUMBER_LEN + 2];
	size_t len = strnlen(number, NUMBER_LEN);

	memcpy(pattern, number, len);
	for (size_t n = len + 1; !entry && n-- > 0;) {
		pattern[n] = '*';
		pattern[n + 1] = 0;
		entry = rd_cfg_list_entry(list, pattern);
	}
	return entry;
}

static int prefix_order(const void *key, const void *prefix)
{
	return strcmp(key, ((const struct rd_cfg_prefix *)prefix)->digits);
}

const char *rd_cfg_area(const struct rd_config *config, const char *number)
{
	const struct rd_cfg_prefix *prefix = NULL;
	char digits[NUMBER_LEN + 1];
	size_t len = strnlen(number, NUMBER_LEN);

	memcpy(digits, number, len);
	for (size_t n = len; config->nprefixes && !prefix && n; n--) {
		digits[n] = 0;
		prefix = bsearch(digits, config->prefixes, config->nprefixes,
				 sizeof(*config->prefixes), prefix_order);
	}
	return prefix ? prefix->area : "";
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tables at work: from a YAML mapping to a struct; see table.h.
 *
 * A struct is filled twice: first every default, written in YAML notation and
 * read by the very code that reads the file, then what the file gives. So a
 * value that is refused leaves its default, and the walk goes on to find the
 * other errors. Depth is that of the tables, which do not contain themselves.
 */
#include "lib/config/table.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define NAME_MAX_LEN 63
#define LIST_MAX     (UINT16_MAX - 1)
#define TEXT_MAX     4096
#define FEW	     8 /* names that a message can list */

static void bind_field(struct rd_bind *b, const struct rd_field *f,
		       const char *what, const struct rd_yaml *node,
		       void *member, char *object);
static void set_defaults(struct rd_bind *b, const struct rd_table *table,
			 const struct rd_yaml *at, char *object);

static void *member_of(const struct rd_field *f, void *object)
{
	return (char *)object + f->offset;
}

static void store(void *member, uint8_t size, int64_t value)
{
	switch (size) {
	case 1:
		*(uint8_t *)member = (uint8_t)value;
		break;
	case 2:
		*(uint16_t *)member = (uint16_t)value;
		break;
	case 4:
		*(uint32_t *)member = (uint32_t)value;
		break;
	default:
		assert(size == 8);
		*(uint64_t *)member = (uint64_t)value;
	}
}

static void *take(struct rd_bind *b, const struct rd_yaml *node, size_t n,
		  size_t size)
{
	void *p = rd_arena_alloc(b->arena, n, size);

	if (!p)
		rd_diag_error(b->diag, node->place, "out of memory");
	return p;
}

/* ---- defaults ----------------------------------------------------------- */

/* at: a node of the file, for its place only. */
static void set_default(struct rd_bind *b, const struct rd_field *f,
			const struct rd_yaml *at, char *object)
{
	struct rd_yaml preset = {
		.place = at->place,
		.kind = RD_YAML_SCALAR,
		.quoted = true,
		.text = f->preset,
	};
	void *member = member_of(f, object);
	int errors = b->diag->errors;

	if (f->type == RD_FIELD_STRUCT)
		set_defaults(b, f->table, at, member);
	else if (f->preset)
		bind_field(b, f, f->key, &preset, member, object);
	else if (f->type == RD_FIELD_STRING || f->type == RD_FIELD_DIGITS ||
		 f->type == RD_FIELD_PATTERN)
		*(const char **)member = "";
	else if (f->type == RD_FIELD_REF)
		*(uint16_t *)member = RD_REF_NONE;
	/* a default that its own bounds refuse is our mistake */
	assert(f->type == RD_FIELD_REF || f->type == RD_FIELD_FORMAT ||
	       f->type == RD_FIELD_STRUCT || b->diag->errors == errors);
	(void)errors;
}

static void set_defaults(struct rd_bind *b, const struct rd_table *table,
			 const struct rd_yaml *at, char *object)
{
	for (int i = 0; i < table->nfields; i++)
		set_default(b, &table->fields[i], at, object);
}

/* ---- names -------------------------------------------------------------- */

/* "; did you mean ...", or all names where they are few. */
static const char *advise(const struct rd_scope *scope, const char *text,
			  char *buf, size_t len)
{
	const char *nearest = rd_diag_nearest(text, scope->names, scope->n);
	size_t at;

	if (nearest) {
		snprintf(buf, len, "; did you mean \"%s\"?", nearest);
		return buf;
	}
	if (!scope->n)
		return "; there is none at all";
	if (scope->n > FEW)
		return "";
	at = (size_t)snprintf(buf, len, "; expected ");
	for (uint16_t i = 0; i < scope->n && at < len; i++)
		at += (size_t)snprintf(buf + at, len - at, "%s\"%s\"",
				       i ? ", " : "", scope->names[i]);
	return buf;
}

int rd_yaml_ref(const struct rd_yaml *node, const char *what,
		const struct rd_scope *scope, uint16_t *out,
		struct rd_diag *diag)
{
	const char *text;
	char advice[512];

	if (rd_yaml_string(node, what, 1, TEXT_MAX, &text, diag))
		return -EINVAL;
	for (uint16_t i = 0; i < scope->n; i++) {
		if (strcmp(scope->names[i], text))
			continue;
		*out = i;
		return 0;
	}
	rd_diag_error(diag, node->place, "key \"%s\": no %s \"%.64s\"%s", what,
		      scope->noun, text,
		      advise(scope, text, advice, sizeof(advice)));
	return -EINVAL;
}

struct rd_place rd_yaml_place(const struct rd_yaml *node, const char *key)
{
	const struct rd_yaml *value = rd_yaml_get(node, key);

	return value ? value->place : node->place;
}

/* Names end up in commands, files and "tree.node". */
static bool check_name(struct rd_bind *b, const struct rd_table *table,
		       const struct rd_yaml *key)
{
	const char *text = key->text;
	size_t len = strlen(text);
	bool good = len && len <= NAME_MAX_LEN;

	if (table->name_digits)
		return !rd_yaml_digits(key, table->noun, false, &text, b->diag);
	for (size_t i = 0; i < len; i++)
		good &= (unsigned char)text[i] > ' ' && text[i] != 0x7f &&
			text[i] != '/' && text[i] != '.';
	if (!good)
		rd_diag_error(b->diag, key->place,
			      "\"%.64s\": not a name for a %s; expected 1 to "
			      "%d octets without space, / or .",
			      text, table->noun, NAME_MAX_LEN);
	return good;
}

/* ---- collections -------------------------------------------------------- */

static void bind_map(struct rd_bind *b, const struct rd_field *f,
		     const char *what, const struct rd_yaml *node, void *member,
		     char *object)
{
	const struct rd_table *table = f->table;
	uint32_t max = f->max ? (uint32_t)f->max : LIST_MAX;
	uint16_t n = 0;
	char *items;

	if (rd_yaml_is_null(node) ||
	    rd_yaml_expect(node, what, RD_YAML_MAPPING, b->diag))
		return;
	if (node->n > max) {
		rd_diag_error(b->diag, node->place,
			      "key \"%s\": found %u entries, expected at most "
			      "%u",
			      what, node->n, max);
		if (node->n > LIST_MAX)
			return;
	}
	items = take(b, node, node->n, table->size);
	if (!items)
		return;
	/* all keep their place, so that indices are positions */
	for (uint32_t i = 0; i < node->n; i++) {
		char *item = items + table->size * n++;

		check_name(b, table, node->keys[i]);
		if (table->name)
			*(const char **)(item + table->name - 1) =
				node->keys[i]->text;
		rd_bind(b, table, node->items[i], item);
		if (table->place)
			*(struct rd_place *)(item + table->place - 1) =
				node->keys[i]->place;
	}
	*(void **)member = items;
	*(uint16_t *)(object + f->count) = n;
}

static void bind_list(struct rd_bind *b, const struct rd_field *f,
		      const char *what, const struct rd_yaml *node,
		      void *member, char *object)
{
	size_t size = f->table ? f->table->size : f->item->size;
	int64_t max = f->max ? f->max : LIST_MAX;
	char *items;

	if (rd_yaml_is_null(node) && !f->min)
		return;
	if (rd_yaml_expect(node, what, RD_YAML_SEQUENCE, b->diag))
		return;
	if (node->n < f->min || node->n > max) {
		rd_diag_error(b->diag, node->place,
			      "key \"%s\": found a list of %u, expected %d to "
			      "%d entries",
			      what, node->n, (int)f->min, (int)max);
		return;
	}
	items = take(b, node, node->n, size);
	if (!items)
		return;
	for (uint32_t i = 0; i < node->n; i++) {
		char *item = items + i * size;

		if (f->table) {
			rd_bind(b, f->table, node->items[i], item);
			continue;
		}
		set_default(b, f->item, node, item);
		bind_field(b, f->item, what, node->items[i], item, item);
	}
	*(void **)member = items;
	*(uint16_t *)(object + f->count) = (uint16_t)node->n;
}

/* ---- one value ---------------------------------------------------------- */

static void bind_number(struct rd_bind *b, const struct rd_field *f,
			const char *what, const struct rd_yaml *node,
			void *member)
{
	int64_t unit = f->unit ? f->unit : 1, value;
	char words[32];
	int position, err;
	bool flag;

	switch (f->type) {
	case RD_FIELD_BOOL:
		err = rd_yaml_bool(node, what, &flag, b->diag);
		value = err ? 0 : flag;
		break;
	case RD_FIELD_INT:
		err = rd_yaml_int(node, what, f->min, f->max, &value, b->diag);
		break;
	case RD_FIELD_DURATION:
		err = rd_yaml_duration(node, what, f->min, f->max, &value,
				       b->diag);
		break;
	case RD_FIELD_SIZE:
		err = rd_yaml_size(node, what, f->min, f->max, &value, b->diag);
		break;
	default:
		err = rd_yaml_enum(node, what, f->names, &position, b->diag);
		value = err ? 0 : position;
	}
	if (err)
		return;
	if (value % unit) {
		rd_diag_error(b->diag, node->place,
			      "key \"%s\": found \"%s\", expected a whole "
			      "multiple of %s",
			      what, node->text,
			      f->type == RD_FIELD_SIZE
				      ? rd_yaml_size_words(unit, words)
				      : rd_yaml_duration_words(unit, words));
		return;
	}
	store(member, f->size, value / unit);
}

static void bind_text(struct rd_bind *b, const struct rd_field *f,
		      const char *what, const struct rd_yaml *node,
		      void *member)
{
	if (f->type == RD_FIELD_STRING)
		rd_yaml_string(node, what, (size_t)f->min,
			       f->max ? (size_t)f->max : TEXT_MAX, member,
			       b->diag);
	else
		rd_yaml_digits(node, what, f->type == RD_FIELD_PATTERN, member,
			       b->diag);
}

static void bind_field(struct rd_bind *b, const struct rd_field *f,
		       const char *what, const struct rd_yaml *node,
		       void *member, char *object)
{
	switch ((enum rd_field_type)f->type) {
	case RD_FIELD_BOOL:
	case RD_FIELD_INT:
	case RD_FIELD_DURATION:
	case RD_FIELD_SIZE:
	case RD_FIELD_ENUM:
		bind_number(b, f, what, node, member);
		break;
	case RD_FIELD_REAL:
		rd_yaml_real(node, what, (double)f->min, (double)f->max, member,
			     b->diag);
		break;
	case RD_FIELD_STRING:
	case RD_FIELD_DIGITS:
	case RD_FIELD_PATTERN:
		bind_text(b, f, what, node, member);
		break;
	case RD_FIELD_REF:
		rd_yaml_ref(node, what, &b->scopes[f->scope], member, b->diag);
		break;
	case RD_FIELD_FORMAT:
		f->format->parse(b, node, what, member);
		break;
	case RD_FIELD_NODE:
		*(const struct rd_yaml **)member = node;
		break;
	case RD_FIELD_STRUCT:
		rd_bind(b, f->table, node, member);
		break;
	case RD_FIELD_LIST:
		bind_list(b, f, what, node, member, object);
		break;
	case RD_FIELD_MAP:
		bind_map(b, f, what, node, member, object);
		break;
	}
}

/* ---- a mapping ---------------------------------------------------------- */

static const struct rd_field *find_field(struct rd_bind *b,
					 const struct rd_table *table,
					 const struct rd_yaml *key)
{
	const char *names[64], *nearest;

	assert(table->nfields <= 64);
	for (uint8_t i = 0; i < table->nfields; i++) {
		names[i] = table->fields[i].key;
		if (!strcmp(names[i], key->text))
			return &table->fields[i];
	}
	nearest = rd_diag_nearest(key->text, names, table->nfields);
	if (nearest)
		rd_diag_error(b->diag, key->place,
			      "key \"%.64s\": unknown; did you mean \"%s\"?",
			      key->text, nearest);
	else
		rd_diag_error(b->diag, key->place,
			      "key \"%.64s\": unknown in a %s", key->text,
			      table->noun);
	return NULL;
}

/* Required keys, and exactly one of the choices. */
static void check_present(struct rd_bind *b, const struct rd_table *table,
			  const struct rd_yaml *node, uint64_t present)
{
	char choices[256] = "";
	int chosen = 0, offered = 0;

	for (uint8_t i = 0; i < table->nfields; i++) {
		const struct rd_field *f = &table->fields[i];

		if (f->required && !(present >> i & 1))
			rd_diag_error(b->diag, node->place,
				      "%s: key \"%s\" is missing", table->noun,
				      f->key);
		if (!f->choice)
			continue;
		chosen += present >> i & 1;
		snprintf(choices + strlen(choices),
			 sizeof(choices) - strlen(choices), "%s\"%s\"",
			 offered++ ? ", " : "", f->key);
	}
	if (offered && chosen != 1)
		rd_diag_error(b->diag, node->place,
			      "%s: found %d of the keys %s, expected exactly "
			      "one of them",
			      table->noun, chosen, choices);
}

static const struct rd_field *shorthand(const struct rd_table *table)
{
	for (uint8_t i = 0; i < table->nfields; i++)
		if (table->fields[i].shorthand)
			return &table->fields[i];
	return NULL;
}

static void bind_shorthand(struct rd_bind *b, const struct rd_table *table,
			   const struct rd_field *f, const struct rd_yaml *node,
			   char *object, uint64_t *present)
{
	bind_field(b, f, table->noun, node, member_of(f, object), object);
	*present |= 1ull << (f - table->fields);
}

static void bind_mapping(struct rd_bind *b, const struct rd_table *table,
			 const struct rd_yaml *node, char *object,
			 uint64_t *present)
{
	for (uint32_t i = 0; i < node->n; i++) {
		const struct rd_field *f = find_field(b, table, node->keys[i]);

		if (!f)
			continue;
		*present |= 1ull << (f - table->fields);
		bind_field(b, f, f->key, node->items[i], member_of(f, object),
			   object);
	}
}

int rd_bind_refuse(struct rd_bind *b, const struct rd_yaml *node,
		   const char *what, const char *expected)
{
	char words[RD_YAML_WORDS];

	rd_diag_error(b->diag, node->place,
		      "key \"%s\": found %s, expected %s", what,
		      rd_yaml_words(node, words), expected);
	return -EINVAL;
}

int rd_bind(struct rd_bind *b, const struct rd_table *table,
	    const struct rd_yaml *node, void *out)
{
	const struct rd_field *brief = shorthand(table);
	int errors = b->diag->errors;
	uint64_t present = 0;

	set_defaults(b, table, node, out);
	if (brief && node->kind != RD_YAML_MAPPING && !rd_yaml_is_null(node)) {
		bind_shorthand(b, table, brief, node, out, &present);
	} else if (!rd_yaml_is_null(node)) {
		if (rd_yaml_expect(node, table->noun, RD_YAML_MAPPING, b->diag))
			return -EINVAL;
		bind_mapping(b, table, node, out, &present);
	}
	check_present(b, table, node, present);
	if (table->place)
		*(struct rd_place *)((char *)out + table->place - 1) =
			node->place;
	if (table->present)
		*(uint64_t *)((char *)out + table->present - 1) = present;
	if (table->check)
		table->check(b, node, out);
	return b->diag->errors == errors ? 0 : -EINVAL;
}

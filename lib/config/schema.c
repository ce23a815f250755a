// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON schema, draft 2020-12, of a table: what an editor completes and checks.
 *
 * Tables do not contain themselves, so the schema is written out in one walk,
 * without references. It accepts what rd_bind() accepts of one value; names
 * that must exist elsewhere are beyond a schema.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config/table.h"

#define DIGITS	"0-9#A-D"
#define DIALLED "^[*" DIGITS "]{1,31}$"
#define MATCHED "^([" DIGITS "]{1,31}|[" DIGITS "]{0,30}\\\\*)$"
#define NAME	"^[^ /.\\\\x00-\\\\x1f]{1,63}$"

/* Members of one object after the other, with commas and indentation. */
struct writer {
	FILE *out;
	int depth;
	bool first; /* of its object */
};

static void put_object(struct writer *w, const struct rd_table *table);
static void put_field(struct writer *w, const struct rd_field *f);

static void put_string(FILE *out, const char *text)
{
	putc('"', out);
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			putc('\\', out);
		putc(*c, out);
	}
	putc('"', out);
}

static void put_key(struct writer *w, const char *key)
{
	fprintf(w->out, "%s\n%*s", w->first ? "" : ",", 2 * w->depth, "");
	put_string(w->out, key);
	fputs(": ", w->out);
	w->first = false;
}

static void begin(struct writer *w, const char *key)
{
	if (key)
		put_key(w, key);
	putc('{', w->out);
	w->depth++;
	w->first = true;
}

static void end(struct writer *w)
{
	w->depth--;
	fprintf(w->out, "\n%*s}", 2 * w->depth, "");
	w->first = false;
}

static void put_text(struct writer *w, const char *key, const char *text)
{
	put_key(w, key);
	put_string(w->out, text);
}

static void put_int(struct writer *w, const char *key, int64_t value)
{
	put_key(w, key);
	fprintf(w->out, "%" PRId64, value);
}

/* Ready JSON. */
static void put_raw(struct writer *w, const char *key, const char *json)
{
	put_key(w, key);
	fputs(json, w->out);
}

/* ---- one value ---------------------------------------------------------- */

static void put_names(struct writer *w, const char *const *names)
{
	bool first = true;

	put_key(w, "enum");
	putc('[', w->out);
	for (; *names; names++) {
		if (!**names)
			continue;
		fputs(first ? "" : ", ", w->out);
		put_string(w->out, *names);
		first = false;
	}
	putc(']', w->out);
}

/* Text that a YAML reader may take for a number. */
static void put_digits(struct writer *w, const char *pattern)
{
	put_raw(w, "type", "[\"string\", \"integer\"]");
	put_key(w, "pattern");
	fprintf(w->out, "\"%s\"", pattern);
}

/* Numbers with units; plain 0 where it is allowed. */
static void put_quantity(struct writer *w, const struct rd_field *f,
			 const char *units)
{
	put_raw(w, "type",
		f->min > 0 ? "\"string\"" : "[\"string\", \"integer\"]");
	put_key(w, "pattern");
	fprintf(w->out, "\"^(%s([0-9]+(%s))+)$\"", f->min > 0 ? "" : "0|",
		units);
	if (f->min <= 0)
		put_raw(w, "maximum", "0");
}

static void put_list(struct writer *w, const struct rd_field *f)
{
	put_raw(w, "type", f->min ? "\"array\"" : "[\"array\", \"null\"]");
	if (f->min)
		put_int(w, "minItems", f->min);
	if (f->max)
		put_int(w, "maxItems", f->max);
	begin(w, "items");
	if (f->table)
		put_object(w, f->table);
	else
		put_field(w, f->item);
	end(w);
}

static void put_map(struct writer *w, const struct rd_field *f)
{
	put_raw(w, "type", "[\"object\", \"null\"]");
	if (f->max)
		put_int(w, "maxProperties", f->max);
	put_key(w, "propertyNames");
	fprintf(w->out, "{ \"pattern\": \"%s\" }",
		f->table->name_digits ? DIALLED : NAME);
	begin(w, "additionalProperties");
	put_object(w, f->table);
	end(w);
}

static void put_default(struct writer *w, const struct rd_field *f)
{
	if (!f->preset || !f->preset[0])
		return;
	if (f->type == RD_FIELD_INT || f->type == RD_FIELD_BOOL ||
	    f->type == RD_FIELD_REAL)
		put_raw(w, "default", f->preset);
	else
		put_text(w, "default", f->preset);
}

static void put_type(struct writer *w, const struct rd_field *f)
{
	switch ((enum rd_field_type)f->type) {
	case RD_FIELD_BOOL:
		put_raw(w, "enum",
			"[true, false, \"yes\", \"no\", \"on\", \"off\"]");
		break;
	case RD_FIELD_INT:
	case RD_FIELD_REAL:
		put_text(w, "type",
			 f->type == RD_FIELD_INT ? "integer" : "number");
		put_int(w, "minimum", f->min);
		put_int(w, "maximum", f->max);
		break;
	case RD_FIELD_DURATION:
		put_quantity(w, f, "ms|s|m|h|d");
		break;
	case RD_FIELD_SIZE:
		put_quantity(w, f, "B|KiB|MiB|GiB|TiB");
		break;
	case RD_FIELD_STRING:
		put_raw(w, "type", "[\"string\", \"number\", \"boolean\"]");
		if (f->min)
			put_int(w, "minLength", f->min);
		if (f->max)
			put_int(w, "maxLength", f->max);
		break;
	case RD_FIELD_DIGITS:
		put_digits(w, DIALLED);
		break;
	case RD_FIELD_PATTERN:
		put_digits(w, MATCHED);
		break;
	case RD_FIELD_ENUM:
		put_names(w, f->names);
		break;
	case RD_FIELD_REF:
		put_raw(w, "type", "[\"string\", \"integer\"]");
		break;
	case RD_FIELD_FORMAT:
		if (f->format->table)
			put_object(w, f->format->table);
		else
			fprintf(w->out, "%s\n%*s%s", w->first ? "" : ",",
				2 * w->depth, "", f->format->schema);
		w->first = false;
		break;
	case RD_FIELD_NODE:
		break;
	case RD_FIELD_STRUCT:
		put_object(w, f->table);
		break;
	case RD_FIELD_LIST:
		put_list(w, f);
		break;
	case RD_FIELD_MAP:
		put_map(w, f);
		break;
	}
}

static void put_field(struct writer *w, const struct rd_field *f)
{
	if (f->help)
		put_text(w, "description", f->help);
	put_type(w, f);
	put_default(w, f);
}

/* ---- a mapping ---------------------------------------------------------- */

static void put_required(struct writer *w, const struct rd_table *table)
{
	bool first = true;

	for (int i = 0; i < table->nfields; i++) {
		if (!table->fields[i].required)
			continue;
		if (first)
			put_key(w, "required");
		fputs(first ? "[" : ", ", w->out);
		put_string(w->out, table->fields[i].key);
		first = false;
	}
	if (!first)
		putc(']', w->out);
}

static void put_choices(struct writer *w, const struct rd_table *table)
{
	bool first = true;

	for (int i = 0; i < table->nfields; i++) {
		if (!table->fields[i].choice)
			continue;
		if (first)
			put_key(w, "oneOf");
		fputs(first ? "[" : ", ", w->out);
		fputs("{ \"required\": [", w->out);
		put_string(w->out, table->fields[i].key);
		fputs("] }", w->out);
		first = false;
	}
	if (!first)
		putc(']', w->out);
}

static bool is_optional(const struct rd_table *table)
{
	for (int i = 0; i < table->nfields; i++)
		if (table->fields[i].required || table->fields[i].choice)
			return false;
	return true;
}

static void put_mapping(struct writer *w, const struct rd_table *table)
{
	put_raw(w, "type",
		is_optional(table) ? "[\"object\", \"null\"]" : "\"object\"");
	put_raw(w, "additionalProperties", "false");
	put_required(w, table);
	put_choices(w, table);
	begin(w, "properties");
	for (int i = 0; i < table->nfields; i++) {
		begin(w, table->fields[i].key);
		put_field(w, &table->fields[i]);
		end(w);
	}
	end(w);
}

/* The mapping, or what may stand for it. */
static void put_object(struct writer *w, const struct rd_table *table)
{
	const struct rd_field *brief = NULL;

	for (int i = 0; i < table->nfields; i++)
		if (table->fields[i].shorthand)
			brief = &table->fields[i];
	if (!brief) {
		put_mapping(w, table);
		return;
	}
	put_key(w, "anyOf");
	fputs("[", w->out);
	begin(w, NULL);
	put_field(w, brief);
	end(w);
	fputs(", ", w->out);
	begin(w, NULL);
	put_mapping(w, table);
	end(w);
	fputs("]", w->out);
}

void rd_schema_write(FILE *out, const struct rd_table *table, const char *title)
{
	struct writer w = { .out = out };

	begin(&w, NULL);
	put_text(&w, "$schema", "https://json-schema.org/draft/2020-12/schema");
	put_text(&w, "title", title);
	if (table->help)
		put_text(&w, "description", table->help);
	put_object(&w, table);
	end(&w);
	putc('\n', out);
}

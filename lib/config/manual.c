// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reference of a table's keys: Markdown, the body of a manual page, or an
 * example to start from. One section a mapping, headed by its path:
 *
 *	queues.<queue>.announce
 */
#include <inttypes.h>
#include <string.h>

#include "lib/config/table.h"

#define PATH_LEN 256

struct manual {
	FILE *out;
	enum rd_manual_form form;
};

/* The mapping a field leads to, or NULL. */
static const struct rd_table *table_of(const struct rd_field *f)
{
	switch ((enum rd_field_type)f->type) {
	case RD_FIELD_STRUCT:
	case RD_FIELD_MAP:
		return f->table;
	case RD_FIELD_LIST:
		return f->table ? f->table : table_of(f->item);
	case RD_FIELD_FORMAT:
		return f->format->table;
	default:
		return NULL;
	}
}

static void put_range(FILE *out, const struct rd_field *f)
{
	char low[32], high[32];

	if (f->type == RD_FIELD_DURATION)
		fprintf(out, "duration, %s to %s",
			rd_yaml_duration_words(f->min, low),
			rd_yaml_duration_words(f->max, high));
	else if (f->type == RD_FIELD_SIZE)
		fprintf(out, "size, %s to %s", rd_yaml_size_words(f->min, low),
			rd_yaml_size_words(f->max, high));
	else
		fprintf(out, "%snumber, %" PRId64 " to %" PRId64,
			f->type == RD_FIELD_INT ? "whole " : "", f->min,
			f->max);
}

static void put_names(FILE *out, const char *const *names)
{
	const char *comma = "";

	for (; *names; names++) {
		if (!**names)
			continue;
		fprintf(out, "%s%s", comma, *names);
		comma = ", ";
	}
}

/* What one may write there, in a few words. */
static void put_value(FILE *out, const struct rd_field *f)
{
	switch ((enum rd_field_type)f->type) {
	case RD_FIELD_BOOL:
		fputs("true, false", out);
		break;
	case RD_FIELD_INT:
	case RD_FIELD_REAL:
	case RD_FIELD_DURATION:
	case RD_FIELD_SIZE:
		put_range(out, f);
		break;
	case RD_FIELD_STRING:
		fputs("text", out);
		break;
	case RD_FIELD_DIGITS:
		fputs("digits", out);
		break;
	case RD_FIELD_PATTERN:
		fputs("digits, or with * at the end", out);
		break;
	case RD_FIELD_ENUM:
		put_names(out, f->names);
		break;
	case RD_FIELD_REF:
		fputs("name", out);
		break;
	case RD_FIELD_FORMAT:
		fputs(f->format->expected, out);
		break;
	case RD_FIELD_NODE:
		fputs("any", out);
		break;
	case RD_FIELD_STRUCT:
		fputs("mapping", out);
		break;
	case RD_FIELD_LIST:
		fputs("list of ", out);
		if (f->table)
			fprintf(out, "%ss", f->table->noun);
		else
			put_value(out, f->item);
		break;
	case RD_FIELD_MAP:
		fprintf(out, "mapping of %s by %s", f->table->noun,
			f->table->name_digits ? "number" : "name");
		break;
	}
}

/* ---- Markdown and roff -------------------------------------------------- */

static void put_heading(const struct manual *m, const char *path,
			const struct rd_table *table)
{
	const char *help = table->help ? table->help : "";

	if (m->form == RD_MANUAL_MARKDOWN)
		fprintf(m->out,
			"## %s\n\n%s\n\n| key | value | default | |\n"
			"|---|---|---|---|\n",
			path, help);
	else
		fprintf(m->out, ".SS \"%s\"\n%s\n", path, help);
}

static void put_row(const struct manual *m, const struct rd_field *f)
{
	const char *preset = f->preset ? f->preset : "";

	if (m->form == RD_MANUAL_MARKDOWN) {
		fprintf(m->out, "| `%s` | ", f->key);
		put_value(m->out, f);
		fprintf(m->out, " | %s | %s |\n",
			f->required ? "*required*" : preset,
			f->help ? f->help : "");
		return;
	}
	fprintf(m->out, ".TP\n.B %s\n", f->key);
	put_value(m->out, f);
	if (f->required)
		fputs("; required", m->out);
	else if (preset[0])
		fprintf(m->out, "; default %s", preset);
	fprintf(m->out, ".\n%s\n", f->help ? f->help : "");
}

static void put_section(const struct manual *m, const char *path,
			const struct rd_table *table)
{
	put_heading(m, path, table);
	for (int i = 0; i < table->nfields; i++)
		put_row(m, &table->fields[i]);
	if (m->form == RD_MANUAL_MARKDOWN)
		putc('\n', m->out);
	for (int i = 0; i < table->nfields; i++) {
		const struct rd_field *f = &table->fields[i];
		const struct rd_table *below = table_of(f);
		char deeper[PATH_LEN];
		bool is_root = !strchr(path, '.') && !strcmp(path, table->noun);

		if (!below)
			continue;
		snprintf(deeper, sizeof(deeper), "%s%s%s%s%s%s",
			 is_root ? "" : path, is_root ? "" : ".", f->key,
			 f->type == RD_FIELD_MAP ? ".<" : "",
			 f->type == RD_FIELD_MAP ? below->noun : "",
			 f->type == RD_FIELD_MAP    ? ">"
			 : f->type == RD_FIELD_LIST ? "[]"
						    : "");
		put_section(m, deeper, below);
	}
}

/* ---- the example -------------------------------------------------------- */

static void put_preset(const struct manual *m, const char *text)
{
	const char *quote = text[0] == '%' ? "\"" : "";

	fprintf(m->out, "%s%s%s%s\n", text[0] ? " " : "", quote, text, quote);
}

/* lead: what stands before the first key, "" or "- ". */
static void put_example(const struct manual *m, const struct rd_table *table,
			int depth, const char *lead)
{
	for (int i = 0; i < table->nfields; i++) {
		const struct rd_field *f = &table->fields[i];
		const struct rd_table *below = table_of(f);
		int column = 2 * depth;

		fprintf(m->out, "#%*s# %s (", column, "", f->help);
		put_value(m->out, f);
		fprintf(m->out, ")%s\n", f->required ? " REQUIRED" : "");
		fprintf(m->out, "#%*s%s%s:", column - (int)strlen(lead), "",
			lead, f->key);
		put_preset(m, f->preset ? f->preset : "");
		lead = "";
		if (!below)
			continue;
		if (f->type == RD_FIELD_MAP) {
			fprintf(m->out, "#%*s%s:\n", column + 2, "",
				below->noun);
			put_example(m, below, depth + 2, "");
		} else if (f->type == RD_FIELD_LIST) {
			put_example(m, below, depth + 2, "- ");
		} else {
			put_example(m, below, depth + 1, "");
		}
	}
}

void rd_manual_write(FILE *out, const struct rd_table *table,
		     enum rd_manual_form form)
{
	struct manual m = { out, form };

	if (form == RD_MANUAL_EXAMPLE)
		put_example(&m, table, 0, "");
	else
		put_section(&m, table->noun, table);
}

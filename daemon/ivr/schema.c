// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The JSON Schema of tree files, written from the tables of words.c, so that
 * an editor completes and checks what the compiler will accept. A step is
 * recognised by its verb; names of nodes, queues and variables are strings
 * here: only the compiler knows them.
 */
#include <string.h>

#include "daemon/ivr/compiler.h"

static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void write_type(FILE *out, const struct rd_field *f)
{
	switch ((enum rd_field_type)f->type) {
	case RD_FIELD_BOOL:
		fputs("\"type\": \"boolean\"", out);
		return;
	case RD_FIELD_INT:
		fprintf(out,
			"\"type\": \"integer\", \"minimum\": %lld, "
			"\"maximum\": %lld",
			(long long)f->min, (long long)f->max);
		return;
	case RD_FIELD_DURATION:
		fputs("\"$ref\": \"#/$defs/duration\"", out);
		return;
	case RD_FIELD_ENUM:
		fputs("\"enum\": [", out);
		for (int i = 0; f->names[i]; i++) {
			fputs(i ? ", " : "", out);
			write_string(out, f->names[i]);
		}
		fputc(']', out);
		return;
	case RD_FIELD_FORMAT: /* its notation, without the braces */
		if (f->format->schema[0] != '{') /* of lib/config */
			fputs(f->format->schema, out);
		else
			fprintf(out, "%.*s", (int)strlen(f->format->schema) - 2,
				f->format->schema + 1);
		return;
	case RD_FIELD_NODE:
		fputs("\"$comment\": \"below\"", out);
		return;
	default:
		fputs("\"type\": \"string\"", out);
		if (f->max)
			fprintf(out, ", \"maxLength\": %lld",
				(long long)f->max);
	}
}

/* The files's own keys, whose values the tables leave to the compiler. */
static const char *node_schema(const char *key)
{
	static const char *const rows[][2] = {
		{ "languages",
		  "\"type\": \"array\", \"items\": {\"type\": \"string\"}" },
		{ "attach",
		  "\"type\": \"array\", \"items\": {\"type\": \"string\"}" },
		{ "prompts", "\"type\": \"object\", \"additionalProperties\": "
			     "{\"$ref\": \"#/$defs/sound\"}" },
		{ "top", "\"type\": \"string\"" },
		{ "operator", "\"type\": \"string\"" },
		{ "nodes", "\"type\": \"object\", \"minProperties\": 1, "
			   "\"additionalProperties\": "
			   "{\"$ref\": \"#/$defs/steps\"}" },
		{ "when", "\"$ref\": \"#/$defs/when\"" },
		{ "then", "\"$ref\": \"#/$defs/target\"" },
		{ "else", "\"$ref\": \"#/$defs/target\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(rows[i][0], key))
			return rows[i][1];
	return "\"type\": \"string\"";
}

static void write_properties(FILE *out, const struct rd_table *table,
			     const char *margin)
{
	fprintf(out, "%s\"properties\": {\n", margin);
	for (uint8_t i = 0; i < table->nfields; i++) {
		const struct rd_field *f = &table->fields[i];

		fprintf(out, "%s  ", margin);
		write_string(out, f->key);
		fputs(": {", out);
		if (f->type == RD_FIELD_NODE)
			fputs(node_schema(f->key), out);
		else
			write_type(out, f);
		fputs(", \"description\": ", out);
		write_string(out, f->help);
		if (f->preset && f->preset[0]) {
			fputs(", \"default\": ", out);
			write_string(out, f->preset);
		}
		fprintf(out, "}%s\n", i + 1 < table->nfields ? "," : "");
	}
	fprintf(out, "%s},\n", margin);
}

static void write_object(FILE *out, const struct rd_table *table,
			 const char *margin)
{
	const char *comma = "";

	fprintf(out, "%s\"type\": \"object\",\n", margin);
	write_properties(out, table, margin);
	fprintf(out, "%s\"required\": [", margin);
	for (uint8_t i = 0; i < table->nfields; i++) {
		if (!table->fields[i].required)
			continue;
		fputs(comma, out);
		write_string(out, table->fields[i].key);
		comma = ", ";
	}
	fprintf(out, "],\n%s\"additionalProperties\": false", margin);
}

static const char definitions[] =
	"    \"duration\": {\"anyOf\": [{\"const\": 0}, {\"type\": \"string\", "
	"\"pattern\": \"^([0-9]+(ms|s|m|h|d))+$\"}]},\n"
	"    \"key\": {\"anyOf\": [{\"type\": \"integer\", \"minimum\": 0, "
	"\"maximum\": 9}, {\"enum\": [\"0\", \"1\", \"2\", \"3\", \"4\", "
	"\"5\", \"6\", \"7\", \"8\", \"9\", \"*\", \"#\", \"star\", \"hash\", "
	"\"none\"]}]},\n"
	"    \"target\": {\"anyOf\": [{\"type\": [\"string\", \"integer\"], "
	"\"description\": \"A node, or repeat, back, top, operator, goodbye, "
	"hangup, return.\"}, {\"$ref\": \"#/$defs/steps\"}]},\n"
	"    \"steps\": {\"anyOf\": [{\"$ref\": \"#/$defs/step\"}, {\"type\": "
	"\"array\", \"minItems\": 1, \"maxItems\": 200, \"items\": "
	"{\"anyOf\": [{\"$ref\": \"#/$defs/step\"}, {\"type\": "
	"[\"string\", \"integer\"]}]}}]},\n"
	"    \"sound\": {\"anyOf\": [{\"type\": [\"string\", \"number\"]}, "
	"{\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/sound\"}}, "
	"{\"$ref\": \"#/$defs/piece\"}, {\"type\": \"object\", "
	"\"properties\": {\"text\": {\"$ref\": \"#/$defs/sound\"}, "
	"\"language\": {\"type\": \"string\"}}, \"required\": [\"text\", "
	"\"language\"], \"additionalProperties\": false}, "
	"{\"type\": \"object\", "
	"\"propertyNames\": {\"pattern\": \"^[a-z]{2,3}(-[A-Za-z]+)*$\"}, "
	"\"minProperties\": 1, \"additionalProperties\": "
	"{\"$ref\": \"#/$defs/sound\"}}]},\n"
	"    \"piece\": {\"type\": \"object\", \"minProperties\": 1, "
	"\"maxProperties\": 1, \"additionalProperties\": false, "
	"\"properties\": {\n"
	"      \"text\": {\"$ref\": \"#/$defs/sound\"},\n"
	"      \"file\": {\"type\": \"string\"},\n"
	"      \"prompt\": {\"type\": \"string\"},\n"
	"      \"pause\": {\"$ref\": \"#/$defs/duration\"},\n"
	"      \"wait\": {\"type\": \"string\", \"description\": \"The "
	"expected wait of this queue.\"},\n"
	"      \"number\": {\"type\": \"string\"}, \"digits\": {\"type\": "
	"\"string\"}, \"date\": {\"type\": \"string\"},\n"
	"      \"time\": {\"type\": \"string\"}, \"money\": {\"type\": "
	"\"string\"}}},\n";

void rd_ivr_schema(FILE *out)
{
	fputs("{\n  \"$schema\": "
	      "\"https://json-schema.org/draft/2020-12/schema\",\n"
	      "  \"title\": ",
	      out);
	write_string(out, rd_ivr_root_table.help);
	fputs(",\n", out);
	write_object(out, &rd_ivr_root_table, "  ");
	fprintf(out, ",\n  \"$defs\": {\n%s    \"step\": {\"anyOf\": [",
		definitions);
	for (unsigned int i = 0; i < rd_ivr_nverbs; i++)
		fprintf(out, "%s{\"$ref\": \"#/$defs/%s\"}", i ? ", " : "",
			rd_ivr_verbs[i].name);
	fputs("]},\n    \"when\": {\n", out);
	write_object(out, &rd_ivr_when_table, "      ");
	fputs("\n    },\n    \"case\": {\n", out);
	write_object(out, &rd_ivr_case_table, "      ");
	fputs("\n    }", out);
	for (unsigned int i = 0; i < rd_ivr_nverbs; i++) {
		fprintf(out, ",\n    \"%s\": {\n", rd_ivr_verbs[i].name);
		write_object(out, rd_ivr_verbs[i].table, "      ");
		fputs("\n    }", out);
	}
	fputs("\n  }\n}\n", out);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Notations of trees: what is written in a way of its own, such as 4-8 digits,
 * a rating of 1-5, the key of a read-back.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/ivr/compiler.h"

/* ---- notations ------------------------------------------------------------ */

#define REF_TARGET "{\"$ref\":\"#/$defs/target\"}"
#define REF_SOUND  "{\"$ref\":\"#/$defs/sound\"}"

static int parse_target(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	return rd_ivr_target(rd_ivr_compiler_of(bind), node, what, out);
}

static int parse_text_list(struct rd_bind *bind, const struct rd_yaml *node,
			   const char *what, void *out)
{
	return rd_ivr_list(rd_ivr_compiler_of(bind), node, what, RD_SCALAR_TEXT, out);
}

static int parse_file_list(struct rd_bind *bind, const struct rd_yaml *node,
			   const char *what, void *out)
{
	return rd_ivr_list(rd_ivr_compiler_of(bind), node, what, RD_SCALAR_FILE, out);
}

static int parse_new_var(struct rd_bind *bind, const struct rd_yaml *node,
			 const char *what, void *out)
{
	return rd_ivr_var(rd_ivr_compiler_of(bind), node, what, true, true, out);
}

/* A variable, or caller and called. */
static int parse_var_operand(struct rd_bind *bind, const struct rd_yaml *node,
			     const char *what, void *out)
{
	struct rd_operand operand = { .kind = RD_OPERAND_VAR };
	int err = 0;

	if (!strcmp(node->text, "caller"))
		operand.kind = RD_OPERAND_CALLER;
	else if (!strcmp(node->text, "called"))
		operand.kind = RD_OPERAND_CALLED;
	else
		err = rd_ivr_var(rd_ivr_compiler_of(bind), node, what, false, true,
				 &operand.var);
	if (!err)
		*(struct rd_operand *)out = operand;
	return err;
}

static int parse_key(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, void *out)
{
	return rd_ivr_key(rd_ivr_compiler_of(bind), node, what, out);
}

static int parse_menu(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	return rd_ivr_menu_keys(rd_ivr_compiler_of(bind), node, out);
}

static int parse_into(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	return rd_ivr_into(rd_ivr_compiler_of(bind), node, what, out);
}

static int parse_set(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, void *out)
{
	return rd_ivr_pairs(rd_ivr_compiler_of(bind), node, what, true, out);
}

static int parse_attach(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	return rd_ivr_pairs(rd_ivr_compiler_of(bind), node, what, false, out);
}

static int parse_choose(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	return rd_ivr_choose(rd_ivr_compiler_of(bind), node, what, out);
}

/* 8, or 4-8: how many digits */
static int parse_length(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	struct rd_ivr_collect *collect = out;
	int min, max, end = 0;

	if (node->kind == RD_YAML_SCALAR) {
		if (sscanf(node->text, "%2d-%2d%n", &min, &max, &end) == 2 &&
		    !node->text[end])
			goto found;
		if (sscanf(node->text, "%2d%n", &max, &end) == 1 &&
		    !node->text[end]) {
			min = max;
			goto found;
		}
	}
	goto err_length;
found:
	if (min < 1 || max < min || max > RD_IVR_ENTRY_MAX)
		goto err_length;
	collect->min = (uint8_t)min;
	collect->max = (uint8_t)max;
	return 0;
err_length:
	rd_diag_error(bind->diag, node->place,
		      "key \"%s\": expected a number of digits such as 8, or "
		      "4-8, at most %d",
		      what, RD_IVR_ENTRY_MAX);
	return -EINVAL;
}

/* yes, or {confirm: key, again: key} */
static int parse_read_back(struct rd_bind *bind, const struct rd_yaml *node,
			   const char *what, void *out)
{
	struct rd_ivr_collect *collect = out;
	const struct rd_yaml *confirm = rd_yaml_get(node, "confirm");
	const struct rd_yaml *again = rd_yaml_get(node, "again");
	char yes = '1', no = '2';
	bool on = true;
	int err = 0;

	if (node->kind != RD_YAML_MAPPING)
		err = rd_yaml_bool(node, what, &on, bind->diag);
	if (node->kind == RD_YAML_MAPPING &&
	    node->n != (confirm ? 1u : 0u) + (again ? 1u : 0u)) {
		rd_diag_error(bind->diag, node->place,
			      "key \"%s\": expected yes, no, or the keys "
			      "\"confirm\" and \"again\"",
			      what);
		err = -EINVAL;
	}
	if (confirm)
		err |= rd_ivr_key(rd_ivr_compiler_of(bind), confirm, "confirm", &yes);
	if (again)
		err |= rd_ivr_key(rd_ivr_compiler_of(bind), again, "again", &no);
	if (!err && yes == no) {
		rd_diag_error(bind->diag, node->place,
			      "key \"%s\": one key cannot both confirm and "
			      "try again",
			      what);
		err = -EINVAL;
	}
	if (err)
		return -EINVAL;
	collect->confirm = on ? yes : 0;
	collect->again = on ? no : 0;
	return 0;
}

static int parse_ratings(struct rd_bind *bind, const struct rd_yaml *node,
			 const char *what, void *out)
{
	char from, to;
	int end = 0;

	if (node->kind != RD_YAML_SCALAR ||
	    sscanf(node->text, "%1[0-9]-%1[0-9]%n", (char[2]){ 0 },
		   (char[2]){ 0 }, &end) != 2 ||
	    node->text[end] || node->text[0] >= node->text[2]) {
		rd_diag_error(bind->diag, node->place,
			      "key \"%s\": expected the keys that are ratings, "
			      "such as 1-5",
			      what);
		return -EINVAL;
	}
	from = node->text[0];
	to = node->text[2];
	for (char key = from; key <= to; key++)
		*(uint16_t *)out |= (uint16_t)(1u << (key - '0'));
	return 0;
}

/* clang-format off */
const struct rd_ivr_cause rd_ivr_causes[] = { /* Q.850 table 1 */
	{ "normal", 16 }, { "busy", 17 }, { "no-answer", 19 },
	{ "rejected", 21 }, { "unallocated", 1 }, { "out-of-order", 27 },
	{ "invalid-number", 28 }, { "congestion", 34 }, { "failure", 41 },
	{ "network-busy", 42 }, { "not-allowed", 57 },
};
/* clang-format on */
const unsigned int rd_ivr_ncauses =
	sizeof(rd_ivr_causes) / sizeof(*rd_ivr_causes);

static int parse_cause(struct rd_bind *bind, const struct rd_yaml *node,
		       const char *what, void *out)
{
	const char *names[sizeof(rd_ivr_causes) / sizeof(*rd_ivr_causes) + 1];
	int64_t number;
	int position;

	if (rd_yaml_is_null(node)) {
		*(uint8_t *)out = 16;
		return 0;
	}
	if (node->text[0] >= '0' && node->text[0] <= '9') {
		if (rd_yaml_int(node, what, 1, 127, &number, bind->diag))
			return -EINVAL;
		*(uint8_t *)out = (uint8_t)number;
		return 0;
	}
	for (unsigned int i = 0; i < rd_ivr_ncauses; i++)
		names[i] = rd_ivr_causes[i].name;
	names[rd_ivr_ncauses] = NULL;
	if (rd_yaml_enum(node, what, names, &position, bind->diag))
		return -EINVAL;
	*(uint8_t *)out = rd_ivr_causes[position].cause;
	return 0;
}

/* A number, "$variable", or {agent: number} */
static int parse_dial(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	struct rd_ivr_dial *dial = out;
	const struct rd_yaml *agent = rd_yaml_get(node, "agent");
	const struct rd_yaml *duty = rd_yaml_get(node, "duty");

	dial->duty = RD_INDEX_NONE;
	if (node->kind == RD_YAML_MAPPING &&
	    ((!agent && !duty) || node->n != 1)) {
		rd_diag_error(bind->diag, node->place,
			      "key \"%s\": expected a number, a variable such "
			      "as $number, or the key \"agent\" or \"duty\" "
			      "alone",
			      what);
		return -EINVAL;
	}
	if (duty)
		return rd_yaml_ref(duty, "duty", &bind->scopes[RD_SCOPE_DUTY],
				   &dial->duty, bind->diag);
	dial->to_agent = agent != NULL;
	return rd_ivr_operand(rd_ivr_compiler_of(bind), agent ? agent : node, what, false,
			      &dial->number);
}

static int parse_words(struct rd_bind *bind, const struct rd_yaml *node,
		       const char *what, void *out)
{
	return rd_ivr_program_words(rd_ivr_compiler_of(bind), node, what, out);
}

/* Nothing to say: "answer:" and "return:" stand alone. */
static int parse_nothing(struct rd_bind *bind, const struct rd_yaml *node,
			 const char *what, void *out)
{
	if (rd_yaml_is_null(node))
		return 0;
	rd_diag_error(bind->diag, node->place,
		      "key \"%s\": expected nothing after the colon", what);
	return -EINVAL;
}

/* clang-format off */
#define FORMAT(name, parse_, expected_, schema_)                              \
	const struct rd_format rd_notation_##name = {                                \
		.expected = (expected_), .schema = (schema_), .parse = (parse_) }

FORMAT(target, parse_target, "the name of a node, or steps", REF_TARGET);
FORMAT(text_list, parse_text_list, "what is said", REF_SOUND);
FORMAT(file_list, parse_file_list, "sound files", REF_SOUND);
FORMAT(new_var, parse_new_var, "a name for what is entered",
       "{\"type\":\"string\",\"pattern\":\"^[a-z][a-z0-9_]*$\"}");
FORMAT(var_operand, parse_var_operand, "a variable, caller or called",
       "{\"type\":\"string\"}");
FORMAT(key, parse_key, "one key", "{\"$ref\":\"#/$defs/key\"}");
FORMAT(menu_keys, parse_menu, "keys and where they lead",
       "{\"type\":\"object\",\"patternProperties\":{\"^([0-9*#]{1,4}|star|hash)$\":"
       REF_TARGET "},\"additionalProperties\":false,\"minProperties\":1}");
FORMAT(into, parse_into, "names of columns, or variable: column",
       "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":"
       "{\"type\":\"string\"},\"maxItems\":8},{\"type\":\"object\","
       "\"additionalProperties\":{\"type\":\"string\"},\"maxProperties\":8}]}");
FORMAT(set_pairs, parse_set, "variable: value",
       "{\"type\":\"object\",\"additionalProperties\":"
       "{\"type\":[\"string\",\"number\",\"boolean\"]},\"maxProperties\":8}");
FORMAT(attach_pairs, parse_attach, "variables, or name: value",
       "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":"
       "{\"type\":\"string\"},\"maxItems\":8},{\"type\":\"object\","
       "\"additionalProperties\":{\"type\":[\"string\",\"number\"]},"
       "\"maxProperties\":8}]}");
FORMAT(cases, parse_choose, "a list of when: and then:",
       "{\"type\":\"array\",\"minItems\":1,\"items\":{\"$ref\":\"#/$defs/case\"}}");
FORMAT(length, parse_length, "a number of digits such as 8 or 4-8",
       "{\"anyOf\":[{\"type\":\"integer\",\"minimum\":1,\"maximum\":32},"
       "{\"type\":\"string\",\"pattern\":\"^[0-9]{1,2}(-[0-9]{1,2})?$\"}]}");
FORMAT(read_back, parse_read_back, "yes, or {confirm: key, again: key}",
       "{\"anyOf\":[{\"type\":\"boolean\"},{\"type\":\"object\",\"properties\":"
       "{\"confirm\":{\"$ref\":\"#/$defs/key\"},\"again\":"
       "{\"$ref\":\"#/$defs/key\"}},\"additionalProperties\":false}]}");
FORMAT(ratings, parse_ratings, "keys such as 1-5",
       "{\"type\":\"string\",\"pattern\":\"^[0-9]-[0-9]$\"}");
FORMAT(cause, parse_cause, "a cause such as busy, or its number (Q.850)",
       "{\"anyOf\":[{\"type\":\"null\"},{\"type\":\"integer\",\"minimum\":1,"
       "\"maximum\":127},{\"enum\":[\"normal\",\"busy\",\"no-answer\","
       "\"rejected\",\"unallocated\",\"out-of-order\",\"invalid-number\","
       "\"congestion\",\"failure\",\"network-busy\",\"not-allowed\"]}]}");
FORMAT(dial_number, parse_dial,
       "a number, $variable, {agent: number} or {duty: table}",
       "{\"anyOf\":[{\"type\":[\"string\",\"integer\"]},{\"type\":\"object\","
       "\"properties\":{\"agent\":{\"type\":[\"string\",\"integer\"]},"
       "\"duty\":{\"type\":\"string\"}},\"minProperties\":1,"
       "\"maxProperties\":1,\"additionalProperties\":false}]}");
FORMAT(words, parse_words, "words and where they lead",
       "{\"type\":\"object\",\"additionalProperties\":" REF_TARGET "}");
FORMAT(nothing, parse_nothing, "nothing", "{\"type\":\"null\"}");
/* clang-format on */

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The language of trees: every verb with its options, bounds, defaults and
 * help, once. The compiler binds steps by these tables; schema.c writes the
 * JSON Schema from them.
 *
 *	nodes:
 *	  card:				a node: one step, or a list of steps
 *	    collect: number		a step: its verb comes first ...
 *	    length: 8			... then its options
 *	    then: queue			where it goes on: a name, or steps
 */
#include <errno.h>
#include <string.h>

#include "daemon/core/app.h"
#include "daemon/ivr/compiler.h"

static struct rd_ivr_compiler *compiler(struct rd_bind *bind)
{
	return bind->user;
}

/* ---- notations ------------------------------------------------------------ */

#define REF_TARGET "{\"$ref\":\"#/$defs/target\"}"
#define REF_SOUND  "{\"$ref\":\"#/$defs/sound\"}"

static int parse_target(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	return rd_ivr_target(compiler(bind), node, what, out);
}

static int parse_text_list(struct rd_bind *bind, const struct rd_yaml *node,
			   const char *what, void *out)
{
	return rd_ivr_list(compiler(bind), node, what, RD_SCALAR_TEXT, out);
}

static int parse_file_list(struct rd_bind *bind, const struct rd_yaml *node,
			   const char *what, void *out)
{
	return rd_ivr_list(compiler(bind), node, what, RD_SCALAR_FILE, out);
}

static int parse_new_var(struct rd_bind *bind, const struct rd_yaml *node,
			 const char *what, void *out)
{
	return rd_ivr_var(compiler(bind), node, what, true, true, out);
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
		err = rd_ivr_var(compiler(bind), node, what, false, true,
				 &operand.var);
	if (!err)
		*(struct rd_operand *)out = operand;
	return err;
}

static int parse_key(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, void *out)
{
	return rd_ivr_key(compiler(bind), node, what, out);
}

static int parse_menu(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	return rd_ivr_menu_keys(compiler(bind), node, out);
}

static int parse_into(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	return rd_ivr_into(compiler(bind), node, what, out);
}

static int parse_set(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, void *out)
{
	return rd_ivr_pairs(compiler(bind), node, what, true, out);
}

static int parse_attach(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	return rd_ivr_pairs(compiler(bind), node, what, false, out);
}

static int parse_choose(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	return rd_ivr_choose(compiler(bind), node, what, out);
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
		err |= rd_ivr_key(compiler(bind), confirm, "confirm", &yes);
	if (again)
		err |= rd_ivr_key(compiler(bind), again, "again", &no);
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

	if (node->kind == RD_YAML_MAPPING && (!agent || node->n != 1)) {
		rd_diag_error(bind->diag, node->place,
			      "key \"%s\": expected a number, a variable such "
			      "as $number, or the key \"agent\" alone",
			      what);
		return -EINVAL;
	}
	dial->to_agent = agent != NULL;
	return rd_ivr_operand(compiler(bind), agent ? agent : node, what,
			      false, &dial->number);
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
	static const struct rd_format name = {                                \
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
FORMAT(dial_number, parse_dial, "a number, $variable, or {agent: number}",
       "{\"anyOf\":[{\"type\":[\"string\",\"integer\"]},{\"type\":\"object\","
       "\"properties\":{\"agent\":{\"type\":[\"string\",\"integer\"]}},"
       "\"required\":[\"agent\"],\"additionalProperties\":false}]}");
FORMAT(nothing, parse_nothing, "nothing", "{\"type\":\"null\"}");

/* ---- options that several verbs have -------------------------------------- */

#define THEN(m)                                                               \
	{ "then", RD_FORMAT(rd_ivr_node, m, &target), .preset = "",           \
	  .help = "Where it goes on. In a list of steps: the next step." }

/* menu, collect, survey: presets where they differ */
#define INPUT(interdigit, after)                                              \
	{ "prompt", RD_FORMAT(rd_ivr_node, u.input.prompt, &text_list),       \
	  .help = "What the caller hears first. A key interrupts it." },      \
	{ "must_hear", RD_BOOL(rd_ivr_node, u.input.must_hear),               \
	  .preset = "no", .help = "Keys do not interrupt the prompt, and are "\
	  "not taken while it plays." },                                      \
	{ "timeout", RD_DURATION(rd_ivr_node, u.input.timeout_ms, 100,        \
	  300000), .preset = "5s", .help = "How long to wait for the first "  \
	  "key after the prompt." },                                          \
	{ "interdigit", RD_DURATION(rd_ivr_node, u.input.interdigit_ms, 100,  \
	  60000), .preset = interdigit, .help = "How long to wait for the "   \
	  "next key." },                                                      \
	{ "retries", RD_INT(rd_ivr_node, u.input.retries, 0, 20),             \
	  .preset = "2", .help = "How many wrong entries are forgiven: after "\
	  "each of the first n the caller is asked again, the next one leads "\
	  "to \"failed\". With 3, the 3rd wrong entry still asks again and "  \
	  "the 4th is the end. Counts from 0 whenever the node is entered "   \
	  "from another; apart from silences." },                             \
	{ "silent_retries", RD_INT(rd_ivr_node, u.input.silent_retries, 0,    \
	  20), .preset = "2", .help = "How many times silence is forgiven, "  \
	  "counted apart from wrong entries; the next one leads to "          \
	  "\"no_input\"." },                                                  \
	{ "limit", RD_DURATION(rd_ivr_node, u.input.limit_ms, 1000, 3600000), \
	  .preset = "3m", .help = "The longest stay in this node, whatever "  \
	  "the caller does; then \"no_input\"." },                            \
	{ "invalid_prompt", RD_FORMAT(rd_ivr_node, u.input.invalid,           \
	  &text_list), .help = "Said after a wrong entry, before the prompt; "\
	  "a ready-made sentence by default." },                              \
	{ "silent_prompt", RD_FORMAT(rd_ivr_node, u.input.silent,             \
	  &text_list), .help = "Said after silence, before the prompt." },    \
	{ "failed", RD_FORMAT(rd_ivr_node, u.input.failed, &target),          \
	  .preset = after, .help = "Where one wrong entry too many leads; by "\
	  "default goodbye for menu and collect, then for survey." },         \
	{ "no_input", RD_FORMAT(rd_ivr_node, u.input.no_input, &target),      \
	  .preset = "", .help = "Where one silence too many leads; by "       \
	  "default where \"failed\" leads." }

/* Notations that fill more than one member get the union, as u.list. */

/* ---- verbs ----------------------------------------------------------------- */

static const struct rd_field say_fields[] = {
	{ "say", RD_FORMAT(rd_ivr_node, u.list, &text_list), .required = true,
	  .help = "Texts to speak; or a list of texts, files, numbers." },
	{ "must_hear", RD_BOOL(rd_ivr_node, must_hear), .preset = "no",
	  .help = "Keys do not interrupt it." },
	THEN(next),
};
static const struct rd_field play_fields[] = {
	{ "play", RD_FORMAT(rd_ivr_node, u.list, &file_list), .required = true,
	  .help = "Sound files to play; a relative name begins at the folder "
	  "of this file. Or a list, as for say." },
	{ "must_hear", RD_BOOL(rd_ivr_node, must_hear), .preset = "no",
	  .help = "Keys do not interrupt it." },
	THEN(next),
};
static const struct rd_field menu_fields[] = {
	{ "menu", RD_FORMAT(rd_ivr_node, u.list, &menu_keys), .required = true,
	  .help = "Keys, and where each leads. \"*\" and \"#\" in quotes, or "
	  "the words star and hash. Keys of several digits wait for "
	  "\"interdigit\" if a longer one may follow." },
	{ "extensions", RD_FORMAT(rd_ivr_node, u.menu.extensions, &target),
	  .preset = "", .help = "Where an agent's number leads that is dialled "
	  "in this menu; it is then in the variable extension." },
	INPUT("2s", "goodbye"),
};
static const char *const check_names[] = {
	"none", "luhn", "mod11", "mod11_2", NULL
};
static const struct rd_field collect_fields[] = {
	{ "collect", RD_FORMAT(rd_ivr_node, u.collect.var, &new_var),
	  .required = true, .help = "The variable that the digits go to." },
	{ "length", RD_FORMAT(rd_ivr_node, u.list, &length), .preset =
	  "1-32", .help = "How many digits: 8, or 4-8. At the most, the entry "
	  "is complete at once." },
	{ "terminator", RD_FORMAT(rd_ivr_node, u.collect.terminator, &key),
	  .preset = "#", .help = "The key that ends the entry; none: only "
	  "length and time do." },
	{ "clear", RD_FORMAT(rd_ivr_node, u.collect.clear, &key),
	  .preset = "*", .help = "The key that begins the entry anew; none." },
	{ "secret", RD_BOOL(rd_ivr_node, u.collect.secret), .preset = "no",
	  .help = "The digits reach no journal, record or screen: only a "
	  "lookup or the check of a PIN may use them." },
	{ "check", RD_ENUM(rd_ivr_node, u.collect.check, check_names),
	  .preset = "none", .help = "luhn: payment and loyalty cards (ISO/IEC "
	  "7812-1). mod11: weights 2 to 7 from the right. mod11_2: ISO 7064, "
	  "Chinese resident identity numbers, * for X." },
	{ "pattern", RD_STRING(rd_ivr_node, u.collect.pattern), .max = 32,
	  .help = "What the entry must look like: digits, ? for any digit, * "
	  "at the end for any rest." },
	{ "read_back", RD_FORMAT(rd_ivr_node, u.list, &read_back),
	  .preset = "no", .help = "Read the digits back and ask for a key to "
	  "confirm (1) or try again (2)." },
	{ "lookup", RD_REF(rd_ivr_node, u.collect.source, RD_SCOPE_SOURCE),
	  .help = "The data source the entry must be found in; not found is a "
	  "wrong entry." },
	{ "into", RD_FORMAT(rd_ivr_node, u.collect.into, &into),
	  .help = "Columns of the answer to keep: [name, level], or "
	  "{variable: column}." },
	{ "down", RD_FORMAT(rd_ivr_node, u.collect.down, &target), .preset =
	  "", .help = "Where it goes on if the source does not answer in "
	  "time; needed with lookup." },
	INPUT("3s", "goodbye"),
	THEN(next),
};
static const struct rd_field survey_fields[] = {
	{ "survey", RD_FORMAT(rd_ivr_node, u.survey.ratings, &ratings),
	  .required = true, .help = "The keys that are ratings, such as 1-5. "
	  "The rating is kept with the call and its last agent." },
	{ "thanks", RD_FORMAT(rd_ivr_node, u.survey.thanks, &text_list),
	  .help = "Said after a rating." },
	INPUT("2s", ""),
	THEN(next),
};
static const struct rd_field lookup_fields[] = {
	{ "lookup", RD_REF(rd_ivr_node, u.lookup.source, RD_SCOPE_SOURCE),
	  .required = true, .help = "The data source to ask." },
	{ "key", RD_FORMAT(rd_ivr_node, u.lookup.key, &var_operand),
	  .required = true, .help = "The variable to look up, or caller." },
	{ "into", RD_FORMAT(rd_ivr_node, u.lookup.into, &into),
	  .help = "Columns of the answer to keep: [name, level], or "
	  "{variable: column}." },
	{ "found", RD_FORMAT(rd_ivr_node, next, &target), .preset = "",
	  .help = "Where it goes on with an answer. In a list of steps: the "
	  "next step." },
	{ "none", RD_FORMAT(rd_ivr_node, u.lookup.none, &target),
	  .required = true, .help = "Where it goes on if nothing is found." },
	{ "down", RD_FORMAT(rd_ivr_node, u.lookup.down, &target),
	  .required = true, .help = "Where it goes on if the source does not "
	  "answer in time." },
};
static const struct rd_field choose_fields[] = {
	{ "choose", RD_FORMAT(rd_ivr_node, u.list, &cases), .required = true,
	  .help = "Rows of when: and then:, tried in order; the first whose "
	  "conditions all hold is taken. A last row else:." },
	THEN(next),
};
static const struct rd_field set_fields[] = {
	{ "set", RD_FORMAT(rd_ivr_node, u.list, &set_pairs), .required = true,
	  .help = "Variables and their values: text, or $variable, $caller, "
	  "$called." },
	THEN(next),
};
static const struct rd_field attach_fields[] = {
	{ "attach", RD_FORMAT(rd_ivr_node, u.list, &attach_pairs),
	  .required = true, .help = "What goes with the call to the agent: "
	  "variables, or {name: value}." },
	THEN(next),
};
static const struct rd_field language_fields[] = {
	{ "language", RD_REF(rd_ivr_node, u.index, RD_SCOPE_LANGUAGE),
	  .required = true, .help = "The caller's language from here on." },
	THEN(next),
};
static const struct rd_field answer_fields[] = {
	{ "answer", RD_FORMAT(rd_ivr_node, u.list, &nothing), .required = true,
	  .help = "Answer the call, if the tree begins with answer: later." },
	THEN(next),
};
static const struct rd_field goto_fields[] = {
	{ "goto", RD_FORMAT(rd_ivr_node, u.target, &target), .required = true,
	  .help = "Go on there." },
};
static const struct rd_field call_fields[] = {
	{ "call", RD_FORMAT(rd_ivr_node, u.target, &target), .required = true,
	  .help = "Do that node until it says return:, then go on here." },
	THEN(next),
};
static const struct rd_field return_fields[] = {
	{ "return", RD_FORMAT(rd_ivr_node, u.list, &nothing), .required = true,
	  .help = "Go back to where call: was; without one, hang up." },
};
static const struct rd_field queue_fields[] = {
	{ "queue", RD_REF(rd_ivr_node, u.index, RD_SCOPE_QUEUE),
	  .required = true, .help = "Wait for an agent of this queue." },
	{ "after", RD_FORMAT(rd_ivr_node, next, &target), .preset = "",
	  .help = "Where it goes on when the agent has hung up, such as a "
	  "survey. In a list of steps: the next step. Without: as the queue "
	  "says, or the end." },
};
static const struct rd_field dial_fields[] = {
	{ "dial", RD_FORMAT(rd_ivr_node, u.list, &dial_number),
	  .required = true, .help = "A number, a $variable, or {agent: 8001}." },
	{ "timeout", RD_DURATION(rd_ivr_node, u.dial.timeout_ms, 1000, 600000),
	  .preset = "30s", .help = "How long it rings." },
	{ "busy", RD_FORMAT(rd_ivr_node, u.dial.busy, &target), .preset = "",
	  .help = "Where it goes on if the other is busy." },
	{ "no_answer", RD_FORMAT(rd_ivr_node, u.dial.no_answer, &target),
	  .preset = "", .help = "... if nobody answers." },
	{ "failed", RD_FORMAT(rd_ivr_node, u.dial.failed, &target),
	  .preset = "", .help = "... if it cannot be reached at all." },
	{ "after", RD_FORMAT(rd_ivr_node, next, &target), .preset = "",
	  .help = "Where it goes on when the other has hung up." },
};
/* in the order of enum rd_agent_op */
static const char *const agent_ops[] = {
	"login", "logout", "ready", "not_ready", "end_wrapup", NULL
};
static const struct rd_field agent_fields[] = {
	{ "agent", RD_ENUM(rd_ivr_node, u.agent.op, agent_ops),
	  .required = true, .help = "What the agent at this phone does." },
	{ "number", RD_FORMAT(rd_ivr_node, u.agent.number, &var_operand),
	  .help = "login: the variable with the agent's number." },
	{ "pin", RD_FORMAT(rd_ivr_node, u.agent.pin, &var_operand),
	  .help = "login: the variable with the PIN, collected as secret." },
	{ "reason", RD_STRING(rd_ivr_node, u.agent.reason), .max = 31,
	  .help = "not_ready: a word for the records." },
	{ "retries", RD_INT(rd_ivr_node, u.agent.retries, 0, 20),
	  .preset = "2", .help = "login: how many wrong numbers or PINs are "
	  "forgiven in one call; each leads to \"wrong\", the next to "
	  "\"denied\"." },
	{ "wrong", RD_FORMAT(rd_ivr_node, u.agent.wrong, &target),
	  .preset = "", .help = "login: where a forgiven error leads." },
	{ "denied", RD_FORMAT(rd_ivr_node, u.agent.denied, &target),
	  .preset = "goodbye", .help = "Where it goes on if it is refused." },
	THEN(next),
};
static const struct rd_field hangup_fields[] = {
	{ "hangup", RD_FORMAT(rd_ivr_node, u.cause, &cause), .required = true,
	  .help = "End the call; with a cause, normal by default." },
};

#define VERB_TABLE(verb)                                                      \
	static const struct rd_table verb##_table = {                         \
		RD_TABLE(#verb, struct rd_ivr_node, verb##_fields) }
VERB_TABLE(say);
VERB_TABLE(play);
VERB_TABLE(menu);
VERB_TABLE(collect);
VERB_TABLE(survey);
VERB_TABLE(lookup);
VERB_TABLE(choose);
VERB_TABLE(set);
VERB_TABLE(attach);
VERB_TABLE(language);
VERB_TABLE(answer);
VERB_TABLE(goto);
VERB_TABLE(call);
VERB_TABLE(return);
VERB_TABLE(queue);
VERB_TABLE(dial);
VERB_TABLE(agent);
VERB_TABLE(hangup);

const struct rd_ivr_verb rd_ivr_verbs[] = {
	{ "say",      RD_NODE_PLAY,     false, false, &say_table },
	{ "play",     RD_NODE_PLAY,     false, false, &play_table },
	{ "menu",     RD_NODE_MENU,     true,  true,  &menu_table },
	{ "collect",  RD_NODE_COLLECT,  false, false, &collect_table },
	{ "survey",   RD_NODE_SURVEY,   false, false, &survey_table },
	{ "lookup",   RD_NODE_LOOKUP,   false, false, &lookup_table },
	{ "choose",   RD_NODE_CHOOSE,   false, false, &choose_table },
	{ "set",      RD_NODE_SET,      false, false, &set_table },
	{ "attach",   RD_NODE_ATTACH,   false, false, &attach_table },
	{ "language", RD_NODE_LANGUAGE, false, false, &language_table },
	{ "answer",   RD_NODE_ANSWER,   false, false, &answer_table },
	{ "goto",     RD_NODE_GOTO,     true,  true,  &goto_table },
	{ "call",     RD_NODE_CALL,     false, false, &call_table },
	{ "return",   RD_NODE_RETURN,   true,  true,  &return_table },
	{ "queue",    RD_NODE_QUEUE,    false, true,  &queue_table },
	{ "dial",     RD_NODE_DIAL,     false, true,  &dial_table },
	{ "agent",    RD_NODE_AGENT,    false, false, &agent_table },
	{ "hangup",   RD_NODE_HANGUP,   true,  true,  &hangup_table },
};
const unsigned int rd_ivr_nverbs =
	sizeof(rd_ivr_verbs) / sizeof(*rd_ivr_verbs);

/* ---- the file ---------------------------------------------------------------- */

static const char *const answers[] = { "now", "later", NULL };

static const struct rd_field root_fields[] = {
	{ "title", RD_STRING(rd_ivr_root, title), .max = 200,
	  .help = "What this tree is for." },
	{ "answer", RD_ENUM(rd_ivr_root, answer_later, answers),
	  .preset = "now", .help = "later: what comes before the step answer: "
	  "is heard as early media, before the call is answered and charged." },
	{ "languages", RD_NODE(rd_ivr_root, languages),
	  .help = "Languages every prompt should have; by default all of "
	  "ringdown.yaml." },
	{ "timezone", RD_STRING(rd_ivr_root, timezone), .max = 63,
	  .help = "Of the conditions on time; by default that of the first "
	  "calendar." },
	{ "attach", RD_NODE(rd_ivr_root, attach),
	  .help = "Variables that go with the call as soon as they have a "
	  "value: [card, name]." },
	{ "prompts", RD_NODE(rd_ivr_root, prompts),
	  .help = "Named sounds, to be used as {prompt: name}." },
	{ "top", RD_NODE(rd_ivr_root, top),
	  .help = "The node that the word top and the top key lead to; the "
	  "first node by default." },
	{ "operator", RD_NODE(rd_ivr_root, operator),
	  .help = "The node that the word operator and its key lead to." },
	{ "key_repeat", RD_FORMAT(rd_ivr_root, key_repeat, &key),
	  .preset = "*", .help = "In every menu: hear it again. none: no such "
	  "key. A menu's own key comes first." },
	{ "key_back", RD_FORMAT(rd_ivr_root, key_back, &key), .preset = "#",
	  .help = "In every menu: back to the menu before." },
	{ "key_top", RD_FORMAT(rd_ivr_root, key_top, &key), .preset = "none",
	  .help = "In every menu: to the top." },
	{ "key_operator", RD_FORMAT(rd_ivr_root, key_operator, &key),
	  .preset = "0", .help = "In every menu: to the operator, if there is "
	  "one." },
	{ "nodes", RD_NODE(rd_ivr_root, nodes), .required = true,
	  .help = "The nodes by name; a call begins at the first. Each is one "
	  "step or a list of steps." },
};
const struct rd_table rd_ivr_root_table = {
	RD_TABLE("tree", struct rd_ivr_root, root_fields),
	.help = "A tree of Ringdown: what a caller hears and may do.",
};
/* clang-format on */

const char *rd_node_verb(enum rd_node_kind kind)
{
	static const char *const verbs[RD_NODE_KINDS] = {
#define X(KIND, verb) verb,
		RD_NODE_LIST(X)
#undef X
	};

	return verbs[kind];
}

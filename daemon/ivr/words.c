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

/* clang-format off */

/* ---- options that several verbs have -------------------------------------- */

#define THEN(m)                                                               \
	{ "then", RD_NOTED(rd_ivr_node, m, target), .preset = "",           \
	  .help = "Where it goes on. In a list of steps: the next step." }

/* menu, collect, survey: presets where they differ */
#define INPUT(interdigit, after)                                              \
	{ "prompt", RD_NOTED(rd_ivr_node, u.input.prompt, text_list),       \
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
	{ "invalid_prompt", RD_NOTED(rd_ivr_node, u.input.invalid, text_list), .help = "Said after a wrong entry, before the prompt; "\
	  "a ready-made sentence by default." },                              \
	{ "silent_prompt", RD_NOTED(rd_ivr_node, u.input.silent, text_list), .help = "Said after silence, before the prompt." },    \
	{ "failed", RD_NOTED(rd_ivr_node, u.input.failed, target),          \
	  .preset = after, .help = "Where one wrong entry too many leads; by "\
	  "default goodbye for menu and collect, then for survey." },         \
	{ "no_input", RD_NOTED(rd_ivr_node, u.input.no_input, target),      \
	  .preset = "", .help = "Where one silence too many leads; by "       \
	  "default where \"failed\" leads." }

/* Notations that fill more than one member get the union, as u.list. */

/* ---- verbs ----------------------------------------------------------------- */

static const struct rd_field say_fields[] = {
	{ "say", RD_NOTED(rd_ivr_node, u.list, text_list), .required = true,
	  .help = "Texts to speak; or a list of texts, files, numbers." },
	{ "must_hear", RD_BOOL(rd_ivr_node, must_hear), .preset = "no",
	  .help = "Keys do not interrupt it." },
	THEN(next),
};
static const struct rd_field play_fields[] = {
	{ "play", RD_NOTED(rd_ivr_node, u.list, file_list), .required = true,
	  .help = "Sound files to play; a relative name begins at the folder "
	  "of this file. Or a list, as for say." },
	{ "must_hear", RD_BOOL(rd_ivr_node, must_hear), .preset = "no",
	  .help = "Keys do not interrupt it." },
	THEN(next),
};
static const struct rd_field menu_fields[] = {
	{ "menu", RD_NOTED(rd_ivr_node, u.list, menu_keys), .required = true,
	  .help = "Keys, and where each leads. \"*\" and \"#\" in quotes, or "
	  "the words star and hash. Keys of several digits wait for "
	  "\"interdigit\" if a longer one may follow." },
	{ "extensions", RD_NOTED(rd_ivr_node, u.menu.extensions, target),
	  .preset = "", .help = "Where an agent's number leads that is dialled "
	  "in this menu; it is then in the variable extension." },
	INPUT("2s", "goodbye"),
};
static const char *const check_names[] = {
	"none", "luhn", "mod11", "mod11_2", NULL
};
static const struct rd_field collect_fields[] = {
	{ "collect", RD_NOTED(rd_ivr_node, u.collect.var, new_var),
	  .required = true, .help = "The variable that the digits go to." },
	{ "length", RD_NOTED(rd_ivr_node, u.list, length), .preset =
	  "1-32", .help = "How many digits: 8, or 4-8. At the most, the entry "
	  "is complete at once." },
	{ "terminator", RD_NOTED(rd_ivr_node, u.collect.terminator, key),
	  .preset = "#", .help = "The key that ends the entry; none: only "
	  "length and time do." },
	{ "clear", RD_NOTED(rd_ivr_node, u.collect.clear, key),
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
	{ "read_back", RD_NOTED(rd_ivr_node, u.list, read_back),
	  .preset = "no", .help = "Read the digits back and ask for a key to "
	  "confirm (1) or try again (2)." },
	{ "lookup", RD_REF(rd_ivr_node, u.collect.source, RD_SCOPE_SOURCE),
	  .help = "The data source the entry must be found in; not found is a "
	  "wrong entry." },
	{ "into", RD_NOTED(rd_ivr_node, u.collect.into, into),
	  .help = "Columns of the answer to keep: [name, level], or "
	  "{variable: column}." },
	{ "down", RD_NOTED(rd_ivr_node, u.collect.down, target), .preset =
	  "", .help = "Where it goes on if the source does not answer in "
	  "time; needed with lookup." },
	INPUT("3s", "goodbye"),
	THEN(next),
};
static const struct rd_field survey_fields[] = {
	{ "survey", RD_NOTED(rd_ivr_node, u.survey.ratings, ratings),
	  .required = true, .help = "The keys that are ratings, such as 1-5. "
	  "The rating is kept with the call and its last agent." },
	{ "thanks", RD_NOTED(rd_ivr_node, u.survey.thanks, text_list),
	  .help = "Said after a rating." },
	INPUT("2s", ""),
	THEN(next),
};
static const struct rd_field lookup_fields[] = {
	{ "lookup", RD_REF(rd_ivr_node, u.lookup.source, RD_SCOPE_SOURCE),
	  .required = true, .help = "The data source to ask." },
	{ "key", RD_NOTED(rd_ivr_node, u.lookup.key, var_operand),
	  .required = true, .help = "The variable to look up, or caller." },
	{ "into", RD_NOTED(rd_ivr_node, u.lookup.into, into),
	  .help = "Columns of the answer to keep: [name, level], or "
	  "{variable: column}." },
	{ "found", RD_NOTED(rd_ivr_node, next, target), .preset = "",
	  .help = "Where it goes on with an answer. In a list of steps: the "
	  "next step." },
	{ "none", RD_NOTED(rd_ivr_node, u.lookup.none, target),
	  .required = true, .help = "Where it goes on if nothing is found." },
	{ "down", RD_NOTED(rd_ivr_node, u.lookup.down, target),
	  .required = true, .help = "Where it goes on if the source does not "
	  "answer in time." },
};
static const struct rd_field choose_fields[] = {
	{ "choose", RD_NOTED(rd_ivr_node, u.list, cases), .required = true,
	  .help = "Rows of when: and then:, tried in order; the first whose "
	  "conditions all hold is taken. A last row else:." },
	THEN(next),
};
static const struct rd_field set_fields[] = {
	{ "set", RD_NOTED(rd_ivr_node, u.list, set_pairs), .required = true,
	  .help = "Variables and their values: text, or $variable, $caller, "
	  "$called." },
	THEN(next),
};
static const struct rd_field attach_fields[] = {
	{ "attach", RD_NOTED(rd_ivr_node, u.list, attach_pairs),
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
	{ "answer", RD_NOTED(rd_ivr_node, u.list, nothing), .required = true,
	  .help = "Answer the call, if the tree begins with answer: later." },
	THEN(next),
};
static const struct rd_field goto_fields[] = {
	{ "goto", RD_NOTED(rd_ivr_node, u.target, target), .required = true,
	  .help = "Go on there." },
};
static const struct rd_field call_fields[] = {
	{ "call", RD_NOTED(rd_ivr_node, u.target, target), .required = true,
	  .help = "Do that node until it says return:, then go on here." },
	THEN(next),
};
static const struct rd_field return_fields[] = {
	{ "return", RD_NOTED(rd_ivr_node, u.list, nothing), .required = true,
	  .help = "Go back to where call: was; without one, to the "
	  "agent who sent the call here (ringdown calls send), or hang up." },
};
static const struct rd_field queue_fields[] = {
	{ "queue", RD_REF(rd_ivr_node, u.queue.index, RD_SCOPE_QUEUE),
	  .required = true, .help = "Wait for an agent of this queue." },
	{ "priority",
	  RD_INT(rd_ivr_node, u.queue.priority, RD_PRIORITY_MIN,
		 RD_PRIORITY_MAX),
	  .preset = "0",
	  .help = "More or less than the queue's callers have; see the "
	  "queue's priority_step." },
	{ "skills", RD_FORMAT(rd_ivr_node, u.queue.skills, &rd_format_levels),
	  .help = "What the agent must be able to do, besides what the queue "
	  "says: {zh: 3}." },
	{ "after", RD_NOTED(rd_ivr_node, next, target), .preset = "",
	  .help = "Where it goes on when the agent has hung up, such as a "
	  "survey. In a list of steps: the next step. Without: as the queue "
	  "says, or the end." },
};
static const struct rd_field dial_fields[] = {
	{ "dial", RD_NOTED(rd_ivr_node, u.list, dial_number),
	  .required = true, .help = "A number, a $variable, {agent: 8001}, or "
	  "{duty: table}: who is on duty, and the next in the row if he "
	  "cannot be had." },
	{ "timeout", RD_DURATION(rd_ivr_node, u.dial.timeout_ms, 1000, 600000),
	  .preset = "30s", .help = "How long it rings." },
	{ "busy", RD_NOTED(rd_ivr_node, u.dial.busy, target), .preset = "",
	  .help = "Where it goes on if the other is busy." },
	{ "no_answer", RD_NOTED(rd_ivr_node, u.dial.no_answer, target),
	  .preset = "", .help = "... if nobody answers." },
	{ "failed", RD_NOTED(rd_ivr_node, u.dial.failed, target),
	  .preset = "", .help = "... if it cannot be reached at all." },
	{ "after", RD_NOTED(rd_ivr_node, next, target), .preset = "",
	  .help = "Where it goes on when the other has hung up." },
};
/* in the order of enum rd_agent_op */
static const char *const agent_ops[] = {
	"login", "logout", "ready", "not_ready", "end_wrapup", NULL
};
static const struct rd_field agent_fields[] = {
	{ "agent", RD_ENUM(rd_ivr_node, u.agent.op, agent_ops),
	  .required = true, .help = "What the agent at this phone does." },
	{ "number", RD_NOTED(rd_ivr_node, u.agent.number, var_operand),
	  .help = "login: the variable with the agent's number." },
	{ "pin", RD_NOTED(rd_ivr_node, u.agent.pin, var_operand),
	  .help = "login: the variable with the PIN, collected as secret." },
	{ "reason", RD_STRING(rd_ivr_node, u.agent.reason), .max = 31,
	  .help = "not_ready: a word for the records." },
	{ "retries", RD_INT(rd_ivr_node, u.agent.retries, 0, 20),
	  .preset = "2", .help = "login: how many wrong numbers or PINs are "
	  "forgiven in one call; each leads to \"wrong\", the next to "
	  "\"denied\"." },
	{ "wrong", RD_NOTED(rd_ivr_node, u.agent.wrong, target),
	  .preset = "", .help = "login: where a forgiven error leads." },
	{ "denied", RD_NOTED(rd_ivr_node, u.agent.denied, target),
	  .preset = "goodbye", .help = "Where it goes on if it is refused." },
	THEN(next),
};
static const struct rd_field authenticate_fields[] = {
	{ "authenticate", RD_REF(rd_ivr_node, u.auth.source, RD_SCOPE_SOURCE),
	  .required = true, .help = "The data source that knows the members; "
	  "its key \"password\" says which column is compared." },
	{ "number", RD_NOTED(rd_ivr_node, u.auth.number, var_operand),
	  .required = true, .help = "The variable with the member's number." },
	{ "password", RD_NOTED(rd_ivr_node, u.auth.password, var_operand),
	  .required = true, .help = "The variable with his password, collected "
	  "as secret. It is compared outside and told to nobody." },
	{ "into", RD_NOTED(rd_ivr_node, u.auth.into, into),
	  .help = "Columns of his row to keep: [name, level], or "
	  "{variable: column}." },
	{ "lock_after", RD_INT(rd_ivr_node, u.auth.after, 1, 100),
	  .preset = "3", .help = "So many wrong passwords lock the member, and "
	  "the caller's number too, over all their calls. A right one forgets "
	  "the member's." },
	{ "lock_for", RD_DURATION(rd_ivr_node, u.auth.lock_s, 1000,
	  365LL * 86400000), .unit = 1000, .preset = "30m",
	  .help = "How long; and after how long without another wrong one they "
	  "are forgotten. Operators: ringdown lockouts release." },
	{ "wrong", RD_NOTED(rd_ivr_node, u.auth.wrong, target),
	  .required = true, .help = "Where a wrong number or password leads." },
	{ "locked", RD_NOTED(rd_ivr_node, u.auth.locked, target),
	  .required = true, .help = "Where it goes on if the member or the "
	  "caller is locked: the password is not even compared." },
	{ "down", RD_NOTED(rd_ivr_node, u.auth.down, target),
	  .required = true, .help = "Where it goes on if the source does not "
	  "answer in time." },
	THEN(next),
};
static const struct rd_field program_fields[] = {
	{ "program", RD_REF(rd_ivr_node, u.external.program, RD_SCOPE_PROGRAM),
	  .required = true, .help = "The external program to ask, one of "
	  "ringdown.yaml; see ringdown-program(7)." },
	{ "ask", RD_STRING(rd_ivr_node, u.external.ask), .max = 63,
	  .help = "A word that tells it what is wanted." },
	{ "sets", RD_NOTED(rd_ivr_node, u.external.sets, into),
	  .help = "The variables it may set: [balance, name]." },
	{ "goto", RD_NOTED(rd_ivr_node, u.list, words),
	  .help = "Words it may answer with, and where each leads." },
	{ "must_hear", RD_BOOL(rd_ivr_node, u.external.must_hear),
	  .preset = "no", .help = "Keys do not interrupt what it lets be "
	  "said." },
	{ "down", RD_NOTED(rd_ivr_node, u.external.down, target),
	  .required = true, .help = "Where it goes on if the program does not "
	  "answer in time, dies, or answers what cannot be." },
	THEN(next),
};
static const struct rd_field directory_fields[] = {
	{ "directory", RD_NOTED(rd_ivr_node, u.directory.var, new_var),
	  .required = true, .help = "Dial by name: the variable that gets the "
	  "agent's number. The caller spells a name, or a word of it, on the "
	  "keys; # ends it. If several fit he chooses one." },
	{ "length", RD_INT(rd_ivr_node, u.directory.min, 1, 12), .preset = "3",
	  .help = "So many keys at least." },
	{ "choose_prompt", RD_NOTED(rd_ivr_node, u.directory.choose,
	  text_list), .help = "Said before the choice, which is a key and a "
	  "name each." },
	INPUT("2s", "goodbye"),
	THEN(next),
};
static const struct rd_field hangup_fields[] = {
	{ "hangup", RD_NOTED(rd_ivr_node, u.cause, cause), .required = true,
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
VERB_TABLE(authenticate);
VERB_TABLE(program);
VERB_TABLE(directory);

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
	{ "authenticate", RD_NODE_AUTHENTICATE, false, false,
	  &authenticate_table },
	{ "directory", RD_NODE_DIRECTORY, false, false, &directory_table },
	{ "program",  RD_NODE_PROGRAM,  false, false, &program_table },
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
	{ "entries", RD_NODE(rd_ivr_root, entries),
	  .help = "Nodes that agents send callers to (ringdown calls send), "
	  "besides the first: [card, balance]." },
	{ "key_repeat", RD_NOTED(rd_ivr_root, key_repeat, key),
	  .preset = "*", .help = "In every menu: hear it again. none: no such "
	  "key. A menu's own key comes first." },
	{ "key_back", RD_NOTED(rd_ivr_root, key_back, key), .preset = "#",
	  .help = "In every menu: back to the menu before." },
	{ "key_top", RD_NOTED(rd_ivr_root, key_top, key), .preset = "none",
	  .help = "In every menu: to the top." },
	{ "key_operator", RD_NOTED(rd_ivr_root, key_operator, key),
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

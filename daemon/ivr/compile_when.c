// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conditions: what stands after when: in a row of choose.
 *
 * Each key of when: is one condition, and all must hold; below not: each is
 * turned round. The keys variable: and queue: say what the figures beside them
 * are about.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/ivr/compiler.h"

#define LIST_MAX 256

struct rd_ivr_cond *rd_ivr_cond_add(struct rd_bind *bind,
				    const struct rd_yaml *node,
				    enum rd_cond_kind kind)
{
	struct rd_ivr_when *when = rd_ivr_compiler_of(bind)->when;
	struct rd_ivr_cond *cond;

	if (when->n == RD_IVR_CONDS_MAX) {
		rd_diag_error(bind->diag, node->place,
			      "more than %d conditions in one row",
			      RD_IVR_CONDS_MAX);
		return NULL;
	}
	cond = &when->conds[when->n++];
	cond->kind = (uint8_t)kind;
	cond->negate = when->negate;
	return cond;
}

int rd_ivr_cond_ref(struct rd_bind *bind, const struct rd_yaml *node,
		    const char *what, enum rd_config_scope scope,
		    enum rd_cond_kind kind)
{
	struct rd_ivr_cond *cond = rd_ivr_cond_add(bind, node, kind);

	return cond ? rd_yaml_ref(node, what, &bind->scopes[scope], &cond->ref,
				  bind->diag)
		    : -EINVAL;
}

static int parse_language(struct rd_bind *bind, const struct rd_yaml *node,
			  const char *what, void *out)
{
	return rd_ivr_cond_ref(bind, node, what, RD_SCOPE_LANGUAGE,
			       RD_COND_LANGUAGE);
}

/* ---- texts ------------------------------------------------------------------- */

static int add_texts(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, enum rd_cond_kind kind)
{
	uint32_t n = node->kind == RD_YAML_SEQUENCE ? node->n : 1;
	struct rd_ivr_compiler *c = rd_ivr_compiler_of(bind);
	struct rd_ivr_cond *cond;
	const char **texts;

	if (!n || n > LIST_MAX || node->kind == RD_YAML_MAPPING)
		return rd_bind_refuse(bind, node, what,
			      "one pattern, or a list of "
			      "them");
	cond = rd_ivr_cond_add(bind, node, kind);
	texts = rd_config_alloc(c->config, n, sizeof(*texts));
	if (!cond || !texts)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++) {
		const struct rd_yaml *item =
			node->kind == RD_YAML_SEQUENCE ? node->items[i] : node;
		const char *star = strchr(item->text, '*');

		if (item->kind != RD_YAML_SCALAR || !item->text[0] ||
		    (star && star[1]))
			return rd_bind_refuse(bind, item, what,
				      "text with ? for any character and * "
				      "at the end for any rest");
		texts[i] = item->text;
	}
	cond->texts = texts;
	cond->n = (uint16_t)n;
	cond->var = c->when->var;
	return 0;
}

static int parse_caller(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	return add_texts(bind, node, what, RD_COND_CALLER);
}

static int parse_called(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	return add_texts(bind, node, what, RD_COND_CALLED);
}

/* ---- variables --------------------------------------------------------------- */

int rd_ivr_need_var(struct rd_bind *bind, const struct rd_yaml *node,
		    const char *what)
{
	struct rd_ivr_when *when = rd_ivr_compiler_of(bind)->when;

	when->unused[0] = NULL;
	if (when->var != RD_INDEX_NONE)
		return 0;
	rd_diag_error(bind->diag, node->place,
		      "key \"%s\": of what? The key \"variable\" is missing "
		      "beside it",
		      what);
	return -EINVAL;
}

static int parse_is(struct rd_bind *bind, const struct rd_yaml *node,
		    const char *what, void *out)
{
	uint32_t n = node->kind == RD_YAML_SEQUENCE ? node->n : 1;
	struct rd_ivr_compiler *c = rd_ivr_compiler_of(bind);
	struct rd_operand *values;
	struct rd_ivr_cond *cond;
	int err = 0;

	if (rd_ivr_need_var(bind, node, what))
		return -EINVAL;
	if (!n || n > LIST_MAX || node->kind == RD_YAML_MAPPING)
		return rd_bind_refuse(bind, node, what, "one value, or a list of them");
	cond = rd_ivr_cond_add(bind, node, RD_COND_IS);
	values = rd_config_alloc(c->config, n, sizeof(*values));
	if (!cond || !values)
		return -EINVAL;
	for (uint32_t i = 0; i < n && !err; i++)
		err = rd_ivr_operand(
			c,
			node->kind == RD_YAML_SEQUENCE ? node->items[i] : node,
			what, false, &values[i]);
	cond->values = values;
	cond->n = (uint16_t)n;
	cond->var = c->when->var;
	return err;
}

static int parse_like(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	return rd_ivr_need_var(bind, node, what)
		       ? -EINVAL
		       : add_texts(bind, node, what, RD_COND_LIKE);
}

static int parse_number(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	struct rd_ivr_cond *cond;
	int64_t value;

	if (rd_ivr_need_var(bind, node, what) ||
	    rd_yaml_int(node, what, INT64_MIN, INT64_MAX, &value, bind->diag))
		return -EINVAL;
	cond = rd_ivr_cond_add(bind, node,
			       strcmp(what, "above") ? RD_COND_BELOW
						     : RD_COND_ABOVE);
	if (!cond)
		return -EINVAL;
	cond->from = value;
	cond->var = rd_ivr_compiler_of(bind)->when->var;
	return 0;
}

static int parse_empty(struct rd_bind *bind, const struct rd_yaml *node,
		       const char *what, void *out)
{
	struct rd_ivr_cond *cond;
	bool empty;

	if (rd_ivr_need_var(bind, node, what) ||
	    rd_yaml_bool(node, what, &empty, bind->diag))
		return -EINVAL;
	cond = rd_ivr_cond_add(bind, node, RD_COND_EMPTY);
	if (!cond)
		return -EINVAL;
	cond->var = rd_ivr_compiler_of(bind)->when->var;
	cond->negate ^= !empty;
	return 0;
}

/* ---- queues --------------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *key;
	uint8_t kind;
	bool is_time;
} figures[] = {
	{ "waiting_above", RD_COND_WAITING_ABOVE, false },
	{ "waiting_below", RD_COND_WAITING_BELOW, false },
	{ "ready_above", RD_COND_READY_ABOVE, false },
	{ "ready_below", RD_COND_READY_BELOW, false },
	{ "signed_in_above", RD_COND_SIGNED_IN_ABOVE, false },
	{ "signed_in_below", RD_COND_SIGNED_IN_BELOW, false },
	{ "oldest_above", RD_COND_OLDEST_ABOVE, true },
	{ "oldest_below", RD_COND_OLDEST_BELOW, true },
	{ "wait_above", RD_COND_WAIT_ABOVE, true },
	{ "wait_below", RD_COND_WAIT_BELOW, true },
};
/* clang-format on */

static int parse_figure(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	struct rd_ivr_when *when = rd_ivr_compiler_of(bind)->when;
	struct rd_ivr_cond *cond;
	int64_t value;
	size_t i = 0;
	int err;

	while (strcmp(figures[i].key, what))
		i++;
	when->unused[1] = NULL;
	if (when->queue == RD_INDEX_NONE) {
		rd_diag_error(bind->diag, node->place,
			      "key \"%s\": of what? The key \"queue\" is "
			      "missing beside it",
			      what);
		return -EINVAL;
	}
	if (figures[i].is_time)
		err = rd_yaml_duration(node, what, 0, UINT32_MAX, &value,
				       bind->diag);
	else
		err = rd_yaml_int(node, what, 0, 100000, &value, bind->diag);
	cond = err ? NULL
		   : rd_ivr_cond_add(bind, node,
				     (enum rd_cond_kind)figures[i].kind);
	if (!cond)
		return -EINVAL;
	cond->ref = when->queue;
	cond->from = value;
	return 0;
}

/* Read beforehand, see bind_conditions(). */
static int parse_subject(struct rd_bind *bind, const struct rd_yaml *node,
			 const char *what, void *out)
{
	return 0;
}

static int parse_not(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, void *out)
{
	if (rd_ivr_compiler_of(bind)->when->negate)
		return rd_bind_refuse(bind, node, what, "no not within not");
	if (rd_yaml_expect(node, what, RD_YAML_MAPPING, bind->diag))
		return -EINVAL;
	rd_ivr_compiler_of(bind)->when->nested = node;
	return 0;
}

/* ---- tables ---------------------------------------------------------------------- */

/* clang-format off */
#define FORMAT(name, parse_, expected_, schema_)                              \
	static const struct rd_format name = {                                \
		.expected = (expected_), .schema = (schema_), .parse = (parse_) }
#define STRING "{\"type\":\"string\"}"
#define TEXTS "{\"anyOf\":[{\"type\":[\"string\",\"number\"]},{\"type\":"     \
	"\"array\",\"minItems\":1,\"items\":{\"type\":[\"string\",\"number\"]}}]}"

FORMAT(language, parse_language, "a language", STRING);
FORMAT(caller, parse_caller, "a pattern or a list", TEXTS);
FORMAT(called, parse_called, "a pattern or a list", TEXTS);
FORMAT(subject, parse_subject, "a name", STRING);
FORMAT(is, parse_is, "a value or a list", TEXTS);
FORMAT(like, parse_like, "a pattern or a list", TEXTS);
FORMAT(number, parse_number, "a number", "{\"type\":\"integer\"}");
FORMAT(empty, parse_empty, "yes or no", "{\"type\":\"boolean\"}");
FORMAT(count, parse_figure, "a number", "{\"type\":\"integer\",\"minimum\":0}");
FORMAT(period, parse_figure, "a duration", "{\"$ref\":\"#/$defs/duration\"}");
FORMAT(negation, parse_not, "conditions", "{\"$ref\":\"#/$defs/when\"}");

/* Every parser writes to the row, so the struct has nothing to fill. */
struct nothing { uint8_t none; };
#define COND(key_, format, help_)                                             \
	{ key_, RD_FORMAT(nothing, none, &format), .help = help_ }

static const struct rd_field when_fields[] = {
	COND("calendar", rd_ivr_when_calendar, "That calendar is open."),
	COND("period", rd_ivr_when_part, "It is in that part of a calendar's "
	     "week, open or not: office.lunch."),
	COND("time", rd_ivr_when_time_of_day, "The time of day, end excluded; 22:00-06:00 "
	     "goes over midnight."),
	COND("days", rd_ivr_when_days, "The day of the week: mon-fri, or sat,sun."),
	COND("date", rd_ivr_when_date, "The day: 2026-10-01, or first..last."),
	COND("caller", caller, "The caller's number is like one of these."),
	COND("called", called, "The called number is like one of these."),
	COND("list", rd_ivr_when_lists, "The caller is on this list, or one of "
	     "these."),
	COND("level", rd_ivr_when_level, "His level is this, or one of these: "
	     "what is attached to the call as level, or that of the first "
	     "list that has him with one."),
	COND("area", rd_ivr_when_area, "He calls from this area, or one of "
	     "these."),
	COND("language", language, "The caller's language."),
	COND("variable", subject, "What is, like, above, below, empty, on_list are "
	     "about."),
	COND("is", is, "The variable is one of these."),
	COND("like", like, "The variable is like one of these patterns."),
	COND("above", number, "The variable is a number above this."),
	COND("below", number, "The variable is a number below this."),
	COND("on_list", rd_ivr_when_on_list, "The variable is a number on this "
	     "list, or one of these."),
	COND("empty", empty, "The variable has no value (yes) or has one."),
	COND("queue", subject, "What the figures below are about."),
	COND("waiting_above", count, "More callers wait."),
	COND("waiting_below", count, "Fewer callers wait."),
	COND("ready_above", count, "More agents are ready."),
	COND("ready_below", count, "Fewer agents are ready."),
	COND("signed_in_above", count, "More agents are signed in."),
	COND("signed_in_below", count, "Fewer agents are signed in."),
	COND("oldest_above", period, "The first in line has waited longer."),
	COND("oldest_below", period, "The first in line has waited less."),
	COND("wait_above", period, "The expected wait is longer."),
	COND("wait_below", period, "The expected wait is shorter."),
	COND("not", negation, "None of these holds."),
};
const struct rd_table rd_ivr_when_table = {
	RD_TABLE("when", struct nothing, when_fields),
	.help = "Conditions; all must hold.",
};
/* clang-format on */

/* The keys of one mapping, its subjects first. */
static int bind_conditions(struct rd_ivr_compiler *c,
			   const struct rd_yaml *node)
{
	const struct rd_yaml *var = rd_yaml_get(node, "variable");
	const struct rd_yaml *queue = rd_yaml_get(node, "queue");
	struct rd_ivr_when *when = c->when;
	struct nothing nothing = { 0 };
	int err = 0;

	when->var = when->queue = RD_INDEX_NONE;
	when->unused[0] = var;
	when->unused[1] = queue;
	if (var)
		err |= rd_ivr_var(c, var, "variable", false, false, &when->var);
	if (queue)
		err |= rd_yaml_ref(queue, "queue",
				   &c->config->scopes[RD_SCOPE_QUEUE],
				   &when->queue, c->diag);
	if (err)
		return -EINVAL;
	err = rd_bind(&c->bind, &rd_ivr_when_table, node, &nothing);
	for (int i = 0; i < 2 && !err; i++) {
		if (!when->unused[i])
			continue;
		rd_diag_error(c->diag, when->unused[i]->place,
			      "key \"%s\": nothing is asked of it",
			      i ? "queue" : "variable");
		err = -EINVAL;
	}
	return err;
}

int rd_ivr_when(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		struct rd_ivr_case *out)
{
	struct rd_ivr_when when = { 0 };
	struct rd_ivr_cond *conds;
	int err;

	if (rd_yaml_expect(node, "when", RD_YAML_MAPPING, c->diag))
		return -EINVAL;
	c->when = &when;
	err = bind_conditions(c, node);
	if (when.nested) {
		const struct rd_yaml *nested = when.nested;

		when.negate = true;
		err |= bind_conditions(c, nested);
	}
	c->when = NULL;
	if (!err && !when.n) {
		rd_diag_error(c->diag, node->place,
			      "key \"when\": no condition in it");
		err = -EINVAL;
	}
	conds = rd_config_alloc(c->config, when.n + 1u, sizeof(*conds));
	if (err || !conds)
		return -EINVAL;
	memcpy(conds, when.conds, when.n * sizeof(*conds));
	out->conds = conds;
	out->nconds = when.n;
	return 0;
}

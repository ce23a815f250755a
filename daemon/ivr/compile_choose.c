// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Conditions: the rows of choose.
 *
 *	choose:
 *	  - when: {calendar: office, not: {caller: "139*"}}
 *	    then: main
 *	  - else: closed
 *
 * Each key of when: is one condition, and all must hold; below not: each is
 * turned round. The keys variable: and queue: say what the figures beside them
 * are about.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/ivr/compiler.h"

#define CONDS_MAX 16 /* in one row */
#define ROWS_MAX  64
#define LIST_MAX  256

/* A row while it is read. */
struct rd_ivr_when {
	struct rd_ivr_cond conds[CONDS_MAX];
	uint16_t n;
	bool negate;
	uint16_t var, queue;		 /* what figures are about, or NONE */
	const struct rd_yaml *nested;	 /* not: */
	const struct rd_yaml *unused[2]; /* variable:, queue: as written */
};

static struct rd_ivr_compiler *compiler(struct rd_bind *bind)
{
	return bind->user;
}

static int refuse(struct rd_bind *bind, const struct rd_yaml *node,
		  const char *what, const char *expected)
{
	char words[RD_YAML_WORDS];

	rd_diag_error(bind->diag, node->place,
		      "key \"%s\": found %s, expected %s", what,
		      rd_yaml_words(node, words), expected);
	return -EINVAL;
}

/* Room for a condition, or NULL and an error. */
static struct rd_ivr_cond *add_cond(struct rd_bind *bind,
				    const struct rd_yaml *node,
				    enum rd_cond_kind kind)
{
	struct rd_ivr_when *when = compiler(bind)->when;
	struct rd_ivr_cond *cond;

	if (when->n == CONDS_MAX) {
		rd_diag_error(bind->diag, node->place,
			      "more than %d conditions in one row", CONDS_MAX);
		return NULL;
	}
	cond = &when->conds[when->n++];
	cond->kind = (uint8_t)kind;
	cond->negate = when->negate;
	return cond;
}

static int add_ref(struct rd_bind *bind, const struct rd_yaml *node,
		   const char *what, enum rd_config_scope scope,
		   enum rd_cond_kind kind)
{
	struct rd_ivr_cond *cond = add_cond(bind, node, kind);

	return cond ? rd_yaml_ref(node, what, &bind->scopes[scope], &cond->ref,
				  bind->diag)
		    : -EINVAL;
}

static int parse_calendar(struct rd_bind *bind, const struct rd_yaml *node,
			  const char *what, void *out)
{
	return add_ref(bind, node, what, RD_SCOPE_CALENDAR, RD_COND_CALENDAR);
}

static int parse_language(struct rd_bind *bind, const struct rd_yaml *node,
			  const char *what, void *out)
{
	return add_ref(bind, node, what, RD_SCOPE_LANGUAGE, RD_COND_LANGUAGE);
}

/* ---- time ------------------------------------------------------------------- */

static void need_zone(struct rd_bind *bind, const struct rd_yaml *node)
{
	if (!compiler(bind)->has_zone)
		rd_diag_warning(bind->diag, node->place,
				"no \"timezone\" in this tree and no calendar: "
				"times are UTC");
	compiler(bind)->has_zone = true;
}

static int parse_time(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	unsigned int h1, m1, h2, m2;
	struct rd_ivr_cond *cond;
	int end = 0;

	if (node->kind != RD_YAML_SCALAR ||
	    sscanf(node->text, "%2u:%2u-%2u:%2u%n", &h1, &m1, &h2, &m2, &end) !=
		    4 ||
	    node->text[end] || m1 > 59 || m2 > 59 || h1 > 23 ||
	    h2 * 60 + m2 > 1440 || h1 * 60 + m1 == h2 * 60 + m2)
		return refuse(bind, node, what, "hours such as 09:00-18:00");
	need_zone(bind, node);
	cond = add_cond(bind, node, RD_COND_TIME);
	if (!cond)
		return -EINVAL;
	cond->from = h1 * 60 + m1;
	cond->to = h2 * 60 + m2;
	return 0;
}

static int weekday(const char *text, size_t len)
{
	static const char *const names[7] = { "mon", "tue", "wed", "thu",
					      "fri", "sat", "sun" };

	for (int i = 0; i < 7; i++)
		if (len == 3 && !strncmp(text, names[i], 3))
			return i;
	return -1;
}

static int parse_days(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	static const char expected[] = "days such as mon-fri,sun";
	const char *p = node->text;
	struct rd_ivr_cond *cond;
	unsigned int bits = 0;

	if (node->kind != RD_YAML_SCALAR || !*p)
		return refuse(bind, node, what, expected);
	while (*p) {
		size_t len = strspn(p, "abcdefghijklmnopqrstuvwxyz");
		int from = weekday(p, len), to = from;

		p += len;
		if (*p == '-') {
			len = strspn(++p, "abcdefghijklmnopqrstuvwxyz");
			to = weekday(p, len);
			p += len;
		}
		if (from < 0 || to < 0 || (*p && *p != ','))
			return refuse(bind, node, what, expected);
		for (int day = from;; day = (day + 1) % 7) {
			bits |= 1u << day;
			if (day == to)
				break;
		}
		p += strspn(p, ", ");
	}
	need_zone(bind, node);
	cond = add_cond(bind, node, RD_COND_DAYS);
	if (!cond)
		return -EINVAL;
	cond->from = bits;
	return 0;
}

static bool parse_day(const char **p, int64_t *day)
{
	int year, month, mday, end = 0, y, m, d;

	if (sscanf(*p, "%4d-%2d-%2d%n", &year, &month, &mday, &end) != 3 ||
	    end != 10)
		return false;
	*day = rd_day_from_date(year, month, mday);
	rd_date_from_day(*day, &y, &m, &d);
	*p += end;
	return y == year && m == month && d == mday;
}

static int parse_date(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	const char *p = node->text;
	struct rd_ivr_cond *cond;
	int64_t from, to;
	bool good = node->kind == RD_YAML_SCALAR && parse_day(&p, &from);

	if (good)
		to = from;
	if (good && !strncmp(p, "..", 2)) {
		p += 2;
		good = parse_day(&p, &to);
	}
	if (!good || *p || to < from)
		return refuse(bind, node, what,
			      "a day such as 2026-10-01, or "
			      "2026-10-01..2026-10-07");
	need_zone(bind, node);
	cond = add_cond(bind, node, RD_COND_DATE);
	if (!cond)
		return -EINVAL;
	cond->from = from;
	cond->to = to;
	return 0;
}

/* ---- texts ------------------------------------------------------------------- */

static int add_texts(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, enum rd_cond_kind kind)
{
	uint32_t n = node->kind == RD_YAML_SEQUENCE ? node->n : 1;
	struct rd_ivr_compiler *c = compiler(bind);
	struct rd_ivr_cond *cond;
	const char **texts;

	if (!n || n > LIST_MAX || node->kind == RD_YAML_MAPPING)
		return refuse(bind, node, what,
			      "one pattern, or a list of "
			      "them");
	cond = add_cond(bind, node, kind);
	texts = rd_config_alloc(c->config, n, sizeof(*texts));
	if (!cond || !texts)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i++) {
		const struct rd_yaml *item =
			node->kind == RD_YAML_SEQUENCE ? node->items[i] : node;
		const char *star = strchr(item->text, '*');

		if (item->kind != RD_YAML_SCALAR || !item->text[0] ||
		    (star && star[1]))
			return refuse(bind, item, what,
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

static int need_var(struct rd_bind *bind, const struct rd_yaml *node,
		    const char *what)
{
	struct rd_ivr_when *when = compiler(bind)->when;

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
	struct rd_ivr_compiler *c = compiler(bind);
	struct rd_operand *values;
	struct rd_ivr_cond *cond;
	int err = 0;

	if (need_var(bind, node, what))
		return -EINVAL;
	if (!n || n > LIST_MAX || node->kind == RD_YAML_MAPPING)
		return refuse(bind, node, what, "one value, or a list of them");
	cond = add_cond(bind, node, RD_COND_IS);
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
	return need_var(bind, node, what)
		       ? -EINVAL
		       : add_texts(bind, node, what, RD_COND_LIKE);
}

static int parse_number(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	struct rd_ivr_cond *cond;
	int64_t value;

	if (need_var(bind, node, what) ||
	    rd_yaml_int(node, what, INT64_MIN, INT64_MAX, &value, bind->diag))
		return -EINVAL;
	cond = add_cond(bind, node,
			strcmp(what, "above") ? RD_COND_BELOW : RD_COND_ABOVE);
	if (!cond)
		return -EINVAL;
	cond->from = value;
	cond->var = compiler(bind)->when->var;
	return 0;
}

static int parse_empty(struct rd_bind *bind, const struct rd_yaml *node,
		       const char *what, void *out)
{
	struct rd_ivr_cond *cond;
	bool empty;

	if (need_var(bind, node, what) ||
	    rd_yaml_bool(node, what, &empty, bind->diag))
		return -EINVAL;
	cond = add_cond(bind, node, RD_COND_EMPTY);
	if (!cond)
		return -EINVAL;
	cond->var = compiler(bind)->when->var;
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
	struct rd_ivr_when *when = compiler(bind)->when;
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
		   : add_cond(bind, node, (enum rd_cond_kind)figures[i].kind);
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
	if (compiler(bind)->when->negate)
		return refuse(bind, node, what, "no not within not");
	if (rd_yaml_expect(node, what, RD_YAML_MAPPING, bind->diag))
		return -EINVAL;
	compiler(bind)->when->nested = node;
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

FORMAT(calendar, parse_calendar, "a calendar", STRING);
FORMAT(language, parse_language, "a language", STRING);
FORMAT(time_of_day, parse_time, "hours such as 09:00-18:00",
       "{\"type\":\"string\",\"pattern\":\"^[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}$\"}");
FORMAT(days, parse_days, "days such as mon-fri", STRING);
FORMAT(date, parse_date, "a day or days",
       "{\"type\":\"string\",\"pattern\":\"^[0-9]{4}-[0-9]{2}-[0-9]{2}([.][.][0-9]{4}-[0-9]{2}-[0-9]{2})?$\"}");
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
	COND("calendar", calendar, "That calendar is open."),
	COND("time", time_of_day, "The time of day, end excluded; 22:00-06:00 "
	     "goes over midnight."),
	COND("days", days, "The day of the week: mon-fri, or sat,sun."),
	COND("date", date, "The day: 2026-10-01, or first..last."),
	COND("caller", caller, "The caller's number is like one of these."),
	COND("called", called, "The called number is like one of these."),
	COND("language", language, "The caller's language."),
	COND("variable", subject, "What is, like, above, below, empty are "
	     "about."),
	COND("is", is, "The variable is one of these."),
	COND("like", like, "The variable is like one of these patterns."),
	COND("above", number, "The variable is a number above this."),
	COND("below", number, "The variable is a number below this."),
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

struct rd_ivr_row { const struct rd_yaml *when, *then, *otherwise; };
static const struct rd_field case_fields[] = {
	{ "when", RD_NODE(rd_ivr_row, when), .help = "Conditions; all must "
	  "hold." },
	{ "then", RD_NODE(rd_ivr_row, then), .help = "Where it goes on." },
	{ "else", RD_NODE(rd_ivr_row, otherwise), .help = "Last row: where it "
	  "goes on if no row held." },
};
const struct rd_table rd_ivr_case_table = {
	RD_TABLE("row of choose", struct rd_ivr_row, case_fields),
};
/* clang-format on */

/* ---- rows -------------------------------------------------------------------------- */

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

static int bind_when(struct rd_ivr_compiler *c, const struct rd_yaml *node,
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

/* One row; *otherwise is set by else:. */
static int bind_case(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		     bool last, struct rd_ivr_case *out)
{
	struct rd_ivr_row row = { 0 };
	int err;

	if (rd_bind(&c->bind, &rd_ivr_case_table, node, &row))
		return -EINVAL;
	if (row.otherwise ? row.when || row.then || !last
			  : !row.when || !row.then) {
		rd_diag_error(c->diag, node->place,
			      "choose: expected \"when\" and \"then\" in each "
			      "row; \"else\" alone, in the last");
		return -EINVAL;
	}
	if (row.otherwise)
		return rd_ivr_target(c, row.otherwise, "else", &out->target);
	err = bind_when(c, row.when, out);
	return rd_ivr_target(c, row.then, "then", &out->target) | err ? -EINVAL
								      : 0;
}

int rd_ivr_choose(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		  const char *what, struct rd_ivr_choose *out)
{
	struct rd_ivr_case *cases;
	int err = 0;

	if (rd_yaml_expect(node, what, RD_YAML_SEQUENCE, c->diag))
		return -EINVAL;
	if (!node->n || node->n > ROWS_MAX)
		return refuse(&c->bind, node, what, "1 to 64 rows");
	cases = rd_config_alloc(c->config, node->n, sizeof(*cases));
	if (!cases)
		return -ENOMEM;
	for (uint32_t i = 0; i < node->n; i++)
		err |= bind_case(c, node->items[i], i + 1 == node->n,
				 &cases[i]);
	if (err)
		return -EINVAL;
	/* else: is a row without conditions, so it always holds */
	out->n = (uint16_t)node->n;
	out->cases = cases;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keys of a day.yaml, and what they become; see day.h.
 *
 * The tables refer to agents and trunk groups by the scopes of the
 * configuration; nodes of trees are found in the compiled programs.
 */
#include "daemon/simulate/day.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/program.h"
#include "lib/config/table.h"
#include "lib/config/zone.h"

#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

struct day { /* behind a struct rd_day */
	struct rd_day day;
	struct rd_arena arena;
};

/* ---- chance -------------------------------------------------------------- */

static const char *const shapes[] = { "fixed",	   "exponential", "uniform",
				      "lognormal", "endless",	  NULL };

static double draw(const struct rd_chance *c, struct rd_rng *rng)
{
	double mean = c->mean_ms, spread = c->spread_ms, sigma2, u, v;

	switch (c->shape) {
	case RD_SHAPE_EXPONENTIAL:
		return -log(1 - rd_rng_unit(rng)) * mean;
	case RD_SHAPE_UNIFORM:
		return mean + (2 * rd_rng_unit(rng) - 1) * spread;
	case RD_SHAPE_LOGNORMAL:
		sigma2 =
			mean > 0 ? log(1 + spread * spread / (mean * mean)) : 0;
		u = sqrt(-2 * log(1 - rd_rng_unit(rng)));
		v = cos(2 * M_PI * rd_rng_unit(rng));
		return mean * exp(sqrt(sigma2) * u * v - sigma2 / 2);
	default:
		return mean;
	}
}

uint64_t rd_chance_draw(const struct rd_chance *c, struct rd_rng *rng)
{
	double ms;

	if (c->shape == RD_SHAPE_ENDLESS)
		return RD_CHANCE_NEVER;
	ms = draw(c, rng);
	if (ms < c->least_ms)
		ms = c->least_ms;
	if (c->most_ms && ms > c->most_ms)
		ms = c->most_ms;
	return (uint64_t)(ms + 0.5);
}

static void check_chance(struct rd_bind *bind, const struct rd_yaml *node,
			 void *out)
{
	const struct rd_chance *c = out;

	if (c->shape == RD_SHAPE_UNIFORM && c->spread_ms > c->mean_ms)
		rd_diag_error(bind->diag, rd_yaml_place(node, "spread"),
			      "key \"spread\": larger than the mean");
	if (c->most_ms && c->least_ms > c->most_ms)
		rd_diag_error(bind->diag, rd_yaml_place(node, "least"),
			      "key \"least\": larger than \"most\"");
}

/* clang-format off */
/* A duration by chance; a plain duration is its mean. */
#define CHANCE(name, noun_, shape_, mean_, spread_)                            \
	static const struct rd_field name##_fields[] = {                       \
		{ "shape", RD_ENUM(rd_chance, shape, shapes),                  \
		  .preset = shape_, .help = "How it is distributed." },        \
		{ "mean", RD_DURATION(rd_chance, mean_ms, 0, 24 * HOUR),       \
		  .preset = mean_, .shorthand = true, .help = "On average." }, \
		{ "spread", RD_DURATION(rd_chance, spread_ms, 0, 24 * HOUR),   \
		  .preset = spread_,                                           \
		  .help = "uniform: so much more or less; lognormal: the "     \
			  "standard deviation." },                             \
		{ "least", RD_DURATION(rd_chance, least_ms, 0, 24 * HOUR),     \
		  .preset = "0", .help = "Never less." },                      \
		{ "most", RD_DURATION(rd_chance, most_ms, 0, 24 * HOUR),       \
		  .preset = "0", .help = "Never more; 0: no limit." },         \
	};                                                                     \
	static const struct rd_table name##_table = {                          \
		RD_TABLE(noun_, struct rd_chance, name##_fields),              \
		.help = "How long, by chance.",                                \
		.check = check_chance,                                         \
	}

CHANCE(patience, "patience", "exponential", "2m", "0");
CHANCE(handling, "handling", "exponential", "3m", "0");
CHANCE(reaction, "reaction", "fixed", "1s", "0");
CHANCE(again, "redial_after", "uniform", "3m", "2m");
CHANCE(answer, "answer", "lognormal", "4s", "2s");
/* clang-format on */

/* ---- notations ------------------------------------------------------------ */

/* "8:30" to minutes; *end behind it. */
static bool take_time(const char *s, const char **end, uint16_t *out)
{
	unsigned hour, minute;
	int n = 0;

	if (sscanf(s, "%2u:%2u%n", &hour, &minute, &n) != 2 || !n ||
	    s[0] == ' ' || minute > 59 || hour * 60 + minute > 1440)
		return false;
	*out = (uint16_t)(hour * 60 + minute);
	*end = s + n;
	return true;
}

static const struct rd_format time_format, hours_format, date_format,
	who_format, zone_format;

static int parse_time(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	const char *end;

	if (node->kind != RD_YAML_SCALAR || !take_time(node->text, &end, out) ||
	    *end)
		return rd_bind_refuse(bind, node, what, time_format.expected);
	return 0;
}

static int parse_hours(struct rd_bind *bind, const struct rd_yaml *node,
		       const char *what, void *out)
{
	struct rd_day_span span;
	const char *end;

	if (node->kind != RD_YAML_SCALAR ||
	    !take_time(node->text, &end, &span.from_min) || *end != '-' ||
	    !take_time(end + 1, &end, &span.to_min) || *end ||
	    span.to_min <= span.from_min)
		return rd_bind_refuse(bind, node, what, hours_format.expected);
	*(struct rd_day_span *)out = span;
	return 0;
}

static int parse_date(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	int year, month, day, n = 0, back[3];
	int64_t days;

	if (node->kind != RD_YAML_SCALAR ||
	    sscanf(node->text, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 ||
	    node->text[n] || year < 1970 || month < 1 || month > 12)
		return rd_bind_refuse(bind, node, what, date_format.expected);
	days = rd_day_from_date(year, month, day);
	rd_date_from_day(days, &back[0], &back[1], &back[2]);
	if (back[1] != month || back[2] != day)
		return rd_bind_refuse(bind, node, what, date_format.expected);
	*(int64_t *)out = days;
	return 0;
}

static int parse_zone(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	struct rd_zone zone;

	if (node->kind != RD_YAML_SCALAR ||
	    rd_zone_parse(node->text, &zone, NULL))
		return rd_bind_refuse(bind, node, what, zone_format.expected);
	*(const char **)out = node->text;
	return 0;
}

static bool add_agent(struct rd_day_who *who, uint16_t max, uint16_t agent)
{
	for (uint16_t i = 0; i < who->n; i++)
		if (who->agent[i] == agent)
			return true;
	if (who->n == max)
		return false;
	who->agent[who->n++] = agent;
	return true;
}

/* "8001-8020": agents whose numbers lie between, of the same length. */
static uint16_t add_range(struct rd_day_who *who, const struct rd_scope *all,
			  const char *text)
{
	const char *dash = strchr(text, '-');
	size_t len = dash ? (size_t)(dash - text) : 0;
	uint16_t found = 0;

	if (!dash || strlen(dash + 1) != len)
		return 0;
	for (uint16_t i = 0; i < all->n; i++)
		if (strlen(all->names[i]) == len &&
		    strncmp(all->names[i], text, len) >= 0 &&
		    strcmp(all->names[i], dash + 1) <= 0 &&
		    add_agent(who, all->n, i))
			found++;
	return found;
}

static int parse_who(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, void *out)
{
	const struct rd_scope *all = &bind->scopes[RD_SCOPE_AGENT];
	struct rd_day_who who = { 0 };
	uint32_t n = node->kind == RD_YAML_SEQUENCE ? node->n : 1;
	int errors = bind->diag->errors;

	who.agent = rd_arena_alloc(bind->arena, all->n + 1u, sizeof(uint16_t));
	if (!who.agent)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		const struct rd_yaml *item =
			node->kind == RD_YAML_SEQUENCE ? node->items[i] : node;
		uint16_t agent;

		if (item->kind == RD_YAML_SCALAR &&
		    strcmp(item->text, "all") == 0) {
			for (agent = 0; agent < all->n; agent++)
				add_agent(&who, all->n, agent);
			continue;
		}
		if (item->kind == RD_YAML_SCALAR &&
		    add_range(&who, all, item->text))
			continue;
		if (!rd_yaml_ref(item, what, all, &agent, bind->diag))
			add_agent(&who, all->n, agent);
	}
	*(struct rd_day_who *)out = who;
	return bind->diag->errors == errors ? 0 : -EINVAL;
}

static const struct rd_format time_format = {
	.expected = "a time of day such as 8:30",
	.schema = "\"type\": \"string\", \"pattern\": "
		  "\"^[0-9]{1,2}:[0-9]{2}$\"",
	.parse = parse_time,
};
static const struct rd_format hours_format = {
	.expected = "hours such as 8:30-12:00",
	.schema = "\"type\": \"string\", \"pattern\": "
		  "\"^[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}$\"",
	.parse = parse_hours,
};
static const struct rd_format date_format = {
	.expected = "a date such as 2026-11-23",
	.schema = "\"type\": \"string\", \"pattern\": "
		  "\"^[0-9]{4}-[0-9]{2}-[0-9]{2}$\"",
	.parse = parse_date,
};
static const struct rd_format zone_format = {
	.expected = "a time zone such as Asia/Shanghai",
	.schema = "\"type\": \"string\"",
	.parse = parse_zone,
};
static const struct rd_format who_format = {
	.expected = "agents: all, numbers, or ranges such as 8001-8020",
	.schema = "\"type\": [\"string\", \"integer\", \"array\"]",
	.parse = parse_who,
};

/* ---- callers --------------------------------------------------------------- */

static const struct rd_field some_digits = {
	.type = RD_FIELD_DIGITS,
	.size = sizeof(char *),
};
static const struct rd_field a_number_of_calls = {
	.type = RD_FIELD_REAL,
	.size = 8,
	.min = 0,
	.max = 1000000,
};

static const struct rd_ivr_program *find_tree(const struct rd_config *config,
					      const char *name, size_t len,
					      uint16_t *tree)
{
	for (uint16_t i = 0; i < config->ntrees; i++) {
		const char *has = config->tree_texts[i].name;

		if (strlen(has) == len && !strncmp(has, name, len)) {
			*tree = i;
			return config->trees[i];
		}
	}
	return NULL;
}

static void check_key(struct rd_bind *bind, const struct rd_yaml *node,
		      void *out)
{
	struct rd_day_key *key = out;
	const char *dot = strchr(key->node, '.');
	const struct rd_ivr_program *program;

	program = !dot ? NULL
		       : find_tree(bind->user, key->node,
				   (size_t)(dot - key->node), &key->tree);
	for (uint16_t i = 0; program && i < program->nnodes; i++)
		if (!strcmp(program->nodes[i].name, dot + 1)) {
			key->index = i;
			return;
		}
	rd_diag_error(bind->diag, rd_yaml_place(node, "node"),
		      "key \"node\": no node \"%.64s\"; expected tree.node",
		      key->node);
}

static const struct rd_field key_fields[] = {
	{ "node", RD_STRING(rd_day_key, node), .min = 1, .max = 127,
	  .required = true, .help = "Where: tree.node." },
	{ "press", RD_LIST_OF(rd_day_key, press, npress, &some_digits),
	  .min = 1, .max = 100, .required = true,
	  .help = "One of these, each as likely as the other." },
};
static const struct rd_table key_table = {
	RD_TABLE("key", struct rd_day_key, key_fields),
	.help = "What callers key in when a prompt has ended.",
	.check = check_key,
};

static const struct rd_field caller_fields[] = {
	{ "number", RD_DIGITS(rd_day_callers, number), .required = true,
	  .help = "The number they call." },
	{ "from", RD_DIGITS(rd_day_callers, from), .preset = "0138",
	  .help = "How their own numbers begin; the rest is by chance." },
	{ "group", RD_REF(rd_day_callers, group, RD_SCOPE_GROUP),
	  .help = "The trunk group they come in by; without it the first that "
		  "is not of phones." },
	{ "step", RD_DURATION(rd_day_callers, step_ms, MINUTE, 24 * HOUR),
	  .preset = "30m", .help = "What a number of \"calls\" is for." },
	{ "calls",
	  RD_LIST_OF(rd_day_callers, curve, ncurve, &a_number_of_calls),
	  .min = 1, .max = 1440, .required = true,
	  .help = "Calls expected in each step, from the day's begin; they "
		  "come "
		  "independently of each other." },
	{ "total", RD_INT(rd_day_callers, total, 0, 1000000), .preset = "0",
	  .help = "Scale the curve to so many calls; 0: as it is." },
	{ "patience", RD_STRUCT(rd_day_callers, patience, &patience_table),
	  .help = "How long they wait in a queue before they hang up." },
	{ "handling", RD_STRUCT(rd_day_callers, handling, &handling_table),
	  .help = "How long they talk with an agent." },
	{ "reaction", RD_STRUCT(rd_day_callers, reaction, &reaction_table),
	  .help = "From a prompt's end to the first key." },
	{ "keys", RD_LIST(rd_day_callers, keys, nkeys, &key_table), .max = 200,
	  .help = "What they key in. Elsewhere they are silent." },
	{ "agent_ends", RD_INT(rd_day_callers, agent_ends, 0, 100),
	  .preset = "0",
	  .help = "Talks of a hundred that the agent ends; then the caller "
		  "stays for what comes after." },
	{ "redial", RD_INT(rd_day_callers, redial, 0, 100), .preset = "0",
	  .help = "Of a hundred who are lost, so many call again." },
	{ "redials", RD_INT(rd_day_callers, redials, 0, 100), .preset = "3",
	  .help = "As many times at most." },
	{ "redial_after", RD_STRUCT(rd_day_callers, redial_after, &again_table),
	  .help = "So long after." },
};
static const struct rd_table callers_table = {
	RD_TABLE("callers", struct rd_day_callers, caller_fields),
	.help = "People who call for one thing.",
	.name = RD_AT(rd_day_callers, name),
	.place = RD_AT(rd_day_callers, place),
};

/* ---- agents ------------------------------------------------------------------ */

static const struct rd_field some_hours = {
	.type = RD_FIELD_FORMAT,
	.size = sizeof(struct rd_day_span),
	.format = &hours_format,
};

static const struct rd_field break_fields[] = {
	{ "at", RD_FORMAT(rd_day_break, at_min, &time_format), .required = true,
	  .help = "When it begins; in a call: after it." },
	{ "for", RD_DURATION(rd_day_break, for_ms, MINUTE, 12 * HOUR),
	  .preset = "15m", .help = "How long." },
	{ "reason", RD_STRING(rd_day_break, reason), .preset = "break",
	  .max = 31, .help = "The reason the agent gives." },
};
static const struct rd_table break_table = {
	RD_TABLE("break", struct rd_day_break, break_fields),
	.help = "A time in which the agents take no calls.",
};

static const struct rd_field shift_fields[] = {
	{ "who", RD_FORMAT(rd_day_shift, who, &who_format), .required = true,
	  .help = "all, a list of numbers, or ranges such as 8001-8020." },
	{ "hours", RD_LIST_OF(rd_day_shift, hours, nhours, &some_hours),
	  .min = 1, .max = 12, .required = true,
	  .help = "When they are signed in: 8:30-12:00." },
	{ "breaks", RD_LIST(rd_day_shift, breaks, nbreaks, &break_table),
	  .max = 24, .help = "Times in which they take no calls." },
	{ "answer", RD_STRUCT(rd_day_shift, answer, &answer_table),
	  .help = "How long the phone rings before they answer." },
	{ "unanswered", RD_INT(rd_day_shift, unanswered, 0, 100), .preset = "0",
	  .help = "Of a hundred calls, so many ring in vain." },
	{ "back", RD_DURATION(rd_day_shift, back_ms, SECOND, 12 * HOUR),
	  .preset = "5m",
	  .help = "After too many missed calls: until they are ready again." },
};
static const struct rd_table shift_table = {
	RD_TABLE("shift", struct rd_day_shift, shift_fields),
	.help = "Agents who work alike.",
	.place = RD_AT(rd_day_shift, place),
};

/* ---- the day -------------------------------------------------------------------- */

static const char *const lookup_names[] = { "files", "none", "down", NULL };

static const struct rd_field prompt_fields[] = {
	{ "words_a_minute", RD_INT(rd_day, words_a_minute, 20, 1000),
	  .preset = "150",
	  .help = "How fast a text is spoken; a Chinese "
		  "character counts as half a word." },
	{ "spoken", RD_BOOL(rd_day, spoken), .preset = "true",
	  .help = "Take the length from sound files and from what has been "
		  "spoken before, where there is any." },
};
static const struct rd_table prompt_table = {
	RD_TABLE("prompts", struct rd_day, prompt_fields),
	.help = "How long prompts are.",
};

static const struct rd_field day_fields[] = {
	{ "date", RD_FORMAT(rd_day, date, &date_format), .required = true,
	  .help = "Which day: calendars and holidays go by it." },
	{ "timezone", RD_FORMAT(rd_day, timezone, &zone_format),
	  .preset = "Asia/Shanghai", .help = "Of all times in this file." },
	{ "from", RD_FORMAT(rd_day, from_min, &time_format), .preset = "8:00",
	  .help = "When it begins." },
	{ "to", RD_FORMAT(rd_day, to_min, &time_format), .preset = "18:00",
	  .help = "From then on nobody calls any more." },
	{ "settle", RD_DURATION(rd_day, settle_ms, 0, 12 * HOUR),
	  .preset = "1h", .help = "So long may the last calls go on." },
	{ "interval", RD_DURATION(rd_day, interval_ms, MINUTE, 24 * HOUR),
	  .preset = "30m", .help = "Of the report." },
	{ "seed", RD_INT(rd_day, seed, 0, INT64_MAX), .preset = "1",
	  .help = "Of all that is left to chance: the same seed, the same "
		  "day." },
	{ "prompts", RD_GROUP(&prompt_table), .help = "How long prompts are." },
	{ "ring_after", RD_DURATION(rd_day, ring_after_ms, 0, 30 * SECOND),
	  .preset = "200ms",
	  .help = "From dialling a phone to its first ring." },
	{ "lookups", RD_ENUM(rd_day, lookups, lookup_names), .preset = "files",
	  .help = "Data sources: files asks the real ones, none finds nothing, "
		  "down never answers." },
	{ "lookup_takes", RD_DURATION(rd_day, lookup_ms, 0, 60 * SECOND),
	  .preset = "50ms", .help = "Until they answer." },
	{ "callers", RD_MAP(rd_day, callers, ncallers, &callers_table),
	  .min = 1, .max = 200, .help = "Who calls." },
	{ "agents", RD_LIST(rd_day, shifts, nshifts, &shift_table), .max = 1000,
	  .help = "Who works when." },
	{ "drills", RD_LIST(rd_day, drills, ndrills, &rd_drill_table),
	  .max = 100, .help = "What goes wrong, and what may come of it." },
};

static void check_day(struct rd_bind *bind, const struct rd_yaml *node,
		      void *out)
{
	const struct rd_config *config = bind->user;
	struct rd_day *day = out;

	if (day->to_min <= day->from_min)
		rd_diag_error(bind->diag, rd_yaml_place(node, "to"),
			      "key \"to\": not later than \"from\"");
	for (uint16_t i = 0; i < day->ncallers; i++) {
		struct rd_day_callers *c = &day->callers[i];
		uint16_t group = 0;

		if (c->group != RD_INDEX_NONE)
			continue;
		while (group < config->ngroups && config->groups[group].phones)
			group++;
		if (group == config->ngroups)
			rd_diag_error(bind->diag, c->place,
				      "callers: no trunk group of the public");
		c->group = group;
	}
}

const struct rd_table rd_day_table = {
	RD_TABLE("day", struct rd_day, day_fields),
	.help = "A day in a call centre, to be simulated.",
	.check = check_day,
};

/* Unix time of a local minute: the zone's offset there and then. */
static int64_t unix_of(const char *timezone, int64_t date, uint16_t minute)
{
	struct rd_zone zone;
	struct rd_local local;
	int64_t want = date * 86400 + minute * 60, at = want;

	rd_zone_parse(timezone, &zone, NULL);
	for (int i = 0; i < 3; i++) {
		rd_zone_local(&zone, at, &local);
		at += want - (local.day * 86400 + local.minute * 60);
	}
	return at;
}

static char *read_text(struct rd_arena *arena, const char *path, size_t *len,
		       struct rd_diag *diag)
{
	struct rd_place place = { .file = path };
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	long size;

	if (!f) {
		rd_diag_error(diag, place, "%s", strerror(errno));
		return NULL;
	}
	if (fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 ||
	    size > (long)RD_YAML_TEXT_MAX || fseek(f, 0, SEEK_SET) ||
	    !(text = rd_arena_alloc(arena, (size_t)size + 1, 1)) ||
	    fread(text, 1, (size_t)size, f) != (size_t)size) {
		rd_diag_error(diag, place, "cannot be read");
		text = NULL;
	} else {
		*len = (size_t)size;
	}
	fclose(f);
	return text;
}

int rd_day_read(const char *path, const struct rd_config *config,
		struct rd_diag *diag, struct rd_day **out)
{
	struct day *day = calloc(1, sizeof(*day));
	const struct rd_yaml *root = NULL;
	struct rd_bind bind;
	size_t len = 0;
	char *text;

	if (!day)
		return -ENOMEM;
	rd_arena_init(&day->arena, 0);
	text = read_text(&day->arena, path, &len, diag);
	if (text)
		root = rd_yaml_parse(&day->arena, path, text, len, diag);
	if (!root)
		goto err;
	bind = (struct rd_bind){ .arena = &day->arena,
				 .diag = diag,
				 .scopes = config->scopes,
				 .user = (void *)(uintptr_t)config };
	if (rd_bind(&bind, &rd_day_table, root, &day->day))
		goto err;
	day->day.epoch_s =
		unix_of(day->day.timezone, day->day.date, day->day.from_min);
	*out = &day->day;
	return 0;
err:
	rd_day_free(&day->day);
	return -EINVAL;
}

void rd_day_free(struct rd_day *day)
{
	if (!day)
		return;
	rd_arena_free(&((struct day *)day)->arena);
	free(day);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What takes more than one key to see: defaults that depend on others, objects
 * that exclude each other, and the order in which routes are tried.
 *
 * The tables left objects in the order of the files, so index = position. They
 * belong to the build and are not const yet; mine() says so in one place. An
 * index may be RD_INDEX_NONE here, for a name that was refused.
 */
#include "lib/config/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"
#include "lib/dsp/tone.h"

#define mine(array) ((void *)(uintptr_t)(array))

/* ---- languages and sound ------------------------------------------------ */

static void resolve_languages(struct rd_config_build *build,
			      const struct rd_config_raw *raw)
{
	static const struct rd_cfg_language usual[] = { { "zh", "cmn" },
							{ "en", "en" } };
	struct rd_config *c = &build->config;

	if (!c->nlanguages) {
		c->languages = usual;
		c->nlanguages = 2;
	}
	c->language = raw->language == RD_REF_NONE ? 0 : raw->language;
}

static bool resolve_prompts(struct rd_config_build *build)
{
	struct rd_config *c = &build->config;

	for (const struct rd_raw_prompt *raw = build->raw_prompts; raw;
	     raw = raw->next) {
		uint16_t language = raw->language == RD_REF_NONE
					    ? c->language
					    : raw->language;

		if (language >= c->nlanguages) /* there was no memory */
			return false;
		*raw->to = rd_config_prompt(c, raw->file, raw->say,
					    c->languages[language].voice,
					    raw->place);
		if (*raw->to == RD_PROMPT_NONE)
			return false;
	}
	return true;
}

static void check_country(struct rd_config_build *build, struct rd_diag *diag)
{
	const char *country = build->config.country, *names[64], *nearest;
	unsigned int n = 0;

	for (; n < 64 && (names[n] = rd_tone_country(n)); n++)
		if (!strcmp(names[n], country))
			return;
	nearest = rd_diag_nearest(country, names, n);
	rd_diag_error(diag, rd_yaml_place(build->root, "country"),
		      "key \"country\": no tones known of \"%s\"%s%s%s",
		      country, nearest ? "; did you mean \"" : "",
		      nearest ? nearest : "", nearest ? "\"?" : "");
}

/* ---- lines -------------------------------------------------------------- */

static void check_cards(const struct rd_config *c, struct rd_diag *diag)
{
	for (uint16_t i = 0; i < c->ncards; i++)
		for (uint16_t k = 0; k < i; k++)
			if (c->cards[i].path[0] &&
			    !strcmp(c->cards[i].path, c->cards[k].path))
				rd_diag_error(diag, c->cards[i].place,
					      "card \"%s\": the same path as "
					      "card \"%s\"",
					      c->cards[i].name,
					      c->cards[k].name);
}

static void check_spans(const struct rd_config *c, struct rd_diag *diag)
{
	for (uint16_t i = 0; i < c->nspans; i++) {
		const struct rd_cfg_span *a = &c->spans[i];

		for (uint16_t k = 0; k < i; k++) {
			const struct rd_cfg_span *b = &c->spans[k];

			if (a->card != b->card || a->span != b->span ||
			    a->card >= c->ncards)
				continue;
			rd_diag_error(diag, a->place,
				      "span \"%s\": at the same position %d of "
				      "card \"%s\" as span \"%s\"",
				      a->name, a->span, c->cards[a->card].name,
				      b->name);
		}
	}
}

static void check_groups(struct rd_config_build *build, struct rd_diag *diag)
{
	const struct rd_config *c = &build->config;
	const struct rd_yaml *node = rd_yaml_get(build->root, "groups");

	for (uint16_t g = 0; g < c->ngroups; g++) {
		uint16_t used = 0;

		for (uint16_t s = 0; s < c->nspans; s++)
			used += c->spans[s].group == g;
		if (!used)
			rd_diag_warning(diag, node->keys[g]->place,
					"group \"%s\": no span belongs to it",
					c->groups[g].name);
	}
}

/* ---- routes ------------------------------------------------------------- */

/* Exact before pattern, long before short; then by group, the general last. */
static int compare_numbers(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	bool pa = la && a[la - 1] == '*', pb = lb && b[lb - 1] == '*';

	if (pa != pb)
		return pa ? 1 : -1;
	if (la != lb)
		return la > lb ? -1 : 1;
	return strcmp(a, b);
}

static int compare_routes(const void *a, const void *b)
{
	const struct rd_cfg_route *x = a, *y = b;
	int order = compare_numbers(x->number, y->number);

	if (!order)
		order = (x->group > y->group) - (x->group < y->group);
	if (!order)
		order = x->place.line - y->place.line;
	return order ? order : x->place.column - y->place.column;
}

static int compare_outroutes(const void *a, const void *b)
{
	const struct rd_cfg_outroute *x = a, *y = b;
	int order = compare_numbers(x->number, y->number);

	if (!order)
		order = x->place.line - y->place.line;
	return order ? order : x->place.column - y->place.column;
}

static void resolve_routes(const struct rd_config *c, struct rd_diag *diag)
{
	if (c->nroutes)
		qsort(mine(c->routes), c->nroutes, sizeof(*c->routes),
		      compare_routes);
	for (uint16_t i = 1; i < c->nroutes; i++) {
		const struct rd_cfg_route *a = &c->routes[i - 1];
		const struct rd_cfg_route *b = &c->routes[i];

		if (b->number[0] && !strcmp(a->number, b->number) &&
		    a->group == b->group)
			rd_diag_error(diag, b->place,
				      "route of \"%s\": given twice, first in "
				      "line %d",
				      b->number, a->place.line);
	}
	if (c->noutroutes)
		qsort(mine(c->outroutes), c->noutroutes, sizeof(*c->outroutes),
		      compare_outroutes);
	for (uint16_t i = 1; i < c->noutroutes; i++) {
		const struct rd_cfg_outroute *a = &c->outroutes[i - 1];
		const struct rd_cfg_outroute *b = &c->outroutes[i];

		if (b->number[0] && !strcmp(a->number, b->number))
			rd_diag_error(diag, b->place,
				      "out_route of \"%s\": given twice, first "
				      "in line %d",
				      b->number, a->place.line);
	}
}

static int compare_blocks(const void *a, const void *b)
{
	const struct rd_cfg_block *const *x = a, *const *y = b;
	int order = strcmp((*x)->number, (*y)->number);

	return order ? order : (*x > *y) - (*x < *y);
}

static bool check_blacklist(struct rd_config_build *build, struct rd_diag *diag)
{
	const struct rd_config *c = &build->config;
	const struct rd_cfg_block **sorted;

	sorted = rd_arena_alloc(&build->arena, c->nblocks, sizeof(*sorted));
	if (!sorted)
		return false;
	for (uint16_t i = 0; i < c->nblocks; i++)
		sorted[i] = &c->blocks[i];
	qsort(sorted, c->nblocks, sizeof(*sorted), compare_blocks);
	for (uint16_t i = 1; i < c->nblocks; i++)
		if (sorted[i]->number[0] &&
		    !strcmp(sorted[i]->number, sorted[i - 1]->number))
			rd_diag_error(diag, sorted[i]->place,
				      "caller \"%s\": on the list twice, first "
				      "at %s:%d",
				      sorted[i]->number,
				      sorted[i - 1]->place.file,
				      sorted[i - 1]->place.line);
	return true;
}

/* ---- agents and queues -------------------------------------------------- */

static int compare_phones(const void *a, const void *b)
{
	const struct rd_cfg_agent *const *x = a, *const *y = b;
	int order = strcmp((*x)->phone, (*y)->phone);

	return order ? order : (*x > *y) - (*x < *y);
}

static bool resolve_agents(struct rd_config_build *build, struct rd_diag *diag)
{
	const struct rd_config *c = &build->config;
	struct rd_cfg_agent *agents = mine(c->agents);
	const struct rd_cfg_agent **sorted;

	sorted = rd_arena_alloc(&build->arena, c->nagents, sizeof(*sorted));
	if (!sorted)
		return false;
	for (uint16_t i = 0; i < c->nagents; i++) {
		if (!agents[i].phone[0])
			agents[i].phone = agents[i].number;
		if (!agents[i].name[0])
			agents[i].name = agents[i].number;
		sorted[i] = &agents[i];
	}
	qsort(sorted, c->nagents, sizeof(*sorted), compare_phones);
	for (uint16_t i = 1; i < c->nagents; i++)
		if (!strcmp(sorted[i]->phone, sorted[i - 1]->phone))
			rd_diag_error(diag, sorted[i]->place,
				      "agent \"%s\": the same phone \"%s\" as "
				      "agent \"%s\"",
				      sorted[i]->number, sorted[i]->phone,
				      sorted[i - 1]->number);
	if (c->nagents > c->limits.agents)
		rd_diag_error(diag, rd_yaml_place(build->root, "agents"),
			      "%u agents, limits.agents is %u", c->nagents,
			      c->limits.agents);
	return true;
}

static bool is_served(const struct rd_config *c, uint16_t queue)
{
	for (uint16_t i = 0; i < c->nagents; i++)
		for (uint16_t k = 0; k < c->agents[i].nqueues; k++)
			if (c->agents[i].queues[k].queue == queue)
				return true;
	return false;
}

static void resolve_queues(struct rd_config_build *build, struct rd_diag *diag)
{
	const struct rd_config *c = &build->config;
	struct rd_cfg_queue *queues = mine(c->queues);

	for (uint16_t i = 0; i < c->nqueues; i++) {
		if (!queues[i].title[0])
			queues[i].title = queues[i].name;
		if (!is_served(c, i))
			rd_diag_warning(diag, queues[i].place,
					"queue \"%s\": no agent serves it",
					queues[i].name);
	}
	if (c->nqueues > c->limits.queues)
		rd_diag_error(diag, rd_yaml_place(build->root, "queues"),
			      "%u queues, limits.queues is %u", c->nqueues,
			      c->limits.queues);
}

/* ---- calendars and trees ------------------------------------------------ */

/* "Fri 22:00-06:00" becomes Friday from 22:00 and Saturday until 6:00. */
static bool split_nights(struct rd_config_build *build,
			 const struct rd_cfg_period **periods, uint16_t *count)
{
	struct rd_cfg_period *rows;
	uint16_t n = 0;

	rows = rd_arena_alloc(&build->arena, 2 * (size_t)*count, sizeof(*rows));
	if (!rows)
		return false;
	for (uint16_t i = 0; i < *count; i++) {
		struct rd_cfg_period row = (*periods)[i];
		uint8_t days = row.weekdays;
		uint16_t until = row.to_min;

		if (row.from_min < row.to_min) {
			rows[n++] = row;
			continue;
		}
		row.to_min = 24 * 60;
		rows[n++] = row;
		row.weekdays = (uint8_t)((days << 1 | days >> 6) & 0x7f);
		row.from_min = 0;
		row.to_min = until;
		if (until)
			rows[n++] = row;
	}
	*periods = rows;
	*count = n;
	return true;
}

static bool resolve_times(struct rd_config_build *build)
{
	const struct rd_config *c = &build->config;

	for (uint16_t i = 0; i < c->ncalendars; i++) {
		struct rd_cfg_calendar *cal = mine(&c->calendars[i]);
		struct rd_cfg_part *parts = mine(cal->parts);

		if (!split_nights(build, &cal->periods, &cal->nperiods))
			return false;
		for (uint16_t k = 0; k < cal->nparts; k++)
			if (!split_nights(build, &parts[k].periods,
					  &parts[k].nperiods))
				return false;
	}
	for (uint16_t i = 0; i < c->nduties; i++) {
		struct rd_cfg_duty_row *rows = mine(c->duties[i].rows);

		for (uint16_t k = 0; k < c->duties[i].nrows; k++)
			if (!split_nights(build, &rows[k].periods,
					  &rows[k].nperiods))
				return false;
	}
	return true;
}

/* A tree has one group of ports at most. */
static void check_ports(const struct rd_config *c, struct rd_diag *diag)
{
	for (uint16_t i = 0; i < c->nports; i++) {
		const struct rd_cfg_ports *p = &c->ports[i];

		for (uint16_t t = 0; t < p->ntrees; t++) {
			uint16_t other = rd_cfg_ports_of(c, p->trees[t]);

			if (other < i && p->trees[t] != RD_INDEX_NONE)
				rd_diag_error(diag, p->place,
					      "ports \"%s\": a tree of "
					      "theirs has ports \"%s\" "
					      "already",
					      p->name, c->ports[other].name);
		}
	}
}

uint16_t rd_cfg_ports_of(const struct rd_config *config, uint16_t tree)
{
	for (uint16_t i = 0; i < config->nports; i++)
		for (uint16_t t = 0; t < config->ports[i].ntrees; t++)
			if (config->ports[i].trees[t] == tree)
				return i;
	return RD_INDEX_NONE;
}

static bool resolve_trees(struct rd_config_build *build)
{
	const struct rd_scope *names = &build->scopes[RD_SCOPE_TREE];
	struct rd_cfg_tree *trees;

	trees = rd_arena_alloc(&build->arena, names->n, sizeof(*trees));
	if (!trees)
		return false;
	for (uint16_t i = 0; i < names->n; i++) {
		trees[i].name = names->names[i];
		trees[i].root = build->tree_roots[i];
		trees[i].version = build->tree_versions[i];
	}
	build->config.tree_texts = trees;
	build->config.ntrees = names->n;
	return true;
}

static void check_pattern(struct rd_config_build *build, struct rd_diag *diag)
{
	const char *pattern = build->config.recording.pattern;
	const struct rd_yaml *node = rd_yaml_get(build->root, "recording");
	struct rd_place place;
	bool good = pattern[0] != '/' && !strstr(pattern, "..");
	bool has_id = false;

	for (const char *c = pattern; *c; c++) {
		if (*c != '%')
			continue;
		c++;
		good &= *c && strchr("YmdHMSi%", *c);
		has_id |= *c == 'i';
		if (!*c)
			break;
	}
	if (good && has_id)
		return;
	place = node ? rd_yaml_place(node, "pattern") : build->root->place;
	rd_diag_error(diag, place,
		      "key \"pattern\": found \"%s\", expected a relative name "
		      "of %%Y %%m %%d %%H %%M %%S and, in any case, %%i",
		      pattern);
}

static void resolve_figures(struct rd_config *c)
{
	if (!c->timezone)
		c->timezone = c->ncalendars ? c->calendars[0].timezone : "UTC";
}

bool rd_config_resolve(struct rd_config_build *build, struct rd_config_raw *raw,
		       struct rd_diag *diag)
{
	struct rd_config *c = &build->config;

	c->period_frames *= RD_FRAMES_PER_MS; /* the table reads ms */
	resolve_languages(build, raw);
	resolve_figures(c);
	check_country(build, diag);
	check_cards(c, diag);
	check_spans(c, diag);
	check_groups(build, diag);
	resolve_routes(c, diag);
	resolve_queues(build, diag);
	check_pattern(build, diag);
	check_ports(c, diag);
	return resolve_times(build) && resolve_prompts(build) &&
	       resolve_agents(build, diag) && check_blacklist(build, diag) &&
	       resolve_trees(build);
}

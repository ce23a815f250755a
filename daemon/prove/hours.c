// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calendars, and rows of choose that ask only for the time.
 *
 * A lunch break is no fault, and a special day before ordinary hours is none:
 * a gap counts if it is a matter of minutes; rows overlap if they ask the same
 * kind of question, both hold at some instant, and each holds without the other
 * at another.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"

#define DAY_MIN	 1440
#define WEEK_MIN (7 * DAY_MIN)
#define GAP_MIN	 15 /* and less is a slip of the pen */

static const char *const day_names[] = { "Mon", "Tue", "Wed", "Thu",
					 "Fri", "Sat", "Sun" };

/* ---- calendars ---------------------------------------------------------------------- */

/* Hours of a week, of whatever. */
struct week {
	const struct rd_cfg_period *at;
	uint16_t n;
	const char *what, *name; /* "calendar", "office" */
	struct rd_place place;
};

static bool is_open(const struct week *w, int minute_of_week)
{
	int day = minute_of_week / DAY_MIN, minute = minute_of_week % DAY_MIN;

	for (uint16_t i = 0; i < w->n; i++)
		if (w->at[i].weekdays >> day & 1 &&
		    minute >= w->at[i].from_min && minute < w->at[i].to_min)
			return true;
	return false;
}

/* The period that begins at that minute, for its place. */
static struct rd_place begins_at(const struct week *w, int minute)
{
	for (uint16_t i = 0; i < w->n; i++)
		if (w->at[i].weekdays >> (minute / DAY_MIN) & 1 &&
		    w->at[i].from_min == minute % DAY_MIN)
			return w->at[i].place;
	return w->place;
}

static void find_gaps(struct prove *p, const struct week *w)
{
	for (int from = 0; from < WEEK_MIN; from++) {
		int len = 0, to;

		if (is_open(w, from) ||
		    !is_open(w, (from + WEEK_MIN - 1) % WEEK_MIN))
			continue;
		while (len <= GAP_MIN && !is_open(w, (from + len) % WEEK_MIN))
			len++;
		if (len > GAP_MIN)
			continue;
		to = (from + len) % WEEK_MIN;
		rd_prove_find(
			p, RD_FIND_GAP, begins_at(w, to), NONE, STATE_NONE,
			"%s %s: a gap of %d minute%s, %s %02d:%02d to "
			"%02d:%02d, between two times; an end is exclusive, "
			"so write 12:00 and 12:00",
			w->what, w->name, len, len == 1 ? "" : "s",
			day_names[from / DAY_MIN], from % DAY_MIN / 60,
			from % 60, to % DAY_MIN / 60, to % 60);
	}
}

static void find_twice(struct prove *p, const struct week *w)
{
	for (uint16_t i = 0; i < w->n; i++)
		for (uint16_t k = 0; k < i; k++) {
			const struct rd_cfg_period *a = &w->at[k];
			const struct rd_cfg_period *b = &w->at[i];
			unsigned days = a->weekdays & b->weekdays, day = 0;
			uint16_t from = a->from_min > b->from_min ? a->from_min
								  : b->from_min;
			uint16_t to =
				a->to_min < b->to_min ? a->to_min : b->to_min;

			if (!days || from >= to)
				continue;
			while (!(days >> day & 1))
				day++;
			rd_prove_find(
				p, RD_FIND_OVERLAP, b->place, NONE, STATE_NONE,
				"%s %s: %s %02d:%02d to %02d:%02d stands "
				"twice, here and in line %d",
				w->what, w->name, day_names[day], from / 60,
				from % 60, to / 60, to % 60, a->place.line);
		}
}

static struct week week_of(const struct rd_cfg_calendar *c)
{
	return (struct week){ c->periods, c->nperiods, "calendar", c->name,
			      c->place };
}

/* Parts of the week, and days with hours of their own. */
static void look_at_parts(struct prove *p, const struct rd_cfg_calendar *c)
{
	for (uint16_t i = 0; i < c->nparts; i++) {
		struct week w = { c->parts[i].periods, c->parts[i].nperiods,
				  "period", c->parts[i].name,
				  c->parts[i].place };

		find_gaps(p, &w);
		find_twice(p, &w);
	}
	for (uint16_t i = 0; i < c->nspecials; i++) {
		struct week w = { c->specials[i].periods,
				  c->specials[i].nperiods, "special day of",
				  c->name, c->specials[i].place };

		find_gaps(p, &w);
		find_twice(p, &w);
	}
}

/* Nobody on duty for some minutes; rows for certain days are exceptions. */
static void look_at_duty(struct prove *p, const struct rd_cfg_duty *d)
{
	struct rd_cfg_period *all;
	struct week w = { NULL, 0, "duty", d->name, d->place };
	uint32_t n = 0;

	for (uint16_t i = 0; i < d->nrows; i++)
		n += d->rows[i].nperiods;
	all = calloc(n + 1u, sizeof(*all));
	if (!all) {
		p->err = -ENOMEM;
		return;
	}
	for (uint16_t i = 0; i < d->nrows; i++)
		for (uint16_t k = 0;
		     !d->rows[i].has_days && k < d->rows[i].nperiods; k++)
			all[w.n++] = d->rows[i].periods[k];
	w.at = all;
	find_gaps(p, &w);
	free(all);
}

static void find_overlaps(struct prove *p, const struct rd_cfg_calendar *c)
{
	for (uint16_t i = 0; i < c->nholidays; i++)
		for (uint16_t k = 0; k < i; k++)
			if (c->holidays[i].from_day <= c->holidays[k].to_day &&
			    c->holidays[k].from_day <= c->holidays[i].to_day)
				rd_prove_find(
					p, RD_FIND_OVERLAP,
					c->holidays[i].place, NONE, STATE_NONE,
					"calendar %s: a holiday stands "
					"twice, here and in line %d",
					c->name, c->holidays[k].place.line);
}

/* Special days: those that are over, while others are to come. */
static void find_past_specials(struct prove *p, const struct rd_cfg_calendar *c,
			       int64_t today)
{
	for (uint16_t i = 0; i < c->nspecials; i++) {
		int y, m, d;

		if (c->specials[i].days.to_day >= today)
			continue;
		rd_date_from_day(c->specials[i].days.to_day, &y, &m, &d);
		rd_prove_find(p, RD_FIND_OLD_HOLIDAY, c->specials[i].place,
			      NONE, STATE_NONE,
			      "calendar %s: a special day that was over on "
			      "%04d-%02d-%02d",
			      c->name, y, m, d);
	}
}

static void find_past(struct prove *p, const struct rd_cfg_calendar *c)
{
	struct rd_zone zone = { 0 };
	struct rd_local today;
	uint16_t past = 0;

	rd_zone_parse(c->timezone, &zone, NULL);
	rd_zone_local(&zone, p->how->now_s, &today);
	find_past_specials(p, c, today.day);
	for (uint16_t i = 0; i < c->nholidays; i++)
		past += c->holidays[i].to_day < today.day;
	for (uint16_t i = 0; i < c->nholidays; i++) {
		int y, m, d;

		if (c->holidays[i].to_day >= today.day)
			continue;
		rd_date_from_day(c->holidays[i].to_day, &y, &m, &d);
		if (past < c->nholidays) {
			rd_prove_find(p, RD_FIND_OLD_HOLIDAY,
				      c->holidays[i].place, NONE, STATE_NONE,
				      "calendar %s: a holiday that was over on "
				      "%04d-%02d-%02d",
				      c->name, y, m, d);
			continue;
		}
		rd_prove_find(p, RD_FIND_HOLIDAY, c->holidays[i].place, NONE,
			      STATE_NONE,
			      "calendar %s: its holidays are all in the past, "
			      "this one since %04d-%02d-%02d",
			      c->name, y, m, d);
	}
}

static bool is_asked(const struct prove *p, const struct rd_cfg_calendar *c)
{
	for (uint16_t i = 0; i < p->natoms; i++)
		if (p->atoms[i].calendar == c)
			return true;
	return false;
}

/* ---- rows that ask for the time ------------------------------------------------------- */

struct hours {
	struct prove *p;
	uint16_t tree, node;
	const struct rd_ivr_choose *choose;
	const struct rd_zone *zone;
};

/* All its conditions are on time. */
static bool is_of_time(const struct hours *h, uint16_t row)
{
	const struct rd_ivr_case *c = &h->choose->cases[row];

	for (uint16_t i = 0; i < c->nconds; i++)
		if (rd_prove_atom(h->p, h->zone, &c->conds[i]) < 0)
			return false;
	return c->nconds > 0;
}

static bool holds(const struct hours *h, uint16_t row, uint16_t moment)
{
	const struct rd_ivr_case *c = &h->choose->cases[row];

	for (uint16_t i = 0; i < c->nconds; i++)
		if (moment_has(&h->p->moments[moment],
			       rd_prove_atom(h->p, h->zone, &c->conds[i])) ==
		    c->conds[i].negate)
			return false;
	return true;
}

/* A caller at the choose at such an instant, or STATE_NONE. */
static uint32_t caller_at(const struct hours *h, uint16_t moment)
{
	for (uint32_t i = 0; i < h->p->still; i++) {
		const struct state *s = &h->p->states[i];

		if (s->tree == h->tree && s->node == h->node &&
		    s->moment == moment)
			return i;
	}
	return STATE_NONE;
}

/* What a row asks, whatever the answer: its kinds of conditions. */
static uint32_t question(const struct rd_ivr_case *c)
{
	uint32_t kinds = 0;

	for (uint16_t i = 0; i < c->nconds; i++) {
		if (c->conds[i].negate || c->conds[i].kind == RD_COND_DATE)
			return 0;
		kinds |= 1u << c->conds[i].kind;
	}
	return kinds;
}

static void compare_rows(const struct hours *h, uint16_t a, uint16_t b)
{
	const struct rd_ivr_case *cases = h->choose->cases;
	uint16_t both = NONE;
	bool only_a = false, only_b = false;
	char when[64];
	uint32_t at;

	if (!question(&cases[a]) || question(&cases[a]) != question(&cases[b]))
		return;
	for (uint16_t m = 0; m < h->p->nmoments; m++) {
		bool in_a = holds(h, a, m), in_b = holds(h, b, m);

		only_a |= in_a && !in_b;
		only_b |= in_b && !in_a;
		if (in_a && in_b &&
		    (both == NONE ||
		     h->p->moments[m].from_s < h->p->moments[both].from_s))
			both = m;
	}
	if (both == NONE || !only_a || !only_b)
		return;
	at = caller_at(h, both);
	rd_instant_words(h->p->moments[both].from_s,
			 h->p->config->ncalendars
				 ? h->p->config->calendars[0].timezone
				 : "UTC",
			 when, sizeof(when));
	rd_prove_find(
		h->p, RD_FIND_OVERLAP, cases[b].place, h->tree, at,
		"choose: row %d and row %d overlap, on %s for one; row %d "
		"is taken then",
		a + 1, b + 1, when, a + 1);
}

/* The row of time that is taken in a stretch, or NONE. */
static uint16_t taken(const struct hours *h, uint32_t stretch)
{
	for (uint16_t r = 0; r < h->choose->n; r++)
		if (is_of_time(h, r) &&
		    holds(h, r, h->p->stretches[stretch].moment))
			return r;
	return NONE;
}

static void find_row_gaps(const struct hours *h)
{
	struct prove *p = h->p;

	for (uint32_t i = 1; i + 1 < p->nstretches; i++) {
		int64_t from = p->stretches[i].from_s;
		uint16_t before, after;
		uint32_t end = i;
		char when[64];

		if (taken(h, i) != NONE)
			continue;
		while (end + 1 < p->nstretches && taken(h, end) == NONE)
			end++;
		before = taken(h, i - 1);
		after = taken(h, end);
		if (before != NONE && after != NONE && before != after &&
		    p->stretches[end].from_s - from <= GAP_MIN * 60) {
			rd_instant_words(
				from,
				p->config->ncalendars
					? p->config->calendars[0].timezone
					: "UTC",
				when, sizeof(when));
			rd_prove_find(
				p, RD_FIND_GAP, h->choose->cases[after].place,
				h->tree, caller_at(h, p->stretches[i].moment),
				"choose: neither row %d nor row %d holds "
				"for %d minutes from %s on",
				before + 1, after + 1,
				(int)((p->stretches[end].from_s - from) / 60),
				when);
			return;
		}
		i = end;
	}
}

static void look_at_choose(struct prove *p, uint16_t tree, uint16_t node)
{
	const struct rd_ivr_program *t = p->config->trees[tree];
	struct hours h = { p, tree, node, &t->nodes[node].u.choose, &t->zone };
	int n = 0;

	for (uint16_t b = 0; b < h.choose->n; b++) {
		if (!is_of_time(&h, b))
			continue;
		n++;
		for (uint16_t a = 0; a < b; a++)
			if (is_of_time(&h, a))
				compare_rows(&h, a, b);
	}
	if (n > 1)
		find_row_gaps(&h);
}

void rd_prove_hours(struct prove *p)
{
	for (uint16_t i = 0; i < p->config->ncalendars; i++) {
		const struct rd_cfg_calendar *c = &p->config->calendars[i];
		struct week w;

		if (p->how->one_tree && !is_asked(p, c))
			continue;
		w = week_of(c);
		find_gaps(p, &w);
		find_twice(p, &w);
		look_at_parts(p, c);
		find_overlaps(p, c);
		find_past(p, c);
	}
	for (uint16_t i = 0; i < p->config->nduties; i++)
		if (!p->how->one_tree || rd_prove_duty_atom(p, i) >= 0)
			look_at_duty(p, &p->config->duties[i]);
	for (uint16_t t = 0; t < p->config->ntrees; t++)
		for (uint16_t i = 0; i < p->config->trees[t]->nnodes; i++)
			if (p->config->trees[t]->nodes[i].kind ==
				    RD_NODE_CHOOSE &&
			    p->nodes && p->nodes[t][i].first != STATE_NONE)
				look_at_choose(p, t, i);
}

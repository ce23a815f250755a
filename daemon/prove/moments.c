// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Classes of instants.
 *
 * What a tree can know of the time are atoms: "calendar office is open", "it is
 * Monday to Friday", each in its zone. Between two instants at which a local
 * clock shows a boundary of an atom, or jumps, no atom changes. So the atoms
 * are asked once for each such stretch of time, with the functions that the
 * interpreter asks, and stretches with the same answers are one class. Nothing
 * is assumed of zones but that they are whole minutes from Greenwich: a gap
 * that exists for one hour in the year, when clocks are put forward, is a class
 * like any other.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/prove/inside.h"
#include "lib/config/calendar.h"

#define DAY_S	      86400
#define HORIZON_DAYS  400
#define AROUND_DAYS   8 /* looked at after a date that is named */
#define DAYS_MAX      20000u
#define ANSWERS_MAX   4000000u /* instants times atoms: seconds of work */
#define LONG_ENOUGH_S 1800     /* a stretch that a call fits into */
#define TABLE_SLOTS   8192u

struct instants {
	int64_t *at;
	uint32_t n, cap;
};

/* ---- atoms ------------------------------------------------------------------- */

static bool is_time_cond(const struct rd_ivr_cond *cond)
{
	return cond->kind == RD_COND_CALENDAR || cond->kind == RD_COND_PART ||
	       cond->kind == RD_COND_TIME || cond->kind == RD_COND_DAYS ||
	       cond->kind == RD_COND_DATE;
}

static const struct rd_cfg_part *part_of(const struct rd_config *config,
					 const struct rd_ivr_cond *cond)
{
	return &config->calendars[cond->ref].parts[cond->from];
}

static bool is_atom(const struct atom *a, const struct rd_config *config,
		    const struct rd_zone *zone, const struct rd_ivr_cond *cond)
{
	if (cond->kind == RD_COND_CALENDAR)
		return !a->part && a->calendar == &config->calendars[cond->ref];
	if (cond->kind == RD_COND_PART)
		return a->part && a->part == part_of(config, cond);
	return a->cond && a->cond->kind == cond->kind &&
	       a->cond->from == cond->from && a->cond->to == cond->to &&
	       !memcmp(a->zone, zone, sizeof(*zone));
}

int rd_prove_atom(const struct prove *p, const struct rd_zone *zone,
		  const struct rd_ivr_cond *cond)
{
	if (!is_time_cond(cond))
		return -1;
	for (uint16_t i = 0; i < p->natoms; i++)
		if (is_atom(&p->atoms[i], p->config, zone, cond))
			return i;
	return -1;
}

static void add_atom(struct prove *p, const struct rd_zone *zone,
		     const struct rd_ivr_cond *cond)
{
	struct atom *a = &p->atoms[p->natoms];

	if (!is_time_cond(cond) || rd_prove_atom(p, zone, cond) >= 0)
		return;
	if (p->natoms == ATOMS_MAX) {
		rd_prove_full(p, "too many conditions on time");
		return;
	}
	p->natoms++;
	if (cond->kind == RD_COND_CALENDAR || cond->kind == RD_COND_PART) {
		a->calendar = &p->config->calendars[cond->ref];
		if (cond->kind == RD_COND_PART)
			a->part = part_of(p->config, cond);
		return;
	}
	a->cond = cond;
	a->zone = zone;
}

int rd_prove_duty_atom(const struct prove *p, uint16_t duty)
{
	for (uint16_t i = 0; i < p->natoms; i++)
		if (p->atoms[i].duty == &p->config->duties[duty])
			return i;
	return -1;
}

int rd_prove_calendar_atom(const struct prove *p, uint16_t calendar)
{
	for (uint16_t i = 0; i < p->natoms; i++)
		if (p->atoms[i].calendar == &p->config->calendars[calendar] &&
		    !p->atoms[i].part)
			return i;
	return -1;
}

/* The hours of a queue. */
static void add_hours(struct prove *p, uint16_t calendar)
{
	if (calendar >= p->config->ncalendars ||
	    rd_prove_calendar_atom(p, calendar) >= 0)
		return;
	if (p->natoms == ATOMS_MAX)
		rd_prove_full(p, "too many conditions on time");
	else
		p->atoms[p->natoms++].calendar =
			&p->config->calendars[calendar];
}

static void add_duty(struct prove *p, uint16_t duty)
{
	if (duty >= p->config->nduties || rd_prove_duty_atom(p, duty) >= 0)
		return;
	if (p->natoms == ATOMS_MAX)
		rd_prove_full(p, "too many conditions on time");
	else
		p->atoms[p->natoms++].duty = &p->config->duties[duty];
}

static void find_atoms(struct prove *p)
{
	for (uint16_t q = 0; q < p->config->nqueues; q++)
		add_hours(p, p->config->queues[q].hours);
	for (uint16_t t = 0; t < p->config->ntrees; t++) {
		const struct rd_ivr_program *tree = p->config->trees[t];

		for (uint16_t i = 0; i < tree->nnodes; i++) {
			const struct rd_ivr_choose *choose =
				&tree->nodes[i].u.choose;

			if (tree->nodes[i].kind == RD_NODE_DIAL)
				add_duty(p, tree->nodes[i].u.dial.duty);
			if (tree->nodes[i].kind != RD_NODE_CHOOSE)
				continue;
			for (uint16_t r = 0; r < choose->n; r++)
				for (uint16_t k = 0;
				     k < choose->cases[r].nconds; k++)
					add_atom(p, &tree->zone,
						 &choose->cases[r].conds[k]);
		}
	}
}

/* ---- when something may change ------------------------------------------------- */

static int64_t offset_s(const struct rd_zone *zone, int64_t unix_s)
{
	struct rd_local now;

	rd_zone_local(zone, unix_s, &now);
	return now.day * DAY_S + now.minute * 60 - unix_s / 60 * 60;
}

static void add_instant(struct prove *p, struct instants *all, int64_t at)
{
	if (at <= p->how->now_s)
		return;
	if ((uint64_t)all->n * (p->natoms + 1u) > ANSWERS_MAX)
		rd_prove_full(p, "too many boundaries of time");
	else if (rd_prove_grow(p, &all->at, all->n, &all->cap,
			       sizeof(*all->at)))
		all->at[all->n++] = at;
}

/* A minute of the local day, each day, whatever the clock is set to. */
static void add_minutes(struct prove *p, struct instants *all,
			const struct rd_zone *zone, const struct instants *days,
			const uint16_t *minutes, uint32_t n)
{
	for (uint32_t d = 0; d < days->n && !p->full; d++) {
		int64_t day = days->at[d];
		int64_t noon = day * DAY_S + DAY_S / 2;
		int64_t before = noon - DAY_S, after = noon;

		for (uint32_t i = 0; i < n; i++) {
			int64_t local = day * DAY_S + minutes[i] * 60;

			add_instant(p, all, local - zone->offset_min * 60);
			if (zone->has_summer)
				add_instant(p, all,
					    local - zone->summer_min * 60);
		}
		if (!zone->has_summer ||
		    offset_s(zone, before) == offset_s(zone, after))
			continue;
		while (after - before > 60) {
			int64_t half = (before + after) / 120 * 60;

			if (offset_s(zone, half) == offset_s(zone, after))
				after = half;
			else
				before = half;
		}
		add_instant(p, all, after);
	}
}

struct minutes { /* of the day, at which something begins or ends */
	uint16_t at[2 * DAY_S / 60];
	uint32_t n;
};

static void add_periods(struct minutes *m, const struct rd_cfg_period *periods,
			uint16_t n)
{
	for (uint16_t i = 0; i < n; i++) {
		if (m->n + 2 > sizeof(m->at) / sizeof(*m->at))
			return; /* more than there are minutes */
		m->at[m->n++] = periods[i].from_min;
		m->at[m->n++] = periods[i].to_min;
	}
}

static const char *minutes_of(const struct atom *a, struct minutes *m)
{
	const struct rd_cfg_calendar *c = a->calendar;

	if (a->part) {
		add_periods(m, a->part->periods, a->part->nperiods);
		return c->timezone;
	}
	if (a->duty) {
		for (uint16_t i = 0; i < a->duty->nrows; i++)
			add_periods(m, a->duty->rows[i].periods,
				    a->duty->rows[i].nperiods);
		return a->duty->timezone;
	}
	add_periods(m, c->periods, c->nperiods);
	for (uint16_t i = 0; i < c->nspecials; i++)
		add_periods(m, c->specials[i].periods, c->specials[i].nperiods);
	return c->timezone;
}

/* The boundaries of all atoms of one zone, each minute once. */
struct clock_face {
	struct rd_zone zone;
	bool marked[DAY_S / 60 + 1];
};

static struct clock_face *face_of(struct prove *p, struct clock_face **faces,
				  uint32_t *n, const struct rd_zone *zone)
{
	struct clock_face *more;

	for (uint32_t i = 0; i < *n; i++)
		if (!memcmp(&(*faces)[i].zone, zone, sizeof(*zone)))
			return &(*faces)[i];
	more = realloc(*faces, (*n + 1) * sizeof(**faces));
	if (!more) {
		p->err = -ENOMEM;
		return NULL;
	}
	*faces = more;
	memset(&more[*n], 0, sizeof(*more));
	more[*n].zone = *zone;
	more[*n].marked[0] = true; /* midnight */
	return &more[(*n)++];
}

static void mark_boundaries(struct prove *p, struct clock_face **faces,
			    uint32_t *n, const struct atom *a)
{
	struct minutes *m = calloc(1, sizeof(*m));
	struct clock_face *face;
	struct rd_zone zone = { 0 };

	if (!m) {
		p->err = -ENOMEM;
		return;
	}
	if (!a->cond) {
		rd_zone_parse(minutes_of(a, m), &zone, NULL);
	} else {
		zone = *a->zone;
		if (a->cond->kind == RD_COND_TIME) {
			m->at[m->n++] = (uint16_t)a->cond->from;
			m->at[m->n++] = (uint16_t)a->cond->to;
		}
	}
	face = face_of(p, faces, n, &zone);
	for (uint32_t i = 0; face && i < m->n; i++)
		face->marked[m->at[i]] = true;
	free(m);
}

static void add_boundaries(struct prove *p, struct instants *all,
			   const struct instants *days)
{
	struct clock_face *faces = NULL;
	uint32_t n = 0;

	for (uint16_t i = 0; i < p->natoms; i++)
		mark_boundaries(p, &faces, &n, &p->atoms[i]);
	for (uint32_t i = 0; i < n && !p->err; i++) {
		uint16_t minutes[DAY_S / 60 + 1];
		uint32_t k = 0;

		for (uint16_t at = 0; at <= DAY_S / 60; at++)
			if (faces[i].marked[at])
				minutes[k++] = at;
		add_minutes(p, all, &faces[i].zone, days, minutes, k);
	}
	free(faces);
}

static int compare_instants(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void add_days(struct prove *p, struct instants *days, int64_t from,
		     int64_t to)
{
	int64_t today = p->how->now_s / DAY_S - 1;

	for (int64_t day = from < today ? today : from; day <= to; day++) {
		if (days->n == DAYS_MAX)
			rd_prove_full(p, "too many days are named");
		else if (rd_prove_grow(p, &days->at, days->n, &days->cap,
				       sizeof(*days->at)))
			days->at[days->n++] = day;
		if (p->full || p->err)
			return;
	}
}

/* A date that is named, and what comes after it. */
static void add_named(struct prove *p, struct instants *days, int64_t from,
		      int64_t to)
{
	add_days(p, days, from - 1, from + AROUND_DAYS);
	add_days(p, days, to - 1, to + AROUND_DAYS);
}

/* A year and more from now; and every date that is named. In order, once. */
static void find_days(struct prove *p, struct instants *days)
{
	int64_t today = p->how->now_s / DAY_S;
	uint32_t kept = 0;

	add_days(p, days, today - 1, today + HORIZON_DAYS);
	for (uint16_t i = 0; i < p->natoms; i++) {
		const struct rd_cfg_calendar *c = p->atoms[i].calendar;
		const struct rd_ivr_cond *cond = p->atoms[i].cond;

		for (uint16_t k = 0; c && k < c->nholidays; k++)
			add_named(p, days, c->holidays[k].from_day,
				  c->holidays[k].to_day);
		for (uint16_t k = 0; c && k < c->nspecials; k++)
			add_named(p, days, c->specials[k].days.from_day,
				  c->specials[k].days.to_day);
		if (cond && cond->kind == RD_COND_DATE)
			add_named(p, days, cond->from, cond->to);
	}
	if (days->n)
		qsort(days->at, days->n, sizeof(*days->at), compare_instants);
	for (uint32_t i = 0; i < days->n; i++)
		if (!i || days->at[i] != days->at[i - 1])
			days->at[kept++] = days->at[i];
	days->n = kept;
}

/* ---- classes ------------------------------------------------------------------- */

static bool holds(const struct atom *a, int64_t unix_s)
{
	if (a->part)
		return rd_calendar_in_part(
			a->calendar, (uint16_t)(a->part - a->calendar->parts),
			unix_s);
	if (a->duty)
		return rd_duty_row(a->duty, unix_s) != NULL;
	return a->calendar ? rd_calendar_is_open(a->calendar, unix_s)
			   : rd_ivr_in_time(a->zone, a->cond, unix_s);
}

static uint32_t hash(const uint64_t *bits)
{
	uint64_t h = 0;

	for (int i = 0; i < ATOMS_MAX / 64; i++)
		h = (h ^ bits[i]) * 0x9e3779b97f4a7c15u;
	return (uint32_t)(h >> 40);
}

/* The class with these answers, made if there is none; NONE: too many. */
static uint16_t class_of(struct prove *p, uint16_t *table, const uint64_t *bits)
{
	uint32_t slot = hash(bits) % TABLE_SLOTS;

	for (; table[slot]; slot = (slot + 1) % TABLE_SLOTS) {
		const struct moment *m = &p->moments[table[slot] - 1];

		if (!memcmp(m->bits, bits, sizeof(m->bits)))
			return (uint16_t)(table[slot] - 1);
	}
	if (p->nmoments == MOMENTS_MAX) {
		rd_prove_full(p, "too many kinds of days and hours");
		return NONE;
	}
	memcpy(p->moments[p->nmoments].bits, bits, sizeof(p->moments[0].bits));
	table[slot] = ++p->nmoments;
	return (uint16_t)(p->nmoments - 1);
}

static void follows(struct prove *p, uint16_t before, uint16_t after)
{
	struct moment *m = &p->moments[before];
	uint32_t cap = m->capafter;

	for (uint16_t i = 0; i < m->nafter; i++)
		if (m->after[i] == after)
			return;
	if (!rd_prove_grow(p, &m->after, m->nafter, &cap, sizeof(*m->after)))
		return;
	m->capafter = (uint16_t)cap;
	m->after[m->nafter++] = after;
}

/* The first stretch that a call fits into, else the longest. */
static void keep_stretch(struct moment *m, int64_t from_s, int64_t to_s)
{
	int64_t length = m->to_s - m->from_s;

	if (length >= LONG_ENOUGH_S || to_s - from_s <= length)
		return;
	m->from_s = from_s;
	m->to_s = to_s;
}

static void add_stretch(struct prove *p, uint16_t *table, int64_t from_s)
{
	uint64_t bits[ATOMS_MAX / 64] = { 0 };
	uint32_t n = p->nstretches;
	uint16_t class;

	for (uint16_t i = 0; i < p->natoms; i++)
		if (holds(&p->atoms[i], from_s))
			bits[i / 64] |= 1ull << (i % 64);
	class = class_of(p, table, bits);
	if (class == NONE || (n && p->stretches[n - 1].moment == class))
		return;
	if (!rd_prove_grow(p, &p->stretches, n, &p->capstretches,
			   sizeof(*p->stretches)))
		return;
	p->stretches[n] = (struct stretch){ from_s, class };
	p->nstretches++;
	if (!n)
		return;
	keep_stretch(&p->moments[p->stretches[n - 1].moment],
		     p->stretches[n - 1].from_s, from_s);
	follows(p, p->stretches[n - 1].moment, class);
}

void rd_prove_moments(struct prove *p)
{
	uint16_t *table = calloc(TABLE_SLOTS, sizeof(*table));
	struct instants all = { 0 }, days = { 0 };
	int64_t now = p->how->now_s;

	p->moments = calloc(MOMENTS_MAX, sizeof(*p->moments));
	if (!table || !p->moments) {
		p->err = -ENOMEM;
		goto out;
	}
	find_atoms(p);
	find_days(p, &days);
	add_boundaries(p, &all, &days);
	if (all.n)
		qsort(all.at, all.n, sizeof(*all.at), compare_instants);
	add_stretch(p, table, now);
	for (uint32_t i = 0; i < all.n && !p->err; i++)
		if (all.at[i] > now && (!i || all.at[i] != all.at[i - 1]))
			add_stretch(p, table, all.at[i]);
	if (p->nstretches) {
		const struct stretch *s = &p->stretches[p->nstretches - 1];

		keep_stretch(&p->moments[s->moment], s->from_s,
			     s->from_s + DAY_S);
	}
out:
	free(days.at);
	free(all.at);
	free(table);
}

void rd_prove_moments_free(struct prove *p)
{
	for (uint16_t i = 0; p->moments && i < p->nmoments; i++)
		free(p->moments[i].after);
	free(p->moments);
	free(p->stretches);
}

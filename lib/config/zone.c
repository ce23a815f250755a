// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time zones as rules; see zone.h.
 *
 * A zone with summer time has two instants a year at which the offset changes;
 * each is given in the local time that holds just before it. Summer lies
 * between them, or outside them south of the equator.
 */
#include "lib/config/zone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/diag.h"
#include "lib/config/config.h"

#define DAY_MIN	 1440
#define ZONES	 (sizeof(zones) / sizeof(*zones))
#define EU_WEST	 "GMT0BST,M3.5.0/1,M10.5.0"
#define EU_MID	 "CET-1CEST,M3.5.0,M10.5.0/3"
#define EU_EAST	 "EET-2EEST,M3.5.0/3,M10.5.0/4"
#define US_RULES ",M3.2.0,M11.1.0"

/* clang-format off */
static const struct {
	const char *name, *rule;
} zones[] = {
	{ "UTC",                  "UTC0" },
	{ "GMT",                  "GMT0" },
	{ "Asia/Shanghai",        "CST-8" },
	{ "Asia/Chongqing",       "CST-8" },
	{ "Asia/Urumqi",          "XST-6" },
	{ "Asia/Hong_Kong",       "HKT-8" },
	{ "Asia/Macau",           "CST-8" },
	{ "Asia/Taipei",          "CST-8" },
	{ "Asia/Singapore",       "SGT-8" },
	{ "Asia/Kuala_Lumpur",    "MYT-8" },
	{ "Asia/Manila",          "PST-8" },
	{ "Asia/Tokyo",           "JST-9" },
	{ "Asia/Seoul",           "KST-9" },
	{ "Asia/Bangkok",         "ICT-7" },
	{ "Asia/Ho_Chi_Minh",     "ICT-7" },
	{ "Asia/Jakarta",         "WIB-7" },
	{ "Asia/Kolkata",         "IST-5:30" },
	{ "Asia/Dubai",           "GST-4" },
	{ "Australia/Sydney",     "AEST-10AEDT,M10.1.0,M4.1.0/3" },
	{ "Australia/Melbourne",  "AEST-10AEDT,M10.1.0,M4.1.0/3" },
	{ "Australia/Brisbane",   "AEST-10" },
	{ "Australia/Perth",      "AWST-8" },
	{ "Pacific/Auckland",     "NZST-12NZDT,M9.5.0,M4.1.0/3" },
	{ "Europe/London",        EU_WEST },
	{ "Europe/Dublin",        "GMT0IST,M3.5.0/1,M10.5.0" },
	{ "Europe/Lisbon",        "WET0WEST,M3.5.0/1,M10.5.0" },
	{ "Europe/Berlin",        EU_MID },
	{ "Europe/Paris",         EU_MID },
	{ "Europe/Madrid",        EU_MID },
	{ "Europe/Rome",          EU_MID },
	{ "Europe/Vienna",        EU_MID },
	{ "Europe/Zurich",        EU_MID },
	{ "Europe/Amsterdam",     EU_MID },
	{ "Europe/Brussels",      EU_MID },
	{ "Europe/Copenhagen",    EU_MID },
	{ "Europe/Stockholm",     EU_MID },
	{ "Europe/Oslo",          EU_MID },
	{ "Europe/Prague",        EU_MID },
	{ "Europe/Warsaw",        EU_MID },
	{ "Europe/Budapest",      EU_MID },
	{ "Europe/Athens",        EU_EAST },
	{ "Europe/Helsinki",      EU_EAST },
	{ "Europe/Bucharest",     EU_EAST },
	{ "Europe/Kyiv",          EU_EAST },
	{ "Europe/Istanbul",      "TRT-3" },
	{ "Europe/Moscow",        "MSK-3" },
	{ "America/New_York",     "EST5EDT" US_RULES },
	{ "America/Toronto",      "EST5EDT" US_RULES },
	{ "America/Chicago",      "CST6CDT" US_RULES },
	{ "America/Denver",       "MST7MDT" US_RULES },
	{ "America/Phoenix",      "MST7" },
	{ "America/Los_Angeles",  "PST8PDT" US_RULES },
	{ "America/Vancouver",    "PST8PDT" US_RULES },
	{ "America/Sao_Paulo",    "BRT3" },
	{ "Africa/Johannesburg",  "SAST-2" },
	{ "Africa/Nairobi",       "EAT-3" },
	{ "Africa/Lagos",         "WAT-1" },
};
/* clang-format on */

/* ---- the form of POSIX (XBD 8.3, TZ) --------------------------------------- */

static bool skip_name(const char **s)
{
	const char *p = *s;

	if (*p == '<') { /* "<+0530>" */
		p = strchr(p, '>');
		if (!p++)
			return false;
	} else {
		while ((*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z'))
			p++;
	}
	if (p - *s < 3)
		return false;
	*s = p;
	return true;
}

static bool number(const char **s, int min, int max, int *out)
{
	const char *p = *s;
	int n = 0;

	while (*p >= '0' && *p <= '9' && p - *s < 4)
		n = n * 10 + (*p++ - '0');
	if (p == *s || n < min || n > max)
		return false;
	*s = p;
	*out = n;
	return true;
}

/* [+-]hh[:mm] in minutes */
static bool clock_time(const char **s, int *out)
{
	int sign = **s == '-' ? -1 : 1, hours, minutes = 0;

	if (**s == '-' || **s == '+')
		(*s)++;
	if (!number(s, 0, 167, &hours))
		return false;
	if (**s == ':') {
		(*s)++;
		if (!number(s, 0, 59, &minutes))
			return false;
	}
	*out = sign * (hours * 60 + minutes);
	return true;
}

/* ,Mm.w.d[/time] */
static bool change(const char **s, struct rd_zone_change *out)
{
	int month, week, weekday, at_min = 120;

	if (strncmp(*s, ",M", 2))
		return false;
	*s += 2;
	if (!number(s, 1, 12, &month) || *(*s)++ != '.' ||
	    !number(s, 1, 5, &week) || *(*s)++ != '.' ||
	    !number(s, 0, 6, &weekday))
		return false;
	if (**s == '/') {
		(*s)++;
		if (!clock_time(s, &at_min))
			return false;
	}
	*out = (struct rd_zone_change){ (uint8_t)month, (uint8_t)week,
					(uint8_t)weekday, at_min };
	return true;
}

static int parse_rule(const char *s, struct rd_zone *out)
{
	struct rd_zone z = { 0 };
	int west;

	if (!skip_name(&s) || !clock_time(&s, &west) || abs(west) > 24 * 60)
		return -EINVAL;
	z.offset_min = -west;
	if (*s) {
		z.has_summer = true;
		z.summer_min = z.offset_min + 60;
		if (!skip_name(&s))
			return -EINVAL;
		if (*s && *s != ',') {
			if (!clock_time(&s, &west) || abs(west) > 24 * 60)
				return -EINVAL;
			z.summer_min = -west;
		}
		if (!change(&s, &z.to_summer) || !change(&s, &z.to_standard) ||
		    *s)
			return -EINVAL;
	}
	*out = z;
	return 0;
}

int rd_zone_parse(const char *name, struct rd_zone *out, const char **nearest)
{
	const char *names[ZONES];

	for (size_t i = 0; i < ZONES; i++) {
		names[i] = zones[i].name;
		if (!strcmp(names[i], name))
			return parse_rule(zones[i].rule, out);
	}
	if (!parse_rule(name, out))
		return 0;
	if (nearest)
		*nearest = rd_diag_nearest(name, names, ZONES);
	return -EINVAL;
}

/* ---- days ------------------------------------------------------------------ */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Years begin in March here, so that the leap day is the last of its year. */
int64_t rd_day_from_date(int year, int month, int mday)
{
	int64_t y = year - (month <= 2), era = floor_div(y, 400);
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * ((month + 9) % 12) + 2) / 5 + mday - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

void rd_date_from_day(int64_t day, int *year, int *month, int *mday)
{
	int64_t z = day + 719468, era = floor_div(z, 146097);
	int64_t of_era = z - era * 146097;
	int64_t y =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * of_year + 2) / 153;

	*mday = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int)(y + era * 400 + (*month <= 2));
}

/* 0 Monday; day 0 was a Thursday. */
static int weekday_of(int64_t day)
{
	return (int)((day + 3) - floor_div(day + 3, 7) * 7);
}

/* ---- local time ------------------------------------------------------------- */

/* Minutes since the epoch, of the local clock before it changes. */
static int64_t change_in(int year, const struct rd_zone_change *c)
{
	int64_t first = rd_day_from_date(year, c->month, 1);
	int64_t next =
		rd_day_from_date(year + c->month / 12, c->month % 12 + 1, 1);
	int wanted = (c->weekday + 6) % 7;
	int64_t day = first + (wanted - weekday_of(first) + 7) % 7 +
		      7 * (c->week - 1);

	while (day >= next)
		day -= 7;
	return day * DAY_MIN + c->at_min;
}

static bool is_summer(const struct rd_zone *z, int64_t minute)
{
	int year, month, mday;
	int64_t summer, standard;

	rd_date_from_day(floor_div(minute + z->offset_min, DAY_MIN), &year,
			 &month, &mday);
	summer = change_in(year, &z->to_summer) - z->offset_min;
	standard = change_in(year, &z->to_standard) - z->summer_min;
	if (summer < standard)
		return minute >= summer && minute < standard;
	return minute >= summer || minute < standard;
}

void rd_zone_local(const struct rd_zone *zone, int64_t unix_s,
		   struct rd_local *out)
{
	int64_t minute = floor_div(unix_s, 60);

	minute += zone->has_summer && is_summer(zone, minute)
			  ? zone->summer_min
			  : zone->offset_min;
	out->day = floor_div(minute, DAY_MIN);
	out->minute = (int)(minute - out->day * DAY_MIN);
	out->weekday = weekday_of(out->day);
	rd_date_from_day(out->day, &out->year, &out->month, &out->mday);
}

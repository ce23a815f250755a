/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time zones without the C library's global state and without files.
 *
 * WHAT. Local day, weekday and minute of a Unix time in a named zone, as
 * conditions of trees and calendars ask for it.
 *
 * HOW. A zone is a rule in POSIX TZ form ("CST-8", "CET-1CEST,M3.5.0,
 * M10.5.0/3"); a table gives the rules of the common names of the IANA
 * database as they stand now. So a journal replays to the same answers on any
 * machine, whatever its /usr/share/zoneinfo holds; and past rules (before they
 * were changed) are not known, which a call centre does not ask for.
 *
 * LIMITS. Mm.w.d rules only (no Julian days), offsets whole minutes.
 *
 * Context: any; pure functions.
 */
#ifndef RD_CONFIG_ZONE_H
#define RD_CONFIG_ZONE_H

#include <stdbool.h>
#include <stdint.h>

struct rd_zone_change {		/* e.g. last Sunday of March at 2:00 */
	uint8_t month;		/* 1-12 */
	uint8_t week;		/* 1-5, 5 = last */
	uint8_t weekday;	/* 0 Sunday, as POSIX has it */
	int32_t at_min;		/* of the local day */
};

struct rd_zone {
	int32_t offset_min;	/* east of Greenwich, standard time */
	int32_t summer_min;	/* east of Greenwich, summer time */
	bool has_summer;
	struct rd_zone_change to_summer, to_standard;
};

/* A local time. */
struct rd_local {
	int64_t day;		/* days since 1970-01-01 */
	int year, month, mday;	/* month 1-12, mday 1-31 */
	int weekday;		/* 0 Monday .. 6 Sunday */
	int minute;		/* of the day, 0-1439 */
};

/*
 * name: of the table ("Asia/Shanghai", "UTC"), or a rule. 0; -EINVAL: neither,
 * and *nearest (unless NULL) is the name probably meant, or NULL.
 */
int rd_zone_parse(const char *name, struct rd_zone *out, const char **nearest);

/* Local time of a Unix time in seconds. */
void rd_zone_local(const struct rd_zone *zone, int64_t unix_s,
		   struct rd_local *out);

/* Days since 1970-01-01 of a date of the Gregorian calendar, and back. */
int64_t rd_day_from_date(int year, int month, int mday);
void rd_date_from_day(int64_t day, int *year, int *month, int *mday);

#endif

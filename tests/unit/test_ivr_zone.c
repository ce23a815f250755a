// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time zones against the C library's, and calendars.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "lib/base/rng.h"
#include "lib/config/config.h"
#include "lib/config/calendar.h"

static const char *const rules[] = {
	"CST-8",
	"UTC0",
	"CET-1CEST,M3.5.0,M10.5.0/3",
	"IST-5:30",
	"EST5EDT,M3.2.0,M11.1.0",
	"AEST-10AEDT,M10.1.0,M4.1.0/3",
};

/* The same rule, judged by glibc. */
static void same_as_libc(const struct rd_zone *z, const char *rule, int64_t s)
{
	struct rd_local now;
	time_t t = s;
	struct tm tm;

	localtime_r(&t, &tm);
	rd_zone_local(z, s, &now);
	cr_assert(now.year == tm.tm_year + 1900 && now.month == tm.tm_mon + 1 &&
			  now.mday == tm.tm_mday &&
			  now.minute == tm.tm_hour * 60 + tm.tm_min &&
			  now.weekday == (tm.tm_wday + 6) % 7,
		  "%s at %lld: %04d-%02d-%02d %02d:%02d", rule, (long long)s,
		  now.year, now.month, now.mday, now.minute / 60,
		  now.minute % 60);
}

Test(zone, local_time_is_the_c_librarys)
{
	for (size_t r = 0; r < sizeof(rules) / sizeof(*rules); r++) {
		struct rd_rng rng = { .state = 42 + r };
		struct rd_zone z;

		cr_assert_eq(rd_zone_parse(rules[r], &z, NULL), 0);
		setenv("TZ", rules[r], 1);
		tzset();
		/* every hour of two years, so both edges of each change */
		for (int64_t s = 1767225600 - 86400; s < 1830297600; s += 3600)
			same_as_libc(&z, rules[r], s - 1);
		/* and until 2224; glibc has no rules before 1971 */
		for (int i = 0; i < 20000; i++)
			same_as_libc(&z, rules[r],
				     31536000 + (int64_t)(rd_rng_next(&rng) %
							  8000000000ull));
	}
}

Test(zone, names_have_rules)
{
	struct rd_zone z;
	struct rd_local now;
	const char *nearest = NULL;

	cr_assert_eq(rd_zone_parse("Asia/Shanghai", &z, NULL), 0);
	rd_zone_local(&z, 1785456000, &now); /* 2026-07-31 00:00 UTC */
	cr_expect_eq(now.minute, 8 * 60);
	cr_expect_eq(now.weekday, 4);
	cr_assert_eq(rd_zone_parse("Europe/Berlin", &z, NULL), 0);
	rd_zone_local(&z, 1785456000, &now);
	cr_expect_eq(now.minute, 2 * 60);
	cr_expect_eq(rd_zone_parse("Asia/Shangai", &z, &nearest), -EINVAL);
	cr_expect_str_eq(nearest, "Asia/Shanghai");
}

Test(zone, rules_that_are_none_are_refused)
{
	static const char *const bad[] = {
		"",
		"C",
		"CST",
		"CST-8X",
		"CST-25",
		"CST-8:60",
		"CET-1CEST",
		"CET-1CEST,M3.5.0",
		"CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0",
		"CET-1CEST,M3.5.7,M10.5.0",
		"CET-1CEST,M3.5.0,M10.5.0/",
		"CET-1CEST,J60,J300",
		"CST-8 ",
		"<+08-8",
	};
	struct rd_zone z;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_eq(rd_zone_parse(bad[i], &z, NULL), -EINVAL, "\"%s\"",
			     bad[i]);
}

Test(zone, a_calendar_knows_hours_weekdays_and_holidays)
{
	static const struct rd_cfg_period hours[] = { { 0x1f, 540, 720, { 0 } },
						      { 0x1f, 780, 1080, { 0 } },
						      { 0x20, 600, 900, { 0 } } };
	struct rd_cfg_holiday holiday = { 0 };
	struct rd_cfg_calendar c = { .timezone = "Asia/Shanghai",
				     .nperiods = 3,
				     .nholidays = 1,
				     .periods = hours,
				     .holidays = &holiday };
	int64_t friday = 1785456000 - 8 * 3600; /* 2026-07-31 00:00 CST */

	cr_expect(!rd_calendar_is_open(&c, friday + 9 * 3600 - 1));
	cr_expect(rd_calendar_is_open(&c, friday + 9 * 3600));
	cr_expect(rd_calendar_is_open(&c, friday + 12 * 3600 - 1));
	cr_expect(!rd_calendar_is_open(&c, friday + 12 * 3600));
	cr_expect(rd_calendar_is_open(&c, friday + 13 * 3600));
	cr_expect(!rd_calendar_is_open(&c, friday + 24 * 3600 + 9 * 3600));
	cr_expect(rd_calendar_is_open(&c, friday + 24 * 3600 + 10 * 3600));
	cr_expect(!rd_calendar_is_open(&c, friday + 48 * 3600 + 10 * 3600));
	holiday.from_day = holiday.to_day =
		(uint32_t)rd_day_from_date(2026, 7, 31);
	cr_expect(!rd_calendar_is_open(&c, friday + 10 * 3600));
	cr_expect(rd_calendar_is_open(&c, friday + 24 * 3600 + 10 * 3600));
}

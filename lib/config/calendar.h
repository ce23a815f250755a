/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calendars and duty tables, asked for a Unix time.
 *
 * A special day's own hours go before holidays, holidays before the hours of
 * the week. A zone that does not parse counts as UTC.
 *
 * Context: any; pure functions.
 */
#ifndef RD_CONFIG_CALENDAR_H
#define RD_CONFIG_CALENDAR_H

#include "lib/config/config.h"
#include "lib/config/zone.h"

bool rd_calendar_is_open(const struct rd_cfg_calendar *calendar,
			 int64_t unix_s);
/* Is it in that part of the week, open or not? */
bool rd_calendar_in_part(const struct rd_cfg_calendar *calendar, uint16_t part,
			 int64_t unix_s);
/* The row that says who is on duty, or NULL: nobody. */
const struct rd_cfg_duty_row *rd_duty_row(const struct rd_cfg_duty *duty,
					  int64_t unix_s);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Calendars and duty tables; see calendar.h. */
#include "lib/config/calendar.h"

static struct rd_local local(const char *timezone, int64_t unix_s)
{
	struct rd_zone zone = { 0 };
	struct rd_local now;

	rd_zone_parse(timezone, &zone, NULL);
	rd_zone_local(&zone, unix_s, &now);
	return now;
}

static bool in_periods(const struct rd_cfg_period *periods, uint16_t n,
		       const struct rd_local *now)
{
	for (uint16_t i = 0; i < n; i++)
		if ((periods[i].weekdays >> now->weekday & 1) &&
		    now->minute >= periods[i].from_min &&
		    now->minute < periods[i].to_min)
			return true;
	return false;
}

static bool in_days(const struct rd_cfg_holiday *days,
		    const struct rd_local *now)
{
	return now->day >= days->from_day && now->day <= days->to_day;
}

bool rd_calendar_is_open(const struct rd_cfg_calendar *calendar, int64_t unix_s)
{
	struct rd_local now = local(calendar->timezone, unix_s);

	for (uint16_t i = 0; i < calendar->nspecials; i++) {
		const struct rd_cfg_special *s = &calendar->specials[i];

		if (in_days(&s->days, &now))
			return in_periods(s->periods, s->nperiods, &now);
	}
	for (uint16_t i = 0; i < calendar->nholidays; i++)
		if (in_days(&calendar->holidays[i], &now))
			return false;
	return in_periods(calendar->periods, calendar->nperiods, &now);
}

bool rd_calendar_in_part(const struct rd_cfg_calendar *calendar, uint16_t part,
			 int64_t unix_s)
{
	struct rd_local now = local(calendar->timezone, unix_s);

	return part < calendar->nparts &&
	       in_periods(calendar->parts[part].periods,
			  calendar->parts[part].nperiods, &now);
}

const struct rd_cfg_duty_row *rd_duty_row(const struct rd_cfg_duty *duty,
					  int64_t unix_s)
{
	struct rd_local now = local(duty->timezone, unix_s);

	for (uint16_t i = 0; i < duty->nrows; i++) {
		const struct rd_cfg_duty_row *row = &duty->rows[i];

		if ((!row->has_days || in_days(&row->days, &now)) &&
		    in_periods(row->periods, row->nperiods, &now))
			return row;
	}
	return NULL;
}

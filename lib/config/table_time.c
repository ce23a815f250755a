// SPDX-License-Identifier: GPL-2.0-or-later
/* When: calendars and duty tables. */
#include "lib/config/build.h"

/* ---- calendars ---------------------------------------------------------- */

static const struct rd_field hours = {
	.type = RD_FIELD_FORMAT,
	.size = sizeof(struct rd_cfg_period),
	.format = &rd_format_hours,
};

static const struct rd_field days = {
	.type = RD_FIELD_FORMAT,
	.size = sizeof(struct rd_cfg_holiday),
	.format = &rd_format_days,
};

static const struct rd_field clock_time = {
	.type = RD_FIELD_FORMAT,
	.size = sizeof(struct rd_cfg_period),
	.format = &rd_format_clock,
};

static const struct rd_field special_fields[] = {
	{ "days", RD_FORMAT(rd_cfg_special, days, &rd_format_days),
	  .required = true, .preset = "1970-01-01", .help = "Which days." },
	{ "open", RD_LIST_OF(rd_cfg_special, periods, nperiods, &clock_time),
	  .max = 24, .required = true,
	  .help = "Their hours, such as 10:00-14:00; [] is closed." },
};

static const struct rd_table special_table = {
	RD_TABLE("special days", struct rd_cfg_special, special_fields),
	.place = RD_AT(rd_cfg_special, place),
};

static const struct rd_field part_fields[] = {
	{ "hours", RD_LIST_OF(rd_cfg_part, periods, nperiods, &hours),
	  .min = 1, .max = 100, .required = true, .shorthand = true,
	  .help = "Days and hours, such as [daily 22:00-06:00]." },
};

static const struct rd_table part_table = {
	RD_TABLE("part of the week", struct rd_cfg_part, part_fields),
	.name = RD_AT(rd_cfg_part, name),
	.place = RD_AT(rd_cfg_part, place),
};

static const struct rd_field calendar_fields[] = {
	{ "timezone", RD_FORMAT(rd_cfg_calendar, timezone, &rd_format_zone),
	  .preset = "Asia/Shanghai",
	  .help = "Whose clock: a name such as Europe/Berlin, or a POSIX "
		  "rule." },
	{ "open", RD_LIST_OF(rd_cfg_calendar, periods, nperiods, &hours),
	  .min = 1, .max = 100, .required = true,
	  .help = "Days and hours, such as Mon-Fri 08:30-17:30." },
	{ "holidays", RD_LIST_OF(rd_cfg_calendar, holidays, nholidays, &days),
	  .max = 1000, .help = "Days on which it is closed all the same." },
	{ "special", RD_LIST(rd_cfg_calendar, specials, nspecials,
			     &special_table),
	  .max = 1000,
	  .help = "Days with hours of their own, whatever the week and the "
		  "holidays say; the first row with that day decides." },
	{ "periods", RD_MAP(rd_cfg_calendar, parts, nparts, &part_table),
	  .max = 64,
	  .help = "Parts of the week by name, such as lunch or night: "
		  "period: of a choose." },
};

const struct rd_table rd_calendar_table = {
	RD_TABLE("calendar", struct rd_cfg_calendar, calendar_fields),
	.help = "When it is open.",
	.name = RD_AT(rd_cfg_calendar, name),
	.place = RD_AT(rd_cfg_calendar, place),
};

/* ---- duty ------------------------------------------------------------------ */

static const struct rd_field a_number = {
	.type = RD_FIELD_DIGITS, .size = sizeof(const char *),
};

static const struct rd_field duty_row_fields[] = {
	{ "days", RD_FORMAT(rd_cfg_duty_row, days, &rd_format_days),
	  .help = "Only on these days." },
	{ "hours", RD_LIST_OF(rd_cfg_duty_row, periods, nperiods, &hours),
	  .min = 1, .max = 100, .required = true,
	  .help = "Days of the week and hours." },
	{ "call", RD_LIST_OF(rd_cfg_duty_row, numbers, n, &a_number),
	  .min = 1, .max = 16, .required = true,
	  .help = "Who is called, one after another: agents by number, or "
		  "numbers outside." },
};

static void check_duty_row(struct rd_bind *bind, const struct rd_yaml *node,
			   void *out)
{
	((struct rd_cfg_duty_row *)out)->has_days =
		rd_yaml_get(node, "days") != NULL;
}

static const struct rd_table duty_row_table = {
	RD_TABLE("row of a duty table", struct rd_cfg_duty_row,
		 duty_row_fields),
	.place = RD_AT(rd_cfg_duty_row, place),
	.check = check_duty_row,
};

static const struct rd_field duty_fields[] = {
	{ "timezone", RD_FORMAT(rd_cfg_duty, timezone, &rd_format_zone),
	  .preset = "Asia/Shanghai", .help = "Whose clock." },
	{ "rows", RD_LIST(rd_cfg_duty, rows, nrows, &duty_row_table),
	  .min = 1, .max = 1000, .required = true, .shorthand = true,
	  .help = "The first that holds says who is called." },
};

const struct rd_table rd_duty_table = {
	RD_TABLE("duty table", struct rd_cfg_duty, duty_fields),
	.help = "Who is on duty, when: dial: {duty: name} of a menu calls him, "
		"and the next in the row if he does not answer.",
	.name = RD_AT(rd_cfg_duty, name),
	.place = RD_AT(rd_cfg_duty, place),
};

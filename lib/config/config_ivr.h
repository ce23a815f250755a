/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration's part that menus ask: lists and areas of callers,
 * calendars and duty tables, ports, programs. Included by config.h; the same
 * rules hold.
 */
#ifndef RD_CONFIG_IVR_H
#define RD_CONFIG_IVR_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/diag.h"

/* ---- who calls ---------------------------------------------------------- */

#define RD_LIST_NAME_LEN 32 /* octets of a list's name, a level, and NUL */

struct rd_cfg_entry {	   /* a caller on a list */
	const char *number; /* digits; trailing '*' matches any rest */
	const char *level;  /* "gold"; "" the list's own */
	const char *who;    /* put him on the list */
	const char *when, *why;
	struct rd_place place;
};

struct rd_cfg_list {
	const char *name;
	const char *level; /* of all on it that have none of their own, or "" */
	uint32_t n;
	const struct rd_cfg_entry *entries; /* sorted by number */
	struct rd_place place;
	/* while compiling */
	uint16_t ninline;
	const struct rd_cfg_entry *inlined;
	const char *file;
};

struct rd_cfg_prefix {	   /* numbers that begin so are of an area */
	const char *digits;
	const char *area;
	struct rd_place place;
};

/*
 * The entry of a list that a number matches best (the longest pattern), or
 * NULL. O(length of the number x log n).
 */
const struct rd_cfg_entry *rd_cfg_list_find(const struct rd_cfg_list *list,
					    const char *number);
/* The entry of exactly that pattern, or NULL. */
const struct rd_cfg_entry *rd_cfg_list_entry(const struct rd_cfg_list *list,
					     const char *pattern);

/* ---- when --------------------------------------------------------------- */

struct rd_cfg_period {		/* one row: days and hours */
	uint8_t weekdays;	/* bit 0 Monday .. bit 6 Sunday */
	uint16_t from_min, to_min; /* of the local day, to is exclusive */
	struct rd_place place;
};
struct rd_cfg_holiday {
	uint32_t from_day, to_day; /* days since 1970-01-01, inclusive */
	struct rd_place place;
};
struct rd_cfg_special {		/* days with hours of their own */
	struct rd_cfg_holiday days;
	uint16_t nperiods;	/* 0: closed */
	const struct rd_cfg_period *periods; /* weekdays: all */
	struct rd_place place;
};
struct rd_cfg_part {		/* a part of the week with a name */
	const char *name;
	uint16_t nperiods;
	const struct rd_cfg_period *periods;
	struct rd_place place;
};
struct rd_cfg_calendar {
	const char *name;
	const char *timezone;	/* "Asia/Shanghai"; lib/config/zone.h */
	uint16_t nperiods, nholidays, nspecials, nparts;
	const struct rd_cfg_period *periods;
	const struct rd_cfg_holiday *holidays;
	const struct rd_cfg_special *specials; /* go before holidays */
	const struct rd_cfg_part *parts;
	struct rd_place place;
};

/*
 * Who is on duty: the first row that holds now. Rows past midnight were made
 * two, so that a row is within one day.
 */
struct rd_cfg_duty_row {
	bool has_days;
	struct rd_cfg_holiday days; /* only on these, if has_days */
	uint16_t nperiods;
	const struct rd_cfg_period *periods;
	uint16_t n;
	const char *const *numbers; /* agents or numbers outside, in order */
	struct rd_place place;
};
struct rd_cfg_duty {
	const char *name;
	const char *timezone;
	uint16_t nrows;
	const struct rd_cfg_duty_row *rows;
	struct rd_place place;
};

/* ---- ports, programs ------------------------------------------------------ */

enum rd_port_treatment { RD_PORT_RINGBACK, RD_PORT_MUSIC };

struct rd_cfg_ports {		/* so many callers at once in these trees */
	const char *name;
	uint16_t limit;
	uint16_t ntrees;
	const uint16_t *trees;
	uint8_t treatment;	/* enum rd_port_treatment, while waiting */
	uint16_t music;		/* index into music, or NONE */
	uint16_t max_waiting;	/* 0 unlimited */
	uint32_t max_wait_ms;
	uint16_t tree_full, node_full; /* no port in time; NONE: cause 42 */
	struct rd_place place;
};

struct rd_cfg_program {		/* an external program that drives calls */
	const char *name;
	uint16_t nargs;
	const char *const *args; /* its command; or ... */
	const char *socket;	 /* ... a unix socket, or 127.0.0.1:port */
	uint16_t instances;
	uint32_t timeout_ms;	 /* of one answer */
	struct rd_place place;
};

#endif

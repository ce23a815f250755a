// SPDX-License-Identifier: GPL-2.0-or-later
/* Conditions on time: calendars, hours, weekdays, days. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "daemon/ivr/compiler.h"
#include "lib/config/zone.h"

static int parse_calendar(struct rd_bind *bind, const struct rd_yaml *node,
			  const char *what, void *out)
{
	return rd_ivr_cond_ref(bind, node, what, RD_SCOPE_CALENDAR,
			       RD_COND_CALENDAR);
}

/* calendar.part */
static int parse_part(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	const struct rd_config *config = rd_ivr_compiler_of(bind)->config;
	const char *dot = strchr(node->text, '.'), *nearest, *names[64];
	const struct rd_cfg_calendar *calendar;
	struct rd_yaml name = *node;
	struct rd_ivr_cond *cond;
	char text[64];
	uint16_t part = 0;

	if (node->kind != RD_YAML_SCALAR || !dot ||
	    dot - node->text >= (ptrdiff_t)sizeof(text))
		return rd_bind_refuse(
			bind, node, what,
			"a calendar and its period, such as office.lunch");
	snprintf(text, sizeof(text), "%.*s", (int)(dot - node->text),
		 node->text);
	name.text = text;
	cond = rd_ivr_cond_add(bind, node, RD_COND_PART);
	if (!cond || rd_yaml_ref(&name, what, &bind->scopes[RD_SCOPE_CALENDAR],
				 &cond->ref, bind->diag))
		return -EINVAL;
	calendar = &config->calendars[cond->ref];
	for (; part < calendar->nparts; part++) {
		names[part] = calendar->parts[part].name;
		if (!strcmp(names[part], dot + 1))
			break;
	}
	if (part < calendar->nparts) {
		cond->from = part;
		return 0;
	}
	nearest = rd_diag_nearest(dot + 1, names, calendar->nparts);
	rd_diag_error(
		bind->diag, node->place,
		"key \"%s\": calendar \"%s\" has no period \"%.40s\"%s%s%s",
		what, text, dot + 1, nearest ? "; did you mean \"" : "",
		nearest ? nearest : "", nearest ? "\"?" : "");
	return -EINVAL;
}

static void need_zone(struct rd_bind *bind, const struct rd_yaml *node)
{
	if (!rd_ivr_compiler_of(bind)->has_zone)
		rd_diag_warning(bind->diag, node->place,
				"no \"timezone\" in this tree and no calendar: "
				"times are UTC");
	rd_ivr_compiler_of(bind)->has_zone = true;
}

static int parse_time(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	unsigned int h1, m1, h2, m2;
	struct rd_ivr_cond *cond;
	int end = 0;

	if (node->kind != RD_YAML_SCALAR ||
	    sscanf(node->text, "%2u:%2u-%2u:%2u%n", &h1, &m1, &h2, &m2, &end) !=
		    4 ||
	    node->text[end] || m1 > 59 || m2 > 59 || h1 > 23 ||
	    h2 * 60 + m2 > 1440 || h1 * 60 + m1 == h2 * 60 + m2)
		return rd_bind_refuse(bind, node, what, "hours such as 09:00-18:00");
	need_zone(bind, node);
	cond = rd_ivr_cond_add(bind, node, RD_COND_TIME);
	if (!cond)
		return -EINVAL;
	cond->from = h1 * 60 + m1;
	cond->to = h2 * 60 + m2;
	return 0;
}

static int weekday(const char *text, size_t len)
{
	static const char *const names[7] = { "mon", "tue", "wed", "thu",
					      "fri", "sat", "sun" };

	for (int i = 0; i < 7; i++)
		if (len == 3 && !strncasecmp(text, names[i], 3))
			return i;
	return -1;
}

static int parse_days(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	static const char expected[] = "days such as mon-fri,sun",
			  letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *p = node->text;
	struct rd_ivr_cond *cond;
	unsigned int bits = 0;

	if (node->kind != RD_YAML_SCALAR || !*p)
		return rd_bind_refuse(bind, node, what, expected);
	while (*p) {
		size_t len = strspn(p, letters);
		int from = weekday(p, len), to = from;

		p += len;
		if (*p == '-') {
			len = strspn(++p, letters);
			to = weekday(p, len);
			p += len;
		}
		if (from < 0 || to < 0 || (*p && *p != ','))
			return rd_bind_refuse(bind, node, what, expected);
		for (int day = from;; day = (day + 1) % 7) {
			bits |= 1u << day;
			if (day == to)
				break;
		}
		p += strspn(p, ", ");
	}
	need_zone(bind, node);
	cond = rd_ivr_cond_add(bind, node, RD_COND_DAYS);
	if (!cond)
		return -EINVAL;
	cond->from = bits;
	return 0;
}

static bool parse_day(const char **p, int64_t *day)
{
	int year, month, mday, end = 0, y, m, d;

	if (sscanf(*p, "%4d-%2d-%2d%n", &year, &month, &mday, &end) != 3 ||
	    end != 10)
		return false;
	*day = rd_day_from_date(year, month, mday);
	rd_date_from_day(*day, &y, &m, &d);
	*p += end;
	return y == year && m == month && d == mday;
}

static int parse_date(struct rd_bind *bind, const struct rd_yaml *node,
		      const char *what, void *out)
{
	const char *p = node->text;
	struct rd_ivr_cond *cond;
	int64_t from, to;
	bool good = node->kind == RD_YAML_SCALAR && parse_day(&p, &from);

	if (good)
		to = from;
	if (good && !strncmp(p, "..", 2)) {
		p += 2;
		good = parse_day(&p, &to);
	}
	if (!good || *p || to < from)
		return rd_bind_refuse(bind, node, what,
			      "a day such as 2026-10-01, or "
			      "2026-10-01..2026-10-07");
	need_zone(bind, node);
	cond = rd_ivr_cond_add(bind, node, RD_COND_DATE);
	if (!cond)
		return -EINVAL;
	cond->from = from;
	cond->to = to;
	return 0;
}

/* clang-format off */
#define FORMAT(name, parse_, expected_, schema_)                              \
	const struct rd_format rd_ivr_when_##name = {                         \
		.expected = (expected_), .schema = (schema_), .parse = (parse_) }
#define STRING "{\"type\":\"string\"}"

FORMAT(calendar, parse_calendar, "a calendar", STRING);
FORMAT(part, parse_part, "a calendar and its period", STRING);
FORMAT(time_of_day, parse_time, "hours such as 09:00-18:00",
       "{\"type\":\"string\",\"pattern\":\"^[0-9]{1,2}:[0-9]{2}-[0-9]{1,2}:[0-9]{2}$\"}");
FORMAT(days, parse_days, "days such as mon-fri", STRING);
FORMAT(date, parse_date, "a day or days",
       "{\"type\":\"string\",\"pattern\":\"^[0-9]{4}-[0-9]{2}-[0-9]{2}([.][.][0-9]{4}-[0-9]{2}-[0-9]{2})?$\"}");
/* clang-format on */

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fault drills; see drill.h. A drill has two plans, its begin and its end, and a
 * span a third between them, when its D-channel gives up.
 */
#include "daemon/simulate/drill.h"

#include <stdio.h>
#include <string.h>

#include "daemon/core/state.h"
#include "daemon/simulate/world.h"
#include "daemon/store/row.h"
#include "lib/config/build.h"

#define T309_MS	 90000u
#define LATER_MS 5000u /* what a fault ends may end so long after it */
#define SECOND	 1000LL
#define HOUR	 (3600 * SECOND)

enum {
	BEGIN,
	DCHANNEL,
	END
};

/* ---- the keys -------------------------------------------------------------------- */

static const char *const faults[] = { "span",	 "database", "disk",
				      "sources", "restart",  NULL };

static int parse_minute(struct rd_bind *bind, const struct rd_yaml *node,
			const char *what, void *out)
{
	unsigned hour, minute;
	int n = 0;

	if (node->kind != RD_YAML_SCALAR ||
	    sscanf(node->text, "%2u:%2u%n", &hour, &minute, &n) != 2 || !n ||
	    node->text[n] || minute > 59 || hour > 23) {
		rd_diag_error(bind->diag, node->place,
			      "key \"%s\": expected a time of day such as 8:30",
			      what);
		return -1;
	}
	*(uint16_t *)out = (uint16_t)(hour * 60 + minute);
	return 0;
}

static const struct rd_format minute_format = {
	.expected = "a time of day such as 8:30",
	.schema = "\"type\": \"string\", \"pattern\": "
		  "\"^[0-9]{1,2}:[0-9]{2}$\"",
	.parse = parse_minute,
};

static const struct rd_field expect_fields[] = {
	{ "cut", RD_INT(rd_day_drill, cut, -1, 100000), .preset = "-1",
	  .help = "Calls that it ends, at most; -1: any number." },
	{ "refused", RD_INT(rd_day_drill, refused, -1, 100000), .preset = "-1",
	  .help = "Callers who find no line while it lasts, at most." },
	{ "back", RD_DURATION(rd_day_drill, back_ms, 0, HOUR), .preset = "0",
	  .help = "From its end to the next connection of a caller with an "
		  "agent, at most; 0: any time." },
};
static const struct rd_table expect_table = {
	RD_TABLE("expect", struct rd_day_drill, expect_fields),
	.help = "What may come of it; otherwise the exit code is 6.",
};

static const struct rd_field drill_fields[] = {
	{ "at", RD_FORMAT(rd_day_drill, at_min, &minute_format),
	  .required = true, .help = "When it begins." },
	{ "fault", RD_ENUM(rd_day_drill, fault, faults), .required = true,
	  .help = "span: a line in alarm; database: it is away; disk: it is "
		  "full; sources: they answer late or never; restart: the "
		  "daemon is killed and comes back." },
	{ "for", RD_DURATION(rd_day_drill, for_ms, 5 * SECOND, 12 * HOUR),
	  .preset = "1m", .help = "How long." },
	{ "span", RD_REF(rd_day_drill, span, RD_SCOPE_SPAN),
	  .help = "fault span: which." },
	{ "takes", RD_DURATION(rd_day_drill, takes_ms, 0, HOUR), .preset = "0",
	  .help = "fault sources: how long they take; 0: for ever." },
	{ "clock_back", RD_DURATION(rd_day_drill, clock_back_ms, 0, 24 * HOUR),
	  .preset = "0",
	  .help = "fault restart: the wall clock was set back meanwhile." },
	{ "expect", RD_GROUP(&expect_table), .help = "What may come of it." },
};

static void check_drill(struct rd_bind *bind, const struct rd_yaml *node,
			void *out)
{
	const struct rd_day_drill *d = out;

	if (d->fault == RD_FAULT_SPAN && d->span == RD_REF_NONE)
		rd_diag_error(bind->diag, rd_yaml_place(node, "fault"),
			      "fault: span: key \"span\" is missing");
}

const struct rd_table rd_drill_table = {
	RD_TABLE("drill", struct rd_day_drill, drill_fields),
	.help = "Something goes wrong.",
	.check = check_drill,
};

const char *rd_fault_name(unsigned fault)
{
	return fault < RD_FAULTS ? faults[fault] : "?";
}

/* ---- faults ------------------------------------------------------------------------ */

static void say_alarm(struct rd_world *w, uint32_t line, uint32_t alarms)
{
	struct rd_ev_alarm alarm = {
		.msg = { .type = RD_MSG_ALARM,
			 .len = sizeof(alarm),
			 .line = line,
			 .frame = w->frame },
		.alarms = alarms,
	};

	rd_world_event(w, &alarm.msg);
}

static void say_dchannel(struct rd_world *w, uint32_t line, uint8_t op)
{
	struct rd_isdn isdn = {
		.msg = { .type = RD_MSG_ISDN,
			 .len = sizeof(isdn),
			 .line = line,
			 .frame = w->frame },
		.op = op,
	};

	rd_world_event(w, &isdn.msg);
}

static void on_span(struct rd_world *w, const struct rd_day_drill *d, int step)
{
	const struct rd_cfg_span *span = &w->config->spans[d->span];
	uint32_t line = rd_line(span->card, span->span, 0);

	switch (step) {
	case BEGIN:
		w->span_down[d->span] = true;
		say_alarm(w, line, RINGDOWN_ALARM_LOS);
		break;
	case DCHANNEL:
		say_dchannel(w, line, RD_ISDN_DCHAN_DOWN);
		break;
	default:
		w->span_down[d->span] = false;
		say_alarm(w, line, 0);
		if (d->for_ms > T309_MS)
			say_dchannel(w, line, RD_ISDN_DCHAN_UP);
	}
}

static void say_state(struct rd_world *w, uint16_t type, uint32_t state,
		      int error)
{
	struct rd_ev_disk ev = {
		.msg = { .type = type,
			 .len = sizeof(ev),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
		.state = state,
		.error = error,
	};

	rd_world_event(w, &ev.msg);
}

static void on_restart(struct rd_world *w, const struct rd_day_drill *d,
		       bool back)
{
	if (back) {
		w->down = false;
		w->epoch_ns -= (uint64_t)d->clock_back_ms * 1000000u;
		rd_world_start(w, true);
	} else {
		w->down = true;
		rd_line_dead(w);
	}
}

static void carry_out(struct rd_world *w, const struct rd_day_drill *d,
		      int step)
{
	switch ((enum rd_fault)d->fault) {
	case RD_FAULT_SPAN:
		on_span(w, d, step);
		break;
	case RD_FAULT_DATABASE:
		say_state(w, RD_MSG_STORE_STATE, step == BEGIN ? 3 : 0,
			  step == BEGIN ? -5 : 0); /* down, EIO */
		break;
	case RD_FAULT_DISK:
		w->disk_full = step == BEGIN;
		say_state(w, RD_MSG_DISK_STATE, step == BEGIN ? 2 : 0,
			  step == BEGIN ? -28 : 0); /* full, ENOSPC */
		break;
	case RD_FAULT_SOURCES:
		w->lookups = step == BEGIN && !d->takes_ms ? RD_LOOKUPS_DOWN
							   : w->day->lookups;
		w->lookup_ms = step == BEGIN && d->takes_ms ? d->takes_ms
							    : w->day->lookup_ms;
		break;
	case RD_FAULT_RESTART:
		on_restart(w, d, step != BEGIN);
		break;
	case RD_FAULTS:
		break;
	}
}

/* ---- plans -------------------------------------------------------------------------- */

static void plan(struct rd_world *w, uint16_t drill, uint64_t frame, int step)
{
	struct rd_plan p = {
		.frame = frame,
		.kind = RD_PLAN_DRILL,
		.who = drill,
		.op = (uint8_t)step,
	};

	rd_world_plan(w, &p);
}

void rd_drills_begin(struct rd_world *w)
{
	const struct rd_day *day = w->day;

	for (uint16_t i = 0; i < day->ndrills; i++) {
		const struct rd_day_drill *d = &day->drills[i];
		uint64_t begin, end;

		w->out->drills[i].drill = d;
		if (d->at_min < day->from_min || d->at_min >= day->to_min)
			continue;
		begin = rd_frames_from_ms((d->at_min - day->from_min) *
					  60000ull);
		end = begin + rd_frames_from_ms(d->for_ms);
		plan(w, i, begin, BEGIN);
		plan(w, i, end, END);
		if (d->fault == RD_FAULT_SPAN && d->for_ms > T309_MS)
			plan(w, i, begin + rd_frames_from_ms(T309_MS),
			     DCHANNEL);
	}
}

void rd_drill_on_plan(struct rd_world *w, const struct rd_plan *p)
{
	struct rd_drill_result *r = &w->out->drills[p->who];

	if (p->op == BEGIN) {
		r->begin = w->frame ? w->frame : 1;
		r->calls = w->core->state->calls.used;
	}
	carry_out(w, r->drill, p->op);
	if (p->op == END)
		r->end = w->frame;
}

/* ---- what came of it ------------------------------------------------------------------- */

/* Is this the time of that drill, or shortly after? */
static bool is_during(const struct rd_world *w, const struct rd_drill_result *r)
{
	return r->begin &&
	       (!r->end || w->frame <= r->end + rd_frames_from_ms(LATER_MS));
}

static bool is_cut(const struct rd_drill_result *r, const struct rd_value *v)
{
	int64_t cause =
		v[RD_CALLS_cause].kind == 'i' ? v[RD_CALLS_cause].number : 0;

	return cause == 41 || (cause == 27 && r->drill->fault == RD_FAULT_SPAN);
}

void rd_drill_on_row(struct rd_world *w, const struct rd_cmd_row *row)
{
	struct rd_value v[48];
	uint32_t at = 0;

	if (!w->day->ndrills ||
	    (row->table != RD_TABLE_CALLS && row->table != RD_TABLE_QUEUE_LOG))
		return;
	for (uint16_t i = 0; i < row->columns && i < 48; i++)
		if (rd_row_next(row, &at, &v[i]) != 1)
			return;
	for (uint16_t i = 0; i < w->day->ndrills; i++) {
		struct rd_drill_result *r = &w->out->drills[i];

		if (row->table == RD_TABLE_CALLS)
			r->cut += is_during(w, r) && is_cut(r, v);
		else if (r->end && !r->back &&
			 v[RD_QUEUE_LOG_event].kind == 's' &&
			 v[RD_QUEUE_LOG_event].len == 7 &&
			 !memcmp(v[RD_QUEUE_LOG_event].text, "CONNECT", 7))
			r->back = w->frame;
	}
}

void rd_drill_on_refused(struct rd_world *w)
{
	for (uint16_t i = 0; i < w->day->ndrills; i++)
		w->out->drills[i].refused += is_during(w, &w->out->drills[i]);
}

void rd_drills_end(struct rd_world *w)
{
	for (uint16_t i = 0; i < w->day->ndrills; i++) {
		struct rd_drill_result *r = &w->out->drills[i];
		const struct rd_day_drill *d = r->drill;

		r->met = r->begin && r->end &&
			 (d->cut < 0 || r->cut <= (uint32_t)d->cut) &&
			 (d->refused < 0 ||
			  r->refused <= (uint32_t)d->refused) &&
			 (!d->back_ms ||
			  (r->back &&
			   r->back - r->end <= rd_frames_from_ms(d->back_ms)));
	}
}

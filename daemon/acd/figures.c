// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures of queues: counting, the day, the interval and its row.
 *
 * One timer runs, to the next end of an interval or of the day. What is due is
 * computed from the time, not from how often the timer fired, so a run that
 * begins late, or twice, does what is right for the hour it finds.
 */
#include "daemon/acd/figures.h"

#include <string.h>

#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"
#include "lib/config/zone.h"

#define DAY_MAX_S (26 * 3600) /* of a day on which the clock is changed */
#define EVERY_MS  900000u     /* if the configuration sets none */
#define NS_PER_S  1000000000
#define NS_PER_MS 1000000u

static struct rd_queue_figures *figures_at(const struct rd_core *core,
					   uint16_t queue)
{
	return (struct rd_queue_figures *)((uintptr_t)core->state +
					   core->state->figures_offset) +
	       queue;
}

const struct rd_figures *rd_figures_of(const struct rd_core *core,
				       uint16_t queue,
				       enum rd_figures_span span)
{
	return &figures_at(core, queue)->span[span];
}

uint64_t rd_figures_lost_sum(const struct rd_figures *f)
{
	return f->abandoned + f->timed_out + f->exited + f->full + f->removed;
}

/* ---- counting -------------------------------------------------------------- */

#define FOR_EACH_SPAN(f, core, queue)                              \
	for (struct rd_figures *f = figures_at(core, queue)->span, \
			       *f##_end = f + RD_FIGURES_SPANS;    \
	     f < f##_end; f++)

void rd_figures_offered(struct rd_core *core, uint16_t queue)
{
	FOR_EACH_SPAN(f, core, queue)
	f->offered++;
}

void rd_figures_answered(struct rd_core *core, uint16_t queue, uint64_t wait)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	bool in_level = cfg && wait <= rd_frames_from_ms(cfg->service_level_ms);

	FOR_EACH_SPAN(f, core, queue)
	{
		f->answered++;
		f->in_level += in_level;
		f->wait += wait;
		if (wait > f->longest)
			f->longest = wait;
	}
}

void rd_figures_lost(struct rd_core *core, uint16_t queue,
		     enum rd_figures_lost how, uint64_t wait)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);

	FOR_EACH_SPAN(f, core, queue)
	{
		uint64_t *const counts[] = {
			[RD_LOST_ABANDONED] = &f->abandoned,
			[RD_LOST_TIMED_OUT] = &f->timed_out,
			[RD_LOST_EXITED] = &f->exited,
			[RD_LOST_FULL] = &f->full,
			[RD_LOST_REMOVED] = &f->removed,
		};

		++*counts[how];
		f->lost_wait += wait;
		if (how != RD_LOST_ABANDONED || !cfg)
			continue;
		f->abandoned_in_level +=
			wait <= rd_frames_from_ms(cfg->service_level_ms);
		f->abandoned_short += wait <= rd_frames_from_ms(cfg->short_ms);
	}
}

void rd_figures_talked(struct rd_core *core, uint16_t queue, uint64_t talk)
{
	FOR_EACH_SPAN(f, core, queue)
	f->talk += talk;
}

/* ---- the clock ---------------------------------------------------------------- */

static const char *timezone_of(const struct rd_core *core)
{
	return core->config->timezone ? core->config->timezone : "UTC";
}

static int64_t local_day(const char *timezone, int64_t unix_s)
{
	struct rd_zone zone = { 0 };
	struct rd_local local;

	rd_zone_parse(timezone, &zone, NULL); /* one that is none is UTC */
	rd_zone_local(&zone, unix_s, &local);
	return local.day;
}

int64_t rd_figures_midnight(const char *timezone, int64_t unix_s)
{
	int64_t today = local_day(timezone, unix_s);
	int64_t before = unix_s, after = unix_s + DAY_MAX_S;

	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;

		if (local_day(timezone, middle) > today)
			after = middle;
		else
			before = middle;
	}
	return after;
}

/* Set the timer to whichever ends first. */
static void set_timer(struct rd_core *core)
{
	int64_t every_ns =
		(int64_t)(core->config->figures_ms ? core->config->figures_ms
						   : EVERY_MS) *
		NS_PER_MS;
	int64_t now_ns = rd_core_unix_ns(core);
	int64_t end_ns = (now_ns / every_ns + 1) * every_ns;
	int64_t midnight_ns =
		rd_figures_midnight(timezone_of(core), now_ns / NS_PER_S) *
		NS_PER_S;

	if (midnight_ns < end_ns)
		end_ns = midnight_ns;
	/* never early: a frame more than the part of a millisecond */
	rd_timer_set(core->state, &core->state->timers, RD_TIMER_FIGURES, 0, 0,
		     core->now +
			     ((uint64_t)(end_ns - now_ns) + RD_NS_PER_FRAME -
			      1) / RD_NS_PER_FRAME);
}

/* ---- intervals ------------------------------------------------------------------- */

static void write_row(struct rd_core *core, uint16_t queue)
{
	const struct rd_figures_clock *clock = &core->state->figures_clock;
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	const struct rd_queue *q = rd_queue_get(core, queue);
	const struct rd_figures *f = rd_figures_of(core, queue, RD_FIGURES_NOW);
	enum rd_service_level level = cfg ? cfg->level : RD_LEVEL_OFFERED;
	int per_mille = rd_level_per_mille(f, level);

	rd_row_begin(core, RD_TABLE_QUEUE_FIGURES);
	rd_row_int(core,
		   (int64_t)(rd_core_ns_of(core, clock->begin) / NS_PER_MS));
	rd_row_int(core, (int64_t)rd_ms_from_frames(core->now - clock->begin));
	rd_row_str(core, q->name);
	rd_row_str(core, clock->version);
#define X(name, help) rd_row_int(core, (int64_t)f->name);
	RD_FIGURE_LIST(X)
#undef X
	rd_row_int(core, q->waiting);
	rd_row_int(core, (int64_t)rd_ms_from_frames(f->wait));
	rd_row_int(core, (int64_t)rd_ms_from_frames(f->lost_wait));
	rd_row_int(core, (int64_t)rd_ms_from_frames(f->longest));
	rd_row_int(core, (int64_t)rd_ms_from_frames(f->talk));
	rd_row_int(core, cfg ? cfg->service_level_ms : 0);
	rd_row_int(core, cfg ? cfg->short_ms : 0);
	rd_row_str(core, rd_level_name(level));
	if (per_mille < 0)
		rd_row_null(core);
	else
		rd_row_int(core, per_mille);
	rd_row_end(core);
}

/* Nothing at all happened, and nobody waited. */
static bool is_quiet(const struct rd_figures *f)
{
	static const struct rd_figures none;

	return memcmp(f, &none, sizeof(none)) == 0;
}

static void begin_span(const struct rd_core *core, uint16_t queue,
		       enum rd_figures_span span)
{
	struct rd_figures *f = &figures_at(core, queue)->span[span];

	memset(f, 0, sizeof(*f));
	f->carried = rd_queue_get(core, queue)->waiting;
}

/* Rows for the interval that ends now. */
static void end_interval(struct rd_core *core)
{
	struct rd_figures_clock *clock = &core->state->figures_clock;

	for (uint32_t i = 0; i < core->state->queues; i++) {
		uint16_t queue = (uint16_t)i;

		if (!rd_queue_get(core, queue)->used)
			continue;
		if (core->now > clock->begin &&
		    !is_quiet(rd_figures_of(core, queue, RD_FIGURES_NOW)))
			write_row(core, queue);
		begin_span(core, queue, RD_FIGURES_NOW);
	}
	clock->begin = core->now;
}

/* Is it another day? One that is set back a little is the same. */
static void check_day(struct rd_core *core)
{
	struct rd_figures_clock *clock = &core->state->figures_clock;
	int64_t day =
		local_day(timezone_of(core), rd_core_unix_ns(core) / NS_PER_S);

	if (day == clock->day || day == clock->day - 1)
		return;
	clock->day = day;
	for (uint32_t i = 0; i < core->state->queues; i++)
		begin_span(core, (uint16_t)i, RD_FIGURES_TODAY);
	rd_sessions_midnight(core);
}

void rd_figures_before_config(struct rd_core *core,
			      const struct rd_config *next)
{
	const struct rd_figures_clock *clock = &core->state->figures_clock;

	if (clock->runs && memcmp(clock->version, next->version,
				  sizeof(clock->version)) != 0)
		end_interval(core);
}

void rd_figures_configure(struct rd_core *core)
{
	struct rd_figures_clock *clock = &core->state->figures_clock;

	if (!clock->runs)
		clock->begin = core->now;
	clock->runs = true;
	memcpy(clock->version, core->config->version, sizeof(clock->version));
	check_day(core);
	set_timer(core);
}

void rd_figures_wind_up(struct rd_core *core)
{
	end_interval(core);
	/* the next one begins with the next run */
	core->state->figures_clock.runs = false;
}

void rd_figures_on_timer(struct rd_core *core, uint32_t index, uint32_t which)
{
	end_interval(core);
	check_day(core);
	set_timer(core);
}

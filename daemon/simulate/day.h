/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A day in a call centre, as a file says it: who calls, who works.
 *
 * WHAT. day.yaml becomes a struct rd_day by the tables of lib/config, so a
 * mistake is met with file, line and column, and names of agents and trunk
 * groups are those of the configuration it is played on.
 *
 * USE.	rd_day_read("day.yaml", config, &diag, &day);
 *	rd_simulate(...);	// daemon/simulate/simulate.h
 *	rd_day_free(day);
 *
 * LIMITS. One day, at most 24 hours from its beginning.
 */
#ifndef RD_SIMULATE_DAY_H
#define RD_SIMULATE_DAY_H

#include <stdio.h>

#include "daemon/simulate/drill.h"
#include "lib/base/rng.h"
#include "lib/config/config.h"

enum rd_shape {
	RD_SHAPE_FIXED,
	RD_SHAPE_EXPONENTIAL,
	RD_SHAPE_UNIFORM,   /* mean - spread to mean + spread */
	RD_SHAPE_LOGNORMAL, /* spread: standard deviation */
	RD_SHAPE_ENDLESS,   /* for ever */
};

struct rd_chance {     /* how long something takes, by chance */
	uint8_t shape; /* enum rd_shape */
	uint32_t mean_ms, spread_ms, least_ms, most_ms;
};

#define RD_CHANCE_NEVER UINT64_MAX

struct rd_day_key {	      /* what is keyed in at a node of a menu */
	const char *node;     /* "tree.node" */
	uint16_t tree, index; /* of the node in its program */
	uint16_t npress;
	const char *const *press; /* one of them, by chance */
};

struct rd_day_callers {
	const char *name;
	const char *number; /* called */
	const char *from;   /* beginning of their own numbers */
	uint16_t group;	    /* trunk group they come in by */
	uint32_t step_ms;   /* of the curve */
	uint16_t ncurve;
	const double *curve; /* calls expected in each step, from the begin */
	uint32_t total;	     /* scale the curve to so many; 0: as it is */
	struct rd_chance patience, handling, reaction;
	uint16_t nkeys;
	struct rd_day_key *keys;
	uint8_t agent_ends; /* per cent of talks that the agent ends */
	uint8_t redial;	    /* per cent of the lost who call again */
	uint16_t redials;   /* times at most */
	struct rd_chance redial_after;
	struct rd_place place;
};

struct rd_day_span { /* of time, minutes of the local day */
	uint16_t from_min, to_min;
};

struct rd_day_break {
	uint16_t at_min;
	uint32_t for_ms;
	const char *reason;
};

struct rd_day_who {
	uint16_t n;
	uint16_t *agent; /* indices into config.agents */
};

struct rd_day_shift { /* some agents who work alike */
	struct rd_day_who who;
	uint16_t nhours, nbreaks;
	const struct rd_day_span *hours;
	const struct rd_day_break *breaks;
	struct rd_chance answer;
	uint8_t unanswered; /* per cent of offers that ring in vain */
	uint32_t back_ms;   /* until he is ready again after too many misses */
	struct rd_place place;
};

enum rd_day_lookups {
	RD_LOOKUPS_FILES,
	RD_LOOKUPS_NONE,
	RD_LOOKUPS_DOWN
};

struct rd_day {
	int64_t date;	      /* days since 1970-01-01 */
	const char *timezone; /* lib/config/zone.h */
	int64_t epoch_s;      /* Unix time of its begin: from_min of date */
	uint16_t from_min, to_min;
	uint32_t settle_ms;   /* calls may go on so long after to_min */
	uint32_t interval_ms; /* of the report */
	uint64_t seed;
	uint32_t words_a_minute; /* of prompts nobody has spoken yet */
	bool spoken;		 /* take lengths from the speech cache */
	uint32_t ring_after_ms;	 /* the network: SETUP to ALERTING */
	uint32_t lookup_ms;	 /* until a source answers */
	uint8_t lookups;	 /* enum rd_day_lookups */
	uint16_t ncallers, nshifts, ndrills;
	struct rd_day_callers *callers;
	struct rd_day_shift *shifts;
	struct rd_day_drill *drills;
};

/* All keys: for rd_schema_write(), rd_manual_write(). */
extern const struct rd_table rd_day_table;

/*
 * Read a day. config has its trees loaded (rd_ivr_load()) and outlives the day.
 * 0; -EINVAL: errors in diag; -ENOMEM. Blocking.
 */
int rd_day_read(const char *path, const struct rd_config *config,
		struct rd_diag *diag, struct rd_day **out);
void rd_day_free(struct rd_day *day);

/* A duration in ms drawn from rng, or RD_CHANCE_NEVER. */
uint64_t rd_chance_draw(const struct rd_chance *chance, struct rd_rng *rng);

#endif

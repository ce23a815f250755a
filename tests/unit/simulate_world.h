/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A centre made to measure, for tests of daemon/simulate: a folder below /tmp
 * with a ringdown.yaml of so many agents, lines and a queue, and a day.
 */
#ifndef RD_TEST_SIMULATE_WORLD_H
#define RD_TEST_SIMULATE_WORLD_H

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ivr/compile.h"
#include "daemon/simulate/simulate.h"

#define UNUSED __attribute__((unused))

static char sim_dir[64];

struct sim_centre {
	struct rd_bundle bundle;
	struct rd_config *config;
	struct rd_day *day;
};

static UNUSED void sim_init(void)
{
	strcpy(sim_dir, "/tmp/rd-simulate-XXXXXX");
	cr_assert_not_null(mkdtemp(sim_dir));
}

static UNUSED void sim_fini(void)
{
	char command[96];

	snprintf(command, sizeof(command), "rm -rf %s", sim_dir);
	cr_assert_eq(system(command), 0);
}

static UNUSED FILE *sim_create(const char *name, char path[128])
{
	FILE *f;

	snprintf(path, 128, "%.60s/%.60s", sim_dir, name);
	f = fopen(path, "w");
	cr_assert_not_null(f);
	return f;
}

/*
 * ringdown.yaml: agents 1001..., one queue "q" with these keys of YAML, 4000
 * leads to it; trunks: lines of the public, a multiple of 30, or up to 15.
 */
static UNUSED void sim_write_config(int agents, int trunks, const char *queue)
{
	int spans = (trunks + 29) / 30;
	int phones = (agents + 29) / 30;
	char path[128], channels[32] = "";
	FILE *f = sim_create("ringdown.yaml", path);

	if (trunks <= 15)
		snprintf(channels, sizeof(channels), ", bchannels: 1-%d",
			 trunks);
	fprintf(f, "cards:\n");
	for (int i = 0; i < (spans + 7) / 8 + (phones + 7) / 8; i++)
		fprintf(f, "  w%d: { path: wire%d }\n", i, i);
	fprintf(f, "groups:\n  public: { hunt: high }\n"
		   "  seats: { phones: true }\nspans:\n");
	for (int i = 0; i < spans; i++)
		fprintf(f,
			"  t%d: { card: w%d, position: %d, type: e1, group: "
			"public, side: user%s }\n",
			i, i / 8, i % 8, channels);
	for (int i = 0; i < phones; i++)
		fprintf(f,
			"  s%d: { card: w%d, position: %d, type: e1, group: "
			"seats, side: network }\n",
			i, (spans + 7) / 8 + i / 8, i % 8);
	fprintf(f,
		"routes: [ { number: 4000, queue: q } ]\n"
		"queues:\n  q: { waiting: ringback, %s }\nagents:\n",
		queue);
	for (int i = 0; i < agents; i++)
		fprintf(f, "  %d: { name: A%d, queues: [q] }\n", 1001 + i, i);
	fprintf(f,
		"recording: { dir: %s, start: never }\njournal: { dir: %s/no "
		"}\n"
		"store: %s/db\ncache: %s/cache\n"
		"limits: { calls: %d, agents: %d, blacklist: 1, call_max: 7d "
		"}\n",
		sim_dir, sim_dir, sim_dir, sim_dir, spans * 30 + 8, agents + 8);
	fclose(f);
}

static UNUSED void sim_write_day(const char *fmt, ...)
{
	char path[128];
	FILE *f = sim_create("day.yaml", path);
	va_list args;

	va_start(args, fmt);
	vfprintf(f, fmt, args);
	va_end(args);
	fclose(f);
}

/* Read both; errors end the test, or are given to *errors (to be freed). */
static UNUSED bool sim_load(struct sim_centre *c, const char *config,
			    const char *day, char **errors)
{
	struct rd_diag diag;
	bool good;

	memset(c, 0, sizeof(*c));
	rd_diag_init(&diag);
	if (!rd_bundle_read(config, &c->bundle, &diag))
		c->config = rd_config_load(&c->bundle, rd_ivr_load, &diag);
	cr_assert_not_null(c->config, "%s", diag.text);
	good = !rd_day_read(day, c->config, &diag, &c->day);
	if (errors)
		*errors = strdup(diag.text ? diag.text : "");
	else
		cr_assert(good, "%s", diag.text);
	rd_diag_free(&diag);
	return good;
}

static UNUSED void sim_load_here(struct sim_centre *c)
{
	char config[128], day[128];

	snprintf(config, sizeof(config), "%s/ringdown.yaml", sim_dir);
	snprintf(day, sizeof(day), "%s/day.yaml", sim_dir);
	sim_load(c, config, day, NULL);
}

static UNUSED void sim_free(struct sim_centre *c)
{
	rd_day_free(c->day);
	rd_config_free(c->config);
	rd_bundle_free(&c->bundle);
}

/* Simulate, with core's invariants checked after each event. */
static UNUSED struct rd_tally *sim_run(const struct sim_centre *c,
				       uint64_t seed, const char *journal)
{
	struct rd_simulation sim = { .bundle = &c->bundle,
				     .config = c->config,
				     .day = c->day,
				     .seed = seed,
				     .journal_dir = journal,
				     .check = journal != NULL };
	struct rd_simulated out;
	int err = rd_simulate(&sim, &out);

	cr_assert_eq(err, 0, "seed %llu: %s", (unsigned long long)seed,
		     out.why);
	cr_assert_eq(out.broken_seq, 0, "seed %llu, event %llu: %s",
		     (unsigned long long)seed,
		     (unsigned long long)out.broken_seq, out.why);
	return out.tally;
}

#endif

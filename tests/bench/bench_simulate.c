// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A simulated day of 10,000 calls and 200 agents, with its journal and
 * without: wall-clock seconds, events a second. Goal: below 10 s, stretch: 3 s.
 *
 * Prints one JSON line; with a file name, into that file too. What a call costs
 * in the journal and in core's state is in it, too.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "daemon/core/state.h"
#include "daemon/journal/format.h"
#include "daemon/journal/recover.h"
#include "tests/unit/simulate_world.h"

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double run(const struct sim_centre *c, const char *journal,
		  struct rd_simulated *out)
{
	struct rd_simulation sim = { .bundle = &c->bundle,
				     .config = c->config,
				     .day = c->day,
				     .seed = 1,
				     .journal_dir = journal };
	double begin = now_s();

	if (rd_simulate(&sim, out)) {
		fprintf(stderr, "%s\n", out->why);
		exit(1);
	}
	return now_s() - begin;
}

/* What a place for one more call costs in core's state. */
static double state_octets(const struct rd_config *config)
{
	struct rd_config more = *config;
	struct rd_cfg_limits limits;

	more.limits.calls += 1000;
	return (double)(rd_state_size(&limits, &more) -
			rd_state_size(&limits, config)) /
	       1000;
}

static void nowhere(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
}

/* Milliseconds of a look at all invariants, in a state for so many. */
static double check_ms(const struct rd_config *config)
{
	struct rd_config big = *config;
	struct rd_core *core;
	double begin, best = 1e9;
	char why[128];

	big.limits.calls = 4000;
	big.limits.agents = 1000;
	big.limits.queues = 100;
	core = rd_core_new(&big, (struct rd_sink){ nowhere, NULL });
	if (!core)
		return -1;
	for (int i = 0; i < 10; i++) {
		begin = now_s();
		rd_core_check(core, why, sizeof(why));
		if (now_s() - begin < best)
			best = now_s() - begin;
	}
	rd_core_free(core);
	return best * 1000;
}

/* Records of a journal, and the snapshots and configurations between. */
static double octets_in(const char *dir)
{
	double sum = 0;
	uint64_t *list;
	int dirfd = open(dir, O_RDONLY | O_DIRECTORY);
	int n = rd_journal_list(dirfd, &list);

	for (int i = 0; i < n; i++) {
		struct stat st;
		char name[RD_JOURNAL_NAME];

		rd_journal_name(name, list[i]);
		if (!fstatat(dirfd, name, &st, 0))
			sum += (double)st.st_size;
	}
	if (n > 0)
		free(list);
	close(dirfd);
	return sum;
}

int main(int argc, char **argv)
{
	char journal[128], line[512];
	struct rd_simulated out[2];
	struct sim_centre c;
	double bare, whole;
	uint32_t calls;
	FILE *f;

	sim_init();
	sim_write_config(200, 240, "wrapup: 20s, max_wait: 10m");
	sim_write_day("date: 2026-11-23\nfrom: 8:00\nto: 18:00\nsettle: 1h\n"
		      "callers: { c: { number: 4000, step: 1h, total: 10000, "
		      "calls: [6, 10, 14, 13, 9, 8, 12, 13, 9, 6], patience: "
		      "3m, handling: { shape: lognormal, mean: 9m, spread: 6m "
		      "} } }\nagents: [ { who: all, hours: [\"8:00-18:00\"], "
		      "breaks: [ { at: 10:00 }, { at: 12:00, for: 45m } ], "
		      "unanswered: 1 } ]\n");
	sim_load_here(&c);
	snprintf(journal, sizeof(journal), "%.60s/journal", sim_dir);
	bare = run(&c, NULL, &out[0]);
	whole = run(&c, journal, &out[1]);
	calls = out[0].tally->lines_day.calls;
	snprintf(line, sizeof(line),
		 "{\"bench\": \"simulate\", \"calls\": %u, \"agents\": 200, "
		 "\"answered\": %u, \"events\": %llu, \"seconds\": %.2f, "
		 "\"seconds_with_journal\": %.2f, \"events_per_s\": %.0f, "
		 "\"journal_octets_per_call\": %.0f, "
		 "\"state_octets_per_waiting_call\": %.0f, "
		 "\"check_ms\": %.3f}\n",
		 calls, out[0].tally->queue[0].day.answered,
		 (unsigned long long)out[0].events, bare, whole,
		 (double)out[0].events / bare, octets_in(journal) / calls,
		 state_octets(c.config), check_ms(c.config));
	fputs(line, stdout);
	f = argc > 1 ? fopen(argv[1], "w") : NULL;
	if (f) {
		fputs(line, f);
		fclose(f);
	}
	rd_tally_free(out[0].tally);
	rd_tally_free(out[1].tally);
	sim_free(&c);
	sim_fini();
	return 0;
}

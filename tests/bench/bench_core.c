// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Core and journal on one processor, with the events of a real run:
 *
 *	bench_core JOURNAL WORK
 *
 * JOURNAL is replayed through core: read, checked, handled, its commands made
 * and thrown away. Then its events are appended to a journal in the folder
 * WORK, round and round; the tidier's part, which is another thread's, is done
 * between the measurements. Prints a JSON object.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/ivr/compile.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/replay.h"

#define ROUNDS	     20
#define APPENDS	     1000000u
#define BATCH	     20000u
#define EVENTS_MAX   200000u
#define SEGMENT_SIZE (64u << 20)

struct run {
	uint64_t begin_ns, end_ns, events, commands;
	struct rd_msg *event[EVENTS_MAX]; /* copies, of the first round */
	uint32_t nevents;
	uint64_t octets;
	bool keep;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static struct rd_config *compile(void *context, const struct rd_bundle *bundle)
{
	struct rd_diag diag;
	struct rd_config *config;

	rd_diag_init(&diag);
	config = rd_config_load(bundle, rd_ivr_load, &diag);
	rd_diag_free(&diag);
	return config;
}

static void release(void *context, const struct rd_config *config)
{
	rd_config_free((struct rd_config *)config);
}

static void take(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
	struct run *run = context;

	run->commands++;
}

/* Start and configuration are over before the clock begins. */
static int after(void *context, const struct rd_core *core,
		 const struct rd_journal_event *event)
{
	struct run *run = context;
	const struct rd_msg *m = event->msg;

	if (m->type == RD_MSG_START || m->type == RD_MSG_CONFIG) {
		run->begin_ns = now_ns();
		run->events = run->commands = 0;
		return 0;
	}
	run->events++;
	run->end_ns = now_ns();
	if (run->keep && run->nevents < EVENTS_MAX) {
		run->event[run->nevents] = malloc(m->len);
		if (!run->event[run->nevents])
			return -ENOMEM;
		memcpy(run->event[run->nevents++], m, m->len);
	}
	return 0;
}

/* Events of all rounds but the first, in *ns. */
static int replay(const char *dir, struct run *run, uint64_t *events,
		  uint64_t *commands, uint64_t *ns)
{
	struct rd_replay_options options = {
		.from = 1,
		.to = UINT64_MAX,
		.sink = { take, run },
		.compile = compile,
		.release = release,
		.after = after,
		.context = run,
	};

	*events = *commands = *ns = 0;
	for (int i = 0; i <= ROUNDS; i++) {
		struct rd_replay_result result;
		struct rd_core *core;
		int err;

		run->keep = i == 0;
		err = rd_journal_replay(dir, &options, &result, &core);
		if (err) {
			fprintf(stderr, "%s: %s: %s\n", dir, result.why,
				strerror(-err));
			return err;
		}
		rd_replay_free(core, &options);
		if (!i)
			continue;
		*events += run->events;
		*commands += run->commands;
		*ns += run->end_ns - run->begin_ns;
	}
	return 0;
}

static const void *snapshot(void *context, uint64_t *len)
{
	static const uint64_t state[512]; /* of no core: only written */

	*len = sizeof(state);
	return state;
}

static int append(const char *work, const struct run *run, uint64_t *ns,
		  uint64_t *octets)
{
	struct rd_journal_source source = { snapshot, NULL };
	struct rd_journal_recovery recovery;
	struct rd_journal_status status;
	struct rd_journal *j;
	struct rd_diag diag;
	uint32_t next = 0;
	int err;

	rd_diag_init(&diag);
	err = rd_journal_open(work, SEGMENT_SIZE, &j, &recovery, &diag);
	if (!err)
		err = rd_journal_begin(j, source, 1, true);
	rd_diag_free(&diag);
	if (err) {
		fprintf(stderr, "%s: %s\n", work, strerror(-err));
		return err;
	}
	*ns = 0;
	for (uint32_t done = 0; done < APPENDS; done += BATCH) {
		uint64_t begin_ns;

		rd_journal_tidy(j, NULL);
		begin_ns = now_ns();
		for (uint32_t i = 0; i < BATCH; i++) {
			rd_journal_append(j, run->event[next], i);
			if (++next == run->nevents)
				next = 0;
		}
		*ns += now_ns() - begin_ns;
	}
	rd_journal_status(j, &status);
	*octets = status.octets;
	rd_journal_close(j);
	return status.lost ? -ENOSPC : 0;
}

int main(int argc, char **argv)
{
	static struct run run;
	uint64_t events, commands, replay_ns, append_ns, octets;

	if (argc != 3) {
		fprintf(stderr, "usage: bench_core JOURNAL WORK\n");
		return 2;
	}
	if (replay(argv[1], &run, &events, &commands, &replay_ns) ||
	    !run.nevents || append(argv[2], &run, &append_ns, &octets))
		return 1;
	printf("{\"events\": %llu, \"commands_per_event\": %.2f,\n"
	       " \"replay_events_per_s\": %.0f,\n"
	       " \"append_ns\": %.1f, \"octets_per_event\": %.1f}\n",
	       (unsigned long long)run.events,
	       (double)commands / (double)events,
	       (double)events * 1e9 / (double)replay_ns,
	       (double)append_ns / APPENDS, (double)octets / APPENDS);
	while (run.nevents)
		free(run.event[--run.nevents]);
	return 0;
}

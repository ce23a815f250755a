/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A day simulated: the production core, and everybody else played.
 *
 * WHAT. Configuration, trees and core are those of the daemon. Line, phones,
 * media, disk and data sources are a model that behaves; callers and agents do
 * by chance what a struct rd_day says. The clock jumps from one event to the
 * next, so a day is a matter of seconds.
 *
 * HOW. One thread, one heap of things to come, ordered by (frame, order of
 * planning). Every event goes to the journal (if one is wanted) and to core, as
 * live; what core commands plans what comes next. Figures are taken from the
 * rows core writes for the store, and from nothing else.
 *
 * CHANCE. Each group of callers and each caller has a stream of its own, made
 * of seed, group and number. So another roster of agents meets the very same
 * callers: two days can be compared. The same seed gives the same journal,
 * octet for octet.
 *
 * LIMITS. Phones and network are perfect: no glare, no alarm, no lost message.
 * A caller is silent at an input without a prompt that a timer leads to.
 *
 * Context: any thread; blocking (files of sources, the journal).
 */
#ifndef RD_SIMULATE_H
#define RD_SIMULATE_H

#include "daemon/simulate/day.h"
#include "daemon/simulate/tally.h"

struct rd_simulation {
	const struct rd_bundle *bundle; /* what config was compiled from */
	const struct rd_config *config; /* with its trees; not changed */
	const struct rd_day *day;
	uint64_t seed;		 /* instead of day->seed */
	const char *journal_dir; /* empty or absent folder, or NULL: none */
	const char *replay_dir;	 /* journal with the arrivals, or NULL */
	bool check;		 /* rd_core_check() after each event */
};

struct rd_simulated {
	uint64_t events;	/* handled by core */
	uint64_t broken_seq;	/* check: first event that broke something */
	char why[256];		/* which, or about the error returned */
	struct rd_tally *tally; /* the caller's, rd_tally_free() */
	/* day->ndrills of them, the caller's to free(); NULL: no drills */
	struct rd_drill_result *drills;
};

/*
 * Simulate. 0; -ENOENT: replay_dir has no arrivals on that date; -EEXIST:
 * journal_dir holds a journal; -ENOMEM; -errno, explained in out->why.
 */
int rd_simulate(const struct rd_simulation *sim, struct rd_simulated *out);

#endif

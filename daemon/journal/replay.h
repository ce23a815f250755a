/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Core's state and decisions, derived from the journal again.
 *
 * WHAT. From the snapshot of a segment on, every event is handed to a core as
 * it was handed to the live one. It comes to the same state and says the same
 * commands, octet for octet; each record holds a digest of the commands of the
 * event before, so that "the same" is checked and not hoped.
 *
 * USES. At a start: the state to go on from. In the store: rows that the
 * database lacks (refill). For a person: why was this call routed there?
 *
 * HOW. Where events are missing (a full disk, damage), the state is taken from
 * the next segment's snapshot. Snapshots met on the way are compared with the
 * state, if verify is set.
 *
 * Context: any thread, blocking; core is its own.
 */
#ifndef RD_JOURNAL_REPLAY_H
#define RD_JOURNAL_REPLAY_H

#include "daemon/core/core.h"
#include "daemon/journal/reader.h"

struct rd_replay_options {
	uint64_t from; /* the segment with this event is where it begins */
	uint64_t to;   /* the last event; UINT64_MAX: to the end */
	bool verify;   /* compare digests and snapshots */
	bool check;    /* rd_core_check() after each event */
	/* where commands go; core->seq tells of which event */
	struct rd_sink sink;
	/*
	 * A configuration from a bundle, ready for core (rd_config_compile(),
	 * rd_ivr_load()), or NULL; and its end.
	 */
	struct rd_config *(*compile)(void *context,
				     const struct rd_bundle *bundle);
	void (*release)(void *context, const struct rd_config *config);
	/* a core was made, from a snapshot; may be NULL */
	void (*made)(void *context, struct rd_core *core);
	/* after each event, may be NULL; other than 0 ends the replay */
	int (*after)(void *context, const struct rd_core *core,
		     const struct rd_journal_event *event);
	void *context;
};

struct rd_replay_result {
	uint64_t first, last; /* events handled; 0 none */
	uint64_t events, lost;
	uint64_t gaps;	       /* times the state was taken from a snapshot */
	uint64_t mismatch_seq; /* first event that went otherwise; 0 none */
	uint64_t broken_seq;   /* first event after which an invariant fails */
	char why[256];	       /* about the mismatch, or the error returned */
};

/*
 * Replay. 0: *core is the state after the last event (rd_replay_free() it), or
 * NULL if there was nothing. -ENOENT: no usable segment holds `from`; -EPROTO: a
 * snapshot of another version of this program; -EBADMSG: a configuration that
 * does not compile; what after() returned; -errno. *core is NULL then.
 */
int rd_journal_replay(const char *dir, const struct rd_replay_options *options,
		      struct rd_replay_result *result, struct rd_core **core);

/* Free a core and its configurations. */
void rd_replay_free(struct rd_core *core,
		    const struct rd_replay_options *options);

#endif

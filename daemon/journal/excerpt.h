/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A slice of the journal that stands alone: the state before its first event,
 * the configurations alive then, and the events.
 *
 * WHAT. What a developer needs to repeat a call on another machine. Written, it
 * is a folder with one segment: every tool that reads a journal reads it.
 *
 * HOW. The state before the first event is that of the segment it lies in,
 * replayed up to there. Digests are kept, so each decision is compared when it
 * is repeated; who changed something (rd_excerpt_seal()) has them computed anew.
 *
 * Context: any thread, blocking.
 */
#ifndef RD_JOURNAL_EXCERPT_H
#define RD_JOURNAL_EXCERPT_H

#include "daemon/journal/recover.h"
#include "daemon/journal/replay.h"

struct rd_excerpt {
	uint64_t first, last;  /* events */
	uint64_t epoch_ns;     /* of the run */
	uint32_t generation;   /* newest configuration before first, from 1 */
	uint8_t *snapshot;     /* before first */
	uint64_t snapshot_len;
	struct rd_journal_bundles configs; /* by generation mod RD_CONFIGS */
	struct rd_excerpt_event {
		struct rd_msg *msg;
		uint32_t digest; /* of the commands of the event before */
	} * events;		 /* last - first + 1 */
	size_t n, cap;
};

/*
 * Events first to last of the journal in dir. options: compile, release and
 * context are used. 0; -ENOENT: it does not go back so far, or the first has
 * no configuration before it; -EBADMSG: events are missing there; -ENOMEM,
 * -errno; why[256] explains.
 */
int rd_excerpt_read(const char *dir, uint64_t first, uint64_t last,
		    const struct rd_replay_options *options,
		    struct rd_excerpt *out, char why[256]);

/* Into an empty or absent folder. 0; -EEXIST; -errno. */
int rd_excerpt_write(const struct rd_excerpt *x, const char *dir);

/*
 * What core says to each event: one number an event, of types, receivers,
 * lines and lengths of its commands, not of their texts. Equal numbers before
 * and after a change of texts: the same decisions. shape[x->n]. digests, if not
 * NULL, are filled likewise, for rd_excerpt_seal(). Of the options, sink, made
 * and after are heard, too. 0; -EPROTO: the snapshot or a configuration cannot
 * be used; -ENOMEM; what after returned.
 */
int rd_excerpt_run(const struct rd_excerpt *x,
		   const struct rd_replay_options *options, uint32_t *shape,
		   uint32_t *digests);
/* Take over digests[n] of rd_excerpt_run(), one for each event handled. */
void rd_excerpt_seal(struct rd_excerpt *x, const uint32_t *digests);

void rd_excerpt_free(struct rd_excerpt *x);

#endif

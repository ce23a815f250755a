/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows out of the journal: struct rd_store_refill by replay.
 *
 * A second core, of the store thread's own, is led through the events, and the
 * rows it says are the rows the first one said.
 *
 * Context: the store thread.
 */
#ifndef RD_STORE_REFILL_H
#define RD_STORE_REFILL_H

#include "daemon/journal/replay.h"
#include "daemon/store/store.h"

struct rd_refill_source {
	const char *journal_dir; /* lives as long as the store */
	struct rd_config *(*compile)(void *context,
				     const struct rd_bundle *bundle);
	void (*release)(void *context, const struct rd_config *config);
	void *context;
};

/* For rd_store_config.refill; source lives as long as the store. */
struct rd_store_refill rd_refill_of(const struct rd_refill_source *source);

#endif

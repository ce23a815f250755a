/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tidier: once a second of wall time, everything of the journal that may
 * block (rd_journal_tidy()), in a thread of its own.
 */
#ifndef RD_TIDIER_H
#define RD_TIDIER_H

#include "lib/config/config.h"

struct rd_tidier;
struct rd_journal;
struct rd_store;

/* keep is copied. 0 or -errno. */
int rd_tidier_start(struct rd_tidier **out, struct rd_journal *journal,
		    struct rd_store *store, const struct rd_cfg_journal *keep);
/* Another retention, from the next time on. Context: core. */
void rd_tidier_set(struct rd_tidier *tidier, const struct rd_cfg_journal *keep);
void rd_tidier_stop(struct rd_tidier *tidier); /* NULL allowed */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which segments are old enough to go.
 *
 * A segment goes when all its events are applied by the store, and it is older
 * than keep_days or the disk is below its low-water mark; oldest first. The
 * newest two always stay: what is written, and what a damaged beginning falls
 * back to. Files put aside (".broken") are a person's to remove.
 *
 * Context: the tidier.
 */
#ifndef RD_JOURNAL_RETAIN_H
#define RD_JOURNAL_RETAIN_H

#include "daemon/journal/journal.h"

/* Number of segments removed, or -errno. */
int rd_journal_retain(int dirfd, const struct rd_journal_retention *keep);

#endif

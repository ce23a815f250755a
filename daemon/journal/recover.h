/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an earlier run left: which segments are good, and up to where.
 *
 * Only the tail matters for a start: from the newest segment whose snapshot is
 * good, to the end. That much is checked octet by octet; older segments when
 * somebody reads them.
 *
 * Context: start, blocking. Used by rd_journal_open().
 */
#ifndef RD_JOURNAL_RECOVER_H
#define RD_JOURNAL_RECOVER_H

#include "daemon/journal/bundle.h"
#include "daemon/journal/journal.h"

/* The configurations alive at the end, by generation mod RD_CONFIGS. */
struct rd_journal_bundles {
	struct {
		uint32_t generation; /* 0: none */
		struct rd_bundle bundle;
	} slot[RD_CONFIGS];
	uint32_t newest; /* generation; 0 none */
	struct rd_bundle_parts parts;
};

/* Take note of an event; only RD_MSG_CONFIG matters. 0, -EINVAL, -ENOMEM. */
int rd_journal_bundles_note(struct rd_journal_bundles *b,
			    const struct rd_msg *event);
/* Keep a copy of bundle as number generation. 0 or -ENOMEM. */
int rd_journal_bundles_put(struct rd_journal_bundles *b, uint32_t generation,
			   const void *data, size_t len);
void rd_journal_bundles_free(struct rd_journal_bundles *b);

struct rd_journal_left {
	struct rd_journal_recovery recovery;
	struct rd_journal_bundles bundles;
	uint64_t epoch_ns;
};

/* Look through dir, repair what can be. 0 or -errno, told in diag. */
int rd_journal_recover(const char *dir, int dirfd, struct rd_journal_left *out,
		       struct rd_diag *diag);

/*
 * First sequence numbers of all segments of a folder, ascending; *out is the
 * caller's to free. Number of them, or -errno.
 */
int rd_journal_list(int dirfd, uint64_t **out);

#endif

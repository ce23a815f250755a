/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A copy of everything that matters, of a daemon that runs.
 *
 *	<to>/ringdown.db	the database, by SQLite's online backup
 *	<to>/journal/		its segments, the live one up to now
 *	<to>/recordings.sha256	every recording's checksum, for sha256sum -c
 *	<to>/SHA256SUMS		of the files above
 *
 * The database comes first: the journal that is copied after it then holds
 * everything the database has not applied yet, so that a restored pair is
 * complete. Recordings are listed, not copied: they are large, never change once
 * whole, and any tool can copy them.
 *
 * Context: a thread of its own, or the CLI; blocking. Takes no lock that the
 * daemon waits for.
 */
#ifndef RD_STORE_BACKUP_H
#define RD_STORE_BACKUP_H

#include <stdint.h>

#include "lib/base/diag.h"

struct rd_backup_from {
	const char *store_path, *journal_dir, *recordings_dir; /* "" none */
};

struct rd_backup_result {
	uint64_t octets, segments, recordings;
};

/*
 * Copy to the folder `to`, which must not be there yet. 0, or -errno with a
 * sentence in diag; what was copied so far stays, marked by no SHA256SUMS.
 */
int rd_backup_run(const struct rd_backup_from *from, const char *to,
		  struct rd_backup_result *result, struct rd_diag *diag);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Removing old segments; see retain.h. Age is the file's mtime. */
#include "daemon/journal/retain.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/journal/format.h"
#include "daemon/journal/recover.h"

#define STAY 2 /* newest segments */

static bool is_low(int dirfd, uint32_t low_water_mib)
{
	struct statvfs fs;

	if (!low_water_mib || fstatvfs(dirfd, &fs))
		return false;
	return (uint64_t)fs.f_bavail * fs.f_frsize >> 20 < low_water_mib;
}

static bool is_old(int dirfd, const char *name,
		   const struct rd_journal_retention *keep)
{
	struct stat st;

	if (!keep->keep_days || fstatat(dirfd, name, &st, 0))
		return false;
	return st.st_mtime < keep->now_s - (int64_t)keep->keep_days * 86400;
}

int rd_journal_retain(int dirfd, const struct rd_journal_retention *keep)
{
	uint64_t *list;
	int n = rd_journal_list(dirfd, &list), removed = 0;

	if (n < 0)
		return n;
	for (int i = 0; i + STAY < n; i++) {
		char name[RD_JOURNAL_NAME];

		/* its last event is below the next one's first */
		if (list[i + 1] - 1 > keep->applied_seq)
			break;
		rd_journal_name(name, list[i]);
		if (!is_old(dirfd, name, keep) &&
		    !is_low(dirfd, keep->low_water_mib))
			break;
		if (!unlinkat(dirfd, name, 0))
			removed++;
	}
	free(list);
	return removed;
}

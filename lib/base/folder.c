// SPDX-License-Identifier: GPL-2.0-or-later
/* Making folders; see folder.h. */
#include "lib/base/folder.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

int rd_folder_make_above(const char *path, mode_t mode)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return -ENAMETOOLONG;
	memcpy(part, path, len + 1);
	for (char *p = part + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (mkdir(part, mode) && errno != EEXIST && errno != EROFS)
			return -errno;
		*p = '/';
	}
	return 0;
}

int rd_folder_make(const char *path, mode_t mode)
{
	int err = rd_folder_make_above(path, mode);

	if (err)
		return err;
	return mkdir(path, mode) && errno != EEXIST ? -errno : 0;
}

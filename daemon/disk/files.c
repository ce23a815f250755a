// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths below the recordings' folder. Everything is relative to its
 * descriptor; a path that core sends is checked before it is used.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/disk/state.h"

#define DEPTH_MAX 16

bool rd_path_is_safe(const char *path, size_t size)
{
	size_t len = strnlen(path, size);

	if (!len || len == size || path[0] == '/' || path[len - 1] == '/')
		return false;
	for (const char *part = path; part; part = strchr(part, '/')) {
		part += *part == '/';
		if (part[0] == '.' || part[0] == '/')
			return false; /* hidden, "..", empty */
	}
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
			return false;
	return true;
}

static int make_folders(int dirfd, const char *path)
{
	char folder[256];

	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
		size_t len = (size_t)(at - path);

		if (len >= sizeof(folder))
			return -ENAMETOOLONG;
		memcpy(folder, path, len);
		folder[len] = 0;
		if (mkdirat(dirfd, folder, 0750) && errno != EEXIST)
			return -errno;
	}
	return 0;
}

int rd_path_create(int dirfd, const char *path, const char *suffix)
{
	char name[256];
	int fd, err;

	if (snprintf(name, sizeof(name), "%s%s", path, suffix) >=
	    (int)sizeof(name))
		return -ENAMETOOLONG;
	err = make_folders(dirfd, name);
	if (err)
		return err;
	fd = openat(dirfd, name,
		    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	return fd < 0 ? -errno : fd;
}

int rd_path_settle(int dirfd, const char *path, const char *from,
		   const char *to)
{
	char old[256], new[256];

	snprintf(old, sizeof(old), "%s%s", path, from);
	for (int i = 0; i < 100; i++) {
		if (i)
			snprintf(new, sizeof(new), "%s-%d%s", path, i, to);
		else
			snprintf(new, sizeof(new), "%s%s", path, to);
		if (!renameat2(dirfd, old, dirfd, new, RENAME_NOREPLACE))
			return 0;
		if (errno == EINVAL) /* a file system without NOREPLACE */
			return renameat(dirfd, old, dirfd, new) ? -errno : 0;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

/* ---- walk ------------------------------------------------------------------------ */

static bool ends_in(const char *name, const char *suffix)
{
	size_t n = strlen(name), k = strlen(suffix);

	return n > k && !strcmp(name + n - k, suffix);
}

struct walk {
	int dirfd;
	const char *suffix;
	rd_walk_fn *fn;
	void *arg;
	char path[1024];
};

/* False: stop. Links are not followed. */
static bool walk_folder(struct walk *w, size_t len, int depth)
{
	int fd = openat(w->dirfd, len ? w->path : ".",
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	bool go_on = true;

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (go_on && (e = readdir(dir))) {
		size_t n = strlen(e->d_name);
		struct stat st;

		if (e->d_name[0] == '.' || len + n + 2 > sizeof(w->path) ||
		    fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (len)
			w->path[len] = '/';
		memcpy(w->path + len + (len > 0), e->d_name, n + 1);
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			go_on = walk_folder(w, len + (len > 0) + n, depth + 1);
		else if (S_ISREG(st.st_mode) && ends_in(e->d_name, w->suffix))
			go_on = w->fn(w->arg, w->dirfd, w->path);
		w->path[len] = 0;
	}
	closedir(dir);
	return go_on;
}

int rd_path_walk(int dirfd, const char *suffix, rd_walk_fn *fn, void *arg)
{
	struct walk *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->dirfd = dirfd;
	w->suffix = suffix;
	w->fn = fn;
	w->arg = arg;
	walk_folder(w, 0, 0);
	free(w);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The socket's place; see listen.h. */
#include "daemon/control/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 64

static int lock(const char *path, int *lock_fd, struct rd_diag *diag)
{
	struct rd_place at = { path, 0, 0 };
	char name[sizeof(((struct sockaddr_un *)0)->sun_path) + 8];
	int fd, err;

	snprintf(name, sizeof(name), "%s.lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0) {
		err = -errno;
		rd_diag_error(diag, at, "cannot make its lock: %s",
			      strerror(errno));
		return err;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		rd_diag_error(diag, at,
			      "another ringdownd listens here (it holds %s)",
			      name);
		close(fd);
		return -EADDRINUSE;
	}
	*lock_fd = fd;
	return 0;
}

/* Remove what a dead daemon left; refuse to touch anything else. */
static int clear_way(const struct sockaddr_un *addr, struct rd_diag *diag)
{
	struct rd_place at = { addr->sun_path, 0, 0 };
	struct stat st;
	int fd, rc;

	if (lstat(addr->sun_path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode)) {
		rd_diag_error(diag, at, "is there, and is no socket");
		return -ENOTSOCK;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	rc = connect(fd, (const struct sockaddr *)addr, sizeof(*addr));
	close(fd);
	if (!rc) {
		rd_diag_error(diag, at, "another program listens here");
		return -EADDRINUSE;
	}
	return unlink(addr->sun_path) ? -errno : 0;
}

static int set_group(const char *path, const char *group, struct rd_diag *diag)
{
	struct rd_place at = { path, 0, 0 };
	struct group *gr;
	int err;

	if (!*group)
		return 0;
	gr = getgrnam(group);
	if (!gr) {
		rd_diag_error(diag, at, "there is no group \"%s\"", group);
		return -ENOENT;
	}
	if (!chown(path, (uid_t)-1, gr->gr_gid))
		return 0;
	err = -errno;
	rd_diag_error(diag, at, "cannot give it to group \"%s\": %s", group,
		      strerror(-err));
	return err;
}

int rd_listen(const char *path, const char *group, int *out_fd, int *lock_fd,
	      struct rd_diag *diag)
{
	struct rd_place at = { path, 0, 0 };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	mode_t before;
	int fd, err;

	if (strlen(path) >= sizeof(addr.sun_path)) {
		rd_diag_error(diag, at, "longer than %zu octets",
			      sizeof(addr.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	strcpy(addr.sun_path, path);
	err = lock(path, lock_fd, diag);
	if (err)
		return err;
	err = clear_way(&addr, diag);
	if (err)
		goto err_unlock;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		err = -errno;
		goto err_unlock;
	}
	before = umask(0117); /* 0660 from the first moment */
	err = bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ? -errno : 0;
	umask(before);
	if (!err)
		err = set_group(path, group, diag);
	if (!err && listen(fd, BACKLOG))
		err = -errno;
	if (err)
		goto err_close;
	*out_fd = fd;
	return 0;

err_close:
	close(fd);
err_unlock:
	if (!diag->errors)
		rd_diag_error(diag, at, "%s", strerror(-err));
	close(*lock_fd);
	return err;
}

/*
 * From /etc/passwd itself: getpwuid() may ask a directory server, and core does
 * not wait for one.
 */
void rd_listen_peer(int fd, char *by)
{
	struct ucred cred = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(cred);
	FILE *f;
	struct passwd *pw;

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	snprintf(by, 48, "operator:uid-%u", cred.uid);
	f = fopen("/etc/passwd", "re");
	if (!f)
		return;
	while ((pw = fgetpwent(f)))
		if (pw->pw_uid == cred.uid) {
			snprintf(by, 48, "operator:%.32s", pw->pw_name);
			break;
		}
	fclose(f);
}

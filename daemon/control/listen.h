/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket's place in the file system: one daemon, the right people.
 *
 * A lock file beside it (path.lock) is held for life, so a socket without its
 * lock is a dead daemon's and may be removed, and a live one never is.
 */
#ifndef RD_CONTROL_LISTEN_H
#define RD_CONTROL_LISTEN_H

#include "lib/base/diag.h"

/*
 * Listen at path, 0660, group ("": the process's). 0: *fd, *lock_fd. -errno with a
 * sentence in diag: -EADDRINUSE another daemon, -ENOTSOCK something else lies
 * there, -ENAMETOOLONG, -ENOENT no such group ...
 */
int rd_listen(const char *path, const char *group, int *fd, int *lock_fd,
	      struct rd_diag *diag);

/* "operator:<user>" of whoever is at the other end. by[48]. */
void rd_listen_peer(int fd, char *by);

#endif

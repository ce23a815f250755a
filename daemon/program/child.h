/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections to programs: a child process, or a socket.
 *
 * Context: the thread of programs (a child dies with the thread that began it).
 */
#ifndef RD_PROGRAM_CHILD_H
#define RD_PROGRAM_CHILD_H

#include <sys/types.h>

/*
 * Begin a child whose standard input and output are *fd, non-blocking. Its
 * errors go where the daemon's go. 0 or negative errno; that it cannot be
 * executed shows as its end.
 */
int rd_child_begin(const char *const *args, int nargs, const char *folder,
		   pid_t *pid, int *fd);
/* End it and its whole session's first group, and wait for it. */
void rd_child_end(pid_t pid);

/* A unix socket by its absolute path, 127.0.0.1:port or [::1]:port. *fd is
 * non-blocking; connecting may still be under way. 0 or negative errno. */
int rd_socket_connect(const char *where, int *fd);

#endif

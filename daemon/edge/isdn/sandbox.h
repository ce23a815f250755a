/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a fault in the stack could reach: nothing but its socket.
 *
 * All other descriptors closed, no new privileges, no core dump, no files, no
 * processes, a limit of memory, and a seccomp list of the few calls this
 * program makes; any other kills it, and core starts it again.
 */
#ifndef RD_ISDN_SANDBOX_H
#define RD_ISDN_SANDBOX_H

/* Keep fd (and 2, to die with words). 0 or -errno. Once, before any input. */
int isdn_sandbox_enter(int fd);

#endif

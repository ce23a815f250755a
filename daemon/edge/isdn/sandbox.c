// SPDX-License-Identifier: GPL-2.0-only
/* See sandbox.h. Built with a sanitizer there is no list of calls and no limit
 * of memory, for its run time needs many and much. */
#include "daemon/edge/isdn/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#define MEMORY_LIMIT (256ul << 20)

static int limit(void)
{
	/* clang-format off */
	static const struct {
		int resource;
		rlim_t value;
	} limits[] = {
		{ RLIMIT_CORE, 0 }, { RLIMIT_FSIZE, 0 }, { RLIMIT_NPROC, 0 },
		{ RLIMIT_MEMLOCK, 0 }, { RLIMIT_NOFILE, 0 },
		{ RLIMIT_AS, MEMORY_LIMIT },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct rlimit r = { limits[i].value, limits[i].value };

		if (SANITIZED && limits[i].resource != RLIMIT_CORE)
			continue;
		if (setrlimit(limits[i].resource, &r))
			return -errno;
	}
	return 0;
}

static int filter(int fd)
{
	/* the heap, the end, and time for malloc's own statistics */
	static const int plain[] = {
		SCMP_SYS(brk),
		SCMP_SYS(mmap),
		SCMP_SYS(munmap),
		SCMP_SYS(mremap),
		SCMP_SYS(madvise),
		SCMP_SYS(exit),
		SCMP_SYS(exit_group),
		SCMP_SYS(rt_sigreturn),
		SCMP_SYS(restart_syscall),
		SCMP_SYS(futex),
		SCMP_SYS(getrandom),
	};
	/* only on the socket */
	static const int io[] = {
		SCMP_SYS(recvfrom), SCMP_SYS(sendto),  SCMP_SYS(read),
		SCMP_SYS(recvmsg),  SCMP_SYS(sendmsg),
	};
	scmp_filter_ctx ctx;
	int res = 0;

	if (SANITIZED)
		return 0;
	ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	if (!ctx)
		return -ENOMEM;
	for (size_t i = 0; !res && i < sizeof(plain) / sizeof(plain[0]); i++)
		res = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, plain[i], 0);
	for (size_t i = 0; !res && i < sizeof(io) / sizeof(io[0]); i++)
		res = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, io[i], 1,
				       SCMP_A0(SCMP_CMP_EQ, (unsigned)fd));
	if (!res)
		res = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
				       SCMP_A0(SCMP_CMP_EQ, STDERR_FILENO));
	if (!res)
		res = seccomp_load(ctx);
	seccomp_release(ctx);
	return res;
}

int isdn_sandbox_enter(int fd)
{
	int res;

	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	if (fd > 3)
		close_range(3, (unsigned)fd - 1, 0);
	close_range((unsigned)fd + 1, ~0u, 0);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	res = limit();
	return res ? res : filter(fd);
}

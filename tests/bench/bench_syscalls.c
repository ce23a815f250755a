// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many system calls a thread makes: where there are no tracepoints.
 *
 *	bench_syscalls TID SECONDS
 *
 * A tracer stops the thread at each entry and exit, so it runs slower than by
 * itself, but misses none. Prints the number of entries.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>

static volatile sig_atomic_t over;

static void on_alarm(int sig)
{
	over = 1;
}

/* Stopped in a call: true; at its end or for another reason: false. */
static bool enters(pid_t tid)
{
	struct __ptrace_syscall_info info;

	return ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof(info),
		      &info) > 0 &&
	       info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

/* Run on to the next stop; the signal it stopped for, if any, is delivered. */
static int go_on(pid_t tid, int status)
{
	int sig = WSTOPSIG(status);

	if (sig == (SIGTRAP | 0x80) || status >> 16)
		sig = 0;
	return ptrace(PTRACE_SYSCALL, tid, NULL, (void *)(long)sig) ? -errno
								    : 0;
}

static long count(pid_t tid)
{
	long calls = 0;
	int status, err = 0;

	if (ptrace(PTRACE_SEIZE, tid, NULL, (void *)PTRACE_O_TRACESYSGOOD) ||
	    ptrace(PTRACE_INTERRUPT, tid, NULL, NULL))
		return -errno;
	while (!err && !over) {
		if (waitpid(tid, &status, __WALL) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (!WIFSTOPPED(status))
			return -ESRCH;
		if (WSTOPSIG(status) == (SIGTRAP | 0x80))
			calls += enters(tid);
		err = go_on(tid, status);
	}
	return err ? err : calls; /* our end sets the thread free */
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct itimerval timer = { 0 };
	long calls;

	if (argc != 3 || atoi(argv[1]) <= 0 || atoi(argv[2]) <= 0) {
		fprintf(stderr, "usage: bench_syscalls TID SECONDS\n");
		return 2;
	}
	sigaction(SIGALRM, &act, NULL); /* without SA_RESTART: ends the wait */
	timer.it_value.tv_sec = atoi(argv[2]);
	setitimer(ITIMER_REAL, &timer, NULL);
	calls = count(atoi(argv[1]));
	if (calls < 0) {
		fprintf(stderr, "thread %s: %s\n", argv[1],
			strerror((int)-calls));
		return 1;
	}
	printf("%ld\n", calls);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A bad world for a daemon, loaded before libc (LD_PRELOAD).
 *
 *	SHIM_KILL=CALL:N    ringdownd dies by SIGKILL instead of doing its N-th
 *	                    CALL: write, rename, sync, truncate, unlink (of a
 *	                    file), submit (to an io_uring)
 *	SHIM_COUNT=FILE     there stand the counts of all CALLs, as in the list
 *	                    below, 8 octets each
 *	SHIM_CLOCK=FILE     the wall clock is off by the seconds there, 8 octets
 *
 * Both files are mapped, so that a test can look and set at any time.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum call { WRITE, RENAME, SYNC, TRUNCATE, UNLINK, SUBMIT, CALLS };

static const char *const names[] = {
	"write", "rename", "sync", "truncate", "unlink", "submit",
};

static uint64_t own[CALLS], *count = own;
static int64_t *clock_off;
static int kill_call = -1;
static uint64_t kill_at;

static void *map(const char *variable)
{
	const char *path = getenv(variable);
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *mem;

	if (fd < 0)
		return NULL;
	mem = mmap(NULL, 64, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return mem == MAP_FAILED ? NULL : mem;
}

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("SHIM_KILL");
	void *shared;

	clock_off = map("SHIM_CLOCK");
	if (strcmp(program_invocation_short_name, "ringdownd"))
		return;
	shared = map("SHIM_COUNT");
	if (shared)
		count = shared;
	for (int i = 0; at && i < CALLS; i++) {
		size_t len = strlen(names[i]);

		if (!strncmp(at, names[i], len) && at[len] == ':') {
			kill_call = i;
			kill_at = strtoull(at + len + 1, NULL, 10);
		}
	}
}

static void tick(enum call call)
{
	uint64_t n = __atomic_add_fetch(&count[call], 1, __ATOMIC_RELAXED);

	if ((int)call == kill_call && n == kill_at)
		kill(getpid(), SIGKILL);
}

#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

/* The same function once more, with a death before it. */
#define WRAP(type, call, name, params, ...)                 \
	type name params                                    \
	{                                                   \
		static __typeof__(&(name)) next;            \
                                                            \
		if (!next)                                  \
			next = NEXT(name);                  \
		tick(call);                                 \
		return next(__VA_ARGS__);                   \
	}

/* clang-format off */
WRAP(ssize_t, WRITE, pwrite, (int fd, const void *p, size_t n, off_t at), fd, p, n, at)
WRAP(ssize_t, WRITE, pwrite64, (int fd, const void *p, size_t n, off64_t at), fd, p, n, at)
WRAP(int, RENAME, rename, (const char *a, const char *b), a, b)
WRAP(int, RENAME, renameat, (int da, const char *a, int db, const char *b), da, a, db, b)
WRAP(int, RENAME, renameat2, (int da, const char *a, int db, const char *b, unsigned f), da, a, db, b, f)
WRAP(int, SYNC, fdatasync, (int fd), fd)
WRAP(int, SYNC, fsync, (int fd), fd)
WRAP(int, TRUNCATE, ftruncate, (int fd, off_t n), fd, n)
WRAP(int, TRUNCATE, ftruncate64, (int fd, off64_t n), fd, n)
WRAP(int, UNLINK, unlink, (const char *a), a)
WRAP(int, UNLINK, unlinkat, (int d, const char *a, int f), d, a, f)
WRAP(int, SUBMIT, io_uring_submit, (struct io_uring *r), r)
WRAP(int, SUBMIT, io_uring_submit_and_wait, (struct io_uring *r, unsigned n), r, n)
/* clang-format on */

/* Eventfds are written 8 octets at a time, and are no files. */
ssize_t write(int fd, const void *p, size_t n)
{
	static __typeof__(&write) next;

	if (!next)
		next = NEXT(write);
	if (n != 8)
		tick(WRITE);
	return next(fd, p, n);
}

/* ---- the wall clock ---------------------------------------------------------- */

int clock_gettime(clockid_t clock, struct timespec *t)
{
	static __typeof__(&clock_gettime) next;
	int err;

	if (!next)
		next = NEXT(clock_gettime);
	err = next(clock, t);
	if (!err && clock_off &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		t->tv_sec += __atomic_load_n(clock_off, __ATOMIC_RELAXED);
	return err;
}

int gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	tv->tv_sec = t.tv_sec;
	tv->tv_usec = t.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	if (out)
		*out = t.tv_sec;
	return t.tv_sec;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The program of the guest; see guest.h. */
#include "tests/bench/guest/guest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void die(const char *what, int err)
{
	printf("BROKEN %s: %s\n", what, strerror(err ? err : errno));
	exit(1);
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* The sum of "name : N nsecs" of /proc/timer_list, over all processors. */
uint64_t idle_ns(void)
{
	FILE *f = fopen("/proc/timer_list", "r");
	uint64_t sum = 0;
	char line[256];

	if (!f)
		die("/proc/timer_list", 0);
	while (fgets(line, sizeof(line), f)) {
		const char *colon = strchr(line, ':');

		if (colon && (strstr(line, ".idle_sleeptime") ||
			      strstr(line, ".iowait_sleeptime")))
			sum += strtoull(colon + 1, NULL, 10);
	}
	fclose(f);
	return sum;
}

int run_idle(int argc, char **argv)
{
	uint64_t t = now_ns(), idle = idle_ns();

	sleep(5);
	idle = idle_ns() - idle;
	t = now_ns() - t;
	printf("BENCH {\"part\":\"idle\",\"busy_ns_per_s\":%.0f}\n",
	       1e9 * (double)(t - idle) / (double)t);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} parts[] = {
		{ "media", run_media },	  { "stream", run_stream },
		{ "kernel", run_kernel }, { "dahdi", run_dahdi },
		{ "idle", run_idle },
	};

	setlinebuf(stdout);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (argc > 1 && strcmp(argv[1], parts[i].name) == 0)
			return parts[i].run(argc - 2, argv + 2);
	die("no such part", EINVAL);
}

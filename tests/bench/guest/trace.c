// SPDX-License-Identifier: GPL-2.0-or-later
/* Counting with the kernel's own instruments: tracepoints, probes, ftrace. */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/bench/guest/guest.h"

#define TRACING "/sys/kernel/tracing/"

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY | O_APPEND);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(file, 0);
	close(fd);
}

/* ---- system calls ----------------------------------------------------------- */

int syscalls_open(int tid)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
	};
	FILE *f = fopen(TRACING "events/raw_syscalls/sys_enter/id", "r");
	unsigned long long id;
	int fd;

	if (!f || fscanf(f, "%llu", &id) != 1)
		die("tracepoint of system calls", 0);
	fclose(f);
	attr.config = id;
	fd = (int)syscall(SYS_perf_event_open, &attr, tid, -1, -1, 0);
	if (fd < 0)
		die("perf_event_open", 0);
	return fd;
}

uint64_t syscalls_read(int counter)
{
	uint64_t count;

	if (read(counter, &count, sizeof(count)) != sizeof(count))
		die("read of a counter", 0);
	return count;
}

/* ---- octets copied ------------------------------------------------------------ */

/*
 * The copying functions themselves cannot be probed (lib/ is notrace); but each
 * copy whose length is not a constant is checked first, wherever it comes from:
 * CONFIG_HARDENED_USERCOPY. So the 8 octets of a tick are not among them.
 */
#define PROBE	"p:bench/copy __check_object_size n=%si:u64\n"
#define HIST	"hist:keys=common_pid:vals=n"
#define TRIGGER TRACING "events/bench/copy/trigger"

static int trigger_fd; /* open() copies, too: a path's room of 4064 octets */

static size_t pull_trigger(const char *form)
{
	char text[128];
	int n = snprintf(text, sizeof(text), form, getpid());

	if (write(trigger_fd, text, (size_t)n) < 0)
		die(TRIGGER, 0);
	return (size_t)n;
}

void copies_begin(void)
{
	put(TRACING "kprobe_events", PROBE);
	trigger_fd = open(TRIGGER, O_WRONLY | O_APPEND);
	pull_trigger(HIST " if common_pid==%d\n");
}

/* "{ common_pid:   77 } hitcount:  5  n:  400" */
uint64_t copies_end(void)
{
	uint64_t sum = 0;
	char line[256];
	size_t own = pull_trigger(HIST ":pause if common_pid==%d\n");
	FILE *f;

	f = fopen(TRACING "events/bench/copy/hist", "r");
	if (!f)
		die("histogram of copies", 0);
	while (fgets(line, sizeof(line), f)) {
		const char *n = strstr(line, " n:");

		if (line[0] == '{' && n)
			sum += strtoull(n + 3, NULL, 10);
	}
	fclose(f);
	pull_trigger("!" HIST " if common_pid==%d\n");
	close(trigger_fd);
	put(TRACING "kprobe_events", "-:bench/copy\n");
	return sum > own ? sum - own : 0;
}

/* ---- time in a function --------------------------------------------------------- */

void graph_begin(const char *function, const char *module)
{
	char text[128];

	snprintf(text, sizeof(text), "%s:mod:%s\n", function, module);
	put(TRACING "set_ftrace_filter", text);
	put(TRACING "current_tracer", "function_graph\n");
}

double graph_end(unsigned *calls)
{
	double sum = 0;
	char line[256];
	FILE *f;

	put(TRACING "tracing_on", "0\n");
	f = fopen(TRACING "trace", "r");
	if (!f)
		die("trace", 0);
	*calls = 0;
	while (fgets(line, sizeof(line), f)) {
		char *unit = strstr(line, " us "), *at = unit;

		if (!unit || line[0] == '#')
			continue;
		while (at > line && strchr("0123456789.", at[-1]))
			at--;
		sum += strtod(at, NULL) * 1000;
		++*calls;
	}
	fclose(f);
	put(TRACING "current_tracer", "nop\n");
	put(TRACING "tracing_on", "1\n");
	return *calls ? sum / *calls : 0;
}

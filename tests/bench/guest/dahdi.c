// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The same 60 channels through DAHDI: two dynamic local spans of 30 that are
 * each other's far end, each channel a descriptor with blocks of 10 ms. When
 * poll() says that channels have one, it is read and sent back. Of DAHDI only
 * the header of its interface is used (package dahdi-dkms).
 */
#include <dahdi/user.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/bench/guest/guest.h"

#define SPANS	2
#define ALL	(SPANS * CHANNELS)
#define WARM_UP 20u
#define TICKS	500u

static void make_span(int ctl, int n)
{
	struct dahdi_dynamic_span span = { .driver = "loc",
					   .numchans = CHANNELS };

	snprintf(span.addr, sizeof(span.addr), "1:%d", n);
	if (ioctl(ctl, DAHDI_DYNAMIC_CREATE, &span))
		die("DAHDI_DYNAMIC_CREATE", 0);
	for (unsigned i = 0; i < CHANNELS; i++) {
		struct dahdi_chanconfig chan = {
			.chan = (int)(n * CHANNELS + i + 1),
			.sigtype = DAHDI_SIG_CLEAR,
			.deflaw = DAHDI_LAW_ALAW,
		};

		if (ioctl(ctl, DAHDI_CHANCONFIG, &chan))
			die("DAHDI_CHANCONFIG", 0);
	}
	if (ioctl(ctl, DAHDI_STARTUP, &span.spanno))
		die("DAHDI_STARTUP", 0);
}

static int open_channel(int number)
{
	struct dahdi_bufferinfo buffers = {
		.txbufpolicy = DAHDI_POLICY_IMMEDIATE,
		.rxbufpolicy = DAHDI_POLICY_IMMEDIATE,
		.numbufs = 4,
		.bufsize = PERIOD,
	};
	int fd = open("/dev/dahdi/channel", O_RDWR | O_NONBLOCK);

	if (fd < 0 || ioctl(fd, DAHDI_SPECIFY, &number) ||
	    ioctl(fd, DAHDI_SET_BUFINFO, &buffers))
		die("/dev/dahdi/channel", 0);
	return fd;
}

/* Serve whoever has a block. Blocks of the first channel. */
static unsigned turn(struct pollfd *p)
{
	unsigned char octets[PERIOD];
	unsigned first = 0;

	if (poll(p, ALL, -1) < 0)
		die("poll", 0);
	for (unsigned i = 0; i < ALL; i++) {
		ssize_t n;

		if (!(p[i].revents & POLLIN))
			continue;
		n = read(p[i].fd, octets, sizeof(octets));
		if (n < 0)
			die("read of a channel", 0);
		if (write(p[i].fd, octets, (size_t)n) < 0)
			die("write of a channel", 0);
		first += !i;
	}
	return first;
}

static void run(struct pollfd *p, unsigned ticks)
{
	for (unsigned done = 0; done < ticks;)
		done += turn(p);
}

int run_dahdi(int argc, char **argv)
{
	int ctl = open("/dev/dahdi/ctl", O_RDWR), counter = syscalls_open(0);
	unsigned char rest[PERIOD];
	struct pollfd p[ALL];
	uint64_t t, idle, calls, copied;

	if (ctl < 0)
		die("/dev/dahdi/ctl", 0);
	for (int n = 0; n < SPANS; n++)
		make_span(ctl, n);
	memset(rest, 0xd5, sizeof(rest));
	for (unsigned i = 0; i < ALL; i++) {
		p[i] = (struct pollfd){ open_channel((int)i + 1), POLLIN, 0 };
		if (write(p[i].fd, rest, sizeof(rest)) < 0)
			die("first write", 0);
	}
	run(p, WARM_UP);
	t = now_ns();
	idle = idle_ns();
	run(p, WARM_UP);
	calls = syscalls_read(counter);
	run(p, TICKS);
	calls = syscalls_read(counter) - calls - 1;
	t = now_ns() - t;
	idle = idle_ns() - idle;
	copies_begin();
	run(p, TICKS);
	copied = copies_end();
	printf("BENCH {\"part\":\"dahdi\",\"channels\":%u,\"ticks\":%u,"
	       "\"syscalls\":%llu,\"busy_ns_per_s\":%.0f,"
	       "\"octets_copied\":%llu}\n",
	       ALL, TICKS, (unsigned long long)calls,
	       1e9 * (double)(t - idle) / (double)t,
	       (unsigned long long)copied);
	return 0;
}

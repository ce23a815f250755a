// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/line_clock.h"

#include <sys/time.h>

#include "lib/base/frames.h"

static uint64_t clock_epoch_ns;
static uint64_t clock_frame;

int __wrap_gettimeofday(struct timeval *tv, void *tz);

void xc_line_clock_set_epoch(uint64_t epoch_ns)
{
	clock_epoch_ns = epoch_ns;
}

void xc_line_clock_set(uint64_t frame)
{
	clock_frame = frame;
}

uint64_t xc_line_clock_frame(void)
{
	return clock_frame;
}

uint64_t xc_line_clock_ns(uint64_t frame)
{
	return clock_epoch_ns + rd_ns_from_frames(frame);
}

int __wrap_gettimeofday(struct timeval *tv, void *tz)
{
	uint64_t ns = xc_line_clock_ns(clock_frame);

	tv->tv_sec = ns / 1000000000;
	tv->tv_usec = ns % 1000000000 / 1000;
	return 0;
}

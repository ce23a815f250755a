// SPDX-License-Identifier: GPL-2.0-only
/*
 * gettimeofday() and time() on the line clock. Invariant: never goes back.
 *
 * The epoch is any constant far from 0, for libpri adds and subtracts
 * seconds; people see other stamps, made by core.
 */
#include "daemon/edge/isdn/clock.h"

#include <time.h>

#include "lib/base/frames.h"

#define EPOCH_S	     1000000000
#define US_PER_FRAME 125

static uint64_t now_frame;

int __wrap_gettimeofday(struct timeval *tv, void *timezone);

int __wrap_gettimeofday(struct timeval *tv, void *timezone)
{
	tv->tv_sec = EPOCH_S + (time_t)(now_frame / RD_FRAMES_PER_S);
	tv->tv_usec = (suseconds_t)(now_frame % RD_FRAMES_PER_S) * US_PER_FRAME;
	return 0;
}

time_t __wrap_time(time_t *t);

time_t __wrap_time(time_t *t)
{
	time_t now = EPOCH_S + (time_t)(now_frame / RD_FRAMES_PER_S);

	if (t)
		*t = now;
	return now;
}

uint64_t isdn_clock_frame(void)
{
	return now_frame;
}

void isdn_clock_set(uint64_t frame)
{
	if (frame > now_frame)
		now_frame = frame;
}

uint64_t isdn_clock_frame_of(const struct timeval *tv)
{
	uint64_t us = (uint64_t)tv->tv_usec;

	if (tv->tv_sec < EPOCH_S)
		return 0;
	return (uint64_t)(tv->tv_sec - EPOCH_S) * RD_FRAMES_PER_S +
	       (us + US_PER_FRAME - 1) / US_PER_FRAME;
}

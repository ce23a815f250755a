/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time, as this project counts it: frames of 125 us on the line clock.
 *
 * All timers, durations and orders of events are in frames. The wall clock
 * appears once, as the epoch of frame 0, to stamp records for people.
 */
#ifndef RD_BASE_FRAMES_H
#define RD_BASE_FRAMES_H

#include <stdint.h>

#define RD_FRAMES_PER_MS 8u
#define RD_FRAMES_PER_S	 8000u
#define RD_NS_PER_FRAME	 125000u
#define RD_FRAME_NEVER	 UINT64_MAX

static inline uint64_t rd_frames_from_ms(uint64_t ms)
{
	return ms * RD_FRAMES_PER_MS;
}

static inline uint64_t rd_ms_from_frames(uint64_t frames)
{
	return frames / RD_FRAMES_PER_MS;
}

static inline uint64_t rd_ns_from_frames(uint64_t frames)
{
	return frames * RD_NS_PER_FRAME;
}

#endif

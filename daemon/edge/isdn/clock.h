/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The time libpri sees: the line clock, and no other.
 *
 * The linker gives libpri this module's gettimeofday() and time() (--wrap). They
 * answer EPOCH + frames * 125 us, with the frame of the last message from core. So
 * timers depend on nothing but the messages: a step of the wall clock does
 * not stall T200, and a run repeats exactly.
 */
#ifndef RD_ISDN_CLOCK_H
#define RD_ISDN_CLOCK_H

#include <stdint.h>
#include <sys/time.h>

uint64_t isdn_clock_frame(void);

/* It is frame now. A frame before the last one changes nothing. */
void isdn_clock_set(uint64_t frame);

/* The first frame at or after tv. */
uint64_t isdn_clock_frame_of(const struct timeval *tv);

#endif

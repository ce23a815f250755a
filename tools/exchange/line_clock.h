/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one time of the exchange: epoch plus frames of the line clock.
 *
 * libpri asks gettimeofday(); linked statically with --wrap=gettimeofday it
 * gets this clock, so that T200 and T309 run in line time, in lockstep as in
 * real time, and no step of the wall clock reaches them. It is a global
 * because gettimeofday() has no context.
 */
#ifndef XC_LINE_CLOCK_H
#define XC_LINE_CLOCK_H

#include <stdint.h>

void xc_line_clock_set_epoch(uint64_t epoch_ns);
void xc_line_clock_set(uint64_t frame);
uint64_t xc_line_clock_frame(void);
/* Wall time of @frame, ns since 1970. */
uint64_t xc_line_clock_ns(uint64_t frame);

#endif

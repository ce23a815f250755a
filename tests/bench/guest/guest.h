/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is measured in a guest: its parts, and what they measure with.
 *
 * Each part prints one line: "BENCH " and a JSON object. The guest's clock may
 * count instructions (QEMU -icount shift=0: a nanosecond is one), so all that
 * is said in ns is said in instructions there; tests/bench/kernel.py knows.
 */
#ifndef RD_BENCH_GUEST_H
#define RD_BENCH_GUEST_H

#include <stdint.h>

#define PERIOD	 80u /* frames: 10 ms */
#define CHANNELS 30u /* of a span: 1..15, 17..31 */

/* End, having said why (errno if err is 0). */
void die(const char *what, int err) __attribute__((noreturn));
uint64_t now_ns(void);
/* Time the processor had nothing to do, since it started: ns. */
uint64_t idle_ns(void);

/* System calls that thread tid makes, counted by the tracepoint. */
int syscalls_open(int tid);
uint64_t syscalls_read(int counter);

/*
 * Octets that cross between kernel and user by the kernel's copying functions
 * while this process runs: begin, and what it came to.
 */
void copies_begin(void);
uint64_t copies_end(void);

/* How long a function of a module takes, by the function graph tracer. */
void graph_begin(const char *function, const char *module);
/* Ends it; the mean of what was seen, ns. */
double graph_end(unsigned *calls);

/* ---- parts; arguments as on the command line --------------------------------- */

int run_media(int argc, char **argv);  /* cards spans: the daemon's thread */
int run_stream(int argc, char **argv); /* cards spans: a plain client */
int run_kernel(int argc, char **argv); /* spans [engine]: the module itself */
int run_dahdi(int argc, char **argv);  /* the same through /dev/dahdi */
int run_idle(int argc, char **argv);   /* a machine that does nothing */

#endif

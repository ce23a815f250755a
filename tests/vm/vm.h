/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests inside a guest with ringdown.ko: what they share.
 *
 * A test is a function named for a behaviour. Each runs in a process of its
 * own, so it may be killed, crash or hang without harm to the others; a failed
 * CHECK ends it. The line clock is the only clock.
 */
#ifndef VM_H
#define VM_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/line/card.h"

/* The cards of tests/vm/init, by number. */
enum {
	E1_A, /* span 0 joined to span 0 of E1_B */
	E1_B,
	T1_A,
	T1_B,
	FXS,
	FXO,
	QUAD, /* four spans, joined to those of FOUR */
	FOUR,
};

struct vm_test {
	const char *name;
	void (*run)(void);
};

#define VM_TEST(name)       \
	{                   \
#name, name \
	}

extern const struct vm_test vm_tests_map[], vm_tests_owner[], vm_tests_line[],
	vm_tests_fuzz[];

_Noreturn void vm_fail(const char *file, int line, const char *what,
		       long long a, long long b);

#define CHECK(truth)                                               \
	do {                                                       \
		if (!(truth))                                      \
			vm_fail(__FILE__, __LINE__, #truth, 0, 0); \
	} while (0)
#define CHECK_EQ(a, b)                                                     \
	do {                                                               \
		long long a_ = (a), b_ = (b);                              \
		if (a_ != b_)                                              \
			vm_fail(__FILE__, __LINE__, #a " == " #b, a_, b_); \
	} while (0)

const char *vm_path(unsigned card);
/* Open, or fail the test. period 0: the card's own. */
void vm_open(struct rd_card *card, unsigned number, uint32_t period);
void vm_start(struct rd_card *card);
/* Wait for ticks and sync; returns how many. Fails the test on an error. */
uint64_t vm_tick(struct rd_card *card);
/* Until the card's clock is at least so much later. */
void vm_pass(struct rd_card *card, uint64_t frames);
/* On each tick, send one octet in a slot, for so many frames. */
void vm_send(struct rd_card *card, unsigned span, unsigned slot, uint8_t octet,
	     uint64_t frames);
/* The last octet heard in a slot. */
uint8_t vm_heard(struct rd_card *card, unsigned span, unsigned slot);
/* Forget the events that earlier tests left on the line. */
void vm_settle(struct rd_card *card);
/* Wait, within 2 s of line time, for an event; fails the test if none comes. */
struct ringdown_event vm_event(struct rd_card *card, unsigned type,
			       unsigned span, unsigned slot);
void vm_command(struct rd_card *card, unsigned op, unsigned span, unsigned slot,
		uint32_t arg);
void vm_inject(struct rd_card *card, unsigned span, uint32_t alarms);
/* How long fuzzing shall take: $VM_FUZZ_S, or 6. */
unsigned vm_fuzz_s(void);
/* Write into /sys/bus/platform/drivers/ringdown-virtual/{bind,unbind}. */
void vm_plug(unsigned card, bool in);

#endif

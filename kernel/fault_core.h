/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may go wrong on the way to a span: delay, slips, bit errors, alarms.
 *
 * An elastic store holds the last RD_STORE_FRAMES of each slot; a slip is a
 * change of the delay at which it is read (ITU-T G.822: frames lost or
 * repeated). Bit errors come in gaps drawn from a seed, so a run repeats.
 */
#ifndef RINGDOWN_FAULT_CORE_H
#define RINGDOWN_FAULT_CORE_H

#include "env.h"

#define RD_STORE_FRAMES 2048u /* 256 ms; a power of two */
#define RD_DELAY_MAX	(RD_STORE_FRAMES - RINGDOWN_PERIOD_MAX)
#define RD_STORE_OCTETS (RINGDOWN_MAX_SLOTS * RD_STORE_FRAMES)

/* Octets of a span in a stretch of time: row s is slot s. */
struct rd_line {
	u8 octet[RINGDOWN_MAX_SLOTS][RINGDOWN_PERIOD_MAX];
};

/**
 * struct rd_fault - faults of one span's receive side
 * @store: RD_STORE_OCTETS of the caller, or NULL while there is no delay
 * @write: where the store is written next
 * @delay: frames
 * @first: slot of the span
 * @slots: of the span
 * @alarms: RINGDOWN_ALARM_* to show
 * @error_ppb: bit errors per 10^9 bits
 * @next_error: bits until the next one
 * @random: state of the generator
 * @errors: bits inverted so far
 */
struct rd_fault {
	u8 *store;
	u32 write;
	u32 delay;
	u32 first;
	u32 slots;
	u32 alarms;
	u32 error_ppb;
	u64 next_error;
	u64 random;
	u64 errors;
};

/**
 * rd_fault_init() - a perfect line
 * @f: faults
 * @span: first_slot and slots are set
 * @seed: of the bit errors
 */
void rd_fault_init(struct rd_fault *f, const struct ringdown_span_info *span,
		   u64 seed);

/**
 * rd_fault_check() - would this be accepted?
 * @inject: what is asked for
 *
 * Return: 0, or -EINVAL: reserved not zero, an unknown alarm, an error rate of
 * 1 or more, a delay beyond RD_DELAY_MAX or, with the slip, below none.
 */
int rd_fault_check(const struct ringdown_inject *inject);

/**
 * rd_fault_needs_store() - must the caller bring memory first?
 * @f: faults as they are
 * @inject: what is asked for
 */
bool rd_fault_needs_store(const struct rd_fault *f,
			  const struct ringdown_inject *inject);

/**
 * rd_fault_give_store() - memory for the elastic store
 * @f: faults, without one
 * @store: RD_STORE_OCTETS; given back by whoever gave it
 * @idle: octet of silence
 */
void rd_fault_give_store(struct rd_fault *f, u8 *store, u8 idle);

/**
 * rd_fault_set() - inject
 * @f: faults; has a store if it needs one
 * @inject: checked
 */
void rd_fault_set(struct rd_fault *f, const struct ringdown_inject *inject);

/**
 * rd_fault_run() - let a stretch of line suffer
 * @f: faults
 * @line: what came in, and what is made of it
 * @frames: at most RINGDOWN_PERIOD_MAX
 *
 * A span with LOS, LFA or AIS receives all ones (G.775).
 */
void rd_fault_run(struct rd_fault *f, struct rd_line *line, u32 frames);

#endif /* RINGDOWN_FAULT_CORE_H */

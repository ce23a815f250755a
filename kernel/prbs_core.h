/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bit error tests: the pseudo-random sequence 2^15 - 1 of ITU-T O.151 clause
 * 2.1 (x^15 + x^14 + 1, inverted), one slot's octets, most significant bit
 * first.
 */
#ifndef RINGDOWN_PRBS_CORE_H
#define RINGDOWN_PRBS_CORE_H

#include "env.h"

/**
 * struct rd_prbs_tx - a sequence being sent
 * @state: the last 15 bits
 */
struct rd_prbs_tx {
	u32 state;
};

/**
 * struct rd_prbs_rx - a sequence being compared
 * @state: the last 15 bits: received ones while searching, our own when locked
 * @good: bits in a row that agreed, while searching
 * @window: bits since the error density was judged
 * @window_errors: wrong ones among them
 * @is_locked: errors are counted
 * @bits: compared while locked
 * @errors: wrong ones among them
 * @losses: how often the lock was lost
 */
struct rd_prbs_rx {
	u32 state;
	u32 good;
	u32 window;
	u32 window_errors;
	bool is_locked;
	u64 bits;
	u64 errors;
	u64 losses;
};

/** rd_prbs_tx_init() - begin to send @p: the generator */
void rd_prbs_tx_init(struct rd_prbs_tx *p);

/**
 * rd_prbs_tx_run() - the next octets
 * @p: the generator
 * @out: @n octets
 * @n: how many
 */
void rd_prbs_tx_run(struct rd_prbs_tx *p, u8 *out, u32 n);

/** rd_prbs_rx_init() - begin to search @p: the receiver */
void rd_prbs_rx_init(struct rd_prbs_rx *p);

/**
 * rd_prbs_rx_run() - compare what was received
 * @p: the receiver
 * @in: @n octets
 * @n: how many
 *
 * Locks after 64 bits in a row that follow the rule; loses the lock when more
 * than a quarter of 256 bits is wrong. A line of all ones never locks.
 */
void rd_prbs_rx_run(struct rd_prbs_rx *p, const u8 *in, u32 n);

#endif /* RINGDOWN_PRBS_CORE_H */

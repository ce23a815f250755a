// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel/prbs_core.c against ITU-T O.151, fault_core.c. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "kernel/fault_core.h"
#include "kernel/prbs_core.h"
#include "lib/base/rng.h"

#define BITS 32767

/* ---- PRBS ---------------------------------------------------------------- */

static u8 octets[2 * BITS];

static int bit(u32 n)
{
	return octets[n / 8] >> (7 - n % 8) & 1;
}

Test(prbs, is_a_maximal_sequence_with_the_run_that_o151_names)
{
	struct rd_prbs_tx tx;
	u32 ones = 0, run = 0, longest = 0;

	rd_prbs_tx_init(&tx);
	rd_prbs_tx_run(&tx, octets, sizeof(octets));
	for (u32 n = 0; n < BITS; n++) {
		ones += bit(n);
		cr_assert_eq(bit(n), bit(n + BITS));
	}
	/* Inverted: one zero more than... one one fewer; 2^14 zeros. */
	cr_assert_eq(ones, BITS / 2);
	/* O.151 table 1: longest sequence of zeros is 15, signal inverted. */
	for (u32 n = 0; n < 2 * BITS; n++) {
		run = bit(n) ? 0 : run + 1;
		longest = run > longest ? run : longest;
	}
	cr_assert_eq(longest, 15);
	/* Each bit follows from those 14 and 15 before it, all inverted. */
	for (u32 n = 15; n < BITS; n++)
		cr_assert_eq(!bit(n), !bit(n - 14) ^ !bit(n - 15));
}

static void send(struct rd_prbs_tx *tx, struct rd_prbs_rx *rx, u32 n, u32 every,
		 struct rd_rng *rng, u64 *flipped)
{
	for (u32 i = 0; i < n; i++) {
		u8 o;

		rd_prbs_tx_run(tx, &o, 1);
		for (u32 k = 0; every && k < 8; k++)
			if (!rd_rng_below(rng, every)) {
				o ^= 1 << k;
				++*flipped;
			}
		rd_prbs_rx_run(rx, &o, 1);
	}
}

Test(prbs, counts_exactly_the_errors_that_were_made)
{
	struct rd_rng rng = { .state = 3 };
	struct rd_prbs_tx tx;
	struct rd_prbs_rx rx;
	u64 flipped = 0;
	u8 shift[5] = "shift";

	rd_prbs_tx_init(&tx);
	rd_prbs_rx_init(&rx);
	rd_prbs_rx_run(&rx, shift, 5); /* something else first */
	send(&tx, &rx, 100, 0, &rng, &flipped);
	cr_assert(rx.is_locked);
	cr_assert_eq(rx.errors, 0);
	send(&tx, &rx, 100000, 100, &rng, &flipped);
	cr_assert(rx.is_locked);
	cr_assert_eq(rx.errors, flipped);
	cr_assert(flipped > 6000);
	cr_assert_eq(rx.losses, 0);
}

Test(prbs, a_slip_loses_the_lock_and_finds_it_again)
{
	struct rd_rng rng = { .state = 3 };
	struct rd_prbs_tx tx;
	struct rd_prbs_rx rx;
	u64 none = 0;
	u8 skipped;

	rd_prbs_tx_init(&tx);
	rd_prbs_rx_init(&rx);
	send(&tx, &rx, 1000, 0, &rng, &none);
	rd_prbs_tx_run(&tx, &skipped, 1);
	send(&tx, &rx, 1000, 0, &rng, &none);
	cr_assert(rx.is_locked);
	cr_assert_eq(rx.losses, 1);
}

Test(prbs, dead_lines_and_speech_never_lock)
{
	static const u8 dead[] = { 0x00, 0xff, 0xd5, 0x55 };
	struct rd_rng rng = { .state = 5 };
	struct rd_prbs_rx rx;
	u8 o[800];

	for (u32 i = 0; i < sizeof(dead); i++) {
		rd_prbs_rx_init(&rx);
		memset(o, dead[i], sizeof(o));
		rd_prbs_rx_run(&rx, o, sizeof(o));
		cr_assert_not(rx.is_locked, "%#x", dead[i]);
	}
	rd_prbs_rx_init(&rx);
	for (u32 i = 0; i < 100000; i++) {
		o[0] = rd_rng_below(&rng, 256);
		rd_prbs_rx_run(&rx, o, 1);
		cr_assert_not(rx.is_locked);
	}
}

/* ---- faults -------------------------------------------------------------- */

static const struct ringdown_span_info e1 = { .first_slot = 0, .slots = 32 };
static struct rd_line line;
static struct rd_fault fault;

static u8 mark(u32 slot, s64 frame)
{
	return frame < 0 ? 0xd5 : frame * 7 + slot * 31;
}

static void run(u32 *frame, u32 frames)
{
	for (u32 s = 0; s < 32; s++)
		for (u32 i = 0; i < frames; i++)
			line.octet[s][i] = mark(s, *frame + i);
	rd_fault_run(&fault, &line, frames);
	*frame += frames;
}

Test(fault, a_delay_is_exact_across_steps_of_any_length)
{
	struct ringdown_inject inject = { .delay_frames = 1000 };
	struct rd_rng rng = { .state = 9 };
	u8 *store = malloc(RD_STORE_OCTETS);
	u32 frame = 0;

	rd_fault_init(&fault, &e1, 1);
	cr_assert(rd_fault_needs_store(&fault, &inject));
	rd_fault_give_store(&fault, store, 0xd5);
	cr_assert_not(rd_fault_needs_store(&fault, &inject));
	rd_fault_set(&fault, &inject);
	for (u32 n = 0; n < 300; n++) {
		u32 from = frame, step = 1 + rd_rng_below(&rng, 320);

		run(&frame, step);
		for (u32 s = 0; s < 32; s += 31)
			for (u32 i = 0; i < step; i++)
				cr_assert_eq(line.octet[s][i],
					     mark(s, (s64)from + i - 1000));
	}
	/* A slip of one frame less: one is skipped. */
	inject.slip_frames = -1;
	rd_fault_set(&fault, &inject);
	run(&frame, 80);
	cr_assert_eq(line.octet[3][0], mark(3, (s64)frame - 80 - 999));
	free(store);
}

Test(fault, bit_errors_come_at_the_rate_asked_for)
{
	static const u32 rates[] = { 1000, 1000000, 100000000, 999999999 };

	for (u32 r = 0; r < 4; r++) {
		struct ringdown_inject inject = { .error_ppb = rates[r] };
		u64 bits = 0, expected, flipped = 0;
		u32 frame = 0, steps = r ? 200 : 4000;

		rd_fault_init(&fault, &e1, 11);
		rd_fault_set(&fault, &inject);
		for (u32 n = 0; n < steps; n++) {
			u32 from = frame;

			run(&frame, 320);
			bits += 320 * 32 * 8;
			for (u32 s = 0; s < 32; s++)
				for (u32 i = 0; i < 320; i++)
					flipped += __builtin_popcount(
						line.octet[s][i] ^
						mark(s, from + i));
		}
		expected = bits * (rates[r] / 1e9);
		cr_assert_eq(flipped, fault.errors);
		cr_assert(flipped > expected * 0.4 && flipped < expected * 1.3,
			  "%lu of %lu", flipped, expected);
	}
}

Test(fault, a_dead_span_hears_all_ones)
{
	static const u32 alarms[] = { RINGDOWN_ALARM_LOS, RINGDOWN_ALARM_AIS,
				      RINGDOWN_ALARM_LFA };
	struct ringdown_inject inject = { .alarms = RINGDOWN_ALARM_RAI };
	u32 frame = 0;

	rd_fault_init(&fault, &e1, 1);
	rd_fault_set(&fault, &inject);
	run(&frame, 80);
	cr_assert_eq(line.octet[5][7], mark(5, 7));
	for (u32 i = 0; i < 3; i++) {
		inject.alarms = alarms[i];
		rd_fault_set(&fault, &inject);
		run(&frame, 80);
		for (u32 s = 0; s < 32; s++)
			cr_assert_eq(line.octet[s][79], 0xff);
	}
}

Test(fault, what_is_out_of_range_is_refused)
{
	static const struct ringdown_inject bad[] = {
		{ .alarms = RINGDOWN_ALARM_LOOP },
		{ .alarms = 0x80000000 },
		{ .error_ppb = 1000000000 },
		{ .delay_frames = RD_DELAY_MAX + 1 },
		{ .delay_frames = RD_DELAY_MAX, .slip_frames = 1 },
		{ .delay_frames = 5, .slip_frames = -6 },
		{ .slip_frames = INT32_MIN },
		{ .reserved = { 0, 0, 1 } },
	};
	static const struct ringdown_inject good = {
		.alarms = 0x1f,
		.error_ppb = 999999999,
		.delay_frames = RD_DELAY_MAX,
		.slip_frames = -(s32)RD_DELAY_MAX,
	};

	for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(rd_fault_check(&bad[i]), -EINVAL, "%u", i);
	cr_assert_eq(rd_fault_check(&good), 0);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel/ring_core.c, clock_core.c: every wrap, the checks, the accounting. */
#include <criterion/criterion.h>

#include "kernel/clock_core.h"
#include "kernel/ring_core.h"
#include "lib/base/rng.h"

/* Some geometries: rows, interleaved, blocks of a page as wcxb has them. */
static struct ringdown_geometry geometry(unsigned kind, u32 nspans, u32 period,
					 u32 ring)
{
	struct ringdown_geometry g = {
		.rate_hz = RINGDOWN_RATE_HZ,
		.nspans = nspans,
		.period_frames = period,
		.tx_lead_frames = period,
		.ring_frames = ring,
	};

	for (u32 i = 0; i < nspans; i++) {
		g.span[i].type = RINGDOWN_SPAN_E1;
		rd_span_shape(&g.span[i], 0);
	}
	if (kind < 2) {
		rd_ring_lay(&g, kind ? RD_LAYOUT_INTERLEAVED : RD_LAYOUT_ROWS);
		return g;
	}
	g.block_frames = 8;
	g.frame_stride = 128;
	g.slot_stride = 4;
	g.block_stride = 4096;
	for (u32 i = 0; i < nspans; i++) {
		g.span[i].first_slot = 1;
		g.span[i].slots = 31;
		g.span[i].rx_base = g.span[i].tx_base = i + 1;
	}
	return g;
}

#define AREA (128u * 4096u)

static u8 area[AREA];

/* The ABI's own formula, octet by octet: what a client computes. */
static u8 *octet(const struct ringdown_geometry *g, u32 span, u32 index,
		 u64 origin, u64 frame)
{
	u64 pos = (frame - origin) % g->ring_frames;

	return area + g->span[span].rx_base + index * g->slot_stride +
	       pos % g->block_frames * g->frame_stride +
	       pos / g->block_frames * g->block_stride;
}

Test(ring, reads_and_writes_agree_with_the_formula_at_every_wrap)
{
	for (unsigned kind = 0; kind < 3; kind++) {
		struct ringdown_geometry g = geometry(kind, 4, 24, 120);

		cr_assert_eq(rd_ring_check(&g, AREA), 0);
		for (u64 frame = 1000; frame < 1000 + 2 * 120; frame++)
			for (u32 n = 1; n <= 120; n += 7) {
				u32 span = frame % 4, index = n % 31;
				u8 *slot =
					area +
					rd_ring_slot(&g, g.span[span].rx_base,
						     index);
				u32 pos = rd_ring_pos(&g, 1000, frame);
				u8 in[120], out[120];

				for (u32 i = 0; i < n; i++)
					in[i] = frame * 7 + i * 3 + n;
				rd_ring_put(&g, slot, pos, n, in);
				rd_ring_get(&g, slot, pos, n, out);
				cr_assert_arr_eq(in, out, n);
				for (u32 i = 0; i < n; i++)
					cr_assert_eq(*octet(&g, span, index,
							    1000, frame + i),
						     in[i]);
			}
	}
}

Test(ring, filling_touches_nothing_else)
{
	for (unsigned kind = 0; kind < 3; kind++) {
		struct ringdown_geometry g = geometry(kind, 4, 8, 64);

		for (u32 pos = 0; pos < 64; pos += 5)
			for (u32 n = 1; n <= 64; n += 9) {
				u32 wrong = 0, filled = 0;

				memset(area, 0x11, AREA);
				rd_ring_fill(
					&g,
					area + rd_ring_slot(&g,
							    g.span[2].rx_base,
							    5),
					pos, n, 0xd5);
				for (u32 i = 0; i < n; i++)
					wrong += *octet(&g, 2, 5, 0, pos + i) !=
						 0xd5;
				for (u32 i = 0; i < AREA; i++)
					filled += area[i] == 0xd5;
				cr_assert_eq(wrong, 0);
				cr_assert_eq(filled, n);
			}
	}
}

Test(ring, unsound_geometries_are_refused)
{
	const struct ringdown_geometry good = geometry(0, 2, 80, 640);
	const u32 octets = 2 * 32 * 640;

	cr_assert_eq(rd_ring_check(&good, octets), 0);
	cr_assert_eq(rd_ring_check(&good, octets - 1), -EINVAL);

#define REFUSED(field, value)                                    \
	do {                                                     \
		struct ringdown_geometry g = good;               \
                                                                 \
		g.field = (value);                               \
		cr_expect_eq(rd_ring_check(&g, octets), -EINVAL, \
			     #field " = " #value);               \
	} while (0)

	REFUSED(rate_hz, 16000);
	REFUSED(nspans, 0);
	REFUSED(nspans, 9);
	REFUSED(period_frames, 7);
	REFUSED(period_frames, 321);
	REFUSED(period_frames, 88);
	REFUSED(block_frames, 0);
	REFUSED(block_frames, 641);
	REFUSED(ring_frames, 0);
	REFUSED(tx_lead_frames, 481);
	REFUSED(tx_lead_frames, 4000000000u);
	REFUSED(frame_stride, 0x80000000u);
	REFUSED(slot_stride, 0xffffffffu);
	REFUSED(flags, 2);
	REFUSED(reserved[1], 1);
	REFUSED(span[1].type, 0);
	REFUSED(span[1].type, 5);
	REFUSED(span[1].law, 2);
	REFUSED(span[1].slots, 0);
	REFUSED(span[1].slots, 33);
	REFUSED(span[1].first_slot, 1); /* slot 32 */
	REFUSED(span[1].rx_base, 32 * 640 + 1);
	REFUSED(span[1].tx_base, 0xffffffffu);
	REFUSED(span[1].reserved[0], 1);
}

/* ---- the clock ----------------------------------------------------------- */

static struct rd_clock clock_of(u32 period, u32 lead, u32 ring)
{
	struct ringdown_geometry g = { .period_frames = period,
				       .tx_lead_frames = lead,
				       .ring_frames = ring };
	struct rd_clock c = { .frame = 1000 };

	rd_clock_set(&c, &g);
	return c;
}

Test(clock, a_client_in_time_is_never_blamed)
{
	struct rd_clock c = clock_of(80, 96, 1280);

	for (int i = 0; i < 1000; i++) {
		rd_clock_advance(&c, 80);
		rd_clock_judge(&c, c.frame + 96, 0);
	}
	cr_assert_eq(c.underruns, 0);
	cr_assert_eq(c.late_writes, 0);
	cr_assert_eq(c.overruns, 0);
}

Test(clock, a_client_that_never_sends_is_not_blamed_for_silence)
{
	struct rd_clock c = clock_of(80, 80, 1280);

	for (int i = 0; i < 100; i++) {
		rd_clock_advance(&c, 80);
		rd_clock_judge(&c, 0, 0);
	}
	cr_assert_eq(c.underruns, 0);
}

Test(clock, each_period_of_silence_in_a_stream_is_an_underrun)
{
	struct rd_clock c = clock_of(80, 80, 1280);
	u64 tx;

	rd_clock_advance(&c, 80);
	tx = c.frame + 80;
	rd_clock_judge(&c, tx, 0);
	cr_assert_eq(c.underruns, 0);
	for (int i = 1; i <= 5; i++) {
		rd_clock_advance(&c, 80);
		rd_clock_judge(&c, tx, 0);
		cr_assert_eq(c.underruns, i);
	}
	/* It resumes where it stood: five periods were over already, less
	 * the one whose window was still open. */
	rd_clock_advance(&c, 80);
	rd_clock_judge(&c, c.frame + 80, 0);
	cr_assert_eq(c.late_writes, 5 * 80);
	cr_assert_eq(c.underruns, 5);
}

Test(clock, nonsense_is_no_progress)
{
	struct rd_clock c = clock_of(80, 80, 1280);
	u64 good = c.frame + 200;

	rd_clock_advance(&c, 80);
	rd_clock_judge(&c, good, 0);
	rd_clock_judge(&c, good - 1, 0);
	cr_assert_eq(c.tx_frame, good);
	rd_clock_judge(&c, c.frame + 1281, 0);
	cr_assert_eq(c.tx_frame, good);
	rd_clock_judge(&c, UINT64_MAX, 0);
	cr_assert_eq(c.tx_frame, good);
	rd_clock_judge(&c, c.frame + 1280, 0);
	cr_assert_eq(c.tx_frame, c.frame + 1280);
}

Test(clock, ticks_unread_for_longer_than_the_ring_are_overruns)
{
	struct rd_clock c = clock_of(80, 80, 1280);

	for (u64 unread = 0; unread < 15; unread++)
		rd_clock_judge(&c, 0, unread);
	cr_assert_eq(c.overruns, 0);
	rd_clock_judge(&c, 0, 15);
	cr_assert_eq(c.overruns, 1);
}

Test(clock, a_restart_keeps_the_count_and_moves_the_origin)
{
	struct rd_clock c = clock_of(80, 80, 1280);
	struct rd_rng rng = { .state = 7 };

	cr_assert_eq(c.generation, 0);
	for (u32 i = 1; i < 1000; i++) {
		u64 before = c.frame;
		u32 lost = rd_rng_below(&rng, 1000);

		rd_clock_advance(&c, 80);
		rd_clock_restart(&c, lost);
		cr_assert_eq(c.frame, before + 80 + lost);
		cr_assert_eq(c.origin, c.frame);
		cr_assert_eq(c.generation, i);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * G.711 against the text of the Recommendation (decision and quantum values
 * computed here from its tables' rule) and against SpanDSP, a second pair of
 * eyes.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <spandsp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/dsp/g711.h"
#include "lib/dsp/g711_step.h"
#include "lib/dsp/isa.h"

/* Table 1a: segments of 16 steps that double; column 6 and 8 of the table. */
static int alaw_text(uint8_t octet)
{
	int c = octet ^ 0x55, seg = c >> 4 & 7, m = c & 15;
	int step = seg < 2 ? 2 : 2 << (seg - 1);
	int low = seg == 0 ? 0 : 32 << (seg - 1); /* of 4096 */
	int v = low + m * step + step / 2;

	return (c & 0x80 ? v : -v) * 8;
}

/* Table 2a: y_n = (x_n + x_n+1) / 2, x in 1/8159, first step 1. */
static int ulaw_text(uint8_t octet)
{
	int c = ~octet & 0xff, seg = c >> 4 & 7, m = c & 15;
	int step = 2 << seg;
	int low = 31 * ((1 << seg) - 1) + ((1 << seg) - 1) * 2;
	int v = low + m * step;

	return (c & 0x80 ? -v : v) * 4;
}

Test(g711, every_octet_expands_to_the_value_of_tables_1_and_2)
{
	for (int c = 0; c < 256; c++) {
		cr_expect_eq(rd_g711_expand(RD_ALAW, c), alaw_text(c),
			     "A-law %02x: %d, text %d", c,
			     rd_g711_expand(RD_ALAW, c), alaw_text(c));
		cr_expect_eq(rd_g711_expand(RD_ULAW, c), ulaw_text(c),
			     "u-law %02x: %d, text %d", c,
			     rd_g711_expand(RD_ULAW, c), ulaw_text(c));
		cr_expect_eq(rd_g711_expand(RD_ALAW, c), alaw_to_linear(c));
		cr_expect_eq(rd_g711_expand(RD_ULAW, c), ulaw_to_linear(c));
	}
}

Test(g711, blocks_of_any_length_equal_single_samples)
{
	static int16_t lin[65536], out[256];
	static uint8_t oct[65536];
	uint8_t all[256];

	for (int i = 0; i < 65536; i++)
		lin[i] = i - 32768;
	for (int i = 0; i < 256; i++)
		all[i] = i;
	for (int law = 0; law < 2; law++) {
		for (int n = 0; n < 200; n += 7) {
			memset(oct, 0xa5, sizeof(oct));
			rd_g711_encode(law, lin + 300 * n, oct, n);
			for (int i = 0; i < n; i++)
				cr_assert_eq(oct[i],
					     rd_g711_compress(
						     law, lin[300 * n + i]));
			cr_assert_eq(oct[n], 0xa5);
		}
		rd_g711_encode(law, lin, oct, 65536);
		for (int i = 0; i < 65536; i++)
			cr_assert_eq(oct[i], rd_g711_compress(law, lin[i]));
		rd_g711_decode(law, all, out, 256);
		for (int i = 0; i < 256; i++)
			cr_assert_eq(out[i], rd_g711_expand(law, i));
	}
}

/* Column 4 of the tables: where the interval of character c = 0..127 starts. */
static int decision_value(enum rd_law law, int c)
{
	int seg = c >> 4, m = c & 15;

	if (c == 0)
		return 0;
	if (law == RD_ALAW)
		return (seg == 0 ? 2 * m
				 : (32 << (seg - 1)) + m * (2 << (seg - 1))) *
		       8;
	return ((33 << seg) - 33 + m * (2 << seg) - (1 << seg)) * 4;
}

Test(g711, decision_values_are_those_of_tables_1_and_2)
{
	for (int law = 0; law < 2; law++)
		for (int c = 0; c < 128; c++) {
			int x = decision_value(law, c);
			int plus = law == RD_ALAW ? 0xd5 : 0xff;

			cr_expect_eq(rd_g711_compress(law, x), plus ^ c,
				     "law %d, %d", law, x);
			cr_expect_eq(rd_g711_compress(law, ~x),
				     plus ^ 0x80 ^ c);
			if (c)
				cr_expect_eq(rd_g711_compress(law, x - 1),
					     plus ^ (c - 1), "law %d, %d", law,
					     x - 1);
		}
}

Test(g711, every_kernel_equals_plain_c_on_all_samples)
{
	static g711_encode_fn *const enc[] = { g711_encode_8, g711_encode_16,
					       g711_encode_32 };
	static g711_decode_fn *const dec[] = { g711_decode_8, g711_decode_16,
					       g711_decode_32 };
	static int16_t lin[65536], out[256];
	static uint8_t oct[65536];
	uint8_t all[256];

	for (int i = 0; i < 65536; i++)
		lin[i] = i - 32768;
	for (int i = 0; i < 256; i++)
		all[i] = i;
	for (int k = 0; k < 3; k++)
		for (int law = 0; law < 2 && isa_has_lanes(4 << k); law++) {
			enc[k](law, lin, oct, 65536);
			for (int i = 0; i < 65536; i++)
				cr_assert_eq(oct[i],
					     rd_g711_compress(law, lin[i]),
					     "%d: law %d, %d", k, law, lin[i]);
			dec[k](law, all, out, 256);
			for (int i = 0; i < 256; i++)
				cr_assert_eq(out[i], rd_g711_expand(law, i),
					     "%d: law %d, %02x", k, law, i);
		}
}

Test(g711, each_octet_survives_expansion_and_compression)
{
	for (int c = 0; c < 256; c++) {
		cr_expect_eq(
			rd_g711_compress(RD_ALAW, rd_g711_expand(RD_ALAW, c)),
			c);
		/* u-law has two zeros; minus zero comes back as plus zero */
		cr_expect_eq(
			rd_g711_compress(RD_ULAW, rd_g711_expand(RD_ULAW, c)),
			c == 0x7f ? 0xff : c);
	}
}

Test(g711, transcoding_is_table_3_and_table_4)
{
	uint8_t all[256], a[256], u[256], back[256];

	for (int i = 0; i < 256; i++)
		all[i] = i;
	rd_g711_transcode(RD_ULAW, RD_ALAW, all, a, 256);
	rd_g711_transcode(RD_ALAW, RD_ULAW, all, u, 256);
	for (int i = 0; i < 256; i++) {
		cr_expect_eq(a[i], ulaw_to_alaw(i), "u-law %02x", i);
		cr_expect_eq(u[i], alaw_to_ulaw(i), "A-law %02x", i);
	}
	/* §3.4: A to u to A loses nothing but table 4's merged pairs */
	rd_g711_transcode(RD_ULAW, RD_ALAW, u, back, 256);
	for (int i = 0; i < 256; i++)
		cr_expect_leq(abs((back[i] ^ 0x55) - (i ^ 0x55)), 1);
	rd_g711_transcode(RD_ALAW, RD_ALAW, all, back, 256);
	cr_expect_arr_eq(back, all, 256);
}

Test(g711, silence_is_the_smallest_positive_value)
{
	cr_expect_eq(rd_g711_expand(RD_ALAW, rd_g711_silence(RD_ALAW)), 8);
	cr_expect_eq(rd_g711_expand(RD_ULAW, rd_g711_silence(RD_ULAW)), 0);
}

Test(gain, zero_db_is_bit_exact)
{
	uint8_t table[256];
	int16_t in[1000], out[1000];

	for (int i = 0; i < 1000; i++)
		in[i] = i * 65 - 32500;
	rd_gain_apply(rd_gain(0), in, out, 1000);
	cr_expect_arr_eq(in, out, sizeof(in));
	for (int law = 0; law < 2; law++) {
		rd_g711_gain_table(law, 0, table);
		for (int i = 0; i < 256; i++)
			cr_expect_eq(table[i], i);
	}
}

Test(gain, steps_are_a_tenth_of_a_db)
{
	for (int g = -400; g <= 180; g++) {
		int16_t in = g > 0 ? 2000 : 32000, out;
		double want = in * pow(10, g / 200.0);

		rd_gain_apply(rd_gain(g), &in, &out, 1);
		cr_expect_leq(fabs(out - want), 0.51, "%d: %d not %f", g, out,
			      want);
	}
}

Test(gain, saturates_at_both_ends)
{
	int16_t in[2] = { 30000, -30000 }, out[2];
	uint8_t table[256];

	rd_gain_apply(rd_gain(60), in, out, 2);
	cr_expect_eq(out[0], 32767);
	cr_expect_eq(out[1], -32768);
	rd_g711_gain_table(RD_ALAW, 200, table);
	cr_expect_eq(table[0xaa], 0xaa); /* full scale stays there */
	cr_expect_eq(table[0x2a], 0x2a);
}

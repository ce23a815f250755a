// SPDX-License-Identifier: GPL-2.0-or-later
/* Level control and noise gate: one stream, and channel by channel in a bank. */
#include <criterion/criterion.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "lib/dsp/alc.h"
#include "lib/dsp/channel.h"
#include "lib/dsp/level.h"
#include "tests/unit/g168.h"

#define SECOND 8000
#define N      (20 * SECOND)

static struct g168_rng rng = { 8 };
static double talk[N];
static int16_t in[N], out[N];

/* Speech-like signal, and a background that is always there. */
static void speak(double dbm0, double noise_dbm0, int from, int to)
{
	double rms = pow(10, (noise_dbm0 - RD_DBM0_OF_ONE) / 20);

	g168_css(&rng, 1, 1, dbm0, talk, to - from);
	for (int i = from; i < to; i++)
		in[i] = g168_linear(talk[i - from] + rms * g168_gauss(&rng));
}

static void run(struct rd_alc *a, int from, int to, int block)
{
	for (int i = from; i + block <= to; i += block)
		rd_alc_process(a, in + i, out + i, block);
}

/* Of what is louder than -45 dBm0, in blocks of 10 ms. */
static double active_dbm0(const int16_t *x, int from, int to)
{
	struct rd_level sum = { 0 }, l;

	for (int i = from; i + 80 <= to; i += 80) {
		rd_level_measure(x + i, 80, &l);
		if (rd_level_dbm0(&l) > -45)
			rd_level_add(&sum, &l);
	}
	return rd_level_dbm0(&sum);
}

Test(alc, brings_speech_of_any_level_to_one)
{
	struct rd_alc_config c = RD_ALC_CONFIG_DEFAULT;
	struct rd_alc a;

	for (int block = 40; block <= 160; block *= 2)
		for (int dbm0 = -32; dbm0 <= -5; dbm0 += 3) {
			double got;

			cr_assert_eq(rd_alc_init(&a, &c), 0);
			speak(dbm0, -65, 0, N);
			run(&a, 0, N, block);
			got = active_dbm0(out, 5 * SECOND, N);
			cr_expect_float_eq(got, -18, 1.5,
					   "block %d, %d dBm0 in: %.1f out",
					   block, dbm0, got);
		}
}

Test(alc, stays_within_its_limits_and_leaves_noise_alone)
{
	struct rd_alc_config c = { -18, 12, -55, 0 };
	struct rd_alc_state st;
	struct rd_alc a;

	cr_assert_eq(rd_alc_init(&a, &c), 0);
	speak(-40, -70, 0, N);
	run(&a, 0, N, 160);
	rd_alc_get_state(&a, &st);
	cr_expect_float_eq(st.gain_db, 12, 0.1, "%.1f dB", st.gain_db);
	cr_expect_float_eq(st.speech_dbm0, -40, 2, "%.1f", st.speech_dbm0);
	/* a fan that runs for 20 s is not a quiet talker */
	rd_alc_reset(&a);
	for (int i = 0; i < N; i++)
		in[i] = g168_linear(20 * g168_gauss(&rng));
	run(&a, 0, N, 160);
	rd_alc_get_state(&a, &st);
	cr_expect_float_eq(st.gain_db, 0, 0.1, "%.1f dB", st.gain_db);
	cr_expect(!st.is_talking);
}

Test(alc, never_clips_what_did_not_clip)
{
	struct rd_alc_config c = { -10, 30, -60, 0 };
	struct rd_alc a;

	cr_assert_eq(rd_alc_init(&a, &c), 0);
	speak(-36, -75, 0, N);
	for (int i = N / 2; i < N; i++) /* then somebody shouts */
		in[i] = g168_linear(in[i] * 30.0);
	run(&a, 0, N, 80);
	for (int i = 0; i < N; i++)
		cr_assert_lt(abs(out[i]), 32767, "sample %d", i);
}

Test(alc, gate_closes_in_pauses_and_cuts_no_word)
{
	struct rd_alc_config c = { -18, 0, -45, 24 };
	struct rd_alc_state st;
	struct rd_alc a;
	double e = 0, r = 0;

	cr_assert_eq(rd_alc_init(&a, &c), 0);
	speak(-20, -60, 0, 4 * SECOND);
	for (int i = 4 * SECOND; i < N; i++)
		in[i] = g168_linear(16 * g168_gauss(&rng));
	run(&a, 0, N, 80);
	for (int i = 0; i < 4 * SECOND; i++)
		if (abs(in[i]) > 200)
			cr_assert_eq(in[i], out[i], "sample %d", i);
	for (int i = 6 * SECOND; i < N; i++) {
		e += pow(in[i], 2);
		r += pow(out[i], 2);
	}
	cr_expect_gt(10 * log10(e / r), 20, "%.1f dB", 10 * log10(e / r));
	rd_alc_get_state(&a, &st);
	cr_expect_float_eq(st.gain_db, -24, 0.1);
}

Test(alc, passes_to_the_bit_with_nothing_to_do)
{
	struct rd_alc_config c = { -18, 0, -55, 0 };
	struct rd_alc a;

	cr_assert_eq(rd_alc_init(&a, &c), 0);
	speak(-6, -50, 0, N);
	run(&a, 0, N, 160);
	cr_expect_arr_eq(in, out, N * sizeof(*in));
}

Test(alc, refuses_what_is_out_of_range)
{
	static const struct rd_alc_config bad[] = {
		{ -41, 15, -55, 0 },  { -4, 15, -55, 0 },  { -18, 31, -55, 0 },
		{ -18, -1, -55, 0 },  { -18, 15, -81, 0 }, { -18, 15, -19, 0 },
		{ -18, 15, -55, 61 }, { NAN, 15, -55, 0 },
	};
	struct rd_alc a;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(rd_alc_init(&a, &bad[i]), -EINVAL, "%zu", i);
}

Test(alc, in_a_bank_each_channel_has_its_own)
{
	static char mem[1 << 20] __attribute__((aligned(RD_BANK_ALIGN)));
	struct rd_bank_config bc = { .law = RD_ALAW, .echo = { .block = 80 } };
	struct rd_alc_config c = RD_ALC_CONFIG_DEFAULT;
	uint8_t octets[80][16], got[80][16];
	struct rd_alc_state st;

	for (bc.lanes = 4; bc.lanes <= 16; bc.lanes *= 2) {
		struct rd_bank *bank;
		struct rd_alc one;

		if (!rd_bank_size(&bc))
			continue;
		cr_assert_leq(rd_bank_size(&bc), sizeof(mem));
		bank = rd_bank_init(mem, &bc);
		cr_assert_eq(rd_bank_set_alc(bank, 3, &c), 0);
		cr_assert_eq(rd_bank_set_alc(bank, 9, &c), 0);
		cr_assert_eq(rd_alc_init(&one, &c), 0);
		speak(-28, -65, 0, N);
		for (int i = 0; i + 80 <= N; i += 80) {
			struct rd_bank_io io = {
				.received = { octets[0], 1, 16 },
				.out = got[0],
				.out_channel_stride = 1,
				.out_frame_stride = 16,
			};
			int16_t x[80], want[80];

			for (int k = 0; k < 80; k++)
				for (int ch = 0; ch < 16; ch++)
					octets[k][ch] = rd_g711_compress(
						RD_ALAW,
						in[i + k] / (ch == 9 ? 4 : 1));
			for (int k = 0; k < 80; k++)
				x[k] = rd_g711_expand(RD_ALAW, octets[k][3]);
			rd_alc_process(&one, x, want, 80);
			rd_bank_process(bank, &io);
			for (int k = 0; k < 80; k++) {
				int is = rd_g711_expand(RD_ALAW, got[k][3]);

				cr_assert_leq(abs(is - want[k]),
					      20 + abs(want[k]) / 20);
				cr_assert_eq(got[k][4], octets[k][4]);
			}
		}
		cr_expect(rd_bank_get_alc_state(bank, 3, &st));
		cr_expect_float_eq(st.gain_db, 10, 1.5, "%.1f", st.gain_db);
		cr_expect(rd_bank_get_alc_state(bank, 9, &st));
		cr_expect_float_eq(st.gain_db, 15, 0.1, "%.1f", st.gain_db);
		cr_expect(!rd_bank_get_alc_state(bank, 4, &st));
		cr_expect_eq(rd_bank_set_alc(bank, 3, NULL), 0);
		cr_expect(!rd_bank_get_alc_state(bank, 3, &st));
	}
}

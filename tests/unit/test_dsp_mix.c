// SPDX-License-Identifier: GPL-2.0-or-later
/* Mixing and levels against arithmetic done the slow way. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "lib/dsp/g711.h"
#include "lib/dsp/level.h"
#include "lib/dsp/mix.h"

#define PARTIES 32

static uint64_t seed = 32;
static int16_t voice[PARTIES][RD_MIX_MAX], out[RD_MIX_MAX];

static void speak(int amplitude)
{
	for (int p = 0; p < PARTIES; p++)
		for (int i = 0; i < RD_MIX_MAX; i++) {
			seed = seed * 6364136223846793005ull + 1;
			voice[p][i] = (int)(seed >> 48) % (2 * amplitude + 1) -
				      amplitude;
		}
}

static int16_t clip(int v)
{
	return v > 32767 ? 32767 : v < -32768 ? -32768 : v;
}

Test(mix, everybody_hears_the_sum_of_the_others_saturated)
{
	static const int level[] = { 100, 3000, 32767 };
	static struct rd_mix mix;

	for (int l = 0; l < 3; l++)
		for (int n = 1; n <= RD_MIX_MAX; n += 53) {
			speak(level[l]);
			rd_mix_begin(&mix, n);
			for (int p = 0; p < PARTIES; p++)
				rd_mix_add(&mix, voice[p]);
			cr_expect_eq(mix.speakers, PARTIES);
			for (int p = 0; p < PARTIES; p++) {
				rd_mix_minus(&mix, voice[p], out);
				for (int i = 0; i < n; i++) {
					int sum = 0;

					for (int q = 0; q < PARTIES; q++)
						sum += q == p ? 0 : voice[q][i];
					cr_assert_eq(out[i], clip(sum));
				}
			}
			rd_mix_all(&mix, out);
			for (int i = 0; i < n; i++) {
				int sum = 0;

				for (int q = 0; q < PARTIES; q++)
					sum += voice[q][i];
				cr_assert_eq(out[i], clip(sum));
			}
		}
}

Test(mix, one_speaker_is_heard_to_the_bit_and_hears_silence)
{
	static struct rd_mix mix;

	speak(32767);
	voice[0][0] = -32768;
	rd_mix_begin(&mix, RD_MIX_MAX);
	rd_mix_add(&mix, voice[0]);
	rd_mix_all(&mix, out);
	cr_expect_arr_eq(out, voice[0], sizeof(out));
	rd_mix_minus(&mix, voice[0], out);
	for (int i = 0; i < RD_MIX_MAX; i++)
		cr_assert_eq(out[i], 0);
}

Test(mix, a_gain_is_taken_out_as_it_was_put_in)
{
	static struct rd_mix mix;
	float half = rd_gain(-60);

	speak(20000);
	rd_mix_begin(&mix, RD_MIX_MAX);
	rd_mix_add_gain(&mix, voice[0], half);
	rd_mix_add(&mix, voice[1]);
	rd_mix_minus_gain(&mix, voice[0], half, out);
	cr_expect_arr_eq(out, voice[1], sizeof(out));
	rd_mix_minus(&mix, voice[1], out);
	for (int i = 0; i < RD_MIX_MAX; i++)
		cr_assert_leq(fabs(out[i] - voice[0][i] * (double)half), 0.51);
}

Test(level, a_sine_of_0_dbm0_reads_0_dbm0)
{
	static int16_t x[8000];
	struct rd_level l, sum = { 0 };

	for (int db = 0; db >= -60; db -= 10) {
		for (int i = 0; i < 8000; i++)
			x[i] = lrint(32768 * pow(10, (db - 3.14) / 20) *
				     sin(i * 0.8));
		rd_level_measure(x, 8000, &l);
		cr_expect_float_eq(rd_level_dbm0(&l), db, 0.1, "%d: %.2f", db,
				   rd_level_dbm0(&l));
		cr_expect_float_eq(rd_level_of_dbm0(db) * l.n, l.energy,
				   0.02 * l.energy + 8000);
	}
	memset(x, 0, sizeof(x));
	rd_level_measure(x, 8000, &l);
	cr_expect_eq(rd_level_dbm0(&l), RD_DBM0_NOTHING);
	x[7] = -32768;
	x[9] = 32767;
	rd_level_measure(x, 10, &l);
	cr_expect_eq(l.peak, 32768);
	cr_expect_eq(l.clipped, 2);
	cr_expect_eq(l.energy, 32768ull * 32768 + 32767ull * 32767);
	rd_level_add(&sum, &l);
	rd_level_add(&sum, &l);
	cr_expect_eq(sum.n, 20);
	cr_expect_eq(sum.energy, 2 * l.energy);
	cr_expect_eq(sum.clipped, 4);
}

Test(level, silence_needs_its_hangover_and_speech_ends_it_at_once)
{
	struct rd_level loud = { .energy = 160 * 1000000ull, .n = 160 };
	struct rd_level soft = { .energy = 160 * 100, .n = 160 };
	struct rd_silence s;
	int blocks = 0;

	rd_silence_init(&s, -40, 500);
	cr_expect(s.is_silent);
	cr_expect(rd_silence_process(&s, &loud));
	cr_expect(!s.is_silent);
	while (!rd_silence_process(&s, &soft))
		blocks++;
	cr_expect_eq(blocks, 24);
	cr_expect_eq(s.quiet_frames, 4000);
	cr_expect(s.is_silent);
	cr_expect(rd_silence_process(&s, &loud));
}

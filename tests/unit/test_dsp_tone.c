// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Call-progress tones of ITU-T E.180: the player against its plans, the
 * detector against the player through a noisy A-law line, and against SpanDSP's
 * tone generator.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <spandsp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/dsp/g711.h"
#include "lib/dsp/tone.h"

#define SECOND 8000
#define MAX    (30 * SECOND)

static int16_t pcm[MAX];

static void through_line(int n, double noise_rms)
{
	uint64_t seed = 180;

	for (int i = 0; i < n; i++) {
		double v = pcm[i];

		for (int k = 0; k < 4; k++) {
			seed = seed * 6364136223846793005ull +
			       1442695040888963407ull;
			v += ((seed >> 40) * 0x1p-24 - 0.5) * 1.73 * noise_rms;
		}
		v = fmin(fmax(rint(v), -32768), 32767);
		pcm[i] = rd_g711_expand(RD_ALAW, rd_g711_compress(RD_ALAW, v));
	}
}

static double power_dbm0(int from, int to)
{
	double e = 1e-9;

	for (int i = from; i < to; i++)
		e += (double)pcm[i] * pcm[i] / (to - from);
	return 10 * log10(e) - 84.163;
}

Test(tone_tx, plays_each_plan_with_its_lengths_and_level)
{
	const char *country;

	for (int c = 0; (country = rd_tone_country(c)); c++)
		for (int t = 0; t < RD_TONE_COUNT; t++) {
			const struct rd_tone_plan *p = rd_tone_plan(country, t);
			struct rd_tone_tx tx;
			int at = 0;

			if (!p)
				continue;
			rd_tone_tx_init(&tx, p, -10);
			for (int i = 0; i < MAX; i += 160)
				cr_assert_eq(
					rd_tone_tx_process(&tx, pcm + i, 160),
					160);
			for (int k = 0; k < p->count && at < MAX; k++) {
				int len = p->part[k].ms ? p->part[k].ms * 8
							: SECOND;
				int two = !!p->part[k].freq_hz[1];
				double want = -10 + 3.01 * two;

				if (at + len > MAX)
					break;
				if (!p->part[k].freq_hz[0])
					cr_expect_lt(power_dbm0(at, at + len),
						     -80);
				else
					cr_expect_float_eq(
						power_dbm0(at, at + len), want,
						0.5, "%s %s part %d: %.1f",
						country, rd_tone_name(t), k,
						power_dbm0(at, at + len));
				at += len;
			}
		}
}

Test(tone_tx, a_plan_that_does_not_repeat_ends_in_silence)
{
	struct rd_tone_plan beep = { .country = "x",
				     .tone = RD_TONE_INFO,
				     .count = 1,
				     .part = { { { 1000, 0 }, 100 } } };
	struct rd_tone_tx tx;

	rd_tone_tx_init(&tx, &beep, -10);
	cr_expect_eq(rd_tone_tx_process(&tx, pcm, 1000), 800);
	cr_expect_lt(power_dbm0(800, 1000), -80);
	cr_expect_eq(rd_tone_tx_process(&tx, pcm, 160), 0);
}

static int detect(const char *country, int n, int *starts, uint64_t *frame,
		  int *ends)
{
	struct rd_tone_rx rx;
	struct rd_tone_event ev[4];
	int tone = -1;

	*starts = *ends = 0;
	cr_assert_eq(rd_tone_rx_init(&rx, country), 0);
	for (int i = 0; i + 80 <= n; i += 80) {
		int k = rd_tone_rx_process(&rx, pcm + i, 80, i, ev, 4);

		for (int j = 0; j < k; j++)
			if (ev[j].is_start) {
				tone = ev[j].tone;
				*frame = ev[j].frame;
				++*starts;
			} else {
				++*ends;
			}
	}
	return tone;
}

Test(tone_rx, e180_names_every_tone_of_every_country)
{
	const char *country;

	for (int c = 0; (country = rd_tone_country(c)); c++)
		for (int t = 0; t < RD_TONE_COUNT; t++)
			for (int level = -5; level >= -35; level -= 15) {
				const struct rd_tone_plan *p =
					rd_tone_plan(country, t);
				struct rd_tone_tx tx;
				int starts, ends, tone;
				uint64_t frame = 0;

				if (!p)
					continue;
				/* two plans of one country may sound alike */
				for (int o = 0; o < t; o++) {
					const struct rd_tone_plan *q =
						rd_tone_plan(country, o);

					if (q && q->count == p->count &&
					    !memcmp(q->part, p->part,
						    sizeof(p->part)))
						p = NULL;
					if (!p)
						break;
				}
				if (!p)
					continue;
				rd_tone_tx_init(&tx, p, level);
				memset(pcm, 0, sizeof(pcm));
				rd_tone_tx_process(&tx, pcm + 1000, MAX - 1000);
				through_line(MAX, 10);
				tone = detect(country, MAX, &starts, &frame,
					      &ends);
				cr_expect_eq(tone, t, "%s %s at %d: %s",
					     country, rd_tone_name(t), level,
					     tone < 0 ? "none"
						      : rd_tone_name(tone));
				cr_expect_eq(starts, 1, "%s %s: %d starts",
					     country, rd_tone_name(t), starts);
				cr_expect_eq(ends, 0);
				cr_expect_leq(llabs((int64_t)frame - 1000), 480,
					      "%s %s begins at %d", country,
					      rd_tone_name(t), (int)frame);
			}
}

Test(tone_rx, reports_the_end_of_a_tone)
{
	struct rd_tone_tx tx;
	int starts, ends;
	uint64_t frame;

	memset(pcm, 0, sizeof(pcm));
	rd_tone_tx_init(&tx, rd_tone_plan("cn", RD_TONE_BUSY), -10);
	rd_tone_tx_process(&tx, pcm, 6 * SECOND);
	through_line(12 * SECOND, 10);
	cr_expect_eq(detect("cn", 12 * SECOND, &starts, &frame, &ends),
		     RD_TONE_BUSY);
	cr_expect_eq(starts, 1);
	cr_expect_eq(ends, 1);
}

Test(tone_rx, spandsp_busy_tone_is_heard_and_noise_is_not)
{
	tone_gen_descriptor_t *d;
	tone_gen_state_t *g;
	int starts, ends;
	uint64_t frame;

	d = tone_gen_descriptor_init(NULL, 480, -13, 620, -13, 500, 500, 0, 0,
				     1);
	g = tone_gen_init(NULL, d);
	tone_gen(g, pcm, 8 * SECOND);
	tone_gen_free(g);
	tone_gen_descriptor_free(d);
	through_line(8 * SECOND, 30);
	cr_expect_eq(detect("us", 8 * SECOND, &starts, &frame, &ends),
		     RD_TONE_BUSY);
	memset(pcm, 0, sizeof(pcm));
	through_line(MAX, 3000);
	cr_expect_eq(detect("us", MAX, &starts, &frame, &ends), -1);
}

Test(tone_rx, a_user_defines_his_own_plan)
{
	static const struct rd_tone_plan own = {
		.country = "own",
		.tone = RD_TONE_BUSY,
		.count = 2,
		.repeats = true,
		.part = { { { 600, 0 }, 200 }, { { 0, 0 }, 800 } },
	};
	struct rd_tone_event ev[4];
	struct rd_tone_rx rx;
	struct rd_tone_tx tx;
	int heard = 0;

	rd_tone_tx_init(&tx, &own, -12);
	rd_tone_tx_process(&tx, pcm, 8 * SECOND);
	cr_assert_eq(rd_tone_rx_init_plans(&rx, &own, 1), 0);
	for (int i = 0; i < 8 * SECOND; i += 160)
		heard += rd_tone_rx_process(&rx, pcm + i, 160, i, ev, 4);
	cr_expect_eq(heard, 1);
	cr_expect_eq(rd_tone_rx_init(&rx, "xx"), -EINVAL);
	cr_expect_eq(rd_tone_from_name("busy"), RD_TONE_BUSY);
	cr_expect_eq(rd_tone_from_name("bus"), -EINVAL);
}

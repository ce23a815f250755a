/* SPDX-License-Identifier: GPL-2.0-only */
/* The line to a telephone: clear, noisy, delayed, with its hybrid; and ears. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

#include "lib/base/frames.h"
#include "tools/exchange/card.h"
#include "tools/exchange/ears.h"
#include "tools/exchange/line.h"

static const struct xc_line_profile clear = { .noise_dbm0 = XC_NO_NOISE };

static double level_dbm0(double sum_of_squares, unsigned n)
{
	return 10 * log10(sum_of_squares / n) - 20 * log10(XC_RMS_AT_0DBM0);
}

static struct xc_line new_line(struct xc_line_profile p, enum ringdown_law law)
{
	struct xc_line l;

	xc_line_tables();
	cr_assert_eq(xc_line_init(&l, &p, law, 5), 0);
	return l;
}

Test(exchange_line, every_octet_passes_a_clear_line_and_its_codec)
{
	uint8_t octets[256], rx[256], heard[256];
	int16_t samples[256];
	int law, i;

	for (law = 0; law < 2; law++) {
		struct xc_line l = new_line(clear, law);

		for (i = 0; i < 256; i++)
			octets[i] = i;
		xc_line_speak(&l, octets, NULL, octets, rx, 256);
		cr_expect_arr_eq(rx, octets, 256);
		xc_line_hear(&l, octets, heard, samples, 256);
		cr_expect_arr_eq(heard, octets, 256);
		for (i = 0; i < 256; i++) {
			/* mu-law 0x7f is -0: said again it is +0. */
			uint8_t again = law && i == 0x7f ? 0xff : i;

			cr_expect_eq(xc_line_encode(law, samples[i]), again,
				     "law %d octet %d", law, i);
		}
		xc_line_free(&l);
	}
}

Test(exchange_line, the_table_encodes_every_sample_as_spandsp_does)
{
	int i;

	xc_line_tables();
	for (i = -32768; i < 32768; i++) {
		cr_assert_eq(xc_line_encode(RINGDOWN_LAW_ALAW, i),
			     linear_to_alaw(i), "A-law %d", i);
		cr_assert_eq(xc_line_encode(RINGDOWN_LAW_ULAW, i),
			     linear_to_ulaw(i), "mu-law %d", i);
	}
}

Test(exchange_line, noise_has_its_level)
{
	struct xc_line_profile p = { .noise_dbm0 = -40 };
	struct xc_line l = new_line(p, RINGDOWN_LAW_ALAW);
	uint8_t tx[80], rx[80];
	double sum = 0, level;
	int i, k;

	memset(tx, 0xd5, sizeof(tx));
	for (i = 0; i < 500; i++) {
		xc_line_speak(&l, tx, NULL, NULL, rx, 80);
		for (k = 0; k < 80; k++)
			sum += pow(xc_line_decode(RINGDOWN_LAW_ALAW, rx[k]), 2);
	}
	level = level_dbm0(sum, 40000);
	cr_expect(fabs(level + 40) < 0.5, "%f dBm0", level);
	xc_line_free(&l);
}

Test(exchange_line, delay_is_exact_both_ways)
{
	struct xc_line_profile p = clear;
	uint8_t tx[80], rx[80], heard[80], said[80];
	int16_t samples[80];
	struct xc_line l;
	unsigned t, i;

	p.delay_frames = 123;
	l = new_line(p, RINGDOWN_LAW_ALAW);
	for (t = 0; t < 8000; t += 80) {
		for (i = 0; i < 80; i++) {
			tx[i] = (t + i) * 7;
			said[i] = (t + i) * 11;
		}
		xc_line_speak(&l, tx, NULL, said, rx, 80);
		xc_line_hear(&l, tx, heard, samples, 80);
		for (i = 0; i < 80 && t; i++) {
			if (t + i < 123)
				continue;
			cr_assert_eq(heard[i], (uint8_t)((t + i - 123) * 7));
			cr_assert_eq(rx[i], (uint8_t)((t + i - 123) * 11));
		}
	}
	xc_line_free(&l);
}

/* Speech-like random octets through the hybrid in blocks of n. */
static double echo_run(int hybrid, double erl_db, unsigned n, uint8_t *out)
{
	struct xc_line_profile p = { .noise_dbm0 = XC_NO_NOISE,
				     .hybrid = hybrid,
				     .erl_db = erl_db };
	struct xc_line l = new_line(p, RINGDOWN_LAW_ALAW);
	struct rd_rng rng = { 3 };
	uint8_t tx[XC_LINE_BLOCK];
	double in = 0, sum = 0;
	unsigned t, i;

	for (t = 0; t + n <= 16000; t += n) {
		for (i = 0; i < n; i++) {
			int16_t s = (int)rd_rng_below(&rng, 16000) - 8000;

			tx[i] = xc_line_encode(RINGDOWN_LAW_ALAW, s);
			in += pow(xc_line_decode(RINGDOWN_LAW_ALAW, tx[i]), 2);
		}
		xc_line_speak(&l, tx, NULL, NULL, out + t, n);
		for (i = 0; i < n; i++)
			sum += pow(
				xc_line_decode(RINGDOWN_LAW_ALAW, out[t + i]),
				2);
	}
	xc_line_free(&l);
	return 10 * log10(in / sum);
}

Test(exchange_line, each_path_of_g168_loses_what_is_asked)
{
	static uint8_t out[16000];
	double a, b;
	int path;

	for (path = 1; path <= XC_HYBRID_PATHS; path++) {
		a = echo_run(path, 6, 80, out);
		b = echo_run(path, 20, 80, out);
		cr_expect(fabs(a - 6) < 0.5, "path %d: %f dB", path, a);
		cr_expect(fabs(b - 20) < 0.5, "path %d: %f dB", path, b);
	}
}

Test(exchange_line, an_echo_does_not_depend_on_the_period)
{
	static uint8_t a[16000], b[16000], c[16000];

	echo_run(4, 10, 8, a);
	echo_run(4, 10, 80, b);
	echo_run(4, 10, 320, c);
	cr_expect_arr_eq(a, b, 16000);
	cr_expect_arr_eq(a, c, 16000);
}

Test(exchange_line, progress_tones_are_recognised_and_speech_is_none)
{
	static const struct {
		int hz, on_ms, off_ms;
		uint32_t tones;
	} rows[] = {
		{ 450, 350, 350, 1u << XC_TONE_BUSY },
		{ 425, 500, 500, 1u << XC_TONE_BUSY },
		{ 450, 700, 700, 1u << XC_TONE_CONGESTION },
		{ 450, 1000, 4000, 1u << XC_TONE_RINGBACK },
		{ 450, 12000, 0, 1u << XC_TONE_DIAL },
		{ 1004, 500, 500, 0 },
	};
	int16_t block[80];
	unsigned i, t;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct xc_tone_ear *e = xc_tone_ear_new();
		uint32_t heard = 0, phase = 0;

		for (t = 0; t < 12000; t += 10) {
			unsigned cycle = rows[i].on_ms + rows[i].off_ms;

			if (t % cycle < (unsigned)rows[i].on_ms)
				xc_tone_sine(block, 80, rows[i].hz, -12,
					     &phase);
			else
				memset(block, 0, sizeof(block));
			heard |= xc_tone_ear_hear(e, block, 80);
		}
		cr_expect_eq(heard, rows[i].tones, "row %u: 0x%x", i, heard);
		xc_tone_ear_free(e);
	}
}

Test(exchange_line, ears_know_when_a_prompt_has_ended)
{
	int16_t block[80];
	uint8_t octets[80];
	uint32_t phase = 0;
	struct xc_ears e;
	unsigned t, i;
	uint64_t ended = 0;

	xc_line_tables();
	cr_assert_eq(xc_ears_init(&e, 0, 0xd5), 0);
	for (t = 0; t < 40000; t += 80) {
		bool on = t >= 8000 && t < 16000;

		if (on)
			xc_tone_sine(block, 80, 600, -15, &phase);
		else
			memset(block, 0, sizeof(block));
		for (i = 0; i < 80; i++)
			octets[i] = xc_line_encode(RINGDOWN_LAW_ALAW, block[i]);
		xc_ears_hear(&e, t, octets, block, 80);
		if (!ended && xc_ears_prompt_ended(&e, t + 80, 4000))
			ended = t + 80;
		if (t == 12000)
			cr_expect_eq(e.change_frame, 8001);
	}
	cr_expect(ended >= 20000 && ended <= 20000 + 160, "%d", (int)ended);
	/* A-law has no zero: a sample of 0 is +0, the first step. */
	cr_expect_eq(e.change_frame, 16000);
	xc_ears_free(&e);
}

Test(exchange_line, a_marker_is_followed_through_errors_and_a_slip)
{
	static uint8_t octets[16000];
	static struct xc_marker_ear e;
	const struct xc_marker_heard *h = &e.heard[9];
	unsigned i;

	xc_marker_start(9, 1000);
	for (i = 0; i < 16000; i++)
		octets[i] = 0xd5;
	xc_marker_speak(9, 1000, octets + 1200, 7000);
	for (i = 8200; i < 16000; i++) /* one frame less delay */
		xc_marker_speak(9, 1000 + i - 1200 + 1, octets + i, 1);
	octets[3000] ^= 0x10;
	octets[4000] ^= 0x01;
	xc_marker_ear_init(&e);
	for (i = 0; i < 16000; i += 80)
		xc_marker_hear(&e, i, octets + i, 80);
	cr_expect_eq(h->first_frame, 1200);
	cr_expect_eq(h->first_sent_frame, 1000);
	cr_expect_eq(h->errors, 2);
	cr_expect_eq(h->losses, 1);
	cr_expect_eq(h->delay_min_frames, 199);
	cr_expect_eq(h->delay_max_frames, 200);
	cr_expect_eq(h->last_frame, 15999);
}

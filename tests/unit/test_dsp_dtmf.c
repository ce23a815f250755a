// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DTMF receiver against ITU-T Q.24 and the generator against Q.23. Signals
 * pass through A-law, as on the line. SpanDSP listens to our generator.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <math.h>
#include <spandsp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/dsp/dtmf.h"
#include "lib/dsp/dtmf_waves.h"
#include "lib/dsp/g711.h"

#define RATE 8000

static const double hz[8] = { 697, 770, 852, 941, 1209, 1336, 1477, 1633 };
static const char pad[] = "123A456B789C*0#D";

static uint64_t seed = 20261123;

static double uniform(void)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 11) * 0x1p-53;
}

static double gauss(void)
{
	return sqrt(-2 * log(uniform() + 1e-300)) * cos(2 * M_PI * uniform());
}

static double amplitude(double dbm0)
{
	return 32768 * pow(10, (dbm0 - 3.14) / 20);
}

/* A signal under construction. */
static double sig[RATE * 60];
static int16_t pcm[RATE * 60];

static void clear(int n)
{
	memset(sig, 0, n * sizeof(*sig));
}

static void add_tone(int from, int len, double f, double dbm0, double phase)
{
	for (int i = 0; i < len; i++)
		sig[from + i] +=
			amplitude(dbm0) * sin(2 * M_PI * f * i / RATE + phase);
}

static void add_digit(int from, int len, int key, double low_dbm0,
		      double high_dbm0, double low_off, double high_off)
{
	add_tone(from, len, hz[key / 4] * (1 + low_off), low_dbm0,
		 2 * M_PI * uniform());
	add_tone(from, len, hz[4 + key % 4] * (1 + high_off), high_dbm0,
		 2 * M_PI * uniform());
}

static void add_noise(int n, double dbm0)
{
	double rms = amplitude(dbm0) / M_SQRT2;

	for (int i = 0; i < n; i++)
		sig[i] += rms * gauss();
}

static void to_line(int n)
{
	for (int i = 0; i < n; i++) {
		double v = fmin(fmax(rint(sig[i]), -32768), 32767);

		pcm[i] = rd_g711_expand(RD_ALAW, rd_g711_compress(RD_ALAW, v));
	}
}

struct heard {
	char digits[512];
	int count, ends;
	struct rd_dtmf_event start[512], end[512];
};

static void listen_blocks(int n, int block, struct heard *h)
{
	struct rd_dtmf_rx rx;
	struct rd_dtmf_event ev[8];

	memset(h, 0, sizeof(*h));
	rd_dtmf_rx_init(&rx);
	for (int i = 0; i < n; i += block) {
		int m = block < n - i ? block : n - i;
		int k = rd_dtmf_rx_process(&rx, pcm + i, m, i, ev, 8);

		for (int j = 0; j < k; j++)
			if (ev[j].what == RD_DTMF_START) {
				h->start[h->count] = ev[j];
				h->digits[h->count++] = ev[j].digit;
			} else {
				h->end[h->ends++] = ev[j];
			}
	}
}

static void listen(int n, struct heard *h)
{
	listen_blocks(n, 160, h);
}

/*
 * rounds x 16 digits of on/off samples; how many were heard right, one event
 * each, at their place.
 */
struct trial {
	int on, off;
	double low, high, low_off, high_off;
	double snr_db; /* 0: none */
	double hum_hz[2], hum_dbm0;
};

static int run_trial(const struct trial *t, int rounds, int *extra)
{
	int period = t->on + t->off, good = 0;
	struct heard h;

	*extra = 0;
	for (int r = 0; r < rounds; r++) {
		int n = 800 + 16 * period + 800;

		clear(n);
		for (int k = 0; k < 16; k++)
			add_digit(800 + k * period + (int)(uniform() * 40),
				  t->on, k, t->low, t->high, t->low_off,
				  t->high_off);
		if (t->snr_db != 0)
			add_noise(n, 10 * log10(pow(10, t->low / 10) +
						pow(10, t->high / 10)) -
					     t->snr_db);
		for (int i = 0; i < 2; i++)
			if (t->hum_hz[i])
				add_tone(0, n, t->hum_hz[i], t->hum_dbm0,
					 uniform() * 6);
		to_line(n);
		listen(n, &h);
		for (int k = 0, e = 0; k < 16; k++) {
			int at = 800 + k * period, found = 0;

			for (e = 0; e < h.count; e++) {
				int64_t d =
					(int64_t)h.start[e].start_frame - at;

				if (d > -160 && d < t->on + 80 &&
				    h.digits[e] == pad[k])
					found++;
			}
			good += found >= 1;
		}
		*extra += h.count;
	}
	*extra -= good;
	return good;
}

static void expect_all(const char *what, const struct trial *t, int rounds)
{
	int extra, good = run_trial(t, rounds, &extra);

	cr_expect_eq(good, rounds * 16, "%s: %d of %d", what, good,
		     rounds * 16);
	cr_expect_eq(extra, 0, "%s: %d extra", what, extra);
}

static void expect_none(const char *what, const struct trial *t, int rounds)
{
	int extra, good = run_trial(t, rounds, &extra);

	cr_expect_eq(good + extra, 0, "%s: %d of %d accepted", what,
		     good + extra, rounds * 16);
}

Test(dtmf_rx, wave_tables_are_the_eight_tones)
{
	for (int f = 0; f < 8; f++) {
		double w = 2 * M_PI * hz[f] / RATE;

		for (int k = 0; k < 20; k++) {
			cr_assert_float_eq(rd_dtmf_cos[k][f], cos(w * (k + .5)),
					   1e-6);
			cr_assert_float_eq(rd_dtmf_sin[k][f], sin(w * (k + .5)),
					   1e-6);
		}
		cr_assert_float_eq(rd_dtmf_hop_re[f], cos(w * 40), 1e-6);
		cr_assert_float_eq(rd_dtmf_hop_im[f], sin(w * 40), 1e-6);
	}
}

Test(dtmf_rx, accepts_levels_0_to_minus_25_dbm0_per_tone)
{
	for (int l = 0; l >= -40; l--)
		expect_all("level",
			   &(struct trial){
				   .on = 400, .off = 400, .low = l, .high = l },
			   4);
}

Test(dtmf_rx, accepts_twist_minus_8_to_plus_4_db)
{
	for (double tw = -8; tw <= 4; tw += 0.5)
		expect_all("twist",
			   &(struct trial){ .on = 320,
					    .off = 320,
					    .low = -14 - tw / 2,
					    .high = -14 + tw / 2 },
			   6);
}

Test(dtmf_rx, accepts_1_5_percent_off_in_any_combination)
{
	for (int a = -3; a <= 3; a++)
		for (int b = -3; b <= 3; b++)
			expect_all("offset",
				   &(struct trial){ .on = 320,
						    .off = 320,
						    .low = -10,
						    .high = -10,
						    .low_off = a * .005,
						    .high_off = b * .005 },
				   3);
}

Test(dtmf_rx, rejects_3_5_percent_off)
{
	static const double off[][2] = {
		{ .035, .035 }, { -.035, -.035 }, { .035, 0 },	   { -.035, 0 },
		{ 0, .035 },	{ 0, -.035 },	  { .035, -.035 },
	};

	for (int i = 0; i < 7; i++)
		expect_none("offset",
			    &(struct trial){ .on = 800,
					     .off = 400,
					     .low = -10,
					     .high = -10,
					     .low_off = off[i][0],
					     .high_off = off[i][1] },
			    6);
}

Test(dtmf_rx, accepts_40_ms_and_rejects_23_ms)
{
	expect_all("40 ms",
		   &(struct trial){
			   .on = 320, .off = 400, .low = -10, .high = -10 },
		   20);
	expect_all("36 ms",
		   &(struct trial){
			   .on = 288, .off = 400, .low = -10, .high = -10 },
		   20);
	expect_none("23 ms",
		    &(struct trial){
			    .on = 184, .off = 400, .low = -10, .high = -10 },
		    20);
	expect_none("26 ms",
		    &(struct trial){
			    .on = 208, .off = 400, .low = -10, .high = -10 },
		    20);
}

Test(dtmf_rx, a_pause_of_40_ms_makes_two_digits_of_one_key)
{
	struct heard h;

	for (int r = 0; r < 160; r++) {
		int at = 400 + (int)(uniform() * 80);

		clear(3000);
		add_digit(at, 400, r % 16, -10, -10, 0, 0);
		add_digit(at + 720, 400, r % 16, -10, -10, 0, 0);
		to_line(3000);
		listen(3000, &h);
		cr_expect_eq(h.count, 2, "key %c: %d", pad[r % 16], h.count);
		cr_expect_eq(h.ends, 2);
	}
}

Test(dtmf_rx, a_break_of_10_ms_makes_no_second_digit)
{
	struct heard h;

	for (int r = 0; r < 320; r++) {
		int at = 400 + (int)(uniform() * 80);
		int cut = at + 300 + (int)(uniform() * 100);

		clear(3000);
		add_digit(at, 800, r % 16, -10, -10, 0, 0);
		for (int i = 0; i < 80; i++)
			sig[cut + i] = 0;
		to_line(3000);
		listen(3000, &h);
		cr_expect_eq(h.count, 1, "key %c: %d", pad[r % 16], h.count);
		cr_expect_eq(h.ends, 1);
	}
}

Test(dtmf_rx, hears_digits_9_db_and_6_db_above_noise)
{
	int extra, good;

	good = run_trial(&(struct trial){ .on = 400,
					  .off = 400,
					  .low = -15,
					  .high = -15,
					  .snr_db = 9 },
			 125, &extra);
	cr_expect_geq(good, 1998, "9 dB: %d of 2000", good);
	good = run_trial(&(struct trial){ .on = 400,
					  .off = 400,
					  .low = -15,
					  .high = -15,
					  .snr_db = 6 },
			 125, &extra);
	cr_expect_geq(good, 1000, "6 dB: %d of 2000", good);
}

Test(dtmf_rx, hears_digits_over_dial_tone_of_equal_level)
{
	static const double dial[][2] = {
		{ 350, 440 }, { 425, 0 }, { 450, 0 }, { 400, 0 }
	};

	for (int i = 0; i < 4; i++)
		for (int l = -25; l <= -15; l += 5)
			expect_all("dial tone",
				   &(struct trial){
					   .on = 400,
					   .off = 400,
					   .low = -15,
					   .high = -15,
					   .hum_hz = { dial[i][0], dial[i][1] },
					   .hum_dbm0 = l },
				   6);
}

Test(dtmf_rx, an_echo_makes_no_second_digit)
{
	struct heard h;

	for (int r = 0; r < 320; r++) {
		int at = 400 + (int)(uniform() * 80);
		int delay = r & 1 ? 160 : 240;

		clear(3000);
		add_digit(at, 400, r / 2 % 16, -10, -10, 0, 0);
		for (int i = 2999; i >= delay; i--)
			sig[i] += sig[i - delay] * 0.316;
		to_line(3000);
		listen(3000, &h);
		cr_expect_eq(h.count, 1, "key %c delay %d: %d", pad[r / 2 % 16],
			     delay, h.count);
	}
}

/*
 * Recorded prompts and music of Debian's asterisk-core-sounds-en-wav and
 * asterisk-moh-opsound-wav, scaled to a level over their active parts.
 */
static int load_speech(const char *pattern, int16_t *x, int max)
{
	glob_t g;
	int n = 0;

	if (glob(pattern, 0, NULL, &g))
		return 0;
	for (size_t i = 0; i < g.gl_pathc && n < max; i++) {
		FILE *f = fopen(g.gl_pathv[i], "rb");

		if (!f)
			continue;
		fseek(f, 44, SEEK_SET);
		n += fread(x + n, sizeof(*x), max - n, f);
		fclose(f);
	}
	globfree(&g);
	return n;
}

static double active_rms(const int16_t *x, int n)
{
	double e = 1;
	int active = 1;

	for (int i = 0; i < n; i++)
		if (abs(x[i]) > 150) {
			e += (double)x[i] * x[i];
			active++;
		}
	return sqrt(e / active);
}

static const char *const corpus[] = {
	"/usr/share/asterisk/sounds/en_US_f_Allison/*.wav",
	"/usr/share/asterisk/sounds/en_US_f_Allison/*/*.wav",
	"/usr/share/asterisk/moh/*.wav",
};

#define CORPUS_MAX (RATE * 60 * 25)
static int16_t speech[CORPUS_MAX];

Test(dtmf_rx, prompts_and_music_hold_no_digit, .timeout = 120)
{
	int last = getenv("RD_SOAK") ? -30 : -10;

	for (int c = 0; c < 3; c++) {
		int n = load_speech(corpus[c], speech, CORPUS_MAX);
		double rms = active_rms(speech, n);

		if (!n) {
			cr_log_warn("no %s: skipped\n", corpus[c]);
			continue;
		}
		for (int l = -5; l >= last; l -= 5) {
			double gain = pow(10, (l + 84.163) / 20) / rms;
			struct rd_dtmf_event ev[8];
			struct rd_dtmf_rx rx;
			int digits = 0;

			rd_dtmf_rx_init(&rx);
			for (int i = 0; i + 160 <= n; i += 160) {
				for (int k = 0; k < 160; k++)
					sig[k] = speech[i + k] * gain;
				to_line(160);
				digits += rd_dtmf_rx_process(&rx, pcm, 160, i,
							     ev, 8);
			}
			cr_expect_eq(digits, 0, "%s at %d dBm0: %d", corpus[c],
				     l, digits);
		}
	}
}

Test(dtmf_rx, hears_digits_through_a_prompt_at_minus_15_dbm0)
{
	int n = load_speech(corpus[0], speech, CORPUS_MAX), good = 0, all = 0;
	double gain = pow(10, (-15 + 84.163) / 20) / active_rms(speech, n);
	struct heard h;

	if (!n)
		cr_log_warn("no %s: skipped\n", corpus[0]);
	for (int at = 0; at + 8000 < n; at += 9973, all++) {
		clear(4000);
		add_digit(2000, 800, all % 16, -10, -10, 0, 0);
		for (int i = 0; i < 4000; i++)
			sig[i] += speech[at + i] * gain;
		to_line(4000);
		listen(4000, &h);
		good += h.count == 1 && h.digits[0] == pad[all % 16];
	}
	cr_expect_geq(good, all * 9 / 10, "%d of %d", good, all);
}

Test(dtmf_rx, single_tones_are_no_digit)
{
	struct heard h;

	for (int f = 0; f < 8; f++)
		for (int l = 0; l >= -20; l -= 10) {
			clear(4000);
			add_tone(400, 3200, hz[f], l, 0);
			to_line(4000);
			listen(4000, &h);
			cr_expect_eq(h.count, 0, "%g Hz at %d", hz[f], l);
		}
}

/*
 * To the sample: nine of ten are exact or next to it. Where both tones begin near
 * zero, the first samples hide in A-law's steps.
 */
Test(dtmf_rx, start_and_end_are_told_to_the_sample)
{
	int near_start = 0, near_end = 0, all = 0;
	struct heard h;

	for (int r = 0; r < 640; r++, all++) {
		int at = 700 + (int)(uniform() * 400);
		int len = 320 + (int)(uniform() * 800), start, end;
		double off = (r % 7 - 3) * 0.005;

		clear(3400);
		add_digit(at, len, r % 16, -8, -12 + r % 8, off, -off);
		to_line(3400);
		listen(3400, &h);
		cr_assert_eq(h.ends, 1);
		start = (int)h.end[0].start_frame - at;
		end = start + (int)h.end[0].len_frames - len;
		cr_expect_eq(h.end[0].start_frame, h.start[0].start_frame);
		cr_expect_leq(abs(start), 8, "key %c start %+d", pad[r % 16],
			      start);
		cr_expect_leq(abs(end), 8, "key %c end %+d", pad[r % 16], end);
		near_start += abs(start) <= 1;
		near_end += abs(end) <= 1;
		cr_expect_leq(abs(h.start[0].low_ddbm0 + 80), 10);
	}
	cr_log_info("within a sample: start %d, end %d of %d\n", near_start,
		    near_end, all);
	cr_expect_geq(near_start, all * 9 / 10, "%d", near_start);
	cr_expect_geq(near_end, all * 9 / 10, "%d", near_end);
}

Test(dtmf_rx, any_block_size_gives_the_same_events)
{
	static const int size[] = { 1, 8, 40, 77, 80, 240, 320, 4096 };
	struct heard ref, h;

	clear(20000);
	for (int k = 0; k < 16; k++)
		add_digit(300 + k * 1111, 500, k, -10, -10, 0, 0);
	to_line(20000);
	listen(20000, &ref);
	cr_expect_str_eq(ref.digits, pad);
	for (int i = 0; i < 8; i++) {
		listen_blocks(20000, size[i], &h);
		cr_expect_str_eq(h.digits, pad);
		cr_expect_arr_eq(h.end, ref.end, sizeof(h.end));
	}
}

Test(dtmf_tx, spandsp_hears_every_digit)
{
	dtmf_rx_state_t *rx = dtmf_rx_init(NULL, NULL, NULL);
	struct rd_dtmf_tx tx;
	int16_t out[160];
	char got[64];

	cr_assert_eq(rd_dtmf_tx_init(&tx, "1234567890*#abcd", -9, -7, 70, 70),
		     0);
	while (!rd_dtmf_tx_is_done(&tx)) {
		rd_dtmf_tx_process(&tx, out, 160);
		dtmf_rx(rx, out, 160);
	}
	got[dtmf_rx_get(rx, got, 32)] = 0;
	cr_expect_str_eq(got, "1234567890*#ABCD");
	dtmf_rx_free(rx);
}

Test(dtmf_tx, has_the_length_and_level_asked_for)
{
	struct rd_dtmf_tx tx;
	int16_t out[1000];
	double e = 0;

	cr_assert_eq(rd_dtmf_tx_init(&tx, "5", -9, -7, 50, 20), 0);
	cr_expect_eq(rd_dtmf_tx_process(&tx, out, 1000), 560);
	for (int i = 0; i < 400; i++)
		e += out[i] * (double)out[i] / 400;
	cr_expect_float_eq(10 * log10(e) - 84.16,
			   10 * log10(pow(10, -.9) + pow(10, -.7)), 0.2);
	for (int i = 400; i < 1000; i++)
		cr_assert_eq(out[i], 0);
	cr_expect(rd_dtmf_tx_is_done(&tx));
}

Test(dtmf_tx, refuses_what_is_no_digit)
{
	struct rd_dtmf_tx tx;

	cr_expect_eq(rd_dtmf_tx_init(&tx, "12x", -9, -7, 50, 50), -EINVAL);
	cr_expect_eq(rd_dtmf_tx_init(&tx, "", -9, -7, 50, 50), -EINVAL);
	cr_expect_eq(rd_dtmf_tx_init(&tx, "1", 3, -7, 50, 50), -EINVAL);
	cr_expect_eq(rd_dtmf_tx_init(&tx, "123456789012345678901234567890123",
				     -9, -7, 50, 50),
		     -E2BIG);
}

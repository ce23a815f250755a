// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The line echo canceller against ITU-T G.168 (2015): composite source signals
 * of Annex C, echo paths of Annex D, A-law both ways, NLP off unless said. The
 * yardstick is the perfect canceller, which knows the path and is left with
 * A-law's steps only. RD_SOAK=1 runs the wide sweeps.
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>

#include "lib/dsp/echo.h"
#include "tests/unit/g168.h"

#define SECOND 8000
#define MAX    (60 * SECOND)
#define PERIOD G168_CSS_PERIOD

/* One experiment: what was sent, came back, was talked, and came out. */
static double far_talk[MAX], near_talk[MAX];
static int16_t sent[MAX], echo[MAX], received[MAX], out[MAX];

static struct g168_rng rng = { 168 };

struct line {
	int taps, block;
	bool nlp, linear, disabler;
};

static const struct line usual[] = {
	{ .taps = 512, .block = 160 },
	{ .taps = 512, .block = 80 },
	{ .taps = 512, .block = 40 },
};

static void far_css(double dbm0, int n)
{
	g168_css(&rng, 0, 0, dbm0, far_talk, n);
}

static void far_noise(double dbm0, int from, int to)
{
	for (int i = from; i < to; i++)
		far_talk[i] = g168_gauss(&rng) * pow(10, (dbm0 + 84.163) / 20);
}

static void far_tone(double hz, double hz2, double dbm0, int from, int to)
{
	double a = 32768 * pow(10, (dbm0 - 3.14) / 20);

	for (int i = from; i < to; i++)
		far_talk[i] = a * sin(2 * M_PI * hz * i / SECOND) +
			      (hz2 ? a * sin(2 * M_PI * hz2 * i / SECOND) : 0);
}

static void quiet(double *x, int from, int to)
{
	memset(x + from, 0, (to - from) * sizeof(*x));
}

/* Put far_talk on the line; both ways from here on. */
static void dial(const struct line *l, int n)
{
	for (int i = 0; i < n; i++)
		sent[i] = l->linear ? g168_linear(far_talk[i])
				    : g168_alaw(far_talk[i]);
}

static void hybrid(const struct line *l, int model, int delay, double erl,
		   int from, int to)
{
	struct g168_hybrid h;

	g168_hybrid(&h, model, delay, erl);
	g168_line(&h, sent, NULL, 0, echo, from, to);
	g168_line(&h, sent, near_talk, !l->linear, received, from, to);
}

static struct rd_echo *make(const struct line *l)
{
	static char mem[64 * 1024] __attribute__((aligned(RD_ECHO_ALIGN)));
	struct rd_echo_config c = { .taps = l->taps,
				    .block = l->block,
				    .nlp = l->nlp,
				    .tone_disabler = l->disabler };

	cr_assert_leq(rd_echo_size(&c), sizeof(mem));
	return rd_echo_init(mem, &c);
}

static void cancel(struct rd_echo *ec, int from, int to, int step)
{
	for (int i = from; i + step <= to; i += step)
		rd_echo_process(ec, sent + i, received + i, out + i, step);
}

/*
 * The far end speaks, or its echo still comes. A composite source pauses for 29 %
 * of the time; what A-law makes of silence then is nobody's echo.
 */
static bool is_active(int i)
{
	return i < 64 || far_talk[i] != 0 || far_talk[i - 32] != 0 ||
	       far_talk[i - 64] != 0;
}

static double power(const int16_t *x, int from, int to)
{
	double e = 1e-9;

	for (int i = from; i < to; i++)
		e += (double)x[i] * x[i];
	return e;
}

/* Echo against what is left of it, near end known and taken out: dB. */
static double loss(int from, int to, bool is_perfect)
{
	double left = 1e-9, e = 1e-9;

	for (int i = from; i < to; i++) {
		double rest = is_perfect ? received[i] - echo[i] : out[i];

		if (!is_active(i))
			continue;
		left += pow(rest - near_talk[i], 2);
		e += pow(echo[i], 2);
	}
	return 10 * log10(e / left);
}

static double erle(int from, int to)
{
	return loss(from, to, false);
}

/* The same for a canceller that knows the path. */
static double ceiling(int from, int to)
{
	return loss(from, to, true);
}

static double erle_period(int end)
{
	return erle(end - PERIOD, end);
}

TestSuite(echo, .timeout = 120);

/* In between a fixed delay: line, rings, a gateway. */
static int some_delay(int model)
{
	return model * 53 % 380;
}

Test(echo, g168_6_4_2_2_converges_and_reaches_the_ceiling)
{
	for (int u = 0; u < 3; u++)
		for (int dbm0 = -5; dbm0 >= -40; dbm0 -= dbm0 == -5 ? 5 : 10) {
			double late = 0, limit = 0, early = 0;

			for (int m = 0; m < G168_PATHS; m++) {
				double one, now, top;

				far_css(dbm0, 15 * SECOND);
				dial(&usual[u], 15 * SECOND);
				hybrid(&usual[u], m,
				       dbm0 % 20 ? some_delay(m) : 0, 10, 0,
				       15 * SECOND);
				cancel(make(&usual[u]), 0, 15 * SECOND,
				       usual[u].block);
				one = erle_period(SECOND);
				now = erle(10 * SECOND, 15 * SECOND);
				top = ceiling(10 * SECOND, 15 * SECOND);
				cr_expect_geq(one, fmin(26, top - 6),
					      "D.%d at %d: %.1f dB after 1 s",
					      m + 2, dbm0, one);
				cr_expect_geq(now, top - (u == 2 ? 4 : 2),
					      "D.%d at %d: %.1f dB of %.1f",
					      m + 2, dbm0, now, top);
				early += one / G168_PATHS;
				late += now / G168_PATHS;
				limit += top / G168_PATHS;
			}
			cr_log_info("block %d, %d dBm0: 1 s %.1f, 10 to 15 s "
				    "%.1f of %.1f dB\n",
				    usual[u].block, dbm0, early, late, limit);
			if (dbm0 >= -20)
				cr_expect_geq(early, 28, "%.1f dB", early);
			if (dbm0 == -10)
				cr_expect_geq(late, 36, "%.1f dB", late);
			if (dbm0 == -20)
				cr_expect_geq(late, 35.5, "%.1f dB", late);
			cr_expect_geq(late, limit - 1.5, "%d: %.1f of %.1f dB",
				      dbm0, late, limit);
		}
}

Test(echo, g168_6_4_2_3_holds_in_double_talk)
{
	static const double near_dbm0[] = { -26, -22, -16, -10 };
	static const double least[] = { 31, 29, 25, 19 };
	int talk = 5 * SECOND, end = 13 * SECOND, n = 16 * SECOND;

	for (int u = 0; u < 3; u++)
		for (int i = 0; i < 4; i++)
			for (int m = 0; m < 3; m++) {
				far_css(-16, n);
				g168_css(&rng, 1, m & 1, near_dbm0[i],
					 near_talk, n);
				quiet(near_talk, 0, talk);
				quiet(near_talk, end, n);
				dial(&usual[u], n);
				hybrid(&usual[u], m * 3, 0, 10, 0, n);
				cancel(make(&usual[u]), 0, n, usual[u].block);
				cr_expect_geq(erle(talk, end), least[i],
					      "block %d D.%d near %g: %.1f dB",
					      usual[u].block, m * 3 + 2,
					      near_dbm0[i], erle(talk, end));
				cr_expect_geq(erle_period(end + PERIOD), 33);
			}
}

Test(echo, double_talk_on_linear_samples_leaves_the_filter_alone)
{
	struct line l = { .taps = 512, .block = 160, .linear = true };
	int n = 16 * SECOND;

	far_css(-16, n);
	g168_css(&rng, 1, 0, -16, near_talk, n);
	quiet(near_talk, 0, 5 * SECOND);
	dial(&l, n);
	hybrid(&l, 0, 0, 10, 0, n);
	cancel(make(&l), 0, n, 160);
	cr_expect_geq(erle(4 * SECOND, 5 * SECOND), 45, "%.1f dB",
		      erle(4 * SECOND, 5 * SECOND));
	cr_expect_geq(erle(6 * SECOND, n), 35, "%.1f dB", erle(6 * SECOND, n));
}

Test(echo, converges_from_cold_in_double_talk)
{
	int n = 15 * SECOND;

	for (int u = 0; u < 3; u++) {
		double sum = 0;

		for (int m = 0; m < G168_PATHS; m++) {
			far_css(-16, n);
			g168_css(&rng, 1, 0, -16, near_talk, n);
			dial(&usual[u], n);
			hybrid(&usual[u], m, 0, 10, 0, n);
			cancel(make(&usual[u]), 0, n, usual[u].block);
			sum += erle_period(3 * SECOND) / G168_PATHS;
		}
		cr_expect_geq(sum, 15, "block %d: %.1f dB after 3 s",
			      usual[u].block, sum);
	}
}

/* Prompts of Debian's asterisk-core-sounds-en-wav, from the n-th file on. */
static int load_speech(int skip, double dbm0, double *x, int max)
{
	int16_t block[1024];
	glob_t g;
	int n = 0;

	if (glob("/usr/share/asterisk/sounds/en_US_f_Allison/*.wav", 0, NULL,
		 &g))
		return 0;
	for (size_t i = skip; i < g.gl_pathc && n < max; i++) {
		FILE *f = fopen(g.gl_pathv[i], "rb");
		size_t got;

		if (!f)
			continue;
		fseek(f, 44, SEEK_SET);
		while ((got = fread(block, 2, 1024, f)) && n < max)
			for (size_t k = 0; k < got && n < max; k++)
				x[n++] = abs(block[k]) > 100 ? block[k] : 0;
		fclose(f);
	}
	globfree(&g);
	g168_set_dbm0(x, n, dbm0);
	return n;
}

Test(echo, recorded_speech_both_ways_is_cancelled)
{
	for (int u = 0; u < 2; u++) {
		int n = load_speech(10, -16, far_talk, MAX), m;

		m = load_speech(200, -16, near_talk, MAX);
		n = (n < m ? n : m) / 160 * 160;
		if (n < 30 * SECOND) {
			cr_log_warn("no recorded speech: skipped\n");
			return;
		}
		dial(&usual[u], n);
		hybrid(&usual[u], 0, 0, 10, 0, n);
		cancel(make(&usual[u]), 0, n, usual[u].block);
		cr_log_info("block %d: %.1f dB of %.1f\n", usual[u].block,
			    erle(10 * SECOND, n), ceiling(10 * SECOND, n));
		cr_expect_geq(erle(10 * SECOND, n), 22, "block %d: %.1f dB",
			      usual[u].block, erle(10 * SECOND, n));
		quiet(near_talk, 0, n);
	}
}

Test(echo, finds_a_changed_path_within_a_second)
{
	static const int from[] = { 0, 6, 3, 5, 1, 7, 1 };
	static const int to[] = { 3, 7, 4, 1, 6, 6, 6 };
	static const int delay[] = { 0, 0, 0, 0, 0, 81, 208 };

	for (int u = 0; u < 3; u++)
		for (int i = 0; i < 7; i++) {
			/* anywhere in a period */
			int change = 20 * PERIOD + i * 400,
			    n = change + 3 * SECOND;
			struct rd_echo_state st;
			struct rd_echo *ec = make(&usual[u]);

			far_css(-10, n);
			dial(&usual[u], n);
			hybrid(&usual[u], from[i], 0, 10, 0, change);
			hybrid(&usual[u], to[i], delay[i], 10, change, n);
			cancel(ec, 0, n, usual[u].block);
			cr_expect_geq(erle_period(change + SECOND), 20,
				      "block %d D.%d to D.%d: %.1f dB",
				      usual[u].block, from[i] + 2, to[i] + 2,
				      erle_period(change + SECOND));
			rd_echo_get_state(ec, &st);
			cr_expect_eq(st.path_changes, 1, "%u", st.path_changes);
		}
}

Test(echo, g168_6_4_2_7_narrow_band_signals_spoil_nothing)
{
	static const double hz[][2] = {
		{ 697, 0 },    { 941, 0 },    { 1336, 0 },   { 1633, 0 },
		{ 697, 1209 }, { 770, 1336 }, { 852, 1477 }, { 941, 1633 },
		{ 2100, 0 },   { 350, 440 },  { 425, 0 },    { 1004, 0 },
	};
	int on = 20 * PERIOD, off = on + 5 * SECOND, n = off + 2 * PERIOD;

	for (int u = 0; u < 3; u++)
		for (int i = 0; i < 12; i++) {
			far_css(-10, n);
			far_tone(hz[i][0], hz[i][1], -10, on, off);
			/* a fresh period behind the tone */
			g168_css(&rng, 0, 0, -10, far_talk + off, 2 * PERIOD);
			dial(&usual[u], n);
			hybrid(&usual[u], i % 8, 0, 10, 0, n);
			cancel(make(&usual[u]), 0, n, usual[u].block);
			cr_expect_geq(erle_period(off + PERIOD), 33,
				      "block %d, %g + %g Hz: %.1f dB",
				      usual[u].block, hz[i][0], hz[i][1],
				      erle_period(off + PERIOD));
		}
}

/* Dial tone, ringing or an answer tone, and then somebody speaks. */
Test(echo, a_call_that_begins_with_a_tone_converges_like_any_other)
{
	static const double hz[][2] = {
		{ 425, 0 },    { 350, 440 }, { 697, 0 },
		{ 941, 1633 }, { 2100, 0 },  { 1100, 0 },
		{ 300, 0 },    { 3000, 0 },  { 1336, 1633 },
	};
	int off = 3 * SECOND, n = off + 2 * SECOND;

	for (int u = 0; u < 3; u++)
		for (int i = 0; i < 9; i++) {
			quiet(far_talk, 0, n);
			far_tone(hz[i][0], hz[i][1], -10, 0, off);
			g168_css(&rng, 0, 1, -10, far_talk + off, n - off);
			dial(&usual[u], n);
			hybrid(&usual[u], i % 8, 0, 10, 0, n);
			cancel(make(&usual[u]), 0, n, usual[u].block);
			cr_expect_geq(erle_period(off + SECOND), 25,
				      "block %d, %g + %g Hz: %.1f dB",
				      usual[u].block, hz[i][0], hz[i][1],
				      erle_period(off + SECOND));
		}
}

/* Output above input by 1 dB in any CSS period after the first second. */
static void expect_no_divergence(const char *what, const struct line *l,
				 int dbm0, int n)
{
	for (int i = SECOND; i + PERIOD <= n; i += PERIOD) {
		double gain = 10 * log10(power(out, i, i + PERIOD) /
					 power(received, i, i + PERIOD));

		cr_expect_lt(gain, 1,
			     "%s, %d taps, block %d, %d dBm0, %.1f s:"
			     " %.1f dB",
			     what, l->taps, l->block, dbm0, (double)i / SECOND,
			     gain);
	}
}

Test(echo, never_diverges_at_any_level_or_tail)
{
	bool soak = getenv("RD_SOAK");
	int n = (soak ? 30 : 6) * SECOND;

	for (int taps = 128; taps <= 1024; taps *= 2)
		for (int dbm0 = -40; dbm0 <= -5; dbm0 += soak ? 5 : 35)
			for (int b = soak ? 40 : 80; b <= 160; b *= 2)
				for (int kind = 0; kind < 4; kind++) {
					static const char *const what[] = {
						"css", "noise", "tone",
						"two tones"
					};
					struct line l = { taps, b, false, false,
							  false };

					if (kind == 0)
						far_css(dbm0, n);
					else if (kind == 1)
						far_noise(dbm0, 0, n);
					else
						far_tone(kind == 2 ? 1004 : 697,
							 kind == 2 ? 0 : 1209,
							 dbm0 - 3 * (kind == 3),
							 0, n);
					dial(&l, n);
					hybrid(&l, (taps + b) / 8 % 8, 0, 6, 0,
					       n);
					cancel(make(&l), 0, n, b);
					expect_no_divergence(what[kind], &l,
							     dbm0, n);
				}
}

Test(echo, a_delay_within_the_tail_is_found_by_itself)
{
	struct line l = { .taps = 1024, .block = 160 };
	struct rd_echo_state st;
	struct rd_echo *ec;

	for (int delay = 0; delay <= 800; delay += 200) {
		ec = make(&l);
		far_css(-15, 8 * SECOND);
		dial(&l, 8 * SECOND);
		hybrid(&l, 0, delay, 12, 0, 8 * SECOND);
		cancel(ec, 0, 8 * SECOND, 160);
		rd_echo_get_state(ec, &st);
		cr_expect_geq(erle(6 * SECOND, 8 * SECOND), 30);
		cr_expect_float_eq(st.erl_db, 12, 1.0, "ERL %.1f dB",
				   st.erl_db);
		cr_expect_leq(abs((int)st.delay_taps - delay), 8,
			      "delay %u not %d", st.delay_taps, delay);
		cr_expect_leq(st.tail_taps, delay + 100, "tail %u",
			      st.tail_taps);
		cr_expect(st.is_converged && st.is_far_active);
	}
}

Test(echo, is_transparent_to_the_bit_while_the_far_end_is_silent)
{
	for (int u = 0; u < 2; u++) {
		struct line l = usual[u];

		l.nlp = true;
		far_css(-10, 12 * SECOND);
		quiet(far_talk, 4 * SECOND, 12 * SECOND);
		g168_css(&rng, 1, 0, -20, near_talk, 12 * SECOND);
		quiet(near_talk, 0, 4 * SECOND);
		dial(&l, 12 * SECOND);
		hybrid(&l, 2, 0, 10, 0, 12 * SECOND);
		cancel(make(&l), 0, 12 * SECOND, l.block);
		cr_expect_arr_eq(out + 4 * SECOND + 800,
				 received + 4 * SECOND + 800,
				 (8 * SECOND - 800) * sizeof(*out));
		quiet(near_talk, 0, 12 * SECOND);
	}
}

Test(echo, g168_6_4_2_4_nlp_removes_the_rest_and_keeps_the_near_end)
{
	for (int u = 0; u < 2; u++)
		for (int dbm0 = -15; dbm0 >= -35; dbm0 -= 10) {
			struct line l = usual[u];
			int talk = 6 * SECOND, n = 12 * SECOND;
			double e = 1e-9, r = 1e-9, x = 1e-9;

			l.nlp = true;
			far_css(-15, n);
			g168_css(&rng, 1, 1, dbm0, near_talk, n);
			quiet(near_talk, 0, talk);
			dial(&l, n);
			hybrid(&l, 3, 0, 10, 0, n);
			cancel(make(&l), 0, n, l.block);
			for (int i = 4 * SECOND; i < talk; i++)
				e += (double)out[i] * out[i] / (2 * SECOND);
			cr_expect_lt(10 * log10(e) - 84.163, -62,
				     "residual %.1f dBm0",
				     10 * log10(e) - 84.163);
			for (int i = talk; i < n; i++) {
				r += near_talk[i] * near_talk[i];
				x += near_talk[i] * out[i];
			}
			cr_expect_gt(20 * log10(x / r), -1.5,
				     "block %d near %d dBm0: gain %.1f dB",
				     l.block, dbm0, 20 * log10(x / r));
			quiet(near_talk, 0, n);
		}
}

Test(echo, g168_7_2100_hz_with_phase_reversals_disables)
{
	for (int way = 0; way < 2; way++)
		for (int u = 0; u < 2; u++) {
			struct line l = usual[u];
			struct rd_echo_state st;
			double *x = way ? near_talk : far_talk;
			int n = 3 * SECOND;
			struct rd_echo *ec;

			l.disabler = true;
			ec = make(&l);
			quiet(far_talk, 0, 6 * SECOND);
			quiet(near_talk, 0, 6 * SECOND);
			for (int i = 0; i < n; i++)
				x[i] = (i / 3600 % 2 ? -1 : 1) * 5000 *
				       sin(2 * M_PI * 2100 * i / SECOND);
			dial(&l, 6 * SECOND);
			hybrid(&l, 0, 0, 10, 0, 6 * SECOND);
			cancel(ec, 0, 8000, l.block);
			rd_echo_get_state(ec, &st);
			cr_expect(st.is_disabled, "way %d block %d", way,
				  l.block);
			cancel(ec, 8000, n, l.block);
			cr_expect_arr_eq(out + 8000, received + 8000,
					 (n - 8000) * sizeof(*out));
			/* §7.3: released after 250 ms of silence */
			cancel(ec, n, n + 4000, l.block);
			rd_echo_get_state(ec, &st);
			cr_expect(!st.is_disabled);
			quiet(near_talk, 0, 6 * SECOND);
		}
}

/* G.168 §7.2: 2100 Hz +- 21, -6 to -31 dBm0, a reversal every 425 to 475 ms. */
Test(echo, g168_7_2_the_whole_range_of_answer_tones_disables)
{
	for (int u = 0; u < 3; u++)
		for (int i = 0; i < 54; i++) {
			struct line l = usual[u];
			double hz = 2100 + (i % 3 - 1) * 21;
			double a = 32768 *
				   pow(10, (-6 - i / 3 % 6 * 5 - 3.14) / 20);
			int every = (425 + i / 18 * 25) * 8, at = i * 37;
			double *x = i & 1 ? near_talk : far_talk;
			struct rd_echo_state st;
			struct rd_echo *ec;

			l.disabler = true;
			ec = make(&l);
			quiet(far_talk, 0, 2 * SECOND);
			quiet(near_talk, 0, 2 * SECOND);
			for (int k = at; k < 2 * SECOND; k++)
				x[k] = ((k - at) / every % 2 ? -a : a) *
				       sin(2 * M_PI * hz * k / SECOND);
			dial(&l, 2 * SECOND);
			hybrid(&l, i % 8, 0, 10, 0, 2 * SECOND);
			cancel(ec, 0, 2 * SECOND, l.block);
			rd_echo_get_state(ec, &st);
			cr_expect(st.is_disabled, "block %d, %g Hz, case %d",
				  l.block, hz, i);
		}
	quiet(near_talk, 0, 2 * SECOND);
}

Test(echo, g168_7_plain_2100_hz_and_speech_do_not_disable)
{
	struct line l = { .taps = 512, .block = 80, .disabler = true };
	struct rd_echo_state st;
	struct rd_echo *ec = make(&l);

	far_tone(2100, 0, -12, 0, 4 * SECOND);
	far_noise(-12, 4 * SECOND, 8 * SECOND);
	g168_css(&rng, 0, 1, -12, far_talk + 8 * SECOND, 4 * SECOND);
	dial(&l, 12 * SECOND);
	hybrid(&l, 0, 0, 10, 0, 12 * SECOND);
	for (int i = 0; i < 12 * SECOND; i += 80) {
		cancel(ec, i, i + 80, 80);
		rd_echo_get_state(ec, &st);
		cr_assert(!st.is_disabled, "at %d ms", i / 8);
	}
}

Test(echo, any_multiple_of_8_gives_the_same_output)
{
	static int16_t ref[4 * SECOND];
	int n = 4 * SECOND / 320 * 320;

	for (int u = 0; u < 2; u++) {
		far_css(-12, n);
		dial(&usual[u], n);
		hybrid(&usual[u], 4, 0, 10, 0, n);
		cancel(make(&usual[u]), 0, n, usual[u].block);
		memcpy(ref, out, sizeof(ref));
		for (int step = 8; step <= 320; step *= 2) {
			cancel(make(&usual[u]), 0, n, step);
			if (step >= usual[u].block &&
			    step % usual[u].block == 0)
				cr_expect_arr_eq(out, ref, n * sizeof(*out));
			/* begun blocks are filtered by the taps so far: the
			 * same taps, so the same echo but for bypass and fade */
			cr_expect_geq(erle(3 * SECOND, n), 30,
				      "step %d: %.1f dB", step,
				      erle(3 * SECOND, n));
		}
	}
}

Test(echo, refuses_a_wrong_configuration)
{
	static const struct rd_echo_config bad[] = {
		{ .taps = 0, .block = 160 },	{ .taps = 120, .block = 160 },
		{ .taps = 1032, .block = 160 }, { .taps = 510, .block = 160 },
		{ .taps = 512, .block = 0 },	{ .taps = 512, .block = 64 },
	};
	static char mem[64 * 1024] __attribute__((aligned(RD_ECHO_ALIGN)));
	struct rd_echo_config good = RD_ECHO_CONFIG_DEFAULT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(rd_echo_size(&bad[i]), 0);
		cr_expect_null(rd_echo_init(mem, &bad[i]));
	}
	cr_expect_gt(rd_echo_size(&good), 0);
	cr_expect_null(rd_echo_init(mem + 8, &good));
}

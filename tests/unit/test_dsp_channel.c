// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sixteen channels at once must be sixteen channels: each kernel this processor
 * can run is compared with rd_echo, rd_dtmf_rx and rd_g711 one by one.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "lib/dsp/channel.h"
#include "tests/unit/g168.h"

#define CH     RD_BANK_CHANNELS
#define SECOND 8000
#define N      (6 * SECOND)

static struct g168_rng rng = { 16 };
static double far_talk[N], near_talk[N];
static int16_t sent[CH][N], received[CH][N], want[CH][N];
static uint8_t sent_octets[N][CH], received_octets[N][CH], out_octets[N][CH];
static int16_t got[CH][N];

static const uint8_t lanes[] = { 4, 8, 16 };

/* Other paths, levels, double talk, a change of path, digits: all at once. */
static void make_calls(enum rd_law law)
{
	for (int c = 0; c < CH; c++) {
		struct g168_hybrid h;

		g168_css(&rng, 0, 1, -10 - c, far_talk, N);
		memset(near_talk, 0, sizeof(near_talk));
		if (c % 4 == 1)
			g168_css(&rng, 1, 1, -22, near_talk + 3 * SECOND,
				 3 * SECOND);
		if (c % 4 == 2)
			for (int i = 0; i < N; i++)
				near_talk[i] =
					i / 800 % 2 ? 2000 * sin(i * 2 * M_PI *
								 770 / SECOND) +
							      2000 * sin(i * 2 *
									 M_PI *
									 1336 /
									 SECOND)
						    : 0;
		if (c == 3) /* this one's far end falls silent */
			memset(far_talk + 3 * SECOND, 0,
			       3 * SECOND * sizeof(double));
		for (int i = 0; i < N; i++) {
			sent_octets[i][c] =
				rd_g711_compress(law, g168_linear(far_talk[i]));
			sent[c][i] = rd_g711_expand(law, sent_octets[i][c]);
		}
		g168_hybrid(&h, c % 8, c, 10);
		g168_line(&h, sent[c], near_talk, 0, received[c], 0, N);
		if (c % 4 == 0) {
			g168_hybrid(&h, (c + 3) % 8, 0, 8);
			g168_line(&h, sent[c], near_talk, 0, received[c],
				  3 * SECOND, N);
		}
		for (int i = 0; i < N; i++) {
			received_octets[i][c] =
				rd_g711_compress(law, received[c][i]);
			received[c][i] =
				rd_g711_expand(law, received_octets[i][c]);
		}
	}
}

struct heard {
	int count[CH];
	struct rd_dtmf_event ev[CH][400];
};

static void *room(size_t size)
{
	static char mem[1 << 20] __attribute__((aligned(64)));

	cr_assert(size && size <= sizeof(mem), "%zu bytes", size);
	return mem;
}

static void run_bank(const struct rd_bank_config *c, struct heard *heard)
{
	struct rd_bank *bank = rd_bank_init(room(rd_bank_size(c)), c);
	int block = c->echo.block;
	static int16_t lin[CH][160];

	memset(heard, 0, sizeof(*heard));
	cr_assert_not_null(bank);
	cr_assert_eq(rd_bank_lanes(bank), c->lanes);
	for (int i = 0; i + block <= N; i += block) {
		struct rd_bank_event ev[64];
		struct rd_bank_io io = {
			.sent = { sent_octets[i], 1, CH },
			.received = { received_octets[i], 1, CH },
			.out = out_octets[i],
			.out_channel_stride = 1,
			.out_frame_stride = CH,
			.linear = lin[0],
			.frame0 = i,
			.event = ev,
			.max_events = 64,
		};
		int k = rd_bank_process(bank, &io);

		for (int e = 0; e < k; e++) {
			int ch = ev[e].channel;

			heard->ev[ch][heard->count[ch]++] = ev[e].dtmf;
		}
		for (int ch = 0; ch < CH; ch++)
			memcpy(&got[ch][i], lin[0] + ch * block,
			       block * sizeof(int16_t));
	}
}

static void run_single(const struct rd_bank_config *c, struct heard *heard)
{
	int block = c->echo.block;

	memset(heard, 0, sizeof(*heard));
	for (int ch = 0; ch < CH; ch++) {
		struct rd_echo *ec =
			rd_echo_init(room(rd_echo_size(&c->echo)), &c->echo);
		struct rd_dtmf_rx rx;

		rd_dtmf_rx_init(&rx);
		for (int i = 0; i + block <= N; i += block) {
			rd_echo_process(ec, sent[ch] + i, received[ch] + i,
					want[ch] + i, block);
			heard->count[ch] += rd_dtmf_rx_process(
				&rx, want[ch] + i, block, i,
				&heard->ev[ch][heard->count[ch]], 4);
		}
	}
}

/* How far a is from b, against b: dB. */
static double distance_db(const int16_t *a, const int16_t *b, int n)
{
	double d = 1e-9, e = 1e-9;

	for (int i = 0; i < n; i++) {
		d += pow(a[i] - b[i], 2);
		e += pow(b[i], 2);
	}
	return 10 * log10(d / e);
}

/*
 * The tolerance. Rounding differs by the fused multiply-adds, so up to the
 * change of path the outputs agree to -40 dB of what is left of the echo. When
 * a trial begins may then differ by a block: from a second after the change on,
 * as much is removed, within 0.2 dB.
 */
static void compare(int ch, int l, int block)
{
	int n = 3 * SECOND, m = n + SECOND;
	double before = distance_db(got[ch], want[ch], n);
	double got_db = distance_db(got[ch] + m, received[ch] + m, N - m);
	double want_db = distance_db(want[ch] + m, received[ch] + m, N - m);

	cr_expect_lt(before, -40, "%d lanes ch %d block %d: %.1f dB", l, ch,
		     block, before);
	cr_expect_float_eq(got_db, want_db, 0.2,
			   "%d lanes ch %d block %d: removed %.2f not %.2f dB",
			   l, ch, block, got_db, want_db);
}

static bool is_here(uint8_t l)
{
	struct rd_bank_config c = { .echo = { .taps = 128, .block = 40 },
				    .lanes = l };

	if (!rd_bank_size(&c)) {
		cr_log_warn("%d lanes: skipped, not on this processor\n", l);
		return false;
	}
	return true;
}

TestSuite(channel, .timeout = 120);

Test(channel, every_kernel_equals_the_single_channel)
{
	static struct heard one, many;

	for (int law = 0; law < 2; law++) {
		make_calls(law);
		for (int block = 40 << law; block <= 160; block *= 2) {
			struct rd_bank_config c = {
				.law = law,
				.echo = { .taps = 512,
					  .block = block,
					  .nlp = false,
					  .tone_disabler = true },
				.has_dtmf = true,
			};

			run_single(&c, &one);
			for (int l = 0; l < 3; l++) {
				if (!is_here(lanes[l]))
					continue;
				c.lanes = lanes[l];
				run_bank(&c, &many);
				for (int ch = 0; ch < CH; ch++) {
					compare(ch, lanes[l], block);
					cr_expect_eq(
						many.count[ch], one.count[ch],
						"ch %d: %d not %d", ch,
						many.count[ch], one.count[ch]);
					for (int e = 0; e < one.count[ch]; e++)
						cr_expect_eq(
							many.ev[ch][e].digit,
							one.ev[ch][e].digit);
				}
				cr_expect_gt(many.count[2], 4);
			}
		}
	}
}

Test(channel, passes_octets_to_the_bit_with_the_canceller_off)
{
	static struct heard heard;

	for (int law = 0; law < 2; law++)
		for (int l = 0; l < 3; l++) {
			struct rd_bank_config c = {
				.law = law,
				.echo = { .block = 80 },
				.has_dtmf = true,
				.lanes = lanes[l],
			};

			if (!is_here(lanes[l]))
				continue;
			for (int i = 0; i < N; i++)
				for (int ch = 0; ch < CH; ch++)
					received_octets[i][ch] = i * 7 + ch;
			memset(out_octets, 0, sizeof(out_octets));
			run_bank(&c, &heard);
			cr_expect_arr_eq(out_octets, received_octets,
					 sizeof(out_octets));
			for (int i = 0; i < 2000; i++)
				for (int ch = 0; ch < CH; ch++)
					cr_assert_eq(
						got[ch][i],
						rd_g711_expand(
							law,
							received_octets[i]
								       [ch]));
		}
}

Test(channel, any_layout_of_a_card_gives_the_same)
{
	static uint8_t flat_sent[CH][N], flat_received[CH][N], flat[CH][N];
	struct rd_bank_config c = {
		.law = RD_ALAW,
		.echo = { .taps = 256, .block = 80, .nlp = true },
		.has_dtmf = true,
	};
	static struct heard heard;
	struct rd_bank *bank;

	make_calls(RD_ALAW);
	c.lanes = 4;
	run_bank(&c, &heard);
	for (int i = 0; i < N; i++)
		for (int ch = 0; ch < CH; ch++) {
			flat_sent[ch][i] = sent_octets[i][ch];
			flat_received[ch][i] = received_octets[i][ch];
		}
	bank = rd_bank_init(room(rd_bank_size(&c)), &c);
	for (int i = 0; i + 80 <= N; i += 80) {
		struct rd_bank_event ev[64];
		struct rd_bank_io io = {
			.sent = { &flat_sent[0][i], N, 1 },
			.received = { &flat_received[0][i], N, 1 },
			.out = &flat[0][i],
			.out_channel_stride = N,
			.out_frame_stride = 1,
			.frame0 = i,
			.event = ev,
			.max_events = 64,
		};

		rd_bank_process(bank, &io);
	}
	for (int i = 0; i < N; i++)
		for (int ch = 0; ch < CH; ch++)
			cr_assert_eq(flat[ch][i], out_octets[i][ch]);
}

Test(channel, a_reset_channel_forgets_and_its_neighbours_do_not)
{
	struct rd_bank_config c = {
		.law = RD_ALAW,
		.echo = { .taps = 512, .block = 160 },
		.has_dtmf = true,
	};
	struct rd_bank *bank = rd_bank_init(room(rd_bank_size(&c)), &c);
	struct rd_echo_state st;
	struct g168_hybrid h;

	make_calls(RD_ALAW);
	for (int i = 0; i + 160 <= 3 * SECOND; i += 160) {
		struct rd_bank_event ev[64];
		struct rd_bank_io io = {
			.sent = { sent_octets[i], 1, CH },
			.received = { received_octets[i], 1, CH },
			.frame0 = i,
			.event = ev,
			.max_events = 64,
		};

		rd_bank_process(bank, &io);
	}
	rd_bank_reset(bank, 5);
	for (int ch = 0; ch < CH; ch++) {
		rd_bank_get_echo_state(bank, ch, &st);
		/* the digits of every fourth hide the echo */
		if (ch % 4 != 2)
			cr_expect_eq(st.is_converged, ch != 5, "ch %d", ch);
		g168_hybrid(&h, ch % 8, ch, 10);
		if (ch != 5)
			cr_expect_float_eq(st.erl_db, g168_white_erl(&h), 1.5,
					   "ch %d: %.1f not %.1f", ch,
					   st.erl_db, g168_white_erl(&h));
	}
}

/* Digits of every key on every channel, each beginning somewhere in a hop. */
static void make_digits(int on, int off)
{
	static const double hz[8] = {
		697, 770, 852, 941, 1209, 1336, 1477, 1633
	};

	for (int c = 0; c < CH; c++)
		for (int i = 0; i < N; i++) {
			int at = i - 400 - c * 5,
			    key = (at / (on + off) + c) % 16;
			double v = 0;

			if (at >= 0 && at % (on + off) < on)
				v = 3000 * sin(2 * M_PI * hz[key / 4] * i /
					       SECOND) +
				    3000 * sin(2 * M_PI * hz[4 + key % 4] * i /
					       SECOND);
			received_octets[i][c] =
				rd_g711_compress(RD_ALAW, g168_linear(v));
		}
}

Test(channel, removed_digits_are_too_short_for_any_receiver)
{
	make_digits(640, 800);
	for (int block = 40; block <= 160; block *= 2) {
		struct rd_bank_config c = { .law = RD_ALAW,
					    .echo = { .block = block },
					    .has_dtmf = true };
		struct rd_bank *bank = rd_bank_init(room(rd_bank_size(&c)), &c);
		struct rd_bank_event ev[64];
		int digits = 0, longest = 0;

		for (int ch = 0; ch < CH; ch += 2)
			rd_bank_set_digit_removal(bank, ch, true);
		for (int i = 0; i + block <= N; i += block) {
			struct rd_bank_io io = {
				.received = { received_octets[i], 1, CH },
				.out = out_octets[i],
				.out_channel_stride = 1,
				.out_frame_stride = CH,
				.frame0 = i,
				.event = ev,
				.max_events = 64,
			};

			digits += rd_bank_process(bank, &io);
		}
		cr_expect_geq(digits, 2 * 16 * 31, "%d", digits);
		for (int ch = 0; ch < CH; ch++) {
			int last = -1000, first = 0;

			for (int i = 0; i + block <= N; i++) {
				cr_assert(ch % 2 == 0 ||
					  out_octets[i][ch] ==
						  received_octets[i][ch]);
				if (abs(rd_g711_expand(
					    RD_ALAW, out_octets[i][ch])) < 100)
					continue;
				if (i - last > 200)
					first = i;
				last = i;
				if (ch % 2 == 0 && i - first > longest)
					longest = i - first;
			}
		}
		cr_expect_lt(longest, 184 + 20, "block %d: %d samples pass",
			     block, longest);
		cr_log_info("block %d: %.1f ms of a digit pass\n", block,
			    longest / 8.0);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* daemon/media: bridges, octet for octet, on cards of every layout. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>

#include "lib/dsp/g711.h"
#include "tests/unit/media_world.h"

#define P		 80u
#define FRAMES		 8000u
#define SLOT(span, slot) ((span) << 8 | (slot)) /* of card 0 */

static struct world w;
static uint8_t said[2][FRAMES], heard[2][FRAMES];

struct bridge_row {
	enum soft_layout layout;
	unsigned nspans;
	uint32_t period, ring;
	uint32_t a, b;
};

static void wire_up(uint32_t a, uint32_t b)
{
	world_noise(said[0], FRAMES, 1);
	world_noise(said[1], FRAMES, 2);
	world_source(&w, a, said[0], FRAMES);
	world_source(&w, b, said[1], FRAMES);
	world_sink(&w, a, heard[0], FRAMES);
	world_sink(&w, b, heard[1], FRAMES);
}

/* Has the peer heard [from, to) of what was said, delay frames later? */
static void check_heard(int peer, uint64_t from, uint64_t to, uint64_t delay)
{
	for (uint64_t f = from; f < to; f++)
		cr_assert_eq(heard[peer][f + delay], said[!peer][f],
			     "frame %llu", (unsigned long long)f);
}

static void check_silent(int who, uint64_t from, uint64_t to)
{
	for (uint64_t f = from; f < to; f++)
		cr_assert_eq(heard[who][f], 0xd5, "frame %llu",
			     (unsigned long long)f);
}

ParameterizedTestParameters(bridge, delay_is_two_periods_and_octets_are_exact)
{
	static struct bridge_row rows[] = {
		{ SOFT_ROWS, 1, 80, 640, 1, 31 },
		{ SOFT_ROWS, 2, 40, 200, SLOT(1, 30), SLOT(0, 1) },
		{ SOFT_ROWS, 1, 8, 32, 2, 3 },
		{ SOFT_ROWS, 1, 320, 1600, 2, 3 },
		{ SOFT_INTERLEAVED, 4, 80, 640, SLOT(3, 31), SLOT(0, 1) },
		{ SOFT_INTERLEAVED, 4, 40, 1000, SLOT(1, 15), SLOT(2, 17) },
		{ SOFT_BLOCKS, 2, 160, 640, SLOT(0, 9), SLOT(1, 9) },
	};

	return cr_make_param_array(struct bridge_row, rows,
				   sizeof(rows) / sizeof(rows[0]));
}

ParameterizedTest(struct bridge_row *row, bridge,
		  delay_is_two_periods_and_octets_are_exact)
{
	uint32_t p = row->period;

	world_card(&w, row->layout, row->nspans, RINGDOWN_LAW_ALAW, p,
		   row->ring);
	world_start(&w);
	wire_up(row->a, row->b);
	world_open_line(&w, row->a, 0);
	world_open_line(&w, row->b, RD_OPEN_DTMF);
	world_bridge(&w, row->a, row->b);
	world_run(&w, FRAMES / p);
	for (int peer = 0; peer < 2; peer++) {
		check_silent(peer, 0, 2 * p);
		check_heard(peer, 0, FRAMES - 2 * p, 2 * p);
	}
	world_end(&w);
}

Test(bridge, of_two_laws_transcodes_by_the_tables_of_g711)
{
	static uint8_t ulaw[FRAMES], alaw[FRAMES];
	uint32_t a = rd_line(0, 0, 5), b = rd_line(0, 1, 6);

	world_card(&w, SOFT_ROWS, 2, RINGDOWN_LAW_ALAW, P, 640);
	w.info[0].geometry.span[1].law = RINGDOWN_LAW_ULAW;
	world_start(&w);
	wire_up(a, b);
	world_open_line(&w, a, 0);
	world_open_line(&w, b, 0);
	world_bridge(&w, a, b);
	world_run(&w, FRAMES / P);
	rd_g711_transcode(RD_ALAW, RD_ULAW, said[0], ulaw, FRAMES);
	rd_g711_transcode(RD_ULAW, RD_ALAW, said[1], alaw, FRAMES);
	cr_assert_arr_eq(heard[1] + 2 * P, ulaw, FRAMES - 2 * P);
	cr_assert_arr_eq(heard[0] + 2 * P, alaw, FRAMES - 2 * P);
	world_end(&w);
}

Test(bridge, survives_a_restart_of_the_ring_with_the_same_delay)
{
	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
	wire_up(1, 2);
	world_open_line(&w, 1, 0);
	world_open_line(&w, 2, 0);
	world_bridge(&w, 1, 2);
	world_run(&w, 13);
	soft_restart(&w.soft[0]);
	world_run(&w, 50);
	check_heard(1, 0, 11 * P, 2 * P);
	/* what was written but not sent is lost with the old ring */
	check_silent(1, 13 * P, 15 * P);
	check_heard(1, 13 * P, 60 * P, 2 * P);
	world_end(&w);
}

Test(bridge, ends_in_silence_for_both)
{
	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
	wire_up(1, 2);
	world_open_line(&w, 1, 0);
	world_open_line(&w, 2, 0);
	world_bridge(&w, 1, 2);
	world_run(&w, 10);
	world_say(&w, RD_MSG_UNBRIDGE, 2);
	world_run(&w, 10);
	world_bridge(&w, 2, 1);
	world_run(&w, 10);
	world_say(&w, RD_MSG_CLOSE, 1);
	world_run(&w, 10);
	for (int peer = 0; peer < 2; peer++) {
		check_heard(peer, 0, 10 * P, 2 * P);
		check_silent(peer, 12 * P, 22 * P);
		check_heard(peer, 20 * P, 30 * P, 2 * P);
		check_silent(peer, 32 * P, 40 * P);
	}
	world_end(&w);
}

Test(bridge, to_a_third_leaves_the_second_in_silence)
{
	static uint8_t third[FRAMES];

	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
	wire_up(1, 2);
	world_sink(&w, 3, third, FRAMES);
	for (uint32_t line = 1; line <= 3; line++)
		world_open_line(&w, line, 0);
	world_bridge(&w, 1, 2);
	world_run(&w, 10);
	world_bridge(&w, 3, 1);
	world_run(&w, 20);
	check_heard(1, 0, 10 * P, 2 * P);
	check_silent(1, 12 * P, 30 * P);
	for (uint64_t f = 10 * P; f < 28 * P; f++)
		cr_assert_eq(third[f + 2 * P], said[0][f]);
	world_end(&w);
}

Test(bridge, comes_back_when_an_announcement_to_one_party_ends)
{
	uint32_t frames[] = { 1000 };
	struct rd_prompts *t;
	struct rd_ev_play_done *done;
	uint64_t begin, end;

	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
	t = world_prompts(&w, 1, frames);
	wire_up(1, 2);
	world_open_line(&w, 1, 0);
	world_open_line(&w, 2, 0);
	world_bridge(&w, 1, 2);
	world_run(&w, 10);
	world_play(&w, 2, 77, 0, 0);
	world_run(&w, 40);
	done = world_event(&w, RD_MSG_PLAY_DONE, 2);
	cr_assert_not_null(done);
	cr_assert_eq(done->reason, RD_PLAY_ENDED);
	begin = 11 * P + P;
	end = begin + 1000;
	cr_assert_eq(done->msg.frame, end);
	check_heard(1, 0, begin - 2 * P, 2 * P);
	for (uint64_t f = begin; f < end; f++)
		cr_assert_eq(heard[1][f],
			     rd_g711_compress(
				     RD_ALAW,
				     world_sample(0, (uint32_t)(f - begin))));
	check_heard(1, end - 2 * P, 47 * P, 2 * P);
	check_heard(0, 0, 47 * P, 2 * P);
	world_end(&w);
	rd_prompts_free(t);
}

Test(bridge, to_a_line_that_is_not_open_is_refused_and_counted)
{
	struct rd_media_stats stats;

	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
	world_open_line(&w, 1, 0);
	world_bridge(&w, 1, 2);
	world_bridge(&w, 1, 1);
	world_bridge(&w, 1, 16);
	world_bridge(&w, 1, 0xffffff);
	world_bridge(&w, 2, 1);
	world_run(&w, 2);
	rd_media_stats(w.m, &stats);
	cr_assert_eq(stats.bad_commands, 5);
	world_end(&w);
}

/* ---- echo ------------------------------------------------------------------- */

static double power(const uint8_t *octets, uint32_t from, uint32_t to)
{
	double sum = 0;

	for (uint32_t f = from; f < to; f++) {
		double s = rd_g711_expand(RD_ALAW, octets[f]);

		sum += s * s;
	}
	return sum / (to - from) + 1;
}

/*
 * Line 1 speaks; line 2's hybrid returns a quarter of what it is sent, 100
 * frames later. How strong is the echo that line 1 hears, in dB?
 */
static double heard_echo_db(uint16_t taps)
{
	static uint8_t speech[FRAMES * 4], echo[FRAMES * 4],
		at_hybrid[FRAMES * 4], back[FRAMES * 4];
	struct rd_cmd_open open = { .echo_taps = taps };
	struct rd_rng rng = { 3 };
	uint32_t end = FRAMES * 4;

	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	w.cards[0].echo_taps = taps;
	world_start(&w);
	for (uint32_t f = 0; f < end; f++)
		speech[f] = rd_g711_compress(
			RD_ALAW, (int16_t)(rd_rng_below(&rng, 8000) - 4000));
	memset(echo, 0xd5, sizeof(echo));
	world_source(&w, 1, speech, end);
	world_sink(&w, 1, back, end);
	world_source(&w, 2, echo, end);
	world_sink(&w, 2, at_hybrid, end);
	world_open_line(&w, 1, 0);
	world_put(&w, &open, RD_MSG_OPEN, sizeof(open), 2);
	world_bridge(&w, 1, 2);
	for (uint32_t f = 0; f + P < end; f += P) {
		world_run(&w, 1);
		for (uint32_t k = f; k < f + P && k + 100 < end; k++)
			echo[k + 100] = rd_g711_compress(
				RD_ALAW,
				rd_g711_expand(RD_ALAW, at_hybrid[k]) / 4);
	}
	world_end(&w);
	return 10 * log10(power(back, end / 2, end - P) /
			  power(speech, end / 2, end - P));
}

Test(bridge, cancels_the_echo_of_what_was_sent_when_asked_to)
{
	double without = heard_echo_db(0), with = heard_echo_db(512);

	cr_assert_float_eq(without, -12, 0.5, "%f", without);
	cr_assert_lt(with, -40, "%f", with);
}

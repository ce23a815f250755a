// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon/media: sixteen lines at once are sixteen lines. What one hears, asks
 * for, or is opened and closed for does nothing to its neighbours.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <math.h>

#include "lib/dsp/dtmf.h"
#include "lib/dsp/g711.h"
#include "lib/dsp/tone.h"
#include "tests/unit/media_world.h"

#define FRAMES 16000u

static struct world w;
static uint8_t said[32][FRAMES], heard[32][FRAMES];

static void open_line(uint32_t line, uint16_t flags, uint16_t taps,
		      int16_t rx_gain_cb)
{
	struct rd_cmd_open open = { .flags = flags,
				    .echo_taps = taps,
				    .rx_gain_cb = rx_gain_cb };

	world_put(&w, &open, RD_MSG_OPEN, sizeof(open), line);
}

/* digits into what a line says, silence around them */
static void key(uint8_t *octets, uint32_t at, const char *digits)
{
	static int16_t samples[FRAMES];
	struct rd_dtmf_tx tx;

	memset(octets, 0xd5, FRAMES);
	cr_assert_eq(rd_dtmf_tx_init(&tx, digits, -9, -7, 80, 80), 0);
	rd_dtmf_tx_process(&tx, samples, FRAMES - at);
	rd_g711_encode(RD_ALAW, samples, octets + at, FRAMES - at);
}

/* ---- every period and layout ------------------------------------------------------ */

struct period_row {
	uint32_t period, ring;
	enum soft_layout layout;
	unsigned nspans;
};

ParameterizedTestParameters(rack,
			    each_line_hears_its_own_digits_at_every_period)
{
	static struct period_row rows[] = {
		{ 8, 64, SOFT_ROWS, 1 },
		{ 24, 240, SOFT_INTERLEAVED, 4 },
		{ 40, 200, SOFT_BLOCKS, 2 },
		{ 56, 560, SOFT_ROWS, 2 },
		{ 80, 640, SOFT_INTERLEAVED, 1 },
		{ 120, 960, SOFT_ROWS, 1 },
		{ 160, 640, SOFT_ROWS, 3 },
		{ 184, 1840, SOFT_ROWS, 1 },
		{ 320, 1600, SOFT_INTERLEAVED, 2 },
	};

	return cr_make_param_array(struct period_row, rows,
				   sizeof(rows) / sizeof(rows[0]));
}

/* Slot n dials two digits that say who it is, at a frame of its own. */
static void dial(unsigned slot, char digits[3])
{
	digits[0] = (char)('0' + slot / 10);
	digits[1] = (char)('0' + slot % 10);
	digits[2] = 0;
}

ParameterizedTest(struct period_row *row, rack,
		  each_line_hears_its_own_digits_at_every_period)
{
	unsigned span = row->nspans - 1;
	char digits[3];

	world_card(&w, row->layout, row->nspans, RINGDOWN_LAW_ALAW, row->period,
		   row->ring);
	world_start(&w);
	for (unsigned slot = 1; slot < 32; slot++) {
		if (slot == 16)
			continue;
		dial(slot, digits);
		key(said[slot], 1000 + 37 * slot, digits);
		world_source(&w, rd_line(0, span, slot), said[slot], FRAMES);
		open_line(rd_line(0, span, slot), RD_OPEN_DTMF, 0, 0);
	}
	world_run(&w, 6000 / row->period);
	for (unsigned slot = 1; slot < 32; slot++) {
		dial(slot, digits);
		w.seen = 0;
		for (int i = 0; slot != 16 && i < 2; i++) {
			struct rd_ev_digit *ev = world_event(
				&w, RD_MSG_DIGIT, rd_line(0, span, slot));
			long start = 1000 + 37 * slot + 1280 * i;

			cr_assert_not_null(ev, "slot %u digit %d", slot, i);
			cr_assert_eq(ev->digit, digits[i]);
			cr_assert_leq(labs((long)ev->msg.frame - start), 40,
				      "slot %u: %ld not %ld", slot,
				      (long)ev->msg.frame, start);
			cr_assert_leq(labs((long)ev->length_frames - 640), 80);
		}
	}
	cr_assert_eq(world_count(&w, RD_MSG_DIGIT), 60);
	world_end(&w);
}

/* ---- neighbours --------------------------------------------------------------------- */

/* What line slot receives is sent back by its far end: all echo. */
static void return_echo(unsigned slot, uint32_t from, uint32_t n)
{
	for (uint32_t f = from; f < from + n && f + 100 < FRAMES; f++)
		said[slot][f + 100] = rd_g711_compress(
			RD_ALAW, rd_g711_expand(RD_ALAW, heard[slot][f]) / 4);
}

Test(rack, a_line_with_nothing_on_is_exact_beside_one_that_cancels)
{
	const uint32_t p = 80;

	world_card(&w, SOFT_INTERLEAVED, 1, RINGDOWN_LAW_ALAW, p, 640);
	w.cards[0].echo_taps = 512;
	world_start(&w);
	for (unsigned slot = 1; slot <= 4; slot++) {
		world_noise(said[slot], FRAMES, slot);
		world_source(&w, slot, said[slot], FRAMES);
		world_sink(&w, slot, heard[slot], FRAMES);
	}
	memset(said[2], 0xd5, FRAMES);
	open_line(1, 0, 0, 0);
	open_line(2, 0, 512, 0); /* hears 1, answers with its echo */
	open_line(3, RD_OPEN_DTMF, 0, 0);
	open_line(4, 0, 0, -60);
	world_bridge(&w, 1, 2);
	world_bridge(&w, 3, 4);
	for (uint32_t f = 0; f + p <= FRAMES; f += p) {
		world_run(&w, 1);
		return_echo(2, f, p);
	}
	for (uint32_t f = 0; f + 2 * p < FRAMES; f++) {
		int16_t quieter = rd_g711_expand(RD_ALAW, said[4][f]) * 0.5012;

		cr_assert_eq(heard[2][f + 2 * p], said[1][f]);
		cr_assert_eq(heard[4][f + 2 * p], said[3][f]);
		cr_assert_leq(abs(rd_g711_expand(RD_ALAW, heard[3][f + 2 * p]) -
				  quieter),
			      abs(quieter) / 32 + 16);
	}
	world_end(&w);
}

Test(rack, tells_how_a_canceller_does_and_forgets_with_the_call)
{
	struct rd_ev_health state;
	const uint32_t p = 80;
	int16_t erl;

	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, p, 640);
	w.cards[0].echo_taps = 512;
	world_start(&w);
	for (unsigned slot = 1; slot <= 4; slot++) {
		for (uint32_t f = 0; f < FRAMES; f++)
			said[slot][f] = 0xd5;
		world_source(&w, slot, said[slot], FRAMES);
		world_sink(&w, slot, heard[slot], FRAMES);
		open_line(slot, 0, slot % 2 ? 0 : 512, 0);
	}
	world_noise(said[1], FRAMES, 1);
	world_noise(said[3], FRAMES, 3);
	world_bridge(&w, 1, 2);
	world_bridge(&w, 3, 4);
	for (uint32_t f = 0; f + p <= FRAMES; f += p) {
		if (f == 100 * p) { /* line 4: another call */
			cr_assert(rd_media_health(w.m, 4, &state));
			cr_assert_leq(abs(state.erl_cb - 120), 10);
			open_line(4, 0, 512, 0);
			world_run(&w, 1);
			return_echo(2, f, p);
			continue; /* its bridge is gone */
		}
		world_run(&w, 1);
		return_echo(2, f, p);
		if (f < 100 * p)
			return_echo(4, f, p);
	}
	cr_assert(rd_media_health(w.m, 2, &state));
	erl = state.erl_cb;
	cr_assert_leq(abs(erl - 120), 10, "%d: a quarter comes back", erl);
	cr_assert_gt(state.erle_cb, 200, "%d", state.erle_cb);
	cr_assert_leq(abs(state.delay_frames - 100), 3, "%u",
		      state.delay_frames);
	cr_assert(rd_media_health(w.m, 4, &state));
	cr_assert_eq(state.erl_cb, RD_HEALTH_NOTHING, "a new call knows nothing");
	cr_assert_not(state.flags & RD_HEALTH_CONVERGED);
	cr_assert(rd_media_health(w.m, 1, &state));
	cr_assert_eq(state.flags, 0, "has no canceller");
	cr_assert_not(rd_media_health(w.m, 16, &state), "is no line");
	world_say(&w, RD_MSG_CLOSE, 2);
	world_run(&w, 10);
	cr_assert(rd_media_health(w.m, 2, &state));
	cr_assert_leq(abs(state.erl_cb - erl), 10, "stands after the call");
	world_end(&w);
}

Test(rack, closing_one_line_leaves_the_digit_of_the_next_whole)
{
	const uint32_t p = 80;
	struct rd_ev_digit *ev;

	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, p, 640);
	world_start(&w);
	for (unsigned slot = 1; slot <= 3; slot++) {
		key(said[slot], 800, "7");
		world_source(&w, slot, said[slot], FRAMES);
		open_line(slot, RD_OPEN_DTMF, 0, 0);
	}
	world_run(&w, 14); /* amid the digit */
	world_say(&w, RD_MSG_CLOSE, 1);
	open_line(3, 0, 0, 0);
	world_run(&w, 40);
	cr_assert_eq(world_count(&w, RD_MSG_DIGIT), 1);
	ev = world_event(&w, RD_MSG_DIGIT, 2);
	cr_assert_not_null(ev);
	cr_assert_eq(ev->digit, '7');
	cr_assert_leq(labs((long)ev->length_frames - 640), 80);
	world_end(&w);
}

/* ---- tones --------------------------------------------------------------------------- */

Test(rack, tells_of_tones_only_who_asked)
{
	static int16_t samples[10 * FRAMES];
	static uint8_t busy[10 * FRAMES];
	const uint32_t p = 80;
	struct rd_ev_tone *begins, *ends;
	struct rd_tone_tx tx;

	rd_tone_tx_init(&tx, rd_tone_plan("cn", RD_TONE_BUSY), -10);
	rd_tone_tx_process(&tx, samples + 1600, 4 * FRAMES);
	rd_g711_encode(RD_ALAW, samples, busy, 10 * FRAMES);
	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, p, 640);
	world_start(&w);
	for (uint32_t line = 1; line <= 2; line++)
		world_source(&w, line, busy, 10 * FRAMES);
	open_line(1, RD_OPEN_TONES, 0, 0);
	open_line(2, RD_OPEN_DTMF, 0, 0);
	world_run(&w, 10 * FRAMES / p);
	begins = world_event(&w, RD_MSG_TONE_HEARD, 1);
	cr_assert_not_null(begins);
	cr_assert_eq(begins->tone, RD_TONE_BUSY);
	cr_assert_eq(begins->length_frames, 0);
	cr_assert_geq(begins->msg.frame, 1600 - 320);
	cr_assert_lt(begins->msg.frame, 1600 + 2 * FRAMES);
	ends = world_event(&w, RD_MSG_TONE_HEARD, 1);
	cr_assert_not_null(ends);
	cr_assert_eq(ends->tone, RD_TONE_BUSY);
	cr_assert_eq(ends->msg.frame, begins->msg.frame);
	cr_assert_float_eq((double)(ends->msg.frame + ends->length_frames),
			   1600 + 4 * FRAMES, FRAMES);
	cr_assert_eq(world_count(&w, RD_MSG_TONE_HEARD), 2);
	world_end(&w);
}

/* ---- a T1 has 24 slots from 1 --------------------------------------------------------- */

Test(rack, of_a_t1_ends_with_its_last_slot)
{
	const uint32_t p = 80;

	world_card(&w, SOFT_INTERLEAVED, 1, RINGDOWN_LAW_ULAW, p, 640);
	w.info[0].geometry.span[0].type = RINGDOWN_SPAN_T1;
	w.info[0].geometry.span[0].slots = 24;
	w.info[0].geometry.span[0].first_slot = 1;
	w.spans[0].type = RINGDOWN_SPAN_T1;
	w.spans[0].dchannel = 0;
	w.spans[0].bchannels = 0x1fffffe;
	world_start(&w);
	for (unsigned slot = 1; slot <= 24; slot++) {
		world_noise(said[slot], FRAMES, slot);
		w.soft[0].slot[0][slot - 1].source = said[slot];
		w.soft[0].slot[0][slot - 1].source_len = FRAMES;
		w.soft[0].slot[0][slot - 1].sink = heard[slot];
		w.soft[0].slot[0][slot - 1].sink_len = FRAMES;
		open_line(slot, RD_OPEN_DTMF, 0, 0);
	}
	for (unsigned slot = 1; slot <= 12; slot++)
		world_bridge(&w, slot, slot + 12);
	world_run(&w, FRAMES / p);
	for (unsigned slot = 1; slot <= 24; slot++)
		cr_assert_arr_eq(heard[slot] + 2 * p,
				 said[slot <= 12 ? slot + 12 : slot - 12],
				 FRAMES - 2 * p);
	world_end(&w);
}

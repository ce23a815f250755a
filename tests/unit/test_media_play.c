// SPDX-License-Identifier: GPL-2.0-or-later
/* daemon/media: prompts, tones, digits, and the one PLAY_DONE of each. */
#include <criterion/criterion.h>

#include "lib/dsp/dtmf.h"
#include "lib/dsp/g711.h"
#include "lib/dsp/tone.h"
#include "tests/unit/media_world.h"

#define P      80u
#define FRAMES 40000u
#define LINE   rd_line(0, 0, 7)

static struct world w;
static struct rd_prompts *prompts;
static uint8_t said[FRAMES], heard[FRAMES];
static const uint32_t lengths[] = { 1000, 33, 0, 640, 80 };

static void begin(void)
{
	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
	prompts = world_prompts(&w, 5, lengths);
	memset(said, 0xd5, sizeof(said));
	world_source(&w, LINE, said, FRAMES);
	world_sink(&w, LINE, heard, FRAMES);
	world_open_line(&w, LINE, RD_OPEN_DTMF);
}

static void end(void)
{
	world_end(&w);
	rd_prompts_free(prompts);
}

static uint64_t expect(uint64_t at, uint32_t prompt, uint32_t from, uint32_t to)
{
	for (uint32_t f = from; f < to; f++, at++)
		cr_assert_eq(heard[at],
			     rd_g711_compress(RD_ALAW, world_sample(prompt, f)),
			     "prompt %u frame %u at %llu", prompt, f,
			     (unsigned long long)at);
	return at;
}

static uint64_t expect_silence(uint64_t at, uint32_t n)
{
	while (n--)
		cr_assert_eq(heard[at++], 0xd5, "at %llu",
			     (unsigned long long)at - 1);
	return at;
}

Test(player, plays_a_list_without_gaps_from_the_third_period_at_latest)
{
	uint32_t list[] = { 0, 1, RD_PAUSE_MS(30), 2, 3, 99, 4 };
	struct rd_ev_play_done *done;
	uint64_t at = 2 * P;

	begin();
	world_play_from(&w, LINE, 5, 0, 0, 0, 7, list);
	world_run(&w, 40);
	expect_silence(0, 2 * P);
	at = expect(at, 0, 0, 1000);
	at = expect(at, 1, 0, 33);
	at = expect_silence(at, 240);
	at = expect(at, 3, 0, 640);
	at = expect(at, 4, 0, 80);
	done = world_event(&w, RD_MSG_PLAY_DONE, LINE);
	cr_assert_eq(done->play, 5);
	cr_assert_eq(done->reason, RD_PLAY_ENDED);
	cr_assert_eq(done->msg.frame, at, "first frame without its sound");
	expect_silence(at, 100);
	end();
}

Test(player, goes_on_where_it_was_stopped)
{
	uint32_t list[] = { 1, 0, 3 };
	struct rd_ev_play_done *done;
	uint64_t at = 2 * P;

	begin();
	world_play_from(&w, LINE, 5, 0, 0, 0, 3, list);
	world_run(&w, 5);
	world_stop(&w, LINE, 4); /* not this one */
	world_run(&w, 1);
	world_stop(&w, LINE, 5);
	world_run(&w, 3);
	done = world_event(&w, RD_MSG_PLAY_DONE, LINE);
	cr_assert_eq(done->reason, RD_PLAY_STOPPED);
	cr_assert_eq(done->item, 1);
	cr_assert_eq(done->offset_frames, 6 * P - 33);
	cr_assert_eq(done->msg.frame, 8 * P);
	world_play_from(&w, LINE, 6, 0, done->item, done->offset_frames, 3,
			list);
	world_run(&w, 40);
	at = expect(at, 1, 0, 33);
	at = expect(at, 0, 0, 6 * P - 33);
	at = expect_silence(at, 3 * P);
	at = expect(at, 0, 6 * P - 33, 1000);
	at = expect(at, 3, 0, 640);
	done = world_event(&w, RD_MSG_PLAY_DONE, LINE);
	cr_assert_eq(done->msg.frame, at);
	cr_assert_null(world_event(&w, RD_MSG_PLAY_DONE, LINE));
	end();
}

Test(player, loops_until_stopped_but_not_over_nothing)
{
	uint32_t list[] = { 1, 4 }, nothing[] = { 2, 99 };
	uint64_t at = 2 * P;

	begin();
	world_play_from(&w, LINE, 1, RD_PLAY_LOOP, 0, 0, 2, list);
	world_run(&w, 200);
	for (int i = 0; i < 100; i++) {
		at = expect(at, 1, 0, 33);
		at = expect(at, 4, 0, 80);
	}
	cr_assert_eq(world_count(&w, RD_MSG_PLAY_DONE), 0);
	world_play_from(&w, LINE, 2, RD_PLAY_LOOP, 0, 0, 2, nothing);
	world_run(&w, 1);
	cr_assert_eq(world_count(&w, RD_MSG_PLAY_DONE), 2);
	end();
}

/* Digits as a far phone sends them, into what the line says. */
static void key(uint64_t at, const char *digits)
{
	static int16_t samples[8000];
	struct rd_dtmf_tx tx;
	size_t n;

	cr_assert_eq(rd_dtmf_tx_init(&tx, digits, -9, -7, 80, 80), 0);
	n = rd_dtmf_tx_process(&tx, samples, 8000);
	rd_g711_encode(RD_ALAW, samples, said + at, n);
}

Test(player, barge_stops_prompt_within_40_ms_of_a_digits_beginning)
{
	struct rd_ev_play_done *done;
	struct rd_ev_digit *digit;

	begin();
	key(4000, "5");
	world_play(&w, LINE, 9, RD_PLAY_BARGE | RD_PLAY_LOOP, 0);
	world_run(&w, 100);
	done = world_event(&w, RD_MSG_PLAY_DONE, LINE);
	cr_assert_not_null(done);
	cr_assert_eq(done->reason, RD_PLAY_DIGIT);
	cr_assert_lt(done->msg.frame, 4000 + 320 + 3 * P,
		     "40 ms to be sure, a period to see it, lead: %llu",
		     (unsigned long long)done->msg.frame);
	expect_silence(done->msg.frame, 1000);
	digit = world_event(&w, RD_MSG_DIGIT, LINE);
	cr_assert_not_null(digit);
	cr_assert_eq(digit->digit, '5');
	cr_assert_leq(labs((long)digit->msg.frame - 4000), 40);
	cr_assert_leq(labs((long)digit->length_frames - 640), 80);
	end();
}

Test(player, a_digit_does_not_stop_what_may_not_be_barged)
{
	begin();
	key(4000, "*0#");
	world_play(&w, LINE, 9, RD_PLAY_LOOP, 0);
	world_run(&w, 200);
	cr_assert_eq(world_count(&w, RD_MSG_PLAY_DONE), 0);
	cr_assert_eq(world_count(&w, RD_MSG_DIGIT), 3);
	end();
}

/* Every way a play begins, met by every way it can end. */
enum start {
	START_PLAY,
	START_TONE,
	START_DIGITS,
	STARTS
};
enum finish {
	BY_PLAY,
	BY_TONE,
	BY_DIGITS,
	BY_STOP,
	BY_STOP_ANY,
	BY_BRIDGE,
	BY_BRIDGE_OF_PEER,
	BY_CLOSE,
	BY_OPEN,
	BY_ITSELF,
	FINISHES
};

static void start_play(enum start how, uint32_t play)
{
	struct rd_cmd_digits digits = { .play = play, .digits = "123" };

	switch (how) {
	case START_PLAY:
		world_play(&w, LINE, play, 0, 0);
		break;
	case START_TONE:
		world_tone(&w, LINE, play, RD_TONE_BUSY);
		break;
	default:
		world_put(&w, &digits, RD_MSG_SEND_DIGITS, sizeof(digits),
			  LINE);
	}
}

static uint32_t finish_play(enum finish how)
{
	switch (how) {
	case BY_PLAY:
	case BY_TONE:
	case BY_DIGITS:
		start_play((enum start)how, 2);
		return RD_PLAY_REPLACED;
	case BY_STOP:
		world_stop(&w, LINE, 1);
		return RD_PLAY_STOPPED;
	case BY_STOP_ANY:
		world_stop(&w, LINE, 0);
		return RD_PLAY_STOPPED;
	case BY_BRIDGE:
		world_bridge(&w, LINE, 8);
		return RD_PLAY_REPLACED;
	case BY_BRIDGE_OF_PEER:
		world_bridge(&w, 8, LINE);
		return RD_PLAY_REPLACED;
	case BY_CLOSE:
		world_say(&w, RD_MSG_CLOSE, LINE);
		return RD_PLAY_STOPPED;
	case BY_OPEN:
		world_open_line(&w, LINE, 0);
		return RD_PLAY_STOPPED;
	default:
		return RD_PLAY_ENDED;
	}
}

Test(player, play_done_comes_once)
{
	for (int s = 0; s < STARTS; s++)
		for (int f = 0; f < FINISHES; f++) {
			struct rd_ev_play_done *done;
			uint32_t reason;

			if (s == START_TONE && f == BY_ITSELF)
				continue; /* busy tone has no end */
			begin();
			world_open_line(&w, 8, 0);
			start_play((enum start)s, 1);
			world_run(&w, 3);
			cr_assert_eq(w.nevents, 1, "CARD only");
			reason = finish_play((enum finish)f);
			world_run(&w, 100);
			world_stop(&w, LINE, 0);
			world_run(&w, 2);
			world_say(&w, RD_MSG_CLOSE, LINE);
			world_run(&w, 2);
			done = world_event(&w, RD_MSG_PLAY_DONE, LINE);
			cr_assert_eq(done->play, 1, "%d %d", s, f);
			cr_assert_eq(done->reason, reason, "%d %d: %u", s, f,
				     done->reason);
			done = world_event(&w, RD_MSG_PLAY_DONE, LINE);
			cr_assert_eq(done != NULL, f <= BY_DIGITS, "%d %d", s,
				     f);
			if (done)
				cr_assert_eq(done->play, 2);
			cr_assert_null(world_event(&w, RD_MSG_PLAY_DONE, LINE));
			end();
		}
}

Test(player, a_play_that_cannot_begin_is_done_at_once)
{
	static uint32_t many[RD_PLAY_ITEMS + 1];
	struct rd_cmd_digits digits = { .play = 4, .digits = "12x" };
	struct rd_media_stats stats;

	begin();
	world_run(&w, 1);
	world_play(&w, 8, 1, 0, 0);	     /* not open */
	world_tone(&w, 16, 2, RD_TONE_DIAL); /* D-channel */
	world_tone(&w, LINE, 3, 99);
	world_put(&w, &digits, RD_MSG_SEND_DIGITS, sizeof(digits), LINE);
	world_play_from(&w, LINE, 5, 0, 0, 0, RD_PLAY_ITEMS + 1, many);
	world_run(&w, 1);
	for (unsigned seen = 0; seen < 5; seen++) {
		struct rd_ev_play_done *done =
			world_event(&w, RD_MSG_PLAY_DONE, RD_LINE_NONE);

		cr_assert_not_null(done);
		cr_assert_eq(done->reason, RD_PLAY_STOPPED);
	}
	rd_media_stats(w.m, &stats);
	cr_assert_eq(stats.bad_commands, 5);
	end();
}

Test(player, sends_digits_that_a_receiver_understands)
{
	static int16_t samples[FRAMES];
	struct rd_cmd_digits digits = { .play = 3,
					.on_ms = 70,
					.off_ms = 60,
					.digits = "0123456789ABCD*#" };
	struct rd_dtmf_event heard_digits[64];
	struct rd_dtmf_rx rx;
	struct rd_ev_play_done *done;
	char got[32] = "";
	int n;

	begin();
	world_put(&w, &digits, RD_MSG_SEND_DIGITS, sizeof(digits), LINE);
	world_run(&w, 300);
	done = world_event(&w, RD_MSG_PLAY_DONE, LINE);
	cr_assert_eq(done->reason, RD_PLAY_ENDED);
	rd_g711_decode(RD_ALAW, heard, samples, 300 * P);
	rd_dtmf_rx_init(&rx);
	n = rd_dtmf_rx_process(&rx, samples, 300 * P, 0, heard_digits, 64);
	for (int i = 0; i < n; i++)
		if (heard_digits[i].what == RD_DTMF_END)
			strncat(got, &heard_digits[i].digit, 1);
	cr_assert_str_eq(got, "0123456789ABCD*#");
	end();
}

Test(player, takes_a_new_table_only_after_the_tick_under_way)
{
	struct rd_prompts *louder = rd_prompts_new(1);
	int16_t samples[400];
	const struct rd_prompts *before;
	uint64_t epoch;

	begin();
	for (int i = 0; i < 400; i++)
		samples[i] = -8000;
	rd_prompts_set(louder, 0, samples, 400);
	world_play(&w, LINE, 1, RD_PLAY_LOOP, 0);
	world_run(&w, 2);
	before = rd_media_publish(w.m, 0, louder, &epoch);
	cr_assert_eq(before, prompts);
	cr_assert_not(rd_media_has_passed(w.m, epoch));
	world_run(&w, 1);
	cr_assert(rd_media_has_passed(w.m, epoch));
	world_run(&w, 3);
	expect(2 * P, 0, 0, 2 * P);
	cr_assert_eq(heard[4 * P], rd_g711_compress(RD_ALAW, -8000));
	rd_media_publish(w.m, 0, NULL, &epoch);
	world_run(&w, 4);
	expect_silence(8 * P, P);
	cr_assert_eq(world_count(&w, RD_MSG_PLAY_DONE), 1,
		     "nothing left to loop over");
	rd_prompts_free(louder);
	end();
}

Test(player, plays_in_the_law_of_the_line_and_with_its_gain)
{
	struct rd_cmd_open open = { .tx_gain_cb = -60 };
	int16_t samples[2];

	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ULAW, P, 640);
	world_start(&w);
	prompts = world_prompts(&w, 5, lengths);
	world_sink(&w, 1, heard, FRAMES);
	world_put(&w, &open, RD_MSG_OPEN, sizeof(open), 1);
	world_play(&w, 1, 1, 0, 0);
	world_run(&w, 5);
	cr_assert_eq(heard[P], 0xff);
	rd_g711_decode(RD_ULAW, heard + 2 * P + 100, samples, 2);
	cr_assert_float_eq(samples[0], world_sample(0, 100) * 0.501, 130, "%d",
			   samples[0]);
	end();
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* daemon/media: cards, clocks, alarms, signals, D-channels. */
#include <criterion/criterion.h>
#include <errno.h>

#include "lib/line/hdlc.h"
#include "tests/unit/media_world.h"

#define P      80u
#define FRAMES 60000u

static struct world w;
static uint8_t said[FRAMES], heard[FRAMES];

static void begin(unsigned cards)
{
	while (cards--)
		world_card(&w, SOFT_ROWS, 2, RINGDOWN_LAW_ALAW, P, 640);
	world_start(&w);
}

static struct rd_media_stats stats(void)
{
	struct rd_media_stats s;

	rd_media_stats(w.m, &s);
	return s;
}

/* ---- D-channels --------------------------------------------------------------- */

static void hdlc_tx(uint32_t line, const uint8_t *data, uint16_t len)
{
	union {
		struct rd_hdlc cmd;
		uint8_t octets[512];
	} u = { 0 };

	u.cmd.len = len;
	memcpy(u.cmd.data, data, len);
	world_put(&w, &u, RD_MSG_HDLC_TX, (uint16_t)(sizeof(u.cmd) + len),
		  line);
}

/* What the D-channel of span 1 sends, that of 0 receives a frame later. */
static void loop_spans(void)
{
	world_sink(&w, rd_line(0, 1, 16), heard + 1, FRAMES - 1);
	world_source(&w, rd_line(0, 0, 16), heard, FRAMES);
}

Test(dchannel, carries_frames_and_tells_when_they_ended)
{
	uint8_t frame[RD_HDLC_MAX];
	struct rd_hdlc *got;

	begin(1);
	loop_spans();
	memset(heard, 0xff, sizeof(heard));
	world_say(&w, RD_MSG_HDLC_OPEN, rd_line(0, 0, 0));
	world_say(&w, RD_MSG_HDLC_OPEN, rd_line(0, 1, 0));
	for (uint16_t len = 3; len < RD_HDLC_MAX; len += 11) {
		world_noise(frame, len, len);
		hdlc_tx(rd_line(0, 1, 0), frame, len);
		world_run(&w, 12);
		got = world_event(&w, RD_MSG_HDLC_RX, RD_LINE_NONE);
		cr_assert_not_null(got, "len %u", len);
		cr_assert_eq(got->msg.line, rd_line(0, 0, 0));
		cr_assert_eq(got->len, len);
		cr_assert_eq(got->flags, 0);
		cr_assert_arr_eq(got->data, frame, len);
		cr_assert_lt(got->msg.frame, w.frame);
		cr_assert_null(world_event(&w, RD_MSG_HDLC_RX, RD_LINE_NONE));
	}
	cr_assert_eq(stats().hdlc_faults, 0);
	world_end(&w);
}

Test(dchannel, rests_at_ones_until_opened_then_sends_flags)
{
	struct ringdown_command *first;

	begin(1);
	first = w.soft[0].control->commands;
	cr_assert_eq(first->op, RINGDOWN_OP_IDLE_CODE, "the card's own rest");
	cr_assert_eq(first->slot, 16);
	cr_assert_eq(first->arg, 0xff);
	world_sink(&w, rd_line(0, 0, 16), heard, FRAMES);
	world_run(&w, 10);
	world_say(&w, RD_MSG_HDLC_OPEN, rd_line(0, 0, 0));
	world_run(&w, 10);
	world_say(&w, RD_MSG_CLOSE, rd_line(0, 0, 16));
	world_run(&w, 10);
	for (uint32_t f = 2 * P; f < 30 * P; f++)
		cr_assert_eq(heard[f], f >= 12 * P && f < 22 * P ? 0x7e : 0xff,
			     "%u", f);
	world_end(&w);
}

Test(dchannel, noise_is_counted_but_does_not_flood_core)
{
	begin(1);
	world_noise(said, FRAMES, 9);
	world_source(&w, rd_line(0, 0, 16), said, FRAMES);
	world_say(&w, RD_MSG_HDLC_OPEN, rd_line(0, 0, 0));
	world_run(&w, 500);
	cr_assert_gt(stats().hdlc_faults, 500);
	cr_assert_leq(world_count(&w, RD_MSG_HDLC_RX), 500 * 4);
	for (struct rd_hdlc *h;
	     (h = world_event(&w, RD_MSG_HDLC_RX, RD_LINE_NONE));)
		cr_assert(h->flags & RD_HDLC_CUT || h->len >= RD_HDLC_MIN);
	world_end(&w);
}

Test(dchannel, refuses_a_frame_that_lies_about_its_length)
{
	struct rd_hdlc lie = { .len = 200 };
	uint8_t frame[4] = { 0 };

	begin(1);
	hdlc_tx(rd_line(0, 0, 0), frame, 4); /* closed */
	world_say(&w, RD_MSG_HDLC_OPEN, rd_line(0, 0, 0));
	world_put(&w, &lie, RD_MSG_HDLC_TX, sizeof(lie), rd_line(0, 0, 0));
	hdlc_tx(rd_line(0, 5, 0), frame, 4); /* no such span */
	world_run(&w, 1);
	cr_assert_eq(stats().hdlc_refused, 2);
	cr_assert_eq(stats().bad_commands, 1);
	world_end(&w);
}

/* ---- alarms, signals ------------------------------------------------------------ */

Test(card, tells_alarms_when_they_change_and_signals_with_their_frames)
{
	struct rd_ev_signal out = { .type = RINGDOWN_OP_RING, .arg = 3 };
	struct ringdown_command *command;
	struct rd_ev_signal *signal;
	struct rd_ev_alarm *alarm;
	struct rd_ev_card *card;

	begin(1);
	world_run(&w, 3);
	card = world_event(&w, RD_MSG_CARD, rd_line(0, 0, 0));
	cr_assert_eq(card->present, 1);
	cr_assert_eq(w.nevents, 1);
	soft_event(&w.soft[0], RINGDOWN_EVENT_ALARM, 1, 0,
		   RINGDOWN_ALARM_AIS | RINGDOWN_ALARM_LFA);
	soft_event(&w.soft[0], RINGDOWN_EVENT_HOOK, 0, 9, 1);
	world_run(&w, 2);
	signal = world_event(&w, RD_MSG_SIGNAL, rd_line(0, 0, 9));
	cr_assert_eq(signal->msg.frame, 3 * P, "before the tick that saw it");
	cr_assert_eq(signal->type, RINGDOWN_EVENT_HOOK);
	alarm = world_event(&w, RD_MSG_ALARM, rd_line(0, 1, 0));
	cr_assert_eq(alarm->alarms, RINGDOWN_ALARM_AIS | RINGDOWN_ALARM_LFA);
	cr_assert_eq(alarm->msg.frame, 4 * P);
	w.soft[0].status->span[1].alarms = 0;
	world_run(&w, 2);
	alarm = world_event(&w, RD_MSG_ALARM, RD_LINE_NONE);
	cr_assert_eq(alarm->alarms, 0);
	out.msg.frame = 4711;
	world_put(&w, &out, RD_MSG_SIGNAL_OUT, sizeof(out), rd_line(0, 0, 9));
	world_run(&w, 1);
	command = &w.soft[0].control->commands[w.soft[0].control->command_head -
					       1];
	cr_assert_eq(command->op, RINGDOWN_OP_RING);
	cr_assert_eq(command->frame, 4711);
	cr_assert_eq(command->slot, 9);
	cr_assert_eq(command->arg, 3);
	world_end(&w);
}

/* ---- coming and going ------------------------------------------------------------ */

Test(card, that_is_lost_raises_alarms_and_works_again_when_it_is_back)
{
	struct rd_ev_alarm *alarm;
	struct rd_ev_card *card;
	uint64_t frame;

	begin(1);
	world_noise(said, FRAMES, 1);
	world_open_line(&w, 1, 0);
	world_open_line(&w, 2, 0);
	world_bridge(&w, 1, 2);
	world_say(&w, RD_MSG_HDLC_OPEN, rd_line(0, 0, 0));
	world_run(&w, 20);
	w.soft[0].status->state = RINGDOWN_CARD_GONE;
	world_run(&w, 5);
	(void)world_event(&w, RD_MSG_CARD, RD_LINE_NONE);
	card = world_event(&w, RD_MSG_CARD, RD_LINE_NONE);
	cr_assert_eq(card->present, 0);
	for (unsigned span = 0; span < 2; span++) {
		alarm = world_event(&w, RD_MSG_ALARM, rd_line(0, span, 0));
		cr_assert_eq(alarm->alarms, RINGDOWN_ALARM_LOS);
	}
	soft_free(&w.soft[0]);
	w.absent[0] = true;
	memset(&w.soft[0], 0, sizeof(w.soft[0]));
	rd_media_keep(w.m);
	world_run(&w, 5);
	w.absent[0] = false;
	rd_media_keep(w.m);
	frame = w.frame;
	world_source(&w, 1, said, FRAMES);
	world_sink(&w, 2, heard, FRAMES);
	world_sink(&w, 16, heard + FRAMES / 2, FRAMES / 2);
	world_run(&w, 50);
	card = world_event(&w, RD_MSG_CARD, RD_LINE_NONE);
	cr_assert_eq(card->present, 1);
	cr_assert_eq(card->msg.frame, frame + P, "line frames go on");
	alarm = world_event(&w, RD_MSG_ALARM, RD_LINE_NONE);
	cr_assert_eq(alarm->alarms, 0);
	/* the new card counts from zero; bridge and D-channel stand */
	for (uint32_t f = 0; f < 48 * P; f++)
		cr_assert_eq(heard[f + 2 * P], said[f]);
	cr_assert_eq(heard[FRAMES / 2 + 10 * P], 0x7e);
	world_end(&w);
}

Test(card, that_is_not_there_at_start_is_told_and_taken_later)
{
	struct rd_ev_card *card;

	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	w.absent[0] = true;
	world_start(&w);
	cr_assert_null(rd_media_info(w.m, 0));
	cr_assert_eq(rd_media_due(w.m), 0);
	world_run(&w, 3);
	card = world_event(&w, RD_MSG_CARD, RD_LINE_NONE);
	cr_assert_eq(card->present, 0);
	w.absent[0] = false;
	rd_media_keep(w.m);
	cr_assert_eq(rd_media_due(w.m), 0);
	soft_advance(&w.soft[0], P);
	cr_assert_eq(rd_media_due(w.m), 4 * P);
	cr_assert_not_null(rd_media_info(w.m, 0));
	world_end(&w);
}

Test(clock, goes_on_with_the_next_card_when_its_own_is_lost)
{
	begin(2);
	world_run(&w, 10);
	w.soft[0].status->state = RINGDOWN_CARD_GONE;
	cr_assert_eq(rd_media_due(w.m), 0);
	soft_advance(&w.soft[1], P);
	cr_assert_eq(rd_media_due(w.m), 11 * P, "line frames do not jump");
	cr_assert_eq(stats().takeovers, 1);
	world_end(&w);
}

Test(clock, other_cards_slip_by_whole_periods_and_are_counted)
{
	uint64_t lost;

	begin(2);
	world_noise(said, FRAMES, 3);
	world_source(&w, rd_line(1, 0, 1), said, FRAMES);
	world_sink(&w, rd_line(0, 0, 1), heard, FRAMES);
	world_open_line(&w, rd_line(0, 0, 1), 0);
	world_open_line(&w, rd_line(1, 0, 1), 0);
	world_bridge(&w, rd_line(0, 0, 1), rd_line(1, 0, 1));
	world_run(&w, 50);
	cr_assert_eq(stats().slips, 0);
	/* the other card is one period ahead now: within its slack */
	soft_advance(&w.soft[1], P);
	world_run(&w, 50);
	lost = stats().slips;
	cr_assert_leq(lost, 1);
	/* and then three behind: repeated, not read ahead */
	for (int i = 0; i < 3; i++) {
		soft_advance(&w.soft[0], P);
		w.frame += P;
		rd_media_tick(w.m, w.frame);
	}
	world_run(&w, 50);
	cr_assert_geq(stats().slips, lost + 1);
	cr_assert_leq(stats().slips, lost + 3);
	lost = stats().slips;
	world_run(&w, 100);
	cr_assert_eq(stats().slips, lost, "steady again");
	for (uint32_t f = 3 * P; f < 49 * P; f++)
		cr_assert_eq(heard[f + P], said[f - 2 * P],
			     "two periods, and one of slack: %u", f);
	world_end(&w);
}

Test(clock, lockstep_waits_for_every_card)
{
	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	w.info[0].flags = w.info[1].flags = RINGDOWN_INFO_LOCKSTEP;
	world_start(&w);
	cr_assert(rd_media_is_lockstep(w.m));
	soft_advance(&w.soft[0], P);
	cr_assert_eq(rd_media_due(w.m), 0);
	soft_advance(&w.soft[1], P);
	cr_assert_eq(rd_media_due(w.m), P);
	rd_media_tick(w.m, P);
	world_drain(&w);
	cr_assert_eq(w.tick, P, "core hears of every tick");
	cr_assert_eq(rd_media_due(w.m), 0);
	world_end(&w);
}

Test(clock, lockstep_owes_every_tick_since_the_card_was_started)
{
	world_card(&w, SOFT_ROWS, 1, RINGDOWN_LAW_ALAW, P, 640);
	w.info[0].flags = RINGDOWN_INFO_LOCKSTEP;
	w.absent[0] = true;
	world_start(&w);
	w.absent[0] = false;
	rd_media_keep(w.m);
	soft_advance(&w.soft[0], P); /* ticks before we look, and waits */
	cr_assert_eq(rd_media_due(w.m), P);
	world_end(&w);
}

Test(clock, late_ticks_lose_what_could_not_be_sent_but_no_received_sample)
{
	begin(1);
	world_noise(said, FRAMES, 3);
	world_source(&w, 1, said, FRAMES);
	world_sink(&w, 2, heard, FRAMES);
	world_open_line(&w, 1, 0);
	world_open_line(&w, 2, 0);
	world_bridge(&w, 1, 2);
	world_run(&w, 10);
	soft_advance(&w.soft[0], 3 * P); /* three at once */
	for (uint64_t f; (f = rd_media_due(w.m));)
		rd_media_tick(w.m, w.frame = f);
	cr_assert_eq(w.frame, 13 * P);
	world_run(&w, 10);
	cr_assert_eq(stats().late_ticks, 2);
	cr_assert_eq(stats().tx_late, 2 * 2);
	cr_assert_eq(stats().rx_lost, 0);
	for (uint32_t f = 0; f < 23 * P - 2 * P; f++) {
		bool unsent = f >= 10 * P && f < 12 * P;

		cr_assert_eq(heard[f + 2 * P], unsent ? 0xd5 : said[f], "%u",
			     f);
	}
	world_end(&w);
}

/* ---- maintenance ---------------------------------------------------------------- */

static const struct rd_maintain *maintained(void)
{
	const struct rd_msg *msg;

	rd_media_keep(w.m);
	cr_assert(rd_media_is_quiet(w.m));
	msg = rd_mq_peek(rd_media_answers(w.m));
	cr_assert_not_null(msg);
	cr_assert_eq(msg->type, RD_MSG_MAINTAINED);
	return (const void *)msg;
}

static void maintain(unsigned card, uint16_t op)
{
	struct rd_maintain wish = {
		.msg = { .type = RD_MSG_MAINTAIN,
			 .len = sizeof(wish),
			 .line = rd_line(card, 1, 0) },
		.client = 7,
		.op = op,
		.mode = 1,
		.slots = 6,
	};

	cr_assert_eq(rd_media_maintain(w.m, &wish), 0);
	cr_assert(!rd_media_is_quiet(w.m));
}

/* Memory of a test is no engine that could loop anything. */
Test(maintenance, what_a_card_cannot_do_is_said_so)
{
	const struct rd_maintain *m;

	begin(1);
	world_run(&w, 2);
	for (uint16_t op = RD_MAINTAIN_LOOP; op <= RD_MAINTAIN_BERT; op++) {
		maintain(0, op);
		m = maintained();
		cr_assert_eq(m->result, -EOPNOTSUPP);
		cr_assert_eq(m->client, 7);
		cr_assert_eq(m->n, op == RD_MAINTAIN_BERT ? 2 : 0);
		cr_assert_eq(rd_msg_check(&m->msg, m->msg.len), 0);
		rd_mq_consume(rd_media_answers(w.m), &m->msg);
	}
	maintain(3, RD_MAINTAIN_LOOP);
	cr_assert_eq(maintained()->result, -ENODEV);
	world_end(&w);
}

Test(maintenance, counters_are_told_once_a_second_and_as_differences)
{
	struct ringdown_status *s;
	struct rd_ev_errors *ev;

	begin(1);
	s = w.soft[0].status;
	world_run(&w, 150);
	cr_assert_null(world_event(&w, RD_MSG_SPAN_ERRORS, RD_LINE_NONE));
	s->span[1].slips = 3;
	s->span[1].crc_errors = 100;
	world_run(&w, 100);
	ev = world_event(&w, RD_MSG_SPAN_ERRORS, RD_LINE_NONE);
	cr_assert_not_null(ev);
	cr_assert_eq(ev->msg.line, rd_line(0, 1, 0));
	cr_assert_eq(ev->msg.frame % 8000, 0);
	cr_assert_eq(ev->slips, 3);
	cr_assert_eq(ev->crc_errors, 100);
	s->span[1].crc_errors = 101;
	world_run(&w, 300);
	ev = world_event(&w, RD_MSG_SPAN_ERRORS, RD_LINE_NONE);
	cr_assert_eq(ev->slips, 0);
	cr_assert_eq(ev->crc_errors, 1);
	cr_assert_null(world_event(&w, RD_MSG_SPAN_ERRORS, RD_LINE_NONE));
	world_end(&w);
}

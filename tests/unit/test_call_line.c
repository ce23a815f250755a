// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of legs: what their groups ask of media, what tones mean, who is not
 * heard, and the row of a line that is closed.
 */
#include "daemon/call/line.h"

#include "lib/dsp/tone.h"
#include "tests/unit/core_world.h"

static void tone(struct world *w, uint32_t line, uint32_t tone, uint32_t length)
{
	struct rd_ev_tone e = { .msg = { .type = RD_MSG_TONE_HEARD,
					 .len = sizeof(e),
					 .line = line,
					 .frame = w->frame },
				.tone = tone,
				.length_frames = length };

	world_event(w, &e.msg);
}

Test(call_line, groups_and_spans_say_how_a_line_is_opened)
{
	struct world *w = world_new();
	const struct rd_cmd_open *open;

	w->groups[0].rx_gain_db = -3.55;
	w->groups[0].tx_gain_db = 2;
	w->spans[0].rx_gain_db = 1.05;
	w->groups[0].level_dbm0 = -18;
	w->groups[0].level_range_db = 12;
	w->groups[0].gate_dbm0 = -52.5;
	w->groups[0].remove_digits = true;
	w->groups[0].quiet_ms = 7000;
	world_call(w, "1", "4000");
	open = world_cmd(w, RD_MSG_OPEN, 0);
	cr_assert_eq(open->rx_gain_cb, -25);
	cr_assert_eq(open->tx_gain_cb, 20);
	cr_assert_eq(open->level_cb, -180);
	cr_assert_eq(open->level_range_cb, 120);
	cr_assert_eq(open->gate_cb, -525);
	cr_assert_gt(open->gate_loss_cb, 0);
	cr_assert_eq(open->quiet_frames, 56000);
	cr_assert_eq(open->flags, RD_OPEN_DTMF | RD_OPEN_NO_KEYS);
	cr_assert_neq(open->use, 0);
	world_free(w);
}

Test(call_line, without_settings_octets_stay_exact)
{
	struct world *w = world_new();
	const struct rd_cmd_open *open;

	world_call(w, "1", "4000");
	open = world_cmd(w, RD_MSG_OPEN, 0);
	cr_assert_eq(open->rx_gain_cb, 0);
	cr_assert_eq(open->tx_gain_cb, 0);
	cr_assert_eq(open->level_range_cb, 0);
	cr_assert_eq(open->gate_loss_cb, 0);
	cr_assert_eq(open->quiet_frames, 0);
	cr_assert_eq(open->flags, RD_OPEN_DTMF);
	world_free(w);
}

Test(call_line, a_caller_with_a_busy_tone_has_hung_up)
{
	static const struct {
		uint32_t tone, length;
		uint8_t cause; /* 0: he stays */
	} rows[] = {
		{ RD_TONE_BUSY, 0, 16 },
		{ RD_TONE_CONGESTION, 0, 16 },
		{ RD_TONE_BUSY, 3000, 0 }, /* it ends: its beginning counted */
		{ RD_TONE_INFO, 0, 0 },
		{ RD_TONE_DIAL, 0, 0 },
		{ RD_TONE_RINGBACK, 0, 0 },
		{ RD_TONE_CALL_WAITING, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world *w = world_new();
		struct party a = world_call(w, "1", "4006");

		world_run(w, 500);
		tone(w, a.line, rows[i].tone, rows[i].length);
		cr_assert_eq(world_rows(w, "calls"), rows[i].cause ? 1 : 0,
			     "row %zu", i);
		if (rows[i].cause) {
			cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->cause,
				     rows[i].cause);
			cr_assert_str_eq(
				world_cell(w, "calls", 0, "released_by"),
				"caller");
		}
		cr_assert_eq(w->core->state->counts.unlisted, 0);
		world_free(w);
	}
}

Test(call_line, a_tone_on_a_line_of_nobody_is_nothing)
{
	struct world *w = world_new();

	tone(w, rd_line(0, 0, 2), RD_TONE_BUSY, 0);
	tone(w, rd_line(7, 0, 2), RD_TONE_BUSY, 0);
	cr_assert_eq(w->core->state->counts.malformed, 0);
	cr_assert_null(world_asked(w, RD_ISDN_HANGUP, 0));
	world_free(w);
}

Test(call_line, quiet_outside_of_a_bridge_is_nobodys_concern)
{
	struct world *w = world_new();
	struct party a = world_call(w, "1", "4006");
	struct rd_ev_quiet q = { .msg = { .type = RD_MSG_QUIET,
					  .len = sizeof(q),
					  .line = a.line },
				 .quiet = 1,
				 .peer_quiet = 1 };

	world_run(w, 500);
	q.msg.frame = w->frame;
	world_event(w, &q.msg);
	cr_assert_eq(world_times(w, "call.audio"), 0);
	world_free(w);
}

Test(call_line, a_closed_line_leaves_its_row)
{
	struct world *w = world_new();
	struct rd_ev_health h = {
		.msg = { .type = RD_MSG_HEALTH,
			 .len = sizeof(h),
			 .line = rd_line(0, 0, 3) },
		.use = 77,
		.frames = 80000,
		.received = { -231, -615, -20, 420, 12 },
		.sent = { RD_HEALTH_NOTHING, -660, -660, 0, 0 },
		.slips = 2,
		.erl_cb = 143,
		.erle_cb = 301,
		.delay_frames = 80,
		.tail_frames = 240,
		.flags = RD_HEALTH_CANCELS | RD_HEALTH_CONVERGED,
	};

	world_event(w, &h.msg);
	cr_assert_eq(world_rows(w, "line_health"), 1);
	cr_assert_str_eq(world_cell(w, "line_health", 0, "leg"), "77");
	cr_assert_str_eq(world_cell(w, "line_health", 0, "span"), "trunk");
	cr_assert_str_eq(world_cell(w, "line_health", 0, "channel"), "3");
	cr_assert_str_eq(world_cell(w, "line_health", 0, "used_ms"), "10000");
	cr_assert_str_eq(world_cell(w, "line_health", 0, "rx_speech_cb"),
			 "-231");
	cr_assert_str_eq(world_cell(w, "line_health", 0, "slips"), "2");
	cr_assert_str_eq(world_cell(w, "line_health", 0, "erl_cb"), "143");
	cr_assert_str_eq(world_cell(w, "line_health", 0, "echo_tail_ms"), "30");
	world_free(w);
}

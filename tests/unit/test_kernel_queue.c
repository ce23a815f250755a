// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel/queue_core.c, cadence_core.c, spec_core.c. */
#include <criterion/criterion.h>

#include "kernel/cadence_core.h"
#include "kernel/queue_core.h"
#include "kernel/ring_core.h"
#include "kernel/spec_core.h"

static struct ringdown_status status;
static struct ringdown_control control;
static struct ringdown_geometry g;
static struct rd_commands commands;

/* ---- events -------------------------------------------------------------- */

Test(events, arrive_in_order_and_are_lost_only_when_full)
{
	struct rd_events e = { .head = UINT32_MAX - 100 };

	/* The client starts where the card does, near the wrap. */
	control.event_tail = e.head;
	for (u32 lap = 0; lap < 4; lap++) {
		struct ringdown_event event = { .type = RINGDOWN_EVENT_ABCD };
		u32 first = e.head, lost = e.lost;

		for (u32 i = 0; i < RINGDOWN_EVENTS; i++) {
			event.frame = lap * 1000 + i;
			cr_assert(rd_events_put(&e, &status, &control, &event));
		}
		event.frame = 77;
		cr_assert_not(rd_events_put(&e, &status, &control, &event));
		cr_assert_eq(status.event_lost, lost + 1);
		cr_assert_eq(status.event_head, first + RINGDOWN_EVENTS);
		for (u32 i = 0; i < RINGDOWN_EVENTS; i++)
			cr_assert_eq(
				status.events[(first + i) % RINGDOWN_EVENTS]
					.frame,
				lap * 1000 + i);
		control.event_tail = e.head;
	}
}

Test(events, a_client_that_lies_about_its_tail_loses_events_only)
{
	struct ringdown_event event = { .type = RINGDOWN_EVENT_HOOK };
	struct rd_events e = { 0 };

	control.event_tail = 5; /* ahead of us */
	for (u32 i = 0; i < 1000; i++)
		rd_events_put(&e, &status, &control, &event);
	cr_assert_eq(e.head + e.lost, 1000);
	cr_assert(e.head <= RINGDOWN_EVENTS + 5);
}

/* ---- commands ------------------------------------------------------------ */

static void make(u32 type)
{
	g.nspans = 2;
	for (u32 i = 0; i < 2; i++) {
		g.span[i].type = type;
		rd_span_shape(&g.span[i], 4);
	}
	memset(&commands, 0, sizeof(commands));
	memset(&control, 0, sizeof(control));
}

static void give(u64 frame, u32 op, u32 span, u32 slot, u32 arg)
{
	control.commands[control.command_head++ % RINGDOWN_COMMANDS] =
		(struct ringdown_command){ .frame = frame,
					   .op = op,
					   .span = span,
					   .slot = slot,
					   .arg = arg };
}

Test(commands, run_when_their_frame_comes_in_the_order_given)
{
	struct ringdown_command cmd;

	make(RINGDOWN_SPAN_E1);
	give(300, RINGDOWN_OP_ABCD, 0, 1, 1);
	give(100, RINGDOWN_OP_ABCD, 0, 1, 2);
	give(200, RINGDOWN_OP_ABCD, 0, 1, 3);
	give(100, RINGDOWN_OP_ABCD, 0, 1, 4);
	rd_commands_take(&commands, &g, &status, &control, 0);
	cr_assert_eq(status.command_tail, 4);
	cr_assert_not(rd_commands_due(&commands, 99, &cmd));
	cr_assert(rd_commands_due(&commands, 100, &cmd));
	cr_assert_eq(cmd.arg, 2);
	cr_assert(rd_commands_due(&commands, 100, &cmd));
	cr_assert_eq(cmd.arg, 4);
	cr_assert_not(rd_commands_due(&commands, 100, &cmd));
	cr_assert(rd_commands_due(&commands, 1000, &cmd));
	cr_assert_eq(cmd.arg, 1);
	cr_assert(rd_commands_due(&commands, 1000, &cmd));
	cr_assert_eq(cmd.arg, 3);
	cr_assert_eq(commands.npending, 0);
	cr_assert_eq(commands.late, 0);
}

Test(commands, late_ones_run_at_once_and_are_counted)
{
	struct ringdown_command cmd;

	make(RINGDOWN_SPAN_E1);
	give(99, RINGDOWN_OP_ABCD, 0, 1, 1);
	give(100, RINGDOWN_OP_ABCD, 0, 1, 2);
	rd_commands_take(&commands, &g, &status, &control, 100);
	cr_assert_eq(status.late_commands, 1);
	cr_assert(rd_commands_due(&commands, 180, &cmd));
	cr_assert_eq(cmd.arg, 1);
}

Test(commands, what_cannot_wait_stays_with_the_client)
{
	struct ringdown_command cmd;
	u32 got = 0;

	make(RINGDOWN_SPAN_E1);
	for (u32 i = 0; i < RINGDOWN_COMMANDS; i++)
		give(1000000, RINGDOWN_OP_ABCD, 0, 1, 1);
	rd_commands_take(&commands, &g, &status, &control, 0);
	for (u32 i = 0; i < 10; i++)
		give(1, RINGDOWN_OP_ABCD, 0, 1, 2);
	rd_commands_take(&commands, &g, &status, &control, 0);
	cr_assert_eq(status.command_tail, RINGDOWN_COMMANDS);
	while (rd_commands_due(&commands, 1000000, &cmd))
		got++;
	rd_commands_take(&commands, &g, &status, &control, 0);
	while (rd_commands_due(&commands, 1000000, &cmd))
		got++;
	cr_assert_eq(got, RINGDOWN_COMMANDS + 10);
	cr_assert_eq(commands.bad, 0);
}

Test(commands, a_head_beyond_the_ring_is_refused)
{
	make(RINGDOWN_SPAN_E1);
	control.command_head = RINGDOWN_COMMANDS + 1;
	rd_commands_take(&commands, &g, &status, &control, 0);
	cr_assert_eq(commands.tail, 0);
	cr_assert_eq(status.bad_commands, 1);
	control.command_head = UINT32_MAX;
	rd_commands_take(&commands, &g, &status, &control, 0);
	cr_assert_eq(status.bad_commands, 2);
}

Test(commands, each_span_takes_what_its_kind_can_do)
{
	/* By type: NONE E1 T1 FXS FXO, the largest argument, -1: none at all */
	static const struct {
		u32 op;
		s64 max[5];
	} rows[] = {
		{ RINGDOWN_OP_NONE, { -1, -1, -1, -1, -1 } },
		{ RINGDOWN_OP_IDLE_CODE, { -1, 255, 255, 255, 255 } },
		{ RINGDOWN_OP_ABCD, { -1, 15, 15, -1, -1 } },
		{ RINGDOWN_OP_RING, { -1, -1, -1, 3, -1 } },
		{ RINGDOWN_OP_FLASH, { -1, -1, -1, -1, 2000 } },
		{ RINGDOWN_OP_POLARITY, { -1, -1, -1, 1, -1 } },
		{ RINGDOWN_OP_HOOK, { -1, -1, -1, -1, 1 } },
		{ 7, { -1, -1, -1, -1, -1 } },
	};

	for (u32 type = 1; type < 5; type++) {
		make(type);
		for (u32 i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			for (s64 arg = 0; arg < 4096; arg++) {
				struct ringdown_command cmd = {
					.op = rows[i].op,
					.span = 1,
					.slot = 4,
					.arg = arg,
				};
				s64 min = cmd.op == RINGDOWN_OP_FLASH;

				cr_assert_eq(rd_command_is_valid(&g, &cmd),
					     arg >= min &&
						     arg <= rows[i].max[type]);
				cmd.span = 2;
				cr_assert_not(rd_command_is_valid(&g, &cmd));
				cmd.span = 0;
				cmd.slot = 32;
				cr_assert_not(rd_command_is_valid(&g, &cmd));
			}
	}
}

/* ---- cadences ------------------------------------------------------------ */

Test(cadence, rings_as_the_table_says)
{
	static const struct {
		u32 cadence, on_ms, length_ms;
	} rows[] = { { 1, 1000, 5000 }, { 2, 2000, 6000 }, { 3, 800, 3000 } };

	for (u32 i = 0; i < 3; i++) {
		u32 on = 0;

		for (u64 f = 0; f < 3 * 8 * rows[i].length_ms; f++)
			on += rd_cadence_is_on(rows[i].cadence, f);
		cr_assert_eq(on, 3 * 8 * rows[i].on_ms);
		cr_assert(rd_cadence_is_on(rows[i].cadence, 0));
		cr_assert_not(rd_cadence_is_on(rows[i].cadence,
					       8 * rows[i].length_ms - 1));
	}
	cr_assert_not(rd_cadence_is_on(0, 0));
	cr_assert_not(rd_cadence_is_on(RD_CADENCES, 0));
}

Test(cadence, a_flash_comes_back_by_itself)
{
	struct ringdown_command hook = { .op = RINGDOWN_OP_HOOK, .arg = 1 };
	struct ringdown_command flash = { .op = RINGDOWN_OP_FLASH, .arg = 100 };
	struct rd_port p = { 0 };

	rd_port_command(&p, &flash); /* on-hook: nothing to flash */
	cr_assert_not(rd_port_hook(&p, 10));
	rd_port_command(&p, &hook);
	cr_assert(rd_port_hook(&p, 20));
	rd_port_command(&p, &flash);
	for (u64 f = 100; f < 100 + 800; f += 8)
		cr_assert_not(rd_port_hook(&p, f));
	cr_assert(rd_port_hook(&p, 900));
	rd_port_command(&p, &flash);
	cr_assert_not(rd_port_hook(&p, 1000));
	hook.arg = 0;
	rd_port_command(&p, &hook);
	cr_assert_not(rd_port_hook(&p, 5000));
}

/* ---- module parameters --------------------------------------------------- */

Test(spec, cards_are_named)
{
	static const char *const bad[] = { "",	     "e",    "e11",
					   "e1x",    "e1x0", "e1x9",
					   "xe1",    "fxs",  "fxs6",
					   "fxs4x2", "quad", "quad-e1x2",
					   "E1",     "e1 ",  "e1x22" };
	struct rd_card_spec s;

	cr_assert_eq(rd_card_spec_parse("e1", &s), 0);
	cr_assert(s.type == RINGDOWN_SPAN_E1 && s.spans == 1 && !s.quad);
	cr_assert_eq(rd_card_spec_parse("t1x8", &s), 0);
	cr_assert(s.type == RINGDOWN_SPAN_T1 && s.spans == 8 && !s.quad);
	cr_assert_eq(rd_card_spec_parse("fxo8", &s), 0);
	cr_assert(s.type == RINGDOWN_SPAN_FXO && s.spans == 1 && s.ports == 8);
	cr_assert_eq(rd_card_spec_parse("quad-t1", &s), 0);
	cr_assert(s.type == RINGDOWN_SPAN_T1 && s.spans == 4 && s.quad);
	for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(rd_card_spec_parse(bad[i], &s), -EINVAL, "%s",
			     bad[i]);
	cr_assert(s.type == RINGDOWN_SPAN_T1 && s.spans == 4);
}

Test(spec, cables_have_two_ends)
{
	static const char *const bad[] = { "",
					   "0.0",
					   "0.0-",
					   "0.0-1",
					   "0.0-1.",
					   "0-1",
					   "0.0-0.0",
					   "16.0-0.0",
					   "0.8-1.0",
					   "0.0-1.0x",
					   "-1.0-1.0",
					   "0.0 -1.0",
					   "99999999999.0-1.0" };
	struct rd_cable c = { { 9, 9 }, { 9, 9 } };

	for (u32 i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(rd_cable_parse(bad[i], &c), -EINVAL, "%s", bad[i]);
	cr_assert_eq(c.card[0], 9);
	cr_assert_eq(rd_cable_parse("15.7-0.1", &c), 0);
	cr_assert(c.card[0] == 15 && c.span[0] == 7 && c.card[1] == 0 &&
		  c.span[1] == 1);
	cr_assert(rd_cable_fits(RINGDOWN_SPAN_FXS, RINGDOWN_SPAN_FXO));
	cr_assert_not(rd_cable_fits(RINGDOWN_SPAN_FXS, RINGDOWN_SPAN_FXS));
	cr_assert_not(rd_cable_fits(RINGDOWN_SPAN_E1, RINGDOWN_SPAN_T1));
}

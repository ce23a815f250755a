// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls from SETUP to their record: routing, refusals, early sound, outgoing
 * legs, glare, alarms, the edge's death, restarts.
 */
#include "tests/unit/core_world.h"

Test(call_life, a_call_is_answered_hears_its_prompt_and_leaves_one_record)
{
	struct world *w = world_new();
	struct party a = world_call(w, "13800138000", "4000");

	cr_assert_not_null(world_asked(w, RD_ISDN_PROCEEDING, 0));
	cr_assert_not_null(world_asked(w, RD_ISDN_CONNECT, 0));
	cr_assert_not_null(world_cmd(w, RD_MSG_PLAY, 0));
	cr_assert_eq(world_rows(w, "calls"), 0);
	world_run(w, 2000);
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->cause, 16);
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->ref, a.ref);
	cr_assert_eq(world_rows(w, "calls"), 1);
	cr_assert_str_eq(world_cell(w, "calls", 0, "ani"), "13800138000");
	cr_assert_str_eq(world_cell(w, "calls", 0, "dnis"), "4000");
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "ivr");
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "16");
	cr_assert_str_eq(world_cell(w, "calls", 0, "released_by"), "system");
	cr_assert_str_eq(world_cell(w, "calls", 0, "path"), "main");
	cr_assert_str_eq(world_cell(w, "calls", 0, "channel"), "1");
	cr_assert_eq(world_rows(w, "legs"), 1);
	cr_assert_eq(w->core->state->calls.used, 0);
	cr_assert_eq(w->core->state->legs.used, 0);
	cr_assert_eq(w->core->state->counts.unlisted, 0);
	world_free(w);
}

Test(call_life, a_caller_who_hangs_up_first_is_named_with_his_cause)
{
	struct world *w = world_new();
	struct party a = world_call(w, "1", "4006");

	world_run(w, 500);
	world_hangup(w, a, 31);
	world_run(w, 500);
	cr_assert_str_eq(world_cell(w, "calls", 0, "released_by"), "caller");
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "31");
	cr_assert_null(world_asked(w, RD_ISDN_HANGUP, 0),
		       "the edge clears by itself");
	world_free(w);
}

/* ---- refusals ------------------------------------------------------------- */

Test(call_life, an_unknown_number_is_cause_1_before_anything_else)
{
	struct world *w = world_new();

	world_call(w, "1", "4999");
	cr_assert_null(world_asked(w, RD_ISDN_PROCEEDING, 0));
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->cause, 1);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "refused");
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "1");
	cr_assert_eq(w->core->state->legs.used, 0);
	world_free(w);
}

Test(call_life, a_blacklisted_caller_is_never_answered)
{
	struct world *w = world_new();

	world_command(w, "{\"command\":\"blacklist.add\",\"number\":\"139*\","
			 "\"reason\":\"nuisance\",\"cause\":17}");
	world_call(w, "13912345678", "4000");
	cr_assert_null(world_asked(w, RD_ISDN_PROCEEDING, 0));
	cr_assert_null(world_asked(w, RD_ISDN_CONNECT, 0));
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->cause, 17);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "blocked");
	cr_assert_not_null(world_told(w, "call.blocked", 0));
	world_free(w);
}

Test(call_life, no_room_is_42_and_others_are_not_disturbed)
{
	struct world *w = world_make();
	struct party a[3];

	w->config.limits.calls = 2;
	world_begin(w);
	for (int i = 0; i < 3; i++)
		a[i] = world_call(w, "1", "4006");
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->cause, 42);
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->ref, a[2].ref);
	cr_assert_eq(w->core->state->calls.used, 2);
	world_run(w, 100);
	world_hangup(w, a[0], 16);
	world_run(w, 100);
	a[2] = world_call(w, "1", "4006");
	cr_assert_eq(w->core->state->calls.used, 2);
	world_free(w);
}

Test(call_life, stopping_takes_no_new_call_and_tells_when_idle)
{
	struct world *w = world_new();
	struct party a = world_call(w, "1", "4006");

	world_command(w, "{\"command\":\"stop.when-idle\"}");
	world_call(w, "2", "4006");
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->cause, 42);
	cr_assert_null(world_told(w, "system.idle", 0));
	world_hangup(w, a, 16);
	world_run(w, 100);
	cr_assert_not_null(world_told(w, "system.idle", 0));
	cr_assert_null(world_told(w, "system.idle", 1));
	world_free(w);
}

Test(call_life, busy_is_a_tone_where_the_span_wants_it)
{
	struct world *w = world_make();
	const struct rd_cmd_tone *tone;

	w->spans[0].inband_progress = true;
	world_begin(w);
	world_command(w, "{\"command\":\"blacklist.add\",\"number\":\"1\"}");
	world_call(w, "1", "4000");
	cr_assert_null(world_asked(w, RD_ISDN_HANGUP, 0));
	cr_assert_null(world_asked(w, RD_ISDN_CONNECT, 0));
	cr_assert_eq(world_asked(w, RD_ISDN_PROGRESS, 0)->cause, 17);
	tone = world_cmd(w, RD_MSG_TONE, 0);
	cr_assert_eq(tone->tone, 2 /* RD_TONE_BUSY */);
	world_run(w, 30000);
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->cause, 17);
	cr_assert_eq(world_rows(w, "calls"), 1);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "blocked");
	cr_assert_eq(w->core->state->legs.used, 0);
	world_free(w);
}

/* ---- numbers -------------------------------------------------------------- */

Test(call_life, the_callers_number_gets_the_prefix_of_its_type)
{
	static const struct {
		uint8_t ton, pres;
		const char *ani, *withheld;
	} rows[] = {
		{ 0, 0, "21123456", "0" },  { 1, 0, "0021123456", "0" },
		{ 2, 0, "021123456", "0" }, { 4, 0, "21123456", "0" },
		{ 2, 0x20, "", "1" },
	};
	struct world *w = world_new();

	for (int i = 0; i < 5; i++) {
		struct rd_isdn setup =
			world_setup(w, TRUNK | 1, "21123456", "4999");

		setup.calling_ton = rows[i].ton;
		setup.calling_pres = rows[i].pres;
		world_event(w, &setup.msg);
		cr_assert_str_eq(world_cell(w, "calls", i, "ani"), rows[i].ani);
		cr_assert_str_eq(world_cell(w, "calls", i, "withheld"),
				 rows[i].withheld);
	}
	world_free(w);
}

Test(call_life, digits_one_by_one_reach_their_route)
{
	struct world *w = world_new();
	struct rd_isdn setup = world_setup(w, TRUNK | 1, "1", "40");
	struct rd_isdn info = world_isdn(RD_ISDN_INFO, TRUNK | 1, setup.ref);

	setup.flags = 0;
	world_far_new(w, setup.ref, TRUNK | 1);
	world_event(w, &setup.msg);
	cr_assert_not_null(world_asked(w, RD_ISDN_SETUP_ACK, 0));
	cr_assert_null(world_asked(w, RD_ISDN_PROCEEDING, 0));
	world_run(w, 1000);
	strcpy(info.called, "400");
	world_event(w, &info.msg);
	strcpy(info.called, "4006");
	world_event(w, &info.msg);
	cr_assert_not_null(world_asked(w, RD_ISDN_PROCEEDING, 0));
	world_free(w);
}

Test(call_life, digits_that_stop_coming_are_cause_1)
{
	struct world *w = world_new();
	struct rd_isdn setup = world_setup(w, TRUNK | 1, "1", "40");

	setup.flags = 0;
	world_far_new(w, setup.ref, TRUNK | 1);
	world_event(w, &setup.msg);
	world_run(w, 14000);
	cr_assert_eq(world_rows(w, "calls"), 0);
	world_run(w, 2000);
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "1");
	world_free(w);
}

/* ---- dialling ----------------------------------------------------------------- */

Test(call_life, a_dialled_party_is_bridged_when_he_answers)
{
	struct world *w = world_new();
	struct party a, b;
	const struct rd_cmd_bridge *bridge;

	w->phone[0] = (struct phone){ "5551234", 1000, 0 };
	a = world_call(w, "13800138000", "4004");
	cr_assert_null(world_asked(w, RD_ISDN_CONNECT, 0),
		       "not answered before the party answers");
	cr_assert_str_eq(world_asked(w, RD_ISDN_SETUP, 0)->calling,
			 "13800138000");
	world_run(w, 500);
	cr_assert_not_null(world_cmd(w, RD_MSG_TONE, 0), "ringback");
	world_run(w, 1000);
	bridge = world_cmd(w, RD_MSG_BRIDGE, 0);
	cr_assert_eq(bridge->msg.line, a.line);
	b = world_at_phone(w, "5551234");
	cr_assert_eq(bridge->peer, b.line);
	world_run(w, 5000);
	world_hangup(w, b, 16);
	world_run(w, 1000);
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "answered");
	cr_assert_str_eq(world_cell(w, "calls", 0, "released_by"), "called");
	cr_assert_eq(atoi(world_cell(w, "calls", 0, "talk_ms")) / 100, 54);
	cr_assert_eq(world_rows(w, "legs"), 2);
	world_free(w);
}

Test(call_life, a_dialled_partys_cause_chooses_the_branch)
{
	static const struct {
		uint8_t cause;
		const char *end;
	} rows[] = {
		{ 17, "101" }, { 19, "102" }, { 34, "103" }, { 1, "103" }
	};

	for (int i = 0; i < 4; i++) {
		struct world *w = world_new();

		w->phone[0] = (struct phone){ "5551234", 0, rows[i].cause };
		world_call(w, "1", "4004");
		world_run(w, 1000);
		cr_assert_str_eq(world_cell(w, "calls", 0, "cause"),
				 rows[i].end);
		world_free(w);
	}
}

Test(call_life, a_party_who_does_not_answer_is_given_up)
{
	struct world *w = world_new();

	world_call(w, "1", "4004");
	world_run(w, 19000);
	cr_assert_eq(world_rows(w, "calls"), 0);
	world_run(w, 2000);
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "102");
	cr_assert_eq(w->core->state->legs.used, 0);
	world_free(w);
}

Test(call_life, our_call_with_no_trunk_is_34)
{
	struct world *w = world_new();
	struct party others[4];

	for (int i = 0; i < 3; i++)
		others[i] = world_call(w, "1", "4006");
	others[3] = world_call(w, "1", "4004");
	cr_assert_neq(others[3].ref, 0);
	world_run(w, 100);
	cr_assert_null(world_asked(w, RD_ISDN_SETUP, 0));
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "103",
			 "the branch for failures");
	cr_assert_eq(w->core->state->counts.no_channel, 1);
	world_free(w);
}

/* ---- glare, channels ------------------------------------------------------------ */

Test(call_life, glare_loses_neither_call)
{
	struct world *w = world_new();
	const struct rd_isdn *ours;
	struct rd_isdn theirs, refused;
	uint32_t first;

	w->silent = true;
	theirs = world_setup(w, TRUNK | 4, "1", "4004");
	world_event(w, &theirs.msg); /* makes us dial on channel 1 */
	ours = world_asked(w, RD_ISDN_SETUP, 0);
	cr_assert_eq(rd_line_slot(ours->msg.line), 1);
	first = ours->ref;
	theirs = world_setup(w, TRUNK | 1, "2", "4006");
	world_event(w, &theirs.msg);
	cr_assert_eq(w->core->state->counts.glares, 1);
	cr_assert_eq(w->core->state->calls.used, 2, "their call is there");
	refused = world_isdn(RD_ISDN_HANGUP, TRUNK, first);
	refused.cause = 44;
	world_event(w, &refused.msg);
	ours = world_asked(w, RD_ISDN_SETUP, 1);
	cr_assert_not_null(ours, "ours is tried again");
	cr_assert_eq(rd_line_slot(ours->msg.line), 2);
	cr_assert_neq(ours->ref, first);
	cr_assert_eq(w->core->state->calls.used, 2);
	world_free(w);
}

Test(call_life, the_far_end_may_name_another_channel)
{
	struct world *w = world_new();
	const struct rd_isdn *ours;
	struct rd_isdn setup, step;

	w->silent = true;
	setup = world_setup(w, TRUNK | 4, "1", "4004");
	world_event(w, &setup.msg);
	ours = world_asked(w, RD_ISDN_SETUP, 0);
	step = world_isdn(RD_ISDN_PROCEEDING, TRUNK | 3, ours->ref);
	world_event(w, &step.msg);
	cr_assert_null(rd_leg_on_line(w->core, ours->msg.line));
	cr_assert_not_null(rd_leg_on_line(w->core, TRUNK | 3));
	world_free(w);
}

Test(call_life, a_restart_without_answer_returns_the_channel_to_service)
{
	struct world *w = world_make();
	const struct rd_span *span;

	w->no_restart_ack = true;
	world_begin(w);
	span = rd_span_at(w->core, 0);
	cr_assert_eq(span->chan[1].state, RD_CHAN_RESTARTING);
	cr_assert_not_null(world_asked(w, RD_ISDN_RESTART, 7), "8 channels");
	world_run(w, RD_RESTART_MS - 1000);
	cr_assert_eq(span->chan[1].state, RD_CHAN_RESTARTING);
	world_run(w, 2000);
	cr_assert_eq(span->chan[1].state, RD_CHAN_IDLE);
	world_free(w);
}

Test(call_life, a_call_on_a_restarting_channel_is_taken)
{
	struct world *w = world_make();

	w->no_restart_ack = true;
	world_begin(w);
	world_call(w, "1", "4006");
	cr_assert_not_null(world_asked(w, RD_ISDN_PROCEEDING, 0));
	cr_assert_eq(rd_span_at(w->core, 0)->chan[1].state, RD_CHAN_BUSY);
	world_free(w);
}

Test(call_life, a_release_that_is_never_confirmed_restarts_the_channel)
{
	struct world *w = world_new();
	struct party a = world_call(w, "1", "4006");
	struct rd_isdn hangup = world_isdn(RD_ISDN_HANGUP, a.line, a.ref);

	hangup.msg.frame = w->frame;
	hangup.cause = 16;
	world_event(w, &hangup.msg);
	world_run(w, RD_LEG_CLEAR_MS - 100);
	cr_assert_eq(w->core->state->legs.used, 1);
	world_run(w, 200);
	cr_assert_eq(w->core->state->legs.used, 0);
	cr_assert_eq(world_asked(w, RD_ISDN_RESTART, 8)->msg.line, a.line);
	cr_assert_eq(rd_span_at(w->core, 0)->chan[1].state, RD_CHAN_IDLE);
	world_free(w);
}

/* ---- lines fail -------------------------------------------------------------------- */

static void alarm(struct world *w, uint32_t alarms)
{
	struct rd_ev_alarm event = {
		.msg = { .type = RD_MSG_ALARM,
			 .len = sizeof(event),
			 .line = TRUNK,
			 .frame = w->frame },
		.alarms = alarms,
	};

	world_event(w, &event.msg);
}

Test(call_life, a_short_alarm_ends_no_call_a_lasting_one_does_with_27)
{
	struct world *w = world_new();

	world_call(w, "1", "4006");
	world_run(w, 100);
	alarm(w, RINGDOWN_ALARM_LOS);
	world_run(w, 2000);
	alarm(w, 0);
	world_run(w, 5000);
	cr_assert_eq(world_rows(w, "calls"), 0);
	alarm(w, RINGDOWN_ALARM_LOS);
	world_run(w, 3000);
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "27");
	cr_assert_str_eq(world_cell(w, "calls", 0, "released_by"), "network");
	cr_assert_not_null(world_told(w, "span.down", 0));
	world_free(w);
}

Test(call_life, a_lost_d_channel_keeps_calls_that_talk)
{
	struct world *w = world_new();
	struct party a = world_call(w, "1", "4006");
	struct rd_isdn down = world_isdn(RD_ISDN_DCHAN_DOWN, TRUNK, 0);

	world_run(w, 100);
	down.msg.frame = w->frame;
	world_event(w, &down.msg);
	world_run(w, 60000);
	cr_assert_eq(w->core->state->calls.used, 1);
	cr_assert_eq(world_rows(w, "calls"), 0);
	world_hangup(w, a, 27);
	cr_assert_str_eq(world_cell(w, "calls", 0, "released_by"), "network");
	world_free(w);
}

Test(call_life, the_death_of_the_edge_ends_its_calls_and_restarts_channels)
{
	struct world *w = world_new();
	struct rd_ev_edge edge = {
		.msg = { .type = RD_MSG_EDGE_STATE,
			 .len = sizeof(edge),
			 .line = RD_LINE_NONE },
	};

	world_call(w, "1", "4006");
	world_call(w, "2", "4006");
	world_run(w, 100);
	edge.msg.frame = w->frame;
	world_event(w, &edge.msg);
	cr_assert_eq(world_rows(w, "calls"), 2);
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "41");
	cr_assert_eq(w->core->state->legs.used, 0);
	cr_assert_null(world_asked(w, RD_ISDN_RESTART, 8));
	world_up(w);
	cr_assert_not_null(world_asked(w, RD_ISDN_RESTART, 15));
	cr_assert_eq(rd_span_at(w->core, 0)->chan[1].state, RD_CHAN_IDLE);
	world_free(w);
}

/* ---- bounds, operators, lookups ------------------------------------------------------ */

Test(call_life, a_caller_who_never_speaks_and_never_hangs_up_is_bounded)
{
	struct world *w = world_new();

	world_call(w, "1", "4006");
	world_run(w, 599000);
	cr_assert_eq(world_rows(w, "calls"), 0);
	world_run(w, 2000);
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "102");
	cr_assert_str_eq(world_cell(w, "calls", 0, "released_by"), "system");
	world_free(w);
}

Test(call_life, an_operator_can_hang_up)
{
	struct world *w = world_new();
	char json[80];

	world_call(w, "1", "4006");
	snprintf(json, sizeof(json),
		 "{\"command\":\"call.hangup\",\"call\":%s,\"cause\":21}",
		 strstr(world_told(w, "call.new", 0), "\"call\":") + 7);
	strcpy(strchr(json, ','), "");
	snprintf(json, sizeof(json),
		 "{\"command\":\"call.hangup\",\"call\":%llu,\"cause\":21}",
		 (unsigned long long)rd_call_at(w->core, 0)->id);
	world_command(w, json);
	cr_assert_str_eq(world_answer(w), "{\"ok\":true}");
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "21");
	cr_assert_str_eq(world_cell(w, "calls", 0, "released_by"), "operator");
	world_command(w, json);
	cr_assert(strstr(world_answer(w), "not-found"));
	world_free(w);
}

Test(call_life, a_span_in_service_has_all_its_channels_so)
{
	struct world *w = world_new();
	const struct rd_span *span = rd_span_at(w->core, 0);

	world_command(w, "{\"command\":\"span.block\",\"span\":\"trunk\","
			 "\"channel\":3}");
	world_command(w, "{\"command\":\"span.block\",\"span\":\"trunk\"}");
	cr_assert(!rd_span_is_usable(span));
	world_command(w, "{\"command\":\"span.unblock\",\"span\":\"trunk\"}");
	cr_assert(rd_span_is_usable(span));
	cr_assert(rd_chan_is_free(span, 3), "blocked singly before");
	world_free(w);
}

Test(call_life, a_caller_the_edge_refused_has_a_record)
{
	struct world *w = world_new();
	struct rd_isdn setup = world_setup(w, w->config.spans[0].card << 16,
					   "13800138000", "4001");

	setup.msg.line = rd_span_at(w->core, 0)->line;
	setup.op = RD_ISDN_REJECTED;
	setup.cause = 34;
	setup.ref = 0;
	world_event(w, &setup.msg);
	cr_assert_eq(world_rows(w, "calls"), 1);
	cr_assert_str_eq(world_cell(w, "calls", 0, "ani"), "13800138000");
	cr_assert_str_eq(world_cell(w, "calls", 0, "result"), "refused");
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "34");
	cr_assert_eq(w->core->state->counts.refused, 1);
	cr_assert_eq(w->core->state->calls.used, 0);
	cr_assert_not_null(world_told(w, "call.ended", 0));
	world_free(w);
}

Test(call_life, a_blocked_channel_is_not_hunted)
{
	struct world *w = world_new();

	world_command(w, "{\"command\":\"span.block\",\"span\":\"trunk\","
			 "\"channel\":1}");
	world_call_on(w, PHONES, "1", "4004");
	cr_assert_eq(rd_line_slot(world_asked(w, RD_ISDN_SETUP, 0)->msg.line),
		     2);
	world_command(w, "{\"command\":\"span.block\",\"span\":\"trunk\"}");
	world_call_on(w, PHONES, "1", "4004");
	cr_assert_null(world_asked(w, RD_ISDN_SETUP, 1));
	world_command(w, "{\"command\":\"span.block\",\"span\":\"nowhere\"}");
	cr_assert(strstr(world_answer(w), "not-found"));
	world_free(w);
}

Test(call_life, a_source_that_is_silent_is_down_after_its_time)
{
	struct world *w = world_new();

	world_call(w, "1", "4005");
	world_run(w, 1000);
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "110");
	w->lookup_status = RD_LOOKUP_DOWN; /* never answers */
	world_call(w, "1", "4005");
	world_run(w, 1900);
	cr_assert_eq(world_rows(w, "calls"), 1);
	world_run(w, 200);
	cr_assert_str_eq(world_cell(w, "calls", 1, "cause"), "112");
	world_free(w);
}

/* ---- recordings ------------------------------------------------------------------------ */

Test(call_life, a_recording_has_a_dated_path_metadata_and_one_row)
{
	struct world *w = world_make();
	const struct rd_cmd_rec_open *open;
	const struct rd_cmd_rec_meta *meta;
	char path[80];

	w->config.recording.start = RD_RECORD_ENTRY;
	world_begin(w);
	world_call(w, "1", "4000");
	open = world_cmd(w, RD_MSG_REC_OPEN, 0);
	cr_assert_not_null(world_cmd(w, RD_MSG_RECORD, 0));
	snprintf(path, sizeof(path), "2023/11/14/%llu",
		 (unsigned long long)open->recording);
	cr_assert_str_eq(open->path, path);
	world_run(w, 3000);
	meta = world_cmd(w, RD_MSG_REC_META, 0);
	cr_assert_eq(meta->recording, open->recording);
	cr_assert(strstr(meta->json, "\"ani\":\"1\""));
	cr_assert_eq(world_rows(w, "recordings"), 1);
	cr_assert_str_eq(world_cell(w, "recordings", 0, "status"), "complete");
	cr_assert_str_eq(world_cell(w, "recordings", 0, "path"), path);
	cr_assert_str_eq(world_cell(w, "recordings", 0, "recording"),
			 world_cell(w, "calls", 0, "recording"));
	cr_assert_eq(w->core->state->recordings.used, 0);
	world_free(w);
}

Test(call_life, a_full_disk_ends_the_recording_not_the_call)
{
	struct world *w = world_make();
	struct rd_ev_rec done = {
		.msg = { .type = RD_MSG_REC_DONE,
			 .len = sizeof(done),
			 .line = RD_LINE_NONE },
		.frames = 800,
		.status = RD_REC_DISK_FULL,
	};
	struct party a;

	w->config.recording.start = RD_RECORD_ENTRY;
	world_begin(w);
	a = world_call(w, "1", "4006");
	world_run(w, 1000);
	done.recording = ((const struct rd_cmd_rec_open *)world_cmd(
				  w, RD_MSG_REC_OPEN, 0))
				 ->recording;
	done.msg.frame = w->frame;
	world_event(w, &done.msg);
	cr_assert_str_eq(world_cell(w, "recordings", 0, "status"), "disk-full");
	cr_assert_eq(w->core->state->calls.used, 1);
	world_hangup(w, a, 16);
	world_run(w, 1000);
	cr_assert_eq(world_rows(w, "recordings"), 1);
	world_free(w);
}

/* ---- restarts ---------------------------------------------------------------------------- */

Test(call_life, after_a_crash_calls_have_ended_with_41_and_a_record)
{
	struct world *w = world_make();
	uint64_t len, ids;
	const struct rd_recording *rec = NULL;
	const void *snapshot;
	void *copy;
	size_t before;

	w->config.recording.start = RD_RECORD_ENTRY;
	world_begin(w);
	world_login(w, "8001");
	world_command(w, "{\"command\":\"agent.not-ready\",\"agent\":\"8001\","
			 "\"reason\":\"lunch\"}");
	world_call(w, "1", "4006");
	world_call(w, "2", "4002");
	world_run(w, 5000);
	snapshot = rd_core_snapshot(w->core, &len);
	copy = malloc(len);
	memcpy(copy, snapshot, len);
	ids = w->core->state->next_id;
	rd_core_free(w->core);

	w->core = rd_core_new(&w->config, (struct rd_sink){ world_put, w });
	w->core->apps = test_apps;
	cr_assert_eq(rd_core_restore(w->core, copy, len), 0);
	before = w->nlog;
	world_start(w, 1);
	cr_assert_eq(world_rows(w, "calls"), 2);
	cr_assert_str_eq(world_cell(w, "calls", 0, "cause"), "41");
	cr_assert_str_eq(world_cell(w, "calls", 0, "released_by"), "restart");
	for (size_t i = before; i < w->nlog; i++)
		cr_assert(w->log[i]->type == RD_MSG_ROW ||
				  w->log[i]->type == RD_MSG_PUBLISH ||
				  w->log[i]->type == RD_MSG_REC_META ||
				  w->log[i]->type == RD_MSG_HDLC_OPEN,
			  "%s to peers who know nothing",
			  rd_msg_info(w->log[i]->type)->name);
	cr_assert_eq(w->core->state->legs.used, 0);
	cr_assert_eq(world_agent(w, "8001")->state, RD_AGENT_IS_NOT_READY);
	cr_assert_str_eq(world_agent(w, "8001")->reason, "lunch");
	cr_assert_geq(w->core->state->next_id, ids);
	cr_assert_eq(w->core->state->recordings.used, 2, "awaits the repair");
	world_start(w, 1);
	cr_assert_eq(w->core->state->recordings.used, 2, "and still does");
	while ((rec = rd_record_next(w->core, rec))) {
		struct rd_ev_rec done = {
			.msg = { .type = RD_MSG_REC_DONE,
				 .len = sizeof(done),
				 .line = RD_LINE_NONE },
			.recording = rec->id,
			.frames = 4000,
			.status = RD_REC_CUT,
		};

		world_event(w, &done.msg);
	}
	cr_assert_eq(w->core->state->recordings.used, 0);
	cr_assert_eq(world_rows(w, "recordings"), 2);
	cr_assert_str_eq(world_cell(w, "recordings", 1, "status"), "cut");
	cr_assert_str_eq(world_cell(w, "recordings", 1, "frames"), "4000");
	free(copy);
	world_free(w);
}

Test(call_life, a_snapshot_of_other_limits_is_refused)
{
	struct world *w = world_new(), *v = world_make();
	uint64_t len;
	const void *snapshot = rd_core_snapshot(w->core, &len);

	v->config.limits.calls = 7;
	world_begin(v);
	cr_assert_eq(rd_core_restore(v->core, snapshot, len), -EINVAL);
	world_free(v);
	world_free(w);
}

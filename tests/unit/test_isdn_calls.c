// SPDX-License-Identifier: GPL-2.0-or-later
/* Calls between two real ringdown-isdn: set-up, answer, release, causes. */
#include "tests/unit/isdn_pair.h"

Test(isdn_calls, layer_2_comes_up_on_both_sides)
{
	struct pair *p = pair_new();

	pair_up(p);
	pair_want_silence(p, NET, 30000);
	pair_want_silence(p, USER, 100);
	pair_free(p);
}

Test(isdn_calls, carries_a_call_in_each_direction)
{
	struct pair *p = pair_new();

	pair_up(p);
	for (int from = 0; from < SIDES; from++) {
		const struct rd_isdn *m;
		uint32_t ref = 7 + (uint32_t)from, other;

		pair_setup(p, from, ref, 5, 0);
		m = pair_want(p, !from, RD_ISDN_SETUP, 1000);
		other = m->ref;
		cr_assert(other & 0x80000000u);
		cr_assert_eq(rd_line_slot(m->msg.line), 5);
		cr_assert_str_eq(m->called, "95588");
		cr_assert_str_eq(m->calling, "01012345678");
		cr_assert_eq(m->calling_ton, 2);
		cr_assert_eq(m->calling_npi, 1);
		cr_assert_eq(m->called_ton, 4);
		cr_assert_eq(m->bearer, 16);
		cr_assert(m->flags & RD_ISDN_COMPLETE);

		pair_say(p, !from, RD_ISDN_PROCEEDING, other, 0);
		m = pair_want(p, from, RD_ISDN_PROCEEDING, 1000);
		cr_assert_eq(m->ref, ref);
		cr_assert_eq(rd_line_slot(m->msg.line), 5);
		pair_say(p, !from, RD_ISDN_ALERTING, other, 0);
		pair_want(p, from, RD_ISDN_ALERTING, 1000);
		pair_say(p, !from, RD_ISDN_CONNECT, other, 0);
		pair_want(p, from, RD_ISDN_CONNECT, 1000);
		pair_want(p, !from, RD_ISDN_CONNECT_ACK, 1000);
		pair_want_silence(p, from, 20000);

		pair_say(p, from, RD_ISDN_HANGUP, ref, 16);
		m = pair_want(p, !from, RD_ISDN_HANGUP, 1000);
		cr_assert_eq(m->cause, 16);
		pair_want(p, !from, RD_ISDN_HANGUP_DONE, 1000);
		pair_want(p, from, RD_ISDN_HANGUP_DONE, 1000);
	}
	pair_want_balanced(p);
	pair_free(p);
}

/* ---- clearing ------------------------------------------------------------- */

static const uint8_t causes[] = {
	1,  2,	3,  6,	7,  16, 17, 18,	 19,  20,  21,	22,  23, 26,
	27, 28, 29, 30, 31, 34, 38, 41,	 42,  43,  44,	47,  49, 50,
	55, 57, 58, 63, 65, 66, 69, 70,	 79,  81,  82,	83,  86, 87,
	88, 91, 95, 96, 97, 98, 99, 100, 101, 102, 111, 127,
};

enum {
	REFUSED,
	RINGING,
	TALKING,
	STATES
};

/* Every cause of Q.850, from each side, in each state, with its location. */
Test(isdn_calls, carries_every_cause_from_each_side_in_each_state)
{
	struct pair *p = pair_new();
	uint32_t ref = 1;

	pair_up(p);
	for (size_t i = 0; i < sizeof(causes); i++)
		for (int from = 0; from < SIDES; from++)
			for (int state = 0; state < STATES; state++) {
				const struct rd_isdn *m;
				struct rd_isdn r;
				uint32_t other;

				pair_setup(p, from, ++ref, 9, 0);
				other = pair_want(p, !from, RD_ISDN_SETUP, 500)
						->ref;
				if (state == RINGING) {
					pair_say(p, !from, RD_ISDN_ALERTING,
						 other, 0);
					pair_want(p, from, RD_ISDN_PROCEEDING,
						  500);
					pair_want(p, from, RD_ISDN_ALERTING,
						  500);
				} else if (state == TALKING) {
					pair_say(p, !from, RD_ISDN_CONNECT,
						 other, 0);
					pair_want(p, from, RD_ISDN_CONNECT,
						  500);
					pair_want(p, !from, RD_ISDN_CONNECT_ACK,
						  500);
				}
				r = pair_request(RD_ISDN_HANGUP, other, 0);
				r.cause = causes[i];
				r.location = 4;
				pair_send(p, !from, r);
				m = pair_want(p, from, RD_ISDN_HANGUP, 500);
				cr_assert_eq(m->cause, causes[i],
					     "%u became %u in state %d",
					     causes[i], m->cause, state);
				cr_assert_eq(m->location, 4);
				pair_want(p, from, RD_ISDN_HANGUP_DONE, 500);
				pair_want(p, !from, RD_ISDN_HANGUP_DONE, 500);
			}
	pair_want_balanced(p);
	pair_free(p);
}

Test(isdn_calls, a_refusal_before_any_answer_is_one_release_complete)
{
	struct pair *p = pair_new();
	uint32_t other;
	uint64_t before;

	pair_up(p);
	pair_setup(p, NET, 1, 3, 0);
	other = pair_want(p, USER, RD_ISDN_SETUP, 500)->ref;
	pair_run_ms(p, 100);
	before = p->side[USER].frames_sent;
	pair_say(p, USER, RD_ISDN_HANGUP, other, 17); /* a blocked caller */
	cr_assert_eq(pair_want(p, NET, RD_ISDN_HANGUP, 500)->cause, 17);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 500);
	pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
	cr_assert_eq(p->side[USER].frames_sent - before, 1);
	pair_free(p);
}

Test(isdn_calls, both_ends_may_clear_at_once)
{
	struct pair *p = pair_new();
	uint32_t other;

	pair_up(p);
	other = pair_talk(p, NET, 1, 4);
	pair_say(p, NET, RD_ISDN_HANGUP, 1, 16);
	pair_say(p, USER, RD_ISDN_HANGUP, other, 16);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 1000);
	pair_want(p, USER, RD_ISDN_HANGUP_DONE, 1000);
	pair_say(p, NET, RD_ISDN_HANGUP, 1, 16); /* late: nothing */
	pair_want_silence(p, NET, 100000);
	pair_want_silence(p, USER, 10);
	pair_free(p);
}

Test(isdn_calls, the_caller_may_clear_before_any_answer)
{
	struct pair *p = pair_new();

	pair_up(p);
	for (int from = 0; from < SIDES; from++) {
		uint32_t ref = 5 + (uint32_t)from;

		pair_setup(p, from, ref, 0, 0);
		pair_step(p);
		pair_say(p, from, RD_ISDN_HANGUP, ref, 16);
		pair_want(p, !from, RD_ISDN_SETUP, 500);
		pair_want(p, !from, RD_ISDN_HANGUP, 500);
		pair_want(p, from, RD_ISDN_HANGUP_DONE, 500);
		pair_want(p, !from, RD_ISDN_HANGUP_DONE, 500);
	}
	pair_want_balanced(p);
	pair_free(p);
}

/* ---- channels --------------------------------------------------------------- */

/* All 30 channels talk. */
static void fill(struct pair *p)
{
	for (unsigned slot = 1; slot < 32; slot++)
		if (slot != 16)
			pair_talk(p, NET, slot, slot);
}

Test(isdn_calls, any_channel_gets_a_free_one_until_there_is_none)
{
	struct pair *p = pair_new();
	uint32_t seen = 0;
	const struct rd_isdn *m;

	pair_up(p);
	for (uint32_t ref = 1; ref <= 30; ref++) {
		unsigned slot;

		pair_setup(p, USER, ref, 0, 0);
		m = pair_want(p, NET, RD_ISDN_SETUP, 500);
		slot = rd_line_slot(m->msg.line);
		cr_assert(slot >= 1 && slot <= 31 && slot != 16);
		cr_assert(!(seen & 1u << slot), "channel %u twice", slot);
		seen |= 1u << slot;
	}
	pair_setup(p, USER, 31, 0, 0); /* our own edge says it at once */
	cr_assert_eq(pair_want(p, USER, RD_ISDN_HANGUP, 500)->cause, 34);
	pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
	pair_want_silence(p, NET, 100);
	pair_free(p);
}

/*
 * The user's edge does not know that the network holds channels (BLOCK there),
 * so its SETUP goes out and the network answers as Q.931 5.1.2 says.
 */
Test(isdn_calls, a_taken_channel_is_exchanged_or_refused)
{
	static const struct {
		unsigned slot;
		uint8_t flags;
		uint32_t blocked; /* at the network */
		unsigned cause;	  /* or 0: becomes another channel */
	} rows[] = {
		{ 5, 0, 1u << 5, 0 },
		{ 5, RD_ISDN_EXCLUSIVE, 1u << 5, 44 },
		{ 5, 0, 0xfffefffe, 34 },
		{ 5, RD_ISDN_EXCLUSIVE, 0xfffefffe, 44 },
		{ 0, 0, 0xfffefffe, 34 },
	};
	struct pair *p = pair_new();

	pair_up(p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t ref = 100 + (uint32_t)i;
		const struct rd_isdn *m;

		for (unsigned slot = 1; slot < 32; slot++)
			if (rows[i].blocked & 1u << slot)
				pair_send(p, NET,
					  pair_request(RD_ISDN_BLOCK, 0, slot));
		pair_setup(p, USER, ref, rows[i].slot, rows[i].flags);
		if (rows[i].cause) {
			m = pair_want(p, NET, RD_ISDN_REJECTED, 500);
			cr_assert_eq(m->cause, rows[i].cause, "row %zu", i);
			cr_assert_str_eq(m->called, "95588");
			if (rows[i].slot)
				cr_assert_eq(rd_line_slot(m->msg.line),
					     rows[i].slot);
			m = pair_want(p, USER, RD_ISDN_HANGUP, 500);
			cr_assert_eq(m->cause, rows[i].cause, "row %zu", i);
			pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
		} else {
			uint32_t other;
			unsigned slot;

			m = pair_want(p, NET, RD_ISDN_SETUP, 500);
			other = m->ref;
			slot = rd_line_slot(m->msg.line);
			cr_assert_neq(slot, rows[i].slot);
			pair_say(p, NET, RD_ISDN_CONNECT, other, 0);
			m = pair_want(p, USER, RD_ISDN_CONNECT, 500);
			cr_assert_eq(rd_line_slot(m->msg.line), slot);
			pair_want(p, NET, RD_ISDN_CONNECT_ACK, 500);
			pair_say(p, USER, RD_ISDN_HANGUP, ref, 16);
			pair_want(p, NET, RD_ISDN_HANGUP, 500);
			pair_want(p, NET, RD_ISDN_HANGUP_DONE, 500);
			pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
		}
		pair_send(p, NET, pair_request(RD_ISDN_UNBLOCK, 0, 0));
	}
	pair_want_balanced(p);
	pair_free(p);
}

Test(isdn_calls, our_own_call_on_a_taken_channel_moves_or_fails)
{
	struct pair *p = pair_new();
	const struct rd_isdn *m;

	pair_up(p);
	pair_talk(p, NET, 1, 5);
	pair_setup(p, NET, 2, 5, 0);
	m = pair_want(p, USER, RD_ISDN_SETUP, 500);
	cr_assert_eq(rd_line_slot(m->msg.line), 1);
	pair_setup(p, NET, 3, 5, RD_ISDN_EXCLUSIVE);
	cr_assert_eq(pair_want(p, NET, RD_ISDN_HANGUP, 500)->cause, 44);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 500);
	pair_setup(p, NET, 4, 16, RD_ISDN_EXCLUSIVE); /* the D-channel */
	cr_assert_eq(pair_want(p, NET, RD_ISDN_HANGUP, 500)->cause, 82);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 500);
	pair_free(p);
}

Test(isdn_calls, thirty_channels_are_freed_by_thirty_releases)
{
	struct pair *p = pair_new();

	pair_up(p);
	for (int round = 0; round < 3; round++) {
		fill(p);
		for (unsigned slot = 1; slot < 32; slot++)
			if (slot != 16)
				pair_say(p, NET, RD_ISDN_HANGUP, slot, 16);
		pair_run_ms(p, 500);
		p->side[NET].seen = p->side[NET].nlog;
		p->side[USER].seen = p->side[USER].nlog;
	}
	cr_assert_eq(pair_count(p, NET, RD_ISDN_HANGUP_DONE, 0), 90);
	cr_assert_eq(pair_count(p, USER, RD_ISDN_HANGUP_DONE, 0), 90);
	pair_free(p);
}

/* ---- what a call says ---------------------------------------------------------- */

Test(isdn_calls, carries_number_type_plan_presentation_and_name)
{
	static const struct {
		uint8_t ton, npi, presentation;
	} rows[] = {
		{ 0, 0, 0x00 }, { 1, 1, 0x01 }, { 2, 1, 0x03 },
		{ 4, 1, 0x21 }, { 0, 9, 0x23 }, { 6, 9, 0x43 },
	};
	struct pair *p = pair_new();

	pair_up(p);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rd_isdn r = pair_setup_msg(1 + (uint32_t)i, 0, 0);
		const struct rd_isdn *m;

		r.calling_ton = rows[i].ton;
		r.calling_npi = rows[i].npi;
		r.calling_pres = rows[i].presentation;
		r.called_ton = rows[i].ton;
		r.called_npi = rows[i].npi;
		strcpy(r.name, "Jos\xc3\xa9 Li");
		pair_send(p, NET, r);
		m = pair_want(p, USER, RD_ISDN_SETUP, 500);
		cr_assert_eq(m->calling_ton, rows[i].ton);
		cr_assert_eq(m->calling_npi, rows[i].npi);
		cr_assert_eq(m->calling_pres, rows[i].presentation,
			     "row %zu: %02x", i, m->calling_pres);
		cr_assert_eq(m->called_ton, rows[i].ton);
		cr_assert_eq(m->called_npi, rows[i].npi);
		cr_assert_str_eq(m->name, "Jos\xc3\xa9 Li");
	}
	pair_free(p);
}

Test(isdn_calls, connect_carries_the_connected_number)
{
	struct pair *p = pair_new();
	struct rd_isdn r;
	const struct rd_isdn *m;

	pair_up(p);
	pair_setup(p, USER, 1, 0, 0);
	r = pair_request(RD_ISDN_CONNECT,
			 pair_want(p, NET, RD_ISDN_SETUP, 500)->ref, 0);
	strcpy(r.connected, "8001");
	r.called_ton = 4;
	r.called_npi = 1;
	pair_send(p, NET, r);
	m = pair_want(p, USER, RD_ISDN_CONNECT, 500);
	cr_assert_str_eq(m->connected, "8001");
	cr_assert_eq(m->called_ton, 4);
	pair_free(p);
}

Test(isdn_calls, says_when_there_is_sound_before_the_answer)
{
	static const uint8_t ops[] = { RD_ISDN_PROCEEDING, RD_ISDN_ALERTING,
				       RD_ISDN_PROGRESS };
	struct pair *p = pair_new();

	pair_up(p);
	for (size_t i = 0; i < sizeof(ops); i++) {
		uint32_t ref = 1 + (uint32_t)i, other;
		const struct rd_isdn *m;
		struct rd_isdn r;

		pair_setup(p, USER, ref, 0, 0);
		other = pair_want(p, NET, RD_ISDN_SETUP, 500)->ref;
		r = pair_request(ops[i], other, 0);
		r.flags = RD_ISDN_INBAND;
		r.cause = ops[i] == RD_ISDN_PROGRESS ? 17 : 0;
		pair_send(p, NET, r);
		m = pair_next(p, USER, ops[i], 500);
		cr_assert_not_null(m);
		cr_assert(m->flags & RD_ISDN_INBAND);
		cr_assert_eq(m->progress, 8);
		cr_assert_eq(m->cause, r.cause);
	}
	pair_free(p);
}

Test(isdn_calls, overlap_digits_accumulate)
{
	struct pair *p = pair_new();
	struct rd_isdn r = pair_setup_msg(1, 0, 0);
	const struct rd_isdn *m;
	uint32_t other;

	pair_up(p);
	r.flags = 0;
	strcpy(r.called, "95");
	pair_send(p, USER, r);
	m = pair_want(p, NET, RD_ISDN_SETUP, 500);
	cr_assert(!(m->flags & RD_ISDN_COMPLETE));
	cr_assert_str_eq(m->called, "95");
	other = m->ref;
	pair_say(p, NET, RD_ISDN_SETUP_ACK, other, 0);
	pair_want(p, USER, RD_ISDN_SETUP_ACK, 500);
	r = pair_request(RD_ISDN_INFO, 1, 0);
	strcpy(r.called, "588");
	pair_send(p, USER, r);
	for (int digit = 0; digit < 3; digit++)
		m = pair_want(p, NET, RD_ISDN_INFO, 500);
	cr_assert_str_eq(m->called, "95588");
	pair_say(p, NET, RD_ISDN_PROCEEDING, other, 0);
	pair_want(p, USER, RD_ISDN_PROCEEDING, 500);
	pair_send(p, USER, r); /* too late: refused, and said so */
	pair_want_silence(p, NET, 100);
	pair_free(p);
}

Test(isdn_calls, a_request_out_of_place_is_refused_and_logged)
{
	struct pair *p = pair_new();
	uint32_t other;

	pair_up(p);
	other = pair_talk(p, NET, 1, 5);
	for (unsigned op = RD_ISDN_SETUP; op <= RD_ISDN_CONNECT; op++) {
		unsigned before = p->side[NET].log_lines;

		pair_say(p, NET, (uint8_t)op, 1, 0);
		pair_run_ms(p, 20);
		cr_assert_eq(p->side[NET].log_lines, before + 1, "op %u", op);
		before = p->side[USER].log_lines;
		pair_say(p, USER, (uint8_t)op, other, 0);
		pair_run_ms(p, 20);
		cr_assert_eq(p->side[USER].log_lines, before + 1, "op %u", op);
	}
	pair_want_silence(p, NET, 1000);
	pair_want_silence(p, USER, 10);
	pair_say(p, NET, RD_ISDN_HANGUP, 1, 16);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 1000);
	pair_free(p);
}

Test(isdn_calls, trace_says_what_the_stack_does)
{
	struct pair *p = pair_new();
	struct rd_isdn r = pair_request(RD_ISDN_TRACE, 0, 0);

	pair_up(p);
	pair_run_ms(p, 12000);
	cr_assert_eq(p->side[USER].log_lines, 0);
	r.flags = RD_ISDN_TRACE_Q931;
	pair_send(p, USER, r);
	pair_talk(p, NET, 1, 5);
	cr_assert_gt(p->side[USER].log_lines, 10);
	r.flags = 0;
	pair_send(p, USER, r);
	pair_step(p);
	p->side[USER].log_lines = 0;
	pair_talk(p, NET, 2, 6);
	cr_assert_eq(p->side[USER].log_lines, 0);
	pair_free(p);
}

/* ---- other switches -------------------------------------------------------------- */

Test(isdn_calls, every_switch_type_carries_a_call)
{
	for (uint8_t type = RD_SWITCH_EUROISDN; type <= RD_SWITCH_QSIG; type++)
		for (int t1 = 0; t1 < 2; t1++) {
			struct rd_edge_span net = pair_span(NET);
			struct rd_edge_span user = pair_span(USER);
			struct pair *p;

			net.switchtype = user.switchtype = type;
			if (t1) {
				net.slots = user.slots = 24;
				net.dchannel = user.dchannel = 24;
				net.bchannels = user.bchannels = 0x00fffffe;
			}
			p = pair_new_with(&net, &user);
			pair_up(p);
			pair_talk(p, NET, 1, 3);
			pair_talk(p, USER, 2, 0);
			pair_say(p, NET, RD_ISDN_HANGUP, 1, 16);
			pair_want(p, USER, RD_ISDN_HANGUP, 500);
			pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
			pair_want(p, NET, RD_ISDN_HANGUP_DONE, 500);
			pair_free(p);
		}
}

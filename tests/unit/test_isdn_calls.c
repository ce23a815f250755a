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

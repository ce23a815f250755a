// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What goes wrong between two real ringdown-isdn: glare, lost frames and
 * answers, a cut line, RESTART, death.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "daemon/edge/isdn/screen.h"
#include "kernel/uapi/ringdown.h"
#include "tests/unit/isdn_pair.h"

/* The Q.931 message type of a frame, -1 none. */
static int message_of(const uint8_t *f, size_t len)
{
	if (len < 9 || f[2] & 1 || f[4] != 8 || f[5] != 2)
		return -1;
	return f[8];
}

/* ---- glare, Q.931 5.7 ------------------------------------------------------- */

Test(isdn_faults, glare_on_a_preferred_channel_loses_neither_call)
{
	struct pair *p = pair_new();
	const struct rd_isdn *m;
	uint32_t at_net, at_user;
	unsigned slot;

	pair_up(p);
	pair_setup(p, NET, 1, 7, 0);
	pair_setup(p, USER, 2, 7, 0);
	m = pair_want(p, USER, RD_ISDN_SETUP,
		      500); /* the network's goes first */
	cr_assert_eq(rd_line_slot(m->msg.line), 7);
	at_user = m->ref;
	m = pair_want(p, NET, RD_ISDN_SETUP, 500);
	slot = rd_line_slot(m->msg.line);
	cr_assert_neq(slot, 7);
	at_net = m->ref;

	pair_say(p, USER, RD_ISDN_CONNECT, at_user, 0);
	pair_say(p, NET, RD_ISDN_CONNECT, at_net, 0);
	m = pair_want(p, NET, RD_ISDN_CONNECT, 500);
	cr_assert_eq(rd_line_slot(m->msg.line), 7);
	m = pair_want(p, USER, RD_ISDN_CONNECT, 500);
	cr_assert_eq(rd_line_slot(m->msg.line), slot);
	pair_free(p);
}

Test(isdn_faults, glare_on_an_exclusive_channel_clears_the_users_call)
{
	struct pair *p = pair_new();
	const struct rd_isdn *m;

	pair_up(p);
	pair_setup(p, NET, 1, 7, RD_ISDN_EXCLUSIVE);
	pair_setup(p, USER, 2, 7, RD_ISDN_EXCLUSIVE);
	m = pair_want(p, USER, RD_ISDN_SETUP, 500);
	pair_say(p, USER, RD_ISDN_CONNECT, m->ref, 0);
	cr_assert_eq(pair_want(p, NET, RD_ISDN_REJECTED, 500)->cause, 44);
	pair_want(p, NET, RD_ISDN_CONNECT, 500);
	cr_assert_eq(pair_want(p, USER, RD_ISDN_HANGUP, 500)->cause, 44);
	pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
	pair_free(p);
}

Test(isdn_faults, glare_when_full_is_settled_by_cause_34)
{
	struct pair *p = pair_new();
	const struct rd_isdn *m;

	pair_up(p);
	for (uint32_t ref = 1; ref < 30; ref++)
		pair_talk(p, NET, ref, 0);
	pair_setup(p, NET, 100, 0, 0); /* both want the last one */
	pair_setup(p, USER, 101, 0, 0);
	m = pair_want(p, USER, RD_ISDN_SETUP, 500);
	cr_assert_eq(rd_line_slot(m->msg.line), 31);
	cr_assert_eq(pair_want(p, NET, RD_ISDN_REJECTED, 500)->cause, 34);
	cr_assert_eq(pair_want(p, USER, RD_ISDN_HANGUP, 500)->cause, 34);
	pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
	pair_free(p);
}

/* ---- frames are lost ---------------------------------------------------------- */

Test(isdn_faults, lost_frames_delay_calls_and_break_none, .timeout = 120)
{
	static const uint32_t permille[] = { 20, 50, 100, 200 };

	for (uint64_t seed = 1; seed <= 3; seed++)
		for (size_t i = 0; i < 4; i++) {
			struct pair *p = pair_new();

			pair_up(p);
			p->rng.state = seed;
			p->drop_permille = permille[i];
			for (uint32_t ref = 1; ref <= 40; ref++) {
				int from = (int)(ref & 1);
				const struct rd_isdn *m;

				pair_setup(p, from, ref, 0, 0);
				m = pair_next(p, !from, RD_ISDN_SETUP, 20000);
				if (m) {
					uint32_t other = m->ref;

					pair_say(p, !from, RD_ISDN_CONNECT,
						 other, 0);
					pair_next(p, from, RD_ISDN_CONNECT,
						  20000);
					pair_say(p, !from, RD_ISDN_HANGUP,
						 other, 16);
				}
				pair_next(p, from, RD_ISDN_HANGUP_DONE, 60000);
				p->side[from].seen = p->side[from].nlog;
				p->side[!from].seen = p->side[!from].nlog;
			}
			p->drop_permille = 0;
			pair_run_ms(p, 120000);
			pair_want_balanced(p);
			cr_assert_geq(
				pair_count(p, NET, RD_ISDN_CONNECT, 0) +
					pair_count(p, USER, RD_ISDN_CONNECT, 0),
				permille[i] <= 50 ? 40u : 20u,
				"seed %llu, %u permille",
				(unsigned long long)seed, permille[i]);
			pair_free(p);
		}
}

/* Layer 2 is whole, but a message of type p->wanted never arrives at the user:
 * it is emptied on the way, so that its frame still counts. */
static bool empty_message(struct pair *p, int from, const uint8_t *f,
			  size_t len)
{
	if (message_of(f, len) != p->wanted)
		return true;
	p->matched++;
	pair_frame_in(p, !from, f, 4);
	return false;
}

Test(isdn_faults, t303_tries_setup_twice_and_gives_up_with_cause_18)
{
	struct pair *p = pair_new();

	pair_up(p);
	p->watch = empty_message;
	p->wanted = ISDN_MSG_SETUP;
	pair_setup(p, NET, 1, 7, 0);
	cr_assert_null(pair_next(p, NET, RD_ISDN_HANGUP, 7900));
	cr_assert_eq(pair_want(p, NET, RD_ISDN_HANGUP, 300)->cause, 18);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 10);
	cr_assert_eq(p->matched, 2);
	pair_want_silence(p, USER, 1000);
	pair_free(p);
}

Test(isdn_faults, t308_tries_release_twice_and_frees_the_call)
{
	struct pair *p = pair_new();
	uint32_t other;

	pair_up(p);
	other = pair_talk(p, NET, 1, 7);
	p->watch = empty_message;
	p->wanted = ISDN_MSG_RELEASE; /* the user's answer to DISCONNECT */
	pair_say(p, NET, RD_ISDN_HANGUP, 1, 16);
	pair_want(p, USER, RD_ISDN_HANGUP, 500);
	cr_assert_null(pair_next(p, USER, RD_ISDN_HANGUP_DONE, 7800));
	pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
	/* the network waits for RELEASE: T305, then its own RELEASE is lost */
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 60000);
	cr_assert_geq(p->matched, 3);
	cr_assert_eq(pair_count(p, USER, RD_ISDN_HANGUP_DONE, other), 1);
	p->watch = NULL;
	pair_talk(p, NET, 2, 7); /* the channel is free on both sides */
	pair_free(p);
}

Test(isdn_faults, t313_clears_a_call_whose_answer_nobody_acknowledges)
{
	struct pair *p = pair_new();
	uint32_t other;

	pair_up(p);
	p->watch = empty_message;
	p->wanted = 0x0f; /* CONNECT ACKNOWLEDGE */
	pair_setup(p, NET, 1, 7, 0);
	other = pair_want(p, USER, RD_ISDN_SETUP, 500)->ref;
	pair_say(p, USER, RD_ISDN_CONNECT, other, 0);
	pair_want(p, NET, RD_ISDN_CONNECT, 500);
	pair_want(p, NET, RD_ISDN_HANGUP, 5000);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 500);
	pair_want(p, USER, RD_ISDN_HANGUP, 500);
	pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
	pair_want_balanced(p);
	pair_free(p);
}

Test(isdn_faults, a_configured_timer_is_kept)
{
	struct rd_edge_span net = pair_span(NET), user = pair_span(USER);
	struct pair *p;

	net.timer[RD_T_T303] = 1000;
	p = pair_new_with(&net, &user);
	pair_up(p);
	p->watch = empty_message;
	p->wanted = ISDN_MSG_SETUP;
	pair_setup(p, NET, 1, 7, 0);
	cr_assert_null(pair_next(p, NET, RD_ISDN_HANGUP, 1900));
	pair_want(p, NET, RD_ISDN_HANGUP, 300);
	pair_free(p);
}

/* ---- layer 2 is lost -------------------------------------------------------------- */

Test(isdn_faults, a_cut_shorter_than_t309_keeps_talking_calls)
{
	struct pair *p = pair_new();
	uint32_t other;

	pair_up(p);
	other = pair_talk(p, NET, 1, 7);
	p->cut = true;
	pair_want(p, NET, RD_ISDN_DCHAN_DOWN, 20000);
	pair_want(p, USER, RD_ISDN_DCHAN_DOWN, 20000);
	pair_want_silence(p, NET, 60000);
	p->cut = false;
	pair_want(p, NET, RD_ISDN_DCHAN_UP, 20000);
	pair_want(p, USER, RD_ISDN_DCHAN_UP, 20000);
	pair_want_silence(p, NET, 100000);
	pair_want_silence(p, USER, 10);
	pair_say(p, USER, RD_ISDN_HANGUP, other, 16);
	pair_want(p, NET, RD_ISDN_HANGUP, 500);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 500);
	pair_want(p, USER, RD_ISDN_HANGUP_DONE, 500);
	pair_free(p);
}

Test(isdn_faults, t309_ends_them_with_cause_27)
{
	struct pair *p = pair_new();
	uint64_t down;

	pair_up(p);
	for (uint32_t ref = 1; ref <= 30; ref++)
		pair_talk(p, NET, ref, 0);
	p->cut = true;
	pair_want(p, NET, RD_ISDN_DCHAN_DOWN, 20000);
	down = p->now;
	for (uint32_t ref = 1; ref <= 30; ref++) {
		const struct rd_isdn *m =
			pair_want(p, NET, RD_ISDN_HANGUP, 100000);

		cr_assert_eq(m->cause, 27);
		pair_want(p, NET, RD_ISDN_HANGUP_DONE, 10);
	}
	cr_assert_geq(p->now - down, rd_frames_from_ms(90000));
	pair_run_ms(p, 20000);
	pair_setup(p, NET, 99, 0, 0); /* no trunk: said at once */
	cr_assert_eq(pair_want(p, NET, RD_ISDN_HANGUP, 20)->cause, 27);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 10);
	p->cut = false;
	pair_want(p, NET, RD_ISDN_DCHAN_UP, 20000);
	cr_assert_not_null(pair_next(p, USER, RD_ISDN_DCHAN_UP, 20000));
	pair_talk(p, NET, 100, 1);
	pair_free(p);
}

Test(isdn_faults, calls_that_do_not_talk_yet_end_with_layer_2)
{
	struct pair *p = pair_new();

	pair_up(p);
	pair_setup(p, NET, 1, 1, 0);
	pair_want(p, USER, RD_ISDN_SETUP, 500);
	pair_setup(p, NET, 2, 2, 0);
	pair_say(p, USER, RD_ISDN_ALERTING,
		 pair_want(p, USER, RD_ISDN_SETUP, 500)->ref, 0);
	pair_next(p, NET, RD_ISDN_ALERTING, 500);
	p->cut = true;
	pair_run_ms(p, 40000);
	pair_want_balanced(p);
	cr_assert_eq(pair_count(p, NET, RD_ISDN_HANGUP_DONE, 0), 2);
	cr_assert_eq(pair_count(p, USER, RD_ISDN_HANGUP_DONE, 0), 2);
	pair_free(p);
}

static void alarm_at(struct pair *p, int side, uint32_t alarms)
{
	struct rd_ev_alarm m = {
		.msg = { .type = RD_MSG_EDGE_ALARM,
			 .len = sizeof(m),
			 .line = LINE,
			 .frame = p->now },
		.alarms = alarms,
	};

	rd_edge_send(p->side[side].edge, &m.msg);
}

Test(isdn_faults, an_alarm_takes_the_link_down_only_if_it_lasts)
{
	struct pair *p = pair_new();

	pair_up(p);
	pair_talk(p, NET, 1, 7);
	p->cut = true;
	alarm_at(p, USER, RINGDOWN_ALARM_LOS);
	pair_want_silence(p, USER, 1500);
	alarm_at(p, USER, 0);
	p->cut = false;
	pair_want_silence(p, USER, 20000); /* the span is not left as down */
	alarm_at(p, USER, RINGDOWN_ALARM_RAI); /* the line carries frames */
	pair_want_silence(p, USER, 20000);
	p->cut = true;
	alarm_at(p, USER, RINGDOWN_ALARM_LOS | RINGDOWN_ALARM_LFA);
	pair_want(p, USER, RD_ISDN_DCHAN_DOWN, 2100);
	alarm_at(p, USER, 0);
	p->cut = false;
	pair_want(p, USER, RD_ISDN_DCHAN_UP, 20000);
	pair_want_silence(p, USER, 100000);
	pair_say(p, NET, RD_ISDN_HANGUP, 1, 16);
	pair_want(p, USER, RD_ISDN_HANGUP, 500);
	pair_free(p);
}

/* ---- RESTART ------------------------------------------------------------------------ */

Test(isdn_faults, restart_brings_every_channel_to_idle_on_both_sides)
{
	struct pair *p = pair_new();
	uint32_t acked = 0, told = 0;

	pair_step(p); /* the process runs, layer 2 is not up */
	pair_send(p, USER, pair_request(RD_ISDN_RESTART, 0, 0));
	pair_up(p);
	pair_run_ms(p, 5000);
	for (unsigned i = 0; i < p->side[USER].nlog; i++)
		if (p->side[USER].log[i].op == RD_ISDN_RESTART_ACK) {
			cr_assert_eq(p->side[USER].log[i].cause, 0);
			acked |= 1u
				 << rd_line_slot(p->side[USER].log[i].msg.line);
		}
	for (unsigned i = 0; i < p->side[NET].nlog; i++)
		if (p->side[NET].log[i].op == RD_ISDN_RESTART)
			told |= 1u
				<< rd_line_slot(p->side[NET].log[i].msg.line);
	cr_assert_eq(acked, 0xfffefffe);
	cr_assert_eq(told, 0xfffefffe);
	cr_assert_eq(pair_count(p, USER, RD_ISDN_RESTART_ACK, 0), 30);
	pair_free(p);
}

Test(isdn_faults, restart_ends_the_call_on_its_channel_and_no_other)
{
	struct pair *p = pair_new();
	uint32_t other;

	pair_up(p);
	pair_talk(p, NET, 1, 7);
	other = pair_talk(p, NET, 2, 8);
	pair_send(p, USER, pair_request(RD_ISDN_RESTART, 0, 7));
	cr_assert_eq(pair_want(p, USER, RD_ISDN_HANGUP, 500)->cause, 41);
	pair_want(p, USER, RD_ISDN_HANGUP_DONE, 10);
	cr_assert_eq(pair_want(p, NET, RD_ISDN_HANGUP, 500)->cause, 41);
	pair_want(p, NET, RD_ISDN_HANGUP_DONE, 10);
	cr_assert_eq(
		rd_line_slot(pair_want(p, NET, RD_ISDN_RESTART, 500)->msg.line),
		7);
	pair_want(p, USER, RD_ISDN_RESTART_ACK, 500);
	pair_want_silence(p, NET, 20000);
	pair_say(p, USER, RD_ISDN_HANGUP, other, 16);
	cr_assert_eq(pair_want(p, NET, RD_ISDN_HANGUP, 500)->ref, 2);
	pair_free(p);
}

static bool lose_first_sabme_of_net(struct pair *p, int from,
				    const uint8_t *frame, size_t len)
{
	return from != NET || (frame[2] & 0xef) != 0x6f || p->matched++;
}

/*
 * USER is up by its own SABME while NET still waits for the answer to its:
 * NET drops the RESTART, and its next SABME drops it on our side (Q.921 5.5.3).
 */
Test(isdn_faults, a_restart_lost_to_a_second_sabme_is_sent_again_at_once)
{
	struct pair *p = pair_new();

	p->watch = lose_first_sabme_of_net;
	pair_step(p);
	pair_send(p, USER, pair_request(RD_ISDN_RESTART, 0, 5));
	pair_want(p, USER, RD_ISDN_DCHAN_UP, 5000);
	cr_assert_eq(pair_want(p, USER, RD_ISDN_RESTART_ACK, 5000)->cause, 0);
	cr_assert_eq(p->matched, 2);
	pair_free(p);
}

Test(isdn_faults, a_restart_never_acknowledged_gives_the_channel_back)
{
	struct rd_edge_span net = pair_span(NET), user = pair_span(USER);
	const struct rd_isdn *m;
	struct pair *p;

	user.timer[RD_T_T316] = 10000;
	p = pair_new_with(&net, &user);
	pair_up(p);
	p->watch = empty_message;
	p->wanted = ISDN_MSG_RESTART_ACK;
	for (unsigned slot = 5; slot < 8; slot++)
		pair_send(p, USER, pair_request(RD_ISDN_RESTART, 0, slot));
	pair_run_ms(p, 1000);
	/* a call from the far end on a waiting channel ends the wait */
	pair_setup(p, NET, 1, 6, RD_ISDN_EXCLUSIVE);
	m = pair_want(p, USER, RD_ISDN_RESTART_ACK, 500);
	cr_assert_eq(rd_line_slot(m->msg.line), 6);
	cr_assert_eq(m->cause, 0);
	m = pair_want(p, USER, RD_ISDN_SETUP, 500);
	pair_say(p, USER, RD_ISDN_CONNECT, m->ref, 0);
	pair_want(p, USER, RD_ISDN_CONNECT_ACK, 500);
	cr_assert_null(pair_next(p, USER, RD_ISDN_RESTART_ACK, 18000));
	for (unsigned slot = 5; slot < 8; slot += 2) {
		m = pair_want(p, USER, RD_ISDN_RESTART_ACK, 1500);
		cr_assert_eq(rd_line_slot(m->msg.line), slot);
		cr_assert_eq(m->cause, 102);
	}
	cr_assert_eq(p->matched, 2); /* N316 for the first, none for 7 */
	pair_want_silence(p, USER, 100000);
	pair_free(p);
}

/* ---- nonsense from the line ------------------------------------------------------------ */

Test(isdn_faults, random_frames_neither_kill_the_edge_nor_leave_calls,
     .timeout = 120)
{
	struct pair *p = pair_new();
	struct rd_rng rng = { 42 };
	uint8_t frame[RD_HDLC_MAX] = { 0 };

	pair_up(p);
	for (int i = 0; i < 20000; i++) {
		size_t len = rd_rng_below(&rng, 60);

		for (size_t k = 0; k < len; k++)
			frame[k] = (uint8_t)rd_rng_next(&rng);
		if (rd_rng_below(&rng, 4)) { /* a likely head */
			static const uint8_t head[] = { 0x02, 0x01, 0, 0,
							8,    2,    0 };

			memcpy(frame, head, sizeof(head));
			frame[7] = (uint8_t)rd_rng_below(&rng, 4);
		}
		pair_frame_in(p, USER, frame, len);
		if (i % 16 == 0)
			pair_step(p);
	}
	pair_run_ms(p, 200000);
	cr_assert_eq(p->side[USER].downs, 0);
	for (unsigned i = 0; i < p->side[USER].nlog; i++)
		if (p->side[USER].log[i].op == RD_ISDN_SETUP)
			pair_say(p, USER, RD_ISDN_HANGUP,
				 p->side[USER].log[i].ref, 16);
	pair_run_ms(p, 100000);
	pair_want_balanced(p);
	p->side[USER].seen = p->side[USER].nlog;
	p->side[NET].seen = p->side[NET].nlog;
	pair_talk(p, NET, 1, 1);
	pair_free(p);
}

/* ---- the process ---------------------------------------------------------------------------- */

Test(isdn_faults, a_killed_edge_is_started_again_and_comes_up)
{
	struct pair *p = pair_new();
	struct rd_edge_stats stats;
	uint64_t killed;

	pair_up(p);
	pair_talk(p, NET, 1, 7);
	rd_edge_stats(p->side[USER].edge, &stats);
	cr_assert_eq(kill(stats.pid, SIGKILL), 0);
	while (!p->side[USER].downs) {
		struct pollfd fd = { rd_edge_fd(p->side[USER].edge), POLLIN,
				     0 };

		cr_assert_gt(poll(&fd, 1, 30000), 0);
		rd_edge_readable(p->side[USER].edge);
	}
	cr_assert(rd_edge_idle(p->side[USER].edge));
	killed = p->now;
	p->side[USER].nout = 0;
	while (p->side[USER].ups < 2)
		pair_step(p);
	cr_assert_geq(p->now - killed, RD_FRAMES_PER_S);
	cr_assert_leq(p->now - killed, RD_FRAMES_PER_S + 2 * STEP_FRAMES);
	p->side[USER].seen = p->side[USER].nlog;
	pair_want(p, USER, RD_ISDN_DCHAN_UP, 20000);
	/* its calls are gone: RESTART makes both ends agree */
	pair_send(p, USER, pair_request(RD_ISDN_RESTART, 0, 7));
	cr_assert_not_null(pair_next(p, NET, RD_ISDN_HANGUP_DONE, 500));
	cr_assert_not_null(pair_next(p, USER, RD_ISDN_RESTART_ACK, 500));
	p->side[NET].seen = p->side[NET].nlog;
	pair_talk(p, NET, 2, 7);
	rd_edge_stats(p->side[USER].edge, &stats);
	cr_assert_eq(stats.restarts, 1);
	pair_free(p);
}

Test(isdn_faults, the_pause_before_a_start_doubles_while_it_keeps_dying)
{
	static struct side s;
	struct rd_edge_span span = pair_span(USER);
	struct rd_edge *edge;
	uint64_t expected = RD_FRAMES_PER_S, now = 0;

	cr_assert_eq(rd_edge_new(&edge, "/bin/false", pair_heard, &s), 0);
	cr_assert_eq(rd_edge_span(edge, &span), 0);
	for (unsigned deaths = 1; deaths < 10; deaths++) {
		rd_edge_flush(edge, now);
		while (s.downs < deaths) {
			struct pollfd fd = { rd_edge_fd(edge), POLLIN, 0 };

			cr_assert_gt(poll(&fd, 1, 30000), 0);
			rd_edge_readable(edge);
			if (s.downs < deaths)
				rd_edge_flush(edge, now);
		}
		cr_assert_eq(rd_edge_deadline(edge), now + expected);
		now += expected;
		expected = expected < 30 * RD_FRAMES_PER_S
				   ? expected * 2
				   : 60 * RD_FRAMES_PER_S;
	}
	cr_assert_eq(s.ups, 0);
	rd_edge_free(edge);
}

Test(isdn_faults, an_idle_edge_is_asked_only_when_its_timers_are_due)
{
	struct pair *p = pair_new();
	struct rd_edge_stats before, after;

	pair_up(p);
	pair_run_ms(p, 1000);
	rd_edge_stats(p->side[USER].edge, &before);
	pair_run_ms(p, 60000); /* 6000 ticks */
	rd_edge_stats(p->side[USER].edge, &after);
	cr_assert_leq(after.packets_out - before.packets_out, 60);
	cr_assert_eq(after.packets_out - before.packets_out,
		     after.packets_in - before.packets_in);
	pair_free(p);
}

/*
 * The wall clock may jump as it likes, for there is no way from the program
 * to it: it imports no function that reads a clock.
 */
Test(isdn_faults, the_wall_clock_is_out_of_reach)
{
	static const char *const clocks[] = { "gettimeofday", "clock_gettime",
					      "time", "ftime", "timespec_get" };
	char command[600], line[256];
	unsigned symbols = 0;
	FILE *nm;

	snprintf(command, sizeof(command), "nm -D --undefined-only %s",
		 pair_program());
	nm = popen(command, "r");
	cr_assert_not_null(nm);
	while (fgets(line, sizeof(line), nm)) {
		char *name = strrchr(line, ' ');

		cr_assert_not_null(name);
		name[strcspn(name, "@\n")] = '\0';
		for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
			cr_assert_str_neq(name + 1, clocks[i]);
		symbols++;
	}
	cr_assert_eq(pclose(nm), 0);
	cr_assert_gt(symbols, 10);
}

/* The same seed and script, twice: the same indications, octet for octet. */
Test(isdn_faults, a_run_repeats_exactly)
{
	uint64_t hash[2] = { 0 };

	for (int run = 0; run < 2; run++) {
		struct pair *p = pair_new();

		pair_up(p);
		p->rng.state = 11;
		p->drop_permille = 100;
		for (uint32_t ref = 1; ref <= 20; ref++) {
			pair_setup(p, (int)(ref & 1), ref, 0, 0);
			pair_run_ms(p, 777);
		}
		pair_run_ms(p, 30000);
		for (int i = 0; i < SIDES; i++)
			for (unsigned k = 0; k < p->side[i].nlog; k++) {
				const uint8_t *at =
					(const uint8_t *)&p->side[i].log[k];

				for (size_t o = 0; o < sizeof(struct rd_isdn);
				     o++)
					hash[run] = (hash[run] ^ at[o]) *
						    0x100000001b3u;
			}
		pair_free(p);
	}
	cr_assert_eq(hash[0], hash[1]);
}

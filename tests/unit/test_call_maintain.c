// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Maintenance as core sees it: what is looped or tested carries no calls, the
 * card's answer is the operator's, a refusal changes nothing.
 */
#include "daemon/call/maintain.h"

#include <errno.h>

#include "tests/unit/core_world.h"

static struct rd_span *span_of(struct world *w, unsigned i)
{
	return rd_span_at(w->core, i);
}

static void ask(struct world *w, const char *what)
{
	char json[256];

	snprintf(json, sizeof(json),
		 "{\"command\":%s,\"by\":\"operator:test\"}", what);
	world_command(w, json);
}

/* The card answers what it was asked last. */
static void answer(struct world *w, int result)
{
	union {
		struct rd_maintain m;
		uint8_t octets[2048];
	} u = { 0 };
	const struct rd_maintain *asked = NULL, *m;

	for (int n = 0; (m = world_cmd(w, RD_MSG_MAINTAIN, n)); n++)
		asked = m;
	cr_assert_not_null(asked);
	u.m = *asked;
	u.m.msg.type = RD_MSG_MAINTAINED;
	u.m.result = result;
	for (unsigned slot = 0; slot < 32; slot++)
		if (asked->slots >> slot & 1)
			u.m.bert[u.m.n++] = (struct rd_bert_figures){
				.slot = slot,
				.result = slot == 4 ? -EBUSY : result,
				.locked = 1,
				.bits = 64000,
				.errors = slot,
			};
	u.m.msg.len = (uint16_t)(sizeof(u.m) + u.m.n * sizeof(u.m.bert[0]));
	world_event(w, &u.m.msg);
}

#define LOOP(mode, more) \
	"\"span.loop\",\"span\":\"trunk\",\"mode\":\"" mode "\"" more
#define BERT(slots, action, more)                                     \
	"\"span.bert\",\"span\":\"trunk\",\"action\":\"" action "\"," \
	"\"channels\":\"" slots "\"" more
#define INJECT(fault, value)                                          \
	"\"span.inject\",\"span\":\"trunk\",\"fault\":\"" fault "\"," \
	"\"value\":\"" value "\""

Test(maintain, a_looped_span_takes_no_calls_until_it_is_off)
{
	struct world *w = world_new();

	ask(w, LOOP("local", ""));
	cr_assert_null(strstr(world_answer(w), "\"ok\":true"), "not yet");
	cr_assert(!rd_span_is_usable(span_of(w, 0)), "before the card does it");
	answer(w, 0);
	cr_assert_not_null(strstr(world_answer(w), "\"ok\":true"));
	cr_assert_not_null(world_told(w, "span.test", 0));
	world_call(w, "1", "4000");
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->cause, 44);
	ask(w, LOOP("off", ""));
	answer(w, 0);
	cr_assert(rd_span_is_usable(span_of(w, 0)));
	cr_assert_eq(w->core->state->counts.unlisted, 0);
	world_free(w);
}

Test(maintain, a_card_that_refuses_leaves_all_as_it_was)
{
	struct world *w = world_new();

	ask(w, LOOP("remote", ""));
	answer(w, -EOPNOTSUPP);
	cr_assert_not_null(strstr(world_answer(w), "unavailable"));
	cr_assert_not_null(strstr(world_answer(w), "cannot do that"));
	cr_assert(rd_span_is_usable(span_of(w, 0)));
	ask(w, INJECT("los", ""));
	answer(w, -ENODEV);
	cr_assert_eq(span_of(w, 0)->fault_alarms, 0);
	ask(w, BERT("2-3", "start", ""));
	cr_assert_eq(span_of(w, 0)->tested, 0xc);
	answer(w, -EOPNOTSUPP);
	cr_assert_eq(span_of(w, 0)->tested, 0);
	cr_assert_eq(world_times(w, "span.test"), 0);
	world_free(w);
}

Test(maintain, calls_are_in_the_way_unless_forced)
{
	struct world *w = world_new();

	world_call(w, "1", "4006"); /* on channel 1 */
	world_run(w, 500);
	ask(w, LOOP("local", ""));
	cr_assert_not_null(strstr(world_answer(w), "conflict"));
	ask(w, BERT("1", "start", ""));
	cr_assert_not_null(strstr(world_answer(w), "conflict"));
	cr_assert_null(world_cmd(w, RD_MSG_MAINTAIN, 0));
	ask(w, BERT("2-3", "start", "")); /* not his channel */
	answer(w, 0);
	cr_assert_null(world_asked(w, RD_ISDN_HANGUP, 0));
	ask(w, BERT("1", "start", ",\"force\":true"));
	cr_assert_eq(world_asked(w, RD_ISDN_HANGUP, 0)->cause, 41);
	answer(w, 0);
	world_run(w, 500);
	cr_assert_eq(w->core->state->calls.used, 0);
	cr_assert_eq(span_of(w, 0)->tested, 0xe);
	world_free(w);
}

Test(maintain, tested_channels_are_blocked_at_the_edge_and_freed_again)
{
	struct world *w = world_new();

	ask(w, BERT("2,3,4", "start", ""));
	cr_assert_eq(rd_line_slot(world_asked(w, RD_ISDN_BLOCK, 0)->msg.line),
		     2);
	answer(w, 0); /* the card has no generator left for 4 */
	cr_assert_eq(span_of(w, 0)->tested, 3u << 2);
	cr_assert_eq(rd_line_slot(world_asked(w, RD_ISDN_UNBLOCK, 0)->msg.line),
		     4);
	ask(w, BERT("", "show", ""));
	answer(w, 0);
	cr_assert_not_null(strstr(world_answer(w),
				  "{\"channel\":3,\"sync\":true,\"bits\":64000,"
				  "\"errors\":3,\"sync_losses\":0}"),
			   "%s", world_answer(w));
	ask(w, BERT("", "stop", ""));
	answer(w, 0);
	cr_assert_eq(span_of(w, 0)->tested, 0);
	world_free(w);
}

/* What the edge was told last of a channel, in all that is logged. */
static int last_told(const struct world *w, unsigned slot, int last)
{
	for (size_t i = 0; i < w->nlog; i++) {
		const struct rd_isdn *isdn = (const void *)w->log[i];

		if (isdn->msg.type == RD_MSG_ISDN_OUT &&
		    (isdn->op == RD_ISDN_BLOCK ||
		     isdn->op == RD_ISDN_UNBLOCK) &&
		    rd_line_slot(isdn->msg.line) == slot)
			last = isdn->op;
	}
	return last;
}

Test(maintain, what_was_tested_in_a_loop_is_used_again_after_it)
{
	static const char *const steps[] = {
		LOOP("local", ""),
		BERT("3", "start", ""),
		BERT("3", "stop", ""),
		LOOP("off", ""),
	};
	struct world *w = world_new();
	int told = RD_ISDN_UNBLOCK;

	for (size_t i = 0; i < 4; i++) {
		ask(w, steps[i]);
		told = last_told(w, 3, told);
		answer(w, 0);
		told = last_told(w, 3, told);
		cr_assert_eq(told,
			     i == 1 || i == 2 ? RD_ISDN_BLOCK : RD_ISDN_UNBLOCK,
			     "step %zu", i);
	}
	world_free(w);
}

Test(maintain, faults_add_up_and_go_together)
{
	struct world *w = world_new();
	const struct rd_maintain *m;
	char names[RD_FAULT_NAMES];

	ask(w, INJECT("ais", ""));
	answer(w, 0);
	ask(w, INJECT("bit-errors", "2e-5"));
	answer(w, 0);
	ask(w, INJECT("slip", "-3"));
	m = world_cmd(w, RD_MSG_MAINTAIN, 2);
	cr_assert_eq(m->alarms, RINGDOWN_ALARM_AIS);
	cr_assert_eq(m->error_ppb, 20000);
	cr_assert_eq(m->slip_frames, -3);
	answer(w, 0);
	cr_assert_str_eq(rd_maintain_faults(span_of(w, 0), names),
			 "ais bit-errors 2e-05");
	ask(w, INJECT("off", ""));
	m = world_cmd(w, RD_MSG_MAINTAIN, 3);
	cr_assert_eq(m->alarms, 0);
	cr_assert_eq(m->error_ppb, 0);
	world_free(w);
}

Test(maintain, nonsense_is_refused_in_words)
{
	static const struct {
		const char *what, *code;
	} rows[] = {
		{ LOOP("sideways", ""), "invalid" },
		{ BERT("0", "start", ""), "not-found" },
		{ BERT("16", "start", ""), "not-found" },
		{ BERT("1-99", "start", ""), "not-found" },
		{ BERT("1,,2", "start", ""), "invalid" },
		{ BERT("x", "start", ""), "invalid" },
		{ BERT("1", "begin", ""), "invalid" },
		{ INJECT("fire", ""), "invalid" },
		{ INJECT("bit-errors", "2"), "invalid" },
		{ INJECT("bit-errors", "nan"), "invalid" },
		{ INJECT("slip", "one"), "invalid" },
		{ INJECT("delay", "-1"), "invalid" },
		{ "\"span.loop\",\"span\":\"none\",\"mode\":\"off\"",
		  "not-found" },
		{ "\"span.loop\",\"span\":\"trunk\"", "invalid" },
	};
	struct world *w = world_new();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ask(w, rows[i].what);
		cr_assert_not_null(strstr(world_answer(w), rows[i].code),
				   "%s: %s", rows[i].what, world_answer(w));
	}
	cr_assert_null(world_cmd(w, RD_MSG_MAINTAIN, 0));
	world_free(w);
}

Test(maintain, a_card_that_goes_takes_its_tests_along)
{
	struct world *w = world_new();
	struct rd_ev_card gone = { .msg = { .type = RD_MSG_CARD,
					    .len = sizeof(gone) } };

	ask(w, BERT("3", "start", ""));
	answer(w, 0);
	ask(w, INJECT("rai", ""));
	answer(w, 0);
	gone.msg.frame = w->frame;
	world_event(w, &gone.msg);
	cr_assert(!rd_maintain_is_on(span_of(w, 0)));
	cr_assert_eq(world_asked(w, RD_ISDN_UNBLOCK, 0)->msg.line,
		     rd_line(0, 0, 3));
	world_free(w);
}

Test(maintain, counters_add_up_and_errored_seconds_are_those_with_errors)
{
	struct world *w = world_new();
	struct rd_ev_errors e = { .msg = { .type = RD_MSG_SPAN_ERRORS,
					   .len = sizeof(e) },
				  .code_violations = 5 };

	world_event(w, &e.msg);
	e.slips = 1;
	world_event(w, &e.msg);
	e.slips = e.code_violations = 0;
	e.far_end_errors = 2; /* the other side's seconds, not ours */
	world_event(w, &e.msg);
	cr_assert_eq(span_of(w, 0)->counts.code_violations, 10);
	cr_assert_eq(span_of(w, 0)->counts.slips, 1);
	cr_assert_eq(span_of(w, 0)->counts.far_end_errors, 2);
	cr_assert_eq(span_of(w, 0)->counts.errored_seconds, 2);
	world_free(w);
}

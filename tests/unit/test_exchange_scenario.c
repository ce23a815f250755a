/* SPDX-License-Identifier: GPL-2.0-only */
/* Scenarios played against a small PBX in the same process. */
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/exchange_pbx.h"

#define SPANS                              \
	"spans:\n"                         \
	"  - {name: trunk}\n"              \
	"  - {name: phones, side: user}\n" \
	"linger: 1s\n"

static void expect_all_well(struct pbx *x, unsigned seconds)
{
	unsigned bad = pbx_play(x, seconds);

	if (bad)
		xc_report_print(&x->world, stderr);
	cr_expect_eq(bad, 0);
}

Test(exchange_scenario, a_bridge_is_measured_to_the_frame_and_bit_exact)
{
	struct pbx *x = pbx_new(
		SPANS
		"calls:\n"
		"  - name: A\n"
		"    at: 2s\n"
		"    from: \"13800138000\"\n"
		"    to: \"4008001234\"\n"
		"    do: [say: {marker: 1, for: 3s}, hangup: 16]\n"
		"    expect: {result: answered, cause: 16, by: party,\n"
		"             heard: [2], bridge_frames: 160, bit_exact: "
		"true,\n"
		"             talk_min: 3s, alert_within: 1s}\n"
		"phones:\n"
		"  - number: 8001\n"
		"    answered_min: 1\n"
		"    rings:\n"
		"      - answer_after: 1s\n"
		"        do: [say: {marker: 2, background: true}]\n"
		"        expect: {result: answered, cause: 16, by: client,\n"
		"                 heard: [1], bridge_frames: 160,\n"
		"                 bit_exact: true, calling: \"13800138000\",\n"
		"                 calling_name: Card 12345678}\n");

	expect_all_well(x, 30);
	cr_expect_eq(x->setups, 1);
	pbx_free(x);
}

Test(exchange_scenario, voices_are_recognised_through_a_bridge)
{
	struct pbx *x = pbx_new(
		SPANS
		"lines: {default: {level: -3, noise: -60}}\n"
		"calls:\n"
		"  - name: A\n"
		"    at: 2s\n"
		"    to: \"4008001234\"\n"
		"    do:\n"
		"      - wait: {until: hear, party: 8001, timeout: 10s}\n"
		"      - wait: prompt_end\n"
		"      - say: my card is broken can you help me\n"
		"    expect: {result: answered, by: client, heard: [8001]}\n"
		"phones:\n"
		"  - number: 8001\n"
		"    rings:\n"
		"      - do: [say: hello what can I do for you today,\n"
		"             wait: {until: hear, party: A, timeout: 10s},\n"
		"             wait: prompt_end, hangup: 16]\n"
		"        expect: {result: answered, heard: [A]}\n");

	expect_all_well(x, 40);
	pbx_free(x);
}

Test(exchange_scenario, digits_come_back_over_an_echoing_client)
{
	struct pbx *x = pbx_new(
		SPANS
		"calls:\n"
		"  - name: A\n"
		"    at: 2s\n"
		"    to: \"1\"\n"
		"    do:\n"
		"      - wait: 500ms\n"
		"      - keys: {digits: \"123456789*0#ABCD\", on: 50ms, off: "
		"50ms}\n"
		"      - wait: 300ms\n"
		"      - hangup:\n"
		"    expect: {result: answered, digits: \"123456789*0#ABCD\",\n"
		"             reaction_within: 60ms}\n");

	x->answer_alone = x->echo = true;
	expect_all_well(x, 20);
	pbx_free(x);
}

Test(exchange_scenario, clearings_are_named_for_what_they_are)
{
	struct pbx *x = pbx_new(SPANS "calls:\n"
				      "  - {name: D, at: 2s, to: \"1\",\n"
				      "     expect: {result: busy, cause: 17, "
				      "by: client, location: 1}}\n");

	x->refuse_with = 17;
	expect_all_well(x, 20);
	pbx_free(x);

	x = pbx_new(SPANS "calls:\n"
			  "  - {name: D, at: 2s, to: \"1\",\n"
			  "     expect: {result: rejected, cause: 44}}\n");
	x->refuse_with = 44;
	expect_all_well(x, 20);
	pbx_free(x);

	x = pbx_new(SPANS
		    "calls:\n"
		    "  - {name: C, at: 2s, to: \"1\", patience: 3s,\n"
		    "     expect: {result: abandoned, cause: 16, by: party,\n"
		    "              talk_min: 3s, talk_max: 3100ms}}\n");
	x->answer_alone = true;
	expect_all_well(x, 20);
	pbx_free(x);
}

Test(exchange_scenario, what_is_not_as_expected_is_said)
{
	struct pbx *x = pbx_new(
		SPANS
		"calls:\n"
		"  - {name: D, at: 2s, to: \"1\",\n"
		"     expect: {result: answered, cause: 16, heard: [7]}}\n");
	const struct xc_record *r;

	x->refuse_with = 17;
	cr_assert_eq(pbx_play(x, 20), 1);
	r = xc_world_record(&x->world, "D");
	cr_assert_eq(r->nproblems, 3);
	cr_expect_str_eq(r->problem[0],
			 "result: expected answered, found busy");
	cr_expect_str_eq(r->problem[1], "cause: expected 16, found 17");
	cr_expect_str_eq(r->problem[2], "marker 7 was not heard");
	pbx_free(x);
}

Test(exchange_scenario, a_full_trunk_has_no_circuit_for_the_31st_call)
{
	struct pbx *x = pbx_new(
		SPANS
		"calls:\n"
		"  - {name: load, count: 31, at: 2s, every: 20ms, to: \"1\",\n"
		"     from: \"1390000{n:4}\", patience: 5s}\n");
	const struct xc_record *r;
	unsigned answered = 0, failed = 0;

	x->answer_alone = true;
	pbx_play(x, 30);
	for (r = x->world.records; r; r = r->next) {
		answered += r->connected;
		failed += r->result == XC_RESULT_FAILED && r->cause == 34;
	}
	cr_expect_eq(answered, 30);
	cr_expect_eq(failed, 1);
	r = xc_world_record(&x->world, "load/17");
	cr_expect_str_eq(r->setup.from, "13900000017");
	pbx_free(x);
}

Test(exchange_scenario, redials_until_it_gets_through)
{
	struct pbx *x = pbx_new(
		SPANS "calls:\n"
		      "  - {name: A, at: 2s, to: \"1\", patience: 1s,\n"
		      "     redial: {on: [busy], after: 2s, times: 3},\n"
		      "     expect: abandoned}\n");

	x->refuse_with = 17;
	x->answer_alone = true;
	peer_run(&x->peer, 5 * RD_FRAMES_PER_S);
	x->refuse_with = 0;
	expect_all_well(x, 30);
	cr_expect_eq(x->setups, 3);
	pbx_free(x);
}

Test(exchange_scenario, calls_survive_two_seconds_without_layer_2)
{
	struct pbx *x = pbx_new(
		SPANS
		"calls:\n"
		"  - {name: A, at: 2s, to: \"1\", patience: 40s,\n"
		"     expect: {result: abandoned, talk_min: 40s}}\n"
		"actions:\n"
		"  - {do: layer2_down, when: connected, party: A, at: 1s,\n"
		"     for: 15s}\n");

	x->answer_alone = true;
	expect_all_well(x, 90);
	cr_expect_geq(x->office.trunk[0]->downs, 1);
	cr_expect_geq(x->office.trunk[0]->ups, 2);
	pbx_free(x);
}

Test(exchange_scenario, strange_frames_leave_the_link_and_the_call_alone)
{
	struct pbx *x = pbx_new(
		SPANS "calls:\n"
		      "  - {name: A, at: 2s, to: \"1\", patience: 10s,\n"
		      "     expect: {result: abandoned, talk_min: 10s}}\n"
		      "actions:\n"
		      "  - {do: garbage, count: 20, at: 4s}\n"
		      "  - {do: bad_fcs, count: 5, at: 5s}\n"
		      "  - {do: truncated, count: 5, at: 5s}\n"
		      "  - {do: oversized, count: 3, at: 5500ms}\n"
		      "  - {do: unknown_message, at: 6s}\n"
		      "  - {do: unknown_ie, at: 6s}\n"
		      "  - {do: setup_busy, at: 7s}\n"
		      "  - {do: dnoise, at: 8s, for: 200ms}\n");

	x->answer_alone = true;
	expect_all_well(x, 60);
	cr_expect_geq(x->peer.span[0].dchan.rx_bad, 5);
	cr_expect(x->office.trunk[0]->dchan.up);
	/* The SETUP on the busy channel reached the client's layer 3. */
	cr_expect_eq(x->setups, 2);
	pbx_free(x);
}

Test(exchange_scenario, a_lost_release_is_repeated_after_t308)
{
	struct pbx *x = pbx_new(
		SPANS "calls:\n"
		      "  - {name: A, at: 2s, to: \"1\", expect: answered}\n"
		      "actions:\n"
		      "  - {do: drop, message: release, at: 0, count: 1}\n");
	const struct xc_record *r;

	x->answer_alone = true;
	x->hangup_after = 8000;
	expect_all_well(x, 60);
	r = xc_world_record(&x->world, "A");
	cr_expect(r->by_client);
	/* T308 is 4 s: the first RELEASE never came. */
	cr_expect_geq(r->over_frame - r->disconnect_frame, 4 * 8000);
	pbx_free(x);
}

Test(exchange_scenario, a_reboot_restarts_all_channels)
{
	struct pbx *x = pbx_new(
		SPANS "calls:\n"
		      "  - {name: A, at: 2s, to: \"1\", expect: {cause: 41}}\n"
		      "actions:\n"
		      "  - {do: reboot, at: 4s}\n"
		      "  - {do: note, note: end, at: 12s}\n");

	x->answer_alone = true;
	expect_all_well(x, 60);
	cr_expect(x->office.trunk[0]->dchan.up);
	cr_expect_eq(x->office.trunk[0]->restarting, 0);
	cr_expect_eq(x->office.trunk[0]->to_restart, 0);
	pbx_free(x);
}

static void expect_error(const char *text, const char *message)
{
	struct xc_scenario s;
	struct rd_diag diag;

	rd_diag_init(&diag);
	cr_assert_eq(xc_scenario_parse(&s, "t.yaml", text, strlen(text), NULL,
				       &diag),
		     -EINVAL);
	cr_assert_not_null(diag.text);
	cr_expect(strstr(diag.text, message), "expected %s in:\n%s", message,
		  diag.text);
	rd_diag_free(&diag);
}

Test(exchange_scenario, errors_have_a_place_and_a_suggestion)
{
	expect_error(
		"spans: [{nme: trunk}]\n",
		"t.yaml:1:10: key \"nme\": unknown; did you mean \"name\"");
	expect_error("spans: [{name: trunk}]\ncalls: [{to: 1, span: trnk}]\n",
		     "no span \"trnk\"; did you mean \"trunk\"");
	expect_error("spans: [{name: trunk}]\n"
		     "lines: {good: {level: -3}}\n"
		     "calls: [{to: 1, line: goood}]\n",
		     "t.yaml:3:23: key \"line\": no line \"goood\"; did you "
		     "mean \"good\"");
	expect_error("spans: [{name: trunk}]\n"
		     "calls: [{to: 1, do: [keys: 12x]}]\n",
		     "keys \"12x\": expected 0-9 * # A-D");
	expect_error("spans: [{name: trunk}]\n"
		     "calls: [{name: A, to: 1, do: [say: {tone: 440}]}]\n",
		     "it would never end");
	expect_error("spans: [{name: trunk}]\n"
		     "calls: [{name: A, to: 1}, {name: A, to: 1}]\n",
		     "named \"A\"");
	expect_error("spans: [{name: trunk}]\n"
		     "calls: [{name: A, to: 1,\n"
		     "  do: [wait: {until: hear, party: Bob}]}]\n",
		     "no call or phone \"Bob\"");
}

static char *report_of(const char *scenario)
{
	char path[] = "/tmp/exchange-XXXXXX", *text = calloc(1, 1 << 20);
	struct pbx *x = pbx_new(scenario);
	FILE *f;

	cr_assert_geq(mkstemp(path), 0);
	pbx_play(x, 60);
	cr_assert_eq(xc_report_json(&x->world, path), 0);
	pbx_free(x);
	f = fopen(path, "r");
	cr_assert_gt(fread(text, 1, (1 << 20) - 1, f), 1000);
	fclose(f);
	unlink(path);
	return text;
}

Test(exchange_scenario, the_same_seed_gives_the_same_report)
{
	static const char format[] =
		"seed: %d\n" SPANS "lines: {default: {level: -3, noise: -50, "
		"hybrid: 5, erl: 10}}\n"
		"calls:\n"
		"  - {name: load, count: 20, poisson: {rate_per_min: 120},\n"
		"     at: 2s, to: \"1\", do: [keys: \"123\", wait: 1s, hangup: "
		"]}\n"
		"actions:\n"
		"  - {do: errors, rate: 20000, at: 4s, for: 2s}\n";
	char one[1024], two[1024], *a, *b, *c;

	snprintf(one, sizeof(one), format, 7);
	snprintf(two, sizeof(two), format, 8);
	a = report_of(one);
	b = report_of(one);
	c = report_of(two);
	cr_expect_str_eq(a, b);
	cr_expect_str_neq(a, c);
	free(a);
	free(b);
	free(c);
}

/*
 * Both ends call at once and mean the same channel: the user's side gives way.
 * The client is the network on span phones.
 */
Test(exchange_scenario, in_a_glare_the_network_keeps_its_channel)
{
	struct pbx *x = pbx_new(
		SPANS
		"calls:\n"
		"  - {name: A, at: 2s, to: \"1\", channel: 1,\n"
		"     do: [wait: 3s, hangup: ],\n"
		"     expect: {result: answered, talk_min: 3s, talk_max: 3s}}\n"
		"phones:\n"
		"  - number: 8001\n"
		"    answered_min: 1\n"
		"    rings: [{answer_after: 1s}]\n"
		"  - number: 8002\n"
		"    dials: [{name: out, at: 2020ms, to: \"9\", channel: 1,\n"
		"             ring_patience: 3s}]\n");
	const struct xc_record *in, *out;

	expect_all_well(x, 30);
	in = xc_world_record(&x->world, "8001");
	out = xc_world_record(&x->world, "out");
	cr_assert(in && out);
	cr_expect_eq(in->channel, 1);
	cr_expect_eq(in->result, XC_RESULT_ANSWERED);
	cr_expect_eq(out->result, XC_RESULT_REJECTED);
	cr_expect_eq(out->cause, 34);
	cr_expect_eq(out->setup_frame, 2020 * 8);
	pbx_free(x);
}

Test(exchange_scenario, a_t1_with_its_d_channel_in_slot_24_carries_23_calls)
{
	struct pbx *x = pbx_new(
		"spans: [{name: trunk, type: t1, restart: yes}]\n"
		"calls:\n"
		"  - {name: one, at: 3s, to: \"1\", channel: 23,\n"
		"     do: [say: {marker: 1, for: 1s}, hangup: ],\n"
		"     expect: {result: answered, heard: [1], bit_exact: yes,\n"
		"              bridge_frames: 160}}\n"
		"  - {name: load, count: 24, at: 6s, every: 50ms, to: \"1\",\n"
		"     patience: 3s}\n");
	const struct xc_record *r;
	unsigned answered = 0, failed = 0;

	x->answer_alone = x->echo = true;
	cr_expect_eq(pbx_play(x, 40), 0);
	for (r = x->world.records; r; r = r->next) {
		answered += r->connected;
		failed += r->result == XC_RESULT_FAILED && r->cause == 34;
	}
	cr_expect_eq(answered, 1 + 23);
	cr_expect_eq(failed, 1);
	cr_expect_eq(x->office.trunk[0]->restarting, 0);
	cr_expect_eq(x->office.trunk[0]->to_restart, 0);
	pbx_free(x);
}

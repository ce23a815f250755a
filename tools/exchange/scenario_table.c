// SPDX-License-Identifier: GPL-2.0-only
/*
 * The language of scenarios, second half: lines, people, actions, the card.
 * Parser, JSON schema and manual come from these tables.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "lib/base/frames.h"
#include "tools/exchange/step_table.h"

/* clang-format off */

/* ---- notations ---------------------------------------------------------- */

/* `at: never`: the call is placed by an action. */
static int parse_at(struct rd_bind *b, const struct rd_yaml *node,
		    const char *what, void *out)
{
	if (node->kind == RD_YAML_SCALAR && !strcmp(node->text, "never")) {
		*(uint64_t *)out = RD_FRAME_NEVER;
		return 0;
	}
	return xc_parse_frames(b, node, what, out);
}

static const struct rd_format at_format = {
	.expected = "a time on the line clock such as 3s, or never",
	.schema = "\"type\": [\"string\", \"integer\"]",
	.parse = parse_at,
};

static int parse_epoch(struct rd_bind *b, const struct rd_yaml *node,
		       const char *what, void *out)
{
	struct tm tm = { 0 };
	const char *end = NULL;
	time_t t = 0;

	if (node->kind == RD_YAML_SCALAR)
		end = strptime(node->text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (end && !*end)
		t = timegm(&tm);
	if (t <= 0) {
		rd_diag_error(b->diag, node->place,
			      "key \"%s\": expected a UTC time such as "
			      "2026-03-02T08:00:00Z", what);
		return -EINVAL;
	}
	*(uint64_t *)out = t * UINT64_C(1000000000);
	return 0;
}

static const struct rd_format epoch_format = {
	.expected = "a UTC time such as 2026-03-02T08:00:00Z",
	.schema = "\"type\": \"string\", \"format\": \"date-time\"",
	.parse = parse_epoch,
};

static const struct rd_field result_item = {
	.type = RD_FIELD_ENUM, .size = sizeof(enum xc_result),
	.names = xc_result_names
};
static const struct rd_field alarm_item = {
	.type = RD_FIELD_ENUM, .size = sizeof(uint32_t),
	.names = xc_alarm_names
};

const char *const xc_alarm_names[] = { "los", "lfa", "lmfa", "ais", "rai",
				       NULL };

/* ---- lines -------------------------------------------------------------- */

static int parse_delay(struct rd_bind *b, const struct rd_yaml *node,
		       const char *what, void *out)
{
	int64_t ms;

	if (rd_yaml_duration(node, what, 0,
			     (XC_LINE_DELAY - XC_LINE_BLOCK) / 8, &ms,
			     b->diag))
		return -EINVAL;
	*(unsigned *)out = rd_frames_from_ms(ms);
	return 0;
}

static const struct rd_format delay_format = {
	.expected = "a duration of at most 984ms",
	.schema = "\"type\": [\"string\", \"integer\"]",
	.parse = parse_delay,
};

static const struct rd_field line_fields[] = {
	{ "level", RD_REAL(xc_line_profile, level_db, -40, 12), .preset = "0",
	  .help = "Gain of the line in dB, both ways." },
	{ "noise", RD_REAL(xc_line_profile, noise_dbm0, -200, 0),
	  .preset = "-200", .help = "Noise towards the client in dBm0; -200: "
				    "none." },
	{ "delay", RD_FORMAT(xc_line_profile, delay_frames, &delay_format),
	  .help = "One-way delay." },
	{ "hybrid", RD_INT(xc_line_profile, hybrid, 0, XC_HYBRID_PATHS),
	  .preset = "0",
	  .help = "Echo path of G.168 Annex D: 1 is D.2 ... 8 is D.9; 0: no "
		  "hybrid." },
	{ "erl", RD_REAL(xc_line_profile, erl_db, 0, 60), .preset = "12",
	  .help = "Echo return loss of the hybrid in dB." },
};

const struct rd_table xc_line_table = {
	RD_TABLE("line", struct xc_line_profile, line_fields),
	.help = "A two-wire line to a telephone. Without level, noise and "
		"hybrid it is clear: octets pass unchanged.",
};

static const struct rd_field named_line_fields[] = {
	{ "level", RD_REAL(xc_named_line, profile.level_db, -40, 12),
	  .preset = "0", .help = "Gain of the line in dB, both ways." },
	{ "noise", RD_REAL(xc_named_line, profile.noise_dbm0, -200, 0),
	  .preset = "-200",
	  .help = "Noise towards the client in dBm0; -200: none." },
	{ "delay", RD_FORMAT(xc_named_line, profile.delay_frames,
			     &delay_format), .help = "One-way delay." },
	{ "hybrid", RD_INT(xc_named_line, profile.hybrid, 0, XC_HYBRID_PATHS),
	  .preset = "0",
	  .help = "Echo path of G.168 Annex D: 1 is D.2 ... 8 is D.9; 0: no "
		  "hybrid." },
	{ "erl", RD_REAL(xc_named_line, profile.erl_db, 0, 60),
	  .preset = "12",
	  .help = "Echo return loss of the hybrid in dB." },
};

static const struct rd_table named_line_table = {
	RD_TABLE("line", struct xc_named_line, named_line_fields),
	.name = RD_AT(xc_named_line, name),
	.help = "A two-wire line to a telephone. Without level, noise and "
		"hybrid it is clear: octets pass unchanged.",
};

/* ---- callers ------------------------------------------------------------ */

static const char *const ton_names[] = { "unknown", "international",
					 "national", "network", "subscriber",
					 "", "abbreviated", NULL };
static const char *const npi_names[] = { "unknown", "e164", "", "data", "", "",
					 "", "", "national", "private", NULL };
static const char *const presentation_names[] = { "allowed", "restricted",
						  "unavailable", NULL };
static const char *const choice_names[] = { "auto", "preferred", "exclusive",
					    "any", NULL };

static const struct rd_field poisson_fields[] = {
	{ "rate_per_min", RD_REAL(xc_poisson, rate_per_min, 0, 60000),
	  .required = true, .help = "Calls a minute, on average." },
	{ "seed", RD_INT(xc_poisson, seed, 0, UINT32_MAX),
	  .help = "0: the run's seed." },
};

static const struct rd_table poisson_table = {
	RD_TABLE("poisson", struct xc_poisson, poisson_fields),
	.help = "Calls come at random, independently of each other.",
};

static const struct rd_field redial_fields[] = {
	{ "on", RD_LIST_OF(xc_redial, on, non, &result_item),
	  .required = true, .help = "Results after which to call again." },
	{ "after", FRAMES(xc_redial, after_frames), .preset = "5s",
	  .help = "Pause before." },
	{ "times", RD_INT(xc_redial, times, 1, 100), .preset = "1",
	  .help = "How often at most." },
};

static const struct rd_table redial_table = {
	RD_TABLE("redial", struct xc_redial, redial_fields),
	.help = "Calling again.",
};

static const struct rd_field call_fields[] = {
	{ "name", RD_STRING(xc_call_plan, name),
	  .help = "Unique name for the story and the report." },
	{ "at", RD_FORMAT(xc_call_plan, at_frame, &at_format), .preset = "0",
	  .help = "When, on the line clock; never: an action places it." },
	{ "count", RD_INT(xc_call_plan, count, 1, 60000), .preset = "1",
	  .help = "So many of these calls; {n} or {n:4} in from, to and "
		  "callerid_name is the number of the copy." },
	{ "every", FRAMES(xc_call_plan, every_frames),
	  .help = "Time between the copies." },
	{ "poisson", RD_STRUCT(xc_call_plan, poisson, &poisson_table),
	  .help = "Copies come at random instead." },
	{ "span", RD_STRING(xc_call_plan, span),
	  .help = "Name of the span; default: the first, or the phone's." },
	{ "from", RD_STRING(xc_call_plan, as.from), .max = 31,
	  .help = "Calling number (ANI)." },
	{ "to", RD_STRING(xc_call_plan, as.to), .min = 1, .max = 31,
	  .required = true, .help = "Called number (DNIS)." },
	{ "callerid_name", RD_STRING(xc_call_plan, as.name), .max = 50,
	  .help = "Calling name." },
	{ "ton", RD_ENUM(xc_call_plan, as.ton, ton_names),
	  .preset = "national", .help = "Type of the calling number." },
	{ "npi", RD_ENUM(xc_call_plan, as.npi, npi_names), .preset = "e164",
	  .help = "Numbering plan of the calling number." },
	{ "to_ton", RD_ENUM(xc_call_plan, as.to_ton, ton_names),
	  .preset = "unknown", .help = "Type of the called number." },
	{ "to_npi", RD_ENUM(xc_call_plan, as.to_npi, npi_names),
	  .preset = "e164", .help = "Numbering plan of the called number." },
	{ "presentation", RD_ENUM(xc_call_plan, as.presentation,
				  presentation_names), .preset = "allowed",
	  .help = "May the calling number be shown?" },
	{ "channel", RD_INT(xc_call_plan, as.channel, 0, 31), .preset = "0",
	  .help = "B-channel; 0: the exchange hunts." },
	{ "choice", RD_ENUM(xc_call_plan, as.choice, choice_names),
	  .preset = "auto",
	  .help = "How firmly the SETUP asks for its channel; auto: exclusive "
		  "from the network, preferred from a user." },
	{ "line", RD_NODE(xc_call_plan, line_node),
	  .help = "Name of a line, or a line." },
	{ "patience", FRAMES(xc_call_plan, patience_frames),
	  .help = "Gives up so long after the answer; 0: never." },
	{ "ring_patience", FRAMES(xc_call_plan, ring_patience_frames),
	  .preset = "120s", .help = "Gives up if not answered by then." },
	{ "do", RD_LIST(xc_call_plan, script.steps, script.n, &xc_step_table),
	  .help = "What the party does once answered; then it waits for the "
		  "other end to hang up." },
	{ "expect", RD_STRUCT(xc_call_plan, expect, &xc_expect_table),
	  .help = "What shall come of it." },
	{ "redial", RD_STRUCT(xc_call_plan, redial, &redial_table),
	  .help = "Calling again." },
};

/* redial and poisson are optional as a whole. */
static const struct rd_table call_table = {
	RD_TABLE("call", struct xc_call_plan, call_fields),
	.place = RD_AT(xc_call_plan, place),
	.present = RD_AT(xc_call_plan, present),
	.help = "A call our side makes.",
};

/* ---- phones ------------------------------------------------------------- */

static const struct rd_field ring_fields[] = {
	{ "alert_after", FRAMES(xc_ring_plan, alert_after_frames),
	  .preset = "100ms", .help = "SETUP to ALERTING." },
	{ "answer_after", FRAMES(xc_ring_plan, answer_after_frames),
	  .preset = "2s", .help = "ALERTING to CONNECT, or to the refusal." },
	{ "never_answers", RD_BOOL(xc_ring_plan, never_answers),
	  .help = "Rings and rings." },
	{ "reject", RD_INT(xc_ring_plan, reject, 0, 127), .preset = "0",
	  .help = "Refuses with this cause after answer_after." },
	{ "ignores", RD_BOOL(xc_ring_plan, ignores),
	  .help = "Not even ALERTING." },
	{ "inband", RD_BOOL(xc_ring_plan, inband),
	  .help = "Ringback tone while it rings." },
	{ "do", RD_LIST(xc_ring_plan, script.steps, script.n, &xc_step_table),
	  .help = "What the party does once it has answered." },
	{ "expect", RD_STRUCT(xc_ring_plan, expect, &xc_expect_table),
	  .help = "What shall come of it." },
};

static const struct rd_table ring_table = {
	RD_TABLE("ring", struct xc_ring_plan, ring_fields),
	.place = RD_AT(xc_ring_plan, place),
	.help = "What a phone does when it is called.",
};

static const struct rd_field phone_fields[] = {
	{ "number", RD_STRING(xc_phone_plan, number), .min = 1, .max = 31,
	  .required = true, .help = "Its number." },
	{ "name", RD_STRING(xc_phone_plan, name),
	  .help = "Name for the story; default: the number." },
	{ "count", RD_INT(xc_phone_plan, count, 1, 1000), .preset = "1",
	  .help = "So many phones, numbers counting up; {n} in dials counts "
		  "from 1, {number} is the phone's." },
	{ "span", RD_STRING(xc_phone_plan, span),
	  .help = "Name of the span; default: the first of side user." },
	{ "line", RD_NODE(xc_phone_plan, line_node),
	  .help = "Name of a line, or a line." },
	{ "rings", RD_LIST(xc_phone_plan, rings, nrings, &ring_table),
	  .help = "What it does the first time it is called, the second...; "
		  "the last repeats." },
	{ "dials", RD_LIST(xc_phone_plan, dials, ndials, &call_table),
	  .help = "Calls it makes." },
	{ "answered_min", RD_INT(xc_phone_plan, answered_min, -1, 30000),
	  .preset = "-1", .help = "It must answer at least so many calls." },
	{ "answered_max", RD_INT(xc_phone_plan, answered_max, -1, 30000),
	  .preset = "-1", .help = "It must answer at most so many calls." },
};

static const struct rd_table phone_table = {
	RD_TABLE("phone", struct xc_phone_plan, phone_fields),
	.place = RD_AT(xc_phone_plan, place),
	.help = "A telephone the client can call.",
};

/* ---- actions ------------------------------------------------------------ */

static const char *const action_names[] = {
	"alarm", "cut", "errors", "loss", "delay", "slip", "loop",
	"restart_ring",
	"layer2_down", "dnoise", "reboot", "restart", "garbage", "bad_fcs",
	"truncated", "oversized", "unknown_message", "unknown_ie",
	"setup_busy", "raw", "drop", "block", "unblock", "call", "note",
	"hold", "go", "end", NULL
};

static const char *const moment_names[] = { "none", "alerting", "connected",
					    "over", NULL };

static const struct rd_field action_fields[] = {
	{ "do", RD_ENUM(xc_action, verb, action_names), .required = true,
	  .help = "alarm, cut (both ways dead), errors, loss, delay, slip, "
		  "loop (what the span sends comes back), "
		  "restart_ring; layer2_down, dnoise, reboot, restart, "
		  "garbage, bad_fcs, truncated, oversized, unknown_message, "
		  "unknown_ie, setup_busy, raw, drop, block, unblock; call, "
		  "note, hold (lockstep: the clock stands until a line on "
		  "standard input says go), go, end." },
	{ "at", FRAMES(xc_action, at_frame),
	  .help = "When; or how long after `when` of `party`." },
	{ "when", RD_ENUM(xc_action, moment, moment_names), .preset = "none",
	  .help = "After this moment of party's newest call." },
	{ "party", RD_STRING(xc_action, party), .help = "A call or phone." },
	{ "span", RD_STRING(xc_action, span), .help = "Default: the first." },
	{ "for", FRAMES(xc_action, frames),
	  .help = "How long; 0: from now on." },
	{ "alarms", RD_LIST_OF(xc_action, alarm_bits, nalarms, &alarm_item),
	  .help = "alarm: what the client sees." },
	{ "rate", RD_INT(xc_action, rate, 0, 999999999),
	  .help = "errors: of 10^9 bits; loss: of 10^6 milliseconds." },
	{ "count", RD_INT(xc_action, count, -8000, 8000), .preset = "1",
	  .help = "How many frames or messages; slip, delay: line frames." },
	{ "channel", RD_INT(xc_action, channel, 0, 31),
	  .help = "B-channel." },
	{ "message", RD_STRING(xc_action, message_name),
	  .help = "Name of a Q.931 message, or its type as 0x62." },
	{ "received", RD_BOOL(xc_action, received),
	  .help = "drop: messages of the client, not our own." },
	{ "hex", RD_STRING(xc_action, hex),
	  .help = "raw: a layer 3 message, in hexadecimal." },
	{ "note", RD_STRING(xc_action, note), .help = "Text for the story." },
};

const struct rd_table xc_action_table = {
	RD_TABLE("action", struct xc_action, action_fields),
	.place = RD_AT(xc_action, place),
	.present = RD_AT(xc_action, present),
	.help = "Something that happens to the line or the exchange.",
};

/* ---- the exchange ------------------------------------------------------- */

static const char *const type_names[] = { "", "e1", "t1", NULL };
static const char *const law_names[] = { "auto", "alaw", "ulaw", NULL };
static const char *const side_names[] = { "network", "user", NULL };
static const char *const switch_names[] = { "auto", "euroisdn", "qsig", "ni2",
					    "ni1", "dms100", "5ess", "4ess",
					    NULL };
static const char *const framing_names[] = { "any", "ccs", "cas", "esf", "d4",
					     NULL };
static const char *const crc4_names[] = { "any", "off", "on", NULL };
static const char *const hunt_names[] = { "up", "down", "round", NULL };
static const char *const layout_names[] = { "rows", "interleaved", "blocks",
					    NULL };

static const struct rd_field span_fields[] = {
	{ "name", RD_STRING(xc_span_plan, name), .required = true, .min = 1,
	  .max = 31, .help = "Unique name." },
	{ "type", RD_ENUM(xc_span_plan, type, type_names), .preset = "e1",
	  .help = "e1 or t1." },
	{ "law", RD_ENUM(xc_span_plan, law, law_names), .preset = "auto",
	  .help = "alaw or ulaw; auto: by type." },
	{ "side", RD_ENUM(xc_span_plan, side, side_names),
	  .preset = "network",
	  .help = "What the exchange is: network (a public exchange) or user "
		  "(a PBX with phones)." },
	{ "switch", RD_ENUM(xc_span_plan, switch_type, switch_names),
	  .preset = "auto", .help = "Switch type; auto: euroisdn or ni2." },
	{ "dchannel", RD_INT(xc_span_plan, dchannel, 0, 31), .preset = "0",
	  .help = "Slot of the D-channel; 0: 16 or 24." },
	{ "framing", RD_ENUM(xc_span_plan, framing, framing_names),
	  .preset = "any",
	  .help = "A client that frames otherwise sees LFA." },
	{ "crc4", RD_ENUM(xc_span_plan, crc4, crc4_names), .preset = "any",
	  .help = "off: a client that wants CRC-4 sees LMFA." },
	{ "hunt", RD_ENUM(xc_span_plan, hunt, hunt_names), .preset = "up",
	  .help = "Order in which free channels are taken." },
	{ "restart", RD_BOOL(xc_span_plan, restart),
	  .help = "RESTART every channel when layer 2 comes up first." },
	{ "elastic_frames", RD_INT(xc_span_plan, elastic_frames, 0, 800),
	  .preset = "0",
	  .help = "Slack for negative slips; delays the line as much." },
};

static const struct rd_table span_table = {
	RD_TABLE("span", struct xc_span_plan, span_fields),
	.place = RD_AT(xc_span_plan, place),
	.help = "One E1 or T1.",
};

static const struct rd_field card_fields[] = {
	{ "name", RD_STRING(xc_card_plan, name), .max = 31,
	  .preset = "exchange", .help = "Name the client sees." },
	{ "layout", RD_ENUM(xc_card_plan, layout, layout_names),
	  .preset = "rows", .help = "How the rings lie in memory." },
	{ "period_frames", RD_INT(xc_card_plan, period_frames,
				  RINGDOWN_PERIOD_MIN, RINGDOWN_PERIOD_MAX),
	  .preset = "80", .help = "Until the client asks for another." },
	{ "lead_frames", RD_INT(xc_card_plan, lead_frames, -1,
				RINGDOWN_PERIOD_MAX),
	  .preset = "-1", .help = "Prefetch; -1: one period." },
	{ "ring_periods", RD_INT(xc_card_plan, ring_periods, 4, 256),
	  .preset = "16", .help = "Length of the rings." },
	{ "absence", FRAMES(xc_card_plan, absence_frames),
	  .help = "Lockstep: the line goes on for so long without a client, "
		  "then waits for the next." },
};

static const struct rd_table card_table = {
	RD_TABLE("card", struct xc_card_plan, card_fields),
	.help = "The card the client opens.",
};

static const struct rd_field scenario_fields[] = {
	{ "about", RD_STRING(xc_scenario, about),
	  .help = "A line for people." },
	{ "seed", RD_INT(xc_scenario, seed, 0, INT64_MAX), .preset = "1",
	  .help = "Of everything random." },
	{ "epoch", RD_FORMAT(xc_scenario, epoch_ns, &epoch_format),
	  .preset = "2026-03-02T08:00:00Z",
	  .help = "Lockstep: wall time of frame 0." },
	{ "duration", FRAMES(xc_scenario, duration_frames),
	  .help = "The run ends here at the latest." },
	{ "linger", FRAMES(xc_scenario, linger_frames), .preset = "2s",
	  .help = "How long the line goes on after the last call." },
	{ "card", RD_STRUCT(xc_scenario, card_plan, &card_table),
	  .help = "The card the client opens." },
	{ "spans", RD_LIST(xc_scenario, spans, nspans, &span_table),
	  .min = 1, .max = RINGDOWN_MAX_SPANS, .required = true,
	  .help = "Its spans, in order." },
	{ "voice", RD_STRING(xc_scenario, voice), .preset = "en",
	  .help = "espeak-ng voice of all texts." },
	{ "speed", RD_INT(xc_scenario, speed, 80, 450), .preset = "160",
	  .help = "Words a minute." },
	{ "lines", RD_MAP(xc_scenario, lines, nlines, &named_line_table),
	  .help = "Lines by name; the one named default is everybody's." },
	{ "calls", RD_LIST(xc_scenario, calls, ncalls, &call_table),
	  .help = "Calls our side makes." },
	{ "phones", RD_LIST(xc_scenario, phones, nphones, &phone_table),
	  .help = "Telephones the client can call." },
	{ "actions", RD_LIST(xc_scenario, actions, nactions,
			     &xc_action_table),
	  .help = "What happens to the line and the exchange." },
};

const struct rd_table xc_scenario_table = {
	RD_TABLE("scenario", struct xc_scenario, scenario_fields),
	.help = "A simulated exchange, its people, and what happens.",
};

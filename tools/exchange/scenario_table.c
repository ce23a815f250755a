// SPDX-License-Identifier: GPL-2.0-only
/*
 * The language of scenarios, as tables (lib/config/table.h): parser, JSON
 * schema and manual come from here.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "lib/base/frames.h"
#include "tools/exchange/scenario.h"

#define DAY_MS (24 * 3600 * 1000)

/* clang-format off */

/* ---- notations ---------------------------------------------------------- */

static int parse_frames(struct rd_bind *b, const struct rd_yaml *node,
			const char *what, void *out)
{
	int64_t ms;

	if (rd_yaml_duration(node, what, 0, 31 * (int64_t)DAY_MS, &ms,
			     b->diag))
		return -EINVAL;
	*(uint64_t *)out = rd_frames_from_ms(ms);
	return 0;
}

static const struct rd_format frames_format = {
	.expected = "a duration such as 700ms, 12s, 1m30s",
	.schema = "\"type\": [\"string\", \"integer\"]",
	.parse = parse_frames,
};

#define FRAMES(s, m) RD_FORMAT(s, m, &frames_format)

/* `at: never`: the call is placed by an action. */
static int parse_at(struct rd_bind *b, const struct rd_yaml *node,
		    const char *what, void *out)
{
	if (node->kind == RD_YAML_SCALAR && !strcmp(node->text, "never")) {
		*(uint64_t *)out = RD_FRAME_NEVER;
		return 0;
	}
	return parse_frames(b, node, what, out);
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

/* Nothing after the colon is 16, normal call clearing. */
static int parse_cause(struct rd_bind *b, const struct rd_yaml *node,
		       const char *what, void *out)
{
	int64_t cause = 16;

	if (!rd_yaml_is_null(node) && node->text[0] &&
	    rd_yaml_int(node, what, 1, 127, &cause, b->diag))
		return -EINVAL;
	*(uint8_t *)out = cause;
	return 0;
}

static const struct rd_format cause_format = {
	.expected = "a Q.850 cause, 1 to 127",
	.schema = "\"type\": [\"integer\", \"null\"], "
		  "\"minimum\": 1, \"maximum\": 127",
	.parse = parse_cause,
};

static const char *const wait_names[] = {
	"", "prompt_end", "speech", "silence", "tone", "marker", "hear",
	"digits", "hangup", NULL
};

/* A word of wait_names, or a time. */
static int parse_until(struct rd_bind *b, const struct rd_yaml *node,
		       const char *what, void *out)
{
	struct xc_wait_plan *w =
		(void *)((char *)out - offsetof(struct xc_wait_plan, what));
	int i;

	w->what = XC_WAIT_TIME;
	if (node->kind == RD_YAML_SCALAR && node->text[0] >= '0' &&
	    node->text[0] <= '9')
		return parse_frames(b, node, what, &w->time_frames);
	if (rd_yaml_enum(node, what, wait_names, &i, b->diag))
		return -EINVAL;
	w->what = i;
	return 0;
}

static const struct rd_format until_format = {
	.expected = "a duration, or prompt_end, speech, silence, tone, marker, "
		    "hear, digits, hangup",
	.schema = "\"type\": [\"string\", \"integer\"]",
	.parse = parse_until,
};

/* ---- steps -------------------------------------------------------------- */

static const char *const otherwise_names[] = { "fail", "continue", "give_up",
					       NULL };
const char *const xc_result_names[] = { "none", "answered", "busy", "rejected",
					"abandoned", "no_answer", "failed",
					NULL };
const char *const xc_alarm_names[] = { "los", "lfa", "lmfa", "ais", "rai",
				       NULL };

static const struct rd_field wait_fields[] = {
	{ "until", RD_FORMAT(xc_wait_plan, what, &until_format),
	  .required = true, .shorthand = true,
	  .help = "What ends the wait: a time such as 2s; prompt_end (somebody "
		  "spoke, then was silent for `for`), speech, silence, tone, "
		  "marker, hear (the voice of `party`), digits, hangup." },
	{ "for", FRAMES(xc_wait_plan, frames), .preset = "700ms",
	  .help = "Silence that ends a prompt, or that is waited for." },
	{ "timeout", FRAMES(xc_wait_plan, timeout_frames),
	  .preset = "60s", .help = "How long at most; 0: for ever." },
	{ "else", RD_ENUM(xc_wait_plan, otherwise, otherwise_names),
	  .preset = "fail", .help = "What to do after the timeout." },
	{ "tone", RD_ENUM(xc_wait_plan, tone, xc_tone_names),
	  .help = "Call-progress tone to hear." },
	{ "marker", RD_INT(xc_wait_plan, marker, 0, 255),
	  .help = "Number of the marker to hear." },
	{ "party", RD_STRING(xc_wait_plan, party),
	  .help = "Call or phone whose voice is to be heard." },
	{ "count", RD_INT(xc_wait_plan, count, 1, 32), .preset = "1",
	  .help = "How many DTMF digits." },
};

static void check_wait(struct rd_bind *b, const struct rd_yaml *node, void *out)
{
	struct xc_wait_plan *w = out;

	if (w->what == XC_WAIT_HEAR && !w->party[0])
		rd_diag_error(b->diag, node->place,
			      "wait: hear needs the key \"party\"");
	if ((w->what == XC_WAIT_TIME || w->what == XC_WAIT_HANGUP) &&
	    !(w->present >> 2 & 1))
		w->timeout_frames = 0;
}

static const struct rd_table wait_table = {
	RD_TABLE("wait", struct xc_wait_plan, wait_fields),
	.present = RD_AT(xc_wait_plan, present),
	.check = check_wait,
	.help = "Wait for something to be heard, or for some time.",
};

static const struct rd_field keys_fields[] = {
	{ "digits", RD_STRING(xc_keys_plan, digits), .required = true,
	  .shorthand = true, .min = 1, .max = 60,
	  .help = "Keys to press: 0-9 * # A-D; {n} and {number} as in calls." },
	{ "on", RD_DURATION(xc_keys_plan, on_ms, 20, 5000), .preset = "80ms",
	  .help = "Length of each tone." },
	{ "off", RD_DURATION(xc_keys_plan, off_ms, 10, 5000), .preset = "80ms",
	  .help = "Pause after each tone." },
	{ "level", RD_INT(xc_keys_plan, level_dbm0, -50, 0), .preset = "-8",
	  .help = "Level of the low tone in dBm0." },
	{ "twist", RD_INT(xc_keys_plan, twist_db, -12, 12), .preset = "2",
	  .help = "High tone over low tone in dB." },
};

static const struct rd_table keys_table = {
	RD_TABLE("keys", struct xc_keys_plan, keys_fields),
	.place = RD_AT(xc_keys_plan, place),
	.help = "Press keys: DTMF as Q.23 has it.",
};

static const struct rd_field say_fields[] = {
	{ "text", RD_STRING(xc_say_plan, text), .shorthand = true,
	  .choice = true, .help = "Text to speak, by espeak-ng." },
	{ "sound", RD_STRING(xc_say_plan, file), .choice = true,
	  .help = "Sound file, from the scenario's folder." },
	{ "marker", RD_INT(xc_say_plan, marker, 0, 255), .choice = true,
	  .help = "Send the marker of that number: octets that tell when they "
		  "were sent. Lasts for `for`, or for ever." },
	{ "tone", RD_INT(xc_say_plan, hz, 100, 3800), .choice = true,
	  .help = "A sine of so many Hz." },
	{ "noise", RD_BOOL(xc_say_plan, noise), .choice = true,
	  .help = "Noise, white." },
	{ "voice", RD_STRING(xc_say_plan, voice),
	  .help = "espeak-ng voice; default: the scenario's." },
	{ "speed", RD_INT(xc_say_plan, speed, 0, 450),
	  .help = "Words a minute; default: the scenario's." },
	{ "level", RD_INT(xc_say_plan, level_dbm0, -60, 3), .preset = "-15",
	  .help = "Level of tone or noise in dBm0." },
	{ "for", FRAMES(xc_say_plan, frames),
	  .help = "How long; a sound is repeated." },
	{ "background", RD_BOOL(xc_say_plan, background),
	  .help = "Go on with the next step meanwhile." },
};

static void check_say(struct rd_bind *b, const struct rd_yaml *node, void *out)
{
	struct xc_say_plan *s = out;
	static const enum xc_say kinds[] = { XC_SAY_SOUND, XC_SAY_SOUND,
					     XC_SAY_MARKER, XC_SAY_TONE,
					     XC_SAY_NOISE };
	unsigned i;

	for (i = 0; i < 5; i++)
		if (s->present >> i & 1)
			s->what = kinds[i];
	if (s->what != XC_SAY_SOUND && !s->frames && !s->background)
		rd_diag_error(b->diag, node->place,
			      "say: it would never end; expected the key "
			      "\"for\", or background: true");
}

static const struct rd_table say_table = {
	RD_TABLE("say", struct xc_say_plan, say_fields),
	.present = RD_AT(xc_say_plan, present),
	.check = check_say,
	.help = "Say something.",
};

static const struct rd_field step_fields[] = {
	{ "wait", RD_STRUCT(xc_step, wait, &wait_table), .choice = true,
	  .help = "Wait." },
	{ "keys", RD_STRUCT(xc_step, keys, &keys_table), .choice = true,
	  .help = "Press keys." },
	{ "say", RD_STRUCT(xc_step, say, &say_table), .choice = true,
	  .help = "Say something." },
	{ "hush", RD_BOOL(xc_step, hush), .choice = true,
	  .help = "Stop what is said in the background." },
	{ "note", RD_STRING(xc_step, note), .choice = true,
	  .help = "A line for the story." },
	{ "hangup", RD_FORMAT(xc_step, cause, &cause_format), .choice = true,
	  .help = "Hang up, with that cause or 16." },
	{ "give_up", RD_FORMAT(xc_step, cause, &cause_format), .choice = true,
	  .help = "Hang up, having lost patience: the call is abandoned." },
};

static void check_step(struct rd_bind *b, const struct rd_yaml *node, void *out)
{
	static const enum xc_step_verb verbs[] = {
		XC_STEP_WAIT, XC_STEP_KEYS, XC_STEP_SAY, XC_STEP_HUSH,
		XC_STEP_NOTE, XC_STEP_HANGUP, XC_STEP_GIVE_UP
	};
	struct xc_step *s = out;
	unsigned i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (s->present >> i & 1)
			s->verb = verbs[i];
	if (!s->cause)
		s->cause = 16;
}

static const struct rd_table step_table = {
	RD_TABLE("step", struct xc_step, step_fields),
	.place = RD_AT(xc_step, place),
	.present = RD_AT(xc_step, present),
	.check = check_step,
	.help = "One thing a party does.",
};

/* ---- what shall come of it ---------------------------------------------- */

static const char *const by_names[] = { "any", "client", "party", NULL };
static const struct rd_field text_item = {
	.type = RD_FIELD_STRING, .size = sizeof(const char *), .min = 1
};
static const struct rd_field tone_item = {
	.type = RD_FIELD_ENUM, .size = sizeof(enum xc_tone),
	.names = xc_tone_names
};
static const struct rd_field result_item = {
	.type = RD_FIELD_ENUM, .size = sizeof(enum xc_result),
	.names = xc_result_names
};
static const struct rd_field alarm_item = {
	.type = RD_FIELD_ENUM, .size = sizeof(uint32_t),
	.names = xc_alarm_names
};

static const struct rd_field expect_fields[] = {
	{ "result", RD_ENUM(xc_expect, result, xc_result_names),
	  .preset = "none", .shorthand = true,
	  .help = "answered, busy (17 before the answer), rejected, abandoned "
		  "(our party gave up), no_answer, failed; none: any." },
	{ "cause", RD_INT(xc_expect, cause, -1, 127), .preset = "-1",
	  .help = "Q.850 cause of the clearing." },
	{ "location", RD_INT(xc_expect, location, -1, 15), .preset = "-1",
	  .help = "Location in the cause (Q.850 table 1)." },
	{ "by", RD_ENUM(xc_expect, by, by_names), .preset = "any",
	  .help = "Who cleared: client (what is tested) or party." },
	{ "talk_min", FRAMES(xc_expect, talk_min_frames),
	  .help = "Answer to clearing, at least." },
	{ "talk_max", FRAMES(xc_expect, talk_max_frames),
	  .help = "Answer to clearing, at most." },
	{ "alert_within", FRAMES(xc_expect, alert_within_frames),
	  .help = "SETUP to ALERTING." },
	{ "connect_within", FRAMES(xc_expect, connect_within_frames),
	  .help = "SETUP to CONNECT." },
	{ "voice_within", FRAMES(xc_expect, voice_within_frames),
	  .help = "CONNECT to the first octet that is not idle." },
	{ "reaction_within", FRAMES(xc_expect, reaction_within_frames),
	  .help = "End of each keyed digit string to a change of sound." },
	{ "heard", RD_LIST_OF(xc_expect, heard, nheard, &text_item),
	  .max = XC_EXPECT_HEARD,
	  .help = "Markers (numbers) and parties whose voice was heard." },
	{ "bridge_frames", RD_INT(xc_expect, bridge_frames, -1, 8000),
	  .preset = "-1",
	  .help = "Exact delay of every marker heard, in frames of 125 us." },
	{ "bit_exact", RD_BOOL(xc_expect, bit_exact),
	  .help = "Every marker heard arrived without one wrong octet." },
	{ "tones", RD_LIST_OF(xc_expect, tones, ntones, &tone_item),
	  .help = "Call-progress tones heard." },
	{ "digits", RD_STRING(xc_expect, digits),
	  .help = "DTMF digits heard, all of them." },
	{ "calling", RD_STRING(xc_expect, calling),
	  .help = "Calling number seen." },
	{ "calling_name", RD_STRING(xc_expect, calling_name),
	  .help = "Calling name seen." },
	{ "display", RD_STRING(xc_expect, display),
	  .help = "Text that the display shows, or a part of it." },
};

static const struct rd_table expect_table = {
	RD_TABLE("expect", struct xc_expect, expect_fields),
	.place = RD_AT(xc_expect, place),
	.present = RD_AT(xc_expect, present),
	.help = "What shall come of a call; anything else fails the run.",
};

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
static const char *const choice_names[] = { "preferred", "exclusive", "any",
					    NULL };

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
	  .preset = "exclusive",
	  .help = "How firmly the SETUP asks for its channel." },
	{ "line", RD_NODE(xc_call_plan, line_node),
	  .help = "Name of a line, or a line." },
	{ "patience", FRAMES(xc_call_plan, patience_frames),
	  .help = "Gives up so long after the answer; 0: never." },
	{ "ring_patience", FRAMES(xc_call_plan, ring_patience_frames),
	  .preset = "120s", .help = "Gives up if not answered by then." },
	{ "do", RD_LIST(xc_call_plan, script.steps, script.n, &step_table),
	  .help = "What the party does once answered; then it waits for the "
		  "other end to hang up." },
	{ "expect", RD_STRUCT(xc_call_plan, expect, &expect_table),
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
	{ "do", RD_LIST(xc_ring_plan, script.steps, script.n, &step_table),
	  .help = "What the party does once it has answered." },
	{ "expect", RD_STRUCT(xc_ring_plan, expect, &expect_table),
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
	"alarm", "cut", "errors", "loss", "delay", "slip", "restart_ring",
	"layer2_down", "dnoise", "reboot", "restart", "garbage", "bad_fcs",
	"truncated", "oversized", "unknown_message", "unknown_ie",
	"setup_busy", "raw", "drop", "block", "unblock", "call", "note", "end",
	NULL
};

static const char *const moment_names[] = { "none", "alerting", "connected",
					    "over", NULL };

static const struct rd_field action_fields[] = {
	{ "do", RD_ENUM(xc_action, verb, action_names), .required = true,
	  .help = "alarm, cut (both ways dead), errors, loss, delay, slip, "
		  "restart_ring; layer2_down, dnoise, reboot, restart, "
		  "garbage, bad_fcs, truncated, oversized, unknown_message, "
		  "unknown_ie, setup_busy, raw, drop, block, unblock; call, "
		  "note, end." },
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

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The language of scenarios, first half: what a party does and what shall come
 * of it, as tables (lib/config/table.h).
 */
#include "tools/exchange/step_table.h"

#include <errno.h>

#include "lib/base/frames.h"

#define DAY_MS (24 * 3600 * 1000)

/* clang-format off */

/* ---- notations ---------------------------------------------------------- */

int xc_parse_frames(struct rd_bind *b, const struct rd_yaml *node,
			const char *what, void *out)
{
	int64_t ms;

	if (rd_yaml_duration(node, what, 0, 31 * (int64_t)DAY_MS, &ms,
			     b->diag))
		return -EINVAL;
	*(uint64_t *)out = rd_frames_from_ms(ms);
	return 0;
}

const struct rd_format xc_frames_format = {
	.expected = "a duration such as 700ms, 12s, 1m30s",
	.schema = "\"type\": [\"string\", \"integer\"]",
	.parse = xc_parse_frames,
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
		return xc_parse_frames(b, node, what, &w->time_frames);
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

const struct rd_table xc_step_table = {
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

const struct rd_table xc_expect_table = {
	RD_TABLE("expect", struct xc_expect, expect_fields),
	.place = RD_AT(xc_expect, place),
	.present = RD_AT(xc_expect, present),
	.help = "What shall come of a call; anything else fails the run.",
};

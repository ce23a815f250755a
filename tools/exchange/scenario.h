/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A scenario: the exchange, its people and what happens, as read from YAML.
 * Only data; xc_world plays it. The language is described in
 * yaml/schema/exchange.schema.json and shown in yaml/exchange/demo.yaml.
 *
 * All of it lives in the scenario's arena until xc_scenario_free().
 */
#ifndef XC_SCENARIO_H
#define XC_SCENARIO_H

#include "lib/base/diag.h"
#include "lib/config/arena.h"
#include "lib/config/table.h"
#include "tools/exchange/card.h"
#include "tools/exchange/line.h"
#include "tools/exchange/marker.h"
#include "tools/exchange/office.h"
#include "tools/exchange/sound.h"
#include "tools/exchange/tone.h"

/* ---- what a party does: a script of steps ------------------------------- */

enum xc_step_verb {
	XC_STEP_WAIT,
	XC_STEP_KEYS,
	XC_STEP_SAY,
	XC_STEP_HUSH, /* stop what is said in the background */
	XC_STEP_NOTE, /* a line for the story */
	XC_STEP_HANGUP,
	XC_STEP_GIVE_UP, /* hang up, and call it abandoned */
};

enum xc_wait {
	XC_WAIT_TIME,
	XC_WAIT_PROMPT_END, /* somebody spoke, then silence for .frames */
	XC_WAIT_SPEECH,	    /* somebody speaks */
	XC_WAIT_SILENCE,    /* nobody for .frames */
	XC_WAIT_TONE,
	XC_WAIT_MARKER,
	XC_WAIT_HEAR,	/* the voice of another party */
	XC_WAIT_DIGITS, /* .count DTMF digits */
	XC_WAIT_HANGUP, /* the other end clears */
};

enum xc_otherwise {
	XC_ELSE_FAIL, /* the call failed its script */
	XC_ELSE_CONTINUE,
	XC_ELSE_GIVE_UP,
};

enum xc_say {
	XC_SAY_SOUND, /* a file, or spoken text */
	XC_SAY_MARKER,
	XC_SAY_TONE,
	XC_SAY_NOISE,
};

struct xc_wait_plan {
	uint64_t present;
	enum xc_wait what;
	uint64_t time_frames; /* XC_WAIT_TIME */
	uint64_t frames, timeout_frames;
	enum xc_tone tone;
	uint8_t marker;
	uint8_t count;
	const char *party;
	enum xc_otherwise otherwise;
};

struct xc_keys_plan {
	struct rd_place place;
	const char *digits;
	uint16_t on_ms, off_ms;
	int32_t level_dbm0, twist_db;
};

struct xc_say_plan {
	uint64_t present;
	enum xc_say what;
	const char *text, *file, *voice;
	uint16_t speed;
	const struct xc_sound *sound;
	uint8_t marker;
	uint16_t hz;
	bool noise;
	int32_t level_dbm0;
	uint64_t frames; /* 0: to its end, or for ever */
	bool background; /* the script goes on meanwhile */
};

struct xc_step {
	struct rd_place place;
	uint64_t present;
	enum xc_step_verb verb;
	struct xc_wait_plan wait;
	struct xc_keys_plan keys;
	struct xc_say_plan say;
	uint8_t cause;
	bool hush;
	const char *note;
};

struct xc_script {
	struct xc_step *steps;
	uint16_t n;
};

/* ---- what shall come of it ---------------------------------------------- */

enum xc_result {
	XC_RESULT_NONE,
	XC_RESULT_ANSWERED,
	XC_RESULT_BUSY,	     /* cleared with 17 before the answer */
	XC_RESULT_REJECTED,  /* cleared by the client before the answer */
	XC_RESULT_ABANDONED, /* our party gave up */
	XC_RESULT_NO_ANSWER, /* the phone rang, nobody took it */
	XC_RESULT_FAILED,    /* a step failed, or no call came about */
};

#define XC_EXPECT_HEARD 16

struct xc_expect {
	uint64_t present; /* nothing expected: 0 */
	struct rd_place place;
	enum xc_result result;	 /* NONE: any */
	int16_t cause, location; /* -1: any */
	uint8_t by;		 /* 0 any, 1 the client cleared, 2 our party */
	uint64_t talk_min_frames, talk_max_frames;	     /* max 0: none */
	uint64_t alert_within_frames, connect_within_frames; /* 0: any */
	uint64_t voice_within_frames, reaction_within_frames;
	uint16_t nheard;
	const char **heard;    /* marker numbers, or parties */
	int32_t bridge_frames; /* exact delay of each marker heard; -1 any */
	bool bit_exact;
	uint16_t ntones;
	enum xc_tone *tones;
	const char *digits, *calling, *calling_name, *display; /* "": any */
};

/* ---- who ---------------------------------------------------------------- */

struct xc_redial {
	uint16_t non;
	enum xc_result *on;
	uint64_t after_frames;
	uint8_t times;
};

struct xc_call_plan {
	struct rd_place place;
	uint64_t present;
	const char *name; /* unique; "A", "load/17" */
	const char *span;
	struct xc_setup setup;
	struct xc_setup_plan {
		const char *from, *to, *name;
		uint8_t ton, npi, to_ton, to_npi, presentation;
		uint8_t channel;
		uint8_t choice; /* 0 by side, else enum xc_channel_choice + 1 */
	} as;			/* what setup is made of */
	const struct rd_yaml *line_node;
	struct xc_line_profile line;
	uint64_t at_frame; /* NEVER: when told */
	uint16_t count;	   /* copies, every so often or at random */
	uint64_t every_frames;
	struct xc_poisson {
		double rate_per_min;
		uint32_t seed; /* 0: the run's */
	} poisson;
	uint64_t patience_frames;      /* connected; 0: endless */
	uint64_t ring_patience_frames; /* to the answer */
	struct xc_script script;
	struct xc_expect expect;
	struct xc_redial redial;
};

struct xc_ring_plan {
	struct rd_place place;
	uint64_t alert_after_frames, answer_after_frames;
	bool never_answers;
	uint8_t reject; /* Q.850 cause, or 0 */
	bool ignores;	/* no message at all after CALL PROCEEDING */
	bool inband;	/* ringback tone while alerting */
	struct xc_script script;
	struct xc_expect expect;
};

struct xc_phone_plan {
	struct rd_place place;
	const char *name, *number;
	const char *span;
	uint16_t count; /* so many phones, numbers counting up */
	const struct rd_yaml *line_node;
	struct xc_line_profile line;
	struct xc_ring_plan *rings; /* the last repeats */
	uint16_t nrings;
	struct xc_call_plan *dials;
	uint16_t ndials;
	int16_t answered_min, answered_max; /* of the whole run; -1 any */
};

enum xc_action_verb {
	XC_ACT_ALARM,  /* alarms for .frames */
	XC_ACT_CUT,    /* both ways dead for .frames */
	XC_ACT_ERRORS, /* bit errors, .rate ppb */
	XC_ACT_LOSS,   /* .rate ppm of the milliseconds */
	XC_ACT_DELAY,  /* .count frames */
	XC_ACT_SLIP,   /* .count frames, signed */
	XC_ACT_LOOP,   /* the office sends back what it hears, for .frames */
	XC_ACT_RESTART_RING,
	XC_ACT_LAYER2_DOWN, /* the D-channel is dead for .frames */
	XC_ACT_DNOISE,	    /* random octets in the D-channel */
	XC_ACT_REBOOT,	    /* the exchange forgets all, RESTARTs */
	XC_ACT_RESTART,	    /* RESTART of .channel, or all */
	XC_ACT_GARBAGE,	    /* .count frames of random octets, good FCS */
	XC_ACT_BAD_FCS,
	XC_ACT_TRUNCATED, /* aborted half way */
	XC_ACT_OVERSIZED, /* longer than N201 */
	XC_ACT_UNKNOWN_MESSAGE,
	XC_ACT_UNKNOWN_IE,
	XC_ACT_SETUP_BUSY, /* SETUP on a channel that has a call */
	XC_ACT_RAW,	   /* .octets as a layer 3 message */
	XC_ACT_DROP,	   /* the next .count messages .message */
	XC_ACT_BLOCK,
	XC_ACT_UNBLOCK,
	XC_ACT_CALL, /* place call .party now */
	XC_ACT_NOTE,
	XC_ACT_HOLD, /* lockstep: the clock stands until GO */
	XC_ACT_GO,
	XC_ACT_END,
};

enum xc_moment {
	XC_MOMENT_NONE,
	XC_MOMENT_ALERTING,
	XC_MOMENT_CONNECTED,
	XC_MOMENT_OVER
};

struct xc_action {
	struct rd_place place;
	uint64_t present;
	enum xc_action_verb verb;
	uint64_t at_frame; /* or after .moment of .party */
	enum xc_moment moment;
	const char *party;
	const char *span; /* "": the first */
	uint64_t frames;
	uint16_t nalarms;
	uint32_t *alarm_bits; /* positions in xc_alarm_names */
	uint32_t alarms;
	uint32_t rate;
	int32_t count;
	uint8_t channel;
	const char *message_name;
	int message;
	bool received; /* drop: messages from the client */
	const char *hex;
	const uint8_t *octets;
	unsigned noctets;
	const char *note;
};

struct xc_span_plan {
	struct rd_place place;
	const char *name;
	enum ringdown_span_type type;
	uint8_t law;	     /* 0 by type, 1 A, 2 mu */
	uint8_t side;	     /* 0 network, 1 user */
	uint8_t switch_type; /* 0 by type; position in the table's names */
	uint8_t dchannel;    /* 0: 16 or 24 */
	enum ringdown_framing framing;
	uint8_t crc4; /* 0 any, 1 off, 2 on */
	enum xc_hunt hunt;
	bool restart;
	uint16_t elastic_frames;
};

struct xc_card_plan {
	const char *name;
	enum xc_layout layout;
	uint16_t period_frames, ring_periods;
	int32_t lead_frames; /* -1: one period */
	uint64_t absence_frames;
};

struct xc_named_line {
	const char *name;
	struct xc_line_profile profile;
};

struct xc_scenario {
	struct rd_arena arena;
	struct xc_sounds sounds;
	char dir[512]; /* of the file: sounds are found from there */

	/* as written */
	const char *about;
	uint64_t seed;
	uint64_t epoch_ns;
	uint64_t duration_frames; /* 0: when all calls are done */
	uint64_t linger_frames;	  /* after the last call */
	struct xc_card_plan card_plan;
	struct xc_span_plan *spans;
	uint16_t nspans;
	const char *voice;
	uint16_t speed;
	struct xc_named_line *lines;
	uint16_t nlines;
	struct xc_call_plan *calls; /* copies made */
	uint16_t ncalls;
	struct xc_phone_plan *phones;
	uint16_t nphones;
	struct xc_action *actions;
	uint16_t nactions;

	/* made of it */
	struct xc_card_config card;
	struct xc_trunk_config trunk[RINGDOWN_MAX_SPANS];
};

extern const struct rd_table xc_scenario_table, xc_line_table, xc_action_table;
extern const char *const xc_result_names[]; /* end with NULL */
extern const char *const xc_alarm_names[];

/*
 * Read @path. All that is wrong is in @diag; -EINVAL then, or -errno of the
 * file, -ENOMEM. Sounds are loaded and texts spoken here.
 */
int xc_scenario_load(struct xc_scenario *s, const char *path,
		     const char *cache_dir, struct rd_diag *diag);
/* The same from memory; @path names it. */
int xc_scenario_parse(struct xc_scenario *s, const char *path, const char *text,
		      size_t len, const char *cache_dir, struct rd_diag *diag);
void xc_scenario_free(struct xc_scenario *s);

/*
 * One action as in the list `actions`, in one line: {do: slip, count: 1}. For
 * lines on standard input. -EINVAL with messages in @diag.
 */
int xc_scenario_action(struct xc_scenario *s, const char *line,
		       struct xc_action *out, struct rd_diag *diag);

#endif

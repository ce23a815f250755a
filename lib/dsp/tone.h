/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call-progress tones, generated and recognised
 *
 * What    Dial tone, ringback, busy and their family, per country, from one
 *         table; a player for any of them and a detector that names what the
 *         far exchange plays.
 * How     A plan is a list of parts {frequencies, level, ms}. The player walks
 *         it. The detector measures the tone plan's frequencies every 20 ms,
 *         notes when tone turns to pause and back, and compares the lengths
 *         with each plan's cadence.
 * Use     rd_tone_plan() to find a plan by country and tone; init; process per
 *         block. The tables are those of ITU-T E.180 Supplement 2; a user's own
 *         plan is just another struct rd_tone_plan.
 * Limits  Two frequencies at a time; 8 parts a plan; 8 frequencies a country.
 */
#ifndef RD_DSP_TONE_H
#define RD_DSP_TONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/dsp/osc.h"

enum rd_tone {
	RD_TONE_DIAL,
	RD_TONE_RINGBACK,
	RD_TONE_BUSY,
	RD_TONE_CONGESTION,
	RD_TONE_INFO, /* special information, E.180 §6.5 */
	RD_TONE_CALL_WAITING,
	RD_TONE_COUNT,
};

/* One stretch of sound or pause. */
struct rd_tone_part {
	uint16_t freq_hz[2]; /* 0: none; both 0: a pause */
	uint16_t ms;	     /* 0: for ever */
};

#define RD_TONE_PARTS 8

struct rd_tone_plan {
	char country[4]; /* ISO 3166, or "eu" */
	uint8_t tone;	 /* enum rd_tone */
	uint8_t count;	 /* parts used */
	bool repeats;
	struct rd_tone_part part[RD_TONE_PARTS];
};

/*
 * The built-in plan; country: "cn", "us", "eu", "uk", "tw", "jp", "au". NULL
 * when the country is unknown or has no such tone. Context: core.
 */
const struct rd_tone_plan *rd_tone_plan(const char *country, enum rd_tone tone);

/* "dial", "ringback", ...; and back, -EINVAL when unknown. */
const char *rd_tone_name(enum rd_tone tone);
int rd_tone_from_name(const char *name);

/* The i-th country of the table, NULL behind the last. */
const char *rd_tone_country(unsigned int i);

/* The player. */
struct rd_tone_tx {
	const struct rd_tone_plan *plan;
	struct rd_osc osc[2];
	uint32_t left_frames; /* of the part that plays */
	float level_dbm0;
	uint8_t part; /* the next one */
	bool is_done;
	uint8_t reserved[2];
};

/*
 * level_dbm0: of each frequency, -40..0 (E.180 §5: -10 +-5). The plan must
 * outlive the player. Context: core or tick.
 */
void rd_tone_tx_init(struct rd_tone_tx *tx, const struct rd_tone_plan *plan,
		     float level_dbm0);

/*
 * out: n samples, s16; silence once a plan that does not repeat is over.
 * Returns the samples that belonged to the plan. Context: tick.
 */
size_t rd_tone_tx_process(struct rd_tone_tx *tx, int16_t *out, size_t n);

/*
 * The detector: which tone of one country is on the line.
 */
#define RD_TONE_SETS 8	/* distinct frequency pairs of a country */
#define RD_TONE_RUNS 16 /* remembered stretches of tone and pause */

struct rd_tone_event {
	uint64_t frame; /* START: where the matched cadence began; END: now */
	uint8_t tone;	/* enum rd_tone */
	bool is_start;
	uint8_t reserved[6];
};

/* A stretch of one frequency set, or of silence, or of anything else. */
struct rd_tone_run {
	uint64_t frame0;
	uint32_t frames;
	uint8_t set;
	uint8_t reserved[3];
};

/* Private; here so that the caller can embed it. */
struct rd_tone_rx {
	const struct rd_tone_plan *plan[RD_TONE_COUNT];
	struct {
		uint16_t freq_hz[2];
		float cs[2], sn[2];	      /* e^jw */
		float turn_re[2], turn_im[2]; /* e^jw160 */
		float re[2], im[2];	      /* of this hop */
		float last_re[2], last_im[2]; /* and the one before */
	} set[RD_TONE_SETS];
	uint8_t sets;
	uint8_t pending; /* set seen last, not yet believed */
	uint8_t pending_hops;
	int8_t on; /* tone reported, -1: none */
	uint32_t fill, run_count;
	float energy, last_energy;
	uint64_t after_frame;		      /* what was before is spent */
	struct rd_tone_run run[RD_TONE_RUNS]; /* the last is the current one */
};

/*
 * country as for rd_tone_plan(). Returns 0, or -EINVAL for an unknown country.
 * Context: core.
 */
int rd_tone_rx_init(struct rd_tone_rx *rx, const char *country);

/*
 * The same with the user's own plans, at most one of each tone; they must
 * outlive the detector. -E2BIG if they use more than RD_TONE_SETS pairs.
 */
int rd_tone_rx_init_plans(struct rd_tone_rx *rx,
			  const struct rd_tone_plan *plans, unsigned int count);

/*
 * in: n samples, s16; frame0: frame number of in[0]. A continuous tone is
 * reported when it has lasted longer than any of its country's bursts on the
 * same frequencies; a cadence after one period, after two if it is shorter than
 * 1.5 s. Levels -40..0 dBm0, lengths within 15 % + 40 ms. Returns events, at most
 * max; n / 160 + 1 bound them. Context: tick.
 */
int rd_tone_rx_process(struct rd_tone_rx *rx, const int16_t *in, size_t n,
		       uint64_t frame0, struct rd_tone_event *ev, int max);

#endif

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

#endif

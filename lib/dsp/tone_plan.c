// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The nations' call-progress tones: ITU-T E.180 Supplement 2, as the exchanges
 * send them. One line a tone; a part is {frequencies, ms}.
 */
#include <errno.h>
#include <string.h>

#include "lib/dsp/tone.h"

/* clang-format off */
#define ON(f, ms)       { { f, 0 }, ms }
#define ON2(f, g, ms)   { { f, g }, ms }
#define OFF(ms)         { { 0, 0 }, ms }
#define PARTS(...)      { __VA_ARGS__ }
#define COUNT(...)      (sizeof((struct rd_tone_part[]){ __VA_ARGS__ }) / \
			 sizeof(struct rd_tone_part))
#define PLAN(c, t, ...) { .country = c, .tone = RD_TONE_##t, .repeats = true, \
			  .count = COUNT(__VA_ARGS__), .part = PARTS(__VA_ARGS__) }
#define SIT(c)          PLAN(c, INFO, ON(950, 330), ON(1400, 330), \
			     ON(1800, 330), OFF(1000))

static const struct rd_tone_plan plans[] = {
	PLAN("cn", DIAL,         ON(450, 0)),
	PLAN("cn", RINGBACK,     ON(450, 1000), OFF(4000)),
	PLAN("cn", BUSY,         ON(450, 350), OFF(350)),
	PLAN("cn", CONGESTION,   ON(450, 700), OFF(700)),
	PLAN("cn", INFO,         ON(450, 100), OFF(100), ON(450, 100), OFF(100),
				 ON(450, 100), OFF(100), ON(450, 400), OFF(400)),
	PLAN("cn", CALL_WAITING, ON(450, 400), OFF(4000)),

	PLAN("us", DIAL,         ON2(350, 440, 0)),
	PLAN("us", RINGBACK,     ON2(440, 480, 2000), OFF(4000)),
	PLAN("us", BUSY,         ON2(480, 620, 500), OFF(500)),
	PLAN("us", CONGESTION,   ON2(480, 620, 250), OFF(250)),
	SIT("us"),
	PLAN("us", CALL_WAITING, ON(440, 300), OFF(10000)),

	PLAN("eu", DIAL,         ON(425, 0)),
	PLAN("eu", RINGBACK,     ON(425, 1000), OFF(4000)),
	PLAN("eu", BUSY,         ON(425, 500), OFF(500)),
	PLAN("eu", CONGESTION,   ON(425, 250), OFF(250)),
	SIT("eu"),
	PLAN("eu", CALL_WAITING, ON(425, 200), OFF(600), ON(425, 200), OFF(3000)),

	PLAN("uk", DIAL,         ON2(350, 440, 0)),
	PLAN("uk", RINGBACK,     ON2(400, 450, 400), OFF(200),
				 ON2(400, 450, 400), OFF(2000)),
	PLAN("uk", BUSY,         ON(400, 375), OFF(375)),
	PLAN("uk", CONGESTION,   ON(400, 400), OFF(350), ON(400, 225), OFF(525)),
	SIT("uk"),
	PLAN("uk", CALL_WAITING, ON(400, 100), OFF(4000)),

	PLAN("tw", DIAL,         ON2(350, 440, 0)),
	PLAN("tw", RINGBACK,     ON2(440, 480, 1000), OFF(2000)),
	PLAN("tw", BUSY,         ON2(480, 620, 500), OFF(500)),
	PLAN("tw", CONGESTION,   ON2(480, 620, 250), OFF(250)),
	PLAN("tw", CALL_WAITING, ON2(350, 440, 250), OFF(250),
				 ON2(350, 440, 250), OFF(3250)),

	PLAN("jp", DIAL,         ON(400, 0)),
	PLAN("jp", RINGBACK,     ON2(385, 415, 1000), OFF(2000)),
	PLAN("jp", BUSY,         ON(400, 500), OFF(500)),
	PLAN("jp", CONGESTION,   ON(400, 500), OFF(500)),

	PLAN("au", DIAL,         ON2(400, 425, 0)),
	PLAN("au", RINGBACK,     ON2(400, 425, 400), OFF(200),
				 ON2(400, 425, 400), OFF(2000)),
	PLAN("au", BUSY,         ON(425, 375), OFF(375)),
	PLAN("au", CONGESTION,   ON(425, 375), OFF(375)),
	PLAN("au", CALL_WAITING, ON(425, 200), OFF(200), ON(425, 200), OFF(4400)),
};

static const char *const countries[] = {
	"cn", "us", "eu", "uk", "tw", "jp", "au",
};

static const char *const names[RD_TONE_COUNT] = {
	[RD_TONE_DIAL]         = "dial",
	[RD_TONE_RINGBACK]     = "ringback",
	[RD_TONE_BUSY]         = "busy",
	[RD_TONE_CONGESTION]   = "congestion",
	[RD_TONE_INFO]         = "info",
	[RD_TONE_CALL_WAITING] = "call-waiting",
};
/* clang-format on */

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

const struct rd_tone_plan *rd_tone_plan(const char *country, enum rd_tone tone)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(plans); i++)
		if (plans[i].tone == tone && !strcmp(plans[i].country, country))
			return &plans[i];
	return NULL;
}

const char *rd_tone_name(enum rd_tone tone)
{
	return (unsigned int)tone < RD_TONE_COUNT ? names[tone] : "unknown";
}

int rd_tone_from_name(const char *name)
{
	int i;

	for (i = 0; i < RD_TONE_COUNT; i++)
		if (!strcmp(names[i], name))
			return i;
	return -EINVAL;
}

const char *rd_tone_country(unsigned int i)
{
	return i < ARRAY_SIZE(countries) ? countries[i] : NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Speaking numbers; see say.h.
 *
 * A struct out collects prompts; put() is the only place that writes. Once it
 * is full it stays full, so no grammar below has to look at errors: done()
 * turns the state into the answer.
 */
#include "daemon/ivr/say.h"

#include <errno.h>
#include <string.h>

#include "daemon/msg.h"

#define GROUP_DIGITS	4
#define GROUP_PAUSE_MS	120
#define INTEGER_DIGITS	18
#define FRACTION_DIGITS 6

static const struct {
	const char *zh, *en;
} words[RD_SAY_ATOMS] = {
#define X(ATOM, zh, en) { zh, en },
	RD_SAY_LIST(X)
#undef X
};

struct out {
	const struct rd_config *c;
	uint16_t language;
	bool zh;  /* grammar */
	bool and; /* English with "and" */
	uint32_t *prompts;
	int n, max;
};

static bool is_mandarin(const char *language)
{
	return !strncmp(language, "zh", 2) || !strncmp(language, "cmn", 3);
}

const char *rd_say_text(enum rd_say_atom atom, const char *language)
{
	return is_mandarin(language) ? words[atom].zh : words[atom].en;
}

uint32_t rd_say_prompt(const struct rd_config *c, uint16_t language,
		       enum rd_say_atom atom)
{
	if (!c->say || language >= c->nlanguages)
		return RD_PROMPT_NONE;
	return c->say[(size_t)language * RD_SAY_ATOMS + atom];
}

static struct out begin(const struct rd_config *c, uint16_t language,
			uint32_t *prompts, int max)
{
	const char *name =
		language < c->nlanguages ? c->languages[language].name : "";

	return (struct out){
		.c = c,
		.language = language,
		.zh = is_mandarin(name),
		.and = strncmp(name, "en-us", 5) && strncmp(name, "en-US", 5),
		.prompts = prompts,
		.max = max,
	};
}

static int done(const struct out *o)
{
	return o->n > o->max ? -ENOSPC : o->n;
}

static void put_prompt(struct out *o, uint32_t prompt)
{
	if (o->n < o->max)
		o->prompts[o->n] = prompt;
	if (o->n <= o->max)
		o->n++;
}

static void put(struct out *o, enum rd_say_atom atom)
{
	uint32_t prompt = rd_say_prompt(o->c, o->language, atom);

	if (prompt != RD_PROMPT_NONE)
		put_prompt(o, prompt);
}

/* ---- Mandarin ------------------------------------------------------------ */

/*
 * Digit by digit, in sections of four (万, 亿, 万亿, 亿亿). Zeros at the end of
 * a section that was said are silent; any other run of zeros before a digit is
 * one 零. At the very front 1 before 十 is silent, and 2 before 百, 千, 万 or
 * 亿 is 两.
 */
static void zh_number(struct out *o, uint64_t n)
{
	static const enum rd_say_atom unit[4] = { RD_SAY_ATOMS, RD_SAY_10,
						  RD_SAY_HUNDRED,
						  RD_SAY_THOUSAND };
	bool first = true, zero = false, section = false;
	uint64_t scale = 1;
	int p = 0;

	if (!n)
		put(o, RD_SAY_0);
	while (n / scale >= 10)
		scale *= 10, p++;
	for (; n && p >= 0; p--, scale /= 10) {
		int digit = (int)(n / scale % 10);

		if (digit) {
			if (zero)
				put(o, RD_SAY_0);
			if (first && digit == 2 && p > 1 && p % 4 != 1)
				put(o, RD_SAY_LIANG);
			else if (!(first && digit == 1 && p % 4 == 1))
				put(o, RD_SAY_0 + digit);
			if (p % 4)
				put(o, unit[p % 4]);
			section = true;
			first = false;
		}
		zero = !digit;
		if (p % 4)
			continue;
		if (section && p % 8 == 4)
			put(o, RD_SAY_WAN);
		if (p && p % 8 == 0)
			put(o, RD_SAY_YI);
		if (section)
			zero = false;
		section = false;
	}
}

/* ---- English ------------------------------------------------------------- */

static void en_below_100(struct out *o, int n)
{
	if (n >= 20) {
		put(o, RD_SAY_20 + n / 10 - 2);
		n %= 10;
		if (!n)
			return;
	}
	put(o, RD_SAY_0 + n);
}

static void en_number(struct out *o, uint64_t n)
{
	static const enum rd_say_atom unit[7] = {
		RD_SAY_ATOMS,	   RD_SAY_THOUSAND, RD_SAY_MILLION,
		RD_SAY_BILLION,	   RD_SAY_TRILLION, RD_SAY_QUADRILLION,
		RD_SAY_QUINTILLION
	};
	uint64_t scale = 1000000000000000000u;
	bool said = false;

	if (!n)
		put(o, RD_SAY_0);
	for (int i = 6; i >= 0; i--, scale /= 1000) {
		int group = (int)(n / scale % 1000);

		if (group >= 100) {
			put(o, RD_SAY_0 + group / 100);
			put(o, RD_SAY_HUNDRED);
		}
		if (group % 100) {
			if (o->and &&(group >= 100 || (said && i == 0)))
				put(o, RD_SAY_AND);
			en_below_100(o, group % 100);
		}
		if (group && i)
			put(o, unit[i]);
		said = said || group;
	}
}

/* Years are said in pairs: 2026 twenty twenty six, 1905 nineteen oh five. */
static void en_year(struct out *o, int year)
{
	int century = year / 100, rest = year % 100;

	if (century % 10 == 0 && rest < 10) {
		en_number(o, (uint64_t)year);
		return;
	}
	en_below_100(o, century);
	if (!rest) {
		put(o, RD_SAY_HUNDRED);
		return;
	}
	if (rest < 10)
		put(o, RD_SAY_OH);
	en_below_100(o, rest);
}

static void en_ordinal(struct out *o, int day)
{
	if (day <= 20) {
		put(o, RD_SAY_1ST + day - 1);
	} else if (day == 30) {
		put(o, RD_SAY_30TH);
	} else {
		put(o, RD_SAY_20 + day / 10 - 2);
		put(o, RD_SAY_1ST + day % 10 - 1);
	}
}

/* ---- both ----------------------------------------------------------------- */

static void number(struct out *o, uint64_t n)
{
	if (o->zh)
		zh_number(o, n);
	else
		en_number(o, n);
}

/* A count before a measure word: two of a thing are 两, not 二. */
static void count(struct out *o, uint64_t n)
{
	if (o->zh && n == 2)
		put(o, RD_SAY_LIANG);
	else
		number(o, n);
}

static void digit_by_digit(struct out *o, int n)
{
	int scale = 1;

	while (n / scale >= 10)
		scale *= 10;
	for (; scale; scale /= 10)
		put(o, RD_SAY_0 + n / scale % 10);
}

int rd_say_atom(const struct rd_config *c, uint16_t language,
		enum rd_say_atom atom, uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);

	put(&o, atom);
	return done(&o);
}

int rd_say_number(const struct rd_config *c, uint16_t language, int64_t n,
		  uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);

	if (n < 0)
		put(&o, RD_SAY_MINUS);
	number(&o, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
	return done(&o);
}

struct decimal {
	bool minus;
	uint64_t integer;
	int nfraction;
	uint8_t fraction[FRACTION_DIGITS];
};

/* "[+-]digits[.digits]", nothing else; false if it is not that. */
static bool parse_decimal(const char *s, struct decimal *d)
{
	int n = 0;

	*d = (struct decimal){ .minus = *s == '-' };
	if (*s == '-' || *s == '+')
		s++;
	for (; *s >= '0' && *s <= '9'; s++) {
		d->integer = d->integer * 10 + (uint64_t)(*s - '0');
		if (++n > INTEGER_DIGITS)
			return false;
	}
	if (*s == '.') {
		for (s++; *s >= '0' && *s <= '9'; s++) {
			if (d->nfraction == FRACTION_DIGITS)
				return false;
			d->fraction[d->nfraction++] = (uint8_t)(*s - '0');
		}
		if (!d->nfraction)
			return false;
	}
	return n && !*s;
}

int rd_say_decimal(const struct rd_config *c, uint16_t language,
		   const char *text, uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);
	struct decimal d;

	if (!parse_decimal(text, &d))
		return -EINVAL;
	if (d.minus)
		put(&o, RD_SAY_MINUS);
	number(&o, d.integer);
	if (d.nfraction)
		put(&o, RD_SAY_POINT);
	for (int i = 0; i < d.nfraction; i++)
		put(&o, RD_SAY_0 + d.fraction[i]);
	return done(&o);
}

static void digits(struct out *o, const char *s)
{
	static const char keys[] = "0123456789*#";
	int left = 0;

	for (const char *p = s; *p; p++)
		left += strchr(keys, *p) != NULL;
	for (; *s; s++) {
		if (!strchr(keys, *s))
			continue;
		if (*s == '*')
			put(o, RD_SAY_STAR);
		else if (*s == '#')
			put(o, RD_SAY_HASH);
		else if (*s == '1' && o->zh)
			put(o, RD_SAY_YAO);
		else
			put(o, RD_SAY_0 + *s - '0');
		if (--left && left % GROUP_DIGITS == 0)
			put_prompt(o, RD_PAUSE_MS(GROUP_PAUSE_MS));
	}
}

static bool has_only_digits(const char *s)
{
	return !s[strspn(s, "0123456789*#-. ")];
}

int rd_say_digits(const struct rd_config *c, uint16_t language,
		  const char *text, uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);

	if (!has_only_digits(text))
		return -EINVAL;
	digits(&o, text);
	return done(&o);
}

/* 0 Monday .. 6 Sunday (Sakamoto's congruence). */
static int weekday_of(int year, int month, int day)
{
	static const int shift[12] = { 0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4 };

	year -= month < 3;
	return (year + year / 4 - year / 100 + year / 400 + shift[month - 1] +
		day + 6) %
	       7;
}

static int days_in(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30,
				      31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

int rd_say_date(const struct rd_config *c, uint16_t language, int year,
		int month, int day, bool weekday, uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);

	if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1 ||
	    day > days_in(year, month))
		return -EINVAL;
	if (o.zh) {
		digit_by_digit(&o, year);
		put(&o, RD_SAY_YEAR);
		zh_number(&o, (uint64_t)month);
		put(&o, RD_SAY_MONTH);
		zh_number(&o, (uint64_t)day);
		put(&o, RD_SAY_DAY);
		if (weekday)
			put(&o, RD_SAY_MONDAY + weekday_of(year, month, day));
		return done(&o);
	}
	if (weekday)
		put(&o, RD_SAY_MONDAY + weekday_of(year, month, day));
	put(&o, RD_SAY_THE);
	en_ordinal(&o, day);
	put(&o, RD_SAY_OF);
	put(&o, RD_SAY_MONTH1 + month - 1);
	en_year(&o, year);
	return done(&o);
}

int rd_say_time(const struct rd_config *c, uint16_t language, int hour,
		int minute, uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);

	if (hour < 0 || hour > 23 || minute < 0 || minute > 59)
		return -EINVAL;
	if (o.zh) {
		count(&o, (uint64_t)hour);
		put(&o, RD_SAY_OCLOCK);
		if (!minute) {
			put(&o, RD_SAY_SHARP);
			return done(&o);
		}
		if (minute < 10)
			put(&o, RD_SAY_0);
		zh_number(&o, (uint64_t)minute);
		put(&o, RD_SAY_MINUTE_OF);
		return done(&o);
	}
	en_below_100(&o, hour % 12 ? hour % 12 : 12);
	if (minute) {
		if (minute < 10)
			put(&o, RD_SAY_OH);
		en_below_100(&o, minute);
	}
	put(&o, hour < 12 ? RD_SAY_AM : RD_SAY_PM);
	return done(&o);
}

int rd_say_money(const struct rd_config *c, uint16_t language, const char *text,
		 uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);
	struct decimal d;
	int jiao, fen;

	if (!parse_decimal(text, &d) || d.nfraction > 2)
		return -EINVAL;
	jiao = d.fraction[0];
	fen = d.fraction[1];
	if (d.minus)
		put(&o, RD_SAY_MINUS);
	if (d.integer || !(jiao || fen)) {
		count(&o, d.integer);
		put(&o, RD_SAY_YUAN);
		if (!o.zh && (jiao || fen))
			put(&o, RD_SAY_AND);
		else if (o.zh && !jiao && fen)
			put(&o, RD_SAY_0);
	}
	if (!o.zh) {
		if (jiao || fen) {
			en_below_100(&o, jiao * 10 + fen);
			put(&o, RD_SAY_FEN);
		}
		return done(&o);
	}
	if (jiao) {
		count(&o, (uint64_t)jiao);
		put(&o, RD_SAY_JIAO);
	}
	if (fen) {
		count(&o, (uint64_t)fen);
		put(&o, RD_SAY_FEN);
	}
	return done(&o);
}

/* ---- phrases -------------------------------------------------------------- */

int rd_say_position(const struct rd_config *c, uint16_t language, int64_t n,
		    uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);

	if (n < 1)
		return -EINVAL;
	put(&o, RD_SAY_POSITION_PRE);
	number(&o, (uint64_t)n);
	put(&o, RD_SAY_POSITION_POST);
	return done(&o);
}

int rd_say_more_than(const struct rd_config *c, uint16_t language, int64_t n,
		     uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);

	if (n < 0)
		return -EINVAL;
	put(&o, RD_SAY_MORE_PRE);
	count(&o, (uint64_t)n);
	put(&o, RD_SAY_MORE_POST);
	return done(&o);
}

int rd_say_wait(const struct rd_config *c, uint16_t language, uint32_t wait_ms,
		uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);
	uint32_t minutes = wait_ms / 60000 + (wait_ms % 60000 != 0);

	if (wait_ms < 60000) {
		put(&o, RD_SAY_WAIT_SHORT);
		return done(&o);
	}
	put(&o, RD_SAY_WAIT_PRE);
	count(&o, minutes);
	put(&o, minutes == 1 ? RD_SAY_WAIT_POST_1 : RD_SAY_WAIT_POST);
	return done(&o);
}

int rd_say_agent(const struct rd_config *c, uint16_t language,
		 const char *number, uint32_t *prompts, int max)
{
	struct out o = begin(c, language, prompts, max);

	if (!has_only_digits(number))
		return -EINVAL;
	put(&o, RD_SAY_AGENT_PRE);
	digits(&o, number);
	put(&o, RD_SAY_AGENT_POST);
	return done(&o);
}

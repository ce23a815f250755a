// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Spoken numbers: each case gives the words, read back from the prompts.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/ivr/say.h"
#include "daemon/msg.h"

enum { ZH, EN, EN_US, FR, LANGUAGES };

static const struct rd_cfg_language languages[LANGUAGES] = {
	{ "zh", "cmn" }, { "en", "en" }, { "en-us", "en-us" }, { "fr", "fr" }
};
static uint32_t map[LANGUAGES * RD_SAY_ATOMS];

/* Prompt numbers are positions in map, so they lead back to the words. */
static struct rd_config world(void)
{
	for (uint32_t i = 0; i < LANGUAGES * RD_SAY_ATOMS; i++)
		map[i] = *rd_say_text((enum rd_say_atom)(i % RD_SAY_ATOMS),
				      languages[i / RD_SAY_ATOMS].name) ?
				 i : RD_PROMPT_NONE;
	return (struct rd_config){ .nlanguages = LANGUAGES,
				   .languages = languages,
				   .say = map };
}

/* The words of a list; Mandarin without, English with blanks; pauses are |. */
static const char *words(const uint32_t *prompts, int n)
{
	static char text[2048];
	size_t len = 0;

	cr_assert_geq(n, 0, "answer %d", n);
	text[0] = 0;
	for (int i = 0; i < n; i++) {
		uint32_t p = prompts[i];
		uint32_t language = p / RD_SAY_ATOMS;

		if (p & 0x80000000u) {
			len += (size_t)snprintf(text + len, sizeof(text) - len,
						"|");
			continue;
		}
		cr_assert_lt(language, LANGUAGES);
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s%s",
			language != ZH && len && text[len - 1] != '|' ? " " :
									"",
			rd_say_text(p % RD_SAY_ATOMS,
				    languages[language].name));
	}
	return text;
}

#define SAID(expected, call)                                                  \
	do {                                                                  \
		uint32_t p[RD_SAY_MAX];                                       \
		struct rd_config c = world();                                 \
		const char *said;                                             \
		int max = RD_SAY_MAX, n;                                      \
									      \
		n = call;                                                     \
		said = words(p, n);                                           \
		cr_expect_str_eq(said, expected, "said \"%s\", expected "     \
				 "\"%s\"", said, expected);                   \
	} while (0)

static const struct {
	int64_t n;
	const char *zh, *en;
} numbers[] = {
	{ 0, "零", "zero" },
	{ 2, "二", "two" },
	{ 10, "十", "ten" },
	{ 12, "十二", "twelve" },
	{ 20, "二十", "twenty" },
	{ 21, "二十一", "twenty one" },
	{ 100, "一百", "one hundred" },
	{ 101, "一百零一", "one hundred and one" },
	{ 110, "一百一十", "one hundred and ten" },
	{ 115, "一百一十五", "one hundred and fifteen" },
	{ 200, "两百", "two hundred" },
	{ 222, "两百二十二", "two hundred and twenty two" },
	{ 1000, "一千", "one thousand" },
	{ 1001, "一千零一", "one thousand and one" },
	{ 1010, "一千零一十", "one thousand and ten" },
	{ 1100, "一千一百", "one thousand one hundred" },
	{ 2002, "两千零二", "two thousand and two" },
	{ 2200, "两千二百", "two thousand two hundred" },
	{ 10000, "一万", "ten thousand" },
	{ 10005, "一万零五", "ten thousand and five" },
	{ 20010, "两万零一十", "twenty thousand and ten" },
	{ 22000, "两万二千", "twenty two thousand" },
	{ 100000, "十万", "one hundred thousand" },
	{ 101000, "十万一千", "one hundred and one thousand" },
	{ 100005, "十万零五", "one hundred thousand and five" },
	{ 110000, "十一万", "one hundred and ten thousand" },
	{ 120000, "十二万", "one hundred and twenty thousand" },
	{ 1100000, "一百一十万", "one million one hundred thousand" },
	{ 10000000, "一千万", "ten million" },
	{ 100000000, "一亿", "one hundred million" },
	{ 100000005, "一亿零五", "one hundred million and five" },
	{ 100005000, "一亿零五千", "one hundred million five thousand" },
	{ 100050000, "一亿零五万", "one hundred million fifty thousand" },
	{ 150005000, "一亿五千万五千",
	  "one hundred and fifty million five thousand" },
	{ 200000000, "两亿", "two hundred million" },
	{ 1000000000, "十亿", "one billion" },
	{ 1000000001, "十亿零一", "one billion and one" },
	{ 1000000000000, "一万亿", "one trillion" },
	{ 1000000000005, "一万亿零五", "one trillion and five" },
	{ 10000000000000000, "一亿亿", "ten quadrillion" },
	{ -15, "负十五", "minus fifteen" },
	{ INT64_MIN,
	  "负九百二十二亿三千三百七十二万零三百六十八亿"
	  "五千四百七十七万五千八百零八",
	  "minus nine quintillion two hundred and twenty three quadrillion "
	  "three hundred and seventy two trillion thirty six billion eight "
	  "hundred and fifty four million seven hundred and seventy five "
	  "thousand eight hundred and eight" },
};

Test(say, numbers_in_mandarin)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		SAID(numbers[i].zh,
		     rd_say_number(&c, ZH, numbers[i].n, p, max));
}

Test(say, numbers_in_english)
{
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		SAID(numbers[i].en,
		     rd_say_number(&c, EN, numbers[i].n, p, max));
}

Test(say, american_numbers_have_no_and)
{
	SAID("one hundred five", rd_say_number(&c, EN_US, 105, p, max));
	SAID("ten thousand five", rd_say_number(&c, EN_US, 10005, p, max));
}

Test(say, unknown_languages_use_english_grammar)
{
	SAID("twenty one", rd_say_number(&c, FR, 21, p, max));
}

Test(say, every_number_fits)
{
	static const int64_t longest[] = { INT64_MIN, INT64_MAX,
					   -8777777777777777777, 999999999999 };
	uint32_t p[RD_SAY_MAX];
	struct rd_config c = world();

	for (size_t i = 0; i < sizeof(longest) / sizeof(*longest); i++) {
		cr_expect_gt(rd_say_number(&c, ZH, longest[i], p, RD_SAY_MAX),
			     0);
		cr_expect_gt(rd_say_number(&c, EN, longest[i], p, RD_SAY_MAX),
			     0);
	}
}

Test(say, too_little_room_is_an_error_and_writes_no_further)
{
	struct rd_config c = world();
	uint32_t p[4] = { 0, 0, 0, 4711 };

	cr_expect_eq(rd_say_number(&c, ZH, 10005, p, 3), -ENOSPC);
	cr_expect_eq(p[3], 4711);
	cr_expect_eq(rd_say_number(&c, ZH, 10005, p, 4), 4);
}

Test(say, a_configuration_without_pieces_says_nothing)
{
	struct rd_config c = world();
	uint32_t p[4];

	c.say = NULL;
	cr_expect_eq(rd_say_number(&c, ZH, 10005, p, 4), 0);
	c = world();
	cr_expect_eq(rd_say_number(&c, LANGUAGES, 10005, p, 4), 0);
}

Test(say, decimals)
{
	SAID("十二点五零", rd_say_decimal(&c, ZH, "12.50", p, max));
	SAID("minus twelve point five zero",
	     rd_say_decimal(&c, EN, "-12.50", p, max));
	SAID("零点零五", rd_say_decimal(&c, ZH, "0.05", p, max));
	SAID("seven", rd_say_decimal(&c, EN, "+007", p, max));
}

Test(say, what_is_no_number_is_refused)
{
	static const char *const bad[] = { "", "-", ".", ".5", "1.", "1.2.3",
					   "12a", " 12", "1,000",
					   "1234567890123456789",
					   "1.1234567" };
	struct rd_config c = world();
	uint32_t p[RD_SAY_MAX];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_eq(rd_say_decimal(&c, ZH, bad[i], p, RD_SAY_MAX),
			     -EINVAL, "\"%s\"", bad[i]);
}

Test(say, digits_one_by_one)
{
	SAID("八零零幺", rd_say_digits(&c, ZH, "8001", p, max));
	SAID("eight zero zero one", rd_say_digits(&c, EN, "8001", p, max));
	SAID("幺三八|零零幺三|八零零零",
	     rd_say_digits(&c, ZH, "13800138000", p, max));
	SAID("二零零五|零八幺五", rd_say_digits(&c, ZH, "2005-0815", p, max));
	SAID("star two hash", rd_say_digits(&c, EN, "*2#", p, max));
	SAID("", rd_say_digits(&c, EN, "", p, max));
}

Test(say, letters_are_no_digits)
{
	struct rd_config c = world();
	uint32_t p[4];

	cr_expect_eq(rd_say_digits(&c, ZH, "12x", p, 4), -EINVAL);
	cr_expect_eq(rd_say_agent(&c, ZH, "bob", p, 4), -EINVAL);
}

Test(say, dates)
{
	SAID("二零二六年七月三十一日星期五",
	     rd_say_date(&c, ZH, 2026, 7, 31, true, p, max));
	SAID("Friday the thirty first of July twenty twenty six",
	     rd_say_date(&c, EN, 2026, 7, 31, true, p, max));
	SAID("二零零零年十二月二十日",
	     rd_say_date(&c, ZH, 2000, 12, 20, false, p, max));
	SAID("the twentieth of December two thousand",
	     rd_say_date(&c, EN, 2000, 12, 20, false, p, max));
	SAID("the second of January two thousand and nine",
	     rd_say_date(&c, EN, 2009, 1, 2, false, p, max));
	SAID("the thirtieth of May nineteen oh five",
	     rd_say_date(&c, EN, 1905, 5, 30, false, p, max));
	SAID("the first of March nineteen hundred",
	     rd_say_date(&c, EN, 1900, 3, 1, false, p, max));
	SAID("Tuesday the twenty ninth of February two thousand",
	     rd_say_date(&c, EN, 2000, 2, 29, true, p, max));
}

Test(say, days_that_do_not_exist_are_refused)
{
	static const int bad[][3] = { { 2026, 2, 29 }, { 1900, 2, 29 },
				      { 2026, 0, 1 }, { 2026, 13, 1 },
				      { 2026, 4, 31 }, { 2026, 1, 0 },
				      { 999, 1, 1 }, { 10000, 1, 1 } };
	struct rd_config c = world();
	uint32_t p[RD_SAY_MAX];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_expect_eq(rd_say_date(&c, EN, bad[i][0], bad[i][1],
					 bad[i][2], true, p, RD_SAY_MAX),
			     -EINVAL, "row %zu", i);
}

Test(say, times)
{
	SAID("十四点零五分", rd_say_time(&c, ZH, 14, 5, p, max));
	SAID("两点整", rd_say_time(&c, ZH, 2, 0, p, max));
	SAID("十点三十分", rd_say_time(&c, ZH, 10, 30, p, max));
	SAID("two oh five P M", rd_say_time(&c, EN, 14, 5, p, max));
	SAID("twelve A M", rd_say_time(&c, EN, 0, 0, p, max));
	SAID("twelve thirty P M", rd_say_time(&c, EN, 12, 30, p, max));
}

Test(say, money)
{
	SAID("十二元五角", rd_say_money(&c, ZH, "12.5", p, max));
	SAID("两元零五分", rd_say_money(&c, ZH, "2.05", p, max));
	SAID("三角", rd_say_money(&c, ZH, "0.30", p, max));
	SAID("零元", rd_say_money(&c, ZH, "0", p, max));
	SAID("twelve yuan and fifty fen",
	     rd_say_money(&c, EN, "12.5", p, max));
	SAID("five fen", rd_say_money(&c, EN, "0.05", p, max));
	SAID("负一万零五元", rd_say_money(&c, ZH, "-10005.00", p, max));
}

Test(say, queue_phrases)
{
	SAID("您现在排在第二位", rd_say_position(&c, ZH, 2, p, max));
	SAID("You are number three in the queue",
	     rd_say_position(&c, EN, 3, p, max));
	SAID("现在排队的超过十位", rd_say_more_than(&c, ZH, 10, p, max));
	SAID("预计等候时间为两分钟", rd_say_wait(&c, ZH, 61000, p, max));
	SAID("The expected wait is one minute",
	     rd_say_wait(&c, EN, 60000, p, max));
	SAID("The expected wait is less than one minute",
	     rd_say_wait(&c, EN, 59999, p, max));
	SAID("八零零幺号为您服务", rd_say_agent(&c, ZH, "8001", p, max));
	SAID("Number eight zero zero one at your service",
	     rd_say_agent(&c, EN, "8001", p, max));
}

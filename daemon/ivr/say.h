/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers, digits, dates, times and a few phrases, spoken in Mandarin and
 * English from a small stock of recorded pieces.
 *
 * WHAT. Every function writes a list of prompt numbers, ready for a playlist
 * (rd_call_play), and says how many: 10005 becomes 一 万 零 五, or "ten"
 * "thousand" "and" "five".
 *
 * HOW. The pieces ("atoms") stand once, in RD_SAY_LIST, with their words in
 * both languages. rd_ivr_load() registers them as prompts for each language of
 * the configuration; config->say maps (language, atom) to a prompt number.
 * Grammar follows from the language's name: "zh..." is Mandarin, anything else
 * English ("en-us" leaves out the British "and").
 *
 * USE.
 *	n = rd_say_number(config, language, 20010, list, RD_SAY_MAX);
 *	n = rd_say_agent(config, language, "8001", list, RD_SAY_MAX);
 * rd_say_*() return the count of prompts written to prompts[max], 0 or more;
 * -ENOSPC: more than max, nothing usable was written; -EINVAL: text that is no
 * number, date or string of digits.
 *
 * LIMITS. Numbers: all of int64_t. Decimals: 18 digits before the point, 6
 * after. Pieces a configuration lacks (no such language) are left out.
 *
 * Context: any; pure functions.
 */
#ifndef RD_IVR_SAY_H
#define RD_IVR_SAY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/config/config.h"

#define RD_SAY_MAX 48 /* room for any one item below */

/* clang-format off */
/* X(ATOM, Mandarin, English); "" is a piece that language does not use */
#define RD_SAY_LIST(X)                                                        \
	/* 0-19 first: RD_SAY_0 + n */                                        \
	X(0, "零", "zero") X(1, "一", "one") X(2, "二", "two")                \
	X(3, "三", "three") X(4, "四", "four") X(5, "五", "five")             \
	X(6, "六", "six") X(7, "七", "seven") X(8, "八", "eight")             \
	X(9, "九", "nine") X(10, "十", "ten") X(11, "", "eleven")             \
	X(12, "", "twelve") X(13, "", "thirteen") X(14, "", "fourteen")       \
	X(15, "", "fifteen") X(16, "", "sixteen") X(17, "", "seventeen")      \
	X(18, "", "eighteen") X(19, "", "nineteen")                           \
	/* RD_SAY_20 + tens - 2 */                                            \
	X(20, "", "twenty") X(30, "", "thirty") X(40, "", "forty")            \
	X(50, "", "fifty") X(60, "", "sixty") X(70, "", "seventy")            \
	X(80, "", "eighty") X(90, "", "ninety")                               \
	X(HUNDRED, "百", "hundred") X(THOUSAND, "千", "thousand")             \
	X(WAN, "万", "") X(YI, "亿", "")                                      \
	X(MILLION, "", "million") X(BILLION, "", "billion")                   \
	X(TRILLION, "", "trillion") X(QUADRILLION, "", "quadrillion")         \
	X(QUINTILLION, "", "quintillion")                                     \
	X(LIANG, "两", "") X(YAO, "幺", "")                                   \
	X(AND, "", "and") X(MINUS, "负", "minus") X(POINT, "点", "point")     \
	X(OH, "", "oh") X(STAR, "星", "star") X(HASH, "井", "hash")           \
	/* ordinals, English days: RD_SAY_1ST + n - 1 */                      \
	X(1ST, "", "first") X(2ND, "", "second") X(3RD, "", "third")          \
	X(4TH, "", "fourth") X(5TH, "", "fifth") X(6TH, "", "sixth")          \
	X(7TH, "", "seventh") X(8TH, "", "eighth") X(9TH, "", "ninth")        \
	X(10TH, "", "tenth") X(11TH, "", "eleventh") X(12TH, "", "twelfth")   \
	X(13TH, "", "thirteenth") X(14TH, "", "fourteenth")                   \
	X(15TH, "", "fifteenth") X(16TH, "", "sixteenth")                     \
	X(17TH, "", "seventeenth") X(18TH, "", "eighteenth")                  \
	X(19TH, "", "nineteenth") X(20TH, "", "twentieth")                    \
	X(30TH, "", "thirtieth")                                              \
	/* RD_SAY_MONTH1 + n - 1 */                                           \
	X(MONTH1, "", "January") X(MONTH2, "", "February")                    \
	X(MONTH3, "", "March") X(MONTH4, "", "April") X(MONTH5, "", "May")    \
	X(MONTH6, "", "June") X(MONTH7, "", "July") X(MONTH8, "", "August")   \
	X(MONTH9, "", "September") X(MONTH10, "", "October")                  \
	X(MONTH11, "", "November") X(MONTH12, "", "December")                 \
	/* RD_SAY_MONDAY + n */                                               \
	X(MONDAY, "星期一", "Monday") X(TUESDAY, "星期二", "Tuesday")         \
	X(WEDNESDAY, "星期三", "Wednesday") X(THURSDAY, "星期四", "Thursday") \
	X(FRIDAY, "星期五", "Friday") X(SATURDAY, "星期六", "Saturday")       \
	X(SUNDAY, "星期日", "Sunday")                                         \
	X(YEAR, "年", "") X(MONTH, "月", "") X(DAY, "日", "")                 \
	X(THE, "", "the") X(OF, "", "of")                                     \
	X(OCLOCK, "点", "") X(MINUTE_OF, "分", "") X(SHARP, "整", "")         \
	X(AM, "", "A M") X(PM, "", "P M")                                     \
	X(YUAN, "元", "yuan") X(JIAO, "角", "") X(FEN, "分", "fen")           \
	/* phrases: before and after a number */                              \
	X(POSITION_PRE, "您现在排在第", "You are number")                     \
	X(POSITION_POST, "位", "in the queue")                                \
	X(MORE_PRE, "现在排队的超过", "There are more than")                  \
	X(MORE_POST, "位", "callers in the queue")                            \
	X(WAIT_PRE, "预计等候时间为", "The expected wait is")                 \
	X(WAIT_POST_1, "分钟", "minute") X(WAIT_POST, "分钟", "minutes")      \
	X(WAIT_SHORT, "预计等候时间不到一分钟",                               \
	  "The expected wait is less than one minute")                        \
	X(AGENT_PRE, "", "Number") X(AGENT_POST, "号为您服务",                \
	  "at your service")                                                  \
	/* callbacks, messages, the last agent: the queue says them */           \
	X(CALLBACK_PRE, "如果不想等候，请按", "If you prefer not to wait, "     \
	  "press")                                                            \
	X(CALLBACK_POST, "，我们会保留您的位置并给您回电。",                    \
	  "and we will call you back without you losing your place.")         \
	X(CALLBACK_NUMBER, "我们将回电至", "We will call you back on")        \
	X(CALLBACK_CONFIRM, "确认请按一，使用其他号码请按二。",                 \
	  "To confirm, press 1. For another number, press 2.")                \
	X(CALLBACK_ENTER, "请输入回电号码，按井号键结束。",                     \
	  "Please key in the number to call, then the hash key.")             \
	X(CALLBACK_DONE, "您的位置已保留，轮到您时我们会给您回电。再见。",      \
	  "Your place is kept, and we will call you when it is your turn. "   \
	  "Goodbye.")                                                         \
	X(CALLBACK_HELLO, "您好，这是您预约的回电，正在为您接通。",             \
	  "This is the call back that you asked for. One moment please.")     \
	X(MESSAGE_ASK, "请在提示音后留言，按井号键结束。",                      \
	  "Please leave a message after the tone, and end it with the hash "  \
	  "key.")                                                             \
	X(MESSAGE_DONE, "您的留言已记录，我们会尽快处理。再见。",               \
	  "Your message has been taken. Goodbye.")                            \
	X(LAST_AGENT, "您上次的座席现在有空，接通请按一，其他座席请按二。",     \
	  "The agent you spoke with last is free. For that agent press 1, "   \
	  "for the next one press 2.")                                        \
	/* what a tree says where its author wrote nothing else */            \
	X(INVALID, "输入有误，请重新输入。", "Sorry, that is not valid.")     \
	X(SILENCE, "没有收到您的输入。", "Sorry, I did not hear anything.")   \
	X(ENTERED, "您输入的是", "You entered")                               \
	X(CONFIRM_PRE, "确认请按", "To confirm, press")                       \
	X(RETRY_PRE, "重新输入请按", "To try again, press")                   \
	X(THANKS, "谢谢您的评价。", "Thank you for your rating.")             \
	X(GOODBYE, "谢谢您的来电，再见。", "Thank you for calling. Goodbye.")
/* clang-format on */

enum rd_say_atom {
#define X(ATOM, zh, en) RD_SAY_##ATOM,
	RD_SAY_LIST(X)
#undef X
	RD_SAY_ATOMS,
};

/* The words of an atom in a language of that name; "" if it has none there. */
const char *rd_say_text(enum rd_say_atom atom, const char *language);

/* The prompt of one atom, or RD_PROMPT_NONE. */
uint32_t rd_say_prompt(const struct rd_config *c, uint16_t language,
		       enum rd_say_atom atom);

/* 0 or 1 prompts: one atom alone. */
int rd_say_atom(const struct rd_config *c, uint16_t language,
		enum rd_say_atom atom, uint32_t *prompts, int max);

/* "minus twenty thousand and ten"; 负两万零一十. */
int rd_say_number(const struct rd_config *c, uint16_t language, int64_t n,
		  uint32_t *prompts, int max);

/*
 * A number as text, with an optional sign and fraction: "-12.50" is "minus
 * twelve point five zero".
 */
int rd_say_decimal(const struct rd_config *c, uint16_t language,
		   const char *text, uint32_t *prompts, int max);

/*
 * One by one, 0-9 * #; blanks, '-' and '.' are skipped. Groups of four from
 * the right are set off by a short pause. In Mandarin 1 is yao.
 */
int rd_say_digits(const struct rd_config *c, uint16_t language,
		  const char *digits, uint32_t *prompts, int max);

/* A day of the Gregorian calendar, 1000-9999; weekday added if wanted. */
int rd_say_date(const struct rd_config *c, uint16_t language, int year,
		int month, int day, bool weekday, uint32_t *prompts, int max);

/* hour 0-23, minute 0-59: 十四点零五分; "two oh five P M". */
int rd_say_time(const struct rd_config *c, uint16_t language, int hour,
		int minute, uint32_t *prompts, int max);

/* An amount of yuan as text, at most two decimals: 十二元五角; "twelve yuan
 * and fifty fen". */
int rd_say_money(const struct rd_config *c, uint16_t language,
		 const char *text, uint32_t *prompts, int max);

/* ---- phrases of the queue ---- */

/* 您现在排在第 n 位; "You are number n in the queue". n from 1. */
int rd_say_position(const struct rd_config *c, uint16_t language, int64_t n,
		    uint32_t *prompts, int max);
/* "There are more than n callers in the queue". */
int rd_say_more_than(const struct rd_config *c, uint16_t language, int64_t n,
		     uint32_t *prompts, int max);
/* Expected wait, rounded up to minutes; under 60 s "less than one minute". */
int rd_say_wait(const struct rd_config *c, uint16_t language, uint32_t wait_ms,
		uint32_t *prompts, int max);
/* 八零零幺 号为您服务; "Number eight zero zero one at your service". */
int rd_say_agent(const struct rd_config *c, uint16_t language,
		 const char *number, uint32_t *prompts, int max);

#endif

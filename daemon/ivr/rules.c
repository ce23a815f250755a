// SPDX-License-Identifier: GPL-2.0-or-later
/* Rules that an entry of digits may have to satisfy; see program.h. */
#include <string.h>

#include "daemon/ivr/program.h"

static bool holds_always(const char *digits)
{
	return true;
}

/*
 * ISO/IEC 7812-1 annex B: from the right, every second digit is doubled and
 * its digits added; the sum is a multiple of ten.
 */
static bool holds_luhn(const char *digits)
{
	size_t len = strlen(digits);
	int sum = 0;

	for (size_t i = 0; i < len; i++) {
		int digit = digits[len - 1 - i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		if (i % 2)
			digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return len > 1 && sum % 10 == 0;
}

/*
 * Weights 2, 3, 4, 5, 6, 7, 2 ... from the digit left of the check digit,
 * which brings the sum to a multiple of 11; a check digit of 10 is not given
 * out.
 */
static bool holds_mod11(const char *digits)
{
	size_t len = strlen(digits);
	int sum = 0;

	for (size_t i = 0; i < len; i++) {
		int digit = digits[len - 1 - i] - '0';

		if (digit < 0 || digit > 9)
			return false;
		sum += digit * (i ? 2 + (int)(i - 1) % 6 : 1);
	}
	return len > 1 && sum % 11 == 0;
}

/*
 * ISO 7064 MOD 11-2, as in GB 11643: each step doubles modulo 11, the check
 * character X (keyed as *) is worth 10, and the whole leaves 1.
 */
static bool holds_mod11_2(const char *digits)
{
	size_t len = strlen(digits);
	int sum = 0;

	for (size_t i = 0; i < len; i++) {
		int value =
			digits[i] == '*' && i + 1 == len ? 10 : digits[i] - '0';

		if (value < 0 || value > 10 || (value > 9 && digits[i] != '*'))
			return false;
		sum = (sum * 2 + value) % 11;
	}
	return len > 1 && sum == 1;
}

const struct rd_check rd_checks[RD_CHECKS] = {
	{ "none", "anything", holds_always },
	{ "luhn", "ISO/IEC 7812-1", holds_luhn },
	{ "mod11", "weights 2 to 7", holds_mod11 },
	{ "mod11_2", "ISO 7064 MOD 11-2", holds_mod11_2 },
};

bool rd_pattern_matches(const char *pattern, const char *text)
{
	for (; *pattern; pattern++, text++) {
		if (*pattern == '*' && !pattern[1])
			return true;
		if (!*text || (*pattern != '?' && *pattern != *text))
			return false;
	}
	return !*text;
}

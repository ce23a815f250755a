// SPDX-License-Identifier: GPL-2.0-only
/* Small parsers; every number is bounded by what it may mean. */
#include "spec_core.h"

static const struct {
	const char *name;
	struct rd_card_spec spec;
} models[] = {
	{ "e1", { RINGDOWN_SPAN_E1, 1, 0, false } },
	{ "t1", { RINGDOWN_SPAN_T1, 1, 0, false } },
	{ "fxs4", { RINGDOWN_SPAN_FXS, 1, 4, false } },
	{ "fxs8", { RINGDOWN_SPAN_FXS, 1, 8, false } },
	{ "fxo4", { RINGDOWN_SPAN_FXO, 1, 4, false } },
	{ "fxo8", { RINGDOWN_SPAN_FXO, 1, 8, false } },
	{ "quad-e1", { RINGDOWN_SPAN_E1, 4, 0, true } },
	{ "quad-t1", { RINGDOWN_SPAN_T1, 4, 0, true } },
};

int rd_card_spec_parse(const char *text, struct rd_card_spec *spec)
{
	u32 i, spans = 1;
	size_t len = strlen(text);

	/* "x4" makes four spans of one: e1x4 */
	if (len > 2 && text[len - 2] == 'x') {
		char digit = text[len - 1];

		if (digit < '1' || digit > '0' + RINGDOWN_MAX_SPANS)
			return -EINVAL;
		spans = digit - '0';
		len -= 2;
	}
	for (i = 0; i < ARRAY_SIZE(models); i++) {
		if (strlen(models[i].name) != len ||
		    strncmp(models[i].name, text, len))
			continue;
		if (spans > 1 && (models[i].spec.quad || models[i].spec.ports))
			return -EINVAL;
		*spec = models[i].spec;
		if (!spec->quad)
			spec->spans = spans;
		return 0;
	}
	return -EINVAL;
}

static bool take_number(const char **text, u32 below, u32 *number)
{
	u32 n = 0;

	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		n = n * 10 + (**text - '0');
		if (n >= below)
			return false;
	}
	*number = n;
	return true;
}

static bool take_char(const char **text, char expected)
{
	if (**text != expected)
		return false;
	(*text)++;
	return true;
}

int rd_cable_parse(const char *text, struct rd_cable *cable)
{
	struct rd_cable c;
	int end;

	for (end = 0; end < 2; end++) {
		if (end && !take_char(&text, '-'))
			return -EINVAL;
		if (!take_number(&text, RD_CARDS_MAX, &c.card[end]) ||
		    !take_char(&text, '.') ||
		    !take_number(&text, RINGDOWN_MAX_SPANS, &c.span[end]))
			return -EINVAL;
	}
	if (*text || (c.card[0] == c.card[1] && c.span[0] == c.span[1]))
		return -EINVAL;
	*cable = c;
	return 0;
}

bool rd_cable_fits(u32 a, u32 b)
{
	switch (a) {
	case RINGDOWN_SPAN_FXS:
		return b == RINGDOWN_SPAN_FXO;
	case RINGDOWN_SPAN_FXO:
		return b == RINGDOWN_SPAN_FXS;
	default:
		return a == b;
	}
}

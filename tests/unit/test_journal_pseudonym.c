// SPDX-License-Identifier: GPL-2.0-or-later
/* Pseudonyms of numbers and names: what of them stays, and what goes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/journal/pseudonym.h"
#include "lib/base/rng.h"

#define N 400

static const char *of(const struct rd_pseudonyms *p, const char *text)
{
	const char *other = rd_pseudonyms_of(p, text, strlen(text));

	cr_assert_not_null(other, "%s", text);
	return other;
}

static size_t common(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

/* Numbers of one country: few beginnings, many ends; some are patterns. */
static void draw(struct rd_rng *rng, char out[32])
{
	static const char *const begin[] = { "1390",   "1380013", "0755",
					     "400800", "0",	  "00",
					     "80",     "" };
	unsigned digits = rd_rng_below(rng, 9);
	int n = snprintf(out, 24, "%s", begin[rd_rng_below(rng, 8)]);

	for (unsigned i = 0; i < digits; i++)
		out[n++] = (char)('0' + rd_rng_below(rng, 10));
	if (rd_rng_below(rng, 5) == 0)
		out[n++] = '*';
	out[n] = '\0';
}

Test(pseudonym, beginnings_order_length_and_zeros_stay)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct rd_pseudonyms p = { 0 };
		struct rd_rng rng = { seed };
		int same = 0;

		for (int i = 0; i < N; i++) {
			char text[32];

			draw(&rng, text);
			cr_assert_eq(
				rd_pseudonyms_number(&p, text, strlen(text)),
				0);
		}
		cr_assert_gt(p.n, N / 3);
		rd_pseudonyms_make(&p, seed * 77);
		for (size_t i = 0; i < p.n; i++) {
			const char *a = p.list[i].text, *x = p.list[i].other;

			cr_assert_eq(strlen(a), strlen(x));
			cr_assert_eq(strspn(a, "0"), strspn(x, "0"), "%s %s", a,
				     x);
			same += !strcmp(a, x);
			for (size_t k = 0; k < i; k++) {
				const char *b = p.list[k].text;
				const char *y = p.list[k].other;

				cr_assert_eq(common(a, b), common(x, y),
					     "seed %llu: %s %s -> %s %s",
					     (unsigned long long)seed, a, b, x,
					     y);
				cr_assert_eq(
					sign(strcmp(a, b)), sign(strcmp(x, y)),
					"seed %llu: %s %s -> %s %s",
					(unsigned long long)seed, a, b, x, y);
			}
		}
		cr_assert_lt(same, (int)p.n / 10);
		rd_pseudonyms_free(&p);
	}
}

Test(pseudonym, a_number_behind_a_prefix_of_zeros_is_the_same_number)
{
	struct rd_pseudonyms p = { 0 };

	rd_pseudonyms_number(&p, "75512345678", 11);
	rd_pseudonyms_number(&p, "075512345678", 12);
	rd_pseudonyms_number(&p, "0075512345678", 13);
	cr_assert_eq(rd_pseudonyms_make(&p, 4), 0);
	cr_assert_str_eq(of(&p, "075512345678") + 1, of(&p, "75512345678"));
	cr_assert_str_eq(of(&p, "0075512345678") + 2, of(&p, "75512345678"));
	rd_pseudonyms_free(&p);
}

Test(pseudonym, another_secret_gives_others)
{
	struct rd_pseudonyms p = { 0 };
	char one[32];

	rd_pseudonyms_number(&p, "13800138000", 11);
	rd_pseudonyms_make(&p, 1);
	snprintf(one, sizeof(one), "%s", of(&p, "13800138000"));
	rd_pseudonyms_make(&p, 2);
	cr_assert_str_neq(of(&p, "13800138000"), one);
	rd_pseudonyms_make(&p, 1);
	cr_assert_str_eq(of(&p, "13800138000"), one);
	rd_pseudonyms_free(&p);
}

Test(pseudonym, only_what_stands_alone_is_replaced)
{
	char yaml[] =
		"agents: {8001: {phone: \"8001\"}}\n"
		"wait: 8001ms\nday: 2026-11-23 at 20:26\n"
		"# 8001, \xe6\x9d\x8e\xe4\xbc\x9f and Mary, not Maryland\n";
	char octets[] = "\0\0008001\0x8001\0"
			"80*\0"
			"a80*";
	struct rd_pseudonyms p = { 0 };
	const char *n;

	rd_pseudonyms_number(&p, "8001", 4);
	rd_pseudonyms_number(&p, "80*", 3);
	rd_pseudonyms_number(&p, "2026", 4);
	rd_pseudonyms_name(&p, "Mary", 4);
	rd_pseudonyms_name(&p, "\xe6\x9d\x8e\xe4\xbc\x9f", 6);
	for (uint64_t secret = 1; rd_pseudonyms_make(&p, secret); secret++)
		;
	n = of(&p, "8001");
	cr_assert_eq(rd_pseudonyms_replace(&p, yaml, sizeof(yaml) - 1,
					   RD_AREA_PROSE),
		     5, "%s", yaml);
	cr_assert_eq(strncmp(yaml + 9, n, 4), 0);
	cr_assert(strstr(yaml, "8001ms"));
	cr_assert(strstr(yaml, "2026-11-23 at 20:26"));
	cr_assert(strstr(yaml, "not Maryland"));
	cr_assert_null(strstr(yaml, "\xe6\x9d\x8e"));
	cr_assert_null(
		rd_pseudonyms_find(&p, yaml, sizeof(yaml) - 1, RD_AREA_PROSE));
	cr_assert_eq(rd_pseudonyms_replace(&p, octets, sizeof(octets) - 1,
					   RD_AREA_OCTETS),
		     2);
	cr_assert_eq(memcmp(octets + 2, n, 4), 0);
	cr_assert_eq(memcmp(octets + 7, "x8001", 5), 0);
	cr_assert_eq(memcmp(octets + 13, n, 2), 0, "a pattern of that number");
	cr_assert_eq(memcmp(octets + 17, "a80*", 4), 0);
	rd_pseudonyms_free(&p);
}

Test(pseudonym, short_ones_and_words_of_the_house_stay)
{
	struct rd_pseudonyms p = { 0 };

	rd_pseudonyms_number(&p, "112", 3);
	rd_pseudonyms_number(&p, "0000", 4);
	rd_pseudonyms_number(&p, "12a45", 5);
	rd_pseudonyms_name(&p, "Li", 2);
	rd_pseudonyms_name(&p, "2026", 4);
	cr_assert_eq(p.n, 0);
	rd_pseudonyms_name(&p, "gold", 4);
	rd_pseudonyms_name(&p, "Wang", 4);
	rd_pseudonyms_number(&p, "8001", 4);
	rd_pseudonyms_keep(&p, true, "gold");
	rd_pseudonyms_keep(&p, true, "8001");
	cr_assert_eq(p.n, 2);
	rd_pseudonyms_keep(&p, false, "8001");
	cr_assert_eq(p.n, 1);
	rd_pseudonyms_free(&p);
}

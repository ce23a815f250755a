/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in fields of fixed size. Context: any.
 */
#ifndef RD_CORE_TEXT_H
#define RD_CORE_TEXT_H

#include <stddef.h>
#include <string.h>

/*
 * Copy text into out[cap], NUL-padded, so that equal fields are equal octets. What
 * does not fit is cut before a whole UTF-8 character. text and out may overlap.
 */
static inline void rd_text_copy(char *out, size_t cap, const char *text)
{
	size_t n = strnlen(text, cap);

	if (n == cap) {
		n--;
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	memmove(out, text, n);
	memset(out + n, 0, cap - n);
}

/*
 * The same, but only what a Display IE may hold: IA5 (Q.931 4.5.16). Other
 * characters are left out, and the spaces around them are one, so
 * "\xe5\xae\xa2 Service" is "Service".
 */
static inline void rd_text_copy_ia5(char *out, size_t cap, const char *text)
{
	size_t n = 0;

	for (; *text && n + 1 < cap; text++) {
		if (*text < ' ' || *text > '~')
			continue;
		if (*text == ' ' && (!n || out[n - 1] == ' '))
			continue;
		out[n++] = *text;
	}
	memset(out + n, 0, cap - n);
}

/* A number, or the beginning of numbers: "0755*". */
static inline bool rd_text_is_pattern(const char *number)
{
	size_t digits = strspn(number, "0123456789+#");

	return digits && (!number[digits] || !strcmp(number + digits, "*"));
}

#endif

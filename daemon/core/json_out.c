// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A JSON appender (RFC 8259).
 *
 * Why so: core publishes on every event; a tree of allocated values for each
 * would cost more than the decision it reports.
 */
#include "daemon/core/json_out.h"

#include <stdio.h>
#include <string.h>

static void put(struct rd_json *j, const char *text, uint64_t n)
{
	if (j->len + n < j->cap) {
		memcpy(j->buf + j->len, text, n);
		j->buf[j->len + n] = '\0';
	}
	j->len += n;
}

static void put_char(struct rd_json *j, char c)
{
	put(j, &c, 1);
}

/* Octets of the UTF-8 sequence at s, or 0 if there is none (RFC 3629). */
static int utf8_len(const unsigned char *s)
{
	int n = s[0] < 0x80   ? 1
		: s[0] < 0xc2 ? 0
		: s[0] < 0xe0 ? 2
		: s[0] < 0xf0 ? 3
		: s[0] < 0xf5 ? 4
			      : 0;

	for (int i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

static void put_string(struct rd_json *j, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	char escape[8];

	put_char(j, '"');
	while (*s) {
		int n = utf8_len(s);

		if (*s == '"' || *s == '\\') {
			put_char(j, '\\');
			put_char(j, (char)*s++);
		} else if (*s < 0x20 || *s == 0x7f) {
			snprintf(escape, sizeof(escape), "\\u%04x", *s++);
			put(j, escape, 6);
		} else if (!n) {
			put(j, "\xef\xbf\xbd", 3);
			s++;
		} else {
			put(j, (const char *)s, (uint64_t)n);
			s += n;
		}
	}
	put_char(j, '"');
}

/* What stands before a value. */
static void put_key(struct rd_json *j, const char *key)
{
	if (j->comma)
		put_char(j, ',');
	j->comma = true;
	if (key) {
		put_string(j, key);
		put_char(j, ':');
	}
}

void rd_json_begin(struct rd_json *j, char *buf, uint64_t cap)
{
	*j = (struct rd_json){ .buf = buf, .cap = cap };
	if (cap)
		buf[0] = '\0';
}

void rd_json_object(struct rd_json *j, const char *key)
{
	put_key(j, key);
	put_char(j, '{');
	j->comma = false;
}

void rd_json_array(struct rd_json *j, const char *key)
{
	put_key(j, key);
	put_char(j, '[');
	j->comma = false;
}

void rd_json_end(struct rd_json *j, char bracket)
{
	put_char(j, bracket);
	j->comma = true;
}

void rd_json_str(struct rd_json *j, const char *key, const char *value)
{
	put_key(j, key);
	put_string(j, value);
}

void rd_json_real(struct rd_json *j, const char *key, double value)
{
	char digits[32];

	put_key(j, key);
	put(j, digits,
	    (uint64_t)snprintf(digits, sizeof(digits), "%.1f", value));
}

void rd_json_int(struct rd_json *j, const char *key, int64_t value)
{
	char digits[24];
	char *p = digits + sizeof(digits);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	put_key(j, key);
	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--p = '-';
	put(j, p, (uint64_t)(digits + sizeof(digits) - p));
}

void rd_json_bool(struct rd_json *j, const char *key, bool value)
{
	put_key(j, key);
	put(j, value ? "true" : "false", value ? 4 : 5);
}

void rd_json_null(struct rd_json *j, const char *key)
{
	put_key(j, key);
	put(j, "null", 4);
}

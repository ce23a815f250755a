// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A reader of flat JSON objects. It walks the text once per question: commands
 * have a handful of keys and come from people.
 */
#include "daemon/core/json_in.h"

#include <errno.h>
#include <string.h>

static const char *skip_space(const char *p)
{
	while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
		p++;
	return p;
}

static int hex4(const char *p)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i];

		if (c >= '0' && c <= '9')
			value = value << 4 | (c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			value = value << 4 | ((c | 32) - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* Append code point c to out if it fits; returns the new length. */
static size_t put_utf8(char *out, size_t len, size_t cap, uint32_t c)
{
	char seq[4];
	size_t n = 0;

	if (c < 0x80) {
		seq[n++] = (char)c;
	} else if (c < 0x800) {
		seq[n++] = (char)(0xc0 | c >> 6);
		seq[n++] = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		seq[n++] = (char)(0xe0 | c >> 12);
		seq[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		seq[n++] = (char)(0x80 | (c & 0x3f));
	} else {
		seq[n++] = (char)(0xf0 | c >> 18);
		seq[n++] = (char)(0x80 | (c >> 12 & 0x3f));
		seq[n++] = (char)(0x80 | (c >> 6 & 0x3f));
		seq[n++] = (char)(0x80 | (c & 0x3f));
	}
	if (len + n >= cap)
		return cap; /* full: nothing more goes in */
	memcpy(out + len, seq, n);
	return len + n;
}

/* One escape at p (after the backslash); *c the character. End or NULL. */
static const char *read_escape(const char *p, uint32_t *c)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	int high, low;

	if (*p != 'u') {
		at = *p ? strchr(from, *p) : NULL;
		if (!at)
			return NULL;
		*c = (unsigned char)to[at - from];
		return p + 1;
	}
	high = hex4(p + 1);
	if (high <= 0) /* U+0000 ends a string of ours: refused */
		return NULL;
	p += 5;
	*c = (uint32_t)high;
	if (high < 0xd800 || high > 0xdfff)
		return p;
	if (high > 0xdbff || p[0] != '\\' || p[1] != 'u')
		return NULL;
	low = hex4(p + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return NULL;
	*c = 0x10000 + ((uint32_t)(high & 0x3ff) << 10 | (low & 0x3ff));
	return p + 6;
}

/*
 * The string at p (a quote) into out[cap]; its end, or NULL. One that does not
 * fit is cut after its last whole character.
 */
static const char *read_string(const char *p, char *out, size_t cap)
{
	size_t len = 0;

	memset(out, 0, cap);
	if (*p++ != '"')
		return NULL;
	while (*p != '"') {
		unsigned char c = (unsigned char)*p;
		uint32_t code;

		if (c < 0x20)
			return NULL;
		if (c == '\\') {
			p = read_escape(p + 1, &code);
			if (!p)
				return NULL;
			len = put_utf8(out, len, cap, code);
		} else {
			size_t n = c < 0x80   ? 1
				   : c < 0xe0 ? 2
				   : c < 0xf0 ? 3
					      : 4;

			for (size_t i = 1; i < n; i++)
				if (((unsigned char)p[i] & 0xc0) != 0x80)
					return NULL;
			if (len + n < cap) {
				memcpy(out + len, p, n);
				len += n;
			} else {
				len = cap;
			}
			p += n;
		}
	}
	return p + 1;
}

static const char *read_int(const char *p, int64_t *out)
{
	bool negative = *p == '-';
	int64_t value = 0;

	p += negative;
	if (*p < '0' || *p > '9')
		return NULL;
	while (*p >= '0' && *p <= '9') {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *p - '0', &value))
			return NULL;
		p++;
	}
	*out = negative ? -value : value;
	return p;
}

static const char *read_value(const char *p, struct rd_json_value *out)
{
	static const struct {
		const char *word;
		enum rd_json_type type;
		int64_t number;
	} words[] = {
		{ "true", RD_JSON_BOOL, 1 },
		{ "false", RD_JSON_BOOL, 0 },
		{ "null", RD_JSON_NULL, 0 },
	};

	memset(out, 0, sizeof(*out));
	if (*p == '"') {
		out->type = RD_JSON_STRING;
		return read_string(p, out->text, sizeof(out->text));
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t n = strlen(words[i].word);

		if (strncmp(p, words[i].word, n) == 0) {
			out->type = words[i].type;
			out->number = words[i].number;
			return p + n;
		}
	}
	out->type = RD_JSON_INT;
	return read_int(p, &out->number);
}

/* Walk the object; found is set if key (may be NULL) is there. */
static int walk(const char *json, const char *key, struct rd_json_value *out,
		bool *found)
{
	const char *p = skip_space(json);
	struct rd_json_value value;
	char name[64];

	*found = false;
	if (*p++ != '{')
		return -EINVAL;
	p = skip_space(p);
	while (*p != '}') {
		p = read_string(p, name, sizeof(name));
		if (!p)
			return -EINVAL;
		p = skip_space(p);
		if (*p++ != ':')
			return -EINVAL;
		p = read_value(skip_space(p), &value);
		if (!p)
			return -EINVAL;
		if (key && !*found && strcmp(name, key) == 0) {
			*found = true;
			*out = value;
		}
		p = skip_space(p);
		if (*p == ',') {
			p = skip_space(p + 1);
			if (*p != '"')
				return -EINVAL;
		} else if (*p != '}') {
			return -EINVAL;
		}
	}
	return *skip_space(p + 1) ? -EINVAL : 0;
}

int rd_json_get(const char *json, const char *key, struct rd_json_value *out)
{
	struct rd_json_value value;
	bool found;
	int err = walk(json, key, &value, &found);

	if (err)
		return err;
	if (!found)
		return -ENOENT;
	*out = value;
	return 0;
}

bool rd_json_is_flat(const char *json)
{
	bool found;

	return walk(json, NULL, NULL, &found) == 0;
}

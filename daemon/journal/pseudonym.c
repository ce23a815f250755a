// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pseudonyms; see pseudonym.h.
 *
 * Sorted, the numbers are the leaves of their prefix tree from left to right:
 *
 *	1 3 9 0 0	all numbers that agree up to here, one run of the list,
 *	1 3 9 5 1	are renamed at the next digit: their k different digits
 *	1 3 9 *		get k of the ten, drawn by chance, in the same order
 *
 * Zeros in front are put aside first; what follows them is one list.
 */
#include "daemon/journal/pseudonym.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"

#define LENGTH_MAX 63
#define PART	   7 /* shorter ones may be a part of a date */

static bool is_dialable(char c)
{
	return (c >= '0' && c <= '9') || c == '*' || c == '#';
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (c & 0x80);
}

/* ---- the set --------------------------------------------------------------- */

static int compare(const char *a, size_t na, const char *b, size_t nb)
{
	int order = memcmp(a, b, na < nb ? na : nb);

	return order ? order : (na > nb) - (na < nb);
}

static struct rd_pseudonym *lookup(const struct rd_pseudonyms *p, bool name,
				   const char *text, size_t len, size_t *at)
{
	size_t low = name ? p->nnumbers : 0, high = name ? p->n : p->nnumbers;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order =
			compare(p->list[mid].text, p->list[mid].len, text, len);

		if (!order)
			return &p->list[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (at)
		*at = low;
	return NULL;
}

static int add(struct rd_pseudonyms *p, bool name, const char *text, size_t len)
{
	struct rd_pseudonym *grown, new = { .len = len, .is_name = name };
	size_t at;

	if (lookup(p, name, text, len, &at))
		return 0;
	if (p->n == p->cap) {
		size_t cap = p->cap ? 2 * p->cap : 64;

		grown = realloc(p->list, cap * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		p->list = grown;
		p->cap = cap;
	}
	new.text = strndup(text, len);
	new.other = strndup(text, len);
	if (!new.text || !new.other) {
		free(new.text);
		free(new.other);
		return -ENOMEM;
	}
	memmove(&p->list[at + 1], &p->list[at],
		(p->n - at) * sizeof(p->list[0]));
	p->list[at] = new;
	p->n++;
	p->nnumbers += !name;
	return 0;
}

static size_t zeros(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] == '0')
		n++;
	return n;
}

int rd_pseudonyms_number(struct rd_pseudonyms *p, const char *text, size_t len)
{
	bool pattern = len > 1 && text[len - 1] == '*';
	size_t digits = 0;

	for (size_t i = 0; i < len; i++) {
		if (!is_dialable(text[i]))
			return 0;
		digits += isdigit((unsigned char)text[i]) != 0;
	}
	if ((pattern ? digits + 1 != len : digits < RD_PSEUDONYM_DIGITS) ||
	    len > LENGTH_MAX || zeros(text, len) == digits)
		return 0;
	return add(p, false, text, len);
}

int rd_pseudonyms_name(struct rd_pseudonyms *p, const char *text, size_t len)
{
	bool letter = false;

	for (size_t i = 0; i < len; i++)
		letter |= isalpha((unsigned char)text[i]) || text[i] & 0x80;
	return letter && len >= RD_PSEUDONYM_NAME && len <= LENGTH_MAX
		       ? add(p, true, text, len)
		       : 0;
}

static void drop(struct rd_pseudonyms *p, struct rd_pseudonym *found)
{
	if (!found)
		return;
	p->nnumbers -= !found->is_name;
	free(found->text);
	free(found->other);
	p->n--;
	memmove(found, found + 1,
		(size_t)(&p->list[p->n] - found) * sizeof(*found));
}

void rd_pseudonyms_keep(struct rd_pseudonyms *p, bool name, const char *word)
{
	drop(p, lookup(p, name, word, strlen(word), NULL));
}

/* Does the run at text[begin..end) stand alone? */
static bool is_alone(const char *text, size_t n, size_t begin, size_t end,
		     enum rd_pseudonym_area area)
{
	char before = begin ? text[begin - 1] : '\0';
	char behind = end < n ? text[end] : '\0';
	char next = end + 1 < n ? text[end + 1] : '\0';

	if (is_word(before) || is_word(behind))
		return false;
	if (area == RD_AREA_OCTETS && end - begin < RD_PSEUDONYM_DIGITS)
		return !before && !behind;
	if (area != RD_AREA_PROSE || end - begin >= PART)
		return true;
	if (before && strchr("-:./", before))
		return false;
	/* "8001: " is a key, "8:30" is not */
	return !behind || !strchr("-:./", behind) || !next ||
	       strchr(" \r\n", next);
}

/* The next number at or after *at, *len octets; or NULL. */
static const char *next_number(const char *text, size_t n, size_t *at,
			       size_t *len, enum rd_pseudonym_area area)
{
	for (size_t i = *at; i < n;) {
		size_t end = i;

		while (end < n && is_dialable(text[end]))
			end++;
		if (end > i && is_alone(text, n, i, end, area)) {
			*at = end;
			*len = end - i;
			return text + i;
		}
		i = end + 1;
	}
	*at = n;
	return NULL;
}

int rd_pseudonyms_collect(struct rd_pseudonyms *p, const char *text, size_t n,
			  enum rd_pseudonym_area area, size_t least)
{
	const char *number;
	size_t at = 0, len;
	int err = 0;

	while (!err && (number = next_number(text, n, &at, &len, area)))
		if (len >= least)
			err = rd_pseudonyms_number(p, number, len);
	return err;
}

/* ---- choosing -------------------------------------------------------------- */

struct item { /* a number without its zeros in front */
	struct rd_pseudonym *of;
	const char *rest;
	size_t skip;
};

static int by_rest(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->rest,
		      ((const struct item *)b)->rest);
}

/* k of the digits from least on, in order, into out. */
static void choose(struct rd_rng *rng, char least, unsigned k, char out[10])
{
	unsigned left = (unsigned)('9' - least) + 1;

	for (char digit = least; k; digit++, left--)
		if (rd_rng_below(rng, left) < k) {
			*out++ = digit;
			k--;
		}
}

/* items[0..n) agree in their first depth octets: rename the next one. */
static void rename_next(struct rd_rng *rng, struct item *items, size_t n,
			size_t depth)
{
	char has[10], gets[10];
	unsigned k = 0;
	size_t begin;

	for (size_t i = 0; i < n; i++) {
		char c = items[i].rest[depth];

		if (isdigit((unsigned char)c) && (!k || has[k - 1] != c))
			has[k++] = c;
	}
	/* behind no zeros in front there is none either */
	choose(rng, depth ? '0' : '1', k, gets);
	for (begin = 0; begin < n;) {
		char c = items[begin].rest[depth], other = c;
		size_t end = begin;

		for (unsigned d = 0; d < k; d++)
			if (has[d] == c)
				other = gets[d];
		while (end < n && items[end].rest[depth] == c) {
			if (c)
				items[end].of->other[items[end].skip + depth] =
					other;
			end++;
		}
		if (c)
			rename_next(rng, items + begin, end - begin, depth + 1);
		begin = end;
	}
}

static void rename_word(struct rd_rng *rng, struct rd_pseudonym *name)
{
	for (size_t i = 0; i < name->len; i++) {
		char c = name->text[i];
		char letter = (char)('a' + rd_rng_below(rng, 26));

		if (isupper((unsigned char)c))
			name->other[i] = (char)toupper((unsigned char)letter);
		else if (islower((unsigned char)c) || c & 0x80)
			name->other[i] = letter;
		else if (isdigit((unsigned char)c))
			name->other[i] = (char)('0' + rd_rng_below(rng, 10));
	}
}

int rd_pseudonyms_make(struct rd_pseudonyms *p, uint64_t secret)
{
	struct item *items = calloc(p->nnumbers + 1, sizeof(*items));
	struct rd_rng rng = { secret };

	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < p->nnumbers; i++) {
		items[i].of = &p->list[i];
		items[i].skip = zeros(p->list[i].text, p->list[i].len);
		items[i].rest = p->list[i].text + items[i].skip;
	}
	qsort(items, p->nnumbers, sizeof(*items), by_rest);
	rename_next(&rng, items, p->nnumbers, 0);
	free(items);
	for (size_t i = p->nnumbers; i < p->n; i++)
		rename_word(&rng, &p->list[i]);
	/* a pattern of three digits may well be another's */
	for (size_t i = 0; i < p->n; i++)
		if (p->list[i].len > RD_PSEUDONYM_DIGITS &&
		    lookup(p, p->list[i].is_name, p->list[i].other,
			   p->list[i].len, NULL))
			return -EAGAIN;
	return 0;
}

/* ---- putting them in ------------------------------------------------------- */

const char *rd_pseudonyms_of(const struct rd_pseudonyms *p, const char *text,
			     size_t len)
{
	const struct rd_pseudonym *found = lookup(p, false, text, len, NULL);

	return found ? found->other : NULL;
}

/* The next place of a name, as a word of its own. */
static char *next_name(const struct rd_pseudonym *name, char *text, char *end)
{
	char *at = text;

	while ((at = memmem(at, (size_t)(end - at), name->text, name->len))) {
		bool inner = name->text[0] & 0x80; /* no words in Chinese */

		if (inner ||
		    ((at == text || !is_word(at[-1])) &&
		     (at + name->len == end || !is_word(at[name->len]))))
			return at;
		at++;
	}
	return NULL;
}

size_t rd_pseudonyms_replace(const struct rd_pseudonyms *p, char *text,
			     size_t n, enum rd_pseudonym_area area)
{
	size_t at = 0, len, done = 0;
	const char *number, *other;

	while ((number = next_number(text, n, &at, &len, area))) {
		other = rd_pseudonyms_of(p, number, len);
		if (!other)
			continue;
		memcpy(text + (number - text), other, len);
		done++;
	}
	/* the longest first: a name may be a part of another */
	for (size_t size = LENGTH_MAX; size; size--)
		for (size_t i = p->nnumbers; i < p->n; i++) {
			char *place = text;

			if (p->list[i].len != size)
				continue;
			while ((place = next_name(&p->list[i], place,
						  text + n))) {
				memcpy(place, p->list[i].other, size);
				place += size;
				done++;
			}
		}
	return done;
}

const char *rd_pseudonyms_find(const struct rd_pseudonyms *p, const char *text,
			       size_t n, enum rd_pseudonym_area area)
{
	size_t at = 0, len;
	const char *number;

	while ((number = next_number(text, n, &at, &len, area))) {
		const struct rd_pseudonym *found =
			lookup(p, false, number, len, NULL);

		if (found)
			return found->text;
	}
	for (size_t i = p->nnumbers; i < p->n; i++)
		if (next_name(&p->list[i], (char *)text, (char *)text + n))
			return p->list[i].text;
	return NULL;
}

void rd_pseudonyms_free(struct rd_pseudonyms *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->list[i].text);
		free(p->list[i].other);
	}
	free(p->list);
	*p = (struct rd_pseudonyms){ 0 };
}

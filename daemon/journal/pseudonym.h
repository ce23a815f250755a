/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other numbers and names in the place of true ones, so that all that is
 * decided by them stays as it is.
 *
 * WHAT. A set of true texts is collected; rd_pseudonyms_make() gives each
 * another of the same length, by a secret number. Equal texts get equal ones.
 * For numbers (0-9, * # A-D), moreover:
 *
 *	beginnings stay beginnings	1390* is to 13900012 as before
 *	order stays order		a sorted list is one
 *	zeros in front stay		0 and a number, 00 and a number: the
 *					same number with a prefix
 *
 * so routes, blacklists and areas match as they did. A prefix tree whose
 * branches are renamed in order has just these properties. How far apart two
 * numbers part is not hidden, nor is their order; the numbers are.
 *
 * Names are words: letters become letters, what is no ASCII becomes letters.
 *
 * USE. collect -> make -> replace in each area. Context: any; allocates.
 */
#ifndef RD_JOURNAL_PSEUDONYM_H
#define RD_JOURNAL_PSEUDONYM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RD_PSEUDONYM_DIGITS 4 /* shorter ones are nobody's; patterns: any */
#define RD_PSEUDONYM_NAME   3 /* octets, likewise */

struct rd_pseudonyms {
	struct rd_pseudonym {
		char *text, *other;
		size_t len;
		bool is_name;
	} * list; /* numbers first; each part sorted */
	size_t n, cap, nnumbers;
};

/* 0 or -ENOMEM; too short, or there already: nothing is done. */
int rd_pseudonyms_number(struct rd_pseudonyms *p, const char *text, size_t len);
int rd_pseudonyms_name(struct rd_pseudonyms *p, const char *text, size_t len);
/* What is looked through: how a number stands alone in it. */
enum rd_pseudonym_area {
	RD_AREA_TEXT,	/* no letter, digit or character beyond ASCII beside it */
	RD_AREA_PROSE,	/* nor, with less than 7 digits, a part of a date, a
			 * time, a path: 2026-11-23 */
	RD_AREA_OCTETS, /* as TEXT; with less than 4 digits: between NULs */
};

/* Every number of least or more octets in text[n]. 0 or -ENOMEM. */
int rd_pseudonyms_collect(struct rd_pseudonyms *p, const char *text, size_t n,
			  enum rd_pseudonym_area area, size_t least);
/* No number or name after all: it must stay. */
void rd_pseudonyms_keep(struct rd_pseudonyms *p, bool name, const char *word);

/*
 * Choose by this secret. -EAGAIN: one would be another's true text; take
 * another secret.
 */
int rd_pseudonyms_make(struct rd_pseudonyms *p, uint64_t secret);
/* In place. Returns how many. */
size_t rd_pseudonyms_replace(const struct rd_pseudonyms *p, char *text,
			     size_t n, enum rd_pseudonym_area area);
/* The first true text that is there, or NULL. */
const char *rd_pseudonyms_find(const struct rd_pseudonyms *p, const char *text,
			       size_t n, enum rd_pseudonym_area area);
/* The other of a true number, or NULL. */
const char *rd_pseudonyms_of(const struct rd_pseudonyms *p, const char *text,
			     size_t len);
void rd_pseudonyms_free(struct rd_pseudonyms *p);

#endif

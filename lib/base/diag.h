/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Errors with a place, collected: all the errors of all files in one go.
 *
 *	ivr/main.yaml:14:7: key "timout": unknown; did you mean "timeout"?
 *
 * USE. A parser takes a struct rd_diag and goes on after an error where it
 * can; the caller prints the list once and gives up if errors > 0.
 */
#ifndef RD_BASE_DIAG_H
#define RD_BASE_DIAG_H

#include <stddef.h>

struct rd_place {
	const char *file; /* outlives the diag */
	int line;	  /* from 1; 0 unknown */
	int column;	  /* from 1; 0 unknown */
};

struct rd_diag {
	char *text; /* messages, each ended by '\n'; owned */
	size_t len, cap;
	int errors, warnings;
};

void rd_diag_init(struct rd_diag *d);
void rd_diag_free(struct rd_diag *d);

/* Add one message. Out of memory: counted, but without its text. */
void rd_diag_error(struct rd_diag *d, struct rd_place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void rd_diag_warning(struct rd_diag *d, struct rd_place at, const char *fmt,
		     ...) __attribute__((format(printf, 3, 4)));

/*
 * The entry of names[n] nearest to word, for "did you mean": at most two edits
 * away (insert, delete, replace, swap of neighbours); NULL if none is.
 */
const char *rd_diag_nearest(const char *word, const char *const *names,
			    size_t n);

#endif

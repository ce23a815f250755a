/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions to the database itself. */
#ifndef CLI_STORE_H
#define CLI_STORE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct store_bound { /* a named value of a query */
	const char *name, *text;
	int64_t number; /* used if text is NULL and it is not -1 */
};

/* Rows of a query, as an array of objects. NULL after having said why. */
json_t *store_query(const char *path, const char *sql,
		    const struct store_bound *bound, size_t n);

#endif

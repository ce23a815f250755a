/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One source of lookups, open or not: a SQLite file or a CSV file.
 *
 * Context: one thread, blocking up to the deadline.
 */
#ifndef RD_STORE_SOURCE_H
#define RD_STORE_SOURCE_H

#include <stdint.h>

#include "daemon/msg.h"
#include "lib/config/config.h"

struct rd_source_file;

/* An answer being built: pairs of name NUL value NUL in data[cap]. */
struct rd_answer {
	char *data;
	uint32_t cap, len;
	uint16_t pairs;
};

/*
 * Add a pair; one that does not fit whole is left out. Digits of secret (NULL:
 * none) that value repeats are masked by '?'.
 */
void rd_answer_add(struct rd_answer *a, const char *name, const char *value,
		   const char *secret);

/* A copy of source; nothing is opened yet. NULL: out of memory. */
struct rd_source_file *rd_source_new(const struct rd_cfg_source *source);
void rd_source_free(struct rd_source_file *s);

struct rd_source_question {
	const char *key;
	bool secret;	      /* the key is */
	const char *password; /* FOUND only if the row's is this; NULL: any */
};

/* What a command asks, with the digits it took out of the vault. */
struct rd_source_question rd_source_question(const struct rd_cmd_lookup *cmd,
					     const char *secret);

/*
 * Look key up. FOUND with the first row's pairs in answer; NONE; DOWN with a
 * pair "error". deadline_ns: on CLOCK_MONOTONIC. Values that repeat a secret
 * key are masked; the column of passwords is never in an answer.
 */
enum rd_lookup_status rd_source_ask(struct rd_source_file *s,
				    const struct rd_source_question *q,
				    uint64_t deadline_ns,
				    struct rd_answer *answer);

uint64_t rd_monotonic_ns(void);

#endif

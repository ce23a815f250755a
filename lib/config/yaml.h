/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * YAML as a tree whose every node knows its place.
 *
 * WHAT. rd_yaml_parse() turns the text of one file into nodes: scalars,
 * sequences, mappings, each with file, line and column. The conversions below
 * turn scalars into numbers, durations, sizes, names; their errors say what
 * was found and what was expected, where.
 *
 * HOW. libyaml's events, and a stack of our own. Aliases share the node of
 * their anchor, so a tree may be a graph without cycles; what it would be if
 * written out in full is counted and bounded, so that a few lines cannot
 * expand without end. YAML 1.2's core without tags and merge keys: a scalar
 * has no type until someone asks for one, so 0123 stays "0123" and "no" stays
 * a name where a name is wanted.
 *
 * USE.
 *	struct rd_arena arena;
 *	struct rd_diag diag;
 *	const struct rd_yaml *root;
 *
 *	rd_arena_init(&arena, 0);
 *	rd_diag_init(&diag);
 *	root = rd_yaml_parse(&arena, "a.yaml", text, len, &diag);
 *	if (root)
 *		rd_bind(...);		 // table.h: into a struct, by a table
 *	if (diag.errors)
 *		fputs(diag.text, stderr);
 *
 * LIMITS. Nodes are read-only and live as long as the arena. Below.
 */
#ifndef RD_CONFIG_YAML_H
#define RD_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/diag.h"
#include "lib/config/arena.h"

#define RD_YAML_TEXT_MAX  (16u << 20) /* octets of one file */
#define RD_YAML_DEPTH_MAX 64	      /* of nesting */
#define RD_YAML_NODES_MAX 500000u     /* of one file, aliases written out */

enum rd_yaml_kind {
	RD_YAML_SCALAR,
	RD_YAML_SEQUENCE,
	RD_YAML_MAPPING
};

struct rd_yaml {
	struct rd_place place;
	uint8_t kind;	  /* enum rd_yaml_kind */
	bool quoted;	  /* scalar: in quotes or a block, so never null */
	uint8_t height;	  /* levels below it */
	uint32_t weight;  /* nodes it stands for, itself included */
	const char *text; /* scalar: UTF-8 without NUL inside; else "" */
	uint32_t n;	  /* items of a sequence, pairs of a mapping */
	const struct rd_yaml *const *items; /* n items or values */
	const struct rd_yaml *const *keys;  /* mapping: n scalars, distinct */
};

/*
 * Parse one document. file names it in messages and is copied. All that is
 * wrong goes to diag: the first syntax error, and every duplicate or
 * unusable key (it is left out). NULL: not YAML, beyond the limits above, or
 * no memory. A file of nothing but comments is a null scalar.
 */
const struct rd_yaml *rd_yaml_parse(struct rd_arena *arena, const char *file,
				    const char *text, size_t len,
				    struct rd_diag *diag);

/* ---- access ------------------------------------------------------------- */

/* Nothing after the colon, or ~ or null. */
bool rd_yaml_is_null(const struct rd_yaml *node);

/* Value of a key of a mapping; NULL: not a mapping, or it has no such key. */
const struct rd_yaml *rd_yaml_get(const struct rd_yaml *node, const char *key);

/* Position of a key in a mapping, or -1. */
int rd_yaml_index(const struct rd_yaml *node, const char *key);

/*
 * The node in a few words for a message: "text" in quotes, cut at 40 octets,
 * "a list", "a mapping", "nothing". Returns buf.
 */
#define RD_YAML_WORDS 64
const char *rd_yaml_words(const struct rd_yaml *node, char buf[RD_YAML_WORDS]);

/* ---- conversions -------------------------------------------------------- */

/*
 * In all: what names the value in messages, usually its key; 0 or -EINVAL with
 * a message in diag, and *out untouched:
 *
 *	x.yaml:3:9: key "maxlen": found "many", expected a whole number 0 to 999
 */

/* Decimal, or hexadecimal after 0x; min <= *out <= max. */
int rd_yaml_int(const struct rd_yaml *node, const char *what, int64_t min,
		int64_t max, int64_t *out, struct rd_diag *diag);

/* Decimal fraction, point as separator: -3.5. */
int rd_yaml_real(const struct rd_yaml *node, const char *what, double min,
		 double max, double *out, struct rd_diag *diag);

/* true false, yes no, on off */
int rd_yaml_bool(const struct rd_yaml *node, const char *what, bool *out,
		 struct rd_diag *diag);

/* 500ms, 10s, 2m, 8h, 30d, 1m30s, or plain 0; in milliseconds. */
int rd_yaml_duration(const struct rd_yaml *node, const char *what,
		     int64_t min_ms, int64_t max_ms, int64_t *out_ms,
		     struct rd_diag *diag);

/* 512B, 64KiB, 16MiB, 2GiB, or plain 0; in octets. */
int rd_yaml_size(const struct rd_yaml *node, const char *what, int64_t min,
		 int64_t max, int64_t *out, struct rd_diag *diag);

/* A scalar that is not null; min to max octets. Lives as long as the node. */
int rd_yaml_string(const struct rd_yaml *node, const char *what, size_t min,
		   size_t max, const char **out, struct rd_diag *diag);

/*
 * Digits one can dial: 0-9 * # A-D, 1 to 31 of them. pattern: a '*' at the
 * end stands for any rest, and there may be nothing else.
 */
int rd_yaml_digits(const struct rd_yaml *node, const char *what, bool pattern,
		   const char **out, struct rd_diag *diag);

/*
 * One of names, which ends with NULL; *out is its position. An empty name is
 * a position that cannot be chosen. Suggests the nearest.
 */
int rd_yaml_enum(const struct rd_yaml *node, const char *what,
		 const char *const *names, int *out, struct rd_diag *diag);

/* The way back, as short as it can be written: 90s, 64KiB, 0. Returns buf. */
const char *rd_yaml_duration_words(int64_t ms, char buf[32]);
const char *rd_yaml_size_words(int64_t octets, char buf[32]);

/* Of that kind? Else -EINVAL and a message. */
int rd_yaml_expect(const struct rd_yaml *node, const char *what,
		   enum rd_yaml_kind kind, struct rd_diag *diag);

#endif

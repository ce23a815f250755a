/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table that says how a mapping of a YAML file becomes a struct.
 *
 * WHAT. Each key stands once: name, type, bounds, default, help, and where in
 * the struct it goes. From the one table come the parser (rd_bind), the JSON
 * schema for editors (rd_schema_write) and the documentation and the example
 * (rd_manual_write), so they cannot disagree.
 *
 * USE.
 *	struct phone { const char *name; uint32_t ring_ms; uint8_t mode; };
 *	static const char *const modes[] = { "quiet", "loud", NULL };
 *	static const struct rd_field fields[] = {
 *		{ "ring", RD_DURATION(phone, ring_ms, 0, 60000),
 *		  .preset = "10s", .help = "How long it rings." },
 *		{ "mode", RD_ENUM(phone, mode, modes),
 *		  .preset = "loud", .help = "..." },
 *	};
 *	static const struct rd_table phone = {
 *		RD_TABLE("phone", struct phone, fields),
 *		.name = RD_AT(phone, name),	// in a map: its key
 *	};
 *
 *	struct rd_bind bind = { .arena = &arena, .diag = &diag };
 *	rd_bind(&bind, &phone_table, root, &phone);
 *
 * LIMITS. 64 keys a table; counts of lists and maps are uint16_t; tables may
 * be nested, but not contain themselves.
 */
#ifndef RD_CONFIG_TABLE_H
#define RD_CONFIG_TABLE_H

#include <stdio.h>

#include "lib/config/yaml.h"

struct rd_bind;
struct rd_table;

enum rd_field_type {
	RD_FIELD_BOOL,	   /* any integer: 0 or 1 */
	RD_FIELD_INT,	   /* any integer */
	RD_FIELD_REAL,	   /* double */
	RD_FIELD_DURATION, /* any integer: ms / unit */
	RD_FIELD_SIZE,	   /* any integer: octets / unit */
	RD_FIELD_STRING,   /* const char *, never NULL */
	RD_FIELD_DIGITS,   /* const char *: rd_yaml_digits() */
	RD_FIELD_PATTERN,  /* const char *: digits, '*' at the end */
	RD_FIELD_ENUM,	   /* any integer */
	RD_FIELD_REF,	   /* uint16_t: index of a name, or RD_REF_NONE */
	RD_FIELD_FORMAT,   /* a notation of its own: struct rd_format */
	RD_FIELD_NODE,	   /* const struct rd_yaml *, NULL if not given */
	RD_FIELD_STRUCT,   /* a mapping: table */
	RD_FIELD_LIST,	   /* pointer and count: items of table or item */
	RD_FIELD_MAP,	   /* pointer and count: values of table, by name */
};

#define RD_REF_NONE UINT16_MAX

/* A notation with its own parser, such as days and hours. */
struct rd_format {
	const char *expected; /* "channels such as 1-15,17-31" */
	const char *schema;   /* members of its JSON schema; or */
	const struct rd_table *table; /* the mapping it reads */
	/* 0, or negative errno and a message; *out is zeroed before */
	int (*parse)(struct rd_bind *bind, const struct rd_yaml *node,
		     const char *what, void *out);
};

struct rd_field {
	const char *key;
	uint8_t type;  /* enum rd_field_type */
	uint8_t size;  /* octets of the member: 1, 2, 4, 8 for integers */
	uint8_t scope; /* REF: index into bind->scopes */
	uint16_t offset;
	uint16_t count;	  /* LIST, MAP: offset of the uint16_t that counts */
	int64_t min, max; /* value, ms, octets; of text and lists the length;
			   * max 0 of text and lists: as long as one likes */
	int64_t unit;	  /* DURATION, SIZE: of what is stored; 0 as 1 */
	const char *const *names;	/* ENUM: by value, ends with NULL */
	const struct rd_format *format; /* FORMAT */
	const struct rd_table *table;	/* STRUCT, MAP, LIST of mappings */
	const struct rd_field *item;	/* LIST of scalars; its offset is 0 */
	bool required;
	bool choice;	/* exactly one of the fields so marked is given */
	bool shorthand; /* a scalar or list instead of the mapping is this */
	const char *preset; /* default, as written in YAML; NULL: zero, "",
			     * RD_REF_NONE, none */
	const char *help;   /* sentences */
};

struct rd_table {
	const char *noun; /* "queue"; also the name of its schema */
	const char *help;
	size_t size; /* of the struct */
	const struct rd_field *fields;
	uint8_t nfields;
	bool name_digits; /* names are digits one can dial */
	/* RD_AT() of members one need not have: */
	uint16_t name;	  /* const char *: key of the map it is in */
	uint16_t place;	  /* struct rd_place: where the mapping begins */
	uint16_t present; /* uint64_t: bit i: fields[i] was given */
	/* what one key alone cannot say; reports itself; or NULL */
	void (*check)(struct rd_bind *bind, const struct rd_yaml *node,
		      void *out);
};

/* Names that a REF may name; in their order is the index. */
struct rd_scope {
	const char *noun; /* "queue" */
	uint16_t n;
	const char *const *names;
};

struct rd_bind {
	struct rd_arena *arena;
	struct rd_diag *diag;
	const struct rd_scope *scopes;
	void *user; /* for formats and checks */
};

/* clang-format off */
#define RD_AT(s, m)	(offsetof(struct s, m) + 1)
#define RD_TABLE(noun_, type, fields_)                                        \
	.noun = (noun_), .size = sizeof(type), .fields = (fields_),           \
	.nfields = sizeof(fields_) / sizeof(*(fields_))

#define RD_MEMBER(t, s, m)                                                    \
	.type = RD_FIELD_##t, .offset = offsetof(struct s, m),                \
	.size = sizeof(((struct s *)0)->m)
#define RD_BOOL(s, m)		RD_MEMBER(BOOL, s, m)
#define RD_INT(s, m, lo, hi)	RD_MEMBER(INT, s, m), .min = (lo), .max = (hi)
#define RD_REAL(s, m, lo, hi)	RD_MEMBER(REAL, s, m), .min = (lo), .max = (hi)
#define RD_DURATION(s, m, lo_ms, hi_ms)                                       \
	RD_MEMBER(DURATION, s, m), .min = (lo_ms), .max = (hi_ms)
#define RD_SIZE(s, m, lo, hi)	RD_MEMBER(SIZE, s, m), .min = (lo), .max = (hi)
#define RD_STRING(s, m)		RD_MEMBER(STRING, s, m)
#define RD_DIGITS(s, m)		RD_MEMBER(DIGITS, s, m)
#define RD_PATTERN(s, m)	RD_MEMBER(PATTERN, s, m)
#define RD_ENUM(s, m, n)	RD_MEMBER(ENUM, s, m), .names = (n)
#define RD_REF(s, m, sc)	RD_MEMBER(REF, s, m), .scope = (sc)
#define RD_FORMAT(s, m, f)	RD_MEMBER(FORMAT, s, m), .format = (f)
#define RD_NODE(s, m)		RD_MEMBER(NODE, s, m)
#define RD_STRUCT(s, m, t)	RD_MEMBER(STRUCT, s, m), .table = (t)
/* keys of a mapping of their own, whose members are in the same struct */
#define RD_GROUP(t)		.type = RD_FIELD_STRUCT, .table = (t)
#define RD_LIST(s, m, n, t)                                                   \
	RD_MEMBER(LIST, s, m), .count = offsetof(struct s, n), .table = (t)
#define RD_LIST_OF(s, m, n, i)                                                \
	RD_MEMBER(LIST, s, m), .count = offsetof(struct s, n), .item = (i)
#define RD_MAP(s, m, n, t)                                                    \
	RD_MEMBER(MAP, s, m), .count = offsetof(struct s, n), .table = (t)
/* clang-format on */

/*
 * Fill *out, which holds zeros, from a mapping. All that is wrong goes to
 * diag, and what it concerns keeps its default. Strings and lists live as
 * long as the arena. 0, or -EINVAL if anything was wrong.
 */
int rd_bind(struct rd_bind *bind, const struct rd_table *table,
	    const struct rd_yaml *node, void *out);

/* For formats: tell what was found at a key, and what was expected. -EINVAL. */
int rd_bind_refuse(struct rd_bind *bind, const struct rd_yaml *node,
		   const char *what, const char *expected);

/* *out: the index of a name. Otherwise -EINVAL, and suggests the nearest. */
int rd_yaml_ref(const struct rd_yaml *node, const char *what,
		const struct rd_scope *scope, uint16_t *out,
		struct rd_diag *diag);

/* Where key stands; if it does not, where its mapping begins. */
struct rd_place rd_yaml_place(const struct rd_yaml *node, const char *key);

/* JSON schema, draft 2020-12, of a file whose root is table. */
void rd_schema_write(FILE *out, const struct rd_table *table,
		     const char *title);

enum rd_manual_form {
	RD_MANUAL_MARKDOWN,
	RD_MANUAL_MAN,	   /* roff, the body of a manual page */
	RD_MANUAL_EXAMPLE, /* YAML: every key commented out, with its default */
};
void rd_manual_write(FILE *out, const struct rd_table *table,
		     enum rd_manual_form form);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compiler of trees from inside: what its files share. See compile.h.
 *
 *	words.c		 the language: verbs, options, help
 *	notation.c	 what is written in a way of its own
 *	compile.c	 configuration, tree, nodes, steps
 *	compile_target.c where a step leads
 *	compile_finish.c what one key alone cannot say
 *	compile_value.c	 variables, operands, menus, pairs
 *	compile_heard.c	 lists of what is heard
 *	compile_choose.c rows of choose; compile_when.c their conditions,
 *			 with compile_time.c, compile_who.c
 *	check.c		 the tree as a whole: cycles, what cannot be reached
 *	schema.c, show.c for editors, for people
 *
 * A step is bound into a struct on the stack and copied into the program when
 * it is complete, because steps written in place add nodes meanwhile.
 */
#ifndef RD_IVR_COMPILER_H
#define RD_IVR_COMPILER_H

#include "daemon/ivr/program.h"
#include "lib/config/config.h"
#include "lib/config/table.h"

/* Growing arrays; what is in them moves to the configuration at the end. */
struct rd_ivr_array {
	void *data;
	uint32_t n, cap;
	uint32_t size; /* of one */
};

struct rd_ivr_verb;

struct rd_ivr_use { /* of a variable, before all definitions are known */
	struct rd_place place;
	uint16_t var;
	bool may_secret; /* here its digits are not needed */
};

struct rd_ivr_compiler {
	struct rd_config *config;
	struct rd_diag *diag;
	struct rd_bind bind; /* user is this struct */
	const char *name;    /* of the tree */
	uint32_t version;    /* of its text */
	struct rd_scope nodenames;
	const struct rd_yaml *prompts; /* named ones, or NULL */
	uint16_t top, operator; /* where these words lead, or NONE */
	char key_repeat, key_back, key_top, key_operator;
	uint64_t languages; /* bits: wanted in every prompt */
	bool has_zone;	    /* a zone was given or a calendar has one */

	struct rd_ivr_array nodes, lists, items, uses;
	struct rd_ivr_var vars[RD_IVR_VARS];
	bool var_defined[RD_IVR_VARS];
	uint16_t nvars, extension;
	uint16_t goodbye, hangup, giveback; /* made when first wanted */
	uint32_t standard[3]; /* lists of RD_SAY_INVALID, SILENCE, THANKS */

	const char *step; /* name of the step being compiled */
	uint16_t depth;	  /* of steps written in place */
	struct rd_ivr_when *when; /* the row being compiled */
	bool full;		  /* a limit was reached: said once */
	bool proving;		  /* leave to the prover what it says better */
};

/* In a format's parse(): the compiler that binds. */
static inline struct rd_ivr_compiler *rd_ivr_compiler_of(struct rd_bind *bind)
{
	return bind->user;
}

/* Room for one more, zeroed; NULL: no memory. */
void *rd_ivr_push(struct rd_ivr_array *array);

/* ---- compile.c ---- */

/* Steps into slot: one, or a list of them. */
void rd_ivr_steps(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		  uint16_t slot, const char *name);

/* ---- compile_finish.c ---- */

/* What one key alone cannot say, of a step whose keys are all bound. */
void rd_ivr_finish(struct rd_ivr_compiler *c, struct rd_ivr_node *node,
		   const struct rd_ivr_verb *verb, const struct rd_yaml *yaml);
/* Variables: does each get a value, are secrets kept? */
void rd_ivr_check_vars(struct rd_ivr_compiler *c);

/* ---- compile_target.c ---- */

struct rd_ivr_node *rd_ivr_node_at(struct rd_ivr_compiler *c, uint16_t slot);
/* A name of a node, of fmt with two strings; lives with the configuration. */
const char *rd_ivr_printed(struct rd_ivr_compiler *c, const char *name,
			   const char *fmt, const char *what);
/* A new node, a hangup until it is something else; or RD_INDEX_NONE. */
uint16_t rd_ivr_new_node(struct rd_ivr_compiler *c, const char *name,
			 struct rd_place place);
/* Is this a word that has a meaning of its own as a target? */
bool rd_ivr_is_word(const char *text);
/* A name or a word: one step that goes there. */
int rd_ivr_named_target(struct rd_ivr_compiler *c, const struct rd_yaml *node,
			const char *what, uint16_t *out);
/* Where a target leads: a name, a reserved word, or steps written in place. */
int rd_ivr_target(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		  const char *what, uint16_t *out);

/* ---- compile_heard.c ---- */

/* What a scalar in a list is. */
enum rd_scalar { RD_SCALAR_TEXT, RD_SCALAR_FILE };

int rd_ivr_list(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		const char *what, enum rd_scalar scalar, uint32_t *out);
/* A list of one ready-made phrase (enum rd_say_atom). */
uint32_t rd_ivr_phrase(struct rd_ivr_compiler *c, int atom);

/* ---- compile_value.c ---- */

/* Variable of that name; define: it gets a value here. */
int rd_ivr_var(struct rd_ivr_compiler *c, const struct rd_yaml *node,
	       const char *what, bool define, bool may_secret, uint16_t *out);
int rd_ivr_find_var(struct rd_ivr_compiler *c, struct rd_place place,
		    const char *what, const char *name, bool define,
		    bool may_secret, uint16_t *out);
/* "$name", "$caller", "$called" or plain text. */
int rd_ivr_operand(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		   const char *what, bool may_secret, struct rd_operand *out);
int rd_ivr_menu_keys(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		     struct rd_ivr_menu *out);
int rd_ivr_into(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		const char *what, struct rd_ivr_into *out);
int rd_ivr_pairs(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		 const char *what, bool set, struct rd_ivr_pairs *out);
/* Words of a program and where they lead. */
int rd_ivr_program_words(struct rd_ivr_compiler *c, const struct rd_yaml *node,
			 const char *what, struct rd_ivr_external *out);
/* One key: 0-9 * #, or the words star and hash. */
int rd_ivr_key(struct rd_ivr_compiler *c, const struct rd_yaml *node,
	       const char *what, char *out);

/* ---- compile_choose.c ---- */

extern const struct rd_table rd_ivr_case_table;
int rd_ivr_choose(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		  const char *what, struct rd_ivr_choose *out);

/* ---- compile_when.c, compile_time.c, compile_who.c ---- */

#define RD_IVR_CONDS_MAX 16 /* in one row */

/* A row while it is read. */
struct rd_ivr_when {
	struct rd_ivr_cond conds[RD_IVR_CONDS_MAX];
	uint16_t n;
	bool negate;
	uint16_t var, queue;		 /* what figures are about, or NONE */
	const struct rd_yaml *nested;	 /* not: */
	const struct rd_yaml *unused[2]; /* variable:, queue: as written */
};

extern const struct rd_table rd_ivr_when_table;
extern const struct rd_format rd_ivr_when_calendar, rd_ivr_when_time_of_day;
extern const struct rd_format rd_ivr_when_lists, rd_ivr_when_on_list;
extern const struct rd_format rd_ivr_when_level, rd_ivr_when_area;
extern const struct rd_format rd_ivr_when_part;
extern const struct rd_format rd_ivr_when_days, rd_ivr_when_date;
/* The conditions of a row. */
int rd_ivr_when(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		struct rd_ivr_case *out);
/* Room for a condition in it, or NULL and an error. */
struct rd_ivr_cond *rd_ivr_cond_add(struct rd_bind *bind,
				    const struct rd_yaml *node,
				    enum rd_cond_kind kind);
/* It is about a variable: is there one beside it? */
int rd_ivr_need_var(struct rd_bind *bind, const struct rd_yaml *node,
		    const char *what);
/* A condition that names an object of the configuration. */
int rd_ivr_cond_ref(struct rd_bind *bind, const struct rd_yaml *node,
		    const char *what, enum rd_config_scope scope,
		    enum rd_cond_kind kind);

/* ---- notation.c ---- */

#define RD_NOTED(s, m, name) RD_FORMAT(s, m, &rd_notation_##name)

extern const struct rd_format rd_notation_target;
extern const struct rd_format rd_notation_text_list;
extern const struct rd_format rd_notation_file_list;
extern const struct rd_format rd_notation_new_var;
extern const struct rd_format rd_notation_var_operand;
extern const struct rd_format rd_notation_key;
extern const struct rd_format rd_notation_menu_keys;
extern const struct rd_format rd_notation_into;
extern const struct rd_format rd_notation_set_pairs;
extern const struct rd_format rd_notation_attach_pairs;
extern const struct rd_format rd_notation_cases;
extern const struct rd_format rd_notation_length;
extern const struct rd_format rd_notation_read_back;
extern const struct rd_format rd_notation_ratings;
extern const struct rd_format rd_notation_cause;
extern const struct rd_format rd_notation_dial_number;
extern const struct rd_format rd_notation_words;
extern const struct rd_format rd_notation_nothing;

/* ---- words.c ---- */

struct rd_ivr_root { /* a tree's own keys */
	bool answer_later;
	const char *title, *timezone;
	const struct rd_yaml *languages, *prompts, *attach, *nodes;
	const struct rd_yaml *top, *operator, *entries;
	char key_repeat, key_back, key_top, key_operator;
};

struct rd_ivr_verb {
	const char *name;
	uint8_t kind;	   /* enum rd_node_kind */
	bool ends;	   /* nothing comes after it */
	bool may_end;	   /* nothing need come after it */
	const struct rd_table *table;
};

extern const struct rd_table rd_ivr_root_table;
extern const struct rd_ivr_verb rd_ivr_verbs[];
extern const unsigned int rd_ivr_nverbs;

/* Q.850 causes by name, for hangup. */
struct rd_ivr_cause {
	const char *name;
	uint8_t cause;
};
extern const struct rd_ivr_cause rd_ivr_causes[];
extern const unsigned int rd_ivr_ncauses;

/* ---- check.c ---- */

/* Cycles without input, and nodes that nothing leads to. */
void rd_ivr_check(struct rd_ivr_compiler *c, const struct rd_ivr_program *p,
		  uint16_t tree);

#endif

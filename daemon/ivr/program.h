/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree as a program: what the compiler writes and the interpreter reads.
 *
 *	nodes  [0 .. nnamed)	the keys of "nodes", in the order of the file;
 *				node 0 is where a call begins
 *	       [nnamed .. n)	steps of lists, steps written in place, goodbye
 *	lists  [nlists][nlanguages]	what is heard, one variant a language
 *	items  of the lists, each a prompt or a variable to be spoken
 *	vars   names; their values lie in the call (struct rd_ivr_state)
 *
 * Objects refer to each other by index. All is read-only and lives as long as
 * its configuration.
 */
#ifndef RD_IVR_PROGRAM_H
#define RD_IVR_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/config/config.h"
#include "lib/config/zone.h"

#define RD_IVR_VARS	 24 /* variables of a tree */
#define RD_IVR_VALUE_LEN 64 /* octets of a value and its NUL */
#define RD_IVR_ENTRY_MAX 32 /* digits of one entry */
#define RD_IVR_KEY_MAX	 4  /* digits of a menu's key */
#define RD_IVR_NODES_MAX 4096
#define RD_IVR_ITEMS_MAX 32 /* in one list, for one language */
#define RD_LIST_NONE	 0u /* list 0 is empty: nothing is heard */

/* Where a branch leads: a node, RD_INDEX_NONE (nowhere), or one of these. */
#define RD_GO_REPEAT 0xfff0u /* the same menu again, counters kept */
#define RD_GO_BACK   0xfff1u /* the menu before */

/* X(KIND, verb) */
#define RD_NODE_LIST(X)                                                       \
	X(PLAY, "say") X(MENU, "menu") X(COLLECT, "collect")                  \
	X(SURVEY, "survey") X(LOOKUP, "lookup") X(CHOOSE, "choose")           \
	X(SET, "set") X(ATTACH, "attach") X(LANGUAGE, "language")             \
	X(ANSWER, "answer") X(GOTO, "goto") X(CALL, "call")                   \
	X(RETURN, "return") X(QUEUE, "queue") X(DIAL, "dial")                 \
	X(AGENT, "agent") X(HANGUP, "hangup")                                 \
	X(AUTHENTICATE, "authenticate") X(PROGRAM, "program")          \
	X(DIRECTORY, "directory")

enum rd_node_kind {
#define X(KIND, verb) RD_NODE_##KIND,
	RD_NODE_LIST(X)
#undef X
	RD_NODE_KINDS,
};

/* ---- values ----------------------------------------------------------- */

enum rd_operand_kind {
	RD_OPERAND_TEXT, /* text */
	RD_OPERAND_VAR,	 /* var */
	RD_OPERAND_CALLER,
	RD_OPERAND_CALLED,
	RD_OPERAND_AREA,  /* of the caller, or "" */
	RD_OPERAND_LEVEL, /* likewise */
};

struct rd_operand {
	uint8_t kind; /* enum rd_operand_kind */
	uint16_t var;
	const char *text;
};

/* ---- what is heard ---------------------------------------------------- */

enum rd_item_kind {
	RD_ITEM_PROMPT, /* prompt, or RD_PAUSE_MS() */
	RD_ITEM_NUMBER, RD_ITEM_DIGITS, RD_ITEM_DATE, RD_ITEM_TIME,
	RD_ITEM_MONEY,	/* value, as written in it */
	RD_ITEM_TODAY, RD_ITEM_NOW, /* of the tree's time zone */
	RD_ITEM_WAIT,	/* expected wait of queue */
};

struct rd_ivr_item {
	uint8_t kind; /* enum rd_item_kind */
	uint16_t queue;
	uint32_t prompt;
	struct rd_operand value;
};

struct rd_ivr_list {
	uint32_t first; /* of items */
	uint16_t n;
	bool stands_in;	 /* words of another language, for want of its own */
	bool plain;	 /* words that no language was given for */
	uint16_t heard;	 /* stands_in: whose words */
	struct rd_place place; /* in the file; of ready-made phrases none */
};

/* ---- nodes ------------------------------------------------------------ */

/* What menu, collect and survey have in common. */
struct rd_ivr_input {
	uint32_t prompt, invalid, silent; /* lists */
	bool must_hear;			  /* keys do not interrupt the prompt */
	uint8_t retries;	/* wrong entries that are forgiven */
	uint8_t silent_retries; /* silences that are forgiven */
	uint32_t timeout_ms;	/* from the prompt's end to the first key */
	uint32_t interdigit_ms; /* between keys */
	uint32_t limit_ms;	/* of the whole stay in the node */
	uint16_t failed;	/* one wrong entry too many */
	uint16_t no_input;	/* one silence too many, or the limit */
};

struct rd_ivr_key {
	char keys[RD_IVR_KEY_MAX + 1];
	bool standard; /* repeat, back, top, operator: the menu has not set it */
	uint16_t target;
	struct rd_place place;
};

struct rd_ivr_menu {
	struct rd_ivr_input input; /* first: shared code takes it */
	uint16_t nkeys;
	const struct rd_ivr_key *keys;
	uint16_t extensions; /* where an agent's number leads, or NONE */
};

/* A column of an answer and the variable it goes to. */
struct rd_ivr_into {
	uint16_t n;
	struct {
		const char *column;
		uint16_t var;
	} pair[8];
};

struct rd_ivr_collect {
	struct rd_ivr_input input;
	uint16_t var;
	uint8_t min, max;
	char terminator, clear; /* 0 none */
	bool secret;
	uint8_t check;	     /* position in rd_checks, 0 none */
	const char *pattern; /* '?' a digit, '*' at the end any rest; "" any */
	char confirm, again; /* read-back: keys, 0 none */
	uint16_t source;     /* look the entry up: none is wrong; or NONE */
	struct rd_ivr_into into;
	uint16_t down;
};

struct rd_ivr_survey {
	struct rd_ivr_input input;
	uint16_t ratings; /* bit per digit that is one */
	uint32_t thanks;  /* list */
};

struct rd_ivr_directory {
	struct rd_ivr_input input;
	uint16_t var;	 /* gets the agent's number */
	uint8_t min;	 /* keys of a name, at least */
	uint32_t choose; /* list: before the choice */
};

struct rd_ivr_lookup {
	uint16_t source;
	struct rd_operand key;
	struct rd_ivr_into into;
	uint16_t none, down; /* found: next */
};

/* One condition; a row of choose holds if all of its conditions do. */
enum rd_cond_kind {
	RD_COND_CALENDAR, /* ref: calendar is open */
	RD_COND_PART,	  /* ref: calendar; from: part of its week */
	RD_COND_TIME,	  /* from..to: minutes of the day, to exclusive */
	RD_COND_DAYS,	  /* from: bits of weekdays, bit 0 Monday */
	RD_COND_DATE,	  /* from..to: days since 1970, inclusive */
	RD_COND_CALLER, RD_COND_CALLED, /* one of texts, as patterns */
	RD_COND_LIST,	  /* he is on one of the lists refs[n] */
	RD_COND_LEVEL,	  /* his level is one of texts */
	RD_COND_AREA,	  /* he calls from one of the areas texts */
	RD_COND_LANGUAGE, /* ref */
	RD_COND_IS,	  /* var equals one of values */
	RD_COND_LIKE,	  /* var matches one of texts, as patterns */
	RD_COND_ABOVE, RD_COND_BELOW, /* var as a number, value from */
	RD_COND_EMPTY,	  /* var has no value */
	RD_COND_ON_LIST,  /* var is a number on one of the lists refs[n] */
	/* ref: queue; its figure against from */
	RD_COND_WAITING_ABOVE, RD_COND_WAITING_BELOW,
	RD_COND_READY_ABOVE, RD_COND_READY_BELOW,
	RD_COND_SIGNED_IN_ABOVE, RD_COND_SIGNED_IN_BELOW,
	RD_COND_OLDEST_ABOVE, RD_COND_OLDEST_BELOW, /* ms */
	RD_COND_WAIT_ABOVE, RD_COND_WAIT_BELOW,	    /* expected, ms */
};

struct rd_ivr_cond {
	uint8_t kind; /* enum rd_cond_kind */
	bool negate;
	uint16_t ref, var, n;
	int64_t from, to;
	const char *const *texts;	 /* n */
	const struct rd_operand *values; /* n */
	const uint16_t *refs;		 /* n */
};

/* Does a condition on time hold (TIME, DAYS, DATE) at that instant? */
bool rd_ivr_in_time(const struct rd_zone *zone, const struct rd_ivr_cond *cond,
		    int64_t unix_s);
/* ... one on a text (CALLER, CALLED, LEVEL, LIKE, ABOVE, BELOW, EMPTY) of this one? */
bool rd_ivr_text_fits(const struct rd_ivr_cond *cond, const char *text);

struct rd_ivr_case {
	uint16_t nconds, target;
	const struct rd_ivr_cond *conds;
	struct rd_place place;
};

struct rd_ivr_choose {
	uint16_t n;
	const struct rd_ivr_case *cases; /* first that holds; else next */
};

struct rd_ivr_pairs { /* set: to variables; attach: to the call */
	uint16_t n;
	struct {
		const char *name;
		uint16_t var;
		struct rd_operand value;
	} pair[8];
};

struct rd_ivr_dial {
	bool to_agent;
	uint16_t duty; /* who is on duty by this table, one after another; NONE:
			* number */
	struct rd_operand number;
	uint32_t timeout_ms;
	uint16_t busy, no_answer, failed;
};

struct rd_ivr_agent {
	uint8_t op; /* enum rd_agent_op of daemon/core/app.h */
	struct rd_operand number, pin; /* login */
	const char *reason;	       /* not_ready */
	uint8_t retries;	       /* wrong PINs that are forgiven ... */
	uint16_t wrong;		       /* ... and where they lead */
	uint16_t denied;
};

struct rd_ivr_authenticate {
	uint16_t source; /* that has a column of passwords */
	struct rd_operand number, password;
	struct rd_ivr_into into;
	uint16_t after;	 /* so many wrong ones lock ... */
	uint32_t lock_s; /* ... for so long */
	uint16_t wrong, locked, down;
};

struct rd_ivr_queue {
	uint16_t index;	 /* of the queue */
	int8_t priority; /* added to the queue's own */
	struct rd_cfg_levels skills; /* needed besides the queue's */
};

struct rd_ivr_word { /* that a program may say to go on at */
	const char *word;
	uint16_t target;
};

struct rd_ivr_external {
	uint16_t program;
	const char *ask; /* a word for what is wanted, or "" */
	struct rd_ivr_into sets; /* variables it may set */
	uint16_t nwords;
	const struct rd_ivr_word *words;
	bool must_hear;
	uint16_t down;
};

struct rd_ivr_node {
	const char *name; /* "main", "main.2", "main[1]" */
	struct rd_place place;
	uint8_t kind;  /* enum rd_node_kind */
	bool must_hear; /* PLAY */
	bool is_entry;	/* calls may come here from outside */
	uint16_t next; /* then; of QUEUE and DIAL: after it */
	union {
		uint32_t list;	 /* PLAY */
		uint16_t target; /* GOTO, CALL (then returns to next) */
		uint16_t index;	 /* LANGUAGE */
		struct rd_ivr_queue queue;
		uint8_t cause;	 /* HANGUP: Q.850 */
		struct rd_ivr_input input; /* of the three that follow */
		struct rd_ivr_menu menu;
		struct rd_ivr_collect collect;
		struct rd_ivr_survey survey;
		struct rd_ivr_directory directory;
		struct rd_ivr_lookup lookup;
		struct rd_ivr_choose choose;
		struct rd_ivr_pairs pairs; /* SET, ATTACH */
		struct rd_ivr_dial dial;
		struct rd_ivr_agent agent;
		struct rd_ivr_authenticate auth;
		struct rd_ivr_external external;
	} u;
};

struct rd_ivr_var {
	const char *name;
	bool secret; /* its digits are in the vault only */
	bool attach; /* goes with the call when it gets a value */
	bool defined; /* some step gives it one */
	struct rd_place place; /* not defined: of a use */
};

struct rd_ivr_program {
	const char *name;
	uint32_t version; /* CRC-32C of the tree's text */
	bool answer_later;
	struct rd_zone zone;
	struct rd_place place;
	uint16_t nlanguages; /* of the configuration */
	uint64_t languages;  /* bits: those every prompt should have */
	uint16_t top, operator; /* nodes, or NONE */
	char key_repeat, key_back, key_top, key_operator; /* 0 none */
	bool back_given; /* key_back stands in the file */
	uint16_t nnamed, nnodes;
	uint16_t nvars;
	uint16_t extension;  /* variable of menus' extensions, or NONE */
	uint32_t nlists, nitems;
	const struct rd_ivr_node *nodes;
	const struct rd_ivr_list *lists; /* nlists x nlanguages */
	const struct rd_ivr_item *items;
	const struct rd_ivr_var *vars;
	/* agents' names, spoken: [agent][language]; NULL: no directory */
	const uint32_t *names;
	/* named prompts, for programs; none if no step asks one */
	uint16_t nprompts;
	const struct rd_ivr_named {
		const char *name;
		uint32_t list;
	} *prompts;
};

/* The verb of a kind, as the YAML has it. */
const char *rd_node_verb(enum rd_node_kind kind);

/* ---- ways out of a node (exits.c) ---------------------------------------- */

/* What makes a call take a way out. */
enum rd_exit_why {
	RD_EXIT_FREE,	/* nothing: at once, or when what is heard has ended */
	RD_EXIT_KEYS,	/* the caller's choice; the label says which keys */
	RD_EXIT_ENTRY,	/* an entry that is complete and right */
	RD_EXIT_WRONG,	/* one wrong entry too many */
	RD_EXIT_SILENT, /* one silence too many, or the node's limit */
	RD_EXIT_ROW,	/* a row of choose holds, or none does */
	RD_EXIT_ANSWER, /* what somebody else says: source, program, network */
	RD_EXIT_TALKED, /* a person has spoken with him and hung up */
	RD_EXIT_RETURN, /* what return: comes back to */
};

struct rd_ivr_exit {
	const char *label; /* the key of the YAML: "then", "failed"; NULL ends */
	uint8_t why;	   /* enum rd_exit_why */
	uint16_t at;	   /* offset of the target in struct rd_ivr_node */
};

/*
 * What every kind of node declares: check, show and the prover know a new verb
 * by it. Keys of menus and rows of choose are added by rd_ivr_edges().
 */
struct rd_ivr_kind {
	const struct rd_ivr_exit *exits;
	bool input; /* waits for keys: u.input is its first member */
	bool human; /* a person is to take the call there */
	bool ends;  /* the call leaves the trees */
};
extern const struct rd_ivr_kind rd_ivr_kinds[RD_NODE_KINDS];

/* Every way out; target may be RD_INDEX_NONE or RD_GO_*. */
typedef void rd_ivr_edge_fn(void *context, uint16_t target,
			    enum rd_exit_why why, const char *label);
void rd_ivr_edges(const struct rd_ivr_node *node, rd_ivr_edge_fn *fn,
		  void *context);
/* Must the caller press a key to leave a node of that kind so? */
bool rd_exit_needs_key(enum rd_node_kind kind, enum rd_exit_why why);
/*
 * The longest stay in a node, ms, without what is played outside of an input;
 * UINT32_MAX: no limit of its own.
 */
uint32_t rd_ivr_most_ms(const struct rd_config *config,
			const struct rd_ivr_node *node);

/* ---- rules for entries -------------------------------------------------- */

struct rd_check {
	const char *name, *help;
	bool (*holds)(const char *digits);
};
#define RD_CHECKS 4
extern const struct rd_check rd_checks[RD_CHECKS]; /* 0 is none */

/* Does a name, or a word of it, begin with these keys (E.161)? */
bool rd_ivr_spells(const char *name, const char *keys);
/* '?' stands for one character, '*' at the end for any rest. */
bool rd_pattern_matches(const char *pattern, const char *text);

/* ---- for people ---------------------------------------------------------- */

/*
 * The tree as indented text: each node once, under where it is first led to.
 * `ringdown ivr show`. config: of which the program is part.
 */
void rd_ivr_show(const struct rd_ivr_program *program,
		 const struct rd_config *config, FILE *out);

/* The JSON Schema of tree files, from the compiler's tables. */
void rd_ivr_schema(FILE *out);

#endif

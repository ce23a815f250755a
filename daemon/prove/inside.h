/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The prover from inside; see prove.h.
 *
 *	room.c	   memory, findings
 *	moments.c  classes of instants
 *	texts.c	   classes of texts, and sets of them; entries.c what is keyed in
 *	live.c	   what still matters at a node
 *	walk.c	   states, roots, the search
 *	ways.c	   from a state to the next, verb by verb; people.c some of them
 *	rows.c	   choose
 *	loops.c	   ways round
 *	heard.c	   prompts by language
 *	keys.c	   menus
 *	hours.c	   calendars and rows on time, without callers
 *	bound.c	   the longest way to a person
 *	crew.c	   who serves queues, with which skills
 *	judge.c	   what the walk has shown: dead rows, nodes, trees, queues
 *	witness.c  the way to a state, in acts and in words
 */
#ifndef RD_PROVE_INSIDE_H
#define RD_PROVE_INSIDE_H

#include "daemon/ivr/ivr.h"
#include "daemon/prove/prove.h"

#define NONE	     RD_INDEX_NONE
#define STATE_NONE   UINT32_MAX
#define ATOMS_MAX    256
#define MOMENTS_MAX  2048
#define CLASSES_MAX  256
#define FIGURES_MAX  12 /* of queues, in one choose */
#define CROSSED_MAX  2	/* boundaries of time that pass during a call */

/* ---- moments ------------------------------------------------------------------ */

struct atom { /* something that is true or false at an instant */
	const struct rd_cfg_calendar *calendar; /* it is open; or ... */
	const struct rd_cfg_part *part;		/* ... in this part of it */
	const struct rd_cfg_duty *duty;		/* ... somebody is on duty */
	const struct rd_ivr_cond *cond;		/* ... time, days, date */
	const struct rd_zone *zone;
};

struct moment {
	uint64_t bits[ATOMS_MAX / 64];
	int64_t from_s, to_s; /* the first stretch that is long enough */
	uint16_t nafter, capafter;
	uint16_t *after; /* classes that may follow */
};

struct stretch { /* of time, of one class */
	int64_t from_s;
	uint16_t moment;
};

/* ---- texts -------------------------------------------------------------------- */

struct set { /* of classes of texts */
	uint64_t bits[CLASSES_MAX / 64];
};

/* ---- states ------------------------------------------------------------------- */

/*
 * Up to "nback" states are told apart by all members. The stack of menus is
 * carried along, but only the menu that back leads to counts.
 */
struct state {
	uint16_t tree, node; /* tree NONE: in queue "node", by its route */
	uint16_t language, moment, root;
	uint16_t back_to; /* what RD_GO_BACK would lead to */
	uint8_t ncalls, logins, answered, crossed;
	uint16_t calls[RD_IVR_STACK];
	uint32_t unset; /* bits: variables that have no value yet */
	uint16_t caller, called; /* numbers of sets */
	uint16_t level; /* set: the caller's */
	uint16_t on, off; /* bits: lists he is on, is not on */
	uint16_t over; /* queue it has overflowed to, + 1; 0: the node's */
	uint16_t vars[RD_IVR_VARS];
	/* not compared */
	uint16_t back[RD_IVR_STACK];
	uint8_t back_calls[RD_IVR_STACK];
	uint8_t nback;
	uint8_t act, count; /* of the step being taken: enum rd_act */
	const char *label;  /* ... what it is called */
	uint32_t by;	    /* edge it was first come to by, STATE_NONE: root */
};

enum edge_kind {
	EDGE_FREE, /* nobody presses a key */
	EDGE_WRONG,
	EDGE_KEY
};

struct edge {
	uint32_t from, to;
	uint8_t kind, act, count;
	const char *label;
};

struct root {
	uint16_t tree, queue; /* one of them NONE */
	bool supposed;	      /* no route leads there */
};

struct pred { /* a test of texts */
	const struct rd_ivr_cond *cond; /* or of a number called: */
	uint16_t root;
	uint16_t test; /* its bit in the signature */
};

struct entry { /* something that may be keyed in */
	uint16_t tree, node, class;
	const char *text;
};

struct seen { /* of a node, by the walk */
	uint32_t first; /* state, STATE_NONE: never */
	bool crossed;	/* only by a caller who met a boundary of time */
};

struct live_node { /* what still matters there */
	uint32_t vars;
	const uint16_t *moments; /* by moment: the first that is the same */
};

struct same_moments {
	struct same_moments *next;
	uint64_t atoms[ATOMS_MAX / 64];
	uint16_t first[];
};

struct prove {
	const struct rd_config *config;
	const struct rd_prove *how;
	struct rd_proof *proof;
	int err;
	bool full; /* a limit was met */
	bool full_crossed; /* ... after time had passed */
	const char *full_why;

	struct atom atoms[ATOMS_MAX];
	uint16_t natoms;
	struct moment *moments;
	uint16_t nmoments;
	struct stretch *stretches;
	uint32_t nstretches, capstretches;

	struct pred *preds;
	uint32_t npreds, cappreds;
	char **classes; /* a text of each; NULL-free */
	uint64_t *signatures; /* nclasses x words */
	uint32_t nclasses, words;
	struct entry *entries;
	uint32_t nentries, capentries;
	struct set *sets; /* interned; 0 is the empty text alone */
	uint32_t nsets, capsets;
	uint32_t *set_table, set_slots;
	uint16_t set_any, set_digits;

	struct live_node **live; /* [tree][node] */
	struct same_moments *same;

	struct root *roots;
	uint16_t nroots;
	struct state *states;
	uint32_t nstates, capstates;
	uint32_t *table, slots;
	struct edge *edges;
	uint32_t nedges, capedges;
	uint32_t still, still_edges; /* of the walk in which no time passes */

	struct seen **nodes; /* [tree][node] */
	struct row_seen {
		bool visited;
		bool held; /* its conditions, on some way */
		bool taken;
		uint32_t first;	     /* state at the choose */
		uint32_t first_held; /* ... where it would hold, if alone */
	} ***rows;	   /* [tree][node][row], NULL where no choose */
	uint32_t *queues;  /* state first in each queue */
	uint32_t **had_value; /* [tree][node]: variables read with a value */
	struct cut { /* the reasons a way ended badly, to be told later */
		uint32_t state;
		uint8_t kind, what;
	} *cuts;
	uint32_t ncuts, capcuts;
};

/* ---- room.c ---- */

/* Room for one more of an array; false and p->err: no memory. */
bool rd_prove_grow(struct prove *p, void *array, uint32_t n, uint32_t *cap,
		size_t size);
/* Zeroed memory that lives as long as the proof; NULL and p->err. */
void *rd_prove_alloc(struct prove *p, size_t n, size_t size);
/*
 * Tell something. at: state whose way is the witness, or STATE_NONE. The same
 * kind at the same place is told once: then NULL, as when there is no memory.
 */
struct rd_finding *rd_prove_find(struct prove *p, enum rd_finding_kind kind,
			      struct rd_place place, uint16_t tree,
			      uint32_t at, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
static inline bool rd_prove_has_place(struct rd_place place)
{
	return place.file != NULL;
}
const struct rd_ivr_node *rd_prove_node(const struct prove *p, uint16_t tree,
				     uint16_t node);
/* The limit of something was met. */
void rd_prove_full(struct prove *p, const char *why);

/* ---- moments.c ---- */

void rd_prove_moments(struct prove *p);
/* ... that a calendar is open; -1: nobody asks for it. */
int rd_prove_calendar_atom(const struct prove *p, uint16_t calendar);
/* ... that somebody is on duty. */
int rd_prove_duty_atom(const struct prove *p, uint16_t duty);
/* Number of the atom that a condition of a tree is, or -1. */
int rd_prove_atom(const struct prove *p, const struct rd_zone *zone,
	       const struct rd_ivr_cond *cond);
static inline bool moment_has(const struct moment *m, int atom)
{
	return m->bits[atom / 64] >> (atom % 64) & 1;
}
void rd_prove_moments_free(struct prove *p);

/* ---- texts.c ---- */

void rd_prove_texts(struct prove *p);
void rd_prove_texts_free(struct prove *p);
/* The class of a text, made if it is new; NONE: too many. */
uint16_t rd_prove_class(struct prove *p, const char *text);
bool rd_prove_is_text(const struct rd_ivr_cond *cond);
/* The set of texts that fit, out of another. */
uint16_t rd_prove_set_fit(struct prove *p, uint16_t set, const struct rd_ivr_cond *cond,
		 bool fit);
uint16_t rd_prove_set_of_text(struct prove *p, const char *text);
uint16_t rd_prove_set_of_root(struct prove *p, uint16_t root);
/* What can be keyed in at a collect; what agents' numbers there are. */
uint16_t rd_prove_set_of_entries(struct prove *p, uint16_t tree, uint16_t node);
uint16_t rd_prove_set_of_agents(struct prove *p);
bool rd_prove_set_is_empty(const struct prove *p, uint16_t set);
uint16_t rd_prove_set_meet(struct prove *p, uint16_t a, uint16_t b);
/* Does it hold texts of but one class? */
bool rd_prove_set_is_single(const struct prove *p, uint16_t set);
/* Some text of the set. */
const char *rd_prove_set_some(const struct prove *p, uint16_t set);
/* An entry of that collect in the set, or NULL. */
const char *rd_prove_set_entry(const struct prove *p, uint16_t set, uint16_t tree,
		      uint16_t node);
/* entries.c: what each collect lets through */
void rd_prove_entries(struct prove *p);
/* A wrong entry for a collect, or NULL: none is. */
const char *rd_prove_wrong_entry(const struct prove *p, uint16_t tree, uint16_t node,
			char buf[40]);

/* ---- live.c ---- */

void rd_prove_live(struct prove *p);
/* What cannot matter any more at the state's node is made the same for all. */
void rd_prove_forget(const struct prove *p, struct state *s);

/* ---- walk.c ---- */

void rd_prove_walk(struct prove *p);
/* A state comes after another one. */
void rd_prove_walk_to(struct prove *p, uint32_t from, struct state *to,
	     enum edge_kind kind);
/* Somewhere a call ends badly. what: for judge.c */
void rd_prove_walk_cut(struct prove *p, uint32_t state, enum rd_finding_kind kind,
	      uint8_t what);

enum { /* what of cuts */
	CUT_NEXT, CUT_ELSE, CUT_OVERFLOW, CUT_FULL, CUT_CLOSED, CUT_RETURN, CUT_NESTED,
	CUT_BUSY, CUT_NO_ANSWER, CUT_FAILED, CUT_FOREVER,
	CUT_DESERTED, CUT_TOO_LONG, CUT_NUMBER, CUT_READ,
	CUT_READ_ROW = CUT_READ + RD_IVR_VARS,
};

/* ---- ways.c, rows.c ---- */

void rd_prove_ways(struct prove *p, uint32_t state);
void rd_prove_rows(struct prove *p, uint32_t state);
/* A step to a target of the same tree; to: made from the state. */
void rd_prove_go(struct prove *p, uint32_t from, struct state *to, uint16_t target,
	enum edge_kind kind);
/* A variable is read there. */
void rd_prove_read(struct prove *p, uint32_t state, uint16_t var, bool in_row);
/* Can a caller make that mistake, key that extension? Keys to show it. */
const char *rd_prove_wrong_keys(const struct prove *p, uint16_t tree, uint16_t node,
		       char buf[40]);

/* A step away from a state, which is then changed and gone. */
struct state rd_prove_step(const struct prove *p, uint32_t from,
			   enum rd_act act, const char *label);
/* Go it; NONE is a dead end. */
void rd_prove_way(struct prove *p, uint32_t from, struct state *to,
		  uint16_t target, enum edge_kind kind);
/* ... in another tree, which begins with no variables, or the same. */
void rd_prove_go_tree(struct prove *p, uint32_t from, struct state *to,
		      uint16_t tree, uint16_t node, enum edge_kind kind);
/* A variable gets a value; those of an answer may get any. */
void rd_prove_put(struct state *s, uint16_t var, uint16_t set);
void rd_prove_put_into(const struct prove *p, struct state *s,
		       const struct rd_ivr_into *into);
void rd_prove_read_operand(struct prove *p, uint32_t state,
			   const struct rd_operand *o);
/* Is it an agent's number; longer: does one begin so? */
bool rd_prove_is_agent(const struct rd_config *c, const char *digits,
		       bool longer);

/* ---- people.c ---- */

/* The queue in which a call waits, NONE: in none. */
uint16_t rd_prove_queue_of(const struct prove *p, const struct state *s);

/* after: where the tree wants the call back, or NONE. */
void rd_prove_queue_ways(struct prove *p, uint32_t from, uint16_t queue,
			 uint16_t after);
void rd_prove_dial_ways(struct prove *p, uint32_t from,
			const struct rd_ivr_node *node);
void rd_prove_agent_ways(struct prove *p, uint32_t from,
			 const struct rd_ivr_node *node);
void rd_prove_auth_ways(struct prove *p, uint32_t from,
			const struct rd_ivr_node *node);

/* ---- crew.c ---- */

/* Some agent may serve it, at least after a while. */
bool rd_prove_is_served(const struct prove *p, uint16_t queue);
/* So many agents may serve it at most. */
uint32_t rd_prove_most_agents(const struct prove *p, uint16_t queue);
void rd_prove_crews(struct prove *p);

/* ---- what is told ---- */

void rd_prove_loops(struct prove *p);
void rd_prove_heard(struct prove *p);
void rd_prove_keys(struct prove *p);
void rd_prove_hours(struct prove *p);
void rd_prove_bounds(struct prove *p);
void rd_prove_judge(struct prove *p);

/* ---- witness.c ---- */

/* The shortest way to a state. */
void rd_prove_witness(struct prove *p, uint32_t state, struct rd_witness *out);
/* ... and on by these edges. */
void rd_prove_witness_on(struct prove *p, uint32_t state, const uint32_t *edges,
		      uint32_t n, struct rd_witness *out);
/* ... and there that mistake (RD_ACT_WRONG with its keys, or RD_ACT_SILENT). */
void rd_prove_witness_mistake(struct prove *p, uint32_t state, enum rd_act act,
			      const char *keys, struct rd_witness *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees and queues proved, not only parsed.
 *
 * WHAT. Every way a caller can go through the trees of a configuration, at any
 * time from now on, in any language, with any answer of a source; and what is
 * wrong on these ways. Each finding has its place in the files and a *witness*:
 * who calls which number at which instant, and what he does then.
 *
 * HOW. The programs that the interpreter runs are walked with sets instead of
 * values. A state is a node, the language, the class of the instant (moments.c:
 * instants that no calendar and no condition on time tells apart), the set of
 * texts each variable may hold (texts.c: texts that no condition tells apart),
 * open calls, wrong sign-ins. Rows of choose split states (rows.c), the other
 * verbs go their declared ways out (daemon/ivr/exits.c). Time stands still while
 * a caller listens, except that a boundary (closing time) may pass once or
 * twice; what only such a caller meets is no finding, and keeps a row or a node
 * from being called dead.
 *
 * USE.
 *	config = rd_config_load(&bundle, rd_ivr_load_to_prove, &diag);
 *	rd_prove(config, &(struct rd_prove){ .now_s = time(NULL) }, &proof);
 *	for (i = 0; i < proof->n; i++) ... proof->findings[i] ...
 *	rd_proof_free(proof);
 *
 * LIMITS. At most max_states states; beyond them a finding says what was not
 * proved. Instants up to 400 days ahead, and around every date that the
 * configuration names. Values of data sources may be anything.
 *
 * Context: any thread; reads nothing but the configuration (and has_file).
 */
#ifndef RD_PROVE_H
#define RD_PROVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/ivr/program.h"

enum rd_severity { RD_NOTE, RD_WARNING, RD_ERROR };

/* clang-format off */
/* X(KIND, word, severity, what it is) */
#define RD_FINDING_LIST(X)                                                    \
	X(LOOP, "loop", ERROR, "a way round that needs no key")               \
	X(OVERFLOW, "overflow-cycle", ERROR, "queues that overflow into each other") \
	X(RETRY, "endless-retries", WARNING, "wrong entries are forgiven for ever") \
	X(DEAD_END, "dead-end", ERROR, "a way that leads nowhere")            \
	X(CUT_OFF, "cut-off", WARNING, "the call is released without a word") \
	X(NESTED, "nested-calls", ERROR, "call: within call: without end")    \
	X(UNREACHABLE, "unreachable", WARNING, "a node no caller comes to")   \
	X(UNUSED_TREE, "unused-tree", WARNING, "a tree no caller comes to")   \
	X(NEVER, "never", WARNING, "a row of choose that is never taken")     \
	X(SHADOWED, "shadowed", WARNING, "a row whose cases earlier rows take") \
	X(PROMPT, "prompt", WARNING, "words missing in a language")           \
	X(FILE, "sound-file", WARNING, "a sound file that is not there")      \
	X(KEYS, "ambiguous-keys", WARNING, "keys that begin like others")     \
	X(GLOBAL_KEY, "global-key", WARNING, "a key that hides operator, back or top") \
	X(GAP, "calendar-gap", WARNING, "a gap of minutes between hours")     \
	X(OVERLAP, "calendar-overlap", WARNING, "hours that stand twice")     \
	X(HOLIDAY, "past-holidays", WARNING, "no holiday is to come")         \
	X(OLD_HOLIDAY, "old-holiday", NOTE, "a holiday that is over")         \
	X(UNSERVED, "unserved-queue", ERROR, "a queue that nobody serves")    \
	X(SKILL, "nobody-has-skill", ERROR, "a skill that nobody has")        \
	X(NOBODY, "no-such-number", WARNING, "a number that leads to nobody") \
	X(UNSET, "unset-variable", WARNING, "a variable read before it is set") \
	X(TOO_LARGE, "not-proven", WARNING, "too large to be proved")
/* clang-format on */

enum rd_finding_kind {
#define X(KIND, word, severity, help) RD_FIND_##KIND,
	RD_FINDING_LIST(X)
#undef X
	RD_FINDING_KINDS,
};

/* What happens on the way of a witness. */
enum rd_act {
	RD_ACT_KEYS,	 /* text: keys in a menu */
	RD_ACT_ENTRY,	 /* text: what is entered */
	RD_ACT_WRONG,	 /* text: a wrong entry, count times */
	RD_ACT_SILENT,	 /* silence, until the node gives up */
	RD_ACT_FOUND,	 /* a source finds; text: columns, "a=b c=d" */
	RD_ACT_NONE,	 /* ... nothing */
	RD_ACT_DOWN,	 /* ... is down */
	RD_ACT_QUEUED,	 /* text: queue */
	RD_ACT_TALKED,	 /* somebody answers, talks, and hangs up */
	RD_ACT_OVERFLOW, /* the wait is over */
	RD_ACT_FULL,	 /* the queue is full */
	RD_ACT_CLOSED,	 /* ... is closed */
	RD_ACT_DESERTED, /* ... has no agent who is there */
	RD_ACT_TOO_LONG, /* ... promises too long a wait */
	RD_ACT_BUSY, RD_ACT_NO_ANSWER, RD_ACT_FAILED, /* who is dialled */
	RD_ACT_SIGNED,	 /* agent: done; text: login, ready, ... */
	RD_ACT_REFUSED,	 /* agent: wrong or denied */
	RD_ACT_FIGURES,	 /* text: state of a queue, "waiting=11" */
	RD_ACT_OTHER,	 /* text: another verb's way out */
};

struct rd_act_step {
	uint8_t act; /* enum rd_act */
	uint8_t count;
	uint16_t tree, node; /* where it happens; node NONE: a queue's */
	char text[64];
};

struct rd_witness {
	int64_t unix_s;		    /* when the call comes */
	const char *timezone;	    /* in which to write it, never NULL */
	char caller[32], called[32]; /* "" where any does */
	uint16_t lists;		    /* bits: lists of callers he is on */
	char level[32];		    /* his level, "" any */
	uint16_t tree;		    /* begins there; NONE: straight in a queue */
	uint16_t queue;
	uint16_t end_tree, end_node; /* leads to this node (or NONE) */
	uint16_t n;
	const struct rd_act_step *steps;
};

struct rd_finding {
	uint8_t kind, severity; /* enum rd_finding_kind, rd_severity */
	struct rd_place place;
	uint16_t tree; /* it belongs to, or NONE */
	const char *text;
	bool has_witness;
	struct rd_witness witness;
};

/* How long at most, before a person is called, from the start of a tree. */
struct rd_bound {
	uint16_t tree;
	bool reaches; /* a person can be reached at all */
	bool endless; /* the caller may go round by keys; the figures are of */
		      /* one who never goes where he has been */
	uint64_t ms;
	uint32_t prompts;
	struct rd_witness witness; /* of the longest way */
};

struct rd_proof {
	struct rd_finding *findings; /* by place */
	uint32_t n;
	uint32_t count[3]; /* by enum rd_severity */
	struct rd_bound *bounds;
	uint16_t nbounds;
	uint32_t states, moments;
	void *room; /* texts and witnesses */
};

struct rd_prove {
	int64_t now_s;	     /* Unix time of the check */
	bool one_tree;	     /* only findings of tree */
	uint16_t tree;
	uint32_t max_states; /* 0: RD_PROVE_STATES */
	/* Is that sound file there? NULL: do not look. */
	bool (*has_file)(const char *path);
	/* Length of a prompt, ms; NULL: guessed from its words. */
	uint32_t (*prompt_ms)(const struct rd_cfg_prompt *prompt);
};
#define RD_PROVE_STATES 300000u

/* 0, -ENOMEM. Whatever was found is in *out, to be freed by rd_proof_free(). */
int rd_prove(const struct rd_config *config, const struct rd_prove *how,
	     struct rd_proof **out);
void rd_proof_free(struct rd_proof *proof);

const char *rd_finding_word(enum rd_finding_kind kind);
const char *rd_severity_word(enum rd_severity severity);

/*
 * A witness in one line: "Sun 2026-11-29 03:00 Asia/Shanghai, 13800138000 calls
 * 4008001234: keys 1, 12345678; silence". Returns buf.
 */
char *rd_witness_words(const struct rd_config *config,
		       const struct rd_witness *witness, char *buf, size_t len);
/* An instant: "Sun 2026-11-29 03:00 Asia/Shanghai". */
char *rd_instant_words(int64_t unix_s, const char *timezone, char *buf,
		       size_t len);

#endif

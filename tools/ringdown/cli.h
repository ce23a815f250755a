/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The operator's command: what its files share.
 *
 * A *verb* is one or two words and a function. verbs.c holds the table of all;
 * parsing, help, completion and the manual page come from it.
 */
#ifndef CLI_H
#define CLI_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Exit codes, as the manual page has them. */
enum {
	CLI_OK = 0,
	CLI_FAILED = 1,	   /* anything not below */
	CLI_USAGE = 2,	   /* the command line is wrong */
	CLI_NO_DAEMON = 3, /* nobody listens at the socket */
	CLI_NOT_FOUND = 4, /* no such agent, call, recording ... */
	CLI_REFUSED = 5,   /* conflict, not permitted, full */
	CLI_INVALID = 6,   /* a checked file has errors; a log is damaged */
	CLI_WARNED = 7,	   /* it has none, but something may be wrong */
};

#define CLI_ARGS 32

/* The command line, taken apart. */
struct cli {
	const struct cli_verb *verb;
	const char *arg[CLI_ARGS]; /* without the verb's own words */
	int nargs;
	/* options */
	const char *socket, *store, *journal, *recordings;
	const char *events, *output, *by_name[3];    /* agent, queue, span */
	const char *config, *replay, *keep;
	const char *at, *day; /* instants, as people write them */
	const char *from, *to; /* numbers */
	int64_t call, since, until, limit, at_frame; /* -1: not given */
	int64_t seed;				     /* likewise */
	bool json, follow, when_idle, cancel, force, redact, dot, svg;
	bool script;
	int width; /* of the terminal; 0: no limit */
};

/* Options a verb takes besides the common ones; see options[] in parse.c. */
enum cli_option {
	CLI_O_CALL = 1 << 0,
	CLI_O_SINCE = 1 << 1,
	CLI_O_EVENTS = 1 << 2,
	CLI_O_AGENT = 1 << 3,
	CLI_O_QUEUE = 1 << 4,
	CLI_O_SPAN = 1 << 5,
	CLI_O_FOLLOW = 1 << 6,
	CLI_O_WHEN_IDLE = 1 << 7,
	CLI_O_CANCEL = 1 << 8,
	CLI_O_LIMIT = 1 << 9,
	CLI_O_OUTPUT = 1 << 10,
	CLI_O_UNTIL = 1 << 11,
	CLI_O_FILES = 1 << 12, /* --store, --journal, --recordings */
	CLI_O_AT = 1 << 13,    /* --at-frame */
	CLI_O_FORCE = 1 << 15,
	CLI_O_REDACT = 1 << 16,
	CLI_O_INSTANT = 1 << 17, /* --at */
	CLI_O_DRAW = 1 << 18,	 /* --dot, --svg, --day */
	CLI_O_TRY = 1 << 19,	 /* --script, --from, --to */
	CLI_O_SIMULATE = 1 << 14, /* --config, --seed, --replay, --keep */
};

struct cli_verb {
	const char *words; /* "agents login" */
	const char *args;  /* "AGENT [PHONE]" */
	int min_args, max_args;
	unsigned options; /* enum cli_option */
	const char *help; /* one line */
	const char *more; /* what else there is to know, examples; or NULL */
	int (*run)(struct cli *cli);
	const char *command; /* of the socket, for run_*() that need one */
};

extern const struct cli_verb cli_verbs[]; /* ended by words NULL */

/* Parse. CLI_OK; an exit code after having said why; -1: help was given. */
int cli_parse(struct cli *cli, int argc, char **argv);
/* Complain on stderr, "ringdown: ...". */
void cli_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ---- configurations ---------------------------------------------------------- */

struct rd_config;
struct rd_diag;
/*
 * The configuration at path, and then (rd_ivr_load() or one of its kind). NULL:
 * errors are in diag.
 */
struct rd_config *cli_load(const char *path,
			   int (*then)(struct rd_config *, struct rd_diag *),
			   struct rd_diag *diag);
/* Errors and warnings as they are, or as JSON lines of text. */
void cli_print_diag(const struct cli *cli, const char *path,
		    const struct rd_diag *diag);
/*
 * "2026-11-29 03:00" in a time zone, "2026-11-29" (its midnight), or "@" and
 * Unix seconds. False: none of these, and that was said.
 */
bool cli_instant(const char *text, const char *timezone, int64_t *unix_s);

/* ---- verbs ------------------------------------------------------------------ */

int run_ask(struct cli *cli);	 /* command without arguments: a table */
int run_span(struct cli *cli);	 /* one of the spans */
int run_call(struct cli *cli);	 /* one call, and its lines */
int run_lines(struct cli *cli);	 /* lines in use */
int run_lines_history(struct cli *cli);
int run_change(struct cli *cli); /* arguments in the command's order */
int run_force(struct cli *cli);	 /* the same, with --force */
int run_bert(struct cli *cli);	 /* span.bert: channels, the action last */
int run_watch(struct cli *cli);
int run_trace(struct cli *cli);
int run_capture(struct cli *cli);
int run_journal_show(struct cli *cli);
int run_journal_list(struct cli *cli);
int run_journal_call(struct cli *cli);
int run_journal_verify(struct cli *cli);
int run_journal_bundle(struct cli *cli);
int run_recordings_list(struct cli *cli);
int run_recordings_show(struct cli *cli);
int run_recordings_export(struct cli *cli);
int run_simulate(struct cli *cli);
int run_why(struct cli *cli);
int run_journal_replay(struct cli *cli);
int run_config_check(struct cli *cli);
int run_ivr_check(struct cli *cli);
int run_ivr_show(struct cli *cli);
int run_ivr_try(struct cli *cli);
int run_ivr_counts(struct cli *cli);
int run_backup(struct cli *cli);
int run_stop(struct cli *cli);
int run_announce(struct cli *cli);
int run_completion(struct cli *cli);
int run_man(struct cli *cli);

#endif

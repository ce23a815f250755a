// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line: verbs of one or two words, options anywhere. By hand rather
 * than getopt, so that a mistyped word is met with the one that was meant.
 */
#include "tools/ringdown/parse.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "daemon/control/command.h"
#include "lib/base/diag.h"

#define WORDS_MAX 128

/* clang-format off */
const struct cli_option_info cli_options[] = {
	{ 0, 'h', "help", NULL, "about this command" },
	{ 0, 'j', "json", NULL, "for programs: JSON" },
	{ 0, 's', "socket", "PATH", "the daemon's (or $RINGDOWN_SOCKET; " CLI_SOCKET ")" },
	{ CLI_O_AT, 0, "at-frame", "N", "have it done at this frame of the line clock" },
	{ CLI_O_CALL, 0, "call", "N", "of this call only" },
	{ CLI_O_AGENT, 0, "agent", "A", "of this agent only" },
	{ CLI_O_QUEUE, 0, "queue", "Q", "of this queue only" },
	{ CLI_O_SPAN, 0, "span", "S", "of this span only" },
	{ CLI_O_EVENTS, 'e', "events", "NAMES", "only these, by comma; '*' fits anything" },
	{ CLI_O_SINCE, 0, "since", "SEQ", "from after this number" },
	{ CLI_O_UNTIL, 0, "until", "SEQ", "up to this number" },
	{ CLI_O_LIMIT, 'n', "limit", "N", "so many, then end" },
	{ CLI_O_FOLLOW, 'f', "follow", NULL, "wait for more" },
	{ CLI_O_OUTPUT, 'o', "output", "FILE", "where to; - is the standard output" },
	{ CLI_O_SIMULATE, 'c', "config", "FILE", "the configuration (/etc/ringdown/ringdown.yaml)" },
	{ CLI_O_SIMULATE, 0, "seed", "N", "of chance, instead of the day's own" },
	{ CLI_O_SIMULATE, 0, "replay", "DIR", "the arrivals of a journal instead of the curves" },
	{ CLI_O_SIMULATE, 0, "keep", "DIR", "write the simulated day's journal there" },
	{ CLI_O_WHEN_IDLE, 0, "when-idle", NULL, "take no new calls, end with the last one" },
	{ CLI_O_CANCEL, 0, "cancel", NULL, "take back --when-idle" },
	{ CLI_O_INSTANT, 0, "at", "TIME", "as if it were then: \"2026-11-29 03:00\"" },
	{ CLI_O_TRY, 0, "script", NULL, "from a file or pipe: silent, fails at what was not expected" },
	{ CLI_O_TRY, 0, "from", "NUMBER", "the caller's number" },
	{ CLI_O_TRY, 0, "to", "NUMBER", "the number called" },
	{ CLI_O_DRAW, 0, "dot", NULL, "as a graph for Graphviz" },
	{ CLI_O_DRAW, 0, "svg", NULL, "as a picture" },
	{ CLI_O_DRAW, 0, "day", "DATE", "with the calls of that day" },
	{ CLI_O_FORCE, 0, "force", NULL, "even if there are calls on it" },
	{ CLI_O_REDACT, 0, "redact", NULL, "other numbers and names for the true ones" },
	{ CLI_O_FILES, 0, "store", "FILE", "the database, instead of asking the daemon" },
	{ CLI_O_FILES, 0, "journal", "DIR", "the journal's folder, likewise" },
	{ CLI_O_FILES, 0, "recordings", "DIR", "the recordings' folder, likewise" },
	{ 0 },
};
/* clang-format on */

void cli_error(const char *fmt, ...)
{
	va_list args;

	fflush(stdout);
	fputs("ringdown: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

/* ---- verbs ------------------------------------------------------------------- */

/* Does the verb begin with these words? How many, or 0. */
static int verb_fits(const struct cli_verb *v, const char *const *words, int n)
{
	size_t first = strcspn(v->words, " ");

	if (!n || strlen(words[0]) != first ||
	    strncmp(v->words, words[0], first))
		return 0;
	if (!v->words[first])
		return 1;
	return n > 1 && !strcmp(v->words + first + 1, words[1]) ? 2 : 0;
}

static const struct cli_verb *find_verb(const char *const *words, int n,
					int *used)
{
	const struct cli_verb *best = NULL;

	*used = 0;
	for (const struct cli_verb *v = cli_verbs; v->words; v++) {
		int fits = verb_fits(v, words, n);

		if (fits > *used) {
			*used = fits;
			best = v;
		}
	}
	return best;
}

static bool is_first_word(const char *word)
{
	for (const struct cli_verb *v = cli_verbs; v->words; v++) {
		size_t first = strcspn(v->words, " ");

		if (strlen(word) == first && !strncmp(v->words, word, first))
			return true;
	}
	return false;
}

/* The second words that may follow first; or first words if it is NULL. */
static size_t list_words(const char *first, char (*out)[32], const char **names)
{
	size_t n = 0;

	for (const struct cli_verb *v = cli_verbs; v->words; v++) {
		size_t len = strcspn(v->words, " ");
		const char *word = v->words;

		if (first) {
			if (!v->words[len] || strlen(first) != len ||
			    strncmp(first, v->words, len))
				continue;
			word = v->words + len + 1;
			len = strlen(word);
		}
		snprintf(out[n], 32, "%.*s", (int)len, word);
		names[n] = out[n];
		n++;
	}
	return n;
}

static int unknown_verb(const char *const *words, int n)
{
	static char room[WORDS_MAX][32];
	const char *names[WORDS_MAX], *nearest;
	bool second = is_first_word(words[0]);
	const char *word = second && n > 1 ? words[1] : words[0];
	size_t count = list_words(second ? words[0] : NULL, room, names);

	if (second && n == 1) {
		fprintf(stderr, "ringdown: %s what? One of:", words[0]);
		for (size_t i = 0; i < count; i++)
			fprintf(stderr, " %s", names[i]);
		fputc('\n', stderr);
		return CLI_USAGE;
	}
	nearest = rd_diag_nearest(word, names, count);
	if (nearest)
		cli_error("\"%s\": unknown; did you mean \"%s%s%s\"?", word,
			  second ? words[0] : "", second ? " " : "", nearest);
	else
		cli_error("\"%s\": unknown; \"ringdown help\" lists what there "
			  "is",
			  word);
	return CLI_USAGE;
}

/* ---- options ------------------------------------------------------------------ */

static const struct cli_option_info *find_option(const char *word, size_t len)
{
	for (const struct cli_option_info *o = cli_options; o->name; o++)
		if (strlen(o->name) == len && !strncmp(o->name, word, len))
			return o;
	return NULL;
}

static const struct cli_option_info *find_letter(char letter)
{
	for (const struct cli_option_info *o = cli_options; o->name; o++)
		if (o->letter == letter)
			return o;
	return NULL;
}

static int unknown_option(const char *word)
{
	const char *names[32], *nearest;
	size_t n = 0;

	for (const struct cli_option_info *o = cli_options; o->name; o++)
		names[n++] = o->name;
	nearest = word[1] == '-' ? rd_diag_nearest(word + 2, names, n) : NULL;
	if (nearest)
		cli_error("%s: unknown; did you mean --%s?", word, nearest);
	else
		cli_error("%s: unknown option", word);
	return CLI_USAGE;
}

static int get_number(const struct cli_option_info *o, const char *text,
		      int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (!errno && end != text && !*end && *out >= 0)
		return CLI_OK;
	cli_error("--%s %s: expected a number", o->name, text);
	return CLI_USAGE;
}

static int set_option(struct cli *cli, const struct cli_option_info *o,
		      const char *value)
{
	const struct {
		const char *name;
		const char **text;
		int64_t *number;
		bool *flag;
	} rows[] = {
		{ .name = "json", .flag = &cli->json },
		{ .name = "follow", .flag = &cli->follow },
		{ .name = "when-idle", .flag = &cli->when_idle },
		{ .name = "cancel", .flag = &cli->cancel },
		{ .name = "force", .flag = &cli->force },
		{ .name = "redact", .flag = &cli->redact },
		{ .name = "socket", .text = &cli->socket },
		{ .name = "store", .text = &cli->store },
		{ .name = "journal", .text = &cli->journal },
		{ .name = "recordings", .text = &cli->recordings },
		{ .name = "events", .text = &cli->events },
		{ .name = "output", .text = &cli->output },
		{ .name = "agent", .text = &cli->by_name[0] },
		{ .name = "queue", .text = &cli->by_name[1] },
		{ .name = "span", .text = &cli->by_name[2] },
		{ .name = "config", .text = &cli->config },
		{ .name = "replay", .text = &cli->replay },
		{ .name = "keep", .text = &cli->keep },
		{ .name = "at", .text = &cli->at },
		{ .name = "day", .text = &cli->day },
		{ .name = "from", .text = &cli->from },
		{ .name = "to", .text = &cli->to },
		{ .name = "script", .flag = &cli->script },
		{ .name = "dot", .flag = &cli->dot },
		{ .name = "svg", .flag = &cli->svg },
		{ .name = "seed", .number = &cli->seed },
		{ .name = "call", .number = &cli->call },
		{ .name = "since", .number = &cli->since },
		{ .name = "until", .number = &cli->until },
		{ .name = "limit", .number = &cli->limit },
		{ .name = "at-frame", .number = &cli->at_frame },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].name, o->name))
			continue;
		if (rows[i].number)
			return get_number(o, value, rows[i].number);
		if (rows[i].text)
			*rows[i].text = value;
		else
			*rows[i].flag = true;
	}
	return CLI_OK;
}

/* One option at argv[*i]; *seen collects bits. CLI_OK or CLI_USAGE. */
static int take_option(struct cli *cli, char **argv, int *i, unsigned *seen,
		       bool *help)
{
	char *word = argv[*i];
	bool is_long = word[1] == '-';
	const char *equals = strchr(word, '='), *value = NULL;
	size_t len = is_long && equals ? (size_t)(equals - word) - 2
				       : strlen(word + 1 + is_long);
	const struct cli_option_info *o = is_long ? find_option(word + 2, len)
					  : !word[2] ? find_letter(word[1])
						     : NULL;

	if (!o)
		return unknown_option(word);
	if (o->letter == 'h') {
		*help = true;
		return CLI_OK;
	}
	if (o->value) {
		value = is_long && equals ? equals + 1 : argv[++*i];
		if (!value) {
			cli_error("%s: needs %s", word, o->value);
			return CLI_USAGE;
		}
	}
	*seen |= o->bit;
	return set_option(cli, o, value);
}

/* ---- help --------------------------------------------------------------------- */

static void print_options(unsigned bits)
{
	for (const struct cli_option_info *o = cli_options; o->name; o++) {
		char head[40];

		if (o->bit && !(o->bit & bits))
			continue;
		snprintf(head, sizeof(head), "%c%c%s --%s %s",
			 o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
			 o->letter ? "," : " ", o->name,
			 o->value ? o->value : "");
		printf("  %-24s %s\n", head, o->help);
	}
}

static void help_verb(const struct cli_verb *v)
{
	bool asks = v->help[strlen(v->help) - 1] == '?';

	printf("ringdown %s%s%s%s\n\n%s%s\n", v->words, *v->args ? " " : "",
	       v->args, v->options ? " [OPTIONS]" : "", v->help,
	       asks ? "" : ".");
	if (v->more)
		printf("\n%s", v->more);
	printf("\nOptions:\n");
	print_options(v->options);
}

static void help_line(const struct cli_verb *v)
{
	printf("  %s%s%-*s %s\n", v->words, *v->args ? " " : "",
	       (int)(34 - strlen(v->words) - !!*v->args), v->args, v->help);
}

/* "spans" is a verb, and the first word of others. */
static void help_relatives(const struct cli_verb *verb)
{
	size_t len = strlen(verb->words);
	bool any = false;

	for (const struct cli_verb *v = cli_verbs; v->words; v++) {
		if (strncmp(v->words, verb->words, len) || v->words[len] != ' ')
			continue;
		if (!any)
			printf("\nAlso:\n");
		any = true;
		help_line(v);
	}
}

static void help_all(void)
{
	printf("ringdown: the operator's command of a Ringdown call centre\n\n"
	       "  ringdown COMMAND [ARGUMENTS] [OPTIONS]\n\n");
	for (const struct cli_verb *v = cli_verbs; v->words; v++)
		help_line(v);
	printf("\nOptions of all:\n");
	print_options(0);
	printf("\nTry:\n"
	       "  ringdown status\n"
	       "  ringdown watch --events 'call.*'\n"
	       "  ringdown agents not-ready 8001 lunch\n"
	       "  ringdown help agents login         more about one\n"
	       "  ringdown help events               what \"watch\" shows\n"
	       "\nExit codes: 0 done, 1 failed, 2 wrong usage, 3 no daemon, "
	       "4 not found,\n5 refused, 6 errors in what was checked, 7 warnings only.\n");
}

static void help_events(void)
{
	for (size_t i = 0; i < rd_event_count; i++)
		printf("%s\n    %s\n    %s\n", rd_event_infos[i].name,
		       rd_event_infos[i].help, rd_event_infos[i].fields);
}

/* Help about the words given. */
static int help_about(const char *const *words, int n)
{
	const struct cli_verb *v;
	int used, found = 0;

	if (!n) {
		help_all();
		return CLI_OK;
	}
	if (!strcmp(words[0], "events")) {
		help_events();
		return CLI_OK;
	}
	v = find_verb(words, n, &used);
	if (v && used == n) {
		help_verb(v);
		help_relatives(v);
		return CLI_OK;
	}
	for (v = cli_verbs; v->words && n == 1; v++) {
		size_t first = strcspn(v->words, " ");

		if (strlen(words[0]) == first &&
		    !strncmp(v->words, words[0], first)) {
			printf("%s", found++ ? "\n" : "");
			help_verb(v);
		}
	}
	return found ? CLI_OK : unknown_verb(words, n);
}

/* ---- all ---------------------------------------------------------------------- */

static int terminal_width(void)
{
	struct winsize ws;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws))
		return 0;
	return ws.ws_col;
}

static int check_usage(const struct cli *cli, unsigned seen)
{
	const struct cli_verb *v = cli->verb;

	if (seen & ~v->options) {
		cli_error("\"%s\" does not take one of these options; see "
			  "\"ringdown help %s\"",
			  v->words, v->words);
		return CLI_USAGE;
	}
	if (cli->nargs >= v->min_args && cli->nargs <= v->max_args)
		return CLI_OK;
	cli_error("usage: ringdown %s%s%s", v->words, *v->args ? " " : "",
		  v->args);
	return CLI_USAGE;
}

int cli_parse(struct cli *cli, int argc, char **argv)
{
	const char *words[CLI_ARGS + 2];
	bool help = false, only_words = false;
	unsigned seen = 0;
	int n = 0, used, code;

	memset(cli, 0, sizeof(*cli));
	cli->call = cli->since = cli->until = cli->limit = cli->at_frame = -1;
	cli->seed = -1;
	cli->socket = getenv("RINGDOWN_SOCKET");
	if (!cli->socket)
		cli->socket = CLI_SOCKET;
	cli->width = terminal_width();
	for (int i = 1; i < argc; i++) {
		if (!only_words && !strcmp(argv[i], "--")) {
			only_words = true;
		} else if (!only_words && argv[i][0] == '-' && argv[i][1] &&
			   !isdigit((unsigned char)argv[i][1])) {
			code = take_option(cli, argv, &i, &seen, &help);
			if (code)
				return code;
		} else if (n == CLI_ARGS + 2) {
			cli_error("too many words");
			return CLI_USAGE;
		} else {
			words[n++] = argv[i];
		}
	}
	if (n && !strcmp(words[0], "help")) {
		code = help_about(words + 1, n - 1);
		return code ? code : -1;
	}
	if (help || !n) {
		code = help_about(words, n);
		return code ? code : n ? -1 : help ? -1 : CLI_USAGE;
	}
	cli->verb = find_verb(words, n, &used);
	if (!cli->verb)
		return unknown_verb(words, n);
	for (int i = used; i < n && cli->nargs < CLI_ARGS; i++)
		cli->arg[cli->nargs++] = words[i];
	/* "agents redy": a group's name and no verb of it */
	if (used == 1 && n > 1 && !cli->verb->max_args) {
		static char room[WORDS_MAX][32];
		const char *names[WORDS_MAX];

		if (list_words(words[0], room, names))
			return unknown_verb(words, n);
	}
	return check_usage(cli, seen);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The manual page and bash completion, out of the tables of verbs and options. */
#include <stdio.h>
#include <string.h>

#include "daemon/control/command.h"
#include "tools/ringdown/cli.h"
#include "tools/ringdown/parse.h"

/* ---- bash -------------------------------------------------------------------- */

static void print_first_words(void)
{
	const char *last = "";
	size_t last_len = 0;

	for (const struct cli_verb *v = cli_verbs; v->words; v++) {
		size_t len = strcspn(v->words, " ");

		if (len != last_len || strncmp(last, v->words, len))
			printf(" %.*s", (int)len, v->words);
		last = v->words;
		last_len = len;
	}
	printf(" help");
}

/* A case for each first word that has second ones. */
static void print_second_words(void)
{
	const char *open = NULL;
	size_t open_len = 0;

	for (const struct cli_verb *v = cli_verbs; v->words; v++) {
		size_t len = strcspn(v->words, " ");

		if (!v->words[len])
			continue;
		if (!open || len != open_len || strncmp(open, v->words, len)) {
			if (open)
				printf("\" ;;\n");
			printf("\t%.*s) words=\"", (int)len, v->words);
			open = v->words;
			open_len = len;
		}
		printf("%s ", v->words + len + 1);
	}
	if (open)
		printf("\" ;;\n");
}

int run_completion(struct cli *cli)
{
	(void)cli;
	printf("# bash completion of ringdown; made by \"ringdown "
	       "completion\"\n"
	       "_ringdown()\n{\n"
	       "\tlocal words current=${COMP_WORDS[COMP_CWORD]}\n"
	       "\tlocal first=${COMP_WORDS[1]} "
	       "before=${COMP_WORDS[COMP_CWORD-1]}\n"
	       "\tcase $before in\n\t");
	for (const struct cli_option_info *o = cli_options; o->name; o++)
		if (o->value &&
		    (!strcmp(o->value, "FILE") || !strcmp(o->value, "DIR") ||
		     !strcmp(o->value, "PATH")))
			printf("--%s|", o->name);
	printf("-o) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
	       "\tesac\n"
	       "\tif [[ $current == -* ]]; then\n\t\twords=\"");
	for (const struct cli_option_info *o = cli_options; o->name; o++)
		printf("--%s ", o->name);
	printf("\"\n\telif (( COMP_CWORD == 1 )); then\n\t\twords=\"");
	print_first_words();
	printf("\"\n\telif (( COMP_CWORD == 2 )); then\n"
	       "\tcase $first in\n");
	print_second_words();
	printf("\tesac\n\tfi\n"
	       "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
	       "}\ncomplete -F _ringdown ringdown\n");
	return CLI_OK;
}

/* ---- man ---------------------------------------------------------------------- */

/* Text for roff: a minus that is one, no accidental requests. */
static void roff(const char *text)
{
	bool line_start = true;

	for (; *text; text++) {
		if (line_start && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		if (*text == '-')
			fputs("\\-", stdout);
		else if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
		line_start = *text == '\n';
	}
}

static void man_option(const struct cli_option_info *o)
{
	printf(".TP\n");
	if (o->letter)
		printf("\\fB\\-%c\\fR, ", o->letter);
	printf("\\fB\\-\\-");
	roff(o->name);
	printf("\\fR");
	if (o->value)
		printf(" \\fI%s\\fR", o->value);
	printf("\n");
	roff(o->help);
	printf(".\n");
}

static void man_verb(const struct cli_verb *v)
{
	printf(".TP\n\\fBringdown ");
	roff(v->words);
	printf("\\fR");
	if (*v->args)
		printf(" \\fI%s\\fR", v->args);
	for (const struct cli_option_info *o = cli_options; o->name; o++)
		if (o->bit & v->options) {
			printf(" [\\fB\\-\\-");
			roff(o->name);
			printf("\\fR%s%s]", o->value ? " " : "",
			       o->value ? o->value : "");
		}
	printf("\n");
	roff(v->help);
	printf("%s\n", v->help[strlen(v->help) - 1] == '?' ? "" : ".");
	if (v->more) {
		printf(".IP\n.nf\n");
		roff(v->more);
		printf(".fi\n");
	}
}

static void man_events(void)
{
	for (size_t i = 0; i < rd_event_count; i++) {
		printf(".TP\n\\fB");
		roff(rd_event_infos[i].name);
		printf("\\fR ");
		roff(rd_event_infos[i].fields);
		printf("\n");
		roff(rd_event_infos[i].help);
		printf(".\n");
	}
}

static void man_commands(void)
{
	for (size_t i = 0; i < rd_command_count; i++) {
		printf(".TP\n\\fB");
		roff(rd_command_infos[i].name);
		printf("\\fR ");
		roff(rd_command_infos[i].args);
		printf("\n");
		roff(rd_command_infos[i].help);
		printf(".\n");
	}
}

int run_man(struct cli *cli)
{
	(void)cli;
	printf(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n"
	       ".\\\" Made by \"ringdown man\"; a test holds it against it.\n"
	       ".TH RINGDOWN 1 \"\" Ringdown \"Operator\\(aqs manual\"\n"
	       ".SH NAME\nringdown \\- operate a Ringdown call centre\n"
	       ".SH SYNOPSIS\n\\fBringdown\\fR \\fICOMMAND\\fR "
	       "[\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]\n"
	       ".SH DESCRIPTION\nAsks and tells \\fBringdownd\\fR(8) over its "
	       "admin socket.\nFor people there are tables, for programs "
	       "\\fB\\-\\-json\\fR.\nWhat an operator changes is recorded with "
	       "his name.\n"
	       ".SH COMMANDS\n");
	for (const struct cli_verb *v = cli_verbs; v->words; v++)
		man_verb(v);
	printf(".SH OPTIONS\n");
	for (const struct cli_option_info *o = cli_options; o->name; o++)
		man_option(o);
	printf(".SH EXIT STATUS\n"
	       ".TP\n0\nDone.\n.TP\n1\nFailed.\n.TP\n2\nWrong usage.\n"
	       ".TP\n3\nNo daemon listens at the socket, or it hung up.\n"
	       ".TP\n4\nNot found: no such agent, call, recording.\n"
	       ".TP\n5\nRefused: a conflict, not permitted, full.\n"
	       ".TP\n6\nErrors in what was checked; a damaged journal.\n"
	       ".TP\n7\nNo errors in what was checked, but warnings (ivr "
	       "check).\n"
	       ".SH ENVIRONMENT\n.TP\nRINGDOWN_SOCKET\n"
	       "The admin socket, if \\fB\\-\\-socket\\fR is not given.\n"
	       ".SH PROTOCOL\nJSON objects, one a line, at most 64 KiB:\n"
	       ".PP\n.nf\n");
	roff("<- {\"ringdown\":1,\"user\":\"root\"}\n"
	     "-> {\"id\":7,\"command\":\"agent.ready\",\"args\":{\"agent\":"
	     "\"8001\"}}\n"
	     "<- {\"id\":7,\"ok\":true,\"result\":{}}\n"
	     "<- {\"id\":8,\"ok\":false,\"error\":{\"code\":\"not-found\","
	     "\"message\":\"...\"}}\n");
	printf(".fi\n.PP\nCommands and their arguments (? may be left out):\n");
	man_commands();
	printf(".SH EVENTS\nEach event also has event, seq (a place to resume) "
	       "and time_ns.\n");
	man_events();
	printf(".SH SEE ALSO\n\\fBringdownd\\fR(8)\n");
	return CLI_OK;
}

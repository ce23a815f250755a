// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ringdown ivr try: one call by hand, or by a script that expects things.
 *
 * "expect heard" looks at what was heard since the last line that made
 * something happen; before it, and the other questions about where the call is,
 * the caller listens until he is asked for a key.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/ivr/compile.h"
#include "daemon/msg.h"
#include "daemon/prove/prove.h"
#include "daemon/rehearse/rehearse.h"
#include "lib/base/diag.h"
#include "tools/ringdown/cli.h"

#define LINE_MAX_LEN  1000
#define LISTEN_MS     (10 * 60000u)
#define SILENCE_MS    (4 * 3600000u)
#define HEARD_MAX     16000
#define CAUSE_BUSY    17
#define CAUSE_REFUSED 21

struct
try {
	struct cli *cli;
	const struct rd_config *config;
	struct rd_rehearsal_setup setup;
	struct rd_rehearsal *r;
	const char *zone;
	char from[32], to[32];
	char heard[HEARD_MAX]; /* since something was done */
	int line;	       /* of the script */
	bool script, failed, over;
	enum rd_stand shown; /* last said */
	uint16_t shown_queue;
};

/* ---- what happens ---------------------------------------------------------------- */

static void told(void *context, enum rd_told what, const char *text)
{
	struct try *t = context;
	size_t len = strlen(t->heard);

	switch (what) {
	case RD_TOLD_HEARD:
		snprintf(t->heard + len, sizeof(t->heard) - len, "%s\n", text);
		if (!t->script && text[0])
			printf("    \"%s\"\n", text);
		break;
	case RD_TOLD_RINGS:
		if (!t->script)
			printf("    the phone %s rings (answer, busy, "
			       "refuse)\n",
			       text);
		break;
	case RD_TOLD_ASKED:
		if (!t->script)
			printf("    source %s\n", text);
		break;
	case RD_TOLD_NOTE:
		break;
	}
}

static const char *node_name(const struct try *t,
			     const struct rd_rehearsal_view *v)
{
	if (v->tree >= t->config->ntrees ||
	    v->node >= t->config->trees[v->tree]->nnodes)
		return "";
	return t->config->trees[v->tree]->nodes[v->node].name;
}

static const char *queue_name(const struct try *t,
			      const struct rd_rehearsal_view *v)
{
	return v->queue < t->config->nqueues ? t->config->queues[v->queue].name
					     : "";
}

static void say_where(const struct try *t)
{
	struct rd_rehearsal_view v;
	char when[64];

	rd_rehearsal_look(t->r, &v);
	rd_instant_words(v.unix_s, t->zone, when, sizeof(when));
	printf("    [%s, %u.%u s] ", when, (unsigned)(v.since_ms / 1000),
	       (unsigned)(v.since_ms / 100 % 10));
	switch (v.stand) {
	case RD_STAND_NONE:
		printf("no call\n");
		break;
	case RD_STAND_MENU:
		printf("in %s.%s%s\n", t->config->trees[v.tree]->name,
		       node_name(t, &v),
		       v.asks	 ? ", for a key"
		       : v.plays ? ""
				 : ", busy");
		break;
	case RD_STAND_QUEUE:
		printf("queued in %s\n", queue_name(t, &v));
		break;
	case RD_STAND_DIAL:
		printf("somebody is called\n");
		break;
	case RD_STAND_TALK:
		printf("talks%s%s\n",
		       *queue_name(t, &v) ? " to an agent of " : "",
		       queue_name(t, &v));
		break;
	case RD_STAND_OTHER:
		printf("somewhere else\n");
		break;
	case RD_STAND_ENDED:
		printf("the call has ended, cause %u\n", v.cause);
		break;
	}
}

/* The caller listens; then what has changed is said. */
static void settle(struct try *t)
{
	struct rd_rehearsal_view v;

	rd_rehearsal_listen(t->r, LISTEN_MS);
	rd_rehearsal_look(t->r, &v);
	if (t->script)
		return;
	if (v.stand == RD_STAND_MENU || v.stand != t->shown ||
	    v.queue != t->shown_queue)
		say_where(t);
	t->shown = v.stand;
	t->shown_queue = v.queue;
}

/* ---- a call ------------------------------------------------------------------------ */

static bool begin(struct try *t)
{
	rd_rehearsal_free(t->r);
	t->setup.caller = t->from;
	t->setup.called = t->to;
	t->heard[0] = 0;
	t->shown = RD_STAND_NONE;
	t->r = rd_rehearsal_new(&t->setup);
	if (!t->r) {
		cli_error("%s", strerror(ENOMEM));
		t->failed = t->over = true;
		return false;
	}
	rd_rehearsal_call(t->r);
	return true;
}

static void say_vars(const struct try *t)
{
	const struct rd_ivr_program *p;
	struct rd_rehearsal_view v;

	rd_rehearsal_look(t->r, &v);
	if (!v.ivr || !v.ivr->tree1) {
		printf("    no variables\n");
		return;
	}
	p = t->config->trees[v.ivr->tree1 - 1];
	for (uint16_t i = 0; i < p->nvars; i++)
		printf("    %s = %s\n", p->vars[i].name,
		       p->vars[i].secret ? "(secret)" : v.ivr->vars[i]);
}

/* ---- expectations -------------------------------------------------------------------- */

static void fail(struct try *t, const char *what, const char *found)
{
	printf("line %d: expected %s; found %s\n", t->line, what, found);
	t->failed = true;
}

static const char *stand_words(struct try *t, char *buf, size_t cap)
{
	static const char *const words[] = { "no call", "in a menu",
					     "queued",	"dial",
					     "talk",	"elsewhere",
					     "ended" };
	struct rd_rehearsal_view v;

	rd_rehearsal_look(t->r, &v);
	if (v.stand == RD_STAND_MENU)
		snprintf(buf, cap, "node %s", node_name(t, &v));
	else if (v.stand == RD_STAND_QUEUE)
		snprintf(buf, cap, "queue %s", queue_name(t, &v));
	else if (v.stand == RD_STAND_ENDED)
		snprintf(buf, cap, "ended %u", v.cause);
	else
		snprintf(buf, cap, "%s", words[v.stand]);
	return buf;
}

static const char *value_of(const struct try *t, const char *name)
{
	const struct rd_ivr_program *p;
	struct rd_rehearsal_view v;

	rd_rehearsal_look(t->r, &v);
	if (!v.ivr || !v.ivr->tree1)
		return NULL;
	p = t->config->trees[v.ivr->tree1 - 1];
	for (uint16_t i = 0; i < p->nvars; i++)
		if (!strcmp(p->vars[i].name, name))
			return v.ivr->vars[i];
	return NULL;
}

/* expect var NAME VALUE */
static bool has_value(const struct try *t, const char *rest, char *found,
		      size_t cap)
{
	char name[64] = "";
	const char *value, *wanted = rest + strcspn(rest, " ");

	snprintf(name, sizeof(name), "%.*s", (int)(wanted - rest), rest);
	wanted += strspn(wanted, " ");
	value = value_of(t, name);
	snprintf(found, cap, "%s", value ? value : "no such variable");
	return value && !strcmp(value, wanted);
}

static bool is_node(const struct try *t, const struct rd_rehearsal_view *v,
		    const char *name)
{
	char full[160];

	if (v->tree >= t->config->ntrees)
		return false;
	snprintf(full, sizeof(full), "%s.%s", t->config->trees[v->tree]->name,
		 node_name(t, v));
	return !strcmp(name, full) || !strcmp(name, node_name(t, v));
}

static void expect(struct try *t, const char *rest)
{
	const char *all = rest, *words = rest;
	char what[32] = "", found[HEARD_MAX];
	struct rd_rehearsal_view v;
	bool good, want = true;

	rd_rehearsal_listen(t->r, LISTEN_MS);
	if (!strncmp(rest, "not ", 4)) {
		want = false;
		rest += 4;
	}
	words = rest + strcspn(rest, " ");
	snprintf(what, sizeof(what), "%.*s", (int)(words - rest), rest);
	words += strspn(words, " ");
	rd_rehearsal_look(t->r, &v);
	stand_words(t, found, sizeof(found));
	if (!strcmp(what, "heard")) {
		snprintf(found, sizeof(found), "\"%s\"", t->heard);
		good = strstr(t->heard, words) != NULL;
	} else if (!strcmp(what, "node")) {
		good = v.stand == RD_STAND_MENU && is_node(t, &v, words);
	} else if (!strcmp(what, "queue")) {
		good = v.stand == RD_STAND_QUEUE &&
		       (!*words || !strcmp(words, queue_name(t, &v)));
	} else if (!strcmp(what, "ended")) {
		good = v.stand == RD_STAND_ENDED &&
		       (!*words || atoi(words) == v.cause);
	} else if (!strcmp(what, "talk")) {
		good = v.stand == RD_STAND_TALK;
	} else if (!strcmp(what, "dial")) {
		good = v.stand == RD_STAND_DIAL;
	} else if (!strcmp(what, "language")) {
		const char *name =
			v.language < t->config->nlanguages
				? t->config->languages[v.language].name
				: "";

		snprintf(found, sizeof(found), "%s", name);
		good = !strcmp(name, words);
	} else if (!strcmp(what, "var")) {
		good = has_value(t, words, found, sizeof(found));
	} else {
		printf("line %d: expect %s: no such question; heard, node, "
		       "queue, ended, talk, dial, language, var\n",
		       t->line, what);
		t->failed = true;
		return;
	}
	if (good != want)
		fail(t, all, found);
	else if (!t->script)
		printf("    so it is\n");
}

/* ---- what one says ---------------------------------------------------------------------- */

static void say_help(void)
{
	printf("    keys such as 1 or 12345678#, +30s, silence, found a=b, "
	       "none, down, files,\n"
	       "    login AGENT, logout AGENT, answer, busy, refuse, agent "
	       "hangs up, bye,\n"
	       "    where, vars, at TIME, from NUMBER, to NUMBER, call, "
	       "expect ..., quit\n");
}

static bool is_keys(const char *text)
{
	return *text && !text[strspn(text, "0123456789*# ")];
}

/* "+30s", "+2m", "+500ms", "+1h" */
static bool duration(const char *text, uint64_t *ms)
{
	char *end;
	double n = strtod(text, &end);

	if (end == text || n < 0)
		return false;
	if (!strcmp(end, "ms"))
		*ms = (uint64_t)n;
	else if (!*end || !strcmp(end, "s"))
		*ms = (uint64_t)(n * 1000);
	else if (!strcmp(end, "m"))
		*ms = (uint64_t)(n * 60000);
	else if (!strcmp(end, "h"))
		*ms = (uint64_t)(n * 3600000);
	else
		return false;
	return *ms <= 24 * 3600000ull;
}

static void press(struct try *t, const char *keys)
{
	for (; *keys; keys++)
		if (*keys != ' ')
			rd_rehearsal_key(t->r, *keys);
}

/* With a word behind it: true if it was one of these. */
static bool do_with(struct try *t, const char *verb, const char *rest)
{
	if (!strcmp(verb, "from")) {
		snprintf(t->from, sizeof(t->from), "%s", rest);
		return begin(t);
	}
	if (!strcmp(verb, "to")) {
		snprintf(t->to, sizeof(t->to), "%s", rest);
		return begin(t);
	}
	if (!strcmp(verb, "at")) {
		if (!cli_instant(rest, t->zone, &t->setup.start_s)) {
			t->failed = true;
			return true;
		}
		return begin(t);
	}
	if (!strcmp(verb, "login") || !strcmp(verb, "logout")) {
		rd_rehearsal_agent(t->r, rest, verb[3] == 'i');
		return true;
	}
	if (!strcmp(verb, "found")) {
		rd_rehearsal_source(t->r, RD_LOOKUP_FOUND, rest);
		return true;
	}
	return false;
}

static bool do_alone(struct try *t, const char *line)
{
	int err = 0;

	if (!strcmp(line, "silence"))
		rd_rehearsal_silence(t->r, SILENCE_MS);
	else if (!strcmp(line, "none"))
		rd_rehearsal_source(t->r, RD_LOOKUP_NONE, "");
	else if (!strcmp(line, "down"))
		rd_rehearsal_source(t->r, RD_LOOKUP_DOWN, "");
	else if (!strcmp(line, "files"))
		rd_rehearsal_source(t->r, -1, "");
	else if (!strcmp(line, "answer"))
		err = rd_rehearsal_phone(t->r, 0);
	else if (!strcmp(line, "busy"))
		err = rd_rehearsal_phone(t->r, CAUSE_BUSY);
	else if (!strcmp(line, "refuse"))
		err = rd_rehearsal_phone(t->r, CAUSE_REFUSED);
	else if (!strcmp(line, "agent hangs up"))
		err = rd_rehearsal_other_hangup(t->r);
	else if (!strcmp(line, "bye"))
		rd_rehearsal_hangup(t->r);
	else if (!strcmp(line, "call"))
		begin(t);
	else
		return false;
	if (err) {
		printf("line %d: %s: %s\n", t->line, line,
		       line[0] == 'a' && line[1] == 'g' ? "nobody talks"
							: "no phone rings");
		t->failed |= t->script;
	}
	return true;
}

static void obey(struct try *t, char *line)
{
	char *rest = line + strcspn(line, " ");
	uint64_t ms;

	if (!strncmp(line, "expect ", 7)) {
		expect(t, line + 7);
		return;
	}
	if (!strcmp(line, "where")) {
		say_where(t);
		return;
	}
	if (!strcmp(line, "vars")) {
		say_vars(t);
		return;
	}
	if (!strcmp(line, "help") || !strcmp(line, "?")) {
		say_help();
		return;
	}
	if (!strcmp(line, "quit") || !strcmp(line, "exit")) {
		t->over = true;
		return;
	}
	rd_rehearsal_listen(t->r, 0);
	t->heard[0] = 0;
	if (is_keys(line)) {
		press(t, line);
	} else if (line[0] == '+') {
		if (duration(line + 1, &ms)) {
			rd_rehearsal_wait(t->r, ms);
			if (!t->script)
				say_where(t);
			return;
		}
		printf("line %d: %s: expected a time such as +30s\n", t->line,
		       line);
		t->failed = true;
		return;
	} else if (!do_alone(t, line)) {
		bool known;

		if (*rest)
			*rest++ = 0;
		known = *rest && do_with(t, line, rest);
		if (!known && !t->failed) {
			printf("line %d: \"%s\": not understood; \"help\" "
			       "lists what is\n",
			       t->line, line);
			t->failed |= t->script;
			return;
		}
	}
	if (t->r && !t->over)
		settle(t);
}

static void converse(struct try *t, FILE *in)
{
	bool prompt = !t->script && isatty(STDIN_FILENO);
	char line[LINE_MAX_LEN];

	settle(t);
	while (!t->over && !(t->script && t->failed)) {
		char *at = line;

		if (prompt) {
			printf("> ");
			fflush(stdout);
		}
		if (!fgets(line, sizeof(line), in))
			break;
		t->line++;
		line[strcspn(line, "\r\n")] = 0;
		while (isspace((unsigned char)*at))
			at++;
		for (size_t n = strlen(at);
		     n && isspace((unsigned char)at[n - 1]); n--)
			at[n - 1] = 0;
		/* "# remark", but not the key */
		if (!*at || (at[0] == '#' && at[1] == ' '))
			continue;
		if (!t->script && !prompt)
			printf("> %s\n", at);
		obey(t, at);
	}
	if (!t->script && t->r && !prompt)
		say_where(t);
}

/* ---- the verb ------------------------------------------------------------------------------ */

static int try(struct cli *cli, const struct rd_bundle *bundle,
	       const struct rd_config *config)
{
	struct try t = { .cli = cli, .config = config, .script = cli->script };

	t.zone = config->ncalendars ? config->calendars[0].timezone : "UTC";
	t.setup = (struct rd_rehearsal_setup){ .bundle = bundle,
					       .config = config,
					       .tree = RD_INDEX_NONE,
					       .start_s = time(NULL),
					       .tell = told,
					       .context = &t };
	if (cli->at && !cli_instant(cli->at, t.zone, &t.setup.start_s))
		return CLI_USAGE;
	snprintf(t.from, sizeof(t.from), "%s",
		 cli->from ? cli->from : "13800138000");
	snprintf(t.to, sizeof(t.to), "%s",
		 cli->to	   ? cli->to
		 : config->nroutes ? config->routes[0].number
				   : "");
	t.to[strcspn(t.to, "*")] = 0;
	for (uint16_t i = 0; cli->nargs > 1 && i < config->ntrees; i++)
		if (!strcmp(config->tree_texts[i].name, cli->arg[1]))
			t.setup.tree = i;
	if (cli->nargs > 1 && t.setup.tree == RD_INDEX_NONE) {
		cli_error("%s: no tree %s", cli->arg[0], cli->arg[1]);
		return CLI_NOT_FOUND;
	}
	if (begin(&t))
		converse(&t, stdin);
	rd_rehearsal_free(t.r);
	return t.failed && t.script ? CLI_FAILED : CLI_OK;
}

int run_ivr_try(struct cli *cli)
{
	struct rd_config *config = NULL;
	struct rd_bundle bundle = { 0 };
	struct rd_diag diag;
	int code = CLI_INVALID;

	rd_diag_init(&diag);
	if (!rd_bundle_read(cli->arg[0], &bundle, &diag))
		config = rd_config_load(&bundle, rd_ivr_load, &diag);
	if (config && !diag.errors)
		code = try(cli, &bundle, config);
	else
		cli_print_diag(cli, cli->arg[0], &diag);
	rd_config_free(config);
	rd_bundle_free(&bundle);
	rd_diag_free(&diag);
	return code;
}

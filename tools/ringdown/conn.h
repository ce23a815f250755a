/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection to the daemon's admin socket: ask, be answered, watch. */
#ifndef CLI_CONN_H
#define CLI_CONN_H

#include <jansson.h>

#include "tools/ringdown/cli.h"

struct conn {
	int fd;
	char *buf;
	size_t len, cap, used; /* used: the line handed out last */
};

/* CLI_OK, or CLI_NO_DAEMON after having said why. */
int conn_open(struct conn *c, const char *path);
void conn_close(struct conn *c);

/*
 * Ask; args may be NULL and is taken over. *result is the answer's, the
 * caller's to json_decref(). CLI_OK, or an exit code after having said why.
 */
int conn_ask(struct conn *c, const struct cli *cli, const char *command,
	     json_t *args, json_t **result);
/* The same, saying nothing of what goes wrong. */
int conn_try(struct conn *c, const struct cli *cli, const char *command,
	     json_t *args, json_t **result);

/* The next line (an event), NUL-terminated, or NULL: the daemon has gone. */
char *conn_line(struct conn *c);

/* The exit code for an error's code. */
int exit_of(const char *code);

/*
 * The span that the first argument names, as "spans" shows it; the caller's to
 * json_decref(). An exit code after having said why; *out is left alone.
 */
int ask_span(struct cli *cli, struct conn *c, json_t **out);

#endif

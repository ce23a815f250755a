// SPDX-License-Identifier: GPL-2.0-or-later
/* A connection to the daemon; see conn.h. Blocking: there is one thing to do. */
#include "tools/ringdown/conn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define STEP 65536

char *conn_line(struct conn *c)
{
	char *end;

	memmove(c->buf, c->buf + c->used, c->len - c->used);
	c->len -= c->used;
	c->used = 0;
	while (!(end = memchr(c->buf, '\n', c->len))) {
		ssize_t n;

		if (c->cap - c->len < STEP) {
			c->cap += STEP;
			c->buf = realloc(c->buf, c->cap);
			if (!c->buf)
				abort();
		}
		n = read(c->fd, c->buf + c->len, c->cap - c->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return NULL;
		c->len += (size_t)n;
	}
	*end = '\0';
	c->used = (size_t)(end - c->buf) + 1;
	return c->buf;
}

int conn_open(struct conn *c, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	json_t *hello;
	char *line;
	int version;

	memset(c, 0, sizeof(*c));
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	c->buf = malloc(c->cap = STEP);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || !c->buf ||
	    connect(c->fd, (struct sockaddr *)&addr, sizeof(addr))) {
		cli_error("%s: %s", path,
			  errno == EACCES
				  ? "not permitted; are you in its group?"
			  : errno == ENOENT || errno == ECONNREFUSED
				  ? "no ringdownd listens there (--socket PATH "
				    "names another)"
				  : strerror(errno));
		conn_close(c);
		return CLI_NO_DAEMON;
	}
	line = conn_line(c);
	hello = line ? json_loads(line, 0, NULL) : NULL;
	version = (int)json_integer_value(json_object_get(hello, "ringdown"));
	if (version != 1)
		cli_error("%s: %s", path,
			  line ? line : "the daemon hung up at once");
	json_decref(hello);
	if (version == 1)
		return CLI_OK;
	conn_close(c);
	return CLI_NO_DAEMON;
}

void conn_close(struct conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	free(c->buf);
	c->buf = NULL;
	c->fd = -1;
}

int exit_of(const char *code)
{
	static const struct {
		const char *code;
		int exit;
	} rows[] = {
		{ "not-found", CLI_NOT_FOUND },	  { "conflict", CLI_REFUSED },
		{ "not-permitted", CLI_REFUSED }, { "full", CLI_REFUSED },
		{ "invalid", CLI_USAGE },	  { "bad-config", CLI_INVALID },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (code && !strcmp(rows[i].code, code))
			return rows[i].exit;
	return CLI_FAILED;
}

static int send_all(int fd, const char *text)
{
	size_t len = strlen(text);

	while (len) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return 0;
}

/* "agents login 8009: there is none of that name" */
static void complain(const struct cli *cli, const char *words)
{
	char what[256];
	size_t n = (size_t)snprintf(what, sizeof(what), "%s", cli->verb->words);

	for (int i = 0; i < cli->nargs && n < sizeof(what); i++)
		n += (size_t)snprintf(what + n, sizeof(what) - n, " %s",
				      cli->arg[i]);
	/* errors of a file are lines with places of their own */
	if (strchr(words, '\n'))
		fprintf(stderr, "%s", words);
	else
		cli_error("%s: %s", what, words);
}

static int ask(struct conn *c, const struct cli *cli, const char *command,
	       json_t *args, json_t **result, bool complains)
{
	json_t *request = json_pack("{s:i, s:s}", "id", 1, "command", command);
	json_t *answer = NULL, *error;
	char *text, *line = NULL;
	int code = CLI_NO_DAEMON;

	if (args)
		json_object_set_new(request, "args", args);
	if (cli->at_frame >= 0)
		json_object_set_new(request, "at", json_integer(cli->at_frame));
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (!send_all(c->fd, text) && !send_all(c->fd, "\n"))
		line = conn_line(c);
	free(text);
	if (line)
		answer = json_loads(line, 0, NULL);
	if (!answer) {
		if (complains)
			cli_error("the daemon hung up");
		return code;
	}
	error = json_object_get(answer, "error");
	if (json_is_true(json_object_get(answer, "ok"))) {
		*result = json_incref(json_object_get(answer, "result"));
		code = CLI_OK;
	} else {
		const char *words =
			json_string_value(json_object_get(error, "message"));

		if (complains)
			complain(cli, words ? words : line);
		code = exit_of(
			json_string_value(json_object_get(error, "code")));
	}
	json_decref(answer);
	return code;
}

int conn_ask(struct conn *c, const struct cli *cli, const char *command,
	     json_t *args, json_t **result)
{
	return ask(c, cli, command, args, result, true);
}

int conn_try(struct conn *c, const struct cli *cli, const char *command,
	     json_t *args, json_t **result)
{
	return ask(c, cli, command, args, result, false);
}

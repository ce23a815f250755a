// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The admin socket; see control.h.
 *
 *	epoll -> accept -> hello
 *	      -> read -> lines -> check -> socket's own commands
 *	                                -> config.request() -> answer()
 *	      -> write what waits
 *
 * A client found broken while another is served is only marked; sweep() at the
 * end of a turn frees it, so that no loop meets a dead one.
 */
#include "daemon/control/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/control/client.h"
#include "daemon/control/listen.h"

#define EVENTS	  32 /* of one epoll_wait */
#define TRACE_MAX 1024

struct rd_control {
	struct rd_control_config config;
	char *path;
	int listen_fd, lock_fd, epoll_fd;
	uint32_t next_id;
	struct rd_client *client[RD_CONTROL_CLIENTS];
	uint32_t clients;
	struct rd_history history;
	struct rd_control_status status;
};

/* ---- answers ------------------------------------------------------------------- */

static void send_json(struct rd_client *cl, json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);

	if (text) {
		size_t len = strlen(text);

		text[len] = '\n';
		rd_client_send(cl, text, (uint32_t)len + 1);
	}
	free(text);
	json_decref(object);
}

static json_t *error_of(uint32_t id, const char *code, const char *message)
{
	return json_pack("{s:I, s:b, s:{s:s, s:s}}", "id", (json_int_t)id, "ok",
			 0, "error", "code", code, "message", message);
}

static void fail(struct rd_client *cl, uint32_t id, const char *code,
		 const char *message)
{
	send_json(cl, error_of(id, code, message));
}

static void succeed(struct rd_client *cl, uint32_t id, json_t *result)
{
	send_json(cl, json_pack("{s:I, s:b, s:o}", "id", (json_int_t)id, "ok",
				1, "result", result));
}

static struct rd_client *find(const struct rd_control *c, uint32_t id)
{
	for (uint32_t i = 0; i < c->clients; i++)
		if (c->client[i]->id == id)
			return c->client[i];
	return NULL;
}

static void update_poll(struct rd_control *c, struct rd_client *cl);

void rd_control_fail(struct rd_control *c, uint32_t client, uint32_t id,
		     const char *code, const char *message)
{
	struct rd_client *cl = find(c, client);

	if (!cl)
		return;
	fail(cl, id, code, message);
	update_poll(c, cl);
}

void rd_control_result(struct rd_control *c, uint32_t client, uint32_t id,
		       const char *json)
{
	struct rd_client *cl = find(c, client);
	json_t *result;

	if (!cl)
		return;
	result = json_loads(json, 0, NULL);
	if (result)
		succeed(cl, id, result);
	else
		fail(cl, id, "unavailable", "the daemon's answer is no JSON");
	update_poll(c, cl);
}

void rd_control_answer(struct rd_control *c, uint32_t client, uint32_t id,
		       const char *json)
{
	struct rd_client *cl = find(c, client);
	json_t *answer;

	if (!cl)
		return;
	answer = json_loads(json, 0, NULL);
	if (json_is_true(json_object_get(answer, "ok"))) {
		json_object_del(answer, "ok");
		succeed(cl, id, json_incref(answer));
	} else {
		const char *code =
			json_string_value(json_object_get(answer, "error"));
		const char *message =
			json_string_value(json_object_get(answer, "message"));

		fail(cl, id, code ? code : "unavailable",
		     message ? message : "the daemon's answer is no JSON");
	}
	json_decref(answer);
	update_poll(c, cl);
}

/* ---- the socket's own commands --------------------------------------------------- */

static json_t *describe(const struct rd_command_info *info)
{
	return json_pack("{s:s, s:s, s:s}", "name", info->name, "args",
			 info->args, "help", info->help);
}

static void help(struct rd_client *cl, uint32_t id, const json_t *args)
{
	const char *wanted =
		json_string_value(json_object_get(args, "command"));
	json_t *list = json_array();

	for (size_t i = 0; i < rd_command_count; i++)
		if (!wanted || !strcmp(wanted, rd_command_infos[i].name))
			json_array_append_new(list,
					      describe(&rd_command_infos[i]));
	succeed(cl, id, json_pack("{s:o}", "commands", list));
}

static void list_events(struct rd_client *cl, uint32_t id)
{
	json_t *list = json_array();

	for (size_t i = 0; i < rd_event_count; i++)
		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s}", "name",
					rd_event_infos[i].name, "fields",
					rd_event_infos[i].fields, "help",
					rd_event_infos[i].help));
	succeed(cl, id, json_pack("{s:o}", "events", list));
}

static void watch(struct rd_control *c, struct rd_client *cl, uint32_t id,
		  const json_t *args)
{
	json_t *since = json_object_get(args, "since");
	bool complete = true;
	uint64_t i = c->history.next;

	if (since && json_integer_value(since) >= 0)
		i = rd_history_after(&c->history,
				     (uint64_t)json_integer_value(since),
				     &complete);
	rd_filter_set(&cl->filter, args);
	cl->watching = true;
	cl->lost = 0;
	succeed(cl, id, json_pack("{s:b}", "complete", complete));
	for (; i < c->history.next; i++) {
		uint32_t len;
		const char *line = rd_history_line(&c->history, i, &len);

		if (!rd_client_event(cl, line, len, false))
			c->status.events_lost++;
	}
}

static void do_socket(struct rd_control *c, struct rd_client *cl, uint32_t id,
		      int command, const json_t *args)
{
	switch (command) {
	case RD_DAEMON_WATCH:
		watch(c, cl, id, args);
		break;
	case RD_DAEMON_UNWATCH:
		cl->watching = false;
		succeed(cl, id, json_object());
		break;
	case RD_DAEMON_HELP:
		help(cl, id, args);
		break;
	case RD_DAEMON_EVENTS:
		list_events(cl, id);
		break;
	}
}

/* ---- requests -------------------------------------------------------------------- */

static void malformed(struct rd_control *c, struct rd_client *cl,
		      const json_error_t *error)
{
	json_t *answer = error_of(0, "malformed", error->text);

	json_object_set_new(json_object_get(answer, "error"), "column",
			    json_integer(error->column));
	c->status.malformed++;
	send_json(cl, answer);
}

static bool get_uint(const json_t *request, const char *key, int64_t max,
		     int64_t *out)
{
	const json_t *value = json_object_get(request, key);

	*out = value ? json_integer_value(value) : 0;
	return !value || (json_is_integer(value) && *out >= 0 && *out <= max);
}

static void pass_on(struct rd_control *c, struct rd_client *cl, uint32_t id,
		    const struct rd_command_info *command, uint64_t at,
		    const json_t *args)
{
	char *json = rd_command_canonical(command, args, cl->by);
	struct rd_control_request req = {
		.client = cl->id,
		.id = id,
		.command = command,
		.at_frame = at,
		.json = json,
		.by = cl->by,
	};

	if (json)
		c->config.request(c->config.context, &req);
	else
		fail(cl, id, "unavailable", "out of memory");
	free(json);
}

/* Words for a command that is not there. */
static void unknown(struct rd_client *cl, uint32_t id, const char *name)
{
	const char *nearest = rd_command_nearest(name);
	char why[200];

	snprintf(why, sizeof(why), "command \"%.60s\": unknown%s%s%s", name,
		 nearest ? "; did you mean \"" : "; \"help\" lists them",
		 nearest ? nearest : "", nearest ? "\"?" : "");
	fail(cl, id, "invalid", why);
}

static void handle_request(struct rd_control *c, struct rd_client *cl,
			   const json_t *request)
{
	static const char *const keys[] = { "id", "command", "args", "at" };
	const char *name =
		json_string_value(json_object_get(request, "command"));
	const json_t *args = json_object_get(request, "args");
	const struct rd_command_info *command;
	int64_t id, at;
	char why[200];
	const char *key;
	json_t *value;

	c->status.requests++;
	if (!get_uint(request, "id", UINT32_MAX, &id)) {
		fail(cl, 0, "invalid", "\"id\": expected 0 to 4294967295");
		return;
	}
	json_object_foreach((json_t *)request, key, value)
	{
		size_t i = 0;

		while (i < 4 && strcmp(keys[i], key))
			i++;
		if (i < 4)
			continue;
		snprintf(why, sizeof(why),
			 "\"%.40s\": unknown; expected id, command, args, at",
			 key);
		fail(cl, (uint32_t)id, "invalid", why);
		return;
	}
	command = name ? rd_command_find(name) : NULL;
	if (!name)
		fail(cl, (uint32_t)id, "invalid",
		     "\"command\": expected a string");
	else if (!command)
		unknown(cl, (uint32_t)id, name);
	else if (!get_uint(request, "at", INT64_MAX, &at))
		fail(cl, (uint32_t)id, "invalid", "\"at\": expected a frame");
	else if (!rd_command_check(command, args, why))
		fail(cl, (uint32_t)id, "invalid", why);
	else if (command->kind == RD_CONTROL_SOCKET)
		do_socket(c, cl, (uint32_t)id, command->id, args);
	else
		pass_on(c, cl, (uint32_t)id, command, (uint64_t)at, args);
}

static void handle_line(struct rd_control *c, struct rd_client *cl,
			const char *line, size_t len)
{
	json_error_t error;
	json_t *request;

	if (len && line[len - 1] == '\r')
		len--;
	if (!len)
		return;
	request = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	if (!request) {
		malformed(c, cl, &error);
	} else if (!json_is_object(request)) {
		c->status.malformed++;
		fail(cl, 0, "malformed", "expected an object");
	} else {
		handle_request(c, cl, request);
	}
	json_decref(request);
}

/* ---- clients --------------------------------------------------------------------- */

/*
 * POLLOUT while something waits; POLLIN while there is room for answers:
 * whoever does not read them is not asked for more.
 */
static void update_poll(struct rd_control *c, struct rd_client *cl)
{
	struct epoll_event ev = { .data.ptr = cl };

	if (cl->out_len)
		ev.events |= EPOLLOUT;
	if (!cl->at_end && rd_client_has_room(cl, RD_CLIENT_OUT_MAX / 2))
		ev.events |= EPOLLIN;
	if (cl->polled == ev.events)
		return;
	cl->polled = ev.events;
	epoll_ctl(c->epoll_fd, EPOLL_CTL_MOD, cl->fd, &ev);
}

static void refuse(struct rd_control *c, int fd)
{
	static const char sorry[] =
		"{\"id\":0,\"ok\":false,\"error\":{\"code\":\"full\","
		"\"message\":\"too many connections\"}}\n";

	send(fd, sorry, sizeof(sorry) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
	c->status.refused++;
}

static void welcome(struct rd_control *c, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct rd_client *cl;
	char by[48];

	rd_listen_peer(fd, by);
	cl = rd_client_new(fd, ++c->next_id, by);
	if (!cl)
		return;
	ev.data.ptr = cl;
	if (epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, fd, &ev)) {
		rd_client_free(cl);
		return;
	}
	cl->polled = ev.events;
	c->client[c->clients++] = cl;
	c->status.accepted++;
	send_json(cl, json_pack("{s:i, s:s}", "ringdown", RD_CONTROL_VERSION,
				"user", strchr(by, ':') + 1));
	update_poll(c, cl);
}

static void accept_all(struct rd_control *c)
{
	int fd;

	while ((fd = accept4(c->listen_fd, NULL, NULL,
			     SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
		if (c->clients == RD_CONTROL_CLIENTS)
			refuse(c, fd);
		else
			welcome(c, fd);
	}
}

static void serve_lines(struct rd_control *c, struct rd_client *cl)
{
	enum rd_client_line found;
	uint32_t used;
	char *line;

	while (!cl->broken && (found = rd_client_line(cl, &line, &used)) !=
				      RD_CLIENT_NO_LINE) {
		if (found == RD_CLIENT_LINE)
			handle_line(c, cl, line, used - 1);
		else
			fail(cl, 0, "too-long",
			     "a line has at most 65535 octets");
		rd_client_consume(cl, used);
	}
}

static void serve(struct rd_control *c, struct rd_client *cl, uint32_t events)
{
	if (events & (EPOLLERR | EPOLLHUP) && !(events & EPOLLIN))
		cl->broken = true;
	if (events & EPOLLOUT) {
		rd_client_flush(cl);
		rd_client_tell_lost(cl);
	}
	if (events & EPOLLIN) {
		rd_client_read(cl);
		serve_lines(c, cl);
	}
	if (cl->at_end && !cl->out_len)
		cl->broken = true;
	update_poll(c, cl);
}

/* Close what is broken. */
static void sweep(struct rd_control *c)
{
	for (uint32_t i = 0; i < c->clients;) {
		struct rd_client *cl = c->client[i];

		if (!cl->broken) {
			i++;
			continue;
		}
		if (cl->out_len)
			c->status.cut_off++;
		c->client[i] = c->client[--c->clients];
		rd_client_free(cl);
	}
}

void rd_control_turn(struct rd_control *c)
{
	struct epoll_event ev[EVENTS];
	int n = epoll_wait(c->epoll_fd, ev, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		struct rd_client *cl = ev[i].data.ptr;

		if (cl && !cl->broken)
			serve(c, cl, ev[i].events);
	}
	sweep(c);
	for (int i = 0; i < n; i++)
		if (!ev[i].data.ptr)
			accept_all(c);
}

/* ---- events ---------------------------------------------------------------------- */

static void tell_all(struct rd_control *c, const char *line, uint32_t len,
		     bool named)
{
	for (uint32_t i = 0; i < c->clients; i++) {
		if (!rd_client_event(c->client[i], line, len, named))
			c->status.events_lost++;
		update_poll(c, c->client[i]);
	}
}

void rd_control_publish(struct rd_control *c, uint64_t seq, const char *json)
{
	uint32_t len = (uint32_t)strlen(json);
	const char *line;

	rd_history_add(&c->history, seq, json, len);
	line = rd_history_line(&c->history, c->history.next - 1, &len);
	tell_all(c, line, len, false);
}

bool rd_control_is_traced(const struct rd_control *c)
{
	for (uint32_t i = 0; i < c->clients; i++)
		if (c->client[i]->watching &&
		    strstr(c->client[i]->filter.events, "trace"))
			return true;
	return false;
}

void rd_control_trace(struct rd_control *c, const char *span, bool is_rx,
		      uint64_t frame, bool damaged, const void *data,
		      uint32_t len)
{
	char line[TRACE_MAX];
	int n;

	n = snprintf(line, sizeof(line),
		     "{\"event\":\"trace\",\"span\":\"%.32s\",\"direction\":"
		     "\"%s\",\"frame\":%llu,\"damaged\":%s,\"hex\":\"",
		     span, is_rx ? "rx" : "tx", (unsigned long long)frame,
		     damaged ? "true" : "false");
	for (uint32_t i = 0; i < len && n + 8 < TRACE_MAX; i++)
		n += snprintf(line + n, 3, "%02x", ((const uint8_t *)data)[i]);
	n += snprintf(line + n, 8, "\"}\n");
	tell_all(c, line, (uint32_t)n, true);
}

/* ---- open, close ------------------------------------------------------------------ */

int rd_control_open(const struct rd_control_config *config,
		    struct rd_control **out, struct rd_diag *diag)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct rd_control *c = calloc(1, sizeof(*c));
	int err = -ENOMEM;

	if (!c)
		return -ENOMEM;
	c->config = *config;
	c->path = strdup(config->path);
	if (!c->path || rd_history_init(&c->history, config->seq))
		goto err_free;
	err = rd_listen(config->path, config->group, &c->listen_fd, &c->lock_fd,
			diag);
	if (err)
		goto err_free;
	c->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (c->epoll_fd < 0 ||
	    epoll_ctl(c->epoll_fd, EPOLL_CTL_ADD, c->listen_fd, &ev)) {
		err = -errno;
		goto err_close;
	}
	*out = c;
	return 0;

err_close:
	if (c->epoll_fd >= 0)
		close(c->epoll_fd);
	close(c->listen_fd);
	unlink(c->path);
	close(c->lock_fd);
err_free:
	rd_history_exit(&c->history);
	free(c->path);
	free(c);
	return err;
}

void rd_control_close(struct rd_control *c)
{
	if (!c)
		return;
	while (c->clients) {
		struct rd_client *cl = c->client[--c->clients];

		rd_client_flush(cl); /* last words */
		rd_client_free(cl);
	}
	unlink(c->path);
	close(c->listen_fd);
	close(c->epoll_fd);
	close(c->lock_fd);
	rd_history_exit(&c->history);
	free(c->path);
	free(c);
}

int rd_control_fd(const struct rd_control *c)
{
	return c->epoll_fd;
}

void rd_control_status(const struct rd_control *c,
		       struct rd_control_status *out)
{
	*out = c->status;
	out->clients = c->clients;
	for (uint32_t i = 0; i < c->clients; i++)
		out->watchers += c->client[i]->watching;
}

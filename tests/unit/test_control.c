// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The admin socket: real sockets, a daemon that echoes, and clients who mistype,
 * do not read, come by the hundred, or talk nonsense. One thread; client and
 * server take turns.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/control/control.h"

static char dir[64], path[96];
static struct rd_control *control;
static char last_json[4096], last_by[64];
static uint64_t last_at;
static int requests;

static void on_request(void *context, const struct rd_control_request *req)
{
	struct rd_control **c = context;

	requests++;
	strcpy(last_json, req->json);
	strcpy(last_by, req->by);
	last_at = req->at_frame;
	if (req->command->kind == RD_CONTROL_ASK)
		rd_control_answer(*c, req->client, req->id,
				  "{\"ok\":true,\"calls\":[]}");
	else
		rd_control_answer(*c, req->client, req->id,
				  "{\"ok\":false,\"error\":\"not-found\","
				  "\"message\":\"no agent 8009\"}");
}

static struct rd_control *open_control(void)
{
	struct rd_control_config config = {
		.path = path,
		.group = "",
		.seq = 100,
		.request = on_request,
		.context = &control,
	};
	struct rd_control *c = NULL;
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = rd_control_open(&config, &c, &diag);
	cr_assert_eq(err, 0, "%s", diag.text);
	rd_diag_free(&diag);
	return c;
}

static void set_up(void)
{
	strcpy(dir, "/tmp/rd-control-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	control = open_control();
}

static void tear_down(void)
{
	char command[96];

	rd_control_close(control);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(control, .init = set_up, .fini = tear_down, .timeout = 60);

/* As the loop does: a turn only if the descriptor says so. */
static void turn(void)
{
	struct pollfd p = { rd_control_fd(control), POLLIN, 0 };

	for (int i = 0; i < 100 && poll(&p, 1, 0) == 1; i++)
		rd_control_turn(control);
	cr_assert_eq(poll(&p, 1, 0), 0, "must not spin");
}

static int dial(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(addr.sun_path, path);
	cr_assert_eq(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	turn();
	return fd;
}

/* One line, without waiting; NULL if there is none. */
static json_t *read_line(int fd)
{
	static char line[1 << 20];
	size_t n = 0;

	turn();
	while (recv(fd, line + n, 1, MSG_DONTWAIT) == 1)
		if (line[n++] == '\n')
			return json_loadb(line, n, 0, NULL);
	cr_assert_eq(n, 0, "half a line: %.*s", (int)n, line);
	return NULL;
}

static int dial_in(void)
{
	int fd = dial();
	json_t *hello = read_line(fd);

	cr_assert_eq(json_integer_value(json_object_get(hello, "ringdown")), 1);
	json_decref(hello);
	return fd;
}

static json_t *ask(int fd, const char *request)
{
	cr_assert_eq(write(fd, request, strlen(request)),
		     (ssize_t)strlen(request));
	cr_assert_eq(write(fd, "\n", 1), 1);
	return read_line(fd);
}

static void expect_error(int fd, const char *request, const char *code,
			 const char *words)
{
	json_t *answer = ask(fd, request);
	json_t *error = json_object_get(answer, "error");

	cr_assert(json_is_false(json_object_get(answer, "ok")), "%s", request);
	cr_assert_str_eq(json_string_value(json_object_get(error, "code")),
			 code);
	cr_assert_not_null(
		strstr(json_string_value(json_object_get(error, "message")),
		       words),
		"%s", json_dumps(answer, 0));
	json_decref(answer);
}

Test(control, passes_a_checked_command_on_in_canonical_form)
{
	int fd = dial_in();
	json_t *answer = ask(fd, "{\"at\":800,\"args\":{\"reason\":\"lunch\","
				 "\"agent\":\"8001\"},\"id\":7,"
				 "\"command\":\"agent.not-ready\"}");
	char expected[256];

	cr_assert_eq(json_integer_value(json_object_get(answer, "id")), 7);
	snprintf(expected, sizeof(expected),
		 "{\"command\":\"agent.not-ready\",\"agent\":\"8001\","
		 "\"reason\":\"lunch\",\"by\":\"%s\"}",
		 last_by);
	cr_assert_str_eq(last_json, expected);
	cr_assert_eq(strncmp(last_by, "operator:", 9), 0);
	cr_assert_eq(last_at, 800);
	json_decref(answer);
	answer = ask(fd, "{\"command\":\"calls\",\"id\":8}");
	cr_assert(json_is_true(json_object_get(answer, "ok")));
	cr_assert_not_null(
		json_object_get(json_object_get(answer, "result"), "calls"));
	json_decref(answer);
	expect_error(fd,
		     "{\"command\":\"agent.ready\",\"args\":{\"agent\":"
		     "\"8009\"}}",
		     "not-found", "no agent 8009");
	close(fd);
}

Test(control, tells_what_is_wrong_with_a_request)
{
	static const struct {
		const char *request, *code, *words;
	} rows[] = {
		{ "{\"command\":\"agent.redy\"}", "invalid",
		  "did you mean \"agent.ready\"" },
		{ "{\"command\":\"xyzzy\"}", "invalid", "unknown" },
		{ "{\"command\":7}", "invalid", "expected a string" },
		{ "{\"id\":1}", "invalid", "expected a string" },
		{ "{\"id\":-1,\"command\":\"calls\"}", "invalid", "\"id\"" },
		{ "{\"id\":\"x\",\"command\":\"calls\"}", "invalid", "\"id\"" },
		{ "{\"comand\":\"calls\"}", "invalid", "\"comand\": unknown" },
		{ "{\"command\":\"agent.ready\"}", "invalid",
		  "\"agent\" is missing" },
		{ "{\"command\":\"agent.ready\",\"args\":{\"agnt\":\"8\"}}",
		  "invalid", "did you mean \"agent\"" },
		{ "{\"command\":\"agent.ready\",\"args\":{\"agent\":8}}",
		  "invalid", "expected string" },
		{ "{\"command\":\"agent.ready\",\"args\":[]}", "invalid",
		  "expected an object" },
		{ "{\"command\":\"agent.ready\",\"args\":{\"agent\":"
		  "\"8\\u0007\"}}",
		  "invalid", "control characters" },
		{ "{\"command\":\"call\",\"args\":{\"call\":1.5}}", "invalid",
		  "expected int" },
		{ "{\"command\":\"calls\",\"at\":-5}", "invalid", "\"at\"" },
		{ "[]", "malformed", "expected an object" },
		{ "\"x\"", "malformed", "" },
		{ "{\"command\":\"calls\",}", "malformed", "" },
		{ "{\"id\":1,\"id\":2}", "malformed", "duplicate" },
		{ "nonsense", "malformed", "" },
		{ "{\"command\":\"\xff\"}", "malformed", "" },
	};
	int fd = dial_in();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_error(fd, rows[i].request, rows[i].code, rows[i].words);
	cr_assert_eq(requests, 0, "nothing of it reached the daemon");
	json_t *answer = ask(fd, "{\"command\":\"calls\"}");

	cr_assert_not_null(answer, "the connection is still good");
	json_decref(answer);
	close(fd);
}

Test(control, names_the_column_of_malformed_json)
{
	int fd = dial_in();
	json_t *answer = ask(fd, "{\"command\" \"calls\"}");
	json_t *error = json_object_get(answer, "error");

	cr_assert_eq(json_integer_value(json_object_get(error, "column")), 18);
	json_decref(answer);
	close(fd);
}

Test(control, refuses_a_line_that_is_too_long_and_goes_on_after_it)
{
	int fd = dial_in();
	char *line = malloc(200000);
	json_t *answer;

	memset(line, 'x', 200000);
	for (int sent = 0; sent < 200000;) {
		ssize_t n = send(fd, line + sent, 200000 - (size_t)sent,
				 MSG_DONTWAIT);

		if (n > 0)
			sent += (int)n;
		turn();
	}
	free(line);
	answer = ask(fd, "");
	cr_assert_str_eq(json_string_value(json_object_get(
				 json_object_get(answer, "error"), "code")),
			 "too-long");
	json_decref(answer);
	answer = ask(fd, "{\"command\":\"calls\"}");
	cr_assert(json_is_true(json_object_get(answer, "ok")));
	json_decref(answer);
	close(fd);
}

Test(control, takes_requests_in_pieces_and_in_heaps)
{
	static const char heap[] = "{\"id\":1,\"command\":\"calls\"}\r\n\n"
				   "{\"id\":2,\"command\":\"calls\"}\n"
				   "{\"id\":3,\"command\":\"calls\"}\n";
	int fd = dial_in();

	for (size_t i = 0; heap[i]; i++) {
		cr_assert_eq(write(fd, &heap[i], 1), 1);
		if (i % 7 == 0)
			turn();
	}
	cr_assert_eq(write(fd, heap, sizeof(heap) - 1),
		     (ssize_t)sizeof(heap) - 1);
	for (int i = 0; i < 6; i++) {
		json_t *answer = read_line(fd);

		cr_assert_eq(json_integer_value(json_object_get(answer, "id")),
			     i % 3 + 1);
		json_decref(answer);
	}
	shutdown(fd, SHUT_WR); /* "printf | nc": nothing more to say */
	cr_assert_null(read_line(fd));
	close(fd);
}

/* ---- watching ------------------------------------------------------------------- */

static void publish(uint64_t seq, const char *name, int call)
{
	char line[256];

	snprintf(line, sizeof(line),
		 "{\"event\":\"%s\",\"seq\":%llu,\"call\":%d,"
		 "\"agent\":\"80%02d\",\"data\":{\"card\":\"1\"}}",
		 name, (unsigned long long)seq, call, call % 10);
	rd_control_publish(control, seq, line);
}

static int64_t next_seq(int fd)
{
	json_t *event = read_line(fd);
	int64_t seq =
		event ? json_integer_value(json_object_get(event, "seq")) : -1;

	json_decref(event);
	return seq;
}

Test(control, shows_watchers_what_they_want_to_see)
{
	int all = dial_in(), calls = dial_in(), one = dial_in();

	json_decref(ask(all, "{\"command\":\"watch\"}"));
	json_decref(ask(calls, "{\"command\":\"watch\",\"args\":{\"events\":"
			       "\"call.*, agent.offer\"}}"));
	json_decref(ask(one, "{\"command\":\"watch\",\"args\":{\"call\":5,"
			     "\"agent\":\"8005\"}}"));
	publish(101, "call.new", 5);
	publish(102, "agent.offer", 6);
	publish(103, "agent.state", 5);
	for (int seq = 101; seq <= 103; seq++)
		cr_assert_eq(next_seq(all), seq);
	cr_assert_eq(next_seq(calls), 101);
	cr_assert_eq(next_seq(calls), 102);
	cr_assert_eq(next_seq(calls), -1);
	cr_assert_eq(next_seq(one), 101);
	cr_assert_eq(next_seq(one), 103);
	cr_assert_eq(next_seq(one), -1);
	json_decref(ask(all, "{\"command\":\"unwatch\"}"));
	publish(104, "call.new", 5);
	cr_assert_eq(next_seq(all), -1);
	close(all);
	close(calls);
	close(one);
}

Test(control, resumes_a_watch_from_a_number)
{
	int fd = dial_in();
	json_t *answer;

	for (int i = 0; i < 50; i++)
		publish(101 + (uint64_t)i / 2, "call.note", i);
	answer = ask(fd, "{\"command\":\"watch\",\"args\":{\"since\":110}}");
	cr_assert(json_is_true(json_object_get(
		json_object_get(answer, "result"), "complete")));
	json_decref(answer);
	for (int i = 20; i < 50; i++)
		cr_assert_eq(next_seq(fd), 101 + i / 2);
	cr_assert_eq(next_seq(fd), -1);
	answer = ask(fd, "{\"command\":\"watch\",\"args\":{\"since\":99}}");
	cr_assert(json_is_false(json_object_get(
			  json_object_get(answer, "result"), "complete")),
		  "before this run: the journal has it");
	json_decref(answer);
	close(fd);
}

Test(control, keeps_the_newest_events_when_history_is_full)
{
	int fd = dial_in();
	json_t *answer;

	for (uint64_t i = 0; i < 20000; i++)
		publish(101 + i, "call.note", (int)i);
	answer = ask(fd, "{\"command\":\"watch\",\"args\":{\"since\":20000}}");
	cr_assert(json_is_true(json_object_get(
		json_object_get(answer, "result"), "complete")));
	json_decref(answer);
	for (int64_t seq = 20001; seq <= 20100; seq++)
		cr_assert_eq(next_seq(fd), seq);
	answer = ask(fd, "{\"command\":\"watch\",\"args\":{\"since\":110}}");
	cr_assert(json_is_false(json_object_get(
		json_object_get(answer, "result"), "complete")));
	json_decref(answer);
	close(fd);
}

Test(control, tells_a_slow_reader_how_much_he_missed_and_holds_nobody_up)
{
	int slow = dial_in(), quick = dial_in();
	struct rd_control_status status;
	uint64_t sent = 30000, got = 0, lost = 0;
	json_t *event;

	json_decref(ask(slow, "{\"command\":\"watch\"}"));
	json_decref(ask(quick, "{\"command\":\"watch\"}"));
	for (uint64_t i = 1; i <= sent; i++) {
		publish(100 + i, "call.note", (int)i);
		cr_assert_eq(next_seq(quick), 100 + (int64_t)i);
	}
	rd_control_status(control, &status);
	cr_assert_gt(status.events_lost, 0);
	cr_assert_eq(status.clients, 2);
	while ((event = read_line(slow))) {
		json_t *count = json_object_get(event, "count");

		if (count)
			lost += (uint64_t)json_integer_value(count);
		else
			got++;
		json_decref(event);
	}
	cr_assert_eq(got + lost, sent, "%d and %d", (int)got, (int)lost);
	cr_assert_eq(lost, status.events_lost);
	event = ask(slow, "{\"command\":\"calls\"}");
	cr_assert(json_is_true(json_object_get(event, "ok")));
	json_decref(event);
	close(slow);
	close(quick);
}

Test(control, does_not_spin_for_a_client_who_asks_and_never_reads)
{
	static const char request[] = "{\"command\":\"help\"}\n";
	int fd = dial_in(), other = dial_in();
	struct rd_control_status status;

	for (int i = 0; i < 5000; i++) {
		send(fd, request, sizeof(request) - 1, MSG_DONTWAIT);
		turn();
	}
	rd_control_status(control, &status);
	cr_assert_lt(status.requests, 5000, "he is not asked for more");
	json_decref(ask(other, "{\"command\":\"calls\"}"));
	close(fd);
	turn();
	rd_control_status(control, &status);
	cr_assert_eq(status.clients, 1);
	close(other);
}

Test(control, shows_d_channel_frames_only_to_who_asks_for_them)
{
	int all = dial_in(), tracer = dial_in();
	json_t *event;

	json_decref(ask(all, "{\"command\":\"watch\"}"));
	cr_assert(!rd_control_is_traced(control));
	json_decref(ask(tracer, "{\"command\":\"watch\",\"args\":{\"events\":"
				"\"trace\",\"span\":\"e1\"}}"));
	cr_assert(rd_control_is_traced(control));
	rd_control_trace(control, "e1", true, 800, false, "\x02\x01\x7f", 3);
	rd_control_trace(control, "e2", true, 800, false, "\x02\x01\x7f", 3);
	cr_assert_null(read_line(all));
	event = read_line(tracer);
	cr_assert_str_eq(json_string_value(json_object_get(event, "hex")),
			 "02017f");
	json_decref(event);
	cr_assert_null(read_line(tracer));
	close(all);
	close(tracer);
}

/* ---- the place ------------------------------------------------------------------- */

Test(control, serves_a_hundred_and_refuses_the_129th)
{
	int fd[RD_CONTROL_CLIENTS], extra;
	struct rlimit files = { 1024, 1024 };
	json_t *answer;

	setrlimit(RLIMIT_NOFILE, &files);
	for (int i = 0; i < RD_CONTROL_CLIENTS; i++)
		fd[i] = dial_in();
	for (int i = 0; i < RD_CONTROL_CLIENTS; i++)
		json_decref(ask(fd[i], "{\"command\":\"calls\"}"));
	cr_assert_eq(requests, RD_CONTROL_CLIENTS);
	extra = dial();
	answer = read_line(extra);
	cr_assert_str_eq(json_string_value(json_object_get(
				 json_object_get(answer, "error"), "code")),
			 "full");
	json_decref(answer);
	close(extra);
	close(fd[0]);
	turn();
	fd[0] = dial_in();
	for (int i = 0; i < RD_CONTROL_CLIENTS; i++)
		close(fd[i]);
	turn();
}

Test(control, is_for_its_owner_and_group_only)
{
	struct stat st;

	cr_assert_eq(stat(path, &st), 0);
	cr_assert_eq(st.st_mode & 0777, 0660);
}

static int try_open(const char *at, const char *group, char *words)
{
	struct rd_control_config config = { .path = at, .group = group };
	struct rd_control *second;
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = rd_control_open(&config, &second, &diag);
	snprintf(words, 300, "%s", diag.text ? diag.text : "");
	rd_diag_free(&diag);
	return err;
}

Test(control, refuses_a_second_daemon_and_other_peoples_files)
{
	char words[300], other[128], lock[128];
	FILE *f;

	cr_assert_eq(try_open(path, "", words), -EADDRINUSE);
	cr_assert_not_null(strstr(words, "another ringdownd listens here"));
	/* alive, but somebody removed its lock */
	snprintf(lock, sizeof(lock), "%s.lock", path);
	unlink(lock);
	cr_assert_eq(try_open(path, "", words), -EADDRINUSE);
	json_t *answer;
	int fd = dial_in();

	answer = ask(fd, "{\"command\":\"calls\"}");
	cr_assert_not_null(answer, "the first one is unharmed");
	json_decref(answer);
	close(fd);
	snprintf(other, sizeof(other), "%s/file", dir);
	f = fopen(other, "w");
	fclose(f);
	cr_assert_eq(try_open(other, "", words), -ENOTSOCK);
	cr_assert_eq(access(other, F_OK), 0);
	snprintf(other, sizeof(other), "%s/socket2", dir);
	cr_assert_eq(try_open(other, "no-such-group", words), -ENOENT);
	cr_assert_not_null(strstr(words, "there is no group"));
}

Test(control, takes_the_place_of_a_dead_daemon)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	rd_control_close(control);
	strcpy(addr.sun_path, path);
	cr_assert_eq(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	close(fd); /* the file stays */
	control = open_control();
	fd = dial_in();
	close(fd);
}

Test(command_list, is_sound)
{
	for (size_t i = 0; i < rd_command_count; i++) {
		const struct rd_command_info *c = &rd_command_infos[i];
		const char *at = c->args;
		struct rd_arg_info arg;

		cr_assert_eq(c->id, (int)i);
		cr_assert_eq(rd_command_find(c->name), c, "a name twice");
		cr_assert(*c->help);
		while (rd_arg_next(&at, &arg))
			cr_assert(strchr("sib", arg.type), "%s: %s", c->name,
				  arg.name);
	}
}

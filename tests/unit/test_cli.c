// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operator's command, run as he runs it: the program, a daemon's socket, a
 * database and a journal. This process is the daemon.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <poll.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/control/control.h"
#include "daemon/journal/journal.h"
#include "daemon/store/db.h"

static char dir[64], path[96], program[4096];
static char last_json[4096], out[1 << 20], err[65536];
static uint64_t last_at;
static struct rd_control *control;
static const char *reply; /* to every request */

static void on_request(void *context, const struct rd_control_request *req)
{
	(void)context;
	strcpy(last_json, req->json);
	last_at = req->at_frame;
	/* core's questions are answered as they are, the rest as {ok: ...} */
	if (strncmp(reply, "{\"ok\":", 6))
		rd_control_result(control, req->client, req->id, reply);
	else
		rd_control_answer(control, req->client, req->id, reply);
}

static void set_up(void)
{
	struct rd_control_config config = { .group = "",
					    .seq = 0,
					    .request = on_request };
	struct rd_diag diag;
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);

	cr_assert_gt(n, 0);
	program[n] = '\0';
	strcat(dirname(program), "/../ringdown"); /* build/unit/test_cli */
	strcpy(dir, "/tmp/rd-cli-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	setenv("RINGDOWN_SOCKET", path, 1);
	config.path = path;
	rd_diag_init(&diag);
	cr_assert_eq(rd_control_open(&config, &control, &diag), 0);
	reply = "{\"ok\":true}";
}

static void tear_down(void)
{
	char command[96];

	rd_control_close(control);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(cli, .init = set_up, .fini = tear_down, .timeout = 60);

static void read_file(const char *name, char *buf, size_t size)
{
	char file[128];
	FILE *f;
	size_t n;

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	f = fopen(file, "r");
	n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	fclose(f);
}

static void write_file(const char *name, const char *text)
{
	char file[128];
	FILE *f;

	snprintf(file, sizeof(file), "%s/%s", dir, name);
	f = fopen(file, "w");
	cr_assert_not_null(f);
	fputs(text, f);
	fclose(f);
}

static pid_t begin(const char *arguments)
{
	char command[8192];
	pid_t pid;

	snprintf(command, sizeof(command), "exec %s %s >%s/out 2>%s/err",
		 program, arguments, dir, dir);
	pid = fork();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	return pid;
}

/* Be the daemon until the program ends. Its exit code; out and err are filled. */
static int finish(pid_t pid)
{
	int status;

	while (!waitpid(pid, &status, WNOHANG)) {
		struct pollfd p = { rd_control_fd(control), POLLIN, 0 };

		poll(&p, 1, 10);
		rd_control_turn(control);
	}
	read_file("out", out, sizeof(out));
	read_file("err", err, sizeof(err));
	cr_assert(WIFEXITED(status), "%s", err);
	return WEXITSTATUS(status);
}

static int run(const char *fmt, ...)
{
	char arguments[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(arguments, sizeof(arguments), fmt, args);
	va_end(args);
	return finish(begin(arguments));
}

static void expect(int code, const char *arguments, const char *words)
{
	cr_assert_eq(run("%s", arguments), code, "%s: %s", arguments, err);
	cr_assert_not_null(strstr(code ? err : out, words),
			   "%s: \"%s\" not in \"%s\"", arguments, words,
			   code ? err : out);
}

Test(cli, sends_what_was_said)
{
	static const struct {
		const char *said, *sent;
	} rows[] = {
		{ "agents login 8001",
		  "{\"command\":\"agent.login\",\"agent\":\"8001\"," },
		{ "agents login 8001 7015",
		  "{\"command\":\"agent.login\",\"agent\":\"8001\",\"phone\":"
		  "\"7015\"," },
		{ "agents not-ready 8001 lunch",
		  "{\"command\":\"agent.not-ready\",\"agent\":\"8001\","
		  "\"reason\":\"lunch\"," },
		{ "spans block e1 17", "{\"command\":\"span.block\",\"span\":"
				       "\"e1\",\"channel\":17," },
		{ "blacklist add '0900*' '骚扰'",
		  "{\"command\":\"blacklist.add\",\"number\":\"0900*\","
		  "\"reason\":\"骚扰\"," },
		{ "calls hangup 4711 17",
		  "{\"command\":\"call.hangup\",\"call\":4711,\"cause\":17," },
		{ "stop", "{\"command\":\"stop\"," },
		{ "stop --when-idle", "{\"command\":\"stop.when-idle\"," },
		{ "stop --when-idle --cancel",
		  "{\"command\":\"stop.when-idle\",\"cancel\":true," },
		{ "config reload", "{\"command\":\"config.reload\"," },
		{ "backup /srv/b",
		  "{\"command\":\"backup\",\"to\":\"/srv/b\"," },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_assert_eq(run("%s", rows[i].said), 0, "%s", err);
		cr_assert_eq(
			strncmp(last_json, rows[i].sent, strlen(rows[i].sent)),
			0, "%s gave %s", rows[i].said, last_json);
		cr_assert_eq(last_at, 0);
	}
	cr_assert_eq(run("--at-frame 8000 agents ready 8001"), 0);
	cr_assert_eq(last_at, 8000);
}

Test(cli, has_documented_exit_codes)
{
	static const struct {
		const char *code;
		int exit;
	} rows[] = { { "not-found", 4 },     { "conflict", 5 },
		     { "not-permitted", 5 }, { "full", 5 },
		     { "invalid", 2 },	     { "unavailable", 1 },
		     { "bad-config", 6 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char answer[128];

		snprintf(answer, sizeof(answer),
			 "{\"ok\":false,\"error\":\"%s\",\"message\":\"no "
			 "agent 8009\"}",
			 rows[i].code);
		reply = answer;
		expect(rows[i].exit, "agents ready 8009", "no agent 8009");
	}
	expect(3, "--socket /nowhere status", "no ringdownd listens there");
	expect(2, "status too many words", "usage: ringdown status");
	expect(2, "agents login", "usage: ringdown agents login AGENT [PHONE]");
	expect(2, "calls hangup twelve", "expected a number");
	expect(2, "status --follow", "does not take one of these options");
	expect(2, "journal show --limit many", "expected a number");
}

Test(cli, knows_what_was_meant)
{
	expect(2, "agnts", "did you mean \"agents\"?");
	expect(2, "agents redy 8001", "did you mean \"agents ready\"?");
	expect(2, "queus --json", "did you mean \"queues\"?");
	expect(2, "status --jsno", "did you mean --json?");
	expect(2, "journal", "One of: show call verify bundle replay list");
	expect(0, "help", "ringdown status");
	expect(0, "agents login --help", "at somebody else's desk");
	expect(0, "help events", "screen pop");
}

Test(cli, aligns_tables_by_what_a_terminal_shows)
{
	const char *line, *second;

	reply = "{\"ok\":true,\"agents\":["
		"{\"agent\":\"8001\",\"name\":\"王小明\",\"state\":\"ready\","
		"\"since_ms\":65000},"
		"{\"agent\":\"8002\",\"name\":\"Ann\",\"state\":"
		"\"talk\\u0007\","
		"\"since_ms\":3725000}]}";
	expect(0, "agents", "AGENT  NAME    STATE    SINCE\n");
	line = strstr(out, "8001");
	second = strstr(out, "8002");
	cr_assert_eq(strncmp(line, "8001   王小明  ready     1:05\n", 30), 0,
		     "%s", out);
	cr_assert_eq(strncmp(second, "8002   Ann     talk?  1:02:05\n", 30), 0,
		     "%s", out);
	cr_assert_eq(run("agents --json"), 0);
	cr_assert_not_null(strstr(out, "\"since_ms\": 65000"));
	/* as core answers: rows, and columns that people need not see */
	reply = "[{\"agent\":\"8001\",\"name\":\"王小明\",\"state\":"
		"\"out\",\"since_ms\":65000,\"reason\":\"\",\"times\":{},"
		"\"queues\":[\"a\",\"b\"]}]";
	expect(0, "agents",
	       "8001   王小明  out     1:05  -       -           -      a b    "
	       " -");
	cr_assert_null(strstr(out, "TIMES"));
	/* whichever of text and file the first row has */
	reply = "[{\"announcement\":1,\"state\":\"ready\",\"file\":\"/f\"},"
		"{\"announcement\":2,\"state\":\"ready\",\"text\":\"Hi\"}]";
	expect(0, "announcements", "STATE  TEXT  FILE");
	reply = "[]";
	expect(0, "calls", "no calls\n");
	expect(4, "spans show e2", "no span e2");
	reply = "[{\"span\":\"e1\",\"channels\":[{\"channel\":1,\"state\":"
		"\"idle\"}]}]";
	expect(0, "spans show e1", "      1  idle   -        -       -    -\n");
	reply = "{\"ok\":true,\"calls\":3,\"epoch_ns\":0,\"queues\":"
		"[{\"queue\":\"a\"}]}";
	expect(0, "status", "calls  3");
}

/* ---- watching ------------------------------------------------------------------- */

static void wait_for_watchers(uint32_t n)
{
	struct rd_control_status status;

	do {
		struct pollfd p = { rd_control_fd(control), POLLIN, 0 };

		poll(&p, 1, 10);
		rd_control_turn(control);
		rd_control_status(control, &status);
	} while (status.watchers < n);
}

Test(cli, watches_events)
{
	pid_t pid = begin("watch --events 'call.*' --limit 2");

	wait_for_watchers(1);
	rd_control_publish(control, 1,
			   "{\"event\":\"call.new\",\"seq\":1,\"time_ns\":"
			   "1700000000250000000,\"call\":12,\"name\":\"\"}");
	rd_control_publish(control, 2, "{\"event\":\"agent.state\",\"seq\":2}");
	rd_control_publish(control, 3,
			   "{\"event\":\"call.ended\",\"seq\":3,\"call\":12,"
			   "\"talk_ms\":1500}");
	cr_assert_eq(finish(pid), 0);
	cr_assert_not_null(strstr(out, ".250 call.new           call 12\n"),
			   "%s", out);
	cr_assert_not_null(strstr(out, "call.ended         call 12, talk_ms "
				       "1.5 s\n"));
	cr_assert_null(strstr(out, "agent.state"));
}

Test(cli, says_what_a_d_channel_frame_is)
{
	static const struct {
		uint8_t frame[12];
		uint32_t n;
		const char *words;
	} rows[] = {
		{ { 0x00, 0x01, 0x7f }, 3, "tx SABME " },
		{ { 0x00, 0x01, 0x73 }, 3, "tx UA " },
		{ { 0x02, 0x01, 0x01, 0x0e }, 4, "tx RR r7 " },
		{ { 0x02, 0x01, 0x09, 0x0e }, 4, "tx REJ r7 " },
		{ { 0x02, 0x01, 0x06, 0x0e, 0x08, 0x02, 0x01, 0x04, 0x05 },
		  9,
		  "tx I s3 r7 SETUP call 260 " },
		{ { 0x02, 0x01, 0x06, 0x0e, 0x08, 0x02, 0x81, 0x04, 0x5a },
		  9,
		  "tx I s3 r7 RELEASE COMPLETE call 260' " },
		{ { 0x02, 0x01, 0x06, 0x0e, 0x08, 0x0f, 0x81 },
		  7,
		  "tx I s3 r7 ? " },
		{ { 0x02 }, 1, "tx ? " },
	};
	size_t n = sizeof(rows) / sizeof(rows[0]);
	const char *at;
	pid_t pid = begin("trace --limit 8");

	wait_for_watchers(1);
	for (size_t i = 0; i < n; i++)
		rd_control_trace(control, "e1", false, 8000, false,
				 rows[i].frame, rows[i].n);
	cr_assert_eq(finish(pid), 0, "%s", err);
	at = out;
	for (size_t i = 0; i < n; i++) {
		at = strstr(at, rows[i].words);
		cr_assert_not_null(at, "%s not in order in %s", rows[i].words,
				   out);
	}
}

Test(cli, refuses_to_watch_what_never_happens)
{
	expect(2, "watch --events call.neu", "did you mean \"call.new\"?");
	expect(2, "watch --events 'agent.*,foo'", "no event \"foo\"");
}

Test(cli, captures_a_d_channel_that_tshark_reads)
{
	/* SABME, UA (Q.921 5.5.1), then an I-frame with a SETUP */
	static const uint8_t sabme[] = { 0x00, 0x01, 0x7f };
	static const uint8_t ua[] = { 0x00, 0x01, 0x73 };
	static const uint8_t setup[] = { 0x02, 0x01, 0x00, 0x00, 0x08, 0x02,
					 0x00, 0x01, 0x05, 0x04, 0x03, 0x80,
					 0x90, 0xa3, 0x18, 0x03, 0xa9, 0x83,
					 0x81, 0x70, 0x05, 0xa1, '8',  '0',
					 '0',  '1' };
	char arguments[128], command[256];
	pid_t pid;
	FILE *p;

	reply = "[{\"span\":\"e1\"}]";
	expect(4, "spans capture e9", "no span e9");
	snprintf(arguments, sizeof(arguments),
		 "spans capture e1 -n 3 -o %s/d.pcapng", dir);
	pid = begin(arguments);
	wait_for_watchers(1);
	rd_control_trace(control, "e1", false, 8000, false, sabme, 3);
	rd_control_trace(control, "e2", false, 8000, false, sabme, 3);
	rd_control_trace(control, "e1", true, 8160, false, ua, 3);
	rd_control_trace(control, "e1", true, 16000, false, setup,
			 sizeof(setup));
	cr_assert_eq(finish(pid), 0, "%s", err);
	snprintf(command, sizeof(command), "tshark -r %s/d.pcapng 2>&1", dir);
	p = popen(command, "r");
	out[fread(out, 1, sizeof(out) - 1, p)] = '\0';
	cr_assert_eq(pclose(p), 0, "%s", out);
	cr_assert_not_null(strstr(out, "SABME"), "%s", out);
	cr_assert_not_null(strstr(out, "SETUP"), "%s", out);
	cr_assert_null(strstr(out, "alformed"), "%s", out);
	pid = begin("trace e1 -n 1");
	wait_for_watchers(1);
	rd_control_trace(control, "e1", true, 8160, false, ua, 3);
	cr_assert_eq(finish(pid), 0);
	cr_assert_str_eq(out, "         1.020 e1 rx UA                         "
			      "      000173\n");
}

/* ---- files ---------------------------------------------------------------------- */

Test(cli, finds_and_exports_recordings)
{
	char db[128], wav[128], sql[512];
	struct rd_db *store;
	sqlite3 *sqlite;
	FILE *f;

	snprintf(db, sizeof(db), "%s/store.db", dir);
	cr_assert_eq(rd_db_open(db, &store, NULL), 0);
	rd_db_close(store);
	sqlite3_open(db, &sqlite);
	snprintf(sql, sizeof(sql),
		 "INSERT INTO recordings (seq, part, recording, call, path, "
		 "begun_ms, frames, status, agent) VALUES (1, 0, 7, 3, 'a/7', "
		 "1700000000000, 80000, 'complete', '8001'), (2, 0, 8, 4, "
		 "'a/8', 1700000001000, 8000, 'gap', '8002');"
		 "INSERT INTO calls (seq, part, call, ani, rating) VALUES "
		 "(1, 1, 3, '0755123', 5)");
	cr_assert_eq(sqlite3_exec(sqlite, sql, 0, 0, 0), 0);
	sqlite3_close(sqlite);
	snprintf(wav, sizeof(wav), "mkdir %s/a", dir);
	cr_assert_eq(system(wav), 0);
	snprintf(wav, sizeof(wav), "%s/a/7.wav", dir);
	f = fopen(wav, "w");
	fputs("RIFF", f);
	fclose(f);

	cr_assert_eq(run("recordings list --store %s", db), 0, "%s", err);
	cr_assert_not_null(strstr(out, "0755123"));
	cr_assert_lt(strstr(out, "a/8"), strstr(out, "a/7"), "newest first");
	cr_assert_eq(run("recordings list --store %s --agent 8001", db), 0);
	cr_assert_null(strstr(out, "a/8"));
	cr_assert_not_null(strstr(out, "10.0 s"));
	cr_assert_eq(
		run("recordings show 7 --store %s --recordings %s", db, dir),
		0);
	cr_assert_not_null(strstr(out, "file there   yes"), "%s", out);
	cr_assert_eq(
		run("recordings show 99 --store %s --recordings %s", db, dir),
		4);
	cr_assert_eq(run("recordings export 7 --store %s --recordings %s -o "
			 "%s/x.wav",
			 db, dir, dir),
		     0, "%s", err);
	read_file("x.wav", out, sizeof(out));
	cr_assert_str_eq(out, "RIFF");
	cr_assert_eq(run("recordings export 7 --store %s --recordings %s -o "
			 "%s/x.wav",
			 db, dir, dir),
		     1, "never over a file that is there");
}

static const void *snapshot(void *context, uint64_t *len)
{
	*len = 8;
	return context;
}

Test(cli, shows_the_journal_and_its_damage)
{
	uint64_t state = 0;
	struct rd_journal_source source = { snapshot, &state };
	struct rd_ev_digit digit = {
		.msg = { RD_MSG_DIGIT, sizeof(digit), rd_line(0, 1, 17), 8000 },
		.digit = '5',
		.length_frames = 640,
	};
	struct rd_journal_recovery rec;
	struct rd_journal *j;
	struct rd_diag diag;
	char file[160];
	int fd;

	rd_diag_init(&diag);
	snprintf(file, sizeof(file), "%s/journal", dir);
	cr_assert_eq(rd_journal_open(file, 1 << 18, &j, &rec, &diag), 0);
	rd_journal_begin(j, source, 1, true);
	for (int i = 0; i < 5; i++)
		rd_journal_append(j, &digit.msg, 0);
	cr_assert_eq(run("journal show --journal %s", file), 0, "%s", err);
	cr_assert_not_null(strstr(out, "1.000 DIGIT         0/1:17   digit=5 "
				       "length_ms=80\n"),
			   "%s", out);
	cr_assert_eq(run("journal show --journal %s --since 3 --json", file),
		     0);
	cr_assert_eq(strncmp(out, "{\"seq\":4,", 9), 0, "%s", out);
	cr_assert_eq(run("journal show --journal %s --events isdn", file), 0);
	cr_assert_str_eq(out, "");
	rd_journal_close(j);
	cr_assert_eq(run("journal list --journal %s", file), 0);
	cr_assert_not_null(strstr(out, "0000000000000001.rdj"));
	strcat(file, "/0000000000000001.rdj");
	fd = open(file, O_RDWR);
	cr_assert_eq(pwrite(fd, "x", 1, lseek(fd, 0, SEEK_END) - 60), 1);
	close(fd);
	*strrchr(file, '/') = '\0';
	cr_assert_eq(run("journal show --journal %s", file), 6);
	cr_assert_not_null(strstr(err, "damaged"));
	expect(1, "journal list --journal /nowhere", "No such file");
}

Test(cli, checks_a_configuration_without_a_daemon)
{
	FILE *f;
	char file[128];

	expect(0, "config check yaml/ringdown.yaml", "no errors");
	expect(0, "ivr check yaml/ringdown.yaml", "0 errors, 0 warnings");
	expect(0, "ivr show yaml/ringdown.yaml", "tree ");
	snprintf(file, sizeof(file), "%s/bad.yaml", dir);
	f = fopen(file, "w");
	fputs("lnguage: zh\n", f);
	fclose(f);
	cr_assert_eq(run("config check %s", file), 6);
	cr_assert_not_null(strstr(out, "bad.yaml:1:1: "), "%s", out);
	cr_assert_not_null(strstr(out, "did you mean \"language\"?"));
}

/* ---- menus, without a daemon --------------------------------------------------------- */

static void write_menu(const char *config, const char *tree, const char *body)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.yaml", dir, tree);
	f = fopen(path, "w");
	fputs(body, f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/%s.yaml", dir, config);
	f = fopen(path, "w");
	fprintf(f,
		"routes: [{number: 4008, tree: %s}]\n"
		"cards: {c: {path: wire}}\ngroups: {pstn: {}, seats: {phones: "
		"true}}\n"
		"spans: {s: {card: c, position: 0, type: e1, group: pstn}}\n"
		"agents: {8001: {name: Ann, queues: [q]}}\n"
		"queues: {q: {waiting: ringback}}\n"
		"trees: {%s: %s.yaml}\n",
		tree, tree, tree);
	fclose(f);
}

static void told(int code, const char *arguments, const char *words)
{
	cr_expect_eq(run("%s", arguments), code, "%s: %s", arguments, out);
	cr_expect_not_null(strstr(out, words), "%s: \"%s\" not in \"%s\"",
			   arguments, words, out);
}

Test(cli, proves_menus_and_says_so_by_its_exit_code)
{
	char line[200];

	write_menu("good", "right",
		   "nodes: {a: {menu: {1: {queue: q}}, prompt: Press 1.}}\n");
	snprintf(line, sizeof(line), "ivr check %s/good.yaml", dir);
	expect(0, line, "0 errors, 0 warnings, 0 notes");
	write_menu("warned", "keys",
		   "nodes: {a: {menu: {1: {queue: q}, 12: {queue: q}}, "
		   "prompt: Press 1.}}\n");
	snprintf(line, sizeof(line), "ivr check %s/warned.yaml", dir);
	told(7, line, "warning: ambiguous-keys: ");
	/* the daemon refuses it; here the call that shows it is told */
	write_menu("bad", "loop",
		   "nodes: {a: {say: Hello., then: b}, b: {goto: a}}\n");
	snprintf(line, sizeof(line),
		 "ivr check --at '2027-02-01 09:00' %s/bad.yaml loop", dir);
	told(6, line, "loop.yaml:1:12: error: loop: a -> b -> a; ");
	told(6, line, "    Mon 2027-02-01 09:00 UTC, a call to 4008: at once");
	/* what only the daemon refuses: one verdict, and whose rule it is */
	write_menu("refused", "week",
		   "nodes: {a: {choose: [{when: {time: 08:00-18:00}, "
		   "then: {queue: q}}, {when: {time: 18:00-08:00}, "
		   "then: {queue: q}}]}}\n");
	snprintf(line, sizeof(line), "ivr check %s/refused.yaml", dir);
	told(6, line, "refused.yaml: 1 error, 0 warnings, 0 notes");
	told(6, line, "the daemon loads no such tree");
	snprintf(line, sizeof(line), "ivr check %s/bad.yaml nothere", dir);
	cr_expect_eq(run("%s", line), 4);
}

Test(cli, tries_a_menu_by_a_script)
{
	static const char script[] = "at 2027-02-01 09:00\n"
				     "expect heard press 1\n"
				     "expect node main\n"
				     "# a wrong key, then silence\n"
				     "7\n"
				     "expect heard not valid\n"
				     "1\n"
				     "found name=Li_Lei level=gold\n"
				     "1234#\n"
				     "expect var level gold\n"
				     "expect queue q\n"
				     "+30s\n"
				     "login 8001\n"
				     "answer\n"
				     "expect talk\n"
				     "agent hangs up\n"
				     "expect ended 16\n";
	char path[160], line[600];
	FILE *f;

	write_menu("try", "tried",
		   "nodes:\n"
		   "  main: {menu: {1: card}, prompt: For service press 1.}\n"
		   "  card: {collect: card, length: 4-8, prompt: Your card., "
		   "lookup: s, into: [name, level], down: goodbye, then: "
		   "{queue: q}}\n");
	snprintf(path, sizeof(path), "%s/try.yaml", dir);
	f = fopen(path, "a");
	fputs("language: en\nlanguages: {en: en}\n"
	      "sources: {s: {path: none.csv, key: card}}\n",
	      f);
	fclose(f);
	snprintf(path, sizeof(path), "%s/script", dir);
	f = fopen(path, "w");
	fputs(script, f);
	fclose(f);
	snprintf(line, sizeof(line), "ivr try --script %s/try.yaml tried < %s",
		 dir, path);
	cr_expect_eq(run("%s", line), 0, "%s%s", out, err);
	cr_expect_str_eq(out, "");
	/* what is not so ends it, and says where */
	f = fopen(path, "w");
	fputs("1\nexpect queue q\nexpect node card\n", f);
	fclose(f);
	cr_expect_eq(run("%s", line), 1);
	cr_expect_str_eq(out, "line 2: expected queue q; found node card\n");
}

Test(cli, draws_a_menu)
{
	expect(0, "ivr show --dot yaml/ringdown.yaml hotline", "digraph");
	expect(0, "ivr show --svg yaml/ringdown.yaml hotline", "</svg>");
	cr_expect_eq(run("ivr show --svg yaml/ringdown.yaml"), 2);
	cr_expect_not_null(strstr(err, "which tree?"), "%s", err);
}

/* ---- documents --------------------------------------------------------------------- */

Test(cli, has_the_manual_page_it_prints)
{
	static char page[1 << 18];
	FILE *f = fopen("tools/ringdown/ringdown.1", "r");
	size_t n = fread(page, 1, sizeof(page) - 1, f);

	fclose(f);
	page[n] = '\0';
	cr_assert_eq(run("man"), 0);
	cr_assert_str_eq(out, page,
			 "run: build/ringdown man > tools/ringdown/ringdown.1");
	for (char *p = out; (p = strstr(p, "\\-")); p++)
		memmove(p, p + 1, strlen(p)); /* a minus of roff's */
	for (size_t i = 0; i < rd_command_count; i++)
		cr_assert_not_null(strstr(out, rd_command_infos[i].help), "%s",
				   rd_command_infos[i].name);
}

Test(cli, completes_in_bash)
{
	char command[512];
	FILE *p;

	cr_assert_eq(run("completion"), 0);
	snprintf(command, sizeof(command),
		 "bash -c 'source %s/out; COMP_WORDS=(ringdown agents lo); "
		 "COMP_CWORD=2; _ringdown; echo ${COMPREPLY[@]}; "
		 "COMP_WORDS=(ringdown rec); COMP_CWORD=1; _ringdown; "
		 "echo ${COMPREPLY[@]}' 2>&1",
		 dir);
	p = popen(command, "r");
	out[fread(out, 1, sizeof(out) - 1, p)] = '\0';
	pclose(p);
	cr_assert_str_eq(out, "login logout\nrecordings\n");
}

Test(cli, checks_files_together_with_the_rest)
{
	char arguments[128];

	write_file("tree.yaml", "nodes:\n"
				"  start: { play: lost.wav, then: hangup }\n");
	write_file("r.yaml", "languge: en\n"
			     "cards: { c: { path: wire } }\n"
			     "groups: { g: {} }\n"
			     "spans: { s: { card: c, position: 0, type: e1, "
			     "group: g, side: user } }\n"
			     "trees: { t: tree.yaml }\n"
			     "sources: { s: { path: lost.csv, key: k } }\n");
	snprintf(arguments, sizeof(arguments), "config check %s/r.yaml", dir);
	cr_assert_eq(run("%s", arguments), 6, "%s", err);
	cr_assert_not_null(strstr(out, "did you mean \"language\"?"), "%s",
			   out);
	cr_assert_not_null(strstr(out, "lost.wav\": No such file"), "%s", out);
	cr_assert_not_null(strstr(out, "lost.csv\": No such file"), "%s", out);
	snprintf(arguments, sizeof(arguments), "ivr check %s/tree.yaml", dir);
	cr_assert_eq(run("%s", arguments), 6, "%s", err);
	cr_assert_not_null(strstr(out, "this is a menu tree"), "%s", out);
}

Test(cli, counts_how_callers_went_through_a_menu)
{
	static const char sql[] =
		"INSERT INTO ivr_nodes (seq, part, at_ms, call, tree, version, "
		"node, step, exit_key, exit, went_to, dwell_ms, wrong, silent) "
		"VALUES "
		"(1, 0, 1700000000000, 1, 'hot', 'aa', 'main', 'main', '1', "
		"'node', 'card', 2000, 0, 1),"
		"(2, 0, 1700000002000, 1, 'hot', 'aa', 'card', 'card', NULL, "
		"'caller', NULL, 9000, 2, 0),"
		"(3, 0, 1700000003000, 2, 'hot', 'aa', 'main', 'main', '1', "
		"'node', 'card', 4000, 0, 0),"
		"(4, 0, 1700090000000, 3, 'hot', 'bb', 'main', 'main', '2', "
		"'queue', NULL, 1000, 0, 0),"
		"(5, 0, 1700000000000, 4, 'other', 'cc', 'main', 'main', NULL, "
		"'released', NULL, 1, 0, 0)";
	struct rd_db *store;
	sqlite3 *sqlite;
	char db[128];

	setenv("TZ", "UTC", 1);
	snprintf(db, sizeof(db), "%s/store.db", dir);
	cr_assert_eq(rd_db_open(db, &store, NULL), 0);
	rd_db_close(store);
	sqlite3_open(db, &sqlite);
	cr_assert_eq(sqlite3_exec(sqlite, sql, 0, 0, 0), 0);
	sqlite3_close(sqlite);
	cr_assert_eq(run("ivr counts hot --store %s --json", db), 0, "%s", err);
	cr_assert_not_null(strstr(out, "\"version\": \"bb\""));
	cr_assert_null(strstr(out, "\"version\": \"cc\""));
	/* the day of 2023-11-14 holds the calls 1 and 2 */
	cr_assert_eq(run("ivr counts hot 2023-11-14 --store %s --json", db), 0);
	cr_assert_not_null(strstr(out, "\"node\": \"main\",\n"
				       "      \"version\": \"aa\",\n"
				       "      \"visits\": 2,\n"
				       "      \"calls\": 2,\n"
				       "      \"mean_ms\": 3000,\n"
				       "      \"max_ms\": 4000,\n"
				       "      \"wrong\": 0,\n"
				       "      \"silent\": 1,\n"
				       "      \"hung_up\": 0"),
			   "%s", out);
	cr_assert_not_null(strstr(out, "\"key\": \"1\",\n"
				       "      \"exit\": \"node\",\n"
				       "      \"went_to\": \"card\",\n"
				       "      \"times\": 2"),
			   "%s", out);
	cr_assert_null(strstr(out, "\"bb\""));
	cr_assert_eq(run("ivr counts hot 2023-11-13 --store %s", db), 0);
	cr_assert_str_eq(out, "no visits\n");
	cr_assert_eq(run("lines history --store %s", db), 0, "%s", err);
	cr_assert_eq(run("lines history nope --store %s", db), 4);
	cr_assert_not_null(strstr(err, "span nope: no such span"), "%s", err);
	cr_assert_eq(run("ivr counts hot yesterday --store %s", db), 2);
	/* laid over the picture, and under the outline */
	write_menu("overlay", "hot",
		   "nodes: {main: {menu: {1: card}, prompt: Press 1.}, "
		   "card: {queue: q}}\n");
	cr_assert_eq(run("ivr show %s/overlay.yaml hot --svg --day 2023-11-14 "
			 "--store %s",
			 dir, db),
		     0, "%s", err);
	cr_assert_not_null(strstr(out, "2 visits, 3.0 s, 0 hung up"), "%s",
			   out);
	cr_assert_not_null(strstr(out, ">1 (2)</text>"), "%s", out);
	cr_assert_eq(run("ivr show %s/overlay.yaml hot --day 2023-11-13 "
			 "--store %s",
			 dir, db),
		     0);
	cr_assert_not_null(strstr(out, "on 2023-11-13: no visits"), "%s", out);
}

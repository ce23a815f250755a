// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programs that drive calls: the lines, and the thread with real children that
 * answer, die, hang, talk nonsense, too much, twice, late (IVR-20).
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/program/program.h"
#include "daemon/program/wire.h"
#include "lib/base/rng.h"

/* ---- lines --------------------------------------------------------------------- */

static struct rd_reply reply;

static int read_line(const char *line)
{
	return rd_reply_read(line, strlen(line), &reply);
}

/* The pairs as "name=value;" */
static const char *pairs(void)
{
	static char text[16384];
	const char *p = reply.data;

	text[0] = 0;
	for (int i = 0; i < reply.pairs; i++) {
		const char *value = p + strlen(p) + 1;

		sprintf(text + strlen(text), "%s:%s;", p, value);
		p = value + strlen(value) + 1;
	}
	return text;
}

Test(wire, a_reply_becomes_pairs_in_order)
{
	cr_assert_eq(read_line("{\"request\":7,\"set\":{\"a\":\"x\",\"b\":12,"
			       "\"c\":true},\"say\":[\"Hello\",{\"number\":"
			       "42},{\"prompt\":\"bye\"},{\"pause\":200}],"
			       "\"goto\":\"paid\"}"),
		     0, "%s", reply.why);
	cr_expect_eq(reply.request, 7);
	cr_expect_str_eq(pairs(), "=a:x;=b:12;=c:yes;text:Hello;number:42;"
				  "prompt:bye;pause:200;goto:paid;");
	cr_assert_eq(read_line("{\"request\":1,\"say\":\"one\"}"), 0);
	cr_expect_str_eq(pairs(), "text:one;");
	cr_assert_eq(read_line(" {\"request\":1}\r"), 0);
	cr_expect_eq(reply.pairs, 0);
}

Test(wire, what_is_no_reply_is_refused_with_a_reason)
{
	static const char *const bad[][2] = {
		{ "", "no object" },
		{ "hello", "no object" },
		{ "[1]", "no object" },
		{ "{\"request\":1}{\"request\":1}", "no object" },
		{ "{\"say\":\"x\"}", "\"request\" is missing" },
		{ "{\"request\":\"1\"}", "expected its number" },
		{ "{\"request\":-1}", "expected its number" },
		{ "{\"request\":4294967296}", "expected its number" },
		{ "{\"request\":1,\"sya\":\"x\"}", "key \"sya\": unknown" },
		{ "{\"request\":1,\"request\":2}", "no object" },
		{ "{\"request\":1,\"set\":[]}", "expected variables" },
		{ "{\"request\":1,\"set\":{\"a\":{}}}", "expected text" },
		{ "{\"request\":1,\"set\":{\"a\":1.5}}", "expected text" },
		{ "{\"request\":1,\"set\":{\"a\":\"x\\u0000y\"}}",
		  "no object" },
		{ "{\"request\":1,\"say\":{\"shout\":1}}",
		  "said as \"shout\"" },
		{ "{\"request\":1,\"say\":{\"text\":\"a\",\"number\":1}}",
		  "expected one key" },
		{ "{\"request\":1,\"say\":{}}", "expected one key" },
		{ "{\"request\":1,\"say\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}",
		  "too many texts" },
		{ "{\"request\":1,\"goto\":[]}", "expected text" },
		{ "{\"request\":1,\"set\":{\"a\":\"0123456789012345678901234567"
		  "89012345678901234567890123456789012345\"}}",
		  "too long" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(read_line(bad[i][0]), -EBADMSG, "%s", bad[i][0]);
		cr_expect(strstr(reply.why, bad[i][1]), "%s: %s", bad[i][0],
			  reply.why);
	}
}

Test(wire, any_octets_are_read_within_bounds)
{
	static const char seed_line[] =
		"{\"request\":7,\"set\":{\"a\":\"x\"},\"say\":[\"Hello\",{"
		"\"number\":42}],\"goto\":\"paid\"}";
	struct rd_rng rng = { .state = 4711 };

	for (int i = 0; i < 50000; i++) {
		char line[sizeof(seed_line)];
		size_t len = rd_rng_below(&rng, sizeof(line));

		memcpy(line, seed_line, sizeof(line));
		for (int k = 0; k < 4; k++)
			line[rd_rng_below(&rng, sizeof(line))] =
				(char)rd_rng_next(&rng);
		if (!rd_reply_read(line, len, &reply))
			cr_expect_leq(reply.len, sizeof(reply.data));
	}
}

static struct rd_cmd_program *request(uint32_t number, const char *data,
				      size_t len, uint16_t n)
{
	static _Alignas(8) uint8_t octets[1024];
	struct rd_cmd_program *cmd = (void *)octets;

	memset(octets, 0, sizeof(octets));
	cmd->msg.type = RD_MSG_PROGRAM;
	cmd->msg.len = (uint16_t)((sizeof(*cmd) + len + 7) & ~(size_t)7);
	cmd->request = number;
	cmd->pairs = n;
	cmd->config = 1;
	cmd->timeout_ms = 400;
	memcpy(cmd->data, data, len);
	return cmd;
}

#define PAIRS     \
	"call\0"  \
	"17\0"    \
	"$card\0" \
	"12\"34"

Test(wire, a_request_is_one_line_of_json)
{
	char line[256];
	int len = rd_request_write(request(7, PAIRS, sizeof(PAIRS), 2), line,
				   sizeof(line));

	cr_assert_gt(len, 0);
	line[len] = 0;
	cr_expect_str_eq(line, "{\"request\":7,\"call\":\"17\",\"variables\":{"
			       "\"card\":\"12\\\"34\"}}\n");
	cr_expect_eq(
		rd_request_write(request(7, PAIRS, sizeof(PAIRS), 2), line, 20),
		-EMSGSIZE);
	cr_expect_eq(rd_request_write(request(7, PAIRS, sizeof(PAIRS), 99),
				      line, sizeof(line)),
		     -EINVAL);
}

/* ---- children -------------------------------------------------------------------- */

static struct rd_programs *programs;
static int bell;

static void begin(const char *script, uint16_t instances)
{
	const char *args[] = { "/bin/sh", "-c", script };
	const struct rd_cfg_program cfg = { .name = "test",
					    .nargs = 3,
					    .args = args,
					    .socket = "",
					    .instances = instances,
					    .timeout_ms = 400 };

	bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	cr_assert_eq(rd_programs_start(bell, &programs), 0);
	cr_assert_eq(rd_programs_set(programs, 1, &cfg, 1, "/"), 0);
}

static void end(void)
{
	rd_programs_stop(programs);
	programs = NULL;
	close(bell);
}

TestSuite(programs, .fini = end, .timeout = 60);

static void ask(uint32_t number)
{
	cr_assert_eq(rd_programs_ask(programs,
				     request(number, PAIRS, sizeof(PAIRS), 2)),
		     0);
}

/* The next answer: its status; *number which request it is for. */
static int answer(uint32_t *number)
{
	const struct rd_msg *msg;
	uint64_t n;
	int status;

	while (!(msg = rd_programs_peek(programs))) {
		struct pollfd p = { bell, POLLIN, 0 };

		cr_assert_eq(poll(&p, 1, 20000), 1, "no answer at all");
		cr_assert_gt(read(bell, &n, sizeof(n)), 0);
	}
	*number = ((const struct rd_ev_lookup *)msg)->request;
	status = ((const struct rd_ev_lookup *)msg)->status;
	reply.pairs = ((const struct rd_ev_lookup *)msg)->pairs;
	memcpy(reply.data, ((const struct rd_ev_lookup *)msg)->data,
	       msg->len - sizeof(struct rd_ev_lookup));
	rd_programs_consume(programs, msg);
	return status;
}

static void expect(uint32_t number, int status, const char *text)
{
	uint32_t got;
	int is = answer(&got);

	cr_expect_eq(got, number);
	cr_expect_eq(is, status, "request %u: %s", number, pairs());
	cr_expect(strstr(pairs(), text), "%s", pairs());
}

/* Answers each line with its own number. */
#define NUMBER "n=${line#*:}; n=${n%%,*}; "
#define ECHO                             \
	"while read -r line; do " NUMBER \
	"echo \"{\\\"request\\\":$n,\\\"set\\\":{\\\"a\\\":$n}}\"; done"

Test(programs, each_request_has_its_answer)
{
	begin(ECHO, 2);
	for (uint32_t i = 1; i <= 50; i++)
		ask(i);
	for (uint32_t i = 1; i <= 50; i++) {
		char text[32];
		uint32_t got;

		cr_expect_eq(answer(&got), RD_LOOKUP_FOUND);
		sprintf(text, "=a:%u;", got);
		cr_expect_str_eq(pairs(), text);
	}
	cr_expect(rd_programs_is_idle(programs));
}

Test(programs, one_that_dies_is_begun_anew)
{
	struct rd_program_counts counts;

	begin("read -r line; exit 1", 1);
	ask(1);
	expect(1, RD_LOOKUP_DOWN, "it has ended");
	ask(2); /* none runs for a second: its time is over before */
	expect(2, RD_LOOKUP_DOWN, "no instance had time");
	usleep(1100000); /* wall-clock: the pause before it is begun anew */
	ask(3);
	expect(3, RD_LOOKUP_DOWN, "it has ended");
	rd_programs_counts(programs, &counts);
	cr_expect_eq(counts.started, 2);
	cr_expect_eq(counts.died, 2);
}

Test(programs, one_that_hangs_is_ended_and_others_go_on)
{
	char folder[64];

	/* the second instance is well: only one gets the lock */
	begin("if mkdir /tmp/rd-hang-$PPID 2>/dev/null; then read -r x; sleep "
	      "60; fi; " ECHO,
	      2);
	ask(1);
	ask(2);
	for (int i = 0, down = 0; i < 2; i++) {
		uint32_t got;

		down += answer(&got) == RD_LOOKUP_DOWN;
		cr_expect(i == 0 || down == 1);
	}
	snprintf(folder, sizeof(folder), "/tmp/rd-hang-%d", getpid());
	cr_assert_eq(rmdir(folder), 0);
}

Test(programs, garbage_ends_it)
{
	struct rd_program_counts counts;

	begin("read -r line; echo 'Traceback (most recent call last):'; cat",
	      1);
	ask(1);
	expect(1, RD_LOOKUP_DOWN, "garbage");
	rd_programs_counts(programs, &counts);
	cr_expect_eq(counts.garbage, 1);
}

Test(programs, a_line_without_end_ends_it)
{
	begin("read -r line; head -c 100000 /dev/zero | tr '\\0' x; cat", 1);
	ask(1);
	expect(1, RD_LOOKUP_DOWN, "a line that does not end");
}

Test(programs, what_nobody_waits_for_is_dropped_and_counted)
{
	struct rd_program_counts counts;

	begin("while read -r line; do " NUMBER
	      "echo '{\"request\":999,\"goto\":\"x\"}'; "
	      "echo \"{\\\"request\\\":$n}\"; echo \"{\\\"request\\\":$n}\"; "
	      "done",
	      1);
	ask(1);
	expect(1, RD_LOOKUP_FOUND, "");
	ask(2);
	expect(2, RD_LOOKUP_FOUND, "");
	rd_programs_counts(programs, &counts);
	cr_expect_geq(counts.stray, 3);
	cr_expect_eq(counts.started, 1);
}

Test(programs, one_that_cannot_be_executed_is_down)
{
	begin("exec /no/such/program", 1);
	ask(1);
	expect(1, RD_LOOKUP_DOWN, "");
}

Test(programs, a_reload_keeps_what_is_as_before_and_ends_the_rest)
{
	const char *args[] = { "/bin/sh", "-c", ECHO };
	struct rd_cfg_program cfg = { .name = "test",
				      .nargs = 3,
				      .args = args,
				      .socket = "",
				      .instances = 1 };
	struct rd_program_counts counts;
	struct rd_cmd_program *cmd;
	uint32_t got;

	begin(ECHO, 1);
	ask(1);
	expect(1, RD_LOOKUP_FOUND, "");
	for (uint32_t g = 2; g < 8; g++)
		cr_assert_eq(rd_programs_set(programs, g, &cfg, 1, "/"), 0);
	ask(2); /* of a configuration that is gone */
	expect(2, RD_LOOKUP_DOWN, "no such program");
	cmd = request(3, PAIRS, sizeof(PAIRS), 2);
	cmd->config = 7;
	cr_assert_eq(rd_programs_ask(programs, cmd), 0);
	cr_expect_eq(answer(&got), RD_LOOKUP_FOUND);
	rd_programs_counts(programs, &counts);
	cr_expect_eq(counts.started, 1);
}

Test(programs, a_child_has_no_privileges_to_gain_and_dies_with_us)
{
	begin("read -r line; " NUMBER
	      "set -- $(grep -E '^(NoNewPrivs|Sig)' /proc/self/status | head "
	      "-1); echo \"{\\\"request\\\":$n,\\\"set\\\":{\\\"v\\\":"
	      "$(grep NoNewPrivs /proc/self/status | tr -dc 0-9)}}\"; cat",
	      1);
	ask(1);
	expect(1, RD_LOOKUP_FOUND, "=v:1;");
}

Test(programs, a_socket_is_connected_and_connected_again)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	const struct rd_cfg_program cfg = { .name = "s",
					    .socket = at.sun_path,
					    .instances = 1 };
	static const char well[] = "{\"request\":1,\"goto\":\"x\"}\n";
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), fd;
	char line[512];

	snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/rd-program-%d",
		 getpid());
	unlink(at.sun_path);
	cr_assert_eq(bind(listener, (void *)&at, sizeof(at)), 0);
	cr_assert_eq(listen(listener, 4), 0);
	bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	cr_assert_eq(rd_programs_start(bell, &programs), 0);
	cr_assert_eq(rd_programs_set(programs, 1, &cfg, 1, "/"), 0);
	ask(1);
	fd = accept(listener, NULL, NULL);
	cr_assert_gt(read(fd, line, sizeof(line)), 0);
	cr_assert_eq(write(fd, well, sizeof(well) - 1),
		     (ssize_t)sizeof(well) - 1);
	expect(1, RD_LOOKUP_FOUND, "goto:x;");
	ask(2);
	cr_assert_gt(read(fd, line, sizeof(line)), 0);
	close(fd); /* it hangs up in the middle */
	expect(2, RD_LOOKUP_DOWN, "");
	fd = accept(listener, NULL, NULL); /* and comes again */
	cr_expect_geq(fd, 0);
	close(fd);
	close(listener);
	unlink(at.sun_path);
}

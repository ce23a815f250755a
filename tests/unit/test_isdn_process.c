// SPDX-License-Identifier: GPL-2.0-or-later
/* The process of an edge: its sandbox, its manners, and core's loop. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "daemon/loop/loop.h"
#include "tests/unit/isdn_pair.h"

/* A program that runs script, where an edge is expected. */
static void make_program(char *path, const char *script)
{
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	dprintf(fd, "#!/bin/sh\n%s\n", script);
	cr_assert_eq(fchmod(fd, 0700), 0);
	close(fd);
}

static struct rd_edge *make_edge(const char *program, struct side *s)
{
	struct rd_edge_span span = pair_span(USER);
	struct rd_edge *edge;

	cr_assert_eq(rd_edge_new(&edge, program, pair_heard, s), 0);
	cr_assert_eq(rd_edge_span(edge, &span), 0);
	return edge;
}

static void wait_readable(struct rd_edge *edge)
{
	struct pollfd fd = { rd_edge_fd(edge), POLLIN, 0 };

	cr_assert_gt(poll(&fd, 1, 30000), 0);
	rd_edge_readable(edge);
}

static int status_of(int pid, const char *key)
{
	char path[64], line[256];
	int value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "r");
	cr_assert_not_null(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			value = atoi(line + strlen(key) + 1);
	fclose(f);
	return value;
}

Test(isdn_process, lives_in_a_sandbox)
{
	static struct side s;
	struct rd_edge *edge = make_edge(pair_program(), &s);
	struct rd_edge_stats stats;
	char path[64];

	rd_edge_flush(edge, 0);
	while (!s.ups)
		wait_readable(edge);
	rd_edge_stats(edge, &stats);
	cr_assert_eq(status_of(stats.pid, "NoNewPrivs:"), 1);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	cr_assert_eq(status_of(stats.pid, "Seccomp:"), 2);
#endif
	for (int fd = 0; fd < 64; fd++) {
		struct stat st;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", stats.pid, fd);
		cr_assert_eq(lstat(path, &st) == 0, fd == 2 || fd == 3,
			     "descriptor %d", fd);
	}
	rd_edge_free(edge);
}

static struct rd_edge *looped;
static unsigned wakes;

static void on_ready(struct rd_source *source, int res)
{
	wakes++;
	if (res > 0)
		rd_edge_readable(looped);
}

/* One descriptor, polled once, serves every process that the edge becomes. */
Test(isdn_process, is_driven_by_the_loop_over_a_restart)
{
	static struct rd_source source = { .ready = on_ready };
	static struct side s;
	struct rd_edge_stats stats;
	struct rd_loop loop;
	const char *why = "";
	uint64_t now = 0;

	cr_assert_eq(rd_loop_init(&loop, 16, &why), 0, "%s", why);
	looped = make_edge(pair_program(), &s);
	rd_loop_poll(&loop, &source, rd_edge_fd(looped), POLLIN);
	for (unsigned life = 1; life <= 3; life++) {
		rd_edge_flush(looped, now);
		while (s.ups < life)
			rd_loop_turn(&loop, true);
		for (int tick = 0; tick < 2000; tick++) {
			now += STEP_FRAMES;
			rd_edge_flush(looped, now);
			while (!rd_edge_idle(looped))
				rd_loop_turn(&loop, true);
		}
		rd_edge_stats(looped, &stats);
		cr_assert_eq(kill(stats.pid, SIGKILL), 0);
		while (s.downs < life)
			rd_loop_turn(&loop, true);
		now = rd_edge_deadline(looped);
	}
	cr_assert_gt(wakes, 3);
	rd_loop_cancel(&loop, &source);
	while (source.pending)
		rd_loop_turn(&loop, true);
	rd_edge_free(looped);
	rd_loop_exit(&loop);
}

Test(isdn_process, that_says_nonsense_is_killed_and_started_again)
{
	static const char *const scripts[] = {
		"printf nonsense >&3; exec sleep 1000",
		"head -c 64 /dev/zero >&3; exec sleep 1000",
		"head -c 65536 /dev/urandom >&3; exec sleep 1000",
		"exit 0",
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		char path[] = "/tmp/ringdown-edge-XXXXXX";
		static struct side s;
		struct rd_edge *edge;

		memset(&s, 0, sizeof(s));
		make_program(path, scripts[i]);
		edge = make_edge(path, &s);
		rd_edge_flush(edge, 0);
		while (!s.downs)
			wait_readable(edge);
		cr_assert_eq(s.ups, 0);
		cr_assert(rd_edge_idle(edge));
		cr_assert_eq(rd_edge_deadline(edge), RD_FRAMES_PER_S);
		rd_edge_free(edge);
		unlink(path);
	}
}

Test(isdn_process, that_does_not_answer_is_killed_after_10_s_of_line_clock)
{
	char path[] = "/tmp/ringdown-edge-XXXXXX";
	static struct side s;
	struct rd_edge *edge;

	make_program(path, "exec sleep 1000");
	edge = make_edge(path, &s);
	for (uint64_t now = 0; now <= 10 * RD_FRAMES_PER_S; now += STEP_FRAMES)
		rd_edge_flush(edge, now);
	cr_assert(!rd_edge_idle(edge));
	cr_assert_eq(s.downs, 0);
	rd_edge_flush(edge, 10 * RD_FRAMES_PER_S + 1);
	cr_assert_eq(s.downs, 1);
	cr_assert(rd_edge_idle(edge));
	rd_edge_free(edge);
	unlink(path);
}

Test(isdn_process, that_takes_nothing_does_not_block_core)
{
	char path[] = "/tmp/ringdown-edge-XXXXXX";
	static struct side s;
	struct rd_isdn r = pair_request(RD_ISDN_BLOCK, 0, 5);
	struct rd_edge *edge;

	make_program(path, "exec sleep 1000");
	edge = make_edge(path, &s);
	for (uint64_t now = 0; !s.downs; now++) {
		cr_assert_lt(now, 8000);
		rd_edge_flush(edge, now);
		for (int i = 0; i < 500; i++)
			rd_edge_send(edge, &r.msg);
	}
	rd_edge_free(edge);
	unlink(path);
}

Test(isdn_process, is_started_anew_when_its_side_changes)
{
	static struct side s;
	struct rd_edge *edge = make_edge(pair_program(), &s);
	struct rd_edge_span span = pair_span(USER);
	struct rd_edge_stats before, after;

	rd_edge_flush(edge, 0);
	while (!s.ups)
		wait_readable(edge);
	rd_edge_stats(edge, &before);
	span.timer[RD_T_T303] = 1000; /* that it takes as it runs */
	cr_assert_eq(rd_edge_span(edge, &span), 0);
	rd_edge_flush(edge, 80);
	while (!rd_edge_idle(edge))
		wait_readable(edge);
	rd_edge_stats(edge, &after);
	cr_assert_eq(after.pid, before.pid);
	span.network_side = 1;
	cr_assert_eq(rd_edge_span(edge, &span), 0);
	cr_assert_eq(s.downs, 1);
	rd_edge_flush(edge, 160);
	while (s.ups < 2)
		wait_readable(edge);
	rd_edge_stats(edge, &after);
	cr_assert_neq(after.pid, before.pid);
	rd_edge_free(edge);
}

Test(isdn_process, tells_core_that_it_is_missing)
{
	static struct side s;
	struct rd_edge *edge = make_edge("/nowhere/ringdown-isdn", &s);

	rd_edge_flush(edge, 0);
	cr_assert_eq(s.downs, 1);
	cr_assert_eq(rd_edge_deadline(edge), RD_FRAMES_PER_S);
	rd_edge_free(edge);
}

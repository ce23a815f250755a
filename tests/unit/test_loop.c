// SPDX-License-Identifier: GPL-2.0-or-later
/* daemon/loop: polls, completions, messages from another ring. */
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/loop/loop.h"

struct probe {
	struct rd_source source;
	int calls, last;
};

static void note(struct rd_source *source, int res)
{
	struct probe *p = (struct probe *)source;

	p->calls++;
	p->last = res;
	if (res > 0 && source->events) {
		uint64_t n;

		cr_assert_eq(read(source->fd, &n, sizeof(n)), sizeof(n));
	}
}

static struct rd_loop loop;

static void setup(void)
{
	const char *why;

	cr_assert_eq(rd_loop_init(&loop, 8, &why), 0, "%s", why);
}

static void teardown(void)
{
	rd_loop_exit(&loop);
}

TestSuite(loop, .init = setup, .fini = teardown);

Test(loop, calls_a_poll_each_time_it_becomes_readable)
{
	struct probe p = { .source.ready = note };
	int fd = eventfd(0, EFD_NONBLOCK);
	uint64_t one = 1;

	rd_loop_poll(&loop, &p.source, fd, POLLIN);
	for (int i = 1; i <= 100; i++) {
		cr_assert_eq(write(fd, &one, sizeof(one)), sizeof(one));
		cr_assert_eq(rd_loop_turn(&loop, true), 1);
		cr_assert_eq(p.calls, i);
	}
	rd_loop_cancel(&loop, &p.source);
	while (p.last != -ECANCELED)
		cr_assert_geq(rd_loop_turn(&loop, true), 0);
	cr_assert_eq(p.source.pending, 0);
	close(fd);
}

Test(loop, wakes_on_a_message_from_another_ring)
{
	struct probe p = { .source.ready = note };
	struct io_uring other;
	struct io_uring_sqe *sqe;

	cr_assert_eq(io_uring_queue_init(4, &other, 0), 0);
	sqe = io_uring_get_sqe(&other);
	io_uring_prep_msg_ring(sqe, rd_loop_fd(&loop), 7, (uintptr_t)&p, 0);
	io_uring_submit(&other);
	cr_assert_eq(rd_loop_turn(&loop, true), 1);
	cr_assert_eq(p.calls, 1);
	cr_assert_eq(p.last, 7);
	io_uring_queue_exit(&other);
}

Test(loop, completes_a_sync)
{
	struct probe p = { .source.ready = note };
	char path[] = "/tmp/rd-loop-XXXXXX";
	int fd = mkstemp(path);

	unlink(path);
	rd_loop_sync(&loop, &p.source, fd, true, 0, 0);
	cr_assert_eq(rd_loop_turn(&loop, true), 1);
	cr_assert_eq(p.last, 0);
	cr_assert_eq(p.source.pending, 0);
	close(fd);
}

Test(loop, has_room_for_more_sources_than_entries)
{
	struct probe p[40] = { 0 };
	uint64_t one = 1;
	int calls = 0;

	for (int i = 0; i < 40; i++) {
		p[i].source.ready = note;
		rd_loop_poll(&loop, &p[i].source, eventfd(0, EFD_NONBLOCK),
			     POLLIN);
	}
	for (int i = 0; i < 40; i++)
		cr_assert_eq(write(p[i].source.fd, &one, 8), 8);
	while (calls < 40)
		calls += rd_loop_turn(&loop, true);
	for (int i = 0; i < 40; i++) {
		cr_assert_eq(p[i].calls, 1);
		close(p[i].source.fd);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The reactor of loop.h. Invariant: every CQE with user_data != 0 carries the
 * address of a living source whose pending counts it (messages from other
 * rings excepted: they are nobody's operation).
 */
#include "daemon/loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define BATCH 64

int rd_loop_init(struct rd_loop *loop, unsigned entries, const char **why)
{
	int err;

	memset(loop, 0, sizeof(*loop));
	err = io_uring_queue_init(entries, &loop->ring, 0);
	*why = "";
	if (err == -EPERM)
		*why = "io_uring is forbidden here: set sysctl "
		       "kernel.io_uring_disabled=0 (or =1 and put this user "
		       "into kernel.io_uring_group), and allow io_uring_setup, "
		       "io_uring_enter and io_uring_register in the "
		       "container's seccomp profile";
	else if (err == -ENOSYS)
		*why = "this kernel has no io_uring: Linux 5.19 or later with "
		       "CONFIG_IO_URING is needed";
	else if (err == -ENOMEM)
		*why = "not enough locked memory for io_uring: raise "
		       "RLIMIT_MEMLOCK (LimitMEMLOCK= in the unit)";
	else if (err)
		*why = strerror(-err);
	return err;
}

void rd_loop_exit(struct rd_loop *loop)
{
	io_uring_queue_exit(&loop->ring);
}

int rd_loop_fd(const struct rd_loop *loop)
{
	return loop->ring.ring_fd;
}

static struct io_uring_sqe *next_sqe(struct rd_loop *loop)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&loop->ring);

	if (!sqe) {
		io_uring_submit(&loop->ring);
		sqe = io_uring_get_sqe(&loop->ring);
	}
	assert(sqe);
	return sqe;
}

static void arm(struct rd_loop *loop, struct rd_source *source)
{
	struct io_uring_sqe *sqe = next_sqe(loop);

	/*
	 * One shot: armed again after each completion it looks at the state,
	 * not at changes. A multishot poll of an epoll set would miss what
	 * was left there by who took in only a part.
	 */
	io_uring_prep_poll_add(sqe, source->fd, source->events);
	io_uring_sqe_set_data(sqe, source);
	source->pending++;
}

void rd_loop_poll(struct rd_loop *loop, struct rd_source *source, int fd,
		  unsigned events)
{
	source->fd = fd;
	source->events = events;
	arm(loop, source);
}

void rd_loop_cancel(struct rd_loop *loop, struct rd_source *source)
{
	struct io_uring_sqe *sqe;

	if (!source->events)
		return;
	source->events = 0;
	if (!source->pending)
		return;
	sqe = next_sqe(loop);
	io_uring_prep_cancel(sqe, source, 0);
	io_uring_sqe_set_data(sqe, NULL);
}

void rd_loop_sync(struct rd_loop *loop, struct rd_source *source, int fd,
		  bool datasync, uint64_t off, uint64_t len)
{
	struct io_uring_sqe *sqe = next_sqe(loop);

	io_uring_prep_fsync(sqe, fd, datasync ? IORING_FSYNC_DATASYNC : 0);
	sqe->off = off;
	sqe->len = (uint32_t)len;
	io_uring_sqe_set_data(sqe, source);
	source->pending++;
}

static void complete(struct rd_loop *loop, const struct io_uring_cqe *cqe)
{
	struct rd_source *source = io_uring_cqe_get_data(cqe);
	bool last = !(cqe->flags & IORING_CQE_F_MORE);

	if (!source)
		return;
	if (last && source->pending) {
		source->pending--;
		if (source->events && cqe->res != -ECANCELED && cqe->res >= 0)
			arm(loop, source);
	}
	source->ready(source, cqe->res);
}

int rd_loop_turn(struct rd_loop *loop, bool wait)
{
	struct io_uring_cqe *cqes[BATCH], copies[BATCH];
	unsigned n;
	int err;

	loop->turns++;
	err = wait ? io_uring_submit_and_wait(&loop->ring, 1)
		   : io_uring_submit(&loop->ring);
	if (err < 0 && err != -EINTR && err != -EBUSY)
		return err;
	n = io_uring_peek_batch_cqe(&loop->ring, cqes, BATCH);
	for (unsigned i = 0; i < n; i++)
		copies[i] = *cqes[i];
	io_uring_cq_advance(&loop->ring, n);
	for (unsigned i = 0; i < n; i++)
		complete(loop, &copies[i]);
	return (int)n;
}

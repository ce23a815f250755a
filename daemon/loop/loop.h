/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reactor of one thread: an io_uring, and sources that it calls.
 *
 * WHAT. A thread blocks in rd_loop_turn() only. Whatever it waits for is a
 * struct rd_source: a descriptor that becomes readable, an operation that
 * completes, a message that another thread's ring sends to this one.
 *
 * HOW. The address of the source is the user_data of its operations. A poll is
 * armed again after each completion, so ready() may leave a part for the next
 * turn. Submissions gather until then: one io_uring_enter() a turn, whatever
 * the number of sources.
 *
 * USE.	rd_loop_init(&loop, 256);
 *	source.ready = on_ready; rd_loop_poll(&loop, &source, fd, POLLIN);
 *	while (running) rd_loop_turn(&loop, true);
 *
 * LIMITS. A source must outlive its operations: rd_loop_cancel() first, then
 * free it when ready() was called with -ECANCELED (or no operation was left).
 * Context: the thread that owns the loop, but for what is marked "any".
 */
#ifndef RD_LOOP_H
#define RD_LOOP_H

#include <liburing.h>
#include <stdbool.h>
#include <stdint.h>

struct rd_loop;

struct rd_source {
	/* res as in a CQE: poll events, octets, or -errno */
	void (*ready)(struct rd_source *source, int res);
	int fd;		  /* of the poll */
	unsigned events;  /* of the poll, 0: no poll */
	uint32_t pending; /* operations in the ring */
};

struct rd_loop {
	struct io_uring ring;
	uint64_t turns;
};

/*
 * Make a ring of entries. On -EPERM or -ENOSYS (io_uring forbidden by
 * kernel.io_uring_disabled, seccomp or an old kernel) *why is a sentence that
 * tells the operator what to change. 0 or -errno.
 */
int rd_loop_init(struct rd_loop *loop, unsigned entries, const char **why);
void rd_loop_exit(struct rd_loop *loop);

/* The ring's descriptor: where another ring's IORING_OP_MSG_RING goes. */
int rd_loop_fd(const struct rd_loop *loop);

/* Call source->ready(revents) whenever fd has events (POLLIN ...). */
void rd_loop_poll(struct rd_loop *loop, struct rd_source *source, int fd,
		  unsigned events);
/* Stop that poll; ready(-ECANCELED) comes if one was pending. */
void rd_loop_cancel(struct rd_loop *loop, struct rd_source *source);
/*
 * fdatasync (datasync) or fsync of len octets of fd at off; 0, 0 is all of it.
 * ready(0 or -errno) when done.
 */
void rd_loop_sync(struct rd_loop *loop, struct rd_source *source, int fd,
		  bool datasync, uint64_t off, uint64_t len);

/*
 * Submit, wait for at least one completion if wait, and call the sources.
 * Returns how many were called, or -errno.
 */
int rd_loop_turn(struct rd_loop *loop, bool wait);

#endif

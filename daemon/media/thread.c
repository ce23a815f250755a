// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The media thread: one io_uring_enter() a tick, whatever the number of lines.
 *
 *	submit and wait ──► CQE: 8 octets of a card's tick ──► all ticks due
 *	      ▲                                                     │
 *	      └── read of the tick again, MSG_RING to core and disk ┘
 *
 * Everything the thread has to say to the kernel goes into the submission that
 * also waits for the next tick. Messages to other rings skip their completion
 * (IOSQE_CQE_SKIP_SUCCESS), so they end no wait. Rare things have their own
 * requests: a poll for the card's hang-up, the eventfd by which others call,
 * and, while there is no card at all, a timeout in the place of its ticks.
 *
 * user_data: what << 40 | card << 32 | instance; so a completion that belongs
 * to a card that is gone is told by its instance.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "daemon/media/state.h"
#include "lib/base/frames.h"

#define PRIORITY 50 /* SCHED_FIFO: as the kernel's threaded interrupts */
#define ENTRIES	 128

enum what {
	NOTHING,
	TICK,
	HANGUP,
	CALL,
	TIMEOUT
};

struct rd_media_ring {
	struct io_uring ring;
	struct rd_wake core, disk;
	uint64_t calls; /* read into */
	bool call_armed, timeout_armed;
	bool timed_out;
	struct __kernel_timespec timeout;
	uint64_t timeout_ns; /* CLOCK_MONOTONIC of the next tick; 0: not yet */
};

static const uint64_t one = 1;

static uint64_t tag(enum what what, unsigned card, uint32_t instance)
{
	return (uint64_t)what << 40 | (uint64_t)card << 32 | instance;
}

static struct io_uring_sqe *next_sqe(struct rd_media_ring *r)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&r->ring);

	if (!sqe) { /* more than ENTRIES in one turn: cards fall like rain */
		io_uring_submit(&r->ring);
		sqe = io_uring_get_sqe(&r->ring);
	}
	return sqe;
}

static void wake(struct rd_media_ring *r, const struct rd_wake *to)
{
	struct io_uring_sqe *sqe;

	if (to->ring_fd < 0)
		return;
	sqe = next_sqe(r);
	io_uring_prep_msg_ring(sqe, to->ring_fd, 0, to->user_data, 0);
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	sqe->user_data = tag(NOTHING, 0, 0);
}

/* ---- requests ------------------------------------------------------------------- */

static void arm_card(struct rd_media_ring *r, struct rd_media_card *c,
		     unsigned index)
{
	struct io_uring_sqe *sqe;

	if (!c->card)
		return;
	if (!c->armed && c->card->tick_fd >= 0) {
		sqe = next_sqe(r);
		io_uring_prep_read(sqe, c->card->tick_fd, &c->ticks,
				   sizeof(c->ticks), 0);
		sqe->user_data = tag(TICK, index, c->instance);
		c->armed = true;
	}
	if (!c->watched && c->card->fd >= 0 &&
	    c->card->fd != c->card->tick_fd) {
		sqe = next_sqe(r);
		io_uring_prep_poll_add(sqe, c->card->fd, POLLRDHUP);
		sqe->user_data = tag(HANGUP, index, c->instance);
		c->watched = true;
	}
}

/* A card is gone: its requests go, and the keeper is told. */
static void dismiss(struct rd_media *m, struct rd_media_card *c, unsigned index)
{
	struct rd_media_ring *r = m->ring;
	struct io_uring_sqe *sqe;

	c->dismiss = false;
	for (enum what what = TICK; what <= HANGUP; what++) {
		sqe = next_sqe(r);
		io_uring_prep_cancel64(sqe, tag(what, index, c->dismissed), 0);
		sqe->user_data = tag(NOTHING, 0, 0);
	}
	sqe = next_sqe(r);
	io_uring_prep_write(sqe, m->keep_fd, &one, sizeof(one), 0);
	sqe->user_data = tag(NOTHING, 0, 0);
}

static uint64_t monotonic_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* No card: the processor's clock, at the line's rate. */
static void arm_timeout(struct rd_media *m)
{
	struct rd_media_ring *r = m->ring;
	struct io_uring_sqe *sqe;

	if (m->clock >= 0) {
		r->timeout_ns = 0;
		return;
	}
	if (r->timeout_armed)
		return;
	if (!r->timeout_ns)
		r->timeout_ns = monotonic_ns();
	r->timeout_ns += rd_ns_from_frames(m->period);
	r->timeout.tv_sec = (long long)(r->timeout_ns / 1000000000u);
	r->timeout.tv_nsec = (long long)(r->timeout_ns % 1000000000u);
	sqe = next_sqe(r);
	io_uring_prep_timeout(sqe, &r->timeout, 0, IORING_TIMEOUT_ABS);
	sqe->user_data = tag(TIMEOUT, 0, 0);
	r->timeout_armed = true;
}

static void arm(struct rd_media *m)
{
	struct rd_media_ring *r = m->ring;

	for (unsigned i = 0; i < m->ncards; i++) {
		if (m->card[i].dismiss)
			dismiss(m, &m->card[i], i);
		arm_card(r, &m->card[i], i);
	}
	if (!r->call_armed) {
		struct io_uring_sqe *sqe = next_sqe(r);

		io_uring_prep_read(sqe, m->wake_fd, &r->calls, sizeof(r->calls),
				   0);
		sqe->user_data = tag(CALL, 0, 0);
		r->call_armed = true;
	}
	arm_timeout(m);
}

/* ---- completions ------------------------------------------------------------------ */

static void complete(struct rd_media *m, const struct io_uring_cqe *cqe)
{
	struct rd_media_ring *r = m->ring;
	unsigned index = cqe->user_data >> 32 & 0xff;
	struct rd_media_card *c = &m->card[index];

	switch ((enum what)(cqe->user_data >> 40)) {
	case TICK:
		if ((uint32_t)cqe->user_data != c->instance)
			return;
		c->armed = false;
		if (cqe->res < 0 && cqe->res != -EINTR && cqe->res != -EAGAIN)
			rd_cards_lose(m, index);
		return;
	case HANGUP:
		if ((uint32_t)cqe->user_data == c->instance)
			rd_cards_lose(m, index);
		return;
	case CALL:
		r->call_armed = false;
		return;
	case TIMEOUT:
		r->timeout_armed = false;
		r->timed_out = true;
		return;
	case NOTHING:
		return;
	}
}

static int do_ticks(struct rd_media *m)
{
	struct rd_media_ring *r = m->ring;
	bool core = false, disk = false;
	uint64_t frame;
	int n = 0;

	while ((frame = rd_media_due(m)) || (r->timed_out && m->clock < 0)) {
		rd_media_tick(m, frame ? frame : m->frame + m->period);
		core |= m->wants_core;
		disk |= m->disk_fed;
		r->timed_out = false;
		n++;
	}
	r->timed_out = false;
	if (core)
		wake(r, &r->core);
	if (disk)
		wake(r, &r->disk);
	return n;
}

int rd_media_turn(struct rd_media *m)
{
	struct rd_media_ring *r = m->ring;
	struct io_uring_cqe *cqe;
	unsigned head, n = 0;
	int err;

	arm(m);
	err = io_uring_submit_and_wait(&r->ring, 1);
	if (err < 0 && err != -EINTR && err != -EAGAIN && err != -EBUSY)
		return err;
	io_uring_for_each_cqe(&r->ring, head, cqe)
	{
		complete(m, cqe);
		n++;
	}
	io_uring_cq_advance(&r->ring, n);
	return do_ticks(m);
}

/* ---- ring and thread -------------------------------------------------------------- */

int rd_media_ring_init(struct rd_media *m, struct rd_wake core,
		       struct rd_wake disk)
{
	unsigned flags =
		IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
	struct rd_media_ring *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return -ENOMEM;
	err = io_uring_queue_init(ENTRIES, &r->ring, flags);
	if (err == -EINVAL) /* before Linux 6.1 */
		err = io_uring_queue_init(ENTRIES, &r->ring, 0);
	if (err) {
		free(r);
		return err;
	}
	r->core = core;
	r->disk = disk;
	m->ring = r;
	rd_cards_catch_up(m);
	return 0;
}

void rd_media_ring_exit(struct rd_media *m)
{
	if (!m->ring)
		return;
	io_uring_queue_exit(&m->ring->ring);
	free(m->ring);
	m->ring = NULL;
}

struct start {
	struct rd_media *m;
	struct rd_wake core, disk;
	sem_t begun;
	int err;
};

static void *media_main(void *arg)
{
	struct start *start = arg;
	struct rd_media *m = start->m;
	struct sched_param param = { .sched_priority = PRIORITY };
	int err;

	err = rd_media_ring_init(m, start->core, start->disk);
	start->err = err;
	sem_post(&start->begun); /* start is gone from here on */
	if (err)
		return NULL;
	if (!rd_media_is_lockstep(m)) /* not permitted: it goes without */
		sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param);
	while (!__atomic_load_n(&m->stop, __ATOMIC_ACQUIRE))
		if (rd_media_turn(m) < 0)
			break;
	rd_media_ring_exit(m);
	return NULL;
}

int rd_media_start(struct rd_media *m, struct rd_wake core, struct rd_wake disk)
{
	struct start start = { .m = m, .core = core, .disk = disk };
	sigset_t all, before;
	int err;

	sem_init(&start.begun, 0, 0);
	m->stop = 0;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&m->thread, NULL, media_main, &start);
	if (!err) {
		m->has_thread = true;
		while (sem_wait(&start.begun))
			;
		err = start.err;
	}
	if (!err) {
		pthread_setname_np(m->thread, "media");
		err = -pthread_create(&m->keeper, NULL, rd_keeper_main, m);
		m->has_keeper = !err;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	sem_destroy(&start.begun);
	if (err)
		rd_media_stop(m);
	return err;
}

static void kick(int fd)
{
	if (write(fd, &one, sizeof(one)) < 0)
		return; /* its count is full: it is readable already */
}

void rd_media_stop(struct rd_media *m)
{
	__atomic_store_n(&m->stop, 1, __ATOMIC_RELEASE);
	kick(m->wake_fd);
	kick(m->keep_fd);
	if (m->has_thread)
		pthread_join(m->thread, NULL);
	if (m->has_keeper)
		pthread_join(m->keeper, NULL);
	m->has_thread = m->has_keeper = false;
	for (unsigned i = 0; i < m->nchannels; i++)
		rd_recorder_stop(m, &m->channel[i]);
	rd_outbox_flush(m);
}

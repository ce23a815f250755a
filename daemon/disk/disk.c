// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The disk thread: queues in, operations in its ring, events out.
 *
 * Core's commands are looked at before media's blocks, and once more when a
 * block belongs to no recording known: core names a recording before it tells
 * media to record, so its name is in the queue by then.
 *
 * Quiet means: both queues empty, nothing in the ring, all events put. Then
 * the positions of the queues are published, and core, if anything happened
 * since it was quiet before, is woken.
 */
#include "daemon/disk/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/disk/state.h"
#include "lib/dsp/g711.h"

#define COMMANDS_SIZE (512u << 10)
#define EVENTS_SIZE   (128u << 10)
#define ENTRIES	      256
#define RETENTION_S   60

/* user_data below any address */
enum {
	TAG_NOTHING,
	TAG_CALL,
	TAG_KICK,
	TAG_TIMEOUT,
	TAGS
};

struct io_uring_sqe *rd_disk_sqe(struct rd_disk *d)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&d->ring);

	while (!sqe) {
		io_uring_submit(&d->ring);
		sqe = io_uring_get_sqe(&d->ring);
	}
	return sqe;
}

bool rd_disk_tell(struct rd_disk *d, const struct rd_msg *msg)
{
	if (rd_mq_put(&d->events, msg))
		return false;
	d->told = true;
	return true;
}

static int64_t seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec;
}

/* ---- messages ---------------------------------------------------------------------- */

static bool take_commands(struct rd_disk *d)
{
	const struct rd_msg *msg;
	bool any = false;

	while ((msg = rd_mq_peek(&d->commands))) {
		any = true;
		if (rd_msg_check(msg, msg->len) == 0) {
			if (msg->type == RD_MSG_REC_OPEN)
				rd_recording_open(d, (const void *)msg);
			else if (msg->type == RD_MSG_REC_META)
				rd_recording_meta(d, (const void *)msg);
		}
		rd_mq_consume(&d->commands, msg);
	}
	return any;
}

static void orphan(struct rd_disk *d, const struct rd_rec_block *block)
{
	struct rd_rec_block back = *block;

	rd_disk_count(d, orphans, 1);
	back.msg.type = RD_MSG_REC_BLOCK_FREE;
	if (block->data)
		rd_mq_put(d->blocks_back, &back.msg);
}

static bool take_blocks(struct rd_disk *d)
{
	const struct rd_msg *msg;
	bool any = false;

	while ((msg = rd_mq_peek(d->blocks))) {
		const struct rd_rec_block *block = (const void *)msg;

		any = true;
		if (!rd_recording_block(d, block)) {
			take_commands(d);
			if (!rd_recording_block(d, block))
				orphan(d, block);
		}
		rd_mq_consume(d->blocks, msg);
	}
	return any;
}

static void tell_state(struct rd_disk *d)
{
	struct rd_ev_disk ev = {
		.msg = { RD_MSG_DISK_STATE, sizeof(ev), RD_LINE_NONE, 0 },
		.state = d->state,
		.error = d->state_error,
		.free_mib = rd_disk_free_mib(d),
	};

	if (d->state_due && rd_disk_tell(d, &ev.msg))
		d->state_due = false;
}

/* ---- the loop ------------------------------------------------------------------------ */

static void arm(struct rd_disk *d)
{
	struct io_uring_sqe *sqe;

	if (!d->kick_armed) {
		sqe = rd_disk_sqe(d);
		io_uring_prep_read(sqe, d->kick_fd, &d->kicks, sizeof(d->kicks),
				   0);
		sqe->user_data = TAG_KICK;
		d->kick_armed = true;
	}
	if (!d->timeout_armed) {
		d->timeout.tv_sec = RETENTION_S;
		sqe = rd_disk_sqe(d);
		io_uring_prep_timeout(sqe, &d->timeout, 0, 0);
		sqe->user_data = TAG_TIMEOUT;
		d->timeout_armed = true;
	}
}

static void wake_core(struct rd_disk *d)
{
	struct io_uring_sqe *sqe;

	if (d->core.ring_fd < 0)
		return;
	sqe = rd_disk_sqe(d);
	io_uring_prep_msg_ring(sqe, d->core.ring_fd, 0, d->core.user_data, 0);
	sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
	sqe->user_data = TAG_NOTHING;
}

static void publish_quiet(struct rd_disk *d)
{
	__atomic_store_n(&d->quiet_commands, d->commands.tail,
			 __ATOMIC_RELEASE);
	__atomic_store_n(&d->quiet_blocks, d->blocks->tail, __ATOMIC_RELEASE);
}

static void complete(struct rd_disk *d, const struct io_uring_cqe *cqe)
{
	switch (cqe->user_data) {
	case TAG_NOTHING:
	case TAG_CALL:
		return;
	case TAG_KICK:
		d->kick_armed = false;
		return;
	case TAG_TIMEOUT:
		d->timeout_armed = false;
		return;
	default:
		rd_recording_complete(d, io_uring_cqe_get_data(cqe), cqe->res);
	}
}

int rd_disk_turn(struct rd_disk *d, bool wait)
{
	struct io_uring_cqe *cqe;
	unsigned head, n = 0;
	bool any;
	int err;

	arm(d);
	err = wait ? io_uring_submit_and_wait(&d->ring, 1)
		   : io_uring_submit(&d->ring);
	if (err < 0 && err != -EINTR && err != -EAGAIN && err != -EBUSY)
		return err;
	io_uring_for_each_cqe(&d->ring, head, cqe)
	{
		complete(d, cqe);
		n++;
	}
	io_uring_cq_advance(&d->ring, n);
	any = take_commands(d);
	any |= take_blocks(d);
	d->was_busy |= any || d->in_flight;
	if (seconds(CLOCK_MONOTONIC) >= d->next_retention_s) {
		d->next_retention_s = seconds(CLOCK_MONOTONIC) + RETENTION_S;
		rd_disk_retain(d, seconds(CLOCK_REALTIME));
	}
	rd_recordings_tell(d);
	tell_state(d);
	if (!d->in_flight)
		publish_quiet(d);
	if (d->told || (d->was_busy && !d->in_flight)) {
		d->told = false;
		d->was_busy = d->in_flight;
		wake_core(d);
	}
	return 0;
}

/* Work until nothing is in flight and no recording is open. */
static void finish_all(struct rd_disk *d)
{
	while (rd_disk_turn(d, d->in_flight) == 0)
		if (!rd_mq_peek(&d->commands) && !rd_mq_peek(d->blocks) &&
		    !rd_recordings_end(d) && !d->in_flight)
			break;
	rd_recordings_tell(d);
	publish_quiet(d);
	wake_core(d);
	io_uring_submit(&d->ring);
}

static void *disk_main(void *arg)
{
	struct rd_disk *d = arg;

	while (!__atomic_load_n(&d->stop, __ATOMIC_ACQUIRE))
		if (rd_disk_turn(d, true))
			break;
	return NULL;
}

/* ---- life ------------------------------------------------------------------------------ */

static int make_memory(struct rd_disk *d, unsigned recordings)
{
	d->nrecordings = recordings;
	d->nwaiting = (uint32_t)(d->blocks->size / sizeof(struct rd_rec_block));
	d->recording = calloc(recordings, sizeof(*d->recording));
	d->waiting = calloc(d->nwaiting + 1, sizeof(*d->waiting));
	d->silence[0] = malloc(2 * SILENCE_OCTETS);
	d->queue_memory = malloc(COMMANDS_SIZE + EVENTS_SIZE);
	if (!d->recording || !d->waiting || !d->silence[0] || !d->queue_memory)
		return -ENOMEM;
	for (uint32_t i = 1; i <= d->nwaiting; i++) {
		d->waiting[i].following = d->free_waiting;
		d->free_waiting = i;
	}
	d->silence[1] = d->silence[0] + SILENCE_OCTETS;
	memset(d->silence[0], RD_ALAW_SILENCE, SILENCE_OCTETS);
	memset(d->silence[1], RD_ULAW_SILENCE, SILENCE_OCTETS);
	rd_mq_init(&d->commands, d->queue_memory, COMMANDS_SIZE);
	rd_mq_init(&d->events, (uint8_t *)d->queue_memory + COMMANDS_SIZE,
		   EVENTS_SIZE);
	return 0;
}

int rd_disk_new(struct rd_disk **out, const struct rd_cfg_recording *config,
		struct rd_mq *blocks, struct rd_mq *blocks_back,
		unsigned recordings, struct rd_diag *diag)
{
	struct rd_disk *d = calloc(1, sizeof(*d));
	struct rd_place at = { config->dir, 0, 0 };
	int err = -ENOMEM;

	if (!d)
		return -ENOMEM;
	d->config = *config;
	d->keep_days = config->keep_days;
	d->low_water_mib = config->low_water_mib;
	d->blocks = blocks;
	d->blocks_back = blocks_back;
	d->core.ring_fd = -1;
	d->dirfd = -1;
	d->kick_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (d->kick_fd < 0 || make_memory(d, recordings))
		goto err_free;
	if (mkdir(config->dir, 0750) && errno != EEXIST) {
		err = -errno;
		rd_diag_error(diag, at, "recordings: cannot make folder: %s",
			      strerror(-err));
		goto err_free;
	}
	d->dirfd = open(config->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->dirfd < 0) {
		err = -errno;
		rd_diag_error(diag, at, "recordings: cannot open folder: %s",
			      strerror(-err));
		goto err_free;
	}
	err = io_uring_queue_init(ENTRIES, &d->ring, 0);
	if (err) {
		rd_diag_error(diag, at, "recordings: io_uring: %s",
			      strerror(-err));
		goto err_free;
	}
	d->has_ring = true;
	*out = d;
	return 0;

err_free:
	rd_disk_free(d);
	return err;
}

void rd_disk_set_core(struct rd_disk *d, struct rd_wake core)
{
	d->core = core;
}

int rd_disk_start(struct rd_disk *d)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&d->thread, NULL, disk_main, d);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	d->has_thread = !err;
	if (!err)
		pthread_setname_np(d->thread, "disk");
	return err;
}

void rd_disk_stop(struct rd_disk *d)
{
	__atomic_store_n(&d->stop, 1, __ATOMIC_RELEASE);
	rd_disk_kick(d);
	if (d->has_thread)
		pthread_join(d->thread, NULL);
	d->has_thread = false;
	finish_all(d);
}

void rd_disk_free(struct rd_disk *d)
{
	if (!d)
		return;
	if (d->has_ring)
		io_uring_queue_exit(&d->ring);
	for (unsigned i = 0; d->recording && i < d->nrecordings; i++)
		if (d->recording[i].used && d->recording[i].fd >= 0)
			close(d->recording[i].fd);
	if (d->dirfd >= 0)
		close(d->dirfd);
	if (d->kick_fd >= 0)
		close(d->kick_fd);
	free(d->recording);
	free(d->waiting);
	free(d->silence[0]);
	free(d->queue_memory);
	free(d);
}

/* ---- what core asks ---------------------------------------------------------------------- */

struct rd_mq *rd_disk_commands(struct rd_disk *d)
{
	return &d->commands;
}

struct rd_mq *rd_disk_events(struct rd_disk *d)
{
	return &d->events;
}

struct rd_wake rd_disk_wake(const struct rd_disk *d)
{
	return (struct rd_wake){ d->ring.ring_fd, TAG_CALL };
}

void rd_disk_kick(struct rd_disk *d)
{
	uint64_t one = 1;

	if (write(d->kick_fd, &one, sizeof(one)) < 0)
		return; /* its count is full: it is readable already */
}

bool rd_disk_is_quiet(const struct rd_disk *d)
{
	uint64_t commands =
		__atomic_load_n(&d->quiet_commands, __ATOMIC_ACQUIRE);
	uint64_t blocks = __atomic_load_n(&d->quiet_blocks, __ATOMIC_ACQUIRE);

	return commands ==
		       __atomic_load_n(&d->commands.head, __ATOMIC_ACQUIRE) &&
	       blocks == __atomic_load_n(&d->blocks->head, __ATOMIC_ACQUIRE);
}

void rd_disk_set_retention(struct rd_disk *d, uint32_t keep_days,
			   uint32_t low_water_mib)
{
	__atomic_store_n(&d->keep_days, keep_days, __ATOMIC_RELAXED);
	__atomic_store_n(&d->low_water_mib, low_water_mib, __ATOMIC_RELAXED);
}

void rd_disk_stats(const struct rd_disk *d, struct rd_disk_stats *out)
{
	const uint64_t *from = (const uint64_t *)&d->stats;
	uint64_t *to = (uint64_t *)out;

	for (size_t i = 0; i < sizeof(*out) / sizeof(uint64_t); i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* One owner; what happens when it dies, or when the card goes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/vm.h"

#define SPEECH 0x37
#define IDLE   0xd5

static void a_second_owner_is_refused(void)
{
	struct rd_card card;

	vm_open(&card, E1_A, 0);
	CHECK_EQ(open(vm_path(E1_A), O_RDWR), -1);
	CHECK_EQ(errno, EBUSY);
	rd_card_close(&card);
	vm_open(&card, E1_A, 0);
}

static void ticks_are_read_as_from_an_eventfd(void)
{
	struct rd_card card;
	struct pollfd p;
	uint64_t ticks, frame;
	char small[4];

	vm_open(&card, E1_A, 0);
	p = (struct pollfd){ card.tick_fd, POLLIN, 0 };
	CHECK_EQ(fcntl(card.tick_fd, F_SETFL, O_NONBLOCK), 0);
	CHECK_EQ(read(card.tick_fd, small, sizeof(small)), -1);
	CHECK_EQ(errno, EINVAL);
	CHECK_EQ(read(card.tick_fd, &ticks, 8), -1);
	CHECK_EQ(errno, EAGAIN);
	CHECK_EQ(rd_card_sync(&card), 0);
	frame = card.frame;
	vm_start(&card);
	CHECK_EQ(poll(&p, 1, 5000), 1);
	CHECK_EQ(p.revents, POLLIN);
	CHECK_EQ(fcntl(card.tick_fd, F_SETFL, 0), 0);
	ticks = 0;
	for (int i = 0; i < 20; i++) {
		ticks += vm_tick(&card);
		CHECK(card.frame >= frame + 80 * ticks);
		CHECK_EQ((card.frame - card.origin) % 80, 0);
	}
}

/* How many threads of io_uring has this process? They are named so. */
static int workers(void)
{
	struct dirent *d;
	DIR *dir = opendir("/proc/self/task");
	int n = 0;

	CHECK(dir);
	while ((d = readdir(dir))) {
		char path[300], name[32] = "";
		int fd;

		snprintf(path, sizeof(path), "/proc/self/task/%s/comm",
			 d->d_name);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		if (read(fd, name, sizeof(name) - 1) > 0)
			n += !strncmp(name, "iou-wrk", 7);
		close(fd);
	}
	closedir(dir);
	return n;
}

static void io_uring_needs_no_worker(void)
{
	struct io_uring ring;
	struct rd_card card;
	uint64_t ticks = 0;

	vm_open(&card, E1_A, 0);
	vm_start(&card);
	CHECK_EQ(io_uring_queue_init(8, &ring, 0), 0);
	for (int i = 0; i < 50; i++) {
		struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
		struct io_uring_cqe *cqe;

		io_uring_prep_read(sqe, card.tick_fd, &ticks, 8, 0);
		CHECK_EQ(io_uring_submit(&ring), 1);
		CHECK_EQ(workers(), 0);
		CHECK_EQ(io_uring_wait_cqe(&ring, &cqe), 0);
		CHECK_EQ(cqe->res, 8);
		CHECK(ticks > 0);
		io_uring_cqe_seen(&ring, cqe);
	}
	CHECK_EQ(workers(), 0);
}

/* A child that owns E1_A and speaks without end, in slot 1. */
static pid_t speaker(bool forks)
{
	pid_t pid = fork();
	struct rd_card card;

	if (pid)
		return pid;
	vm_open(&card, E1_A, 0);
	vm_start(&card);
	if (forks && !fork())
		for (;;)
			pause(); /* has the descriptor, and no map */
	vm_send(&card, 0, 1, SPEECH, 1ull << 40);
	_exit(1);
}

static void wait_for_speech(struct rd_card *card)
{
	for (int i = 0; i < 300; i++) {
		vm_tick(card);
		if (vm_heard(card, 0, 1) == SPEECH)
			return;
	}
	CHECK(!"speech");
}

/* From its death on: silence within three periods, and for two whole rings. */
static void hear_silence(struct rd_card *card)
{
	const struct ringdown_geometry *g = &card->info.geometry;
	uint64_t from;
	uint8_t octets[RINGDOWN_PERIOD_MAX];

	vm_tick(card);
	from = card->frame + 3 * g->period_frames;
	while (card->frame < from + 2 * g->ring_frames) {
		uint64_t before = card->frame;

		vm_tick(card);
		for (; before < card->frame; before += g->period_frames) {
			if (before < from)
				continue;
			rd_card_rx(card, 0, 1, before, g->period_frames,
				   octets);
			for (unsigned i = 0; i < g->period_frames; i++)
				CHECK_EQ(octets[i], IDLE);
		}
	}
}

static void a_killed_owner_falls_silent_and_a_new_one_starts(void)
{
	struct rd_card far, near;
	pid_t pid;

	vm_open(&far, E1_B, 0);
	vm_start(&far);
	for (int i = 0; i < 3; i++) {
		pid = speaker(false);
		wait_for_speech(&far);
		kill(pid, SIGKILL);
		CHECK_EQ(waitpid(pid, NULL, 0), pid);
		vm_open(&near, E1_A, 0);
		hear_silence(&far);
		rd_card_close(&near);
	}
}

static void a_stalled_owner_is_silence_not_old_speech(void)
{
	struct rd_card far;
	pid_t pid;

	vm_open(&far, E1_B, 0);
	vm_start(&far);
	pid = speaker(false);
	wait_for_speech(&far);
	kill(pid, SIGSTOP);
	CHECK_EQ(waitpid(pid, NULL, WUNTRACED), pid);
	vm_pass(&far, far.info.geometry.ring_frames);
	hear_silence(&far);
	kill(pid, SIGCONT);
	wait_for_speech(&far);
	kill(pid, SIGKILL);
}

static void a_child_does_not_keep_the_card(void)
{
	struct rd_card far, near;
	pid_t pid;

	vm_open(&far, E1_B, 0);
	vm_start(&far);
	pid = speaker(true);
	wait_for_speech(&far);
	kill(pid, SIGKILL);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	vm_open(&near, E1_A, 0);
	hear_silence(&far);
	vm_start(&near);
	for (int tries = 0; tries < 50; tries++) {
		vm_send(&near, 0, 1, SPEECH, 800);
		CHECK_EQ(rd_card_sync(&far), 0);
		if (vm_heard(&far, 0, 1) == SPEECH)
			return;
	}
	CHECK(!"the new owner is heard");
}

static void loops_and_faults_end_with_their_owner(void)
{
	struct ringdown_loop_config loop = { .mode = RINGDOWN_LOOP_LOCAL };
	struct rd_card card;

	vm_open(&card, E1_A, 0);
	vm_inject(&card, 0, RINGDOWN_ALARM_LFA);
	CHECK_EQ(rd_card_loop(&card, &loop), 0);
	vm_start(&card);
	vm_pass(&card, 160);
	CHECK_EQ(rd_card_alarms(&card, 0),
		 RINGDOWN_ALARM_LFA | RINGDOWN_ALARM_LOOP);
	rd_card_close(&card);
	vm_open(&card, E1_A, 0);
	vm_start(&card);
	vm_pass(&card, 160);
	CHECK_EQ(rd_card_alarms(&card, 0), 0);
}

static void a_card_pulled_out_while_mapped_is_safe(void)
{
	struct rd_card card, far;
	struct pollfd p;
	uint64_t ticks;
	unsigned sum = 0;

	vm_open(&far, E1_B, 0);
	vm_start(&far);
	vm_open(&card, E1_A, 0);
	vm_start(&card);
	vm_settle(&far);
	vm_send(&card, 0, 1, SPEECH, 400);
	vm_plug(E1_A, false);
	/* Every octet of every area can still be touched. */
	for (size_t i = 0; i < card.info.map[RINGDOWN_AREA_RX].length; i++)
		sum += card.rx[i];
	for (size_t i = 0; i < card.info.map[RINGDOWN_AREA_TX].length; i++)
		card.tx[i] = i;
	card.control->event_tail = sum;
	CHECK_EQ(card.status->state, RINGDOWN_CARD_GONE);
	CHECK_EQ(card.status->magic, RINGDOWN_MAGIC);
	CHECK_EQ(rd_card_sync(&card), -ENODEV);
	CHECK_EQ(read(card.tick_fd, &ticks, 8), -1);
	CHECK_EQ(errno, ENODEV);
	p = (struct pollfd){ card.tick_fd, POLLIN, 0 };
	CHECK_EQ(poll(&p, 1, 0), 1);
	CHECK(p.revents & POLLHUP);
	CHECK_EQ(rd_card_stop(&card), -ENODEV);
	CHECK_EQ(open(vm_path(E1_A), O_RDWR), -1);
	/* The far end lost its signal, and gets it back. */
	CHECK_EQ(vm_event(&far, RINGDOWN_EVENT_ALARM, 0, 0).arg,
		 RINGDOWN_ALARM_LOS);
	vm_plug(E1_A, true);
	while (vm_event(&far, RINGDOWN_EVENT_ALARM, 0, 0).arg)
		;
	CHECK_EQ(rd_card_sync(&card), -ENODEV);
	rd_card_close(&card);
}

static void a_reader_that_sleeps_wakes_when_the_card_goes(void)
{
	struct rd_card card;
	uint64_t ticks;
	int status;
	pid_t pid;

	vm_open(&card, E1_A, 0);
	pid = fork();
	if (!pid) {
		/* Never started: no tick will come. */
		_exit(read(card.tick_fd, &ticks, 8) == -1 && errno == ENODEV);
	}
	usleep(100000); /* it may or may not sleep yet: both must work */
	vm_plug(E1_A, false);
	CHECK_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(WEXITSTATUS(status), 1);
	vm_plug(E1_A, true);
}

static void the_module_stays_while_it_is_used(void)
{
	struct rd_card card;

	vm_open(&card, E1_A, 0);
	CHECK_EQ(syscall(SYS_delete_module, "ringdown", O_NONBLOCK), -1);
	CHECK_EQ(errno, EWOULDBLOCK);
	CHECK_EQ(close(card.fd), 0); /* the maps alone must hold it, too */
	CHECK_EQ(syscall(SYS_delete_module, "ringdown", O_NONBLOCK), -1);
	CHECK_EQ(errno, EWOULDBLOCK);
}

const struct vm_test vm_tests_owner[] = {
	VM_TEST(a_second_owner_is_refused),
	VM_TEST(ticks_are_read_as_from_an_eventfd),
	VM_TEST(io_uring_needs_no_worker),
	VM_TEST(a_killed_owner_falls_silent_and_a_new_one_starts),
	VM_TEST(a_stalled_owner_is_silence_not_old_speech),
	VM_TEST(a_child_does_not_keep_the_card),
	VM_TEST(loops_and_faults_end_with_their_owner),
	VM_TEST(a_card_pulled_out_while_mapped_is_safe),
	VM_TEST(a_reader_that_sleeps_wakes_when_the_card_goes),
	VM_TEST(the_module_stays_while_it_is_used),
	{ 0 },
};

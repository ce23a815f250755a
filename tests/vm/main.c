// SPDX-License-Identifier: GPL-2.0-or-later
/* The runner in the guest, and what the tests share. */
#include "tests/vm/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEST_S 60 /* an emulator is slow; a hang is longer */

void vm_fail(const char *file, int line, const char *what, long long a,
	     long long b)
{
	printf("      %s:%d: %s", file, line, what);
	if (a || b)
		printf(" (%lld, %lld)", a, b);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

const char *vm_path(unsigned card)
{
	static char path[2][32];
	static unsigned turn;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[0]), "/dev/ringdown/card%u", card);
	return path[turn];
}

void vm_open(struct rd_card *card, unsigned number, uint32_t period)
{
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = rd_card_open(card, vm_path(number), period, &diag);
	if (err)
		printf("      %s\n", diag.text);
	CHECK_EQ(err, 0);
}

void vm_start(struct rd_card *card)
{
	CHECK_EQ(rd_card_start(card), 0);
}

uint64_t vm_tick(struct rd_card *card)
{
	uint64_t ticks = 0;

	CHECK_EQ(read(card->tick_fd, &ticks, sizeof(ticks)), sizeof(ticks));
	CHECK(ticks > 0);
	CHECK_EQ(rd_card_sync(card), 0);
	return ticks;
}

void vm_pass(struct rd_card *card, uint64_t frames)
{
	uint64_t until;

	vm_tick(card); /* we may have been away for long */
	until = card->frame + frames;
	while (card->frame < until)
		vm_tick(card);
}

void vm_send(struct rd_card *card, unsigned span, unsigned slot, uint8_t octet,
	     uint64_t frames)
{
	const struct ringdown_geometry *g = &card->info.geometry;
	uint64_t until, next;
	uint8_t octets[RINGDOWN_PERIOD_MAX];

	memset(octets, octet, sizeof(octets));
	vm_tick(card);
	until = card->frame + frames;
	next = card->frame + g->tx_lead_frames;
	while (card->frame < until) {
		if (next < card->frame + g->tx_lead_frames)
			next = card->frame + g->tx_lead_frames;
		while (next <= card->frame + 2 * g->tx_lead_frames &&
		       !rd_card_tx(card, span, slot, next, g->period_frames,
				   octets))
			next += g->period_frames;
		rd_card_tx_commit(card, next);
		vm_tick(card);
	}
}

uint8_t vm_heard(struct rd_card *card, unsigned span, unsigned slot)
{
	uint8_t octet;

	CHECK_EQ(rd_card_rx(card, span, slot, card->frame - 1, 1, &octet), 1);
	return octet;
}

void vm_settle(struct rd_card *card)
{
	struct ringdown_event event;

	vm_pass(card, 4 * card->info.geometry.period_frames);
	while (rd_card_event(card, &event))
		;
}

struct ringdown_event vm_event(struct rd_card *card, unsigned type,
			       unsigned span, unsigned slot)
{
	uint64_t until = card->frame + 2 * RINGDOWN_RATE_HZ;
	struct ringdown_event event;

	do {
		while (rd_card_event(card, &event))
			if (event.type == type && event.span == span &&
			    event.slot == slot)
				return event;
		vm_tick(card);
	} while (card->frame < until);
	vm_fail(__FILE__, __LINE__, "no event", type, span);
}

void vm_command(struct rd_card *card, unsigned op, unsigned span, unsigned slot,
		uint32_t arg)
{
	struct ringdown_command command = {
		.frame = card->frame,
		.op = op,
		.span = span,
		.slot = slot,
		.arg = arg,
	};

	CHECK_EQ(rd_card_command(card, &command), 0);
}

void vm_inject(struct rd_card *card, unsigned span, uint32_t alarms)
{
	struct ringdown_inject inject = { .span = span, .alarms = alarms };

	CHECK_EQ(rd_card_inject(card, &inject), 0);
}

void vm_plug(unsigned card, bool in)
{
	char name[40];
	int fd, n = snprintf(name, sizeof(name), "ringdown-virtual.%u", card);

	fd = open(in ? "/sys/bus/platform/drivers/ringdown-virtual/bind"
		     : "/sys/bus/platform/drivers/ringdown-virtual/unbind",
		  O_WRONLY);
	CHECK(fd >= 0);
	CHECK_EQ(write(fd, name, n), n);
	close(fd);
}

unsigned vm_fuzz_s(void)
{
	const char *seconds = getenv("VM_FUZZ_S");

	return seconds ? strtoul(seconds, NULL, 10) : 6;
}

/* ---- the runner ----------------------------------------------------------- */

static bool run_test(const struct vm_test *test)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		alarm(TEST_S + vm_fuzz_s());
		test->run();
		fflush(stdout);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return false;
	/* What it left behind goes, too; init buries it. */
	while (!kill(-pid, SIGKILL))
		usleep(10000);
	if (WIFSIGNALED(status))
		printf("      signal %d%s\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? ": it hung" : "");
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	const struct vm_test *suites[] = { vm_tests_map, vm_tests_owner,
					   vm_tests_line, vm_tests_fuzz };
	const char *only = argc > 1 ? argv[1] : "";
	unsigned passed = 0, failed = 0;

	for (unsigned i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		for (const struct vm_test *t = suites[i]; t->name; t++) {
			bool ok;

			if (!strstr(t->name, only))
				continue;
			ok = run_test(t);
			printf("%s %s\n", ok ? "ok" : "FAIL", t->name);
			passed += ok;
			failed += !ok;
		}
	printf("vm: %u passed, %u failed\n", passed, failed);
	return failed || !passed;
}

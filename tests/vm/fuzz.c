// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nonsense for some seconds: requests, maps, protections, what is written into
 * the pages. The kernel must neither crash nor complain (the host reads its
 * log), and afterwards the card works as before.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/vm/vm.h"

static uint64_t seed = 1;

static uint32_t below(uint32_t n)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 0x2545f4914f6cdd1dull >> 32) % n;
}

static uint32_t odd_number(void)
{
	static const uint32_t odd[] = {
		0,  1,	 2,    3,    8,	   16,	       31,	   32,
		80, 320, 0xff, 1279, 4096, 0x7fffffff, 0x80000000, 0xffffffff
	};

	return below(4) ? odd[below(16)] : below(UINT32_MAX);
}

static void ask(int fd)
{
	static const unsigned int numbers[] = {
		RINGDOWN_IOC_OPEN,   RINGDOWN_IOC_PERIOD, RINGDOWN_IOC_SPAN,
		RINGDOWN_IOC_START,  RINGDOWN_IOC_STOP,	  RINGDOWN_IOC_LOOP,
		RINGDOWN_IOC_INJECT, RINGDOWN_IOC_BERT,
	};
	uint32_t words[128];

	for (unsigned i = 0; i < 128; i++)
		words[i] = i < 5 && below(2) ? below(4)
			   : below(3)	     ? 0
					     : odd_number();
	ioctl(fd,
	      below(8) ? numbers[below(8)]
		       : _IOC(below(4), RINGDOWN_IOC, below(256), below(512)),
	      below(16) ? (void *)words : (void *)(uintptr_t)odd_number());
}

static void remap(int fd)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_WRITE,
				     PROT_READ | PROT_WRITE, PROT_EXEC };
	size_t length = 4096ul * (1 + below(200));
	off_t offset =
		((off_t)below(6) << 26) + 4096l * (below(4) ? 0 : below(9));
	volatile uint8_t *at;
	struct ringdown_info info;

	if (below(4) && !ioctl(fd, RINGDOWN_IOC_OPEN, &info))
		length = info.map[below(4)].length;
	at = mmap(NULL, length, prots[below(5)],
		  below(4) ? MAP_SHARED : MAP_PRIVATE, fd, offset);
	if (at == MAP_FAILED)
		return;
	mprotect((void *)at, length, prots[below(5)]);
	if (!mprotect((void *)at, length, PROT_READ | PROT_WRITE))
		for (unsigned i = 0; i < 400; i++)
			at[below(length)] = odd_number();
	if (!mprotect((void *)at, length, PROT_READ))
		for (unsigned i = 0; i < 40; i++)
			(void)at[below(length)];
	madvise((void *)at, length, below(26));
	munmap((void *)at, length / (1 + below(2)) & ~4095ul);
}

/* One process at it, until it is killed. */
static void nonsense(unsigned card)
{
	uint64_t ticks;

	seed = card + 1;
	for (;;) {
		int fd = open(vm_path(card), O_RDWR | O_NONBLOCK);

		for (unsigned i = below(200); i && fd >= 0; i--) {
			if (below(2))
				ask(fd);
			else
				remap(fd);
			if (read(fd, &ticks, below(16)) > 8)
				abort();
			if (!below(300) && !fork())
				_exit(0);
			if (!below(100))
				dup(fd);
		}
		if (below(8))
			closefrom(3);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

static void nonsense_harms_nobody(void)
{
	struct timespec begin, now;
	pid_t pids[8];

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (unsigned i = 0; i < 8; i++) {
		pids[i] = fork();
		if (!pids[i])
			nonsense(i);
	}
	do {
		usleep(300000);
		/* Cards come and go meanwhile. */
		vm_plug(QUAD, false);
		vm_plug(E1_B, false);
		vm_plug(QUAD, true);
		vm_plug(E1_B, true);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec - begin.tv_sec < vm_fuzz_s());
	for (unsigned i = 0; i < 8; i++) {
		kill(pids[i], SIGKILL);
		CHECK_EQ(waitpid(pids[i], NULL, 0), pids[i]);
	}
	/* How a line is framed stays after its owner; it was nonsense, too. */
	for (unsigned i = 0; i < 8; i++) {
		struct ringdown_span_config plain = { 0 };
		struct rd_card card;

		vm_open(&card, i, 80);
		for (; plain.span < card.info.geometry.nspans; plain.span++)
			rd_card_configure(&card, &plain);
		rd_card_close(&card);
	}
	for (unsigned i = 0; i < 8; i++) {
		struct rd_card card;

		vm_open(&card, i, 80);
		vm_start(&card);
		vm_pass(&card, 400);
		CHECK_EQ(rd_card_alarms(&card, 0), 0);
		rd_card_close(&card);
	}
}

const struct vm_test vm_tests_fuzz[] = {
	VM_TEST(nonsense_harms_nobody),
	{ 0 },
};

// SPDX-License-Identifier: GPL-2.0-or-later
/* What may be mapped, and how. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/vm/vm.h"

#define RW (PROT_READ | PROT_WRITE)

static int fd;
static struct ringdown_info info;

static void open_raw(void)
{
	fd = open(vm_path(E1_A), O_RDWR | O_CLOEXEC);
	CHECK(fd >= 0);
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_OPEN, &info), 0);
}

static int map(unsigned area, int prot, int flags, long more_offset,
	       long more_length, void **at)
{
	void *got = mmap(NULL, info.map[area].length + more_length, prot, flags,
			 fd, info.map[area].offset + more_offset);

	if (got == MAP_FAILED)
		return -errno;
	*at = got;
	return 0;
}

static void describes_itself(void)
{
	static const char *const names[] = {
		"virtual 1xE1",
		"virtual 1xE1",
		"virtual 1xT1",
		"virtual 1xT1",
		"virtual 4xFXS",
		"virtual 4xFXO",
		"virtual 4xE1, descriptors",
		"virtual 4xE1",
	};

	for (unsigned i = 0; i < 8; i++) {
		struct rd_card card;
		struct stat st;

		CHECK_EQ(stat(vm_path(i), &st), 0);
		CHECK_EQ(st.st_mode & 07777, 0660);
		vm_open(&card, i, 0);
		CHECK_EQ(strcmp(card.info.name, names[i]), 0);
		CHECK_EQ(card.info.geometry.period_frames, 80);
		rd_card_close(&card);
	}
}

static void maps_whole_areas_only(void)
{
	void *at = NULL;

	open_raw();
	for (unsigned i = 0; i < RINGDOWN_AREAS; i++) {
		bool ours = i == RINGDOWN_AREA_STATUS || i == RINGDOWN_AREA_RX;
		int prot = ours ? PROT_READ : RW;

		CHECK_EQ(map(i, prot, MAP_SHARED, 0, 0, &at), 0);
		CHECK_EQ(map(i, prot, MAP_SHARED, 0, 4096, &at), -EINVAL);
		CHECK_EQ(map(i, prot, MAP_SHARED, 4096, -4096, &at), -EINVAL);
		CHECK_EQ(map(i, prot, MAP_SHARED, 4096, 0, &at), -EINVAL);
		CHECK_EQ(map(i, prot, MAP_PRIVATE, 0, 0, &at), -EINVAL);
		CHECK_EQ(map(i, prot | PROT_EXEC, MAP_SHARED, 0, 0, &at),
			 -EACCES);
		if (ours)
			CHECK_EQ(map(i, RW, MAP_SHARED, 0, 0, &at), -EACCES);
	}
	CHECK(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4l << 26) ==
	      MAP_FAILED);
}

static void protection_cannot_be_raised(void)
{
	void *at = NULL;

	open_raw();
	for (unsigned i = 0; i < RINGDOWN_AREAS; i++) {
		bool ours = i == RINGDOWN_AREA_STATUS || i == RINGDOWN_AREA_RX;

		CHECK_EQ(map(i, PROT_READ, MAP_SHARED, 0, 0, &at), 0);
		CHECK_EQ(mprotect(at, info.map[i].length, RW), ours ? -1 : 0);
		CHECK_EQ(
			mprotect(at, info.map[i].length, PROT_READ | PROT_EXEC),
			-1);
		CHECK(mremap(at, info.map[i].length, info.map[i].length + 4096,
			     MREMAP_MAYMOVE) == MAP_FAILED);
		CHECK_EQ(madvise(at, info.map[i].length, MADV_DOFORK), -1);
		CHECK_EQ(madvise(at, info.map[i].length, MADV_DODUMP), -1);
	}
}

static void parts_of_a_map_stay_what_they_are(void)
{
	char *at, *moved;
	void *got = NULL;

	open_raw();
	CHECK_EQ(map(RINGDOWN_AREA_STATUS, PROT_READ, MAP_SHARED, 0, 0, &got),
		 0);
	at = got;
	CHECK_EQ(munmap(at, 4096), 0);
	/* Events begin on the first page and end on the second: untouched. */
	CHECK_EQ(at[4096], 0);
	CHECK_EQ(map(RINGDOWN_AREA_STATUS, PROT_READ, MAP_SHARED, 0, 0, &got),
		 0);
	at = got;
	moved = mremap(at, 8192, 8192, MREMAP_MAYMOVE | MREMAP_FIXED,
		       at + (1 << 24));
	CHECK(moved == at + (1 << 24));
	CHECK_EQ(((struct ringdown_status *)moved)->magic, RINGDOWN_MAGIC);
}

static void areas_are_clean_at_open(void)
{
	struct rd_card card;

	vm_open(&card, E1_A, 0);
	vm_start(&card);
	vm_send(&card, 0, 1, 0x12, 400);
	rd_card_close(&card);
	vm_open(&card, E1_A, 0);
	CHECK_EQ(card.control->tx_frame, 0);
	CHECK_EQ(card.status->underruns, 0);
	for (size_t i = 0; i < card.info.map[RINGDOWN_AREA_TX].length; i++)
		CHECK(card.tx[i] == 0xd5);
}

static void read_only_descriptors_are_refused(void)
{
	CHECK_EQ(open(vm_path(E1_A), O_RDONLY), -1);
	CHECK_EQ(errno, EACCES);
	CHECK_EQ(open(vm_path(E1_A), O_WRONLY), -1);
}

static void requests_are_checked(void)
{
	struct ringdown_period period = { 80, 1 };
	struct ringdown_span_config span = { .span = 1 };
	struct ringdown_loop_config loop = { .mode = 3 };
	struct ringdown_inject inject = { .error_ppb = 1000000000 };

	open_raw();
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_PERIOD, &period), -1);
	period.reserved = 0;
	for (uint32_t n = 0; n < 400; n++) {
		period.period_frames = n;
		CHECK_EQ(ioctl(fd, RINGDOWN_IOC_PERIOD, &period),
			 n >= 8 && n <= 320 && n % 8 == 0 ? 0 : -1);
	}
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_SPAN, &span), -1);
	span.span = 0;
	span.framing = RINGDOWN_FRAMING_ESF;
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_SPAN, &span), -1);
	span.framing = RINGDOWN_FRAMING_CCS;
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_SPAN, &span), 0);
	span.reserved[1] = 1;
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_SPAN, &span), -1);
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_LOOP, &loop), -1);
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_INJECT, &inject), -1);
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_START, 0), 0);
	period.period_frames = 160;
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_PERIOD, &period), -1);
	CHECK_EQ(errno, EBUSY);
	CHECK_EQ(ioctl(fd, _IO(RINGDOWN_IOC, 0x7f), 0), -1);
	CHECK_EQ(errno, ENOTTY);
	CHECK_EQ(ioctl(fd, RINGDOWN_IOC_OPEN, (void *)8), -1);
	CHECK_EQ(errno, EFAULT);
}

const struct vm_test vm_tests_map[] = {
	VM_TEST(describes_itself),
	VM_TEST(maps_whole_areas_only),
	VM_TEST(protection_cannot_be_raised),
	VM_TEST(parts_of_a_map_stay_what_they_are),
	VM_TEST(areas_are_clean_at_open),
	VM_TEST(read_only_descriptors_are_refused),
	VM_TEST(requests_are_checked),
	{ 0 },
};

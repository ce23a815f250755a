// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Repair of a WAVE file that may hold anything: afterwards its header is
 * exactly the one of its length, the sound behind it is as it was, and a
 * second repair changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/disk/wav.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int truth)
{
	if (!truth)
		abort();
}

static size_t check(int fd, uint8_t *now, size_t room, uint64_t frames)
{
	uint8_t header[RD_WAV_HEADER];
	struct stat st;

	demand(fstat(fd, &st) == 0);
	demand((uint64_t)st.st_size == RD_WAV_HEADER + 2 * frames);
	demand(pread(fd, now, room, 0) == st.st_size);
	rd_wav_header(header, now[20] == 7, frames);
	demand(!memcmp(now, header, RD_WAV_HEADER));
	return (size_t)st.st_size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t first[8192], second[8192];
	static int fd = -1;
	uint64_t frames = 0, again = 0;
	size_t n;

	if (size < 1 || size > 4096)
		return 0;
	if (fd < 0)
		fd = memfd_create("wav", MFD_CLOEXEC);
	demand(ftruncate(fd, 0) == 0);
	demand(pwrite(fd, data + 1, size - 1, 0) == (ssize_t)(size - 1));
	demand(rd_wav_repair(fd, data[0] & 1, &frames) == 0);
	n = check(fd, first, sizeof(first), frames);
	if (n > RD_WAV_HEADER)
		demand(!memcmp(first + RD_WAV_HEADER, data + 1 + RD_WAV_HEADER,
			       n - RD_WAV_HEADER));
	demand(rd_wav_repair(fd, !(data[0] & 1), &again) == 0);
	demand(again == frames);
	demand(check(fd, second, sizeof(second), frames) == n);
	demand(!memcmp(first, second, n));
	return 0;
}

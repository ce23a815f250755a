// SPDX-License-Identifier: GPL-2.0-or-later
/* The header of wav.h, written field by field: little endian everywhere. */
#include "daemon/disk/wav.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/uapi/ringdown.h"

#define FORMAT_ALAW 6
#define FORMAT_ULAW 7
#define CHANNELS    2
#define AT_FORMAT   20

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value);
	put16(at + 2, value >> 16);
}

static uint32_t clamp32(uint64_t value)
{
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

void rd_wav_header(uint8_t header[RD_WAV_HEADER], uint32_t law, uint64_t frames)
{
	uint64_t octets = frames * CHANNELS;

	memcpy(header, "RIFF....WAVEfmt ", 16);
	put32(header + 4, clamp32(RD_WAV_HEADER - 8 + octets));
	put32(header + 16, 18);
	put16(header + AT_FORMAT,
	      law == RINGDOWN_LAW_ULAW ? FORMAT_ULAW : FORMAT_ALAW);
	put16(header + 22, CHANNELS);
	put32(header + 24, RINGDOWN_RATE_HZ);
	put32(header + 28, RINGDOWN_RATE_HZ * CHANNELS);
	put16(header + 32, CHANNELS); /* octets of an instant */
	put16(header + 34, 8);	      /* bits of a sample */
	put16(header + 36, 0);	      /* cbSize: nothing more */
	memcpy(header + 38, "fact", 4);
	put32(header + 42, 4);
	put32(header + 46, clamp32(frames));
	memcpy(header + 50, "data", 4);
	put32(header + 54, clamp32(octets));
}

int rd_wav_length(int fd, uint64_t *frames)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	*frames = st.st_size > RD_WAV_HEADER
			  ? (uint64_t)(st.st_size - RD_WAV_HEADER) / CHANNELS
			  : 0;
	return 0;
}

int rd_wav_repair(int fd, uint32_t law, uint64_t *frames)
{
	uint8_t header[RD_WAV_HEADER] = { 0 };
	uint64_t n = 0;
	ssize_t got;
	int err = rd_wav_length(fd, &n);

	if (err)
		return err;
	got = pread(fd, header, sizeof(header), 0);
	if (got < 0)
		return -errno;
	if (!memcmp(header, "RIFF", 4) && header[AT_FORMAT + 1] == 0) {
		if (header[AT_FORMAT] == FORMAT_ALAW)
			law = RINGDOWN_LAW_ALAW;
		else if (header[AT_FORMAT] == FORMAT_ULAW)
			law = RINGDOWN_LAW_ULAW;
	}
	rd_wav_header(header, law, n);
	got = pwrite(fd, header, sizeof(header), 0);
	if (got != sizeof(header))
		return got < 0 ? -errno : -EIO;
	if (ftruncate(fd, (off_t)(RD_WAV_HEADER + n * CHANNELS)) ||
	    fdatasync(fd))
		return -errno;
	*frames = n;
	return 0;
}

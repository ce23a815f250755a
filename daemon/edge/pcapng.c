// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pcapng; see pcapng.h.
 *
 *	SHB | IDB (span 0) | EPB | EPB | IDB (span 1) | EPB ...
 *
 *	block:  type  length  body ...  options  length
 *	option: code  octets  value, padded to 4
 *
 * In host order, which the section header's magic tells the reader. A span's
 * IDB comes before its first frame. Invariant: buf[0, used) is whole blocks.
 */
#include "daemon/edge/pcapng.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/msg.h"
#include "lib/base/frames.h"

#define BLOCK_SHB     0x0a0d0d0au
#define BLOCK_IDB     1u
#define BLOCK_EPB     6u
#define MAGIC	      0x1a2b3c4du
#define LINKTYPE      177
#define OPT_END	      0
#define SHB_USERAPPL  4
#define IDB_NAME      2
#define IDB_TSRESOL   9
#define EPB_FLAGS     2
#define FLAG_INBOUND  1u
#define FLAG_OUTBOUND 2u
#define BLOCK_MAX     1024 /* the longest block we write */
#define SPANS_MAX     256

/* Pseudo-header of the link type: Linux "cooked" addressing, big endian. */
struct lapd_header {
	uint8_t packet_type[2]; /* 0 to us, 4 from us */
	uint8_t arphrd[2];	/* 8445 LAPD */
	uint8_t address_len[2];
	uint8_t address[8];  /* first octet: 1 if we are the network */
	uint8_t protocol[2]; /* 48 LAPD */
};

#define PACKET_HOST	0
#define PACKET_OUTGOING 4
#define ARPHRD_LAPD	8445
#define ETH_P_LAPD	48

struct rd_capture {
	int fd, error;
	uint64_t epoch_ns;
	uint32_t line[SPANS_MAX];
	unsigned nlines;
	size_t used, block; /* block: where the open one starts */
	uint8_t buf[65536];
};

/* ---- blocks ----------------------------------------------------------------- */

static void put(struct rd_capture *c, const void *data, size_t len)
{
	static const uint8_t zeros[3];

	memcpy(c->buf + c->used, data, len);
	c->used += len;
	len = -len & 3;
	memcpy(c->buf + c->used, zeros, len);
	c->used += len;
}

static void put32(struct rd_capture *c, uint32_t value)
{
	put(c, &value, sizeof(value));
}

static void put_pair(struct rd_capture *c, uint16_t first, uint16_t second)
{
	uint16_t pair[2] = { first, second };

	put(c, pair, sizeof(pair));
}

static void put_option(struct rd_capture *c, uint16_t code, const void *value,
		       size_t len)
{
	put_pair(c, code, (uint16_t)len);
	put(c, value, len);
}

static void begin(struct rd_capture *c, uint32_t type)
{
	if (c->used + BLOCK_MAX > sizeof(c->buf))
		rd_capture_flush(c);
	c->block = c->used;
	put32(c, type);
	put32(c, 0); /* its length, known at its end */
}

static void end(struct rd_capture *c)
{
	uint32_t len;

	put_pair(c, OPT_END, 0);
	len = (uint32_t)(c->used + 4 - c->block);
	put32(c, len);
	memcpy(c->buf + c->block + 4, &len, sizeof(len));
}

static void put_section(struct rd_capture *c)
{
	static const char program[] = "ringdown";

	begin(c, BLOCK_SHB);
	put32(c, MAGIC);
	put_pair(c, 1, 0); /* version */
	put32(c, UINT32_MAX);
	put32(c, UINT32_MAX); /* length of the section: not known */
	put_option(c, SHB_USERAPPL, program, sizeof(program) - 1);
	end(c);
}

static void put_interface(struct rd_capture *c, uint32_t line)
{
	static const uint8_t nanoseconds = 9;
	char name[32];

	snprintf(name, sizeof(name), "card%u/span%u", rd_line_card(line),
		 rd_line_span(line));
	begin(c, BLOCK_IDB);
	put_pair(c, LINKTYPE, 0);
	put32(c, RD_HDLC_MAX + sizeof(struct lapd_header)); /* snap length */
	put_option(c, IDB_NAME, name, strlen(name));
	put_option(c, IDB_TSRESOL, &nanoseconds, 1);
	end(c);
}

/* Number of the interface of line; -1: no room for more. */
static int interface_of(struct rd_capture *c, uint32_t line)
{
	line = rd_line_of_span(line);
	for (unsigned i = 0; i < c->nlines; i++)
		if (c->line[i] == line)
			return (int)i;
	if (c->nlines == SPANS_MAX)
		return -1;
	put_interface(c, line);
	c->line[c->nlines] = line;
	return (int)c->nlines++;
}

/* ---- the file ------------------------------------------------------------------ */

int rd_capture_open(struct rd_capture **out, const char *path,
		    uint64_t epoch_ns)
{
	struct rd_capture *c = calloc(1, sizeof(*c));
	int res;

	if (!c)
		return -ENOMEM;
	c->epoch_ns = epoch_ns;
	c->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (c->fd < 0) {
		res = -errno;
		free(c);
		return res;
	}
	put_section(c);
	*out = c;
	return 0;
}

void rd_capture_frame(struct rd_capture *c, uint32_t line, unsigned flags,
		      uint64_t frame, const uint8_t *data, size_t len)
{
	bool sent = flags & RD_CAPTURE_SENT;
	uint64_t ns = c->epoch_ns + rd_ns_from_frames(frame);
	uint32_t direction = sent ? FLAG_OUTBOUND : FLAG_INBOUND;
	struct lapd_header header = {
		.packet_type = { 0, sent ? PACKET_OUTGOING : PACKET_HOST },
		.arphrd = { ARPHRD_LAPD >> 8, ARPHRD_LAPD & 0xff },
		.address = { flags & RD_CAPTURE_NETWORK ? 1 : 0 },
		.protocol = { 0, ETH_P_LAPD },
	};
	uint8_t packet[sizeof(header) + RD_HDLC_MAX];
	size_t kept = len < RD_HDLC_MAX ? len : RD_HDLC_MAX;
	int interface = interface_of(c, line);

	if (interface < 0)
		return;
	memcpy(packet, &header, sizeof(header));
	memcpy(packet + sizeof(header), data, kept);
	begin(c, BLOCK_EPB);
	put32(c, (uint32_t)interface);
	put32(c, (uint32_t)(ns >> 32));
	put32(c, (uint32_t)ns);
	put32(c, (uint32_t)(sizeof(header) + kept));
	put32(c, (uint32_t)(sizeof(header) + len));
	put(c, packet, sizeof(header) + kept);
	put_option(c, EPB_FLAGS, &direction, sizeof(direction));
	end(c);
}

int rd_capture_flush(struct rd_capture *c)
{
	size_t at = 0;

	while (!c->error && at < c->used) {
		ssize_t n = write(c->fd, c->buf + at, c->used - at);

		if (n >= 0)
			at += (size_t)n;
		else if (errno != EINTR)
			c->error = -errno;
	}
	c->used = 0;
	return c->error;
}

int rd_capture_close(struct rd_capture *c)
{
	int res;

	if (!c)
		return 0;
	res = rd_capture_flush(c);
	if (close(c->fd) && !res)
		res = -errno;
	free(c);
	return res;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks are built in memory and written in one piece, little endian:
 *
 *	type | total length | body | options | padding | total length
 */
#include "tools/exchange/pcapng.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	OPTION_END = 0,
	OPTION_NAME = 2,
	OPTION_RESOLUTION = 9,
	OPTION_FLAGS = 2,
	LINKTYPE_LINUX_LAPD = 177,
};

struct block {
	uint8_t octets[1024];
	unsigned len;
};

static void put(struct block *b, const void *data, unsigned len)
{
	static const uint8_t zero[4];
	unsigned pad = -len & 3;

	if (b->len + len + pad + 8 > sizeof(b->octets))
		len = pad = 0; /* cannot be: frames are below 400 octets */
	if (len)
		memcpy(b->octets + b->len, data, len);
	memcpy(b->octets + b->len + len, zero, pad);
	b->len += len + pad;
}

static void put32(struct block *b, uint32_t v)
{
	put(b, &v, 4);
}

static void put_option(struct block *b, uint16_t code, const void *value,
		       uint16_t len)
{
	put32(b, code | (uint32_t)len << 16);
	put(b, value, len);
}

static void block_begin(struct block *b, uint32_t type)
{
	b->len = 0;
	put32(b, type);
	put32(b, 0);
}

static void block_end(struct block *b, FILE *file)
{
	uint32_t total = b->len + 4;

	memcpy(b->octets + 4, &total, 4);
	put32(b, total);
	fwrite(b->octets, 1, b->len, file);
}

int xc_pcapng_open(struct xc_pcapng *p, const char *path)
{
	struct block b;

	p->ninterfaces = 0;
	p->file = fopen(path, "wbe");
	if (!p->file)
		return -errno;
	block_begin(&b, BLOCK_SECTION);
	put32(&b, 0x1a2b3c4d); /* byte order */
	put32(&b, 1);	       /* version 1.0 */
	put32(&b, UINT32_MAX); /* length of the section: not said */
	put32(&b, UINT32_MAX);
	block_end(&b, p->file);
	return 0;
}

int xc_pcapng_add(struct xc_pcapng *p, const char *name)
{
	const uint8_t nanoseconds = 9;
	struct block b;

	block_begin(&b, BLOCK_INTERFACE);
	put32(&b, LINKTYPE_LINUX_LAPD);
	put32(&b, 0); /* no snap length */
	put_option(&b, OPTION_NAME, name, strnlen(name, 64));
	put_option(&b, OPTION_RESOLUTION, &nanoseconds, 1);
	put_option(&b, OPTION_END, NULL, 0);
	block_end(&b, p->file);
	return p->ninterfaces++;
}

void xc_pcapng_write(struct xc_pcapng *p, unsigned interface, uint64_t ns,
		     bool sent, bool network, const uint8_t *frame,
		     unsigned len)
{
	/* struct sockaddr_ll as the kernel's LAPD sockets show it. */
	uint8_t record[16 + 512] = { 0 };
	uint32_t flags = sent ? 2 : 1;
	struct block b;

	if (len > 512)
		len = 512;
	record[1] = sent ? 4 : 0; /* PACKET_OUTGOING, _HOST */
	record[2] = 8445 >> 8;	  /* ARPHRD_LAPD */
	record[3] = 8445 & 0xff;
	record[6] = network;
	record[15] = 0x30; /* ETH_P_LAPD */
	memcpy(record + 16, frame, len);
	len += 16;
	block_begin(&b, BLOCK_PACKET);
	put32(&b, interface);
	put32(&b, ns >> 32);
	put32(&b, (uint32_t)ns);
	put32(&b, len);
	put32(&b, len);
	put(&b, record, len);
	put_option(&b, OPTION_FLAGS, &flags, 4);
	put_option(&b, OPTION_END, NULL, 0);
	block_end(&b, p->file);
}

int xc_pcapng_close(struct xc_pcapng *p)
{
	int bad;

	if (!p->file)
		return 0;
	bad = ferror(p->file);
	bad |= fclose(p->file);
	p->file = NULL;
	return bad ? -EIO : 0;
}

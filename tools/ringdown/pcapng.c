// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pcapng; see pcapng.h. A block is type, length, body padded to 4, length
 * again; an option is code, length, value padded to 4. Host byte order, which
 * the section's magic number tells.
 */
#include "tools/ringdown/pcapng.h"

#include <arpa/inet.h>
#include <string.h>

#define SECTION_HEADER	  0x0a0d0d0au
#define INTERFACE	  1u
#define ENHANCED_PACKET	  6u
#define BYTE_ORDER_MAGIC  0x1a2b3c4du
#define LINUX_LAPD	  177u
#define OPT_NAME	  2u
#define OPT_TSRESOL	  9u
#define NANOSECONDS	  9u /* 10^-9 */
#define SLL_OCTETS	  16u
#define SLL_TO_US	  0u
#define SLL_FROM_US	  4u
#define ARPHRD_LAPD_VALUE 8445u
#define ETH_P_LAPD_VALUE  0x0030u
#define PAD(n)		  (-(n)&3u)

static void u32(FILE *out, uint32_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static void u16(FILE *out, uint16_t value)
{
	fwrite(&value, sizeof(value), 1, out);
}

static void padded(FILE *out, const void *data, uint32_t len)
{
	static const uint8_t zeros[4];

	fwrite(data, 1, len, out);
	fwrite(zeros, 1, PAD(len), out);
}

void pcapng_begin(FILE *out, const char *name)
{
	uint16_t len = (uint16_t)strnlen(name, 64);
	uint32_t total = 20 + 4 + len + PAD(len) + 8 + 4;

	u32(out, SECTION_HEADER);
	u32(out, 28);
	u32(out, BYTE_ORDER_MAGIC);
	u16(out, 1); /* version 1.0 */
	u16(out, 0);
	u32(out, UINT32_MAX); /* length of the section: not known */
	u32(out, UINT32_MAX);
	u32(out, 28);

	u32(out, INTERFACE);
	u32(out, total);
	u16(out, LINUX_LAPD);
	u16(out, 0);
	u32(out, 0); /* whole frames */
	u16(out, OPT_NAME);
	u16(out, len);
	padded(out, name, len);
	u16(out, OPT_TSRESOL);
	u16(out, 1);
	padded(out, &(uint8_t){ NANOSECONDS }, 1);
	u32(out, 0); /* no more options */
	u32(out, total);
}

void pcapng_frame(FILE *out, uint64_t frame, bool is_rx, const void *data,
		  uint32_t len)
{
	uint32_t captured = SLL_OCTETS + len;
	uint32_t total = 32 + captured + PAD(captured);
	uint64_t ns = frame * 125000u;
	uint8_t sll[SLL_OCTETS] = { 0 };
	uint16_t field = htons(is_rx ? SLL_TO_US : SLL_FROM_US);

	memcpy(sll, &field, 2);
	field = htons(ARPHRD_LAPD_VALUE);
	memcpy(sll + 2, &field, 2);
	field = htons(ETH_P_LAPD_VALUE);
	memcpy(sll + 14, &field, 2);

	u32(out, ENHANCED_PACKET);
	u32(out, total);
	u32(out, 0); /* interface */
	u32(out, (uint32_t)(ns >> 32));
	u32(out, (uint32_t)ns);
	u32(out, captured);
	u32(out, captured);
	fwrite(sll, 1, sizeof(sll), out);
	padded(out, data, len); /* the 16 before keep it aligned */
	u32(out, total);
}

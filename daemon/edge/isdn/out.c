// SPDX-License-Identifier: GPL-2.0-only
/* Batching of what goes to core. Invariant: packet[0, used) is whole messages. */
#include "daemon/edge/isdn/out.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/edge/edge.h"
#include "daemon/edge/isdn/clock.h"

static _Alignas(8) uint8_t packet[RD_EDGE_PACKET];
static size_t used;
static int out_fd = -1;

void isdn_out_init(int fd)
{
	out_fd = fd;
	used = 0;
}

void isdn_out_flush(void)
{
	ssize_t n = 0;

	if (used && out_fd >= 0) {
		do
			n = send(out_fd, packet, used, MSG_NOSIGNAL);
		while (n < 0 && errno == EINTR);
	}
	if (n < 0)
		_exit(0); /* core closed its end: we are over */
	used = 0;
}

struct rd_msg *isdn_out_begin(uint16_t type, size_t len, uint32_t line)
{
	struct rd_msg *m;

	len = (len + 7) & ~(size_t)7;
	if (used + len > sizeof(packet))
		isdn_out_flush();
	m = (struct rd_msg *)(packet + used);
	memset(m, 0, len);
	m->type = type;
	m->len = (uint16_t)len;
	m->line = line;
	m->frame = isdn_clock_frame();
	used += len;
	return m;
}

void isdn_out_log(uint32_t line, const char *fmt, ...)
{
	char text[1024];
	struct rd_edge_log *log;
	va_list args;
	size_t len;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	len = strcspn(text, "\n");
	log = (struct rd_edge_log *)isdn_out_begin(
		RD_MSG_EDGE_LOG, sizeof(*log) + len + 1, line);
	memcpy(log->text, text, len);
}

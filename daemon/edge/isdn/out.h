/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages to core, gathered into packets of the socket.
 *
 * USE. m = isdn_out_begin(type, len, line); fill; it is sent with the next
 * isdn_out_flush(), or before if the packet is full. The socket blocks; core
 * reads without waiting for us, so it never blocks for long.
 */
#ifndef RD_ISDN_OUT_H
#define RD_ISDN_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "daemon/msg.h"

/* fd: where packets go; -1 throws them away (a fuzzer). */
void isdn_out_init(int fd);

/*
 * Room for one message of len octets (rounded up to 8), cleared; frame is the
 * line clock's. Valid until the next call of this module.
 */
struct rd_msg *isdn_out_begin(uint16_t type, size_t len, uint32_t line);

/* Send what was gathered. The process ends if core is gone. */
void isdn_out_flush(void);

/* A line of EDGE_LOG. */
void isdn_out_log(uint32_t line, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif

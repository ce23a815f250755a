/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets from core: checked, split into messages, handled in order.
 * EDGE_TIME lets what is due run and is answered by EDGE_DONE.
 */
#ifndef RD_ISDN_INPUT_H
#define RD_ISDN_INPUT_H

#include <stddef.h>

/*
 * Handle a packet of len octets, 8-aligned. 0; -EPROTO at the first message
 * that is malformed or not for us (those before it are handled).
 */
int isdn_input(const void *packet, size_t len);

#endif

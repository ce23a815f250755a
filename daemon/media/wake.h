/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How one thread wakes another: a message from ring to ring
 * (IORING_OP_MSG_RING), which needs no system call of its own. The receiver
 * gets a completion with user_data; what there is to do lies in a queue.
 */
#ifndef RD_MEDIA_WAKE_H
#define RD_MEDIA_WAKE_H

#include <stdint.h>

struct rd_wake {
	int ring_fd; /* -1: nobody to wake */
	uint64_t user_data;
};

#endif

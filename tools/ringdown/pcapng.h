/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * D-channel frames as a pcapng file (draft-ietf-opsawg-pcapng), link type
 * LINUX_LAPD, which wireshark and tshark take apart down to Q.931.
 *
 * Time stamps are the line clock's, from frame 0.
 */
#ifndef CLI_PCAPNG_H
#define CLI_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What comes before the first frame; name is the interface's. */
void pcapng_begin(FILE *out, const char *name);
/* One frame, address field first, without FCS. */
void pcapng_frame(FILE *out, uint64_t frame, bool is_rx, const void *data,
		  uint32_t len);

#endif

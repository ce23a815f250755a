/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture of D-channels into a pcapng file, for Wireshark and tshark.
 *
 * WHAT. One file, one section; each span is an interface of it (named
 * "card0/span1"), each frame an Enhanced Packet Block with its direction.
 * Time stamps are the line clock's, on the epoch of frame 0, in nanoseconds.
 *
 * HOW. Link type 177 (Linux LAPD): a pseudo-header says who sent the frame, so
 * that the dissector knows commands from responses; the frame follows without
 * FCS. Format: draft-ietf-opsawg-pcapng, LINKTYPE_LINUX_LAPD.
 *
 * USE.	rd_capture_open(&capture, path, epoch_ns);
 *	rd_capture_frame(capture, line, RD_CAPTURE_SENT, frame, data, len); ...
 *	rd_capture_close(capture);
 *
 * LIMITS. Writes are gathered in 64 KiB and block on the disk: not for the
 * media tick. The first error is kept; what follows is dropped, and close
 * returns it.
 */
#ifndef RD_PCAPNG_H
#define RD_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rd_capture;

#define RD_CAPTURE_RECEIVED 0x0u
#define RD_CAPTURE_SENT	    0x1u
#define RD_CAPTURE_NETWORK  0x2u /* we are the network side of this span */

/*
 * Create path (mode 0640; an existing file is overwritten). epoch_ns: wall
 * clock of frame 0. 0, -ENOMEM, or the -errno of open().
 */
int rd_capture_open(struct rd_capture **out, const char *path,
		    uint64_t epoch_ns);

/* One frame of len octets, without FCS; len 0..RD_HDLC_MAX, longer is cut. */
void rd_capture_frame(struct rd_capture *capture, uint32_t line, unsigned flags,
		      uint64_t frame, const uint8_t *data, size_t len);

/* Write out what is gathered. 0 or the first -errno. */
int rd_capture_flush(struct rd_capture *capture);

/* Flush, close and free. 0 or the first -errno. NULL is fine. */
int rd_capture_close(struct rd_capture *capture);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * D-channel captures for tshark and Wireshark: pcapng (draft-ietf-opsawg-
 * pcapng), one interface a span, link type LINUX_LAPD (177), whose pseudo
 * header says which way a frame went and who is the network, so that command
 * and response are told apart. Time stamps are line time in nanoseconds: the
 * first bit of the frame.
 */
#ifndef XC_PCAPNG_H
#define XC_PCAPNG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct xc_pcapng {
	FILE *file;
	unsigned ninterfaces;
};

/* Create @path: negative errno. */
int xc_pcapng_open(struct xc_pcapng *p, const char *path);
/* The number of the new interface, or negative errno. */
int xc_pcapng_add(struct xc_pcapng *p, const char *name);
/* @frame: address, control, information; no FCS. @network: we are. */
void xc_pcapng_write(struct xc_pcapng *p, unsigned interface, uint64_t ns,
		     bool sent, bool network, const uint8_t *frame,
		     unsigned len);
/* 0, or -EIO if anything did not reach the file. */
int xc_pcapng_close(struct xc_pcapng *p);

#endif

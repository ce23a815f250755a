/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A D-channel frame in a few words; what wireshark says in a page. */
#ifndef CLI_DFRAME_H
#define CLI_DFRAME_H

#include <stddef.h>
#include <stdint.h>

/*
 * frame[n]: LAPD without its FCS (ITU-T Q.921 clause 2). out[size]: its type
 * and numbers, for Q.931 (clauses 4.2 to 4.4) the message and call reference:
 * "I s3 r7 SETUP call 1". A call reference ends in "'" at the side it is for,
 * that is, with its flag set. "?" where nothing is known.
 */
void dframe_words(const uint8_t *frame, size_t n, char *out, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * WAVE files of recordings: G.711 octets, two channels, 8 kHz.
 *
 * WHAT. The header in front of the octets of a recording, and the repair of a
 * file whose recorder was killed before it could write the final one.
 *
 *	 0 "RIFF" size "WAVE"
 *	12 "fmt " 18   format 6 or 7, 2 channels, 8000 Hz, 8 bits
 *	38 "fact" 4    frames
 *	50 "data" size
 *	58 L R L R ...
 *
 * (Multimedia Programming Interface and Data Specifications 1.0; formats other
 * than PCM carry the two octets cbSize and a fact chunk: RFC 2361.)
 *
 * LIMITS. Sizes of 32 bits: 74 hours. Context: disk.
 */
#ifndef RD_DISK_WAV_H
#define RD_DISK_WAV_H

#include <stdint.h>

#define RD_WAV_HEADER 58

/* The header of frames instants in a law (enum ringdown_law). */
void rd_wav_header(uint8_t header[RD_WAV_HEADER], uint32_t law,
		   uint64_t frames);

/*
 * Make an open file playable: a header that fits its length. The law is the
 * one its header names, else law. Octets after the header are kept, but for
 * half an instant at the end. *frames: what it holds. 0 or -errno.
 */
int rd_wav_repair(int fd, uint32_t law, uint64_t *frames);

/* What an open file holds by its length. 0 or -errno. */
int rd_wav_length(int fd, uint64_t *frames);

#endif

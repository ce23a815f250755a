/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sample rates: any to any, offline.
 *
 * WHAT. Mono float samples at one rate to another, with the band limited to
 * what the slower of the two carries.
 *
 * HOW. Polyphase FIR: a sinc under a Kaiser window, 32 zero crossings to each
 * side, 80 dB stop band; one set of taps for each phase of the reduced ratio.
 * Ours because it is eighty lines: the packaged resamplers are made for
 * streams and would be one more dependency for a job done at start.
 *
 * LIMITS. Rates 1000 to 384000 Hz. Blocking; not for the tick.
 */
#ifndef RD_SPEECH_RESAMPLE_H
#define RD_SPEECH_RESAMPLE_H

#include <stddef.h>

/* How many samples come out of n. */
size_t rd_resample_frames(size_t n, int from_hz, int to_hz);

/*
 * in: n samples. out: rd_resample_frames() samples, of another buffer; sample
 * 0 of both is the same instant. 0, -EINVAL (rate), -ENOMEM.
 */
int rd_resample(const float *in, size_t n, int from_hz, float *out, int to_hz);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The builds of g711_kernel.h; n is a multiple of 8, 16 or 32. Private. */
#ifndef RD_DSP_G711_STEP_H
#define RD_DSP_G711_STEP_H

#include "lib/dsp/g711.h"

typedef void g711_decode_fn(enum rd_law law, const uint8_t *in, int16_t *out,
			    size_t n);
typedef void g711_encode_fn(enum rd_law law, const int16_t *in, uint8_t *out,
			    size_t n);

g711_decode_fn g711_decode_8, g711_decode_16, g711_decode_32;
g711_encode_fn g711_encode_8, g711_encode_16, g711_encode_32;

#endif

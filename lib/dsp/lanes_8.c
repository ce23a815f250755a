// SPDX-License-Identifier: GPL-2.0-or-later
/* The channel kernels for 8 lanes: AVX2 and FMA. */
#include "lib/dsp/isa.h"
RD_ISA_AVX2
#define RD_LANES      8
#define ECHO_BLOCK    echo_block_8
#define CHANNEL_GROUP channel_group_8
#define G711_STEP     16
#define G711_DECODE   g711_decode_16
#define G711_ENCODE   g711_encode_16
#include "lib/dsp/channel_kernel.h"
#include "lib/dsp/echo_kernel.h"
#include "lib/dsp/g711_kernel.h"

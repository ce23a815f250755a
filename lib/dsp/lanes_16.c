// SPDX-License-Identifier: GPL-2.0-or-later
/* The channel kernels for 16 lanes: AVX-512. */
#include "lib/dsp/isa.h"
RD_ISA_AVX512
#define RD_LANES      16
#define ECHO_BLOCK    echo_block_16
#define CHANNEL_GROUP channel_group_16
#define G711_STEP     32
#define G711_DECODE   g711_decode_32
#define G711_ENCODE   g711_encode_32
#include "lib/dsp/channel_kernel.h"
#include "lib/dsp/echo_kernel.h"
#include "lib/dsp/g711_kernel.h"

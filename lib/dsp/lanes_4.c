// SPDX-License-Identifier: GPL-2.0-or-later
/* The channel kernels for 4 lanes: baseline x86-64, and any other machine. */
#define RD_LANES      4
#define ECHO_BLOCK    echo_block_4
#define CHANNEL_GROUP channel_group_4
#define G711_STEP     8
#define G711_DECODE   g711_decode_8
#define G711_ENCODE   g711_encode_8
#include "lib/dsp/channel_kernel.h"
#include "lib/dsp/echo_kernel.h"
#include "lib/dsp/g711_kernel.h"

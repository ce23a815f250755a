// SPDX-License-Identifier: GPL-2.0-or-later
/* The canceller for sixteen channels: AVX-512. */
#include "lib/dsp/isa.h"
RD_ISA_AVX512
#define RD_LANES   16
#define ECHO_BLOCK echo_block_16
#include "lib/dsp/echo_kernel.h"

// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a digit begins and ends: AVX2. */
#include "lib/dsp/isa.h"
RD_ISA_AVX2
#define DTMF_EDGE dtmf_edge_avx2
#include "lib/dsp/dtmf_edge_kernel.h"

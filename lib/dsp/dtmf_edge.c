// SPDX-License-Identifier: GPL-2.0-or-later
/* Where a digit begins and ends: baseline, and the choice. */
#include "lib/dsp/isa.h"
#define DTMF_EDGE dtmf_edge_base
#include "lib/dsp/dtmf_edge_kernel.h"

int dtmf_edge(const struct rd_dtmf_rx *rx, const int tone[2],
	      const float off[2], unsigned int back, unsigned int inner,
	      int guess, bool is_end)
{
	dtmf_edge_fn *edge = isa_has_lanes(8) ? dtmf_edge_avx2 : dtmf_edge_base;

	return edge(rx, tone, off, back, inner, guess, is_end);
}

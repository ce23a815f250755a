/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the two halves of the DTMF receiver. The arithmetic of each sample,
 * for one channel (dtmf.c) or for many in lanes (dtmf_kernel.h), ends in hops;
 * dtmf_hop_done() draws the conclusions. Private to the receiver.
 */
#ifndef RD_DSP_DTMF_JUDGE_H
#define RD_DSP_DTMF_JUDGE_H

#include "lib/dsp/dtmf.h"
#include "lib/dsp/dtmf_waves.h"

/* The taper over four hops, and its sum. */
static const float dtmf_taper[4] = { 0.6f, 1.0f, 1.0f, 0.6f };
#define DTMF_TAPER_SUM 3.2f

/* What Q.24 leaves to the receiver, with our margins. */
#define DTMF_LEVEL_MIN	    160.0f /* amplitude: -43 dBm0 */
#define DTMF_TWIST_HIGH_MAX 4.0f   /* high / low, power: +6 dB */
#define DTMF_TWIST_LOW_MAX  10.0f  /* low / high, power: -10 dB */
#define DTMF_PURITY_MIN	    0.55f  /* pair / all, power */
#define DTMF_END_MIN	    0.12f  /* first and last hop / window, energy */
#define DTMF_RIVAL_MAX	    0.25f  /* next best / best, power */
#define DTMF_LOSS_MIN	    0.4f   /* of a window's power off tune */

/*
 * A hop has been added to rx->hist (rx->hops counts it); end is the frame
 * behind it. Events go to ev[*count...max). Context: tick.
 */
void dtmf_hop_done(struct rd_dtmf_rx *rx, uint64_t end,
		   struct rd_dtmf_event *ev, int *count, int max);

/*
 * Where two tones begin, or end, in the hop `back' hops before the latest or one
 * of its neighbours: samples from that hop's beginning, guess - 24 .. + 12. tone: rows
 * and columns of the tables; off: how far from nominal, radians a sample; inner:
 * the tones fill this hop and the next earlier. back + 1 and inner + 1 are less
 * than RD_DTMF_DEPTH. Context: tick, about two microseconds.
 */
typedef int dtmf_edge_fn(const struct rd_dtmf_rx *rx, const int tone[2],
			 const float off[2], unsigned int back,
			 unsigned int inner, int guess, bool is_end);

dtmf_edge_fn dtmf_edge, dtmf_edge_base, dtmf_edge_avx2;

#endif

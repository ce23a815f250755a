/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DTMF receiver's two filters, two biquads each, with the same notches at 362
 * and 442 Hz. The high-pass is 50 dB down from 340 to 450 Hz and flat to half a
 * dB from 680 Hz on: what the digits are measured in. The band-stop takes out
 * dial tones, 22 dB, and nothing else: what the digits are compared with, so
 * that the bass of music and voices speaks against them.
 */
#ifndef RD_DSP_DTMF_FILTER_H
#define RD_DSP_DTMF_FILTER_H

/*
 * The zeros are the same, so both filters share them: v = x through (1, N1, N2,
 * N1, 1), then two sections of poles (1, a1, a2) each. Poles alone wait for one
 * multiply-add from sample to sample, which is what bounds a recursive filter.
 * The gains are put on the results.
 */
#define DTMF_N1 -3.8002581f
#define DTMF_N2 5.6101026f
static const float hp_a1[2] = { -1.6560645f, -1.0397777f };
static const float hp_a2[2] = { 0.9182191f, 0.4954660f };
static const float bs_a1[2] = { -1.8476497f, -1.7231517f };
static const float bs_a2[2] = { 0.8952012f, 0.8881436f };
#define BS_GAIN 0.8428705f
#define HP_GAIN 0.4721093f

/* x[-1..-4], then y[-1], y[-2] of both high-passes and both band-stops. */
#define DTMF_STATES 12

#endif

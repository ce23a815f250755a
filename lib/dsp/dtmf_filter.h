/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DTMF receiver's high-pass: two biquads with notches at 362 and 442 Hz,
 * 50 dB down from 340 to 450 Hz, flat to half a dB from 680 Hz on.
 */
#ifndef RD_DSP_DTMF_FILTER_H
#define RD_DSP_DTMF_FILTER_H

/* High-pass: numerators (1, b, 1), denominators (1, a1, a2); unit gain. */
static const float hp_b[2] = { -1.9198199f, -1.8804382f };
static const float hp_a1[2] = { -1.6560645f, -1.0397777f };
static const float hp_a2[2] = { 0.9182191f, 0.4954660f };
#define HP_GAIN 0.4721093f

#endif

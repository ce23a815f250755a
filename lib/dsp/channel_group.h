/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The channels of a bank that run in one set of lanes. Private to the bank.
 */
#ifndef RD_DSP_CHANNEL_GROUP_H
#define RD_DSP_CHANNEL_GROUP_H

#include "lib/dsp/alc.h"
#include "lib/dsp/channel.h"
#include "lib/dsp/dtmf_filter.h"
#include "lib/dsp/dtmf_judge.h"
#include "lib/dsp/echo_group.h"

/* Rows of a hop: 8 real parts, 8 imaginary parts, energy, total. */
#define HOP_ROWS 18

/* What is left of a struct rd_dtmf_rx when the hops live in lanes. */
struct dtmf_lane {
	uint64_t last_end_frame;
	float last_level;
	uint32_t reserved;
	struct rd_dtmf_digit digit;
};

struct channel_group {
	struct echo_group echo; /* first: its state is what is fetched ahead */
	const struct echo_shape *shape;
	echo_block_fn *echo_block; /* NULL: no canceller */
	enum rd_law law;
	bool has_dtmf, has_gain; /* some lane's gain is not 1 */
	uint8_t cancels, hears; /* lanes with their canceller on; with digits */
	uint32_t hops;		/* complete ones */
	float *filter;		/* [DTMF_STATES][lanes] */
	float *hist;		/* [RD_DTMF_DEPTH][HOP_ROWS][lanes] */
	struct dtmf_lane *dtmf; /* [lanes] */
	float *part;		/* [RD_DTMF_HOP][lanes]: a hop not yet whole */
	uint8_t fill;		/* frames in it */
	uint8_t first;		/* channel of lane 0 in the bank */
	float gain[16];
	int32_t heard[16];   /* mask: digits of the lane are reported */
	int32_t removed[16]; /* mask: and silenced */
	float passed[16];    /* factor of the removal at the block's end */
	uint8_t removes;     /* lanes that silence digits */
	uint16_t levels;     /* bit: level control and gate of the lane */
	struct rd_alc alc[16];
};

/*
 * Octets lie [frame][16 channels], frame_stride apart. Returns the number of events, at most max.
 */
typedef int channel_group_fn(struct channel_group *g,
			     const struct rd_bank_io *io,
			     struct rd_bank_event *event, int max);

channel_group_fn channel_group_4, channel_group_8, channel_group_16;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sixteen channels at once: decode, cancel, detect, encode
 *
 * What    The whole receive path of sixteen channels of a card, from octets in
 *         the card's own layout to octets without echo, digits and, if asked
 *         for, linear samples.
 * How     The channels run in the lanes of vector registers: one text of the
 *         canceller and the DTMF receiver computes four, eight or sixteen of
 *         them at once, as the processor allows; chosen when the bank is made.
 *         A card that interleaves its slots octet by octet is already in the
 *         order the lanes want. While a bank computes, the state of the next
 *         is fetched.
 * Use     Make the banks of a media thread in one array of memory, link each to
 *         the next with rd_bank_set_next(), and run them in that order every
 *         tick. Put channels with a call together: a bank costs the same for
 *         one channel as for sixteen; a bank without calls need not run.
 * Limits  All channels of a bank share law, tail and tick. The result equals
 *         rd_echo and rd_dtmf_rx channel by channel (tests/unit/
 *         test_dsp_channel.c says how closely).
 */
#ifndef RD_DSP_CHANNEL_H
#define RD_DSP_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/dsp/alc.h"
#include "lib/dsp/dtmf.h"
#include "lib/dsp/echo.h"
#include "lib/dsp/g711.h"

#define RD_BANK_CHANNELS 16
#define RD_BANK_ALIGN	 64

struct rd_bank;

struct rd_bank_config {
	enum rd_law law;
	/* block: frames of a tick; with taps 0, no canceller, any 1..160 */
	struct rd_echo_config echo;
	bool has_dtmf;
	uint8_t lanes; /* 4, 8, 16; 0: the best this processor has */
};

/*
 * Where octets are: channel c, frame t at base + c * channel_stride + t *
 * frame_stride. With channel_stride 1 they are taken as they lie; with
 * frame_stride 1 they are turned over in registers, else one by one.
 */
struct rd_bank_octets {
	const uint8_t *base;
	ptrdiff_t channel_stride, frame_stride;
};

struct rd_bank_event {
	uint8_t channel;
	uint8_t reserved[7];
	struct rd_dtmf_event dtmf;
};

/* One tick. The frames are those of the configuration's block. */
struct rd_bank_io {
	struct rd_bank_octets sent;	/* what went to the line */
	struct rd_bank_octets received; /* what came */
	uint8_t *out;			/* without echo; NULL: not wanted */
	ptrdiff_t out_channel_stride, out_frame_stride;
	int16_t *linear; /* [16][block], the same as samples; or NULL */
	uint64_t frame0; /* of the block */
	struct rd_bank_event *event; /* room for max_events */
	int max_events;
};

/* Bytes; 0 for an invalid configuration. Context: core. */
size_t rd_bank_size(const struct rd_bank_config *config);

/*
 * mem: rd_bank_size() bytes, aligned to RD_BANK_ALIGN, owned by the caller. NULL
 * if the configuration is invalid or asks for lanes this processor has not.
 * Context: core.
 */
struct rd_bank *rd_bank_init(void *mem, const struct rd_bank_config *config);

/* The bank that will run after this one; NULL: none. Context: core. */
void rd_bank_set_next(struct rd_bank *bank, const struct rd_bank *next);

/* A new call on channel 0..15: path, digits and all forgotten. Context: tick. */
void rd_bank_reset(struct rd_bank *bank, unsigned int channel);

/* Canceller of a channel on or off; off passes octets as they are. */
void rd_bank_set_echo(struct rd_bank *bank, unsigned int channel, bool on);
void rd_bank_set_nlp(struct rd_bank *bank, unsigned int channel, bool on);

/*
 * More about a channel; rd_bank_reset() leaves all of these as they are. Digits
 * of a channel are reported or not (at first they are); its gain is a factor
 * after the canceller and before the digits, 1 keeps octets exact. law is that
 * of all sixteen. Context: tick.
 */
void rd_bank_set_dtmf(struct rd_bank *bank, unsigned int channel, bool on);
void rd_bank_set_gain(struct rd_bank *bank, unsigned int channel, float factor);
void rd_bank_set_law(struct rd_bank *bank, enum rd_law law);

/*
 * Digits taken out of what is passed on, octets and linear, so that nobody
 * behind this line hears them: silence from the moment the receiver suspects
 * one to its end, with edges of 2.5 ms and no delay. At most the first 23 ms
 * have passed by then, too little for a receiver (Q.24); within a block it is
 * silenced from its first sample. Needs has_dtmf and works whether digits are
 * reported or not. Context: tick.
 */
void rd_bank_set_digit_removal(struct rd_bank *bank, unsigned int channel,
			       bool on);

/*
 * Level control and noise gate of a channel, behind gain, digit receiver and
 * digit removal; see alc.h. alc: NULL for none. Forgets what it had learned,
 * as rd_bank_reset() does. Returns 0 or -EINVAL. Context: tick.
 */
int rd_bank_set_alc(struct rd_bank *bank, unsigned int channel,
		    const struct rd_alc_config *alc);

/* False if the channel has none. Context: tick, or core between ticks. */
bool rd_bank_get_alc_state(const struct rd_bank *bank, unsigned int channel,
			   struct rd_alc_state *state);

/* As rd_echo_get_state(). Context: tick, or core between ticks. */
void rd_bank_get_echo_state(const struct rd_bank *bank, unsigned int channel,
			    struct rd_echo_state *state);

/*
 * One tick of all channels. What no channel of the bank asks for is not done:
 * without canceller, digits and gain, octets are only copied. Returns the events written.
 * Context: tick.
 */
int rd_bank_process(struct rd_bank *bank, const struct rd_bank_io *io);

/* Lanes at work: 4 (baseline), 8 (AVX2) or 16 (AVX-512). */
unsigned int rd_bank_lanes(const struct rd_bank *bank);

#endif

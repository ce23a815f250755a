// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A bank of sixteen channels: memory, and the choice of the kernel.
 *
 *	[struct rd_bank][arrays of group 0][arrays of group 1]...
 *
 * With 16 lanes there is one group, with 8 two, with 4 four. All that a tick
 * touches of a group lies in one piece, so that fetching it ahead is one run
 * through memory. The groups want the sixteen octets of a frame side by side;
 * octets that lie otherwise are turned over here, sixteen by sixteen.
 */
#include "lib/dsp/channel.h"

#include <errno.h>
#include <string.h>

#include "lib/dsp/channel_group.h"
#include "lib/dsp/isa.h"

#define GROUPS_MAX (RD_BANK_CHANNELS / 4)

struct rd_bank {
	struct echo_shape shape;
	unsigned int lanes, groups;
	channel_group_fn *run;
	struct channel_group group[GROUPS_MAX];
	char arrays[] __attribute__((aligned(64)));
};

/* 0 if the processor has not what is asked for. */
static unsigned int choose_lanes(unsigned int wanted)
{
	if (!wanted)
		return isa_lanes();
	return isa_has_lanes(wanted) ? wanted : 0;
}

/* Without a canceller only the block of the shape counts. */
static int make_shape(const struct rd_bank_config *c, struct echo_shape *s)
{
	if (c->echo.taps)
		return echo_shape_init(s, c->echo.taps, c->echo.block);
	*s = (struct echo_shape){ .block = c->echo.block };
	return s->block >= 1 && s->block <= FFT_MAX ? 0 : -EINVAL;
}

/* History, filter, and the part of a hop that a block leaves over. */
static size_t dtmf_floats(const struct echo_shape *s)
{
	return RD_DTMF_DEPTH * HOP_ROWS + DTMF_STATES +
	       (s->block % RD_DTMF_HOP ? RD_DTMF_HOP : 0);
}

/* Bytes of the arrays of one group, a multiple of 64. */
static size_t group_bytes(const struct rd_bank_config *c,
			  const struct echo_shape *s, unsigned int lanes)
{
	size_t bytes = 0;

	if (c->has_dtmf)
		bytes += dtmf_floats(s) * lanes * sizeof(float) +
			 lanes * sizeof(struct dtmf_lane);
	if (c->echo.taps)
		bytes += echo_group_size(s, lanes);
	return (bytes + 63) & ~(size_t)63;
}

size_t rd_bank_size(const struct rd_bank_config *c)
{
	unsigned int lanes = choose_lanes(c->lanes);
	struct echo_shape s;

	if (!lanes || make_shape(c, &s) < 0)
		return 0;
	return sizeof(struct rd_bank) +
	       RD_BANK_CHANNELS / lanes * group_bytes(c, &s, lanes);
}

/* A lane's digits: nothing heard. */
static void silence(struct channel_group *g, unsigned int lane)
{
	g->dtmf[lane] = (struct dtmf_lane){ .digit.code = -1 };
}

static void make_group(struct rd_bank *bank, const struct rd_bank_config *c,
		       unsigned int i, char *mem)
{
	struct channel_group *g = &bank->group[i];
	unsigned int lanes = bank->lanes, l;

	g->shape = &bank->shape;
	g->law = c->law;
	g->first = i * lanes;
	for (l = 0; l < lanes; l++)
		g->gain[l] = g->passed[l] = 1;
	if (c->has_dtmf) {
		g->has_dtmf = true;
		g->hears = lanes;
		g->hist = (float *)mem;
		g->filter = g->hist + RD_DTMF_DEPTH * HOP_ROWS * lanes;
		g->part = g->filter + DTMF_STATES * lanes;
		mem += dtmf_floats(&bank->shape) * lanes * sizeof(float);
	}
	if (c->echo.taps) {
		echo_group_init(&g->echo, &bank->shape, lanes, mem, c->echo.nlp,
				c->echo.tone_disabler);
		g->cancels = lanes;
		g->echo_block = lanes == 16  ? echo_block_16
				: lanes == 8 ? echo_block_8
					     : echo_block_4;
		mem += echo_group_size(&bank->shape, lanes);
	}
	if (c->has_dtmf) {
		g->dtmf = (struct dtmf_lane *)mem;
		for (l = 0; l < lanes; l++) {
			g->heard[l] = -1;
			silence(g, l);
		}
	}
}

struct rd_bank *rd_bank_init(void *mem, const struct rd_bank_config *config)
{
	struct rd_bank *bank = mem;
	size_t size = rd_bank_size(config), bytes;
	unsigned int i;

	if (!size || (uintptr_t)mem % RD_BANK_ALIGN)
		return NULL;
	memset(mem, 0, size);
	make_shape(config, &bank->shape);
	bank->lanes = choose_lanes(config->lanes);
	bank->groups = RD_BANK_CHANNELS / bank->lanes;
	bank->run = bank->lanes == 16  ? channel_group_16
		    : bank->lanes == 8 ? channel_group_8
				       : channel_group_4;
	bytes = group_bytes(config, &bank->shape, bank->lanes);
	for (i = 0; i < bank->groups; i++)
		make_group(bank, config, i, bank->arrays + i * bytes);
	for (i = 0; i + 1 < bank->groups; i++) {
		bank->group[i].echo.ahead =
			(const char *)bank->group[i + 1].echo.spectra;
		bank->group[i].echo.ahead_bytes =
			echo_group_hot(&bank->shape, bank->lanes);
	}
	return bank;
}

void rd_bank_set_next(struct rd_bank *bank, const struct rd_bank *next)
{
	struct channel_group *last = &bank->group[bank->groups - 1];

	last->echo.ahead = next ? next->arrays : NULL;
	last->echo.ahead_bytes = 0;
	if (next && next->group[0].echo_block)
		last->echo.ahead_bytes =
			(const char *)next->group[0].echo.spectra -
			next->arrays +
			echo_group_hot(&next->shape, next->lanes);
}

static struct channel_group *group_of(const struct rd_bank *bank,
				      unsigned int channel, unsigned int *lane)
{
	*lane = channel % bank->lanes;
	return (struct channel_group *)&bank->group[channel / bank->lanes];
}

void rd_bank_reset(struct rd_bank *bank, unsigned int channel)
{
	unsigned int lane, i;
	struct channel_group *g = group_of(bank, channel, &lane);

	if (g->echo_block)
		echo_group_reset(&g->echo, lane);
	rd_alc_reset(&g->alc[lane]);
	g->passed[lane] = 1;
	if (!g->has_dtmf)
		return;
	/* filter and part lie behind hist */
	for (i = 0; i < dtmf_floats(&bank->shape); i++)
		g->hist[i * bank->lanes + lane] = 0;
	silence(g, lane);
}

void rd_bank_set_echo(struct rd_bank *bank, unsigned int channel, bool on)
{
	unsigned int lane;
	struct channel_group *g = group_of(bank, channel, &lane);

	if (!g->echo_block || g->echo.control[lane].is_off == !on)
		return;
	g->echo.control[lane].is_off = !on;
	g->cancels += on ? 1 : -1;
}

void rd_bank_set_nlp(struct rd_bank *bank, unsigned int channel, bool on)
{
	unsigned int lane;
	struct channel_group *g = group_of(bank, channel, &lane);

	if (g->echo_block)
		g->echo.control[lane].has_nlp = on;
}

void rd_bank_set_dtmf(struct rd_bank *bank, unsigned int channel, bool on)
{
	unsigned int lane;
	struct channel_group *g = group_of(bank, channel, &lane);

	if (!g->has_dtmf || g->heard[lane] == -on)
		return;
	g->heard[lane] = -on;
	g->hears += on ? 1 : -1;
	silence(g, lane);
}

void rd_bank_set_digit_removal(struct rd_bank *bank, unsigned int channel,
			       bool on)
{
	unsigned int lane;
	struct channel_group *g = group_of(bank, channel, &lane);

	if (!g->has_dtmf || g->removed[lane] == -on)
		return;
	g->removed[lane] = -on;
	g->removes += on ? 1 : -1;
	g->passed[lane] = 1;
}

int rd_bank_set_alc(struct rd_bank *bank, unsigned int channel,
		    const struct rd_alc_config *alc)
{
	unsigned int lane;
	struct channel_group *g = group_of(bank, channel, &lane);

	if (alc && rd_alc_init(&g->alc[lane], alc) < 0)
		return -EINVAL;
	g->levels &= ~(1u << lane);
	if (alc)
		g->levels |= 1u << lane;
	return 0;
}

bool rd_bank_get_alc_state(const struct rd_bank *bank, unsigned int channel,
			   struct rd_alc_state *state)
{
	unsigned int lane;
	const struct channel_group *g = group_of(bank, channel, &lane);

	if (!(g->levels >> lane & 1))
		return false;
	rd_alc_get_state(&g->alc[lane], state);
	return true;
}

void rd_bank_set_gain(struct rd_bank *bank, unsigned int channel, float factor)
{
	unsigned int lane, i;
	struct channel_group *g = group_of(bank, channel, &lane);

	g->gain[lane] = factor;
	g->has_gain = false;
	for (i = 0; i < bank->lanes; i++)
		g->has_gain |= g->gain[i] != 1;
}

void rd_bank_set_law(struct rd_bank *bank, enum rd_law law)
{
	unsigned int i;

	for (i = 0; i < bank->groups; i++)
		bank->group[i].law = law;
}

void rd_bank_get_echo_state(const struct rd_bank *bank, unsigned int channel,
			    struct rd_echo_state *state)
{
	unsigned int lane;
	const struct channel_group *g = group_of(bank, channel, &lane);

	memset(state, 0, sizeof(*state));
	if (g->echo_block)
		echo_group_get_state(&g->echo, lane, state);
}

/* ---- octets, turned over ---------------------------------------------------- */

typedef uint8_t v16 __attribute__((vector_size(16)));

/* 16 rows of 16 octets become columns: four times interleaved with itself. */
static void turn_16(const uint8_t *from, ptrdiff_t from_stride, uint8_t *to,
		    ptrdiff_t to_stride)
{
	v16 a[16], b[16];
	int round, i;

	for (i = 0; i < 16; i++)
		memcpy(&a[i], from + i * from_stride, 16);
	for (round = 0; round < 4; round++) {
		for (i = 0; i < 8; i++) {
			b[2 * i] = __builtin_shufflevector(
				a[i], a[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4,
				20, 5, 21, 6, 22, 7, 23);
			b[2 * i + 1] = __builtin_shufflevector(
				a[i], a[i + 8], 8, 24, 9, 25, 10, 26, 11, 27,
				12, 28, 13, 29, 14, 30, 15, 31);
		}
		memcpy(a, b, sizeof(a));
	}
	for (i = 0; i < 16; i++)
		memcpy(to + i * to_stride, &a[i], 16);
}

/* n frames of 16 channels; the last 16 may be done twice in part. */
static void to_lanes(const struct rd_bank_octets *in, int n, uint8_t *out)
{
	const uint8_t *at = in->base;
	int i, c;

	if (in->frame_stride == 1 && n >= 16) {
		for (i = 0; i < n - 16; i += 16)
			turn_16(at + i, in->channel_stride, out + 16 * i, 16);
		turn_16(at + n - 16, in->channel_stride, out + 16 * (n - 16),
			16);
		return;
	}
	for (i = 0; i < n; i++)
		for (c = 0; c < 16; c++)
			out[16 * i + c] = at[i * in->frame_stride +
					     c * in->channel_stride];
}

static void from_lanes(const uint8_t *in, int n, const struct rd_bank_io *io)
{
	ptrdiff_t stride = io->out_channel_stride;
	int i, c;

	if (io->out_frame_stride == 1 && n >= 16) {
		for (i = 0; i < n - 16; i += 16)
			turn_16(in + 16 * i, 16, io->out + i, stride);
		turn_16(in + 16 * (n - 16), 16, io->out + n - 16, stride);
		return;
	}
	for (i = 0; i < n; i++)
		for (c = 0; c < 16; c++)
			io->out[i * io->out_frame_stride + c * stride] =
				in[16 * i + c];
}

/* in, turned over if need be; room: [block][16] */
static struct rd_bank_octets in_lanes(const struct rd_bank_octets *in, int n,
				      uint8_t *room)
{
	if (in->channel_stride == 1)
		return *in;
	to_lanes(in, n, room);
	return (struct rd_bank_octets){ room, 1, RD_BANK_CHANNELS };
}

int rd_bank_process(struct rd_bank *bank, const struct rd_bank_io *io)
{
	uint8_t room[3][FFT_MAX * RD_BANK_CHANNELS];
	int n = bank->shape.block, count = 0, cancels = 0;
	struct rd_bank_io in_order = *io;
	unsigned int i;

	for (i = 0; i < bank->groups; i++)
		cancels += bank->group[i].cancels;
	in_order.received = in_lanes(&io->received, n, room[0]);
	if (cancels)
		in_order.sent = in_lanes(&io->sent, n, room[1]);
	if (io->out && io->out_channel_stride != 1) {
		in_order.out = room[2];
		in_order.out_frame_stride = RD_BANK_CHANNELS;
	}
	for (i = 0; i < bank->groups; i++)
		count += bank->run(&bank->group[i], &in_order,
				   io->event + count, io->max_events - count);
	if (in_order.out == room[2])
		from_lanes(room[2], n, io);
	return count;
}

unsigned int rd_bank_lanes(const struct rd_bank *bank)
{
	return bank->lanes;
}

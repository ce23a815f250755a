// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A bank of sixteen channels: memory, and the choice of the kernel.
 *
 *	[struct rd_bank][arrays of group 0][arrays of group 1]...
 *
 * With 16 lanes there is one group, with 8 two, with 4 four. All that a tick
 * touches of a group lies in one piece, so that fetching it ahead is one run
 * through memory.
 */
#include "lib/dsp/channel.h"

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
	return echo_shape_init(s, c->echo.taps ? c->echo.taps : 128,
			       c->echo.block);
}

static size_t dtmf_floats(void)
{
	return RD_DTMF_DEPTH * HOP_ROWS + 8;
}

/* Bytes of the arrays of one group, a multiple of 64. */
static size_t group_bytes(const struct rd_bank_config *c,
			  const struct echo_shape *s, unsigned int lanes)
{
	size_t bytes = 0;

	if (c->has_dtmf)
		bytes += dtmf_floats() * lanes * sizeof(float) +
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

static void make_group(struct rd_bank *bank, const struct rd_bank_config *c,
		       unsigned int i, char *mem)
{
	struct channel_group *g = &bank->group[i];
	unsigned int lanes = bank->lanes, l;

	g->shape = &bank->shape;
	g->law = c->law;
	g->first = i * lanes;
	if (c->has_dtmf) {
		g->has_dtmf = true;
		g->hist = (float *)mem;
		g->filter = g->hist + RD_DTMF_DEPTH * HOP_ROWS * lanes;
		mem += dtmf_floats() * lanes * sizeof(float);
	}
	if (c->echo.taps) {
		echo_group_init(&g->echo, &bank->shape, lanes, mem, c->echo.nlp,
				c->echo.tone_disabler);
		g->echo_block = lanes == 16  ? echo_block_16
				: lanes == 8 ? echo_block_8
					     : echo_block_4;
		mem += echo_group_size(&bank->shape, lanes);
	}
	if (c->has_dtmf) {
		g->dtmf = (struct dtmf_lane *)mem;
		for (l = 0; l < lanes; l++)
			g->dtmf[l].digit.code = -1;
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
	if (!g->has_dtmf)
		return;
	for (i = 0; i < dtmf_floats(); i++) /* the filter lies behind hist */
		g->hist[i * bank->lanes + lane] = 0;
	g->dtmf[lane] = (struct dtmf_lane){ .digit.code = -1 };
}

void rd_bank_set_echo(struct rd_bank *bank, unsigned int channel, bool on)
{
	unsigned int lane;
	struct channel_group *g = group_of(bank, channel, &lane);

	if (g->echo_block)
		g->echo.control[lane].is_off = !on;
}

void rd_bank_set_nlp(struct rd_bank *bank, unsigned int channel, bool on)
{
	unsigned int lane;
	struct channel_group *g = group_of(bank, channel, &lane);

	if (g->echo_block)
		g->echo.control[lane].has_nlp = on;
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

int rd_bank_process(struct rd_bank *bank, const struct rd_bank_io *io)
{
	int count = 0;
	unsigned int i;

	for (i = 0; i < bank->groups; i++)
		count += bank->run(&bank->group[i], io, io->event + count,
				   io->max_events - count);
	return count;
}

unsigned int rd_bank_lanes(const struct rd_bank *bank)
{
	return bank->lanes;
}

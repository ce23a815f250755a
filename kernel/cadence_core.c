// SPDX-License-Identifier: GPL-2.0-only
/* Ringing cadences as a table; a flash is a hook that comes back by itself. */
#include "cadence_core.h"

#define MS_FRAMES(ms) (8u * (ms))

static const struct {
	u32 on[2];
	u32 off[2];
} cadences[RD_CADENCES] = {
	[1] = { { MS_FRAMES(1000) }, { MS_FRAMES(4000) } },
	[2] = { { MS_FRAMES(2000) }, { MS_FRAMES(4000) } },
	[3] = { { MS_FRAMES(400), MS_FRAMES(400) },
		{ MS_FRAMES(200), MS_FRAMES(2000) } },
};

bool rd_cadence_is_on(u32 cadence, u64 frames)
{
	u32 i, at, length = 0;

	if (!cadence || cadence >= RD_CADENCES)
		return false;
	for (i = 0; i < 2; i++)
		length += cadences[cadence].on[i] + cadences[cadence].off[i];
	div_u64_rem(frames, length, &at);
	for (i = 0; i < 2; i++) {
		if (at < cadences[cadence].on[i])
			return true;
		at -= cadences[cadence].on[i];
		if (at < cadences[cadence].off[i])
			return false;
		at -= cadences[cadence].off[i];
	}
	return false;
}

void rd_port_command(struct rd_port *p, const struct ringdown_command *cmd)
{
	switch (cmd->op) {
	case RINGDOWN_OP_RING:
		p->cadence = cmd->arg;
		p->ring_began = 0;
		break;
	case RINGDOWN_OP_POLARITY:
		p->polarity = cmd->arg;
		break;
	case RINGDOWN_OP_HOOK:
		p->hook = cmd->arg;
		p->flash_frames = 0;
		p->flash_ends = 0;
		break;
	case RINGDOWN_OP_FLASH:
		if (p->hook)
			p->flash_frames = MS_FRAMES(cmd->arg);
		break;
	}
}

bool rd_port_hook(struct rd_port *p, u64 frame)
{
	if (p->flash_frames) {
		p->flash_ends = frame + p->flash_frames;
		p->flash_frames = 0;
	}
	if (frame >= p->flash_ends)
		p->flash_ends = 0;
	return p->hook && !p->flash_ends;
}

bool rd_port_ring(struct rd_port *p, u64 frame)
{
	if (p->cadence && !p->ring_began)
		p->ring_began = frame;
	return rd_cadence_is_on(p->cadence, frame - p->ring_began);
}

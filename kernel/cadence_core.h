/* SPDX-License-Identifier: GPL-2.0-only */
/* Ringing and hook flash of an analog line, in frames. */
#ifndef RINGDOWN_CADENCE_CORE_H
#define RINGDOWN_CADENCE_CORE_H

#include "env.h"

/* Values of RINGDOWN_OP_RING; 0 stops. */
#define RD_CADENCES	4
#define RD_FLASH_MAX_MS 2000

/**
 * rd_cadence_is_on() - is there ringing current?
 * @cadence: number as in RINGDOWN_OP_RING; 0 is silence
 * @frames: since ringing began
 *
 * 1: 1 s on, 4 s off (ITU-T E.180 annex: China, most of Europe); 2: 2 s on,
 * 4 s off (North America); 3: 0.4 s on, 0.2 s off, 0.4 s on, 2 s off (UK).
 */
bool rd_cadence_is_on(u32 cadence, u64 frames);

/**
 * struct rd_port - what we do to the line at one analog port
 * @cadence: ringing, 0 is none
 * @ring_began: the frame it began, as the far end saw it; 0: not seen yet
 * @flash_frames: a flash that the far end has not seen yet; 0: none
 * @flash_ends: on-hook until this frame, then off-hook again; 0: no flash
 * @hook: 1 off-hook
 * @polarity: 1 reversed
 */
struct rd_port {
	u32 cadence;
	u64 ring_began;
	u32 flash_frames;
	u64 flash_ends;
	u8 hook;
	u8 polarity;
};

/**
 * rd_port_command() - a checked command that concerns an analog port
 * @p: the port
 * @cmd: RING, FLASH, POLARITY or HOOK; others change nothing
 *
 * Durations run from when the far end first looks, so they are never cut.
 */
void rd_port_command(struct rd_port *p, const struct ringdown_command *cmd);

/**
 * rd_port_hook() - is the port off-hook, a flash apart?
 * @p: the port
 * @frame: the line clock, not 0
 */
bool rd_port_hook(struct rd_port *p, u64 frame);

/**
 * rd_port_ring() - is there ringing current on the port?
 * @p: the port
 * @frame: the line clock, not 0
 */
bool rd_port_ring(struct rd_port *p, u64 frame);

#endif /* RINGDOWN_CADENCE_CORE_H */

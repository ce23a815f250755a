// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kernel/(name)_core.c on any input: module parameters, geometries, and a
 * client that writes what it likes into its control page. Whatever passes a
 * check must then be safe to use.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/clock_core.h"
#include "kernel/fault_core.h"
#include "kernel/prbs_core.h"
#include "kernel/queue_core.h"
#include "kernel/ring_core.h"
#include "kernel/spec_core.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(int truth)
{
	if (!truth)
		abort();
}

static void parameters(const uint8_t *data, size_t size)
{
	char text[64] = "";
	struct rd_card_spec spec;
	struct rd_cable cable;

	memcpy(text, data, size < sizeof(text) - 1 ? size : sizeof(text) - 1);
	if (!rd_card_spec_parse(text, &spec))
		demand(spec.spans >= 1 && spec.spans <= RINGDOWN_MAX_SPANS &&
		       spec.ports <= 8);
	if (!rd_cable_parse(text, &cable))
		demand(cable.card[0] < RD_CARDS_MAX &&
		       cable.card[1] < RD_CARDS_MAX &&
		       cable.span[0] < RINGDOWN_MAX_SPANS &&
		       cable.span[1] < RINGDOWN_MAX_SPANS);
}

/* Every octet that a geometry names lies within an area of that size. */
static void rings(const uint8_t *data, size_t size)
{
	struct ringdown_geometry g = {
		.rate_hz = RINGDOWN_RATE_HZ,
		.nspans = 1,
		.period_frames = 8,
		.ring_frames = 64,
		.block_frames = 64,
	};
	u32 octets = 1 << 16;
	u8 *area, line[64];

	for (u32 i = 0; i < RINGDOWN_MAX_SPANS; i++)
		g.span[i] =
			(struct ringdown_span_info){ .type = 1, .slots = 32 };
	/* Mostly sound, with pieces of the input laid over it. */
	while (size >= 4) {
		size_t at = data[0] * 4 % sizeof(g);

		g.nspans = 1 + g.nspans % RINGDOWN_MAX_SPANS;
		memcpy((u8 *)&g + at, data + 1, data[1] & 1 ? 3 : 1);
		data += 4;
		size -= 4;
	}
	if (rd_ring_check(&g, octets) || g.ring_frames > 4096)
		return;
	area = malloc(octets);
	demand(area != NULL);
	for (u32 i = 0; i < g.nspans; i++) {
		u32 n = g.ring_frames < 64 ? g.ring_frames : 64;
		u32 last = g.span[i].slots - 1;
		u8 *slot = area + rd_ring_slot(&g, g.span[i].rx_base, last);

		rd_ring_fill(&g, slot, g.ring_frames - 1, g.ring_frames, i);
		rd_ring_put(&g, slot, g.ring_frames - 1, n, line);
		rd_ring_get(&g, slot, g.ring_frames / 2, n, line);
	}
	free(area);
}

static void client(const uint8_t *data, size_t size)
{
	static struct ringdown_status status;
	static struct ringdown_control control;
	static struct rd_commands commands;
	struct ringdown_geometry g = { .nspans = 3,
				       .period_frames = 80,
				       .tx_lead_frames = 80,
				       .ring_frames = 1280 };
	struct rd_events events = { 0 };
	struct rd_clock clock = { 0 };

	memset(&status, 0, sizeof(status));
	memset(&control, 0, sizeof(control));
	memset(&commands, 0, sizeof(commands));
	for (u32 i = 0; i < 3; i++) {
		g.span[i].type = i + 2;
		rd_span_shape(&g.span[i], 8);
	}
	rd_clock_set(&clock, &g);
	while (size >= 12) {
		struct ringdown_event event = { .frame = clock.frame };
		struct ringdown_command cmd;
		u32 at = (data[0] | data[1] << 8) % (sizeof(control) - 8);
		u64 tx = clock.tx_frame;

		memcpy((u8 *)&control + at, data + 4, 8);
		control.event_tail += data[2];
		control.command_head += data[3] % 8;
		rd_clock_advance(&clock, 80);
		rd_commands_take(&commands, &g, &status, &control,
				 clock.frame - 80);
		demand(commands.npending <= RINGDOWN_COMMANDS);
		while (rd_commands_due(&commands, clock.frame, &cmd))
			demand(rd_command_is_valid(&g, &cmd));
		rd_events_put(&events, &status, &control, &event);
		rd_clock_judge(&clock, control.tx_frame, data[2]);
		demand(clock.tx_frame >= tx &&
		       clock.tx_frame <= clock.frame + 1280);
		data += 12;
		size -= 12;
	}
}

static void line(const uint8_t *data, size_t size)
{
	static struct rd_line line;
	static u8 store[RD_STORE_OCTETS];
	struct ringdown_span_info span = { .first_slot = 1, .slots = 31 };
	struct ringdown_inject inject;
	struct rd_prbs_rx rx;
	struct rd_fault f;

	rd_prbs_rx_init(&rx);
	rd_prbs_rx_run(&rx, data, size);
	demand(rx.errors <= rx.bits && rx.bits <= 8 * size);
	rd_fault_init(&f, &span, size);
	for (; size >= sizeof(inject); size -= sizeof(inject)) {
		memcpy(&inject, data, sizeof(inject));
		data += sizeof(inject);
		memset(inject.reserved, 0, sizeof(inject.reserved));
		if (rd_fault_check(&inject))
			continue;
		if (rd_fault_needs_store(&f, &inject))
			rd_fault_give_store(&f, store, 0xd5);
		rd_fault_set(&f, &inject);
		rd_fault_run(&f, &line, 1 + inject.span % RINGDOWN_PERIOD_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > 8192)
		return 0;
	switch (data[0] % 4) {
	case 0:
		parameters(data + 1, size - 1);
		break;
	case 1:
		rings(data + 1, size - 1);
		break;
	case 2:
		client(data + 1, size - 1);
		break;
	case 3:
		line(data + 1, size - 1);
		break;
	}
	return 0;
}

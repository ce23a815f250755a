// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for a port: daemon/call/ports.h keeps the line. */
#include "daemon/ivr/run.h"
#include "daemon/msg.h"
#include "lib/dsp/tone.h"

#define CAUSE_CONGESTION 42 /* Q.850: switching equipment congestion */

const struct rd_cfg_ports *rd_ivr_ports(const struct rd_ivr_run *r)
{
	uint16_t ports =
		rd_cfg_ports_of(r->config, (uint16_t)(r->state->tree1 - 1));

	return ports == RD_INDEX_NONE ? NULL : &r->config->ports[ports];
}

void rd_ivr_port_sound(const struct rd_ivr_run *r,
		       const struct rd_cfg_ports *ports)
{
	struct rd_playlist list = { .flags = RD_PLAY_LOOP };
	const struct rd_cfg_music *music;

	if (ports->treatment == RD_PORT_RINGBACK ||
	    ports->music >= r->config->nmusic) {
		r->state->play =
			rd_call_tone(r->core, r->call, RD_TONE_RINGBACK);
		return;
	}
	music = &r->config->music[ports->music];
	while (list.n < music->nprompts && list.n < RD_PLAYLIST_MAX) {
		list.prompt[list.n] = music->prompts[list.n];
		list.n++;
	}
	r->state->play = rd_call_play(r->core, r->call, &list);
}

uint16_t rd_ivr_no_port(const struct rd_ivr_run *r)
{
	const struct rd_cfg_ports *ports = rd_ivr_ports(r);
	struct rd_app_arg arg = RD_APP_ARG_NONE;

	rd_call_note(r->core, r->call, "ivr: no port of %s",
		     ports ? ports->name : "any");
	if (!ports || ports->tree_full == RD_INDEX_NONE)
		return rd_ivr_release(r, CAUSE_CONGESTION);
	arg.tree = ports->tree_full;
	arg.node = ports->node_full;
	return rd_ivr_run_app(r, RD_APP_IVR, &arg);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ports; see ports.h.
 *
 *	asked ---> has ---------------------------> given back
 *	   |        ^                                   |
 *	   |        +-- first of the line <-- a port <--+
 *	   +--> waits --> abandoned, timeout
 *	   +--> full
 */
#include "daemon/call/ports.h"

#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"

struct rd_ports *rd_ports_at(const struct rd_core *core, uint8_t place)
{
	return &core->state->ports[place];
}

static uint8_t place_of(const struct rd_core *core, const char *name)
{
	uint8_t place = 0;

	while (place < RD_PORTS_MAX &&
	       strcmp(rd_ports_at(core, place)->name, name))
		place++;
	return place;
}

/* ---- the line --------------------------------------------------------------- */

static void enter_line(struct rd_core *core, struct rd_ports *p,
		       struct rd_call *call)
{
	uint32_t index = rd_call_index(core, call);

	call->port.next = RD_NONE;
	call->port.prev = p->last;
	if (p->last == RD_NONE)
		p->first = index;
	else
		rd_call_at(core, p->last)->port.next = index;
	p->last = index;
	if (++p->waiting > p->waiting_peak)
		p->waiting_peak = p->waiting;
}

static void leave_line(struct rd_core *core, struct rd_ports *p,
		       struct rd_call *call)
{
	struct rd_port_call *port = &call->port;

	if (port->prev == RD_NONE)
		p->first = port->next;
	else
		rd_call_at(core, port->prev)->port.next = port->next;
	if (port->next == RD_NONE)
		p->last = port->prev;
	else
		rd_call_at(core, port->next)->port.prev = port->prev;
	port->next = port->prev = RD_NONE;
	p->waiting--;
}

/* ---- records ---------------------------------------------------------------- */

static void write_row(struct rd_core *core, const struct rd_ports *p,
		      const struct rd_call *call, const char *result)
{
	const struct rd_port_call *port = &call->port;
	uint64_t until = port->got ? port->got : core->now;

	rd_row_begin(core, RD_TABLE_PORTS);
	rd_row_time(core, port->asked);
	rd_row_str(core, p->name);
	rd_row_int(core, (int64_t)call->id);
	rd_row_int(core, (int64_t)rd_ms_from_frames(until - port->asked));
	if (port->got)
		rd_row_int(core,
			   (int64_t)rd_ms_from_frames(core->now - port->got));
	else
		rd_row_null(core);
	rd_row_str(core, result);
	rd_row_end(core);
}

static void tell(struct rd_core *core, const struct rd_ports *p,
		 const struct rd_call *call, const char *what)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_CALL_PORT);

	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "ports", p->name);
	rd_json_str(j, "what", what);
	rd_json_int(j, "wait_ms",
		    (int64_t)rd_ms_from_frames(core->now - call->port.asked));
	rd_json_int(j, "waiting", p->waiting);
	rd_event_end(core);
}

/* ---- taking and giving ------------------------------------------------------ */

static void take(struct rd_core *core, struct rd_ports *p, struct rd_call *call)
{
	call->port.state = RD_PORT_HAS;
	call->port.got = core->now;
	if (++p->used > p->used_peak)
		p->used_peak = p->used;
}

/* Free ports to those who wait, in their order. */
static void give_out(struct rd_core *core, struct rd_ports *p)
{
	while (p->used < p->limit && p->first != RD_NONE) {
		struct rd_call *call = rd_call_at(core, p->first);
		uint64_t wait = core->now - call->port.asked;

		leave_line(core, p, call);
		take(core, p, call);
		p->waited++;
		p->wait_frames += wait;
		if (wait > p->wait_max_frames)
			p->wait_max_frames = wait;
		tell(core, p, call, "got");
		rd_call_defer(core, call, RD_APP_EV_PORT, 0);
	}
}

enum rd_port_answer rd_call_port_take(struct rd_core *core,
				      struct rd_call *call,
				      const struct rd_cfg_ports *cfg)
{
	uint8_t place = cfg ? place_of(core, cfg->name) : RD_PORTS_MAX;
	struct rd_ports *p;

	if (place == RD_PORTS_MAX || call->port.state != RD_PORT_NONE)
		return RD_PORT_YOURS;
	p = rd_ports_at(core, place);
	call->port = (struct rd_port_call){ .place = place,
					    .next = RD_NONE,
					    .prev = RD_NONE,
					    .asked = core->now };
	p->asked++;
	if (p->used < p->limit) {
		p->at_once++;
		take(core, p, call);
		return RD_PORT_YOURS;
	}
	if (cfg->max_waiting && p->waiting >= cfg->max_waiting) {
		p->full++;
		tell(core, p, call, "full");
		write_row(core, p, call, "full");
		memset(&call->port, 0, sizeof(call->port));
		return RD_PORT_FULL;
	}
	call->port.state = RD_PORT_WAITS;
	enter_line(core, p, call);
	tell(core, p, call, "waits");
	return RD_PORT_WAIT;
}

void rd_call_port_give(struct rd_core *core, struct rd_call *call,
		       enum rd_port_end why)
{
	struct rd_ports *p = rd_ports_at(core, call->port.place);

	switch (call->port.state) {
	case RD_PORT_HAS:
		p->used--;
		write_row(core, p, call, "port");
		break;
	case RD_PORT_WAITS:
		leave_line(core, p, call);
		p->timed_out += why == RD_PORT_TIMEOUT;
		p->abandoned += why != RD_PORT_TIMEOUT;
		tell(core, p, call,
		     why == RD_PORT_TIMEOUT ? "timeout" : "abandoned");
		write_row(core, p, call,
			  why == RD_PORT_TIMEOUT ? "timeout" : "abandoned");
		break;
	default:
		return;
	}
	memset(&call->port, 0, sizeof(call->port));
	give_out(core, p);
}

/* ---- configurations --------------------------------------------------------- */

static const struct rd_cfg_ports *config_of(const struct rd_core *core,
					    const char *name)
{
	for (uint16_t i = 0; i < core->config->nports; i++)
		if (!strcmp(core->config->ports[i].name, name))
			return &core->config->ports[i];
	return NULL;
}

void rd_ports_configure(struct rd_core *core)
{
	for (uint16_t i = 0; i < core->config->nports; i++) {
		const char *name = core->config->ports[i].name;
		uint8_t place = place_of(core, name);
		struct rd_ports *p;

		if (place == RD_PORTS_MAX)
			place = place_of(core, "");
		if (place == RD_PORTS_MAX)
			continue; /* many renamed ones still in use */
		p = rd_ports_at(core, place);
		if (!p->name[0]) {
			rd_text_copy(p->name, sizeof(p->name), name);
			p->first = p->last = RD_NONE;
		}
	}
	for (uint8_t place = 0; place < RD_PORTS_MAX; place++) {
		struct rd_ports *p = rd_ports_at(core, place);
		const struct rd_cfg_ports *cfg;

		if (!p->name[0])
			continue;
		cfg = config_of(core, p->name);
		p->limit = cfg ? cfg->limit : UINT32_MAX;
		give_out(core, p);
		if (!cfg && !p->used)
			memset(p, 0, sizeof(*p));
	}
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ports: how many callers a group of menus takes at once, and the line of those
 * who wait for one.
 *
 * WHAT. A caller who enters a tree of a group takes a port, and gives it back
 * when he leaves for a queue, an agent or for good. When all are taken he waits;
 * a port that is given back goes to him who has waited longest, at once and
 * whatever else happens: the line is strictly first come, first served. One who
 * comes back from an agent comes anew.
 *
 * HOW. Groups have a place in the state, by name, so a reload changes their
 * limit and nothing else. The line is a list through the calls. Invariant: while
 * somebody waits, no port is free (rd_core_check()).
 *
 * Rows: one in the table ports for each caller who asked, when he has left.
 *
 * Context: core.
 */
#ifndef RD_CALL_PORTS_H
#define RD_CALL_PORTS_H

#include "daemon/core/core.h"

#define RD_PORTS_MAX 64 /* groups; 32 of a configuration */

struct rd_ports { /* zeros: free place */
	char name[32];
	uint32_t limit; /* UINT32_MAX: no more in the configuration */
	uint32_t used, waiting;
	uint32_t first, last; /* of the line: calls, or RD_NONE */
	/* since the place was taken */
	uint64_t asked, at_once, waited, abandoned, timed_out, full;
	uint64_t wait_frames;	   /* of all who waited and got one */
	uint64_t wait_max_frames;  /* of one */
	uint32_t used_peak, waiting_peak;
};

enum rd_port_state { RD_PORT_NONE, RD_PORT_WAITS, RD_PORT_HAS };

struct rd_port_call { /* part of a call */
	uint8_t state; /* enum rd_port_state */
	uint8_t place;
	uint8_t pad[6];
	uint32_t next, prev; /* in the line */
	uint64_t asked, got; /* frames */
};

struct rd_ports *rd_ports_at(const struct rd_core *core, uint8_t place);
/* Groups of a new configuration; ports that are more now are given out. */
void rd_ports_configure(struct rd_core *core);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of core: one block of memory, the arena.
 *
 *	| struct rd_state | spans | calls | legs | recordings | blacklist |
 *	| tickets | classes | queues | figures | estimates | agents |
 *	| sessions | maps | sets | timers | heap |
 *
 * WHAT. The head says where everything lies, as offsets; objects refer to each
 * other by index. Copying the octets copies the state. Sizes come from
 * config.limits and never change while running.
 *
 * NAMES TO PLACES. Agents and queues keep their place as long as the daemon's
 * state lives; configurations number theirs anew each time. For each of the
 * RD_CONFIGS generations alive the maps hold both ways:
 *
 *	rd_agent_slot(core, generation, index in that configuration) -> place
 *	rd_agent_slot_index(core, generation, place) -> index, or NONE
 *
 * Context: core.
 */
#ifndef RD_CORE_STATE_H
#define RD_CORE_STATE_H

#include "daemon/acd/agent.h"
#include "daemon/acd/figures.h"
#include "daemon/acd/queue.h"
#include "daemon/acd/serve.h"
#include "daemon/acd/history.h"
#include "daemon/acd/session.h"
#include "daemon/acd/task.h"
#include "daemon/call/announce.h"
#include "daemon/call/blacklist.h"
#include "daemon/call/call.h"
#include "daemon/call/leg.h"
#include "daemon/call/lists.h"
#include "daemon/call/lockout.h"
#include "daemon/call/record.h"
#include "daemon/call/span.h"
#include "daemon/core/core.h"
#include "daemon/core/pool.h"
#include "daemon/core/timer.h"
#include "lib/base/rng.h"

#define RD_STATE_MAGIC	0x5453444eu /* "NDST" in memory */
#define RD_STATE_LAYOUT 1u	    /* count up when a meaning changes */

struct rd_counts { /* since the state was made */
	uint64_t events, commands, unlisted, malformed, broken, late;
	uint64_t calls, refused, blocked, no_route, no_channel, no_room;
	uint64_t glares, restarts_late, attached_cut, text_cut;
};

struct rd_state {
	/* what rd_core_restore() compares */
	uint32_t magic, version;
	uint64_t size; /* octets of the arena */
	struct rd_cfg_limits limits;
	uint32_t pad0;

	/* the run */
	uint64_t epoch_ns; /* Unix time of frame 0 */
	uint64_t now;	   /* frame of the latest event; never goes back */
	uint64_t seq;	   /* number of the latest event */
	uint64_t next_id;  /* of a call or recording */
	uint64_t next_order;
	struct rd_rng rng;
	uint32_t next_play, next_vault, next_request;
	uint32_t generation; /* of the newest configuration */
	uint8_t configured, started, stopping, idle_told;
	uint8_t edge_up, disk_state, store_state, pad1;
	uint32_t nspans;
	uint32_t first_ended, first_deferred; /* calls, within one event */
	struct rd_counts counts;
	struct rd_figures_clock figures_clock;

	/* where things lie */
	struct rd_pool calls, legs, recordings, blocks;
	struct rd_pool tasks;
	struct rd_pool tickets, classes;
	struct rd_pool list_changes;
	struct rd_pool lockouts;
	uint64_t spans_offset, queues_offset, agents_offset;
	uint64_t figures_offset, estimates_offset; /* of each queue */
	uint64_t sessions_offset; /* of each agent */
	uint64_t history_offset;  /* callers of before */
	uint64_t blocks_sorted_offset; /* u32 indices, by number */
	uint64_t list_sorted_offset;   /* likewise, by list and number */
	uint64_t map_offset;	       /* u16: see state.c */
	uint64_t skills_offset;	       /* struct rd_skill */
	uint64_t members_offset;       /* u64 words: daemon/acd/serve.c */
	uint64_t skilled_offset;
	uint64_t sets_offset;	       /* u64 words: enum rd_set of agents */
	uint32_t agents, queues;       /* places */
	uint32_t agent_words;	       /* u64 words of a set of agents */
	uint32_t nblocks;
	struct rd_timers timers;

	uint32_t hunted[RD_GROUPS_MAX]; /* line last taken in each group */
	uint8_t span_of_line[256][8];	/* card, span -> span + 1; 0 none */
	struct rd_ports ports[RD_PORTS_MAX];
	struct rd_announcement announcements[RD_ANNOUNCEMENTS];
	struct rd_text_place texts[RD_TEXTS];
	uint32_t next_announcement, next_text;
};

/* Octets an arena with these limits has; the limits as they are used. */
uint64_t rd_state_size(struct rd_cfg_limits *limits,
		       const struct rd_config *config);
/* Lay out an empty state in memory[rd_state_size()], which is zero. */
void rd_state_init(void *memory, const struct rd_cfg_limits *limits);
/* The head's places for those limits; all pools, maps and timers empty. */
void rd_state_lay_out(struct rd_state *s, const struct rd_cfg_limits *limits);
/*
 * A configuration with other limits begins, and there is no call: an arena of
 * those sizes, with all that has a name, takes the place of core's. False:
 * nothing to do, or not now. Context: RD_MSG_CONFIG only, it allocates.
 * (daemon/core/resize.c: a new pool that outlives calls has to move there.)
 */
bool rd_state_resize(struct rd_core *core, const struct rd_config *config);
/* Of this program's structs: a snapshot of another is refused. */
uint32_t rd_state_version(void);

/* Maps between configurations and places. */
enum rd_map { RD_MAP_AGENTS, RD_MAP_QUEUES, RD_MAP_SKILLS, RD_MAPS };
void rd_map_clear(struct rd_core *core, enum rd_map map, uint32_t generation);
void rd_map_set(struct rd_core *core, enum rd_map map, uint32_t generation,
		uint16_t index, uint16_t place);
/* Nothing of that generation has that place any more. */
void rd_map_forget(struct rd_core *core, enum rd_map map, uint32_t generation,
		   uint16_t place);
/* Place of a configuration's index; index of a place. NONE if there is none. */
uint16_t rd_map_place(const struct rd_core *core, enum rd_map map,
		      uint32_t generation, uint16_t index);
uint16_t rd_map_index(const struct rd_core *core, enum rd_map map,
		      uint32_t generation, uint16_t place);

/* Timers, by milliseconds from now. */
void rd_core_timer(struct rd_core *core, enum rd_timer_kind kind,
		   uint32_t index, uint32_t which, uint64_t ms);
void rd_core_timer_stop(struct rd_core *core, enum rd_timer_kind kind,
			uint32_t index, uint32_t which);

/* The number of the next call or recording. */
uint64_t rd_core_next_id(struct rd_core *core);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Core: everything that decides, as one function of its events.
 *
 *	(state, event) -> (state, commands)
 *
 * WHAT. struct rd_core holds the state; rd_core_handle() takes the next event
 * and emits commands to media, disk, store, edges and watchers. Nothing else
 * changes the state, and core asks nothing of the world: no clock, no file, no
 * chance but the seed's. So the ordered list of events, the journal, replays
 * to the same state and the same commands, octet for octet.
 *
 * HOW. The state is one block of memory (the arena): a head and pools of
 * fixed-size objects that refer to each other by index. It holds no pointer,
 * so a snapshot is a copy of it. Pools are sized by config.limits at start;
 * running out is an answer (Q.850 cause 42 or 34), not an abort.
 *
 * WHO OWNS WHAT. daemon/call: legs, calls, channels, routing. daemon/ivr: the
 * interpreter's part of a call. daemon/acd: queues, agents. Each keeps its
 * structs in its own header; daemon/core/state.h puts them into the arena.
 *
 * TIMERS lie in the state, ordered by (frame, order of setting). The loop asks
 * rd_core_deadline() and delivers RD_MSG_TIME when it has come.
 *
 * Context: the core thread, `ringdown simulate` and replay alike. No function
 * here blocks or allocates after rd_core_new(), but for RD_MSG_CONFIG.
 */
#ifndef RD_CORE_H
#define RD_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/msg.h"
#include "lib/config/config.h"

struct rd_call;	   /* daemon/call/call.h */
struct rd_state;   /* daemon/core/state.h */
struct rd_writer;  /* daemon/core/emit.h */
struct rd_app_ops; /* daemon/core/app.h */

/*
 * Where commands go. put() gets every command core emits, in order; live it
 * queues them to their peers, in replay it compares. peer is the receiver.
 */
struct rd_sink {
	void (*put)(void *context, enum rd_peer peer, const struct rd_msg *cmd);
	void *context;
};

#define RD_CONFIGS 4 /* configurations alive at once: calls finish on theirs */

struct rd_core {
	struct rd_state *state;
	struct rd_sink sink;
	const struct rd_config *config;		    /* the newest */
	const struct rd_config *configs[RD_CONFIGS]; /* by generation mod n */
	/* of the event being handled */
	uint64_t now; /* frame */
	uint64_t seq;
	uint16_t part; /* rows emitted so far for this event */
	/* applications by enum rd_app; a test may put its own */
	const struct rd_app_ops *const *apps;
	const struct rd_config *next_config; /* with the next RD_MSG_CONFIG */
	struct rd_writer *event, *row;	     /* being written */
	/* NULL, or told of each choice before it is carried out: what the
	 * matcher saw is still the state. It only looks (daemon/acd/explain.h) */
	void (*on_offer)(void *context, const struct rd_core *core,
			 const struct rd_call *call, uint16_t agent);
	void *on_offer_context;
	bool quiet; /* a run of before is wound up: nobody is there to obey */
	/* CRC-32C over all commands since the last event began; journalled with
	 * the next event, so that replay proves every decision */
	uint32_t digest;
};

/*
 * Make a core with an empty state sized by config->limits. Configurations are
 * compiled by whoever delivers RD_MSG_CONFIG; that event's octets are for the
 * journal, and rd_core_set_config() hands over what they compile to.
 * NULL: out of memory.
 */
struct rd_core *rd_core_new(const struct rd_config *config,
			    struct rd_sink sink);
void rd_core_free(struct rd_core *core);

/*
 * Handle one event (a type marked RD_MSG_EVENT), numbered seq. Malformed or
 * impossible events are counted and logged through PUBLISH, never ignored.
 */
void rd_core_handle(struct rd_core *core, const struct rd_msg *event,
		    uint64_t seq);

/* Frame of the earliest timer; RD_FRAME_NEVER if none. */
uint64_t rd_core_deadline(const struct rd_core *core);

/*
 * The configuration that the next RD_MSG_CONFIG event stands for (its last
 * part, if it comes in parts). Returns the one that goes with it, for the
 * caller to free after that event, or NULL; core never frees one. Calls still
 * on it are moved to the newest, or released if they are in one of its menus.
 *
 * The first RD_MSG_CONFIG of a state is generation 0, as is what rd_core_new()
 * was given: a daemon delivers the same one to both.
 */
const struct rd_config *rd_core_set_config(struct rd_core *core,
					   const struct rd_config *config);

/* The arena, to copy: its octets are the snapshot. */
const void *rd_core_snapshot(const struct rd_core *core, uint64_t *len);
/*
 * Take over a snapshot. -EINVAL: of another version or other limits;
 * the state is then as before. Its calls run on core->config; who replays with
 * calls of older generations sets core->configs[] after it.
 */
int rd_core_restore(struct rd_core *core, const void *snapshot, uint64_t len);

/*
 * Invariants that hold after every event. Returns how many are broken; the
 * first is described in why[len].
 */
int rd_core_check(const struct rd_core *core, char *why, uint32_t len);

/*
 * The vault that digits of this line go to: 0 they are no secret, else a number
 * never used before. Who delivers RD_MSG_DIGIT asks this first: the digit (0-9,
 * A-D) goes to that vault, the event gets '?'. RD_MSG_LOOKUP with secret set
 * names the vault in decimal as its key; source RD_LOOKUP_PIN compares it with
 * a PIN.
 */
uint32_t rd_core_vault(const struct rd_core *core, uint32_t line);

/* ---- for daemon/call, ivr, acd ------------------------------------------ */

/* Emit a command (digested, then put to its peer). */
void rd_emit(struct rd_core *core, const struct rd_msg *cmd);

#endif

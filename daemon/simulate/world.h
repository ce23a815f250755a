/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world around core, from inside; see simulate.h.
 *
 *	world.c   clock, heap, journal: how an event gets to core
 *	line.c    what core commands: edge, media, disk, sources
 *	people.c  callers and agents
 *	past.c    arrivals of a journal
 *
 * A *far end* is a party on a channel: a caller, or a phone that core called.
 * It is found by its line; what was planned for it names its serial number, so
 * that plans of somebody who has gone are void.
 */
#ifndef RD_SIMULATE_WORLD_H
#define RD_SIMULATE_WORLD_H

#include "daemon/call/span.h"
#include "daemon/core/core.h"
#include "daemon/live/vault.h"
#include "daemon/simulate/simulate.h"
#include "lib/base/frames.h"

#define RD_WORLD_SLOTS	  32 /* of a span */
#define RD_WORLD_PLAYLIST 65

enum rd_plan_kind {
	RD_PLAN_CALL,	   /* callers[who]: the next one of the curve */
	RD_PLAN_AGAIN,	   /* somebody calls again: again[index] */
	RD_PLAN_PAST,	   /* the next arrival of the journal */
	RD_PLAN_ISDN,	   /* op, cause at a far end */
	RD_PLAN_PLAYED,	   /* play is over: reason */
	RD_PLAN_KEY,	   /* the next key of what is keyed in */
	RD_PLAN_IMPATIENT, /* a caller hangs up, if he still waits */
	RD_PLAN_TALKED,	   /* a talk is over */
	RD_PLAN_LOOKUP,	   /* an answer: lookup[index] */
	RD_PLAN_RECORDED,  /* recording is whole */
	RD_PLAN_AGENT,	   /* op of enum rd_agent_op, reason */
	RD_PLAN_DRILL,	   /* day->drills[who]: op */
};

struct rd_plan {
	uint64_t frame, order;
	uint32_t line, serial; /* of a far end */
	uint64_t id;	       /* recording; play; index */
	uint64_t frames;       /* recording: its length */
	uint8_t kind, op, cause, reason;
	uint16_t who;
	const char *text; /* reason of an agent */
};

/* Who calls: enough to let him call again. */
struct rd_caller {
	uint16_t group;	 /* of day->callers */
	uint16_t trunks; /* trunk group */
	uint16_t again;	 /* times he did */
	struct rd_rng rng;
	char ani[RD_NUMBER_LEN], dnis[RD_NUMBER_LEN];
};

enum rd_far_kind {
	RD_FAR_NONE,
	RD_FAR_CALLER,
	RD_FAR_PHONE
};

struct rd_far {
	uint32_t serial; /* changes with each use */
	uint32_t line, ref;
	uint8_t kind; /* enum rd_far_kind */
	bool clearing, connected, waited, waits, talked;
	uint16_t agent;	      /* PHONE: index in the configuration, or NONE */
	struct rd_caller who; /* CALLER */
	const char *keys;     /* still to be keyed in, or NULL */
	char confirm[2];
	uint32_t wait, talk; /* count: plans of one before are void */
	uint32_t peer;	     /* line he talks with */
	uint64_t since;	     /* frame he came */
	struct {
		uint32_t play; /* 0: nothing plays */
		uint16_t flags, n;
		uint32_t item, offset;
		uint64_t begin;
		uint32_t frames[RD_WORLD_PLAYLIST];
	} sound;
};

struct rd_world {
	const struct rd_simulation *sim;
	const struct rd_day *day;
	const struct rd_config *config;
	struct rd_simulated *out;
	struct rd_tally *tally;
	struct rd_core *core;
	struct rd_journal *journal;
	uint64_t frame, seq, order;
	uint64_t close, end; /* frames: nobody calls any more; all is over */
	uint32_t serial, refs;
	int err;

	/* faults: daemon/simulate/drill.h */
	bool down;	 /* the daemon: nobody hears anything */
	bool disk_full;
	bool *span_down; /* by span of the configuration */
	uint8_t lookups; /* enum rd_day_lookups, now */
	uint32_t lookup_ms;
	uint64_t epoch_ns; /* of frame 0, as the daemon believes */

	struct rd_plan *plans; /* heap */
	size_t nplans, capplans;

	uint8_t span_of_line[256][8]; /* card, span -> span + 1; 0 none */
	struct rd_far (*far)[RD_WORLD_SLOTS]; /* by span of the configuration */
	uint32_t nfar, callers; /* far ends there are; of these, callers */
	uint32_t *prompt_frames;
	struct rd_vault vault;
	struct rd_source_file **sources; /* opened when first asked */

	struct rd_world_group { /* of callers */
		struct rd_rng rng;
		double due, scale; /* of the curve's sum; calls so far follow */
		uint64_t n;
	} * groups;
	struct rd_caller *again; /* waiting to call again */
	size_t nagain, capagain;
	struct rd_past *past; /* arrivals of a journal */
	size_t npast, at_past;
	struct rd_lookup_reply {
		uint8_t *octets; /* struct rd_ev_lookup; NULL: free */
	} * replies;
	size_t nreplies;
	struct {
		uint64_t id, begin;
	} * recordings;
	size_t nrecordings, caprecordings;
	struct rd_world_agent {
		const struct rd_day_shift *shift; /* NULL: not at work */
		struct rd_rng rng;
		char dialled[RD_NUMBER_LEN]; /* number his phone is called by */
	} * agents;
};

struct rd_past {	/* an arrival of a journal */
	uint64_t frame; /* of the simulated day */
	uint16_t group, trunks;
	char ani[RD_NUMBER_LEN], dnis[RD_NUMBER_LEN];
};

/* ---- world.c ---- */

/* An event for core, now: the only way in. */
void rd_world_event(struct rd_world *w, const struct rd_msg *event);
/* A run of the daemon begins: its first events; lines that are well. */
void rd_world_start(struct rd_world *w, bool restart);
/* Room for one more of an array; -ENOMEM ends the run. */
bool rd_world_grow(struct rd_world *w, void *array, size_t n, size_t *cap,
		   size_t size);
/* To happen at plan->frame, behind what is planned for that frame. */
void rd_world_plan(struct rd_world *w, const struct rd_plan *plan);
/* A plan for a far end, so many ms from now. */
void rd_world_plan_far(struct rd_world *w, const struct rd_far *far,
		       enum rd_plan_kind kind, uint64_t ms, uint8_t op,
		       uint8_t cause);
/* A stream of chance of its own. */
struct rd_rng rd_world_stream(uint64_t seed, uint64_t kind, uint64_t n);
uint64_t rd_world_ms(const struct rd_world *w, uint64_t ms);

/* ---- line.c ---- */

/* The sink of core. */
void rd_world_put(void *context, enum rd_peer peer, const struct rd_msg *cmd);
struct rd_far *rd_far_at(struct rd_world *w, uint32_t line);
/* A far end on an idle channel of the group, seized; NULL: all are busy. */
struct rd_far *rd_far_take(struct rd_world *w, uint16_t group);
/* Q.931 primitive of a far end, now. */
void rd_far_say(struct rd_world *w, struct rd_far *far, uint8_t op,
		uint8_t cause);
/* A far end hangs up. */
void rd_far_hangup(struct rd_world *w, struct rd_far *far, uint8_t cause);
/* The daemon is dead: all channels are idle, and nobody was told. */
void rd_line_dead(struct rd_world *w);
/* What was planned has come. */
void rd_line_on_plan(struct rd_world *w, const struct rd_plan *plan);
/* A digit came: a sound that may be interrupted is. */
void rd_line_barge(struct rd_world *w, struct rd_far *far);
/* Lengths of prompts, in frames. */
int rd_world_prompts(struct rd_world *w);

/* ---- people.c ---- */

/* What they plan when the day begins. */
void rd_people_begin(struct rd_world *w);
void rd_people_on_plan(struct rd_world *w, const struct rd_plan *plan);
/* A phone of ours is called. */
void rd_people_ring(struct rd_world *w, struct rd_far *phone,
		    const char *number);
/* An event of his line was handled: is it his turn to key something in? */
void rd_people_listen(struct rd_world *w, struct rd_far *caller);
/* Two hear each other. */
void rd_people_talk(struct rd_world *w, uint32_t line, uint32_t peer);
/* A row of core, before the figures take it. */
void rd_people_on_row(struct rd_world *w, const struct rd_cmd_row *row);
/* A far end is gone. */
void rd_people_gone(struct rd_world *w, struct rd_far *far);

/* ---- past.c ---- */

/* Fill w->past from a journal. 0, -ENOENT, -errno with out->why. */
int rd_past_read(struct rd_world *w, const char *dir);

#endif

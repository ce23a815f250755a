/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why: which rule admits or excludes an agent, what a caller waits for.
 *
 * WHAT. Answers about a state of core, computed when somebody asks and never
 * stored. After a replay to an event they are answers about that moment.
 *
 * HOW. By the very predicates that matching uses: rd_match_may(),
 * rd_agent_is_free(), rd_strategy_is_before(). An agent is RD_WHY_FREE if and
 * only if the matcher may choose him; the other reasons only say which part of
 * the predicate failed, and when it will not fail any more if that is known.
 *
 * Context: core, between events or in core->on_offer; changes nothing.
 */
#ifndef RD_ACD_EXPLAIN_H
#define RD_ACD_EXPLAIN_H

#include "daemon/acd/agent.h"
#include "daemon/acd/queue.h"

/* X(WHY, name, what is said of the agent) */
#define RD_WHY_LIST(X)                                                   \
	X(FREE, "free", "may be chosen")                                 \
	X(KEPT, "kept", "the caller waits for another agent")            \
	X(OTHER_QUEUE, "other-queue", "does not serve this queue")       \
	X(PENALTY, "penalty", "has a penalty above the limit")           \
	X(SKILL, "skill", "has not the skill the caller needs")          \
	X(GONE, "gone", "is not in the configuration any more")          \
	X(OUT, "out", "is not signed in")                                \
	X(NOT_READY, "not-ready", "is not ready")                        \
	X(RESERVED, "reserved", "was given a call, his phone is called") \
	X(RINGING, "ringing", "has a call, his phone rings")             \
	X(TALKING, "talking", "talks")                                   \
	X(WRAPUP, "wrap-up", "is in wrap-up")                            \
	X(DIRECT, "direct", "is on a call of his own")                   \
	X(PAUSED, "paused", "rests after a call that was not taken")

enum rd_why {
#define X(WHY, name, words) RD_WHY_##WHY,
	RD_WHY_LIST(X)
#undef X
	RD_WHYS,
};

const char *rd_why_name(enum rd_why why);
const char *rd_why_words(enum rd_why why);

/* The first rule that excludes an agent from calls of a queue, or FREE. */
enum rd_why rd_explain_agent(const struct rd_core *core, uint16_t agent,
			     uint16_t queue);

/* The same of one ticket, with what is known of it. */
struct rd_reason {
	enum rd_why why;
	uint16_t skill;		/* SKILL: its place */
	uint8_t level, needed;	/* SKILL: his, and the caller's now */
	uint8_t penalty, limit; /* PENALTY: his, and admitted now */
	uint64_t until_frame;	/* it ends then by itself; 0: who knows */
};
struct rd_reason rd_explain_ticket(const struct rd_core *core, uint16_t agent,
				   uint32_t ticket);

/* X(WAITS, name, what the caller waits for) */
#define RD_WAITS_LIST(X)                                                \
	X(NOT, "not", "does not wait in a queue")                       \
	X(NOBODY, "nobody-serves", "no agent serves the queue")         \
	X(KEPT, "one-agent", "for the one agent he is kept for")        \
	X(SKILLED, "skill", "for an agent who is admitted and skilled") \
	X(SIGN_IN, "sign-in", "that an agent of the queue signs in")    \
	X(READY, "ready", "that an agent of the queue is ready")        \
	X(FREE, "free", "that an agent of the queue is free")           \
	X(ANSWER, "answer", "that the agent answers")                   \
	X(TALKS, "talks", "for nothing, he has an agent")

enum rd_waits {
#define X(WAITS, name, words) RD_WAITS_##WAITS,
	RD_WAITS_LIST(X)
#undef X
	RD_WAITS_COUNT,
};

struct rd_explained {
	enum rd_waits waits;
	uint16_t queue;		    /* place, or RD_INDEX_NONE */
	uint16_t agent;		    /* ANSWER, TALKS: who; else NONE */
	uint32_t position, waiting; /* in the line, from 1; 0: not in it */
	uint64_t wait_frames;	    /* so far */
	uint32_t agents[RD_WHYS];   /* used ones, by reason */
};

const char *rd_waits_name(enum rd_waits waits);
const char *rd_waits_words(enum rd_waits waits);

/* What this call waits for, now. */
void rd_explain_call(const struct rd_core *core, const struct rd_call *call,
		     struct rd_explained *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Agents' sessions: where the time between signing in and out went (REP-53).
 *
 * WHAT. Each frame of a session is in exactly one part: ready, ringing, talking
 * and so on; time not ready is in one reason, too. So the parts sum to the
 * session, and the reasons to not-ready, exactly; in the row of the table
 * agent_sessions the milliseconds do, too, for they are differences of one
 * running sum.
 *
 * HOW. The part that runs is kept with its begin. Whatever changes an agent
 * calls rd_session_step(), which adds up what was and notes what is. The same
 * sums exist of the local day; midnight empties them and cuts no session.
 *
 * A session outlives the daemon: the time it was down is a part of its own.
 *
 * LIMITS. RD_SESSION_REASONS different reasons an agent; more are "other".
 * Context: core.
 */
#ifndef RD_ACD_SESSION_H
#define RD_ACD_SESSION_H

#include "daemon/core/core.h"
#include "daemon/core/json_out.h"

/* X(PART, name) */
#define RD_SESSION_PART_LIST(X)                              \
	X(READY, ready)                                      \
	X(NOT_READY, not_ready)                              \
	X(RESERVED, reserved)                                \
	X(RINGING, ringing)                                  \
	X(TALKING, talking)                                  \
	X(WRAPUP, wrapup)                                    \
	X(DIRECT, direct) /* on a call that is no queue's */ \
	X(DOWN, down)	  /* the daemon was */

enum rd_session_part {
#define X(PART, name) RD_SESSION_##PART,
	RD_SESSION_PART_LIST(X)
#undef X
	RD_SESSION_PARTS,
};

#define RD_SESSION_REASONS    8 /* the last is "other" */
#define RD_SESSION_REASON_LEN 32

struct rd_session_sums {
	uint64_t part[RD_SESSION_PARTS];     /* frames */
	uint64_t reason[RD_SESSION_REASONS]; /* of NOT_READY */
	uint32_t offers, answered, missed, pad;
};

enum rd_session_span {
	RD_SESSION_THIS,
	RD_SESSION_TODAY,
	RD_SESSION_SPANS
};

struct rd_session {
	uint64_t begin; /* frame; may lie before the run */
	uint64_t mark;	/* added up to here */
	uint8_t runs;	/* he is signed in */
	uint8_t part;	/* enum rd_session_part, now */
	uint8_t reason; /* now, if not ready */
	uint8_t pad[5];
	char name[RD_SESSION_REASONS][RD_SESSION_REASON_LEN];
	struct rd_session_sums sums[RD_SESSION_SPANS];
};

enum rd_session_count {
	RD_SESSION_OFFER,
	RD_SESSION_ANSWER,
	RD_SESSION_MISS,
};

const struct rd_session *rd_session_of(const struct rd_core *core,
				       uint16_t agent);
/* Something changed about him; begins and ends the session, too. */
void rd_session_step(struct rd_core *core, uint16_t agent);
void rd_session_count(struct rd_core *core, uint16_t agent,
		      enum rd_session_count what);

/* Another local day begins. */
void rd_sessions_midnight(struct rd_core *core);
/* A run of before ended at core->now; the next began, down frames later. */
void rd_sessions_wind_up(struct rd_core *core);
void rd_sessions_restart(struct rd_core *core, uint64_t down);

/* Sums up to now, the running part included. */
void rd_session_sum(const struct rd_core *core, uint16_t agent,
		    enum rd_session_span span, struct rd_session_sums *out);
/* As keys of JSON: "ready_ms" ..., and an object "reasons". */
void rd_session_json(const struct rd_core *core, uint16_t agent,
		     enum rd_session_span span, struct rd_json *j);

#endif

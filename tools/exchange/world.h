/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The world behind the exchange: callers and phones living a scenario.
 *
 * A xc_record is one call as its party saw it, and stays for the report. A
 * xc_party is the living half: mouth, ears, line and place in the script; it
 * exists while its call does.
 */
#ifndef XC_WORLD_H
#define XC_WORLD_H

#include <sndfile.h>

#include "tools/exchange/ears.h"
#include "tools/exchange/line.h"
#include "tools/exchange/mouth.h"
#include "tools/exchange/office.h"
#include "tools/exchange/scenario.h"

#define XC_KEYS_MAX	64
#define XC_PROBLEMS_MAX 8

struct xc_key_press {
	uint64_t end_frame;	 /* end of the last digit's tone */
	uint64_t reaction_frame; /* sound began or ended; NEVER: not yet */
	char digits[32];
};

struct xc_voice_heard {
	const char *party;
	uint64_t frame;
	int delay_frames;
};

struct xc_record {
	struct xc_record *next;
	const char *name; /* of the call plan, or the phone's */
	unsigned attempt; /* from 1: redials, or the phone's n-th ring */
	bool outgoing;
	const struct xc_call_plan *plan; /* of our own calls */
	const struct xc_ring_plan *ring; /* of a phone that rang */
	const struct xc_phone_plan *phone;
	const struct xc_expect *expect;

	enum xc_result result;
	bool done;
	bool gave_up;
	char problem[XC_PROBLEMS_MAX][160]; /* what was not as expected */
	unsigned nproblems;

	/* As struct xc_call has them, copied when it is over. */
	struct xc_setup setup;
	char display[83];
	char span[32];
	int channel, cause, location;
	bool by_client, connected;
	uint64_t at_frame, setup_frame, proceeding_frame, alerting_frame;
	uint64_t connect_frame, disconnect_frame, over_frame, voice_frame;
	struct xc_q931_stamp trace[XC_TRACE_MAX];
	unsigned ntrace;

	char digits_sent[XC_EARS_DIGITS], digits_heard[XC_EARS_DIGITS];
	uint32_t tones_heard;
	struct xc_key_press keys[XC_KEYS_MAX];
	unsigned nkeys;
	struct xc_voice_heard voices[XC_EXPECT_HEARD];
	unsigned nvoices;
	struct xc_marker_heard *markers; /* [XC_MARKERS], or NULL */
	char heard_path[512], said_path[512];
};

struct xc_party;

struct xc_phone {
	const struct xc_phone_plan *plan;
	struct xc_party *party; /* the call it is in, or NULL: free */
	unsigned rung, answered;
	unsigned next_dial;
};

/* A call of our own that is still to be made. */
struct xc_pending {
	struct xc_pending *next;
	const struct xc_call_plan *plan;
	struct xc_phone *phone;
	uint64_t at_frame;
	unsigned attempt;
};

struct xc_world {
	struct xc_scenario *scenario;
	struct xc_office *office;
	const char *out_dir; /* NULL: no sound is kept */
	bool quiet;
	uint64_t seed;

	struct xc_phone *phones;
	struct xc_pending *pending; /* by frame */
	struct xc_party *parties;
	struct xc_record *records, **records_tail;
	bool *acted;	     /* of scenario->actions */
	uint64_t idle_since; /* nothing to do any more; NEVER: busy */
	bool over;
	bool held; /* lockstep: the clock stands */
	unsigned client_losses;
};

/* -ENOMEM. @w must stay where it is. */
int xc_world_init(struct xc_world *w, struct xc_scenario *s,
		  struct xc_office *o, const char *out_dir, uint64_t seed,
		  bool quiet);
void xc_world_free(struct xc_world *w);

extern const struct xc_office_ops xc_world_office_ops; /* ctx: the world */

/* End all that lives, so that the records are complete. */
void xc_world_finish(struct xc_world *w);

/* Do one action now; for the scenario's list and for lines from a test. */
void xc_world_act(struct xc_world *w, const struct xc_action *a);
/* Place a call of the scenario by name now. False: no such call. */
bool xc_world_place(struct xc_world *w, const char *name);

/* A line of the story: "[   3.250] A          dials 4008001234". */
void xc_story(struct xc_world *w, const char *who, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A record's expectation is not met; kept for the report. */
void xc_record_problem(struct xc_record *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The newest record of that name, or NULL. */
struct xc_record *xc_world_record(struct xc_world *w, const char *name);

#endif

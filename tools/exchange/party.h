/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One party in one call: it follows its script, with mouth, ears and line.
 *
 * Steps are taken at the start of a period, before anybody speaks, from what
 * was heard until then. A step that takes no time is followed by the next in
 * the same period.
 */
#ifndef XC_PARTY_H
#define XC_PARTY_H

#include "tools/exchange/world.h"

struct xc_party {
	struct xc_party *next;
	struct xc_world *world;
	struct xc_call *call; /* NULL before a phone dials */
	struct xc_record *record;
	struct xc_phone *phone;
	const struct xc_script *script;
	const struct xc_ring_plan *ring;
	uint64_t patience_frames;

	struct xc_line line;
	struct xc_mouth mouth;
	struct xc_ears ears;
	struct xc_memory *said; /* if somebody listens for this voice */
	uint32_t ringback_phase;

	unsigned step;
	bool in_step; /* the step has begun */
	uint64_t step_frame;
	uint64_t connect_frame; /* NEVER before */
	bool leaving;		/* has hung up */
	SNDFILE *heard_file, *said_file;
};

/*
 * Make one for @record. Its script begins when the call is answered. NULL: no
 * memory; *why says what else.
 */
struct xc_party *xc_party_new(struct xc_world *w, struct xc_record *record,
			      struct xc_phone *phone,
			      const struct xc_script *script,
			      const struct xc_line_profile *line,
			      enum ringdown_law law);
void xc_party_free(struct xc_party *p);
/* His phone is on the hook: it may be called again. */
void xc_party_leave_phone(struct xc_party *p);

/* Once a period, at its start. */
void xc_party_run(struct xc_party *p, uint64_t frame);

extern const struct xc_call_ops xc_party_call_ops; /* party: struct xc_party */

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Visits of named nodes: how long, left by which key, to where (IVR-18, REP-06).
 *
 * A visit begins when the walk comes to a named node, and ends at the next one
 * or when the call leaves the tree; steps in between belong to it. Its row is
 * written at its end, so a visit costs nothing to remember but the open one.
 */
#include <string.h>

#include "daemon/ivr/run.h"

static const char *name_of(const struct rd_ivr_run *r, uint16_t node1)
{
	return node1 && node1 <= r->program->nnodes
		       ? r->program->nodes[node1 - 1].name
		       : "";
}

static void end(const struct rd_ivr_run *r, const char *exit, uint16_t to1)
{
	struct rd_ivr_state *s = r->state;
	struct rd_visit visit = {
		.tree = r->program->name,
		.version = r->program->version,
		.node = name_of(r, s->visit1),
		.from = name_of(r, s->visit_from1),
		.step = name_of(r, (uint16_t)(s->node + 1)),
		.key = s->visit_key,
		.exit = exit,
		.to = name_of(r, to1),
		.since = s->visit_since,
		.wrong = s->visit_wrong,
		.silent = s->visit_silent,
	};

	rd_call_visit(r->core, r->call, &visit);
}

void rd_ivr_visit_begin(const struct rd_ivr_run *r, uint16_t node)
{
	struct rd_ivr_state *s = r->state;
	uint16_t from1 = s->visit1;

	if (from1)
		end(r, "node", (uint16_t)(node + 1));
	s->visit_from1 = from1;
	s->visit1 = (uint16_t)(node + 1);
	s->visit_since = r->core->now;
	s->visit_wrong = s->visit_silent = 0;
	memset(s->visit_key, 0, sizeof(s->visit_key));
}

void rd_ivr_visit_key(const struct rd_ivr_run *r)
{
	struct rd_ivr_state *s = r->state;

	memset(s->visit_key, 0, sizeof(s->visit_key));
	memcpy(s->visit_key, s->entry,
	       strnlen(s->entry, sizeof(s->visit_key) - 1));
}

void rd_ivr_visit_end(const struct rd_ivr_run *r)
{
	static const char *const exits[RD_APPS] = {
		[RD_APP_NONE] = "",
		[RD_APP_IVR] = "tree",
		[RD_APP_QUEUE] = "queue",
		[RD_APP_DIAL] = "dial",
	};
	struct rd_ivr_state *s = r->state;

	if (s->visit1 && r->program)
		end(r, s->leaving < RD_APPS ? exits[s->leaving] : "", 0);
	s->visit1 = s->visit_from1 = 0;
	s->leaving = RD_APP_NONE;
}

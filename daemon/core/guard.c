// SPDX-License-Identifier: GPL-2.0-or-later
/* Invariants watched while running; see guard.h. */
#include "daemon/core/guard.h"

#include <string.h>

#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define SHARE 1000u /* of the time may be spent looking: one in so many */

void rd_guard_init(struct rd_guard *guard, const struct rd_core *core)
{
	memset(guard, 0, sizeof(*guard));
	guard->distance = RD_FRAMES_PER_S;
	guard->next = core->state->now + guard->distance;
	guard->good_seq = core->seq;
}

bool rd_guard_look(struct rd_guard *guard, const struct rd_core *core,
		   uint64_t frame, struct rd_ev_broken *event)
{
	struct rd_ev_broken broken = {
		.msg = { .type = RD_MSG_BROKEN,
			 .len = sizeof(broken),
			 .line = RD_LINE_NONE,
			 .frame = frame },
		.after = guard->good_seq,
		.upto = core->seq,
	};

	guard->looks++;
	guard->next = frame + guard->distance;
	broken.n =
		(uint32_t)rd_core_check(core, broken.why, sizeof(broken.why));
	if (!broken.n) {
		guard->good_seq = core->seq;
		guard->why[0] = '\0';
		return false;
	}
	/* equal messages are equal octets: nothing behind the text */
	memset(broken.why + strlen(broken.why), 0,
	       sizeof(broken.why) - strlen(broken.why));
	if (!strcmp(guard->why, broken.why))
		return false;
	memcpy(guard->why, broken.why, sizeof(guard->why));
	guard->alarms++;
	*event = broken;
	return true;
}

void rd_guard_cost(struct rd_guard *guard, uint64_t ns)
{
	uint64_t frames = ns * SHARE / RD_NS_PER_FRAME;

	guard->cost_ns = ns;
	guard->next -= guard->distance;
	guard->distance = frames > RD_FRAMES_PER_S ? frames : RD_FRAMES_PER_S;
	guard->next += guard->distance;
}

void rd_core_on_broken(struct rd_core *core, const struct rd_ev_broken *event)
{
	char why[sizeof(event->why) + 1] = "";
	struct rd_json *j;

	memcpy(why, event->why, sizeof(event->why));
	core->state->counts.broken++;
	j = rd_event_begin(core, RD_EVENT_CORE_BROKEN);
	rd_json_str(j, "why", why);
	rd_json_int(j, "count", event->n);
	rd_json_int(j, "after", (int64_t)event->after);
	rd_json_int(j, "upto", (int64_t)event->upto);
	rd_event_end(core);
}

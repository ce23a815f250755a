// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The engine of state tables. A linear search: a table has fewer rows than a
 * cache holds, and rows of one state stand together.
 */
#include "daemon/core/fsm.h"

#include <assert.h>
#include <stdio.h>

#include "daemon/core/emit.h"
#include "daemon/core/state.h"

#define PUBLISH_FIRST 100u  /* then one in ... */
#define PUBLISH_EVERY 1000u /* ... so that a mad peer floods nobody */

const struct rd_fsm_row *rd_fsm_find(const struct rd_fsm *fsm,
				     const struct rd_core *core, uint8_t state,
				     uint8_t event, const void *object,
				     const void *arg)
{
	assert(state < fsm->nstates && event < fsm->nevents);
	for (const struct rd_fsm_row *row = fsm->rows;
	     row < fsm->rows + fsm->nrows; row++)
		if (row->state == state && row->event == event &&
		    (!row->guard || row->guard(core, object, arg)))
			return row;
	return NULL;
}

static void report(const struct rd_fsm *fsm, struct rd_core *core,
		   uint8_t state, uint8_t event, uint32_t line)
{
	uint64_t count = ++core->state->counts.unlisted;
	struct rd_json *j;
	char where[24] = "";

	if (count > PUBLISH_FIRST && count % PUBLISH_EVERY)
		return;
	if (line != RD_LINE_NONE)
		snprintf(where, sizeof(where), "%u:%u:%u", rd_line_card(line),
			 rd_line_span(line), rd_line_slot(line));
	j = rd_event_begin(core, RD_EVENT_CORE_UNLISTED);
	rd_json_str(j, "machine", fsm->name);
	rd_json_str(j, "state", fsm->states[state]);
	rd_json_str(j, "input", fsm->events[event]);
	rd_json_str(j, "line", where);
	rd_json_int(j, "count", (int64_t)count);
	rd_event_end(core);
}

bool rd_fsm_step(const struct rd_fsm *fsm, struct rd_core *core, uint8_t *state,
		 uint8_t event, void *object, const void *arg, uint32_t line)
{
	const struct rd_fsm_row *row =
		rd_fsm_find(fsm, core, *state, event, object, arg);

	if (!row) {
		report(fsm, core, *state, event, line);
		return false;
	}
	*state = row->next;
	if (row->action)
		row->action(core, object, arg);
	return true;
}

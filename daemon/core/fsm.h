/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State machines as const tables.
 *
 * WHAT. A row says: in this state, on this event, if guard holds, go to next
 * and do action. Rows of one (state, event) are tried in order; the first whose
 * guard holds is taken. A pair without a row, or with no guard that holds, is
 * *unlisted*: the machine stays, the pair is counted and published.
 *
 * HOW. The state is an octet of the object. It is set before the action runs:
 * an action sees the state it leads to, and may drive machines further.
 *
 * Context: core.
 */
#ifndef RD_CORE_FSM_H
#define RD_CORE_FSM_H

#include <stdbool.h>
#include <stdint.h>

struct rd_core;

typedef bool rd_fsm_guard(const struct rd_core *core, const void *object,
			  const void *arg);
typedef void rd_fsm_action(struct rd_core *core, void *object,
			   const void *arg);

struct rd_fsm_row {
	uint8_t state, event;
	rd_fsm_guard *guard;   /* NULL: always */
	rd_fsm_action *action; /* NULL: nothing but the step */
	uint8_t next;
};

struct rd_fsm {
	const char *name;
	const char *const *states, *const *events; /* their names */
	const struct rd_fsm_row *rows;
	uint16_t nrows;
	uint8_t nstates, nevents;
};

/* The row that applies, or NULL. */
const struct rd_fsm_row *rd_fsm_find(const struct rd_fsm *fsm,
				     const struct rd_core *core, uint8_t state,
				     uint8_t event, const void *object,
				     const void *arg);

/*
 * Take event: set *state, run the action. False: unlisted (counted and
 * published as core.unlisted with line, which may be RD_LINE_NONE).
 */
bool rd_fsm_step(const struct rd_fsm *fsm, struct rd_core *core,
		 uint8_t *state, uint8_t event, void *object, const void *arg,
		 uint32_t line);

#endif

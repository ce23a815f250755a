// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The state tables, walked in every cell: first as data, then alive, with a
 * real leg, channel or agent brought into each state and given each event.
 */
#include "tests/unit/core_world.h"

#define ROWS_MAX 256

static const struct rd_fsm *const tables[] = {
	&rd_chan_fsm,
	&rd_leg_fsm,
	&rd_agent_fsm,
};

/* ---- as data ------------------------------------------------------------------ */

Test(core_tables, names_are_there_and_rows_are_in_range)
{
	for (int t = 0; t < 3; t++) {
		const struct rd_fsm *fsm = tables[t];

		for (int i = 0; i < fsm->nstates; i++)
			cr_assert(fsm->states[i] && *fsm->states[i]);
		for (int i = 0; i < fsm->nevents; i++)
			cr_assert(fsm->events[i] && *fsm->events[i]);
		for (int i = 0; i < fsm->nrows; i++) {
			cr_assert_lt(fsm->rows[i].state, fsm->nstates);
			cr_assert_lt(fsm->rows[i].event, fsm->nevents);
			cr_assert_lt(fsm->rows[i].next, fsm->nstates);
		}
	}
}

/* A row after an unguarded one of the same cell could never be taken. */
Test(core_tables, no_row_stands_in_anothers_shadow)
{
	for (int t = 0; t < 3; t++) {
		const struct rd_fsm *fsm = tables[t];

		for (int i = 0; i < fsm->nrows; i++)
			for (int k = 0; k < i; k++)
				cr_assert(fsm->rows[k].state !=
							  fsm->rows[i].state ||
						  fsm->rows[k].event !=
							  fsm->rows[i].event ||
						  fsm->rows[k].guard,
					  "%s: row %d hides behind row %d",
					  fsm->name, i, k);
	}
}

/* From the first real state every other is reached, and it is reached again. */
Test(core_tables, every_state_is_reached_and_can_be_left)
{
	for (int t = 0; t < 3; t++) {
		const struct rd_fsm *fsm = tables[t];
		int first = t == 0 ? RD_CHAN_IDLE : 0;

		for (int from = first; from < fsm->nstates; from++) {
			bool reached[32] = { false };
			bool more = true;

			reached[from] = true;
			while (more) {
				more = false;
				for (int i = 0; i < fsm->nrows; i++)
					if (reached[fsm->rows[i].state] &&
					    !reached[fsm->rows[i].next])
						more = reached[fsm->rows[i]
								       .next] =
							true;
			}
			for (int to = first; to < fsm->nstates; to++)
				cr_assert(reached[to],
					  "%s: no way from %s to %s", fsm->name,
					  fsm->states[from], fsm->states[to]);
		}
	}
}

static bool is_listed(const struct rd_fsm *fsm, int state, int event)
{
	for (int i = 0; i < fsm->nrows; i++)
		if (fsm->rows[i].state == state && fsm->rows[i].event == event)
			return true;
	return false;
}

/* ---- legs ------------------------------------------------------------------------ */

/*
 * A leg in that state, by events alone. Incoming ones are on channel 1, the
 * outgoing on channel 2 with a caller on 1.
 */
static struct rd_leg *leg_in(struct world *w, int state)
{
	struct rd_isdn setup = world_setup(w, TRUNK | 1, "1", "4006");
	struct rd_isdn step = world_isdn(0, TRUNK | 2, 0);
	const struct rd_isdn *ours;

	w->silent = true;
	switch (state) {
	case RD_LEG_OVERLAP:
		setup.flags = 0;
		strcpy(setup.called, "40");
		break;
	case RD_LEG_SETUP:
	case RD_LEG_PROCEEDING:
	case RD_LEG_ALERTING:
		strcpy(setup.called, "4004");
		break;
	case RD_LEG_EARLY:
		strcpy(setup.called, "4002");
		w->queues[0].answer = false;
		break;
	case RD_LEG_CONNECTED:
		strcpy(setup.called, "4002");
		break;
	}
	world_event(w, &setup.msg);
	if (state == RD_LEG_RELEASING)
		rd_call_release(w->core, rd_call_at(w->core, 0), 16);
	rd_calls_settle(w->core);
	ours = world_asked(w, RD_ISDN_SETUP, 0);
	if (!ours)
		return rd_leg_on_line(w->core, TRUNK | 1);
	step.msg.line = ours->msg.line;
	step.ref = ours->ref;
	step.op = RD_ISDN_PROCEEDING;
	if (state == RD_LEG_PROCEEDING || state == RD_LEG_ALERTING)
		world_event(w, &step.msg);
	step.op = RD_ISDN_ALERTING;
	if (state == RD_LEG_ALERTING)
		world_event(w, &step.msg);
	return rd_leg_on_line(w->core, ours->msg.line);
}

static const uint8_t isdn_ops[RD_LEG_IN_HANGUP_DONE + 1] = {
	[RD_LEG_IN_SETUP_ACK] = RD_ISDN_SETUP_ACK,
	[RD_LEG_IN_INFO] = RD_ISDN_INFO,
	[RD_LEG_IN_PROCEEDING] = RD_ISDN_PROCEEDING,
	[RD_LEG_IN_ALERTING] = RD_ISDN_ALERTING,
	[RD_LEG_IN_PROGRESS] = RD_ISDN_PROGRESS,
	[RD_LEG_IN_CONNECT] = RD_ISDN_CONNECT,
	[RD_LEG_IN_CONNECT_ACK] = RD_ISDN_CONNECT_ACK,
	[RD_LEG_IN_HANGUP] = RD_ISDN_HANGUP,
	[RD_LEG_IN_HANGUP_DONE] = RD_ISDN_HANGUP_DONE,
};

static void leg_cell(int state, int event)
{
	struct world *w = world_new();
	struct rd_leg *leg = leg_in(w, state);
	uint64_t unlisted = w->core->state->counts.unlisted;
	uint32_t index;
	struct rd_isdn isdn;
	char why[160];

	cr_assert_not_null(leg);
	cr_assert_eq(leg->state, state, "%s wanted, %s reached",
		     rd_leg_fsm.states[state], rd_leg_fsm.states[leg->state]);
	index = rd_leg_index(w->core, leg);
	if (event <= RD_LEG_IN_HANGUP_DONE) {
		isdn = world_isdn(isdn_ops[event], leg->line, leg->ref);
		isdn.msg.frame = w->frame;
		isdn.cause = 44;
		strcpy(isdn.called, "40");
		world_event(w, &isdn.msg);
	} else {
		rd_leg_do(w->core, leg, event, 27);
		rd_calls_settle(w->core);
	}
	cr_assert_eq(w->core->state->counts.unlisted - unlisted,
		     !is_listed(&rd_leg_fsm, state, event),
		     "%s in %s: unlisted is counted, listed is not",
		     rd_leg_fsm.events[event], rd_leg_fsm.states[state]);
	if (!is_listed(&rd_leg_fsm, state, event)) {
		cr_assert_eq(leg->state, state, "unlisted: it stays");
		cr_assert_not_null(world_told(w, "core.unlisted", 0));
	}
	/* what only a call may ask for is not its leg's own doing */
	if (event < RD_LEG_DO_OVERLAP)
		cr_assert_eq(rd_core_check(w->core, why, sizeof(why)), 0,
			     "%s in %s: %s", rd_leg_fsm.events[event],
			     rd_leg_fsm.states[state], why);
	cr_assert(!rd_pool_has(w->core->state, &w->core->state->legs, index) ||
		  leg->state != RD_LEG_IDLE);
	world_free(w);
}

Test(core_tables, every_cell_of_a_leg)
{
	for (int state = RD_LEG_IDLE + 1; state < RD_LEG_STATES; state++)
		for (int event = 0; event < RD_LEG_EVENTS; event++)
			leg_cell(state, event);
}

/* ---- channels ----------------------------------------------------------------------- */

static void chan_cell(int state, int event)
{
	struct world *w = world_new();
	uint32_t line = TRUNK | (state == RD_CHAN_ABSENT ? 9 : 1);
	struct rd_chan *chan = &rd_span_at(w->core, 0)->chan[line & 31];
	uint64_t unlisted = w->core->state->counts.unlisted;
	uint32_t timer = line & 31;
	bool expected = is_listed(&rd_chan_fsm, state, event);

	w->silent = true;
	if (state == RD_CHAN_BUSY)
		rd_chan_seize(w->core, line, 3);
	if (state == RD_CHAN_RESTARTING)
		rd_chan_restart(w->core, line);
	cr_assert_eq(chan->state, state);
	switch (event) {
	case RD_CHAN_SEIZE:
		rd_chan_seize(w->core, line, 4);
		cr_assert_eq(chan->leg, expected		? 4
					: state == RD_CHAN_BUSY ? 3
								: RD_NONE);
		break;
	case RD_CHAN_FREE:
		rd_chan_free(w->core, line);
		break;
	case RD_CHAN_RESTART:
		rd_chan_restart(w->core, line);
		break;
	case RD_CHAN_RESTART_LATE:
		rd_chan_on_timer(w->core, timer, 0);
		break;
	default: {
		struct rd_isdn ack = world_isdn(RD_ISDN_RESTART_ACK, line, 0);

		rd_span_on_isdn(w->core, &ack);
		break;
	}
	}
	cr_assert_eq(w->core->state->counts.unlisted - unlisted, !expected,
		     "%s in %s", rd_chan_fsm.events[event],
		     rd_chan_fsm.states[state]);
	if (!expected)
		cr_assert_eq(chan->state, state);
	world_free(w);
}

Test(core_tables, every_cell_of_a_channel)
{
	for (int state = 0; state < RD_CHAN_STATES; state++)
		for (int event = 0; event < RD_CHAN_EVENTS; event++)
			chan_cell(state, event);
}

/* ---- agents --------------------------------------------------------------------------- */

/* Agent 8001 in that state, with the wish for after the call. */
static void agent_in(struct world *w, int state, int wish)
{
	static const char *const wishes[] = {
		NULL,
		"{\"command\":\"agent.not-ready\",\"agent\":\"8001\","
		"\"reason\":\"wish\"}",
		"{\"command\":\"agent.logout\",\"agent\":\"8001\"}",
	};

	if (state == RD_AGENT_OUT)
		return;
	world_login(w, "8001");
	if (state == RD_AGENT_IS_READY)
		return;
	if (state == RD_AGENT_IS_NOT_READY) {
		world_command(w, wishes[RD_WISH_NOT_READY]);
		return;
	}
	w->phone[0] = (struct phone){ "8001", 100, 0 };
	world_call(w, "1", "4002");
	if (state == RD_AGENT_RINGING)
		world_run(w, 100);
	if (state == RD_AGENT_TALKING || state == RD_AGENT_WRAPUP)
		world_run(w, 500);
	if (wishes[wish] && state != RD_AGENT_WRAPUP)
		world_command(w, wishes[wish]);
	if (state == RD_AGENT_WRAPUP)
		world_hangup(w, world_at_phone(w, "8001"), 16);
}

static void agent_cell(int state, int event, int wish)
{
	struct world *w = world_new();
	uint16_t place = rd_agent_by_number(w->core, "8001");
	const struct rd_agent *a = rd_agent_get(w->core, place);
	const struct rd_fsm_row *row;
	uint64_t unlisted;

	agent_in(w, state, wish);
	cr_assert_eq(a->state, state, "%s wanted, %s reached",
		     rd_agent_fsm.states[state], rd_agent_fsm.states[a->state]);
	unlisted = w->core->state->counts.unlisted;
	w->silent = true;
	w->core->quiet = true; /* the cell alone: no new offer after it */
	row = rd_fsm_find(&rd_agent_fsm, w->core, a->state, event, a, NULL);
	rd_agent_call_event(w->core, place, event);
	cr_assert_eq(w->core->state->counts.unlisted - unlisted, !row,
		     "%s in %s", rd_agent_fsm.events[event],
		     rd_agent_fsm.states[state]);
	cr_assert_eq(a->state, row ? row->next : state);
	world_free(w);
}

Test(core_tables, every_cell_of_an_agent)
{
	for (int state = 0; state < RD_AGENT_STATES; state++)
		for (int event = 0; event < RD_AGENT_EVENTS; event++)
			for (int wish = 0; wish < 3; wish++)
				if (event != RD_AGENT_EV_LOGIN ||
				    state != RD_AGENT_OUT)
					agent_cell(state, event, wish);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of others' defects share (test_defects_*.c): a centre whose four
 * agents have phones, eight lines and more, and words for what one asks it.
 * Which defect is which test: tests/README.md.
 */
#ifndef TEST_DEFECTS_WORLD_H
#define TEST_DEFECTS_WORLD_H

#include "tests/unit/core_world.h"

/* Not begun yet: a test may change the configuration before world_begin(). */
static UNUSED struct world *centre(uint32_t answer_ms)
{
	static const char *const numbers[] = { "8001", "8002", "8003", "8004" };
	struct world *w = world_make();

	for (int i = 0; i < 4; i++)
		w->phone[i] = (struct phone){ numbers[i], answer_ms, 0 };
	w->spans[0].bchannels = w->spans[1].bchannels = 0xfffe;
	w->config.limits.calls = 24;
	return w;
}

static UNUSED const char *state(const struct world *w, const char *agent)
{
	return rd_agent_state_name(world_agent(w, agent));
}

static UNUSED bool is(const struct world *w, const char *agent,
		      const char *what)
{
	return strcmp(state(w, agent), what) == 0;
}

static UNUSED void order(struct world *w, const char *what, const char *agent)
{
	char json[160];

	snprintf(json, sizeof(json),
		 "{\"command\":\"agent.%s\",\"agent\":\"%s\"%s,"
		 "\"by\":\"operator:test\"}",
		 what, agent,
		 strcmp(what, "not-ready") ? "" : ",\"reason\":\"lunch\"");
	world_command(w, json);
}

static UNUSED void all_in(struct world *w)
{
	world_login(w, "8001");
	world_login(w, "8002");
	world_login(w, "8003");
	world_login(w, "8004");
}

/* A configuration comes into force; w->config may have been changed. */
static UNUSED void reload(struct world *w, const struct rd_config *config)
{
	struct rd_ev_config event = {
		.msg = { .type = RD_MSG_CONFIG,
			 .len = sizeof(event),
			 .line = RD_LINE_NONE,
			 .frame = w->frame },
	};

	rd_core_set_config(w->core, config);
	world_event(w, &event.msg);
}

/* SETUPs to a number so far. */
static UNUSED int rung(const struct world *w, const char *number)
{
	int n = 0;

	for (size_t i = 0; i < w->nlog; i++) {
		const struct rd_isdn *isdn = (const void *)w->log[i];

		n += isdn->msg.type == RD_MSG_ISDN_OUT &&
		     isdn->op == RD_ISDN_SETUP &&
		     strcmp(isdn->called, number) == 0;
	}
	return n;
}

/* The cause we released a party with, -1: we did not. */
static UNUSED int released(const struct world *w, struct party p)
{
	for (size_t i = 0; i < w->nlog; i++) {
		const struct rd_isdn *isdn = (const void *)w->log[i];

		if (isdn->msg.type == RD_MSG_ISDN_OUT &&
		    isdn->op == RD_ISDN_HANGUP && isdn->ref == p.ref)
			return isdn->cause;
	}
	return -1;
}

/* The phone is lifted, now. */
static UNUSED void lifts(struct world *w, const char *number)
{
	struct party p = world_at_phone(w, number);
	struct rd_isdn connect = world_isdn(RD_ISDN_CONNECT, p.line, p.ref);

	connect.msg.frame = w->frame;
	world_event(w, &connect.msg);
}

/* The phone of an agent is hung up, now. */
static UNUSED void lays_down(struct world *w, const char *number)
{
	world_hangup(w, world_at_phone(w, number), 16);
}

/* Whom the n-th offer of the log concerned: "agent caller". */
static UNUSED const char *offered(const struct world *w, int n)
{
	static char text[64];
	int row = -1;

	for (; n >= 0; n--)
		row = world_logged(w, "OFFER", row + 1);
	if (row < 0)
		return "";
	snprintf(text, sizeof(text), "%s",
		 world_cell(w, "queue_log", row, "agent"));
	return text;
}

/* Calls of the queue log with that event. */
static UNUSED int logged(const struct world *w, const char *event)
{
	int n = 0;

	for (int row = -1; (row = world_logged(w, event, row + 1)) >= 0;)
		n++;
	return n;
}

static UNUSED const struct rd_figures *total(const struct world *w,
					     uint16_t queue)
{
	return rd_figures_of(w->core, queue, RD_FIGURES_TOTAL);
}

#endif

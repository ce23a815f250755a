// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Callers and agents, by chance.
 *
 *	caller: calls -> listens, keys in -> waits -> talks -> hangs up
 *	                                       `-> impatient -'--> calls again?
 *	agent:  signs in -> answers, or does not -> breaks -> signs out
 *
 * A caller knows what he hears: which node's prompt has ended. That is read off
 * core's state; all else he learns from his line.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/call/route.h"
#include "daemon/core/state.h"
#include "daemon/ivr/ivr.h"
#include "daemon/simulate/world.h"
#include "daemon/store/row.h"

#define KEY_FRAMES   640u /* 80 ms, and 100 ms to the next */
#define KEY_EVERY_MS 180u
#define OUTSIDE_MS   5000u /* a number outside: answers after it */
#define CAUSE_NORMAL 16
#define CAUSE_BUSY   17

enum {
	STREAM_CURVE = 1,
	STREAM_AGENT = 2,
	STREAM_CALLER = 1000
};

static bool happens(struct rd_rng *rng, unsigned per_cent)
{
	return rd_rng_below(rng, 100) < per_cent;
}

/* ---- calling ----------------------------------------------------------------- */

/* When so much of a curve is over; RD_FRAME_NEVER: it has not that much. */
static uint64_t curve_frame(const struct rd_world *w,
			    const struct rd_day_callers *c, double scale,
			    double due)
{
	double step = (double)rd_frames_from_ms(c->step_ms);

	for (uint16_t i = 0; i < c->ncurve && i * step < (double)w->close;
	     i++) {
		double calls = c->curve[i] * scale;

		if (due < calls)
			return (uint64_t)((i + due / calls) * step);
		due -= calls;
	}
	return RD_FRAME_NEVER;
}

/* Calls of a curve up to the close. */
static double curve_sum(const struct rd_world *w,
			const struct rd_day_callers *c)
{
	double step = (double)rd_frames_from_ms(c->step_ms), sum = 0;

	for (uint16_t i = 0; i < c->ncurve; i++) {
		double rest = ((double)w->close - i * step) / step;

		sum += c->curve[i] * (rest > 1 ? 1 : rest > 0 ? rest : 0);
	}
	return sum;
}

static void plan_next_call(struct rd_world *w, uint16_t group)
{
	struct rd_world_group *g = &w->groups[group];
	struct rd_plan plan = { .kind = RD_PLAN_CALL, .who = group };

	g->due -= log(1 - rd_rng_unit(&g->rng));
	plan.frame = curve_frame(w, &w->day->callers[group], g->scale, g->due);
	if (plan.frame < w->close)
		rd_world_plan(w, &plan);
}

static void plan_past(struct rd_world *w)
{
	struct rd_plan plan = { .kind = RD_PLAN_PAST };

	if (w->at_past == w->npast)
		return;
	plan.frame = w->past[w->at_past].frame;
	rd_world_plan(w, &plan);
}

static struct rd_caller new_caller(struct rd_world *w, uint16_t group)
{
	const struct rd_day_callers *c = &w->day->callers[group];
	struct rd_caller who = { .group = group, .trunks = c->group };

	who.rng = rd_world_stream(w->sim->seed, STREAM_CALLER + group,
				  w->groups[group].n++);
	snprintf(who.ani, sizeof(who.ani), "%.20s%08u", c->from,
		 rd_rng_below(&who.rng, 100000000));
	snprintf(who.dnis, sizeof(who.dnis), "%s", c->number);
	return who;
}

/* Lost: he may call again. */
static void perhaps_again(struct rd_world *w, const struct rd_caller *lost)
{
	const struct rd_day_callers *c = &w->day->callers[lost->group];
	struct rd_plan plan = { .kind = RD_PLAN_AGAIN };
	struct rd_caller who = *lost;

	if (who.again >= c->redials || !happens(&who.rng, c->redial))
		return;
	who.again++;
	plan.frame = rd_world_ms(w, rd_chance_draw(&c->redial_after, &who.rng));
	plan.id = w->nagain;
	if (plan.frame >= w->close ||
	    !rd_world_grow(w, &w->again, w->nagain, &w->capagain, sizeof(who)))
		return;
	w->again[w->nagain++] = who;
	rd_world_plan(w, &plan);
}

static void call(struct rd_world *w, const struct rd_caller *who)
{
	struct rd_far *far = rd_far_take(w, who->trunks);
	struct rd_isdn setup = {
		.msg = { .type = RD_MSG_ISDN,
			 .len = sizeof(setup),
			 .frame = w->frame },
		.op = RD_ISDN_SETUP,
		.flags = RD_ISDN_COMPLETE,
	};

	w->tally->again += who->again > 0;
	rd_tally_call(w->tally, w->frame, far, w->callers + (far ? 1 : 0));
	if (!far) {
		rd_drill_on_refused(w);
		perhaps_again(w, who);
		return;
	}
	w->callers++;
	far->who = *who;
	setup.msg.line = far->line;
	setup.ref = far->ref;
	memcpy(setup.calling, who->ani, sizeof(setup.calling));
	memcpy(setup.called, who->dnis, sizeof(setup.called));
	rd_world_event(w, &setup.msg);
}

static void on_arrival(struct rd_world *w, const struct rd_plan *plan)
{
	struct rd_caller who;

	if (plan->kind == RD_PLAN_CALL) {
		who = new_caller(w, plan->who);
		plan_next_call(w, plan->who);
	} else if (plan->kind == RD_PLAN_PAST) {
		const struct rd_past *past = &w->past[w->at_past++];

		who = new_caller(w, past->group);
		who.trunks = past->trunks;
		memcpy(who.ani, past->ani, sizeof(who.ani));
		memcpy(who.dnis, past->dnis, sizeof(who.dnis));
		plan_past(w);
	} else {
		who = w->again[plan->id];
	}
	call(w, &who);
}

void rd_people_gone(struct rd_world *w, struct rd_far *far)
{
	struct rd_far *peer = rd_far_at(w, far->peer);

	if (far->kind == RD_FAR_PHONE) {
		if (peer && peer->kind == RD_FAR_CALLER &&
		    peer->peer == far->line)
			peer->talk++; /* what he planned is void */
		return;
	}
	w->callers--;
	if (!far->talked && (far->waited || !far->connected))
		perhaps_again(w, &far->who);
}

/* ---- menus ----------------------------------------------------------------------- */

static const struct rd_day_key *find_key(const struct rd_day_callers *c,
					 uint16_t tree, uint16_t node)
{
	for (uint16_t i = 0; i < c->nkeys; i++)
		if (c->keys[i].tree == tree && c->keys[i].index == node)
			return &c->keys[i];
	return NULL;
}

/* What he keys in where he stands, or NULL. */
static const char *choose_keys(struct rd_world *w, struct rd_far *far,
			       const struct rd_ivr_state *ivr)
{
	const struct rd_day_callers *c = &w->day->callers[far->who.group];
	uint16_t tree = (uint16_t)(ivr->tree1 - 1);
	const struct rd_day_key *key;

	if (ivr->phase == RD_IVR_CONFIRM) {
		far->confirm[0] = w->config->trees[tree]
					  ->nodes[ivr->node]
					  .u.collect.confirm;
		return far->confirm[0] ? far->confirm : NULL;
	}
	key = find_key(c, tree, ivr->node);
	return key ? key->press[rd_rng_below(&far->who.rng, key->npress)]
		   : NULL;
}

void rd_people_listen(struct rd_world *w, struct rd_far *far)
{
	const struct rd_leg *leg = rd_leg_on_line(w->core, far->line);
	const struct rd_ivr_state *ivr;
	struct rd_call *call;

	if (far->keys || far->clearing || !leg || leg->call == RD_NONE)
		return;
	call = rd_call_at(w->core, leg->call);
	ivr = rd_call_ivr(w->core, call);
	if (call->app != RD_APP_IVR || !ivr || !ivr->tree1 ||
	    (ivr->phase != RD_IVR_WAIT && ivr->phase != RD_IVR_CONFIRM))
		return;
	far->keys = choose_keys(w, far, ivr);
	if (far->keys)
		rd_world_plan_far(
			w, far, RD_PLAN_KEY,
			rd_chance_draw(
				&w->day->callers[far->who.group].reaction,
				&far->who.rng) +
				KEY_FRAMES / RD_FRAMES_PER_MS,
			0, 0);
}

/* A key was pressed: its tone has just ended. */
static void on_key(struct rd_world *w, struct rd_far *far)
{
	struct rd_ev_digit digit = {
		.msg = { .type = RD_MSG_DIGIT,
			 .len = sizeof(digit),
			 .line = far->line,
			 .frame = w->frame - KEY_FRAMES },
		.length_frames = KEY_FRAMES,
	};
	uint32_t vault = rd_core_vault(w->core, far->line);

	if (!far->keys || far->clearing)
		return;
	digit.digit = *far->keys++;
	if (!*far->keys)
		far->keys = NULL;
	else
		rd_world_plan_far(w, far, RD_PLAN_KEY, KEY_EVERY_MS, 0, 0);
	if (vault && digit.digit != '*' && digit.digit != '#') {
		rd_vault_add(&w->vault, vault, digit.digit);
		digit.digit = '?';
	}
	rd_line_barge(w, far);
	rd_world_event(w, &digit.msg);
}

/* ---- waiting, talking --------------------------------------------------------------- */

static bool is_text(const struct rd_value *v, const char *text)
{
	return v->kind == 's' && strlen(text) == v->len &&
	       !memcmp(v->text, text, v->len);
}

static void on_queue_row(struct rd_world *w, const struct rd_value *v)
{
	const struct rd_value *what = &v[RD_QUEUE_LOG_event];
	bool enters = is_text(what, "ENTER");
	const struct rd_call *call;
	struct rd_far *far;
	uint64_t ms;

	if ((!enters && !is_text(what, "CONNECT") &&
	     !is_text(what, "EXIT_TIMEOUT") && !is_text(what, "EXIT_KEY")) ||
	    v[RD_QUEUE_LOG_call].kind != 'i')
		return;
	call = rd_call_by_id(w->core, (uint64_t)v[RD_QUEUE_LOG_call].number);
	far = call ? rd_far_at(w, call->line) : NULL;
	if (!far || far->kind != RD_FAR_CALLER)
		return;
	far->waits = enters;
	far->wait++;
	if (!enters)
		return;
	far->waited = true;
	ms = rd_chance_draw(&w->day->callers[far->who.group].patience,
			    &far->who.rng);
	if (ms != RD_CHANCE_NEVER)
		rd_world_plan_far(w, far, RD_PLAN_IMPATIENT, ms, 0, 0);
}

void rd_people_talk(struct rd_world *w, uint32_t line, uint32_t peer)
{
	struct rd_far *a = rd_far_at(w, line), *b = rd_far_at(w, peer), *swap;
	const struct rd_day_callers *c;
	uint64_t ms;

	if (!a || !b)
		return;
	if (a->kind != RD_FAR_CALLER) {
		swap = a;
		a = b;
		b = swap;
	}
	if (a->kind != RD_FAR_CALLER || b->kind != RD_FAR_PHONE)
		return;
	c = &w->day->callers[a->who.group];
	a->talked = true;
	a->peer = b->line;
	b->peer = a->line;
	a->talk++;
	ms = rd_chance_draw(&c->handling, &a->who.rng);
	if (ms != RD_CHANCE_NEVER)
		rd_world_plan_far(w, a, RD_PLAN_TALKED, ms,
				  happens(&a->who.rng, c->agent_ends), 0);
}

static void on_talked(struct rd_world *w, struct rd_far *far,
		      const struct rd_plan *plan)
{
	struct rd_far *peer = rd_far_at(w, far->peer);

	if (plan->id != far->talk)
		return;
	if (plan->op && peer && peer->peer == far->line)
		rd_far_hangup(w, peer, CAUSE_NORMAL);
	else
		rd_far_hangup(w, far, CAUSE_NORMAL);
}

/* ---- agents ----------------------------------------------------------------------------- */

static void plan_agent(struct rd_world *w, uint16_t agent, uint64_t frame,
		       enum rd_agent_op op, const char *reason)
{
	struct rd_plan plan = {
		.frame = frame,
		.kind = RD_PLAN_AGENT,
		.who = agent,
		.op = (uint8_t)op,
		.text = reason,
	};

	rd_world_plan(w, &plan);
}

static uint64_t frame_of_minute(const struct rd_world *w, unsigned minute)
{
	unsigned from = w->day->from_min;

	return minute <= from ? 0
			      : rd_frames_from_ms((minute - from) * 60000ull);
}

static void plan_breaks(struct rd_world *w, uint16_t agent,
			const struct rd_day_shift *shift,
			const struct rd_day_span *hours)
{
	for (uint16_t i = 0; i < shift->nbreaks; i++) {
		const struct rd_day_break *b = &shift->breaks[i];
		uint64_t at = frame_of_minute(w, b->at_min);
		uint64_t end = at + rd_frames_from_ms(b->for_ms);

		if (b->at_min < hours->from_min || b->at_min >= hours->to_min ||
		    b->at_min < w->day->from_min)
			continue;
		plan_agent(w, agent, at, RD_AGENT_NOT_READY, b->reason);
		if (end < frame_of_minute(w, hours->to_min))
			plan_agent(w, agent, end, RD_AGENT_READY, "");
	}
}

static void begin_shift(struct rd_world *w, const struct rd_day_shift *shift,
			uint16_t agent)
{
	struct rd_world_agent *a = &w->agents[agent];

	a->shift = shift;
	for (uint16_t i = 0; i < shift->nhours; i++) {
		const struct rd_day_span *hours = &shift->hours[i];

		if (hours->to_min <= w->day->from_min)
			continue;
		plan_agent(w, agent, frame_of_minute(w, hours->from_min),
			   RD_AGENT_LOGIN, "");
		plan_breaks(w, agent, shift, hours);
		plan_agent(w, agent, frame_of_minute(w, hours->to_min),
			   RD_AGENT_LOGOUT, "");
	}
}

/* Nobody hears him now: he tries again. */
static void try_later(struct rd_world *w, const struct rd_plan *plan)
{
	plan_agent(w, plan->who, rd_world_ms(w, 1000), plan->op, plan->text);
}

static void on_agent(struct rd_world *w, const struct rd_plan *plan)
{
	static const char *const commands[] = {
		[RD_AGENT_LOGIN] = "login",
		[RD_AGENT_LOGOUT] = "logout",
		[RD_AGENT_READY] = "ready",
		[RD_AGENT_NOT_READY] = "not-ready",
	};
	_Alignas(8) uint8_t room[sizeof(struct rd_ev_command) + 256] = { 0 };
	struct rd_ev_command *cmd = (struct rd_ev_command *)room;
	int n = snprintf(cmd->json, 256,
			 "{\"command\":\"agent.%s\",\"agent\":\"%s\"%s%s%s,"
			 "\"by\":\"simulate\"}",
			 commands[plan->op],
			 w->config->agents[plan->who].number,
			 *plan->text ? ",\"reason\":\"" : "", plan->text,
			 *plan->text ? "\"" : "");

	if (w->down) {
		try_later(w, plan);
		return;
	}
	cmd->msg = (struct rd_msg){
		.type = RD_MSG_COMMAND,
		.len = (uint16_t)((sizeof(*cmd) + (unsigned)n + 8) / 8 * 8),
		.line = RD_LINE_NONE,
		.frame = w->frame,
	};
	rd_world_event(w, &cmd->msg);
}

/* Set not ready for calls he missed: after a while he notices. */
static void on_agent_row(struct rd_world *w, const struct rd_value *v)
{
	if (!is_text(&v[RD_AGENT_LOG_state], "not-ready") ||
	    !is_text(&v[RD_AGENT_LOG_reason], "missed"))
		return;
	for (uint16_t i = 0; i < w->config->nagents; i++)
		if (w->agents[i].shift && is_text(&v[RD_AGENT_LOG_agent],
						  w->config->agents[i].number))
			plan_agent(w, i,
				   rd_world_ms(w, w->agents[i].shift->back_ms),
				   RD_AGENT_READY, "");
}

void rd_people_on_row(struct rd_world *w, const struct rd_cmd_row *row)
{
	struct rd_value v[16];
	uint32_t at = 0;

	if (row->table != RD_TABLE_QUEUE_LOG &&
	    row->table != RD_TABLE_AGENT_LOG)
		return;
	for (uint16_t i = 0; i < row->columns; i++)
		if (rd_row_next(row, &at, &v[i]) != 1)
			return;
	if (row->table == RD_TABLE_QUEUE_LOG)
		on_queue_row(w, v);
	else
		on_agent_row(w, v);
}

static bool is_in_use(const struct rd_world *w, const struct rd_far *phone)
{
	for (uint16_t s = 0; s < w->config->nspans; s++)
		for (unsigned i = 1; i < RD_WORLD_SLOTS; i++) {
			const struct rd_far *far = &w->far[s][i];

			if (far != phone && far->kind == RD_FAR_PHONE &&
			    !far->clearing && far->agent == phone->agent)
				return true;
		}
	return false;
}

void rd_people_ring(struct rd_world *w, struct rd_far *phone,
		    const char *number)
{
	struct rd_world_agent *a = NULL;
	uint64_t ms = OUTSIDE_MS;

	for (uint16_t i = 0; i < w->config->nagents && !a; i++)
		if (!strcmp(w->agents[i].dialled, number)) {
			a = &w->agents[i];
			phone->agent = i;
		}
	if (a && is_in_use(w, phone)) {
		rd_world_plan_far(w, phone, RD_PLAN_ISDN, 0, RD_ISDN_HANGUP,
				  CAUSE_BUSY);
		return;
	}
	rd_world_plan_far(w, phone, RD_PLAN_ISDN, 0, RD_ISDN_PROCEEDING, 0);
	rd_world_plan_far(w, phone, RD_PLAN_ISDN, w->day->ring_after_ms,
			  RD_ISDN_ALERTING, 0);
	if (a)
		ms = !a->shift || happens(&a->rng, a->shift->unanswered)
			     ? RD_CHANCE_NEVER
			     : rd_chance_draw(&a->shift->answer, &a->rng);
	if (ms != RD_CHANCE_NEVER)
		rd_world_plan_far(w, phone, RD_PLAN_ISDN,
				  w->day->ring_after_ms + ms, RD_ISDN_CONNECT,
				  0);
}

/* ---- the day ---------------------------------------------------------------------------- */

void rd_people_begin(struct rd_world *w)
{
	const struct rd_day *day = w->day;

	for (uint16_t i = 0; i < w->config->nagents; i++) {
		struct rd_world_agent *a = &w->agents[i];

		a->rng = rd_world_stream(w->sim->seed, STREAM_AGENT, i);
		rd_route_out(w->config, w->config->agents[i].phone, true,
			     a->dialled, sizeof(a->dialled));
	}
	for (uint16_t i = 0; i < day->nshifts; i++)
		for (uint16_t k = 0; k < day->shifts[i].who.n; k++)
			begin_shift(w, &day->shifts[i],
				    day->shifts[i].who.agent[k]);
	for (uint16_t i = 0; i < day->ncallers; i++) {
		const struct rd_day_callers *c = &day->callers[i];
		double sum = curve_sum(w, c);

		w->groups[i].rng =
			rd_world_stream(w->sim->seed, STREAM_CURVE, i);
		w->groups[i].scale = c->total && sum > 0 ? c->total / sum : 1;
		if (!w->npast)
			plan_next_call(w, i);
	}
	plan_past(w);
}

void rd_people_on_plan(struct rd_world *w, const struct rd_plan *plan)
{
	struct rd_far *far = rd_far_at(w, plan->line);

	switch (plan->kind) {
	case RD_PLAN_CALL:
	case RD_PLAN_AGAIN:
	case RD_PLAN_PAST:
		on_arrival(w, plan);
		return;
	case RD_PLAN_AGENT:
		on_agent(w, plan);
		return;
	default:
		break;
	}
	if (!far || far->serial != plan->serial)
		return;
	if (plan->kind == RD_PLAN_KEY)
		on_key(w, far);
	else if (plan->kind == RD_PLAN_TALKED)
		on_talked(w, far, plan);
	else if (far->waits && plan->id == far->wait)
		rd_far_hangup(w, far, CAUSE_NORMAL);
}

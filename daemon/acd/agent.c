// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Agents: the table of their states, sign-ins, times.
 *
 * Every change of state passes moved(): it adds up the time in the old one,
 * writes the row, tells watchers and keeps the set of free agents that matching
 * reads. After an event the agent's queues are matched, if he became free.
 *
 * Invariants: reserved, ringing and talking if and only if call is a call of a
 * queue that names him; no offer in wrap-up; one agent a phone.
 */
#include "daemon/acd/agent.h"

#include <errno.h>
#include <string.h>

#include "daemon/acd/offer.h"
#include "daemon/acd/queue.h"
#include "daemon/acd/session.h"
#include "daemon/call/route.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "lib/base/frames.h"

#define WRAPUP_MAX_MS 3600000u /* however often it is extended */
#define PAUSE_MIN_MS  1000u    /* else an unreachable phone would be a loop */

struct agent_arg { /* what comes with an event */
	const char *phone, *reason, *by;
};

static const struct agent_arg by_system = { "", "", "system" };

struct rd_agent *rd_agent_get(const struct rd_core *core, uint16_t agent)
{
	return (struct rd_agent *)((uintptr_t)core->state +
				   core->state->agents_offset) +
	       agent;
}

static uint16_t place_of(const struct rd_core *core,
			 const struct rd_agent *agent)
{
	return (uint16_t)(agent - rd_agent_get(core, 0));
}

bool rd_agent_is_free(const struct rd_agent *agent)
{
	return agent->used && agent->state == RD_AGENT_IS_READY &&
	       !agent->paused && !agent->direct && !agent->clearing &&
	       agent->order != RD_INDEX_NONE;
}

bool rd_agent_may_be_dialled(const struct rd_agent *agent)
{
	return !agent->direct && (agent->state == RD_AGENT_IS_READY ||
				  agent->state == RD_AGENT_IS_NOT_READY ||
				  agent->state == RD_AGENT_WRAPUP);
}

/* ---- guards and actions --------------------------------------------------- */

static bool wants_out(const struct rd_core *core, const void *object,
		      const void *arg)
{
	return ((const struct rd_agent *)object)->wish == RD_WISH_LOGOUT;
}

static bool wants_rest(const struct rd_core *core, const void *object,
		       const void *arg)
{
	return ((const struct rd_agent *)object)->wish == RD_WISH_NOT_READY;
}

static bool has_wrapup(const struct rd_core *core, const void *object,
		       const void *arg)
{
	return ((const struct rd_agent *)object)->wrapup_ms > 0;
}

static bool missed_enough(const struct rd_core *core, const void *object,
			  const void *arg)
{
	const struct rd_agent *agent = object;

	return agent->max_misses && agent->misses + 1 >= agent->max_misses;
}

static bool unreached_enough(const struct rd_core *core, const void *object,
			     const void *arg)
{
	const struct rd_agent *agent = object;

	return agent->max_misses && agent->unreached + 1 >= agent->max_misses;
}

static void sign_in(struct rd_core *core, void *object, const void *arg)
{
	const struct agent_arg *a = arg;
	struct rd_agent *agent = object;

	rd_text_copy(agent->phone, sizeof(agent->phone), a->phone);
	agent->since = core->now;
	agent->misses = agent->unreached = 0;
	agent->wish = RD_WISH_NONE;
	agent->offers = agent->answered = agent->missed = agent->refused = 0;
	agent->talk_frames = 0;
	rd_agents_find_phone_calls(core, place_of(core, agent));
}

static void sign_out(struct rd_core *core, void *object, const void *arg)
{
	struct rd_agent *agent = object;

	rd_agents_drop_phone_calls(core, place_of(core, agent));
	memset(agent->reason, 0, sizeof(agent->reason));
	agent->wish = RD_WISH_NONE;
	agent->paused = false;
	rd_core_timer_stop(core, RD_TIMER_AGENT, place_of(core, agent),
			   RD_AGENT_TIMER_PAUSE);
	rd_core_timer_stop(core, RD_TIMER_AGENT, place_of(core, agent),
			   RD_AGENT_TIMER_WRAPUP);
}

static void be_ready(struct rd_core *core, void *object, const void *arg)
{
	struct rd_agent *agent = object;

	memset(agent->reason, 0, sizeof(agent->reason));
	agent->misses = agent->unreached = 0;
	agent->idle_order = core->state->next_order++;
	rd_core_timer_stop(core, RD_TIMER_AGENT, place_of(core, agent),
			   RD_AGENT_TIMER_WRAPUP);
}

static void rest(struct rd_core *core, void *object, const void *arg)
{
	const struct agent_arg *a = arg;
	struct rd_agent *agent = object;

	rd_text_copy(agent->reason, sizeof(agent->reason), a->reason);
	rd_core_timer_stop(core, RD_TIMER_AGENT, place_of(core, agent),
			   RD_AGENT_TIMER_WRAPUP);
}

/* What he wished during the call comes true. */
static void rest_as_wished(struct rd_core *core, void *object, const void *arg)
{
	struct rd_agent *agent = object;

	memcpy(agent->reason, agent->wish_reason, sizeof(agent->reason));
	agent->wish = RD_WISH_NONE;
	rd_core_timer_stop(core, RD_TIMER_AGENT, place_of(core, agent),
			   RD_AGENT_TIMER_WRAPUP);
}

static void wish_ready(struct rd_core *core, void *object, const void *arg)
{
	((struct rd_agent *)object)->wish = RD_WISH_NONE;
}

static void wish_rest(struct rd_core *core, void *object, const void *arg)
{
	const struct agent_arg *a = arg;
	struct rd_agent *agent = object;

	agent->wish = RD_WISH_NOT_READY;
	rd_text_copy(agent->wish_reason, sizeof(agent->wish_reason), a->reason);
}

static void wish_out(struct rd_core *core, void *object, const void *arg)
{
	((struct rd_agent *)object)->wish = RD_WISH_LOGOUT;
}

static void take_offer(struct rd_core *core, void *object, const void *arg)
{
	((struct rd_agent *)object)->offers++;
	rd_session_count(core, place_of(core, object), RD_SESSION_OFFER);
}

static void reached(struct rd_core *core, void *object, const void *arg)
{
	((struct rd_agent *)object)->unreached = 0;
}

/* Nothing is offered to him for a while, and then to others before him. */
static void pause_offers(struct rd_core *core, struct rd_agent *agent)
{
	agent->paused = true;
	agent->idle_order = core->state->next_order++;
	rd_core_timer(core, RD_TIMER_AGENT, place_of(core, agent),
		      RD_AGENT_TIMER_PAUSE,
		      agent->retry_ms > PAUSE_MIN_MS ? agent->retry_ms
						     : PAUSE_MIN_MS);
}

/* He did not answer. */
static void miss(struct rd_core *core, void *object, const void *arg)
{
	struct rd_agent *agent = object;

	agent->missed++;
	agent->misses++;
	agent->unreached = 0; /* whose phone is busy, or refuses, is there */
	rd_session_count(core, place_of(core, agent), RD_SESSION_MISS);
	pause_offers(core, agent);
}

static void miss_too_many(struct rd_core *core, void *object, const void *arg)
{
	struct rd_agent *agent = object;

	agent->missed++;
	agent->misses = 0;
	rd_session_count(core, place_of(core, agent), RD_SESSION_MISS);
	rd_text_copy(agent->reason, sizeof(agent->reason), "missed");
}

/* No miss of his: they count in a row of their own. */
static void unreached(struct rd_core *core, void *object, const void *arg)
{
	struct rd_agent *agent = object;

	agent->unreached += agent->unreached < UINT8_MAX;
	pause_offers(core, agent);
}

/* A trunk that is full or down is not his phone: it counts nowhere. */
static void no_line(struct rd_core *core, void *object, const void *arg)
{
	pause_offers(core, object);
}

static void unreached_too_often(struct rd_core *core, void *object,
				const void *arg)
{
	struct rd_agent *agent = object;

	agent->unreached = 0;
	rd_text_copy(agent->reason, sizeof(agent->reason), "unreachable");
}

static void begin_wrapup(struct rd_core *core, void *object, const void *arg)
{
	struct rd_agent *agent = object;

	rd_core_timer(core, RD_TIMER_AGENT, place_of(core, agent),
		      RD_AGENT_TIMER_WRAPUP, agent->wrapup_ms);
}

/* ---- the table --------------------------------------------------------------- */

static const char *const agent_states[RD_AGENT_STATES] = {
	"out",	   "ready",   "not-ready", "reserved",
	"ringing", "talking", "wrap-up",
};

static const char *const agent_events[RD_AGENT_EVENTS] = {
	"login",  "logout", "ready", "not-ready", "offer",   "alerting",
	"answer", "miss",   "free",  "unreached", "no-line", "end",
	"wrapup-over",
};

/* clang-format off */
#define O  RD_AGENT_OUT
#define R  RD_AGENT_IS_READY
#define N  RD_AGENT_IS_NOT_READY
#define V  RD_AGENT_RESERVED
#define G  RD_AGENT_RINGING
#define T  RD_AGENT_TALKING
#define W  RD_AGENT_WRAPUP
#define EV(e) RD_AGENT_EV_##e
#define WISHES(state)                                                         \
	{ state, EV(READY),	  NULL,	      wish_ready, state },            \
	{ state, EV(NOT_READY),	  NULL,	      wish_rest,  state },            \
	{ state, EV(LOGOUT),	  NULL,	      wish_out,	  state }
#define OFFERED(state)                                                        \
	{ state, EV(ANSWER),	  NULL,	      NULL,	  T },                \
	RETURNS(state),                                                       \
	WISHES(state)
/* from an offer, or before he is connected with the caller */
#define RETURNS(state)                                                        \
	{ state, EV(MISS),	  wants_out,  sign_out,	  O },                \
	{ state, EV(MISS),	  wants_rest, rest_as_wished, N },            \
	{ state, EV(MISS),	  missed_enough, miss_too_many, N },          \
	{ state, EV(MISS),	  NULL,	      miss,	  R },                \
	{ state, EV(UNREACHED),	  wants_out,  sign_out,	  O },                \
	{ state, EV(UNREACHED),	  wants_rest, rest_as_wished, N },            \
	{ state, EV(UNREACHED),	  unreached_enough, unreached_too_often, N }, \
	{ state, EV(UNREACHED),	  NULL,	      unreached,  R },                \
	{ state, EV(NO_LINE),	  wants_out,  sign_out,	  O },                \
	{ state, EV(NO_LINE),	  wants_rest, rest_as_wished, N },            \
	{ state, EV(NO_LINE),	  NULL,	      no_line,	  R },                \
	{ state, EV(FREE),	  wants_out,  sign_out,	  O },                \
	{ state, EV(FREE),	  wants_rest, rest_as_wished, N },            \
	/* his place among the idle is kept: he did nothing */                \
	{ state, EV(FREE),	  NULL,	      NULL,	  R }

static const struct rd_fsm_row agent_rows[] = {
	{ O, EV(LOGIN),	      NULL,	  sign_in,	R },
	{ R, EV(READY),	      NULL,	  NULL,		R },
	{ R, EV(NOT_READY),   NULL,	  rest,		N },
	{ R, EV(LOGOUT),      NULL,	  sign_out,	O },
	{ R, EV(OFFER),	      NULL,	  take_offer,	V },
	{ N, EV(READY),	      NULL,	  be_ready,	R },
	{ N, EV(NOT_READY),   NULL,	  rest,		N },
	{ N, EV(LOGOUT),      NULL,	  sign_out,	O },
	{ V, EV(ALERTING),    NULL,	  reached,	G },
	OFFERED(V),
	{ G, EV(ALERTING),    NULL,	  NULL,		G },
	OFFERED(G),
	{ T, EV(END),	      wants_out,  sign_out,	O },
	{ T, EV(END),	      has_wrapup, begin_wrapup,	W },
	{ T, EV(END),	      wants_rest, rest_as_wished, N },
	{ T, EV(END),	      NULL,	  be_ready,	R },
	RETURNS(T),
	WISHES(T),
	{ W, EV(WRAPUP_OVER), wants_rest, rest_as_wished, N },
	{ W, EV(WRAPUP_OVER), NULL,	  be_ready,	R },
	{ W, EV(READY),	      NULL,	  be_ready,	R },
	{ W, EV(NOT_READY),   NULL,	  rest,		N },
	{ W, EV(LOGOUT),      NULL,	  sign_out,	O },
};
#undef O
#undef R
#undef N
#undef V
#undef G
#undef T
#undef W
/* clang-format on */

const struct rd_fsm rd_agent_fsm = {
	.name = "agent",
	.states = agent_states,
	.events = agent_events,
	.rows = agent_rows,
	.nrows = sizeof(agent_rows) / sizeof(agent_rows[0]),
	.nstates = RD_AGENT_STATES,
	.nevents = RD_AGENT_EVENTS,
};

const char *rd_agent_state_name(const struct rd_agent *agent)
{
	if (agent->direct && (agent->state == RD_AGENT_IS_READY ||
			      agent->state == RD_AGENT_IS_NOT_READY ||
			      agent->state == RD_AGENT_WRAPUP))
		return "busy";
	return agent_states[agent->state];
}

/* ---- changes ------------------------------------------------------------------ */

static uint64_t call_id(const struct rd_core *core,
			const struct rd_agent *agent)
{
	return agent->call == RD_NONE ? 0 : rd_call_at(core, agent->call)->id;
}

static void log_change(struct rd_core *core, const struct rd_agent *agent,
		       const char *before, uint64_t frames)
{
	rd_row_begin(core, RD_TABLE_AGENT_LOG);
	rd_row_time(core, core->now);
	rd_row_str(core, agent->number);
	rd_row_str(core, rd_agent_state_name(agent));
	rd_row_str(core, before);
	rd_row_int(core, (int64_t)rd_ms_from_frames(frames));
	rd_row_str_or_null(core, agent->reason);
	rd_row_str_or_null(core, agent->phone);
	rd_row_int_or_null(core, (int64_t)call_id(core, agent));
	rd_row_str(core, agent->by);
	rd_row_end(core);
}

static void tell_change(struct rd_core *core, const struct rd_agent *agent,
			const char *before, uint64_t frames)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_AGENT_STATE);

	rd_json_str(j, "agent", agent->number);
	rd_json_str(j, "name", agent->name);
	rd_json_str(j, "state", rd_agent_state_name(agent));
	rd_json_str(j, "previous", before);
	rd_json_int(j, "previous_ms", (int64_t)rd_ms_from_frames(frames));
	rd_json_str(j, "reason", agent->reason);
	rd_json_str(j, "phone", agent->phone);
	rd_json_str(j, "by", agent->by);
	if (agent->call != RD_NONE)
		rd_json_int(j, "call", (int64_t)call_id(core, agent));
	if (agent->state == RD_AGENT_WRAPUP)
		rd_json_int(j, "wrapup_ms", agent->wrapup_ms);
	rd_event_end(core);
}

/* Signing in and out, ready and not, are of interest to the queue log too. */
static void log_queues(struct rd_core *core, const struct rd_agent *agent,
		       uint8_t before)
{
	enum rd_queue_log what;

	if (before == RD_AGENT_OUT)
		what = RD_QLOG_LOGIN;
	else if (agent->state == RD_AGENT_OUT)
		what = RD_QLOG_LOGOUT;
	else if (agent->state == RD_AGENT_IS_NOT_READY)
		what = RD_QLOG_NOT_READY;
	else if (before == RD_AGENT_WRAPUP)
		what = RD_QLOG_WRAPUP_END;
	else if (before == RD_AGENT_IS_NOT_READY)
		what = RD_QLOG_READY;
	else
		return;
	rd_queue_log(core, what, RD_INDEX_NONE, NULL, place_of(core, agent), 0,
		     agent->reason);
}

static void moved(struct rd_core *core, struct rd_agent *agent, uint8_t before,
		  const char *before_name, const char *by)
{
	uint64_t frames = core->now - agent->since;

	agent->since = core->now;
	rd_text_copy(agent->by, sizeof(agent->by), by);
	rd_session_step(core, place_of(core, agent));
	rd_match_update(core, place_of(core, agent));
	log_change(core, agent, before_name, frames);
	tell_change(core, agent, before_name, frames);
	log_queues(core, agent, before);
	if (agent->state == RD_AGENT_OUT)
		memset(agent->phone, 0, sizeof(agent->phone));
	if (before == RD_AGENT_OUT || agent->state == RD_AGENT_OUT)
		memset(agent->wish_reason, 0, sizeof(agent->wish_reason));
}

static void step(struct rd_core *core, struct rd_agent *agent,
		 enum rd_agent_event event, const struct agent_arg *arg)
{
	uint8_t before = agent->state;
	const char *before_name = rd_agent_state_name(agent);
	char reason[RD_REASON_LEN];

	memcpy(reason, agent->reason, sizeof(reason));
	if (!rd_fsm_step(&rd_agent_fsm, core, &agent->state, (uint8_t)event,
			 agent, arg, RD_LINE_NONE))
		return;
	if (before == RD_AGENT_OUT)
		agent->idle_order = core->state->next_order++;
	if (agent->state != before ||
	    memcmp(reason, agent->reason, sizeof(reason)) != 0)
		moved(core, agent, before, before_name, arg->by);
	else
		rd_match_update(core, place_of(core, agent));
}

void rd_agent_reserve(struct rd_core *core, uint16_t place, uint32_t call,
		      uint16_t queue)
{
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	const struct rd_cfg_agent *own = rd_agent_config(core, place);
	struct rd_agent *agent = rd_agent_get(core, place);

	agent->call = call;
	agent->queue = queue;
	agent->wrapup_ms = cfg ? cfg->wrapup_ms : 0;
	if (own && own->wrapup_ms)
		agent->wrapup_ms = own->wrapup_ms;
	agent->retry_ms = cfg ? cfg->retry_ms : 0;
	agent->max_misses =
		cfg && !(own && own->always) ? cfg->max_misses : 0;
	step(core, agent, RD_AGENT_EV_OFFER, &by_system);
}

void rd_agent_back_off(struct rd_core *core, uint16_t place,
		       enum rd_backoff why)
{
	struct rd_agent *agent = rd_agent_get(core, place);
	const struct rd_cfg_queue *cfg = rd_queue_config(core, agent->queue);

	if (cfg && cfg->backoff_ms[why])
		agent->retry_ms = cfg->backoff_ms[why];
}

int rd_agent_extend(struct rd_core *core, uint16_t place, uint32_t by_ms)
{
	struct rd_state *s = core->state;
	uint64_t due;

	if (place >= s->agents || !rd_agent_get(core, place)->used)
		return -ENOENT;
	due = rd_timer_due(s, &s->timers, RD_TIMER_AGENT, place,
			   RD_AGENT_TIMER_WRAPUP);
	if (due == RD_FRAME_NEVER)
		return -ENODATA;
	due += rd_frames_from_ms(by_ms);
	if (due > core->now + rd_frames_from_ms(WRAPUP_MAX_MS))
		return -EINVAL;
	rd_timer_set(s, &s->timers, RD_TIMER_AGENT, place,
		     RD_AGENT_TIMER_WRAPUP, due);
	return 0;
}

void rd_agent_connected(struct rd_core *core, uint16_t place)
{
	struct rd_agent *agent = rd_agent_get(core, place);

	agent->answered++;
	agent->misses = agent->unreached = 0;
	agent->ticket = RD_NONE;
	rd_session_count(core, place, RD_SESSION_ANSWER);
}

void rd_agent_call_event(struct rd_core *core, uint16_t place,
			 enum rd_agent_event event)
{
	struct rd_agent *agent = rd_agent_get(core, place);

	if (event == RD_AGENT_EV_END)
		agent->talk_frames += core->now - agent->since;
	step(core, agent, event, &by_system);
	if (agent->state == RD_AGENT_RESERVED ||
	    agent->state == RD_AGENT_RINGING ||
	    agent->state == RD_AGENT_TALKING)
		return;
	agent->call = RD_NONE;
	rd_match_agent(core, place);
}

void rd_agent_clearing(struct rd_core *core, uint16_t place, int by)
{
	struct rd_agent *agent = rd_agent_get(core, place);

	agent->clearing = (uint16_t)(agent->clearing + by);
	rd_match_update(core, place);
	rd_match_agent(core, place);
}

void rd_agent_direct(struct rd_core *core, uint16_t place, int by)
{
	struct rd_agent *agent = rd_agent_get(core, place);
	const char *before = rd_agent_state_name(agent);
	uint64_t frames = core->now - agent->since;

	agent->direct = (uint16_t)(agent->direct + by);
	if (rd_agent_state_name(agent) != before) {
		agent->since = core->now;
		rd_text_copy(agent->by, sizeof(agent->by), "phone");
		rd_session_step(core, place);
		log_change(core, agent, before, frames);
		tell_change(core, agent, before, frames);
	}
	rd_match_update(core, place);
	rd_match_agent(core, place);
}

void rd_agent_on_timer(struct rd_core *core, uint32_t place, uint32_t which)
{
	struct rd_agent *agent = rd_agent_get(core, (uint16_t)place);

	if (which == RD_AGENT_TIMER_RING) {
		rd_offer_on_timer(core, (uint16_t)place);
		return;
	}
	if (which == RD_AGENT_TIMER_PAUSE) {
		agent->paused = false;
		rd_match_update(core, (uint16_t)place);
	} else {
		step(core, agent, RD_AGENT_EV_WRAPUP_OVER, &by_system);
	}
	rd_match_agent(core, (uint16_t)place);
}

void rd_agent_tell_offer(struct rd_core *core, uint16_t place,
			 const struct rd_call *call, uint64_t wait_frames)
{
	const struct rd_agent *agent = rd_agent_get(core, place);
	struct rd_json *j = rd_event_begin(core, RD_EVENT_AGENT_OFFER);

	rd_json_str(j, "agent", agent->number);
	rd_json_str(j, "phone", agent->phone);
	rd_json_int(j, "call", (int64_t)call->id);
	if (call->app == RD_APP_QUEUE)
		rd_json_str(j, "queue", rd_queue_get(core, call->queue)->name);
	rd_json_str(j, "ani", call->ani);
	rd_json_bool(j, "withheld", call->withheld);
	rd_json_str(j, "name", call->name);
	rd_json_str(j, "dnis", call->dnis);
	rd_json_int(j, "wait_ms", (int64_t)rd_ms_from_frames(wait_frames));
	rd_cdr_attached(call, j, "data");
	rd_event_end(core);
}

/* ---- what people ask ---------------------------------------------------------- */

uint16_t rd_agent_by_number(const struct rd_core *core, const char *number)
{
	for (uint32_t i = 0; i < core->state->agents; i++) {
		const struct rd_agent *agent = rd_agent_get(core, (uint16_t)i);

		if (agent->used && agent->order != RD_INDEX_NONE &&
		    strcmp(agent->number, number) == 0)
			return (uint16_t)i;
	}
	return RD_INDEX_NONE;
}

uint16_t rd_agent_at_phone(const struct rd_core *core, const char *phone)
{
	for (uint32_t i = 0; *phone && i < core->state->agents; i++) {
		const struct rd_agent *agent = rd_agent_get(core, (uint16_t)i);

		if (agent->used && agent->state != RD_AGENT_OUT &&
		    strcmp(agent->phone, phone) == 0)
			return (uint16_t)i;
	}
	return RD_INDEX_NONE;
}

static int login(struct rd_core *core, struct rd_agent *agent,
		 const struct agent_arg *arg)
{
	const struct rd_cfg_agent *cfg =
		rd_agent_config(core, place_of(core, agent));
	struct agent_arg in = *arg;
	char phone[RD_AGENT_PHONE_LEN], digits[RD_NUMBER_LEN];

	if (!*in.phone)
		in.phone = cfg && *cfg->phone ? cfg->phone : agent->number;
	rd_text_copy(phone, sizeof(phone), in.phone);
	in.phone = phone;
	if (agent->state != RD_AGENT_OUT)
		return strcmp(agent->phone, phone) == 0 &&
				       agent->wish != RD_WISH_LOGOUT
			       ? 0
			       : -EALREADY;
	if (rd_agent_at_phone(core, phone) != RD_INDEX_NONE)
		return -EALREADY;
	if (rd_route_out(core->config, phone, true, digits, sizeof(digits)) ==
	    RD_INDEX_NONE)
		return -EHOSTUNREACH;
	step(core, agent, RD_AGENT_EV_LOGIN, &in);
	return 0;
}

/* A phone that is there without anybody signing in. */
static bool is_always(const struct rd_core *core, uint16_t place)
{
	const struct rd_cfg_agent *cfg = rd_agent_config(core, place);

	return cfg && cfg->always;
}

int rd_agent_set(struct rd_core *core, uint16_t place, enum rd_agent_op op,
		 const char *phone, const char *reason, const char *by)
{
	static const uint8_t events[] = {
		[RD_AGENT_LOGIN] = RD_AGENT_EV_LOGIN,
		[RD_AGENT_LOGOUT] = RD_AGENT_EV_LOGOUT,
		[RD_AGENT_READY] = RD_AGENT_EV_READY,
		[RD_AGENT_NOT_READY] = RD_AGENT_EV_NOT_READY,
		[RD_AGENT_WRAPUP_END] = RD_AGENT_EV_WRAPUP_OVER,
	};
	struct agent_arg arg = {
		.phone = phone ? phone : "",
		.reason = reason ? reason : "",
		.by = by ? by : "",
	};
	struct rd_agent *agent;
	int res = 0;

	if (place >= core->state->agents || !rd_agent_get(core, place)->used)
		return -ENOENT;
	agent = rd_agent_get(core, place);
	if (op == RD_AGENT_LOGIN) {
		res = login(core, agent, &arg);
	} else if (agent->state == RD_AGENT_OUT ||
		   (op == RD_AGENT_LOGOUT && is_always(core, place))) {
		res = -EPERM;
	} else if (op == RD_AGENT_WRAPUP_END &&
		   agent->state != RD_AGENT_WRAPUP) {
		res = 0; /* over already */
	} else {
		step(core, agent, events[op], &arg);
		if (op == RD_AGENT_READY && agent->paused) {
			agent->paused = false;
			rd_core_timer_stop(core, RD_TIMER_AGENT, place,
					   RD_AGENT_TIMER_PAUSE);
			rd_match_update(core, place);
		}
	}
	rd_match_agent(core, place);
	return res;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Legs: the table, and what its rows do.
 *
 * A leg that stops being a party (released, gone, lost) writes its row and
 * closes its line at that moment; it keeps channel and reference until the edge
 * says HANGUP_DONE, or a timer ends the wait and the channel is restarted.
 */
#include "daemon/call/leg.h"

#include <string.h>

#include "daemon/call/call.h"
#include "daemon/call/line.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

#define CAUSE_NO_CIRCUIT 34
#define CAUSE_TEMPORARY	 41
#define CAUSE_CONGESTION 42
#define CAUSE_NOT_AVAIL	 44 /* requested circuit */
#define REF_FROM_FAR_END 0x80000000u
#define PRES_RESTRICTED	 0x20 /* Q.931 octet 3a */
#define PRES_UNAVAILABLE 0x43
#define NPI_ISDN	 1
#define BEARER_AUDIO_3K1 16

struct leg_arg {		    /* what comes with an event */
	const struct rd_isdn *isdn; /* or NULL */
	uint8_t cause;
};

struct rd_leg *rd_leg_at(const struct rd_core *core, uint32_t index)
{
	return rd_pool_at(core->state, &core->state->legs, index);
}

uint32_t rd_leg_index(const struct rd_core *core, const struct rd_leg *leg)
{
	return (uint32_t)(leg - rd_leg_at(core, 0));
}

struct rd_leg *rd_leg_on_line(const struct rd_core *core, uint32_t line)
{
	uint32_t span = rd_span_of_line(core, line), leg;
	unsigned slot = rd_line_slot(line);

	if (span == RD_NONE || slot >= RD_CHANNELS)
		return NULL;
	leg = rd_span_at(core, span)->chan[slot].leg;
	return slot && leg != RD_NONE ? rd_leg_at(core, leg) : NULL;
}

static struct rd_span *span_of(const struct rd_core *core,
			       const struct rd_leg *leg)
{
	return rd_span_at(core, rd_span_of_line(core, leg->line));
}

/* ---- media and edge --------------------------------------------------------- */

static struct rd_isdn request(const struct rd_core *core,
			      const struct rd_leg *leg, enum rd_isdn_op op)
{
	return (struct rd_isdn){
		.msg = { .type = RD_MSG_ISDN_OUT,
			 .len = sizeof(struct rd_isdn),
			 .line = leg->line,
			 .frame = core->now },
		.ref = leg->ref,
		.op = (uint8_t)op,
	};
}

static void say(struct rd_core *core, const struct rd_leg *leg,
		enum rd_isdn_op op, uint8_t cause)
{
	struct rd_isdn isdn = request(core, leg, op);

	isdn.cause = cause;
	rd_emit(core, &isdn.msg);
}

/* ---- birth and death ---------------------------------------------------------- */

static void link_leg(struct rd_core *core, struct rd_leg *leg)
{
	struct rd_span *span = span_of(core, leg);

	leg->prev = RD_NONE;
	leg->next = span->legs;
	if (leg->next != RD_NONE)
		rd_leg_at(core, leg->next)->prev = rd_leg_index(core, leg);
	span->legs = rd_leg_index(core, leg);
}

static void unlink_leg(struct rd_core *core, struct rd_leg *leg)
{
	if (leg->next != RD_NONE)
		rd_leg_at(core, leg->next)->prev = leg->prev;
	if (leg->prev != RD_NONE)
		rd_leg_at(core, leg->prev)->next = leg->next;
	else
		span_of(core, leg)->legs = leg->next;
}

static struct rd_leg *new_leg(struct rd_core *core, uint32_t line)
{
	struct rd_state *s = core->state;
	uint32_t index = rd_pool_take(s, &s->legs);
	struct rd_leg *leg;

	if (index == RD_NONE)
		return NULL;
	leg = rd_leg_at(core, index);
	leg->id = rd_core_next_id(core);
	leg->line = line;
	leg->call = RD_NONE;
	leg->agent = RD_INDEX_NONE;
	leg->begin = core->now;
	link_leg(core, leg);
	rd_chan_seize(core, line, index);
	return leg;
}

/* Let go of the channel, if it is the leg's. */
static void free_channel(struct rd_core *core, struct rd_leg *leg)
{
	if (rd_leg_on_line(core, leg->line) == leg)
		rd_chan_free(core, leg->line);
}

static void free_leg(struct rd_core *core, struct rd_leg *leg)
{
	struct rd_state *s = core->state;
	uint32_t index = rd_leg_index(core, leg);

	free_channel(core, leg);
	unlink_leg(core, leg);
	rd_timer_stop_all(s, &s->timers, RD_TIMER_LEG, index);
	rd_pool_give(s, &s->legs, index);
}

/* Move to the channel that the far end named. */
static void settle_channel(struct rd_core *core, struct rd_leg *leg,
			   const struct rd_isdn *isdn)
{
	unsigned slot = rd_line_slot(isdn->msg.line);
	struct rd_leg *other;

	if (!slot || isdn->msg.line == leg->line)
		return;
	if (span_of(core, leg)->chan[slot].state == RD_CHAN_ABSENT) {
		core->state->counts.malformed++;
		return;
	}
	rd_chan_claim(core, isdn->msg.line, true);
	other = rd_leg_on_line(core, isdn->msg.line);
	if (other) /* the edge knows: that one is no more */
		rd_leg_do(core, other, RD_LEG_LOST, CAUSE_NOT_AVAIL);
	rd_chan_claim(core, isdn->msg.line, false);
	if (leg->state == RD_LEG_RELEASING)
		return; /* it was the other party of this call */
	rd_line_close(core, leg);
	free_channel(core, leg);
	leg->line = isdn->msg.line;
	rd_chan_seize(core, leg->line, rd_leg_index(core, leg));
	rd_line_open(core, leg);
}

/* ---- what rows do ------------------------------------------------------------- */

static enum rd_released_by who(const struct rd_leg *leg, uint8_t cause)
{
	/* network out of order, and resource unavailable: class 010 */
	if (cause == 27 || cause == 102 || (cause >= 32 && cause < 48))
		return RD_BY_NETWORK;
	if (!rd_leg_is_outgoing(leg))
		return RD_BY_CALLER;
	return leg->flags & RD_LEG_PHONE ? RD_BY_AGENT : RD_BY_CALLED;
}

static void tell(struct rd_core *core, struct rd_leg *leg,
		 enum rd_leg_news news)
{
	if (leg->call != RD_NONE)
		rd_call_on_leg(core, rd_call_at(core, leg->call), leg, news, 0,
			       RD_BY_NONE);
}

/* The leg is a party no more. */
static void part(struct rd_core *core, struct rd_leg *leg, uint8_t cause,
		 enum rd_released_by by)
{
	leg->cause = cause;
	rd_cdr_leg(core, leg, by);
	rd_line_close(core, leg);
}

static void tell_gone(struct rd_core *core, struct rd_leg *leg,
		      enum rd_released_by by)
{
	uint32_t call = leg->call;

	leg->call = RD_NONE;
	if (call != RD_NONE)
		rd_call_on_leg(core, rd_call_at(core, call), leg,
			       RD_LEG_IS_GONE, leg->cause, by);
}

static void await_done(struct rd_core *core, struct rd_leg *leg)
{
	rd_core_timer(core, RD_TIMER_LEG, rd_leg_index(core, leg), 0,
		      RD_LEG_CLEAR_MS);
}

static void do_overlap(struct rd_core *core, void *object, const void *arg)
{
	struct rd_leg *leg = object;

	say(core, leg, RD_ISDN_SETUP_ACK, 0);
	rd_core_timer(core, RD_TIMER_LEG, rd_leg_index(core, leg), 0,
		      RD_LEG_OVERLAP_MS);
}

static void in_digits(struct rd_core *core, void *object, const void *arg)
{
	const struct leg_arg *a = arg;
	struct rd_leg *leg = object;

	rd_core_timer(core, RD_TIMER_LEG, rd_leg_index(core, leg), 0,
		      RD_LEG_OVERLAP_MS);
	rd_call_more_digits(core, rd_call_at(core, leg->call), a->isdn->called,
			    a->isdn->flags & RD_ISDN_COMPLETE);
}

static void digits_late(struct rd_core *core, void *object, const void *arg)
{
	struct rd_leg *leg = object;
	struct rd_call *call = rd_call_at(core, leg->call);

	rd_call_more_digits(core, call, call->dnis, true);
}

static void do_accept(struct rd_core *core, void *object, const void *arg)
{
	struct rd_leg *leg = object;

	rd_core_timer_stop(core, RD_TIMER_LEG, rd_leg_index(core, leg), 0);
	say(core, leg, RD_ISDN_PROCEEDING, 0);
	rd_line_open(core, leg);
}

static void do_progress(struct rd_core *core, void *object, const void *arg)
{
	const struct leg_arg *a = arg;
	struct rd_leg *leg = object;
	struct rd_isdn isdn = request(core, leg, RD_ISDN_PROGRESS);

	isdn.flags = RD_ISDN_INBAND;
	isdn.progress = 8; /* in-band information is now available */
	isdn.cause = a->cause;
	rd_emit(core, &isdn.msg);
}

static void do_answer(struct rd_core *core, void *object, const void *arg)
{
	struct rd_leg *leg = object;

	leg->connected = core->now;
	say(core, leg, RD_ISDN_CONNECT, 0);
}

static void send_setup(struct rd_core *core, struct rd_leg *leg)
{
	const struct rd_span *span = span_of(core, leg);
	struct rd_isdn isdn;

	/* unlike every SETUP before, of this place and of this leg */
	leg->ref = (leg->slot.generation + leg->tries * 0x1000u) % 0x8000u
			   << 16 |
		   rd_leg_index(core, leg);
	leg->tries++;
	isdn = request(core, leg, RD_ISDN_SETUP);
	isdn.flags =
		RD_ISDN_COMPLETE | (span->exclusive ? RD_ISDN_EXCLUSIVE : 0);
	isdn.calling_npi = NPI_ISDN;
	isdn.called_npi = NPI_ISDN;
	isdn.bearer = BEARER_AUDIO_3K1;
	if (leg->flags & RD_LEG_WITHHELD)
		isdn.calling_pres = PRES_RESTRICTED;
	else if (!*leg->shown)
		isdn.calling_pres = PRES_UNAVAILABLE;
	memcpy(isdn.calling, leg->shown, sizeof(isdn.calling));
	memcpy(isdn.called, leg->number, sizeof(isdn.called));
	rd_text_copy_ia5(isdn.name, sizeof(isdn.name), leg->name);
	rd_line_open(core, leg);
	rd_emit(core, &isdn.msg);
}

static void do_dial(struct rd_core *core, void *object, const void *arg)
{
	send_setup(core, object);
}

/* The channel was not to be had: another one, another SETUP. */
static bool may_retry(const struct rd_core *core, const void *object,
		      const void *arg)
{
	const struct leg_arg *a = arg;
	const struct rd_leg *leg = object;

	return a->isdn->cause == CAUSE_NOT_AVAIL && leg->tries < RD_LEG_TRIES;
}

static void in_retry(struct rd_core *core, void *object, const void *arg)
{
	struct rd_leg *leg = object;
	uint32_t line = rd_span_hunt(core, leg->group);

	if (line == RD_LINE_NONE) {
		rd_leg_do(core, leg, RD_LEG_LOST, CAUSE_NO_CIRCUIT);
		return;
	}
	rd_line_close(core, leg);
	free_channel(core, leg);
	unlink_leg(core, leg); /* the span may be another */
	leg->line = line;
	link_leg(core, leg);
	rd_chan_seize(core, line, rd_leg_index(core, leg));
	send_setup(core, leg);
}

static void on_glare(struct rd_core *core, void *object, const void *arg)
{
	struct rd_leg *leg = object;

	span_of(core, leg)->glares++;
	core->state->counts.glares++;
	rd_line_close(core, leg);
	free_channel(core, leg);
	leg->line = rd_line_of_span(leg->line);
}

static void in_step(struct rd_core *core, void *object, const void *arg)
{
	const struct leg_arg *a = arg;
	struct rd_leg *leg = object;

	settle_channel(core, leg, a->isdn);
	if ((a->isdn->flags & RD_ISDN_INBAND) &&
	    !(leg->flags & RD_LEG_INBAND)) {
		leg->flags |= RD_LEG_INBAND;
		tell(core, leg, RD_LEG_HAS_SOUND);
	}
}

static void in_alerting(struct rd_core *core, void *object, const void *arg)
{
	struct rd_leg *leg = object;

	leg->alerting = core->now;
	in_step(core, leg, arg);
	tell(core, leg, RD_LEG_IS_ALERTING);
}

/* There can be no talk without a channel: not ours, and none named. */
static bool has_channel(const struct rd_core *core, const void *object,
			const void *arg)
{
	const struct leg_arg *a = arg;
	const struct rd_leg *leg = object;

	return rd_line_slot(leg->line) || rd_line_slot(a->isdn->msg.line);
}

static void in_connect(struct rd_core *core, void *object, const void *arg)
{
	const struct leg_arg *a = arg;
	struct rd_leg *leg = object;

	settle_channel(core, leg, a->isdn);
	leg->connected = core->now;
	tell(core, leg, RD_LEG_IS_CONNECTED);
}

/* The far end cleared; the edge answers it and says when that is done. */
static void in_hangup(struct rd_core *core, void *object, const void *arg)
{
	const struct leg_arg *a = arg;
	struct rd_leg *leg = object;
	enum rd_released_by by = who(leg, a->isdn->cause);

	part(core, leg, a->isdn->cause, by);
	await_done(core, leg);
	tell_gone(core, leg, by);
}

static void do_release(struct rd_core *core, void *object, const void *arg)
{
	const struct leg_arg *a = arg;
	struct rd_leg *leg = object;

	part(core, leg, a->cause, RD_BY_SYSTEM);
	say(core, leg, RD_ISDN_HANGUP, a->cause);
	await_done(core, leg);
	leg->call = RD_NONE;
}

/* The line, or a tone in it, says that the party is gone. */
static void clear(struct rd_core *core, struct rd_leg *leg, uint8_t cause,
		  enum rd_released_by by)
{
	part(core, leg, cause, by);
	say(core, leg, RD_ISDN_HANGUP, cause);
	await_done(core, leg);
	tell_gone(core, leg, by);
}

static void on_alarm(struct rd_core *core, void *object, const void *arg)
{
	clear(core, object, ((const struct leg_arg *)arg)->cause,
	      RD_BY_NETWORK);
}

static void on_tone(struct rd_core *core, void *object, const void *arg)
{
	uint8_t cause = ((const struct leg_arg *)arg)->cause;

	clear(core, object, cause, who(object, cause));
}

/* There is nobody to say anything to: reference and channel are free. */
static void on_lost(struct rd_core *core, void *object, const void *arg)
{
	const struct leg_arg *a = arg;
	struct rd_leg *leg = object;
	uint8_t cause = a->cause ? a->cause : CAUSE_TEMPORARY;

	part(core, leg, cause, RD_BY_NETWORK);
	free_channel(core, leg);
	tell_gone(core, leg, RD_BY_NETWORK);
	free_leg(core, leg);
}

static void on_done(struct rd_core *core, void *object, const void *arg)
{
	uint16_t agent = ((struct rd_leg *)object)->agent;

	free_leg(core, object);
	if (agent != RD_INDEX_NONE)
		rd_agent_clearing(core, agent, -1);
}

/* No HANGUP_DONE: let both ends agree anew. */
static void give_up(struct rd_core *core, void *object, const void *arg)
{
	struct rd_leg *leg = object;
	uint32_t line = leg->line;
	bool has_channel = rd_leg_on_line(core, line) == leg;

	on_done(core, leg, arg);
	if (has_channel)
		rd_chan_restart(core, line);
}

/* ---- the table ------------------------------------------------------------------- */

static const char *const leg_states[RD_LEG_STATES] = {
	"idle",	      "overlap",  "offered",   "early",	    "setup",
	"proceeding", "alerting", "connected", "releasing",
};

static const char *const leg_events[RD_LEG_EVENTS] = {
	"setup-ack",   "info",	      "proceeding", "alerting",	   "progress",
	"connect",     "connect-ack", "hangup",	    "hangup-done", "glare",
	"alarm",       "tone",	      "lost",	    "timer",	   "do-overlap",
	"do-accept",   "do-progress", "do-answer",  "do-dial",	   "do-release",
};

/* clang-format off */
#define ANY_PARTY(state)                                                      \
	{ state, RD_LEG_IN_HANGUP,	NULL, in_hangup,  RD_LEG_RELEASING }, \
	{ state, RD_LEG_IN_HANGUP_DONE,	NULL, on_lost,	  RD_LEG_IDLE },      \
	{ state, RD_LEG_ALARM,		NULL, on_alarm,	  RD_LEG_RELEASING }, \
	{ state, RD_LEG_TONE,		NULL, on_tone,	  RD_LEG_RELEASING }, \
	{ state, RD_LEG_LOST,		NULL, on_lost,	  RD_LEG_IDLE },      \
	{ state, RD_LEG_DO_RELEASE,	NULL, do_release, RD_LEG_RELEASING }

static const struct rd_fsm_row leg_rows[] = {
	/* incoming */
	{ RD_LEG_IDLE,	    RD_LEG_DO_OVERLAP,	  NULL, do_overlap,  RD_LEG_OVERLAP },
	{ RD_LEG_IDLE,	    RD_LEG_DO_ACCEPT,	  NULL, do_accept,   RD_LEG_OFFERED },
	{ RD_LEG_OVERLAP,   RD_LEG_IN_INFO,	  NULL, in_digits,   RD_LEG_OVERLAP },
	{ RD_LEG_OVERLAP,   RD_LEG_TIMER,	  NULL, digits_late, RD_LEG_OVERLAP },
	{ RD_LEG_OVERLAP,   RD_LEG_DO_ACCEPT,	  NULL, do_accept,   RD_LEG_OFFERED },
	ANY_PARTY(RD_LEG_OVERLAP),
	{ RD_LEG_OFFERED,   RD_LEG_IN_INFO,	  NULL, NULL,	     RD_LEG_OFFERED },
	{ RD_LEG_OFFERED,   RD_LEG_DO_PROGRESS,	  NULL, do_progress, RD_LEG_EARLY },
	{ RD_LEG_OFFERED,   RD_LEG_DO_ANSWER,	  NULL, do_answer,   RD_LEG_CONNECTED },
	ANY_PARTY(RD_LEG_OFFERED),
	{ RD_LEG_EARLY,	    RD_LEG_IN_INFO,	  NULL, NULL,	     RD_LEG_EARLY },
	{ RD_LEG_EARLY,	    RD_LEG_DO_PROGRESS,	  NULL, NULL,	     RD_LEG_EARLY },
	{ RD_LEG_EARLY,	    RD_LEG_DO_ANSWER,	  NULL, do_answer,   RD_LEG_CONNECTED },
	ANY_PARTY(RD_LEG_EARLY),
	/* outgoing */
	{ RD_LEG_IDLE,	    RD_LEG_DO_DIAL,	  NULL, do_dial,     RD_LEG_SETUP },
	{ RD_LEG_SETUP,	    RD_LEG_IN_SETUP_ACK,  NULL, in_step,     RD_LEG_PROCEEDING },
	{ RD_LEG_SETUP,	    RD_LEG_IN_PROCEEDING, NULL, in_step,     RD_LEG_PROCEEDING },
	{ RD_LEG_SETUP,	    RD_LEG_IN_PROGRESS,	  NULL, in_step,     RD_LEG_PROCEEDING },
	{ RD_LEG_SETUP,	    RD_LEG_IN_ALERTING,	  NULL, in_alerting, RD_LEG_ALERTING },
	{ RD_LEG_SETUP,	    RD_LEG_IN_CONNECT,	  has_channel, in_connect,  RD_LEG_CONNECTED },
	{ RD_LEG_SETUP,	    RD_LEG_GLARE,	  NULL, on_glare,    RD_LEG_SETUP },
	{ RD_LEG_SETUP,	    RD_LEG_IN_HANGUP,	  may_retry, in_retry, RD_LEG_SETUP },
	ANY_PARTY(RD_LEG_SETUP),
	{ RD_LEG_PROCEEDING, RD_LEG_IN_SETUP_ACK,  NULL, in_step,     RD_LEG_PROCEEDING },
	{ RD_LEG_PROCEEDING, RD_LEG_IN_PROCEEDING, NULL, in_step,     RD_LEG_PROCEEDING },
	{ RD_LEG_PROCEEDING, RD_LEG_IN_PROGRESS,   NULL, in_step,     RD_LEG_PROCEEDING },
	{ RD_LEG_PROCEEDING, RD_LEG_IN_ALERTING,   NULL, in_alerting, RD_LEG_ALERTING },
	{ RD_LEG_PROCEEDING, RD_LEG_IN_CONNECT,	   has_channel, in_connect,  RD_LEG_CONNECTED },
	ANY_PARTY(RD_LEG_PROCEEDING),
	{ RD_LEG_ALERTING,  RD_LEG_IN_ALERTING,	  NULL, in_step,     RD_LEG_ALERTING },
	{ RD_LEG_ALERTING,  RD_LEG_IN_PROGRESS,	  NULL, in_step,     RD_LEG_ALERTING },
	{ RD_LEG_ALERTING,  RD_LEG_IN_PROCEEDING, NULL, NULL,	     RD_LEG_ALERTING },
	{ RD_LEG_ALERTING,  RD_LEG_IN_CONNECT,	  has_channel, in_connect,  RD_LEG_CONNECTED },
	ANY_PARTY(RD_LEG_ALERTING),
	/* both */
	{ RD_LEG_CONNECTED, RD_LEG_IN_CONNECT_ACK, NULL, NULL,	     RD_LEG_CONNECTED },
	{ RD_LEG_CONNECTED, RD_LEG_IN_INFO,	  NULL, NULL,	     RD_LEG_CONNECTED },
	{ RD_LEG_CONNECTED, RD_LEG_DO_PROGRESS,	  NULL, NULL,	     RD_LEG_CONNECTED },
	{ RD_LEG_CONNECTED, RD_LEG_DO_ANSWER,	  NULL, NULL,	     RD_LEG_CONNECTED },
	ANY_PARTY(RD_LEG_CONNECTED),
	/* what crossed our HANGUP on its way is nothing */
	{ RD_LEG_RELEASING, RD_LEG_IN_SETUP_ACK,  NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_IN_INFO,	  NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_IN_PROCEEDING, NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_IN_ALERTING,	  NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_IN_PROGRESS,	  NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_IN_CONNECT,	  NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_IN_CONNECT_ACK, NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_IN_HANGUP,	  NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_IN_HANGUP_DONE, NULL, on_done,    RD_LEG_IDLE },
	{ RD_LEG_RELEASING, RD_LEG_LOST,	  NULL, on_done,     RD_LEG_IDLE },
	{ RD_LEG_RELEASING, RD_LEG_ALARM,	  NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_TONE,	  NULL, NULL,	     RD_LEG_RELEASING },
	{ RD_LEG_RELEASING, RD_LEG_TIMER,	  NULL, give_up,     RD_LEG_IDLE },
	{ RD_LEG_RELEASING, RD_LEG_DO_RELEASE,	  NULL, NULL,	     RD_LEG_RELEASING },
};
/* clang-format on */

const struct rd_fsm rd_leg_fsm = {
	.name = "leg",
	.states = leg_states,
	.events = leg_events,
	.rows = leg_rows,
	.nrows = sizeof(leg_rows) / sizeof(leg_rows[0]),
	.nstates = RD_LEG_STATES,
	.nevents = RD_LEG_EVENTS,
};

/* ---- in and out ------------------------------------------------------------------- */

void rd_leg_do(struct rd_core *core, struct rd_leg *leg,
	       enum rd_leg_event event, uint8_t cause)
{
	struct leg_arg arg = { .cause = cause };

	rd_fsm_step(&rd_leg_fsm, core, &leg->state, (uint8_t)event, leg, &arg,
		    leg->line);
}

void rd_leg_on_timer(struct rd_core *core, uint32_t index, uint32_t which)
{
	rd_leg_do(core, rd_leg_at(core, index), RD_LEG_TIMER, 0);
}

struct rd_leg *rd_leg_new_incoming(struct rd_core *core,
				   const struct rd_isdn *setup, uint32_t line)
{
	struct rd_leg *leg = new_leg(core, line);

	if (!leg)
		return NULL;
	leg->ref = setup->ref;
	span_of(core, leg)->calls_in++;
	return leg;
}

struct rd_leg *rd_leg_dial(struct rd_core *core, const struct rd_leg_dial *dial,
			   uint8_t *cause)
{
	uint32_t line = rd_span_hunt(core, dial->group);
	struct rd_leg *leg;

	*cause = CAUSE_NO_CIRCUIT;
	if (line == RD_LINE_NONE)
		return NULL;
	*cause = CAUSE_CONGESTION;
	leg = new_leg(core, line);
	if (!leg)
		return NULL;
	leg->call = dial->call;
	leg->group = dial->group;
	leg->flags = dial->flags | RD_LEG_OUTGOING;
	rd_text_copy(leg->number, sizeof(leg->number), dial->number);
	rd_text_copy(leg->shown, sizeof(leg->shown), dial->shown);
	rd_text_copy(leg->name, sizeof(leg->name), dial->name);
	span_of(core, leg)->calls_out++;
	rd_leg_do(core, leg, RD_LEG_DO_DIAL, 0);
	return leg;
}

/* The leg with that reference, or NULL. */
static struct rd_leg *find(const struct rd_core *core,
			   const struct rd_isdn *isdn)
{
	uint32_t index = isdn->ref & 0xffff;
	struct rd_leg *leg;

	if (!(isdn->ref & REF_FROM_FAR_END)) {
		if (!rd_pool_has(core->state, &core->state->legs, index))
			return NULL;
		leg = rd_leg_at(core, index);
		return leg->ref == isdn->ref && rd_leg_is_outgoing(leg) &&
				       rd_line_of_span(leg->line) ==
					       rd_line_of_span(isdn->msg.line)
			       ? leg
			       : NULL;
	}
	leg = rd_leg_on_line(core, isdn->msg.line);
	if (leg && leg->ref == isdn->ref)
		return leg;
	index = rd_span_at(core, rd_span_of_line(core, isdn->msg.line))->legs;
	for (; index != RD_NONE; index = leg->next) {
		leg = rd_leg_at(core, index);
		if (leg->ref == isdn->ref)
			return leg;
	}
	return NULL;
}

void rd_leg_on_isdn(struct rd_core *core, const struct rd_isdn *isdn)
{
	static const uint8_t events[] = {
		[RD_ISDN_SETUP_ACK] = RD_LEG_IN_SETUP_ACK + 1,
		[RD_ISDN_INFO] = RD_LEG_IN_INFO + 1,
		[RD_ISDN_PROCEEDING] = RD_LEG_IN_PROCEEDING + 1,
		[RD_ISDN_ALERTING] = RD_LEG_IN_ALERTING + 1,
		[RD_ISDN_PROGRESS] = RD_LEG_IN_PROGRESS + 1,
		[RD_ISDN_CONNECT] = RD_LEG_IN_CONNECT + 1,
		[RD_ISDN_CONNECT_ACK] = RD_LEG_IN_CONNECT_ACK + 1,
		[RD_ISDN_HANGUP] = RD_LEG_IN_HANGUP + 1,
		[RD_ISDN_HANGUP_DONE] = RD_LEG_IN_HANGUP_DONE + 1,
	};
	struct rd_leg *leg = find(core, isdn);
	struct leg_arg arg = { .isdn = isdn, .cause = isdn->cause };

	if (isdn->op >= sizeof(events) || !events[isdn->op]) {
		core->state->counts.malformed++;
	} else if (!leg) {
		/* refused at once, tried again elsewhere, or given up */
		core->state->counts.late++;
	} else {
		rd_fsm_step(&rd_leg_fsm, core, &leg->state,
			    (uint8_t)(events[isdn->op] - 1), leg, &arg,
			    isdn->msg.line);
	}
}

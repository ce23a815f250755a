// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of calls, both ways; see call.h.
 *
 *	core                       this file                     libpri
 *	SETUP, CONNECT, ...   ->   rules[], act_*()         ->   pri_*()
 *	SETUP, ALERTING, ...  <-   on_*()                   <-   pri_event
 *	HANGUP, HANGUP_DONE   <-   tell_over(), end()
 *
 * Who owns a B-channel: this process, because only here do the SETUPs of both
 * ends pass in one order. Core proposes a channel for its calls and blocks
 * channels; the answer (and every incoming SETUP) says which one it is.
 */
#include "daemon/edge/isdn/call.h"

#include <string.h>

#include "daemon/edge/isdn/clock.h"
#include "daemon/edge/isdn/out.h"
#include "daemon/edge/isdn/party.h"
#include "daemon/edge/isdn/restart.h"
#include "lib/base/frames.h"

#define CAUSE_CHANNEL_UNACCEPTABLE 6
#define CAUSE_NORMAL		   16
#define CAUSE_OUT_OF_ORDER	   27
#define CAUSE_INVALID_NUMBER	   28
#define CAUSE_UNSPECIFIED	   31
#define CAUSE_CONGESTION	   42
#define CAUSE_INCOMPATIBLE	   88
#define CAUSE_WRONG_STATE	   101
#define CAUSE_TIMER		   102

#define REF_FROM_FAR_END 0x80000000u

/* ---- the table of calls -------------------------------------------------- */

static struct isdn_call *by_ref(struct isdn_span *span, uint32_t ref)
{
	for (struct isdn_call *c = span->calls; c < span->calls + ISDN_CALLS;
	     c++)
		if (c->stage && c->ref == ref)
			return c;
	return NULL;
}

static struct isdn_call *by_q931(struct isdn_span *span, const q931_call *q931)
{
	for (struct isdn_call *c = span->calls; c < span->calls + ISDN_CALLS;
	     c++)
		if (c->stage && c->q931 == q931)
			return c;
	return NULL;
}

enum isdn_known isdn_call_known(const void *context, uint16_t cref, bool ours)
{
	const struct isdn_span *span = context;
	const struct isdn_call *c;

	for (c = span->calls; c < span->calls + ISDN_CALLS; c++)
		if (c->stage && c->cref == cref && c->ours == ours)
			return c->stage == ISDN_STAGE_CLEARING
				       ? ISDN_CALL_CLEARING
				       : ISDN_CALL;
	return ISDN_NO_CALL;
}

/* Call reference: pri_get_crv() splits its 15 bits for GR-303. */
static uint16_t cref_of(struct isdn_span *span, q931_call *q931)
{
	int low = 0, high = pri_get_crv(span->pri, q931, &low);

	return (uint16_t)(high << 3 | low);
}

static struct isdn_call *enter(struct isdn_span *span, q931_call *q931,
			       uint32_t ref, bool ours)
{
	for (struct isdn_call *c = span->calls; c < span->calls + ISDN_CALLS;
	     c++) {
		if (c->stage)
			continue;
		*c = (struct isdn_call){ .ref = ref,
					 .stage = ISDN_STAGE_SETUP,
					 .ours = ours,
					 .q931 = q931,
					 .cref = cref_of(span, q931) };
		return c;
	}
	return NULL;
}

/* A number that no call of this process, nor of one before it, has had. */
static uint32_t new_ref(void)
{
	static uint32_t last;
	uint32_t now = (uint32_t)rd_ms_from_frames(isdn_clock_frame());

	last = (last > now ? last : now) + 1;
	return last | REF_FROM_FAR_END;
}

static struct isdn_channels channels_of(const struct isdn_span *span,
					bool incoming)
{
	struct isdn_channels view = {
		.exist =
			span->config.bchannels & ~(1u << span->config.dchannel),
		.blocked = span->blocked,
		.high = !span->config.network_side,
	};
	const struct isdn_call *c;

	if (!incoming) /* a SETUP of the far end ends a RESTART, ours does not */
		view.busy = isdn_restart_mask(span);

	for (c = span->calls; c < span->calls + ISDN_CALLS; c++) {
		if (!c->stage || !c->channel)
			continue;
		/* Q.931 5.7: the network's call has priority over the user's
		 * request, which the network has not yet answered. */
		if (incoming && c->ours && c->stage == ISDN_STAGE_SETUP &&
		    !span->config.network_side)
			continue;
		view.busy |= 1u << c->channel;
		if (c->stage == ISDN_STAGE_CLEARING)
			view.clearing |= 1u << c->channel;
	}
	return view;
}

bool isdn_calls_on(const struct isdn_span *span, unsigned channel)
{
	const struct isdn_call *c;

	for (c = span->calls; c < span->calls + ISDN_CALLS; c++)
		if (c->stage && c->stage != ISDN_STAGE_CLEARING &&
		    c->channel == channel)
			return true;
	return false;
}

/* ---- to core --------------------------------------------------------------- */

static struct rd_isdn *say_ref(struct isdn_span *span, uint8_t op, uint32_t ref,
			       unsigned channel)
{
	struct rd_isdn *m = (struct rd_isdn *)isdn_out_begin(
		RD_MSG_ISDN, sizeof(*m), span->line | channel);

	m->op = op;
	m->ref = ref;
	return m;
}

static struct rd_isdn *say(struct isdn_span *span, uint8_t op,
			   const struct isdn_call *c)
{
	return say_ref(span, op, c->ref, c->channel);
}

/*
 * From here on the call only ends. libpri has T305 and T308 for that; the
 * guard is for the ways in which it loses them.
 */
static void begin_clearing(struct isdn_span *span, struct isdn_call *c)
{
	int ms = pri_get_timer(span->pri, PRI_TIMER_T305) +
		 3 * pri_get_timer(span->pri, PRI_TIMER_T308);

	if (c->stage == ISDN_STAGE_CLEARING)
		return;
	c->stage = ISDN_STAGE_CLEARING;
	c->due = isdn_clock_frame() + rd_frames_from_ms((uint64_t)ms);
}

uint64_t isdn_calls_due(const struct isdn_span *span)
{
	uint64_t due = RD_FRAME_NEVER;
	const struct isdn_call *c;

	for (c = span->calls; c < span->calls + ISDN_CALLS; c++)
		if (c->stage == ISDN_STAGE_CLEARING && c->due < due)
			due = c->due;
	return due;
}

/* The call is over for a reason that core does not know yet. */
static void tell_over(struct isdn_span *span, struct isdn_call *c, int cause,
		      unsigned location)
{
	struct rd_isdn *m;

	begin_clearing(span, c);
	if (c->told)
		return;
	c->told = true;
	m = say(span, RD_ISDN_HANGUP, c);
	m->cause = cause > 0 && cause < 128 ? (uint8_t)cause : CAUSE_NORMAL;
	m->location = (uint8_t)location;
}

/* libpri has freed the call: the one place where an entry ends. */
static void end(struct isdn_span *span, struct isdn_call *c, int cause)
{
	tell_over(span, c, cause, 0);
	say(span, RD_ISDN_HANGUP_DONE, c);
	c->stage = ISDN_STAGE_NONE;
}

static bool is_gone(struct isdn_span *span, const struct isdn_call *c)
{
	return pri_get_crv(span->pri, c->q931, NULL) < 0;
}

/* Why did it end, when libpri does not say? */
static int silent_cause(const struct isdn_span *span, const struct isdn_call *c)
{
	if (c->cause)
		return c->cause;
	if (span->seen.valid)
		return span->seen.has_cause ? span->seen.cause
					    : CAUSE_UNSPECIFIED;
	return span->up ? CAUSE_TIMER : CAUSE_OUT_OF_ORDER;
}

void isdn_calls_sweep(struct isdn_span *span)
{
	for (struct isdn_call *c = span->calls; c < span->calls + ISDN_CALLS;
	     c++) {
		if (!c->stage)
			continue;
		if (c->released || (c->stage == ISDN_STAGE_CLEARING &&
				    c->due <= isdn_clock_frame()))
			pri_destroycall(span->pri, c->q931);
		if (is_gone(span, c))
			end(span, c, silent_cause(span, c));
	}
}

void isdn_calls_drop(struct isdn_span *span, unsigned channel, uint8_t cause)
{
	for (struct isdn_call *c = span->calls; c < span->calls + ISDN_CALLS;
	     c++) {
		if (!c->stage || (channel && c->channel != channel))
			continue;
		pri_destroycall(span->pri, c->q931);
		end(span, c, cause);
	}
}

/* ---- clearing ---------------------------------------------------------------- */

static void note_cause(struct isdn_span *span, uint16_t cref, bool ours,
		       unsigned cause, unsigned location)
{
	span->clearing[span->next_clearing++ % ISDN_CALLS] =
		(struct isdn_clearing){ .cref = cref,
					.ours = ours,
					.cause = (uint8_t)cause,
					.location = (uint8_t)location };
}

/*
 * RELEASE COMPLETE goes out: the call is over, whatever libpri thinks. (When
 * DISCONNECT comes before our first message, it sends this and then waits for
 * ever for the answer to a RELEASE.)
 */
static void note_released(struct isdn_span *span, const struct isdn_q931 *q)
{
	for (struct isdn_call *c = span->calls; c < span->calls + ISDN_CALLS;
	     c++) {
		if (!c->stage || c->cref != q->cref || c->ours != q->from_owner)
			continue;
		c->released = true;
		if (!c->cause)
			c->cause = q->cause;
	}
}

void isdn_call_dress(struct isdn_span *span, uint8_t *frame, size_t len)
{
	struct isdn_q931 q;

	isdn_screen_look(frame, len, &q);
	if (q.valid && q.type == ISDN_MSG_RELEASE_COMPLETE)
		note_released(span, &q);
	if (!q.has_cause ||
	    (q.type != ISDN_MSG_DISCONNECT && q.type != ISDN_MSG_RELEASE &&
	     q.type != ISDN_MSG_RELEASE_COMPLETE))
		return;
	for (unsigned i = 0; i < ISDN_CALLS; i++) {
		const struct isdn_clearing *c = &span->clearing[i];

		if (c->cause && c->cref == q.cref && c->ours == q.from_owner)
			isdn_screen_put_cause(frame, len, c->cause,
					      c->location);
	}
}

/*
 * Clear towards the far end. As the first answer to a SETUP that is RELEASE
 * COMPLETE (5.2.5.1): libpri sends that for a few causes only, so it is asked
 * with one of those. In all other states the cause decides nothing.
 */
static void clear_with(struct isdn_span *span, struct isdn_call *c,
		       unsigned cause, unsigned location)
{
	int shape = CAUSE_NORMAL;

	if (c->stage == ISDN_STAGE_SETUP && !c->ours)
		shape = CAUSE_INCOMPATIBLE;
	else if (cause == CAUSE_CHANNEL_UNACCEPTABLE)
		shape = CAUSE_CHANNEL_UNACCEPTABLE; /* RELEASE, 5.1.2 */
	note_cause(span, c->cref, c->ours, cause, location);
	c->cause = (uint8_t)cause;
	begin_clearing(span, c);
	pri_hangup(span->pri, c->q931, shape);
	if (is_gone(span, c))
		end(span, c, (int)cause);
}

/* Refuse a SETUP that core need not decide on; it is told, to count it. */
static void refuse(struct isdn_span *span, const pri_event_ring *ring,
		   unsigned cause, int channel)
{
	struct rd_isdn *m = say_ref(span, RD_ISDN_REJECTED, 0,
				    channel > 0 ? (unsigned)channel : 0);

	m->cause = (uint8_t)cause;
	isdn_party_number(m->calling, ring->callingnum);
	isdn_party_number(m->called, ring->callednum);
	note_cause(span, cref_of(span, ring->call), false, cause,
		   span->config.network_side ? 2 : 0);
	pri_hangup(span->pri, ring->call, CAUSE_INCOMPATIBLE);
}

/* ---- events: the far end speaks ------------------------------------------------ */

/* 1..31, or ANY, or NONE */
static int channel_in(int channel)
{
	if (channel < 0 || (channel & 0xff) == 0xff)
		return ISDN_CHANNEL_ANY;
	channel &= 0xff;
	return channel ? channel : ISDN_CHANNEL_NONE;
}

/* The far end offers that channel: whatever lingers there is over. */
static void take_channel(struct isdn_span *span, struct isdn_call *c,
			 int channel)
{
	for (struct isdn_call *o = span->calls; o < span->calls + ISDN_CALLS;
	     o++) {
		if (!o->stage || o == c || o->channel != channel)
			continue;
		if (o->stage == ISDN_STAGE_CLEARING) {
			pri_destroycall(span->pri, o->q931);
			end(span, o, CAUSE_NORMAL);
		} else {
			o->channel = 0; /* glare: the network names another */
		}
	}
	c->channel = (uint8_t)channel;
	isdn_restart_cancel(span, (unsigned)channel);
}

static void on_setup(struct isdn_span *span, const pri_event_ring *ring)
{
	struct isdn_channels view = channels_of(span, true);
	int wanted = channel_in(ring->channel);
	int channel = isdn_channel_accept(&view, wanted, !ring->flexible);
	struct isdn_call *c;
	struct rd_isdn *m;

	if (strlen(ring->callednum) >= RD_NUMBER_LEN)
		channel = -CAUSE_INVALID_NUMBER;
	if (channel < 0) {
		refuse(span, ring, (unsigned)-channel, wanted);
		return;
	}
	c = enter(span, ring->call, new_ref(), false);
	if (!c) {
		refuse(span, ring, CAUSE_CONGESTION, channel);
		return;
	}
	take_channel(span, c, channel);
	m = say(span, RD_ISDN_SETUP, c);
	m->flags = (!ring->flexible ? RD_ISDN_EXCLUSIVE : 0) |
		   (ring->complete ? RD_ISDN_COMPLETE : 0);
	isdn_party_progress(m, ring->progressmask);
	m->bearer = (uint8_t)ring->ctype;
	isdn_party_number(m->calling, ring->callingnum);
	isdn_party_number(m->called, ring->callednum);
	isdn_party_name(m->name, ring->callingname);
	m->calling_ton = ring->callingplan >> 4 & 7;
	m->calling_npi = ring->callingplan & 15;
	m->calling_pres = isdn_party_presentation(&ring->calling.number);
	m->called_ton = ring->calledplan >> 4 & 7;
	m->called_npi = ring->calledplan & 15;
	memcpy(c->digits, m->called, sizeof(c->digits));
}

/*
 * The first answer to our SETUP settles the channel (5.1.2). 0, or -1 if that
 * cannot be and the call is being cleared.
 */
static int settle_channel(struct isdn_span *span, struct isdn_call *c,
			  int channel)
{
	struct isdn_channels view;
	uint32_t bit;

	channel = channel_in(channel);
	if (channel <= 0 && c->channel)
		return 0; /* not named: as asked */
	if (channel == c->channel)
		return 0;
	view = channels_of(span, true);
	bit = channel > 0 && channel < 32 ? 1u << channel : 0;
	if (bit & view.exist & ~view.busy) {
		c->channel = (uint8_t)channel;
		isdn_restart_cancel(span, c->channel);
		return 0;
	}
	clear_with(span, c, CAUSE_CHANNEL_UNACCEPTABLE, 0);
	tell_over(span, c, CAUSE_CHANNEL_UNACCEPTABLE, 0);
	return -1;
}

/* A step forward of our call: op if the stage rises to it. */
static struct rd_isdn *on_step(struct isdn_span *span, q931_call *q931,
			       int channel, enum isdn_stage stage, uint8_t op)
{
	struct isdn_call *c = by_q931(span, q931);

	if (!c || !c->ours || c->stage >= stage)
		return NULL;
	if (c->stage == ISDN_STAGE_SETUP && settle_channel(span, c, channel))
		return NULL;
	c->stage = (uint8_t)stage;
	return say(span, op, c);
}

static void on_answer(struct isdn_span *span, const pri_event_answer *answer)
{
	struct isdn_call *c = by_q931(span, answer->call);
	struct rd_isdn *m;

	if (!c)
		return;
	if (!c->ours) { /* libpri takes CONNECT on a call that came in */
		clear_with(span, c, CAUSE_WRONG_STATE, 0);
		tell_over(span, c, CAUSE_WRONG_STATE, 0);
		return;
	}
	m = on_step(span, answer->call, answer->channel, ISDN_STAGE_CONNECTED,
		    RD_ISDN_CONNECT);
	if (!m)
		return;
	isdn_party_progress(m, answer->progressmask);
	isdn_party_connected(m, answer->subcmds);
	pri_connect_ack(span->pri, answer->call, 0);
}

static void on_progress(struct isdn_span *span,
			const pri_event_proceeding *progress)
{
	struct isdn_call *c = by_q931(span, progress->call);
	struct rd_isdn *m;

	if (!c || !c->ours || c->stage >= ISDN_STAGE_CONNECTED)
		return;
	if (c->stage == ISDN_STAGE_SETUP) /* libpri stopped T303 for it */
		c->stage = ISDN_STAGE_PROCEEDING;
	m = say(span, RD_ISDN_PROGRESS, c);
	isdn_party_progress(m, progress->progressmask);
	if (span->seen.has_cause) {
		m->cause = span->seen.cause;
		m->location = span->seen.location;
	}
}

/* Digits of the called number, or the end of them. */
static void on_digits(struct isdn_span *span, q931_call *q931,
		      const char *digits, bool complete)
{
	struct isdn_call *c = by_q931(span, q931);
	size_t have, room, len;
	char more[RD_NUMBER_LEN];
	struct rd_isdn *m;

	if (!c || c->ours || c->stage != ISDN_STAGE_OVERLAP)
		return;
	have = strlen(c->digits);
	isdn_party_number(more, digits);
	room = sizeof(c->digits) - 1 - have;
	len = strlen(more);
	memcpy(c->digits + have, more, len < room ? len : room);
	m = say(span, RD_ISDN_INFO, c);
	m->flags = complete ? RD_ISDN_COMPLETE : 0;
	memcpy(m->called, c->digits, sizeof(m->called));
}

/* DISCONNECT, RELEASE or RELEASE COMPLETE came, or libpri gave up. */
static void on_hangup(struct isdn_span *span, const pri_event_hangup *hangup)
{
	struct isdn_call *c = by_q931(span, hangup->call);

	if (!c)
		return;
	tell_over(span, c, hangup->cause,
		  span->seen.has_cause ? span->seen.location : 0);
	if (hangup->e == PRI_EVENT_HANGUP_ACK) { /* freed already */
		end(span, c, hangup->cause);
		return;
	}
	pri_hangup(span->pri, c->q931, CAUSE_NORMAL);
	if (is_gone(span, c))
		end(span, c, hangup->cause);
}

static void on_step_event(struct isdn_span *span, const pri_event *e)
{
	struct rd_isdn *m = NULL;
	int mask = 0;

	switch (e->e) {
	case PRI_EVENT_SETUP_ACK:
		m = on_step(span, e->setup_ack.call, e->setup_ack.channel,
			    ISDN_STAGE_OVERLAP, RD_ISDN_SETUP_ACK);
		mask = e->setup_ack.progressmask;
		break;
	case PRI_EVENT_PROCEEDING:
		m = on_step(span, e->proceeding.call, e->proceeding.channel,
			    ISDN_STAGE_PROCEEDING, RD_ISDN_PROCEEDING);
		mask = e->proceeding.progressmask;
		break;
	case PRI_EVENT_RINGING:
		m = on_step(span, e->ringing.call, e->ringing.channel,
			    ISDN_STAGE_ALERTING, RD_ISDN_ALERTING);
		mask = e->ringing.progressmask;
		break;
	}
	if (m)
		isdn_party_progress(m, mask);
}

void isdn_call_event(struct isdn_span *span, const pri_event *e)
{
	struct isdn_call *c;

	switch (e->e) {
	case PRI_EVENT_RING:
		on_setup(span, &e->ring);
		break;
	case PRI_EVENT_SETUP_ACK:
	case PRI_EVENT_PROCEEDING:
	case PRI_EVENT_RINGING:
		on_step_event(span, e);
		break;
	case PRI_EVENT_PROGRESS:
		on_progress(span, &e->proceeding);
		break;
	case PRI_EVENT_ANSWER:
		on_answer(span, &e->answer);
		break;
	case PRI_EVENT_CONNECT_ACK:
		c = by_q931(span, e->connect_ack.call);
		if (c && !c->ours && c->stage == ISDN_STAGE_CONNECTED)
			say(span, RD_ISDN_CONNECT_ACK, c);
		break;
	case PRI_EVENT_INFO_RECEIVED:
		on_digits(span, e->ring.call, e->ring.callednum,
			  e->ring.complete);
		break;
	case PRI_EVENT_KEYPAD_DIGIT:
		on_digits(span, e->digit.call, e->digit.digits, false);
		break;
	case PRI_EVENT_HANGUP:
	case PRI_EVENT_HANGUP_REQ:
	case PRI_EVENT_HANGUP_ACK:
		on_hangup(span, &e->hangup);
		break;
	default: /* FACILITY, NOTIFY, ...: nothing that core uses */
		break;
	}
}

/* ---- requests: core speaks ------------------------------------------------------ */

/* A SETUP that cannot even be sent. */
static void fail_setup(struct isdn_span *span, const struct rd_isdn *r,
		       unsigned cause)
{
	unsigned channel = rd_line_slot(r->msg.line);

	say_ref(span, RD_ISDN_HANGUP, r->ref, channel)->cause = (uint8_t)cause;
	say_ref(span, RD_ISDN_HANGUP_DONE, r->ref, channel);
}

static void request_setup(struct isdn_span *span, const struct rd_isdn *r)
{
	struct isdn_channels view = channels_of(span, false);
	int channel = isdn_channel_request(&view, rd_line_slot(r->msg.line),
					   r->flags & RD_ISDN_EXCLUSIVE);
	struct isdn_call *c;
	q931_call *q931;

	if (channel < 0 || !span->up) {
		fail_setup(span, r,
			   span->up ? (unsigned)-channel : CAUSE_OUT_OF_ORDER);
		return;
	}
	q931 = pri_new_call(span->pri);
	c = q931 ? enter(span, q931, r->ref, true) : NULL;
	if (!c) {
		if (q931)
			pri_destroycall(span->pri, q931);
		fail_setup(span, r, CAUSE_CONGESTION);
		return;
	}
	c->channel = (uint8_t)channel;
	if (isdn_party_setup(span, c, r)) {
		pri_destroycall(span->pri, q931);
		end(span, c, CAUSE_INVALID_NUMBER);
	}
}

static void act_setup_ack(struct isdn_span *span, struct isdn_call *c,
			  const struct rd_isdn *r)
{
	pri_setup_ack(span->pri, c->q931, c->channel, 0,
		      r->flags & RD_ISDN_INBAND);
}

static void act_proceeding(struct isdn_span *span, struct isdn_call *c,
			   const struct rd_isdn *r)
{
	pri_proceeding(span->pri, c->q931, c->channel,
		       r->flags & RD_ISDN_INBAND);
}

static void act_alerting(struct isdn_span *span, struct isdn_call *c,
			 const struct rd_isdn *r)
{
	pri_acknowledge(span->pri, c->q931, c->channel,
			r->flags & RD_ISDN_INBAND);
}

static void act_progress(struct isdn_span *span, struct isdn_call *c,
			 const struct rd_isdn *r)
{
	/* the channel must be settled before there is sound on it */
	if (c->stage == ISDN_STAGE_SETUP) {
		pri_proceeding(span->pri, c->q931, c->channel, 0);
		c->stage = ISDN_STAGE_PROCEEDING;
	}
	if (r->cause)
		pri_progress_with_cause(span->pri, c->q931, c->channel, 1,
					r->cause);
	else
		pri_progress(span->pri, c->q931, c->channel, 1);
}

static void act_connect(struct isdn_span *span, struct isdn_call *c,
			const struct rd_isdn *r)
{
	isdn_party_answer(span, c, r);
	pri_answer(span->pri, c->q931, c->channel, 0);
}

static void act_info(struct isdn_span *span, struct isdn_call *c,
		     const struct rd_isdn *r)
{
	for (const char *d = r->called; *d; d++)
		pri_information(span->pri, c->q931, *d);
}

static void act_hangup(struct isdn_span *span, struct isdn_call *c,
		       const struct rd_isdn *r)
{
	c->told = true;
	clear_with(span, c, r->cause ? r->cause & 127u : CAUSE_NORMAL,
		   r->location);
}

/* What core may ask, and when; anything else is its mistake, and logged. */
static const struct rule {
	uint8_t op;
	bool ours;
	uint8_t from, to, next; /* stages; next NONE: stays */
	void (*act)(struct isdn_span *span, struct isdn_call *c,
		    const struct rd_isdn *r);
} rules[] = {
/* clang-format off */
#define S(x) ISDN_STAGE_##x
	/*                 ours   from          to            next */
	{ RD_ISDN_SETUP_ACK,  false, S(SETUP),   S(SETUP),      S(OVERLAP),    act_setup_ack },
	{ RD_ISDN_PROCEEDING, false, S(SETUP),   S(OVERLAP),    S(PROCEEDING), act_proceeding },
	{ RD_ISDN_ALERTING,   false, S(SETUP),   S(PROCEEDING), S(ALERTING),   act_alerting },
	{ RD_ISDN_PROGRESS,   false, S(SETUP),   S(ALERTING),   S(NONE),       act_progress },
	{ RD_ISDN_CONNECT,    false, S(SETUP),   S(ALERTING),   S(CONNECTED),  act_connect },
	{ RD_ISDN_INFO,       true,  S(OVERLAP), S(OVERLAP),    S(NONE),       act_info },
	{ RD_ISDN_HANGUP,     false, S(SETUP),   S(CONNECTED),  S(NONE),       act_hangup },
	{ RD_ISDN_HANGUP,     true,  S(SETUP),   S(CONNECTED),  S(NONE),       act_hangup },
#undef S
	/* clang-format on */
};

void isdn_call_request(struct isdn_span *span, const struct rd_isdn *r)
{
	struct isdn_call *c = by_ref(span, r->ref);
	const struct rule *rule;

	if (r->op == RD_ISDN_SETUP && !c) {
		request_setup(span, r);
		return;
	}
	if (!c || c->stage == ISDN_STAGE_CLEARING)
		return; /* crossed with the far end's clearing */
	for (rule = rules; rule < rules + sizeof(rules) / sizeof(*rules);
	     rule++) {
		if (rule->op != r->op || rule->ours != c->ours ||
		    c->stage < rule->from || c->stage > rule->to)
			continue;
		rule->act(span, c, r);
		if (rule->next)
			c->stage = rule->next;
		return;
	}
	isdn_out_log(span->line, "request %u refused: call %08x is in stage %u",
		     r->op, r->ref, c->stage);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The far end speaks: events of libpri become indications to core. What does
 * not fit the stage of the call is dropped here, so core sees each step once
 * and in order.
 */
#include <string.h>

#include "daemon/edge/isdn/call.h"
#include "daemon/edge/isdn/clock.h"
#include "daemon/edge/isdn/party.h"
#include "daemon/edge/isdn/restart.h"
#include "lib/base/frames.h"

#define REF_FROM_FAR_END 0x80000000u

/* A number that no call of this process, nor of one before it, has had. */
static uint32_t new_ref(void)
{
	static uint32_t last;
	uint32_t now = (uint32_t)rd_ms_from_frames(isdn_clock_frame());

	last = (last > now ? last : now) + 1;
	return last | REF_FROM_FAR_END;
}

/* Refuse a SETUP that core need not decide on; it is told, for its record. */
static void refuse(struct isdn_span *span, const pri_event_ring *ring,
		   unsigned cause, int channel)
{
	struct rd_isdn *m = isdn_say(span, RD_ISDN_REJECTED, 0,
				     channel > 0 ? (unsigned)channel : 0);

	m->cause = (uint8_t)cause;
	isdn_party_number(m->calling, ring->callingnum);
	isdn_party_number(m->called, ring->callednum);
	isdn_party_name(m->name, ring->callingname);
	m->calling_ton = ring->callingplan >> 4 & 7;
	m->calling_pres = isdn_party_presentation(&ring->calling.number);
	isdn_call_note_cause(span, isdn_call_cref(span, ring->call), false,
			     cause, span->config.network_side ? 2 : 0);
	pri_hangup(span->pri, ring->call, PRI_CAUSE_INCOMPATIBLE_DESTINATION);
}

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
			isdn_call_end(span, o, PRI_CAUSE_NORMAL_CLEARING);
		} else {
			o->channel = 0; /* glare: the network names another */
		}
	}
	c->channel = (uint8_t)channel;
	isdn_restart_cancel(span, (unsigned)channel);
}

static void on_setup(struct isdn_span *span, const pri_event_ring *ring)
{
	struct isdn_channels view = isdn_calls_channels(span, true);
	int wanted = channel_in(ring->channel);
	int channel = isdn_channel_accept(&view, wanted, !ring->flexible);
	struct isdn_call *c;
	struct rd_isdn *m;

	if (strlen(ring->callednum) >= RD_NUMBER_LEN)
		channel = -PRI_CAUSE_INVALID_NUMBER_FORMAT;
	if (channel < 0) {
		refuse(span, ring, (unsigned)-channel, wanted);
		return;
	}
	c = isdn_call_enter(span, ring->call, new_ref(), false);
	if (!c) {
		refuse(span, ring, PRI_CAUSE_SWITCH_CONGESTION, channel);
		return;
	}
	take_channel(span, c, channel);
	m = isdn_call_say(span, RD_ISDN_SETUP, c);
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
	view = isdn_calls_channels(span, true);
	bit = channel > 0 && channel < 32 ? 1u << channel : 0;
	if (bit & view.exist & ~view.busy) {
		c->channel = (uint8_t)channel;
		isdn_restart_cancel(span, c->channel);
		return 0;
	}
	isdn_call_clear(span, c, PRI_CAUSE_CHANNEL_UNACCEPTABLE, 0);
	isdn_call_tell_over(span, c, PRI_CAUSE_CHANNEL_UNACCEPTABLE, 0);
	return -1;
}

/* A step forward of our call: op if the stage rises to it. */
static struct rd_isdn *on_step(struct isdn_span *span, q931_call *q931,
			       int channel, enum isdn_stage stage, uint8_t op)
{
	struct isdn_call *c = isdn_call_by_q931(span, q931);

	if (!c || !c->ours || c->stage >= stage)
		return NULL;
	if (c->stage == ISDN_STAGE_SETUP && settle_channel(span, c, channel))
		return NULL;
	c->stage = (uint8_t)stage;
	return isdn_call_say(span, op, c);
}

static void on_answer(struct isdn_span *span, const pri_event_answer *answer)
{
	struct isdn_call *c = isdn_call_by_q931(span, answer->call);
	struct rd_isdn *m;

	if (!c)
		return;
	if (!c->ours) { /* libpri takes CONNECT on a call that came in */
		isdn_call_clear(span, c, PRI_CAUSE_WRONG_CALL_STATE, 0);
		isdn_call_tell_over(span, c, PRI_CAUSE_WRONG_CALL_STATE, 0);
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
	struct isdn_call *c = isdn_call_by_q931(span, progress->call);
	struct rd_isdn *m;

	if (!c || !c->ours || c->stage >= ISDN_STAGE_CONNECTED)
		return;
	if (c->stage == ISDN_STAGE_SETUP) /* libpri stopped T303 for it */
		c->stage = ISDN_STAGE_PROCEEDING;
	m = isdn_call_say(span, RD_ISDN_PROGRESS, c);
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
	struct isdn_call *c = isdn_call_by_q931(span, q931);
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
	m = isdn_call_say(span, RD_ISDN_INFO, c);
	m->flags = complete ? RD_ISDN_COMPLETE : 0;
	memcpy(m->called, c->digits, sizeof(m->called));
}

/* DISCONNECT, RELEASE or RELEASE COMPLETE came, or libpri gave up. */
static void on_hangup(struct isdn_span *span, const pri_event_hangup *hangup)
{
	struct isdn_call *c = isdn_call_by_q931(span, hangup->call);

	if (!c)
		return;
	isdn_call_tell_over(span, c, hangup->cause,
			    span->seen.has_cause ? span->seen.location : 0);
	if (hangup->e == PRI_EVENT_HANGUP_ACK) { /* freed already */
		isdn_call_end(span, c, hangup->cause);
		return;
	}
	pri_hangup(span->pri, c->q931, PRI_CAUSE_NORMAL_CLEARING);
	if (isdn_call_is_gone(span, c))
		isdn_call_end(span, c, hangup->cause);
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
		c = isdn_call_by_q931(span, e->connect_ack.call);
		if (c && !c->ours && c->stage == ISDN_STAGE_CONNECTED)
			isdn_call_say(span, RD_ISDN_CONNECT_ACK, c);
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

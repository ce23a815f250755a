// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls. libpri owns the protocol's states; a struct xc_call is the office's
 * memory of one call and lives until libpri has forgotten it. Its q931_call
 * pointer is dropped the moment libpri may free it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"
#include "tools/exchange/line_clock.h"
#include "tools/exchange/trunk.h"

const char *xc_call_state_name(enum xc_call_state state)
{
	static const char *const names[] = { "setup",  "proceeding", "alerting",
					     "active", "clearing",   "over" };

	return names[state];
}

/* ---- calls -------------------------------------------------------------- */

static struct xc_call *new_call(struct xc_trunk *t, bool outgoing)
{
	struct xc_call *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->office = t->office;
	c->trunk = t;
	c->outgoing = outgoing;
	c->setup_frame = c->proceeding_frame = c->alerting_frame =
		c->connect_frame = c->disconnect_frame = c->over_frame =
			c->voice_frame = RD_FRAME_NEVER;
	c->cause = c->location = -1;
	c->next = t->office->calls;
	t->office->calls = c;
	return c;
}

static void set_state(struct xc_call *c, enum xc_call_state state)
{
	uint64_t now = xc_line_clock_frame();
	uint64_t *const stamps[] = {
		[XC_CALL_SETUP] = &c->setup_frame,
		[XC_CALL_PROCEEDING] = &c->proceeding_frame,
		[XC_CALL_ALERTING] = &c->alerting_frame,
		[XC_CALL_ACTIVE] = &c->connect_frame,
		[XC_CALL_CLEARING] = &c->disconnect_frame,
		[XC_CALL_OVER] = &c->over_frame,
	};

	if (state < c->state)
		return;
	if (*stamps[state] == RD_FRAME_NEVER)
		*stamps[state] = now;
	if (state == c->state && state != XC_CALL_SETUP)
		return;
	c->state = state;
	if (c->ops && state != XC_CALL_OVER)
		c->ops->state(c);
}

/* The call is nothing to libpri any more: unlink, tell, free. */
void xc_call_end(struct xc_call *c)
{
	struct xc_call **p;

	c->pri = NULL;
	xc_call_take_channel(c, 0);
	set_state(c, XC_CALL_OVER);
	for (p = &c->office->calls; *p; p = &(*p)->next)
		if (*p == c) {
			*p = c->next;
			break;
		}
	if (c->ops)
		c->ops->over(c);
	free(c);
}

static struct xc_call *find_call(struct xc_trunk *t, const q931_call *pri)
{
	struct xc_call *c;

	if (!pri)
		return NULL;
	for (c = t->office->calls; c; c = c->next)
		if (c->trunk == t && c->pri == pri)
			return c;
	return NULL;
}

static void clear_pri(struct xc_call *c, int cause)
{
	if (c->pri)
		pri_hangup(c->trunk->dchan.pri, c->pri, cause);
}

static void fill_party_id(struct pri_party_id *id, const struct xc_setup *s)
{
	memset(id, 0, sizeof(*id));
	id->number.valid = 1;
	id->number.presentation = s->presentation;
	id->number.plan = s->from_plan;
	snprintf(id->number.str, sizeof(id->number.str), "%s", s->from);
	if (s->name[0]) {
		id->name.valid = 1;
		id->name.presentation = s->presentation;
		id->name.char_set = PRI_CHAR_SET_ISO8859_1;
		snprintf(id->name.str, sizeof(id->name.str), "%s", s->name);
	}
}

static int send_setup(struct xc_call *c)
{
	struct pri *pri = c->trunk->dchan.pri;
	struct xc_setup *s = &c->setup;
	struct pri_sr *sr = pri_sr_new();
	struct pri_party_id id;
	int err;

	if (!sr)
		return -ENOMEM;
	fill_party_id(&id, s);
	pri_sr_set_channel(sr, s->choice == XC_CHANNEL_ANY ? 0xff : c->channel,
			   s->choice == XC_CHANNEL_EXCLUSIVE, 0);
	pri_sr_set_bearer(sr, PRI_TRANS_CAP_3_1K_AUDIO,
			  xc_trunk_law(c->trunk) == RINGDOWN_LAW_ALAW
				  ? PRI_LAYER_1_ALAW
				  : PRI_LAYER_1_ULAW);
	pri_sr_set_called(sr, s->to, s->to_plan, 1);
	pri_sr_set_caller_party(sr, &id);
	err = pri_setup(pri, c->pri, sr) ? -EIO : 0;
	pri_sr_free(sr);
	c->crv = c->trunk->dchan.last_crv;
	return err;
}

struct xc_call *xc_office_dial(struct xc_trunk *t, const struct xc_setup *s,
			       const struct xc_call_ops *ops, void *party,
			       int *cause)
{
	unsigned slot = s->channel ? (unsigned)s->channel : 0;
	struct xc_call *c;

	if (!t->dchan.up) {
		*cause = PRI_CAUSE_NETWORK_OUT_OF_ORDER;
		return NULL;
	}
	if (slot && !xc_trunk_is_free(t, slot)) {
		*cause = PRI_CAUSE_REQUESTED_CHAN_UNAVAIL;
		return NULL;
	}
	if (!slot && s->choice != XC_CHANNEL_ANY) {
		slot = xc_trunk_hunt(t);
		if (!slot) {
			*cause = PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION;
			return NULL;
		}
	}
	c = new_call(t, true);
	if (!c) {
		*cause = PRI_CAUSE_SWITCH_CONGESTION;
		return NULL;
	}
	c->setup = *s;
	c->ops = ops;
	c->party = party;
	c->pri = pri_new_call(t->dchan.pri);
	xc_call_take_channel(c, slot);
	if (!c->pri || send_setup(c)) {
		*cause = PRI_CAUSE_SWITCH_CONGESTION;
		c->ops = NULL;
		clear_pri(c, PRI_CAUSE_NORMAL_CLEARING);
		xc_call_end(c);
		return NULL;
	}
	set_state(c, XC_CALL_SETUP);
	return c;
}

void xc_call_alert(struct xc_call *c, bool inband)
{
	if (c->state >= XC_CALL_ALERTING || !c->pri)
		return;
	pri_acknowledge(c->trunk->dchan.pri, c->pri, c->channel, inband);
	set_state(c, XC_CALL_ALERTING);
}

void xc_call_progress(struct xc_call *c)
{
	if (c->state < XC_CALL_ACTIVE && c->pri)
		pri_progress(c->trunk->dchan.pri, c->pri, c->channel, 1);
}

void xc_call_answer(struct xc_call *c)
{
	if (c->state >= XC_CALL_ACTIVE || !c->pri)
		return;
	pri_answer(c->trunk->dchan.pri, c->pri, c->channel, 0);
	set_state(c, XC_CALL_ACTIVE);
}

void xc_call_hangup(struct xc_call *c, int cause)
{
	if (c->state >= XC_CALL_CLEARING)
		return;
	c->cause = cause;
	c->location = c->trunk->config.network ? 2 : 0;
	clear_pri(c, cause);
	set_state(c, XC_CALL_CLEARING);
}

/* ---- what libpri tells -------------------------------------------------- */

static void copy_setup(struct xc_setup *s, const pri_event_ring *r)
{
	snprintf(s->from, sizeof(s->from), "%.31s", r->callingnum);
	snprintf(s->to, sizeof(s->to), "%.31s", r->callednum);
	snprintf(s->name, sizeof(s->name), "%.50s", r->callingname);
	s->from_plan = r->callingplan;
	s->to_plan = r->calledplan;
	s->presentation = r->callingpres;
	s->channel = r->channel < 0 ? 0 : r->channel & 0xff;
	if (s->channel == 0xff)
		s->channel = 0;
	s->choice = !s->channel	  ? XC_CHANNEL_ANY
		    : r->flexible ? XC_CHANNEL_PREFERRED
				  : XC_CHANNEL_EXCLUSIVE;
}

/*
 * Glare: the client, who is the network here, asks for a channel on which we
 * have just sent a SETUP. The network goes first (Q.931 5.7); our own call is
 * without a channel until the network gives it one, or clears it.
 */
static void yield_channel(struct xc_trunk *t, unsigned slot)
{
	struct xc_call *own = t->channel[slot & 31];

	if (own && own->outgoing && own->state == XC_CALL_SETUP)
		xc_call_take_channel(own, 0);
}

/* Q.931 5.2.3.1, 5.1.2: which channel, or which cause. */
static int choose_channel(struct xc_call *c)
{
	struct xc_trunk *t = c->trunk;
	struct xc_setup *s = &c->setup;
	unsigned slot = s->channel;

	if (slot && !t->config.network)
		yield_channel(t, slot);
	if (slot && xc_trunk_is_free(t, slot)) {
		xc_call_take_channel(c, slot);
		return 0;
	}
	if (s->choice == XC_CHANNEL_EXCLUSIVE)
		return xc_trunk_is_bearer(t, slot)
			       ? PRI_CAUSE_REQUESTED_CHAN_UNAVAIL
			       : PRI_CAUSE_IDENTIFIED_CHANNEL_NOTEXIST;
	slot = xc_trunk_hunt(t);
	if (!slot)
		return PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION;
	xc_call_take_channel(c, slot);
	return 0;
}

/*
 * Refuse a SETUP. libpri answers these causes with RELEASE COMPLETE and forgets
 * the call; for the others it would send nothing at all to a call that was not
 * answered before, hence CALL PROCEEDING, DISCONNECT.
 */
static void refuse(struct xc_call *c, int cause)
{
	switch (cause) {
	case PRI_CAUSE_NORMAL_CIRCUIT_CONGESTION:
	case PRI_CAUSE_REQUESTED_CHAN_UNAVAIL:
	case PRI_CAUSE_IDENTIFIED_CHANNEL_NOTEXIST:
	case PRI_CAUSE_UNALLOCATED:
	case PRI_CAUSE_INCOMPATIBLE_DESTINATION:
		xc_call_hangup(c, cause);
		xc_call_end(c);
		break;
	default:
		pri_proceeding(c->trunk->dchan.pri, c->pri, c->channel, 0);
		xc_call_hangup(c, cause);
		break;
	}
}

static void on_ring(struct xc_trunk *t, const pri_event_ring *r)
{
	struct xc_call *c = new_call(t, false);
	int cause;

	if (!c) {
		pri_hangup(t->dchan.pri, r->call, PRI_CAUSE_SWITCH_CONGESTION);
		return;
	}
	c->pri = r->call;
	c->crv = r->cref & 0x7fff;
	if (t->setup_crv == c->crv)
		c->trace[c->ntrace++] = t->setup;
	copy_setup(&c->setup, r);
	memcpy(c->display, t->dchan.last_display, sizeof(c->display));
	set_state(c, XC_CALL_SETUP);
	cause = choose_channel(c);
	if (!cause)
		cause = t->office->ops->incoming(t->office->ctx, c);
	if (cause) {
		refuse(c, cause);
		return;
	}
	pri_proceeding(t->dchan.pri, c->pri, c->channel, 0);
	set_state(c, XC_CALL_PROCEEDING);
}

/* The client chose or confirmed a B-channel in its first answer. */
static void settle_channel(struct xc_call *c, int channel)
{
	unsigned slot = channel < 0 ? 0 : channel & 0xff;

	if (slot == 0 || slot == 0xff || (int)slot == c->channel)
		return;
	if (!xc_trunk_is_free(c->trunk, slot)) {
		/* Q.931 5.2.3.2: it answered with a channel that is taken. */
		xc_call_hangup(c, PRI_CAUSE_CHANNEL_UNACCEPTABLE);
		return;
	}
	xc_call_take_channel(c, slot);
}

static void on_hangup(struct xc_call *c, int cause)
{
	if (c->state < XC_CALL_CLEARING) {
		c->by_client = c->trunk->dchan.up;
		c->cause = cause;
		c->location = c->trunk->dchan.last_location;
	}
	set_state(c, XC_CALL_CLEARING);
}

static void on_restart(struct xc_trunk *t, int channel)
{
	unsigned slot = channel < 0 ? 0 : channel & 0xff;
	struct xc_call *c, *next;

	t->restarts_heard++;
	for (c = t->office->calls; c; c = next) {
		next = c->next;
		if (c->trunk != t ||
		    (slot && slot != 0xff && c->channel != (int)slot))
			continue;
		if (c->state < XC_CALL_CLEARING) {
			c->by_client = true;
			c->cause = PRI_CAUSE_NORMAL_TEMPORARY_FAILURE;
		}
		if (c->pri)
			pri_destroycall(t->dchan.pri, c->pri);
		xc_call_end(c);
	}
}

static void on_display(struct xc_call *c, const struct pri_subcommands *subs)
{
	int i;

	for (i = 0; subs && i < subs->counter_subcmd; i++)
		if (subs->subcmd[i].cmd == PRI_SUBCMD_DISPLAY_TEXT)
			snprintf(c->display, sizeof(c->display), "%.*s",
				 subs->subcmd[i].u.display.length,
				 subs->subcmd[i].u.display.text);
}

static void on_progress(struct xc_call *c, const pri_event *e)
{
	switch (e->e) {
	case PRI_EVENT_PROCEEDING:
		settle_channel(c, e->proceeding.channel);
		c->progress |= e->proceeding.progressmask;
		on_display(c, e->proceeding.subcmds);
		set_state(c, XC_CALL_PROCEEDING);
		break;
	case PRI_EVENT_SETUP_ACK:
		settle_channel(c, e->setup_ack.channel);
		set_state(c, XC_CALL_PROCEEDING);
		break;
	case PRI_EVENT_PROGRESS:
		c->progress |= e->proceeding.progressmask;
		break;
	case PRI_EVENT_RINGING:
		settle_channel(c, e->ringing.channel);
		c->progress |= e->ringing.progressmask;
		on_display(c, e->ringing.subcmds);
		set_state(c, XC_CALL_ALERTING);
		break;
	case PRI_EVENT_ANSWER:
		settle_channel(c, e->answer.channel);
		c->progress |= e->answer.progressmask;
		on_display(c, e->answer.subcmds);
		set_state(c, XC_CALL_ACTIVE);
		break;
	}
}

static q931_call *call_of(const pri_event *e)
{
	switch (e->e) {
	case PRI_EVENT_PROCEEDING:
	case PRI_EVENT_PROGRESS:
		return e->proceeding.call;
	case PRI_EVENT_SETUP_ACK:
		return e->setup_ack.call;
	case PRI_EVENT_RINGING:
		return e->ringing.call;
	case PRI_EVENT_ANSWER:
		return e->answer.call;
	case PRI_EVENT_HANGUP:
	case PRI_EVENT_HANGUP_REQ:
	case PRI_EVENT_HANGUP_ACK:
		return e->hangup.call;
	case PRI_EVENT_FACILITY:
		return e->facility.call;
	case PRI_EVENT_INFO_RECEIVED:
		return e->ring.call;
	case PRI_EVENT_NOTIFY:
		return e->notify.call;
	default:
		return NULL;
	}
}

static void on_call_event(struct xc_call *c, const pri_event *e)
{
	switch (e->e) {
	case PRI_EVENT_HANGUP_REQ: /* DISCONNECT: answer with RELEASE */
		on_hangup(c, e->hangup.cause);
		clear_pri(c, e->hangup.cause);
		break;
	case PRI_EVENT_HANGUP: /* RELEASE, or all is lost */
		on_hangup(c, e->hangup.cause);
		clear_pri(c, e->hangup.cause);
		xc_call_end(c);
		break;
	case PRI_EVENT_HANGUP_ACK: /* libpri has already let go of it */
		xc_call_end(c);
		break;
	case PRI_EVENT_FACILITY:
		on_display(c, e->facility.subcmds);
		break;
	case PRI_EVENT_NOTIFY:
		on_display(c, e->notify.subcmds);
		break;
	case PRI_EVENT_INFO_RECEIVED:
		on_display(c, e->ring.subcmds);
		break;
	default:
		on_progress(c, e);
		break;
	}
}

static void on_event(void *ctx, pri_event *e)
{
	struct xc_trunk *t = ctx;
	struct xc_call *c;

	switch (e->e) {
	case PRI_EVENT_DCHAN_UP:
		t->ups++;
		xc_trunk_say(t, "layer 2 is up");
		if (t->config.restart_on_up && t->ups == 1)
			xc_trunk_restart(t, 0);
		return;
	case PRI_EVENT_DCHAN_DOWN:
		t->downs++;
		xc_trunk_say(t, "layer 2 is down");
		return;
	case PRI_EVENT_RING:
		on_ring(t, &e->ring);
		return;
	case PRI_EVENT_RESTART:
		on_restart(t, e->restart.channel);
		return;
	case PRI_EVENT_RESTART_ACK:
		xc_trunk_restarted(t, e->restartack.channel);
		return;
	default:
		break;
	}
	c = find_call(t, call_of(e));
	if (c)
		on_call_event(c, e);
	else if (e->e == PRI_EVENT_HANGUP && e->hangup.call)
		pri_hangup(t->dchan.pri, e->hangup.call, e->hangup.cause);
}

static void on_message(void *ctx, const struct xc_q931 *m)
{
	struct xc_trunk *t = ctx;
	struct xc_call *c;

	for (c = t->office->calls; c; c = c->next) {
		if (c->trunk != t || c->crv != m->crv ||
		    c->outgoing != m->ours || c->ntrace == XC_TRACE_MAX)
			continue;
		c->trace[c->ntrace++] =
			(struct xc_q931_stamp){ m->type, m->sent,
						m->first_frame, m->last_frame };
		return;
	}
	if (m->type == XC_Q931_SETUP && !m->sent) {
		t->setup = (struct xc_q931_stamp){ m->type, m->sent,
						   m->first_frame,
						   m->last_frame };
		t->setup_crv = m->crv;
	}
}

const struct xc_dchan_ops xc_trunk_dchan_ops = {
	.event = on_event,
	.message = on_message,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Core speaks: requests become calls of libpri, which checks little of what it
 * is asked. rules[] says what Q.931 allows when.
 */
#include "daemon/edge/isdn/call.h"
#include "daemon/edge/isdn/out.h"
#include "daemon/edge/isdn/party.h"

/* A SETUP that cannot even be sent. */
static void fail_setup(struct isdn_span *span, const struct rd_isdn *r,
		       unsigned cause)
{
	unsigned channel = rd_line_slot(r->msg.line);

	isdn_say(span, RD_ISDN_HANGUP, r->ref, channel)->cause = (uint8_t)cause;
	isdn_say(span, RD_ISDN_HANGUP_DONE, r->ref, channel);
}

static void request_setup(struct isdn_span *span, const struct rd_isdn *r)
{
	struct isdn_channels view = isdn_calls_channels(span, false);
	int channel = isdn_channel_request(&view, rd_line_slot(r->msg.line),
					   r->flags & RD_ISDN_EXCLUSIVE);
	struct isdn_call *c;
	q931_call *q931;

	if (channel < 0 || !span->up) {
		fail_setup(span, r,
			   span->up ? (unsigned)-channel
				    : PRI_CAUSE_DESTINATION_OUT_OF_ORDER);
		return;
	}
	q931 = pri_new_call(span->pri);
	c = q931 ? isdn_call_enter(span, q931, r->ref, true) : NULL;
	if (!c) {
		if (q931)
			pri_destroycall(span->pri, q931);
		fail_setup(span, r, PRI_CAUSE_SWITCH_CONGESTION);
		return;
	}
	c->channel = (uint8_t)channel;
	if (isdn_party_setup(span, c, r)) {
		pri_destroycall(span->pri, q931);
		isdn_call_end(span, c, PRI_CAUSE_INVALID_NUMBER_FORMAT);
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
	isdn_call_clear(span, c,
			r->cause ? r->cause & 127u : PRI_CAUSE_NORMAL_CLEARING,
			r->location);
	if (!span->up)
		isdn_calls_forget(span);
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
	struct isdn_call *c = isdn_call_by_ref(span, r->ref);
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

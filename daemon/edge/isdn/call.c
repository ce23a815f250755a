// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of calls, how they end, and what is said of them; see call.h.
 *
 * Who owns a B-channel: this process, because only here do the SETUPs of both
 * ends pass in one order. Core proposes a channel for its calls and blocks
 * channels; the answer (and every incoming SETUP) says which one it is.
 */
#include "daemon/edge/isdn/call.h"

#include "daemon/edge/isdn/clock.h"
#include "daemon/edge/isdn/out.h"
#include "daemon/edge/isdn/restart.h"
#include "lib/base/frames.h"

/* ---- the table of calls -------------------------------------------------- */

struct isdn_call *isdn_call_by_ref(struct isdn_span *span, uint32_t ref)
{
	for (struct isdn_call *c = span->calls; c < span->calls + ISDN_CALLS;
	     c++)
		if (c->stage && c->ref == ref)
			return c;
	return NULL;
}

struct isdn_call *isdn_call_by_q931(struct isdn_span *span,
				    const q931_call *q931)
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
uint16_t isdn_call_cref(struct isdn_span *span, q931_call *q931)
{
	int low = 0, high = pri_get_crv(span->pri, q931, &low);

	return (uint16_t)(high << 3 | low);
}

struct isdn_call *isdn_call_enter(struct isdn_span *span, q931_call *q931,
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
					 .cref = isdn_call_cref(span, q931) };
		return c;
	}
	return NULL;
}

struct isdn_channels isdn_calls_channels(const struct isdn_span *span,
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

/* ---- to core --------------------------------------------------------------- */

struct rd_isdn *isdn_say(struct isdn_span *span, uint8_t op, uint32_t ref,
			 unsigned channel)
{
	struct rd_isdn *m = (struct rd_isdn *)isdn_out_begin(
		RD_MSG_ISDN, sizeof(*m), span->line | channel);

	m->op = op;
	m->ref = ref;
	return m;
}

struct rd_isdn *isdn_call_say(struct isdn_span *span, uint8_t op,
			      const struct isdn_call *c)
{
	return isdn_say(span, op, c->ref, c->channel);
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
void isdn_call_tell_over(struct isdn_span *span, struct isdn_call *c, int cause,
			 unsigned location)
{
	struct rd_isdn *m;

	begin_clearing(span, c);
	if (c->told)
		return;
	c->told = true;
	m = isdn_call_say(span, RD_ISDN_HANGUP, c);
	m->cause = cause > 0 && cause < 128 ? (uint8_t)cause
					    : PRI_CAUSE_NORMAL_CLEARING;
	m->location = (uint8_t)location;
}

/* libpri has freed the call: the one place where an entry ends. */
void isdn_call_end(struct isdn_span *span, struct isdn_call *c, int cause)
{
	isdn_call_tell_over(span, c, cause, 0);
	isdn_call_say(span, RD_ISDN_HANGUP_DONE, c);
	c->stage = ISDN_STAGE_NONE;
}

bool isdn_call_is_gone(struct isdn_span *span, const struct isdn_call *c)
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
					    : PRI_CAUSE_NORMAL_UNSPECIFIED;
	return span->up ? PRI_CAUSE_RECOVERY_ON_TIMER_EXPIRE
			: PRI_CAUSE_DESTINATION_OUT_OF_ORDER;
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
		if (isdn_call_is_gone(span, c))
			isdn_call_end(span, c, silent_cause(span, c));
	}
}

void isdn_calls_drop(struct isdn_span *span, unsigned channel, uint8_t cause)
{
	for (struct isdn_call *c = span->calls; c < span->calls + ISDN_CALLS;
	     c++) {
		if (!c->stage || (channel && c->channel != channel))
			continue;
		pri_destroycall(span->pri, c->q931);
		isdn_call_end(span, c, cause);
	}
}

/*
 * Their T305 and T308 would go on for half a minute, in which a far end that
 * began anew may use their call references again, and is not heard.
 */
void isdn_calls_forget(struct isdn_span *span)
{
	for (struct isdn_call *c = span->calls; c < span->calls + ISDN_CALLS;
	     c++) {
		if (c->stage != ISDN_STAGE_CLEARING)
			continue;
		if (c->channel) {
			isdn_restart_want(span, c->channel);
			continue;
		}
		pri_destroycall(span->pri, c->q931);
		isdn_call_end(span, c, PRI_CAUSE_NORMAL_CLEARING);
	}
}

/* ---- clearing ---------------------------------------------------------------- */

void isdn_call_note_cause(struct isdn_span *span, uint16_t cref, bool ours,
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
void isdn_call_clear(struct isdn_span *span, struct isdn_call *c,
		     unsigned cause, unsigned location)
{
	int shape = PRI_CAUSE_NORMAL_CLEARING;

	if (c->stage == ISDN_STAGE_SETUP && !c->ours)
		shape = PRI_CAUSE_INCOMPATIBLE_DESTINATION;
	else if (cause == PRI_CAUSE_CHANNEL_UNACCEPTABLE)
		shape = PRI_CAUSE_CHANNEL_UNACCEPTABLE; /* RELEASE, 5.1.2 */
	isdn_call_note_cause(span, c->cref, c->ours, cause, location);
	c->cause = (uint8_t)cause;
	begin_clearing(span, c);
	pri_hangup(span->pri, c->q931, shape);
	if (isdn_call_is_gone(span, c))
		isdn_call_end(span, c, (int)cause);
}

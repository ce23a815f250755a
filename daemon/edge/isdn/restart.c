// SPDX-License-Identifier: GPL-2.0-only
/*
 * The queue of channels to restart; see restart.h. T316 is ours and not
 * libpri's, which retransmits but does not say when it gives up.
 */
#include "daemon/edge/isdn/restart.h"

#include "daemon/edge/isdn/call.h"
#include "daemon/edge/isdn/clock.h"
#include "daemon/edge/isdn/out.h"
#include "lib/base/frames.h"
#include "lib/config/config.h"

#define CAUSE_RESTARTED 41 /* temporary failure */
#define CAUSE_TIMER	102

static void answer(struct isdn_span *span, unsigned channel, uint8_t cause)
{
	struct rd_isdn *m = (struct rd_isdn *)isdn_out_begin(
		RD_MSG_ISDN, sizeof(*m), span->line | channel);

	m->op = RD_ISDN_RESTART_ACK;
	m->cause = cause;
}

static uint64_t t316_frames(const struct isdn_span *span)
{
	int32_t ms = span->config.timer[RD_T_T316];

	return rd_frames_from_ms(ms > 0 ? (uint64_t)ms : ISDN_T316_MS);
}

static void send_restart(struct isdn_span *span)
{
	struct isdn_restart *r = &span->restart;

	r->due = isdn_clock_frame() + t316_frames(span);
	pri_reset(span->pri, r->channel);
}

static void next(struct isdn_span *span)
{
	struct isdn_restart *r = &span->restart;

	r->channel = 0;
	if (!span->up || !r->wanted)
		return;
	r->channel = (uint8_t)__builtin_ctz(r->wanted);
	r->wanted &= r->wanted - 1;
	r->sent = 1;
	send_restart(span);
}

static void give_up(struct isdn_span *span)
{
	struct isdn_restart *r = &span->restart;

	answer(span, r->channel, CAUSE_TIMER);
	for (r->channel = 0; r->wanted; r->wanted &= r->wanted - 1)
		answer(span, (unsigned)__builtin_ctz(r->wanted), CAUSE_TIMER);
}

void isdn_restart_want(struct isdn_span *span, unsigned channel)
{
	struct isdn_restart *r = &span->restart;
	uint32_t mask =
		span->config.bchannels & ~1u & ~(1u << span->config.dchannel);

	if (channel)
		mask &= 1u << channel;
	for (uint32_t m = mask; m; m &= m - 1)
		isdn_calls_drop(span, (unsigned)__builtin_ctz(m),
				CAUSE_RESTARTED);
	if (r->channel)
		mask &= ~(1u << r->channel);
	r->wanted |= mask;
	if (!r->channel)
		next(span);
}

void isdn_restart_cancel(struct isdn_span *span, unsigned channel)
{
	struct isdn_restart *r = &span->restart;

	if (r->channel == channel) {
		answer(span, channel, 0);
		next(span);
	} else if (r->wanted & 1u << channel) {
		r->wanted &= ~(1u << channel);
		answer(span, channel, 0);
	}
}

void isdn_restart_acked(struct isdn_span *span, unsigned channel)
{
	struct isdn_restart *r = &span->restart;

	if (!r->channel || (channel && channel != r->channel))
		return; /* late: was answered by T316 */
	answer(span, r->channel, 0);
	next(span);
}

uint32_t isdn_restart_mask(const struct isdn_span *span)
{
	const struct isdn_restart *r = &span->restart;

	return r->wanted | (r->channel ? 1u << r->channel : 0);
}

void isdn_restart_down(struct isdn_span *span)
{
	span->restart.wanted = isdn_restart_mask(span);
	span->restart.channel = 0;
}

void isdn_restart_run(struct isdn_span *span)
{
	struct isdn_restart *r = &span->restart;

	if (!span->up)
		return;
	if (!r->channel)
		next(span);
	else if (isdn_clock_frame() < r->due)
		return;
	else if (r->sent++ < ISDN_N316)
		send_restart(span);
	else
		give_up(span);
}

void isdn_restart_again(struct isdn_span *span)
{
	if (span->restart.channel)
		send_restart(span);
}

uint64_t isdn_restart_due(const struct isdn_span *span)
{
	return span->up && span->restart.channel ? span->restart.due
						 : RD_FRAME_NEVER;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spans: frames and time in, events out. libpri calls back for its frames:
 *
 *	isdn_span_rx() -> screen -> pri_check_event() -> on_read()
 *	                                   pri_*()     -> on_write() -> D_TX
 *
 * libpri counts two octets of FCS at the end of each frame, which the line
 * has taken off; they are added and cut here.
 */
#include "daemon/edge/isdn/span.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/edge/isdn/call.h"
#include "daemon/edge/isdn/clock.h"
#include "daemon/edge/isdn/out.h"
#include "daemon/edge/isdn/restart.h"
#include "kernel/uapi/ringdown.h"
#include "lib/base/frames.h"

#define FCS_LEN		  2
#define T309_MS		  90000 /* libpri's own is 6 s */
#define TIMER_MIN_MS	  10
#define COUNT_MAX	  127
#define ALARM_DEBOUNCE_MS 2000
#define EVENTS_MAX	  4096 /* of one run: a stack that spins is left */

static struct isdn_span *spans[ISDN_SPANS];
static unsigned nspans;

struct isdn_span *isdn_span_find(uint32_t line)
{
	for (unsigned i = 0; i < nspans; i++)
		if (spans[i]->line == rd_line_of_span(line))
			return spans[i];
	return NULL;
}

/* ---- libpri's callbacks --------------------------------------------------- */

static int on_read(struct pri *pri, void *buf, int len)
{
	struct isdn_span *span = pri_get_userdata(pri);

	if (!span->rx_len || span->rx_len + FCS_LEN > (size_t)len)
		return 0;
	memcpy(buf, span->rx, span->rx_len);
	memset((uint8_t *)buf + span->rx_len, 0, FCS_LEN);
	return (int)span->rx_len + FCS_LEN;
}

static void send_frame(struct isdn_span *span, const uint8_t *data, size_t n)
{
	struct rd_hdlc *frame = (struct rd_hdlc *)isdn_out_begin(
		RD_MSG_D_TX, sizeof(*frame) + n, span->line);

	frame->len = (uint16_t)n;
	memcpy(frame->data, data, n);
}

static void send_held(struct isdn_span *span)
{
	if (span->rr_held)
		send_frame(span, span->rr, sizeof(span->rr));
	span->rr_held = false;
}

/*
 * libpri acknowledges each I frame by an RR and then perhaps answers it by an
 * I frame, which acknowledges it as well; Q.921 5.6.2.2 has it send only that.
 * So an RR without P or F waits for the end of what made it: 0.9 ms less
 * before every answer.
 */
static bool only_acknowledges(const uint8_t *frame, size_t n)
{
	return n == sizeof(((struct isdn_span *)0)->rr) && frame[2] == 0x01 &&
	       !(frame[3] & 1);
}

static int on_write(struct pri *pri, void *buf, int len)
{
	struct isdn_span *span = pri_get_userdata(pri);
	size_t n = (size_t)len - FCS_LEN;
	const uint8_t *frame = buf;

	if (len <= FCS_LEN || span->mute)
		return len;
	if (n > RD_HDLC_MAX) {
		isdn_out_log(span->line, "frame of %zu octets not sent", n);
		return len;
	}
	if (only_acknowledges(frame, n)) {
		memcpy(span->rr, frame, n); /* it says what one before said */
		span->rr_held = true;
		return len;
	}
	if (n > 4 && !(frame[2] & 1) && frame[3] >> 1 == span->rr[3] >> 1)
		span->rr_held = false; /* I frame of the same N(R) */
	send_held(span);
	isdn_call_dress(span, buf, n);
	send_frame(span, frame, n);
	return len;
}

static void on_words(struct pri *pri, char *text)
{
	struct isdn_span *span = pri ? pri_get_userdata(pri) : NULL;

	if (span && span->trace)
		isdn_out_log(span->line, "%s", text);
}

/* ---- events ----------------------------------------------------------------- */

static void say_span(struct isdn_span *span, uint8_t op, unsigned channel)
{
	struct rd_isdn *m = (struct rd_isdn *)isdn_out_begin(
		RD_MSG_ISDN, sizeof(*m), span->line | channel);

	m->op = op;
}

static void link_changed(struct isdn_span *span, bool up)
{
	if (span->up == up)
		return;
	span->up = up;
	say_span(span, up ? RD_ISDN_DCHAN_UP : RD_ISDN_DCHAN_DOWN, 0);
	if (up) {
		isdn_restart_run(span);
	} else {
		isdn_restart_down(span);
		isdn_calls_forget(span);
	}
}

/* A channel of RESTART and its acknowledgement; 0: the whole interface. */
static unsigned restarted_channel(int channel)
{
	return channel < 0 || (channel & 0xff) > 31 ? 0 : channel & 0xff;
}

static void handle(struct isdn_span *span, const pri_event *event)
{
	unsigned channel;

	switch (event->e) {
	case PRI_EVENT_DCHAN_UP:
		link_changed(span, true);
		break;
	case PRI_EVENT_DCHAN_DOWN:
		link_changed(span, false);
		break;
	case PRI_EVENT_RESTART:
		channel = restarted_channel(event->restart.channel);
		isdn_calls_drop(span, channel,
				PRI_CAUSE_NORMAL_TEMPORARY_FAILURE);
		say_span(span, RD_ISDN_RESTART, channel);
		break;
	case PRI_EVENT_RESTART_ACK:
		isdn_restart_acked(
			span, restarted_channel(event->restartack.channel));
		break;
	case PRI_EVENT_CONFIG_ERR:
		isdn_out_log(span->line, "%s", event->err.err);
		break;
	default:
		isdn_call_event(span, event);
		break;
	}
}

/* ---- frames ------------------------------------------------------------------ */

static void feed(struct isdn_span *span, const uint8_t *frame, size_t len)
{
	pri_event *event;

	span->rx = frame;
	span->rx_len = len;
	event = pri_check_event(span->pri);
	span->rx_len = 0;
	if (event)
		handle(span, event);
	isdn_calls_sweep(span);
	memset(&span->seen, 0, sizeof(span->seen));
}

/* SABME, whatever its P bit (Q.921 table 5). */
static bool sets_up_link(const uint8_t *frame, size_t len)
{
	return len >= 3 && (frame[2] & 0xef) == 0x6f;
}

void isdn_span_rx(struct isdn_span *span, const uint8_t *frame, size_t len)
{
	bool was_up = span->up;
	uint8_t copy[RD_HDLC_MAX];

	if (len > sizeof(copy))
		return;
	memcpy(copy, frame, len);
	len = isdn_screen_rx(copy, len, isdn_call_known, span, &span->seen);
	if (!len)
		return;
	feed(span, copy, len);
	if (was_up && span->up && sets_up_link(copy, len)) {
		isdn_restart_again(span);
		isdn_calls_forget(span);
	}
}

/* ---- layer 1 ------------------------------------------------------------------- */

/*
 * An alarm that lasts is PH-DEACTIVATE to layer 2 (Q.921 5.5.2), which libpri
 * has no call for: it is told with the far end's voice, by a DISC. So T309 of
 * the talking calls starts now and not when T203 and T200 have run out.
 */
static void release_link(struct isdn_span *span)
{
	const uint8_t disc[] = { span->config.network_side ? 0x00 : 0x02, 0x01,
				 0x53 };

	span->mute = true;
	feed(span, disc, sizeof(disc));
	span->mute = false;
}

void isdn_span_alarm(struct isdn_span *span, uint32_t alarms)
{
	bool alarm = alarms & (RINGDOWN_ALARM_LOS | RINGDOWN_ALARM_LFA |
			       RINGDOWN_ALARM_AIS);

	if (alarm && !span->alarm)
		span->alarm_due = isdn_clock_frame() +
				  rd_frames_from_ms(ALARM_DEBOUNCE_MS);
	else if (!alarm)
		span->alarm_due = RD_FRAME_NEVER;
	span->alarm = alarm;
}

/* ---- requests -------------------------------------------------------------------- */

void isdn_span_trace(struct isdn_span *span, uint8_t level)
{
	int debug = 0;

	if (level & RD_ISDN_TRACE_Q931)
		debug |= PRI_DEBUG_Q931_DUMP | PRI_DEBUG_Q931_ANOMALY |
			 PRI_DEBUG_Q931_STATE;
	if (level & RD_ISDN_TRACE_Q921)
		debug |= PRI_DEBUG_Q921_DUMP | PRI_DEBUG_Q921_STATE;
	span->trace = level;
	pri_set_debug(span->pri, debug);
}

void isdn_span_request(struct isdn_span *span, const struct rd_isdn *request)
{
	unsigned channel = rd_line_slot(request->msg.line) & 31;
	uint32_t channels = channel ? 1u << channel : UINT32_MAX;

	switch (request->op) {
	case RD_ISDN_RESTART:
		isdn_restart_want(span, channel);
		break;
	case RD_ISDN_BLOCK:
		span->blocked |= channels;
		break;
	case RD_ISDN_UNBLOCK:
		span->blocked &= ~channels;
		break;
	case RD_ISDN_TRACE:
		isdn_span_trace(span, request->flags);
		break;
	default:
		isdn_call_request(span, request);
		isdn_calls_sweep(span);
		break;
	}
}

/* ---- time -------------------------------------------------------------------------- */

static uint64_t due(struct isdn_span *span)
{
	const struct timeval *tv = pri_schedule_next(span->pri);
	uint64_t at = tv ? isdn_clock_frame_of(tv) : RD_FRAME_NEVER;
	uint64_t restart = isdn_restart_due(span);
	uint64_t calls = isdn_calls_due(span);

	at = restart < at ? restart : at;
	at = calls < at ? calls : at;
	return span->alarm_due < at ? span->alarm_due : at;
}

static uint64_t run(struct isdn_span *span)
{
	uint64_t now = isdn_clock_frame(), at = due(span);

	for (int i = 0; at <= now && i < EVENTS_MAX; i++, at = due(span)) {
		pri_event *event = pri_schedule_run(span->pri);

		if (event)
			handle(span, event);
		isdn_calls_sweep(span);
		if (span->alarm_due <= now) {
			span->alarm_due = RD_FRAME_NEVER;
			release_link(span);
		}
		if (isdn_restart_due(span) <= now)
			isdn_restart_run(span);
	}
	return at;
}

uint64_t isdn_spans_run(void)
{
	uint64_t first = RD_FRAME_NEVER;

	for (unsigned i = 0; i < nspans; i++) {
		uint64_t at = run(spans[i]);

		send_held(spans[i]);
		first = at < first ? at : first;
	}
	return first;
}

/* ---- configuration ------------------------------------------------------------------- */

static int pri_switch(const struct rd_edge_span *config)
{
	switch (config->switchtype) {
	case RD_SWITCH_EUROISDN:
		return config->slots > 24 ? PRI_SWITCH_EUROISDN_E1
					  : PRI_SWITCH_EUROISDN_T1;
	case RD_SWITCH_NI1:
		return PRI_SWITCH_NI1;
	case RD_SWITCH_NI2:
		return PRI_SWITCH_NI2;
	case RD_SWITCH_DMS100:
		return PRI_SWITCH_DMS100;
	case RD_SWITCH_4ESS:
		return PRI_SWITCH_ATT4ESS;
	case RD_SWITCH_5ESS:
		return PRI_SWITCH_LUCENT5E;
	case RD_SWITCH_QSIG:
		return PRI_SWITCH_QSIG;
	default:
		return -EINVAL;
	}
}

/* libpri's numbers; T316 is ours (restart.c) */
static const int pri_timer[RD_ISDN_TIMERS] = {
	[RD_T_N200] = PRI_TIMER_N200, [RD_T_K] = PRI_TIMER_K,
	[RD_T_T200] = PRI_TIMER_T200, [RD_T_T203] = PRI_TIMER_T203,
	[RD_T_T303] = PRI_TIMER_T303, [RD_T_T305] = PRI_TIMER_T305,
	[RD_T_T308] = PRI_TIMER_T308, [RD_T_T309] = PRI_TIMER_T309,
	[RD_T_T313] = PRI_TIMER_T313, [RD_T_T316] = -1,
};

static void note_own_timers(struct isdn_span *span)
{
	for (int i = 0; i < RD_ISDN_TIMERS; i++)
		span->own_timer[i] = pri_get_timer(span->pri, pri_timer[i]);
	span->own_timer[RD_T_T309] = T309_MS;
}

static void set_timers(struct isdn_span *span)
{
	for (int i = 0; i < RD_ISDN_TIMERS; i++) {
		int value = span->config.timer[i];

		if (value < 0)
			value = span->own_timer[i];
		else if (i == RD_T_N200 || i == RD_T_K)
			value = value < 1	    ? 1
				: value > COUNT_MAX ? COUNT_MAX
						    : value;
		else if (value < TIMER_MIN_MS)
			value = TIMER_MIN_MS;
		if (pri_timer[i] >= 0)
			pri_set_timer(span->pri, pri_timer[i], value);
	}
}

static int start(const struct rd_edge_span *config)
{
	struct isdn_span *span;

	if (nspans == ISDN_SPANS)
		return -ENOSPC;
	span = calloc(1, sizeof(*span));
	if (!span)
		return -ENOMEM;
	span->line = rd_line_of_span(config->msg.line);
	span->config = *config;
	span->alarm_due = RD_FRAME_NEVER;
	pri_set_message(on_words);
	pri_set_error(on_words);
	/* the first SABME is written in here */
	span->pri = pri_new_cb(-1, config->network_side ? PRI_NETWORK : PRI_CPE,
			       pri_switch(config), on_read, on_write, span);
	if (!span->pri) {
		free(span);
		return -ENOMEM;
	}
	pri_hangup_fix_enable(span->pri, 1);
	pri_connect_ack_enable(span->pri, 1);
	note_own_timers(span);
	set_timers(span);
	spans[nspans++] = span;
	return 0;
}

int isdn_span_configure(const struct rd_edge_span *config)
{
	struct isdn_span *span = isdn_span_find(config->msg.line);

	if (pri_switch(config) < 0 || config->dchannel < 1 ||
	    config->dchannel > 31)
		return -EINVAL;
	if (!span)
		return start(config);
	if (span->config.network_side != config->network_side ||
	    span->config.switchtype != config->switchtype ||
	    span->config.dchannel != config->dchannel ||
	    span->config.slots != config->slots)
		return -EBUSY;
	span->config = *config;
	set_timers(span);
	return 0;
}

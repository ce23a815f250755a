// SPDX-License-Identifier: GPL-2.0-only
/* The parser of what core says; see input.h. */
#include "daemon/edge/isdn/input.h"

#include <errno.h>
#include <string.h>

#include "daemon/edge/isdn/clock.h"
#include "daemon/edge/isdn/out.h"
#include "daemon/edge/isdn/span.h"

static void on_time(const struct rd_edge_time *time)
{
	uint64_t next = isdn_spans_run();
	struct rd_edge_time *done = (struct rd_edge_time *)isdn_out_begin(
		RD_MSG_EDGE_DONE, sizeof(*done), RD_LINE_NONE);

	done->sent = time->sent;
	done->next_frame = next;
}

static int on_span(const struct rd_edge_span *config)
{
	int res = isdn_span_configure(config);

	if (res)
		isdn_out_log(config->msg.line, "span not set up: %s",
			     strerror(-res));
	return 0;
}

static int on_frame(struct isdn_span *span, const struct rd_hdlc *frame)
{
	if (frame->len > frame->msg.len - sizeof(*frame))
		return -EPROTO;
	if (span && !(frame->flags & RD_HDLC_CUT))
		isdn_span_rx(span, frame->data, frame->len);
	return 0;
}

/* Strings of a request end, whoever wrote them. */
static void on_request(struct isdn_span *span, const struct rd_isdn *message)
{
	struct rd_isdn r;

	memcpy(&r, message, sizeof(r));
	r.calling[sizeof(r.calling) - 1] = '\0';
	r.called[sizeof(r.called) - 1] = '\0';
	r.connected[sizeof(r.connected) - 1] = '\0';
	r.name[sizeof(r.name) - 1] = '\0';
	if (span)
		isdn_span_request(span, &r);
}

static int handle(const struct rd_msg *m)
{
	struct isdn_span *span = isdn_span_find(m->line);

	isdn_clock_set(m->frame);
	switch (m->type) {
	case RD_MSG_EDGE_SPAN:
		return on_span((const struct rd_edge_span *)m);
	case RD_MSG_D_RX:
		return on_frame(span, (const struct rd_hdlc *)m);
	case RD_MSG_EDGE_TIME:
		on_time((const struct rd_edge_time *)m);
		return 0;
	case RD_MSG_ISDN_OUT:
		on_request(span, (const struct rd_isdn *)m);
		return 0;
	case RD_MSG_EDGE_ALARM:
		if (span)
			isdn_span_alarm(
				span, ((const struct rd_ev_alarm *)m)->alarms);
		return 0;
	default:
		return -EPROTO;
	}
}

int isdn_input(const void *packet, size_t len)
{
	const uint8_t *at = packet, *end = at + len;

	while (at < end) {
		const struct rd_msg *m = (const struct rd_msg *)at;

		if (rd_msg_check(m, (uint32_t)(end - at)) || handle(m))
			return -EPROTO;
		at += m->len;
	}
	return 0;
}

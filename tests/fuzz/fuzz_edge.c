// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes both ends of an edge: the parsers of messages on either side, and
 * libpri itself behind the screen, driven by a script of frames, requests and
 * time. GPL-2.0-only, for it links libpri.
 *
 * First octet: 0 core's parser, 1 the edge's parser, else a script. A script
 * is records {what, ...} (see step()); numbered frames get their N(S) and N(R)
 * here, or nothing would come past layer 2.
 *
 * Besides the sanitizers it checks what core lives by: every call is said to
 * begin once and to be done once, and time goes on (no timer is due for ever).
 * libpri's controllers cannot be ended, so they live on from input to input;
 * each input ends with RESTART of the interface, which drops all calls.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/edge/edge.h"
#include "daemon/edge/isdn/clock.h"
#include "daemon/edge/isdn/input.h"
#include "daemon/edge/isdn/out.h"
#include "daemon/edge/isdn/span.h"
#include "lib/base/frames.h"
#include "lib/config/config.h"

#define CHECK(x)                                                           \
	do {                                                               \
		if (!(x)) {                                                \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, \
				#x);                                       \
			abort();                                           \
		}                                                          \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIDES 2 /* span 0: we are the user; span 1: the network */
#define REFS  256

static struct peer {
	uint8_t vs, vr; /* our side of layer 2 */
	uint32_t refs[REFS];
	unsigned nrefs;
} peers[SIDES];

/* ---- out.h, with eyes ------------------------------------------------------- */

static bool watching = true;
static _Alignas(8) uint8_t room[4096];
static struct rd_msg *open_message;

static struct peer *peer_of(uint32_t line)
{
	return &peers[rd_line_span(line)];
}

static void begin_ref(struct peer *p, uint32_t ref)
{
	for (unsigned i = 0; i < p->nrefs; i++)
		CHECK(p->refs[i] != ref);
	CHECK(p->nrefs < REFS);
	p->refs[p->nrefs++] = ref;
}

static void end_ref(struct peer *p, uint32_t ref)
{
	for (unsigned i = 0; i < p->nrefs; i++)
		if (p->refs[i] == ref) {
			p->refs[i] = p->refs[--p->nrefs];
			return;
		}
	CHECK(!"HANGUP_DONE of a call that is not");
}

static bool is_ref(const struct peer *p, uint32_t ref)
{
	for (unsigned i = 0; i < p->nrefs; i++)
		if (p->refs[i] == ref)
			return true;
	return false;
}

static void look(struct rd_msg *m)
{
	const struct rd_isdn *isdn = (const struct rd_isdn *)m;
	const struct rd_hdlc *frame = (const struct rd_hdlc *)m;

	CHECK(rd_edge_check(m, m->len) == 0);
	if (m->type == RD_MSG_D_TX) {
		if (frame->len >= 4 && !(frame->data[2] & 1))
			peer_of(m->line)->vr = (frame->data[2] >> 1) + 1;
		else if (frame->len == 3 &&
			 (frame->data[2] & ~0x10) == 0x6f) /* SABME */
			peer_of(m->line)->vs = peer_of(m->line)->vr = 0;
		return;
	}
	if (m->type != RD_MSG_ISDN || !watching)
		return;
	if (isdn->op == RD_ISDN_SETUP) {
		CHECK(rd_line_slot(m->line) != 0);
		begin_ref(peer_of(m->line), isdn->ref);
	} else if (isdn->op == RD_ISDN_HANGUP_DONE) {
		end_ref(peer_of(m->line), isdn->ref);
	} else if (isdn->ref) {
		CHECK(is_ref(peer_of(m->line), isdn->ref));
	}
}

void isdn_out_flush(void)
{
	if (open_message)
		look(open_message);
	open_message = NULL;
}

struct rd_msg *isdn_out_begin(uint16_t type, size_t len, uint32_t line)
{
	isdn_out_flush();
	len = (len + 7) & ~(size_t)7;
	CHECK(len <= sizeof(room));
	open_message = (struct rd_msg *)room;
	memset(room, 0, len);
	open_message->type = type;
	open_message->len = (uint16_t)len;
	open_message->line = line;
	open_message->frame = isdn_clock_frame();
	return open_message;
}

void isdn_out_log(uint32_t line, const char *fmt, ...)
{
}

/* ---- the script ------------------------------------------------------------------ */

static void bring_up(struct isdn_span *span, struct peer *p)
{
	const uint8_t sabme[] = { span->config.network_side ? 0x00 : 0x02, 1,
				  0x7f };
	const uint8_t ua[] = { span->config.network_side ? 0x02 : 0x00, 1,
			       0x73 };

	isdn_span_rx(span, ua, sizeof(ua));
	isdn_span_rx(span, sabme, sizeof(sabme));
	isdn_out_flush();
	p->vs = p->vr = 0;
}

static void numbered(struct isdn_span *span, struct peer *p,
		     const uint8_t *message, size_t len)
{
	uint8_t frame[RD_HDLC_MAX];

	if (len > sizeof(frame) - 4)
		return;
	frame[0] = span->config.network_side ? 0x00 : 0x02;
	frame[1] = 1;
	frame[2] = (uint8_t)(p->vs++ << 1);
	frame[3] = (uint8_t)(p->vr << 1);
	memcpy(frame + 4, message, len);
	isdn_span_rx(span, frame, len + 4);
	isdn_out_flush();
}

static void request(struct isdn_span *span, struct peer *p, const uint8_t *b)
{
	struct rd_isdn r = {
		.msg = { .type = RD_MSG_ISDN_OUT,
			 .len = sizeof(r),
			 .line = span->line | (b[1] & 31) },
		.op = b[0] % (RD_ISDN_TRACE + 1),
		.flags = b[2],
		.cause = b[3],
		.location = b[3] >> 4,
		.calling_pres = b[2],
		.bearer = 16,
		.called = "95588",
		.calling = "100",
		.connected = "8001",
		.name = "n",
	};

	if (r.op == RD_ISDN_SETUP) {
		static uint32_t next;

		r.ref = ++next & 0x7fffffff;
		if (p->nrefs == REFS)
			return;
		begin_ref(p, r.ref);
	} else if (p->nrefs) {
		r.ref = p->refs[b[1] % p->nrefs];
	}
	isdn_span_request(span, &r);
	isdn_out_flush();
}

static void pass(uint64_t frames)
{
	uint64_t next;

	isdn_clock_set(isdn_clock_frame() + frames);
	next = isdn_spans_run();
	isdn_out_flush();
	CHECK(next > isdn_clock_frame());
}

/*
 *	0-2 n message[n]      as an I frame
 *	3 call type n ie[n]   as an I frame, of a likely call
 *	4 n frame[n]          as it is
 *	5 op slot flags cause a request
 *	6 n                   n * 100 ms pass
 *	7 n                   alarms n, or layer 2 up
 * Returns how much of b[n] it took, 0 at the end.
 */
static size_t step(struct isdn_span *span, struct peer *p, const uint8_t *b,
		   size_t n)
{
	uint8_t message[260] = { 8, 2 };
	size_t len;

	if (n < 5)
		return 0;
	switch (b[0] & 7) {
	case 3:
		len = b[3] < n - 4 ? b[3] : n - 4;
		message[2] = b[1] & 0x80;
		message[3] = b[1] & 0x07;
		message[4] = b[2];
		memcpy(message + 5, b + 4, len < 255 ? len : 255);
		numbered(span, p, message, 5 + (len < 255 ? len : 255));
		return 4 + len;
	case 4:
		len = b[1] < n - 2 ? b[1] : n - 2;
		isdn_span_rx(span, b + 2, len);
		isdn_out_flush();
		return 2 + len;
	case 5:
		request(span, p, b + 1);
		return 5;
	case 6:
		pass(b[1] * 100u * RD_FRAMES_PER_MS);
		return 2;
	case 7:
		if (b[1] & 0x80)
			bring_up(span, p);
		else
			isdn_span_alarm(span, b[1]);
		return 2;
	default:
		len = b[1] < n - 2 ? b[1] : n - 2;
		numbered(span, p, b + 2, len);
		return 2 + len;
	}
}

static void clear_all(struct isdn_span *span, struct peer *p)
{
	static const uint8_t restart[] = { 8, 2, 0, 0, 0x46, 0x79, 1, 0x87 };

	isdn_span_alarm(span, 0);
	pass(150 * RD_FRAMES_PER_S); /* T309, T308, T305: all calls settle */
	bring_up(span, p);
	pass(0);
	numbered(span, p, restart, sizeof(restart));
	pass(0);
}

static void script(const uint8_t *data, size_t size)
{
	unsigned which = data[0] & 1;
	struct isdn_span *span = isdn_span_find(rd_line(0, which, 0));
	struct peer *p = &peers[which];
	size_t at = 1, took;

	span->blocked = 0;
	bring_up(span, p);
	while (at < size && (took = step(span, p, data + at, size - at)))
		at += took;
	clear_all(span, p);
	CHECK(p->nrefs == 0);
}

static void set_up(void)
{
	for (unsigned i = 0; i < SIDES; i++) {
		struct rd_edge_span config = {
			.msg = { .type = RD_MSG_EDGE_SPAN,
				 .len = sizeof(config),
				 .line = rd_line(0, i, 0) },
			.network_side = i == 1,
			.switchtype = RD_SWITCH_EUROISDN,
			.dchannel = 16,
			.slots = 31,
			.bchannels = 0xfffefffe,
		};

		memset(config.timer, 0xff, sizeof(config.timer));
		CHECK(isdn_span_configure(&config) == 0);
	}
	isdn_out_flush();
}

/*
 * Any packet to the edge, but that core's clock and lines are believed: each
 * message is now, and of a span that is there.
 */
static void edge_packet(uint8_t *packet, size_t len)
{
	for (size_t at = 0; at + sizeof(struct rd_msg) <= len;) {
		struct rd_msg *m = (struct rd_msg *)(packet + at);

		m->frame = isdn_clock_frame();
		m->line &= 0x11f;
		if (m->len < sizeof(*m))
			break;
		at += m->len;
		if (at % 8)
			break;
	}
	watching = false;
	isdn_input(packet, len);
	isdn_out_flush();
	set_up();
	for (unsigned i = 0; i < SIDES; i++)
		clear_all(isdn_span_find(rd_line(0, i, 0)), &peers[i]);
	watching = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) uint8_t packet[RD_EDGE_PACKET];
	static bool ready;

	if (!ready)
		set_up();
	ready = true;
	if (size < 2 || size > sizeof(packet))
		return 0;
	if (data[0] > 1) {
		script(data + 1, size - 1);
		return 0;
	}
	memcpy(packet, data + 1, size - 1);
	if (data[0] == 1) {
		edge_packet(packet, size - 1);
		return 0;
	}
	for (size_t at = 0, n = size - 1; at < n;) {
		struct rd_msg *m = (struct rd_msg *)(packet + at);

		if (rd_edge_check(m, n - at))
			break;
		at += m->len;
	}
	return 0;
}

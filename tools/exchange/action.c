// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a scenario does to the line and the protocol. Faults with a duration
 * put things right again by an action of their own, queued here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"
#include "tools/exchange/line_clock.h"
#include "tools/exchange/world.h"

static struct xc_trunk *trunk_of(struct xc_world *w, const struct xc_action *a)
{
	return a->span ? xc_office_trunk(w->office, a->span)
		       : w->office->trunk[0];
}

/* ---- the line ----------------------------------------------------------- */

static void act_on_line(struct xc_world *w, struct xc_trunk *t,
			const struct xc_action *a)
{
	struct xc_copper *c = w->office->copper;
	struct xc_fault *f = &c->fault[t->span];
	uint64_t until =
		a->frames ? xc_line_clock_frame() + a->frames : RD_FRAME_NEVER;
	int err = 0;

	switch (a->verb) {
	case XC_ACT_ALARM:
		f->alarms = a->alarms;
		f->alarm_until = until;
		if (!c->end->has_alarms)
			xc_story(w, t->config.name,
				 "only its octets: a device's alarms are "
				 "injected at the other end");
		break;
	case XC_ACT_CUT:
		f->alarms = RINGDOWN_ALARM_LOS;
		f->alarm_until = until;
		xc_dchan_mute(&t->dchan, until);
		break;
	case XC_ACT_ERRORS:
		xc_fault_errors(f, a->rate);
		f->error_until = until;
		break;
	case XC_ACT_LOSS:
		f->loss_ppm = a->rate;
		f->loss_until = until;
		break;
	case XC_ACT_DELAY:
		err = xc_fault_delay(f, a->count);
		break;
	case XC_ACT_SLIP:
		err = xc_fault_slip(f, a->count);
		break;
	case XC_ACT_LOOP:
		c->loop_until[t->span] = until;
		break;
	default:
		break;
	}
	if (err)
		xc_story(w, t->config.name,
			 "cannot do that: %s (a negative slip needs delay)",
			 strerror(-err));
}

/* ---- the D-channel ------------------------------------------------------ */

static void random_octets(struct xc_dchan *d, uint8_t *out, unsigned n)
{
	while (n--)
		*out++ = rd_rng_next(&d->rng);
}

static void send_frames(struct xc_dchan *d, const struct xc_action *a)
{
	uint8_t frame[XC_DFRAME_MAX];
	unsigned i, len;

	for (i = 0; i < (unsigned)a->count; i++) {
		enum xc_dframe_kind kind = XC_DFRAME_GOOD;

		len = a->verb == XC_ACT_OVERSIZED
			      ? XC_DFRAME_MAX
			      : 3 + rd_rng_below(&d->rng, 40);
		random_octets(d, frame, len);
		if (a->verb == XC_ACT_BAD_FCS)
			kind = XC_DFRAME_BAD_FCS;
		if (a->verb == XC_ACT_TRUNCATED)
			kind = XC_DFRAME_ABORTED;
		if (a->verb == XC_ACT_OVERSIZED) {
			/* A UI frame of the link's own address (Q.921 3.6). */
			frame[0] = d->config.network ? 0x02 : 0x00;
			frame[1] = 0x01;
			frame[2] = 0x03;
		}
		xc_dchan_send_raw(d, frame, len, kind);
	}
}

/* A message with a call reference of a live call, if there is one. */
static unsigned put_header(const struct xc_trunk *t, uint8_t *m, uint8_t type)
{
	const struct xc_call *c;
	uint16_t crv = 0x7ff0;
	bool ours = true;

	for (c = t->office->calls; c; c = c->next)
		if (c->trunk == t && c->state < XC_CALL_CLEARING) {
			crv = c->crv;
			ours = c->outgoing;
			break;
		}
	m[0] = 0x08;
	m[1] = 2;
	m[2] = crv >> 8 | (ours ? 0 : 0x80);
	m[3] = crv;
	m[4] = type;
	return 5;
}

/* SETUP, exclusive, on a channel that has a call already (or a->channel). */
static void setup_on_busy(struct xc_trunk *t, const struct xc_action *a)
{
	static const uint8_t tail[] = {
		0x70, 0x05, 0x80, '1', '2', '3', '4', /* called number */
	};
	unsigned slot = a->channel, n = 0;
	uint8_t m[64];

	while (!slot && n < RINGDOWN_MAX_SLOTS) {
		if (t->channel[n])
			slot = n;
		n++;
	}
	n = 0;
	m[n++] = 0x08;
	m[n++] = 2;
	m[n++] = 0x7f; /* a call reference of its own */
	m[n++] = 0xe0 | (slot & 0x1f);
	m[n++] = XC_Q931_SETUP;
	m[n++] = 0x04; /* bearer capability: 3.1 kHz audio, A-law */
	m[n++] = 0x03;
	m[n++] = 0x90;
	m[n++] = 0x90;
	m[n++] = 0xa3;
	m[n++] = 0x18; /* channel: exclusive */
	m[n++] = 0x03;
	m[n++] = 0xa9;
	m[n++] = 0x83;
	m[n++] = 0x80 | slot;
	memcpy(m + n, tail, sizeof(tail));
	xc_dchan_send_l3(&t->dchan, m, n + sizeof(tail));
}

static void send_strange(struct xc_trunk *t, const struct xc_action *a)
{
	uint8_t m[XC_DFRAME_MAX];
	unsigned n;

	switch (a->verb) {
	case XC_ACT_UNKNOWN_MESSAGE:
		n = put_header(t, m, a->message >= 0 ? a->message : 0x2f);
		break;
	case XC_ACT_UNKNOWN_IE:
		/* NOTIFY with an element nobody has defined. */
		n = put_header(t, m, XC_Q931_NOTIFY);
		m[n++] = 0x27; /* notification indicator, its own */
		m[n++] = 1;
		m[n++] = 0x80;
		m[n++] = 0x6f;
		m[n++] = 3;
		random_octets(&t->dchan, m + n, 3);
		n += 3;
		break;
	default:
		memcpy(m, a->octets, a->noctets);
		n = a->noctets;
		break;
	}
	xc_dchan_send_l3(&t->dchan, m, n);
}

/* ---- all ---------------------------------------------------------------- */

static const char *const verb_says[] = {
	[XC_ACT_ALARM] = "alarm",
	[XC_ACT_CUT] = "the line is cut",
	[XC_ACT_ERRORS] = "bit errors",
	[XC_ACT_LOSS] = "losses",
	[XC_ACT_DELAY] = "delay",
	[XC_ACT_SLIP] = "slip",
	[XC_ACT_LOOP] = "the span is looped at our end",
	[XC_ACT_RESTART_RING] = "the card restarts its ring",
	[XC_ACT_LAYER2_DOWN] = "the D-channel is dead",
	[XC_ACT_DNOISE] = "noise in the D-channel",
	[XC_ACT_REBOOT] = "the exchange reboots",
	[XC_ACT_RESTART] = "sends RESTART",
	[XC_ACT_GARBAGE] = "sends garbage",
	[XC_ACT_BAD_FCS] = "sends frames with a wrong FCS",
	[XC_ACT_TRUNCATED] = "sends truncated frames",
	[XC_ACT_OVERSIZED] = "sends oversized frames",
	[XC_ACT_UNKNOWN_MESSAGE] = "sends an unknown message",
	[XC_ACT_UNKNOWN_IE] = "sends an unknown element",
	[XC_ACT_SETUP_BUSY] = "sends SETUP on a busy channel",
	[XC_ACT_RAW] = "sends a message as given",
	[XC_ACT_DROP] = "will lose messages",
	[XC_ACT_BLOCK] = "blocks a channel",
	[XC_ACT_UNBLOCK] = "unblocks a channel",
	[XC_ACT_CALL] = "is told to call",
	[XC_ACT_NOTE] = "",
	[XC_ACT_HOLD] = "the clock stands",
	[XC_ACT_GO] = "the clock goes on",
	[XC_ACT_END] = "the scenario ends",
};

void xc_world_act(struct xc_world *w, const struct xc_action *a)
{
	struct xc_trunk *t = trunk_of(w, a);
	uint64_t until =
		a->frames ? xc_line_clock_frame() + a->frames : RD_FRAME_NEVER;

	xc_story(w, a->verb == XC_ACT_CALL ? a->party : t->config.name, "%s%s",
		 verb_says[a->verb], a->note ? a->note : "");
	switch (a->verb) {
	case XC_ACT_ALARM:
	case XC_ACT_CUT:
	case XC_ACT_ERRORS:
	case XC_ACT_LOSS:
	case XC_ACT_DELAY:
	case XC_ACT_SLIP:
	case XC_ACT_LOOP:
		act_on_line(w, t, a);
		break;
	case XC_ACT_RESTART_RING:
		if (w->office->copper->end->restart_ring)
			w->office->copper->end->restart_ring(w->office->copper);
		else
			xc_story(w, t->config.name, "not this card");
		break;
	case XC_ACT_LAYER2_DOWN:
		xc_dchan_mute(&t->dchan, until);
		break;
	case XC_ACT_DNOISE:
		xc_dchan_noise(&t->dchan, until);
		break;
	case XC_ACT_REBOOT:
		if (xc_trunk_reboot(t))
			w->over = true;
		break;
	case XC_ACT_RESTART:
		xc_trunk_restart(t, a->channel);
		break;
	case XC_ACT_GARBAGE:
	case XC_ACT_BAD_FCS:
	case XC_ACT_TRUNCATED:
	case XC_ACT_OVERSIZED:
		send_frames(&t->dchan, a);
		break;
	case XC_ACT_UNKNOWN_MESSAGE:
	case XC_ACT_UNKNOWN_IE:
	case XC_ACT_RAW:
		send_strange(t, a);
		break;
	case XC_ACT_SETUP_BUSY:
		setup_on_busy(t, a);
		break;
	case XC_ACT_DROP:
		xc_dchan_drop(&t->dchan, !a->received, a->message, a->count);
		break;
	case XC_ACT_BLOCK:
	case XC_ACT_UNBLOCK:
		xc_trunk_block(t, a->channel, a->verb == XC_ACT_BLOCK);
		break;
	case XC_ACT_CALL:
		if (!xc_world_place(w, a->party))
			xc_story(w, a->party, "is no call of this scenario");
		break;
	case XC_ACT_NOTE:
		break;
	case XC_ACT_HOLD:
	case XC_ACT_GO:
		w->held = a->verb == XC_ACT_HOLD;
		break;
	case XC_ACT_END:
		w->over = true;
		break;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of ringdown-exchange: a client that is a small PBX. Calls from span
 * 0 ring a phone, 8001 and up, on span 1 (or are answered by itself, or refused), and
 * the two are bridged octet by octet, two periods late, as a real client is.
 */
#ifndef EXCHANGE_PBX_H
#define EXCHANGE_PBX_H

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>

#include "lib/base/frames.h"
#include "tests/unit/exchange_peer.h"
#include "tools/exchange/report.h"
#include "tools/exchange/world.h"

static struct xc_pcapng *pbx_pcap; /* captures, if set before pbx_new() */

struct pbx_call {
	q931_call *leg[2]; /* on span 0 and span 1 */
	unsigned slot[2];
	bool bridged;
};

struct pbx {
	struct xc_scenario scenario;
	struct xc_card card;
	struct xc_office office;
	struct xc_world world;
	struct peer peer;
	struct pbx_end {
		struct pbx *pbx;
		unsigned span;
	} end[2];
	struct pbx_call calls[32];
	int refuse_with;       /* Q.850 cause for calls on span 0 */
	bool answer_alone;     /* answer them without a phone */
	bool echo;	       /* alone: send back what is heard */
	uint64_t hangup_after; /* alone: frames after the answer, 0 never */
	uint64_t answered_frame;
	unsigned setups;
};

static inline struct pri *pbx_pri(struct pbx *x, unsigned span)
{
	return x->peer.span[span].dchan.pri;
}

static inline struct pbx_call *pbx_find(struct pbx *x, unsigned span,
					const q931_call *leg)
{
	unsigned i;

	for (i = 0; i < 32; i++)
		if (x->calls[i].leg[span] == leg)
			return &x->calls[i];
	return NULL;
}

/* 8001, or the phone of as many as there are bearers. */
static inline char *pbx_number(const struct pbx *x, const struct pbx_call *c)
{
	static char number[8];

	snprintf(number, sizeof(number), "%u",
		 8001 + (x->scenario.nphones > 1 ? (unsigned)(c - x->calls) :
						   0));
	return number;
}

static inline void pbx_dial(struct pbx *x, struct pbx_call *c,
			    const pri_event_ring *r)
{
	struct pri *pri = pbx_pri(x, 1);
	struct pri_sr *sr = pri_sr_new();

	c->leg[1] = pri_new_call(pri);
	c->slot[1] = c->slot[0];
	pri_sr_set_channel(sr, c->slot[1], 1, 0);
	pri_sr_set_bearer(sr, PRI_TRANS_CAP_3_1K_AUDIO, PRI_LAYER_1_ALAW);
	pri_sr_set_called(sr, pbx_number(x, c), 0x01, 1);
	pri_sr_set_caller(sr, (char *)r->callingnum, "Card 12345678", 0x21,
			  r->callingpres);
	pri_setup(pri, c->leg[1], sr);
	pri_sr_free(sr);
}

static inline void pbx_ring(struct pbx *x, const pri_event_ring *r)
{
	struct pbx_call *c = pbx_find(x, 0, NULL);
	struct pri *pri = pbx_pri(x, 0);

	x->setups++;
	if (x->refuse_with || !c) {
		/* libpri sends no DISCONNECT to a call never answered. */
		if (x->refuse_with == 17)
			pri_proceeding(pri, r->call, r->channel, 0);
		pri_hangup(pri, r->call, x->refuse_with ? x->refuse_with : 42);
		return;
	}
	memset(c, 0, sizeof(*c));
	c->leg[0] = r->call;
	c->slot[0] = r->channel & 0xff;
	pri_proceeding(pri, r->call, r->channel, 0);
	if (!x->answer_alone) {
		pbx_dial(x, c, r);
		return;
	}
	pri_answer(pri, r->call, r->channel, 0);
	c->bridged = true;
	x->answered_frame = x->card.copper.frame;
}

static inline void pbx_clear(struct pbx *x, struct pbx_call *c, unsigned span,
			     int cause)
{
	q931_call *other = c->leg[!span];

	c->bridged = false;
	if (other) {
		c->leg[!span] = NULL;
		pri_hangup(pbx_pri(x, !span), other, cause);
	}
}

static inline void pbx_event(void *ctx, pri_event *e)
{
	struct pbx_end *end = ctx;
	struct pbx *x = end->pbx;
	struct pri *pri = pbx_pri(x, end->span);
	struct pbx_call *c;

	switch (e->e) {
	case PRI_EVENT_RING:
		if (end->span)
			pri_hangup(pri, e->ring.call, 34);
		else
			pbx_ring(x, &e->ring);
		break;
	case PRI_EVENT_RINGING:
		c = pbx_find(x, 1, e->ringing.call);
		if (c && c->leg[0])
			pri_acknowledge(pbx_pri(x, 0), c->leg[0], c->slot[0],
					0);
		break;
	case PRI_EVENT_ANSWER:
		c = pbx_find(x, 1, e->answer.call);
		if (c && c->leg[0])
			pri_answer(pbx_pri(x, 0), c->leg[0], c->slot[0], 0);
		if (c)
			c->bridged = true;
		break;
	case PRI_EVENT_HANGUP_REQ:
	case PRI_EVENT_HANGUP:
		c = pbx_find(x, end->span, e->hangup.call);
		pri_hangup(pri, e->hangup.call, e->hangup.cause);
		if (c) {
			pbx_clear(x, c, end->span, e->hangup.cause);
			c->leg[end->span] = NULL;
		}
		break;
	}
}

static inline void pbx_message(void *ctx, const struct xc_q931 *m)
{
}

static inline void pbx_bearer(struct peer *p, unsigned span, unsigned slot,
			      const uint8_t *rx, uint8_t *tx, uint64_t rx_frame,
			      uint64_t tx_frame, unsigned n)
{
	struct pbx *x = p->ctx;
	unsigned i;

	memset(tx, 0xd5, n);
	for (i = 0; i < 32; i++) {
		struct pbx_call *c = &x->calls[i];

		if (!c->bridged || c->slot[span] != slot)
			continue;
		if (!x->answer_alone)
			peer_read(p, !span, c->slot[!span], rx_frame, tx, n);
		else if (x->echo)
			memcpy(tx, rx, n);
		if (x->hangup_after && c->leg[0] &&
		    x->card.copper.frame >= x->answered_frame + x->hangup_after) {
			pri_hangup(pbx_pri(x, 0), c->leg[0], 16);
			c->bridged = false;
		}
	}
}

/* @text: the scenario; it must have spans trunk and, for bridging, phones. */
static inline struct pbx *pbx_new(const char *text)
{
	static const struct xc_dchan_ops ops = { pbx_event, pbx_message };
	struct pbx *x = calloc(1, sizeof(*x));
	struct rd_diag diag;
	unsigned i;
	int err;

	rd_diag_init(&diag);
	err = xc_scenario_parse(&x->scenario, "test.yaml", text, strlen(text),
				"build/cache", &diag);
	cr_assert_eq(err, 0, "%s", diag.text);
	rd_diag_free(&diag);
	x->scenario.card.seed = x->scenario.seed;
	x->scenario.card.lockstep = true;
	xc_line_clock_set_epoch(x->scenario.epoch_ns);
	xc_line_clock_set(0);
	xc_line_tables();
	xc_office_init(&x->office, &x->card.copper, &xc_world_office_ops, &x->world);
	cr_assert_eq(xc_world_init(&x->world, &x->scenario, &x->office, NULL,
				   x->scenario.seed, !getenv("XC_STORY")),
		     0);
	cr_assert_eq(xc_card_init(&x->card, &x->scenario.card,
				  &xc_office_copper_ops, &x->office),
		     0);
	x->peer.card = &x->card;
	x->peer.ctx = x;
	x->peer.bearer = pbx_bearer;
	x->peer.nspans = x->scenario.nspans;
	for (i = 0; i < x->scenario.nspans; i++) {
		struct xc_dchan_config dc = {
			.name = "pbx",
			.network = !x->scenario.trunk[i].network,
			.switchtype = x->scenario.trunk[i].switchtype,
			.debug = getenv("XC_DEBUG"),
		};

		cr_assert_eq(xc_office_add_trunk(&x->office,
						 &x->scenario.trunk[i], pbx_pcap,
						 i,
						 getenv("XC_DEBUG")),
			     0);
		x->end[i] = (struct pbx_end){ x, i };
		x->peer.span[i].dslot = x->scenario.trunk[i].dslot;
		cr_assert_eq(xc_dchan_init(&x->peer.span[i].dchan, &dc, &ops,
					   &x->end[i]),
			     0);
	}
	cr_assert_eq(xc_card_map(&x->card), 0);
	xc_card_set_running(&x->card, true);
	return x;
}

/* Until the scenario is over, at most for @seconds; judge it. */
static inline unsigned pbx_play(struct pbx *x, unsigned seconds)
{
	uint64_t until = x->card.copper.frame + seconds * RD_FRAMES_PER_S;

	while (!x->world.over && x->card.copper.frame < until)
		peer_step(&x->peer);
	cr_expect(x->world.over, "not over after %u s", seconds);
	xc_world_finish(&x->world);
	return xc_report_judge(&x->world);
}

static inline void pbx_free(struct pbx *x)
{
	unsigned i;

	for (i = 0; i < x->peer.nspans; i++)
		xc_dchan_free(&x->peer.span[i].dchan);
	xc_office_free(&x->office);
	xc_world_free(&x->world);
	xc_card_free(&x->card);
	xc_scenario_free(&x->scenario);
	free(x);
}

#endif

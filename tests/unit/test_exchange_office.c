/* SPDX-License-Identifier: GPL-2.0-only */
/* The central office against libpri's other side, over a card's rings. */
#include <criterion/criterion.h>

#include "lib/base/frames.h"
#include "tests/unit/exchange_peer.h"

struct world {
	struct xc_card card;
	struct xc_office office;
	struct peer peer;
	q931_call *incoming; /* the last SETUP the peer saw */
	pri_event_ring ring;
	int peer_cause; /* of the last clearing the peer saw */
	bool auto_answer;
	int refuse_with; /* office: Q.850 cause, or 0 to take the call */
	struct xc_call *taken;
	unsigned overs;
	int over_cause;
};

static void call_state(struct xc_call *c)
{
}

static void call_over(struct xc_call *c)
{
	struct world *w = c->party;

	w->overs++;
	w->over_cause = c->cause;
}

static void call_speak(struct xc_call *c, uint64_t from, uint8_t *rx,
		       const uint8_t *tx, unsigned n)
{
}

static void call_hear(struct xc_call *c, uint64_t from, const uint8_t *tx,
		      unsigned n)
{
}

static const struct xc_call_ops call_ops = {
	.speak = call_speak,
	.hear = call_hear,
	.state = call_state,
	.over = call_over,
};

static int office_incoming(void *ctx, struct xc_call *c)
{
	struct world *w = ctx;

	if (w->refuse_with)
		return w->refuse_with;
	c->ops = &call_ops;
	c->party = w;
	w->taken = c;
	return 0;
}

static const struct xc_office_ops office_ops = { .incoming = office_incoming };

static void peer_event(void *ctx, pri_event *e)
{
	struct world *w = ctx;
	struct pri *pri = w->peer.span[0].dchan.pri;

	switch (e->e) {
	case PRI_EVENT_RING:
		w->incoming = e->ring.call;
		w->ring = e->ring;
		if (!w->auto_answer)
			break;
		pri_proceeding(pri, e->ring.call, e->ring.channel, 0);
		pri_answer(pri, e->ring.call, e->ring.channel, 0);
		break;
	case PRI_EVENT_HANGUP_REQ:
	case PRI_EVENT_HANGUP:
		w->peer_cause = e->hangup.cause;
		pri_hangup(pri, e->hangup.call, e->hangup.cause);
		break;
	}
}

static void peer_message(void *ctx, const struct xc_q931 *m)
{
}

static const struct xc_dchan_ops peer_ops = { peer_event, peer_message };

static struct world *world_new(enum xc_layout layout, bool network)
{
	struct world *w = calloc(1, sizeof(*w));
	struct xc_card_config cc = {
		.name = "test",
		.layout = layout,
		.period_frames = 80,
		.lead_frames = UINT_MAX,
		.ring_periods = 8,
		.lockstep = true,
		.seed = 7,
		.nspans = 1,
		.span = { { .type = RINGDOWN_SPAN_E1, .crc4 = -1 } },
	};
	struct xc_trunk_config tc = {
		.name = "trunk",
		.network = network,
		.switchtype = PRI_SWITCH_EUROISDN_E1,
		.dslot = 16,
	};
	struct xc_dchan_config dc = {
		.name = "peer",
		.debug = getenv("XC_DEBUG"),
		.network = !network,
		.switchtype = PRI_SWITCH_EUROISDN_E1,
	};

	xc_line_clock_set_epoch(1000000000u);
	xc_line_clock_set(0);
	xc_office_init(&w->office, &w->card.copper, &office_ops, w);
	cr_assert_eq(
		xc_card_init(&w->card, &cc, &xc_office_copper_ops, &w->office),
		0);
	cr_assert_eq(xc_office_add_trunk(&w->office, &tc, NULL, 1,
					 getenv("XC_DEBUG")),
		     0);
	w->peer.card = &w->card;
	w->peer.nspans = 1;
	w->peer.span[0].dslot = 16;
	cr_assert_eq(xc_dchan_init(&w->peer.span[0].dchan, &dc, &peer_ops, w),
		     0);
	cr_assert_eq(xc_card_map(&w->card), 0);
	xc_card_set_running(&w->card, true);
	return w;
}

static void world_free(struct world *w)
{
	xc_dchan_free(&w->peer.span[0].dchan);
	xc_office_free(&w->office);
	xc_card_free(&w->card);
	free(w);
}

static void layer2_comes_up(enum xc_layout layout, bool network)
{
	struct world *w = world_new(layout, network);

	peer_run(&w->peer, RD_FRAMES_PER_S);
	cr_expect(w->office.trunk[0]->dchan.up);
	cr_expect(w->peer.span[0].dchan.up);
	cr_expect_eq(w->card.underruns, 0);
	cr_expect_eq(w->card.late_writes, 0);
	world_free(w);
}

Test(exchange_office, layer2_comes_up_over_each_layout_and_on_both_sides)
{
	layer2_comes_up(XC_LAYOUT_ROWS, true);
	layer2_comes_up(XC_LAYOUT_INTERLEAVED, true);
	layer2_comes_up(XC_LAYOUT_BLOCKS, true);
	layer2_comes_up(XC_LAYOUT_ROWS, false);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Maintenance of a span: loops, injected faults, bit error tests of slots.
 *
 *	client's tx ──► test pattern ──► copper ──► office
 *	                    │ local loop               │
 *	client's rx ◄── compare ◄─────── faults ◄──────┘
 *
 * The pattern and its judge are the kernel's own (kernel/prbs_core.c): here
 * this file is the engine of a card, not the far end. A local loop takes what
 * was sent before the line, so it suffers no faults, as on real hardware.
 */
#include "tools/exchange/card.h"

#include <errno.h>
#include <string.h>

/* ---- requests ----------------------------------------------------------- */

int xc_card_loop(struct xc_card *c, const struct ringdown_loop_config *cfg)
{
	if (cfg->span >= c->config.nspans || cfg->mode > RINGDOWN_LOOP_REMOTE ||
	    cfg->reserved[0] || cfg->reserved[1])
		return -EINVAL;
	c->span[cfg->span].loop = cfg->mode;
	xc_card_publish_span(c, cfg->span);
	return 0;
}

int xc_card_inject(struct xc_card *c, const struct ringdown_inject *inject)
{
	const uint32_t known = RINGDOWN_ALARM_LOS | RINGDOWN_ALARM_LFA |
			       RINGDOWN_ALARM_LMFA | RINGDOWN_ALARM_AIS |
			       RINGDOWN_ALARM_RAI;
	struct xc_fault *f;
	int err;

	if (inject->span >= c->config.nspans || inject->alarms & ~known ||
	    inject->error_ppb >= 1000000000 || inject->reserved[0] ||
	    inject->reserved[1] || inject->reserved[2])
		return -EINVAL;
	f = &c->copper.fault[inject->span];
	if (inject->delay_frames != f->delay_frames) {
		err = xc_fault_delay(f, inject->delay_frames);
		if (err)
			return err;
	}
	if (inject->slip_frames) {
		err = xc_fault_slip(f, inject->slip_frames);
		if (err)
			return err;
	}
	xc_fault_errors(f, inject->error_ppb);
	f->alarms = inject->alarms;
	f->alarm_until = f->error_until = 0; /* until the next INJECT */
	c->span[inject->span].injected = true;
	xc_card_publish_span(c, inject->span);
	return 0;
}

int xc_card_bert(struct xc_card *c, struct ringdown_bert *bert)
{
	const struct xc_span_config *s;
	struct xc_test *t;

	if (bert->reserved || bert->mode > RINGDOWN_BERT_READ ||
	    bert->span >= c->config.nspans)
		return -EINVAL;
	s = &c->config.span[bert->span];
	if (bert->slot < xc_span_first(s) ||
	    bert->slot >= xc_span_first(s) + xc_span_slots(s))
		return -EINVAL;
	t = &c->span[bert->span].test[bert->slot];
	bert->locked = t->is_on && t->rx.is_locked;
	bert->bits = t->rx.bits;
	bert->errors = t->rx.errors;
	bert->losses = t->rx.losses;
	if (bert->mode == RINGDOWN_BERT_START) {
		t->is_on = true;
		rd_prbs_tx_init(&t->tx);
		rd_prbs_rx_init(&t->rx);
	} else if (bert->mode == RINGDOWN_BERT_OFF) {
		t->is_on = false;
	}
	return 0;
}

void xc_card_end_maintenance(struct xc_card *c)
{
	unsigned i;

	for (i = 0; i < c->config.nspans; i++) {
		struct xc_fault *f = &c->copper.fault[i];
		struct xc_card_span *s = &c->span[i];

		s->loop = RINGDOWN_LOOP_OFF;
		memset(s->test, 0, sizeof(s->test));
		if (!s->injected)
			continue;
		s->injected = false;
		f->alarms = 0;
		xc_fault_errors(f, 0);
		xc_fault_delay(f, c->config.span[i].elastic_frames);
	}
}

/* ---- a period ----------------------------------------------------------- */

static void run_tests(struct xc_card *c, struct xc_card_span *s, unsigned i,
		      bool sends)
{
	unsigned slot;

	for (slot = 0; slot < RINGDOWN_MAX_SLOTS; slot++) {
		struct xc_test *t = &s->test[slot];

		if (!t->is_on)
			continue;
		if (sends)
			rd_prbs_tx_run(&t->tx, c->copper.tx[i][slot],
				       c->copper.period);
		else
			rd_prbs_rx_run(&t->rx, c->copper.rx[i][slot],
				       c->copper.period);
	}
}

void xc_maintain_sent(struct xc_card *c)
{
	unsigned i, slot;

	for (i = 0; i < c->config.nspans; i++) {
		struct xc_card_span *s = &c->span[i];

		run_tests(c, s, i, true);
		/* Remote: the exchange hears what it sent a period ago. */
		for (slot = 0; s->loop == RINGDOWN_LOOP_REMOTE &&
			       slot < RINGDOWN_MAX_SLOTS;
		     slot++)
			memcpy(c->copper.tx[i][slot], c->copper.rx[i][slot],
			       c->copper.period);
	}
}

void xc_maintain_received(struct xc_card *c)
{
	unsigned i, slot;

	for (i = 0; i < c->config.nspans; i++) {
		struct xc_card_span *s = &c->span[i];

		for (slot = 0; s->loop == RINGDOWN_LOOP_LOCAL &&
			       slot < RINGDOWN_MAX_SLOTS;
		     slot++)
			memcpy(c->copper.rx[i][slot], c->copper.tx[i][slot],
			       c->copper.period);
		run_tests(c, s, i, false);
	}
}

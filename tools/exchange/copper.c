// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/copper.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int xc_copper_init(struct xc_copper *c, const struct xc_span_config *config,
		   unsigned nspans, uint64_t seed,
		   const struct xc_copper_ops *ops, void *ctx)
{
	unsigned i;
	int err = 0;

	if (!nspans || nspans > RINGDOWN_MAX_SPANS)
		return -EINVAL;
	memset(c, 0, sizeof(*c));
	c->ops = ops;
	c->ctx = ctx;
	c->nspans = nspans;
	c->tx = calloc(nspans, sizeof(*c->tx));
	c->rx = calloc(nspans, sizeof(*c->rx));
	if (!c->tx || !c->rx)
		err = -ENOMEM;
	for (i = 0; i < nspans && !err; i++) {
		const struct xc_span_config *s = &config[i];
		uint8_t idle = xc_law_idle(s->law);

		c->config[i] = *s;
		memset(c->tx[i], idle, sizeof(c->tx[i]));
		memset(c->rx[i], idle, sizeof(c->rx[i]));
		xc_fault_init(&c->fault[i], seed ^ (0xfa01 + i),
			      xc_span_slots(s), idle);
		if (s->elastic_frames)
			err = xc_fault_delay(&c->fault[i], s->elastic_frames);
	}
	if (err)
		xc_copper_free(c);
	return err;
}

void xc_copper_free(struct xc_copper *c)
{
	unsigned i;

	for (i = 0; i < c->nspans; i++)
		xc_fault_free(&c->fault[i]);
	free(c->tx);
	free(c->rx);
	c->tx = NULL;
	c->rx = NULL;
	c->nspans = 0;
}

static void run_loop(struct xc_copper *c, unsigned i)
{
	unsigned slot;

	for (slot = 0; slot < RINGDOWN_MAX_SLOTS; slot++)
		memcpy(c->rx[i][slot], c->tx[i][slot], c->period);
}

void xc_copper_run(struct xc_copper *c)
{
	unsigned i;

	c->ops->period(c->ctx, c->frame, c->period);
	for (i = 0; i < c->nspans; i++) {
		if (c->frame < c->loop_until[i])
			run_loop(c, i);
		xc_fault_expire(&c->fault[i], c->frame);
		if (xc_fault_is_active(&c->fault[i]))
			xc_fault_run(&c->fault[i], c->rx[i][0], XC_PERIOD_MAX,
				     xc_span_first(&c->config[i]), c->period);
	}
	c->frame += c->period;
}

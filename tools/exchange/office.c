// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trunks: B-channels and who has them, restarts, and the period in which all
 * of the office happens. Calls are in call.c.
 */
#include "tools/exchange/trunk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"
#include "tools/exchange/line_clock.h"

void xc_trunk_say(struct xc_trunk *t, const char *what)
{
	if (t->office->ops->trunk)
		t->office->ops->trunk(t->office->ctx, t, what);
}

enum ringdown_law xc_trunk_law(const struct xc_trunk *t)
{
	return t->office->copper->config[t->span].law;
}

/* ---- channels ----------------------------------------------------------- */

bool xc_trunk_is_bearer(const struct xc_trunk *t, unsigned slot)
{
	return slot >= 1 && slot < t->first + t->slots &&
	       slot != t->config.dslot;
}

bool xc_trunk_is_free(const struct xc_trunk *t, unsigned slot)
{
	return xc_trunk_is_bearer(t, slot) && !t->channel[slot] &&
	       !((t->blocked | t->restarting) >> slot & 1);
}

/* The next free channel in the order of the trunk's hunt; 0 none. */
unsigned xc_trunk_hunt(struct xc_trunk *t)
{
	unsigned top = t->first + t->slots - 1, i, slot;

	for (i = 0; i < top; i++) {
		switch (t->config.hunt) {
		case XC_HUNT_UP:
			slot = 1 + i;
			break;
		case XC_HUNT_DOWN:
			slot = top - i;
			break;
		default:
			slot = 1 + (t->last + i) % top;
			break;
		}
		if (xc_trunk_is_free(t, slot)) {
			t->last = slot;
			return slot;
		}
	}
	return 0;
}

void xc_call_take_channel(struct xc_call *c, unsigned slot)
{
	if (c->channel == (int)slot)
		return;
	if (c->channel)
		c->trunk->channel[c->channel] = NULL;
	c->channel = slot;
	if (slot)
		c->trunk->channel[slot] = c;
}

/* ---- restarts ------------------------------------------------------------- */

/* RESTART is one channel at a time (Q.931 5.5): send the next. */
static void next_restart(struct xc_trunk *t)
{
	unsigned slot;

	if (t->restarting || !t->to_restart)
		return;
	slot = __builtin_ctz(t->to_restart);
	t->to_restart &= ~(1u << slot);
	t->restarting |= 1u << slot;
	pri_reset(t->dchan.pri, slot);
}

void xc_trunk_restart(struct xc_trunk *t, unsigned slot)
{
	unsigned s;

	for (s = 1; s < t->first + t->slots; s++)
		if (xc_trunk_is_bearer(t, s) && (!slot || s == slot))
			t->to_restart |= 1u << s;
	next_restart(t);
}

void xc_trunk_restarted(struct xc_trunk *t, int channel)
{
	unsigned slot = channel & 0xff;

	if (slot < 32)
		t->restarting &= ~(1u << slot);
	next_restart(t);
	if (!t->restarting)
		xc_trunk_say(t, "all channels restarted");
}

/* ---- a period ----------------------------------------------------------- */

static void speak_trunk(struct xc_trunk *t, uint64_t from, unsigned n)
{
	struct xc_copper *copper = t->office->copper;
	unsigned slot;

	for (slot = t->first; slot < t->first + t->slots; slot++) {
		uint8_t *rx = xc_copper_rx(copper, t->span, slot);
		struct xc_call *c = t->channel[slot];

		if (slot == t->config.dslot) {
			xc_dchan_speak(&t->dchan, from, rx, n);
			continue;
		}
		memset(rx, xc_law_idle(xc_trunk_law(t)), n);
		if (c && c->ops)
			c->ops->speak(c, from, rx,
				      xc_copper_tx(copper, t->span, slot), n);
	}
}

static void first_voice(struct xc_call *c, uint64_t from, const uint8_t *tx,
			unsigned n, uint8_t idle)
{
	unsigned i;

	for (i = 0; i < n; i++)
		if (tx[i] != idle) {
			c->voice_frame = from + i;
			return;
		}
}

static void hear_trunk(struct xc_trunk *t, uint64_t from, unsigned n)
{
	struct xc_copper *copper = t->office->copper;
	unsigned slot;

	for (slot = t->first; slot < t->first + t->slots; slot++) {
		const uint8_t *tx = xc_copper_tx(copper, t->span, slot);
		struct xc_call *c = t->channel[slot];

		if (slot == t->config.dslot) {
			xc_dchan_hear(&t->dchan, from, tx, n);
			continue;
		}
		if (!c || !c->ops)
			continue;
		if (c->voice_frame == RD_FRAME_NEVER &&
		    c->state == XC_CALL_ACTIVE)
			first_voice(c, from, tx, n,
				    xc_law_idle(xc_trunk_law(t)));
		c->ops->hear(c, from, tx, n);
	}
}

static void period(void *ctx, uint64_t from, unsigned n)
{
	struct xc_office *o = ctx;
	unsigned i;

	o->frame = from;
	xc_line_clock_set(from);
	if (o->ops->period)
		o->ops->period(o->ctx, from);
	for (i = 0; i < o->ntrunks; i++)
		speak_trunk(o->trunk[i], from, n);
	for (i = 0; i < o->ntrunks; i++)
		hear_trunk(o->trunk[i], from, n);
	xc_line_clock_set(from + n);
	for (i = 0; i < o->ntrunks; i++)
		xc_dchan_run(&o->trunk[i]->dchan);
}

const struct xc_copper_ops xc_office_copper_ops = { .period = period };

/* ---- making one --------------------------------------------------------- */

void xc_office_init(struct xc_office *o, struct xc_copper *copper,
		    const struct xc_office_ops *ops, void *ctx)
{
	memset(o, 0, sizeof(*o));
	o->copper = copper;
	o->ops = ops;
	o->ctx = ctx;
}

void xc_office_free(struct xc_office *o)
{
	unsigned i;

	while (o->calls)
		xc_call_end(o->calls);
	for (i = 0; i < o->ntrunks; i++) {
		xc_dchan_free(&o->trunk[i]->dchan);
		free(o->trunk[i]);
	}
	o->ntrunks = 0;
}

int xc_office_add_trunk(struct xc_office *o,
			const struct xc_trunk_config *config,
			struct xc_pcapng *pcap, uint64_t seed, bool debug)
{
	const struct xc_span_config *s = &o->copper->config[o->ntrunks];
	struct xc_trunk *t = calloc(1, sizeof(*t));
	struct xc_dchan_config dc = {
		.network = config->network,
		.switchtype = config->switchtype,
		.pcap = pcap,
		.seed = seed,
		.debug = debug,
	};
	int err;

	if (!t)
		return -ENOMEM;
	t->office = o;
	t->config = *config;
	t->span = o->ntrunks;
	t->first = xc_span_first(s);
	t->slots = xc_span_slots(s);
	dc.name = t->config.name;
	if (pcap) {
		err = xc_pcapng_add(pcap, config->name);
		if (err < 0)
			goto err_free;
		dc.pcap_interface = err;
	}
	err = xc_dchan_init(&t->dchan, &dc, &xc_trunk_dchan_ops, t);
	if (err)
		goto err_free;
	o->trunk[o->ntrunks++] = t;
	return 0;

err_free:
	free(t);
	return err;
}

struct xc_trunk *xc_office_trunk(struct xc_office *o, const char *name)
{
	unsigned i;

	for (i = 0; i < o->ntrunks; i++)
		if (!strcmp(o->trunk[i]->config.name, name))
			return o->trunk[i];
	return NULL;
}

void xc_trunk_block(struct xc_trunk *t, unsigned slot, bool blocked)
{
	uint32_t bit = 1u << slot;

	t->blocked = blocked ? t->blocked | bit : t->blocked & ~bit;
	if (blocked && t->channel[slot])
		xc_call_hangup(t->channel[slot],
			       PRI_CAUSE_NORMAL_TEMPORARY_FAILURE);
}

int xc_trunk_reboot(struct xc_trunk *t)
{
	struct xc_call *c, *next;
	int err;

	for (c = t->office->calls; c; c = next) {
		next = c->next;
		if (c->trunk == t) {
			c->cause = PRI_CAUSE_NORMAL_TEMPORARY_FAILURE;
			xc_call_end(c);
		}
	}
	t->restarting = t->to_restart = 0;
	err = xc_dchan_reboot(&t->dchan);
	if (err)
		return err;
	t->ups = 0;
	t->config.restart_on_up = true;
	xc_trunk_say(t, "rebooted");
	return 0;
}

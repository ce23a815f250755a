// SPDX-License-Identifier: GPL-2.0-only
/*
 * Virtual cards as devices.
 *
 *	insmod ringdown.ko cards=e1,e1 cables=0.0-1.0
 *
 * makes a platform device for each card; binding it makes the card, unbinding
 * it (/sys/bus/platform/drivers/ringdown-virtual/unbind) pulls it out, used or
 * not. A cable is plugged in when both its ends are there.
 */
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "compat.h"
#include "virtual.h"

#define CABLES_MAX (RD_CARDS_MAX * RINGDOWN_MAX_SPANS / 2)
#define MODELS     "e1, t1 (x2..x8), fxs4, fxs8, fxo4, fxo8, quad-e1, quad-t1"
#define SPEED_MIN  10
#define SPEED_MAX  100000

static char *cards[RD_CARDS_MAX] = { "e1", "e1" };
static int ncards = 2;
module_param_array(cards, charp, &ncards, 0444);
MODULE_PARM_DESC(cards, "virtual cards, or none: " MODELS);

static char *cables[CABLES_MAX] = { "0.0-1.0" };
static int ncables = 1;
module_param_array(cables, charp, &ncables, 0444);
MODULE_PARM_DESC(cables, "crossover cables: card.span-card.span");

static unsigned int speed_permille = 1000;
module_param(speed_permille, uint, 0444);
MODULE_PARM_DESC(speed_permille,
		 "line clock, permille of real time (10..100000)");

static struct rd_cable cable[CABLES_MAX];
static struct platform_device *devices[RD_CARDS_MAX];
static struct virtual_card *virtual_cards[RD_CARDS_MAX]; /* virtual_lock */

/* ---- what the core asks -------------------------------------------------- */

static int virtual_layout(struct ringdown_card *card,
			  struct ringdown_geometry *g)
{
	struct virtual_card *vc = card->priv;

	return vc->engine->layout(vc, g);
}

static int virtual_start(struct ringdown_card *card)
{
	spin_lock_bh(&virtual_lock);
	virtual_line_start(card->priv);
	spin_unlock_bh(&virtual_lock);
	return 0;
}

static void virtual_stop(struct ringdown_card *card)
{
	spin_lock_bh(&virtual_lock);
	virtual_line_stop(card->priv);
	spin_unlock_bh(&virtual_lock);
}

static bool framing_fits(u32 type, const struct ringdown_span_config *c)
{
	switch (type) {
	case RINGDOWN_SPAN_E1:
		return c->framing <= RINGDOWN_FRAMING_CAS &&
		       c->coding != RINGDOWN_CODING_B8ZS;
	case RINGDOWN_SPAN_T1:
		return (!c->framing || c->framing >= RINGDOWN_FRAMING_ESF) &&
		       c->coding != RINGDOWN_CODING_HDB3 && !c->crc4;
	default:
		return false; /* an analog line has none */
	}
}

static int virtual_span(struct ringdown_card *card,
			const struct ringdown_span_config *c)
{
	struct virtual_card *vc = card->priv;
	struct virtual_span *s = &vc->spans[c->span];
	bool is_news;

	if (!framing_fits(card->geometry.span[c->span].type, c))
		return -EINVAL;
	spin_lock_bh(&virtual_lock);
	is_news = s->clock_priority != c->clock_priority;
	s->framing = c->framing;
	s->crc4 = c->crc4;
	s->clock_priority = c->clock_priority;
	if (is_news && vc->engine->clock_changed)
		vc->engine->clock_changed(vc);
	spin_unlock_bh(&virtual_lock);
	return 0;
}

static int virtual_loop(struct ringdown_card *card,
			const struct ringdown_loop_config *c)
{
	struct virtual_card *vc = card->priv;

	spin_lock_bh(&virtual_lock);
	vc->spans[c->span].loop = c->mode;
	spin_unlock_bh(&virtual_lock);
	return 0;
}

static int virtual_inject(struct ringdown_card *card,
			  const struct ringdown_inject *inject)
{
	struct virtual_card *vc = card->priv;
	struct virtual_span *s = &vc->spans[inject->span];
	u8 idle = rd_law_idle(card->geometry.span[inject->span].law);
	u8 *store = NULL;
	int err;

	err = rd_fault_check(inject);
	if (err)
		return err;
	/* card->lock keeps others from giving it a store meanwhile */
	if (rd_fault_needs_store(&s->fault, inject)) {
		store = kvmalloc(RD_STORE_OCTETS, GFP_KERNEL);
		if (!store)
			return -ENOMEM;
	}
	spin_lock_bh(&virtual_lock);
	if (store)
		rd_fault_give_store(&s->fault, store, idle);
	rd_fault_set(&s->fault, inject);
	spin_unlock_bh(&virtual_lock);
	if (inject->slip_frames)
		ringdown_card_slip(card, inject->span, inject->slip_frames);
	return 0;
}

static void virtual_reset(struct ringdown_card *card)
{
	struct virtual_card *vc = card->priv;
	u32 i;

	spin_lock_bh(&virtual_lock);
	for (i = 0; i < vc->nspans; i++) {
		memset(vc->spans[i].abcd_out, 0, sizeof(vc->spans[i].abcd_out));
		memset(vc->spans[i].port, 0, sizeof(vc->spans[i].port));
	}
	spin_unlock_bh(&virtual_lock);
}

/* From within ringdown_card_period(): virtual_lock is held. */
static void virtual_command(struct ringdown_card *card,
			    const struct ringdown_command *cmd)
{
	struct virtual_card *vc = card->priv;
	struct virtual_span *s = &vc->spans[cmd->span];

	lockdep_assert_held(&virtual_lock);
	if (cmd->op == RINGDOWN_OP_ABCD)
		s->abcd_out[cmd->slot] = cmd->arg;
	else
		rd_port_command(&s->port[cmd->slot], cmd);
}

static const struct ringdown_card_ops virtual_ops = {
	.layout = virtual_layout,
	.start = virtual_start,
	.stop = virtual_stop,
	.span = virtual_span,
	.loop = virtual_loop,
	.inject = virtual_inject,
	.reset = virtual_reset,
	.command = virtual_command,
};

/* ---- cables -------------------------------------------------------------- */

static struct virtual_span *cable_end(const struct rd_cable *c, u32 end)
{
	struct virtual_card *vc = virtual_cards[c->card[end]];

	return vc ? &vc->spans[c->span[end]] : NULL;
}

/* Plug in, or pull out, all cables of a card. */
static void connect(u32 number, bool in)
{
	int i;

	lockdep_assert_held(&virtual_lock);
	for (i = 0; i < ncables; i++) {
		struct virtual_span *a = cable_end(&cable[i], 0);
		struct virtual_span *b = cable_end(&cable[i], 1);

		if (cable[i].card[0] != number && cable[i].card[1] != number)
			continue;
		if (!a || !b)
			continue;
		a->peer = in ? b : NULL;
		b->peer = in ? a : NULL;
	}
}

/* ---- devices ------------------------------------------------------------- */

static void describe(struct virtual_card *vc, const struct rd_card_spec *spec)
{
	static const char *const types[] = { "", "E1", "T1", "FXS", "FXO" };
	struct ringdown_geometry *g = &vc->card->geometry;
	u32 i;

	g->nspans = spec->spans;
	for (i = 0; i < spec->spans; i++) {
		g->span[i].type = spec->type;
		rd_span_shape(&g->span[i], spec->ports);
		if (spec->quad && spec->type == RINGDOWN_SPAN_E1) {
			g->span[i].first_slot = 1; /* no time slot 0 */
			g->span[i].slots = 31;
		}
		rd_fault_init(&vc->spans[i].fault, &g->span[i],
			      vc->number * RINGDOWN_MAX_SPANS + i + 1);
	}
	snprintf(vc->card->name, sizeof(vc->card->name), "virtual %ux%s%s",
		 spec->ports ? spec->ports : spec->spans, types[spec->type],
		 spec->quad ? ", descriptors" : "");
}

static void free_card(struct virtual_card *vc)
{
	u32 i;

	vc->engine->free(vc);
	for (i = 0; i < vc->nspans; i++)
		kvfree(vc->spans[i].fault.store);
	kvfree(vc);
}

static void pull_out(void *arg)
{
	struct virtual_card *vc = arg;

	spin_lock_bh(&virtual_lock);
	connect(vc->number, false);
	virtual_cards[vc->number] = NULL;
	spin_unlock_bh(&virtual_lock);
	ringdown_card_unregister(vc->card);
	free_card(vc);
}

static int virtual_probe(struct platform_device *pdev)
{
	const struct rd_card_spec *spec = dev_get_platdata(&pdev->dev);
	struct virtual_card *vc;
	int err;

	vc = kvzalloc(struct_size(vc, spans, spec->spans), GFP_KERNEL);
	if (!vc)
		return -ENOMEM;
	INIT_LIST_HEAD(&vc->node);
	vc->number = pdev->id;
	vc->nspans = spec->spans;
	vc->dev = &pdev->dev;
	vc->engine = spec->quad ? &virtual_quad : &virtual_plain;
	vc->card = ringdown_card_alloc(&pdev->dev);
	if (IS_ERR(vc->card)) {
		err = PTR_ERR(vc->card);
		kvfree(vc);
		return err;
	}
	vc->card->ops = &virtual_ops;
	vc->card->priv = vc;
	describe(vc, spec);
	err = vc->engine->init(vc);
	if (err) {
		ringdown_card_put(vc->card);
		kvfree(vc);
		return err;
	}
	err = ringdown_card_register(vc->card);
	if (err) {
		ringdown_card_put(vc->card);
		free_card(vc);
		return err;
	}
	spin_lock_bh(&virtual_lock);
	virtual_cards[vc->number] = vc;
	connect(vc->number, true);
	spin_unlock_bh(&virtual_lock);
	return devm_add_action_or_reset(&pdev->dev, pull_out, vc);
}

static struct platform_driver virtual_driver = {
	.probe = virtual_probe,
	.driver.name = "ringdown-virtual",
};

/* ---- parameters ---------------------------------------------------------- */

static int parse_cables(const struct rd_card_spec *spec)
{
	int i, end;

	for (i = 0; i < ncables; i++) {
		struct rd_cable *c = &cable[i];

		if (rd_cable_parse(cables[i], c))
			goto bad;
		for (end = 0; end < 2; end++)
			if (c->card[end] >= ncards ||
			    c->span[end] >= spec[c->card[end]].spans)
				goto bad;
		if (!rd_cable_fits(spec[c->card[0]].type,
				   spec[c->card[1]].type))
			goto bad;
	}
	return 0;

bad:
	pr_err("ringdown: cables=%s: expected card.span-card.span that fit\n",
	       cables[i]);
	return -EINVAL;
}

static int parse_cards(struct rd_card_spec *spec)
{
	int i;

	if (ncards == 1 && !strcmp(cards[0], "none")) {
		ncards = 0;
		ncables = 0;
	}
	for (i = 0; i < ncards; i++)
		if (rd_card_spec_parse(cards[i], &spec[i])) {
			pr_err("ringdown: cards=%s: expected one of " MODELS
			       "\n", cards[i]);
			return -EINVAL;
		}
	return parse_cables(spec);
}

static void remove_devices(void)
{
	int i;

	for (i = ncards - 1; i >= 0; i--)
		if (devices[i])
			platform_device_unregister(devices[i]);
}

int ringdown_virtual_init(void)
{
	struct rd_card_spec spec[RD_CARDS_MAX];
	int i, err;

	if (speed_permille < SPEED_MIN || speed_permille > SPEED_MAX)
		return -EINVAL;
	err = parse_cards(spec);
	if (err)
		return err;
	virtual_line_init(speed_permille);
	err = platform_driver_register(&virtual_driver);
	if (err)
		return err;
	for (i = 0; i < ncards; i++) {
		const struct platform_device_info info = {
			.name = "ringdown-virtual",
			.id = i,
			.data = &spec[i],
			.size_data = sizeof(spec[i]),
			.dma_mask = DMA_BIT_MASK(32),
		};

		devices[i] = platform_device_register_full(&info);
		if (IS_ERR(devices[i])) {
			err = PTR_ERR(devices[i]);
			devices[i] = NULL;
			goto err_devices;
		}
	}
	return 0;

err_devices:
	remove_devices();
	platform_driver_unregister(&virtual_driver);
	virtual_line_exit();
	return err;
}

void ringdown_virtual_exit(void)
{
	remove_devices();
	platform_driver_unregister(&virtual_driver);
	virtual_line_exit();
}

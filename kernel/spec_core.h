/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module parameters of the virtual cards say.
 *
 *	cards=e1,t1x2,fxs8,quad-e1	a card each
 *	cables=0.0-1.0,1.1-3.2		card.span - card.span
 */
#ifndef RINGDOWN_SPEC_CORE_H
#define RINGDOWN_SPEC_CORE_H

#include "env.h"

#define RD_CARDS_MAX 16

/**
 * struct rd_card_spec - a virtual card to make
 * @type: enum ringdown_span_type of all its spans
 * @spans: how many
 * @ports: of an analog span
 * @quad: four spans in a descriptor ring, as the wcxb cards have it
 */
struct rd_card_spec {
	u32 type;
	u32 spans;
	u32 ports;
	bool quad;
};

/**
 * struct rd_cable - what a crossover cable joins
 * @card: numbers of the two cards
 * @span: and of their spans
 */
struct rd_cable {
	u32 card[2];
	u32 span[2];
};

/**
 * rd_card_spec_parse() - e1, e1x2..e1x8, t1.., fxs4, fxs8, fxo4, fxo8,
 * quad-e1, quad-t1
 * @text: NUL terminated
 * @spec: untouched on failure
 *
 * Return: 0 or -EINVAL.
 */
int rd_card_spec_parse(const char *text, struct rd_card_spec *spec);

/**
 * rd_cable_parse() - "card.span-card.span"
 * @text: NUL terminated
 * @cable: untouched on failure
 *
 * Return: 0 or -EINVAL: not of that form, numbers too large, both ends alike.
 */
int rd_cable_parse(const char *text, struct rd_cable *cable);

/**
 * rd_cable_fits() - can the two spans be joined?
 * @a: type of one, enum ringdown_span_type
 * @b: type of the other
 *
 * Like digital spans, and FXS with FXO.
 */
bool rd_cable_fits(u32 a, u32 b);

#endif /* RINGDOWN_SPEC_CORE_H */

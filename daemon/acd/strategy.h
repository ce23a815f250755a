/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Strategies: which of several free agents gets a ticket.
 *
 * WHAT. A view is a read-only set of agents who are free and may serve the
 * tickets of a class. First it is narrowed to those of least penalty, and if the
 * queue wants, of most skill; then the queue's strategy, a small function over
 * the view, picks one. Rules: daemon/acd/README.md, "Which agent".
 *
 * USE.
 *	struct rd_view view;
 *	if (rd_view_free(core, cls, &view)) {
 *		rd_view_narrow(&view);
 *		agent = rd_strategy_pick(&view);
 *	}
 *
 * LIMITS. random and weighted-random take a number from the state's seed if
 * there are two or more; who only explains asks rd_strategy_is_before().
 *
 * Context: core.
 */
#ifndef RD_ACD_STRATEGY_H
#define RD_ACD_STRATEGY_H

#include "daemon/acd/ticket.h"

#define RD_AGENT_WORDS_MAX 157 /* limits.agents: 10000 */

struct rd_view {
	const struct rd_core *core;
	const struct rd_class *cls;
	const struct rd_cfg_queue *cfg; /* NULL: its queue is gone */
	uint32_t words, n;		/* of the set; agents in it */
	uint64_t set[RD_AGENT_WORDS_MAX];
};

/* All who are free and may serve. False: there is none. */
bool rd_view_free(const struct rd_core *core, const struct rd_class *cls,
		  struct rd_view *view);
/* Only those of least penalty, and of most skill if the queue wants it. */
void rd_view_narrow(struct rd_view *view);
/* The next one above agent (RD_INDEX_NONE: the first), or RD_INDEX_NONE. */
uint16_t rd_view_next(const struct rd_view *view, uint16_t agent);

enum rd_strategy rd_strategy_of(const struct rd_view *view);
uint16_t rd_strategy_pick(const struct rd_view *view);
/* Ring the phones of several agents at once? */
bool rd_strategy_rings_all(enum rd_strategy strategy);

/*
 * Of two agents who may serve a class: does a go before b? Never by a strategy
 * of chance, but by penalty and skill.
 */
bool rd_strategy_is_before(const struct rd_core *core,
			   const struct rd_class *cls, uint16_t a, uint16_t b);
const char *rd_strategy_name(enum rd_strategy strategy);

/* His key in a queue: order in it, then in the configuration. */
uint32_t rd_strategy_key(const struct rd_core *core, uint16_t agent,
			 uint16_t queue);
/* His penalty in a queue; the sum of his levels in what a class needs. */
unsigned rd_strategy_penalty(const struct rd_core *core, uint16_t agent,
			     uint16_t queue);
unsigned rd_strategy_skill(const struct rd_core *core,
			   const struct rd_class *cls, uint16_t agent);

#endif

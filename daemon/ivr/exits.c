// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ways out of nodes, declared once for every kind: what cycles are looked for
 * along, what `ringdown ivr show` draws, and what the prover walks. A new verb
 * says here by which of its members it goes on, and why.
 */
#include <stddef.h>

#include "daemon/core/app.h"
#include "daemon/ivr/program.h"

#define EXIT(label, why, member)                                              \
	{ label, RD_EXIT_##why, offsetof(struct rd_ivr_node, member) }
#define EXITS(name, ...)                                                      \
	static const struct rd_ivr_exit name[] = { __VA_ARGS__, { NULL } }
#define INPUT                                                                 \
	EXIT("failed", WRONG, u.input.failed),                                \
		EXIT("no_input", SILENT, u.input.no_input)

/* clang-format off */
EXITS(on, EXIT("then", FREE, next));
EXITS(menu, EXIT("extension", KEYS, u.menu.extensions), INPUT);
EXITS(collect, EXIT("then", ENTRY, next),
      EXIT("down", ANSWER, u.collect.down), INPUT);
EXITS(survey, EXIT("then", ENTRY, next), INPUT);
EXITS(lookup, EXIT("found", ANSWER, next),
      EXIT("none", ANSWER, u.lookup.none), EXIT("down", ANSWER, u.lookup.down));
EXITS(choose, EXIT("then", ROW, next));
EXITS(jump, EXIT("goto", FREE, u.target));
EXITS(call, EXIT("call", FREE, u.target), EXIT("then", RETURN, next));
EXITS(queue, EXIT("after", TALKED, next));
EXITS(dial, EXIT("busy", ANSWER, u.dial.busy),
      EXIT("no_answer", ANSWER, u.dial.no_answer),
      EXIT("failed", ANSWER, u.dial.failed), EXIT("after", TALKED, next));
EXITS(agent, EXIT("wrong", ANSWER, u.agent.wrong),
      EXIT("denied", ANSWER, u.agent.denied), EXIT("then", ANSWER, next));
EXITS(authenticate, EXIT("wrong", ANSWER, u.auth.wrong),
      EXIT("locked", ANSWER, u.auth.locked), EXIT("down", ANSWER, u.auth.down),
      EXIT("then", ANSWER, next));
EXITS(external, EXIT("down", ANSWER, u.external.down),
      EXIT("then", ANSWER, next));
EXITS(directory, EXIT("then", ENTRY, next), INPUT);
EXITS(none, { NULL });

const struct rd_ivr_kind rd_ivr_kinds[RD_NODE_KINDS] = {
	[RD_NODE_PLAY]	   = { on },
	[RD_NODE_MENU]	   = { menu, .input = true },
	[RD_NODE_COLLECT]  = { collect, .input = true },
	[RD_NODE_SURVEY]   = { survey, .input = true },
	[RD_NODE_LOOKUP]   = { lookup },
	[RD_NODE_CHOOSE]   = { choose },
	[RD_NODE_SET]	   = { on },
	[RD_NODE_ATTACH]   = { on },
	[RD_NODE_LANGUAGE] = { on },
	[RD_NODE_ANSWER]   = { on },
	[RD_NODE_GOTO]	   = { jump },
	[RD_NODE_CALL]	   = { call },
	[RD_NODE_RETURN]   = { none },
	[RD_NODE_QUEUE]	   = { queue, .human = true },
	[RD_NODE_DIAL]	   = { dial, .human = true },
	[RD_NODE_AGENT]	   = { agent },
	[RD_NODE_HANGUP]   = { none, .ends = true },
	[RD_NODE_AUTHENTICATE] = { authenticate },
	[RD_NODE_PROGRAM] = { external },
	[RD_NODE_DIRECTORY] = { directory, .input = true },
};
/* clang-format on */

bool rd_exit_needs_key(enum rd_node_kind kind, enum rd_exit_why why)
{
	return rd_ivr_kinds[kind].input && why != RD_EXIT_SILENT;
}

void rd_ivr_edges(const struct rd_ivr_node *node, rd_ivr_edge_fn *fn,
		  void *context)
{
	const struct rd_ivr_menu *menu = &node->u.menu;
	const struct rd_ivr_choose *choose = &node->u.choose;

	for (uint16_t i = 0; node->kind == RD_NODE_MENU && i < menu->nkeys; i++)
		fn(context, menu->keys[i].target, RD_EXIT_KEYS,
		   menu->keys[i].keys);
	for (uint16_t i = 0; node->kind == RD_NODE_CHOOSE && i < choose->n; i++)
		fn(context, choose->cases[i].target, RD_EXIT_ROW,
		   choose->cases[i].nconds ? "when" : "else");
	for (uint16_t i = 0; node->kind == RD_NODE_PROGRAM &&
			     i < node->u.external.nwords;
	     i++)
		fn(context, node->u.external.words[i].target, RD_EXIT_ANSWER,
		   node->u.external.words[i].word);
	for (const struct rd_ivr_exit *e = rd_ivr_kinds[node->kind].exits;
	     e->label; e++) {
		/* only login forgives */
		if (node->kind == RD_NODE_AGENT && e == agent &&
		    node->u.agent.op != RD_AGENT_LOGIN)
			continue;
		fn(context, *(const uint16_t *)((const char *)node + e->at),
		   (enum rd_exit_why)e->why, e->label);
	}
}

uint32_t rd_ivr_most_ms(const struct rd_config *config,
			const struct rd_ivr_node *node)
{
	if (rd_ivr_kinds[node->kind].input)
		return node->u.input.limit_ms;
	switch ((enum rd_node_kind)node->kind) {
	case RD_NODE_LOOKUP:
		return config->sources[node->u.lookup.source].timeout_ms;
	case RD_NODE_AUTHENTICATE:
		return config->sources[node->u.auth.source].timeout_ms;
	case RD_NODE_PROGRAM:
		return config->programs[node->u.external.program].timeout_ms;
	case RD_NODE_DIAL:
		return node->u.dial.timeout_ms;
	case RD_NODE_QUEUE:
		return config->queues[node->u.index].max_wait_ms
			       ? config->queues[node->u.index].max_wait_ms
			       : UINT32_MAX;
	default:
		return 0;
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls sent to a menu, and back (IVR-10, IVR-14): an agent hands the caller to
 * an automatic reading or the entry of a card number.
 *
 *	talks with an agent --send--> tree.node --hangup:--> over
 *	        ^                         |
 *	        |                      return:
 *	        +--- the agent's phone <--+ busy, away --> his queue
 *
 * The agent is free (or in wrap-up) meanwhile: he is called like anybody.
 */
#include <errno.h>
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/ivr/program.h"

static int find_node(const struct rd_config *config, const char *tree,
		     const char *node, struct rd_app_arg *arg)
{
	const struct rd_ivr_program *program;

	for (uint16_t t = 0; t < config->ntrees; t++) {
		if (strcmp(config->tree_texts[t].name, tree))
			continue;
		program = config->trees[t];
		for (uint16_t n = 0; n < program->nnamed; n++) {
			/* without a name: where the tree begins */
			if (node[0] && strcmp(program->nodes[n].name, node))
				continue;
			arg->tree = t;
			arg->node = n;
			return 0;
		}
	}
	return -ENOENT;
}

/* Whom it talks to, if that is an agent. */
static uint16_t talks_to(const struct rd_call *call)
{
	if (call->app == RD_APP_QUEUE && call->bridged_now)
		return call->agent;
	if (call->app == RD_APP_DIAL && call->bridged_now)
		return call->dial.agent;
	return RD_INDEX_NONE;
}

int rd_call_send(struct rd_core *core, struct rd_call *call, const char *tree,
		 const char *node, bool back)
{
	const struct rd_config *config = rd_call_config(core, call);
	struct rd_app_arg arg = RD_APP_ARG_NONE;
	uint16_t agent = talks_to(call);
	uint16_t queue =
		call->app == RD_APP_QUEUE ? call->queue : RD_INDEX_NONE;
	int err;

	if (call->state != RD_CALL_ACTIVE || (back && agent == RD_INDEX_NONE))
		return -ENOTCONN;
	err = config->trees ? find_node(config, tree, node, &arg) : -ENOENT;
	if (err)
		return err;
	call->back_agent = back ? agent : RD_INDEX_NONE;
	call->back_queue = back ? queue : RD_INDEX_NONE;
	rd_call_note(core, call, "sent to %s%s%s%s", tree, node[0] ? "." : "",
		     node, back ? ", and back" : "");
	rd_call_run(core, call, RD_APP_IVR, &arg);
	return 0;
}

bool rd_call_go_back(struct rd_core *core, struct rd_call *call)
{
	struct rd_app_arg arg = RD_APP_ARG_NONE;

	if (call->back_agent == RD_INDEX_NONE)
		return rd_call_back_to_queue(core, call);
	arg.agent = call->back_agent;
	call->back_agent = RD_INDEX_NONE;
	rd_call_run(core, call, RD_APP_DIAL, &arg);
	return true;
}

bool rd_call_back_to_queue(struct rd_core *core, struct rd_call *call)
{
	struct rd_app_arg arg = RD_APP_ARG_NONE;

	if (call->back_queue == RD_INDEX_NONE)
		return false;
	arg.queue = call->back_queue;
	call->back_queue = RD_INDEX_NONE;
	rd_call_run(core, call, RD_APP_QUEUE, &arg);
	return true;
}

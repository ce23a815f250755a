/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers and names out of an excerpt of the journal, so that it may leave the
 * house and still repeats every decision.
 *
 * WHAT is taken for one. Numbers: of agents, routes, blacklist and lists, of
 * callers and phones in the state, in events and in what core says, and what
 * callers key in. Names: of agents and callers, what data sources answer, who
 * gave a command. A word that the configuration itself knows (a key, a queue, a
 * value it compares with) is the house's, and stays. PINs are not in a journal.
 *
 * PROOF. The excerpt is run before and after: the same commands to the same
 * lines at each event, or it is refused. Then it is searched for what was to go.
 */
#ifndef CLI_REDACT_H
#define CLI_REDACT_H

#include "daemon/journal/excerpt.h"

/*
 * 0; -EPROTO: some decision depends on what was to go (why says which event);
 * -EBADMSG: something is left; -ENOMEM. *replaced: how many places.
 */
int redact(struct rd_excerpt *x, const struct rd_replay_options *options,
	   uint64_t secret, size_t *replaced, char why[256]);

#endif

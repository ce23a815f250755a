/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaying the journal, as several verbs do it. */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "daemon/journal/replay.h"
#include "tools/ringdown/cli.h"

/* For rd_replay_options.compile, .release. */
struct rd_config *replay_compile(void *context, const struct rd_bundle *bundle);
void replay_release(void *context, const struct rd_config *config);

/* Replay the journal that the command line names; exit code, told why. */
int replay_run(struct cli *cli, const struct rd_replay_options *options,
	       struct rd_replay_result *result);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rows out of the journal; see refill.h. The events between the snapshot and
 * `from` are needed for the state, their rows are left out. A journal that does
 * not go back so far gives what it has: the rest is in no log any more, and
 * retention takes nothing away that is not applied.
 */
#include "daemon/store/refill.h"

#include <errno.h>

struct refill {
	const struct rd_refill_source *source;
	uint64_t from;
	int (*row)(void *context, const struct rd_cmd_row *cmd);
	void *row_context;
	int err;
};

static void put(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
	struct refill *r = context;
	const struct rd_cmd_row *row = (const void *)cmd;

	if (peer == RD_PEER_STORE && cmd->type == RD_MSG_ROW && !r->err &&
	    row->seq >= r->from)
		r->err = r->row(r->row_context, row);
}

static struct rd_config *compile(void *context, const struct rd_bundle *bundle)
{
	const struct refill *r = context;

	return r->source->compile(r->source->context, bundle);
}

static void release(void *context, const struct rd_config *config)
{
	const struct refill *r = context;

	r->source->release(r->source->context, config);
}

static int after(void *context, const struct rd_core *core,
		 const struct rd_journal_event *event)
{
	const struct refill *r = context;

	(void)core;
	(void)event;
	return r->err;
}

static int run(void *context, uint64_t from, uint64_t to,
	       int (*row)(void *row_context, const struct rd_cmd_row *cmd),
	       void *row_context)
{
	struct refill r = {
		.source = context,
		.from = from,
		.row = row,
		.row_context = row_context,
	};
	struct rd_replay_options options = {
		.from = from,
		.to = to,
		.sink = { put, &r },
		.compile = compile,
		.release = release,
		.after = after,
		.context = &r,
	};
	struct rd_replay_result result;
	struct rd_core *core;
	int err = rd_journal_replay(r.source->journal_dir, &options, &result,
				    &core);

	if (err == -ENOENT && from > 1) {
		/* as far back as there is anything */
		options.from = 0;
		err = rd_journal_replay(r.source->journal_dir, &options,
					&result, &core);
	}
	if (!err)
		rd_replay_free(core, &options);
	return err;
}

struct rd_store_refill rd_refill_of(const struct rd_refill_source *source)
{
	return (struct rd_store_refill){ run, (void *)source };
}

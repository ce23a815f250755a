// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ringdown why: the reasons of what was done with a call.
 *
 * The journal is replayed, up to an event if one is named. Each time the call is
 * offered to an agent, every agent is asked for the rule that admits or excludes
 * him, in the state that the matcher saw; after each event the call is asked
 * what it waits for. Nothing of it is stored anywhere; it is computed anew.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/acd/explain.h"
#include "daemon/call/call.h"
#include "daemon/core/state.h"
#include "daemon/store/row.h"
#include "lib/base/frames.h"
#include "tools/ringdown/replay.h"
#include "tools/ringdown/table.h"

#define STRATEGIES 4

struct why {
	struct cli *cli;
	uint64_t call;
	const struct rd_core *core;
	json_t *offers;
	bool seen, gone;
	/* after the last event that found the call alive */
	struct rd_explained now;
	uint8_t app;
	char queue[32], agent[RD_AGENT_PHONE_LEN], path[RD_PATH_SIZE];
	/* its end */
	uint64_t end_seq;
	char result[16], by[16], left[24];
	int64_t cause;
	const char *refused; /* why it never became a call */
	struct rd_counts before;
	uint64_t blocked_before;
};

static const char *const strategies[STRATEGIES] = {
	[RD_STRATEGY_LONGEST_IDLE] = "longest-idle",
	[RD_STRATEGY_ROUND_ROBIN] = "round-robin",
	[RD_STRATEGY_FIXED_ORDER] = "fixed-order",
	[RD_STRATEGY_FEWEST_CALLS] = "fewest-calls",
};

static json_t *ms_of(uint64_t frames)
{
	return json_integer((json_int_t)rd_ms_from_frames(frames));
}

/* ---- an offer ------------------------------------------------------------------ */

static json_t *agent_row(const struct rd_core *core, uint16_t i, uint16_t queue,
			 uint16_t chosen)
{
	const struct rd_agent *a = rd_agent_get(core, i);
	enum rd_why why = rd_explain_agent(core, i, queue);
	bool passed = why == RD_WHY_FREE && i != chosen;
	const char *words = i == chosen ? "chosen"
			    : passed	? "free, but by the strategy behind"
					: rd_why_words(why);
	json_t *row =
		json_pack("{s:s, s:s, s:s, s:o}", "agent", a->number, "rule",
			  i == chosen ? "chosen"
			  : passed    ? "strategy"
				      : rd_why_name(why),
			  "why", words, "for_ms", ms_of(core->now - a->since));

	if (why == RD_WHY_NOT_READY)
		json_object_set_new(row, "reason", json_string(a->reason));
	if (a->call != RD_NONE)
		json_object_set_new(
			row, "call",
			json_integer(
				(json_int_t)rd_call_at(core, a->call)->id));
	return row;
}

static void on_offer(void *context, const struct rd_core *core,
		     const struct rd_call *call, uint16_t agent)
{
	struct why *w = context;
	uint16_t queue = call->in_queue.queue;
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);
	json_t *agents;

	if (call->id != w->call)
		return;
	agents = json_array();
	for (uint32_t i = 0; i < core->state->agents; i++)
		if (rd_agent_get(core, (uint16_t)i)->used)
			json_array_append_new(
				agents,
				agent_row(core, (uint16_t)i, queue, agent));
	json_array_append_new(
		w->offers,
		json_pack("{s:I, s:I, s:s, s:s, s:s, s:o, s:o}", "seq",
			  (json_int_t)core->seq, "time_ms",
			  (json_int_t)(core->state->epoch_ns / 1000000 +
				       rd_ms_from_frames(core->now)),
			  "queue", rd_queue_get(core, queue)->name, "agent",
			  rd_agent_get(core, agent)->number, "strategy",
			  cfg && cfg->strategy < STRATEGIES
				  ? strategies[cfg->strategy]
				  : "longest-idle",
			  "waited_ms", ms_of(core->now - call->in_queue.enter),
			  "agents", agents));
}

static void made(void *context, struct rd_core *core)
{
	struct why *w = context;

	w->core = core;
	core->on_offer = on_offer;
	core->on_offer_context = w;
	w->before = core->state->counts;
}

/* ---- its end -------------------------------------------------------------------- */

static void text_of(const struct rd_value *v, char *out, size_t size)
{
	snprintf(out, size, "%.*s", v->kind == 's' ? (int)v->len : 0,
		 v->kind == 's' ? v->text : "");
}

/* Rows of this call say how it left a queue, and how it ended. */
static void on_row(struct why *w, const struct rd_cmd_row *row)
{
	struct rd_value v[32];
	uint32_t at = 0;
	int id = row->table == RD_TABLE_CALLS ? (int)RD_CALLS_call
					      : (int)RD_QUEUE_LOG_call;

	if (row->table != RD_TABLE_CALLS && row->table != RD_TABLE_QUEUE_LOG)
		return;
	for (uint16_t i = 0; i < row->columns && i < 32; i++)
		if (rd_row_next(row, &at, &v[i]) != 1)
			return;
	if (v[id].kind != 'i' || (uint64_t)v[id].number != w->call)
		return;
	w->seen = true;
	if (row->table == RD_TABLE_QUEUE_LOG) {
		text_of(&v[RD_QUEUE_LOG_event], w->left, sizeof(w->left));
		return;
	}
	w->gone = true;
	w->end_seq = row->seq;
	w->cause = v[RD_CALLS_cause].number;
	text_of(&v[RD_CALLS_result], w->result, sizeof(w->result));
	text_of(&v[RD_CALLS_released_by], w->by, sizeof(w->by));
	text_of(&v[RD_CALLS_path], w->path, sizeof(w->path));
}

static void listen(void *context, enum rd_peer peer, const struct rd_msg *msg)
{
	if (peer == RD_PEER_STORE && msg->type == RD_MSG_ROW)
		on_row(context, (const struct rd_cmd_row *)msg);
}

/* Which of core's counts grew when the call was refused. */
static const char *why_refused(const struct rd_counts *before,
			       const struct rd_counts *after, bool stopping)
{
	return after->blocked > before->blocked	    ? "he is on the blacklist"
	       : after->no_route > before->no_route ? "no route has that number"
	       : after->no_channel > before->no_channel ? "no channel was idle"
	       : after->no_room > before->no_room ? "limits.calls are reached"
	       : stopping			  ? "the daemon was stopping"
						  : "it was refused";
}

static int after_event(void *context, const struct rd_core *core,
		       const struct rd_journal_event *e)
{
	struct why *w = context;
	const struct rd_call *call;

	if (w->gone && w->end_seq == e->seq)
		w->refused = why_refused(&w->before, &core->state->counts,
					 core->state->stopping);
	w->before = core->state->counts;
	call = w->gone ? NULL : rd_call_by_id(core, w->call);
	if (!call)
		return 0;
	w->seen = true;
	w->app = call->app;
	rd_explain_call(core, call, &w->now);
	snprintf(w->path, sizeof(w->path), "%s", call->path);
	snprintf(w->queue, sizeof(w->queue), "%s",
		 w->now.queue == RD_INDEX_NONE
			 ? ""
			 : rd_queue_get(core, w->now.queue)->name);
	snprintf(w->agent, sizeof(w->agent), "%s",
		 w->now.agent == RD_INDEX_NONE
			 ? ""
			 : rd_agent_get(core, w->now.agent)->number);
	return 0;
}

/* What ended it, in words. */
static const char *lost_words(const struct why *w)
{
	if (!strcmp(w->result, "abandoned"))
		return "the caller hung up while waiting";
	if (!strcmp(w->left, "FULL"))
		return "the queue was full";
	if (!strcmp(w->left, "EXIT_TIMEOUT"))
		return "the longest wait was over";
	if (!strcmp(w->result, "blocked") || !strcmp(w->result, "refused"))
		return w->refused;
	if (!strcmp(w->left, "EXIT_SYSTEM"))
		return "it was ended while it waited";
	if (!strcmp(w->result, "answered"))
		return "nothing: it was answered";
	return !strcmp(w->by, "caller") ? "the caller hung up in a menu"
					: "the menu ended it";
}

/* ---- output ------------------------------------------------------------------------- */

static json_t *waits(const struct why *w)
{
	json_t *out = json_pack("{s:s, s:s, s:s, s:I, s:I, s:o}", "for",
				rd_waits_name(w->now.waits), "words",
				rd_waits_words(w->now.waits), "queue", w->queue,
				"position", (json_int_t)w->now.position,
				"waiting", (json_int_t)w->now.waiting,
				"wait_ms", ms_of(w->now.wait_frames));
	json_t *agents = json_object();

	for (int i = 0; i < RD_WHYS; i++)
		if (w->now.agents[i] && i != RD_WHY_OTHER_QUEUE)
			json_object_set_new(agents, rd_why_name((enum rd_why)i),
					    json_integer(w->now.agents[i]));
	if (*w->agent)
		json_object_set_new(out, "agent", json_string(w->agent));
	if (*w->path)
		json_object_set_new(out, "path", json_string(w->path));
	json_object_set_new(out, "agents", agents);
	return out;
}

static json_t *answer(struct why *w, const struct rd_replay_result *r)
{
	json_t *out =
		json_pack("{s:I, s:I, s:O}", "call", (json_int_t)w->call, "seq",
			  (json_int_t)r->last, "offers", w->offers);

	/* what it last waited for: of the lost, when they were lost */
	if (w->now.queue != RD_INDEX_NONE || !w->gone)
		json_object_set_new(out, "waits", waits(w));
	if (w->gone)
		json_object_set_new(out, "ended",
				    json_pack("{s:I, s:s, s:s, s:I, s:s}",
					      "seq", (json_int_t)w->end_seq,
					      "result", w->result, "by", w->by,
					      "cause", (json_int_t)w->cause,
					      "why", lost_words(w)));
	return out;
}

static void print_waits(const struct why *w)
{
	const char *separator = "";

	if (w->now.queue == RD_INDEX_NONE) {
		printf("%s%s%s\n",
		       w->app == RD_APP_IVR ? "is in a menu" : "is in no queue",
		       *w->path ? ": " : "", w->path);
		return;
	}
	printf("%s in %s: waits %s%s%s", w->gone ? "last" : "now", w->queue,
	       rd_waits_words(w->now.waits), *w->agent ? ": " : "", w->agent);
	if (w->now.position)
		printf("; place %u of %u, for %.1f s", w->now.position,
		       w->now.waiting,
		       (double)w->now.wait_frames / RD_FRAMES_PER_S);
	printf("\n  agents of the queue: ");
	for (int i = 0; i < RD_WHYS; i++)
		if (w->now.agents[i] && i != RD_WHY_OTHER_QUEUE) {
			printf("%s%u %s", separator, w->now.agents[i],
			       rd_why_name((enum rd_why)i));
			separator = ", ";
		}
	printf("%s\n", *separator ? "" : "none");
}

static void print(const struct why *w)
{
	size_t i;
	json_t *offer;

	json_array_foreach(w->offers, i, offer)
	{
		printf("event %" JSON_INTEGER_FORMAT
		       ": offered to %s by %s, after %.1f s in %s\n",
		       json_integer_value(json_object_get(offer, "seq")),
		       json_string_value(json_object_get(offer, "agent")),
		       json_string_value(json_object_get(offer, "strategy")),
		       (double)json_integer_value(
			       json_object_get(offer, "waited_ms")) /
			       1000,
		       json_string_value(json_object_get(offer, "queue")));
		print_rows(json_object_get(offer, "agents"),
			   "agent rule why for_ms reason call", w->cli->width);
		putchar('\n');
	}
	if (w->now.queue != RD_INDEX_NONE || !w->gone)
		print_waits(w);
	if (w->gone)
		printf("event %" PRIu64 ": ended (%s, by %s, cause %" PRId64
		       "): %s\n",
		       w->end_seq, w->result, w->by, w->cause, lost_words(w));
}

static bool take_number(const char *what, const char *text, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	if (*out && !*end)
		return true;
	cli_error("%s \"%s\": expected a number", what, text);
	return false;
}

int run_why(struct cli *cli)
{
	struct why w = { .cli = cli,
			 .now = { .queue = RD_INDEX_NONE,
				  .agent = RD_INDEX_NONE } };
	struct rd_replay_options options = {
		.from = cli->since > 0 ? (uint64_t)cli->since : 0,
		.to = UINT64_MAX,
		.sink = { listen, &w },
		.compile = replay_compile,
		.release = replay_release,
		.made = made,
		.after = after_event,
		.context = &w,
	};
	struct rd_replay_result result;
	json_t *out;
	int code;

	if (!take_number("call", cli->arg[0], &w.call) ||
	    (cli->nargs > 1 && !take_number("event", cli->arg[1], &options.to)))
		return CLI_USAGE;
	w.offers = json_array();
	code = replay_run(cli, &options, &result);
	if (!code && !w.seen) {
		cli_error("no call %s in the journal up to there", cli->arg[0]);
		code = CLI_NOT_FOUND;
	}
	if (!code && cli->json) {
		out = answer(&w, &result);
		json_dumpf(out, stdout, JSON_INDENT(2));
		putchar('\n');
		json_decref(out);
	} else if (!code) {
		print(&w);
	}
	json_decref(w.offers);
	return code;
}

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
#include <time.h>

#include "daemon/acd/explain.h"
#include "daemon/acd/serve.h"
#include "daemon/acd/strategy.h"
#include "daemon/call/call.h"
#include "daemon/core/state.h"
#include "daemon/store/row.h"
#include "lib/base/frames.h"
#include "tools/ringdown/replay.h"
#include "tools/ringdown/table.h"

#define PASSED_MAX 20 /* the last offers to others that are shown */

struct why {
	struct cli *cli;
	uint64_t call, until; /* call, and the event asked for or 0 */
	const struct rd_core *core;
	json_t *offers, *passed;
	json_t *reasons; /* of each agent, where it last waited; or NULL */
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

static json_t *ms_of(uint64_t frames)
{
	return json_integer((json_int_t)rd_ms_from_frames(frames));
}

static json_int_t unix_ms(const struct rd_core *core, uint64_t frame)
{
	return (json_int_t)(core->state->epoch_ns / 1000000 +
			    rd_ms_from_frames(frame));
}

/* ---- a reason -------------------------------------------------------------------- */

/* "has not the skill the caller needs: zh 1 of 3, until 12:03:30" */
static void reason_words(const struct rd_core *core, const struct rd_reason *r,
			 char *out, size_t size)
{
	time_t until_s = (time_t)(unix_ms(core, r->until_frame) / 1000);
	size_t len = (size_t)snprintf(out, size, "%s", rd_why_words(r->why));
	struct tm tm;

	if (r->why == RD_WHY_SKILL)
		len += (size_t)snprintf(
			out + len, size - len, ": %s %u of %u",
			rd_skill_get(core, r->skill)->name, r->level,
			r->needed);
	else if (r->why == RD_WHY_PENALTY)
		len += (size_t)snprintf(out + len, size - len, ": %u of %u",
					r->penalty, r->limit);
	if (r->until_frame && localtime_r(&until_s, &tm))
		strftime(out + len, size - len, ", until %H:%M:%S", &tm);
}

static json_t *reason_row(const struct rd_core *core, uint16_t agent,
			  const struct rd_reason *r)
{
	const struct rd_agent *a = rd_agent_get(core, agent);
	char words[160];
	json_t *row;

	reason_words(core, r, words, sizeof(words));
	row = json_pack("{s:s, s:s, s:s, s:o}", "agent", a->number, "rule",
			rd_why_name(r->why), "why", words, "for_ms",
			ms_of(core->now - a->since));
	if (r->until_frame)
		json_object_set_new(row, "until_ms",
				    json_integer(unix_ms(core,
							 r->until_frame)));
	if (r->why == RD_WHY_NOT_READY)
		json_object_set_new(row, "reason", json_string(a->reason));
	if (a->call != RD_NONE)
		json_object_set_new(
			row, "call",
			json_integer(
				(json_int_t)rd_call_at(core, a->call)->id));
	return row;
}

/* Every agent of the ticket's queues, with what admits or excludes him. */
static json_t *reason_rows(const struct rd_core *core, uint32_t ticket,
			   uint16_t chosen)
{
	json_t *rows = json_array();

	for (uint32_t i = 0; i < core->state->agents; i++) {
		struct rd_reason r;
		json_t *row;

		if (!rd_agent_get(core, (uint16_t)i)->used)
			continue;
		r = rd_explain_ticket(core, (uint16_t)i, ticket);
		if (chosen == RD_INDEX_NONE && r.why == RD_WHY_OTHER_QUEUE)
			continue;
		row = reason_row(core, (uint16_t)i, &r);
		if (i == chosen) {
			json_object_set_new(row, "rule", json_string("chosen"));
			json_object_set_new(row, "why", json_string("chosen"));
		} else if (r.why == RD_WHY_FREE && chosen != RD_INDEX_NONE) {
			json_object_set_new(row, "rule",
					    json_string("strategy"));
			json_object_set_new(
				row, "why",
				json_string("free, but by the strategy "
					    "behind"));
		}
		json_array_append_new(rows, row);
	}
	return rows;
}

/* ---- an offer ------------------------------------------------------------------ */

/* To another, of an agent whom this call might have had. */
static void passed_over(struct why *w, const struct rd_core *core,
			const struct rd_call *other, uint16_t agent)
{
	const struct rd_call *call = rd_call_by_id(core, w->call);
	const struct rd_ticket *mine, *his;

	if (!call || call->app != RD_APP_QUEUE ||
	    call->in_queue.ticket == RD_NONE || other->app != RD_APP_QUEUE ||
	    other->in_queue.ticket == RD_NONE)
		return;
	mine = rd_ticket_at(core, call->in_queue.ticket);
	his = rd_ticket_at(core, other->in_queue.ticket);
	if (mine->state != RD_TICKET_WAITS ||
	    !rd_match_may(rd_class_at(core, mine->cls), agent))
		return;
	if (json_array_size(w->passed) == PASSED_MAX)
		json_array_remove(w->passed, 0);
	json_array_append_new(
		w->passed,
		json_pack("{s:I, s:s, s:I, s:s, s:i, s:o, s:s}", "seq",
			  (json_int_t)core->seq, "agent",
			  rd_agent_get(core, agent)->number, "call",
			  (json_int_t)other->id, "queue",
			  rd_queue_get(core, his->queue)->name, "priority",
			  his->priority, "waited_ms",
			  ms_of(core->now - his->entered), "why",
			  rd_node_is_before(&his->line, &mine->line)
				  ? "it comes first in the order"
				  : "the agent prefers its queue"));
}

static void on_offer(void *context, const struct rd_core *core,
		     const struct rd_call *call, uint16_t agent)
{
	struct why *w = context;
	uint32_t ticket = call->in_queue.ticket;
	uint16_t queue = call->in_queue.queue;
	const struct rd_cfg_queue *cfg = rd_queue_config(core, queue);

	if (call->id != w->call) {
		passed_over(w, core, call, agent);
		return;
	}
	if (call->app != RD_APP_QUEUE || ticket == RD_NONE)
		return;
	json_array_append_new(
		w->offers,
		json_pack("{s:I, s:I, s:s, s:s, s:s, s:o, s:o}", "seq",
			  (json_int_t)core->seq, "time_ms",
			  unix_ms(core, core->now), "queue",
			  rd_queue_get(core, queue)->name, "agent",
			  rd_agent_get(core, agent)->number, "strategy",
			  rd_strategy_name(cfg ? cfg->strategy
					       : RD_STRATEGY_LONGEST_IDLE),
			  "waited_ms", ms_of(core->now - call->in_queue.enter),
			  "agents", reason_rows(core, ticket, agent)));
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
	if (call->app == RD_APP_QUEUE && call->in_queue.ticket != RD_NONE &&
	    e->seq == w->until) {
		json_decref(w->reasons);
		w->reasons = reason_rows(core, call->in_queue.ticket,
					 RD_INDEX_NONE);
	}
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
		return strcmp(w->left, "EXIT_SYSTEM")
			       ? "the caller hung up while waiting"
			       : "it was ended while it waited";
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
	if (w->reasons)
		json_object_set(out, "reasons", w->reasons);
	if (json_array_size(w->passed))
		json_object_set(out, "passed", w->passed);
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
	if (w->reasons)
		print_rows(w->reasons, "agent rule why for_ms reason call",
			   w->cli->width);
	if (json_array_size(w->passed)) {
		printf("agents who went to others meanwhile:\n");
		print_rows(w->passed,
			   "seq agent call queue priority waited_ms why",
			   w->cli->width);
	}
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
	w.passed = json_array();
	w.until = cli->nargs > 1 ? options.to : 0;
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
	json_decref(w.passed);
	json_decref(w.reasons);
	return code;
}

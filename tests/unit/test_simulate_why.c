// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why: each rule that excludes an agent and each thing a caller waits for is
 * brought about and must be named; over a simulated day the answers agree with
 * every choice the matcher made; the command says the same from the journal.
 */
#include "tests/unit/core_world.h"
#include "tests/unit/simulate_world.h"

#include <jansson.h>
#include <libgen.h>

#include "daemon/acd/explain.h"
#include "daemon/acd/strategy.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/replay.h"
#include "daemon/store/row.h"

TestSuite(why, .timeout = 60);

static struct world *with_phones(uint32_t answer_ms)
{
	static const char *const numbers[] = { "8001", "8002", "8003", "8004" };
	struct world *w = world_make();

	for (int i = 0; i < 4; i++)
		w->phone[i] = (struct phone){ numbers[i], answer_ms, 0 };
	return w;
}

static enum rd_why why(const struct world *w, const char *agent, uint16_t queue)
{
	return rd_explain_agent(w->core, rd_agent_by_number(w->core, agent),
				queue);
}

static struct rd_explained of_caller(const struct world *w, struct party p)
{
	const struct rd_leg *leg = rd_leg_on_line(w->core, p.line);
	struct rd_explained e;

	cr_assert_not_null(leg);
	rd_explain_call(w->core, rd_call_at(w->core, leg->call), &e);
	return e;
}

Test(why, a_caller_waits_that_somebody_signs_in_is_ready_is_free)
{
	struct world *w = with_phones(WORLD_RINGS_ON);
	struct party a, b;

	world_begin(w);
	a = world_call(w, "1", "4002");
	cr_assert_eq(of_caller(w, a).waits, RD_WAITS_SIGN_IN);
	cr_assert_eq(of_caller(w, a).agents[RD_WHY_OUT], 4);
	cr_assert_eq(why(w, "8001", 0), RD_WHY_OUT);
	cr_assert_eq(why(w, "8001", 1), RD_WHY_OTHER_QUEUE);
	b = world_call(w, "2", "4002");
	cr_assert_eq(of_caller(w, b).position, 2);
	cr_assert_eq(of_caller(w, b).waiting, 2);
	world_login(w, "8001");
	cr_assert_eq(of_caller(w, a).waits, RD_WAITS_ANSWER);
	cr_assert_eq(why(w, "8001", 0), RD_WHY_RESERVED);
	world_run(w, 200);
	cr_assert_eq(why(w, "8001", 0), RD_WHY_RINGING);
	cr_assert_eq(of_caller(w, b).waits, RD_WAITS_FREE);
	cr_assert_eq(of_caller(w, b).agents[RD_WHY_RINGING], 1);
	/* he is set not ready after two misses: nobody is ready */
	world_run(w, 10000);
	cr_assert_eq(why(w, "8001", 0), RD_WHY_PAUSED);
	world_run(w, 16000);
	cr_assert_eq(why(w, "8001", 0), RD_WHY_NOT_READY);
	cr_assert_eq(of_caller(w, b).waits, RD_WAITS_READY);
	world_free(w);
}

Test(why, talk_and_wrapup_exclude_an_agent)
{
	struct world *w = with_phones(100);
	struct party a;

	world_begin(w);
	world_login(w, "8001");
	cr_assert_eq(why(w, "8001", 0), RD_WHY_FREE);
	a = world_call(w, "1", "4002");
	world_run(w, 1000);
	cr_assert_eq(why(w, "8001", 0), RD_WHY_TALKING);
	cr_assert_eq(of_caller(w, a).waits, RD_WAITS_TALKS);
	world_hangup(w, world_at_phone(w, "8001"), 16);
	cr_assert_eq(why(w, "8001", 0), RD_WHY_WRAPUP);
	world_run(w, 4100);
	cr_assert_eq(why(w, "8001", 0), RD_WHY_FREE);
	world_free(w);
}

Test(why, a_call_of_his_own_excludes_an_agent)
{
	struct world *w = with_phones(100);

	world_begin(w);
	world_login(w, "8001");
	world_call(w, "1", "4003");
	world_run(w, 1000);
	cr_assert_eq(why(w, "8001", 0), RD_WHY_DIRECT);
	world_free(w);
}

Test(why, a_queue_that_nobody_serves_is_named)
{
	struct world *w = with_phones(100);
	struct party a;

	w->agents[2].nqueues = 1;
	world_begin(w);
	world_login(w, "8003");
	a = world_call(w, "1", "4007");
	cr_assert_eq(of_caller(w, a).waits, RD_WAITS_NOBODY);
	world_free(w);
}

/* ---- a day ------------------------------------------------------------------- */

struct watch {
	uint64_t offers, passed;
	uint64_t id[RD_RESULTS];    /* a call of each result */
	uint64_t abandoned_enter;	       /* event: it began to wait */
	uint64_t waiting[64], waiting_seq[64]; /* who entered lately */
	unsigned nwaiting;
};

static void check_offer(void *context, const struct rd_core *core,
			const struct rd_call *call, uint16_t agent)
{
	uint32_t ticket = call->in_queue.ticket;
	const struct rd_class *cls =
		rd_class_at(core, rd_ticket_at(core, ticket)->cls);
	struct watch *w = context;

	w->offers++;
	cr_assert_eq(rd_explain_ticket(core, agent, ticket).why, RD_WHY_FREE);
	for (uint32_t i = 0; i < core->state->agents; i++) {
		if (i == agent || !rd_agent_get(core, (uint16_t)i)->used ||
		    rd_explain_ticket(core, (uint16_t)i, ticket).why !=
			    RD_WHY_FREE)
			continue;
		w->passed++;
		cr_assert(rd_strategy_is_before(core, cls, agent, (uint16_t)i));
	}
}

static void made(void *context, struct rd_core *core)
{
	core->on_offer = check_offer;
	core->on_offer_context = context;
}

static bool is_text(const struct rd_value *v, const char *text)
{
	return v->kind == 's' && strlen(text) == v->len &&
	       !memcmp(v->text, text, v->len);
}

static void note_row(void *context, enum rd_peer peer, const struct rd_msg *msg)
{
	const struct rd_cmd_row *row = (const void *)msg;
	struct watch *w = context;
	struct rd_value v[32];
	uint32_t at = 0;

	if (msg->type != RD_MSG_ROW)
		return;
	for (uint16_t i = 0; i < row->columns; i++)
		cr_assert_eq(rd_row_next(row, &at, &v[i]), 1);
	if (row->table == RD_TABLE_QUEUE_LOG &&
	    is_text(&v[RD_QUEUE_LOG_event], "ENTER")) {
		w->waiting[w->nwaiting % 64] =
			(uint64_t)v[RD_QUEUE_LOG_call].number;
		w->waiting_seq[w->nwaiting++ % 64] = row->seq;
	}
	if (row->table != RD_TABLE_CALLS)
		return;
	for (unsigned r = 0; r < RD_RESULTS; r++)
		if (is_text(&v[RD_CALLS_result], rd_call_result_name(r)))
			w->id[r] = (uint64_t)v[RD_CALLS_call].number;
	for (int i = 0; i < 64; i++)
		if (w->waiting[i] == w->id[RD_RESULT_ABANDONED])
			w->abandoned_enter = w->waiting_seq[i];
}

static struct rd_config *compile(void *context, const struct rd_bundle *bundle)
{
	struct rd_diag diag;
	struct rd_config *config;

	rd_diag_init(&diag);
	config = rd_config_load(bundle, rd_ivr_load, &diag);
	rd_diag_free(&diag);
	return config;
}

static void release(void *context, const struct rd_config *config)
{
	rd_config_free((struct rd_config *)config);
}

static void simulate_sample(const char *dir, struct watch *watch)
{
	struct rd_replay_options options = {
		.to = UINT64_MAX,
		.sink = { note_row, watch },
		.compile = compile,
		.release = release,
		.made = made,
		.context = watch,
	};
	struct rd_replay_result result;
	struct rd_core *core;
	struct sim_centre c;

	sim_load(&c, "yaml/ringdown.yaml", "yaml/simulate/day.yaml", NULL);
	rd_tally_free(sim_run(&c, 7, dir));
	sim_free(&c);
	memset(watch, 0, sizeof(*watch));
	cr_assert_eq(rd_journal_replay(dir, &options, &result, &core), 0);
	rd_replay_free(core, &options);
}

/* Run the command; its standard output as JSON, its exit code. */
static json_t *run(const char *arguments, int *code)
{
	char program[4096], command[5000];
	ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 32);
	json_t *out;
	FILE *f;

	cr_assert_gt(n, 0);
	program[n] = '\0';
	strcat(dirname(program), "/../ringdown");
	snprintf(command, sizeof(command), "%.4000s --json %.900s", program,
		 arguments);
	f = popen(command, "r");
	cr_assert_not_null(f);
	out = json_loadf(f, 0, NULL);
	*code = pclose(f) >> 8;
	return out;
}

static json_t *ask(const char *dir, uint64_t call, uint64_t seq)
{
	char arguments[300], event[32] = "";
	json_t *out;
	int code;

	if (seq)
		snprintf(event, sizeof(event), "%llu", (unsigned long long)seq);
	snprintf(arguments, sizeof(arguments), "why %llu %s --journal %s",
		 (unsigned long long)call, event, dir);
	out = run(arguments, &code);
	cr_assert_eq(code, 0, "%s", arguments);
	cr_assert_not_null(out);
	return out;
}

static const char *ended_why(const json_t *answer)
{
	return json_string_value(
		json_object_get(json_object_get(answer, "ended"), "why"));
}

static void expect_one_chosen(const json_t *offer)
{
	const char *agent = json_string_value(json_object_get(offer, "agent"));
	size_t i, chosen = 0;
	json_t *row;

	json_array_foreach(json_object_get(offer, "agents"), i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "rule")),
			   "chosen"))
			continue;
		chosen++;
		cr_assert_str_eq(
			json_string_value(json_object_get(row, "agent")),
			agent);
	}
	cr_assert_eq(chosen, 1);
	cr_assert_eq(i, 4);
}

Test(why, a_day_is_explained_as_it_was_decided, .init = sim_init,
     .fini = sim_fini)
{
	struct watch watch;
	char dir[128];
	json_t *out, *waits, *row;
	size_t i;

	snprintf(dir, sizeof(dir), "%s/journal", sim_dir);
	simulate_sample(dir, &watch);
	cr_assert_gt(watch.offers, 250);
	cr_assert_gt(watch.passed, 100);
	out = ask(dir, watch.id[RD_RESULT_ANSWERED], 0);
	cr_assert_str_eq(ended_why(out), "nothing: it was answered");
	cr_assert_geq(json_array_size(json_object_get(out, "offers")), 1);
	expect_one_chosen(json_array_get(json_object_get(out, "offers"), 0));
	json_decref(out);
	out = ask(dir, watch.id[RD_RESULT_ABANDONED], 0);
	cr_assert_str_eq(ended_why(out), "the caller hung up while waiting");
	json_decref(out);
	/* the same call, when it had just begun to wait */
	out = ask(dir, watch.id[RD_RESULT_ABANDONED], watch.abandoned_enter);
	cr_assert_null(json_object_get(out, "ended"));
	waits = json_object_get(out, "waits");
	cr_assert_gt(json_integer_value(json_object_get(waits, "position")), 0);
	cr_assert_eq(json_integer_value(json_object_get(waits, "wait_ms")), 0);
	/* each agent, why not: none is free, unless one rings for it */
	cr_assert_gt(json_array_size(json_object_get(waits, "reasons")), 0);
	json_array_foreach(json_object_get(waits, "reasons"), i, row)
		cr_assert(!strcmp(json_string_value(
					  json_object_get(waits, "for")),
				  "answer") ||
			  strcmp(json_string_value(
					 json_object_get(row, "rule")),
				 "free"));
	json_decref(out);
}

Test(why, full_queue_longest_wait_and_no_room_are_what_loses_a_call,
     .init = sim_init, .fini = sim_fini)
{
	static const struct {
		const char *queue, *day, *words;
	} rows[] = {
		{ "maxlen: 1", "{ shape: endless }", "the queue was full" },
		{ "max_wait: 30s", "{ shape: endless }",
		  "the longest wait was over" },
		{ "wrapup: 0", "20s", "the caller hung up while waiting" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct watch watch = { 0 };
		struct rd_replay_options options = {
			.to = UINT64_MAX,
			.sink = { note_row, &watch },
			.compile = compile,
			.release = release,
			.context = &watch,
		};
		struct rd_replay_result result;
		struct rd_core *core;
		struct sim_centre c;
		char dir[128];
		uint64_t id;
		json_t *out;

		snprintf(dir, sizeof(dir), "%.60s/%zu", sim_dir, i);
		sim_write_config(1, 30, rows[i].queue);
		sim_write_day("date: 2026-11-23\nfrom: 8:00\nto: 8:30\n"
			      "callers: { c: { number: 4000, calls: [30], "
			      "patience: %s, handling: 5m } }\nagents: [ { who:"
			      " all, hours: [\"8:00-9:00\"] } ]\n",
			      rows[i].day);
		sim_load_here(&c);
		rd_tally_free(sim_run(&c, 1, dir));
		sim_free(&c);
		cr_assert_eq(rd_journal_replay(dir, &options, &result, &core),
			     0);
		rd_replay_free(core, &options);
		id = watch.id[i < 2 ? RD_RESULT_OVERFLOW : RD_RESULT_ABANDONED];
		cr_assert_gt(id, 0);
		out = ask(dir, id, 0);
		cr_assert_str_eq(ended_why(out), rows[i].words);
		json_decref(out);
	}
}

/* ---- journal replay ------------------------------------------------------------ */

struct first { /* state before the first event */
	void *octets;
	size_t len;
};

static const void *first_state(void *context, uint64_t *len)
{
	const struct first *first = context;

	*len = first->len;
	return first->octets;
}

/*
 * Copy a journal, but somebody calls another number than he did: the digests
 * are those of then. Returns that event's number.
 */
static uint64_t forge(const char *from, const char *to, uint64_t after)
{
	struct rd_journal_recovery recovery;
	struct rd_journal_reader *reader;
	struct rd_journal_event e;
	struct rd_journal *journal;
	struct first first = { 0 };
	uint64_t forged = 0;
	struct rd_diag diag;

	rd_diag_init(&diag);
	cr_assert_eq(rd_journal_reader_open(from, &reader), 0);
	cr_assert_eq(rd_journal_open(to, 64u << 20, &journal, &recovery, &diag),
		     0);
	while (rd_journal_reader_next(reader, &e) == 1) {
		struct rd_isdn setup;

		if (e.seq == 1) {
			cr_assert_eq(rd_journal_file_section(
					     rd_journal_reader_file(reader), 0,
					     &first.octets, &first.len),
				     0);
			cr_assert_eq(
				rd_journal_begin(journal,
						 (struct rd_journal_source){
							 first_state, &first },
						 1, true),
				0);
		}
		if (e.msg->type == RD_MSG_ISDN)
			memcpy(&setup, e.msg, sizeof(setup));
		if (!forged && e.seq > after && e.msg->type == RD_MSG_ISDN &&
		    setup.op == RD_ISDN_SETUP) {
			memset(setup.called, 0, sizeof(setup.called));
			setup.called[0] = '9';
			forged = e.seq;
			rd_journal_append(journal, &setup.msg, e.digest);
		} else {
			rd_journal_append(journal, e.msg, e.digest);
		}
	}
	rd_journal_close(journal);
	rd_journal_reader_close(reader);
	rd_diag_free(&diag);
	free(first.octets);
	return forged;
}

Test(why, journal_replay_repeats_a_slice_and_finds_the_first_that_differs,
     .init = sim_init, .fini = sim_fini)
{
	char dir[128], other[128], arguments[400];
	json_t *out, *mismatch;
	struct watch watch;
	uint64_t forged;
	int code;

	snprintf(dir, sizeof(dir), "%s/journal", sim_dir);
	snprintf(other, sizeof(other), "%s/other", sim_dir);
	simulate_sample(dir, &watch);
	snprintf(arguments, sizeof(arguments),
		 "journal replay 2000..3000 --journal %s", dir);
	out = run(arguments, &code);
	cr_assert_eq(code, 0);
	cr_assert_eq(json_integer_value(json_object_get(out, "events")), 1001);
	cr_assert_gt(json_integer_value(json_object_get(out, "commands")), 500);
	cr_assert_null(json_object_get(out, "mismatch"));
	json_decref(out);
	snprintf(arguments, sizeof(arguments),
		 "journal replay 1999-01-01 --journal %s 2>%s/err", dir,
		 sim_dir);
	out = run(arguments, &code);
	cr_assert_eq(code, 4);
	cr_assert_null(out);
	forged = forge(dir, other, 5000);
	cr_assert_gt(forged, 5000);
	snprintf(arguments, sizeof(arguments), "journal replay --journal %s",
		 other);
	out = run(arguments, &code);
	cr_assert_eq(code, 6);
	mismatch = json_object_get(out, "mismatch");
	cr_assert_eq(
		(uint64_t)json_integer_value(json_object_get(mismatch, "seq")),
		forged);
	cr_assert_str_eq(json_string_value(json_object_get(mismatch, "type")),
			 "ISDN");
	cr_assert_not_null(json_object_get(mismatch, "segment"));
	json_decref(out);
	/* a slice that ends with the event finds it; one before it does not */
	snprintf(arguments, sizeof(arguments),
		 "journal replay 1..%llu --journal %s",
		 (unsigned long long)forged, other);
	json_decref(run(arguments, &code));
	cr_assert_eq(code, 6);
	snprintf(arguments, sizeof(arguments),
		 "journal replay 1..%llu --journal %s",
		 (unsigned long long)forged - 1, other);
	json_decref(run(arguments, &code));
	cr_assert_eq(code, 0);
}

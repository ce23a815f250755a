// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replay: a core led through the journal decides as the live one did. The live
 * one here is core itself, with the example configuration, agents that sign in
 * and out, callers by chance from a seed, and a daemon that is started again in
 * the middle.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ivr/compile.h"
#include "daemon/journal/bundle.h"
#include "daemon/journal/journal.h"
#include "daemon/journal/replay.h"
#include "daemon/store/refill.h"
#include "lib/base/crc32c.h"
#include "lib/base/frames.h"
#include "lib/base/rng.h"

#define CONFIG	"yaml/ringdown.yaml"
#define SEGMENT ((uint64_t)1 << 20)

static char dir[64];
static struct rd_bundle bundle;

static void make_dir(void)
{
	struct rd_diag diag;

	strcpy(dir, "/tmp/rd-replay-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	rd_diag_init(&diag);
	cr_assert_eq(rd_bundle_read(CONFIG, &bundle, &diag), 0, "%s",
		     diag.text);
	rd_diag_free(&diag);
}

static void remove_dir(void)
{
	char command[96];

	rd_bundle_free(&bundle);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	cr_assert_eq(system(command), 0);
}

TestSuite(replay, .init = make_dir, .fini = remove_dir, .timeout = 120);

static struct rd_config *compile(void *context, const struct rd_bundle *b)
{
	struct rd_diag diag;
	struct rd_config *config;

	(void)context;
	rd_diag_init(&diag);
	config = rd_config_load(b, rd_ivr_load, &diag);
	cr_assert_eq(diag.errors, 0, "%s", diag.text);
	rd_diag_free(&diag);
	return config;
}

static void release(void *context, const struct rd_config *config)
{
	(void)context;
	rd_config_free((struct rd_config *)config);
}

/* What core said to one peer: how much, and a checksum. */
struct said {
	uint64_t commands, rows, calls;
	uint32_t all, of_rows;
};

static void listen_to(void *context, enum rd_peer peer,
		      const struct rd_msg *cmd)
{
	struct said *s = context;

	s->commands++;
	s->all = rd_crc32c(s->all, cmd, cmd->len);
	if (peer == RD_PEER_STORE && cmd->type == RD_MSG_ROW) {
		s->rows++;
		s->of_rows = rd_crc32c(s->of_rows, cmd, cmd->len);
	}
}

static const struct rd_replay_options options = {
	.to = UINT64_MAX,
	.verify = true,
	.check = true,
	.compile = compile,
	.release = release,
};

/* ---- the live daemon, in small ----------------------------------------------- */

struct live {
	struct rd_journal *journal;
	struct rd_core *core;
	struct said said;
	uint64_t now;
	struct rd_rng rng;
	uint32_t ref;
};

static const void *snapshot(void *context, uint64_t *len)
{
	return rd_core_snapshot(((struct live *)context)->core, len);
}

static void feed(struct live *l, struct rd_msg *msg)
{
	char why[200] = "";
	uint64_t seq;

	while (rd_core_deadline(l->core) <= l->now) {
		struct rd_msg time = { RD_MSG_TIME, sizeof(time), RD_LINE_NONE,
				       rd_core_deadline(l->core) };

		seq = rd_journal_append(l->journal, &time, l->core->digest);
		rd_core_handle(l->core, &time, seq);
	}
	msg->frame = l->now;
	seq = rd_journal_append(l->journal, msg, l->core->digest);
	rd_core_handle(l->core, msg, seq);
	cr_assert_eq(rd_core_check(l->core, why, sizeof(why)), 0, "%s", why);
}

static void configure(struct live *l, const struct rd_config *config)
{
	static _Alignas(8) uint8_t buf[RD_BUNDLE_EVENT_MAX + 8];
	const struct rd_config *old = NULL;

	for (size_t at = 0; at < bundle.len;) {
		at = rd_bundle_chunk(&bundle, at, l->now, (void *)buf);
		if (at >= bundle.len)
			old = rd_core_set_config(l->core, config);
		feed(l, (void *)buf);
	}
	if (old)
		release(NULL, old);
}

static void begin_run(struct live *l, uint64_t seed, bool restart)
{
	struct rd_ev_start start = {
		.msg = { RD_MSG_START, sizeof(start), RD_LINE_NONE, 0 },
		.epoch_ns = 1700000000000000000u + seed * 1000000000u,
		.seed = seed,
		.lockstep = 1,
		.restart = restart,
	};

	feed(l, &start.msg);
}

static void command(struct live *l, const char *json)
{
	static _Alignas(8) uint8_t buf[512];
	struct rd_ev_command *c = (void *)buf;

	memset(buf, 0, sizeof(buf));
	c->msg.type = RD_MSG_COMMAND;
	c->msg.len = (uint16_t)((sizeof(*c) + strlen(json) + 8) / 8 * 8);
	c->msg.line = RD_LINE_NONE;
	strcpy(c->json, json);
	feed(l, &c->msg);
}

static void isdn(struct live *l, uint8_t op, uint32_t ref, unsigned slot)
{
	struct rd_isdn m = {
		.msg = { RD_MSG_ISDN, sizeof(m), rd_line(0, 0, slot), 0 },
		.ref = ref,
		.op = op,
		.cause = op == RD_ISDN_HANGUP ? 16 : 0,
		.flags = RD_ISDN_COMPLETE,
	};

	snprintf(m.calling, sizeof(m.calling), "0755%07u", ref & 0xffff);
	strcpy(m.called, "4008001234");
	feed(l, &m.msg);
}

/* One thing that happens. */
static void happen(struct live *l)
{
	static const char *const commands[] = {
		"{\"command\":\"agent.login\",\"agent\":\"8001\"}",
		"{\"command\":\"agent.ready\",\"agent\":\"8001\"}",
		"{\"command\":\"agent.not-ready\",\"agent\":\"8001\","
		"\"reason\":\"lunch\"}",
		"{\"command\":\"agent.login\",\"agent\":\"8002\"}",
		"{\"command\":\"agent.logout\",\"agent\":\"8001\"}",
		"{\"command\":\"blacklist.add\",\"number\":\"07550000007\"}",
		"{\"command\":\"nonsense\"}",
	};
	unsigned slot = 1 + rd_rng_below(&l->rng, 15);
	struct rd_ev_digit digit = {
		.msg = { RD_MSG_DIGIT, sizeof(digit), rd_line(0, 0, slot), 0 },
		.digit = (char)('0' + rd_rng_below(&l->rng, 10)),
		.length_frames = 400,
	};

	l->now += 8 * (1 + rd_rng_below(&l->rng, 900));
	switch (rd_rng_below(&l->rng, 8)) {
	case 0:
		command(l, commands[rd_rng_below(&l->rng, 7)]);
		break;
	case 1:
	case 2:
		isdn(l, RD_ISDN_SETUP, 0x80000000u | ++l->ref, slot);
		break;
	case 3:
		isdn(l, RD_ISDN_HANGUP,
		     0x80000000u | (1 + rd_rng_below(&l->rng, l->ref + 1)),
		     slot);
		break;
	default:
		feed(l, &digit.msg);
	}
}

static void start_daemon(struct live *l, uint64_t seed)
{
	struct rd_journal_source source = { snapshot, l };
	struct rd_journal_recovery rec;
	struct rd_config *config = compile(NULL, &bundle);
	struct rd_diag diag;

	rd_diag_init(&diag);
	cr_assert_eq(rd_journal_open(dir, SEGMENT, &l->journal, &rec, &diag), 0,
		     "%s", diag.text);
	rd_diag_free(&diag);
	if (rec.found) {
		struct rd_replay_options o = options;
		struct rd_replay_result result;

		o.from = rec.start_seq;
		o.to = rec.end_seq;
		o.sink.put = listen_to;
		o.sink.context = &(struct said){ 0 };
		cr_assert_eq(rd_journal_replay(dir, &o, &result, &l->core), 0,
			     "%s", result.why);
		cr_assert_eq(result.mismatch_seq, 0, "%s", result.why);
		cr_assert_eq(result.last, rec.end_seq);
		l->core->sink.context = &l->said;
	} else {
		l->core = rd_core_new(config,
				      (struct rd_sink){ listen_to, &l->said });
	}
	cr_assert_eq(rd_journal_begin(l->journal, source, 1, !rec.found), 0);
	begin_run(l, seed, rec.found);
	configure(l, config);
}

static void stop_daemon(struct live *l)
{
	rd_journal_close(l->journal);
	rd_replay_free(l->core, &options);
}

/* A life of `events` things, in two runs of the daemon. */
static struct said live_through(unsigned events)
{
	struct live l = { .rng = { 4711 } };

	fprintf(stderr, "seed 4711\n");
	for (unsigned run = 0; run < 2; run++) {
		l.now = 0;
		start_daemon(&l, run + 1);
		for (unsigned i = 0; i < events / 2; i++)
			happen(&l);
		stop_daemon(&l);
	}
	return l.said;
}

Test(replay, says_the_same_and_comes_to_the_same)
{
	struct said live = live_through(6000), again = { 0 };
	struct rd_replay_options o = options;
	struct rd_replay_result result;
	struct rd_core *core;

	o.sink = (struct rd_sink){ listen_to, &again };
	cr_assert_eq(rd_journal_replay(dir, &o, &result, &core), 0, "%s",
		     result.why);
	cr_assert_eq(result.mismatch_seq, 0, "%s", result.why);
	cr_assert_eq(result.broken_seq, 0, "%s", result.why);
	cr_assert_eq(result.gaps + result.lost, 0);
	cr_assert_gt(result.events, 6000);
	cr_assert_gt(live.rows, 100, "only %d rows", (int)live.rows);
	cr_assert_eq(again.commands, live.commands);
	cr_assert_eq(again.all, live.all);
	rd_replay_free(core, &o);
}

Test(replay, begins_at_any_segment)
{
	struct rd_replay_options o = options;
	struct rd_replay_result result;
	struct rd_journal_reader *r;
	struct rd_journal_event e;
	uint64_t firsts[64];
	int n = 0;

	live_through(6000);
	cr_assert_eq(rd_journal_reader_open(dir, &r), 0);
	while (rd_journal_reader_next(r, &e) == 1)
		if (e.first && n < 64)
			firsts[n++] = e.seq;
	rd_journal_reader_close(r);
	cr_assert_gt(n, 1);
	for (int i = 0; i < n; i++) {
		struct said said = { 0 };
		struct rd_core *core;

		o.from = firsts[i] + 3;
		o.sink = (struct rd_sink){ listen_to, &said };
		cr_assert_eq(rd_journal_replay(dir, &o, &result, &core), 0,
			     "%s", result.why);
		cr_assert_eq(result.first, firsts[i]);
		cr_assert_eq(result.mismatch_seq, 0, "%s", result.why);
		rd_replay_free(core, &o);
	}
}

/* Another digit than the one that was keyed, with a CRC that is right. */
static bool falsify(uint64_t seq)
{
	char path[128];
	struct rd_journal_record *r;
	static uint8_t file[8 << 20];
	uint64_t at = 0;
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%016x.rdj", dir, 1);
	f = fopen(path, "r+");
	n = fread(file, 1, sizeof(file), f);
	at = ((struct rd_journal_header *)file)->records_offset;
	for (; at + sizeof(*r) <= n; at += r->len) {
		r = (void *)(file + at);
		if (!r->len)
			break;
		if (r->seq < seq || r->msg.type != RD_MSG_ISDN ||
		    ((struct rd_isdn *)&r->msg)->op != RD_ISDN_SETUP)
			continue;
		((struct rd_isdn *)&r->msg)->calling[6] ^= 1;
		r->crc = rd_journal_record_crc(r);
		fseek(f, 0, SEEK_SET);
		fwrite(file, 1, n, f);
		fclose(f);
		return true;
	}
	fclose(f);
	return false;
}

Test(replay, finds_out_a_log_that_does_not_tell_the_truth)
{
	struct rd_replay_options o = options;
	struct rd_replay_result result;
	struct said said = { 0 };
	struct rd_core *core;

	live_through(600);
	cr_assert(falsify(100));
	o.sink = (struct rd_sink){ listen_to, &said };
	cr_assert_eq(rd_journal_replay(dir, &o, &result, &core), 0);
	cr_assert_geq(result.mismatch_seq, 100);
	cr_assert_lt(result.mismatch_seq, 150, "at the event itself");
	rd_replay_free(core, &o);
}

/* ---- rows ---------------------------------------------------------------------- */

static int count_row(void *context, const struct rd_cmd_row *cmd)
{
	listen_to(context, RD_PEER_STORE, &cmd->msg);
	return 0;
}

Test(replay, derives_the_rows_that_were_written)
{
	struct said live = live_through(3000), again = { 0 }, rest = { 0 };
	struct rd_refill_source source = { dir, compile, release, NULL };
	struct rd_store_refill refill = rd_refill_of(&source);

	cr_assert_eq(
		refill.run(refill.context, 1, UINT64_MAX, count_row, &again),
		0);
	cr_assert_eq(again.rows, live.rows);
	cr_assert_eq(again.of_rows, live.of_rows);
	cr_assert_eq(
		refill.run(refill.context, 1500, UINT64_MAX, count_row, &rest),
		0);
	cr_assert_gt(rest.rows, 0);
	cr_assert_lt(rest.rows, live.rows);
}

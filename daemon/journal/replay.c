// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replay; see replay.h.
 *
 *	segment: snapshot, bundles -> core
 *	record:  digest == core->digest?  ->  rd_core_handle()  ->  after()
 *
 * A segment of a core made anew (generation 0) has no configuration yet: it is
 * the one of the first RD_MSG_CONFIG behind, which is looked for ahead, because
 * the sizes of the state come from it.
 */
#include "daemon/journal/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/journal/bundle.h"

struct replay {
	const struct rd_replay_options *o;
	struct rd_replay_result *result;
	const char *dir;
	struct rd_journal_reader *reader;
	struct rd_core *core;
	struct rd_bundle_parts parts;
	const struct rd_config *ahead; /* of the CONFIG that is to come */
	bool digest_known; /* core->digest is that of the event before */
	bool skipping;	   /* events are missing: wait for a snapshot */
};

static int fail(struct replay *r, int err, const char *words)
{
	snprintf(r->result->why, sizeof(r->result->why), "%s", words);
	return err;
}

void rd_replay_free(struct rd_core *core, const struct rd_replay_options *o)
{
	const struct rd_config *own[RD_CONFIGS + 1];
	int n = 0;

	if (!core)
		return;
	own[n++] = core->config;
	for (int i = 0; i < RD_CONFIGS; i++)
		own[n++] = core->configs[i];
	rd_core_free(core);
	for (int i = 0; i < n; i++) {
		bool seen = !own[i];

		for (int k = 0; k < i; k++)
			seen |= own[k] == own[i];
		if (!seen)
			o->release(o->context, own[i]);
	}
}

/* ---- a segment's beginning ----------------------------------------------------- */

/* The first bundle among the records of the segment at hand. */
static int look_ahead(struct replay *r, uint64_t first,
		      const struct rd_config **out)
{
	struct rd_bundle_parts parts = { 0 };
	const struct rd_journal_record *record;
	struct rd_journal_file f;
	struct rd_bundle bundle;
	const char *why;
	int dirfd = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = 0;

	if (dirfd < 0)
		return -errno;
	n = rd_journal_file_open(&f, dirfd, first, &why);
	close(dirfd);
	if (n)
		return n;
	while (!n && rd_journal_file_next(&f, &record) == RD_JOURNAL_RECORD)
		if (record->msg.type == RD_MSG_CONFIG)
			n = rd_bundle_collect(
				&parts, (const void *)&record->msg, &bundle);
	rd_journal_file_close(&f);
	rd_bundle_parts_free(&parts);
	if (n != 1)
		return fail(r, n ? n : -EAGAIN, "no configuration yet");
	*out = r->o->compile(r->o->context, &bundle);
	free(bundle.data);
	return *out ? 0 : fail(r, -EBADMSG, "a configuration does not compile");
}

/* The configurations a segment brings along. */
static int load_configs(struct replay *r, const struct rd_journal_file *f,
			const struct rd_config **configs)
{
	for (uint32_t i = 0; i < f->header.nsections; i++) {
		const struct rd_journal_section *s = &f->header.section[i];
		struct rd_bundle bundle;
		int err;

		if (s->kind != RD_JOURNAL_BUNDLE)
			continue;
		err = rd_journal_file_section(f, i, &bundle.data, &bundle.len);
		if (err)
			return fail(r, err, "a configuration is damaged");
		/* core counts from 0 */
		configs[(s->generation - 1) % RD_CONFIGS] =
			r->o->compile(r->o->context, &bundle);
		free(bundle.data);
		if (!configs[(s->generation - 1) % RD_CONFIGS])
			return fail(r, -EBADMSG,
				    "a configuration does not compile");
	}
	return 0;
}

static int make_core(struct replay *r, const struct rd_config **configs,
		     const struct rd_config *newest, const void *snapshot,
		     uint64_t len)
{
	struct rd_core *core = rd_core_new(newest, r->o->sink);

	if (!core)
		return -ENOMEM;
	if (rd_core_restore(core, snapshot, len)) {
		rd_core_free(core);
		return fail(r, -EPROTO,
			    "the snapshot is of another version of ringdownd");
	}
	for (int i = 0; i < RD_CONFIGS; i++)
		if (configs[i])
			core->configs[i] = configs[i];
	if (r->o->made)
		r->o->made(r->o->context, core);
	r->core = core;
	r->digest_known = false;
	return 0;
}

/* Make core what it was when the segment at hand began. */
static int enter(struct replay *r, const void *snapshot, uint64_t len)
{
	const struct rd_journal_file *f = rd_journal_reader_file(r->reader);
	const struct rd_config *configs[RD_CONFIGS] = { NULL };
	const struct rd_config *newest;
	uint32_t generation = f->header.generation;
	int err = load_configs(r, f, configs);

	if (!err && !generation)
		err = look_ahead(r, f->header.first_seq, &configs[0]);
	newest = configs[generation ? (generation - 1) % RD_CONFIGS : 0];
	if (!err && !newest)
		err = fail(r, -EBADMSG, "its configuration is missing");
	if (!err)
		err = make_core(r, configs, newest, snapshot, len);
	if (err) {
		for (int i = 0; i < RD_CONFIGS; i++)
			if (configs[i])
				r->o->release(r->o->context, configs[i]);
		return err;
	}
	r->ahead = generation ? NULL : newest;
	rd_bundle_parts_free(&r->parts);
	r->skipping = false;
	return 0;
}

static void mismatch(struct replay *r, uint64_t seq, const char *words)
{
	if (r->result->mismatch_seq)
		return;
	r->result->mismatch_seq = seq;
	snprintf(r->result->why, sizeof(r->result->why),
		 "event %" PRIu64 ": %s", seq, words);
}

/* A segment begins: compare its snapshot, or go on from it. */
static int on_segment(struct replay *r, const struct rd_journal_event *e)
{
	const struct rd_journal_file *f = rd_journal_reader_file(r->reader);
	bool usable =
		r->core && !e->lost && !r->skipping && f->header.generation;
	const void *state;
	uint64_t state_len;
	void *snapshot;
	size_t len;
	int err;

	if (usable && !r->o->verify)
		return 0;
	err = rd_journal_file_section(f, 0, &snapshot, &len);
	if (err) {
		/* whoever was on the way goes on without it */
		return usable ? 0 : fail(r, err, "the snapshot is damaged");
	}
	if (usable) {
		state = rd_core_snapshot(r->core, &state_len);
		if (state_len != len || memcmp(state, snapshot, len))
			mismatch(r, e->seq - 1,
				 "another state than the snapshot's");
	} else {
		if (r->core)
			r->result->gaps++;
		rd_replay_free(r->core, r->o);
		r->core = NULL;
		err = enter(r, snapshot, len);
		if (err == -EAGAIN) { /* killed before it had one */
			r->skipping = true;
			err = 0;
		}
	}
	free(snapshot);
	return err;
}

/* ---- events ---------------------------------------------------------------------- */

/* A part of a bundle: with the last one, compile. *old is to be released. */
static int on_config(struct replay *r, const struct rd_msg *msg,
		     const struct rd_config **old)
{
	const struct rd_config *config = r->ahead;
	struct rd_bundle bundle;
	int n = rd_bundle_collect(&r->parts, (const void *)msg, &bundle);

	if (n != 1)
		return n ? fail(r, n, "parts of a configuration are missing")
			 : 0;
	if (!config)
		config = r->o->compile(r->o->context, &bundle);
	free(bundle.data);
	r->ahead = NULL;
	if (!config)
		return fail(r, -EBADMSG, "a configuration does not compile");
	*old = rd_core_set_config(r->core, config);
	return 0;
}

static int on_event(struct replay *r, const struct rd_journal_event *e)
{
	struct rd_replay_result *result = r->result;
	const struct rd_config *old = NULL;
	int err = 0;

	if (r->o->verify && r->digest_known && e->digest != r->core->digest)
		mismatch(r, e->seq - 1, "other commands than then");
	if (e->msg->type == RD_MSG_CONFIG)
		err = on_config(r, e->msg, &old);
	if (err)
		return err;
	rd_core_handle(r->core, e->msg, e->seq);
	if (old)
		r->o->release(r->o->context, old);
	r->digest_known = true;
	if (!result->first)
		result->first = e->seq;
	result->last = e->seq;
	result->events++;
	if (r->o->check && !result->broken_seq &&
	    rd_core_check(r->core, result->why, sizeof(result->why)))
		result->broken_seq = e->seq;
	return r->o->after ? r->o->after(r->o->context, r->core, e) : 0;
}

static int run(struct replay *r)
{
	struct rd_journal_event e;
	int n, err = 0;

	while (!err && (n = rd_journal_reader_next(r->reader, &e))) {
		if (n == -EBADMSG) { /* the reader goes on behind it */
			r->skipping = true;
			continue;
		}
		if (n < 0)
			return fail(r, n, strerror(-n));
		if (e.seq > r->o->to)
			break;
		r->result->lost += r->core ? e.lost : 0;
		if (e.first)
			err = on_segment(r, &e);
		else if (e.lost)
			r->skipping = true;
		if (!err && r->core && !r->skipping)
			err = on_event(r, &e);
	}
	return err;
}

int rd_journal_replay(const char *dir, const struct rd_replay_options *options,
		      struct rd_replay_result *result, struct rd_core **core)
{
	struct replay r = { .o = options, .result = result, .dir = dir };
	int err;

	memset(result, 0, sizeof(*result));
	*core = NULL;
	err = rd_journal_reader_open(dir, &r.reader);
	if (err)
		return fail(&r, err, strerror(-err));
	err = rd_journal_reader_seek_segment(r.reader, options->from);
	if (err == -ESTALE)
		err = fail(&r, -ENOENT, "the journal does not go back so far");
	else if (err == -EBADMSG)
		err = fail(&r, err, rd_journal_reader_error(r.reader));
	if (!err)
		err = run(&r);
	rd_bundle_parts_free(&r.parts);
	if (err) {
		rd_replay_free(r.core, options);
		r.core = NULL;
	}
	rd_journal_reader_close(r.reader);
	*core = r.core;
	return err;
}

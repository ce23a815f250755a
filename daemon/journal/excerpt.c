// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Slices of the journal; see excerpt.h. The slice's first record keeps the
 * digest of the event before it, which nobody can check; all others are checked.
 */
#include "daemon/journal/excerpt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/core/state.h"
#include "daemon/journal/segment.h"
#include "lib/base/crc32c.h"
#include "lib/base/folder.h"

/* ---- reading ----------------------------------------------------------------- */

struct reading {
	struct rd_excerpt *x;
	const struct rd_replay_options *o;
	int err;
};

static int keep_state(struct rd_excerpt *x, const struct rd_core *core)
{
	uint64_t len;
	const void *state = rd_core_snapshot(core, &len);

	free(x->snapshot);
	x->snapshot = malloc(len);
	if (!x->snapshot)
		return -ENOMEM;
	memcpy(x->snapshot, state, len);
	x->snapshot_len = len;
	return 0;
}

static int keep_event(struct rd_excerpt *x, const struct rd_journal_event *e)
{
	if (x->n == x->cap) {
		size_t cap = x->cap ? 2 * x->cap : 256;
		void *grown = realloc(x->events, cap * sizeof(*x->events));

		if (!grown)
			return -ENOMEM;
		x->events = grown;
		x->cap = cap;
	}
	x->events[x->n].msg = malloc(e->msg->len);
	if (!x->events[x->n].msg)
		return -ENOMEM;
	memcpy(x->events[x->n].msg, e->msg, e->msg->len);
	x->events[x->n++].digest = e->digest;
	return 0;
}

static void made(void *context, struct rd_core *core)
{
	struct reading *r = context;

	if (!r->x->n && !r->err)
		r->err = keep_state(r->x, core);
}

static int after(void *context, const struct rd_core *core,
		 const struct rd_journal_event *e)
{
	struct reading *r = context;

	if (r->err)
		return r->err;
	if (e->seq + 1 == r->x->first)
		r->err = keep_state(r->x, core);
	else if (e->seq >= r->x->first && e->seq == r->x->first + r->x->n)
		r->err = keep_event(r->x, e);
	return r->err;
}

static struct rd_config *compile(void *context, const struct rd_bundle *bundle)
{
	struct reading *r = context;

	return r->o->compile(r->o->context, bundle);
}

static void release(void *context, const struct rd_config *config)
{
	struct reading *r = context;

	r->o->release(r->o->context, config);
}

static void drop(void *context, enum rd_peer peer, const struct rd_msg *cmd)
{
}

/* The configurations alive before the first event, and the run's epoch. */
static int read_configs(const char *dir, struct rd_excerpt *x)
{
	struct rd_journal_reader *reader;
	const struct rd_journal_file *f;
	struct rd_journal_event e;
	int n = rd_journal_reader_open(dir, &reader), err = 0;

	if (n)
		return n;
	n = rd_journal_reader_seek_segment(reader, x->first);
	while (!n && !err && (n = rd_journal_reader_next(reader, &e)) == 1) {
		n = 0;
		f = rd_journal_reader_file(reader);
		for (uint32_t i = 0; e.first && i < f->header.nsections; i++) {
			const struct rd_journal_section *s =
				&f->header.section[i];
			struct rd_bundle b;

			if (s->kind != RD_JOURNAL_BUNDLE || err)
				continue;
			err = rd_journal_file_section(f, i, &b.data, &b.len);
			if (err)
				break;
			err = rd_journal_bundles_put(&x->configs, s->generation,
						     b.data, b.len);
			free(b.data);
		}
		if (e.first && !x->epoch_ns)
			x->epoch_ns = f->header.epoch_ns;
		if (e.seq >= x->first)
			break;
		if (e.msg->type == RD_MSG_START)
			x->epoch_ns =
				((const struct rd_ev_start *)e.msg)->epoch_ns;
		if (!err)
			err = rd_journal_bundles_note(&x->configs, e.msg) < 0
				      ? -EBADMSG
				      : 0;
	}
	rd_journal_reader_close(reader);
	x->generation = x->configs.newest;
	return err ? err : n < 0 ? n : 0;
}

int rd_excerpt_read(const char *dir, uint64_t first, uint64_t last,
		    const struct rd_replay_options *options,
		    struct rd_excerpt *out, char why[256])
{
	struct reading r = { out, options, 0 };
	struct rd_replay_options o = {
		.from = first,
		.to = last,
		.sink = { drop, NULL },
		.compile = compile,
		.release = release,
		.made = made,
		.after = after,
		.context = &r,
	};
	struct rd_replay_result result;
	struct rd_core *core = NULL;
	int err;

	memset(out, 0, sizeof(*out));
	out->first = first;
	out->last = last;
	err = rd_journal_replay(dir, &o, &result, &core);
	rd_replay_free(core, &o);
	snprintf(why, 256, "%s", result.why);
	if (!err)
		err = read_configs(dir, out);
	if (!err && (out->n != last - first + 1 || !out->snapshot)) {
		snprintf(why, 256, "events are missing there");
		err = -EBADMSG;
	} else if (!err && !out->generation) {
		snprintf(why, 256, "there was no configuration yet");
		err = -ENOENT;
	}
	if (err)
		rd_excerpt_free(out);
	return err;
}

/* ---- writing ------------------------------------------------------------------- */

/* Octets of records, and sections into the header. */
static uint64_t lay_out(const struct rd_excerpt *x, struct rd_journal_header *h,
			struct iovec sections[RD_JOURNAL_SECTIONS])
{
	uint64_t octets = 0;

	h->first_seq = x->first;
	h->previous_seq = x->first - 1;
	h->epoch_ns = x->epoch_ns;
	h->generation = x->generation;
	h->section[0].kind = RD_JOURNAL_SNAPSHOT;
	sections[0] = (struct iovec){ x->snapshot, x->snapshot_len };
	h->nsections = 1;
	for (int i = 0; i < RD_CONFIGS; i++) {
		const struct rd_bundle *b = &x->configs.slot[i].bundle;

		if (!x->configs.slot[i].generation)
			continue;
		h->section[h->nsections].kind = RD_JOURNAL_BUNDLE;
		h->section[h->nsections].generation =
			x->configs.slot[i].generation;
		sections[h->nsections++] = (struct iovec){ b->data, b->len };
	}
	for (size_t i = 0; i < x->n; i++)
		octets += RD_JOURNAL_RECORD_HEAD + x->events[i].msg->len;
	return octets;
}

static bool is_empty(int dirfd)
{
	uint64_t *list = NULL;
	int n = rd_journal_list(dirfd, &list);

	free(list);
	return n == 0;
}

int rd_excerpt_write(const struct rd_excerpt *x, const char *dir)
{
	struct iovec sections[RD_JOURNAL_SECTIONS];
	struct rd_journal_header h = { .version = RD_JOURNAL_VERSION };
	uint64_t octets = lay_out(x, &h, sections);
	struct rd_segment *s;
	int dirfd, err = rd_folder_make(dir, 0750);

	if (err)
		return err;
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd < 0)
		return -errno;
	if (!is_empty(dirfd)) {
		close(dirfd);
		return -EEXIST;
	}
	err = rd_segment_create(dirfd, RD_SEGMENT_NEXT, 4096, &s);
	if (!err) {
		err = rd_segment_begin(s, dirfd, &h, sections, octets);
		for (size_t i = 0; !err && i < x->n; i++)
			rd_segment_append(s, x->first + i, x->events[i].digest,
					  x->events[i].msg);
		if (!err && fsync(s->fd))
			err = -errno;
		rd_segment_close(s, dirfd);
	}
	close(dirfd);
	return err;
}

/* ---- running ---------------------------------------------------------------------- */

struct running {
	const struct rd_replay_options *o;
	uint32_t shape;
};

static void note_shape(void *context, enum rd_peer peer,
		       const struct rd_msg *cmd)
{
	struct running *r = context;
	const uint32_t words[] = { peer, cmd->type, cmd->len, cmd->line };

	r->shape = rd_crc32c(r->shape, words, sizeof(words));
	if (r->o->sink.put)
		r->o->sink.put(r->o->sink.context, peer, cmd);
}

static struct rd_core *begin(const struct rd_excerpt *x,
			     const struct rd_replay_options *o,
			     struct rd_sink sink)
{
	const struct rd_config *configs[RD_CONFIGS] = { NULL }, *newest;
	struct rd_core *core = NULL;

	for (int i = 0; i < RD_CONFIGS; i++)
		if (x->configs.slot[i].generation)
			configs[(x->configs.slot[i].generation - 1) %
				RD_CONFIGS] =
				o->compile(o->context,
					   &x->configs.slot[i].bundle);
	newest = configs[(x->generation - 1) % RD_CONFIGS];
	if (newest)
		core = rd_core_new(newest, sink);
	if (core && rd_core_restore(core, x->snapshot, x->snapshot_len)) {
		rd_core_free(core);
		core = NULL;
	}
	for (int i = 0; i < RD_CONFIGS; i++) {
		if (core && configs[i])
			core->configs[i] = configs[i];
		else if (configs[i])
			o->release(o->context, configs[i]);
	}
	return core;
}

int rd_excerpt_run(const struct rd_excerpt *x,
		   const struct rd_replay_options *o, uint32_t *shape,
		   uint32_t *digests)
{
	struct rd_bundle_parts parts = { 0 };
	struct running r = { o, 0 };
	struct rd_core *core = begin(x, o, (struct rd_sink){ note_shape, &r });
	int err = core ? 0 : -EPROTO;

	if (core && o->made)
		o->made(o->context, core);

	for (size_t i = 0; !err && i < x->n; i++) {
		const struct rd_config *old = NULL, *config;
		const struct rd_msg *msg = x->events[i].msg;
		struct rd_bundle bundle;

		if (msg->type == RD_MSG_CONFIG &&
		    rd_bundle_collect(&parts, (const void *)msg, &bundle) ==
			    1) {
			config = o->compile(o->context, &bundle);
			free(bundle.data);
			if (!config) {
				err = -EPROTO;
				break;
			}
			old = rd_core_set_config(core, config);
		}
		r.shape = 0;
		rd_core_handle(core, msg, x->first + i);
		if (old)
			o->release(o->context, old);
		shape[i] = r.shape;
		if (digests)
			digests[i] = core->digest;
		if (o->after)
			err = o->after(
				o->context, core,
				&(struct rd_journal_event){ .seq = x->first + i,
							    .msg = msg });
	}
	rd_bundle_parts_free(&parts);
	rd_replay_free(core, o);
	return err;
}

void rd_excerpt_seal(struct rd_excerpt *x, const uint32_t *digests)
{
	for (size_t i = 1; i < x->n; i++)
		x->events[i].digest = digests[i - 1];
	if (x->n)
		x->events[0].digest = 0;
}

void rd_excerpt_free(struct rd_excerpt *x)
{
	for (size_t i = 0; i < x->n; i++)
		free(x->events[i].msg);
	free(x->events);
	free(x->snapshot);
	rd_journal_bundles_free(&x->configs);
	memset(x, 0, sizeof(*x));
}

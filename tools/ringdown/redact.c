// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Redaction; see redact.h.
 *
 *	run: what core says, and the state on the way --> numbers, names
 *	configurations, compiled and as text         -->      |
 *	                                                 pseudonyms
 *	snapshot, configurations, events  <--- in place ------'
 *	run again: the same shape? then seal with the new digests
 *
 * Everything keeps its length, so no structure has to be known: a text in the
 * arena is found as a text that stands alone. What is keyed in lies in events of
 * one digit each; these are strung together line by line and searched.
 */
#include "tools/ringdown/redact.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/call/blacklist.h"
#include "daemon/call/call.h"
#include "daemon/call/record.h"
#include "daemon/core/state.h"
#include "daemon/journal/pseudonym.h"
#include "lib/config/build.h"

#define TRIES	 64 /* secrets; a checksum of ten fits one number in ten */
#define LONG	 7  /* digits that are a number wherever they stand */
#define KEYS_MAX 256

struct job {
	struct rd_excerpt *x;
	const struct rd_replay_options *o;
	struct rd_pseudonyms p;
	json_t *ids; /* of calls and recordings: numbers, but nobody's */
	size_t replaced;
	int err;
};

static void note(struct job *j, int err)
{
	j->err = j->err ? j->err : err;
}

static void add_number(struct job *j, const char *text)
{
	if (text)
		note(j, rd_pseudonyms_number(&j->p, text, strlen(text)));
}

static void add_name(struct job *j, const char *text)
{
	if (text)
		note(j, rd_pseudonyms_name(&j->p, text, strlen(text)));
}

static void collect(struct job *j, const void *octets, size_t n)
{
	note(j, rd_pseudonyms_collect(&j->p, octets, n, RD_AREA_PROSE,
				      RD_PSEUDONYM_DIGITS));
}

/* ---- what core says --------------------------------------------------------------- */

static void note_id(struct job *j, uint64_t id)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, id);
	json_object_set_new(j->ids, text, json_true());
}

static bool is_name_key(const char *event, const char *key)
{
	if (!strcmp(key, "by"))
		return true;
	/* of call.app it is a tree's or queue's */
	return !strcmp(key, "name") && strcmp(event, "call.app");
}

static void hear(struct job *j, const char *event, const char *key,
		 const json_t *value)
{
	const char *text = json_string_value(value), *colon;
	const char *inner_key;
	json_t *inner;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)value, inner_key, inner)
		{
			(void)inner_key;
			add_name(j, json_string_value(inner));
			hear(j, event, "", inner);
		}
		return;
	}
	if (json_is_integer(value) && strcmp(key, "time_ns"))
		note_id(j, (uint64_t)json_integer_value(value));
	if (!text || !strcmp(key, "path"))
		return;
	collect(j, text, strlen(text));
	if (!strcmp(event, "call.attached") && !strcmp(key, "value"))
		add_name(j, text);
	if (!is_name_key(event, key))
		return;
	colon = strchr(text, ':'); /* "operator:li" */
	if (!strcmp(key, "by"))
		add_name(j, colon ? colon + 1 : NULL);
	else if (strcmp(key, "data"))
		add_name(j, text);
}

static void hear_json(struct job *j, const char *text)
{
	json_t *all = json_loads(text, 0, NULL), *value;
	const char *event, *key;

	event = json_string_value(json_object_get(all, "event"));
	json_object_foreach(all, key, value)
		hear(j, event ? event : "", key, value);
	json_decref(all);
}

static void on_command(void *context, enum rd_peer peer,
		       const struct rd_msg *cmd)
{
	struct job *j = context;

	if (cmd->type == RD_MSG_PUBLISH)
		hear_json(j, ((const struct rd_publish *)cmd)->json);
	else if (peer != RD_PEER_MEDIA)
		collect(j, cmd + 1, cmd->len - sizeof(*cmd));
}

/* ---- state and events -------------------------------------------------- */

static void add_people(struct job *j, const struct rd_core *core)
{
	const struct rd_recording *rec = NULL;
	const struct rd_state *s = core->state;

	for (uint32_t i = 0; i < s->agents; i++)
		add_name(j, rd_agent_get(core, (uint16_t)i)->name);
	for (uint32_t i = 0; i < s->calls.cap; i++)
		if (rd_pool_has(s, &s->calls, i)) {
			const struct rd_call *call = rd_call_at(core, i);
			const char *at = call->attached;

			note_id(j, call->id);
			add_name(j, call->name);
			for (bool value = false;
			     at < call->attached + call->attached_len;
			     at += strlen(at) + 1, value = !value)
				if (value)
					add_name(j, at);
		}
	for (uint32_t i = 0; i < s->legs.cap; i++)
		if (rd_pool_has(s, &s->legs, i))
			add_name(j, rd_leg_at(core, i)->name);
	for (uint32_t i = 0; i < s->nblocks; i++)
		add_number(j, rd_blacklist_nth(core, i)->number);
	while ((rec = rd_record_next(core, rec)))
		note_id(j, rec->id);
}

static void add_answer(struct job *j, const struct rd_ev_lookup *answer)
{
	const char *at = answer->data;
	const char *end = (const char *)answer + answer->msg.len;

	for (unsigned i = 0; i < 2u * answer->pairs && at < end; i++) {
		if (i % 2)
			add_name(j, at);
		at += strnlen(at, (size_t)(end - at)) + 1;
	}
}

static void add_event(struct job *j, const struct rd_msg *msg)
{
	if (msg->type == RD_MSG_COMMAND)
		hear_json(j, ((const struct rd_ev_command *)msg)->json);
	else if (msg->type == RD_MSG_ISDN)
		add_name(j, ((const struct rd_isdn *)msg)->name);
	else if (msg->type == RD_MSG_LOOKUP_ANSWER)
		add_answer(j, (const void *)msg);
	if (msg->type == RD_MSG_ISDN || msg->type == RD_MSG_LOOKUP_ANSWER)
		collect(j, msg + 1, msg->len - sizeof(*msg));
}

static void made(void *context, struct rd_core *core)
{
	add_people(context, core);
}

/* What is keyed in lies in the state of the call on that line only. */
static int after(void *context, const struct rd_core *core,
		 const struct rd_journal_event *e)
{
	struct job *j = context;
	const struct rd_leg *leg = rd_leg_on_line(core, e->msg->line);

	add_event(j, e->msg);
	if (leg && leg->call != RD_NONE)
		collect(j, rd_call_at(core, leg->call), sizeof(struct rd_call));
	return j->err;
}

/* ---- configurations ---------------------------------------------------- */

static bool is_yaml(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && (!strcmp(dot, ".yaml") || !strcmp(dot, ".yml"));
}

static void add_config(struct job *j, const struct rd_bundle *bundle)
{
	struct rd_config *c = j->o->compile(j->o->context, bundle);
	struct rd_bundle_file file;

	if (!c) {
		note(j, -EPROTO);
		return;
	}
	for (uint16_t i = 0; i < c->nagents; i++) {
		add_number(j, c->agents[i].number);
		add_number(j, c->agents[i].phone);
		add_name(j, c->agents[i].name);
	}
	for (uint16_t i = 0; i < c->nroutes; i++)
		add_number(j, c->routes[i].number);
	for (uint16_t i = 0; i < c->noutroutes; i++)
		add_number(j, c->outroutes[i].number);
	for (uint16_t i = 0; i < c->nblocks; i++)
		add_number(j, c->blocks[i].number);
	for (uint32_t i = 0; rd_bundle_file(bundle, i, &file); i++)
		note(j, rd_pseudonyms_collect(&j->p, file.text, file.len,
					      RD_AREA_PROSE,
					      is_yaml(file.name) ? LONG : 2));
	j->o->release(j->o->context, c);
}

/* Words of the house: keys, and values that are not an agent's name. */
static void keep_words(struct job *j, const struct rd_yaml *node, bool people)
{
	for (uint32_t i = 0; i < node->n; i++) {
		bool mapping = node->kind == RD_YAML_MAPPING;
		const char *key = mapping ? node->keys[i]->text : "";

		if (mapping)
			rd_pseudonyms_keep(&j->p, true, key);
		if (people && !strcmp(key, "name"))
			continue;
		if (node->items[i]->kind == RD_YAML_SCALAR)
			rd_pseudonyms_keep(&j->p, true, node->items[i]->text);
		keep_words(j, node->items[i], people || !strcmp(key, "agents"));
	}
}

static void keep_config(struct job *j, const struct rd_bundle *bundle)
{
	struct rd_bundle_file file;
	struct rd_arena arena;
	struct rd_diag silent;

	rd_arena_init(&arena, 0);
	rd_diag_init(&silent);
	for (uint32_t i = 0; rd_bundle_file(bundle, i, &file); i++) {
		const struct rd_yaml *root =
			is_yaml(file.name)
				? rd_yaml_parse(&arena, file.name, file.text,
						file.len, &silent)
				: NULL;

		if (root)
			keep_words(j, root, false);
	}
	rd_diag_free(&silent);
	rd_arena_free(&arena);
}

/* Each configuration: before the excerpt, or brought by an event in it. */
static void each_config(struct job *j,
			void (*use)(struct job *j,
				    const struct rd_bundle *bundle))
{
	struct rd_bundle_parts parts = { 0 };
	struct rd_bundle bundle;

	for (int i = 0; i < RD_CONFIGS; i++)
		if (j->x->configs.slot[i].generation)
			use(j, &j->x->configs.slot[i].bundle);
	for (size_t i = 0; i < j->x->n; i++) {
		const struct rd_msg *msg = j->x->events[i].msg;

		if (msg->type == RD_MSG_CONFIG &&
		    rd_bundle_collect(&parts, (const void *)msg, &bundle) ==
			    1) {
			use(j, &bundle);
			free(bundle.data);
		}
	}
	rd_bundle_parts_free(&parts);
}

/* ---- putting in -------------------------------------------------------- */

static void put_bundle(struct job *j, const struct rd_bundle *bundle)
{
	struct rd_bundle_file file;

	for (uint32_t i = 0; rd_bundle_file(bundle, i, &file); i++)
		j->replaced += rd_pseudonyms_replace(&j->p, (char *)file.text,
						     file.len, RD_AREA_PROSE);
}

/* Configurations in events: whole, changed, and cut up again. */
static void put_config_events(struct job *j)
{
	struct rd_bundle_parts parts = { 0 };
	struct rd_bundle bundle;
	size_t begin = 0;

	for (size_t i = 0; i < j->x->n; i++) {
		const struct rd_ev_config *e =
			(const void *)j->x->events[i].msg;

		if (e->msg.type != RD_MSG_CONFIG)
			continue;
		begin = e->offset ? begin : i;
		if (rd_bundle_collect(&parts, e, &bundle) != 1)
			continue;
		put_bundle(j, &bundle);
		for (size_t k = begin, at = 0; k <= i; k++) {
			struct rd_ev_config *part = (void *)j->x->events[k].msg;

			if (part->msg.type == RD_MSG_CONFIG)
				at = rd_bundle_chunk(&bundle, at,
						     part->msg.frame, part);
		}
		free(bundle.data);
	}
	rd_bundle_parts_free(&parts);
}

/* Digits of a line from event i on: its keys, and which events they are. */
static size_t string_keys(const struct rd_excerpt *x, size_t i,
			  char keys[KEYS_MAX], size_t at[KEYS_MAX])
{
	uint32_t line = x->events[i].msg->line;
	size_t n = 0;

	for (; i < x->n && n < KEYS_MAX; i++) {
		const struct rd_ev_digit *d = (const void *)x->events[i].msg;

		if (d->msg.type != RD_MSG_DIGIT || d->msg.line != line)
			continue;
		keys[n] = (char)d->digit;
		at[n++] = i;
	}
	return n;
}

/* At a key: the longest number that begins with it. */
static void put_keys(struct job *j, bool *done, size_t i)
{
	char keys[KEYS_MAX];
	size_t at[KEYS_MAX], n = string_keys(j->x, i, keys, at);

	for (size_t len = n; len >= RD_PSEUDONYM_DIGITS; len--) {
		const char *other = rd_pseudonyms_of(&j->p, keys, len);

		if (!other)
			continue;
		for (size_t k = 0; k < len; k++) {
			struct rd_ev_digit *d = (void *)j->x->events[at[k]].msg;

			d->digit = (typeof(d->digit))other[k];
			done[at[k]] = true;
		}
		j->replaced++;
		return;
	}
}

static enum rd_pseudonym_area area_of(const struct rd_msg *msg)
{
	return msg->type == RD_MSG_COMMAND ? RD_AREA_TEXT : RD_AREA_OCTETS;
}

static void put_events(struct job *j)
{
	bool *done = calloc(j->x->n + 1, sizeof(*done));

	if (!done) {
		note(j, -ENOMEM);
		return;
	}
	for (size_t i = 0; i < j->x->n; i++) {
		struct rd_msg *msg = j->x->events[i].msg;

		if (msg->type == RD_MSG_DIGIT && !done[i])
			put_keys(j, done, i);
		else if (msg->type != RD_MSG_DIGIT &&
			 msg->type != RD_MSG_CONFIG)
			j->replaced += rd_pseudonyms_replace(
				&j->p, (char *)(msg + 1),
				msg->len - sizeof(*msg), area_of(msg));
	}
	free(done);
	put_config_events(j);
}

/* The state names its configuration by a hash of the text. */
static void put_version(struct job *j, const char *before, const char *now)
{
	char *end = (char *)j->x->snapshot + j->x->snapshot_len;
	char *at = (char *)j->x->snapshot;

	while ((at = memmem(at, (size_t)(end - at), before, strlen(before))))
		memcpy(at, now, strlen(now));
}

static void put_snapshot(struct job *j)
{
	const struct rd_bundle *newest =
		&j->x->configs.slot[j->x->generation % RD_CONFIGS].bundle;
	struct rd_config *before = j->o->compile(j->o->context, newest), *now;

	j->replaced +=
		rd_pseudonyms_replace(&j->p, (char *)j->x->snapshot,
				      j->x->snapshot_len, RD_AREA_OCTETS);
	for (int i = 0; i < RD_CONFIGS; i++)
		if (j->x->configs.slot[i].generation)
			put_bundle(j, &j->x->configs.slot[i].bundle);
	now = j->o->compile(j->o->context, newest);
	if (before && now)
		put_version(j, before->version, now->version);
	else
		note(j, -EPROTO);
	if (before)
		j->o->release(j->o->context, before);
	if (now)
		j->o->release(j->o->context, now);
}

/* ---- the whole --------------------------------------------------------- */

static struct rd_config *compile(void *context, const struct rd_bundle *bundle)
{
	struct job *j = context;

	return j->o->compile(j->o->context, bundle);
}

static void release(void *context, const struct rd_config *config)
{
	struct job *j = context;

	j->o->release(j->o->context, config);
}

/* All that is to go; shape: of what core does, as it was. */
static int find_all(struct job *j, uint32_t *shape)
{
	struct rd_replay_options o = {
		.sink = { on_command, j },
		.compile = compile,
		.release = release,
		.made = made,
		.after = after,
		.context = j,
	};
	const char *id;
	json_t *value;

	each_config(j, add_config);
	collect(j, j->x->snapshot, j->x->snapshot_len);
	if (!j->err)
		note(j, rd_excerpt_run(j->x, &o, shape, NULL));
	each_config(j, keep_config);
	json_object_foreach(j->ids, id, value)
	{
		(void)value;
		rd_pseudonyms_keep(&j->p, false, id);
	}
	return j->err;
}

static void look(struct job *j, const void *octets, size_t n,
		 enum rd_pseudonym_area area, char why[256])
{
	const char *left = rd_pseudonyms_find(&j->p, octets, n, area);

	if (!left || j->err)
		return;
	snprintf(why, 256, "\"%s\" is still there", left);
	j->err = -EBADMSG;
}

/* Is anything left? */
static int look_through(struct job *j, char why[256])
{
	look(j, j->x->snapshot, j->x->snapshot_len, RD_AREA_OCTETS, why);
	for (int i = 0; i < RD_CONFIGS; i++) {
		const struct rd_bundle *b = &j->x->configs.slot[i].bundle;

		if (j->x->configs.slot[i].generation)
			look(j, b->data, b->len, RD_AREA_PROSE, why);
	}
	for (size_t i = 0; i < j->x->n; i++) {
		const struct rd_msg *msg = j->x->events[i].msg;

		if (msg->type != RD_MSG_CONFIG)
			look(j, msg + 1, msg->len - sizeof(*msg), area_of(msg),
			     why);
	}
	return j->err;
}

static int clone(const struct rd_excerpt *x, struct rd_excerpt *out)
{
	*out = *x;
	out->snapshot = malloc(x->snapshot_len);
	out->events = calloc(x->n + 1, sizeof(*out->events));
	out->configs = (struct rd_journal_bundles){ 0 };
	out->n = 0;
	if (!out->snapshot || !out->events)
		return -ENOMEM;
	memcpy(out->snapshot, x->snapshot, x->snapshot_len);
	for (int i = 0; i < RD_CONFIGS; i++)
		if (x->configs.slot[i].generation &&
		    rd_journal_bundles_put(&out->configs,
					   x->configs.slot[i].generation,
					   x->configs.slot[i].bundle.data,
					   x->configs.slot[i].bundle.len))
			return -ENOMEM;
	for (; out->n < x->n; out->n++) {
		struct rd_msg *msg = malloc(x->events[out->n].msg->len);

		if (!msg)
			return -ENOMEM;
		memcpy(msg, x->events[out->n].msg, x->events[out->n].msg->len);
		out->events[out->n].msg = msg;
	}
	return 0;
}

/* With this secret into out. -EAGAIN: with another it may do. */
static int attempt(struct job *j, uint64_t secret, const uint32_t *shape,
		   struct rd_excerpt *out, uint32_t *now, uint32_t *digests,
		   char why[256])
{
	struct rd_excerpt *x = j->x;
	int err = rd_pseudonyms_make(&j->p, secret);

	if (err)
		return err;
	err = clone(x, out);
	j->x = out;
	j->replaced = 0;
	if (!err) {
		put_snapshot(j);
		put_events(j);
		err = j->err;
	}
	if (!err)
		err = rd_excerpt_run(out, j->o, now, digests);
	for (size_t i = 0; !err && i < out->n; i++)
		if (now[i] != shape[i]) {
			snprintf(why, 256,
				 "what core did at event %" PRIu64
				 " depends on a number or name",
				 x->first + i);
			err = -EAGAIN;
		}
	if (!err) {
		rd_excerpt_seal(out, digests);
		err = look_through(j, why);
	}
	j->x = x;
	j->err = 0;
	return err == -EPROTO ? -EAGAIN : err;
}

int redact(struct rd_excerpt *x, const struct rd_replay_options *options,
	   uint64_t secret, size_t *replaced, char why[256])
{
	struct job j = { .x = x, .o = options, .ids = json_object() };
	uint32_t *words = calloc(3 * (x->n + 1), sizeof(*words));
	struct rd_excerpt out;
	int err = words ? 0 : -ENOMEM;

	why[0] = '\0';
	if (!err)
		err = find_all(&j, words);
	for (int i = 0; !err && i < TRIES; i++) {
		memset(&out, 0, sizeof(out));
		err = attempt(&j, secret + (uint64_t)i, words, &out,
			      words + x->n + 1, words + 2 * (x->n + 1), why);
		if (!err) {
			rd_excerpt_free(x);
			*x = out;
			break;
		}
		rd_excerpt_free(&out);
		if (err == -EAGAIN && i + 1 < TRIES)
			err = 0;
	}
	*replaced = j.replaced;
	rd_pseudonyms_free(&j.p);
	json_decref(j.ids);
	free(words);
	return err == -EAGAIN ? -EPROTO : err;
}

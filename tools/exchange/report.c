// SPDX-License-Identifier: GPL-2.0-only
#include "tools/exchange/report.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/frames.h"

static uint64_t since(uint64_t from, uint64_t to)
{
	return from == RD_FRAME_NEVER || to == RD_FRAME_NEVER || to < from
		       ? RD_FRAME_NEVER
		       : to - from;
}

static const char *ms(char *buf, size_t size, uint64_t frames)
{
	if (frames == RD_FRAME_NEVER)
		snprintf(buf, size, "-");
	else
		snprintf(buf, size, "%.1f", frames / 8.0);
	return buf;
}

static const char *text_seconds(char *buf, size_t size, uint64_t frames)
{
	if (frames == RD_FRAME_NEVER)
		snprintf(buf, size, "-");
	else
		snprintf(buf, size, "%.3f", frames / 8000.0);
	return buf;
}

static void print_record(const struct xc_record *r, FILE *out)
{
	char at[24], alert[24], connect[24], voice[24], talk[24], name[40];
	uint64_t end = r->disconnect_frame != RD_FRAME_NEVER
			       ? r->disconnect_frame
			       : r->over_frame;

	snprintf(name, sizeof(name), r->attempt > 1 ? "%s#%u" : "%s", r->name,
		 r->attempt);
	fprintf(out, "%-14s %-4s %-16s %9s %-10s %5d %9s %9s %9s %9s  %s\n",
		name, r->outgoing ? "out" : "in",
		r->outgoing ? r->setup.to : r->setup.from,
		text_seconds(at, sizeof(at), r->at_frame),
		xc_result_names[r->result], r->cause,
		ms(alert, sizeof(alert),
		   since(r->setup_frame, r->alerting_frame)),
		ms(connect, sizeof(connect),
		   since(r->setup_frame, r->connect_frame)),
		ms(voice, sizeof(voice),
		   since(r->connect_frame, r->voice_frame)),
		text_seconds(talk, sizeof(talk), since(r->connect_frame, end)),
		r->nproblems ? "WRONG" : "as expected");
}

void xc_report_print(const struct xc_world *w, FILE *out)
{
	const struct xc_record *r;
	unsigned i;

	fprintf(out, "\n%-14s %-4s %-16s %9s %-10s %5s %9s %9s %9s %9s\n",
		"party", "way", "other end", "at s", "result", "cause",
		"alert ms", "conn ms", "sound ms", "talk s");
	for (r = w->records; r; r = r->next)
		print_record(r, out);
	for (r = w->records; r; r = r->next)
		for (i = 0; i < r->nproblems; i++)
			fprintf(out, "%s: %s\n", r->name, r->problem[i]);
}

/* ---- JSON --------------------------------------------------------------- */

static json_t *frame_or_null(uint64_t frame)
{
	return frame == RD_FRAME_NEVER ? json_null() : json_integer(frame);
}

static json_t *json_keys(const struct xc_record *r)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < r->nkeys; i++) {
		json_t *o = json_object();

		json_object_set_new(o, "digits",
				    json_string(r->keys[i].digits));
		json_object_set_new(o, "end_frame",
				    frame_or_null(r->keys[i].end_frame));
		json_object_set_new(o, "reaction_frame",
				    frame_or_null(r->keys[i].reaction_frame));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *json_markers(const struct xc_record *r)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; r->markers && i < XC_MARKERS; i++) {
		const struct xc_marker_heard *h = &r->markers[i];

		if (h->first_frame == RD_FRAME_NEVER)
			continue;
		json_array_append_new(
			list,
			json_pack("{si sI sI sI sI sI sI si si si}", "marker",
				  (int)i, "first_frame",
				  (json_int_t)h->first_frame, "last_frame",
				  (json_int_t)h->last_frame, "first_sent_frame",
				  (json_int_t)h->first_sent_frame, "octets",
				  (json_int_t)h->octets, "errors",
				  (json_int_t)h->errors, "losses",
				  (json_int_t)h->losses, "delay_frames",
				  (int)h->delay_frames, "delay_min_frames",
				  (int)h->delay_min_frames, "delay_max_frames",
				  (int)h->delay_max_frames));
	}
	return list;
}

static json_t *json_voices(const struct xc_record *r)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < r->nvoices; i++)
		json_array_append_new(
			list,
			json_pack("{ss sI si}", "party", r->voices[i].party,
				  "frame", (json_int_t)r->voices[i].frame,
				  "delay_frames", r->voices[i].delay_frames));
	return list;
}

static json_t *json_trace(const struct xc_record *r)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < r->ntrace; i++)
		json_array_append_new(
			list,
			json_pack("{ss ss sI sI}", "message",
				  xc_q931_name(r->trace[i].type), "from",
				  r->trace[i].sent ? "exchange" : "client",
				  "first_frame",
				  (json_int_t)r->trace[i].first_frame,
				  "last_frame",
				  (json_int_t)r->trace[i].last_frame));
	return list;
}

static json_t *json_strings(const struct xc_record *r)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < r->nproblems; i++)
		json_array_append_new(list, json_string(r->problem[i]));
	return list;
}

static json_t *json_tones(const struct xc_record *r)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < XC_TONES; i++)
		if (r->tones_heard >> i & 1)
			json_array_append_new(list,
					      json_string(xc_tone_names[i]));
	return list;
}

static void set_text(json_t *o, const char *key, const char *text)
{
	json_t *s = json_string(text); /* NULL if it is not UTF-8 */

	json_object_set_new(o, key, s ? s : json_string("?"));
}

static json_t *json_record(const struct xc_record *r)
{
	const struct {
		const char *key;
		uint64_t frame;
	} frames[] = {
		{ "at_frame", r->at_frame },
		{ "setup_frame", r->setup_frame },
		{ "proceeding_frame", r->proceeding_frame },
		{ "alerting_frame", r->alerting_frame },
		{ "connect_frame", r->connect_frame },
		{ "voice_frame", r->voice_frame },
		{ "disconnect_frame", r->disconnect_frame },
		{ "over_frame", r->over_frame },
	};
	json_t *o =
		json_pack("{ss si sb ss ss si si si sb}", "name", r->name,
			  "attempt", (int)r->attempt, "outgoing", r->outgoing,
			  "result", xc_result_names[r->result], "span", r->span,
			  "channel", r->channel, "cause", r->cause, "location",
			  r->location, "by_client", r->by_client);
	unsigned i;

	if (!o)
		return NULL;
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
		json_object_set_new(o, frames[i].key,
				    frame_or_null(frames[i].frame));
	set_text(o, "from", r->setup.from);
	set_text(o, "to", r->setup.to);
	set_text(o, "calling_name", r->setup.name);
	set_text(o, "display", r->display);
	set_text(o, "digits_sent", r->digits_sent);
	set_text(o, "digits_heard", r->digits_heard);
	set_text(o, "heard_file", r->heard_path);
	set_text(o, "said_file", r->said_path);
	json_object_set_new(o, "keys", json_keys(r));
	json_object_set_new(o, "tones", json_tones(r));
	json_object_set_new(o, "markers", json_markers(r));
	json_object_set_new(o, "voices", json_voices(r));
	json_object_set_new(o, "messages", json_trace(r));
	json_object_set_new(o, "problems", json_strings(r));
	return o;
}

static json_t *json_spans(const struct xc_world *w)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; i < w->office->ntrunks; i++) {
		const struct xc_trunk *t = w->office->trunk[i];
		const struct xc_fault *f = &w->office->copper->fault[t->span];

		json_array_append_new(
			list,
			json_pack("{ss sb sI sI sI sI sI sI sI}", "name",
				  t->config.name, "layer2_up", t->dchan.up,
				  "ups", (json_int_t)t->ups, "downs",
				  (json_int_t)t->downs, "restarts_heard",
				  (json_int_t)t->restarts_heard, "frames_good",
				  (json_int_t)t->dchan.rx_good, "frames_bad",
				  (json_int_t)t->dchan.rx_bad, "frames_sent",
				  (json_int_t)t->dchan.tx_frames, "slips",
				  (json_int_t)f->slips));
	}
	return list;
}

int xc_report_json(const struct xc_world *w, const char *path)
{
	const struct xc_copper *c = w->office->copper;
	struct xc_end_counts n = { 0 };
	const struct xc_record *r;
	json_t *calls = json_array();
	json_t *root;
	int err;

	for (r = w->records; r; r = r->next)
		json_array_append_new(calls, json_record(r));
	if (c->end)
		c->end->counts(c, &n);
	root = json_pack("{sI si so so s{sI sI sI sI sI sI}}", "frames",
			 (json_int_t)c->frame, "period_frames", (int)c->period,
			 "calls", calls, "spans", json_spans(w), "card",
			 "late_wakeups", (json_int_t)n.late_wakeups,
			 "underruns", (json_int_t)n.underruns, "overruns",
			 (json_int_t)n.overruns, "late_writes",
			 (json_int_t)n.late_writes, "late_commands",
			 (json_int_t)n.late_commands, "bad_commands",
			 (json_int_t)n.bad_commands);
	if (!root)
		return -ENOMEM;
	err = json_dump_file(root, path, JSON_INDENT(1) | JSON_PRESERVE_ORDER)
		      ? -errno
		      : 0;
	json_decref(root);
	return err;
}

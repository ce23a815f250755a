// SPDX-License-Identifier: GPL-2.0-or-later
/* Filters and history; see watch.h. */
#include "daemon/control/watch.h"

#include <assert.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- filters --------------------------------------------------------------- */

static void take(char *out, size_t size, const json_t *args, const char *key)
{
	const char *text = json_string_value(json_object_get(args, key));

	snprintf(out, size, "%s", text ? text : "");
}

void rd_filter_set(struct rd_filter *f, const json_t *args)
{
	const json_t *call = json_object_get(args, "call");

	memset(f, 0, sizeof(*f));
	take(f->events, sizeof(f->events), args, "events");
	take(f->agent, sizeof(f->agent), args, "agent");
	take(f->queue, sizeof(f->queue), args, "queue");
	take(f->span, sizeof(f->span), args, "span");
	f->call = call ? json_integer_value(call) : -1;
}

static bool name_fits(const char *patterns, const char *name)
{
	char copy[RD_ARG_TEXT_MAX + 1], *rest = copy, *pattern;

	strcpy(copy, patterns);
	while ((pattern = strsep(&rest, ", ")))
		if (*pattern && !fnmatch(pattern, name, 0))
			return true;
	return false;
}

/* The text of an event's first key, "event". */
static void name_of(const char *line, char *name, size_t size)
{
	static const char head[] = "{\"event\":\"";
	const char *p = line;

	name[0] = '\0';
	if (strncmp(p, head, sizeof(head) - 1))
		return;
	p += sizeof(head) - 1;
	snprintf(name, size, "%.*s", (int)strcspn(p, "\""), p);
}

static bool field_is(const json_t *event, const char *key, const char *wanted)
{
	const char *value = json_string_value(json_object_get(event, key));

	return !*wanted || (value && !strcmp(value, wanted));
}

static bool fields_fit(const struct rd_filter *f, const char *line)
{
	json_t *event = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
	const json_t *call = json_object_get(event, "call");
	bool fits = (f->call < 0 ||
		     (call && json_integer_value(call) == f->call)) &&
		    field_is(event, "agent", f->agent) &&
		    field_is(event, "queue", f->queue) &&
		    field_is(event, "span", f->span);

	json_decref(event);
	return fits;
}

bool rd_filter_wants(const struct rd_filter *f, const char *line, bool named)
{
	char name[64];

	name_of(line, name, sizeof(name));
	if (*f->events ? !name_fits(f->events, name) : named)
		return false;
	if (f->call < 0 && !*f->agent && !*f->queue && !*f->span)
		return true;
	return fields_fit(f, line);
}

/* ---- history --------------------------------------------------------------- */

int rd_history_init(struct rd_history *h, uint64_t begun_seq)
{
	memset(h, 0, sizeof(*h));
	h->begun_seq = begun_seq;
	h->text = malloc(RD_HISTORY_OCTETS);
	return h->text ? 0 : -ENOMEM;
}

void rd_history_exit(struct rd_history *h)
{
	free(h->text);
}

/* Forget lines that lie in [at, at + len); the oldest lie there first. */
static void make_way(struct rd_history *h, uint32_t at, uint32_t len)
{
	while (h->first < h->next) {
		typeof(h->line[0]) *old = &h->line[h->first % RD_HISTORY_LINES];
		bool hit = old->at < at + len && at < old->at + old->len;

		if (!hit)
			break;
		h->first++;
	}
}

void rd_history_add(struct rd_history *h, uint64_t seq, const char *line,
		    uint32_t len)
{
	typeof(h->line[0]) *slot;

	assert(len < RD_HISTORY_OCTETS / 4);
	if (h->head + len + 1 > RD_HISTORY_OCTETS) {
		make_way(h, h->head, RD_HISTORY_OCTETS - h->head);
		h->head = 0;
	}
	make_way(h, h->head, len + 1);
	if (h->next - h->first == RD_HISTORY_LINES)
		h->first++;
	slot = &h->line[h->next++ % RD_HISTORY_LINES];
	slot->seq = seq;
	slot->at = h->head;
	slot->len = len + 1;
	memcpy(h->text + h->head, line, len);
	h->text[h->head + len] = '\n';
	h->head += len + 1;
}

uint64_t rd_history_after(const struct rd_history *h, uint64_t seq,
			  bool *complete)
{
	uint64_t low = h->first, high = h->next;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (h->line[middle % RD_HISTORY_LINES].seq > seq)
			high = middle;
		else
			low = middle + 1;
	}
	/* something older is there, or nothing was ever forgotten */
	*complete = low > h->first || (!h->first && seq >= h->begun_seq);
	return low;
}

const char *rd_history_line(const struct rd_history *h, uint64_t i,
			    uint32_t *len)
{
	*len = h->line[i % RD_HISTORY_LINES].len;
	return h->text + h->line[i % RD_HISTORY_LINES].at;
}

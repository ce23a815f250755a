// SPDX-License-Identifier: GPL-2.0-or-later
/* Instants and witnesses in words. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/prove/prove.h"

#define STEPS_TOLD 30

struct words {
	char *buf;
	size_t len, cap;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *w,
						      const char *fmt, ...)
{
	va_list args;
	int n;

	if (w->len + 1 >= w->cap)
		return;
	va_start(args, fmt);
	n = vsnprintf(w->buf + w->len, w->cap - w->len, fmt, args);
	va_end(args);
	w->len += n < 0 ? 0 : (size_t)n;
	if (w->len >= w->cap)
		w->len = w->cap - 1;
}

char *rd_instant_words(int64_t unix_s, const char *timezone, char *buf,
		       size_t len)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu",
					    "Fri", "Sat", "Sun" };
	struct rd_zone zone = { 0 };
	struct rd_local now;

	rd_zone_parse(timezone, &zone, NULL);
	rd_zone_local(&zone, unix_s, &now);
	snprintf(buf, len, "%s %04d-%02d-%02d %02d:%02d %s", days[now.weekday],
		 now.year, now.month, now.mday, now.minute / 60,
		 now.minute % 60, timezone);
	return buf;
}

static void add_where(struct words *w, const struct rd_config *config,
		      const struct rd_act_step *s)
{
	if (s->tree != RD_INDEX_NONE && s->node != RD_INDEX_NONE)
		add(w, " in %s.%s", config->trees[s->tree]->name,
		    config->trees[s->tree]->nodes[s->node].name);
}

static void add_step(struct words *w, const struct rd_config *config,
		     const struct rd_act_step *s)
{
	switch ((enum rd_act)s->act) {
	case RD_ACT_KEYS:
	case RD_ACT_ENTRY:
		add(w, "keys %s", s->text);
		break;
	case RD_ACT_WRONG:
		add(w, "wrong keys %s", s->text);
		if (s->count > 1)
			add(w, " %u times", s->count);
		add_where(w, config, s);
		break;
	case RD_ACT_SILENT:
		add(w, "silence");
		add_where(w, config, s);
		break;
	case RD_ACT_FOUND:
		add(w, "found%s%s", s->text[0] ? ": " : "", s->text);
		break;
	case RD_ACT_NONE:
		add(w, "source %s finds nothing", s->text);
		break;
	case RD_ACT_DOWN:
		add(w, "the source%s%s is down", s->text[0] ? " " : "",
		    s->text);
		break;
	case RD_ACT_QUEUED:
		add(w, "waits in %s", s->text);
		break;
	case RD_ACT_TALKED:
		add(w, "talks with somebody, who hangs up");
		break;
	case RD_ACT_OVERFLOW:
		add(w, "the longest wait in %s is over", s->text);
		break;
	case RD_ACT_FULL:
		add(w, "queue %s is full", s->text);
		break;
	case RD_ACT_CLOSED:
		add(w, "queue %s is closed", s->text);
		break;
	case RD_ACT_DESERTED:
		add(w, "no agent of queue %s is there", s->text);
		break;
	case RD_ACT_TOO_LONG:
		add(w, "the wait to be expected in %s is too long", s->text);
		break;
	case RD_ACT_BUSY:
		add(w, "busy");
		break;
	case RD_ACT_NO_ANSWER:
		add(w, "no answer");
		break;
	case RD_ACT_FAILED:
		add(w, "cannot be reached");
		break;
	case RD_ACT_SIGNED:
		add(w, "%s done", s->text);
		break;
	case RD_ACT_REFUSED:
		add(w, "%s refused", s->text);
		break;
	case RD_ACT_FIGURES:
	case RD_ACT_OTHER:
		add(w, "%s", s->text);
		break;
	}
}

char *rd_witness_words(const struct rd_config *config,
		       const struct rd_witness *witness, char *buf, size_t len)
{
	struct words w = { buf, 0, len };
	char when[64];

	buf[0] = 0;
	add(&w, "%s",
	    rd_instant_words(witness->unix_s, witness->timezone, when,
			     sizeof(when)));
	if (witness->caller[0])
		add(&w, ", %s calls", witness->caller);
	if (witness->called[0])
		add(&w, "%s %s", witness->caller[0] ? "" : ", a call to",
		    witness->called);
	for (uint16_t i = 0; i < 16 && i < config->nlists; i++)
		if (witness->lists >> i & 1)
			add(&w, ", on list %s", config->lists[i].name);
	if (witness->level[0])
		add(&w, ", level %s", witness->level);
	if (witness->tree == RD_INDEX_NONE)
		add(&w, ", queue %s", config->queues[witness->queue].name);
	for (uint16_t i = 0; i < witness->n; i++) {
		if (i == STEPS_TOLD && witness->n > STEPS_TOLD + 1) {
			add(&w, "; and %d more", witness->n - STEPS_TOLD);
			break;
		}
		add(&w, "%s", i ? "; " : ": ");
		add_step(&w, config, &witness->steps[i]);
	}
	if (!witness->n)
		add(&w, ": at once");
	return buf;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Questions about what menus work with. */
#include <errno.h>
#include <string.h>

#include "daemon/core/json_in.h"
#include "daemon/core/query.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

#define LIST_ROWS     1000 /* of one answer, unless said otherwise */
#define LIST_ROWS_MAX 4000

/* ---- lists ------------------------------------------------------------------ */

static const char *text_arg(const char *args, const char *key,
			    struct rd_json_value *value)
{
	if (rd_json_get(args, key, value) || value->type != RD_JSON_STRING)
		return NULL;
	return value->text;
}

static void put_listed(struct rd_json *j, const struct rd_listed *listed)
{
	rd_json_object(j, NULL);
	rd_json_str(j, "number", listed->number);
	rd_json_str(j, "level", listed->level);
	rd_json_str(j, "reason", listed->reason);
	rd_json_str(j, "by", listed->by);
	rd_json_str(j, "when", listed->when);
	rd_json_int(j, "added_s", (int64_t)listed->added_s);
	rd_json_int(j, "until_s", (int64_t)listed->until_s);
	rd_json_end(j, '}');
}

static void put_lists(const struct rd_core *core, struct rd_json *j)
{
	const struct rd_config *config = core->config;

	for (uint16_t i = 0; i < config->nlists; i++) {
		const struct rd_cfg_list *list = &config->lists[i];
		const struct rd_list_change *change;
		uint32_t changed = 0;

		for (uint32_t n = 0; (change = rd_list_change_nth(core, n));
		     n++)
			changed += !strcmp(change->list, list->name);
		rd_json_object(j, NULL);
		rd_json_str(j, "list", list->name);
		rd_json_str(j, "level", list->level);
		rd_json_int(j, "configured", list->n);
		rd_json_int(j, "changed", changed);
		rd_json_end(j, '}');
	}
}

/* The configuration's entries and the changes, merged by number. */
static void put_list(const struct rd_core *core, struct rd_json *j,
		     uint16_t list, const char *after, int64_t rows)
{
	const struct rd_cfg_list *cfg = &core->config->lists[list];
	const struct rd_list_change *change;
	uint32_t e = 0, c = 0;

	while ((change = rd_list_change_nth(core, c)) &&
	       strcmp(change->list, cfg->name) < 0)
		c++;
	while (rows > 0) {
		struct rd_listed listed;
		const char *a, *b, *next;

		change = rd_list_change_nth(core, c);
		a = e < cfg->n ? cfg->entries[e].number : NULL;
		b = change && !strcmp(change->list, cfg->name) ? change->number
							       : NULL;
		if (!a && !b)
			break;
		next = !b || (a && strcmp(a, b) <= 0) ? a : b;
		e += a && !strcmp(a, next);
		c += b && !strcmp(b, next);
		if (strcmp(next, after) <= 0 ||
		    !rd_list_entry(core, core->config, list, next, &listed))
			continue;
		put_listed(j, &listed);
		rows--;
	}
}

int rd_query_list(const struct rd_core *core, const char *args,
		  struct rd_json *j)
{
	struct rd_json_value name, number, after, limit;
	struct rd_listed listed;
	uint16_t list;
	int64_t rows = LIST_ROWS;

	if (!text_arg(args, "list", &name)) {
		rd_json_array(j, NULL);
		put_lists(core, j);
		rd_json_end(j, ']');
		return 0;
	}
	list = rd_list_index(core->config, name.text);
	if (list == RD_INDEX_NONE)
		return -ENOENT;
	if (!rd_json_get(args, "limit", &limit) && limit.type == RD_JSON_INT)
		rows = limit.number;
	if (rows < 1 || rows > LIST_ROWS_MAX)
		return -EINVAL;
	if (text_arg(args, "number", &number) &&
	    !rd_list_find(core, core->config, list, number.text, &listed))
		return -ENOENT;
	rd_json_array(j, NULL);
	if (text_arg(args, "number", &number))
		put_listed(j, &listed);
	else
		put_list(core, j, list,
			 text_arg(args, "after", &after) ? after.text : "",
			 rows);
	rd_json_end(j, ']');
	return 0;
}

/* ---- ports ------------------------------------------------------------------ */

static void put_ms(struct rd_json *j, const char *key, uint64_t frames)
{
	rd_json_int(j, key, (int64_t)rd_ms_from_frames(frames));
}

static void put_ports(const struct rd_core *core, struct rd_json *j,
		      const struct rd_ports *p)
{
	uint64_t oldest = 0;

	if (p->first != RD_NONE)
		oldest = core->now - rd_call_at(core, p->first)->port.asked;
	rd_json_object(j, NULL);
	rd_json_str(j, "ports", p->name);
	rd_json_int(j, "limit", p->limit == UINT32_MAX ? 0 : p->limit);
	rd_json_int(j, "used", p->used);
	rd_json_int(j, "waiting", p->waiting);
	put_ms(j, "oldest_wait_ms", oldest);
	rd_json_int(j, "used_peak", p->used_peak);
	rd_json_int(j, "waiting_peak", p->waiting_peak);
	rd_json_int(j, "asked", (int64_t)p->asked);
	rd_json_int(j, "at_once", (int64_t)p->at_once);
	rd_json_int(j, "waited", (int64_t)p->waited);
	rd_json_int(j, "abandoned", (int64_t)p->abandoned);
	rd_json_int(j, "timed_out", (int64_t)p->timed_out);
	rd_json_int(j, "full", (int64_t)p->full);
	put_ms(j, "mean_wait_ms", p->waited ? p->wait_frames / p->waited : 0);
	put_ms(j, "max_wait_ms", p->wait_max_frames);
	rd_json_end(j, '}');
}

int rd_query_ports(const struct rd_core *core, const char *args,
		   struct rd_json *j)
{
	rd_json_array(j, NULL);
	for (uint8_t place = 0; place < RD_PORTS_MAX; place++)
		if (rd_ports_at(core, place)->name[0])
			put_ports(core, j, rd_ports_at(core, place));
	rd_json_end(j, ']');
	return 0;
}

void rd_query_port_sums(const struct rd_core *core, struct rd_json *j)
{
	uint32_t used = 0, waiting = 0;

	for (uint8_t place = 0; place < RD_PORTS_MAX; place++) {
		used += rd_ports_at(core, place)->used;
		waiting += rd_ports_at(core, place)->waiting;
	}
	rd_json_int(j, "ports_used", used);
	rd_json_int(j, "ports_waiting", waiting);
}

/* ---- lock-outs -------------------------------------------------------------- */

int rd_query_lockouts(const struct rd_core *core, const char *args,
		      struct rd_json *j)
{
	const struct rd_pool *pool = &core->state->lockouts;

	rd_json_array(j, NULL);
	for (uint32_t i = 0; i < pool->cap; i++) {
		const struct rd_lockout *l = rd_pool_at(core->state, pool, i);

		if (!rd_pool_has(core->state, pool, i) ||
		    rd_lockout_is_over(core, l))
			continue;
		rd_json_object(j, NULL);
		rd_json_str(j, "source", l->realm);
		rd_json_str(j, "kind",
			    l->kind == RD_LOCKOUT_MEMBER ? "member" : "caller");
		rd_json_str(j, "number", l->number);
		rd_json_int(j, "failures", l->failures);
		rd_json_int(j, "last_s", (int64_t)l->last_s);
		rd_json_int(j, "until_s", (int64_t)l->until_s);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
	return 0;
}

/* ---- announcements ------------------------------------------------------------ */

int rd_query_announcements(const struct rd_core *core, const char *args,
			   struct rd_json *j)
{
	static const char *const states[] = { "", "loading", "ready",
					      "failed" };

	rd_json_array(j, NULL);
	for (uint32_t i = 0; i < RD_ANNOUNCEMENTS; i++) {
		const struct rd_announcement *a =
			&core->state->announcements[i];
		int64_t now_s = rd_core_unix_ns(core) / 1000000000;

		if (a->state == RD_ANNOUNCEMENT_NONE ||
		    (a->until_s && now_s >= (int64_t)a->until_s))
			continue;
		rd_json_object(j, NULL);
		rd_json_int(j, "announcement", a->serial);
		rd_json_str(j, "state",
			    a->state == RD_ANNOUNCEMENT_READY &&
					    now_s < (int64_t)a->from_s
				    ? "to come"
				    : states[a->state]);
		rd_json_str(j, a->is_file ? "file" : "text", a->text);
		put_ms(j, "length_ms", a->frames);
		rd_json_str(j, "area", a->area);
		rd_json_str(j, "tree", a->tree);
		rd_json_str(j, "queue", a->queue);
		rd_json_bool(j, "must_hear", a->must_hear);
		rd_json_int(j, "from_s", (int64_t)a->from_s);
		rd_json_int(j, "until_s", (int64_t)a->until_s);
		rd_json_int(j, "heard", (int64_t)a->heard);
		rd_json_str(j, "by", a->by);
		rd_json_str(j, "why", a->why);
		rd_json_end(j, '}');
	}
	rd_json_end(j, ']');
	return 0;
}

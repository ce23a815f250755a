// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lists of callers; see lists.h. Changes whose time is over are skipped, and
 * given back when room is needed.
 */
#include "daemon/call/lists.h"

#include <errno.h>
#include <string.h>

#include "daemon/core/app.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

static uint32_t *sorted_of(const struct rd_core *core)
{
	return (uint32_t *)((uintptr_t)core->state +
			    core->state->list_sorted_offset);
}

static struct rd_list_change *change_at(const struct rd_core *core, uint32_t n)
{
	return rd_pool_at(core->state, &core->state->list_changes,
			  sorted_of(core)[n]);
}

static uint64_t now_s(const struct rd_core *core)
{
	return (uint64_t)rd_core_unix_ns(core) / 1000000000u;
}

static bool is_over(const struct rd_core *core,
		    const struct rd_list_change *change)
{
	return change->until_s && now_s(core) >= change->until_s;
}

/* Place of (list, number) in the sorted array, or where it would be. */
static uint32_t place_of(const struct rd_core *core, const char *list,
			 const char *number, bool *found)
{
	uint32_t low = 0, high = core->state->list_changes.used;

	*found = false;
	while (low < high) {
		uint32_t mid = (low + high) / 2;
		const struct rd_list_change *change = change_at(core, mid);
		int order = strcmp(change->list, list);

		if (!order)
			order = strcmp(change->number, number);
		if (!order) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static const struct rd_list_change *
change_of(const struct rd_core *core, const char *list, const char *number)
{
	bool found;
	uint32_t place = place_of(core, list, number, &found);

	if (!found || is_over(core, change_at(core, place)))
		return NULL;
	return change_at(core, place);
}

static void give(struct rd_core *core, uint32_t place)
{
	struct rd_state *s = core->state;
	uint32_t *sorted = sorted_of(core);

	rd_pool_give(s, &s->list_changes, sorted[place]);
	memmove(sorted + place, sorted + place + 1,
		(s->list_changes.used - place) * sizeof(*sorted));
}

/* Make room if there is none: what is over goes. */
static void sweep(struct rd_core *core)
{
	const struct rd_pool *pool = &core->state->list_changes;

	if (pool->used < pool->cap)
		return;
	for (uint32_t n = pool->used; n-- > 0;)
		if (is_over(core, change_at(core, n)))
			give(core, n);
}

static int put(struct rd_core *core, const struct rd_list_change *entry)
{
	struct rd_state *s = core->state;
	struct rd_list_change *change;
	uint32_t place, index, n;
	struct rd_slot slot;
	bool found;

	sweep(core);
	place = place_of(core, entry->list, entry->number, &found);
	if (!found) {
		uint32_t *sorted = sorted_of(core);

		n = s->list_changes.used;
		index = rd_pool_take(s, &s->list_changes);
		if (index == RD_NONE)
			return -ENOSPC;
		memmove(sorted + place + 1, sorted + place,
			(n - place) * sizeof(*sorted));
		sorted[place] = index;
	}
	change = change_at(core, place);
	slot = change->slot;
	*change = *entry;
	change->slot = slot;
	change->added_s = now_s(core);
	return 0;
}

/* ---- finding ---------------------------------------------------------------- */

uint16_t rd_list_index(const struct rd_config *config, const char *name)
{
	for (uint16_t i = 0; i < config->nlists; i++)
		if (!strcmp(config->lists[i].name, name))
			return i;
	return RD_INDEX_NONE;
}

bool rd_list_entry(const struct rd_core *core, const struct rd_config *config,
		   uint16_t list, const char *pattern, struct rd_listed *out)
{
	const struct rd_cfg_list *cfg = &config->lists[list];
	const struct rd_list_change *change =
		change_of(core, cfg->name, pattern);
	const struct rd_cfg_entry *entry;

	if (change) {
		if (change->removed)
			return false;
		*out = (struct rd_listed){
			.number = change->number,
			.level = change->level[0] ? change->level : cfg->level,
			.reason = change->reason,
			.by = change->by,
			.when = "",
			.added_s = change->added_s,
			.until_s = change->until_s,
		};
		return true;
	}
	entry = rd_cfg_list_entry(cfg, pattern);
	if (!entry)
		return false;
	*out = (struct rd_listed){
		.number = entry->number,
		.level = entry->level[0] ? entry->level : cfg->level,
		.reason = entry->why,
		.by = entry->who,
		.when = entry->when,
	};
	return true;
}

bool rd_list_find(const struct rd_core *core, const struct rd_config *config,
		  uint16_t list, const char *number, struct rd_listed *out)
{
	char pattern[RD_NUMBER_LEN + 1];
	size_t len = strnlen(number, RD_NUMBER_LEN - 1);

	if (list >= config->nlists || !len)
		return false;
	if (rd_list_entry(core, config, list, number, out))
		return true;
	memcpy(pattern, number, len);
	for (size_t n = len + 1; n-- > 0;) {
		pattern[n] = '*';
		pattern[n + 1] = 0;
		if (rd_list_entry(core, config, list, pattern, out))
			return true;
	}
	return false;
}

const char *rd_list_level(const struct rd_core *core,
			  const struct rd_config *config, const char *number)
{
	struct rd_listed listed;

	for (uint16_t i = 0; i < config->nlists; i++)
		if (rd_list_find(core, config, i, number, &listed) &&
		    listed.level[0])
			return listed.level;
	return "";
}

/* ---- changing --------------------------------------------------------------- */

int rd_list_add(struct rd_core *core, const struct rd_list_change *entry)
{
	if (!rd_text_is_pattern(entry->number))
		return -EINVAL;
	if (rd_list_index(core->config, entry->list) == RD_INDEX_NONE)
		return -ENOENT;
	return put(core, entry);
}

int rd_list_remove(struct rd_core *core, const char *list, const char *number,
		   const char *reason, const char *by)
{
	uint16_t index = rd_list_index(core->config, list);
	struct rd_list_change hide = { .removed = true };
	struct rd_listed listed;
	uint32_t place;
	bool found;

	if (index == RD_INDEX_NONE ||
	    !rd_list_entry(core, core->config, index, number, &listed))
		return -ENOENT;
	if (rd_cfg_list_entry(&core->config->lists[index], number)) {
		rd_text_copy(hide.list, sizeof(hide.list), list);
		rd_text_copy(hide.number, sizeof(hide.number), number);
		rd_text_copy(hide.reason, sizeof(hide.reason), reason);
		rd_text_copy(hide.by, sizeof(hide.by), by);
		return put(core, &hide);
	}
	place = place_of(core, list, number, &found);
	give(core, place);
	return 0;
}

const struct rd_list_change *rd_list_change_nth(const struct rd_core *core,
						uint32_t n)
{
	return n < core->state->list_changes.used ? change_at(core, n) : NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The blacklist: a pool and a sorted array of its indices.
 *
 * Order is strcmp() of the numbers as written, so "0755*" is found as that very
 * string. Entries whose time is over are removed when they are next met.
 */
#include "daemon/call/blacklist.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

#define CAUSE_BUSY 17

static uint32_t *sorted_of(const struct rd_core *core)
{
	return (uint32_t *)((uintptr_t)core->state +
			    core->state->blocks_sorted_offset);
}

static struct rd_block *block_at(const struct rd_core *core, uint32_t index)
{
	return rd_pool_at(core->state, &core->state->blocks, index);
}

/* Place of number in the sorted array, or where it would be. */
static uint32_t place_of(const struct rd_core *core, const char *number,
			 bool *found)
{
	const uint32_t *sorted = sorted_of(core);
	uint32_t low = 0, high = core->state->nblocks;

	*found = false;
	while (low < high) {
		uint32_t mid = (low + high) / 2;
		int order = strcmp(block_at(core, sorted[mid])->number, number);

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

static void remove_at(struct rd_core *core, uint32_t place)
{
	struct rd_state *s = core->state;
	uint32_t *sorted = sorted_of(core);

	rd_pool_give(s, &s->blocks, sorted[place]);
	s->nblocks--;
	memmove(sorted + place, sorted + place + 1,
		(s->nblocks - place) * sizeof(*sorted));
}

static void tell_removed(struct rd_core *core, const char *number,
			 const char *by)
{
	struct rd_json *j = rd_event_begin(core, RD_EVENT_BLACKLIST_REMOVED);

	rd_json_str(j, "number", number);
	rd_json_str(j, "by", by);
	rd_event_end(core);
}

/* The entry of exactly that pattern, if its time is not over. */
static struct rd_block *lookup(struct rd_core *core, const char *pattern)
{
	uint64_t now_s = (uint64_t)rd_core_unix_ns(core) / 1000000000u;
	struct rd_block *block;
	bool found;
	uint32_t place = place_of(core, pattern, &found);

	if (!found)
		return NULL;
	block = block_at(core, sorted_of(core)[place]);
	if (!block->until_s || now_s < block->until_s)
		return block;
	tell_removed(core, pattern, "expiry");
	remove_at(core, place);
	return NULL;
}

struct rd_block *rd_blacklist_find(struct rd_core *core, const char *number)
{
	char pattern[RD_NUMBER_LEN + 1];
	struct rd_block *block;

	if (!*number || !core->state->nblocks)
		return NULL;
	block = lookup(core, number);
	for (int n = (int)strlen(number); !block && n >= 0; n--) {
		snprintf(pattern, sizeof(pattern), "%.*s*", n, number);
		block = lookup(core, pattern);
	}
	if (block)
		block->hits++;
	return block;
}

int rd_blacklist_add(struct rd_core *core, const struct rd_block *entry)
{
	struct rd_state *s = core->state;
	uint32_t *sorted = sorted_of(core);
	struct rd_block *block;
	uint32_t place, index;
	struct rd_slot slot;
	bool found;

	if (!rd_text_is_pattern(entry->number))
		return -EINVAL;
	place = place_of(core, entry->number, &found);
	if (found) {
		index = sorted[place];
	} else {
		index = rd_pool_take(s, &s->blocks);
		if (index == RD_NONE)
			return -ENOSPC;
		memmove(sorted + place + 1, sorted + place,
			(s->nblocks - place) * sizeof(*sorted));
		sorted[place] = index;
		s->nblocks++;
	}
	block = block_at(core, index);
	slot = block->slot;
	*block = *entry;
	block->slot = slot;
	if (!block->cause)
		block->cause = CAUSE_BUSY;
	block->added_s = (uint64_t)rd_core_unix_ns(core) / 1000000000u;
	return 0;
}

int rd_blacklist_remove(struct rd_core *core, const char *number)
{
	bool found;
	uint32_t place = place_of(core, number, &found);

	if (!found)
		return -ENOENT;
	remove_at(core, place);
	return 0;
}

const struct rd_block *rd_blacklist_nth(const struct rd_core *core, uint32_t n)
{
	return n < core->state->nblocks ? block_at(core, sorted_of(core)[n])
					: NULL;
}

void rd_blacklist_configure(struct rd_core *core)
{
	const struct rd_config *config = core->config;
	bool found;

	for (uint32_t i = core->state->nblocks; i-- > 0;)
		if (block_at(core, sorted_of(core)[i])->of_config)
			remove_at(core, i);
	for (uint16_t i = 0; i < config->nblocks; i++) {
		struct rd_block block = {
			.cause = config->blocks[i].cause,
			.of_config = true,
			.by = "configuration",
		};

		rd_text_copy(block.number, sizeof(block.number),
			     config->blocks[i].number);
		rd_text_copy(block.reason, sizeof(block.reason),
			     config->blocks[i].reason);
		place_of(core, block.number, &found);
		if (!found) /* an operator's entry goes before */
			rd_blacklist_add(core, &block);
	}
}

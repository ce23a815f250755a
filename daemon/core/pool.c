// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pools with a free list threaded through the objects.
 *
 * A taken object's slot.next is RD_SLOT_TAKEN, so "is it in use" needs no
 * second structure; giving twice is our own bug and asserts.
 */
#include "daemon/core/pool.h"

#include <assert.h>
#include <string.h>

static struct rd_slot *slot_at(const void *base, const struct rd_pool *pool,
			       uint32_t index)
{
	return rd_pool_at(base, pool, index);
}

void rd_pool_init(void *base, struct rd_pool *pool)
{
	pool->used = 0;
	pool->peak = 0;
	pool->free = pool->cap ? 0 : RD_NONE;
	for (uint32_t i = 0; i < pool->cap; i++)
		*slot_at(base, pool, i) = (struct rd_slot){
			.next = i + 1 < pool->cap ? i + 1 : RD_NONE,
		};
}

uint32_t rd_pool_take(void *base, struct rd_pool *pool)
{
	uint32_t index = pool->free;
	struct rd_slot *slot;

	if (index == RD_NONE)
		return RD_NONE;
	slot = slot_at(base, pool, index);
	pool->free = slot->next;
	memset(slot + 1, 0, pool->stride - sizeof(*slot));
	slot->generation++;
	slot->next = RD_SLOT_TAKEN;
	if (++pool->used > pool->peak)
		pool->peak = pool->used;
	return index;
}

void rd_pool_give(void *base, struct rd_pool *pool, uint32_t index)
{
	struct rd_slot *slot = slot_at(base, pool, index);

	assert(index < pool->cap && slot->next == RD_SLOT_TAKEN);
	slot->next = pool->free;
	pool->free = index;
	pool->used--;
}

bool rd_pool_is_sound(const void *base, const struct rd_pool *pool)
{
	uint32_t taken = 0, free = 0;

	for (uint32_t i = 0; i < pool->cap; i++)
		taken += slot_at(base, pool, i)->next == RD_SLOT_TAKEN;
	for (uint32_t i = pool->free; i != RD_NONE && free <= pool->cap;
	     i = slot_at(base, pool, i)->next) {
		if (i >= pool->cap)
			return false;
		free++;
	}
	return taken == pool->used && taken + free == pool->cap;
}

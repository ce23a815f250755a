/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pools: objects of one size in the arena, named by index.
 *
 * WHAT. A pool is an array of cap objects; each begins with struct rd_slot.
 * Free ones form a list through their slots, last freed first, so which index
 * comes next depends on nothing but the events before.
 *
 * USE. i = rd_pool_take(base, pool); RD_NONE says the pool is empty, which is
 * an answer to the caller (Q.850 cause 42), not a fault. Whoever may hold an
 * index longer than the object lives keeps slot.generation beside it.
 *
 * LIMITS. Nothing here points: base is the arena's first octet, so a copied
 * arena is a working one. Context: core.
 */
#ifndef RD_CORE_POOL_H
#define RD_CORE_POOL_H

#include <stdbool.h>
#include <stdint.h>

#define RD_NONE	      UINT32_MAX       /* no object */
#define RD_SLOT_TAKEN (UINT32_MAX - 1) /* slot.next of an object in use */

struct rd_slot {
	uint32_t generation; /* how often this place was taken */
	uint32_t next;	     /* next free one, or RD_SLOT_TAKEN */
};

struct rd_pool {
	uint64_t offset; /* of object 0 in the arena */
	uint32_t stride; /* octets, multiple of 8 */
	uint32_t cap;
	uint32_t used, peak;
	uint32_t free; /* first free index, or RD_NONE */
	uint32_t pad;
};

/* All objects free. offset, stride and cap are set. */
void rd_pool_init(void *base, struct rd_pool *pool);

/* An index, its object cleared but for the slot; RD_NONE: empty. */
uint32_t rd_pool_take(void *base, struct rd_pool *pool);

/* Give back an index that was taken. */
void rd_pool_give(void *base, struct rd_pool *pool, uint32_t index);

/* Does the free list hold exactly the objects not taken? */
bool rd_pool_is_sound(const void *base, const struct rd_pool *pool);

static inline void *rd_pool_at(const void *base, const struct rd_pool *pool,
			       uint32_t index)
{
	return (uint8_t *)(uintptr_t)base + pool->offset +
	       (uint64_t)index * pool->stride;
}

/* Is the object in use? (index may be any number) */
static inline bool rd_pool_has(const void *base, const struct rd_pool *pool,
			       uint32_t index)
{
	const struct rd_slot *slot;

	if (index >= pool->cap)
		return false;
	slot = rd_pool_at(base, pool, index);
	return slot->next == RD_SLOT_TAKEN;
}

#endif

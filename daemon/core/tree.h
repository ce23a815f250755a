/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ordered sets with positions, inside the arena.
 *
 * WHAT. A set of objects of one pool in the order of (key, order), least first;
 * order is unique, so the order is total. Adding, removing, the position of an
 * object and the object at a position are O(log n); nothing is allocated.
 *
 * HOW. A treap: a binary search tree by (key, order) and at once a heap by a
 * hash of order, so its shape, and with it every octet of the arena, depends
 * on its members alone and on no chance. Each node knows the size of its
 * subtree.
 *
 * USE. An object has a struct rd_node for each set it may be in.
 *	struct rd_nodes line = rd_nodes_of(base, &pool,
 *					   offsetof(struct rd_ticket, line));
 *	rd_tree_add(line, &queue->line, ticket);
 *
 * LIMITS. key and order of a member must not change, but by one amount for all.
 *
 * Context: core.
 */
#ifndef RD_CORE_TREE_H
#define RD_CORE_TREE_H

#include <stddef.h>

#include "daemon/core/pool.h"

struct rd_node {
	int64_t key;
	uint64_t order; /* unique */
	uint32_t left, right, size;
	uint32_t pad;
};

struct rd_nodes { /* where node i lies */
	uint8_t *at;
	uint32_t stride;
};

static inline struct rd_nodes
rd_nodes_of(const void *base, const struct rd_pool *pool, size_t offset)
{
	return (struct rd_nodes){
		(uint8_t *)(uintptr_t)base + pool->offset + offset, pool->stride
	};
}

static inline struct rd_node *rd_node(struct rd_nodes nodes, uint32_t i)
{
	return (struct rd_node *)(nodes.at + (uint64_t)i * nodes.stride);
}

/* Does a come before b? */
static inline bool rd_node_is_before(const struct rd_node *a,
				     const struct rd_node *b)
{
	return a->key != b->key ? a->key < b->key : a->order < b->order;
}

/* *root: RD_NONE is the empty set. i: its key and order are set. */
void rd_tree_add(struct rd_nodes nodes, uint32_t *root, uint32_t i);
/* i is a member. */
void rd_tree_remove(struct rd_nodes nodes, uint32_t *root, uint32_t i);

/* Members; the first one, or RD_NONE. */
uint32_t rd_tree_size(struct rd_nodes nodes, uint32_t root);
uint32_t rd_tree_first(struct rd_nodes nodes, uint32_t root);
/* 1 for the first; i is a member. */
uint32_t rd_tree_position(struct rd_nodes nodes, uint32_t root, uint32_t i);
/* The member at a position from 1, or RD_NONE. */
uint32_t rd_tree_at(struct rd_nodes nodes, uint32_t root, uint32_t position);

/* Order, heap and sizes right? (for checks; O(n)) */
bool rd_tree_is_sound(struct rd_nodes nodes, uint32_t root);

#endif

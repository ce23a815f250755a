// SPDX-License-Identifier: GPL-2.0-or-later
/* Ordered sets with positions, against a sorted array. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/tree.h"
#include "lib/base/rng.h"

#define N 400

struct thing {
	struct rd_slot slot;
	struct rd_node node;
	bool in;
};

static struct thing things[N];

static struct rd_nodes nodes_of_things(void)
{
	return (struct rd_nodes){ (uint8_t *)&things[0].node,
				  sizeof(things[0]) };
}

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return rd_node_is_before(&things[*x].node, &things[*y].node) ? -1 : 1;
}

/* The tree says of every member what a sorted array says. */
static void expect_sorted(uint32_t root, uint64_t seed)
{
	struct rd_nodes nodes = nodes_of_things();
	uint32_t sorted[N], n = 0;

	for (uint32_t i = 0; i < N; i++)
		if (things[i].in)
			sorted[n++] = i;
	qsort(sorted, n, sizeof(sorted[0]), compare);
	cr_assert(rd_tree_is_sound(nodes, root), "seed %llu",
		  (unsigned long long)seed);
	cr_assert_eq(rd_tree_size(nodes, root), n);
	cr_assert_eq(rd_tree_first(nodes, root), n ? sorted[0] : RD_NONE);
	for (uint32_t i = 0; i < n; i++) {
		cr_assert_eq(rd_tree_position(nodes, root, sorted[i]), i + 1);
		cr_assert_eq(rd_tree_at(nodes, root, i + 1), sorted[i]);
	}
	cr_assert_eq(rd_tree_at(nodes, root, 0), RD_NONE);
	cr_assert_eq(rd_tree_at(nodes, root, n + 1), RD_NONE);
}

Test(core_tree, agrees_with_a_sorted_array_whatever_comes_and_goes)
{
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct rd_rng rng = { .state = seed };
		uint32_t root = RD_NONE;
		uint64_t order = 1;

		memset(things, 0, sizeof(things));
		for (int step = 0; step < 1500; step++) {
			uint32_t i = rd_rng_below(&rng, N);

			if (things[i].in) {
				rd_tree_remove(nodes_of_things(), &root, i);
			} else {
				things[i].node.key =
					(int64_t)rd_rng_below(&rng, 50) - 25;
				things[i].node.order = order++;
				rd_tree_add(nodes_of_things(), &root, i);
			}
			things[i].in = !things[i].in;
			if (step % 50 == 0)
				expect_sorted(root, seed);
		}
		expect_sorted(root, seed);
	}
}

static unsigned depth(uint32_t root)
{
	unsigned left, right;

	if (root == RD_NONE)
		return 0;
	left = depth(things[root].node.left);
	right = depth(things[root].node.right);
	return 1 + (left > right ? left : right);
}

Test(core_tree, stays_shallow_when_all_come_in_order)
{
	uint32_t root = RD_NONE;

	memset(things, 0, sizeof(things));
	for (uint32_t i = 0; i < N; i++) {
		things[i].node.key = i;
		things[i].node.order = i + 1;
		rd_tree_add(nodes_of_things(), &root, i);
	}
	cr_assert_leq(depth(root), 32, "%u", depth(root));
}

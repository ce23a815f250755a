// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Treaps by index. The depth is that of a random tree: with 2,000 members about
 * 25; recursion goes no deeper.
 *
 * Invariants: left < node < right by (key, order); no child is heavier than its
 * parent; size is that of the subtree.
 */
#include "daemon/core/tree.h"

/* Its rank in the heap: orders that follow each other get unlike ones. */
static uint64_t weight(const struct rd_node *node)
{
	uint64_t x = node->order * 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

uint32_t rd_tree_size(struct rd_nodes nodes, uint32_t root)
{
	return root == RD_NONE ? 0 : rd_node(nodes, root)->size;
}

static void count(struct rd_nodes nodes, struct rd_node *node)
{
	node->size = 1 + rd_tree_size(nodes, node->left) +
		     rd_tree_size(nodes, node->right);
}

/* Those before the node to *left, the others to *right. */
static void split(struct rd_nodes nodes, uint32_t root,
		  const struct rd_node *at, uint32_t *left, uint32_t *right)
{
	struct rd_node *node;

	if (root == RD_NONE) {
		*left = *right = RD_NONE;
		return;
	}
	node = rd_node(nodes, root);
	if (rd_node_is_before(node, at)) {
		*left = root;
		split(nodes, node->right, at, &node->right, right);
	} else {
		*right = root;
		split(nodes, node->left, at, left, &node->left);
	}
	count(nodes, node);
}

/* All of a come before all of b. */
static uint32_t join(struct rd_nodes nodes, uint32_t a, uint32_t b)
{
	struct rd_node *x, *y;

	if (a == RD_NONE || b == RD_NONE)
		return a == RD_NONE ? b : a;
	x = rd_node(nodes, a);
	y = rd_node(nodes, b);
	if (weight(x) >= weight(y)) {
		x->right = join(nodes, x->right, b);
		count(nodes, x);
		return a;
	}
	y->left = join(nodes, a, y->left);
	count(nodes, y);
	return b;
}

void rd_tree_add(struct rd_nodes nodes, uint32_t *root, uint32_t i)
{
	struct rd_node *new = rd_node(nodes, i);
	uint32_t *link = root;

	while (*link != RD_NONE) {
		struct rd_node *node = rd_node(nodes, *link);

		if (weight(node) < weight(new))
			break;
		node->size++;
		link = rd_node_is_before(new, node) ? &node->left
						    : &node->right;
	}
	split(nodes, *link, new, &new->left, &new->right);
	count(nodes, new);
	*link = i;
}

void rd_tree_remove(struct rd_nodes nodes, uint32_t *root, uint32_t i)
{
	struct rd_node *gone = rd_node(nodes, i);
	uint32_t *link = root;

	while (*link != i) {
		struct rd_node *node = rd_node(nodes, *link);

		node->size--;
		link = rd_node_is_before(gone, node) ? &node->left
						     : &node->right;
	}
	*link = join(nodes, gone->left, gone->right);
	gone->left = gone->right = RD_NONE;
	gone->size = 0;
}

uint32_t rd_tree_first(struct rd_nodes nodes, uint32_t root)
{
	if (root == RD_NONE)
		return RD_NONE;
	while (rd_node(nodes, root)->left != RD_NONE)
		root = rd_node(nodes, root)->left;
	return root;
}

uint32_t rd_tree_position(struct rd_nodes nodes, uint32_t root, uint32_t i)
{
	const struct rd_node *wanted = rd_node(nodes, i);
	uint32_t before = 0;

	while (root != i) {
		const struct rd_node *node = rd_node(nodes, root);

		if (rd_node_is_before(wanted, node)) {
			root = node->left;
		} else {
			before += 1 + rd_tree_size(nodes, node->left);
			root = node->right;
		}
	}
	return before + rd_tree_size(nodes, wanted->left) + 1;
}

uint32_t rd_tree_at(struct rd_nodes nodes, uint32_t root, uint32_t position)
{
	while (root != RD_NONE) {
		const struct rd_node *node = rd_node(nodes, root);
		uint32_t here = rd_tree_size(nodes, node->left) + 1;

		if (position == here)
			break;
		root = position < here ? node->left : node->right;
		position -= position < here ? 0 : here;
	}
	return root;
}

static bool is_sound(struct rd_nodes nodes, uint32_t root,
		     const struct rd_node *min, const struct rd_node *max)
{
	const struct rd_node *node, *child;

	if (root == RD_NONE)
		return true;
	node = rd_node(nodes, root);
	if ((min && !rd_node_is_before(min, node)) ||
	    (max && !rd_node_is_before(node, max)))
		return false;
	for (int side = 0; side < 2; side++) {
		uint32_t i = side ? node->right : node->left;

		child = i == RD_NONE ? NULL : rd_node(nodes, i);
		if (child && weight(child) > weight(node))
			return false;
	}
	return is_sound(nodes, node->left, min, node) &&
	       is_sound(nodes, node->right, node, max) &&
	       node->size == 1 + rd_tree_size(nodes, node->left) +
				     rd_tree_size(nodes, node->right);
}

bool rd_tree_is_sound(struct rd_nodes nodes, uint32_t root)
{
	return is_sound(nodes, root, NULL, NULL);
}

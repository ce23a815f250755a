// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nodes while they are made, and where steps lead: to a node by its name, to
 * one of the words with a meaning of their own, or to steps written in place.
 *
 * Behind the words goodbye, hangup and return stand nodes that are made when
 * first wanted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/compiler.h"
#include "daemon/ivr/say.h"

struct rd_ivr_node *rd_ivr_node_at(struct rd_ivr_compiler *c, uint16_t slot)
{
	return (struct rd_ivr_node *)c->nodes.data + slot;
}

const char *rd_ivr_printed(struct rd_ivr_compiler *c, const char *name,
			   const char *fmt, const char *what)
{
	char text[160];
	size_t len;
	char *copy;

	len = (size_t)snprintf(text, sizeof(text), fmt, name, what) + 1;
	if (len > sizeof(text))
		len = sizeof(text);
	copy = rd_config_alloc(c->config, len, 1);
	return copy ? memcpy(copy, text, len) : "";
}

/* A new node, a hangup until it is something else; or RD_INDEX_NONE. */
uint16_t rd_ivr_new_node(struct rd_ivr_compiler *c, const char *name,
			 struct rd_place place)
{
	struct rd_ivr_node *node;

	if (c->nodes.n < RD_IVR_NODES_MAX)
		node = rd_ivr_push(&c->nodes);
	else
		node = NULL;
	if (!node) {
		if (!c->full)
			rd_diag_error(c->diag, place,
				      "no room for another step; a tree has at "
				      "most %d",
				      RD_IVR_NODES_MAX);
		c->full = true;
		return RD_INDEX_NONE;
	}
	node->name = name;
	node->place = place;
	node->kind = RD_NODE_HANGUP;
	node->next = RD_INDEX_NONE;
	node->u.cause = 16;
	return (uint16_t)(c->nodes.n - 1);
}

/* ---- targets ---------------------------------------------------------------- */

static uint16_t hangup_node(struct rd_ivr_compiler *c)
{
	if (c->hangup == RD_INDEX_NONE)
		c->hangup =
			rd_ivr_new_node(c, "hangup", (struct rd_place){ 0 });
	return c->hangup;
}

static uint16_t goodbye_node(struct rd_ivr_compiler *c)
{
	uint16_t hangup = hangup_node(c);
	struct rd_ivr_node *node;

	if (c->goodbye != RD_INDEX_NONE)
		return c->goodbye;
	c->goodbye = rd_ivr_new_node(c, "goodbye", (struct rd_place){ 0 });
	if (c->goodbye == RD_INDEX_NONE)
		return c->goodbye;
	node = rd_ivr_node_at(c, c->goodbye);
	node->kind = RD_NODE_PLAY;
	node->next = hangup;
	node->u.list = rd_ivr_phrase(c, RD_SAY_GOODBYE);
	return c->goodbye;
}

static uint16_t return_node(struct rd_ivr_compiler *c)
{
	if (c->giveback == RD_INDEX_NONE) {
		c->giveback =
			rd_ivr_new_node(c, "return", (struct rd_place){ 0 });
		if (c->giveback != RD_INDEX_NONE)
			rd_ivr_node_at(c, c->giveback)->kind = RD_NODE_RETURN;
	}
	return c->giveback;
}

/* clang-format off */
static const char *const words[] = {
	"repeat", "back", "top", "operator", "goodbye", "hangup", "return",
};
/* clang-format on */
#define WORDS (sizeof(words) / sizeof(*words))

static int word_target(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		       size_t word, uint16_t *out)
{
	switch (word) {
	case 0:
		*out = RD_GO_REPEAT;
		return 0;
	case 1:
		*out = RD_GO_BACK;
		return 0;
	case 2:
		*out = c->top;
		return 0;
	case 3:
		if (c->operator== RD_INDEX_NONE) {
			rd_diag_error(
				c->diag, node->place,
				"\"operator\": this tree has no key "
				"\"operator\" that says which node it is");
			return -EINVAL;
		}
		*out = c->operator;
		return 0;
	case 4:
		*out = goodbye_node(c);
		return 0;
	case 5:
		*out = hangup_node(c);
		return 0;
	default:
		*out = return_node(c);
		return 0;
	}
}

int rd_ivr_named_target(struct rd_ivr_compiler *c, const struct rd_yaml *node,
			const char *what, uint16_t *out)
{
	const struct rd_scope *nodes = &c->nodenames;
	const char **all, *nearest;
	size_t n = 0;

	if (!node->text[0] && node->quoted) { /* the preset of no target */
		*out = RD_INDEX_NONE;
		return 0;
	}
	for (size_t i = 0; i < WORDS; i++)
		if (!strcmp(words[i], node->text))
			return word_target(c, node, i, out);
	for (uint16_t i = 0; i < nodes->n; i++) {
		if (!strcmp(nodes->names[i], node->text)) {
			*out = i;
			return 0;
		}
	}
	all = calloc(nodes->n + WORDS, sizeof(*all));
	for (uint16_t i = 0; all && i < nodes->n; i++)
		all[n++] = nodes->names[i];
	for (size_t i = 0; all && i < WORDS; i++)
		all[n++] = words[i];
	nearest = rd_diag_nearest(node->text, all, n);
	rd_diag_error(c->diag, node->place,
		      "key \"%s\": no node \"%.64s\"%s%s%s", what, node->text,
		      nearest ? "; did you mean \"" : "",
		      nearest ? nearest : "", nearest ? "\"?" : "");
	free(all);
	return -EINVAL;
}

int rd_ivr_target(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		  const char *what, uint16_t *out)
{
	const char *step = c->step;
	const char *name;
	uint16_t slot;

	*out = RD_INDEX_NONE;
	if (node->kind == RD_YAML_SCALAR)
		return rd_ivr_named_target(c, node, what, out);
	name = rd_ivr_printed(c, c->step, "%s.%s", what);
	slot = rd_ivr_new_node(c, name, node->place);
	if (slot == RD_INDEX_NONE)
		return -EINVAL;
	rd_ivr_steps(c, node, slot, name);
	c->step = step;
	*out = slot;
	return 0;
}

bool rd_ivr_is_word(const char *text)
{
	for (size_t i = 0; i < WORDS; i++)
		if (!strcmp(words[i], text))
			return true;
	return false;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values of the language of trees: variables, operands, keys, pairs. What is
 * heard: compile_heard.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/compiler.h"

void *rd_ivr_push(struct rd_ivr_array *a)
{
	if (a->n == a->cap) {
		uint32_t cap = a->cap ? a->cap * 2 : 64;
		void *data = realloc(a->data, (size_t)cap * a->size);

		if (!data)
			return NULL;
		a->data = data;
		a->cap = cap;
	}
	return memset((char *)a->data + (size_t)a->n++ * a->size, 0, a->size);
}

static int refuse(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		  const char *what, const char *expected)
{
	char words[RD_YAML_WORDS];

	rd_diag_error(c->diag, node->place, "key \"%s\": found %s, expected %s",
		      what, rd_yaml_words(node, words), expected);
	return -EINVAL;
}

/* ---- variables ------------------------------------------------------------ */

static bool is_name(const char *text)
{
	if (!islower((unsigned char)*text))
		return false;
	for (; *text; text++)
		if (!islower((unsigned char)*text) &&
		    !isdigit((unsigned char)*text) && *text != '_')
			return false;
	return true;
}

int rd_ivr_find_var(struct rd_ivr_compiler *c, struct rd_place place,
		    const char *what, const char *name, bool define,
		    bool may_secret, uint16_t *out)
{
	struct rd_ivr_use *use;
	uint16_t i = 0;

	if (!is_name(name) || strlen(name) >= 32 || !strcmp(name, "caller") ||
	    !strcmp(name, "called")) {
		rd_diag_error(c->diag, place,
			      "key \"%s\": found \"%.40s\", expected the name "
			      "of a variable: small letters, digits and _, "
			      "not caller or called",
			      what, name);
		return -EINVAL;
	}
	while (i < c->nvars && strcmp(c->vars[i].name, name))
		i++;
	if (i == RD_IVR_VARS) {
		rd_diag_error(c->diag, place,
			      "key \"%s\": \"%s\" is one variable too many, "
			      "a tree has at most %d",
			      what, name, RD_IVR_VARS);
		return -EINVAL;
	}
	if (i == c->nvars) {
		char *copy = rd_config_alloc(c->config, strlen(name) + 1, 1);

		if (!copy)
			return -ENOMEM;
		c->vars[c->nvars++].name = strcpy(copy, name);
	}
	if (define)
		c->var_defined[i] = true;
	use = define ? NULL : rd_ivr_push(&c->uses);
	if (use)
		*use = (struct rd_ivr_use){ place, i, may_secret };
	*out = i;
	return 0;
}

int rd_ivr_var(struct rd_ivr_compiler *c, const struct rd_yaml *node,
	       const char *what, bool define, bool may_secret, uint16_t *out)
{
	if (node->kind != RD_YAML_SCALAR)
		return refuse(c, node, what, "the name of a variable");
	return rd_ivr_find_var(c, node->place, what, node->text, define,
			       may_secret, out);
}

int rd_ivr_operand(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		   const char *what, bool may_secret, struct rd_operand *out)
{
	struct rd_operand o = { .kind = RD_OPERAND_TEXT, .text = node->text };
	int err = 0;

	if (node->kind != RD_YAML_SCALAR)
		return refuse(c, node, what,
			      "text, or a variable such as "
			      "$card");
	if (node->text[0] == '$') {
		o.text = "";
		if (!strcmp(node->text, "$caller"))
			o.kind = RD_OPERAND_CALLER;
		else if (!strcmp(node->text, "$called"))
			o.kind = RD_OPERAND_CALLED;
		else if (!strcmp(node->text, "$caller_area"))
			o.kind = RD_OPERAND_AREA;
		else if (!strcmp(node->text, "$caller_level"))
			o.kind = RD_OPERAND_LEVEL;
		else {
			o.kind = RD_OPERAND_VAR;
			err = rd_ivr_find_var(c, node->place, what,
					      node->text + 1, false, may_secret,
					      &o.var);
		}
	} else if (strlen(node->text) >= RD_IVR_VALUE_LEN) {
		rd_diag_error(c->diag, node->place,
			      "key \"%s\": text of %zu octets, expected at "
			      "most %d",
			      what, strlen(node->text), RD_IVR_VALUE_LEN - 1);
		return -EINVAL;
	}
	if (!err)
		*out = o;
	return err;
}

/* ---- keys ------------------------------------------------------------------- */

static const char *key_alias(const char *text)
{
	if (!strcmp(text, "star"))
		return "*";
	return !strcmp(text, "hash") ? "#" : text;
}

int rd_ivr_key(struct rd_ivr_compiler *c, const struct rd_yaml *node,
	       const char *what, char *out)
{
	const char *key = key_alias(node->text);

	if (node->kind == RD_YAML_SCALAR && !strcmp(key, "none")) {
		*out = 0;
		return 0;
	}
	if (node->kind != RD_YAML_SCALAR || strlen(key) != 1 ||
	    !strchr("0123456789*#", key[0]))
		return refuse(c, node, what,
			      "one key 0 to 9, \"*\" or \"#\", or none");
	*out = key[0];
	return 0;
}

static int add_menu_key(struct rd_ivr_compiler *c, struct rd_ivr_menu *menu,
			struct rd_ivr_key *rows, const struct rd_yaml *key,
			const struct rd_yaml *value)
{
	const char *keys = key_alias(key->text);
	struct rd_ivr_key *row = &rows[menu->nkeys];
	size_t len = strlen(keys);

	if (!len || len > RD_IVR_KEY_MAX ||
	    keys[strspn(keys, "0123456789*#")]) {
		rd_diag_error(c->diag, key->place,
			      "menu: found \"%.40s\", expected a key: 1 to %d "
			      "of 0-9 \"*\" \"#\"",
			      key->text, RD_IVR_KEY_MAX);
		return -EINVAL;
	}
	for (uint16_t i = 0; i < menu->nkeys; i++) {
		size_t other = strlen(rows[i].keys);

		if (!strcmp(rows[i].keys, keys)) {
			rd_diag_error(c->diag, key->place,
				      "menu: key %s stands twice", keys);
			return -EINVAL;
		}
		if (!c->proving &&
		    !strncmp(rows[i].keys, keys, other < len ? other : len))
			rd_diag_warning(c->diag, key->place,
					"menu: keys %s and %s begin alike; "
					"the shorter is taken only after "
					"\"interdigit\"",
					rows[i].keys, keys);
	}
	strcpy(row->keys, keys);
	row->place = key->place;
	menu->nkeys++;
	return rd_ivr_target(c, value, keys, &row->target);
}

/* A standard key that the menu does not use itself. */
static void add_standard_key(struct rd_ivr_menu *menu, struct rd_ivr_key *rows,
			     char key, uint16_t target)
{
	if (!key || target == RD_INDEX_NONE)
		return;
	for (uint16_t i = 0; i < menu->nkeys; i++)
		if (rows[i].keys[0] == key)
			return;
	rows[menu->nkeys].keys[0] = key;
	rows[menu->nkeys].standard = true;
	rows[menu->nkeys++].target = target;
}

int rd_ivr_menu_keys(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		     struct rd_ivr_menu *out)
{
	struct rd_ivr_menu menu = { 0 };
	struct rd_ivr_key *rows;
	int err = 0;

	if (node->kind != RD_YAML_MAPPING || !node->n || node->n > 500)
		return refuse(c, node, "menu", "keys and where they lead");
	rows = rd_config_alloc(c->config, node->n + 4, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	for (uint32_t i = 0; i < node->n; i++)
		err |= add_menu_key(c, &menu, rows, node->keys[i],
				    node->items[i]);
	add_standard_key(&menu, rows, c->key_repeat, RD_GO_REPEAT);
	add_standard_key(&menu, rows, c->key_back, RD_GO_BACK);
	add_standard_key(&menu, rows, c->key_top, c->top);
	add_standard_key(&menu, rows, c->key_operator, c->operator);
	out->nkeys = menu.nkeys;
	out->keys = rows;
	return err ? -EINVAL : 0;
}

/* ---- columns, pairs ---------------------------------------------------------- */

int rd_ivr_into(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		const char *what, struct rd_ivr_into *out)
{
	uint32_t n = node->kind == RD_YAML_SCALAR ? 1 : node->n;
	struct rd_ivr_into into = { 0 };
	int err = 0;

	if (n > sizeof(into.pair) / sizeof(*into.pair))
		return refuse(c, node, what, "at most 8 columns");
	for (uint32_t i = 0; i < n; i++) {
		const struct rd_yaml *column =
			node->kind == RD_YAML_SCALAR ? node : node->items[i];
		const struct rd_yaml *var =
			node->kind == RD_YAML_MAPPING ? node->keys[i] : column;

		if (column->kind != RD_YAML_SCALAR) {
			err |= refuse(c, column, what, "the name of a column");
			continue;
		}
		into.pair[i].column = column->text;
		err |= rd_ivr_var(c, var, what, true, false, &into.pair[i].var);
	}
	into.n = (uint16_t)n;
	*out = into;
	return err ? -EINVAL : 0;
}

int rd_ivr_pairs(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		 const char *what, bool set, struct rd_ivr_pairs *out)
{
	uint32_t n = node->kind == RD_YAML_SCALAR ? 1 : node->n;
	struct rd_ivr_pairs pairs = { 0 };
	int err = 0;

	if (set && node->kind != RD_YAML_MAPPING)
		return refuse(c, node, what, "variables and their values");
	if (!n || n > sizeof(pairs.pair) / sizeof(*pairs.pair))
		return refuse(c, node, what, "1 to 8 of them");
	for (uint32_t i = 0; i < n; i++) {
		const struct rd_yaml *value =
			node->kind == RD_YAML_SCALAR ? node : node->items[i];
		const struct rd_yaml *name =
			node->kind == RD_YAML_MAPPING ? node->keys[i] : value;

		pairs.pair[i].name = name->text;
		pairs.pair[i].value.kind = RD_OPERAND_VAR;
		if (set)
			err |= rd_ivr_var(c, name, what, true, false,
					  &pairs.pair[i].var);
		if (node->kind == RD_YAML_MAPPING)
			err |= rd_ivr_operand(c, value, what, false,
					      &pairs.pair[i].value);
		else
			err |= rd_ivr_var(c, value, what, false, false,
					  &pairs.pair[i].value.var);
	}
	pairs.n = (uint16_t)n;
	*out = pairs;
	return err ? -EINVAL : 0;
}

int rd_ivr_program_words(struct rd_ivr_compiler *c, const struct rd_yaml *node,
			 const char *what, struct rd_ivr_external *out)
{
	struct rd_ivr_word *words;
	int err = 0;

	if (node->kind != RD_YAML_MAPPING || !node->n || node->n > 64)
		return refuse(c, node, what,
			      "1 to 64 words and where each leads");
	words = rd_config_alloc(c->config, node->n, sizeof(*words));
	if (!words)
		return -ENOMEM;
	for (uint32_t i = 0; i < node->n; i++) {
		words[i].word = node->keys[i]->text;
		if (strlen(words[i].word) >= RD_IVR_VALUE_LEN)
			err = refuse(c, node->keys[i], what,
				     "a word of at most 63 octets");
		err |= rd_ivr_target(c, node->items[i], words[i].word,
				     &words[i].target);
	}
	out->words = words;
	out->nwords = (uint16_t)node->n;
	return err ? -EINVAL : 0;
}

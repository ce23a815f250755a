// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration, trees, nodes, steps; see compile.h, compiler.h.
 *
 * Named nodes get the first slots, in the order of the file, so that others
 * may refer to them by position. Everything else is appended: further steps of
 * a list ("card[2]"), steps written in place ("main.1"), and the three nodes
 * behind the words goodbye, hangup and return.
 *
 * A slot whose step did not compile holds a hangup: it leads nowhere, so it
 * causes no second error.
 */
#include "daemon/ivr/compile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/core/app.h"
#include "daemon/ivr/compiler.h"
#include "daemon/ivr/say.h"
#include "lib/config/build.h"

#define LIST_STEPS_MAX 200
#define DEPTH_MAX      32

/* ---- steps -------------------------------------------------------------------- */

static const struct rd_ivr_verb *find_verb(struct rd_ivr_compiler *c,
					   const struct rd_yaml *node)
{
	const char *names[32], *nearest;

	if (rd_yaml_expect(node, "step", RD_YAML_MAPPING, c->diag))
		return NULL;
	for (uint32_t k = 0; k < node->n; k++)
		for (unsigned int v = 0; v < rd_ivr_nverbs; v++)
			if (!strcmp(rd_ivr_verbs[v].name, node->keys[k]->text))
				return &rd_ivr_verbs[v];
	for (unsigned int v = 0; v < rd_ivr_nverbs; v++)
		names[v] = rd_ivr_verbs[v].name;
	nearest = node->n ? rd_diag_nearest(node->keys[0]->text, names,
					    rd_ivr_nverbs)
			  : NULL;
	if (nearest)
		rd_diag_error(
			c->diag, node->keys[0]->place,
			"step: \"%.40s\" is no verb; did you mean \"%s\"?",
			node->keys[0]->text, nearest);
	else
		rd_diag_error(c->diag, node->place,
			      "step: no verb in it; expected say, play, menu, "
			      "collect, queue, hangup or another first");
	return NULL;
}

/* next: the following step of a list, or RD_INDEX_NONE. */
static void compile_step(struct rd_ivr_compiler *c, const struct rd_yaml *yaml,
			 uint16_t slot, const char *name, uint16_t next)
{
	const struct rd_ivr_verb *verb;
	struct rd_ivr_node node = { .name = name,
				    .place = yaml->place,
				    .next = RD_INDEX_NONE };
	int errors = c->diag->errors;

	if (yaml->kind == RD_YAML_SCALAR) { /* "- hangup": as in goto: */
		node.kind = RD_NODE_GOTO;
		if (!rd_ivr_named_target(c, yaml, "step", &node.u.target))
			*rd_ivr_node_at(c, slot) = node;
		return;
	}
	verb = find_verb(c, yaml);
	if (!verb)
		return;
	c->step = name;
	node.kind = verb->kind;
	rd_bind(&c->bind, verb->table, yaml, &node);
	if (node.next == RD_INDEX_NONE && !verb->ends)
		node.next = next;
	if (c->diag->errors == errors)
		rd_ivr_finish(c, &node, verb, yaml);
	/* steps written in place report their own errors, and stand */
	if (node.kind == RD_NODE_MENU || c->diag->errors == errors)
		*rd_ivr_node_at(c, slot) = node;
}

void rd_ivr_steps(struct rd_ivr_compiler *c, const struct rd_yaml *node,
		  uint16_t slot, const char *name)
{
	uint16_t first = 0;

	if (node->kind != RD_YAML_SEQUENCE) {
		compile_step(c, node, slot, name, RD_INDEX_NONE);
		return;
	}
	if (!node->n || node->n > LIST_STEPS_MAX || c->depth == DEPTH_MAX) {
		rd_diag_error(c->diag, node->place,
			      "found %u steps, expected 1 to %d", node->n,
			      LIST_STEPS_MAX);
		return;
	}
	c->depth++;
	for (uint32_t i = 1; i < node->n; i++) {
		char number[16];
		uint16_t made;

		snprintf(number, sizeof(number), "%u", i + 1);
		made = rd_ivr_new_node(
			c, rd_ivr_printed(c, name, "%s[%s]", number),
			node->items[i]->place);
		if (made == RD_INDEX_NONE)
			goto out;
		first = i == 1 ? made : first;
	}
	for (uint32_t i = 0; i < node->n; i++) {
		uint16_t at = i ? (uint16_t)(first + i - 1) : slot;
		uint16_t next =
			i + 1 < node->n ? (uint16_t)(first + i) : RD_INDEX_NONE;

		compile_step(c, node->items[i], at, rd_ivr_node_at(c, at)->name,
			     next);
	}
out:
	c->depth--;
}

/* ---- the tree ------------------------------------------------------------------- */

static int name_nodes(struct rd_ivr_compiler *c, const struct rd_yaml *nodes)
{
	const char **names;

	if (rd_yaml_expect(nodes, "nodes", RD_YAML_MAPPING, c->diag))
		return -EINVAL;
	if (!nodes->n || nodes->n > RD_IVR_NODES_MAX) {
		rd_diag_error(c->diag, nodes->place,
			      "key \"nodes\": found %u nodes, expected 1 to %d",
			      nodes->n, RD_IVR_NODES_MAX);
		return -EINVAL;
	}
	names = rd_config_alloc(c->config, nodes->n, sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (uint32_t i = 0; i < nodes->n; i++) {
		const struct rd_yaml *key = nodes->keys[i];

		names[i] = key->text;
		if (rd_ivr_is_word(key->text))
			rd_diag_error(c->diag, key->place,
				      "node \"%s\": the word has a meaning of "
				      "its own as a target; choose another "
				      "name",
				      key->text);
		if (rd_ivr_new_node(c, key->text, key->place) == RD_INDEX_NONE)
			return -ENOMEM;
	}
	c->nodenames = (struct rd_scope){ "node", (uint16_t)nodes->n, names };
	return 0;
}

static void choose_languages(struct rd_ivr_compiler *c,
			     const struct rd_yaml *node)
{
	c->languages = 0;
	for (uint16_t l = 0; !node && l < c->config->nlanguages; l++)
		c->languages |= 1ull << l;
	if (!node ||
	    rd_yaml_expect(node, "languages", RD_YAML_SEQUENCE, c->diag))
		return;
	for (uint32_t i = 0; i < node->n; i++) {
		uint16_t language;

		if (!rd_yaml_ref(node->items[i], "languages",
				 &c->config->scopes[RD_SCOPE_LANGUAGE],
				 &language, c->diag))
			c->languages |= 1ull << language;
	}
}

static void choose_zone(struct rd_ivr_compiler *c, const struct rd_yaml *tree,
			const struct rd_ivr_root *root, struct rd_zone *zone)
{
	const struct rd_config *config = c->config;
	const char *name = root->timezone, *nearest = NULL;

	if (!name[0] && config->ncalendars)
		name = config->calendars[0].timezone;
	c->has_zone = name[0];
	if (!name[0] || !rd_zone_parse(name, zone, &nearest))
		return;
	if (root->timezone[0])
		rd_diag_error(c->diag, rd_yaml_place(tree, "timezone"),
			      "key \"timezone\": no zone \"%s\"%s%s%s; a rule "
			      "such as CST-8 is one too",
			      name, nearest ? "; did you mean \"" : "",
			      nearest ? nearest : "", nearest ? "\"?" : "");
}

static void mark_entries(struct rd_ivr_compiler *c, const struct rd_yaml *node)
{
	uint16_t entry;

	if (!node || rd_yaml_expect(node, "entries", RD_YAML_SEQUENCE, c->diag))
		return;
	for (uint32_t i = 0; i < node->n; i++)
		if (!rd_yaml_ref(node->items[i], "entries", &c->nodenames,
				 &entry, c->diag))
			rd_ivr_node_at(c, entry)->is_entry = true;
}

static void attach_vars(struct rd_ivr_compiler *c, const struct rd_yaml *node)
{
	uint16_t var;

	if (!node || rd_yaml_expect(node, "attach", RD_YAML_SEQUENCE, c->diag))
		return;
	for (uint32_t i = 0; i < node->n; i++)
		if (!rd_ivr_var(c, node->items[i], "attach", false, false,
				&var))
			c->vars[var].attach = true;
}

static void *keep(struct rd_ivr_compiler *c, const struct rd_ivr_array *a)
{
	void *copy = rd_config_alloc(c->config, a->n + 1u, a->size);

	if (copy && a->n)
		memcpy(copy, a->data, (size_t)a->n * a->size);
	return copy;
}

/* A program may ask for any of the named prompts: they all become lists. */
static int keep_prompts(struct rd_ivr_compiler *c, struct rd_ivr_program *p)
{
	const struct rd_yaml *all = c->prompts;
	struct rd_ivr_named *named;
	bool asked = false;

	for (uint32_t i = 0; i < c->nodes.n; i++)
		asked |=
			rd_ivr_node_at(c, (uint16_t)i)->kind == RD_NODE_PROGRAM;
	if (!asked || !all)
		return 0;
	named = rd_config_alloc(c->config, all->n + 1u, sizeof(*named));
	if (!named)
		return -ENOMEM;
	for (uint32_t i = 0; i < all->n; i++) {
		named[i].name = all->keys[i]->text;
		if (rd_ivr_list(c, all->items[i], named[i].name, RD_SCALAR_TEXT,
				&named[i].list) == -ENOMEM)
			return -ENOMEM;
	}
	p->prompts = named;
	p->nprompts = (uint16_t)all->n;
	return 0;
}

/* A directory offers agents by their spoken names. */
static int keep_names(struct rd_ivr_compiler *c, struct rd_ivr_program *p)
{
	const struct rd_config *config = c->config;
	uint32_t *names;
	bool asked = false;

	for (uint32_t i = 0; i < c->nodes.n; i++)
		asked |= rd_ivr_node_at(c, (uint16_t)i)->kind ==
			 RD_NODE_DIRECTORY;
	if (!asked)
		return 0;
	names = rd_config_alloc(
		c->config, (size_t)config->nagents * config->nlanguages + 1,
		sizeof(*names));
	if (!names)
		return -ENOMEM;
	for (uint16_t a = 0; a < config->nagents; a++)
		for (uint16_t l = 0; l < config->nlanguages; l++)
			names[a * config->nlanguages + l] = rd_config_prompt(
				c->config, "",
				config->agents[a].name ? config->agents[a].name
						       : "",
				config->languages[l].voice,
				(struct rd_place){ 0 });
	p->names = names;
	return 0;
}

static int finish_program(struct rd_ivr_compiler *c, struct rd_ivr_program *p)
{
	struct rd_ivr_array vars = { c->vars, c->nvars, c->nvars,
				     sizeof(*c->vars) };

	p->name = c->name;
	p->version = c->version;
	p->languages = c->languages;
	p->top = c->top;
	p->operator= c->operator;
	p->key_repeat = c->key_repeat;
	p->key_back = c->key_back;
	p->key_top = c->key_top;
	p->key_operator = c->key_operator;
	p->nlanguages = c->config->nlanguages;
	p->nnodes = (uint16_t)c->nodes.n;
	p->nnamed = c->nodenames.n;
	p->nlists = c->lists.n / c->config->nlanguages;
	p->nitems = c->items.n;
	p->nvars = c->nvars;
	p->extension = c->extension;
	p->nodes = keep(c, &c->nodes);
	p->lists = keep(c, &c->lists);
	p->items = keep(c, &c->items);
	p->vars = keep(c, &vars);
	return p->nodes && p->lists && p->items && p->vars ? 0 : -ENOMEM;
}

static void bind_root(struct rd_ivr_compiler *c, const struct rd_yaml *tree,
		      struct rd_ivr_root *root, struct rd_ivr_program *p)
{
	struct rd_scope *nodes = &c->nodenames;

	p->answer_later = root->answer_later;
	p->place = tree->place;
	p->back_given = rd_yaml_get(tree, "key_back") != NULL;
	c->key_repeat = root->key_repeat;
	c->key_back = root->key_back;
	c->key_top = root->key_top;
	c->key_operator = root->key_operator;
	if (root->prompts &&
	    !rd_yaml_expect(root->prompts, "prompts", RD_YAML_MAPPING, c->diag))
		c->prompts = root->prompts;
	choose_languages(c, root->languages);
	choose_zone(c, tree, root, &p->zone);
	if (root->top)
		rd_yaml_ref(root->top, "top", nodes, &c->top, c->diag);
	if (root->operator)
		rd_yaml_ref(root->operator, "operator", nodes, &c->operator,
			    c->diag);
}

static int compile_tree(struct rd_ivr_compiler *c, const struct rd_yaml *tree,
			struct rd_ivr_program *p)
{
	struct rd_ivr_root root = { 0 };

	if (rd_bind(&c->bind, &rd_ivr_root_table, tree, &root) && !root.nodes)
		return -EINVAL;
	if (name_nodes(c, root.nodes))
		return -EINVAL;
	for (uint16_t l = 0; l < c->config->nlanguages; l++)
		if (!rd_ivr_push(&c->lists)) /* RD_LIST_NONE */
			return -ENOMEM;
	bind_root(c, tree, &root, p);
	c->standard[0] = rd_ivr_phrase(c, RD_SAY_INVALID);
	c->standard[1] = rd_ivr_phrase(c, RD_SAY_SILENCE);
	c->standard[2] = rd_ivr_phrase(c, RD_SAY_THANKS);
	for (uint16_t i = 0; i < c->nodenames.n; i++)
		rd_ivr_steps(c, root.nodes->items[i], i, c->nodenames.names[i]);
	if (keep_prompts(c, p) || keep_names(c, p))
		return -ENOMEM;
	mark_entries(c, root.entries);
	attach_vars(c, root.attach);
	rd_ivr_check_vars(c);
	return finish_program(c, p);
}

static int load_tree(struct rd_config *config, uint16_t i, bool proving,
		     struct rd_diag *diag, struct rd_ivr_program *p)
{
	struct rd_ivr_compiler c = {
		.config = config,
		.diag = diag,
		.bind = { .arena = &rd_build_of(config)->arena,
			  .diag = diag,
			  .scopes = config->scopes,
			  .user = &c },
		.name = config->tree_texts[i].name,
		.version = config->tree_texts[i].version,
		.operator= RD_INDEX_NONE,
		.nodes = { .size = sizeof(struct rd_ivr_node) },
		.lists = { .size = sizeof(struct rd_ivr_list) },
		.items = { .size = sizeof(struct rd_ivr_item) },
		.uses = { .size = sizeof(struct rd_ivr_use) },
		.extension = RD_INDEX_NONE,
		.goodbye = RD_INDEX_NONE,
		.hangup = RD_INDEX_NONE,
		.giveback = RD_INDEX_NONE,
		.step = "",
		.proving = proving,
	};
	int err;

	err = compile_tree(&c, config->tree_texts[i].root, p);
	if (!err && !proving)
		rd_ivr_check(&c, p, i);
	free(c.nodes.data);
	free(c.lists.data);
	free(c.items.data);
	free(c.uses.data);
	return err;
}

/* ---- the configuration ------------------------------------------------------------ */

static int load_say(struct rd_config *config)
{
	uint32_t *say = rd_config_alloc(config, config->nlanguages,
					RD_SAY_ATOMS * sizeof(*say));

	if (!say)
		return -ENOMEM;
	for (uint16_t l = 0; l < config->nlanguages; l++) {
		const struct rd_cfg_language *language = &config->languages[l];

		for (int atom = 0; atom < RD_SAY_ATOMS; atom++) {
			const char *text = rd_say_text((enum rd_say_atom)atom,
						       language->name);
			uint32_t *prompt = &say[l * RD_SAY_ATOMS + atom];

			*prompt = RD_PROMPT_NONE;
			if (!*text)
				continue;
			*prompt = rd_config_prompt(config, "", text,
						   language->voice,
						   (struct rd_place){ 0 });
			if (*prompt == RD_PROMPT_NONE)
				return -ENOMEM;
		}
	}
	config->say = say;
	return 0;
}

static int load(struct rd_config *config, bool proving, struct rd_diag *diag)
{
	const struct rd_ivr_program **trees;
	struct rd_ivr_program *programs;
	int errors = diag->errors, err;

	if (!config->nlanguages || config->nlanguages > 64) {
		rd_diag_error(diag, (struct rd_place){ 0 },
			      "found %u languages, expected 1 to 64",
			      config->nlanguages);
		return -EINVAL;
	}
	err = load_say(config);
	trees = rd_config_alloc(config, config->ntrees + 1u, sizeof(*trees));
	programs =
		rd_config_alloc(config, config->ntrees + 1u, sizeof(*programs));
	if (err || !trees || !programs)
		return -ENOMEM;
	for (uint16_t i = 0; i < config->ntrees; i++) {
		trees[i] = &programs[i];
		if (!config->tree_texts[i].root)
			continue; /* not YAML: that was told */
		err = load_tree(config, i, proving, diag, &programs[i]);
		if (err == -ENOMEM)
			return err;
	}
	if (diag->errors > errors)
		return -EINVAL;
	config->trees = trees;
	return 0;
}

int rd_ivr_load(struct rd_config *config, struct rd_diag *diag)
{
	return load(config, false, diag);
}

int rd_ivr_load_to_prove(struct rd_config *config, struct rd_diag *diag)
{
	return load(config, true, diag);
}

int rd_ivr_load_and_tell(struct rd_config *config, struct rd_diag *diag)
{
	int err = rd_ivr_load(config, diag);

	if (diag->errors && err != -ENOMEM)
		rd_config_check_files(config, diag);
	return err;
}

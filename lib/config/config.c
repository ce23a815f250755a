// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a bundle to a struct rd_config.
 *
 *	1 parse ringdown.yaml; without it there is nothing more to find
 *	2 collect the names of everything, and parse the trees: then any key
 *	  may refer to what stands further down, and to a tree's nodes
 *	3 bind: one walk over the root, driven by the tables
 *	4 resolve.c: what takes more than one key to see
 *
 * Every step goes on after an error, so that one run finds them all. Nothing
 * here reads a file, a clock or the environment.
 */
#include "lib/config/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/crc32c.h"
#include "lib/config/build.h"
#include "lib/config/resolve.h"

static const struct {
	const char *key, *noun;
} scope_keys[RD_SCOPES] = {
	[RD_SCOPE_SKILL] = { "skills", "skill" },
	[RD_SCOPE_CARD] = { "cards", "card" },
	[RD_SCOPE_SPAN] = { "spans", "span" },
	[RD_SCOPE_GROUP] = { "groups", "trunk group" },
	[RD_SCOPE_AGENT] = { "agents", "agent" },
	[RD_SCOPE_QUEUE] = { "queues", "queue" },
	[RD_SCOPE_MUSIC] = { "music", "music" },
	[RD_SCOPE_LANGUAGE] = { "languages", "language" },
	[RD_SCOPE_SOURCE] = { "sources", "source" },
	[RD_SCOPE_CALENDAR] = { "calendars", "calendar" },
	[RD_SCOPE_TREE] = { "trees", "tree" },
	[RD_SCOPE_LIST] = { "lists", "list" },
	[RD_SCOPE_DUTY] = { "duty", "duty table" },
	[RD_SCOPE_PORTS] = { "ports", "group of ports" },
	[RD_SCOPE_PROGRAM] = { "programs", "program" },
	[RD_SCOPE_AREA] = { NULL, "area" }, /* lists.c */
};

static bool collect_names(struct rd_config_build *build,
			  const struct rd_yaml *node, struct rd_scope *scope)
{
	const char **names;
	uint32_t n = node->kind == RD_YAML_MAPPING ? node->n : 0;

	if (n >= RD_INDEX_NONE)
		n = RD_INDEX_NONE - 1;
	names = rd_arena_alloc(&build->arena, n, sizeof(*names));
	if (!names)
		return false;
	for (uint32_t i = 0; i < n; i++)
		names[i] = node->keys[i]->text;
	scope->n = (uint16_t)n;
	scope->names = names;
	return true;
}

static bool collect_scopes(struct rd_config_build *build)
{
	static const char *const languages[] = { "zh", "en" };

	for (int i = 0; i < RD_SCOPES; i++) {
		struct rd_scope *scope = &build->scopes[i];
		const char *key = scope_keys[i].key;
		const struct rd_yaml *node =
			key ? rd_yaml_get(build->root, key) : NULL;

		scope->noun = scope_keys[i].noun;
		if (node && !collect_names(build, node, scope))
			return false;
	}
	if (!build->scopes[RD_SCOPE_LANGUAGE].n) {
		build->scopes[RD_SCOPE_LANGUAGE].names = languages;
		build->scopes[RD_SCOPE_LANGUAGE].n = 2;
	}
	build->config.scopes = build->scopes;
	return true;
}

bool rd_config_open(struct rd_config_build *build, const struct rd_yaml *node,
		    struct rd_diag *diag, struct rd_bundle_file *out)
{
	const char *name =
		rd_path_beside(&build->arena, node->place.file, node->text);

	if (name && rd_bundle_find(build->bundle, name, out) && !out->err)
		return true;
	rd_diag_error(diag, node->place, "\"%.200s\": cannot be read: %s",
		      node->text,
		      !name			? "out of memory"
		      : strcmp(out->name, name) ? "too many files"
						: strerror(-out->err));
	return false;
}

static bool parse_trees(struct rd_config_build *build, struct rd_diag *diag)
{
	const struct rd_yaml *trees = rd_yaml_get(build->root, "trees");
	uint16_t n = build->scopes[RD_SCOPE_TREE].n;

	build->tree_roots =
		rd_arena_alloc(&build->arena, n, sizeof(*build->tree_roots));
	build->tree_versions =
		rd_arena_alloc(&build->arena, n, sizeof(*build->tree_versions));
	if (!build->tree_roots || !build->tree_versions)
		return false;
	for (uint16_t i = 0; i < n; i++) {
		const struct rd_yaml *node = trees->items[i];
		struct rd_bundle_file file = { .name = "" };

		if (node->kind == RD_YAML_MAPPING)
			node = rd_yaml_get(node, "file");
		/* binding reports what is not a name of a file */
		if (!node || node->kind != RD_YAML_SCALAR ||
		    rd_yaml_is_null(node))
			continue;
		if (!rd_config_open(build, node, diag, &file))
			continue;
		build->tree_roots[i] = rd_yaml_parse(&build->arena, file.name,
						     file.text, file.len, diag);
		build->tree_versions[i] = rd_crc32c(0, file.text, file.len);
	}
	return true;
}

static bool read_blacklist(struct rd_config_build *build,
			   struct rd_config_raw *raw, struct rd_diag *diag)
{
	const struct rd_yaml *node = rd_yaml_get(build->root, "blacklist");
	struct rd_bundle_file file = { .name = "" };
	uint32_t max = raw->c.limits.blacklist;
	struct rd_cfg_block *blocks;
	uint16_t n = raw->blacklist.n;

	if (n > max) {
		rd_diag_error(diag, raw->blacklist.place,
			      "%u callers, limits.blacklist is %u", n, max);
		return true;
	}
	blocks = rd_arena_alloc(&build->arena, max, sizeof(*blocks));
	if (!blocks)
		return false;
	if (n)
		memcpy(blocks, raw->blacklist.numbers, n * sizeof(*blocks));
	if (raw->blacklist.file[0] &&
	    rd_config_open(build, rd_yaml_get(node, "file"), diag, &file))
		rd_blacklist_read(build, &file, blocks, &n, (uint16_t)max,
				  diag);
	raw->c.blocks = blocks;
	raw->c.nblocks = n;
	return true;
}

static bool compile(struct rd_config_build *build, struct rd_diag *diag)
{
	struct rd_config_raw *raw;
	struct rd_bind bind = { .arena = &build->arena,
				.diag = diag,
				.scopes = build->scopes,
				.user = build };

	raw = rd_arena_alloc(&build->arena, 1, sizeof(*raw));
	if (!raw || !collect_scopes(build) || !parse_trees(build, diag))
		return false;
	rd_bind(&bind, &rd_config_table, build->root, raw);
	if (!read_blacklist(build, raw, diag))
		return false;
	raw->c.scopes = build->scopes;
	build->config = raw->c;
	if (!rd_lists_read(build, raw, diag))
		return false;
	return rd_config_resolve(build, raw, diag);
}

/*
 * FNV-1a over the texts of the files, a NUL between: not where they lie, and
 * not the PINs, which the journal does not have either.
 */
static void hash_texts(const struct rd_bundle *bundle, char *out)
{
	const uint64_t prime = 0x100000001b3u;
	uint64_t hash = 0xcbf29ce484222325u;
	struct rd_bundle_file file;

	for (uint32_t i = 0; rd_bundle_file(bundle, i, &file); i++) {
		for (size_t k = 0; !file.err && k < file.len; k++)
			hash = (hash ^ (uint8_t)file.text[k]) * prime;
		hash *= prime;
	}
	snprintf(out, RD_CONFIG_VERSION, "%016" PRIx64, hash);
}

static int name_version(const struct rd_bundle *bundle, char *out)
{
	struct rd_bundle copy = { malloc(bundle->len), bundle->len };
	struct rd_diag silent;

	if (!copy.data)
		return -ENOMEM;
	memcpy(copy.data, bundle->data, bundle->len);
	rd_diag_init(&silent);
	rd_bundle_mask(&copy, &silent);
	rd_diag_free(&silent);
	hash_texts(&copy, out);
	rd_bundle_free(&copy);
	return 0;
}

struct rd_config *rd_config_load(const struct rd_bundle *bundle,
				 int (*then)(struct rd_config *config,
					     struct rd_diag *diag),
				 struct rd_diag *diag)
{
	struct rd_place place = { .file = "bundle" };
	struct rd_config_build *build;
	struct rd_bundle_file file;
	int errors = diag->errors;

	build = calloc(1, sizeof(*build));
	if (!build)
		goto err_memory;
	rd_arena_init(&build->arena, 0);
	build->bundle = bundle;
	build->raw_prompts_end = &build->raw_prompts;
	build->folder = rd_bundle_folder(bundle);
	if (!build->folder || !rd_bundle_file(bundle, 0, &file)) {
		rd_diag_error(diag, place, "damaged");
		goto err_free;
	}
	build->folder = rd_arena_text(&build->arena, build->folder,
				      strlen(build->folder));
	if (!build->folder)
		goto err_memory;
	build->root = rd_yaml_parse(&build->arena, file.name, file.text,
				    file.len, diag);
	if (!build->root)
		goto err_free;
	if (rd_yaml_get(build->root, "nodes")) {
		rd_diag_error(diag, build->root->place,
			      "this is a menu tree; expected the configuration "
			      "whose \"trees\" name it, such as ringdown.yaml");
		goto err_free;
	}
	if (!compile(build, diag) ||
	    (then && then(&build->config, diag) == -ENOMEM) ||
	    name_version(bundle, build->config.version))
		goto err_memory;
	build->bundle = NULL;
	if (diag->errors == errors)
		return &build->config;
	goto err_free;
err_memory:
	rd_diag_error(diag, place, "out of memory");
err_free:
	rd_config_free(build ? &build->config : NULL);
	return NULL;
}

struct rd_config *rd_config_compile(const struct rd_bundle *bundle,
				    struct rd_diag *diag)
{
	return rd_config_load(bundle, NULL, diag);
}

void rd_config_free(struct rd_config *config)
{
	if (!config)
		return;
	rd_arena_free(&rd_build_of(config)->arena);
	free(rd_build_of(config));
}

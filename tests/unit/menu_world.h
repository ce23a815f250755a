/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world of core with menus: trees of YAML text, compiled by the real
 * compiler and walked by the real interpreter.
 *
 *	struct world *w = menu_world("ports: {p: {limit: 1, trees: [a]}}\n",
 *				     "nodes: ...", "nodes: ...");
 *	struct party p = world_call(w, "138", "4000");	tree a
 *	struct party q = world_call(w, "139", "4001");	tree b
 *
 * extra: keys of ringdown.yaml besides those of the lines. Queues, agents and
 * music are those of core_world.h, in the same order.
 */
#ifndef RD_TEST_MENU_WORLD_H
#define RD_TEST_MENU_WORLD_H

#include <unistd.h>

#include "daemon/ivr/compile.h"
#include "tests/unit/core_world.h"

static char menu_dir[64];

static UNUSED void menu_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	cr_assert(f, "%s", name);
	fputs(text, f);
	fclose(f);
}

/* What the YAML says of menus becomes part of the world's configuration. */
static UNUSED struct rd_config *menu_load(struct world *w, const char *extra,
					  const char *a, const char *b)
{
	static const char head[] =
		"cards: {w: {path: wire}}\n"
		"groups: {public: {}, phones: {phones: yes}}\n"
		"spans: {trunk: {card: w, type: e1, group: public}}\n"
		"languages: {en: en, zh: cmn}\n"
		"agents: {8001: {queues: [service, sales]}, 8002: {}, "
		"8003: {}, 8004: {}}\n"
		"queues: {service: {music: m}, sales: {music: m}}\n"
		"music: {m: [{say: music}]}\n"
		"trees: {a: a.yaml, b: b.yaml}\n";
	struct rd_config *menus, *c = &w->config;
	struct rd_bundle bundle;
	struct rd_diag diag;
	char text[8192];

	strcpy(menu_dir, "/tmp/ringdown-menu-XXXXXX");
	cr_assert(mkdtemp(menu_dir));
	cr_assert_eq(chdir(menu_dir), 0);
	snprintf(text, sizeof(text), "%s%s", head, extra);
	menu_file("ringdown.yaml", text);
	menu_file("a.yaml", a);
	menu_file("b.yaml", b ? b : "nodes: {x: {hangup: }}\n");
	rd_diag_init(&diag);
	cr_assert_eq(rd_bundle_read("ringdown.yaml", &bundle, &diag), 0);
	menus = rd_config_load(&bundle, rd_ivr_load, &diag);
	cr_assert(menus, "%s", diag.text);
	rd_bundle_free(&bundle);
	rd_diag_free(&diag);
	c->languages = menus->languages;
	c->nlanguages = menus->nlanguages;
	c->tree_texts = menus->tree_texts;
	c->trees = menus->trees;
	c->ntrees = menus->ntrees;
	c->prompts = menus->prompts;
	c->nprompts = menus->nprompts;
	c->say = menus->say;
	c->scopes = menus->scopes;
	c->lists = menus->lists;
	c->nlists = menus->nlists;
	c->prefixes = menus->prefixes;
	c->nprefixes = menus->nprefixes;
	c->calendars = menus->calendars;
	c->ncalendars = menus->ncalendars;
	c->duties = menus->duties;
	c->nduties = menus->nduties;
	c->ports = menus->ports;
	c->nports = menus->nports;
	c->programs = menus->programs;
	c->nprograms = menus->nprograms;
	if (menus->nsources) {
		c->sources = menus->sources;
		c->nsources = menus->nsources;
	}
	snprintf(text, sizeof(text), "cd / && rm -rf %s", menu_dir);
	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(system(text), 0);
	return menus;
}

static struct rd_config *menu_config;

static UNUSED struct world *menu_world(const char *extra, const char *a,
				       const char *b)
{
	static const struct rd_app_ops *const apps[RD_APPS] = {
		[RD_APP_IVR] = &rd_ivr_app,
		[RD_APP_QUEUE] = &rd_queue_app,
		[RD_APP_DIAL] = &rd_dial_app,
	};
	struct world *w = world_make();

	menu_config = menu_load(w, extra, a, b);
	world_begin(w);
	w->core->apps = apps;
	return w;
}

static UNUSED void menu_free(struct world *w)
{
	world_free(w);
	rd_config_free(menu_config);
	menu_config = NULL;
}

/* Keys of a caller, half a second apart. */
static UNUSED void menu_keys(struct world *w, struct party who,
			     const char *keys)
{
	for (; *keys; keys++) {
		world_digit(w, who, *keys);
		world_run(w, 500);
	}
}

/* The answer to a question. */
static UNUSED const char *menu_ask(struct world *w, const char *what,
				   const char *args)
{
	static char out[1 << 16];
	int64_t len =
		rd_core_query(w->core, w->frame, what, args, out, sizeof(out));

	return len < 0 ? strerror((int)-len) : out;
}

#endif

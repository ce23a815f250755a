/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trees of tests/unit/data/prove as configurations, and what is expected of
 * them. A tree t is put into base.yaml, or into the file beside it whose name
 * ends in .config.yaml; HERE in that is the folder. "# <- kind kind" at the end
 * of a line of any of these files says what is to be found there.
 */
#ifndef RD_TEST_PROVE_WORLD_H
#define RD_TEST_PROVE_WORLD_H

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/ivr/compile.h"
#include "daemon/prove/prove.h"
#include "lib/config/config.h"

#define PROVE_DATA "tests/unit/data/prove"
#define PROVE_NOW  1795426200 /* Mon 2026-11-23 09:30 UTC */
#define MARK	   "# <-"

struct proved {
	char config_path[96];
	struct rd_bundle bundle;
	struct rd_config *config;
	struct rd_diag diag;
	struct rd_proof *proof;
};

static char *read_text(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t cap = 0, len;

	if (!f)
		return NULL;
	len = (size_t)getdelim(&text, &cap, 0, f);
	if (len == (size_t)-1)
		text[0] = 0;
	fclose(f);
	return text;
}

/* config with its trees and t, in a file of its own. */
static void write_config(const char *config, const char *tree, char *path)
{
	char here[512], *text = read_text(config), *at;
	int fd;
	FILE *f;

	cr_assert(text, "%s", config);
	cr_assert(getcwd(here, sizeof(here) - 64));
	strcat(here, "/" PROVE_DATA);
	strcpy(path, "/tmp/rd-prove-XXXXXX");
	fd = mkstemp(path);
	cr_assert(fd >= 0);
	f = fdopen(fd, "w");
	for (const char *p = text; *p;) {
		at = strstr(p, "HERE/");
		fprintf(f, "%.*s", at ? (int)(at - p) : (int)strlen(p), p);
		if (!at)
			break;
		fprintf(f, "%s/", here);
		p = at + 5;
	}
	fprintf(f, "%s  t: ", strstr(text, "\ntrees:") ? "" : "trees:\n");
	if (tree[0] != '/')
		fprintf(f, "%s/", here);
	fprintf(f, "%s\n", tree[0] == '/' ? tree : tree + sizeof(PROVE_DATA));
	fclose(f);
	free(text);
}

/* Load and prove; errors of loading are in p->diag. */
static bool prove_file(struct proved *p, const char *path, int64_t now_s,
		       uint32_t max_states)
{
	struct rd_prove how = { .now_s = now_s, .max_states = max_states };

	rd_diag_init(&p->diag);
	if (rd_bundle_read(path, &p->bundle, &p->diag))
		return false;
	p->config = rd_config_load(&p->bundle, rd_ivr_load_to_prove, &p->diag);
	return p->config && !p->diag.errors &&
	       !rd_prove(p->config, &how, &p->proof);
}

static void prove_done(struct proved *p)
{
	rd_proof_free(p->proof);
	rd_config_free(p->config);
	rd_bundle_free(&p->bundle);
	rd_diag_free(&p->diag);
	if (p->config_path[0])
		unlink(p->config_path);
}

/* A tree below PROVE_DATA. */
static bool prove_tree(struct proved *p, const char *tree)
{
	char beside[300];

	memset(p, 0, sizeof(*p));
	snprintf(beside, sizeof(beside), "%.*s.config.yaml",
		 (int)strlen(tree) - 5, tree);
	write_config(!access(beside, R_OK) ? beside : PROVE_DATA "/base.yaml",
		     tree, p->config_path);
	return prove_file(p, p->config_path, PROVE_NOW, 0);
}

#endif

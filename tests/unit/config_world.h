/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder with a ringdown.yaml in it, for tests of lib/config: a fresh one
 * below /tmp for each test, and the working directory while it runs.
 */
#ifndef TEST_CONFIG_WORLD_H
#define TEST_CONFIG_WORLD_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/config/config.h"

static char world_dir[64];
static struct rd_diag diag;

static inline void write_file(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	cr_assert(f, "%s", name);
	fputs(text, f);
	fclose(f);
}

static inline void world_init(void)
{
	strcpy(world_dir, "/tmp/ringdown-config-XXXXXX");
	cr_assert(mkdtemp(world_dir));
	cr_assert_eq(chdir(world_dir), 0);
	rd_diag_init(&diag);
}

static inline void world_fini(void)
{
	char command[128];

	rd_diag_free(&diag);
	snprintf(command, sizeof(command), "rm -rf %s", world_dir);
	cr_assert_eq(system(command), 0);
}

/* Read and compile a file; NULL if it has errors: see diag. */
static inline struct rd_config *compile_file(const char *path)
{
	struct rd_bundle bundle;
	struct rd_config *config;

	rd_diag_free(&diag);
	if (rd_bundle_read(path, &bundle, &diag))
		return NULL;
	config = rd_config_compile(&bundle, &diag);
	rd_bundle_free(&bundle);
	cr_assert_eq(!config, diag.errors > 0);
	return config;
}

static inline struct rd_config *compile_text(const char *text)
{
	write_file("ringdown.yaml", text);
	return compile_file("ringdown.yaml");
}

static inline void expect_diag(const char *text)
{
	cr_assert_str_eq(diag.text ? diag.text : "", text);
}

static inline void expect_in_diag(const char *text)
{
	cr_assert(diag.text && strstr(diag.text, text), "expected %s\nin %s",
		  text, diag.text);
}

#endif

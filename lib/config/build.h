/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration while it is made; inside lib/config only.
 *
 * struct rd_config is what the world sees, const and dense. Behind it stand
 * its memory, the index of its prompts and the parsed files.
 */
#ifndef RD_CONFIG_BUILD_H
#define RD_CONFIG_BUILD_H

#include "lib/config/config.h"
#include "lib/config/table.h"

struct rd_config_build {
	struct rd_config config; /* first: one is the other */
	struct rd_arena arena;
	const char *folder; /* absolute: where relative names of files begin */
	struct rd_scope scopes[RD_SCOPES];
	struct rd_cfg_prompt *prompts;
	uint32_t prompt_cap;
	uint32_t *prompt_slots; /* hash: number + 1; twice prompt_cap */
};

static inline struct rd_config_build *rd_build_of(struct rd_config *config)
{
	return (struct rd_config_build *)config;
}

#endif

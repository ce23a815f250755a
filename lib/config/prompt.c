// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is added to a configuration after its tables were read: memory, paths
 * and prompts; see config.h.
 *
 * Prompts are numbered in the order in which they are first asked for, and
 * found again by an open hash, half empty. Both grow by doubling into fresh
 * memory of the arena; the old is wasted, which at most doubles their cost.
 */
#include <string.h>

#include "lib/config/build.h"

#define PROMPTS_FIRST 64u

void *rd_config_alloc(struct rd_config *config, size_t n, size_t size)
{
	return rd_arena_alloc(&rd_build_of(config)->arena, n, size);
}

const char *rd_config_path(struct rd_config *config, struct rd_place at,
			   const char *path)
{
	struct rd_config_build *build = rd_build_of(config);
	const char *slash = at.file ? strrchr(at.file, '/') : NULL;
	int len = slash ? (int)(slash - at.file) + 1 : 0;

	if (path[0] == '/' || !path[0])
		return rd_arena_text(&build->arena, path, strlen(path));
	if (len && at.file[0] == '/')
		return rd_arena_printf(&build->arena, "%.*s%s", len, at.file,
				       path);
	return rd_arena_printf(&build->arena, "%s/%.*s%s", build->folder, len,
			       len ? at.file : "", path);
}

/* FNV-1a over the three strings with their NULs */
static uint32_t hash(const char *file, const char *text, const char *voice)
{
	const char *const strings[] = { file, text, voice };
	uint32_t h = 2166136261u;

	for (int i = 0; i < 3; i++) {
		const char *c = strings[i];

		do {
			h = (h ^ (unsigned char)*c) * 16777619u;
		} while (*c++);
	}
	return h;
}

/* The slot where it is, or where it would be. */
static uint32_t *find_slot(const struct rd_config_build *b, const char *file,
			   const char *text, const char *voice)
{
	uint32_t mask = 2 * b->prompt_cap - 1;

	for (uint32_t i = hash(file, text, voice) & mask;; i = (i + 1) & mask) {
		const struct rd_cfg_prompt *prompt;

		if (!b->prompt_slots[i])
			return &b->prompt_slots[i];
		prompt = &b->prompts[b->prompt_slots[i] - 1];
		if (!strcmp(prompt->file, file) &&
		    !strcmp(prompt->text, text) &&
		    !strcmp(prompt->voice, voice))
			return &b->prompt_slots[i];
	}
}

static bool grow(struct rd_config_build *b)
{
	uint32_t n = b->config.nprompts;
	uint32_t cap = b->prompt_cap ? 2 * b->prompt_cap : PROMPTS_FIRST;
	struct rd_cfg_prompt *prompts;
	uint32_t *slots;

	prompts = rd_arena_alloc(&b->arena, cap, sizeof(*prompts));
	slots = rd_arena_alloc(&b->arena, 2 * (size_t)cap, sizeof(*slots));
	if (!prompts || !slots)
		return false;
	if (n)
		memcpy(prompts, b->prompts, n * sizeof(*prompts));
	b->prompts = prompts;
	b->config.prompts = prompts;
	b->prompt_slots = slots;
	b->prompt_cap = cap;
	for (uint32_t i = 0; i < n; i++)
		*find_slot(b, prompts[i].file, prompts[i].text,
			   prompts[i].voice) = i + 1;
	return true;
}

uint32_t rd_config_prompt(struct rd_config *config, const char *file,
			  const char *text, const char *voice,
			  struct rd_place at)
{
	struct rd_config_build *b = rd_build_of(config);
	struct rd_cfg_prompt *prompt;
	uint32_t *slot;

	if (config->nprompts == b->prompt_cap && !grow(b))
		return RD_PROMPT_NONE;
	if (file[0]) { /* words are not part of a file's identity */
		file = rd_config_path(config, at, file);
		text = voice = "";
	}
	if (!file)
		return RD_PROMPT_NONE;
	slot = find_slot(b, file, text, voice);
	if (*slot)
		return *slot - 1;
	prompt = &b->prompts[config->nprompts];
	prompt->file = rd_arena_text(&b->arena, file, strlen(file));
	prompt->text = rd_arena_text(&b->arena, text, strlen(text));
	prompt->voice = rd_arena_text(&b->arena, voice, strlen(voice));
	prompt->place = at;
	if (!prompt->file || !prompt->text || !prompt->voice)
		return RD_PROMPT_NONE;
	*slot = ++config->nprompts;
	return *slot - 1;
}

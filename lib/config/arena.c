// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Blocks of 64 KiB, each used from its start; a piece larger than a quarter of
 * that gets a block of its own behind the newest, which stays in use.
 */
#include "lib/config/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_LEN (64u << 10)
#define ALIGN	  _Alignof(max_align_t)

struct rd_arena_block {
	struct rd_arena_block *next;
	size_t used, len;
	_Alignas(max_align_t) char data[];
};

void rd_arena_init(struct rd_arena *arena, size_t limit)
{
	memset(arena, 0, sizeof(*arena));
	arena->limit = limit ? limit : SIZE_MAX;
}

void rd_arena_free(struct rd_arena *arena)
{
	struct rd_arena_block *block = arena->blocks, *next;

	for (; block; block = next) {
		next = block->next;
		free(block);
	}
	arena->blocks = NULL;
	arena->used = 0;
}

static struct rd_arena_block *block_new(struct rd_arena *arena, size_t len)
{
	struct rd_arena_block *block = calloc(1, sizeof(*block) + len);

	if (!block)
		return NULL;
	block->len = len;
	if (arena->blocks && len > BLOCK_LEN) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

void *rd_arena_alloc(struct rd_arena *arena, size_t n, size_t size)
{
	struct rd_arena_block *block = arena->blocks;
	size_t need;
	void *p;

	if (__builtin_mul_overflow(n, size, &need) || need > SIZE_MAX / 2)
		return NULL;
	need = (need + ALIGN - 1) / ALIGN * ALIGN;
	if (need > arena->limit - arena->used)
		return NULL;
	if (need > BLOCK_LEN / 4)
		block = block_new(arena, need > BLOCK_LEN ? need : BLOCK_LEN);
	else if (!block || block->len - block->used < need)
		block = block_new(arena, BLOCK_LEN);
	if (!block)
		return NULL;
	p = block->data + block->used;
	block->used += need;
	arena->used += need;
	return p;
}

char *rd_arena_text(struct rd_arena *arena, const char *text, size_t len)
{
	char *copy = rd_arena_alloc(arena, len + 1, 1);

	if (copy && len)
		memcpy(copy, text, len);
	return copy;
}

char *rd_arena_printf(struct rd_arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
		return NULL;
	text = rd_arena_alloc(arena, (size_t)len + 1, 1);
	if (!text)
		return NULL;
	va_start(args, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return text;
}

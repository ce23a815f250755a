/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is given out piece by piece and freed all at once.
 *
 * WHAT. What is read from a file lives as long as the whole that was read:
 * nodes, strings, tables. An arena owns it, so nothing has its own free().
 *
 * LIMITS. Not for threads, not for the tick. limit bounds the octets given
 * out; beyond it every call returns NULL, as when malloc() does.
 */
#ifndef RD_CONFIG_ARENA_H
#define RD_CONFIG_ARENA_H

#include <stddef.h>

struct rd_arena_block;

struct rd_arena {
	struct rd_arena_block *blocks; /* newest first */
	size_t used;		       /* octets given out */
	size_t limit;
};

/* limit 0: none. */
void rd_arena_init(struct rd_arena *arena, size_t limit);
void rd_arena_free(struct rd_arena *arena);

/* n times size octets, zeroed, aligned for any object; NULL: no memory. */
void *rd_arena_alloc(struct rd_arena *arena, size_t n, size_t size);

/* A copy of len octets of text and a NUL; NULL: no memory. */
char *rd_arena_text(struct rd_arena *arena, const char *text, size_t len);

char *rd_arena_printf(struct rd_arena *arena, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The blacklist: callers who are released before they are answered (TRK-21).
 *
 * WHAT. Entries by number, or by prefix ("0755*"), each with its reason, cause,
 * who made it and until when. The longest match decides. Entries of the
 * configuration come and go with it; operators' stay.
 *
 * HOW. A pool, and an array of its indices sorted by number: a caller is
 * looked up by binary search once for each length of prefix.
 *
 * Context: core.
 */
#ifndef RD_CALL_BLACKLIST_H
#define RD_CALL_BLACKLIST_H

#include "daemon/core/core.h"
#include "daemon/core/pool.h"

struct rd_block {
	struct rd_slot slot;
	uint64_t until_s; /* Unix time; 0 for ever */
	uint64_t added_s;
	uint32_t hits;
	uint8_t cause;
	uint8_t of_config;
	uint8_t pad[2];
	char number[RD_NUMBER_LEN];
	char reason[48];
	char by[32];
};

/* The entry that blocks this caller now, or NULL. */
struct rd_block *rd_blacklist_find(struct rd_core *core, const char *number);

/*
 * Add, or replace the entry of that very number. 0; -EINVAL: no number;
 * -ENOSPC: the pool is full.
 */
int rd_blacklist_add(struct rd_core *core, const struct rd_block *entry);
/* 0, or -ENOENT. */
int rd_blacklist_remove(struct rd_core *core, const char *number);

/* The n-th in order of numbers, or NULL. */
const struct rd_block *rd_blacklist_nth(const struct rd_core *core, uint32_t n);

void rd_blacklist_configure(struct rd_core *core);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists of callers: members, VIPs, whoever a menu or a queue treats apart.
 *
 * WHAT. A list is what its configuration says, and what operators have changed
 * since: who was added or removed, by whom, why, until when. The longest match
 * decides. A change outlives reloads and restarts: it lies in the state.
 *
 * HOW. The configuration's entries stay in the configuration, sorted; only
 * changes are in the arena, a pool and an array of its indices sorted by
 * (list, number). A caller is looked up once for each length of prefix in both.
 * To remove an entry of the configuration is a change, too: it hides it.
 *
 * Context: core.
 */
#ifndef RD_CALL_LISTS_H
#define RD_CALL_LISTS_H

#include "daemon/core/core.h"
#include "daemon/core/pool.h"

struct rd_list_change {
	struct rd_slot slot;
	uint64_t until_s; /* Unix time; 0 for ever */
	uint64_t added_s;
	uint8_t removed; /* hides the configuration's entry */
	uint8_t pad[7];
	char list[RD_LIST_NAME_LEN];
	char number[RD_NUMBER_LEN]; /* or prefix and '*' */
	char level[RD_LIST_NAME_LEN];
	char reason[64];
	char by[32];
};

/* An entry as somebody finds it. Texts live until the next event. */
struct rd_listed {
	const char *number, *level, *reason, *by, *when;
	uint64_t added_s, until_s; /* 0: of the configuration; for ever */
};

/* Is this number on the list (index in config) now? */
bool rd_list_find(const struct rd_core *core, const struct rd_config *config,
		  uint16_t list, const char *number, struct rd_listed *out);
/* His level: of the first list that has him with one; "" none. */
const char *rd_list_level(const struct rd_core *core,
			  const struct rd_config *config, const char *number);

/*
 * Add, or replace the entry of that very number. 0; -ENOENT: no such list;
 * -EINVAL: no number; -ENOSPC: the pool of changes is full.
 */
int rd_list_add(struct rd_core *core, const struct rd_list_change *entry);
/* 0, -ENOENT: no such list, or the number is not on it, -ENOSPC. */
int rd_list_remove(struct rd_core *core, const char *list, const char *number,
		   const char *reason, const char *by);

/* The entry of exactly that pattern; false: it is not on the list. */
bool rd_list_entry(const struct rd_core *core, const struct rd_config *config,
		   uint16_t list, const char *pattern, struct rd_listed *out);
/* Changes in order of (list, number); NULL after the last. */
const struct rd_list_change *rd_list_change_nth(const struct rd_core *core,
						uint32_t n);
/* Index of a list by its name, or NONE. */
uint16_t rd_list_index(const struct rd_config *config, const char *name);

#endif

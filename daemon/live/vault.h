/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vault: digits that must never reach a disk.
 *
 * While a call's input is secret, what the caller keys is kept here, in memory
 * that is not dumped and not swapped where that is allowed; core, journal and
 * watchers see '?' only. Each secret input has a number of its own
 * (rd_core_vault()); a LOOKUP that names it takes the digits out, which empties
 * the place. What nobody asks for makes room for the next.
 *
 * Context: the core thread.
 */
#ifndef RD_VAULT_H
#define RD_VAULT_H

#include <stdint.h>

#include "daemon/msg.h"
#include "lib/config/config.h"

#define RD_VAULT_DIGITS 32

struct rd_vault {
	struct rd_vault_slot *slots;
	uint32_t n;
};

/* Room for n inputs at once. 0 or -ENOMEM. */
int rd_vault_init(struct rd_vault *vault, uint32_t n);
void rd_vault_exit(struct rd_vault *vault);

/*
 * Keep one more digit of input id, not 0. The oldest input gives way if there
 * is no room. -ENOSPC: more than RD_VAULT_DIGITS; the digit is forgotten.
 */
int rd_vault_add(struct rd_vault *vault, uint32_t id, char digit);

/* Move the digits of input id to out (NUL-terminated, "" if none). */
void rd_vault_take(struct rd_vault *vault, uint32_t id,
		   char out[RD_VAULT_DIGITS + 1]);

/*
 * Is secret the PIN of the agent named in key, "<vault> <agent's number>"?
 * FOUND, or NONE (config may be NULL). In constant time: how long it takes
 * tells nothing of the PIN.
 */
enum rd_lookup_status rd_vault_check_pin(const struct rd_config *config,
					 const char *key, const char *secret);

#endif

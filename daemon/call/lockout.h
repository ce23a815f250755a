/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lock-outs: who keyed wrong passwords too often is not asked for some time.
 *
 * WHAT. Failures are counted for the member and for the caller's number, each
 * in a realm (the source that knows the passwords), whoever the other is: so
 * one caller cannot try all members, nor many callers one. A right password
 * forgets the member's failures; the caller's are forgotten only by time, or
 * he would try others' between two of his own.
 *
 * HOW. A pool in the state, so it outlives reloads and restarts; times are Unix
 * times. A count is forgotten when nothing was added for as long as the
 * lock lasts. If the pool is full the oldest that is not locked goes.
 *
 * Context: core.
 */
#ifndef RD_CALL_LOCKOUT_H
#define RD_CALL_LOCKOUT_H

#include "daemon/core/core.h"
#include "daemon/core/pool.h"

enum rd_lockout_kind { RD_LOCKOUT_MEMBER, RD_LOCKOUT_CALLER };

struct rd_lockout {
	struct rd_slot slot;
	uint64_t last_s;  /* of the latest failure */
	uint64_t until_s; /* locked; 0 not yet */
	uint32_t forget_s;
	uint16_t failures;
	uint8_t kind; /* enum rd_lockout_kind */
	uint8_t pad;
	char realm[32];
	char number[64];
};

/* Is the member or the caller locked now? */
bool rd_lockout_is(const struct rd_core *core, const char *realm,
		   const char *member, const char *caller);
/*
 * A wrong password; with the after-th one locked for lock_s. True: one of them
 * is locked now. An empty number is nobody.
 */
bool rd_lockout_failed(struct rd_core *core, const char *realm,
		       const char *member, const char *caller, uint16_t after,
		       uint32_t lock_s);
void rd_lockout_passed(struct rd_core *core, const char *realm,
		       const char *member);
/* An operator forgets what a number did, in all realms if "". How many. */
int rd_lockout_release(struct rd_core *core, const char *realm,
		       const char *number, const char *by);
bool rd_lockout_is_over(const struct rd_core *core,
			const struct rd_lockout *lockout);

#endif

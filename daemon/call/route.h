/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a call goes: called numbers to applications, dialled ones to trunks.
 *
 * A pattern is digits, or digits and '*' for any rest. The longest match wins;
 * of equal ones an exact number, then one bound to the caller's trunk group.
 *
 * Context: any; pure functions.
 */
#ifndef RD_CALL_ROUTE_H
#define RD_CALL_ROUTE_H

#include "lib/config/config.h"

/* How well the pattern matches: 0 not at all; the longer the more, exact most. */
unsigned rd_route_match(const char *pattern, const char *number);

/* The route of a called number from a trunk group, or NULL. */
const struct rd_cfg_route *rd_route_in(const struct rd_config *config,
				       const char *called, uint16_t group);
/* Could more digits lead to a route, or to a longer match? */
bool rd_route_may_grow(const struct rd_config *config, const char *called,
		       uint16_t group);

/*
 * The trunk group for a number we dial, and the digits to send in out[cap].
 * phone: an agent's phone, which needs no out-route if there is a group of
 * phones. RD_INDEX_NONE: no way.
 */
uint16_t rd_route_out(const struct rd_config *config, const char *number,
		      bool phone, char *out, unsigned cap);

/*
 * A party's number as people write it (TRK-09): the prefix of its type of number
 * (Q.931 table 4-9), then its digits; octets that are no digits are dropped.
 */
void rd_route_normalise(const struct rd_cfg_span *span, unsigned ton,
			const char *digits, char *out, unsigned cap);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Matching numbers against patterns; see route.h. */
#include "daemon/call/route.h"

#include <stdio.h>
#include <string.h>

/* Q.931 table 4-9 */
enum {
	TON_INTERNATIONAL = 1,
	TON_NATIONAL = 2,
	TON_SUBSCRIBER = 4
};

unsigned rd_route_match(const char *pattern, const char *number)
{
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '*')
		return strncmp(pattern, number, n - 1) == 0 ? 2 * n - 1 : 0;
	return n && strcmp(pattern, number) == 0 ? 2 * n + 1 : 0;
}

const struct rd_cfg_route *rd_route_in(const struct rd_config *config,
				       const char *called, uint16_t group)
{
	const struct rd_cfg_route *best = NULL;
	unsigned best_rank = 0;

	for (uint16_t i = 0; i < config->nroutes; i++) {
		const struct rd_cfg_route *route = &config->routes[i];
		unsigned rank = rd_route_match(route->number, called);

		if (!rank ||
		    (route->group != RD_INDEX_NONE && route->group != group))
			continue;
		rank = 2 * rank + (route->group != RD_INDEX_NONE);
		if (rank > best_rank) {
			best = route;
			best_rank = rank;
		}
	}
	return best;
}

bool rd_route_may_grow(const struct rd_config *config, const char *called,
		       uint16_t group)
{
	size_t n = strlen(called);

	for (uint16_t i = 0; i < config->nroutes; i++) {
		const struct rd_cfg_route *route = &config->routes[i];

		if (route->group != RD_INDEX_NONE && route->group != group)
			continue;
		if (strncmp(route->number, called, n) == 0 &&
		    route->number[n] != '\0' && route->number[n] != '*')
			return true;
	}
	return false;
}

uint16_t rd_route_out(const struct rd_config *config, const char *number,
		      bool phone, char *out, unsigned cap)
{
	const struct rd_cfg_outroute *best = NULL;
	unsigned best_rank = 0;
	size_t strip;

	for (uint16_t i = 0; i < config->noutroutes; i++) {
		const struct rd_cfg_outroute *route = &config->outroutes[i];
		unsigned rank = rd_route_match(route->number, number);

		if (rank > best_rank) {
			best = route;
			best_rank = rank;
		}
	}
	if (best) {
		strip = strnlen(number, best->strip);
		snprintf(out, cap, "%s%s", best->prefix, number + strip);
		return best->group;
	}
	for (uint16_t i = 0; phone && i < config->ngroups; i++) {
		if (!config->groups[i].phones)
			continue;
		snprintf(out, cap, "%s", number);
		return i;
	}
	return RD_INDEX_NONE;
}

void rd_route_normalise(const struct rd_cfg_span *span, unsigned ton,
			const char *digits, char *out, unsigned cap)
{
	const char *prefix = "";
	unsigned n;

	switch (ton) {
	case TON_INTERNATIONAL:
		prefix = span->prefix_international;
		break;
	case TON_NATIONAL:
		prefix = span->prefix_national;
		break;
	case TON_SUBSCRIBER:
		prefix = span->prefix_local;
		break;
	}
	memset(out, 0, cap);
	n = (unsigned)snprintf(out, cap, "%s", *digits ? prefix : "");
	for (; *digits && n + 1 < cap; digits++)
		if (strchr("0123456789*#+", *digits))
			out[n++] = *digits;
}

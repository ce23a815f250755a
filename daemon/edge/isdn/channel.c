// SPDX-License-Identifier: GPL-2.0-only
/* Choice of a B-channel; see channel.h. */
#include "daemon/edge/isdn/channel.h"

#define NO_CIRCUIT	  (-34)
#define NOT_AVAILABLE	  (-44)
#define CHANNEL_NOT_EXIST (-82)

static int pick(const struct isdn_channels *channels)
{
	uint32_t free =
		channels->exist & ~channels->blocked & ~channels->busy & ~1u;

	if (!free)
		return NO_CIRCUIT;
	return channels->high ? 31 - __builtin_clz(free) : __builtin_ctz(free);
}

static int choose(const struct isdn_channels *channels, int wanted,
		  bool exclusive, uint32_t taken)
{
	uint32_t bit;

	if (wanted == ISDN_CHANNEL_NONE)
		return NO_CIRCUIT;
	if (wanted == ISDN_CHANNEL_ANY)
		return pick(channels);
	bit = wanted > 0 && wanted < 32 ? 1u << wanted : 0;
	if (bit & channels->exist & ~taken)
		return wanted;
	if (!exclusive)
		return pick(channels);
	return bit & channels->exist ? NOT_AVAILABLE : CHANNEL_NOT_EXIST;
}

int isdn_channel_accept(const struct isdn_channels *channels, int wanted,
			bool exclusive)
{
	return choose(channels, wanted, exclusive,
		      channels->blocked |
			      (channels->busy & ~channels->clearing));
}

int isdn_channel_request(const struct isdn_channels *channels, int wanted,
			 bool exclusive)
{
	return choose(channels, wanted, exclusive,
		      channels->blocked | channels->busy);
}

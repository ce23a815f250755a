/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which B-channel a call gets: Q.931 5.1.2, 5.2.3 and 5.7.
 *
 * A pure function of four masks, bit n = channel n, so that the cases stand
 * in one table of the test.
 */
#ifndef RD_ISDN_CHANNEL_H
#define RD_ISDN_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#define ISDN_CHANNEL_ANY  0
#define ISDN_CHANNEL_NONE (-1) /* the far end has none: call waiting */

struct isdn_channels {
	uint32_t exist;	   /* B-channels of the span that we may use */
	uint32_t blocked;  /* out of service to new calls */
	uint32_t busy;	   /* a call holds it */
	uint32_t clearing; /* part of busy: that call is being released */
	bool high;	   /* search from the top: the user side; the network
			    * searches from the bottom, so both meet late */
};

/*
 * The channel for a call that the far end offers. wanted: 1..31, ANY or NONE;
 * exclusive: that one or none. A channel whose call is being released is free
 * if the far end itself asks for it, since it knows that it released it.
 *
 * Returns 1..31, or the negative Q.850 cause: -82 no such channel, -44 not
 * available, -34 none free.
 */
int isdn_channel_accept(const struct isdn_channels *channels, int wanted,
			bool exclusive);

/*
 * The channel for our own call: wanted if it is free; another if not and not
 * exclusive. Returns as above.
 */
int isdn_channel_request(const struct isdn_channels *channels, int wanted,
			 bool exclusive);

#endif

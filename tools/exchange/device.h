/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exchange at the other end of a cable: a back end that is itself the
 * client of a card of the kernel, /dev/ringdown/card<N>.
 *
 *	daemon -- card0 ===== cable ===== card1 -- device -- copper -- office
 *
 * HOW. Each tick of the card plays the periods that have come in since; the
 * office's answer goes out a lead and a slack later. The slack lets us be late
 * by some periods and lose nothing. What comes still later is silence, both
 * ways, and is counted: a card waits for nobody.
 *
 * LIMITS. No lockstep. The other end sees no alarms of ours but RAI; faults
 * of octets (errors, losses, delay, slips) work as on the wire.
 */
#ifndef XC_DEVICE_H
#define XC_DEVICE_H

#include "lib/line/card.h"
#include "tools/exchange/backend.h"
#include "tools/exchange/copper.h"

#define XC_DEVICE_SLACK 3 /* periods */

struct xc_device_config {
	const char *path;
	unsigned period_frames;
	unsigned dslot[RINGDOWN_MAX_SPANS]; /* idles with ones; 0 none */
};

struct xc_device {
	struct xc_backend backend;
	struct xc_copper *copper;
	struct rd_card card;
	uint64_t base; /* the card's frame at the copper's frame 0 */
	unsigned slack_frames;
	struct xc_end_counts counts;
};

/*
 * Open the card, whose first spans must be of the types and laws that the
 * copper has; set up its lines and start it. Errors as rd_card_open(), -EINVAL
 * for other spans; what is wrong is in diag. Then xc_backend_run(): -ENODEV
 * if the card goes away; and xc_backend_close().
 */
int xc_device_open(struct xc_device *d, struct xc_copper *copper,
		   const struct xc_device_config *config,
		   const struct xc_backend_ops *ops, void *ctx,
		   struct rd_diag *diag);

#endif

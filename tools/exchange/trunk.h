/* SPDX-License-Identifier: GPL-2.0-only */
/* Between office.c (trunks and channels) and call.c (calls and libpri). */
#ifndef XC_TRUNK_H
#define XC_TRUNK_H

#include "tools/exchange/office.h"

extern const struct xc_dchan_ops xc_trunk_dchan_ops; /* ctx: the trunk */

enum ringdown_law xc_trunk_law(const struct xc_trunk *t);
void xc_trunk_say(struct xc_trunk *t, const char *what);

bool xc_trunk_is_bearer(const struct xc_trunk *t, unsigned slot);
bool xc_trunk_is_free(const struct xc_trunk *t, unsigned slot);
/* The next free channel in the order of the trunk's hunt; 0 none. */
unsigned xc_trunk_hunt(struct xc_trunk *t);
void xc_trunk_restarted(struct xc_trunk *t, int channel);

/* Give back the channel it has, take this one; 0 none. */
void xc_call_take_channel(struct xc_call *c, unsigned slot);
/* The call is nothing to libpri any more: unlink, tell, free. */
void xc_call_end(struct xc_call *c);

#endif

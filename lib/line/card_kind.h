/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the openers of the several kinds of card share. Not for others. */
#ifndef RD_LINE_CARD_KIND_H
#define RD_LINE_CARD_KIND_H

#include "lib/line/card.h"

#define RD_CARD_MAP_MAX (64u << 20) /* octets of one area */

/* Empty: no descriptor, no map. */
void rd_card_clear(struct rd_card *card);

/*
 * Map the areas of card->info, which was checked: status and rx to read,
 * control and tx to write. fd[i], at offset info.map[i].offset. 0 or -errno,
 * with a message; rd_card_close() unmaps.
 */
int rd_card_map(struct rd_card *card, const int fd[RINGDOWN_AREAS],
		const char *path, struct rd_diag *diag);

/* The areas are there: check the status page, begin. Errors as check. */
int rd_card_adopt(struct rd_card *card, void *const area[RINGDOWN_AREAS],
		  const char *path, struct rd_diag *diag);

#endif

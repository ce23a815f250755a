// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mapping the four areas of a card.
 *
 * Pages are touched at once, so that no tick meets a page fault: MAP_POPULATE
 * does it for memfds; the kernel's card maps all of an area at the first touch.
 * They stay out of children and of core dumps, which must not hold
 * people's speech.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/line/card_kind.h"

static const char *const names[RINGDOWN_AREAS] = { "status", "control", "rx",
						   "tx" };
static const int prots[RINGDOWN_AREAS] = { PROT_READ, PROT_READ | PROT_WRITE,
					   PROT_READ, PROT_READ | PROT_WRITE };

int rd_card_map(struct rd_card *card, const int fd[RINGDOWN_AREAS],
		const char *path, struct rd_diag *diag)
{
	for (int i = 0; i < RINGDOWN_AREAS; i++) {
		const struct ringdown_map *m = &card->info.map[i];
		void *at = mmap(NULL, m->length, prots[i],
				MAP_SHARED | MAP_POPULATE, fd[i],
				(off_t)m->offset);

		if (at == MAP_FAILED) {
			int err = -errno;

			rd_diag_error(diag, (struct rd_place){ path, 0, 0 },
				      "card: cannot map %s (%llu octets): %s",
				      names[i], (unsigned long long)m->length,
				      strerror(-err));
			return err;
		}
		card->map[i] = at;
		(void)*(volatile const uint8_t *)at;
		madvise(at, m->length, MADV_DONTFORK);
		madvise(at, m->length, MADV_DONTDUMP);
	}
	return 0;
}

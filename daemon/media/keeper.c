// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keeper: opens and closes cards, so that the tick need not.
 *
 *	tick ── gone ──► keeper: close            (kicked through keep_fd)
 *	tick ◄─ fresh ── keeper: open, set up, start     (through wake_fd)
 *
 * While a card is missing it is tried once a second; otherwise the keeper
 * sleeps, or does maintenance (maintain.c): it is who closes cards, so what it
 * asks of one is safe. A card lives at most once in {card, fresh, gone} of its slot; gone
 * is emptied before fresh is filled.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/media/state.h"

#define RETRY_MS 1000

static void close_gone(struct rd_media *m, struct rd_media_card *c)
{
	struct rd_card *card;

	pthread_mutex_lock(&m->door); /* rd_media_done() may be using it */
	card = __atomic_exchange_n(&c->gone, NULL, __ATOMIC_ACQUIRE);
	if (card)
		rd_card_close(card);
	pthread_mutex_unlock(&m->door);
	if (card)
		c->missing = true;
	free(card);
}

static int open_one(struct rd_media *m, unsigned index, struct rd_diag *diag)
{
	struct rd_media_card *c = &m->card[index];
	struct rd_card *card = calloc(1, sizeof(*card));
	int err = card ? rd_cards_bring_up(m, index, card, diag) : -ENOMEM;

	if (err) {
		free(card);
		return err;
	}
	if (!c->known) {
		c->info = card->info;
		__atomic_store_n(&c->known, true, __ATOMIC_RELEASE);
	}
	c->missing = false;
	__atomic_store_n(&c->fresh, card, __ATOMIC_RELEASE);
	return 0;
}

void rd_media_open_cards(struct rd_media *m, struct rd_diag *diag)
{
	for (unsigned i = 0; i < m->ncards; i++) {
		struct rd_diag mine;

		rd_diag_init(&mine);
		m->card[i].missing = open_one(m, i, &mine) != 0;
		if (m->card[i].missing)
			rd_diag_warning(
				diag,
				(struct rd_place){ m->card[i].cfg->path, 0, 0 },
				"not there yet, and tried again until it is "
				"(%.*s)",
				mine.text ? (int)strcspn(mine.text, "\n") : 0,
				mine.text ? mine.text : "");
		rd_diag_free(&mine);
	}
}

/* True if a card is missing still. */
static bool keep(struct rd_media *m)
{
	bool missing = false;

	for (unsigned i = 0; i < m->ncards; i++) {
		struct rd_media_card *c = &m->card[i];
		struct rd_diag diag;
		uint64_t one = 1;

		close_gone(m, c);
		if (!c->missing)
			continue;
		rd_diag_init(&diag);
		if (open_one(m, i, &diag))
			missing = true;
		else if (write(m->wake_fd, &one, sizeof(one)) < 0)
			missing = true; /* full: it is awake anyway */
		rd_diag_free(&diag);
	}
	return missing;
}

void rd_media_keep(struct rd_media *m)
{
	keep(m);
	rd_maintain_run(m);
}

void *rd_keeper_main(void *arg)
{
	struct rd_media *m = arg;
	bool missing = keep(m);

	while (!__atomic_load_n(&m->stop, __ATOMIC_ACQUIRE)) {
		struct pollfd fd = { .fd = m->keep_fd, .events = POLLIN };
		uint64_t kicks;

		if (poll(&fd, 1, missing ? RETRY_MS : -1) > 0 &&
		    read(m->keep_fd, &kicks, sizeof(kicks)) < 0 &&
		    errno != EAGAIN && errno != EINTR)
			break;
		if (!__atomic_load_n(&m->stop, __ATOMIC_ACQUIRE))
			missing = keep(m);
		rd_maintain_run(m);
	}
	return NULL;
}

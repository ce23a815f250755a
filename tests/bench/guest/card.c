// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plain client of cards: each period it reads what came in every B-channel,
 * and sends it back. So what is measured is the interface and nothing else.
 *
 * The ticks of all cards are waited for in one submission, as media does.
 */
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/line/card.h"
#include "tests/bench/guest/guest.h"

#define CARDS_MAX 8
#define WARM_UP	  20u
#define TICKS	  500u

struct client {
	struct rd_card card[CARDS_MAX];
	unsigned cards, spans;
	struct io_uring ring;
	uint64_t ticks[CARDS_MAX]; /* read into */
	uint32_t wake_ns[TICKS];
};

static void open_all(struct client *c)
{
	struct rd_diag diag;

	rd_diag_init(&diag);
	for (unsigned i = 0; i < c->cards; i++) {
		char path[64];
		int err;

		snprintf(path, sizeof(path), "/dev/ringdown/card%u", i);
		err = rd_card_open_device(&c->card[i], path, PERIOD, &diag);
		if (!err)
			err = rd_card_start(&c->card[i]);
		if (err)
			die(path, -err);
	}
	rd_diag_free(&diag);
}

static void close_all(struct client *c)
{
	for (unsigned i = 0; i < c->cards; i++)
		rd_card_close(&c->card[i]);
	io_uring_queue_exit(&c->ring);
}

static void serve(struct rd_card *card, unsigned spans)
{
	uint64_t at = card->frame + card->info.geometry.tx_lead_frames;
	uint8_t octets[PERIOD];

	for (unsigned span = 0; span < spans; span++)
		for (unsigned slot = 1; slot < 32; slot++) {
			if (slot == 16)
				continue;
			rd_card_rx(card, span, slot, card->frame - PERIOD,
				   PERIOD, octets);
			rd_card_tx(card, span, slot, at, PERIOD, octets);
		}
	rd_card_tx_commit(card, at + PERIOD);
}

/* One period; how long after the first card's signal we were here. */
static uint32_t tick(struct client *c)
{
	struct io_uring_cqe *cqe;
	uint64_t since;
	int res;

	for (unsigned i = 0; i < c->cards; i++)
		io_uring_prep_read(io_uring_get_sqe(&c->ring),
				   c->card[i].tick_fd, &c->ticks[i],
				   sizeof(c->ticks[i]), 0);
	res = io_uring_submit_and_wait(&c->ring, c->cards);
	since = now_ns() - c->card[0].status->period_ns;
	if (res < 0)
		die("io_uring", -res);
	while (io_uring_peek_cqe(&c->ring, &cqe) == 0) {
		if (cqe->res != sizeof(c->ticks[0]))
			die("read of a tick", -cqe->res);
		io_uring_cqe_seen(&c->ring, cqe);
	}
	for (unsigned i = 0; i < c->cards; i++) {
		if (rd_card_sync(&c->card[i]))
			die("sync", 0);
		serve(&c->card[i], c->spans);
	}
	return (uint32_t)since;
}

static struct client *begin(int argc, char **argv)
{
	struct client *c = calloc(1, sizeof(*c));
	int err;

	if (!c || argc < 2)
		die("arguments: CARDS SPANS", 0);
	err = io_uring_queue_init(2 * CARDS_MAX, &c->ring,
				  IORING_SETUP_SINGLE_ISSUER |
					  IORING_SETUP_DEFER_TASKRUN);
	if (err)
		die("io_uring", -err);
	c->cards = (unsigned)atoi(argv[0]);
	c->spans = (unsigned)atoi(argv[1]);
	open_all(c);
	for (unsigned i = 0; i < WARM_UP; i++)
		tick(c);
	return c;
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t lost(const struct client *c)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < c->cards; i++) {
		const struct ringdown_status *s = c->card[i].status;

		sum += s->underruns + s->overruns + s->late_writes;
	}
	return sum;
}

int run_stream(int argc, char **argv)
{
	struct client *c = begin(argc, argv);
	int counter = syscalls_open(0);
	uint64_t t, idle, calls, copied, missed;
	bool copying = false;

	t = now_ns();
	idle = idle_ns();
	for (unsigned i = 0; i < WARM_UP; i++) /* reading that took long */
		tick(c);
	missed = lost(c);
	calls = syscalls_read(counter);
	for (unsigned i = 0; i < TICKS; i++)
		c->wake_ns[i] = tick(c);
	calls = syscalls_read(counter) - calls - 1;
	missed = lost(c) - missed;
	t = now_ns() - t;
	idle = idle_ns() - idle;
	copies_begin();
	for (unsigned i = 0; i < TICKS; i++)
		tick(c);
	copied = copies_end();
	for (unsigned i = 0; i < c->cards; i++)
		copying |= c->card[i].info.geometry.flags &
			   RINGDOWN_GEOMETRY_COPYING;
	qsort(c->wake_ns, TICKS, sizeof(c->wake_ns[0]), compare);
	printf("BENCH {\"part\":\"stream\",\"cards\":%u,\"spans\":%u,"
	       "\"channels\":%u,\"ticks\":%u,\"syscalls\":%llu,"
	       "\"busy_ns_per_s\":%.0f,\"octets_copied\":%llu,"
	       "\"copying_driver\":%s,\"lost\":%llu,"
	       "\"wake_ns\":{\"p50\":%u,\"p90\":%u,\"p99\":%u,\"max\":%u}}\n",
	       c->cards, c->spans, c->cards * c->spans * CHANNELS, TICKS,
	       (unsigned long long)calls, 1e9 * (double)(t - idle) / (double)t,
	       (unsigned long long)copied, copying ? "true" : "false",
	       (unsigned long long)missed, c->wake_ns[TICKS / 2],
	       c->wake_ns[TICKS * 9 / 10], c->wake_ns[TICKS * 99 / 100],
	       c->wake_ns[TICKS - 1]);
	close_all(c);
	free(c);
	return 0;
}

int run_kernel(int argc, char **argv)
{
	char one[] = "1", *args[] = { one, argc ? argv[0] : one };
	struct client *c = begin(2, args);
	unsigned calls;
	double mean_ns;

	graph_begin("expire", "ringdown");
	for (unsigned i = 0; i < TICKS; i++)
		tick(c);
	mean_ns = graph_end(&calls);
	printf("BENCH {\"part\":\"kernel\",\"engine\":\"%s\",\"spans\":%u,"
	       "\"periods\":%u,\"ns_per_period\":%.1f}\n",
	       argc > 1 ? argv[1] : "linear", c->spans, calls, mean_ns);
	close_all(c);
	free(c);
	return 0;
}

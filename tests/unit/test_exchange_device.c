/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The exchange as a client: its device back end on a card that the wire serves
 * in real time, each in a thread. (On a card of the kernel: tests/vm.) Either
 * side counts frames into a slot; what comes out at the other end must be that
 * count, without a gap, from some frame on.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/exchange/device.h"
#include "tools/exchange/wire.h"

#define P      80u
#define FRAMES 8000u

struct side {
	struct xc_copper *copper;
	uint8_t heard[2 * FRAMES]; /* slot 1, by its own frame */
	struct xc_backend *backend;
	pthread_t thread;
	int result;
};

struct pair {
	struct side server, client;
	struct xc_card card;
	struct xc_wire wire;
	struct xc_copper copper;
	struct xc_device device;
};

static void count(void *ctx, uint64_t from, unsigned n)
{
	struct side *s = ctx;

	for (unsigned i = 0; i < n; i++) {
		xc_copper_rx(s->copper, 0, 1)[i] = from + i;
		xc_copper_rx(s->copper, 0, 16)[i] = 0xff;
		if (from + i < sizeof(s->heard))
			s->heard[from + i] = xc_copper_tx(s->copper, 0, 1)[i];
	}
}

static void command(void *ctx, const char *line)
{
}

static void client(void *ctx, bool present)
{
}

static const struct xc_copper_ops ops = { count };
static const struct xc_backend_ops backend_ops = { client, command };

static void *side_main(void *arg)
{
	struct side *s = arg;

	s->result = xc_backend_run(s->backend);
	return NULL;
}

static void serve(struct pair *p, const char *path)
{
	struct xc_card_config card = {
		.name = "far",
		.layout = XC_LAYOUT_INTERLEAVED,
		.period_frames = P,
		.lead_frames = UINT_MAX,
		.ring_periods = 16,
		.nspans = 2,
		.span = { { .type = RINGDOWN_SPAN_E1, .crc4 = -1 },
			  { .type = RINGDOWN_SPAN_E1, .crc4 = -1 } },
	};
	struct xc_wire_config wire = { .path = path, .speed = 1 };

	p->server.copper = &p->card.copper;
	p->server.backend = &p->wire.backend;
	cr_assert_eq(xc_card_init(&p->card, &card, &ops, &p->server), 0);
	cr_assert_eq(xc_wire_open(&p->wire, &p->card, &wire, &backend_ops, p),
		     0);
	cr_assert_eq(
		pthread_create(&p->server.thread, NULL, side_main, &p->server),
		0);
}

static int use(struct pair *p, const char *path,
	       const struct xc_span_config *span, unsigned nspans,
	       struct rd_diag *diag)
{
	struct xc_device_config config = { .path = path, .period_frames = P };

	config.dslot[0] = 16;
	p->client.copper = &p->copper;
	p->client.backend = &p->device.backend;
	cr_assert_eq(
		xc_copper_init(&p->copper, span, nspans, 1, &ops, &p->client),
		0);
	return xc_device_open(&p->device, &p->copper, &config, &backend_ops, p,
			      diag);
}

static void join(struct side *s)
{
	xc_backend_quit(s->backend);
	pthread_join(s->thread, NULL);
	xc_backend_close(s->backend);
}

/* The longest run of frames in which octets count up by one. */
static unsigned counted(const struct side *s)
{
	unsigned best = 0, run = 0;

	for (unsigned i = 1; i < FRAMES; i++) {
		run = s->heard[i] == (uint8_t)(s->heard[i - 1] + 1) ? run + 1
								    : 0;
		best = run > best ? run : best;
	}
	return best;
}

Test(exchange_device, octets_pass_both_ways)
{
	struct pair *p = calloc(1, sizeof(*p));
	struct xc_span_config span = { .type = RINGDOWN_SPAN_E1, .crc4 = -1 };
	struct xc_end_counts n;
	struct rd_diag diag;
	char path[64];

	snprintf(path, sizeof(path), "/tmp/xd-%d.sock", (int)getpid());
	rd_diag_init(&diag);
	serve(p, path);
	cr_assert_eq(use(p, path, &span, 1, &diag), 0, "%s", diag.text);
	pthread_create(&p->client.thread, NULL, side_main, &p->client);
	while (__atomic_load_n(&p->copper.frame, __ATOMIC_RELAXED) < FRAMES)
		usleep(1000);
	join(&p->client);
	join(&p->server);
	p->copper.end->counts(&p->copper, &n);
	/* A busy machine may stop either side for some periods. */
	cr_expect_gt(counted(&p->client), FRAMES / 8);
	cr_expect_gt(counted(&p->server), FRAMES / 8);
	cr_expect_eq(n.bad_commands, 0);
	xc_copper_free(&p->copper);
	xc_card_free(&p->card);
	rd_diag_free(&diag);
	free(p);
}

Test(exchange_device, a_card_with_other_spans_is_refused)
{
	struct pair *p = calloc(1, sizeof(*p));
	struct xc_span_config t1 = { .type = RINGDOWN_SPAN_T1,
				     .law = RINGDOWN_LAW_ULAW };
	struct xc_span_config three[3] = { { .type = RINGDOWN_SPAN_E1 },
					   { .type = RINGDOWN_SPAN_E1 },
					   { .type = RINGDOWN_SPAN_E1 } };
	struct rd_diag diag;
	char path[64];

	snprintf(path, sizeof(path), "/tmp/xr-%d.sock", (int)getpid());
	rd_diag_init(&diag);
	serve(p, path);
	cr_expect_eq(use(p, path, &t1, 1, &diag), -EINVAL);
	cr_expect(diag.text && strstr(diag.text, "the scenario's of type 2"));
	xc_copper_free(&p->copper);
	cr_expect_eq(use(p, path, three, 3, &diag), -EINVAL);
	cr_expect(diag.text && strstr(diag.text, "the scenario has 3"));
	xc_backend_close(&p->device.backend);
	xc_copper_free(&p->copper);
	join(&p->server);
	xc_card_free(&p->card);
	rd_diag_free(&diag);
	free(p);
}

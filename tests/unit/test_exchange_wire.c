/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire as a client meets it: the project's own client (lib/line) against
 * the server, over a real socket, the server in a thread of its own.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/line/card.h"
#include "tools/exchange/wire.h"

/* The far end: says the frame number in slot 1, remembers what it heard. */
struct far {
	struct xc_card card;
	struct xc_wire wire;
	pthread_t thread;
	char path[64];
	uint8_t heard[1 << 20]; /* slot 2, by frame */
	int result;
	unsigned clients;
};

static void far_period(void *ctx, uint64_t from, unsigned n)
{
	struct far *f = ctx;
	unsigned i;

	for (i = 0; i < n; i++) {
		xc_copper_rx(&f->card.copper, 0, 1)[i] = (from + i) & 0xff;
		xc_copper_rx(&f->card.copper, 0, 2)[i] = (from + i) >> 8 & 0xff;
		if (from + i < sizeof(f->heard))
			f->heard[from + i] = xc_copper_tx(&f->card.copper, 0, 2)[i];
	}
}

static void far_client(void *ctx, bool present)
{
	struct far *f = ctx;

	f->clients += present;
}

static void far_command(void *ctx, const char *line)
{
}

static const struct xc_copper_ops far_card_ops = { far_period };
static const struct xc_backend_ops far_wire_ops = { far_client, far_command };

static void *far_main(void *arg)
{
	struct far *f = arg;

	f->result = xc_backend_run(&f->wire.backend);
	return NULL;
}

static struct far *far_new(enum xc_layout layout, bool lockstep,
			   unsigned watchdog_ms)
{
	struct far *f = calloc(1, sizeof(*f));
	struct xc_card_config cc = {
		.name = "far",
		.layout = layout,
		.period_frames = 80,
		.lead_frames = UINT_MAX,
		.ring_periods = 8,
		.lockstep = lockstep,
		.epoch_ns = 1234567890000000000u,
		.seed = 42,
		.nspans = 2,
		.span = { { .type = RINGDOWN_SPAN_E1, .crc4 = -1 },
			  { .type = RINGDOWN_SPAN_T1,
			    .law = RINGDOWN_LAW_ULAW,
			    .crc4 = -1 } },
	};
	struct xc_wire_config wc = {
		.path = f->path,
		.lockstep = lockstep,
		.speed = 1,
		.absence_frames = 800,
		.watchdog_ms = watchdog_ms,
	};

	snprintf(f->path, sizeof(f->path), "/tmp/far-%d.sock", (int)getpid());
	cr_assert_eq(xc_card_init(&f->card, &cc, &far_card_ops, f), 0);
	cr_assert_eq(xc_wire_open(&f->wire, &f->card, &wc, &far_wire_ops, f),
		     0);
	cr_assert_eq(pthread_create(&f->thread, NULL, far_main, f), 0);
	return f;
}

static int far_free(struct far *f)
{
	int result;

	__atomic_store_n(&f->wire.backend.quit, true, __ATOMIC_RELAXED);
	pthread_join(f->thread, NULL);
	result = f->result;
	xc_backend_close(&f->wire.backend);
	xc_card_free(&f->card);
	free(f);
	return result;
}

static void near_open(struct rd_card *c, const struct far *f, unsigned period)
{
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = rd_card_open(c, f->path, period, &diag);
	cr_assert_eq(err, 0, "%d %s", err, diag.text ? diag.text : "");
	rd_diag_free(&diag);
}

static int near_try(struct rd_card *c, const struct far *f)
{
	struct rd_diag diag;
	int err;

	rd_diag_init(&diag);
	err = rd_card_open(c, f->path, 0, &diag);
	rd_diag_free(&diag);
	return err;
}

static void near_tick(struct rd_card *c)
{
	struct pollfd p = { c->tick_fd, POLLIN, 0 };
	uint64_t ticks;

	cr_assert_eq(poll(&p, 1, 5000), 1, "no tick");
	cr_assert_eq(read(c->tick_fd, &ticks, 8), 8);
	cr_assert_eq(rd_card_sync(c), 0);
}

/* One tick of a client: hears slot 1, says the low octet of frames in 2. */
static void near_live(struct rd_card *c)
{
	unsigned p = c->info.geometry.period_frames, i;
	uint64_t to = c->frame + c->info.geometry.tx_lead_frames;
	uint8_t octets[RINGDOWN_PERIOD_MAX];

	cr_assert_eq(rd_card_rx(c, 0, 1, c->frame - p, p, octets), p);
	for (i = 0; i < p; i++)
		cr_assert_eq(octets[i], (c->frame - p + i) & 0xff);
	for (i = 0; i < p; i++)
		octets[i] = (to + i) & 0xff;
	cr_assert_eq(rd_card_tx(c, 0, 2, to, p, octets), 0);
	rd_card_tx_commit(c, to + p);
}

static void lockstep_carries_every_octet(enum xc_layout layout, unsigned period)
{
	struct far *f = far_new(layout, true, 5000);
	struct rd_card c;

	near_open(&c, f, period);
	cr_expect(rd_card_is_lockstep(&c));
	cr_expect_eq(c.info.epoch_ns, 1234567890000000000u);
	cr_expect_eq(c.info.seed, 42);
	cr_expect_eq(c.info.geometry.period_frames, period);
	cr_assert_eq(rd_card_start(&c), 0);
	while (c.frame < 8000) {
		near_tick(&c);
		near_live(&c);
		rd_card_done(&c, period);
	}
	cr_expect_eq(c.status->underruns, 0);
	cr_expect_eq(c.status->late_writes, 0);
	cr_expect_eq(c.status->overruns, 0);
	rd_card_close(&c);
	cr_expect_eq(far_free(f), 0);
}

Test(exchange_wire, lockstep_carries_every_octet_in_every_layout)
{
	lockstep_carries_every_octet(XC_LAYOUT_ROWS, 80);
	lockstep_carries_every_octet(XC_LAYOUT_INTERLEAVED, 40);
	lockstep_carries_every_octet(XC_LAYOUT_BLOCKS, 8);
	lockstep_carries_every_octet(XC_LAYOUT_BLOCKS, 160);
}

Test(exchange_wire, what_is_said_is_heard_two_periods_after_what_was_heard)
{
	struct far *f = far_new(XC_LAYOUT_ROWS, true, 5000);
	struct rd_card c;
	uint64_t i, first;

	near_open(&c, f, 80);
	cr_assert_eq(rd_card_start(&c), 0);
	do {
		near_tick(&c);
		near_live(&c);
		rd_card_done(&c, 80);
	} while (c.frame < 4000);
	rd_card_close(&c);
	__atomic_store_n(&f->wire.backend.quit, true, __ATOMIC_RELAXED);
	pthread_join(f->thread, NULL);
	/* Heard at the first tick, frame 80; lead 80: sent from 160 on. */
	first = 160;
	for (i = 0; i < first; i++)
		cr_assert_eq(f->heard[i], 0xd5, "frame %d", (int)i);
	for (; i < 4000; i++)
		cr_assert_eq(f->heard[i], i & 0xff, "frame %d", (int)i);
	xc_backend_close(&f->wire.backend);
	xc_card_free(&f->card);
	free(f);
}

Test(exchange_wire, one_owner_at_a_time_and_the_next_goes_on_counting)
{
	struct far *f = far_new(XC_LAYOUT_ROWS, true, 5000);
	struct rd_card a, b;
	uint64_t frame;
	int err, tries = 0;

	near_open(&a, f, 80);
	cr_expect_eq(near_try(&b, f), -EBUSY);
	cr_assert_eq(rd_card_start(&a), 0);
	while (a.frame < 800) {
		near_tick(&a);
		near_live(&a);
		rd_card_done(&a, 80);
	}
	frame = a.frame;
	rd_card_close(&a); /* as if it had been killed */
	do
		err = near_try(&b, f);
	while (err == -EBUSY && ++tries < 1000);
	cr_assert_eq(err, 0);
	cr_assert_eq(rd_card_start(&b), 0);
	near_tick(&b);
	/* The line lived alone for absence_frames, in lockstep exactly. */
	cr_expect_geq(b.frame, frame + 80);
	cr_expect_leq(b.frame, frame + 800 + 160);
	near_live(&b);
	rd_card_done(&b, 80);
	near_tick(&b);
	rd_card_close(&b);
	far_free(f);
}

Test(exchange_wire, a_late_client_sends_idle_code_and_is_counted)
{
	struct far *f = far_new(XC_LAYOUT_ROWS, true, 5000);
	struct rd_card c;
	unsigned i;

	near_open(&c, f, 80);
	cr_assert_eq(rd_card_start(&c), 0);
	for (i = 0; i < 20; i++) {
		near_tick(&c);
		if (i != 10) /* one period is not written at all */
			near_live(&c);
		rd_card_done(&c, 80);
	}
	cr_expect_eq(c.status->underruns, 1);
	cr_expect_eq(c.status->late_writes, 80);
	rd_card_close(&c);
	__atomic_store_n(&f->wire.backend.quit, true, __ATOMIC_RELAXED);
	pthread_join(f->thread, NULL);
	/* Tick i is at frame 80 (i + 1); what it writes is sent 80 later. */
	for (i = 0; i < 80; i++) {
		cr_assert_eq(f->heard[80 * 12 + i], 0xd5);
		cr_assert_eq(f->heard[80 * 11 + i], (80 * 11 + i) & 0xff);
		cr_assert_eq(f->heard[80 * 13 + i], (80 * 13 + i) & 0xff);
	}
	xc_backend_close(&f->wire.backend);
	xc_card_free(&f->card);
	free(f);
}

Test(exchange_wire, alarms_slips_and_commands_come_on_the_line_clock)
{
	struct far *f = far_new(XC_LAYOUT_INTERLEAVED, true, 5000);
	struct ringdown_inject inject = { .span = 1,
					  .alarms = RINGDOWN_ALARM_RAI,
					  .slip_frames = 2 };
	struct ringdown_command idle = { .op = RINGDOWN_OP_IDLE_CODE,
					 .span = 0,
					 .slot = 2,
					 .arg = 0x7e,
					 .frame = 400 };
	struct ringdown_command bad = { .op = RINGDOWN_OP_RING, .slot = 1 };
	struct ringdown_event e;
	struct rd_card c;
	unsigned i;

	near_open(&c, f, 80);
	inject.span = 2;
	cr_expect_eq(rd_card_inject(&c, &inject), -EINVAL);
	inject.span = 1;
	cr_expect_eq(rd_card_inject(&c, &inject), 0);
	cr_assert_eq(rd_card_command(&c, &idle), 0);
	cr_assert_eq(rd_card_command(&c, &bad), 0);
	cr_assert_eq(rd_card_start(&c), 0);
	for (i = 0; i < 20; i++) {
		near_tick(&c);
		rd_card_done(&c, 80);
	}
	cr_expect_eq(rd_card_alarms(&c, 1), RINGDOWN_ALARM_RAI);
	cr_assert(rd_card_event(&c, &e));
	cr_expect_eq(e.type, RINGDOWN_EVENT_SLIP);
	cr_expect_eq(e.arg, 2);
	cr_assert(rd_card_event(&c, &e));
	cr_expect_eq(e.type, RINGDOWN_EVENT_ALARM);
	cr_expect_eq(e.span, 1);
	cr_expect_eq(e.arg, RINGDOWN_ALARM_RAI);
	cr_expect_eq(c.status->span[1].slips, 2);
	cr_expect_eq(c.status->bad_commands, 1);
	cr_expect_eq(c.status->late_commands, 0);
	rd_card_close(&c);
	__atomic_store_n(&f->wire.backend.quit, true, __ATOMIC_RELAXED);
	pthread_join(f->thread, NULL);
	/*
	 * In the period of frame 400 the engine fetches 480 to 560 and leaves
	 * 0x7e behind; a ring of 640 frames later a silent client sends that.
	 */
	cr_expect_eq(f->heard[1119], 0xd5);
	cr_expect_eq(f->heard[1120], 0x7e);
	xc_backend_close(&f->wire.backend);
	xc_card_free(&f->card);
	free(f);
}

Test(exchange_wire, a_client_that_answers_no_tick_fails_the_run)
{
	struct far *f = far_new(XC_LAYOUT_ROWS, true, 300);
	struct rd_card c;

	near_open(&c, f, 80);
	cr_assert_eq(rd_card_start(&c), 0);
	near_tick(&c);
	pthread_join(f->thread, NULL);
	cr_expect_eq(f->result, -ETIMEDOUT);
	rd_card_close(&c);
	xc_backend_close(&f->wire.backend);
	xc_card_free(&f->card);
	free(f);
}

Test(exchange_wire, in_real_time_the_line_follows_the_clock)
{
	struct far *f = far_new(XC_LAYOUT_ROWS, false, 0);
	struct timespec a, b;
	struct rd_card c;
	double s;

	near_open(&c, f, 80);
	cr_expect(!rd_card_is_lockstep(&c));
	cr_assert_eq(rd_card_start(&c), 0);
	near_tick(&c);
	clock_gettime(CLOCK_MONOTONIC, &a);
	do
		near_tick(&c);
	while (c.frame < 2080);
	clock_gettime(CLOCK_MONOTONIC, &b);
	s = b.tv_sec - a.tv_sec + (b.tv_nsec - a.tv_nsec) * 1e-9;
	cr_expect(s > 0.23 && s < 0.6, "0.25 s of line took %f s", s);
	rd_card_close(&c);
	cr_expect_eq(far_free(f), 0);
}

Test(exchange_wire, a_restarted_ring_keeps_the_count_and_moves_the_origin)
{
	struct far *f = far_new(XC_LAYOUT_ROWS, true, 5000);
	struct rd_card c;
	unsigned i;

	near_open(&c, f, 80);
	cr_assert_eq(rd_card_start(&c), 0);
	for (i = 0; i < 30; i++) {
		near_tick(&c);
		if (i == 9) {
			/* The server waits for done: the card is ours now. */
			xc_card_restart_ring(&f->card);
			cr_assert_eq(rd_card_sync(&c), 0);
			cr_expect_eq(c.generation, 1);
			cr_expect_eq(c.origin, 800);
		}
		cr_expect_eq(c.frame, 80 * (i + 1));
		if (i != 9)
			near_live(&c);
		rd_card_done(&c, 80);
	}
	rd_card_close(&c);
	far_free(f);
}

/* ---- maintenance -------------------------------------------------------------- */

static struct ringdown_bert bert(struct rd_card *c, unsigned slot,
				 unsigned mode)
{
	struct ringdown_bert b = { .slot = slot, .mode = mode };

	cr_assert_eq(rd_card_bert(c, &b), 0);
	return b;
}

static void run(struct rd_card *c, unsigned frames)
{
	for (uint64_t end = c->frame + frames; c->frame < end;) {
		near_tick(c);
		near_live(c);
		rd_card_done(c, c->info.geometry.period_frames);
	}
}

Test(exchange_wire, bert_tests_a_looped_slot_and_leaves_the_others_alone)
{
	struct far *f = far_new(XC_LAYOUT_ROWS, true, 5000);
	struct ringdown_bert b;
	struct rd_card c;

	near_open(&c, f, 80);
	cr_assert_eq(rd_card_start(&c), 0);
	near_tick(&c);
	bert(&c, 5, RINGDOWN_BERT_START);
	rd_card_done(&c, 80);
	run(&c, 8000); /* near_live(): slots 1 and 2 are as ever */
	b = bert(&c, 5, RINGDOWN_BERT_READ);
	cr_assert_eq(b.locked, 0, "nothing sends it back");
	cr_assert_eq(b.bits, 0);
	cr_assert_eq(f->heard[4000], 4000 & 0xff);
	b = bert(&c, 6, RINGDOWN_BERT_READ);
	cr_assert_eq(b.bits, 0);
	b = (struct ringdown_bert){ .slot = 32, .mode = RINGDOWN_BERT_START };
	cr_assert_eq(rd_card_bert(&c, &b), -EINVAL);
	rd_card_close(&c);
	cr_expect_eq(far_free(f), 0);
}

Test(exchange_wire, bert_counts_in_a_loop_and_is_over_with_its_owner)
{
	struct ringdown_loop_config loop = { .mode = RINGDOWN_LOOP_LOCAL };
	struct far *f = far_new(XC_LAYOUT_INTERLEAVED, true, 5000);
	struct ringdown_bert b;
	struct rd_card c;

	near_open(&c, f, 80);
	cr_assert_eq(rd_card_start(&c), 0);
	near_tick(&c);
	cr_assert_eq(rd_card_loop(&c, &loop), 0);
	bert(&c, 5, RINGDOWN_BERT_START);
	for (int i = 0; i < 100; i++) {
		rd_card_done(&c, 80);
		near_tick(&c);
	}
	b = bert(&c, 5, RINGDOWN_BERT_OFF);
	cr_assert_eq(b.locked, 1);
	cr_assert_gt(b.bits, 63800);
	cr_assert_eq(b.errors, 0);
	rd_card_close(&c);
	while (near_try(&c, f))
		usleep(1000);
	b = bert(&c, 5, RINGDOWN_BERT_READ);
	cr_assert_eq(b.bits, 0);
	cr_assert_eq(rd_card_alarms(&c, 0), 0, "nor is it looped");
	rd_card_close(&c);
	cr_expect_eq(far_free(f), 0);
}

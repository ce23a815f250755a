// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines: samples, alarms, signalling, maintenance, restarts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests/vm/vm.h"

/* Both clocks run in phase: frame numbers differ by a constant. */
struct pair {
	struct rd_card a, b;
};

static void open_pair(struct pair *p, unsigned a, unsigned b, uint32_t period_a,
		      uint32_t period_b)
{
	vm_open(&p->a, a, period_a);
	vm_open(&p->b, b, period_b);
	vm_start(&p->a);
	vm_start(&p->b);
	vm_settle(&p->a);
	vm_settle(&p->b);
}

static uint8_t noise(uint32_t n)
{
	n *= 2654435761u;
	return n >> 24 ^ n >> 13;
}

/*
 * Send 4000 octets of noise in one slot, and find them unharmed at the far
 * end, one behind the other. The two clients are served by one loop. Returns
 * false if this loop was stopped for longer than a ring: nothing was proved.
 */
static bool cross_once(struct pair *p, unsigned span_a, unsigned span_b,
		       unsigned slot)
{
	enum {
		N = 4000,
		HEARD = 16000
	};
	static uint8_t sent[N], heard[HEARD];
	const struct ringdown_geometry *g = &p->a.info.geometry;
	uint32_t done = 0, got = 0, first, n;
	uint64_t next, at, first_sent;
	int err = 0;

	vm_tick(&p->a);
	CHECK_EQ(rd_card_sync(&p->b), 0);
	next = p->a.frame + 2 * g->tx_lead_frames;
	for (uint32_t i = 0; i < N; i++)
		sent[i] = noise(i + slot);
	at = p->b.frame;
	while (got < HEARD - 4 * RINGDOWN_PERIOD_MAX) {
		/* As far ahead as there is room. */
		first_sent = next;
		for (; done < N; done += n, next += n) {
			n = g->period_frames < N - done ? g->period_frames
							: N - done;
			err = rd_card_tx(&p->a, span_a, slot, next, n,
					 sent + done);
			if (err)
				break;
		}
		CHECK_EQ(rd_card_sync(&p->a), 0);
		if (next > first_sent &&
		    first_sent < p->a.frame + g->tx_lead_frames)
			return false; /* too late while we wrote it */
		if (err && next < p->a.frame + g->tx_lead_frames)
			return false;
		rd_card_tx_commit(&p->a, next);
		vm_tick(&p->a);
		CHECK_EQ(rd_card_sync(&p->b), 0);
		n = p->b.frame - at;
		if (n > p->b.info.geometry.ring_frames || got + n > HEARD ||
		    rd_card_rx(&p->b, span_b, slot, at, n, heard + got) != n)
			return false;
		CHECK_EQ(rd_card_sync(&p->b), 0);
		if (at < rd_card_rx_first(&p->b))
			return false; /* overwritten while we read it */
		at += n;
		got += n;
	}
	for (first = 0; first + N < got; first++)
		if (!memcmp(heard + first, sent, N))
			return true;
	for (first = 0; first < got && heard[first] == 0xd5; first++)
		;
	for (n = 0; n < N && heard[first + n] == sent[n]; n++)
		;
	printf("      first heard at %u, alike for %u\n", first, n);
	CHECK(!"the noise arrives as it was sent");
	return false;
}

static void cross(struct pair *p, unsigned span_a, unsigned span_b,
		  unsigned slot)
{
	for (int tries = 0; tries < 20; tries++)
		if (cross_once(p, span_a, span_b, slot))
			return;
	CHECK(!"this guest is too slow for its line clock");
}

static void samples_cross_a_cable_bit_exactly(void)
{
	struct pair p;

	open_pair(&p, E1_A, E1_B, 0, 0);
	cross(&p, 0, 0, 1);
	cross(&p, 0, 0, 0);
	cross(&p, 0, 0, 31);
}

static void t1_crosses_too(void)
{
	struct pair p;

	open_pair(&p, T1_A, T1_B, 0, 0);
	CHECK_EQ(p.a.info.geometry.span[0].law, RINGDOWN_LAW_ULAW);
	cross(&p, 0, 0, 1);
	cross(&p, 0, 0, 24);
}

static void ends_may_have_different_periods(void)
{
	struct pair p;

	open_pair(&p, E1_A, E1_B, 40, 160);
	CHECK_EQ(p.a.info.geometry.period_frames, 40);
	CHECK_EQ(p.b.info.geometry.period_frames, 160);
	cross(&p, 0, 0, 7);
	CHECK_EQ((p.a.frame - p.a.origin) % 40, 0);
}

static void four_spans_cross_into_descriptors(void)
{
	struct pair p;

	open_pair(&p, FOUR, QUAD, 0, 0);
	for (unsigned span = 0; span < 4; span++)
		cross(&p, span, span, 1 + 10 * span);
}

static void four_spans_cross_out_of_descriptors(void)
{
	struct pair p;
	const struct ringdown_geometry *g = &p.a.info.geometry;

	open_pair(&p, QUAD, FOUR, 0, 0);
	CHECK_EQ(g->block_frames, 8);
	CHECK_EQ(g->slot_stride, 4);
	CHECK_EQ(g->frame_stride, 128);
	CHECK_EQ(g->span[3].rx_base, 4);
	for (unsigned span = 0; span < 4; span++)
		cross(&p, span, span, 31 - span);
}

/* Both cards count the same line: their difference is for ever the same. */
static int64_t difference(struct pair *p)
{
	vm_tick(&p->a);
	usleep(3000); /* both have told their tick, and the next is far */
	CHECK_EQ(rd_card_sync(&p->a), 0);
	CHECK_EQ(rd_card_sync(&p->b), 0);
	return p->a.frame - p->b.frame;
}

static bool differ_by(struct pair *p, int64_t expected)
{
	for (int i = 0; i < 30; i++)
		if (difference(p) == expected)
			return true;
	return false;
}

/* The layout of the card whose clock source is lost and found. */
static void a_clock_change_restarts_the_ring(void)
{
	struct ringdown_span_config span = { .clock_priority = 1 };
	struct pair p;
	uint32_t generation;
	uint64_t frame, origin;
	int64_t apart;

	open_pair(&p, QUAD, FOUR, 0, 0);
	do
		apart = difference(&p);
	while (!differ_by(&p, apart) || !differ_by(&p, apart));
	CHECK_EQ(rd_card_configure(&p.a, &span), 0);
	vm_pass(&p.a, 400);
	for (int i = 0; i < 3; i++) {
		vm_tick(&p.a);
		generation = p.a.generation;
		frame = p.a.frame;
		origin = p.a.origin;
		vm_inject(&p.a, 0, i & 1 ? 0 : RINGDOWN_ALARM_LOS);
		while (p.a.generation == generation) {
			vm_tick(&p.a);
			CHECK(p.a.frame > frame);
			frame = p.a.frame;
		}
		CHECK_EQ(p.a.generation, generation + 1);
		CHECK(p.a.origin > origin && p.a.origin <= p.a.frame);
		CHECK_EQ((p.a.frame - p.a.origin) % 80, 0);
		/* The time without an engine is counted, too. */
		CHECK(differ_by(&p, apart));
	}
	cross(&p, 1, 1, 9);
	/* An end that hears nothing stops no other span of the card. */
	vm_inject(&p.a, 0, 0);
	vm_pass(&p.a, 400);
	cross(&p, 0, 0, 9);
}

static void alarms_come_and_go_and_the_far_end_is_told(void)
{
	static const uint32_t alarms[] = { RINGDOWN_ALARM_LOS,
					   RINGDOWN_ALARM_AIS,
					   RINGDOWN_ALARM_LFA };
	struct pair p;

	open_pair(&p, E1_A, E1_B, 0, 0);
	for (unsigned i = 0; i < 3; i++) {
		vm_inject(&p.a, 0, alarms[i]);
		CHECK_EQ(vm_event(&p.a, RINGDOWN_EVENT_ALARM, 0, 0).arg,
			 alarms[i]);
		CHECK_EQ(rd_card_alarms(&p.a, 0), alarms[i]);
		vm_pass(&p.a, 160);
		CHECK_EQ(vm_heard(&p.a, 0, 5), 0xff);
		CHECK_EQ(vm_event(&p.b, RINGDOWN_EVENT_ALARM, 0, 0).arg,
			 RINGDOWN_ALARM_RAI);
		vm_inject(&p.a, 0, 0);
		CHECK_EQ(vm_event(&p.a, RINGDOWN_EVENT_ALARM, 0, 0).arg, 0);
		CHECK_EQ(vm_event(&p.b, RINGDOWN_EVENT_ALARM, 0, 0).arg, 0);
	}
	vm_inject(&p.a, 0, RINGDOWN_ALARM_RAI);
	CHECK_EQ(vm_event(&p.a, RINGDOWN_EVENT_ALARM, 0, 0).arg,
		 RINGDOWN_ALARM_RAI);
	CHECK_EQ(rd_card_alarms(&p.b, 0), 0);
}

static void ends_that_frame_differently_do_not_align(void)
{
	struct ringdown_span_config span = { .framing = RINGDOWN_FRAMING_CCS };
	struct pair p;

	open_pair(&p, E1_A, E1_B, 0, 0);
	CHECK_EQ(rd_card_configure(&p.a, &span), 0);
	span.framing = RINGDOWN_FRAMING_CAS;
	CHECK_EQ(rd_card_configure(&p.b, &span), 0);
	CHECK(vm_event(&p.a, RINGDOWN_EVENT_ALARM, 0, 0).arg &
	      RINGDOWN_ALARM_LFA);
	span.framing = RINGDOWN_FRAMING_CCS;
	span.crc4 = 1;
	CHECK_EQ(rd_card_configure(&p.b, &span), 0);
	vm_pass(&p.b, 400);
	CHECK_EQ(rd_card_alarms(&p.b, 0), RINGDOWN_ALARM_LMFA);
	span.crc4 = 0;
	CHECK_EQ(rd_card_configure(&p.b, &span), 0);
	vm_pass(&p.b, 400);
	CHECK_EQ(rd_card_alarms(&p.b, 0), 0);
}

static void abcd_bits_cross(void)
{
	struct ringdown_event event;
	struct pair p;

	open_pair(&p, E1_A, E1_B, 0, 0);
	vm_command(&p.a, RINGDOWN_OP_ABCD, 0, 17, 9);
	event = vm_event(&p.b, RINGDOWN_EVENT_ABCD, 0, 17);
	CHECK_EQ(event.arg, 9);
	CHECK_EQ(p.b.status->span[0].abcd[17], 9);
	/* An owner that goes leaves the line at rest. */
	rd_card_close(&p.a);
	CHECK_EQ(vm_event(&p.b, RINGDOWN_EVENT_ABCD, 0, 17).arg, 0);
}

static void an_analog_call_is_signalled(void)
{
	struct ringdown_event event;
	struct pair p;
	uint64_t began;

	open_pair(&p, FXS, FXO, 0, 0);
	vm_command(&p.a, RINGDOWN_OP_RING, 0, 2, 3);
	event = vm_event(&p.b, RINGDOWN_EVENT_RING, 0, 2);
	CHECK_EQ(event.arg, 1);
	began = event.frame;
	event = vm_event(&p.b, RINGDOWN_EVENT_RING, 0, 2);
	CHECK_EQ(event.arg, 0);
	CHECK_EQ(event.frame - began, 400 * 8);
	CHECK_EQ(vm_event(&p.b, RINGDOWN_EVENT_RING, 0, 2).arg, 1);
	vm_command(&p.b, RINGDOWN_OP_HOOK, 0, 2, 1);
	CHECK_EQ(vm_event(&p.a, RINGDOWN_EVENT_HOOK, 0, 2).arg, 1);
	CHECK_EQ(p.a.status->span[0].hook, 1 << 2);
	vm_command(&p.a, RINGDOWN_OP_RING, 0, 2, 0);
	CHECK_EQ(vm_event(&p.b, RINGDOWN_EVENT_RING, 0, 2).arg, 0);
	vm_command(&p.a, RINGDOWN_OP_POLARITY, 0, 2, 1);
	CHECK_EQ(vm_event(&p.b, RINGDOWN_EVENT_POLARITY, 0, 2).arg, 1);
	vm_command(&p.b, RINGDOWN_OP_FLASH, 0, 2, 120);
	event = vm_event(&p.a, RINGDOWN_EVENT_HOOK, 0, 2);
	CHECK_EQ(event.arg, 0);
	began = event.frame;
	event = vm_event(&p.a, RINGDOWN_EVENT_HOOK, 0, 2);
	CHECK_EQ(event.arg, 1);
	CHECK_EQ(event.frame - began, 120 * 8);
	/* Hanging up by dying. */
	rd_card_close(&p.b);
	CHECK_EQ(vm_event(&p.a, RINGDOWN_EVENT_HOOK, 0, 2).arg, 0);
}

static void bad_and_late_commands_are_counted(void)
{
	struct ringdown_command late = {
		.frame = 1, .op = RINGDOWN_OP_ABCD, .slot = 1, .arg = 5
	};
	struct pair p;

	open_pair(&p, E1_A, E1_B, 0, 0);
	vm_pass(&p.a, 800);
	vm_command(&p.a, 99, 0, 1, 0);
	vm_command(&p.a, RINGDOWN_OP_ABCD, 1, 1, 0);
	vm_command(&p.a, RINGDOWN_OP_ABCD, 0, 32, 0);
	vm_command(&p.a, RINGDOWN_OP_HOOK, 0, 1, 1);
	CHECK_EQ(rd_card_command(&p.a, &late), 0);
	CHECK_EQ(vm_event(&p.b, RINGDOWN_EVENT_ABCD, 0, 1).arg, 5);
	CHECK_EQ(p.a.status->bad_commands, 4);
	CHECK_EQ(p.a.status->late_commands, 1);
	CHECK_EQ(p.a.status->command_tail, 5);
}

static void a_slot_idles_with_its_own_code(void)
{
	struct pair p;

	open_pair(&p, E1_A, E1_B, 0, 0);
	vm_command(&p.a, RINGDOWN_OP_IDLE_CODE, 0, 16, 0xff);
	vm_pass(&p.a, 320);
	vm_tick(&p.b);
	CHECK_EQ(vm_heard(&p.b, 0, 16), 0xff);
	CHECK_EQ(vm_heard(&p.b, 0, 15), 0xd5);
	vm_pass(&p.a, 3 * p.a.info.geometry.ring_frames);
	vm_tick(&p.b);
	CHECK_EQ(vm_heard(&p.b, 0, 16), 0xff);
}

static void lateness_is_counted(void)
{
	struct rd_card card;
	uint64_t underruns;

	vm_open(&card, E1_A, 0);
	vm_start(&card);
	vm_pass(&card, 800);
	CHECK_EQ(card.status->underruns, 0); /* the stream is not on */
	vm_send(&card, 0, 1, 1, 800);
	underruns = card.status->underruns;
	vm_pass(&card, 1600);
	CHECK(card.status->underruns >= underruns + 15);
	CHECK_EQ(card.status->late_writes, 0);
	rd_card_tx_commit(&card, card.frame + 160);
	vm_pass(&card, 160);
	CHECK(card.status->late_writes > 800);
	/* Ticks that nobody reads for longer than the ring. */
	CHECK_EQ(card.status->overruns, 0);
	while (__atomic_load_n(&card.status->overruns, __ATOMIC_RELAXED) < 3)
		;
	CHECK(vm_tick(&card) >= 16);
}

static void slips_and_delay_shift_what_is_heard(void)
{
	struct ringdown_inject inject = { .delay_frames = 100 };
	struct pair p;

	open_pair(&p, E1_A, E1_B, 0, 0);
	CHECK_EQ(rd_card_inject(&p.b, &inject), 0);
	vm_pass(&p.b, 400);
	cross(&p, 0, 0, 3);
	inject.slip_frames = -1;
	CHECK_EQ(rd_card_inject(&p.b, &inject), 0);
	CHECK_EQ((int32_t)vm_event(&p.b, RINGDOWN_EVENT_SLIP, 0, 0).arg, -1);
	CHECK_EQ(p.b.status->span[0].slips, 1);
	inject.delay_frames = 0;
	CHECK_EQ(rd_card_inject(&p.b, &inject), -EINVAL);
}

static void bert(struct rd_card *card, unsigned mode, struct ringdown_bert *b)
{
	*b = (struct ringdown_bert){ .slot = 9, .mode = mode };
	CHECK_EQ(rd_card_bert(card, b), 0);
}

static void a_looped_span_passes_a_bit_error_test(void)
{
	struct ringdown_loop_config loop = { .mode = RINGDOWN_LOOP_REMOTE };
	struct ringdown_inject errors = { .error_ppb = 1000000 };
	struct ringdown_bert b;
	struct pair p;

	open_pair(&p, E1_A, E1_B, 0, 0);
	bert(&p.a, RINGDOWN_BERT_START, &b);
	vm_pass(&p.a, 800);
	bert(&p.a, RINGDOWN_BERT_READ, &b);
	CHECK_EQ(b.locked, 0);
	CHECK_EQ(rd_card_loop(&p.b, &loop), 0);
	CHECK_EQ(vm_event(&p.b, RINGDOWN_EVENT_ALARM, 0, 0).arg,
		 RINGDOWN_ALARM_LOOP);
	vm_pass(&p.a, 800);
	bert(&p.a, RINGDOWN_BERT_READ, &b);
	CHECK_EQ(b.locked, 1);
	vm_pass(&p.a, 8000);
	bert(&p.a, RINGDOWN_BERT_READ, &b);
	CHECK(b.bits >= 64000);
	CHECK_EQ(b.errors, 0);
	CHECK_EQ(b.losses, 0);
	/* One in a thousand: 64 expected in 64000 bits. */
	CHECK_EQ(rd_card_inject(&p.a, &errors), 0);
	vm_pass(&p.a, 8000);
	bert(&p.a, RINGDOWN_BERT_OFF, &b);
	CHECK(b.errors > 20 && b.errors < 200);
	CHECK_EQ(b.losses, 0);
	CHECK(p.a.status->span[0].code_violations > b.errors);
	vm_pass(&p.a, 1600);
	bert(&p.a, RINGDOWN_BERT_READ, &b);
	CHECK_EQ(b.bits, 0);
}

static void a_local_loop_hears_itself(void)
{
	struct ringdown_loop_config loop = { .mode = RINGDOWN_LOOP_LOCAL };
	struct rd_card card;

	vm_open(&card, E1_A, 0);
	vm_start(&card);
	CHECK_EQ(rd_card_loop(&card, &loop), 0);
	for (int tries = 0; tries < 50; tries++) {
		vm_send(&card, 0, 4, 0x21, 800);
		CHECK_EQ(vm_heard(&card, 0, 5), 0xd5);
		if (vm_heard(&card, 0, 4) == 0x21)
			return;
	}
	CHECK(!"itself");
}

const struct vm_test vm_tests_line[] = {
	VM_TEST(samples_cross_a_cable_bit_exactly),
	VM_TEST(t1_crosses_too),
	VM_TEST(ends_may_have_different_periods),
	VM_TEST(four_spans_cross_into_descriptors),
	VM_TEST(four_spans_cross_out_of_descriptors),
	VM_TEST(a_clock_change_restarts_the_ring),
	VM_TEST(alarms_come_and_go_and_the_far_end_is_told),
	VM_TEST(ends_that_frame_differently_do_not_align),
	VM_TEST(abcd_bits_cross),
	VM_TEST(an_analog_call_is_signalled),
	VM_TEST(bad_and_late_commands_are_counted),
	VM_TEST(a_slot_idles_with_its_own_code),
	VM_TEST(lateness_is_counted),
	VM_TEST(slips_and_delay_shift_what_is_heard),
	VM_TEST(a_looped_span_passes_a_bit_error_test),
	VM_TEST(a_local_loop_hears_itself),
	{ 0 },
};

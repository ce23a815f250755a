// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit: the card core with a driver of our own, in a kernel with KASAN and
 * lockdep. The engine is the test: it calls ringdown_card_period() when it
 * likes, and plays the client through the areas.
 */
#include <kunit/test.h>
#include <linux/dma-mapping.h>
#include <linux/platform_device.h>

#include "../../kernel/card.h"

#define RING 640
#define LEAD 96

static struct platform_device *pdev;
static struct ringdown_card *card;
static u32 starts, stops, last_op;

static int fake_layout(struct ringdown_card *c, struct ringdown_geometry *g)
{
	if (g->period_frames > 160)
		return -EINVAL;
	g->ring_frames = g->period_frames * (RING / 80);
	g->tx_lead_frames = g->period_frames + 16;
	rd_ring_lay(g, RD_LAYOUT_INTERLEAVED);
	return 0;
}

static int fake_start(struct ringdown_card *c)
{
	starts++;
	return 0;
}

static void fake_stop(struct ringdown_card *c)
{
	stops++;
}

static void fake_command(struct ringdown_card *c,
			 const struct ringdown_command *cmd)
{
	/* No lock of the core is held: another of its calls may follow. */
	ringdown_card_signal(c, RINGDOWN_EVENT_ABCD, cmd->span, cmd->slot,
			     cmd->arg);
	last_op = cmd->op;
}

static const struct ringdown_card_ops fake_ops = {
	.layout = fake_layout,
	.start = fake_start,
	.stop = fake_stop,
	.command = fake_command,
};

static int card_test_init(struct kunit *test)
{
	const struct platform_device_info info = {
		.name = "ringdown-kunit",
		.id = PLATFORM_DEVID_NONE,
		.dma_mask = DMA_BIT_MASK(32),
	};
	u32 i;

	starts = 0;
	stops = 0;
	last_op = 0;
	pdev = platform_device_register_full(&info);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	card = ringdown_card_alloc(&pdev->dev);
	KUNIT_ASSERT_FALSE(test, IS_ERR(card));
	card->ops = &fake_ops;
	strscpy(card->name, "kunit", sizeof(card->name));
	card->area_octets = 2 * 32 * 2 * RING;
	card->geometry.nspans = 2;
	for (i = 0; i < 2; i++) {
		card->geometry.span[i].type = RINGDOWN_SPAN_E1;
		rd_span_shape(&card->geometry.span[i], 0);
	}
	KUNIT_ASSERT_EQ(test, ringdown_card_register(card), 0);
	ringdown_tick_open(card);
	ringdown_tick_stream(card, true);
	return 0;
}

static void card_test_exit(struct kunit *test)
{
	ringdown_card_unregister(card);
	platform_device_unregister(pdev);
}

static u8 *octet(u32 area, u32 span, u32 slot, u64 frame)
{
	const struct ringdown_geometry *g = &card->geometry;
	u32 pos = rd_ring_pos(g, ringdown_status(card)->origin, frame);

	return (u8 *)card->area[area].cpu + rd_ring_slot(g, span, slot) +
	       rd_ring_run(g, pos, 1).offset;
}

static void sent_octets_are_idled(struct kunit *test)
{
	u64 frame, i;

	for (i = 0; i < 3 * RING / 80; i++) {
		frame = ringdown_status(card)->frame;
		memset(octet(RINGDOWN_AREA_TX, 0, 0, frame), 0x11, 64);
		*octet(RINGDOWN_AREA_TX, 1, 31, frame + 79) = 0x22;
		*octet(RINGDOWN_AREA_TX, 1, 31, frame + 80) = 0x33;
		ringdown_card_period(card, 80);
		KUNIT_EXPECT_EQ(test, ringdown_status(card)->frame, frame + 80);
		KUNIT_EXPECT_EQ(test, *octet(RINGDOWN_AREA_TX, 0, 0, frame),
				0xd5);
		KUNIT_EXPECT_EQ(test,
				*octet(RINGDOWN_AREA_TX, 1, 31, frame + 79),
				0xd5);
		/* What is still to be sent is left alone. */
		KUNIT_EXPECT_EQ(test,
				*octet(RINGDOWN_AREA_TX, 1, 31, frame + 80),
				0x33);
	}
}

static void give(u32 op, u32 slot, u32 arg, u64 frame)
{
	struct ringdown_control *c = ringdown_control(card);

	c->commands[c->command_head++ % RINGDOWN_COMMANDS] =
		(struct ringdown_command){
			.frame = frame, .op = op, .slot = slot, .arg = arg
		};
}

static void commands_run_on_the_line_clock(struct kunit *test)
{
	struct ringdown_status *st = ringdown_status(card);
	u64 frame = st->frame;

	give(RINGDOWN_OP_IDLE_CODE, 16, 0xff, frame);
	give(RINGDOWN_OP_ABCD, 5, 0xa, frame + 160);
	give(RINGDOWN_OP_HOOK, 5, 1, frame);
	ringdown_card_period(card, 80);
	KUNIT_EXPECT_EQ(test, st->command_tail, 3);
	KUNIT_EXPECT_EQ(test, st->bad_commands, 1);
	KUNIT_EXPECT_EQ(test, last_op, 0);
	/* At once, wherever the client has not written. */
	KUNIT_EXPECT_EQ(test, *octet(RINGDOWN_AREA_TX, 0, 16, frame + 81),
			0xff);
	KUNIT_EXPECT_EQ(test, *octet(RINGDOWN_AREA_TX, 0, 15, frame + 81),
			0xd5);
	ringdown_card_period(card, 80);
	KUNIT_EXPECT_EQ(test, last_op, RINGDOWN_OP_ABCD);
	KUNIT_EXPECT_EQ(test, st->span[0].abcd[5], 0xa);
	KUNIT_EXPECT_EQ(test, st->event_head, 1);
	KUNIT_EXPECT_EQ(test, st->events[0].frame, frame + 160);
}

static void a_restart_is_published_under_the_sequence(struct kunit *test)
{
	struct ringdown_status *st = ringdown_status(card);
	u64 frame = st->frame;
	u32 generation = st->generation, seq = st->seq;

	ringdown_card_period(card, 80);
	*octet(RINGDOWN_AREA_TX, 0, 3, frame + 200) = 0x44;
	ringdown_card_restart(card, 240);
	KUNIT_EXPECT_EQ(test, st->seq, seq + 2);
	KUNIT_EXPECT_EQ(test, st->generation, generation + 1);
	KUNIT_EXPECT_EQ(test, st->origin, frame + 320);
	/* Nothing that was written for the old ring is sent in the new. */
	for (frame = st->origin; frame < st->origin + RING; frame++)
		KUNIT_ASSERT_EQ(test, *octet(RINGDOWN_AREA_TX, 0, 3, frame),
				0xd5);
}

static void periods_change_the_geometry_only_when_stopped(struct kunit *test)
{
	struct ringdown_status *st = ringdown_status(card);
	u32 generation = st->generation;

	mutex_lock(&card->lock);
	KUNIT_EXPECT_EQ(test, ringdown_card_set_period(card, 160), -EBUSY);
	ringdown_tick_stream(card, false);
	KUNIT_EXPECT_EQ(test, ringdown_card_set_period(card, 7), -EINVAL);
	KUNIT_EXPECT_EQ(test, ringdown_card_set_period(card, 160), 0);
	KUNIT_EXPECT_EQ(test, card->geometry.ring_frames, 1280);
	KUNIT_EXPECT_EQ(test, st->generation, generation + 1);
	/* The driver refuses: the old geometry runs on. */
	KUNIT_EXPECT_EQ(test, ringdown_card_set_period(card, 320), -EINVAL);
	KUNIT_EXPECT_EQ(test, card->geometry.period_frames, 160);
	KUNIT_EXPECT_EQ(test, starts, 3);
	KUNIT_EXPECT_EQ(test, stops, 2);
	mutex_unlock(&card->lock);
}

static void a_client_is_judged_by_its_progress(struct kunit *test)
{
	struct ringdown_status *st = ringdown_status(card);
	struct ringdown_control *c = ringdown_control(card);
	u32 i;

	for (i = 0; i < 20; i++) {
		c->tx_frame = st->frame + LEAD + 80;
		ringdown_card_period(card, 80);
	}
	KUNIT_EXPECT_EQ(test, st->underruns, 0);
	KUNIT_EXPECT_EQ(test, st->overruns, 13); /* nobody read ticks */
	c->tx_frame = U64_MAX;
	ringdown_card_period(card, 80);
	KUNIT_EXPECT_EQ(test, st->underruns, 1);
	ringdown_card_late(card);
	ringdown_card_period(card, 80);
	KUNIT_EXPECT_EQ(test, st->late_wakeups, 1);
}

static void a_bit_error_test_runs_in_one_slot(struct kunit *test)
{
	struct ringdown_bert bert = { .span = 1,
				      .slot = 9,
				      .mode = RINGDOWN_BERT_START };
	u64 frame;
	u32 i, k;

	KUNIT_EXPECT_EQ(test, ringdown_tick_bert(card, &bert), 0);
	for (i = 0; i < 100; i++) {
		frame = ringdown_status(card)->frame;
		/* The line: what is sent is heard. */
		for (k = 0; k < 80; k++) {
			*octet(RINGDOWN_AREA_RX, 1, 9, frame + k) =
				*octet(RINGDOWN_AREA_TX, 1, 9, frame + k);
			KUNIT_ASSERT_EQ(
				test, *octet(RINGDOWN_AREA_TX, 1, 8, frame + k),
				0xd5);
		}
		if (i == 50)
			*octet(RINGDOWN_AREA_RX, 1, 9, frame) ^= 0x81;
		ringdown_card_period(card, 80);
	}
	bert.mode = RINGDOWN_BERT_OFF;
	KUNIT_EXPECT_EQ(test, ringdown_tick_bert(card, &bert), 0);
	KUNIT_EXPECT_EQ(test, bert.locked, 1);
	KUNIT_EXPECT_EQ(test, bert.errors, 2);
	KUNIT_EXPECT_GT(test, bert.bits, 60000);
	bert.slot = 32;
	KUNIT_EXPECT_EQ(test, ringdown_tick_bert(card, &bert), -EINVAL);
}

static struct kunit_case card_cases[] = {
	KUNIT_CASE(sent_octets_are_idled),
	KUNIT_CASE(commands_run_on_the_line_clock),
	KUNIT_CASE(a_restart_is_published_under_the_sequence),
	KUNIT_CASE(periods_change_the_geometry_only_when_stopped),
	KUNIT_CASE(a_client_is_judged_by_its_progress),
	KUNIT_CASE(a_bit_error_test_runs_in_one_slot),
	{}
};

static int card_suite_init(struct kunit_suite *suite)
{
	return ringdown_card_init();
}

static void card_suite_exit(struct kunit_suite *suite)
{
	ringdown_card_exit();
}

static struct kunit_suite card_suite = {
	.name = "ringdown-card",
	.suite_init = card_suite_init,
	.suite_exit = card_suite_exit,
	.init = card_test_init,
	.exit = card_test_exit,
	.test_cases = card_cases,
};

kunit_test_suite(card_suite);
MODULE_DESCRIPTION("KUnit tests of ringdown's card core");
MODULE_LICENSE("GPL v2");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tick: what the core does each period, and what it publishes.
 *
 * The truth is in struct ringdown_card, under tick_lock; the status page gets
 * copies. Order of a period: time goes on; what was sent is refilled with idle
 * code; commands that are due run; the client is judged; then the new frame is
 * stored with release, and only then somebody is woken.
 *
 * Nothing here sleeps, allocates, or trusts a number from the control page.
 */
#include <linux/ktime.h>
#include <linux/poll.h>

#include "card.h"

/* ---- the rings ----------------------------------------------------------- */

static u8 *tx_slot(struct ringdown_card *card, u32 span, u32 index)
{
	const struct ringdown_geometry *g = &card->geometry;

	return (u8 *)card->area[RINGDOWN_AREA_TX].cpu +
	       rd_ring_slot(g, g->span[span].tx_base, index);
}

static u8 *rx_slot(struct ringdown_card *card, u32 span, u32 index)
{
	const struct ringdown_geometry *g = &card->geometry;

	return (u8 *)card->area[RINGDOWN_AREA_RX].cpu +
	       rd_ring_slot(g, g->span[span].rx_base, index);
}

/* Idle code into tx, from a frame on. */
static void refill(struct ringdown_card *card, u64 frame, u32 frames)
{
	const struct ringdown_geometry *g = &card->geometry;
	u32 pos = rd_ring_pos(g, card->clock.origin, frame);
	u32 i, s;

	for (i = 0; i < g->nspans; i++)
		for (s = 0; s < g->span[i].slots; s++)
			rd_ring_fill(g, tx_slot(card, i, s), pos, frames,
				     card->idle[i][s]);
}

/* Both rings silent, all around. */
static void silence(struct ringdown_card *card)
{
	const struct ringdown_geometry *g = &card->geometry;
	u32 i, s;

	refill(card, card->clock.origin, g->ring_frames);
	for (i = 0; i < g->nspans; i++)
		for (s = 0; s < g->span[i].slots; s++)
			rd_ring_fill(g, rx_slot(card, i, s), 0, g->ring_frames,
				     rd_law_idle(g->span[i].law));
}

static void reset_idle_codes(struct ringdown_card *card)
{
	u32 i;

	for (i = 0; i < card->geometry.nspans; i++)
		memset(card->idle[i], rd_law_idle(card->geometry.span[i].law),
		       RINGDOWN_MAX_SLOTS);
}

/*
 * A slot's new idle code holds at once where the client has not written: from
 * what it committed, or from what can still be sent, to the end of the ring.
 */
static void set_idle(struct ringdown_card *card,
		     const struct ringdown_command *cmd)
{
	const struct ringdown_geometry *g = &card->geometry;
	u32 index = cmd->slot - g->span[cmd->span].first_slot;
	u64 end = card->clock.frame + g->ring_frames;
	u64 from = max_t(u64, card->clock.frame, card->clock.tx_frame);

	card->idle[cmd->span][index] = cmd->arg;
	if (from < end)
		rd_ring_fill(g, tx_slot(card, cmd->span, index),
			     rd_ring_pos(g, card->clock.origin, from),
			     end - from, cmd->arg);
}

/* ---- publishing ---------------------------------------------------------- */

static void publish_origin(struct ringdown_card *card)
{
	struct ringdown_status *st = ringdown_status(card);
	u32 seq = st->seq;

	WRITE_ONCE(st->seq, seq + 1);
	smp_wmb(); /* odd before the change; pairs with the client's acquire */
	WRITE_ONCE(st->generation, card->clock.generation);
	WRITE_ONCE(st->origin, card->clock.origin);
	/* Release: the change before even again. */
	smp_store_release(&st->seq, seq + 2);
}

static void publish_clock(struct ringdown_card *card)
{
	struct ringdown_status *st = ringdown_status(card);
	const struct rd_clock *c = &card->clock;

	WRITE_ONCE(st->overruns, c->overruns);
	WRITE_ONCE(st->underruns, c->underruns);
	WRITE_ONCE(st->late_writes, c->late_writes);
	WRITE_ONCE(st->late_wakeups, c->late_wakeups);
	WRITE_ONCE(st->period_ns, ktime_get_ns());
	/* Release: rx and all of the above before the frame that covers it. */
	smp_store_release(&st->frame, c->frame);
}

static void put_event(struct ringdown_card *card, u32 type, u32 span, u32 slot,
		      u32 arg)
{
	struct ringdown_event event = {
		.frame = card->clock.frame,
		.type = type,
		.span = span,
		.slot = slot,
		.arg = arg,
	};

	rd_events_put(&card->events, ringdown_status(card),
		      ringdown_control(card), &event);
}

/* ---- bit error tests ----------------------------------------------------- */

static struct ringdown_test *find_test(struct ringdown_card *card, u32 span,
				       u32 slot)
{
	u32 i;

	for (i = 0; i < RINGDOWN_TESTS; i++) {
		struct ringdown_test *t = &card->test[i];

		if (t->is_on && t->span == span && t->slot == slot)
			return t;
	}
	return NULL;
}

static struct ringdown_test *free_test(struct ringdown_card *card)
{
	u32 i;

	for (i = 0; i < RINGDOWN_TESTS; i++)
		if (!card->test[i].is_on)
			return &card->test[i];
	return NULL;
}

/* What came in [from, from + frames), and what goes out a lead later. */
static void run_tests(struct ringdown_card *card, u64 from, u32 frames)
{
	const struct ringdown_geometry *g = &card->geometry;
	u8 octets[RINGDOWN_PERIOD_MAX];
	u32 i;

	for (i = 0; i < RINGDOWN_TESTS; i++) {
		struct ringdown_test *t = &card->test[i];
		u32 index, pos;

		if (!t->is_on)
			continue;
		index = t->slot - g->span[t->span].first_slot;
		pos = rd_ring_pos(g, card->clock.origin, from);
		rd_ring_get(g, rx_slot(card, t->span, index), pos, frames,
			    octets);
		rd_prbs_rx_run(&t->rx, octets, frames);
		pos = rd_ring_pos(g, card->clock.origin,
				  from + frames + g->tx_lead_frames);
		rd_prbs_tx_run(&t->tx, octets, frames);
		rd_ring_put(g, tx_slot(card, t->span, index), pos, frames,
			    octets);
	}
}

static int start_test(struct ringdown_card *card,
		      const struct ringdown_bert *bert)
{
	struct ringdown_test *t = find_test(card, bert->span, bert->slot);

	if (!t)
		t = free_test(card);
	if (!t)
		return -EBUSY;
	t->is_on = true;
	t->span = bert->span;
	t->slot = bert->slot;
	rd_prbs_tx_init(&t->tx);
	rd_prbs_rx_init(&t->rx);
	return 0;
}

int ringdown_tick_bert(struct ringdown_card *card, struct ringdown_bert *bert)
{
	struct ringdown_test *t;
	int err = 0;

	if (bert->reserved || bert->mode > RINGDOWN_BERT_READ ||
	    bert->span >= card->geometry.nspans ||
	    !rd_span_has_slot(&card->geometry.span[bert->span], bert->slot))
		return -EINVAL;
	spin_lock_irq(&card->tick_lock);
	t = find_test(card, bert->span, bert->slot);
	bert->locked = t && t->rx.is_locked;
	bert->bits = t ? t->rx.bits : 0;
	bert->errors = t ? t->rx.errors : 0;
	bert->losses = t ? t->rx.losses : 0;
	if (bert->mode == RINGDOWN_BERT_START)
		err = start_test(card, bert);
	else if (bert->mode == RINGDOWN_BERT_OFF && t)
		t->is_on = false;
	spin_unlock_irq(&card->tick_lock);
	return err;
}

/* ---- owner and stream; process context ----------------------------------- */

/* Fresh areas and counters for a new owner. Nobody maps them now. */
void ringdown_tick_open(struct ringdown_card *card)
{
	struct ringdown_status *st = ringdown_status(card);
	u32 i;

	spin_lock_irq(&card->tick_lock);
	memset(st, 0, card->area[RINGDOWN_AREA_STATUS].octets);
	memset(ringdown_control(card), 0,
	       card->area[RINGDOWN_AREA_CONTROL].octets);
	memset(&card->events, 0, sizeof(card->events));
	memset(&card->commands, 0, sizeof(card->commands));
	card->ticks = 0;
	rd_clock_open(&card->clock);
	reset_idle_codes(card);
	silence(card);
	st->magic = RINGDOWN_MAGIC;
	st->version = RINGDOWN_ABI_VERSION;
	st->size = sizeof(*st);
	st->state = RINGDOWN_CARD_STOPPED;
	for (i = 0; i < card->geometry.nspans; i++)
		st->span[i] = card->span[i];
	publish_origin(card);
	publish_clock(card);
	spin_unlock_irq(&card->tick_lock);
}

void ringdown_tick_stream(struct ringdown_card *card, bool on)
{
	struct ringdown_status *st = ringdown_status(card);

	spin_lock_irq(&card->tick_lock);
	card->is_streaming = on;
	card->ticks = 0;
	/* Release: a client that sees the state sees what led to it. */
	smp_store_release(&st->state,
			  on ? RINGDOWN_CARD_RUNNING : RINGDOWN_CARD_STOPPED);
	if (!on) {
		WRITE_ONCE(ringdown_control(card)->tx_frame, 0);
		card->clock.tx_frame = 0;
		card->commands.npending = 0;
		memset(card->test, 0, sizeof(card->test));
		refill(card, card->clock.frame, card->geometry.ring_frames);
	}
	spin_unlock_irq(&card->tick_lock);
}

/* The engine is stopped; it will begin at position 0 of this geometry. */
void ringdown_tick_geometry(struct ringdown_card *card)
{
	spin_lock_irq(&card->tick_lock);
	rd_clock_set(&card->clock, &card->geometry);
	silence(card);
	publish_origin(card);
	spin_unlock_irq(&card->tick_lock);
}

/* ---- from the driver; any context ---------------------------------------- */

/* Called with tick_lock, which it drops while the driver runs a command. */
static void run_commands(struct ringdown_card *card, u64 from,
			 unsigned long *flags)
{
	struct ringdown_command cmd;

	lockdep_assert_held(&card->tick_lock);
	rd_commands_take(&card->commands, &card->geometry,
			 ringdown_status(card), ringdown_control(card), from);
	while (rd_commands_due(&card->commands, card->clock.frame, &cmd)) {
		if (cmd.op == RINGDOWN_OP_IDLE_CODE) {
			set_idle(card, &cmd);
		} else if (card->ops->command) {
			spin_unlock_irqrestore(&card->tick_lock, *flags);
			card->ops->command(card, &cmd);
			spin_lock_irqsave(&card->tick_lock, *flags);
		}
	}
}

void ringdown_card_period(struct ringdown_card *card, u32 frames)
{
	unsigned long flags;
	u64 from;

	if (WARN_ON_ONCE(frames > RINGDOWN_PERIOD_MAX))
		return;
	spin_lock_irqsave(&card->tick_lock, flags);
	from = card->clock.frame;
	rd_clock_advance(&card->clock, frames);
	refill(card, from, frames);
	if (card->is_streaming)
		run_commands(card, from, &flags);
	if (card->is_streaming) {
		/* Acquire: what the client wrote before it committed. */
		u64 tx = smp_load_acquire(&ringdown_control(card)->tx_frame);

		rd_clock_judge(&card->clock, tx, card->ticks);
		card->ticks++;
	}
	run_tests(card, from, frames);
	publish_clock(card);
	spin_unlock_irqrestore(&card->tick_lock, flags);
	wake_up_interruptible_poll(&card->wait, EPOLLIN | EPOLLRDNORM);
}

void ringdown_card_restart(struct ringdown_card *card, u32 lost)
{
	unsigned long flags;

	spin_lock_irqsave(&card->tick_lock, flags);
	rd_clock_restart(&card->clock, lost);
	refill(card, card->clock.origin, card->geometry.ring_frames);
	publish_origin(card);
	spin_unlock_irqrestore(&card->tick_lock, flags);
}

void ringdown_card_late(struct ringdown_card *card)
{
	unsigned long flags;

	spin_lock_irqsave(&card->tick_lock, flags);
	card->clock.late_wakeups++;
	spin_unlock_irqrestore(&card->tick_lock, flags);
}

void ringdown_card_alarm(struct ringdown_card *card, u32 span, u32 alarms)
{
	struct ringdown_span_status *truth = &card->span[span];
	struct ringdown_span_status *shown = &ringdown_status(card)->span[span];
	unsigned long flags;

	spin_lock_irqsave(&card->tick_lock, flags);
	if (truth->alarms != alarms) {
		truth->alarms = alarms;
		truth->changes++;
		WRITE_ONCE(shown->alarms, alarms);
		WRITE_ONCE(shown->changes, truth->changes);
		put_event(card, RINGDOWN_EVENT_ALARM, span, 0, alarms);
	}
	spin_unlock_irqrestore(&card->tick_lock, flags);
}

/* Set or clear a slot's bit. Return: it changed. */
static bool set_bit_of(u32 *truth, u32 *shown, u32 slot, u32 arg)
{
	u32 bits = arg ? *truth | BIT(slot) : *truth & ~BIT(slot);

	if (bits == *truth)
		return false;
	*truth = bits;
	WRITE_ONCE(*shown, bits);
	return true;
}

void ringdown_card_signal(struct ringdown_card *card, u32 type, u32 span,
			  u32 slot, u32 arg)
{
	struct ringdown_span_status *truth = &card->span[span];
	struct ringdown_span_status *shown = &ringdown_status(card)->span[span];
	bool is_news = false;
	unsigned long flags;

	spin_lock_irqsave(&card->tick_lock, flags);
	switch (type) {
	case RINGDOWN_EVENT_HOOK:
		is_news = set_bit_of(&truth->hook, &shown->hook, slot, arg);
		break;
	case RINGDOWN_EVENT_RING:
		is_news =
			set_bit_of(&truth->ringing, &shown->ringing, slot, arg);
		break;
	case RINGDOWN_EVENT_POLARITY:
		is_news = set_bit_of(&truth->polarity, &shown->polarity, slot,
				     arg);
		break;
	case RINGDOWN_EVENT_ABCD:
		is_news = truth->abcd[slot] != arg;
		truth->abcd[slot] = arg;
		WRITE_ONCE(shown->abcd[slot], arg);
		break;
	}
	if (is_news)
		put_event(card, type, span, slot, arg);
	spin_unlock_irqrestore(&card->tick_lock, flags);
}

void ringdown_card_slip(struct ringdown_card *card, u32 span, s32 frames)
{
	struct ringdown_span_status *truth = &card->span[span];
	struct ringdown_span_status *shown = &ringdown_status(card)->span[span];
	unsigned long flags;

	spin_lock_irqsave(&card->tick_lock, flags);
	truth->slips += frames < 0 ? -(s64)frames : frames;
	WRITE_ONCE(shown->slips, truth->slips);
	put_event(card, RINGDOWN_EVENT_SLIP, span, 0, frames);
	spin_unlock_irqrestore(&card->tick_lock, flags);
}

void ringdown_card_errors(struct ringdown_card *card, u32 span,
			  const struct ringdown_errors *errors)
{
	struct ringdown_span_status *truth = &card->span[span];
	struct ringdown_span_status *shown = &ringdown_status(card)->span[span];
	unsigned long flags;

	spin_lock_irqsave(&card->tick_lock, flags);
	truth->crc_errors += errors->crc;
	truth->code_violations += errors->code;
	truth->framing_errors += errors->framing;
	truth->far_end_errors += errors->far_end;
	WRITE_ONCE(shown->crc_errors, truth->crc_errors);
	WRITE_ONCE(shown->code_violations, truth->code_violations);
	WRITE_ONCE(shown->framing_errors, truth->framing_errors);
	WRITE_ONCE(shown->far_end_errors, truth->far_end_errors);
	spin_unlock_irqrestore(&card->tick_lock, flags);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The line clock of all virtual cards, and the wire between them.
 *
 * One hrtimer steps from one end of a period to the next, of whichever card
 * comes first; cards with the same period tick in phase, because an engine
 * begins at a multiple of its period. So there is one interrupt a period, and
 * cables may join cards with different periods.
 *
 *	card 0 (80)  |---------------------|---------------------|
 *	card 1 (40)  |----------|----------|----------|----------|
 *	steps	     |    40    |    40    |    40    |    40    |
 *
 * A step: every engine fetches what its client sent; each span hears its
 * peer's; faults; every engine stores; signalling; periods that end are told.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>

#include "compat.h"
#include "virtual.h"

#define FRAME_NS    125000ull
#define CATCH_UP_NS   (500 * NSEC_PER_MSEC)
#define REMOTE_FAULTS \
	(RINGDOWN_ALARM_LOS | RINGDOWN_ALARM_LFA | RINGDOWN_ALARM_AIS)

#define REBASE_FRAMES (3600u * RINGDOWN_RATE_HZ) /* time_of() would overflow */

DEFINE_SPINLOCK(virtual_lock);

static LIST_HEAD(running);
static struct hrtimer timer;
static u64 line_frame; /* frames since the module was loaded */
static u64 base_frame; /* the frame at base_ns */
static u64 base_ns;
static u32 speed; /* permille of real time */

/* ---- signalling ---------------------------------------------------------- */

static void carry_abcd(struct virtual_card *vc, u32 i)
{
	struct virtual_span *s = &vc->spans[i];
	const struct ringdown_span_info *info = &vc->card->geometry.span[i];
	u32 k;

	for (k = info->first_slot; rd_span_has_slot(info, k); k++) {
		if (s->abcd_in[k] == s->peer->abcd_out[k])
			continue;
		s->abcd_in[k] = s->peer->abcd_out[k];
		ringdown_card_signal(vc->card, RINGDOWN_EVENT_ABCD, i, k,
				     s->abcd_in[k]);
	}
}

/* One bit per slot of what the far end does; tell what changed. */
static void carry_bits(struct virtual_card *vc, u32 i, u32 type, u32 *seen,
		       u32 now)
{
	unsigned long changed = *seen ^ now;
	u32 slot;

	for_each_set_bit(slot, &changed, RINGDOWN_MAX_SLOTS)
		ringdown_card_signal(vc->card, type, i, slot, now >> slot & 1);
	*seen = now;
}

static void carry_ports(struct virtual_card *vc, u32 i)
{
	struct virtual_span *s = &vc->spans[i];
	const struct ringdown_span_info *info = &vc->card->geometry.span[i];
	u32 hook = 0, ring = 0, polarity = 0, k;

	for (k = info->first_slot; rd_span_has_slot(info, k); k++) {
		struct rd_port *far = &s->peer->port[k];
		u32 bit = BIT(k);

		hook |= rd_port_hook(far, line_frame) ? bit : 0;
		ring |= rd_port_ring(far, line_frame) ? bit : 0;
		polarity |= far->polarity ? bit : 0;
	}
	carry_bits(vc, i, RINGDOWN_EVENT_HOOK, &s->hook_in, hook);
	carry_bits(vc, i, RINGDOWN_EVENT_RING, &s->ring_in, ring);
	carry_bits(vc, i, RINGDOWN_EVENT_POLARITY, &s->polarity_in, polarity);
}

static bool is_analog(const struct ringdown_span_info *info)
{
	return info->type == RINGDOWN_SPAN_FXS ||
	       info->type == RINGDOWN_SPAN_FXO;
}

/* ---- alarms -------------------------------------------------------------- */

/* What our own receiver makes of the line. */
static u32 failures(const struct virtual_span *s)
{
	u32 alarms = s->fault.alarms;

	if (s->loop == RINGDOWN_LOOP_LOCAL)
		return alarms; /* it hears itself */
	if (!s->peer)
		return alarms | RINGDOWN_ALARM_LOS;
	/* Ends that frame differently never align (G.706). */
	if (s->framing && s->peer->framing && s->framing != s->peer->framing)
		alarms |= RINGDOWN_ALARM_LFA;
	else if (s->crc4 && !s->peer->crc4)
		alarms |= RINGDOWN_ALARM_LMFA;
	return alarms;
}

static void judge_span(struct virtual_card *vc, u32 i)
{
	struct virtual_span *s = &vc->spans[i];
	bool was_dead = s->failed & REMOTE_FAULTS;
	struct ringdown_errors errors = {
		.code = s->fault.errors - s->errors_shown,
	};
	u32 alarms;

	s->failed = failures(s);
	alarms = s->failed;
	/* An end that cannot hear says so to the other (G.704 clause 2.3.2). */
	if (s->peer && s->peer->failed & REMOTE_FAULTS &&
	    s->loop != RINGDOWN_LOOP_LOCAL)
		alarms |= RINGDOWN_ALARM_RAI;
	if (s->loop)
		alarms |= RINGDOWN_ALARM_LOOP;
	if (alarms != s->alarms) {
		s->alarms = alarms;
		ringdown_card_alarm(vc->card, i, alarms);
	}
	/* Each errored bit violates the line code once (G.703). */
	if (errors.code) {
		s->errors_shown = s->fault.errors;
		ringdown_card_errors(vc->card, i, &errors);
	}
	if (was_dead != !!(s->failed & REMOTE_FAULTS) && s->clock_priority &&
	    vc->engine->clock_changed)
		vc->engine->clock_changed(vc);
}

/* ---- a step -------------------------------------------------------------- */

void virtual_line_idle(struct virtual_card *vc)
{
	u32 i;

	for (i = 0; i < vc->nspans; i++)
		memset(&vc->spans[i].sent,
		       rd_law_idle(vc->card->geometry.span[i].law),
		       sizeof(vc->spans[i].sent));
}

static void hear(struct virtual_card *vc, u32 frames)
{
	u32 i, k;

	for (i = 0; i < vc->nspans; i++) {
		struct virtual_span *s = &vc->spans[i];
		const struct virtual_span *from = s->peer;

		if (s->loop == RINGDOWN_LOOP_LOCAL ||
		    (from && from->loop == RINGDOWN_LOOP_REMOTE))
			from = s;
		for (k = 0; k < RINGDOWN_MAX_SLOTS; k++)
			if (from)
				memcpy(s->heard.octet[k], from->sent.octet[k],
				       frames);
			else
				memset(s->heard.octet[k], 0xff, frames);
		rd_fault_run(&s->fault, &s->heard, frames);
	}
}

static void end_step(struct virtual_card *vc, u32 frames)
{
	bool waited = vc->wait;
	u32 i;

	for (i = 0; i < vc->nspans; i++) {
		judge_span(vc, i);
		if (!vc->spans[i].peer)
			continue;
		if (is_analog(&vc->card->geometry.span[i]))
			carry_ports(vc, i);
		else
			carry_abcd(vc, i);
	}
	if (vc->wait && !waited) {
		vc->elapsed += frames; /* it stopped at the end of this step */
		return;
	}
	if (waited) {
		vc->wait -= frames;
		vc->elapsed += frames;
		if (!vc->wait) {
			if (vc->restarts)
				ringdown_card_restart(vc->card, vc->elapsed);
			vc->restarts = false;
			vc->elapsed = 0;
			vc->pos = 0;
			vc->left = vc->period;
			vc->engine->begin(vc);
		}
		return;
	}
	vc->left -= frames;
	if (!vc->left) {
		vc->engine->end_of_period(vc);
		vc->left = vc->period;
	}
}

/* Frames to the next end of a period, or beginning, of any card. */
static u32 next_step(void)
{
	const struct virtual_card *vc;
	u32 frames = RINGDOWN_PERIOD_MAX;

	list_for_each_entry(vc, &running, node)
		frames = min(frames, vc->wait ? vc->wait : vc->left);
	return frames;
}

static void step(u32 frames)
{
	struct virtual_card *vc;

	list_for_each_entry(vc, &running, node)
		if (!vc->wait)
			vc->engine->fetch(vc, frames);
	list_for_each_entry(vc, &running, node)
		hear(vc, frames);
	list_for_each_entry(vc, &running, node)
		if (!vc->wait)
			vc->engine->store(vc, frames);
	line_frame += frames;
	list_for_each_entry(vc, &running, node)
		end_step(vc, frames);
}

/* ---- the clock ----------------------------------------------------------- */

static u64 time_of(u64 frame)
{
	return base_ns + div_u64((frame - base_frame) * FRAME_NS * 1000, speed);
}

static void arm(void)
{
	if (!list_empty(&running))
		hrtimer_start(&timer,
			      ns_to_ktime(time_of(line_frame + next_step())),
			      HRTIMER_MODE_ABS_SOFT);
}

/* From now on time is counted from here. */
static void rebase(u64 now)
{
	base_frame = line_frame;
	base_ns = now;
}

static enum hrtimer_restart expire(struct hrtimer *t)
{
	struct virtual_card *vc;
	u32 steps = 0;
	u64 now;

	spin_lock(&virtual_lock);
	now = ktime_get_ns();
	while (!list_empty(&running)) {
		u32 frames = next_step();

		if (time_of(line_frame + frames) > now)
			break;
		if (steps++)
			list_for_each_entry(vc, &running, node)
				ringdown_card_late(vc->card);
		step(frames);
		/* We were stopped for long: do not flood. */
		if (now - min(now, time_of(line_frame)) > CATCH_UP_NS)
			rebase(now);
	}
	if (line_frame - base_frame > REBASE_FRAMES)
		rebase(time_of(line_frame));
	arm();
	spin_unlock(&virtual_lock);
	return HRTIMER_NORESTART; /* arm() did */
}

static u32 to_boundary(const struct virtual_card *vc, u32 at_least)
{
	u32 over;

	div_u64_rem(line_frame + at_least, vc->period, &over);
	return at_least + (over ? vc->period - over : 0);
}

void virtual_line_start(struct virtual_card *vc)
{
	lockdep_assert_held(&virtual_lock);
	if (list_empty(&running))
		rebase(ktime_get_ns());
	vc->period = vc->card->geometry.period_frames;
	vc->wait = to_boundary(vc, 1);
	vc->restarts = false;
	vc->elapsed = 0;
	virtual_line_idle(vc);
	list_add_tail(&vc->node, &running);
	arm();
}

void virtual_line_stop(struct virtual_card *vc)
{
	lockdep_assert_held(&virtual_lock);
	list_del_init(&vc->node);
	virtual_line_idle(vc);
	if (list_empty(&running))
		hrtimer_try_to_cancel(&timer);
}

/* The engine stops, and begins anew after so many frames or some more. */
void virtual_line_restart(struct virtual_card *vc, u32 frames)
{
	lockdep_assert_held(&virtual_lock);
	if (vc->wait || list_empty(&vc->node))
		return; /* it does not run, so it will begin anew */
	vc->elapsed = vc->period - vc->left;
	vc->restarts = true;
	vc->wait = to_boundary(vc, frames);
	virtual_line_idle(vc);
	arm();
}

void virtual_line_init(u32 speed_permille)
{
	speed = speed_permille;
	ringdown_hrtimer_init(&timer, expire, HRTIMER_MODE_ABS_SOFT);
}

void virtual_line_exit(void)
{
	hrtimer_cancel(&timer);
}

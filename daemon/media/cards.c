// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cards of the configuration: their clocks, alarms and comings and goings.
 *
 * One card is the clock: its frames are the line clock (less a difference that
 * is zero for the first card). The others run at their own rate and are read
 * up to their own frame, a period behind so that jitter does no harm:
 *
 *	own frame  ....|--------|--------|--------|
 *	                   n - P     n      now        n <= now < n + 2P
 *
 * now < n: a period is repeated; now >= n + 2P: one is dropped: a controlled
 * slip (G.822), counted. In lockstep all cards stand at the same frame and no
 * slip occurs. When the clock's card is lost the next one by priority goes on
 * from the same line frame; a card that comes back is an ordinary one.
 *
 * A lost card is handed to the keeper to close, a fresh one comes from there:
 * each by one atomic pointer.
 */
#include "daemon/media/state.h"

#include <errno.h>
#include <string.h>

/* ---- bring up: Context: core, keeper ------------------------------------------ */

static int complain(const struct rd_media_card *c, struct rd_diag *diag,
		    unsigned span, const char *what, unsigned found,
		    unsigned expected)
{
	rd_diag_error(diag, (struct rd_place){ c->cfg->path, 0, 0 },
		      "card %s, span %u: %s is %u; configured is %u",
		      c->cfg->name, span, what, found, expected);
	return -EINVAL;
}

static int set_up_span(struct rd_media_card *c, unsigned n,
		       struct rd_card *card, struct rd_diag *diag)
{
	const struct rd_cfg_span *cfg = c->span[n];
	struct ringdown_span_config line = cfg->line;
	int err;

	if (n >= card->info.geometry.nspans)
		return complain(c, diag, n, "number of spans",
				card->info.geometry.nspans, n + 1);
	if (rd_card_span(card, n)->type != cfg->type)
		return complain(c, diag, n, "type", rd_card_span(card, n)->type,
				cfg->type);
	line.span = n;
	err = rd_card_configure(card, &line);
	if (err && err != -EOPNOTSUPP)
		return complain(c, diag, n, "error of line setup",
				(unsigned)-err, 0);
	if (cfg->signalling == RD_SIG_PRI && cfg->dchannel) {
		struct ringdown_command rest = {
			.op = RINGDOWN_OP_IDLE_CODE,
			.span = (uint8_t)n,
			.slot = cfg->dchannel,
			.arg = 0xff,
		};

		rd_card_command(card, &rest);
	}
	return 0;
}

int rd_cards_bring_up(struct rd_media *m, unsigned index, struct rd_card *card,
		      struct rd_diag *diag)
{
	struct rd_media_card *c = &m->card[index];
	int err = m->open(m->open_arg, index, card, diag);

	if (err)
		return err;
	if (card->info.geometry.period_frames != m->period)
		err = complain(c, diag, 0, "period",
			       card->info.geometry.period_frames, m->period);
	for (unsigned n = 0; !err && n < RINGDOWN_MAX_SPANS; n++)
		if (c->span[n])
			err = set_up_span(c, n, card, diag);
	if (!err) {
		rd_card_sync(card); /* lockstep: the first tick is the next */
		err = rd_card_start(card);
		if (err == -EOPNOTSUPP)
			err = 0; /* memory: it runs anyway */
	}
	if (err)
		rd_card_close(card);
	return err;
}

/* ---- coming and going: Context: tick ------------------------------------------ */

static void tell_card(struct rd_media *m, unsigned index)
{
	struct rd_media_card *c = &m->card[index];
	struct rd_ev_card *ev = rd_outbox_add(
		m, RD_MSG_CARD, rd_line(index, 0, 0), m->frame, sizeof(*ev));

	c->told = true;
	if (!ev)
		return;
	ev->present = c->card != NULL;
	ev->late_ticks = m->stats.late_ticks;
	if (c->card) {
		ev->overruns = __atomic_load_n(&c->card->status->overruns,
					       __ATOMIC_RELAXED);
		ev->underruns = __atomic_load_n(&c->card->status->underruns,
						__ATOMIC_RELAXED);
	}
}

static void tell_alarms(struct rd_media *m, unsigned index, unsigned span,
			uint32_t alarms)
{
	struct rd_media_card *c = &m->card[index];
	struct rd_ev_alarm *ev;

	if (alarms == c->alarms[span])
		return;
	ev = rd_outbox_add(m, RD_MSG_ALARM, rd_line(index, span, 0), m->frame,
			   sizeof(*ev));
	if (!ev)
		return; /* again next tick */
	ev->alarms = alarms;
	c->alarms[span] = alarms;
}

static void reset_dchannels(struct rd_media *m, unsigned index)
{
	for (unsigned i = 0; i < m->ndchannels; i++)
		if (m->dchannel[i].card == index)
			rd_dchannel_reset(&m->dchannel[i]);
}

/* The present card of the best priority, or -1. */
static int best_card(const struct rd_media *m)
{
	int best = -1;

	for (unsigned i = 0; i < m->ncards; i++)
		if (m->card[i].card &&
		    (best < 0 || m->card[i].cfg->clock_priority <
					 m->card[best].cfg->clock_priority))
			best = (int)i;
	return best;
}

/* From now on, line frame goes with the card's frame as it is. */
static void make_clock(struct rd_media *m, int index, uint64_t frame)
{
	struct rd_media_card *c = &m->card[index];

	if (m->began)
		rd_count(m, takeovers, 1);
	m->clock = index;
	c->ahead = (int64_t)(c->card->frame - frame);
	c->slack = 0;
}

void rd_cards_lose(struct rd_media *m, unsigned index)
{
	struct rd_media_card *c = &m->card[index];

	if (!c->card)
		return;
	__atomic_store_n(&c->done_card, NULL, __ATOMIC_RELEASE);
	__atomic_store_n(&c->gone, c->card, __ATOMIC_RELEASE);
	c->card = NULL;
	c->dismiss = true;
	c->dismissed = c->instance++;
	c->told = false;
	reset_dchannels(m, index);
	if (m->clock == (int)index) {
		m->clock = best_card(m);
		if (m->clock >= 0)
			make_clock(m, m->clock, m->frame);
	}
}

static void adopt(struct rd_media *m, unsigned index, struct rd_card *card)
{
	struct rd_media_card *c = &m->card[index];

	c->card = card;
	c->instance++;
	c->armed = c->watched = false;
	c->told = false;
	memset(c->errors, 0, sizeof(c->errors)); /* it counts from zero */
	if (!rd_card_is_lockstep(card))
		rd_card_sync(card);
	for (unsigned n = 0; n < RINGDOWN_MAX_SPANS; n++)
		for (unsigned k = 0; c->span[n] && k < RINGDOWN_MAX_SLOTS; k++)
			if (c->channel[n][k])
				c->channel[n][k]->law =
					(uint8_t)rd_card_span(card, n)->law;
	for (unsigned i = 0; i < m->nracks; i++)
		if (m->rack[i].card == index)
			rd_rack_fit(&m->rack[i], card);
	if (rd_card_is_lockstep(card))
		m->lockstep = true;
	if (m->clock >= 0) {
		c->slack = m->lockstep ? 0 : m->period;
		c->ahead = (int64_t)(card->frame - c->slack - m->frame);
	} else {
		if (!m->began)
			m->frame = card->frame;
		make_clock(m, (int)index, m->frame);
	}
	__atomic_store_n(&c->done_frame, m->frame, __ATOMIC_RELEASE);
	__atomic_store_n(&c->done_card, card, __ATOMIC_RELEASE);
}

/* True if a card came. */
bool rd_cards_adopt(struct rd_media *m)
{
	bool came = false;

	for (unsigned i = 0; i < m->ncards; i++) {
		struct rd_card *card;

		if (m->card[i].card ||
		    !__atomic_load_n(&m->card[i].fresh, __ATOMIC_RELAXED))
			continue;
		card = __atomic_exchange_n(&m->card[i].fresh, NULL,
					   __ATOMIC_ACQUIRE);
		adopt(m, i, card);
		came = true;
	}
	return came;
}

/* Ticks that went by between rd_media_new() and the thread are not owed. */
void rd_cards_catch_up(struct rd_media *m)
{
	if (m->began || m->lockstep || m->clock < 0 ||
	    rd_card_sync(m->card[m->clock].card))
		return;
	m->frame = m->card[m->clock].card->frame;
	make_clock(m, m->clock, m->frame);
}

/* ---- each tick ----------------------------------------------------------------- */

/* Frames the clock is already ahead of this tick: it is a late one. */
static uint64_t frames_late(const struct rd_media *m)
{
	const struct rd_media_card *c;

	if (m->clock < 0)
		return 0;
	c = &m->card[m->clock];
	return c->card->frame - (m->frame + (uint64_t)c->ahead);
}

/* Where this tick reads and writes on a card. */
static void place(struct rd_media *m, unsigned index, uint64_t lag)
{
	struct rd_media_card *c = &m->card[index];
	uint64_t now = c->card->frame - lag, n = m->frame + (uint64_t)c->ahead;

	if (m->clock != (int)index && !m->lockstep) {
		if (now < n) {
			c->ahead -= m->period;
			rd_count(m, slips, 1);
		} else if (now >= n + 2 * m->period) {
			c->ahead += m->period;
			rd_count(m, slips, 1);
		}
		n = m->frame + (uint64_t)c->ahead;
	}
	c->rx_from = n - m->period;
	c->tx_at = n + c->slack + c->card->info.geometry.tx_lead_frames;
	c->tx_open = rd_card_tx_is_open(c->card, c->tx_at, m->period);
}

static void take_events(struct rd_media *m, unsigned index)
{
	struct rd_media_card *c = &m->card[index];
	struct ringdown_event event;

	for (unsigned i = 0; i < RINGDOWN_EVENTS; i++) {
		struct rd_ev_signal *ev;

		if (!rd_card_event(c->card, &event))
			return;
		if (event.type == RINGDOWN_EVENT_ALARM)
			continue; /* the state is in the status page */
		ev = rd_outbox_add(m, RD_MSG_SIGNAL,
				   rd_line(index, event.span, event.slot),
				   event.frame - (uint64_t)c->ahead,
				   sizeof(*ev));
		if (!ev)
			return;
		ev->type = event.type;
		ev->arg = event.arg;
	}
}

static void begin_card(struct rd_media *m, unsigned index, uint64_t lag)
{
	struct rd_media_card *c = &m->card[index];

	if (!c->told)
		tell_card(m, index);
	if (c->card) {
		place(m, index, lag);
		take_events(m, index);
		rd_maintain_tell_errors(m, index);
	}
	for (unsigned n = 0; n < RINGDOWN_MAX_SPANS; n++)
		if (c->span[n])
			tell_alarms(m, index, n,
				    c->card ? rd_card_alarms(c->card, n)
					    : RINGDOWN_ALARM_LOS);
}

void rd_cards_begin(struct rd_media *m)
{
	uint64_t lag;

	rd_cards_adopt(m);
	for (unsigned i = 0; i < m->ncards; i++)
		if (m->card[i].card && rd_card_sync(m->card[i].card) == -ENODEV)
			rd_cards_lose(m, i);
	lag = frames_late(m);
	if (lag)
		rd_count(m, late_ticks, 1);
	for (unsigned i = 0; i < m->ncards; i++)
		begin_card(m, i, lag);
}

void rd_cards_end(struct rd_media *m)
{
	for (unsigned i = 0; i < m->ncards; i++)
		if (m->card[i].card && m->card[i].tx_open)
			rd_card_tx_commit(m->card[i].card,
					  m->card[i].tx_at + m->period);
}

uint64_t rd_media_due(struct rd_media *m)
{
	struct rd_media_card *c;

	rd_cards_adopt(m);
	if (m->clock < 0)
		return 0;
	c = &m->card[m->clock];
	for (unsigned i = 0; i < m->ncards; i++) {
		struct rd_media_card *other = &m->card[i];

		if (!other->card)
			continue;
		if (rd_card_sync(other->card) == -ENODEV) {
			rd_cards_lose(m, i);
			return rd_media_due(m);
		}
		if (m->lockstep &&
		    other->card->frame <
			    m->frame + m->period + (uint64_t)other->ahead)
			return 0;
	}
	if (c->card->frame < m->frame + m->period + (uint64_t)c->ahead)
		return 0;
	return m->frame + m->period;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Racks: sixteen neighbouring slots of a span, received side by side.
 *
 *	rx ring ──┐                      ┌─► heard[lane][period]: ch->rx
 *	          ├─► rd_bank: cancel ───┤
 *	sent[] ───┘   gain, digits       └─► digits, tones
 *
 * The channels of a rack are the lanes of one bank of lib/dsp, which does for
 * sixteen what would be done for one; lanes whose line is closed, or is no
 * B-channel, run along and nobody listens. Octets are taken where the card has
 * them; only when they are not all there (the ring's end, a restart, no card)
 * are they copied out slot by slot first. A line without canceller and gain
 * comes out to the bit. Racks without an open line do not run, and each knows
 * which one runs next, for it brings its state into the cache.
 */
#include <string.h>

#include "daemon/media/state.h"

#define EVENTS (4 * RD_BANK_CHANNELS) /* of a block: digits that begin, end */

/* ---- lines that come and go ---------------------------------------------------- */

static void chain(struct rd_media *m)
{
	struct rd_rack *last = NULL;

	for (unsigned i = 0; i < m->nracks; i++) {
		struct rd_rack *r = &m->rack[i];

		if (!r->open)
			continue;
		if (last)
			rd_bank_set_next(last->bank, r->bank);
		last = r;
	}
	if (last)
		rd_bank_set_next(last->bank, NULL);
}

static void set_level(struct rd_rack *r, const struct rd_channel *ch,
		      const struct rd_cmd_open *cmd)
{
	struct rd_alc_config alc = RD_ALC_CONFIG_DEFAULT;

	if (cmd->level_range_cb)
		alc.target_dbm0 = cmd->level_cb / 10.0f;
	if (cmd->gate_loss_cb)
		alc.gate_dbm0 = cmd->gate_cb / 10.0f;
	alc.gain_max_db = cmd->level_range_cb / 10.0f;
	alc.gate_loss_db = cmd->gate_loss_cb / 10.0f;
	if (alc.gain_max_db > 0 || alc.gate_loss_db > 0)
		rd_bank_set_alc(r->bank, ch->lane, &alc);
}

void rd_rack_open(struct rd_media *m, struct rd_channel *ch,
		  const struct rd_cmd_open *cmd)
{
	struct rd_rack *r = ch->rack;

	ch->cancels = cmd->echo_taps && r->has_echo;
	ch->tones = cmd->flags & RD_OPEN_TONES && m->has_tones;
	if (ch->tones)
		ch->tone_rx = m->tone_rx;
	rd_bank_reset(r->bank, ch->lane);
	rd_bank_set_echo(r->bank, ch->lane, ch->cancels);
	rd_bank_set_dtmf(r->bank, ch->lane, cmd->flags & RD_OPEN_DTMF);
	rd_bank_set_digit_removal(r->bank, ch->lane,
				  cmd->flags & RD_OPEN_NO_KEYS);
	rd_bank_set_gain(r->bank, ch->lane, rd_gain(cmd->rx_gain_cb));
	set_level(r, ch, cmd);
	r->tones += ch->tones;
	if (!r->open++)
		chain(m);
}

void rd_rack_close(struct rd_media *m, struct rd_channel *ch)
{
	struct rd_rack *r = ch->rack;

	rd_bank_set_echo(r->bank, ch->lane, false);
	rd_bank_set_dtmf(r->bank, ch->lane, false);
	rd_bank_set_digit_removal(r->bank, ch->lane, false);
	rd_bank_set_gain(r->bank, ch->lane, 1);
	rd_bank_set_alc(r->bank, ch->lane, NULL);
	r->tones -= ch->tones;
	ch->cancels = ch->tones = false;
	if (!--r->open)
		chain(m);
}

void rd_rack_fit(struct rd_rack *r, const struct rd_card *card)
{
	unsigned last = r->slot + RD_BANK_CHANNELS - 1;

	r->is_whole = rd_card_has_slot(card, r->span, r->slot) &&
		      rd_card_has_slot(card, r->span, last);
	rd_bank_set_law(r->bank, rd_card_span(card, r->span)->law);
}

/* ---- octets ---------------------------------------------------------------------- */

/* Where the card has this tick's octets; NULL base if they are not all there. */
static struct rd_bank_octets in_ring(const struct rd_media *m,
				     const struct rd_rack *r)
{
	const struct rd_media_card *c = &m->card[r->card];
	const struct rd_card *card = c->card;

	if (!card || !r->is_whole)
		return (struct rd_bank_octets){ NULL, 0, 0 };
	return (struct rd_bank_octets){
		.base = rd_card_rx_at(card, r->span, r->slot, c->rx_from,
				      m->period),
		.channel_stride = card->info.geometry.slot_stride,
		.frame_stride = card->info.geometry.frame_stride,
	};
}

static void copy_out(struct rd_media *m, const struct rd_rack *r,
		     struct rd_channel *ch, uint8_t *octets)
{
	const struct rd_media_card *c = &m->card[r->card];
	uint32_t n = m->period, got;

	if (!c->card) {
		memset(octets, rd_g711_silence(ch->law), n);
		return;
	}
	got = rd_card_rx(c->card, ch->span, ch->slot, c->rx_from, n, octets);
	if (got < n)
		rd_count(m, rx_lost, n - got);
	ch->rx_lost += n - got;
}

static struct rd_bank_octets take_octets(struct rd_media *m, struct rd_rack *r)
{
	struct rd_bank_octets at = in_ring(m, r);

	if (at.base)
		return at;
	for (unsigned l = 0; l < RD_BANK_CHANNELS; l++)
		if (r->channel[l] && r->channel[l]->open)
			copy_out(m, r, r->channel[l],
				 r->received + l * m->period);
	return (struct rd_bank_octets){ r->received, m->period, 1 };
}

/* ---- what is heard ----------------------------------------------------------------- */

static void tell_digit(struct rd_media *m, const struct rd_channel *ch,
		       const struct rd_dtmf_event *heard)
{
	struct rd_ev_digit *ev = rd_outbox_add(m, RD_MSG_DIGIT, ch->line,
					       heard->start_frame, sizeof(*ev));

	if (!ev)
		return;
	ev->length_frames = heard->len_frames;
	ev->digit = heard->digit;
}

static void hear_digits(struct rd_media *m, struct rd_rack *r,
			const struct rd_bank_event *event, int count)
{
	for (int i = 0; i < count; i++) {
		struct rd_channel *ch = r->channel[event[i].channel];

		if (event[i].dtmf.what == RD_DTMF_START)
			rd_player_digit(m, ch);
		else
			tell_digit(m, ch, &event[i].dtmf);
	}
}

static void tell_tone(struct rd_media *m, struct rd_channel *ch,
		      const struct rd_tone_event *heard)
{
	struct rd_ev_tone *ev;

	if (heard->is_start)
		ch->tone_frame = heard->frame;
	ev = rd_outbox_add(m, RD_MSG_TONE_HEARD, ch->line, ch->tone_frame,
			   sizeof(*ev));
	if (!ev)
		return;
	ev->tone = heard->tone;
	ev->length_frames = (uint32_t)(heard->frame - ch->tone_frame);
}

static void hear_tones(struct rd_media *m, struct rd_rack *r,
		       const int16_t *linear, uint64_t frame)
{
	struct rd_tone_event heard[2 + RINGDOWN_PERIOD_MAX / 160];

	for (unsigned l = 0; l < RD_BANK_CHANNELS; l++) {
		struct rd_channel *ch = r->channel[l];
		int count;

		if (!ch || !ch->tones)
			continue;
		count = rd_tone_rx_process(&ch->tone_rx, linear + l * m->block,
					   m->block, frame, heard,
					   sizeof(heard) / sizeof(heard[0]));
		for (int i = 0; i < count; i++)
			tell_tone(m, ch, &heard[i]);
	}
}

void rd_rack_run(struct rd_media *m, struct rd_rack *r)
{
	struct rd_bank_octets received = take_octets(m, r);
	int16_t linear[RD_BANK_CHANNELS * RD_BLOCK_MAX];
	struct rd_bank_event event[EVENTS];

	for (unsigned l = 0; l < RD_BANK_CHANNELS; l++)
		if (r->channel[l] && r->channel[l]->open)
			rd_channel_recall(m, r->channel[l],
					  r->sent + l * m->period);
	for (uint32_t at = 0; at < m->period; at += m->block) {
		struct rd_bank_io io = {
			.sent = { r->sent + at, m->period, 1 },
			.received = received,
			.out = r->heard + at,
			.out_channel_stride = m->period,
			.out_frame_stride = 1,
			.linear = r->tones ? linear : NULL,
			.frame0 = m->frame - m->period + at,
			.event = event,
			.max_events = EVENTS,
		};

		io.received.base += at * received.frame_stride;
		hear_digits(m, r, event, rd_bank_process(r->bank, &io));
		if (r->tones)
			hear_tones(m, r, linear, io.frame0);
	}
}

/* ---- all racks ------------------------------------------------------------------------ */

/* The bank's state is fetched by the bank before it; here what was sent. */
static void look_ahead(const struct rd_media *m, const struct rd_rack *r)
{
	uint32_t at = (m->frame - m->period) % SENT_FRAMES;

	for (unsigned l = 0; l < RD_BANK_CHANNELS; l++)
		if (r->channel[l])
			rd_fetch(r->channel[l]->sent + at, m->period);
}

void rd_racks_run(struct rd_media *m)
{
	for (unsigned i = 0; i < m->nracks; i++) {
		if (i + 1 < m->nracks && m->rack[i + 1].open)
			look_ahead(m, &m->rack[i + 1]);
		if (m->rack[i].open)
			rd_rack_run(m, &m->rack[i]);
	}
	rd_health_publish_next(m);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line in use: from the card's octets to what others hear, and back.
 *
 *	rx ring ─► canceller ─► gain ─► ch->rx ─► bridge of the peer, recorder
 *	                          └───► digits
 *	tx ring ◄─ gain ◄─ player, or bridge, or silence
 *	   └► sent[]  what really went out, by frame: recorder, canceller
 *
 * Without canceller and gain, ch->rx points into the ring and no octet is
 * touched. A line that is not open costs nothing: the card itself sends idle.
 */
#include <string.h>

#include "daemon/media/state.h"

/* n octets between the history and somewhere else; it is a ring. */
static void remember(struct rd_channel *ch, uint64_t frame,
		     const uint8_t *octets, uint32_t n)
{
	uint32_t at = frame % SENT_FRAMES;
	uint32_t first = SENT_FRAMES - at < n ? SENT_FRAMES - at : n;

	memcpy(ch->sent + at, octets, first);
	memcpy(ch->sent, octets + first, n - first);
}

static void recall(const struct rd_channel *ch, uint64_t frame, uint8_t *octets,
		   uint32_t n)
{
	uint32_t at = frame % SENT_FRAMES;
	uint32_t first = SENT_FRAMES - at < n ? SENT_FRAMES - at : n;

	memcpy(octets, ch->sent + at, first);
	memcpy(octets + first, ch->sent, n - first);
}

void rd_channel_open(struct rd_media *m, struct rd_channel *ch,
		     const struct rd_cmd_open *cmd)
{
	rd_channel_close(m, ch);
	ch->dtmf = cmd->flags & RD_OPEN_DTMF;
	ch->rx_gain = rd_gain(cmd->rx_gain_cb);
	ch->tx_gain = rd_gain(cmd->tx_gain_cb);
	rd_dtmf_rx_init(&ch->dtmf_rx);
	ch->cancels = cmd->echo_taps && ch->echo;
	if (ch->cancels)
		rd_echo_reset(ch->echo);
	memset(ch->sent, rd_g711_silence(ch->law), sizeof(ch->sent));
	memset(ch->octets, rd_g711_silence(ch->law), sizeof(ch->octets));
	ch->rx = ch->octets;
	ch->open = true;
}

void rd_channel_close(struct rd_media *m, struct rd_channel *ch)
{
	rd_player_stop(m, ch, RD_PLAY_STOPPED);
	rd_bridge_leave(ch);
	rd_recorder_stop(m, ch);
	ch->open = false;
}

/* ---- receive ---------------------------------------------------------------- */

static void take_octets(struct rd_media *m, struct rd_channel *ch)
{
	const struct rd_media_card *c = &m->card[ch->card];
	uint32_t n = m->period, got;

	ch->rx = ch->octets;
	if (!c->card) {
		memset(ch->octets, rd_g711_silence(ch->law), n);
		return;
	}
	ch->rx = rd_card_rx_at(c->card, ch->span, ch->slot, c->rx_from, n);
	if (ch->rx)
		return;
	ch->rx = ch->octets;
	got = rd_card_rx(c->card, ch->span, ch->slot, c->rx_from, n,
			 ch->octets);
	if (got < n)
		rd_count(m, rx_lost, n - got);
}

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

static void hear_digits(struct rd_media *m, struct rd_channel *ch,
			const int16_t *samples, uint32_t n)
{
	struct rd_dtmf_event heard[2 * (1 + RINGDOWN_PERIOD_MAX / 160)];
	int count = rd_dtmf_rx_process(&ch->dtmf_rx, samples, n, m->frame - n,
				       heard, sizeof(heard) / sizeof(heard[0]));

	for (int i = 0; i < count; i++) {
		if (heard[i].what == RD_DTMF_START)
			rd_player_digit(m, ch);
		else
			tell_digit(m, ch, &heard[i]);
	}
}

/* samples: what came; less the echo of what was sent in these frames. */
static void cancel(struct rd_media *m, struct rd_channel *ch, int16_t *samples,
		   uint32_t n)
{
	uint8_t octets[RINGDOWN_PERIOD_MAX];
	int16_t sent[RINGDOWN_PERIOD_MAX];

	recall(ch, m->frame - n, octets, n);
	rd_g711_decode(ch->law, octets, sent, n);
	rd_echo_process(ch->echo, sent, samples, samples, n);
}

void rd_channel_receive(struct rd_media *m, struct rd_channel *ch)
{
	int16_t samples[RINGDOWN_PERIOD_MAX];
	uint32_t n = m->period;

	take_octets(m, ch);
	if (!ch->dtmf && !ch->cancels && ch->rx_gain == 1)
		return;
	rd_g711_decode(ch->law, ch->rx, samples, n);
	if (ch->cancels)
		cancel(m, ch, samples, n);
	if (ch->rx_gain != 1)
		rd_gain_apply(ch->rx_gain, samples, samples, n);
	if (ch->cancels || ch->rx_gain != 1) {
		rd_g711_encode(ch->law, samples, ch->octets, n);
		ch->rx = ch->octets;
	}
	if (ch->dtmf)
		hear_digits(m, ch, samples, n);
}

/* ---- send ------------------------------------------------------------------- */

static void amplify(const struct rd_channel *ch, uint8_t *octets, uint32_t n)
{
	int16_t samples[RINGDOWN_PERIOD_MAX];

	rd_g711_decode(ch->law, octets, samples, n);
	rd_gain_apply(ch->tx_gain, samples, samples, n);
	rd_g711_encode(ch->law, samples, octets, n);
}

void rd_channel_send(struct rd_media *m, struct rd_channel *ch)
{
	struct rd_media_card *c = &m->card[ch->card];
	uint8_t octets[RINGDOWN_PERIOD_MAX];
	uint32_t n = m->period, played;

	played = rd_player_run(m, ch, octets, n);
	if (played < n)
		rd_bridge_run(ch, played, n - played, octets + played);
	if (ch->tx_gain != 1)
		amplify(ch, octets, n);
	if (!c->card || !c->tx_open ||
	    rd_card_tx(c->card, ch->span, ch->slot, c->tx_at, n, octets)) {
		memset(octets, rd_g711_silence(ch->law), n);
		rd_count(m, tx_late, c->card != NULL);
	}
	remember(ch, rd_out_frame(m, ch->card), octets, n);
	if (ch->recorder.on) {
		recall(ch, m->frame - n, octets, n);
		rd_recorder_take(m, ch, ch->rx, octets, n);
	}
}

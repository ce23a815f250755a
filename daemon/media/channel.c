// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A line in use: opened, closed, and what it sends. What it receives comes from
 * its rack, with fifteen others.
 *
 *	tx ring ◄─ gain ◄─ player, or bridge, or silence
 *	   └► sent[]  what really went out, by frame: recorder, canceller
 *
 * A line that is not open costs nothing: the card itself sends idle.
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

void rd_channel_recall(const struct rd_media *m, const struct rd_channel *ch,
		       uint8_t *octets)
{
	uint32_t n = m->period, at = (m->frame - n) % SENT_FRAMES;
	uint32_t first = SENT_FRAMES - at < n ? SENT_FRAMES - at : n;

	memcpy(octets, ch->sent + at, first);
	memcpy(octets + first, ch->sent, n - first);
}

void rd_channel_open(struct rd_media *m, struct rd_channel *ch,
		     const struct rd_cmd_open *cmd)
{
	rd_channel_close(m, ch);
	ch->tx_gain = rd_gain(cmd->tx_gain_cb);
	memset(ch->sent, rd_g711_silence(ch->law), sizeof(ch->sent));
	ch->open = true;
	rd_rack_open(m, ch, cmd);
	rd_health_open(m, ch, cmd);
}

void rd_channel_close(struct rd_media *m, struct rd_channel *ch)
{
	rd_player_stop(m, ch, RD_PLAY_STOPPED);
	rd_bridge_leave(ch);
	rd_recorder_stop(m, ch);
	if (ch->open) {
		rd_health_close(m, ch);
		rd_rack_close(m, ch);
	}
	ch->open = false;
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
		ch->tx_late += n;
	}
	remember(ch, rd_out_frame(m, ch->card), octets, n);
	rd_health_measure(m, ch);
	if (ch->recorder.on)
		rd_recorder_take(m, ch, ch->rx, ch->right, n);
}

/* The lines after this one: first what they are, then where they write. */
static void look_ahead(const struct rd_media *m, unsigned i)
{
	const struct rd_channel *ch;

	if (i + 8 < m->nchannels) {
		ch = &m->channel[i + 8];
		rd_fetch(ch, offsetof(struct rd_channel, player));
	}
	if (i + 4 >= m->nchannels || !m->channel[i + 4].open)
		return;
	ch = &m->channel[i + 4];
	rd_fetch(ch->sent + rd_out_frame(m, ch->card) % SENT_FRAMES, m->period);
	if (ch->recorder.buffer)
		rd_fetch(ch->recorder.buffer + ch->recorder.fill,
			 2 * m->period);
}

void rd_channels_send(struct rd_media *m)
{
	for (unsigned i = 0; i < m->nchannels; i++) {
		look_ahead(m, i);
		if (m->channel[i].open)
			rd_channel_send(m, &m->channel[i]);
	}
}

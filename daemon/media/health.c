// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How each line in use does: levels, noise, clipping, echo, slips; and whether
 * a party of a bridge is not heard.
 *
 * A line is measured in one tick of 80 ms, lines taking turns, so that it costs
 * little: a block of decoded samples each way, about 180 instructions a line and
 * tick. All of it is read by core without a lock: words under a sequence count.
 *
 *	speech	mean power of the blocks above SPEECH_DBM0, as P.56 would have it
 *	noise	the least smoothed power of the last seconds
 *	quiet	no such block for as long as core wants to know, in a bridge
 */
#include <math.h>
#include <string.h>

#include "daemon/media/state.h"
#include "lib/dsp/level.h"

#define EVERY_FRAMES 640u    /* 80 ms */
#define SPEECH_POWER 8247.0f /* -45 dBm0 */
#define NOISE_BLOCKS 25u     /* 2 s: then the least of before is forgotten */
#define SMOOTHING    0.25f   /* of a block */

/* ---- meters: Context: tick -------------------------------------------------------- */

static float power_of(const struct rd_level *level)
{
	return (float)level->energy / (float)level->n;
}

static void follow_noise(struct rd_meter *meter, float power)
{
	if (!meter->blocks) {
		meter->smooth = meter->low[0] = meter->low[1] = power;
		meter->low_left = NOISE_BLOCKS;
	}
	meter->smooth += SMOOTHING * (power - meter->smooth);
	if (meter->smooth < meter->low[0])
		meter->low[0] = meter->smooth;
	if (--meter->low_left)
		return;
	meter->low[1] = meter->low[0];
	meter->low[0] = meter->smooth;
	meter->low_left = NOISE_BLOCKS;
}

/* True if something was heard. */
static bool measure(struct rd_meter *meter, uint8_t law, const uint8_t *octets,
		    uint32_t n)
{
	int16_t samples[RINGDOWN_PERIOD_MAX];
	struct rd_level level;
	float power;
	bool speaks;

	rd_g711_decode(law, octets, samples, n);
	rd_level_measure(samples, n, &level);
	power = power_of(&level);
	speaks = power > SPEECH_POWER;
	follow_noise(meter, power);
	meter->blocks++;
	meter->samples += n;
	meter->clipped += level.clipped;
	if (level.peak > meter->peak)
		meter->peak = level.peak;
	if (speaks) {
		meter->speech_blocks++;
		meter->speech_sum += power;
	}
	return speaks;
}

/* ---- quiet: Context: tick --------------------------------------------------------- */

static void tell_quiet(struct rd_media *m, struct rd_channel *ch, bool quiet)
{
	const struct rd_channel *peer = ch->peer;
	struct rd_ev_quiet *ev =
		rd_outbox_add(m, RD_MSG_QUIET, ch->line,
			      quiet ? ch->loud_frame : m->frame, sizeof(*ev));

	if (!ev)
		return; /* at the next block */
	ch->is_quiet = quiet;
	ev->quiet = quiet;
	ev->heard = ch->was_heard;
	ev->peer_quiet = peer->is_quiet;
	ev->peer_heard = peer->was_heard;
}

static void hear(struct rd_media *m, struct rd_channel *ch, bool speaks)
{
	if (!ch->quiet_limit || !ch->peer)
		return;
	if (speaks) {
		ch->loud_frame = m->frame;
		ch->was_heard = true;
	}
	if (ch->is_quiet != (m->frame - ch->loud_frame >= ch->quiet_limit))
		tell_quiet(m, ch, !ch->is_quiet);
}

void rd_health_bridged(struct rd_media *m, struct rd_channel *ch)
{
	ch->loud_frame = m->frame;
	ch->is_quiet = ch->was_heard = false;
}

void rd_health_begin(struct rd_media *m)
{
	uint32_t turns = 1;

	while (2 * turns * m->period <= EVERY_FRAMES)
		turns *= 2;
	m->turn = (uint32_t)(m->frame / m->period);
	m->turn_mask = turns - 1;
}

void rd_health_measure(struct rd_media *m, struct rd_channel *ch)
{
	if ((m->turn + ch->slot) & m->turn_mask)
		return;
	hear(m, ch, measure(&ch->received, ch->law, ch->rx, m->period));
	measure(&ch->gone_out, ch->law, ch->right, m->period);
}

/* ---- in words: Context: tick ------------------------------------------------------- */

static int16_t tenths(float value)
{
	return (int16_t)lrintf(10.0f * value);
}

static int16_t power_cb(float power)
{
	if (power <= 0)
		return RD_HEALTH_NOTHING;
	return tenths(10.0f * log10f(power) + (float)RD_DBM0_OF_ONE);
}

static struct rd_way_health way(const struct rd_meter *meter)
{
	float half = (float)meter->peak * (float)meter->peak / 2;
	float noise = fminf(meter->low[0], meter->low[1]);

	if (!meter->blocks)
		return (struct rd_way_health){ RD_HEALTH_NOTHING,
					       RD_HEALTH_NOTHING,
					       RD_HEALTH_NOTHING, 0, 0 };
	return (struct rd_way_health){
		.speech_cb = meter->speech_blocks
				     ? power_cb(meter->speech_sum /
						(float)meter->speech_blocks)
				     : RD_HEALTH_NOTHING,
		.noise_cb = power_cb(noise),
		.peak_cb = power_cb(half),
		.active_permille = (uint16_t)(1000ull * meter->speech_blocks /
					      meter->blocks),
		.clipped_ppm = (uint32_t)(1000000ull * meter->clipped /
					  meter->samples),
	};
}

static void put_echo(const struct rd_channel *ch, struct rd_ev_health *h)
{
	struct rd_echo_state echo;

	h->erl_cb = h->erle_cb = RD_HEALTH_NOTHING;
	if (!ch->cancels)
		return;
	rd_bank_get_echo_state(ch->rack->bank, ch->lane, &echo);
	h->flags = RD_HEALTH_CANCELS;
	h->flags |= echo.is_converged ? RD_HEALTH_CONVERGED : 0;
	h->flags |= echo.is_disabled ? RD_HEALTH_DISABLED : 0;
	if (echo.erl_db < 99)
		h->erl_cb = tenths(echo.erl_db);
	h->erle_cb = tenths(echo.erle_db);
	h->delay_frames = (uint16_t)echo.delay_taps;
	h->tail_frames = (uint16_t)echo.tail_taps;
	h->path_changes = (uint16_t)echo.path_changes;
}

/* What its span's card has counted. */
static uint64_t slips_of(const struct rd_media *m, const struct rd_channel *ch)
{
	const struct rd_card *card = m->card[ch->card].card;

	return card ? __atomic_load_n(&card->status->span[ch->span].slips,
				      __ATOMIC_RELAXED)
		    : ch->slips;
}

static void fill(const struct rd_media *m, const struct rd_channel *ch,
		 struct rd_ev_health *h)
{
	uint64_t slips = slips_of(m, ch);

	h->use = ch->use;
	h->frames = m->frame - ch->opened;
	h->received = way(&ch->received);
	h->sent = way(&ch->gone_out);
	/* a card that was opened anew counts from zero */
	h->slips = (uint32_t)(slips >= ch->slips ? slips - ch->slips : slips);
	h->rx_lost = ch->rx_lost;
	h->tx_late = ch->tx_late;
	put_echo(ch, h);
}

/* One writer; odd while it writes. */
void rd_health_publish(const struct rd_media *m, struct rd_channel *ch)
{
	struct rd_ev_health h = { .msg = { .line = ch->line } };
	uint64_t words[HEALTH_WORDS];

	static_assert(sizeof(h) % 8 == 0, "words");
	fill(m, ch, &h);
	memcpy(words, &h, sizeof(h));
	__atomic_store_n(&ch->health_seq, ch->health_seq + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	for (unsigned i = 0; i < HEALTH_WORDS; i++)
		__atomic_store_n(&ch->health[i], words[i], __ATOMIC_RELAXED);
	__atomic_store_n(&ch->health_seq, ch->health_seq + 1, __ATOMIC_RELEASE);
}

void rd_health_publish_next(struct rd_media *m)
{
	struct rd_channel *ch;

	if (!m->nchannels)
		return;
	ch = &m->channel[m->turn % m->nchannels];
	if (ch->open) /* some microseconds: so one line a tick */
		rd_health_publish(m, ch);
}

void rd_health_open(struct rd_media *m, struct rd_channel *ch,
		    const struct rd_cmd_open *cmd)
{
	ch->use = cmd->use;
	ch->opened = m->frame;
	ch->received = ch->gone_out = (struct rd_meter){ 0 };
	ch->quiet_limit = cmd->quiet_frames;
	ch->rx_lost = ch->tx_late = 0;
	ch->slips = slips_of(m, ch);
	rd_health_bridged(m, ch);
}

void rd_health_close(struct rd_media *m, struct rd_channel *ch)
{
	struct rd_ev_health *ev;
	struct rd_msg head;

	rd_health_publish(m, ch);
	if (!ch->use)
		return;
	ev = rd_outbox_add(m, RD_MSG_HEALTH, ch->line, m->frame, sizeof(*ev));
	if (!ev)
		return;
	head = ev->msg;
	fill(m, ch, ev);
	ev->msg = head;
}

/* ---- what core asks ----------------------------------------------------------------- */

bool rd_media_health(const struct rd_media *m, uint32_t line,
		     struct rd_ev_health *health)
{
	const struct rd_channel *ch = rd_channel_find(m, line);
	uint64_t words[HEALTH_WORDS];
	uint32_t seq;

	if (!ch)
		return false;
	do {
		seq = __atomic_load_n(&ch->health_seq, __ATOMIC_ACQUIRE);
		for (unsigned i = 0; i < HEALTH_WORDS; i++)
			words[i] = __atomic_load_n(&ch->health[i],
						   __ATOMIC_RELAXED);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (seq & 1 ||
		 seq != __atomic_load_n(&ch->health_seq, __ATOMIC_RELAXED));
	memcpy(health, words, sizeof(*health));
	return seq != 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is played to a line: a list of prompts and pauses, a tone, digits.
 *
 * One play at a time. Each ends once, for one reason, and says so with the
 * frame from which on it is not heard and the place it had reached, so that
 * core can go on from there. A prompt number without sound lasts no time.
 *
 *	PLAY ──► LIST ──┐  the list is over, or nothing in it sounds  ENDED
 *	TONE ──► TONE ──┤  a digit begins, and it may be barged       DIGIT
 *	SEND_DIGITS ────┤  PLAY_STOP, CLOSE                           STOPPED
 *	                └► another play, BRIDGE                       REPLACED
 */
#include <string.h>

#include "daemon/media/state.h"

#define PAUSE_BIT 0x80000000u
#define EXTRA_BIT RD_PROMPT_EXTRA(0)

static void tell_done(struct rd_media *m, uint32_t line, uint64_t frame,
		      const struct rd_player *p, enum rd_play_reason reason)
{
	struct rd_ev_play_done *ev =
		rd_outbox_add(m, RD_MSG_PLAY_DONE, line, frame, sizeof(*ev));

	if (!ev)
		return;
	ev->play = p->play;
	ev->reason = reason;
	ev->item = p->item;
	ev->offset_frames = p->offset_frames;
}

void rd_player_refuse(struct rd_media *m, uint32_t line, uint32_t play)
{
	struct rd_player nothing = { .play = play };

	tell_done(m, line, m->frame, &nothing, RD_PLAY_STOPPED);
}

static void finish(struct rd_media *m, struct rd_channel *ch, uint32_t played,
		   enum rd_play_reason reason)
{
	tell_done(m, ch->line, rd_out_frame(m, ch->card) + played, &ch->player,
		  reason);
	ch->player.kind = RD_PLAYER_NONE;
}

void rd_player_stop(struct rd_media *m, struct rd_channel *ch,
		    enum rd_play_reason reason)
{
	if (ch->player.kind != RD_PLAYER_NONE)
		finish(m, ch, 0, reason);
}

void rd_player_digit(struct rd_media *m, struct rd_channel *ch)
{
	if (ch->player.flags & RD_PLAY_BARGE)
		rd_player_stop(m, ch, RD_PLAY_DIGIT);
}

static struct rd_player *begin(struct rd_media *m, struct rd_channel *ch,
			       uint32_t play, enum rd_player_kind kind)
{
	struct rd_player *p = &ch->player;

	rd_player_stop(m, ch, RD_PLAY_REPLACED);
	p->kind = (uint8_t)kind;
	p->flags = 0;
	p->play = play;
	p->n = p->item = p->offset_frames = 0;
	return p;
}

void rd_player_play(struct rd_media *m, struct rd_channel *ch,
		    const struct rd_cmd_play *cmd)
{
	uint32_t room = (uint32_t)((cmd->msg.len - sizeof(*cmd)) /
				   sizeof(cmd->prompt[0]));
	struct rd_player *p;

	if (cmd->n > RD_PLAY_ITEMS || cmd->n > room) {
		rd_count(m, bad_commands, 1);
		rd_player_refuse(m, ch->line, cmd->play);
		return;
	}
	p = begin(m, ch, cmd->play, RD_PLAYER_LIST);
	p->flags = cmd->flags;
	p->table = cmd->flags / RD_PLAY_TABLE(1) % RD_PROMPT_TABLES;
	p->n = cmd->n;
	p->item = cmd->first_item;
	p->offset_frames = cmd->offset_frames;
	memcpy(p->prompt, cmd->prompt, cmd->n * sizeof(cmd->prompt[0]));
}

void rd_player_tone(struct rd_media *m, struct rd_channel *ch,
		    const struct rd_cmd_tone *cmd)
{
	const struct rd_tone_plan *plan =
		cmd->tone < RD_TONE_COUNT
			? rd_tone_plan(m->config->country,
				       (enum rd_tone)cmd->tone)
			: NULL;

	if (!plan) {
		rd_count(m, bad_commands, 1);
		rd_player_refuse(m, ch->line, cmd->play);
		return;
	}
	rd_tone_tx_init(&begin(m, ch, cmd->play, RD_PLAYER_TONE)->tone, plan,
			TONE_LEVEL_DBM0);
}

void rd_player_digits(struct rd_media *m, struct rd_channel *ch,
		      const struct rd_cmd_digits *cmd)
{
	char digits[RD_NUMBER_LEN + 1] = { 0 };
	struct rd_dtmf_tx tx;

	memcpy(digits, cmd->digits, RD_NUMBER_LEN);
	if (rd_dtmf_tx_init(&tx, digits, -9, -7, cmd->on_ms ? cmd->on_ms : 80,
			    cmd->off_ms ? cmd->off_ms : 80)) {
		rd_count(m, bad_commands, 1);
		rd_player_refuse(m, ch->line, cmd->play);
		return;
	}
	begin(m, ch, cmd->play, RD_PLAYER_DIGITS)->digits = tx;
}

/* ---- lists ----------------------------------------------------------------- */

/* Frames of an item; *octets where its sound is, NULL for a pause. */
static uint32_t item_at(struct rd_media *m, const struct rd_channel *ch,
			const struct rd_player *p, const uint8_t **octets)
{
	uint32_t number = p->prompt[p->item];
	const struct rd_prompts *t;

	*octets = NULL;
	if (number & PAUSE_BIT)
		return (number & ~PAUSE_BIT) * 8;
	t = __atomic_load_n(
		&m->prompts[number & EXTRA_BIT ? RD_PROMPT_TABLES : p->table],
		__ATOMIC_SEQ_CST);
	number &= ~EXTRA_BIT;
	if (!t || number >= t->n)
		return 0;
	*octets = t->prompt[number].octets[ch->law];
	return t->prompt[number].frames;
}

static uint32_t run_list(struct rd_media *m, struct rd_channel *ch,
			 uint8_t *out, uint32_t n)
{
	struct rd_player *p = &ch->player;
	uint32_t done = 0, barren = 0; /* items in a row that lasted no time */

	while (done < n && barren <= p->n) {
		const uint8_t *octets;
		uint32_t frames, step;

		if (p->item >= p->n) {
			if (!(p->flags & RD_PLAY_LOOP) || !p->n)
				break;
			p->item = p->offset_frames = 0;
		}
		frames = item_at(m, ch, p, &octets);
		if (p->offset_frames >= frames) {
			p->item++;
			p->offset_frames = 0;
			barren++;
			continue;
		}
		step = frames - p->offset_frames;
		if (step > n - done)
			step = n - done;
		if (octets)
			memcpy(out + done, octets + p->offset_frames, step);
		else
			memset(out + done, rd_g711_silence(ch->law), step);
		p->offset_frames += step;
		done += step;
		barren = 0;
	}
	return done;
}

uint32_t rd_player_run(struct rd_media *m, struct rd_channel *ch, uint8_t *out,
		       uint32_t n)
{
	int16_t samples[RINGDOWN_PERIOD_MAX];
	struct rd_player *p = &ch->player;
	uint32_t done = 0;

	switch (p->kind) {
	case RD_PLAYER_NONE:
		return 0;
	case RD_PLAYER_LIST:
		done = run_list(m, ch, out, n);
		break;
	case RD_PLAYER_TONE:
		done = (uint32_t)rd_tone_tx_process(&p->tone, samples, n);
		break;
	case RD_PLAYER_DIGITS:
		done = (uint32_t)rd_dtmf_tx_process(&p->digits, samples, n);
		break;
	}
	if (p->kind != RD_PLAYER_LIST) {
		rd_g711_encode(ch->law, samples, out, done);
		p->offset_frames += done;
	}
	if (done < n)
		finish(m, ch, done, RD_PLAY_ENDED);
	return done;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What core tells media to do: one row a command. A command for a line that is
 * not there, or not open, is counted; if it was a play, its PLAY_DONE comes
 * all the same, for core waits for it.
 */
#include "daemon/media/state.h"

/* ---- one function each ------------------------------------------------------ */

static void on_open(struct rd_media *m, struct rd_channel *ch,
		    const struct rd_msg *msg)
{
	rd_channel_open(m, ch, (const struct rd_cmd_open *)msg);
}

static void on_play(struct rd_media *m, struct rd_channel *ch,
		    const struct rd_msg *msg)
{
	rd_player_play(m, ch, (const struct rd_cmd_play *)msg);
}

static void on_play_stop(struct rd_media *m, struct rd_channel *ch,
			 const struct rd_msg *msg)
{
	uint32_t play = ((const struct rd_cmd_play_stop *)msg)->play;

	if (!play || play == ch->player.play)
		rd_player_stop(m, ch, RD_PLAY_STOPPED);
}

static void on_tone(struct rd_media *m, struct rd_channel *ch,
		    const struct rd_msg *msg)
{
	rd_player_tone(m, ch, (const struct rd_cmd_tone *)msg);
}

static void on_digits(struct rd_media *m, struct rd_channel *ch,
		      const struct rd_msg *msg)
{
	rd_player_digits(m, ch, (const struct rd_cmd_digits *)msg);
}

static void on_bridge(struct rd_media *m, struct rd_channel *ch,
		      const struct rd_msg *msg)
{
	uint32_t line = ((const struct rd_cmd_bridge *)msg)->peer;
	struct rd_channel *peer = rd_channel_find(m, line);

	if (!peer || !peer->open || peer == ch)
		rd_count(m, bad_commands, 1);
	else
		rd_bridge_join(m, ch, peer);
}

static void on_unbridge(struct rd_media *m, struct rd_channel *ch,
			const struct rd_msg *msg)
{
	rd_bridge_leave(ch);
}

static void on_record(struct rd_media *m, struct rd_channel *ch,
		      const struct rd_msg *msg)
{
	rd_recorder_start(m, ch,
			  ((const struct rd_cmd_record *)msg)->recording);
}

static void on_record_stop(struct rd_media *m, struct rd_channel *ch,
			   const struct rd_msg *msg)
{
	uint64_t recording = ((const struct rd_cmd_record *)msg)->recording;

	if (!recording || recording == ch->recorder.recording)
		rd_recorder_stop(m, ch);
}

/* CLOSE and the D-channel's commands take any line; these know what it is. */
static void on_close(struct rd_media *m, const struct rd_msg *msg)
{
	struct rd_channel *ch = rd_channel_find(m, msg->line);
	struct rd_dchannel *d = ch ? NULL : rd_dchannel_find(m, msg->line);

	if (ch)
		rd_channel_close(m, ch);
	else if (d)
		rd_dchannel_close(d);
	else
		rd_count(m, bad_commands, 1);
}

static void on_hdlc(struct rd_media *m, const struct rd_msg *msg)
{
	struct rd_dchannel *d = rd_dchannel_find(m, msg->line);

	if (!d)
		rd_count(m, bad_commands, 1);
	else if (msg->type == RD_MSG_HDLC_OPEN)
		rd_dchannel_open(m, d);
	else
		rd_dchannel_send(m, d, (const struct rd_hdlc *)msg);
}

static void on_signal(struct rd_media *m, const struct rd_msg *msg)
{
	const struct rd_ev_signal *s = (const struct rd_ev_signal *)msg;
	unsigned card = rd_line_card(msg->line);
	struct ringdown_command command = {
		.op = s->type,
		.span = (uint8_t)rd_line_span(msg->line),
		.slot = (uint8_t)rd_line_slot(msg->line),
		.arg = s->arg,
	};

	if (card >= m->ncards || !m->card[card].card) {
		rd_count(m, bad_commands, 1);
		return;
	}
	command.frame = msg->frame + (uint64_t)m->card[card].ahead;
	if (rd_card_command(m->card[card].card, &command))
		rd_count(m, bad_commands, 1);
}

/* ---- the table --------------------------------------------------------------- */

static const struct {
	uint16_t type;
	bool closed_too; /* the line need not be open */
	void (*line)(struct rd_media *m, struct rd_channel *ch,
		     const struct rd_msg *msg);
	void (*any)(struct rd_media *m, const struct rd_msg *msg);
} commands[] = {
	{ RD_MSG_OPEN, true, on_open, NULL },
	{ RD_MSG_CLOSE, true, NULL, on_close },
	{ RD_MSG_PLAY, false, on_play, NULL },
	{ RD_MSG_PLAY_STOP, false, on_play_stop, NULL },
	{ RD_MSG_TONE, false, on_tone, NULL },
	{ RD_MSG_BRIDGE, false, on_bridge, NULL },
	{ RD_MSG_UNBRIDGE, false, on_unbridge, NULL },
	{ RD_MSG_RECORD, false, on_record, NULL },
	{ RD_MSG_RECORD_STOP, true, on_record_stop, NULL },
	{ RD_MSG_HDLC_OPEN, true, NULL, on_hdlc },
	{ RD_MSG_HDLC_TX, true, NULL, on_hdlc },
	{ RD_MSG_SEND_DIGITS, false, on_digits, NULL },
	{ RD_MSG_SIGNAL_OUT, true, NULL, on_signal },
};

/* What core waits for though the command cannot be done. */
static void refuse(struct rd_media *m, const struct rd_msg *msg)
{
	rd_count(m, bad_commands, 1);
	if (msg->type == RD_MSG_PLAY)
		rd_player_refuse(m, msg->line,
				 ((const struct rd_cmd_play *)msg)->play);
	else if (msg->type == RD_MSG_TONE)
		rd_player_refuse(m, msg->line,
				 ((const struct rd_cmd_tone *)msg)->play);
	else if (msg->type == RD_MSG_SEND_DIGITS)
		rd_player_refuse(m, msg->line,
				 ((const struct rd_cmd_digits *)msg)->play);
}

static void run(struct rd_media *m, const struct rd_msg *msg)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct rd_channel *ch;

		if (commands[i].type != msg->type)
			continue;
		if (commands[i].any) {
			commands[i].any(m, msg);
			return;
		}
		ch = rd_channel_find(m, msg->line);
		if (!ch || !(ch->open || commands[i].closed_too))
			break;
		commands[i].line(m, ch, msg);
		return;
	}
	refuse(m, msg);
}

void rd_commands_run(struct rd_media *m)
{
	const struct rd_msg *msg;

	while ((msg = rd_mq_peek(&m->commands))) {
		if (rd_msg_check(msg, msg->len) == 0)
			run(m, msg);
		else
			rd_count(m, bad_commands, 1);
		rd_mq_consume(&m->commands, msg);
	}
}

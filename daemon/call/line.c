// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of legs; see line.h.
 *
 * TONES. A network that speaks in tones answers first and tells then, so a busy
 * tone soon after the answer is a busy party (17), a later one is a party who
 * hung up (16). Congestion is 42, and special information 4 (Q.850).
 *
 * AUDIO. Media tells of each party of a bridge who is not heard for as long as
 * his group says, and what it knows of the other one then:
 *
 *	he is quiet, and the other, too				dead air
 *	he was never heard in this bridge, the other talks	one way only
 *	he is quiet, but was heard				he listens
 */
#include "daemon/call/line.h"

#include <math.h>

#include "daemon/call/call.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"
#include "lib/dsp/tone.h"

#define GATE_LOSS_CB	 120
#define SOON_MS		 10000u /* after the answer */
#define CAUSE_SPECIAL	 4
#define CAUSE_NORMAL	 16
#define CAUSE_BUSY	 17
#define CAUSE_CONGESTION 42

/* ---- open, close ----------------------------------------------------------- */

static int16_t tenths(double db)
{
	return (int16_t)lrint(10 * db);
}

static void set_sound(struct rd_cmd_open *open, const struct rd_cfg_span *span,
		      const struct rd_cfg_group *group)
{
	open->rx_gain_cb = tenths(span->rx_gain_db + group->rx_gain_db);
	open->tx_gain_cb = tenths(span->tx_gain_db + group->tx_gain_db);
	if (group->level_dbm0 < 0) {
		open->level_cb = tenths(group->level_dbm0);
		open->level_range_cb = (uint16_t)tenths(group->level_range_db);
	}
	if (group->gate_dbm0 < 0) {
		open->gate_cb = tenths(group->gate_dbm0);
		open->gate_loss_cb = GATE_LOSS_CB;
	}
	open->quiet_frames = (uint32_t)rd_frames_from_ms(group->quiet_ms);
	open->flags |= group->progress_tones ? RD_OPEN_TONES : 0;
	open->flags |= group->remove_digits ? RD_OPEN_NO_KEYS : 0;
}

void rd_line_open(struct rd_core *core, struct rd_leg *leg)
{
	const struct rd_span *span =
		rd_span_at(core, rd_span_of_line(core, leg->line));
	const struct rd_config *config = core->config;
	struct rd_cmd_open open = {
		.msg = { .type = RD_MSG_OPEN,
			 .len = sizeof(open),
			 .line = leg->line,
			 .frame = core->now },
		.flags = rd_leg_is_outgoing(leg) &&
					 !(leg->flags & RD_LEG_DTMF)
				 ? 0
				 : RD_OPEN_DTMF,
		.echo_taps = span->echo_taps,
		.use = leg->id,
	};

	if (!rd_line_slot(leg->line) || (leg->flags & RD_LEG_OPEN))
		return;
	if (span->config < config->nspans && span->group < config->ngroups)
		set_sound(&open, &config->spans[span->config],
			  &config->groups[span->group]);
	leg->flags |= RD_LEG_OPEN;
	rd_emit(core, &open.msg);
}

void rd_line_close(struct rd_core *core, struct rd_leg *leg)
{
	struct rd_msg close = {
		.type = RD_MSG_CLOSE,
		.len = sizeof(close),
		.line = leg->line,
		.frame = core->now,
	};

	if (!(leg->flags & RD_LEG_OPEN))
		return;
	leg->flags &= (uint8_t)~RD_LEG_OPEN;
	rd_emit(core, &close);
}

/* ---- health ----------------------------------------------------------------- */

static void put_level(struct rd_core *core, int16_t level_cb)
{
	if (level_cb == RD_HEALTH_NOTHING)
		rd_row_null(core);
	else
		rd_row_int(core, level_cb);
}

static void put_way(struct rd_core *core, const struct rd_way_health *way)
{
	put_level(core, way->speech_cb);
	put_level(core, way->noise_cb);
	put_level(core, way->peak_cb);
	rd_row_int(core, way->active_permille);
	rd_row_int(core, way->clipped_ppm);
}

void rd_line_on_health(struct rd_core *core, const struct rd_ev_health *health)
{
	uint32_t span = rd_span_of_line(core, health->msg.line);
	bool cancels = health->flags & RD_HEALTH_CANCELS;

	if (span == RD_NONE)
		return;
	rd_row_begin(core, RD_TABLE_LINE_HEALTH);
	rd_row_time(core, core->now);
	rd_row_int(core, (int64_t)health->use);
	rd_row_str(core, rd_span_at(core, span)->name);
	rd_row_int(core, rd_line_slot(health->msg.line));
	rd_row_int(core, (int64_t)rd_ms_from_frames(health->frames));
	put_way(core, &health->received);
	put_way(core, &health->sent);
	rd_row_int(core, health->slips);
	rd_row_int(core, health->rx_lost);
	rd_row_int(core, health->tx_late);
	put_level(core, health->erl_cb);
	put_level(core, health->erle_cb);
	for (int i = 0; i < 2; i++) {
		uint16_t frames =
			i ? health->tail_frames : health->delay_frames;

		if (cancels && health->erl_cb != RD_HEALTH_NOTHING)
			rd_row_int(core, (int64_t)rd_ms_from_frames(frames));
		else
			rd_row_null(core);
	}
	rd_row_end(core);
}

/* ---- who is not heard ---------------------------------------------------------- */

static enum rd_call_audio judge(const struct rd_ev_quiet *q, uint8_t before)
{
	if (!q->quiet) /* he is heard; was the other one ever? */
		return q->peer_quiet && !q->peer_heard ? RD_AUDIO_ONE_WAY
						       : RD_AUDIO_WELL;
	if (q->peer_quiet)
		return RD_AUDIO_DEAD;
	if (!q->heard && q->peer_heard)
		return RD_AUDIO_ONE_WAY;
	return before;
}

void rd_line_on_quiet(struct rd_core *core, const struct rd_ev_quiet *quiet)
{
	static const char *const states[] = {
		[RD_AUDIO_WELL] = "well",
		[RD_AUDIO_DEAD] = "dead-air",
		[RD_AUDIO_ONE_WAY] = "one-way",
	};
	const struct rd_leg *leg = rd_leg_on_line(core, quiet->msg.line);
	struct rd_call *call;
	enum rd_call_audio now;
	struct rd_json *j;

	if (!leg || leg->call == RD_NONE)
		return;
	call = rd_call_at(core, leg->call);
	now = judge(quiet, call->audio);
	if (!call->bridged_now || now == call->audio)
		return;
	call->audio = (uint8_t)now;
	if (!quiet->quiet && now == RD_AUDIO_ONE_WAY)
		leg = rd_leg_at(core, call->line == leg->line ? call->peer
							      : call->caller);
	j = rd_event_begin(core, RD_EVENT_CALL_AUDIO);
	rd_json_int(j, "call", (int64_t)call->id);
	rd_json_str(j, "state", states[now]);
	rd_json_str(j, "span",
		    rd_span_at(core, rd_span_of_line(core, leg->line))->name);
	rd_json_int(j, "channel", rd_line_slot(leg->line));
	rd_json_str(j, "number", leg->number);
	rd_event_end(core);
}

/* ---- tones ----------------------------------------------------------------------- */

static uint8_t cause_of_busy(const struct rd_core *core,
			     const struct rd_leg *leg)
{
	bool soon = !leg->connected ||
		    core->now - leg->connected < rd_frames_from_ms(SOON_MS);

	return rd_leg_is_outgoing(leg) && soon ? CAUSE_BUSY : CAUSE_NORMAL;
}

void rd_line_on_tone(struct rd_core *core, const struct rd_ev_tone *tone)
{
	struct rd_leg *leg = rd_leg_on_line(core, tone->msg.line);
	bool begins = !tone->length_frames;

	if (!leg || !begins || !(leg->flags & RD_LEG_OPEN))
		return;
	switch (tone->tone) {
	case RD_TONE_BUSY:
		rd_leg_do(core, leg, RD_LEG_TONE, cause_of_busy(core, leg));
		break;
	case RD_TONE_CONGESTION:
		rd_leg_do(core, leg, RD_LEG_TONE,
			  rd_leg_is_outgoing(leg) ? CAUSE_CONGESTION
						  : CAUSE_NORMAL);
		break;
	case RD_TONE_INFO:
		if (rd_leg_is_outgoing(leg))
			rd_leg_do(core, leg, RD_LEG_TONE, CAUSE_SPECIAL);
		break;
	default: /* dial tone, ringback, call waiting: nothing is over */
		break;
	}
}

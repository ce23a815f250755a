// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Spans and channels: the table of a channel, hunting, alarms, the edge.
 *
 * Invariant: a channel is busy if and only if chan.leg is a leg whose line it
 * is; only rd_chan_seize() and rd_chan_free() change that.
 */
#include "daemon/call/span.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/call/maintain.h"
#include "daemon/core/configure.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"

#define CAUSE_OUT_OF_ORDER 27
#define CAUSE_TEMPORARY	   41
#define CAUSE_TIMER	   102

/* ---- configuration ------------------------------------------------------------ */

static uint32_t new_span(struct rd_core *core, uint32_t line)
{
	struct rd_state *s = core->state;
	uint32_t index = s->nspans;
	struct rd_span *span = rd_span_at(core, index);

	if (index == RD_SPANS_MAX)
		return RD_NONE;
	s->nspans++;
	s->span_of_line[rd_line_card(line)][rd_line_span(line)] =
		(uint8_t)(index + 1);
	memset(span, 0, sizeof(*span));
	span->line = line;
	span->legs = RD_NONE;
	span->needs_restart = true;
	for (unsigned slot = 0; slot < RD_CHANNELS; slot++)
		span->chan[slot].leg = RD_NONE;
	return index;
}

static void open_dchannel(struct rd_core *core, const struct rd_span *span)
{
	struct rd_msg open = {
		.type = RD_MSG_HDLC_OPEN,
		.len = sizeof(open),
		.line = span->line | span->dchannel,
		.frame = core->now,
	};

	rd_emit(core, &open);
}

static void configure_span(struct rd_core *core, uint16_t index)
{
	const struct rd_config *config = core->config;
	const struct rd_cfg_span *cfg = &config->spans[index];
	uint32_t line = rd_line(cfg->card, cfg->span, 0);
	uint32_t place = rd_span_of_line(core, line);
	struct rd_span *span;
	bool was_open;

	if (place == RD_NONE)
		place = new_span(core, line);
	if (place == RD_NONE)
		return;
	span = rd_span_at(core, place);
	was_open = span->present && span->pri;
	span->config = index;
	span->group = cfg->group;
	span->present = true;
	span->pri = cfg->signalling == RD_SIG_PRI;
	span->network_side = cfg->network_side;
	span->exclusive = cfg->exclusive;
	span->inband_progress = cfg->inband_progress;
	span->law = cfg->law;
	span->phones = cfg->group < config->ngroups &&
		       config->groups[cfg->group].phones;
	span->dchannel = cfg->dchannel;
	span->echo_taps = cfg->card < config->ncards
				  ? config->cards[cfg->card].echo_taps
				  : 0;
	span->bchannels = cfg->bchannels & ~(1u | 1u << cfg->dchannel);
	rd_text_copy(span->name, sizeof(span->name), cfg->name);
	for (unsigned slot = 1; slot < RD_CHANNELS; slot++) {
		uint8_t *state = &span->chan[slot].state;
		bool wanted = span->bchannels & 1u << slot;

		if (wanted && *state == RD_CHAN_ABSENT)
			*state = RD_CHAN_IDLE;
		else if (!wanted && *state == RD_CHAN_IDLE)
			*state = RD_CHAN_ABSENT;
	}
	if (span->pri && !was_open)
		open_dchannel(core, span);
}

/* Every leg of a span (all: whatever its state) gets the event. */
static void span_legs(struct rd_core *core, const struct rd_span *span,
		      enum rd_leg_event event, uint8_t cause)
{
	uint32_t next;

	for (uint32_t i = span->legs; i != RD_NONE; i = next) {
		struct rd_leg *leg = rd_leg_at(core, i);

		next = leg->next;
		if (event == RD_LEG_ALARM && leg->state == RD_LEG_RELEASING)
			continue;
		rd_leg_do(core, leg, event, cause);
	}
}

void rd_spans_configure(struct rd_core *core)
{
	struct rd_state *s = core->state;
	bool kept[RD_SPANS_MAX] = { false };

	for (uint16_t i = 0; i < core->config->nspans; i++) {
		uint32_t place;

		configure_span(core, i);
		place = rd_span_of_line(
			core, rd_line(core->config->spans[i].card,
				      core->config->spans[i].span, 0));
		if (place != RD_NONE)
			kept[place] = true;
	}
	for (uint32_t i = 0; i < s->nspans; i++) {
		struct rd_span *span = rd_span_at(core, i);

		if (kept[i])
			continue;
		span->present = false;
		span->config = RD_INDEX_NONE;
		span->group = RD_INDEX_NONE;
		span_legs(core, span, RD_LEG_LOST, CAUSE_OUT_OF_ORDER);
	}
}

void rd_spans_begin(struct rd_core *core)
{
	struct rd_state *s = core->state;

	s->edge_up = false;
	for (uint32_t i = 0; i < s->nspans; i++) {
		struct rd_span *span = rd_span_at(core, i);

		span->present = false; /* open its D-channel anew */
		span->dchannel_up = false;
		span->needs_restart = true;
		span->down = false;
		span->alarms = 0;
		rd_maintain_end(span);
		rd_core_timer_stop(core, RD_TIMER_SPAN, i, 0);
		for (unsigned slot = 1; slot < RD_CHANNELS; slot++) {
			struct rd_chan *chan = &span->chan[slot];

			if (chan->state == RD_CHAN_RESTARTING)
				chan->state = RD_CHAN_IDLE;
			rd_core_timer_stop(core, RD_TIMER_CHAN,
					   i * RD_CHANNELS + slot, 0);
		}
	}
}

/* ---- D-channel ------------------------------------------------------------------ */

static void tell_span(struct rd_core *core, const struct rd_span *span,
		      const char *down)
{
	struct rd_json *j = rd_event_begin(core, down ? RD_EVENT_SPAN_DOWN
						      : RD_EVENT_SPAN_UP);

	rd_json_str(j, "span", span->name);
	if (down)
		rd_json_str(j, "why", down);
	rd_event_end(core);
}

void rd_chan_tell_barred(struct rd_core *core, const struct rd_span *span,
			 unsigned slot)
{
	struct rd_isdn isdn = {
		.msg = { .type = RD_MSG_ISDN_OUT,
			 .len = sizeof(isdn),
			 .line = span->line | slot,
			 .frame = core->now },
		.op = rd_chan_is_barred(span, slot) ? RD_ISDN_BLOCK
						    : RD_ISDN_UNBLOCK,
	};

	if (span->pri && span->chan[slot].state != RD_CHAN_ABSENT)
		rd_emit(core, &isdn.msg);
}

static void dchannel_up(struct rd_core *core, struct rd_span *span)
{
	span->dchannel_up = true;
	if (!span->down)
		tell_span(core, span, NULL);
	if (!span->needs_restart)
		return;
	span->needs_restart = false;
	for (unsigned slot = 1; slot < RD_CHANNELS; slot++) {
		uint32_t line = span->line | slot;

		if (span->chan[slot].state == RD_CHAN_ABSENT)
			continue;
		if (rd_chan_is_barred(span, slot))
			rd_chan_tell_barred(core, span, slot);
		if (span->chan[slot].state != RD_CHAN_BUSY)
			rd_chan_restart(core, line);
	}
}

/* The far end says that the channel (slot 0: all) is idle. */
static void far_restart(struct rd_core *core, struct rd_span *span,
			unsigned slot)
{
	uint32_t next;

	for (uint32_t i = span->legs; i != RD_NONE; i = next) {
		struct rd_leg *leg = rd_leg_at(core, i);

		next = leg->next;
		if (!slot || rd_line_slot(leg->line) == slot)
			rd_leg_do(core, leg, RD_LEG_LOST, CAUSE_TEMPORARY);
	}
	rd_chan_tell_restart(core, span->line | slot, "by-far-end");
}

static void restart_acked(struct rd_core *core, struct rd_span *span,
			  unsigned slot, uint8_t cause)
{
	for (unsigned i = 1; i < RD_CHANNELS; i++) {
		if (slot && i != slot)
			continue;
		if (!slot && span->chan[i].state != RD_CHAN_RESTARTING)
			continue;
		rd_chan_restart_acked(core, span->line | i);
	}
	core->state->counts.restarts_late += cause == CAUSE_TIMER;
	rd_chan_tell_restart(core, span->line | slot,
			     cause == CAUSE_TIMER ? "timeout" : "acknowledged");
}

void rd_span_on_isdn(struct rd_core *core, const struct rd_isdn *isdn)
{
	uint32_t index = rd_span_of_line(core, isdn->msg.line);
	unsigned slot = rd_line_slot(isdn->msg.line);
	struct rd_span *span;

	if (index == RD_NONE || slot >= RD_CHANNELS) {
		core->state->counts.malformed++;
		return;
	}
	span = rd_span_at(core, index);
	switch (isdn->op) {
	case RD_ISDN_DCHAN_UP:
		dchannel_up(core, span);
		break;
	case RD_ISDN_DCHAN_DOWN:
		span->dchannel_up = false;
		tell_span(core, span, "d-channel");
		break;
	case RD_ISDN_RESTART:
		far_restart(core, span, slot);
		break;
	case RD_ISDN_RESTART_ACK:
		restart_acked(core, span, slot, isdn->cause);
		break;
	case RD_ISDN_REJECTED:
		span->refused++;
		rd_call_rejected(core, isdn);
		break;
	case RD_ISDN_SETUP:
		rd_call_incoming(core, isdn);
		break;
	default:
		rd_leg_on_isdn(core, isdn);
		break;
	}
}

/* ---- alarms, cards, the edge ------------------------------------------------------ */

const char *rd_span_alarm_names(uint32_t alarms, char out[RD_SPAN_ALARM_NAMES])
{
	static const char *const names[] = { "los", "lfa", "lmfa",
					     "ais", "rai", "loop" };
	size_t len = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < 6; i++)
		if (alarms & 1u << i)
			len += (size_t)snprintf(
				out + len, RD_SPAN_ALARM_NAMES - len, "%s%s",
				len ? " " : "", names[i]);
	return out;
}

static void set_down(struct rd_core *core, struct rd_span *span, bool down)
{
	if (span->down == down)
		return;
	span->down = down;
	if (down) {
		tell_span(core, span, "alarm");
		span_legs(core, span, RD_LEG_ALARM, CAUSE_OUT_OF_ORDER);
	} else if (span->dchannel_up) {
		tell_span(core, span, NULL);
	}
}

void rd_span_on_alarm(struct rd_core *core, const struct rd_ev_alarm *alarm)
{
	uint32_t index = rd_span_of_line(core, alarm->msg.line);
	struct rd_ev_alarm out = *alarm;
	struct rd_span *span;
	struct rd_json *j;
	char names[RD_SPAN_ALARM_NAMES];
	bool was, is;

	if (index == RD_NONE)
		return;
	span = rd_span_at(core, index);
	was = span->alarms & RD_ALARMS_FATAL;
	span->alarms = alarm->alarms;
	is = span->alarms & RD_ALARMS_FATAL;
	if (span->pri) {
		out.msg.type = RD_MSG_EDGE_ALARM;
		rd_emit(core, &out.msg);
	}
	j = rd_event_begin(core, RD_EVENT_SPAN_ALARM);
	rd_json_str(j, "span", span->name);
	rd_json_str(j, "alarms", rd_span_alarm_names(span->alarms, names));
	rd_event_end(core);
	if (is && !was) {
		rd_core_timer(core, RD_TIMER_SPAN, index, 0,
			      RD_ALARM_DEBOUNCE_MS);
	} else if (!is) {
		rd_core_timer_stop(core, RD_TIMER_SPAN, index, 0);
		set_down(core, span, false);
	}
}

void rd_span_on_timer(struct rd_core *core, uint32_t span, uint32_t which)
{
	set_down(core, rd_span_at(core, span), true);
}

void rd_span_on_card(struct rd_core *core, const struct rd_ev_card *card)
{
	unsigned number = rd_line_card(card->msg.line);
	struct rd_json *j = rd_event_begin(core, RD_EVENT_CARD_STATE);

	rd_json_int(j, "card", number);
	rd_json_bool(j, "present", card->present);
	rd_json_int(j, "overruns", (int64_t)card->overruns);
	rd_json_int(j, "underruns", (int64_t)card->underruns);
	rd_json_int(j, "late_ticks", (int64_t)card->late_ticks);
	rd_event_end(core);
	for (uint32_t i = 0; i < core->state->nspans; i++) {
		struct rd_span *span = rd_span_at(core, i);

		if (rd_line_card(span->line) != number)
			continue;
		if (!card->present && rd_maintain_is_on(span))
			rd_maintain_card_gone(core, span);
		/* a card that is gone needs no debounce */
		rd_core_timer_stop(core, RD_TIMER_SPAN, i, 0);
		set_down(core, span,
			 !card->present || (span->alarms & RD_ALARMS_FATAL));
	}
}

void rd_span_on_edge(struct rd_core *core, const struct rd_ev_edge *edge)
{
	uint32_t line = edge->msg.line;
	struct rd_json *j;

	core->state->edge_up = edge->up != 0;
	j = rd_event_begin(core, RD_EVENT_EDGE_STATE);
	rd_json_bool(j, "up", edge->up);
	rd_event_end(core);
	if (edge->up)
		return;
	/* its calls and its D-channels died with it, and said nothing */
	for (uint32_t i = 0; i < core->state->nspans; i++) {
		struct rd_span *span = rd_span_at(core, i);

		if (!span->pri || (line != RD_LINE_NONE &&
				   rd_line_of_span(line) != span->line))
			continue;
		if (span->dchannel_up)
			tell_span(core, span, "edge");
		span->dchannel_up = false;
		span->needs_restart = true;
		span_legs(core, span, RD_LEG_LOST, CAUSE_TEMPORARY);
	}
}

/* ---- operators ---------------------------------------------------------------------- */

struct rd_span *rd_span_by_name(const struct rd_core *core, const char *name)
{
	for (uint32_t i = 0; i < core->state->nspans; i++) {
		struct rd_span *span = rd_span_at(core, i);

		if (span->present && strcmp(span->name, name) == 0)
			return span;
	}
	return NULL;
}

int rd_span_block(struct rd_core *core, const char *name, unsigned slot,
		  bool blocked)
{
	struct rd_span *span = rd_span_by_name(core, name);
	struct rd_json *j;

	if (!span || slot >= RD_CHANNELS ||
	    (slot && span->chan[slot].state == RD_CHAN_ABSENT))
		return -ENOENT;
	if (slot)
		span->chan[slot].blocked = blocked;
	else
		span->blocked = blocked;
	/* a span in service is so with all its channels */
	for (unsigned i = 1; !slot && !blocked && i < RD_CHANNELS; i++)
		span->chan[i].blocked = false;
	for (unsigned i = 1; i < RD_CHANNELS; i++)
		if (!slot || i == slot)
			rd_chan_tell_barred(core, span, i);
	j = rd_event_begin(core, RD_EVENT_SPAN_BLOCKED);
	rd_json_str(j, "span", span->name);
	if (slot)
		rd_json_int(j, "channel", slot);
	rd_json_bool(j, "blocked", blocked);
	rd_event_end(core);
	return 0;
}

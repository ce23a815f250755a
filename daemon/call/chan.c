// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Channels: their table, who has them, hunting for an idle one.
 *
 * Invariant: a channel is busy if and only if chan.leg is a leg whose line it
 * is; only rd_chan_seize() and rd_chan_free() change that.
 */
#include "daemon/call/span.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"

/* ---- the table of a channel ---------------------------------------------- */

static void start_restart(struct rd_core *core, void *object, const void *arg);
static void stop_restart(struct rd_core *core, void *object, const void *arg);

static const char *const chan_states[RD_CHAN_STATES] = {
	"absent",
	"idle",
	"busy",
	"restarting",
};

static const char *const chan_events[RD_CHAN_EVENTS] = {
	"seize", "free", "restart", "restart-ack", "restart-late",
};

static const struct rd_fsm_row chan_rows[] = {
	/* clang-format off */
	{ RD_CHAN_IDLE,	      RD_CHAN_SEIZE,	    NULL, NULL,		 RD_CHAN_BUSY },
	{ RD_CHAN_IDLE,	      RD_CHAN_RESTART,	    NULL, start_restart, RD_CHAN_RESTARTING },
	{ RD_CHAN_IDLE,	      RD_CHAN_RESTART_ACK,  NULL, NULL,		 RD_CHAN_IDLE },
	{ RD_CHAN_BUSY,	      RD_CHAN_FREE,	    NULL, NULL,		 RD_CHAN_IDLE },
	/* a call came while RESTART was under way: both agree it was idle */
	{ RD_CHAN_BUSY,	      RD_CHAN_RESTART_ACK,  NULL, NULL,		 RD_CHAN_BUSY },
	{ RD_CHAN_RESTARTING, RD_CHAN_SEIZE,	    NULL, stop_restart,	 RD_CHAN_BUSY },
	{ RD_CHAN_RESTARTING, RD_CHAN_RESTART,	    NULL, start_restart, RD_CHAN_RESTARTING },
	{ RD_CHAN_RESTARTING, RD_CHAN_RESTART_ACK,  NULL, stop_restart,	 RD_CHAN_IDLE },
	{ RD_CHAN_RESTARTING, RD_CHAN_RESTART_LATE, NULL, NULL,		 RD_CHAN_IDLE },
	/* clang-format on */
};

const struct rd_fsm rd_chan_fsm = {
	.name = "channel",
	.states = chan_states,
	.events = chan_events,
	.rows = chan_rows,
	.nrows = sizeof(chan_rows) / sizeof(chan_rows[0]),
	.nstates = RD_CHAN_STATES,
	.nevents = RD_CHAN_EVENTS,
};

struct rd_span *rd_span_at(const struct rd_core *core, uint32_t span)
{
	return (struct rd_span *)((uintptr_t)core->state +
				  core->state->spans_offset) +
	       span;
}

uint32_t rd_span_of_line(const struct rd_core *core, uint32_t line)
{
	unsigned card = rd_line_card(line), span = rd_line_span(line);
	uint8_t place;

	if (line >> 24 || span >= 8)
		return RD_NONE;
	place = core->state->span_of_line[card][span];
	return place ? place - 1u : RD_NONE;
}

/* A channel by its line, or NULL; *timer is the number of its timer. */
static struct rd_chan *chan_of(const struct rd_core *core, uint32_t line,
			       uint32_t *timer)
{
	uint32_t span = rd_span_of_line(core, line);
	unsigned slot = rd_line_slot(line);

	if (span == RD_NONE || !slot || slot >= RD_CHANNELS)
		return NULL;
	*timer = span * RD_CHANNELS + slot;
	return &rd_span_at(core, span)->chan[slot];
}

static void start_restart(struct rd_core *core, void *object, const void *arg)
{
	const uint32_t *line = arg;
	struct rd_isdn isdn = {
		.msg = { .type = RD_MSG_ISDN_OUT,
			 .len = sizeof(isdn),
			 .line = *line,
			 .frame = core->now },
		.op = RD_ISDN_RESTART,
	};
	uint32_t timer = 0;

	chan_of(core, *line, &timer);
	rd_core_timer(core, RD_TIMER_CHAN, timer, 0, RD_RESTART_MS);
	rd_emit(core, &isdn.msg);
}

static void stop_restart(struct rd_core *core, void *object, const void *arg)
{
	const uint32_t *line = arg;
	uint32_t timer = 0;

	chan_of(core, *line, &timer);
	rd_core_timer_stop(core, RD_TIMER_CHAN, timer, 0);
}

static bool chan_event(struct rd_core *core, uint32_t line,
		       enum rd_chan_event event)
{
	uint32_t timer;
	struct rd_chan *chan = chan_of(core, line, &timer);

	return chan && rd_fsm_step(&rd_chan_fsm, core, &chan->state, event,
				   chan, &line, line);
}

void rd_chan_seize(struct rd_core *core, uint32_t line, uint32_t leg)
{
	uint32_t timer;
	struct rd_chan *chan = chan_of(core, line, &timer);

	if (chan_event(core, line, RD_CHAN_SEIZE))
		chan->leg = leg;
}

void rd_chan_free(struct rd_core *core, uint32_t line)
{
	uint32_t timer;
	struct rd_chan *chan = chan_of(core, line, &timer);
	const struct rd_span *span;

	if (!chan_event(core, line, RD_CHAN_FREE))
		return;
	chan->leg = RD_NONE;
	span = rd_span_at(core, timer / RD_CHANNELS);
	if (!(span->bchannels & 1u << rd_line_slot(line)))
		chan->state = RD_CHAN_ABSENT; /* left the configuration */
}

void rd_chan_claim(struct rd_core *core, uint32_t line, bool claimed)
{
	uint32_t timer;
	struct rd_chan *chan = chan_of(core, line, &timer);

	if (chan)
		chan->claimed = claimed;
}

void rd_chan_restart(struct rd_core *core, uint32_t line)
{
	chan_event(core, line, RD_CHAN_RESTART);
}

void rd_chan_restart_acked(struct rd_core *core, uint32_t line)
{
	chan_event(core, line, RD_CHAN_RESTART_ACK);
}

void rd_chan_tell_restart(struct rd_core *core, uint32_t line,
			  const char *result)
{
	const struct rd_span *span =
		rd_span_at(core, rd_span_of_line(core, line));
	struct rd_json *j = rd_event_begin(core, RD_EVENT_CHANNEL_RESTART);

	rd_json_str(j, "span", span->name);
	rd_json_int(j, "channel", rd_line_slot(line));
	rd_json_str(j, "result", result);
	rd_event_end(core);
}

void rd_chan_on_timer(struct rd_core *core, uint32_t index, uint32_t which)
{
	uint32_t line = rd_span_at(core, index / RD_CHANNELS)->line |
			index % RD_CHANNELS;

	core->state->counts.restarts_late++;
	chan_event(core, line, RD_CHAN_RESTART_LATE);
	rd_chan_tell_restart(core, line, "timeout");
}

/* ---- hunting ---------------------------------------------------------------- */

bool rd_span_is_usable(const struct rd_span *span)
{
	return span->present && span->pri && span->dchannel_up && !span->down &&
	       !span->blocked && !span->loop;
}

bool rd_chan_is_barred(const struct rd_span *span, unsigned slot)
{
	return span->blocked || span->loop || span->chan[slot].blocked ||
	       (span->tested >> slot & 1);
}

bool rd_chan_is_free(const struct rd_span *span, unsigned slot)
{
	return span->chan[slot].state == RD_CHAN_IDLE &&
	       !rd_chan_is_barred(span, slot) && !span->chan[slot].claimed;
}

uint32_t rd_span_hunt(struct rd_core *core, uint16_t group)
{
	struct rd_state *s = core->state;
	uint32_t n = s->nspans * RD_CHANNELS, at = 0, step = 1;
	uint32_t *hunted = &s->hunted[group % RD_GROUPS_MAX];

	if (group >= core->config->ngroups || !n)
		return RD_LINE_NONE;
	/* places are span * RD_CHANNELS + slot, walked all round once */
	switch (core->config->groups[group].hunt) {
	case RD_HUNT_HIGH:
		at = n - 1;
		step = n - 1;
		break;
	case RD_HUNT_ROUND_UP:
		at = (*hunted + 1) % n;
		break;
	case RD_HUNT_ROUND_DOWN:
		at = (*hunted + n - 1) % n;
		step = n - 1;
		break;
	default:
		break;
	}
	for (uint32_t i = 0; i < n; i++, at = (at + step) % n) {
		const struct rd_span *span = rd_span_at(core, at / RD_CHANNELS);

		if (span->group != group || !rd_span_is_usable(span) ||
		    !rd_chan_is_free(span, at % RD_CHANNELS))
			continue;
		*hunted = at;
		return span->line | at % RD_CHANNELS;
	}
	return RD_LINE_NONE;
}

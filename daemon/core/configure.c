// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Beginnings of runs and configurations.
 *
 * A run after a crash starts from the state of before. Its calls are ended at
 * the frame of the last event that was handled, with core->quiet set: rows and
 * events go out, but no command to lines, media and edge, which are new and
 * know nothing of those calls.
 */
#include "daemon/core/configure.h"

#include "daemon/acd/callback.h"
#include "daemon/core/emit.h"
#include "daemon/core/state.h"
#include "lib/base/frames.h"

const struct rd_config *rd_core_config(const struct rd_core *core,
				       uint32_t generation)
{
	const struct rd_config *config = core->configs[generation % RD_CONFIGS];

	return config ? config : core->config;
}

/* Everything that is read from the newest configuration. */
static void configure(struct rd_core *core)
{
	rd_spans_configure(core);
	rd_queues_configure(core);
	rd_figures_configure(core);
	rd_agents_configure(core);
	rd_blacklist_configure(core);
	rd_ports_configure(core);
}

static uint32_t wind_up(struct rd_core *core)
{
	uint32_t calls = core->state->calls.used;

	core->quiet = true;
	rd_calls_restart(core);
	rd_calls_settle(core);
	rd_figures_wind_up(core);
	rd_sessions_wind_up(core);
	core->quiet = false;
	return calls;
}

/* Move the instants that outlive a run to the new origin. */
static void move_origin(struct rd_core *core, const struct rd_ev_start *start)
{
	struct rd_state *s = core->state;
	int64_t shift = 0, down = 0;

	if (s->started) {
		shift = (int64_t)(s->epoch_ns - start->epoch_ns) /
			RD_NS_PER_FRAME;
		/* from the last event of before; a wall clock that was set
		 * back says it was negative */
		down = (int64_t)start->msg.frame - (int64_t)s->now - shift;
		if (down < 0) { /* as if no time had passed */
			shift += down;
			down = 0;
		}
	}
	s->epoch_ns = start->epoch_ns;
	s->now = start->msg.frame;
	core->now = s->now;
	rd_timer_shift(s, &s->timers, shift);
	rd_agents_restart(core, shift);
	rd_sessions_restart(core, (uint64_t)down);
	rd_tickets_restart(core, shift);
	rd_tasks_restart(core, shift);
	rd_history_restart(core, shift);
}

void rd_core_on_start(struct rd_core *core, const struct rd_ev_start *start)
{
	struct rd_state *s = core->state;
	uint32_t ended = 0;
	struct rd_json *j;

	if (s->started)
		ended = wind_up(core);
	move_origin(core, start);
	s->rng.state = start->seed;
	s->stopping = false;
	s->idle_told = false;
	s->started = true;
	rd_spans_begin(core);
	rd_announcements_restart(core);
	configure(core);
	j = rd_event_begin(core, RD_EVENT_SYSTEM_START);
	rd_json_bool(j, "restart", start->restart);
	rd_json_int(j, "ended_calls", ended);
	rd_event_end(core);
}

/* The generation that the next configuration gets. */
static uint32_t next_generation(const struct rd_core *core)
{
	const struct rd_state *s = core->state;

	return s->configured ? s->generation + 1 : s->generation;
}

const struct rd_config *rd_core_set_config(struct rd_core *core,
					   const struct rd_config *config)
{
	uint32_t place = next_generation(core) % RD_CONFIGS;
	const struct rd_config *old = core->configs[place];

	core->next_config = config;
	if (old == config)
		return NULL;
	for (uint32_t i = 0; i < RD_CONFIGS; i++)
		if (i != place && core->configs[i] == old)
			return NULL;
	return old;
}

void rd_core_on_config(struct rd_core *core, const struct rd_ev_config *event)
{
	struct rd_state *s = core->state;
	uint32_t part = event->msg.len - (uint32_t)sizeof(*event);
	struct rd_json *j;

	if ((uint64_t)event->offset + part < event->total_len)
		return; /* more is to come */
	if (core->next_config) {
		rd_queues_before_config(core, core->next_config);
		rd_callbacks_before_config(core, core->next_config);
		rd_figures_before_config(core, core->next_config);
	}
	s->generation = next_generation(core);
	s->configured = true;
	if (s->generation >= RD_CONFIGS)
		rd_calls_configure(core, s->generation - RD_CONFIGS + 1);
	if (core->next_config)
		core->config = core->next_config;
	core->next_config = NULL;
	if (rd_state_resize(core, core->config))
		s = core->state;
	core->configs[s->generation % RD_CONFIGS] = core->config;
	configure(core);
	j = rd_event_begin(core, RD_EVENT_SYSTEM_CONFIG);
	rd_json_int(j, "generation", s->generation);
	rd_json_str(j, "version", core->config->version);
	rd_event_end(core);
}

void rd_core_check_idle(struct rd_core *core)
{
	struct rd_state *s = core->state;

	if (!s->stopping || s->idle_told || s->calls.used || s->legs.used)
		return;
	s->idle_told = true;
	rd_event_begin(core, RD_EVENT_SYSTEM_IDLE);
	rd_event_end(core);
}

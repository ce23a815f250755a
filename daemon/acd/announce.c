// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a waiting caller hears: music or ringback, announcements between, and
 * the greeting when an agent answers.
 *
 * One sound at a time. An announcement replaces the music, whose PLAY_DONE says
 * where it was; afterwards the music goes on there. An announcement that is due
 * while another is heard waits for its end. When the agent answers, the
 * greeting or the bridge replaces whatever plays, at once (ACD-14).
 */
#include <string.h>

#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/state.h"
#include "daemon/ivr/say.h"
#include "lib/base/frames.h"
#include "lib/dsp/tone.h"

/* Add what a function of say.h writes. */
#define APPEND(list, say, ...)                                      \
	append((list), say(__VA_ARGS__, (list)->prompt + (list)->n, \
			   RD_PLAYLIST_MAX - (list)->n))

static void append(struct rd_playlist *list, int n)
{
	if (n > 0)
		list->n = (uint16_t)(list->n + n);
}

/* ---- music ----------------------------------------------------------------- */

static const struct rd_cfg_music *music_of(const struct rd_core *core,
					   const struct rd_call *call)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);

	if (!cfg || cfg->music >= config->nmusic ||
	    !config->music[cfg->music].nprompts)
		return NULL;
	return &config->music[cfg->music];
}

/* Its order for this call: as listed, or shuffled by the call's own seed. */
static void music_list(const struct rd_cfg_music *music, uint32_t seed,
		       struct rd_playlist *list)
{
	struct rd_rng rng = { .state = seed };

	list->n = music->nprompts < RD_PLAYLIST_MAX ? music->nprompts
						    : RD_PLAYLIST_MAX;
	memcpy(list->prompt, music->prompts, list->n * sizeof(list->prompt[0]));
	for (uint16_t i = list->n; music->shuffle && i > 1; i--) {
		uint32_t k = rd_rng_below(&rng, i);
		uint32_t prompt = list->prompt[i - 1];

		list->prompt[i - 1] = list->prompt[k];
		list->prompt[k] = prompt;
	}
}

static void play_music(struct rd_core *core, struct rd_call *call,
		       const struct rd_cfg_music *music)
{
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_playlist list = {
		.flags = RD_PLAY_LOOP,
		.first_item = qc->music_item,
		.offset_frames = qc->music_offset,
	};

	music_list(music, qc->music_seed, &list);
	if (list.first_item >= list.n) {
		list.first_item = 0;
		list.offset_frames = 0;
	}
	qc->sound = RD_SOUND_MUSIC;
	qc->play = rd_call_play(core, call, &list);
	qc->music_play = qc->play;
}

static bool wants_ringback(const struct rd_cfg_queue *cfg,
			   const struct rd_queue_call *qc)
{
	return cfg &&
	       (cfg->treatment == RD_WAIT_RINGBACK ||
		(cfg->treatment == RD_WAIT_MUSIC_UNTIL_RING && qc->rings));
}

void rd_queue_sound(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	const struct rd_cfg_music *music = music_of(core, call);
	enum rd_queue_sound wanted = wants_ringback(cfg, qc) || !music
					     ? RD_SOUND_RINGBACK
					     : RD_SOUND_MUSIC;

	if (qc->sound == RD_SOUND_ANNOUNCE || qc->sound == wanted ||
	    (call->outgoing && !call->answered))
		return; /* an announcement ends first; nobody is there yet */
	if (wanted == RD_SOUND_MUSIC) {
		play_music(core, call, music);
	} else {
		qc->sound = RD_SOUND_RINGBACK;
		qc->play = rd_call_tone(core, call, RD_TONE_RINGBACK);
	}
}

/* ---- announcements ------------------------------------------------------------ */

/*
 * The expected wait, rounded up; nothing if its interval is too wide, or has not
 * held so far, or if it has not become shorter.
 */
static void say_wait(struct rd_core *core, struct rd_call *call,
		     const struct rd_cfg_queue *cfg, struct rd_playlist *list)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	uint32_t round_ms = cfg->announce_round_ms ? cfg->announce_round_ms : 1;
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_estimate e;
	uint32_t ms;

	rd_estimate(core, qc->queue, qc->ticket, &e);
	if (!e.believed || (cfg->announce_error_ms &&
			    e.high_ms - e.low_ms > 2 * cfg->announce_error_ms))
		return;
	ms = (e.ms + round_ms - 1) / round_ms * round_ms;
	if (cfg->announce_only_improved && qc->said_wait_ms &&
	    ms >= qc->said_wait_ms)
		return;
	qc->said_wait_ms = ms;
	APPEND(list, rd_say_wait, config, call->language, ms);
}

static void say_position(struct rd_core *core, struct rd_call *call,
			 const struct rd_cfg_queue *cfg,
			 struct rd_playlist *list)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	struct rd_queue_call *qc = &call->in_queue;
	uint32_t position = rd_ticket_position(core, qc->ticket);

	if (cfg->announce_only_improved && qc->best_position &&
	    position >= qc->best_position)
		return;
	qc->best_position = (uint16_t)position;
	if (cfg->announce_position && cfg->announce_limit &&
	    position > cfg->announce_limit)
		APPEND(list, rd_say_more_than, config, call->language,
		       cfg->announce_limit);
	else if (cfg->announce_position)
		APPEND(list, rd_say_position, config, call->language, position);
	if (cfg->announce_wait)
		say_wait(core, call, cfg, list);
}

static void say_periodic(struct rd_call *call, const struct rd_cfg_queue *cfg,
			 struct rd_playlist *list)
{
	struct rd_queue_call *qc = &call->in_queue;

	if (!cfg->nperiodic)
		return;
	list->prompt[list->n++] =
		cfg->periodic[qc->periodic_next % cfg->nperiodic];
	qc->periodic_next =
		(uint16_t)((qc->periodic_next + 1) % cfg->nperiodic);
}

/* Say what is due, if nothing is being said. */
static void announce(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	struct rd_playlist list = { 0 };

	if (!cfg || qc->sound == RD_SOUND_ANNOUNCE || qc->dialogue)
		return;
	if (qc->position_due)
		say_position(core, call, cfg, &list);
	else if (qc->callback_due)
		rd_queue_say_callback(core, call, &cfg->callback, &list);
	else if (qc->periodic_due)
		say_periodic(call, cfg, &list);
	if (qc->position_due)
		qc->position_due = false;
	else if (qc->callback_due)
		qc->callback_due = false;
	else
		qc->periodic_due = false;
	if (!list.n)
		return;
	qc->sound = RD_SOUND_ANNOUNCE;
	qc->play = rd_call_play(core, call, &list);
}

void rd_queue_announce_begin(struct rd_core *core, struct rd_call *call)
{
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);

	if (!cfg)
		return;
	if (cfg->nperiodic && cfg->periodic_every_ms)
		rd_call_timer(core, call, RD_QUEUE_TIMER_PERIODIC,
			      cfg->periodic_every_ms);
	if (cfg->callback.key)
		rd_call_timer(core, call, RD_QUEUE_TIMER_CALLBACK,
			      cfg->callback.after_ms + 1);
	if (!cfg->announce_position && !cfg->announce_wait)
		return;
	if (cfg->announce_first_ms)
		rd_call_timer(core, call, RD_QUEUE_TIMER_POSITION,
			      cfg->announce_first_ms);
	else
		rd_queue_announce_due(core, call, RD_QUEUE_TIMER_POSITION);
}

void rd_queue_announce_due(struct rd_core *core, struct rd_call *call,
			   uint16_t timer)
{
	struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	uint32_t again_ms;

	if (!cfg)
		return;
	if (timer == RD_QUEUE_TIMER_POSITION) {
		qc->position_due = true;
		again_ms = cfg->announce_every_ms;
	} else if (timer == RD_QUEUE_TIMER_CALLBACK) {
		qc->callback_due = true;
		again_ms = cfg->callback.every_ms;
	} else {
		qc->periodic_due = true;
		again_ms = cfg->periodic_every_ms;
	}
	if (again_ms)
		rd_call_timer(core, call, timer, again_ms);
	announce(core, call);
}

void rd_queue_play_done(struct rd_core *core, struct rd_call *call,
			const struct rd_app_event *event)
{
	struct rd_queue_call *qc = &call->in_queue;

	if (event->play == qc->music_play) {
		qc->music_item = event->item;
		qc->music_offset = event->offset_frames;
	}
	if (event->play == qc->peer_play)
		qc->peer_play = 0;
	if (event->play != qc->play)
		return;
	qc->play = 0;
	qc->sound = RD_SOUND_NONE;
	if (qc->phase != RD_QUEUE_WAITING && qc->phase != RD_QUEUE_OFFERED)
		return;
	if (qc->dialogue) /* quiet while he keys */
		return;
	if (qc->position_due || qc->periodic_due || qc->callback_due)
		announce(core, call);
	if (qc->sound == RD_SOUND_NONE)
		rd_queue_sound(core, call);
}

/* ---- the agent answers ----------------------------------------------------------- */

/* To the agent, in his language: so many minutes; less than one: nothing. */
static void say_waited(const struct rd_core *core, const struct rd_call *call,
		       struct rd_playlist *list)
{
	const struct rd_config *config = rd_core_config(core, call->generation);
	const struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_agent *agent = rd_agent_config(core, qc->agent);
	uint16_t language = agent && agent->language < config->nlanguages
				    ? agent->language
				    : config->language;
	uint64_t minutes = rd_ms_from_frames(core->now - qc->enter) / 60000;

	if (!minutes)
		return;
	APPEND(list, rd_say_number, config, language, (int64_t)minutes);
	APPEND(list, rd_say_atom, config, language,
	       minutes == 1 ? RD_SAY_WAIT_POST_1 : RD_SAY_WAIT_POST);
}

bool rd_queue_greet(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	struct rd_playlist to_caller = { 0 }, to_agent = { 0 };

	qc->play = 0;
	qc->peer_play = 0;
	if (cfg && cfg->announce_agent)
		APPEND(&to_caller, rd_say_agent,
		       rd_core_config(core, call->generation), call->language,
		       rd_agent_get(core, qc->agent)->number);
	if (cfg && cfg->agent_prompt != RD_PROMPT_NONE)
		to_agent.prompt[to_agent.n++] = cfg->agent_prompt;
	if (cfg && cfg->agent_wait)
		say_waited(core, call, &to_agent);
	if (to_caller.n) {
		qc->sound = RD_SOUND_ANNOUNCE;
		qc->play = rd_call_play(core, call, &to_caller);
	}
	if (to_agent.n)
		qc->peer_play = rd_call_play_peer(core, call, &to_agent);
	return qc->play || qc->peer_play;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A message to a queue whose agents are all busy, or gone home (VM-02).
 *
 *	asked --prompt over--> beep --> recorded --#, longest, hangs up--> task
 *
 * The recording is the call's own: made by the machinery of all recordings, so
 * it survives what they survive. Who hangs up before a second was recorded
 * leaves his number, if it is known: that is a task as well.
 */
#include <string.h>

#include "daemon/acd/queue.h"
#include "daemon/acd/task.h"
#include "daemon/core/configure.h"
#include "daemon/core/state.h"
#include "daemon/ivr/say.h"
#include "lib/base/frames.h"
#include "lib/dsp/tone.h"

#define BEEP_MS	  400u
#define SHORT_MS  1000u /* less is no message */
#define PROMPT_MS 60000u

void rd_message_start(struct rd_core *core, struct rd_call *call)
{
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	const struct rd_config *config = rd_core_config(core, call->generation);
	struct rd_queue_call *qc = &call->in_queue;
	struct rd_playlist list = { 0 };
	int n;

	for (uint16_t timer = 0; timer < RD_CALL_TIMERS; timer++)
		rd_call_timer_stop(core, call, timer);
	qc->phase = RD_QUEUE_MESSAGE;
	qc->stage = RD_STAGE_ASKED;
	qc->dialogue = RD_DIALOGUE_NONE;
	rd_call_answer(core, call);
	if (cfg->message.prompt && cfg->message.prompt != RD_PROMPT_NONE) {
		list.prompt[list.n++] = cfg->message.prompt;
	} else {
		n = rd_say_atom(config, call->language, RD_SAY_MESSAGE_ASK,
				list.prompt, RD_PLAYLIST_MAX);
		list.n = (uint16_t)(n > 0 ? n : 0);
	}
	qc->sound = RD_SOUND_ANNOUNCE;
	qc->play = rd_call_play(core, call, &list);
	rd_call_timer(core, call, RD_QUEUE_TIMER_KEYS, PROMPT_MS);
}

/* The prompt has ended: the tone, then it is recorded. */
void rd_message_asked(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;

	if (qc->stage != RD_STAGE_ASKED)
		return;
	qc->stage = RD_STAGE_BEEP;
	qc->play = rd_call_tone(core, call, RD_TONE_DIAL);
	rd_call_timer(core, call, RD_QUEUE_TIMER_KEYS, BEEP_MS);
}

static void record(struct rd_core *core, struct rd_call *call)
{
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	struct rd_queue_call *qc = &call->in_queue;

	rd_call_play_stop(core, call);
	qc->stage = RD_STAGE_RECORDS;
	qc->offer = core->now; /* the message begins */
	rd_record_start(core, call);
	rd_call_timer(core, call, RD_QUEUE_TIMER_KEYS,
		      cfg ? cfg->message.max_ms : PROMPT_MS);
}

void rd_message_time(struct rd_core *core, struct rd_call *call)
{
	switch (call->in_queue.stage) {
	case RD_STAGE_ASKED:
		rd_message_asked(core, call);
		break;
	case RD_STAGE_BEEP:
		record(core, call);
		break;
	default:
		rd_message_key(core, call, '#');
		break;
	}
}

void rd_message_over(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;
	bool recorded = qc->stage == RD_STAGE_RECORDS &&
			core->now - qc->offer >= rd_frames_from_ms(SHORT_MS);
	struct rd_task *t;
	uint32_t task;

	qc->phase = RD_QUEUE_NOT;
	if (!recorded && !*call->ani)
		return; /* nothing to work off */
	task = rd_task_new(core, RD_TASK_MESSAGE, qc->queue);
	if (task == RD_NONE) {
		rd_call_note(core, call, "no room for a task");
		return;
	}
	t = rd_task_at(core, task);
	rd_task_from_call(t, call);
	t->recording = recorded ? call->recording_id : 0;
	t->entered = call->queued ? call->queued : call->setup;
	call->result = RD_RESULT_MESSAGE;
	rd_queue_log(core, RD_QLOG_MESSAGE, qc->queue, call, RD_INDEX_NONE,
		     core->now - t->entered, recorded ? "" : "number only");
	rd_task_set(core, task, RD_TASK_OPEN, recorded ? "" : "number only");
}

void rd_message_key(struct rd_core *core, struct rd_call *call, char digit)
{
	if (digit != '#')
		return;
	if (call->in_queue.stage != RD_STAGE_RECORDS) {
		rd_message_time(core, call); /* he knows what is said */
		return;
	}
	rd_message_over(core, call);
	rd_record_end(core, call);
	rd_queue_goodbye(core, call, RD_SAY_MESSAGE_DONE);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a waiting caller keys: to be called back, to leave a message, to have
 * the agent he had last. He keeps his place meanwhile, and whoever answers him
 * ends the talk with us.
 *
 *	key --> number known --> "we call you on ..., 1 or 2" --1--> leaves
 *	          no |             ^        |2                 \
 *	             v             |        v                   `-> goodbye
 *	         "key it in, #" ---'<-------'
 *
 * Who keys nothing goes back to the music.
 */
#include <errno.h>
#include <string.h>

#include "daemon/acd/callback.h"
#include "daemon/acd/queue.h"
#include "daemon/call/call.h"
#include "daemon/core/configure.h"
#include "daemon/core/state.h"
#include "daemon/core/text.h"
#include "daemon/ivr/say.h"

#define CONFIRM_MS 30000u /* for the prompt and the key */
#define ENTER_MS   20000u /* for the prompt and the first key */
#define KEY_MS	   5000u  /* between keys */
#define GOODBYE_MS 30000u /* a prompt never takes longer */
#define TRIES	   3	  /* numbers that are none */

struct phrase { /* a playlist in the caller's language */
	const struct rd_config *config;
	uint16_t language;
	struct rd_playlist list;
};

static struct phrase phrase_for(const struct rd_core *core,
				const struct rd_call *call)
{
	return (struct phrase){
		.config = rd_core_config(core, call->generation),
		.language = call->language,
	};
}

static void add(struct phrase *p, int n)
{
	if (n > 0)
		p->list.n = (uint16_t)(p->list.n + n);
}

static void add_atom(struct phrase *p, enum rd_say_atom atom)
{
	add(p, rd_say_atom(p->config, p->language, atom,
			   p->list.prompt + p->list.n,
			   RD_PLAYLIST_MAX - p->list.n));
}

static void add_digits(struct phrase *p, const char *digits)
{
	add(p, rd_say_digits(p->config, p->language, digits,
			     p->list.prompt + p->list.n,
			     RD_PLAYLIST_MAX - p->list.n));
}

static void say(struct rd_core *core, struct rd_call *call,
		const struct phrase *p)
{
	call->in_queue.sound = RD_SOUND_ANNOUNCE;
	call->in_queue.play = rd_call_play(core, call, &p->list);
}

static void wait_for_keys(struct rd_core *core, struct rd_call *call,
			  enum rd_queue_dialogue what, uint32_t ms)
{
	call->in_queue.dialogue = (uint8_t)what;
	rd_call_timer(core, call, RD_QUEUE_TIMER_KEYS, ms);
}

static void back_to_music(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;

	qc->dialogue = RD_DIALOGUE_NONE;
	rd_call_timer_stop(core, call, RD_QUEUE_TIMER_KEYS);
	qc->sound = RD_SOUND_NONE;
	rd_queue_sound(core, call);
}

void rd_queue_goodbye(struct rd_core *core, struct rd_call *call,
		      enum rd_say_atom atom)
{
	struct phrase p = phrase_for(core, call);

	for (uint16_t timer = 0; timer < RD_CALL_TIMERS; timer++)
		rd_call_timer_stop(core, call, timer);
	call->in_queue.phase = RD_QUEUE_GOODBYE;
	call->in_queue.dialogue = RD_DIALOGUE_NONE;
	rd_call_timer(core, call, RD_QUEUE_TIMER_KEYS, GOODBYE_MS);
	add_atom(&p, atom);
	say(core, call, &p);
}

void rd_queue_hello(struct rd_core *core, struct rd_call *call)
{
	struct phrase p = phrase_for(core, call);

	add_atom(&p, RD_SAY_CALLBACK_HELLO);
	say(core, call, &p);
}

/* ---- callbacks ------------------------------------------------------------- */

void rd_queue_say_callback(struct rd_core *core, struct rd_call *call,
			   const struct rd_cfg_callback *cfg,
			   struct rd_playlist *list)
{
	struct phrase p = phrase_for(core, call);
	char key[2] = { cfg->key, '\0' };

	if (rd_ticket_position(core, call->in_queue.ticket) <= cfg->behind)
		return;
	if (cfg->offer && cfg->offer != RD_PROMPT_NONE) {
		p.list.prompt[p.list.n++] = cfg->offer;
	} else {
		add_atom(&p, RD_SAY_CALLBACK_PRE);
		add_digits(&p, key);
		add_atom(&p, RD_SAY_CALLBACK_POST);
	}
	memcpy(list->prompt, p.list.prompt, sizeof(list->prompt));
	list->n = p.list.n;
}

static void ask_number(struct rd_core *core, struct rd_call *call, bool again)
{
	struct phrase p = phrase_for(core, call);

	memset(call->in_queue.keyed, 0, sizeof(call->in_queue.keyed));
	if (again)
		add_atom(&p, RD_SAY_INVALID);
	add_atom(&p, RD_SAY_CALLBACK_ENTER);
	wait_for_keys(core, call, RD_DIALOGUE_ENTER, ENTER_MS);
	say(core, call, &p);
}

static void confirm(struct rd_core *core, struct rd_call *call,
		    const char *number)
{
	struct phrase p = phrase_for(core, call);

	memmove(call->in_queue.keyed, number, strlen(number) + 1);
	add_atom(&p, RD_SAY_CALLBACK_NUMBER);
	add_digits(&p, number);
	add_atom(&p, RD_SAY_CALLBACK_CONFIRM);
	wait_for_keys(core, call, RD_DIALOGUE_CONFIRM, CONFIRM_MS);
	say(core, call, &p);
}

static void ask_callback(struct rd_core *core, struct rd_call *call)
{
	call->in_queue.tries = 0;
	if (!call->withheld && rd_callback_may_call(core, call->ani))
		confirm(core, call, call->ani);
	else
		ask_number(core, call, false);
}

static void leave(struct rd_core *core, struct rd_call *call)
{
	char number[RD_NUMBER_LEN];
	int res;

	memcpy(number, call->in_queue.keyed, sizeof(number));
	res = rd_callback_leave(core, call, number);
	if (res == -EALREADY) /* the older place stays, this one goes */
		rd_queue_leave_line(core, call, RD_QLOG_EXIT_KEY, "duplicate");
	else if (res)
		return back_to_music(core, call);
	else
		rd_queue_tell_left(core, call, RD_QLOG_CALLBACK);
	call->result = RD_RESULT_CALLBACK;
	rd_queue_goodbye(core, call, RD_SAY_CALLBACK_DONE);
}

static void number_entered(struct rd_core *core, struct rd_call *call)
{
	struct rd_queue_call *qc = &call->in_queue;

	if (rd_callback_may_call(core, qc->keyed))
		confirm(core, call, qc->keyed);
	else if (*qc->keyed && ++qc->tries < TRIES)
		ask_number(core, call, true);
	else
		back_to_music(core, call);
}

static void on_number_key(struct rd_core *core, struct rd_call *call,
			  char digit)
{
	struct rd_queue_call *qc = &call->in_queue;
	size_t n = strlen(qc->keyed);

	if (digit == '#') {
		number_entered(core, call);
		return;
	}
	if (digit == '*')
		memset(qc->keyed, 0, sizeof(qc->keyed));
	else if (digit >= '0' && digit <= '9' && n + 1 < sizeof(qc->keyed))
		qc->keyed[n] = digit;
	rd_call_play_stop(core, call);
	rd_call_timer(core, call, RD_QUEUE_TIMER_KEYS, KEY_MS);
}

/* ---- the agent of the last talk ------------------------------------------------ */

void rd_queue_ask_last_agent(struct rd_core *core, struct rd_call *call)
{
	struct phrase p = phrase_for(core, call);

	add_atom(&p, RD_SAY_LAST_AGENT);
	wait_for_keys(core, call, RD_DIALOGUE_LAST_AGENT, CONFIRM_MS / 2);
	say(core, call, &p);
}

/* ---- keys and time ---------------------------------------------------------------- */

bool rd_queue_dialogue_digit(struct rd_core *core, struct rd_call *call,
			     char digit)
{
	const struct rd_cfg_queue *cfg = rd_queue_of_call(core, call);
	struct rd_queue_call *qc = &call->in_queue;

	switch (qc->dialogue) {
	case RD_DIALOGUE_CONFIRM:
		if (digit == '2')
			ask_number(core, call, false);
		else if (digit == '1' && qc->phase == RD_QUEUE_WAITING)
			leave(core, call);
		return true;
	case RD_DIALOGUE_ENTER:
		on_number_key(core, call, digit);
		return true;
	case RD_DIALOGUE_LAST_AGENT:
		if (digit == '1' || digit == '2')
			rd_queue_last_agent_chosen(core, call, digit == '1');
		return true;
	default:
		break;
	}
	if (!cfg || qc->phase != RD_QUEUE_WAITING)
		return false;
	if (cfg->callback.key && digit == cfg->callback.key) {
		ask_callback(core, call);
		return true;
	}
	if (cfg->message.key && cfg->message.max_ms &&
	    digit == cfg->message.key) {
		rd_queue_leave_line(core, call, RD_QLOG_EXIT_KEY, "message");
		rd_message_start(core, call);
		return true;
	}
	return false;
}

void rd_queue_dialogue_over(struct rd_core *core, struct rd_call *call)
{
	switch (call->in_queue.dialogue) {
	case RD_DIALOGUE_ENTER:
		number_entered(core, call);
		break;
	case RD_DIALOGUE_LAST_AGENT:
		rd_queue_last_agent_chosen(core, call, false);
		break;
	default:
		back_to_music(core, call);
		break;
	}
}

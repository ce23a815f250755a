// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Input nodes: menu, collect, survey.
 *
 *	            play done            key
 *	PROMPT ----------------> WAIT ----------> ENTRY --+ complete
 *	  ^  `--------- key -----------------------^      |
 *	  |                                               v
 *	  +--- wrong, silent: forgiven so many times -- judged --> next node
 *
 * An entry is judged by its kind of node: more keys are needed, it is wrong, or
 * it is good with where it leads. What is good but might become longer (menu
 * keys 1 and 12, an agent's number) is taken when the time between keys is
 * over. Dial by name: directory.c.
 */
#include <stdio.h>
#include <string.h>

#include "daemon/ivr/run.h"
#include "daemon/msg.h"

static const struct rd_ivr_input *input_of(const struct rd_ivr_run *r)
{
	return &rd_ivr_node(r)->u.input;
}

static void clear_entry(struct rd_ivr_state *s)
{
	memset(s->entry, 0, sizeof(s->entry));
	s->nentry = 0;
}

void rd_ivr_input_leave(const struct rd_ivr_run *r)
{
	rd_call_timer_stop(r->core, r->call, RD_IVR_TIMER_INPUT);
	rd_call_timer_stop(r->core, r->call, RD_IVR_TIMER_LIMIT);
	if (r->state->secret)
		rd_call_secret(r->core, r->call, false);
	r->state->secret = 0;
	clear_entry(r->state);
}

static uint16_t leave_to(const struct rd_ivr_run *r, uint16_t target)
{
	rd_ivr_input_leave(r);
	return target;
}

static void wait_first(const struct rd_ivr_run *r)
{
	r->state->phase = RD_IVR_WAIT;
	rd_call_timer(r->core, r->call, RD_IVR_TIMER_INPUT,
		      input_of(r)->timeout_ms);
}

/* ask: an apology before the prompt, or RD_LIST_NONE. */
static uint16_t ask(const struct rd_ivr_run *r, uint32_t apology)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	struct rd_playlist list = { 0 };
	struct rd_ivr_state *s = r->state;

	clear_entry(s);
	s->nchoices = 0;
	rd_call_timer_stop(r->core, r->call, RD_IVR_TIMER_INPUT);
	if (node->kind == RD_NODE_COLLECT && node->u.collect.secret) {
		rd_call_secret(r->core, r->call, true);
		s->secret = 1;
		s->nahead = 0;
	}
	rd_ivr_append(r, apology, &list);
	rd_ivr_append(r, input_of(r)->prompt, &list);
	if (rd_ivr_play(r, &list, input_of(r)->must_hear))
		s->phase = RD_IVR_PROMPT;
	else
		wait_first(r);
	return RD_STEP_WAIT;
}

/* ---- errors, silences ----------------------------------------------------------- */

static uint16_t wrong(const struct rd_ivr_run *r)
{
	struct rd_ivr_state *s = r->state;

	s->nahead = 0;
	s->visit_wrong++;
	if (s->wrong++ < input_of(r)->retries) {
		rd_call_note(r->core, r->call, "ivr: %s: wrong entry %d of %d",
			     rd_ivr_node(r)->name, s->wrong,
			     input_of(r)->retries);
		return ask(r, input_of(r)->invalid);
	}
	rd_call_note(r->core, r->call, "ivr: %s: wrong entry %d, one too many",
		     rd_ivr_node(r)->name, s->wrong);
	return leave_to(r, input_of(r)->failed);
}

static uint16_t silent(const struct rd_ivr_run *r)
{
	struct rd_ivr_state *s = r->state;

	rd_call_note(r->core, r->call, "ivr: %s: silence %d of %d",
		     rd_ivr_node(r)->name, s->silent + 1,
		     input_of(r)->silent_retries);
	s->visit_silent++;
	if (s->silent++ < input_of(r)->silent_retries)
		return ask(r, input_of(r)->silent);
	return leave_to(r, input_of(r)->no_input);
}

/* ---- menu ------------------------------------------------------------------------ */

uint16_t rd_ivr_last_menu(struct rd_ivr_state *s)
{
	if (!s->nback)
		return 0;
	if (s->ncalls > s->back_calls[s->nback - 1])
		s->ncalls = s->back_calls[s->nback - 1];
	return s->back[s->nback - 1];
}

static uint16_t menu_back(struct rd_ivr_state *s)
{
	/* the top of the stack is the menu we are in */
	if (s->nback > 1)
		s->nback--;
	return rd_ivr_last_menu(s);
}

/* Agents' numbers count as keys where the menu says so. */
static void match_extensions(const struct rd_ivr_run *r, bool *exact,
			     bool *longer)
{
	const struct rd_ivr_state *s = r->state;

	for (uint16_t i = 0; i < r->config->nagents; i++) {
		const char *number = r->config->agents[i].number;

		if (strncmp(number, s->entry, s->nentry))
			continue;
		if (number[s->nentry])
			*longer = true;
		else
			*exact = true;
	}
}

static enum rd_ivr_verdict judge_menu(const struct rd_ivr_run *r,
				      uint16_t *target)
{
	const struct rd_ivr_menu *menu = &rd_ivr_node(r)->u.menu;
	const struct rd_ivr_state *s = r->state;
	bool longer = false, exact = false;

	for (uint16_t i = 0; i < menu->nkeys; i++) {
		if (strncmp(menu->keys[i].keys, s->entry, s->nentry))
			continue;
		if (menu->keys[i].keys[s->nentry]) {
			longer = true;
			continue;
		}
		*target = menu->keys[i].target;
		exact = true;
	}
	if (menu->extensions != RD_INDEX_NONE) {
		bool extension = false;

		match_extensions(r, &extension, &longer);
		if (extension && !exact)
			*target = menu->extensions;
		exact |= extension;
	}
	if (exact)
		return longer ? RD_ENTRY_GOOD_SO_FAR : RD_ENTRY_GOOD;
	return longer ? RD_ENTRY_MORE : RD_ENTRY_WRONG;
}

static uint16_t take_menu(const struct rd_ivr_run *r, uint16_t target)
{
	struct rd_ivr_state *s = r->state;

	rd_call_note(r->core, r->call, "ivr: %s: key %s", rd_ivr_node(r)->name,
		     s->entry);
	rd_ivr_visit_key(r);
	s->silent = 0;
	if (target == RD_GO_REPEAT)
		return ask(r, RD_LIST_NONE);
	if (target == rd_ivr_node(r)->u.menu.extensions &&
	    target != RD_INDEX_NONE && r->program->extension != RD_INDEX_NONE)
		rd_ivr_set(r, r->program->extension, s->entry);
	return leave_to(r, target == RD_GO_BACK ? menu_back(s) : target);
}

/* ---- survey ----------------------------------------------------------------------- */

static uint16_t take_survey(const struct rd_ivr_run *r)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	int rating = r->state->entry[0] - '0';
	struct rd_playlist list = { 0 };

	rd_call_rate(r->core, r->call, rating);
	rd_call_note(r->core, r->call, "ivr: %s: rating %d", node->name,
		     rating);
	rd_ivr_input_leave(r);
	rd_ivr_append(r, node->u.survey.thanks, &list);
	if (!rd_ivr_play(r, &list, false))
		return node->next;
	r->state->phase = RD_IVR_PLAY;
	r->state->after_play = node->next;
	return RD_STEP_WAIT;
}

static enum rd_ivr_verdict judge_survey(const struct rd_ivr_run *r)
{
	char key = r->state->entry[0];

	if (key < '0' || key > '9')
		return RD_ENTRY_WRONG;
	return rd_ivr_node(r)->u.survey.ratings >> (key - '0') & 1
		       ? RD_ENTRY_GOOD
		       : RD_ENTRY_WRONG;
}

/* ---- collect ---------------------------------------------------------------------- */

static enum rd_ivr_verdict judge_collect(const struct rd_ivr_run *r)
{
	const struct rd_ivr_collect *collect = &rd_ivr_node(r)->u.collect;
	const struct rd_ivr_state *s = r->state;

	return s->nentry < collect->max ? RD_ENTRY_MORE : RD_ENTRY_GOOD;
}

static bool satisfies(const struct rd_ivr_collect *collect,
		      const struct rd_ivr_state *s)
{
	if (s->nentry < collect->min || s->nentry > collect->max)
		return false;
	if (collect->secret)
		return true;
	return rd_checks[collect->check].holds(s->entry) &&
	       (!collect->pattern[0] ||
		rd_pattern_matches(collect->pattern, s->entry));
}

static uint16_t keep_entry(const struct rd_ivr_run *r)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);

	rd_ivr_set(r, node->u.collect.var, r->state->entry);
	return leave_to(r, node->next);
}

static uint16_t look_up_entry(const struct rd_ivr_run *r)
{
	const struct rd_ivr_collect *collect = &rd_ivr_node(r)->u.collect;
	struct rd_ivr_state *s = r->state;

	if (collect->source == RD_INDEX_NONE)
		return keep_entry(r);
	s->phase = RD_IVR_LOOKUP;
	s->request = rd_call_lookup(r->core, r->call, collect->source, s->entry,
				    collect->secret);
	return RD_STEP_WAIT;
}

static uint16_t take_collect(const struct rd_ivr_run *r)
{
	const struct rd_ivr_collect *collect = &rd_ivr_node(r)->u.collect;
	struct rd_playlist list = { 0 };

	rd_call_timer_stop(r->core, r->call, RD_IVR_TIMER_INPUT);
	if (!satisfies(collect, r->state))
		return wrong(r);
	if (!collect->confirm)
		return look_up_entry(r);
	r->state->nahead = 0; /* none of them is meant to confirm */
	rd_ivr_append_read_back(r, collect, &list);
	if (rd_ivr_play(r, &list, false))
		r->state->phase = RD_IVR_READ_BACK;
	else
		rd_ivr_confirm_played(r, NULL);
	return RD_STEP_WAIT;
}

uint16_t rd_ivr_input_answer(const struct rd_ivr_run *r,
			     const struct rd_app_event *event)
{
	const struct rd_ivr_collect *collect = &rd_ivr_node(r)->u.collect;

	if (event->status == RD_LOOKUP_NONE)
		return wrong(r);
	if (event->status != RD_LOOKUP_FOUND) {
		rd_call_note(r->core, r->call, "ivr: %s: source is down",
			     rd_ivr_node(r)->name);
		rd_ivr_set(r, collect->var, r->state->entry);
		return leave_to(r, collect->down);
	}
	rd_ivr_set_into(r, &collect->into, event);
	return keep_entry(r);
}

/* ---- keys --------------------------------------------------------------------------- */

static uint16_t take_directory(const struct rd_ivr_run *r)
{
	bool is_wrong;
	uint16_t step = rd_ivr_directory_take(r, &is_wrong);

	return is_wrong ? wrong(r) : step;
}

/* The entry is as long as it will be. */
static uint16_t take(const struct rd_ivr_run *r, uint16_t target)
{
	switch (rd_ivr_node(r)->kind) {
	case RD_NODE_MENU:
		return take_menu(r, target);
	case RD_NODE_COLLECT:
		return take_collect(r);
	case RD_NODE_DIRECTORY:
		return take_directory(r);
	default:
		return take_survey(r);
	}
}

static enum rd_ivr_verdict judge(const struct rd_ivr_run *r, uint16_t *target)
{
	switch (rd_ivr_node(r)->kind) {
	case RD_NODE_MENU:
		return judge_menu(r, target);
	case RD_NODE_COLLECT:
		return judge_collect(r);
	case RD_NODE_DIRECTORY:
		return rd_ivr_directory_judge(r);
	default:
		return judge_survey(r);
	}
}

/* Terminator and clear of a collect; false: an ordinary key. */
static bool is_editing(const struct rd_ivr_run *r, char digit, uint16_t *step)
{
	const struct rd_ivr_collect *collect = &rd_ivr_node(r)->u.collect;

	if (rd_ivr_node(r)->kind == RD_NODE_DIRECTORY && digit == '#' &&
	    !r->state->nchoices) {
		*step = take_directory(r);
		return true;
	}
	if (rd_ivr_node(r)->kind != RD_NODE_COLLECT)
		return false;
	if (digit == collect->terminator) {
		*step = take_collect(r);
		return true;
	}
	if (digit == collect->clear) {
		clear_entry(r->state);
		if (collect->secret) /* the vault begins anew, too */
			rd_call_secret(r->core, r->call, true);
		wait_first(r);
		*step = RD_STEP_WAIT;
		return true;
	}
	return false;
}

static uint16_t take_digit(const struct rd_ivr_run *r, char digit)
{
	struct rd_ivr_state *s = r->state;
	uint16_t target = RD_INDEX_NONE, step;

	if (is_editing(r, digit, &step))
		return step;
	if (s->nentry < RD_IVR_ENTRY_MAX)
		s->entry[s->nentry++] = digit;
	switch (judge(r, &target)) {
	case RD_ENTRY_WRONG:
		return wrong(r);
	case RD_ENTRY_GOOD:
		/* many press the terminator all the same */
		if (rd_ivr_node(r)->kind == RD_NODE_COLLECT)
			s->swallow = rd_ivr_node(r)->u.collect.terminator;
		return take(r, target);
	case RD_ENTRY_MORE:
	case RD_ENTRY_GOOD_SO_FAR:
		break;
	}
	s->phase = RD_IVR_ENTRY;
	rd_call_timer(r->core, r->call, RD_IVR_TIMER_INPUT,
		      input_of(r)->interdigit_ms);
	return RD_STEP_WAIT;
}

uint16_t rd_ivr_input_digit(const struct rd_ivr_run *r,
			    const struct rd_app_event *event)
{
	if (r->state->phase == RD_IVR_PROMPT && input_of(r)->must_hear)
		return RD_STEP_WAIT;
	/* the key may have begun before this prompt: then it still plays */
	if (r->state->phase == RD_IVR_PROMPT)
		rd_call_play_stop(r->core, r->call);
	return take_digit(r, event->digit);
}

uint16_t rd_ivr_keep_digit(const struct rd_ivr_run *r,
			   const struct rd_app_event *event)
{
	struct rd_ivr_state *s = r->state;

	if (s->front_must)
		return RD_STEP_WAIT;
	if (s->phase == RD_IVR_PLAY && !s->front &&
	    rd_ivr_node(r)->kind == RD_NODE_PLAY && rd_ivr_node(r)->must_hear)
		return RD_STEP_WAIT;
	if (s->nahead < RD_IVR_AHEAD_MAX && event->digit != '?')
		s->ahead[s->nahead++] = event->digit;
	return RD_STEP_WAIT;
}

/* ---- coming in ------------------------------------------------------------------------ */

static void remember_menu(struct rd_ivr_state *s)
{
	if (s->nback && s->back[s->nback - 1] == s->node)
		s->nback--;
	if (s->nback == RD_IVR_STACK) {
		memmove(s->back, s->back + 1,
			(RD_IVR_STACK - 1) * sizeof(*s->back));
		memmove(s->back_calls, s->back_calls + 1, RD_IVR_STACK - 1);
		s->nback--;
	}
	s->back_calls[s->nback] = s->ncalls;
	s->back[s->nback++] = s->node;
}

/* Keys pressed too early are taken as if pressed now, one after another. */
static uint16_t take_ahead(const struct rd_ivr_run *r)
{
	struct rd_ivr_state *s = r->state;
	uint16_t node = s->node;
	uint16_t step = RD_STEP_WAIT;

	wait_first(r);
	while (s->nahead && step == RD_STEP_WAIT && s->node == node &&
	       (s->phase == RD_IVR_WAIT || s->phase == RD_IVR_ENTRY)) {
		char digit = s->ahead[0];

		memmove(s->ahead, s->ahead + 1, --s->nahead);
		step = take_digit(r, digit);
	}
	return step;
}

uint16_t rd_ivr_input_enter(const struct rd_ivr_run *r)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	struct rd_ivr_state *s = r->state;

	s->wrong = s->silent = 0;
	clear_entry(s);
	if (node->kind == RD_NODE_MENU)
		remember_menu(s);
	if (node->kind == RD_NODE_SURVEY)
		rd_call_rating_asked(r->core, r->call);
	rd_call_timer(r->core, r->call, RD_IVR_TIMER_LIMIT,
		      node->u.input.limit_ms);
	if (s->nahead && !node->u.input.must_hear &&
	    !(node->kind == RD_NODE_COLLECT && node->u.collect.secret))
		return take_ahead(r);
	s->nahead = 0;
	return ask(r, RD_LIST_NONE);
}

/* ---- time -------------------------------------------------------------------------------- */

uint16_t rd_ivr_input_played(const struct rd_ivr_run *r,
			     const struct rd_app_event *event)
{
	if (r->state->phase == RD_IVR_PROMPT)
		wait_first(r);
	return RD_STEP_WAIT;
}

uint16_t rd_ivr_input_timeout(const struct rd_ivr_run *r,
			      const struct rd_app_event *event)
{
	uint16_t target = RD_INDEX_NONE;

	if (r->state->phase == RD_IVR_WAIT)
		return silent(r);
	if (rd_ivr_node(r)->kind == RD_NODE_COLLECT)
		return take_collect(r);
	return judge(r, &target) == RD_ENTRY_GOOD_SO_FAR ? take(r, target)
							 : wrong(r);
}

uint16_t rd_ivr_input_limit(const struct rd_ivr_run *r,
			    const struct rd_app_event *event)
{
	/* other nodes that ask a source set no such timer */
	if (r->state->phase == RD_IVR_LOOKUP &&
	    rd_ivr_node(r)->kind != RD_NODE_COLLECT)
		return RD_STEP_WAIT;
	rd_call_note(r->core, r->call, "ivr: %s: too long in this node",
		     rd_ivr_node(r)->name);
	return leave_to(r, input_of(r)->no_input);
}

/* ---- read-back ------------------------------------------------------------------------------ */

uint16_t rd_ivr_confirm_digit(const struct rd_ivr_run *r,
			      const struct rd_app_event *event)
{
	const struct rd_ivr_collect *collect = &rd_ivr_node(r)->u.collect;

	if (r->state->phase == RD_IVR_READ_BACK)
		rd_call_play_stop(r->core, r->call);
	rd_call_timer_stop(r->core, r->call, RD_IVR_TIMER_INPUT);
	if (event->digit == collect->confirm)
		return look_up_entry(r);
	/* neither wrong nor silent: the caller corrects himself */
	return event->digit == collect->again ? ask(r, RD_LIST_NONE) : wrong(r);
}

uint16_t rd_ivr_confirm_played(const struct rd_ivr_run *r,
			       const struct rd_app_event *event)
{
	r->state->phase = RD_IVR_CONFIRM;
	rd_call_timer(r->core, r->call, RD_IVR_TIMER_INPUT,
		      input_of(r)->timeout_ms);
	return RD_STEP_WAIT;
}

uint16_t rd_ivr_confirm_timeout(const struct rd_ivr_run *r,
				const struct rd_app_event *event)
{
	return silent(r);
}

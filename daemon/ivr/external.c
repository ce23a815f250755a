// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * External programs: what they are told, and what their answer does. The answer
 * comes as pairs (daemon/program/wire.h): variables first to last, pieces to be
 * said, a word to go on at.
 *
 *	step --asks--> LOOKUP --answer, no text--> PLAY --> then, or the word's
 *	                  `------ texts to speak --> SOUND ---^
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/run.h"
#include "daemon/ivr/say.h"
#include "daemon/msg.h"

#define SOUND_MS 10000 /* the longest a caller waits for words */

/* ---- the question ------------------------------------------------------------------ */

uint16_t rd_ivr_external_enter(const struct rd_ivr_run *r)
{
	const struct rd_ivr_external *e = &rd_ivr_node(r)->u.external;
	struct rd_program_pair pairs[RD_IVR_VARS + 3];
	uint16_t n = 0;

	pairs[n++] =
		(struct rd_program_pair){ "tree", r->program->name, false };
	pairs[n++] =
		(struct rd_program_pair){ "node", rd_ivr_node(r)->name, false };
	pairs[n++] = (struct rd_program_pair){ "ask", e->ask, false };
	for (uint16_t v = 0; v < r->program->nvars; v++)
		if (!r->program->vars[v].secret && r->state->vars[v][0])
			pairs[n++] = (struct rd_program_pair){
				.variable = true,
				.name = r->program->vars[v].name,
				.value = r->state->vars[v],
			};
	r->state->phase = RD_IVR_LOOKUP;
	r->state->request =
		rd_call_program(r->core, r->call, e->program, pairs, n);
	return RD_STEP_WAIT;
}

/* ---- the answer -------------------------------------------------------------------- */

static void set(const struct rd_ivr_run *r, const char *name, const char *value)
{
	const struct rd_ivr_into *sets = &rd_ivr_node(r)->u.external.sets;

	for (uint16_t i = 0; i < sets->n; i++)
		if (!strcmp(sets->pair[i].column, name)) {
			rd_ivr_set(r, sets->pair[i].var, value);
			return;
		}
	rd_call_note(r->core, r->call, "ivr: %s: the program may not set %s",
		     rd_ivr_node(r)->name, name);
}

static bool append_named(const struct rd_ivr_run *r, const char *name,
			 struct rd_playlist *list)
{
	for (uint16_t i = 0; i < r->program->nprompts; i++)
		if (!strcmp(r->program->prompts[i].name, name)) {
			rd_ivr_append(r, r->program->prompts[i].list, list);
			return true;
		}
	return false;
}

/* A number, a date ... as {number: variable} would say it. */
static int append_value(const struct rd_ivr_run *r, const char *kind,
			const char *value, uint32_t *out, int max)
{
	static const struct {
		const char *kind;
		uint8_t item;
	} kinds[] = {
		{ "number", RD_ITEM_NUMBER }, { "digits", RD_ITEM_DIGITS },
		{ "date", RD_ITEM_DATE },     { "time", RD_ITEM_TIME },
		{ "money", RD_ITEM_MONEY },
	};
	struct rd_ivr_item item = { .value = { .kind = RD_OPERAND_TEXT,
					       .text = value } };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		item.kind = kinds[i].item;
		if (!strcmp(kinds[i].kind, kind))
			return rd_ivr_say_item(r, &item, out, max);
	}
	return -EINVAL;
}

static void say(const struct rd_ivr_run *r, const char *kind, const char *value,
		struct rd_playlist *list)
{
	uint32_t *out = list->prompt + list->n;
	int max = RD_IVR_SAID_MAX - list->n, n = -ENOSPC;

	if (!strcmp(kind, "prompt")) {
		n = append_named(r, value, list) ? 0 : -ENOENT;
	} else if (max > 0 && !strcmp(kind, "text")) {
		*out = RD_PROMPT_EXTRA(rd_call_text(r->core, r->call, value));
		r->state->ntexts++;
		n = 1;
	} else if (max > 0 && !strcmp(kind, "pause")) {
		*out = RD_PAUSE_MS((uint32_t)atoi(value) % 60000u);
		n = 1;
	} else if (max > 0) {
		n = append_value(r, kind, value, out, max);
	}
	if (n > 0)
		list->n = (uint16_t)(list->n + n);
	if (n < 0)
		rd_call_note(r->core, r->call,
			     "ivr: %s: the program's %s \"%.60s\" cannot be "
			     "said (%s)",
			     rd_ivr_node(r)->name, kind, value, strerror(-n));
}

static uint16_t target_of(const struct rd_ivr_run *r, const char *word)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);

	for (uint16_t i = 0; i < node->u.external.nwords; i++)
		if (!strcmp(node->u.external.words[i].word, word))
			return node->u.external.words[i].target;
	rd_call_note(r->core, r->call, "ivr: %s: no way out is called \"%s\"",
		     node->name, word);
	return node->u.external.down;
}

static uint16_t play(const struct rd_ivr_run *r)
{
	struct rd_ivr_state *s = r->state;
	struct rd_playlist list = { .n = s->nsaid };

	memcpy(list.prompt, s->said, s->nsaid * sizeof(s->said[0]));
	s->nsaid = 0;
	rd_call_timer_stop(r->core, r->call, RD_IVR_TIMER_INPUT);
	if (!rd_ivr_play(r, &list, rd_ivr_node(r)->u.external.must_hear))
		return s->after_play;
	s->phase = RD_IVR_PLAY;
	return RD_STEP_WAIT;
}

uint16_t rd_ivr_external_answer(const struct rd_ivr_run *r,
				const struct rd_app_event *event)
{
	const struct rd_ivr_node *node = rd_ivr_node(r);
	struct rd_ivr_state *s = r->state;
	struct rd_playlist list = { 0 };
	const char *p = event->data;
	uint16_t target = node->next;

	if (event->status != RD_LOOKUP_FOUND) {
		rd_call_note(r->core, r->call, "ivr: %s: the program is down",
			     node->name);
		return node->u.external.down;
	}
	s->ntexts = 0;
	for (uint16_t i = 0; i < event->pairs; i++) {
		const char *name = p, *value = p + strlen(p) + 1;

		p = value + strlen(value) + 1;
		if (name[0] == '=')
			set(r, name + 1, value);
		else if (!strcmp(name, "goto"))
			target = target_of(r, value);
		else
			say(r, name, value, &list);
	}
	s->after_play = target;
	s->nsaid = list.n < RD_IVR_SAID_MAX ? list.n : RD_IVR_SAID_MAX;
	memcpy(s->said, list.prompt, s->nsaid * sizeof(s->said[0]));
	if (!s->ntexts)
		return play(r);
	s->phase = RD_IVR_SOUND;
	rd_call_timer(r->core, r->call, RD_IVR_TIMER_INPUT, SOUND_MS);
	return RD_STEP_WAIT;
}

uint16_t rd_ivr_external_sound(const struct rd_ivr_run *r,
			       const struct rd_app_event *event)
{
	struct rd_ivr_state *s = r->state;

	for (uint16_t i = 0; i < s->nsaid; i++)
		if (s->said[i] == RD_PROMPT_EXTRA(event->request) &&
		    s->ntexts && !--s->ntexts)
			return play(r);
	return RD_STEP_WAIT;
}

uint16_t rd_ivr_external_late(const struct rd_ivr_run *r,
			      const struct rd_app_event *event)
{
	rd_call_note(r->core, r->call, "ivr: %s: words were not spoken in time",
		     rd_ivr_node(r)->name);
	return play(r);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values while a tree runs: variables, conditions, and what is heard.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/ivr/run.h"
#include "daemon/ivr/say.h"
#include "daemon/msg.h"
#include "lib/config/calendar.h"

/* ---- variables --------------------------------------------------------------- */

const char *rd_ivr_value(const struct rd_ivr_run *r,
			 const struct rd_operand *operand)
{
	switch ((enum rd_operand_kind)operand->kind) {
	case RD_OPERAND_VAR:
		return r->state->vars[operand->var];
	case RD_OPERAND_CALLER:
		return rd_call_ani(r->core, r->call);
	case RD_OPERAND_CALLED:
		return rd_call_dnis(r->core, r->call);
	case RD_OPERAND_AREA:
		return rd_call_area(r->core, r->call);
	case RD_OPERAND_LEVEL:
		return rd_call_level(r->core, r->call);
	case RD_OPERAND_TEXT:
		break;
	}
	return operand->text ? operand->text : "";
}

/* As much of a UTF-8 text as fits, ended by a whole character. */
static void copy_text(char *to, size_t size, const char *from)
{
	size_t len = strnlen(from, size);

	if (len == size) {
		len = size - 1;
		while (len && ((unsigned char)from[len] & 0xc0) == 0x80)
			len--;
	}
	memmove(to, from, len);
	memset(to + len, 0, size - len);
}

void rd_ivr_set(const struct rd_ivr_run *r, uint16_t var, const char *value)
{
	const struct rd_ivr_var *v = &r->program->vars[var];
	char *slot = r->state->vars[var];

	copy_text(slot, RD_IVR_VALUE_LEN, value);
	if (v->attach && !v->secret)
		rd_call_attach(r->core, r->call, v->name, slot);
}

/* Columns that did not come are empty, not what they were. */
void rd_ivr_set_into(const struct rd_ivr_run *r, const struct rd_ivr_into *into,
		     const struct rd_app_event *answer)
{
	for (uint16_t i = 0; i < into->n; i++) {
		const char *p = answer->data, *value = "";

		for (uint16_t pair = 0; pair < answer->pairs; pair++) {
			const char *name = p;

			p += strlen(p) + 1;
			if (!strcmp(name, into->pair[i].column))
				value = p;
			p += strlen(p) + 1;
		}
		rd_ivr_set(r, into->pair[i].var, value);
	}
}

/* ---- conditions ---------------------------------------------------------------- */

static int64_t unix_s(const struct rd_ivr_run *r)
{
	return rd_core_unix_ns(r->core) / 1000000000;
}

bool rd_ivr_in_time(const struct rd_zone *zone, const struct rd_ivr_cond *cond,
		    int64_t unix_s)
{
	struct rd_local now;

	rd_zone_local(zone, unix_s, &now);
	if (cond->kind == RD_COND_DAYS)
		return cond->from >> now.weekday & 1;
	if (cond->kind == RD_COND_DATE)
		return now.day >= cond->from && now.day <= cond->to;
	if (cond->from < cond->to)
		return now.minute >= cond->from && now.minute < cond->to;
	return now.minute >= cond->from || now.minute < cond->to;
}

static bool is_like_any(const struct rd_ivr_cond *cond, const char *text)
{
	for (uint16_t i = 0; i < cond->n; i++)
		if (rd_pattern_matches(cond->texts[i], text))
			return true;
	return false;
}

/* A value that is no number is neither above nor below anything. */
static bool compares(const char *text, const struct rd_ivr_cond *cond)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text || (*end && *end != '.') || errno)
		return false;
	return cond->kind == RD_COND_ABOVE ? value > cond->from
					   : value < cond->from;
}

static bool is_one_of(const struct rd_ivr_cond *cond, const char *text)
{
	for (uint16_t i = 0; i < cond->n; i++)
		if (!strcmp(cond->texts[i], text))
			return true;
	return false;
}

bool rd_ivr_text_fits(const struct rd_ivr_cond *cond, const char *text)
{
	switch ((enum rd_cond_kind)cond->kind) {
	case RD_COND_CALLER:
	case RD_COND_CALLED:
	case RD_COND_LIKE:
		return is_like_any(cond, text);
	case RD_COND_ABOVE:
	case RD_COND_BELOW:
		return compares(text, cond);
	case RD_COND_EMPTY:
		return !text[0];
	case RD_COND_LEVEL:
		return is_one_of(cond, text);
	default:
		return false;
	}
}

static bool is_any(const struct rd_ivr_run *r, const struct rd_ivr_cond *cond)
{
	for (uint16_t i = 0; i < cond->n; i++)
		if (!strcmp(r->state->vars[cond->var],
			    rd_ivr_value(r, &cond->values[i])))
			return true;
	return false;
}

static bool is_listed(const struct rd_ivr_run *r,
		      const struct rd_ivr_cond *cond, const char *number)
{
	for (uint16_t i = 0; i < cond->n; i++)
		if (rd_call_on_list(r->core, r->call, cond->refs[i], number))
			return true;
	return false;
}

/* A queue by its index in the call's configuration. */
static void look(const struct rd_ivr_run *r, uint16_t queue,
		 struct rd_queue_view *out)
{
	rd_queue_look(r->core, rd_call_queue_place(r->core, r->call, queue),
		      out);
}

/* Figures come in pairs of above and below, in the order of the enum. */
static bool figure_holds(const struct rd_ivr_run *r,
			 const struct rd_ivr_cond *cond)
{
	int which = (cond->kind - RD_COND_WAITING_ABOVE) / 2;
	bool above = (cond->kind - RD_COND_WAITING_ABOVE) % 2 == 0;
	struct rd_queue_view view = { 0 };
	int64_t value;

	look(r, cond->ref, &view);
	value = which == 0   ? view.waiting
		: which == 1 ? view.agents_ready
		: which == 2 ? view.agents_signed_in
		: which == 3 ? view.oldest_wait_ms
			     : view.expected_wait_ms;
	return above ? value > cond->from : value < cond->from;
}

static bool is_true(const struct rd_ivr_run *r, const struct rd_ivr_cond *cond)
{
	switch ((enum rd_cond_kind)cond->kind) {
	case RD_COND_CALENDAR:
		return rd_calendar_is_open(&r->config->calendars[cond->ref],
					   unix_s(r));
	case RD_COND_PART:
		return rd_calendar_in_part(&r->config->calendars[cond->ref],
					   (uint16_t)cond->from, unix_s(r));
	case RD_COND_TIME:
	case RD_COND_DAYS:
	case RD_COND_DATE:
		return rd_ivr_in_time(&r->program->zone, cond, unix_s(r));
	case RD_COND_CALLER:
		return rd_ivr_text_fits(cond, rd_call_ani(r->core, r->call));
	case RD_COND_CALLED:
		return rd_ivr_text_fits(cond, rd_call_dnis(r->core, r->call));
	case RD_COND_LIST:
		return is_listed(r, cond, rd_call_ani(r->core, r->call));
	case RD_COND_ON_LIST:
		return is_listed(r, cond, r->state->vars[cond->var]);
	case RD_COND_LEVEL:
		return rd_ivr_text_fits(cond, rd_call_level(r->core, r->call));
	case RD_COND_AREA:
		return is_one_of(cond, rd_call_area(r->core, r->call));
	case RD_COND_LANGUAGE:
		return rd_call_language(r->core, r->call) == cond->ref;
	case RD_COND_IS:
		return is_any(r, cond);
	case RD_COND_LIKE:
	case RD_COND_ABOVE:
	case RD_COND_BELOW:
	case RD_COND_EMPTY:
		return rd_ivr_text_fits(cond, r->state->vars[cond->var]);
	default:
		return figure_holds(r, cond);
	}
}

bool rd_ivr_holds(const struct rd_ivr_run *r, const struct rd_ivr_cond *cond)
{
	return is_true(r, cond) != cond->negate;
}

/* ---- what is heard ------------------------------------------------------------- */

/* "2026-07-31", "20260731" */
static int say_date(const struct rd_ivr_run *r, uint16_t language,
		    const char *text, uint32_t *prompts, int max)
{
	int year, month, day, end = 0;

	if ((sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 &&
	     sscanf(text, "%4d%2d%2d%n", &year, &month, &day, &end) != 3) ||
	    text[end])
		return -EINVAL;
	return rd_say_date(r->config, language, year, month, day, false,
			   prompts, max);
}

/* "14:05", "1405" */
static int say_time(const struct rd_ivr_run *r, uint16_t language,
		    const char *text, uint32_t *prompts, int max)
{
	int hour, minute, end = 0;

	if ((sscanf(text, "%2d:%2d%n", &hour, &minute, &end) != 2 &&
	     sscanf(text, "%2d%2d%n", &hour, &minute, &end) != 2) ||
	    text[end])
		return -EINVAL;
	return rd_say_time(r->config, language, hour, minute, prompts, max);
}

static int say_now(const struct rd_ivr_run *r, uint16_t language, bool today,
		   uint32_t *prompts, int max)
{
	struct rd_local now;

	rd_zone_local(&r->program->zone, unix_s(r), &now);
	if (today)
		return rd_say_date(r->config, language, now.year, now.month,
				   now.mday, true, prompts, max);
	return rd_say_time(r->config, language, now.minute / 60,
			   now.minute % 60, prompts, max);
}

int rd_ivr_say_item(const struct rd_ivr_run *r, const struct rd_ivr_item *item,
		    uint32_t *prompts, int max)
{
	uint16_t language = rd_call_language(r->core, r->call);
	const char *text = rd_ivr_value(r, &item->value);
	struct rd_queue_view view = { 0 };

	switch ((enum rd_item_kind)item->kind) {
	case RD_ITEM_PROMPT:
		if (max < 1)
			return -ENOSPC;
		prompts[0] = item->prompt;
		return 1;
	case RD_ITEM_NUMBER:
		return rd_say_decimal(r->config, language, text, prompts, max);
	case RD_ITEM_DIGITS:
		return rd_say_digits(r->config, language, text, prompts, max);
	case RD_ITEM_DATE:
		return say_date(r, language, text, prompts, max);
	case RD_ITEM_TIME:
		return say_time(r, language, text, prompts, max);
	case RD_ITEM_MONEY:
		return rd_say_money(r->config, language, text, prompts, max);
	case RD_ITEM_TODAY:
	case RD_ITEM_NOW:
		return say_now(r, language, item->kind == RD_ITEM_TODAY,
			       prompts, max);
	case RD_ITEM_WAIT:
		look(r, item->queue, &view);
		return rd_say_wait(r->config, language, view.expected_wait_ms,
				   prompts, max);
	}
	return 0;
}

/* A value that cannot be spoken is left out, and the call's story says so. */
void rd_ivr_append(const struct rd_ivr_run *r, uint32_t list,
		   struct rd_playlist *out)
{
	const struct rd_ivr_program *p = r->program;
	uint16_t language = rd_call_language(r->core, r->call);
	const struct rd_ivr_list *row;

	if (language >= p->nlanguages)
		language = 0;
	row = &p->lists[(size_t)list * p->nlanguages + language];
	for (uint16_t i = 0; i < row->n; i++) {
		int n = rd_ivr_say_item(r, &p->items[row->first + i],
					out->prompt + out->n,
					RD_PLAYLIST_MAX - out->n);

		if (n < 0)
			rd_call_note(r->core, r->call,
				     "ivr: %s: piece %d cannot be said (%s)",
				     rd_ivr_node(r)->name, i + 1, strerror(-n));
		else
			out->n = (uint16_t)(out->n + n);
	}
}

static void append(struct rd_playlist *out, int n)
{
	if (n > 0)
		out->n = (uint16_t)(out->n + n);
}

static void append_phrase(const struct rd_ivr_run *r, enum rd_say_atom atom,
			  struct rd_playlist *out)
{
	append(out,
	       rd_say_atom(r->config, rd_call_language(r->core, r->call), atom,
			   out->prompt + out->n, RD_PLAYLIST_MAX - out->n));
}

static void append_digits(const struct rd_ivr_run *r, const char *digits,
			  struct rd_playlist *out)
{
	append(out, rd_say_digits(r->config, rd_call_language(r->core, r->call),
				  digits, out->prompt + out->n,
				  RD_PLAYLIST_MAX - out->n));
}

void rd_ivr_append_read_back(const struct rd_ivr_run *r,
			     const struct rd_ivr_collect *collect,
			     struct rd_playlist *out)
{
	append_phrase(r, RD_SAY_ENTERED, out);
	append_digits(r, r->state->entry, out);
	append_phrase(r, RD_SAY_CONFIRM_PRE, out);
	append_digits(r, (char[2]){ collect->confirm }, out);
	append_phrase(r, RD_SAY_RETRY_PRE, out);
	append_digits(r, (char[2]){ collect->again }, out);
}

bool rd_ivr_play(const struct rd_ivr_run *r, struct rd_playlist *list,
		 bool must_hear)
{
	if (!list->n)
		return false;
	list->flags = must_hear ? 0 : RD_PLAY_BARGE;
	r->state->play = rd_call_play(r->core, r->call, list);
	return true;
}
